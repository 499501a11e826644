// SPDX-License-Identifier: BSD-2-Clause
// An AXI4-Lite slave on clk, the same as a master on lite_clk: the endpoint's user_* ports for registers that have
// another clock. As cw_axi_cdc: `lost` and `lite_lost` say that a reset of either side has lost what was under way.
`default_nettype none

module cw_lite_cdc #(
    parameter DEPTH = 4   // accesses at a time are few
) (
    input  wire        clk,
    input  wire        rst,
    output wire        lost,
    input  wire        user_awvalid,
    output wire        user_awready,
    input  wire [17:0] user_awaddr,
    input  wire        user_wvalid,
    output wire        user_wready,
    input  wire [31:0] user_wdata,
    input  wire [3:0]  user_wstrb,
    output wire        user_bvalid,
    input  wire        user_bready,
    output wire [1:0]  user_bresp,
    input  wire        user_arvalid,
    output wire        user_arready,
    input  wire [17:0] user_araddr,
    output wire        user_rvalid,
    input  wire        user_rready,
    output wire [31:0] user_rdata,
    output wire [1:0]  user_rresp,
    input  wire        lite_clk,
    input  wire        lite_rst,
    output wire        lite_lost,
    output wire        lite_awvalid,
    input  wire        lite_awready,
    output wire [17:0] lite_awaddr,
    output wire        lite_wvalid,
    input  wire        lite_wready,
    output wire [31:0] lite_wdata,
    output wire [3:0]  lite_wstrb,
    input  wire        lite_bvalid,
    output wire        lite_bready,
    input  wire [1:0]  lite_bresp,
    output wire        lite_arvalid,
    input  wire        lite_arready,
    output wire [17:0] lite_araddr,
    input  wire        lite_rvalid,
    output wire        lite_rready,
    input  wire [31:0] lite_rdata,
    input  wire [1:0]  lite_rresp
);
    wire [1:0] state, lite_state;
    wire       run, clear, lite_run, lite_clear;

    cw_cdc_side u_side (.clk(clk), .rst(rst), .state(state), .other(lite_state), .run(run), .clear(clear));
    cw_cdc_side u_lite_side (
        .clk(lite_clk), .rst(lite_rst), .state(lite_state), .other(state), .run(lite_run), .clear(lite_clear)
    );

    assign lost      = !run;
    assign lite_lost = !lite_run;

    cw_cdc_pipe #(.W(18), .DEPTH(DEPTH)) u_aw (
        .wr_clk(clk), .wr_run(run), .wr_clear(clear),
        .in_valid(user_awvalid), .in_ready(user_awready), .in_data(user_awaddr),
        .rd_clk(lite_clk), .rd_rst(lite_lost), .rd_run(lite_run), .rd_clear(lite_clear),
        .out_valid(lite_awvalid), .out_ready(lite_awready), .out_data(lite_awaddr)
    );
    cw_cdc_pipe #(.W(36), .DEPTH(DEPTH)) u_w (
        .wr_clk(clk), .wr_run(run), .wr_clear(clear),
        .in_valid(user_wvalid), .in_ready(user_wready), .in_data({user_wdata, user_wstrb}),
        .rd_clk(lite_clk), .rd_rst(lite_lost), .rd_run(lite_run), .rd_clear(lite_clear),
        .out_valid(lite_wvalid), .out_ready(lite_wready), .out_data({lite_wdata, lite_wstrb})
    );
    cw_cdc_pipe #(.W(2), .DEPTH(DEPTH)) u_b (
        .wr_clk(lite_clk), .wr_run(lite_run), .wr_clear(lite_clear),
        .in_valid(lite_bvalid), .in_ready(lite_bready), .in_data(lite_bresp),
        .rd_clk(clk), .rd_rst(lost), .rd_run(run), .rd_clear(clear),
        .out_valid(user_bvalid), .out_ready(user_bready), .out_data(user_bresp)
    );
    cw_cdc_pipe #(.W(18), .DEPTH(DEPTH)) u_ar (
        .wr_clk(clk), .wr_run(run), .wr_clear(clear),
        .in_valid(user_arvalid), .in_ready(user_arready), .in_data(user_araddr),
        .rd_clk(lite_clk), .rd_rst(lite_lost), .rd_run(lite_run), .rd_clear(lite_clear),
        .out_valid(lite_arvalid), .out_ready(lite_arready), .out_data(lite_araddr)
    );
    cw_cdc_pipe #(.W(34), .DEPTH(DEPTH)) u_r (
        .wr_clk(lite_clk), .wr_run(lite_run), .wr_clear(lite_clear),
        .in_valid(lite_rvalid), .in_ready(lite_rready), .in_data({lite_rdata, lite_rresp}),
        .rd_clk(clk), .rd_rst(lost), .rd_run(run), .rd_clear(clear),
        .out_valid(user_rvalid), .out_ready(user_rready), .out_data({user_rdata, user_rresp})
    );
endmodule

`default_nettype wire
