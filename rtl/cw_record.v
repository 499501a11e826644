// SPDX-License-Identifier: BSD-2-Clause
//
// Completion records. Takes operations in retirement order; for each that gets a
// record, 16 bytes for its slot of the queue's completion ring (number mod
// entries; phase 1 on the first pass, flipping each pass), without relaxed
// ordering or no-snoop. With retire_info[39] it holds the rest of retire_info where
// others have the cycle stamp (what a card-to-host stream says of its packet). No record is written for an operation that asks for none,
// for a disabled queue, or once the queue halted; one that halts the queue writes
// its record first.
//
// Records of a queue that follow each other are written together (cw_record_run;
// one run open for each direction, so that queues of both do not part each
// other's), up to 256 bytes or the maximum payload size. A record waits for others
// only while a later operation of its queue is in flight, nothing in it asks for
// an interrupt and the request stream has other things to send, 128 cycles at most.
//
// The counts of a queue (retired, records) and the record and halt strobes move
// one cycle after its records were accepted on `rec`: a read of the counts never
// runs ahead of the records, and the host cannot have seen a record that is not
// counted (its consumer index would be refused). A queue's operations are numbered from 0,
// and none has a record behind one that has none: both counts are numbers of operations. The event for moderation, one for
// records written together, comes with them or, when it must wait, after; note_peek shows
// two cycles before whose it may be.
//
// An operation a cycle. From an operation to its record on `rec`: three cycles; the
// cycle stamp is of the first after it was taken.
`default_nettype none

module cw_record #(
    parameter DATA_W  = 256,
    parameter QUEUE_N = 64,
    parameter ENTRIES_LOG2_MAX = 16   // of a ring; cw_qctl enables no larger one
) (
    input  wire         clk,
    input  wire         rst,
    output wire         busy,      // an operation is held, or a register may change by itself
    output wire         moving,    // a register may change without a new input
    input  wire [47:0]  now,
    input  wire [2:0]   fn_mps,
    input  wire         tx_quiet,  // the request stream has nothing to send

    input  wire         qcfg_valid,
    input  wire [1:0]   qcfg_op,
    input  wire [10:0]  qcfg_queue,
    input  wire [4:0]   qcfg_reg,
    input  wire [31:0]  qcfg_data,
    output wire         cfg_busy,  // ENABLE has not zeroed the counts yet

    input  wire         qst_valid,
    input  wire [10:0]  qst_queue,
    output wire         qst_retire_ack,
    output wire [31:0]  qst_retired,
    output wire [31:0]  qst_records,
    output wire         qst_halted,
    output wire [4:0]   qst_cause,

    input  wire         retire_valid,
    output wire         retire_ready,
    input  wire [10:0]  retire_queue,
    input  wire [31:0]  retire_num,
    input  wire         retire_irq,
    input  wire [6:0]   retire_status,
    input  wire [23:0]  retire_bytes,
    input  wire [1:0]   retire_kind,
    input  wire [39:0]  retire_info,
    input  wire         retire_last,

    output wire         rec_valid,
    input  wire         rec_ready,
    output wire         rec_eop,
    output wire [127:0] rec_hdr,   // as cw_tx_req takes it
    output wire [DATA_W-1:0]    rec_data, // anything outside rec_keep
    output wire [DATA_W/32-1:0] rec_keep,
    output wire [10:0]  rec_queue,
    output wire [31:0]  rec_num,   // of the first record

    // for moderation; count, when it has records: of the queue so far; raise: do not withhold the last of them
    output wire         note_valid,
    input  wire         note_ready,
    output wire [10:0]  note_queue,
    output wire         note_record,
    output wire [31:0]  note_count,
    output wire         note_raise,
    output wire         note_halt,
    output wire         note_last,
    output wire [10:0]  note_peek, // whose note may come next

    output wire         record_valid,
    output wire [10:0]  record_queue,
    output wire [31:0]  record_count,
    output wire         halt_valid,
    output wire [10:0]  halt_queue,
    output wire         stat_record   // a pulse for each record that will be sent
);
    `include "cw_regs.vh"
    `include "cw_tlp.vh"

    localparam Q_W = $clog2(QUEUE_N);
    localparam KEEP_W = DATA_W / 32;
    localparam [1:0] QCFG_WRITE = 2'd0, QCFG_ENABLE = 2'd1, QCFG_DISABLE = 2'd2;

    // ---- stage 1: an operation, and its queue's words from RAM ----
    reg            s1_q;
    reg  [10:0]    queue_q;
    reg  [31:0]    num_q;
    reg            irq_q, last_q;
    reg  [6:0]     status_q;
    reg  [23:0]    bytes_q;
    reg  [1:0]     kind_q;
    reg  [39:0]    info_q;
    reg            wait_q;         // what may halt its queue is on its way: no other is taken
    wire           s1_leave;
    wire           look = retire_valid && retire_ready;
    reg            enable_q;       // a queue's counts are to be zeroed; none is taken until that has found a gap
    assign retire_ready = (!s1_q || s1_leave) && !wait_q && !enable_q;

    // ---- configuration; only the strobes write it ----
    wire [Q_W-1:0] cfg_q  = qcfg_queue[Q_W-1:0];
    wire           wr_reg = qcfg_valid && qcfg_op == QCFG_WRITE;
    wire           wr_on  = qcfg_valid && (qcfg_op == QCFG_ENABLE || qcfg_op == QCFG_DISABLE);
    wire [Q_W-1:0] at     = retire_queue[Q_W-1:0];
    wire [31:0]    ring_lo, ring_hi;
    wire [4:0]     log2;
    wire           c2h, enabled, halted;

    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_ring_lo (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_CPL_LO[6:2]), .wr_addr(cfg_q),
        .wr_data(qcfg_data), .rd_en(look), .rd_addr(at), .rd_data(ring_lo)
    );
    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_ring_hi (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_CPL_HI[6:2]), .wr_addr(cfg_q),
        .wr_data(qcfg_data), .rd_en(look), .rd_addr(at), .rd_data(ring_hi)
    );
    cw_ram #(.W(6), .DEPTH(QUEUE_N)) u_config (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_CONFIG[6:2]), .wr_addr(cfg_q),
        .wr_data({qcfg_data[CW_Q_CONFIG_C2H_LSB],
                  qcfg_data[CW_Q_CONFIG_ENTRIES_LOG2_MSB:CW_Q_CONFIG_ENTRIES_LOG2_LSB]}),
        .rd_en(look), .rd_addr(at), .rd_data({c2h, log2})
    );
    cw_ram #(.W(1), .DEPTH(QUEUE_N)) u_enabled (
        .clk(clk), .wr_en(wr_on), .wr_addr(cfg_q), .wr_data(qcfg_op == QCFG_ENABLE),
        .rd_en(look), .rd_addr(at), .rd_data(enabled)
    );

    // ---- stage 2: its record and where it goes ----
    reg            s2_q, c2h_q, record_q, ends_q;
    reg  [10:0]    out_queue_q;
    reg  [31:0]    out_num_q;
    reg  [63:0]    addr_q;
    reg  [127:0]   data_q;
    reg  [7:0]     tail_q;         // {cause, raise, halt, last}
    wire [1:0]     put_ready, run_busy, run_moving;
    wire           s2_leave = s2_q && put_ready[c2h_q];
    assign s1_leave = s1_q && (!s2_q || s2_leave);

    wire           live   = enabled && !halted;
    wire           writes = live && !kind_q[0];
    wire           halts  = live && kind_q[1];
    wire           raises = live && irq_q && !kind_q[0];
    localparam S_W = ENTRIES_LOG2_MAX;
    wire [S_W-1:0] mask   = ~({S_W{1'b1}} << log2);
    wire [S_W-1:0] slot   = num_q[S_W-1:0] & mask;
    wire [S_W:0]   pass   = num_q[S_W:0] >> log2;
    wire [47:0]    stamp  = info_q[39] ? {9'd0, info_q[38:0]} : now;
    // The ring is 64-byte aligned: a record never crosses 4 KiB.
    wire [63:0]    addr   = {ring_hi, ring_lo[31:6], 6'd0} + {{(60 - S_W){1'b0}}, slot, 4'd0};
    wire           bound  = slot == mask || (&addr[6:4] && (fn_mps == 3'd0 || addr[7]));

    // ---- runs, one for each direction, in turn ----
    wire [1:0]     run_valid, run_none, run_eop;
    wire [KEEP_W-1:0] run_keep [0:1];
    wire [4:0]     run_n [0:1];
    wire [7:0]     run_tail [0:1];
    wire [1:0]     put_first;
    wire [1:0]     put_place [0:1];
    wire [3:0]     put_at [0:1];
    wire [1:0]     run_place [0:1];
    wire [3:0]     run_beat [0:1];
    reg            held_q, turn_q; // a run was offered or begun; whose it was
    wire           side = held_q ? turn_q : run_valid[!turn_q] ? !turn_q : turn_q;
    wire           room;           // to count another
    wire           give = room && run_valid[side];
    wire           beat = give && (run_none[side] || rec_ready);
    wire           gone = beat && run_eop[side];

    genvar d;
    generate
        for (d = 0; d < 2; d = d + 1) begin : g_run
            cw_record_run #(.DATA_W(DATA_W)) u_run (
                .clk(clk), .rst(rst), .busy(run_busy[d]), .moving(run_moving[d]),
                .flush(tx_quiet || wait_q),
                .put_valid(s2_q && c2h_q == d), .put_ready(put_ready[d]), .put_queue(out_queue_q),
                .put_record(record_q), .put_ends(ends_q), .put_tail(tail_q), .put_first(put_first[d]),
                .put_place(put_place[d]), .put_at(put_at[d]),
                .run_valid(run_valid[d]), .run_ready(beat && side == d), .run_none(run_none[d]),
                .run_eop(run_eop[d]), .run_place(run_place[d]), .run_beat(run_beat[d]),
                .run_keep(run_keep[d]), .run_n(run_n[d]), .run_tail(run_tail[d])
            );
        end
    endgenerate

    wire           wide;
    wire [63:0]    rec_addr;
    cw_record_store #(.DATA_W(DATA_W)) u_store (
        .clk(clk), .put(s2_leave), .put_side(c2h_q), .put_place(put_place[c2h_q]),
        .put_first(put_first[c2h_q]), .put_at(put_at[c2h_q]), .put_queue(out_queue_q),
        .put_num(out_num_q), .put_addr(addr_q), .put_data(data_q),
        .side(side), .place(run_place[side]), .beat(run_beat[side]),
        .queue(rec_queue), .num(rec_num), .addr(rec_addr), .wide(wide), .data(rec_data)
    );

    assign rec_valid = give && !run_none[side];
    assign rec_eop   = run_eop[side];
    assign rec_keep  = run_keep[side];
    assign rec_hdr   = {rec_addr[31:0], rec_addr[63:32], 32'h000000ff,
                        wide ? TLP_MWR64 : TLP_MWR32, 17'd0, run_n[side], 2'd0};

    // ---- what has gone is counted ----
    reg            count_q, note_q;  // to be counted; its event is to be taken
    reg  [10:0]    c_queue_q;
    reg  [31:0]    c_num_q;          // of the first of it
    reg  [4:0]     c_n_q;            // records
    reg  [7:0]     c_tail_q;
    wire [Q_W-1:0] c_at    = c_queue_q[Q_W-1:0];
    wire           some    = c_n_q != 5'd0;
    wire [31:0]    counted = c_num_q + {27'd0, some ? c_n_q : 5'd1};
    wire           halt    = count_q && c_tail_q[1];
    assign room = !note_q || note_ready;

    // ENABLE zeroes the counts: as an operation before number 0, in a cycle in which nothing else has gone.
    reg            zero_q;
    reg  [10:0]    enable_queue_q;
    reg            asked_q, ack_q;
    wire           zero    = enable_q && room && !gone;
    wire           ask     = qst_valid && !asked_q;

    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_retired (
        .clk(clk), .wr_en(count_q || zero_q), .wr_addr(c_at), .wr_data(counted),
        .rd_en(ask), .rd_addr(qst_queue[Q_W-1:0]), .rd_data(qst_retired)
    );
    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_records (
        .clk(clk), .wr_en((count_q && some) || zero_q), .wr_addr(c_at), .wr_data(counted),
        .rd_en(ask), .rd_addr(qst_queue[Q_W-1:0]), .rd_data(qst_records)
    );
    cw_ram #(.W(6), .DEPTH(QUEUE_N)) u_cause (
        .clk(clk), .wr_en(halt || zero_q), .wr_addr(c_at), .wr_data({halt, c_tail_q[7:3]}),
        .rd_en(ask), .rd_addr(qst_queue[Q_W-1:0]), .rd_data({qst_halted, qst_cause})
    );
    // the same bit for stage 1
    cw_ram #(.W(1), .DEPTH(QUEUE_N)) u_halted (
        .clk(clk), .wr_en(halt || zero_q), .wr_addr(c_at), .wr_data(halt),
        .rd_en(look), .rd_addr(at), .rd_data(halted)
    );

    assign qst_retire_ack = ack_q;
    assign note_valid   = note_q;
    assign note_queue   = c_queue_q;
    assign note_record  = some;
    assign note_count   = counted;
    assign note_raise   = c_tail_q[2];
    assign note_halt    = c_tail_q[1];
    assign note_last    = c_tail_q[0];
    assign note_peek    = out_queue_q;
    assign record_valid = count_q && some;
    assign record_queue = c_queue_q;
    assign record_count = counted;
    assign halt_valid   = halt;
    assign halt_queue   = c_queue_q;

    assign stat_record = s2_leave && record_q;

    wire           held = s1_q || s2_q || run_busy != 2'd0 || note_q;
    wire           asks = enable_q || zero_q || qcfg_valid || ack_q || (qst_valid && !asked_q);
    assign cfg_busy = enable_q || zero_q;
    assign busy   = retire_valid || held || asks;
    assign moving = asks || look || s1_leave || s2_leave || run_moving != 2'd0 || beat || count_q ||
                    (note_q && note_ready) || (wait_q && !held);

    wire unused = &{1'b0, qcfg_queue, qst_queue, pass, ring_lo[5:0]};

    always @(posedge clk) begin
        if (look) begin
            queue_q  <= retire_queue;
            num_q    <= retire_num;
            irq_q    <= retire_irq;
            status_q <= retire_status;
            bytes_q  <= retire_bytes;
            kind_q   <= retire_kind;
            info_q   <= retire_info;
            last_q   <= retire_last;
        end
        if (s1_leave) begin
            out_queue_q <= queue_q;
            out_num_q   <= num_q;
            c2h_q       <= c2h;
            record_q    <= writes;
            addr_q      <= addr;
            data_q      <= {!pass[0], status_q, 5'd0, queue_q, stamp[47:40], stamp[39:8], stamp[7:0],
                            bytes_q, num_q};
            ends_q      <= bound || raises || halts || last_q;
            tail_q      <= {status_q[4:0], raises, halts, last_q};
        end
        if (gone || zero)
            c_queue_q <= zero ? enable_queue_q : rec_queue;
        if (zero) begin
            c_num_q   <= 32'hffffffff;
            c_n_q     <= 5'd0;
            c_tail_q  <= 8'd0;
        end else if (gone) begin
            c_num_q   <= rec_num;
            c_n_q     <= run_n[side];
            c_tail_q  <= run_tail[side];
        end
        if (qcfg_valid && qcfg_op == QCFG_ENABLE)
            enable_queue_q <= qcfg_queue;
        if (rst) begin
            s1_q    <= 1'b0;
            s2_q    <= 1'b0;
            wait_q  <= 1'b0;
            held_q  <= 1'b0;
            turn_q  <= 1'b0;
            out_queue_q <= 11'd0;
            count_q <= 1'b0;
            note_q  <= 1'b0;
            enable_q <= 1'b0;
            zero_q  <= 1'b0;
            asked_q <= 1'b0;
            ack_q   <= 1'b0;
        end else begin
            s1_q    <= look || (s1_q && !s1_leave);
            s2_q    <= s1_leave || (s2_q && !s2_leave);
            wait_q  <= (look && retire_kind[1]) || (wait_q && held);
            held_q  <= give && !gone;
            turn_q  <= give ? side : turn_q;
            count_q <= gone;
            note_q  <= gone || (note_q && !note_ready);
            enable_q <= (qcfg_valid && qcfg_op == QCFG_ENABLE) || (enable_q && !zero);
            zero_q  <= zero;
            asked_q <= qst_valid && (asked_q || ask);
            ack_q   <= ask;
        end
    end
endmodule

`default_nettype wire
