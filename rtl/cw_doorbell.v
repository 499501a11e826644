// SPDX-License-Identifier: BSD-2-Clause
// Doorbell pages: checks producer and completion consumer indices and tells the
// fetcher about new descriptors, moderation about consumer indices (arm).
//
// A page takes a 4-byte write at 0 (producer) or 4 (consumer), or 8 bytes at 0
// (both; the consumer is applied first), with all byte enables. Anything else, a
// queue that is not enabled, a consumer index behind the last one or ahead of the
// records written, a producer index behind the last one or more than the ring's
// entries ahead of the consumer: ignored, with the queue's error bit set and
// ev_bad pulsed. A zero-length write does nothing.
//
// The context of the queues is in RAMs, one an index, kept up by the queue configuration bus
// (as in every block that has one) and by doorbells; the records written come
// with the record strobe. cfg_busy: a strobe has not been applied yet; the owner
// of the bus waits for it before the next one. Records of a queue that is being
// enabled do not come, and a record strobe is never high for ever, so the zeroing
// of its count finds a free cycle.
//
// idle is low until kick and arm were taken, so that a register access behind a doorbell
// (a disable and a new enable, say) finds both already told.
//
// Status for register reads: st_valid held until st_ack (one cycle).
//
// peek says whose doorbell is looked up here, for who wants to look up its own state. It may
// come to nothing. If no kick is offered in the next cycle, kick_producer shows its index
// then, and a kick offered in the one after that is its kick.
//
// A doorbell is looked up, checked and written: a cycle each, the next one is looked up while
// the one before is written. Throughput: a doorbell each two cycles. Latency to kick and
// arm: two cycles.
`default_nettype none

module cw_doorbell #(
    parameter QUEUE_N = 64
) (
    input  wire         clk,
    input  wire         rst,
    input  wire         engine_rst,
    output wire         idle,
    input  wire [4:0]   stride_log2,

    input  wire         db_valid,
    output wire         db_ready,
    input  wire [24:0]  db_addr,
    input  wire [10:0]  db_len,
    input  wire [3:0]   db_first_be,
    input  wire [3:0]   db_last_be,
    input  wire [63:0]  db_data,

    input  wire         qcfg_valid,
    input  wire [1:0]   qcfg_op,
    input  wire [10:0]  qcfg_queue,
    input  wire [4:0]   qcfg_reg,
    input  wire [31:0]  qcfg_data,
    output wire         cfg_busy,

    input  wire         record_valid,
    input  wire [10:0]  record_queue,
    input  wire [31:0]  record_count,

    input  wire         st_valid,
    input  wire [10:0]  st_queue,
    output wire         st_ack,
    output wire [31:0]  st_producer,
    output wire [31:0]  st_consumer,
    output wire         st_error,

    output wire         peek_valid,
    output wire [10:0]  peek_queue,
    output wire         kick_valid,
    input  wire         kick_ready,
    output wire [10:0]  kick_queue,
    output wire [31:0]  kick_producer,
    output wire         arm_valid,
    input  wire         arm_ready,
    output wire [10:0]  arm_queue,
    output wire [31:0]  arm_index,

    output wire         ev_good,
    output wire         ev_bad,
    output wire [15:0]  ev_queue
);
    `include "cw_regs.vh"

    localparam Q_W = $clog2(QUEUE_N);
    localparam N_W = Q_W + 4;           // a queue's number as the address has it: BAR2 is QUEUE_N << 16 bytes
    localparam DB_W = N_W + 67;
    localparam [1:0] OP_WRITE = 2'd0, OP_ENABLE = 2'd1, OP_DISABLE = 2'd2;

    // ---- what a write means, before it is queued ----
    // The page is 4 KiB to 64 KiB: its offset is in DW index bits 9 to 13 and down.
    wire [2:0]  wide   = stride_log2[2:0] - 3'd4;   // 12 to 16: 0 to 4
    wire [N_W-1:0] in_queue = db_addr[N_W+9:10] >> wide;
    wire [13:0] offset = db_addr[13:0] & ~(14'h3c00 << wide);
    wire        one    = db_len == 11'd1 && db_first_be == 4'hf;
    wire        two    = db_len == 11'd2 && db_first_be == 4'hf && db_last_be == 4'hf;
    wire        nop    = db_len == 11'd1 && db_first_be == 4'd0;
    wire        at_0   = offset == 14'd0;
    wire        at_4   = offset == 14'd1;
    wire        in_p   = at_0 && (one || two);
    wire        in_c   = (at_4 && one) || (at_0 && two);

    // A doorbell that finds no other here is looked up in the cycle in which it comes.
    wire        come = db_valid && !nop;
    wire        kept_valid, head_valid, look_db;
    wire [DB_W-1:0] kept;
    wire [DB_W-1:0] head = kept_valid ? kept : {in_queue, two, in_p, in_c, db_data};
    wire [N_W-1:0]  head_queue = head[DB_W-1:67];
    wire [4:0]  db_count;
    stream_fifo #(.W(DB_W), .DEPTH(16)) u_db (
        .clk(clk), .rst(rst), .in_valid(come && (kept_valid || !look_db)), .in_ready(db_ready),
        .in_data({in_queue, two, in_p, in_c, db_data}),
        .out_valid(kept_valid), .out_ready(look_db), .out_data(kept), .count(db_count)
    );
    assign head_valid = kept_valid || come;

    // ---- the doorbell at hand ----
    reg  [N_W+65:0] at_hand_q;
    wire [N_W-1:0]  queue;
    wire        has_p, has_c;
    wire [31:0] new_p, new_c;
    assign {queue, has_p, has_c, new_c, new_p} = at_hand_q;

    // ---- configuration strobes wait here ----
    reg         cfg_q, zero_q;          // zero_q: the record count is to be cleared
    reg [1:0]   cfg_op_q;
    reg [10:0]  cfg_queue_q;
    reg [4:0]   cfg_entries_q;

    // ---- context and records, in RAMs ----
    wire             enabled, error;
    wire [4:0]       entries_log2;
    wire [31:0]      old_c, old_p;
    wire [17:0]      records;           // modulo 2^18

    localparam [2:0] S_IDLE = 3'd0, S_CFG = 3'd1, S_STATUS = 3'd2, S_CHECK = 3'd3, S_WRITE = 3'd4;
    reg [2:0]        state_q;
    reg              c_good_q, forward_q, fits_old_q, fits_new_q, moved_q, known_q;

    // The ring holds what is handed over beyond the consumer index in force after this doorbell.
    wire             p_good_q = forward_q && (has_c && c_good_q ? fits_new_q : fits_old_q);

    wire             unused_kick_room, unused_arm_room;
    wire [2:0]       kick_count, arm_count;
    // Room for what is written now, and for the next.
    wire             room      = kick_count <= 3'd2 && arm_count <= 3'd2;
    wire             open      = state_q == S_IDLE || state_q == S_WRITE;
    wire             start_cfg = cfg_q && !zero_q;
    wire             start_st  = !cfg_q && st_valid;
    wire             start_db  = !cfg_q && !st_valid && head_valid && room;
    wire [Q_W-1:0]   rd_queue  = start_cfg ? cfg_queue_q[Q_W-1:0] :
                                 start_st ? st_queue[Q_W-1:0] : head_queue[Q_W-1:0];
    wire             known     = {{(32 - N_W){1'b0}}, head_queue} < QUEUE_N;
    assign           look_db   = open && start_db;
    wire             bad  = !known_q || !enabled || (!has_p && !has_c) || (has_p && !p_good_q) ||
                            (has_c && !c_good_q);
    wire             write = state_q == S_WRITE;
    wire             live  = write && known_q && enabled && !engine_rst;

    // ENABLE finds zeros at hand.
    wire             begins  = state_q == S_CFG && cfg_op_q == OP_ENABLE;
    wire             takes_c = write && known_q && enabled && has_c && c_good_q;
    wire             takes_p = write && known_q && enabled && has_p && p_good_q;
    wire [Q_W-1:0]   wr_queue = state_q == S_CFG ? cfg_queue_q[Q_W-1:0] : queue[Q_W-1:0];

    cw_ram #(.W(5), .DEPTH(QUEUE_N)) u_entries (
        .clk(clk), .wr_en(state_q == S_CFG && cfg_op_q == OP_WRITE), .wr_addr(wr_queue),
        .wr_data(cfg_entries_q), .rd_en(open), .rd_addr(rd_queue), .rd_data(entries_log2)
    );
    cw_ram_fwd #(.W(2), .DEPTH(QUEUE_N)) u_state (
        .clk(clk), .wr_en((state_q == S_CFG && cfg_op_q != OP_WRITE) || (write && known_q)), .wr_addr(wr_queue),
        .wr_data(state_q == S_CFG ? {begins, error && !begins} : {enabled, error || bad}),
        .rd_en(open), .rd_addr(rd_queue), .rd_data({enabled, error})
    );
    cw_ram_fwd #(.W(32), .DEPTH(QUEUE_N)) u_consumer (
        .clk(clk), .wr_en(begins || takes_c), .wr_addr(wr_queue), .wr_data(new_c),
        .rd_en(open), .rd_addr(rd_queue), .rd_data(old_c)
    );
    cw_ram_fwd #(.W(32), .DEPTH(QUEUE_N)) u_producer (
        .clk(clk), .wr_en(begins || takes_p), .wr_addr(wr_queue), .wr_data(new_p),
        .rd_en(open), .rd_addr(rd_queue), .rd_data(old_p)
    );
    cw_ram #(.W(18), .DEPTH(QUEUE_N)) u_records (
        .clk(clk), .wr_en(record_valid || zero_q),
        .wr_addr(record_valid ? record_queue[Q_W-1:0] : cfg_queue_q[Q_W-1:0]),
        .wr_data(record_valid ? record_count[17:0] : 18'd0),
        .rd_en(open), .rd_addr(rd_queue), .rd_data(records)
    );

    // ---- distances. Consumer index, records and producer index follow each other within 2^16: where one new index is
    // near to an old one, fewer bits and their sign say which of two is ahead ----
    wire [31:0] c_moves = new_c - old_c;
    wire [17:0] c_ahead = records - new_c[17:0], p_moves = new_p[17:0] - old_p[17:0];
    // What is handed over behind its first one (the added bits are the one) has no bit above those of a slot; none is all ones.
    wire [15:0] ring_mask = ~(16'hffff << entries_log2);    // of slots: at most 2^16
    wire [32:0] more_old  = {new_p, 1'b0} - {old_c, 1'b1};
    wire [18:0] more_new  = {new_p[17:0], 1'b0} - {new_c[17:0], 1'b1};
    wire        p_near    = more_old[32:18] == 15'd0 || none_old;
    wire        none_old  = &more_old[32:1], none_new = &more_new[18:1];
    wire        fits_old  = (more_old[32:1] & ~{16'd0, ring_mask}) == 32'd0 || none_old;
    wire        fits_new  = p_near && ((more_new[18:1] & ~{2'd0, ring_mask}) == 18'd0 || none_new);

    // ---- what is told: at once, or when there is room ----
    wire [10:0] queue_11 = {{(11 - Q_W){1'b0}}, queue[Q_W-1:0]};
    wire        kick_now = live && has_p && p_good_q && moved_q, arm_now = live && has_c && c_good_q;
    wire        kick_kept, arm_kept;
    wire [42:0] kick_first, arm_first;
    stream_fifo #(.W(43), .DEPTH(4)) u_kick (
        .clk(clk), .rst(engine_rst), .in_valid(kick_now && (kick_kept || !kick_ready)),
        .in_ready(unused_kick_room), .in_data({queue_11, new_p}),
        .out_valid(kick_kept), .out_ready(kick_ready), .out_data(kick_first), .count(kick_count)
    );
    stream_fifo #(.W(43), .DEPTH(4)) u_arm (
        .clk(clk), .rst(engine_rst), .in_valid(arm_now && (arm_kept || !arm_ready)),
        .in_ready(unused_arm_room), .in_data({queue_11, new_c}),
        .out_valid(arm_kept), .out_ready(arm_ready), .out_data(arm_first), .count(arm_count)
    );
    assign kick_valid  = kick_kept || kick_now;
    assign {kick_queue, kick_producer} = kick_kept ? kick_first : {queue_11, new_p};
    assign arm_valid   = arm_kept || arm_now;
    assign {arm_queue, arm_index}      = arm_kept ? arm_first : {queue_11, new_c};
    assign peek_valid  = look_db && head[65] && known;
    assign peek_queue  = {{(11 - Q_W){1'b0}}, head_queue[Q_W-1:0]};

    assign cfg_busy    = cfg_q || zero_q;
    assign st_ack      = state_q == S_STATUS;
    assign st_producer = old_p;
    assign st_consumer = old_c;
    assign st_error    = error;
    assign ev_good     = write && !bad;
    assign ev_bad      = write && bad;
    assign ev_queue    = {{(16 - N_W){1'b0}}, queue};
    assign idle        = state_q == S_IDLE && !kept_valid && !cfg_busy && !kick_valid && !arm_valid;

    always @(posedge clk) begin
        if (!record_valid)
            zero_q <= 1'b0;
        case (state_q)
        // One cycle: the changed context is written.
        S_CFG: begin
            state_q <= S_IDLE;
            cfg_q   <= 1'b0;
        end
        // One cycle: the status goes out.
        S_STATUS: state_q <= S_IDLE;
        // One cycle: distances. What is handed over fits the ring, and nothing is taken back.
        S_CHECK: begin
            state_q    <= S_WRITE;
            c_good_q   <= c_moves[31:17] == 15'd0 && !c_ahead[17];
            fits_old_q <= fits_old;
            fits_new_q <= fits_new;
            forward_q  <= !p_moves[17];
            moved_q    <= p_moves != 18'd0;
        end
        // Waits for a configuration strobe, a status read or a doorbell, in this order. S_WRITE:
        // context written, kick and arm out.
        default: begin
            known_q <= known;
            state_q <= start_cfg ? S_CFG : start_st ? S_STATUS : start_db ? S_CHECK : S_IDLE;
        end
        endcase
        // The context of any other register is not kept here.
        if (qcfg_valid && (qcfg_op == OP_ENABLE || qcfg_op == OP_DISABLE ||
                           (qcfg_op == OP_WRITE && qcfg_reg == CW_Q_CONFIG[6:2]))) begin
            cfg_q         <= 1'b1;
            zero_q        <= qcfg_op == OP_ENABLE;
            cfg_op_q      <= qcfg_op;
            cfg_queue_q   <= qcfg_queue;
            cfg_entries_q <= qcfg_data[CW_Q_CONFIG_ENTRIES_LOG2_MSB:CW_Q_CONFIG_ENTRIES_LOG2_LSB];
        end
        if (look_db)
            at_hand_q <= {head_queue, head[65:64], head[66] ? head[63:32] : head[31:0], head[31:0]};
        if (open && start_cfg)
            at_hand_q <= {(N_W + 66){1'b0}};
        if (rst) begin
            state_q <= S_IDLE;
            cfg_q   <= 1'b0;
            zero_q  <= 1'b0;
        end
    end

    wire unused = &{1'b0, stride_log2[4:3], record_queue, record_count, st_queue, cfg_queue_q, db_count, unused_kick_room,
                     unused_arm_room, qcfg_data, db_addr, c_moves, c_ahead, more_old[0], more_new[0]};
endmodule

`default_nettype wire
