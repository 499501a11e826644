// SPDX-License-Identifier: BSD-2-Clause
//
// Buffers of fetched descriptors: BUF_N of 32, in RAM.
//
// A fetch takes a free buffer and goes on as a read request; completions fill
// the buffer (at the place the host address gives); when the read has ended the buffer
// is emptied into the descriptor stream. Buffers of one queue are emptied in the
// order of their fetches: each knows the one before it of its queue, as long as that
// is there. Different queues overtake each other.
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

    // The lowest bit set, alone.
    function [BUF_N-1:0] lowest(input [BUF_N-1:0] v);
        integer i;
        reg     below;
        begin
            below = 1'b0;
            for (i = 0; i < BUF_N; i = i + 4) begin
                lowest[i +: 4] = below ? 4'd0 : v[i +: 4] & ~(v[i +: 4] << 1 | v[i +: 4] << 2 | v[i +: 4] << 3);
                below = below || v[i +: 4] != 4'd0;
            end
        end
    endfunction

    // Which bit is set, of one.
    function [BUF_W-1:0] place(input [BUF_N-1:0] v);
        integer i;
        begin
            place = {BUF_W{1'b0}};
            for (i = 0; i < BUF_N; i = i + 1)
                place = place | (v[i] ? i[BUF_W-1:0] : {BUF_W{1'b0}});
        end
    endfunction

    reg  [BUF_N-1:0]    busy_q;             // taken by a fetch
    reg  [BUF_N-1:0]    full_q;             // its read has ended; not yet being emptied
    reg  [BUF_N-1:0]    waits_q;            // the one before it of its queue is there
    reg  [BUF_N-1:0]    c2h_q;
    reg  [BUF_W:0]      asked_q;            // fetches not yet answered

    // ---- a fetch takes a buffer ----
    // It is chosen a fetch ahead.
    reg              free_q;
    reg  [BUF_W-1:0] take_buf_q;
    wire [BUF_N-1:0] one  = {{(BUF_N - 1){1'b0}}, 1'b1};
    wire             take = fetch_valid && fetch_ready;
    wire [BUF_N-1:0] rest = ~busy_q & ~(free_q ? one << take_buf_q : {BUF_N{1'b0}});

    assign fetch_ready    = free_q && fetch_rd_ready;
    assign fetch_rd_valid = free_q && fetch_valid;
    assign fetch_rd_buf   = take_buf_q;
    assign fetch_rd_addr  = fetch_addr;
    assign fetch_rd_bytes = {fetch_n, 4'd0};
    assign fetch_rd_queue = fetch_queue;
    assign fetch_rd_num   = fetch_num;

    // ---- emptying: host to card (0), card to host (1) ----
    reg  [1:0]       run_q;                 // a buffer of that direction is being emptied
    reg  [BUF_W-1:0] run_buf_q [0:1];
    reg  [4:0]       run_at_q [0:1];        // descriptors of it that have left
    reg              turn_q;                // the direction of the last descriptor
    reg              start_q;               // the direction of the last buffer begun
    reg              out_q;                 // the RAM's output is a descriptor
    reg  [10:0]      out_queue_q;
    reg  [31:0]      out_num_q;
    reg              out_fail_q;
    reg  [LANE_W-1:0] out_lane_q;           // that it came in

    wire [1:0]       may    = run_q & desc_room;
    wire             side   = may[!turn_q] ? !turn_q : turn_q;
    wire             read   = may != 2'b00 && (!out_q || desc_ready);
    wire [BUF_W-1:0] run_buf = run_buf_q[side];
    wire [4:0]       run_at  = run_at_q[side];

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
    wire             last   = read && {1'b0, run_at} + 6'd1 == info_n;

    // ---- a batch of one that need not wait ----
    wire             alone  = full_q == {BUF_N{1'b0}} && run_q == 2'b00 && !out_q;
    wire             direct = alone && desc_open && fill_end_valid && !fill_end_fail && fill_valid &&
                              fill_buf == fill_end_buf && fill_unit == info_unit && info_n == 6'd1 &&
                              !waits_q[fill_end_buf] && desc_room[info_c2h];

    // A buffer whose read ends in this cycle is as good as full.
    wire [BUF_N-1:0] ending = fill_end_valid ? one << fill_end_buf : {BUF_N{1'b0}};
    wire [BUF_N-1:0] ready  = (full_q | ending) & ~waits_q;
    wire [1:0]       some   = {(ready & c2h_q) != {BUF_N{1'b0}}, (ready & ~c2h_q) != {BUF_N{1'b0}}} & ~run_q;
    wire             way    = some[1] && !(some[0] && start_q);
    wire [BUF_N-1:0] can    = ready & (way ? c2h_q : ~c2h_q);
    wire [BUF_N-1:0] above  = can & ({BUF_N{1'b1}} << run_buf_q[way] << 1);
    wire [BUF_N-1:0] pick   = lowest(above != {BUF_N{1'b0}} ? above : can);
    wire             start  = some != 2'b00 && !direct;
    wire [BUF_N-1:0] begun  = direct ? ending : start ? pick : {BUF_N{1'b0}};

    wire             free    = last || direct;
    wire [BUF_W-1:0] free_buf = direct ? fill_end_buf : run_buf;

    // ---- the order within a queue: the newest buffer of each queue, of each buffer the one before it and the
    // one behind it. What is old in these is of buffers that are free, or of another queue by now. ----
    reg  [BUF_W-1:0] newest [0:QUEUE_N-1];
    reg  [10:0]      owner [0:BUF_N-1];
    reg  [BUF_W-1:0] ahead [0:BUF_N-1];
    reg  [BUF_W-1:0] behind [0:BUF_N-1];
    wire [BUF_W-1:0] prior      = newest[fetch_queue[QW-1:0]];
    wire             has_prior  = busy_q[prior] && owner[prior] == fetch_queue && !(free && free_buf == prior);
    wire [BUF_W-1:0] next       = behind[free_buf];
    wire [BUF_N-1:0] taken      = take ? one << take_buf_q : {BUF_N{1'b0}};
    wire [BUF_N-1:0] freed      = free ? one << free_buf : {BUF_N{1'b0}};
    wire [BUF_N-1:0] goes_on    = free && ahead[next] == free_buf ? one << next : {BUF_N{1'b0}};

    assign desc_valid = out_q || direct;
    assign desc_queue = out_q ? out_queue_q : info_queue;
    assign desc_num   = out_q ? out_num_q : info_num;
    assign desc_fail  = out_q && out_fail_q;
    assign fetching = asked_q != {(BUF_W + 1){1'b0}};
    assign empty = busy_q == {BUF_N{1'b0}} && !out_q;
    assign idle  = !take && (free_q || rest == {BUF_N{1'b0}}) && !start && !read && !(out_q && desc_ready) && !fill_valid &&
                   !fill_end_valid;

    // ---- a RAM for each lane of a beat, and for each unit the lane in which it came: beats begin at any ----
    wire [DATA_W-1:0]        lane_data;
    wire [LANE_N*LANE_W-1:0] unit_lane;
    genvar l;
    generate
        for (l = 0; l < LANE_N; l = l + 1) begin : g_lane
            // a beat may reach past the buffer's end: those lanes are padding
            wire [5:0] unit = {1'b0, fill_unit} + l[5:0];
            cw_ram #(.W(128), .DEPTH(BUF_N * 32)) u_data (
                .clk(clk), .wr_en(fill_valid && !unit[5]), .wr_addr({fill_buf, unit[4:0]}),
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
        for (i = 0; i < BUF_N; i = i + 1) begin
            ahead[i]  = {BUF_W{1'b0}};
            behind[i] = {BUF_W{1'b0}};
        end
    end

    always @(posedge clk) begin
        if (!free_q || take) begin
            free_q   <= rest != {BUF_N{1'b0}};
            take_buf_q <= place(lowest(rest));
        end
        if (fill_end_valid)
            failed[fill_end_buf] <= fill_end_fail;
        busy_q  <= (busy_q | taken) & ~freed;
        full_q  <= (full_q | ending) & ~begun;
        if (take != fill_end_valid)         // one up, or one down
            asked_q <= asked_q + {{BUF_W{fill_end_valid}}, 1'b1};
        waits_q <= (waits_q & ~goes_on & ~taken) | (has_prior ? taken : {BUF_N{1'b0}});
        c2h_q   <= (c2h_q & ~taken) | (fetch_c2h ? taken : {BUF_N{1'b0}});
        if (take) begin
            info[take_buf_q]    <= {fetch_queue, fetch_num, fetch_n, fetch_addr[8:4], fetch_c2h};
            owner[take_buf_q]   <= fetch_queue;
            ahead[take_buf_q]   <= prior;
            if (has_prior)
                behind[prior] <= take_buf_q;
            newest[fetch_queue[QW-1:0]] <= take_buf_q;
        end
        if (start) begin
            start_q        <= way;
            run_q[way]     <= 1'b1;
            run_buf_q[way] <= place(pick);
            run_at_q[way]  <= 5'd0;
        end
        if (desc_ready)
            out_q <= 1'b0;
        if (read) begin
            turn_q         <= side;
            out_q          <= 1'b1;
            out_queue_q    <= info_queue;
            out_num_q      <= info_num + {27'd0, run_at};
            out_fail_q     <= failed[run_buf];
            out_lane_q     <= unit_lane[bank*LANE_W +: LANE_W];
            run_at_q[side] <= run_at + 5'd1;
        end
        if (last)
            run_q[side] <= 1'b0;
        if (rst) begin
            free_q    <= 1'b0;
            run_q     <= 2'b00;
            turn_q    <= 1'b0;
            start_q   <= 1'b0;
            out_q     <= 1'b0;
            busy_q    <= {BUF_N{1'b0}};
            full_q    <= {BUF_N{1'b0}};
            asked_q   <= {(BUF_W + 1){1'b0}};
            run_buf_q[0] <= {BUF_W{1'b0}};
            run_buf_q[1] <= {BUF_W{1'b0}};
        end
    end
endmodule

`default_nettype wire
