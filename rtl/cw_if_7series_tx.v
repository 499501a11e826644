// SPDX-License-Identifier: BSD-2-Clause
// Transmit half of the 7-series shim: requests and completions to raw TLPs on s_axis_tx.
//
// TLPs of both streams take turns. A request waits while the integrated block has
// no more than BUF_KEEP transmit buffers free (tx_buf_av), so that reads that wait for
// credit do not keep completions in. The block keeps posted writes and completions in
// the order in which it takes them, so a posted write counts as sent (tx_sent_n) when
// its last beat was taken.
//
// Answers of status UR or CA are not sent: the integrated block makes these
// completions itself when it is told of the error (cfg_err_*), so they go out on `fail`.
//
// Throughput: a beat a cycle.
`default_nettype none

module cw_if_7series_tx #(
    parameter IF_W     = 128,   // 128 or 64
    parameter DATA_W   = 256,
    parameter BUF_KEEP = 2
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
    output wire [3:0]            tx_sent_n,

    input  wire                  tx_cpl_valid,
    output wire                  tx_cpl_ready,
    input  wire                  tx_cpl_sop,
    input  wire                  tx_cpl_eop,
    input  wire [127:0]          tx_cpl_hdr,
    input  wire [DATA_W-1:0]     tx_cpl_data,
    input  wire [DATA_W/32-1:0]  tx_cpl_keep,
    output wire                  answered,     // a request of the host got its last completion

    // a completion that the integrated block makes
    output wire                  fail_valid,
    input  wire                  fail_ready,
    output wire [127:0]          fail_hdr,

    output wire                  s_axis_tx_tvalid,
    input  wire                  s_axis_tx_tready,
    output wire [IF_W-1:0]       s_axis_tx_tdata,
    output wire [IF_W/8-1:0]     s_axis_tx_tkeep,
    output wire                  s_axis_tx_tlast,
    output wire [3:0]            s_axis_tx_tuser,
    input  wire [5:0]            tx_buf_av
);
    `include "cw_tlp.vh"

    localparam DW_N = IF_W / 32;

    // ---- whose turn: a TLP each ----
    reg  mid_q;        // inside a TLP
    reg  cpl_turn_q;   // that TLP, or the last one, is a completion
    reg  room_q;       // buffers for a request
    wire s1_room;
    wire failed    = tx_cpl_sop && (tx_cpl_hdr[TLP_CPL_STATUS_MSB:TLP_CPL_STATUS_LSB] == TLP_UR ||
                                    tx_cpl_hdr[TLP_CPL_STATUS_MSB:TLP_CPL_STATUS_LSB] == TLP_CA);
    wire cpl_wants = tx_cpl_valid && !failed;
    wire req_wants = tx_req_valid && room_q;
    wire pick_cpl  = mid_q ? cpl_turn_q : cpl_wants && !(req_wants && cpl_turn_q);
    wire go        = s1_room && (mid_q ? (cpl_turn_q ? tx_cpl_valid : tx_req_valid) : cpl_wants || req_wants);

    wire               sop  = pick_cpl ? tx_cpl_sop : tx_req_sop;
    wire               eop  = pick_cpl ? tx_cpl_eop : tx_req_eop;
    wire [127:0]       hdr  = pick_cpl ? tx_cpl_hdr : tx_req_hdr;
    wire [DATA_W-1:0]  data = swap(pick_cpl ? tx_cpl_data : tx_req_data);
    wire [DATA_W/32-1:0] keep = pick_cpl ? tx_cpl_keep : tx_req_keep;

    assign tx_req_ready = go && !pick_cpl;
    assign tx_cpl_ready = tx_cpl_valid && !mid_q && failed ? fail_ready : go && pick_cpl;
    assign fail_valid   = tx_cpl_valid && !mid_q && failed;
    assign fail_hdr     = tx_cpl_hdr;

    // Byte Count is what is left of the request, this completion's bytes among it (2.2.9).
    wire [12:0] cpl_left  = {tx_cpl_hdr[TLP_CPL_BYTES_MSB:TLP_CPL_BYTES_LSB] == 12'd0,
                             tx_cpl_hdr[TLP_CPL_BYTES_MSB:TLP_CPL_BYTES_LSB]};
    wire [12:0] cpl_bytes = {tx_cpl_hdr[9:0] == 10'd0, tx_cpl_hdr[9:0], 2'b00} - {11'd0, tx_cpl_hdr[65:64]};
    assign answered = tx_cpl_valid && tx_cpl_ready && tx_cpl_sop &&
                      (!tx_cpl_hdr[30] || cpl_left <= cpl_bytes);

    // ---- header and payload joined to words of 256 bits, DW 0 lowest ----
    reg          raw_q, raw_last_q, raw_posted_q, raw_poison_q;
    reg  [255:0] raw_data_q;
    reg  [3:0]   raw_n_q;       // DWs in it
    reg          flush_q;       // rest_q is the last word
    reg  [127:0] rest_q;        // DWs that did not fit
    reg  [3:0]   rest_n_q;
    reg          four_q;
    wire         raw_take;

    wire         four   = sop ? hdr[TLP_FMT_LSB] : four_q;
    wire [3:0]   head_n = four ? 4'd4 : 4'd3;
    wire [127:0] head   = sop ? hdr : rest_q;
    wire [3:0]   pay_n  = count(keep);
    wire [3:0]   sum    = head_n + pay_n;
    wire         spill  = eop && sum > 4'd8;

    assign s1_room = (!raw_q || raw_take) && !flush_q;

    // A payload DW goes out with its first byte on top.
    function [DATA_W-1:0] swap(input [DATA_W-1:0] d);
        integer i;
        for (i = 0; i < DATA_W / 8; i = i + 1)
            swap[8*i +: 8] = d[8*(i ^ 3) +: 8];
    endfunction

    function [3:0] count(input [DATA_W/32-1:0] k);
        integer i;
        begin
            count = 4'd0;
            for (i = 0; i < DATA_W / 32; i = i + 1)
                count = count + {3'd0, k[i]};
        end
    endfunction

    always @(posedge clk) begin
        room_q <= tx_buf_av > BUF_KEEP[5:0];
        if (go) begin
            raw_data_q <= four ? {data[127:0], head} : {data[159:0], head[95:0]};
            raw_n_q    <= sum > 4'd8 ? 4'd8 : sum;
            raw_last_q <= eop && !spill;
            rest_q     <= four ? data[255:128] : {32'd0, data[255:160]};
            rest_n_q   <= sum - 4'd8;
            four_q     <= four;
            cpl_turn_q <= pick_cpl;
            if (sop) begin
                raw_posted_q <= !pick_cpl && hdr[30];
                raw_poison_q <= hdr[TLP_EP];
            end
        end else if (flush_q && (!raw_q || raw_take)) begin
            raw_data_q <= {128'd0, rest_q};
            raw_n_q    <= rest_n_q;
            raw_last_q <= 1'b1;
        end
        if (rst) begin
            mid_q      <= 1'b0;
            raw_q      <= 1'b0;
            flush_q    <= 1'b0;
            cpl_turn_q <= 1'b0;
        end else begin
            if (go) begin
                mid_q   <= !eop;
                flush_q <= spill;
                raw_q   <= 1'b1;
            end else if (!raw_q || raw_take) begin
                raw_q   <= flush_q;
                flush_q <= 1'b0;
            end
        end
    end

    // ---- words to beats ----
    localparam AT_W = IF_W == 128 ? 1 : 2;
    reg  [AT_W-1:0]   at_q;     // next beat of the word
    reg               out_q, last_q, posted_q, poison_q, sent_q;
    reg  [IF_W-1:0]   out_data_q;
    reg  [DW_N-1:0]   out_keep_q;
    wire              out_room = !out_q || s_axis_tx_tready;
    wire [3:0]        done_n   = DW_N[3:0] * ({{(4-AT_W){1'b0}}, at_q} + 4'd1);
    wire              word_end = raw_n_q <= done_n;
    wire [3:0]        here     = raw_n_q - (done_n - DW_N[3:0]);

    assign raw_take         = raw_q && out_room && word_end;
    assign s_axis_tx_tvalid = out_q;
    assign s_axis_tx_tdata  = out_data_q;
    assign s_axis_tx_tlast  = last_q;
    // not discontinued, not streamed, poisoned, no ECRC
    assign s_axis_tx_tuser  = {1'b0, 1'b0, poison_q, 1'b0};
    assign tx_sent_n        = {3'd0, sent_q};
    assign idle             = !out_q && !raw_q && !flush_q && !sent_q && !mid_q;

    genvar g;
    generate
        for (g = 0; g < DW_N; g = g + 1) begin : g_keep
            assign s_axis_tx_tkeep[4*g +: 4] = {4{out_keep_q[g]}};
        end
    endgenerate

    always @(posedge clk) begin
        if (out_room) begin
            out_data_q <= raw_data_q[IF_W*at_q +: IF_W];
            out_keep_q <= word_end ? ~({DW_N{1'b1}} << here) : {DW_N{1'b1}};
            last_q     <= raw_last_q && word_end;
            posted_q   <= raw_posted_q;
            poison_q   <= raw_poison_q;
        end
        if (rst) begin
            out_q  <= 1'b0;
            at_q   <= {AT_W{1'b0}};
            sent_q <= 1'b0;
        end else begin
            sent_q <= out_q && s_axis_tx_tready && last_q && posted_q;
            if (out_room) begin
                out_q <= raw_q;
                if (raw_q)
                    at_q <= word_end ? {AT_W{1'b0}} : at_q + 1'b1;
            end
        end
    end

    wire unused = &{1'b0, tx_cpl_hdr[TLP_TD]};
endmodule

`default_nettype wire
