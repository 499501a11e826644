// SPDX-License-Identifier: BSD-2-Clause
// A register slice on a valid/ready stream: both directions are registered, one
// item a cycle, one cycle of latency.
`default_nettype none

module stream_reg #(
    parameter W = 32
) (
    input  wire         clk,
    input  wire         rst,
    input  wire         in_valid,
    output wire         in_ready,
    input  wire [W-1:0] in_data,
    output wire         out_valid,
    input  wire         out_ready,
    output wire [W-1:0] out_data
);
    reg         out_q, skid_q;      // each: its register holds an item
    reg [W-1:0] out_data_q, skid_data_q;

    assign in_ready  = !skid_q;
    assign out_valid = out_q;
    assign out_data  = out_data_q;

    always @(posedge clk) begin
        if (!out_q || out_ready) begin
            out_data_q <= skid_q ? skid_data_q : in_data;
            out_q      <= skid_q || in_valid;
            skid_q     <= 1'b0;
        end else if (in_valid && in_ready) begin
            skid_data_q <= in_data;
            skid_q      <= 1'b1;
        end
        if (rst) begin
            out_q  <= 1'b0;
            skid_q <= 1'b0;
        end
    end
endmodule

`default_nettype wire
