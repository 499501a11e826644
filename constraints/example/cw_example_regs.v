// SPDX-License-Identifier: BSD-2-Clause
//
// Registers of the example design: an AXI4-Lite slave of 16 words, as cw_top's user_* ports
// reach it (BAR0 from USER_OFFSET). A template: change the words, keep the handshake.
//
//   0x00  ID      reads 0x58455743 ("CWEX")
//   0x04  WRITES  writes that were taken since reset; writing it changes nothing
//   0x08  ...     14 words that hold what is written
//
// Beyond them: SLVERR, which the host sees as a Completer Abort. One access at a time each way.
`default_nettype none

module cw_example_regs (
    input  wire        clk,
    input  wire        rst,
    input  wire        awvalid,
    output wire        awready,
    input  wire [17:0] awaddr,
    input  wire        wvalid,
    output wire        wready,
    input  wire [31:0] wdata,
    input  wire [3:0]  wstrb,
    output wire        bvalid,
    input  wire        bready,
    output wire [1:0]  bresp,
    input  wire        arvalid,
    output wire        arready,
    input  wire [17:0] araddr,
    output wire        rvalid,
    input  wire        rready,
    output wire [31:0] rdata,
    output wire [1:0]  rresp
);
    localparam [31:0] ID = 32'h58455743;
    localparam [1:0]  OKAY = 2'd0, SLVERR = 2'd2;

    reg [31:0] word [2:15];
    reg [31:0] writes_q, rdata_q;
    reg        bvalid_q, rvalid_q;
    reg [1:0]  bresp_q, rresp_q;

    // A write is taken when address and data are both there and the last response is gone.
    wire       write  = awvalid && wvalid && !bvalid_q;
    wire       aw_hit = awaddr[17:6] == 12'd0;
    wire       ar_hit = araddr[17:6] == 12'd0;

    assign awready = write;
    assign wready  = write;
    assign bvalid  = bvalid_q;
    assign bresp   = bresp_q;
    assign arready = !rvalid_q;
    assign rvalid  = rvalid_q;
    assign rdata   = rdata_q;
    assign rresp   = rresp_q;

    integer i;
    always @(posedge clk) begin
        if (bready)
            bvalid_q <= 1'b0;
        if (rready)
            rvalid_q <= 1'b0;
        if (write) begin
            bvalid_q <= 1'b1;
            bresp_q  <= aw_hit ? OKAY : SLVERR;
            writes_q <= writes_q + {31'd0, aw_hit};
            for (i = 0; i < 4; i = i + 1)
                if (aw_hit && awaddr[5:3] != 3'd0 && wstrb[i])
                    word[awaddr[5:2]][8*i +: 8] <= wdata[8*i +: 8];
        end
        if (arvalid && arready) begin
            rvalid_q <= 1'b1;
            rresp_q  <= ar_hit ? OKAY : SLVERR;
            rdata_q  <= !ar_hit ? 32'd0 :
                        araddr[5:2] == 4'd0 ? ID :
                        araddr[5:2] == 4'd1 ? writes_q : word[araddr[5:2]];
        end
        if (rst) begin
            bvalid_q <= 1'b0;
            rvalid_q <= 1'b0;
            writes_q <= 32'd0;
            for (i = 2; i < 16; i = i + 1)
                word[i] <= 32'd0;
        end
    end

    wire unused = &{1'b0, awaddr[1:0], araddr[1:0]};
endmodule

`default_nettype wire
