// SPDX-License-Identifier: BSD-2-Clause
//
// From raises to interrupts. Structure only:
//
//   raise -> cw_raise -> cw_event -----> cw_irq -> cw_msix -> msix_req
//            (one a        | entry         | |
//             queue)     (event ring)    msi intx_set
//
// An interrupt is behind what it is about: a raise comes after its record was
// accepted on the request stream, an entry is accepted there before its interrupt
// goes on, and MSI and INTx, which do not take that stream, wait for what it sent.
//
// engine_rst turns the event rings off and drops raises; rst (not CONTROL.RESET)
// also resets what is behind them.
`default_nettype none

module cw_interrupt #(
    parameter QUEUE_N  = 64,
    parameter VECTOR_N = 64
) (
    input  wire         clk,
    input  wire         rst,
    input  wire         engine_rst,
    output wire         idle,
    output wire         ready,          // tables swept after a reset
    input  wire         fn_msi_en,
    input  wire         fn_msix_en,
    input  wire         fn_msix_mask,
    input  wire         fn_bme,
    input  wire [1:0]   fn_power,
    input  wire         fn_flr,
    input  wire [15:0]  posted_n,
    input  wire [15:0]  sent_n,

    input  wire         msix_table_sel,
    input  wire         msix_pba_sel,
    output wire         msix_ack,
    output wire [31:0]  msix_rdata,
    input  wire         event_sel,
    output wire         event_ack,
    output wire [31:0]  event_rdata,
    input  wire         reg_write,
    input  wire [13:0]  reg_addr,
    input  wire [3:0]   reg_be,
    input  wire [31:0]  reg_wdata,

    input  wire         qcfg_valid,
    input  wire [1:0]   qcfg_op,
    input  wire [10:0]  qcfg_queue,
    output wire         cfg_busy,

    input  wire         err_irq_valid,
    output wire         err_irq_ready,
    input  wire         raise_valid,
    output wire         raise_ready,
    input  wire [10:0]  raise_queue,
    input  wire [10:0]  raise_vector,
    input  wire         raise_error,
    input  wire         raise_completions,
    output wire         ring_valid,
    output wire [10:0]  ring_vector,
    output wire         ring_on,

    output wire         entry_valid,
    input  wire         entry_ready,
    output wire [63:0]  entry_addr,
    output wire [63:0]  entry_data,
    output wire         msix_req_valid,
    input  wire         msix_req_ready,
    output wire [63:0]  msix_req_addr,
    output wire [31:0]  msix_req_data,
    output wire [1:0]   under_way,      // an entry, a message waits and may leave
    output wire         msi_valid,
    input  wire         msi_ready,
    output wire [4:0]   msi_vector,

    output wire         intx_set,
    output wire         ev_irq,         // a message was sent
    output wire         ev_bad          // a bad EVENT_CONSUMER
);
    wire        raise_idle, event_idle, irq_idle, msix_idle, event_ready, msix_ready;
    wire        rescan, head_valid, head_ready, head_refused, head_error, head_completions;
    wire [10:0] head_queue, head_vector;
    wire        irq_valid, irq_ready;
    wire [10:0] irq_vector;
    wire        msix_err_valid, msix_err_ready, msix_irq_valid, msix_irq_ready, ev_msix;
    wire [10:0] msix_irq_vector;

    assign idle   = raise_idle && event_idle && irq_idle && msix_idle;
    assign ready  = event_ready && msix_ready;
    assign ev_irq = ev_msix || (msi_valid && msi_ready);

    cw_raise #(.QUEUE_N(QUEUE_N)) u_raise (
        .clk(clk), .rst(engine_rst), .idle(raise_idle),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue), .cfg_busy(cfg_busy),
        .raise_valid(raise_valid), .raise_ready(raise_ready), .raise_queue(raise_queue),
        .raise_vector(raise_vector), .raise_error(raise_error),
        .raise_completions(raise_completions), .rescan(rescan),
        .head_valid(head_valid), .head_ready(head_ready), .head_refused(head_refused),
        .head_queue(head_queue), .head_vector(head_vector), .head_error(head_error),
        .head_completions(head_completions)
    );

    cw_event #(.VECTOR_N(VECTOR_N)) u_event (
        .clk(clk), .rst(engine_rst), .idle(event_idle), .ready(event_ready),
        .fn_bme(fn_bme), .fn_power(fn_power), .fn_flr(fn_flr),
        .sel(event_sel), .reg_write(reg_write), .reg_addr(reg_addr), .reg_be(reg_be),
        .reg_wdata(reg_wdata), .ack(event_ack), .rdata(event_rdata), .ev_bad(ev_bad),
        .ring_valid(ring_valid), .ring_vector(ring_vector), .ring_on(ring_on),
        .peek_vector(raise_vector), .rescan(rescan),
        .head_valid(head_valid), .head_ready(head_ready), .head_refused(head_refused),
        .head_queue(head_queue), .head_vector(head_vector), .head_error(head_error),
        .head_completions(head_completions),
        .entry_valid(entry_valid), .entry_ready(entry_ready), .entry_addr(entry_addr),
        .entry_data(entry_data), .entry_under_way(under_way[1]),
        .irq_valid(irq_valid), .irq_ready(irq_ready), .irq_vector(irq_vector)
    );

    cw_irq u_irq (
        .clk(clk), .rst(rst), .engine_rst(engine_rst), .idle(irq_idle),
        .fn_msix_en(fn_msix_en), .fn_msi_en(fn_msi_en), .fn_bme(fn_bme), .fn_power(fn_power),
        .fn_flr(fn_flr), .posted_n(posted_n), .sent_n(sent_n),
        .err_irq_valid(err_irq_valid), .err_irq_ready(err_irq_ready),
        .irq_valid(irq_valid), .irq_ready(irq_ready), .irq_vector(irq_vector),
        .msix_err_valid(msix_err_valid), .msix_err_ready(msix_err_ready),
        .msix_irq_valid(msix_irq_valid), .msix_irq_ready(msix_irq_ready),
        .msix_irq_vector(msix_irq_vector),
        .msi_valid(msi_valid), .msi_ready(msi_ready), .msi_vector(msi_vector), .intx_set(intx_set)
    );

    cw_msix #(.VECTOR_N(VECTOR_N)) u_msix (
        .clk(clk), .rst(rst), .idle(msix_idle), .ready(msix_ready),
        .fn_msix_en(fn_msix_en), .fn_msix_mask(fn_msix_mask), .fn_bme(fn_bme),
        .fn_power(fn_power), .fn_flr(fn_flr),
        .table_sel(msix_table_sel), .pba_sel(msix_pba_sel), .reg_write(reg_write),
        .reg_addr(reg_addr), .reg_be(reg_be), .reg_wdata(reg_wdata), .ack(msix_ack),
        .rdata(msix_rdata),
        .err_irq_valid(msix_err_valid), .err_irq_ready(msix_err_ready),
        .irq_valid(msix_irq_valid), .irq_ready(msix_irq_ready), .irq_vector(msix_irq_vector),
        .msix_req_valid(msix_req_valid), .msix_req_ready(msix_req_ready),
        .msix_req_addr(msix_req_addr), .msix_req_data(msix_req_data), .msg_under_way(under_way[0]),
        .ev_irq(ev_msix)
    );
endmodule

`default_nettype wire
