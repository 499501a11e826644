// SPDX-License-Identifier: BSD-2-Clause
/*
 * Packets through a whole card and back: every boundary is where it was made, nothing is lost that is not counted, and
 * a stream that rests does not hold up the others. The user logic is that of sim/device/stream_user.h, so a real
 * card takes part when it has the same behind its user window.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/cw_regs.h"
#include "sim/device/stream_user.h"
#include "target.h"

enum { ROOM = 70000 };

struct ways {
	struct target *t;
	struct cw_queue *out, *in;
	struct cw_queue_setup out_is, in_is;
};

static void user_set(struct target *t, uint32_t offset, uint32_t value)
{
	assert_int_equal(cw_reg_write(t->dev, CW_USER_OFFSET + offset, value), 0);
}

static uint32_t user_get(struct target *t, uint32_t offset)
{
	uint32_t v;

	assert_int_equal(cw_reg_read(t->dev, CW_USER_OFFSET + offset, &v), 0);
	return v;
}

static uint64_t counter(struct target *t, uint32_t index)
{
	uint64_t v;

	assert_int_equal(cw_counter_read(t->dev, index, &v), 0);
	return v;
}

static struct cw_queue_setup stream(enum cw_queue_dir dir, uint32_t flags, uint32_t entries)
{
	return (struct cw_queue_setup){ .mode = CW_QUEUE_ST, .dir = dir, .flags = flags, .entries = entries,
					.vector = CW_QUEUE_ANY_VECTOR };
}

static struct cw_queue *open_queue(struct target *t, struct cw_queue_setup *s)
{
	struct cw_queue *q = NULL;
	int err = cw_queue_open(t->dev, s, &q);

	if (err)
		fail_msg("queue: %s", cw_why(t->dev));
	return q;
}

static void loop_set(struct ways *w, uint32_t how)
{
	user_set(w->t, CW_SU_LOOP + 4 * w->out_is.queue, CW_SU_LOOP_VALID | how | w->in_is.queue);
}

static void ways_open(struct target *t, struct ways *w, uint32_t flags, uint32_t entries, uint32_t buffer,
		      enum cw_queue_full full)
{
	*w = (struct ways){ .t = t, .out_is = stream(CW_QUEUE_H2C, flags, entries),
			    .in_is = stream(CW_QUEUE_C2H, flags, entries) };
	w->in_is.buffer = buffer;
	w->in_is.full = full;
	w->out = open_queue(t, &w->out_is);
	w->in = open_queue(t, &w->in_is);
	loop_set(w, CW_SU_LOOP_WAIT);
}

static void ways_close(struct ways *w)
{
	user_set(w->t, CW_SU_HOLD + 4 * w->out_is.queue, 0);
	assert_int_equal(cw_queue_close(w->out), 0);
	user_set(w->t, CW_SU_LOOP + 4 * w->out_is.queue, 0);
	assert_int_equal(cw_queue_close(w->in), 0);
}

/* There and back, at this offset into a page; bytes beside it are left alone. */
static void round_trip(struct ways *w, size_t len, size_t off, uint64_t user)
{
	static unsigned char out[ROOM + 8192], in[ROOM + 8192];
	unsigned char *from = out + (-(uintptr_t)out & 4095) + off, *to = in + (-(uintptr_t)in & 4095) + off;
	struct cw_pkt pkt = { .len = 12345 };

	test_fill(from, len, w->t->seed * 1000 + (unsigned)(len + off + user));
	memset(to, 0xee, len + 4);
	assert_int_equal(cw_packet_send(w->out, from, len, user), len);
	assert_int_equal(cw_packet_receive(w->in, to, len + 4, &pkt), len);
	assert_int_equal(pkt.len, len);
	assert_int_equal(pkt.flags, 0);
	assert_true(pkt.user == user);
	assert_memory_equal(to, from, len);
	for (int i = 0; i < 4; i++)
		assert_int_equal(to[len + i], 0xee);
}

static bool has_streams(struct target *t)
{
	struct cw_info info;

	assert_int_equal(cw_get_info(t->dev, &info), 0);
	return info.features & CW_CAP_FEATURES_STREAM_MASK && user_get(t, CW_SU_ID) == CW_SU_MAGIC;
}

static void open_target(struct target *t, const char *options, const char *card)
{
	target_open_card(t, options, card);
	if (!has_streams(t))
		target_skip(t, "the card has no streams");
}

/* ---- boundaries ---- */

