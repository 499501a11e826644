// SPDX-License-Identifier: BSD-2-Clause
// Checker of one valid/ready stream: what is offered stays as it is until taken.
// The payload comes in two parts (data, and the rest) so that no wide vector is
// put together every cycle; it is looked at only while a beat waits.
`default_nettype none

module cw_sim_stable #(
    parameter W = 1,
    parameter REST_W = 1
) (
    input wire              clk,
    input wire              rst,
    input wire              valid,
    input wire              ready,
    input wire [W-1:0]      data,
    input wire [REST_W-1:0] rest
);
    reg              held_q;   // offered in the last cycle and not taken
    reg [W-1:0]      data_q;
    reg [REST_W-1:0] rest_q;

    always @(posedge clk) begin
        held_q <= valid && !ready && !rst;
        if (valid && !ready) begin
            data_q <= data;
            rest_q <= rest;
        end
        if (held_q && !rst) begin
            a_valid_held: assert (valid) else $error("%m: valid was lowered before ready");
            a_payload_held: assert (!valid || (data == data_q && rest == rest_q))
                else $error("%m: payload changed while valid && !ready");
        end
    end
endmodule

`default_nettype wire
