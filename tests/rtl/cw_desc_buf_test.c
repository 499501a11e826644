/* SPDX-License-Identifier: BSD-2-Clause */
/* cw_desc_buf: batches fill in any order and leave in the order of their queue. */
#include <string.h>

#include "dut.h"
#include "stream.h"

#define QUEUES 5

struct batch {
	bool used, ended, fail;
	unsigned queue, n, buf, at; /* at: descriptors filled */
	uint32_t num;
	uint64_t addr;
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct stream *fetch, *rd, *desc;
	struct batch wait[512], live[16];
	unsigned wait_head, wait_tail, out_n;
	uint32_t num[QUEUES], next[QUEUES];
	bool failed[QUEUES][4096];
	bool hold_queue[QUEUES];
	bool open;
};

static void start(struct env *e, unsigned stall)
{
	static const char *const fetch[] = { "fetch_queue", "fetch_num", "fetch_n", "fetch_addr", "fetch_c2h",
					     NULL };
	static const char *const rd[] = { "fetch_rd_buf", "fetch_rd_addr", "fetch_rd_bytes", "fetch_rd_queue",
					  "fetch_rd_num", NULL };
	static const char *const desc[] = { "desc_queue", "desc_num", "desc_fail", "desc_data", NULL };

	memset(e, 0, sizeof(*e));
	dut_rng_init(&e->rng, dut_seed());
	e->d = dut_new(dut_seed());
	e->fetch = stream_source(e->d, "fetch", fetch);
	e->rd = stream_sink(e->d, "fetch_rd", rd);
	e->desc = stream_sink(e->d, "desc", desc);
	dut_set(e->d, "desc_room", 3);
	e->open = stall == 0; /* then what is offered is taken */
	stream_stall(e->rd, stall);
	stream_stall(e->desc, stall);
	dut_reset(e->d, 3);
}

static void end(struct env *e)
{
	stream_free(e->fetch);
	stream_free(e->rd);
	stream_free(e->desc);
	dut_free(e->d);
}

static void push(struct env *e, unsigned q, unsigned unit, unsigned n)
{
	struct stream_beat b = { 0 };
	uint64_t addr = (dut_rand(&e->rng) & 0xfffffffff000) + 16 * unit;

	stream_put_u64(e->fetch, &b, 0, q);
	stream_put_u64(e->fetch, &b, 1, e->num[q]);
	stream_put_u64(e->fetch, &b, 2, n);
	stream_put_u64(e->fetch, &b, 3, addr);
	stream_put_u64(e->fetch, &b, 4, q & 1);
	stream_push(e->fetch, &b);
	e->wait[e->wait_tail++ % 512] = (struct batch){ .used = true, .queue = q, .n = n, .num = e->num[q], .addr = addr };
	e->num[q] += n;
}

static uint32_t word(unsigned q, uint32_t num, unsigned i)
{
	return (num * 4 + i) * 2654435761u ^ q << 28;
}

/* One beat for some batch: up to two descriptors, or its end. */
static void fill(struct env *e)
{
	struct batch *b = &e->live[dut_below(&e->rng, 16)];
	uint32_t w[8];
	unsigned n;

	dut_set(e->d, "fill_valid", 0);
	dut_set(e->d, "fill_end_valid", 0);
	if (!b->used || e->hold_queue[b->queue])
		return;
	dut_set(e->d, "fill_buf", b->buf);
	if (b->at < b->n && !b->fail) {
		/* beats that start at any descriptor, as a hostile host can make them; rubbish behind the last */
		n = b->n - b->at < 2 || dut_chance(&e->rng, 30) ? 1 : 2;
		for (unsigned i = 0; i < 8; i++)
			w[i] = i < 4 * n ? word(b->queue, b->num + b->at + i / 4, i % 4) : (uint32_t)dut_rand(&e->rng);
		dut_set(e->d, "fill_valid", 1);
		dut_set(e->d, "fill_unit", ((b->addr >> 4) + b->at) & 31);
		dut_set_words(e->d, "fill_data", w, 8);
		b->at += n;
	}
	if (b->at >= b->n || b->fail) {
		dut_set(e->d, "fill_end_valid", 1);
		dut_set(e->d, "fill_end_buf", b->buf);
		dut_set(e->d, "fill_end_fail", b->fail);
		for (unsigned i = 0; b->fail && i < b->n; i++)
			e->failed[b->queue][b->num + i] = true;
		b->used = false;
	}
}

static void descriptor_out(struct env *e, const struct stream_beat *b)
{
	unsigned q = stream_take_u64(e->desc, b, 0);
	uint32_t num = stream_take_u64(e->desc, b, 1), w[4];

	assert_in_range(q, 0, QUEUES - 1);
	assert_int_equal(num, e->next[q]++);
	assert_int_equal(stream_take_u64(e->desc, b, 2), e->failed[q][num]);
	stream_take(e->desc, b, 3, w, 16);
	for (unsigned i = 0; i < 4 && !e->failed[q][num]; i++)
		assert_int_equal(w[i], word(q, num, i));
	e->out_n++;
}

