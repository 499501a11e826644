/* SPDX-License-Identifier: BSD-2-Clause */
// verilator: top=stream_ram_fifo -GFORWARD=0
#include "stream_ram_fifo_test.c"
