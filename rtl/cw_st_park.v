// SPDX-License-Identifier: BSD-2-Clause
//
// Keeps the fetched descriptors of stream queues of one direction, SLOT_N a queue, in
// RAM, until their packet may begin (host to card) or comes (card to host): so no
// queue's wait is another's.
//
//   host to card  a packet begins when its queue has credit (the user's, in packets)
//                 and its last descriptor is here, or no more may come (full); its
//                 descriptors then leave back to back as they come, and no other
//                 queue's in between. Queues take turns, of so many packets as their
//                 weights say, one by default (cw_turns).
//   card to host  a descriptor leaves when it is asked for; `answer` says one cycle
//                 later whether there was one, and if not whether to wait: the
//                 policy says so, or the host has posted more than has come here
//                 (`kick`: accepted producer indices; not while fetching is quiesced).
//
// Descriptors that end without moving data (`end`: bad ones, those of a queue that
// halted) leave in order of their queue as soon as they are its first; so does
// everything of a queue that is disabled (`cut`). A packet whose queue is disabled, or
// meets a bad descriptor, in its middle ends with `abort`, with a descriptor or alone.
//
// cw_desc_sched never has more than SLOT_N descriptors of a queue fetched or here:
// each `more` says that MORE_N have left. `room` is a strobe: how many of a queue are
// posted and have not left, told as they come and leave. Credit: n packets more; 0: none any more; 255: without
// limit. A refund gives one packet back. ENABLE keeps the credit.
//
// One event a cycle (a descriptor in, one out, credit), a descriptor out every other
// cycle at most. From the last descriptor of a packet to its first one out: four cycles.
`default_nettype none

module cw_st_park #(
    parameter QUEUE_N = 64,
    parameter SLOT_N  = 32,          // a power of two, 4 or more
    parameter MORE_N  = 8,           // a power of two, up to SLOT_N / 2
    parameter C2H     = 0,
    parameter ENTRY_W = 130          // see cw_st_issue
) (
    input  wire               clk,
    input  wire               rst,
    output wire               idle,
    output wire               empty,

    input  wire               qcfg_valid,
    input  wire [1:0]         qcfg_op,
    input  wire [10:0]        qcfg_queue,
    input  wire [4:0]         qcfg_reg,
    input  wire [31:0]        qcfg_data,

    input  wire               in_valid,
    output wire               in_ready,
    input  wire [10:0]        in_queue,
    input  wire [ENTRY_W-1:0] in_entry,
    input  wire               in_end,
    input  wire               in_eop,

    input  wire               credit_valid,
    output wire               credit_ready,
    input  wire [10:0]        credit_queue,
    input  wire [7:0]         credit_n,
    input  wire               refund_valid,
    output wire               refund_ready,
    input  wire [10:0]        refund_queue,

    input  wire               kick_valid,     // strobe
    input  wire [10:0]        kick_queue,
    input  wire [31:0]        kick_producer,
    input  wire               ask_valid,
    output wire               ask_ready,
    input  wire [10:0]        ask_queue,
    output wire               answer_valid,   // strobe
    output wire               answer_have,
    output wire               answer_stall,   // it waits rather than drops
    output wire [23:0]        answer_len,     // a cycle after an answer: bytes of its descriptor

    output wire               more_valid,
    input  wire               more_ready,
    output wire [10:0]        more_queue,
    output wire               room_valid,     // strobe
    output wire [10:0]        room_queue,
    output wire [7:0]         room_n,

    output wire               out_valid,
    input  wire               out_ready,
    output wire [10:0]        out_queue,
    output wire [31:0]        out_num,
    output wire               out_has,        // a descriptor; else only an abort
    output wire               out_cut,
    output wire               out_abort,
    output wire [ENTRY_W-1:0] out_entry
);
    `include "cw_regs.vh"

    localparam QW = $clog2(QUEUE_N);
    localparam SW = $clog2(SLOT_N);
    localparam MW = $clog2(MORE_N);
    localparam [1:0] OP_WRITE = 2'd0, OP_ENABLE = 2'd1, OP_QUIESCE = 2'd3;
    localparam [2:0] EV_NONE = 3'd0, EV_CFG = 3'd1, EV_IN = 3'd2, EV_CREDIT = 3'd3, EV_REFUND = 3'd4,
                     EV_ASK = 3'd5, EV_SERVE = 3'd6, EV_CUR = 3'd7;
    localparam [15:0] ENDLESS = 16'hffff;
    localparam LEN_LSB = 100;        // of an entry
    localparam ST_W = 16 + 3 + SW + 1 + 32 + 2 * SLOT_N;

    initial if (SLOT_N < 4 || MORE_N > SLOT_N / 2 || (SLOT_N & (SLOT_N - 1)) != 0 || (MORE_N & (MORE_N - 1)) != 0) begin
        $display("%m: SLOT_N %0d, MORE_N %0d", SLOT_N, MORE_N);
        $finish;
    end

    reg  [2:0]  ev_q;                // the event at hand
    reg  [10:0] queue_q;
    reg  [7:0]  arg_q;               // of a configuration or credit event
    reg         in_end_q, in_eop_q;
    reg  [ENTRY_W-1:0] in_entry_q;
    reg         cfg_pend_q, cfg_bit_q;
    reg  [1:0]  cfg_op_q;
    reg  [10:0] cfg_queue_q;
    reg  [QW:0] init_q;              // states cleared since reset
    reg         cur_q;               // a packet is in its middle
    reg         dry_q;               // ... and waits for its next descriptor
    reg  [10:0] cur_queue_q;
    reg         asked_q;             // the last event out was an answer: the list goes first
    wire        init_done = init_q[QW];

    // ---- the next event ----
    wire        list_valid, list_idle, more_room;
    wire [10:0] list_queue;
    wire [3:0]  out_n;
    wire        may_pop  = out_n <= 4'd4 && more_room;
    wire        acts_out = ev_q == EV_SERVE || ev_q == EV_CUR || ev_q == EV_ASK;
    wire        can_cur  = init_done && may_pop && !acts_out && cur_q && !dry_q;
    wire        can_list = init_done && may_pop && !acts_out && !cur_q && list_valid;
    wire        can_ask  = init_done && may_pop && !acts_out && ask_valid;
    wire        can_out  = can_cur || can_list || can_ask;
    wire        can_in   = init_done && (in_valid || credit_valid || refund_valid);
    wire        pick_cfg = cfg_pend_q && init_done;
    // Never two out in a row: what comes in always has the cycle between.
    wire        pick_out = !pick_cfg && can_out;
    wire        pick_in  = !pick_cfg && !pick_out && can_in;
    wire        ask_now  = can_ask && !(can_list && asked_q);
    wire [2:0]  pick = pick_cfg ? EV_CFG : pick_out ? (ask_now ? EV_ASK : can_cur ? EV_CUR : EV_SERVE) :
                       !pick_in ? EV_NONE : refund_valid ? EV_REFUND : in_valid ? EV_IN : EV_CREDIT;
    wire [10:0] pick_queue = pick == EV_CFG ? cfg_queue_q : pick == EV_ASK ? ask_queue :
                             pick == EV_CUR ? cur_queue_q : pick == EV_SERVE ? list_queue :
                             pick == EV_REFUND ? refund_queue : pick == EV_IN ? in_queue : credit_queue;
    assign in_ready     = pick == EV_IN;
    assign credit_ready = pick == EV_CREDIT;
    assign refund_ready = pick == EV_REFUND;
    assign ask_ready    = pick == EV_ASK;

    // ---- state of a queue ----
    wire [15:0] credit;
    wire        run, quiet, listed;  // quiet: no more is fetched
    wire [SW:0] wr;                  // of the next descriptor in; its low bits the slot
    wire [31:0] rd;                  // number of the next one out
    wire [SLOT_N-1:0] eops, ends;
    wire        stall;
    reg  [15:0] n_credit;
    reg         n_run, n_quiet, n_listed;
    reg  [SW:0] n_wr;
    reg  [31:0] n_rd;
    reg  [SLOT_N-1:0] n_eops, n_ends;
    wire [QW-1:0] at = queue_q[QW-1:0];

    cw_ram_fwd #(.W(ST_W), .DEPTH(QUEUE_N)) u_state (
        .clk(clk), .wr_en(ev_q != EV_NONE || !init_done), .wr_addr(init_done ? at : init_q[QW-1:0]),
        .wr_data(init_done ? {n_credit, n_run, n_quiet, n_listed, n_wr, n_rd, n_eops, n_ends} : {ST_W{1'b0}}),
        .rd_en(pick != EV_NONE), .rd_addr(pick_queue[QW-1:0]),
        .rd_data({credit, run, quiet, listed, wr, rd, eops, ends})
    );
    wire cfg_write = qcfg_valid && qcfg_op == OP_WRITE && qcfg_reg == CW_Q_CONFIG[6:2];
    cw_ram #(.W(1), .DEPTH(QUEUE_N)) u_stall (
        .clk(clk), .wr_en(cfg_write), .wr_addr(qcfg_queue[QW-1:0]), .wr_data(qcfg_data[CW_Q_CONFIG_STALL_LSB]),
        .rd_en(pick == EV_ASK), .rd_addr(pick_queue[QW-1:0]), .rd_data(stall)
    );

    // ---- what the event does ----
    wire [SW-1:0] rd_slot = rd[SW-1:0];
    wire        none     = wr == rd[SW:0];
    wire        head_end = ends[rd_slot];
    wire        head_eop = eops[rd_slot];
    wire [SW:0] used     = wr - rd[SW:0];
    // places come back MORE_N at a time
    wire [SW:0] taken    = wr - {rd[SW:MW], {MW{1'b0}}};
    wire        full     = taken[SW];
    // A packet, or what ends without moving, may begin with the first descriptor.
    function may_begin(input go, input some, input first_end, input any_eop, input no_more, input paid);
        may_begin = some && (!go || first_end || (C2H == 0 && (any_eop || no_more) && paid));
    endfunction
    wire        begins  = may_begin(run, !none, head_end, eops != {SLOT_N{1'b0}}, full, credit != 16'd0);
    wire        mine    = cur_q && queue_q == cur_queue_q;
    wire        known   = {21'd0, queue_q} < QUEUE_N;  // the user's numbers may be any
    wire        have    = known && run && !none && !head_end;
    wire        pops    = (ev_q == EV_SERVE && begins) || (ev_q == EV_CUR && !none) || (ev_q == EV_ASK && have);
    wire        gives   = pops && (&rd[MW-1:0]);     // MORE_N places
    wire        enables = ev_q == EV_CFG && arg_q[1:0] == OP_ENABLE;
    wire        is_quiesce = arg_q[1:0] == OP_QUIESCE;
    wire        off     = ev_q == EV_CFG && !enables && !is_quiesce;
    wire        aborts  = mine && (off || (ev_q == EV_CUR && pops && head_end));
    wire        starts  = ev_q == EV_SERVE && begins && run && !head_end;
    wire        leaves_mid = (starts || (ev_q == EV_CUR && pops && run && !head_end)) && !head_eop;
    reg         push;

    always @* begin
        n_credit = credit;
        n_run    = run;
        n_quiet  = quiet;
        n_listed = listed;
        n_wr     = wr;
        n_rd     = rd;
        n_eops   = eops;
        n_ends   = ends;
        case (ev_q)
        EV_CFG: begin
            if (is_quiesce)
                n_quiet = arg_q[2];
            else
                {n_run, n_quiet} = {enables, 1'b0};
            if (enables) begin
                n_wr = {(SW + 1){1'b0}};
                n_rd = 32'd0;
            end
        end
        EV_IN: begin
            n_wr = wr + 1'b1;
            n_eops[wr[SW-1:0]] = in_eop_q || in_end_q;
            n_ends[wr[SW-1:0]] = in_end_q;
        end
        EV_CREDIT:
            n_credit = !known ? credit : arg_q == 8'd0 ? 16'd0 : arg_q == 8'd255 || credit == ENDLESS ? ENDLESS :
                       credit >= ENDLESS - 16'd255 ? credit : credit + {8'd0, arg_q};
        EV_REFUND:
            n_credit = credit == ENDLESS || credit == ENDLESS - 16'd1 ? credit : credit + 16'd1;
        EV_SERVE:
            n_listed = 1'b0;
        default: ;
        endcase
        if (pops) begin
            n_rd = rd + 32'd1;
            n_eops[rd_slot] = 1'b0;
            n_ends[rd_slot] = 1'b0;
            if (head_end)
                n_run = 1'b0;        // it halted, or is disabled
            if (starts && C2H == 0 && credit != ENDLESS)
                n_credit = credit - 16'd1;
        end
        // Into the list when the next packet may begin; not while this one is in its middle.
        if (push)
            n_listed = 1'b1;
    end
    wire [SW:0] n_used = n_wr - n_rd[SW:0];
    always @*
        push = ev_q != EV_NONE && known && !leaves_mid && !(mine && !aborts && !(ev_q == EV_CUR && pops)) &&
               !(listed && ev_q != EV_SERVE) && will_begin;
    wire [SLOT_N-1:0] in_one = {{(SLOT_N - 1){1'b0}}, ev_q == EV_IN} << wr[SW-1:0];
    wire [SLOT_N-1:0] out_one = {{(SLOT_N - 1){1'b0}}, pops} << rd_slot;
    wire [SLOT_N-1:0] l_eops = (eops | (in_eop_q || in_end_q ? in_one : {SLOT_N{1'b0}})) & ~out_one;
    wire [SLOT_N-1:0] l_ends = (ends | (in_end_q ? in_one : {SLOT_N{1'b0}})) & ~out_one;
    wire [SW-1:0] next_slot = rd_slot + {{(SW - 1){1'b0}}, pops};
    wire        on_after  = ev_q == EV_CFG && !is_quiesce ? enables : run && !(pops && head_end);
    wire        some_after = enables ? 1'b0 : ev_q == EV_IN ? 1'b1 : used != {{SW{1'b0}}, pops};
    wire        full_after = ev_q == EV_IN ? taken == SLOT_N[SW:0] - 1'b1 : full && !gives;
    wire        paid_after = ev_q == EV_CREDIT ? known && arg_q != 8'd0 : ev_q == EV_REFUND ? 1'b1 :
                             credit == ENDLESS || credit > {15'd0, starts};
    wire        will_begin = may_begin(on_after, some_after, l_ends[next_slot], l_eops != {SLOT_N{1'b0}}, full_after,
                                       paid_after);

    cw_turns #(.QUEUE_N(QUEUE_N), .WEIGHTED(C2H == 0)) u_turns (
        .clk(clk), .rst(rst), .idle(list_idle), .weight_wr(cfg_write), .weight_queue(qcfg_queue),
        .weight(qcfg_data[CW_Q_CONFIG_WEIGHT_MSB:CW_Q_CONFIG_WEIGHT_LSB]), .start(1'b0), .start_queue(11'd0),
        .in_valid(push), .in_more(pops), .in_queue(queue_q), .out_valid(list_valid),
        .out_ready(pick == EV_SERVE), .out_queue(list_queue)
    );

    // ---- descriptors ----
    reg                pop_q, pop_has_q, pop_cut_q, pop_abort_q;
    reg  [10:0]        pop_queue_q;
    reg  [31:0]        pop_num_q;
    wire [ENTRY_W-1:0] entry;
    wire               unused_ready;
    cw_ram #(.W(ENTRY_W), .DEPTH(QUEUE_N * SLOT_N)) u_slots (
        .clk(clk), .wr_en(ev_q == EV_IN), .wr_addr({at, wr[SW-1:0]}), .wr_data(in_entry_q),
        .rd_en(pops), .rd_addr({at, rd_slot}), .rd_data(entry)
    );
    stream_fifo #(.W(46 + ENTRY_W), .DEPTH(8)) u_out (
        .clk(clk), .rst(rst), .in_valid(pop_q), .in_ready(unused_ready),
        .in_data({pop_queue_q, pop_num_q, pop_has_q, pop_cut_q, pop_abort_q, entry}),
        .out_valid(out_valid), .out_ready(out_ready),
        .out_data({out_queue, out_num, out_has, out_cut, out_abort, out_entry}), .count(out_n)
    );

    // ---- places that are free again ----
    wire        unused_more;
    wire [3:0]  more_n;
    stream_fifo #(.W(11), .DEPTH(8)) u_more (
        .clk(clk), .rst(rst), .in_valid(gives), .in_ready(unused_more), .in_data(queue_q),
        .out_valid(more_valid), .out_ready(more_ready), .out_data(more_queue), .count(more_n)
    );
    assign more_room = more_n <= 4'd6;

    // ---- what the host has posted ----
    wire [31:0] posted;
    generate
        if (C2H != 0) begin : g_posted
            // ENABLE zeroes it, in a cycle without a kick
            reg             zero_q;
            reg  [QW-1:0]   zero_queue_q;
            cw_ram_fwd #(.W(32), .DEPTH(QUEUE_N)) u_posted (
                .clk(clk), .wr_en(kick_valid || zero_q),
                .wr_addr(kick_valid ? kick_queue[QW-1:0] : zero_queue_q),
                .wr_data(kick_valid ? kick_producer : 32'd0),
                .rd_en(pick != EV_NONE), .rd_addr(pick_queue[QW-1:0]), .rd_data(posted)
            );
            always @(posedge clk) begin
                if (qcfg_valid && qcfg_op == OP_ENABLE)
                    zero_queue_q <= qcfg_queue[QW-1:0];
                zero_q <= !rst && ((qcfg_valid && qcfg_op == OP_ENABLE) || (zero_q && kick_valid));
            end
        end else begin : g_no_posted
            assign posted = 32'd0;
            wire   unused_kick = &{1'b0, kick_valid, kick_queue, kick_producer};
        end
    endgenerate

    // At least those that are here.
    wire [31:0] n_here  = {{(31 - SW){1'b0}}, n_used};
    wire [31:0] n_all   = enables ? 32'd0 : posted - n_rd;
    wire [31:0] n_count = n_all > n_here ? n_all : n_here;
    wire        unused  = &{1'b0, kick_queue};
    assign answer_valid = ev_q == EV_ASK;
    assign answer_have  = have;
    assign answer_stall = known && run && (stall || (!quiet && posted != rd));
    assign answer_len   = entry[LEN_LSB +: 24];
    assign room_valid = C2H != 0 && (ev_q == EV_CFG || ev_q == EV_IN || pops);
    assign room_queue = queue_q;
    assign room_n     = !on_after || l_ends[next_slot] ? 8'd0 : n_count > 32'd255 ? 8'd255 : n_count[7:0];

    wire moves = ev_q != EV_NONE || pick != EV_NONE || pop_q || !list_idle || !init_done || qcfg_valid ||
                 cfg_pend_q;
    assign idle  = !moves && !(out_valid && out_ready) && !(more_valid && more_ready);
    assign empty = !moves && !out_valid && !list_valid && !more_valid && !cur_q;

    always @(posedge clk) begin
        if (!init_done)
            init_q <= init_q + 1'b1;
        if (pick_cfg)
            cfg_pend_q <= 1'b0;
        if (qcfg_valid && qcfg_op != OP_WRITE) begin
            cfg_pend_q  <= 1'b1;
            cfg_op_q    <= qcfg_op;
            cfg_bit_q   <= qcfg_data[0];
            cfg_queue_q <= qcfg_queue;
        end
        ev_q     <= pick;
        queue_q  <= pick_queue;
        arg_q    <= pick == EV_CFG ? {5'd0, cfg_bit_q, cfg_op_q} : credit_n;
        in_end_q <= in_end;
        in_eop_q <= in_eop;
        in_entry_q <= in_entry;
        if (pick_out)
            asked_q <= ask_now;
        if (leaves_mid) begin
            cur_q       <= 1'b1;
            cur_queue_q <= queue_q;
            dry_q       <= 1'b0;
        end else if (aborts || (ev_q == EV_CUR && pops))
            cur_q <= 1'b0;
        // it waits for the next descriptor of the packet
        if (ev_q == EV_CUR && !pops)
            dry_q <= 1'b1;
        else if (mine && ev_q == EV_IN)
            dry_q <= 1'b0;
        pop_q       <= pops || aborts;
        pop_has_q   <= pops;
        pop_cut_q   <= !run;
        pop_abort_q <= aborts;
        pop_queue_q <= queue_q;
        pop_num_q   <= rd;
        if (rst) begin
            ev_q       <= EV_NONE;
            cfg_pend_q <= 1'b0;
            init_q     <= {(QW + 1){1'b0}};
            cur_q      <= 1'b0;
            dry_q      <= 1'b0;
            asked_q    <= 1'b0;
            pop_q      <= 1'b0;
        end
    end
endmodule

`default_nettype wire
