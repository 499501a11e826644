// SPDX-License-Identifier: BSD-2-Clause
// MSI-X: table, pending bits, and the decision to send (PCIe Base Specification
// 6.0 section 6.1.4).
//
// An interrupt for a vector becomes a message when MSI-X is enabled and neither
// the function nor the vector is masked, else it is noted as pending; pending
// interrupts of a vector are one. Unmasking sends what is pending, once. While
// MSI-X is disabled interrupts are dropped and pending bits cleared; while the
// function may not send (bus master off, D-state) they stay pending. err_irq
// raises vector 0. Vectors beyond the table are dropped.
//
// A message already on its way to the request stream when its vector is masked is
// sent. The write does not wait for it (accepting a posted request must not depend
// on sending one, section 2.6.1); msg_under_way lets the completion of a read
// behind that write wait, so that it comes after the last interrupt.
//
// After rst the table is swept to its reset value (all masked, pending bits
// clear); `ready` rises when that is done.
//
// The table has a RAM for each of the four words of a vector, so that mask and message are
// read at once; while there is nothing to do those of irq_vector are. A message that is not taken at
// once stays at their outputs, so software's accesses, which do not wait for it, have a second copy of
// the table. Latency: one cycle from an interrupt to its message, none if irq_vector was shown a cycle
// before. Table reads: two.
// Throughput: a message each two cycles.
`default_nettype none

module cw_msix #(
    parameter VECTOR_N = 64
) (
    input  wire         clk,
    input  wire         rst,
    output wire         idle,
    output wire         ready,
    input  wire         fn_msix_en,
    input  wire         fn_msix_mask,
    input  wire         fn_bme,
    input  wire [1:0]   fn_power,
    input  wire         fn_flr,

    input  wire         table_sel,
    input  wire         pba_sel,
    input  wire         reg_write,
    input  wire [13:0]  reg_addr,      // DW index in the region
    input  wire [3:0]   reg_be,
    input  wire [31:0]  reg_wdata,
    output wire         ack,           // of either region
    output wire [31:0]  rdata,

    input  wire         err_irq_valid,
    output wire         err_irq_ready,
    input  wire         irq_valid,
    output wire         irq_ready,
    input  wire [10:0]  irq_vector,

    output wire         msix_req_valid,
    input  wire         msix_req_ready,
    output wire [63:0]  msix_req_addr,
    output wire [31:0]  msix_req_data,
    output wire         msg_under_way, // a message waits and may leave
    output wire         ev_irq
);
    `include "cw_regs.vh"

    localparam TABLE_N = 4 * VECTOR_N;
    localparam V_N     = VECTOR_N > 1 ? VECTOR_N : 2;
    localparam V_W     = $clog2(V_N);
    localparam WORD_N  = VECTOR_N > 32 ? (VECTOR_N + 31) / 32 : 2; // words of pending bits
    localparam P_W     = $clog2(WORD_N);
    localparam [1:0] W_LO = CW_MSIX_ADDR_LO[3:2], W_HI = CW_MSIX_ADDR_HI[3:2],
                     W_DATA = CW_MSIX_DATA[3:2], W_CTRL = CW_MSIX_CTRL[3:2];

    localparam [2:0] S_SWEEP = 3'd0, S_IDLE = 3'd1, S_ACCESS = 3'd2, S_ACK = 3'd3, S_LOOK = 3'd4,
                     S_TEST = 3'd5, S_CLEAR = 3'd6;
    reg [2:0]      state_q;
    reg [V_W+1:0]  sweep_q;            // a word of the table
    reg [V_W-1:0]  vector_q;           // under consideration
    reg            raise_q;            // a new interrupt, not a look for a pending one
    reg            unmasked_q;         // the access unmasks its vector
    reg            scan_q;             // pending bits may be waiting without a mask
    reg [V_W-1:0]  scan_vector_q;
    reg            ahead_q;            // the words of vector_q are at hand, as of the cycle before; unless a message waits
    reg [V_W:0]    pend_n_q;           // pending bits set
    reg            exists_q, in_table_q;
    reg            msg_q;              // the words at hand are a message that waits

    wire sending_ok = fn_bme && fn_power == 2'd0 && !fn_flr;
    wire can_send   = sending_ok && fn_msix_en && !fn_msix_mask;
    wire sel        = table_sel || pba_sel;

    wire room         = !msg_q || msix_req_ready;   // for another message
    wire some         = pend_n_q != {(V_W + 1){1'b0}};
    wire start_access = state_q == S_IDLE && sel;
    wire start_clear  = state_q == S_IDLE && !sel && !fn_msix_en && some;
    wire start_scan   = state_q == S_IDLE && !sel && can_send && scan_q && some && room;
    wire start_irq    = state_q == S_IDLE && !sel && !start_clear && !(can_send && scan_q && some) &&
                        room;
    wire start        = start_access || start_clear || start_scan || (start_irq && (err_irq_valid || irq_valid));
    wire [V_W-1:0] next_vector = start_scan ? scan_vector_q : err_irq_valid ? {V_W{1'b0}} : irq_vector[V_W-1:0];

    // ---- table and pending bits ----
    wire [31:0] index32 = {18'd0, reg_addr};
    wire        exists  = table_sel ? index32 < TABLE_N : index32 < WORD_N;
    wire [127:0] words;                // of a vector
    wire [31:0] bits;
    wire [31:0] word;                  // of an access
    wire        masked = words[{W_CTRL, 5'd0}];
    wire [31:0] keep = {{8{reg_be[3]}}, {8{reg_be[2]}}, {8{reg_be[1]}}, {8{reg_be[0]}}};
    wire [31:0] merged = (word & ~keep) | (reg_wdata & keep);
    wire [31:0] mask = reg_addr[1:0] == W_LO ? 32'hfffffffc : reg_addr[1:0] == W_CTRL ? 32'd1 : 32'hffffffff;
    wire        store = state_q == S_ACCESS && reg_write && in_table_q && exists_q;
    wire [10:0] vector = {{(11 - V_W){1'b0}}, vector_q};

    wire [31:0] bit_mask  = 32'd1 << vector[4:0];
    wire        pending   = (bits & bit_mask) != 32'd0;
    wire        wanted    = state_q == S_TEST && fn_msix_en && (raise_q || pending);
    wire        send      = wanted && can_send && !masked;     // no other message waits then
    // What needs no more than to be sent is, as it comes.
    wire        at_once   = ahead_q && irq_valid && irq_vector == vector && {21'd0, irq_vector} < VECTOR_N &&
                            !err_irq_valid && !sel && can_send && !(scan_q && some) &&
                            !masked && !pending && !msg_q;
    wire        direct    = at_once || send;
    wire        set_bit   = wanted && !send && !pending;
    wire        clear_bit = send && pending;

    wire        look   = state_q == S_IDLE || state_q == S_LOOK;
    wire [V_W-1:0] at     = state_q == S_LOOK ? vector_q : next_vector;
    wire        sweep  = state_q == S_SWEEP;
    wire        put    = sweep || store;
    wire [V_W+1:0] put_at   = sweep ? sweep_q : reg_addr[V_W+1:0];
    wire [31:0] put_data = sweep ? {31'd0, sweep_q[1:0] == W_CTRL} : merged & mask;
    genvar w;
    generate
        for (w = 0; w < 4; w = w + 1) begin : g_word
            wire here = put && put_at[1:0] == w;
            cw_ram #(.W(32), .DEPTH(V_N)) u_table (
                .clk(clk), .wr_en(here), .wr_addr(put_at[V_W+1:2]), .wr_data(put_data),
                .rd_en(look && room), .rd_addr(at), .rd_data(words[32*w +: 32])
            );
        end
    endgenerate
    cw_ram #(.W(32), .DEPTH(4 * V_N)) u_copy (
        .clk(clk), .wr_en(put), .wr_addr(put_at), .wr_data(put_data),
        .rd_en(state_q == S_IDLE), .rd_addr(reg_addr[V_W+1:0]), .rd_data(word)
    );
    wire [10:0] at_11 = {{(11 - V_W){1'b0}}, at};
    wire [5:0]  at_bits = at_11[10:5], vector_bits = vector[10:5];
    cw_ram #(.W(32), .DEPTH(WORD_N)) u_pending (
        .clk(clk), .wr_en(sweep || state_q == S_CLEAR || set_bit || clear_bit),
        .wr_addr(state_q == S_TEST ? vector_bits[P_W-1:0] : sweep_q[P_W-1:0]),
        .wr_data(state_q == S_TEST ? bits ^ bit_mask : 32'd0),
        .rd_en(look), .rd_addr(state_q == S_IDLE && sel ? reg_addr[P_W-1:0] : at_bits[P_W-1:0]), .rd_data(bits)
    );

    assign ready          = !sweep;
    assign ack            = state_q == S_ACK;
    assign rdata          = !exists_q ? 32'd0 : in_table_q ? word : bits;
    assign err_irq_ready  = start_irq;
    assign irq_ready      = start_irq && !err_irq_valid;
    assign msix_req_valid = msg_q || direct;
    assign msix_req_addr  = {words[{W_HI, 5'd0} +: 32], words[{W_LO, 5'd0} +: 32]};
    assign msix_req_data  = words[{W_DATA, 5'd0} +: 32];
    assign ev_irq         = msix_req_valid && msix_req_ready;
    assign msg_under_way  = msix_req_valid && sending_ok;
    // A message that may not leave yet waits for an input.
    assign idle           = state_q == S_IDLE && ahead_q && !start && !ev_irq;

    always @(posedge clk) begin
        ahead_q <= state_q == S_IDLE && !start;
        msg_q    <= msix_req_valid && !msix_req_ready;
        pend_n_q <= pend_n_q + {{V_W{clear_bit}}, set_bit || clear_bit};    // never both
        case (state_q)
        // Waits for the sweep to reach the last vector.
        S_SWEEP: begin
            sweep_q  <= sweep_q + 1'b1;
            pend_n_q <= {(V_W + 1){1'b0}};
            if (&sweep_q)
                state_q <= S_IDLE;
        end
        // Waits for an access, a reason to clear or look through the pending bits, an interrupt.
        S_IDLE: begin
            exists_q   <= exists;
            in_table_q <= table_sel;
            unmasked_q <= 1'b0;
            sweep_q    <= {(V_W + 2){1'b0}};
            raise_q    <= 1'b0;
            vector_q   <= next_vector;
            if (start_access)
                state_q <= S_ACCESS;
            else if (start_clear)
                state_q <= S_CLEAR;
            else if (start_scan) begin
                state_q       <= S_TEST;
                scan_vector_q <= scan_vector_q + 1'b1;
                scan_q        <= {{(32 - V_W){1'b0}}, scan_vector_q} != VECTOR_N - 1;
            end else if (start_irq && (err_irq_valid || irq_valid)) begin
                raise_q <= 1'b1;
                if (err_irq_valid || ({21'd0, irq_vector} < VECTOR_N && !at_once))
                    state_q <= S_TEST;
            end
        end
        // One cycle: a write is merged with the old word.
        S_ACCESS: begin
            state_q    <= S_ACK;
            vector_q   <= reg_addr[V_W+1:2];
            unmasked_q <= store && reg_addr[1:0] == W_CTRL && reg_be[0] && word[0] && !reg_wdata[0];
        end
        // One cycle: the bus takes the answer. Unmasking looks for a pending interrupt.
        S_ACK: state_q <= unmasked_q ? S_LOOK : S_IDLE;
        // One cycle: the words of the vector and its pending bit are read, or looked for later, behind the message that waits.
        S_LOOK: begin
            state_q <= room ? S_TEST : S_IDLE;
            if (!room) begin
                scan_q        <= 1'b1;
                scan_vector_q <= {V_W{1'b0}};
            end
        end
        // One cycle: send, note, or nothing.
        S_TEST: begin
            state_q <= S_IDLE;
            if (wanted && !send && !masked) begin
                scan_q        <= 1'b1;
                scan_vector_q <= {V_W{1'b0}};
            end
        end
        // Waits for the last word of pending bits to be cleared.
        default: begin
            sweep_q  <= sweep_q + 1'b1;
            pend_n_q <= {(V_W + 1){1'b0}};
            if ({{(30-V_W){1'b0}}, sweep_q} == WORD_N - 1)
                state_q <= S_IDLE;
        end
        endcase
        if (!can_send) begin
            scan_q        <= 1'b1;
            scan_vector_q <= {V_W{1'b0}};
        end
        if (rst) begin
            state_q <= S_SWEEP;
            sweep_q <= {(V_W + 2){1'b0}};
            ahead_q <= 1'b0;
            msg_q   <= 1'b0;
        end
    end

    wire unused = &{1'b0, reg_addr, vector_bits, at_11, at_bits, words};
endmodule

`default_nettype wire
