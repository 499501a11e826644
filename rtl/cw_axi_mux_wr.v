// SPDX-License-Identifier: BSD-2-Clause
//
// The write half of cw_axi_mux, which describes it: AW and W of the host-to-card
// mover (ID 0) and the window (ID 1) to one port, B back by ID.
`default_nettype none

module cw_axi_mux_wr #(
    parameter DATA_W = 256
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                mover_rst,
    output wire                idle,

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

    output wire                axi_awvalid,
    input  wire                axi_awready,
    output wire [3:0]          axi_awid,
    output wire [63:0]         axi_awaddr,
    output wire [7:0]          axi_awlen,
    output wire                axi_wvalid,
    input  wire                axi_wready,
    output wire [DATA_W-1:0]   axi_wdata,
    output wire [DATA_W/8-1:0] axi_wstrb,
    output wire                axi_wlast,
    input  wire                axi_bvalid,
    output wire                axi_bready,
    input  wire [3:0]          axi_bid,
    input  wire [1:0]          axi_bresp
);
    localparam STRB_W = DATA_W / 8;
    localparam AW_W = 73, W_W = DATA_W + STRB_W + 1;

    // ---- AW: a source keeps its turn until its address was taken ----
    reg         turn_q;                 // 1: the window had the last burst
    reg  [7:0]  h2c_n_q, win_n_q;       // bursts without their response yet
    wire        h2c_want = h2c_awvalid && !mover_rst && h2c_n_q != 8'hff;
    wire        win_want = win_awvalid && win_n_q != 8'hff;
    wire        pick_win = win_want && (!h2c_want || !turn_q);
    wire        aw_room, order_room;
    wire        aw_go  = (h2c_want || win_want) && order_room;
    wire        aw_fire = aw_go && aw_room;
    wire [7:0]  aw_len = pick_win ? win_awlen : h2c_awlen;

    assign h2c_awready = aw_fire && !pick_win;
    assign win_awready = aw_fire && pick_win;
    assign axi_awid[3:1] = 3'd0;

    wire [1:0]  unused_aw_n, unused_w_n;
    stream_fifo #(.W(AW_W), .DEPTH(2)) u_aw (
        .clk(clk), .rst(rst), .in_valid(aw_go), .in_ready(aw_room),
        .in_data({pick_win, pick_win ? win_awaddr : h2c_awaddr, aw_len}),
        .out_valid(axi_awvalid), .out_ready(axi_awready),
        .out_data({axi_awid[0], axi_awaddr, axi_awlen}), .count(unused_aw_n)
    );

    // ---- W: in the order of the addresses ----
    wire        head_valid, head_win, head_end;
    wire [7:0]  head_len;
    wire [4:0]  order_n;
    reg  [7:0]  beat_q;                 // beats sent of the head burst
    reg  [4:0]  cut_w_q;                // bursts in the order queue whose mover was reset
    reg  [4:0]  h2c_w_q;                // bursts of the mover in the order queue
    wire        w_room;
    wire        cut  = head_valid && !head_win && cut_w_q != 5'd0;
    wire        w_go = head_valid && (cut || (head_win ? win_wvalid : h2c_wvalid && !mover_rst));
    wire        w_fire = w_go && w_room;
    wire        w_last = cut ? beat_q == head_len : head_win ? win_wlast : h2c_wlast;

    assign head_end   = w_fire && w_last;
    assign h2c_wready = w_fire && !head_win && !cut;
    assign win_wready = w_fire && head_win;

    stream_fifo #(.W(9), .DEPTH(16)) u_order (
        .clk(clk), .rst(rst), .in_valid(aw_fire), .in_ready(order_room),
        .in_data({pick_win, aw_len}), .out_valid(head_valid), .out_ready(head_end),
        .out_data({head_win, head_len}), .count(order_n)
    );

    // The data of beats that are cut is whatever the mover offers: they have no strobes.
    stream_fifo #(.W(W_W), .DEPTH(2)) u_w (
        .clk(clk), .rst(rst), .in_valid(w_go), .in_ready(w_room),
        .in_data({head_win ? win_wdata : h2c_wdata,
                  cut ? {STRB_W{1'b0}} : head_win ? win_wstrb : h2c_wstrb, w_last}),
        .out_valid(axi_wvalid), .out_ready(axi_wready),
        .out_data({axi_wdata, axi_wstrb, axi_wlast}), .count(unused_w_n)
    );

    // ---- B ----
    reg  [7:0]  cut_b_q;                // responses due to a mover that was reset
    wire        b_win  = axi_bid[0];
    wire        b_cut  = mover_rst || cut_b_q != 8'd0;
    wire        b_fire = axi_bvalid && axi_bready;
    wire        h2c_b  = b_fire && !b_win;
    wire        win_b  = b_fire && b_win;
    wire        h2c_end = head_end && !head_win;
    // One more, one less or as many: one adder.
    wire [7:0]  h2c_n  = h2c_n_q + {{7{h2c_b && !h2c_awready}}, h2c_b != h2c_awready};
    wire [7:0]  win_n  = win_n_q + {{7{win_b && !win_awready}}, win_b != win_awready};
    wire [4:0]  h2c_w  = h2c_w_q + {{4{h2c_end && !h2c_awready}}, h2c_end != h2c_awready};
    wire        unused = &{1'b0, axi_bid[3:1], order_n};

    assign win_bvalid = axi_bvalid && b_win;
    assign h2c_bvalid = axi_bvalid && !b_win && !b_cut;
    assign axi_bready = b_win ? win_bready : b_cut || h2c_bready;
    assign win_bresp  = axi_bresp;
    assign h2c_bresp  = axi_bresp;
    assign idle = !h2c_awvalid && !win_awvalid && h2c_n_q == 8'd0 && win_n_q == 8'd0;

    always @(posedge clk)
        if (rst) begin
            turn_q  <= 1'b0;
            h2c_n_q <= 8'd0;
            win_n_q <= 8'd0;
            h2c_w_q <= 5'd0;
            cut_w_q <= 5'd0;
            cut_b_q <= 8'd0;
            beat_q  <= 8'd0;
        end else begin
            if (aw_fire)
                turn_q <= pick_win;
            if (w_fire)
                beat_q <= w_last ? 8'd0 : beat_q + 8'd1;
            h2c_n_q <= h2c_n;
            win_n_q <= win_n;
            h2c_w_q <= h2c_w;
            // What is open when the mover is reset is finished here.
            if (mover_rst) begin
                cut_w_q <= h2c_w;
                cut_b_q <= h2c_n;
            end else begin
                cut_w_q <= cut_w_q - {4'd0, head_end && cut};
                cut_b_q <= cut_b_q - {7'd0, h2c_b && cut_b_q != 8'd0};
            end
        end
endmodule

`default_nettype wire
