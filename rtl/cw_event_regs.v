// SPDX-License-Identifier: BSD-2-Clause
// Event ring registers: base, size and consumer index of each vector, kept in a
// RAM. Readable and writable; this build has no event rings (CAP_FEATURES says
// so), so nothing else looks at them. After reset the RAM is swept to zero, and
// `ready` rises when that is done.
//
// Latency: two cycles for a read, three for a write.
`default_nettype none

module cw_event_regs #(
    parameter VECTOR_N = 64
) (
    input  wire         clk,
    input  wire         rst,
    output wire         ready,
    input  wire         sel,
    input  wire         reg_write,
    input  wire [13:0]  reg_addr,     // DW index in the region
    input  wire [3:0]   reg_be,
    input  wire [31:0]  reg_wdata,
    output wire         ack,
    output wire [31:0]  rdata
);
    `include "cw_regs.vh"

    localparam DEPTH = 4 * VECTOR_N;
    localparam A_W   = $clog2(DEPTH);

    localparam [1:0] S_SWEEP = 2'd0, S_IDLE = 2'd1, S_READ = 2'd2, S_ACK = 2'd3;
    reg [1:0]      state_q;
    reg [A_W-1:0]  sweep_q;
    reg            exists_q;

    // Three address bits choose one of 8 DWs a vector; the upper four are reserved.
    wire [13:0]    index = {1'b0, reg_addr[13:3], reg_addr[1:0]};
    wire [31:0]    index32 = {18'd0, index};
    wire           exists = !reg_addr[2] && index32 < DEPTH;
    wire [31:0]    word;
    wire [31:0]    keep = {{8{reg_be[3]}}, {8{reg_be[2]}}, {8{reg_be[1]}}, {8{reg_be[0]}}};
    wire [31:0]    mask = reg_addr[1:0] == CW_EVENT_BASE_LO[3:2] ? 32'hffffffc0 :
                          reg_addr[1:0] == CW_EVENT_SIZE[3:2] ?
                          (32'd1 << (CW_EVENT_SIZE_LOG2_MSB + 1)) - 32'd1 : 32'hffffffff;
    wire           store = state_q == S_READ && reg_write && exists_q;

    assign ready = state_q != S_SWEEP;
    assign ack   = state_q == S_ACK;
    assign rdata = exists_q ? word : 32'd0;

    cw_ram #(.W(32), .DEPTH(DEPTH)) u_ram (
        .clk(clk),
        .wr_en(state_q == S_SWEEP || store),
        .wr_addr(state_q == S_SWEEP ? sweep_q : index[A_W-1:0]),
        .wr_data(state_q == S_SWEEP ? 32'd0 : ((word & ~keep) | (reg_wdata & keep)) & mask),
        .rd_en(state_q == S_IDLE && sel), .rd_addr(index[A_W-1:0]), .rd_data(word)
    );

    always @(posedge clk) begin
        case (state_q)
        // Waits for the sweep to reach the last word.
        S_SWEEP: begin
            sweep_q <= sweep_q + 1'b1;
            if ({{(32-A_W){1'b0}}, sweep_q} == DEPTH - 1)
                state_q <= S_IDLE;
        end
        // Waits for an access.
        S_IDLE: if (sel) begin
            state_q  <= S_READ;
            exists_q <= exists;
        end
        // Waits for the RAM; a write is merged with the old word.
        S_READ: state_q <= S_ACK;
        // One cycle: the bus takes the answer.
        default: state_q <= S_IDLE;
        endcase
        if (rst) begin
            state_q <= S_SWEEP;
            sweep_q <= {A_W{1'b0}};
        end
    end

    wire unused = &{1'b0, index};
endmodule

`default_nettype wire
