// SPDX-License-Identifier: BSD-2-Clause
/*
 * A program on libcauseway that moves checked data while its card may die at any
 * moment: two threads with blocking calls and one with transfers in flight, over
 * several queues. After a death every call must say -ENODEV, the card must close,
 * and the next one of that name must open and work.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "causeway-sim.h"
#include "death.h"
#include "target.h"

#define REGION (256u << 10) /* of card memory, a thread */
#define BLOCK_MAX 24576u
#define DEPTH 16
#define IO_LEN 8192u
#define REOPEN_MS 8000

struct host {
	struct death_shared *sh;
	struct cw_dev *dev;
	unsigned seed;
	_Atomic int stop;
};

struct worker {
	struct host *h;
	int th;
	unsigned random;
};

uint64_t death_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void begin(struct host *h, int th, const char *call, size_t len, uint64_t addr)
{
	struct death_call *c = &h->sh->call[th];

	snprintf(c->what, sizeof(c->what), "%s(%zu bytes, 0x%llx)", call, len, (unsigned long long)addr);
	c->since = death_now_ms();
}

static long end(struct host *h, int th, long ret)
{
	h->sh->call[th].since = 0;
	return ret;
}

/* The run has failed: the first reason stays. */
__attribute__((format(printf, 2, 3))) static void failed(struct host *h, const char *format, ...)
{
	int state = h->sh->state;
	va_list ap;

	if (state == ST_FAILED)
		return;
	va_start(ap, format);
	vsnprintf(h->sh->error, sizeof(h->sh->error), format, ap);
	va_end(ap);
	h->sh->state = ST_FAILED;
}

/* 1: done; 0: the card is gone; -1: something else, which is noted. */
static int outcome(struct worker *w, long ret, long want)
{
	if (ret == want)
		return 1;
	if (ret != -ENODEV)
		failed(w->h, "%s gave %ld instead of %ld or -ENODEV: %s", w->h->sh->call[w->th].what, ret, want,
		       cw_why(w->h->dev));
	return ret == -ENODEV ? 0 : -1;
}

/* One write and its read, by blocking calls. As outcome(). */
static int round_trip(struct worker *w, unsigned char *out, unsigned char *in)
{
	size_t len = 1 + test_random(&w->random) % BLOCK_MAX;
	uint64_t addr = (uint64_t)w->th * REGION + test_random(&w->random) % (REGION - BLOCK_MAX);
	int got;

	test_fill(out, len, w->random);
	begin(w->h, w->th, "cw_write", len, addr);
	got = outcome(w, end(w->h, w->th, cw_write(w->h->dev, out, len, addr)), (long)len);
	if (got != 1)
		return got;
	begin(w->h, w->th, "cw_read", len, addr);
	got = outcome(w, end(w->h, w->th, cw_read(w->h->dev, in, len, addr)), (long)len);
	if (got == 1 && memcmp(in, out, len)) {
		failed(w->h, "%s: other bytes than were written", w->h->sh->call[w->th].what);
		return -1;
	}
	if (got == 1)
		w->h->sh->moved += len;
	return got;
}

static void *block_main(void *arg)
{
	unsigned char *buf = malloc(2 * (size_t)BLOCK_MAX);
	struct worker *w = arg;

	while (!w->h->stop && round_trip(w, buf, buf + BLOCK_MAX) == 1)
		;
	free(buf);
	return NULL;
}