static void packets_of_every_size(void **state)
{
	static const size_t len[] = { 0, 1, 2, 3, 4, 31, 32, 33, 63, 64, 65, 127, 255, 256, 257, 511, 1000, 2047, 4095, 4096,
				      4097, 8191, 12345, 40001, 65536 };
	static const size_t off[] = { 0, 1, 3, 60, 4095 };
	struct target t;
	struct ways w;

	(void)state;
	open_target(&t, "", "");
	ways_open(&t, &w, CW_QUEUE_HDR, 64, 0, CW_QUEUE_DROP);
	for (size_t i = 0; i < sizeof(len) / sizeof(len[0]); i++)
		for (size_t o = 0; o < (target_full() || len[i] < 100 ? 5 : 2); o++)
			round_trip(&w, len[i], off[o], (uint64_t)(i & 15) << 32 | 0x80000000u | o);
	round_trip(&w, 77, 0, 0xfffffffffull);
	ways_close(&w);
	target_close(&t);
}

/* A random length at a random place: of several descriptors and several buffers, mostly. */
static void packets_of_many_descriptors(void **state)
{
	unsigned x, n = target_full() ? 300 : 40;
	struct target t;
	struct ways w;

	(void)state;
	open_target(&t, "module=entries=64", "");
	x = t.seed;
	print_message("# seed %u\n", t.seed);
	ways_open(&t, &w, CW_QUEUE_HDR, 64, 256, CW_QUEUE_STALL);
	for (unsigned i = 0; i < n; i++)
		round_trip(&w, test_random(&x) % (64 * 256 + 1), test_random(&x) % 4096, i);
	ways_close(&w);
	target_close(&t);
}

/* Many are under way before the first is read; then they come one by one, in order. */
static void several_packets_at_once(void **state)
{
	enum { N = 48, MOST = 600 };
	static unsigned char out[N][MOST], in[N][MOST + 64];
	struct cw_io put[N], get[N], *io;
	struct target t;
	struct ways w;

	(void)state;
	open_target(&t, "", "");
	ways_open(&t, &w, 0, 64, 256, CW_QUEUE_STALL);
	for (unsigned i = 0; i < N; i++) {
		size_t len = (i * 37 + t.seed) % MOST;

		test_fill(out[i], len, i + 1);
		get[i] = (struct cw_io){ .op = CW_OP_READ, .buf = in[i], .len = sizeof(in[i]) };
		put[i] = (struct cw_io){ .op = CW_OP_WRITE, .buf = out[i], .len = len };
		assert_int_equal(cw_queue_submit(w.out, &put[i]), 0);
	}
	for (unsigned i = 0; i < N; i++)
		assert_int_equal(cw_queue_submit(w.in, &get[i]), 0);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(cw_queue_wait(w.out, &io, -1), 0);
		assert_int_equal(io->result, io->len);
		assert_int_equal(cw_queue_wait(w.in, &io, -1), 0);
	}
	assert_int_equal(cw_queue_wait(w.in, &io, -1), -ENOENT);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(get[i].result, put[i].len);
		assert_memory_equal(in[i], out[i], put[i].len);
	}
	ways_close(&w);
	target_close(&t);
}

static void reads_that_are_too_short(void **state)
{
	unsigned char out[3000], in[3000];
	struct cw_pkt pkt;
	struct target t;
	struct ways w;

	(void)state;
	open_target(&t, "", "");
	test_fill(out, sizeof(out), t.seed);
	ways_open(&t, &w, CW_QUEUE_HDR, 16, 512, CW_QUEUE_STALL);
	for (size_t room = 0; room < sizeof(in); room = room * 3 + 1) {
		assert_int_equal(cw_packet_send(w.out, out, sizeof(out), room), sizeof(out));
		assert_int_equal(cw_packet_receive(w.in, in, room, &pkt), room);
		assert_int_equal(pkt.len, sizeof(out));
		assert_int_equal(pkt.flags, CW_PKT_TRUNC);
		assert_true(pkt.user == room);
		assert_memory_equal(in, out, room);
	}
	ways_close(&w);
	ways_open(&t, &w, 0, 16, 512, CW_QUEUE_STALL);
	assert_int_equal(cw_queue_write(w.out, out, 3000, 0), 3000);
	assert_int_equal(cw_queue_write(w.out, out, 200, 0), 200);
	assert_int_equal(cw_queue_read(w.in, in, 2999, 0), -EMSGSIZE);
	assert_memory_equal(in, out, 2999);
	assert_int_equal(cw_queue_read(w.in, in, 3000, 0), 200);
	assert_int_equal(cw_packet_send(w.out, out, 1, 0), -EINVAL);
	assert_int_equal(cw_queue_read(w.out, in, 1, 0), -EBADF);
	assert_int_equal(cw_queue_write(w.out, out, 1, 1), -EINVAL);
	ways_close(&w);
	target_close(&t);
}

