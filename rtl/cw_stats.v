// SPDX-License-Identifier: BSD-2-Clause
// The counters: 48 bits each. Many of them move in the same cycle: each gathers what comes
// in a few bits of its own, and one after the other these are added to its word in a RAM
// (all within 64 cycles). A read is such an addition too, so it is exact. Stall counters, whose
// time may jump, have an adder and 48 flip-flops each.
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
    wire        exists = reg_addr[8:6] == 3'd0;

    wire [29:0] own;                   // events counted on this side
    assign own = ({29'd0, ev_mrd} << CW_COUNTER_RX_MRD) | ({29'd0, ev_mwr} << CW_COUNTER_RX_MWR) |
                 ({29'd0, ev_irq} << CW_COUNTER_IRQ) | ({29'd0, ev_doorbell} << CW_COUNTER_DOORBELL) |
                 ({29'd0, ev_doorbell_bad} << CW_COUNTER_ERR_DOORBELL) |
                 ({29'd0, ev_axi_err} << CW_COUNTER_ERR_AXI);

    assign ack   = ack_q;
    assign rdata = rdata_q;

    // ---- what has come since the last turn of each counter ----
    localparam GATHER_W = 21;          // 64 cycles of 14 bits; events: of two
    localparam EVENT_W  = 8;
    wire                   look = sel && !ack_q;
    reg  [4:0]             turn_q;
    wire [4:0]             at = look ? reg_addr[5:1] : turn_q;
    wire [31:0]            here = 32'd1 << at;
    wire [GATHER_W-1:0]    gathered [0:31];
    wire [47:0]            stalled [0:31];

    genvar g;
    generate
        for (g = 0; g < 32; g = g + 1) begin : g_counter
            if (g >= 30) begin : g_none
                assign gathered[g] = {GATHER_W{1'b0}};
                assign stalled[g]  = 48'd0;
                wire unused = here[g];
            end else if (g >= CW_COUNTER_STALL_TAG && g <= CW_COUNTER_STALL_AXI) begin : g_stall
                reg  [47:0] count_q;
                reg         level_q;
                assign gathered[g] = {GATHER_W{1'b0}};
                assign stalled[g]  = count_q;
                wire [47:0] add = level_q ? passed : 48'd0;
                always @(posedge clk) begin
                    level_q <= stat[g] && !rst;
                    count_q <= rst ? 48'd0 : count_q + add;
                end
                wire unused = &{1'b0, own[g], here[g]};
            end else if (g == CW_COUNTER_H2C_BYTES || g == CW_COUNTER_C2H_BYTES) begin : g_bytes
                reg  [GATHER_W-1:0] gather_q;
                wire [13:0]         bytes = g == CW_COUNTER_H2C_BYTES ? stat_h2c_bytes : {1'b0, stat_c2h_bytes};
                assign gathered[g] = gather_q;
                assign stalled[g]  = 48'd0;
                always @(posedge clk)
                    gather_q <= rst ? {GATHER_W{1'b0}} : (here[g] ? {GATHER_W{1'b0}} : gather_q) +
                                                         (stat[g] ? {7'd0, bytes} : {GATHER_W{1'b0}});
                wire unused = own[g];
            end else begin : g_event
                reg  [EVENT_W-1:0]  gather_q;
                wire [EVENT_W-1:0]  add = {7'd0, stat[g]} + {7'd0, own[g]};
                assign gathered[g] = {{(GATHER_W - EVENT_W){1'b0}}, gather_q};
                assign stalled[g]  = 48'd0;
                always @(posedge clk)
                    gather_q <= rst ? {EVENT_W{1'b0}} : (here[g] ? {EVENT_W{1'b0}} : gather_q) + add;
            end
        end
    endgenerate

    // ---- the turn of one ----
    reg  [47:0] total [0:31];
    reg  [31:0] begun_q;               // its word is one of after rst
    wire [47:0] sum    = (begun_q[at] ? total[at] : 48'd0) + {27'd0, gathered[at]};
    wire        stall  = {27'd0, at} >= CW_COUNTER_STALL_TAG && {27'd0, at} <= CW_COUNTER_STALL_AXI;
    wire [47:0] chosen = stall ? stalled[at] : sum;

    always @(posedge clk) begin
        total[at] <= sum;
        begun_q   <= rst ? 32'd0 : begun_q | here;
        turn_q    <= rst ? 5'd0 : look ? turn_q : turn_q + 5'd1;
    end

    always @(posedge clk) begin
        now_q <= now;
        ack_q <= sel && !ack_q && !rst;
        if (look) begin
            rdata_q <= !exists ? 32'd0 : reg_addr[0] ? {16'd0, high_q} : chosen[31:0];
            if (exists && !reg_addr[0])
                high_q <= chosen[47:32];
        end
        if (rst)
            high_q <= 16'd0;
    end
endmodule

`default_nettype wire
