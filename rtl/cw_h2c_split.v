// SPDX-License-Identifier: BSD-2-Clause
//
// Cuts a host-to-card descriptor into reads.
//
// A read ends at the next multiple of the largest read (128 to 4096 bytes), so
// none crosses 4 KiB (PCIe Base 6.0, 2.2.7) and all but the first and last are
// of full size. `start` tells cw_h2c_track the length before the first read.
//
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
    reg            run_q;
    reg            gone_q;      // the read at hand went as its descriptor came
    reg [OP_W-1:0] op_q;
    reg [10:0]     queue_q;
    reg [31:0]     num_q;
    reg [63:0]     addr_q, card_q;
    reg [23:0]     left_q, offset_q;
    reg [1:0]      attr_q;

    wire [12:0] size  = 13'd1 << rd_log2;
    wire [11:0] place = run_q ? addr_q[11:0] : h2c_host_addr[11:0];
    wire [23:0] left  = run_q ? left_q : h2c_len;
    wire [12:0] room  = size - ({1'b0, place} & (size - 13'd1));
    wire        last  = left <= {11'd0, room};
    wire [12:0] bytes = last ? left[12:0] : room;
    wire        sent  = run_q && (gone_q || data_rd_ready);
    wire        take  = h2c_valid && h2c_ready;
    wire        begins = !run_q && h2c_valid && start_ready;
    wire        gone  = begins && data_rd_ready;
    wire        load  = !run_q || last;              // nothing is left to count: what comes
    wire [12:0] step  = load ? 13'd0 : room;

    assign h2c_ready   = start_ready && (!run_q || (data_rd_ready && last));
    assign start_valid = take;
    assign start_op    = h2c_op;
    assign start_len   = h2c_len;
    assign data_rd_valid  = run_q ? !gone_q : begins;
    assign data_rd_op     = run_q ? op_q : h2c_op;
    assign data_rd_queue  = run_q ? queue_q : h2c_queue;
    assign data_rd_num    = run_q ? num_q : h2c_num;
    assign data_rd_addr   = run_q ? addr_q : h2c_host_addr;
    assign data_rd_bytes  = bytes;
    assign data_rd_card   = run_q ? card_q : h2c_card_addr;
    assign data_rd_offset = run_q ? offset_q : 24'd0;
    assign data_rd_attr   = run_q ? attr_q : h2c_attr;
    assign idle  = !sent && !take;
    assign empty = !run_q;

    always @(posedge clk) begin
        if (sent) begin
            run_q  <= !last;
            gone_q <= 1'b0;
        end
        if (take) begin
            run_q    <= !(gone && last);
            gone_q   <= gone;
            op_q     <= h2c_op;
            queue_q  <= h2c_queue;
            num_q    <= h2c_num;
            attr_q   <= h2c_attr;
        end
        if (sent || take) begin
            addr_q   <= (load ? h2c_host_addr : addr_q) + {51'd0, step};
            card_q   <= (load ? h2c_card_addr : card_q) + {51'd0, step};
            offset_q <= (load ? 24'd0 : offset_q) + {11'd0, step};
            left_q   <= (load ? h2c_len : left_q) - {11'd0, step};
        end
        if (rst)
            run_q <= 1'b0;
    end
endmodule

`default_nettype wire
