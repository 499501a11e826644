// SPDX-License-Identifier: BSD-2-Clause
// Window writes: the payload of one memory write to card memory, one AXI4 burst.
//
// The payload arrives packed (first DW in lane 0) and is turned to its byte lanes
// by a rotation of whole DWs; byte enables of the request become strobes. A
// request does not cross 4 KiB and the window's base is a multiple of its size, so
// neither does the burst. The payload is consumed to its last beat whatever its
// header's length says; what is missing is written with no strobe set.
//
// A read turns its beats here too (rd_*, turned), while nothing is written: one rotation of the
// data's width serves both.
//
// A job ends with its last W beat; up to 15 responses may be outstanding. wr_idle:
// no job and no response outstanding.
//
// Latency: AW and the first W one cycle after the job and its first beat.
// Throughput: a beat a cycle.
`default_nettype none

module cw_window_wr #(
    parameter DATA_W = 256
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire [63:0]           window_base,

    input  wire                  wr_valid,
    output wire                  wr_ready,
    input  wire [17:0]           wr_addr,     // DW index in the window
    input  wire [10:0]           wr_len,      // DW
    input  wire [3:0]            wr_first_be,
    input  wire [3:0]            wr_last_be,
    output wire                  wr_idle,
    input  wire                  data_valid,
    output wire                  data_ready,
    input  wire [DATA_W-1:0]     data,
    input  wire                  data_eop,
    output wire                  ev_axi_err,

    input  wire                  rd_on,       // never while a write is under way
    input  wire [DATA_W-1:0]     rd_data,
    input  wire [$clog2(DATA_W/32)-1:0] rd_turn, // DWs up
    output wire [DATA_W-1:0]     turned,

    output wire                  axi_awvalid,
    input  wire                  axi_awready,
    output wire [63:0]           axi_awaddr,
    output wire [7:0]            axi_awlen,
    output wire                  axi_wvalid,
    input  wire                  axi_wready,
    output wire [DATA_W-1:0]     axi_wdata,
    output wire [DATA_W/8-1:0]   axi_wstrb,
    output wire                  axi_wlast,
    input  wire                  axi_bvalid,
    output wire                  axi_bready,
    input  wire [1:0]            axi_bresp
);
    localparam LANES = DATA_W / 32;
    localparam L     = $clog2(LANES);
    localparam [31:0] ROUND = DATA_W / 32 - 1;

    reg                busy_q, aw_q;
    reg [3:0]          open_q;        // responses to come
    reg [63:0]         addr_q;
    reg [7:0]          awlen_q;
    reg [L-1:0]        turn_q;        // DWs to rotate: the first lane
    reg [L-1:0]        end_q;         // the last lane, of the last beat
    reg [3:0]          first_be_q, last_be_q;
    reg [8:0]          beat_q, beats_q;
    reg                ended_q;       // the last payload beat was taken
    reg                flushed_q;     // and the beat behind it was made
    reg                w_q, wlast_q;
    reg                place_q;       // of the beat that is offered
    reg [DATA_W/8-1:0] wstrb_q;

    wire [63:0]         start = {window_base[63:20], wr_addr, 2'b00};
    wire [10:0]         span  = {{(11 - L){1'b0}}, wr_addr[L-1:0]} + wr_len + ROUND[10:0];
    wire [10:0]         span_n = span >> L;
    wire [8:0]          beats = span_n[8:0];

    // A W beat is made when its register is free and its payload is there.
    wire final_beat = beat_q + 9'd1 == beats_q;
    wire feed  = busy_q && beat_q != beats_q && (!w_q || axi_wready) && (ended_q || data_valid);
    // Payload beyond what the header announced is thrown away.
    wire drain = busy_q && beat_q == beats_q && !ended_q;

    assign wr_ready    = !busy_q && !w_q && !aw_q && open_q != 4'd15;
    assign wr_idle     = !busy_q && !w_q && !aw_q && open_q == 4'd0;
    assign data_ready  = drain || (feed && !ended_q);
    assign ev_axi_err  = axi_bvalid && axi_bready && axi_bresp != 2'd0;
    assign axi_awvalid = aw_q;
    assign axi_awaddr  = addr_q;
    assign axi_awlen   = awlen_q;
    assign axi_wvalid  = w_q;
    assign axi_wstrb   = wstrb_q;
    assign axi_wlast   = wlast_q;
    assign axi_bready  = 1'b1;

    // ---- the rotation: whose beat and by one lane, then two bits of the turn a step: a choice of four is one LUT a bit ----
    localparam [L-1:0] PAIR = 3;
    function [DATA_W-1:0] turn_up(input [DATA_W-1:0] v, input [L-1:0] n);
        integer            s;
        reg [2*DATA_W-1:0] twice;
        begin
            twice = {v, v};
            for (s = 1; s < L; s = s + 2) begin
                twice = twice << {n & (PAIR << s), 5'd0};
                twice = {2{twice[2*DATA_W-1:DATA_W]}};
            end
            turn_up = twice[DATA_W-1:0];
        end
    endfunction
    wire [L-1:0]      turn   = rd_on ? rd_turn : turn_q;
    wire [DATA_W-1:0] rd_up  = {rd_data[DATA_W-33:0], rd_data[DATA_W-1:DATA_W-32]};
    wire [DATA_W-1:0] wr_up  = {data[DATA_W-33:0], data[DATA_W-1:DATA_W-32]};
    wire [DATA_W-1:0] by_one = rd_on ? (turn[0] ? rd_up : rd_data) : (turn[0] ? wr_up : data);
    assign turned = turn_up(by_one, turn);

    // ---- lanes: those before the first one belong to the beat after that of the others ----
    wire                first = beat_q == 9'd0;
    wire [LANES-1:0]    all   = {LANES{1'b1}};
    wire [LANES-1:0]    late  = ~(all << turn_q);
    wire [LANES-1:0]    past  = all << end_q << 1;
    wire [DATA_W/8-1:0] lane_strb;
    genvar g;
    generate
        for (g = 0; g < LANES; g = g + 1) begin : g_lane
            wire        lost  = late[g] ? flushed_q : ended_q;
            wire        out   = lost || (first && late[g]) || (final_beat && past[g]);
            wire [3:0]  be    = first && turn_q == g ? first_be_q : final_beat && end_q == g ? last_be_q : 4'hf;
            reg  [31:0] mem [0:1];
            assign lane_strb[4*g +: 4]   = out ? 4'd0 : be;
            assign axi_wdata[32*g +: 32] = mem[place_q];

            always @(posedge clk)
                if (feed)
                    mem[beat_q[0] ^ late[g]] <= turned[32*g +: 32];
        end
    endgenerate

    always @(posedge clk) begin
        if (wr_valid && wr_ready) begin
            busy_q     <= 1'b1;
            aw_q       <= 1'b1;
            addr_q     <= {start[63:L+2], {(L + 2){1'b0}}};
            awlen_q    <= beats[7:0] - 8'd1;
            beats_q    <= beats;
            beat_q     <= 9'd0;
            turn_q     <= wr_addr[L-1:0];
            end_q      <= wr_addr[L-1:0] + wr_len[L-1:0] - 1'b1;
            first_be_q <= wr_first_be;
            last_be_q  <= wr_last_be;
            ended_q    <= 1'b0;
            flushed_q  <= 1'b0;
        end
        if (aw_q && axi_awready)
            aw_q <= 1'b0;
        if (w_q && axi_wready)
            w_q <= 1'b0;
        if (feed) begin
            w_q     <= 1'b1;
            place_q <= beat_q[0];
            wstrb_q <= lane_strb;
            wlast_q <= final_beat;
            flushed_q <= ended_q;
            beat_q  <= beat_q + 9'd1;
        end
        if (data_valid && data_ready && data_eop)
            ended_q <= 1'b1;
        if (busy_q && beat_q == beats_q && ended_q)
            busy_q <= 1'b0;
        open_q <= open_q + {3'd0, wr_valid && wr_ready} - {3'd0, axi_bvalid && axi_bready};
        if (rst) begin
            busy_q <= 1'b0;
            aw_q   <= 1'b0;
            w_q    <= 1'b0;
            open_q <= 4'd0;
        end
    end

    wire unused = &{1'b0, start[L+1:0], span_n[10:9], window_base[19:0]};
endmodule

`default_nettype wire
