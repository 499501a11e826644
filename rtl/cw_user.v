// SPDX-License-Identifier: BSD-2-Clause
// The window of BAR0 to the user's AXI4-Lite registers: one access at a time from
// the register bus. An error response is reported with the ack: a read becomes a
// Completer Abort, a write is counted. The user's logic must answer every access:
// the registers behind this one wait for it.
//
// Latency: two cycles and the user's.
`default_nettype none

module cw_user (
    input  wire         clk,
    input  wire         rst,
    input  wire         sel,
    input  wire         reg_write,
    input  wire [15:0]  reg_addr,     // DW index in the user window
    input  wire [3:0]   reg_be,
    input  wire [31:0]  reg_wdata,
    output wire         ack,
    output wire [31:0]  rdata,
    output wire         err,
    output wire         ev_axi_err,

    output wire         user_awvalid,
    input  wire         user_awready,
    output wire [17:0]  user_awaddr,
    output wire         user_wvalid,
    input  wire         user_wready,
    output wire [31:0]  user_wdata,
    output wire [3:0]   user_wstrb,
    input  wire         user_bvalid,
    output wire         user_bready,
    input  wire [1:0]   user_bresp,
    output wire         user_arvalid,
    input  wire         user_arready,
    output wire [17:0]  user_araddr,
    input  wire         user_rvalid,
    output wire         user_rready,
    input  wire [31:0]  user_rdata,
    input  wire [1:0]   user_rresp
);
    localparam [1:0] S_IDLE = 2'd0, S_WRITE = 2'd1, S_READ = 2'd2, S_ACK = 2'd3;
    reg [1:0]  state_q;
    reg        aw_q, w_q, ar_q;
    reg        err_q;
    reg [31:0] rdata_q;

    assign ack          = state_q == S_ACK;
    assign rdata        = rdata_q;
    assign err          = err_q;
    assign ev_axi_err   = ack && err_q;
    // The register bus holds address and data until the ack.
    assign user_awvalid = aw_q;
    assign user_awaddr  = {reg_addr, 2'b00};
    assign user_wvalid  = w_q;
    assign user_wdata   = reg_wdata;
    assign user_wstrb   = reg_be;
    assign user_bready  = state_q == S_WRITE;
    assign user_arvalid = ar_q;
    assign user_araddr  = {reg_addr, 2'b00};
    assign user_rready  = state_q == S_READ;

    always @(posedge clk) begin
        if (user_awready)
            aw_q <= 1'b0;
        if (user_wready)
            w_q <= 1'b0;
        if (user_arready)
            ar_q <= 1'b0;
        case (state_q)
        // Waits for an access.
        S_IDLE: if (sel) begin
            state_q <= reg_write ? S_WRITE : S_READ;
            aw_q    <= reg_write;
            w_q     <= reg_write;
            ar_q    <= !reg_write;
        end
        // Waits for the response to the write.
        S_WRITE: if (user_bvalid) begin
            state_q <= S_ACK;
            err_q   <= user_bresp != 2'd0;
        end
        // Waits for the data of the read.
        S_READ: if (user_rvalid) begin
            state_q <= S_ACK;
            err_q   <= user_rresp != 2'd0;
            rdata_q <= user_rdata;
        end
        // One cycle: the bus takes the answer.
        default: state_q <= S_IDLE;
        endcase
        if (rst) begin
            state_q <= S_IDLE;
            aw_q    <= 1'b0;
            w_q     <= 1'b0;
            ar_q    <= 1'b0;
        end
    end
endmodule

`default_nettype wire
