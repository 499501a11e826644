// SPDX-License-Identifier: BSD-2-Clause
/*
 * The example filter (constraints/filter) as user logic of a whole card, through the library: packets of every size go
 * out and come back changed as their queue's route says, its registers are set and read, several queues at once, under
 * back-pressure, over a reset. A real card takes part when the filter is behind its user window.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "causeway-pci.h"
#include "constraints/filter/cw_filter.h"
#include "driver/cw_regs.h"
#include "target.h"

enum { ROOM = 66000, KEY = 0x5aff0180 };

struct ways {
	struct target *t;
	struct cw_queue *out, *in;
	struct cw_queue_setup out_is, in_is;
	uint32_t how; /* of the route */
};

static void filter_set(struct target *t, uint32_t offset, uint32_t value)
{
	assert_int_equal(cw_reg_write(t->dev, CW_USER_OFFSET + offset, value), 0);
}

static uint32_t filter_get(struct target *t, uint32_t offset)
{
	uint32_t v;

	assert_int_equal(cw_reg_read(t->dev, CW_USER_OFFSET + offset, &v), 0);
	return v;
}

static bool has_filter(struct target *t)
{
	struct cw_info info;

	assert_int_equal(cw_get_info(t->dev, &info), 0);
	return info.features & CW_CAP_FEATURES_STREAM_MASK && filter_get(t, CW_FILTER_ID) == CW_FILTER_MAGIC;
}

static void open_filter(struct target *t, const char *options)
{
	if (!target_is_plain())
		target_skip(NULL, "the card with the filter is built in one form");
	target_open_card(t, options, "user=filter");
	if (!has_filter(t))
		target_skip(t, "the card's user logic is not the filter");
	filter_set(t, CW_FILTER_KEY, KEY);
	filter_set(t, CW_FILTER_DROP_MASK, 0);
	filter_set(t, CW_FILTER_DROP_MATCH, 0);
	filter_set(t, CW_FILTER_PACKETS, 0);
}

static struct cw_queue *open_queue(struct target *t, struct cw_queue_setup *s)
{
	struct cw_queue *q = NULL;

	if (cw_queue_open(t->dev, s, &q))
		fail_msg("queue: %s", cw_why(t->dev));
	return q;
}

static void route_to(struct ways *w, uint32_t queue, uint32_t how)
{
	w->how = how;
	filter_set(w->t, CW_FILTER_ROUTE + 4 * w->out_is.queue, CW_FILTER_ROUTE_ON | how | queue);
}

static void ways_open(struct target *t, struct ways *w, uint32_t how, uint32_t entries, uint32_t buffer)
{
	*w = (struct ways){ .t = t, .out_is = { .mode = CW_QUEUE_ST, .dir = CW_QUEUE_H2C, .flags = CW_QUEUE_HDR,
						.entries = entries, .vector = CW_QUEUE_ANY_VECTOR } };
	w->in_is = w->out_is;
	w->in_is.dir = CW_QUEUE_C2H;
	w->in_is.buffer = buffer;
	w->in_is.full = CW_QUEUE_STALL;
	w->out = open_queue(t, &w->out_is);
	w->in = open_queue(t, &w->in_is);
	route_to(w, w->in_is.queue, how);
}

static void ways_close(struct ways *w)
{
	assert_int_equal(cw_queue_close(w->out), 0);
	filter_set(w->t, CW_FILTER_ROUTE + 4 * w->out_is.queue, 0);
	assert_int_equal(cw_queue_close(w->in), 0);
}

/* What the filter makes of these bytes. */
static void filtered(unsigned char *to, const unsigned char *from, size_t len, uint32_t how)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = from[i];

		switch (how & CW_FILTER_ROUTE_MODE) {
		case CW_FILTER_ROUTE_XOR: c ^= (unsigned char)((uint32_t)KEY >> 8 * (i % 4)); break;
		case CW_FILTER_ROUTE_UPPER: c -= c >= 'a' && c <= 'z' ? 32 : 0; break;
		case CW_FILTER_ROUTE_LOWER: c += c >= 'A' && c <= 'Z' ? 32 : 0; break;
		}
		to[i] = c;
	}
}

