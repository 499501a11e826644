// SPDX-License-Identifier: BSD-2-Clause
// A deep first-in first-out queue in block RAM. What enters in one cycle can
// leave in the next, with FORWARD 0 in the one after; one item a cycle both ways. It has
// no in_ready: the owner guarantees that never more than DEPTH items are inside.
`default_nettype none

module stream_ram_fifo #(
    parameter W     = 11,
    parameter DEPTH = 64,  // a power of two, 2 or more
    parameter FORWARD = 1  // a LUT and a flip-flop a bit for that cycle
) (
    input  wire         clk,
    input  wire         rst,
    output wire         idle,      // no item is on its way to the output
    input  wire         in_valid,
    input  wire [W-1:0] in_data,
    output wire         out_valid,
    input  wire         out_ready,
    output wire [W-1:0] out_data
);
    localparam A = $clog2(DEPTH);

    reg [A:0] head_q, tail_q;
    reg       have_q;           // the RAM's output register holds the oldest item

    // What enters an empty queue is read in the same cycle.
    wire stored = head_q != tail_q || (FORWARD != 0 && in_valid);
    wire fetch  = stored && (!have_q || out_ready);

    assign out_valid = have_q;
    assign idle      = !in_valid && !fetch;

    generate
        if (FORWARD != 0) begin : g_forward
            cw_ram_fwd #(.W(W), .DEPTH(DEPTH)) u_ram (
                .clk(clk), .wr_en(in_valid), .wr_addr(tail_q[A-1:0]), .wr_data(in_data),
                .rd_en(fetch), .rd_addr(head_q[A-1:0]), .rd_data(out_data)
            );
        end else begin : g_plain
            cw_ram #(.W(W), .DEPTH(DEPTH)) u_ram (
                .clk(clk), .wr_en(in_valid), .wr_addr(tail_q[A-1:0]), .wr_data(in_data),
                .rd_en(fetch), .rd_addr(head_q[A-1:0]), .rd_data(out_data)
            );
        end
    endgenerate

    always @(posedge clk)
        if (rst) begin
            head_q <= {(A + 1){1'b0}};
            tail_q <= {(A + 1){1'b0}};
            have_q <= 1'b0;
        end else begin
            if (in_valid)
                tail_q <= tail_q + 1'b1;
            if (fetch)
                head_q <= head_q + 1'b1;
            if (fetch)
                have_q <= 1'b1;
            else if (out_ready)
                have_q <= 1'b0;
        end
endmodule

`default_nettype wire
