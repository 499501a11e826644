// SPDX-License-Identifier: BSD-2-Clause
//
// The counters: 48 bits each, in a RAM. Many move in the same cycle, so each has beside
// it a few bits of what is not in the RAM yet. Whenever anything counted, the next
// counter in turn is visited, and what it has is added to its word.
//
// Event counters add the pulse (byte counters: the bytes beside it). Stall
// counters get a level and add the time it lasted, by `now`: cycle by cycle, and where
// `now` jumps (while everything is idle), the jump is kept for those that were
// stalled, until each has been visited. busy: `now` may not jump again; any other visit
// may wait for that long. A read during a stall includes what has passed.
//
// A read visits its counter. That of a low word latches its high word; the latch is one for
// all counters. rst clears the counters. Latency of a read: three cycles.
//
// So that nothing is lost: a visit comes at the latest with each 48th cycle that counts (32
// counters, a read takes the place of one visit in three), and a counter grows by 2 in a
// cycle, or by the bytes of one.
`default_nettype none

module cw_stats (
    input  wire         clk,
    input  wire         rst,
    input  wire [47:0]  now,
    output wire         busy,
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

    localparam FEW_W  = 7;             // 48 times 2
    localparam LESS_W = 20;            // 48 times a cycle's bytes
    localparam [29:0] LEVELS = (30'd2 << CW_COUNTER_STALL_AXI) - (30'd1 << CW_COUNTER_STALL_TAG);

    // ---- what counts in this cycle ----
    reg  [47:0] now_q;
    wire [47:0] skipped = now + ~now_q;            // cycles that passed, less one
    wire        stands  = &skipped;
    wire        jumps   = !stands && skipped != 48'd0;
    wire [29:0] own;                   // events counted on this side
    assign own = ({29'd0, ev_mrd} << CW_COUNTER_RX_MRD) | ({29'd0, ev_mwr} << CW_COUNTER_RX_MWR) |
                 ({29'd0, ev_irq} << CW_COUNTER_IRQ) | ({29'd0, ev_doorbell} << CW_COUNTER_DOORBELL) |
                 ({29'd0, ev_doorbell_bad} << CW_COUNTER_ERR_DOORBELL) |
                 ({29'd0, ev_axi_err} << CW_COUNTER_ERR_AXI);

    // ---- whom to visit ----
    reg         moved_q, ask_q, visit_q, read_q, ack_q, known_now_q;
    reg  [4:0]  turn_q, ask_at_q, at_q;
    reg  [31:0] known_q;               // not 0 since rst
    reg  [47:0] jump_q;
    wire [31:0] jumped;                // to whom jump_q is still to be added
    wire [31:0] stalled;
    wire        exists = reg_addr[8:6] == 3'd0;
    wire        first  = sel && !ack_q && !read_q && !ask_q;
    wire        ask    = first && exists && !reg_addr[0];
    wire        visit  = ask_q || moved_q;
    wire [4:0]  at     = ask_q ? ask_at_q : turn_q;
    wire [1023:0] less;                // of each, 32 bits: not in the RAM yet

    genvar g;
    generate
        for (g = 0; g < 32; g = g + 1) begin : g_counter
            wire here = visit && at == g;
            if (g >= 30) begin : g_none
                assign less[32*g +: 32] = 32'd0;
                assign jumped[g]  = 1'b0;
                assign stalled[g] = 1'b0;
                wire unused = here;
            end else if (g == CW_COUNTER_H2C_BYTES || g == CW_COUNTER_C2H_BYTES) begin : g_bytes
                reg  [LESS_W-1:0] less_q;
                wire [13:0] bytes = g == CW_COUNTER_H2C_BYTES ? stat_h2c_bytes : {1'b0, stat_c2h_bytes};
                assign less[32*g +: 32] = {{(32 - LESS_W){1'b0}}, less_q};
                assign jumped[g]  = 1'b0;
                assign stalled[g] = 1'b0;
                always @(posedge clk)
                    less_q <= rst ? {LESS_W{1'b0}} :
                              (here ? {LESS_W{1'b0}} : less_q) + {{(LESS_W - 14){1'b0}}, stat[g] ? bytes : 14'd0};
                wire unused = own[g];
            end else begin : g_few
                reg  [FEW_W-1:0] less_q;
                wire [1:0]       add;
                assign less[32*g +: 32] = {{(32 - FEW_W){1'b0}}, less_q};
                always @(posedge clk)
                    less_q <= rst ? {FEW_W{1'b0}} : (here ? {FEW_W{1'b0}} : less_q) + {{(FEW_W - 2){1'b0}}, add};
                if (g >= CW_COUNTER_STALL_TAG && g <= CW_COUNTER_STALL_AXI) begin : g_stall
                    reg level_q, jumped_q;
                    assign add        = {1'b0, level_q && !stands};
                    assign stalled[g] = level_q;
                    assign jumped[g]  = jumped_q;
                    always @(posedge clk) begin
                        level_q  <= stat[g] && !rst;
                        jumped_q <= !rst && (jumps ? level_q : jumped_q && !here);
                    end
                    wire unused = own[g];
                end else begin : g_event
                    assign add        = {1'b0, stat[g]} + {1'b0, own[g]};
                    assign stalled[g] = 1'b0;
                    assign jumped[g]  = 1'b0;
                end
            end
        end
    endgenerate

    // ---- the visit: its word is read, then written ----
    reg  [47:0] add_q;
    reg  [31:0] rdata_q;
    reg  [15:0] high_q;
    wire [47:0] word;
    wire [47:0] sum = (known_now_q ? word : 48'd0) + add_q;

    cw_ram_fwd #(.W(48), .DEPTH(32)) u_word (
        .clk(clk), .wr_en(visit_q), .wr_addr(at_q), .wr_data(sum), .rd_en(visit), .rd_addr(at), .rd_data(word)
    );

    assign busy  = jumped != 32'd0;
    assign ack   = ack_q;
    assign rdata = rdata_q;

    always @(posedge clk) begin
        now_q       <= now;
        ask_at_q    <= reg_addr[5:1];
        at_q        <= at;
        known_now_q <= known_q[at] || (visit_q && at_q == at);
        add_q       <= {16'd0, less[{at, 5'd0} +: 32]} + (jumped[at] ? jump_q : 48'd0);
        if (jumps)
            jump_q <= skipped;
        if (read_q) begin
            rdata_q <= sum[31:0];
            high_q  <= sum[47:32];
        end else if (sel)
            rdata_q <= exists ? {16'd0, high_q} : 32'd0;
        if (rst) begin
            moved_q <= 1'b0;
            ask_q   <= 1'b0;
            visit_q <= 1'b0;
            read_q  <= 1'b0;
            ack_q   <= 1'b0;
            turn_q  <= 5'd0;
            known_q <= 32'd0;
            high_q  <= 16'd0;
        end else begin
            moved_q <= (stat & ~LEVELS) != 30'd0 || own != 30'd0 || (stalled != 32'd0 && !stands) || jumped != 32'd0;
            ask_q   <= ask;
            visit_q <= visit;
            read_q  <= ask_q;
            ack_q   <= read_q || (first && !ask);
            if (moved_q && !ask_q)
                turn_q <= turn_q + 5'd1;
            if (visit_q)
                known_q[at_q] <= 1'b1;
        end
    end
endmodule

`default_nettype wire
