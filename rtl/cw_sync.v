// SPDX-License-Identifier: BSD-2-Clause
// One bit from another clock: two flip-flops in a row, as the only way in for a level.
//
// `in` comes from a flip-flop (or a pin) and changes rarely: what changes for less
// than two cycles of clk may not be seen. Latency: two to three cycles of clk.
`default_nettype none

module cw_sync #(
    parameter INIT = 1'b0
) (
    input  wire clk,
    input  wire in,
    output wire out
);
    (* async_reg = "true" *) reg [1:0] sync_q = {2{INIT}};

    assign out = sync_q[1];

    always @(posedge clk)
        sync_q <= {sync_q[0], in};
endmodule

`default_nettype wire