static void cycle(struct env *e, unsigned fail_pct)
{
	struct stream_beat b;

	dut_set(e->d, "desc_open", e->open && dut_chance(&e->rng, 70));
	dut_cycle(e->d);
	while (stream_pop(e->rd, &b)) {
		struct batch *x = &e->wait[e->wait_head++ % 512];
		unsigned buf = stream_take_u64(e->rd, &b, 0);

		assert_false(e->live[buf].used);
		assert_true(stream_take_u64(e->rd, &b, 1) == x->addr);
		assert_int_equal(stream_take_u64(e->rd, &b, 2), 16 * x->n);
		assert_int_equal(stream_take_u64(e->rd, &b, 3), x->queue);
		assert_int_equal(stream_take_u64(e->rd, &b, 4), x->num);
		e->live[buf] = *x;
		e->live[buf].buf = buf;
		e->live[buf].fail = dut_chance(&e->rng, fail_pct);
	}
	fill(e);
	while (stream_pop(e->desc, &b))
		descriptor_out(e, &b);
}

static void random_batches(unsigned stall, unsigned fail_pct)
{
	struct env e;
	unsigned total = 0;

	start(&e, stall);
	for (unsigned i = 0; i < 300; i++) {
		unsigned unit = dut_below(&e.rng, 32), n = 1 + dut_below(&e.rng, 32 - unit);

		push(&e, dut_below(&e.rng, QUEUES), unit, n);
		total += n;
	}
	for (unsigned limit = 200000; e.out_n < total && limit; limit--)
		cycle(&e, fail_pct);
	assert_int_equal(e.out_n, total);
	for (unsigned i = 0; i < 5; i++)
		cycle(&e, 0);
	assert_int_equal(dut_get(e.d, "empty"), 1);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	end(&e);
}

static void queue_order_is_kept(void **state)
{
	(void)state;
	random_batches(0, 0);
	random_batches(0, 15);
	random_batches(50, 15);
}

static void slow_queue_does_not_hold_up_another(void **state)
{
	struct env e;

	(void)state;
	start(&e, 0);
	e.hold_queue[0] = true;
	push(&e, 0, 0, 32);
	push(&e, 1, 5, 20);
	push(&e, 0, 0, 32);
	push(&e, 1, 0, 10);
	for (unsigned i = 0; i < 3000; i++)
		cycle(&e, 0);
	assert_int_equal(e.out_n, 30);
	assert_int_equal(dut_get(e.d, "fetching"), 1);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	e.hold_queue[0] = false;
	for (unsigned i = 0; i < 2000; i++)
		cycle(&e, 0);
	assert_int_equal(e.out_n, 94);
	end(&e);
}

/* Without room for the descriptors of a direction, those of the other go on; and each goes on where it was. */
static void full_direction_does_not_hold_up_the_other(void **state)
{
	struct env e;
	unsigned seen;

	(void)state;
	start(&e, 0);
	for (unsigned i = 0; i < 4; i++) { /* odd queues are card to host */
		push(&e, i, 0, 32);
		push(&e, i, 0, 32);
	}
	while (e.out_n < 20)
		cycle(&e, 0);
	dut_set(e.d, "desc_room", 1);
	for (unsigned i = 0; i < 3; i++)
		cycle(&e, 0);
	seen = e.next[1] + e.next[3];
	for (unsigned i = 0; i < 3000; i++)
		cycle(&e, 0);
	assert_int_equal(e.next[0] + e.next[2], 128);
	assert_int_equal(e.next[1] + e.next[3], seen);
	assert_int_equal(dut_get(e.d, "idle"), 1);
	assert_int_equal(dut_get(e.d, "empty"), 0);
	for (unsigned i = 0; i < 3000; i++) {
		dut_set(e.d, "desc_room", 2 * dut_below(&e.rng, 2));
		cycle(&e, 0);
	}
	assert_int_equal(e.out_n, 256);
	end(&e);
}

/* A beat at the last place must not reach over to the first. */
static void last_unit_of_a_buffer(void **state)
{
	struct env e;

	(void)state;
	start(&e, 0);
	for (unsigned i = 0; i < 20; i++) {
		push(&e, 0, 31, 1);
		push(&e, 0, 0, 32);
		push(&e, 0, 1, 31);
	}
	for (unsigned i = 0; i < 30000; i++)
		cycle(&e, 0);
	assert_int_equal(e.out_n, 20 * 64);
	end(&e);
}

