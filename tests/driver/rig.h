/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the driver's tests stand on: a machine (the shim) with the C model of the
 * card behind its root port, in this process. shim_free() counts every check
 * that failed and everything left behind; rig_close() wants that to be nothing.
 */
#ifndef CW_DRIVER_RIG_H
#define CW_DRIVER_RIG_H

#define KSHIM_NO_KSHIM /* a test is a user: of linux/types.h it wants the user's half */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>

#include "sim/kernel/shim.h"
#include "tests/model/card_model.h"

#define RIG_DEV "/dev/causeway0"

struct rig {
	struct cw_link_param link;   /* these three: rig_default(), then change */
	struct cw_model_param card;
	struct shim_param machine;
	struct cw_link *host_end, *card_end;
	struct cw_model *model;
	struct shim *shim;
	int fd;
};

static inline void rig_default(struct rig *r)
{
	memset(r, 0, sizeof(*r));
	r->link = (struct cw_link_param){ .seed = 1, .latency_ps = 250000, .generation = 3, .lanes = 8 };
	cw_model_param_default(&r->card);
	shim_param_default(&r->machine);
	r->machine.iommu = true;
	r->fd = -1;
}

/* The machine with the card in it; no module yet. */
static inline void rig_power(struct rig *r)
{
	assert_int_equal(cw_link_pair(&r->link, &r->host_end, &r->card_end), 0);
	assert_int_equal(cw_model_new(&r->model, r->card_end, &r->card), 0);
	cw_link_set_peer(r->host_end, cw_model_step, r->model);
	assert_int_equal(shim_new(&r->shim, r->host_end, &r->machine), 0);
}

/* And with the module loaded and the file open. */
static inline void rig_open(struct rig *r, const char *params)
{
	rig_power(r);
	assert_int_equal(shim_module_load(r->shim, params), 0);
	assert_true(shim_bound(r->shim));
	r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
	assert_true(r->fd >= 0);
}

static inline void rig_close(struct rig *r)
{
	unsigned failed = shim_free(r->shim);

	cw_model_free(r->model);
	cw_link_close(r->host_end);
	cw_link_close(r->card_end);
	assert_int_equal(failed, 0);
}

/* Bytes that differ by position, length and salt. */
static inline void rig_fill(uint8_t *p, size_t len, uint32_t salt)
{
	uint32_t x = salt * 2654435761u + 12345;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525u + 1013904223u;
		p[i] = x >> 24;
	}
}

/* Is card memory at `addr` this? */
static inline void rig_card_is(struct rig *r, uint64_t addr, const void *data, size_t len)
{
	uint8_t *got = malloc(len);

	assert_non_null(got);
	cw_model_mem_read(r->model, addr, got, len);
	assert_memory_equal(got, data, len);
	free(got);
}

/* A transfer each way that must work: the machine has got over what was done to it. */
static inline void rig_works(struct rig *r)
{
	static uint32_t salt;
	uint8_t out[9001], in[9001];
	uint64_t start = shim_now_ns(r->shim);

	rig_fill(out, sizeof(out), ++salt);
	memset(in, 0, sizeof(in));
	assert_int_equal(shim_pwrite(r->shim, r->fd, out, sizeof(out), 0x3001), sizeof(out));
	assert_int_equal(shim_pread(r->shim, r->fd, in, sizeof(in), 0x3001), sizeof(in));
	assert_memory_equal(in, out, sizeof(in));
	/* By interrupts, not by some time-out that found the work done. */
	assert_true(shim_now_ns(r->shim) - start < 1000000);
}

static inline void rig_inject(struct rig *r, enum cw_model_fault_kind kind, uint32_t arg, uint32_t times)
{
	struct cw_model_fault f = { .kind = kind, .queue = CW_MODEL_ANY, .number = CW_MODEL_ANY, .arg = arg,
				    .times = times };

	assert_int_equal(cw_model_inject(r->model, &f), 0);
}

static inline uint32_t rig_faults_left(struct rig *r)
{
	struct cw_model_stats s;

	cw_model_get_stats(r->model, &s);
	return s.faults_left;
}

/* For shim_param.message: how often the kernel log has said `what`. */
struct said {
	const char *what;
	unsigned n;
};

static inline void count_message(void *ctx, int level, const char *text)
{
	struct said *s = ctx;

	(void)level;
	s->n += strstr(text, s->what) != NULL;
}

/* A test with its own rig: setup gives the defaults, teardown nothing (the test closes). */
static inline int rig_setup(void **state)
{
	struct rig *r = malloc(sizeof(*r));

	if (!r)
		return -1;
	rig_default(r);
	*state = r;
	return 0;
}

static inline int rig_teardown(void **state)
{
	free(*state);
	return 0;
}

#define RIG_TEST(f) cmocka_unit_test_setup_teardown(f, rig_setup, rig_teardown)

#endif
