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

    // ---- an MSI-X message: one DW; an event ring entry: two, never across 4 KiB; no attributes (6.1.4.3) ----
    wire        msix_wide = msix_req_addr[63:32] != 32'd0, entry_wide = entry_addr[63:32] != 32'd0;
    // If it is one of these, which: known before it is known whether.
    wire        is_entry  = may[SRC_ENTRY] && (!may[SRC_MSIX] || turn_q == SRC_MSIX);
    wire        own_wide  = is_entry ? entry_wide : msix_wide;
    wire [31:0] own_hi    = is_entry ? entry_addr[63:32] : msix_req_addr[63:32];
    wire [31:0] own_lo    = {is_entry ? entry_addr[31:2] : msix_req_addr[31:2], 2'd0};
    wire [31:0] own_dw0   = {own_wide ? TLP_MWR64 : TLP_MWR32, 22'd0, is_entry, !is_entry};
    wire [31:0] own_dw1   = {fn_bdf, 8'd0, {4{is_entry}}, 4'hf};
    wire [127:0] own_hdr  = own_wide ? {own_lo, own_hi, own_dw1, own_dw0} : {32'd0, own_lo, own_dw1, own_dw0};
    wire [63:0] own_data  = {entry_data[63:32], is_entry ? entry_data[31:0] : msix_req_data};
    wire [KEEP_W-1:0] own_keep = {{(KEEP_W - 2){1'b0}}, is_entry, 1'b1};

    // Reads, data, records, these two: one choice of four.
    wire [1:0]  way = src[1:0] | {2{src[2]}};

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
            hdr_q   <= way[1] ? (way[0] ? own_hdr : rec_hdr) : (way[0] ? data_hdr : rd_req_hdr);
            keep_q  <= way[1] ? (way[0] ? own_keep : rec_keep) : (way[0] ? data_keep : {KEEP_W{1'b0}});
            queue_q <= way[1] ? (way[0] ? 11'd0 : rec_queue) : (way[0] ? data_queue : rd_req_queue);
            num_q   <= way[1] ? (way[0] ? 32'd0 : rec_num) : (way[0] ? data_num : rd_req_num);
            // Lanes beyond what is kept show whatever is there.
            data_q  <= {way[0] ? data_data[DATA_W-1:64] : rec_data[DATA_W-1:64],
                        way[1] ? (way[0] ? own_data : rec_data[63:0]) : data_data[63:0]};
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
