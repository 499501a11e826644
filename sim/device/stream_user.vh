// SPDX-License-Identifier: BSD-2-Clause
// Printed from sim/device/stream_user.h by make regs: do not edit. Include inside a module.
// verilator lint_off UNUSEDPARAM
localparam [31:0] CW_SU_ID = 32'h1000;
localparam [31:0] CW_SU_MAGIC = 32'h4d525453;
localparam [31:0] CW_SU_CONTROL = 32'h1004;
localparam [31:0] CW_SU_CONTROL_STOP_H2C = 32'h1;
localparam [31:0] CW_SU_CONTROL_STOP_C2H = 32'h2;
localparam [31:0] CW_SU_THROTTLE = 32'h1008;
localparam [31:0] CW_SU_GEN_CTRL = 32'h1100;
localparam [31:0] CW_SU_GEN_START = 32'h1;
localparam [31:0] CW_SU_GEN_POLITE = 32'h2;
localparam [31:0] CW_SU_GEN_WAIT = 32'h4;
localparam [31:0] CW_SU_GEN_BUSY = 32'h80000000;
localparam [31:0] CW_SU_GEN_QUEUE = 32'h1104;
localparam [31:0] CW_SU_GEN_LEN = 32'h1108;
localparam [31:0] CW_SU_GEN_STEP = 32'h110c;
localparam [31:0] CW_SU_GEN_COUNT = 32'h1110;
localparam [31:0] CW_SU_GEN_USER_LO = 32'h1114;
localparam [31:0] CW_SU_GEN_USER_HI = 32'h1118;
localparam [31:0] CW_SU_GEN_SEED = 32'h111c;
localparam [31:0] CW_SU_GEN_QUEUES = 32'h1120;
localparam [31:0] CW_SU_CHK_PACKETS = 32'h1200;
localparam [31:0] CW_SU_CHK_BYTES = 32'h1204;
localparam [31:0] CW_SU_CHK_BAD = 32'h1208;
localparam [31:0] CW_SU_CHK_MARKED = 32'h120c;
localparam [31:0] CW_SU_CHK_LEN = 32'h1210;
localparam [31:0] CW_SU_CHK_USER_LO = 32'h1214;
localparam [31:0] CW_SU_CHK_USER_HI = 32'h1218;
localparam [31:0] CW_SU_CHK_QUEUE = 32'h121c;
localparam [31:0] CW_SU_CHK_FRAME = 32'h1220;
localparam [31:0] CW_SU_CHK_FIRST = 32'h1224;
localparam [31:0] CW_SU_REFUSED = 32'h1300;
localparam [31:0] CW_SU_LOOP = 32'h10000;
localparam [31:0] CW_SU_LOOP_VALID = 32'h80000000;
localparam [31:0] CW_SU_LOOP_WAIT = 32'h40000000;
localparam [31:0] CW_SU_HOLD = 32'h14000;
localparam [31:0] CW_SU_ROOM = 32'h18000;
// verilator lint_on UNUSEDPARAM
