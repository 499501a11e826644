// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_cdc_skew
/* cw_cdc_fifo, with wires between its halves on which bits arrive at different times (cw_cdc_skew.v). */
#include "cw_cdc_fifo_test.c"
