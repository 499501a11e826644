// SPDX-License-Identifier: BSD-2-Clause
//
// Buffers of fetched descriptors: BUF_N of 32, in RAM.
//
// A fetch takes a free buffer and goes on as a read request; completions fill
// the buffer (at the place the host address gives); when the read has ended the buffer
// is emptied into the descriptor stream. Buffers of one queue are emptied in the
// order of their fetches: each knows the one behind it of its queue, and whether one is before it.
// Different queues overtake each other. Those that can be emptied wait in a list a direction, in the
// order in which they came to that.
//
// A descriptor a cycle within a batch, two cycles between batches. fill is
// always taken. A batch of one that ends with its descriptor while nothing else is here
// goes on in that cycle (desc_open: the descriptor will be taken), past the RAM.
`default_nettype none

module cw_desc_buf #(
    parameter DATA_W  = 256,
    parameter QUEUE_N = 64,
    parameter BUF_N   = 16,        // a power of two, up to 32
    parameter BUF_W   = $clog2(BUF_N)
) (
    input  wire              clk,
    input  wire              rst,
    output wire              idle,
    output wire              empty,
    output wire              fetching,      // a fetch is not yet answered

    input  wire              fetch_valid,
    output wire              fetch_ready,
    input  wire [10:0]       fetch_queue,
    input  wire [31:0]       fetch_num,
    input  wire [5:0]        fetch_n,
    input  wire [63:0]       fetch_addr,
    input  wire              fetch_c2h,

    // the read of a buffer
    output wire              fetch_rd_valid,
    input  wire              fetch_rd_ready,
    output wire [BUF_W-1:0]  fetch_rd_buf,
    output wire [63:0]       fetch_rd_addr,
    output wire [9:0]        fetch_rd_bytes,
    output wire [10:0]       fetch_rd_queue,
    output wire [31:0]       fetch_rd_num,

    // payload beats (unit: host address bits [8:4] of the beat's first byte), end of a read
    input  wire              fill_valid,
    input  wire [BUF_W-1:0]  fill_buf,
    input  wire [4:0]        fill_unit,
    input  wire [DATA_W-1:0] fill_data,
    input  wire              fill_end_valid,
    input  wire [BUF_W-1:0]  fill_end_buf,
    input  wire              fill_end_fail,

    input  wire [1:0]        desc_room,     // of card to host, host to card: will take three more
    input  wire              desc_open,     // what is offered in this cycle is taken in it
    output wire              desc_valid,
    input  wire              desc_ready,
    output wire [10:0]       desc_queue,
    output wire [31:0]       desc_num,
    output wire              desc_fail,     // its fetch failed: no descriptor
    output wire [127:0]      desc_data
);
    localparam [31:0] LANE_N = DATA_W / 128;    // descriptors a beat
    localparam LANE_W = LANE_N > 1 ? $clog2(LANE_N) : 1;
    localparam LANE_S = $clog2(LANE_N);
    localparam QW     = $clog2(QUEUE_N);

    reg  [BUF_W:0]      asked_q;            // fetches not yet answered
    reg  [BUF_W:0]      used_q;             // buffers taken by fetches

    // ---- a fetch takes a buffer: first each once by count, then as they come back ----
    reg  [BUF_W:0]   fresh_q;
    reg              back_q;                // one comes back
    reg  [BUF_W-1:0] back_buf_q;
    wire             fresh = !fresh_q[BUF_W];
    wire             old_valid, unused_old;
    wire [BUF_W-1:0] old_buf;
    wire [BUF_W:0]   unused_old_n;
    wire             has_free = fresh || old_valid;
    wire [BUF_W-1:0] take_buf = fresh ? fresh_q[BUF_W-1:0] : old_buf;
    wire             take     = fetch_valid && fetch_ready;

    stream_fifo #(.W(BUF_W), .DEPTH(BUF_N)) u_free (
        .clk(clk), .rst(rst), .in_valid(back_q), .in_ready(unused_old), .in_data(back_buf_q),
        .out_valid(old_valid), .out_ready(take && !fresh), .out_data(old_buf), .count(unused_old_n)
    );

    assign fetch_ready    = has_free && fetch_rd_ready;
    assign fetch_rd_valid = has_free && fetch_valid;
    assign fetch_rd_buf   = take_buf;
    assign fetch_rd_addr  = fetch_addr;
    assign fetch_rd_bytes = {fetch_n, 4'd0};
    assign fetch_rd_queue = fetch_queue;
    assign fetch_rd_num   = fetch_num;

    // ---- emptying: host to card (0), card to host (1) ----
    reg  [1:0]       run_q;                 // a buffer of that direction is being emptied
    wire [2*BUF_W-1:0] run_bufs;
    wire [9:0]       run_ats;               // descriptors of it that have left
    reg              turn_q;                // the direction of the last descriptor
    reg              out_q;                 // the RAM's output is a descriptor
    reg  [10:0]      out_queue_q;
    reg  [31:0]      out_num_q;
    reg              out_fail_q;
    reg  [LANE_W-1:0] out_lane_q;           // that it came in

    wire             at_last, clash;        // of that buffer; it may not leave in this cycle
    wire [1:0]       may    = run_q & desc_room;
    wire             side   = may[!turn_q] ? !turn_q : turn_q;
    wire             read   = may != 2'b00 && (!out_q || desc_ready) && !(at_last && clash);
    wire [BUF_W-1:0] run_buf = side ? run_bufs[BUF_W +: BUF_W] : run_bufs[0 +: BUF_W];
    wire [4:0]       run_at  = side ? run_ats[9:5] : run_ats[4:0];

    // ---- what was fetched into each buffer: of the one being emptied; while none is, of the one that ends ----
    reg  [54:0]      info [0:BUF_N-1];
    reg              failed [0:BUF_N-1];
    wire [BUF_W-1:0] info_buf = run_q == 2'b00 ? fill_end_buf : run_buf;
    wire [10:0]      info_queue;
    wire [31:0]      info_num;
    wire [5:0]       info_n;
    wire [4:0]       info_unit;
    wire             info_c2h;
    assign {info_queue, info_num, info_n, info_unit, info_c2h} = info[info_buf];
    wire [4:0]       run_unit = info_unit + run_at;
    assign at_last = {1'b0, run_at} + 6'd1 == info_n;
    wire             last   = read && at_last;

    // ---- a batch of one that need not wait ----
    wire [1:0]       waiting;               // a buffer of that direction waits to be emptied
    wire             end_waits;             // of the buffer whose read ends: another one is before it
    wire             alone  = waiting == 2'b00 && run_q == 2'b00 && !out_q;
    wire             direct = alone && desc_open && fill_end_valid && !fill_end_fail && fill_valid &&
                              fill_buf == fill_end_buf && fill_unit == info_unit && info_n == 6'd1 &&
                              !end_waits && desc_room[info_c2h];

    wire             free    = last || direct;
    wire [BUF_W-1:0] free_buf = direct ? fill_end_buf : run_buf;

    // ---- the order within a queue: the newest buffer of each queue, whose that is, and of each buffer the one
    // behind it. Of a buffer not handed out since rst nothing counts. ----
    reg  [BUF_W-1:0] newest [0:QUEUE_N-1];
    reg  [10:0]      owner [0:BUF_N-1];
    reg  [BUF_W-1:0] behind [0:BUF_N-1];
    wire [BUF_W-1:0] prior      = newest[fetch_queue[QW-1:0]];
    wire             prior_busy, followed, next_full;
    wire             has_prior  = prior_busy && {1'b0, prior} < fresh_q && owner[prior] == fetch_queue &&
                                  !(free && free_buf == prior);
    wire [BUF_W-1:0] next       = behind[free_buf];
    wire             goes_on    = free && followed;

    cw_ram_2w #(.DEPTH(BUF_N)) u_busy (
        .clk(clk), .a_en(take), .a_addr(take_buf), .a_data(1'b1),
        .b_en(free), .b_addr(free_buf), .b_data(1'b0), .rd_addr(prior), .rd_data(prior_busy)
    );
    cw_ram_2w #(.DEPTH(BUF_N)) u_followed (
        .clk(clk), .a_en(take), .a_addr(take_buf), .a_data(1'b0),
        .b_en(take && has_prior), .b_addr(prior), .b_data(1'b1), .rd_addr(free_buf), .rd_data(followed)
    );
    cw_ram_2w #(.DEPTH(BUF_N)) u_waits (
        .clk(clk), .a_en(take), .a_addr(take_buf), .a_data(has_prior),
        .b_en(goes_on), .b_addr(next), .b_data(1'b0), .rd_addr(fill_end_buf), .rd_data(end_waits)
    );
    cw_ram_2w #(.DEPTH(BUF_N)) u_full (
        .clk(clk), .a_en(take), .a_addr(take_buf), .a_data(1'b0),
        .b_en(fill_end_valid), .b_addr(fill_end_buf), .b_data(1'b1), .rd_addr(next), .rd_data(next_full)
    );

    // ---- a buffer can be emptied: its read ends, or the one before it has left. One a cycle: a buffer with a full
    // one behind it does not leave in the cycle in which a read ends. ----
    reg              c2h [0:BUF_N-1];
    assign clash = followed && next_full && fill_end_valid;
    wire             next_ready = goes_on && next_full;
    wire             end_ready  = fill_end_valid && !direct && (!end_waits || (goes_on && next == fill_end_buf));
    wire [BUF_W-1:0] ready_buf  = next_ready ? next : fill_end_buf;
    wire             ready_c2h  = c2h[ready_buf];
    wire [1:0]       ready      = {(next_ready || end_ready) && ready_c2h, (next_ready || end_ready) && !ready_c2h};
    wire [1:0]       start      = ~run_q & (waiting | ready);
    wire [2*BUF_W-1:0] first;               // of those that wait
    genvar d;
    generate
        for (d = 0; d < 2; d = d + 1) begin : g_list
            wire           unused_ready;
            wire [BUF_W:0] unused_n;
            stream_fifo #(.W(BUF_W), .DEPTH(BUF_N)) u_list (
                .clk(clk), .rst(rst), .in_valid(ready[d] && (run_q[d] || waiting[d])), .in_ready(unused_ready),
                .in_data(ready_buf), .out_valid(waiting[d]), .out_ready(!run_q[d]),
                .out_data(first[d*BUF_W +: BUF_W]), .count(unused_n)
            );
            reg  [BUF_W-1:0] buf_q;
            reg  [4:0]       at_q;
            assign run_bufs[d*BUF_W +: BUF_W] = buf_q;
            assign run_ats[5*d +: 5] = at_q;
            always @(posedge clk) begin
                if (!run_q[d])
                    buf_q <= waiting[d] ? first[d*BUF_W +: BUF_W] : ready_buf;
                if (!run_q[d])
                    at_q <= 5'd0;
                else if (read && side == d)
                    at_q <= at_q + 5'd1;
            end
        end
    endgenerate

    assign desc_valid = out_q || direct;
    assign desc_queue = out_q ? out_queue_q : info_queue;
    assign desc_num   = out_q ? out_num_q : info_num;
    assign desc_fail  = out_q && out_fail_q;
    assign fetching = asked_q != {(BUF_W + 1){1'b0}};
    assign empty = used_q == {(BUF_W + 1){1'b0}} && !out_q;
    assign idle  = !take && !back_q && start == 2'b00 && !read && !(out_q && desc_ready) && !fill_valid && !fill_end_valid;
    wire   unused_free = &{1'b0, unused_old, unused_old_n};

    // ---- a RAM for each lane of a beat, and for each unit the lane in which it came: beats begin at any ----
    wire [DATA_W-1:0]        lane_data;
    wire [LANE_N*LANE_W-1:0] unit_lane;
    genvar l;
    generate
        for (l = 0; l < LANE_N; l = l + 1) begin : g_lane
            wire [4:0] unit = fill_unit + l[4:0];
            cw_ram #(.W(128), .DEPTH(BUF_N * 32)) u_data (
                .clk(clk), .wr_en(fill_valid), .wr_addr({fill_buf, unit}),
                .wr_data(fill_data[l*128 +: 128]),
                .rd_en(read), .rd_addr({run_buf, run_unit}), .rd_data(lane_data[l*128 +: 128])
            );
        end
        for (l = 0; l < LANE_N && LANE_N > 1; l = l + 1) begin : g_bank     // units whose low bits are l
            reg  [LANE_W-1:0] came [0:BUF_N*32/LANE_N-1];
            wire [LANE_W-1:0] lane = l[LANE_W-1:0] - fill_unit[LANE_W-1:0];
            wire [5:0]        unit = {1'b0, fill_unit} + {{(6 - LANE_W){1'b0}}, lane};
            wire              unused = &{1'b0, unit[LANE_S-1:0]};
            assign unit_lane[l*LANE_W +: LANE_W] = came[{run_buf, run_unit[4:LANE_S]}];
            // a beat may reach past the buffer's end: those lanes are padding, at places that no beat leads to
            always @(posedge clk)
                if (fill_valid && !unit[5])
                    came[{fill_buf, unit[4:LANE_S]}] <= lane;
        end
        if (LANE_N == 1) begin : g_one
            assign unit_lane = 1'b0;
        end
    endgenerate
    wire [LANE_W-1:0] bank = LANE_N > 1 ? run_unit[LANE_W-1:0] : {LANE_W{1'b0}};
    assign desc_data = out_q ? lane_data[out_lane_q*128 +: 128] : fill_data[127:0];

    // Any content is good, but a simulator's X would not go away.
    integer i;
    initial begin
        for (i = 0; i < QUEUE_N; i = i + 1)
            newest[i] = {BUF_W{1'b0}};
        for (i = 0; i < BUF_N; i = i + 1)
            behind[i] = {BUF_W{1'b0}};
    end

    always @(posedge clk) begin
        back_q     <= free;
        back_buf_q <= free_buf;
        if (take && fresh)
            fresh_q <= fresh_q + 1'b1;
        if (fill_end_valid)
            failed[fill_end_buf] <= fill_end_fail;
        if (take != free)                   // one up, or one down
            used_q <= used_q + {{BUF_W{free}}, 1'b1};
        if (take != fill_end_valid)
            asked_q <= asked_q + {{BUF_W{fill_end_valid}}, 1'b1};
        if (take) begin
            info[take_buf]  <= {fetch_queue, fetch_num, fetch_n, fetch_addr[8:4], fetch_c2h};
            owner[take_buf] <= fetch_queue;
            c2h[take_buf]   <= fetch_c2h;
            if (has_prior)
                behind[prior] <= take_buf;
            newest[fetch_queue[QW-1:0]] <= take_buf;
        end
        run_q <= run_q | start;
        if (desc_ready)
            out_q <= 1'b0;
        if (read) begin
            turn_q         <= side;
            out_q          <= 1'b1;
            out_queue_q    <= info_queue;
            out_num_q      <= info_num + {27'd0, run_at};
            out_fail_q     <= failed[run_buf];
            out_lane_q     <= unit_lane[bank*LANE_W +: LANE_W];
        end
        if (last)
            run_q[side] <= 1'b0;
        if (rst) begin
            fresh_q   <= {(BUF_W + 1){1'b0}};
            back_q    <= 1'b0;
            run_q     <= 2'b00;
            turn_q    <= 1'b0;
            out_q     <= 1'b0;
            used_q    <= {(BUF_W + 1){1'b0}};
            asked_q   <= {(BUF_W + 1){1'b0}};
        end
    end
endmodule

`default_nettype wire
