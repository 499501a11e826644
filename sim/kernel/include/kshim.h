/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel API in user space: what every header of the mirror includes. It
 * follows 6.12. A header that the mirror lacks is a compile error.
 */
#ifndef KSHIM_H
#define KSHIM_H

#include "kshim_types.h"
#include "kshim_atomic.h"
#include "kshim_list.h"
#include "kshim_lock.h"
#include "kshim_wait.h"
#include "kshim_mm.h"
#include "kshim_dma.h"
#include "kshim_fs.h"
#include "kshim_pm.h"
#include "kshim_device.h"
#include "kshim_debug.h"
#include "kshim_pci.h"

#endif
