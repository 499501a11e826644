// SPDX-License-Identifier: BSD-2-Clause
// A queue between two clocks, for a crossing of several queues that share a pair of cw_cdc_side (cw_axi_cdc). Alone,
// with its own pair: cw_cdc_fifo.
`default_nettype none

module cw_cdc_pipe #(
    parameter W     = 32,
    parameter DEPTH = 16
) (
    input  wire         wr_clk,
    input  wire         wr_run,
    input  wire         wr_clear,
    input  wire         in_valid,
    output wire         in_ready,
    input  wire [W-1:0] in_data,
    input  wire         rd_clk,
    input  wire         rd_rst,
    input  wire         rd_run,
    input  wire         rd_clear,
    output wire         out_valid,
    input  wire         out_ready,
    output wire [W-1:0] out_data
);
    localparam A = $clog2(DEPTH);

    wire [A:0]   put, taken;
    wire [A-1:0] slot;
    wire [W-1:0] item;

    cw_cdc_in #(.W(W), .DEPTH(DEPTH)) u_in (
        .clk(wr_clk), .run(wr_run), .clear(wr_clear), .in_valid(in_valid), .in_ready(in_ready), .in_data(in_data),
        .put(put), .taken(taken), .slot(slot), .item(item)
    );
    cw_cdc_out #(.W(W), .DEPTH(DEPTH)) u_out (
        .clk(rd_clk), .rst(rd_rst), .run(rd_run), .clear(rd_clear), .put(put), .taken(taken), .slot(slot), .item(item),
        .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data)
    );
endmodule

`default_nettype wire
