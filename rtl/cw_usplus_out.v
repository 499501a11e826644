// SPDX-License-Identifier: BSD-2-Clause
//
// UltraScale+, the two streams out: the endpoint's requests and completions to RQ and CC.
// TLP headers become descriptors (PG213, the tables named at each field), cw_usplus_tx puts
// them in front, here the sideband is made. Every posted write has bit 5 of its
// sequence number set, reads have 0.
//
// A completion with an error is followed by five DWs that tell the IP which request it
// refuses, for its error log: the byte enables and the request's descriptor (PG213,
// "Completions with Error Status").
`default_nettype none

module cw_usplus_out #(
    parameter DATA_W   = 256,
    parameter STRADDLE = 0,
    parameter PARITY   = 1,
    parameter ADDR_ALIGNED = 0,          // 256 bits, no straddle
    parameter RQ_W     = 62,
    parameter CC_W     = 33
) (
    input  wire                  clk,
    input  wire                  rst,
    output wire                  idle,

    input  wire                  tx_req_valid,
    output wire                  tx_req_ready,
    input  wire                  tx_req_sop,
    input  wire                  tx_req_eop,
    input  wire [127:0]          tx_req_hdr,
    input  wire [DATA_W-1:0]     tx_req_data,
    input  wire [DATA_W/32-1:0]  tx_req_keep,
    input  wire [7:0]            tx_req_func,
    input  wire                  tx_cpl_valid,
    output wire                  tx_cpl_ready,
    input  wire                  tx_cpl_sop,
    input  wire                  tx_cpl_eop,
    input  wire [127:0]          tx_cpl_hdr,
    input  wire [DATA_W-1:0]     tx_cpl_data,
    input  wire [DATA_W/32-1:0]  tx_cpl_keep,
    input  wire [7:0]            tx_cpl_func,
    input  wire [127:0]          cpl_request, // the request that tx_cpl answers: descriptor, byte enables
    input  wire [7:0]            cpl_be,
    input  wire [15:0]           fn_bdf,

    output wire [DATA_W-1:0]     s_axis_rq_tdata,
    output wire [RQ_W-1:0]       s_axis_rq_tuser,
    output wire                  s_axis_rq_tlast,
    output wire [DATA_W/32-1:0]  s_axis_rq_tkeep,
    output wire                  s_axis_rq_tvalid,
    input  wire                  s_axis_rq_tready,
    output wire [DATA_W-1:0]     s_axis_cc_tdata,
    output wire [CC_W-1:0]       s_axis_cc_tuser,
    output wire                  s_axis_cc_tlast,
    output wire [DATA_W/32-1:0]  s_axis_cc_tkeep,
    output wire                  s_axis_cc_tvalid,
    input  wire                  s_axis_cc_tready
);
    `include "cw_tlp.vh"

    localparam [31:0] W = DATA_W / 32;
    localparam LANE_W = $clog2(DATA_W / 32);

    // ---- requester request descriptor ----
    wire         wide   = tx_req_hdr[TLP_FMT_LSB];
    wire         write  = tx_req_hdr[TLP_FMT_LSB+1];
    wire [63:0]  addr   = wide ? {tx_req_hdr[95:64], tx_req_hdr[127:96]} : {32'd0, tx_req_hdr[95:64]};
    wire [9:0]   rq_len = tx_req_hdr[TLP_LEN_MSB:TLP_LEN_LSB];
    wire [127:0] rq_desc = {tx_req_hdr[TLP_TD], tx_req_hdr[TLP_ATTR2], tx_req_hdr[TLP_ATTR1:TLP_ATTR0],
                            tx_req_hdr[TLP_TC_MSB:TLP_TC_LSB], 1'b0,               // 120: requester ID is the IP's
                            16'd0, tx_req_hdr[TLP_TAG_MSB:TLP_TAG_LSB], fn_bdf[15:8], tx_req_func,
                            tx_req_hdr[TLP_EP], 3'b000, write, rq_len == 10'd0, rq_len, addr[63:2],
                            tx_req_hdr[11:10]};
    reg  [4:0]   seq_q;
    wire [5:0]   seq    = write ? {1'b1, seq_q} : 6'd0;

    always @(posedge clk)
        if (rst)
            seq_q <= 5'd0;
        else if (tx_req_valid && tx_req_ready && tx_req_sop && write)
            seq_q <= seq_q + 5'd1;

    wire [1:0]   rq_sop, rq_eop;
    wire         rq_high, rq_idle;
    wire [3:0]   rq_eop0, rq_eop1;
    wire [13:0]  rq_side0, rq_side1;

    // ---- completer completion descriptor, and what follows an error ----
    wire         has    = tx_cpl_hdr[TLP_FMT_LSB+1];
    wire [9:0]   cc_len = tx_cpl_hdr[TLP_LEN_MSB:TLP_LEN_LSB];
    wire [2:0]   status = tx_cpl_hdr[TLP_CPL_STATUS_MSB:TLP_CPL_STATUS_LSB];
    wire [11:0]  bytes  = tx_cpl_hdr[TLP_CPL_BYTES_MSB:TLP_CPL_BYTES_LSB];
    wire         refuse = status != TLP_SC && !has;
    wire [95:0]  cc_desc = {tx_cpl_hdr[TLP_TD], tx_cpl_hdr[TLP_ATTR2], tx_cpl_hdr[TLP_ATTR1:TLP_ATTR0],
                            tx_cpl_hdr[TLP_TC_MSB:TLP_TC_LSB], 1'b0,               // 88: completer ID is the IP's
                            fn_bdf[15:8], tx_cpl_func,
                            tx_cpl_hdr[TLP_CPL_TAG_MSB:TLP_CPL_TAG_LSB],
                            tx_cpl_hdr[TLP_CPL_REQ_ID_MSB:TLP_CPL_REQ_ID_LSB],
                            1'b0, tx_cpl_hdr[TLP_EP], status, has && cc_len == 10'd0, has ? cc_len : 10'd0,
                            2'd0, tx_cpl_hdr[TLP_TYPE_LSB], bytes == 12'd0, bytes, 6'd0, tx_cpl_hdr[11:10], 1'b0,
                            tx_cpl_hdr[TLP_CPL_LOWER_MSB:TLP_CPL_LOWER_LSB]};
    wire [DATA_W-1:0] cc_data = refuse ? {{(DATA_W - 160){1'b0}}, cpl_request, 24'd0, cpl_be} : tx_cpl_data;
    wire [W-1:0] cc_keep = refuse ? {{(W - 5){1'b0}}, 5'h1f} : tx_cpl_keep;

    wire [1:0]   cc_sop, cc_eop;
    wire         cc_high, cc_idle, cc_side0, cc_side1;
    wire [3:0]   cc_eop0, cc_eop1;

    // ---- TLPs to packets ----
    generate
    if (ADDR_ALIGNED == 0) begin : g_dw
        cw_usplus_tx #(.DATA_W(DATA_W), .HDR_DW(4), .SIDE_W(14), .STRADDLE(STRADDLE)) u_rq (
            .clk(clk), .rst(rst), .idle(rq_idle),
            .in_valid(tx_req_valid), .in_ready(tx_req_ready), .in_sop(tx_req_sop), .in_eop(tx_req_eop),
            .in_desc(rq_desc), .in_side({seq, tx_req_hdr[TLP_LAST_BE_MSB:TLP_FIRST_BE_LSB]}),
            .in_data(tx_req_data), .in_keep(tx_req_keep),
            .out_valid(s_axis_rq_tvalid), .out_ready(s_axis_rq_tready), .out_data(s_axis_rq_tdata),
            .out_keep(s_axis_rq_tkeep), .out_sop(rq_sop), .out_sop_high(rq_high), .out_eop(rq_eop),
            .out_eop0_at(rq_eop0), .out_eop1_at(rq_eop1), .out_side0(rq_side0), .out_side1(rq_side1)
        );
        cw_usplus_tx #(.DATA_W(DATA_W), .HDR_DW(3), .SIDE_W(1), .STRADDLE(STRADDLE)) u_cc (
            .clk(clk), .rst(rst), .idle(cc_idle),
            .in_valid(tx_cpl_valid), .in_ready(tx_cpl_ready), .in_sop(tx_cpl_sop), .in_eop(tx_cpl_eop),
            .in_desc(cc_desc), .in_side(1'b0), .in_data(cc_data), .in_keep(cc_keep),
            .out_valid(s_axis_cc_tvalid), .out_ready(s_axis_cc_tready), .out_data(s_axis_cc_tdata),
            .out_keep(s_axis_cc_tkeep), .out_sop(cc_sop), .out_sop_high(cc_high), .out_eop(cc_eop),
            .out_eop0_at(cc_eop0), .out_eop1_at(cc_eop1), .out_side0(cc_side0), .out_side1(cc_side1)
        );
    end else begin : g_aa
        // A request's payload begins at DW 0, which addr_offset says; a completion's at the DW of its first
        // byte's address.
        cw_usplus_tx_aa #(.DATA_W(DATA_W), .HDR_DW(4), .SIDE_W(14)) u_rq (
            .clk(clk), .rst(rst), .idle(rq_idle),
            .in_valid(tx_req_valid), .in_ready(tx_req_ready), .in_sop(tx_req_sop), .in_eop(tx_req_eop),
            .in_desc(rq_desc), .in_side({seq, tx_req_hdr[TLP_LAST_BE_MSB:TLP_FIRST_BE_LSB]}),
            .in_lane({LANE_W{1'b0}}), .in_along(1'b0), .in_data(tx_req_data), .in_keep(tx_req_keep),
            .out_valid(s_axis_rq_tvalid), .out_ready(s_axis_rq_tready), .out_data(s_axis_rq_tdata),
            .out_keep(s_axis_rq_tkeep), .out_last(rq_eop[0]), .out_side(rq_side0)
        );
        cw_usplus_tx_aa #(.DATA_W(DATA_W), .HDR_DW(3), .SIDE_W(1)) u_cc (
            .clk(clk), .rst(rst), .idle(cc_idle),
            .in_valid(tx_cpl_valid), .in_ready(tx_cpl_ready), .in_sop(tx_cpl_sop), .in_eop(tx_cpl_eop),
            .in_desc(cc_desc), .in_side(1'b0),
            .in_lane(cc_desc[2+:LANE_W]), .in_along(refuse), .in_data(cc_data), .in_keep(cc_keep),
            .out_valid(s_axis_cc_tvalid), .out_ready(s_axis_cc_tready), .out_data(s_axis_cc_tdata),
            .out_keep(s_axis_cc_tkeep), .out_last(cc_eop[0]), .out_side(cc_side0)
        );
        // straddle's
        assign {rq_eop[1], rq_sop, rq_high, rq_eop0, rq_eop1, rq_side1} = 26'd0;
        assign {cc_eop[1], cc_sop, cc_high, cc_eop0, cc_eop1, cc_side1} = 13'd0;
    end
    endgenerate

    assign s_axis_rq_tlast = rq_eop != 2'd0;
    assign s_axis_cc_tlast = cc_eop != 2'd0;
    assign idle = rq_idle && cc_idle;

    // ---- parity: odd, a bit a byte ----
    wire [DATA_W/8-1:0] rq_parity, cc_parity;
    genvar b;
    generate
    for (b = 0; b < DATA_W / 8; b = b + 1) begin : g_parity
        assign rq_parity[b] = PARITY != 0 && ~^s_axis_rq_tdata[8 * b +: 8];
        assign cc_parity[b] = PARITY != 0 && ~^s_axis_cc_tdata[8 * b +: 8];
    end
    endgenerate

    generate
    if (DATA_W == 256) begin : g_256
        // PG213, requester request interface, s_axis_rq_tuser: seq_num[5:4], parity, seq_num[3:0], steering
        // tags and hints (none), discontinue, addr_offset (always 0), last_be, first_be
        assign s_axis_rq_tuser = {rq_side0[13:12], rq_parity, rq_side0[11:8], 12'd0, 1'b0, 3'd0, rq_side0[7:0]};
        // PG213, completer completion interface, s_axis_cc_tuser: parity, discontinue
        assign s_axis_cc_tuser = {cc_parity, 1'b0};
        wire unused = &{1'b0, rq_high, cc_high, rq_sop, cc_sop, rq_eop0, rq_eop1, cc_eop0, cc_eop1, rq_side1};
    end else begin : g_512
        // PG213, 512-bit requester request interface, s_axis_rq_tuser: parity, seq_num1, seq_num0, steering
        // tags and hints (none), discontinue, is_eop1_ptr, is_eop0_ptr, is_eop, is_sop1_ptr, is_sop0_ptr,
        // is_sop, addr_offset (0), last_be, first_be
        assign s_axis_rq_tuser = {rq_parity, rq_side1[13:8], rq_side0[13:8], 24'd0, 1'b0, rq_eop1, rq_eop0, rq_eop,
                                  2'b10, rq_high, 1'b0, rq_sop, 4'd0, rq_side1[7:4], rq_side0[7:4], rq_side1[3:0],
                                  rq_side0[3:0]};
        // PG213, 512-bit completer completion interface, s_axis_cc_tuser
        assign s_axis_cc_tuser = {cc_parity, 1'b0, cc_eop1, cc_eop0, cc_eop, 2'b10, cc_high, 1'b0, cc_sop};
        wire unused = &{1'b0, 1'b0};
    end
    endgenerate

    wire unused_bits = &{1'b0, fn_bdf, tx_req_hdr, tx_cpl_hdr, cc_side0, cc_side1, addr};
endmodule

`default_nettype wire
