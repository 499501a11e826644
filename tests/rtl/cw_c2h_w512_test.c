/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_c2h -GDATA_W=512
#define WORD_BYTES 64u
#include "cw_c2h_test.c"
