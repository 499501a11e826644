// SPDX-License-Identifier: BSD-2-Clause
//
// UltraScale+, the two streams in: CQ and RC to the endpoint's requests and completions.
// The sideband says where packets begin and end (PG213, the tables named at each field);
// cw_usplus_rx takes them apart, or cw_usplus_rx_aa what is ADDR_ALIGNED (256 bits, not
// straddled); here their descriptors become TLP headers.
// Messages and requests of unknown type are swallowed. A completion that stands for a time-out or
// a reset of the function (error code 9 or 8) becomes cpl_lost.
`default_nettype none

module cw_usplus_in #(
    parameter DATA_W      = 256,
    parameter RC_STRADDLE = 1,
    parameter PARITY      = 1,
    parameter ADDR_ALIGNED = 0,
    parameter CQ_W        = 88,
    parameter RC_W        = 75
) (
    input  wire                  clk,
    input  wire                  rst,
    output wire                  idle,
    output wire                  cq_dropped,
    output wire                  rc_dropped,

    input  wire [DATA_W-1:0]     m_axis_cq_tdata,
    input  wire [CQ_W-1:0]       m_axis_cq_tuser,
    input  wire                  m_axis_cq_tlast,
    input  wire [DATA_W/32-1:0]  m_axis_cq_tkeep,
    input  wire                  m_axis_cq_tvalid,
    output wire                  m_axis_cq_tready,
    input  wire [DATA_W-1:0]     m_axis_rc_tdata,
    input  wire [RC_W-1:0]       m_axis_rc_tuser,
    input  wire                  m_axis_rc_tlast,
    input  wire [DATA_W/32-1:0]  m_axis_rc_tkeep,
    input  wire                  m_axis_rc_tvalid,
    output wire                  m_axis_rc_tready,

    output wire                  rx_req_valid,
    input  wire                  rx_req_ready,
    output wire                  rx_req_sop,
    output wire                  rx_req_eop,
    output wire [127:0]          rx_req_hdr,
    output wire [DATA_W-1:0]     rx_req_data,
    output wire [DATA_W/32-1:0]  rx_req_keep,
    output wire [7:0]            rx_req_func,
    output wire [2:0]            rx_req_bar,
    output wire [127:0]          req_desc,    // of the request on rx_req
    output wire [7:0]            req_be,

    output wire                  rx_cpl_valid,
    input  wire                  rx_cpl_ready,
    output wire                  rx_cpl_sop,
    output wire                  rx_cpl_eop,
    output wire [127:0]          rx_cpl_hdr,
    output wire [DATA_W-1:0]     rx_cpl_data,
    output wire [DATA_W/32-1:0]  rx_cpl_keep,
    output wire                  cpl_lost_valid,
    output wire [7:0]            cpl_lost_tag
);
    `include "cw_tlp.vh"

    localparam [31:0] W = DATA_W / 32, U = DATA_W / 128;

    // ---- beginnings and ends ----
    reg  [U-1:0]   cq_sop, rc_sop;
    reg  [W-1:0]   cq_last, rc_last;
    reg  [8*U-1:0] cq_be;                    // {last, first} byte enables by unit
    wire           cq_abort, rc_abort;
    wire [DATA_W/8-1:0] cq_parity, rc_parity;
    wire [W-1:0]   cq_end = m_axis_cq_tkeep & ~(m_axis_cq_tkeep >> 1);
    wire [W-1:0]   rc_end = m_axis_rc_tkeep & ~(m_axis_rc_tkeep >> 1);

    generate
    if (DATA_W == 256) begin : g_256
        // PG213, 64/128/256-bit completer request interface, m_axis_cq_tuser
        assign cq_abort  = m_axis_cq_tuser[41];
        assign cq_parity = m_axis_cq_tuser[84:53];
        // PG213, requester completion interface, m_axis_rc_tuser
        wire         sof0 = m_axis_rc_tuser[32], sof1 = m_axis_rc_tuser[33];
        reg          rc_open_q;              // a completion goes on into this beat
        wire [3:0]   eof0 = m_axis_rc_tuser[37:34], eof1 = m_axis_rc_tuser[41:38];
        assign rc_abort  = m_axis_rc_tuser[42];
        assign rc_parity = m_axis_rc_tuser[74:43];
        always @* begin
            cq_sop  = {1'b0, m_axis_cq_tuser[40]};
            cq_last = m_axis_cq_tlast ? cq_end : {W{1'b0}};
            cq_be   = {8'd0, m_axis_cq_tuser[7:0]};
            if (RC_STRADDLE != 0) begin
                rc_sop = {sof1 || (sof0 && rc_open_q), sof0 && !rc_open_q};
                rc_last = {W{1'b0}};
                rc_last[eof0[3:1]] = eof0[0];
                if (eof1[0])
                    rc_last[eof1[3:1]] = 1'b1;
            end else begin
                rc_sop  = {1'b0, sof0};
                rc_last = m_axis_rc_tlast ? rc_end : {W{1'b0}};
            end
        end
        // open after the beat: more packets begin than end, counting the one that was open
        wire [1:0] opened = {1'b0, sof0} + {1'b0, sof1} + {1'b0, rc_open_q};
        wire [1:0] closed = {1'b0, eof0[0]} + {1'b0, eof1[0]};
        always @(posedge clk)
            if (rst)
                rc_open_q <= 1'b0;
            else if (m_axis_rc_tvalid && m_axis_rc_tready)
                rc_open_q <= opened > closed;
        wire unused = &{1'b0, m_axis_cq_tuser, m_axis_rc_tuser, m_axis_rc_tlast, rc_end};
    end else begin : g_512
        // PG213, 512-bit completer request interface, m_axis_cq_tuser
        assign cq_abort  = m_axis_cq_tuser[96];
        assign cq_parity = m_axis_cq_tuser[182:119];
        // PG213, 512-bit requester completion interface, m_axis_rc_tuser
        assign rc_abort  = m_axis_rc_tuser[96];
        assign rc_parity = m_axis_rc_tuser[160:97];
        integer i, j;
        always @* begin
            cq_sop  = {U{1'b0}};
            cq_last = {W{1'b0}};
            cq_be   = {8 * U{1'b0}};
            for (i = 0; i < 2; i = i + 1) begin
                if (m_axis_cq_tuser[80 + i]) begin
                    cq_sop[m_axis_cq_tuser[82 + 2 * i +: 2]] = 1'b1;
                    cq_be[8 * m_axis_cq_tuser[82 + 2 * i +: 2] +: 8] =
                        {m_axis_cq_tuser[8 + 4 * i +: 4], m_axis_cq_tuser[4 * i +: 4]};
                end
                if (m_axis_cq_tuser[86 + i])
                    cq_last[m_axis_cq_tuser[88 + 4 * i +: 4]] = 1'b1;
            end
            rc_sop  = {U{1'b0}};
            rc_last = {W{1'b0}};
            for (j = 0; j < 4; j = j + 1) begin
                if (m_axis_rc_tuser[64 + j])
                    rc_sop[m_axis_rc_tuser[68 + 2 * j +: 2]] = 1'b1;
                if (m_axis_rc_tuser[76 + j])
                    rc_last[m_axis_rc_tuser[80 + 4 * j +: 4]] = 1'b1;
            end
        end
        wire unused = &{1'b0, m_axis_cq_tuser, m_axis_rc_tuser, m_axis_cq_tlast, m_axis_rc_tlast, cq_end, rc_end};
    end
    endgenerate

    // ---- parity: odd, a bit a byte ----
    reg [W-1:0] cq_bad, rc_bad;
    integer     b;
    always @* begin
        cq_bad = {W{1'b0}};
        rc_bad = {W{1'b0}};
        for (b = 0; b < DATA_W / 8; b = b + 1) begin
            if (PARITY != 0 && cq_parity[b] == ^m_axis_cq_tdata[8 * b +: 8])
                cq_bad[b / 4] = 1'b1;
            if (PARITY != 0 && rc_parity[b] == ^m_axis_rc_tdata[8 * b +: 8])
                rc_bad[b / 4] = 1'b1;
        end
    end

    // ---- packets to TLPs ----
    wire         q_valid, q_sop, q_idle, q_ready;
    wire [127:0] q;
    wire         c_valid, c_idle, c_ready, c_side;
    wire [127:0] c;

    generate
    if (ADDR_ALIGNED == 0) begin : g_dw
        cw_usplus_rx #(.DATA_W(DATA_W), .HDR_DW(4), .SIDE_W(8)) u_cq (
            .clk(clk), .rst(rst), .idle(q_idle), .dropped(cq_dropped),
            .in_valid(m_axis_cq_tvalid), .in_ready(m_axis_cq_tready), .in_data(m_axis_cq_tdata), .in_sop(cq_sop),
            .in_last(cq_last), .in_bad(cq_bad), .in_abort(cq_abort), .in_side(cq_be),
            .out_valid(q_valid), .out_ready(q_ready), .out_sop(q_sop), .out_eop(rx_req_eop), .out_desc(q),
            .out_side(req_be), .out_data(rx_req_data), .out_keep(rx_req_keep)
        );
        cw_usplus_rx #(.DATA_W(DATA_W), .HDR_DW(3), .SIDE_W(1)) u_rc (
            .clk(clk), .rst(rst), .idle(c_idle), .dropped(rc_dropped),
            .in_valid(m_axis_rc_tvalid), .in_ready(m_axis_rc_tready), .in_data(m_axis_rc_tdata), .in_sop(rc_sop),
            .in_last(rc_last), .in_bad(rc_bad), .in_abort(rc_abort), .in_side({U{1'b0}}),
            .out_valid(c_valid), .out_ready(c_ready), .out_sop(rx_cpl_sop), .out_eop(rx_cpl_eop), .out_desc(c),
            .out_side(c_side), .out_data(rx_cpl_data), .out_keep(rx_cpl_keep)
        );
    end else begin : g_aa
        // the first 32 bits of byte_en
        reg [W-1:0] rc_used;
        integer     u;
        always @*
            for (u = 0; u < W; u = u + 1)
                rc_used[u] = m_axis_rc_tuser[4 * u +: 4] != 4'd0;

        cw_usplus_rx_aa #(.DATA_W(DATA_W), .BY_ADDR(1), .SIDE_W(8)) u_cq (
            .clk(clk), .rst(rst), .idle(q_idle), .dropped(cq_dropped),
            .in_valid(m_axis_cq_tvalid), .in_ready(m_axis_cq_tready), .in_data(m_axis_cq_tdata), .in_sop(cq_sop[0]),
            .in_last(m_axis_cq_tlast), .in_keep(m_axis_cq_tkeep), .in_used({W{1'b0}}), .in_bad(cq_bad),
            .in_abort(cq_abort), .in_side(cq_be[7:0]),
            .out_valid(q_valid), .out_ready(q_ready), .out_sop(q_sop), .out_eop(rx_req_eop), .out_desc(q),
            .out_side(req_be), .out_data(rx_req_data), .out_keep(rx_req_keep)
        );
        cw_usplus_rx_aa #(.DATA_W(DATA_W), .BY_ADDR(0), .SIDE_W(1)) u_rc (
            .clk(clk), .rst(rst), .idle(c_idle), .dropped(rc_dropped),
            .in_valid(m_axis_rc_tvalid), .in_ready(m_axis_rc_tready), .in_data(m_axis_rc_tdata), .in_sop(rc_sop[0]),
            .in_last(m_axis_rc_tlast), .in_keep(m_axis_rc_tkeep), .in_used(rc_used), .in_bad(rc_bad),
            .in_abort(rc_abort), .in_side(1'b0),
            .out_valid(c_valid), .out_ready(c_ready), .out_sop(rx_cpl_sop), .out_eop(rx_cpl_eop), .out_desc(c),
            .out_side(c_side), .out_data(rx_cpl_data), .out_keep(rx_cpl_keep)
        );
        wire unused = &{1'b0, cq_sop, cq_be, cq_last, rc_sop, rc_last};
    end
    endgenerate

    // ---- requests ----
    // Completer request descriptor: request type 78:75. Low five bits are the TLP's type; fmt[1] is data.
    reg  [5:0] kind;                         // {with data, type}
    reg        known;
    always @* begin
        known = 1'b1;
        case (q[78:75])
        4'd0:    kind = 6'b0_00000;          // memory read
        4'd1:    kind = 6'b1_00000;          // memory write
        4'd2:    kind = 6'b0_00010;          // I/O
        4'd3:    kind = 6'b1_00010;
        4'd4:    kind = 6'b1_01100;          // fetch and add, swap, compare and swap
        4'd5:    kind = 6'b1_01101;
        4'd6:    kind = 6'b1_01110;
        4'd7:    kind = 6'b0_00001;          // locked read
        default: begin
            kind  = 6'd0;
            known = 1'b0;                    // configuration, messages
        end
        endcase
    end
    wire        q_wide = q[63:32] != 32'd0;
    wire [31:0] q_dw0 = {1'b0, kind[5], q_wide, kind[4:0], 1'b0, q[123:121], 1'b0, q[126], 4'b0000, q[125:124],
                         q[1:0], q[73:64]};
    wire [31:0] q_dw1 = {q[95:80], q[103:96], req_be[7:4], req_be[3:0]};
    wire [31:0] q_low = {q[31:2], 2'b00};
    assign rx_req_hdr   = q_wide ? {q_low, q[63:32], q_dw1, q_dw0} : {32'd0, q_low, q_dw1, q_dw0};
    assign rx_req_bar   = q[114:112];
    assign rx_req_func  = q[111:104];
    assign rx_req_valid = q_valid && known;
    assign rx_req_sop   = q_sop;
    assign q_ready      = rx_req_ready || !known;
    assign req_desc     = q;

    // ---- completions ----
    // Requester completion descriptor: error code 15:12; 8 function reset, 9 time-out
    wire        lost  = c[15:13] == 3'b100;
    wire        c_has = c[42:32] != 11'd0;
    wire [31:0] c_dw0 = {c_has ? TLP_CPLD : TLP_CPL, 1'b0, c[91:89], 1'b0, c[94], 3'b000, c[46], c[93:92], 2'b00, c[41:32]};
    wire [31:0] c_dw1 = {c[87:72], c[45:43], 1'b0, c[27:16]};
    wire [31:0] c_dw2 = {c[63:48], c[71:64], 1'b0, c[6:0]};
    assign rx_cpl_hdr   = {32'd0, c_dw2, c_dw1, c_dw0};
    assign rx_cpl_valid = c_valid && !lost;
    assign c_ready      = rx_cpl_ready || lost;
    assign cpl_lost_valid = c_valid && lost && rx_cpl_eop;
    assign cpl_lost_tag = c[71:64];
    assign idle = q_idle && c_idle;

    wire unused_desc = &{1'b0, c, q, c_side};
endmodule

`default_nettype wire
