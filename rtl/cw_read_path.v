// SPDX-License-Identifier: BSD-2-Clause
//
// The read path: what the card fetches from the host. Only wiring.
//
//   kick -> cw_desc_sched -> cw_desc_buf -> cw_desc_issue -> c2h (cw_write_path)
//                              |   ^           |
//                              |   |         |   '-> st_desc (cw_stream)
//                              |   |         '-> cw_h2c_split -> cw_h2c_track
//                     fetch_rd v   | fill             | data_rd    ^ ^
//                              cw_rd_port <-----------+    failed  | | wrote
//                       rd_req <-'  ^  '---------------------------' cw_card_wr -> AXI
//                            rx_cpl-'  '----------------- card ----------^
//
// Reads of streams come from cw_stream (st_rd) and go back there (st_card, st_failed).
//
// idle: nothing changes before an input does, or now reaches next_deadline.
// empty: no read outstanding (other than on quarantined tags), no descriptor or
// operation held. rst must come only when no AXI write is under way.
`default_nettype none

module cw_read_path #(
    parameter DATA_W  = 256,
    parameter QUEUE_N = 64,
    parameter TAG_N   = 256,
    parameter OP_N    = 256,
    parameter OP_W    = $clog2(OP_N),
    parameter COUNTER_N = 30,
    parameter STREAM  = 0,
    parameter SLOT_N  = 32,
    parameter MORE_N  = 8,
    parameter ENTRY_W = 130
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 link_rst,    // the PCIe reset, part of rst
    input  wire [47:0]          now,
    output wire                 idle,
    output wire                 empty,
    output wire [47:0]          next_deadline,
    input  wire                 engine_enable,
    input  wire [5:0]           cpl_timeout_log2,
    input  wire [15:0]          fn_bdf,
    input  wire [2:0]           fn_mrrs,
    input  wire                 fn_rcb,
    input  wire                 fn_ext_tag,
    input  wire                 fn_tag10,
    input  wire                 fn_ro,
    input  wire                 fn_ns,
    input  wire                 fn_flr,

    input  wire                 qcfg_valid,
    input  wire [1:0]           qcfg_op,
    input  wire [10:0]          qcfg_queue,
    input  wire [4:0]           qcfg_reg,
    input  wire [31:0]          qcfg_data,
    input  wire                 qst_valid,
    input  wire [10:0]          qst_queue,
    output wire                 qst_fetch_ack,
    output wire [31:0]          qst_fetched,
    input  wire                 peek_valid,
    input  wire [10:0]          peek_queue,
    input  wire                 kick_valid,
    output wire                 kick_ready,
    input  wire [10:0]          kick_queue,
    input  wire [31:0]          kick_producer,

    output wire                 op_alloc_valid,
    input  wire                 op_alloc_ready,
    input  wire [OP_W-1:0]      op_alloc_id,
    output wire [10:0]          op_alloc_queue,
    output wire [31:0]          op_alloc_num,
    output wire                 op_alloc_irq,
    output wire                 issue_done_valid,
    input  wire                 issue_done_ready,
    output wire [OP_W-1:0]      issue_done_op,
    output wire [6:0]           issue_done_status,
    output wire [1:0]           issue_done_kind,
    output wire                 h2c_done_valid,
    input  wire                 h2c_done_ready,
    output wire [OP_W-1:0]      h2c_done_op,
    output wire [6:0]           h2c_done_status,
    output wire [23:0]          h2c_done_bytes,
    output wire                 c2h_valid,
    input  wire                 c2h_ready,
    output wire [OP_W-1:0]      c2h_op,
    output wire [10:0]          c2h_queue,
    output wire [31:0]          c2h_num,
    output wire [63:0]          c2h_host_addr,
    output wire [63:0]          c2h_card_addr,
    output wire [23:0]          c2h_len,
    output wire [1:0]           c2h_attr,

    output wire                 st_desc_valid,
    input  wire                 st_desc_ready,
    output wire                 st_desc_c2h,
    output wire [10:0]          st_desc_queue,
    output wire [ENTRY_W-1:0]   st_desc_entry,
    input  wire                 more_valid,
    output wire                 more_ready,
    input  wire [10:0]          more_queue,
    output wire [3:0]           rd_log2,
    input  wire                 st_rd_valid,
    output wire                 st_rd_ready,
    input  wire [OP_W-1:0]      st_rd_op,
    input  wire [10:0]          st_rd_queue,
    input  wire [31:0]          st_rd_num,
    input  wire [63:0]          st_rd_addr,
    input  wire [12:0]          st_rd_bytes,
    input  wire [63:0]          st_rd_card,
    input  wire [1:0]           st_rd_attr,
    output wire                 st_card_valid,
    input  wire                 st_card_ready,
    output wire                 card_sop,
    output wire                 card_eop,
    output wire [DATA_W-1:0]    card_data,
    output wire [1:0]           card_skip,
    output wire [63:0]          card_addr,
    output wire [12:0]          card_bytes,
    output wire [OP_W-1:0]      card_op,
    output wire [23:0]          card_offset,
    output wire                 st_failed_valid,
    input  wire                 st_failed_ready,
    output wire [OP_W-1:0]      failed_op,
    output wire [23:0]          failed_offset,
    output wire [12:0]          failed_bytes,
    output wire [6:0]           failed_status,

    output wire                 rd_req_valid,
    input  wire                 rd_req_ready,
    output wire [127:0]         rd_req_hdr,
    output wire [10:0]          rd_req_queue,
    output wire [31:0]          rd_req_num,
    output wire                 rd_req_fetch,
    input  wire                 rx_cpl_valid,
    output wire                 rx_cpl_ready,
    input  wire                 rx_cpl_sop,
    input  wire                 rx_cpl_eop,
    input  wire [127:0]         rx_cpl_hdr,
    input  wire [DATA_W-1:0]    rx_cpl_data,
    input  wire [DATA_W/32-1:0] rx_cpl_keep,
    input  wire [11:0]          rx_cpl_buf_hdr,
    input  wire [15:0]          rx_cpl_buf_data,
    input  wire                 cpl_lost_valid,
    input  wire [9:0]           cpl_lost_tag,
    output wire                 err_cpl_unexpected,
    output wire                 err_cpl_timeout,
    output wire [15:0]          tags_in_use,
    output wire [15:0]          tags_quarantined,
    output wire [COUNTER_N-1:0] stat,
    output wire [12:0]          stat_bytes,

    output wire                 axi_awvalid,
    input  wire                 axi_awready,
    output wire [63:0]          axi_awaddr,
    output wire [7:0]           axi_awlen,
    output wire                 axi_wvalid,
    input  wire                 axi_wready,
    output wire [DATA_W-1:0]    axi_wdata,
    output wire [DATA_W/8-1:0]  axi_wstrb,
    output wire                 axi_wlast,
    input  wire                 axi_bvalid,
    output wire                 axi_bready,
    input  wire [1:0]           axi_bresp
);
    `include "cw_regs.vh"

    localparam BUF_N  = OP_N > 256 ? 32 : 16;    // fetched batches, a power of two
    localparam BUF_W  = OP_N > 256 ? 5 : 4;

    initial if (COUNTER_N != CW_COUNTER_N) begin
        $display("%m: COUNTER_N %0d does not match the register table", COUNTER_N);
        $finish;
    end

    wire sched_idle, buf_idle, issue_idle, split_idle, port_idle, wr_idle, track_idle;
    wire sched_empty, buf_empty, issue_empty, split_empty, port_empty, wr_empty, track_empty;

    assign idle  = sched_idle && buf_idle && issue_idle && split_idle && port_idle && wr_idle && track_idle;
    assign empty = sched_empty && buf_empty && issue_empty && split_empty && port_empty && wr_empty &&
                   track_empty;

    wire        stop_valid, stop_ready;
    wire [10:0] stop_queue;
    wire        fetch_valid, fetch_ready;
    wire [10:0] fetch_queue;
    wire [31:0] fetch_num;
    wire [5:0]  fetch_n;
    wire [63:0] fetch_addr;
    wire        fetch_c2h;
    cw_desc_sched #(.QUEUE_N(QUEUE_N), .STREAM(STREAM), .SLOT_N(SLOT_N), .MORE_N(MORE_N)) u_desc_sched (
        .clk(clk), .rst(rst), .idle(sched_idle), .empty(sched_empty),
        .engine_enable(engine_enable), .rd_log2(rd_log2),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue), .qcfg_reg(qcfg_reg),
        .qcfg_data(qcfg_data),
        .qst_valid(qst_valid), .qst_queue(qst_queue), .qst_fetch_ack(qst_fetch_ack), .qst_fetched(qst_fetched),
        .peek_valid(peek_valid), .peek_queue(peek_queue),
        .kick_valid(kick_valid), .kick_ready(kick_ready), .kick_queue(kick_queue),
        .kick_producer(kick_producer),
        .stop_valid(stop_valid), .stop_ready(stop_ready), .stop_queue(stop_queue),
        .more_valid(more_valid), .more_ready(more_ready), .more_queue(more_queue),
        .fetch_valid(fetch_valid), .fetch_ready(fetch_ready), .fetch_queue(fetch_queue),
        .fetch_num(fetch_num), .fetch_n(fetch_n), .fetch_addr(fetch_addr), .fetch_c2h(fetch_c2h)
    );

    wire              fetch_rd_valid, fetch_rd_ready;
    wire [BUF_W-1:0]  fetch_rd_buf;
    wire [63:0]       fetch_rd_addr;
    wire [9:0]        fetch_rd_bytes;
    wire [10:0]       fetch_rd_queue;
    wire [31:0]       fetch_rd_num;
    wire              fill_valid, fill_end_valid, fill_end_fail;
    wire [BUF_W-1:0]  fill_buf, fill_end_buf;
    wire [4:0]        fill_unit;
    wire [DATA_W-1:0] fill_data;
    wire              desc_open, desc_valid, desc_ready, desc_fail;
    wire [1:0]        desc_room;
    wire [10:0]       desc_queue;
    wire [31:0]       desc_num;
    wire [127:0]      desc_data;
    wire              fetching;
    cw_desc_buf #(.DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .BUF_N(BUF_N)) u_desc_buf (
        .clk(clk), .rst(rst), .idle(buf_idle), .empty(buf_empty), .fetching(fetching),
        .fetch_valid(fetch_valid), .fetch_ready(fetch_ready), .fetch_queue(fetch_queue),
        .fetch_num(fetch_num), .fetch_n(fetch_n), .fetch_addr(fetch_addr), .fetch_c2h(fetch_c2h),
        .fetch_rd_valid(fetch_rd_valid), .fetch_rd_ready(fetch_rd_ready), .fetch_rd_buf(fetch_rd_buf),
        .fetch_rd_addr(fetch_rd_addr), .fetch_rd_bytes(fetch_rd_bytes), .fetch_rd_queue(fetch_rd_queue),
        .fetch_rd_num(fetch_rd_num),
        .fill_valid(fill_valid), .fill_buf(fill_buf), .fill_unit(fill_unit),
        .fill_data(fill_data), .fill_end_valid(fill_end_valid), .fill_end_buf(fill_end_buf),
        .fill_end_fail(fill_end_fail),
        .desc_room(desc_room), .desc_open(desc_open), .desc_valid(desc_valid), .desc_ready(desc_ready),
        .desc_queue(desc_queue), .desc_num(desc_num), .desc_fail(desc_fail), .desc_data(desc_data)
    );

    wire            h2c_valid, h2c_kept, h2c_ready;
    wire [OP_W-1:0] h2c_op;
    wire [10:0]     h2c_queue;
    wire [31:0]     h2c_num;
    wire [63:0]     h2c_host_addr, h2c_card_addr;
    wire [23:0]     h2c_len;
    wire [1:0]      h2c_attr;
    wire            stat_bad;
    cw_desc_issue #(.QUEUE_N(QUEUE_N), .OP_W(OP_W), .STREAM(STREAM), .ENTRY_W(ENTRY_W)) u_desc_issue (
        .clk(clk), .rst(rst), .idle(issue_idle), .empty(issue_empty),
        .fn_ro(fn_ro), .fn_ns(fn_ns),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue), .qcfg_reg(qcfg_reg),
        .qcfg_data(qcfg_data),
        .desc_room(desc_room), .desc_open(desc_open), .desc_valid(desc_valid), .desc_ready(desc_ready),
        .desc_queue(desc_queue), .desc_num(desc_num), .desc_fail(desc_fail), .desc_data(desc_data),
        .op_alloc_valid(op_alloc_valid), .op_alloc_ready(op_alloc_ready), .op_alloc_id(op_alloc_id),
        .op_alloc_queue(op_alloc_queue), .op_alloc_num(op_alloc_num), .op_alloc_irq(op_alloc_irq),
        .issue_done_valid(issue_done_valid), .issue_done_ready(issue_done_ready), .issue_done_op(issue_done_op),
        .issue_done_status(issue_done_status), .issue_done_kind(issue_done_kind),
        .stop_valid(stop_valid), .stop_ready(stop_ready), .stop_queue(stop_queue),
        .h2c_valid(h2c_valid), .h2c_kept(h2c_kept), .h2c_ready(h2c_ready), .h2c_op(h2c_op), .h2c_queue(h2c_queue),
        .h2c_num(h2c_num), .h2c_host_addr(h2c_host_addr), .h2c_card_addr(h2c_card_addr),
        .h2c_len(h2c_len), .h2c_attr(h2c_attr),
        .c2h_valid(c2h_valid), .c2h_ready(c2h_ready), .c2h_op(c2h_op), .c2h_queue(c2h_queue),
        .c2h_num(c2h_num), .c2h_host_addr(c2h_host_addr), .c2h_card_addr(c2h_card_addr),
        .c2h_len(c2h_len), .c2h_attr(c2h_attr), .st_desc_valid(st_desc_valid), .st_desc_ready(st_desc_ready),
        .st_desc_c2h(st_desc_c2h), .st_desc_queue(st_desc_queue), .st_desc_entry(st_desc_entry), .stat_bad(stat_bad)
    );

    wire            start_valid, start_ready;
    wire [OP_W-1:0] start_op;
    wire [23:0]     start_len;
    wire            data_rd_valid, data_rd_ready;
    wire [OP_W-1:0] data_rd_op;
    wire [10:0]     data_rd_queue;
    wire [31:0]     data_rd_num;
    wire [63:0]     data_rd_addr, data_rd_card;
    wire [12:0]     data_rd_bytes;
    wire [23:0]     data_rd_offset;
    wire [1:0]      data_rd_attr;
    cw_h2c_split #(.OP_W(OP_W)) u_h2c_split (
        .clk(clk), .rst(rst), .idle(split_idle), .empty(split_empty), .rd_log2(rd_log2),
        .h2c_valid(h2c_valid), .h2c_kept(h2c_kept), .h2c_ready(h2c_ready), .h2c_op(h2c_op), .h2c_queue(h2c_queue),
        .h2c_num(h2c_num), .h2c_host_addr(h2c_host_addr), .h2c_card_addr(h2c_card_addr),
        .h2c_len(h2c_len), .h2c_attr(h2c_attr),
        .start_valid(start_valid), .start_ready(start_ready), .start_op(start_op), .start_len(start_len),
        .data_rd_valid(data_rd_valid), .data_rd_ready(data_rd_ready), .data_rd_op(data_rd_op),
        .data_rd_queue(data_rd_queue), .data_rd_num(data_rd_num), .data_rd_addr(data_rd_addr), .data_rd_bytes(data_rd_bytes),
        .data_rd_card(data_rd_card), .data_rd_offset(data_rd_offset), .data_rd_attr(data_rd_attr)
    );

    // a data read: of a descriptor to card memory, or of a stream
    wire              rd_valid, rd_ready, rd_st, unused_last;
    wire [OP_W+209:0] rd;
    wire [OP_W+209:0] data_rd = {data_rd_op, data_rd_queue, data_rd_num, data_rd_addr, data_rd_bytes, data_rd_card,
                                 data_rd_offset, data_rd_attr};
    wire [OP_W+209:0] st_rd   = {st_rd_op, st_rd_queue, st_rd_num, st_rd_addr, st_rd_bytes, st_rd_card, 24'd0, st_rd_attr};
    generate
        if (STREAM != 0) begin : g_rd
            stream_arb #(.W(OP_W + 210), .N(2)) u_rd (
                .clk(clk), .rst(rst), .in_valid({st_rd_valid, data_rd_valid}), .in_ready({st_rd_ready, data_rd_ready}),
                .in_data({st_rd, data_rd}), .in_last(2'b11), .out_valid(rd_valid), .out_ready(rd_ready), .out_data(rd),
                .out_last(unused_last), .out_source(rd_st)
            );
        end else begin : g_no_stream
            assign {rd_valid, rd_st, rd, unused_last} = {data_rd_valid, 1'b0, data_rd, 1'b0};
            assign {data_rd_ready, st_rd_ready} = {rd_ready, 1'b0};
            wire   unused_st = &{1'b0, st_rd_valid, st_rd};
        end
    endgenerate
    wire [OP_W-1:0]   rd_op;
    wire [10:0]       rd_queue;
    wire [31:0]       rd_num;
    wire [63:0]       rd_addr, rd_card;
    wire [12:0]       rd_bytes;
    wire [23:0]       rd_offset;
    wire [1:0]        rd_attr;
    assign {rd_op, rd_queue, rd_num, rd_addr, rd_bytes, rd_card, rd_offset, rd_attr} = rd;

    wire              card_valid, card_st, failed_valid, failed_ready, failed_st, mm_card_ready, mm_failed_ready;
    wire              to_st      = STREAM != 0 && card_st, failed_to_st = STREAM != 0 && failed_st;
    wire              card_ready = to_st ? st_card_ready : mm_card_ready;
    wire              stall_tag, stall_buf;
    wire              stat_cpl, stat_ur, stat_ca, stat_poison;
    cw_rd_port #(.DATA_W(DATA_W), .TAG_N(TAG_N), .OP_W(OP_W), .BUF_W(BUF_W)) u_rd_port (
        .clk(clk), .rst(rst), .link_rst(link_rst), .now(now), .idle(port_idle), .empty(port_empty),
        .next_deadline(next_deadline), .cpl_timeout_log2(cpl_timeout_log2), .fn_bdf(fn_bdf), .fn_mrrs(fn_mrrs),
        .fn_rcb(fn_rcb), .fn_ext_tag(fn_ext_tag), .fn_tag10(fn_tag10), .fn_flr(fn_flr), .rd_log2(rd_log2),
        .fetch_rd_valid(fetch_rd_valid), .fetch_rd_ready(fetch_rd_ready), .fetch_rd_buf(fetch_rd_buf),
        .fetch_rd_addr(fetch_rd_addr), .fetch_rd_bytes(fetch_rd_bytes), .fetch_rd_queue(fetch_rd_queue),
        .fetch_rd_num(fetch_rd_num), .data_rd_valid(rd_valid), .data_rd_ready(rd_ready), .data_rd_st(rd_st), .data_rd_op(rd_op),
        .data_rd_queue(rd_queue), .data_rd_num(rd_num), .data_rd_addr(rd_addr), .data_rd_bytes(rd_bytes),
        .data_rd_card(rd_card), .data_rd_offset(rd_offset), .data_rd_attr(rd_attr),
        .rd_req_valid(rd_req_valid), .rd_req_ready(rd_req_ready), .rd_req_hdr(rd_req_hdr),
        .rd_req_queue(rd_req_queue), .rd_req_num(rd_req_num), .rd_req_fetch(rd_req_fetch),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_cpl_sop(rx_cpl_sop), .rx_cpl_eop(rx_cpl_eop),
        .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data), .rx_cpl_buf_hdr(rx_cpl_buf_hdr),
        .rx_cpl_buf_data(rx_cpl_buf_data), .cpl_lost_valid(cpl_lost_valid), .cpl_lost_tag(cpl_lost_tag),
        .fill_valid(fill_valid), .fill_buf(fill_buf), .fill_unit(fill_unit), .fill_data(fill_data),
        .fill_end_valid(fill_end_valid), .fill_end_buf(fill_end_buf), .fill_end_fail(fill_end_fail),
        .card_valid(card_valid), .card_ready(card_ready), .card_st(card_st), .card_sop(card_sop),
        .card_eop(card_eop), .card_data(card_data), .card_skip(card_skip), .card_addr(card_addr),
        .card_bytes(card_bytes), .card_op(card_op), .card_offset(card_offset),
        .failed_valid(failed_valid), .failed_ready(failed_ready), .failed_st(failed_st), .failed_op(failed_op),
        .failed_offset(failed_offset), .failed_bytes(failed_bytes), .failed_status(failed_status),
        .tags_in_use(tags_in_use), .tags_quarantined(tags_quarantined), .stall_tag(stall_tag),
        .stall_buf(stall_buf), .stat_cpl(stat_cpl), .stat_ur(stat_ur), .stat_ca(stat_ca),
        .stat_poison(stat_poison), .err_cpl_unexpected(err_cpl_unexpected), .err_cpl_timeout(err_cpl_timeout)
    );
    assign failed_ready    = failed_to_st ? st_failed_ready : mm_failed_ready;
    assign st_card_valid   = card_valid && to_st;
    assign st_failed_valid = failed_valid && failed_to_st;

    wire            wrote_valid, wrote_ready;
    wire [OP_W-1:0] wrote_op;
    wire [23:0]     wrote_offset;
    wire [12:0]     wrote_bytes;
    wire [6:0]      wrote_status;
    cw_card_wr #(.DATA_W(DATA_W), .OP_W(OP_W)) u_card_wr (
        .clk(clk), .rst(rst), .idle(wr_idle), .empty(wr_empty),
        .card_valid(card_valid && !to_st), .card_ready(mm_card_ready), .card_sop(card_sop),
        .card_eop(card_eop), .card_data(card_data), .card_skip(card_skip), .card_addr(card_addr),
        .card_bytes(card_bytes), .card_op(card_op), .card_offset(card_offset),
        .wrote_valid(wrote_valid), .wrote_ready(wrote_ready), .wrote_op(wrote_op),
        .wrote_offset(wrote_offset), .wrote_bytes(wrote_bytes), .wrote_status(wrote_status),
        .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen),
        .axi_wvalid(axi_wvalid), .axi_wready(axi_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb), .axi_wlast(axi_wlast),
        .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bresp(axi_bresp)
    );

    cw_h2c_track #(.OP_N(OP_N), .OP_W(OP_W)) u_h2c_track (
        .clk(clk), .rst(rst), .idle(track_idle), .empty(track_empty),
        .start_valid(start_valid), .start_ready(start_ready), .start_op(start_op), .start_len(start_len),
        .wrote_valid(wrote_valid), .wrote_ready(wrote_ready), .wrote_op(wrote_op),
        .wrote_offset(wrote_offset), .wrote_bytes(wrote_bytes), .wrote_status(wrote_status),
        .failed_valid(failed_valid && !failed_to_st), .failed_ready(mm_failed_ready), .failed_op(failed_op),
        .failed_offset(failed_offset), .failed_bytes(failed_bytes), .failed_status(failed_status),
        .h2c_done_valid(h2c_done_valid), .h2c_done_ready(h2c_done_ready), .h2c_done_op(h2c_done_op),
        .h2c_done_status(h2c_done_status), .h2c_done_bytes(h2c_done_bytes)
    );

    // ---- counters ----
    wire wrote    = wrote_valid && wrote_ready;
    wire wrote_ok = wrote && wrote_status == CW_STATUS_OK[6:0];
    wire [COUNTER_N-1:0] one = {{(COUNTER_N - 1){1'b0}}, 1'b1};
    wire unused = &{1'b0, rx_cpl_keep};

    assign stat_bytes = wrote_bytes;
    assign stat =
        (rd_req_valid && rd_req_ready ? one << CW_COUNTER_TX_MRD : 0) |
        (stat_cpl ? one << CW_COUNTER_RX_CPL : 0) |
        (wrote_ok ? one << CW_COUNTER_H2C_BYTES : 0) |
        (desc_valid && desc_ready ? one << CW_COUNTER_DESC : 0) |
        (stall_tag ? one << CW_COUNTER_STALL_TAG : 0) |
        (stall_buf ? one << CW_COUNTER_STALL_CPL_BUF : 0) |
        (fetching && !desc_valid ? one << CW_COUNTER_STALL_DESC : 0) |
        (stat_ur ? one << CW_COUNTER_ERR_UR : 0) |
        (stat_ca ? one << CW_COUNTER_ERR_CA : 0) |
        (stat_poison ? one << CW_COUNTER_ERR_POISON : 0) |
        (err_cpl_timeout ? one << CW_COUNTER_ERR_TIMEOUT : 0) |
        (err_cpl_unexpected ? one << CW_COUNTER_ERR_UNEXPECTED : 0) |
        (wrote && !wrote_ok ? one << CW_COUNTER_ERR_AXI : 0) |
        (stat_bad ? one << CW_COUNTER_ERR_DESC : 0);
endmodule

`default_nettype wire
