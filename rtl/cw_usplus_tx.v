// SPDX-License-Identifier: BSD-2-Clause
//
// From TLPs with a descriptor beside the payload to packets with the descriptor in
// front, as UltraScale+ takes them (RQ: HDR_DW 4, CC: 3). DW-aligned. With STRADDLE
// (512 bits) a packet may begin in the upper half of the beat in which the one before
// it ends in the lower half. DWs of in_data that are not kept are 0.
//
// Throughput: a beat out a cycle; a packet whose end spills into one more beat takes
// that beat, unless the next packet begins in its upper half. A beat waits for nothing:
// it is joined with the next packet's beginning only when that is there. Latency one cycle,
// two for a beat that may be joined.
`default_nettype none

module cw_usplus_tx #(
    parameter DATA_W   = 256,
    parameter HDR_DW   = 4,
    parameter SIDE_W   = 8,          // what goes with a descriptor
    parameter STRADDLE = 0
) (
    input  wire                  clk,
    input  wire                  rst,
    output wire                  idle,

    input  wire                  in_valid,
    output wire                  in_ready,
    input  wire                  in_sop,
    input  wire                  in_eop,
    input  wire [32*HDR_DW-1:0]  in_desc,     // these with sop
    input  wire [SIDE_W-1:0]     in_side,
    input  wire [DATA_W-1:0]     in_data,
    input  wire [DATA_W/32-1:0]  in_keep,

    output wire                  out_valid,
    input  wire                  out_ready,
    output wire [DATA_W-1:0]     out_data,
    output wire [DATA_W/32-1:0]  out_keep,
    output wire [1:0]            out_sop,     // packets that begin: at lane 0 (or the only one), in the upper half
    output wire                  out_sop_high,// the only one that begins does so in the upper half
    output wire [1:0]            out_eop,     // packets that end
    output wire [3:0]            out_eop0_at, // the last DW of each
    output wire [3:0]            out_eop1_at,
    output wire [SIDE_W-1:0]     out_side0,   // of the packets that begin
    output wire [SIDE_W-1:0]     out_side1
);
    localparam [31:0] W = DATA_W / 32, H = HDR_DW, HALF = DATA_W / 64;
    localparam N = $clog2(DATA_W / 32) + 1;

    // ---- the DWs of a beat in ----
    function [N-1:0] count(input [W-1:0] keep);
        integer i;
        begin
            count = {N{1'b0}};
            for (i = 0; i < W; i = i + 1)
                count = count + {{(N - 1){1'b0}}, keep[i]};
        end
    endfunction
    wire [N-1:0] n = count(in_keep);

    // ---- the next beat out, not yet offered: its lower part may still be all there is ----
    reg                p_q;             // it is there
    reg [DATA_W-1:0]   p_data_q;
    reg                p_sop_q, p_eop_q;
    reg [N-1:0]        p_n_q;           // DWs
    reg [SIDE_W-1:0]   p_side_q;
    // ---- a packet that goes on: DWs left over, and whether it sits in the upper half ----
    reg [DATA_W-1:0]   carry_q;
    reg                high_q;          // began in the upper half
    reg                flush_q;         // it ended; the carry is a beat of its own
    reg [N-1:0]        flush_n_q;

    reg                o_q;
    reg [DATA_W-1:0]   o_data_q;
    reg [1:0]          o_sop_q, o_eop_q;
    reg                o_sop_high_q;
    reg [N-1:0]        o_n_q;
    reg [3:0]          o_eop0_q, o_eop1_q;
    reg [SIDE_W-1:0]   o_side0_q, o_side1_q;

    // p moves to o when o is free.
    wire move  = p_q && (!o_q || out_ready);
    wire p_free = !p_q || move;
    // The beat at hand joins p on its way.
    wire join_in = STRADDLE != 0 && move && p_eop_q && p_n_q <= HALF[N-1:0] && !flush_q &&
                   in_valid && in_sop;
    wire take  = in_valid && in_ready;
    // A carry that is to be a beat of its own takes the next packet's beginning along, on its way straight to o.
    wire joins   = STRADDLE != 0 && flush_q && flush_n_q <= HALF[N-1:0] && !p_q && (!o_q || out_ready);
    wire join_carry = joins && in_valid;
    assign in_ready = p_free && (!flush_q || joins);

    // A packet that begins at DW `base` has H + base DWs before its payload in the beat.
    wire         high   = in_sop ? join_in || flush_q : high_q;
    wire [DATA_W-1:0] front = in_sop ? {{(DATA_W - 32 * H){1'b0}}, in_desc} : carry_q;
    wire [DATA_W-1:0] low_beat  = front | (in_data << 32 * H);
    wire [DATA_W-1:0] low_rest  = in_data >> 32 * (W - H);
    wire [DATA_W-1:0] high_first = {{(DATA_W - 32 * H){1'b0}}, in_desc} << 32 * HALF | in_data << 32 * (HALF + H);
    wire [DATA_W-1:0] high_beat = carry_q | in_data << 32 * (HALF + H);
    wire [DATA_W-1:0] high_rest = in_data >> 32 * (W - HALF - H);
    wire [N:0]   total  = {1'b0, n} + H[N:0] + (high ? HALF[N:0] : {(N + 1){1'b0}});
    wire         fits   = total <= W[N:0];
    wire         spills = in_eop && !fits;
    wire [N:0]   over   = total - W[N:0];
    wire         ends   = in_eop && fits;                           // in the beat that it is in
    wire [N-1:0] filled = ends ? total[N-1:0] : W[N-1:0];           // DWs of that beat
    // The beginning in the upper half goes to o with p, or with the carry. Every other beat goes to p where it may be
    // joined or o is not free, else straight to o.
    wire         beat   = !join_carry && (flush_q || (take && !join_in));
    wire         b_eop  = flush_q || ends;
    wire [N-1:0] b_n    = flush_q ? flush_n_q : filled;
    wire         b_sop  = !flush_q && in_sop;
    wire [DATA_W-1:0] b_data = flush_q ? carry_q : high ? high_beat : low_beat;
    wire         waits  = p_q || (o_q && !out_ready) || (STRADDLE != 0 && b_eop && b_n <= HALF[N-1:0]);
    wire         to_p   = p_free && beat && waits;
    wire         to_o   = beat && !waits;

    assign out_valid = o_q;
    assign out_data  = o_data_q;
    assign out_keep  = ~({W{1'b1}} << o_n_q);
    assign out_sop   = o_sop_q;
    assign out_sop_high = o_sop_high_q;
    assign out_eop   = o_eop_q;
    assign out_eop0_at = o_eop0_q;
    assign out_eop1_at = o_eop1_q;
    assign out_side0 = o_side0_q;
    assign out_side1 = o_side1_q;
    assign idle      = !in_valid && !p_q && !o_q && !flush_q;

    function [3:0] at(input [3:0] dws);     // the last of so many DWs; 16 is 0
        at = dws - 4'd1;
    endfunction

    wire unused = &{1'b0, over[N]};

    always @(posedge clk) begin
        if (take) begin
            high_q  <= high;
            carry_q <= high ? high_rest : low_rest;
            flush_n_q <= over[N-1:0];
        end
        if (to_p) begin
            p_data_q <= b_data;
            p_sop_q  <= b_sop;
            p_eop_q  <= b_eop;
            p_n_q    <= b_n;
            p_side_q <= in_side;
        end
        if (move) begin
            o_data_q  <= p_data_q | (join_in ? high_first : {DATA_W{1'b0}});
            o_sop_q   <= {p_sop_q && join_in, p_sop_q || join_in};
            o_sop_high_q <= !p_sop_q && join_in;
            o_side0_q <= p_sop_q ? p_side_q : in_side;
            o_side1_q <= in_side;
            o_eop_q   <= {join_in && ends, p_eop_q};
            o_eop0_q  <= at(p_n_q[3:0]);
            o_eop1_q  <= at(total[3:0]);
            o_n_q     <= join_in ? filled : p_n_q;
        end else if (join_carry) begin
            o_data_q  <= carry_q | high_first;
            o_sop_q   <= 2'b01;
            o_sop_high_q <= 1'b1;
            o_side0_q <= in_side;
            o_eop_q   <= {ends, 1'b1};
            o_eop0_q  <= at(flush_n_q[3:0]);
            o_eop1_q  <= at(total[3:0]);
            o_n_q     <= filled;
        end else if (to_o) begin
            o_data_q  <= b_data;
            o_sop_q   <= {1'b0, b_sop};
            o_sop_high_q <= 1'b0;
            o_side0_q <= in_side;
            o_eop_q   <= {1'b0, b_eop};
            o_eop0_q  <= at(b_n[3:0]);
            o_n_q     <= b_n;
        end
        if (rst) begin
            p_q     <= 1'b0;
            o_q     <= 1'b0;
            flush_q <= 1'b0;
        end else begin
            if (p_free)
                p_q <= to_p;
            if (!o_q || out_ready)
                o_q <= p_q || to_o || join_carry;
            if (p_free)
                flush_q <= take && spills;
        end
    end
endmodule

`default_nettype wire
