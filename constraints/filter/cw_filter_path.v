// SPDX-License-Identifier: BSD-2-Clause
//
// The data path of the example filter: packets from the host (h2s) go back to it (s2h), every byte changed as the
// packet's route says, or are dropped whole. cw_top says what both streams promise; length, user word and error mark
// of a packet stay.
//
// route: the word of route_queue, one cycle after route_en, held until the next one; it is read beside each beat that is
// taken. It counts on a packet's first beat, as do key and drop_*: the registers may change at any time. A packet
// that had begun when its route was switched off is dropped.
//
// count_*: one-cycle pulses, a cycle after the beat. idle: nothing changes in here before an input does.
//
// A beat a cycle, two cycles from h2s to s2h.
`default_nettype none

module cw_filter_path #(
    parameter DATA_W = 256
) (
    input  wire                clk,
    input  wire                rst,
    output wire                idle,

    input  wire [31:0]         key,
    input  wire [31:0]         drop_mask,
    input  wire [31:0]         drop_match,
    output wire                route_en,
    output wire [10:0]         route_queue,
    input  wire [31:0]         route,
    output wire [6:0]          count_bytes,
    output wire                count_packet,
    output wire                count_marked,
    output wire                count_drop,

    input  wire                h2s_valid,
    output wire                h2s_ready,
    input  wire [DATA_W-1:0]   h2s_data,
    input  wire [DATA_W/8-1:0] h2s_keep,
    input  wire                h2s_first,
    input  wire                h2s_last,
    input  wire                h2s_err,
    input  wire [10:0]         h2s_queue,
    input  wire [35:0]         h2s_user,
    output wire                s2h_valid,
    input  wire                s2h_ready,
    output wire [DATA_W-1:0]   s2h_data,
    output wire [DATA_W/8-1:0] s2h_keep,
    output wire                s2h_last,
    output wire                s2h_err,
    output wire [10:0]         s2h_queue,
    output wire [35:0]         s2h_user
);
    `include "cw_filter.vh"

    localparam BYTES  = DATA_W / 8;
    localparam ITEM_W = DATA_W + BYTES + 49;

    function [7:0] changed(input [31:0] mode, input [7:0] k, input [7:0] c);
        case (mode)
        CW_FILTER_ROUTE_XOR:   changed = c ^ k;
        CW_FILTER_ROUTE_UPPER: changed = c >= 8'h61 && c <= 8'h7a ? c - 8'h20 : c;
        CW_FILTER_ROUTE_LOWER: changed = c >= 8'h41 && c <= 8'h5a ? c + 8'h20 : c;
        default:               changed = c;
        endcase
    endfunction
    // Bytes of a beat: up to the highest lane kept.
    function [6:0] lanes(input [BYTES-1:0] keep);
        integer i;
        begin
            lanes = 7'd0;
            for (i = 0; i < BYTES; i = i + 1)
                if (keep[i])
                    lanes = i[6:0] + 7'd1;
        end
    endfunction

    // ---- the beat at hand, beside its route ----
    reg                beat_q, first_q, last_q, err_q;
    reg  [DATA_W-1:0]  data_q;
    reg  [BYTES-1:0]   keep_q;
    reg  [35:0]        user_q;
    reg  [75:0]        held_q;         // what the packet's first beat found
    wire               hit  = (user_q[31:0] & drop_mask) == drop_match;
    wire               away = (route & CW_FILTER_ROUTE_ON) == 32'd0 || ((route & CW_FILTER_ROUTE_DROP) != 32'd0 && hit);
    wire [31:0]        mode, xor_key;
    wire [10:0]        to;
    wire               drop;
    assign {drop, mode, xor_key, to} = first_q ? {away, route & CW_FILTER_ROUTE_MODE, key, route[10:0]} : held_q;

    wire               out_ready;
    wire               go   = beat_q && (drop || out_ready);
    wire               take = h2s_valid && h2s_ready;
    wire               pass = go && !drop;
    assign h2s_ready   = !beat_q || go;
    assign route_en    = take;
    assign route_queue = h2s_queue;

    always @(posedge clk) begin
        if (go)
            held_q <= {drop, mode, xor_key, to};
        if (take) begin
            {first_q, last_q, err_q} <= {h2s_first, h2s_last, h2s_err};
            data_q <= h2s_data;
            keep_q <= h2s_keep;
            user_q <= h2s_user;
        end
        if (h2s_ready)
            beat_q <= h2s_valid;
        if (rst)
            beat_q <= 1'b0;
    end

    // ---- the bytes ----
    reg  [DATA_W-1:0]  data;
    integer            b;
    always @* begin
        for (b = 0; b < BYTES; b = b + 1)
            data[8*b +: 8] = changed(mode, xor_key[8*(b % 4) +: 8], data_q[8*b +: 8]);
    end

    stream_reg #(.W(ITEM_W)) u_out (
        .clk(clk), .rst(rst), .in_valid(beat_q && !drop), .in_ready(out_ready),
        .in_data({data, keep_q, last_q, err_q, to, user_q}),
        .out_valid(s2h_valid), .out_ready(s2h_ready),
        .out_data({s2h_data, s2h_keep, s2h_last, s2h_err, s2h_queue, s2h_user})
    );

    // ---- counters' pulses ----
    reg  [6:0]         bytes_q;
    reg                packet_q, marked_q, drop_q;
    assign count_bytes  = bytes_q;
    assign count_packet = packet_q;
    assign count_marked = marked_q;
    assign count_drop   = drop_q;
    always @(posedge clk) begin
        bytes_q  <= pass ? lanes(keep_q) : 7'd0;
        packet_q <= pass && last_q;
        marked_q <= pass && last_q && err_q;
        drop_q   <= go && drop && last_q;
        if (rst)
            {bytes_q, packet_q, marked_q, drop_q} <= 10'd0;
    end

    assign idle = !take && !go && !(s2h_valid && s2h_ready) && bytes_q == 7'd0 && !packet_q && !drop_q;
endmodule

`default_nettype wire
