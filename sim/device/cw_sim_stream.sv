// SPDX-License-Identifier: BSD-2-Clause
// The stream side of the simulated card's user logic: loopback, packet generator, packet
// checker; stream_user.h has its registers and says what they do. su_*: a register access,
// written in the cycle of su_wr, read at any time.
//
// idle: nothing in here changes before an input does.
`default_nettype none

module cw_sim_stream #(
    parameter DATA_W  = 256,
    parameter QUEUE_N = 64
) (
    input  wire                clk,
    input  wire                rst,
    input  wire                stream_rst,
    output wire                idle,

    input  wire                su_wr,
    input  wire [17:0]         su_addr,
    input  wire [31:0]         su_wdata,
    input  wire [17:0]         su_rd_addr,
    output logic [31:0]        su_rdata,
    output wire                su_hit,        // su_addr is a register
    output wire                su_rd_hit,

    input  wire                h2s_valid,
    output wire                h2s_ready,
    input  wire [DATA_W-1:0]   h2s_data,
    input  wire [DATA_W/8-1:0] h2s_keep,
    input  wire                h2s_first,
    input  wire                h2s_last,
    input  wire                h2s_err,
    input  wire [10:0]         h2s_queue,
    input  wire [35:0]         h2s_user,
    output wire                h2s_credit_valid,
    input  wire                h2s_credit_ready,
    output wire [10:0]         h2s_credit_queue,
    output wire [7:0]          h2s_credit_n,
    output wire                s2h_valid,
    input  wire                s2h_ready,
    output wire [DATA_W-1:0]   s2h_data,
    output wire [DATA_W/8-1:0] s2h_keep,
    output wire                s2h_last,
    output wire                s2h_err,
    output wire [10:0]         s2h_queue,
    output wire [35:0]         s2h_user,
    input  wire                s2h_room_valid,
    input  wire [10:0]         s2h_room_queue,
    input  wire [7:0]          s2h_room_n,
    input  wire                s2h_end_valid,
    input  wire [10:0]         s2h_end_queue
);
    `include "stream_user.vh"

    localparam BYTES = DATA_W / 8;
    localparam Q_W   = $clog2(QUEUE_N);
    localparam ITEM_W = DATA_W + BYTES + 2 + 47;

    function automatic logic table_hit(input [17:0] addr, input [31:0] base);
        table_hit = {14'd0, addr} >= base && {14'd0, addr} < base + 4 * QUEUE_N;
    endfunction
    function automatic logic plain_hit(input [17:0] addr);
        plain_hit = {14'd0, addr} == CW_SU_ID || {14'd0, addr} == CW_SU_CONTROL || {14'd0, addr} == CW_SU_THROTTLE ||
                    ({14'd0, addr} >= CW_SU_GEN_CTRL && {14'd0, addr} <= CW_SU_GEN_QUEUES) ||
                    ({14'd0, addr} >= CW_SU_CHK_PACKETS && {14'd0, addr} <= CW_SU_CHK_FIRST) ||
                    {14'd0, addr} == CW_SU_REFUSED;
    endfunction
    function automatic [31:0] lanes(input [BYTES-1:0] keep);
        lanes = 0;
        for (int i = 0; i < BYTES; i++)
            if (keep[i])
                lanes = i + 1;
    endfunction

    // ---- registers ----
    reg  [1:0]  control_q;
    reg  [15:0] throttle_q;
    // Tables, an entry a queue. One whose bit is not set is as after reset, 0: Verilator clears no array of 2048 at once.
    reg  [31:0] loop_q [0:QUEUE_N-1];
    reg  [7:0]  room_q [0:QUEUE_N-1];   // buffers of each C2H queue
    reg  [15:0] pend_q [0:QUEUE_N-1];   // packets sent whose end was not told
    reg  [QUEUE_N-1:0] hold_q, loop_set_q, room_set_q, pend_set_q;
    function automatic logic [31:0] loop_of(input [Q_W-1:0] queue);
        loop_of = loop_set_q[queue] ? loop_q[queue] : 32'd0;
    endfunction
    function automatic logic [7:0] room_of(input [Q_W-1:0] queue);
        room_of = room_set_q[queue] ? room_q[queue] : 8'd0;
    endfunction
    function automatic logic [15:0] pend_of(input [Q_W-1:0] queue);
        pend_of = pend_set_q[queue] ? pend_q[queue] : 16'd0;
    endfunction
    reg  [31:0] gen_count_q, gen_refused_q;
    reg  [23:0] gen_len_q, gen_step_q;
    reg  [35:0] gen_user_q;
    reg  [10:0] gen_queue_q, gen_queues_q, gen_at_q;
    reg  [7:0]  gen_row_q, gen_same_q;  // packets in a row to a queue, less one; of them sent
    reg  [7:0]  gen_seed_q;
    reg  [2:0]  gen_mode_q;
    reg         gen_busy_q;
    reg  [31:0] chk_packets_q, chk_bytes_q, chk_bad_q, chk_marked_q, chk_len_q, chk_frame_q, chk_first_q;
    reg  [35:0] chk_user_q;
    reg  [10:0] chk_queue_q;
    wire [Q_W-1:0] su_at = su_addr[Q_W+1:2], su_rd_at = su_rd_addr[Q_W+1:2];
    wire        wr_loop = su_wr && table_hit(su_addr, CW_SU_LOOP);
    wire        wr_hold = su_wr && table_hit(su_addr, CW_SU_HOLD);

    assign su_hit = plain_hit(su_addr) || table_hit(su_addr, CW_SU_LOOP) || table_hit(su_addr, CW_SU_HOLD) ||
                    table_hit(su_addr, CW_SU_ROOM);
    assign su_rd_hit = plain_hit(su_rd_addr) || table_hit(su_rd_addr, CW_SU_LOOP) ||
                       table_hit(su_rd_addr, CW_SU_HOLD) || table_hit(su_rd_addr, CW_SU_ROOM);
    always_comb
        if (table_hit(su_rd_addr, CW_SU_LOOP))
            su_rdata = loop_of(su_rd_at);
        else if (table_hit(su_rd_addr, CW_SU_HOLD))
            su_rdata = {31'd0, hold_q[su_rd_at]};
        else if (table_hit(su_rd_addr, CW_SU_ROOM))
            su_rdata = {24'd0, room_of(su_rd_at)};
        else
            case ({14'd0, su_rd_addr})
            CW_SU_ID:          su_rdata = CW_SU_MAGIC;
            CW_SU_CONTROL:     su_rdata = {30'd0, control_q};
            CW_SU_THROTTLE:    su_rdata = {16'd0, throttle_q};
            CW_SU_GEN_CTRL:    su_rdata = {gen_busy_q, 28'd0, gen_mode_q};
            CW_SU_GEN_QUEUE:   su_rdata = {21'd0, gen_queue_q};
            CW_SU_GEN_LEN:     su_rdata = {8'd0, gen_len_q};
            CW_SU_GEN_STEP:    su_rdata = {8'd0, gen_step_q};
            CW_SU_GEN_COUNT:   su_rdata = gen_count_q;
            CW_SU_GEN_USER_LO: su_rdata = gen_user_q[31:0];
            CW_SU_GEN_USER_HI: su_rdata = {28'd0, gen_user_q[35:32]};
            CW_SU_GEN_SEED:    su_rdata = {24'd0, gen_seed_q};
            CW_SU_GEN_QUEUES:  su_rdata = {8'd0, gen_row_q, 5'd0, gen_queues_q};
            CW_SU_CHK_PACKETS: su_rdata = chk_packets_q;
            CW_SU_CHK_BYTES:   su_rdata = chk_bytes_q;
            CW_SU_CHK_BAD:     su_rdata = chk_bad_q;
            CW_SU_CHK_MARKED:  su_rdata = chk_marked_q;
            CW_SU_CHK_LEN:     su_rdata = chk_len_q;
            CW_SU_CHK_USER_LO: su_rdata = chk_user_q[31:0];
            CW_SU_CHK_USER_HI: su_rdata = {28'd0, chk_user_q[35:32]};
            CW_SU_CHK_QUEUE:   su_rdata = {21'd0, chk_queue_q};
            CW_SU_CHK_FRAME:   su_rdata = chk_frame_q;
            CW_SU_CHK_FIRST:   su_rdata = chk_first_q;
            CW_SU_REFUSED:     su_rdata = gen_refused_q;
            default:           su_rdata = 32'd0;
            endcase

    // ---- credit: all queues in turn, after a reset and when a hold word was written ----
    reg  [Q_W:0] sweep_q;
    assign h2s_credit_valid = !stream_rst && !sweep_q[Q_W];
    assign h2s_credit_queue = {{(11 - Q_W){1'b0}}, sweep_q[Q_W-1:0]};
    assign h2s_credit_n     = hold_q[sweep_q[Q_W-1:0]] ? 8'd0 : 8'd255;

    // ---- what comes from the host: back, or to the checker ----
    reg  [15:0] lfsr_q;
    reg         in_q, back_q;             // inside a packet, which goes back
    reg  [10:0] to_q, from_q;
    reg  [35:0] word_q;
    wire [31:0] entry   = loop_of(h2s_queue[Q_W-1:0]);
    wire        back    = in_q ? back_q : entry[31];
    wire [10:0] to      = in_q ? to_q : entry[10:0];
    wire        waits   = !in_q && entry[31] && entry[30] && !has_room(to);
    wire        stopped = control_q[0] || waits;
    wire        loop_ready;
    wire        open    = !stopped && lfsr_q[7:0] >= throttle_q[7:0];
    wire        take    = h2s_valid && h2s_ready;
    wire [31:0] n       = lanes(h2s_keep);
    assign h2s_ready = open && (!back || loop_ready);

    function automatic logic has_room(input [10:0] queue);
        has_room = {21'd0, queue} < QUEUE_N && room_of(queue[Q_W-1:0]) != 8'd0 &&
                   pend_of(queue[Q_W-1:0]) == 16'd0;
    endfunction

    wire               loop_valid, loop_go, gen_go;
    wire [ITEM_W-1:0]  loop_item;
    wire [1:0]         loop_n;
    stream_fifo #(.W(ITEM_W), .DEPTH(2)) u_loop (
        .clk(clk), .rst(rst), .in_valid(h2s_valid && open && back), .in_ready(loop_ready),
        .in_data({h2s_data, h2s_keep, h2s_last, h2s_err, to, h2s_user}),
        .out_valid(loop_valid), .out_ready(loop_go), .out_data(loop_item), .count(loop_n)
    );

    // ---- generator ----
    reg         send_q;                   // in a packet
    reg  [23:0] left_q;
    reg  [7:0]  byte_q;
    logic [DATA_W-1:0] gen_data;
    wire [31:0] gen_n    = {8'd0, left_q} < BYTES ? {8'd0, left_q} : BYTES;
    wire        gen_last = {8'd0, left_q} <= BYTES;
    // of the packet at hand, and of the one behind it
    wire [10:0] gen_to   = gen_queue_q + gen_at_q;
    wire        gen_turn = gen_same_q == gen_row_q;
    wire [10:0] at_next  = gen_at_q == gen_queues_q ? 11'd0 : gen_at_q + 11'd1;
    wire [10:0] at_after = gen_turn ? at_next : gen_at_q;
    wire        gen_next = gen_busy_q && !send_q;
    wire        refuses  = gen_next && gen_mode_q[1] && !has_room(gen_to);
    wire        gen_waits = gen_next && gen_mode_q[2] && !has_room(gen_to);
    wire        gen_over = gen_go && send_q && gen_last;
    wire        gen_on   = gen_over && gen_count_q > 32'd1 && (gen_mode_q[2:1] == 2'd0 || has_room(gen_queue_q + at_after));
    always_comb
        for (int i = 0; i < BYTES; i++)
            gen_data[8*i +: 8] = i < gen_n ? byte_q + i[7:0] : 8'h00;

    // ---- to the host ----
    wire        arb_valid, arb_last, arb_go, unused_source;
    wire [ITEM_W-1:0] arb_item;
    stream_arb #(.W(ITEM_W), .N(2)) u_arb (
        .clk(clk), .rst(rst), .in_valid({send_q, loop_valid}), .in_ready({gen_go, loop_go}),
        .in_data({gen_data, ~({BYTES{1'b1}} << gen_n), gen_last, 1'b0, gen_to, gen_user_q, loop_item}),
        .in_last({gen_last, loop_item[48]}), .out_valid(arb_valid), .out_ready(arb_go),
        .out_data(arb_item), .out_last(arb_last), .out_source(unused_source)
    );
    reg         offered_q, pause_q;
    assign s2h_valid = arb_valid && (offered_q || (!pause_q && !control_q[1]));
    assign arb_go    = s2h_valid && s2h_ready;
    assign {s2h_data, s2h_keep, s2h_last, s2h_err, s2h_queue, s2h_user} = arb_item;

    assign idle = !h2s_credit_valid && !(h2s_valid && (!stopped && (!back || loop_ready))) && !arb_go && !pause_q &&
                  !(arb_valid && !s2h_valid && !control_q[1]) && !(gen_next && !gen_waits) && !s2h_room_valid && !s2h_end_valid &&
                  (!s2h_valid || offered_q) && !su_wr && !stream_rst;

    wire [Q_W-1:0] room_at = s2h_room_queue[Q_W-1:0];
    wire [Q_W-1:0] sent_at = s2h_queue[Q_W-1:0];
    wire        sent = arb_go && s2h_last;
    wire [Q_W-1:0] end_at = s2h_end_queue[Q_W-1:0];
    wire        told = s2h_end_valid && {21'd0, s2h_end_queue} < QUEUE_N;
    reg         mid_q, lost_q;            // a packet to the host is in its middle; of before a reset
    always @(posedge clk) begin
        if (!idle)
            lfsr_q <= {lfsr_q[14:0], lfsr_q[15] ^ lfsr_q[13] ^ lfsr_q[12] ^ lfsr_q[10]};
        if (h2s_credit_valid && h2s_credit_ready)
            sweep_q <= sweep_q + 1'b1;
        if (wr_hold || stream_rst)
            sweep_q <= '0;

        // room
        if (sent && !lost_q && {21'd0, s2h_queue} < QUEUE_N && !(told && end_at == sent_at)) begin
            pend_set_q[sent_at] <= 1'b1;
            pend_q[sent_at] <= pend_of(sent_at) + 16'd1;
        end
        if (told && !(sent && !lost_q && end_at == sent_at)) begin
            pend_set_q[end_at] <= 1'b1;
            pend_q[end_at] <= pend_of(end_at) - 16'd1;
        end
        if (arb_go)
            mid_q <= !s2h_last;
        if (sent)
            lost_q <= 1'b0;
        if (s2h_room_valid) begin
            room_set_q[room_at] <= 1'b1;
            room_q[room_at] <= s2h_room_n;
        end
        offered_q <= s2h_valid && !s2h_ready;
        pause_q   <= arb_go && lfsr_q[15:8] < throttle_q[15:8];

        // packets from the host
        if (take) begin
            in_q <= !h2s_last;
            if (!in_q) begin
                back_q <= entry[31];
                to_q   <= entry[10:0];
                from_q <= h2s_queue;
                word_q <= h2s_user;
            end
            if (h2s_first == in_q || (in_q && (h2s_queue != from_q || h2s_user != word_q)) ||
                (!h2s_last && !(&h2s_keep)) || (h2s_err && !h2s_last) || (h2s_keep & (h2s_keep + 1'b1)) != '0)
                chk_frame_q <= chk_frame_q + 32'd1;
        end

        // generator
        if (gen_next && !gen_waits) begin
            if (gen_count_q == 32'd0)
                gen_busy_q <= 1'b0;
            else if (refuses) begin
                gen_refused_q <= gen_refused_q + 32'd1;
                gen_at_q      <= at_next;
                gen_same_q    <= 8'd0;
                gen_count_q   <= gen_count_q - 32'd1;
            end else begin
                send_q <= 1'b1;
                left_q <= gen_len_q;
                byte_q <= gen_seed_q;
            end
        end
        if (gen_go && send_q) begin
            left_q <= left_q - gen_n[23:0];
            byte_q <= byte_q + gen_n[7:0];
            if (gen_last) begin
                send_q      <= gen_on;
                gen_at_q    <= at_after;
                gen_same_q  <= gen_turn ? 8'd0 : gen_same_q + 8'd1;
                if (gen_on) begin
                    left_q <= gen_len_q + gen_step_q;
                    byte_q <= gen_seed_q + 8'd1;
                end
                gen_count_q <= gen_count_q == 32'd0 ? 32'd0 : gen_count_q - 32'd1;
                gen_len_q   <= gen_len_q + gen_step_q;
                gen_seed_q  <= gen_seed_q + 8'd1;
                gen_user_q  <= gen_user_q + 36'd1;
            end
        end

        // writes
        if (wr_loop) begin
            loop_set_q[su_at] <= 1'b1;
            loop_q[su_at] <= su_wdata & 32'hc00007ff;
        end
        if (wr_hold)
            hold_q[su_at] <= su_wdata[0];
        if (su_wr)
            case ({14'd0, su_addr})
            CW_SU_CONTROL:  control_q <= su_wdata[1:0];
            CW_SU_THROTTLE: throttle_q <= su_wdata[15:0];
            CW_SU_REFUSED:  gen_refused_q <= 32'd0;
            CW_SU_GEN_CTRL:
                if (su_wdata[0]) begin
                    gen_busy_q <= 1'b1;
                    gen_mode_q <= su_wdata[2:0];
                    gen_at_q   <= 11'd0;
                    gen_same_q <= 8'd0;
                end else
                    gen_count_q <= 32'd0;
            default: ;
            endcase
        if (su_wr && !gen_busy_q)
            case ({14'd0, su_addr})
            CW_SU_GEN_QUEUE:   gen_queue_q <= su_wdata[10:0];
            CW_SU_GEN_LEN:     gen_len_q <= su_wdata[23:0];
            CW_SU_GEN_STEP:    gen_step_q <= su_wdata[23:0];
            CW_SU_GEN_COUNT:   gen_count_q <= su_wdata;
            CW_SU_GEN_USER_LO: gen_user_q[31:0] <= su_wdata;
            CW_SU_GEN_USER_HI: gen_user_q[35:32] <= su_wdata[3:0];
            CW_SU_GEN_SEED:    gen_seed_q <= su_wdata[7:0];
            CW_SU_GEN_QUEUES:  {gen_row_q, gen_queues_q} <= {su_wdata[23:16], su_wdata[10:0]};
            default: ;
            endcase
        if (stream_rst) begin
            lost_q <= mid_q;
            room_set_q <= '0;
            pend_set_q <= '0;
        end
        if (rst) begin
            lfsr_q <= 16'hace1;
            {control_q, throttle_q, in_q, offered_q, mid_q, lost_q, pause_q, send_q, gen_busy_q} <= '0;
            {gen_count_q, gen_refused_q, gen_len_q, gen_step_q, gen_user_q, gen_queue_q, gen_seed_q, gen_mode_q} <= '0;
            {gen_queues_q, gen_at_q, gen_row_q, gen_same_q} <= '0;
            chk_frame_q <= 32'd0;
            sweep_q <= '0;
            loop_set_q <= '0;
            hold_q     <= '0;
        end else if (su_wr && {14'd0, su_addr} == CW_SU_CHK_PACKETS)
            chk_frame_q <= 32'd0;
    end

    // ---- checker ----
    reg  [7:0]  next_q;                   // the byte that must follow
    reg  [31:0] sum_q;
    reg         off_q;
    wire [7:0]  base = in_q ? next_q : h2s_data[7:0];
    logic       off;
    always_comb begin
        off = in_q && off_q;
        for (int i = 0; i < BYTES; i++)
            if (i < n && h2s_data[8*i +: 8] != base + i[7:0])
                off = 1'b1;
    end
    wire [31:0] sum = (in_q ? sum_q : 32'd0) + n;
    always @(posedge clk) begin
        if (take && !back) begin
            next_q <= base + n[7:0];
            sum_q  <= sum;
            off_q  <= off;
            chk_bytes_q <= chk_bytes_q + n;
            if (!in_q && n != 0 && h2s_data[7:0] != h2s_user[7:0])
                chk_first_q <= chk_first_q + 32'd1;
            if (h2s_last) begin
                chk_packets_q <= chk_packets_q + 32'd1;
                chk_bad_q     <= chk_bad_q + {31'd0, off};
                chk_marked_q  <= chk_marked_q + {31'd0, h2s_err};
                chk_len_q     <= sum;
                chk_user_q    <= h2s_user;
                chk_queue_q   <= h2s_queue;
            end
        end
        if (rst || (su_wr && {14'd0, su_addr} == CW_SU_CHK_PACKETS)) begin
            {chk_packets_q, chk_bytes_q, chk_bad_q, chk_marked_q, chk_len_q, chk_user_q, chk_queue_q, chk_first_q} <= '0;
            {next_q, sum_q, off_q} <= '0;
        end
    end

    wire unused = &{1'b0, entry, su_addr[1:0], su_rd_addr[1:0], arb_last, loop_n, s2h_room_queue, s2h_end_queue};
endmodule

`default_nettype wire
