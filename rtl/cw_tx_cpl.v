// SPDX-License-Identifier: BSD-2-Clause
// Completions out, one read at a time.
//
// Takes a completion job: the request's header (of 3 DWs, as cw_rx_req makes it), a
// status, and the data, either one or two DWs beside the job or the 4 KiB buffer that
// the window filled before (buf_*: card memory words at their place in the 4 KiB page, those of the first
// completion turned so that it begins in lane 0: cw_window_rd). An answer with
// data is cut so that no completion is longer than MPS and all but the last end
// at a 128-byte boundary, whatever RCB says (PCIe Base Specification 6.0 section
// 2.3.1.1); because each cut is at a boundary only the first completion had to
// be turned. An answer without data is one Cpl.
//
// Posted writes come first: the running count of posted writes accepted on the
// request stream is noted when the job is taken, that is after its data was
// sampled, and the first completion is offered only when as many have been
// reported sent. An interrupt message and an event ring entry under way at that time
// count among them.
// engine_rst clears both counts, so nothing is waited for then.
//
// Latency: three cycles from the job to the first beat.
// Throughput: a beat a cycle within a completion, two cycles between two.
`default_nettype none

module cw_tx_cpl #(
    parameter DATA_W = 256
) (
    input  wire                  clk,
    input  wire                  rst,
    output wire                  idle,
    input  wire                  engine_rst,
    input  wire [15:0]           fn_bdf,
    input  wire [2:0]            fn_mps,
    input  wire [15:0]           posted_n,
    input  wire [15:0]           sent_n,
    input  wire [1:0]            under_way,     // each: a posted write of the card waits and may leave

    input  wire                  cpl_valid,
    output wire                  cpl_ready,
    input  wire [127:0]          cpl_hdr,
    input  wire [2:0]            cpl_status,
    input  wire                  cpl_mem,
    input  wire                  cpl_buf,
    input  wire [63:0]           cpl_imm,

    input  wire                  buf_wr_en,
    input  wire [9-$clog2(DATA_W/32):0] buf_wr_addr,
    input  wire [DATA_W/32-1:0]  buf_wr_back,   // lanes that go to the word before
    input  wire [DATA_W-1:0]     buf_wr_data,
    input  wire [2:0]            buf_mps,       // the payload size that it was filled for

    output wire                  tx_cpl_valid,
    input  wire                  tx_cpl_ready,
    output wire                  tx_cpl_sop,
    output wire                  tx_cpl_eop,
    output wire [127:0]          tx_cpl_hdr,
    output wire [DATA_W-1:0]     tx_cpl_data,
    output wire [DATA_W/32-1:0]  tx_cpl_keep,

    output wire                  err_ca
);
    `include "cw_tlp.vh"

    localparam L = $clog2(DATA_W / 32);
    localparam [31:0] LANES = DATA_W / 32;
    localparam [1:0] S_IDLE = 2'd0, S_SENT = 2'd1, S_CUT = 2'd2, S_BEATS = 2'd3;
    reg [1:0]         state_q;

    reg [127:0]       req_q;
    reg [2:0]         status_q;
    reg               data_q;      // with data
    reg               lock_q;      // of a locked read
    reg               buf_q;
    reg [63:0]        imm_q;
    reg [15:0]        target_q;    // posted writes to be sent first
    reg [1:0]         wait_q;      // and those that are not yet among them
    reg [9:0]         at_q;        // DW in the 4 KiB page of the next completion
    reg [10:0]        left_q;      // DWs of the answer left
    reg [12:0]        bytes_q;     // byte count of the next completion
    reg [1:0]         skip_q;      // bytes before the first one enabled
    reg [10:0]        cut_q;       // DWs of this completion not yet in a beat
    reg [9-L:0]       word_q;      // next buffer word
    reg [127:0]       hdr_q;
    reg               out_q, sop_q, eop_q;
    reg [DATA_W-1:0]  out_data_q;
    reg [DATA_W/32-1:0] keep_q;

    // ---- byte count and lower address (2.3.1.1, table of byte enables) ----
    wire [3:0]  first_be = cpl_hdr[TLP_FIRST_BE_MSB:TLP_FIRST_BE_LSB];
    wire [3:0]  last_be  = cpl_hdr[TLP_LAST_BE_MSB:TLP_LAST_BE_LSB];
    wire [10:0] len      = {cpl_hdr[TLP_LEN_MSB:TLP_LEN_LSB] == 10'd0, cpl_hdr[TLP_LEN_MSB:TLP_LEN_LSB]};
    wire [3:0]  end_be   = len == 11'd1 ? first_be : last_be;
    wire [1:0]  skip_lo  = first_be[0] ? 2'd0 : first_be[1] ? 2'd1 : first_be[2] ? 2'd2 :
                           first_be[3] ? 2'd3 : 2'd0;
    wire [1:0]  skip_hi  = end_be[3] ? 2'd0 : end_be[2] ? 2'd1 : end_be[1] ? 2'd2 : 2'd3;
    wire        flush    = len == 11'd1 && first_be == 4'd0;
    wire [12:0] bytes    = !cpl_mem ? 13'd4 : flush ? 13'd1 :
                           {len, 2'b00} - {11'd0, skip_lo} - {11'd0, skip_hi};
    wire [9:0]  at       = cpl_hdr[75:66];

    // ---- the cut: to MPS from the last 128-byte boundary ----
    wire [2:0]  mps      = buf_q ? buf_mps : fn_mps > 3'd5 ? 3'd5 : fn_mps;
    wire [10:0] reach    = (11'd32 << mps) - {6'd0, at_q[4:0]};
    wire        last_cut = left_q <= reach;
    wire [10:0] cut      = last_cut ? left_q : reach;

    wire [7:0]  fmt_type = {1'b0, data_q, 1'b0, 4'b0101, lock_q}; // locked reads: CplLk
    wire [15:0] posted_ahead = sent_n - target_q;
    wire        sent     = engine_rst || !posted_ahead[15];

    wire [31:0] dw0 = {fmt_type, req_q[TLP_T9], req_q[TLP_TC_MSB:TLP_TC_LSB], req_q[TLP_T8],
                       req_q[TLP_ATTR2], 4'd0, req_q[TLP_ATTR1], req_q[TLP_ATTR0], 2'd0,
                       data_q ? cut[9:0] : 10'd0};
    wire [31:0] dw1 = {fn_bdf, status_q, 1'b0, bytes_q[11:0]};
    wire [31:0] dw2 = {req_q[TLP_REQ_ID_MSB:TLP_REQ_ID_LSB], req_q[TLP_TAG_MSB:TLP_TAG_LSB],
                       1'b0, at_q[4:0], skip_q};

    // ---- buffer ----
    wire               step = state_q == S_BEATS && (!out_q || tx_cpl_ready) && cut_q != 11'd0;
    wire [DATA_W-1:0]  rd_data;
    wire [9-L:0]       wr_before = buf_wr_addr - 1'b1;
    wire               last_beat = cut_q <= LANES[10:0];
    wire [DATA_W/32-1:0] keep    = !data_q ? {(DATA_W/32){1'b0}} :
                                   last_beat ? ~({(DATA_W/32){1'b1}} << cut_q[L:0]) : {(DATA_W/32){1'b1}};

    // The byte enables decide at the job; the rest of the header is not copied.
    wire unused = &{1'b0, end_be[0], posted_ahead[14:0], req_q[127:64], req_q[39:32], req_q[31:24], req_q[17:14], req_q[11:0]};

    genvar g;
    generate
        for (g = 0; g < DATA_W / 32; g = g + 1) begin : g_lane
            cw_ram #(.W(32), .DEPTH(1 << (10 - L))) u_buf (
                .clk(clk), .wr_en(buf_wr_en), .wr_addr(buf_wr_back[g] ? wr_before : buf_wr_addr),
                .wr_data(buf_wr_data[32*g +: 32]), .rd_en(state_q == S_CUT || step),
                .rd_addr(state_q == S_CUT ? at_q[9:L] : word_q), .rd_data(rd_data[32*g +: 32])
            );
            // What is not kept is zero: a vendor's IP may join two TLPs in a beat.
            always @(posedge clk)
                if (step && !keep[g])
                    out_data_q[32*g +: 32] <= 32'd0;
                else if (step)
                    out_data_q[32*g +: 32] <= g < 2 && !buf_q ? imm_q[32*(g % 2) +: 32] : rd_data[32*g +: 32];
        end
    endgenerate

    assign idle         = state_q == S_IDLE;
    assign cpl_ready    = state_q == S_IDLE;
    assign tx_cpl_valid = out_q;
    assign tx_cpl_sop   = sop_q;
    assign tx_cpl_eop   = eop_q;
    assign tx_cpl_hdr   = hdr_q;
    assign tx_cpl_data  = out_data_q;
    assign tx_cpl_keep  = keep_q;
    assign err_ca       = cpl_valid && cpl_ready && cpl_status == TLP_CA;

    always @(posedge clk) begin
        case (state_q)
        // Waits for a job.
        S_IDLE: if (cpl_valid) begin
            state_q  <= S_SENT;
            req_q    <= cpl_hdr;
            status_q <= cpl_status;
            data_q   <= cpl_status == TLP_SC;
            lock_q   <= cpl_mem && cpl_hdr[TLP_TYPE_LSB];
            buf_q    <= cpl_buf;
            imm_q    <= cpl_imm;
            target_q <= posted_n;
            wait_q   <= under_way;
            at_q     <= cpl_mem ? at : 10'd0;
            left_q   <= len;
            bytes_q  <= bytes;
            skip_q   <= cpl_mem ? skip_lo : 2'd0;
        end
        // Waits until the posted writes before this answer have been sent.
        S_SENT: if (wait_q != 2'd0) begin
            wait_q   <= wait_q & under_way;
            target_q <= posted_n;
        end else if (sent)
            state_q <= S_CUT;
        // Makes the header of the next completion; its first buffer word is read.
        S_CUT: begin
            state_q <= S_BEATS;
            hdr_q   <= {32'd0, dw2, dw1, dw0};
            cut_q   <= data_q ? cut : 11'd1;
            word_q  <= at_q[9:L] + 1'b1;
            sop_q   <= 1'b1;
            at_q    <= at_q + cut[9:0];
            left_q  <= data_q ? left_q - cut : 11'd0;
            bytes_q <= bytes_q - {cut, 2'b00} + {11'd0, skip_q};
            skip_q  <= 2'd0;
        end
        // Waits for the beats of the completion to be taken.
        default: begin
            if (out_q && tx_cpl_ready) begin
                out_q <= 1'b0;
                sop_q <= 1'b0;
                if (eop_q)
                    state_q <= left_q == 11'd0 ? S_IDLE : S_CUT;
            end
            if (step) begin
                out_q      <= 1'b1;
                eop_q      <= last_beat;
                keep_q     <= keep;
                imm_q      <= imm_q >> 32;       // of two DWs cut apart: the second
                cut_q      <= last_beat ? 11'd0 : cut_q - LANES[10:0];
                word_q     <= word_q + 1'b1;
            end
        end
        endcase
        if (rst) begin
            state_q <= S_IDLE;
            out_q   <= 1'b0;
        end
    end
endmodule

`default_nettype wire