/* The next packet is this one, filtered. */
static void comes_back(struct ways *w, const unsigned char *sent, size_t len, uint32_t how, uint64_t user)
{
	static unsigned char want[ROOM], in[ROOM + 4];
	struct cw_pkt pkt = { .len = 12345 };

	memset(in, 0xee, len + 4);
	filtered(want, sent, len, how);
	assert_int_equal(cw_packet_receive(w->in, in, len + 4, &pkt), len);
	assert_int_equal(pkt.len, len);
	assert_int_equal(pkt.flags, 0);
	assert_true(pkt.user == user);
	assert_memory_equal(in, want, len);
	for (int i = 0; i < 4; i++)
		assert_int_equal(in[len + i], 0xee);
}

static void round_trip(struct ways *w, size_t len, size_t off, uint64_t user)
{
	static unsigned char out[ROOM + 8192];
	unsigned char *from = out + (-(uintptr_t)out & 4095) + off;

	test_fill(from, len, w->t->seed * 1000 + (unsigned)(len + off + user));
	assert_int_equal(cw_packet_send(w->out, from, len, user), len);
	comes_back(w, from, len, w->how, user);
}

static void registers_are_set_and_read(void **state)
{
	struct cw_info info;
	struct target t;

	(void)state;
	open_filter(&t, "");
	assert_int_equal(cw_get_info(t.dev, &info), 0);
	assert_int_equal(filter_get(&t, CW_FILTER_QUEUES), info.queues);
	assert_int_equal(filter_get(&t, CW_FILTER_KEY), KEY);
	filter_set(&t, CW_FILTER_DROP_MASK, 0xffffffff);
	assert_int_equal(filter_get(&t, CW_FILTER_DROP_MASK), 0xffffffff);
	filter_set(&t, CW_FILTER_ID, 0);
	assert_int_equal(filter_get(&t, CW_FILTER_ID), CW_FILTER_MAGIC);
	target_close(&t);
}

static void packets_of_every_size(void **state)
{
	static const size_t len[] = { 0, 1, 3, 4, 31, 32, 33, 63, 64, 65, 255, 256, 257, 1000, 4095, 4096, 4097, 12345, 40001, 65536 };
	static const uint32_t modes[] = { CW_FILTER_ROUTE_XOR, CW_FILTER_ROUTE_UPPER, CW_FILTER_ROUTE_LOWER, CW_FILTER_ROUTE_KEEP };
	uint32_t packets = 0, bytes = 0;
	struct target t;
	struct ways w;

	(void)state;
	open_filter(&t, "");
	ways_open(&t, &w, 0, 64, 0);
	for (unsigned m = 0; m < 4; m++) {
		route_to(&w, w.in_is.queue, modes[m]);
		for (size_t i = 0; i < sizeof(len) / sizeof(len[0]); i++) {
			if (m && len[i] > 5000 && !target_full())
				continue;
			round_trip(&w, len[i], (i * 61 + m) % 4096, (uint64_t)m << 32 | 0x80000000u | i);
			packets++;
			bytes += (uint32_t)len[i];
		}
	}
	assert_int_equal(filter_get(&t, CW_FILTER_PACKETS), packets);
	assert_int_equal(filter_get(&t, CW_FILTER_BYTES), bytes);
	assert_int_equal(filter_get(&t, CW_FILTER_DROPS), 0);
	assert_int_equal(filter_get(&t, CW_FILTER_MARKED), 0);
	ways_close(&w);
	target_close(&t);
}

/* Small rings and small buffers: packets of many descriptors and many buffers, at random places. */
static void packets_of_many_descriptors(void **state)
{
	unsigned x, n = target_full() ? 200 : 25;
	struct target t;
	struct ways w;

	(void)state;
	open_filter(&t, "module=entries=64");
	x = t.seed;
	ways_open(&t, &w, CW_FILTER_ROUTE_XOR, 64, 256);
	for (unsigned i = 0; i < n; i++)
		round_trip(&w, test_random(&x) % (64 * 256 + 1), test_random(&x) % 4096, i);
	ways_close(&w);
	target_close(&t);
}

/*
 * Four queues, each with a way and a mode of its own and each leading to its neighbour, all written before anything
 * is read: rings and buffers fill up, the filter's output waits for the host, and its input for the output.
 */
