// SPDX-License-Identifier: BSD-2-Clause
//
// Card-to-host streams. Purely structural:
//
//   s2h -> cw_s2h_in -- seg -> cw_s2h_plan -- part -> cw_s2h_fill -> done
//    |                         ^ ask, answer           ^  | move
//    |               desc -> cw_st_park -> cw_st_issue -'  |
//    '------ data ----------> ring <-- read -- cw_c2h <----' -> tx
//
// The ring is card memory to cw_c2h, which makes write TLPs of it as of any memory.
`default_nettype none

module cw_s2h #(
    parameter DATA_W  = 256,
    parameter QUEUE_N = 64,
    parameter SLOT_N  = 32,
    parameter MORE_N  = 8,
    parameter WORD_N  = DATA_W > 128 ? 512 : 1024, // words of the ring
    parameter OP_W    = 8,
    parameter ENTRY_W = 130
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 link_rst,
    output wire                 idle,
    output wire                 empty,
    input  wire [2:0]           fn_mps,

    input  wire                 qcfg_valid,
    input  wire [1:0]           qcfg_op,
    input  wire [10:0]          qcfg_queue,
    input  wire [4:0]           qcfg_reg,
    input  wire [31:0]          qcfg_data,

    input  wire                 kick_valid,     // strobe: an accepted producer index
    input  wire [10:0]          kick_queue,
    input  wire [31:0]          kick_producer,
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
    output wire [23:0]          done_bytes,
    output wire [38:0]          done_info,

    output wire                 tx_valid,
    input  wire                 tx_ready,
    output wire                 tx_eop,
    output wire [127:0]         tx_hdr,
    output wire [DATA_W-1:0]    tx_data,
    output wire [DATA_W/8-1:0]  tx_strb,
    output wire [DATA_W/32-1:0] tx_keep,
    output wire [10:0]          tx_queue,
    output wire [31:0]          tx_num,

    input  wire                 s2h_valid,
    output wire                 s2h_ready,
    input  wire [DATA_W-1:0]    s2h_data,
    input  wire [DATA_W/8-1:0]  s2h_keep,
    input  wire                 s2h_last,
    input  wire                 s2h_err,
    input  wire [10:0]          s2h_queue,
    input  wire [35:0]          s2h_user,
    output wire                 s2h_room_valid,
    output wire [10:0]          s2h_room_queue,
    output wire [7:0]           s2h_room_n,
    output wire                 s2h_end_valid,
    output wire [10:0]          s2h_end_queue,
    output wire                 s2h_end_drop,
    output wire                 s2h_end_cut,

    output wire                 stat_drop,
    output wire                 stat_trunc,
    output wire                 stat_pkt,
    output wire                 stat_valid,     // a TLP was accepted
    output wire [12:0]          stat_bytes
);
    localparam WW     = $clog2(WORD_N);
    localparam LANE_W = $clog2(DATA_W / 8);

    wire park_idle, park_empty, issue_idle, issue_empty, in_idle, plan_idle, plan_empty, fill_idle, fill_empty,
         c2h_busy, c2h_moving;
    assign idle  = park_idle && issue_idle && in_idle && plan_idle && fill_idle && !c2h_moving && !ring_moving;
    assign empty = park_empty && issue_empty && plan_empty && fill_empty && !c2h_busy;

    // ---- buffers ----
    wire               pop_valid, pop_ready, pop_has, pop_cut, pop_abort;
    wire [10:0]        pop_queue;
    wire [31:0]        pop_num;
    wire [ENTRY_W-1:0] pop_entry;
    wire               ask_valid, ask_ready, answer_valid, answer_have, answer_stall;
    wire [10:0]        ask_queue;
    wire [23:0]        answer_len;
    wire               unused_credit, unused_refund;
    cw_st_park #(.QUEUE_N(QUEUE_N), .SLOT_N(SLOT_N), .MORE_N(MORE_N), .C2H(1), .ENTRY_W(ENTRY_W)) u_park (
        .clk(clk), .rst(rst), .idle(park_idle), .empty(park_empty),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue), .qcfg_reg(qcfg_reg),
        .qcfg_data(qcfg_data),
        .in_valid(desc_valid), .in_ready(desc_ready), .in_queue(desc_queue), .in_entry(desc_entry),
        .in_end(desc_entry[ENTRY_W-1]), .in_eop(1'b0),
        .credit_valid(1'b0), .credit_ready(unused_credit), .credit_queue(11'd0), .credit_n(8'd0),
        .refund_valid(1'b0), .refund_ready(unused_refund), .refund_queue(11'd0),
        .kick_valid(kick_valid), .kick_queue(kick_queue), .kick_producer(kick_producer),
        .ask_valid(ask_valid), .ask_ready(ask_ready), .ask_queue(ask_queue),
        .answer_valid(answer_valid), .answer_have(answer_have), .answer_stall(answer_stall),
        .answer_len(answer_len), .more_valid(more_valid), .more_ready(more_ready), .more_queue(more_queue),
        .room_valid(s2h_room_valid), .room_queue(s2h_room_queue), .room_n(s2h_room_n),
        .out_valid(pop_valid), .out_ready(pop_ready), .out_queue(pop_queue), .out_num(pop_num),
        .out_has(pop_has), .out_cut(pop_cut), .out_abort(pop_abort), .out_entry(pop_entry)
    );

    wire            item_valid, item_ready, unused_abort, unused_sop, unused_eop;
    wire [OP_W-1:0] item_op;
    wire [10:0]     unused_queue;
    wire [31:0]     item_num;
    wire [1:0]      item_attr;
    wire [23:0]     unused_item_len;
    wire [35:0]     unused_user;
    wire [63:0]     item_host;
    cw_st_issue #(.OP_W(OP_W), .ENTRY_W(ENTRY_W)) u_issue (
        .clk(clk), .rst(rst), .idle(issue_idle), .empty(issue_empty),
        .in_valid(pop_valid), .in_ready(pop_ready), .in_queue(pop_queue), .in_num(pop_num),
        .in_has(pop_has), .in_cut(pop_cut), .in_abort(pop_abort), .in_entry(pop_entry),
        .alloc_valid(alloc_valid), .alloc_ready(alloc_ready), .alloc_id(alloc_id),
        .alloc_queue(alloc_queue), .alloc_num(alloc_num), .alloc_irq(alloc_irq),
        .end_done_valid(end_done_valid), .end_done_ready(end_done_ready), .end_done_op(end_done_op),
        .end_done_status(end_done_status), .end_done_kind(end_done_kind),
        .item_valid(item_valid), .item_ready(item_ready), .item_abort(unused_abort), .item_op(item_op),
        .item_queue(unused_queue), .item_num(item_num), .item_sop(unused_sop), .item_eop(unused_eop),
        .item_attr(item_attr), .item_len(unused_item_len), .item_user(unused_user), .item_host(item_host)
    );

    // ---- packets ----
    wire            word_en, seg_valid, seg_ready, seg_eop, seg_err, cut_in, trunc;
    wire [WW-1:0]   word_addr;
    wire [WW:0]     free_word;
    wire [10:0]     seg_queue;
    wire [35:0]     seg_user;
    wire [12:0]     seg_bytes;
    cw_s2h_in #(.DATA_W(DATA_W), .WORD_N(WORD_N)) u_in (
        .clk(clk), .rst(rst), .link_rst(link_rst), .idle(in_idle),
        .s2h_valid(s2h_valid), .s2h_ready(s2h_ready), .s2h_keep(s2h_keep), .s2h_last(s2h_last),
        .s2h_err(s2h_err), .s2h_queue(s2h_queue), .s2h_user(s2h_user),
        .word_en(word_en), .word_addr(word_addr), .free_word(free_word),
        .seg_valid(seg_valid), .seg_ready(seg_ready), .seg_eop(seg_eop), .seg_err(seg_err),
        .seg_queue(seg_queue), .seg_user(seg_user), .seg_bytes(seg_bytes), .stat_cut(cut_in)
    );

    wire            part_valid, part_ready, part_open, part_close, part_bad, part_eop, part_sop;
    wire [12:0]     part_bytes, part_words;
    wire [35:0]     part_user;
    wire [10:0]     part_queue;
    cw_s2h_plan #(.DATA_W(DATA_W)) u_plan (
        .clk(clk), .rst(rst), .idle(plan_idle), .empty(plan_empty),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
        .seg_valid(seg_valid), .seg_ready(seg_ready), .seg_eop(seg_eop), .seg_err(seg_err),
        .seg_queue(seg_queue), .seg_user(seg_user), .seg_bytes(seg_bytes),
        .ask_valid(ask_valid), .ask_ready(ask_ready), .ask_queue(ask_queue), .answer_valid(answer_valid),
        .answer_have(answer_have), .answer_stall(answer_stall), .answer_len(answer_len),
        .room_valid(s2h_room_valid), .room_queue(s2h_room_queue),
        .part_valid(part_valid), .part_ready(part_ready), .part_open(part_open), .part_bytes(part_bytes),
        .part_close(part_close), .part_bad(part_bad), .part_eop(part_eop), .part_sop(part_sop),
        .part_user(part_user), .part_queue(part_queue), .part_words(part_words),
        .end_valid(s2h_end_valid), .end_queue(s2h_end_queue), .end_drop(s2h_end_drop),
        .end_cut(s2h_end_cut), .stat_drop(stat_drop), .stat_trunc(trunc), .stat_pkt(stat_pkt)
    );

    wire            move_valid, move_ready, moved_valid, moved_ready;
    wire [OP_W-1:0] move_op, unused_op;
    wire [10:0]     move_queue;
    wire [31:0]     move_num;
    wire [63:0]     move_host, move_place;
    wire [23:0]     move_len, unused_bytes;
    wire [1:0]      move_attr;
    wire [6:0]      unused_status;
    wire            unused_error;
    cw_s2h_fill #(.DATA_W(DATA_W), .WORD_N(WORD_N), .OP_W(OP_W)) u_fill (
        .clk(clk), .rst(rst), .idle(fill_idle), .empty(fill_empty), .free_word(free_word),
        .part_valid(part_valid), .part_ready(part_ready), .part_open(part_open), .part_bytes(part_bytes),
        .part_close(part_close), .part_bad(part_bad), .part_eop(part_eop), .part_sop(part_sop),
        .part_user(part_user), .part_queue(part_queue), .part_words(part_words),
        .item_valid(item_valid), .item_ready(item_ready), .item_op(item_op), .item_num(item_num),
        .item_attr(item_attr), .item_host(item_host),
        .move_valid(move_valid), .move_ready(move_ready), .move_op(move_op), .move_queue(move_queue),
        .move_num(move_num), .move_host(move_host), .move_place(move_place), .move_len(move_len),
        .move_attr(move_attr), .moved_valid(moved_valid), .moved_ready(moved_ready),
        .done_valid(done_valid), .done_ready(done_ready), .done_op(done_op), .done_bytes(done_bytes),
        .done_info(done_info)
    );
    assign stat_trunc = trunc || cut_in;

    // ---- from the ring to TLPs ----
    wire              ar_valid, ar_ready, r_ready;
    wire [63:0]       ar_addr;
    wire [7:0]        ar_len;
    wire [DATA_W-1:0] r_data;
    reg               r_q;
    cw_c2h #(.DATA_W(DATA_W), .OP_W(OP_W), .WORD_N(DATA_W > 128 ? 512 : 1024)) u_c2h (
        .clk(clk), .rst(rst), .busy(c2h_busy), .moving(c2h_moving), .fn_mps(fn_mps),
        .c2h_valid(move_valid), .c2h_ready(move_ready), .c2h_op(move_op), .c2h_queue(move_queue),
        .c2h_num(move_num), .c2h_host_addr(move_host), .c2h_card_addr(move_place),
        .c2h_len(move_len), .c2h_attr(move_attr),
        .tx_valid(tx_valid), .tx_ready(tx_ready), .tx_eop(tx_eop), .tx_hdr(tx_hdr), .tx_data(tx_data),
        .tx_strb(tx_strb), .tx_keep(tx_keep), .tx_queue(tx_queue), .tx_num(tx_num),
        .done_valid(moved_valid), .done_ready(moved_ready), .done_op(unused_op),
        .done_status(unused_status), .done_bytes(unused_bytes),
        .stat_valid(stat_valid), .stat_bytes(stat_bytes), .axi_error(unused_error),
        .axi_arvalid(ar_valid), .axi_arready(ar_ready), .axi_araddr(ar_addr), .axi_arlen(ar_len),
        .axi_rvalid(r_q), .axi_rready(r_ready), .axi_rdata(r_data), .axi_rresp(2'd0), .axi_rlast(1'b1)
    );

    reg           ar_q;                // a burst is being read
    reg  [7:0]    left_q;
    reg  [WW-1:0] rd_word_q;
    wire          step = !r_q || r_ready;
    wire          last = left_q == 8'd0;
    wire          ring_moving = (ar_q && step) || (r_q && r_ready) || (ar_valid && ar_ready);
    assign ar_ready = !ar_q || (step && last);
    cw_ram #(.W(DATA_W), .DEPTH(WORD_N)) u_ring (
        .clk(clk), .wr_en(word_en), .wr_addr(word_addr), .wr_data(s2h_data),
        .rd_en(ar_q && step), .rd_addr(rd_word_q), .rd_data(r_data)
    );
    always @(posedge clk) begin
        if (step) begin
            r_q       <= ar_q;
            rd_word_q <= rd_word_q + 1'b1;
            left_q    <= left_q - 8'd1;
            if (last)
                ar_q <= 1'b0;
        end
        if (ar_valid && ar_ready) begin
            ar_q      <= 1'b1;
            rd_word_q <= ar_addr[LANE_W +: WW];
            left_q    <= ar_len;
        end
        if (rst) begin
            ar_q <= 1'b0;
            r_q  <= 1'b0;
        end
    end
    wire unused = &{1'b0, ar_addr};
endmodule

`default_nettype wire
