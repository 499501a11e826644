// SPDX-License-Identifier: BSD-2-Clause
// A RAM like cw_ram with a write strobe a byte.
`default_nettype none

module cw_ram_be #(
    parameter W     = 256,             // bits, a multiple of 8
    parameter DEPTH = 1024
) (
    input  wire                      clk,
    input  wire                      wr_en,
    input  wire [$clog2(DEPTH)-1:0]  wr_addr,
    input  wire [W-1:0]              wr_data,
    input  wire [W/8-1:0]            wr_strb,
    input  wire                      rd_en,
    input  wire [$clog2(DEPTH)-1:0]  rd_addr,
    output reg  [W-1:0]              rd_data
);
    reg [W-1:0] mem [0:DEPTH-1];

    integer i;
    always @(posedge clk) begin
        if (wr_en)
            for (i = 0; i < W / 8; i = i + 1)
                if (wr_strb[i])
                    mem[wr_addr][8*i +: 8] <= wr_data[8*i +: 8];
        if (rd_en)
            rd_data <= mem[rd_addr];
    end
endmodule

`default_nettype wire
