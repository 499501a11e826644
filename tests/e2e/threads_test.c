// SPDX-License-Identifier: BSD-2-Clause
/* Many threads use one card at once, each an area of its own: calls that wait, and transfers in flight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "target.h"

enum { THREADS = 6, AREA = 1 << 20, LEN_MAX = 40000 };

/* Not cmocka's asserts: those belong to the main thread. */
struct worker {
	pthread_t thread;
	struct target *t;
	unsigned number, random;
	int rounds;
	long failed; /* 0, or what a call returned; 1: wrong data */
};

static long move(struct worker *w, unsigned char *out, unsigned char *in)
{
	uint64_t at = (uint64_t)w->number * AREA + test_random(&w->random) % (AREA - LEN_MAX);
	size_t len = 1 + test_random(&w->random) % (test_random(&w->random) % 4 ? 600 : LEN_MAX);
	ssize_t n;

	test_fill(out, len, w->random);
	n = cw_write(w->t->dev, out, len, at);
	if (n != (ssize_t)len)
		return n < 0 ? n : -EIO;
	n = cw_read(w->t->dev, in, len, at);
	if (n != (ssize_t)len)
		return n < 0 ? n : -EIO;
	return memcmp(in, out, len) ? 1 : 0;
}

/* Memory that shares no cache line: where it is not coherent, reads into one line at a time would spoil each other. */
static void *own_lines(size_t len)
{
	return aligned_alloc(4096, (len + 4095) / 4096 * 4096);
}

static void *mover(void *arg)
{
	struct worker *w = arg;
	unsigned char *out = malloc(LEN_MAX), *in = own_lines(LEN_MAX);
	struct cw_info info;
	uint32_t value;

	for (int i = 0; i < w->rounds && !w->failed; i++) {
		w->failed = move(w, out, in);
		if (!w->failed && i % 4 == 0)
			w->failed = cw_get_info(w->t->dev, &info);
		if (!w->failed && i % 5 == 0)
			w->failed = cw_reg_read(w->t->dev, 0, &value);
	}
	free(out);
	free(in);
	return NULL;
}

static void run(struct target *t, void *(*body)(void *arg), int rounds, int threads)
{
	struct worker w[THREADS];

	for (int i = 0; i < threads; i++) {
		w[i] = (struct worker){ .t = t, .number = (unsigned)i, .random = t->seed * 100 + (unsigned)i,
					.rounds = rounds };
		assert_int_equal(pthread_create(&w[i].thread, NULL, body, &w[i]), 0);
	}
	for (int i = 0; i < threads; i++)
		pthread_join(w[i].thread, NULL);
	for (int i = 0; i < threads; i++)
		if (w[i].failed)
			fail_msg("thread %d: %ld", i, w[i].failed);
}

static void each_thread_finds_its_own_data(void **state)
{
	run(*state, mover, target_full() ? 300 : 25, THREADS);
}

/* Any thread may reap any transfer; the counts must come out even. */
struct pool {
	struct worker w;
	pthread_mutex_t lock;
	int left, reaped;
};

enum { DEPTH = 24, IO_LEN = 3000, IO_SPAN = 3008 /* whole cache lines */ };

/* Takes what has ended until all of it was taken, by itself or by another. */
static void *reaper(void *arg)
{
	struct pool *p = arg;
	int left = 1;

	while (left > 0) {
		struct cw_io *io = NULL;
		int err = cw_wait(p->w.t->dev, &io, -1);

		pthread_mutex_lock(&p->lock);
		if (!err && io && io->result == IO_LEN && !io->user) {
			io->user = io;
			p->left--;
			p->reaped++;
		} else if (err != -ENOENT) {
			p->w.failed = err ? err : 1;
			p->left = 0;
		}
		left = err == -ENOENT ? 0 : p->left;
		pthread_mutex_unlock(&p->lock);
	}
	return NULL;
}

static void threads_share_what_has_ended(void **state)
{
	struct target *t = *state;
	unsigned char *buf = own_lines((size_t)DEPTH * IO_SPAN);
	struct cw_io ios[DEPTH];

	test_fill(buf, (size_t)DEPTH * IO_SPAN, t->seed);
	for (int round = 0; round < (target_full() ? 100 : 12); round++) {
		struct pool p = { .w.t = t, .lock = PTHREAD_MUTEX_INITIALIZER, .left = DEPTH };
		pthread_t threads[THREADS];

		for (int i = 0; i < DEPTH; i++) {
			ios[i] = (struct cw_io){ .op = round & 1 ? CW_OP_READ : CW_OP_WRITE, .buf = buf + i * IO_SPAN,
						 .len = IO_LEN, .card_addr = (uint64_t)i * IO_LEN };
			assert_int_equal(cw_submit(t->dev, &ios[i]), 0);
		}
		for (int i = 0; i < THREADS; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, reaper, &p), 0);
		for (int i = 0; i < THREADS; i++)
			pthread_join(threads[i], NULL);
		if (p.w.failed || p.reaped != DEPTH)
			fail_msg("round %d: %d of %d reaped, error %ld", round, p.reaped, DEPTH, p.w.failed);
	}
	free(buf);
}

/* Submits a few and waits for as many, whoever's they are. */
static void *submitter(void *arg)
{
	struct worker *w = arg;
	unsigned char *buf = malloc(DEPTH * IO_LEN);
	struct cw_io *ios = calloc(DEPTH, sizeof(*ios)), *io;

	for (int r = 0; r < w->rounds && !w->failed; r++) {
		int n = 1 + (int)(test_random(&w->random) % DEPTH);

		test_fill(buf, DEPTH * IO_LEN, w->random);
		for (int i = 0; i < n && !w->failed; i++) {
			ios[i] = (struct cw_io){ .op = CW_OP_WRITE, .buf = buf + i * IO_LEN, .len = IO_LEN,
						 .card_addr = (uint64_t)w->number * AREA + (uint64_t)i * IO_LEN,
						 .user = &ios[i] };
			w->failed = cw_submit(w->t->dev, &ios[i]);
		}
		/* done when nobody's `user` still points here */
		for (int i = 0; i < n && !w->failed;) {
			if (!__atomic_load_n(&ios[i].user, __ATOMIC_ACQUIRE)) {
				w->failed = ios[i++].result == IO_LEN ? 0 : 1;
				continue;
			}
			switch (cw_wait(w->t->dev, &io, 1)) {
			case 0:
				__atomic_store_n(&io->user, NULL, __ATOMIC_RELEASE);
				break;
			case -ENOENT: /* another thread took it and is about to say so */
			case -ETIMEDOUT:
				break;
			default:
				w->failed = -EIO;
			}
		}
	}
	free(ios);
	free(buf);
	return NULL;
}

static void submitters_reap_each_others(void **state)
{
	run(*state, submitter, target_full() ? 100 : 8, THREADS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_thread_finds_its_own_data),
		cmocka_unit_test(threads_share_what_has_ended),
		cmocka_unit_test(submitters_reap_each_others),
	};

	return cmocka_run_group_tests_name("threads", tests, target_setup, target_teardown);
}
