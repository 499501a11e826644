// SPDX-License-Identifier: BSD-2-Clause
//
// Judges one completion against the read it answers. No state.
//
// A completion belongs to the read when its type, requester ID and tag do
// (PCIe Base 6.0, 2.2.9, 2.3.2). Then, the first that applies:
//   status other than successful    the read ends: UR, else CA
//   no data, or lower address, byte count or length not what is left of the read
//                                   the read ends: MALFORMED, its tag is not safe
//   poisoned                        these bytes fail, the read goes on
//   otherwise                       good
// Descriptors arrive whole: a completion of a fetch that cuts one (no legal
// boundary does, 2.3.1.1) is malformed too.
`default_nettype none

module cw_cpl_check (
    input  wire [127:0] hdr,
    input  wire [15:0]  fn_bdf,
    input  wire         outstanding,  // a read has this tag
    input  wire         fetch,        // ... of descriptors
    input  wire [6:0]   start,        // its first byte's address [6:0]
    input  wire [12:0]  total,        // its bytes
    input  wire [12:0]  consumed,     // bytes completed before

    output wire         match,
    output wire [6:0]   status,       // of these bytes; 0: good
    output wire         ends,         // the read ends with this completion
    output wire         unsafe,       // more completions may follow: quarantine
    output wire [12:0]  bytes         // that this completion settles
);
    `include "cw_regs.vh"
    `include "cw_tlp.vh"

    wire [7:0]  kind    = hdr[TLP_FMT_MSB:TLP_TYPE_LSB];
    wire [2:0]  cpl     = hdr[TLP_CPL_STATUS_MSB:TLP_CPL_STATUS_LSB];
    wire [6:0]  lower   = hdr[TLP_CPL_LOWER_MSB:TLP_CPL_LOWER_LSB];
    wire [11:0] count   = hdr[TLP_CPL_BYTES_MSB:TLP_CPL_BYTES_LSB];
    wire [9:0]  len     = hdr[TLP_LEN_MSB:TLP_LEN_LSB];

    wire [12:0] left    = total - consumed;
    wire [6:0]  place   = start + consumed[6:0];
    wire [12:0] room    = {len == 10'd0, len, 2'b00} - {11'd0, lower[1:0]};
    wire [13:0] over    = {1'b0, room} - {1'b0, left};
    wire        last    = !over[13];
    wire        too_long = last && over[12:2] != 11'd0;                 // by a DW at least
    wire        wrong   = kind != TLP_CPLD || lower != place || count != left[11:0] || too_long ||
                          (fetch && len[1:0] != 2'd0);

    assign match  = outstanding && (kind == TLP_CPL || kind == TLP_CPLD) &&
                    hdr[TLP_CPL_REQ_ID_MSB:TLP_CPL_REQ_ID_LSB] == fn_bdf;
    assign status = cpl == TLP_UR ? CW_STATUS_UR[6:0] : cpl != TLP_SC ? CW_STATUS_CA[6:0] :
                    wrong ? CW_STATUS_MALFORMED[6:0] :
                    hdr[TLP_EP] ? CW_STATUS_POISON[6:0] : CW_STATUS_OK[6:0];
    assign unsafe = cpl == TLP_SC && wrong;
    assign ends   = cpl != TLP_SC || wrong || last;
    assign bytes  = ends ? left : room;

    wire unused = &{1'b0, hdr, over[1:0]};
endmodule

`default_nettype wire
