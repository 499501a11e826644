/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_s2h -GDATA_W=128
#include "cw_s2h_test.c"
