// SPDX-License-Identifier: BSD-2-Clause
//
// Causeway: a PCIe DMA endpoint behind the generic endpoint interface.
//
// Parts, each a folder's worth of blocks:
//   cw_host_port   what the host reads and writes: registers, doorbells, MSI-X
//                  table, card memory window; answers requests
//   cw_read_path   descriptor fetch and check, host to card data, completions in
//   cw_write_path  card to host data, completion records, interrupts; owns the
//                  request stream out
//   cw_stream      between the two, with STREAM: packets to and from the user's logic
// and cw_axi_mux, which joins their accesses to card memory.
//
// TLP streams. A header travels beside the first beat (sop) as {DW3,DW2,DW1,DW0}
// (cw_tlp.vh); payload is packed: the first payload DW in lane 0 of the first
// beat, byte 0 of a DW in its bits [7:0]; keep has one bit a DW. A TLP without
// data is one beat with keep 0. DWs of tx_req and tx_cpl that are not kept are 0.
// valid never waits for ready; everything is stable while valid && !ready.
//
// Function state (fn_*) may change at any cycle and is obeyed by the next TLP, a new size
// of payload or reads by the next one that was not cut before.
// `now` counts clock cycles since attach and may jump (the simulator skips idle
// time): nothing in here counts time by itself. idle: no state changes until an
// input other than `now` changes or `now` reaches the next of two deadlines: read_deadline, of
// completions, and raise_deadline, of interrupts held back: {there is one, bits [23:0] of a time less
// than 2^23 cycles from now}. They are told for that only: without such jumps they may stay open.
`default_nettype none

module cw_top #(
    parameter DATA_W   = 256,  // stream and AXI width, bits: 128, 256 or 512
    parameter QUEUE_N  = 64,   // queues, 2 to 2048, a power of two
    parameter VECTOR_N = 64,   // MSI-X vectors, 1 to 2048
    parameter TAG_N    = 256,  // read tags, 32 to 1024, a power of two
    parameter OP_N     = DATA_W > 256 ? 512 : 256, // descriptors in flight, 16 to 4096, a power of two
    parameter STREAM   = 0,    // 1: streaming queues; 0: the h2s and s2h ports do nothing
    parameter DMA_ADDR_W = 64, // host address bits that can be driven
    parameter CLOCK_HZ = 250000000,
    parameter [63:0] CARD_MEM_BYTES = 64'h1_0000_0000
) (
    input  wire                  clk,
    input  wire                  rst,          // PCIe reset, or link not up
    input  wire [47:0]           now,
    output wire                  idle,
    output wire [47:0]           read_deadline, // all ones: none
    output wire [24:0]           raise_deadline,

    // requests out (MRd, MWr)
    output wire                  tx_req_valid,
    input  wire                  tx_req_ready,
    output wire                  tx_req_sop,
    output wire                  tx_req_eop,
    output wire [127:0]          tx_req_hdr,
    output wire [DATA_W-1:0]     tx_req_data,
    output wire [DATA_W/32-1:0]  tx_req_keep,
    output wire [7:0]            tx_req_func,
    // transfer id of the TLP, for traces and waves
    output wire                  tx_req_id_valid,
    output wire [10:0]           tx_req_queue,
    output wire [31:0]           tx_req_num,
    // posted writes that have left for the link in this cycle, in order
    input  wire [3:0]            tx_sent_n,
    // transmit credits left, hints; fc_valid 0: no information
    input  wire                  fc_valid,
    input  wire [11:0]           fc_ph,
    input  wire [15:0]           fc_pd,
    input  wire [11:0]           fc_nph,

    // completions in
    input  wire                  rx_cpl_valid,
    output wire                  rx_cpl_ready,
    input  wire                  rx_cpl_sop,
    input  wire                  rx_cpl_eop,
    input  wire [127:0]          rx_cpl_hdr,
    input  wire [DATA_W-1:0]     rx_cpl_data,
    input  wire [DATA_W/32-1:0]  rx_cpl_keep,
    input  wire [7:0]            rx_cpl_func,
    // receive completion buffer of the IP: headers, data in units of 16 bytes
    input  wire [11:0]           rx_cpl_buf_hdr,
    input  wire [15:0]           rx_cpl_buf_data,
    // the IP's notice that a tag will not be answered (its own time-out)
    input  wire                  cpl_lost_valid,
    input  wire [9:0]            cpl_lost_tag,

    // requests in; bar: 0, 2 or 4, the BAR hit; 7: none (answer UR). With 33
    // non-posted requests not yet answered, the next one would hold the stream up:
    // an IP from which the host can have more holds it back itself
    input  wire                  rx_req_valid,
    output wire                  rx_req_ready,
    input  wire                  rx_req_sop,
    input  wire                  rx_req_eop,
    input  wire [127:0]          rx_req_hdr,
    input  wire [DATA_W-1:0]     rx_req_data,
    input  wire [DATA_W/32-1:0]  rx_req_keep,
    input  wire [7:0]            rx_req_func,
    input  wire [2:0]            rx_req_bar,

    // completions out
    output wire                  tx_cpl_valid,
    input  wire                  tx_cpl_ready,
    output wire                  tx_cpl_sop,
    output wire                  tx_cpl_eop,
    output wire [127:0]          tx_cpl_hdr,
    output wire [DATA_W-1:0]     tx_cpl_data,
    output wire [DATA_W/32-1:0]  tx_cpl_keep,
    output wire [7:0]            tx_cpl_func,

    // function and link state
    input  wire [15:0]           fn_bdf,
    input  wire [2:0]            fn_mps,       // 128 << mps bytes
    input  wire [2:0]            fn_mrrs,
    input  wire                  fn_rcb,       // 1: 128 bytes
    input  wire                  fn_ext_tag,
    input  wire                  fn_tag10,
    input  wire                  fn_ro,        // relaxed ordering enabled
    input  wire                  fn_ns,        // no-snoop enabled
    input  wire                  fn_bme,       // bus master enable
    input  wire                  fn_mem,       // memory space enable
    input  wire                  fn_msi_en,
    input  wire                  fn_msix_en,
    input  wire                  fn_msix_mask, // function mask
    input  wire [1:0]            fn_power,     // D-state; other than 0: send nothing
    input  wire                  fn_flr,       // function-level reset requested, level until flr_done
    output wire                  flr_done,     // one cycle
    output wire                  fn_power_ack, // quiet, may enter the D-state asked for
    output wire                  trans_pending,// reads outstanding (Device Status)
    // error reports for AER, one cycle each
    output wire                  err_ur,       // unsupported request received
    output wire                  err_ca,       // completer abort sent
    output wire                  err_poisoned, // poisoned TLP received: request or completion
    output wire                  err_cpl_unexpected,
    output wire                  err_cpl_timeout,
    // INTx: INTX.PENDING while neither MSI-X nor MSI is enabled; the IP sends the
    // messages and honours Interrupt Disable. MSI: a vector to send (of those granted,
    // the lower bits); offered once every posted write before it was reported sent
    output wire                  intx_level,
    output wire                  msi_valid,
    input  wire                  msi_ready,
    output wire [4:0]            msi_vector,

    // card memory, AXI4; ID 0 the movers, 1 the window
    output wire                  axi_awvalid,
    input  wire                  axi_awready,
    output wire [3:0]            axi_awid,
    output wire [63:0]           axi_awaddr,
    output wire [7:0]            axi_awlen,
    output wire [2:0]            axi_awsize,
    output wire [1:0]            axi_awburst,
    output wire                  axi_wvalid,
    input  wire                  axi_wready,
    output wire [DATA_W-1:0]     axi_wdata,
    output wire [DATA_W/8-1:0]   axi_wstrb,
    output wire                  axi_wlast,
    input  wire                  axi_bvalid,
    output wire                  axi_bready,
    input  wire [3:0]            axi_bid,
    input  wire [1:0]            axi_bresp,
    output wire                  axi_arvalid,
    input  wire                  axi_arready,
    output wire [3:0]            axi_arid,
    output wire [63:0]           axi_araddr,
    output wire [7:0]            axi_arlen,
    output wire [2:0]            axi_arsize,
    output wire [1:0]            axi_arburst,
    input  wire                  axi_rvalid,
    output wire                  axi_rready,
    input  wire [3:0]            axi_rid,
    input  wire [DATA_W-1:0]     axi_rdata,
    input  wire [1:0]            axi_rresp,
    input  wire                  axi_rlast,

    // streams to the user's logic, AXI4-Stream: packets whole, bytes packed from lane 0, only
    // a packet's last beat may have fewer (also none); with h2s_err at its last beat a packet
    // is not what the host sent. A queue's packets begin only on credit: n packets more, 0: none
    // any more, 255: without limit; a last beat has used one up
    output wire                  h2s_valid,
    input  wire                  h2s_ready,
    output wire [DATA_W-1:0]     h2s_data,
    output wire [DATA_W/8-1:0]   h2s_keep,
    output wire                  h2s_first,
    output wire                  h2s_last,
    output wire                  h2s_err,
    output wire [10:0]           h2s_queue,
    output wire [35:0]           h2s_user,
    input  wire                  h2s_credit_valid,
    output wire                  h2s_credit_ready,
    input  wire [10:0]           h2s_credit_queue,
    input  wire [7:0]            h2s_credit_n,
    // streams to the host: packets whole, packed as above; queue and user word count on the first
    // beat, s2h_err (the packet was cut) on the last. s2h_room: a strobe, how many buffers
    // of a queue are posted and not used now (255: or more). s2h_end: a strobe, a packet was
    // put into its buffers, or cut, or dropped
    input  wire                  s2h_valid,
    output wire                  s2h_ready,
    input  wire [DATA_W-1:0]     s2h_data,
    input  wire [DATA_W/8-1:0]   s2h_keep,
    input  wire                  s2h_last,
    input  wire                  s2h_err,
    input  wire [10:0]           s2h_queue,
    input  wire [35:0]           s2h_user,
    output wire                  s2h_room_valid,
    output wire [10:0]           s2h_room_queue,
    output wire [7:0]            s2h_room_n,
    output wire                  s2h_end_valid,
    output wire [10:0]           s2h_end_queue,
    output wire                  s2h_end_drop,
    output wire                  s2h_end_cut,
    output wire                  stream_rst,   // credit and room are none again

    // the user's registers, AXI4-Lite, 32 bits
    output wire                  user_awvalid,
    input  wire                  user_awready,
    output wire [17:0]           user_awaddr,
    output wire                  user_wvalid,
    input  wire                  user_wready,
    output wire [31:0]           user_wdata,
    output wire [3:0]            user_wstrb,
    input  wire                  user_bvalid,
    output wire                  user_bready,
    input  wire [1:0]            user_bresp,
    output wire                  user_arvalid,
    input  wire                  user_arready,
    output wire [17:0]           user_araddr,
    input  wire                  user_rvalid,
    output wire                  user_rready,
    input  wire [31:0]           user_rdata,
    input  wire [1:0]            user_rresp
);
    `include "cw_regs.vh"

    localparam OP_W = $clog2(OP_N);
    localparam ENTRIES_LOG2_MAX = 16;    // largest ring
    // Descriptors that a stream queue can have on the card; how many come free at a time.
    localparam SLOT_N  = QUEUE_N > 1024 ? 8 : QUEUE_N > 256 ? 16 : 32;
    localparam MORE_N  = SLOT_N / 2;
    localparam ENTRY_W = 130;

    initial begin
        if (DATA_W != 128 && DATA_W != 256 && DATA_W != 512) begin
            $display("%m: DATA_W %0d must be 128, 256 or 512", DATA_W);
            $finish;
        end
        if (QUEUE_N < 2 || QUEUE_N > 2048 || (QUEUE_N & (QUEUE_N - 1)) != 0) begin
            $display("%m: QUEUE_N %0d must be a power of two, 2 to 2048", QUEUE_N);
            $finish;
        end
        if (VECTOR_N < 1 || VECTOR_N > 2048) begin
            $display("%m: VECTOR_N %0d must be 1 to 2048", VECTOR_N);
            $finish;
        end
        if (TAG_N < 32 || TAG_N > 1024 || (TAG_N & (TAG_N - 1)) != 0) begin
            $display("%m: TAG_N %0d must be a power of two, 32 to 1024", TAG_N);
            $finish;
        end
        if (OP_N < 16 || OP_N > 4096 || (OP_N & (OP_N - 1)) != 0) begin
            $display("%m: OP_N %0d must be a power of two, 16 to 4096", OP_N);
            $finish;
        end
    end

    // Reset of everything behind the host port: rst, CONTROL.RESET, FLR.
    wire                 engine_rst;
    wire                 engine_enable;   // CONTROL.ENABLE
    wire [5:0]           cpl_timeout_log2;

    // Queue configuration bus: a strobe, no back-pressure, at most one in four
    // cycles; every block keeps what it needs in its own RAM. After engine_rst
    // the host port sweeps ENABLE then DISABLE over all queues (which zeroes the
    // counts) before it accepts anything from software.
    //   op 0 WRITE   register qcfg_reg (word index in the queue context) := data
    //   op 1 ENABLE  all counts := 0, queue runs (not halted, not quiescing)
    //   op 2 DISABLE no new fetch; what was fetched ends without data or record
    //   op 3 QUIESCE data[0] 1: no new fetch, 0: fetch again
    wire                 qcfg_valid;
    wire [1:0]           qcfg_op;
    wire [10:0]          qcfg_queue;
    wire [4:0]           qcfg_reg;
    wire [31:0]          qcfg_data;

    // Queue status read: request held until both answers came (ack one cycle each,
    // in any order; data valid with the ack).
    wire                 qst_valid;
    wire [10:0]          qst_queue;
    wire                 qst_fetch_ack;
    wire [31:0]          qst_fetched;
    wire                 qst_retire_ack;
    wire [31:0]          qst_retired;
    wire [31:0]          qst_records;
    wire                 qst_halted;
    wire [4:0]           qst_cause;

    // An accepted producer doorbell of an enabled queue.
    wire                 peek_valid;
    wire [10:0]          peek_queue;
    wire                 kick_valid;
    wire                 kick_ready;
    wire [10:0]          kick_queue;
    wire [31:0]          kick_producer;

    // Strobes: a record was handed to the request stream (its count is now
    // record_count); a queue halted.
    wire                 record_valid;
    wire [10:0]          record_queue;
    wire [31:0]          record_count;
    wire                 halt_valid;
    wire [10:0]          halt_queue;

    // Operations: one a descriptor. Allocated in descriptor order per queue; done
    // in any order; retired in order. kind: [0] no record, [1] halts the queue.
    wire                 op_alloc_valid;
    wire                 op_alloc_ready;
    wire [OP_W-1:0]      op_alloc_id;     // valid with ready
    wire [10:0]          op_alloc_queue;
    wire [31:0]          op_alloc_num;
    wire                 op_alloc_irq;
    wire                 issue_done_valid; // ended without moving data
    wire                 issue_done_ready;
    wire [OP_W-1:0]      issue_done_op;
    wire [6:0]           issue_done_status;
    wire [1:0]           issue_done_kind;
    wire                 h2c_done_valid;   // after the last AXI write response
    wire                 h2c_done_ready;
    wire [OP_W-1:0]      h2c_done_op;
    wire [6:0]           h2c_done_status;
    wire [23:0]          h2c_done_bytes;

    // Checked card-to-host descriptors.
    wire                 c2h_valid;
    wire                 c2h_ready;
    wire [OP_W-1:0]      c2h_op;
    wire [10:0]          c2h_queue;
    wire [31:0]          c2h_num;
    wire [63:0]          c2h_host_addr;
    wire [63:0]          c2h_card_addr;
    wire [23:0]          c2h_len;
    wire [1:0]           c2h_attr;        // {relaxed ordering, no snoop}, already gated by the function

    // Streams: descriptors in, operations (st_*; mm_*: of the memory-mapped ones), reads, what
    // they brought, TLPs, dones. See cw_stream.
    wire                 st_desc_valid, st_desc_ready, st_desc_c2h;
    wire [10:0]          st_desc_queue;
    wire [ENTRY_W-1:0]   st_desc_entry;
    wire                 more_valid, more_ready;
    wire [10:0]          more_queue;
    wire [3:0]           rd_log2;
    wire                 mm_alloc_valid, mm_alloc_ready, mm_alloc_irq;
    wire [10:0]          mm_alloc_queue;
    wire [31:0]          mm_alloc_num;
    wire                 st_rd_valid, st_rd_ready;
    wire [OP_W-1:0]      st_rd_op;
    wire [10:0]          st_rd_queue;
    wire [31:0]          st_rd_num;
    wire [63:0]          st_rd_addr, st_rd_card;
    wire [12:0]          st_rd_bytes;
    wire [1:0]           st_rd_attr;
    wire                 st_card_valid, st_card_ready, card_sop, card_eop;
    wire [DATA_W-1:0]    card_data;
    wire [1:0]           card_skip;
    wire [63:0]          card_addr;
    wire [12:0]          card_bytes;
    wire [OP_W-1:0]      card_op;
    wire [23:0]          card_offset;
    wire                 st_failed_valid, st_failed_ready;
    wire [OP_W-1:0]      failed_op;
    wire [23:0]          failed_offset;
    wire [12:0]          failed_bytes;
    wire [6:0]           failed_status;
    wire                 st_done_valid, st_done_ready;
    wire [OP_W-1:0]      st_done_op;
    wire [6:0]           st_done_status;
    wire [23:0]          st_done_bytes;
    wire [1:0]           st_done_kind;
    wire [39:0]          st_done_info;
    wire                 st_tx_valid, st_tx_ready, st_tx_eop;
    wire [127:0]         st_tx_hdr;
    wire [DATA_W-1:0]    st_tx_data;
    wire [DATA_W/8-1:0]  st_tx_strb;
    wire [DATA_W/32-1:0] st_tx_keep;
    wire [10:0]          st_tx_queue;
    wire [31:0]          st_tx_num;

    // Reads out: header only.
    wire                 rd_req_valid;
    wire                 rd_req_ready;
    wire [127:0]         rd_req_hdr;
    wire [10:0]          rd_req_queue;
    wire [31:0]          rd_req_num;
    wire                 rd_req_fetch;

    // Moderation: accepted consumer indices; the rings of vectors that are on (a strobe);
    // ENABLE or DISABLE not yet applied.
    wire                 arm_valid;
    wire                 arm_ready;
    wire [10:0]          arm_queue;
    wire [31:0]          arm_index;
    wire                 ring_valid;
    wire [10:0]          ring_vector;
    wire                 ring_on;
    wire                 write_cfg_busy;

    // Interrupts: a queue raises (taken within a few cycles, whatever waits); the event
    // ring entry and the MSI-X message that result.
    wire                 raise_valid;
    wire                 raise_ready;
    wire [10:0]          raise_queue;
    wire [10:0]          raise_vector;
    wire                 raise_error;
    wire                 raise_completions;
    wire                 entry_valid;
    wire                 entry_ready;
    wire [63:0]          entry_addr;
    wire [63:0]          entry_data;
    wire                 msix_req_valid;
    wire                 msix_req_ready;
    wire [63:0]          msix_req_addr;
    wire [31:0]          msix_req_data;

    // Running counts of posted writes accepted on tx_req and sent by the IP.
    wire [15:0]          posted_n;
    wire [15:0]          sent_n;

    // Counters: one bit each, a pulse an event (stalls: a level). Bytes beside.
    wire [CW_COUNTER_N-1:0] stat_read;
    wire [CW_COUNTER_N-1:0] stat_write;
    wire [CW_COUNTER_N-1:0] stat_axi;
    wire [CW_COUNTER_N-1:0] stat_stream;
    wire [12:0]          stat_h2c_bytes;  // with stat_read[CW_COUNTER_H2C_BYTES]
    wire [12:0]          stat_c2h_bytes;  // with stat_write[CW_COUNTER_C2H_BYTES]
    wire [12:0]          stat_h2s_bytes;  // the same of stat_stream; never a TLP of both in a cycle
    wire [12:0]          stat_s2h_bytes;
    wire [13:0]          h2c_bytes = (stat_read[CW_COUNTER_H2C_BYTES] ? {1'b0, stat_h2c_bytes} : 14'd0) +
                                     (stat_stream[CW_COUNTER_H2C_BYTES] ? {1'b0, stat_h2s_bytes} : 14'd0);
    wire [15:0]          tags_in_use;
    wire [15:0]          tags_quarantined;
    wire [15:0]          ops_in_flight;

    wire                 req_poisoned;
    wire                 host_port_idle;
    wire                 read_path_idle;  // nothing to do until an input changes
    wire                 write_path_idle;
    wire                 axi_idle;
    wire                 stream_idle, stream_empty;
    wire                 read_path_empty; // nothing in flight at all
    wire                 write_path_empty;

    // AXI between the parts and the mux.
    wire                 h2c_awvalid, h2c_awready, h2c_wvalid, h2c_wready, h2c_wlast;
    wire [63:0]          h2c_awaddr;
    wire [7:0]           h2c_awlen;
    wire [DATA_W-1:0]    h2c_wdata;
    wire [DATA_W/8-1:0]  h2c_wstrb;
    wire                 h2c_bvalid, h2c_bready;
    wire [1:0]           h2c_bresp;
    wire                 c2h_arvalid, c2h_arready, c2h_rvalid, c2h_rready, c2h_rlast;
    wire [63:0]          c2h_araddr;
    wire [7:0]           c2h_arlen;
    wire [DATA_W-1:0]    c2h_rdata;
    wire [1:0]           c2h_rresp;
    wire                 win_awvalid, win_awready, win_wvalid, win_wready, win_wlast;
    wire [63:0]          win_awaddr;
    wire [7:0]           win_awlen;
    wire [DATA_W-1:0]    win_wdata;
    wire [DATA_W/8-1:0]  win_wstrb;
    wire                 win_bvalid, win_bready;
    wire [1:0]           win_bresp;
    wire                 win_arvalid, win_arready, win_rvalid, win_rready, win_rlast;
    wire [63:0]          win_araddr;
    wire [7:0]           win_arlen;
    wire [DATA_W-1:0]    win_rdata;
    wire [1:0]           win_rresp;

    assign idle = host_port_idle && read_path_idle && write_path_idle && axi_idle && stream_idle;
    assign stream_rst = engine_rst;
    assign err_poisoned = req_poisoned || stat_read[CW_COUNTER_ERR_POISON];
    assign trans_pending = tags_in_use != 16'd0;
    assign tx_req_func = 8'd0;
    assign tx_cpl_func = 8'd0;
    wire unused = &{1'b0, rx_cpl_func, rx_req_func};

    cw_host_port #(
        .DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .VECTOR_N(VECTOR_N), .TAG_N(TAG_N),
        .STREAM(STREAM), .DMA_ADDR_W(DMA_ADDR_W), .CLOCK_HZ(CLOCK_HZ), .CARD_MEM_BYTES(CARD_MEM_BYTES),
        .ENTRIES_LOG2_MAX(ENTRIES_LOG2_MAX)
    ) u_host_port (
        .clk(clk), .rst(rst), .now(now), .idle(host_port_idle),
        .engine_rst(engine_rst), .engine_enable(engine_enable),
        .cpl_timeout_log2(cpl_timeout_log2),
        .rx_req_valid(rx_req_valid), .rx_req_ready(rx_req_ready), .rx_req_sop(rx_req_sop),
        .rx_req_eop(rx_req_eop), .rx_req_hdr(rx_req_hdr), .rx_req_data(rx_req_data),
        .rx_req_keep(rx_req_keep), .rx_req_bar(rx_req_bar),
        .tx_cpl_valid(tx_cpl_valid), .tx_cpl_ready(tx_cpl_ready), .tx_cpl_sop(tx_cpl_sop),
        .tx_cpl_eop(tx_cpl_eop), .tx_cpl_hdr(tx_cpl_hdr), .tx_cpl_data(tx_cpl_data),
        .tx_cpl_keep(tx_cpl_keep),
        .posted_n(posted_n), .sent_n(sent_n),
        .fn_bdf(fn_bdf), .fn_mps(fn_mps), .fn_mrrs(fn_mrrs), .fn_rcb(fn_rcb),
        .fn_ext_tag(fn_ext_tag), .fn_tag10(fn_tag10), .fn_ro(fn_ro), .fn_ns(fn_ns),
        .fn_bme(fn_bme), .fn_mem(fn_mem), .fn_msi_en(fn_msi_en), .fn_msix_en(fn_msix_en),
        .fn_msix_mask(fn_msix_mask), .fn_power(fn_power), .fn_flr(fn_flr),
        .flr_done(flr_done), .fn_power_ack(fn_power_ack),
        .err_ur(err_ur), .err_ca(err_ca), .err_poisoned(req_poisoned),
        .intx_level(intx_level), .msi_valid(msi_valid), .msi_ready(msi_ready),
        .msi_vector(msi_vector),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
        .qcfg_reg(qcfg_reg), .qcfg_data(qcfg_data),
        .qst_valid(qst_valid), .qst_queue(qst_queue),
        .qst_fetch_ack(qst_fetch_ack), .qst_fetched(qst_fetched),
        .qst_retire_ack(qst_retire_ack), .qst_retired(qst_retired), .qst_records(qst_records),
        .qst_halted(qst_halted), .qst_cause(qst_cause),
        .peek_valid(peek_valid), .peek_queue(peek_queue),
        .kick_valid(kick_valid), .kick_ready(kick_ready), .kick_queue(kick_queue),
        .kick_producer(kick_producer),
        .record_valid(record_valid), .record_queue(record_queue), .record_count(record_count),
        .halt_valid(halt_valid), .halt_queue(halt_queue),
        .raise_valid(raise_valid), .raise_ready(raise_ready), .raise_queue(raise_queue),
        .raise_vector(raise_vector), .raise_error(raise_error),
        .raise_completions(raise_completions),
        .arm_valid(arm_valid), .arm_ready(arm_ready), .arm_queue(arm_queue), .arm_index(arm_index),
        .ring_valid(ring_valid), .ring_vector(ring_vector), .ring_on(ring_on),
        .write_cfg_busy(write_cfg_busy),
        .entry_valid(entry_valid), .entry_ready(entry_ready), .entry_addr(entry_addr),
        .entry_data(entry_data),
        .msix_req_valid(msix_req_valid), .msix_req_ready(msix_req_ready),
        .msix_req_addr(msix_req_addr), .msix_req_data(msix_req_data),
        .err_cpl_unexpected(err_cpl_unexpected), .err_cpl_timeout(err_cpl_timeout),
        .stat(stat_read | stat_write | stat_axi | stat_stream), .stat_h2c_bytes(h2c_bytes),
        .stat_c2h_bytes(stat_stream[CW_COUNTER_C2H_BYTES] ? stat_s2h_bytes : stat_c2h_bytes), .tags_in_use(tags_in_use),
        .tags_quarantined(tags_quarantined), .ops_in_flight(ops_in_flight),
        .engine_empty(read_path_empty && write_path_empty && axi_idle && stream_empty),
        .tx_offered(tx_req_valid),
        .axi_awvalid(win_awvalid), .axi_awready(win_awready), .axi_awaddr(win_awaddr),
        .axi_awlen(win_awlen), .axi_wvalid(win_wvalid), .axi_wready(win_wready),
        .axi_wdata(win_wdata), .axi_wstrb(win_wstrb), .axi_wlast(win_wlast),
        .axi_bvalid(win_bvalid), .axi_bready(win_bready), .axi_bresp(win_bresp),
        .axi_arvalid(win_arvalid), .axi_arready(win_arready), .axi_araddr(win_araddr),
        .axi_arlen(win_arlen), .axi_rvalid(win_rvalid), .axi_rready(win_rready),
        .axi_rdata(win_rdata), .axi_rresp(win_rresp), .axi_rlast(win_rlast),
        .user_awvalid(user_awvalid), .user_awready(user_awready), .user_awaddr(user_awaddr),
        .user_wvalid(user_wvalid), .user_wready(user_wready), .user_wdata(user_wdata),
        .user_wstrb(user_wstrb), .user_bvalid(user_bvalid), .user_bready(user_bready),
        .user_bresp(user_bresp), .user_arvalid(user_arvalid), .user_arready(user_arready),
        .user_araddr(user_araddr), .user_rvalid(user_rvalid), .user_rready(user_rready),
        .user_rdata(user_rdata), .user_rresp(user_rresp)
    );

    cw_read_path #(
        .DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .TAG_N(TAG_N), .OP_N(OP_N), .STREAM(STREAM), .SLOT_N(SLOT_N),
        .MORE_N(MORE_N), .ENTRY_W(ENTRY_W)
    ) u_read_path (
        .clk(clk), .rst(engine_rst), .link_rst(rst), .now(now), .idle(read_path_idle),
        .empty(read_path_empty),
        .next_deadline(read_deadline), .engine_enable(engine_enable),
        .cpl_timeout_log2(cpl_timeout_log2),
        .fn_bdf(fn_bdf), .fn_mrrs(fn_mrrs), .fn_rcb(fn_rcb), .fn_ext_tag(fn_ext_tag),
        .fn_tag10(fn_tag10), .fn_ro(fn_ro), .fn_ns(fn_ns), .fn_flr(fn_flr),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
        .qcfg_reg(qcfg_reg), .qcfg_data(qcfg_data),
        .qst_valid(qst_valid), .qst_queue(qst_queue), .qst_fetch_ack(qst_fetch_ack),
        .qst_fetched(qst_fetched),
        .peek_valid(peek_valid), .peek_queue(peek_queue),
        .kick_valid(kick_valid), .kick_ready(kick_ready), .kick_queue(kick_queue),
        .kick_producer(kick_producer),
        .op_alloc_valid(mm_alloc_valid), .op_alloc_ready(mm_alloc_ready),
        .op_alloc_id(op_alloc_id), .op_alloc_queue(mm_alloc_queue), .op_alloc_num(mm_alloc_num),
        .op_alloc_irq(mm_alloc_irq),
        .st_desc_valid(st_desc_valid), .st_desc_ready(st_desc_ready), .st_desc_c2h(st_desc_c2h),
        .st_desc_queue(st_desc_queue), .st_desc_entry(st_desc_entry),
        .more_valid(more_valid), .more_ready(more_ready), .more_queue(more_queue), .rd_log2(rd_log2),
        .st_rd_valid(st_rd_valid), .st_rd_ready(st_rd_ready), .st_rd_op(st_rd_op),
        .st_rd_queue(st_rd_queue), .st_rd_num(st_rd_num), .st_rd_addr(st_rd_addr),
        .st_rd_bytes(st_rd_bytes), .st_rd_card(st_rd_card), .st_rd_attr(st_rd_attr),
        .st_card_valid(st_card_valid), .st_card_ready(st_card_ready), .card_sop(card_sop),
        .card_eop(card_eop), .card_data(card_data), .card_skip(card_skip), .card_addr(card_addr),
        .card_bytes(card_bytes), .card_op(card_op), .card_offset(card_offset),
        .st_failed_valid(st_failed_valid), .st_failed_ready(st_failed_ready), .failed_op(failed_op),
        .failed_offset(failed_offset), .failed_bytes(failed_bytes), .failed_status(failed_status),
        .issue_done_valid(issue_done_valid), .issue_done_ready(issue_done_ready),
        .issue_done_op(issue_done_op), .issue_done_status(issue_done_status),
        .issue_done_kind(issue_done_kind),
        .h2c_done_valid(h2c_done_valid), .h2c_done_ready(h2c_done_ready),
        .h2c_done_op(h2c_done_op), .h2c_done_status(h2c_done_status),
        .h2c_done_bytes(h2c_done_bytes),
        .c2h_valid(c2h_valid), .c2h_ready(c2h_ready), .c2h_op(c2h_op), .c2h_queue(c2h_queue),
        .c2h_num(c2h_num), .c2h_host_addr(c2h_host_addr), .c2h_card_addr(c2h_card_addr),
        .c2h_len(c2h_len), .c2h_attr(c2h_attr),
        .rd_req_valid(rd_req_valid), .rd_req_ready(rd_req_ready), .rd_req_hdr(rd_req_hdr),
        .rd_req_queue(rd_req_queue), .rd_req_num(rd_req_num), .rd_req_fetch(rd_req_fetch),
        .rx_cpl_valid(rx_cpl_valid), .rx_cpl_ready(rx_cpl_ready), .rx_cpl_sop(rx_cpl_sop),
        .rx_cpl_eop(rx_cpl_eop), .rx_cpl_hdr(rx_cpl_hdr), .rx_cpl_data(rx_cpl_data),
        .rx_cpl_keep(rx_cpl_keep), .rx_cpl_buf_hdr(rx_cpl_buf_hdr),
        .rx_cpl_buf_data(rx_cpl_buf_data),
        .cpl_lost_valid(cpl_lost_valid), .cpl_lost_tag(cpl_lost_tag),
        .err_cpl_unexpected(err_cpl_unexpected), .err_cpl_timeout(err_cpl_timeout),
        .tags_in_use(tags_in_use), .tags_quarantined(tags_quarantined),
        .stat(stat_read), .stat_bytes(stat_h2c_bytes),
        .axi_awvalid(h2c_awvalid), .axi_awready(h2c_awready), .axi_awaddr(h2c_awaddr),
        .axi_awlen(h2c_awlen), .axi_wvalid(h2c_wvalid), .axi_wready(h2c_wready),
        .axi_wdata(h2c_wdata), .axi_wstrb(h2c_wstrb), .axi_wlast(h2c_wlast),
        .axi_bvalid(h2c_bvalid), .axi_bready(h2c_bready), .axi_bresp(h2c_bresp)
    );

    generate
    if (STREAM != 0) begin : g_stream
        cw_stream #(
            .DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .SLOT_N(SLOT_N), .MORE_N(MORE_N), .OP_W(OP_W),
            .ENTRY_W(ENTRY_W)
        ) u_stream (
            .clk(clk), .rst(engine_rst), .link_rst(rst), .idle(stream_idle), .empty(stream_empty),
            .rd_log2(rd_log2), .fn_mps(fn_mps),
            .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
            .qcfg_reg(qcfg_reg), .qcfg_data(qcfg_data),
            .kick_valid(kick_valid && kick_ready), .kick_queue(kick_queue), .kick_producer(kick_producer),
            .st_desc_valid(st_desc_valid), .st_desc_ready(st_desc_ready), .st_desc_c2h(st_desc_c2h),
            .st_desc_queue(st_desc_queue), .st_desc_entry(st_desc_entry),
            .more_valid(more_valid), .more_ready(more_ready), .more_queue(more_queue),
            .mm_alloc_valid(mm_alloc_valid), .mm_alloc_ready(mm_alloc_ready),
            .mm_alloc_queue(mm_alloc_queue), .mm_alloc_num(mm_alloc_num), .mm_alloc_irq(mm_alloc_irq),
            .op_alloc_valid(op_alloc_valid), .op_alloc_ready(op_alloc_ready), .op_alloc_id(op_alloc_id),
            .op_alloc_queue(op_alloc_queue), .op_alloc_num(op_alloc_num), .op_alloc_irq(op_alloc_irq),
            .st_done_valid(st_done_valid), .st_done_ready(st_done_ready), .st_done_op(st_done_op),
            .st_done_status(st_done_status), .st_done_bytes(st_done_bytes), .st_done_kind(st_done_kind),
            .st_done_info(st_done_info),
            .st_rd_valid(st_rd_valid), .st_rd_ready(st_rd_ready), .st_rd_op(st_rd_op),
            .st_rd_queue(st_rd_queue), .st_rd_num(st_rd_num), .st_rd_addr(st_rd_addr),
            .st_rd_bytes(st_rd_bytes), .st_rd_card(st_rd_card), .st_rd_attr(st_rd_attr),
            .st_card_valid(st_card_valid), .st_card_ready(st_card_ready), .card_sop(card_sop),
            .card_eop(card_eop), .card_data(card_data), .card_skip(card_skip), .card_addr(card_addr),
            .card_bytes(card_bytes), .card_op(card_op), .card_offset(card_offset),
            .st_failed_valid(st_failed_valid), .st_failed_ready(st_failed_ready), .failed_op(failed_op),
            .failed_offset(failed_offset), .failed_bytes(failed_bytes), .failed_status(failed_status),
            .st_tx_valid(st_tx_valid), .st_tx_ready(st_tx_ready), .st_tx_eop(st_tx_eop),
            .st_tx_hdr(st_tx_hdr), .st_tx_data(st_tx_data), .st_tx_strb(st_tx_strb),
            .st_tx_keep(st_tx_keep),
            .st_tx_queue(st_tx_queue), .st_tx_num(st_tx_num),
            .h2s_valid(h2s_valid), .h2s_ready(h2s_ready), .h2s_data(h2s_data), .h2s_keep(h2s_keep),
            .h2s_first(h2s_first), .h2s_last(h2s_last), .h2s_err(h2s_err), .h2s_queue(h2s_queue),
            .h2s_user(h2s_user), .h2s_credit_valid(h2s_credit_valid),
            .h2s_credit_ready(h2s_credit_ready), .h2s_credit_queue(h2s_credit_queue),
            .h2s_credit_n(h2s_credit_n),
            .s2h_valid(s2h_valid), .s2h_ready(s2h_ready), .s2h_data(s2h_data), .s2h_keep(s2h_keep),
            .s2h_last(s2h_last), .s2h_err(s2h_err), .s2h_queue(s2h_queue), .s2h_user(s2h_user),
            .s2h_room_valid(s2h_room_valid), .s2h_room_queue(s2h_room_queue), .s2h_room_n(s2h_room_n),
            .s2h_end_valid(s2h_end_valid), .s2h_end_queue(s2h_end_queue), .s2h_end_drop(s2h_end_drop),
            .s2h_end_cut(s2h_end_cut),
            .stat(stat_stream), .stat_h2c_bytes(stat_h2s_bytes), .stat_c2h_bytes(stat_s2h_bytes)
        );
    end else begin : g_no_stream
        assign {stream_idle, stream_empty, more_valid, more_queue} = {2'b11, 12'd0};
        assign mm_alloc_ready = op_alloc_ready;
        assign {op_alloc_valid, op_alloc_queue, op_alloc_num, op_alloc_irq} =
            {mm_alloc_valid, mm_alloc_queue, mm_alloc_num, mm_alloc_irq};
        assign {st_done_valid, st_done_op, st_done_status, st_done_bytes, st_done_kind, st_done_info} =
            {(OP_W + 74){1'b0}};
        assign {st_rd_valid, st_rd_op, st_rd_queue, st_rd_num, st_rd_addr, st_rd_bytes, st_rd_card,
                st_rd_attr} = {(OP_W + 187){1'b0}};
        assign {st_desc_ready, st_card_ready, st_failed_ready} = 3'b111;
        assign {st_tx_valid, st_tx_eop, st_tx_hdr, st_tx_data, st_tx_strb, st_tx_keep, st_tx_queue,
                st_tx_num} = {(173 + DATA_W + DATA_W / 8 + DATA_W / 32){1'b0}};
        assign {h2s_valid, h2s_data, h2s_keep, h2s_first, h2s_last, h2s_err, h2s_queue, h2s_user} =
            {(51 + DATA_W + DATA_W / 8){1'b0}};
        assign {s2h_end_valid, s2h_end_queue, s2h_end_drop, s2h_end_cut} = 14'd0;
        assign {h2s_credit_ready, s2h_ready, s2h_room_valid, s2h_room_queue, s2h_room_n} = {2'b11, 20'd0};
        assign {stat_stream, stat_h2s_bytes, stat_s2h_bytes} = {(CW_COUNTER_N + 26){1'b0}};
        wire unused_stream = &{1'b0, st_desc_valid, st_desc_c2h, st_desc_queue, st_desc_entry, more_ready,
                               rd_log2, st_rd_ready, st_card_valid, card_sop, card_eop, card_data,
                               card_skip, card_addr, card_bytes, card_op, card_offset, st_failed_valid,
                               failed_op, failed_offset, failed_bytes, failed_status, st_done_ready,
                               st_tx_ready, h2s_ready, h2s_credit_valid, h2s_credit_queue,
                               h2s_credit_n, s2h_valid, s2h_data, s2h_keep, s2h_last, s2h_err,
                               s2h_queue, s2h_user};
    end
    endgenerate

    cw_write_path #(
        .DATA_W(DATA_W), .QUEUE_N(QUEUE_N), .VECTOR_N(VECTOR_N), .OP_N(OP_N), .STREAM(STREAM),
        .ENTRIES_LOG2_MAX(ENTRIES_LOG2_MAX)
    ) u_write_path (
        .clk(clk), .rst(engine_rst), .now(now), .idle(write_path_idle), .empty(write_path_empty),
        .next_deadline(raise_deadline),
        .fn_bdf(fn_bdf), .fn_mps(fn_mps), .fn_bme(fn_bme), .fn_power(fn_power), .fn_flr(fn_flr),
        .qcfg_valid(qcfg_valid), .qcfg_op(qcfg_op), .qcfg_queue(qcfg_queue),
        .qcfg_reg(qcfg_reg), .qcfg_data(qcfg_data),
        .qst_valid(qst_valid), .qst_queue(qst_queue), .qst_retire_ack(qst_retire_ack),
        .qst_retired(qst_retired), .qst_records(qst_records), .qst_halted(qst_halted),
        .qst_cause(qst_cause),
        .record_valid(record_valid), .record_queue(record_queue), .record_count(record_count),
        .halt_valid(halt_valid), .halt_queue(halt_queue),
        .op_alloc_valid(op_alloc_valid), .op_alloc_ready(op_alloc_ready),
        .op_alloc_id(op_alloc_id), .op_alloc_queue(op_alloc_queue), .op_alloc_num(op_alloc_num),
        .op_alloc_irq(op_alloc_irq), .ops_in_flight(ops_in_flight),
        .issue_done_valid(issue_done_valid), .issue_done_ready(issue_done_ready),
        .issue_done_op(issue_done_op), .issue_done_status(issue_done_status),
        .issue_done_kind(issue_done_kind),
        .h2c_done_valid(h2c_done_valid), .h2c_done_ready(h2c_done_ready),
        .h2c_done_op(h2c_done_op), .h2c_done_status(h2c_done_status),
        .h2c_done_bytes(h2c_done_bytes),
        .c2h_valid(c2h_valid), .c2h_ready(c2h_ready), .c2h_op(c2h_op), .c2h_queue(c2h_queue),
        .c2h_num(c2h_num), .c2h_host_addr(c2h_host_addr), .c2h_card_addr(c2h_card_addr),
        .c2h_len(c2h_len), .c2h_attr(c2h_attr),
        .st_done_valid(st_done_valid), .st_done_ready(st_done_ready), .st_done_op(st_done_op),
        .st_done_status(st_done_status), .st_done_bytes(st_done_bytes), .st_done_kind(st_done_kind),
        .st_done_info(st_done_info),
        .st_tx_valid(st_tx_valid), .st_tx_ready(st_tx_ready), .st_tx_eop(st_tx_eop),
        .st_tx_hdr(st_tx_hdr), .st_tx_data(st_tx_data), .st_tx_strb(st_tx_strb),
        .st_tx_keep(st_tx_keep),
        .st_tx_queue(st_tx_queue), .st_tx_num(st_tx_num),
        .rd_req_valid(rd_req_valid), .rd_req_ready(rd_req_ready), .rd_req_hdr(rd_req_hdr),
        .rd_req_queue(rd_req_queue), .rd_req_num(rd_req_num), .rd_req_fetch(rd_req_fetch),
        .raise_valid(raise_valid), .raise_ready(raise_ready), .raise_queue(raise_queue),
        .raise_vector(raise_vector), .raise_error(raise_error),
        .raise_completions(raise_completions),
        .arm_valid(arm_valid), .arm_ready(arm_ready), .arm_queue(arm_queue), .arm_index(arm_index),
        .ring_valid(ring_valid), .ring_vector(ring_vector), .ring_on(ring_on),
        .write_cfg_busy(write_cfg_busy),
        .entry_valid(entry_valid), .entry_ready(entry_ready), .entry_addr(entry_addr),
        .entry_data(entry_data),
        .msix_req_valid(msix_req_valid), .msix_req_ready(msix_req_ready),
        .msix_req_addr(msix_req_addr), .msix_req_data(msix_req_data),
        .posted_n(posted_n), .sent_n(sent_n), .tx_sent_n(tx_sent_n),
        .fc_valid(fc_valid), .fc_ph(fc_ph), .fc_pd(fc_pd), .fc_nph(fc_nph),
        .tx_req_valid(tx_req_valid), .tx_req_ready(tx_req_ready), .tx_req_sop(tx_req_sop),
        .tx_req_eop(tx_req_eop), .tx_req_hdr(tx_req_hdr), .tx_req_data(tx_req_data),
        .tx_req_keep(tx_req_keep), .tx_req_id_valid(tx_req_id_valid),
        .tx_req_queue(tx_req_queue), .tx_req_num(tx_req_num),
        .stat(stat_write), .stat_bytes(stat_c2h_bytes),
        .axi_arvalid(c2h_arvalid), .axi_arready(c2h_arready), .axi_araddr(c2h_araddr),
        .axi_arlen(c2h_arlen), .axi_rvalid(c2h_rvalid), .axi_rready(c2h_rready),
        .axi_rdata(c2h_rdata), .axi_rresp(c2h_rresp), .axi_rlast(c2h_rlast)
    );

    cw_axi_mux #(.DATA_W(DATA_W)) u_axi_mux (
        .clk(clk), .rst(rst), .mover_rst(engine_rst), .idle(axi_idle), .stat(stat_axi),
        .h2c_awvalid(h2c_awvalid), .h2c_awready(h2c_awready), .h2c_awaddr(h2c_awaddr),
        .h2c_awlen(h2c_awlen), .h2c_wvalid(h2c_wvalid), .h2c_wready(h2c_wready),
        .h2c_wdata(h2c_wdata), .h2c_wstrb(h2c_wstrb), .h2c_wlast(h2c_wlast),
        .h2c_bvalid(h2c_bvalid), .h2c_bready(h2c_bready), .h2c_bresp(h2c_bresp),
        .c2h_arvalid(c2h_arvalid), .c2h_arready(c2h_arready), .c2h_araddr(c2h_araddr),
        .c2h_arlen(c2h_arlen), .c2h_rvalid(c2h_rvalid), .c2h_rready(c2h_rready),
        .c2h_rdata(c2h_rdata), .c2h_rresp(c2h_rresp), .c2h_rlast(c2h_rlast),
        .win_awvalid(win_awvalid), .win_awready(win_awready), .win_awaddr(win_awaddr),
        .win_awlen(win_awlen), .win_wvalid(win_wvalid), .win_wready(win_wready),
        .win_wdata(win_wdata), .win_wstrb(win_wstrb), .win_wlast(win_wlast),
        .win_bvalid(win_bvalid), .win_bready(win_bready), .win_bresp(win_bresp),
        .win_arvalid(win_arvalid), .win_arready(win_arready), .win_araddr(win_araddr),
        .win_arlen(win_arlen), .win_rvalid(win_rvalid), .win_rready(win_rready),
        .win_rdata(win_rdata), .win_rresp(win_rresp), .win_rlast(win_rlast),
        .axi_awvalid(axi_awvalid), .axi_awready(axi_awready), .axi_awid(axi_awid),
        .axi_awaddr(axi_awaddr), .axi_awlen(axi_awlen), .axi_awsize(axi_awsize),
        .axi_awburst(axi_awburst), .axi_wvalid(axi_wvalid), .axi_wready(axi_wready),
        .axi_wdata(axi_wdata), .axi_wstrb(axi_wstrb), .axi_wlast(axi_wlast),
        .axi_bvalid(axi_bvalid), .axi_bready(axi_bready), .axi_bid(axi_bid),
        .axi_bresp(axi_bresp),
        .axi_arvalid(axi_arvalid), .axi_arready(axi_arready), .axi_arid(axi_arid),
        .axi_araddr(axi_araddr), .axi_arlen(axi_arlen), .axi_arsize(axi_arsize),
        .axi_arburst(axi_arburst), .axi_rvalid(axi_rvalid), .axi_rready(axi_rready),
        .axi_rid(axi_rid), .axi_rdata(axi_rdata), .axi_rresp(axi_rresp), .axi_rlast(axi_rlast)
    );
endmodule

`default_nettype wire
