// SPDX-License-Identifier: BSD-2-Clause
//
// Makes memory reads: of descriptors and of data.
//
// Descriptor reads go first, but never twice in a row while data waits. The
// chosen read waits for a tag and for room in the completion buffer, then its
// header goes out and what its completions need is left with the tag.
// Relaxed ordering and no-snoop are for data reads only. Data reads of streams are those
// with data_rd_st: their id is an entry, their card address a place in a ring.
//
// Two stages, a read a cycle. The second is passed by while nothing waits in it and the pool
// is sure (alloc_sure: alloc_ready, known early): an idle read takes one cycle. alloc_sent: the
// tag asked for in this cycle is on its way in this cycle too.
`default_nettype none

module cw_rd_req #(
    parameter OP_W   = 8,
    parameter BUF_W  = 4,
    parameter INFO_W = OP_W + 112
) (
    input  wire              clk,
    input  wire              rst,
    output wire              idle,
    output wire              empty,
    input  wire              fn_rcb,

    input  wire              fetch_rd_valid,
    output wire              fetch_rd_ready,
    input  wire [BUF_W-1:0]  fetch_rd_buf,
    input  wire [63:0]       fetch_rd_addr,
    input  wire [9:0]        fetch_rd_bytes,
    input  wire [10:0]       fetch_rd_queue,
    input  wire [31:0]       fetch_rd_num,

    input  wire              data_rd_valid,
    input  wire              data_rd_st,
    output wire              data_rd_ready,
    input  wire [OP_W-1:0]   data_rd_op,
    input  wire [10:0]       data_rd_queue,
    input  wire [31:0]       data_rd_num,
    input  wire [63:0]       data_rd_addr,
    input  wire [12:0]       data_rd_bytes,
    input  wire [63:0]       data_rd_card,
    input  wire [23:0]       data_rd_offset,
    input  wire [1:0]        data_rd_attr,

    output wire              alloc_valid,
    input  wire              alloc_ready,
    input  wire              alloc_sure,
    output wire              alloc_sent,
    input  wire [9:0]        alloc_tag,
    output wire [6:0]        alloc_hdr_n,
    output wire [8:0]        alloc_data_n,
    output wire [INFO_W-1:0] alloc_info,   // see cw_rx_cpl

    output wire              rd_req_valid,
    input  wire              rd_req_ready,
    output wire [127:0]      rd_req_hdr,
    output wire [10:0]       rd_req_queue,
    output wire [31:0]       rd_req_num,
    output wire              rd_req_fetch  // of descriptors
);
    `include "cw_tlp.vh"

    // ---- stage 1: the read chosen ----
    reg            s1_q;
    reg            fetch_q;         // a descriptor read; also: the last choice
    reg            st_q;
    reg [OP_W-1:0] id_q;            // buffer or operation
    reg [10:0]     queue_q;
    reg [31:0]     num_q;
    reg [63:0]     addr_q, card_q;
    reg [12:0]     last_q;          // bytes less one
    reg [23:0]     offset_q;
    reg [1:0]      attr_q;
    // ---- stage 2: what its header needs ----
    reg            out_q;
    reg            out_wide_q;
    reg [9:0]      out_tag_q;
    reg [1:0]      out_attr_q;
    reg [9:0]      out_len_q;
    reg [7:0]      out_be_q;
    reg [63:2]     out_addr_q;
    reg [10:0]     out_queue_q;
    reg [31:0]     out_num_q;
    reg            out_fetch_q;

    // Once offered, a read keeps its header: what is not taken at once goes on from stage 2.
    wire direct     = s1_q && !out_q && alloc_sure;
    wire out_free   = !out_q || rd_req_ready;
    wire leave      = s1_q && out_free && alloc_ready;
    wire room       = !s1_q || leave;
    wire pick_fetch = fetch_rd_valid && !(fetch_q && data_rd_valid);
    wire take       = room && (fetch_rd_valid || data_rd_valid);

    assign fetch_rd_ready = room && pick_fetch;
    assign data_rd_ready  = room && !pick_fetch;
    assign alloc_valid    = s1_q && out_free;
    assign alloc_sent     = direct && rd_req_ready;
    assign rd_req_valid   = out_q || direct;
    assign rd_req_queue   = out_q ? out_queue_q : queue_q;
    assign rd_req_num     = out_q ? out_num_q : num_q;
    assign rd_req_fetch   = out_q ? out_fetch_q : fetch_q;
    assign idle  = !take && !leave && !(out_q && rd_req_ready);
    assign empty = !s1_q && !out_q;

    // ---- the worst its completions can take: one header a piece between read
    // completion boundaries (2.3.1.1), data in units of 16 bytes. Each counts blocks, the
    // first from the block's start ----
    wire [OP_W+BUF_W-1:0] buf_wide = {{OP_W{1'b0}}, fetch_rd_buf};
    wire [12:0] end_64  = {7'd0, addr_q[5:0]} + last_q;
    wire [12:0] end_128 = {6'd0, addr_q[6:0]} + last_q;
    wire [12:0] end_16  = {9'd0, addr_q[3:0]} + last_q;
    wire [12:0] end_4   = {11'd0, addr_q[1:0]} + last_q;
    assign alloc_hdr_n  = (fn_rcb ? {1'b0, end_128[12:7]} : end_64[12:6]) + 7'd1;
    assign alloc_data_n = end_16[12:4] + 9'd1;
    assign alloc_info   = {st_q, fetch_q, id_q, card_q, offset_q, last_q + 13'd1, addr_q[8:0]};

    // ---- the header (2.2.4.1, 2.2.5, 2.2.7); the requester ID is missing (cw_tx_req) ----
    wire        wide   = addr_q[63:32] != 32'd0;
    wire [10:0] dw_n   = end_4[12:2] + 11'd1;
    wire [3:0]  from   = 4'hf << addr_q[1:0];
    wire [3:0]  upto   = ~(4'he << end_4[1:0]);             // up to the last byte's lane
    wire        single = end_4[12:2] == 11'd0;
    wire [7:0]  be     = single ? {4'h0, from & upto} : {upto, from};

    // of stage 2, or of stage 1 when that is empty; the address too, chosen in one step
    wire        is_wide = out_q ? out_wide_q : wide;
    wire [9:0]  tag     = out_q ? out_tag_q : alloc_tag;
    wire [1:0]  attr    = out_q ? out_attr_q : attr_q;
    wire [3:0]  pick    = {!out_q && !wide, out_q && !out_wide_q, !out_q && wide, out_q && out_wide_q};
    wire [31:0] out_lo  = {out_addr_q[31:2], 2'b00}, lo = {addr_q[31:2], 2'b00};
    reg  [127:0] hdr;
    always @* begin
        hdr = 128'd0;
        hdr[TLP_FMT_MSB:TLP_TYPE_LSB] = is_wide ? TLP_MRD64 : TLP_MRD32;
        hdr[TLP_T9]    = tag[9];
        hdr[TLP_T8]    = tag[8];
        hdr[TLP_ATTR1] = attr[1];
        hdr[TLP_ATTR0] = attr[0];
        hdr[TLP_LEN_MSB:TLP_LEN_LSB]           = out_q ? out_len_q : dw_n[9:0];
        hdr[TLP_TAG_MSB:TLP_TAG_LSB]           = tag[7:0];
        {hdr[TLP_LAST_BE_MSB:TLP_LAST_BE_LSB], hdr[TLP_FIRST_BE_MSB:TLP_FIRST_BE_LSB]} = out_q ? out_be_q : be;
        hdr[95:64]  = ({32{pick[0]}} & out_addr_q[63:32]) | ({32{pick[1]}} & addr_q[63:32]) |
                      ({32{pick[2]}} & out_lo) | ({32{pick[3]}} & lo);
        hdr[127:96] = ({32{pick[0]}} & out_lo) | ({32{pick[1]}} & lo);
    end
    assign rd_req_hdr = hdr;
    wire unused = &{1'b0, dw_n[10], end_64[5:0], end_128[6:0], end_16[3:0], buf_wide};

    always @(posedge clk) begin
        if (rd_req_ready)
            out_q <= 1'b0;
        if (leave) begin
            s1_q        <= 1'b0;
            out_q       <= !alloc_sent;
            out_wide_q  <= wide;
            out_tag_q   <= alloc_tag;
            out_attr_q  <= attr_q;
            out_len_q   <= dw_n[9:0];
            out_be_q    <= be;
            out_addr_q  <= addr_q[63:2];
            out_queue_q <= queue_q;
            out_num_q   <= num_q;
            out_fetch_q <= fetch_q;
        end
        if (take) begin
            s1_q     <= 1'b1;
            fetch_q  <= pick_fetch;
            st_q     <= data_rd_st && !pick_fetch;
            id_q     <= pick_fetch ? buf_wide[OP_W-1:0] : data_rd_op;
            queue_q  <= pick_fetch ? fetch_rd_queue : data_rd_queue;
            num_q    <= pick_fetch ? fetch_rd_num : data_rd_num;
            addr_q   <= pick_fetch ? fetch_rd_addr : data_rd_addr;
            card_q   <= data_rd_card;
            last_q   <= 13'h1fff + (pick_fetch ? {3'd0, fetch_rd_bytes} : data_rd_bytes);
            offset_q <= pick_fetch ? 24'd0 : data_rd_offset;
            attr_q   <= pick_fetch ? 2'b00 : data_rd_attr;
        end
        if (rst) begin
            s1_q    <= 1'b0;
            out_q   <= 1'b0;
            fetch_q <= 1'b0;
        end
    end
endmodule

`default_nettype wire
