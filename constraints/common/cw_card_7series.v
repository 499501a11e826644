// SPDX-License-Identifier: BSD-2-Clause
//
// A card behind Xilinx's 7-series integrated block (PG054): shim and endpoint.
//
// The one module to instantiate: on one side the integrated block by its own names, on
// the other card memory (AXI4), the user's streams and registers (AXI4-Lite), all on user_clk.
// Parameters are those of cw_top; CARD_MEM_BYTES is what the AXI4 side really has.
`default_nettype none

module cw_card_7series #(
    parameter IF_W     = 128,  // of the integrated block's streams
    parameter DATA_W   = 256,  // inside
    parameter QUEUE_N  = 16,
    parameter VECTOR_N = 16,
    parameter TAG_N    = 32,
    parameter OP_N     = 64,
    parameter STREAM   = 0,    // 1: streaming queues, on h2s_* and s2h_*
    parameter CLOCK_HZ = 125000000,
    parameter [63:0] CARD_MEM_BYTES = 64'h10_0000
) (
    // ---- the integrated block, its names ----
    input  wire                        user_clk,
    input  wire                        user_reset,
    input  wire                        user_lnk_up,
    input  wire                        m_axis_rx_tvalid,
    output wire                        m_axis_rx_tready,
    input  wire [IF_W-1:0]             m_axis_rx_tdata,
    input  wire [IF_W/8-1:0]           m_axis_rx_tkeep,
    input  wire                        m_axis_rx_tlast,
    input  wire [21:0]                 m_axis_rx_tuser,
    output wire                        rx_np_ok,
    output wire                        rx_np_req,
    output wire                        s_axis_tx_tvalid,
    input  wire                        s_axis_tx_tready,
    output wire [IF_W-1:0]             s_axis_tx_tdata,
    output wire [IF_W/8-1:0]           s_axis_tx_tkeep,
    output wire                        s_axis_tx_tlast,
    output wire [3:0]                  s_axis_tx_tuser,
    input  wire [5:0]                  tx_buf_av,
    output wire                        tx_cfg_gnt,
    output wire [2:0]                  fc_sel,
    input  wire [7:0]                  fc_ph,
    input  wire [11:0]                 fc_pd,
    input  wire [7:0]                  fc_nph,
    input  wire [7:0]                  cfg_bus_number,
    input  wire [4:0]                  cfg_device_number,
    input  wire [2:0]                  cfg_function_number,
    input  wire [15:0]                 cfg_command,
    input  wire [15:0]                 cfg_dcommand,
    input  wire [15:0]                 cfg_lcommand,
    input  wire [1:0]                  cfg_pmcsr_powerstate,
    output wire                        cfg_trn_pending,
    output wire                        cfg_interrupt,
    input  wire                        cfg_interrupt_rdy,
    output wire                        cfg_interrupt_assert,
    output wire [7:0]                  cfg_interrupt_di,
    input  wire                        cfg_interrupt_msienable,
    input  wire                        cfg_interrupt_msixenable,
    input  wire                        cfg_interrupt_msixfm,
    output wire                        cfg_err_ur,
    output wire                        cfg_err_cpl_abort,
    output wire                        cfg_err_posted,
    output wire                        cfg_err_locked,
    output wire                        cfg_err_poisoned,
    output wire                        cfg_err_cpl_unexpect,
    output wire                        cfg_err_cpl_timeout,
    output wire [47:0]                 cfg_err_tlp_cpl_header,
    input  wire                        cfg_err_cpl_rdy,

    // ---- the user's design, on user_clk: cw_top says what each is ----
    output wire                        rst,
    output wire                        axi_awvalid,
    input  wire                        axi_awready,
    output wire [3:0]                  axi_awid,
    output wire [63:0]                 axi_awaddr,
    output wire [7:0]                  axi_awlen,
    output wire [2:0]                  axi_awsize,
    output wire [1:0]                  axi_awburst,
    output wire                        axi_wvalid,
    input  wire                        axi_wready,
    output wire [DATA_W-1:0]           axi_wdata,
    output wire [DATA_W/8-1:0]         axi_wstrb,
    output wire                        axi_wlast,
    input  wire                        axi_bvalid,
    output wire                        axi_bready,
    input  wire [3:0]                  axi_bid,
    input  wire [1:0]                  axi_bresp,
    output wire                        axi_arvalid,
    input  wire                        axi_arready,
    output wire [3:0]                  axi_arid,
    output wire [63:0]                 axi_araddr,
    output wire [7:0]                  axi_arlen,
    output wire [2:0]                  axi_arsize,
    output wire [1:0]                  axi_arburst,
    input  wire                        axi_rvalid,
    output wire                        axi_rready,
    input  wire [3:0]                  axi_rid,
    input  wire [DATA_W-1:0]           axi_rdata,
    input  wire [1:0]                  axi_rresp,
    input  wire                        axi_rlast,
    // streams to and from the user's logic, with STREAM=1; without it the outputs are 0 or ready
    output wire                        h2s_valid,
    input  wire                        h2s_ready,
    output wire [DATA_W-1:0]           h2s_data,
    output wire [DATA_W/8-1:0]         h2s_keep,
    output wire                        h2s_first,
    output wire                        h2s_last,
    output wire                        h2s_err,
    output wire [10:0]                 h2s_queue,
    output wire [35:0]                 h2s_user,
    input  wire                        h2s_credit_valid,
    output wire                        h2s_credit_ready,
    input  wire [10:0]                 h2s_credit_queue,
    input  wire [7:0]                  h2s_credit_n,
    input  wire                        s2h_valid,
    output wire                        s2h_ready,
    input  wire [DATA_W-1:0]           s2h_data,
    input  wire [DATA_W/8-1:0]         s2h_keep,
    input  wire                        s2h_last,
    input  wire                        s2h_err,
    input  wire [10:0]                 s2h_queue,
    input  wire [35:0]                 s2h_user,
    output wire                        s2h_room_valid,
    output wire [10:0]                 s2h_room_queue,
    output wire [7:0]                  s2h_room_n,
    output wire                        s2h_end_valid,
    output wire [10:0]                 s2h_end_queue,
    output wire                        s2h_end_drop,
    output wire                        s2h_end_cut,
    output wire                        stream_rst,
    output wire                        user_awvalid,
    input  wire                        user_awready,
    output wire [17:0]                 user_awaddr,
    output wire                        user_wvalid,
    input  wire                        user_wready,
    output wire [31:0]                 user_wdata,
    output wire [3:0]                  user_wstrb,
    input  wire                        user_bvalid,
    output wire                        user_bready,
    input  wire [1:0]                  user_bresp,
    output wire                        user_arvalid,
    input  wire                        user_arready,
    output wire [17:0]                 user_araddr,
    input  wire                        user_rvalid,
    output wire                        user_rready,
    input  wire [31:0]                 user_rdata,
    input  wire [1:0]                  user_rresp
);
    // Clock cycles since configuration; no reset touches it.
    reg [47:0] now_q = 48'd0;
    always @(posedge user_clk)
        now_q <= now_q + 48'd1;

    wire                        tx_req_valid;
    wire                        tx_req_ready;
    wire                        tx_req_sop;
    wire                        tx_req_eop;
    wire [127:0]                tx_req_hdr;
    wire [DATA_W-1:0]           tx_req_data;
    wire [DATA_W/32-1:0]        tx_req_keep;
    wire [3:0]                  tx_sent_n;
    wire                        left_valid;
    wire [11:0]                 left_ph;
    wire [15:0]                 left_pd;
    wire [11:0]                 left_nph;
    wire                        rx_cpl_valid;
    wire                        rx_cpl_ready;
    wire                        rx_cpl_sop;
    wire                        rx_cpl_eop;
    wire [127:0]                rx_cpl_hdr;
    wire [DATA_W-1:0]           rx_cpl_data;
    wire [DATA_W/32-1:0]        rx_cpl_keep;
    wire [11:0]                 rx_cpl_buf_hdr;
    wire [15:0]                 rx_cpl_buf_data;
    wire                        cpl_lost_valid;
    wire [9:0]                  cpl_lost_tag;
    wire                        rx_req_valid;
    wire                        rx_req_ready;
    wire                        rx_req_sop;
    wire                        rx_req_eop;
    wire [127:0]                rx_req_hdr;
    wire [DATA_W-1:0]           rx_req_data;
    wire [DATA_W/32-1:0]        rx_req_keep;
    wire [2:0]                  rx_req_bar;
    wire                        tx_cpl_valid;
    wire                        tx_cpl_ready;
    wire                        tx_cpl_sop;
    wire                        tx_cpl_eop;
    wire [127:0]                tx_cpl_hdr;
    wire [DATA_W-1:0]           tx_cpl_data;
    wire [DATA_W/32-1:0]        tx_cpl_keep;
    wire [15:0]                 fn_bdf;
    wire [2:0]                  fn_mps;
    wire [2:0]                  fn_mrrs;
    wire                        fn_rcb;
    wire                        fn_ext_tag;
    wire                        fn_tag10;
    wire                        fn_ro;
    wire                        fn_ns;
    wire                        fn_bme;
    wire                        fn_mem;
    wire                        fn_msi_en;
    wire                        fn_msix_en;
    wire                        fn_msix_mask;
    wire [1:0]                  fn_power;
    wire                        fn_flr;
    wire                        trans_pending;
    wire                        err_ur;
    wire                        err_poisoned;
    wire                        err_cpl_unexpected;
    wire                        err_cpl_timeout;
    wire                        intx_level;
    wire                        msi_valid;
    wire                        msi_ready;
    wire [4:0]                  msi_vector;

    // For waves and probes only.
    wire                        idle;
    wire [47:0]                 read_deadline;
    wire [24:0]                 raise_deadline;
    wire [7:0]                  tx_req_func;
    wire                        tx_req_id_valid;
    wire [10:0]                 tx_req_queue;
    wire [31:0]                 tx_req_num;
    wire [7:0]                  tx_cpl_func;
    wire                        flr_done;
    wire                        fn_power_ack;
    wire                        err_ca;
    wire                        shim_idle;
    wire                        unused = &{1'b0, shim_idle, idle, read_deadline, raise_deadline,
                                           tx_req_func, tx_req_id_valid, tx_req_queue, tx_req_num, tx_cpl_func, flr_done, fn_power_ack,
                                           err_ca};

    cw_if_7series #(.IF_W(IF_W), .DATA_W(DATA_W)) u_shim (
        .clk(user_clk), .rst(rst), .idle(shim_idle), .user_reset(user_reset), .user_lnk_up(user_lnk_up),
        .m_axis_rx_tvalid(m_axis_rx_tvalid), .m_axis_rx_tready(m_axis_rx_tready),
        .m_axis_rx_tdata(m_axis_rx_tdata), .m_axis_rx_tkeep(m_axis_rx_tkeep), .m_axis_rx_tlast(m_axis_rx_tlast),
        .m_axis_rx_tuser(m_axis_rx_tuser), .rx_np_ok(rx_np_ok), .rx_np_req(rx_np_req),
        .s_axis_tx_tvalid(s_axis_tx_tvalid), .s_axis_tx_tready(s_axis_tx_tready),
        .s_axis_tx_tdata(s_axis_tx_tdata), .s_axis_tx_tkeep(s_axis_tx_tkeep), .s_axis_tx_tlast(s_axis_tx_tlast),
        .s_axis_tx_tuser(s_axis_tx_tuser), .tx_buf_av(tx_buf_av), .tx_cfg_gnt(tx_cfg_gnt), .fc_sel(fc_sel),
        .fc_ph(fc_ph), .fc_pd(fc_pd), .fc_nph(fc_nph), .cfg_bus_number(cfg_bus_number),
        .cfg_device_number(cfg_device_number), .cfg_function_number(cfg_function_number),
        .cfg_command(cfg_command), .cfg_dcommand(cfg_dcommand), .cfg_lcommand(cfg_lcommand),
        .cfg_pmcsr_powerstate(cfg_pmcsr_powerstate), .cfg_trn_pending(cfg_trn_pending),
        .cfg_interrupt(cfg_interrupt), .cfg_interrupt_rdy(cfg_interrupt_rdy),
        .cfg_interrupt_assert(cfg_interrupt_assert), .cfg_interrupt_di(cfg_interrupt_di),
        .cfg_interrupt_msienable(cfg_interrupt_msienable), .cfg_interrupt_msixenable(cfg_interrupt_msixenable),
        .cfg_interrupt_msixfm(cfg_interrupt_msixfm), .cfg_err_ur(cfg_err_ur),
        .cfg_err_cpl_abort(cfg_err_cpl_abort), .cfg_err_posted(cfg_err_posted), .cfg_err_locked(cfg_err_locked),
        .cfg_err_poisoned(cfg_err_poisoned), .cfg_err_cpl_unexpect(cfg_err_cpl_unexpect),
        .cfg_err_cpl_timeout(cfg_err_cpl_timeout), .cfg_err_tlp_cpl_header(cfg_err_tlp_cpl_header),
        .cfg_err_cpl_rdy(cfg_err_cpl_rdy), .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready),
        .tx_req_sop(tx_req_sop), .tx_req_eop(tx_req_eop), .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data),
        .tx_req_keep(tx_req_keep), .tx_sent_n(tx_sent_n), .tx_fc_valid(left_valid), .tx_fc_ph(left_ph),
        .tx_fc_pd(left_pd), .tx_fc_nph(left_nph), .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready),
        .rx_cpl_sop(rx_cpl_sop), .rx_cpl_eop(rx_cpl_eop), .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data),
        .rx_cpl_keep(rx_cpl_keep), .rx_cpl_buf_hdr(rx_cpl_buf_hdr), .rx_cpl_buf_data(rx_cpl_buf_data),
        .cpl_lost_valid(cpl_lost_valid), .cpl_lost_tag(cpl_lost_tag), .rx_req_valid(rx_req_valid),
        .rx_req_ready(rx_req_ready), .rx_req_sop(rx_req_sop), .rx_req_eop(rx_req_eop), .rx_req_hdr(rx_req_hdr),
        .rx_req_data(rx_req_data), .rx_req_keep(rx_req_keep), .rx_req_bar(rx_req_bar), .tx_cpl_valid(tx_cpl_valid),
        .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop), .tx_cpl_eop(tx_cpl_eop), .tx_cpl_hdr(tx_cpl_hdr),
        .tx_cpl_data(tx_cpl_data), .tx_cpl_keep(tx_cpl_keep), .fn_bdf(fn_bdf), .fn_mps(fn_mps), .fn_mrrs(fn_mrrs),
        .fn_rcb(fn_rcb), .fn_ext_tag(fn_ext_tag), .fn_tag10(fn_tag10), .fn_ro(fn_ro), .fn_ns(fn_ns),
        .fn_bme(fn_bme), .fn_mem(fn_mem), .fn_msi_en(fn_msi_en), .fn_msix_en(fn_msix_en),
        .fn_msix_mask(fn_msix_mask), .fn_power(fn_power), .fn_flr(fn_flr), .trans_pending(trans_pending),
        .err_ur(err_ur), .err_poisoned(err_poisoned), .err_cpl_unexpected(err_cpl_unexpected),
        .err_cpl_timeout(err_cpl_timeout), .intx_level(intx_level), .msi_valid(msi_valid), .msi_ready(msi_ready),
        .msi_vector(msi_vector)
    );

    cw_top #(
        .DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .VECTOR_N(VECTOR_N), .TAG_N(TAG_N), .OP_N(OP_N), .CLOCK_HZ(CLOCK_HZ),
        .CARD_MEM_BYTES(CARD_MEM_BYTES), .STREAM(STREAM)
    ) u_top (
        .clk(user_clk), .rst(rst), .now(now_q), .idle(idle), .read_deadline(read_deadline),
        .raise_deadline(raise_deadline),
        .h2s_valid(h2s_valid), .h2s_ready(h2s_ready), .h2s_data(h2s_data), .h2s_keep(h2s_keep),
        .h2s_first(h2s_first), .h2s_last(h2s_last), .h2s_err(h2s_err), .h2s_queue(h2s_queue), .h2s_user(h2s_user),
        .h2s_credit_valid(h2s_credit_valid), .h2s_credit_ready(h2s_credit_ready),
        .h2s_credit_queue(h2s_credit_queue), .h2s_credit_n(h2s_credit_n), .s2h_valid(s2h_valid),
        .s2h_ready(s2h_ready), .s2h_data(s2h_data), .s2h_keep(s2h_keep), .s2h_last(s2h_last), .s2h_err(s2h_err),
        .s2h_queue(s2h_queue), .s2h_user(s2h_user), .s2h_room_valid(s2h_room_valid), .s2h_room_queue(s2h_room_queue),
        .s2h_room_n(s2h_room_n), .s2h_end_valid(s2h_end_valid), .s2h_end_queue(s2h_end_queue),
        .s2h_end_drop(s2h_end_drop), .s2h_end_cut(s2h_end_cut), .stream_rst(stream_rst),
        .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready), .tx_req_sop(tx_req_sop), .tx_req_eop(tx_req_eop),
        .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data), .tx_req_keep(tx_req_keep), .tx_req_func(tx_req_func),
        .tx_req_id_valid(tx_req_id_valid), .tx_req_queue(tx_req_queue), .tx_req_num(tx_req_num),
        .tx_sent_n(tx_sent_n), .fc_valid(left_valid), .fc_ph(left_ph), .fc_pd(left_pd), .fc_nph(left_nph),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_cpl_sop(rx_cpl_sop), .rx_cpl_eop(rx_cpl_eop),
        .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data), .rx_cpl_keep(rx_cpl_keep), .rx_cpl_func(8'd0),
        .rx_cpl_buf_hdr(rx_cpl_buf_hdr), .rx_cpl_buf_data(rx_cpl_buf_data), .cpl_lost_valid(cpl_lost_valid),
        .cpl_lost_tag(cpl_lost_tag), .rx_req_valid(rx_req_valid), .rx_req_ready(rx_req_ready),
        .rx_req_sop(rx_req_sop), .rx_req_eop(rx_req_eop), .rx_req_hdr(rx_req_hdr), .rx_req_data(rx_req_data),
        .rx_req_keep(rx_req_keep), .rx_req_func(8'd0), .rx_req_bar(rx_req_bar), .tx_cpl_valid(tx_cpl_valid),
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
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .user_awvalid(user_awvalid), .user_awready(user_awready),
        .user_awaddr(user_awaddr), .user_wvalid(user_wvalid), .user_wready(user_wready), .user_wdata(user_wdata),
        .user_wstrb(user_wstrb), .user_bvalid(user_bvalid), .user_bready(user_bready), .user_bresp(user_bresp),
        .user_arvalid(user_arvalid), .user_arready(user_arready), .user_araddr(user_araddr),
        .user_rvalid(user_rvalid), .user_rready(user_rready), .user_rdata(user_rdata), .user_rresp(user_rresp)
    );
endmodule

`default_nettype wire
