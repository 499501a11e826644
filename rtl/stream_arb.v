// SPDX-License-Identifier: BSD-2-Clause
// Joins N valid/ready streams into one. They take turns, a packet each: the source
// chosen stays until its item with `last` was taken (tie last high where items are
// not packets), so what is offered is stable while it waits. No latency, an item a
// cycle; a source that is alone never waits.
`default_nettype none

module stream_arb #(
    parameter W = 32,
    parameter N = 2
) (
    input  wire           clk,
    input  wire           rst,
    input  wire [N-1:0]   in_valid,
    output wire [N-1:0]   in_ready,
    input  wire [N*W-1:0] in_data,
    input  wire [N-1:0]   in_last,
    output wire           out_valid,
    input  wire           out_ready,
    output wire [W-1:0]   out_data,
    output wire           out_last,
    output wire [$clog2(N)-1:0] out_source
);
    localparam S = $clog2(N);

    reg          held_q;              // turn_q was chosen and is not through
    reg  [S-1:0] turn_q;              // the source chosen last
    reg  [S-1:0] pick;
    wire [S-1:0] side = held_q ? turn_q : pick;

    // The next one with something to offer, behind the one chosen last.
    integer i;
    integer at;
    always @* begin
        pick = turn_q;
        for (i = N; i > 0; i = i - 1) begin
            at = {{(32 - S){1'b0}}, turn_q} + i;
            if (at >= N)
                at = at - N;
            if (in_valid[at[S-1:0]])
                pick = at[S-1:0];
        end
    end

    assign out_valid  = in_valid[side];
    assign out_data   = in_data[side*W +: W];
    assign out_last   = in_last[side];
    assign out_source = side;
    assign in_ready   = {{(N - 1){1'b0}}, out_ready && out_valid} << side;

    always @(posedge clk)
        if (rst) begin
            held_q <= 1'b0;
            turn_q <= {S{1'b0}};
        end else if (out_valid) begin
            held_q <= !(out_ready && out_last);
            turn_q <= side;
        end
endmodule

`default_nettype wire
