// SPDX-License-Identifier: BSD-2-Clause
/* What a Verilated card calls: handed on to whoever the handle belongs to. Linked with every model. */
#include "glue.h"

void cw_dpi_pcie(unsigned long long handle, const uint32_t *from_rtl, uint32_t *to_rtl);
void cw_dpi_axi(unsigned long long handle, const uint32_t *from_rtl, uint32_t *to_rtl);

void cw_dpi_pcie(unsigned long long handle, const uint32_t *from_rtl, uint32_t *to_rtl)
{
	const struct cw_dpi *const *card = (const struct cw_dpi *const *)(uintptr_t)handle;

	(*card)->pcie((void *)(uintptr_t)handle, from_rtl, to_rtl);
}

void cw_dpi_axi(unsigned long long handle, const uint32_t *from_rtl, uint32_t *to_rtl)
{
	const struct cw_dpi *const *card = (const struct cw_dpi *const *)(uintptr_t)handle;

	(*card)->axi((void *)(uintptr_t)handle, from_rtl, to_rtl);
}
