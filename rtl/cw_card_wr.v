// SPDX-License-Identifier: BSD-2-Clause
//
// Writes the payload of completions to card memory.
//
// A TLP's payload arrives packed from its first DW; `card_skip` bytes of that DW
// are not wanted. It is rotated to its byte lane in card memory (stage A; by the odd lane as it leaves), then
// each beat fills up what the one before began in the queue to card memory (stage B). A write
// burst never crosses 4 KiB (AXI), so a TLP is one burst or two, each of at most
// 129 beats; strobes at both ends. AXI write responses come back in order and
// meet, in a queue, what their burst carried: `wrote` reports it.
//
// A beat a cycle, TLPs back to back. One cycle more for a TLP whose place in
// card memory needs another beat (or whose first beat only fills up a lane).
`default_nettype none

module cw_card_wr #(
    parameter DATA_W = 256,
    parameter OP_W   = 8
) (
    input  wire                clk,
    input  wire                rst,
    output wire                idle,
    output wire                empty,

    input  wire                card_valid,
    output wire                card_ready,
    input  wire                card_sop,
    input  wire                card_eop,
    input  wire [DATA_W-1:0]   card_data,
    input  wire [1:0]          card_skip,
    input  wire [63:0]         card_addr,
    input  wire [12:0]         card_bytes,
    input  wire [OP_W-1:0]     card_op,
    input  wire [23:0]         card_offset,

    output wire                wrote_valid,
    input  wire                wrote_ready,
    output wire [OP_W-1:0]     wrote_op,
    output wire [23:0]         wrote_offset,
    output wire [12:0]         wrote_bytes,
    output wire [6:0]          wrote_status,

    output wire                axi_awvalid,
    input  wire                axi_awready,
    output wire [63:0]         axi_awaddr,
    output wire [7:0]          axi_awlen,
    output wire                axi_wvalid,
    input  wire                axi_wready,
    output wire [DATA_W-1:0]   axi_wdata,
    output wire [DATA_W/8-1:0] axi_wstrb,
    output wire                axi_wlast,
    input  wire                axi_bvalid,
    output wire                axi_bready,
    input  wire [1:0]          axi_bresp
);
    `include "cw_regs.vh"

    localparam BYTES = DATA_W / 8;
    localparam L     = $clog2(BYTES);           // lane bits
    localparam IN_W  = 2 + DATA_W + 2 + 64 + 13 + OP_W + 24;
    localparam MET_W = OP_W + 24 + 13;
    localparam WORD_W = 12 - L;                 // bits of a beat's place in its page of 4 KiB

    // ---- in: two beats are kept, so that the checks before it end here; while stage A waits for a TLP's
    // rest, the next one's first beat too ----
    wire              in_valid, in_ready, in_sop, in_eop;
    wire [DATA_W-1:0] in_data;
    wire [1:0]        in_skip;
    wire [63:0]       in_addr;
    wire [12:0]       in_bytes;
    wire [OP_W-1:0]   in_op;
    wire [23:0]       in_offset;
    wire [2:0]        in_n;
    wire              unused_in;
    assign card_ready = !in_n[1] || (in_n == 3'd2 && tail_q);
    stream_fifo #(.W(IN_W), .DEPTH(4)) u_in (
        .clk(clk), .rst(rst), .in_valid(card_valid && card_ready), .in_ready(unused_in),
        .in_data({card_sop, card_eop, card_data, card_skip, card_addr, card_bytes, card_op,
                  card_offset}),
        .out_valid(in_valid), .out_ready(in_ready),
        .out_data({in_sop, in_eop, in_data, in_skip, in_addr, in_bytes, in_op, in_offset}), .count(in_n)
    );

    // ---- stage A: rotate; what the TLP becomes. Of the TLP it keeps until its last beat is written: ----
    reg              a_q, a_eop_q;               // a beat
    reg [DATA_W-1:0] a_data_q;
    reg [L-1:0]      rot_q;                      // lanes the payload moves up
    reg [63:12]      page_q;                     // where it begins
    reg [11:0]       from_q;
    reg [12:0]       end_q;                      // behind its last byte, from its first page on
    reg [WORD_W-1:0] end_word_q;                 // the same in words
    reg              far_q;                      // that is in the next page: two bursts
    reg [OP_W-1:0]   op_q;
    reg [23:0]       offset_q;

    wire [L-1:0]        lane    = in_addr[L-1:0];
    wire [L-1:0]        skip    = {{(L - 2){1'b0}}, in_skip};
    wire [L-1:0]        rot     = in_sop ? lane - skip : rot_q;
    wire [12:0]         in_end  = {1'b0, in_addr[11:0]} + in_bytes;
    wire [BYTES-1:0]    ones    = {BYTES{1'b1}};
    function [DATA_W-1:0] up(input [DATA_W-1:0] data, input integer lanes);
        up = data << 8 * (lanes % BYTES) | data >> (DATA_W - 8 * (lanes % BYTES));
    endfunction

    // Up by an even number of lanes (the odd one costs nothing where this port meets others), by one of four at a
    // time: ANDs and ORs, as a LUT of six inputs takes four bits and their choice, which a mapper misses in muxes.
    function [DATA_W-1:0] up_even(input [DATA_W-1:0] data, input [L-1:0] by);
        integer s;
        reg [L:0] wide;
        reg [3:0] is;
        begin
            wide    = {1'b0, by};
            up_even = data;
            for (s = 1; s < L; s = s + 2) begin
                is      = 4'd1 << wide[s +: 2];
                up_even = ({DATA_W{is[0]}} & up_even) | ({DATA_W{is[1]}} & up(up_even, 1 << s)) |
                          ({DATA_W{is[2]}} & up(up_even, 2 << s)) | ({DATA_W{is[3]}} & up(up_even, 3 << s));
            end
        end
    endfunction

    // ---- stage B: join and write ----
    reg              run_q;                      // inside a TLP
    reg              quiet_q;                    // its first beat fills lanes only: no beat yet
    reg              tail_q;                     // the input is used up, output is not
    reg              ended_q;                    // the output is: beats nobody needs
    reg              open_q;                     // the burst's address was sent
    reg              second_q;                   // in the second page
    reg [WORD_W-1:0] word_q;                     // of the page, behind the next beat
    reg [11:0]       start_q;                    // where the next beat begins in its page: 0 but for the first

    wire          active    = a_q || tail_q;
    wire          writes    = active && !quiet_q && !ended_q;
    wire          opens     = writes && !open_q;
    wire          aw_room, met_room, unused_room;
    wire [2:0]    w_n;
    wire          w_room    = w_n != 3'd3;       // a beat is in its place of the queue, and in the next one
    wire          step      = active && (!writes || (w_room && (!opens || (aw_room && met_room))));
    wire          write     = step && writes;
    wire          last_beat = word_q == end_word_q && (second_q || !far_q);
    wire          wlast     = last_beat || word_q == {WORD_W{1'b0}};
    wire          used_up   = tail_q || a_eop_q;
    wire          done      = ended_q || (writes && last_beat);
    assign in_ready = !active || (step && (done || !used_up));

    // Of a whole beat, or from the first byte, or up to the last.
    wire [L-1:0]      upto     = last_beat ? end_q[L-1:0] : {L{1'b0}};   // 0: the whole beat
    wire [BYTES-1:0]  strb     = (ones << start_q[L-1:0]) & (upto == {L{1'b0}} ? ones : ~(ones << upto));

    // A burst ends where its TLP or its page does.
    wire              cut      = far_q && !second_q;
    wire [12:0]       cur_end  = {end_q[12] && !second_q, cut ? 12'd0 : end_q[11:0]};
    wire [12:0]       cur_n    = cur_end - {1'b0, start_q};
    wire [WORD_W-1:0] cur_len  = (cut ? {WORD_W{1'b0}} : end_word_q) - start_q[11:L] - 1'b1;
    wire [63:12]      cur_page = page_q + {51'd0, second_q};
    wire [12:0]       gone_n   = second_q ? 13'd4096 - {1'b0, from_q} : 13'd0;   // bytes of the first burst
    wire [23:0]       cur_offset = offset_q + {11'd0, gone_n};

    wire [3:0] unused_aw;
    wire [6:0] met_count;
    wire [8:0] wide_len = {{(9 - WORD_W){1'b0}}, cur_len};
    stream_fifo #(.W(72), .DEPTH(8)) u_aw (
        .clk(clk), .rst(rst), .in_valid(write && opens), .in_ready(aw_room),
        .in_data({cur_page, start_q, wide_len[7:0]}), .out_valid(axi_awvalid), .out_ready(axi_awready),
        .out_data({axi_awaddr, axi_awlen}), .count(unused_aw)
    );
    wire w_odd;
    stream_fifo #(.W(BYTES + 2), .DEPTH(4)) u_w (
        .clk(clk), .rst(rst), .in_valid(write), .in_ready(unused_room), .in_data({strb, wlast, rot_q[0]}),
        .out_valid(axi_wvalid), .out_ready(axi_wready), .out_data({axi_wstrb, axi_wlast, w_odd}), .count(w_n)
    );

    // The queue's data: a RAM a lane, as those above the rotation belong to the beat that is written, those below it to
    // the next one. When none is written, all wait in its place: for the first beat, which fills lanes only.
    reg  [1:0]         w_head_q, w_tail_q;
    wire [1:0]         w_step = {writes && w_tail_q[0], writes};         // bits in which the next place differs
    wire [BYTES/2-1:0] below  = ~({BYTES / 2{1'b1}} << rot_q[L-1:1]);    // pairs of lanes
    wire [DATA_W-1:0]  w_data;                   // without the odd lane
    genvar i;
    generate
        for (i = 0; i < BYTES; i = i + 1) begin : g_lane
            wire [1:0] at = w_tail_q ^ ((i == BYTES - 1 ? rot_q[0] : below[i/2]) ? w_step : 2'd0);
            reg  [7:0] mem [0:3];
            always @(posedge clk)
                if (step && !tail_q)
                    mem[at] <= a_data_q[8*i +: 8];
            assign w_data[8*i +: 8] = mem[w_head_q];
        end
    endgenerate
    assign axi_wdata = w_odd ? {w_data[DATA_W-9:0], w_data[DATA_W-1:DATA_W-8]} : w_data;
    wire met_valid;
    stream_fifo #(.W(MET_W), .DEPTH(64)) u_met (
        .clk(clk), .rst(rst), .in_valid(write && opens), .in_ready(met_room),
        .in_data({op_q, cur_offset, cur_n}), .out_valid(met_valid),
        .out_ready(axi_bvalid && wrote_ready),
        .out_data({wrote_op, wrote_offset, wrote_bytes}), .count(met_count)
    );

    // ---- write responses: OKAY or EXOKAY, else an error (AXI4, A3.4.4) ----
    assign wrote_valid  = axi_bvalid && met_valid;
    assign axi_bready   = met_valid && wrote_ready;
    assign wrote_status = axi_bresp[1] ? CW_STATUS_AXI[6:0] : CW_STATUS_OK[6:0];

    wire take_a = in_valid && in_ready;
    assign idle  = !(card_valid && card_ready) && !take_a && !step &&
                   !(axi_awvalid && axi_awready) && !(axi_wvalid && axi_wready) &&
                   !(axi_bvalid && axi_bready);
    assign empty = !in_valid && !a_q && !run_q && met_count == 7'd0;
    wire unused  = &{1'b0, axi_bresp[0], unused_in, unused_aw, unused_room, wide_len[8]};

    always @(posedge clk) begin
        if (step) begin
            a_q <= 1'b0;
            quiet_q <= 1'b0;
            ended_q <= done && !used_up;
            // run waits for further beats of the TLP; with tail, for room for the rest
            run_q   <= !(used_up && done);
            tail_q  <= used_up && !done;
        end
        if (write) begin
            open_q   <= !wlast;
            word_q   <= word_q + 1'b1;
            start_q  <= 12'd0;
            w_tail_q <= w_tail_q + 1'b1;
            if (wlast)
                second_q <= 1'b1;
        end
        if (axi_wvalid && axi_wready)
            w_head_q <= w_head_q + 1'b1;
        if (take_a) begin
            a_q      <= 1'b1;
            a_eop_q  <= in_eop;
            a_data_q <= up_even(in_data, rot);
            if (in_sop) begin
                rot_q       <= rot;
                quiet_q     <= lane < skip;
                page_q      <= in_addr[63:12];
                from_q      <= in_addr[11:0];
                end_q       <= in_end;
                end_word_q  <= in_end[11:L] + {{(WORD_W - 1){1'b0}}, in_end[L-1:0] != {L{1'b0}}};
                far_q       <= in_end > 13'd4096;
                op_q        <= in_op;
                offset_q    <= in_offset;
                second_q    <= 1'b0;
                word_q      <= in_addr[11:L] + 1'b1;
                start_q     <= in_addr[11:0];
            end
        end
        if (rst) begin
            a_q      <= 1'b0;
            run_q    <= 1'b0;
            quiet_q  <= 1'b0;
            tail_q   <= 1'b0;
            ended_q  <= 1'b0;
            open_q   <= 1'b0;
            w_head_q <= 2'd0;
            w_tail_q <= 2'd0;
        end
    end
endmodule

`default_nettype wire
