// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_if_ptile -GDATA_W=512
#include "cw_if_ptile_test.c"
