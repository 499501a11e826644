// SPDX-License-Identifier: BSD-2-Clause
// verilator: top=cw_if_7series -GIF_W=64
#include "cw_if_7series_test.c"
