/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of the kernel API itself, without a driver and without a card. A body is
 * a process of the machine: it calls the kernel API as a driver does and returns
 * 0, or the line of the WANT() that did not hold.
 */
#ifndef CW_KERNEL_RIG_H
#define CW_KERNEL_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "sim/kernel/shim.h"
#include "result.h"

#define WANT(cond) do { if (!(cond)) return __LINE__; } while (0)

/* The mistake that a test makes now: what checks say meanwhile is a result. */
static const char *planted;

static inline void on_check(void *ctx __maybe_unused, const char *check, const char *text)
{
	if (planted)
		result(check, planted, "", text);
}

static inline struct shim *machine_with(const struct shim_param *param)
{
	struct shim_param p = *param;
	struct shim *s;

	p.check = on_check;
	assert_int_equal(shim_new(&s, NULL, &p), 0);
	return s;
}

/* Runs a body in a machine of its own, which ends without a failed check. */
static inline void run_in(const struct shim_param *p, long (*body)(void *), void *arg)
{
	struct shim *s = machine_with(p);
	long line = shim_call(s, body, arg);
	unsigned int failed;

	if (line)
		shim_report(s, stderr);
	failed = shim_free(s);
	if (line)
		fail_msg("line %ld", line);
	assert_int_equal(failed, 0);
}

static inline void run(long (*body)(void *))
{
	struct shim_param p;

	shim_param_default(&p);
	run_in(&p, body, NULL);
	p.explore = true;
	p.seed = 77;
	run_in(&p, body, NULL);
}

/* A mistake that a driver can make, and the one check that must find it. */
struct mistake {
	const char *name;
	long (*body)(void *);
	const char *check, *text; /* text: part of what is said */
	long result;              /* of the process, 0 as a rule */
	unsigned int more;        /* times than once that the check fails */
};

static inline void found(const struct mistake *m)
{
	struct shim_param p;
	struct shim *s;
	unsigned int seen, failed;
	bool said;
	long ret;

	shim_param_default(&p);
	p.quiet = true;
	s = machine_with(&p);
	planted = m->name;
	shim_expect(s, m->check, 1 + m->more);
	ret = shim_call(s, m->body, NULL);
	seen = shim_check_count(s, m->check);
	/* Leaks are found at the end, which leaves no text. */
	said = !seen || strstr(shim_last(s), m->text);
	if (ret != m->result || !said)
		print_error("%s: returned %ld, said: %s\n", m->name, ret, shim_last(s));
	failed = shim_free(s);
	planted = NULL;
	if (failed)
		print_error("%s: check %s seen %u times, %u failed beyond it\n", m->name, m->check, seen, failed);
	assert_int_equal(ret, m->result);
	assert_true(said);
	assert_int_equal(failed, 0);
}

#endif
