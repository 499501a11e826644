// SPDX-License-Identifier: BSD-2-Clause
//
// Reads of host memory, from the request to the last completion. Only wiring:
//
//   fetch_rd, data_rd -> cw_rd_req -> rd_req        rx_cpl -> cw_rx_cpl -> fill
//                          | alloc                       find |  ^         card, failed
//                          v                                  v  | tick
//                       cw_tag_pool <-------------------------'  cw_tag_timer
`default_nettype none

module cw_rd_port #(
    parameter DATA_W = 256,
    parameter TAG_N  = 256,
    parameter OP_W   = 8,
    parameter BUF_W  = 4
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 link_rst,
    input  wire [47:0]          now,
    output wire                 idle,
    output wire                 empty,
    output wire [47:0]          next_deadline,
    input  wire [5:0]           cpl_timeout_log2,
    input  wire [15:0]          fn_bdf,
    input  wire [2:0]           fn_mrrs,
    input  wire                 fn_rcb,
    input  wire                 fn_ext_tag,
    input  wire                 fn_tag10,
    input  wire                 fn_flr,
    output wire [3:0]           rd_log2,     // log2 of the largest read to make

    input  wire                 fetch_rd_valid,
    output wire                 fetch_rd_ready,
    input  wire [BUF_W-1:0]     fetch_rd_buf,
    input  wire [63:0]          fetch_rd_addr,
    input  wire [9:0]           fetch_rd_bytes,
    input  wire [10:0]          fetch_rd_queue,
    input  wire [31:0]          fetch_rd_num,
    input  wire                 data_rd_valid,
    output wire                 data_rd_ready,
    input  wire                 data_rd_st,
    input  wire [OP_W-1:0]      data_rd_op,
    input  wire [10:0]          data_rd_queue,
    input  wire [31:0]          data_rd_num,
    input  wire [63:0]          data_rd_addr,
    input  wire [12:0]          data_rd_bytes,
    input  wire [63:0]          data_rd_card,
    input  wire [23:0]          data_rd_offset,
    input  wire [1:0]           data_rd_attr,

    output wire                 rd_req_valid,
    input  wire                 rd_req_ready,
    output wire [127:0]         rd_req_hdr,
    output wire [10:0]          rd_req_queue,
    output wire [31:0]          rd_req_num,
    output wire                 rd_req_fetch,   // of descriptors
    input  wire                 rx_cpl_valid,
    output wire                 rx_cpl_ready,
    input  wire                 rx_cpl_sop,
    input  wire                 rx_cpl_eop,
    input  wire [127:0]         rx_cpl_hdr,
    input  wire [DATA_W-1:0]    rx_cpl_data,
    input  wire [11:0]          rx_cpl_buf_hdr,
    input  wire [15:0]          rx_cpl_buf_data,
    input  wire                 cpl_lost_valid,
    input  wire [9:0]           cpl_lost_tag,

    output wire                 fill_valid,
    output wire [BUF_W-1:0]     fill_buf,
    output wire [4:0]           fill_unit,
    output wire [DATA_W-1:0]    fill_data,
    output wire                 fill_end_valid,
    output wire [BUF_W-1:0]     fill_end_buf,
    output wire                 fill_end_fail,
    output wire                 card_valid,
    input  wire                 card_ready,
    output wire                 card_st,
    output wire                 card_sop,
    output wire                 card_eop,
    output wire [DATA_W-1:0]    card_data,
    output wire [1:0]           card_skip,
    output wire [63:0]          card_addr,
    output wire [12:0]          card_bytes,
    output wire [OP_W-1:0]      card_op,
    output wire [23:0]          card_offset,
    output wire                 failed_valid,
    input  wire                 failed_ready,
    output wire                 failed_st,
    output wire [OP_W-1:0]      failed_op,
    output wire [23:0]          failed_offset,
    output wire [12:0]          failed_bytes,
    output wire [6:0]           failed_status,

    output wire [15:0]          tags_in_use,
    output wire [15:0]          tags_quarantined,
    output wire                 stall_tag,
    output wire                 stall_buf,
    output wire                 stat_cpl,
    output wire                 stat_ur,
    output wire                 stat_ca,
    output wire                 stat_poison,
    output wire                 err_cpl_unexpected,
    output wire                 err_cpl_timeout
);
    localparam TAG_W  = $clog2(TAG_N);
    localparam INFO_W = OP_W + 112;

    wire req_idle, req_empty, timer_idle, cpl_idle, cpl_empty, pool_idle;
    assign idle  = req_idle && timer_idle && cpl_idle && pool_idle && !cpl_lost_valid;
    assign empty = req_empty && !any_live && cpl_empty;
    wire unused  = &{1'b0, cpl_lost_tag};

    wire              alloc_valid, alloc_ready, alloc_sure, alloc_sent;
    wire [9:0]        alloc_tag;
    wire [6:0]        alloc_hdr_n;
    wire [8:0]        alloc_data_n;
    wire [INFO_W-1:0] alloc_info;
    cw_rd_req #(.OP_W(OP_W), .BUF_W(BUF_W), .INFO_W(INFO_W)) u_rd_req (
        .clk(clk), .rst(rst), .idle(req_idle), .empty(req_empty), .fn_rcb(fn_rcb),
        .fetch_rd_valid(fetch_rd_valid), .fetch_rd_ready(fetch_rd_ready),
        .fetch_rd_buf(fetch_rd_buf), .fetch_rd_addr(fetch_rd_addr),
        .fetch_rd_bytes(fetch_rd_bytes), .fetch_rd_queue(fetch_rd_queue),
        .fetch_rd_num(fetch_rd_num),
        .data_rd_valid(data_rd_valid), .data_rd_ready(data_rd_ready), .data_rd_st(data_rd_st),
        .data_rd_op(data_rd_op),
        .data_rd_queue(data_rd_queue), .data_rd_num(data_rd_num), .data_rd_addr(data_rd_addr),
        .data_rd_bytes(data_rd_bytes), .data_rd_card(data_rd_card),
        .data_rd_offset(data_rd_offset), .data_rd_attr(data_rd_attr),
        .alloc_valid(alloc_valid), .alloc_ready(alloc_ready), .alloc_sure(alloc_sure),
        .alloc_sent(alloc_sent), .alloc_tag(alloc_tag),
        .alloc_hdr_n(alloc_hdr_n), .alloc_data_n(alloc_data_n), .alloc_info(alloc_info),
        .rd_req_valid(rd_req_valid), .rd_req_ready(rd_req_ready), .rd_req_hdr(rd_req_hdr),
        .rd_req_queue(rd_req_queue), .rd_req_num(rd_req_num), .rd_req_fetch(rd_req_fetch)
    );

    wire              find_en, find_index, found, found_lost, end_valid, end_quarantine;
    wire [9:0]        find_tag;
    wire [INFO_W-1:0] found_info;
    wire              lost_any, scan_live, scan_lost, any_live;
    wire [TAG_W-1:0]  scan_tag;
    cw_tag_pool #(.TAG_N(TAG_N), .TAG_W(TAG_W), .INFO_W(INFO_W)) u_tag_pool (
        .clk(clk), .rst(rst), .link_rst(link_rst), .fn_flr(fn_flr), .idle(pool_idle),
        .fn_ext_tag(fn_ext_tag), .fn_tag10(fn_tag10), .fn_rcb(fn_rcb),
        .fn_mrrs(fn_mrrs), .rx_cpl_buf_hdr(rx_cpl_buf_hdr), .rx_cpl_buf_data(rx_cpl_buf_data),
        .rd_log2(rd_log2),
        .alloc_valid(alloc_valid), .alloc_ready(alloc_ready), .alloc_sure(alloc_sure),
        .alloc_sent(alloc_sent), .alloc_tag(alloc_tag),
        .alloc_hdr_n(alloc_hdr_n), .alloc_data_n(alloc_data_n), .alloc_info(alloc_info),
        .sent(rd_req_valid && rd_req_ready),
        .find_en(find_en), .find_tag(find_tag), .find_index(find_index), .found(found),
        .found_lost(found_lost), .found_info(found_info),
        .end_valid(end_valid), .end_quarantine(end_quarantine),
        .lost_valid(cpl_lost_valid), .lost_tag(cpl_lost_tag[TAG_W-1:0]), .lost_any(lost_any),
        .scan_tag(scan_tag), .scan_live(scan_live), .scan_lost(scan_lost),
        .any_live(any_live), .tags_in_use(tags_in_use), .tags_quarantined(tags_quarantined),
        .stall_tag(stall_tag), .stall_buf(stall_buf)
    );

    wire             tick_valid, tick_ready, tick_age;
    wire [TAG_W-1:0] tick_tag;
    cw_tag_timer #(.TAG_W(TAG_W)) u_tag_timer (
        .clk(clk), .rst(rst), .now(now), .idle(timer_idle), .next_deadline(next_deadline),
        .cpl_timeout_log2(cpl_timeout_log2), .any_live(any_live), .lost_any(lost_any),
        .scan_tag(scan_tag), .scan_live(scan_live), .scan_lost(scan_lost),
        .tick_valid(tick_valid), .tick_ready(tick_ready), .tick_tag(tick_tag), .tick_age(tick_age)
    );

    cw_rx_cpl #(
        .DATA_W(DATA_W), .TAG_N(TAG_N), .TAG_W(TAG_W), .OP_W(OP_W), .BUF_W(BUF_W),
        .INFO_W(INFO_W)
    ) u_rx_cpl (
        .clk(clk), .rst(rst), .idle(cpl_idle), .empty(cpl_empty), .fn_bdf(fn_bdf),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_cpl_sop(rx_cpl_sop),
        .rx_cpl_eop(rx_cpl_eop), .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data),
        .tick_valid(tick_valid), .tick_ready(tick_ready), .tick_tag(tick_tag), .tick_age(tick_age),
        .find_en(find_en), .find_tag(find_tag), .find_index(find_index), .found(found),
        .found_lost(found_lost), .found_info(found_info),
        .end_valid(end_valid), .end_quarantine(end_quarantine),
        .fill_valid(fill_valid), .fill_buf(fill_buf), .fill_unit(fill_unit),
        .fill_data(fill_data), .fill_end_valid(fill_end_valid), .fill_end_buf(fill_end_buf),
        .fill_end_fail(fill_end_fail),
        .card_valid(card_valid), .card_ready(card_ready), .card_st(card_st), .card_sop(card_sop),
        .card_eop(card_eop), .card_data(card_data), .card_skip(card_skip), .card_addr(card_addr),
        .card_bytes(card_bytes), .card_op(card_op), .card_offset(card_offset),
        .failed_valid(failed_valid), .failed_ready(failed_ready), .failed_st(failed_st), .failed_op(failed_op),
        .failed_offset(failed_offset), .failed_bytes(failed_bytes), .failed_status(failed_status),
        .stat_cpl(stat_cpl), .stat_ur(stat_ur), .stat_ca(stat_ca), .stat_poison(stat_poison),
        .err_cpl_unexpected(err_cpl_unexpected), .err_cpl_timeout(err_cpl_timeout)
    );
endmodule

`default_nettype wire
