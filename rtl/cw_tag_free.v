// SPDX-License-Identifier: BSD-2-Clause
//
// Free read tags of one class: TAG_FIRST to TAG_FIRST + N - 1.
//
// Tags never used since reset are handed out by a counter, so nothing has to be
// filled in after reset; tags that came back wait in a queue, so that a tag is
// reused as late as possible. One tag a cycle each way. A tag that is never put
// back is lost to the class until reset; the owner passes over tags it must not use.
//
// What is known of a tag outlives rst, but not `forget`: `old` says that the tag at hand has not been
// handed out since rst, but has been before it and since the last forget.
`default_nettype none

module cw_tag_free #(
    parameter TAG_W     = 8,
    parameter TAG_FIRST = 0,
    parameter N         = 32
) (
    input  wire             clk,
    input  wire             rst,
    output wire             avail,
    output wire [TAG_W-1:0] tag,
    output wire             old,
    output wire [TAG_W:0]   next,      // lowest tag not handed out since rst
    input  wire             take,      // with avail
    input  wire             forget,
    input  wire             put,
    input  wire [TAG_W-1:0] put_tag
);
    localparam DEPTH_W = $clog2(N);
    localparam [TAG_W:0] FIRST = TAG_FIRST[TAG_W:0];
    localparam [TAG_W:0] END   = FIRST + N[TAG_W:0];

    reg  [TAG_W:0]   next_q;
    reg  [TAG_W:0]   high_q;           // next at its highest since forget
    wire             fresh = next_q != END;
    wire             back_valid;
    wire [TAG_W-1:0] back_tag;
    wire             unused_ready;
    wire [DEPTH_W:0] unused_count;

    wire [TAG_W:0]   next_d = rst ? FIRST : take && fresh ? next_q + 1'b1 : next_q;

    assign avail = fresh || back_valid;
    assign old   = fresh && next_q != high_q;
    assign next  = next_q;
    assign tag   = fresh ? next_q[TAG_W-1:0] : back_tag;

    stream_fifo #(.W(TAG_W), .DEPTH(1 << DEPTH_W)) u_back (
        .clk(clk), .rst(rst), .in_valid(put), .in_ready(unused_ready), .in_data(put_tag),
        .out_valid(back_valid), .out_ready(take && !fresh), .out_data(back_tag),
        .count(unused_count)
    );

    always @(posedge clk) begin
        next_q <= next_d;
        if (forget || (next_q == high_q && !rst))
            high_q <= next_d;
    end
endmodule

`default_nettype wire
