// SPDX-License-Identifier: BSD-2-Clause
//
// UltraScale+: holds what belongs to a packet until its end has been seen, then passes it on, or
// drops all of it when the end says that the packet is bad (PG213, "Aborting a Completion
// Transfer": a discontinued packet is discarded whole). An item a cycle in and out; DEPTH items, more than the
// largest packet has, since one that did not fit would stop the stream for good.
// Latency from the last item: 2 cycles.
`default_nettype none

module cw_usplus_hold #(
    parameter W     = 32,
    parameter DEPTH = 64            // a power of two
) (
    input  wire         clk,
    input  wire         rst,
    output wire         empty,
    output reg          dropped,    // a packet, one cycle

    input  wire         push,       // only with room
    output wire         room,
    input  wire [W-1:0] item,
    input  wire         item_eop,
    input  wire         item_bad,   // with item_eop: the packet is dropped

    output wire         out_valid,
    input  wire         out_ready,
    output wire [W-1:0] out_item
);
    localparam A = $clog2(DEPTH);

    reg  [A:0]   head_q, tail_q, good_q;  // good_q: up to here packets are whole
    reg          out_have_q;
    wire [A:0]   used  = tail_q - head_q;
    wire         fetch = head_q != good_q && (!out_have_q || out_ready);

    assign room      = !used[A];
    assign out_valid = out_have_q;
    assign empty     = head_q == tail_q && !out_have_q;

    cw_ram #(.W(W), .DEPTH(DEPTH)) u_ram (
        .clk(clk), .wr_en(push), .wr_addr(tail_q[A-1:0]), .wr_data(item),
        .rd_en(fetch), .rd_addr(head_q[A-1:0]), .rd_data(out_item)
    );

    always @(posedge clk)
        if (rst) begin
            head_q     <= {(A + 1){1'b0}};
            tail_q     <= {(A + 1){1'b0}};
            good_q     <= {(A + 1){1'b0}};
            out_have_q <= 1'b0;
            dropped    <= 1'b0;
        end else begin
            if (push) begin
                tail_q <= item_eop && item_bad ? good_q : tail_q + 1'b1;
                if (item_eop && !item_bad)
                    good_q <= tail_q + 1'b1;
            end
            dropped <= push && item_eop && item_bad;
            if (fetch)
                head_q <= head_q + 1'b1;
            if (fetch || out_ready)
                out_have_q <= fetch;
        end
endmodule

`default_nettype wire
