// SPDX-License-Identifier: BSD-2-Clause
//
// Completion records. Takes operations in retirement order; for each that gets a
// record, a 16-byte write to its slot of the queue's completion ring (number mod
// entries; phase 1 on the first pass, flipping each pass), without relaxed
// ordering or no-snoop. No record is written for an operation that asks for none,
// for a disabled queue, or once the queue halted; one that halts the queue writes
// its record first.
//
// The counts of a queue (retired, records) and the record and halt strobes move in
// the cycle in which the record is accepted on `rec`: a read of the counts never
// runs ahead of the records, and the host cannot have seen a record that is not
// counted (its consumer index would be refused). The event for moderation comes
// with them or, when it must wait, after.
//
// Three cycles a record when `rec` is ready; the cycle stamp is of the second.
`default_nettype none

module cw_record #(
    parameter QUEUE_N = 64
) (
    input  wire         clk,
    input  wire         rst,
    output wire         busy,      // an operation is held, or a register may change by itself
    output wire         moving,    // a register may change without a new input
    input  wire [47:0]  now,
    input  wire [15:0]  fn_bdf,

    input  wire         qcfg_valid,
    input  wire [1:0]   qcfg_op,
    input  wire [10:0]  qcfg_queue,
    input  wire [4:0]   qcfg_reg,
    input  wire [31:0]  qcfg_data,

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
    input  wire         retire_last,

    output wire         rec_valid,
    input  wire         rec_ready,
    output wire [127:0] rec_hdr,
    output wire [127:0] rec_data,
    output wire [10:0]  rec_queue,
    output wire [31:0]  rec_num,

    // for moderation; count: records of the queue so far; raise: do not withhold this record
    output wire         note_valid,
    input  wire         note_ready,
    output wire [10:0]  note_queue,
    output wire [31:0]  note_count,
    output wire         note_raise,
    output wire         note_halt,
    output wire         note_last,

    output wire         record_valid,
    output wire [10:0]  record_queue,
    output wire [31:0]  record_count,
    output wire         halt_valid,
    output wire [10:0]  halt_queue
);
    `include "cw_regs.vh"
    `include "cw_tlp.vh"

    localparam Q_W = $clog2(QUEUE_N);
    localparam [1:0] QCFG_WRITE = 2'd0, QCFG_ENABLE = 2'd1, QCFG_DISABLE = 2'd2;
    localparam [1:0] S_IDLE = 2'd0, S_LOOK = 2'd1, S_SEND = 2'd2, S_NOTE = 2'd3;

    reg  [1:0]     state_q;
    reg            counted_q;         // the operation at hand is counted

    // ---- configuration; only the strobes write it ----
    wire [Q_W-1:0] cfg_q = qcfg_queue[Q_W-1:0];
    wire           wr_reg = qcfg_valid && qcfg_op == QCFG_WRITE;
    wire           wr_on  = qcfg_valid && (qcfg_op == QCFG_ENABLE || qcfg_op == QCFG_DISABLE);
    wire           look   = state_q == S_IDLE && retire_valid;
    wire [Q_W-1:0] at   = retire_queue[Q_W-1:0];
    wire [31:0]    ring_lo, ring_hi;
    wire [4:0]     log2;
    wire           enabled;

    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_ring_lo (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_CPL_LO[6:2]), .wr_addr(cfg_q),
        .wr_data(qcfg_data), .rd_en(look), .rd_addr(at), .rd_data(ring_lo)
    );
    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_ring_hi (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_CPL_HI[6:2]), .wr_addr(cfg_q),
        .wr_data(qcfg_data), .rd_en(look), .rd_addr(at), .rd_data(ring_hi)
    );
    cw_ram #(.W(5), .DEPTH(QUEUE_N)) u_log2 (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_CONFIG[6:2]), .wr_addr(cfg_q),
        .wr_data(qcfg_data[CW_Q_CONFIG_ENTRIES_LOG2_MSB:CW_Q_CONFIG_ENTRIES_LOG2_LSB]),
        .rd_en(look), .rd_addr(at), .rd_data(log2)
    );
    cw_ram #(.W(1), .DEPTH(QUEUE_N)) u_enabled (
        .clk(clk), .wr_en(wr_on), .wr_addr(cfg_q), .wr_data(qcfg_op == QCFG_ENABLE),
        .rd_en(look), .rd_addr(at), .rd_data(enabled)
    );

    // ---- counts and halts: written here and zeroed by ENABLE, which waits for a
    // cycle without another write ----
    reg            zero_q;
    reg  [Q_W-1:0] zero_queue_q;
    reg            asked_q, ack_q;    // qst: the RAMs were read; the answer is there
    wire           ask = qst_valid && !asked_q && !look && !zero_q && !qcfg_valid;
    wire           count;             // the operation at hand is counted now
    wire           zero = zero_q && !count;
    reg            write_q, halt_q, raise_q;
    reg  [31:0]    retired_q, records_q;
    wire [31:0]    retired_data, records_data;
    wire           halted_data;
    wire [4:0]     cause_data;
    wire [31:0]    records_next = records_q + {31'd0, write_q};

    cw_ram #(.W(64), .DEPTH(QUEUE_N)) u_counts (
        .clk(clk), .wr_en(count || zero), .wr_addr(count ? at : zero_queue_q),
        .wr_data(count ? {retired_q + 32'd1, records_next} : 64'd0),
        .rd_en(look || ask), .rd_addr(look ? at : qst_queue[Q_W-1:0]),
        .rd_data({retired_data, records_data})
    );
    cw_ram #(.W(6), .DEPTH(QUEUE_N)) u_halt (
        .clk(clk), .wr_en((count && halt_q) || zero), .wr_addr(count ? at : zero_queue_q),
        .wr_data(count ? {1'b1, retire_status[4:0]} : 6'd0),
        .rd_en(look || ask), .rd_addr(look ? at : qst_queue[Q_W-1:0]),
        .rd_data({halted_data, cause_data})
    );

    assign qst_retire_ack = ack_q;
    assign qst_retired    = retired_data;
    assign qst_records    = records_data;
    assign qst_halted     = halted_data;
    assign qst_cause      = cause_data;

    // ---- the record ----
    reg  [63:0]  addr_q;
    reg          phase_q;
    reg  [47:0]  stamp_q;
    wire [31:0]  slot  = retire_num & ~(32'hffff_ffff << log2);
    wire [31:0]  pass  = retire_num >> log2;
    // The ring is 64-byte aligned: a record never crosses 4 KiB.
    wire [63:0]  addr  = {ring_hi, ring_lo[31:6], 6'd0} + {28'd0, slot, 4'd0};
    wire         wide  = addr_q[63:32] != 32'd0;
    wire [31:0]  dw0   = {wide ? TLP_MWR64 : TLP_MWR32, 24'd4};
    wire [31:0]  dw1   = {fn_bdf, 8'd0, 8'hff};
    wire         sent  = state_q == S_SEND && rec_ready;

    assign rec_valid = state_q == S_SEND;
    assign rec_hdr   = wide ? {addr_q[31:0], addr_q[63:32], dw1, dw0}
                            : {32'd0, addr_q[31:0], dw1, dw0};
    assign rec_data  = {phase_q, retire_status, 5'd0, retire_queue, stamp_q[47:40], stamp_q[39:8],
                        stamp_q[7:0], retire_bytes, retire_num};
    assign rec_queue = retire_queue;
    assign rec_num   = retire_num;

    assign count        = sent || (state_q == S_NOTE && !counted_q);
    assign note_valid   = sent || state_q == S_NOTE;
    assign retire_ready = note_valid && note_ready;
    assign note_queue   = retire_queue;
    assign note_count   = records_next;
    assign note_raise   = raise_q;
    assign note_halt    = halt_q;
    assign note_last    = retire_last;
    assign record_valid = count && write_q;
    assign record_queue = retire_queue;
    assign record_count = records_next;
    assign halt_valid   = count && halt_q;
    assign halt_queue   = retire_queue;

    wire           asks  = zero_q || qcfg_valid || ack_q || (qst_valid && !asked_q);
    wire           waits = state_q == S_IDLE ? !look : state_q == S_SEND ? !rec_ready :
                           state_q == S_NOTE && counted_q && !note_ready;
    assign busy   = retire_valid || state_q != S_IDLE || asks;
    assign moving = asks || !waits;

    wire unused = &{1'b0, qcfg_queue, qst_queue, pass, ring_lo[5:0]};

    always @(posedge clk) begin
        if (state_q == S_LOOK) begin
            addr_q    <= addr;
            phase_q   <= !pass[0];
            stamp_q   <= now;
            retired_q <= retired_data;
            records_q <= records_data;
            write_q   <= enabled && !halted_data && !retire_kind[0];
            halt_q    <= enabled && !halted_data && retire_kind[1];
            raise_q   <= enabled && !halted_data && retire_irq && !retire_kind[0];
        end
        if (qcfg_valid && qcfg_op == QCFG_ENABLE)
            zero_queue_q <= cfg_q;
        if (rst) begin
            state_q <= S_IDLE;
            zero_q  <= 1'b0;
            asked_q <= 1'b0;
            ack_q   <= 1'b0;
        end else begin
            case (state_q)
            // Waits for an operation; reads its queue's RAMs.
            S_IDLE: if (look) state_q <= S_LOOK;
            // One cycle: decides and builds the record.
            S_LOOK: state_q <= enabled && !halted_data && !retire_kind[0] ? S_SEND : S_NOTE;
            // Waits until the record was accepted.
            S_SEND: if (rec_ready) state_q <= note_ready ? S_IDLE : S_NOTE;
            // Waits until the event was taken; what has no record is counted first.
            S_NOTE: if (note_ready) state_q <= S_IDLE;
            endcase
            counted_q <= count || (counted_q && state_q == S_NOTE);
            zero_q  <= (qcfg_valid && qcfg_op == QCFG_ENABLE) || (zero_q && !zero);
            asked_q <= qst_valid && (asked_q || ask);
            ack_q   <= ask;
        end
    end
endmodule

`default_nettype wire
