// SPDX-License-Identifier: BSD-2-Clause
//
// As cw_usplus_tx, for address-aligned packets (PG213, "Data Alignment Options"; 256 bits): a descriptor
// is a beat of its own, a payload begins in the next one at DW in_lane. What is between is zero
// and counts in tkeep. in_along: what comes with sop is no payload and stands behind the descriptor
// in its beat (a completion with an error, which is 8 DWs in all: "Completions with Error Status").
//
// Throughput: a beat out a cycle. Latency one cycle, two for a payload.
`default_nettype none

module cw_usplus_tx_aa #(
    parameter DATA_W = 256,
    parameter HDR_DW = 4,
    parameter SIDE_W = 8             // what goes with a descriptor
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
    input  wire [$clog2(DATA_W/32)-1:0] in_lane,
    input  wire                  in_along,    // the packet has one beat, of W - HDR_DW DWs at most
    input  wire [DATA_W-1:0]     in_data,
    input  wire [DATA_W/32-1:0]  in_keep,     // none: no payload

    output wire                  out_valid,
    input  wire                  out_ready,
    output wire [DATA_W-1:0]     out_data,
    output wire [DATA_W/32-1:0]  out_keep,
    output wire                  out_last,
    output wire [SIDE_W-1:0]     out_side     // as long as the packet
);
    localparam [31:0] W = DATA_W / 32, H = HDR_DW;
    localparam L = $clog2(DATA_W / 32);

    function [L:0] count(input [W-1:0] keep);
        integer i;
        begin
            count = {(L + 1){1'b0}};
            for (i = 0; i < W; i = i + 1)
                count = count + {{L{1'b0}}, keep[i]};
        end
    endfunction

    reg               sent_q;        // the descriptor of the packet at hand has gone
    reg [L-1:0]       lane_q;
    reg [DATA_W-1:0]  carry_q;       // DWs that did not fit
    reg               flush_q;       // the packet ended; carry_q is a beat of its own
    reg [L:0]         flush_n_q;
    reg               o_q, o_last_q;
    reg [DATA_W-1:0]  o_data_q;
    reg [L:0]         o_n_q;
    reg [SIDE_W-1:0]  o_side_q;

    wire              free   = !o_q || out_ready;
    wire              head   = in_valid && !flush_q && in_sop && !sent_q;
    wire              whole  = in_along || in_keep == {W{1'b0}};     // nothing follows the descriptor's beat
    wire              body   = in_valid && !flush_q && !head;
    assign in_ready = !flush_q && free && (!in_sop || sent_q || whole);

    wire [L:0]        n      = count(in_keep);
    wire [L+1:0]      total  = {1'b0, n} + {2'b00, lane_q};
    wire              fits   = total <= W[L+1:0];
    wire [DATA_W-1:0] desc   = {{(DATA_W - 32 * H){1'b0}}, in_desc};
    wire [DATA_W-1:0] placed = carry_q | in_data << 32 * lane_q;
    wire [DATA_W-1:0] rest   = in_data >> 32 * (W - {{(32 - L){1'b0}}, lane_q});

    assign out_valid = o_q;
    assign out_data  = o_data_q;
    assign out_keep  = ~({W{1'b1}} << o_n_q);
    assign out_last  = o_last_q;
    assign out_side  = o_side_q;
    assign idle      = !in_valid && !o_q && !flush_q;

    always @(posedge clk) begin
        if (free && head) begin
            lane_q   <= in_lane;
            carry_q  <= {DATA_W{1'b0}};
            o_side_q <= in_side;
        end else if (free && body)
            carry_q  <= rest;
        if (free && body)
            flush_n_q <= total[L:0] - W[L:0];
        if (free) begin
            o_data_q <= flush_q ? carry_q : !head ? placed : in_along ? desc | in_data << 32 * H : desc;
            o_n_q    <= flush_q ? flush_n_q : !head ? (in_eop && fits ? total[L:0] : W[L:0]) :
                        in_along ? H[L:0] + n : whole ? H[L:0] : W[L:0];
            o_last_q <= flush_q || (head ? whole : in_eop && fits);
        end
        if (rst) begin
            sent_q  <= 1'b0;
            flush_q <= 1'b0;
            o_q     <= 1'b0;
        end else if (free) begin
            o_q     <= flush_q || in_valid;
            flush_q <= body && in_eop && !fits;
            sent_q  <= head ? !whole : body ? !in_eop : sent_q;
        end
    end
endmodule

`default_nettype wire
