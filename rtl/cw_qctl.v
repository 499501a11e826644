// SPDX-License-Identifier: BSD-2-Clause
// Queue contexts: keeps what software wrote, drives the queue configuration bus
// (qcfg_*), and composes the status of a queue from the blocks that know it.
//
// Configuration registers are kept in RAM for reading back and are written only
// while the queue is disabled with nothing in flight; other writes are ignored.
// Q_CTRL.ENABLE from 0 to 1 takes effect only then too, and only for a
// configuration this build can run (ring size in range, a stream only where there are); else the bit
// stays 0. QUIESCE may be set together with ENABLE. A strobe goes out at most
// each fourth cycle and not before the doorbell block has applied the last one
// (cfg_busy); the register access is acknowledged after that.
//
// Sweeps over all queues for cw_reset, sweep_valid held until sweep_done (one
// cycle): 0 DISABLE; 1 ENABLE then DISABLE, which zeroes all counts; 2 the same and
// all configuration registers to zero. During a sweep, and while `hold` is high,
// register reads give 0 and writes are ignored.
//
// Latency: three cycles for a configuration read, and the answers' for status.
`default_nettype none

module cw_qctl #(
    parameter QUEUE_N = 64,
    parameter STREAM  = 0,
    parameter ENTRIES_LOG2_MAX = 16
) (
    input  wire         clk,
    input  wire         rst,
    output wire         idle,
    input  wire         hold,

    input  wire         sel,
    input  wire         reg_write,
    input  wire [15:0]  reg_addr,     // DW index in the region
    input  wire [3:0]   reg_be,
    input  wire [31:0]  reg_wdata,
    output wire         ack,
    output wire [31:0]  rdata,

    input  wire         sweep_valid,
    input  wire [1:0]   sweep_kind,
    output wire         sweep_done,

    output wire         qcfg_valid,
    output wire [1:0]   qcfg_op,
    output wire [10:0]  qcfg_queue,
    output wire [4:0]   qcfg_reg,
    output wire [31:0]  qcfg_data,
    input  wire         cfg_busy,

    output wire         qst_valid,
    output wire [10:0]  qst_queue,
    input  wire         qst_fetch_ack,
    input  wire [31:0]  qst_fetched,
    input  wire         qst_retire_ack,
    input  wire [31:0]  qst_retired,
    input  wire [31:0]  qst_records,
    input  wire         qst_halted,
    input  wire [4:0]   qst_cause,

    output wire         st_valid,
    output wire [10:0]  st_queue,
    input  wire         st_ack,
    input  wire [31:0]  st_producer,
    input  wire [31:0]  st_consumer,
    input  wire         st_error
);
    `include "cw_regs.vh"

    initial if (ENTRIES_LOG2_MAX < 1 || ENTRIES_LOG2_MAX > 16) begin
        $display("%m: ENTRIES_LOG2_MAX is 1 to 16: indices are compared in 18 bits elsewhere");
        $finish;
    end

    localparam Q_W = $clog2(QUEUE_N);
    localparam [1:0] OP_WRITE = 2'd0, OP_ENABLE = 2'd1, OP_DISABLE = 2'd2, OP_QUIESCE = 2'd3;
    localparam [4:0] R_CTRL = CW_Q_CTRL[6:2], R_CONFIG = CW_Q_CONFIG[6:2],
                     R_LAST = CW_Q_CARD_LIMIT_HI[6:2];

    localparam [2:0] S_IDLE = 3'd0, S_LOOK = 3'd1, S_ASK = 3'd2, S_ANSWER = 3'd3, S_STROBE = 3'd4,
                     S_GAP = 3'd5, S_ACK = 3'd6;
    reg [2:0]   state_q;
    reg [31:0]  rdata_q;
    reg         got_fetch_q, got_retire_q, got_st_q;
    reg [31:0]  fetched_q, retired_q;
    reg         halted_q, db_error_q;
    reg [4:0]   cause_q;
    reg [1:0]   op_q;
    reg [31:0]  data_q;
    reg         quiesce_too_q;         // after ENABLE a QUIESCE strobe follows
    reg [1:0]   gap_q;
    reg         sweep_q;               // the strobe belongs to a sweep
    reg [Q_W-1:0] sweep_queue_q;
    reg [4:0]   sweep_step_q;
    reg         held_q;                // answered while on hold

    // A sweep's steps for a queue: 0 ENABLE, 1 DISABLE, then the configuration words by index.
    wire [4:0]  step_first = sweep_kind == 2'd0 ? 5'd1 : 5'd0;
    wire        step_done  = sweep_step_q == (sweep_kind == 2'd2 ? R_LAST : 5'd1);
    wire        sweep_end  = step_done && {{(32-Q_W){1'b0}}, sweep_queue_q} == QUEUE_N - 1;
    wire [1:0]  op = !sweep_q ? op_q : sweep_step_q == 5'd0 ? OP_ENABLE : sweep_step_q == 5'd1 ? OP_DISABLE : OP_WRITE;

    wire [10:0] queue = sweep_q ? {{(11-Q_W){1'b0}}, sweep_queue_q} : reg_addr[15:5];
    wire [4:0]  word  = reg_addr[4:0];
    wire        known = {21'd0, reg_addr[15:5]} < QUEUE_N;
    wire        is_config = word >= R_CONFIG && word <= R_LAST;

    // ---- RAMs: {QUIESCE, ENABLE}, and the configuration words ----
    wire [1:0]  ctrl;
    wire [31:0] config_word;
    wire        enabled = ctrl[CW_Q_CTRL_ENABLE_LSB];
    wire        quiesce = ctrl[CW_Q_CTRL_QUIESCE_LSB];
    wire        go_enable  = reg_wdata[CW_Q_CTRL_ENABLE_LSB];
    wire        go_quiesce = reg_wdata[CW_Q_CTRL_QUIESCE_LSB];
    wire [31:0] keep  = {{8{reg_be[3]}}, {8{reg_be[2]}}, {8{reg_be[1]}}, {8{reg_be[0]}}};
    wire [31:0] mask  = word == R_CONFIG ? 32'h07ffffff :
                        word == CW_Q_RING_LO[6:2] || word == CW_Q_CPL_LO[6:2] ? 32'hffffffc0 : 32'hffffffff;
    wire [31:0] merged = ((config_word & ~keep) | (reg_wdata & keep)) & mask;
    wire [4:0]  log2  = config_word[CW_Q_CONFIG_ENTRIES_LOG2_MSB:CW_Q_CONFIG_ENTRIES_LOG2_LSB];
    wire        legal = log2 >= 5'd1 && log2 <= ENTRIES_LOG2_MAX[4:0] &&
                        (STREAM != 0 || !config_word[CW_Q_CONFIG_STREAM_LSB]);

    wire        drained  = fetched_q == retired_q;
    wire        disabled = !enabled && drained;
    wire        is_status = word == CW_Q_STATUS[6:2] || (word > R_LAST && word <= CW_Q_RECORDS[6:2]);
    wire        sweep_word  = sweep_q && state_q == S_STROBE && op == OP_WRITE;
    wire        answer_write = state_q == S_ANSWER && reg_write;
    wire        put_config  = answer_write && disabled && is_config;
    // Q_CTRL: ENABLE from 0 needs the answers; everything else is decided at once.
    wire        ctrl_now = state_q == S_LOOK && reg_write && word == R_CTRL && reg_be[0] &&
                           (enabled || !go_enable);
    wire        ctrl_enable = answer_write && disabled && word == R_CTRL && legal;
    wire        sweep_ctrl  = sweep_q && state_q == S_STROBE && op == OP_DISABLE;

    cw_ram #(.W(2), .DEPTH(QUEUE_N)) u_ctrl (
        .clk(clk), .wr_en(ctrl_now || ctrl_enable || sweep_ctrl), .wr_addr(queue[Q_W-1:0]),
        .wr_data(sweep_q ? 2'd0 : {go_quiesce, go_enable}),
        .rd_en(state_q == S_IDLE), .rd_addr(queue[Q_W-1:0]), .rd_data(ctrl)
    );
    cw_ram #(.W(32), .DEPTH(16 * QUEUE_N)) u_config (
        .clk(clk), .wr_en(put_config || sweep_word),
        .wr_addr({queue[Q_W-1:0], sweep_q ? sweep_step_q[3:0] : word[3:0]}),
        .wr_data(sweep_q ? 32'd0 : merged),
        .rd_en(state_q == S_IDLE), .rd_addr({queue[Q_W-1:0], word == R_CTRL ? R_CONFIG[3:0] : word[3:0]}),
        .rd_data(config_word)
    );

    assign idle       = state_q == S_IDLE && !held_q;
    assign ack        = (state_q == S_ACK && !sweep_q) || held_q;
    assign rdata      = rdata_q;           // zero while held, as after every idle cycle
    assign qst_valid  = state_q == S_ASK && !(got_fetch_q && got_retire_q);
    assign qst_queue  = queue;
    assign st_valid   = state_q == S_ASK && !got_st_q;
    assign st_queue   = queue;
    assign qcfg_valid = state_q == S_STROBE;
    assign qcfg_op    = op;
    assign qcfg_queue = queue;
    assign qcfg_reg   = sweep_q ? sweep_step_q : word;
    assign qcfg_data  = data_q;
    assign sweep_done = sweep_q && state_q == S_ACK;

    // Q_STATUS.STATE
    wire [7:0]  qstate = !enabled ? (drained ? CW_QSTATE_DISABLED : CW_QSTATE_DRAINING) :
                         halted_q ? CW_QSTATE_HALTED :
                         !quiesce ? CW_QSTATE_RUNNING :
                         drained ? CW_QSTATE_QUIESCED : CW_QSTATE_DRAINING;
    wire        unused = &{1'b0, qstate[7:4]};
    // What a read says, and when it is there; zero of what nothing is behind.
    reg [31:0]  answer;
    reg         said;
    always @* begin
        case (word)
        R_CTRL:             {said, answer} = {state_q == S_LOOK, 30'd0, ctrl};
        CW_Q_STATUS[6:2]:   {said, answer} = {state_q == S_ANSWER, 15'd0, db_error_q, 7'd0, halted_q ? cause_q : 5'd0, qstate[3:0]};
        CW_Q_PRODUCER[6:2]: {said, answer} = {st_ack, st_producer};
        CW_Q_CONSUMER[6:2]: {said, answer} = {st_ack, st_consumer};
        CW_Q_FETCHED[6:2]:  {said, answer} = {qst_fetch_ack, qst_fetched};
        CW_Q_RETIRED[6:2]:  {said, answer} = {qst_retire_ack, qst_retired};
        CW_Q_RECORDS[6:2]:  {said, answer} = {qst_retire_ack, qst_records};
        default:            {said, answer} = {state_q == S_LOOK && is_config, config_word};
        endcase
    end

    always @(posedge clk) begin
        if (state_q == S_IDLE)
            rdata_q <= 32'd0;
        else if (said && !reg_write)
            rdata_q <= answer;
        held_q <= sel && hold && !held_q && (sweep_q || state_q == S_IDLE);
        case (state_q)
        // Waits for a sweep or an access.
        S_IDLE: begin
            got_fetch_q   <= 1'b0;
            got_retire_q  <= 1'b0;
            got_st_q      <= 1'b0;
            quiesce_too_q <= 1'b0;
            data_q        <= 32'd0;        // for a sweep
            sweep_queue_q <= {Q_W{1'b0}};
            sweep_step_q  <= step_first;
            if (sweep_valid) begin
                sweep_q <= 1'b1;
                state_q <= S_STROBE;
            end else if (sel && !hold && !held_q)
                state_q <= known ? S_LOOK : S_ACK;
        end
        // One cycle: what the RAMs hold decides.
        S_LOOK: begin
            state_q <= S_ACK;
            if (!reg_write) begin
                if (is_status)
                    state_q <= S_ASK;
            end else if (ctrl_now) begin
                op_q   <= go_enable ? OP_QUIESCE : OP_DISABLE;
                data_q <= {31'd0, go_quiesce};
                if (enabled && (!go_enable || go_quiesce != quiesce))
                    state_q <= S_STROBE;
            end else if (!enabled && (is_config || (word == R_CTRL && reg_be[0])))
                state_q <= S_ASK;
        end
        // Waits for the answers of fetcher, retirement and doorbells.
        S_ASK: begin
            if (qst_valid && qst_fetch_ack) begin
                got_fetch_q <= 1'b1;
                fetched_q   <= qst_fetched;
            end
            if (qst_valid && qst_retire_ack) begin
                got_retire_q <= 1'b1;
                retired_q    <= qst_retired;
                halted_q     <= qst_halted;
                cause_q      <= qst_cause;
            end
            if (st_ack) begin
                got_st_q   <= 1'b1;
                db_error_q <= st_error;
            end
            if (got_fetch_q && got_retire_q && got_st_q)
                state_q <= S_ANSWER;
        end
        // One cycle: the status is composed; a write to a disabled queue takes effect.
        S_ANSWER: begin
            op_q          <= word == R_CTRL ? OP_ENABLE : OP_WRITE;
            data_q        <= merged;
            quiesce_too_q <= go_quiesce && word == R_CTRL;
            state_q       <= put_config || ctrl_enable ? S_STROBE : S_ACK;
        end
        // One cycle: the strobe.
        S_STROBE: begin
            gap_q   <= 2'd0;
            state_q <= S_GAP;
        end
        // Waits for the strobe to have been applied.
        S_GAP: begin
            if (gap_q != 2'd2)
                gap_q <= gap_q + 2'd1;
            else if (!cfg_busy) begin
                quiesce_too_q <= 1'b0;
                op_q          <= OP_QUIESCE;
                data_q        <= {31'd0, !sweep_q};
                sweep_step_q  <= step_done ? step_first : sweep_step_q + 5'd1;
                if (step_done)
                    sweep_queue_q <= sweep_queue_q + 1'b1;
                state_q <= (sweep_q ? !sweep_end : quiesce_too_q) ? S_STROBE : S_ACK;
            end
        end
        // One cycle: the access or the sweep is done.
        default: begin
            state_q <= S_IDLE;
            sweep_q <= 1'b0;
        end
        endcase
        if (rst) begin
            state_q <= S_IDLE;
            sweep_q <= 1'b0;
            held_q  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