/* ---- generator and checker ---- */

static void generate(struct target *t, uint32_t queue, uint32_t len, uint32_t step, uint32_t count, uint32_t how)
{
	user_set(t, CW_SU_GEN_QUEUE, queue);
	user_set(t, CW_SU_GEN_LEN, len);
	user_set(t, CW_SU_GEN_STEP, step);
	user_set(t, CW_SU_GEN_COUNT, count);
	user_set(t, CW_SU_GEN_USER_LO, 0xfffffff0u);
	user_set(t, CW_SU_GEN_USER_HI, 3);
	user_set(t, CW_SU_GEN_SEED, 5);
	user_set(t, CW_SU_GEN_CTRL, CW_SU_GEN_START | how);
}

static void is_generated(const unsigned char *p, size_t len, unsigned number)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != (unsigned char)(5 + number + i))
			fail_msg("packet %u byte %zu is %u", number, i, p[i]);
}

/* The generator makes them faster than they are read, and waits: none is lost. */
static void generated_packets_all_come(struct target *t, enum cw_queue_full full, uint32_t how)
{
	enum { N = 100 };
	struct cw_queue_setup s = stream(CW_QUEUE_C2H, CW_QUEUE_HDR, 8);
	static unsigned char in[5000];
	struct cw_queue *q;
	struct cw_pkt pkt;

	s.full = full;
	s.buffer = 128;
	q = open_queue(t, &s);
	generate(t, s.queue, 0, 9, N, how);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(cw_packet_receive(q, in, sizeof(in), &pkt), i * 9);
		assert_true(pkt.user == 0x3fffffff0ull + i);
		assert_int_equal(pkt.flags, 0);
		is_generated(in, i * 9, i);
	}
	assert_int_equal(cw_queue_close(q), 0);
}

static void back_pressure_to_the_card(void **state)
{
	struct target t;
	uint64_t drops;

	(void)state;
	open_target(&t, "", "");
	drops = counter(&t, CW_COUNTER_S2H_DROP) + counter(&t, CW_COUNTER_S2H_TRUNC);
	generated_packets_all_come(&t, CW_QUEUE_STALL, 0);
	assert_true(counter(&t, CW_COUNTER_S2H_DROP) + counter(&t, CW_COUNTER_S2H_TRUNC) == drops);
	target_close(&t);
}

/* What is read, dropped and cut adds up; what is read is whole, or says that it is not. */
static void dropped_packets_are_counted(void **state)
{
	enum { N = 200, LEN = 300 };
	struct cw_queue_setup s = stream(CW_QUEUE_C2H, CW_QUEUE_HDR | CW_QUEUE_NONBLOCK, 8);
	uint64_t drop, trunc, taken;
	unsigned got = 0, cut = 0;
	unsigned char in[LEN];
	struct cw_queue *q;
	struct cw_pkt pkt;
	struct target t;
	ssize_t ret;

	(void)state;
	open_target(&t, "", "");
	s.buffer = 128;
	q = open_queue(&t, &s);
	drop = counter(&t, CW_COUNTER_S2H_DROP);
	trunc = counter(&t, CW_COUNTER_S2H_TRUNC);
	taken = counter(&t, CW_COUNTER_S2H_PKT);
	generate(&t, s.queue, LEN, 0, N, 0);
	while (user_get(&t, CW_SU_GEN_CTRL) & CW_SU_GEN_BUSY)
		;
	while (cw_queue_poll(q, 20) == 1) {
		ret = cw_packet_receive(q, in, sizeof(in), &pkt);
		assert_true(ret >= 0);
		got++;
		cut += pkt.flags == CW_PKT_TRUNC;
		assert_int_equal(ret, pkt.flags ? (ssize_t)pkt.len : LEN);
		is_generated(in, (size_t)ret, (unsigned)((pkt.user & 0xffffffff) - 0xfffffff0u));
	}
	assert_int_equal(cw_packet_receive(q, in, sizeof(in), &pkt), -EAGAIN);
	drop = counter(&t, CW_COUNTER_S2H_DROP) - drop;
	trunc = counter(&t, CW_COUNTER_S2H_TRUNC) - trunc;
	taken = counter(&t, CW_COUNTER_S2H_PKT) - taken;
	print_message("# of %u: %u read, %u of them cut; the card dropped %u\n", N, got, cut, (unsigned)drop);
	assert_int_equal(got + drop, N);
	assert_int_equal(cut, trunc);
	assert_true(drop > 0 && got > 0);
	(void)taken;
	assert_int_equal(cw_queue_close(q), 0);
	target_close(&t);
}

