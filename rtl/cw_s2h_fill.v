// SPDX-License-Identifier: BSD-2-Clause
//
// Puts the packets of card-to-host streams into their queues' buffers, as the parts of
// cw_s2h_plan say: moves from the ring to host memory, each within a segment and within a
// buffer; when a buffer is through, its done with what the record says of the packet.
//
// Parts and buffers (`item`) come in the order in which the buffers were asked for. Moves end in
// the order in which they were made (`moved`); their words are free then, and dones sent.
//
// A part a cycle, one cycle from its end to the done.
`default_nettype none

module cw_s2h_fill #(
    parameter DATA_W = 256,
    parameter WORD_N = 512,
    parameter NOTE_N = 32,           // parts whose moves have not ended
    parameter OP_W   = 8
) (
    input  wire              clk,
    input  wire              rst,
    output wire              idle,
    output wire              empty,
    output wire [$clog2(WORD_N):0] free_word,

    input  wire              part_valid,
    output wire              part_ready,
    input  wire              part_open,
    input  wire [12:0]       part_bytes,
    input  wire              part_close,
    input  wire              part_bad,
    input  wire              part_eop,
    input  wire              part_sop,
    input  wire [35:0]       part_user,
    input  wire [10:0]       part_queue,
    input  wire [12:0]       part_words,

    input  wire              item_valid,
    output wire              item_ready,
    input  wire [OP_W-1:0]   item_op,
    input  wire [31:0]       item_num,
    input  wire [1:0]        item_attr,
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
    output wire [38:0]       done_info      // {TRUNC, EOP, SOP, user word}
);
    localparam BYTES  = DATA_W / 8;
    localparam LANE_W = $clog2(BYTES);
    localparam WW     = $clog2(WORD_N);
    localparam PLACE_W = WW + LANE_W;

    reg             open_q;          // a buffer is at hand
    reg  [OP_W-1:0] op_q;
    reg  [31:0]     num_q;
    reg  [1:0]      attr_q;
    reg  [63:0]     host_q;          // of its next byte
    reg  [23:0]     sum_q;           // bytes put into it
    reg  [PLACE_W-1:0] place_q;      // of the segment's next byte in the ring
    reg  [WW-1:0]   base_q;          // the word at which the segment begins
    reg  [WW:0]     free_q;

    // ---- the part, with its buffer ----
    wire            note_room;
    wire            moves = part_bytes != 13'd0;
    wire            may   = part_valid && note_room && (!part_open || item_valid);
    wire            go    = may && (!moves || move_ready);
    wire [63:0]     host  = part_open ? item_host : host_q;
    wire [23:0]     sum   = (part_open ? 24'd0 : sum_q) + {11'd0, part_bytes};
    wire [WW-1:0]   word_after = base_q + part_words[WW-1:0];

    assign part_ready = go;
    assign item_ready = go && part_open;
    assign move_valid = may && moves;
    assign move_op    = part_open ? item_op : op_q;
    assign move_queue = part_queue;
    assign move_num   = part_open ? item_num : num_q;
    assign move_host  = host;
    assign move_place = {{(64 - PLACE_W){1'b0}}, place_q};
    assign move_len   = {11'd0, part_bytes};
    assign move_attr  = part_open ? item_attr : attr_q;

    // ---- notes: what to do when the moves before have ended ----
    wire        out_valid, out_move, out_close;
    wire [12:0] out_words;
    wire [$clog2(NOTE_N):0] unused_n;
    wire        ended   = out_valid && (!out_move || moved_valid);
    wire        out_go  = ended && (!out_close || done_ready);
    stream_fifo #(.W(OP_W + 78), .DEPTH(NOTE_N)) u_notes (
        .clk(clk), .rst(rst), .in_valid(go), .in_ready(note_room),
        .in_data({moves, part_close, part_words, move_op, sum, part_bad, part_eop, part_sop, part_user}),
        .out_valid(out_valid), .out_ready(out_go),
        .out_data({out_move, out_close, out_words, done_op, done_bytes, done_info}), .count(unused_n)
    );
    assign moved_ready = out_valid && out_move && (!out_close || done_ready);
    assign done_valid  = ended && out_close;
    assign free_word   = free_q;
    assign idle  = !go && !out_go;
    assign empty = !open_q && !part_valid;
    wire unused  = &{1'b0, out_words, part_words};

    always @(posedge clk) begin
        if (go) begin
            open_q  <= (open_q || part_open) && !part_close;
            sum_q   <= sum;
            host_q  <= host + {51'd0, part_bytes};
            place_q <= part_words != 13'd0 ? {word_after, {LANE_W{1'b0}}}
                                           : place_q + {{(PLACE_W - 13){1'b0}}, part_bytes};
            base_q  <= word_after;
        end
        if (item_ready) begin
            op_q   <= item_op;
            num_q  <= item_num;
            attr_q <= item_attr;
        end
        if (out_go)
            free_q <= free_q + out_words[WW:0];
        if (rst) begin
            open_q  <= 1'b0;
            place_q <= {PLACE_W{1'b0}};
            base_q  <= {WW{1'b0}};
            free_q  <= {(WW + 1){1'b0}};
        end
    end
endmodule

`default_nettype wire
