// SPDX-License-Identifier: BSD-2-Clause
//
// What is behind the endpoint on the boards of constraints/, and the template for a design of one's own: card
// memory of MEM_BYTES in the FPGA's own RAM, and registers on AXI4-Lite. The memory has a clock and a reset of its
// own: the endpoint's, or others behind cw_axi_cdc as in vcu118.v.
`default_nettype none

module cw_example #(
    parameter DATA_W    = 256,
    parameter MEM_BYTES = 65536,
    parameter MEM_STYLE = "block"   // or "ultra"
) (
    input  wire                        clk,
    input  wire                        rst,
    input  wire                        mem_clk,
    input  wire                        mem_rst,
    input  wire                        axi_awvalid,
    output wire                        axi_awready,
    input  wire [3:0]                  axi_awid,
    input  wire [63:0]                 axi_awaddr,
    input  wire [7:0]                  axi_awlen,
    input  wire [2:0]                  axi_awsize,
    input  wire [1:0]                  axi_awburst,
    input  wire                        axi_wvalid,
    output wire                        axi_wready,
    input  wire [DATA_W-1:0]           axi_wdata,
    input  wire [DATA_W/8-1:0]         axi_wstrb,
    input  wire                        axi_wlast,
    output wire                        axi_bvalid,
    input  wire                        axi_bready,
    output wire [3:0]                  axi_bid,
    output wire [1:0]                  axi_bresp,
    input  wire                        axi_arvalid,
    output wire                        axi_arready,
    input  wire [3:0]                  axi_arid,
    input  wire [63:0]                 axi_araddr,
    input  wire [7:0]                  axi_arlen,
    input  wire [2:0]                  axi_arsize,
    input  wire [1:0]                  axi_arburst,
    output wire                        axi_rvalid,
    input  wire                        axi_rready,
    output wire [3:0]                  axi_rid,
    output wire [DATA_W-1:0]           axi_rdata,
    output wire [1:0]                  axi_rresp,
    output wire                        axi_rlast,
    input  wire                        user_awvalid,
    output wire                        user_awready,
    input  wire [17:0]                 user_awaddr,
    input  wire                        user_wvalid,
    output wire                        user_wready,
    input  wire [31:0]                 user_wdata,
    input  wire [3:0]                  user_wstrb,
    output wire                        user_bvalid,
    input  wire                        user_bready,
    output wire [1:0]                  user_bresp,
    input  wire                        user_arvalid,
    output wire                        user_arready,
    input  wire [17:0]                 user_araddr,
    output wire                        user_rvalid,
    input  wire                        user_rready,
    output wire [31:0]                 user_rdata,
    output wire [1:0]                  user_rresp
);
    cw_axi_ram #(.DATA_W(DATA_W), .BYTES(MEM_BYTES), .STYLE(MEM_STYLE)) u_memory (
        .clk(mem_clk), .rst(mem_rst), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
        .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
        .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast)
    );

    cw_example_regs u_regs (
        .clk(clk), .rst(rst), .awvalid(user_awvalid), .awready(user_awready), .awaddr(user_awaddr),
        .wvalid(user_wvalid), .wready(user_wready), .wdata(user_wdata), .wstrb(user_wstrb), .bvalid(user_bvalid),
        .bready(user_bready), .bresp(user_bresp), .arvalid(user_arvalid), .arready(user_arready),
        .araddr(user_araddr), .rvalid(user_rvalid), .rready(user_rready), .rdata(user_rdata), .rresp(user_rresp)
    );
endmodule

`default_nettype wire
