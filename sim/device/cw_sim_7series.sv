// SPDX-License-Identifier: BSD-2-Clause
// The 7-series shim and, across DPI, the model of the integrated block (shim_7series.c).
`default_nettype none

module cw_sim_7series #(
    parameter DATA_W = 256,
    parameter IF_W   = 128
) (
    `include "cw_sim_ip_ports.svh"
);
    localparam OUT_W = 32 * 14;
    localparam IN_W  = 32 * 10;

    import "DPI-C" function void cw_dpi_pcie(input longint unsigned handle,
                                             input bit [OUT_W-1:0] from_rtl, output bit [IN_W-1:0] to_rtl);

    wire              rx_ready, np_ok, np_req, tx_valid, tx_last, cfg_gnt, pending, int_req, int_assert;
    wire              e_ur, e_abort, e_posted, e_locked, e_poisoned, e_unexpect, e_timeout, shim_idle;
    wire [3:0]        tx_user;
    wire [2:0]        sel;
    wire [7:0]        di;
    wire [47:0]       cpl_header;
    wire [IF_W-1:0]   tx_data;
    wire [IF_W/8-1:0] tx_keep;

    wire              begins = tx_req_valid && tx_req_ready && tx_req_sop;
    wire [31:0] common = {7'd0, idle && shim_idle, 20'd0, tx_req_id_valid, 2'd0, begins};
    wire [31:0] flags = {1'b0, e_timeout, e_unexpect, e_poisoned, e_locked, e_posted, e_abort, e_ur, di,
                         int_assert, int_req, pending, sel, cfg_gnt, tx_user, tx_last, tx_valid, np_req, np_ok,
                         rx_ready};
    wire [127:0] data = {{(128 - IF_W){1'b0}}, tx_data};
    wire [31:0]  keep = {{(32 - IF_W / 8){1'b0}}, tx_keep};
    wire [OUT_W-1:0] out = {data, 16'd0, cpl_header, keep, flags, tx_req_num, 21'd0, tx_req_queue,
                            32'd0, 16'd0, next_deadline, common};

    reg [IN_W-1:0] in_q = {{(IN_W - 1){1'b0}}, 1'b1};
    reg [IN_W-1:0] in_d;
    always @(posedge clk) begin
        cw_dpi_pcie(card, out, in_d);
        in_q <= in_d;
    end

    cw_if_7series #(.IF_W(IF_W), .DATA_W(DATA_W)) u_shim (
        .clk(clk), .user_reset(in_q[0]), .user_lnk_up(in_q[1]),
        .m_axis_rx_tvalid(in_q[2]), .m_axis_rx_tready(rx_ready), .m_axis_rx_tdata(in_q[6*32 +: IF_W]),
        .m_axis_rx_tkeep(in_q[3*32 +: IF_W/8]), .m_axis_rx_tlast(in_q[3]), .m_axis_rx_tuser(in_q[32 +: 22]),
        .rx_np_ok(np_ok), .rx_np_req(np_req),
        .s_axis_tx_tvalid(tx_valid), .s_axis_tx_tready(in_q[4]), .s_axis_tx_tdata(tx_data),
        .s_axis_tx_tkeep(tx_keep), .s_axis_tx_tlast(tx_last), .s_axis_tx_tuser(tx_user),
        .tx_buf_av(in_q[10:5]), .tx_cfg_gnt(cfg_gnt),
        .fc_sel(sel), .fc_ph(in_q[2*32 +: 8]), .fc_pd(in_q[2*32 + 16 +: 12]), .fc_nph(in_q[2*32 + 8 +: 8]),
        .cfg_bus_number(in_q[3*32 + 24 +: 8]), .cfg_device_number(in_q[3*32 + 19 +: 5]),
        .cfg_function_number(in_q[3*32 + 16 +: 3]), .cfg_command(in_q[4*32 +: 16]),
        .cfg_dcommand(in_q[4*32 + 16 +: 16]), .cfg_lcommand(in_q[5*32 +: 16]),
        .cfg_pmcsr_powerstate(in_q[17:16]), .cfg_trn_pending(pending),
        .cfg_interrupt(int_req), .cfg_interrupt_rdy(in_q[11]), .cfg_interrupt_assert(int_assert),
        .cfg_interrupt_di(di), .cfg_interrupt_msienable(in_q[12]), .cfg_interrupt_msixenable(in_q[13]),
        .cfg_interrupt_msixfm(in_q[14]),
        .cfg_err_ur(e_ur), .cfg_err_cpl_abort(e_abort), .cfg_err_posted(e_posted), .cfg_err_locked(e_locked),
        .cfg_err_poisoned(e_poisoned), .cfg_err_cpl_unexpect(e_unexpect), .cfg_err_cpl_timeout(e_timeout),
        .cfg_err_tlp_cpl_header(cpl_header), .cfg_err_cpl_rdy(in_q[15]),
        .rst(rst), .idle(shim_idle), .tx_fc_valid(fc_valid), .tx_fc_ph(fc_ph), .tx_fc_pd(fc_pd), .tx_fc_nph(fc_nph),
        .*
    );

    wire unused = &{1'b0, in_q, flr_done, fn_power_ack, err_ca};
endmodule

`default_nettype wire
