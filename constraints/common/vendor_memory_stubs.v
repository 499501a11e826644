// SPDX-License-Identifier: BSD-2-Clause
//
// Black boxes of the vendor's memory controllers, for builds without the vendor's tool: the ports that the designs here
// use, as the settings in each board's folder make them. Facts: UG586 (MIG 7 series), PG150 (DDR4), PG276 (HBM).
`default_nettype none

// MIG 7 series, one 16-bit DDR3 part, AXI4 of 128 bits.
(* blackbox *)
module mig_7series_0 (
    output wire [14:0]          ddr3_addr,
    output wire [2:0]           ddr3_ba,
    output wire                 ddr3_ras_n,
    output wire                 ddr3_cas_n,
    output wire                 ddr3_we_n,
    output wire                 ddr3_reset_n,
    output wire [0:0]           ddr3_ck_p,
    output wire [0:0]           ddr3_ck_n,
    output wire [0:0]           ddr3_cke,
    output wire [0:0]           ddr3_odt,
    output wire [1:0]           ddr3_dm,
    inout  wire [15:0]          ddr3_dq,
    inout  wire [1:0]           ddr3_dqs_p,
    inout  wire [1:0]           ddr3_dqs_n,
    input  wire                 sys_clk_p,
    input  wire                 sys_clk_n,
    input  wire                 sys_rst,
    output wire                 ui_clk,
    output wire                 ui_clk_sync_rst,
    output wire                 init_calib_complete,
    input  wire                 aresetn,
    input  wire                 s_axi_awvalid,
    output wire                 s_axi_awready,
    input  wire [3:0]           s_axi_awid,
    input  wire [28:0]          s_axi_awaddr,
    input  wire [7:0]           s_axi_awlen,
    input  wire [2:0]           s_axi_awsize,
    input  wire [1:0]           s_axi_awburst,
    input  wire [0:0]           s_axi_awlock,
    input  wire [3:0]           s_axi_awcache,
    input  wire [2:0]           s_axi_awprot,
    input  wire [3:0]           s_axi_awqos,
    input  wire                 s_axi_wvalid,
    output wire                 s_axi_wready,
    input  wire [127:0]         s_axi_wdata,
    input  wire [15:0]          s_axi_wstrb,
    input  wire                 s_axi_wlast,
    output wire                 s_axi_bvalid,
    input  wire                 s_axi_bready,
    output wire [3:0]           s_axi_bid,
    output wire [1:0]           s_axi_bresp,
    input  wire                 s_axi_arvalid,
    output wire                 s_axi_arready,
    input  wire [3:0]           s_axi_arid,
    input  wire [28:0]          s_axi_araddr,
    input  wire [7:0]           s_axi_arlen,
    input  wire [2:0]           s_axi_arsize,
    input  wire [1:0]           s_axi_arburst,
    input  wire [0:0]           s_axi_arlock,
    input  wire [3:0]           s_axi_arcache,
    input  wire [2:0]           s_axi_arprot,
    input  wire [3:0]           s_axi_arqos,
    output wire                 s_axi_rvalid,
    input  wire                 s_axi_rready,
    output wire [3:0]           s_axi_rid,
    output wire [127:0]         s_axi_rdata,
    output wire [1:0]           s_axi_rresp,
    output wire                 s_axi_rlast
);
endmodule

`default_nettype wire
