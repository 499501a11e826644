// SPDX-License-Identifier: BSD-2-Clause
//
// As cw_usplus_rx, for address-aligned packets (PG213, "Data Alignment Options"; 256 bits): the
// descriptor is alone in the first beat, a payload begins in the next one at any DW, and goes on
// in whole beats. Never straddled. Here the payload is turned to DW 0.
//
// Where a payload begins is told by the address in the descriptor (BY_ADDR 1: CQ, bits 4:2), or is the
// first DW with a valid byte (BY_ADDR 0: RC, byte_en). RC's rule is the addr_offset of the request; the
// guide does not say what becomes of it when a request is answered in several completions, so
// nothing here leans on it. A payload without a valid byte begins at DW 0.
//
// Throughput: a beat in a cycle. An end that leaves DWs over takes one more cycle, in which the
// next packet's descriptor comes in; a packet without payload waits for it.
// Latency from the last beat: 3 cycles, 4 with DWs left over.
`default_nettype none

module cw_usplus_rx_aa #(
    parameter DATA_W  = 256,
    parameter BY_ADDR = 1,
    parameter DEPTH   = 64,         // of cw_usplus_hold
    parameter SIDE_W  = 8           // what goes with a descriptor
) (
    input  wire                  clk,
    input  wire                  rst,
    output wire                  idle,
    output wire                  dropped,    // a packet, one cycle

    input  wire                  in_valid,
    output wire                  in_ready,
    input  wire [DATA_W-1:0]     in_data,
    input  wire                  in_sop,     // the beat is a descriptor's
    input  wire                  in_last,
    input  wire [DATA_W/32-1:0]  in_keep,    // from DW 0 up to the last one, gaps included
    input  wire [DATA_W/32-1:0]  in_used,    // DW i has a valid byte of payload
    input  wire [DATA_W/32-1:0]  in_bad,     // DW i has wrong parity
    input  wire                  in_abort,   // the packet that ends here is discontinued
    input  wire [SIDE_W-1:0]     in_side,    // with sop

    output wire                  out_valid,
    input  wire                  out_ready,
    output wire                  out_sop,
    output wire                  out_eop,
    output wire [127:0]          out_desc,
    output wire [SIDE_W-1:0]     out_side,
    output wire [DATA_W-1:0]     out_data,
    output wire [DATA_W/32-1:0]  out_keep
);
    localparam [31:0] W = DATA_W / 32;
    localparam L = $clog2(DATA_W / 32);           // bits that number the DWs of a beat; L + 1 count them
    localparam IN_W = DATA_W + 3 * W + 3 + SIDE_W;
    localparam ITEM_W = 2 + 128 + SIDE_W + DATA_W + W;

    // ---- the beat that is looked at ----
    wire [DATA_W-1:0] data;
    wire [W-1:0]      keep, used, bad;
    wire [SIDE_W-1:0] side;
    wire              have, take, sop, last, abort;
    stream_reg #(.W(IN_W)) u_in (
        .clk(clk), .rst(rst), .in_valid(in_valid), .in_ready(in_ready),
        .in_data({in_side, in_abort, in_last, in_sop, in_bad, in_used, in_keep, in_data}),
        .out_valid(have), .out_ready(take), .out_data({side, abort, last, sop, bad, used, keep, data})
    );

    function [L:0] count(input [W-1:0] bits);
        integer i;
        begin
            count = {(L + 1){1'b0}};
            for (i = 0; i < W; i = i + 1)
                count = count + {{L{1'b0}}, bits[i]};
        end
    endfunction

    // The lowest bit that is set; 0 when none is.
    function [L-1:0] lowest(input [W-1:0] bits);
        integer i;
        begin
            lowest = {L{1'b0}};
            for (i = W - 1; i >= 0; i = i - 1)
                if (bits[i])
                    lowest = i[L-1:0];
        end
    endfunction

    reg               begun_q;       // the descriptor is here, its payload is not
    reg               mid_q;         // carry_q is payload of the packet that goes on
    reg               first_q;       // ... and nothing of it was passed on
    reg               spoilt_q;      // the packet is bad so far
    reg               flush_q;       // carry_q is the rest of a packet that ended
    reg [L:0]         flush_n_q;     // DWs
    reg [L-1:0]       lane_q;        // where its payload began
    reg [127:0]       desc_q;
    reg [SIDE_W-1:0]  side_q;
    reg [DATA_W-1:0]  carry_q;

    wire              alone  = sop && last;          // a packet without payload
    wire              head   = sop && !last;
    wire              begins = begun_q && !sop;      // the first beat of a payload
    wire              goes   = mid_q && !sop;
    wire [L:0]        n      = count(keep);
    wire [L-1:0]      lane   = !begins ? lane_q : BY_ADDR != 0 ? desc_q[2+:L] : lowest(used);
    wire [L:0]        lane_n = {1'b0, lane};
    wire              spills = goes && last && n > lane_n;

    // ---- what is done in this cycle: one item at most goes on; a descriptor that came in needs nothing to go ----
    wire              room;
    wire              passes = alone || (begins && last) || goes;
    wire              emit   = flush_q || (have && passes);
    wire              go     = room || !emit;
    assign take = have && go && (!flush_q || head);

    // ---- payload: what was left, and behind it what this beat has ----
    wire [DATA_W-1:0] turned = data >> 32 * lane;
    wire [DATA_W-1:0] joined = carry_q | data << 32 * (W - {{(32 - L){1'b0}}, lane});
    wire [L:0]        total  = n + W[L:0] - lane_n;  // with carry_q; used when it fits
    wire [L:0]        item_n = flush_q ? flush_n_q : sop ? {(L + 1){1'b0}} : goes ? (last && !spills ? total : W[L:0]) :
                               n - lane_n;
    wire              item_eop = flush_q || (last && !spills);
    wire              item_sop = !flush_q && (!goes || first_q);
    wire              wrong  = (bad & keep) != {W{1'b0}} || (abort && last);
    wire              item_bad = flush_q ? spoilt_q : wrong || (!sop && spoilt_q);
    wire              old    = flush_q || !sop;
    wire [W-1:0]      item_keep = ~({W{1'b1}} << item_n);
    wire [ITEM_W-1:0] item = {item_keep, flush_q ? carry_q : goes ? joined : turned,
                              old ? side_q : side, old ? desc_q : data[127:0], item_eop, item_sop};

    // ---- stored until the end is known ----
    wire [ITEM_W-1:0] out_item;
    wire              empty;
    assign {out_keep, out_data, out_side, out_desc, out_eop, out_sop} = out_item;
    assign idle = !in_valid && !have && !flush_q && empty;

    cw_usplus_hold #(.W(ITEM_W), .DEPTH(DEPTH)) u_hold (
        .clk(clk), .rst(rst), .empty(empty), .dropped(dropped),
        .push(emit && room), .room(room), .item(item), .item_eop(item_eop), .item_bad(item_bad),
        .out_valid(out_valid), .out_ready(out_ready), .out_item(out_item)
    );

    always @(posedge clk) begin
        if (take && head) begin
            desc_q <= data[127:0];
            side_q <= side;
        end
        if (take && !sop) begin
            carry_q   <= turned;
            lane_q    <= lane;
            flush_n_q <= n - lane_n;
        end
        if (rst) begin
            begun_q  <= 1'b0;
            mid_q    <= 1'b0;
            first_q  <= 1'b0;
            spoilt_q <= 1'b0;
            flush_q  <= 1'b0;
        end else begin
            if (take) begin
                begun_q  <= head;
                mid_q    <= (begins || goes) && !last;
                first_q  <= begins;
                spoilt_q <= wrong || (!sop && spoilt_q);
            end
            if (go)
                flush_q <= take && spills;
        end
    end
endmodule

`default_nettype wire