/* Fetches of one and of a few, several out at once, so that some end while nothing else is here. */
static void small_batches(unsigned stall, unsigned fail_pct)
{
	struct env e;
	unsigned total = 0;

	start(&e, stall);
	for (unsigned i = 0; i < 3000; i++) {
		unsigned n = dut_chance(&e.rng, 80) ? 1 : 2 + dut_below(&e.rng, 2), unit = dut_below(&e.rng, 29);

		while (e.wait_tail - e.wait_head > 8 || (e.wait_tail != e.wait_head && dut_chance(&e.rng, 50)))
			cycle(&e, fail_pct);
		push(&e, dut_below(&e.rng, QUEUES), unit, n);
		total += n;
		if (i % 8 == 0)
			for (unsigned k = 0; k < 60; k++)
				cycle(&e, fail_pct);
	}
	for (unsigned limit = 200000; e.out_n < total && limit; limit--)
		cycle(&e, fail_pct);
	assert_int_equal(e.out_n, total);
	end(&e);
}

static void batches_of_one(void **state)
{
	(void)state;
	small_batches(0, 0);
	small_batches(0, 20);
	small_batches(50, 20);
}

/* A descriptor alone is offered in the cycle of its end, when it will be taken; two cycles later when not. */
static void a_batch_of_one_goes_on_at_once(void **state)
{
	struct env e;

	(void)state;
	start(&e, 0);
	for (unsigned open = 0; open < 2; open++)
		for (unsigned queue = 0; queue < 2; queue++) {
			struct stream_beat b;
			uint32_t w[8];
			unsigned n = 0, buf;

			push(&e, queue, 7, 1);
			dut_cycles(e.d, 5);
			assert_true(stream_pop(e.rd, &b));
			buf = stream_take_u64(e.rd, &b, 0);
			for (unsigned i = 0; i < 8; i++)
				w[i] = word(queue, e.next[queue], i % 4) + i / 4;
			dut_set(e.d, "desc_open", open);
			dut_set(e.d, "fill_valid", 1);
			dut_set(e.d, "fill_buf", buf);
			dut_set(e.d, "fill_unit", 7);
			dut_set_words(e.d, "fill_data", w, 8);
			dut_set(e.d, "fill_end_valid", 1);
			dut_set(e.d, "fill_end_buf", buf);
			dut_set(e.d, "fill_end_fail", 0);
			dut_settle(e.d);
			while (!dut_get(e.d, "desc_valid")) {
				n++;
				dut_cycle(e.d);
				dut_set(e.d, "fill_valid", 0);
				dut_set(e.d, "fill_end_valid", 0);
			}
			assert_int_equal(n, open ? 0 : 2);
			dut_cycle(e.d);
			dut_set(e.d, "fill_valid", 0);
			dut_set(e.d, "fill_end_valid", 0);
			assert_true(stream_pop(e.desc, &b));
			descriptor_out(&e, &b);
			dut_cycles(e.d, 4);
			assert_int_equal(stream_depth(e.desc), 0);
			assert_int_equal(dut_get(e.d, "empty"), 1);
		}
	end(&e);
}

/* What was fetched before a reset, filled or not, holds up nothing of after it. */
static void reset_forgets_the_batches(void **state)
{
	struct env e;
	struct stream_beat b;

	(void)state;
	start(&e, 0);
	for (unsigned round = 0; round < 60; round++) {
		unsigned want, n = 1 + dut_below(&e.rng, 9);

		for (unsigned i = 0; i < n; i++)
			push(&e, dut_below(&e.rng, QUEUES), 0, 1 + dut_below(&e.rng, 4));
		for (unsigned i = 0; i < 12 || e.wait_head != e.wait_tail; i++)
			cycle(&e, 0);
		dut_set(e.d, "fill_valid", 0);
		dut_set(e.d, "fill_end_valid", 0);
		dut_reset(e.d, 2);
		memset(e.live, 0, sizeof(e.live));
		memcpy(e.next, e.num, sizeof(e.next));
		while (stream_pop(e.desc, &b))
			;
		assert_int_equal(dut_get(e.d, "empty"), 1);
		want = e.out_n + n;
		for (unsigned i = 0; i < n; i++)
			push(&e, dut_below(&e.rng, QUEUES), 0, 1);
		for (unsigned i = 0; i < 1000 && e.out_n < want; i++)
			cycle(&e, 0);
		assert_int_equal(e.out_n, want);
	}
	end(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queue_order_is_kept),
		cmocka_unit_test(slow_queue_does_not_hold_up_another),
		cmocka_unit_test(full_direction_does_not_hold_up_the_other),
		cmocka_unit_test(last_unit_of_a_buffer),
		cmocka_unit_test(batches_of_one),
		cmocka_unit_test(a_batch_of_one_goes_on_at_once),
		cmocka_unit_test(reset_forgets_the_batches),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
