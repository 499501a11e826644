// SPDX-License-Identifier: BSD-2-Clause
// A first-in first-out queue between two clocks of any ratio and phase.
//
// It holds DEPTH items and one that is offered. An item comes out two to three cycles of rd_clk after it went in; one
// item a cycle of the slower clock with DEPTH 16. A reset of either side empties it: what was inside is lost, what is
// offered stays until it is taken unless rd_rst, and both sides wait (no ready, nothing new offered) until both are
// cleared and out of reset. Nothing comes out twice, out of order or torn. Before the first clocks of both sides it
// is empty, no reset is needed.
//
// Timing: the crossing wants a set_max_delay -datapath_only of the shorter period, so that the bits of a count come
// within a cycle (docs/boards.md).
`default_nettype none

module cw_cdc_fifo #(
    parameter W     = 32,
    parameter DEPTH = 16   // a power of two, 4 or more
) (
    input  wire         wr_clk,
    input  wire         wr_rst,
    input  wire         in_valid,
    output wire         in_ready,
    input  wire [W-1:0] in_data,
    input  wire         rd_clk,
    input  wire         rd_rst,
    output wire         out_valid,
    input  wire         out_ready,
    output wire [W-1:0] out_data
);
    wire [1:0] wr_state, rd_state;
    wire       wr_run, wr_clear, rd_run, rd_clear;

    cw_cdc_side u_wr (.clk(wr_clk), .rst(wr_rst), .state(wr_state), .other(rd_state), .run(wr_run), .clear(wr_clear));
    cw_cdc_side u_rd (.clk(rd_clk), .rst(rd_rst), .state(rd_state), .other(wr_state), .run(rd_run), .clear(rd_clear));

    cw_cdc_pipe #(.W(W), .DEPTH(DEPTH)) u_pipe (
        .wr_clk(wr_clk), .wr_run(wr_run), .wr_clear(wr_clear), .in_valid(in_valid), .in_ready(in_ready),
        .in_data(in_data), .rd_clk(rd_clk), .rd_rst(rd_rst), .rd_run(rd_run), .rd_clear(rd_clear),
        .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data)
    );
endmodule

`default_nettype wire
