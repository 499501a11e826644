/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the generated glue (sim/device/glue.awk) offers for one Verilated model,
 * as a table of plain C functions. The table is named cw_glue_<prefix>, e.g.
 * cw_glue_Vcwfast.
 *
 * A port is reached through the address of its storage, which is fixed for the
 * life of the model: 1, 2, 4 or 8 bytes for ports up to 8, 16, 32 and 64 bits,
 * an array of 32-bit words (lowest first) for wider ones. Bits above the width
 * must be written as zero.
 *
 * One thread a model. Several models may live at once and be freed in any order.
 *
 * The model calls out once a clock for each of its two neighbours, with the handle
 * that its top was given: the address of something that begins with a pointer to
 * struct cw_dpi (sim/device/dpi.c), so that a model may be in a library of its own.
 * Such a library exports one function, CW_CARD_GLUE.
 */
#ifndef CW_GLUE_H
#define CW_GLUE_H

#include <stdint.h>

struct cw_glue_port {
	const char *name;
	uint16_t width; /* bits */
	uint16_t bytes; /* of its storage */
	uint8_t input;  /* 1: the harness drives it */
};

struct cw_glue {
	const char *name;
	const struct cw_glue_port *ports;
	uint32_t port_n;
	uint8_t has_trace;
	/* The seed decides the initial value of every register. NULL: out of memory. */
	void *(*create)(uint32_t seed);
	void *(*port)(void *model, uint32_t index);
	void (*eval)(void *model);
	/* Failed assertions and $error calls so far. */
	int (*errors)(void *model);
	/* $finish was executed. */
	int (*finished)(void *model);
	/* Waves (FST), when has_trace: open may be called again after close. */
	void (*trace_open)(void *model, const char *path);
	void (*trace_dump)(void *model, uint64_t time_ps);
	void (*trace_flush)(void *model);
	void (*trace_close)(void *model);
	/* Runs `final` blocks and frees the model. */
	void (*destroy)(void *model);
};

struct cw_dpi {
	void (*pcie)(void *card, const uint32_t *from_rtl, uint32_t *to_rtl);
	void (*axi)(void *card, const uint32_t *from_rtl, uint32_t *to_rtl);
};

#define CW_CARD_GLUE "cw_card_glue" /* const struct cw_glue *cw_card_glue(void) */

#endif
