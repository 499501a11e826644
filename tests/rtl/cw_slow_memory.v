// SPDX-License-Identifier: BSD-2-Clause
// For tests: a memory controller as a board has it. cw_axi_ram behind channels that pause, now and then for long (a refresh);
// only its own rst resets it, and nothing that begins on its port may stay unfinished. `broken` is the first rule that was
// broken, for good; `busy` that bursts are under way.
`default_nettype none

module cw_slow_memory #(
    parameter DATA_W = 256,
    parameter BYTES  = 65536
) (
    input  wire                 clk,
    input  wire                 rst,
    output reg  [2:0]           broken,
    output wire                 busy,
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
    output wire                 axi_rlast
);
    localparam AW = 0, W = 1, B = 2, AR = 3, R = 4;
    localparam [2:0] WITHDRAWN = 3'd1, CHANGED = 3'd2, UNASKED = 3'd3, WRONG_LAST = 3'd4;

    // ---- pauses: a channel that is offered something is not held back before that is taken ----
    reg  [4:0]  hold_q;
    reg  [31:0] lfsr_q;
    reg  [9:0]  refresh_q;
    wire        ram_awready, ram_wready, ram_arready, ram_bvalid, ram_rvalid;
    wire [4:0]  from = {ram_rvalid, axi_arvalid, ram_bvalid, axi_wvalid, axi_awvalid};
    wire [4:0]  to   = {axi_rready, ram_arready, axi_bready, ram_wready, ram_awready};
    wire [4:0]  seen = from & ~hold_q;
    wire [4:0]  took = seen & to;
    wire        long = refresh_q < 10'd40;

    assign axi_awready = ram_awready && !hold_q[AW];
    assign axi_wready  = ram_wready && !hold_q[W];
    assign axi_arready = ram_arready && !hold_q[AR];
    assign axi_bvalid  = ram_bvalid && !hold_q[B];
    assign axi_rvalid  = ram_rvalid && !hold_q[R];

    integer i;
    always @(posedge clk) begin
        lfsr_q    <= {lfsr_q[30:0], lfsr_q[31] ^ lfsr_q[21] ^ lfsr_q[1] ^ lfsr_q[0]};
        refresh_q <= refresh_q + 10'd1;
        for (i = 0; i < 5; i = i + 1)
            if (!seen[i] || took[i])
                hold_q[i] <= long || (lfsr_q[3*i +: 2] == 2'd0);
        if (rst) begin
            lfsr_q    <= 32'h5eed1e55;
            refresh_q <= 10'd100;
            hold_q    <= 5'd0;
        end
    end

    cw_axi_ram #(.DATA_W(DATA_W), .BYTES(BYTES)) u_ram (
        .clk(clk), .rst(rst), .axi_awvalid(seen[AW]), .axi_awready(ram_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize), .axi_awburst(axi_awburst),
        .axi_wvalid(seen[W]), .axi_wready(ram_wready), .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb),
        .axi_wlast(axi_wlast), .axi_bvalid(ram_bvalid), .axi_bready(axi_bready && !hold_q[B]), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp), .axi_arvalid(seen[AR]), .axi_arready(ram_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize), .axi_arburst(axi_arburst),
        .axi_rvalid(ram_rvalid), .axi_rready(axi_rready && !hold_q[R]), .axi_rid(axi_rid), .axi_rdata(axi_rdata),
        .axi_rresp(axi_rresp), .axi_rlast(axi_rlast)
    );

    // ---- the rules: what is offered stays, write data has its address, bursts are whole ----
    localparam A_BITS = 4 + 64 + 8 + 3 + 2;
    localparam W_BITS = DATA_W + DATA_W / 8 + 1;
    wire [A_BITS-1:0] aw = {axi_awid, axi_awaddr, axi_awlen, axi_awsize, axi_awburst};
    wire [A_BITS-1:0] ar = {axi_arid, axi_araddr, axi_arlen, axi_arsize, axi_arburst};
    wire [W_BITS-1:0] w  = {axi_wdata, axi_wstrb, axi_wlast};
    reg  [A_BITS-1:0] aw_q, ar_q;
    reg  [W_BITS-1:0] w_q;
    reg               aw_wait_q, ar_wait_q, w_wait_q;
    reg  [7:0]        left_q;     // beats of the burst that cw_axi_ram has, after the next
    reg               open_q;
    reg  [7:0]        writes_q, reads_q;

    assign busy = writes_q != 8'd0 || reads_q != 8'd0;

    always @(posedge clk) begin
        {aw_q, ar_q, w_q} <= {aw, ar, w};
        aw_wait_q <= axi_awvalid && !axi_awready;
        ar_wait_q <= axi_arvalid && !axi_arready;
        w_wait_q  <= axi_wvalid && !axi_wready;
        if (took[W]) begin
            left_q <= left_q - 8'd1;
            if (axi_wlast)
                open_q <= 1'b0;
        end
        if (took[AW]) begin
            left_q <= axi_awlen;
            open_q <= 1'b1;
        end
        writes_q <= writes_q + {7'd0, took[AW]} - {7'd0, took[B]};
        reads_q  <= reads_q + {7'd0, took[AR]} - {7'd0, took[R] && axi_rlast};
        if (broken == 3'd0) begin
            if ((aw_wait_q && !axi_awvalid) || (ar_wait_q && !axi_arvalid) || (w_wait_q && !axi_wvalid))
                broken <= WITHDRAWN;
            else if ((aw_wait_q && aw != aw_q) || (ar_wait_q && ar != ar_q) || (w_wait_q && w != w_q))
                broken <= CHANGED;
            else if (took[W] && !open_q)
                broken <= UNASKED;
            else if (took[W] && axi_wlast != (left_q == 8'd0))
                broken <= WRONG_LAST;
        end
        if (rst) begin
            {aw_wait_q, ar_wait_q, w_wait_q, open_q} <= 4'd0;
            {writes_q, reads_q} <= 16'd0;
            broken <= 3'd0;
        end
    end
endmodule

`default_nettype wire
