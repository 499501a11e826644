// SPDX-License-Identifier: BSD-2-Clause
//
// An AXI4 slave of DATA_W bits, the same as a master of half the width with bursts of at most BEATS beats: card memory
// behind a controller whose port is narrower (256 beats), or narrower and AXI3 (16 beats).
//
// Contract: INCR bursts of full-width beats, as cw_top makes them; they cross no 4 KiB boundary, nor do their parts.
// Every burst of the master has one ID, so that all is answered in the order in which it was asked for; a burst
// of several parts has the worst of their answers. Data goes out after its address. rst is the controller's.
//
// Latency: a cycle for addresses, none for data and answers. A beat of the master a cycle, bursts back to back; up to
// DEPTH parts under way each way.
`default_nettype none

module cw_axi_narrow #(
    parameter DATA_W = 256,
    parameter BEATS  = 256,   // a power of two
    parameter DEPTH  = 32     // a power of two
) (
    input  wire                   clk,
    input  wire                   rst,
    input  wire                   axi_awvalid,
    output wire                   axi_awready,
    input  wire [3:0]             axi_awid,
    input  wire [63:0]            axi_awaddr,
    input  wire [7:0]             axi_awlen,
    input  wire                   axi_wvalid,
    output wire                   axi_wready,
    input  wire [DATA_W-1:0]      axi_wdata,
    input  wire [DATA_W/8-1:0]    axi_wstrb,
    input  wire                   axi_wlast,
    output wire                   axi_bvalid,
    input  wire                   axi_bready,
    output wire [3:0]             axi_bid,
    output wire [1:0]             axi_bresp,
    input  wire                   axi_arvalid,
    output wire                   axi_arready,
    input  wire [3:0]             axi_arid,
    input  wire [63:0]            axi_araddr,
    input  wire [7:0]             axi_arlen,
    output wire                   axi_rvalid,
    input  wire                   axi_rready,
    output wire [3:0]             axi_rid,
    output wire [DATA_W-1:0]      axi_rdata,
    output wire [1:0]             axi_rresp,
    output wire                   axi_rlast,
    output wire                   mem_awvalid,
    input  wire                   mem_awready,
    output wire [63:0]            mem_awaddr,
    output wire [7:0]             mem_awlen,
    output wire                   mem_wvalid,
    input  wire                   mem_wready,
    output wire [DATA_W/2-1:0]    mem_wdata,
    output wire [DATA_W/16-1:0]   mem_wstrb,
    output wire                   mem_wlast,
    input  wire                   mem_bvalid,
    output wire                   mem_bready,
    input  wire [1:0]             mem_bresp,
    output wire                   mem_arvalid,
    input  wire                   mem_arready,
    output wire [63:0]            mem_araddr,
    output wire [7:0]             mem_arlen,
    input  wire                   mem_rvalid,
    output wire                   mem_rready,
    input  wire [DATA_W/2-1:0]    mem_rdata,
    input  wire [1:0]             mem_rresp,
    input  wire                   mem_rlast
);
    localparam HALF = DATA_W / 2;
    localparam N    = $clog2(DEPTH) + 1;
    localparam BEAT_W = $clog2(BEATS);

    initial if (BEATS < 2 || BEATS > 256 || (BEATS & (BEATS - 1)) != 0) begin
        $display("%m: BEATS %0d must be a power of two, 2 to 256", BEATS);
        $finish;
    end

    // ---- addresses, and for each part who asked and whether it is the last ----
    wire       aw_take, aw_last, ar_last, b_part_valid, b_last, r_part_valid, r_last, b_room, r_room;
    wire [3:0] aw_id, ar_id;
    wire [$clog2(DEPTH):0] b_n, r_n;

    cw_axi_narrow_addr #(.LANES(HALF / 8), .BEATS(BEATS)) u_aw (
        .clk(clk), .rst(rst), .in_valid(axi_awvalid), .in_ready(axi_awready), .in_id(axi_awid),
        .in_addr(axi_awaddr), .in_len(axi_awlen), .room(b_room), .out_valid(mem_awvalid), .out_ready(mem_awready),
        .out_addr(mem_awaddr), .out_len(mem_awlen), .out_id(aw_id), .out_last(aw_last)
    );
    assign aw_take = mem_awvalid && mem_awready;
    stream_fifo #(.W(5), .DEPTH(DEPTH)) u_b_part (
        .clk(clk), .rst(rst), .in_valid(aw_take), .in_ready(b_room), .in_data({aw_id, aw_last}),
        .out_valid(b_part_valid), .out_ready(mem_bvalid && mem_bready), .out_data({axi_bid, b_last}), .count(b_n)
    );

    cw_axi_narrow_addr #(.LANES(HALF / 8), .BEATS(BEATS)) u_ar (
        .clk(clk), .rst(rst), .in_valid(axi_arvalid), .in_ready(axi_arready), .in_id(axi_arid),
        .in_addr(axi_araddr), .in_len(axi_arlen), .room(r_room), .out_valid(mem_arvalid), .out_ready(mem_arready),
        .out_addr(mem_araddr), .out_len(mem_arlen), .out_id(ar_id), .out_last(ar_last)
    );
    stream_fifo #(.W(5), .DEPTH(DEPTH)) u_r_part (
        .clk(clk), .rst(rst), .in_valid(mem_arvalid && mem_arready), .in_ready(r_room), .in_data({ar_id, ar_last}),
        .out_valid(r_part_valid), .out_ready(mem_rvalid && mem_rready && mem_rlast), .out_data({axi_rid, r_last}),
        .count(r_n)
    );

    // ---- write data: the low half, the high half ----
    reg               w_high_q;
    reg  [BEAT_W-1:0] w_beat_q;     // of the part
    reg  [N-1:0]      w_due_q;      // parts whose address is taken and whose data is not complete
    wire              w_take = mem_wvalid && mem_wready;

    assign mem_wvalid = axi_wvalid && w_due_q != {N{1'b0}};
    assign axi_wready = w_take && w_high_q;
    assign mem_wdata  = w_high_q ? axi_wdata[DATA_W-1:HALF] : axi_wdata[HALF-1:0];
    assign mem_wstrb  = w_high_q ? axi_wstrb[DATA_W/8-1:HALF/8] : axi_wstrb[HALF/8-1:0];
    assign mem_wlast  = w_high_q && (axi_wlast || w_beat_q == {BEAT_W{1'b1}});

    // ---- answers to writes: one a burst ----
    reg  [1:0]        worst_q;      // of the burst's parts so far
    assign mem_bready = b_part_valid && (!b_last || axi_bready);
    assign axi_bvalid = b_part_valid && b_last && mem_bvalid;
    assign axi_bresp  = worst_q | mem_bresp; // DECERR (3) is worse than SLVERR (2) than OKAY (0)

    // ---- read data: the low half is kept until the high one is there ----
    reg               r_high_q;
    reg  [HALF-1:0]   r_low_q;
    reg  [1:0]        r_resp_q;
    wire              r_take = mem_rvalid && mem_rready;

    assign mem_rready = r_part_valid && (!r_high_q || axi_rready);
    assign axi_rvalid = r_part_valid && r_high_q && mem_rvalid;
    assign axi_rdata  = {mem_rdata, r_low_q};
    assign axi_rresp  = r_resp_q | mem_rresp;
    assign axi_rlast  = mem_rlast && r_last;

    always @(posedge clk) begin
        w_due_q <= w_due_q + {{(N - 1){1'b0}}, aw_take} - {{(N - 1){1'b0}}, w_take && mem_wlast};
        if (w_take) begin
            w_high_q <= !w_high_q;
            w_beat_q <= mem_wlast ? {BEAT_W{1'b0}} : w_beat_q + 1'b1;
        end
        if (mem_bvalid && mem_bready)
            worst_q <= b_last ? 2'd0 : axi_bresp;
        if (r_take) begin
            r_high_q <= !r_high_q;
            r_low_q  <= mem_rdata;
            r_resp_q <= mem_rresp;
        end
        if (rst) begin
            w_high_q <= 1'b0;
            w_beat_q <= {BEAT_W{1'b0}};
            w_due_q  <= {N{1'b0}};
            worst_q  <= 2'd0;
            r_high_q <= 1'b0;
        end
    end

    wire unused = &{1'b0, b_n, r_n};
endmodule

`default_nettype wire
