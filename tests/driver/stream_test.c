// SPDX-License-Identifier: BSD-2-Clause
/* Streams: packets and their boundaries, both ways. */
#include "own.h"

#define HDR ((ssize_t)sizeof(struct cw_pkt))

static void packets_of_every_size_go_round(void **state)
{
	static const size_t len[] = { 0, 1, 2, 3, 63, 64, 65, 255, 1000, 4095, 4096, 4097, 8191, 12345, 40001, 100000 };
	struct rig *r = *state;
	struct loop l;

	rig_open(r, "");
	loop_open(r, &l, CW_QUEUE_HDR, 64);
	for (size_t i = 0; i < sizeof(len) / sizeof(len[0]); i++)
		loop_works(&l, len[i], i << 32 | 0xabcd0000 | i);
	loop_works(&l, 10, 0xfffffffffull);
	loop_close(&l);
	rig_works(r);
	rig_close(r);
}

/* Each page is a descriptor of its own. */
static void packets_of_many_descriptors(void **state)
{
	struct rig *r = *state;
	struct loop l;

	r->machine.iommu = false;
	rig_open(r, "stream_bytes=256");
	loop_open(r, &l, CW_QUEUE_HDR, 16);
	for (size_t len = 1; len < 4096; len = len * 3 + 1)
		loop_works(&l, len, len);
	loop_works(&l, 4096, 1); /* all buffers of the reader */
	loop_close(&l);
	loop_open(r, &l, CW_QUEUE_HDR, 512);
	loop_works(&l, 100000, 2);
	loop_close(&l);
	rig_close(r);
}

/* More pieces than the ring has entries: copied, and still one packet. */
static void packet_of_many_pieces(void **state)
{
	struct rig *r = *state;
	uint8_t out[64], in[100];
	struct iovec v[32];
	struct loop l;

	rig_open(r, "");
	loop_open(r, &l, 0, 8);
	rig_fill(out, sizeof(out), 5);
	for (int i = 0; i < 32; i++)
		v[i] = (struct iovec){ out + 2 * i, 2 };
	assert_int_equal(shim_writev(r->shim, l.out, v, 32), 64);
	assert_int_equal(shim_read(r->shim, l.in, in, sizeof(in)), 64);
	assert_memory_equal(in, out, 64);
	loop_close(&l);
	rig_close(r);
}

static void without_header_a_write_is_a_packet(void **state)
{
	struct rig *r = *state;
	uint8_t out[100], in[200];
	struct loop l;

	rig_open(r, "");
	loop_open(r, &l, 0, 8);
	rig_fill(out, sizeof(out), 1);
	assert_int_equal(shim_write(r->shim, l.out, out, 100), 100);
	assert_int_equal(shim_write(r->shim, l.out, out, 0), 0);
	assert_int_equal(shim_write(r->shim, l.out, out + 1, 7), 7);
	assert_int_equal(shim_read(r->shim, l.in, in, 200), 100);
	assert_memory_equal(in, out, 100);
	assert_int_equal(shim_read(r->shim, l.in, in, 200), 0);
	assert_int_equal(shim_read(r->shim, l.in, in, 0), 0);
	assert_int_equal(shim_read(r->shim, l.in, in, 200), 7);
	assert_memory_equal(in, out + 1, 7);
	loop_close(&l);
	rig_close(r);
}

/* The rest is not the next read's. */
static void short_read_loses_the_rest_and_says_so(void **state)
{
	struct rig *r = *state;
	uint8_t out[100], in[200] = { 0 };
	struct loop l;

	rig_open(r, "");
	loop_open(r, &l, 0, 8);
	rig_fill(out, sizeof(out), 1);
	assert_int_equal(shim_write(r->shim, l.out, out, 100), 100);
	assert_int_equal(shim_write(r->shim, l.out, out, 50), 50);
	assert_int_equal(shim_read(r->shim, l.in, in, 99), -EMSGSIZE);
	assert_memory_equal(in, out, 99);
	assert_int_equal(in[99], 0);
	assert_int_equal(shim_read(r->shim, l.in, in, 50), 50);
	loop_close(&l);
	rig_close(r);
}

