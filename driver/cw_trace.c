// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The code of the tracepoints. */
#include <linux/types.h>

#define CREATE_TRACE_POINTS
#include "cw_trace.h"
