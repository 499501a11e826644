// SPDX-License-Identifier: BSD-2-Clause
// One side of a crossing between two clocks: when items may move, and when this side's pointers go to zero. Its twin
// is on the other side. A reset of either side, however short, empties the whole crossing: both go through
//
//   RUN -> STOPPED -> CLEARED -> READY -> RUN
//
// and a side takes a step only when it sees the other one in the same state or one ahead, so that they are never
// more than a step apart whatever the clocks are. Each step changes one bit of `state`. From a reset to RUN: about
// a dozen cycles of the slower clock, as long as rst longer. No reset touches the state itself: that would be a
// step that the other side cannot see. A clock that stops holds the other side where it is.
`default_nettype none

module cw_cdc_side (
    input  wire       clk,
    input  wire       rst,
    output wire [1:0] state,   // for the other side
    input  wire [1:0] other,   // the other side's state, of its clock
    output wire       run,     // items may move
    output wire       clear    // pointers go to zero; the other side does not look at them
);
    localparam [1:0] RUN = 2'b00, STOPPED = 2'b01, CLEARED = 2'b11, READY = 2'b10;

    reg  [1:0] state_q = STOPPED;
    reg        wanted_q = 1'b0;  // a reset that is not served yet
    wire [1:0] seen;
    wire [1:0] next = {state_q[0], !state_q[1]};
    wire       follows = seen == state_q || seen == next;
    reg        step;

    cw_sync u_other_0 (.clk(clk), .in(other[0]), .out(seen[0]));
    cw_sync u_other_1 (.clk(clk), .in(other[1]), .out(seen[1]));

    assign state = state_q;
    assign run   = state_q == RUN && !wanted_q && !rst;
    assign clear = (state_q == STOPPED && follows) || state_q == CLEARED;

    always @*
        case (state_q)
        // Until a reset of this side or the other one.
        RUN:     step = follows && (rst || wanted_q || seen == STOPPED);
        // Until the other side has stopped too: it looks at this side's pointers no more.
        STOPPED: step = follows;
        // Until both are cleared and the reset is over.
        CLEARED: step = follows && !rst;
        // Until the other side's pointers have been zero for a cycle of its clock.
        READY:   step = follows;
        default: step = 1'b0;
        endcase

    always @(posedge clk) begin
        if (step)
            state_q <= next;
        if (state_q == STOPPED || state_q == CLEARED)
            wanted_q <= 1'b0;
        else if (rst)
            wanted_q <= 1'b1;
    end
endmodule

`default_nettype wire
