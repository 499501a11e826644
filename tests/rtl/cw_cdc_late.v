// SPDX-License-Identifier: BSD-2-Clause
// Wires from one clock to another whose bits arrive at different times: one that changed at an edge of `from` may
// come up to a period of it late. It comes once, and stays.
`default_nettype none

module cw_cdc_late #(
    parameter W    = 4,
    parameter INIT = {W{1'b0}}
) (
    input  wire [W-1:0] coin,  // random, new before each edge of either clock
    input  wire         from,
    input  wire         to,
    input  wire [W-1:0] in,
    output wire [W-1:0] out
);
    reg [W-1:0]  before_q = INIT, late_q = {W{1'b0}}, still_q = {W{1'b0}};
    reg          edge_q = 1'b0, seen_q = 1'b0;
    wire         first = edge_q != seen_q;
    wire [W-1:0] late = late_q & (first ? {W{1'b1}} : still_q);

    assign out = (in & ~late) | (before_q & late);

    always @(posedge from) begin
        before_q <= in;
        late_q   <= coin;
        edge_q   <= !edge_q;
    end
    always @(posedge to) begin
        still_q <= late & coin;
        seen_q  <= edge_q;
    end
endmodule

`default_nettype wire
