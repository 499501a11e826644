// SPDX-License-Identifier: BSD-2-Clause
//
// Host-to-card streams. Purely structural:
//
//   desc -> cw_st_park -> cw_st_issue -> cw_h2s_split -> read (to the read requests)
//                                             | note
//   card (completions) -> cw_card_wr -> ring  |
//                    wrote, failed -> track -> cw_h2s_order -> cw_h2s_out -> h2s
//                                                               ^ ring
//
// The ring is card memory to cw_card_wr, which puts each read's bytes to its place at any
// alignment; cw_h2c_track, an operation a read, says when all bytes of a read are
// accounted for. Writes to the ring always go on, so completions never wait here.
`default_nettype none

module cw_h2s #(
    parameter DATA_W  = 256,
    parameter QUEUE_N = 64,
    parameter SLOT_N  = 32,
    parameter MORE_N  = 8,
    parameter WORD_N  = 1024,        // words of the reorder ring
    parameter OP_W    = 8,
    parameter ENTRY_W = 130
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 link_rst,
    output wire                 idle,
    output wire                 empty,
    input  wire [3:0]           rd_log2,

    input  wire                 qcfg_valid,
    input  wire [1:0]           qcfg_op,
    input  wire [10:0]          qcfg_queue,
    input  wire [4:0]           qcfg_reg,
    input  wire [31:0]          qcfg_data,

    input  wire                 desc_valid,
    output wire                 desc_ready,
    input  wire [10:0]          desc_queue,
    input  wire [ENTRY_W-1:0]   desc_entry,
    output wire                 more_valid,
    input  wire                 more_ready,
    output wire [10:0]          more_queue,
    output wire                 alloc_valid,
    input  wire                 alloc_ready,
    input  wire [OP_W-1:0]      alloc_id,
    output wire [10:0]          alloc_queue,
    output wire [31:0]          alloc_num,
    output wire                 alloc_irq,
    output wire                 end_done_valid,
    input  wire                 end_done_ready,
    output wire [OP_W-1:0]      end_done_op,
    output wire [6:0]           end_done_status,
    output wire [1:0]           end_done_kind,
    output wire                 done_valid,
    input  wire                 done_ready,
    output wire [OP_W-1:0]      done_op,
    output wire [6:0]           done_status,
    output wire [23:0]          done_bytes,

    output wire                 read_valid,
    input  wire                 read_ready,
    output wire [OP_W-1:0]      read_entry,
    output wire [10:0]          read_queue,
    output wire [31:0]          read_num,
    output wire [63:0]          read_addr,
    output wire [12:0]          read_bytes,
    output wire [63:0]          read_place,
    output wire [1:0]           read_attr,

    input  wire                 card_valid,
    output wire                 card_ready,
    input  wire                 card_sop,
    input  wire                 card_eop,
    input  wire [DATA_W-1:0]    card_data,
    input  wire [1:0]           card_skip,
    input  wire [63:0]          card_addr,
    input  wire [12:0]          card_bytes,
    input  wire [OP_W-1:0]      card_op,
    input  wire [23:0]          card_offset,
    input  wire                 failed_valid,
    output wire                 failed_ready,
    input  wire [OP_W-1:0]      failed_op,
    input  wire [23:0]          failed_offset,
    input  wire [12:0]          failed_bytes,
    input  wire [6:0]           failed_status,

    output wire                 h2s_valid,
    input  wire                 h2s_ready,
    output wire [DATA_W-1:0]    h2s_data,
    output wire [DATA_W/8-1:0]  h2s_keep,
    output wire                 h2s_first,
    output wire                 h2s_last,
    output wire                 h2s_err,
    output wire [10:0]          h2s_queue,
    output wire [35:0]          h2s_user,
    input  wire                 h2s_credit_valid,
    output wire                 h2s_credit_ready,
    input  wire [10:0]          h2s_credit_queue,
    input  wire [7:0]           h2s_credit_n,

    output wire                 stat_pkt,
    output wire                 stat_valid,     // bytes arrived
    output wire [12:0]          stat_bytes
);
    localparam WW    = $clog2(WORD_N);
    localparam POS_W = $clog2(WORD_N * DATA_W / 8) + 1;
    localparam LANE_W = $clog2(DATA_W / 8);

    wire park_idle, park_empty, issue_idle, issue_empty, split_idle, split_empty, order_idle, out_idle,
         out_empty, wr_idle, wr_empty, track_idle, track_empty;
    assign idle  = park_idle && issue_idle && split_idle && order_idle && out_idle && wr_idle && track_idle;
    assign empty = park_empty && issue_empty && split_empty && order_idle && out_empty && wr_empty &&
                   track_empty;

    // ---- descriptors ----
    wire               pop_valid, pop_ready, pop_has, pop_cut, pop_abort;
    wire [10:0]        pop_queue;
    wire [31:0]        pop_num;
    wire [ENTRY_W-1:0] pop_entry;
    wire               refund_valid, refund_ready;
    wire [10:0]        refund_queue;
    wire               unused_ask, unused_answer, unused_have, unused_stall, unused_room;
    wire [23:0]        unused_answer_len;
    wire [10:0]        unused_room_queue;
    wire [7:0]         unused_room_n;
    cw_st_park #(.QUEUE_N(QUEUE_N), .SLOT_N(SLOT_N), .MORE_N(MORE_N), .C2H(0), .ENTRY_W(ENTRY_W)) u_park (
        .clk(clk), .rst(rst), .idle(park_idle), .empty(park_empty),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue), .qcfg_reg(qcfg_reg),
        .qcfg_data(qcfg_data),
        .in_valid(desc_valid), .in_ready(desc_ready), .in_queue(desc_queue), .in_entry(desc_entry),
        .in_end(desc_entry[ENTRY_W-1]), .in_eop(desc_entry[ENTRY_W-3]),
        .credit_valid(h2s_credit_valid), .credit_ready(h2s_credit_ready),
        .credit_queue(h2s_credit_queue), .credit_n(h2s_credit_n),
        .refund_valid(refund_valid), .refund_ready(refund_ready), .refund_queue(refund_queue),
        .kick_valid(1'b0), .kick_queue(11'd0), .kick_producer(32'd0), .ask_valid(1'b0), .ask_ready(unused_ask), .ask_queue(11'd0), .answer_valid(unused_answer),
        .answer_have(unused_have), .answer_stall(unused_stall), .answer_len(unused_answer_len),
        .more_valid(more_valid), .more_ready(more_ready), .more_queue(more_queue),
        .room_valid(unused_room), .room_queue(unused_room_queue), .room_n(unused_room_n),
        .out_valid(pop_valid), .out_ready(pop_ready), .out_queue(pop_queue), .out_num(pop_num),
        .out_has(pop_has), .out_cut(pop_cut), .out_abort(pop_abort), .out_entry(pop_entry)
    );

    wire            item_valid, item_ready, item_abort, item_sop, item_eop;
    wire [OP_W-1:0] item_op;
    wire [10:0]     item_queue;
    wire [31:0]     item_num;
    wire [1:0]      item_attr;
    wire [23:0]     item_len;
    wire [35:0]     item_user;
    wire [63:0]     item_host;
    cw_st_issue #(.OP_W(OP_W), .ENTRY_W(ENTRY_W)) u_issue (
        .clk(clk), .rst(rst), .idle(issue_idle), .empty(issue_empty),
        .in_valid(pop_valid), .in_ready(pop_ready), .in_queue(pop_queue), .in_num(pop_num),
        .in_has(pop_has), .in_cut(pop_cut), .in_abort(pop_abort), .in_entry(pop_entry),
        .alloc_valid(alloc_valid), .alloc_ready(alloc_ready), .alloc_id(alloc_id),
        .alloc_queue(alloc_queue), .alloc_num(alloc_num), .alloc_irq(alloc_irq),
        .end_done_valid(end_done_valid), .end_done_ready(end_done_ready), .end_done_op(end_done_op),
        .end_done_status(end_done_status), .end_done_kind(end_done_kind),
        .item_valid(item_valid), .item_ready(item_ready), .item_abort(item_abort), .item_op(item_op),
        .item_queue(item_queue), .item_num(item_num), .item_sop(item_sop), .item_eop(item_eop),
        .item_attr(item_attr), .item_len(item_len), .item_user(item_user), .item_host(item_host)
    );

    // ---- reads ----
    wire [WW:0]     free_word;
    wire            entry_free, start_valid, start_ready;
    wire            note_valid, note_none, note_abort, note_sop, note_eop, note_last;
    wire [OP_W-1:0] note_entry, note_op;
    wire [10:0]     note_queue;
    wire [35:0]     note_user;
    wire [12:0]     note_bytes;
    wire [POS_W-2:0] place;
    assign read_place = {{(65 - POS_W){1'b0}}, place};
    cw_h2s_split #(.DATA_W(DATA_W), .WORD_N(WORD_N), .OP_W(OP_W)) u_split (
        .clk(clk), .rst(rst), .idle(split_idle), .empty(split_empty), .rd_log2(rd_log2),
        .item_valid(item_valid), .item_ready(item_ready), .item_abort(item_abort), .item_op(item_op),
        .item_queue(item_queue), .item_num(item_num), .item_sop(item_sop), .item_eop(item_eop),
        .item_attr(item_attr), .item_len(item_len), .item_user(item_user), .item_host(item_host),
        .free_word(free_word), .entry_free(entry_free),
        .start_valid(start_valid), .start_ready(start_ready),
        .read_valid(read_valid), .read_ready(read_ready), .read_entry(read_entry),
        .read_queue(read_queue), .read_num(read_num), .read_addr(read_addr), .read_bytes(read_bytes),
        .read_place(place), .read_attr(read_attr),
        .note_valid(note_valid), .note_entry(note_entry), .note_none(note_none), .note_abort(note_abort),
        .note_sop(note_sop), .note_eop(note_eop), .note_last(note_last), .note_op(note_op),
        .note_queue(note_queue), .note_user(note_user), .note_bytes(note_bytes)
    );

    // ---- the ring, written as card memory ----
    wire              aw_valid, aw_ready, w_valid, w_ready, w_last, b_ready;
    wire [63:0]       aw_addr;
    wire [7:0]        unused_len;
    wire [DATA_W-1:0] w_data;
    wire [DATA_W/8-1:0] w_strb;
    wire              wrote_valid, wrote_ready;
    wire [OP_W-1:0]   wrote_op;
    wire [23:0]       wrote_offset;
    wire [12:0]       wrote_bytes;
    wire [6:0]        wrote_status;
    cw_card_wr #(.DATA_W(DATA_W), .OP_W(OP_W)) u_wr (
        .clk(clk), .rst(rst), .idle(wr_idle), .empty(wr_empty),
        .card_valid(card_valid), .card_ready(card_ready), .card_sop(card_sop),
        .card_eop(card_eop), .card_data(card_data), .card_skip(card_skip), .card_addr(card_addr),
        .card_bytes(card_bytes), .card_op(card_op), .card_offset(card_offset),
        .wrote_valid(wrote_valid), .wrote_ready(wrote_ready), .wrote_op(wrote_op),
        .wrote_offset(wrote_offset), .wrote_bytes(wrote_bytes), .wrote_status(wrote_status),
        .axi_awvalid(aw_valid), .axi_awready(aw_ready), .axi_awaddr(aw_addr), .axi_awlen(unused_len),
        .axi_wvalid(w_valid), .axi_wready(w_ready), .axi_wdata(w_data), .axi_wstrb(w_strb),
        .axi_wlast(w_last), .axi_bvalid(b_q), .axi_bready(b_ready), .axi_bresp(2'd0)
    );

    reg               aw_q, b_q;       // a burst is open; its response waits
    reg  [WW-1:0]     aw_word_q;
    wire              w_take = w_valid && w_ready;
    wire              word_en;
    wire [WW-1:0]     word_addr;
    wire [DATA_W-1:0] word_data;
    assign w_ready  = aw_q && (!b_q || b_ready);
    assign aw_ready = !aw_q || (w_take && w_last);
    cw_ram_be #(.W(DATA_W), .DEPTH(WORD_N)) u_ring (
        .clk(clk), .wr_en(w_take), .wr_addr(aw_word_q), .wr_data(w_data), .wr_strb(w_strb),
        .rd_en(word_en), .rd_addr(word_addr), .rd_data(word_data)
    );
    always @(posedge clk) begin
        if (b_ready)
            b_q <= 1'b0;
        if (w_take) begin
            aw_word_q <= aw_word_q + 1'b1;
            if (w_last) begin
                aw_q <= 1'b0;
                b_q  <= 1'b1;
            end
        end
        if (aw_valid && aw_ready) begin
            aw_q      <= 1'b1;
            aw_word_q <= aw_addr[LANE_W +: WW];
        end
        if (rst) begin
            aw_q <= 1'b0;
            b_q  <= 1'b0;
        end
    end

    // ---- every byte of a read accounted for ----
    wire            ended_valid;
    wire [OP_W-1:0] ended_entry;
    wire [6:0]      ended_status;
    wire [23:0]     ended_good;
    cw_h2c_track #(.OP_N(1 << OP_W), .OP_W(OP_W)) u_track (
        .clk(clk), .rst(rst), .idle(track_idle), .empty(track_empty),
        .start_valid(start_valid), .start_ready(start_ready), .start_op(read_entry),
        .start_len({11'd0, read_bytes}),
        .wrote_valid(wrote_valid), .wrote_ready(wrote_ready), .wrote_op(wrote_op),
        .wrote_offset(wrote_offset), .wrote_bytes(wrote_bytes), .wrote_status(wrote_status),
        .failed_valid(failed_valid), .failed_ready(failed_ready), .failed_op(failed_op),
        .failed_offset(failed_offset), .failed_bytes(failed_bytes), .failed_status(failed_status),
        .h2c_done_valid(ended_valid), .h2c_done_ready(1'b1), .h2c_done_op(ended_entry),
        .h2c_done_status(ended_status), .h2c_done_bytes(ended_good)
    );

    wire            part_valid, part_ready, part_run, part_abort, part_eop, part_last;
    wire            unused_none, unused_sop;
    wire [OP_W-1:0] part_op;
    wire [10:0]     part_queue;
    wire [35:0]     part_user;
    wire [12:0]     part_bytes, part_good;
    wire [6:0]      part_status;
    cw_h2s_order #(.QUEUE_N(QUEUE_N), .OP_W(OP_W)) u_order (
        .clk(clk), .rst(rst), .idle(order_idle),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
        .note_valid(note_valid), .note_entry(note_entry), .note_none(note_none), .note_abort(note_abort),
        .note_sop(note_sop), .note_eop(note_eop), .note_last(note_last), .note_op(note_op),
        .note_queue(note_queue), .note_user(note_user), .note_bytes(note_bytes), .entry_free(entry_free),
        .ended_valid(ended_valid), .ended_entry(ended_entry), .ended_status(ended_status),
        .ended_good(ended_good[12:0]),
        .part_valid(part_valid), .part_ready(part_ready), .part_run(part_run), .part_none(unused_none),
        .part_abort(part_abort), .part_sop(unused_sop), .part_eop(part_eop), .part_last(part_last),
        .part_op(part_op), .part_queue(part_queue), .part_user(part_user), .part_bytes(part_bytes),
        .part_good(part_good), .part_status(part_status)
    );

    cw_h2s_out #(.DATA_W(DATA_W), .WORD_N(WORD_N), .OP_W(OP_W)) u_out (
        .clk(clk), .rst(rst), .link_rst(link_rst), .idle(out_idle), .empty(out_empty),
        .part_valid(part_valid), .part_ready(part_ready), .part_run(part_run), .part_abort(part_abort),
        .part_eop(part_eop), .part_last(part_last), .part_op(part_op), .part_queue(part_queue),
        .part_user(part_user), .part_bytes(part_bytes), .part_good(part_good), .part_status(part_status),
        .word_en(word_en), .word_addr(word_addr), .word_data(word_data), .free_word(free_word),
        .refund_valid(refund_valid), .refund_ready(refund_ready), .refund_queue(refund_queue),
        .done_valid(done_valid), .done_ready(done_ready), .done_op(done_op), .done_status(done_status),
        .done_bytes(done_bytes),
        .h2s_valid(h2s_valid), .h2s_ready(h2s_ready), .h2s_data(h2s_data), .h2s_keep(h2s_keep),
        .h2s_first(h2s_first), .h2s_last(h2s_last), .h2s_err(h2s_err), .h2s_queue(h2s_queue),
        .h2s_user(h2s_user), .stat_pkt(stat_pkt)
    );

    assign stat_valid = wrote_valid && wrote_ready;
    assign stat_bytes = wrote_bytes;
    wire unused = &{1'b0, ended_good[23:13], aw_addr, unused_room_queue};
endmodule

`default_nettype wire
