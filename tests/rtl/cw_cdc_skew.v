// SPDX-License-Identifier: BSD-2-Clause
// cw_cdc_fifo taken apart, with wires between its halves whose bits arrive at different times (cw_cdc_late). The slot
// that was written at the last edge of wr_clk is rubbish to the first edge of rd_clk after it.
`default_nettype none

module cw_cdc_skew #(
    parameter W     = 40,
    parameter DEPTH = 8
) (
    input  wire [63:0]  coin,
    input  wire         wr_clk,
    input  wire         wr_rst,
    input  wire         in_valid,
    output wire         in_ready,
    input  wire [W-1:0] in_data,
    input  wire         rd_clk,
    input  wire         rd_rst,
    output wire         out_valid,
    input  wire         out_ready,
    output wire [W-1:0] out_data
);
    localparam A = $clog2(DEPTH);

    wire [A:0]   put, taken;
    wire [1:0]   wr_state, rd_state;
    wire [A-1:0] slot;
    wire [W-1:0] item;
    wire         wr_run, wr_clear, rd_run, rd_clear;

    reg [A-1:0]  in_q = {A{1'b0}}, written_q = {A{1'b0}}; // the next slot, the last one
    reg          fresh_q = 1'b0, edge_q = 1'b0, seen_q = 1'b0;
    always @(posedge wr_clk) begin
        edge_q    <= !edge_q;
        fresh_q   <= in_valid && in_ready;
        written_q <= in_q;
        in_q      <= wr_clear ? {A{1'b0}} : in_q + {{(A-1){1'b0}}, in_valid && in_ready};
    end

    always @(posedge rd_clk)
        seen_q <= edge_q;

    wire [A:0]   put_now, taken_now;
    wire [1:0]   wr_now, rd_now;
    wire         fresh = fresh_q && edge_q != seen_q;
    wire [W-1:0] item_now = fresh && slot == written_q ? item ^ {{(W - 24){1'b0}}, coin[63:40]} : item;

    cw_cdc_late #(.W(A + 1)) u_put (.coin(coin[A:0]), .from(wr_clk), .to(rd_clk), .in(put), .out(put_now));
    cw_cdc_late #(.W(A + 1)) u_taken (.coin(coin[16+A:16]), .from(rd_clk), .to(wr_clk), .in(taken), .out(taken_now));
    cw_cdc_late #(.W(2), .INIT(2'b01)) u_wr_late (
        .coin(coin[33:32]), .from(wr_clk), .to(rd_clk), .in(wr_state), .out(wr_now)
    );
    cw_cdc_late #(.W(2), .INIT(2'b01)) u_rd_late (
        .coin(coin[35:34]), .from(rd_clk), .to(wr_clk), .in(rd_state), .out(rd_now)
    );

    cw_cdc_side u_wr (.clk(wr_clk), .rst(wr_rst), .state(wr_state), .other(rd_now), .run(wr_run), .clear(wr_clear));
    cw_cdc_side u_rd (.clk(rd_clk), .rst(rd_rst), .state(rd_state), .other(wr_now), .run(rd_run), .clear(rd_clear));
    cw_cdc_in #(.W(W), .DEPTH(DEPTH)) u_in (
        .clk(wr_clk), .run(wr_run), .clear(wr_clear), .in_valid(in_valid), .in_ready(in_ready), .in_data(in_data),
        .put(put), .taken(taken_now), .slot(slot), .item(item)
    );
    cw_cdc_out #(.W(W), .DEPTH(DEPTH)) u_out (
        .clk(rd_clk), .rst(rd_rst), .run(rd_run), .clear(rd_clear), .put(put_now), .taken(taken), .slot(slot),
        .item(item_now), .out_valid(out_valid), .out_ready(out_ready), .out_data(out_data)
    );

    wire unused = &{1'b0, coin[15:A+1], coin[31:17+A], coin[39:36]};
endmodule

`default_nettype wire
