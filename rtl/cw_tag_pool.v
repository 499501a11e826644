// SPDX-License-Identifier: BSD-2-Clause
//
// Read tags and room in the receive completion buffer.
//
// A read gets a tag and reserves the worst case its completions can take in the
// IP's buffer (an endpoint advertises infinite completion credits, PCIe Base
// 6.0, 2.6.1, so nothing else keeps the host from overrunning it); both come
// back when the read has ended. `alloc_info` is kept with the tag and comes out
// of a lookup, one cycle after it, with whether the tag is outstanding: from the
// cycle its request was taken for sending (`sent`: the request of the tag given
// last, with alloc_sent of the one given now), so that what waits behind a gate does not age and does not count. The
// end of a read is always that of the tag last looked up.
//
// A quarantined tag is not given again. rst quarantines what is outstanding, as
// its completions may still come; only link_rst and the start of a function-level
// reset (after which stale completions are the host's to wait for, 6.6.2) bring
// quarantined tags back.
// Nothing is swept for that: what is kept of a tag counts when the tag is handed out again, if it is of after the
// last reset that forgives.
//
// Tags usable: 32, 256 with extended tags, all with 10-bit tags. 10-bit tags
// have T9:T8 other than 00 (PCIe Base 6.0, 2.2.6.2); the low bits of the tag on
// the wire are always the tag's index here.
//
// One allocation, one lookup and one end a cycle; alloc_ready does not depend on
// alloc_valid.
`default_nettype none

module cw_tag_pool #(
    parameter TAG_N  = 256,
    parameter TAG_W  = 8,
    parameter INFO_W = 64
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              link_rst,
    input  wire              fn_flr,
    output wire              idle,         // no quarantined tag is being passed over; alloc_sure is as it stays
    input  wire              fn_ext_tag,
    input  wire              fn_tag10,
    input  wire              fn_rcb,
    input  wire [2:0]        fn_mrrs,
    input  wire [11:0]       rx_cpl_buf_hdr,
    input  wire [15:0]       rx_cpl_buf_data,
    output wire [3:0]        rd_log2,      // log2 of the largest read to make, 7 to 12

    input  wire              alloc_valid,
    output wire              alloc_ready,
    output wire              alloc_sure,   // alloc_ready for any read, from registers
    output wire [9:0]        alloc_tag,    // as on the wire
    input  wire [6:0]        alloc_hdr_n,
    input  wire [8:0]        alloc_data_n,
    input  wire [INFO_W-1:0] alloc_info,
    input  wire              alloc_sent,   // with sent: of the tag given in this cycle
    input  wire              sent,

    input  wire              find_en,
    input  wire [9:0]        find_tag,     // as on the wire
    input  wire              find_index,   // it is an index: the upper bits do not count
    output wire              found,        // outstanding
    output wire              found_lost,   // ... and reported lost
    output wire [INFO_W-1:0] found_info,

    input  wire              end_valid,
    input  wire              end_quarantine,

    input  wire              lost_valid,
    input  wire [TAG_W-1:0]  lost_tag,
    output wire              lost_any,
    input  wire [TAG_W-1:0]  scan_tag,
    output wire              scan_live,
    output wire              scan_lost,

    output wire              any_live,
    output wire [15:0]       tags_in_use,
    output wire [15:0]       tags_quarantined,
    output wire              stall_tag,
    output wire              stall_buf
);
    localparam A_N = 32;
    localparam B_N = (TAG_N > 256 ? 256 : TAG_N) - A_N;
    localparam C_N = TAG_N > 256 ? TAG_N - 256 : 0;

    reg  [TAG_W-1:0] given_q;         // the tag given last
    reg              wait_q;          // ... whose request is not sent
    reg              era_q;           // quarantine of the other era is over
    reg  [TAG_W:0]   lost_n_q;
    reg              flr_q;
    reg  [TAG_W-1:0] find_q;          // the tag last looked up
    reg              found_q, found_lost_q, match_low_q, index_q;
    reg  [1:0]       find_hi_q;
    reg  [TAG_W:0]   live_n_q, bad_n_q;
    reg  [12:0]      hdr_q;           // reserved
    reg  [16:0]      data_q;
    reg  [3:0]       rd_log2_q;
    reg              sure_q, sure_tag10_q, sure_ext_q;

    // ---- three classes: 5-bit, 8-bit and wider tags ----
    wire a_avail, b_avail, c_avail;
    wire a_old, b_old, c_old;
    wire [TAG_W-1:0] a_tag, b_tag, c_tag;
    wire [TAG_W:0]   a_next, b_next, c_next;
    wire forgive = link_rst || (fn_flr && !flr_q);
    wire use_a  = a_avail && (!fn_tag10 || TAG_N < 1024);
    wire use_b  = b_avail && (fn_tag10 ? TAG_N < 1024 : fn_ext_tag);
    wire use_c  = c_avail && fn_tag10;
    wire [TAG_W-1:0] index = use_a ? a_tag : use_b ? b_tag : c_tag;
    wire has_any = use_a || use_b || use_c;
    wire old     = use_a ? a_old : use_b ? b_old : c_old;
    wire pass    = has_any && old && (was == LIVE || was == {1'b1, era_q});
    wire has_tag = has_any && !pass;
    wire take   = alloc_valid && alloc_ready;
    wire leave  = take || pass;       // the tag leaves its class
    wire put    = end_valid && !end_quarantine;
    wire [10:0] find_wide = {{(11 - TAG_W){1'b0}}, find_q};
    wire [10:0] find_low  = {{(11 - TAG_W){1'b0}}, find_tag[TAG_W-1:0]};
    wire put_a  = find_wide < 11'd32;
    wire put_b  = !put_a && find_wide < 11'd256;

    cw_tag_free #(.TAG_W(TAG_W), .TAG_FIRST(0), .N(A_N)) u_a (
        .clk(clk), .rst(rst), .avail(a_avail), .tag(a_tag), .old(a_old), .next(a_next), .take(leave && use_a),
        .forget(forgive), .put(put && put_a), .put_tag(find_q)
    );
    generate
        if (B_N > 0) begin : g_b
            cw_tag_free #(.TAG_W(TAG_W), .TAG_FIRST(32), .N(B_N)) u_b (
                .clk(clk), .rst(rst), .avail(b_avail), .tag(b_tag), .old(b_old), .next(b_next),
                .take(leave && !use_a && use_b), .forget(forgive), .put(put && put_b), .put_tag(find_q)
            );
        end else begin : g_no_b
            assign b_avail = 1'b0;
            assign b_tag   = {TAG_W{1'b0}};
            assign b_old   = 1'b0;
            assign b_next  = {(TAG_W + 1){1'b0}};
        end
        if (C_N > 0) begin : g_c
            cw_tag_free #(.TAG_W(TAG_W), .TAG_FIRST(256), .N(C_N)) u_c (
                .clk(clk), .rst(rst), .avail(c_avail), .tag(c_tag), .old(c_old), .next(c_next),
                .take(leave && use_c && !use_a && !use_b), .forget(forgive), .put(put && !put_a && !put_b), .put_tag(find_q)
            );
        end else begin : g_no_c
            assign c_avail = 1'b0;
            assign c_tag   = {TAG_W{1'b0}};
            assign c_old   = 1'b0;
            assign c_next  = {(TAG_W + 1){1'b0}};
        end
    endgenerate

    // ---- state of each tag: written when it leaves its class, and at the end of its read; or at rst, when it
    // was not sent. Outstanding is what is LIVE and was handed out since rst. ----
    localparam [1:0] CLEAN = 2'b00, LIVE = 2'b01;      // else quarantined: {1, era}
    wire [1:0]         was;
    wire [3*TAG_W-1:0] look_tag = {lost_tag, scan_tag, find_tag[TAG_W-1:0]};
    wire [5:0]         look;
    wire [2:0]         live;
    wire [3:0]         lost;
    cw_ram_2w #(.W(2), .DEPTH(TAG_N), .RD_N(4)) u_state (
        .clk(clk), .a_en(leave && !rst), .a_addr(index), .a_data(pass ? {1'b1, era_q} : LIVE),
        .b_en(rst ? wait_q : end_valid), .b_addr(rst ? given_q : find_q),
        .b_data(rst || !end_quarantine ? CLEAN : {1'b1, era_q}),
        .rd_addr({index, look_tag}), .rd_data({was, look})
    );
    cw_ram_2w #(.DEPTH(TAG_N), .RD_N(4)) u_lost (
        .clk(clk), .a_en(take), .a_addr(index), .a_data(1'b0),
        .b_en(lost_valid && live[2]), .b_addr(lost_tag), .b_data(1'b1),
        .rd_addr({find_q, look_tag}), .rd_data(lost)
    );
    // The one that is scanned may be of before rst, or not sent yet: a tick for it ages nothing, as it is not found.
    genvar l;
    generate
        for (l = 0; l < 3; l = l + 1) begin : g_live
            wire [TAG_W-1:0] tag  = look_tag[l*TAG_W +: TAG_W];
            wire [10:0]      wide = {{(11 - TAG_W){1'b0}}, tag};
            wire [TAG_W:0]   next = wide < 11'd32 ? a_next : wide < 11'd256 ? b_next : c_next;
            wire             known = {1'b0, tag} < next && !(wait_q && tag == given_q);
            assign live[l] = look[2*l +: 2] == LIVE && (l == 1 || known);
        end
    endgenerate
    wire lost_new  = lost_valid && live[2] && !lost[2] && !(end_valid && find_q == lost_tag);
    wire lost_ends = end_valid && lost[3];

    // ---- the tag on the wire ----
    wire [10:0] index_wide = {{(11 - TAG_W){1'b0}}, index};
    wire        unused = &{1'b0, index_wide[10], find_low[10:8], put_b};
    wire [1:0]  hi = !fn_tag10 || TAG_W == 10 ? index_wide[9:8] :
                     TAG_W == 9 && !index_wide[8] ? 2'b10 : 2'b01;
    assign alloc_tag = {hi, index_wide[7:0]};

    // ---- completion buffer ----
    wire [13:0] hdr_free  = {2'd0, rx_cpl_buf_hdr} - {1'b0, hdr_q};     // negative: a buffer that was larger
    wire [17:0] data_free = {2'd0, rx_cpl_buf_data} - {1'b0, data_q};
    wire        has_room = !hdr_free[13] && hdr_free[12:0] >= {6'd0, alloc_hdr_n} &&
                           !data_free[17] && data_free[16:0] >= {8'd0, alloc_data_n};
    assign alloc_ready = has_tag && (has_room || alloc_sure);
    // The tag at hand was good a cycle ago and is still there, and the largest read (65 headers,
    // 257 units) had room; a tag that comes back before it is none of the quarantined.
    assign alloc_sure  = sure_q && has_any && fn_tag10 == sure_tag10_q && fn_ext_tag == sure_ext_q;
    wire   sure_d = has_tag && !leave && !hdr_free[13] && hdr_free[12:0] >= 13'd65 &&
                    !data_free[17] && data_free[16:0] >= 17'd257;
    assign stall_tag   = alloc_valid && !has_tag;
    assign stall_buf   = alloc_valid && has_tag && !has_room;

    // Largest read: the function's limit (a reserved value, above 5, counts as 4096)
    // or what the buffer can hold.
    function [3:0] largest(input [2:0] mrrs, input rcb, input [11:0] hdr, input [15:0] data);
        integer i;
        reg [11:0] hdr_128;                     // for so many times 128 bytes
        begin
            largest = 4'd7;
            hdr_128 = rcb ? hdr : hdr >> 1;
            for (i = 1; i <= 5; i = i + 1)
                if (mrrs >= i[2:0] && hdr_128 >> i != 12'd0 && data >> (3 + i) != 16'd0)
                    largest = 4'd7 + i[3:0];
        end
    endfunction
    assign rd_log2 = rd_log2_q;

    // ---- what is kept of a read ----
    wire [6:0] end_hdr_n;
    wire [8:0] end_data_n;
    wire [1:0] found_hi;
    cw_ram #(.W(INFO_W + 18), .DEPTH(TAG_N)) u_info (
        .clk(clk), .wr_en(take), .wr_addr(index), .wr_data({alloc_info, hi, alloc_hdr_n, alloc_data_n}),
        .rd_en(find_en), .rd_addr(find_tag[TAG_W-1:0]),
        .rd_data({found_info, found_hi, end_hdr_n, end_data_n})
    );
    assign found = found_q && (index_q || (match_low_q && find_hi_q == found_hi));
    assign found_lost = found && found_lost_q;

    assign lost_any  = lost_n_q != {(TAG_W + 1){1'b0}};
    assign scan_live = live[1];
    assign scan_lost = live[1] && lost[1];
    assign idle      = !pass && sure_q == sure_d;
    assign any_live  = live_n_q != {(TAG_W + 1){1'b0}};
    assign tags_in_use      = {{(15 - TAG_W){1'b0}}, live_n_q};
    assign tags_quarantined = {{(15 - TAG_W){1'b0}}, bad_n_q};

    wire [12:0] hdr_add  = hdr_q + (take ? {6'd0, alloc_hdr_n} : 13'd0);
    wire [16:0] data_add = data_q + (take ? {8'd0, alloc_data_n} : 17'd0);

    always @(posedge clk) begin
        rd_log2_q <= largest(fn_mrrs, fn_rcb, rx_cpl_buf_hdr, rx_cpl_buf_data);
        if (find_en) begin
            find_q      <= find_tag[TAG_W-1:0];
            find_hi_q   <= find_tag[9:8];
            match_low_q <= find_tag[7:0] == find_low[7:0];
            index_q     <= find_index;
            found_lost_q <= lost[0];
            found_q     <= live[0] && !(end_valid && find_q == find_tag[TAG_W-1:0]);
        end
        hdr_q    <= hdr_add - (end_valid ? {6'd0, end_hdr_n} : 13'd0);
        data_q   <= data_add - (end_valid ? {8'd0, end_data_n} : 17'd0);
        if (sent != end_valid)          // one up, or one down
            live_n_q <= live_n_q + {{TAG_W{end_valid}}, 1'b1};
        if (lost_new != lost_ends)
            lost_n_q <= lost_n_q + {{TAG_W{lost_ends}}, 1'b1};
        bad_n_q  <= bad_n_q + (rst ? live_n_q : {{TAG_W{1'b0}}, end_valid && end_quarantine});
        if (take) begin
            given_q <= index;
            wait_q  <= !alloc_sent;
        end else if (sent)
            wait_q  <= 1'b0;
        sure_q       <= sure_d && !rst;
        sure_tag10_q <= fn_tag10;
        sure_ext_q   <= fn_ext_tag;
        flr_q <= fn_flr;
        if (rst) begin
            wait_q   <= 1'b0;
            lost_n_q <= {(TAG_W + 1){1'b0}};
            live_n_q <= {(TAG_W + 1){1'b0}};
            hdr_q    <= 13'd0;
            data_q   <= 17'd0;
        end
        if (forgive) begin
            era_q   <= !link_rst && !era_q;
            bad_n_q <= {(TAG_W + 1){1'b0}};
        end
    end
endmodule

`default_nettype wire