/* Every other cycle not ready, and both sides stopped for a while. */
static void back_pressure_from_the_card(void **state)
{
	enum { N = 60 };
	struct cw_queue_setup s = stream(CW_QUEUE_H2C, CW_QUEUE_HDR, 16);
	static unsigned char out[4000];
	struct cw_queue *q;
	struct target t;
	size_t bytes = 0;

	(void)state;
	open_target(&t, "", "");
	q = open_queue(&t, &s);
	user_set(&t, CW_SU_CHK_PACKETS, 0);
	user_set(&t, CW_SU_THROTTLE, 128 | 200 << 8);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (unsigned char)i;
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(cw_packet_send(q, out + i, i * 61, 0x900000000ull + i), i * 61);
		bytes += i * 61;
	}
	assert_int_equal(user_get(&t, CW_SU_CHK_PACKETS), N);
	assert_int_equal(user_get(&t, CW_SU_CHK_BYTES), bytes);
	assert_int_equal(user_get(&t, CW_SU_CHK_BAD), 0);
	assert_int_equal(user_get(&t, CW_SU_CHK_MARKED), 0);
	assert_int_equal(user_get(&t, CW_SU_CHK_LEN), (N - 1) * 61);
	assert_int_equal(user_get(&t, CW_SU_CHK_USER_LO), N - 1);
	assert_int_equal(user_get(&t, CW_SU_CHK_USER_HI), 9);
	assert_int_equal(user_get(&t, CW_SU_CHK_QUEUE), s.queue);
	assert_int_equal(user_get(&t, CW_SU_CHK_FRAME), 0);
	generated_packets_all_come(&t, CW_QUEUE_STALL, 0);
	user_set(&t, CW_SU_THROTTLE, 0);
	assert_int_equal(cw_queue_close(q), 0);
	target_close(&t);
}

/* ---- one that rests, and others ---- */

static void one_held_for_ever(enum cw_queue_full full)
{
	unsigned char buf[2000] = { 0 };
	struct cw_io held[8], *io;
	struct ways rests, w;
	struct target t;

	open_target(&t, "", "");
	ways_open(&t, &rests, 0, 128, 256, full); /* room for all of them */
	ways_open(&t, &w, CW_QUEUE_HDR, 16, 512, full);
	user_set(&t, CW_SU_HOLD + 4 * rests.out_is.queue, 1);
	for (unsigned i = 0; i < 8; i++) {
		held[i] = (struct cw_io){ .op = CW_OP_WRITE, .buf = buf, .len = sizeof(buf) - i };
		assert_int_equal(cw_queue_submit(rests.out, &held[i]), 0);
	}
	for (unsigned i = 0; i < 40; i++)
		round_trip(&w, i * 50 % 3000, i, i);
	assert_int_equal(cw_queue_wait(rests.out, &io, 0), -ETIMEDOUT);
	/* Card memory moves as well. */
	assert_int_equal(cw_write(t.dev, buf, sizeof(buf), 0x100), sizeof(buf));
	user_set(&t, CW_SU_HOLD + 4 * rests.out_is.queue, 0);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(cw_queue_read(rests.in, buf, sizeof(buf), 0), sizeof(buf) - i);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(cw_queue_wait(rests.out, &io, -1), 0);
		assert_int_equal(io->result, io->len);
	}
	ways_close(&rests);
	ways_close(&w);
	target_close(&t);
}

static void one_held_for_ever_others_move(void **state)
{
	(void)state;
	one_held_for_ever(CW_QUEUE_DROP);
	one_held_for_ever(CW_QUEUE_STALL);
}

