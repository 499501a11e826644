// SPDX-License-Identifier: BSD-2-Clause
//
// The counters: 48 bits each, in a RAM. Many move in the same cycle, so each has beside
// it a few bits of what is not in the RAM yet. In each cycle the next counter in turn is
// visited, and what it has is added to its word.
//
// Event counters add the pulse (byte counters: the bytes beside it). Stall
// counters get a level and add the time it lasted, by `now`: cycle by cycle, and where
// `now` jumps (while everything is idle), the jump is kept for those that were
// stalled, until each has been visited for it. busy: `now` may not jump again; any other visit
// may wait for that long. A read during a stall includes what has passed.
//
// A visit takes a jump or what was counted. A read visits its counter twice, for both (also without a
// jump: what a read takes must not depend on what was skipped), while it has no turn. That of a low
// word latches its high word; the latch is one for all counters. rst clears the counters: each is
// visited once after it and begins from 0; reads wait for that. Latency of a read: five cycles.
//
// The few bits are a shift register with feedback, which steps where a counter would count: a LUT a counter, not
// one a bit. How many steps its state is from zero is looked up for the one that is visited.
//
// So that nothing is lost: a visit comes at the latest with each 56th cycle (32 counters; a read takes
// the places of two visits in seven cycles or more, and the counter that is read is passed over, once, meanwhile),
// and a counter grows by 2 in a cycle, or by the bytes of one. A stall counter, which grows by 1, may have a visit
// in between for a jump.
`default_nettype none

module cw_stats (
    input  wire         clk,
    input  wire         rst,
    input  wire [47:0]  now,
    output wire         busy,
    input  wire [29:0]  stat,          // bit i: counter i, if it is not one of ev_mrd to ev_doorbell_bad
    input  wire [13:0]  stat_h2c_bytes,
    input  wire [12:0]  stat_c2h_bytes,
    input  wire         ev_mrd,
    input  wire         ev_mwr,
    input  wire         ev_irq,
    input  wire         ev_doorbell,
    input  wire         ev_doorbell_bad,
    input  wire         ev_axi_err,    // one more than stat says

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

    localparam FEW_W  = 7;             // 56 times 2 steps or 112 times 1, of 127
    localparam LESS_W = 20;            // 56 times a cycle's bytes

    function [FEW_W-1:0] step(input [FEW_W-1:0] few);
        step = {few[FEW_W-2:0], ~(few[6] ^ few[5])};
    endfunction
    // Steps from zero.
    function [FEW_W-1:0] steps(input [FEW_W-1:0] few);
        integer         i;
        reg [FEW_W-1:0] at;
        begin
            at    = {FEW_W{1'b0}};
            steps = {FEW_W{1'b0}};
            for (i = 0; i < 127; i = i + 1) begin
                if (few == at)
                    steps = i[FEW_W-1:0];
                at = step(at);
            end
        end
    endfunction

    // ---- what counts in this cycle ----
    reg  [47:0] now_q;
    wire [47:0] passed  = now - now_q;
    wire        jumps   = passed[47:1] != 47'd0;
    wire [29:0] own = ({29'd0, ev_mrd} << CW_COUNTER_RX_MRD) | ({29'd0, ev_mwr} << CW_COUNTER_RX_MWR) |
                      ({29'd0, ev_irq} << CW_COUNTER_IRQ) | ({29'd0, ev_doorbell} << CW_COUNTER_DOORBELL) |
                      ({29'd0, ev_doorbell_bad} << CW_COUNTER_ERR_DOORBELL);
    localparam [29:0] OWN = (30'd1 << CW_COUNTER_RX_MRD) | (30'd1 << CW_COUNTER_RX_MWR) | (30'd1 << CW_COUNTER_IRQ) |
                            (30'd1 << CW_COUNTER_DOORBELL) | (30'd1 << CW_COUNTER_ERR_DOORBELL);
    wire [29:0] counts = (stat & ~OWN) | own;

    // ---- whom to visit ----
    reg  [2:0]  ask_q;                 // cycles since a read began: it visits in the first and in the third
    reg         visit_q, read_q, ack_q;
    reg         begin_q;               // not every counter was visited since rst
    reg  [4:0]  turn_q, at_q;
    reg  [47:0] jump_q;
    wire [31:0] jumped;                // to whom jump_q is still to be added
    wire        exists = reg_addr[8:6] == 3'd0;
    wire        first  = sel && !ack_q && !read_q && ask_q == 3'd0;
    wire        latched = exists && reg_addr[0];
    wire        ask    = first && exists && !latched && !begin_q;
    wire        asked  = ask_q[0] || ask_q[2];
    wire [4:0]  at     = asked ? reg_addr[5:1] : turn_q;
    // A word is not read again while it is written: what a read visits has no turn.
    wire        pass   = (ask || ask_q[1] || read_q) && turn_q == reg_addr[5:1];
    wire        turn   = !asked && !pass;
    wire [255:0] few;                  // of each, 8 bits: not in the RAM yet, in steps
    wire [LESS_W-1:0] h2c_less, c2h_less;

    genvar g;
    generate
        for (g = 0; g < 32; g = g + 1) begin : g_counter
            wire here = (asked || turn) && at == g;
            if (g >= 30) begin : g_none
                assign few[8*g +: 8] = 8'd0;
                assign jumped[g] = 1'b0;
                wire unused = here;
            end else if (g == CW_COUNTER_H2C_BYTES || g == CW_COUNTER_C2H_BYTES) begin : g_bytes
                // A visit takes those of its cycle too.
                reg  [LESS_W-1:0] less_q;
                wire [13:0]       bytes = g == CW_COUNTER_H2C_BYTES ? stat_h2c_bytes : {1'b0, stat_c2h_bytes};
                wire [LESS_W-1:0] less  = less_q + {{(LESS_W - 14){1'b0}}, bytes & {14{counts[g]}}};
                if (g == CW_COUNTER_H2C_BYTES) begin : g_h2c
                    assign h2c_less = less;
                end else begin : g_c2h
                    assign c2h_less = less;
                end
                assign few[8*g +: 8] = 8'd0;
                assign jumped[g] = 1'b0;
                always @(posedge clk)
                    if (rst || here)
                        less_q <= {LESS_W{1'b0}};
                    else
                        less_q <= less;
            end else begin : g_few
                reg  [FEW_W-1:0] few_q;
                wire             one;  // it counts
                wire             two;  // by 2
                assign few[8*g +: 8] = {1'b0, few_q};
                if (g >= CW_COUNTER_STALL_TAG && g <= CW_COUNTER_STALL_AXI) begin : g_stall
                    reg level_q, jumped_q;
                    assign one = level_q && passed[0] && !jumps;
                    assign two = 1'b0;
                    assign jumped[g] = jumped_q;
                    always @(posedge clk) begin
                        level_q  <= counts[g] && !rst;
                        jumped_q <= !rst && (jumps ? level_q : jumped_q && !here);
                    end
                end else begin : g_event
                    assign one = counts[g] || (g == CW_COUNTER_ERR_AXI && ev_axi_err);
                    assign two = counts[g] && g == CW_COUNTER_ERR_AXI && ev_axi_err;
                    assign jumped[g] = 1'b0;
                end
                always @(posedge clk) begin
                    if (one)
                        few_q <= two ? step(step(few_q)) : step(few_q);
                    if (rst || (here && !jumped[g]))
                        few_q <= {{(FEW_W - 2){1'b0}}, two && !rst, one && !rst};
                end
            end
        end
    endgenerate

    // ---- the visit: its word is read, then written ----
    reg  [47:0] word [0:31];
    reg  [47:0] word_q, add_q;
    reg  [31:0] rdata_q;
    reg  [15:0] high_q;
    wire [47:0] sum = add_q + word_q;

    // What the counter at hand has, that is not in the RAM yet.
    wire [FEW_W-1:0]  n    = steps(few[{at, 3'd0} +: FEW_W]);
    wire              h2c  = at == CW_COUNTER_H2C_BYTES[4:0], c2h = at == CW_COUNTER_C2H_BYTES[4:0];
    wire [LESS_W-1:0] less = {{(LESS_W - FEW_W){1'b0}}, n} | (h2c ? h2c_less : {LESS_W{1'b0}}) |
                             (c2h ? c2h_less : {LESS_W{1'b0}});

    assign busy  = jumped != 32'd0 || begin_q;
    assign ack   = ack_q;
    assign rdata = rdata_q;

    always @(posedge clk) begin
        now_q       <= now;
        at_q        <= at;
        if (visit_q)
            word[at_q] <= sum;
        word_q      <= begin_q ? 48'd0 : word[at];
        add_q       <= jumped[at] ? jump_q : {{(48 - LESS_W){1'b0}}, less};
        if (jumps)
            jump_q <= passed;
        rdata_q     <= read_q ? sum[31:0] : first && latched ? {16'd0, high_q} : 32'd0;
        if (read_q)
            high_q  <= sum[47:32];
        if (rst) begin
            ask_q   <= 3'd0;
            visit_q <= 1'b0;
            read_q  <= 1'b0;
            ack_q   <= 1'b0;
            turn_q  <= 5'd0;
            begin_q <= 1'b1;
            high_q  <= 16'd0;
        end else begin
            ask_q   <= {ask_q[1:0], ask};
            visit_q <= asked || turn;
            read_q  <= ask_q[2];
            ack_q   <= read_q || (first && (!exists || latched));
            if (turn || pass) begin
                turn_q <= turn_q + 5'd1;
                if (&turn_q)
                    begin_q <= 1'b0;
            end
        end
    end
endmodule

`default_nettype wire
