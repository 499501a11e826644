// SPDX-License-Identifier: BSD-2-Clause
//
// The completion records that wait to be written, of both directions, and what is said once
// of each run of them (cw_record_run). Of one direction at a time one is put, and one is read.
//
// A run has one of four places of its direction: two for closed ones, one for the open one. It is
// 16 records at most, which leave side by side, as many as a beat holds. Read without a clock.
`default_nettype none

module cw_record_store #(
    parameter DATA_W = 256
) (
    input  wire                 clk,

    input  wire                 put,        // the first of a run, or a record
    input  wire                 put_side,
    input  wire [1:0]           put_place,
    input  wire                 put_first,
    input  wire [3:0]           put_at,     // records of the run before it
    input  wire [10:0]          put_queue,
    input  wire [31:0]          put_num,
    input  wire [63:0]          put_addr,
    input  wire [127:0]         put_data,

    input  wire                 side,
    input  wire [1:0]           place,
    input  wire [3:0]           beat,
    output wire [10:0]          queue,
    output wire [31:0]          num,
    output wire [63:0]          addr,
    output wire                 wide,       // addr is above 4 GiB
    output wire [DATA_W-1:0]    data
);
    localparam BANK_W = $clog2(DATA_W / 128);
    localparam ROW_W  = 7 - BANK_W;
    localparam RUN_W  = 11 + 32 + 64 + 1;

    reg [RUN_W-1:0] runs [0:7];
    assign {queue, num, addr, wide} = runs[{side, place}];

    always @(posedge clk)
        if (put && put_first)
            runs[{put_side, put_place}] <= {put_queue, put_num, put_addr, put_addr[63:32] != 32'd0};

    wire [ROW_W-1:0] put_row = {put_side, put_place, put_at[3:BANK_W]};
    wire [ROW_W-1:0] row     = {side, place, beat[3-BANK_W:0]};
    genvar b;
    generate
        for (b = 0; b < DATA_W / 128; b = b + 1) begin : g_bank
            reg [127:0] mem [0:(1 << ROW_W) - 1];
            assign data[b*128 +: 128] = mem[row];

            always @(posedge clk)
                if (put && {28'd0, put_at} % (1 << BANK_W) == b)
                    mem[put_row] <= put_data;
        end
    endgenerate

    wire unused = &{1'b0, beat};
endmodule

`default_nettype wire
