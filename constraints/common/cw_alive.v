// SPDX-License-Identifier: BSD-2-Clause
// Two lights for bring-up, on the board's own clock, so that they tell something without PCIe:
// `alive` blinks about once a second when the card is configured and clocked, `link` is the link's
// state. The only crossing of clocks in a board's design: link_up comes through cw_sync.
`default_nettype none

module cw_alive #(
    parameter CLOCK_HZ = 100000000
) (
    input  wire clk,
    input  wire link_up,   // of another clock
    output wire alive,
    output wire link
);
    localparam COUNT_W = $clog2(CLOCK_HZ);
    reg [COUNT_W-1:0] count_q = {COUNT_W{1'b0}};

    assign alive = count_q[COUNT_W-1];

    always @(posedge clk)
        count_q <= count_q + {{(COUNT_W-1){1'b0}}, 1'b1};

    cw_sync u_link (.clk(clk), .in(link_up), .out(link));
endmodule

`default_nettype wire
