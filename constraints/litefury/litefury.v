// SPDX-License-Identifier: BSD-2-Clause
//
// LiteFury (and Acorn CLE-101): Gen2 x4, 128 bits at 125 MHz, 256 KiB of block RAM as card memory; with MEMORY_DDR3, which
// build.tcl sets for memory=ddr3, the board's 512 MiB of DDR3.
`default_nettype none

module litefury (
    input  wire [3:0]            pcie_rx_p,
    input  wire [3:0]            pcie_rx_n,
    output wire [3:0]            pcie_tx_p,
    output wire [3:0]            pcie_tx_n,
    input  wire                  pcie_refclk_p,
    input  wire                  pcie_refclk_n,
    input  wire                  pcie_reset_n,
    input  wire                  sys_clk_p,
    input  wire                  sys_clk_n,
    output wire                  pcie_clkreq_n,
`ifdef MEMORY_DDR3
    output wire [14:0]           ddr3_addr,
    output wire [2:0]            ddr3_ba,
    output wire                  ddr3_ras_n,
    output wire                  ddr3_cas_n,
    output wire                  ddr3_we_n,
    output wire                  ddr3_reset_n,
    output wire                  ddr3_ck_p,
    output wire                  ddr3_ck_n,
    output wire                  ddr3_cke,
    output wire                  ddr3_odt,
    output wire [1:0]            ddr3_dm,
    inout  wire [15:0]           ddr3_dq,
    inout  wire [1:0]            ddr3_dqs_p,
    inout  wire [1:0]            ddr3_dqs_n,
`endif
    output wire                  led_alive_n,
    output wire                  led_link_n
);
`ifdef MEMORY_DDR3
    localparam [31:0] MEM_BYTES = 1 << 29;
    localparam        LIGHT_HZ  = 100000000;    // the controller's clock
