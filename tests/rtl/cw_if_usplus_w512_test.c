/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_if_usplus -GDATA_W=512 -GTX_STRADDLE=1
#include "cw_if_usplus_test.c"
