// SPDX-License-Identifier: BSD-2-Clause
//
// Cuts a card-to-host descriptor into pieces, one a write TLP: each ends at a
// multiple of the maximum payload size of the host address, so that no TLP
// crosses 4 KiB (PCIe Base 6.0, 2.2.7), and hands each out only when the buffer
// has room for all its card words and there is a place for the piece. What is
// handed out can therefore be read from card memory without ever stalling it.
//
// A card word is DATA_W bits at an aligned card address. Two neighbouring pieces
// of a descriptor may share a word; piece_words counts the words that no earlier
// piece has asked for (0 is possible). piece_card is where the descriptor's first piece
// begins; each later one begins where the words of the one before ended.
//
// One piece a cycle, also from one descriptor to the next; one cycle of latency.
`default_nettype none

module cw_c2h_split #(
    parameter DATA_W  = 256,
    parameter OP_W    = 8,
    parameter WORD_N  = 512,   // words of the buffer
    parameter PIECE_N = 64,    // pieces between split and send
    parameter WORDS_W = DATA_W < 256 ? 9 : 8 // counts the words of a piece
) (
    input  wire             clk,
    input  wire             rst,
    output wire             busy,         // a descriptor is held, or pieces are out
    output wire             moving,       // a register may change without a new input
    input  wire [2:0]       fn_mps,       // sampled once a descriptor

    input  wire             c2h_valid,
    output wire             c2h_ready,
    input  wire [OP_W-1:0]  c2h_op,
    input  wire [10:0]      c2h_queue,
    input  wire [31:0]      c2h_num,
    input  wire [63:0]      c2h_host_addr,
    input  wire [63:0]      c2h_card_addr,
    input  wire [23:0]      c2h_len,      // 1 or more
    input  wire [1:0]       c2h_attr,

    output wire             piece_valid,
    input  wire             piece_ready,
    output wire [OP_W-1:0]  piece_op,
    output wire [10:0]      piece_queue,
    output wire [31:0]      piece_num,
    output wire [1:0]       piece_attr,
    output wire [63:0]      piece_host,
    output wire [$clog2(DATA_W/8)-1:0] piece_turn,  // card byte lane of the payload's first DW
    output wire             piece_low,    // the descriptor's first: that DW begins in the first byte's word, not in its lane 0
    output wire [12:0]      piece_end,    // last byte of its payload; the first DW's lane 0 is 0
    output wire             piece_short,  // its payload is one beat
    output wire             piece_over,   // its last beat ends in a later card word than it begins in, or turn is 0
    output wire [12:0]      piece_bytes,
    output wire [WORDS_W-1:0] piece_words,
    output wire             piece_first,
    output wire [63:0]      piece_card,   // of a first one: address of its first word
    output wire             piece_last,

    input  wire             word_free,    // pulse: a word left the buffer
    input  wire             piece_free    // pulse: a piece was finished
);
    localparam LANE_W = $clog2(DATA_W/8);
    localparam SPACE_W = $clog2(WORD_N) + 1;
    localparam CREDIT_W = $clog2(PIECE_N) + 1;

    // Largest piece: 4096 bytes at an odd lane touch 4096 / (DATA_W/8) + 1 words.
    initial if (WORD_N < 2 * (4096 / (DATA_W / 8) + 1) || PIECE_N < 2) begin
        $display("%m: WORD_N %0d, PIECE_N %0d too small", WORD_N, PIECE_N);
        $finish;
    end

    reg                busy_q;            // the registers below hold a descriptor
    reg                first_q;
    reg [OP_W-1:0]     op_q;
    reg [10:0]         queue_q;
    reg [31:0]         num_q;
    reg [1:0]          attr_q;
    reg [63:12]        page_q;            // host page of the first byte
    reg [12:0]         page_n_q;          // pages behind it of the next byte
    reg [11:0]         at_q;              // ... which is there in its page
    reg [63:LANE_W]    card_q;            // word of the first byte
    reg [LANE_W-1:0]   lane_q;            // card byte lane of the next
    reg [23:0]         left_q;            // bytes to come, less one
    reg [11:0]         mask_q;            // maximum payload size, less one
    reg [SPACE_W-1:0]  space_q;           // free words
    reg [CREDIT_W-1:0] credit_q;          // free places for pieces

    // Byte counts less one: what is left of a block is then its offset inverted, and each step
    // below is one sum (a + n + 1 is a - ~n, a - n - 1 is a + ~n).
    wire [11:0] room  = ~at_q & mask_q;
    wire [24:0] after = {1'b0, left_q} + ~{13'd0, room};    // negative: nothing is left
    wire        last  = after[24];
    wire [11:0] end_at = last ? left_q[11:0] : room;
    wire [12:0] bytes = {1'b0, end_at} + 13'd1;

    wire [LANE_W-1:0] lead = {{(LANE_W - 2){1'b0}}, at_q[1:0]};
    wire        shared = !first_q && lane_q != {LANE_W{1'b0}};
    wire [12:0] span   = {1'b0, end_at} + {{(13 - LANE_W){1'b0}}, lane_q};
    wire [12:0] beyond = span >> LANE_W;            // words behind the first
    wire [WORDS_W-1:0] words = beyond[WORDS_W-1:0] + {{(WORDS_W - 1){1'b0}}, !shared};

    wire take = c2h_valid && c2h_ready;
    wire give = piece_valid && piece_ready;

    assign moving      = take || give || word_free || piece_free;
    assign busy        = busy_q || credit_q != PIECE_N[CREDIT_W-1:0];
    assign c2h_ready   = !busy_q || (give && last);
    assign piece_valid = busy_q && credit_q != {CREDIT_W{1'b0}} &&
                         space_q >= {{(SPACE_W - WORDS_W){1'b0}}, words};
    assign piece_op    = op_q;
    assign piece_queue = queue_q;
    assign piece_num   = num_q;
    assign piece_attr  = attr_q;
    assign piece_host  = {page_q + {39'd0, page_n_q}, at_q};
    assign piece_turn  = lane_q - lead;
    assign piece_end   = {1'b0, end_at} + {11'd0, at_q[1:0]};
    assign piece_low   = first_q && lane_q > lead;
    assign piece_short = piece_end[12:LANE_W] == {(13 - LANE_W){1'b0}};
    assign piece_over  = piece_turn == {LANE_W{1'b0}} || span[LANE_W-1:0] < piece_turn;
    assign piece_bytes = bytes;
    assign piece_words = words;
    assign piece_first = first_q;
    assign piece_card  = {card_q, {LANE_W{1'b0}}};
    assign piece_last  = last;

    wire unused = &{1'b0, beyond[12:WORDS_W]};

    always @(posedge clk) begin
        if (take) begin
            first_q <= 1'b1;
            op_q    <= c2h_op;
            queue_q <= c2h_queue;
            num_q   <= c2h_num;
            attr_q  <= c2h_attr;
            page_q  <= c2h_host_addr[63:12];
            page_n_q <= 13'd0;
            at_q    <= c2h_host_addr[11:0];
            card_q  <= c2h_card_addr[63:LANE_W];
            lane_q  <= c2h_card_addr[LANE_W-1:0];
            left_q  <= c2h_len - 24'd1;
            // Max_Payload_Size encodings 6 and 7 are reserved (7.5.3.4): as 5.
            mask_q  <= ~(12'hf80 << fn_mps);
        end else if (give) begin
            // Behind the last piece nobody looks at these: so none of them waits for `last`.
            first_q <= 1'b0;
            {page_n_q, at_q} <= {page_n_q, at_q | mask_q} + 25'd1;
            lane_q  <= lane_q - ~room[LANE_W-1:0];
            left_q  <= after[23:0];
        end
        if (rst) begin
            busy_q   <= 1'b0;
            space_q  <= WORD_N[SPACE_W-1:0];
            credit_q <= PIECE_N[CREDIT_W-1:0];
        end else begin
            busy_q   <= take || (busy_q && !(give && last));
            space_q  <= space_q + {{(SPACE_W - 1){1'b0}}, word_free} -
                        (give ? {{(SPACE_W - WORDS_W){1'b0}}, words} : {SPACE_W{1'b0}});
            // One more, one less or as many: one adder.
            credit_q <= credit_q + {{(CREDIT_W - 1){give && !piece_free}}, give != piece_free};
        end
    end
endmodule

`default_nettype wire
