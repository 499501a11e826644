// SPDX-License-Identifier: BSD-2-Clause
//
// Between cw_axi_cdc (or cw_top) and a memory controller that is not reset with the endpoint and is not always ready.
//
// - `lost` (cw_axi_cdc's mem_lost; or cw_top's reset): what was asked for is wanted no more. The controller still gets
//   whole bursts: missing write data comes as beats without strobes, answers that are due are dropped. Nothing new is
//   taken until the last of them has come. Upstream offers nothing while `lost` is high.
// - `ready` low (memory not calibrated): a burst is answered here, with SLVERR; one beyond the end of memory with DECERR, ready or
//   not. The controller sees nothing of it, and what it has already goes to its end first. A controller that gives up in
//   the middle of a burst has to be reset, with rst.
//
// Contract: AXI4, bursts with their data in the order of their addresses; write data goes out after its address only.
// rst is the controller's own reset; nothing else stops a burst. A cycle of latency each way out, none back; a beat a
// cycle, bursts back to back; up to DEPTH bursts under way each way.
`default_nettype none

module cw_axi_guard #(
    parameter DATA_W = 256,
    parameter DEPTH  = 16,    // a power of two
    parameter ADDR_W = 28     // of memory, which has 1 << ADDR_W bytes
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 lost,
    input  wire                 ready,
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
    initial if (ADDR_W < 12 || ADDR_W > 63) begin
        $display("%m: ADDR_W %0d must be 12 to 63", ADDR_W);
        $finish;
    end

    cw_axi_guard_wr #(.DATA_W(DATA_W), .DEPTH(DEPTH), .ADDR_W(ADDR_W)) u_wr (
        .clk(clk), .rst(rst), .lost(lost), .ready(ready), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready),
        .axi_awid(axi_awid), .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize),
        .axi_awburst(axi_awburst), .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata),
        .axi_wstrb(axi_wstrb), .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready),
        .axi_bid(axi_bid), .axi_bresp(axi_bresp), .mem_awvalid(mem_awvalid), .mem_awready(mem_awready),
        .mem_awid(mem_awid), .mem_awaddr(mem_awaddr), .mem_awlen(mem_awlen), .mem_awsize(mem_awsize),
        .mem_awburst(mem_awburst), .mem_wvalid(mem_wvalid), .mem_wready(mem_wready), .mem_wdata(mem_wdata),
        .mem_wstrb(mem_wstrb), .mem_wlast(mem_wlast), .mem_bvalid(mem_bvalid), .mem_bready(mem_bready),
        .mem_bid(mem_bid), .mem_bresp(mem_bresp)
    );

    cw_axi_guard_rd #(.DATA_W(DATA_W), .DEPTH(DEPTH), .ADDR_W(ADDR_W)) u_rd (
        .clk(clk), .rst(rst), .lost(lost), .ready(ready), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready),
        .axi_arid(axi_arid), .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize),
        .axi_arburst(axi_arburst), .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid),
        .axi_rdata(axi_rdata), .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .mem_arvalid(mem_arvalid),
        .mem_arready(mem_arready), .mem_arid(mem_arid), .mem_araddr(mem_araddr), .mem_arlen(mem_arlen),
        .mem_arsize(mem_arsize), .mem_arburst(mem_arburst), .mem_rvalid(mem_rvalid), .mem_rready(mem_rready),
        .mem_rid(mem_rid), .mem_rdata(mem_rdata), .mem_rresp(mem_rresp), .mem_rlast(mem_rlast)
    );
endmodule

`default_nettype wire
