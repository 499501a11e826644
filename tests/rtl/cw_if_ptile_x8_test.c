// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_if_ptile -GSEGS=1
#include "cw_if_ptile_test.c"