static void short_read_with_header_tells_the_length(void **state)
{
	struct rig *r = *state;
	uint8_t out[5000], in[5000];
	struct cw_pkt pkt;
	struct loop l;

	rig_open(r, "stream_bytes=1024");
	loop_open(r, &l, CW_QUEUE_HDR, 8);
	rig_fill(out, sizeof(out), 1);
	for (size_t room = 0; room < 5000; room = room * 2 + 1) {
		assert_int_equal(put_packet(r, l.out, out, 5000, room), HDR + 5000);
		assert_int_equal(get_packet(r, l.in, in, room, &pkt), HDR + (ssize_t)room);
		assert_int_equal(pkt.len, 5000);
		assert_int_equal(pkt.flags, CW_PKT_TRUNC);
		assert_true(pkt.user == room);
		assert_memory_equal(in, out, room);
	}
	loop_works(&l, 5000, 1);
	loop_close(&l);
	rig_close(r);
}

static void bad_headers_are_refused(void **state)
{
	struct rig *r = *state;
	struct cw_pkt p = { .len = 8 };
	uint8_t buf[24];
	struct loop l;

	rig_open(r, "");
	loop_open(r, &l, CW_QUEUE_HDR, 8);
	assert_int_equal(shim_write(r->shim, l.out, &p, 15), -EINVAL);
	assert_int_equal(shim_write(r->shim, l.out, &p, 16), -EINVAL); /* eight bytes are missing */
	p = (struct cw_pkt){ .flags = CW_PKT_TRUNC };
	assert_int_equal(shim_write(r->shim, l.out, &p, 16), -EINVAL);
	p = (struct cw_pkt){ .user = 1ull << CW_PKT_USER_BITS };
	assert_int_equal(shim_write(r->shim, l.out, &p, 16), -EINVAL);
	assert_int_equal(shim_write(r->shim, l.out, (void *)0x1000, 16), -EFAULT);
	assert_int_equal(shim_read(r->shim, l.in, buf, 15), -EINVAL);
	assert_int_equal(shim_read(r->shim, l.in, (void *)0x1000, 24), -EFAULT);
	assert_int_equal(put_packet(r, l.out, (void *)0x1000, 8, 0), -EFAULT);
	loop_works(&l, 8, 1);
	loop_close(&l);
	rig_close(r);
}

static void packets_that_never_fit_are_refused(void **state)
{
	struct cw_queue_setup s = own_setup(CW_QUEUE_ST, CW_QUEUE_H2C, 0);
	struct rig *r = *state;
	uint8_t *buf = calloc(5, 4096);
	int fd;

	r->machine.iommu = false;
	rig_open(r, "");
	s.entries = 4;
	fd = own_make(r, &s);
	assert_true(fd >= 0);
	assert_int_equal(s.packet_max, 3 * 4096);
	assert_int_equal(shim_write(r->shim, fd, buf, s.packet_max + 1), -EMSGSIZE);
	for (unsigned off = 0; off < 4096; off += 1365)
		assert_int_equal(shim_write(r->shim, fd, buf + off, s.packet_max), s.packet_max);
	assert_int_equal(user_get(r, CW_SU_CHK_BYTES), s.packet_max * 4);
	own_close(r, fd);
	free(buf);
	rig_close(r);
}

/* ---- room ---- */

static void packets_wait_for_a_reader(void **state)
{
	struct rig *r = *state;
	uint8_t in[100];
	uint32_t queue;
	struct cw_pkt pkt;
	int fd;

	rig_open(r, "");
	fd = own_stream(r, CW_QUEUE_C2H, CW_QUEUE_HDR, 16, &queue);
	generate(r, queue, 100, 16, 0);
	assert_int_equal(shim_run(r->shim, 1000000), 0);
	for (unsigned p = 0; p < 16; p++) {
		assert_int_equal(get_packet(r, fd, in, sizeof(in), &pkt), HDR + 100);
		assert_int_equal(pkt.user, 100 + p);
		for (unsigned i = 0; i < 100; i++)
			assert_int_equal(in[i], (uint8_t)(p + i));
	}
	assert_int_equal(counter_get(r, CW_COUNTER_S2H_DROP), 0);
	own_close(r, fd);
	rig_close(r);
}

