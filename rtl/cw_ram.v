// SPDX-License-Identifier: BSD-2-Clause
// A RAM with one write port and one read port on one clock. A read takes one
// cycle; a read of the word being written gives the old word.
`default_nettype none

module cw_ram #(
    parameter W     = 32,
    parameter DEPTH = 64
) (
    input  wire                      clk,
    input  wire                      wr_en,
    input  wire [$clog2(DEPTH)-1:0]  wr_addr,
    input  wire [W-1:0]              wr_data,
    input  wire                      rd_en,
    input  wire [$clog2(DEPTH)-1:0]  rd_addr,
    output reg  [W-1:0]              rd_data
);
    reg [W-1:0] mem [0:DEPTH-1];

    always @(posedge clk) begin
        if (wr_en)
            mem[wr_addr] <= wr_data;
        if (rd_en)
            rd_data <= mem[rd_addr];
    end
endmodule

`default_nettype wire
