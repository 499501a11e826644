// SPDX-License-Identifier: BSD-2-Clause
// The global registers (rtl/cw_table.h says what each one means).
//
// Writes obey byte enables; reads give the whole word. Values that a field does
// not allow are ignored. Error events set bits of ERROR whatever is written in the
// same cycle, and each asks for an interrupt on vector 0 (err_irq); events that
// come before it was taken share it. INTX.PENDING is set from outside.
// Reading NOW's low word latches its high word.
//
// rst puts every register to its reset value. Latency: one cycle.
`default_nettype none

module cw_regs #(
    parameter DATA_W     = 256,
    parameter QUEUE_N    = 64,
    parameter VECTOR_N   = 64,
    parameter TAG_N      = 256,
    parameter DMA_ADDR_W = 64,
    parameter CLOCK_HZ   = 250000000,
    parameter STREAM     = 0,
    parameter ENTRIES_LOG2_MAX = 16,
    parameter [63:0] CARD_MEM_BYTES = 64'h1_0000_0000
) (
    input  wire         clk,
    input  wire         rst,
    input  wire [47:0]  now,

    input  wire         sel,
    input  wire         reg_write,
    input  wire [8:0]   reg_addr,      // DW index
    input  wire [3:0]   reg_be,
    input  wire [31:0]  reg_wdata,
    output wire         ack,
    output wire [31:0]  rdata,

    output wire         engine_enable,
    output wire [5:0]   cpl_timeout_log2,
    output wire [4:0]   stride_log2,
    output wire [63:0]  window_base,
    output wire         soft_reset,    // one cycle: CONTROL.RESET written as 1
    input  wire         soft_busy,
    input  wire         ready,

    input  wire         engine_empty,
    input  wire [11:0]  fn_link,       // as LINK
    input  wire [15:0]  tags_in_use,
    input  wire [15:0]  tags_quarantined,
    input  wire [15:0]  ops_in_flight,

    // error events, one cycle each
    input  wire         ev_doorbell,
    input  wire [15:0]  ev_doorbell_queue,
    input  wire         ev_event,      // a bad EVENT_CONSUMER: ERROR.DOORBELL without a queue
    input  wire         ev_halt,
    input  wire [10:0]  ev_halt_queue,
    input  wire         ev_cpl_unexpected,
    input  wire         ev_cpl_timeout,
    input  wire         ev_req_poisoned,
    input  wire         ev_req_unsupported,
    output wire         err_irq_valid,
    input  wire         err_irq_ready,
    input  wire         intx_set,
    output wire         intx_pending
);
    `include "cw_regs.vh"

    localparam DATA_BYTES = DATA_W / 8;
    localparam FETCH_MAX  = 32;        // a fetch reads at most 512 bytes

    reg         ack_q;
    reg [31:0]  rdata_q;
    reg [31:0]  scratch_q;
    reg         enable_q;
    reg [5:0]   error_q;
    reg         eq_valid_q, eq_more_q;
    reg [15:0]  eq_queue_q;
    reg [4:0]   stride_q;
    reg [31:0]  window_lo_q, window_hi_q; // bits 63 to 20 count
    reg [5:0]   timeout_q;
    reg [15:0]  depth_desc_q, depth_reads_q;
    reg [15:0]  now_high_q;
    reg         irq_q;
    reg         intx_q;

    wire        go   = sel && !ack_q;
    wire        wr   = go && reg_write;
    wire [5:0]  ev;

    assign ev[CW_ERROR_DOORBELL_LSB]        = ev_doorbell || ev_event;
    assign ev[CW_ERROR_HALT_LSB]            = ev_halt;
    assign ev[CW_ERROR_CPL_UNEXPECTED_LSB]  = ev_cpl_unexpected;
    assign ev[CW_ERROR_REQ_POISONED_LSB]    = ev_req_poisoned;
    assign ev[CW_ERROR_REQ_UNSUPPORTED_LSB] = ev_req_unsupported;
    assign ev[CW_ERROR_CPL_TIMEOUT_LSB]     = ev_cpl_timeout;

    assign ack              = ack_q;
    assign rdata            = rdata_q;
    assign engine_enable    = enable_q;
    assign cpl_timeout_log2 = timeout_q;
    assign stride_log2      = stride_q;
    assign window_base      = {window_hi_q, window_lo_q[31:20], 20'd0};
    assign err_irq_valid    = irq_q;
    assign intx_pending     = intx_q;
    assign soft_reset       = wr && reg_addr == CW_CONTROL[10:2] && reg_be[0] &&
                              reg_wdata[CW_CONTROL_RESET_LSB];

    // ---- reads ----
    reg [31:0] value;
    always @* begin
        case (reg_addr)
        CW_ID[10:2]:             value = CW_ID_MAGIC;
        CW_VERSION[10:2]:        value = {CW_VERSION_MAJOR[15:0], CW_VERSION_MINOR[15:0]};
        CW_CAP_COUNTS[10:2]:     value = {VECTOR_N[15:0], QUEUE_N[15:0]};
        CW_CAP_DMA[10:2]:        value = {FETCH_MAX[7:0], 3'd0, ENTRIES_LOG2_MAX[4:0], DATA_BYTES[7:0],
                                          DMA_ADDR_W[7:0]};
        CW_CAP_FEATURES[10:2]:   value = {TAG_N[15:0], 12'd0, 3'b111, STREAM != 0}; // weights, time, event rings, streams
        CW_CLOCK_HZ[10:2]:       value = CLOCK_HZ[31:0];
        CW_CARD_MEM_LO[10:2]:    value = CARD_MEM_BYTES[31:0];
        CW_CARD_MEM_HI[10:2]:    value = CARD_MEM_BYTES[63:32];
        CW_SCRATCH[10:2]:        value = scratch_q;
        CW_CONTROL[10:2]:        value = {30'd0, soft_busy, enable_q};
        CW_STATUS[10:2]:         value = {30'd0, engine_empty, ready};
        CW_ERROR[10:2]:          value = {26'd0, error_q};
        CW_ERROR_QUEUE[10:2]:    value = {eq_valid_q, eq_more_q, 14'd0, eq_queue_q};
        CW_DB_STRIDE[10:2]:      value = {27'd0, stride_q};
        CW_WINDOW_BASE_LO[10:2]: value = {window_lo_q[31:20], 20'd0};
        CW_WINDOW_BASE_HI[10:2]: value = window_hi_q;
        CW_CPL_TIMEOUT[10:2]:    value = {26'd0, timeout_q};
        CW_LINK[10:2]:           value = {20'd0, fn_link};
        CW_TAGS[10:2]:           value = {tags_quarantined, tags_in_use};
        CW_DEPTH[10:2]:          value = {depth_reads_q, depth_desc_q};
        CW_NOW_LO[10:2]:         value = now[31:0];
        CW_NOW_HI[10:2]:         value = {16'd0, now_high_q};
        CW_INTX[10:2]:           value = {31'd0, intx_q};
        default:                 value = 32'd0;
        endcase
    end

    // ---- plain registers ----
    wire [5:0] log2 = reg_wdata[5:0];
    integer    i;
    always @(posedge clk) begin
        ack_q <= go && !rst;
        if (go) begin
            rdata_q <= value;
            if (!reg_write && reg_addr == CW_NOW_LO[10:2])
                now_high_q <= now[47:32];
        end
        if (wr)
            case (reg_addr)
            CW_CONTROL[10:2]:        if (reg_be[0]) enable_q <= reg_wdata[CW_CONTROL_ENABLE_LSB];
            CW_DB_STRIDE[10:2]:      if (reg_be[0] && {27'd0, log2[4:0]} >= CW_DB_STRIDE_LOG2_MIN &&
                                         {27'd0, log2[4:0]} <= CW_DB_STRIDE_LOG2_MAX) stride_q <= log2[4:0];
            CW_CPL_TIMEOUT[10:2]:    if (reg_be[0] && (log2 == 6'd0 || (log2 >= 6'd8 && log2 <= 6'd40)))
                                         timeout_q <= log2;
            default: ;
            endcase
        // whole words, a byte at a time
        for (i = 0; i < 4; i = i + 1)
            if (wr && reg_be[i]) begin
                if (reg_addr == CW_SCRATCH[10:2])
                    scratch_q[8*i +: 8] <= reg_wdata[8*i +: 8];
                if (reg_addr == CW_WINDOW_BASE_LO[10:2])
                    window_lo_q[8*i +: 8] <= reg_wdata[8*i +: 8];
                if (reg_addr == CW_WINDOW_BASE_HI[10:2])
                    window_hi_q[8*i +: 8] <= reg_wdata[8*i +: 8];
            end
        if (rst) begin
            scratch_q  <= 32'd0;
            enable_q   <= 1'b0;
            stride_q   <= 5'd12;
            window_lo_q <= 32'd0;
            window_hi_q <= 32'd0;
            timeout_q  <= 6'd20;
            now_high_q <= 16'd0;
        end
    end

    // ---- errors and high-water marks ----
    wire [5:0] cleared = wr && reg_addr == CW_ERROR[10:2] && reg_be[0] ? reg_wdata[5:0] : 6'd0;
    wire       eq_clear = wr && reg_addr == CW_ERROR_QUEUE[10:2];
    wire       eq_keep  = eq_valid_q && !eq_clear;
    wire       depth_clear = wr && reg_addr == CW_DEPTH[10:2];
    wire [15:0] halt_queue = {5'd0, ev_halt_queue};
    always @(posedge clk) begin
        error_q <= (error_q & ~cleared) | ev;
        irq_q   <= (irq_q && !err_irq_ready) || ev != 6'd0;
        // Set as it is cleared: it stays.
        intx_q  <= intx_set || (intx_q && !(wr && reg_addr == CW_INTX[10:2] && reg_be[0] && reg_wdata[CW_INTX_PENDING_LSB]));
        // The first queue is kept; another one, also of the same cycle, sets OVERFLOW.
        if (eq_clear || !eq_valid_q) begin
            eq_valid_q <= ev_halt || ev_doorbell;
            eq_queue_q <= ev_halt ? halt_queue : ev_doorbell ? ev_doorbell_queue : 16'd0;
        end
        eq_more_q <= (eq_keep && (eq_more_q || (ev_halt && halt_queue != eq_queue_q) ||
                                  (ev_doorbell && ev_doorbell_queue != eq_queue_q))) ||
                     (!eq_keep && ev_halt && ev_doorbell && halt_queue != ev_doorbell_queue);
        depth_desc_q  <= depth_clear || ops_in_flight > depth_desc_q ? ops_in_flight : depth_desc_q;
        depth_reads_q <= depth_clear || tags_in_use > depth_reads_q ? tags_in_use : depth_reads_q;
        if (rst) begin
            error_q       <= 6'd0;
            irq_q         <= 1'b0;
            intx_q        <= 1'b0;
            eq_valid_q    <= 1'b0;
            eq_queue_q    <= 16'd0;
            eq_more_q     <= 1'b0;
            depth_desc_q  <= 16'd0;
            depth_reads_q <= 16'd0;
        end
    end

    wire unused = &{1'b0, window_lo_q[19:0]};
endmodule

`default_nettype wire
