// SPDX-License-Identifier: BSD-2-Clause
//
// Card to host, memory-mapped: descriptors in, write TLPs and dones out. Split
// into pieces, read from card memory into a word buffer, packed into TLPs.
// Purely structural. Descriptors are served in order; reads of later ones run
// ahead as far as the buffer and the piece places go.
`default_nettype none

module cw_c2h #(
    parameter DATA_W  = 256,
    parameter OP_W    = 8,
    parameter WORD_N  = DATA_W < 256 ? 1024 : 512,
    parameter PIECE_N = 64
) (
    input  wire                 clk,
    input  wire                 rst,
    output wire                 busy,
    output wire                 moving,    // a register may change without a new input
    input  wire [2:0]           fn_mps,

    input  wire                 c2h_valid,
    output wire                 c2h_ready,
    input  wire [OP_W-1:0]      c2h_op,
    input  wire [10:0]          c2h_queue,
    input  wire [31:0]          c2h_num,
    input  wire [63:0]          c2h_host_addr,
    input  wire [63:0]          c2h_card_addr,
    input  wire [23:0]          c2h_len,
    input  wire [1:0]           c2h_attr,

    output wire                 tx_valid,
    input  wire                 tx_ready,
    output wire                 tx_eop,
    output wire [127:0]         tx_hdr,
    output wire [DATA_W-1:0]    tx_data,
    output wire [DATA_W/8-1:0]  tx_strb,
    output wire [DATA_W/32-1:0] tx_keep,
    output wire [10:0]          tx_queue,
    output wire [31:0]          tx_num,

    output wire                 done_valid,
    input  wire                 done_ready,
    output wire [OP_W-1:0]      done_op,
    output wire [6:0]           done_status,
    output wire [23:0]          done_bytes,

    output wire                 stat_valid,
    output wire [12:0]          stat_bytes,
    output wire                 axi_error,

    output wire                 axi_arvalid,
    input  wire                 axi_arready,
    output wire [63:0]          axi_araddr,
    output wire [7:0]           axi_arlen,
    input  wire                 axi_rvalid,
    output wire                 axi_rready,
    input  wire [DATA_W-1:0]    axi_rdata,
    input  wire [1:0]           axi_rresp,
    input  wire                 axi_rlast
);
    localparam LANE_W = $clog2(DATA_W / 8);
    localparam WORDS_W = DATA_W < 256 ? 9 : 8; // a piece of 4096 bytes can touch 257 words of 16
    localparam INFO_W = OP_W + 11 + 32 + 2 + 64 + LANE_W + 3 + 13 + 13 + 1;

    wire              split_busy, pack_busy, split_moving, rd_moving, pack_moving, words_idle;
    wire              piece_valid, piece_ready, piece_last;
    wire [OP_W-1:0]   piece_op;
    wire [10:0]       piece_queue;
    wire [31:0]       piece_num;
    wire [1:0]        piece_attr;
    wire [63:0]       piece_host, piece_card;
    wire [LANE_W-1:0] piece_turn;
    wire              piece_first, piece_low, piece_short, piece_over;
    wire [12:0]       piece_end, piece_bytes;
    wire [WORDS_W-1:0] piece_words;
    wire              ready_valid, ready_ready, ready_bad;
    wire [INFO_W-1:0] ready_info;
    wire [WORDS_W-1:0] ready_words;
    wire              in_valid, word_valid, word_ready;
    wire [DATA_W-1:0] in_data, word_data;
    // The fields of ready_info.
    wire [OP_W-1:0]   ready_op;
    wire [10:0]       ready_queue;
    wire [31:0]       ready_num;
    wire [1:0]        ready_attr;
    wire [63:0]       ready_host;
    wire [LANE_W-1:0] ready_turn;
    wire              ready_low, ready_short, ready_over;
    wire [12:0]       ready_end, ready_bytes;
    wire              ready_last;

    assign busy   = split_busy || pack_busy;
    assign moving = split_moving || rd_moving || pack_moving || !words_idle;
    assign {ready_op, ready_queue, ready_num, ready_attr, ready_host, ready_turn, ready_low,
            ready_end, ready_short, ready_over, ready_bytes, ready_last} = ready_info;

    cw_c2h_split #(
        .DATA_W(DATA_W), .OP_W(OP_W), .WORD_N(WORD_N), .PIECE_N(PIECE_N)
    ) u_split (
        .clk(clk), .rst(rst), .busy(split_busy), .moving(split_moving), .fn_mps(fn_mps),
        .c2h_valid(c2h_valid), .c2h_ready(c2h_ready), .c2h_op(c2h_op), .c2h_queue(c2h_queue),
        .c2h_num(c2h_num), .c2h_host_addr(c2h_host_addr), .c2h_card_addr(c2h_card_addr),
        .c2h_len(c2h_len), .c2h_attr(c2h_attr),
        .piece_valid(piece_valid), .piece_ready(piece_ready), .piece_op(piece_op),
        .piece_queue(piece_queue), .piece_num(piece_num), .piece_attr(piece_attr),
        .piece_host(piece_host), .piece_turn(piece_turn), .piece_low(piece_low),
        .piece_end(piece_end), .piece_short(piece_short), .piece_over(piece_over),
        .piece_bytes(piece_bytes), .piece_words(piece_words), .piece_first(piece_first), .piece_card(piece_card),
        .piece_last(piece_last), .word_free(word_valid && word_ready), .piece_free(ready_valid && ready_ready)
    );

    cw_c2h_rd #(.DATA_W(DATA_W), .PIECE_N(PIECE_N), .INFO_W(INFO_W)) u_rd (
        .clk(clk), .rst(rst), .moving(rd_moving),
        .piece_valid(piece_valid), .piece_ready(piece_ready),
        .piece_info({piece_op, piece_queue, piece_num, piece_attr, piece_host, piece_turn,
                     piece_low, piece_end, piece_short, piece_over, piece_bytes, piece_last}),
        .piece_skew(piece_turn[1:0]), .piece_words(piece_words), .piece_first(piece_first),
        .piece_card(piece_card), .ready_valid(ready_valid), .ready_ready(ready_ready),
        .ready_info(ready_info), .ready_words(ready_words), .ready_bad(ready_bad),
        .word_valid(in_valid), .word_data(in_data), .axi_error(axi_error),
        .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_araddr(axi_araddr),
        .axi_arlen(axi_arlen), .axi_rvalid(axi_rvalid), .axi_rready(axi_rready),
        .axi_rdata(axi_rdata), .axi_rresp(axi_rresp), .axi_rlast(axi_rlast)
    );

    // Room was reserved by u_split before the words were asked for.
    stream_ram_fifo #(.W(DATA_W), .DEPTH(WORD_N), .FORWARD(0)) u_words (
        .clk(clk), .rst(rst), .idle(words_idle), .in_valid(in_valid), .in_data(in_data),
        .out_valid(word_valid), .out_ready(word_ready), .out_data(word_data)
    );

    cw_c2h_pack #(.DATA_W(DATA_W), .OP_W(OP_W)) u_pack (
        .clk(clk), .rst(rst), .busy(pack_busy), .moving(pack_moving),
        .piece_valid(ready_valid), .piece_ready(ready_ready), .piece_op(ready_op),
        .piece_queue(ready_queue), .piece_num(ready_num), .piece_attr(ready_attr),
        .piece_host(ready_host), .piece_turn(ready_turn), .piece_low(ready_low),
        .piece_end(ready_end), .piece_short(ready_short), .piece_over(ready_over),
        .piece_bytes(ready_bytes),
        .piece_words(ready_words), .piece_last(ready_last),
        .piece_bad(ready_bad),
        .word_valid(word_valid), .word_ready(word_ready), .word_data(word_data),
        .tx_valid(tx_valid), .tx_ready(tx_ready), .tx_eop(tx_eop), .tx_hdr(tx_hdr),
        .tx_data(tx_data), .tx_strb(tx_strb), .tx_keep(tx_keep), .tx_queue(tx_queue), .tx_num(tx_num),
        .stat_valid(stat_valid), .stat_bytes(stat_bytes),
        .done_valid(done_valid), .done_ready(done_ready), .done_op(done_op),
        .done_status(done_status), .done_bytes(done_bytes)
    );
endmodule

`default_nettype wire
