// SPDX-License-Identifier: BSD-2-Clause
// Positions of TLP header fields, for a header carried as {DW3, DW2, DW1, DW0}:
// header bit 32*n + b is bit b of DWn as the PCIe Base Specification 6.0 draws
// it (section 2.2), so DW0 bit 31 is fmt[2]. A 3DW header leaves DW3 zero.
// Include inside a module.
// verilator lint_off UNUSEDPARAM
// DW0, every TLP (2.2.1)
localparam TLP_FMT_MSB = 31, TLP_FMT_LSB = 29;   // [29] 4DW, [30] with data
localparam TLP_TYPE_MSB = 28, TLP_TYPE_LSB = 24;
localparam TLP_T9 = 23;
localparam TLP_TC_MSB = 22, TLP_TC_LSB = 20;
localparam TLP_T8 = 19;
localparam TLP_ATTR2 = 18;                       // IDO
localparam TLP_TD = 15;
localparam TLP_EP = 14;
localparam TLP_ATTR1 = 13;                       // relaxed ordering
localparam TLP_ATTR0 = 12;                       // no snoop
localparam TLP_LEN_MSB = 9, TLP_LEN_LSB = 0;     // DWs, 0 is 1024
// DW1, requests (2.2.6)
localparam TLP_REQ_ID_MSB = 63, TLP_REQ_ID_LSB = 48;
localparam TLP_TAG_MSB = 47, TLP_TAG_LSB = 40;   // tag[7:0]
localparam TLP_LAST_BE_MSB = 39, TLP_LAST_BE_LSB = 36;
localparam TLP_FIRST_BE_MSB = 35, TLP_FIRST_BE_LSB = 32;
// DW2 and DW3: 3DW address in DW2; 4DW: high half in DW2, low half in DW3
// DW1 and DW2, completions (2.2.9)
localparam TLP_CPL_ID_MSB = 63, TLP_CPL_ID_LSB = 48;
localparam TLP_CPL_STATUS_MSB = 47, TLP_CPL_STATUS_LSB = 45;
localparam TLP_CPL_BCM = 44;
localparam TLP_CPL_BYTES_MSB = 43, TLP_CPL_BYTES_LSB = 32;
localparam TLP_CPL_REQ_ID_MSB = 95, TLP_CPL_REQ_ID_LSB = 80;
localparam TLP_CPL_TAG_MSB = 79, TLP_CPL_TAG_LSB = 72;
localparam TLP_CPL_LOWER_MSB = 70, TLP_CPL_LOWER_LSB = 64;
// fmt and type together, DW0 [31:24] (2.2.1.1)
localparam [7:0] TLP_MRD32 = 8'h00, TLP_MRD64 = 8'h20;
localparam [7:0] TLP_MWR32 = 8'h40, TLP_MWR64 = 8'h60;
localparam [7:0] TLP_CPL = 8'h0a, TLP_CPLD = 8'h4a;
// completion status (2.2.9.1)
localparam [2:0] TLP_SC = 3'd0, TLP_UR = 3'd1, TLP_CRS = 3'd2, TLP_CA = 3'd4;
// verilator lint_on UNUSEDPARAM
