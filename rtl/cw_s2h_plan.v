// SPDX-License-Identifier: BSD-2-Clause
//
// Says what becomes of the packets of card-to-host streams, before their buffers are
// here: asks cw_st_park for them, and for each step says as a `part` what cw_s2h_fill is
// to do. So the question for the next packet is on its way while this one waits.
//
// A buffer is asked for when a packet begins and each time one is full with more to come;
// a full one is closed when it is known whether the packet ends in it. Without one, a
// packet waits if the host has posted some or the queue's policy is to stall; else one that begins is
// dropped whole, and one that has begun ends in the buffer before (TRUNC), as does one
// whose queue is disabled. What is thrown away only frees its words.
//
// The answer comes a cycle after the question, the length of the buffer a cycle later: only
// then it is known what to ask for next. So two cycles for a packet in one buffer, four for each
// further buffer; a cycle for each further segment.
`default_nettype none

module cw_s2h_plan #(
    parameter DATA_W = 256
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

    output wire              ask_valid,
    input  wire              ask_ready,
    output wire [10:0]       ask_queue,
    input  wire              answer_valid,
    input  wire              answer_have,
    input  wire              answer_stall,
    input  wire [23:0]       answer_len,    // a cycle after an answer: bytes of the buffer
    input  wire              room_valid,
    input  wire [10:0]       room_queue,

    output wire              part_valid,
    input  wire              part_ready,
    output wire              part_open,     // into the next buffer
    output wire [12:0]       part_bytes,    // put these into it
    output wire              part_close,    // then it is through, with
    output wire              part_bad,      // TRUNC,
    output wire              part_eop,
    output wire              part_sop,
    output wire [35:0]       part_user,
    output wire [10:0]       part_queue,
    output wire [12:0]       part_words,    // of the ring, that are free then

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
    localparam [1:0] OP_DISABLE = 2'd2;
    localparam [2:0] S_RUN = 3'd0, S_ASK = 3'd1, S_ANSWER = 3'd2, S_WAIT = 3'd3, S_LEN = 3'd4;

    reg  [2:0]  state_q;
    reg         pkt_q;               // in a packet
    reg         away_q;              // ... that is thrown away
    reg         cut_q;               // ... whose queue was disabled
    reg         first_q;             // ... no buffer of which is through
    reg  [10:0] queue_q;
    reg  [35:0] user_q;
    reg         open_q;              // it has a buffer
    reg  [23:0] left_q;              // ... with so many bytes free
    reg         cur_q;               // a segment is at hand
    reg         eop_q, err_q;
    reg  [12:0] bytes_q, words_q;    // of it: bytes that have no place yet; words in all

    // ---- the step ----
    wire [4:0]  part_n;
    wire        room    = part_n <= 5'd12;         // for two parts
    wire        more    = part_n <= 5'd11;
    wire        in_run  = state_q == S_RUN, in_len = state_q == S_LEN;
    wire [23:0] left    = in_len ? answer_len : left_q;
    wire        fits    = {11'd0, bytes_q} <= left;
    wire [12:0] n       = fits ? bytes_q : left[12:0];
    wire        cuts    = in_run && cut_q && open_q;
    wire        cut     = cuts && room;
    wire        throws  = in_run && cur_q && away_q && room;
    wire        fills   = in_len || (in_run && !cuts && cur_q && !away_q && open_q && room && (fits || left_q != 24'd0));
    wire        seg_over = throws || (fills && fits);
    wire        pkt_over = seg_over && eop_q;
    wire        full    = fills && !fits;
    wire        needs   = in_run && !cuts && cur_q && !away_q && !fills && room;

    // ---- the question ----
    // For the packet that comes next, or for the one that is at hand
    wire        begins  = seg_valid && (pkt_over ? more : in_run && !pkt_q && room);
    wire        taken   = ask_valid && ask_ready;
    wire        starts  = begins && taken;
    assign ask_valid = state_q == S_ASK || begins;
    assign ask_queue = state_q == S_ASK ? queue_q : seg_queue;
    assign seg_ready = starts || (pkt_q && ((in_run && !cur_q) || (seg_over && !eop_q)));
    wire        load    = seg_valid && seg_ready;
    wire [12:0] rounded = seg_bytes + BYTES[12:0] - 13'd1;

    wire        none    = answer_valid && !answer_have && !answer_stall;
    wire        closed  = answer_valid && open_q && (answer_have || !answer_stall); // the buffer before
    wire        trunc   = cut || (none && open_q);
    wire        drop    = none && !open_q;
    wire        close   = cut || closed || (pkt_over && !throws);
    wire        is_eop  = trunc || (close && !closed);

    wire        unused_ready;
    stream_fifo #(.W(78), .DEPTH(16)) u_parts (
        .clk(clk), .rst(rst), .in_valid(fills || throws || close), .in_ready(unused_ready),
        .in_data({in_len, fills ? n : 13'd0, close, trunc || (close && !closed && err_q), is_eop, first_q,
                  user_q, queue_q, seg_over ? words_q : 13'd0}),
        .out_valid(part_valid), .out_ready(part_ready),
        .out_data({part_open, part_bytes, part_close, part_bad, part_eop, part_sop, part_user, part_queue,
                   part_words}), .count(part_n)
    );
    assign end_valid  = drop || stat_pkt;
    assign end_queue  = queue_q;
    assign end_drop   = drop;
    assign end_cut    = trunc || (stat_pkt && err_q);
    assign stat_drop  = drop;
    assign stat_trunc = trunc;
    assign stat_pkt   = close && is_eop;

    wire wakes   = state_q == S_WAIT && room_valid && room_queue == queue_q;
    assign idle  = !fills && !throws && !cut && !needs && !taken && !answer_valid && !load && !wakes && !qcfg_valid &&
                   !(part_valid && part_ready);
    // What is only to be thrown away does not count: with no queue enabled that is all there is.
    assign empty = !open_q && !in_len && !part_valid;

    always @(posedge clk) begin
        case (state_q)
        // Waits for a segment, for room for its parts.
        S_RUN: if (needs) state_q <= S_ASK;
        // Waits for the question to be taken.
        S_ASK: if (ask_ready) state_q <= S_ANSWER;
        // Waits for the answer.
        S_ANSWER: if (answer_valid) state_q <= answer_have ? S_LEN : answer_stall ? S_WAIT : S_RUN;
        // Waits for a buffer, or the end of the queue.
        S_WAIT: if (wakes) state_q <= S_ASK;
        // The buffer's length is here.
        default: state_q <= full && more ? S_ASK : S_RUN;
        endcase
        if (starts)
            state_q <= S_ANSWER;

        if (qcfg_valid && qcfg_op == OP_DISABLE && pkt_q && qcfg_queue == queue_q)
            cut_q <= 1'b1;
        if (fills) begin
            open_q  <= 1'b1;
            left_q  <= left - {11'd0, n};
            bytes_q <= bytes_q - n;
        end
        if (seg_over)
            cur_q <= 1'b0;
        if (close) begin
            open_q  <= 1'b0;
            first_q <= 1'b0;
        end
        if (trunc || drop)
            away_q <= 1'b1;
        if (pkt_over)
            pkt_q <= 1'b0;
        if (load) begin
            cur_q   <= 1'b1;
            eop_q   <= seg_eop;
            err_q   <= seg_err;
            bytes_q <= seg_bytes;
            words_q <= rounded >> LANE_W;
        end
        if (starts) begin
            pkt_q   <= 1'b1;
            away_q  <= 1'b0;
            // it may end in the very cycle in which the question is taken
            cut_q   <= qcfg_valid && qcfg_op == OP_DISABLE && qcfg_queue == seg_queue;
            first_q <= 1'b1;
            queue_q <= seg_queue;
            user_q  <= seg_user;
        end
        if (rst) begin
            state_q <= S_RUN;
            pkt_q   <= 1'b0;
            away_q  <= 1'b0;
            cut_q   <= 1'b0;
            open_q  <= 1'b0;
            cur_q   <= 1'b0;
        end
    end
endmodule

`default_nettype wire
