// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_axi_narrow -GBEATS=256 -GDEPTH=8
/* cw_axi_narrow in front of an AXI4 port: no burst of cw_top's is split. */
#define BEATS 256
#include "cw_axi_narrow_test.c"