/* Closed with packets on both ways: the number comes back, and what comes next on it is new. */
static void closed_in_mid_flight(void **state)
{
	unsigned char buf[3000] = { 0 };
	struct cw_io io[6];
	struct ways w, other;
	struct target t;

	(void)state;
	open_target(&t, "", "");
	ways_open(&t, &other, CW_QUEUE_HDR, 16, 512, CW_QUEUE_STALL);
	for (unsigned round = 0; round < (target_full() ? 20 : 5); round++) {
		ways_open(&t, &w, 0, 8, 128, round & 1 ? CW_QUEUE_STALL : CW_QUEUE_DROP);
		loop_set(&w, 0);
		user_set(&t, CW_SU_HOLD + 4 * w.out_is.queue, round % 3 == 0);
		for (unsigned i = 0; i < 6; i++) {
			io[i] = (struct cw_io){ .op = CW_OP_WRITE, .buf = buf, .len = 500 * i + round };
			assert_int_equal(cw_queue_submit(w.out, &io[i]), 0);
		}
		/* A queue that stalls stalls all, until it is closed. */
		if (!(round & 1))
			round_trip(&other, 100 + round, 0, round);
		if (round & 2) {
			assert_int_equal(cw_queue_close(w.in), 0);
			assert_int_equal(cw_queue_close(w.out), 0);
		} else {
			assert_int_equal(cw_queue_close(w.out), 0);
			assert_int_equal(cw_queue_close(w.in), 0);
		}
		user_set(&t, CW_SU_HOLD + 4 * w.out_is.queue, 0);
		user_set(&t, CW_SU_LOOP + 4 * w.out_is.queue, 0);
		for (unsigned i = 0; i < 6 && t.simulated; i++)
			assert_true(io[i].result == (ssize_t)io[i].len || io[i].result == -ECANCELED || io[i].result == -EIO);
		round_trip(&other, 200 + round, 0, round);
		ways_open(&t, &w, CW_QUEUE_HDR, 16, 512, CW_QUEUE_STALL);
		round_trip(&w, 1500, round, round);
		ways_close(&w);
	}
	round_trip(&other, 5000, 0, 1);
	ways_close(&other);
	target_close(&t);
}

/* ---- all there are ---- */

static void as_many_as_there_are(const char *options, const char *card, unsigned most)
{
	struct cw_queue_setup s;
	struct cw_info info;
	struct ways *w;
	struct target t;
	unsigned n;

	open_target(&t, options, card);
	assert_int_equal(cw_get_info(t.dev, &info), 0);
	n = (info.queues - 2 * info.file_queues) / 2;
	n = n < most ? n : most;
	print_message("# %u streams each way\n", n);
	w = calloc(n, sizeof(*w));
	for (unsigned i = 0; i < n; i++)
		ways_open(&t, &w[i], CW_QUEUE_HDR, 4, 64, CW_QUEUE_DROP);
	if (n < most) {
		struct cw_queue *q;

		s = stream(CW_QUEUE_H2C, 0, 4);
		if (!cw_queue_open(t.dev, &s, &q)) /* an odd one */
			assert_int_equal(cw_queue_close(q), 0);
	}
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(cw_packet_send(w[i].out, &i, sizeof(i), i), sizeof(i));
	for (unsigned i = n; i-- > 0;) {
		struct cw_pkt pkt;
		unsigned got = 0;

		assert_int_equal(cw_packet_receive(w[i].in, &got, sizeof(got), &pkt), sizeof(got));
		assert_int_equal(got, i);
		assert_int_equal(pkt.user, i);
	}
	for (unsigned i = 0; i < n; i++)
		ways_close(&w[i]);
	free(w);
	target_close(&t);
}

static void every_queue_is_a_stream(void **state)
{
	(void)state;
	as_many_as_there_are("module=queues=1", "", 1024);
}

static void every_queue_of_2048_is_a_stream(void **state)
{
	(void)state;
	as_many_as_there_are("module=queues=1", "queues=2048", target_full() ? 1023 : 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_of_every_size),
		cmocka_unit_test(packets_of_many_descriptors),
		cmocka_unit_test(several_packets_at_once),
		cmocka_unit_test(reads_that_are_too_short),
		cmocka_unit_test(back_pressure_to_the_card),
		cmocka_unit_test(dropped_packets_are_counted),
		cmocka_unit_test(back_pressure_from_the_card),
		cmocka_unit_test(one_held_for_ever_others_move),
		cmocka_unit_test(closed_in_mid_flight),
		cmocka_unit_test(every_queue_is_a_stream),
		cmocka_unit_test(every_queue_of_2048_is_a_stream),
	};

	return cmocka_run_group_tests_name("streams", tests, NULL, NULL);
}
