// SPDX-License-Identifier: BSD-2-Clause
//
// Decides which descriptors are fetched next.
//
// Keeps, for every queue, ring base, log2 entries, producer index and the count
// of descriptors whose fetch was requested. Queues with descriptors to fetch
// wait in a list (each at most once: a bit a queue says so); the queue at its
// head gets as many fetches as its weight says, one by default, and goes to the end while
// it has more (cw_turns). A fetch is the
// smallest of: 32 descriptors, up to the producer index, up to the end of the
// ring, up to the next boundary of 512 bytes or of the largest read if smaller.
//
// Neighbours: the configuration bus is a strobe (at most one in four cycles) and
// goes first; `stop` (a halt seen by cw_desc_issue) and kicks wait for a free
// slot. fetch goes to cw_desc_buf; `fetched` counts when it is offered. Of a stream
// queue no more is fetched than cw_st_park has places for: SLOT_N at ENABLE, and each
// `more` says that MORE_N are free again.
//
// The next event is picked while the state of the one before is written. One cycle for
// a doorbell, a stop or a status read, two for a fetch; from a doorbell to its fetch
// two cycles when no other queue waits: then it need not go through the list. The state of
// a queue whose doorbell is being checked (peek, see cw_doorbell) is looked up ahead while
// nothing else is to be done: then none.
`default_nettype none

module cw_desc_sched #(
    parameter QUEUE_N = 64,
    parameter STREAM  = 0,
    parameter SLOT_N  = 32,
    parameter MORE_N  = 8
) (
    input  wire        clk,
    input  wire        rst,
    output wire        idle,
    output wire        empty,          // no fetch is being made up or offered
    input  wire        engine_enable,
    input  wire [3:0]  rd_log2,        // log2 of the largest read in bytes, 7 to 12

    input  wire        qcfg_valid,
    input  wire [1:0]  qcfg_op,
    input  wire [10:0] qcfg_queue,
    input  wire [4:0]  qcfg_reg,
    input  wire [31:0] qcfg_data,
    input  wire        qst_valid,
    input  wire [10:0] qst_queue,
    output wire        qst_fetch_ack,
    output wire [31:0] qst_fetched,
    input  wire        peek_valid,
    input  wire [10:0] peek_queue,
    input  wire        kick_valid,
    output wire        kick_ready,
    input  wire [10:0] kick_queue,
    input  wire [31:0] kick_producer,
    input  wire        stop_valid,
    output wire        stop_ready,
    input  wire [10:0] stop_queue,

    input  wire        more_valid,
    output wire        more_ready,
    input  wire [10:0] more_queue,

    output wire        fetch_valid,
    input  wire        fetch_ready,
    output wire [10:0] fetch_queue,
    output wire [31:0] fetch_num,      // number of its first descriptor
    output wire [5:0]  fetch_n,        // descriptors, 1 to 32
    output wire [63:0] fetch_addr,
    output wire        fetch_c2h       // its queue's direction
);
    `include "cw_regs.vh"

    localparam QW = $clog2(QUEUE_N);
    localparam [1:0] OP_WRITE = 2'd0, OP_ENABLE = 2'd1, OP_DISABLE = 2'd2, OP_QUIESCE = 2'd3;
    localparam [2:0] S_IDLE = 3'd0, S_ACT = 3'd1, S_FETCH = 3'd2, S_PEEK = 3'd3, S_SIZED = 3'd4;
    localparam [2:0] EV_CFG = 3'd0, EV_STOP = 3'd1, EV_QST = 3'd2, EV_KICK = 3'd3, EV_POP = 3'd4,
                     EV_MORE = 3'd5;
    localparam SW = STREAM != 0 ? $clog2(SLOT_N) + 1 : 1;  // bits of the places of a queue

    reg  [2:0]  state_q;
    reg  [2:0]  ev_q;
    reg  [10:0] queue_q;
    reg  [31:0] told_q;         // producer index of the kick at hand
    reg  [1:0]  op_q;           // what the strobe at hand says
    reg         bit_q;
    reg         cfg_pend_q;
    reg  [1:0]  cfg_op_q;
    reg  [10:0] cfg_queue_q;
    reg         cfg_bit_q;
    reg         pop_turn_q;     // the last event was a kick: a waiting queue goes first
    reg  [QW:0] init_q;         // list bits cleared since reset
    reg         qst_done_q;     // answered; waits for the request to fall
    reg         can_q;          // the queue that was looked up ahead may fetch
    reg         fetch_q;        // a fetch waits to be taken
    // The fetch that waits, or else of the queue that was looked up last.
    reg  [10:0] fetch_queue_q;
    reg  [31:0] fetch_num_q;
    reg  [63:0] fetch_addr_q;
    reg  [1:0]  in_read_q;      // descriptors that a read can have, less one: {in_read_q, 3'b111}
    reg         fetch_c2h_q;
    reg  [4:0]  more_q, end_q;  // descriptors behind its first one: told of, in the ring
    reg         more_far_q, end_far_q; // 32 of them or more

    // ---- what to do next ----
    wire        list_valid;
    wire [10:0] list_queue;
    wire        list_idle;
    wire        init_done = init_q[QW];
    wire        can_offer = engine_enable && (!fetch_q || fetch_ready);
    wire        can_pop   = list_valid && can_offer && state_q != S_FETCH;
    wire        pick_cfg  = cfg_pend_q;
    wire        pick_stop = !pick_cfg && init_done && stop_valid;
    wire        pick_more = STREAM != 0 && !pick_cfg && !pick_stop && init_done && more_valid;
    wire        pick_qst  = !pick_cfg && !pick_stop && !pick_more && init_done && qst_valid && !qst_done_q &&
                            !qst_fetch_ack;
    wire        pick_kick = !pick_cfg && !pick_stop && !pick_more && !pick_qst && init_done && kick_valid &&
                            !(pop_turn_q && can_pop);
    wire        pick_pop  = !pick_cfg && !pick_stop && !pick_more && !pick_qst && !pick_kick && init_done &&
                            can_pop;
    wire        pick_any  = pick_cfg || pick_stop || pick_more || pick_qst || pick_kick || pick_pop;
    wire        peek      = peek_valid && init_done && !list_valid && !pick_any;
    // the kick of the queue that was looked up ahead, and nothing came between
    wire        ahead     = state_q == S_SIZED && can_q && kick_valid && !list_valid && engine_enable && !fetch_q &&
                            !pick_cfg && !pick_stop && !pick_more && !pick_qst;
    wire        fetching  = state_q == S_FETCH || ahead;
    wire        alone     = ev_q == EV_KICK && !list_valid && can_offer; // its fetch may be next
    wire        open      = state_q == S_IDLE || state_q == S_FETCH || state_q == S_PEEK || (state_q == S_SIZED && !ahead) ||
                            (state_q == S_ACT && ev_q != EV_POP && !alone);
    wire [10:0] pick_queue = pick_cfg ? cfg_queue_q : pick_stop ? stop_queue : pick_more ? more_queue :
                             pick_qst ? qst_queue : pick_kick ? kick_queue :
                             list_valid ? list_queue : peek_queue;

    assign stop_ready = open && pick_stop;
    assign kick_ready = (open && pick_kick) || ahead;
    assign more_ready = open && pick_more;
    assign idle  = state_q == S_IDLE && !pick_any && !peek && init_done && !qcfg_valid && list_idle &&
                   !(fetch_q && fetch_ready) && !(qst_done_q && !qst_valid);
    assign empty = state_q == S_IDLE && !fetch_q;

    // ---- per-queue state, read when an event is picked; of that event until its next state is written ----
    wire [31:0] producer, fetched;
    wire        run, quiesce, halted, in_list;
    wire [25:0] ring_lo;        // 64-byte aligned
    wire [31:0] ring_hi;
    wire [4:0]  entries_log2;
    wire        c2h, stream;
    wire [SW-1:0] places;       // for descriptors of a stream queue, not yet fetched
    reg         st_wr, list_wr, list_bit, push;
    reg  [2:0]  st_data;
    reg  [SW-1:0] st_places;
    // ENABLE finds zero in told_q.
    wire        begins = state_q == S_ACT && ev_q == EV_CFG && op_q == OP_ENABLE;
    wire [5:0]  n;              // descriptors of the fetch at hand
    wire [31:0] fetched_d = {26'd0, n & {6{!begins}}} + (begins ? 32'd0 : fetch_num_q);

    cw_ram_fwd #(.W(3 + SW), .DEPTH(QUEUE_N), .LIVE(1)) u_state (
        .clk(clk), .wr_en(st_wr), .wr_addr(queue_q[QW-1:0]), .wr_data({st_places, st_data}),
        .rd_en(open && (pick_any || peek)), .rd_addr(pick_queue[QW-1:0]),
        .rd_data({places, run, quiesce, halted})
    );
    cw_ram_fwd #(.W(32), .DEPTH(QUEUE_N), .LIVE(1)) u_producer (
        .clk(clk), .wr_en(begins || (state_q == S_ACT && ev_q == EV_KICK) || ahead), .wr_addr(queue_q[QW-1:0]),
        .wr_data(told_q), .rd_en(open && (pick_any || peek)), .rd_addr(pick_queue[QW-1:0]), .rd_data(producer)
    );
    cw_ram_fwd #(.W(32), .DEPTH(QUEUE_N), .LIVE(1)) u_fetched (
        .clk(clk), .wr_en(begins || fetching), .wr_addr(queue_q[QW-1:0]), .wr_data(fetched_d),
        .rd_en(open && (pick_any || peek)), .rd_addr(pick_queue[QW-1:0]), .rd_data(fetched)
    );
    cw_ram_fwd #(.W(1), .DEPTH(QUEUE_N), .LIVE(1)) u_in_list (
        .clk(clk), .wr_en(list_wr || !init_done),
        .wr_addr(init_done ? queue_q[QW-1:0] : init_q[QW-1:0]), .wr_data(init_done && list_bit),
        .rd_en(open && (pick_any || peek)), .rd_addr(pick_queue[QW-1:0]), .rd_data(in_list)
    );
    wire cfg_write = qcfg_valid && qcfg_op == OP_WRITE;
    cw_ram #(.W(26), .DEPTH(QUEUE_N)) u_ring_lo (
        .clk(clk), .wr_en(cfg_write && qcfg_reg == CW_Q_RING_LO[6:2]),
        .wr_addr(qcfg_queue[QW-1:0]), .wr_data(qcfg_data[31:6]),
        .rd_en(open && (pick_pop || pick_kick || peek)), .rd_addr(pick_queue[QW-1:0]), .rd_data(ring_lo)
    );
    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_ring_hi (
        .clk(clk), .wr_en(cfg_write && qcfg_reg == CW_Q_RING_HI[6:2]),
        .wr_addr(qcfg_queue[QW-1:0]), .wr_data(qcfg_data),
        .rd_en(open && (pick_pop || pick_kick || peek)), .rd_addr(pick_queue[QW-1:0]), .rd_data(ring_hi)
    );
    cw_ram #(.W(7), .DEPTH(QUEUE_N)) u_entries (
        .clk(clk), .wr_en(cfg_write && qcfg_reg == CW_Q_CONFIG[6:2]), .wr_addr(qcfg_queue[QW-1:0]),
        .wr_data({STREAM != 0 && qcfg_data[CW_Q_CONFIG_STREAM_LSB], qcfg_data[CW_Q_CONFIG_C2H_LSB],
                  qcfg_data[CW_Q_CONFIG_ENTRIES_LOG2_MSB:CW_Q_CONFIG_ENTRIES_LOG2_LSB]}),
        .rd_en(open && (pick_pop || pick_kick || peek)), .rd_addr(pick_queue[QW-1:0]), .rd_data({stream, c2h, entries_log2})
    );
    cw_turns #(.QUEUE_N(QUEUE_N)) u_turns (
        .clk(clk), .rst(rst), .idle(list_idle), .weight_wr(cfg_write && qcfg_reg == CW_Q_CONFIG[6:2]),
        .weight_queue(qcfg_queue), .weight(qcfg_data[CW_Q_CONFIG_WEIGHT_MSB:CW_Q_CONFIG_WEIGHT_LSB]),
        .start(open && pick_kick), .start_queue(kick_queue), .in_valid(push), .in_more(state_q == S_FETCH),
        .in_queue(queue_q), .out_valid(list_valid), .out_ready(open && pick_pop), .out_queue(list_queue)
    );

    // ---- size of a fetch: here all counts are of descriptors behind the first one ----
    wire [15:0] ring_mask = ~(16'hffff << entries_log2);    // of slots: at most 2^16
    wire [15:0] slot      = fetched[15:0] & ring_mask;
    wire [15:0] to_end    = ~fetched[15:0] & ring_mask;
    wire [31:0] told      = state_q == S_PEEK ? kick_producer : ev_q == EV_KICK ? told_q : producer;
    wire [31:0] lag       = fetched - told;
    wire [31:0] more      = ~lag;           // told - fetched - 1: all ones if there is none
    // An index that moved backwards, or too far, fetches nothing: whoever accepts
    // doorbells has checked them, this only bounds the damage.
    wire        some      = (more & ~{16'd0, ring_mask}) == 32'd0;
    wire        streams   = STREAM != 0 && stream;
    wire        no_place  = streams && places == {SW{1'b0}};
    wire        can_fetch = run && !quiesce && !halted && some && !no_place;
    wire [31:0] place     = {{(32 - SW){1'b0}}, places} - 32'd1;
    wire [31:0] may_fetch = streams && more > place ? place : more;
    wire [4:0]  to_bound  = {in_read_q, 3'b111} & ~fetch_addr_q[8:4];
    wire [4:0]  n_more    = more_far_q || more_q > to_bound ? to_bound : more_q;
    wire [4:0]  n_last    = end_far_q || end_q > n_more ? n_more : end_q;
    assign      n         = {1'b0, n_last} + 6'd1;
    wire        is_rest   = more_far_q || more_q != n_last;  // something is left behind this fetch
    wire        hold      = fetch_q && !fetch_ready;

    wire [31:0] n_wide = {26'd0, n};
    wire [SW-1:0] stream_n = n_wide[SW-1:0];
    wire unused = &{1'b0, n_wide, more_queue};
    wire left       = more != 32'hffff_ffff;    // to fetch; only for events that tell nothing
    wire wants_list = run && !quiesce && !halted && !in_list;
    wire direct = state_q == S_ACT && alone && wants_list && can_fetch;

    always @* begin
        st_wr    = 1'b0;
        st_data  = {run, quiesce, halted};
        st_places = places;
        list_wr  = 1'b0;
        list_bit = 1'b0;
        push     = 1'b0;
        case (state_q)
        S_ACT:
            case (ev_q)
            EV_CFG: begin
                st_wr = 1'b1;
                case (op_q)
                OP_ENABLE: begin
                    st_data   = 3'b100;
                    st_places = STREAM != 0 ? SLOT_N[SW-1:0] : {SW{1'b0}};
                end
                OP_DISABLE: st_data[2] = 1'b0;
                OP_QUIESCE: st_data[1] = bit_q;
                default:    st_wr = 1'b0;
                endcase
                if (op_q == OP_QUIESCE && !bit_q && run && !halted && !in_list && left) begin
                    push     = 1'b1;
                    list_wr  = 1'b1;
                    list_bit = 1'b1;
                end
            end
            EV_STOP: begin
                st_wr      = 1'b1;
                st_data[0] = 1'b1;
            end
            EV_MORE: begin
                st_wr     = 1'b1;
                st_places = places + MORE_N[SW-1:0];
                push      = wants_list && left;
                list_wr   = push;
                list_bit  = 1'b1;
            end
            EV_KICK: begin
                push     = wants_list && !direct;
                list_wr  = push;
                list_bit = 1'b1;
            end
            EV_POP:
                list_wr = !can_fetch;
            default: ;
            endcase
        S_FETCH, S_SIZED: if (fetching) begin
            if (streams) begin
                st_wr     = 1'b1;
                st_places = places - stream_n;
            end
            push          = is_rest;
            list_wr       = 1'b1;
            list_bit      = push;
        end
        default: ;
        endcase
    end

    // A fetch is offered in the cycle in which its size is known.
    assign fetch_valid = fetch_q || fetching;
    assign fetch_queue = fetch_queue_q;
    assign fetch_num   = fetch_num_q;
    assign fetch_n     = n;
    assign fetch_addr  = fetch_addr_q;
    assign fetch_c2h   = fetch_c2h_q;
    assign qst_fetch_ack = state_q == S_ACT && ev_q == EV_QST;
    assign qst_fetched   = fetched;

    always @(posedge clk) begin
        if (qcfg_valid && qcfg_op != OP_WRITE) begin
            cfg_op_q    <= qcfg_op;
            cfg_queue_q <= qcfg_queue;
            cfg_bit_q   <= qcfg_data[0];
        end
        if (fetch_ready)
            fetch_q <= 1'b0;
        if (!qst_valid)
            qst_done_q <= 1'b0;
        if (!init_done)
            init_q <= init_q + 1'b1;
        // waits for a configuration strobe, a stop, a status read, a doorbell, or
        // a queue in the list with room for its fetch
        if (open) begin
            state_q <= pick_any ? S_ACT : peek ? S_PEEK : state_q == S_PEEK ? S_SIZED : S_IDLE;
            if (state_q == S_PEEK || pick_any)
                told_q <= pick_cfg ? 32'd0 : kick_producer;
            if (peek) begin
                ev_q    <= EV_KICK;
                queue_q <= peek_queue;
            end
            if (pick_any) begin
                ev_q       <= pick_cfg ? EV_CFG : pick_stop ? EV_STOP : pick_more ? EV_MORE : pick_qst ? EV_QST :
                              pick_kick ? EV_KICK : EV_POP;
                queue_q    <= pick_queue;
                op_q       <= cfg_op_q;
                bit_q      <= cfg_bit_q;
                pop_turn_q <= pick_kick;
                if (pick_cfg)
                    cfg_pend_q <= 1'b0;
            end
        end
        case (state_q)
        S_IDLE: ;
        // the queue's state is read: one cycle
        S_ACT, S_PEEK: begin
            if (!open)
                state_q <= direct || (ev_q == EV_POP && can_fetch) ? S_FETCH : S_IDLE;
            can_q <= wants_list && can_fetch;
            if (!hold) begin
                fetch_queue_q <= queue_q;
                fetch_num_q   <= fetched;
                fetch_addr_q  <= {ring_hi, ring_lo, 6'd0} + {44'd0, slot, 4'd0};
                fetch_c2h_q   <= c2h;
                more_q        <= may_fetch[4:0];
                more_far_q    <= may_fetch[31:5] != 27'd0;
                end_q         <= to_end[4:0];
                end_far_q     <= to_end[15:5] != 11'd0;
                in_read_q     <= rd_log2 >= 4'd9 ? 2'b11 : rd_log2 == 4'd8 ? 2'b01 : 2'b00;
            end
            if (state_q == S_ACT && ev_q == EV_QST)
                qst_done_q <= 1'b1;
        end
        // the size of the fetch is known: one cycle; S_SIZED: if its kick comes
        S_FETCH, S_SIZED: if (fetching) begin
            fetch_q <= !fetch_ready;
            if (ahead) begin
                state_q    <= S_IDLE;
                pop_turn_q <= 1'b1;
            end
        end
        default: state_q <= S_IDLE;
        endcase
        if (qcfg_valid && qcfg_op != OP_WRITE)
            cfg_pend_q <= 1'b1;
        if (rst) begin
            state_q    <= S_IDLE;
            cfg_pend_q <= 1'b0;
            pop_turn_q <= 1'b0;
            fetch_q    <= 1'b0;
            qst_done_q <= 1'b0;
            init_q     <= {(QW + 1){1'b0}};
        end
    end
endmodule

`default_nettype wire