static void what_finds_no_room_is_dropped_and_counted(void **state)
{
	struct rig *r = *state;
	uint8_t in[100];
	uint32_t queue;
	struct cw_pkt pkt;
	int fd;

	rig_open(r, "");
	fd = own_stream(r, CW_QUEUE_C2H, CW_QUEUE_HDR, 4, &queue);
	generate(r, queue, 10, 9, 0);
	assert_int_equal(shim_run(r->shim, 1000000), 0);
	assert_int_equal(counter_get(r, CW_COUNTER_S2H_DROP), 5);
	for (unsigned p = 0; p < 4; p++) {
		assert_int_equal(get_packet(r, fd, in, sizeof(in), &pkt), HDR + 10);
		assert_int_equal(pkt.user, 100 + p);
	}
	/* And there is room again. */
	generate(r, queue, 10, 1, 0);
	assert_int_equal(get_packet(r, fd, in, sizeof(in), &pkt), HDR + 10);
	own_close(r, fd);
	rig_close(r);
}

static void with_stall_nothing_is_lost(void **state)
{
	struct cw_queue_setup s = own_setup(CW_QUEUE_ST, CW_QUEUE_C2H, CW_QUEUE_HDR);
	struct rig *r = *state;
	uint8_t in[1000];
	struct cw_pkt pkt;
	int fd;

	rig_open(r, "");
	s.entries = 4;
	s.full = CW_QUEUE_STALL;
	s.buffer = 64;
	fd = own_make(r, &s);
	assert_true(fd >= 0);
	generate(r, s.queue, 150, 20, 0);
	assert_int_equal(shim_run(r->shim, 1000000), 0);
	for (unsigned p = 0; p < 20; p++) {
		assert_int_equal(get_packet(r, fd, in, sizeof(in), &pkt), HDR + 150);
		assert_int_equal(pkt.user, 100 + p);
		assert_int_equal(pkt.flags, 0);
		assert_int_equal(in[149], (uint8_t)(p + 149));
	}
	own_close(r, fd);
	rig_close(r);
}

/* Its own policy: the card cuts what it has begun. */
static void card_cuts_a_packet_without_room(void **state)
{
	struct cw_queue_setup s = own_setup(CW_QUEUE_ST, CW_QUEUE_C2H, CW_QUEUE_HDR);
	struct rig *r = *state;
	uint8_t in[1000];
	struct cw_pkt pkt;
	int fd;

	rig_open(r, "");
	s.entries = 4;
	s.buffer = 64;
	fd = own_make(r, &s);
	generate(r, s.queue, 1000, 1, 0);
	assert_int_equal(get_packet(r, fd, in, sizeof(in), &pkt), HDR + 256);
	assert_int_equal(pkt.len, 256);
	assert_int_equal(pkt.flags, CW_PKT_TRUNC);
	assert_int_equal(counter_get(r, CW_COUNTER_S2H_TRUNC), 1);
	generate(r, s.queue, 200, 1, 0);
	assert_int_equal(get_packet(r, fd, in, sizeof(in), &pkt), HDR + 200);
	assert_int_equal(pkt.flags, 0);
	own_close(r, fd);
	rig_close(r);
}

