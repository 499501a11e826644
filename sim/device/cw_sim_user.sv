// SPDX-License-Identifier: BSD-2-Clause
// The user's registers of the simulated card: an AXI4-Lite slave with 16 words
// that hold what is written, and the registers of cw_sim_stream (su_*, whole words
// only); all other addresses answer SLVERR. One access at a time each way.
`default_nettype none

module cw_sim_user (
    input  wire        clk,
    input  wire        rst,
    input  wire        awvalid,
    output wire        awready,
    input  wire [17:0] awaddr,
    input  wire        wvalid,
    output wire        wready,
    input  wire [31:0] wdata,
    input  wire [3:0]  wstrb,
    output reg         bvalid,
    input  wire        bready,
    output reg  [1:0]  bresp,
    input  wire        arvalid,
    output wire        arready,
    input  wire [17:0] araddr,
    output reg         rvalid,
    input  wire        rready,
    output reg  [31:0] rdata,
    output reg  [1:0]  rresp,
    output wire        su_wr,
    output wire [17:0] su_addr,
    output wire [31:0] su_wdata,
    output wire [17:0] su_rd_addr,
    input  wire [31:0] su_rdata,
    input  wire        su_hit,
    input  wire        su_rd_hit
);
    reg [31:0] word [0:15];
    wire       write = awvalid && wvalid && !bvalid;
    wire       aw_hit = awaddr[17:6] == 12'd0;
    wire       ar_hit = araddr[17:6] == 12'd0;

    assign su_wr = write && &wstrb;
    assign su_addr = awaddr;
    assign su_wdata = wdata;
    assign su_rd_addr = araddr;
    assign awready = write;
    assign wready = write;
    assign arready = !rvalid;

    integer i;
    always @(posedge clk) begin
        if (bvalid && bready)
            bvalid <= 1'b0;
        if (rvalid && rready)
            rvalid <= 1'b0;
        if (write) begin
            bvalid <= 1'b1;
            bresp <= aw_hit || su_hit ? 2'd0 : 2'd2;
            for (i = 0; i < 4; i = i + 1)
                if (aw_hit && wstrb[i])
                    word[awaddr[5:2]][8*i +: 8] <= wdata[8*i +: 8];
        end
        if (arvalid && arready) begin
            rvalid <= 1'b1;
            rresp <= ar_hit || su_rd_hit ? 2'd0 : 2'd2;
            rdata <= ar_hit ? word[araddr[5:2]] : su_rd_hit ? su_rdata : 32'd0;
        end
        if (rst) begin
            bvalid <= 1'b0;
            rvalid <= 1'b0;
            for (i = 0; i < 16; i = i + 1)
                word[i] <= 32'd0;
        end
    end

    wire unused = &{1'b0, awaddr[1:0], araddr[1:0]};
endmodule

`default_nettype wire
