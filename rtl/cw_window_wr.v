// SPDX-License-Identifier: BSD-2-Clause
// Window writes: the payload of one memory write to card memory, one AXI4 burst.
//
// The payload arrives packed (first DW in lane 0) and is turned to its byte lanes
// by a rotation of whole DWs; byte enables of the request become strobes. A
// request does not cross 4 KiB and the window's base is a multiple of its size, so
// neither does the burst. The payload is consumed to its last beat whatever its
// header's length says; what is missing is written with no strobe set.
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
    reg [L-1:0]        turn_q;        // DWs to rotate
    reg [10:0]         len_q;
    reg [3:0]          first_be_q, last_be_q;
    reg [8:0]          beat_q, beats_q;
    reg                ended_q;       // the last payload beat was taken
    reg                flushed_q;     // and the beat behind it was made
    reg [DATA_W-1:0]   carry_q;       // the previous payload beat, rotated
    reg                w_q, wlast_q;
    reg [DATA_W-1:0]   wdata_q;
    reg [DATA_W/8-1:0] wstrb_q;

    wire [63:0]         start = window_base + {44'd0, wr_addr, 2'b00};
    wire [10:0]         span  = {{(11 - L){1'b0}}, wr_addr[L-1:0]} + wr_len + ROUND[10:0];
    wire [10:0]         span_n = span >> L;
    wire [8:0]          beats = span_n[8:0];
    wire [4:0]          turn  = {{(5 - L){1'b0}}, turn_q};
    wire [2*DATA_W-1:0] twice = {data, data} << {turn_q, 5'd0};
    wire [DATA_W-1:0]   turned = twice[2*DATA_W-1:DATA_W];

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
    assign axi_wdata   = wdata_q;
    assign axi_wstrb   = wstrb_q;
    assign axi_wlast   = wlast_q;
    assign axi_bready  = 1'b1;

    // ---- lanes: which DW of the payload each one carries, and its strobes ----
    wire [DATA_W-1:0]   lane_data;
    wire [DATA_W/8-1:0] lane_strb;
    genvar g;
    generate
        for (g = 0; g < LANES; g = g + 1) begin : g_lane
            localparam [11:0] LANE = g;
            wire [11:0] index = ({3'd0, beat_q} << L) + LANE - {7'd0, turn};
            wire        late  = turn > LANE[4:0]; // belongs to the previous payload beat
            wire        lost  = late ? flushed_q : ended_q;
            wire        in    = !index[11] && index[10:0] < len_q && !lost;
            wire [3:0]  be    = index[10:0] == 11'd0 ? first_be_q :
                                index[10:0] + 11'd1 == len_q ? last_be_q : 4'hf;
            assign lane_data[32*g +: 32] = late ? carry_q[32*g +: 32] : turned[32*g +: 32];
            assign lane_strb[4*g +: 4]   = in ? be : 4'd0;
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
            len_q      <= wr_len;
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
            wdata_q <= lane_data;
            wstrb_q <= lane_strb;
            wlast_q <= final_beat;
            carry_q   <= turned;
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

    wire unused = &{1'b0, start[L+1:0], span_n[10:9], twice[DATA_W-1:0]};
endmodule

`default_nettype wire
