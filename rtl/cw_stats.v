// SPDX-License-Identifier: BSD-2-Clause
// The counters: 48 bits each, in flip-flops with an adder each, because many of
// them move in the same cycle, the byte counters by up to a full beat.
//
// Event counters add the pulse (byte counters: the bytes beside it). Stall
// counters get a level and add the time it lasted, as the difference of `now`
// from one cycle to the next: a jump of `now` while everything is idle is counted
// in the cycle after it, and a read during a stall includes what has passed.
//
// A read of a low word latches its high word. The latch is one for all counters.
// rst clears the counters. Latency: one cycle.
`default_nettype none

module cw_stats (
    input  wire         clk,
    input  wire         rst,
    input  wire [47:0]  now,
    input  wire [29:0]  stat,          // bit i: counter i
    input  wire [13:0]  stat_h2c_bytes,
    input  wire [12:0]  stat_c2h_bytes,
    input  wire         ev_mrd,
    input  wire         ev_mwr,
    input  wire         ev_irq,
    input  wire         ev_doorbell,
    input  wire         ev_doorbell_bad,
    input  wire         ev_axi_err,

    input  wire         sel,
    input  wire [8:0]   reg_addr,      // DW index from COUNTER_OFFSET
    output wire         ack,
    output wire [31:0]  rdata
);
    `include "cw_regs.vh"

    initial if (CW_COUNTER_N != 32'd30) begin
        $display("%m: the width of stat must be CW_COUNTER_N");
        $finish;
    end

    reg  [47:0] now_q;
    reg         ack_q;
    reg  [31:0] rdata_q;
    reg  [15:0] high_q;
    wire [47:0] passed = now - now_q;
    wire [32*48-1:0] all;              // index 30 and 31 read as zero
    wire [47:0] chosen = all[48 * reg_addr[5:1] +: 48];
    wire        exists = reg_addr[8:6] == 3'd0;

    wire [29:0] own;                   // events counted on this side
    assign own = ({29'd0, ev_mrd} << CW_COUNTER_RX_MRD) | ({29'd0, ev_mwr} << CW_COUNTER_RX_MWR) |
                 ({29'd0, ev_irq} << CW_COUNTER_IRQ) | ({29'd0, ev_doorbell} << CW_COUNTER_DOORBELL) |
                 ({29'd0, ev_doorbell_bad} << CW_COUNTER_ERR_DOORBELL) |
                 ({29'd0, ev_axi_err} << CW_COUNTER_ERR_AXI);

    assign ack   = ack_q;
    assign rdata = rdata_q;

    genvar g;
    generate
        for (g = 0; g < 32; g = g + 1) begin : g_counter
            if (g >= 30) begin : g_none
                assign all[48*g +: 48] = 48'd0;
            end else begin : g_one
                reg  [47:0] count_q;
                wire [47:0] add;
                assign all[48*g +: 48] = count_q;
                if (g >= CW_COUNTER_STALL_TAG && g <= CW_COUNTER_STALL_AXI) begin : g_stall
                    reg level_q;
                    assign add = level_q ? passed : 48'd0;
                    always @(posedge clk)
                        level_q <= stat[g] && !rst;
                    wire unused = own[g];
                end else if (g == CW_COUNTER_H2C_BYTES) begin : g_h2c
                    assign add = stat[g] ? {34'd0, stat_h2c_bytes} : 48'd0;
                    wire unused = own[g];
                end else if (g == CW_COUNTER_C2H_BYTES) begin : g_c2h
                    assign add = stat[g] ? {35'd0, stat_c2h_bytes} : 48'd0;
                    wire unused = own[g];
                end else begin : g_event
                    assign add = {47'd0, stat[g]} + {47'd0, own[g]};
                end
                always @(posedge clk)
                    count_q <= rst ? 48'd0 : count_q + add;
            end
        end
    endgenerate

    always @(posedge clk) begin
        now_q <= now;
        ack_q <= sel && !ack_q && !rst;
        if (sel && !ack_q) begin
            rdata_q <= !exists ? 32'd0 : reg_addr[0] ? {16'd0, high_q} : chosen[31:0];
            if (exists && !reg_addr[0])
                high_q <= chosen[47:32];
        end
        if (rst)
            high_q <= 16'd0;
    end
endmodule

`default_nettype wire
