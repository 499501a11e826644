// SPDX-License-Identifier: BSD-2-Clause
//
// The endpoint (cw_top) behind AMD's UltraScale+ integrated block for PCI Express
// (PCIE4, PCIE4C): CQ, CC, RQ and RC with the vendor's port names (PG213). No DMA logic:
// descriptors become headers and back, payload is turned by their 3 or 4 DWs.
// docs/vendor-shims.md has each field with its source.
//
// How the IP has to be configured: AXI4-Stream of DATA_W bits, DW-aligned or (256 bits
// only) address-aligned on all four interfaces as ADDR_ALIGNED, straddle as RC_STRADDLE (256
// bits: RC; 512 bits: whatever is_sop and is_eop say, on CQ and RC) and TX_STRADDLE
// (512 bits: RQ and CC), which is for DW-aligned interfaces only, client tags, 3 BARs of 64 bits, MSI-X table in the user's
// logic, messages not enabled on CQ, parity as PARITY.
//
// Order: the IP does not order CC behind RQ. Each request takes a sequence number; those
// of posted writes (bit 5) come back as tx_sent_n, which the endpoint waits for.
// Non-posted requests: never more than 32 at the endpoint (pcie_cq_np_req).
// Discontinued packets and those with wrong parity are dropped whole: a write is lost, a
// read times out; cfg_err_uncor_in says so.
// Errors that the IP has to log: a completion with UR or CA carries the request, as
// the guide asks. Refused posted writes and errors the IP sees itself have no pins.
`default_nettype none

module cw_if_usplus #(
    parameter DATA_W       = 256,          // 256 or 512
    parameter ADDR_ALIGNED = 0,            // 0: DW-aligned; 1: address-aligned
    parameter RC_STRADDLE  = ADDR_ALIGNED == 0 ? 1 : 0,
    parameter TX_STRADDLE  = 0,            // 512 bits only
    parameter PARITY       = 1,            // check what comes, make what goes
    parameter [11:0] CPL_BUF_HDR  = RC_STRADDLE != 0 || DATA_W == 512 ? 12'd1024 : 12'd64,
    parameter [15:0] CPL_BUF_DATA = 16'd2048,   // 32 KiB in units of 16 bytes
    parameter [9:0]  DEV_CTRL     = 10'h01e,
    // widths of the vendor's sideband
    parameter CQ_W = DATA_W == 512 ? 183 : 88,
    parameter RC_W = DATA_W == 512 ? 161 : 75,
    parameter RQ_W = DATA_W == 512 ? 137 : 62,
    parameter CC_W = DATA_W == 512 ? 81 : 33
) (
    input  wire                  clk,        // user_clk of the IP
    input  wire                  rst,        // user_reset
    input  wire                  user_lnk_up,
    output wire                  idle,       // nothing in here moves until an input does

    // ---- the endpoint ----
    output wire                  endpoint_rst,
    input  wire                  tx_req_valid,
    output wire                  tx_req_ready,
    input  wire                  tx_req_sop,
    input  wire                  tx_req_eop,
    input  wire [127:0]          tx_req_hdr,
    input  wire [DATA_W-1:0]     tx_req_data,
    input  wire [DATA_W/32-1:0]  tx_req_keep,
    input  wire [7:0]            tx_req_func,
    output reg  [3:0]            tx_sent_n,
    output wire                  fc_valid,
    output wire [11:0]           fc_ph,
    output wire [15:0]           fc_pd,
    output wire [11:0]           fc_nph,
    output wire                  rx_cpl_valid,
    input  wire                  rx_cpl_ready,
    output wire                  rx_cpl_sop,
    output wire                  rx_cpl_eop,
    output wire [127:0]          rx_cpl_hdr,
    output wire [DATA_W-1:0]     rx_cpl_data,
    output wire [DATA_W/32-1:0]  rx_cpl_keep,
    output wire [7:0]            rx_cpl_func,
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
    output wire [7:0]            rx_req_func,
    output wire [2:0]            rx_req_bar,
    input  wire                  tx_cpl_valid,
    output wire                  tx_cpl_ready,
    input  wire                  tx_cpl_sop,
    input  wire                  tx_cpl_eop,
    input  wire [127:0]          tx_cpl_hdr,
    input  wire [DATA_W-1:0]     tx_cpl_data,
    input  wire [DATA_W/32-1:0]  tx_cpl_keep,
    input  wire [7:0]            tx_cpl_func,
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
    input  wire                  fn_power_ack,
    input  wire                  intx_level,
    input  wire                  msi_valid,
    output wire                  msi_ready,
    input  wire [4:0]            msi_vector,

    // ---- the IP, its names ----
    input  wire [DATA_W-1:0]     m_axis_cq_tdata,
    input  wire [CQ_W-1:0]       m_axis_cq_tuser,
    input  wire                  m_axis_cq_tlast,
    input  wire [DATA_W/32-1:0]  m_axis_cq_tkeep,
    input  wire                  m_axis_cq_tvalid,
    output wire                  m_axis_cq_tready,
    output wire [1:0]            pcie_cq_np_req,
    input  wire [DATA_W-1:0]     m_axis_rc_tdata,
    input  wire [RC_W-1:0]       m_axis_rc_tuser,
    input  wire                  m_axis_rc_tlast,
    input  wire [DATA_W/32-1:0]  m_axis_rc_tkeep,
    input  wire                  m_axis_rc_tvalid,
    output wire                  m_axis_rc_tready,
    output wire [DATA_W-1:0]     s_axis_rq_tdata,
    output wire [RQ_W-1:0]       s_axis_rq_tuser,
    output wire                  s_axis_rq_tlast,
    output wire [DATA_W/32-1:0]  s_axis_rq_tkeep,
    output wire                  s_axis_rq_tvalid,
    input  wire [3:0]            s_axis_rq_tready,
    input  wire [5:0]            pcie_rq_seq_num0,
    input  wire                  pcie_rq_seq_num_vld0,
    input  wire [5:0]            pcie_rq_seq_num1,
    input  wire                  pcie_rq_seq_num_vld1,
    input  wire [3:0]            pcie_tfc_nph_av,
    output wire [DATA_W-1:0]     s_axis_cc_tdata,
    output wire [CC_W-1:0]       s_axis_cc_tuser,
    output wire                  s_axis_cc_tlast,
    output wire [DATA_W/32-1:0]  s_axis_cc_tkeep,
    output wire                  s_axis_cc_tvalid,
    input  wire [3:0]            s_axis_cc_tready,
    input  wire [7:0]            cfg_bus_number,
    input  wire [1:0]            cfg_max_payload,
    input  wire [2:0]            cfg_max_read_req,
    input  wire [3:0]            cfg_rcb_status,
    input  wire [15:0]           cfg_function_status,
    input  wire [11:0]           cfg_function_power_state,
    input  wire                  cfg_power_state_change_interrupt,
    output wire                  cfg_power_state_change_ack,
    input  wire [3:0]            cfg_flr_in_process,
    output wire [3:0]            cfg_flr_done,
    output wire                  cfg_err_cor_in,
    output wire                  cfg_err_uncor_in,
    output wire [9:0]            cfg_mgmt_addr,
    output wire                  cfg_mgmt_read,
    input  wire [31:0]           cfg_mgmt_read_data,
    input  wire                  cfg_mgmt_read_write_done,
    input  wire [3:0]            cfg_interrupt_msi_enable,
    input  wire [11:0]           cfg_interrupt_msi_mmenable,
    output wire [31:0]           cfg_interrupt_msi_int,
    input  wire                  cfg_interrupt_msi_sent,
    input  wire                  cfg_interrupt_msi_fail,
    input  wire [3:0]            cfg_interrupt_msix_enable,
    input  wire [3:0]            cfg_interrupt_msix_mask,
    output wire [3:0]            cfg_interrupt_int,
    output wire [3:0]            cfg_interrupt_pending,
    input  wire                  cfg_interrupt_sent
);
    // synthesis: these refuse what this file cannot do
    initial begin
        if (DATA_W != 256 && DATA_W != 512) begin
            $display("%m: DATA_W %0d is not supported: 256 or 512", DATA_W);
            $finish;
        end
        if (ADDR_ALIGNED != 0 && (ADDR_ALIGNED != 1 || DATA_W != 256)) begin
            $display("%m: ADDR_ALIGNED %0d is not supported: 0, or 1 with 256 bits", ADDR_ALIGNED);
            $finish;
        end
        if (ADDR_ALIGNED != 0 && RC_STRADDLE != 0) begin
            $display("%m: straddle is for DW-aligned interfaces: RC_STRADDLE has to be 0");
            $finish;
        end
        if (TX_STRADDLE != 0 && DATA_W != 512) begin
            $display("%m: TX_STRADDLE is for 512 bits");
            $finish;
        end
    end

    reg  rst_q = 1'b1;
    always @(posedge clk)
        rst_q <= rst || !user_lnk_up;
    assign endpoint_rst = rst_q;

    wire [127:0] req_desc;           // of the request on rx_req
    wire [7:0]   req_be;
    wire rx_idle, tx_idle, cfg_idle, cq_dropped, rc_dropped;
    assign idle = rx_idle && tx_idle && cfg_idle && !cq_dropped && !rc_dropped;

    cw_usplus_in #(
        .DATA_W(DATA_W), .RC_STRADDLE(RC_STRADDLE), .PARITY(PARITY), .ADDR_ALIGNED(ADDR_ALIGNED),
        .CQ_W(CQ_W), .RC_W(RC_W)
    ) u_in (
        .clk(clk), .rst(rst_q), .idle(rx_idle), .cq_dropped(cq_dropped), .rc_dropped(rc_dropped),
        .m_axis_cq_tdata(m_axis_cq_tdata), .m_axis_cq_tuser(m_axis_cq_tuser), .m_axis_cq_tlast(m_axis_cq_tlast),
        .m_axis_cq_tkeep(m_axis_cq_tkeep), .m_axis_cq_tvalid(m_axis_cq_tvalid), .m_axis_cq_tready(m_axis_cq_tready),
        .m_axis_rc_tdata(m_axis_rc_tdata), .m_axis_rc_tuser(m_axis_rc_tuser), .m_axis_rc_tlast(m_axis_rc_tlast),
        .m_axis_rc_tkeep(m_axis_rc_tkeep), .m_axis_rc_tvalid(m_axis_rc_tvalid), .m_axis_rc_tready(m_axis_rc_tready),
        .rx_req_valid(rx_req_valid), .rx_req_ready(rx_req_ready), .rx_req_sop(rx_req_sop), .rx_req_eop(rx_req_eop),
        .rx_req_hdr(rx_req_hdr), .rx_req_data(rx_req_data), .rx_req_keep(rx_req_keep), .rx_req_func(rx_req_func),
        .rx_req_bar(rx_req_bar), .req_desc(req_desc), .req_be(req_be),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_cpl_sop(rx_cpl_sop), .rx_cpl_eop(rx_cpl_eop),
        .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data), .rx_cpl_keep(rx_cpl_keep),
        .cpl_lost_valid(cpl_lost_valid), .cpl_lost_tag(cpl_lost_tag[7:0])
    );
    assign cpl_lost_tag[9:8] = 2'd0;
    assign rx_cpl_func = 8'd0;

    // ---- what of a request the completion needs, by tag ----
    wire         take_req = rx_req_valid && rx_req_ready && rx_req_sop;
    reg  [135:0] asked [0:255];
    wire [135:0] of_cpl = asked[tx_cpl_hdr[79:72]];

    always @(posedge clk)
        if (take_req)
            asked[req_desc[103:96]] <= {req_be, req_desc};

    cw_usplus_out #(
        .DATA_W(DATA_W), .STRADDLE(TX_STRADDLE), .PARITY(PARITY), .ADDR_ALIGNED(ADDR_ALIGNED),
        .RQ_W(RQ_W), .CC_W(CC_W)
    ) u_out (
        .clk(clk), .rst(rst_q), .idle(tx_idle),
        .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready), .tx_req_sop(tx_req_sop), .tx_req_eop(tx_req_eop),
        .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data), .tx_req_keep(tx_req_keep), .tx_req_func(tx_req_func),
        .tx_cpl_valid(tx_cpl_valid), .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop), .tx_cpl_eop(tx_cpl_eop),
        .tx_cpl_hdr(tx_cpl_hdr), .tx_cpl_data(tx_cpl_data), .tx_cpl_keep(tx_cpl_keep), .tx_cpl_func(tx_cpl_func),
        .cpl_request(of_cpl[127:0]), .cpl_be(of_cpl[135:128]), .fn_bdf(fn_bdf),
        .s_axis_rq_tdata(s_axis_rq_tdata), .s_axis_rq_tuser(s_axis_rq_tuser), .s_axis_rq_tlast(s_axis_rq_tlast),
        .s_axis_rq_tkeep(s_axis_rq_tkeep), .s_axis_rq_tvalid(s_axis_rq_tvalid), .s_axis_rq_tready(s_axis_rq_tready[0]),
        .s_axis_cc_tdata(s_axis_cc_tdata), .s_axis_cc_tuser(s_axis_cc_tuser), .s_axis_cc_tlast(s_axis_cc_tlast),
        .s_axis_cc_tkeep(s_axis_cc_tkeep), .s_axis_cc_tvalid(s_axis_cc_tvalid), .s_axis_cc_tready(s_axis_cc_tready[0])
    );

    cw_usplus_cfg #(.DEV_CTRL(DEV_CTRL)) u_cfg (
        .clk(clk), .rst(rst_q), .idle(cfg_idle),
        .fn_bdf(fn_bdf), .fn_mps(fn_mps), .fn_mrrs(fn_mrrs), .fn_rcb(fn_rcb), .fn_ext_tag(fn_ext_tag),
        .fn_ro(fn_ro), .fn_ns(fn_ns), .fn_bme(fn_bme), .fn_mem(fn_mem), .fn_msi_en(fn_msi_en),
        .fn_msix_en(fn_msix_en), .fn_msix_mask(fn_msix_mask), .fn_power(fn_power), .fn_flr(fn_flr),
        .flr_done(flr_done), .intx_level(intx_level), .msi_valid(msi_valid), .msi_ready(msi_ready), .msi_vector(msi_vector),
        .cfg_bus_number(cfg_bus_number), .cfg_max_payload(cfg_max_payload), .cfg_max_read_req(cfg_max_read_req),
        .cfg_rcb_status(cfg_rcb_status), .cfg_function_status(cfg_function_status),
        .cfg_function_power_state(cfg_function_power_state), .cfg_flr_in_process(cfg_flr_in_process),
        .cfg_mgmt_addr(cfg_mgmt_addr), .cfg_mgmt_read(cfg_mgmt_read), .cfg_mgmt_read_data(cfg_mgmt_read_data),
        .cfg_mgmt_read_write_done(cfg_mgmt_read_write_done),
        .cfg_interrupt_msi_enable(cfg_interrupt_msi_enable), .cfg_interrupt_msi_mmenable(cfg_interrupt_msi_mmenable),
        .cfg_interrupt_msi_int(cfg_interrupt_msi_int), .cfg_interrupt_msi_sent(cfg_interrupt_msi_sent),
        .cfg_interrupt_msi_fail(cfg_interrupt_msi_fail), .cfg_interrupt_msix_enable(cfg_interrupt_msix_enable),
        .cfg_interrupt_msix_mask(cfg_interrupt_msix_mask), .cfg_interrupt_int(cfg_interrupt_int),
        .cfg_interrupt_pending(cfg_interrupt_pending), .cfg_interrupt_sent(cfg_interrupt_sent)
    );

    // ---- credit for non-posted requests: 32 in all; one comes back with a request's last completion ----
    reg  [5:0]  credit_q;
    wire        take_cpl = tx_cpl_valid && tx_cpl_ready && tx_cpl_sop;
    wire [12:0] bytes    = {tx_cpl_hdr[9:0] == 10'd0, tx_cpl_hdr[9:0], 2'b00} - {11'd0, tx_cpl_hdr[65:64]};
    wire [12:0] left     = {tx_cpl_hdr[43:32] == 12'd0, tx_cpl_hdr[43:32]};
    wire        answered = take_cpl && (!tx_cpl_hdr[30] || bytes >= left);

    assign pcie_cq_np_req = {1'b0, credit_q != 6'd0 && !rst_q};
    always @(posedge clk)
        if (rst_q)
            credit_q <= 6'd32;
        else
            credit_q <= credit_q - {5'd0, pcie_cq_np_req[0]} + {5'd0, answered};

    // ---- posted writes that no completion can pass any more ----
    always @(posedge clk)
        tx_sent_n <= rst_q ? 4'd0 : {3'd0, pcie_rq_seq_num_vld0 && pcie_rq_seq_num0[5]} +
                                  {3'd0, pcie_rq_seq_num_vld1 && pcie_rq_seq_num1[5]};

    // Of the credits only those for non-posted headers are known here.
    assign fc_valid = 1'b1;
    assign fc_ph    = 12'hfff;
    assign fc_pd    = 16'hffff;
    assign fc_nph   = {8'd0, pcie_tfc_nph_av};
    assign rx_cpl_buf_hdr  = CPL_BUF_HDR;
    assign rx_cpl_buf_data = CPL_BUF_DATA;
    assign fn_tag10 = 1'b0;

    assign cfg_flr_done = {3'd0, flr_done};
    assign cfg_power_state_change_ack = cfg_power_state_change_interrupt && fn_power_ack;
    assign cfg_err_cor_in   = 1'b0;
    assign cfg_err_uncor_in = cq_dropped || rc_dropped;

    wire unused = &{1'b0, s_axis_rq_tready, s_axis_cc_tready, pcie_rq_seq_num0, pcie_rq_seq_num1, tx_cpl_hdr};
endmodule

`default_nettype wire
