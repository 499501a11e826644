/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration space as its requests show it: names of registers (the
 * capabilities are found where the answers said they are) and places of BARs.
 */
#ifndef CW_TRACE_CONFIG_H
#define CW_TRACE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

#define CW_CONFIG_DW 1024 /* 4 KiB: section 7.2.2 */
#define CW_CONFIG_BARS 6

struct cw_config {
	uint32_t dw[CW_CONFIG_DW]; /* as last read */
	bool known[CW_CONFIG_DW];
	struct {
		uint32_t value, mask; /* mask: what a read gave after a write of all ones; 0 not asked */
		bool sizing, known;   /* sizing: holds all ones now */
	} bar[CW_CONFIG_BARS];
	uint32_t msi[4];          /* the first words of the MSI capability, as last read or written */
};

/* reg: byte offset, DW aligned, below 4 KiB (a decoded TLP's is). */
void cw_config_write(struct cw_config *c, uint16_t reg, uint32_t value, uint8_t be);
void cw_config_read(struct cw_config *c, uint16_t reg, uint32_t value);
/* A 64-bit BAR: is its place known? size 0: not known. */
bool cw_config_bar(const struct cw_config *c, unsigned n, uint64_t *base, uint64_t *size);
/* The MSI vector that a write of this data to this address is; -1: none. */
int cw_config_msi(const struct cw_config *c, uint64_t addr, uint32_t data);
/* "Device Control", by what the byte enables touch. */
void cw_config_name(struct cw_text *t, const struct cw_config *c, uint16_t reg, uint8_t be);
/* What a write says: " = 0x0006 (memory on, bus master on)", " = all ones, to learn its size" of a BAR. */
void cw_config_say_write(struct cw_text *t, const struct cw_config *c, uint16_t reg, uint32_t value, uint8_t be);
/* Is this write a function level reset? Section 7.5.3.4 */
bool cw_config_is_flr(const struct cw_config *c, uint16_t reg, uint32_t value, uint8_t be);

#endif
