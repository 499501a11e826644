// SPDX-License-Identifier: BSD-2-Clause
// Requests from the host, one at a time and in order of arrival.
//
// Classifies each request by type and BAR and hands it on: registers (BAR0, one
// DW at a time on the register bus), doorbells (BAR2, into a queue of their
// own), the card memory window (BAR4), or an answer of its own. Every non-posted
// request ends in exactly one completion job (cpl_*); posted requests that
// cannot be served are dropped and reported. Messages and completions that stray
// in here are dropped without a report.
//
// Order. A register access waits until all doorbells and window writes before it
// have taken effect, and so does every read; the next request waits for it.
// Accepting the request behind a read does not wait for that read's completion
// to leave, but a second read does.
//
// A request that crosses 4 KiB (malformed, PCIe Base Specification 6.0 section
// 2.2.7) is the PCIe IP's to drop; one that comes through is refused.
//
// Latency: register bus two cycles after the request arrived. Throughput: a
// doorbell each two cycles, window payload a beat a cycle.
`default_nettype none

module cw_rx_req #(
    parameter DATA_W = 256
) (
    input  wire                  clk,
    input  wire                  rst,
    output wire                  idle,
    input  wire                  fn_mem,
    input  wire [1:0]            fn_power,

    input  wire                  rx_req_valid,
    output wire                  rx_req_ready,
    input  wire                  rx_req_sop,
    input  wire                  rx_req_eop,
    input  wire [127:0]          rx_req_hdr,
    input  wire [DATA_W-1:0]     rx_req_data,
    input  wire [2:0]            rx_req_bar,

    // register bus: held until ack (one cycle); addr is the DW index in BAR0
    output wire                  reg_valid,
    output wire                  reg_write,
    output wire [17:0]           reg_addr,
    output wire [3:0]            reg_be,
    output wire [31:0]           reg_wdata,
    input  wire                  reg_ack,
    input  wire [31:0]           reg_rdata,
    input  wire                  reg_err,

    // doorbell page writes
    output wire                  db_valid,
    input  wire                  db_ready,
    output wire [24:0]           db_addr,     // DW index in BAR2
    output wire [10:0]           db_len,      // DW
    output wire [3:0]            db_first_be,
    output wire [3:0]            db_last_be,
    output wire [63:0]           db_data,
    input  wire                  db_idle,

    // window: jobs, payload, end of a read; win_addr is the DW index in BAR4
    output wire                  win_wr_valid,
    input  wire                  win_wr_ready,
    output wire                  win_rd_valid,
    input  wire                  win_rd_done,
    input  wire                  win_rd_err,
    input  wire                  win_wr_idle,
    output wire [17:0]           win_addr,
    output wire [10:0]           win_len,
    output wire [3:0]            win_first_be,
    output wire [3:0]            win_last_be,
    output wire                  win_data_valid,
    input  wire                  win_data_ready,
    output wire [DATA_W-1:0]     win_data,
    output wire                  win_data_eop,

    // completion jobs
    output wire                  cpl_valid,
    input  wire                  cpl_ready,   // also: its buffer is free
    output wire [127:0]          cpl_hdr,     // of the request
    output wire [2:0]            cpl_status,
    output wire                  cpl_mem,     // the request is a memory read
    output wire                  cpl_buf,     // data is in the buffer, else in cpl_imm
    output wire [63:0]           cpl_imm,

    // one cycle each
    output wire                  err_ur,
    output wire                  err_poisoned,
    output wire                  ev_mrd,
    output wire                  ev_mwr
);
    `include "cw_tlp.vh"

    localparam [3:0] C_DROP = 4'd0, C_POISON = 4'd1, C_UR_POSTED = 4'd2, C_UR = 4'd3,
                     C_REG_RD = 4'd4, C_REG_WR = 4'd5, C_DB_RD = 4'd6, C_DB_WR = 4'd7,
                     C_WIN_RD = 4'd8, C_WIN_WR = 4'd9;

    localparam IN_W = 2 + 128 + DATA_W + 3;

    wire               in_valid, in_ready, in_sop, in_eop;
    wire [127:0]       in_hdr;
    wire [DATA_W-1:0]  in_data;
    wire [2:0]         in_bar;

    stream_reg #(.W(IN_W)) u_in (
        .clk(clk), .rst(rst),
        .in_valid(rx_req_valid), .in_ready(rx_req_ready),
        .in_data({rx_req_sop, rx_req_eop, rx_req_hdr, rx_req_data, rx_req_bar}),
        .out_valid(in_valid), .out_ready(in_ready),
        .out_data({in_sop, in_eop, in_hdr, in_data, in_bar})
    );

    // ---- what the request at the input is ----
    wire [4:0]  in_type = in_hdr[TLP_TYPE_MSB:TLP_TYPE_LSB];
    wire        in_has_data = in_hdr[TLP_FMT_MSB-1];
    wire        in_mem = in_type == 5'b00000;
    wire        in_posted_mem = in_mem && in_has_data;
    // locked read, I/O, configuration (and type 1), atomics, deferrable write
    wire        in_other_np = in_type == 5'b00001 || in_type == 5'b00010 || in_type == 5'b00100 ||
                              in_type == 5'b00101 || in_type == 5'b01100 || in_type == 5'b01101 ||
                              in_type == 5'b01110 || in_type == 5'b11011;
    wire        in_4dw = in_hdr[TLP_FMT_LSB];
    wire [10:0] in_len = {in_hdr[TLP_LEN_MSB:TLP_LEN_LSB] == 10'd0, in_hdr[TLP_LEN_MSB:TLP_LEN_LSB]};
    wire [24:0] in_addr = in_4dw ? in_hdr[122:98] : in_hdr[90:66];
    wire        in_crosses = {1'b0, in_addr[9:0]} + in_len > 11'd1024;
    wire        in_bad = !fn_mem || fn_power != 2'd0 || in_crosses || in_hdr[TLP_FMT_MSB];

    reg [3:0] in_class;
    always @* begin
        if (in_posted_mem && in_hdr[TLP_EP])
            in_class = C_POISON;
        else if (in_posted_mem)
            case (in_bar)
            3'd0:    in_class = in_bad || in_len > 11'd2 ? C_UR_POSTED : C_REG_WR;
            3'd2:    in_class = in_bad ? C_UR_POSTED : C_DB_WR;
            3'd4:    in_class = in_bad ? C_UR_POSTED : C_WIN_WR;
            default: in_class = C_UR_POSTED;
            endcase
        else if (in_mem)
            case (in_bar)
            3'd0:    in_class = in_bad || in_len > 11'd2 ? C_UR : C_REG_RD;
            3'd2:    in_class = in_bad || in_len > 11'd2 ? C_UR : C_DB_RD;
            3'd4:    in_class = in_bad ? C_UR : C_WIN_RD;
            default: in_class = C_UR;
            endcase
        else
            in_class = in_other_np ? C_UR : C_DROP;
    end

    // ---- the request being served ----
    localparam [2:0] S_IDLE = 3'd0, S_DISPATCH = 3'd1, S_REG = 3'd2, S_WIN_WR = 3'd3,
                     S_WIN_RD = 3'd4, S_CPL = 3'd5;
    reg [2:0]    state_q;
    reg [3:0]    class_q;
    reg [127:0]  hdr_q;
    reg [24:0]   addr_q;
    reg [10:0]   len_q;
    reg [63:0]   data_q;     // write: payload; read: what was read
    reg          second_q;   // register bus: on the second DW
    reg [2:0]    status_q;

    wire [3:0] first_be = hdr_q[TLP_FIRST_BE_MSB:TLP_FIRST_BE_LSB];
    wire [3:0] last_be  = hdr_q[TLP_LAST_BE_MSB:TLP_LAST_BE_LSB];
    wire       two_dw   = len_q == 11'd2;
    // Everything that came before has taken effect.
    wire       settled  = db_idle && win_wr_idle;
    wire       starting = state_q == S_IDLE && in_valid && in_sop;

    assign in_ready = state_q == S_IDLE ? !in_sop || in_class != C_WIN_WR :
                      state_q == S_WIN_WR && win_data_ready;

    assign reg_valid      = state_q == S_REG;
    assign reg_write      = class_q == C_REG_WR;
    assign reg_addr       = addr_q[17:0] + {17'd0, second_q};
    assign reg_be         = second_q ? last_be : first_be;
    assign reg_wdata      = second_q ? data_q[63:32] : data_q[31:0];

    assign db_valid       = state_q == S_DISPATCH && class_q == C_DB_WR && win_wr_idle;
    assign db_addr        = addr_q;
    assign db_len         = len_q;
    assign db_first_be    = first_be;
    assign db_last_be     = last_be;
    assign db_data        = data_q;

    assign win_wr_valid   = state_q == S_DISPATCH && class_q == C_WIN_WR && db_idle;
    assign win_rd_valid   = state_q == S_WIN_RD;
    assign win_addr       = addr_q[17:0];
    assign win_len        = len_q;
    assign win_first_be   = first_be;
    assign win_last_be    = last_be;
    assign win_data_valid = state_q == S_WIN_WR && in_valid;
    assign win_data       = in_data;
    assign win_data_eop   = in_eop;

    assign cpl_valid      = state_q == S_CPL;
    assign cpl_hdr        = hdr_q;
    assign cpl_status     = status_q;
    assign cpl_mem        = hdr_q[TLP_TYPE_MSB:TLP_TYPE_LSB+1] == 4'd0;
    assign cpl_buf        = class_q == C_WIN_RD;
    assign cpl_imm        = data_q;

    assign err_ur         = starting && (in_class == C_UR || in_class == C_UR_POSTED);
    assign err_poisoned   = starting && in_class == C_POISON;
    assign ev_mrd         = starting && in_mem && !in_has_data;
    assign ev_mwr         = starting && in_posted_mem;
    assign idle           = state_q == S_IDLE && !in_valid;

    always @(posedge clk) begin
        case (state_q)
        // Waits for a request; beats that start none (the rest of a payload nobody wants) are thrown away.
        S_IDLE: if (starting) begin
            state_q  <= S_DISPATCH;
            class_q  <= in_class;
            hdr_q    <= in_hdr;
            addr_q   <= in_addr;
            len_q    <= in_len;
            data_q   <= in_has_data ? in_data[63:0] : 64'd0;
            second_q <= 1'b0;
            status_q <= in_class == C_UR ? TLP_UR : TLP_SC;
        end
        // Waits until the request may take effect and its target can take it.
        S_DISPATCH: case (class_q)
            C_REG_RD: if (settled && cpl_ready) state_q <= S_REG;
            C_REG_WR: if (settled) state_q <= S_REG;
            C_DB_WR:  if (db_valid && db_ready) state_q <= S_IDLE;
            C_WIN_WR: if (win_wr_valid && win_wr_ready) state_q <= S_WIN_WR;
            C_WIN_RD: if (settled && cpl_ready) state_q <= S_WIN_RD;
            C_DB_RD:  if (settled) state_q <= S_CPL;
            C_UR:     state_q <= S_CPL;
            default:  state_q <= S_IDLE;
        endcase
        // Waits for the register bus; twice for two DWs.
        S_REG: if (reg_ack) begin
            second_q <= 1'b1;
            if (!reg_write && second_q)
                data_q[63:32] <= reg_rdata;
            if (!reg_write && !second_q)
                data_q[31:0] <= reg_rdata;
            if (!reg_write && reg_err)
                status_q <= TLP_CA;
            if (second_q || !two_dw)
                state_q <= reg_write ? S_IDLE : S_CPL;
        end
        // Waits for the last beat of a window write.
        S_WIN_WR: if (in_valid && win_data_ready && in_eop) state_q <= S_IDLE;
        // Waits for card memory to fill the completion buffer.
        S_WIN_RD: if (win_rd_done) begin
            state_q  <= S_CPL;
            status_q <= win_rd_err ? TLP_CA : TLP_SC;
        end
        // Waits for the completion block to take the answer.
        default: if (cpl_ready) state_q <= S_IDLE;
        endcase
        if (rst)
            state_q <= S_IDLE;
    end
endmodule

`default_nettype wire
