// SPDX-License-Identifier: BSD-2-Clause
//
// Interrupt moderation by count. Each retired operation of a queue comes here as
// a note, after its record was accepted on the request stream. The queue's vector
// is raised by the record that makes Q_MODERATION.COUNT of them (0 and 1: each
// one), by a note that must not be withheld, and by the last one in flight of the
// queue while records were withheld. Notes of operations without a record raise
// only what is owed.
//
// Two cycles a note, one more with a raise. Raises wait on irq; the host port
// merges them by vector.
`default_nettype none

module cw_moderate #(
    parameter QUEUE_N = 64
) (
    input  wire        clk,
    input  wire        rst,
    output wire        busy,
    output wire        moving,      // a register may change without a new input

    input  wire        qcfg_valid,
    input  wire [1:0]  qcfg_op,
    input  wire [10:0] qcfg_queue,
    input  wire [4:0]  qcfg_reg,
    input  wire [31:0] qcfg_data,

    input  wire        note_valid,
    output wire        note_ready,
    input  wire [10:0] note_queue,
    input  wire        note_record,
    input  wire        note_raise,
    input  wire        note_last,

    output wire        irq_valid,
    input  wire        irq_ready,
    output wire [10:0] irq_vector
);
    `include "cw_regs.vh"

    localparam Q_W = $clog2(QUEUE_N);
    localparam [1:0] QCFG_WRITE = 2'd0, QCFG_ENABLE = 2'd1;
    localparam [1:0] S_IDLE = 2'd0, S_WEIGH = 2'd1, S_RAISE = 2'd2;

    reg  [1:0]     state_q;
    wire           head_valid, head_ready;
    wire [10:0]    head_queue;
    wire           head_record, head_raise, head_last;
    wire [3:0]     unused_count;
    wire           look  = state_q == S_IDLE && head_valid;
    wire           weigh = state_q == S_WEIGH;
    wire [Q_W-1:0] queue = head_queue[Q_W-1:0];
    wire           wr_reg = qcfg_valid && qcfg_op == QCFG_WRITE;
    wire           unused = &{1'b0, qcfg_queue, head_queue, qcfg_data};

    stream_fifo #(.W(14), .DEPTH(8)) u_note (
        .clk(clk), .rst(rst), .in_valid(note_valid), .in_ready(note_ready),
        .in_data({note_queue, note_record, note_raise, note_last}),
        .out_valid(head_valid), .out_ready(head_ready),
        .out_data({head_queue, head_record, head_raise, head_last}), .count(unused_count)
    );

    wire [10:0] vector;
    wire [15:0] limit, owed;
    reg         zero_q;
    reg  [Q_W-1:0] zero_queue_q;
    wire        zero = zero_q && !weigh;

    // One more record may be owed than 16 bits hold: compare in 17.
    wire [16:0] sum   = {1'b0, owed} + {16'd0, head_record};
    wire        full  = head_record && sum >= {1'b0, limit};
    wire        raise = sum != 17'd0 && (full || head_raise || head_last);

    cw_ram #(.W(11), .DEPTH(QUEUE_N)) u_vector (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_CONFIG[6:2]), .wr_addr(qcfg_queue[Q_W-1:0]),
        .wr_data(qcfg_data[CW_Q_CONFIG_VECTOR_MSB:CW_Q_CONFIG_VECTOR_LSB]),
        .rd_en(look), .rd_addr(queue), .rd_data(vector)
    );
    cw_ram #(.W(16), .DEPTH(QUEUE_N)) u_limit (
        .clk(clk), .wr_en(wr_reg && qcfg_reg == CW_Q_MODERATION[6:2]),
        .wr_addr(qcfg_queue[Q_W-1:0]),
        .wr_data(qcfg_data[CW_Q_MODERATION_COUNT_MSB:CW_Q_MODERATION_COUNT_LSB]),
        .rd_en(look), .rd_addr(queue), .rd_data(limit)
    );
    cw_ram #(.W(16), .DEPTH(QUEUE_N)) u_owed (
        .clk(clk), .wr_en(weigh || zero), .wr_addr(weigh ? queue : zero_queue_q),
        .wr_data(weigh && !raise ? sum[15:0] : 16'd0),
        .rd_en(look), .rd_addr(queue), .rd_data(owed)
    );

    assign head_ready = weigh;
    assign irq_valid  = state_q == S_RAISE;
    assign irq_vector = vector;
    assign busy       = head_valid || state_q != S_IDLE || zero_q || qcfg_valid;
    assign moving     = busy && !(state_q == S_RAISE && !irq_ready && !zero_q && !qcfg_valid);

    always @(posedge clk) begin
        if (qcfg_valid && qcfg_op == QCFG_ENABLE)
            zero_queue_q <= qcfg_queue[Q_W-1:0];
        if (rst) begin
            state_q <= S_IDLE;
            zero_q  <= 1'b0;
        end else begin
            case (state_q)
            // Waits for a note; reads its queue's RAMs.
            S_IDLE: if (head_valid) state_q <= S_WEIGH;
            // One cycle: raises or owes.
            S_WEIGH: state_q <= raise ? S_RAISE : S_IDLE;
            // Waits until the raise was taken.
            default: if (irq_ready) state_q <= S_IDLE;
            endcase
            zero_q <= (qcfg_valid && qcfg_op == QCFG_ENABLE) || (zero_q && !zero);
        end
    end
endmodule

`default_nettype wire
