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
// all counters. rst clears the counters: each is visited once after it and begins from 0; until its turn has come
// a read only looks. Latency of a read: three cycles.
//
// The few bits are a shift register with feedback, which steps where a counter would count: a LUT a counter, not
// one a bit. How many steps its state is from zero is looked up for the one that is visited.
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

    localparam FEW_W  = 7;             // 48 times 2 steps, of 127
    localparam LESS_W = 20;            // 48 times a cycle's bytes

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
    localparam [29:0] LEVELS = (30'd2 << CW_COUNTER_STALL_AXI) - (30'd1 << CW_COUNTER_STALL_TAG);

    // ---- what counts in this cycle ----
    reg  [47:0] now_q;
    wire [47:0] passed  = now_q - now;             // less than 0
    wire        stands  = passed == 48'd0;
    wire        jumps   = !stands && !(&passed);   // by -passed cycles: all but one were not seen
    localparam [29:0] OWN = (30'd1 << CW_COUNTER_RX_MRD) | (30'd1 << CW_COUNTER_RX_MWR) | (30'd1 << CW_COUNTER_IRQ) |
                            (30'd1 << CW_COUNTER_DOORBELL) | (30'd1 << CW_COUNTER_ERR_DOORBELL) | (30'd1 << CW_COUNTER_ERR_AXI);
    wire [29:0] own;                   // events counted on this side
    assign own = ({29'd0, ev_mrd} << CW_COUNTER_RX_MRD) | ({29'd0, ev_mwr} << CW_COUNTER_RX_MWR) |
                 ({29'd0, ev_irq} << CW_COUNTER_IRQ) | ({29'd0, ev_doorbell} << CW_COUNTER_DOORBELL) |
                 ({29'd0, ev_doorbell_bad} << CW_COUNTER_ERR_DOORBELL) |
                 ({29'd0, ev_axi_err} << CW_COUNTER_ERR_AXI);

    // ---- whom to visit ----
    reg         moved_q, ask_q, visit_q, read_q, ack_q;
    reg         begin_q;               // not every counter was visited since rst: from turn_q on
    reg         new_q;                 // the one at hand was not
    reg  [4:0]  turn_q, ask_at_q, at_q;
    reg  [47:0] jump_q;                // ~: cycles jumped over
    wire [31:0] jumped;                // to whom jump_q is still to be added
    wire [31:0] stalled;
    wire        exists = reg_addr[8:6] == 3'd0;
    wire        first  = sel && !ack_q && !read_q && !ask_q;
    wire        ask    = first && exists && !reg_addr[0];
    wire        visit  = ask_q || moved_q || begin_q;
    wire [4:0]  at     = ask_q ? ask_at_q : turn_q;
    wire        is_new = begin_q && at >= turn_q;
    wire        take   = visit && !(is_new && ask_q);  // what it has goes to the RAM
    wire [255:0] few;                  // of each, 8 bits: not in the RAM yet, in steps
    wire [LESS_W-1:0] h2c_less, c2h_less;

    genvar g;
    generate
        for (g = 0; g < 32; g = g + 1) begin : g_counter
            wire here = take && at == g;
            if (g >= 30) begin : g_none
                assign few[8*g +: 8] = 8'd0;
                assign jumped[g]  = 1'b0;
                assign stalled[g] = 1'b0;
                wire unused = here;
            end else if (g == CW_COUNTER_H2C_BYTES || g == CW_COUNTER_C2H_BYTES) begin : g_bytes
                // A visit takes those of its cycle too.
                reg  [LESS_W-1:0] less_q;
                wire [13:0]       bytes = g == CW_COUNTER_H2C_BYTES ? stat_h2c_bytes : {1'b0, stat_c2h_bytes};
                wire [LESS_W-1:0] less  = less_q + {{(LESS_W - 14){1'b0}}, bytes & {14{stat[g]}}};
                if (g == CW_COUNTER_H2C_BYTES) begin : g_h2c
                    assign h2c_less = less;
                end else begin : g_c2h
                    assign c2h_less = less;
                end
                assign few[8*g +: 8] = 8'd0;
                assign jumped[g]  = 1'b0;
                assign stalled[g] = 1'b0;
                always @(posedge clk)
                    less_q <= rst || here ? {LESS_W{1'b0}} : less;
                wire unused = own[g];
            end else begin : g_few
                reg  [FEW_W-1:0] few_q;
                wire             event_here;
                assign few[8*g +: 8] = {1'b0, few_q};
                if (g >= CW_COUNTER_STALL_TAG && g <= CW_COUNTER_STALL_AXI) begin : g_stall
                    reg level_q, jumped_q;
                    assign event_here = level_q && !stands;
                    assign stalled[g] = level_q;
                    assign jumped[g]  = jumped_q;
                    always @(posedge clk) begin
                        level_q  <= stat[g] && !rst;
                        jumped_q <= !rst && (jumps ? level_q : jumped_q && !here);
                    end
                end else begin : g_event
                    assign event_here = stat[g];
                    assign stalled[g] = 1'b0;
                    assign jumped[g]  = 1'b0;
                end
                if (OWN[g]) begin : g_own
                    // one event of each side
                    wire [FEW_W-1:0] rest = here ? {FEW_W{1'b0}} : few_q;
                    wire [FEW_W-1:0] once = event_here ? step(rest) : rest;
                    always @(posedge clk)
                        few_q <= rst ? {FEW_W{1'b0}} : own[g] ? step(once) : once;
                end else begin : g_one
                    always @(posedge clk) begin
                        if (event_here)
                            few_q <= step(few_q);
                        if (here || rst)
                            few_q <= {{(FEW_W - 1){1'b0}}, event_here && !rst};
                    end
                    wire unused = own[g];
                end
            end
        end
    endgenerate

    // ---- the visit: its word is read, then written ----
    reg  [47:0] add_q;
    reg  [31:0] rdata_q;
    reg  [15:0] high_q;
    wire [47:0] word;
    wire [47:0] sum = add_q + (new_q ? 48'd0 : word);

    // What the counter at hand has, that is not in the RAM yet.
    wire [FEW_W-1:0]  n    = steps(few[{at, 3'd0} +: FEW_W]);
    wire              h2c  = at == CW_COUNTER_H2C_BYTES[4:0], c2h = at == CW_COUNTER_C2H_BYTES[4:0];
    wire [LESS_W-1:0] less = {{(LESS_W - FEW_W){1'b0}}, n} | (h2c ? h2c_less : {LESS_W{1'b0}}) |
                             (c2h ? c2h_less : {LESS_W{1'b0}});

    cw_ram_fwd #(.W(48), .DEPTH(32)) u_word (
        .clk(clk), .wr_en(visit_q), .wr_addr(at_q), .wr_data(sum), .rd_en(visit), .rd_addr(at), .rd_data(word)
    );

    assign busy  = jumped != 32'd0 || begin_q;
    assign ack   = ack_q;
    assign rdata = rdata_q;

    always @(posedge clk) begin
        now_q       <= now;
        ask_at_q    <= reg_addr[5:1];
        at_q        <= at;
        new_q       <= is_new;
        add_q       <= {{(48 - LESS_W){1'b0}}, less} + (jumped[at] ? ~jump_q : 48'd0);
        if (jumps)
            jump_q <= passed;
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
            begin_q <= 1'b1;
            high_q  <= 16'd0;
        end else begin
            moved_q <= (stat & ~LEVELS) != 30'd0 || own != 30'd0 || (stalled != 32'd0 && !stands) || jumped != 32'd0;
            ask_q   <= ask;
            visit_q <= take;
            read_q  <= ask_q;
            ack_q   <= read_q || (first && !ask);
            if (visit && !ask_q) begin
                turn_q <= turn_q + 5'd1;
                if (&turn_q)
                    begin_q <= 1'b0;
            end
        end
    end
endmodule

`default_nettype wire
