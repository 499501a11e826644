// SPDX-License-Identifier: BSD-2-Clause
// An AXI4 slave on clk, the same as a master on mem_clk: the endpoint's card side (cw_top's axi_*) for memory that has
// another clock. Five queues (cw_cdc_pipe), one pair of cw_cdc_side. Nothing is reordered within a channel; about ten
// cycles of the slower clock there and back, a beat a cycle of it.
//
// A reset of either side loses what is under way on both, the rest of a burst included. `lost` (clk) and `mem_lost`
// (mem_clk) are high from then until items move again, and nothing is offered meanwhile: what is behind is reset by
// mem_lost, what is in front by lost unless its own reset was the cause.
`default_nettype none

module cw_axi_cdc #(
    parameter DATA_W = 256,
    parameter DEPTH  = 16
) (
    input  wire                 clk,
    input  wire                 rst,
    output wire                 lost,
    input  wire                 axi_awvalid,
    output wire                 axi_awready,
    input  wire [3:0]           axi_awid,
    input  wire [63:0]          axi_awaddr,
    input  wire [7:0]           axi_awlen,
    input  wire [2:0]           axi_awsize,
    input  wire [1:0]           axi_awburst,
    input  wire                 axi_wvalid,
    output wire                 axi_wready,
    input  wire [DATA_W-1:0]    axi_wdata,
    input  wire [DATA_W/8-1:0]  axi_wstrb,
    input  wire                 axi_wlast,
    output wire                 axi_bvalid,
    input  wire                 axi_bready,
    output wire [3:0]           axi_bid,
    output wire [1:0]           axi_bresp,
    input  wire                 axi_arvalid,
    output wire                 axi_arready,
    input  wire [3:0]           axi_arid,
    input  wire [63:0]          axi_araddr,
    input  wire [7:0]           axi_arlen,
    input  wire [2:0]           axi_arsize,
    input  wire [1:0]           axi_arburst,
    output wire                 axi_rvalid,
    input  wire                 axi_rready,
    output wire [3:0]           axi_rid,
    output wire [DATA_W-1:0]    axi_rdata,
    output wire [1:0]           axi_rresp,
    output wire                 axi_rlast,
    input  wire                 mem_clk,
    input  wire                 mem_rst,
    output wire                 mem_lost,
    output wire                 mem_awvalid,
    input  wire                 mem_awready,
    output wire [3:0]           mem_awid,
    output wire [63:0]          mem_awaddr,
    output wire [7:0]           mem_awlen,
    output wire [2:0]           mem_awsize,
    output wire [1:0]           mem_awburst,
    output wire                 mem_wvalid,
    input  wire                 mem_wready,
    output wire [DATA_W-1:0]    mem_wdata,
    output wire [DATA_W/8-1:0]  mem_wstrb,
    output wire                 mem_wlast,
    input  wire                 mem_bvalid,
    output wire                 mem_bready,
    input  wire [3:0]           mem_bid,
    input  wire [1:0]           mem_bresp,
    output wire                 mem_arvalid,
    input  wire                 mem_arready,
    output wire [3:0]           mem_arid,
    output wire [63:0]          mem_araddr,
    output wire [7:0]           mem_arlen,
    output wire [2:0]           mem_arsize,
    output wire [1:0]           mem_arburst,
    input  wire                 mem_rvalid,
    output wire                 mem_rready,
    input  wire [3:0]           mem_rid,
    input  wire [DATA_W-1:0]    mem_rdata,
    input  wire [1:0]           mem_rresp,
    input  wire                 mem_rlast
);
    wire [1:0] state, mem_state;
    wire       run, clear, mem_run, mem_clear;

    cw_cdc_side u_side (.clk(clk), .rst(rst), .state(state), .other(mem_state), .run(run), .clear(clear));
    cw_cdc_side u_mem_side (
        .clk(mem_clk), .rst(mem_rst), .state(mem_state), .other(state), .run(mem_run), .clear(mem_clear)
    );

    assign lost     = !run;
    assign mem_lost = !mem_run;

    cw_cdc_pipe #(.W(81), .DEPTH(DEPTH)) u_aw (
        .wr_clk(clk), .wr_run(run), .wr_clear(clear), .in_valid(axi_awvalid), .in_ready(axi_awready),
        .in_data({axi_awid, axi_awaddr, axi_awlen, axi_awsize, axi_awburst}),
        .rd_clk(mem_clk), .rd_rst(mem_lost), .rd_run(mem_run), .rd_clear(mem_clear),
        .out_valid(mem_awvalid), .out_ready(mem_awready),
        .out_data({mem_awid, mem_awaddr, mem_awlen, mem_awsize, mem_awburst})
    );
    cw_cdc_pipe #(.W(DATA_W + DATA_W / 8 + 1), .DEPTH(DEPTH)) u_w (
        .wr_clk(clk), .wr_run(run), .wr_clear(clear), .in_valid(axi_wvalid), .in_ready(axi_wready),
        .in_data({axi_wdata, axi_wstrb, axi_wlast}),
        .rd_clk(mem_clk), .rd_rst(mem_lost), .rd_run(mem_run), .rd_clear(mem_clear),
        .out_valid(mem_wvalid), .out_ready(mem_wready), .out_data({mem_wdata, mem_wstrb, mem_wlast})
    );
    cw_cdc_pipe #(.W(6), .DEPTH(DEPTH)) u_b (
        .wr_clk(mem_clk), .wr_run(mem_run), .wr_clear(mem_clear), .in_valid(mem_bvalid), .in_ready(mem_bready),
        .in_data({mem_bid, mem_bresp}),
        .rd_clk(clk), .rd_rst(lost), .rd_run(run), .rd_clear(clear),
        .out_valid(axi_bvalid), .out_ready(axi_bready), .out_data({axi_bid, axi_bresp})
    );
    cw_cdc_pipe #(.W(81), .DEPTH(DEPTH)) u_ar (
        .wr_clk(clk), .wr_run(run), .wr_clear(clear), .in_valid(axi_arvalid), .in_ready(axi_arready),
        .in_data({axi_arid, axi_araddr, axi_arlen, axi_arsize, axi_arburst}),
        .rd_clk(mem_clk), .rd_rst(mem_lost), .rd_run(mem_run), .rd_clear(mem_clear),
        .out_valid(mem_arvalid), .out_ready(mem_arready),
        .out_data({mem_arid, mem_araddr, mem_arlen, mem_arsize, mem_arburst})
    );
    cw_cdc_pipe #(.W(DATA_W + 7), .DEPTH(DEPTH)) u_r (
        .wr_clk(mem_clk), .wr_run(mem_run), .wr_clear(mem_clear), .in_valid(mem_rvalid), .in_ready(mem_rready),
        .in_data({mem_rid, mem_rdata, mem_rresp, mem_rlast}),
        .rd_clk(clk), .rd_rst(lost), .rd_run(run), .rd_clear(clear),
        .out_valid(axi_rvalid), .out_ready(axi_rready), .out_data({axi_rid, axi_rdata, axi_rresp, axi_rlast})
    );
endmodule

`default_nettype wire
