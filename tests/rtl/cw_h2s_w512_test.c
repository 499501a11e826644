/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_h2s -GDATA_W=512
#include "cw_h2s_test.c"
