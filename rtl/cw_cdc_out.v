// SPDX-License-Identifier: BSD-2-Clause
// The second half of a queue between two clocks: offers the items that cw_cdc_in has put into its memory. An item is
// in a flip-flop of this clock before it is offered, and stays there until it is taken, also when the crossing is
// cleared meanwhile; a reset of this side alone takes it away.
`default_nettype none

module cw_cdc_out #(
    parameter W     = 32,
    parameter DEPTH = 16
) (
    input  wire                     clk,
    input  wire                     rst,
    input  wire                     run,        // cw_cdc_side
    input  wire                     clear,
    input  wire [$clog2(DEPTH):0]   put,        // items put, Gray code, of the other clock
    output wire [$clog2(DEPTH):0]   taken,      // items taken, Gray code, for the other half
    output wire [$clog2(DEPTH)-1:0] slot,       // the next one's
    input  wire [W-1:0]             item,       // what is in that slot; does not change once it is counted in `put`
    output wire                     out_valid,
    input  wire                     out_ready,
    output wire [W-1:0]             out_data
);
    localparam A = $clog2(DEPTH);

    reg  [A:0]   count_q, taken_q;
    reg          valid_q = 1'b0;
    reg  [W-1:0] data_q;
    wire [A:0]   count_d = count_q + {{A{1'b0}}, 1'b1};
    wire [A:0]   seen;
    wire         take = run && seen != taken_q && (!valid_q || out_ready);

    genvar i;
    generate
    for (i = 0; i <= A; i = i + 1) begin : g_put
        cw_sync u_bit (.clk(clk), .in(put[i]), .out(seen[i]));
    end
    endgenerate

    assign taken     = taken_q;
    assign slot      = count_q[A-1:0];
    assign out_valid = valid_q;
    assign out_data  = data_q;

    always @(posedge clk) begin
        if (take)
            data_q <= item;
        if (rst)
            valid_q <= 1'b0;
        else if (take)
            valid_q <= 1'b1;
        else if (out_ready)
            valid_q <= 1'b0;
        if (clear) begin
            count_q <= {(A + 1){1'b0}};
            taken_q <= {(A + 1){1'b0}};
        end else if (take) begin
            count_q <= count_d;
            taken_q <= count_d ^ {1'b0, count_d[A:1]};
        end
    end
endmodule

`default_nettype wire
