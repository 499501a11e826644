/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_read_path -GTAG_N=1024 -GQUEUE_N=2048
/* The read path with all tags, of which 10-bit tags use 768. */
#include "cw_read_path_test.c"
