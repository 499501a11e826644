// SPDX-License-Identifier: BSD-2-Clause
//
// Joins the three sources of dones (ended without moving data, host to card,
// card to host) into one stream. They take turns. One a cycle, no latency.
`default_nettype none

module cw_done_mux #(
    parameter OP_W = 8
) (
    input  wire            clk,
    input  wire            rst,

    input  wire            issue_done_valid,
    output wire            issue_done_ready,
    input  wire [OP_W-1:0] issue_done_op,
    input  wire [6:0]      issue_done_status,
    input  wire [1:0]      issue_done_kind,
    input  wire            h2c_done_valid,
    output wire            h2c_done_ready,
    input  wire [OP_W-1:0] h2c_done_op,
    input  wire [6:0]      h2c_done_status,
    input  wire [23:0]     h2c_done_bytes,
    input  wire            c2h_done_valid,
    output wire            c2h_done_ready,
    input  wire [OP_W-1:0] c2h_done_op,
    input  wire [6:0]      c2h_done_status,
    input  wire [23:0]     c2h_done_bytes,

    output wire            done_valid,
    input  wire            done_ready,
    output wire [OP_W-1:0] done_op,
    output wire [6:0]      done_status,
    output wire [23:0]     done_bytes,
    output wire [1:0]      done_kind
);
    localparam [1:0] SRC_ISSUE = 2'd0, SRC_H2C = 2'd1, SRC_C2H = 2'd2, SRC_NONE = 2'd3;

    // The source chosen stays until it was taken: done is stable while it waits.
    reg  [1:0] held_q, turn_q;
    wire [1:0] pick = turn_q == SRC_ISSUE ? (h2c_done_valid ? SRC_H2C : c2h_done_valid ? SRC_C2H :
                                             issue_done_valid ? SRC_ISSUE : SRC_NONE) :
                      turn_q == SRC_H2C   ? (c2h_done_valid ? SRC_C2H : issue_done_valid ? SRC_ISSUE :
                                             h2c_done_valid ? SRC_H2C : SRC_NONE) :
                                            (issue_done_valid ? SRC_ISSUE : h2c_done_valid ? SRC_H2C :
                                             c2h_done_valid ? SRC_C2H : SRC_NONE);
    wire [1:0] src = held_q != SRC_NONE ? held_q : pick;

    assign issue_done_ready = done_ready && src == SRC_ISSUE;
    assign h2c_done_ready   = done_ready && src == SRC_H2C;
    assign c2h_done_ready   = done_ready && src == SRC_C2H;
    assign done_valid  = src != SRC_NONE;
    assign done_op     = src == SRC_ISSUE ? issue_done_op :
                         src == SRC_H2C ? h2c_done_op : c2h_done_op;
    assign done_status = src == SRC_ISSUE ? issue_done_status :
                         src == SRC_H2C ? h2c_done_status : c2h_done_status;
    assign done_bytes  = src == SRC_ISSUE ? 24'd0 :
                         src == SRC_H2C ? h2c_done_bytes : c2h_done_bytes;
    assign done_kind   = src == SRC_ISSUE ? issue_done_kind : 2'b00;

    always @(posedge clk)
        if (rst) begin
            held_q <= SRC_NONE;
            turn_q <= SRC_C2H;
        end else begin
            held_q <= done_valid && !done_ready ? src : SRC_NONE;
            if (done_valid && done_ready)
                turn_q <= src;
        end
endmodule

`default_nettype wire
