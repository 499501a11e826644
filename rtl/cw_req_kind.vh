// SPDX-License-Identifier: BSD-2-Clause
// The ways a request from the host is served (cw_req_class, cw_rx_req). Include
// inside a module.
// verilator lint_off UNUSEDPARAM
localparam [3:0] C_DROP = 4'd0, C_POISON = 4'd1, C_UR_POSTED = 4'd2, C_UR = 4'd3,
                 C_REG_RD = 4'd4, C_REG_WR = 4'd5, C_ZERO_RD = 4'd6, C_DB_WR = 4'd7,
                 C_WIN_RD = 4'd8, C_WIN_WR = 4'd9;
// verilator lint_on UNUSEDPARAM
