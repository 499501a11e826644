// SPDX-License-Identifier: BSD-2-Clause
// Receive half of the 7-series shim: raw TLPs on m_axis_rx to requests and completions.
//
// The integrated block gives a TLP as it is on the link, header and payload one after
// the other, the first byte of each DW in bits [31:24]. At 128 bits a TLP may begin
// in the upper half of a beat whose lower half ends the one before (straddle). Three
// steps: the beat as two halves of 64 bits; halves gathered to words of 256 bits that
// begin where a TLP begins; header and payload taken apart. 64 bits is the same
// with one half a beat.
//
// Payload is counted by the header's length: a digest behind it (TD) is left away.
//
// Throughput: a beat a cycle, one more for each TLP that ends in the upper half of a
// beat whose lower half filled a word.
`default_nettype none

module cw_if_7series_rx #(
    parameter IF_W   = 128,     // 128 or 64
    parameter DATA_W = 256
) (
    input  wire                  clk,
    input  wire                  rst,
    output wire                  idle,

    input  wire                  m_axis_rx_tvalid,
    output wire                  m_axis_rx_tready,
    input  wire [IF_W-1:0]       m_axis_rx_tdata,
    input  wire [IF_W/8-1:0]     m_axis_rx_tkeep,
    input  wire                  m_axis_rx_tlast,
    input  wire [21:0]           m_axis_rx_tuser,

    output wire                  rx_cpl_valid,
    input  wire                  rx_cpl_ready,
    output wire                  rx_req_valid,
    input  wire                  rx_req_ready,
    output wire [2:0]            rx_req_bar,
    output wire                  rx_req_np,    // the TLP wants a completion
    // of both streams
    output wire                  rx_sop,
    output wire                  rx_eop,
    output wire [127:0]          rx_hdr,
    output wire [DATA_W-1:0]     rx_data,
    output wire [DATA_W/32-1:0]  rx_keep
);
    `include "cw_tlp.vh"

    // ---- the beat as two halves: a below, b above; 64 bits: a only ----
    wire         beat_valid, beat_take;
    wire         in_a, in_b, in_a_last, in_b_last, in_a_sof, in_b_sof;
    wire         a_here, b_here, a_last, b_last, a_sof, b_sof;
    wire [127:0] in_beat, beat;
    wire [5:0]   hit;      // BAR 0 to 5
    reg          mid_q;    // a TLP goes on

    generate
        if (IF_W == 128) begin : g_128
            // tuser: [14] start of frame, [13:10] its byte (0 or 8); [21] end of frame, [20:17] its last byte
            wire sof  = m_axis_rx_tuser[14];
            wire eof  = m_axis_rx_tuser[21];
            wire high = m_axis_rx_tuser[20];
            assign in_a_sof  = sof && !m_axis_rx_tuser[13];
            assign in_b_sof  = sof && m_axis_rx_tuser[13];
            assign in_a      = mid_q || in_a_sof;
            assign in_a_last = eof && !high;
            assign in_b      = in_b_sof || (in_a && !in_a_last);
            assign in_b_last = eof && high;
            assign in_beat   = m_axis_rx_tdata;
        end else begin : g_64
            assign {in_b, in_b_last, in_b_sof} = 3'd0;
            assign in_a      = 1'b1;
            assign in_a_sof  = !mid_q;
            assign in_a_last = m_axis_rx_tlast;
            assign in_beat   = {64'd0, m_axis_rx_tdata};
        end
    endgenerate

    stream_reg #(.W(128 + 6 + 6)) u_in (
        .clk(clk), .rst(rst), .in_valid(m_axis_rx_tvalid), .in_ready(m_axis_rx_tready),
        .in_data({in_beat, m_axis_rx_tuser[7:2], in_a, in_b, in_a_last, in_b_last, in_a_sof, in_b_sof}),
        .out_valid(beat_valid), .out_ready(beat_take),
        .out_data({beat, hit, a_here, b_here, a_last, b_last, a_sof, b_sof})
    );
    wire a_valid = beat_valid && a_here;
    wire b_valid = beat_valid && b_here;

    always @(posedge clk) begin
        if (rst)
            mid_q <= 1'b0;
        else if (m_axis_rx_tvalid && m_axis_rx_tready)
            mid_q <= in_b ? !in_b_last : !in_a_last && in_a;
    end

    // The length in the header says where the payload ends; ECRC is not used.
    wire unused = &{1'b0, m_axis_rx_tkeep, m_axis_rx_tlast, m_axis_rx_tuser};

    // ---- halves to words of four halves, each begun by a TLP or full before ----
    reg  [1:0]        n_q;          // halves in the word
    reg  [DATA_W-1:0] word_q;
    reg               word_sof_q;   // it begins a TLP
    reg  [5:0]        word_hit_q;
    reg               a_done_q;     // the lower half of this beat was taken in the cycle before
    reg               raw_q, raw_sof_q, raw_last_q;
    reg  [DATA_W-1:0] raw_data_q;
    reg  [5:0]        raw_hit_q;
    wire              raw_ready;

    wire              step   = !raw_q || raw_ready;
    wire              a_go   = a_valid && !a_done_q;
    wire [DATA_W-1:0] with_a = a_go ? place(word_q, n_q, beat[63:0]) : word_q;
    wire              a_emit = a_go && (a_last || n_q == 2'd3);
    wire [1:0]        n_a    = !a_go ? n_q : a_emit ? 2'd0 : n_q + 2'd1;
    wire              b_emit = b_valid && (b_last || n_a == 2'd3);
    wire              twice  = a_emit && b_emit;
    wire              b_go   = b_valid && !twice;
    wire [DATA_W-1:0] with_b = place(with_a, n_a, beat[127:64]);
    wire              sof_a  = a_go && a_sof ? 1'b1 : word_sof_q;
    wire [5:0]        hit_a  = a_go && a_sof ? hit : word_hit_q;

    assign beat_take = step && !twice;

    function [DATA_W-1:0] place(input [DATA_W-1:0] word, input [1:0] at, input [63:0] half);
        begin
            place = word;
            place[{at, 6'd0} +: 64] = half;
        end
    endfunction

    always @(posedge clk) begin
        if (step) begin
            raw_data_q <= a_emit ? with_a : with_b;
            raw_sof_q  <= a_emit ? sof_a : (b_sof || sof_a);
            raw_hit_q  <= !a_emit && b_sof ? hit : hit_a;
            raw_last_q <= a_emit ? a_last : b_last;
            word_q     <= b_go ? with_b : with_a;
            // A word behind one that was handed on begins nothing, unless a TLP does.
            word_sof_q <= b_go && b_emit ? 1'b0 : b_go && b_sof ? 1'b1 : a_emit ? 1'b0 : sof_a;
            word_hit_q <= b_go && b_sof ? hit : hit_a;
        end
        if (rst) begin
            n_q      <= 2'd0;
            a_done_q <= 1'b0;
            raw_q    <= 1'b0;
        end else if (step) begin
            raw_q    <= a_emit || (b_go && b_emit);
            n_q      <= !b_go ? n_a : b_emit ? 2'd0 : n_a + 2'd1;
            a_done_q <= twice;
        end
    end

    // ---- header and payload apart ----
    reg                 out_q, sop_q, eop_q, cpl_q, np_q;
    reg  [2:0]          bar_q;
    reg  [127:0]        hdr_q;
    reg  [DATA_W-1:0]   data_q;
    reg  [DATA_W/32-1:0] keep_q;
    reg                 rest_q;     // payload DWs of the word before wait in rest_data_q
    reg                 flush_q;    // and no more come: they are the last beat
    reg                 first_q;    // the next beat made is the first of its TLP
    reg  [159:0]        rest_data_q;
    reg  [10:0]         left_q;     // payload DWs not yet in a beat
    reg                 four_q;     // the header has four DWs

    wire                room   = !out_q || (cpl_q ? rx_cpl_ready : rx_req_ready);
    wire                four   = raw_data_q[TLP_FMT_LSB];
    wire [4:0]          kind   = raw_data_q[TLP_TYPE_MSB:TLP_TYPE_LSB];
    wire                has    = raw_data_q[TLP_FMT_LSB+1];
    wire [10:0]         len    = !has ? 11'd0 : {raw_data_q[9:0] == 10'd0, raw_data_q[9:0]};
    wire                is_cpl = kind[4:1] == 4'b0101;
    wire                posted = kind[4:3] == 2'b10 || (has && kind == 5'd0);
    wire                take   = raw_q && raw_ready;
    wire [159:0]        after_hdr = four ? {32'd0, raw_data_q[255:128]} : raw_data_q[255:96];
    wire [159:0]        after_rest = four_q ? {32'd0, raw_data_q[255:128]} : raw_data_q[255:96];
    wire [3:0]          in_first = four ? 4'd4 : 4'd5;
    wire                one_beat = len <= {7'd0, in_first};
    wire [DATA_W-1:0]   joined = four_q ? {raw_data_q[127:0], rest_data_q[127:0]} :
                                          {raw_data_q[95:0], rest_data_q};
    wire [31:0]         dw0    = raw_data_q[31:0] & ~(32'd1 << TLP_TD);

    assign raw_ready    = room && !flush_q;
    assign idle         = !out_q && !raw_q && !rest_q && n_q == 2'd0 && !a_valid && !b_valid;
    assign rx_cpl_valid = out_q && cpl_q;
    assign rx_req_valid = out_q && !cpl_q;
    assign rx_req_bar   = bar_q;
    assign rx_req_np    = np_q;
    assign rx_sop       = sop_q;
    assign rx_eop       = eop_q;
    assign rx_hdr       = hdr_q;
    assign rx_data      = data_q;
    assign rx_keep      = keep_q;

    // Bytes of a payload DW come with the first one on top.
    function [DATA_W-1:0] swap(input [DATA_W-1:0] d);
        integer i;
        for (i = 0; i < DATA_W / 8; i = i + 1)
            swap[8*i +: 8] = d[8*(i ^ 3) +: 8];
    endfunction

    function [DATA_W/32-1:0] keep_of(input [10:0] n);
        keep_of = n >= 11'd8 ? 8'hff : ~(8'hff << n[2:0]);
    endfunction

    // A 64-bit BAR shows both of its hit bits.
    function [2:0] bar_of(input [5:0] h);
        bar_of = |h[1:0] ? 3'd0 : |h[3:2] ? 3'd2 : |h[5:4] ? 3'd4 : 3'd7;
    endfunction

    always @(posedge clk) begin
        if (room) begin
            sop_q <= 1'b0;
            if (flush_q) begin
                data_q <= swap({96'd0, rest_data_q});
                keep_q <= keep_of(left_q);
                eop_q  <= 1'b1;
            end else if (take && raw_sof_q) begin
                sop_q  <= 1'b1;
                eop_q  <= one_beat;
                cpl_q  <= is_cpl;
                np_q   <= !is_cpl && !posted;
                bar_q  <= bar_of(raw_hit_q);
                hdr_q  <= {four ? raw_data_q[127:96] : 32'd0, raw_data_q[95:32], dw0};
                data_q <= swap({96'd0, after_hdr});
                keep_q <= keep_of(len);
            end else begin
                sop_q  <= first_q;
                data_q <= swap(joined);
                keep_q <= keep_of(left_q);
                eop_q  <= left_q <= 11'd8;
            end
        end
        if (take) begin
            rest_data_q <= raw_sof_q ? after_hdr : after_rest;
            if (raw_sof_q)
                four_q <= four;
        end
        if (room) begin
            if (take && raw_sof_q)
                left_q <= len;
            else if (flush_q || take)
                left_q <= left_q - 11'd8;
        end
        if (rst) begin
            out_q   <= 1'b0;
            rest_q  <= 1'b0;
            flush_q <= 1'b0;
            first_q <= 1'b0;
        end else if (room) begin
            // The first word of a TLP with more payload than it holds makes no beat yet.
            out_q   <= flush_q || (take && (raw_sof_q ? one_beat : rest_q));
            first_q <= take && raw_sof_q ? !one_beat : take && rest_q ? 1'b0 : first_q;
            if (flush_q) begin
                flush_q <= 1'b0;
                rest_q  <= 1'b0;
            end else if (take && raw_sof_q) begin
                rest_q  <= !one_beat && !raw_last_q;
            end else if (take) begin
                rest_q  <= rest_q && left_q > 11'd8 && !raw_last_q;
                flush_q <= rest_q && left_q > 11'd8 && raw_last_q;
            end
        end
    end
endmodule

`default_nettype wire
