// SPDX-License-Identifier: BSD-2-Clause
// The endpoint, card memory with another clock, and no user registers: the whole chain of a board. The memory is block RAM
// behind cw_axi_cdc, or with BRIDGE a controller behind cw_mem_bridge, which PCIe reset does not reach.
`default_nettype none

module cw_top_chain #(
    parameter BRIDGE = 0
) (
    input  wire         mem_clk,
    input  wire         mem_rst,
    input  wire         mem_ready,  // the controller's: calibrated
    output wire         mem_busy,   // it has bursts under way
    output wire [2:0]   mem_broken, // a rule of its port was broken (cw_slow_memory)
    input  wire         clk,
    input  wire         rst,
    input  wire [47:0]  now,
    output wire         idle,
    output wire [47:0]  read_deadline,
    output wire [24:0]  raise_deadline,
    output wire         tx_req_valid,
    input  wire         tx_req_ready,
    output wire         tx_req_sop,
    output wire         tx_req_eop,
    output wire [127:0] tx_req_hdr,
    output wire [255:0] tx_req_data,
    output wire [7:0]   tx_req_keep,
    output wire [7:0]   tx_req_func,
    output wire         tx_req_id_valid,
    output wire [10:0]  tx_req_queue,
    output wire [31:0]  tx_req_num,
    input  wire [3:0]   tx_sent_n,
    input  wire         fc_valid,
    input  wire [11:0]  fc_ph,
    input  wire [15:0]  fc_pd,
    input  wire [11:0]  fc_nph,
    input  wire         rx_cpl_valid,
    output wire         rx_cpl_ready,
    input  wire         rx_cpl_sop,
    input  wire         rx_cpl_eop,
    input  wire [127:0] rx_cpl_hdr,
    input  wire [255:0] rx_cpl_data,
    input  wire [7:0]   rx_cpl_keep,
    input  wire [7:0]   rx_cpl_func,
    input  wire [11:0]  rx_cpl_buf_hdr,
    input  wire [15:0]  rx_cpl_buf_data,
    input  wire         cpl_lost_valid,
    input  wire [9:0]   cpl_lost_tag,
    input  wire         rx_req_valid,
    output wire         rx_req_ready,
    input  wire         rx_req_sop,
    input  wire         rx_req_eop,
    input  wire [127:0] rx_req_hdr,
    input  wire [255:0] rx_req_data,
    input  wire [7:0]   rx_req_keep,
    input  wire [7:0]   rx_req_func,
    input  wire [2:0]   rx_req_bar,
    output wire         tx_cpl_valid,
    input  wire         tx_cpl_ready,
    output wire         tx_cpl_sop,
    output wire         tx_cpl_eop,
    output wire [127:0] tx_cpl_hdr,
    output wire [255:0] tx_cpl_data,
    output wire [7:0]   tx_cpl_keep,
    output wire [7:0]   tx_cpl_func,
    input  wire [15:0]  fn_bdf,
    input  wire [2:0]   fn_mps,
    input  wire [2:0]   fn_mrrs,
    input  wire         fn_rcb,
    input  wire         fn_ext_tag,
    input  wire         fn_tag10,
    input  wire         fn_ro,
    input  wire         fn_ns,
    input  wire         fn_bme,
    input  wire         fn_mem,
    input  wire         fn_msi_en,
    input  wire         fn_msix_en,
    input  wire         fn_msix_mask,
    input  wire [1:0]   fn_power,
    input  wire         fn_flr,
    output wire         flr_done,
    output wire         fn_power_ack,
    output wire         trans_pending,
    output wire         err_ur,
    output wire         err_ca,
    output wire         err_poisoned,
    output wire         err_cpl_unexpected,
    output wire         err_cpl_timeout,
    output wire         intx_level,
    output wire         msi_valid,
    input  wire         msi_ready,
    output wire [4:0]   msi_vector
);
    wire            axi_awvalid;
    wire            axi_awready;
    wire [3:0]      axi_awid;
    wire [63:0]     axi_awaddr;
    wire [7:0]      axi_awlen;
    wire [2:0]      axi_awsize;
    wire [1:0]      axi_awburst;
    wire            axi_wvalid;
    wire            axi_wready;
    wire [255:0]    axi_wdata;
    wire [31:0]     axi_wstrb;
    wire            axi_wlast;
    wire            axi_bvalid;
    wire            axi_bready;
    wire [3:0]      axi_bid;
    wire [1:0]      axi_bresp;
    wire            axi_arvalid;
    wire            axi_arready;
    wire [3:0]      axi_arid;
    wire [63:0]     axi_araddr;
    wire [7:0]      axi_arlen;
    wire [2:0]      axi_arsize;
    wire [1:0]      axi_arburst;
    wire            axi_rvalid;
    wire            axi_rready;
    wire [3:0]      axi_rid;
    wire [255:0]    axi_rdata;
    wire [1:0]      axi_rresp;
    wire            axi_rlast;
    wire            mem_awvalid;
    wire            mem_awready;
    wire [3:0]      mem_awid;
    wire [63:0]     mem_awaddr;
    wire [7:0]      mem_awlen;
    wire [2:0]      mem_awsize;
    wire [1:0]      mem_awburst;
    wire            mem_wvalid;
    wire            mem_wready;
    wire [255:0]    mem_wdata;
    wire [31:0]     mem_wstrb;
    wire            mem_wlast;
    wire            mem_bvalid;
    wire            mem_bready;
    wire [3:0]      mem_bid;
    wire [1:0]      mem_bresp;
    wire            mem_arvalid;
    wire            mem_arready;
    wire [3:0]      mem_arid;
    wire [63:0]     mem_araddr;
    wire [7:0]      mem_arlen;
    wire [2:0]      mem_arsize;
    wire [1:0]      mem_arburst;
    wire            mem_rvalid;
    wire            mem_rready;
    wire [3:0]      mem_rid;
    wire [255:0]    mem_rdata;
    wire [1:0]      mem_rresp;
    wire            mem_rlast;
    wire            user_awvalid;
    wire [17:0]     user_awaddr;
    wire            user_wvalid;
    wire [31:0]     user_wdata;
    wire [3:0]      user_wstrb;
    wire            user_bready;
    wire            user_arvalid;
    wire [17:0]     user_araddr;
    wire            user_rready;

    // Streams: none here (cw_top STREAM = 0).
    wire [255:0]    unused_h2s_data;
    wire [31:0]     unused_h2s_keep;
    wire [66:0]     unused_stream;
    wire            unused_room_valid, unused_stream_rst;
    wire [10:0]     unused_room_queue;
    wire [7:0]      unused_room_n;

    cw_top #(
        .QUEUE_N(2), .VECTOR_N(2), .TAG_N(32), .OP_N(16), .CARD_MEM_BYTES(64'd65536)
    ) u_top (
        .h2s_valid(unused_stream[0]), .h2s_ready(1'b1), .h2s_data(unused_h2s_data), .h2s_keep(unused_h2s_keep),
        .h2s_first(unused_stream[1]), .h2s_last(unused_stream[2]), .h2s_err(unused_stream[3]),
        .h2s_queue(unused_stream[14:4]), .h2s_user(unused_stream[50:15]), .h2s_credit_valid(1'b0),
        .h2s_credit_ready(unused_stream[51]), .h2s_credit_queue(11'd0), .h2s_credit_n(8'd0), .s2h_valid(1'b0),
        .s2h_ready(unused_stream[52]), .s2h_data(256'd0), .s2h_keep(32'd0), .s2h_last(1'b0),
        .s2h_err(1'b0), .s2h_queue(11'd0), .s2h_user(36'd0), .s2h_room_valid(unused_room_valid),
        .s2h_room_queue(unused_room_queue), .s2h_room_n(unused_room_n),
        .s2h_end_valid(unused_stream[53]), .s2h_end_queue(unused_stream[64:54]), .s2h_end_drop(unused_stream[65]),
        .s2h_end_cut(unused_stream[66]), .stream_rst(unused_stream_rst),
        .clk(clk), .rst(rst), .now(now), .idle(idle), .read_deadline(read_deadline),
        .raise_deadline(raise_deadline), .tx_req_valid(tx_req_valid),
        .tx_req_ready(tx_req_ready), .tx_req_sop(tx_req_sop), .tx_req_eop(tx_req_eop), .tx_req_hdr(tx_req_hdr),
        .tx_req_data(tx_req_data), .tx_req_keep(tx_req_keep), .tx_req_func(tx_req_func),
        .tx_req_id_valid(tx_req_id_valid), .tx_req_queue(tx_req_queue), .tx_req_num(tx_req_num),
        .tx_sent_n(tx_sent_n), .fc_valid(fc_valid), .fc_ph(fc_ph), .fc_pd(fc_pd), .fc_nph(fc_nph),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_cpl_sop(rx_cpl_sop), .rx_cpl_eop(rx_cpl_eop),
        .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data), .rx_cpl_keep(rx_cpl_keep), .rx_cpl_func(rx_cpl_func),
        .rx_cpl_buf_hdr(rx_cpl_buf_hdr), .rx_cpl_buf_data(rx_cpl_buf_data), .cpl_lost_valid(cpl_lost_valid),
        .cpl_lost_tag(cpl_lost_tag), .rx_req_valid(rx_req_valid), .rx_req_ready(rx_req_ready),
        .rx_req_sop(rx_req_sop), .rx_req_eop(rx_req_eop), .rx_req_hdr(rx_req_hdr), .rx_req_data(rx_req_data),
        .rx_req_keep(rx_req_keep), .rx_req_func(rx_req_func), .rx_req_bar(rx_req_bar), .tx_cpl_valid(tx_cpl_valid),
        .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop), .tx_cpl_eop(tx_cpl_eop), .tx_cpl_hdr(tx_cpl_hdr),
        .tx_cpl_data(tx_cpl_data), .tx_cpl_keep(tx_cpl_keep), .tx_cpl_func(tx_cpl_func), .fn_bdf(fn_bdf),
        .fn_mps(fn_mps), .fn_mrrs(fn_mrrs), .fn_rcb(fn_rcb), .fn_ext_tag(fn_ext_tag), .fn_tag10(fn_tag10),
        .fn_ro(fn_ro), .fn_ns(fn_ns), .fn_bme(fn_bme), .fn_mem(fn_mem), .fn_msi_en(fn_msi_en),
        .fn_msix_en(fn_msix_en), .fn_msix_mask(fn_msix_mask), .fn_power(fn_power), .fn_flr(fn_flr),
        .flr_done(flr_done), .fn_power_ack(fn_power_ack), .trans_pending(trans_pending), .err_ur(err_ur),
        .err_ca(err_ca), .err_poisoned(err_poisoned), .err_cpl_unexpected(err_cpl_unexpected),
        .err_cpl_timeout(err_cpl_timeout), .intx_level(intx_level), .msi_valid(msi_valid), .msi_ready(msi_ready),
        .msi_vector(msi_vector), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
        .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
        .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .user_awvalid(user_awvalid), .user_awready(1'b1),
        .user_awaddr(user_awaddr), .user_wvalid(user_wvalid), .user_wready(1'b1), .user_wdata(user_wdata),
        .user_wstrb(user_wstrb), .user_bvalid(1'd0), .user_bready(user_bready), .user_bresp(2'd0),
        .user_arvalid(user_arvalid), .user_arready(1'b1), .user_araddr(user_araddr), .user_rvalid(1'd0),
        .user_rready(user_rready), .user_rdata(32'd0), .user_rresp(2'd0)
    );

    generate
    if (BRIDGE != 0) begin : g_bridge
        cw_mem_bridge #(.DATA_W(256), .ADDR_W(16)) u_bridge (
            .clk(clk), .rst(rst), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
            .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
            .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
            .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
            .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
            .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
            .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
            .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .mem_clk(mem_clk), .mem_rst(mem_rst), .ready(mem_ready),
            .mem_awvalid(mem_awvalid), .mem_awready(mem_awready), .mem_awid(mem_awid), .mem_awaddr(mem_awaddr),
            .mem_awlen(mem_awlen), .mem_awsize(mem_awsize), .mem_awburst(mem_awburst), .mem_wvalid(mem_wvalid),
            .mem_wready(mem_wready), .mem_wdata(mem_wdata), .mem_wstrb(mem_wstrb), .mem_wlast(mem_wlast),
            .mem_bvalid(mem_bvalid), .mem_bready(mem_bready), .mem_bid(mem_bid), .mem_bresp(mem_bresp),
            .mem_arvalid(mem_arvalid), .mem_arready(mem_arready), .mem_arid(mem_arid), .mem_araddr(mem_araddr),
            .mem_arlen(mem_arlen), .mem_arsize(mem_arsize), .mem_arburst(mem_arburst), .mem_rvalid(mem_rvalid),
            .mem_rready(mem_rready), .mem_rid(mem_rid), .mem_rdata(mem_rdata), .mem_rresp(mem_rresp),
            .mem_rlast(mem_rlast)
        );

        cw_slow_memory #(.DATA_W(256), .BYTES(65536)) u_memory (
            .clk(mem_clk), .rst(mem_rst), .broken(mem_broken), .busy(mem_busy), .axi_awvalid(mem_awvalid),
            .axi_awready(mem_awready), .axi_awid(mem_awid), .axi_awaddr(mem_awaddr), .axi_awlen(mem_awlen),
            .axi_awsize(mem_awsize), .axi_awburst(mem_awburst),
            .axi_wvalid(mem_wvalid), .axi_wready(mem_wready), .axi_wdata(mem_wdata), .axi_wstrb(mem_wstrb),
            .axi_wlast(mem_wlast), .axi_bvalid(mem_bvalid), .axi_bready(mem_bready), .axi_bid(mem_bid),
            .axi_bresp(mem_bresp), .axi_arvalid(mem_arvalid), .axi_arready(mem_arready), .axi_arid(mem_arid),
            .axi_araddr(mem_araddr), .axi_arlen(mem_arlen), .axi_arsize(mem_arsize), .axi_arburst(mem_arburst),
            .axi_rvalid(mem_rvalid), .axi_rready(mem_rready), .axi_rid(mem_rid), .axi_rdata(mem_rdata),
            .axi_rresp(mem_rresp), .axi_rlast(mem_rlast)
        );
    end else begin : g_ram
        wire lost, mem_lost;

        cw_axi_cdc #(.DATA_W(256)) u_cdc (
            .clk(clk), .rst(rst), .lost(lost), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
            .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
            .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
            .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
            .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
            .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
            .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
            .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .mem_clk(mem_clk), .mem_rst(mem_rst), .mem_lost(mem_lost),
            .mem_awvalid(mem_awvalid), .mem_awready(mem_awready), .mem_awid(mem_awid), .mem_awaddr(mem_awaddr),
            .mem_awlen(mem_awlen), .mem_awsize(mem_awsize), .mem_awburst(mem_awburst), .mem_wvalid(mem_wvalid),
            .mem_wready(mem_wready), .mem_wdata(mem_wdata), .mem_wstrb(mem_wstrb), .mem_wlast(mem_wlast),
            .mem_bvalid(mem_bvalid), .mem_bready(mem_bready), .mem_bid(mem_bid), .mem_bresp(mem_bresp),
            .mem_arvalid(mem_arvalid), .mem_arready(mem_arready), .mem_arid(mem_arid), .mem_araddr(mem_araddr),
            .mem_arlen(mem_arlen), .mem_arsize(mem_arsize), .mem_arburst(mem_arburst), .mem_rvalid(mem_rvalid),
            .mem_rready(mem_rready), .mem_rid(mem_rid), .mem_rdata(mem_rdata), .mem_rresp(mem_rresp),
            .mem_rlast(mem_rlast)
        );

        cw_axi_ram #(.DATA_W(256), .BYTES(65536)) u_memory (
            .clk(mem_clk), .rst(mem_lost), .axi_awvalid(mem_awvalid), .axi_awready(mem_awready), .axi_awid(mem_awid),
            .axi_awaddr(mem_awaddr), .axi_awlen(mem_awlen), .axi_awsize(mem_awsize), .axi_awburst(mem_awburst),
            .axi_wvalid(mem_wvalid), .axi_wready(mem_wready), .axi_wdata(mem_wdata), .axi_wstrb(mem_wstrb),
            .axi_wlast(mem_wlast), .axi_bvalid(mem_bvalid), .axi_bready(mem_bready), .axi_bid(mem_bid),
            .axi_bresp(mem_bresp), .axi_arvalid(mem_arvalid), .axi_arready(mem_arready), .axi_arid(mem_arid),
            .axi_araddr(mem_araddr), .axi_arlen(mem_arlen), .axi_arsize(mem_arsize), .axi_arburst(mem_arburst),
            .axi_rvalid(mem_rvalid), .axi_rready(mem_rready), .axi_rid(mem_rid), .axi_rdata(mem_rdata),
            .axi_rresp(mem_rresp), .axi_rlast(mem_rlast)
        );

        assign mem_busy   = 1'b0;
        assign mem_broken = 3'd0;

        wire unused_here = &{1'b0, lost, mem_ready};
    end
    endgenerate

    wire unused = &{1'b0, user_awvalid, user_awaddr, user_wvalid, user_wdata, user_wstrb, user_bready,
                      user_arvalid, user_araddr, user_rready};
endmodule

`default_nettype wire
