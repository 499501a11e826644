// SPDX-License-Identifier: BSD-2-Clause
//
// A deadline a queue, in RAM, and the queues that reached theirs. `set` gives a
// queue a deadline, so many cycles from now, or takes it away (set_on low).
//
// All times kept are those QUEUE_N cycles before the deadline: when the
// sweep for it may begin. The earliest is kept, never too late: one that was taken
// away is forgotten only when it would have been due. From then on all queues are
// swept, one a cycle, and each whose time has come is a hit. So a hit comes at most
// QUEUE_N cycles before its deadline, and after it only by the few cycles of the path
// and those in which earlier hits were not taken.
// (One that was set less than 2 * QUEUE_N cycles ahead may come 2 * QUEUE_N after the
// set, since a sweep may just have passed its queue.)
//
// hit_valid is held until hit_taken, and is withdrawn when the queue's deadline is
// set anew; a hit that is taken in the cycle of such a set may be stale. `now` may
// jump, up to next_deadline: nothing changes before.
//
// Times are kept modulo 2^24: a deadline is 2^22 cycles ahead at most, and no hit waits that long.
`default_nettype none

module cw_deadline #(
    parameter QUEUE_N = 64
) (
    input  wire        clk,
    input  wire        rst,
    input  wire [47:0] now,
    output wire        moving,         // a register may change without a new input
    output wire [24:0] next_deadline,  // {there is one, when}

    input  wire        set_valid,
    input  wire [10:0] set_queue,
    input  wire        set_on,
    input  wire [21:0] set_ahead,

    output wire        hit_valid,
    input  wire        hit_taken,
    output wire [10:0] hit_queue
);
    localparam Q_W = $clog2(QUEUE_N);
    wire [31:0]    slack    = QUEUE_N;
    wire [23:0]    set_time = now[23:0] + ({2'd0, set_ahead} - slack[23:0]);

    reg            sweep_q;            // queues from at_q on are still to be read
    reg  [Q_W-1:0] at_q;
    reg            have_q;             // the RAM's output is have_queue_q's
    reg            old_q;              // ... of before a set
    reg  [Q_W-1:0] have_queue_q;
    reg            hit_q;
    reg  [Q_W-1:0] hit_queue_q;
    reg            some_q;             // there is an earliest
    reg  [23:0]    earliest_q;

    wire [Q_W-1:0] set_at = set_queue[Q_W-1:0];
    wire           on;
    wire [23:0]    time_of;
    // One comparison with `now`: of the word at hand, or of the earliest while there is none.
    wire [23:0]    passed  = now[23:0] - (have_q ? time_of : earliest_q);
    wire           reached = !passed[23];
    wire           start   = !sweep_q && !have_q && some_q && reached;
    wire           stale   = old_q || (set_valid && set_at == have_queue_q); // the output is of before
    wire           room    = !hit_q || hit_taken;
    // One comparison with earliest_q a cycle: a set is first.
    wire           settled = have_q && (stale || !on || (reached ? room : !set_valid));
    wire           hit     = settled && !stale && on && reached;
    wire           later   = settled && !stale && on && !reached;
    wire           step    = sweep_q && (!have_q || settled);
    wire           sets    = set_valid && set_on;
    wire [23:0]    other   = sets ? set_time : time_of;
    wire [23:0]    nearer  = earliest_q - other;
    wire           sooner  = (sets || later) && (start || !some_q || !nearer[23]);
    wire           unused  = &{1'b0, now[47:24], set_queue, slack[31:24], passed[22:0], nearer[22:0]};

    cw_ram #(.W(25), .DEPTH(QUEUE_N)) u_deadline (
        .clk(clk), .wr_en(set_valid), .wr_addr(set_at), .wr_data({set_on, set_time}),
        .rd_en(step), .rd_addr(at_q), .rd_data({on, time_of})
    );

    assign hit_valid     = hit_q;
    assign hit_queue     = {{(11 - Q_W){1'b0}}, hit_queue_q};
    assign next_deadline = {some_q, earliest_q};
    assign moving        = sweep_q || have_q || hit_q || start || set_valid;

    always @(posedge clk) begin
        if (sooner)
            earliest_q <= other;
        if (step) begin
            have_queue_q <= at_q;
            old_q        <= set_valid && set_at == at_q;
        end
        if (hit)
            hit_queue_q <= have_queue_q;
        at_q    <= start ? {Q_W{1'b0}} : at_q + {{(Q_W - 1){1'b0}}, step};
        sweep_q <= start || (sweep_q && !(step && &at_q));
        have_q  <= step || (have_q && !settled);
        hit_q   <= hit || (hit_q && !hit_taken && !(set_valid && set_at == hit_queue_q));
        some_q  <= sets || later || (some_q && !start);
        if (rst) begin
            sweep_q    <= 1'b0;
            have_q     <= 1'b0;
            hit_q      <= 1'b0;
            some_q     <= 1'b0;
        end
    end
endmodule

`default_nettype wire