`else
    localparam [31:0] MEM_BYTES = 1 << 18;      // block RAM
    localparam        LIGHT_HZ  = 200000000;    // the board's own
`endif
    wire                        sys_clk;

    // ---- clocks and reset ----
    wire                        refclk, reset_n, user_clk, rst, refclk_half;
    IBUFDS_GTE2 u_refclk (.I(pcie_refclk_p), .IB(pcie_refclk_n), .CEB(1'b0), .O(refclk), .ODIV2(refclk_half));
    IBUF u_reset (.I(pcie_reset_n), .O(reset_n));
    // M.2: the card asks for the reference clock.
    OBUF u_clkreq (.I(1'b0), .O(pcie_clkreq_n));

    // ---- the integrated block ----
    wire                        user_reset;
    wire                        user_lnk_up;
    wire                        m_axis_rx_tvalid;
    wire                        m_axis_rx_tready;
    wire [127:0]                m_axis_rx_tdata;
    wire [15:0]                 m_axis_rx_tkeep;
    wire                        m_axis_rx_tlast;
    wire [21:0]                 m_axis_rx_tuser;
    wire                        rx_np_ok;
    wire                        rx_np_req;
    wire                        s_axis_tx_tvalid;
    wire                        s_axis_tx_tready;
    wire [127:0]                s_axis_tx_tdata;
    wire [15:0]                 s_axis_tx_tkeep;
    wire                        s_axis_tx_tlast;
    wire [3:0]                  s_axis_tx_tuser;
    wire [5:0]                  tx_buf_av;
    wire                        tx_cfg_gnt;
    wire [2:0]                  fc_sel;
    wire [7:0]                  fc_ph;
    wire [11:0]                 fc_pd;
    wire [7:0]                  fc_nph;
    wire [7:0]                  cfg_bus_number;
    wire [4:0]                  cfg_device_number;
    wire [2:0]                  cfg_function_number;
    wire [15:0]                 cfg_command;
    wire [15:0]                 cfg_dcommand;
    wire [15:0]                 cfg_lcommand;
    wire [1:0]                  cfg_pmcsr_powerstate;
    wire                        cfg_trn_pending;
    wire                        cfg_interrupt;
    wire                        cfg_interrupt_rdy;
    wire                        cfg_interrupt_assert;
    wire [7:0]                  cfg_interrupt_di;
    wire                        cfg_interrupt_msienable;
    wire                        cfg_interrupt_msixenable;
    wire                        cfg_interrupt_msixfm;
    wire                        cfg_err_ur;
    wire                        cfg_err_cpl_abort;
    wire                        cfg_err_posted;
    wire                        cfg_err_locked;
    wire                        cfg_err_poisoned;
    wire                        cfg_err_cpl_unexpect;
    wire                        cfg_err_cpl_timeout;
    wire [47:0]                 cfg_err_tlp_cpl_header;
    wire                        cfg_err_cpl_rdy;

    pcie_7x_0 u_pcie (
        .pci_exp_txn(pcie_tx_n), .pci_exp_txp(pcie_tx_p), .pci_exp_rxn(pcie_rx_n), .pci_exp_rxp(pcie_rx_p),
        .sys_clk(refclk), .sys_rst_n(reset_n), .user_clk_out(user_clk), .user_reset_out(user_reset),
        .user_lnk_up(user_lnk_up), .m_axis_rx_tvalid(m_axis_rx_tvalid), .m_axis_rx_tready(m_axis_rx_tready),
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
        .cfg_err_cpl_rdy(cfg_err_cpl_rdy), .cfg_mgmt_di(32'd0), .cfg_mgmt_byte_en(4'd0), .cfg_mgmt_dwaddr(10'd0),
        .cfg_mgmt_wr_en(1'b0), .cfg_mgmt_rd_en(1'b0), .cfg_mgmt_wr_readonly(1'b0), .cfg_mgmt_wr_rw1c_as_rw(1'b0),
        .cfg_pm_halt_aspm_l0s(1'b0), .cfg_pm_halt_aspm_l1(1'b0), .cfg_pm_force_state_en(1'b0),
        .cfg_pm_force_state(2'd0), .cfg_pm_wake(1'b0), .cfg_pm_send_pme_to(1'b0), .cfg_dsn(64'd0),
        .cfg_interrupt_stat(1'b0), .cfg_pciecap_interrupt_msgnum(5'd0), .cfg_turnoff_ok(1'b0),
        .cfg_ds_bus_number(8'd0), .cfg_ds_device_number(5'd0), .cfg_ds_function_number(3'd0),
        .pl_directed_link_change(2'd0), .pl_directed_link_width(2'd0), .pl_directed_link_speed(1'b0),
        .pl_directed_link_auton(1'b0), .pl_upstream_prefer_deemph(1'b1), .pl_transmit_hot_rst(1'b0),
        .pl_downstream_deemph_source(1'b0), .cfg_err_ecrc(1'b0), .cfg_err_cor(1'b0), .cfg_err_malformed(1'b0),
        .cfg_err_internal_uncor(1'b0), .cfg_err_internal_cor(1'b0), .cfg_err_acs(1'b0),
        .cfg_err_atomic_egress_blocked(1'b0), .cfg_err_mc_blocked(1'b0), .cfg_err_norecovery(1'b0),
        .cfg_err_aer_headerlog(128'd0), .cfg_aer_interrupt_msgnum(5'd0)
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
    wire [255:0]                axi_wdata;
    wire [31:0]                 axi_wstrb;
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
    wire [255:0]                axi_rdata;
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
    wire [255:0]                unused_h2s_data;
    wire [31:0]                 unused_h2s_keep;
    wire [87:0]                 unused_stream;

    cw_card_7series #(.IF_W(128), .DATA_W(256), .CARD_MEM_BYTES({32'd0, MEM_BYTES})) u_card (
        .user_clk(user_clk), .user_reset(user_reset), .user_lnk_up(user_lnk_up),
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
        .cfg_err_cpl_rdy(cfg_err_cpl_rdy), .rst(rst),
        // no streams: with STREAM=1 these go to logic like constraints/filter
        .h2s_valid(unused_stream[0]), .h2s_ready(1'b1), .h2s_data(unused_h2s_data), .h2s_keep(unused_h2s_keep),
        .h2s_first(unused_stream[1]), .h2s_last(unused_stream[2]), .h2s_err(unused_stream[3]),
        .h2s_queue(unused_stream[14:4]), .h2s_user(unused_stream[50:15]), .h2s_credit_valid(1'b0),
        .h2s_credit_ready(unused_stream[51]), .h2s_credit_queue(11'd0), .h2s_credit_n(8'd0), .s2h_valid(1'b0),
        .s2h_ready(unused_stream[52]), .s2h_data(256'd0), .s2h_keep(32'd0), .s2h_last(1'b0), .s2h_err(1'b0),
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

`ifdef MEMORY_DDR3
    litefury_ddr3 u_memory (
        .clk(user_clk), .rst(rst), .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
        .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp), .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
        .axi_rvalid(axi_rvalid), .axi_rready(axi_rready), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast), .ui_clk(sys_clk), .sys_clk_p(sys_clk_p),
        .sys_clk_n(sys_clk_n), .ddr3_addr(ddr3_addr), .ddr3_ba(ddr3_ba), .ddr3_ras_n(ddr3_ras_n),
        .ddr3_cas_n(ddr3_cas_n), .ddr3_we_n(ddr3_we_n), .ddr3_reset_n(ddr3_reset_n), .ddr3_ck_p(ddr3_ck_p),
        .ddr3_ck_n(ddr3_ck_n), .ddr3_cke(ddr3_cke), .ddr3_odt(ddr3_odt), .ddr3_dm(ddr3_dm), .ddr3_dq(ddr3_dq),
        .ddr3_dqs_p(ddr3_dqs_p), .ddr3_dqs_n(ddr3_dqs_n)
    );
    cw_example_regs u_regs (
        .clk(user_clk), .rst(rst), .awvalid(user_awvalid), .awready(user_awready), .awaddr(user_awaddr),
        .wvalid(user_wvalid), .wready(user_wready), .wdata(user_wdata), .wstrb(user_wstrb), .bvalid(user_bvalid),
        .bready(user_bready), .bresp(user_bresp), .arvalid(user_arvalid), .arready(user_arready),
        .araddr(user_araddr), .rvalid(user_rvalid), .rready(user_rready), .rdata(user_rdata), .rresp(user_rresp)
    );
`else
    wire                        sys_clk_in;
    IBUFDS u_sys_ibuf (.I(sys_clk_p), .IB(sys_clk_n), .O(sys_clk_in));
    BUFG u_sys_bufg (.I(sys_clk_in), .O(sys_clk));
    cw_example #(.DATA_W(256), .MEM_BYTES(MEM_BYTES), .MEM_STYLE("block")) u_user (
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
`endif

    // ---- lights: configured and clocked; link up ----
    wire                        alive, link;
    cw_alive #(.CLOCK_HZ(LIGHT_HZ)) u_alive (.clk(sys_clk), .link_up(user_lnk_up), .alive(alive), .link(link));
    OBUF u_led_alive (.I(!alive), .O(led_alive_n));
    OBUF u_led_link (.I(!link), .O(led_link_n));
    wire                        unused = &{1'b0, refclk_half};
endmodule

`default_nettype wire
