// SPDX-License-Identifier: BSD-2-Clause
//
// LiteFury: 512 MiB of DDR3 as card memory, behind Xilinx's controller (MIG 7 series, UG586), whose settings are in
// mig.tcl. The endpoint's 256 bits on user_clk become 128 bits on the controller's own clock, 100 MHz: 1.6 GB/s, the
// memory's own rate. Nothing resets the controller after configuration.
`default_nettype none

module litefury_ddr3 (
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
    output wire                 ui_clk,
    // ---- pins ----
    input  wire                 sys_clk_p,
    input  wire                 sys_clk_n,
    output wire [14:0]          ddr3_addr,
    output wire [2:0]           ddr3_ba,
    output wire                 ddr3_ras_n,
    output wire                 ddr3_cas_n,
    output wire                 ddr3_we_n,
    output wire                 ddr3_reset_n,
    output wire                 ddr3_ck_p,
    output wire                 ddr3_ck_n,
    output wire                 ddr3_cke,
    output wire                 ddr3_odt,
    output wire [1:0]           ddr3_dm,
    inout  wire [15:0]          ddr3_dq,
    inout  wire [1:0]           ddr3_dqs_p,
    inout  wire [1:0]           ddr3_dqs_n
);
    localparam ADDR_W = 29;     // 512 MiB

    wire                 mig_clk, ui_rst, calibrated;
    assign ui_clk = mig_clk;
    wire [3:0]           unused_bid, unused_rid;
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
    wire                 mig_awvalid;
    wire                 mig_awready;
    wire [63:0]          mig_awaddr;
    wire [7:0]           mig_awlen;
    wire                 mig_wvalid;
    wire                 mig_wready;
    wire [127:0]         mig_wdata;
    wire [15:0]          mig_wstrb;
    wire                 mig_wlast;
    wire                 mig_bvalid;
    wire                 mig_bready;
    wire [1:0]           mig_bresp;
    wire                 mig_arvalid;
    wire                 mig_arready;
    wire [63:0]          mig_araddr;
    wire [7:0]           mig_arlen;
    wire                 mig_rvalid;
    wire                 mig_rready;
    wire [127:0]         mig_rdata;
    wire [1:0]           mig_rresp;
    wire                 mig_rlast;

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

    cw_axi_narrow #(.DATA_W(256), .BEATS(256)) u_narrow (
        .clk(ui_clk), .rst(ui_rst), .axi_awvalid(mem_awvalid), .axi_awready(mem_awready), .axi_awid(mem_awid),
        .axi_awaddr(mem_awaddr), .axi_awlen(mem_awlen), .axi_wvalid(mem_wvalid), .axi_wready(mem_wready),
        .axi_wdata(mem_wdata), .axi_wstrb(mem_wstrb), .axi_wlast(mem_wlast), .axi_bvalid(mem_bvalid),
        .axi_bready(mem_bready), .axi_bid(mem_bid), .axi_bresp(mem_bresp), .axi_arvalid(mem_arvalid),
        .axi_arready(mem_arready), .axi_arid(mem_arid), .axi_araddr(mem_araddr), .axi_arlen(mem_arlen),
        .axi_rvalid(mem_rvalid), .axi_rready(mem_rready), .axi_rid(mem_rid), .axi_rdata(mem_rdata),
        .axi_rresp(mem_rresp), .axi_rlast(mem_rlast), .mem_awvalid(mig_awvalid), .mem_awready(mig_awready),
        .mem_awaddr(mig_awaddr), .mem_awlen(mig_awlen), .mem_wvalid(mig_wvalid), .mem_wready(mig_wready),
        .mem_wdata(mig_wdata), .mem_wstrb(mig_wstrb), .mem_wlast(mig_wlast), .mem_bvalid(mig_bvalid),
        .mem_bready(mig_bready), .mem_bresp(mig_bresp), .mem_arvalid(mig_arvalid), .mem_arready(mig_arready),
        .mem_araddr(mig_araddr), .mem_arlen(mig_arlen), .mem_rvalid(mig_rvalid), .mem_rready(mig_rready),
        .mem_rdata(mig_rdata), .mem_rresp(mig_rresp), .mem_rlast(mig_rlast)
    );

    mig_7series_0 u_mig (
        .ddr3_addr(ddr3_addr), .ddr3_ba(ddr3_ba), .ddr3_ras_n(ddr3_ras_n), .ddr3_cas_n(ddr3_cas_n),
        .ddr3_we_n(ddr3_we_n), .ddr3_reset_n(ddr3_reset_n), .ddr3_ck_p(ddr3_ck_p), .ddr3_ck_n(ddr3_ck_n),
        .ddr3_cke(ddr3_cke), .ddr3_odt(ddr3_odt), .ddr3_dm(ddr3_dm), .ddr3_dq(ddr3_dq), .ddr3_dqs_p(ddr3_dqs_p),
        .ddr3_dqs_n(ddr3_dqs_n), .sys_clk_p(sys_clk_p), .sys_clk_n(sys_clk_n), .sys_rst(1'b1), .ui_clk(mig_clk),
        .ui_clk_sync_rst(ui_rst), .init_calib_complete(calibrated), .aresetn(!ui_rst), .s_axi_awvalid(mig_awvalid),
        .s_axi_awready(mig_awready), .s_axi_awid(4'd0), .s_axi_awaddr(mig_awaddr[ADDR_W-1:0]),
        .s_axi_awlen(mig_awlen), .s_axi_awsize(3'd4), .s_axi_awburst(2'd1), .s_axi_awlock(1'b0),
        .s_axi_awcache(4'd0), .s_axi_awprot(3'd0), .s_axi_awqos(4'd0), .s_axi_wvalid(mig_wvalid),
        .s_axi_wready(mig_wready), .s_axi_wdata(mig_wdata), .s_axi_wstrb(mig_wstrb), .s_axi_wlast(mig_wlast),
        .s_axi_bvalid(mig_bvalid), .s_axi_bready(mig_bready), .s_axi_bid(unused_bid), .s_axi_bresp(mig_bresp),
        .s_axi_arvalid(mig_arvalid), .s_axi_arready(mig_arready), .s_axi_arid(4'd0),
        .s_axi_araddr(mig_araddr[ADDR_W-1:0]), .s_axi_arlen(mig_arlen), .s_axi_arsize(3'd4), .s_axi_arburst(2'd1),
        .s_axi_arlock(1'b0), .s_axi_arcache(4'd0), .s_axi_arprot(3'd0), .s_axi_arqos(4'd0),
        .s_axi_rvalid(mig_rvalid), .s_axi_rready(mig_rready), .s_axi_rid(unused_rid), .s_axi_rdata(mig_rdata),
        .s_axi_rresp(mig_rresp), .s_axi_rlast(mig_rlast)
    );

    wire       unused = &{1'b0, unused_bid, unused_rid, mig_awaddr[63:ADDR_W], mig_araddr[63:ADDR_W], mem_awsize,
                          mem_awburst, mem_arsize, mem_arburst};
endmodule

`default_nettype wire
