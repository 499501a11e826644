// SPDX-License-Identifier: BSD-2-Clause
//
// The one stream of requests out. Five sources take turns, a TLP each: reads
// (header only), card-to-host data, completion records, MSI-X messages, event ring
// entries. A source that waits is passed over by each other source once at most, by
// reads twice: a descriptor read leaves the turn where it was, so that data reads and
// data writes have as many turns however many descriptors they need.
//
// Order: a record is offered here only after its data was accepted here, an
// entry only after its record, a message only after both; turns are taken at one
// point, so that is their order on the stream.
//
// Nothing new starts while bus mastering is off, in a D-state other than D0, or
// during FLR; a TLP that was begun, or was already offered, is finished. Credits
// are hints: a TLP waits while fc_valid and its class has no header credit left.
//
// Latency one cycle; a beat a cycle. A posted write counts in posted_n when it
// enters the output register: from there its order is fixed.
`default_nettype none

module cw_tx_req #(
    parameter DATA_W = 256
) (
    input  wire                 clk,
    input  wire                 rst,
    output wire                 busy,       // something is offered, or posted writes are unsent
    output wire                 moving,     // a TLP is chosen, or leaves
    output wire                 quiet,      // nothing is offered and no source wants to send

    input  wire [15:0]          fn_bdf,
    input  wire                 fn_bme,
    input  wire [1:0]           fn_power,
    input  wire                 fn_flr,
    input  wire                 fc_valid,
    input  wire [11:0]          fc_ph,
    input  wire [11:0]          fc_nph,

    input  wire                 rd_req_valid,
    output wire                 rd_req_ready,
    input  wire [127:0]         rd_req_hdr,
    input  wire [10:0]          rd_req_queue,
    input  wire [31:0]          rd_req_num,
    input  wire                 rd_req_fetch,   // of descriptors

    input  wire                 data_valid,
    output wire                 data_ready,
    input  wire                 data_eop,
    input  wire [127:0]         data_hdr,   // the same on every beat
    input  wire [DATA_W-1:0]    data_data,
    input  wire [DATA_W/32-1:0] data_keep,
    input  wire [10:0]          data_queue,
    input  wire [31:0]          data_num,

    input  wire                 rec_valid,
    output wire                 rec_ready,
    input  wire                 rec_eop,
    input  wire [127:0]         rec_hdr,    // the same on every beat
    input  wire [DATA_W-1:0]    rec_data,
    input  wire [DATA_W/32-1:0] rec_keep,
    input  wire [10:0]          rec_queue,
    input  wire [31:0]          rec_num,

    input  wire                 msix_req_valid,
    output wire                 msix_req_ready,
    input  wire [63:0]          msix_req_addr,
    input  wire [31:0]          msix_req_data,

    input  wire                 entry_valid,
    output wire                 entry_ready,
    input  wire [63:0]          entry_addr,
    input  wire [63:0]          entry_data,

    output wire                 tx_req_valid,
    input  wire                 tx_req_ready,
    output wire                 tx_req_sop,
    output wire                 tx_req_eop,
    output wire [127:0]         tx_req_hdr,
    output wire [DATA_W-1:0]    tx_req_data,
    output wire [DATA_W/32-1:0] tx_req_keep,
    output wire                 tx_req_id_valid,
    output wire [10:0]          tx_req_queue,
    output wire [31:0]          tx_req_num,

    input  wire [3:0]           tx_sent_n,
    output wire [15:0]          posted_n,
    output wire [15:0]          sent_n,

    output wire                 stat_mwr,
    output wire                 stall_credit,
    output wire                 stall_tx
);
    `include "cw_tlp.vh"

    localparam KEEP_W = DATA_W / 32;
    localparam [2:0] SRC_RD = 3'd0, SRC_DATA = 3'd1, SRC_REC = 3'd2, SRC_MSIX = 3'd3, SRC_ENTRY = 3'd4;

    // ---- whose turn ----
    reg         mid_q;             // the last TLP is begun and not ended
    reg  [2:0]  turn_q;            // the source that had the last TLP, but for descriptor reads
    reg         free_q;            // the last TLP was one of these
    wire        open     = fn_bme && fn_power == 2'd0 && !fn_flr;
    wire        no_ph    = fc_valid && fc_ph == 12'd0;
    wire        no_nph   = fc_valid && fc_nph == 12'd0;
    wire [4:0]  want     = {entry_valid, msix_req_valid, rec_valid, data_valid, rd_req_valid};
    wire [4:0]  starved  = {{4{no_ph}}, no_nph} & want & {5{open && !mid_q}};
    wire [4:0]  may      = want & ~{{4{no_ph}}, no_nph} & {5{open}};

    // The first source that may, counted from the one after turn_q.
    function [2:0] next_source(input [2:0] turn, input [4:0] ok);
        reg [4:0] later;
        reg [3:0] pick;
        begin
            later = ok & (5'b11110 << turn);
            pick  = later != 5'd0 ? later[3:0] : ok[3:0];
            next_source = pick[0] ? SRC_RD : pick[1] ? SRC_DATA : pick[2] ? SRC_REC :
                          pick[3] ? SRC_MSIX : SRC_ENTRY;
        end
    endfunction

    wire [2:0]  src   = mid_q ? turn_q : next_source(turn_q, may);
    wire        go    = mid_q ? (turn_q == SRC_DATA ? data_valid : rec_valid) : may != 5'd0;
    wire        room  = !tx_req_valid || tx_req_ready;
    wire        fire  = go && room;
    wire        eop   = src == SRC_DATA ? data_eop : src != SRC_REC || rec_eop;
    wire        wrote = fire && eop && src != SRC_RD;
    wire        free  = src == SRC_RD && rd_req_fetch && !free_q;

    assign rd_req_ready   = fire && src == SRC_RD;
    assign data_ready     = fire && src == SRC_DATA;
    assign rec_ready      = fire && src == SRC_REC;
    assign msix_req_ready = fire && src == SRC_MSIX;
    assign entry_ready    = fire && src == SRC_ENTRY;

    // ---- an MSI-X message: one DW, no attributes (6.1.4.3) ----
    wire        msix_wide = msix_req_addr[63:32] != 32'd0;
    wire [31:0] msix_dw0  = {msix_wide ? TLP_MWR64 : TLP_MWR32, 24'd1};
    wire [31:0] msix_dw1  = {fn_bdf, 8'd0, 8'h0f};
    wire [31:0] msix_lo   = {msix_req_addr[31:2], 2'd0};
    wire [127:0] msix_hdr = msix_wide ? {msix_lo, msix_req_addr[63:32], msix_dw1, msix_dw0}
                                      : {32'd0, msix_lo, msix_dw1, msix_dw0};

    // ---- an event ring entry: two DWs, no attributes; never across 4 KiB ----
    wire        entry_wide = entry_addr[63:32] != 32'd0;
    wire [31:0] entry_dw0  = {entry_wide ? TLP_MWR64 : TLP_MWR32, 24'd2};
    wire [31:0] entry_dw1  = {fn_bdf, 8'd0, 8'hff};
    wire [31:0] entry_lo   = {entry_addr[31:2], 2'd0};
    wire [127:0] entry_hdr = entry_wide ? {entry_lo, entry_addr[63:32], entry_dw1, entry_dw0}
                                        : {32'd0, entry_lo, entry_dw1, entry_dw0};

    // ---- the output register: no second place, so at most one TLP that was
    // chosen before the function was closed is still offered after ----
    reg                 valid_q, sop_q, eop_q, id_q;
    reg [127:0]         hdr_q;
    reg [DATA_W-1:0]    data_q;
    reg [KEEP_W-1:0]    keep_q;
    reg [10:0]          queue_q;
    reg [31:0]          num_q;
    reg [15:0]          posted_q, sent_q;
    wire [15:0]         unsent = posted_q - sent_q;

    assign tx_req_valid    = valid_q;
    assign tx_req_sop      = sop_q;
    assign tx_req_eop      = eop_q;
    assign tx_req_hdr      = hdr_q;
    assign tx_req_data     = data_q;
    assign tx_req_keep     = keep_q;
    assign tx_req_id_valid = id_q;
    assign tx_req_queue    = queue_q;
    assign tx_req_num      = num_q;
    assign posted_n        = posted_q;
    assign sent_n          = sent_q;

    assign stat_mwr     = wrote;
    assign stall_credit = starved != 5'd0;
    assign stall_tx     = valid_q && !tx_req_ready;
    assign busy         = valid_q || want != 5'd0 || unsent != 16'd0;
    assign quiet        = !valid_q && want == 5'd0;
    // What waits behind a gate, for credits or for the IP waits for an input.
    assign moving       = fire || (valid_q && tx_req_ready);

    wire unused = &{1'b0, msix_req_addr[1:0], entry_addr[1:0]};

    always @(posedge clk) begin
        if (fire) begin
            sop_q <= !mid_q;
            eop_q <= eop;
            case (src)
            SRC_RD: begin
                hdr_q   <= rd_req_hdr;
                data_q  <= {DATA_W{1'b0}};
                keep_q  <= {KEEP_W{1'b0}};
                queue_q <= rd_req_queue;
                num_q   <= rd_req_num;
            end
            SRC_DATA: begin
                hdr_q   <= data_hdr;
                data_q  <= data_data;
                keep_q  <= data_keep;
                queue_q <= data_queue;
                num_q   <= data_num;
            end
            SRC_REC: begin
                hdr_q   <= rec_hdr;
                data_q  <= rec_data;
                keep_q  <= rec_keep;
                queue_q <= rec_queue;
                num_q   <= rec_num;
            end
            SRC_ENTRY: begin
                hdr_q   <= entry_hdr;
                data_q  <= {{(DATA_W - 64){1'b0}}, entry_data};
                keep_q  <= {{(KEEP_W - 2){1'b0}}, 2'b11};
                queue_q <= 11'd0;
                num_q   <= 32'd0;
            end
            default: begin
                hdr_q   <= msix_hdr;
                data_q  <= {{(DATA_W - 32){1'b0}}, msix_req_data};
                keep_q  <= {{(KEEP_W - 1){1'b0}}, 1'b1};
                queue_q <= 11'd0;
                num_q   <= 32'd0;
            end
            endcase
            id_q <= src != SRC_MSIX && src != SRC_ENTRY;
        end
        if (rst) begin
            valid_q  <= 1'b0;
            id_q     <= 1'b0;
            mid_q    <= 1'b0;
            free_q   <= 1'b0;
            turn_q   <= SRC_ENTRY;
            posted_q <= 16'd0;
            sent_q   <= 16'd0;
        end else begin
            if (room)
                valid_q <= go;
            if (fire) begin
                mid_q  <= !eop;
                free_q <= free;
                turn_q <= free ? turn_q : src;
            end
            posted_q <= posted_q + {15'd0, wrote};
            // Notices for writes of before an engine reset must not run ahead.
            sent_q   <= unsent < {12'd0, tx_sent_n} ? posted_q : sent_q + {12'd0, tx_sent_n};
        end
    end
endmodule

`default_nettype wire
