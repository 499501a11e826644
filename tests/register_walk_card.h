/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The register walk on a card that nobody describes beforehand: what it is
 * built as comes from its own registers, and the walk finds what does not agree
 * with that. One list of steps for the end-to-end test and `cwctl selftest`.
 */
#ifndef REGISTER_WALK_CARD_H
#define REGISTER_WALK_CARD_H

#include <stdio.h>

#include "tests/register_walk.h"

/* Fills w->build. LINK too: put in its place what the host has set, where that is known. */
static inline void walk_read_build(struct walk *w)
{
	uint32_t counts = walk_rd(w, CW_CAP_COUNTS), dma = walk_rd(w, CW_CAP_DMA), features = walk_rd(w, CW_CAP_FEATURES);
	struct walk_build *b = &w->build;

	b->queues = counts & CW_CAP_COUNTS_QUEUES_MASK;
	b->vectors = (counts & CW_CAP_COUNTS_VECTORS_MASK) >> CW_CAP_COUNTS_VECTORS_SHIFT;
	b->data_bytes = (dma & CW_CAP_DMA_DATA_BYTES_MASK) >> CW_CAP_DMA_DATA_BYTES_SHIFT;
	b->addr_bits = (dma & CW_CAP_DMA_ADDR_W_MASK) >> CW_CAP_DMA_ADDR_W_SHIFT;
	b->tags = (features & CW_CAP_FEATURES_TAGS_MASK) >> CW_CAP_FEATURES_TAGS_SHIFT;
	b->features = features & ~CW_CAP_FEATURES_TAGS_MASK;
	b->clock_hz = walk_rd(w, CW_CLOCK_HZ);
	b->card_bytes = walk_rd64(w, CW_CARD_MEM_LO);
	b->link = walk_rd(w, CW_LINK);
	walk_is("ID", CW_ID, "is what a card begins with", walk_rd(w, CW_ID), CW_ID_MAGIC);
	if (b->queues < 2 || b->queues > CW_QUEUE_N_MAX || b->vectors < 2 || b->vectors > CW_VECTOR_N_MAX)
		fail_msg("CAP_COUNTS: %u queues, %u vectors: the walk knows 2 to %u and 2 to %u", b->queues, b->vectors,
			 CW_QUEUE_N_MAX, CW_VECTOR_N_MAX);
	if (b->addr_bits < 24 || b->addr_bits > 64 || b->data_bytes < 4 || (b->data_bytes & (b->data_bytes - 1)))
		fail_msg("CAP_DMA: %u address bits, %u bytes of data path", b->addr_bits, b->data_bytes);
	if (!b->tags || !b->clock_hz || !b->card_bytes)
		fail_msg("CAP_FEATURES, CLOCK_HZ, CARD_MEM: %u tags, %u Hz, 0x%llx bytes", b->tags, b->clock_hz,
			 (unsigned long long)b->card_bytes);
}

/* A guest sees its hypervisor's MSI-X table in place of the card's. */
static inline bool walk_in_a_guest(void)
{
	FILE *f = fopen("/proc/cpuinfo", "r");
	bool guest = false;
	char line[4096];

	while (f && !guest && fgets(line, sizeof(line), f))
		guest = !strncmp(line, "flags", 5) && strstr(line, " hypervisor") != NULL;
	if (f)
		fclose(f);
	return guest;
}

static inline void walk_queue_lives(struct walk *w)
{
	walk_queue_life(w, 0);
	walk_queue_life(w, w->build.queues / 2 - 1);
	walk_queue_life(w, w->build.queues - 1);
}

/* The whole walk, in this order. */
static const struct {
	const char *name;
	void (*run)(struct walk *w);
} walk_steps[] = {
	{ "reset_values", walk_reset_values },
	{ "writes_of_every_byte", walk_access },
	{ "widths", walk_widths },
	{ "counters", walk_counters },
	{ "time", walk_now },
	{ "holes", walk_holes },
	{ "a_word_of_its_own_for_each_queue_and_vector", walk_own_words },
	{ "allowed_values", walk_allowed_values },
	{ "errors", walk_errors },
	{ "queues_enabled_and_disabled", walk_queue_lives },
	{ "all_put_back", walk_reset_values },
};

#define WALK_STEP_N (sizeof(walk_steps) / sizeof(walk_steps[0]))

#endif
