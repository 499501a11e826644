/* SPDX-License-Identifier: BSD-2-Clause */
/* Deadlines of cw_deadline as times. */
#ifndef DEADLINE_H
#define DEADLINE_H

#include <stdint.h>

#define NO_DEADLINE UINT64_MAX

/* What a block tells: bit 24: there is one; below, its lower bits, less than 2^23 cycles from `now`. */
static inline uint64_t deadline_at(uint64_t now, uint64_t told)
{
	uint64_t ahead = (told - now) & 0xffffff;

	if (!(told >> 24))
		return NO_DEADLINE;
	return now + ahead - (ahead >> 23 << 24);
}

#endif
