// SPDX-License-Identifier: BSD-2-Clause
//
// An example of user logic, and the template for a design of one's own: a filter on packets between the host's streams
// to the card (h2s) and back (s2h), with registers on AXI4-Lite. Ports and their rules are those of cw_top with STREAM,
// on its clock; rst is the endpoint's. docs/streams.md walks through it.
//
//   cw_filter_path    what is done to packets: the part to replace
//   cw_filter_routes  where each queue's packets go, and their credit
//   cw_filter_regs    what the host reads and writes: cw_filter.h
//
// idle: nothing changes in here before an input does. The simulator skips such time; leave it open on a board.
`default_nettype none

module cw_filter #(
    parameter DATA_W  = 256,           // the endpoint's: 128, 256 or 512
    parameter QUEUE_N = 64             // the endpoint's
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                stream_rst,
    output wire                idle,

    input  wire                h2s_valid,
    output wire                h2s_ready,
    input  wire [DATA_W-1:0]   h2s_data,
    input  wire [DATA_W/8-1:0] h2s_keep,
    input  wire                h2s_first,
    input  wire                h2s_last,
    input  wire                h2s_err,
    input  wire [10:0]         h2s_queue,
    input  wire [35:0]         h2s_user,
    output wire                h2s_credit_valid,
    input  wire                h2s_credit_ready,
    output wire [10:0]         h2s_credit_queue,
    output wire [7:0]          h2s_credit_n,
    output wire                s2h_valid,
    input  wire                s2h_ready,
    output wire [DATA_W-1:0]   s2h_data,
    output wire [DATA_W/8-1:0] s2h_keep,
    output wire                s2h_last,
    output wire                s2h_err,
    output wire [10:0]         s2h_queue,
    output wire [35:0]         s2h_user,

    input  wire                user_awvalid,
    output wire                user_awready,
    input  wire [17:0]         user_awaddr,
    input  wire                user_wvalid,
    output wire                user_wready,
    input  wire [31:0]         user_wdata,
    input  wire [3:0]          user_wstrb,
    output wire                user_bvalid,
    input  wire                user_bready,
    output wire [1:0]          user_bresp,
    input  wire                user_arvalid,
    output wire                user_arready,
    input  wire [17:0]         user_araddr,
    output wire                user_rvalid,
    input  wire                user_rready,
    output wire [31:0]         user_rdata,
    output wire [1:0]          user_rresp
);
    wire [31:0] key, drop_mask, drop_match, route, word_wdata, word_rdata;
    wire        route_en, word_valid, word_ready, word_write;
    wire [10:0] route_queue, word_queue;
    wire [6:0]  count_bytes;
    wire        count_packet, count_marked, count_drop;
    wire        path_idle, routes_idle, regs_idle;
    assign idle = rst || (path_idle && routes_idle && regs_idle);

    cw_filter_path #(.DATA_W(DATA_W)) u_path (
        .clk(clk), .rst(rst), .idle(path_idle), .key(key), .drop_mask(drop_mask), .drop_match(drop_match),
        .route_en(route_en), .route_queue(route_queue), .route(route), .count_bytes(count_bytes),
        .count_packet(count_packet), .count_marked(count_marked), .count_drop(count_drop),
        .h2s_valid(h2s_valid), .h2s_ready(h2s_ready), .h2s_data(h2s_data), .h2s_keep(h2s_keep),
        .h2s_first(h2s_first), .h2s_last(h2s_last), .h2s_err(h2s_err), .h2s_queue(h2s_queue), .h2s_user(h2s_user),
        .s2h_valid(s2h_valid), .s2h_ready(s2h_ready), .s2h_data(s2h_data), .s2h_keep(s2h_keep),
        .s2h_last(s2h_last), .s2h_err(s2h_err), .s2h_queue(s2h_queue), .s2h_user(s2h_user)
    );

    cw_filter_routes #(.QUEUE_N(QUEUE_N)) u_routes (
        .clk(clk), .rst(rst), .stream_rst(stream_rst), .idle(routes_idle), .route_en(route_en),
        .route_queue(route_queue), .route(route), .word_valid(word_valid), .word_ready(word_ready),
        .word_write(word_write), .word_queue(word_queue), .word_wdata(word_wdata), .word_rdata(word_rdata),
        .h2s_credit_valid(h2s_credit_valid), .h2s_credit_ready(h2s_credit_ready),
        .h2s_credit_queue(h2s_credit_queue), .h2s_credit_n(h2s_credit_n)
    );

    cw_filter_regs #(.QUEUE_N(QUEUE_N)) u_regs (
        .clk(clk), .rst(rst), .idle(regs_idle), .user_awvalid(user_awvalid), .user_awready(user_awready),
        .user_awaddr(user_awaddr), .user_wvalid(user_wvalid), .user_wready(user_wready), .user_wdata(user_wdata),
        .user_wstrb(user_wstrb), .user_bvalid(user_bvalid), .user_bready(user_bready), .user_bresp(user_bresp),
        .user_arvalid(user_arvalid), .user_arready(user_arready), .user_araddr(user_araddr),
        .user_rvalid(user_rvalid), .user_rready(user_rready), .user_rdata(user_rdata), .user_rresp(user_rresp),
        .key(key), .drop_mask(drop_mask), .drop_match(drop_match), .count_bytes(count_bytes),
        .count_packet(count_packet), .count_marked(count_marked), .count_drop(count_drop),
        .word_valid(word_valid), .word_ready(word_ready), .word_write(word_write), .word_queue(word_queue),
        .word_wdata(word_wdata), .word_rdata(word_rdata)
    );
endmodule

`default_nettype wire
