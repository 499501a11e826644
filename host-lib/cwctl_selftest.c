// SPDX-License-Identifier: BSD-2-Clause
/*
 * cwctl selftest: what a first board has to pass. The register walk, then
 * card memory through the window, all by accesses to BARs; no driver, no DMA.
 */
#include "cwctl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "causeway-pci.h"
#include "causeway-sim.h"

static void fail_msg(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#include "tests/register_walk_card.h"

/* The card stays as it is: what is in its registers may say more. */
static void fail_msg(const char *fmt, ...)
{
	va_list ap;

	fflush(stdout);
	fprintf(stderr, "cwctl: selftest: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(CTL_FAIL);
}

static void passed(const char *what)
{
	printf("ok    %s\n", what);
	fflush(stdout);
}

static void bar(struct cw_dev *dev, unsigned number, uint64_t off, unsigned len, void *data, int write)
{
	if (cw_bar(dev, number, off, data, len, write))
		fail_msg("BAR%u at 0x%llx: %s", number, (unsigned long long)off, cw_why(dev));
}

static void walk_io_read(void *dev, unsigned number, uint64_t off, unsigned len, void *data)
{
	bar(dev, number, off, len, data, 0);
}

static void walk_io_write(void *dev, unsigned number, uint64_t off, unsigned len, const void *data)
{
	uint64_t v = 0;

	memcpy(&v, data, len);
	bar(dev, number, off, len, &v, 1);
}

/* ---- card memory ---- */

static void show(struct walk *w, uint64_t base)
{
	walk_wr(w, CW_WINDOW_BASE_LO, (uint32_t)base);
	walk_wr(w, CW_WINDOW_BASE_HI, (uint32_t)(base >> 32));
	walk_is("WINDOW_BASE", CW_WINDOW_BASE_LO, "after a write", walk_rd64(w, CW_WINDOW_BASE_LO), base);
}

/* One access of 1 to 8 bytes, wherever the window has to stand for it. */
static void memory(struct walk *w, uint64_t addr, unsigned len, void *data, bool write)
{
	uint64_t at = addr % CW_BAR4_BYTES;

	show(w, addr - at);
	bar(w->io.ctx, CW_BAR_WINDOW, at, len, data, write);
}

static uint64_t word(struct walk *w, uint64_t addr)
{
	uint64_t v;

	memory(w, addr, 8, &v, false);
	return v;
}

static void set_word(struct walk *w, uint64_t addr, uint64_t v)
{
	memory(w, addr, 8, &v, true);
}

static void memory_is(struct walk *w, uint64_t addr, uint64_t want, const char *when)
{
	uint64_t got = word(w, addr);

	if (got != want)
		fail_msg("card memory at 0x%llx: 0x%016llx %s, not 0x%016llx; bits that differ: 0x%016llx", (unsigned long long)addr,
			 (unsigned long long)got, when, (unsigned long long)want, (unsigned long long)(got ^ want));
}

/* Each data line alone, as one and as zero. */
static void memory_data_lines(struct walk *w)
{
	uint64_t was = word(w, 0);

	for (unsigned i = 0; i < 128; i++) {
		uint64_t v = 1ull << i % 64;

		v = i < 64 ? v : ~v;
		set_word(w, 0, v);
		memory_is(w, 0, v, i < 64 ? "with a single one" : "with a single zero");
	}
	set_word(w, 0, was);
}

/* A number that is another one for every address. */
static uint64_t mark(uint64_t addr)
{
	return (addr + 1) * 0x9e3779b97f4a7c15ull;
}

/* Words at 0, at every power of two, at the ends of the first windows and of memory: what is written at one
 * address must not show at another. */
static unsigned memory_spots(uint64_t bytes, uint64_t *spot)
{
	unsigned n = 0;

	spot[n++] = 0;
	for (uint64_t a = 8; a && a < bytes; a <<= 1)
		spot[n++] = a;
	for (unsigned i = 1; i <= 2 && i * CW_BAR4_BYTES < bytes; i++)
		spot[n++] = i * CW_BAR4_BYTES - 8;
	spot[n++] = (bytes - 1) / 2 / 8 * 8;
	spot[n++] = bytes / 8 * 8 - 8;
	return n;
}

static void memory_address_lines(struct walk *w)
{
	uint64_t spot[80], was[80];
	unsigned n = memory_spots(w->build.card_bytes, spot);

	for (unsigned i = 0; i < n; i++)
		was[i] = word(w, spot[i]);
	for (unsigned turn = 0; turn < 2; turn++) {
		for (unsigned i = 0; i < n; i++)
			set_word(w, spot[i], turn ? ~mark(spot[i]) : mark(spot[i]));
		for (unsigned i = 0; i < n; i++)
			memory_is(w, spot[i], turn ? ~mark(spot[i]) : mark(spot[i]), "after words were written elsewhere");
	}
	for (unsigned i = n; i-- > 0;)
		set_word(w, spot[i], was[i]);
}

/* Writes of every width at every place they fit, and reads of them. */
static void memory_widths(struct walk *w)
{
	uint64_t was[4], got[4];
	uint8_t *model = (uint8_t *)got;

	for (unsigned i = 0; i < 4; i++) {
		was[i] = word(w, 8 * i);
		got[i] = ~mark(8 * i); /* not zero: bytes beside a write may come as zeros */
		set_word(w, 8 * i, got[i]);
	}
	for (unsigned len = 1; len <= 8; len *= 2)
		for (unsigned at = 0; at < 32; at += len) {
			uint64_t v = mark(at + 100 * len), back = 0;

			memory(w, at, len, &v, true);
			memcpy(model + at, &v, len);
			memory(w, at, len, &back, false);
			if (memcmp(&back, model + at, len))
				fail_msg("card memory at 0x%x: 0x%llx was written as %u bytes, 0x%llx read", at, (unsigned long long)v,
					 len, (unsigned long long)back);
			for (unsigned i = 0; i < 4; i++)
				memory_is(w, 8 * i, got[i], len == 8 ? "after 8 bytes were written near by" : "after a part was written");
		}
	for (unsigned i = 0; i < 4; i++)
		set_word(w, 8 * i, was[i]);
}

/* A page of noise in the first, a middle and the last window. */
static void memory_pages(struct walk *w)
{
	uint64_t windows = w->build.card_bytes / CW_BAR4_BYTES, was[64];
	const uint64_t pages[] = { 0, windows / 2 * CW_BAR4_BYTES, (windows ? windows - 1 : 0) * CW_BAR4_BYTES };

	for (unsigned p = 0; p < sizeof(pages) / sizeof(pages[0]); p++) {
		for (unsigned i = 0; i < 64; i++)
			was[i] = word(w, pages[p] + 8 * i);
		for (unsigned i = 0; i < 64; i++)
			set_word(w, pages[p] + 8 * i, mark(pages[p] + i));
		for (unsigned i = 0; i < 64; i++)
			memory_is(w, pages[p] + 8 * i, mark(pages[p] + i), "in a block of words");
		for (unsigned i = 0; i < 64; i++)
			set_word(w, pages[p] + 8 * i, was[i]);
	}
}

static void memory_left_no_error(struct walk *w)
{
	walk_wr(w, CW_WINDOW_BASE_LO, 0);
	walk_wr(w, CW_WINDOW_BASE_HI, 0);
	walk_is("ERROR", CW_ERROR, "after the memory test", walk_rd(w, CW_ERROR), 0);
	walk_is("ERR_AXI", CW_COUNTER_OFFSET + 8 * CW_COUNTER_ERR_AXI, "after the memory test",
		walk_rd64(w, CW_COUNTER_OFFSET + 8 * CW_COUNTER_ERR_AXI), 0);
}

static const struct {
	const char *name;
	void (*run)(struct walk *w);
} memory_steps[] = {
	{ "memory_data_lines", memory_data_lines },
	{ "memory_address_lines", memory_address_lines },
	{ "memory_widths", memory_widths },
	{ "memory_blocks", memory_pages },
	{ "memory_left_no_error", memory_left_no_error },
};

/* ---- all of it ---- */

/* What the bus says of it: nothing of a simulated card. LINK must say the same. */
static void ask_the_bus(const struct ctl *c, struct walk *w)
{
	struct cw_pci_card card;

	if (cw_pci_get(c->card, &card, NULL, 0) || !card.link_known)
		return;
	walk_is("LINK", CW_LINK, "where configuration space says otherwise", w->build.link, card.link);
	w->build.link = card.link;
	passed("link_is_as_configuration_space_says");
}

static void run_all(const struct ctl *c, struct walk *w)
{
	walk_read_build(w);
	passed("what_it_is_built_as");
	ask_the_bus(c, w);
	w->foreign_msix = strncmp(c->card, "sim", 3) && walk_in_a_guest();
	if (w->foreign_msix)
		printf("#     the MSI-X table is left out: in a guest it is the hypervisor's\n");
	for (unsigned i = 0; i < WALK_STEP_N; i++) {
		walk_steps[i].run(w);
		passed(walk_steps[i].name);
	}
	for (unsigned i = 0; i < sizeof(memory_steps) / sizeof(memory_steps[0]); i++) {
		memory_steps[i].run(w);
		passed(memory_steps[i].name);
	}
}

/* A driver has the card: only what reads can tell. */
static void run_looking(const struct ctl *c, struct walk *w)
{
	walk_read_build(w);
	passed("what_it_is_built_as");
	ask_the_bus(c, w);
	printf("#     a driver has the card: nothing was written, the walk and the memory test are left out\n");
}

int ctl_selftest(const struct ctl *c)
{
	struct cw_dev *dev = ctl_open(c);
	struct walk w = { .io = { .read = walk_io_read, .write = walk_io_write, .ctx = dev }, .rng = 1 };
	uint32_t id;
	int err;

	if (!dev)
		return CTL_FAIL;
	if (cw_bar(dev, CW_BAR_REGS, CW_ID, &id, sizeof(id), 0)) {
		fprintf(stderr, "cwctl: selftest: %s\n", cw_why(dev));
		return ctl_close(dev, CTL_FAIL);
	}
	err = cw_sim_bind(dev, 0); /* a real card has no driver now, or is only looked at */
	if (!err || err == -EOPNOTSUPP)
		err = cw_reset(dev);
	if (err == -EBUSY) {
		run_looking(c, &w);
		return ctl_close(dev, 0);
	}
	if (err == -EOPNOTSUPP) {
		printf("#     the kernel knows no way to reset the card: what follows is for one that was just turned on\n");
	} else if (err) {
		fprintf(stderr, "cwctl: selftest: %s\n", cw_why(dev));
		return ctl_close(dev, CTL_FAIL);
	} else {
		passed("reset");
	}
	run_all(c, &w);
	err = cw_reset(dev);
	if (!err || err == -EOPNOTSUPP)
		err = cw_sim_bind(dev, 1);
	if (err && err != -EOPNOTSUPP) {
		fprintf(stderr, "cwctl: selftest: after it: %s\n", cw_why(dev));
		return ctl_close(dev, CTL_FAIL);
	}
	return ctl_close(dev, 0);
}
