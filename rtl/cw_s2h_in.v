// SPDX-License-Identifier: BSD-2-Clause
//
// Takes the packets of card-to-host streams from the user's logic: beats go into a ring,
// a word each (a packet begins at a word), and for each 4096 bytes, or the end of the
// packet, a `seg` says what is there.
//
// The data itself goes by outside: word_en says when and where it is written.
// Bytes are packed from byte lane 0; only the last beat of a packet may have fewer (also
// none). Queue and user word count on its first beat, s2h_err on its last. The ring is
// full when its reader (free_word) is a whole turn behind.
//
// After rst, but for link_rst, the rest of a packet that had begun is thrown away: what
// is inside a packet never looks like the beginning of one. A beat a cycle.
`default_nettype none

module cw_s2h_in #(
    parameter DATA_W = 256,
    parameter WORD_N = 512             // words of the ring, a power of two
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                link_rst,
    output wire                idle,

    input  wire                s2h_valid,
    output wire                s2h_ready,
    input  wire [DATA_W/8-1:0] s2h_keep,
    input  wire                s2h_last,
    input  wire                s2h_err,
    input  wire [10:0]         s2h_queue,
    input  wire [35:0]         s2h_user,

    output wire                word_en,
    output wire [$clog2(WORD_N)-1:0] word_addr,
    input  wire [$clog2(WORD_N):0] free_word,

    output wire                seg_valid,
    input  wire                seg_ready,
    output wire                seg_eop,
    output wire                seg_err,
    output wire [10:0]         seg_queue,
    output wire [35:0]         seg_user,
    output wire [12:0]         seg_bytes,
    output wire                stat_cut     // the rest of a packet was thrown away
);
    localparam BYTES = DATA_W / 8;
    localparam WW    = $clog2(WORD_N);
    localparam [12:0] SEG = 13'd4096;

    reg           mid_q;               // inside a packet; only link_rst ends it
    reg           away_q;              // ... that is thrown away
    reg  [WW:0]   word_q;              // the next word; one bit more than an address
    reg  [12:0]   sum_q;               // bytes not yet told
    reg  [10:0]   queue_q;
    reg  [35:0]   user_q;

    // Bytes of a beat: up to the highest lane kept.
    function [12:0] lanes(input [BYTES-1:0] keep);
        integer i;
        begin
            lanes = 13'd0;
            for (i = 0; i < BYTES; i = i + 1)
                if (keep[i])
                    lanes = i[12:0] + 13'd1;
        end
    endfunction

    wire        seg_room;
    wire        full   = word_q == {!free_word[WW], free_word[WW-1:0]};
    wire        take   = s2h_valid && s2h_ready;
    wire        keeps  = take && !away_q;
    wire [12:0] n      = s2h_last ? lanes(s2h_keep) : BYTES[12:0];
    wire [12:0] sum    = sum_q + n;
    wire        tells  = keeps && (s2h_last || sum == SEG);
    wire [3:0]  unused_n;

    assign s2h_ready = !rst && (away_q || (!full && seg_room));
    assign word_en   = keeps && n != 13'd0;
    assign word_addr = word_q[WW-1:0];
    assign stat_cut  = take && away_q && s2h_last;

    stream_fifo #(.W(62), .DEPTH(8)) u_segs (
        .clk(clk), .rst(rst), .in_valid(tells), .in_ready(seg_room),
        .in_data({s2h_last, s2h_last && s2h_err, mid_q ? {queue_q, user_q} : {s2h_queue, s2h_user}, sum}),
        .out_valid(seg_valid), .out_ready(seg_ready),
        .out_data({seg_eop, seg_err, seg_queue, seg_user, seg_bytes}), .count(unused_n)
    );

    assign idle  = !take && !(seg_valid && seg_ready);

    initial if (WORD_N * BYTES < 8192) begin
        $display("%m: WORD_N %0d: the ring must hold two of the largest segments", WORD_N);
        $finish;
    end

    always @(posedge clk) begin
        if (take) begin
            mid_q <= !s2h_last;
            if (s2h_last)
                away_q <= 1'b0;
            if (!mid_q) begin
                queue_q <= s2h_queue;
                user_q  <= s2h_user;
            end
        end
        if (keeps)
            sum_q <= tells ? 13'd0 : sum;
        if (word_en)
            word_q <= word_q + 1'b1;
        if (rst) begin
            word_q <= {(WW + 1){1'b0}};
            sum_q  <= 13'd0;
            away_q <= mid_q && !link_rst;
        end
        if (link_rst)
            mid_q <= 1'b0;
    end
endmodule

`default_nettype wire
