// SPDX-License-Identifier: BSD-2-Clause
//
// From the endpoint's AXI4 (clk) to a memory controller with a clock of its own (mem_clk): cw_axi_cdc and cw_axi_guard.
// The endpoint may be reset at any time, the controller never is (mem_rst is its own reset after configuration, of
// mem_clk); until `ready` (calibrated, of mem_clk) every access is answered with SLVERR.
`default_nettype none

module cw_mem_bridge #(
    parameter DATA_W = 256,
    parameter ADDR_W = 28     // of memory, which has 1 << ADDR_W bytes
) (
    input  wire                 clk,
    input  wire                 rst,
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
    input  wire                 ready,
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
    wire                 lost, mem_lost;
    wire                 cdc_awvalid;
    wire                 cdc_awready;
    wire [3:0]           cdc_awid;
    wire [63:0]          cdc_awaddr;
    wire [7:0]           cdc_awlen;
    wire [2:0]           cdc_awsize;
    wire [1:0]           cdc_awburst;
    wire                 cdc_wvalid;
    wire                 cdc_wready;
    wire [DATA_W-1:0]    cdc_wdata;
    wire [DATA_W/8-1:0]  cdc_wstrb;
    wire                 cdc_wlast;
    wire                 cdc_bvalid;
    wire                 cdc_bready;
    wire [3:0]           cdc_bid;
    wire [1:0]           cdc_bresp;
    wire                 cdc_arvalid;
    wire                 cdc_arready;
    wire [3:0]           cdc_arid;
    wire [63:0]          cdc_araddr;
    wire [7:0]           cdc_arlen;
    wire [2:0]           cdc_arsize;
    wire [1:0]           cdc_arburst;
    wire                 cdc_rvalid;
    wire                 cdc_rready;
    wire [3:0]           cdc_rid;
    wire [DATA_W-1:0]    cdc_rdata;
    wire [1:0]           cdc_rresp;
    wire                 cdc_rlast;

    cw_axi_cdc #(.DATA_W(DATA_W)) u_cdc (
        .clk(clk), .rst(rst), .lost(lost), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
        .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
        .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .mem_clk(mem_clk), .mem_rst(mem_rst), .mem_lost(mem_lost),
        .mem_awvalid(cdc_awvalid), .mem_awready(cdc_awready), .mem_awid(cdc_awid), .mem_awaddr(cdc_awaddr),
        .mem_awlen(cdc_awlen), .mem_awsize(cdc_awsize), .mem_awburst(cdc_awburst), .mem_wvalid(cdc_wvalid),
        .mem_wready(cdc_wready), .mem_wdata(cdc_wdata), .mem_wstrb(cdc_wstrb), .mem_wlast(cdc_wlast),
        .mem_bvalid(cdc_bvalid), .mem_bready(cdc_bready), .mem_bid(cdc_bid), .mem_bresp(cdc_bresp),
        .mem_arvalid(cdc_arvalid), .mem_arready(cdc_arready), .mem_arid(cdc_arid), .mem_araddr(cdc_araddr),
        .mem_arlen(cdc_arlen), .mem_arsize(cdc_arsize), .mem_arburst(cdc_arburst), .mem_rvalid(cdc_rvalid),
        .mem_rready(cdc_rready), .mem_rid(cdc_rid), .mem_rdata(cdc_rdata), .mem_rresp(cdc_rresp),
        .mem_rlast(cdc_rlast)
    );

    cw_axi_guard #(.DATA_W(DATA_W), .ADDR_W(ADDR_W)) u_guard (
        .clk(mem_clk), .rst(mem_rst), .lost(mem_lost), .ready(ready), .axi_awvalid(cdc_awvalid),
        .axi_awready(cdc_awready), .axi_awid(cdc_awid), .axi_awaddr(cdc_awaddr), .axi_awlen(cdc_awlen),
        .axi_awsize(cdc_awsize), .axi_awburst(cdc_awburst), .axi_wvalid(cdc_wvalid), .axi_wready(cdc_wready),
        .axi_wdata(cdc_wdata), .axi_wstrb(cdc_wstrb), .axi_wlast(cdc_wlast), .axi_bvalid(cdc_bvalid),
        .axi_bready(cdc_bready), .axi_bid(cdc_bid), .axi_bresp(cdc_bresp), .axi_arvalid(cdc_arvalid),
        .axi_arready(cdc_arready), .axi_arid(cdc_arid), .axi_araddr(cdc_araddr), .axi_arlen(cdc_arlen),
        .axi_arsize(cdc_arsize), .axi_arburst(cdc_arburst), .axi_rvalid(cdc_rvalid), .axi_rready(cdc_rready),
        .axi_rid(cdc_rid), .axi_rdata(cdc_rdata), .axi_rresp(cdc_rresp), .axi_rlast(cdc_rlast),
        .mem_awvalid(mem_awvalid), .mem_awready(mem_awready), .mem_awid(mem_awid), .mem_awaddr(mem_awaddr),
        .mem_awlen(mem_awlen), .mem_awsize(mem_awsize), .mem_awburst(mem_awburst), .mem_wvalid(mem_wvalid),
        .mem_wready(mem_wready), .mem_wdata(mem_wdata), .mem_wstrb(mem_wstrb), .mem_wlast(mem_wlast),
        .mem_bvalid(mem_bvalid), .mem_bready(mem_bready), .mem_bid(mem_bid), .mem_bresp(mem_bresp),
        .mem_arvalid(mem_arvalid), .mem_arready(mem_arready), .mem_arid(mem_arid), .mem_araddr(mem_araddr),
        .mem_arlen(mem_arlen), .mem_arsize(mem_arsize), .mem_arburst(mem_arburst), .mem_rvalid(mem_rvalid),
        .mem_rready(mem_rready), .mem_rid(mem_rid), .mem_rdata(mem_rdata), .mem_rresp(mem_rresp),
        .mem_rlast(mem_rlast)
    );

    wire unused = &{1'b0, lost}; // the endpoint starts after the controller's only reset, or waits for it
endmodule

`default_nettype wire
