// SPDX-License-Identifier: BSD-2-Clause
//
// VCU118: 2 GiB of DDR4 as card memory, the 64 data bits of component group C1 behind Xilinx's controller (DDR4 SDRAM IP,
// PG150), whose settings are in build.tcl. Its AXI4 is as wide as the endpoint's, on its own clock, 250 MHz. Nothing resets
// the controller after configuration.
`default_nettype none

module vcu118_ddr4 (
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
    input  wire [255:0]         axi_wdata,
    input  wire [31:0]          axi_wstrb,
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
    output wire [255:0]         axi_rdata,
    output wire [1:0]           axi_rresp,
    output wire                 axi_rlast,
    // ---- pins ----
    input  wire                 ddr4_clk_p,
    input  wire                 ddr4_clk_n,
    output wire [16:0]          ddr4_adr,
    output wire [1:0]           ddr4_ba,
    output wire                 ddr4_bg,
    output wire                 ddr4_act_n,
    output wire                 ddr4_cs_n,
    output wire                 ddr4_cke,
    output wire                 ddr4_odt,
    output wire                 ddr4_ck_t,
    output wire                 ddr4_ck_c,
    output wire                 ddr4_reset_n,
    inout  wire [7:0]           ddr4_dm_dbi_n,
    inout  wire [63:0]          ddr4_dq,
    inout  wire [7:0]           ddr4_dqs_t,
    inout  wire [7:0]           ddr4_dqs_c
);
    localparam ADDR_W = 31;     // 2 GiB

    wire                 ui_clk, ui_rst, calibrated;
    wire                 mem_awvalid;
    wire                 mem_awready;
    wire [3:0]           mem_awid;
    wire [63:0]          mem_awaddr;
    wire [7:0]           mem_awlen;
    wire [2:0]           mem_awsize;
    wire [1:0]           mem_awburst;
    wire                 mem_wvalid;
    wire                 mem_wready;
    wire [255:0]         mem_wdata;
    wire [31:0]          mem_wstrb;
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
    wire [255:0]         mem_rdata;
    wire [1:0]           mem_rresp;
    wire                 mem_rlast;

    cw_mem_bridge #(.DATA_W(256), .ADDR_W(ADDR_W)) u_bridge (
        .clk(clk), .rst(rst), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
        .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
        .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .mem_clk(ui_clk), .mem_rst(ui_rst), .ready(calibrated),
        .mem_awvalid(mem_awvalid), .mem_awready(mem_awready), .mem_awid(mem_awid), .mem_awaddr(mem_awaddr),
        .mem_awlen(mem_awlen), .mem_awsize(mem_awsize), .mem_awburst(mem_awburst), .mem_wvalid(mem_wvalid),
        .mem_wready(mem_wready), .mem_wdata(mem_wdata), .mem_wstrb(mem_wstrb), .mem_wlast(mem_wlast),
        .mem_bvalid(mem_bvalid), .mem_bready(mem_bready), .mem_bid(mem_bid), .mem_bresp(mem_bresp),
        .mem_arvalid(mem_arvalid), .mem_arready(mem_arready), .mem_arid(mem_arid), .mem_araddr(mem_araddr),
        .mem_arlen(mem_arlen), .mem_arsize(mem_arsize), .mem_arburst(mem_arburst), .mem_rvalid(mem_rvalid),
        .mem_rready(mem_rready), .mem_rid(mem_rid), .mem_rdata(mem_rdata), .mem_rresp(mem_rresp),
        .mem_rlast(mem_rlast)
    );

    ddr4_0 u_ddr4 (
        .sys_rst(1'b0), .c0_sys_clk_p(ddr4_clk_p), .c0_sys_clk_n(ddr4_clk_n), .c0_ddr4_adr(ddr4_adr),
        .c0_ddr4_ba(ddr4_ba), .c0_ddr4_bg(ddr4_bg), .c0_ddr4_act_n(ddr4_act_n), .c0_ddr4_cs_n(ddr4_cs_n),
        .c0_ddr4_cke(ddr4_cke), .c0_ddr4_odt(ddr4_odt), .c0_ddr4_ck_t(ddr4_ck_t), .c0_ddr4_ck_c(ddr4_ck_c),
        .c0_ddr4_reset_n(ddr4_reset_n), .c0_ddr4_dm_dbi_n(ddr4_dm_dbi_n), .c0_ddr4_dq(ddr4_dq),
        .c0_ddr4_dqs_t(ddr4_dqs_t), .c0_ddr4_dqs_c(ddr4_dqs_c), .c0_ddr4_ui_clk(ui_clk),
        .c0_ddr4_ui_clk_sync_rst(ui_rst), .c0_init_calib_complete(calibrated), .c0_ddr4_aresetn(!ui_rst),
        .c0_ddr4_s_axi_awvalid(mem_awvalid), .c0_ddr4_s_axi_awready(mem_awready), .c0_ddr4_s_axi_awid(mem_awid),
        .c0_ddr4_s_axi_awaddr(mem_awaddr[ADDR_W-1:0]), .c0_ddr4_s_axi_awlen(mem_awlen),
        .c0_ddr4_s_axi_awsize(mem_awsize), .c0_ddr4_s_axi_awburst(mem_awburst), .c0_ddr4_s_axi_awlock(1'b0),
        .c0_ddr4_s_axi_awcache(4'd0), .c0_ddr4_s_axi_awprot(3'd0), .c0_ddr4_s_axi_awqos(4'd0),
        .c0_ddr4_s_axi_wvalid(mem_wvalid), .c0_ddr4_s_axi_wready(mem_wready), .c0_ddr4_s_axi_wdata(mem_wdata),
        .c0_ddr4_s_axi_wstrb(mem_wstrb), .c0_ddr4_s_axi_wlast(mem_wlast), .c0_ddr4_s_axi_bvalid(mem_bvalid),
        .c0_ddr4_s_axi_bready(mem_bready), .c0_ddr4_s_axi_bid(mem_bid), .c0_ddr4_s_axi_bresp(mem_bresp),
        .c0_ddr4_s_axi_arvalid(mem_arvalid), .c0_ddr4_s_axi_arready(mem_arready), .c0_ddr4_s_axi_arid(mem_arid),
        .c0_ddr4_s_axi_araddr(mem_araddr[ADDR_W-1:0]), .c0_ddr4_s_axi_arlen(mem_arlen),
        .c0_ddr4_s_axi_arsize(mem_arsize), .c0_ddr4_s_axi_arburst(mem_arburst), .c0_ddr4_s_axi_arlock(1'b0),
        .c0_ddr4_s_axi_arcache(4'd0), .c0_ddr4_s_axi_arprot(3'd0), .c0_ddr4_s_axi_arqos(4'd0),
        .c0_ddr4_s_axi_rvalid(mem_rvalid), .c0_ddr4_s_axi_rready(mem_rready), .c0_ddr4_s_axi_rid(mem_rid),
        .c0_ddr4_s_axi_rdata(mem_rdata), .c0_ddr4_s_axi_rresp(mem_rresp), .c0_ddr4_s_axi_rlast(mem_rlast)
    );

    wire unused = &{1'b0, mem_awaddr[63:ADDR_W], mem_araddr[63:ADDR_W]};
endmodule

`default_nettype wire
