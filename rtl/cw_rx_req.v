// SPDX-License-Identifier: BSD-2-Clause
// Requests from the host, one at a time.
//
// Hands each request on by what cw_req_class says it is: registers (BAR0, one
// DW at a time on the register bus), doorbells (BAR2, into a queue of their
// own), the card memory window (BAR4), or an answer of its own. Every non-posted
// request ends in exactly one completion job (cpl_*); posted requests that
// cannot be served are dropped and reported. Messages and completions that stray
// in here are dropped without a report.
//
// Order. Posted requests are served in order of arrival, non-posted ones among
// themselves too. A register access waits until all doorbells and window writes
// before it have taken effect, and so does every read: a read sees every write that
// arrived before it. Accepting a posted request must not depend on sending anything
// (PCIe Base Specification 6.0 section 2.6.1): non-posted requests wait in a queue
// of NP_N while the answer before them leaves, and posted ones flow past, so a read
// may also see writes that arrived after it (section 2.4.1 allows that; a host that
// minds waits for the answer). More than NP_N waiting are left to the PCIe IP.
//
// Latency: register bus two cycles after the request arrived, a doorbell one.
// Throughput: a doorbell and a beat of window payload each cycle.
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
    output wire [127:0]          cpl_hdr,     // of the request, 3DW; of its address bits 11 to 2
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
    `include "cw_req_kind.vh"

    localparam IN_W = 2 + 128 + DATA_W + 3;
    localparam NP_N = 32;
    localparam REQ_W = 42;

    wire               in_valid, in_ready, in_sop, in_eop;
    wire [127:0]       in_hdr;
    wire [DATA_W-1:0]  in_data;
    wire [2:0]         in_bar;

    wire [1:0]         unused_in_n;
    stream_fifo #(.W(IN_W), .DEPTH(2)) u_in (
        .clk(clk), .rst(rst),
        .in_valid(rx_req_valid), .in_ready(rx_req_ready),
        .in_data({rx_req_sop, rx_req_eop, rx_req_hdr, rx_req_data, rx_req_bar}),
        .out_valid(in_valid), .out_ready(in_ready),
        .out_data({in_sop, in_eop, in_hdr, in_data, in_bar}), .count(unused_in_n)
    );

    // ---- what the request at the input is ----
    wire        in_has_data, in_mem, in_np;
    wire [24:0] in_addr;
    wire [10:0] in_len;
    wire [3:0]  in_class;
    cw_req_class u_in_class (
        .hdr(in_hdr), .bar(in_bar), .fn_mem(fn_mem), .fn_power(fn_power), .has_data(in_has_data),
        .mem(in_mem), .non_posted(in_np), .addr(in_addr), .len(in_len), .kind(in_class)
    );

    wire [5:0]  unused_np_n;

    // What a completion says of its request, and the byte enables.
    wire [REQ_W-1:0] in_req = {in_hdr[TLP_TYPE_MSB:TLP_TYPE_LSB+1] != 4'd0, in_hdr[TLP_TYPE_LSB], in_hdr[TLP_T9],
                               in_hdr[TLP_TC_MSB:TLP_TC_LSB], in_hdr[TLP_T8], in_hdr[TLP_ATTR2], in_hdr[TLP_ATTR1],
                               in_hdr[TLP_ATTR0], in_hdr[TLP_REQ_ID_MSB:TLP_FIRST_BE_LSB]};
    wire             unused = &{1'b0, in_hdr, unused_in_n, unused_np_n};

    // ---- the request being served ----
    localparam [2:0] S_IDLE = 3'd0, S_DISPATCH = 3'd1, S_REG = 3'd2, S_WIN_WR = 3'd3,
                     S_WIN_RD = 3'd4, S_CPL = 3'd5;
    reg [2:0]    state_q;
    reg [3:0]    class_q;
    reg [REQ_W-1:0] req_q;
    reg [17:0]   addr_q;     // of registers and window
    reg [10:0]   len_q;
    reg [63:0]   data_q;     // write: payload; read: what was read
    reg          second_q;   // register bus: on the second DW
    reg [2:0]    status_q;

    wire       req_other, req_type0, req_t9, req_t8, req_attr2, req_attr1, req_attr0;
    wire [2:0] req_tc;
    wire [23:0] req_id_tag;
    wire [3:0] first_be, last_be;
    assign {req_other, req_type0, req_t9, req_tc, req_t8, req_attr2, req_attr1, req_attr0, req_id_tag, last_be,
            first_be} = req_q;
    wire       two_dw   = len_q == 11'd2;
    // Everything that came before has taken effect.
    wire       settled  = db_idle && win_wr_idle;

    // ---- non-posted requests wait here: one is begun when its answer has a place. A doorbell stays at the input
    // until it is taken, and one that was offered stays one. ----
    reg        db_wait_q;
    wire       np_room, np_valid;
    wire [3:0] np_class;
    wire [REQ_W-1:0] np_req;
    wire [17:0] np_addr;
    wire [10:0] np_len;
    wire       fresh    = state_q == S_IDLE && in_valid && in_sop;
    wire       direct   = cpl_ready && !np_valid;
    wire       queueing = fresh && in_np && !direct && np_room;
    wire       serve_np = state_q == S_IDLE && np_valid && cpl_ready && !db_wait_q;
    wire       db_here  = fresh && !serve_np && (in_class == C_DB_WR || db_wait_q);
    wire       starting = fresh && !serve_np && (db_here ? db_valid && db_ready : !in_np || direct);
    wire       arriving = queueing || starting;

    stream_fifo #(.W(REQ_W + 33), .DEPTH(NP_N)) u_np (
        .clk(clk), .rst(rst), .in_valid(queueing), .in_ready(np_room),
        .in_data({in_class, in_addr[17:0], in_len, in_req}), .out_valid(np_valid), .out_ready(serve_np),
        .out_data({np_class, np_addr, np_len, np_req}), .count(unused_np_n)
    );

    assign in_ready = state_q == S_WIN_WR ? win_data_ready :
                      state_q == S_IDLE && (!in_sop || (in_np ? np_room : starting && in_class != C_WIN_WR));

    assign reg_valid      = state_q == S_REG;
    assign reg_write      = class_q == C_REG_WR;
    assign reg_addr       = addr_q + {17'd0, second_q};
    assign reg_be         = second_q ? last_be : first_be;
    assign reg_wdata      = data_q[31:0];

    assign db_valid       = db_here && win_wr_idle;
    assign db_addr        = in_addr;
    assign db_len         = in_len;
    assign db_first_be    = in_hdr[TLP_FIRST_BE_MSB:TLP_FIRST_BE_LSB];
    assign db_last_be     = in_hdr[TLP_LAST_BE_MSB:TLP_LAST_BE_LSB];
    assign db_data        = in_data[63:0];

    assign win_wr_valid   = state_q == S_DISPATCH && class_q == C_WIN_WR && db_idle;
    assign win_rd_valid   = state_q == S_WIN_RD;
    assign win_addr       = addr_q;
    assign win_len        = len_q;
    assign win_first_be   = first_be;
    assign win_last_be    = last_be;
    assign win_data_valid = state_q == S_WIN_WR && in_valid;
    assign win_data       = in_data;
    assign win_data_eop   = in_eop;

    assign cpl_valid      = state_q == S_CPL;
    assign cpl_hdr        = {32'd0, 20'd0, addr_q[9:0], 2'd0, req_id_tag, last_be, first_be, 7'd0, req_type0, req_t9, req_tc,
                             req_t8, req_attr2, 4'd0, req_attr1, req_attr0, 2'd0, len_q[9:0]};
    assign cpl_status     = status_q;
    assign cpl_mem        = !req_other;
    assign cpl_buf        = class_q == C_WIN_RD;
    assign cpl_imm        = data_q;

    assign err_ur         = arriving && !db_here && (in_class == C_UR || in_class == C_UR_POSTED);
    assign err_poisoned   = starting && in_class == C_POISON;
    assign ev_mrd         = arriving && in_mem && in_np;
    assign ev_mwr         = starting && in_mem && in_has_data;
    assign idle           = state_q == S_IDLE && !in_valid && !np_valid;

    always @(posedge clk) begin
        db_wait_q <= db_valid && !db_ready && !rst;
        case (state_q)
        // Waits for a request; beats that start none (the rest of a payload nobody wants) are thrown away.
        S_IDLE: if (serve_np || starting) begin
            state_q  <= db_here ? S_IDLE : S_DISPATCH;
            class_q  <= serve_np ? np_class : in_class;
            req_q    <= serve_np ? np_req : in_req;
            addr_q   <= serve_np ? np_addr : in_addr[17:0];
            len_q    <= serve_np ? np_len : in_len;
            data_q   <= serve_np || in_np ? 64'd0 : in_data[63:0];
            second_q <= 1'b0;
            status_q <= (serve_np ? np_class : in_class) == C_UR ? TLP_UR : TLP_SC;
        end
        // Waits until the request may take effect and its target can take it.
        S_DISPATCH: case (class_q)
            C_REG_RD: if (settled) state_q <= S_REG;
            C_REG_WR: if (settled) state_q <= S_REG;
            C_WIN_WR: if (win_wr_valid && win_wr_ready) state_q <= S_WIN_WR;
            C_WIN_RD: if (settled) state_q <= S_WIN_RD;
            C_ZERO_RD: if (settled) state_q <= S_CPL;
            C_UR:     state_q <= S_CPL;
            default:  state_q <= S_IDLE;
        endcase
        // Waits for the register bus; twice for two DWs.
        S_REG: if (reg_ack) begin
            second_q <= 1'b1;
            // of a write the second DW moves down; a read keeps the first, the upper one is the last
            if (!second_q)
                data_q[31:0] <= reg_write ? data_q[63:32] : reg_rdata;
            data_q[63:32] <= reg_rdata;
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
        // One cycle: the completion block takes the answer (it was free when the request was begun).
        default: state_q <= S_IDLE;
        endcase
        if (rst)
            state_q <= S_IDLE;
    end
endmodule

`default_nettype wire
