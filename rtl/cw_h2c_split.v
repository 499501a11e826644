// SPDX-License-Identifier: BSD-2-Clause
//
// Cuts a host-to-card descriptor into reads.
//
// A read ends at the next multiple of the largest read (128 to 4096 bytes), so
// none crosses 4 KiB (PCIe Base 6.0, 2.2.7) and all but the first and last are
// of full size. `start` tells cw_h2c_track the length before the first read.
//
// The descriptor stays where it comes from until its last read goes; here is only how far it got.
// One read a cycle, descriptors back to back. The first read of a descriptor that finds nothing
// here is offered in the cycle in which it comes; the second then comes two cycles later.
`default_nettype none

module cw_h2c_split #(
    parameter OP_W = 8
) (
    input  wire            clk,
    input  wire            rst,
    output wire            idle,
    output wire            empty,
    input  wire [3:0]      rd_log2,       // log2 of the largest read in bytes, 7 to 12

    input  wire            h2c_valid,
    input  wire            h2c_kept,      // it came before this cycle
    output wire            h2c_ready,
    input  wire [OP_W-1:0] h2c_op,
    input  wire [10:0]     h2c_queue,
    input  wire [31:0]     h2c_num,
    input  wire [63:0]     h2c_host_addr,
    input  wire [63:0]     h2c_card_addr,
    input  wire [23:0]     h2c_len,
    input  wire [1:0]      h2c_attr,

    output wire            start_valid,   // strobe
    input  wire            start_ready,
    output wire [OP_W-1:0] start_op,
    output wire [23:0]     start_len,

    output wire            data_rd_valid,
    input  wire            data_rd_ready,
    output wire [OP_W-1:0] data_rd_op,
    output wire [10:0]     data_rd_queue,
    output wire [31:0]     data_rd_num,
    output wire [63:0]     data_rd_addr,
    output wire [12:0]     data_rd_bytes, // 1 to 4096
    output wire [63:0]     data_rd_card,
    output wire [23:0]     data_rd_offset,// of the first byte in the descriptor
    output wire [1:0]      data_rd_attr
);
    reg        begun_q;         // a read of it went
    reg        pause_q;
    reg [23:0] offset_q;

    // Up to the next multiple of the largest read; as a negative number, that is the place with
    // ones above it.
    wire [12:0] size   = 13'd1 << rd_log2;
    wire [11:0] place  = offset_q[11:0] + h2c_host_addr[11:0];
    wire [24:0] room_neg = {13'h1fff, place | ~(size[11:0] - 12'd1)};
    wire [24:0] next   = {1'b0, offset_q} - room_neg;
    wire        last   = next >= {1'b0, h2c_len};
    wire [12:0] end_at = last ? h2c_len[12:0] : next[12:0];
    wire        sent   = data_rd_valid && data_rd_ready;
    wire        unused = &{1'b0, size[12]};

    assign h2c_ready   = start_ready && !pause_q && data_rd_ready && last;
    assign start_valid = sent && !begun_q;
    assign start_op    = h2c_op;
    assign start_len   = h2c_len;
    assign data_rd_valid  = h2c_valid && start_ready && !pause_q;
    assign data_rd_op     = h2c_op;
    assign data_rd_queue  = h2c_queue;
    assign data_rd_num    = h2c_num;
    assign data_rd_addr   = {40'd0, offset_q} + h2c_host_addr;
    assign data_rd_bytes  = end_at - offset_q[12:0];
    assign data_rd_card   = {40'd0, offset_q} + h2c_card_addr;
    assign data_rd_offset = offset_q;
    assign data_rd_attr   = h2c_attr;
    assign idle  = !sent && !pause_q;
    assign empty = !begun_q;

    always @(posedge clk) begin
        pause_q <= sent && !last && !begun_q && !h2c_kept;
        if (sent) begin
            begun_q  <= !last;
            offset_q <= last ? 24'd0 : next[23:0];
        end
        if (rst) begin
            begun_q  <= 1'b0;
            pause_q  <= 1'b0;
            offset_q <= 24'd0;
        end
    end
endmodule

`default_nettype wire
