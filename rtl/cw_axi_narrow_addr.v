// SPDX-License-Identifier: BSD-2-Clause
// Addresses of cw_axi_narrow: a burst of beats of twice LANES bytes becomes parts of at most BEATS beats of LANES bytes.
// A part goes out only while there is room to note it.
`default_nettype none

module cw_axi_narrow_addr #(
    parameter LANES = 16,
    parameter BEATS = 256     // a power of two
) (
    input  wire        clk,
    input  wire        rst,
    input  wire        in_valid,
    output wire        in_ready,
    input  wire [3:0]  in_id,
    input  wire [63:0] in_addr,
    input  wire [7:0]  in_len,
    input  wire        room,
    output wire        out_valid,
    input  wire        out_ready,
    output wire [63:0] out_addr,
    output wire [7:0]  out_len,
    output wire [3:0]  out_id,
    output wire        out_last
);
    localparam [9:0] MOST = BEATS[9:0];

    reg         busy_q;
    reg  [3:0]  id_q;
    reg  [63:0] addr_q;
    reg  [9:0]  left_q;       // beats that are not asked for
    wire [9:0]  part = left_q < MOST ? left_q : MOST;
    wire [9:0]  len  = part - 10'd1;
    wire        take = out_valid && out_ready;

    assign in_ready  = !busy_q || (take && out_last);
    assign out_valid = busy_q && room;
    assign out_addr  = addr_q;
    assign out_len   = len[7:0];
    assign out_id    = id_q;
    assign out_last  = left_q <= MOST;

    always @(posedge clk) begin
        if (take) begin
            addr_q <= addr_q + {54'd0, part} * LANES;
            left_q <= left_q - part;
            busy_q <= !out_last;
        end
        if (in_valid && in_ready) begin
            busy_q <= 1'b1;
            id_q   <= in_id;
            addr_q <= in_addr;
            left_q <= {1'b0, in_len, 1'b1} + 10'd1;
        end
        if (rst)
            busy_q <= 1'b0;
    end

    wire unused = &{1'b0, len[9:8]};
endmodule

`default_nettype wire
