// SPDX-License-Identifier: BSD-2-Clause
// Printed from constraints/filter/cw_filter.h by make regs: do not edit. Include inside a module.
// verilator lint_off UNUSEDPARAM
localparam [31:0] CW_FILTER_ID = 32'h0000;
localparam [31:0] CW_FILTER_MAGIC = 32'h544c4946;
localparam [31:0] CW_FILTER_KEY = 32'h0004;
localparam [31:0] CW_FILTER_DROP_MASK = 32'h0008;
localparam [31:0] CW_FILTER_DROP_MATCH = 32'h000c;
localparam [31:0] CW_FILTER_PACKETS = 32'h0010;
localparam [31:0] CW_FILTER_BYTES = 32'h0014;
localparam [31:0] CW_FILTER_DROPS = 32'h0018;
localparam [31:0] CW_FILTER_MARKED = 32'h001c;
localparam [31:0] CW_FILTER_QUEUES = 32'h0020;
localparam [31:0] CW_FILTER_ROUTE = 32'h2000;
localparam [31:0] CW_FILTER_ROUTE_QUEUE = 32'h7ff;
localparam [31:0] CW_FILTER_ROUTE_MODE = 32'h30000;
localparam [31:0] CW_FILTER_ROUTE_KEEP = 32'h0;
localparam [31:0] CW_FILTER_ROUTE_XOR = 32'h10000;
localparam [31:0] CW_FILTER_ROUTE_UPPER = 32'h20000;
localparam [31:0] CW_FILTER_ROUTE_LOWER = 32'h30000;
localparam [31:0] CW_FILTER_ROUTE_DROP = 32'h40000000;
localparam [31:0] CW_FILTER_ROUTE_ON = 32'h80000000;
// verilator lint_on UNUSEDPARAM
