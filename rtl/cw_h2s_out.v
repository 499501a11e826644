// SPDX-License-Identifier: BSD-2-Clause
//
// Host-to-card streams, the last step: parts of packets, in order, become beats for the
// user's logic, packed from byte lane 0; only a packet's last beat may have fewer bytes
// (none, when the packet is empty or its end came alone).
//
// A packet with a part that failed keeps its length; its last beat carries h2s_err. One
// that ends early (`abort`, its queue was disabled) has a last beat without bytes, with
// h2s_err; if no beat of it was offered yet there is none, and its credit is given back
// (`refund`). So credit and last beats always add up, and what was offered stays, also
// over rst: only link_rst takes the beats away.
//
// A descriptor is done when its last byte is in the output queue of eight beats, or was
// thrown away with its packet. What a stuck user holds up is thus only what is behind it
// for queues that still run: disabling those empties the rest.
//
// A beat a cycle; a part takes a cycle at least. Three cycles from a part to its first
// beat on h2s.
`default_nettype none

module cw_h2s_out #(
    parameter DATA_W = 256,
    parameter WORD_N = 1024,
    parameter OP_W   = 8
) (
    input  wire              clk,
    input  wire              rst,
    input  wire              link_rst,
    output wire              idle,
    output wire              empty,

    input  wire              part_valid,
    output wire              part_ready,
    input  wire              part_run,
    input  wire              part_abort,
    input  wire              part_eop,
    input  wire              part_last,
    input  wire [OP_W-1:0]   part_op,
    input  wire [10:0]       part_queue,
    input  wire [35:0]       part_user,
    input  wire [12:0]       part_bytes,
    input  wire [12:0]       part_good,
    input  wire [6:0]        part_status,

    output wire              word_en,       // read of the ring
    output wire [$clog2(WORD_N)-1:0] word_addr,
    input  wire [DATA_W-1:0] word_data,
    output wire [$clog2(WORD_N):0] free_word,

    output wire              refund_valid,
    input  wire              refund_ready,
    output wire [10:0]       refund_queue,

    output wire              done_valid,
    input  wire              done_ready,
    output wire [OP_W-1:0]   done_op,
    output wire [6:0]        done_status,
    output wire [23:0]       done_bytes,

    output wire              h2s_valid,
    input  wire              h2s_ready,
    output wire [DATA_W-1:0] h2s_data,
    output wire [DATA_W/8-1:0] h2s_keep,
    output wire              h2s_first,
    output wire              h2s_last,
    output wire              h2s_err,       // with last: the packet is not what the host sent
    output wire [10:0]       h2s_queue,
    output wire [35:0]       h2s_user,
    output wire              stat_pkt       // a packet was taken
);
    localparam BYTES  = DATA_W / 8;
    localparam LANE_W = $clog2(BYTES);
    localparam WW     = $clog2(WORD_N);
    localparam [13:0] B = BYTES[13:0];

    reg  [WW:0]     word_q;             // the next word; one bit more than an address
    reg             begun_q;            // of the part at hand, left_q bytes are left
    reg  [13:0]     left_q;
    reg  [LANE_W-1:0] fill_q;           // bytes before the part in its first word
    reg             shown_q;            // a beat of the packet was made
    reg             dead_q;             // the rest of the packet is thrown away
    reg             err_q;              // a part before failed
    reg             owe_q;              // a packet that was shown has yet to be ended
    reg             refund_q;
    reg  [10:0]     refund_queue_q;

    // ---- the part ----
    wire [13:0] total  = begun_q ? left_q : {1'b0, part_bytes} + {{(14 - LANE_W){1'b0}}, fill_q};
    wire        closes = part_eop || part_abort;
    wire        swallow = part_valid && (!part_run || dead_q);
    wire        plain  = part_valid && !swallow;
    wire        full   = total >= B;
    wire        final_beat = closes && total <= B;
    wire        out_room;
    wire        emit   = plain && (full || closes) && out_room && !owe_q;
    wire [13:0] rest   = full ? total - B : 14'd0;
    wire        ends_plain = plain && (closes ? emit && (final_beat || part_abort) : (!full || emit) && (!full || rest < B));
    wire        throws = swallow && !(refund_q && !dead_q && !shown_q);
    wire        ends   = ends_plain || throws;
    wire [13:0] round  = total + (closes ? B - 14'd1 : 14'd0);
    wire [13:0] skip   = round >> LANE_W;
    wire        dies   = throws && !dead_q;
    wire [LANE_W-1:0] fill = closes ? {LANE_W{1'b0}} : total[LANE_W-1:0];
    wire        fail   = part_status != 7'd0;

    assign part_ready = ends;
    assign word_en    = emit && !part_abort;
    assign word_addr  = word_q[WW-1:0];
    assign free_word  = word_q;
    assign refund_valid = refund_q;
    assign refund_queue = refund_queue_q;

    // ---- a beat, one cycle later with its word ----
    reg                beat_q, first_q, last_q, bad_q;
    reg  [LANE_W:0]    n_q;
    reg  [10:0]        queue_q;
    reg  [35:0]        user_q;
    reg                paid_q;          // the beat was owed
    reg                open_q;          // the last beat made was not a packet's last
    wire               pay = owe_q && out_room;
    wire [BYTES-1:0]   keep = ~({BYTES{1'b1}} << n_q);
    wire [3:0]         out_n;
    wire               unused_ready;
    assign out_room = out_n <= 4'd6;

    stream_fifo #(.W(DATA_W + BYTES + 50), .DEPTH(8)) u_out (
        .clk(clk), .rst(link_rst), .in_valid(beat_q), .in_ready(unused_ready),
        .in_data({word_data, keep, first_q, last_q, bad_q, queue_q, user_q}),
        .out_valid(h2s_valid), .out_ready(h2s_ready),
        .out_data({h2s_data, h2s_keep, h2s_first, h2s_last, h2s_err, h2s_queue, h2s_user}), .count(out_n)
    );
    assign stat_pkt = h2s_valid && h2s_ready && h2s_last;

    // ---- dones: each waits for the beat that has its last byte ----
    reg  [23:0]     sum_q;
    reg  [6:0]      status_q;
    reg  [15:0]     made_q, through_q;  // beats, counted; words thrown away in both
    wire            has_failed = status_q != 7'd0;
    wire [6:0]      status = has_failed ? status_q : part_status;
    wire [23:0]     sum    = has_failed ? sum_q : sum_q + {11'd0, part_good};
    wire            counts = emit || (throws && skip != 14'd0);
    wire [15:0]     made   = made_q + {15'd0, counts};
    wire [15:0]     tag    = made + {15'd0, fill != {LANE_W{1'b0}}};
    wire            wait_valid, wait_idle;
    wire [15:0]     wait_tag;
    wire [15:0]     behind = through_q - wait_tag;
    stream_ram_fifo #(.W(OP_W + 47), .DEPTH(1 << OP_W)) u_wait (
        .clk(clk), .rst(rst), .idle(wait_idle), .in_valid(ends && part_last),
        .in_data({part_op, status, sum, tag}), .out_valid(wait_valid), .out_ready(done_valid && done_ready),
        .out_data({done_op, done_status, done_bytes, wait_tag})
    );
    assign done_valid = wait_valid && !behind[15];

    assign idle  = !emit && !ends && !beat_q && !pay && wait_idle && !(done_valid && done_ready) &&
                   !(h2s_valid && h2s_ready) && !(refund_q && refund_ready);
    assign empty = !part_valid && !beat_q && !wait_valid && wait_idle && !refund_q;
    wire unused = &{1'b0, behind[14:0], skip};

    always @(posedge clk) begin
        if (emit) begin
            word_q  <= word_q + {{WW{1'b0}}, !(part_abort || total == 14'd0) || fill_q != {LANE_W{1'b0}}};
            begun_q <= 1'b1;
            left_q  <= rest;
            shown_q <= 1'b1;
        end
        if (throws)
            word_q <= word_q + skip[WW:0];
        if (ends) begin
            begun_q <= 1'b0;
            fill_q  <= fill;
            err_q   <= !closes && (err_q || fail);
            if (closes)
                shown_q <= 1'b0;
            dead_q   <= swallow && !closes;
            sum_q    <= part_last ? 24'd0 : sum;
            status_q <= part_last ? 7'd0 : status;
        end
        if (refund_ready)
            refund_q <= 1'b0;
        if (dies && !shown_q) begin
            refund_q       <= 1'b1;
            refund_queue_q <= part_queue;
        end
        if (pay)
            owe_q <= 1'b0;
        if (dies && shown_q)
            owe_q <= 1'b1;
        beat_q <= emit || pay;
        if (emit) begin
            first_q <= !shown_q;
            last_q  <= final_beat || part_abort;
            bad_q   <= (final_beat || part_abort) && (err_q || fail || part_abort);
            n_q     <= part_abort ? {(LANE_W + 1){1'b0}} : full ? B[LANE_W:0] : total[LANE_W:0];
            queue_q <= part_queue;
            user_q  <= part_user;
        end else if (pay) begin
            first_q <= 1'b0;
            last_q  <= 1'b1;
            bad_q   <= 1'b1;
            n_q     <= {(LANE_W + 1){1'b0}};
        end
        if (beat_q)
            open_q <= !last_q;
        made_q    <= made;
        through_q <= through_q + {15'd0, beat_q && !paid_q} + {15'd0, throws && skip != 14'd0};
        paid_q    <= pay;
        if (rst) begin
            word_q    <= {(WW + 1){1'b0}};
            begun_q   <= 1'b0;
            fill_q    <= {LANE_W{1'b0}};
            shown_q   <= 1'b0;
            dead_q    <= 1'b0;
            err_q     <= 1'b0;
            refund_q  <= 1'b0;
            sum_q     <= 24'd0;
            status_q  <= 7'd0;
            made_q    <= 16'd0;
            through_q <= 16'd0;
            beat_q    <= 1'b0;
            owe_q     <= beat_q ? !last_q : open_q;
        end
        if (link_rst) begin
            open_q <= 1'b0;
            owe_q  <= 1'b0;
        end
    end
endmodule

`default_nettype wire
