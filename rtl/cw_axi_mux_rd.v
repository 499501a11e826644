// SPDX-License-Identifier: BSD-2-Clause
//
// The read half of cw_axi_mux, which describes it: AR of the card-to-host mover
// (ID 0) and the window (ID 1) to one port, R back by ID.
`default_nettype none

module cw_axi_mux_rd #(
    parameter DATA_W = 256
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              mover_rst,
    output wire              idle,

    input  wire              c2h_arvalid,
    output wire              c2h_arready,
    input  wire [63:0]       c2h_araddr,
    input  wire [7:0]        c2h_arlen,
    output wire              c2h_rvalid,
    input  wire              c2h_rready,
    output wire [DATA_W-1:0] c2h_rdata,
    output wire [1:0]        c2h_rresp,
    output wire              c2h_rlast,
    input  wire              win_arvalid,
    output wire              win_arready,
    input  wire [63:0]       win_araddr,
    input  wire [7:0]        win_arlen,
    output wire              win_rvalid,
    input  wire              win_rready,
    output wire [DATA_W-1:0] win_rdata,
    output wire [1:0]        win_rresp,
    output wire              win_rlast,

    output wire              axi_arvalid,
    input  wire              axi_arready,
    output wire [3:0]        axi_arid,
    output wire [63:0]       axi_araddr,
    output wire [7:0]        axi_arlen,
    input  wire              axi_rvalid,
    output wire              axi_rready,
    input  wire [3:0]        axi_rid,
    input  wire [DATA_W-1:0] axi_rdata,
    input  wire [1:0]        axi_rresp,
    input  wire              axi_rlast
);
    // ---- AR ----
    reg         turn_q;                 // 1: the window had the last burst
    reg  [7:0]  c2h_n_q, win_n_q;       // bursts whose last beat has not come
    wire        c2h_want = c2h_arvalid && !mover_rst && c2h_n_q != 8'hff;
    wire        win_want = win_arvalid && win_n_q != 8'hff;
    wire        pick_win = win_want && (!c2h_want || !turn_q);
    wire        ar_room;
    wire        ar_go   = c2h_want || win_want;
    wire        ar_fire = ar_go && ar_room;

    assign c2h_arready = ar_fire && !pick_win;
    assign win_arready = ar_fire && pick_win;
    assign axi_arid[3:1] = 3'd0;

    wire [1:0]  unused_ar_n;
    stream_fifo #(.W(73), .DEPTH(2)) u_ar (
        .clk(clk), .rst(rst), .in_valid(ar_go), .in_ready(ar_room),
        .in_data({pick_win, pick_win ? win_araddr : c2h_araddr, pick_win ? win_arlen : c2h_arlen}),
        .out_valid(axi_arvalid), .out_ready(axi_arready),
        .out_data({axi_arid[0], axi_araddr, axi_arlen}), .count(unused_ar_n)
    );

    // ---- R ----
    reg  [7:0]  cut_q;                  // bursts due to a mover that was reset
    wire        r_win  = axi_rid[0];
    wire        r_cut  = mover_rst || cut_q != 8'd0;
    wire        r_end  = axi_rvalid && axi_rready && axi_rlast;
    wire        c2h_end = r_end && !r_win;
    wire        win_end = r_end && r_win;
    // One more, one less or as many: one adder.
    wire [7:0]  c2h_n  = c2h_n_q + {{7{c2h_end && !c2h_arready}}, c2h_end != c2h_arready};
    wire [7:0]  win_n  = win_n_q + {{7{win_end && !win_arready}}, win_end != win_arready};
    wire        unused = &{1'b0, axi_rid[3:1]};

    assign win_rvalid = axi_rvalid && r_win;
    assign c2h_rvalid = axi_rvalid && !r_win && !r_cut;
    assign axi_rready = r_win ? win_rready : r_cut || c2h_rready;
    assign win_rdata  = axi_rdata;
    assign c2h_rdata  = axi_rdata;
    assign win_rresp  = axi_rresp;
    assign c2h_rresp  = axi_rresp;
    assign win_rlast  = axi_rlast;
    assign c2h_rlast  = axi_rlast;
    assign idle = !c2h_arvalid && !win_arvalid && c2h_n_q == 8'd0 && win_n_q == 8'd0;

    always @(posedge clk)
        if (rst) begin
            turn_q  <= 1'b0;
            c2h_n_q <= 8'd0;
            win_n_q <= 8'd0;
            cut_q   <= 8'd0;
        end else begin
            if (ar_fire)
                turn_q <= pick_win;
            c2h_n_q <= c2h_n;
            win_n_q <= win_n;
            if (mover_rst)
                cut_q <= c2h_n;
            else
                cut_q <= cut_q - {7'd0, c2h_end && cut_q != 8'd0};
        end
endmodule

`default_nettype wire
