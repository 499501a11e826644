// SPDX-License-Identifier: BSD-2-Clause
// Simulation top: cw_top between two C models, one DPI call each a clock, user logic
// (USER 0: cw_sim_user, registers, and cw_sim_stream; 1: the example filter), and assertions on every stream. The model of the PCIe hard IP
// is behind cw_sim_generic, or behind a vendor's shim (SHIM: enum cw_shim_id of
// sim/device/shims.h), each of which packs its pins in its own way. `now` is a pin, so
// that the harness can jump over idle time; everything else the models drive is a
// register.
`default_nettype none

module cw_sim_top #(
    parameter DATA_W   = 256,
    parameter QUEUE_N  = 64,
    parameter VECTOR_N = 64,
    parameter TAG_N    = 256,
    parameter OP_N     = 256,
    parameter SHIM     = 0,
    parameter STREAM   = 1,
    parameter USER     = 0,       // enum cw_card_user of builds.h
    parameter [63:0] CARD_MEM_BYTES = 64'h1_0000_0000
) (
    input  wire        clk,
    input  wire [47:0] now,
    input  wire [63:0] card,          // handle given back to the C side
    // what this build is, for the C side
    output wire [15:0] build_data_w,
    output wire [15:0] build_queue_n,
    output wire [15:0] build_vector_n,
    output wire [15:0] build_shim,
    output wire [15:0] build_user,
    output wire [63:0] build_mem_bytes
);
    localparam WORDS = DATA_W / 32;
    localparam AXI_OUT_W = 32 * (8 + WORDS);
    localparam AXI_IN_W  = 32 * (1 + WORDS);

    import "DPI-C" function void cw_dpi_axi(input longint unsigned handle,
                                            input bit [AXI_OUT_W-1:0] from_rtl, output bit [AXI_IN_W-1:0] to_rtl);

    assign build_data_w = DATA_W[15:0];
    assign build_queue_n = QUEUE_N[15:0];
    assign build_vector_n = VECTOR_N[15:0];
    assign build_shim = SHIM[15:0];
    assign build_user = USER[15:0];
    assign build_mem_bytes = CARD_MEM_BYTES;

    // ---- pins, RTL to models ----
    wire                 top_idle, user_idle;
    wire                 idle = top_idle && user_idle;
    wire [47:0]          read_deadline;
    wire [24:0]          raise_deadline;
    wire [23:0]          raise_in = raise_deadline[23:0] - now[23:0];
    wire [47:0]          raise_at = raise_deadline[24] ? now + {{24{raise_in[23]}}, raise_in} : {48{1'b1}};
    wire [47:0]          next_deadline = read_deadline < raise_at ? read_deadline : raise_at;
    wire                 tx_req_valid, tx_req_sop, tx_req_eop, tx_req_id_valid;
    wire [127:0]         tx_req_hdr;
    wire [DATA_W-1:0]    tx_req_data;
    wire [WORDS-1:0]     tx_req_keep;
    wire [7:0]           tx_req_func;
    wire [10:0]          tx_req_queue;
    wire [31:0]          tx_req_num;
    wire                 tx_cpl_valid, tx_cpl_sop, tx_cpl_eop;
    wire [127:0]         tx_cpl_hdr;
    wire [DATA_W-1:0]    tx_cpl_data;
    wire [WORDS-1:0]     tx_cpl_keep;
    wire [7:0]           tx_cpl_func;
    wire                 rx_cpl_ready, rx_req_ready;
    wire                 flr_done, fn_power_ack, trans_pending;
    wire                 err_ur, err_ca, err_poisoned, err_cpl_unexpected, err_cpl_timeout;
    wire                 intx_level, msi_valid;
    wire [4:0]           msi_vector;

    // ---- pins, the IP's side to RTL ----
    wire                 rst;
    wire                 tx_req_ready, tx_cpl_ready, msi_ready;
    wire [3:0]           tx_sent_n;
    wire                 fc_valid;
    wire [11:0]          fc_ph, fc_nph;
    wire [15:0]          fc_pd;
    wire                 rx_cpl_valid, rx_cpl_sop, rx_cpl_eop;
    wire [127:0]         rx_cpl_hdr;
    wire [DATA_W-1:0]    rx_cpl_data;
    wire [WORDS-1:0]     rx_cpl_keep;
    wire [11:0]          rx_cpl_buf_hdr;
    wire [15:0]          rx_cpl_buf_data;
    wire                 cpl_lost_valid;
    wire [9:0]           cpl_lost_tag;
    wire                 rx_req_valid, rx_req_sop, rx_req_eop;
    wire [127:0]         rx_req_hdr;
    wire [DATA_W-1:0]    rx_req_data;
    wire [WORDS-1:0]     rx_req_keep;
    wire [2:0]           rx_req_bar;
    wire [15:0]          fn_bdf;
    wire [2:0]           fn_mps, fn_mrrs;
    wire                 fn_rcb, fn_ext_tag, fn_tag10, fn_ro, fn_ns, fn_bme, fn_mem;
    wire                 fn_msi_en, fn_msix_en, fn_msix_mask, fn_flr;
    wire [1:0]           fn_power;

    generate
    // of 512 bits: a name of its own for the same shim
    if (SHIM == 0) begin : g_generic
        cw_sim_generic #(.DATA_W(DATA_W)) u_ip (.*);
    end else if (SHIM == 1 || SHIM == 6) begin : g_usplus
        cw_sim_usplus #(.DATA_W(DATA_W)) u_ip (.*);
    end else if (SHIM == 8) begin : g_usplusaa
        cw_sim_usplus #(.DATA_W(DATA_W), .ADDR_ALIGNED(1)) u_ip (.*);
    end else if (SHIM == 2) begin : g_7series
        cw_sim_7series #(.DATA_W(DATA_W)) u_ip (.*);
    end else if (SHIM == 4) begin : g_7series64
        cw_sim_7series #(.DATA_W(DATA_W), .IF_W(64)) u_ip (.*);
    end else if (SHIM == 3 || SHIM == 7) begin : g_ptile
        cw_sim_ptile #(.DATA_W(DATA_W)) u_ip (.*);
    end else if (SHIM == 5) begin : g_ptile256
        cw_sim_ptile #(.DATA_W(DATA_W), .SEGS(1)) u_ip (.*);
    end else begin : g_none
        initial $error("%m: SHIM %0d: there is no such shim", SHIM);
    end
    endgenerate

    // ---- card memory ----
    wire                 axi_awvalid, axi_wvalid, axi_wlast, axi_bready, axi_arvalid, axi_rready;
    wire [3:0]           axi_awid, axi_arid;
    wire [63:0]          axi_awaddr, axi_araddr;
    wire [7:0]           axi_awlen, axi_arlen;
    wire [2:0]           axi_awsize, axi_arsize;
    wire [1:0]           axi_awburst, axi_arburst;
    wire [DATA_W-1:0]    axi_wdata;
    wire [DATA_W/8-1:0]  axi_wstrb;
    wire [63:0]          wstrb = {{(64 - DATA_W / 8){1'b0}}, axi_wstrb};

    wire [31:0] axi_flags = {2'd0, axi_arlen, axi_awlen, axi_arid, axi_awid, axi_rready, axi_arvalid,
                             axi_bready, axi_wlast, axi_wvalid, axi_awvalid};
    wire [AXI_OUT_W-1:0] axi_out = {axi_wdata, wstrb, 22'd0, axi_arburst, axi_arsize, axi_awburst, axi_awsize,
                                    axi_araddr, axi_awaddr, axi_flags};
    reg [AXI_IN_W-1:0] axi_q = {AXI_IN_W{1'b0}};
    reg [AXI_IN_W-1:0] axi_d;
    wire        axi_awready = axi_q[0], axi_wready = axi_q[1], axi_arready = axi_q[2];
    wire        axi_bvalid = axi_q[3], axi_rvalid = axi_q[10], axi_rlast = axi_q[17];
    wire [3:0]  axi_bid = axi_q[7:4], axi_rid = axi_q[14:11];
    wire [1:0]  axi_bresp = axi_q[9:8], axi_rresp = axi_q[16:15];
    wire [DATA_W-1:0] axi_rdata = axi_q[32 +: DATA_W];

    always @(posedge clk) begin
        cw_dpi_axi(card, axi_out, axi_d);
        axi_q <= axi_d;
    end

    // ---- user logic ----
    wire                 user_awvalid, user_wvalid, user_bready, user_arvalid, user_rready;
    wire [17:0]          user_awaddr, user_araddr;
    wire [31:0]          user_wdata;
    wire [3:0]           user_wstrb;
    wire                 user_awready, user_wready, user_arready, user_bvalid, user_rvalid;
    wire [1:0]           user_bresp, user_rresp;
    wire [31:0]          user_rdata;

    wire                 stream_rst;
    wire                 h2s_valid, h2s_ready, h2s_first, h2s_last, h2s_err;
    wire [DATA_W-1:0]    h2s_data;
    wire [DATA_W/8-1:0]  h2s_keep;
    wire [10:0]          h2s_queue, h2s_credit_queue;
    wire [35:0]          h2s_user;
    wire                 h2s_credit_valid, h2s_credit_ready;
    wire [7:0]           h2s_credit_n;
    wire                 s2h_valid, s2h_ready, s2h_last, s2h_err, s2h_room_valid;
    wire [DATA_W-1:0]    s2h_data;
    wire [DATA_W/8-1:0]  s2h_keep;
    wire [10:0]          s2h_queue, s2h_room_queue;
    wire [35:0]          s2h_user;
    wire [7:0]           s2h_room_n;
    wire                 s2h_end_valid, unused_end_drop, unused_end_cut;
    wire [10:0]          s2h_end_queue;

    generate
    if (USER == 0) begin : g_plain
        wire        su_wr, su_hit, su_rd_hit;
        wire [17:0] su_addr, su_rd_addr;
        wire [31:0] su_wdata, su_rdata;
        cw_sim_user u_user (
            .clk(clk), .rst(rst),
            .awvalid(user_awvalid), .awready(user_awready), .awaddr(user_awaddr),
            .wvalid(user_wvalid), .wready(user_wready), .wdata(user_wdata), .wstrb(user_wstrb),
            .bvalid(user_bvalid), .bready(user_bready), .bresp(user_bresp),
            .arvalid(user_arvalid), .arready(user_arready), .araddr(user_araddr),
            .rvalid(user_rvalid), .rready(user_rready), .rdata(user_rdata), .rresp(user_rresp),
            .su_wr(su_wr), .su_addr(su_addr), .su_wdata(su_wdata), .su_rd_addr(su_rd_addr), .su_rdata(su_rdata),
            .su_hit(su_hit), .su_rd_hit(su_rd_hit)
        );
        cw_sim_stream #(.DATA_W(DATA_W), .QUEUE_N(QUEUE_N)) u_stream (
            .clk(clk), .rst(rst), .stream_rst(stream_rst), .idle(user_idle),
            .su_wr(su_wr), .su_addr(su_addr), .su_wdata(su_wdata), .su_rd_addr(su_rd_addr), .su_rdata(su_rdata),
            .su_hit(su_hit), .su_rd_hit(su_rd_hit),
            .h2s_valid(h2s_valid), .h2s_ready(h2s_ready), .h2s_data(h2s_data), .h2s_keep(h2s_keep),
            .h2s_first(h2s_first), .h2s_last(h2s_last), .h2s_err(h2s_err), .h2s_queue(h2s_queue),
            .h2s_user(h2s_user), .h2s_credit_valid(h2s_credit_valid), .h2s_credit_ready(h2s_credit_ready),
            .h2s_credit_queue(h2s_credit_queue), .h2s_credit_n(h2s_credit_n),
            .s2h_valid(s2h_valid), .s2h_ready(s2h_ready), .s2h_data(s2h_data), .s2h_keep(s2h_keep),
            .s2h_last(s2h_last), .s2h_err(s2h_err), .s2h_queue(s2h_queue), .s2h_user(s2h_user),
            .s2h_room_valid(s2h_room_valid), .s2h_room_queue(s2h_room_queue), .s2h_room_n(s2h_room_n),
            .s2h_end_valid(s2h_end_valid), .s2h_end_queue(s2h_end_queue)
        );
    end else begin : g_filter
        wire unused_room = &{1'b0, s2h_room_valid, s2h_room_queue, s2h_room_n, s2h_end_valid, s2h_end_queue};
        cw_filter #(.DATA_W(DATA_W), .QUEUE_N(QUEUE_N)) u_filter (.*, .idle(user_idle));
    end
    endgenerate

    cw_top #(
        .DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .VECTOR_N(VECTOR_N), .TAG_N(TAG_N), .OP_N(OP_N),
        .STREAM(STREAM), .CARD_MEM_BYTES(CARD_MEM_BYTES)
    ) u_top (
        .clk(clk), .rst(rst), .now(now), .idle(top_idle), .read_deadline(read_deadline),
        .raise_deadline(raise_deadline),
        .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready), .tx_req_sop(tx_req_sop),
        .tx_req_eop(tx_req_eop), .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data),
        .tx_req_keep(tx_req_keep), .tx_req_func(tx_req_func), .tx_req_id_valid(tx_req_id_valid),
        .tx_req_queue(tx_req_queue), .tx_req_num(tx_req_num), .tx_sent_n(tx_sent_n),
        .fc_valid(fc_valid), .fc_ph(fc_ph), .fc_pd(fc_pd), .fc_nph(fc_nph),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_cpl_sop(rx_cpl_sop),
        .rx_cpl_eop(rx_cpl_eop), .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data),
        .rx_cpl_keep(rx_cpl_keep), .rx_cpl_func(8'd0), .rx_cpl_buf_hdr(rx_cpl_buf_hdr),
        .rx_cpl_buf_data(rx_cpl_buf_data),
        .cpl_lost_valid(cpl_lost_valid), .cpl_lost_tag(cpl_lost_tag),
        .rx_req_valid(rx_req_valid), .rx_req_ready(rx_req_ready), .rx_req_sop(rx_req_sop),
        .rx_req_eop(rx_req_eop), .rx_req_hdr(rx_req_hdr), .rx_req_data(rx_req_data),
        .rx_req_keep(rx_req_keep), .rx_req_func(8'd0), .rx_req_bar(rx_req_bar),
        .tx_cpl_valid(tx_cpl_valid), .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop),
        .tx_cpl_eop(tx_cpl_eop), .tx_cpl_hdr(tx_cpl_hdr), .tx_cpl_data(tx_cpl_data),
        .tx_cpl_keep(tx_cpl_keep), .tx_cpl_func(tx_cpl_func),
        .fn_bdf(fn_bdf), .fn_mps(fn_mps), .fn_mrrs(fn_mrrs), .fn_rcb(fn_rcb),
        .fn_ext_tag(fn_ext_tag), .fn_tag10(fn_tag10), .fn_ro(fn_ro), .fn_ns(fn_ns),
        .fn_bme(fn_bme), .fn_mem(fn_mem), .fn_msi_en(fn_msi_en), .fn_msix_en(fn_msix_en),
        .fn_msix_mask(fn_msix_mask), .fn_power(fn_power), .fn_flr(fn_flr),
        .flr_done(flr_done), .fn_power_ack(fn_power_ack), .trans_pending(trans_pending),
        .err_ur(err_ur), .err_ca(err_ca), .err_poisoned(err_poisoned),
        .err_cpl_unexpected(err_cpl_unexpected), .err_cpl_timeout(err_cpl_timeout),
        .intx_level(intx_level), .msi_valid(msi_valid), .msi_ready(msi_ready), .msi_vector(msi_vector),
        .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid), .axi_awaddr(axi_awaddr),
        .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
        .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp),
        .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid), .axi_araddr(axi_araddr),
        .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
        .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast),
        .h2s_valid(h2s_valid), .h2s_ready(h2s_ready), .h2s_data(h2s_data), .h2s_keep(h2s_keep),
        .h2s_first(h2s_first), .h2s_last(h2s_last), .h2s_err(h2s_err), .h2s_queue(h2s_queue),
        .h2s_user(h2s_user), .h2s_credit_valid(h2s_credit_valid), .h2s_credit_ready(h2s_credit_ready),
        .h2s_credit_queue(h2s_credit_queue), .h2s_credit_n(h2s_credit_n),
        .s2h_valid(s2h_valid), .s2h_ready(s2h_ready), .s2h_data(s2h_data), .s2h_keep(s2h_keep),
        .s2h_last(s2h_last), .s2h_err(s2h_err), .s2h_queue(s2h_queue), .s2h_user(s2h_user),
        .s2h_room_valid(s2h_room_valid), .s2h_room_queue(s2h_room_queue), .s2h_room_n(s2h_room_n),
        .s2h_end_valid(s2h_end_valid), .s2h_end_queue(s2h_end_queue), .s2h_end_drop(unused_end_drop),
        .s2h_end_cut(unused_end_cut), .stream_rst(stream_rst),
        .user_awvalid(user_awvalid), .user_awready(user_awready), .user_awaddr(user_awaddr),
        .user_wvalid(user_wvalid), .user_wready(user_wready), .user_wdata(user_wdata),
        .user_wstrb(user_wstrb), .user_bvalid(user_bvalid), .user_bready(user_bready),
        .user_bresp(user_bresp), .user_arvalid(user_arvalid), .user_arready(user_arready),
        .user_araddr(user_araddr), .user_rvalid(user_rvalid), .user_rready(user_rready),
        .user_rdata(user_rdata), .user_rresp(user_rresp)
    );

    wire unused = &{1'b0, axi_q[31:18]}; // padding of the packed pins

    // ---- checks: valid && !ready holds valid and payload; single function ----
    wire fn_zero = tx_req_func == 8'd0 && tx_cpl_func == 8'd0;
    a_function: assert property (@(posedge clk) disable iff (rst) fn_zero);

    cw_sim_stable #(.W(DATA_W), .REST_W(WORDS + 130)) u_tx_req (
        .clk(clk), .rst(rst), .valid(tx_req_valid), .ready(tx_req_ready),
        .data(tx_req_data), .rest({tx_req_keep, tx_req_hdr, tx_req_sop, tx_req_eop}));
    cw_sim_stable #(.W(DATA_W), .REST_W(WORDS + 130)) u_tx_cpl (
        .clk(clk), .rst(rst), .valid(tx_cpl_valid), .ready(tx_cpl_ready),
        .data(tx_cpl_data), .rest({tx_cpl_keep, tx_cpl_hdr, tx_cpl_sop, tx_cpl_eop}));
    cw_sim_stable #(.W(DATA_W), .REST_W(WORDS + 130)) u_rx_cpl (
        .clk(clk), .rst(rst), .valid(rx_cpl_valid), .ready(rx_cpl_ready),
        .data(rx_cpl_data), .rest({rx_cpl_keep, rx_cpl_hdr, rx_cpl_sop, rx_cpl_eop}));
    cw_sim_stable #(.W(DATA_W), .REST_W(WORDS + 133)) u_rx_req (
        .clk(clk), .rst(rst), .valid(rx_req_valid), .ready(rx_req_ready),
        .data(rx_req_data), .rest({rx_req_keep, rx_req_hdr, rx_req_sop, rx_req_eop, rx_req_bar}));
    cw_sim_stable #(.REST_W(5)) u_msi (
        .clk(clk), .rst(rst), .valid(msi_valid), .ready(msi_ready), .data(1'b0), .rest(msi_vector));
    cw_sim_stable #(.W(64), .REST_W(17)) u_aw (
        .clk(clk), .rst(rst), .valid(axi_awvalid), .ready(axi_awready),
        .data(axi_awaddr), .rest({axi_awid, axi_awlen, axi_awsize, axi_awburst}));
    cw_sim_stable #(.W(DATA_W), .REST_W(DATA_W / 8 + 1)) u_w (
        .clk(clk), .rst(rst), .valid(axi_wvalid), .ready(axi_wready),
        .data(axi_wdata), .rest({axi_wstrb, axi_wlast}));
    cw_sim_stable #(.W(64), .REST_W(17)) u_ar (
        .clk(clk), .rst(rst), .valid(axi_arvalid), .ready(axi_arready),
        .data(axi_araddr), .rest({axi_arid, axi_arlen, axi_arsize, axi_arburst}));
    cw_sim_stable #(.REST_W(6)) u_b (
        .clk(clk), .rst(rst), .valid(axi_bvalid), .ready(axi_bready), .data(1'b0), .rest({axi_bid, axi_bresp}));
    cw_sim_stable #(.W(DATA_W), .REST_W(7)) u_r (
        .clk(clk), .rst(rst), .valid(axi_rvalid), .ready(axi_rready),
        .data(axi_rdata), .rest({axi_rid, axi_rresp, axi_rlast}));
    cw_sim_stable #(.W(DATA_W), .REST_W(DATA_W / 8 + 50)) u_h2s (
        .clk(clk), .rst(rst), .valid(h2s_valid), .ready(h2s_ready), .data(h2s_data),
        .rest({h2s_keep, h2s_first, h2s_last, h2s_err, h2s_queue, h2s_user}));
    cw_sim_stable #(.W(DATA_W), .REST_W(DATA_W / 8 + 49)) u_s2h (
        .clk(clk), .rst(rst), .valid(s2h_valid), .ready(s2h_ready), .data(s2h_data),
        .rest({s2h_keep, s2h_last, s2h_err, s2h_queue, s2h_user}));
    cw_sim_stable #(.REST_W(18)) u_user_aw (
        .clk(clk), .rst(rst), .valid(user_awvalid), .ready(user_awready), .data(1'b0), .rest(user_awaddr));
    cw_sim_stable #(.REST_W(36)) u_user_w (
        .clk(clk), .rst(rst), .valid(user_wvalid), .ready(user_wready), .data(1'b0), .rest({user_wdata, user_wstrb}));
    cw_sim_stable #(.REST_W(18)) u_user_ar (
        .clk(clk), .rst(rst), .valid(user_arvalid), .ready(user_arready), .data(1'b0), .rest(user_araddr));
endmodule

`default_nettype wire
