// SPDX-License-Identifier: BSD-2-Clause
//
// Cuts the descriptors of host-to-card stream packets into reads, each with its place
// in the reorder ring.
//
// Reads get their places in the order in which they are made: bytes of a packet follow
// each other without a gap, a packet begins at a word. A read is offered only when the
// ring has room for it (ring positions are byte addresses with one bit more; the words
// before `free_word` are free) and an entry for it: entries are numbered round, OP_N of
// them, and say what the read is (`note`, a strobe); whoever empties the ring takes
// them in order. What has no bytes to read (an empty last descriptor, the abort of a
// packet) has an entry only.
//
// A read ends at the next multiple of the largest read, as in cw_h2c_split. One read a
// cycle, descriptors back to back; one cycle of latency.
`default_nettype none

module cw_h2s_split #(
    parameter DATA_W = 256,
    parameter WORD_N = 1024,          // words of the ring, a power of two
    parameter OP_W   = 8,
    parameter POS_W  = $clog2(WORD_N * DATA_W / 8) + 1
) (
    input  wire             clk,
    input  wire             rst,
    output wire             idle,
    output wire             empty,
    input  wire [3:0]       rd_log2,       // log2 of the largest read in bytes, 7 to 12

    input  wire             item_valid,
    output wire             item_ready,
    input  wire             item_abort,
    input  wire [OP_W-1:0]  item_op,
    input  wire [10:0]      item_queue,
    input  wire [31:0]      item_num,
    input  wire             item_sop,
    input  wire             item_eop,
    input  wire [1:0]       item_attr,
    input  wire [23:0]      item_len,
    input  wire [35:0]      item_user,
    input  wire [63:0]      item_host,

    input  wire [$clog2(WORD_N):0] free_word, // first word not free
    input  wire             entry_free,    // strobe: an entry was taken

    output wire             start_valid,   // strobe, with the read
    input  wire             start_ready,

    output wire             read_valid,
    input  wire             read_ready,
    output wire [OP_W-1:0]  read_entry,
    output wire [10:0]      read_queue,
    output wire [31:0]      read_num,
    output wire [63:0]      read_addr,
    output wire [12:0]      read_bytes,
    output wire [POS_W-2:0] read_place,    // byte in the ring
    output wire [1:0]       read_attr,

    output wire             note_valid,
    output wire [OP_W-1:0]  note_entry,
    output wire             note_none,     // no read goes with it
    output wire             note_abort,
    output wire             note_sop,      // first of its packet
    output wire             note_eop,      // last of its packet
    output wire             note_last,     // last of its descriptor
    output wire [OP_W-1:0]  note_op,
    output wire [10:0]      note_queue,
    output wire [35:0]      note_user,
    output wire [12:0]      note_bytes
);
    localparam BYTES  = DATA_W / 8;
    localparam LANE_W = $clog2(BYTES);
    localparam [31:0] RING = WORD_N * BYTES;

    reg             run_q, abort_q, first_q, sop_q, eop_q;
    reg  [OP_W-1:0] op_q, entry_q;
    reg  [10:0]     queue_q;
    reg  [31:0]     num_q;
    reg  [1:0]      attr_q;
    reg  [23:0]     left_q;
    reg  [35:0]     user_q;
    reg  [63:0]     addr_q;
    reg  [POS_W-1:0] pos_q;
    reg  [OP_W:0]   used_q;                // entries

    wire [12:0] size  = 13'd1 << rd_log2;
    wire [12:0] room  = size - ({1'b0, addr_q[11:0]} & (size - 13'd1));
    wire        last  = left_q <= {11'd0, room};
    wire [12:0] bytes = last ? left_q[12:0] : room;
    wire        none  = bytes == 13'd0;    // also: an abort
    wire [POS_W-1:0] held = pos_q - {free_word, {LANE_W{1'b0}}};
    wire [31:0] need  = {{(32 - POS_W){1'b0}}, held} + {19'd0, bytes};
    wire        fits  = need <= RING && !used_q[OP_W];
    wire        sent  = run_q && fits && (none || (start_ready && read_ready));
    wire        take  = item_valid && item_ready;
    wire        ends  = last && eop_q;     // of the packet
    wire [POS_W-1:0] next = pos_q + {{(POS_W - 13){1'b0}}, bytes};
    wire [POS_W-1:0] up   = next + {{(POS_W - LANE_W){1'b0}}, {LANE_W{1'b1}}};
    wire        unused = &{1'b0, up[LANE_W-1:0]};

    assign item_ready  = !run_q || (sent && last);
    assign start_valid = read_valid && read_ready;
    assign read_valid  = run_q && !none && fits && start_ready;
    assign read_entry  = entry_q;
    assign read_queue  = queue_q;
    assign read_num    = num_q;
    assign read_addr   = addr_q;
    assign read_bytes  = bytes;
    assign read_place  = pos_q[POS_W-2:0];
    assign read_attr   = attr_q;
    assign note_valid  = sent;
    assign note_entry  = entry_q;
    assign note_none   = none;
    assign note_abort  = abort_q;
    assign note_sop    = sop_q && first_q;
    assign note_eop    = ends;
    assign note_last   = last && !abort_q;
    assign note_op     = op_q;
    assign note_queue  = queue_q;
    assign note_user   = user_q;
    assign note_bytes  = bytes;
    assign idle  = !sent && !take && !entry_free;
    assign empty = !run_q && used_q == {(OP_W + 1){1'b0}};

    initial if (WORD_N * BYTES < 8192) begin
        $display("%m: WORD_N %0d holds less than two of the largest reads", WORD_N);
        $finish;
    end

    always @(posedge clk) begin
        if (sent) begin
            run_q   <= !last;
            first_q <= 1'b0;
            addr_q  <= addr_q + {51'd0, bytes};
            left_q  <= left_q - {11'd0, bytes};
            pos_q   <= ends || abort_q ? {up[POS_W-1:LANE_W], {LANE_W{1'b0}}} : next;
            entry_q <= entry_q + 1'b1;
        end
        if (take) begin
            run_q   <= 1'b1;
            abort_q <= item_abort;
            first_q <= 1'b1;
            op_q    <= item_op;
            queue_q <= item_queue;
            num_q   <= item_num;
            sop_q   <= item_sop;
            eop_q   <= item_eop || item_abort;
            attr_q  <= item_attr;
            left_q  <= item_abort ? 24'd0 : item_len;
            if (item_sop)
                user_q <= item_user;
            addr_q  <= item_host;
        end
        used_q <= used_q + {{OP_W{1'b0}}, sent} - {{OP_W{1'b0}}, entry_free};
        if (rst) begin
            run_q   <= 1'b0;
            pos_q   <= {POS_W{1'b0}};
            entry_q <= {OP_W{1'b0}};
            used_q  <= {(OP_W + 1){1'b0}};
        end
    end
endmodule

`default_nettype wire
