// SPDX-License-Identifier: BSD-2-Clause
// A first-in first-out queue on a valid/ready stream. What enters in one cycle
// can leave in the next; one item a cycle both ways. Storage is a small RAM read
// without a clock (LUT RAM), so keep DEPTH at 64 or below for wide items.
`default_nettype none

module stream_fifo #(
    parameter W     = 32,
    parameter DEPTH = 16   // a power of two, 2 or more
) (
    input  wire          clk,
    input  wire          rst,
    input  wire          in_valid,
    output wire          in_ready,
    input  wire [W-1:0]  in_data,
    output wire          out_valid,
    input  wire          out_ready,
    output wire [W-1:0]  out_data,
    output wire [$clog2(DEPTH):0] count
);
    localparam A = $clog2(DEPTH);

    initial if (DEPTH < 2 || (DEPTH & (DEPTH - 1)) != 0) begin
        $display("%m: DEPTH %0d must be a power of two, 2 or more", DEPTH);
        $finish;
    end

    reg [W-1:0] mem [0:DEPTH-1];
    reg [A:0]   head_q, tail_q;

    assign count     = tail_q - head_q;
    assign in_ready  = !count[A];
    assign out_valid = count != {(A + 1){1'b0}};
    assign out_data  = mem[head_q[A-1:0]];

    always @(posedge clk) begin
        if (in_valid && in_ready)
            mem[tail_q[A-1:0]] <= in_data;
        if (rst) begin
            head_q <= {(A + 1){1'b0}};
            tail_q <= {(A + 1){1'b0}};
        end else begin
            if (in_valid && in_ready)
                tail_q <= tail_q + 1'b1;
            if (out_valid && out_ready)
                head_q <= head_q + 1'b1;
        end
    end
endmodule

`default_nettype wire
