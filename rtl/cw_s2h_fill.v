// SPDX-License-Identifier: BSD-2-Clause
//
// Puts the packets of card-to-host streams into their queues' buffers. For each segment
// of a packet: moves from the ring to host memory, each within a segment and within a
// buffer; when a buffer is through, its done with what the record says of the packet.
//
// A buffer is asked for when a packet begins and each time one is full with more to come;
// a full one waits with its done until it is known whether the packet ends in it. Without
// one, it waits if the host has posted some or the queue's policy is to stall; else a packet that begins is
// dropped whole, and one that has begun ends in the buffer before (TRUNC), as does one
// whose queue is disabled. What is thrown away only frees its words.
//
// Moves end in the order in which they were made (`moved`); their words are free then.
//
// Nine cycles for a packet in one buffer, five for each further buffer.
`default_nettype none

module cw_s2h_fill #(
    parameter DATA_W = 256,
    parameter WORD_N = 512,
    parameter OP_W   = 8
) (
    input  wire              clk,
    input  wire              rst,
    output wire              idle,
    output wire              empty,

    input  wire              qcfg_valid,
    input  wire [1:0]        qcfg_op,
    input  wire [10:0]       qcfg_queue,

    input  wire              seg_valid,
    output wire              seg_ready,
    input  wire              seg_eop,
    input  wire              seg_err,
    input  wire [10:0]       seg_queue,
    input  wire [35:0]       seg_user,
    input  wire [12:0]       seg_bytes,
    output wire [$clog2(WORD_N):0] free_word,

    output wire              ask_valid,
    input  wire              ask_ready,
    output wire [10:0]       ask_queue,
    input  wire              answer_valid,
    input  wire              answer_have,
    input  wire              answer_stall,
    input  wire              room_valid,
    input  wire [10:0]       room_queue,

    input  wire              item_valid,
    output wire              item_ready,
    input  wire [OP_W-1:0]   item_op,
    input  wire [31:0]       item_num,
    input  wire [1:0]        item_attr,
    input  wire [23:0]       item_len,
    input  wire [63:0]       item_host,

    output wire              move_valid,
    input  wire              move_ready,
    output wire [OP_W-1:0]   move_op,
    output wire [10:0]       move_queue,
    output wire [31:0]       move_num,
    output wire [63:0]       move_host,
    output wire [63:0]       move_place,
    output wire [23:0]       move_len,
    output wire [1:0]        move_attr,
    input  wire              moved_valid,
    output wire              moved_ready,

    output wire              done_valid,
    input  wire              done_ready,
    output wire [OP_W-1:0]   done_op,
    output wire [23:0]       done_bytes,
    output wire [38:0]       done_info,     // {TRUNC, EOP, SOP, user word}

    // strobe: what became of a packet; after the room of all its buffers was told
    output wire              end_valid,
    output wire [10:0]       end_queue,
    output wire              end_drop,
    output wire              end_cut,
    output wire              stat_drop,
    output wire              stat_trunc,
    output wire              stat_pkt
);
    localparam BYTES  = DATA_W / 8;
    localparam LANE_W = $clog2(BYTES);
    localparam WW     = $clog2(WORD_N);
    localparam PLACE_W = WW + LANE_W;
    localparam [1:0] OP_DISABLE = 2'd2;
    localparam [2:0] S_SEG = 3'd0, S_ASK = 3'd1, S_ANSWER = 3'd2, S_WAIT = 3'd3, S_DECIDE = 3'd4, S_ITEM = 3'd5;

    reg  [2:0]      state_q;
    reg             pkt_q;           // in a packet
    reg             away_q;          // ... that is thrown away
    reg             cut_q;           // ... whose queue was disabled
    reg             have_q;
    reg  [10:0]     queue_q;
    reg  [35:0]     user_q;
    reg             open_q;          // a buffer is at hand
    reg             first_q;         // ... the packet's first
    reg  [OP_W-1:0] op_q;
    reg  [31:0]     num_q;
    reg  [1:0]      attr_q;
    reg  [63:0]     host_q;
    reg  [23:0]     left_q, sum_q;   // bytes free in it, put into it
    reg             begun_q;         // of the segment, seg_left_q bytes are left
    reg  [12:0]     seg_left_q;
    reg  [PLACE_W-1:0] place_q;      // of its next byte in the ring
    reg  [WW-1:0]   base_q;          // the word at which the segment begins
    reg  [WW:0]     free_q;

    // ---- the step ----
    wire [12:0] bytes   = begun_q ? seg_left_q : seg_bytes;
    wire        cut     = cut_q && open_q;
    wire        note_room;
    wire        in_seg  = state_q == S_SEG;
    wire        wants   = in_seg && seg_valid && !(pkt_q && away_q);
    wire        moves   = wants && open_q && left_q != 24'd0 && bytes != 13'd0;
    // not while a move is offered: that stays
    wire        closes_cut = in_seg && cut && !moves;
    wire        needs   = wants && !closes_cut && (!open_q || (left_q == 24'd0 && bytes != 13'd0));
    wire        fits    = {11'd0, bytes} <= left_q;
    wire [12:0] n       = fits ? bytes : left_q[12:0];
    wire        ends    = wants && !closes_cut && open_q && bytes == 13'd0;   // nothing left of the segment
    wire        throws  = in_seg && seg_valid && pkt_q && away_q;
    wire        decide  = state_q == S_DECIDE;
    wire        move_go = moves && note_room && move_ready;
    wire        end_go  = ends && note_room;
    wire        throw_go = throws && note_room;
    wire        cut_go  = closes_cut && note_room;
    wire        decide_go = decide && (!open_q || note_room);
    wire        trunc   = cut_go || (decide_go && !have_q && open_q);
    wire        drop    = decide_go && !have_q && !open_q;

    assign ask_valid  = state_q == S_ASK;
    assign ask_queue  = queue_q;
    assign item_ready = state_q == S_ITEM;
    assign move_valid = moves && note_room;
    assign move_op    = op_q;
    assign move_queue = queue_q;
    assign move_num   = num_q;
    assign move_host  = host_q;
    assign move_place = {{(64 - PLACE_W){1'b0}}, place_q};
    assign move_len   = {11'd0, n};
    assign move_attr  = attr_q;
    assign seg_ready  = end_go || throw_go;

    // ---- notes: what to do when the moves before have ended ----
    // move: wait for one. close: a done. words: free these.
    wire        close   = cut_go || (decide_go && open_q) || (end_go && seg_eop);
    wire        is_eop  = trunc || end_go;
    wire        note_valid = move_go || throw_go || close || end_go;
    wire [12:0] rounded = seg_bytes + BYTES[12:0] - 13'd1;
    wire [12:0] words   = end_go || throw_go ? rounded >> LANE_W : 13'd0;
    wire [WW-1:0] word_after = base_q + words[WW-1:0];
    wire        out_valid, out_move, out_close;
    wire [12:0] out_words;
    wire [4:0]  unused_n;
    wire        out_go  = out_valid && (!out_move || moved_valid) && (!out_close || done_ready);
    stream_fifo #(.W(OP_W + 78), .DEPTH(16)) u_notes (
        .clk(clk), .rst(rst), .in_valid(note_valid), .in_ready(note_room),
        .in_data({move_go, close, words, op_q, sum_q,
                  trunc || (end_go && seg_err), is_eop, first_q, user_q}),
        .out_valid(out_valid), .out_ready(out_go),
        .out_data({out_move, out_close, out_words, done_op, done_bytes, done_info}), .count(unused_n)
    );
    assign moved_ready = out_valid && out_move;
    assign done_valid  = out_valid && out_close;
    assign free_word   = free_q;
    assign end_valid   = drop || stat_pkt;
    assign end_queue   = queue_q;
    assign end_drop    = drop;
    assign end_cut     = trunc || (stat_pkt && seg_err);
    assign stat_drop   = drop;
    assign stat_trunc  = trunc;
    assign stat_pkt    = close && is_eop;

    wire starts = in_seg && wants && !pkt_q;
    wire wakes  = state_q == S_WAIT && room_valid && room_queue == queue_q;
    assign idle  = !starts && !needs && !note_valid && !out_go && !decide_go && !(ask_valid && ask_ready) &&
                   !answer_valid && !(item_valid && item_ready) && !wakes && !qcfg_valid;
    // What is only to be thrown away does not count: with no queue enabled that is all there is.
    assign empty = !open_q && state_q != S_ITEM;
    wire unused  = &{1'b0, out_words, rounded[LANE_W-1:0]};

    always @(posedge clk) begin
        case (state_q)
        // Waits for a segment, for its move to be taken, for room for the note.
        S_SEG: if (needs) state_q <= S_ASK;
        // Waits for the question to be taken.
        S_ASK: if (ask_ready) state_q <= S_ANSWER;
        // Waits for the answer.
        S_ANSWER: if (answer_valid) begin
            have_q  <= answer_have;
            state_q <= !answer_have && answer_stall ? S_WAIT : S_DECIDE;
        end
        // Waits for a buffer, or the end of the queue.
        S_WAIT: if (wakes) state_q <= S_ASK;
        // Waits for room for the note.
        S_DECIDE: if (decide_go) state_q <= have_q ? S_ITEM : S_SEG;
        // Waits for the buffer.
        default: if (item_valid) state_q <= S_SEG;
        endcase

        if (starts) begin
            pkt_q   <= 1'b1;
            away_q  <= 1'b0;
            cut_q   <= 1'b0;
            queue_q <= seg_queue;
            user_q  <= seg_user;
            first_q <= 1'b1;
        end
        if (qcfg_valid && qcfg_op == OP_DISABLE && pkt_q && qcfg_queue == queue_q)
            cut_q <= 1'b1;
        if (move_go) begin
            begun_q    <= 1'b1;
            seg_left_q <= bytes - n;
            place_q    <= place_q + {{(PLACE_W - 13){1'b0}}, n};
            host_q     <= host_q + {51'd0, n};
            left_q     <= left_q - {11'd0, n};
            sum_q      <= sum_q + {11'd0, n};
        end
        if (close) begin
            open_q  <= 1'b0;
            first_q <= 1'b0;
        end
        if (trunc || drop)
            away_q <= 1'b1;
        if (seg_ready) begin
            begun_q <= 1'b0;
            base_q  <= word_after;
            place_q <= {word_after, {LANE_W{1'b0}}};
            if (seg_eop)
                pkt_q <= 1'b0;
        end
        if (item_valid && item_ready) begin
            open_q <= 1'b1;
            op_q   <= item_op;
            num_q  <= item_num;
            attr_q <= item_attr;
            host_q <= item_host;
            left_q <= item_len;
            sum_q  <= 24'd0;
        end
        if (out_go)
            free_q <= free_q + out_words[WW:0];
        if (rst) begin
            state_q <= S_SEG;
            pkt_q   <= 1'b0;
            away_q  <= 1'b0;
            cut_q   <= 1'b0;
            open_q  <= 1'b0;
            begun_q <= 1'b0;
            place_q <= {PLACE_W{1'b0}};
            base_q  <= {WW{1'b0}};
            free_q  <= {(WW + 1){1'b0}};
        end
    end
endmodule

`default_nettype wire
