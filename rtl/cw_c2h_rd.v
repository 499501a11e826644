// SPDX-License-Identifier: BSD-2-Clause
//
// Reads the card words of pieces: AXI4 read bursts cut at 4 KiB of card address
// (AXI4, A3.4.1), and the check of what comes back. A piece leaves with its
// verdict when its last word has arrived, so a TLP that starts is known to be
// complete and good; words leave beside it in the same order, turned by so many bytes as
// their piece says, so that the rest of the way is a matter of whole DWs.
//
// Contract: the neighbour in front hands out a piece only when there is buffer
// room for its words and a place for the piece (PIECE_N in all), so read data is
// taken at once: one beat a cycle, except one cycle for a piece without words of
// its own. Pieces leave one cycle after their last word.
`default_nettype none

module cw_c2h_rd #(
    parameter DATA_W  = 256,
    parameter PIECE_N = 64,
    parameter INFO_W  = 32,    // what travels with a piece untouched
    parameter WORDS_W = DATA_W < 256 ? 9 : 8
) (
    input  wire              clk,
    input  wire              rst,
    output wire              moving,

    input  wire              piece_valid,
    output wire              piece_ready,
    input  wire [INFO_W-1:0] piece_info,
    input  wire [1:0]        piece_skew,   // byte lane in its DW of the payload's lane 0: the same for a descriptor
    input  wire [WORDS_W-1:0] piece_words,  // not asked for by an earlier piece
    input  wire              piece_first,  // of a descriptor: its words begin at piece_card,
    input  wire [63:0]       piece_card,   // those of others behind the ones before

    output wire              ready_valid,
    input  wire              ready_ready,
    output wire [INFO_W-1:0] ready_info,
    output wire [WORDS_W-1:0] ready_words,
    output wire              ready_bad,    // one of its words came with an error

    output wire              word_valid,   // never waits: room was reserved
    output wire [DATA_W-1:0] word_data,
    output wire              axi_error,    // pulse: a beat with an error response

    output wire              axi_arvalid,
    input  wire              axi_arready,
    output wire [63:0]       axi_araddr,
    output wire [7:0]        axi_arlen,
    input  wire              axi_rvalid,
    output wire              axi_rready,
    input  wire [DATA_W-1:0] axi_rdata,
    input  wire [1:0]        axi_rresp,
    input  wire              axi_rlast
);
    localparam LANE_W = $clog2(DATA_W/8);
    localparam A = $clog2(PIECE_N);

    // ---- read addresses ----
    localparam [31:0] PAGE_WORDS = 4096 / (DATA_W / 8);
    reg  [WORDS_W-1:0] left_q;               // words still to ask for
    reg  [63:12]       page_q;               // card page of the descriptor's first word
    reg  [12:0]        page_n_q;             // pages behind it of the next word
    reg  [11:LANE_W]   at_q;                 // ... which is there in its page
    wire [WORDS_W-1:0] to_4k = PAGE_WORDS[WORDS_W-1:0] - {{(WORDS_W + LANE_W - 12){1'b0}}, at_q};
    wire        one_burst = left_q <= to_4k;
    wire [WORDS_W-1:0] beats = one_burst ? left_q : to_4k;
    wire [WORDS_W-1:0] after = beats - 1'b1;
    wire        ar_fire = axi_arvalid && axi_arready;
    wire        take    = piece_valid && piece_ready;

    assign axi_arvalid = left_q != {WORDS_W{1'b0}};
    assign axi_araddr  = {page_q + {39'd0, page_n_q}, at_q, {LANE_W{1'b0}}};
    assign axi_arlen   = after[7:0];
    assign piece_ready = left_q == {WORDS_W{1'b0}} || (ar_fire && one_burst);

    always @(posedge clk) begin
        if (take && piece_first) begin
            page_q   <= piece_card[63:12];
            page_n_q <= 13'd0;
            at_q     <= piece_card[11:LANE_W];
        end else if (ar_fire)
            {page_n_q, at_q} <= {page_n_q, at_q} + {{(25 - LANE_W - WORDS_W){1'b0}}, beats};
        if (rst)
            left_q <= {WORDS_W{1'b0}};
        else if (take)
            left_q <= piece_words;
        else if (ar_fire)
            left_q <= left_q - beats;
    end

    // ---- arrivals ----
    reg  [WORDS_W-1:0] got_q;             // words of the oldest piece that have come
    reg               bad_q;               // one of them was bad
    wire              asked_valid;
    wire [INFO_W-1:0] asked_info;
    wire [WORDS_W-1:0] asked_words;
    wire [1:0]        asked_skew;
    // One of four, in one LUT a bit: ANDs and ORs, which a mapper finds where it misses it in muxes.
    wire [3:0]        by = 4'd1 << asked_skew;
    wire              no_words = asked_words == {WORDS_W{1'b0}};
    wire              beat = axi_rvalid && axi_rready;
    wire              finish = asked_valid && (no_words || (beat && got_q + 1'b1 == asked_words));
    // A bad word that a piece shares with the one before made that one bad; the
    // rest of the descriptor is dropped with it, so only own words count here.
    wire              bad = bad_q || (beat && axi_rresp[1]);
    wire              unused_asked_ready, unused_ready_ready;
    wire [A:0]        unused_asked_count, unused_ready_count;
    wire              unused = &{1'b0, axi_rlast, axi_rresp[0], after, piece_card};

    assign moving     = take || ar_fire || finish || beat;
    assign axi_rready = asked_valid && !no_words;
    assign word_valid = beat;
    assign word_data  = ({DATA_W{by[0]}} & axi_rdata) | ({DATA_W{by[1]}} & {axi_rdata[7:0], axi_rdata[DATA_W-1:8]}) |
                        ({DATA_W{by[2]}} & {axi_rdata[15:0], axi_rdata[DATA_W-1:16]}) |
                        ({DATA_W{by[3]}} & {axi_rdata[23:0], axi_rdata[DATA_W-1:24]});
    assign axi_error  = beat && axi_rresp[1];

    always @(posedge clk) begin
        if (rst) begin
            got_q      <= {WORDS_W{1'b0}};
            bad_q      <= 1'b0;
        end else begin
            if (finish) begin
                got_q <= {WORDS_W{1'b0}};
                bad_q <= 1'b0;
            end else if (beat) begin
                got_q <= got_q + 1'b1;
                bad_q <= bad;
            end
        end
    end

    stream_fifo #(.W(INFO_W + WORDS_W + 2), .DEPTH(PIECE_N)) u_asked (
        .clk(clk), .rst(rst),
        .in_valid(take), .in_ready(unused_asked_ready),
        .in_data({piece_info, piece_words, piece_skew}),
        .out_valid(asked_valid), .out_ready(finish),
        .out_data({asked_info, asked_words, asked_skew}), .count(unused_asked_count)
    );

    stream_fifo #(.W(INFO_W + WORDS_W + 1), .DEPTH(PIECE_N)) u_ready (
        .clk(clk), .rst(rst),
        .in_valid(finish), .in_ready(unused_ready_ready),
        .in_data({asked_info, asked_words, bad}),
        .out_valid(ready_valid), .out_ready(ready_ready),
        .out_data({ready_info, ready_words, ready_bad}), .count(unused_ready_count)
    );
endmodule

`default_nettype wire
