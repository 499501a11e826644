/* SPDX-License-Identifier: BSD-2-Clause */
/* One write over the queue configuration bus, with the cycles that a block needs to take it in. */
#ifndef CW_TEST_QCFG_H
#define CW_TEST_QCFG_H

#include "dut.h"

static inline void dut_qcfg(struct dut *d, unsigned op, unsigned q, unsigned reg, uint32_t data)
{
	dut_set(d, "qcfg_valid", 1);
	dut_set(d, "qcfg_op", op);
	dut_set(d, "qcfg_queue", q);
	dut_set(d, "qcfg_reg", reg / 4);
	dut_set(d, "qcfg_data", data);
	dut_cycle(d);
	dut_set(d, "qcfg_valid", 0);
	dut_cycles(d, 3);
}

#endif
