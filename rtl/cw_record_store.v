// SPDX-License-Identifier: BSD-2-Clause
//
// What the runs of completion records hold (cw_record_run says when, one for each of two
// directions): the records, side by side as they leave, and whose they are, written with
// the first one put into a run. One write and one read a cycle, of either direction, so
// that one small RAM serves both. What is written can be read in the next cycle.
//
// Lanes beyond out_keep show whatever is there.
`default_nettype none

module cw_record_store #(
    parameter DATA_W = 256
) (
    input  wire                 clk,
    input  wire [15:0]          fn_bdf,

    input  wire                 put,
    input  wire                 put_side,
    input  wire                 put_begins, // the first of its run
    input  wire [1:0]           put_place,
    input  wire [3:0]           put_at,
    input  wire [10:0]          put_queue,
    input  wire [31:0]          put_num,
    input  wire [63:0]          put_addr,
    input  wire [127:0]         put_data,

    input  wire                 out_side,
    input  wire [1:0]           out_place,
    input  wire [3:0]           out_beat,
    input  wire [4:0]           out_n,      // records of the run
    output wire [10:0]          out_queue,
    output wire [31:0]          out_num,    // of its first operation
    output wire [127:0]         out_hdr,
    output wire [DATA_W-1:0]    out_data,
    output wire [DATA_W/32-1:0] out_keep
);
    `include "cw_tlp.vh"

    localparam [31:0] BANK_N = DATA_W / 128;
    localparam BANK_W = $clog2(DATA_W / 128);
    localparam ROW_W  = 7 - BANK_W;         // of two directions, four runs each, 16 records each

    // ---- whose ----
    reg  [106:0]     whose [0:7];
    wire [63:0]      addr;
    assign {out_queue, out_num, addr} = whose[{out_side, out_place}];

    always @(posedge clk)
        if (put && put_begins)
            whose[{put_side, put_place}] <= {put_queue, put_num, put_addr};

    // ---- the records ----
    wire [ROW_W-1:0] put_row = {put_side, put_place, put_at[3:BANK_W]};
    wire [ROW_W-1:0] out_row = {out_side, out_place, out_beat[3-BANK_W:0]};
    wire [4:0]       beat_n  = {1'b0, out_beat} << BANK_W;  // records before this beat
    genvar b;
    generate
        for (b = 0; b < DATA_W / 128; b = b + 1) begin : g_bank
            reg  [127:0] mem [0:(1 << ROW_W) - 1];
            wire         here = {28'd0, put_at} % BANK_N == b;
            wire         some = {27'd0, beat_n} + b < {27'd0, out_n};
            assign out_data[b*128 +: 128] = mem[out_row];
            assign out_keep[b*4 +: 4]     = {4{some}};

            always @(posedge clk)
                if (put && here)
                    mem[put_row] <= put_data;
        end
    endgenerate

    // ---- the TLP ----
    wire        wide = addr[63:32] != 32'd0;
    wire [31:0] dw0  = {wide ? TLP_MWR64 : TLP_MWR32, 17'd0, out_n, 2'd0};
    wire [31:0] dw1  = {fn_bdf, 8'd0, 8'hff};
    assign out_hdr = wide ? {addr[31:0], addr[63:32], dw1, dw0} : {32'd0, addr[31:0], dw1, dw0};
endmodule

`default_nettype wire
