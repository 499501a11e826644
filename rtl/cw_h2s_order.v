// SPDX-License-Identifier: BSD-2-Clause
//
// Brings the reads of host-to-card streams back into order: notes come in the order of
// the entries, ends of reads in any; a `part` leaves for each entry, in order, when its
// read has ended, with what became of it.
//
// `part_run` is low when the queue was disabled before the part was taken. Three cycles
// from the end of the oldest read to its part; a part a cycle.
`default_nettype none

module cw_h2s_order #(
    parameter QUEUE_N = 64,
    parameter OP_W    = 8
) (
    input  wire             clk,
    input  wire             rst,
    output wire             idle,

    input  wire             qcfg_valid,
    input  wire [1:0]       qcfg_op,
    input  wire [10:0]      qcfg_queue,

    input  wire             note_valid,
    input  wire [OP_W-1:0]  note_entry,
    input  wire             note_none,
    input  wire             note_abort,
    input  wire             note_sop,
    input  wire             note_eop,
    input  wire             note_last,
    input  wire [OP_W-1:0]  note_op,
    input  wire [10:0]      note_queue,
    input  wire [35:0]      note_user,
    input  wire [12:0]      note_bytes,
    output wire             entry_free,

    // a read has ended: `good` bytes, then what `status` says
    input  wire             ended_valid,
    input  wire [OP_W-1:0]  ended_entry,
    input  wire [6:0]       ended_status,
    input  wire [12:0]      ended_good,

    output wire             part_valid,
    input  wire             part_ready,
    output wire             part_run,
    output wire             part_none,
    output wire             part_abort,
    output wire             part_sop,
    output wire             part_eop,
    output wire             part_last,
    output wire [OP_W-1:0]  part_op,
    output wire [10:0]      part_queue,
    output wire [35:0]      part_user,
    output wire [12:0]      part_bytes,
    output wire [12:0]      part_good,
    output wire [6:0]       part_status
);
    localparam N  = 1 << OP_W;
    localparam QW = $clog2(QUEUE_N);
    localparam [1:0] OP_ENABLE = 2'd1, OP_DISABLE = 2'd2;
    localparam NOTE_W = 5 + OP_W + 11 + 36 + 13;

    reg  [OP_W-1:0] head_q;
    reg  [OP_W:0]   noted_q;            // entries noted and not looked at
    wire            ended;              // the oldest one, if it was noted, has
    reg             s1_q, s2_q, cut_q;
    reg  [NOTE_W-1:0] note_q;
    reg  [19:0]     result_q;

    // ---- stage 1: the oldest entry, when it has ended ----
    wire [NOTE_W-1:0] note;
    wire [19:0]     result;
    wire            s2_free = !s2_q || part_ready;
    wire            look    = ended && noted_q != {(OP_W + 1){1'b0}} && (!s1_q || s2_free);
    wire            pass    = s1_q && s2_free;
    wire [10:0]     queue   = note[59:49];
    wire            run;
    wire            unused = &{1'b0, queue};
    wire            cfg_run = qcfg_valid && (qcfg_op == OP_ENABLE || qcfg_op == OP_DISABLE);

    cw_ram_2w #(.DEPTH(N)) u_ended (
        .clk(clk), .a_en(note_valid), .a_addr(note_entry), .a_data(note_none),
        .b_en(ended_valid), .b_addr(ended_entry), .b_data(1'b1), .rd_addr(head_q), .rd_data(ended)
    );
    cw_ram #(.W(NOTE_W), .DEPTH(N)) u_notes (
        .clk(clk), .wr_en(note_valid), .wr_addr(note_entry),
        .wr_data({note_op, note_none, note_abort, note_sop, note_eop, note_last, note_queue, note_user,
                  note_bytes}),
        .rd_en(look), .rd_addr(head_q), .rd_data(note)
    );
    // what has no read is entered without a result: it is not looked at
    cw_ram #(.W(20), .DEPTH(N)) u_results (
        .clk(clk), .wr_en(ended_valid), .wr_addr(ended_entry), .wr_data({ended_status, ended_good}),
        .rd_en(look), .rd_addr(head_q), .rd_data(result)
    );

    // ---- stage 2: with what its queue is ----
    cw_ram_fwd #(.W(1), .DEPTH(QUEUE_N)) u_run (
        .clk(clk), .wr_en(cfg_run), .wr_addr(qcfg_queue[QW-1:0]), .wr_data(qcfg_op == OP_ENABLE),
        .rd_en(pass), .rd_addr(queue[QW-1:0]), .rd_data(run)
    );
    assign {part_op, part_none, part_abort, part_sop, part_eop, part_last, part_queue, part_user,
            part_bytes} = note_q;
    assign part_status = part_none ? 7'd0 : result_q[19:13];
    assign part_good   = part_none ? 13'd0 : result_q[12:0];
    assign part_valid  = s2_q;
    assign part_run    = run && !cut_q;
    assign entry_free  = look;
    assign idle        = !look && !pass && !(part_valid && part_ready) && !note_valid && !ended_valid &&
                         !qcfg_valid;

    always @(posedge clk) begin
        if (look)
            head_q <= head_q + 1'b1;
        if (note_valid != look)             // one up, or one down
            noted_q <= noted_q + {{OP_W{look}}, 1'b1};
        if (pass) begin
            note_q   <= note;
            result_q <= result;
            cut_q    <= 1'b0;
        end else if (qcfg_valid && qcfg_op == OP_DISABLE && qcfg_queue == part_queue)
            cut_q <= 1'b1;
        s1_q <= look || (s1_q && !s2_free);
        s2_q <= pass || (s2_q && !part_ready);
        if (rst) begin
            noted_q <= {(OP_W + 1){1'b0}};
            head_q  <= {OP_W{1'b0}};
            s1_q    <= 1'b0;
            s2_q    <= 1'b0;
        end
    end
endmodule

`default_nettype wire
