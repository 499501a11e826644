// SPDX-License-Identifier: BSD-2-Clause
// Window reads: one memory read of card memory, one AXI4 burst, into the
// completion buffer at the words' place in their 4 KiB page. What the first completion
// carries (cw_tx_cpl: up to where a payload of buf_mps ends) is turned so that it begins in
// lane 0; lanes that come around belong to the word before (buf_wr_back). rd_valid is held
// until rd_done (one cycle, after the last word was written); rd_err with it: some
// beat came with an error response. turn_*: the rotation, which cw_window_wr does.
//
// Latency and throughput are card memory's: a beat a cycle.
`default_nettype none

module cw_window_rd #(
    parameter DATA_W = 256
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire [63:0]           window_base,
    input  wire [2:0]            fn_mps,

    input  wire                  rd_valid,
    input  wire [17:0]           rd_addr,     // DW index in the window
    input  wire [10:0]           rd_len,      // DW
    output wire                  rd_done,
    output wire                  rd_err,

    output wire                  buf_wr_en,
    output wire [9-$clog2(DATA_W/32):0] buf_wr_addr,
    output wire [DATA_W/32-1:0]  buf_wr_back,
    output wire [2:0]            buf_mps,
    output wire                  turn_on,
    output wire [$clog2(DATA_W/32)-1:0] turn,

    output wire                  axi_arvalid,
    input  wire                  axi_arready,
    output wire [63:0]           axi_araddr,
    output wire [7:0]            axi_arlen,
    input  wire                  axi_rvalid,
    output wire                  axi_rready,
    input  wire [1:0]            axi_rresp,
    input  wire                  axi_rlast
);
    localparam LANES = DATA_W / 32;
    localparam L = $clog2(LANES);
    localparam [31:0] ROUND = DATA_W / 32 - 1;
    localparam [1:0] S_IDLE = 2'd0, S_AR = 2'd1, S_R = 2'd2, S_DONE = 2'd3;
    reg [1:0]  state_q;
    reg [63:0] addr_q;
    reg [7:0]  arlen_q;
    reg [9-L:0] word_q;
    reg        err_q;
    reg [2:0]  mps_q;
    reg [L-1:0] turn_q;
    reg [10-L:0] left_q;       // words of the first completion to come

    wire [63:0] start = {window_base[63:20], rd_addr, 2'b00};
    wire [10:0] span  = {{(11 - L){1'b0}}, rd_addr[L-1:0]} + rd_len + ROUND[10:0];
    wire [10:0] span_n = span >> L;
    wire [8:0]  beats = span_n[8:0];

    wire [2:0]  mps   = fn_mps > 3'd5 ? 3'd5 : fn_mps;
    wire [10-L:0] whole = {{(10 - L){1'b0}}, 1'b1} << (5 - L) << mps; // words of a payload from the last 128-byte boundary

    assign rd_done     = state_q == S_DONE;
    assign rd_err      = err_q;
    assign axi_arvalid = state_q == S_AR;
    assign axi_araddr  = addr_q;
    assign axi_arlen   = arlen_q;
    assign axi_rready  = state_q == S_R;
    assign buf_wr_en   = axi_rvalid && axi_rready;
    assign buf_wr_addr = word_q;
    assign buf_mps     = mps_q;
    assign turn_on     = axi_rready;
    assign turn        = turn_q;
    assign buf_wr_back = {LANES{turn_q != {L{1'b0}}}} << turn_q;

    always @(posedge clk) begin
        case (state_q)
        // Waits for a read.
        S_IDLE: if (rd_valid) begin
            state_q <= S_AR;
            addr_q  <= {start[63:L+2], {(L + 2){1'b0}}};
            arlen_q <= beats[7:0] - 8'd1;
            word_q  <= rd_addr[9:L];
            err_q   <= 1'b0;
            mps_q   <= mps;
            turn_q  <= {L{1'b0}} - rd_addr[L-1:0];
            left_q  <= whole - {{6{1'b0}}, rd_addr[4:L]};
        end
        // Waits for card memory to take the address.
        S_AR: if (axi_arready) state_q <= S_R;
        // Waits for the last beat.
        S_R: if (axi_rvalid) begin
            word_q <= word_q + 1'b1;
            left_q <= left_q - 1'b1;
            if (left_q == {{(10 - L){1'b0}}, 1'b1})
                turn_q <= {L{1'b0}};
            if (axi_rresp != 2'd0)
                err_q <= 1'b1;
            if (axi_rlast)
                state_q <= S_DONE;
        end
        // One cycle; the request goes away with it.
        default: state_q <= S_IDLE;
        endcase
        if (rst)
            state_q <= S_IDLE;
    end

    wire unused = &{1'b0, window_base[19:0], start[L+1:0], span_n[10:9], beats[8]};
endmodule

`default_nettype wire
