// SPDX-License-Identifier: BSD-2-Clause
//
// Operations in flight, one a descriptor. An operation is allocated in descriptor
// order of its queue, done in any order, and retired in order: it leaves on the
// `retire` stream when all earlier ones of its queue have.
//
// An operation may retire when its number is the queue's next number (next_num);
// so no list head is kept. Operations of a queue are linked in order of number
// (tail per queue, link per operation), to find what was done already behind the
// one that retires. op_alloc_num must run from 0 at ENABLE without a gap.
//
// Two cycles an allocation, two a done, one for each operation that retires
// behind another. Done to retire: three cycles.
`default_nettype none

module cw_op_table #(
    parameter QUEUE_N = 64,
    parameter OP_N    = 256
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

    output wire                    retire_valid,
    input  wire                    retire_ready,
    output wire [10:0]             retire_queue,
    output wire [31:0]             retire_num,
    output wire                    retire_irq,
    output wire [6:0]              retire_status,
    output wire [23:0]             retire_bytes,
    output wire [1:0]              retire_kind,
    output wire                    retire_last  // no later one of its queue is in flight
);
    localparam OP_W  = $clog2(OP_N);
    localparam Q_W   = $clog2(QUEUE_N);
    localparam RES_W = 33;
    localparam [1:0] QCFG_ENABLE = 2'd1;

    localparam [1:0] S_IDLE = 2'd0, S_ALLOC = 2'd1, S_DONE = 2'd2, S_CHAIN = 2'd3;

    reg  [1:0]       state_q;
    reg  [OP_N-1:0]  done_q;        // done, waits for an earlier one
    reg  [OP_N-1:0]  linked_q;      // a later one of the same queue follows
    reg  [OP_W:0]    used_q;        // operations in flight

    // ---- free operations: first each once by count, then as they come back ----
    reg  [OP_W:0]    fresh_q;
    wire             back_valid, free_put, back_idle;
    wire [OP_W-1:0]  back_id, free_id;
    wire             fresh = !fresh_q[OP_W];
    wire             id_valid = fresh || back_valid;

    assign op_alloc_id   = fresh ? fresh_q[OP_W-1:0] : back_id;
    assign ops_in_flight = {{(15 - OP_W){1'b0}}, used_q};

    stream_ram_fifo #(.W(OP_W), .DEPTH(OP_N)) u_free (
        .clk(clk), .rst(rst), .idle(back_idle), .in_valid(free_put), .in_data(free_id),
        .out_valid(back_valid), .out_ready(op_alloc_ready && !fresh), .out_data(back_id)
    );

    // ---- a done and what is known of its operation ----
    reg              ev_q;          // the registers below hold a done
    reg              ev_info_q;     // and info_data is its operation's
    reg  [OP_W-1:0]  ev_op_q;
    reg  [RES_W-1:0] ev_res_q;
    wire             ev_take;       // it is used up
    wire             chain_read;    // the RAMs of operations read the follower
    wire [10:0]      info_queue;
    wire [31:0]      info_num;
    wire             info_irq;
    reg  [10:0]      queue_q;       // of the operation in S_CHAIN
    reg  [31:0]      num_q;
    reg  [OP_W-1:0]  op_q;

    assign done_ready = !ev_q;

    // ---- RAMs ----
    wire             alloc = state_q == S_ALLOC;
    wire             start_done  = state_q == S_IDLE && ev_q && ev_info_q;
    wire             start_alloc = state_q == S_IDLE && !start_done && op_alloc_valid && id_valid;
    wire [31:0]      next_num;      // of the queue read in S_IDLE
    wire [OP_W-1:0]  tail_op, link_op;
    wire [RES_W-1:0] res_data;
    wire             follow_alloc = alloc && next_num != op_alloc_num; // the tail is in flight
    wire [OP_W-1:0]  this_op  = state_q == S_DONE ? ev_op_q : op_q;
    wire [10:0]      this_queue = state_q == S_DONE ? info_queue : queue_q;
    wire [31:0]      this_num = state_q == S_DONE ? info_num : num_q;
    wire [RES_W-1:0] this_res = state_q == S_DONE ? ev_res_q : res_data;
    wire             is_next  = state_q == S_CHAIN || (state_q == S_DONE && next_num == info_num);
    wire             retire   = is_next && retire_ready;
    wire             park     = state_q == S_DONE && !is_next;
    wire             chain    = linked_q[this_op] && done_q[link_op];

    // ENABLE zeroes next_num; it waits for a cycle without a retirement.
    reg              zero_q;
    reg  [Q_W-1:0]   zero_queue_q;
    wire             zero = zero_q && !retire;
    wire             unused = &{1'b0, qcfg_queue, this_queue, op_alloc_queue};

    assign op_alloc_ready = alloc;
    assign ev_take    = (state_q == S_DONE && retire) || park;
    assign chain_read = retire && chain;
    assign free_put   = retire;
    assign free_id    = this_op;

    // The same read port serves a waiting done and a chained retirement, which
    // needs its data until it is taken.
    wire             ev_read = ev_q && !ev_info_q && state_q != S_CHAIN;

    cw_ram #(.W(44), .DEPTH(OP_N)) u_info (
        .clk(clk), .wr_en(alloc), .wr_addr(op_alloc_id),
        .wr_data({op_alloc_queue, op_alloc_num, op_alloc_irq}),
        .rd_en(ev_read || chain_read), .rd_addr(chain_read ? link_op : ev_op_q),
        .rd_data({info_queue, info_num, info_irq})
    );

    cw_ram #(.W(RES_W), .DEPTH(OP_N)) u_result (
        .clk(clk), .wr_en(park), .wr_addr(ev_op_q), .wr_data(ev_res_q),
        .rd_en(chain_read), .rd_addr(link_op), .rd_data(res_data)
    );

    cw_ram #(.W(OP_W), .DEPTH(OP_N)) u_link (
        .clk(clk), .wr_en(follow_alloc), .wr_addr(tail_op), .wr_data(op_alloc_id),
        .rd_en(start_done || chain_read), .rd_addr(chain_read ? link_op : ev_op_q),
        .rd_data(link_op)
    );

    cw_ram #(.W(OP_W), .DEPTH(QUEUE_N)) u_tail (
        .clk(clk), .wr_en(alloc), .wr_addr(op_alloc_queue[Q_W-1:0]), .wr_data(op_alloc_id),
        .rd_en(start_alloc), .rd_addr(op_alloc_queue[Q_W-1:0]), .rd_data(tail_op)
    );

    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_next (
        .clk(clk), .wr_en(retire || zero),
        .wr_addr(retire ? this_queue[Q_W-1:0] : zero_queue_q),
        .wr_data(retire ? this_num + 32'd1 : 32'd0),
        .rd_en(start_done || start_alloc),
        .rd_addr(start_done ? info_queue[Q_W-1:0] : op_alloc_queue[Q_W-1:0]), .rd_data(next_num)
    );

    // ---- what retires ----
    assign retire_valid  = is_next;
    assign retire_queue  = this_queue;
    assign retire_num    = this_num;
    assign retire_irq    = info_irq;
    assign {retire_status, retire_bytes, retire_kind} = this_res;
    assign retire_last   = !linked_q[this_op];

    assign moving = alloc || start_done || start_alloc || park || retire || ev_read || zero_q ||
                    qcfg_valid || (done_valid && done_ready) || !back_idle;

    always @(posedge clk) begin
        if (alloc) begin
            done_q[op_alloc_id]   <= 1'b0;
            linked_q[op_alloc_id] <= 1'b0;
            if (follow_alloc)
                linked_q[tail_op] <= 1'b1;
        end
        if (park)
            done_q[ev_op_q] <= 1'b1;
        if (done_valid && done_ready) begin
            ev_op_q  <= done_op;
            ev_res_q <= {done_status, done_bytes, done_kind};
        end
        if (retire) begin
            queue_q <= this_queue;
            num_q   <= this_num + 32'd1;
            op_q    <= link_op;
        end
        if (qcfg_valid && qcfg_op == QCFG_ENABLE)
            zero_queue_q <= qcfg_queue[Q_W-1:0];
        if (rst) begin
            state_q   <= S_IDLE;
            ev_q      <= 1'b0;
            ev_info_q <= 1'b0;
            zero_q    <= 1'b0;
            fresh_q   <= {(OP_W + 1){1'b0}};
            used_q    <= {(OP_W + 1){1'b0}};
        end else begin
            case (state_q)
            // Waits for a done whose operation was looked up, else an allocation.
            S_IDLE:
                if (start_done)
                    state_q <= S_DONE;
                else if (start_alloc)
                    state_q <= S_ALLOC;
            // One cycle: takes the operation and links it to the tail.
            S_ALLOC: state_q <= S_IDLE;
            // Marks it done, or waits until its retirement is taken.
            S_DONE:
                if (park)
                    state_q <= S_IDLE;
                else if (retire)
                    state_q <= chain ? S_CHAIN : S_IDLE;
            // Waits until the retirement of the follower is taken.
            S_CHAIN:
                if (retire && !chain)
                    state_q <= S_IDLE;
            endcase
            ev_q      <= (done_valid && done_ready) || (ev_q && !ev_take);
            ev_info_q <= ev_read || (ev_info_q && !ev_take);
            zero_q    <= (qcfg_valid && qcfg_op == QCFG_ENABLE) || (zero_q && !zero);
            if (alloc && fresh)
                fresh_q <= fresh_q + 1'b1;
            used_q <= used_q + {{OP_W{1'b0}}, alloc} - {{OP_W{1'b0}}, retire};
        end
    end
endmodule

`default_nettype wire
