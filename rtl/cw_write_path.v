// SPDX-License-Identifier: BSD-2-Clause
//
// What leaves the card as writes: card-to-host data, completion records, event ring
// entries and interrupt messages; and the request stream out, which the read path's requests
// share. Purely structural:
//
//   c2h ------------> cw_c2h --------- data ------ st_tx --.
//                       | done                             |
//   issue, h2c done -> cw_done_mux -> cw_op_table -> cw_record -> cw_tx_req -> tx_req
//                        st_done ------'
//                                                     | note        ^  ^
//   arm ---------------> raise (to the host port) <- cw_moderate     |  msix_req, entry
//                                                                 rd_req
// st_tx and st_done are those of cw_stream.
`default_nettype none

module cw_write_path #(
    parameter DATA_W  = 256,
    parameter QUEUE_N = 64,
    parameter VECTOR_N = 64,
    parameter OP_N    = 256,
    parameter STREAM  = 0,
    parameter ENTRIES_LOG2_MAX = 16
) (
    input  wire                    clk,
    input  wire                    rst,
    input  wire [47:0]             now,
    output wire                    idle,
    output wire                    empty,     // nothing in flight, every posted write sent
    output wire [24:0]             next_deadline, // see cw_deadline

    input  wire [15:0]             fn_bdf,
    input  wire [2:0]              fn_mps,
    input  wire                    fn_bme,
    input  wire [1:0]              fn_power,
    input  wire                    fn_flr,

    input  wire                    qcfg_valid,
    input  wire [1:0]              qcfg_op,
    input  wire [10:0]             qcfg_queue,
    input  wire [4:0]              qcfg_reg,
    input  wire [31:0]             qcfg_data,
    output wire                    write_cfg_busy,
    input  wire                    ring_valid,
    input  wire [10:0]             ring_vector,
    input  wire                    ring_on,
    input  wire                    arm_valid,
    output wire                    arm_ready,
    input  wire [10:0]             arm_queue,
    input  wire [31:0]             arm_index,
    input  wire                    qst_valid,
    input  wire [10:0]             qst_queue,
    output wire                    qst_retire_ack,
    output wire [31:0]             qst_retired,
    output wire [31:0]             qst_records,
    output wire                    qst_halted,
    output wire [4:0]              qst_cause,
    output wire                    record_valid,
    output wire [10:0]             record_queue,
    output wire [31:0]             record_count,
    output wire                    halt_valid,
    output wire [10:0]             halt_queue,

    input  wire                    op_alloc_valid,
    output wire                    op_alloc_ready,
    output wire [$clog2(OP_N)-1:0] op_alloc_id,
    input  wire [10:0]             op_alloc_queue,
    input  wire [31:0]             op_alloc_num,
    input  wire                    op_alloc_irq,
    output wire [15:0]             ops_in_flight,
    input  wire                    issue_done_valid,
    output wire                    issue_done_ready,
    input  wire [$clog2(OP_N)-1:0] issue_done_op,
    input  wire [6:0]              issue_done_status,
    input  wire [1:0]              issue_done_kind,
    input  wire                    h2c_done_valid,
    output wire                    h2c_done_ready,
    input  wire [$clog2(OP_N)-1:0] h2c_done_op,
    input  wire [6:0]              h2c_done_status,
    input  wire [23:0]             h2c_done_bytes,

    input  wire                    c2h_valid,
    output wire                    c2h_ready,
    input  wire [$clog2(OP_N)-1:0] c2h_op,
    input  wire [10:0]             c2h_queue,
    input  wire [31:0]             c2h_num,
    input  wire [63:0]             c2h_host_addr,
    input  wire [63:0]             c2h_card_addr,
    input  wire [23:0]             c2h_len,
    input  wire [1:0]              c2h_attr,

    input  wire                    st_done_valid,
    output wire                    st_done_ready,
    input  wire [$clog2(OP_N)-1:0] st_done_op,
    input  wire [6:0]              st_done_status,
    input  wire [23:0]             st_done_bytes,
    input  wire [1:0]              st_done_kind,
    input  wire [39:0]             st_done_info,
    input  wire                    st_tx_valid,
    output wire                    st_tx_ready,
    input  wire                    st_tx_eop,
    input  wire [127:0]            st_tx_hdr,
    input  wire [DATA_W-1:0]       st_tx_data,
    input  wire [DATA_W/8-1:0]     st_tx_strb,
    input  wire [DATA_W/32-1:0]    st_tx_keep,
    input  wire [10:0]             st_tx_queue,
    input  wire [31:0]             st_tx_num,

    input  wire                    rd_req_valid,
    output wire                    rd_req_ready,
    input  wire [127:0]            rd_req_hdr,
    input  wire [10:0]             rd_req_queue,
    input  wire [31:0]             rd_req_num,
    input  wire                    rd_req_fetch,
    output wire                    raise_valid,
    input  wire                    raise_ready,
    output wire [10:0]             raise_queue,
    output wire [10:0]             raise_vector,
    output wire                    raise_error,
    output wire                    raise_completions,
    input  wire                    msix_req_valid,
    output wire                    msix_req_ready,
    input  wire [63:0]             msix_req_addr,
    input  wire [31:0]             msix_req_data,
    input  wire                    entry_valid,
    output wire                    entry_ready,
    input  wire [63:0]             entry_addr,
    input  wire [63:0]             entry_data,

    output wire [15:0]             posted_n,
    output wire [15:0]             sent_n,
    input  wire [3:0]              tx_sent_n,
    input  wire                    fc_valid,
    input  wire [11:0]             fc_ph,
    input  wire [15:0]             fc_pd,
    input  wire [11:0]             fc_nph,
    output wire                    tx_req_valid,
    input  wire                    tx_req_ready,
    output wire                    tx_req_sop,
    output wire                    tx_req_eop,
    output wire [127:0]            tx_req_hdr,
    output wire [DATA_W-1:0]       tx_req_data,
    output wire [DATA_W/32-1:0]    tx_req_keep,
    output wire                    tx_req_id_valid,
    output wire [10:0]             tx_req_queue,
    output wire [31:0]             tx_req_num,

    output wire [29:0]             stat,       // CW_COUNTER_N bits
    output wire [12:0]             stat_bytes, // with the C2H_BYTES bit

    output wire                    axi_arvalid,
    input  wire                    axi_arready,
    output wire [63:0]             axi_araddr,
    output wire [7:0]              axi_arlen,
    input  wire                    axi_rvalid,
    output wire                    axi_rready,
    input  wire [DATA_W-1:0]       axi_rdata,
    input  wire [1:0]              axi_rresp,
    input  wire                    axi_rlast
);
    `include "cw_regs.vh"

    localparam OP_W = $clog2(OP_N);
    localparam INFO_W = STREAM != 0 ? 40 : 1;
    localparam TX_W = 128 + DATA_W + DATA_W / 8 + DATA_W / 32 + 43;
    localparam DONE_W = OP_W + 73;

    wire              data_valid, data_ready, data_eop;
    wire [127:0]      data_hdr;
    wire [DATA_W-1:0] data_data;
    wire [DATA_W/8-1:0]  data_strb;
    wire [DATA_W/32-1:0] data_keep;
    wire [10:0]       data_queue;
    wire [31:0]       data_num;
    wire              c2h_done_valid, c2h_done_ready;
    wire [OP_W-1:0]   c2h_done_op;
    wire [6:0]        c2h_done_status;
    wire [23:0]       c2h_done_bytes;
    wire              mm_done_valid, mm_done_ready, mm_valid, mm_ready, mm_eop;
    wire [127:0]      mm_hdr;
    wire [DATA_W-1:0] mm_data;
    wire [DATA_W/8-1:0]  mm_strb;
    wire [DATA_W/32-1:0] mm_keep;
    wire [10:0]       mm_queue;
    wire [31:0]       mm_num;
    wire [OP_W-1:0]   mm_done_op;
    wire [6:0]        mm_done_status;
    wire [23:0]       mm_done_bytes;
    wire [1:0]        mm_done_kind;
    wire [39:0]       done_info;
    wire [INFO_W-1:0] retire_info;
    wire              done_valid, done_ready;
    wire [OP_W-1:0]   done_op;
    wire [6:0]        done_status;
    wire [23:0]       done_bytes;
    wire [1:0]        done_kind;
    wire              retire_valid, retire_ready;
    wire [10:0]       retire_queue;
    wire [31:0]       retire_num;
    wire              retire_irq, retire_last;
    wire [6:0]        retire_status;
    wire [23:0]       retire_bytes;
    wire [1:0]        retire_kind;
    wire              rec_valid, rec_ready, rec_eop, tx_quiet;
    wire [127:0]      rec_hdr;
    wire [DATA_W-1:0] rec_data;
    wire [DATA_W/32-1:0] rec_keep;
    wire [10:0]       rec_queue;
    wire [31:0]       rec_num;
    wire              note_valid, note_ready, note_record, note_raise, note_halt, note_last;
    wire [10:0]       note_queue, note_peek;
    wire [31:0]       note_count;
    wire              c2h_busy, record_busy, moderate_busy, tx_busy;
    wire              record_cfg_busy, moderate_cfg_busy;
    assign            write_cfg_busy = record_cfg_busy || moderate_cfg_busy;
    wire              c2h_moving, table_moving, record_moving, moderate_moving, tx_moving;
    wire              stat_data, stat_record, stat_mwr, stall_credit, stall_tx, axi_error;
    // Data credits need no look: the IP holds a TLP back that they do not cover.
    wire              unused = &{1'b0, fc_pd, done_info, retire_info};

    assign idle  = !c2h_moving && !table_moving && !record_moving && !moderate_moving && !tx_moving;
    assign empty = !c2h_valid && !c2h_busy && !table_moving && !record_busy && !moderate_busy &&
                   !tx_busy && ops_in_flight == 16'd0;
    assign stat  = ({29'd0, stat_mwr} << CW_COUNTER_TX_MWR) |
                   ({29'd0, stat_data} << CW_COUNTER_C2H_BYTES) |
                   ({29'd0, stat_record} << CW_COUNTER_RECORD) |
                   ({29'd0, stall_credit} << CW_COUNTER_STALL_CREDIT) |
                   ({29'd0, stall_tx} << CW_COUNTER_STALL_TX) |
                   ({29'd0, rec_valid && !rec_ready} << CW_COUNTER_STALL_RECORD) |
                   ({29'd0, axi_error} << CW_COUNTER_ERR_AXI);

    initial if (CW_COUNTER_N != 30) begin
        $display("%m: stat has 30 bits, the table %0d counters", CW_COUNTER_N);
        $finish;
    end

    cw_c2h #(.DATA_W(DATA_W), .OP_W(OP_W)) u_c2h (
        .clk(clk), .rst(rst), .busy(c2h_busy), .moving(c2h_moving), .fn_mps(fn_mps),
        .c2h_valid(c2h_valid), .c2h_ready(c2h_ready), .c2h_op(c2h_op), .c2h_queue(c2h_queue),
        .c2h_num(c2h_num), .c2h_host_addr(c2h_host_addr), .c2h_card_addr(c2h_card_addr),
        .c2h_len(c2h_len), .c2h_attr(c2h_attr),
        .tx_valid(mm_valid), .tx_ready(mm_ready), .tx_eop(mm_eop), .tx_hdr(mm_hdr),
        .tx_data(mm_data), .tx_strb(mm_strb), .tx_keep(mm_keep), .tx_queue(mm_queue), .tx_num(mm_num),
        .done_valid(c2h_done_valid), .done_ready(c2h_done_ready), .done_op(c2h_done_op),
        .done_status(c2h_done_status), .done_bytes(c2h_done_bytes),
        .stat_valid(stat_data), .stat_bytes(stat_bytes), .axi_error(axi_error),
        .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_araddr(axi_araddr),
        .axi_arlen(axi_arlen), .axi_rvalid(axi_rvalid), .axi_rready(axi_rready),
        .axi_rdata(axi_rdata), .axi_rresp(axi_rresp), .axi_rlast(axi_rlast)
    );

    // data of both kinds, a TLP at a time; dones of both kinds
    wire [TX_W-1:0]   mm_tx   = {mm_hdr, mm_data, mm_strb, mm_keep, mm_queue, mm_num};
    wire [TX_W-1:0]   st_tx   = {st_tx_hdr, st_tx_data, st_tx_strb, st_tx_keep, st_tx_queue, st_tx_num};
    wire [DONE_W-1:0] mm_done = {mm_done_op, mm_done_status, mm_done_bytes, mm_done_kind, 40'd0};
    wire [DONE_W-1:0] st_done = {st_done_op, st_done_status, st_done_bytes, st_done_kind, st_done_info};
    generate
    if (STREAM != 0) begin : g_stream
        wire unused_last, unused_tx_side, unused_done_side;
        stream_arb #(.W(TX_W), .N(2)) u_data (
            .clk(clk), .rst(rst), .in_valid({st_tx_valid, mm_valid}), .in_ready({st_tx_ready, mm_ready}),
            .in_data({st_tx, mm_tx}), .in_last({st_tx_eop, mm_eop}),
            .out_valid(data_valid), .out_ready(data_ready),
            .out_data({data_hdr, data_data, data_strb, data_keep, data_queue, data_num}),
            .out_last(data_eop), .out_source(unused_tx_side)
        );
        stream_arb #(.W(DONE_W), .N(2)) u_done (
            .clk(clk), .rst(rst), .in_valid({st_done_valid, mm_done_valid}),
            .in_ready({st_done_ready, mm_done_ready}), .in_data({st_done, mm_done}), .in_last(2'b11),
            .out_valid(done_valid), .out_ready(done_ready),
            .out_data({done_op, done_status, done_bytes, done_kind, done_info}), .out_last(unused_last),
            .out_source(unused_done_side)
        );
    end else begin : g_alone
        wire unused_st = &{1'b0, st_tx_valid, st_tx_eop, st_tx, st_done_valid, st_done};
        assign {st_tx_ready, data_valid, mm_ready, data_eop} = {1'b0, mm_valid, data_ready, mm_eop};
        assign {data_hdr, data_data, data_strb, data_keep, data_queue, data_num} = mm_tx;
        assign {st_done_ready, done_valid, mm_done_ready} = {1'b0, mm_done_valid, done_ready};
        assign {done_op, done_status, done_bytes, done_kind, done_info} = mm_done;
    end
    endgenerate

    cw_done_mux #(.OP_W(OP_W)) u_done_mux (
        .clk(clk), .rst(rst),
        .issue_done_valid(issue_done_valid), .issue_done_ready(issue_done_ready),
        .issue_done_op(issue_done_op), .issue_done_status(issue_done_status),
        .issue_done_kind(issue_done_kind),
        .h2c_done_valid(h2c_done_valid), .h2c_done_ready(h2c_done_ready),
        .h2c_done_op(h2c_done_op), .h2c_done_status(h2c_done_status),
        .h2c_done_bytes(h2c_done_bytes),
        .c2h_done_valid(c2h_done_valid), .c2h_done_ready(c2h_done_ready),
        .c2h_done_op(c2h_done_op), .c2h_done_status(c2h_done_status),
        .c2h_done_bytes(c2h_done_bytes),
        .done_valid(mm_done_valid), .done_ready(mm_done_ready), .done_op(mm_done_op),
        .done_status(mm_done_status), .done_bytes(mm_done_bytes), .done_kind(mm_done_kind)
    );

    cw_op_table #(.QUEUE_N(QUEUE_N), .OP_N(OP_N), .INFO_W(INFO_W)) u_op_table (
        .clk(clk), .rst(rst), .moving(table_moving), .ops_in_flight(ops_in_flight),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
        .op_alloc_valid(op_alloc_valid), .op_alloc_ready(op_alloc_ready),
        .op_alloc_id(op_alloc_id), .op_alloc_queue(op_alloc_queue), .op_alloc_num(op_alloc_num),
        .op_alloc_irq(op_alloc_irq),
        .done_valid(done_valid), .done_ready(done_ready), .done_op(done_op),
        .done_status(done_status), .done_bytes(done_bytes), .done_kind(done_kind),
        .done_info(done_info[INFO_W-1:0]), .retire_info(retire_info),
        .retire_valid(retire_valid), .retire_ready(retire_ready), .retire_queue(retire_queue),
        .retire_num(retire_num), .retire_irq(retire_irq), .retire_status(retire_status),
        .retire_bytes(retire_bytes), .retire_kind(retire_kind), .retire_last(retire_last)
    );

    cw_record #(.DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .ENTRIES_LOG2_MAX(ENTRIES_LOG2_MAX)) u_record (
        .clk(clk), .rst(rst), .busy(record_busy), .moving(record_moving), .now(now),
        .fn_mps(fn_mps), .tx_quiet(tx_quiet),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
        .qcfg_reg(qcfg_reg), .qcfg_data(qcfg_data), .cfg_busy(record_cfg_busy),
        .qst_valid(qst_valid), .qst_queue(qst_queue), .qst_retire_ack(qst_retire_ack),
        .qst_retired(qst_retired), .qst_records(qst_records), .qst_halted(qst_halted),
        .qst_cause(qst_cause),
        .retire_valid(retire_valid), .retire_ready(retire_ready), .retire_queue(retire_queue),
        .retire_num(retire_num), .retire_irq(retire_irq), .retire_status(retire_status),
        .retire_bytes(retire_bytes), .retire_kind(retire_kind), .retire_last(retire_last),
        .retire_info(STREAM != 0 ? {{(40 - INFO_W){1'b0}}, retire_info} : 40'd0),
        .rec_valid(rec_valid), .rec_ready(rec_ready), .rec_eop(rec_eop), .rec_hdr(rec_hdr),
        .rec_data(rec_data), .rec_keep(rec_keep), .rec_queue(rec_queue), .rec_num(rec_num),
        .note_valid(note_valid), .note_ready(note_ready), .note_queue(note_queue),
        .note_record(note_record), .note_count(note_count), .note_raise(note_raise), .note_halt(note_halt),
        .note_last(note_last), .note_peek(note_peek),
        .record_valid(record_valid), .record_queue(record_queue), .record_count(record_count),
        .halt_valid(halt_valid), .halt_queue(halt_queue), .stat_record(stat_record)
    );

    cw_moderate #(.QUEUE_N(QUEUE_N), .VECTOR_N(VECTOR_N)) u_moderate (
        .clk(clk), .rst(rst), .now(now), .busy(moderate_busy), .moving(moderate_moving),
        .next_deadline(next_deadline),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
        .qcfg_reg(qcfg_reg), .qcfg_data(qcfg_data), .cfg_busy(moderate_cfg_busy),
        .ring_valid(ring_valid), .ring_vector(ring_vector), .ring_on(ring_on),
        .note_valid(note_valid), .note_ready(note_ready), .note_queue(note_queue),
        .note_record(note_record), .note_count(note_count), .note_raise(note_raise), .note_halt(note_halt),
        .note_last(note_last), .note_peek(note_peek),
        .arm_valid(arm_valid), .arm_ready(arm_ready), .arm_queue(arm_queue), .arm_index(arm_index),
        .raise_valid(raise_valid), .raise_ready(raise_ready), .raise_queue(raise_queue),
        .raise_vector(raise_vector), .raise_error(raise_error),
        .raise_completions(raise_completions)
    );

    cw_tx_req #(.DATA_W(DATA_W)) u_tx_req (
        .clk(clk), .rst(rst), .busy(tx_busy), .moving(tx_moving), .quiet(tx_quiet),
        .fn_bdf(fn_bdf), .fn_bme(fn_bme), .fn_power(fn_power), .fn_flr(fn_flr),
        .fc_valid(fc_valid), .fc_ph(fc_ph), .fc_nph(fc_nph),
        .rd_req_valid(rd_req_valid), .rd_req_ready(rd_req_ready), .rd_req_hdr(rd_req_hdr),
        .rd_req_queue(rd_req_queue), .rd_req_num(rd_req_num), .rd_req_fetch(rd_req_fetch),
        .data_valid(data_valid), .data_ready(data_ready), .data_eop(data_eop),
        .data_hdr(data_hdr), .data_data(data_data), .data_strb(data_strb), .data_keep(data_keep),
        .data_queue(data_queue), .data_num(data_num),
        .rec_valid(rec_valid), .rec_ready(rec_ready), .rec_eop(rec_eop), .rec_hdr(rec_hdr),
        .rec_data(rec_data), .rec_keep(rec_keep), .rec_queue(rec_queue), .rec_num(rec_num),
        .msix_req_valid(msix_req_valid), .msix_req_ready(msix_req_ready),
        .msix_req_addr(msix_req_addr), .msix_req_data(msix_req_data),
        .entry_valid(entry_valid), .entry_ready(entry_ready), .entry_addr(entry_addr),
        .entry_data(entry_data),
        .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready), .tx_req_sop(tx_req_sop),
        .tx_req_eop(tx_req_eop), .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data),
        .tx_req_keep(tx_req_keep), .tx_req_id_valid(tx_req_id_valid),
        .tx_req_queue(tx_req_queue), .tx_req_num(tx_req_num),
        .tx_sent_n(tx_sent_n), .posted_n(posted_n), .sent_n(sent_n),
        .stat_mwr(stat_mwr), .stall_credit(stall_credit), .stall_tx(stall_tx)
    );
endmodule

`default_nettype wire
