// SPDX-License-Identifier: BSD-2-Clause
//
// The streams of a card, between the read path and the write path. Purely structural:
// cw_h2s and cw_s2h, and where they share what there is once: operations (with the
// memory-mapped descriptors, whose requests pass through), dones, and what the
// descriptor scheduler is told.
`default_nettype none

module cw_stream #(
    parameter DATA_W  = 256,
    parameter QUEUE_N = 64,
    parameter SLOT_N  = 32,
    parameter MORE_N  = 8,
    parameter OP_W    = 8,
    parameter ENTRY_W = 130
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 link_rst,
    output wire                 idle,
    output wire                 empty,
    input  wire [3:0]           rd_log2,
    input  wire [2:0]           fn_mps,

    input  wire                 qcfg_valid,
    input  wire [1:0]           qcfg_op,
    input  wire [10:0]          qcfg_queue,
    input  wire [4:0]           qcfg_reg,
    input  wire [31:0]          qcfg_data,

    input  wire                 kick_valid,    // strobe: an accepted producer index
    input  wire [10:0]          kick_queue,
    input  wire [31:0]          kick_producer,
    // fetched descriptors of stream queues; places for MORE_N more
    input  wire                 st_desc_valid,
    output wire                 st_desc_ready,
    input  wire                 st_desc_c2h,
    input  wire [10:0]          st_desc_queue,
    input  wire [ENTRY_W-1:0]   st_desc_entry,
    output wire                 more_valid,
    input  wire                 more_ready,
    output wire [10:0]          more_queue,

    // operations: of memory-mapped descriptors, and all
    input  wire                 mm_alloc_valid,
    output wire                 mm_alloc_ready,
    input  wire [10:0]          mm_alloc_queue,
    input  wire [31:0]          mm_alloc_num,
    input  wire                 mm_alloc_irq,
    output wire                 op_alloc_valid,
    input  wire                 op_alloc_ready,
    input  wire [OP_W-1:0]      op_alloc_id,
    output wire [10:0]          op_alloc_queue,
    output wire [31:0]          op_alloc_num,
    output wire                 op_alloc_irq,
    output wire                 st_done_valid,
    input  wire                 st_done_ready,
    output wire [OP_W-1:0]      st_done_op,
    output wire [6:0]           st_done_status,
    output wire [23:0]          st_done_bytes,
    output wire [1:0]           st_done_kind,
    output wire [39:0]          st_done_info,  // {it is to be in the record, TRUNC, EOP, SOP, user word}

    output wire                 st_rd_valid,
    input  wire                 st_rd_ready,
    output wire [OP_W-1:0]      st_rd_op,      // the entry
    output wire [10:0]          st_rd_queue,
    output wire [31:0]          st_rd_num,
    output wire [63:0]          st_rd_addr,
    output wire [12:0]          st_rd_bytes,
    output wire [63:0]          st_rd_card,
    output wire [1:0]           st_rd_attr,
    input  wire                 st_card_valid,
    output wire                 st_card_ready,
    input  wire                 card_sop,
    input  wire                 card_eop,
    input  wire [DATA_W-1:0]    card_data,
    input  wire [1:0]           card_skip,
    input  wire [63:0]          card_addr,
    input  wire [12:0]          card_bytes,
    input  wire [OP_W-1:0]      card_op,
    input  wire [23:0]          card_offset,
    input  wire                 st_failed_valid,
    output wire                 st_failed_ready,
    input  wire [OP_W-1:0]      failed_op,
    input  wire [23:0]          failed_offset,
    input  wire [12:0]          failed_bytes,
    input  wire [6:0]           failed_status,

    output wire                 st_tx_valid,
    input  wire                 st_tx_ready,
    output wire                 st_tx_eop,
    output wire [127:0]         st_tx_hdr,
    output wire [DATA_W-1:0]    st_tx_data,
    output wire [DATA_W/8-1:0]  st_tx_strb,
    output wire [DATA_W/32-1:0] st_tx_keep,
    output wire [10:0]          st_tx_queue,
    output wire [31:0]          st_tx_num,

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

    output wire [29:0]          stat,          // CW_COUNTER_N bits
    output wire [12:0]          stat_h2c_bytes,
    output wire [12:0]          stat_c2h_bytes
);
    `include "cw_regs.vh"

    localparam ALLOC_W = 11 + 32 + 1;
    localparam DONE_W  = OP_W + 7 + 24 + 2 + 40;

    wire h2s_idle, h2s_empty, s2h_idle, s2h_empty;
    wire stat_drop, stat_trunc, h2s_pkt, s2h_pkt, h2s_bytes, s2h_bytes;
    assign idle  = h2s_idle && s2h_idle;
    assign empty = h2s_empty && s2h_empty;
    assign stat  = ({29'd0, stat_drop} << CW_COUNTER_S2H_DROP) | ({29'd0, stat_trunc} << CW_COUNTER_S2H_TRUNC) |
                   ({29'd0, h2s_pkt} << CW_COUNTER_H2S_PKT) | ({29'd0, s2h_pkt} << CW_COUNTER_S2H_PKT) |
                   ({29'd0, h2s_bytes} << CW_COUNTER_H2C_BYTES) | ({29'd0, s2h_bytes} << CW_COUNTER_C2H_BYTES);

    wire [1:0]  desc_ready;
    assign st_desc_ready = desc_ready[st_desc_c2h];

    // ---- shared, H2C in [0], C2H in [1] ----
    wire [1:0]  more_v, more_r, alloc_v, alloc_r, end_v, end_r, done_v, done_r;
    wire [10:0] more_q [0:1];
    wire [10:0] alloc_q [0:1];
    wire [31:0] alloc_n [0:1];
    wire [1:0]  alloc_i;
    wire [OP_W-1:0] end_op [0:1];
    wire [6:0]  end_status [0:1];
    wire [1:0]  end_kind [0:1];
    wire [OP_W-1:0] done_op [0:1];
    wire [6:0]  h2s_status;
    wire [23:0] done_bytes [0:1];
    wire [38:0] s2h_info;
    wire        unused_more_last, unused_alloc_last, unused_done_last, unused_more_side;
    wire [1:0]  unused_alloc_side, unused_done_side;

    stream_arb #(.W(11), .N(2)) u_more (
        .clk(clk), .rst(rst), .in_valid(more_v), .in_ready(more_r), .in_data({more_q[1], more_q[0]}),
        .in_last(2'b11), .out_valid(more_valid), .out_ready(more_ready), .out_data(more_queue),
        .out_last(unused_more_last), .out_source(unused_more_side)
    );
    stream_arb #(.W(ALLOC_W), .N(3)) u_alloc (
        .clk(clk), .rst(rst), .in_valid({alloc_v, mm_alloc_valid}), .in_ready({alloc_r, mm_alloc_ready}),
        .in_data({alloc_q[1], alloc_n[1], alloc_i[1], alloc_q[0], alloc_n[0], alloc_i[0],
                  mm_alloc_queue, mm_alloc_num, mm_alloc_irq}),
        .in_last(3'b111), .out_valid(op_alloc_valid), .out_ready(op_alloc_ready),
        .out_data({op_alloc_queue, op_alloc_num, op_alloc_irq}), .out_last(unused_alloc_last),
        .out_source(unused_alloc_side)
    );
    stream_arb #(.W(DONE_W), .N(4)) u_done (
        .clk(clk), .rst(rst), .in_valid({end_v, done_v}), .in_ready({end_r, done_r}),
        .in_data({end_op[1], end_status[1], 24'd0, end_kind[1], 40'd0,
                  end_op[0], end_status[0], 24'd0, end_kind[0], 40'd0,
                  done_op[1], 7'd0, done_bytes[1], 2'd0, 1'b1, s2h_info,
                  done_op[0], h2s_status, done_bytes[0], 2'd0, 40'd0}),
        .in_last(4'b1111), .out_valid(st_done_valid), .out_ready(st_done_ready),
        .out_data({st_done_op, st_done_status, st_done_bytes, st_done_kind, st_done_info}),
        .out_last(unused_done_last), .out_source(unused_done_side)
    );

    cw_h2s #(
        .DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .SLOT_N(SLOT_N), .MORE_N(MORE_N), .OP_W(OP_W), .ENTRY_W(ENTRY_W)
    ) u_h2s (
        .clk(clk), .rst(rst), .link_rst(link_rst), .idle(h2s_idle), .empty(h2s_empty), .rd_log2(rd_log2),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue), .qcfg_reg(qcfg_reg),
        .qcfg_data(qcfg_data),
        .desc_valid(st_desc_valid && !st_desc_c2h), .desc_ready(desc_ready[0]), .desc_queue(st_desc_queue),
        .desc_entry(st_desc_entry), .more_valid(more_v[0]), .more_ready(more_r[0]), .more_queue(more_q[0]),
        .alloc_valid(alloc_v[0]), .alloc_ready(alloc_r[0]), .alloc_id(op_alloc_id), .alloc_queue(alloc_q[0]),
        .alloc_num(alloc_n[0]), .alloc_irq(alloc_i[0]),
        .end_done_valid(end_v[0]), .end_done_ready(end_r[0]), .end_done_op(end_op[0]),
        .end_done_status(end_status[0]), .end_done_kind(end_kind[0]),
        .done_valid(done_v[0]), .done_ready(done_r[0]), .done_op(done_op[0]), .done_status(h2s_status),
        .done_bytes(done_bytes[0]),
        .read_valid(st_rd_valid), .read_ready(st_rd_ready), .read_entry(st_rd_op), .read_queue(st_rd_queue),
        .read_num(st_rd_num), .read_addr(st_rd_addr), .read_bytes(st_rd_bytes), .read_place(st_rd_card),
        .read_attr(st_rd_attr),
        .card_valid(st_card_valid), .card_ready(st_card_ready), .card_sop(card_sop), .card_eop(card_eop),
        .card_data(card_data), .card_skip(card_skip), .card_addr(card_addr), .card_bytes(card_bytes),
        .card_op(card_op), .card_offset(card_offset),
        .failed_valid(st_failed_valid), .failed_ready(st_failed_ready), .failed_op(failed_op),
        .failed_offset(failed_offset), .failed_bytes(failed_bytes), .failed_status(failed_status),
        .h2s_valid(h2s_valid), .h2s_ready(h2s_ready), .h2s_data(h2s_data), .h2s_keep(h2s_keep),
        .h2s_first(h2s_first), .h2s_last(h2s_last), .h2s_err(h2s_err), .h2s_queue(h2s_queue),
        .h2s_user(h2s_user), .h2s_credit_valid(h2s_credit_valid), .h2s_credit_ready(h2s_credit_ready),
        .h2s_credit_queue(h2s_credit_queue), .h2s_credit_n(h2s_credit_n),
        .stat_pkt(h2s_pkt), .stat_valid(h2s_bytes), .stat_bytes(stat_h2c_bytes)
    );

    cw_s2h #(
        .DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .SLOT_N(SLOT_N), .MORE_N(MORE_N), .OP_W(OP_W), .ENTRY_W(ENTRY_W)
    ) u_s2h (
        .clk(clk), .rst(rst), .link_rst(link_rst), .idle(s2h_idle), .empty(s2h_empty),
        .fn_mps(fn_mps),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue), .qcfg_reg(qcfg_reg),
        .qcfg_data(qcfg_data),
        .kick_valid(kick_valid), .kick_queue(kick_queue), .kick_producer(kick_producer),
        .desc_valid(st_desc_valid && st_desc_c2h), .desc_ready(desc_ready[1]), .desc_queue(st_desc_queue),
        .desc_entry(st_desc_entry), .more_valid(more_v[1]), .more_ready(more_r[1]), .more_queue(more_q[1]),
        .alloc_valid(alloc_v[1]), .alloc_ready(alloc_r[1]), .alloc_id(op_alloc_id), .alloc_queue(alloc_q[1]),
        .alloc_num(alloc_n[1]), .alloc_irq(alloc_i[1]),
        .end_done_valid(end_v[1]), .end_done_ready(end_r[1]), .end_done_op(end_op[1]),
        .end_done_status(end_status[1]), .end_done_kind(end_kind[1]),
        .done_valid(done_v[1]), .done_ready(done_r[1]), .done_op(done_op[1]), .done_bytes(done_bytes[1]),
        .done_info(s2h_info),
        .tx_valid(st_tx_valid), .tx_ready(st_tx_ready), .tx_eop(st_tx_eop), .tx_hdr(st_tx_hdr),
        .tx_data(st_tx_data), .tx_strb(st_tx_strb), .tx_keep(st_tx_keep),
        .tx_queue(st_tx_queue), .tx_num(st_tx_num),
        .s2h_valid(s2h_valid), .s2h_ready(s2h_ready), .s2h_data(s2h_data), .s2h_keep(s2h_keep),
        .s2h_last(s2h_last), .s2h_err(s2h_err), .s2h_queue(s2h_queue), .s2h_user(s2h_user),
        .s2h_room_valid(s2h_room_valid), .s2h_room_queue(s2h_room_queue), .s2h_room_n(s2h_room_n),
        .s2h_end_valid(s2h_end_valid), .s2h_end_queue(s2h_end_queue), .s2h_end_drop(s2h_end_drop),
        .s2h_end_cut(s2h_end_cut),
        .stat_drop(stat_drop), .stat_trunc(stat_trunc), .stat_pkt(s2h_pkt), .stat_valid(s2h_bytes),
        .stat_bytes(stat_c2h_bytes)
    );
endmodule

`default_nettype wire
