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
//
// The requester ID is put in here. Headers of data and records come with the address in DWs 2 and 3 whatever the format.
// What is outside data_strb, or in a DW outside rec_keep, is sent as 0.
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
    input  wire [DATA_W/8-1:0]  data_strb,  // bytes that are sent, the others as 0
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

    // ---- whose turn; of writes a bit each ----
    localparam DATA = 1, REC = 2, MSIX = 3, ENTRY = 4;
    reg         mid_data_q, mid_rec_q; // a TLP of this source is begun and not ended
    reg  [4:1]  after_q;           // the writes behind the last TLP in the order of turns, which begins with reads
    reg         free_q;            // the last TLP was a descriptor read, which leaves that as it is
    wire        mid      = mid_data_q || mid_rec_q;
    wire        open     = fn_bme && fn_power == 2'd0 && !fn_flr;
    wire        no_ph    = fc_valid && fc_ph == 12'd0;
    wire        no_nph   = fc_valid && fc_nph == 12'd0;
    wire [4:0]  want     = {entry_valid, msix_req_valid, rec_valid, data_valid, rd_req_valid};
    wire [4:0]  starved  = {{4{no_ph}}, no_nph} & want & {5{open && !mid}};

    // Which write it is does not wait for what holds all of them, nor for the reads.
    wire [4:1]  waits    = want[4:1] & {{2{!mid}}, !mid_data_q, !mid_rec_q};
    wire [4:1]  later    = waits & after_q;
    wire [4:1]  pick     = later != 4'd0 ? later : waits;
    wire [4:1]  ahead    = {|pick[3:1], |pick[2:1], pick[1], 1'b0};
    wire [4:1]  first    = pick & ~ahead;
    wire        writes   = waits != 4'd0 && (mid || (open && !no_ph));
    wire        read     = rd_req_valid && open && !no_nph && !mid && !(later != 4'd0 && !no_ph);
    wire [4:1]  write    = first & {4{!read}};

    wire        room  = !tx_req_valid || tx_req_ready;
    wire        fire  = (read || writes) && room;
    wire        eop   = !(write[DATA] && !data_eop) && !(write[REC] && !rec_eop);
    wire        wrote = fire && eop && !read;
    wire        free  = read && rd_req_fetch && !free_q;

    assign rd_req_ready   = fire && read;
    assign data_ready     = fire && write[DATA];
    assign rec_ready      = fire && write[REC];
    assign msix_req_ready = fire && write[MSIX];
    assign entry_ready    = fire && write[ENTRY];

    // ---- a write: where to, its lengths, and its first DWs; of a read all this is unused ----
    // A message is one DW (6.1.4.3), an event ring entry two and never across 4 KiB; neither has attributes.
    reg [63:0]  addr;
    reg         wide;
    reg [23:0]  dw0;               // without the format
    reg [7:0]   be;
    reg [DATA_W-1:0] beat;
    always @* begin
        // The first DWs have four sources: chosen in one step.
        beat = pick[DATA] ? data_data : rec_data;
        case ({first[REC] || first[MSIX], first[DATA] || first[MSIX]})
        2'd1: begin
            {addr[31:0], addr[63:32]} = data_hdr[127:64];
            wide = data_hdr[TLP_FMT_LSB];
            dw0  = data_hdr[23:0];
            be   = data_hdr[39:32];
            beat[63:0] = data_data[63:0];
        end
        2'd2: begin
            {addr[31:0], addr[63:32]} = rec_hdr[127:64];
            wide = rec_hdr[TLP_FMT_LSB];
            dw0  = rec_hdr[23:0];
            be   = rec_hdr[39:32];
            beat[63:0] = rec_data[63:0];
        end
        2'd3: begin
            addr = msix_req_addr;
            wide = msix_req_addr[63:32] != 32'd0;
            dw0  = 24'd1;
            be   = 8'h0f;
            beat[63:0] = {rec_data[63:32], msix_req_data};
        end
        default: begin
            addr = entry_addr;
            wide = entry_addr[63:32] != 32'd0;
            dw0  = 24'd2;
            be   = 8'hff;
            beat[63:0] = entry_data;
        end
        endcase
    end
    wire        sole = write[MSIX] || write[ENTRY]; // of no queue

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
    // Notices for writes of before an engine reset must not run ahead.
    wire [3:0]          told   = unsent < {12'd0, tx_sent_n} ? unsent[3:0] : tx_sent_n;

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

    wire unused = &{1'b0, addr[1:0], data_hdr[63:40], data_hdr[31:24], rd_req_hdr[63:48], rec_hdr[63:40], rec_hdr[31:24]};

    genvar i;
    generate
        for (i = 0; i < DATA_W / 8; i = i + 1) begin : g_byte
            wire sent = (write[DATA] && data_strb[i]) || (write[REC] && rec_keep[i/4]) ||
                        (write[MSIX] && i < 4) || (write[ENTRY] && i < 8);
            always @(posedge clk)
                if (room && !sent)
                    data_q[8*i +: 8] <= 8'd0;
                else if (room)
                    data_q[8*i +: 8] <= beat[8*i +: 8];
        end
    endgenerate

    always @(posedge clk) begin
        if (room) begin
            sop_q   <= !mid;
            eop_q   <= eop;
            id_q    <= !sole;
            queue_q <= read ? rd_req_queue : pick[DATA] ? data_queue : rec_queue;
            num_q   <= read ? rd_req_num : pick[DATA] ? data_num : rec_num;
            keep_q  <= write[DATA] ? data_keep : write[REC] ? rec_keep :
                       {{(KEEP_W - 2){1'b0}}, write[ENTRY], sole};
            hdr_q[31:0]   <= read ? rd_req_hdr[31:0] : {wide ? TLP_MWR64 : TLP_MWR32, dw0};
            hdr_q[63:48]  <= fn_bdf;
            hdr_q[39:32]  <= read ? rd_req_hdr[39:32] : be;
            hdr_q[95:64]  <= read ? rd_req_hdr[95:64] : wide ? addr[63:32] : {addr[31:2], 2'd0};
            hdr_q[127:96] <= read ? rd_req_hdr[127:96] : {addr[31:2], 2'd0};
        end
        if (room && sole)
            {queue_q, num_q} <= 43'd0;
        if (room && !read)
            hdr_q[47:40] <= 8'd0;     // the tag
        else if (room)
            hdr_q[47:40] <= rd_req_hdr[47:40];
        if (room && !read && !wide)
            hdr_q[127:96] <= 32'd0;
        if (rst) begin
            valid_q  <= 1'b0;
            id_q     <= 1'b0;
            mid_data_q <= 1'b0;
            mid_rec_q  <= 1'b0;
            free_q   <= 1'b0;
            after_q  <= 4'd0;
            posted_q <= 16'd0;
            sent_q   <= 16'd0;
        end else begin
            if (room)
                valid_q <= read || writes;
            if (fire) begin
                mid_data_q <= write[DATA] && !data_eop;
                mid_rec_q  <= write[REC] && !rec_eop;
                free_q <= free;
                if (!free)
                    after_q <= read ? 4'b1111 : ahead;
            end
            posted_q <= posted_q + {15'd0, wrote};
            sent_q   <= sent_q + {12'd0, told};
        end
    end
endmodule

`default_nettype wire
