// SPDX-License-Identifier: BSD-2-Clause
//
// Turns pieces and their card words into write TLPs. A card byte moves from its
// card lane to its payload lane: the payload's first DW is the one that holds
// the first host byte, so byte p of the payload is card byte (card address -
// host address mod 4 + p). tx_strb has the bytes that are sent; the others of tx_data
// are anything. In tx_hdr the address is in DWs 2 and 3 whatever the format, and the
// requester ID is missing (cw_tx_req).
//
// A piece arrives only when all its words are there and were judged, so a TLP
// once begun needs nothing but tx ready. A bad piece and what follows it in its
// descriptor is dropped; the descriptor then ends with status AXI and the bytes
// sent before.
//
// One beat a cycle, also from one TLP to the next; a descriptor whose first beat
// straddles two card words costs one cycle more. Latency two cycles. done comes
// when the last TLP was accepted on tx, in descriptor order.
`default_nettype none

module cw_c2h_pack #(
    parameter DATA_W = 256,
    parameter OP_W   = 8,
    parameter WORDS_W = DATA_W < 256 ? 9 : 8
) (
    input  wire                 clk,
    input  wire                 rst,
    output wire                 busy,
    output wire                 moving,

    input  wire                 piece_valid,
    output wire                 piece_ready,
    input  wire [OP_W-1:0]      piece_op,
    input  wire [10:0]          piece_queue,
    input  wire [31:0]          piece_num,
    input  wire [1:0]           piece_attr,
    input  wire [63:0]          piece_host,
    input  wire [$clog2(DATA_W/8)-1:0] piece_turn,
    input  wire                 piece_low,
    input  wire [12:0]          piece_end,
    input  wire                 piece_short,
    input  wire                 piece_over,
    input  wire [12:0]          piece_bytes,
    input  wire [WORDS_W-1:0]   piece_words,
    input  wire                 piece_last,
    input  wire                 piece_bad,

    input  wire                 word_valid,
    output wire                 word_ready,
    input  wire [DATA_W-1:0]    word_data,

    output wire                 tx_valid,
    input  wire                 tx_ready,
    output wire                 tx_eop,
    output wire [127:0]         tx_hdr,
    output wire [DATA_W-1:0]    tx_data,
    output wire [DATA_W/8-1:0]  tx_strb,
    output wire [DATA_W/32-1:0] tx_keep,
    output wire [10:0]          tx_queue,
    output wire [31:0]          tx_num,
    output wire                 stat_valid,  // pulse: a TLP was accepted
    output wire [12:0]          stat_bytes,

    output wire                 done_valid,
    input  wire                 done_ready,
    output wire [OP_W-1:0]      done_op,
    output wire [6:0]           done_status,
    output wire [23:0]          done_bytes
);
    `include "cw_regs.vh"
    `include "cw_tlp.vh"

    localparam BYTES  = DATA_W / 8;
    localparam LANE_W = $clog2(BYTES);
    localparam KEEP_W = DATA_W / 32;
    localparam [LANE_W-1:0] STEP = 3;
    localparam ITEM_W = 128 + DATA_W + BYTES + KEEP_W + 2 + 43 + 13 + 2 + OP_W + 1 + 24;

    // ---- the piece at hand ----
    reg                begun_q;     // its first beat was made
    reg                loaded_q;    // hold_q has its first word
    reg  [12-LANE_W:0] left_q;      // beats still to make behind the next, when begun
    reg                last_q;      // ... none
    reg  [WORDS_W-1:0] dropped_q;  // words dropped, when it is dropped
    reg                fail_q;      // an earlier piece of the descriptor was bad
    reg  [23:0]        good_q;      // bytes sent of the descriptor
    reg  [DATA_W-1:0]  hold_q;      // the word taken last

    wire [1:0]         lead  = piece_host[1:0];
    wire [12-LANE_W:0] left  = begun_q ? left_q : piece_end[12:LANE_W];
    wire               eop   = begun_q ? last_q : piece_short;

    // Payload lane 0 of every beat is byte `piece_turn` of {next word, held word}; a
    // turn of 0 stands for "the next word only".
    wire               need_next = !eop || piece_over;
    // The first beat of a descriptor whose first byte is in the "held" word.
    wire               need_low = piece_low && !begun_q && !loaded_q;

    wire               drop  = piece_bad || fail_q;
    wire               drop_word = piece_valid && drop && dropped_q != piece_words;
    wire               drop_end  = piece_valid && drop && dropped_q == piece_words;
    wire               load  = piece_valid && !drop && need_low && need_next;
    wire               make  = piece_valid && !drop && !load &&
                               (word_valid || !(need_next || need_low));

    wire               item_valid, item_ready;
    wire               item_none = drop;          // carries a done only
    wire               give  = item_valid && item_ready;

    assign item_valid  = make || (drop_end && piece_last);
    assign word_ready  = drop_word || load || (give && !drop && (need_next || need_low));
    assign piece_ready = drop ? drop_end && (!piece_last || item_ready)
                              : make && eop && item_ready;

    wire               end_piece = piece_valid && piece_ready;
    wire [23:0]        sum = good_q + (drop ? 24'd0 : {11'd0, piece_bytes});

    always @(posedge clk) begin
        if (word_valid && word_ready)
            hold_q <= word_data;
        if (give) begin
            left_q <= left - 1'b1;
            last_q <= left == {{(12 - LANE_W){1'b0}}, 1'b1};
        end
        if (rst) begin
            begun_q   <= 1'b0;
            loaded_q  <= 1'b0;
            dropped_q <= {WORDS_W{1'b0}};
            fail_q    <= 1'b0;
        end else begin
            if (end_piece) begin
                begun_q   <= 1'b0;
                loaded_q  <= 1'b0;
                dropped_q <= {WORDS_W{1'b0}};
                fail_q    <= drop && !piece_last;
            end else begin
                if (give && !drop)
                    begun_q <= 1'b1;
                if (load && word_valid)
                    loaded_q <= 1'b1;
                if (drop_word && word_valid)
                    dropped_q <= dropped_q + 1'b1;
            end
        end
        if (rst || (end_piece && piece_last))
            good_q <= 24'd0;
        else if (end_piece)
            good_q <= sum;
    end

    // ---- the beat ----
    // Turned round by n bytes, two bits of n a step: a choice of four is one LUT a bit.
    function [DATA_W-1:0] turn_round(input [DATA_W-1:0] v, input [LANE_W-1:0] n);
        integer            s;
        reg [2*DATA_W-1:0] twice;
        begin
            twice = {v, v};
            for (s = 0; s < LANE_W; s = s + 2) begin
                twice = twice >> {n & (STEP << s), 3'd0};
                twice = {2{twice[DATA_W-1:0]}};
            end
            turn_round = twice[DATA_W-1:0];
        end
    endfunction
    // Words come turned by the bytes within a DW (cw_c2h_rd), which leaves DWs: lanes before the one
    // turned to, and those that wrapped round then, are of the next word, the others of the held one. The first
    // step, by half a beat, takes the right word too.
    localparam HALF = BYTES / 2;
    wire                flip    = piece_turn[LANE_W-1];
    wire [LANE_W-1:0]   rest    = {1'b0, piece_turn[LANE_W-2:2], 2'd0};
    wire [31:0]         skew    = {30'd0, piece_turn[1:0]};
    wire                all_new = need_low || piece_turn == {LANE_W{1'b0}};
    wire [DATA_W-1:0]   mix;
    wire [DATA_W-1:0]   beat = turn_round(mix, rest);
    wire [BYTES-1:0]    strb;
    wire [BYTES-1:0]    past    = {{(BYTES - 1){1'b1}}, 1'b0} << piece_end[LANE_W-1:0]; // in a last beat
    wire [KEEP_W-1:0]   keep;
    wire [3:0]          head_be = 4'hf << lead;

    genvar i;
    generate
        for (i = 0; i < BYTES; i = i + 1) begin : g_byte
            localparam OTHER = (i + HALF) % BYTES;
            wire next = all_new || (i < HALF ? i < rest || (flip && i + skew >= HALF) : flip || i + skew >= BYTES);
            assign mix[8*i +: 8] = flip ? (next ? word_data[8*OTHER +: 8] : hold_q[8*OTHER +: 8])
                                        : (next ? word_data[8*i +: 8] : hold_q[8*i +: 8]);
            assign strb[i] = !(eop && past[i]) && (i > 3 || begun_q || head_be[i % 4]);
        end
        for (i = 0; i < KEEP_W; i = i + 1) begin : g_keep
            assign keep[i] = !(eop && past[4*i]);
        end
    endgenerate

    // ---- the header: byte enables (2.2.5), length (2.2.2), address (2.2.4.1) ----
    wire        one_dw   = piece_end[12:2] == 11'd0;
    wire [9:0]  dws      = piece_end[11:2] + 10'd1;
    wire [3:0]  tail_be  = 4'hf >> ~piece_end[1:0];
    wire [3:0]  first_be = head_be & (one_dw ? tail_be : 4'hf);
    wire [3:0]  last_be  = one_dw ? 4'h0 : tail_be;
    wire        wide     = piece_host[63:32] != 32'd0;
    wire [31:0] dw0      = {wide ? TLP_MWR64 : TLP_MWR32, 10'd0, piece_attr, 2'd0, dws};
    wire [127:0] hdr     = {piece_host[31:2], 2'd0, piece_host[63:32], 24'd0, last_be, first_be, dw0};

    // ---- out ----
    wire              out_valid, out_ready, out_none, out_last, out_bad, out_sop, out_end;
    wire [12:0]       out_bytes;
    wire [OP_W-1:0]   out_op;
    wire [23:0]       out_sum;
    wire              ends_op = out_last && (out_none || out_end);
    wire              done_room, done_add;
    // A last TLP begins only with room for its done: nothing may hold it once
    // begun, least of all a done that waits for a record behind it.
    wire              hold = out_last && (out_none || out_sop) && !done_room;
    wire [2:0]        unused_count;
    wire [1:0]        unused_out;

    stream_fifo #(.W(ITEM_W), .DEPTH(2)) u_out (
        .clk(clk), .rst(rst), .in_valid(item_valid), .in_ready(item_ready),
        .in_data({hdr, beat, strb, keep, !begun_q, eop, piece_queue, piece_num, piece_bytes,
                  item_none, piece_last, piece_op, drop, sum}),
        .out_valid(out_valid), .out_ready(out_ready),
        .out_data({tx_hdr, tx_data, tx_strb, tx_keep, out_sop, out_end, tx_queue, tx_num, out_bytes,
                   out_none, out_last, out_op, out_bad, out_sum}), .count(unused_out)
    );

    assign tx_eop    = out_end;
    assign tx_valid  = out_valid && !out_none && !hold;
    assign out_ready = (out_none || tx_ready) && !hold;
    assign done_add  = out_valid && out_ready && ends_op;
    assign stat_valid = tx_valid && tx_ready && tx_eop;
    assign stat_bytes = out_bytes;

    wire out_fail;
    assign done_status = out_fail ? CW_STATUS_AXI[6:0] : CW_STATUS_OK[6:0];

    stream_fifo #(.W(OP_W + 25), .DEPTH(4)) u_done (
        .clk(clk), .rst(rst),
        .in_valid(done_add), .in_ready(done_room), .in_data({out_op, out_bad, out_sum}),
        .out_valid(done_valid), .out_ready(done_ready),
        .out_data({done_op, out_fail, done_bytes}), .count(unused_count)
    );

    assign busy   = out_valid || done_valid;
    assign moving = give || end_piece || (word_valid && word_ready) || (out_valid && out_ready) ||
                    (done_valid && done_ready);
endmodule

`default_nettype wire
