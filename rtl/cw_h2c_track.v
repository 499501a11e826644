// SPDX-License-Identifier: BSD-2-Clause
//
// Accounts for every byte of the host-to-card operations.
//
// start gives an operation's length. Afterwards events arrive in any order, each
// for a run of bytes: written to card memory (or refused by it), or never
// arrived. When the runs add up to the length the operation is done: with
// `length` good bytes, or with the bytes before the lowest failing offset and
// the status found there.
//
// Two stages (read, modify and write), an event a cycle. After reset the RAM is
// cleared, OP_N cycles in which no event is taken; the last event of an
// operation leaves its word cleared for the next. There is room for the done of
// every operation, so events never wait for what takes dones: card memory's write
// responses and completions do not depend on what the card sends.
`default_nettype none

module cw_h2c_track #(
    parameter OP_N = 256,
    parameter OP_W = 8
) (
    input  wire            clk,
    input  wire            rst,
    output wire            idle,
    output wire            empty,

    input  wire            start_valid,
    output wire            start_ready,
    input  wire [OP_W-1:0] start_op,
    input  wire [23:0]     start_len,

    // from the card's write responses
    input  wire            wrote_valid,
    output wire            wrote_ready,
    input  wire [OP_W-1:0] wrote_op,
    input  wire [23:0]     wrote_offset,
    input  wire [12:0]     wrote_bytes,
    input  wire [6:0]      wrote_status,

    // from the completions
    input  wire            failed_valid,
    output wire            failed_ready,
    input  wire [OP_W-1:0] failed_op,
    input  wire [23:0]     failed_offset,
    input  wire [12:0]     failed_bytes,
    input  wire [6:0]      failed_status,

    output wire            h2c_done_valid,
    input  wire            h2c_done_ready,
    output wire [OP_W-1:0] h2c_done_op,
    output wire [6:0]      h2c_done_status,
    output wire [23:0]     h2c_done_bytes
);
    reg  [OP_W:0]   init_q;          // words cleared since reset
    reg  [OP_W:0]   count_q;         // operations started and not done
    reg             s1_q;
    reg  [OP_W-1:0] op_q;
    reg  [23:0]     offset_q;
    reg  [12:0]     bytes_q;
    reg  [6:0]      status_q;

    wire init_done = init_q[OP_W];
    wire pick_failed = failed_valid;
    wire done_idle;

    // ---- the event meets the operation's word ----
    wire [23:0] len, seen, good;
    wire [6:0]  first;               // status at offset `good`; 0: no failure yet, and `good` says nothing
    wire [23:0] total  = seen + {11'd0, bytes_q};
    wire        ends   = total == len;
    wire        worse  = status_q != 7'd0 && (first == 7'd0 || offset_q < good);
    wire [6:0]  status = worse ? status_q : first;
    wire [23:0] prefix = worse ? offset_q : first == 7'd0 ? len : good;     // good bytes, as far as is known
    wire        take   = init_done && (wrote_valid || failed_valid);
    wire [OP_W-1:0] pick_op = pick_failed ? failed_op : wrote_op;

    assign start_ready  = init_done;
    assign failed_ready = init_done;
    assign wrote_ready  = init_done && !pick_failed;

    cw_ram #(.W(24), .DEPTH(OP_N)) u_len (
        .clk(clk), .wr_en(start_valid && init_done), .wr_addr(start_op), .wr_data(start_len),
        .rd_en(take), .rd_addr(pick_op), .rd_data(len)
    );
    cw_ram_fwd #(.W(55), .DEPTH(OP_N)) u_progress (
        .clk(clk), .wr_en(!init_done || s1_q), .wr_addr(init_done ? op_q : init_q[OP_W-1:0]),
        .wr_data({!init_done || ends ? 24'd0 : total, prefix, !init_done || ends ? 7'd0 : status}),
        .rd_en(take), .rd_addr(pick_op), .rd_data({seen, good, first})
    );
    stream_ram_fifo #(.W(OP_W + 31), .DEPTH(OP_N)) u_done (
        .clk(clk), .rst(rst), .idle(done_idle), .in_valid(s1_q && ends),
        .in_data({op_q, status, prefix}),
        .out_valid(h2c_done_valid), .out_ready(h2c_done_ready),
        .out_data({h2c_done_op, h2c_done_status, h2c_done_bytes})
    );

    wire started  = start_valid && init_done;
    wire finished = h2c_done_valid && h2c_done_ready;
    assign idle  = init_done && !started && !take && !s1_q && !finished && done_idle;
    assign empty = init_done && count_q == {(OP_W + 1){1'b0}};

    always @(posedge clk) begin
        if (!init_done)
            init_q <= init_q + 1'b1;
        s1_q <= take;
        if (take) begin
            op_q     <= pick_op;
            offset_q <= pick_failed ? failed_offset : wrote_offset;
            bytes_q  <= pick_failed ? failed_bytes : wrote_bytes;
            status_q <= pick_failed ? failed_status : wrote_status;
        end
        if (started != finished)        // one up, or one down
            count_q <= count_q + {{OP_W{finished}}, 1'b1};
        if (rst) begin
            init_q  <= {(OP_W + 1){1'b0}};
            count_q <= {(OP_W + 1){1'b0}};
            s1_q    <= 1'b0;
        end
    end
endmodule

`default_nettype wire
