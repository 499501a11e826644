// SPDX-License-Identifier: BSD-2-Clause
// Reset of the endpoint: rst, function-level reset, CONTROL.RESET.
//
// A function-level reset or CONTROL.RESET first disables all queues and waits
// for what is in flight: until engine_empty, or, when that may never come,
// until nothing more can be done. That is when the function may not send (then
// held writes stay held) and no read is outstanding, or when reads may never be
// answered because CPL_TIMEOUT is off or above WAIT_LOG2_MAX, where 5 epochs would
// not fit the 100 ms of section 6.6.2 of the PCIe Base Specification 6.0; both
// after SETTLE quiet cycles: nothing offered to the IP (so no TLP is cut short)
// and, except in a function-level reset, every write it took has been sent. Reads
// still outstanding then are answered to nobody; their tags are quarantined. Then, as after rst: engine_rst for a few cycles, ENABLE and
// DISABLE of every queue (zeroes its counts), and except for CONTROL.RESET all
// registers, contexts and the MSI-X table to reset values (full_rst). `ready` is
// low all the while; register accesses are answered.
//
// flr_done comes after the last completion for a request before it has left.
// fn_power_ack: no read outstanding, no write waiting in the IP, nothing to answer.
`default_nettype none

module cw_reset #(
    parameter WAIT_LOG2_MAX = 22,
    parameter SETTLE        = 255
) (
    input  wire         clk,
    input  wire         rst,
    output wire         idle,
    input  wire         fn_flr,
    output wire         flr_done,
    input  wire [1:0]   fn_power,
    input  wire         fn_bme,
    output wire         fn_power_ack,

    input  wire         soft_reset,
    output wire         soft_busy,
    output wire         ready,
    output wire         engine_rst,
    output wire         full_rst,

    output wire         sweep_valid,
    output wire [1:0]   sweep_kind,
    input  wire         sweep_done,
    input  wire         tables_ready,  // MSI-X and event tables swept

    input  wire         engine_empty,
    input  wire         tx_offered,    // a request is offered to the IP
    input  wire         port_idle,     // no request or completion in the host port
    input  wire [5:0]   cpl_timeout_log2,
    input  wire [15:0]  tags_in_use,
    input  wire [15:0]  posted_n,
    input  wire [15:0]  sent_n
);
    localparam [2:0] S_PULSE = 3'd0, S_SWEEP = 3'd1, S_TABLES = 3'd2, S_RUN = 3'd3,
                     S_DISABLE = 3'd4, S_WAIT = 3'd5, S_DONE = 3'd6, S_FLR_END = 3'd7;
    reg [2:0] state_q;
    reg       full_q;                  // not CONTROL.RESET
    reg       flr_q;
    reg [7:0] count_q;

    wire gated    = !fn_bme || fn_power != 2'd0 || fn_flr;
    wire no_bound = cpl_timeout_log2 == 6'd0 || cpl_timeout_log2 > WAIT_LOG2_MAX[5:0];
    wire quiet    = !tx_offered && (fn_flr || posted_n == sent_n);
    wire give_up  = quiet && (no_bound || (gated && tags_in_use == 16'd0));

    assign engine_rst  = rst || state_q == S_PULSE;
    assign full_rst    = rst || (state_q == S_PULSE && full_q);
    assign sweep_valid = state_q == S_SWEEP || state_q == S_DISABLE;
    assign sweep_kind  = state_q == S_DISABLE ? 2'd0 : full_q ? 2'd2 : 2'd1;
    assign ready       = state_q == S_RUN;
    assign soft_busy   = !ready && !full_q;
    assign flr_done    = state_q == S_DONE;
    assign fn_power_ack = fn_power != 2'd0 && ready && port_idle && tags_in_use == 16'd0 &&
                          posted_n == sent_n;
    assign idle = (state_q == S_RUN && !fn_flr) || (state_q == S_FLR_END && fn_flr) ||
                  (state_q == S_WAIT && !engine_empty && !give_up && count_q == 8'd0);

    always @(posedge clk) begin
        case (state_q)
        // Waits for the blocks behind engine_rst to see it.
        S_PULSE: begin
            count_q <= count_q + 8'd1;
            if (count_q == 8'd7)
                state_q <= S_SWEEP;
        end
        // Waits for the sweep over the queues.
        S_SWEEP: if (sweep_done) state_q <= S_TABLES;
        // Waits for the tables, and in a function-level reset for the last completion.
        S_TABLES: if (tables_ready && (!flr_q || port_idle)) state_q <= flr_q ? S_DONE : S_RUN;
        // Waits for a reason to reset.
        S_RUN: if (fn_flr || soft_reset) begin
            state_q <= S_DISABLE;
            full_q  <= fn_flr;
            flr_q   <= fn_flr;
        end
        // Waits for DISABLE to reach every queue.
        S_DISABLE: begin
            count_q <= 8'd0;
            if (sweep_done)
                state_q <= S_WAIT;
        end
        // Waits for the engine to be empty, or for quiet when that cannot be had.
        S_WAIT: begin
            count_q <= give_up ? count_q + 8'd1 : 8'd0;
            if (engine_empty || (give_up && count_q == SETTLE[7:0])) begin
                state_q <= S_PULSE;
                count_q <= 8'd0;
            end
        end
        // One cycle: flr_done.
        S_DONE: state_q <= S_FLR_END;
        // Waits for the request to be withdrawn.
        default: if (!fn_flr) state_q <= S_RUN;
        endcase
        if (rst) begin
            state_q <= S_PULSE;
            full_q  <= 1'b1;
            flr_q   <= 1'b0;
            count_q <= 8'd0;
        end
    end
endmodule

`default_nettype wire
