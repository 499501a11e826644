// SPDX-License-Identifier: BSD-2-Clause
//
// Buffers of fetched descriptors: BUF_N of 32, in RAM.
//
// A fetch takes a free buffer and goes on as a read request; completions fill
// the buffer (at the place the host address gives, so that a beat never needs
// more than a rotation by whole descriptors); when the read has ended the buffer
// is emptied into the descriptor stream. Buffers of one queue are emptied in the
// order of their fetches: each knows the one before it of its queue, as long as that
// is there. Different queues overtake each other.
//
// A descriptor a cycle within a batch, two cycles between batches. fill is
// always taken. A batch of one that ends with its descriptor while nothing else is here
// goes on in that cycle (desc_open: the descriptor will be taken), past the RAM.
`default_nettype none

module cw_desc_buf #(
    parameter DATA_W = 256,
    parameter BUF_N  = 16,         // a power of two, up to 32
    parameter BUF_W  = $clog2(BUF_N)
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
    localparam [31:0] BANK_N = DATA_W / 128;
    localparam BANK_A = $clog2(BUF_N * 32 / BANK_N);
    localparam BANK_S = $clog2(BANK_N);
    localparam [5:0] LANE_MASK = BANK_N[5:0] - 6'd1;

    // Index of the lowest bit set.
    function [BUF_W-1:0] lowest(input [BUF_N-1:0] v);
        integer i;
        begin
            lowest = {BUF_W{1'b0}};
            for (i = BUF_N - 1; i >= 0; i = i - 1)
                if (v[i])
                    lowest = i[BUF_W-1:0];
        end
    endfunction

    reg  [BUF_N-1:0]    busy_q, full_q, c2h_q;
    reg  [BUF_N-1:0]    taken_q;            // being emptied
    reg  [BUF_N-1:0]    waits_q;            // the one before it of its queue is there
    reg  [BUF_N-1:0]    newest_q;           // none is behind it in its queue

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

    // ---- what of each buffer is needed when it is emptied ----
    reg  [53:0] info [0:BUF_N-1];
    reg         fails [0:BUF_N-1];          // its read failed
    wire [10:0] run_queue;
    wire [31:0] run_num;
    wire [5:0]  run_n;
    wire [4:0]  run_unit;

    // ---- emptying: host to card (0), card to host (1) ----
    reg  [1:0]       run_q;                 // a buffer of that direction is being emptied
    reg  [BUF_W-1:0] run_buf_q [0:1];
    reg  [4:0]       run_at_q [0:1];        // descriptors of it that have gone
    reg              turn_q;                // the direction of the last descriptor
    reg              start_q;               // the direction of the last buffer begun
    reg              out_q;                 // the RAM's output is a descriptor
    reg  [10:0]      out_queue_q;
    reg  [31:0]      out_num_q;
    reg              out_fail_q;
    reg  [4:0]       out_unit_q;

    // ---- a batch of one that need not wait ----
    wire [10:0]      end_queue;
    wire [31:0]      end_num;
    wire [5:0]       end_n;
    wire [4:0]       end_unit;
    assign {end_queue, end_num, end_n, end_unit} = info[fill_end_buf];
    wire             alone  = full_q == {BUF_N{1'b0}} && !out_q;
    wire             direct = alone && desc_open && fill_end_valid && !fill_end_fail && fill_valid &&
                              fill_buf == fill_end_buf && fill_unit == end_unit && end_n == 6'd1 &&
                              !waits_q[fill_end_buf] && desc_room[c2h_q[fill_end_buf]];

    // A buffer whose read ends in this cycle is as good as full.
    wire [BUF_N-1:0] ending = fill_end_valid ? one << fill_end_buf : {BUF_N{1'b0}};
    wire [BUF_N-1:0] ready  = (full_q | ending) & ~waits_q & ~taken_q;
    wire [1:0]       some   = {(ready & c2h_q) != {BUF_N{1'b0}}, (ready & ~c2h_q) != {BUF_N{1'b0}}} & ~run_q;
    wire             way    = some[1] && !(some[0] && start_q);
    wire [BUF_N-1:0] can    = ready & (way ? c2h_q : ~c2h_q);
    wire [BUF_N-1:0] above  = can & ({BUF_N{1'b1}} << run_buf_q[way] << 1);
    wire [BUF_W-1:0] pick   = lowest(above != {BUF_N{1'b0}} ? above : can);
    wire             start  = some != 2'b00 && !direct;

    wire [1:0]       may    = run_q & desc_room;
    wire             side   = may[!turn_q] ? !turn_q : turn_q;
    wire             read   = may != 2'b00 && (!out_q || desc_ready);
    wire [BUF_W-1:0] run_buf = run_buf_q[side];
    wire [4:0]       run_at  = run_at_q[side];
    wire [4:0]       unit_at = run_unit + run_at;
    assign {run_queue, run_num, run_n, run_unit} = info[run_buf];
    wire             last   = read && {1'b0, run_at} + 6'd1 == run_n;
    wire             free    = last || direct;
    wire [BUF_W-1:0] free_buf = last ? run_buf : fill_end_buf;
    wire [BUF_N-1:0] freed  = free ? one << free_buf : {BUF_N{1'b0}};
    wire [BUF_N-1:0] begun  = start ? one << pick : {BUF_N{1'b0}};

    // ---- the order within a queue ----
    wire [BUF_N-1:0] taken  = take ? one << take_buf_q : {BUF_N{1'b0}};
    wire [BUF_N-1:0] prior;                  // the newest of the queue that is taken for: one, or none
    genvar g;
    generate
        for (g = 0; g < BUF_N; g = g + 1) begin : g_order
            reg  [10:0]      queue_q;
            reg  [BUF_W-1:0] prior_q;
            assign prior[g] = newest_q[g] && busy_q[g] && queue_q == fetch_queue;
            always @(posedge clk) begin
                if (taken[g]) begin
                    queue_q    <= fetch_queue;
                    prior_q   <= lowest(prior);
                    waits_q[g] <= (prior & ~freed) != {BUF_N{1'b0}};
                end else if (free && prior_q == free_buf)
                    waits_q[g] <= 1'b0;
            end
        end
    endgenerate

    assign desc_valid = out_q || direct;
    assign desc_queue = out_q ? out_queue_q : end_queue;
    assign desc_num   = out_q ? out_num_q : end_num;
    assign desc_fail  = out_q && out_fail_q;
    assign fetching = (busy_q & ~full_q) != {BUF_N{1'b0}};
    assign empty = busy_q == {BUF_N{1'b0}} && !out_q;
    assign idle  = !take && (free_q || rest == {BUF_N{1'b0}}) && !start && !read && !(out_q && desc_ready) && !fill_valid &&
                   !fill_end_valid;

    // ---- banks of one descriptor width ----
    wire [DATA_W-1:0] bank_data;
    genvar b;
    generate
        for (b = 0; b < BANK_N; b = b + 1) begin : g_bank
            wire [5:0] lane = (b[5:0] - {1'b0, fill_unit}) & LANE_MASK;
            wire [5:0] unit = {1'b0, fill_unit} + lane;
            wire [BUF_W+4:0] wr_place = {fill_buf, unit[4:0]} >> BANK_S;
            wire [BUF_W+4:0] rd_place = {run_buf, unit_at} >> BANK_S;
            wire       unused = &{1'b0, wr_place, rd_place};

            // a beat may reach past the buffer's end: those lanes are padding
            cw_ram #(.W(128), .DEPTH(BUF_N * 32 / BANK_N)) u_bank (
                .clk(clk), .wr_en(fill_valid && !unit[5]), .wr_addr(wr_place[BANK_A-1:0]),
                .wr_data(fill_data[lane*128 +: 128]),
                .rd_en(read), .rd_addr(rd_place[BANK_A-1:0]),
                .rd_data(bank_data[b*128 +: 128])
            );
        end
    endgenerate
    wire [5:0] out_lane = {1'b0, out_unit_q} & LANE_MASK;
    assign desc_data = out_q ? bank_data[out_lane*128 +: 128] : fill_data[127:0];

    always @(posedge clk) begin
        if (!free_q || take) begin
            free_q   <= rest != {BUF_N{1'b0}};
            take_buf_q <= lowest(rest);
        end
        if (take) begin
            info[take_buf_q] <= {fetch_queue, fetch_num, fetch_n, fetch_addr[8:4]};
            newest_q         <= (newest_q & ~prior) | taken;
            c2h_q            <= fetch_c2h ? c2h_q | taken : c2h_q & ~taken;
        end
        busy_q  <= (busy_q | taken) & ~freed;
        full_q  <= (full_q | ending) & ~freed;
        taken_q <= (taken_q | begun) & ~freed;
        if (fill_end_valid)
            fails[fill_end_buf] <= fill_end_fail;
        if (start) begin
            start_q          <= way;
            run_q[way]       <= 1'b1;
            run_buf_q[way]   <= pick;
            run_at_q[way]    <= 5'd0;
        end
        if (desc_ready)
            out_q <= 1'b0;
        if (read) begin
            turn_q           <= side;
            out_q            <= 1'b1;
            out_queue_q      <= run_queue;
            out_num_q        <= run_num + {27'd0, run_at};
            out_fail_q       <= fails[run_buf];
            out_unit_q       <= unit_at;
            run_at_q[side]   <= run_at + 5'd1;
        end
        if (last)
            run_q[side]       <= 1'b0;
        if (rst) begin
            free_q    <= 1'b0;
            run_q     <= 2'b00;
            turn_q    <= 1'b0;
            start_q   <= 1'b0;
            out_q     <= 1'b0;
            busy_q    <= {BUF_N{1'b0}};
            full_q    <= {BUF_N{1'b0}};
            taken_q   <= {BUF_N{1'b0}};
            run_buf_q[0] <= {BUF_W{1'b0}};
            run_buf_q[1] <= {BUF_W{1'b0}};
        end
    end
endmodule

`default_nettype wire
