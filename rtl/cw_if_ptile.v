// SPDX-License-Identifier: BSD-2-Clause
// Shim: the endpoint (cw_top) behind the P-Tile Avalon-ST IP for PCI Express,
// UG-20225. Names of that side are the user guide's without _i and _o. One clock,
// coreclkout_hip (clk here).
//
// What the IP has and the endpoint does not see, and the other way round:
// - one stream each way, segments of 256 bits with the header beside: cw_if_ptile_rx,
//   cw_if_ptile_tx. SEGS 2 is the x16 core (512 bits), 1 the x8 core (256 bits).
// - configuration comes in turns on tl_cfg; every value is kept here.
// - MSI messages are the user's own writes: address, data, masks from tl_cfg, pending
//   bits back on msi_pnd. They go out behind what the endpoint gave before.
// - errors go to the IP with the header of the request that came last, a DW a cycle.
// - 10-bit tags and the IP's completion timer are not used; parity pins are left off in the
//   IP, and a parity error that it reports (rx_par_err, tx_par_err) stays up in `broken`
//   until reset, as the guide asks for one.
`default_nettype none

module cw_if_ptile #(
    parameter SEGS     = 2,
    parameter DATA_W   = 256,
    parameter CPL_HDR  = 1144,  // completion headers and
    parameter CPL_DATA = 2888,  // units of 16 bytes that the receive buffer has room for
    parameter NP_MAX   = 16
) (
    // ---- the IP ----
    input  wire                  clk,          // coreclkout_hip
    input  wire                  reset_status_n,
    input  wire                  link_up,

    output wire                  rx_st_ready,
    input  wire [SEGS-1:0]       rx_st_valid,
    input  wire [SEGS-1:0]       rx_st_sop,
    input  wire [SEGS-1:0]       rx_st_eop,
    input  wire [128*SEGS-1:0]   rx_st_hdr,
    input  wire [256*SEGS-1:0]   rx_st_data,
    input  wire [3*SEGS-1:0]     rx_st_bar_range,
    output wire [11:0]           rx_buffer_limit,
    output wire [1:0]            rx_buffer_limit_tdm_idx,
    input  wire                  rx_par_err,

    input  wire                  tx_st_ready,
    output wire [SEGS-1:0]       tx_st_valid,
    output wire [SEGS-1:0]       tx_st_sop,
    output wire [SEGS-1:0]       tx_st_eop,
    output wire [128*SEGS-1:0]   tx_st_hdr,
    output wire [256*SEGS-1:0]   tx_st_data,
    output wire [SEGS-1:0]       tx_st_err,
    input  wire [15:0]           tx_cdts_limit,
    input  wire [2:0]            tx_cdts_limit_tdm_idx,
    input  wire                  tx_par_err,

    input  wire [15:0]           tl_cfg_ctl,
    input  wire [4:0]            tl_cfg_add,
    input  wire [2:0]            tl_cfg_func,
    input  wire [3:0]            pm_dstate,    // function 0

    output wire [2:0]            msi_pnd_func,
    output wire [7:0]            msi_pnd_byte,
    output wire [1:0]            msi_pnd_addr,
    output wire [7:0]            app_int,

    output wire                  app_err_valid,
    output wire [31:0]           app_err_hdr,
    output wire [12:0]           app_err_info,
    output wire [2:0]            app_err_func_num,

    input  wire                  flr_rcvd_pf,  // function 0
    output wire                  flr_completed_pf,
    output wire                  broken,       // the IP wants a reset

    // ---- the endpoint: the ports of cw_top ----
    output wire                  rst,
    output wire                  idle,        // no TLP is in here

    input  wire                  tx_req_valid,
    output wire                  tx_req_ready,
    input  wire                  tx_req_sop,
    input  wire                  tx_req_eop,
    input  wire [127:0]          tx_req_hdr,
    input  wire [DATA_W-1:0]     tx_req_data,
    input  wire [DATA_W/32-1:0]  tx_req_keep,
    output wire [3:0]            tx_sent_n,
    output wire                  tx_fc_valid,
    output wire [11:0]           tx_fc_ph,
    output wire [15:0]           tx_fc_pd,
    output wire [11:0]           tx_fc_nph,

    output wire                  rx_cpl_valid,
    input  wire                  rx_cpl_ready,
    output wire                  rx_cpl_sop,
    output wire                  rx_cpl_eop,
    output wire [127:0]          rx_cpl_hdr,
    output wire [DATA_W-1:0]     rx_cpl_data,
    output wire [DATA_W/32-1:0]  rx_cpl_keep,
    output wire [11:0]           rx_cpl_buf_hdr,
    output wire [15:0]           rx_cpl_buf_data,
    output wire                  cpl_lost_valid,
    output wire [9:0]            cpl_lost_tag,

    output wire                  rx_req_valid,
    input  wire                  rx_req_ready,
    output wire                  rx_req_sop,
    output wire                  rx_req_eop,
    output wire [127:0]          rx_req_hdr,
    output wire [DATA_W-1:0]     rx_req_data,
    output wire [DATA_W/32-1:0]  rx_req_keep,
    output wire [2:0]            rx_req_bar,

    input  wire                  tx_cpl_valid,
    output wire                  tx_cpl_ready,
    input  wire                  tx_cpl_sop,
    input  wire                  tx_cpl_eop,
    input  wire [127:0]          tx_cpl_hdr,
    input  wire [DATA_W-1:0]     tx_cpl_data,
    input  wire [DATA_W/32-1:0]  tx_cpl_keep,

    output wire [15:0]           fn_bdf,
    output wire [2:0]            fn_mps,
    output wire [2:0]            fn_mrrs,
    output wire                  fn_rcb,
    output wire                  fn_ext_tag,
    output wire                  fn_tag10,
    output wire                  fn_ro,
    output wire                  fn_ns,
    output wire                  fn_bme,
    output wire                  fn_mem,
    output wire                  fn_msi_en,
    output wire                  fn_msix_en,
    output wire                  fn_msix_mask,
    output wire [1:0]            fn_power,
    output wire                  fn_flr,
    input  wire                  flr_done,
    input  wire                  err_ur,
    input  wire                  err_ca,
    input  wire                  err_poisoned,
    input  wire                  err_cpl_unexpected,
    input  wire                  err_cpl_timeout,
    input  wire                  intx_level,
    input  wire                  msi_valid,
    output wire                  msi_ready,
    input  wire [4:0]            msi_vector
);
    `include "cw_tlp.vh"

    initial begin
        if (SEGS != 1 && SEGS != 2) begin
            $display("%m: SEGS %0d is not supported: 1, 2", SEGS);
            $finish;
        end
        if (DATA_W != 256 && (DATA_W != 512 || SEGS != 2)) begin
            $display("%m: DATA_W %0d is not supported: 256, or 512 with two segments", DATA_W);
            $finish;
        end
    end

    reg rst_q = 1'b1, broken_q = 1'b0;
    assign rst = rst_q;
    assign broken = broken_q;
    always @(posedge clk) begin
        rst_q    <= !reset_status_n || !link_up;
        broken_q <= reset_status_n && (broken_q || rx_par_err || tx_par_err);
    end

    // ---- configuration, as tl_cfg goes round ----
    reg  [15:0] cfg_q [0:31];
    reg         seen_q;              // once round since reset
    integer     i;
    initial for (i = 0; i < 32; i = i + 1)
        cfg_q[i] = 16'd0;
    always @(posedge clk) begin
        if (tl_cfg_func == 3'd0)
            cfg_q[tl_cfg_add] <= tl_cfg_ctl;
        if (rst)
            seen_q <= 1'b0;
        else if (tl_cfg_add == 5'h1f)
            seen_q <= 1'b1;
    end
    wire [15:0] cfg0 = cfg_q[0], cfg1 = cfg_q[1], cfg2 = cfg_q[2], cfgc = cfg_q[12];
    assign fn_mem       = seen_q && cfg0[15];
    assign fn_bme       = seen_q && cfg0[7];
    assign fn_ext_tag   = cfg0[6];
    assign fn_mrrs      = cfg0[5:3];
    assign fn_mps       = cfg0[2:0];
    assign fn_ns        = cfg1[14];
    assign fn_ro        = cfg1[13];
    assign fn_bdf       = {cfg1[7:0], cfg1[12:8], 3'd0};
    assign fn_rcb       = cfg2[14];
    assign fn_tag10     = 1'b0;
    assign fn_msi_en    = seen_q && cfgc[0];
    assign fn_msix_en   = seen_q && cfgc[5];
    assign fn_msix_mask = cfgc[6];
    // one-hot: D0, D1, D2, D3; nothing for not initialised
    assign fn_power     = pm_dstate[3] ? 2'd3 : pm_dstate[2] ? 2'd2 : pm_dstate[1] ? 2'd1 : 2'd0;
    assign rx_cpl_buf_hdr  = CPL_HDR[11:0];
    assign rx_cpl_buf_data = CPL_DATA[15:0];
    assign cpl_lost_valid  = 1'b0;
    assign cpl_lost_tag    = 10'd0;

    // ---- function-level reset: once for each time the level rises ----
    reg flr_told_q;
    assign fn_flr           = flr_rcvd_pf && !flr_told_q;
    assign flr_completed_pf = flr_done && fn_flr;
    always @(posedge clk)
        flr_told_q <= !rst && flr_rcvd_pf && (flr_told_q || flr_done);

    // ---- streams ----
    wire                 rx_np, rx_sop, rx_eop, rx_idle, tx_idle, answered;
    wire [127:0]         rx_hdr;
    wire [DATA_W-1:0]    rx_data;
    wire [DATA_W/32-1:0] rx_keep;
    wire                 msg_valid, msg_ready;
    wire [127:0]         msg_hdr;
    wire [31:0]          msg_data;

    cw_if_ptile_rx #(.SEGS(SEGS), .DATA_W(DATA_W), .NP_MAX(NP_MAX)) u_rx (
        .clk(clk), .rst(rst), .idle(rx_idle),
        .rx_st_ready(rx_st_ready), .rx_st_valid(rx_st_valid), .rx_st_sop(rx_st_sop), .rx_st_eop(rx_st_eop),
        .rx_st_hdr(rx_st_hdr), .rx_st_data(rx_st_data), .rx_st_bar_range(rx_st_bar_range),
        .rx_buffer_limit(rx_buffer_limit), .rx_buffer_limit_tdm_idx(rx_buffer_limit_tdm_idx), .answered(answered),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_req_valid(rx_req_valid),
        .rx_req_ready(rx_req_ready), .rx_req_bar(rx_req_bar), .rx_req_np(rx_np),
        .rx_sop(rx_sop), .rx_eop(rx_eop), .rx_hdr(rx_hdr), .rx_data(rx_data), .rx_keep(rx_keep)
    );
    assign rx_cpl_sop = rx_sop, rx_req_sop = rx_sop;
    assign rx_cpl_eop = rx_eop, rx_req_eop = rx_eop;
    assign rx_cpl_hdr = rx_hdr, rx_req_hdr = rx_hdr;
    assign rx_cpl_data = rx_data, rx_req_data = rx_data;
    assign rx_cpl_keep = rx_keep, rx_req_keep = rx_keep;

    cw_if_ptile_tx #(.SEGS(SEGS), .DATA_W(DATA_W)) u_tx (
        .clk(clk), .rst(rst), .idle(tx_idle), .fn_mps(fn_mps),
        .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready), .tx_req_sop(tx_req_sop),
        .tx_req_eop(tx_req_eop), .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data), .tx_req_keep(tx_req_keep),
        .tx_sent_n(tx_sent_n),
        .tx_fc_valid(tx_fc_valid), .tx_fc_ph(tx_fc_ph), .tx_fc_pd(tx_fc_pd), .tx_fc_nph(tx_fc_nph),
        .tx_cpl_valid(tx_cpl_valid), .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop),
        .tx_cpl_eop(tx_cpl_eop), .tx_cpl_hdr(tx_cpl_hdr), .tx_cpl_data(tx_cpl_data), .tx_cpl_keep(tx_cpl_keep),
        .answered(answered),
        .msi_valid(msg_valid), .msi_ready(msg_ready), .msi_hdr(msg_hdr), .msi_data(msg_data),
        .tx_st_ready(tx_st_ready), .tx_st_valid(tx_st_valid), .tx_st_sop(tx_st_sop), .tx_st_eop(tx_st_eop),
        .tx_st_hdr(tx_st_hdr), .tx_st_data(tx_st_data), .tx_st_err(tx_st_err),
        .tx_cdts_limit(tx_cdts_limit), .tx_cdts_limit_tdm_idx(tx_cdts_limit_tdm_idx)
    );

    // ---- MSI: pending until its mask bit is off ----
    reg  [31:0] pend_q;
    reg  [4:0]  next_q;              // looked at in this cycle
    reg         msg_q;
    reg  [1:0]  told_q;
    wire [4:0]  granted = ~(5'h1f << cfgc[4:2]);
    wire [4:0]  vector  = msi_vector & granted;
    wire [31:0] mask    = {cfg_q[11], cfg_q[10]};
    wire [63:0] addr    = {cfg_q[9], cfg_q[8], cfg_q[7], cfg_q[6]};
    wire        high    = addr[63:32] != 32'd0;
    wire        may     = fn_msi_en && fn_bme && fn_power == 2'd0 && !fn_flr;
    wire [15:0] base    = cfg_q[13];
    assign msi_ready = !rst;
    assign msg_valid = msg_q;
    assign msg_data  = {16'd0, base[15:5], (base[4:0] & ~granted) | next_q};
    assign msg_hdr   = {high ? addr[31:0] : 32'd0, high ? addr[63:32] : addr[31:0],
                        fn_bdf, 8'd0, 4'd0, 4'hf, high ? TLP_MWR64 : TLP_MWR32, 24'd1};
    assign msi_pnd_func = 3'd0;
    assign msi_pnd_addr = told_q;
    assign msi_pnd_byte = pend_q[{told_q, 3'd0} +: 8];

    always @(posedge clk) begin
        told_q <= rst ? 2'd0 : told_q + 2'd1;
        if (rst || fn_flr || !fn_msi_en) begin
            pend_q <= 32'd0;
            msg_q  <= 1'b0;
            next_q <= 5'd0;
        end else begin
            if (msg_q && msg_ready) begin
                msg_q          <= 1'b0;
                pend_q[next_q] <= 1'b0;
            end else if (!msg_q && pend_q[next_q] && !mask[next_q] && may) begin
                msg_q  <= 1'b1;
            end else if (!msg_q) begin
                next_q <= pend_q == 32'd0 ? 5'd0 : next_q + 5'd1;
            end
            // Behind the line above: one that comes while its last one leaves is not lost.
            if (msi_valid)
                pend_q[vector] <= 1'b1;
        end
    end
    assign app_int = {7'd0, intx_level};     // the IP looks at Interrupt Disable

    // ---- errors: the kinds that happened since, then the header in four cycles ----
    reg  [6:0]   kinds_q;
    reg  [6:0]   now_q;
    reg  [127:0] last_hdr_q, err_hdr_q;
    reg          np_last_q;
    reg  [2:0]   step_q;             // 0: nothing is told
    wire [6:0]   kinds = {err_poisoned, err_ur, err_cpl_timeout, err_ca, err_cpl_unexpected, 2'b00};
    wire         begins = step_q == 3'd0 && kinds_q != 7'd0;
    assign app_err_valid    = step_q == 3'd1;
    // [10]: advisory, what a completion has told the requester already
    assign app_err_info     = step_q == 3'd1 ? {2'd0, np_last_q && |now_q[5:3] && !now_q[4], 3'd0, now_q} : 13'd0;
    assign app_err_hdr      = err_hdr_q[31:0];
    assign app_err_func_num = 3'd0;

    always @(posedge clk) begin
        if (rx_req_valid && rx_req_sop) begin
            last_hdr_q <= rx_req_hdr;
            np_last_q  <= rx_np;
        end
        if (begins) begin
            now_q     <= kinds_q;
            err_hdr_q <= last_hdr_q;
        end else begin
            err_hdr_q <= err_hdr_q >> 32;
        end
        if (rst) begin
            kinds_q <= 7'd0;
            step_q  <= 3'd0;
        end else begin
            kinds_q <= (begins ? 7'd0 : kinds_q) | kinds;
            step_q  <= begins ? 3'd1 : step_q == 3'd0 || step_q == 3'd4 ? 3'd0 : step_q + 3'd1;
        end
    end

    // Vectors that wait for a mask bit change nothing until the IP does.
    assign idle = rx_idle && tx_idle && !msg_q && !msi_valid && ((pend_q & ~mask) == 32'd0 || !may) && kinds_q == 7'd0 &&
                  step_q == 3'd0 && kinds == 7'd0;

    wire unused = &{1'b0, pm_dstate, cfg0, cfg1, cfg2, cfgc};
endmodule

`default_nettype wire
