// SPDX-License-Identifier: BSD-2-Clause
//
// Joins completion records of a queue that follow each other into one write.
//
// Operations are put in retirement order, with a record or (one that has none)
// only to be counted. A run of records is open while more of its queue may come;
// it is closed by one that `put_ends`, by an operation that does not belong to
// it, by `flush`, and HOLD cycles after its first record at the latest. Closed
// runs leave in order, one TLP each, with what the last operation in them said;
// one without record leaves with run_none, not as a TLP. The records themselves are in
// cw_record_store: here is where.
//
// Whoever puts ends a run at multiples of 256 bytes and of the maximum payload
// size, and where a ring wraps: a run neither crosses 4 KiB nor is longer than
// 16 records.
//
// A record a cycle; one cycle more when it closes an open run of another queue.
// From the record that ends a run to its first beat: one cycle.
`default_nettype none

module cw_record_run #(
    parameter DATA_W = 256,
    parameter HOLD   = 128
) (
    input  wire                 clk,
    input  wire                 rst,
    output wire                 busy,       // something is held
    output wire                 moving,     // a register may change without a new input
    input  wire                 flush,      // no reason to wait

    input  wire                 put_valid,
    output wire                 put_ready,
    input  wire [10:0]          put_queue,
    input  wire                 put_record, // it has one
    input  wire                 put_ends,   // nothing is joined behind it
    input  wire [7:0]           put_tail,   // leaves as run_tail, of the last one put; if that did not end the run, [2:0] as 0
    output wire                 put_first,  // of its run,
    output wire [1:0]           put_place,  // ... which is here
    output wire [3:0]           put_at,     // records of it before

    output wire                 run_valid,
    input  wire                 run_ready,  // a beat was taken
    output wire                 run_none,
    output wire                 run_eop,
    output wire [1:0]           run_place,
    output wire [3:0]           run_beat,
    output wire [DATA_W/32-1:0] run_keep,
    output wire [4:0]           run_n,      // records
    output wire [7:0]           run_tail
);
    localparam RUN_N  = 16;
    localparam [31:0] BANK_N = DATA_W / 128;
    localparam BANK_W = $clog2(DATA_W / 128);
    localparam AGE_W  = $clog2(HOLD);

    // ---- the open run ----
    reg             open_q;
    reg  [10:0]     queue_q;
    reg  [4:0]      n_q;
    reg  [1:0]      place_q;
    reg  [AGE_W-1:0] age_q;
    wire            room;                   // for a closed run
    wire            joins  = open_q && put_record && put_queue == queue_q;
    wire            clash  = put_valid && open_q && !joins;
    wire            put    = put_valid && put_ready;
    wire            timely = open_q && !put_valid && (flush || &age_q);
    wire            ends   = put && (put_ends || !put_record);
    wire            close  = room && (clash || timely || ends);
    wire [4:0]      put_n  = joins ? n_q + 5'd1 : {4'd0, put_record};

    assign put_ready = room && !clash;
    assign put_first = !joins;
    assign put_place = place_q;
    assign put_at    = joins ? n_q[3:0] : 4'd0;

    // ---- closed runs ----
    wire            out_valid, leave;
    wire [1:0]      unused_n;
    stream_fifo #(.W(13), .DEPTH(2)) u_closed (
        .clk(clk), .rst(rst), .in_valid(close), .in_ready(room),
        .in_data({ends ? put_n : n_q, put_tail[7:3], put_tail[2:0] & {3{ends}}}),
        .out_valid(out_valid), .out_ready(leave), .out_data({run_n, run_tail}), .count(unused_n)
    );

    // ---- as they leave ----
    reg  [1:0]      out_place_q;
    reg  [3:0]      beat_q;
    wire [4:0]      beat_n  = {1'b0, beat_q} << BANK_W;     // records before this beat
    genvar b;
    generate
        for (b = 0; b < DATA_W / 128; b = b + 1) begin : g_bank
            assign run_keep[b*4 +: 4] = {4{{27'd0, beat_n} + b < {27'd0, run_n}}};
        end
    endgenerate

    assign run_valid = out_valid;
    assign run_none  = run_n == 5'd0;
    assign run_eop   = {27'd0, beat_n} + BANK_N >= {27'd0, run_n};
    assign run_place = out_place_q;
    assign run_beat  = beat_q;
    assign leave     = run_ready && run_eop;
    assign busy      = open_q || out_valid;
    assign moving    = open_q || put || run_ready;

    initial if (RUN_N != 16 || HOLD < 2 || (HOLD & (HOLD - 1)) != 0) begin
        $display("%m: HOLD %0d must be a power of two", HOLD);
        $finish;
    end

    always @(posedge clk) begin
        if (put && !joins)
            queue_q <= put_queue;
        if (put)
            n_q <= put_n;
        if (rst) begin
            open_q      <= 1'b0;
            age_q       <= {AGE_W{1'b0}};
            place_q     <= 2'd0;
            out_place_q <= 2'd0;
            beat_q      <= 4'd0;
        end else begin
            open_q <= (put || open_q) && !close;
            age_q  <= close || !open_q ? {AGE_W{1'b0}} : &age_q ? age_q : age_q + 1'b1;
            if (close)
                place_q <= place_q + 2'd1;
            if (run_ready)
                beat_q <= run_eop ? 4'd0 : beat_q + 4'd1;
            if (leave)
                out_place_q <= out_place_q + 2'd1;
        end
    end
endmodule

`default_nettype wire
