// SPDX-License-Identifier: BSD-2-Clause
// The first half of a queue between two clocks: takes items into a small memory (LUT RAM) that the other half,
// cw_cdc_out, reads. Counts of items cross in Gray code, straight from flip-flops, so that however the bits are
// delayed the other side sees the count of before or of after. The count goes out with the item's write, and is
// two flip-flops behind it on the other side.
`default_nettype none

module cw_cdc_in #(
    parameter W     = 32,
    parameter DEPTH = 16   // a power of two, 4 or more; 16 for an item a cycle
) (
    input  wire                     clk,
    input  wire                     run,       // cw_cdc_side
    input  wire                     clear,
    input  wire                     in_valid,
    output wire                     in_ready,
    input  wire [W-1:0]             in_data,
    output wire [$clog2(DEPTH):0]   put,       // items put, Gray code, for the other half
    input  wire [$clog2(DEPTH):0]   taken,     // items taken, Gray code, of the other clock
    input  wire [$clog2(DEPTH)-1:0] slot,      // of the other clock
    output wire [W-1:0]             item       // what is in that slot
);
    localparam A = $clog2(DEPTH);

    initial if (DEPTH < 4 || (DEPTH & (DEPTH - 1)) != 0) begin
        $display("%m: DEPTH %0d must be a power of two, 4 or more", DEPTH);
        $finish;
    end

    reg  [W-1:0] mem [0:DEPTH-1];
    reg  [A:0]   count_q, put_q;
    wire [A:0]   count_d = count_q + {{A{1'b0}}, 1'b1};
    wire [A:0]   seen;
    // DEPTH items ahead: in Gray code the two upper bits differ.
    wire         full = put_q == {~seen[A:A-1], seen[A-2:0]};

    genvar i;
    generate
    for (i = 0; i <= A; i = i + 1) begin : g_taken
        cw_sync u_bit (.clk(clk), .in(taken[i]), .out(seen[i]));
    end
    endgenerate

    assign put      = put_q;
    assign in_ready = run && !full;
    assign item     = mem[slot];

    always @(posedge clk) begin
        if (in_valid && in_ready)
            mem[count_q[A-1:0]] <= in_data;
        if (clear) begin
            count_q <= {(A + 1){1'b0}};
            put_q   <= {(A + 1){1'b0}};
        end else if (in_valid && in_ready) begin
            count_q <= count_d;
            put_q   <= count_d ^ {1'b0, count_d[A:1]};
        end
    end
endmodule

`default_nettype wire
