// SPDX-License-Identifier: BSD-2-Clause
//
// Joins the card-side AXI4 of the three parts to the one port: host-to-card
// writes and card-to-host reads (the movers, ID 0) and the host's window (both,
// ID 1). All bursts are full width, INCR. Write data follows the order of the
// addresses accepted; responses are routed by ID and may come in any order
// between IDs. Two sources of one channel take turns.
//
// It is on the PCIe reset, not on the engine's: mover_rst is the engine reset.
// Normally the movers are reset when they are empty. When one is cut short all
// the same, its bursts are finished here: write beats still owed go out without
// strobes, responses still due are swallowed, and nothing new is taken from the
// movers while mover_rst is high.
//
// One cycle of latency on AW, AR and W, none on B and R; a beat a cycle each.
`default_nettype none

module cw_axi_mux #(
    parameter DATA_W = 256
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                mover_rst,
    output wire                idle,       // nothing offered, nothing outstanding
    output wire [29:0]         stat,

    input  wire                h2c_awvalid,
    output wire                h2c_awready,
    input  wire [63:0]         h2c_awaddr,
    input  wire [7:0]          h2c_awlen,
    input  wire                h2c_wvalid,
    output wire                h2c_wready,
    input  wire [DATA_W-1:0]   h2c_wdata,
    input  wire [DATA_W/8-1:0] h2c_wstrb,
    input  wire                h2c_wlast,
    output wire                h2c_bvalid,
    input  wire                h2c_bready,
    output wire [1:0]          h2c_bresp,

    input  wire                c2h_arvalid,
    output wire                c2h_arready,
    input  wire [63:0]         c2h_araddr,
    input  wire [7:0]          c2h_arlen,
    output wire                c2h_rvalid,
    input  wire                c2h_rready,
    output wire [DATA_W-1:0]   c2h_rdata,
    output wire [1:0]          c2h_rresp,
    output wire                c2h_rlast,

    input  wire                win_awvalid,
    output wire                win_awready,
    input  wire [63:0]         win_awaddr,
    input  wire [7:0]          win_awlen,
    input  wire                win_wvalid,
    output wire                win_wready,
    input  wire [DATA_W-1:0]   win_wdata,
    input  wire [DATA_W/8-1:0] win_wstrb,
    input  wire                win_wlast,
    output wire                win_bvalid,
    input  wire                win_bready,
    output wire [1:0]          win_bresp,
    input  wire                win_arvalid,
    output wire                win_arready,
    input  wire [63:0]         win_araddr,
    input  wire [7:0]          win_arlen,
    output wire                win_rvalid,
    input  wire                win_rready,
    output wire [DATA_W-1:0]   win_rdata,
    output wire [1:0]          win_rresp,
    output wire                win_rlast,

    output wire                axi_awvalid,
    input  wire                axi_awready,
    output wire [3:0]          axi_awid,
    output wire [63:0]         axi_awaddr,
    output wire [7:0]          axi_awlen,
    output wire [2:0]          axi_awsize,
    output wire [1:0]          axi_awburst,
    output wire                axi_wvalid,
    input  wire                axi_wready,
    output wire [DATA_W-1:0]   axi_wdata,
    output wire [DATA_W/8-1:0] axi_wstrb,
    output wire                axi_wlast,
    input  wire                axi_bvalid,
    output wire                axi_bready,
    input  wire [3:0]          axi_bid,
    input  wire [1:0]          axi_bresp,
    output wire                axi_arvalid,
    input  wire                axi_arready,
    output wire [3:0]          axi_arid,
    output wire [63:0]         axi_araddr,
    output wire [7:0]          axi_arlen,
    output wire [2:0]          axi_arsize,
    output wire [1:0]          axi_arburst,
    input  wire                axi_rvalid,
    output wire                axi_rready,
    input  wire [3:0]          axi_rid,
    input  wire [DATA_W-1:0]   axi_rdata,
    input  wire [1:0]          axi_rresp,
    input  wire                axi_rlast
);
    `include "cw_regs.vh"

    localparam [31:0] LANE_LOG2 = $clog2(DATA_W / 8);

    wire wr_idle, rd_idle;
    wire stall = (axi_awvalid && !axi_awready) || (axi_wvalid && !axi_wready) ||
                 (axi_arvalid && !axi_arready);

    assign idle = wr_idle && rd_idle;
    assign stat = {29'd0, stall} << CW_COUNTER_STALL_AXI;
    assign axi_awsize  = LANE_LOG2[2:0];
    assign axi_arsize  = LANE_LOG2[2:0];
    assign axi_awburst = 2'b01;
    assign axi_arburst = 2'b01;

    cw_axi_mux_wr #(.DATA_W(DATA_W)) u_wr (
        .clk(clk), .rst(rst), .mover_rst(mover_rst), .idle(wr_idle),
        .h2c_awvalid(h2c_awvalid), .h2c_awready(h2c_awready), .h2c_awaddr(h2c_awaddr),
        .h2c_awlen(h2c_awlen), .h2c_wvalid(h2c_wvalid), .h2c_wready(h2c_wready),
        .h2c_wdata(h2c_wdata), .h2c_wstrb(h2c_wstrb), .h2c_wlast(h2c_wlast),
        .h2c_bvalid(h2c_bvalid), .h2c_bready(h2c_bready), .h2c_bresp(h2c_bresp),
        .win_awvalid(win_awvalid), .win_awready(win_awready), .win_awaddr(win_awaddr),
        .win_awlen(win_awlen), .win_wvalid(win_wvalid), .win_wready(win_wready),
        .win_wdata(win_wdata), .win_wstrb(win_wstrb), .win_wlast(win_wlast),
        .win_bvalid(win_bvalid), .win_bready(win_bready), .win_bresp(win_bresp),
        .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_wvalid(axi_wvalid),
        .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready),
        .axi_bid(axi_bid), .axi_bresp(axi_bresp)
    );

    cw_axi_mux_rd #(.DATA_W(DATA_W)) u_rd (
        .clk(clk), .rst(rst), .mover_rst(mover_rst), .idle(rd_idle),
        .c2h_arvalid(c2h_arvalid), .c2h_arready(c2h_arready), .c2h_araddr(c2h_araddr),
        .c2h_arlen(c2h_arlen), .c2h_rvalid(c2h_rvalid), .c2h_rready(c2h_rready),
        .c2h_rdata(c2h_rdata), .c2h_rresp(c2h_rresp), .c2h_rlast(c2h_rlast),
        .win_arvalid(win_arvalid), .win_arready(win_arready), .win_araddr(win_araddr),
        .win_arlen(win_arlen), .win_rvalid(win_rvalid), .win_rready(win_rready),
        .win_rdata(win_rdata), .win_rresp(win_rresp), .win_rlast(win_rlast),
        .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_rvalid(axi_rvalid),
        .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast)
    );
endmodule

`default_nettype wire
