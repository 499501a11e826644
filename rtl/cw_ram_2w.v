// SPDX-License-Identifier: BSD-2-Clause
// A RAM with two write ports and RD_N reads without a clock, for a few bits a word: states of
// tags and operations, one written where they begin, the other where they end.
//
// Two RAMs with one write port each; a word is the XOR of both, and a port writes what makes it
// come out right. The two ports must not write the same word in the same cycle. A read in the
// cycle of a write gives the old word.
`default_nettype none

module cw_ram_2w #(
    parameter W     = 1,
    parameter DEPTH = 256,
    parameter RD_N  = 1
) (
    input  wire                           clk,
    input  wire                           a_en,
    input  wire [$clog2(DEPTH)-1:0]       a_addr,
    input  wire [W-1:0]                   a_data,
    input  wire                           b_en,
    input  wire [$clog2(DEPTH)-1:0]       b_addr,
    input  wire [W-1:0]                   b_data,
    input  wire [RD_N*$clog2(DEPTH)-1:0]  rd_addr,
    output wire [RD_N*W-1:0]              rd_data
);
    localparam A = $clog2(DEPTH);

    reg [W-1:0] a_mem [0:DEPTH-1];
    reg [W-1:0] b_mem [0:DEPTH-1];

    // Any content is good, but a simulator's X in one would never go away.
    integer i;
    initial for (i = 0; i < DEPTH; i = i + 1) begin
        a_mem[i] = {W{1'b0}};
        b_mem[i] = {W{1'b0}};
    end

    wire [W-1:0] b_at_a = b_mem[a_addr];
    wire [W-1:0] a_at_b = a_mem[b_addr];

    genvar r;
    generate
        for (r = 0; r < RD_N; r = r + 1) begin : g_rd
            wire [A-1:0] addr = rd_addr[r*A +: A];
            assign rd_data[r*W +: W] = a_mem[addr] ^ b_mem[addr];
        end
    endgenerate

    always @(posedge clk) begin
        if (a_en)
            a_mem[a_addr] <= b_at_a ^ a_data;
        if (b_en)
            b_mem[b_addr] <= a_at_b ^ b_data;
    end
endmodule

`default_nettype wire
