// SPDX-License-Identifier: BSD-2-Clause
//
// Writes the payload of completions to card memory.
//
// A TLP's payload arrives packed from its first DW; `card_skip` bytes of that DW
// are not wanted. It is rotated to its byte lane in card memory (stage A; the last lane as beats are joined), then
// each beat is joined with what the one before left over (stage B). A write
// burst never crosses 4 KiB (AXI), so a TLP is one burst or two, each of at most
// 129 beats; strobes at both ends. AXI write responses come back in order and
// meet, in a queue, what their burst carried: `wrote` reports it.
//
// A beat a cycle, TLPs back to back. One cycle more for a TLP whose place in
// card memory needs another beat (or whose first beat only fills up a lane).
`default_nettype none

module cw_card_wr #(
    parameter DATA_W = 256,
    parameter OP_W   = 8
) (
    input  wire                clk,
    input  wire                rst,
    output wire                idle,
    output wire                empty,

    input  wire                card_valid,
    output wire                card_ready,
    input  wire                card_sop,
    input  wire                card_eop,
    input  wire [DATA_W-1:0]   card_data,
    input  wire [1:0]          card_skip,
    input  wire [63:0]         card_addr,
    input  wire [12:0]         card_bytes,
    input  wire [OP_W-1:0]     card_op,
    input  wire [23:0]         card_offset,

    output wire                wrote_valid,
    input  wire                wrote_ready,
    output wire [OP_W-1:0]     wrote_op,
    output wire [23:0]         wrote_offset,
    output wire [12:0]         wrote_bytes,
    output wire [6:0]          wrote_status,

    output wire                axi_awvalid,
    input  wire                axi_awready,
    output wire [63:0]         axi_awaddr,
    output wire [7:0]          axi_awlen,
    output wire                axi_wvalid,
    input  wire                axi_wready,
    output wire [DATA_W-1:0]   axi_wdata,
    output wire [DATA_W/8-1:0] axi_wstrb,
    output wire                axi_wlast,
    input  wire                axi_bvalid,
    output wire                axi_bready,
    input  wire [1:0]          axi_bresp
);
    `include "cw_regs.vh"

    localparam BYTES = DATA_W / 8;
    localparam L     = $clog2(BYTES);           // lane bits
    localparam IN_W  = 2 + DATA_W + 2 + 64 + 13 + OP_W + 24;
    localparam MET_W = OP_W + 24 + 13;

    // ---- in: two beats are kept, so that the checks before it end here ----
    wire              in_valid, in_ready, in_sop, in_eop;
    wire [DATA_W-1:0] in_data;
    wire [1:0]        in_skip;
    wire [63:0]       in_addr;
    wire [12:0]       in_bytes;
    wire [OP_W-1:0]   in_op;
    wire [23:0]       in_offset;
    wire [1:0]        unused_in;
    stream_fifo #(.W(IN_W), .DEPTH(2)) u_in (
        .clk(clk), .rst(rst), .in_valid(card_valid), .in_ready(card_ready),
        .in_data({card_sop, card_eop, card_data, card_skip, card_addr, card_bytes, card_op,
                  card_offset}),
        .out_valid(in_valid), .out_ready(in_ready),
        .out_data({in_sop, in_eop, in_data, in_skip, in_addr, in_bytes, in_op, in_offset}), .count(unused_in)
    );

    // ---- stage A: rotate; what the TLP becomes ----
    reg              a_q, a_sop_q, a_eop_q, a_skip_q;
    reg [DATA_W-1:0] a_data_q;
    reg [L-1:0]      rot_q;                      // lanes the payload moves up
    reg [63:0]       addr_q;
    reg [12:0]       bytes_q;
    reg [12:0]       room_q;                     // bytes up to the next 4 KiB
    reg [OP_W-1:0]   op_q;
    reg [23:0]       offset_q;
    wire             a_leave;

    wire [L-1:0]        lane    = in_addr[L-1:0];
    wire [L-1:0]        skip    = {{(L - 2){1'b0}}, in_skip};
    wire [L-1:0]        rot     = in_sop ? lane - skip : rot_q;
    // up by an even number of lanes: the odd one costs nothing where beats are joined
    function [DATA_W-1:0] up_even(input [DATA_W-1:0] data, input [L-1:0] by);
        integer s;
        begin
            up_even = data;
            for (s = 1; s < L; s = s + 1)
                if (by[s])
                    up_even = up_even << (8 << s) | up_even >> (DATA_W - (8 << s));
        end
    endfunction
    assign in_ready = !a_q || a_leave;

    // ---- stage B: join and write ----
    // Beats this TLP needs in card memory, and in its first burst.
    wire [12:0]   a_lane   = {{(13 - L){1'b0}}, addr_q[L-1:0]};
    wire [12:0]   one_n    = bytes_q < room_q ? bytes_q : room_q;
    wire [13:0]   end_at   = {1'b0, a_lane} + {1'b0, bytes_q};
    wire [13:0]   beat_n   = (end_at + BYTES[13:0] - 14'd1) >> L;
    wire [12:0]   one_end  = a_lane + one_n;
    wire [12:0]   one_beat = (one_end + BYTES[12:0] - 13'd1) >> L;

    reg           run_q;                         // inside a TLP: later beats, or its tail
    reg           tail_q;                        // the input is used up, output is not
    reg [8:0]     left_q;                        // beats still to write
    reg [8:0]     burst_q;                       // ... in this burst
    reg [L-1:0]   end_q;                         // lane after the last byte; 0: the whole beat
    reg           odd_q;                         // an odd lane up: what the beat before left over
    reg [DATA_W-1:0] carry_q;
    reg [63:0]    b_addr_q;                      // the next burst to open: its place,
    reg [12:0]    b_n_q, b_bytes_q;              // bytes, all bytes not yet opened
    reg [23:0]    b_offset_q;
    reg [OP_W-1:0] b_op_q;

    wire          start   = a_q && a_sop_q && !run_q;
    wire          active  = start || (run_q && (tail_q || a_q));
    wire          quiet   = start && a_skip_q;   // fills lanes only: no beat yet
    wire          ended   = run_q && left_q == 9'd0;  // beats nobody needs
    wire [8:0]    left    = start ? beat_n[8:0] : left_q;
    wire [8:0]    burst   = start ? one_beat[8:0] : burst_q;
    wire          writes  = active && !quiet && !ended;
    reg           opened_q;                      // the burst's address was sent
    wire          opens   = writes && (start || !opened_q);
    wire          aw_room, met_room, w_room;
    wire          step    = active && (!writes || (w_room && (!opens || (aw_room && met_room))));
    wire          write   = step && writes;
    wire          wlast   = burst == 9'd1;
    wire          last_beat = left == 9'd1;
    assign a_leave = step && !tail_q;

    wire [L-1:0]       end_lane = start ? end_at[L-1:0] : end_q;
    reg                head_q;                   // the next beat is the TLP's first
    wire               head     = start || head_q;
    reg  [L-1:0]       head_lane_q;
    wire [L-1:0]       head_lane = start ? addr_q[L-1:0] : head_lane_q;
    wire [BYTES-1:0]   ones      = {BYTES{1'b1}};
    wire [BYTES-1:0]   from_new  = tail_q ? {BYTES{1'b0}} : ones << rot_q;
    wire [BYTES-1:0]   strb_from = head ? ones << head_lane : ones;
    wire [BYTES-1:0]   strb_upto = last_beat && end_lane != {L{1'b0}} ? ~(ones << end_lane) : ones;
    wire               odd       = tail_q ? odd_q : rot_q[0];
    wire [DATA_W-1:0]  fresh     = odd ? {a_data_q[DATA_W-9:0], a_data_q[DATA_W-1:DATA_W-8]} : a_data_q;
    wire [DATA_W-1:0]  older     = odd ? {carry_q[DATA_W-9:0], carry_q[DATA_W-1:DATA_W-8]} : carry_q;
    wire [DATA_W-1:0]  joined;
    genvar i;
    generate
        for (i = 0; i < BYTES; i = i + 1) begin : g_join
            assign joined[8*i +: 8] = from_new[i] ? fresh[8*i +: 8] : older[8*i +: 8];
        end
    endgenerate

    wire [63:0]     cur_addr   = start ? addr_q : b_addr_q;
    wire [7:0]      cur_len    = burst[7:0] - 8'd1;
    wire [12:0]     cur_n      = start ? one_n : b_n_q;
    wire [12:0]     cur_bytes  = start ? bytes_q : b_bytes_q;
    wire [23:0]     cur_offset = start ? offset_q : b_offset_q;
    wire [OP_W-1:0] cur_op     = start ? op_q : b_op_q;
    wire            in_end     = tail_q || a_eop_q;
    wire            out_end    = ended || (writes && last_beat);

    wire [3:0] unused_aw;
    wire [2:0] unused_w;
    wire [6:0] met_count;
    stream_fifo #(.W(72), .DEPTH(8)) u_aw (
        .clk(clk), .rst(rst), .in_valid(write && opens), .in_ready(aw_room),
        .in_data({cur_addr, cur_len}), .out_valid(axi_awvalid), .out_ready(axi_awready),
        .out_data({axi_awaddr, axi_awlen}), .count(unused_aw)
    );
    stream_fifo #(.W(DATA_W + BYTES + 1), .DEPTH(4)) u_w (
        .clk(clk), .rst(rst), .in_valid(write), .in_ready(w_room),
        .in_data({joined, strb_from & strb_upto, wlast}),
        .out_valid(axi_wvalid), .out_ready(axi_wready),
        .out_data({axi_wdata, axi_wstrb, axi_wlast}), .count(unused_w)
    );
    wire met_valid;
    stream_fifo #(.W(MET_W), .DEPTH(64)) u_met (
        .clk(clk), .rst(rst), .in_valid(write && opens), .in_ready(met_room),
        .in_data({cur_op, cur_offset, cur_n}), .out_valid(met_valid),
        .out_ready(axi_bvalid && wrote_ready),
        .out_data({wrote_op, wrote_offset, wrote_bytes}), .count(met_count)
    );

    // ---- write responses: OKAY or EXOKAY, else an error (AXI4, A3.4.4) ----
    assign wrote_valid  = axi_bvalid && met_valid;
    assign axi_bready   = met_valid && wrote_ready;
    assign wrote_status = axi_bresp[1] ? CW_STATUS_AXI[6:0] : CW_STATUS_OK[6:0];

    wire take_a = in_valid && in_ready;
    assign idle  = !(card_valid && card_ready) && !take_a && !step &&
                   !(axi_awvalid && axi_awready) && !(axi_wvalid && axi_wready) &&
                   !(axi_bvalid && axi_bready);
    assign empty = !in_valid && !a_q && !run_q && met_count == 7'd0;
    wire unused  = &{1'b0, axi_bresp[0], beat_n[13:9], one_beat[12:9], unused_in};

    always @(posedge clk) begin
        if (a_leave)
            a_q <= 1'b0;
        if (take_a) begin
            a_q      <= 1'b1;
            a_sop_q  <= in_sop;
            a_eop_q  <= in_eop;
            a_data_q <= up_even(in_data, rot);
            if (in_sop) begin
                rot_q    <= rot;
                a_skip_q <= lane < skip;
                addr_q   <= in_addr;
                bytes_q  <= in_bytes;
                room_q   <= 13'd4096 - {1'b0, in_addr[11:0]};
                op_q     <= in_op;
                offset_q <= in_offset;
            end
        end
        if (step) begin
            if (!tail_q) begin
                carry_q <= a_data_q;
                odd_q   <= rot_q[0];
            end
            left_q   <= writes ? left - 9'd1 : left;
            burst_q  <= !writes ? burst : !wlast ? burst - 9'd1 : left - 9'd1;
            opened_q <= writes && !wlast;
            head_q   <= head && !writes;
            if (start) begin
                end_q       <= end_at[L-1:0];
                head_lane_q <= addr_q[L-1:0];
            end
            if (opens || start) begin
                b_addr_q   <= {cur_addr[63:12] + {51'd0, opens}, opens ? 12'd0 : cur_addr[11:0]};
                b_n_q      <= opens ? cur_bytes - cur_n : cur_n;
                b_bytes_q  <= cur_bytes - (opens ? cur_n : 13'd0);
                b_offset_q <= cur_offset + {11'd0, opens ? cur_n : 13'd0};
                b_op_q     <= cur_op;
            end
            // run waits for further beats of the TLP; with tail, for room for the rest
            run_q  <= !(in_end && out_end);
            tail_q <= in_end && !out_end;
        end
        if (rst) begin
            a_q      <= 1'b0;
            run_q    <= 1'b0;
            tail_q   <= 1'b0;
            opened_q <= 1'b0;
            head_q   <= 1'b0;
        end
    end
endmodule

`default_nettype wire