static void several_queues_under_back_pressure(void **state)
{
	enum { Q = 4, N = 24, MOST = 900 };
	static const uint32_t modes[Q] = { CW_FILTER_ROUTE_XOR, CW_FILTER_ROUTE_UPPER, CW_FILTER_ROUTE_LOWER, CW_FILTER_ROUTE_KEEP };
	static struct {
		struct cw_pkt pkt;
		unsigned char bytes[MOST];
	} out[Q][N], in[Q][N];
	static unsigned char want[MOST];
	static struct cw_io put[Q][N], get[Q][N];
	struct cw_io *io;
	struct ways w[Q];
	struct target t;

	(void)state;
	open_filter(&t, "");
	for (unsigned q = 0; q < Q; q++)
		ways_open(&t, &w[q], 0, 8, 128);
	for (unsigned q = 0; q < Q; q++)
		route_to(&w[q], w[(q + 1) % Q].in_is.queue, modes[q]);
	for (unsigned i = 0; i < N; i++) {
		for (unsigned q = 0; q < Q; q++) {
			size_t len = (i * 37 + q * 211 + t.seed) % MOST;

			test_fill(out[q][i].bytes, len, q * N + i + t.seed);
			out[q][i].pkt = (struct cw_pkt){ .len = (uint32_t)len, .user = (uint64_t)q << 33 | i };
			put[q][i] = (struct cw_io){ .op = CW_OP_WRITE, .buf = &out[q][i], .len = sizeof(struct cw_pkt) + len };
			assert_int_equal(cw_queue_submit(w[q].out, &put[q][i]), 0);
		}
	}
	for (unsigned q = 0; q < Q; q++) {
		for (unsigned i = 0; i < N; i++) {
			get[q][i] = (struct cw_io){ .op = CW_OP_READ, .buf = &in[q][i], .len = sizeof(in[q][i]) };
			assert_int_equal(cw_queue_submit(w[q].in, &get[q][i]), 0);
		}
	}
	for (unsigned q = 0; q < Q; q++) {
		for (unsigned i = 0; i < N; i++) {
			assert_int_equal(cw_queue_wait(w[q].out, &io, -1), 0);
			assert_int_equal(io->result, io->len);
			assert_int_equal(cw_queue_wait(w[q].in, &io, -1), 0);
		}
	}
	for (unsigned q = 0; q < Q; q++) {
		for (unsigned i = 0; i < N; i++) {
			unsigned to = (q + 1) % Q;

			filtered(want, out[q][i].bytes, out[q][i].pkt.len, modes[q]);
			assert_int_equal(get[to][i].result, put[q][i].len);
			assert_int_equal(in[to][i].pkt.len, out[q][i].pkt.len);
			assert_int_equal(in[to][i].pkt.flags, 0);
			assert_true(in[to][i].pkt.user == out[q][i].pkt.user);
			assert_memory_equal(in[to][i].bytes, want, out[q][i].pkt.len);
		}
	}
	for (unsigned q = 0; q < Q; q++)
		ways_close(&w[q]);
	target_close(&t);
}

/* Of the packets whose user word ends in 10 nothing comes back, and they are counted. */
static void packets_are_dropped_by_user_word(void **state)
{
	unsigned char out[300];
	struct target t;
	struct ways w;

	(void)state;
	open_filter(&t, "");
	ways_open(&t, &w, CW_FILTER_ROUTE_UPPER | CW_FILTER_ROUTE_DROP, 64, 512); /* room for all of them */
	filter_set(&t, CW_FILTER_DROP_MASK, 3);
	filter_set(&t, CW_FILTER_DROP_MATCH, 2);
	test_fill(out, sizeof(out), t.seed);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(cw_packet_send(w.out, out, i * 7, i), i * 7);
	for (unsigned i = 0; i < 40; i++)
		if (i % 4 != 2)
			comes_back(&w, out, i * 7, w.how, i);
	assert_int_equal(filter_get(&t, CW_FILTER_DROPS), 10);
	assert_int_equal(filter_get(&t, CW_FILTER_PACKETS), 30);
	ways_close(&w);
	target_close(&t);
}

