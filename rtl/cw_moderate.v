// SPDX-License-Identifier: BSD-2-Clause
//
// Interrupt moderation: decides when a queue raises. Each retired operation of a
// queue comes here as a note, after its record was accepted on the request stream.
//
// What is owed are the records noted since the last raise. The queue raises when
// Q_MODERATION.COUNT of them are owed (0 and 1: each one), with a record that must
// not be withheld, when Q_MODERATION.TIME * 64 cycles have passed since the first of
// them (cw_deadline says how exactly; 0: no limit), when the last operation in
// flight of the queue has retired, and when the queue halts.
//
// A queue whose vector has an event ring (ring_*) is disarmed by its raise; a
// reason to raise is remembered until an arming write of its consumer index (arm_*)
// comes. Then what lies beyond that index is owed, however often it was raised: if
// nothing does, no reason is left but a halt, which raises without a record too. A
// note counts by the number in it, so that an arming write which overtakes the note
// of its record is no harm. What is owed is never more than a ring holds, or than COUNT can
// say, and a few notes on their way: so numbers are kept modulo 2^18.
//
// ENABLE and DISABLE take effect behind the notes that came before (cfg_busy); a
// disabled queue owes nothing. raise_ready must come by itself: everything here,
// and what waits for it, depends on it.
//
// While there is nothing to do the words of queue note_peek are read, whose note may come
// next. Only what is read is ahead: the note itself, and so its raise, comes after its
// record was accepted. Two cycles an event. Latency from a note to its raise: three cycles,
// one if its queue was shown for two before; raise_queue and raise_vector show a cycle before
// whose it may be.
`default_nettype none

module cw_moderate #(
    parameter QUEUE_N  = 64,
    parameter VECTOR_N = 64
) (
    input  wire        clk,
    input  wire        rst,
    input  wire [47:0] now,
    output wire        busy,        // something that came in is not done with
    output wire        moving,      // a register may change without a new input
    output wire [24:0] next_deadline, // see cw_deadline

    input  wire        qcfg_valid,
    input  wire [1:0]  qcfg_op,
    input  wire [10:0] qcfg_queue,
    input  wire [4:0]  qcfg_reg,
    input  wire [31:0] qcfg_data,
    output wire        cfg_busy,

    // strobe: the event ring of a vector is on or off from now
    input  wire        ring_valid,
    input  wire [10:0] ring_vector,
    input  wire        ring_on,

    input  wire        note_valid,
    output wire        note_ready,
    input  wire [10:0] note_queue,
    input  wire        note_record, // it has one
    input  wire [31:0] note_count,  // ... records of the queue, this one included
    input  wire        note_raise,  // do not withhold this record
    input  wire        note_halt,
    input  wire        note_last,
    input  wire [10:0] note_peek,   // of a note that may come next

    input  wire        arm_valid,
    output wire        arm_ready,
    input  wire [10:0] arm_queue,
    input  wire [31:0] arm_index,

    output wire        raise_valid,
    input  wire        raise_ready,
    output wire [10:0] raise_queue,
    output wire [10:0] raise_vector,
    output wire        raise_error,
    output wire        raise_completions
);
    `include "cw_regs.vh"

    localparam Q_W = $clog2(QUEUE_N);
    localparam V_N = VECTOR_N > 1 ? VECTOR_N : 2;
    localparam V_W = $clog2(V_N);
    localparam C_W = 18;            // of counts of records
    localparam NOTE_W = 11 + C_W + 4;
    localparam [1:0] QCFG_WRITE = 2'd0, QCFG_ENABLE = 2'd1, QCFG_DISABLE = 2'd2;
    localparam [1:0] K_TIME = 2'd0, K_NOTE = 2'd1, K_ARM = 2'd2, K_CFG = 2'd3; // bit 1: the value is what is seen
    localparam [1:0] S_IDLE = 2'd0, S_RING = 2'd1, S_WEIGH = 2'd2;

    // ---- what comes in ----
    wire        kept_valid, head_ready;
    wire [NOTE_W-1:0] kept;
    wire        head_valid, head_record, head_raise, head_halt, head_last;
    wire [10:0] head_queue;
    wire [C_W-1:0] head_count;
    wire [3:0]  note_n;
    wire        hit_valid, hit_taken;
    wire [10:0] hit_queue;

    // A note that finds no other here is looked at in the cycle in which it comes.
    wire [NOTE_W-1:0] note = {note_queue, note_count[C_W-1:0], note_record, note_raise, note_halt, note_last};
    stream_fifo #(.W(NOTE_W), .DEPTH(8)) u_note (
        .clk(clk), .rst(rst), .in_valid(note_valid && (kept_valid || !head_ready)), .in_ready(note_ready),
        .in_data(note), .out_valid(kept_valid), .out_ready(head_ready), .out_data(kept), .count(note_n)
    );
    assign head_valid = kept_valid || note_valid;
    assign {head_queue, head_count, head_record, head_raise, head_halt, head_last} = kept_valid ? kept : note;

    // ENABLE or DISABLE, behind behind_q notes
    reg         cfg_q, cfg_on_q;
    reg  [10:0] cfg_queue_q;
    reg  [4:0]  behind_q;
    wire        wr_reg = qcfg_valid && qcfg_op == QCFG_WRITE;
    wire        wr_on  = qcfg_valid && (qcfg_op == QCFG_ENABLE || qcfg_op == QCFG_DISABLE);

    // ---- whose turn ----
    reg  [1:0]     state_q, kind_q;
    reg  [Q_W-1:0] queue_q;
    reg  [C_W-1:0] value_q;         // note: count; arm: index; cfg: 0
    reg            record_q, raise_q, halt_q, last_q;
    reg            arm_turn_q;      // a note was last
    wire           weighed;         // the event at hand is done
    wire           open    = state_q == S_IDLE || weighed;
    wire           go_cfg  = cfg_q && behind_q == 5'd0;
    wire           go_time = hit_valid && !(state_q == S_WEIGH && hit_queue[Q_W-1:0] == queue_q);
    wire           go_arm  = arm_valid && !(head_valid && !arm_turn_q);
    wire [1:0]     kind    = go_cfg ? K_CFG : go_time ? K_TIME : go_arm ? K_ARM : K_NOTE;
    wire           look    = open && (go_cfg || go_time || arm_valid || head_valid);
    wire [10:0]    queue   = kind == K_CFG ? cfg_queue_q : kind == K_TIME ? hit_queue :
                             kind == K_ARM ? arm_queue : head_valid ? head_queue : note_peek;
    wire           take_cfg = look && kind == K_CFG;

    // ---- a queue ahead of its note: while nothing else is to be done ----
    reg            known_q;         // what software said of queue_q is at hand
    reg            ahead_q;         // and its state, and the ring of its vector
    reg            out_q;           // a raise is offered
    wire           same    = note_peek[Q_W-1:0] == queue_q;
    wire           spare   = state_q == S_IDLE && !look && !out_q && !qcfg_valid && !ring_valid;
    // ahead_q: nothing came in the cycle before, no note waits.
    wire           at_once = ahead_q && note_valid && kind == K_NOTE && note_queue[Q_W-1:0] == queue_q;

    assign head_ready = look && kind == K_NOTE;
    assign arm_ready  = look && kind == K_ARM;
    assign hit_taken  = look && kind == K_TIME;

    // ---- what is known of the queue and its vector ----
    wire [10:0] vector;
    wire [15:0] limit, time64;
    wire        ring_bit;
    wire        on, armed, due, halted, last, timed;
    wire [C_W-1:0] records, mark;   // noted; of these, up to here nothing is owed
    wire        put;
    wire        is_note = kind_q == K_NOTE;
    wire        is_arm  = kind_q == K_ARM;
    wire        is_time = kind_q == K_TIME;
    wire        is_cfg  = kind_q == K_CFG;
    wire        ring    = ring_bit && {21'd0, vector} < VECTOR_N;

    cw_ram #(.W(11), .DEPTH(QUEUE_N)) u_vector (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_CONFIG[6:2]), .wr_addr(qcfg_queue[Q_W-1:0]),
        .wr_data(qcfg_data[CW_Q_CONFIG_VECTOR_MSB:CW_Q_CONFIG_VECTOR_LSB]),
        .rd_en(look || spare), .rd_addr(queue[Q_W-1:0]), .rd_data(vector)
    );
    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_limit (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_MODERATION[6:2]),
        .wr_addr(qcfg_queue[Q_W-1:0]), .wr_data(qcfg_data),
        .rd_en(look || spare), .rd_addr(queue[Q_W-1:0]), .rd_data({time64, limit})
    );
    cw_ram #(.W(1), .DEPTH(V_N)) u_ring (
        .clk(clk), .wr_en(ring_valid), .wr_addr(ring_vector[V_W-1:0]), .wr_data(ring_on),
        .rd_en(state_q == S_RING || spare), .rd_addr(vector[V_W-1:0]), .rd_data(ring_bit)
    );

    // ---- the decision: in S_IDLE, where kind_q is K_NOTE, on a note as it comes ----
    wire [C_W-1:0] value  = state_q == S_IDLE ? note_count[C_W-1:0] : value_q;
    wire        counts    = state_q == S_IDLE ? note_record : record_q;
    wire        raises    = state_q == S_IDLE ? note_raise : raise_q;
    wire        halts     = state_q == S_IDLE ? note_halt : halt_q;
    wire        ends      = state_q == S_IDLE ? note_last : last_q;
    wire [C_W-1:0] records_d = counts ? value : records;
    wire [C_W-1:0] seen   = kind_q[1] ? value : mark;
    wire [C_W-1:0] owed   = records_d - seen;
    wire        some      = !owed[C_W-1] && owed != {C_W{1'b0}};
    wire        last_d    = is_note ? ends : last;
    wire        live      = on && (is_note || (is_arm && ring) || (is_time && timed));
    wire        ripe      = some && (due || owed >= {{(C_W - 16){1'b0}}, limit} || raises || halts || last_d || is_time);
    wire        halted_d  = (halted || halts) && ring;
    wire        may       = armed || is_arm || !ring;
    wire        raise     = live && may && (ripe || halted_d);
    wire        due_d     = ripe && !raise;
    wire        timed_d   = some && !raise && !due_d && time64 != 16'd0;
    reg         out_error_q, out_completions_q;
    reg  [10:0] out_queue_q, out_vector_q;

    assign weighed = state_q == S_WEIGH && !(raise && out_q && !raise_ready);
    wire decided   = weighed || at_once;
    assign put     = decided && (live || is_cfg);

    // Read a cycle after the others, when the event before has been put: also when that was of the same queue.
    wire [5:0]  flags     = is_cfg ? {cfg_on_q, 5'b10000} :
                            {1'b1, may && !(raise && ring), due_d, halted_d && !raise, last_d, timed_d};
    cw_ram #(.W(6 + 2 * C_W), .DEPTH(QUEUE_N)) u_state (
        .clk(clk), .wr_en(put), .wr_addr(queue_q), .wr_data({flags, records_d, raise ? records_d : seen}),
        .rd_en(state_q == S_RING || spare), .rd_addr(queue_q),
        .rd_data({on, armed, due, halted, last, timed, records, mark})
    );

    // ---- time: a deadline is set by the first record that is owed ----
    wire        clock_moving;
    cw_deadline #(.QUEUE_N(QUEUE_N)) u_deadline (
        .clk(clk), .rst(rst), .now(now), .moving(clock_moving), .next_deadline(next_deadline),
        .set_valid(put && (is_cfg || timed_d != timed)),
        .set_queue({{(11 - Q_W){1'b0}}, queue_q}), .set_on(!is_cfg && timed_d),
        .set_ahead({time64, 6'd0}),
        .hit_valid(hit_valid), .hit_taken(hit_taken), .hit_queue(hit_queue)
    );

    assign raise_valid       = out_q;
    // Without a raise these show whose is weighed.
    assign raise_queue       = out_q ? out_queue_q : {{(11 - Q_W){1'b0}}, queue_q};
    assign raise_vector      = out_q ? out_vector_q : vector;
    assign raise_error       = out_error_q;
    assign raise_completions = out_completions_q;
    assign cfg_busy          = cfg_q;
    assign busy              = head_valid || arm_valid || state_q != S_IDLE || out_q || cfg_q || qcfg_valid;
    assign moving            = busy || clock_moving || !ahead_q || !same;

    wire unused = &{1'b0, qcfg_queue, ring_vector, queue, note_count, arm_index};

    always @(posedge clk) begin
        if (look || spare) begin
            kind_q  <= kind;
            queue_q <= queue[Q_W-1:0];
        end
        if (look) begin
            record_q <= (kind == K_NOTE && head_record) || kind == K_CFG;
            raise_q <= kind == K_NOTE && head_raise;
            halt_q  <= kind == K_NOTE && head_halt;
            last_q  <= head_last;
            if (kind == K_NOTE || kind == K_ARM)
                arm_turn_q <= kind == K_NOTE;
        end
        if (look && kind == K_CFG)
            value_q <= {C_W{1'b0}};
        else if (look)
            value_q <= kind == K_ARM ? arm_index[C_W-1:0] : head_count;
        if (decided && raise) begin
            out_queue_q       <= {{(11 - Q_W){1'b0}}, queue_q};
            out_vector_q      <= vector;
            out_error_q       <= halted || halts;
            out_completions_q <= some;
        end
        if (wr_on) begin
            cfg_on_q    <= qcfg_op == QCFG_ENABLE;
            cfg_queue_q <= qcfg_queue;
            behind_q    <= {1'b0, note_n} + {{4{head_ready && !note_valid}}, head_ready != note_valid};
        end else if (behind_q != 5'd0 && head_ready)
            behind_q <= behind_q - 5'd1;
        if (rst) begin
            state_q    <= S_IDLE;
            known_q    <= 1'b0;
            ahead_q    <= 1'b0;
            out_q      <= 1'b0;
            cfg_q      <= 1'b0;
            arm_turn_q <= 1'b0;
        end else begin
            known_q <= spare;
            ahead_q <= spare && known_q && same;
            case (state_q)
            // Waits for an event; reads its queue's RAMs.
            S_IDLE: if (look && !at_once) state_q <= S_RING;
            // One cycle: its state and the ring of its vector are read.
            S_RING: state_q <= S_WEIGH;
            // Waits until a raise has room; the next event may be looked up.
            default: if (weighed) state_q <= look ? S_RING : S_IDLE;
            endcase
            out_q <= (decided && raise) || (out_q && !raise_ready);
            cfg_q <= wr_on || (cfg_q && !take_cfg);
        end
    end
endmodule

`default_nettype wire
