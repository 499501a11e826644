// SPDX-License-Identifier: BSD-2-Clause
//
// Raises on their way out. Takes each raise within a few cycles, whatever waits
// behind, so that moderation, and with it records and doorbells, never waits for an
// interrupt to be sent. What a queue raises while an earlier raise of it is still
// here is one raise; its reasons are joined.
//
// Queues that raised wait in a list, each at most once, in order; when no other waits,
// a raise does not go through it. The head goes out as `head`, held until head_ready. head_refused with it: its event ring had no
// room; then the queue is set aside, and comes into the list again after `rescan`
// (a strobe: some ring may have room). Nothing is lost on the way, and a rescan that
// comes while a queue is being set aside finds it.
//
// A queue that is enabled or disabled drops the raise that waits here (cfg_busy: not
// yet). After rst all queues are swept.
//
// raise_queue shows a cycle ahead whose raise may come; while nothing else is to be done its
// word is looked up then. Two cycles a raise (one if looked up ahead), two a head, two a
// queue of a rescan. From a raise to its head one cycle when no other waits, or none.
`default_nettype none

module cw_raise #(
    parameter QUEUE_N = 64
) (
    input  wire        clk,
    input  wire        rst,
    output wire        idle,

    input  wire        qcfg_valid,
    input  wire [1:0]  qcfg_op,
    input  wire [10:0] qcfg_queue,
    output wire        cfg_busy,

    input  wire        raise_valid,
    output wire        raise_ready,
    input  wire [10:0] raise_queue,
    input  wire [10:0] raise_vector,
    input  wire        raise_error,
    input  wire        raise_completions,

    input  wire        rescan,
    output wire        head_valid,
    input  wire        head_ready,
    input  wire        head_refused,
    output wire [10:0] head_queue,
    output wire [10:0] head_vector,
    output wire        head_error,
    output wire        head_completions
);
    localparam Q_W = $clog2(QUEUE_N);
    localparam [1:0] QCFG_ENABLE = 2'd1, QCFG_DISABLE = 2'd2;
    localparam [1:0] S_SWEEP = 2'd0, S_IDLE = 2'd1, S_ACT = 2'd2;
    localparam [2:0] OP_CFG = 3'd0, OP_REFUSED = 3'd1, OP_RAISE = 3'd2, OP_POP = 3'd3, OP_SCAN = 3'd4;

    reg  [1:0]     state_q;
    reg  [2:0]     op_q;
    reg  [Q_W-1:0] at_q;
    reg            ahead_q;            // the word of queue at_q is at hand
    reg            cfg_q;
    reg  [Q_W-1:0] cfg_queue_q;
    reg            head_q, refused_q;  // the head is offered; it was refused
    reg  [Q_W-1:0] head_queue_q;
    reg  [12:0]    head_why_q;         // {error, completions, vector}
    reg            pop_turn_q;         // a raise was last
    reg  [Q_W:0]   aside_n_q;          // queues set aside
    reg  [Q_W:0]   left_q;             // queues that a rescan has still to look at
    reg  [Q_W-1:0] scan_q;

    // ---- whose turn ----
    wire           list_valid, list_idle;
    wire [Q_W-1:0] list_queue;
    wire           can_pop  = list_valid && !head_q && !refused_q;
    wire           can_scan = left_q != {(Q_W + 1){1'b0}};
    wire           go_raise = raise_valid && !(can_pop && pop_turn_q);
    wire           any      = cfg_q || refused_q || raise_valid || can_pop || can_scan;
    wire [2:0]     op       = cfg_q ? OP_CFG : refused_q ? OP_REFUSED : go_raise ? OP_RAISE :
                              can_pop ? OP_POP : OP_SCAN;
    wire [Q_W-1:0] at       = cfg_q ? cfg_queue_q : refused_q ? head_queue_q :
                              can_pop && !go_raise ? list_queue : can_scan && !go_raise ? scan_q : raise_queue[Q_W-1:0];
    wire           start    = state_q == S_IDLE && any;
    wire           at_once  = start && op == OP_RAISE && ahead_q && at_q == raise_queue[Q_W-1:0];
    wire           act      = state_q == S_ACT || at_once;
    wire [2:0]     act_op   = state_q == S_IDLE ? OP_RAISE : op_q;

    // ---- a word a queue: in the list, set aside, wants to raise, why ----
    wire           listed, aside, wants;
    wire [12:0]    why;
    wire [12:0]    raise_why = {raise_error | (wants & why[12]), raise_completions | (wants & why[11]), raise_vector};
    wire           alone  = act && act_op == OP_RAISE && !listed && !aside;
    wire           direct = alone && !list_valid && !head_q && !refused_q;
    reg  [2:0]     next;               // listed, aside, wants
    always @* begin
        case (act_op)
        OP_CFG:     next = {listed, 2'b00};
        OP_REFUSED: next = {listed, !listed, 1'b1};
        OP_RAISE:   next = direct ? 3'b000 : {!aside, aside, 1'b1};
        OP_POP:     next = 3'b000;
        default:    next = {listed || aside, 1'b0, wants};
        endcase
    end
    // The reasons of a queue that does not want to raise are whatever is there.
    wire           back   = act_op == OP_REFUSED;
    wire [12:0]    next_why = act_op == OP_RAISE ? raise_why :
                              {(back & head_why_q[12]) | (wants & why[12]), (back & head_why_q[11]) | (wants & why[11]),
                               wants ? why[10:0] : head_why_q[10:0]};
    wire           push   = (alone && !direct) || (act && act_op == OP_SCAN && aside);
    wire           more   = act && act_op == OP_REFUSED && !listed && !aside;
    wire           fewer  = act && aside && (act_op == OP_CFG || act_op == OP_SCAN);

    cw_ram #(.W(16), .DEPTH(QUEUE_N)) u_word (
        .clk(clk), .wr_en(state_q == S_SWEEP || act), .wr_addr(at_q),
        .wr_data({state_q == S_SWEEP ? 3'b000 : next, next_why}),
        .rd_en(state_q == S_IDLE), .rd_addr(at), .rd_data({listed, aside, wants, why})
    );
    stream_ram_fifo #(.W(Q_W), .DEPTH(QUEUE_N)) u_list (
        .clk(clk), .rst(rst), .idle(list_idle), .in_valid(push), .in_data(at_q),
        .out_valid(list_valid), .out_ready(start && op == OP_POP), .out_data(list_queue)
    );

    assign cfg_busy    = cfg_q;
    assign raise_ready = act && act_op == OP_RAISE;
    assign head_valid  = head_q || direct;
    assign head_queue  = {{(11 - Q_W){1'b0}}, head_q ? head_queue_q : at_q};
    assign {head_error, head_completions, head_vector} = head_q ? head_why_q : raise_why;
    assign idle        = state_q == S_IDLE && !any && ahead_q && list_idle && !rescan && !qcfg_valid && !(head_q && head_ready);

    wire unused = &{1'b0, raise_queue, qcfg_queue};

    always @(posedge clk) begin
        ahead_q <= state_q == S_IDLE && !any;
        case (state_q)
        // Waits for the sweep to reach the last queue.
        S_SWEEP: begin
            at_q <= at_q + 1'b1;
            if (&at_q)
                state_q <= S_IDLE;
        end
        // Waits for something to do; reads its queue's word.
        S_IDLE: begin
            op_q <= op;
            at_q <= at;
            if (start && (op == OP_RAISE || op == OP_POP))
                pop_turn_q <= op == OP_RAISE;
            if (start && op == OP_SCAN && aside_n_q == {(Q_W + 1){1'b0}})
                left_q <= {(Q_W + 1){1'b0}};
            else if (start && !at_once) begin
                state_q <= S_ACT;
                if (op == OP_SCAN) begin
                    scan_q <= scan_q + 1'b1;
                    left_q <= left_q - 1'b1;
                end
            end
        end
        // One cycle: the word is changed.
        default: begin
            state_q <= S_IDLE;
            if (op_q == OP_CFG)
                cfg_q <= 1'b0;
            if (op_q == OP_REFUSED)
                refused_q <= 1'b0;
        end
        endcase
        if ((state_q == S_ACT && op_q == OP_POP && wants) || direct) begin
            head_q       <= 1'b1;
            head_queue_q <= at_q;
            head_why_q   <= direct ? raise_why : why;
        end
        aside_n_q <= aside_n_q + {{Q_W{fewer}}, more || fewer};  // never both
        if (head_valid && head_ready) begin
            head_q    <= 1'b0;
            refused_q <= head_refused;
        end
        if (rescan)
            left_q <= QUEUE_N[Q_W:0];
        if (qcfg_valid && (qcfg_op == QCFG_ENABLE || qcfg_op == QCFG_DISABLE)) begin
            cfg_q       <= 1'b1;
            cfg_queue_q <= qcfg_queue[Q_W-1:0];
        end
        if (rst) begin
            state_q   <= S_SWEEP;
            ahead_q   <= 1'b0;
            at_q      <= {Q_W{1'b0}};
            cfg_q     <= 1'b0;
            head_q    <= 1'b0;
            refused_q <= 1'b0;
            left_q    <= {(Q_W + 1){1'b0}};
            scan_q    <= {Q_W{1'b0}};
            aside_n_q <= {(Q_W + 1){1'b0}};
        end
    end
endmodule

`default_nettype wire
