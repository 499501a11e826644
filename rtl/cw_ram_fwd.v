// SPDX-License-Identifier: BSD-2-Clause
// A RAM like cw_ram whose read of the word being written gives the new word.
//
// For read-modify-write pipelines of two stages: the read of a stage begins in
// the cycle in which the stage before it writes, so no access is ever stale.
// A read takes one cycle; rd_data keeps its value until the next rd_en. With LIVE 1 it may also follow what is
// written to its word later: then a small RAM needs no bypass, as it is read without a clock (LUT RAM).
`default_nettype none

module cw_ram_fwd #(
    parameter W     = 32,
    parameter DEPTH = 64,
    parameter LIVE  = 0
) (
    input  wire                      clk,
    input  wire                      wr_en,
    input  wire [$clog2(DEPTH)-1:0]  wr_addr,
    input  wire [W-1:0]              wr_data,
    input  wire                      rd_en,
    input  wire [$clog2(DEPTH)-1:0]  rd_addr,
    output wire [W-1:0]              rd_data
);
    generate
        if (LIVE != 0 && DEPTH <= 64) begin : g_live
            reg [W-1:0]             mem [0:DEPTH-1];
            reg [$clog2(DEPTH)-1:0] at_q;

            assign rd_data = mem[at_q];
            always @(posedge clk) begin
                if (wr_en)
                    mem[wr_addr] <= wr_data;
                if (rd_en)
                    at_q <= rd_addr;
            end
        end else begin : g_bypass
            wire [W-1:0] mem_data;
            reg  [W-1:0] new_q;
            reg          hit_q;

            assign rd_data = hit_q ? new_q : mem_data;

            cw_ram #(.W(W), .DEPTH(DEPTH)) u_ram (
                .clk(clk), .wr_en(wr_en), .wr_addr(wr_addr), .wr_data(wr_data),
                .rd_en(rd_en), .rd_addr(rd_addr), .rd_data(mem_data)
            );

            always @(posedge clk)
                if (rd_en) begin
                    hit_q <= wr_en && wr_addr == rd_addr;
                    new_q <= wr_data;
                end
        end
    endgenerate
endmodule

`default_nettype wire
