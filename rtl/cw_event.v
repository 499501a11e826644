// SPDX-License-Identifier: BSD-2-Clause
//
// Event rings: their registers (a block a vector, in RAM), and what a raise becomes.
//
// A raise of a vector without a ring goes on as an interrupt. With a ring its queue
// is written as an entry through the stream of requests, and the interrupt follows
// when the entry was accepted there. A ring without room, and any ring while the
// function may not send, refuses the raise; `rescan` tells when to try again.
//
// A ring is on when its base is not 0 and its size is legal; ring_* says so to
// moderation. Writing base or size sets the counts to 0. The consumer index may go
// up to what was produced; other values are ignored, with ev_bad.
//
// Register accesses never wait for a raise to be sent. An entry that waits to be
// sent when its ring is turned off is sent: entry_under_way lets the completion of
// a read behind that write wait. After rst all rings are off; `ready` rises then.
//
// peek_vector: of a raise that may come next; while nothing else is to be done its ring is
// looked up ahead. Latency: two cycles for a read, three for a write; from a raise to its
// entry two and to its interrupt, when it has no ring, one, or one less if looked up ahead.
`default_nettype none

module cw_event #(
    parameter VECTOR_N = 64
) (
    input  wire         clk,
    input  wire         rst,
    output wire         idle,
    output wire         ready,
    input  wire         fn_bme,
    input  wire [1:0]   fn_power,
    input  wire         fn_flr,

    input  wire         sel,
    input  wire         reg_write,
    input  wire [13:0]  reg_addr,     // DW index in the region
    input  wire [3:0]   reg_be,
    input  wire [31:0]  reg_wdata,
    output wire         ack,
    output wire [31:0]  rdata,
    output wire         ev_bad,

    output wire         ring_valid,
    output wire [10:0]  ring_vector,
    output wire         ring_on,

    input  wire [10:0]  peek_vector,
    output wire         rescan,
    input  wire         head_valid,
    output wire         head_ready,
    output wire         head_refused,
    input  wire [10:0]  head_queue,
    input  wire [10:0]  head_vector,
    input  wire         head_error,
    input  wire         head_completions,

    output wire         entry_valid,
    input  wire         entry_ready,
    output wire [63:0]  entry_addr,
    output wire [63:0]  entry_data,
    output wire         entry_under_way, // an entry waits and may leave

    output wire         irq_valid,
    input  wire         irq_ready,
    output wire [10:0]  irq_vector
);
    `include "cw_regs.vh"

    localparam V_N = VECTOR_N > 1 ? VECTOR_N : 2;
    localparam V_W = $clog2(V_N);
    localparam [1:0] W_LO = CW_EVENT_BASE_LO[3:2], W_HI = CW_EVENT_BASE_HI[3:2], W_SIZE = CW_EVENT_SIZE[3:2],
                     W_CONSUMER = CW_EVENT_CONSUMER[3:2];

    localparam [2:0] S_SWEEP = 3'd0, S_IDLE = 3'd1, S_ACCESS = 3'd2, S_ACK = 3'd3, S_RAISE = 3'd4;
    reg  [2:0]     state_q;
    reg  [V_W-1:0] at_q;              // the vector at hand, and of the sweep
    reg            exists_q;
    reg  [31:0]    rdata_q;
    reg            raise_turn_q;      // an access was last
    reg            open_q;            // as `open` one cycle ago
    reg            ahead_q;           // the block of vector at_q is at hand
    reg            entry_q, irq_q;
    reg  [63:0]    addr_q;
    reg            phase_q, error_q, completions_q;
    reg  [10:0]    queue_q, vector_q;

    wire           open = fn_bme && fn_power == 2'd0 && !fn_flr;
    wire           free = !entry_q && !irq_q;
    wire           go_raise  = state_q == S_IDLE && head_valid && free && !(sel && !raise_turn_q);
    wire           go_access = state_q == S_IDLE && sel && !go_raise;
    wire           at_once   = go_raise && ahead_q && at_q == head_vector[V_W-1:0];

    // ---- the block of a vector ----
    wire [31:0]    consumer, produced, hi;
    wire [31:6]    lo;
    wire [4:0]     log2;
    wire           exists = !reg_addr[2] && {21'd0, reg_addr[13:3]} < VECTOR_N;
    wire [V_W-1:0] at     = go_raise ? head_vector[V_W-1:0] : sel ? reg_addr[V_W+2:3] : peek_vector[V_W-1:0];
    wire           lo_some = lo != 26'd0, hi_some = hi != 32'd0;
    wire           on     = (lo_some || hi_some) && log2 != 5'd0 && log2 <= 5'd16;

    // ---- accesses ----
    wire           access = state_q == S_ACCESS;
    wire [1:0]     part   = reg_addr[1:0];
    wire [31:0]    word   = part == W_LO ? {lo, 6'd0} : part == W_HI ? hi : part == W_SIZE ? {27'd0, log2} : consumer;
    wire [31:0]    keep   = {{8{reg_be[3]}}, {8{reg_be[2]}}, {8{reg_be[1]}}, {8{reg_be[0]}}};
    wire [31:0]    merged = (word & ~keep) | (reg_wdata & keep);
    wire           store  = access && reg_write && exists_q && reg_be != 4'd0;
    wire           set    = store && part != W_CONSUMER;
    wire           take   = store && part == W_CONSUMER;
    // Not behind the one nor ahead of the other, which are 2^16 apart at most: signs say so.
    wire [31:0]    behind = merged - consumer, ahead = produced - merged;
    wire           good   = !behind[31] && !ahead[31];
    wire           some   = (part == W_LO ? merged[31:6] != 26'd0 : lo_some) || (part == W_HI ? merged != 32'd0 : hi_some);
    wire [4:0]     log2_d = part == W_SIZE ? merged[4:0] : log2;
    wire           on_d   = some && log2_d != 5'd0 && log2_d <= 5'd16;

    // ---- a raise ----
    wire           raise   = state_q == S_RAISE || at_once;
    wire           ring    = on && {21'd0, head_vector} < VECTOR_N;
    wire [15:0]    ring_mask = ~(16'hffff << log2);         // of slots: at most 2^16
    wire [16:0]    used    = produced[16:0] - consumer[16:0];
    wire           room    = (used & ~{1'b0, ring_mask}) == 17'd0;
    wire           enter   = raise && ring && room && open;
    wire [15:0]    slot    = produced[15:0] & ring_mask;
    wire [31:0]    pass    = produced >> log2;

    // ---- RAMs: each is written for itself; a new base or size clears the counts ----
    wire           sweep   = state_q == S_SWEEP;
    wire           idle_rd = state_q == S_IDLE;
    cw_ram #(.W(32), .DEPTH(V_N)) u_consumer (
        .clk(clk), .wr_en(sweep || set || (take && good)), .wr_addr(at_q), .wr_data(take ? merged : 32'd0),
        .rd_en(idle_rd), .rd_addr(at), .rd_data(consumer)
    );
    cw_ram #(.W(32), .DEPTH(V_N)) u_produced (
        .clk(clk), .wr_en(sweep || set || enter), .wr_addr(at_q), .wr_data(enter ? produced + 32'd1 : 32'd0),
        .rd_en(idle_rd), .rd_addr(at), .rd_data(produced)
    );
    cw_ram #(.W(32), .DEPTH(V_N)) u_hi (
        .clk(clk), .wr_en(sweep || (set && part == W_HI)), .wr_addr(at_q), .wr_data(sweep ? 32'd0 : merged),
        .rd_en(idle_rd), .rd_addr(at), .rd_data(hi)
    );
    cw_ram #(.W(26), .DEPTH(V_N)) u_lo (
        .clk(clk), .wr_en(sweep || (set && part == W_LO)), .wr_addr(at_q), .wr_data(sweep ? 26'd0 : merged[31:6]),
        .rd_en(idle_rd), .rd_addr(at), .rd_data(lo)
    );
    cw_ram #(.W(5), .DEPTH(V_N)) u_size (
        .clk(clk), .wr_en(sweep || (set && part == W_SIZE)), .wr_addr(at_q), .wr_data(sweep ? 5'd0 : merged[4:0]),
        .rd_en(idle_rd), .rd_addr(at), .rd_data(log2)
    );

    assign ready           = state_q != S_SWEEP;
    assign ack             = state_q == S_ACK;
    assign rdata           = rdata_q;
    assign ev_bad          = take && !good;
    assign ring_valid      = state_q == S_SWEEP || set;
    assign ring_vector     = {{(11 - V_W){1'b0}}, at_q};
    assign ring_on         = set && on_d;
    assign rescan          = set || (take && good) || (open && !open_q);
    assign head_ready      = raise;
    assign head_refused    = ring && !enter;
    assign entry_valid     = entry_q;
    assign entry_addr      = addr_q;
    assign entry_data      = {phase_q, 31'd0, 14'd0, error_q, completions_q, 5'd0, queue_q};
    assign entry_under_way = entry_q && open;
    assign irq_valid       = irq_q || (raise && !ring);
    assign irq_vector      = irq_q ? vector_q : head_vector;
    assign idle            = state_q == S_IDLE && !go_access && !go_raise && ahead_q && open == open_q &&
                             !(entry_q && entry_ready) && !(irq_q && irq_ready);

    wire unused = &{1'b0, pass, behind, ahead, keep, head_vector, peek_vector, reg_addr};

    always @(posedge clk) begin
        open_q  <= open;
        ahead_q <= state_q == S_IDLE && !go_access && !go_raise;
        if (entry_q && entry_ready)
            entry_q <= 1'b0;
        if (irq_q && irq_ready)
            irq_q <= 1'b0;
        // The interrupt follows its entry.
        if (entry_q && entry_ready)
            irq_q <= 1'b1;
        case (state_q)
        // Waits for the sweep to reach the last vector.
        S_SWEEP: begin
            at_q <= at_q + 1'b1;
            if ({{(32 - V_W){1'b0}}, at_q} == V_N - 1)
                state_q <= S_IDLE;
        end
        // Waits for an access, or for a raise while none is on its way out.
        S_IDLE: begin
            at_q <= at;
            if (go_raise) begin
                raise_turn_q <= 1'b0;
                if (!at_once)
                    state_q  <= S_RAISE;
            end else if (sel) begin
                raise_turn_q <= 1'b1;
                exists_q     <= exists;
                state_q      <= S_ACCESS;
            end
        end
        // One cycle: the access is done on what the RAM holds.
        S_ACCESS: begin
            rdata_q <= exists_q ? word : 32'd0;
            state_q <= S_ACK;
        end
        // One cycle: the bus takes the answer.
        S_ACK: state_q <= S_IDLE;
        // One cycle: entry, interrupt or refusal.
        default: state_q <= S_IDLE;
        endcase
        if (raise) begin
            entry_q       <= enter;
            irq_q         <= !ring && !irq_ready;
            addr_q        <= {hi, lo, 6'd0} + {45'd0, slot, 3'd0};
            phase_q       <= !pass[0];
            error_q       <= head_error;
            completions_q <= head_completions;
            queue_q       <= head_queue;
            vector_q      <= head_vector;
        end
        if (rst) begin
            state_q      <= S_SWEEP;
            at_q         <= {V_W{1'b0}};
            raise_turn_q <= 1'b0;
            ahead_q      <= 1'b0;
            entry_q      <= 1'b0;
            irq_q        <= 1'b0;
        end
    end
endmodule

`default_nettype wire
