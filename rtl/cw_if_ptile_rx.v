// SPDX-License-Identifier: BSD-2-Clause
// Receive half of the P-Tile shim: rx_st, one or two segments of 256 bits, to requests
// and completions.
//
// A segment has its own header, start and end. The IP goes on for up to 27 cycles after
// rx_st_ready falls (readyLatency), so beats go to a buffer of DEPTH, and ready falls
// while 32 places or fewer are free. From there segments leave one a cycle to an endpoint of
// 256 bits, two a cycle to one of 512. A TLP's payload begins in lane 0 of the segment
// where it starts; at 512 bits a TLP that starts in the upper segment is moved by half a beat.
//
// What the endpoint has room for is told by number of TLPs (rx_buffer_limit): requests
// that want an answer up to NP_MAX beyond those answered, of the others as many as
// it has taken and 1024 more.
//
// Throughput: a beat of the endpoint's a cycle. ready falls only when more arrives.
`default_nettype none

module cw_if_ptile_rx #(
    parameter SEGS   = 2,
    parameter DATA_W = 256,   // 256, or 512 with two segments
    parameter DEPTH  = 64,
    parameter NP_MAX = 16
) (
    input  wire                  clk,
    input  wire                  rst,
    output wire                  idle,

    output wire                  rx_st_ready,
    input  wire [SEGS-1:0]       rx_st_valid,
    input  wire [SEGS-1:0]       rx_st_sop,
    input  wire [SEGS-1:0]       rx_st_eop,
    input  wire [128*SEGS-1:0]   rx_st_hdr,
    input  wire [256*SEGS-1:0]   rx_st_data,
    input  wire [3*SEGS-1:0]     rx_st_bar_range,
    output wire [11:0]           rx_buffer_limit,
    output wire [1:0]            rx_buffer_limit_tdm_idx,
    input  wire                  answered,     // a request got its last completion

    output wire                  rx_cpl_valid,
    input  wire                  rx_cpl_ready,
    output wire                  rx_req_valid,
    input  wire                  rx_req_ready,
    output wire [2:0]            rx_req_bar,
    output wire                  rx_req_np,
    // of both streams
    output wire                  rx_sop,
    output wire                  rx_eop,
    output wire [127:0]          rx_hdr,
    output wire [DATA_W-1:0]     rx_data,
    output wire [DATA_W/32-1:0]  rx_keep
);
    `include "cw_tlp.vh"

    localparam SEG_W = 3 + 3 + 128 + 256;
    localparam A = $clog2(DEPTH);
    localparam WORDS = DATA_W / 32;
    localparam L = $clog2(WORDS);

    initial if (DEPTH < 64) begin
        $display("%m: DEPTH %0d must be 64 or more: rx_st_ready takes 27 cycles", DEPTH);
        $finish;
    end

    // ---- the buffer ----
    wire [SEGS*SEG_W-1:0] in_word, word;
    wire                  in_any = |rx_st_valid;
    wire                  word_valid, word_take, buf_idle;
    reg  [A:0]            used_q;
    reg                   ready_q;

    genvar g;
    generate
        for (g = 0; g < SEGS; g = g + 1) begin : g_in
            assign in_word[g*SEG_W +: SEG_W] = {rx_st_valid[g], rx_st_sop[g], rx_st_eop[g],
                                                rx_st_bar_range[3*g +: 3], rx_st_hdr[128*g +: 128],
                                                rx_st_data[256*g +: 256]};
        end
    endgenerate

    stream_ram_fifo #(.W(SEGS * SEG_W), .DEPTH(DEPTH)) u_buf (
        .clk(clk), .rst(rst), .idle(buf_idle), .in_valid(in_any), .in_data(in_word),
        .out_valid(word_valid), .out_ready(word_take), .out_data(word)
    );
    assign rx_st_ready = ready_q;

    always @(posedge clk) begin
        if (rst) begin
            used_q  <= {(A + 1){1'b0}};
            ready_q <= 1'b0;
        end else begin
            used_q  <= used_q + {{A{1'b0}}, in_any} - {{A{1'b0}}, word_valid && word_take};
            ready_q <= used_q < DEPTH[A:0] - 32;
        end
    end

    // ---- its segments, as many a cycle as a beat of the endpoint has ----
    wire              more;          // the word has another that does not fit into this beat
    wire              room;
    wire              held;          // a segment is kept for the next beat
    wire              seg_valid, seg_eop;
    wire [SEG_W-1:0]  seg;           // the first of the beat
    wire [DATA_W-1:0] seg_data;
    generate
        if (DATA_W == 512) begin : g_wide
            // A TLP's segment waits here for the one that fills its beat. In order: it, low, high.
            reg              hold_here_q;
            reg  [SEG_W-1:0] hold_q;
            wire [SEG_W-1:0] low  = word[SEG_W-1:0];
            wire [SEG_W-1:0] high = word[2*SEG_W-1:SEG_W];
            wire             low_here  = word_valid && low[SEG_W-1];
            wire             high_here = word_valid && high[SEG_W-1];
            wire             three = hold_here_q && low_here && high_here;
            wire             two_here = hold_here_q ? low_here || high_here : low_here && high_here;
            wire [SEG_W-1:0] two  = hold_here_q && low_here ? low : high;
            wire             both = two_here && !seg[SEG_W-3];
            wire             one_here = hold_here_q || low_here || high_here;
            assign held      = hold_here_q;
            assign seg       = hold_here_q ? hold_q : low_here ? low : high;
            assign seg_valid = one_here && (seg[SEG_W-3] || two_here);
            assign seg_eop   = both ? two[SEG_W-3] : seg[SEG_W-3];
            assign seg_data  = {both ? two[255:0] : 256'd0, seg[255:0]};
            // Only one can be kept: behind a held one that ends, the word waits.
            assign more      = three && !both;
            always @(posedge clk) begin
                if (room)
                    hold_q <= !seg_valid ? seg : three ? high : two;
                if (rst)
                    hold_here_q <= 1'b0;
                else if (room)
                    hold_here_q <= !seg_valid ? one_here : three ? both : two_here && !both;
            end
            wire unused = &{1'b0, two[SEG_W-2], two[SEG_W-4:256]};  // it never begins a beat
        end else if (SEGS == 2) begin : g_two
            reg done_q;              // the first was handed on
            wire at     = done_q || !word[SEG_W-1];
            assign more = !at && word[2*SEG_W-1];
            assign seg  = at ? word[2*SEG_W-1:SEG_W] : word[SEG_W-1:0];
            assign held = 1'b0;
            assign seg_valid = word_valid && seg[SEG_W-1];
            assign seg_eop   = seg[SEG_W-3];
            assign seg_data  = seg[255:0];
            always @(posedge clk)
                if (rst)
                    done_q <= 1'b0;
                else if (word_valid && room)
                    done_q <= more;
        end else begin : g_one
            assign more = 1'b0;
            assign seg  = word;
            assign held = 1'b0;
            assign seg_valid = word_valid && seg[SEG_W-1];
            assign seg_eop   = seg[SEG_W-3];
            assign seg_data  = seg[255:0];
        end
    endgenerate
    assign word_take = room && !more;

    wire         seg_sop = seg[SEG_W-2];
    wire [2:0]   seg_bar = seg[SEG_W-4 -: 3];
    wire [127:0] seg_hdr = seg[256 +: 128];

    // ---- to the endpoint: DW 0 lowest, lanes counted by the header's length ----
    reg                  out_q, sop_q, eop_q, cpl_q, np_q, posted_q;
    reg  [2:0]           bar_q;
    reg  [127:0]         hdr_q;
    reg  [DATA_W-1:0]    data_q;
    reg  [WORDS-1:0]     keep_q;
    reg  [10:0]          left_q;
    wire [31:0]          dw0    = seg_hdr[127:96];
    wire                 four   = dw0[TLP_FMT_LSB];
    wire                 has    = dw0[TLP_FMT_LSB+1];
    wire [4:0]           kind   = dw0[TLP_TYPE_MSB:TLP_TYPE_LSB];
    wire [10:0]          left   = !seg_sop ? left_q : !has ? 11'd0 : {dw0[9:0] == 10'd0, dw0[9:0]};
    wire                 is_cpl = kind[4:1] == 4'b0101;
    wire                 posted = kind[4:3] == 2'b10 || (has && kind == 5'd0);
    wire                 take   = seg_valid && room;

    assign room         = !out_q || (cpl_q ? rx_cpl_ready : rx_req_ready);
    assign rx_cpl_valid = out_q && cpl_q;
    assign rx_req_valid = out_q && !cpl_q;
    // binary, 6 and 7: I/O and expansion ROM, which the endpoint has not
    assign rx_req_bar   = bar_q;
    assign rx_req_np    = np_q;
    assign rx_sop       = sop_q;
    assign rx_eop       = eop_q;
    assign rx_hdr       = hdr_q;
    assign rx_data      = data_q;
    assign rx_keep      = keep_q;
    assign idle         = buf_idle && !word_valid && !out_q && !in_any && !held;

    always @(posedge clk) begin
        if (room) begin
            sop_q  <= seg_sop;
            eop_q  <= seg_eop;
            data_q <= seg_data;
            keep_q <= left >= WORDS[10:0] ? {WORDS{1'b1}} : ~({WORDS{1'b1}} << left[L-1:0]);
        end
        if (take) begin
            left_q <= left < WORDS[10:0] ? 11'd0 : left - WORDS[10:0];
            if (seg_sop) begin
                cpl_q    <= is_cpl;
                np_q     <= !is_cpl && !posted;
                posted_q <= posted;
                bar_q    <= seg_bar > 3'd5 ? 3'd7 : {seg_bar[2:1], 1'b0};
                // The IP takes the digest away.
                hdr_q    <= {four ? seg_hdr[31:0] : 32'd0, seg_hdr[63:32], seg_hdr[95:64],
                             dw0 & ~(32'd1 << TLP_TD)};
            end
        end
        if (rst)
            out_q <= 1'b0;
        else if (room)
            out_q <= take;
    end

    // ---- what is told of room, in turn ----
    reg  [1:0]  turn_q;
    reg  [11:0] limit_q, posted_n_q, np_n_q, cpl_n_q;
    reg  [1:0]  limit_turn_q;
    assign rx_buffer_limit         = limit_q;
    assign rx_buffer_limit_tdm_idx = limit_turn_q;
    wire ends_req = rx_req_valid && rx_req_ready && eop_q;

    always @(posedge clk) begin
        limit_q      <= turn_q == 2'd0 ? posted_n_q + 12'd1024 :
                        turn_q == 2'd1 ? np_n_q + NP_MAX[11:0] : cpl_n_q + 12'd1024;
        limit_turn_q <= turn_q;
        if (rst) begin
            turn_q     <= 2'd0;
            posted_n_q <= 12'd0;
            np_n_q     <= 12'd0;
            cpl_n_q    <= 12'd0;
        end else begin
            turn_q     <= turn_q == 2'd2 ? 2'd0 : turn_q + 2'd1;
            posted_n_q <= posted_n_q + {11'd0, ends_req && posted_q};
            np_n_q     <= np_n_q + {11'd0, answered};
            cpl_n_q    <= cpl_n_q + {11'd0, rx_cpl_valid && rx_cpl_ready && eop_q};
        end
    end
endmodule

`default_nettype wire
