/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of the card's registers, their fields and values, all from the register
 * table. No state: any thread may call.
 */
#ifndef CW_NAMES_H
#define CW_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

/* "Q_CTRL of queue 3", "MSIX_DATA of vector 2", "counter TX_MRD low word": the word at this BAR0 offset. */
void cw_name_reg(struct cw_text *t, uint32_t offset);
/* The same with " = 0x00000001 (ENABLE 1)". */
void cw_name_reg_value(struct cw_text *t, uint32_t offset, uint32_t value);
/* The bits that are set, "IRQ EOP", of a word of a structure in host memory; nothing without any. */
void cw_name_flags(struct cw_text *t, const char *reg, uint32_t value);
/* The value of an enumeration of the table: "OK" of STATUS; "?" for others. */
const char *cw_name_enum(const char *group, uint32_t value);

#endif
