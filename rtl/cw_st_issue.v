// SPDX-License-Identifier: BSD-2-Clause
//
// Gives each descriptor that leaves cw_st_park its operation. Those that end without
// moving data are done at once (`end_done`); the others, and the abort of a packet, go
// on as `item`, in order.
//
// An entry is {end, SOP, EOP, IRQ, relaxed ordering, no-snoop, length, user word, host
// address}; with `end`, the host address is {status, kind} (cw_op_table).
//
// A descriptor a cycle, one cycle of latency.
`default_nettype none

module cw_st_issue #(
    parameter OP_W    = 8,
    parameter ENTRY_W = 130
) (
    input  wire               clk,
    input  wire               rst,
    output wire               idle,
    output wire               empty,

    input  wire               in_valid,
    output wire               in_ready,
    input  wire [10:0]        in_queue,
    input  wire [31:0]        in_num,
    input  wire               in_has,
    input  wire               in_cut,
    input  wire               in_abort,
    input  wire [ENTRY_W-1:0] in_entry,

    output wire               alloc_valid,
    input  wire               alloc_ready,
    input  wire [OP_W-1:0]    alloc_id,
    output wire [10:0]        alloc_queue,
    output wire [31:0]        alloc_num,
    output wire               alloc_irq,

    output wire               end_done_valid,
    input  wire               end_done_ready,
    output wire [OP_W-1:0]    end_done_op,
    output wire [6:0]         end_done_status,
    output wire [1:0]         end_done_kind,

    output wire               item_valid,
    input  wire               item_ready,
    output wire               item_abort,    // nothing else in it
    output wire [OP_W-1:0]    item_op,
    output wire [10:0]        item_queue,
    output wire [31:0]        item_num,
    output wire               item_sop,
    output wire               item_eop,
    output wire [1:0]         item_attr,
    output wire [23:0]        item_len,
    output wire [35:0]        item_user,
    output wire [63:0]        item_host
);
    wire        is_end, sop, eop, irq;
    wire [1:0]  attr;
    wire [23:0] len;
    wire [35:0] user;
    wire [63:0] host;
    assign {is_end, sop, eop, irq, attr, len, user, host} = in_entry;

    wire ends    = in_has && (in_cut || is_end);
    wire goes_on = in_abort || !ends;
    wire end_room, item_room;
    wire room    = (!ends || end_room) && (!goes_on || item_room);
    wire go      = in_valid && room && (!in_has || alloc_ready);
    wire [2:0] unused_end, unused_item;

    assign alloc_valid = in_valid && in_has && room;
    assign alloc_queue = in_queue;
    assign alloc_num   = in_num;
    assign alloc_irq   = !ends && irq;
    assign in_ready    = go;

    stream_fifo #(.W(OP_W + 9), .DEPTH(4)) u_end (
        .clk(clk), .rst(rst), .in_valid(go && ends), .in_ready(end_room),
        .in_data({alloc_id, in_cut ? 9'd1 : host[8:0]}),
        .out_valid(end_done_valid), .out_ready(end_done_ready),
        .out_data({end_done_op, end_done_status, end_done_kind}), .count(unused_end)
    );
    stream_fifo #(.W(OP_W + 172), .DEPTH(4)) u_item (
        .clk(clk), .rst(rst), .in_valid(go && goes_on), .in_ready(item_room),
        .in_data({in_abort, alloc_id, in_queue, in_num, sop, eop, attr, len, user, host}),
        .out_valid(item_valid), .out_ready(item_ready),
        .out_data({item_abort, item_op, item_queue, item_num, item_sop, item_eop, item_attr, item_len,
                   item_user, item_host}), .count(unused_item)
    );

    assign idle  = !go && !(end_done_valid && end_done_ready) && !(item_valid && item_ready);
    assign empty = !in_valid && !end_done_valid && !item_valid;
endmodule

`default_nettype wire
