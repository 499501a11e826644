// SPDX-License-Identifier: BSD-2-Clause
//
// A card behind AMD's UltraScale+ integrated block (PG213): shim and endpoint.
//
// The one module to instantiate: on one side the integrated block by its own names, on
// the other card memory (AXI4), the user's streams and registers (AXI4-Lite), all on user_clk.
// Parameters are those of cw_top; CARD_MEM_BYTES is what the AXI4 side really has.
`default_nettype none

module cw_card_usplus #(
    parameter DATA_W   = 256,  // of the integrated block's streams too
    parameter QUEUE_N  = 64,
    parameter VECTOR_N = 64,
    parameter TAG_N    = 256,
    parameter OP_N     = DATA_W > 256 ? 512 : 256,
    parameter STREAM   = 0,    // 1: streaming queues, on h2s_* and s2h_*
    parameter CLOCK_HZ = 250000000,
    parameter [63:0] CARD_MEM_BYTES = 64'h10_0000,
    // widths of the integrated block's sideband
    parameter CQ_W = DATA_W == 512 ? 183 : 88,
    parameter RC_W = DATA_W == 512 ? 161 : 75,
    parameter RQ_W = DATA_W == 512 ? 137 : 62,
    parameter CC_W = DATA_W == 512 ? 81 : 33
) (
    // ---- the integrated block, its names ----
    input  wire                        user_clk,
    input  wire                        user_reset,
    input  wire                        user_lnk_up,
    input  wire [DATA_W-1:0]           m_axis_cq_tdata,
    input  wire [CQ_W-1:0]             m_axis_cq_tuser,
    input  wire                        m_axis_cq_tlast,
    input  wire [DATA_W/32-1:0]        m_axis_cq_tkeep,
    input  wire                        m_axis_cq_tvalid,
    output wire                        m_axis_cq_tready,
    output wire [1:0]                  pcie_cq_np_req,
    input  wire [DATA_W-1:0]           m_axis_rc_tdata,
    input  wire [RC_W-1:0]             m_axis_rc_tuser,
    input  wire                        m_axis_rc_tlast,
    input  wire [DATA_W/32-1:0]        m_axis_rc_tkeep,
    input  wire                        m_axis_rc_tvalid,
    output wire                        m_axis_rc_tready,
    output wire [DATA_W-1:0]           s_axis_rq_tdata,
    output wire [RQ_W-1:0]             s_axis_rq_tuser,
    output wire                        s_axis_rq_tlast,
    output wire [DATA_W/32-1:0]        s_axis_rq_tkeep,
    output wire                        s_axis_rq_tvalid,
    input  wire [3:0]                  s_axis_rq_tready,
    input  wire [5:0]                  pcie_rq_seq_num0,
    input  wire                        pcie_rq_seq_num_vld0,
    input  wire [5:0]                  pcie_rq_seq_num1,
    input  wire                        pcie_rq_seq_num_vld1,
    input  wire [3:0]                  pcie_tfc_nph_av,
    output wire [DATA_W-1:0]           s_axis_cc_tdata,
    output wire [CC_W-1:0]             s_axis_cc_tuser,
    output wire                        s_axis_cc_tlast,
    output wire [DATA_W/32-1:0]        s_axis_cc_tkeep,
    output wire                        s_axis_cc_tvalid,
    input  wire [3:0]                  s_axis_cc_tready,
    input  wire [7:0]                  cfg_bus_number,
    input  wire [1:0]                  cfg_max_payload,
    input  wire [2:0]                  cfg_max_read_req,
    input  wire [3:0]                  cfg_rcb_status,
    input  wire [15:0]                 cfg_function_status,
    input  wire [11:0]                 cfg_function_power_state,
    input  wire                        cfg_power_state_change_interrupt,
    output wire                        cfg_power_state_change_ack,
    input  wire [3:0]                  cfg_flr_in_process,
    output wire [3:0]                  cfg_flr_done,
    output wire                        cfg_err_cor_in,
    output wire                        cfg_err_uncor_in,
    output wire [9:0]                  cfg_mgmt_addr,
    output wire                        cfg_mgmt_read,
    input  wire [31:0]                 cfg_mgmt_read_data,
    input  wire                        cfg_mgmt_read_write_done,
    input  wire [3:0]                  cfg_interrupt_msi_enable,
    input  wire [11:0]                 cfg_interrupt_msi_mmenable,
    output wire [31:0]                 cfg_interrupt_msi_int,
    input  wire                        cfg_interrupt_msi_sent,
    input  wire                        cfg_interrupt_msi_fail,
    input  wire [3:0]                  cfg_interrupt_msix_enable,
    input  wire [3:0]                  cfg_interrupt_msix_mask,
    output wire [3:0]                  cfg_interrupt_int,
    output wire [3:0]                  cfg_interrupt_pending,
    input  wire                        cfg_interrupt_sent,

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
    wire [7:0]                  tx_req_func;
    wire [3:0]                  tx_sent_n;
    wire                        fc_valid;
    wire [11:0]                 fc_ph;
    wire [15:0]                 fc_pd;
    wire [11:0]                 fc_nph;
    wire                        rx_cpl_valid;
    wire                        rx_cpl_ready;
    wire                        rx_cpl_sop;
    wire                        rx_cpl_eop;
    wire [127:0]                rx_cpl_hdr;
    wire [DATA_W-1:0]           rx_cpl_data;
    wire [DATA_W/32-1:0]        rx_cpl_keep;
    wire [7:0]                  rx_cpl_func;
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
    wire [7:0]                  rx_req_func;
    wire [2:0]                  rx_req_bar;
    wire                        tx_cpl_valid;
    wire                        tx_cpl_ready;
    wire                        tx_cpl_sop;
    wire                        tx_cpl_eop;
    wire [127:0]                tx_cpl_hdr;
    wire [DATA_W-1:0]           tx_cpl_data;
    wire [DATA_W/32-1:0]        tx_cpl_keep;
    wire [7:0]                  tx_cpl_func;
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
    wire                        flr_done;
    wire                        fn_power_ack;
    wire                        intx_level;
    wire                        msi_valid;
    wire                        msi_ready;
    wire [4:0]                  msi_vector;

    // For waves and probes only.
    wire                        idle;
    wire [47:0]                 read_deadline;
    wire [24:0]                 raise_deadline;
    wire                        tx_req_id_valid;
    wire [10:0]                 tx_req_queue;
    wire [31:0]                 tx_req_num;
    wire                        trans_pending;
    wire                        err_ur;
    wire                        err_ca;
    wire                        err_poisoned;
    wire                        err_cpl_unexpected;
    wire                        err_cpl_timeout;
    wire                        shim_idle;
    wire                        unused = &{1'b0, shim_idle, idle, read_deadline, raise_deadline,
                                           tx_req_id_valid, tx_req_queue, tx_req_num, trans_pending, err_ur, err_ca, err_poisoned,
                                           err_cpl_unexpected, err_cpl_timeout};

    // As build.tcl makes the integrated block: at 512 bits it takes straddled packets on RQ and CC; parity is off, and with
    // the shim's on, every packet would be dropped.
    cw_if_usplus #(.DATA_W(DATA_W), .RC_STRADDLE(1), .TX_STRADDLE(DATA_W == 512 ? 1 : 0), .PARITY(0)) u_shim (
        .clk(user_clk), .rst(user_reset), .endpoint_rst(rst), .idle(shim_idle), .user_lnk_up(user_lnk_up),
        .m_axis_cq_tdata(m_axis_cq_tdata), .m_axis_cq_tuser(m_axis_cq_tuser), .m_axis_cq_tlast(m_axis_cq_tlast),
        .m_axis_cq_tkeep(m_axis_cq_tkeep), .m_axis_cq_tvalid(m_axis_cq_tvalid),
        .m_axis_cq_tready(m_axis_cq_tready), .pcie_cq_np_req(pcie_cq_np_req), .m_axis_rc_tdata(m_axis_rc_tdata),
        .m_axis_rc_tuser(m_axis_rc_tuser), .m_axis_rc_tlast(m_axis_rc_tlast), .m_axis_rc_tkeep(m_axis_rc_tkeep),
        .m_axis_rc_tvalid(m_axis_rc_tvalid), .m_axis_rc_tready(m_axis_rc_tready),
        .s_axis_rq_tdata(s_axis_rq_tdata), .s_axis_rq_tuser(s_axis_rq_tuser), .s_axis_rq_tlast(s_axis_rq_tlast),
        .s_axis_rq_tkeep(s_axis_rq_tkeep), .s_axis_rq_tvalid(s_axis_rq_tvalid),
        .s_axis_rq_tready(s_axis_rq_tready), .pcie_rq_seq_num0(pcie_rq_seq_num0),
        .pcie_rq_seq_num_vld0(pcie_rq_seq_num_vld0), .pcie_rq_seq_num1(pcie_rq_seq_num1),
        .pcie_rq_seq_num_vld1(pcie_rq_seq_num_vld1), .pcie_tfc_nph_av(pcie_tfc_nph_av),
        .s_axis_cc_tdata(s_axis_cc_tdata), .s_axis_cc_tuser(s_axis_cc_tuser), .s_axis_cc_tlast(s_axis_cc_tlast),
        .s_axis_cc_tkeep(s_axis_cc_tkeep), .s_axis_cc_tvalid(s_axis_cc_tvalid),
        .s_axis_cc_tready(s_axis_cc_tready), .cfg_bus_number(cfg_bus_number), .cfg_max_payload(cfg_max_payload),
        .cfg_max_read_req(cfg_max_read_req), .cfg_rcb_status(cfg_rcb_status),
        .cfg_function_status(cfg_function_status), .cfg_function_power_state(cfg_function_power_state),
        .cfg_power_state_change_interrupt(cfg_power_state_change_interrupt),
        .cfg_power_state_change_ack(cfg_power_state_change_ack), .cfg_flr_in_process(cfg_flr_in_process),
        .cfg_flr_done(cfg_flr_done), .cfg_err_cor_in(cfg_err_cor_in), .cfg_err_uncor_in(cfg_err_uncor_in),
        .cfg_mgmt_addr(cfg_mgmt_addr), .cfg_mgmt_read(cfg_mgmt_read), .cfg_mgmt_read_data(cfg_mgmt_read_data),
        .cfg_mgmt_read_write_done(cfg_mgmt_read_write_done), .cfg_interrupt_msi_enable(cfg_interrupt_msi_enable),
        .cfg_interrupt_msi_mmenable(cfg_interrupt_msi_mmenable), .cfg_interrupt_msi_int(cfg_interrupt_msi_int),
        .cfg_interrupt_msi_sent(cfg_interrupt_msi_sent), .cfg_interrupt_msi_fail(cfg_interrupt_msi_fail),
        .cfg_interrupt_msix_enable(cfg_interrupt_msix_enable), .cfg_interrupt_msix_mask(cfg_interrupt_msix_mask),
        .cfg_interrupt_int(cfg_interrupt_int), .cfg_interrupt_pending(cfg_interrupt_pending),
        .cfg_interrupt_sent(cfg_interrupt_sent), .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready),
        .tx_req_sop(tx_req_sop), .tx_req_eop(tx_req_eop), .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data),
        .tx_req_keep(tx_req_keep), .tx_req_func(tx_req_func), .tx_sent_n(tx_sent_n), .fc_valid(fc_valid),
        .fc_ph(fc_ph), .fc_pd(fc_pd), .fc_nph(fc_nph), .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready),
        .rx_cpl_sop(rx_cpl_sop), .rx_cpl_eop(rx_cpl_eop), .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data),
        .rx_cpl_keep(rx_cpl_keep), .rx_cpl_func(rx_cpl_func), .rx_cpl_buf_hdr(rx_cpl_buf_hdr),
        .rx_cpl_buf_data(rx_cpl_buf_data), .cpl_lost_valid(cpl_lost_valid), .cpl_lost_tag(cpl_lost_tag),
        .rx_req_valid(rx_req_valid), .rx_req_ready(rx_req_ready), .rx_req_sop(rx_req_sop), .rx_req_eop(rx_req_eop),
        .rx_req_hdr(rx_req_hdr), .rx_req_data(rx_req_data), .rx_req_keep(rx_req_keep), .rx_req_func(rx_req_func),
        .rx_req_bar(rx_req_bar), .tx_cpl_valid(tx_cpl_valid), .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop),
        .tx_cpl_eop(tx_cpl_eop), .tx_cpl_hdr(tx_cpl_hdr), .tx_cpl_data(tx_cpl_data), .tx_cpl_keep(tx_cpl_keep),
        .tx_cpl_func(tx_cpl_func), .fn_bdf(fn_bdf), .fn_mps(fn_mps), .fn_mrrs(fn_mrrs), .fn_rcb(fn_rcb),
        .fn_ext_tag(fn_ext_tag), .fn_tag10(fn_tag10), .fn_ro(fn_ro), .fn_ns(fn_ns), .fn_bme(fn_bme),
        .fn_mem(fn_mem), .fn_msi_en(fn_msi_en), .fn_msix_en(fn_msix_en), .fn_msix_mask(fn_msix_mask),
        .fn_power(fn_power), .fn_flr(fn_flr), .flr_done(flr_done), .fn_power_ack(fn_power_ack),
        .intx_level(intx_level), .msi_valid(msi_valid), .msi_ready(msi_ready), .msi_vector(msi_vector)
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
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .user_awvalid(user_awvalid), .user_awready(user_awready),
        .user_awaddr(user_awaddr), .user_wvalid(user_wvalid), .user_wready(user_wready), .user_wdata(user_wdata),
        .user_wstrb(user_wstrb), .user_bvalid(user_bvalid), .user_bready(user_bready), .user_bresp(user_bresp),
        .user_arvalid(user_arvalid), .user_arready(user_arready), .user_araddr(user_araddr),
        .user_rvalid(user_rvalid), .user_rready(user_rready), .user_rdata(user_rdata), .user_rresp(user_rresp)
    );
endmodule

`default_nettype wire
