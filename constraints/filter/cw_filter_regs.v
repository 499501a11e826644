// SPDX-License-Identifier: BSD-2-Clause
//
// The registers of the example filter: an AXI4-Lite slave, as cw_top's user_* ports reach it. cw_filter.h says what they
// are; the table among them is in cw_filter_routes, reached over word_*.
//
// One access at a time; words only. A write of a part of one, and what is not there, answers SLVERR, which the host sees
// as a Completer Abort when it reads.
`default_nettype none

module cw_filter_regs #(
    parameter QUEUE_N = 64
) (
    input  wire        clk,
    input  wire        rst,
    output wire        idle,
    input  wire        user_awvalid,
    output wire        user_awready,
    input  wire [17:0] user_awaddr,
    input  wire        user_wvalid,
    output wire        user_wready,
    input  wire [31:0] user_wdata,
    input  wire [3:0]  user_wstrb,
    output wire        user_bvalid,
    input  wire        user_bready,
    output wire [1:0]  user_bresp,
    input  wire        user_arvalid,
    output wire        user_arready,
    input  wire [17:0] user_araddr,
    output wire        user_rvalid,
    input  wire        user_rready,
    output wire [31:0] user_rdata,
    output wire [1:0]  user_rresp,

    output wire [31:0] key,
    output wire [31:0] drop_mask,
    output wire [31:0] drop_match,
    input  wire [6:0]  count_bytes,
    input  wire        count_packet,
    input  wire        count_marked,
    input  wire        count_drop,

    output wire        word_valid,
    input  wire        word_ready,
    output wire        word_write,
    output wire [10:0] word_queue,
    output wire [31:0] word_wdata,
    input  wire [31:0] word_rdata
);
    `include "cw_filter.vh"

    localparam [1:0] OKAY = 2'd0, SLVERR = 2'd2;
    localparam [1:0] S_REST = 2'd0, S_TABLE = 2'd1, S_WRITTEN = 2'd2, S_READ = 2'd3;

    reg  [1:0]  state_q;
    reg         write_q;
    reg  [10:0] queue_q;
    reg  [31:0] wdata_q, rdata_q;
    reg  [1:0]  resp_q;
    reg  [31:0] key_q, drop_mask_q, drop_match_q;
    reg  [31:0] packets_q, bytes_q, drops_q, marked_q;

    // A write is taken when its address and its data are both there.
    wire        write = state_q == S_REST && user_awvalid && user_wvalid;
    wire        read  = state_q == S_REST && user_arvalid && !write;
    wire [31:0] at    = {14'd0, write ? user_awaddr[17:2] : user_araddr[17:2], 2'b00};
    wire        table_hit = at >= CW_FILTER_ROUTE && at < CW_FILTER_ROUTE + 4 * QUEUE_N;
    wire        good  = (table_hit || at <= CW_FILTER_QUEUES) && (read || user_wstrb == 4'hf);
    wire        set   = write && good;

    assign idle         = state_q != S_TABLE && !write && !read && !(state_q == S_WRITTEN && user_bready) &&
                          !(state_q == S_READ && user_rready);
    assign user_awready = write;
    assign user_wready  = write;
    assign user_arready = read;
    assign user_bvalid  = state_q == S_WRITTEN;
    assign user_bresp   = resp_q;
    assign user_rvalid  = state_q == S_READ;
    assign user_rdata   = rdata_q;
    assign user_rresp   = resp_q;
    assign word_valid   = state_q == S_TABLE;
    assign word_write   = write_q;
    assign word_queue   = queue_q;
    assign word_wdata   = wdata_q;
    assign key          = key_q;
    assign drop_mask    = drop_mask_q;
    assign drop_match   = drop_match_q;

    reg  [31:0] value;
    always @*
        case (at)
        CW_FILTER_ID:         value = CW_FILTER_MAGIC;
        CW_FILTER_KEY:        value = key_q;
        CW_FILTER_DROP_MASK:  value = drop_mask_q;
        CW_FILTER_DROP_MATCH: value = drop_match_q;
        CW_FILTER_PACKETS:    value = packets_q;
        CW_FILTER_BYTES:      value = bytes_q;
        CW_FILTER_DROPS:      value = drops_q;
        CW_FILTER_MARKED:     value = marked_q;
        CW_FILTER_QUEUES:     value = QUEUE_N;
        default:              value = 32'd0;
        endcase

    always @(posedge clk) begin
        case (state_q)
        // Waits for an access.
        S_REST: if (write || read) begin
            write_q <= write;
            queue_q <= at[12:2];
            wdata_q <= user_wdata;
            rdata_q <= good ? value : 32'd0;
            resp_q  <= good ? OKAY : SLVERR;
            state_q <= good && table_hit ? S_TABLE : write ? S_WRITTEN : S_READ;
        end
        // Waits for cw_filter_routes.
        S_TABLE: if (word_ready) begin
            rdata_q <= word_rdata;
            state_q <= write_q ? S_WRITTEN : S_READ;
        end
        // Waits until the response is taken.
        S_WRITTEN: if (user_bready)
            state_q <= S_REST;
        // The same, of a read.
        default: if (user_rready)
            state_q <= S_REST;
        endcase

        if (set && at == CW_FILTER_KEY)
            key_q <= user_wdata;
        if (set && at == CW_FILTER_DROP_MASK)
            drop_mask_q <= user_wdata;
        if (set && at == CW_FILTER_DROP_MATCH)
            drop_match_q <= user_wdata;
        packets_q <= packets_q + {31'd0, count_packet};
        bytes_q   <= bytes_q + {25'd0, count_bytes};
        drops_q   <= drops_q + {31'd0, count_drop};
        marked_q  <= marked_q + {31'd0, count_marked};
        if (set && at == CW_FILTER_PACKETS)
            {packets_q, bytes_q, drops_q, marked_q} <= 128'd0;
        if (rst) begin
            state_q <= S_REST;
            {key_q, drop_mask_q, drop_match_q} <= 96'd0;
            {packets_q, bytes_q, drops_q, marked_q} <= 128'd0;
        end
    end

    wire unused = &{1'b0, user_awaddr[1:0], user_araddr[1:0]};
endmodule

`default_nettype wire
