// SPDX-License-Identifier: BSD-2-Clause
//
// Ages the outstanding reads.
//
// While a read is outstanding the next multiple of an epoch (2^cpl_timeout_log2
// cycles of `now`) is the deadline. When it is reached, every outstanding tag
// gets a tick; cw_rx_cpl counts them and gives a read up at the fifth, that is 4
// to 5 epochs after it was sent. Tags the IP reported lost are named at once.
// `now` may jump: an epoch passed over counts as one tick, and between epochs
// nothing here changes.
//
// A scan takes a cycle a tag, and one more for each tick while it waits.
`default_nettype none

module cw_tag_timer #(
    parameter TAG_W = 8
) (
    input  wire             clk,
    input  wire             rst,
    input  wire [47:0]      now,
    output wire             idle,
    output wire [47:0]      next_deadline,  // all ones: none
    input  wire [5:0]       cpl_timeout_log2,

    input  wire             any_live,
    input  wire             lost_any,
    output wire [TAG_W-1:0] scan_tag,
    input  wire             scan_live,
    input  wire             scan_lost,

    output wire             tick_valid,
    input  wire             tick_ready,
    output wire [TAG_W-1:0] tick_tag,
    output wire             tick_age        // an epoch has passed
);
    localparam S_WAIT = 1'b0, S_SCAN = 1'b1;
    localparam [47:0] NEVER = 48'hffff_ffff_ffff;

    reg             state_q;
    reg             armed_q;
    reg             epoch_q;        // this scan gives ticks, not only losses
    reg [47:0]      deadline_q;     // all ones unless armed
    reg [5:0]       log2_q;
    reg [TAG_W-1:0] tag_q;
    reg             tick_q, age_q;
    reg [TAG_W-1:0] tick_tag_q;

    wire [5:0]  log2 = cpl_timeout_log2 > 6'd40 ? 6'd40 :
                       cpl_timeout_log2 < 6'd8 && cpl_timeout_log2 != 6'd0 ? 6'd8 : cpl_timeout_log2;
    // 2^8 to 2^40 cycles
    wire [47:0] below      = (~(48'hffff_ffff_ffff << log2) & 48'h00ff_ffff_ffff) | 48'hff;
    wire [47:0] next_epoch = (now | below) + 48'd1;
    wire        timed   = any_live && log2 != 6'd0;
    wire        rearm   = timed && (!armed_q || log2 != log2_q);
    wire        reached = armed_q && timed && !rearm && now[47:8] >= deadline_q[47:8];
    wire        room    = !tick_q || tick_ready;

    assign next_deadline = deadline_q;
    assign scan_tag   = tag_q;
    assign tick_valid = tick_q;
    assign tick_tag   = tick_tag_q;
    assign tick_age   = age_q;
    assign idle = state_q == S_WAIT && !rearm && !reached && !lost_any && !(armed_q && !timed) &&
                  !(tick_q && tick_ready);

    always @(posedge clk) begin
        if (tick_ready)
            tick_q <= 1'b0;
        case (state_q)
        // waits for the deadline, or for a tag reported lost
        S_WAIT: begin
            armed_q <= timed;
            if (!timed)
                deadline_q <= NEVER;
            if (rearm || reached) begin
                deadline_q <= next_epoch;
                log2_q     <= log2;
            end
            if (reached || (lost_any && !tick_q)) begin
                state_q <= S_SCAN;
                epoch_q <= reached;
                tag_q   <= {TAG_W{1'b0}};
            end
        end
        // looks at one tag after the other; waits while a tick is not yet taken
        S_SCAN:
            if (room) begin
                tick_q     <= scan_lost || (epoch_q && scan_live);
                age_q      <= epoch_q;
                tick_tag_q <= tag_q;
                tag_q      <= tag_q + 1'b1;
                if (&tag_q)
                    state_q <= S_WAIT;
            end
        endcase
        if (rst) begin
            state_q <= S_WAIT;
            deadline_q <= NEVER;
            armed_q <= 1'b0;
            tick_q  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
