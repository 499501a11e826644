// SPDX-License-Identifier: BSD-2-Clause
//
// From a stream of packets with a descriptor in front, as UltraScale+ gives them
// (CQ: HDR_DW 4, RC: 3), to TLPs with the descriptor beside the payload. DW-aligned:
// the payload follows the descriptor at once. Straddled or not: a packet begins at any
// multiple of 4 DWs (sop, a bit each), several may begin and end in a beat (last: the
// last DW of each).
//
// A packet is passed on when its end has been seen, and is dropped when any of its DWs
// is bad (parity) or it was discontinued (cw_usplus_hold).
//
// Throughput: a beat in and a beat out a cycle. A beat in which whole packets follow each
// other takes a cycle each; an end and a beginning in one beat take one together.
// Latency from the last beat: 4 cycles.
`default_nettype none

module cw_usplus_rx #(
    parameter DATA_W = 256,
    parameter HDR_DW = 4,
    parameter DEPTH  = 64,          // a power of two
    parameter SIDE_W = 8            // what goes with a descriptor
) (
    input  wire                       clk,
    input  wire                       rst,
    output wire                       idle,
    output wire                       dropped,    // a packet, one cycle

    input  wire                       in_valid,
    output wire                       in_ready,
    input  wire [DATA_W-1:0]          in_data,
    input  wire [DATA_W/128-1:0]      in_sop,     // a packet begins in DW 4*i
    input  wire [DATA_W/32-1:0]       in_last,    // DW i is the last of a packet
    input  wire [DATA_W/32-1:0]       in_bad,     // DW i has wrong parity
    input  wire                       in_abort,   // the (first) packet that ends here is discontinued
    input  wire [SIDE_W*(DATA_W/128)-1:0] in_side,

    output wire                       out_valid,
    input  wire                       out_ready,
    output wire                       out_sop,
    output wire                       out_eop,
    output wire [127:0]               out_desc,
    output wire [SIDE_W-1:0]          out_side,
    output wire [DATA_W-1:0]          out_data,
    output wire [DATA_W/32-1:0]       out_keep
);
    localparam [31:0] W = DATA_W / 32, U = DATA_W / 128, H = HDR_DW;
    localparam N = $clog2(DATA_W / 32) + 1;       // bits that count the DWs of a beat
    localparam IN_W = DATA_W + U + 2 * W + 1 + SIDE_W * U;
    localparam ITEM_W = 2 + 128 + SIDE_W + DATA_W + W;

    // ---- the beat that is looked at ----
    wire [IN_W-1:0]       beat;
    wire                  have;
    wire                  done;          // it is used up in this cycle
    wire [DATA_W-1:0]     data = beat[0 +: DATA_W];
    wire [U-1:0]          sop  = beat[DATA_W +: U];
    wire [W-1:0]          last = beat[DATA_W + U +: W];
    wire [W-1:0]          bad  = beat[DATA_W + U + W +: W];
    wire                  abort = beat[DATA_W + U + 2 * W];
    wire [SIDE_W*U-1:0]   side = beat[DATA_W + U + 2 * W + 1 +: SIDE_W * U];

    stream_reg #(.W(IN_W)) u_in (
        .clk(clk), .rst(rst), .in_valid(in_valid), .in_ready(in_ready),
        .in_data({in_side, in_abort, in_bad, in_last, in_sop, in_data}),
        .out_valid(have), .out_ready(done), .out_data(beat)
    );

    reg  [N-1:0]          from_q;        // its DWs below this one are used up
    reg                   open_q;        // a packet has begun and not ended
    reg                   first_q;       // ... and nothing of it was passed on
    reg                   spoilt_q;      // ... and it is bad so far
    reg  [31:0]           start_q;       // ... and began in this unit of 4 DWs
    reg  [127:0]          desc_q;
    reg  [SIDE_W-1:0]     side_q;
    reg  [DATA_W-1:0]     carry_q;       // its payload of the beat before
    reg                   flush_q;       // carry_q is the rest of a packet that ended
    reg  [N-1:0]          flush_n_q;     // DWs

    // DWs of carry_q while a packet is open, by where it began.
    function [31:0] carried(input [31:0] unit);
        carried = W - 4 * unit - H;
    endfunction

    // The lowest set bit at or above `low`, W when there is none.
    function [N-1:0] lowest(input [W-1:0] bits, input [N-1:0] low);
        integer i;
        begin
            lowest = W[N-1:0];
            for (i = W - 1; i >= 0; i = i - 1)
                if (bits[i] && i[N-1:0] >= low)
                    lowest = i[N-1:0];
        end
    endfunction

    // DWs `low` to `high`, both inclusive
    function [W-1:0] span(input [N-1:0] low, input [N-1:0] high);
        integer i;
        for (i = 0; i < W; i = i + 1)
            span[i] = i[N-1:0] >= low && i[N-1:0] <= high;
    endfunction

    reg [W-1:0] sop_dw;
    integer k;
    always @* begin
        sop_dw = {W{1'b0}};
        for (k = 0; k < U; k = k + 1)
            sop_dw[4 * k] = sop[k];
    end

    // ---- the end of the open packet, and the first beginning after it ----
    wire         mid      = open_q && !flush_q;
    wire [N-1:0] end_at   = lowest(last, from_q);             // of the open packet
    wire         ends     = end_at != W[N-1:0];
    wire [31:0]  c        = carried(start_q);
    wire [N:0]   total    = {1'b0, c[N-1:0]} + (ends ? {1'b0, end_at} + 1'b1 : {1'b0, W[N-1:0]});
    wire [N:0]   over     = total - {1'b0, W[N-1:0]};
    wire         spills   = ends && total > {1'b0, W[N-1:0]};
    wire [N-1:0] next_from = mid ? (ends ? end_at + 1'b1 : W[N-1:0]) : from_q;
    wire [N-1:0] s        = lowest(sop_dw, next_from);
    wire         begins   = s != W[N-1:0];
    wire [N-1:0] s_end    = lowest(last, s);
    wire         whole    = begins && s_end != W[N-1:0];      // ends in this beat too

    // ---- what is done in this cycle: one item at most goes on ----
    wire         room;
    wire         single   = have && !open_q && whole;
    wire         emit     = flush_q || (have && mid) || single;
    wire         go       = room || !emit;
    // A beginning has nothing to pass on yet: it goes along with an end, or with a flush.
    wire         load     = have && begins && !whole && (!mid || (ends && !spills));
    wire         take_mid    = have && mid && go;
    wire         take_single = single && !flush_q && go;
    wire         take_load   = load && go;
    wire         empty_rest  = have && !begins && !mid;
    wire         more        = take_mid && ends && (spills ? begins : begins && !load);
    assign done = go && ((take_mid && !more) || take_load ||
                         (take_single && lowest(sop_dw, s_end + 1'b1) == W[N-1:0]) || empty_rest);

    // ---- payload ----
    reg [DATA_W-1:0] joined, rest, alone;
    always @* begin
        joined = {DATA_W{1'b0}};
        rest   = {DATA_W{1'b0}};
        alone  = {DATA_W{1'b0}};
        for (k = 0; k < U; k = k + 1) begin
            if (start_q == k) begin
                joined = (data << 32 * carried(k)) | carry_q;
                rest   = data >> 32 * (W - carried(k));
            end
            if (s == 4 * k[N-1:0])
                alone = data >> 32 * (4 * k + H);
        end
    end

    wire [N-1:0]  alone_n = s_end + 1'b1 - s - H[N-1:0];
    wire [N-1:0]  item_n  = flush_q ? flush_n_q : mid ? (total > {1'b0, W[N-1:0]} ? W[N-1:0] : total[N-1:0]) : alone_n;
    wire          item_eop = flush_q || (mid ? ends && !spills : 1'b1);
    wire          item_sop = !flush_q && (mid ? first_q : 1'b1);
    wire [W-1:0]  range   = mid ? span(from_q, ends ? end_at : W[N-1:0]) : span(s, whole ? s_end : W[N-1:0]);
    wire          wrong   = (range & bad) != {W{1'b0}} || (abort && ((mid && ends) || (!mid && whole)));
    wire          item_bad = flush_q ? spoilt_q : mid ? spoilt_q || wrong : wrong;
    reg  [127:0]  s_desc;
    reg  [SIDE_W-1:0] s_side;
    always @* begin
        s_desc = {128{1'b0}};
        s_side = {SIDE_W{1'b0}};
        for (k = 0; k < U; k = k + 1)
            if (s == 4 * k[N-1:0]) begin
                s_desc = data[128 * k +: 128];
                s_side = side[SIDE_W * k +: SIDE_W];
            end
    end
    wire [W-1:0] item_keep = ~({W{1'b1}} << item_n);
    wire [ITEM_W-1:0] item = {item_keep, flush_q ? carry_q : mid ? joined : alone,
                              mid || flush_q ? side_q : s_side, mid || flush_q ? desc_q : s_desc, item_eop, item_sop};

    // ---- stored until the end is known ----
    wire [ITEM_W-1:0] out_item;
    wire         empty;

    wire unused = &{1'b0, c, over[N]};

    assign {out_keep, out_data, out_side, out_desc, out_eop, out_sop} = out_item;
    assign idle = !in_valid && !have && !flush_q && empty;

    cw_usplus_hold #(.W(ITEM_W), .DEPTH(DEPTH)) u_hold (
        .clk(clk), .rst(rst), .empty(empty), .dropped(dropped),
        .push(emit && room), .room(room), .item(item), .item_eop(item_eop), .item_bad(item_bad),
        .out_valid(out_valid), .out_ready(out_ready), .out_item(out_item)
    );

    always @(posedge clk) begin
        if (take_load) begin
            start_q <= {{(32 - N + 2){1'b0}}, s[N-1:2]};
            desc_q  <= s_desc;
            side_q  <= s_side;
        end
        if (take_load)
            carry_q <= alone;
        else if (take_mid)
            carry_q <= rest;
        if (take_mid && spills)
            flush_n_q <= over[N-1:0];
        if (rst) begin
            from_q   <= {N{1'b0}};
            open_q   <= 1'b0;
            first_q  <= 1'b0;
            spoilt_q <= 1'b0;
            flush_q  <= 1'b0;
        end else begin
            if (done)
                from_q <= {N{1'b0}};
            else if (take_mid)
                from_q <= end_at + 1'b1;
            else if (take_single)
                from_q <= s_end + 1'b1;
            if (take_load) begin
                open_q   <= 1'b1;
                first_q  <= 1'b1;
                spoilt_q <= (span(s, W[N-1:0]) & bad) != {W{1'b0}};
            end else if (take_mid) begin
                open_q   <= !ends;
                first_q  <= 1'b0;
                spoilt_q <= spoilt_q || wrong;
            end
            flush_q <= go ? take_mid && spills : flush_q;
        end
    end
endmodule

`default_nettype wire