/* Of a packet longer than all buffers, which the card would wait with for ever, the beginning is kept. */
static void packet_longer_than_all_buffers(void **state)
{
	struct cw_queue_setup s = own_setup(CW_QUEUE_ST, CW_QUEUE_C2H, CW_QUEUE_HDR);
	struct rig *r = *state;
	uint8_t in[4000];
	struct cw_pkt pkt;
	int fd;

	rig_open(r, "");
	s.entries = 8;
	s.buffer = 64;
	s.full = CW_QUEUE_STALL;
	fd = own_make(r, &s);
	assert_int_equal(s.packet_max, 512);
	generate(r, s.queue, 3000, 2, 0);
	for (unsigned p = 0; p < 2; p++) {
		assert_int_equal(get_packet(r, fd, in, sizeof(in), &pkt), HDR + 6 * 64);
		assert_int_equal(pkt.len, 3000);
		assert_int_equal(pkt.flags, CW_PKT_TRUNC);
		assert_int_equal(pkt.user, 100 + p);
		for (unsigned i = 0; i < 384; i++)
			assert_int_equal(in[i], (uint8_t)(p + i));
	}
	generate(r, s.queue, 512, 1, 0);
	assert_int_equal(get_packet(r, fd, in, sizeof(in), &pkt), HDR + 512);
	assert_int_equal(pkt.flags, 0);
	own_close(r, fd);
	rig_close(r);
}

/* ---- without waiting ---- */

static void nonblocking_reads_and_poll(void **state)
{
	struct rig *r = *state;
	uint8_t in[100];
	uint32_t queue;
	int fd;

	rig_open(r, "");
	fd = own_stream(r, CW_QUEUE_C2H, CW_QUEUE_NONBLOCK, 8, &queue);
	assert_int_equal(shim_read(r->shim, fd, in, 100), -EAGAIN);
	assert_int_equal(shim_poll(r->shim, fd, OWN_IN, 0), 0);
	generate(r, queue, 77, 2, 0);
	assert_int_equal(shim_poll(r->shim, fd, OWN_IN, -1), OWN_IN);
	assert_int_equal(shim_read(r->shim, fd, in, 100), 77);
	assert_int_equal(shim_poll(r->shim, fd, OWN_IN, -1), OWN_IN);
	assert_int_equal(shim_read(r->shim, fd, in, 100), 77);
	assert_int_equal(shim_read(r->shim, fd, in, 100), -EAGAIN);
	own_close(r, fd);
	rig_close(r);
}

/* Written means taken by the driver; what does not fit is refused, and poll() tells when it would. */
static void nonblocking_writes_and_poll(void **state)
{
	enum { LEN = 3 * 4096 };
	struct rig *r = *state;
	uint8_t *buf = aligned_alloc(4096, LEN), in[LEN + 1];
	unsigned n = 0;
	struct loop l;

	r->machine.iommu = false;
	rig_open(r, "");
	loop_open(r, &l, CW_QUEUE_NONBLOCK, 8);
	loop_hold(&l, true);
	assert_int_equal(shim_poll(r->shim, l.out, OWN_OUT, 0), OWN_OUT);
	do {
		rig_fill(buf, LEN, n);
	} while (shim_write(r->shim, l.out, buf, LEN) == LEN && ++n);
	assert_in_range(n, 2, 8);
	assert_int_equal(shim_write(r->shim, l.out, buf, LEN), -EAGAIN);
	assert_int_equal(shim_poll(r->shim, l.out, OWN_OUT, 1000000), 0);
	memset(buf, 0, LEN); /* the caller's again */
	loop_hold(&l, false);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(shim_poll(r->shim, l.in, OWN_IN, -1), OWN_IN);
		assert_int_equal(shim_read(r->shim, l.in, in, sizeof(in)), LEN);
		rig_fill(buf, LEN, i);
		assert_memory_equal(in, buf, LEN);
	}
	assert_int_equal(shim_poll(r->shim, l.out, OWN_OUT, -1), OWN_OUT);
	assert_int_equal(shim_write(r->shim, l.out, buf, LEN), LEN);
	loop_close(&l);
	free(buf);
	rig_close(r);
}

