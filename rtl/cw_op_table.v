// SPDX-License-Identifier: BSD-2-Clause
//
// Operations in flight, one a descriptor. An operation is allocated in descriptor
// order of its queue, done in any order, and retired in order: it leaves on the
// `retire` stream when all earlier ones of its queue have.
//
// Operations of a queue are linked in order of number (tail per queue, link per
// operation); the first one is marked as the head. A done is noted; when it is of
// a head, a walk begins there: it retires the operation, goes on to the one linked
// behind while that is done already, and marks as the head the one that is not.
// Heads that are done wait for the walk in a queue. op_alloc_num must run from 0
// at ENABLE without a gap.
//
// An allocation, a done and a retirement each cycle. Done to retire: two cycles.
`default_nettype none

module cw_op_table #(
    parameter QUEUE_N = 64,
    parameter OP_N    = 256,
    parameter INFO_W  = 1         // what a done says beside and leaves with its operation
) (
    input  wire                    clk,
    input  wire                    rst,
    output wire                    moving,   // a register may change without a new input
    output wire [15:0]             ops_in_flight,

    input  wire                    qcfg_valid,
    input  wire [1:0]              qcfg_op,
    input  wire [10:0]             qcfg_queue,

    input  wire                    op_alloc_valid,
    output wire                    op_alloc_ready,
    output wire [$clog2(OP_N)-1:0] op_alloc_id,
    input  wire [10:0]             op_alloc_queue,
    input  wire [31:0]             op_alloc_num,
    input  wire                    op_alloc_irq,

    // kind: [0] no record, [1] halts the queue
    input  wire                    done_valid,
    output wire                    done_ready,
    input  wire [$clog2(OP_N)-1:0] done_op,
    input  wire [6:0]              done_status,
    input  wire [23:0]             done_bytes,
    input  wire [1:0]              done_kind,
    input  wire [INFO_W-1:0]       done_info,

    output wire                    retire_valid,
    input  wire                    retire_ready,
    output wire [10:0]             retire_queue,
    output wire [31:0]             retire_num,
    output wire                    retire_irq,
    output wire [6:0]              retire_status,
    output wire [23:0]             retire_bytes,
    output wire [1:0]              retire_kind,
    output wire [INFO_W-1:0]       retire_info,
    output wire                    retire_last  // when first offered, no later one of its queue was in flight
);
    localparam OP_W  = $clog2(OP_N);
    localparam Q_W   = $clog2(QUEUE_N);
    localparam RES_W = 33 + INFO_W;
    localparam [1:0] QCFG_ENABLE = 2'd1;

    reg  [OP_W:0]    used_q;        // operations in flight

    // ---- free operations: first each once by count, then as they come back ----
    reg  [OP_W:0]    fresh_q;
    wire             back_valid, back_idle;
    wire [OP_W-1:0]  back_id;
    wire             fresh  = !fresh_q[OP_W];
    wire             alloc  = op_alloc_valid && op_alloc_ready;
    wire             retire = retire_valid && retire_ready;
    reg  [OP_W-1:0]  walk_op_q;     // the operation that retires

    assign op_alloc_id    = fresh ? fresh_q[OP_W-1:0] : back_id;
    assign op_alloc_ready = fresh || back_valid;
    assign ops_in_flight  = {{(15 - OP_W){1'b0}}, used_q};

    stream_ram_fifo #(.W(OP_W), .DEPTH(OP_N)) u_free (
        .clk(clk), .rst(rst), .idle(back_idle), .in_valid(retire), .in_data(walk_op_q),
        .out_valid(back_valid), .out_ready(alloc && !fresh), .out_data(back_id)
    );

    // ---- an allocation, one cycle later: linked to the tail of its queue, or its head ----
    reg              new_q;
    reg  [OP_W-1:0]  new_op_q;
    reg  [Q_W-1:0]   new_queue_q;
    // Numbers as far as they can differ: by OP_N.
    reg  [OP_W:0]    new_num_q;
    wire [OP_W:0]    next_num;      // number of the queue that retires next
    wire [OP_W-1:0]  tail_op;       // in flight, unless that is the new one's
    wire             tail_live   = new_q && next_num != new_num_q;
    wire             tail_leaves = retire && tail_op == walk_op_q;
    wire             follows     = tail_live && !tail_leaves;

    // ---- a done, one cycle later ----
    reg              end_q;
    reg  [OP_W-1:0]  end_op_q;
    wire             starts;        // it is of a head
    assign done_ready = 1'b1;

    // ---- the walk: the operation at hand, and the one behind it ----
    reg              walk_q;
    reg              offered_q, last_q; // it waits; it was the last
    reg              late_q;        // it was linked when its link was read, or after
    reg  [OP_W-1:0]  late_op_q;
    wire [OP_W-1:0]  link_op;
    wire [OP_W-1:0]  behind  = late_q ? late_op_q : link_op;
    wire             linked, behind_done;
    wire             chain   = retire && linked && behind_done;
    wire             pass_on = retire && linked && !behind_done;
    wire             queued_valid, queued_idle;
    wire [OP_W-1:0]  queued_op;
    wire             free    = !walk_q || (retire && !chain);
    wire             begins  = free && (queued_valid || starts);
    wire             look    = chain || begins;
    wire [OP_W-1:0]  look_op = chain ? behind : queued_valid ? queued_op : end_op_q;

    wire             link_late = follows && tail_op == (look ? look_op : walk_op_q);
    wire             end_head;
    assign starts = end_q && (end_head || (pass_on && behind == end_op_q));

    stream_ram_fifo #(.W(OP_W), .DEPTH(OP_N)) u_queued (
        .clk(clk), .rst(rst), .idle(queued_idle), .in_valid(starts && !(free && !queued_valid)),
        .in_data(end_op_q), .out_valid(queued_valid), .out_ready(free), .out_data(queued_op)
    );

    // ---- of each operation: it has ended; a later one of the same queue follows; it is the first of its
    // queue, to be retired next ----
    cw_ram_2w #(.DEPTH(OP_N)) u_done (
        .clk(clk), .a_en(alloc), .a_addr(op_alloc_id), .a_data(1'b0),
        .b_en(end_q), .b_addr(end_op_q), .b_data(1'b1), .rd_addr(behind), .rd_data(behind_done)
    );
    cw_ram_2w #(.DEPTH(OP_N)) u_linked (
        .clk(clk), .a_en(alloc), .a_addr(op_alloc_id), .a_data(1'b0),
        .b_en(follows), .b_addr(tail_op), .b_data(1'b1), .rd_addr(walk_op_q), .rd_data(linked)
    );
    cw_ram_2w #(.DEPTH(OP_N)) u_head (
        .clk(clk), .a_en(new_q), .a_addr(new_op_q), .a_data(!follows),
        .b_en(pass_on), .b_addr(behind), .b_data(1'b1), .rd_addr(end_op_q), .rd_data(end_head)
    );

    // ---- RAMs ----
    // ENABLE zeroes next_num; it waits for a cycle without a retirement.
    reg              zero_q;
    reg  [Q_W-1:0]   zero_queue_q;
    wire             zero = zero_q && !retire;
    wire             unused = &{1'b0, qcfg_queue, op_alloc_queue};

    cw_ram #(.W(44), .DEPTH(OP_N)) u_info (
        .clk(clk), .wr_en(alloc), .wr_addr(op_alloc_id),
        .wr_data({op_alloc_queue, op_alloc_num, op_alloc_irq}),
        .rd_en(look), .rd_addr(look_op), .rd_data({retire_queue, retire_num, retire_irq})
    );

    // A done is looked up in the cycle behind it at the earliest.
    cw_ram #(.W(RES_W), .DEPTH(OP_N)) u_result (
        .clk(clk), .wr_en(done_valid), .wr_addr(done_op),
        .wr_data({done_status, done_bytes, done_kind, done_info}),
        .rd_en(look), .rd_addr(look_op), .rd_data({retire_status, retire_bytes, retire_kind, retire_info})
    );

    cw_ram #(.W(OP_W), .DEPTH(OP_N)) u_link (
        .clk(clk), .wr_en(follows), .wr_addr(tail_op), .wr_data(new_op_q),
        .rd_en(look), .rd_addr(look_op), .rd_data(link_op)
    );

    cw_ram_fwd #(.W(OP_W), .DEPTH(QUEUE_N)) u_tail (
        .clk(clk), .wr_en(new_q), .wr_addr(new_queue_q), .wr_data(new_op_q),
        .rd_en(alloc), .rd_addr(op_alloc_queue[Q_W-1:0]), .rd_data(tail_op)
    );

    cw_ram_fwd #(.W(OP_W + 1), .DEPTH(QUEUE_N)) u_next (
        .clk(clk), .wr_en(retire || zero),
        .wr_addr(retire ? retire_queue[Q_W-1:0] : zero_queue_q),
        .wr_data(retire ? retire_num[OP_W:0] + 1'b1 : {(OP_W + 1){1'b0}}),
        .rd_en(alloc), .rd_addr(op_alloc_queue[Q_W-1:0]), .rd_data(next_num)
    );

    assign retire_valid = walk_q;
    assign retire_last  = offered_q ? last_q : !linked && !(tail_live && tail_op == walk_op_q);

    assign moving = alloc || new_q || end_q || look || retire || zero_q || qcfg_valid ||
                    (done_valid && done_ready) || !back_idle || !queued_idle;

    always @(posedge clk) begin
        new_op_q    <= op_alloc_id;
        new_queue_q <= op_alloc_queue[Q_W-1:0];
        new_num_q   <= op_alloc_num[OP_W:0];
        end_op_q    <= done_op;
        if (look)
            walk_op_q <= look_op;
        if (look || link_late)
            late_q    <= link_late;
        if (link_late)
            late_op_q <= new_op_q;
        offered_q <= retire_valid && !retire_ready;
        last_q    <= retire_last;
        if (qcfg_valid && qcfg_op == QCFG_ENABLE)
            zero_queue_q <= qcfg_queue[Q_W-1:0];
        if (rst) begin
            new_q   <= 1'b0;
            end_q   <= 1'b0;
            walk_q  <= 1'b0;
            late_q  <= 1'b0;
            zero_q  <= 1'b0;
            fresh_q <= {(OP_W + 1){1'b0}};
            used_q  <= {(OP_W + 1){1'b0}};
        end else begin
            new_q  <= alloc;
            end_q  <= done_valid;
            walk_q <= look || (walk_q && !retire);
            zero_q <= (qcfg_valid && qcfg_op == QCFG_ENABLE) || (zero_q && !zero);
            if (alloc && fresh)
                fresh_q <= fresh_q + 1'b1;
            // One more, one less or as many: one adder.
            used_q <= used_q + {{OP_W{retire && !alloc}}, alloc != retire};
        end
    end
endmodule

`default_nettype wire
