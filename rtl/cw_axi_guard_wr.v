// SPDX-License-Identifier: BSD-2-Clause
// Writes of cw_axi_guard, which says what is promised. Addresses and data go out through registers that `lost` does not
// touch; the lengths of bursts whose address the controller has taken and whose data is not complete wait in a queue: the
// rest can be made up.
`default_nettype none

module cw_axi_guard_wr #(
    parameter DATA_W = 256,
    parameter DEPTH  = 16,
    parameter ADDR_W = 28
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 lost,
    input  wire                 ready,
    input  wire                 axi_awvalid,
    output wire                 axi_awready,
    input  wire [3:0]           axi_awid,
    input  wire [63:0]          axi_awaddr,
    input  wire [7:0]           axi_awlen,
    input  wire [2:0]           axi_awsize,
    input  wire [1:0]           axi_awburst,
    input  wire                 axi_wvalid,
    output wire                 axi_wready,
    input  wire [DATA_W-1:0]    axi_wdata,
    input  wire [DATA_W/8-1:0]  axi_wstrb,
    input  wire                 axi_wlast,
    output wire                 axi_bvalid,
    input  wire                 axi_bready,
    output wire [3:0]           axi_bid,
    output wire [1:0]           axi_bresp,
    output wire                 mem_awvalid,
    input  wire                 mem_awready,
    output wire [3:0]           mem_awid,
    output wire [63:0]          mem_awaddr,
    output wire [7:0]           mem_awlen,
    output wire [2:0]           mem_awsize,
    output wire [1:0]           mem_awburst,
    output wire                 mem_wvalid,
    input  wire                 mem_wready,
    output wire [DATA_W-1:0]    mem_wdata,
    output wire [DATA_W/8-1:0]  mem_wstrb,
    output wire                 mem_wlast,
    input  wire                 mem_bvalid,
    output wire                 mem_bready,
    input  wire [3:0]           mem_bid,
    input  wire [1:0]           mem_bresp
);
    localparam N = $clog2(DEPTH) + 1;
    localparam [1:0] SLVERR = 2'd2, DECERR = 2'd3;

    reg          drain_q;       // bursts of before `lost` are with the controller
    reg  [N-1:0] due_q;         // bursts without their answer from the controller
    reg          bad_q;         // a burst that is answered here: its data comes
    reg          bad_b_q;       // its answer waits
    reg  [3:0]   bad_id_q;
    reg  [1:0]   bad_resp_q;
    reg  [7:0]   beat_q;        // of the oldest burst whose data is not complete

    wire         gone = lost || drain_q;
    wire         aw_room, w_room, len_room, len_valid, aw_take, w_put, b_take;
    wire [7:0]   len;
    wire [$clog2(DEPTH):0] len_n;

    // ---- addresses ----
    wire         outside = (axi_awaddr >> ADDR_W) != 64'd0;
    wire         bad     = bad_q || bad_b_q;
    wire         aw_go   = ready && !outside && !bad && !gone && due_q != DEPTH[N-1:0];
    wire         bad_go  = (!ready || outside) && !bad && !gone && due_q == {N{1'b0}};
    assign axi_awready = (aw_go && aw_room) || bad_go;
    assign aw_take     = axi_awvalid && aw_go && aw_room;

    stream_reg #(.W(81)) u_aw (
        .clk(clk), .rst(rst), .in_valid(axi_awvalid && aw_go), .in_ready(aw_room),
        .in_data({axi_awid, axi_awaddr, axi_awlen, axi_awsize, axi_awburst}),
        .out_valid(mem_awvalid), .out_ready(mem_awready),
        .out_data({mem_awid, mem_awaddr, mem_awlen, mem_awsize, mem_awburst})
    );
    stream_fifo #(.W(8), .DEPTH(DEPTH)) u_len (
        .clk(clk), .rst(rst), .in_valid(mem_awvalid && mem_awready), .in_ready(len_room), .in_data(mem_awlen),
        .out_valid(len_valid), .out_ready(w_put && beat_q == len), .out_data(len), .count(len_n)
    );

    // ---- data: of a burst that was given up, without strobes ----
    assign axi_wready = bad_q || (len_valid && w_room && !gone);
    assign w_put      = len_valid && w_room && (gone || axi_wvalid);

    stream_reg #(.W(DATA_W + DATA_W / 8 + 1)) u_w (
        .clk(clk), .rst(rst), .in_valid(len_valid && (gone || axi_wvalid)), .in_ready(w_room),
        .in_data({axi_wdata, gone ? {DATA_W / 8{1'b0}} : axi_wstrb, beat_q == len}),
        .out_valid(mem_wvalid), .out_ready(mem_wready), .out_data({mem_wdata, mem_wstrb, mem_wlast})
    );

    // ---- answers ----
    assign mem_bready = gone || axi_bready;
    assign b_take     = mem_bvalid && mem_bready;
    assign axi_bvalid = bad_b_q || (mem_bvalid && !gone);
    assign axi_bid    = bad_b_q ? bad_id_q : mem_bid;
    assign axi_bresp  = bad_b_q ? bad_resp_q : mem_bresp;

    always @(posedge clk) begin
        if (w_put)
            beat_q <= beat_q == len ? 8'd0 : beat_q + 8'd1;
        due_q <= due_q + {{(N - 1){1'b0}}, aw_take} - {{(N - 1){1'b0}}, b_take};
        if (lost)
            drain_q <= 1'b1;
        else if (due_q == {N{1'b0}})
            drain_q <= 1'b0;

        // Answered here: one burst at a time, when the controller has none.
        if (axi_awvalid && bad_go) begin
            bad_q      <= 1'b1;
            bad_id_q   <= axi_awid;
            bad_resp_q <= outside ? DECERR : SLVERR;
        end
        if (bad_q && axi_wvalid && axi_wlast) begin
            bad_q   <= 1'b0;
            bad_b_q <= 1'b1;
        end
        if (bad_b_q && axi_bready)
            bad_b_q <= 1'b0;
        if (lost) begin
            bad_q   <= 1'b0;
            bad_b_q <= 1'b0;
        end

        if (rst) begin
            drain_q <= 1'b0;
            due_q   <= {N{1'b0}};
            bad_q   <= 1'b0;
            bad_b_q <= 1'b0;
            beat_q  <= 8'd0;
        end
    end

    wire unused = &{1'b0, len_n, len_room}; // DEPTH bursts are under way at most
endmodule

`default_nettype wire
