// SPDX-License-Identifier: BSD-2-Clause
//
// Alveo U50: Gen3 x16, 512 bits at 250 MHz, 1 MiB of UltraRAM as card memory; with MEMORY_HBM, which build.tcl sets for
// memory=hbm, the board's 8 GiB of HBM2.
`default_nettype none

module alveo_u50 (
    input  wire [15:0]           pcie_rx_p,
    input  wire [15:0]           pcie_rx_n,
    output wire [15:0]           pcie_tx_p,
    output wire [15:0]           pcie_tx_n,
    input  wire                  pcie_refclk_p,
    input  wire                  pcie_refclk_n,
    input  wire                  pcie_reset_n,
    input  wire                  sys_clk_p,
    input  wire                  sys_clk_n,
    output wire                  led_alive,
    output wire                  led_link,
    output wire                  hbm_cattrip
);
`ifdef MEMORY_HBM
    localparam [63:0] CARD_BYTES = 64'h2_0000_0000;
`else
    localparam [31:0] MEM_BYTES = 1 << 20;  // UltraRAM
    localparam [63:0] CARD_BYTES = {32'd0, MEM_BYTES};
`endif

    // ---- clocks and reset ----
    wire                        refclk, refclk_gt, reset_n, user_clk, rst;
    IBUFDS_GTE4 u_refclk (.I(pcie_refclk_p), .IB(pcie_refclk_n), .CEB(1'b0), .O(refclk_gt), .ODIV2(refclk));
    IBUF u_reset (.I(pcie_reset_n), .O(reset_n));

    // ---- the integrated block ----
    wire                        user_reset;
    wire                        user_lnk_up;
    wire [511:0]                m_axis_cq_tdata;
    wire [182:0]                m_axis_cq_tuser;
    wire                        m_axis_cq_tlast;
    wire [15:0]                 m_axis_cq_tkeep;
    wire                        m_axis_cq_tvalid;
    wire                        m_axis_cq_tready;
    wire [1:0]                  pcie_cq_np_req;
    wire [511:0]                m_axis_rc_tdata;
    wire [160:0]                m_axis_rc_tuser;
    wire                        m_axis_rc_tlast;
    wire [15:0]                 m_axis_rc_tkeep;
    wire                        m_axis_rc_tvalid;
    wire                        m_axis_rc_tready;
    wire [511:0]                s_axis_rq_tdata;
    wire [136:0]                s_axis_rq_tuser;
    wire                        s_axis_rq_tlast;
    wire [15:0]                 s_axis_rq_tkeep;
    wire                        s_axis_rq_tvalid;
    wire [3:0]                  s_axis_rq_tready;
    wire [5:0]                  pcie_rq_seq_num0;
    wire                        pcie_rq_seq_num_vld0;
    wire [5:0]                  pcie_rq_seq_num1;
    wire                        pcie_rq_seq_num_vld1;
    wire [3:0]                  pcie_tfc_nph_av;
    wire [511:0]                s_axis_cc_tdata;
    wire [80:0]                 s_axis_cc_tuser;
    wire                        s_axis_cc_tlast;
    wire [15:0]                 s_axis_cc_tkeep;
    wire                        s_axis_cc_tvalid;
    wire [3:0]                  s_axis_cc_tready;
    wire [7:0]                  cfg_bus_number;
    wire [1:0]                  cfg_max_payload;
    wire [2:0]                  cfg_max_read_req;
    wire [3:0]                  cfg_rcb_status;
    wire [15:0]                 cfg_function_status;
    wire [11:0]                 cfg_function_power_state;
    wire                        cfg_power_state_change_interrupt;
    wire                        cfg_power_state_change_ack;
    wire [3:0]                  cfg_flr_in_process;
    wire [3:0]                  cfg_flr_done;
    wire                        cfg_err_cor_in;
    wire                        cfg_err_uncor_in;
    wire [9:0]                  cfg_mgmt_addr;
    wire                        cfg_mgmt_read;
    wire [31:0]                 cfg_mgmt_read_data;
    wire                        cfg_mgmt_read_write_done;
    wire [3:0]                  cfg_interrupt_msi_enable;
    wire [11:0]                 cfg_interrupt_msi_mmenable;
    wire [31:0]                 cfg_interrupt_msi_int;
    wire                        cfg_interrupt_msi_sent;
    wire                        cfg_interrupt_msi_fail;
    wire [3:0]                  cfg_interrupt_msix_enable;
    wire [3:0]                  cfg_interrupt_msix_mask;
    wire [3:0]                  cfg_interrupt_int;
    wire [3:0]                  cfg_interrupt_pending;
    wire                        cfg_interrupt_sent;

    pcie4c_uscale_plus_0 u_pcie (
        .pci_exp_txn(pcie_tx_n), .pci_exp_txp(pcie_tx_p), .pci_exp_rxn(pcie_rx_n), .pci_exp_rxp(pcie_rx_p),
        .sys_clk(refclk), .sys_clk_gt(refclk_gt), .sys_reset(reset_n), .user_clk(user_clk),
        .user_reset(user_reset), .user_lnk_up(user_lnk_up), .m_axis_cq_tdata(m_axis_cq_tdata),
        .m_axis_cq_tuser(m_axis_cq_tuser), .m_axis_cq_tlast(m_axis_cq_tlast), .m_axis_cq_tkeep(m_axis_cq_tkeep),
        .m_axis_cq_tvalid(m_axis_cq_tvalid), .m_axis_cq_tready(m_axis_cq_tready), .pcie_cq_np_req(pcie_cq_np_req),
        .m_axis_rc_tdata(m_axis_rc_tdata), .m_axis_rc_tuser(m_axis_rc_tuser), .m_axis_rc_tlast(m_axis_rc_tlast),
        .m_axis_rc_tkeep(m_axis_rc_tkeep), .m_axis_rc_tvalid(m_axis_rc_tvalid),
        .m_axis_rc_tready(m_axis_rc_tready), .s_axis_rq_tdata(s_axis_rq_tdata), .s_axis_rq_tuser(s_axis_rq_tuser),
        .s_axis_rq_tlast(s_axis_rq_tlast), .s_axis_rq_tkeep(s_axis_rq_tkeep), .s_axis_rq_tvalid(s_axis_rq_tvalid),
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
        .cfg_interrupt_sent(cfg_interrupt_sent), .cfg_mgmt_function_number(8'd0), .cfg_mgmt_write(1'b0),
        .cfg_mgmt_write_data(32'd0), .cfg_mgmt_byte_enable(4'hf), .cfg_mgmt_debug_access(1'b0),
        .cfg_msg_transmit(1'b0), .cfg_msg_transmit_type(3'd0), .cfg_msg_transmit_data(32'd0), .cfg_fc_sel(3'd0),
        .cfg_dsn(64'd0), .cfg_vf_flr_func_num(8'd0), .cfg_vf_flr_done(1'b0), .cfg_link_training_enable(1'b1),
        .cfg_interrupt_msi_select(2'd0), .cfg_interrupt_msi_pending_status(32'd0),
        .cfg_interrupt_msi_pending_status_data_enable(1'b0), .cfg_interrupt_msi_pending_status_function_num(2'd0),
        .cfg_interrupt_msi_attr(3'd0), .cfg_interrupt_msi_tph_present(1'b0), .cfg_interrupt_msi_tph_type(2'd0),
        .cfg_interrupt_msi_tph_st_tag(8'd0), .cfg_interrupt_msi_function_number(8'd0),
        .cfg_interrupt_msix_int(1'b0), .cfg_interrupt_msix_address(64'd0), .cfg_interrupt_msix_data(32'd0),
        .cfg_interrupt_msix_vec_pending(2'd0), .cfg_pm_aspm_l1_entry_reject(1'b0),
        .cfg_pm_aspm_tx_l0s_entry_disable(1'b0), .cfg_config_space_enable(1'b1),
        .cfg_req_pm_transition_l23_ready(1'b0), .cfg_hot_reset_in(1'b0), .cfg_ds_port_number(8'd0),
        .cfg_ds_bus_number(8'd0), .cfg_ds_device_number(5'd0)
    );

    // ---- the endpoint, and what is behind it ----
    wire                        axi_awvalid;
    wire                        axi_awready;
    wire [3:0]                  axi_awid;
    wire [63:0]                 axi_awaddr;
    wire [7:0]                  axi_awlen;
    wire [2:0]                  axi_awsize;
    wire [1:0]                  axi_awburst;
    wire                        axi_wvalid;
    wire                        axi_wready;
    wire [511:0]                axi_wdata;
    wire [63:0]                 axi_wstrb;
    wire                        axi_wlast;
    wire                        axi_bvalid;
    wire                        axi_bready;
    wire [3:0]                  axi_bid;
    wire [1:0]                  axi_bresp;
    wire                        axi_arvalid;
    wire                        axi_arready;
    wire [3:0]                  axi_arid;
    wire [63:0]                 axi_araddr;
    wire [7:0]                  axi_arlen;
    wire [2:0]                  axi_arsize;
    wire [1:0]                  axi_arburst;
    wire                        axi_rvalid;
    wire                        axi_rready;
    wire [3:0]                  axi_rid;
    wire [511:0]                axi_rdata;
    wire [1:0]                  axi_rresp;
    wire                        axi_rlast;
    wire                        user_awvalid;
    wire                        user_awready;
    wire [17:0]                 user_awaddr;
    wire                        user_wvalid;
    wire                        user_wready;
    wire [31:0]                 user_wdata;
    wire [3:0]                  user_wstrb;
    wire                        user_bvalid;
    wire                        user_bready;
    wire [1:0]                  user_bresp;
    wire                        user_arvalid;
    wire                        user_arready;
    wire [17:0]                 user_araddr;
    wire                        user_rvalid;
    wire                        user_rready;
    wire [31:0]                 user_rdata;
    wire [1:0]                  user_rresp;
    wire [511:0]                unused_h2s_data;
    wire [63:0]                 unused_h2s_keep;
    wire [87:0]                 unused_stream;

    cw_card_usplus #(.DATA_W(512), .CARD_MEM_BYTES(CARD_BYTES)) u_card (
        .user_clk(user_clk), .user_reset(user_reset), .user_lnk_up(user_lnk_up), .m_axis_cq_tdata(m_axis_cq_tdata),
        .m_axis_cq_tuser(m_axis_cq_tuser), .m_axis_cq_tlast(m_axis_cq_tlast), .m_axis_cq_tkeep(m_axis_cq_tkeep),
        .m_axis_cq_tvalid(m_axis_cq_tvalid), .m_axis_cq_tready(m_axis_cq_tready), .pcie_cq_np_req(pcie_cq_np_req),
        .m_axis_rc_tdata(m_axis_rc_tdata), .m_axis_rc_tuser(m_axis_rc_tuser), .m_axis_rc_tlast(m_axis_rc_tlast),
        .m_axis_rc_tkeep(m_axis_rc_tkeep), .m_axis_rc_tvalid(m_axis_rc_tvalid),
        .m_axis_rc_tready(m_axis_rc_tready), .s_axis_rq_tdata(s_axis_rq_tdata), .s_axis_rq_tuser(s_axis_rq_tuser),
        .s_axis_rq_tlast(s_axis_rq_tlast), .s_axis_rq_tkeep(s_axis_rq_tkeep), .s_axis_rq_tvalid(s_axis_rq_tvalid),
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
        .cfg_interrupt_sent(cfg_interrupt_sent), .rst(rst),
        // no streams: with STREAM=1 these go to logic like constraints/filter
        .h2s_valid(unused_stream[0]), .h2s_ready(1'b1), .h2s_data(unused_h2s_data), .h2s_keep(unused_h2s_keep),
        .h2s_first(unused_stream[1]), .h2s_last(unused_stream[2]), .h2s_err(unused_stream[3]),
        .h2s_queue(unused_stream[14:4]), .h2s_user(unused_stream[50:15]), .h2s_credit_valid(1'b0),
        .h2s_credit_ready(unused_stream[51]), .h2s_credit_queue(11'd0), .h2s_credit_n(8'd0), .s2h_valid(1'b0),
        .s2h_ready(unused_stream[52]), .s2h_data(512'd0), .s2h_keep(64'd0), .s2h_last(1'b0), .s2h_err(1'b0),
        .s2h_queue(11'd0), .s2h_user(36'd0), .s2h_room_valid(unused_stream[53]),
        .s2h_room_queue(unused_stream[64:54]), .s2h_room_n(unused_stream[72:65]), .s2h_end_valid(unused_stream[73]),
        .s2h_end_queue(unused_stream[84:74]), .s2h_end_drop(unused_stream[85]), .s2h_end_cut(unused_stream[86]),
        .stream_rst(unused_stream[87]),
        .axi_awvalid(axi_awvalid), .axi_awready(axi_awready),
        .axi_awid(axi_awid), .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize),
        .axi_awburst(axi_awburst), .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata),
        .axi_wstrb(axi_wstrb), .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready),
        .axi_bid(axi_bid), .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready),
        .axi_arid(axi_arid), .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize),
        .axi_arburst(axi_arburst), .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid),
        .axi_rdata(axi_rdata), .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .user_awvalid(user_awvalid),
        .user_awready(user_awready), .user_awaddr(user_awaddr), .user_wvalid(user_wvalid),
        .user_wready(user_wready), .user_wdata(user_wdata), .user_wstrb(user_wstrb), .user_bvalid(user_bvalid),
        .user_bready(user_bready), .user_bresp(user_bresp), .user_arvalid(user_arvalid),
        .user_arready(user_arready), .user_araddr(user_araddr), .user_rvalid(user_rvalid),
        .user_rready(user_rready), .user_rdata(user_rdata), .user_rresp(user_rresp)
    );

    // ---- the board's own clock ----
    wire                        sys_clk_in, sys_clk, cattrip;
    IBUFDS u_sys_ibuf (.I(sys_clk_p), .IB(sys_clk_n), .O(sys_clk_in));
    BUFG u_sys_bufg (.I(sys_clk_in), .O(sys_clk));

`ifdef MEMORY_HBM
    alveo_u50_hbm u_memory (
        .clk(user_clk), .rst(rst), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
        .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
        .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .sys_clk(sys_clk), .cattrip(cattrip)
    );
    cw_example_regs u_regs (
        .clk(user_clk), .rst(rst), .awvalid(user_awvalid), .awready(user_awready), .awaddr(user_awaddr),
        .wvalid(user_wvalid), .wready(user_wready), .wdata(user_wdata), .wstrb(user_wstrb), .bvalid(user_bvalid),
        .bready(user_bready), .bresp(user_bresp), .arvalid(user_arvalid), .arready(user_arready),
        .araddr(user_araddr), .rvalid(user_rvalid), .rready(user_rready), .rdata(user_rdata), .rresp(user_rresp)
    );
`else
    cw_example #(.DATA_W(512), .MEM_BYTES(MEM_BYTES), .MEM_STYLE("ultra")) u_user (
        .clk(user_clk), .rst(rst), .mem_clk(user_clk), .mem_rst(rst), .axi_awvalid(axi_awvalid),
        .axi_awready(axi_awready), .axi_awid(axi_awid),
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
    assign cattrip = 1'b0;  // the HBM is not used: no overtemperature
`endif

    // ---- lights: configured and clocked; link up ----
    wire                        alive, link;
    cw_alive #(.CLOCK_HZ(100000000)) u_alive (.clk(sys_clk), .link_up(user_lnk_up), .alive(alive), .link(link));
    OBUF u_led_alive (.I(alive), .O(led_alive));
    OBUF u_led_link (.I(link), .O(led_link));

    // 1 switches the card's power off.
    OBUF u_cattrip (.I(cattrip), .O(hbm_cattrip));
endmodule

`default_nettype wire
