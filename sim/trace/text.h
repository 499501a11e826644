/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line of text that grows to its limit and no further: what does not fit is
 * cut, the text is always terminated.
 */
#ifndef CW_TEXT_H
#define CW_TEXT_H

#include <stddef.h>

struct cw_text {
	char *s;
	size_t size, len; /* len < size */
};

/* size at least 1. */
void cw_text_init(struct cw_text *t, char *buf, size_t size);
__attribute__((format(printf, 2, 3))) void cw_text_add(struct cw_text *t, const char *format, ...);

#endif
