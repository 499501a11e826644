// SPDX-License-Identifier: BSD-2-Clause
#include "iface.h"

#include <stddef.h>

#include "../../sim/device/shims.h"

/* Headers are of 4 DWs, all addresses being above 4 GiB, those of completions of 3. */
static const struct iface ifaces[CW_SHIM_N] = {
	/* PG213: descriptors of 4 DWs on RQ and CQ, of 3 on RC, which straddles at 16 bytes; 1024 headers, 32 KiB */
	[CW_SHIM_USPLUS] = { 256, { 8, 1, 4 }, { 4, 2, 3 }, { 8, 1, 4 }, false, 1024, 2048 },
	/* address-aligned: a descriptor is a beat, nothing straddles; 64 completions */
	[CW_SHIM_USPLUSAA] = { 256, { 8, 1, 8 }, { 8, 1, 8 }, { 8, 1, 8 }, false, 64, 2048 },
	/* 512 bits: RQ and CQ straddle at 32 bytes, RC at 16 */
	[CW_SHIM_USPLUS512] = { 512, { 8, 2, 4 }, { 4, 4, 3 }, { 8, 2, 4 }, false, 1024, 2048 },
	/* PG054: TLPs as they are; what is received straddles at 8 bytes, what is sent does not; 36 headers, 461 units */
	[CW_SHIM_7SERIES] = { 256, { 4, 1, 4 }, { 2, 2, 3 }, { 2, 2, 4 }, true, 36, 461 },
	[CW_SHIM_7SERIES64] = { 256, { 2, 1, 4 }, { 2, 1, 3 }, { 2, 1, 4 }, true, 36, 461 },
	/* UG-20225: segments of 32 bytes with the header beside them; 1144 headers, 2888 units */
	[CW_SHIM_PTILE] = { 256, { 8, 2, 0 }, { 8, 2, 0 }, { 8, 2, 0 }, true, 1144, 2888 },
	[CW_SHIM_PTILE256] = { 256, { 8, 1, 0 }, { 8, 1, 0 }, { 8, 1, 0 }, true, 1144, 2888 },
	[CW_SHIM_PTILE512] = { 512, { 8, 2, 0 }, { 8, 2, 0 }, { 8, 2, 0 }, true, 1144, 2888 },
};

const struct iface *iface_of(unsigned shim)
{
	return shim < CW_SHIM_N && ifaces[shim].width ? &ifaces[shim] : NULL;
}
