// SPDX-License-Identifier: BSD-2-Clause
//
// The routes of the example filter: a word an H2C queue, in RAM, and the credit of these queues on h2s_credit. A
// queue that is on has credit without limit, one that is off has none. stream_rst means that the endpoint has
// forgotten all credit: afterwards it is given again, all queues in turn. rst clears the words, one a cycle.
//
// word_*: an access of the host, held until ready; a write is answered when the endpoint has its credit. route: the
// word of route_queue, one cycle after route_en.
//
// Two copies of the RAM, one for the packets, one for all else. Two cycles a queue each turn.
`default_nettype none

module cw_filter_routes #(
    parameter QUEUE_N = 64             // a power of two, 2 to 2048
) (
    input  wire        clk,
    input  wire        rst,
    input  wire        stream_rst,
    output wire        idle,

    input  wire        route_en,
    input  wire [10:0] route_queue,
    output wire [31:0] route,

    input  wire        word_valid,
    output wire        word_ready,
    input  wire        word_write,
    input  wire [10:0] word_queue,
    input  wire [31:0] word_wdata,
    output wire [31:0] word_rdata,     // with ready

    output wire        h2s_credit_valid,
    input  wire        h2s_credit_ready,
    output wire [10:0] h2s_credit_queue,
    output wire [7:0]  h2s_credit_n
);
    `include "cw_filter.vh"

    localparam Q_W  = $clog2(QUEUE_N);
    localparam BITS = CW_FILTER_ROUTE_QUEUE | CW_FILTER_ROUTE_MODE | CW_FILTER_ROUTE_DROP | CW_FILTER_ROUTE_ON;
    localparam [2:0] S_CLEAR = 3'd0, S_REST = 3'd1, S_READ = 3'd2, S_LOOK = 3'd3, S_GIVE = 3'd4;

    initial if (QUEUE_N < 2 || QUEUE_N > 2048 || (QUEUE_N & (QUEUE_N - 1)) != 0) begin
        $display("%m: QUEUE_N %0d must be a power of two, 2 to 2048", QUEUE_N);
        $finish;
    end

    reg  [2:0]     state_q;
    reg            turn_q;             // all queues in turn, not an access
    reg            due_q;              // that has to be done
    reg  [Q_W-1:0] at_q;
    wire [31:0]    word;
    wire           on      = (word & CW_FILTER_ROUTE_ON) != 32'd0;
    wire           at_end  = at_q == {Q_W{1'b1}};
    wire           given   = state_q == S_GIVE && (h2s_credit_ready || stream_rst);
    wire           lost    = turn_q && stream_rst; // the turn is in vain: another one follows
    wire           step    = turn_q && !stream_rst && ((state_q == S_LOOK && !on) || given);
    wire           turns   = due_q && !stream_rst;
    wire           put     = state_q == S_REST && !turns && word_valid && word_write;
    wire           wr_en   = state_q == S_CLEAR || put;
    wire [Q_W-1:0] wr_at   = put ? word_queue[Q_W-1:0] : at_q;
    wire [31:0]    wr_data = put ? word_wdata & BITS : 32'd0;

    // What is offered in stream_rst would be forgotten; the turn that follows gives it. Accesses do not wait for its end,
    // which may wait for them.
    assign h2s_credit_valid = state_q == S_GIVE && !stream_rst;
    assign h2s_credit_queue = {{(11 - Q_W){1'b0}}, at_q};
    assign h2s_credit_n     = on ? 8'd255 : 8'd0;
    assign word_ready       = !turn_q && (given || (state_q == S_LOOK && !word_write));
    assign word_rdata       = word;
    assign idle             = state_q == S_REST && due_q == stream_rst && !word_valid;

    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_route (
        .clk(clk), .wr_en(wr_en), .wr_addr(wr_at), .wr_data(wr_data),
        .rd_en(route_en), .rd_addr(route_queue[Q_W-1:0]), .rd_data(route)
    );
    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_word (
        .clk(clk), .wr_en(wr_en), .wr_addr(wr_at), .wr_data(wr_data),
        .rd_en(state_q == S_READ), .rd_addr(at_q), .rd_data(word)
    );

    always @(posedge clk) begin
        case (state_q)
        // As many cycles as there are words.
        S_CLEAR: begin
            at_q <= at_q + 1'b1;
            if (at_end)
                state_q <= S_REST;
        end
        // Waits for the end of a reset of the streams, or for an access.
        S_REST: if (turns) begin
            due_q   <= 1'b0;
            turn_q  <= 1'b1;
            at_q    <= {Q_W{1'b0}};
            state_q <= S_READ;
        end else if (word_valid) begin
            turn_q  <= 1'b0;
            at_q    <= word_queue[Q_W-1:0];
            state_q <= S_READ;
        end
        // One cycle: the RAM reads.
        S_READ: state_q <= lost ? S_REST : S_LOOK;
        // One cycle: the word is there. Credit is told when it was written, and in turn for queues that are on.
        S_LOOK: state_q <= lost ? S_REST : turn_q ? on ? S_GIVE : S_READ : word_write ? S_GIVE : S_REST;
        // Waits for the endpoint to take the credit.
        default: if (given)
            state_q <= turn_q && !lost ? S_READ : S_REST;
        endcase
        if (step) begin
            at_q <= at_q + 1'b1;
            if (at_end)
                state_q <= S_REST;
        end
        if (stream_rst)
            due_q <= 1'b1;
        if (rst) begin
            state_q <= S_CLEAR;
            turn_q  <= 1'b0;
            due_q   <= 1'b0;
            at_q    <= {Q_W{1'b0}};
        end
    end

    // The upper bits of a queue's number, in a build with fewer
    wire unused = &{1'b0, route_queue, word_queue};
endmodule

`default_nettype wire
