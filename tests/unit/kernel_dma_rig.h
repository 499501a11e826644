/* SPDX-License-Identifier: BSD-2-Clause */
/* A device that can do DMA, for the tests of the mapping API. */
#ifndef KERNEL_DMA_RIG_H
#define KERNEL_DMA_RIG_H

#include "kernel_rig.h"

static u64 mask;
static struct device_dma_parameters parms;
static struct device dev;

static void device_reset(void)
{
	memset(&dev, 0, sizeof(dev));
	memset(&parms, 0, sizeof(parms));
	mask = U64_MAX;
	dev.init_name = "dev";
	dev.dma_mask = &mask;
	dev.coherent_dma_mask = mask;
	dev.dma_parms = &parms;
}

#endif
