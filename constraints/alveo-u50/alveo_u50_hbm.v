// SPDX-License-Identifier: BSD-2-Clause
//
// Alveo U50: 8 GiB of HBM2 as card memory, behind Xilinx's controller (HBM IP, PG276), whose settings are in build.tcl. One
// of its ports is used, AXI3 of 256 bits at 250 MHz, 8 GB/s: half of what the link carries; its switch reaches both
// stacks. The clock is made from the board's own 100 MHz, which is the stacks' reference too. Nothing resets the
// controller after configuration.
`default_nettype none

module alveo_u50_hbm (
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
    input  wire [511:0]         axi_wdata,
    input  wire [63:0]          axi_wstrb,
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
    output wire [511:0]         axi_rdata,
    output wire [1:0]           axi_rresp,
    output wire                 axi_rlast,
    input  wire                 sys_clk,    // 100 MHz
    output wire                 cattrip     // too hot: the board switches itself off
);
    localparam ADDR_W = 33;     // 8 GiB

    // ---- the port's clock, and when it may be used ----
    wire                 feedback, hbm_clk_out, hbm_clk, locked, running, hbm_rst;
    wire                 complete_0, complete_1, done_0, done_1, cattrip_0, cattrip_1;

    MMCME4_BASE #(.CLKIN1_PERIOD(10), .CLKFBOUT_MULT_F(10), .CLKOUT0_DIVIDE_F(4)) u_mmcm (
        .CLKIN1(sys_clk), .CLKFBIN(feedback), .RST(1'b0), .PWRDWN(1'b0), .CLKFBOUT(feedback), .CLKOUT0(hbm_clk_out),
        .LOCKED(locked)
    );
    BUFG u_hbm_bufg (.I(hbm_clk_out), .O(hbm_clk));
    cw_sync u_locked (.clk(hbm_clk), .in(locked), .out(running));
    assign hbm_rst = !running;

    // of the stacks' APB clock, sys_clk
    cw_sync u_done_0 (.clk(hbm_clk), .in(complete_0), .out(done_0));
    cw_sync u_done_1 (.clk(hbm_clk), .in(complete_1), .out(done_1));
    assign cattrip = cattrip_0 || cattrip_1;

    // ---- to the port ----
    wire                 mem_awvalid;
    wire                 mem_awready;
    wire [3:0]           mem_awid;
    wire [63:0]          mem_awaddr;
    wire [7:0]           mem_awlen;
    wire [2:0]           mem_awsize;
    wire [1:0]           mem_awburst;
    wire                 mem_wvalid;
    wire                 mem_wready;
    wire [511:0]         mem_wdata;
    wire [63:0]          mem_wstrb;
    wire                 mem_wlast;
    wire                 mem_bvalid;
    wire                 mem_bready;
    wire [3:0]           mem_bid;
    wire [1:0]           mem_bresp;
    wire                 mem_arvalid;
    wire                 mem_arready;
    wire [3:0]           mem_arid;
    wire [63:0]          mem_araddr;
    wire [7:0]           mem_arlen;
    wire [2:0]           mem_arsize;
    wire [1:0]           mem_arburst;
    wire                 mem_rvalid;
    wire                 mem_rready;
    wire [3:0]           mem_rid;
    wire [511:0]         mem_rdata;
    wire [1:0]           mem_rresp;
    wire                 mem_rlast;
    wire                 hbm_awvalid;
    wire                 hbm_awready;
    wire [63:0]          hbm_awaddr;
    wire [7:0]           hbm_awlen;
    wire                 hbm_wvalid;
    wire                 hbm_wready;
    wire [255:0]         hbm_wdata;
    wire [31:0]          hbm_wstrb;
    wire                 hbm_wlast;
    wire                 hbm_bvalid;
    wire                 hbm_bready;
    wire [1:0]           hbm_bresp;
    wire                 hbm_arvalid;
    wire                 hbm_arready;
    wire [63:0]          hbm_araddr;
    wire [7:0]           hbm_arlen;
    wire                 hbm_rvalid;
    wire                 hbm_rready;
    wire [255:0]         hbm_rdata;
    wire [1:0]           hbm_rresp;
    wire                 hbm_rlast;
    wire [5:0]           unused_bid, unused_rid;

    cw_mem_bridge #(.DATA_W(512), .ADDR_W(ADDR_W)) u_bridge (
        .clk(clk), .rst(rst), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
        .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
        .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .mem_clk(hbm_clk), .mem_rst(hbm_rst), .ready(done_0 && done_1),
        .mem_awvalid(mem_awvalid), .mem_awready(mem_awready), .mem_awid(mem_awid), .mem_awaddr(mem_awaddr),
        .mem_awlen(mem_awlen), .mem_awsize(mem_awsize), .mem_awburst(mem_awburst), .mem_wvalid(mem_wvalid),
        .mem_wready(mem_wready), .mem_wdata(mem_wdata), .mem_wstrb(mem_wstrb), .mem_wlast(mem_wlast),
        .mem_bvalid(mem_bvalid), .mem_bready(mem_bready), .mem_bid(mem_bid), .mem_bresp(mem_bresp),
        .mem_arvalid(mem_arvalid), .mem_arready(mem_arready), .mem_arid(mem_arid), .mem_araddr(mem_araddr),
        .mem_arlen(mem_arlen), .mem_arsize(mem_arsize), .mem_arburst(mem_arburst), .mem_rvalid(mem_rvalid),
        .mem_rready(mem_rready), .mem_rid(mem_rid), .mem_rdata(mem_rdata), .mem_rresp(mem_rresp),
        .mem_rlast(mem_rlast)
    );

    cw_axi_narrow #(.DATA_W(512), .BEATS(16)) u_narrow (
        .clk(hbm_clk), .rst(hbm_rst), .axi_awvalid(mem_awvalid), .axi_awready(mem_awready), .axi_awid(mem_awid),
        .axi_awaddr(mem_awaddr), .axi_awlen(mem_awlen), .axi_wvalid(mem_wvalid), .axi_wready(mem_wready),
        .axi_wdata(mem_wdata), .axi_wstrb(mem_wstrb), .axi_wlast(mem_wlast), .axi_bvalid(mem_bvalid),
        .axi_bready(mem_bready), .axi_bid(mem_bid), .axi_bresp(mem_bresp), .axi_arvalid(mem_arvalid),
        .axi_arready(mem_arready), .axi_arid(mem_arid), .axi_araddr(mem_araddr), .axi_arlen(mem_arlen),
        .axi_rvalid(mem_rvalid), .axi_rready(mem_rready), .axi_rid(mem_rid), .axi_rdata(mem_rdata),
        .axi_rresp(mem_rresp), .axi_rlast(mem_rlast), .mem_awvalid(hbm_awvalid), .mem_awready(hbm_awready),
        .mem_awaddr(hbm_awaddr), .mem_awlen(hbm_awlen), .mem_wvalid(hbm_wvalid), .mem_wready(hbm_wready),
        .mem_wdata(hbm_wdata), .mem_wstrb(hbm_wstrb), .mem_wlast(hbm_wlast), .mem_bvalid(hbm_bvalid),
        .mem_bready(hbm_bready), .mem_bresp(hbm_bresp), .mem_arvalid(hbm_arvalid), .mem_arready(hbm_arready),
        .mem_araddr(hbm_araddr), .mem_arlen(hbm_arlen), .mem_rvalid(hbm_rvalid), .mem_rready(hbm_rready),
        .mem_rdata(hbm_rdata), .mem_rresp(hbm_rresp), .mem_rlast(hbm_rlast)
    );

    hbm_0 u_hbm (
        .HBM_REF_CLK_0(sys_clk), .APB_0_PCLK(sys_clk), .APB_0_PRESET_N(1'b1), .APB_0_PSEL(1'b0),
        .APB_0_PENABLE(1'b0), .APB_0_PWRITE(1'b0), .APB_0_PADDR(22'd0), .APB_0_PWDATA(32'd0),
        .apb_complete_0(complete_0), .DRAM_0_STAT_CATTRIP(cattrip_0), .HBM_REF_CLK_1(sys_clk), .APB_1_PCLK(sys_clk),
        .APB_1_PRESET_N(1'b1), .APB_1_PSEL(1'b0), .APB_1_PENABLE(1'b0), .APB_1_PWRITE(1'b0), .APB_1_PADDR(22'd0),
        .APB_1_PWDATA(32'd0), .apb_complete_1(complete_1), .DRAM_1_STAT_CATTRIP(cattrip_1), .AXI_00_ACLK(hbm_clk),
        .AXI_00_ARESET_N(!hbm_rst), .AXI_00_AWVALID(hbm_awvalid), .AXI_00_AWREADY(hbm_awready), .AXI_00_AWID(6'd0),
        .AXI_00_AWADDR(hbm_awaddr[ADDR_W-1:0]), .AXI_00_AWLEN(hbm_awlen[3:0]), .AXI_00_AWSIZE(3'd5),
        .AXI_00_AWBURST(2'd1), .AXI_00_WVALID(hbm_wvalid), .AXI_00_WREADY(hbm_wready), .AXI_00_WDATA(hbm_wdata),
        .AXI_00_WSTRB(hbm_wstrb), .AXI_00_WDATA_PARITY(32'd0), .AXI_00_WLAST(hbm_wlast), .AXI_00_BVALID(hbm_bvalid),
        .AXI_00_BREADY(hbm_bready), .AXI_00_BID(unused_bid), .AXI_00_BRESP(hbm_bresp), .AXI_00_ARVALID(hbm_arvalid),
        .AXI_00_ARREADY(hbm_arready), .AXI_00_ARID(6'd0), .AXI_00_ARADDR(hbm_araddr[ADDR_W-1:0]),
        .AXI_00_ARLEN(hbm_arlen[3:0]), .AXI_00_ARSIZE(3'd5), .AXI_00_ARBURST(2'd1), .AXI_00_RVALID(hbm_rvalid),
        .AXI_00_RREADY(hbm_rready), .AXI_00_RID(unused_rid), .AXI_00_RDATA(hbm_rdata), .AXI_00_RRESP(hbm_rresp),
        .AXI_00_RLAST(hbm_rlast)
    );

    wire unused = &{1'b0, unused_bid, unused_rid, hbm_awaddr[63:ADDR_W], hbm_araddr[63:ADDR_W], hbm_awlen[7:4],
                    hbm_arlen[7:4], mem_awsize, mem_awburst, mem_arsize, mem_arburst};
endmodule

`default_nettype wire