/* What nobody waits for any more is still sent. */
static void closing_sends_what_was_written(void **state)
{
	struct rig *r = *state;
	uint8_t buf[300] = { 0 };
	int fd;

	rig_open(r, "");
	fd = own_stream(r, CW_QUEUE_H2C, CW_QUEUE_NONBLOCK, 16, NULL);
	for (int i = 0; i < 10; i++)
		assert_int_equal(shim_write(r->shim, fd, buf, 300), 300);
	own_close(r, fd);
	assert_int_equal(user_get(r, CW_SU_CHK_PACKETS), 10);
	assert_int_equal(user_get(r, CW_SU_CHK_BYTES), 3000);
	assert_int_equal(user_get(r, CW_SU_CHK_MARKED), 0);
	rig_close(r);
}

static void asynchronous_packets(void **state)
{
	enum { N = 32, LEN = 3000 };
	struct rig *r = *state;
	struct shim_aio get[N], put[N], *p;
	uint8_t *out = malloc(N * LEN), *in = calloc(N, LEN);
	struct loop l;

	rig_open(r, "");
	loop_open(r, &l, 0, 8);
	rig_fill(out, N * LEN, 9);
	for (unsigned i = 0; i < N; i++) {
		get[i] = (struct shim_aio){ .fd = l.in, .op = i & 1 ? SHIM_PREAD_FIXED : SHIM_PREAD, .buf = in + i * LEN, .len = LEN };
		p = &get[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
		assert_false(get[i].done);
	}
	for (unsigned i = 0; i < N; i++) {
		put[i] = (struct shim_aio){ .fd = l.out, .op = i & 1 ? SHIM_PWRITE : SHIM_PWRITE_FIXED, .buf = out + i * LEN, .len = LEN - i };
		p = &put[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_wait(r->shim, &put[i], -1, NULL), 0);
		assert_int_equal(put[i].result, LEN - i);
		assert_int_equal(shim_wait(r->shim, &get[i], -1, NULL), 0);
		assert_int_equal(get[i].result, LEN - i);
		assert_memory_equal(in + i * LEN, out + i * LEN, LEN - i);
	}
	loop_close(&l);
	free(out);
	free(in);
	rig_close(r);
}

/* ---- one stream that rests ---- */

static void held_stream_does_not_hold_others(void **state)
{
	struct rig *r = *state;
	struct own_user w = { .r = r, .write = true, .len = 5000 };
	struct shim_task *t;
	struct loop l, m;

	rig_open(r, "vectors=1 timeout_ms=20");
	loop_open(r, &l, 0, 8);
	loop_open(r, &m, CW_QUEUE_HDR, 8);
	loop_hold(&l, true);
	w.fd = l.out;
	w.buf = calloc(1, w.len);
	t = own_spawn(&w);
	for (int i = 0; i < 30; i++)
		loop_works(&m, 1000, i);
	/* Rest is no error, however long. */
	assert_int_equal(shim_run(r->shim, 1000000000), 0);
	loop_works(&m, 1000, 99);
	loop_hold(&l, false);
	assert_int_equal(shim_join(r->shim, t), 5000);
	assert_int_equal(shim_read(r->shim, l.in, w.buf, 5000), 5000);
	rig_works(r);
	loop_close(&l);
	loop_close(&m);
	free(w.buf);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(packets_of_every_size_go_round),
		RIG_TEST(packets_of_many_descriptors),
		RIG_TEST(packet_of_many_pieces),
		RIG_TEST(without_header_a_write_is_a_packet),
		RIG_TEST(short_read_loses_the_rest_and_says_so),
		RIG_TEST(short_read_with_header_tells_the_length),
		RIG_TEST(bad_headers_are_refused),
		RIG_TEST(packets_that_never_fit_are_refused),
		RIG_TEST(packets_wait_for_a_reader),
		RIG_TEST(what_finds_no_room_is_dropped_and_counted),
		RIG_TEST(with_stall_nothing_is_lost),
		RIG_TEST(card_cuts_a_packet_without_room),
		RIG_TEST(packet_longer_than_all_buffers),
		RIG_TEST(nonblocking_reads_and_poll),
		RIG_TEST(nonblocking_writes_and_poll),
		RIG_TEST(closing_sends_what_was_written),
		RIG_TEST(asynchronous_packets),
		RIG_TEST(held_stream_does_not_hold_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
