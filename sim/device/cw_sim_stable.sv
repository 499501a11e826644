// SPDX-License-Identifier: BSD-2-Clause
// Checker of one valid/ready stream: what is offered stays as it is until taken.
`default_nettype none

module cw_sim_stable #(
    parameter W = 1
) (
    input wire         clk,
    input wire         rst,
    input wire         valid,
    input wire         ready,
    input wire [W-1:0] payload
);
    a_valid_held: assert property (@(posedge clk) disable iff (rst) valid && !ready |=> valid)
        else $error("%m: valid was lowered before ready");
    a_payload_held: assert property (@(posedge clk) disable iff (rst) valid && !ready |=> $stable(payload))
        else $error("%m: payload changed while valid && !ready");
endmodule

`default_nettype wire
