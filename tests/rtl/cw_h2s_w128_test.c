/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_h2s -GDATA_W=128
#include "cw_h2s_test.c"