/* DEPTH transfers in flight, then all have to come back. As outcome(). */
static int batch(struct worker *w, enum cw_op op, unsigned char *buf)
{
	struct cw_io ios[DEPTH], *io;
	int n = 0, result = 1, got;
	long ret = 0;

	for (; n < DEPTH; n++) {
		ios[n] = (struct cw_io){ .op = op, .buf = buf + (size_t)n * IO_LEN, .len = IO_LEN,
					 .card_addr = (uint64_t)w->th * REGION + (uint64_t)n * IO_LEN };
		begin(w->h, w->th, "cw_submit", IO_LEN, ios[n].card_addr);
		ret = end(w->h, w->th, cw_submit(w->h->dev, &ios[n]));
		if (ret)
			break;
	}
	if (ret)
		result = outcome(w, ret, 0);
	while (n-- > 0) {
		begin(w->h, w->th, "cw_wait", 0, 0);
		ret = end(w->h, w->th, cw_wait(w->h->dev, &io, -1));
		got = outcome(w, ret ? ret : io->result, ret ? 0 : (long)IO_LEN);
		if (got < result)
			result = got;
		if (ret) { /* without the transfers there is no going on */
			failed(w->h, "cw_wait gave %ld with %d in flight", ret, n + 1);
			return -1;
		}
	}
	return result;
}

static void *aio_main(void *arg)
{
	unsigned char *out = malloc(2 * (size_t)DEPTH * IO_LEN), *in = out + (size_t)DEPTH * IO_LEN;
	struct worker *w = arg;

	while (!w->h->stop) {
		test_fill(out, (size_t)DEPTH * IO_LEN, test_random(&w->random));
		if (batch(w, CW_OP_WRITE, out) != 1 || batch(w, CW_OP_READ, in) != 1)
			break;
		if (memcmp(in, out, (size_t)DEPTH * IO_LEN)) {
			failed(w->h, "transfers in flight: other bytes than were written");
			break;
		}
		w->h->sh->moved += (size_t)DEPTH * IO_LEN;
	}
	free(out);
	return NULL;
}

/* All threads at work; `moved` is what they have to move, 0: until the card is gone. */
static void work(struct host *h, uint64_t moved)
{
	struct worker w[TH_N];
	pthread_t thread[TH_N];
	uint64_t goal = h->sh->moved + moved;

	h->stop = 0;
	for (int i = TH_BLOCK1; i < TH_N; i++) {
		w[i] = (struct worker){ .h = h, .th = i, .random = h->seed * 7919u + (unsigned)i };
		if (pthread_create(&thread[i], NULL, i == TH_AIO ? aio_main : block_main, &w[i]))
			abort();
	}
	if (!moved && h->sh->state == ST_OPEN)
		h->sh->state = ST_BUSY;
	while (moved && h->sh->moved < goal && h->sh->state != ST_FAILED)
		usleep(1000);
	if (moved)
		h->stop = 1;
	for (int i = TH_BLOCK1; i < TH_N; i++)
		pthread_join(thread[i], NULL);
}

static void wait_order(struct host *h, int order)
{
	while (h->sh->order < order)
		usleep(500);
}

/* The driver comes and goes, the first time under load. */
static void come_and_go(struct host *h)
{
	struct worker w = { .h = h, .th = TH_BLOCK1, .random = h->seed };
	pthread_t thread;

	if (pthread_create(&thread, NULL, block_main, &w))
		abort();
	h->sh->state = ST_BUSY;
	for (int bind = 0; h->sh->order == OR_RUN; bind = !bind) {
		begin(h, TH_MAIN, bind ? "cw_sim_bind" : "cw_sim_bind, off", 0, 0);
		end(h, TH_MAIN, cw_sim_bind(h->dev, bind));
	}
	pthread_join(thread, NULL);
}

