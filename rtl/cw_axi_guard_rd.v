// SPDX-License-Identifier: BSD-2-Clause
// Reads of cw_axi_guard, which says what is promised. Addresses go out through a register that `lost` does not touch;
// data of bursts that were given up is taken and dropped.
`default_nettype none

module cw_axi_guard_rd #(
    parameter DATA_W = 256,
    parameter DEPTH  = 16,
    parameter ADDR_W = 28
) (
    input  wire                 clk,
    input  wire                 rst,
    input  wire                 lost,
    input  wire                 ready,
    input  wire                 axi_arvalid,
    output wire                 axi_arready,
    input  wire [3:0]           axi_arid,
    input  wire [63:0]          axi_araddr,
    input  wire [7:0]           axi_arlen,
    input  wire [2:0]           axi_arsize,
    input  wire [1:0]           axi_arburst,
    output wire                 axi_rvalid,
    input  wire                 axi_rready,
    output wire [3:0]           axi_rid,
    output wire [DATA_W-1:0]    axi_rdata,
    output wire [1:0]           axi_rresp,
    output wire                 axi_rlast,
    output wire                 mem_arvalid,
    input  wire                 mem_arready,
    output wire [3:0]           mem_arid,
    output wire [63:0]          mem_araddr,
    output wire [7:0]           mem_arlen,
    output wire [2:0]           mem_arsize,
    output wire [1:0]           mem_arburst,
    input  wire                 mem_rvalid,
    output wire                 mem_rready,
    input  wire [3:0]           mem_rid,
    input  wire [DATA_W-1:0]    mem_rdata,
    input  wire [1:0]           mem_rresp,
    input  wire                 mem_rlast
);
    localparam N = $clog2(DEPTH) + 1;
    localparam [1:0] SLVERR = 2'd2, DECERR = 2'd3;

    reg          drain_q;       // bursts of before `lost` are with the controller
    reg  [N-1:0] due_q;         // bursts whose last beat has not come from the controller
    reg          bad_q;         // a burst is answered here
    reg  [3:0]   bad_id_q;
    reg  [1:0]   bad_resp_q;
    reg  [7:0]   left_q;        // of it, after the beat on offer

    wire         gone    = lost || drain_q;
    wire         outside = (axi_araddr >> ADDR_W) != 64'd0;
    wire         ar_go   = ready && !outside && !bad_q && !gone && due_q != DEPTH[N-1:0];
    wire         bad_go  = (!ready || outside) && !bad_q && !gone && due_q == {N{1'b0}};
    wire         ar_room;
    wire         ar_take = axi_arvalid && ar_go && ar_room;
    wire         r_end   = mem_rvalid && mem_rready && mem_rlast;

    assign axi_arready = (ar_go && ar_room) || bad_go;

    stream_reg #(.W(81)) u_ar (
        .clk(clk), .rst(rst), .in_valid(axi_arvalid && ar_go), .in_ready(ar_room),
        .in_data({axi_arid, axi_araddr, axi_arlen, axi_arsize, axi_arburst}),
        .out_valid(mem_arvalid), .out_ready(mem_arready),
        .out_data({mem_arid, mem_araddr, mem_arlen, mem_arsize, mem_arburst})
    );

    assign mem_rready = gone || axi_rready;
    assign axi_rvalid = bad_q || (mem_rvalid && !gone);
    assign axi_rid    = bad_q ? bad_id_q : mem_rid;
    assign axi_rdata  = bad_q ? {DATA_W{1'b0}} : mem_rdata;
    assign axi_rresp  = bad_q ? bad_resp_q : mem_rresp;
    assign axi_rlast  = bad_q ? left_q == 8'd0 : mem_rlast;

    always @(posedge clk) begin
        due_q <= due_q + {{(N - 1){1'b0}}, ar_take} - {{(N - 1){1'b0}}, r_end};
        if (lost)
            drain_q <= 1'b1;
        else if (due_q == {N{1'b0}})
            drain_q <= 1'b0;

        // Answered here: one burst at a time, when the controller has none.
        if (bad_q && axi_rready) begin
            left_q <= left_q - 8'd1;
            if (left_q == 8'd0)
                bad_q <= 1'b0;
        end
        if (axi_arvalid && bad_go) begin
            bad_q      <= 1'b1;
            bad_id_q   <= axi_arid;
            bad_resp_q <= outside ? DECERR : SLVERR;
            left_q     <= axi_arlen;
        end
        if (lost)
            bad_q <= 1'b0;

        if (rst) begin
            drain_q <= 1'b0;
            due_q   <= {N{1'b0}};
            bad_q   <= 1'b0;
        end
    end
endmodule

`default_nettype wire
