// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_if_usplus -GADDR_ALIGNED=1
// tests: cw_usplus_rx_aa cw_usplus_tx_aa
/* Address-aligned packets on all four interfaces. */
#define ADDR_ALIGNED 1
#include "cw_if_usplus_test.c"
