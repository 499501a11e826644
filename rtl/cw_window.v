// SPDX-License-Identifier: BSD-2-Clause
// The window of BAR4 onto card memory: cw_window_wr and cw_window_rd on one AXI4
// port. Reads are not started before every earlier write has its response (the
// requester waits for wr_idle), so a read sees the writes before it.
`default_nettype none

module cw_window #(
    parameter DATA_W = 256
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire [63:0]           window_base,
    input  wire [2:0]            fn_mps,
    input  wire                  wr_valid,
    output wire                  wr_ready,
    output wire                  wr_idle,
    input  wire                  rd_valid,
    output wire                  rd_done,
    output wire                  rd_err,
    input  wire [17:0]           addr,        // DW index in the window
    input  wire [10:0]           len,         // DW
    input  wire [3:0]            first_be,
    input  wire [3:0]            last_be,
    input  wire                  data_valid,
    output wire                  data_ready,
    input  wire [DATA_W-1:0]     data,
    input  wire                  data_eop,
    output wire                  buf_wr_en,
    output wire [9-$clog2(DATA_W/32):0] buf_wr_addr,
    output wire [DATA_W/32-1:0]  buf_wr_back,
    output wire [DATA_W-1:0]     buf_wr_data,
    output wire [2:0]            buf_mps,
    output wire                  ev_axi_err,

    output wire                  axi_awvalid,
    input  wire                  axi_awready,
    output wire [63:0]           axi_awaddr,
    output wire [7:0]            axi_awlen,
    output wire                  axi_wvalid,
    input  wire                  axi_wready,
    output wire [DATA_W-1:0]     axi_wdata,
    output wire [DATA_W/8-1:0]   axi_wstrb,
    output wire                  axi_wlast,
    input  wire                  axi_bvalid,
    output wire                  axi_bready,
    input  wire [1:0]            axi_bresp,
    output wire                  axi_arvalid,
    input  wire                  axi_arready,
    output wire [63:0]           axi_araddr,
    output wire [7:0]            axi_arlen,
    input  wire                  axi_rvalid,
    output wire                  axi_rready,
    input  wire [DATA_W-1:0]     axi_rdata,
    input  wire [1:0]            axi_rresp,
    input  wire                  axi_rlast
);
    wire ev_wr_err;
    wire turn_on;
    wire [$clog2(DATA_W/32)-1:0] turn;
    // An error of a read is counted when it ends.
    assign ev_axi_err = ev_wr_err || (rd_done && rd_err);

    cw_window_wr #(.DATA_W(DATA_W)) u_wr (
        .clk(clk), .rst(rst), .window_base(window_base),
        .wr_valid(wr_valid), .wr_ready(wr_ready), .wr_addr(addr), .wr_len(len),
        .wr_first_be(first_be), .wr_last_be(last_be), .wr_idle(wr_idle),
        .data_valid(data_valid), .data_ready(data_ready), .data(data), .data_eop(data_eop),
        .ev_axi_err(ev_wr_err), .rd_on(turn_on), .rd_data(axi_rdata), .rd_turn(turn), .turned(buf_wr_data),
        .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awaddr(axi_awaddr),
        .axi_awlen(axi_awlen), .axi_wvalid(axi_wvalid), .axi_wready(axi_wready),
        .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb), .axi_wlast(axi_wlast),
        .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bresp(axi_bresp)
    );

    cw_window_rd #(.DATA_W(DATA_W)) u_rd (
        .clk(clk), .rst(rst), .window_base(window_base), .fn_mps(fn_mps),
        .rd_valid(rd_valid), .rd_addr(addr), .rd_len(len), .rd_done(rd_done), .rd_err(rd_err),
        .buf_wr_en(buf_wr_en), .buf_wr_addr(buf_wr_addr), .buf_wr_back(buf_wr_back), .buf_mps(buf_mps),
        .turn_on(turn_on), .turn(turn),
        .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_araddr(axi_araddr),
        .axi_arlen(axi_arlen), .axi_rvalid(axi_rvalid), .axi_rready(axi_rready),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast)
    );
endmodule

`default_nettype wire
