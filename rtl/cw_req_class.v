// SPDX-License-Identifier: BSD-2-Clause
// What a request from the host is, from its header and the BAR it hit: posted or
// not, and the way it is served. No state.
//
// Refused (C_UR, C_UR_POSTED): no BAR, memory space off or not in D0, more than two
// DWs of registers or doorbells in a read, requests that are not memory requests.
// One that crosses 4 KiB (malformed, PCIe Base Specification 6.0 section 2.2.7) is
// the PCIe IP's to drop; one that comes through is refused.
//
// A zero-length access (one DW, no byte enabled: section 2.2.5) of a register must
// not touch it: a write is dropped, a read is a flush and returns a zero.
`default_nettype none

module cw_req_class (
    input  wire [127:0] hdr,
    input  wire [2:0]   bar,
    input  wire         fn_mem,
    input  wire [1:0]   fn_power,

    output wire         has_data,
    output wire         mem,
    output wire         non_posted,
    output wire [24:0]  addr,        // DW index
    output wire [10:0]  len,         // DWs
    output reg  [3:0]   kind
);
    `include "cw_tlp.vh"
    `include "cw_req_kind.vh"

    wire [4:0] tlp_type = hdr[TLP_TYPE_MSB:TLP_TYPE_LSB];
    wire       posted_mem = mem && has_data;
    // locked read, I/O, configuration (and type 1), atomics, deferrable write
    wire       other_np = tlp_type == 5'b00001 || tlp_type == 5'b00010 || tlp_type == 5'b00100 ||
                          tlp_type == 5'b00101 || tlp_type == 5'b01100 || tlp_type == 5'b01101 ||
                          tlp_type == 5'b01110 || tlp_type == 5'b11011;
    wire       empty = len == 11'd1 && hdr[TLP_FIRST_BE_MSB:TLP_FIRST_BE_LSB] == 4'd0;
    wire       crosses = {1'b0, addr[9:0]} + len > 11'd1024;
    wire       bad = !fn_mem || fn_power != 2'd0 || crosses || hdr[TLP_FMT_MSB];
    wire       bad_reg = bad || len > 11'd2;

    assign has_data   = hdr[TLP_FMT_MSB-1];
    assign mem        = tlp_type == 5'b00000;
    assign non_posted = mem ? !has_data : other_np;
    assign addr       = hdr[TLP_FMT_LSB] ? hdr[122:98] : hdr[90:66];
    assign len        = {hdr[TLP_LEN_MSB:TLP_LEN_LSB] == 10'd0, hdr[TLP_LEN_MSB:TLP_LEN_LSB]};

    always @* begin
        if (posted_mem && hdr[TLP_EP])
            kind = C_POISON;
        else if (posted_mem)
            case (bar)
            3'd0:    kind = bad_reg ? C_UR_POSTED : empty ? C_DROP : C_REG_WR;
            3'd2:    kind = bad ? C_UR_POSTED : C_DB_WR;
            3'd4:    kind = bad ? C_UR_POSTED : C_WIN_WR;
            default: kind = C_UR_POSTED;
            endcase
        else if (mem)
            case (bar)
            3'd0:    kind = bad_reg ? C_UR : empty ? C_ZERO_RD : C_REG_RD;
            3'd2:    kind = bad_reg ? C_UR : C_ZERO_RD;
            3'd4:    kind = bad ? C_UR : C_WIN_RD;
            default: kind = C_UR;
            endcase
        else
            kind = other_np ? C_UR : C_DROP;
    end

    wire unused = &{1'b0, hdr};
endmodule

`default_nettype wire
