// SPDX-License-Identifier: BSD-2-Clause
// The P-Tile shim and, across DPI, the model of the IP (shim_ptile.c).
`default_nettype none

module cw_sim_ptile #(
    parameter DATA_W = 256,
    parameter SEGS   = 2
) (
    `include "cw_sim_ip_ports.svh"
);
    localparam OUT_W = 32 * 33;
    localparam IN_W  = 32 * 26;

    import "DPI-C" function void cw_dpi_pcie(input longint unsigned handle,
                                             input bit [OUT_W-1:0] from_rtl, output bit [IN_W-1:0] to_rtl);

    wire                rx_ready, err_valid, flr_end, is_broken, shim_idle;
    wire [11:0]         limit;
    wire [1:0]          limit_idx, pnd_addr;
    wire [2:0]          pnd_func, err_func;
    wire [7:0]          pnd_byte, ints;
    wire [12:0]         err_info;
    wire [31:0]         err_hdr;
    wire [SEGS-1:0]     t_valid, t_sop, t_eop, t_err;
    wire [128*SEGS-1:0] t_hdr;
    wire [256*SEGS-1:0] t_data;
    wire [1:0]          t_valid2 = {{(2 - SEGS){1'b0}}, t_valid};
    wire [1:0]          t_sop2 = {{(2 - SEGS){1'b0}}, t_sop};
    wire [1:0]          t_eop2 = {{(2 - SEGS){1'b0}}, t_eop};
    wire [255:0]        hdr2 = {{(256 - 128 * SEGS){1'b0}}, t_hdr};
    wire [511:0]        data2 = {{(512 - 256 * SEGS){1'b0}}, t_data};

    wire        begins = tx_req_valid && tx_req_ready && tx_req_sop;
    wire [31:0] common = {7'd0, idle && shim_idle, 20'd0, tx_req_id_valid, 2'd0, begins};
    wire [31:0] flags = {4'd0, is_broken, trans_pending, ints[0], flr_end, err_valid, 2'd0, t_eop2, t_sop2, t_valid2,
                         limit, limit_idx, rx_ready};
    wire [OUT_W-1:0] out = {data2, hdr2, err_hdr, 19'd0, err_info, flags, tx_req_num, 21'd0, tx_req_queue,
                            32'd0, 16'd0, next_deadline, common};

    reg [IN_W-1:0] in_q = {IN_W{1'b0}};
    reg [IN_W-1:0] in_d;
    always @(posedge clk) begin
        cw_dpi_pcie(card, out, in_d);
        in_q <= in_d;
    end

    cw_if_ptile #(.SEGS(SEGS), .DATA_W(DATA_W)) u_shim (
        .clk(clk), .reset_status_n(in_q[0]), .link_up(in_q[1]),
        .rx_st_ready(rx_ready), .rx_st_valid(in_q[2 +: SEGS]), .rx_st_sop(in_q[4 +: SEGS]), .rx_st_eop(in_q[6 +: SEGS]),
        .rx_st_hdr(in_q[2*32 +: 128*SEGS]), .rx_st_data(in_q[10*32 +: 256*SEGS]),
        .rx_st_bar_range(in_q[8 +: 3*SEGS]), .rx_buffer_limit(limit), .rx_buffer_limit_tdm_idx(limit_idx),
        .rx_par_err(1'b0),
        .tx_st_ready(in_q[14]), .tx_st_valid(t_valid), .tx_st_sop(t_sop), .tx_st_eop(t_eop), .tx_st_hdr(t_hdr),
        .tx_st_data(t_data), .tx_st_err(t_err),
        .tx_cdts_limit(in_q[32 +: 16]), .tx_cdts_limit_tdm_idx(in_q[17:15]), .tx_par_err(1'b0),
        .tl_cfg_ctl(in_q[48 +: 16]), .tl_cfg_add(in_q[22:18]), .tl_cfg_func(3'd0), .pm_dstate(in_q[26:23]),
        .msi_pnd_func(pnd_func), .msi_pnd_byte(pnd_byte), .msi_pnd_addr(pnd_addr), .app_int(ints),
        .app_err_valid(err_valid), .app_err_hdr(err_hdr), .app_err_info(err_info), .app_err_func_num(err_func),
        .flr_rcvd_pf(in_q[27]), .flr_completed_pf(flr_end), .broken(is_broken),
        .rst(rst), .idle(shim_idle), .tx_fc_valid(fc_valid), .tx_fc_ph(fc_ph), .tx_fc_pd(fc_pd), .tx_fc_nph(fc_nph),
        .*
    );

    // One function, no error marks, and pending bits that the model's configuration space does not show.
    wire unused = &{1'b0, in_q, fn_power_ack, t_err, pnd_func, pnd_byte, pnd_addr, err_func, ints};
endmodule

`default_nettype wire
