// SPDX-License-Identifier: BSD-2-Clause
//
// Joins completion records of a queue that follow each other into one write.
//
// Operations are put in retirement order, with a record or (one that has none)
// only to be counted. A run of records is open while more of its queue may come;
// it is closed by one that `put_ends`, by an operation that does not belong to
// it, by `flush`, and HOLD cycles after its first record at the latest. Closed
// runs leave in order, one TLP each, with what the last operation in them said;
// one without record leaves with run_none, not as a TLP.
//
// Whoever puts ends a run at multiples of RUN_BYTES and of the maximum payload
// size, and where a ring wraps: a run neither crosses 4 KiB nor is longer than
// RUN_N records.
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
    input  wire [15:0]          fn_bdf,
    input  wire                 flush,      // no reason to wait

    input  wire                 put_valid,
    output wire                 put_ready,
    input  wire [10:0]          put_queue,
    input  wire [31:0]          put_num,
    input  wire                 put_record, // it has one
    input  wire [63:0]          put_addr,
    input  wire [127:0]         put_data,
    input  wire                 put_ends,   // nothing is joined behind it
    input  wire [7:0]           put_tail,   // leaves as run_tail: of the last one put

    output wire                 run_valid,
    input  wire                 run_ready,  // a beat was taken
    output wire                 run_none,
    output wire                 run_eop,
    output wire [127:0]         run_hdr,
    output wire [DATA_W-1:0]    run_data,
    output wire [DATA_W/32-1:0] run_keep,
    output wire [10:0]          run_queue,
    output wire [31:0]          run_num,    // of its first operation
    output wire [4:0]           run_n,      // records
    output wire [7:0]           run_tail
);
    `include "cw_tlp.vh"

    localparam RUN_N  = 16;
    localparam [31:0] BANK_N = DATA_W / 128;
    localparam BANK_W = $clog2(DATA_W / 128);
    localparam ROW_W  = 6 - BANK_W;         // four runs: two closed, one open
    localparam AGE_W  = $clog2(HOLD);
    localparam RUN_W  = 11 + 32 + 64 + 5 + 8;

    // ---- the open run ----
    reg             open_q;
    reg  [10:0]     queue_q;
    reg  [31:0]     num_q;
    reg  [63:0]     addr_q;
    reg  [4:0]      n_q;
    reg  [1:0]      place_q;                // its place in the store
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

    // ---- closed runs ----
    wire            out_valid, leave;
    wire [63:0]     run_addr;
    wire [1:0]      unused_n;
    stream_fifo #(.W(RUN_W), .DEPTH(2)) u_closed (
        .clk(clk), .rst(rst), .in_valid(close), .in_ready(room),
        .in_data(!ends ? {queue_q, num_q, addr_q, n_q, 8'd0} :
                 joins ? {queue_q, num_q, addr_q, put_n, put_tail} :
                         {put_queue, put_num, put_addr, put_n, put_tail}),
        .out_valid(out_valid), .out_ready(leave),
        .out_data({run_queue, run_num, run_addr, run_n, run_tail}), .count(unused_n)
    );

    // ---- the records, side by side as they leave ----
    reg  [1:0]      out_place_q;
    reg  [3:0]      beat_q;
    wire [3:0]      at      = joins ? n_q[3:0] : 4'd0;
    wire [ROW_W-1:0] put_row = {place_q, at[3:BANK_W]};
    wire [4:0]      beat_n  = {1'b0, beat_q} << BANK_W;     // records before this beat
    wire [ROW_W-1:0] out_row = {out_place_q, beat_q[3-BANK_W:0]};
    genvar b;
    generate
        for (b = 0; b < DATA_W / 128; b = b + 1) begin : g_bank
            reg  [127:0] mem [0:(1 << ROW_W) - 1];
            wire         here = {28'd0, at} % BANK_N == b;
            wire         some = {27'd0, beat_n} + b < {27'd0, run_n};
            assign run_data[b*128 +: 128] = mem[out_row] & {128{some}};
            assign run_keep[b*4 +: 4]     = {4{some}};

            always @(posedge clk)
                if (put && put_record && here)
                    mem[put_row] <= put_data;
        end
    endgenerate

    // ---- the TLP ----
    wire            wide = run_addr[63:32] != 32'd0;
    wire [31:0]     dw0  = {wide ? TLP_MWR64 : TLP_MWR32, 17'd0, run_n, 2'd0};
    wire [31:0]     dw1  = {fn_bdf, 8'd0, 8'hff};

    assign run_valid = out_valid;
    assign run_none  = run_n == 5'd0;
    assign run_eop   = {27'd0, beat_n} + BANK_N >= {27'd0, run_n};
    assign run_hdr   = wide ? {run_addr[31:0], run_addr[63:32], dw1, dw0}
                            : {32'd0, run_addr[31:0], dw1, dw0};
    assign leave     = run_ready && run_eop;
    assign busy      = open_q || out_valid;
    assign moving    = open_q || put || run_ready;

    initial if (RUN_N != 16 || HOLD < 2 || (HOLD & (HOLD - 1)) != 0) begin
        $display("%m: HOLD %0d must be a power of two", HOLD);
        $finish;
    end

    always @(posedge clk) begin
        if (put && !joins) begin
            queue_q <= put_queue;
            num_q   <= put_num;
            addr_q  <= put_addr;
        end
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
