// SPDX-License-Identifier: BSD-2-Clause
//
// Checks fetched descriptors and starts them.
//
// Every descriptor gets an operation (so that it is retired in order) and goes
// one of three ways: host to card (h2c), card to host (c2h), or it ends at once
// (issue_done): a bad one with its record and a halt, one whose fetch failed
// with a halt and no record, one of a queue that no longer runs without record.
// A halt also tells cw_desc_sched to stop fetching for the queue.
//
// Descriptors of stream queues go to cw_st_park as `st_desc`, those that end at once too, so
// that they stay in order; they get their operation there. STREAM 0: each one is bad.
//
// Two stages (configuration read; check and dispatch), a descriptor a cycle. What finds
// nothing before it in its direction is offered in the cycle in which it is checked.
`default_nettype none

module cw_desc_issue #(
    parameter QUEUE_N = 64,
    parameter OP_W    = 8,
    parameter STREAM  = 0,
    parameter ENTRY_W = 130            // see cw_st_issue
) (
    input  wire            clk,
    input  wire            rst,
    output wire            idle,
    output wire            empty,
    input  wire            fn_ro,
    input  wire            fn_ns,

    input  wire            qcfg_valid,
    input  wire [1:0]      qcfg_op,
    input  wire [10:0]     qcfg_queue,
    input  wire [4:0]      qcfg_reg,
    input  wire [31:0]     qcfg_data,

    output wire [1:0]      desc_room,       // of card to host, host to card: three more find a place
    output wire            desc_open,       // one is taken in this cycle if it comes
    input  wire            desc_valid,
    output wire            desc_ready,
    input  wire [10:0]     desc_queue,
    input  wire [31:0]     desc_num,
    input  wire            desc_fail,
    input  wire [127:0]    desc_data,

    output wire            op_alloc_valid,
    input  wire            op_alloc_ready,
    input  wire [OP_W-1:0] op_alloc_id,
    output wire [10:0]     op_alloc_queue,
    output wire [31:0]     op_alloc_num,
    output wire            op_alloc_irq,

    output wire            issue_done_valid,
    input  wire            issue_done_ready,
    output wire [OP_W-1:0] issue_done_op,
    output wire [6:0]      issue_done_status,
    output wire [1:0]      issue_done_kind,

    output wire            stop_valid,
    input  wire            stop_ready,
    output wire [10:0]     stop_queue,

    output wire            h2c_valid,
    output wire            h2c_kept,        // it came before this cycle
    input  wire            h2c_ready,
    output wire [OP_W-1:0] h2c_op,
    output wire [10:0]     h2c_queue,
    output wire [31:0]     h2c_num,
    output wire [63:0]     h2c_host_addr,
    output wire [63:0]     h2c_card_addr,
    output wire [23:0]     h2c_len,
    output wire [1:0]      h2c_attr,

    output wire            c2h_valid,
    input  wire            c2h_ready,
    output wire [OP_W-1:0] c2h_op,
    output wire [10:0]     c2h_queue,
    output wire [31:0]     c2h_num,
    output wire [63:0]     c2h_host_addr,
    output wire [63:0]     c2h_card_addr,
    output wire [23:0]     c2h_len,
    output wire [1:0]      c2h_attr,

    output wire            st_desc_valid,
    input  wire            st_desc_ready,
    output wire            st_desc_c2h,
    output wire [10:0]     st_desc_queue,
    output wire [ENTRY_W-1:0] st_desc_entry,

    output wire            stat_bad         // a bad descriptor
);
    `include "cw_regs.vh"

    localparam QW = $clog2(QUEUE_N);
    localparam [1:0] OP_WRITE = 2'd0, OP_ENABLE = 2'd1, OP_DISABLE = 2'd2;
    localparam CAME_W = 11 + 32 + 64 + 24, MADE_W = OP_W + 64 + 2;  // of what moves: as it came, made here
    localparam AT_W = 4;         // log2 of the places of a queue

    // ---- stage 1: a descriptor with its queue's configuration ----
    reg          s1_q;
    reg  [10:0]  queue_q;
    reg  [31:0]  num_q;
    reg          fail_q;
    reg  [127:0] desc_q;
    reg          cut_q;          // its queue stopped after the configuration was read
    reg          halt_q;         // a queue has halted: not yet in the RAM
    reg          stop_q;         // ... and not yet known to the scheduler
    reg  [10:0]  halt_queue_q;

    wire done;                   // the descriptor in stage 1 leaves
    wire halts;                  // and halts its queue
    wire streams;                // it is of a stream queue
    wire take = desc_valid && desc_ready;
    assign desc_open  = !s1_q && !halt_q && !stop_q;
    assign desc_ready = (!s1_q || done) && !(done && halts) && !halt_q && !stop_q;

    wire cfg_write = qcfg_valid && qcfg_op == OP_WRITE;
    wire cfg_run   = qcfg_valid && (qcfg_op == OP_ENABLE || qcfg_op == OP_DISABLE);
    wire halt_wr   = halt_q && !cfg_run;

    // ---- configuration of every queue ----
    wire        ram_run, conf_c2h, conf_stream, conf_ro, conf_ns;
    wire [63:0] base;
    wire        base_top;        // a carry into [63:37] runs through to the end
    wire [36:0] limit;
    wire        limit_far;       // it is above all that a descriptor can say
    wire [QW-1:0] cfg_addr = qcfg_queue[QW-1:0];
    wire [QW-1:0] rd_addr  = desc_queue[QW-1:0];

    cw_ram_fwd #(.W(1), .DEPTH(QUEUE_N)) u_run (
        .clk(clk), .wr_en(cfg_run || halt_wr),
        .wr_addr(cfg_run ? cfg_addr : halt_queue_q[QW-1:0]),
        .wr_data(cfg_run && qcfg_op == OP_ENABLE),
        .rd_en(take), .rd_addr(rd_addr), .rd_data(ram_run)
    );
    cw_ram #(.W(4), .DEPTH(QUEUE_N)) u_config (
        .clk(clk), .wr_en(cfg_write && qcfg_reg == CW_Q_CONFIG[6:2]), .wr_addr(cfg_addr),
        .wr_data({qcfg_data[CW_Q_CONFIG_C2H_LSB], qcfg_data[CW_Q_CONFIG_STREAM_LSB],
                  qcfg_data[CW_Q_CONFIG_RO_LSB], qcfg_data[CW_Q_CONFIG_NS_LSB]}),
        .rd_en(take), .rd_addr(rd_addr), .rd_data({conf_c2h, conf_stream, conf_ro, conf_ns})
    );
    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_base_lo (
        .clk(clk), .wr_en(cfg_write && qcfg_reg == CW_Q_CARD_BASE_LO[6:2]), .wr_addr(cfg_addr),
        .wr_data(qcfg_data), .rd_en(take), .rd_addr(rd_addr), .rd_data(base[31:0])
    );
    cw_ram #(.W(33), .DEPTH(QUEUE_N)) u_base_hi (
        .clk(clk), .wr_en(cfg_write && qcfg_reg == CW_Q_CARD_BASE_HI[6:2]), .wr_addr(cfg_addr),
        .wr_data({&qcfg_data[31:5], qcfg_data}), .rd_en(take), .rd_addr(rd_addr), .rd_data({base_top, base[63:32]})
    );
    cw_ram #(.W(32), .DEPTH(QUEUE_N)) u_limit_lo (
        .clk(clk), .wr_en(cfg_write && qcfg_reg == CW_Q_CARD_LIMIT_LO[6:2]), .wr_addr(cfg_addr),
        .wr_data(qcfg_data), .rd_en(take), .rd_addr(rd_addr), .rd_data(limit[31:0])
    );
    cw_ram #(.W(6), .DEPTH(QUEUE_N)) u_limit_hi (
        .clk(clk), .wr_en(cfg_write && qcfg_reg == CW_Q_CARD_LIMIT_HI[6:2]), .wr_addr(cfg_addr),
        .wr_data({|qcfg_data[31:5], qcfg_data[4:0]}), .rd_en(take), .rd_addr(rd_addr),
        .rd_data({limit_far, limit[36:32]})
    );

    // ---- the check ----
    wire [31:0] dw2  = desc_q[95:64];
    wire [23:0] len  = dw2[CW_DESC_DW2_LEN_MSB:CW_DESC_DW2_LEN_LSB];
    wire [35:0] card = {dw2[CW_DESC_DW2_CARD_HI_MSB:CW_DESC_DW2_CARD_HI_LSB], desc_q[127:96]};
    wire [36:0] past = {1'b0, card} + {13'd0, len};             // within the queue's card memory
    wire [37:0] top  = {1'b0, base[36:0]} + {1'b0, past};       // in card memory; must not wrap
    wire sop         = dw2[CW_DESC_DW2_SOP_LSB];
    wire eop         = dw2[CW_DESC_DW2_EOP_LSB];
    wire in_packet;              // of an H2C stream
    wire bad_len     = len == 24'd0 && !(streams && !conf_c2h && eop);
    wire bad_flags   = dw2[CW_DESC_DW2_RSVD_LSB] ||
                       (streams && !conf_c2h ? sop == in_packet : sop || eop || (conf_c2h && conf_stream && card != 36'd0)) ||
                       (conf_stream && !streams);
    wire bad_range   = !streams && ((past > limit && !limit_far) || (top[37] && base_top));
    wire run         = ram_run && !cut_q;
    wire bad         = !fail_q && (bad_len || bad_flags || bad_range);
    wire moves       = run && !fail_q && !bad;

    // ---- the three ways out ----
    wire end_ready, st_ready;
    wire [1:0] room;             // of card to host, host to card: for one more
    wire way_ready = !moves ? end_ready : room[conf_c2h];
    wire [MADE_W-1:0] made = {op_alloc_id, base + {28'd0, card}, conf_ro && fn_ro, conf_ns && fn_ns};
    wire [6:0] end_status = !run ? CW_STATUS_OK[6:0] : fail_q ? CW_STATUS_FETCH[6:0] :
                            bad_len ? CW_STATUS_BAD_LEN[6:0] :
                            bad_flags ? CW_STATUS_BAD_FLAGS[6:0] : CW_STATUS_BAD_RANGE[6:0];
    wire end_moving, h2c_moving, c2h_moving;
    wire [2:0] unused_end;
    wire [1:0] room_3;
    wire [3:0] st_n;
    assign desc_room = st_n <= 4'd5 ? room_3 : 2'b00;
    wire unused = &{1'b0, top[36:0], dw2, desc_q[63:0]};

    assign op_alloc_valid = s1_q && way_ready && !streams;
    assign op_alloc_queue = queue_q;
    assign op_alloc_num   = num_q;
    assign op_alloc_irq   = moves && dw2[CW_DESC_DW2_IRQ_LSB];
    wire st_go   = s1_q && streams && st_ready && !cfg_run;
    wire mm_done = op_alloc_valid && op_alloc_ready;
    assign done  = mm_done || st_go;
    assign halts = run && !moves;
    assign stat_bad   = done && run && bad;
    assign stop_valid = stop_q;
    assign stop_queue = halt_queue_q;

    stream_fifo #(.W(OP_W + 9), .DEPTH(4)) u_end (
        .clk(clk), .rst(rst), .in_valid(mm_done && !moves), .in_ready(end_ready),
        .in_data({op_alloc_id, end_status, halts, !run || fail_q}),
        .out_valid(issue_done_valid), .out_ready(issue_done_ready),
        .out_data({issue_done_op, issue_done_status, issue_done_kind}), .count(unused_end)
    );
    // Host to card (0), card to host (1). What comes is written behind the last of both queues as it comes, and
    // stays in the one it goes to: if that is empty, it is offered from there in the cycle of its check. cw_h2c_split
    // leaves the one that it reads in its queue, which has a place more for that.
    wire [1:0]          go   = {mm_done && moves && conf_c2h, mm_done && moves && !conf_c2h};
    wire [1:0]          gone = {c2h_moving, h2c_moving};
    wire [1:0]          kept;
    wire [2*CAME_W-1:0] first_came;
    wire [2*MADE_W-1:0] first_made;
    genvar w;
    generate
        for (w = 0; w < 2; w = w + 1) begin : g_way
            localparam [AT_W:0] MOST = w == 0 ? 9 : 8;
            reg [CAME_W-1:0] came_as [0:(1 << AT_W)-1];
            reg [MADE_W-1:0] made_of [0:(1 << AT_W)-1];
            reg  [AT_W:0]  head_q, tail_q;
            wire [AT_W:0]  tail = tail_q + {{AT_W{1'b0}}, go[w]};
            wire [AT_W:0]  n    = tail_q - head_q;
            assign kept[w]   = n != 0;
            assign room[w]   = n != MOST;
            assign room_3[w] = n <= MOST - 3;
            assign first_came[w*CAME_W +: CAME_W] = came_as[head_q[AT_W-1:0]];
            assign first_made[w*MADE_W +: MADE_W] = kept[w] ? made_of[head_q[AT_W-1:0]] : made;
            always @(posedge clk) begin
                if (take)
                    came_as[tail[AT_W-1:0]] <= {desc_queue, desc_num, desc_data[63:0],
                                                  desc_data[64 + CW_DESC_DW2_LEN_MSB:64 + CW_DESC_DW2_LEN_LSB]};
                if (go[w])
                    made_of[tail_q[AT_W-1:0]] <= made;
                if (gone[w])
                    head_q <= head_q + 1'b1;
                tail_q <= tail;
                if (rst) begin
                    head_q <= {(AT_W + 1){1'b0}};
                    tail_q <= {(AT_W + 1){1'b0}};
                end
            end
        end
    endgenerate
    assign h2c_kept  = kept[0];
    assign h2c_valid = kept[0] || go[0];
    assign c2h_valid = kept[1] || go[1];
    assign {h2c_queue, h2c_num, h2c_host_addr, h2c_len} = first_came[0 +: CAME_W];
    assign {c2h_queue, c2h_num, c2h_host_addr, c2h_len} = first_came[CAME_W +: CAME_W];
    assign {h2c_op, h2c_card_addr, h2c_attr} = first_made[0 +: MADE_W];
    assign {c2h_op, c2h_card_addr, c2h_attr} = first_made[MADE_W +: MADE_W];

    // ---- streams ----
    generate
        if (STREAM != 0) begin : g_stream
            wire [63:0] end_word = {55'd0, end_status, halts, !run || fail_q};
            assign streams = conf_stream;
            // cfg_run and a descriptor never write in the same cycle
            cw_ram_fwd #(.W(1), .DEPTH(QUEUE_N)) u_in_packet (
                .clk(clk), .wr_en(cfg_run || (st_go && moves && !conf_c2h)),
                .wr_addr(cfg_run ? cfg_addr : queue_q[QW-1:0]), .wr_data(!cfg_run && !eop),
                .rd_en(take), .rd_addr(rd_addr), .rd_data(in_packet)
            );
            stream_fifo #(.W(12 + ENTRY_W), .DEPTH(8)) u_st (
                .clk(clk), .rst(rst), .in_valid(st_go), .in_ready(st_ready),
                .in_data({conf_c2h, queue_q, !moves, sop, eop, dw2[CW_DESC_DW2_IRQ_LSB],
                          conf_ro && fn_ro, conf_ns && fn_ns, len, card, moves ? desc_q[63:0] : end_word}),
                .out_valid(st_desc_valid), .out_ready(st_desc_ready),
                .out_data({st_desc_c2h, st_desc_queue, st_desc_entry}), .count(st_n)
            );
        end else begin : g_no_stream
            assign streams   = 1'b0;
            assign in_packet = 1'b0;
            assign st_ready  = 1'b0;
            assign st_n      = 4'd0;
            assign st_desc_valid = 1'b0;
            assign st_desc_c2h   = 1'b0;
            assign st_desc_queue = 11'd0;
            assign st_desc_entry = {ENTRY_W{1'b0}};
            wire   unused_st = &{1'b0, st_desc_ready};
        end
    endgenerate

    assign end_moving = issue_done_valid && issue_done_ready;
    assign h2c_moving = h2c_valid && h2c_ready;
    assign c2h_moving = c2h_valid && c2h_ready;
    assign idle  = !take && !done && !halt_q && !(stop_q && stop_ready) && !qcfg_valid &&
                   !end_moving && !h2c_moving && !c2h_moving && !(st_desc_valid && st_desc_ready);
    assign empty = !s1_q && !halt_q && !stop_q && !issue_done_valid && !h2c_valid && !c2h_valid &&
                   !st_desc_valid;

    always @(posedge clk) begin
        if (done)
            s1_q <= 1'b0;
        // a queue that is disabled while its descriptor waits here
        if (qcfg_valid && qcfg_op == OP_DISABLE && qcfg_queue == queue_q && !op_alloc_valid)
            cut_q <= 1'b1;
        if (take) begin
            s1_q    <= 1'b1;
            queue_q <= desc_queue;
            num_q   <= desc_num;
            fail_q  <= desc_fail;
            desc_q  <= desc_data;
            cut_q   <= 1'b0;
        end
        if (halt_wr)
            halt_q <= 1'b0;
        if (stop_ready)
            stop_q <= 1'b0;
        if (done && halts) begin
            halt_q       <= 1'b1;
            stop_q       <= 1'b1;
            halt_queue_q <= queue_q;
        end
        if (rst) begin
            s1_q   <= 1'b0;
            halt_q <= 1'b0;
            stop_q <= 1'b0;
        end
    end
endmodule

`default_nettype wire
