// SPDX-License-Identifier: BSD-2-Clause
// Decoder of BAR0: gives an access on the register bus to the region it is for,
// and the region's answer back. Addresses of no region read as zero and ignore
// writes. An access is held until its ack; a region does not look at sel in the
// cycle of its own ack.
`default_nettype none

module cw_reg_bus (
    input  wire         clk,
    input  wire         rst,
    output wire         idle,
    input  wire         reg_valid,
    input  wire [17:0]  reg_addr,      // DW index in BAR0
    output wire         reg_ack,
    output wire [31:0]  reg_rdata,
    output wire         reg_err,

    output wire         global_sel,
    input  wire         global_ack,
    input  wire [31:0]  global_rdata,
    output wire         stats_sel,
    input  wire         stats_ack,
    input  wire [31:0]  stats_rdata,
    output wire         msix_table_sel,
    output wire         msix_pba_sel,
    input  wire         msix_ack,
    input  wire [31:0]  msix_rdata,
    output wire         event_sel,
    input  wire         event_ack,
    input  wire [31:0]  event_rdata,
    output wire         user_sel,
    input  wire         user_ack,
    input  wire [31:0]  user_rdata,
    input  wire         user_err,
    output wire         queue_sel,
    input  wire         queue_ack,
    input  wire [31:0]  queue_rdata
);
    `include "cw_regs.vh"

    // Every region but the queues' and the user's is 64 KiB: BAR0 address bits 19 to 16.
    wire [3:0] page = reg_addr[17:14];
    // Of the first region one page is used: the registers, then the counters.
    wire       first_4k = page == CW_GLOBAL_OFFSET[19:16] && reg_addr[13:10] == 4'd0;
    wire       upper = reg_addr[9];    // at COUNTER_OFFSET or above

    assign global_sel     = reg_valid && first_4k && !upper;
    assign stats_sel      = reg_valid && first_4k && upper;
    assign msix_table_sel = reg_valid && page == CW_MSIX_TABLE_OFFSET[19:16];
    assign msix_pba_sel   = reg_valid && page == CW_MSIX_PBA_OFFSET[19:16];
    assign event_sel      = reg_valid && page == CW_EVENT_OFFSET[19:16];
    assign user_sel       = reg_valid && page[3:2] == CW_USER_OFFSET[19:18];
    assign queue_sel      = reg_valid && page[3:2] == CW_QUEUE_OFFSET[19:18];

    reg  none_q;                       // ack of an address that is in no region
    wire none = reg_valid && !(global_sel || stats_sel || msix_table_sel || msix_pba_sel ||
                               event_sel || user_sel || queue_sel);

    assign reg_ack   = global_ack || stats_ack || msix_ack || event_ack || user_ack || queue_ack || none_q;
    assign reg_err   = user_ack && user_err;
    assign reg_rdata = (global_ack ? global_rdata : 32'd0) | (stats_ack ? stats_rdata : 32'd0) |
                       (msix_ack ? msix_rdata : 32'd0) | (event_ack ? event_rdata : 32'd0) |
                       (user_ack ? user_rdata : 32'd0) | (queue_ack ? queue_rdata : 32'd0);
    assign idle      = !reg_valid;

    always @(posedge clk)
        none_q <= none && !none_q && !rst;

    wire unused = &{1'b0, reg_addr[8:0]};

    initial if (CW_COUNTER_OFFSET != 32'h800) begin
        $display("%m: the counters are decoded at 0x800");
        $finish;
    end
endmodule

`default_nettype wire
