/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=cw_ram_fwd -GLIVE=1
#define LIVE 1
#include "cw_ram_fwd_test.c"
