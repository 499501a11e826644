// SPDX-License-Identifier: BSD-2-Clause
// Shim: the endpoint (cw_top) behind the Xilinx 7-series integrated block for PCI
// Express, AMD PG054. Names of that side are the product guide's. One clock, user_clk (clk here).
//
// What the block has and the endpoint does not see, and the other way round:
// - one stream each way; cw_if_7series_rx and cw_if_7series_tx take it apart and join it.
// - requests that the endpoint has to answer are held back (rx_np_ok) before more
//   than NP_MAX are unanswered, so that posted requests and completions pass them.
// - no function-level reset, no 10-bit tags, no completion timer: fn_flr, fn_tag10 and
//   cpl_lost are tied off. Reads are at most 128 << MRRS_MAX bytes, so that several fit
//   the receive buffer's completion space (CPL_HDR, CPL_DATA).
// - completions with UR or CA are made by the block from cfg_err_*.
// - MSI and INTx go through cfg_interrupt; MSI-X messages are the endpoint's own writes.
`default_nettype none

module cw_if_7series #(
    parameter IF_W     = 128,   // of the streams: 128 or 64
    parameter DATA_W   = 256,
    parameter CPL_HDR  = 36,    // completion headers and
    parameter CPL_DATA = 461,   // units of 16 bytes that the receive buffer has room for
    parameter MRRS_MAX = 2,
    parameter NP_MAX   = 16,
    parameter BUF_KEEP = 2
) (
    // ---- the integrated block ----
    input  wire                  clk,          // user_clk
    input  wire                  user_reset,
    input  wire                  user_lnk_up,

    input  wire                  m_axis_rx_tvalid,
    output wire                  m_axis_rx_tready,
    input  wire [IF_W-1:0]       m_axis_rx_tdata,
    input  wire [IF_W/8-1:0]     m_axis_rx_tkeep,
    input  wire                  m_axis_rx_tlast,
    input  wire [21:0]           m_axis_rx_tuser,
    output wire                  rx_np_ok,
    output wire                  rx_np_req,

    output wire                  s_axis_tx_tvalid,
    input  wire                  s_axis_tx_tready,
    output wire [IF_W-1:0]       s_axis_tx_tdata,
    output wire [IF_W/8-1:0]     s_axis_tx_tkeep,
    output wire                  s_axis_tx_tlast,
    output wire [3:0]            s_axis_tx_tuser,
    input  wire [5:0]            tx_buf_av,
    output wire                  tx_cfg_gnt,

    output wire [2:0]            fc_sel,
    input  wire [7:0]            fc_ph,
    input  wire [11:0]           fc_pd,
    input  wire [7:0]            fc_nph,

    input  wire [7:0]            cfg_bus_number,
    input  wire [4:0]            cfg_device_number,
    input  wire [2:0]            cfg_function_number,
    input  wire [15:0]           cfg_command,
    input  wire [15:0]           cfg_dcommand,
    input  wire [15:0]           cfg_lcommand,
    input  wire [1:0]            cfg_pmcsr_powerstate,
    output wire                  cfg_trn_pending,

    output wire                  cfg_interrupt,
    input  wire                  cfg_interrupt_rdy,
    output wire                  cfg_interrupt_assert,
    output wire [7:0]            cfg_interrupt_di,
    input  wire                  cfg_interrupt_msienable,
    input  wire                  cfg_interrupt_msixenable,
    input  wire                  cfg_interrupt_msixfm,

    output wire                  cfg_err_ur,
    output wire                  cfg_err_cpl_abort,
    output wire                  cfg_err_posted,
    output wire                  cfg_err_locked,
    output wire                  cfg_err_poisoned,
    output wire                  cfg_err_cpl_unexpect,
    output wire                  cfg_err_cpl_timeout,
    output wire [47:0]           cfg_err_tlp_cpl_header,
    input  wire                  cfg_err_cpl_rdy,

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
    input  wire                  trans_pending,
    input  wire                  err_ur,
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
        if (IF_W != 64 && IF_W != 128) begin
            $display("%m: IF_W %0d is not supported: 64, 128", IF_W);
            $finish;
        end
        if (DATA_W != 256) begin
            $display("%m: DATA_W %0d is not supported: 256", DATA_W);
            $finish;
        end
    end

    reg  rst_q = 1'b1;
    assign rst = rst_q;
    always @(posedge clk)
        rst_q <= user_reset || !user_lnk_up;

    // ---- function state ----
    localparam [2:0] MRRS_TOP = MRRS_MAX[2:0];
    assign fn_bdf       = {cfg_bus_number, cfg_device_number, cfg_function_number};
    assign fn_mem       = cfg_command[1];
    assign fn_bme       = cfg_command[2];
    assign fn_ro        = cfg_dcommand[4];
    assign fn_mps       = cfg_dcommand[7:5];
    assign fn_ext_tag   = cfg_dcommand[8];
    assign fn_ns        = cfg_dcommand[11];
    assign fn_mrrs      = cfg_dcommand[14:12] > MRRS_TOP ? MRRS_TOP : cfg_dcommand[14:12];
    assign fn_rcb       = cfg_lcommand[3];
    assign fn_tag10     = 1'b0;
    assign fn_flr       = 1'b0;
    assign fn_power     = cfg_pmcsr_powerstate;
    assign fn_msi_en    = cfg_interrupt_msienable;
    assign fn_msix_en   = cfg_interrupt_msixenable;
    assign fn_msix_mask = cfg_interrupt_msixfm;
    assign cfg_trn_pending = trans_pending;
    assign tx_cfg_gnt   = 1'b1;      // the block's own TLPs may go between any two

    // Transmit credits left; the top bit says that there is no limit.
    assign fc_sel      = 3'b100;
    assign tx_fc_valid = 1'b1;
    assign tx_fc_ph    = fc_ph[7] ? 12'hfff : {4'd0, fc_ph};
    assign tx_fc_nph   = fc_nph[7] ? 12'hfff : {4'd0, fc_nph};
    assign tx_fc_pd    = fc_pd[11] ? 16'hffff : {4'd0, fc_pd};
    assign rx_cpl_buf_hdr  = CPL_HDR[11:0];
    assign rx_cpl_buf_data = CPL_DATA[15:0];
    assign cpl_lost_valid  = 1'b0;
    assign cpl_lost_tag    = 10'd0;

    // ---- receive ----
    wire                 rx_np, rx_sop, rx_eop, rx_idle;
    wire [127:0]         rx_hdr;
    wire [DATA_W-1:0]    rx_data;
    wire [DATA_W/32-1:0] rx_keep;

    cw_if_7series_rx #(.IF_W(IF_W), .DATA_W(DATA_W)) u_rx (
        .clk(clk), .rst(rst), .idle(rx_idle),
        .m_axis_rx_tvalid(m_axis_rx_tvalid), .m_axis_rx_tready(m_axis_rx_tready),
        .m_axis_rx_tdata(m_axis_rx_tdata), .m_axis_rx_tkeep(m_axis_rx_tkeep),
        .m_axis_rx_tlast(m_axis_rx_tlast), .m_axis_rx_tuser(m_axis_rx_tuser),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_req_valid(rx_req_valid),
        .rx_req_ready(rx_req_ready), .rx_req_bar(rx_req_bar), .rx_req_np(rx_np),
        .rx_sop(rx_sop), .rx_eop(rx_eop), .rx_hdr(rx_hdr), .rx_data(rx_data), .rx_keep(rx_keep)
    );
    assign rx_cpl_sop = rx_sop, rx_req_sop = rx_sop;
    assign rx_cpl_eop = rx_eop, rx_req_eop = rx_eop;
    assign rx_cpl_hdr = rx_hdr, rx_req_hdr = rx_hdr;
    assign rx_cpl_data = rx_data, rx_req_data = rx_data;
    assign rx_cpl_keep = rx_keep, rx_req_keep = rx_keep;

    // Requests of the host without their last answer.
    reg  [6:0] np_q;
    reg        np_ok_q, last_np_q;
    wire       answered;
    wire       asked = rx_req_valid && rx_req_ready && rx_req_sop && rx_np;
    assign rx_np_ok  = np_ok_q;
    assign rx_np_req = 1'b1;         // held back by rx_np_ok alone

    always @(posedge clk) begin
        np_ok_q <= np_q < NP_MAX[6:0];
        if (rx_req_valid && rx_req_sop)
            last_np_q <= rx_np;
        if (rst)
            np_q <= 7'd0;
        else
            np_q <= np_q + {6'd0, asked} - {6'd0, answered};
    end

    // ---- transmit ----
    wire         tx_idle, fail_valid, fail_ready;
    wire [127:0] fail_hdr;

    cw_if_7series_tx #(.IF_W(IF_W), .DATA_W(DATA_W), .BUF_KEEP(BUF_KEEP)) u_tx (
        .clk(clk), .rst(rst), .idle(tx_idle),
        .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready), .tx_req_sop(tx_req_sop),
        .tx_req_eop(tx_req_eop), .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data),
        .tx_req_keep(tx_req_keep), .tx_sent_n(tx_sent_n),
        .tx_cpl_valid(tx_cpl_valid), .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop),
        .tx_cpl_eop(tx_cpl_eop), .tx_cpl_hdr(tx_cpl_hdr), .tx_cpl_data(tx_cpl_data),
        .tx_cpl_keep(tx_cpl_keep), .answered(answered),
        .fail_valid(fail_valid), .fail_ready(fail_ready), .fail_hdr(fail_hdr),
        .s_axis_tx_tvalid(s_axis_tx_tvalid), .s_axis_tx_tready(s_axis_tx_tready),
        .s_axis_tx_tdata(s_axis_tx_tdata), .s_axis_tx_tkeep(s_axis_tx_tkeep),
        .s_axis_tx_tlast(s_axis_tx_tlast), .s_axis_tx_tuser(s_axis_tx_tuser), .tx_buf_av(tx_buf_av)
    );

    // ---- errors: one kind a cycle with a completion header, the others are pulses ----
    reg        ur_q, ca_q, posted_q, locked_q, poisoned_q, unexpect_q, timeout_q;
    reg [47:0] cpl_header_q;
    reg        ur_posted_q;          // an unsupported posted request waits to be reported
    reg        pause_q;              // cfg_err_cpl_rdy may answer two cycles late
    reg  [1:0] pause_n_q;
    wire       tell_posted = ur_posted_q && !fail_valid;
    assign fail_ready             = cfg_err_cpl_rdy && !pause_q;
    assign cfg_err_ur             = ur_q;
    assign cfg_err_cpl_abort      = ca_q;
    assign cfg_err_posted         = posted_q;
    assign cfg_err_locked         = locked_q;
    assign cfg_err_poisoned       = poisoned_q;
    assign cfg_err_cpl_unexpect   = unexpect_q;
    assign cfg_err_cpl_timeout    = timeout_q;
    assign cfg_err_tlp_cpl_header = cpl_header_q;

    wire fail_take = fail_valid && fail_ready;
    wire fail_ca   = fail_hdr[TLP_CPL_STATUS_MSB:TLP_CPL_STATUS_LSB] == TLP_CA;

    always @(posedge clk) begin
        // [47:41] lower address, [40:29] byte count, [28:26] TC, [25:24] attributes, [23:8] requester, [7:0] tag
        cpl_header_q <= {fail_hdr[TLP_CPL_LOWER_MSB:TLP_CPL_LOWER_LSB],
                         fail_hdr[TLP_CPL_BYTES_MSB:TLP_CPL_BYTES_LSB],
                         fail_hdr[TLP_TC_MSB:TLP_TC_LSB], fail_hdr[TLP_ATTR1], fail_hdr[TLP_ATTR0],
                         fail_hdr[TLP_CPL_REQ_ID_MSB:TLP_CPL_REQ_ID_LSB], fail_hdr[TLP_CPL_TAG_MSB:TLP_CPL_TAG_LSB]};
        posted_q   <= !fail_take;
        locked_q   <= fail_take && fail_hdr[TLP_TYPE_LSB];
        if (rst) begin
            {ur_q, ca_q, poisoned_q, unexpect_q, timeout_q, ur_posted_q, pause_q} <= 7'd0;
            pause_n_q   <= 2'd0;
        end else begin
            ur_q        <= fail_take ? !fail_ca : tell_posted;
            ca_q        <= fail_take && fail_ca;
            poisoned_q  <= err_poisoned;
            unexpect_q  <= err_cpl_unexpected;
            timeout_q   <= err_cpl_timeout;
            ur_posted_q <= (err_ur && !last_np_q) || (ur_posted_q && !tell_posted);
            pause_q     <= fail_take || pause_n_q != 2'd0;
            pause_n_q   <= fail_take ? 2'd2 : pause_n_q == 2'd0 ? 2'd0 : pause_n_q - 2'd1;
        end
    end

    // ---- interrupts: one handshake at a time ----
    reg        int_q, int_msi_q, assert_q, intx_q;   // intx_q: the level that the host was told
    reg  [4:0] vector_q;
    wire       intx_want = intx_level && !cfg_command[10] && !cfg_interrupt_msienable && !cfg_interrupt_msixenable;
    assign cfg_interrupt        = int_q;
    assign cfg_interrupt_assert = assert_q;
    assign cfg_interrupt_di     = {3'd0, vector_q};
    // With MSI turned off meanwhile the vector has nowhere to go.
    assign msi_ready = msi_valid && !int_q && !rst;

    always @(posedge clk) begin
        if (rst) begin
            int_q     <= 1'b0;
            int_msi_q <= 1'b0;
            assert_q  <= 1'b0;
            intx_q    <= 1'b0;
        end else if (int_q) begin
            if (cfg_interrupt_rdy || (int_msi_q && !cfg_interrupt_msienable)) begin
                int_q <= 1'b0;
                if (!int_msi_q)
                    intx_q <= assert_q;
            end
        end else if (msi_valid) begin
            int_q     <= cfg_interrupt_msienable;
            int_msi_q <= 1'b1;
            assert_q  <= 1'b0;
            vector_q  <= msi_vector;
        end else if (intx_want != intx_q) begin
            int_q     <= 1'b1;
            int_msi_q <= 1'b0;
            assert_q  <= intx_want;
            vector_q  <= 5'd0;
        end
    end

    assign idle = rx_idle && tx_idle && !int_q && !msi_valid && intx_want == intx_q && !pause_q && !ur_posted_q &&
                  !fail_valid && !ur_q && !ca_q && !poisoned_q && !unexpect_q && !timeout_q;

    wire unused = &{1'b0, cfg_command, cfg_dcommand, cfg_lcommand, fail_hdr};
endmodule

`default_nettype wire