/* A queue whose route is off waits, alone. */
static void a_queue_that_is_off_waits(void **state)
{
	struct {
		struct cw_pkt pkt;
		unsigned char bytes[2000];
	} out = { .pkt = { .len = sizeof(out.bytes) } };
	struct cw_io held, *io;
	struct ways rests, w;
	struct target t;

	(void)state;
	open_filter(&t, "");
	ways_open(&t, &rests, CW_FILTER_ROUTE_LOWER, 16, 512);
	ways_open(&t, &w, CW_FILTER_ROUTE_XOR, 16, 512);
	filter_set(&t, CW_FILTER_ROUTE + 4 * rests.out_is.queue, 0);
	test_fill(out.bytes, sizeof(out.bytes), t.seed);
	held = (struct cw_io){ .op = CW_OP_WRITE, .buf = &out, .len = sizeof(out) };
	assert_int_equal(cw_queue_submit(rests.out, &held), 0);
	for (unsigned i = 0; i < 10; i++)
		round_trip(&w, i * 150, i, i);
	assert_int_equal(cw_queue_wait(rests.out, &io, 0), -ETIMEDOUT);
	route_to(&rests, rests.in_is.queue, rests.how);
	assert_int_equal(cw_queue_wait(rests.out, &io, -1), 0);
	assert_int_equal(held.result, sizeof(out));
	comes_back(&rests, out.bytes, sizeof(out.bytes), rests.how, 0);
	ways_close(&rests);
	ways_close(&w);
	target_close(&t);
}

/* A reset with packets on both ways: writes end well or say that they did not; then all goes on, routes as they were. */
static void goes_on_after_a_reset(void **state)
{
	enum { N = 6, LEN = 3000 };
	static struct {
		struct cw_pkt pkt;
		unsigned char bytes[LEN];
	} out[N];
	static unsigned char in[LEN];
	struct cw_io put[N], *io;
	struct cw_pkt pkt;
	struct target t;
	unsigned told = 0;
	struct ways w;
	ssize_t n;

	(void)state;
	open_filter(&t, "");
	if (!t.simulated)
		target_skip(&t, "the card is the driver's");
	ways_open(&t, &w, CW_FILTER_ROUTE_XOR, 16, 512);
	for (unsigned round = 0; round < (target_full() ? 10 : 3); round++) {
		round_trip(&w, 700 + round, round, round);
		for (unsigned i = 0; i < N; i++) {
			out[i].pkt = (struct cw_pkt){ .len = LEN };
			put[i] = (struct cw_io){ .op = CW_OP_WRITE, .buf = &out[i], .len = sizeof(out[i]) };
			assert_int_equal(cw_queue_submit(w.out, &put[i]), 0);
		}
		assert_int_equal(cw_reset(t.dev), 0);
		for (unsigned i = 0; i < N; i++) {
			assert_int_equal(cw_queue_wait(w.out, &io, -1), 0);
			assert_true(io->result == (ssize_t)io->len || io->result == -EIO);
		}
		/* What was under way may still come; that something was lost is told once, to the next read. */
		assert_int_equal(cw_packet_send(w.out, out[0].bytes, LEN, 100 + round), LEN);
		do {
			n = cw_packet_receive(w.in, in, LEN, &pkt);
			told += n == -EIO;
			assert_true(n == -EIO ? told <= 1 + round : n >= 0 && n <= LEN);
		} while (n == -EIO || pkt.user != 100 + round);
		assert_int_equal(n, LEN);
		assert_int_equal(pkt.flags, 0);
		assert_int_equal(filter_get(&t, CW_FILTER_KEY), KEY);
		assert_int_equal(filter_get(&t, CW_FILTER_ROUTE + 4 * w.out_is.queue), CW_FILTER_ROUTE_ON | w.how | w.in_is.queue);
		round_trip(&w, 1500, round, round);
	}
	ways_close(&w);
	target_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_are_set_and_read),
		cmocka_unit_test(packets_of_every_size),
		cmocka_unit_test(packets_of_many_descriptors),
		cmocka_unit_test(several_queues_under_back_pressure),
		cmocka_unit_test(packets_are_dropped_by_user_word),
		cmocka_unit_test(a_queue_that_is_off_waits),
		cmocka_unit_test(goes_on_after_a_reset),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