/* Now everything says that the card is gone, and goes on to say so. */
static void all_gone(struct host *h)
{
	static const struct {
		const char *name;
		int call;
	} calls[] = { { "cw_write", 0 }, { "cw_read", 1 }, { "cw_submit", 2 }, { "cw_reg_read", 3 },
		      { "cw_reg_write", 4 }, { "cw_counter_read", 5 }, { "cw_get_info", 6 }, { "cw_write", 0 } };
	struct cw_info info;
	unsigned char buf[64] = "";
	uint32_t v;
	uint64_t v64;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct cw_io io = { .op = CW_OP_WRITE, .buf = buf, .len = sizeof(buf) }, *done;
		long ret = 0;

		begin(h, TH_MAIN, calls[i].name, sizeof(buf), 0);
		switch (calls[i].call) {
		case 0: ret = cw_write(h->dev, buf, sizeof(buf), 0); break;
		case 1: ret = cw_read(h->dev, buf, sizeof(buf), 0); break;
		case 2: ret = cw_submit(h->dev, &io) ?: cw_wait(h->dev, &done, -1) ?: done->result; break;
		case 3: ret = cw_reg_read(h->dev, 0, &v); break;
		case 4: ret = cw_reg_write(h->dev, 0, 0); break;
		case 5: ret = cw_counter_read(h->dev, 0, &v64); break;
		case 6: ret = cw_get_info(h->dev, &info); break;
		}
		end(h, TH_MAIN, ret);
		if (ret != -ENODEV)
			failed(h, "%s of a dead card gave %ld instead of -ENODEV", calls[i].name, ret);
	}
}

static int open_card(struct host *h, const char *name, char *why, size_t size)
{
	char full[160];

	snprintf(full, sizeof(full), "sim:%s,seed=%u,order=1,read-jitter=200,module=queues=4", name, h->seed);
	begin(h, TH_MAIN, "cw_open", 0, 0);
	return (int)end(h, TH_MAIN, cw_open(full, &h->dev, why, size));
}

static void close_card(struct host *h)
{
	long ret;

	begin(h, TH_MAIN, "cw_close", 0, 0);
	ret = end(h, TH_MAIN, cw_close(h->dev));
	h->dev = NULL;
	if (ret)
		failed(h, "cw_close gave %ld: the simulation's own checks failed", ret);
}

static int count_fds(void)
{
	struct dirent *e;
	DIR *d = opendir("/proc/self/fd");
	int n = -1; /* its own */

	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

/* Until the card dies, or would have. */
static void first_life(struct host *h, const char *name, enum death_phase phase)
{
	char why[256] = "";
	int err;

	h->sh->fds = count_fds();
	h->sh->state = ST_OPENING;
	err = open_card(h, name, why, sizeof(why));
	if (err) {
		/* -ENOENT: it had died before it was asked. */
		if (err != -ENODEV && err != -ENOENT)
			failed(h, "cw_open gave %d instead of -ENODEV: %s", err, why);
		wait_order(h, OR_CHECK);
		return;
	}
	h->sh->opened = 1;
	h->sh->state = ST_OPEN;
	if (phase == PH_TRANSFER)
		work(h, 0);
	else if (phase == PH_REMOVE)
		come_and_go(h);
	wait_order(h, OR_CHECK);
	all_gone(h);
}

/* The next card of that name, from opening to the end, in order. */
static void next_life(struct host *h, const char *name)
{
	uint64_t start = death_now_ms();
	char why[256] = "";
	int err;

	while ((err = open_card(h, name, why, sizeof(why))) == -ENOENT && death_now_ms() - start < REOPEN_MS)
		usleep(2000);
	if (err) {
		failed(h, "cw_open of the next card gave %d: %s", err, why);
		return;
	}
	work(h, 300000);
	close_card(h);
}

int death_host(struct death_shared *sh, const char *name, enum death_phase phase, unsigned seed)
{
	struct host h = { .sh = sh, .seed = seed };

	if (phase < PH_N) {
		first_life(&h, name, phase);
		if (sh->state != ST_FAILED)
			sh->state = ST_DOWN;
		if (h.dev)
			close_card(&h);
		if (sh->state != ST_FAILED)
			sh->state = ST_CLOSED;
		wait_order(&h, OR_REOPEN);
	}
	if (sh->state != ST_FAILED)
		next_life(&h, name);
	if (sh->state != ST_FAILED)
		sh->state = ST_DONE;
	wait_order(&h, OR_QUIT);
	return sh->state == ST_DONE ? 0 : 1;
}
