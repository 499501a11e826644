// SPDX-License-Identifier: BSD-2-Clause
// The UltraScale+ shim between the endpoint and the model of that IP's user side: its pins
// across DPI, packed as sim/device/shim_usplus.h has them.
`default_nettype none

module cw_sim_usplus #(
    parameter DATA_W = 256,
    parameter ADDR_ALIGNED = 0
) (
    `include "cw_sim_ip_ports.svh"
);
    localparam WORDS = DATA_W / 32;
    localparam OUT_W = 32 * (18 + 2 * WORDS);
    localparam IN_W  = 32 * (18 + 2 * WORDS);
    localparam CQ_W = DATA_W == 512 ? 183 : 88;
    localparam RC_W = DATA_W == 512 ? 161 : 75;
    localparam RQ_W = DATA_W == 512 ? 137 : 62;
    localparam CC_W = DATA_W == 512 ? 81 : 33;

    import "DPI-C" function void cw_dpi_pcie(input longint unsigned handle,
                                             input bit [OUT_W-1:0] from_rtl, output bit [IN_W-1:0] to_rtl);

    // ---- model to RTL ----
    reg [IN_W-1:0] in_q = {{(IN_W - 1){1'b0}}, 1'b1};
    reg [IN_W-1:0] in_d;
    wire [31:0]    f = in_q[31:0];
    wire [31:0]    cfg = in_q[63:32];

    // ---- RTL to model ----
    wire              shim_idle, cq_ready, rc_ready, rq_valid, rq_last, cc_valid, cc_last;
    wire [1:0]        np_req;
    wire [DATA_W-1:0] rq_data, cc_data;
    wire [RQ_W-1:0]   rq_user;
    wire [CC_W-1:0]   cc_user;
    wire [WORDS-1:0]  rq_keep, cc_keep;
    wire [3:0]        cfg_flr_done, int_pins, int_pending;
    wire              power_ack, err_cor, err_uncor, mgmt_read;
    wire [9:0]        mgmt_addr;
    wire [31:0]       msi_int;

    // the simulation's own words: see shims.h
    wire [31:0] sim_flags = {7'd0, idle && shim_idle, 20'd0, tx_req_id_valid, 2'd0,
                             tx_req_valid && tx_req_ready && tx_req_sop};
    wire [31:0] flags = {7'd0, err_uncor, err_cor, mgmt_addr, mgmt_read, int_pending[0], int_pins[0], power_ack,
                         cfg_flr_done[0], np_req, rq_last, rq_valid, cc_last, cc_valid, rc_ready, cq_ready};
    wire [15:0] rq_keep16 = {{(16 - WORDS){1'b0}}, rq_keep};
    wire [15:0] cc_keep16 = {{(16 - WORDS){1'b0}}, cc_keep};
    wire [OUT_W-1:0] out = {cc_data, rq_data, 32'd0, {(96 - CC_W){1'b0}}, cc_user, {(160 - RQ_W){1'b0}}, rq_user,
                            rq_keep16, cc_keep16, msi_int, flags,
                            tx_req_num, 21'd0, tx_req_queue, 32'd0, 16'd0, next_deadline, sim_flags};

    always @(posedge clk) begin
        cw_dpi_pcie(card, out, in_d);
        in_q <= in_d;
    end

    wire [7:0] rx_cpl_func, rx_req_func;

    // Device Control of the simulated card is at 88h, its capability at 80h (cfgspace.h).
    cw_if_usplus #(
        .DATA_W(DATA_W), .ADDR_ALIGNED(ADDR_ALIGNED), .TX_STRADDLE(DATA_W == 512 ? 1 : 0), .DEV_CTRL(10'h022)
    ) u_shim (
        .clk(clk), .rst(f[0]), .user_lnk_up(1'b1), .idle(shim_idle), .endpoint_rst(rst),
        .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready), .tx_req_sop(tx_req_sop), .tx_req_eop(tx_req_eop),
        .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data), .tx_req_keep(tx_req_keep), .tx_req_func(8'd0),
        .tx_sent_n(tx_sent_n), .fc_valid(fc_valid), .fc_ph(fc_ph), .fc_pd(fc_pd), .fc_nph(fc_nph),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_cpl_sop(rx_cpl_sop), .rx_cpl_eop(rx_cpl_eop),
        .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data), .rx_cpl_keep(rx_cpl_keep), .rx_cpl_func(rx_cpl_func),
        .rx_cpl_buf_hdr(rx_cpl_buf_hdr), .rx_cpl_buf_data(rx_cpl_buf_data),
        .cpl_lost_valid(cpl_lost_valid), .cpl_lost_tag(cpl_lost_tag),
        .rx_req_valid(rx_req_valid), .rx_req_ready(rx_req_ready), .rx_req_sop(rx_req_sop), .rx_req_eop(rx_req_eop),
        .rx_req_hdr(rx_req_hdr), .rx_req_data(rx_req_data), .rx_req_keep(rx_req_keep), .rx_req_func(rx_req_func),
        .rx_req_bar(rx_req_bar),
        .tx_cpl_valid(tx_cpl_valid), .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop), .tx_cpl_eop(tx_cpl_eop),
        .tx_cpl_hdr(tx_cpl_hdr), .tx_cpl_data(tx_cpl_data), .tx_cpl_keep(tx_cpl_keep), .tx_cpl_func(8'd0),
        .fn_bdf(fn_bdf), .fn_mps(fn_mps), .fn_mrrs(fn_mrrs), .fn_rcb(fn_rcb), .fn_ext_tag(fn_ext_tag),
        .fn_tag10(fn_tag10), .fn_ro(fn_ro), .fn_ns(fn_ns), .fn_bme(fn_bme), .fn_mem(fn_mem),
        .fn_msi_en(fn_msi_en), .fn_msix_en(fn_msix_en), .fn_msix_mask(fn_msix_mask), .fn_power(fn_power),
        .fn_flr(fn_flr), .flr_done(flr_done), .fn_power_ack(fn_power_ack), .intx_level(intx_level),
        .msi_valid(msi_valid), .msi_ready(msi_ready), .msi_vector(msi_vector),

        .m_axis_cq_tdata(in_q[18*32 +: DATA_W]), .m_axis_cq_tuser(in_q[5*32 +: CQ_W]), .m_axis_cq_tlast(f[2]),
        .m_axis_cq_tkeep(in_q[3*32 +: WORDS]), .m_axis_cq_tvalid(f[1]), .m_axis_cq_tready(cq_ready),
        .pcie_cq_np_req(np_req),
        .m_axis_rc_tdata(in_q[(18 + WORDS)*32 +: DATA_W]), .m_axis_rc_tuser(in_q[11*32 +: RC_W]), .m_axis_rc_tlast(f[4]),
        .m_axis_rc_tkeep(in_q[3*32 + 16 +: WORDS]), .m_axis_rc_tvalid(f[3]), .m_axis_rc_tready(rc_ready),
        .s_axis_rq_tdata(rq_data), .s_axis_rq_tuser(rq_user), .s_axis_rq_tlast(rq_last), .s_axis_rq_tkeep(rq_keep),
        .s_axis_rq_tvalid(rq_valid), .s_axis_rq_tready({4{f[6]}}),
        .pcie_rq_seq_num0(f[14:9]), .pcie_rq_seq_num_vld0(f[7]), .pcie_rq_seq_num1(f[20:15]),
        .pcie_rq_seq_num_vld1(f[8]), .pcie_tfc_nph_av(cfg[27:24]),
        .s_axis_cc_tdata(cc_data), .s_axis_cc_tuser(cc_user), .s_axis_cc_tlast(cc_last), .s_axis_cc_tkeep(cc_keep),
        .s_axis_cc_tvalid(cc_valid), .s_axis_cc_tready({4{f[5]}}),
        .cfg_bus_number(cfg[7:0]), .cfg_max_payload(cfg[9:8]), .cfg_max_read_req(cfg[12:10]),
        .cfg_rcb_status({3'd0, cfg[13]}), .cfg_function_status({12'd0, cfg[17:14]}),
        .cfg_function_power_state({9'd0, cfg[20:18]}), .cfg_power_state_change_interrupt(f[22]),
        .cfg_power_state_change_ack(power_ack), .cfg_flr_in_process({3'd0, f[21]}), .cfg_flr_done(cfg_flr_done),
        .cfg_err_cor_in(err_cor), .cfg_err_uncor_in(err_uncor),
        .cfg_mgmt_addr(mgmt_addr), .cfg_mgmt_read(mgmt_read), .cfg_mgmt_read_data(in_q[2*32 +: 32]),
        .cfg_mgmt_read_write_done(f[26]),
        .cfg_interrupt_msi_enable({3'd0, f[27]}), .cfg_interrupt_msi_mmenable({9'd0, cfg[23:21]}),
        .cfg_interrupt_msi_int(msi_int), .cfg_interrupt_msi_sent(f[24]), .cfg_interrupt_msi_fail(f[25]),
        .cfg_interrupt_msix_enable({3'd0, f[28]}), .cfg_interrupt_msix_mask({3'd0, f[29]}),
        .cfg_interrupt_int(int_pins), .cfg_interrupt_pending(int_pending), .cfg_interrupt_sent(f[23])
    );

    // Errors the IP sees itself, and padding
    wire unused = &{1'b0, trans_pending, err_ur, err_ca, err_poisoned, err_cpl_unexpected, err_cpl_timeout,
                    rx_cpl_func, rx_req_func, cfg_flr_done, int_pins, int_pending, f, cfg, in_q};
endmodule

`default_nettype wire
