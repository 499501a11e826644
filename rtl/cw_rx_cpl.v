// SPDX-License-Identifier: BSD-2-Clause
//
// Takes completions in, and decides when a read has ended.
//
// Each completion is matched with the read of its tag (cw_tag_pool keeps what
// the read was, this block how far it got) and judged by cw_cpl_check; its
// payload then goes to the descriptor buffers (fill), to card memory or the ring of
// the streams (card, with card_st the ring), or nowhere. Bytes of a data read that fail are reported as `failed`, those that
// reach card memory by whoever writes them, so that every byte is accounted for
// once. Completions that match no read are dropped and reported. Ticks of
// cw_tag_timer come through the same two stages, between TLPs: the fifth ends
// the read.
//
// Two stages, a beat a cycle; completions back to back. After reset the RAM is
// cleared, TAG_N cycles in which nothing is taken.
`default_nettype none

module cw_rx_cpl #(
    parameter DATA_W = 256,
    parameter TAG_N  = 256,
    parameter TAG_W  = 8,
    parameter OP_W   = 8,
    parameter BUF_W  = 4,
    parameter INFO_W = OP_W + 112
) (
    input  wire              clk,
    input  wire              rst,
    output wire              idle,
    output wire              empty,
    input  wire [15:0]       fn_bdf,

    input  wire              rx_cpl_valid,
    output wire              rx_cpl_ready,
    input  wire              rx_cpl_sop,
    input  wire              rx_cpl_eop,
    input  wire [127:0]      rx_cpl_hdr,
    input  wire [DATA_W-1:0] rx_cpl_data,

    input  wire              tick_valid,
    output wire              tick_ready,
    input  wire [TAG_W-1:0]  tick_tag,
    input  wire              tick_age,

    output wire              find_en,
    output wire [9:0]        find_tag,
    output wire              find_index,
    input  wire              found,
    input  wire              found_lost,
    // {of a stream, descriptor read, buffer, operation or entry, card address, offset in the
    // descriptor, bytes, host address [8:0]} of the read
    input  wire [INFO_W-1:0] found_info,
    output wire              end_valid,
    output wire              end_quarantine,

    output wire              fill_valid,
    output wire [BUF_W-1:0]  fill_buf,
    output wire [4:0]        fill_unit,
    output wire [DATA_W-1:0] fill_data,
    output wire              fill_end_valid,
    output wire [BUF_W-1:0]  fill_end_buf,
    output wire              fill_end_fail,

    // payload for card memory; the rest is valid with sop
    output wire              card_valid,
    input  wire              card_ready,
    output wire              card_st,
    output wire              card_sop,
    output wire              card_eop,
    output wire [DATA_W-1:0] card_data,
    output wire [1:0]        card_skip,    // bytes of the first DW before the payload
    output wire [63:0]       card_addr,
    output wire [12:0]       card_bytes,
    output wire [OP_W-1:0]   card_op,
    output wire [23:0]       card_offset,

    output wire              failed_valid,
    input  wire              failed_ready,
    output wire              failed_st,
    output wire [OP_W-1:0]   failed_op,
    output wire [23:0]       failed_offset,
    output wire [12:0]       failed_bytes,
    output wire [6:0]        failed_status,

    // one cycle each
    output wire              stat_cpl,
    output wire              stat_ur,
    output wire              stat_ca,
    output wire              stat_poison,
    output wire              err_cpl_unexpected,
    output wire              err_cpl_timeout
);
    `include "cw_regs.vh"
    `include "cw_tlp.vh"

    localparam [31:0] UNIT_N = DATA_W / 128;

    // ---- stage 0: a beat, or a tick between TLPs; the tag is looked up ----
    reg  [TAG_W:0] init_q;
    reg            mid_q;            // inside a TLP
    reg            turn_q;           // a TLP went since the last tick
    wire           init_done = init_q[TAG_W];
    wire           s1_room;
    wire           pick_tick = tick_valid && !mid_q && (!rx_cpl_valid || turn_q);
    wire           take_tick = tick_valid && tick_ready;
    wire           take_beat = rx_cpl_valid && rx_cpl_ready;

    assign rx_cpl_ready = s1_room && init_done && !pick_tick;
    assign tick_ready   = s1_room && init_done && pick_tick;
    wire [9:0] hdr_tag  = {rx_cpl_hdr[TLP_T9], rx_cpl_hdr[TLP_T8],
                           rx_cpl_hdr[TLP_CPL_TAG_MSB:TLP_CPL_TAG_LSB]};
    wire [10:0] tick_wide = {{(11 - TAG_W){1'b0}}, tick_tag};
    assign find_en    = take_tick || (take_beat && rx_cpl_sop);
    assign find_tag   = pick_tick ? tick_wide[9:0] : hdr_tag;
    assign find_index = pick_tick;

    // ---- stage 1 ----
    reg              s1_q, tick_q, age_q, sop_q, eop_q;
    reg [127:0]      hdr_q;
    reg [DATA_W-1:0] data_q;
    reg [TAG_W-1:0]  tag_q;
    // of the TLP whose further beats arrive
    reg              to_card_q, st_q, to_fill_q, ends_q, bad_q;
    reg [BUF_W-1:0]  buf_q;
    reg [4:0]        unit_q;

    wire             st, fetch;
    wire [OP_W-1:0]  id;
    wire [63:0]      card;
    wire [23:0]      offset;
    wire [12:0]      total;
    wire [8:0]       start;
    assign {st, fetch, id, card, offset, total, start} = found_info;

    wire             was_bad;        // an earlier completion of the read was poisoned
    wire [2:0]       age;
    wire [12:0]      consumed;
    wire             match, cpl_ends, unsafe;
    wire [6:0]       cpl_status;
    wire [12:0]      cpl_bytes;
    cw_cpl_check u_check (
        .hdr(hdr_q), .fn_bdf(fn_bdf), .outstanding(found), .fetch(fetch), .start(start[6:0]),
        .total(total), .consumed(consumed), .match(match), .status(cpl_status), .ends(cpl_ends),
        .unsafe(unsafe), .bytes(cpl_bytes)
    );

    wire first   = s1_q && (tick_q || sop_q);                 // a verdict is due
    wire is_cpl  = first && !tick_q && match;
    wire is_tick = first && tick_q && found;
    wire expires = is_tick && (found_lost || (age_q && age == 3'd4));
    wire good    = is_cpl && cpl_status == CW_STATUS_OK[6:0];
    wire fails   = (is_cpl && !good) || expires;
    wire ends    = (is_cpl && cpl_ends) || expires;
    wire to_card = sop_q ? good && !fetch : to_card_q;
    wire to_fill = sop_q ? good && fetch : to_fill_q;
    wire [12:0] left = total - consumed;

    wire leave   = s1_q && (!card_valid || card_ready) && (!failed_valid || failed_ready);
    wire verdict = leave && first;
    assign s1_room = !s1_q || leave;

    assign card_valid    = s1_q && !tick_q && to_card;
    assign card_st       = sop_q ? st : st_q;
    assign card_sop      = sop_q;
    assign card_eop      = eop_q;
    assign card_data     = data_q;
    assign card_skip     = hdr_q[TLP_CPL_LOWER_LSB+1:TLP_CPL_LOWER_LSB];
    assign card_addr     = card + {51'd0, consumed};
    assign card_bytes    = cpl_bytes;
    assign card_op       = id;
    assign card_offset   = offset + {11'd0, consumed};
    assign failed_valid  = fails && !fetch;
    assign failed_st     = st;
    assign failed_op     = id;
    assign failed_offset = card_offset;
    assign failed_bytes  = expires ? left : cpl_bytes;
    assign failed_status = expires ? CW_STATUS_TIMEOUT[6:0] : cpl_status;
    assign end_valid      = verdict && ends;
    assign end_quarantine = expires || unsafe;

    assign stat_cpl    = verdict && !tick_q;
    assign stat_ur     = verdict && is_cpl && cpl_status == CW_STATUS_UR[6:0];
    assign stat_ca     = verdict && is_cpl && cpl_status == CW_STATUS_CA[6:0];
    assign stat_poison = verdict && is_cpl && cpl_status == CW_STATUS_POISON[6:0];
    assign err_cpl_unexpected = verdict && !tick_q && !match;
    assign err_cpl_timeout    = verdict && expires;

    // ---- how far each read got; zero for tags at rest ----
    wire [12:0] settled = consumed + (is_cpl ? cpl_bytes : 13'd0);
    cw_ram_fwd #(.W(17), .DEPTH(TAG_N)) u_progress (
        .clk(clk), .wr_en(!init_done || (verdict && (is_cpl || is_tick))),
        .wr_addr(init_done ? tag_q : init_q[TAG_W-1:0]),
        .wr_data(!init_done || ends ? 17'd0 :
                 {was_bad || (is_cpl && fails), age + {2'd0, is_tick && age_q}, settled}),
        .rd_en(find_en), .rd_addr(find_tag[TAG_W-1:0]), .rd_data({was_bad, age, consumed})
    );

    // ---- to the descriptor buffers, one register later ----
    reg              fill_q, fill_end_q, fill_fail_q;
    reg [BUF_W-1:0]  fill_buf_q;
    reg [4:0]        fill_unit_q;
    reg [DATA_W-1:0] fill_data_q;
    wire [BUF_W-1:0] cur_buf = first ? id[BUF_W-1:0] : buf_q;
    wire [4:0] cur_unit  = first ? start[8:4] + consumed[8:4] : unit_q;
    wire       cur_end   = first ? ends && fetch : ends_q;
    wire       cur_fail  = first ? fails || was_bad : bad_q;
    assign fill_valid     = fill_q;
    assign fill_buf       = fill_buf_q;
    assign fill_unit      = fill_unit_q;
    assign fill_data      = fill_data_q;
    assign fill_end_valid = fill_end_q;
    assign fill_end_buf   = fill_buf_q;
    assign fill_end_fail  = fill_fail_q;

    assign idle  = init_done && !take_tick && !take_beat && !leave && !fill_q && !fill_end_q;
    assign empty = init_done && !s1_q && !mid_q && !fill_q && !fill_end_q;
    wire unused  = &{1'b0, tick_wide[10], start[3:0]};

    always @(posedge clk) begin
        if (!init_done)
            init_q <= init_q + 1'b1;
        if (leave)
            s1_q <= 1'b0;
        if (take_beat) begin
            s1_q   <= 1'b1;
            tick_q <= 1'b0;
            sop_q  <= rx_cpl_sop;
            eop_q  <= rx_cpl_eop;
            data_q <= rx_cpl_data;
            mid_q  <= !rx_cpl_eop;
            turn_q <= 1'b1;
            if (rx_cpl_sop)
                hdr_q <= rx_cpl_hdr;
        end
        if (take_tick) begin
            s1_q   <= 1'b1;
            tick_q <= 1'b1;
            age_q  <= tick_age;
            sop_q  <= 1'b0;
            eop_q  <= 1'b1;
            turn_q <= 1'b0;
        end
        if (find_en)
            tag_q <= find_tag[TAG_W-1:0];
        if (leave) begin
            to_card_q <= to_card && !eop_q;
            st_q      <= card_st;
            to_fill_q <= to_fill && !eop_q;
            ends_q    <= cur_end && !eop_q;
            bad_q     <= cur_fail;
            buf_q     <= cur_buf;
            unit_q    <= cur_unit + UNIT_N[4:0];
        end
        fill_q      <= leave && !tick_q && to_fill;
        fill_end_q  <= leave && eop_q && cur_end;
        fill_fail_q <= cur_fail;
        fill_buf_q  <= cur_buf;
        fill_unit_q <= cur_unit;
        fill_data_q <= data_q;
        if (rst) begin
            init_q     <= {(TAG_W + 1){1'b0}};
            mid_q      <= 1'b0;
            turn_q     <= 1'b0;
            s1_q       <= 1'b0;
            to_card_q  <= 1'b0;
            to_fill_q  <= 1'b0;
            ends_q     <= 1'b0;
            fill_q     <= 1'b0;
            fill_end_q <= 1'b0;
        end
    end
endmodule

`default_nettype wire
