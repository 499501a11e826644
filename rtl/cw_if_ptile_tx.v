// SPDX-License-Identifier: BSD-2-Clause
// Transmit half of the P-Tile shim: requests, completions and MSI to tx_st.
//
// tx_st_valid may not fall inside a TLP while the IP is ready, so TLPs are gathered
// whole in a buffer of 8 KiB. The IP's ready of three cycles before says whether a cycle
// may carry something (readyLatency). TLPs start in segment 0; with two segments a
// TLP fills both.
//
// The IP keeps what it takes in order, so a posted write counts as sent (tx_sent_n) when
// its last beat was given. Room at the link partner is counted from tx_cdts_limit,
// which gives running totals in turn, and what went into the buffer; a limit that was
// 0 ever since is none.
//
// Throughput: a beat of the endpoint's a cycle.
`default_nettype none

module cw_if_ptile_tx #(
    parameter SEGS   = 2,
    parameter DATA_W = 256   // 256, or 512 with two segments
) (
    input  wire                  clk,
    input  wire                  rst,
    output wire                  idle,
    input  wire [2:0]            fn_mps,

    input  wire                  tx_req_valid,
    output wire                  tx_req_ready,
    input  wire                  tx_req_sop,
    input  wire                  tx_req_eop,
    input  wire [127:0]          tx_req_hdr,
    input  wire [DATA_W-1:0]     tx_req_data,
    input  wire [DATA_W/32-1:0]  tx_req_keep,
    output wire [3:0]            tx_sent_n,
    output wire                  tx_fc_valid,
    output wire [11:0]           tx_fc_ph,
    output wire [15:0]           tx_fc_pd,
    output wire [11:0]           tx_fc_nph,

    input  wire                  tx_cpl_valid,
    output wire                  tx_cpl_ready,
    input  wire                  tx_cpl_sop,
    input  wire                  tx_cpl_eop,
    input  wire [127:0]          tx_cpl_hdr,
    input  wire [DATA_W-1:0]     tx_cpl_data,
    input  wire [DATA_W/32-1:0]  tx_cpl_keep,
    output wire                  answered,

    // MSI: one DW, a write of the shim's own
    input  wire                  msi_valid,
    output wire                  msi_ready,
    input  wire [127:0]          msi_hdr,
    input  wire [31:0]           msi_data,

    input  wire                  tx_st_ready,
    output wire [SEGS-1:0]       tx_st_valid,
    output wire [SEGS-1:0]       tx_st_sop,
    output wire [SEGS-1:0]       tx_st_eop,
    output wire [128*SEGS-1:0]   tx_st_hdr,
    output wire [256*SEGS-1:0]   tx_st_data,
    output wire [SEGS-1:0]       tx_st_err,

    input  wire [15:0]           tx_cdts_limit,
    input  wire [2:0]            tx_cdts_limit_tdm_idx
);
    `include "cw_tlp.vh"

    localparam DEPTH = 256 / SEGS;
    localparam A = $clog2(DEPTH);

    // ---- whose turn: a TLP each, when one of the largest fits ----
    localparam [1:0] REQ = 2'd0, CPL = 2'd1, MSI = 2'd2;
    reg  [A:0]  used_q;
    reg         room_q, mid_q;
    reg  [1:0]  src_q;               // of the TLP inside, or of the last
    wire [2:0]  mps    = fn_mps > 3'd5 ? 3'd5 : fn_mps;
    wire [8:0]  most   = (9'd4 << mps) / SEGS[8:0];
    wire [1:0]  pick   = mid_q ? src_q :
                         msi_valid ? MSI :
                         tx_cpl_valid && !(tx_req_valid && src_q == CPL) ? CPL : REQ;
    wire        here   = pick == MSI ? msi_valid : pick == CPL ? tx_cpl_valid : tx_req_valid;
    wire        go     = here && (mid_q || room_q);
    wire        sop    = pick == MSI || (pick == CPL ? tx_cpl_sop : tx_req_sop);
    wire        eop    = pick == MSI || (pick == CPL ? tx_cpl_eop : tx_req_eop);
    wire [127:0] hdr   = pick == MSI ? msi_hdr : pick == CPL ? tx_cpl_hdr : tx_req_hdr;
    wire [DATA_W-1:0]    data = pick == MSI ? {{(DATA_W - 32){1'b0}}, msi_data} :
                                pick == CPL ? tx_cpl_data : tx_req_data;
    wire [DATA_W/32-1:0] keep = pick == MSI ? {{(DATA_W / 32 - 1){1'b0}}, 1'b1} :
                                pick == CPL ? tx_cpl_keep : tx_req_keep;
    assign tx_req_ready = go && pick == REQ;
    assign tx_cpl_ready = go && pick == CPL;
    assign msi_ready    = go && pick == MSI;

    wire [12:0] cpl_left  = {tx_cpl_hdr[TLP_CPL_BYTES_MSB:TLP_CPL_BYTES_LSB] == 12'd0,
                             tx_cpl_hdr[TLP_CPL_BYTES_MSB:TLP_CPL_BYTES_LSB]};
    wire [12:0] cpl_bytes = {tx_cpl_hdr[9:0] == 10'd0, tx_cpl_hdr[9:0], 2'b00} - {11'd0, tx_cpl_hdr[65:64]};
    assign answered = tx_cpl_ready && tx_cpl_sop && (!tx_cpl_hdr[30] || cpl_left <= cpl_bytes);

    // ---- beats to words of the IP's width, words to the buffer ----
    wire               push, push_last;
    wire [256*SEGS-1:0] push_data;
    wire [SEGS-1:0]    push_valid;
    reg  [127:0]       hdr_q;
    reg                first_q, posted_q;      // of the word being filled; of the TLP
    wire               counts = pick == REQ && hdr[30];
    wire               is_first = sop || first_q;

    generate
        if (DATA_W == 512) begin : g_wide
            assign push       = go;
            assign push_data  = data;
            assign push_valid = {keep[8], 1'b1};
        end else if (SEGS == 2) begin : g_two
            reg         half_q;
            reg [255:0] low_q;
            assign push       = go && (eop || half_q);
            assign push_data  = half_q ? {data, low_q} : {256'd0, data};
            assign push_valid = {half_q, 1'b1};
            always @(posedge clk) begin
                if (go && !half_q)
                    low_q <= data;
                if (rst)
                    half_q <= 1'b0;
                else if (go)
                    half_q <= !eop && !half_q;
            end
        end else begin : g_one
            assign push       = go;
            assign push_data  = data;
            assign push_valid = 1'b1;
        end
    endgenerate
    assign push_last = eop;
    wire   unused = &{1'b0, keep};   // the header's length says it, but for the upper segment

    localparam W = 256 * SEGS + SEGS + 128 + 3;
    wire         pop, word_valid, word_sop, word_last, word_posted, buf_idle;
    wire [SEGS-1:0] word_segs;
    wire [127:0] word_hdr;
    wire [256*SEGS-1:0] word_data;
    wire [127:0] hdr_now = sop ? hdr : hdr_q;

    stream_ram_fifo #(.W(W), .DEPTH(DEPTH)) u_buf (
        .clk(clk), .rst(rst), .idle(buf_idle), .in_valid(push),
        .in_data({is_first, push_last, sop ? counts : posted_q, push_valid, hdr_now, push_data}),
        .out_valid(word_valid), .out_ready(pop),
        .out_data({word_sop, word_last, word_posted, word_segs, word_hdr, word_data})
    );

    always @(posedge clk) begin
        room_q <= {{(9 - A){1'b0}}, used_q} + {1'b0, most} + 10'd2 < DEPTH[9:0];
        if (go && sop) begin
            hdr_q    <= hdr;
            posted_q <= counts;
        end
        if (go)
            src_q <= pick;
        if (rst) begin
            mid_q   <= 1'b0;
            first_q <= 1'b0;
            src_q   <= REQ;
            used_q  <= {(A + 1){1'b0}};
        end else begin
            if (go) begin
                mid_q   <= !eop;
                first_q <= is_first && !push;
            end
            used_q <= used_q + {{A{1'b0}}, push} - {{A{1'b0}}, pop};
        end
    end

    // ---- whole TLPs out, three cycles behind the IP's ready ----
    reg              ready1_q, ready2_q, out_q, out_sop_q, out_last_q, inside_q, sent_q;
    reg  [A:0]       whole_q;       // TLPs whole in the buffer
    reg  [SEGS-1:0]  segs_q;
    reg  [127:0]     out_hdr_q;
    reg  [256*SEGS-1:0] out_data_q;
    wire [SEGS-1:0]  one = 1;
    assign pop = word_valid && ready2_q && (inside_q || whole_q != {(A + 1){1'b0}});
    assign tx_st_valid = out_q ? segs_q : {SEGS{1'b0}};
    assign tx_st_sop   = out_q && out_sop_q ? one : {SEGS{1'b0}};
    // the highest segment in use ends it
    assign tx_st_eop   = out_q && out_last_q ? segs_q ^ (segs_q >> 1) : {SEGS{1'b0}};
    assign tx_st_data  = out_data_q;
    assign tx_st_err   = {SEGS{1'b0}};
    assign tx_sent_n   = {3'd0, sent_q};
    assign idle        = buf_idle && !word_valid && !out_q && !mid_q && !sent_q;
    generate
        if (SEGS == 2) begin : g_hdr_two
            assign tx_st_hdr = {128'd0, out_hdr_q};
        end else begin : g_hdr_one
            assign tx_st_hdr = out_hdr_q;
        end
    endgenerate

    always @(posedge clk) begin
        out_sop_q  <= word_sop;
        out_last_q <= word_last;
        segs_q     <= word_segs;
        out_hdr_q  <= {word_hdr[31:0], word_hdr[63:32], word_hdr[95:64], word_hdr[127:96]};
        out_data_q <= word_data;
        if (rst) begin
            ready1_q <= 1'b0;
            ready2_q <= 1'b0;
            out_q    <= 1'b0;
            inside_q <= 1'b0;
            sent_q   <= 1'b0;
            whole_q  <= {(A + 1){1'b0}};
        end else begin
            ready1_q <= tx_st_ready;
            ready2_q <= ready1_q;
            out_q    <= pop;
            sent_q   <= pop && word_last && word_posted;
            if (pop)
                inside_q <= !word_last;
            whole_q  <= whole_q + {{A{1'b0}}, push && push_last} - {{A{1'b0}}, pop && word_last};
        end
    end

    // ---- room at the link partner ----
    reg         ph_some_q, nph_some_q, pd_some_q;    // there is a limit
    reg  [11:0] ph_limit_q, nph_limit_q, ph_n_q, nph_n_q;
    reg  [15:0] pd_limit_q, pd_n_q;
    wire [11:0] ph_left  = ph_limit_q - ph_n_q;
    wire [11:0] nph_left = nph_limit_q - nph_n_q;
    wire [15:0] pd_left  = pd_limit_q - pd_n_q;
    wire        starts   = go && sop && pick != CPL;
    wire [10:0] len      = {hdr[9:0] == 10'd0, hdr[9:0]};
    wire [10:0] units    = (len + 11'd3) >> 2;
    assign tx_fc_valid = 1'b1;
    assign tx_fc_ph    = !ph_some_q ? 12'hfff : ph_left[11] ? 12'd0 : ph_left;
    assign tx_fc_nph   = !nph_some_q ? 12'hfff : nph_left[11] ? 12'd0 : nph_left;
    assign tx_fc_pd    = !pd_some_q ? 16'hffff : pd_left[15] ? 16'd0 : pd_left;

    always @(posedge clk) begin
        // 0 posted, 1 non-posted, 2 completion headers; 4 to 6 the same for data
        case (tx_cdts_limit_tdm_idx)
        3'd0: ph_limit_q <= tx_cdts_limit[11:0];
        3'd1: nph_limit_q <= tx_cdts_limit[11:0];
        3'd4: pd_limit_q <= tx_cdts_limit;
        default: ;
        endcase
        if (rst) begin
            {ph_some_q, nph_some_q, pd_some_q} <= 3'd0;
            ph_limit_q  <= 12'd0;
            nph_limit_q <= 12'd0;
            pd_limit_q  <= 16'd0;
            ph_n_q      <= 12'd0;
            nph_n_q     <= 12'd0;
            pd_n_q      <= 16'd0;
        end else begin
            ph_some_q  <= ph_some_q || ph_limit_q != 12'd0;
            nph_some_q <= nph_some_q || nph_limit_q != 12'd0;
            pd_some_q  <= pd_some_q || pd_limit_q != 16'd0;
            ph_n_q     <= ph_n_q + {11'd0, starts && hdr[30]};
            nph_n_q    <= nph_n_q + {11'd0, starts && !hdr[30]};
            if (starts && hdr[30])
                pd_n_q <= pd_n_q + {5'd0, units};
        end
    end
endmodule

`default_nettype wire
