// SPDX-License-Identifier: BSD-2-Clause
// Everything the host reads and writes: requests in (cw_rx_req) to registers
// (cw_reg_bus and the regions behind it), doorbells and the card memory window,
// completions out (cw_tx_cpl); the queue configuration bus (cw_qctl), interrupts
// (cw_interrupt) and reset (cw_reset). Structure only.
//
// idle: nothing changes in here until an input other than `now` does.
`default_nettype none

module cw_host_port #(
    parameter DATA_W     = 256,
    parameter QUEUE_N    = 64,
    parameter VECTOR_N   = 64,
    parameter TAG_N      = 256,
    parameter STREAM     = 0,
    parameter DMA_ADDR_W = 64,
    parameter CLOCK_HZ   = 250000000,
    parameter [63:0] CARD_MEM_BYTES = 64'h1_0000_0000,
    parameter ENTRIES_LOG2_MAX = 16
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire [47:0]           now,
    output wire                  idle,
    output wire                  engine_rst,
    output wire                  engine_enable,
    output wire [5:0]            cpl_timeout_log2,

    // requests in, completions out
    input  wire                  rx_req_valid,
    output wire                  rx_req_ready,
    input  wire                  rx_req_sop,
    input  wire                  rx_req_eop,
    input  wire [127:0]          rx_req_hdr,
    input  wire [DATA_W-1:0]     rx_req_data,
    input  wire [DATA_W/32-1:0]  rx_req_keep,
    input  wire [2:0]            rx_req_bar,
    output wire                  tx_cpl_valid,
    input  wire                  tx_cpl_ready,
    output wire                  tx_cpl_sop,
    output wire                  tx_cpl_eop,
    output wire [127:0]          tx_cpl_hdr,
    output wire [DATA_W-1:0]     tx_cpl_data,
    output wire [DATA_W/32-1:0]  tx_cpl_keep,
    input  wire [15:0]           posted_n,
    input  wire [15:0]           sent_n,

    // function and link state, error reports
    input  wire [15:0]           fn_bdf,
    input  wire [2:0]            fn_mps,
    input  wire [2:0]            fn_mrrs,
    input  wire                  fn_rcb,
    input  wire                  fn_ext_tag,
    input  wire                  fn_tag10,
    input  wire                  fn_ro,
    input  wire                  fn_ns,
    input  wire                  fn_bme,
    input  wire                  fn_mem,
    input  wire                  fn_msi_en,
    input  wire                  fn_msix_en,
    input  wire                  fn_msix_mask,
    input  wire [1:0]            fn_power,
    input  wire                  fn_flr,
    output wire                  flr_done,
    output wire                  fn_power_ack,
    output wire                  err_ur,
    output wire                  err_ca,
    output wire                  err_poisoned, // a poisoned request
    output wire                  intx_level,
    output wire                  msi_valid,
    input  wire                  msi_ready,
    output wire [4:0]            msi_vector,

    // queue configuration and status
    output wire                  qcfg_valid,
    output wire [1:0]            qcfg_op,
    output wire [10:0]           qcfg_queue,
    output wire [4:0]            qcfg_reg,
    output wire [31:0]           qcfg_data,
    input  wire                  write_cfg_busy,
    output wire                  qst_valid,
    output wire [10:0]           qst_queue,
    input  wire                  qst_fetch_ack,
    input  wire [31:0]           qst_fetched,
    input  wire                  qst_retire_ack,
    input  wire [31:0]           qst_retired,
    input  wire [31:0]           qst_records,
    input  wire                  qst_halted,
    input  wire [4:0]            qst_cause,
    output wire                  peek_valid,
    output wire [10:0]           peek_queue,
    output wire                  kick_valid,
    input  wire                  kick_ready,
    output wire [10:0]           kick_queue,
    output wire [31:0]           kick_producer,
    output wire                  arm_valid,
    input  wire                  arm_ready,
    output wire [10:0]           arm_queue,
    output wire [31:0]           arm_index,
    input  wire                  record_valid,
    input  wire [10:0]           record_queue,
    input  wire [31:0]           record_count,
    input  wire                  halt_valid,
    input  wire [10:0]           halt_queue,

    // interrupts
    input  wire                  raise_valid,
    output wire                  raise_ready,
    input  wire [10:0]           raise_queue,
    input  wire [10:0]           raise_vector,
    input  wire                  raise_error,
    input  wire                  raise_completions,
    output wire                  ring_valid,
    output wire [10:0]           ring_vector,
    output wire                  ring_on,
    output wire                  entry_valid,
    input  wire                  entry_ready,
    output wire [63:0]           entry_addr,
    output wire [63:0]           entry_data,
    output wire                  msix_req_valid,
    input  wire                  msix_req_ready,
    output wire [63:0]           msix_req_addr,
    output wire [31:0]           msix_req_data,

    // events and levels of the other parts
    input  wire                  err_cpl_unexpected,
    input  wire                  err_cpl_timeout,
    input  wire [29:0]           stat,
    input  wire [13:0]           stat_h2c_bytes,
    input  wire [12:0]           stat_c2h_bytes,
    input  wire [15:0]           tags_in_use,
    input  wire [15:0]           tags_quarantined,
    input  wire [15:0]           ops_in_flight,
    input  wire                  engine_empty,
    input  wire                  tx_offered,

    // card memory, for the window
    output wire                  axi_awvalid,
    input  wire                  axi_awready,
    output wire [63:0]           axi_awaddr,
    output wire [7:0]            axi_awlen,
    output wire                  axi_wvalid,
    input  wire                  axi_wready,
    output wire [DATA_W-1:0]     axi_wdata,
    output wire [DATA_W/8-1:0]   axi_wstrb,
    output wire                  axi_wlast,
    input  wire                  axi_bvalid,
    output wire                  axi_bready,
    input  wire [1:0]            axi_bresp,
    output wire                  axi_arvalid,
    input  wire                  axi_arready,
    output wire [63:0]           axi_araddr,
    output wire [7:0]            axi_arlen,
    input  wire                  axi_rvalid,
    output wire                  axi_rready,
    input  wire [DATA_W-1:0]     axi_rdata,
    input  wire [1:0]            axi_rresp,
    input  wire                  axi_rlast,

    // the user's registers
    output wire                  user_awvalid,
    input  wire                  user_awready,
    output wire [17:0]           user_awaddr,
    output wire                  user_wvalid,
    input  wire                  user_wready,
    output wire [31:0]           user_wdata,
    output wire [3:0]            user_wstrb,
    input  wire                  user_bvalid,
    output wire                  user_bready,
    input  wire [1:0]            user_bresp,
    output wire                  user_arvalid,
    input  wire                  user_arready,
    output wire [17:0]           user_araddr,
    input  wire                  user_rvalid,
    output wire                  user_rready,
    input  wire [31:0]           user_rdata,
    input  wire [1:0]            user_rresp
);
    wire              rx_idle, cpl_idle, bus_idle, db_idle, qctl_idle, irq_idle, reset_idle, stats_busy;
    wire              ready, full_rst, soft_reset, soft_busy;
    wire              sweep_valid, sweep_done, tables_ready;
    wire [1:0]        sweep_kind;
    wire [4:0]        stride_log2;
    wire [63:0]       window_base;

    // register bus and its regions
    wire              reg_valid, reg_write, reg_ack, reg_err;
    wire [17:0]       reg_addr;
    wire [3:0]        reg_be;
    wire [31:0]       reg_wdata, reg_rdata;
    wire              global_sel, global_ack, stats_sel, stats_ack, msix_table_sel, msix_pba_sel;
    wire              msix_ack, event_sel, event_ack, user_sel, user_ack, user_err, queue_sel, queue_ack;
    wire [31:0]       global_rdata, stats_rdata, msix_rdata, event_rdata, user_bus_rdata, queue_rdata;

    // doorbells
    wire              db_valid, db_ready, db_cfg_busy, raise_cfg_busy, cfg_busy;
    wire [24:0]       db_addr;
    wire [10:0]       db_len;
    wire [3:0]        db_first_be, db_last_be;
    wire [63:0]       db_data;
    wire              st_valid, st_ack, st_error;
    wire [10:0]       st_queue;
    wire [31:0]       st_producer, st_consumer;

    // window
    wire              win_wr_valid, win_wr_ready, win_rd_valid, win_rd_done, win_rd_err, win_wr_idle;
    wire [17:0]       win_addr;
    wire [10:0]       win_len;
    wire [3:0]        win_first_be, win_last_be;
    wire              win_data_valid, win_data_ready, win_data_eop;
    wire [DATA_W-1:0] win_data, buf_wr_data;
    wire              buf_wr_en;
    wire [9-$clog2(DATA_W/32):0] buf_wr_addr;
    wire [DATA_W/32-1:0] buf_wr_back;

    // completion jobs
    wire              cpl_valid, cpl_ready, cpl_mem, cpl_buf;
    wire [127:0]      cpl_hdr;
    wire [2:0]        cpl_status, buf_mps;
    wire [63:0]       cpl_imm;

    wire              ev_mrd, ev_mwr, ev_irq, ev_db_good, ev_db_bad, ev_win_err, ev_user_err;
    wire [15:0]       ev_db_queue;
    wire              err_irq_valid, err_irq_ready, ev_event, intx_set, intx_pending;
    wire [1:0]        under_way;

    assign intx_level = intx_pending && !fn_msix_en && !fn_msi_en;
    assign cfg_busy   = db_cfg_busy || raise_cfg_busy || write_cfg_busy;
    assign idle = rst || (rx_idle && cpl_idle && bus_idle && db_idle && qctl_idle && irq_idle && reset_idle &&
                  win_wr_idle && tables_ready && !stats_busy);

    cw_reset u_reset (
        .clk(clk), .rst(rst), .idle(reset_idle), .fn_flr(fn_flr), .flr_done(flr_done),
        .fn_power(fn_power), .fn_bme(fn_bme), .fn_power_ack(fn_power_ack),
        .soft_reset(soft_reset), .soft_busy(soft_busy), .ready(ready),
        .engine_rst(engine_rst), .full_rst(full_rst),
        .sweep_valid(sweep_valid), .sweep_kind(sweep_kind), .sweep_done(sweep_done),
        .tables_ready(tables_ready),
        .engine_empty(engine_empty), .tx_offered(tx_offered), .port_idle(rx_idle && cpl_idle && win_wr_idle && !rx_req_valid),
        .cpl_timeout_log2(cpl_timeout_log2), .tags_in_use(tags_in_use),
        .posted_n(posted_n), .sent_n(sent_n)
    );

    cw_rx_req #(.DATA_W(DATA_W)) u_rx_req (
        .clk(clk), .rst(rst), .idle(rx_idle), .fn_mem(fn_mem), .fn_power(fn_power),
        .rx_req_valid(rx_req_valid), .rx_req_ready(rx_req_ready), .rx_req_sop(rx_req_sop),
        .rx_req_eop(rx_req_eop), .rx_req_hdr(rx_req_hdr), .rx_req_data(rx_req_data),
        .rx_req_bar(rx_req_bar),
        .reg_valid(reg_valid), .reg_write(reg_write), .reg_addr(reg_addr), .reg_be(reg_be),
        .reg_wdata(reg_wdata), .reg_ack(reg_ack), .reg_rdata(reg_rdata), .reg_err(reg_err),
        .db_valid(db_valid), .db_ready(db_ready), .db_addr(db_addr), .db_len(db_len),
        .db_first_be(db_first_be), .db_last_be(db_last_be), .db_data(db_data), .db_idle(db_idle),
        .win_wr_valid(win_wr_valid), .win_wr_ready(win_wr_ready), .win_rd_valid(win_rd_valid),
        .win_rd_done(win_rd_done), .win_rd_err(win_rd_err), .win_wr_idle(win_wr_idle),
        .win_addr(win_addr), .win_len(win_len), .win_first_be(win_first_be),
        .win_last_be(win_last_be), .win_data_valid(win_data_valid),
        .win_data_ready(win_data_ready), .win_data(win_data), .win_data_eop(win_data_eop),
        .cpl_valid(cpl_valid), .cpl_ready(cpl_ready), .cpl_hdr(cpl_hdr), .cpl_status(cpl_status),
        .cpl_mem(cpl_mem), .cpl_buf(cpl_buf), .cpl_imm(cpl_imm),
        .err_ur(err_ur), .err_poisoned(err_poisoned), .ev_mrd(ev_mrd), .ev_mwr(ev_mwr)
    );

    cw_tx_cpl #(.DATA_W(DATA_W)) u_tx_cpl (
        .clk(clk), .rst(rst), .idle(cpl_idle), .engine_rst(engine_rst), .fn_bdf(fn_bdf),
        .fn_mps(fn_mps), .posted_n(posted_n), .sent_n(sent_n), .under_way(under_way),
        .cpl_valid(cpl_valid), .cpl_ready(cpl_ready), .cpl_hdr(cpl_hdr), .cpl_status(cpl_status),
        .cpl_mem(cpl_mem), .cpl_buf(cpl_buf), .cpl_imm(cpl_imm),
        .buf_wr_en(buf_wr_en), .buf_wr_addr(buf_wr_addr), .buf_wr_back(buf_wr_back), .buf_wr_data(buf_wr_data), .buf_mps(buf_mps),
        .tx_cpl_valid(tx_cpl_valid), .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop),
        .tx_cpl_eop(tx_cpl_eop), .tx_cpl_hdr(tx_cpl_hdr), .tx_cpl_data(tx_cpl_data),
        .tx_cpl_keep(tx_cpl_keep), .err_ca(err_ca)
    );

    cw_reg_bus u_reg_bus (
        .clk(clk), .rst(rst), .idle(bus_idle), .reg_valid(reg_valid), .reg_addr(reg_addr),
        .reg_ack(reg_ack), .reg_rdata(reg_rdata), .reg_err(reg_err),
        .global_sel(global_sel), .global_ack(global_ack), .global_rdata(global_rdata),
        .stats_sel(stats_sel), .stats_ack(stats_ack), .stats_rdata(stats_rdata),
        .msix_table_sel(msix_table_sel), .msix_pba_sel(msix_pba_sel), .msix_ack(msix_ack),
        .msix_rdata(msix_rdata),
        .event_sel(event_sel), .event_ack(event_ack), .event_rdata(event_rdata),
        .user_sel(user_sel), .user_ack(user_ack), .user_rdata(user_bus_rdata), .user_err(user_err),
        .queue_sel(queue_sel), .queue_ack(queue_ack), .queue_rdata(queue_rdata)
    );

    cw_regs #(
        .DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .VECTOR_N(VECTOR_N), .TAG_N(TAG_N),
        .DMA_ADDR_W(DMA_ADDR_W), .CLOCK_HZ(CLOCK_HZ), .ENTRIES_LOG2_MAX(ENTRIES_LOG2_MAX),
        .STREAM(STREAM), .CARD_MEM_BYTES(CARD_MEM_BYTES)
    ) u_regs (
        .clk(clk), .rst(full_rst), .now(now),
        .sel(global_sel), .reg_write(reg_write), .reg_addr(reg_addr[8:0]), .reg_be(reg_be),
        .reg_wdata(reg_wdata), .ack(global_ack), .rdata(global_rdata), .engine_enable(engine_enable),
        .cpl_timeout_log2(cpl_timeout_log2), .stride_log2(stride_log2), .window_base(window_base), .soft_reset(soft_reset),
        .soft_busy(soft_busy), .ready(ready), .engine_empty(engine_empty),
        .fn_link({fn_bme, fn_ns, fn_ro, fn_tag10, fn_ext_tag, fn_rcb, fn_mrrs, fn_mps}),
        .tags_in_use(tags_in_use), .tags_quarantined(tags_quarantined),
        .ops_in_flight(ops_in_flight),
        .ev_doorbell(ev_db_bad), .ev_doorbell_queue(ev_db_queue), .ev_event(ev_event),
        .ev_halt(halt_valid), .ev_halt_queue(halt_queue),
        .ev_cpl_unexpected(err_cpl_unexpected), .ev_cpl_timeout(err_cpl_timeout),
        .ev_req_poisoned(err_poisoned), .ev_req_unsupported(err_ur),
        .err_irq_valid(err_irq_valid), .err_irq_ready(err_irq_ready),
        .intx_set(intx_set), .intx_pending(intx_pending)
    );

    cw_stats u_stats (
        .clk(clk), .rst(full_rst), .now(now), .busy(stats_busy), .stat(stat), .stat_h2c_bytes(stat_h2c_bytes),
        .stat_c2h_bytes(stat_c2h_bytes), .ev_mrd(ev_mrd), .ev_mwr(ev_mwr), .ev_irq(ev_irq),
        .ev_doorbell(ev_db_good), .ev_doorbell_bad(ev_db_bad), .ev_axi_err(ev_win_err || ev_user_err),
        .sel(stats_sel), .reg_addr(reg_addr[8:0]), .ack(stats_ack), .rdata(stats_rdata)
    );

    cw_interrupt #(.QUEUE_N(QUEUE_N), .VECTOR_N(VECTOR_N)) u_interrupt (
        .clk(clk), .rst(full_rst), .engine_rst(engine_rst), .idle(irq_idle), .ready(tables_ready),
        .fn_msi_en(fn_msi_en), .fn_msix_en(fn_msix_en), .fn_msix_mask(fn_msix_mask),
        .fn_bme(fn_bme), .fn_power(fn_power), .fn_flr(fn_flr), .posted_n(posted_n), .sent_n(sent_n),
        .msix_table_sel(msix_table_sel), .msix_pba_sel(msix_pba_sel), .msix_ack(msix_ack),
        .msix_rdata(msix_rdata), .event_sel(event_sel), .event_ack(event_ack),
        .event_rdata(event_rdata), .reg_write(reg_write), .reg_addr(reg_addr[13:0]),
        .reg_be(reg_be), .reg_wdata(reg_wdata),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
        .cfg_busy(raise_cfg_busy),
        .err_irq_valid(err_irq_valid), .err_irq_ready(err_irq_ready),
        .raise_valid(raise_valid), .raise_ready(raise_ready), .raise_queue(raise_queue),
        .raise_vector(raise_vector), .raise_error(raise_error),
        .raise_completions(raise_completions),
        .ring_valid(ring_valid), .ring_vector(ring_vector), .ring_on(ring_on),
        .entry_valid(entry_valid), .entry_ready(entry_ready), .entry_addr(entry_addr),
        .entry_data(entry_data),
        .msix_req_valid(msix_req_valid), .msix_req_ready(msix_req_ready),
        .msix_req_addr(msix_req_addr), .msix_req_data(msix_req_data), .under_way(under_way),
        .msi_valid(msi_valid), .msi_ready(msi_ready), .msi_vector(msi_vector),
        .intx_set(intx_set), .ev_irq(ev_irq), .ev_bad(ev_event)
    );

    cw_user u_user (
        .clk(clk), .rst(rst), .sel(user_sel), .reg_write(reg_write), .reg_addr(reg_addr[15:0]),
        .reg_be(reg_be), .reg_wdata(reg_wdata), .ack(user_ack), .rdata(user_bus_rdata),
        .err(user_err), .ev_axi_err(ev_user_err),
        .user_awvalid(user_awvalid), .user_awready(user_awready), .user_awaddr(user_awaddr),
        .user_wvalid(user_wvalid), .user_wready(user_wready), .user_wdata(user_wdata),
        .user_wstrb(user_wstrb), .user_bvalid(user_bvalid), .user_bready(user_bready),
        .user_bresp(user_bresp), .user_arvalid(user_arvalid), .user_arready(user_arready),
        .user_araddr(user_araddr), .user_rvalid(user_rvalid), .user_rready(user_rready),
        .user_rdata(user_rdata), .user_rresp(user_rresp)
    );

    cw_qctl #(.QUEUE_N(QUEUE_N), .STREAM(STREAM), .ENTRIES_LOG2_MAX(ENTRIES_LOG2_MAX)) u_qctl (
        .clk(clk), .rst(rst), .idle(qctl_idle), .hold(!ready),
        .sel(queue_sel), .reg_write(reg_write), .reg_addr(reg_addr[15:0]), .reg_be(reg_be),
        .reg_wdata(reg_wdata), .ack(queue_ack), .rdata(queue_rdata),
        .sweep_valid(sweep_valid), .sweep_kind(sweep_kind), .sweep_done(sweep_done),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue), .qcfg_reg(qcfg_reg),
        .qcfg_data(qcfg_data), .cfg_busy(cfg_busy),
        .qst_valid(qst_valid), .qst_queue(qst_queue), .qst_fetch_ack(qst_fetch_ack),
        .qst_fetched(qst_fetched), .qst_retire_ack(qst_retire_ack), .qst_retired(qst_retired),
        .qst_records(qst_records), .qst_halted(qst_halted), .qst_cause(qst_cause),
        .st_valid(st_valid), .st_queue(st_queue), .st_ack(st_ack), .st_producer(st_producer),
        .st_consumer(st_consumer), .st_error(st_error)
    );

    cw_doorbell #(.QUEUE_N(QUEUE_N)) u_doorbell (
        .clk(clk), .rst(rst), .engine_rst(engine_rst), .idle(db_idle), .stride_log2(stride_log2),
        .db_valid(db_valid), .db_ready(db_ready), .db_addr(db_addr), .db_len(db_len),
        .db_first_be(db_first_be), .db_last_be(db_last_be), .db_data(db_data),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue), .qcfg_reg(qcfg_reg),
        .qcfg_data(qcfg_data), .cfg_busy(db_cfg_busy),
        .record_valid(record_valid), .record_queue(record_queue), .record_count(record_count),
        .st_valid(st_valid), .st_queue(st_queue), .st_ack(st_ack), .st_producer(st_producer),
        .st_consumer(st_consumer), .st_error(st_error),
        .peek_valid(peek_valid), .peek_queue(peek_queue),
        .kick_valid(kick_valid), .kick_ready(kick_ready), .kick_queue(kick_queue), .kick_producer(kick_producer),
        .arm_valid(arm_valid), .arm_ready(arm_ready), .arm_queue(arm_queue), .arm_index(arm_index),
        .ev_good(ev_db_good), .ev_bad(ev_db_bad), .ev_queue(ev_db_queue)
    );

    cw_window #(.DATA_W(DATA_W)) u_window (
        .clk(clk), .rst(rst), .window_base(window_base), .fn_mps(fn_mps),
        .wr_valid(win_wr_valid), .wr_ready(win_wr_ready), .wr_idle(win_wr_idle),
        .rd_valid(win_rd_valid), .rd_done(win_rd_done), .rd_err(win_rd_err),
        .addr(win_addr), .len(win_len), .first_be(win_first_be), .last_be(win_last_be),
        .data_valid(win_data_valid), .data_ready(win_data_ready), .data(win_data),
        .data_eop(win_data_eop),
        .buf_wr_en(buf_wr_en), .buf_wr_addr(buf_wr_addr), .buf_wr_back(buf_wr_back), .buf_wr_data(buf_wr_data), .buf_mps(buf_mps),
        .ev_axi_err(ev_win_err),
        .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awaddr(axi_awaddr),
        .axi_awlen(axi_awlen), .axi_wvalid(axi_wvalid), .axi_wready(axi_wready),
        .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb), .axi_wlast(axi_wlast),
        .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bresp(axi_bresp),
        .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_araddr(axi_araddr),
        .axi_arlen(axi_arlen), .axi_rvalid(axi_rvalid), .axi_rready(axi_rready),
        .axi_rdata(axi_rdata), .axi_rresp(axi_rresp), .axi_rlast(axi_rlast)
    );

    wire unused = &{1'b0, rx_req_keep};
endmodule

`default_nettype wire
