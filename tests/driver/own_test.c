// SPDX-License-Identifier: BSD-2-Clause
/* Queues of one's own: how they are made and given back, and what becomes of them when the card goes away. */
#include "own.h"

static void refused(struct rig *r, struct cw_queue_setup s, int error)
{
	assert_int_equal(own_make(r, &s), error);
}

static void what_cannot_be_is_refused(void **state)
{
	const struct cw_queue_setup to = own_setup(CW_QUEUE_ST, CW_QUEUE_H2C, 0), from = own_setup(CW_QUEUE_ST, CW_QUEUE_C2H, 0),
				    mm = own_setup(CW_QUEUE_MM, CW_QUEUE_H2C, 0);
	struct rig *r = *state;
	struct cw_queue_setup s;

#define REFUSED(base, field, value) (s = (base), s.field = (value), refused(r, s, -EINVAL))
	r->card.card_bytes = 1 << 20;
	r->card.entries_log2_max = 10;
	rig_open(r, "");
	REFUSED(to, size, CW_QUEUE_SETUP_SIZE_V1 - 1);
	REFUSED(to, flags, 8);
	REFUSED(to, dir, 2);
	REFUSED(to, mode, 2);
	REFUSED(from, full, 2);
	REFUSED(to, full, CW_QUEUE_STALL);
	REFUSED(to, buffer, 4096);
	REFUSED(to, weight, CW_QUEUE_WEIGHT_MAX + 1);
	REFUSED(mm, weight, ~0u);
	REFUSED(to, queue, 1);
	REFUSED(to, packet_max, 1);
	REFUSED(to, entries, 1);
	REFUSED(to, entries, 12);
	REFUSED(to, entries, 2048);
	REFUSED(to, entries, 1u << 31);
	REFUSED(to, vector, 1000);
	REFUSED(to, card_base, 4096);
	REFUSED(to, card_limit, 4096);
	REFUSED(from, buffer, 32);
	REFUSED(from, buffer, 100);
	REFUSED(from, buffer, 2 << 20);
	REFUSED(mm, flags, CW_QUEUE_HDR);
	REFUSED(mm, card_base, 1 << 20);
	REFUSED(mm, card_limit, (1 << 20) + 1);
	s = mm;
	s.card_base = 4096;
	s.card_limit = (1 << 20) - 4095;
	refused(r, s, -EINVAL);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_QUEUE, (void *)0x1000), -EFAULT);
#undef REFUSED
	rig_close(r);
}

static void card_without_streams(void **state)
{
	struct rig *r = *state;

	r->card.features &= ~CW_CAP_FEATURES_STREAM_MASK;
	rig_open(r, "");
	refused(r, own_setup(CW_QUEUE_ST, CW_QUEUE_H2C, 0), -EOPNOTSUPP);
	own_close(r, own_make(r, &(struct cw_queue_setup){ .size = CW_QUEUE_SETUP_SIZE_V1, .vector = CW_QUEUE_ANY_VECTOR }));
	rig_close(r);
}

static void one_way_each(void **state)
{
	struct rig *r = *state;
	int fd, in, out;
	char c = 0;

	rig_open(r, "");
	fd = shim_open(r->shim, RIG_DEV, O_RDONLY);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	r->fd = fd;
	refused(r, own_setup(CW_QUEUE_ST, CW_QUEUE_H2C, 0), -EACCES);
	in = own_stream(r, CW_QUEUE_C2H, 0, 4, NULL);
	r->fd = shim_open(r->shim, RIG_DEV, O_WRONLY);
	refused(r, own_setup(CW_QUEUE_ST, CW_QUEUE_C2H, 0), -EACCES);
	out = own_stream(r, CW_QUEUE_H2C, 0, 4, NULL);
	assert_int_equal(shim_write(r->shim, in, &c, 1), -EBADF);
	assert_int_equal(shim_read(r->shim, out, &c, 1), -EBADF);
	assert_int_equal(shim_pwrite(r->shim, out, &c, 1, 0), -ESPIPE);
	assert_int_equal(shim_lseek(r->shim, out, 0, SEEK_CUR), -ESPIPE);
	own_close(r, in);
	own_close(r, out);
	rig_close(r);
}

static void queues_run_out_and_come_back(void **state)
{
	struct rig *r = *state;
	struct loop l;
	int fd[8];

	rig_open(r, "");
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 8; i++)
			fd[i] = own_stream(r, i & 1, 0, 4, NULL);
		refused(r, own_setup(CW_QUEUE_ST, CW_QUEUE_H2C, 0), -EBUSY);
		own_close(r, fd[3]);
		fd[3] = own_stream(r, CW_QUEUE_C2H, 0, 4, NULL);
		for (int i = 0; i < 8; i++)
			own_close(r, fd[i]);
		loop_open(r, &l, CW_QUEUE_HDR, 4);
		loop_works(&l, 500, round);
		loop_close(&l);
	}
	rig_works(r);
	rig_close(r);
}

static void small_cards_have_some(void **state)
{
	static const struct { unsigned queues, own; } cards[] = { { 2, 0 }, { 3, 1 }, { 4, 2 }, { 8, 4 }, { 16, 8 }, { 17, 9 } };
	struct rig *r = *state;

	for (size_t i = 0; i < sizeof(cards) / sizeof(cards[0]); i++) {
		rig_default(r);
		r->card.queues = cards[i].queues;
		rig_open(r, "");
		for (unsigned n = 0; n < cards[i].own; n++)
			own_stream(r, CW_QUEUE_H2C, 0, 4, NULL);
		refused(r, own_setup(CW_QUEUE_ST, CW_QUEUE_H2C, 0), -EBUSY);
		rig_works(r);
		rig_close(r);
	}
}

static bool made_failing(struct rig *r, unsigned n, enum cw_queue_dir dir)
{
	struct cw_queue_setup s = own_setup(CW_QUEUE_ST, dir, 0);
	struct shim_stats before, after;
	struct loop l;
	int fd;

	shim_get_stats(r->shim, &before);
	shim_fail_nth(r->shim, n);
	s.entries = 64;
	fd = own_make(r, &s);
	shim_fail_nth(r->shim, 0);
	shim_get_stats(r->shim, &after);
	if (fd >= 0)
		own_close(r, fd);
	else
		assert_true(fd == -ENOMEM || fd == -EMFILE);
	loop_open(r, &l, CW_QUEUE_HDR, 8);
	loop_works(&l, 500, n);
	loop_close(&l);
	return after.fail_calls - before.fail_calls >= n;
}

static void each_failing_step_is_undone(void **state)
{
	struct rig *r = *state;
	unsigned n;

	rig_open(r, "");
	for (unsigned dir = 0; dir < 2; dir++) {
		for (n = 1; made_failing(r, n, dir); n++)
			;
		assert_in_range(n, 5, 40);
	}
	rig_close(r);
}

/* ---- card memory ---- */

static void card_memory_within_base_and_limit(void **state)
{
	struct cw_queue_setup s = own_setup(CW_QUEUE_MM, CW_QUEUE_H2C, 0);
	struct rig *r = *state;
	uint8_t out[20000], in[20000];
	int put, get;

	rig_open(r, "");
	s.card_base = 0x10001;
	s.card_limit = 30000;
	s.entries = 2;
	put = own_make(r, &s);
	s = own_setup(CW_QUEUE_MM, CW_QUEUE_C2H, 0);
	s.card_base = 0x10001;
	get = own_make(r, &s);
	assert_true(put >= 0 && get >= 0);
	assert_true(s.card_limit == (1ull << 32) - 0x10001);
	rig_fill(out, sizeof(out), 4);
	assert_int_equal(shim_pwrite(r->shim, put, out, 20000, 100), 20000);
	rig_card_is(r, 0x10001 + 100, out, 20000);
	assert_int_equal(shim_pread(r->shim, get, in, 20000, 100), 20000);
	assert_memory_equal(in, out, 20000);
	assert_int_equal(shim_pwrite(r->shim, put, out, 20000, 29000), 1000);
	assert_int_equal(shim_pwrite(r->shim, put, out, 1, 30000), -ENOSPC);
	assert_int_equal(shim_lseek(r->shim, put, 0, SEEK_END), 30000);
	assert_int_equal(shim_lseek(r->shim, get, 100, SEEK_SET), 100);
	assert_int_equal(shim_read(r->shim, get, in, 50), 50);
	assert_int_equal(shim_read(r->shim, get, in, 50), 50);
	assert_memory_equal(in, out + 50, 50);
	own_close(r, put);
	own_close(r, get);
	rig_close(r);
}

/* ---- callers that go away ---- */

static void killed_reader_and_writer(void **state)
{
	struct rig *r = *state;
	uint8_t buf[9000] = { 0 };
	struct own_user u = { .r = r, .buf = buf, .len = sizeof(buf) };
	struct shim_stats stats;
	struct shim_task *t;
	struct loop l;

	rig_open(r, "");
	loop_open(r, &l, CW_QUEUE_HDR, 8);
	u.fd = l.in;
	t = own_spawn(&u);
	shim_kill(r->shim, t);
	assert_int_equal(shim_join(r->shim, t), -EINTR);
	loop_works(&l, 100, 1);

	/* On the ring, and one that waits for room behind it. */
	loop_hold(&l, true);
	*(struct cw_pkt *)buf = (struct cw_pkt){ .len = sizeof(buf) - sizeof(struct cw_pkt) };
	u.fd = l.out;
	u.write = true;
	for (int i = 0; i < 2; i++) {
		t = own_spawn(&u);
		shim_kill(r->shim, t);
		assert_int_equal(shim_join(r->shim, t), -EINTR);
	}
	shim_get_stats(r->shim, &stats);
	assert_int_equal(stats.pinned_pages, 0);
	loop_hold(&l, false);
	loop_works(&l, 100, 2);
	loop_close(&l);
	rig_close(r);
}

static struct shim_aio request(int fd, enum shim_op op, void *buf, size_t len)
{
	return (struct shim_aio){ .fd = fd, .op = op, .buf = buf, .len = len };
}

static void cancelled_requests(void **state)
{
	struct rig *r = *state;
	uint8_t in[2][100], out[2][100] = { 0 };
	struct shim_aio a[4];
	struct loop l;

	rig_open(r, "");
	loop_open(r, &l, 0, 2);
	loop_hold(&l, true);
	for (int i = 0; i < 2; i++) {
		struct shim_aio *p = &a[i];

		a[i] = request(l.in, SHIM_PREAD, in[i], 100);
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
		p = &a[2 + i];
		a[2 + i] = request(l.out, SHIM_PWRITE, out[i], 100);
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	assert_int_equal(shim_cancel(r->shim, &a[0]), 0);
	assert_int_equal(shim_cancel(r->shim, &a[0]), -EINVAL);
	assert_int_equal(shim_wait(r->shim, &a[0], -1, NULL), 0);
	assert_int_equal(a[0].result, -ECANCELED);
	assert_false(a[1].done);
	/* Both are on the ring: the queue is reset, which ends the other as well. */
	assert_int_equal(shim_cancel(r->shim, &a[2]), 0);
	assert_int_equal(shim_wait(r->shim, &a[2], -1, NULL), 0);
	assert_int_equal(a[2].result, -ECANCELED);
	assert_int_equal(shim_wait(r->shim, &a[3], -1, NULL), 0);
	assert_int_equal(a[3].result, -EIO);
	loop_hold(&l, false);
	assert_int_equal(shim_write(r->shim, l.out, out[0], 30), 30);
	assert_int_equal(shim_wait(r->shim, &a[1], -1, NULL), 0);
	assert_int_equal(a[1].result, 30);
	loop_close(&l);
	rig_close(r);
}

/* A process that ends with requests in flight does not wait for packets. */
static void exit_with_requests_in_flight(void **state)
{
	struct rig *r = *state;
	uint8_t buf[4][100] = { { 0 } };
	struct shim_aio a[4];
	struct loop l;

	rig_open(r, "");
	loop_open(r, &l, 0, 2);
	loop_hold(&l, true);
	for (int i = 0; i < 4; i++) {
		struct shim_aio *p = &a[i];

		a[i] = i & 1 ? request(l.in, SHIM_PREAD, buf[i], 100) : request(l.out, SHIM_PWRITE, buf[i], 100);
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	loop_close(&l); /* the requests keep the files */
	rig_close(r);
	for (int i = 0; i < 4; i++)
		assert_true(a[i].done && (a[i].result == -ECANCELED || a[i].result == -EIO));
}

/* ---- a card that goes away ---- */

struct trouble {
	struct loop l;
	struct own_user reader, writer;
	struct shim_task *task[2];
	struct shim_aio aio, *paio;
	uint8_t in[100], out[100], more[100];
};

/* A reader, a writer and an asynchronous reader that wait. */
static void trouble_begins(struct rig *r, struct trouble *t, const char *params)
{
	memset(t, 0, sizeof(*t));
	rig_open(r, params);
	loop_open(r, &t->l, 0, 4);
	loop_hold(&t->l, true);
	t->reader = (struct own_user){ .r = r, .fd = t->l.in, .buf = t->in, .len = 100 };
	t->writer = (struct own_user){ .r = r, .fd = t->l.out, .buf = t->out, .len = 100, .write = true };
	t->task[0] = own_spawn(&t->reader);
	t->task[1] = own_spawn(&t->writer);
	t->aio = request(t->l.in, SHIM_PREAD, t->more, 100);
	t->paio = &t->aio;
	assert_int_equal(shim_submit(r->shim, &t->paio, 1), 1);
}

static void trouble_ends(struct rig *r, struct trouble *t, int error)
{
	assert_int_equal(shim_join(r->shim, t->task[0]), error);
	assert_int_equal(shim_join(r->shim, t->task[1]), error);
	assert_int_equal(shim_wait(r->shim, &t->aio, -1, NULL), 0);
	assert_int_equal(t->aio.result, error);
}

static void goes_round_again(struct rig *r, struct trouble *t)
{
	user_set(r, CW_SU_LOOP + 4 * t->l.out_queue, CW_SU_LOOP_VALID | t->l.in_queue);
	loop_hold(&t->l, false);
	assert_int_equal(shim_write(r->shim, t->l.out, t->out, 77), 77);
	assert_int_equal(shim_read(r->shim, t->l.in, t->in, 100), 77);
	rig_works(r);
}

static void removal(void **state)
{
	struct rig *r = *state;
	struct trouble t;
	struct shim_stats s;

	trouble_begins(r, &t, "");
	assert_int_equal(shim_unbind(r->shim), 0);
	trouble_ends(r, &t, -ENODEV);
	shim_get_stats(r->shim, &s);
	assert_int_equal(s.live_mappings, 0);
	assert_int_equal(s.pinned_pages, 0);
	assert_int_equal(shim_read(r->shim, t.l.in, t.in, 100), -ENODEV);
	assert_int_equal(shim_write(r->shim, t.l.out, t.out, 100), -ENODEV);
	assert_int_equal(shim_poll(r->shim, t.l.in, OWN_IN, 0), OWN_ERR | OWN_HUP);
	refused(r, own_setup(CW_QUEUE_ST, CW_QUEUE_H2C, 0), -ENODEV);
	/* Another card's driver does not mind. */
	assert_int_equal(shim_bind(r->shim), 0);
	loop_close(&t.l);
	rig_close(r);
}

static void function_level_reset(void **state)
{
	struct rig *r = *state;
	struct trouble t;

	trouble_begins(r, &t, "");
	assert_int_equal(shim_reset(r->shim), 0);
	trouble_ends(r, &t, -EIO);
	goes_round_again(r, &t);
	/* One that was not there to be told, is told now, once. */
	assert_int_equal(shim_reset(r->shim), 0);
	assert_int_equal(shim_read(r->shim, t.l.in, t.in, 100), -EIO);
	goes_round_again(r, &t);
	loop_close(&t.l);
	rig_close(r);
}

static void error_on_the_link(void **state)
{
	struct rig *r = *state;
	struct trouble t;

	trouble_begins(r, &t, "");
	assert_true(shim_pci_error(r->shim, 2) > 0);
	trouble_ends(r, &t, -EIO);
	goes_round_again(r, &t);
	loop_close(&t.l);
	rig_close(r);
}

static void permanent_failure(void **state)
{
	struct rig *r = *state;
	struct trouble t;

	trouble_begins(r, &t, "");
	shim_surprise(r->shim, true);
	shim_pci_error(r->shim, 3);
	trouble_ends(r, &t, -ENODEV);
	assert_int_equal(shim_read(r->shim, t.l.in, t.in, 100), -ENODEV);
	assert_int_equal(shim_write(r->shim, t.l.out, t.out, 100), -ENODEV);
	loop_close(&t.l);
	rig_close(r);
}

static void system_sleep(void **state)
{
	struct rig *r = *state;
	struct cw_queue_setup s = own_setup(CW_QUEUE_MM, CW_QUEUE_H2C, 0);
	struct trouble t;
	uint8_t c = 1;
	int mm;

	memset(&t, 0, sizeof(t));
	rig_open(r, "");
	loop_open(r, &t.l, 0, 4);
	mm = own_make(r, &s);
	assert_int_equal(shim_sleep(r->shim), 0);
	assert_int_equal(shim_wake(r->shim), 0);
	assert_int_equal(shim_read(r->shim, t.l.in, t.in, 100), -EIO);
	goes_round_again(r, &t);
	assert_int_equal(shim_pwrite(r->shim, mm, &c, 1, 5), 1);
	own_close(r, mm);
	loop_close(&t.l);
	rig_close(r);
}

/* Packets may come at any time; a queue to card memory sleeps with the card. */
static void open_streams_keep_the_card_awake(void **state)
{
	struct cw_queue_setup s = own_setup(CW_QUEUE_MM, CW_QUEUE_H2C, 0);
	struct rig *r = *state;
	uint8_t c = 1;
	int fd, mm;

	rig_open(r, "");
	assert_int_equal(shim_runtime_pm(r->shim, true), 0);
	fd = own_stream(r, CW_QUEUE_C2H, 0, 4, NULL);
	mm = own_make(r, &s);
	assert_int_equal(shim_run(r->shim, 5000000000), 0);
	assert_false(shim_suspended(r->shim));
	own_close(r, fd);
	assert_int_equal(shim_run(r->shim, 5000000000), 0);
	assert_true(shim_suspended(r->shim));
	assert_int_equal(shim_pwrite(r->shim, mm, &c, 1, 5), 1);
	assert_int_equal(shim_run(r->shim, 5000000000), 0);
	assert_true(shim_suspended(r->shim));
	own_close(r, mm); /* without waking it */
	assert_true(shim_suspended(r->shim));
	assert_int_equal(shim_runtime_pm(r->shim, false), 0);
	fd = own_stream(r, CW_QUEUE_C2H, 0, 4, NULL);
	own_close(r, fd);
	rig_close(r);
}

/* ---- vectors ---- */

static void second_queue_of_a_vector_gets_it_an_event_ring(void **state)
{
	struct rig *r = *state;
	struct cw_model_stats before, after;
	struct cw_queue_setup s = own_setup(CW_QUEUE_ST, CW_QUEUE_C2H, 0);
	struct loop l;
	int fd;

	rig_open(r, "");
	cw_model_get_stats(r->model, &before);
	assert_int_equal(before.event_rings, 0);
	s.vector = 3;
	fd = own_make(r, &s);
	assert_int_equal(s.vector, 3);
	assert_int_equal(shim_run(r->shim, 10000), 0); /* the writes arrive */
	cw_model_get_stats(r->model, &after);
	assert_int_equal(after.event_rings, 1);
	loop_open(r, &l, CW_QUEUE_HDR, 8);
	for (int i = 0; i < 20; i++) {
		loop_works(&l, 700, i);
		rig_works(r);
	}
	own_close(r, fd);
	rig_works(r);
	assert_int_equal(shim_reset(r->shim), 0);
	rig_works(r);
	loop_close(&l);
	cw_model_get_stats(r->model, &after);
	assert_true(after.events > 20);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(what_cannot_be_is_refused),
		RIG_TEST(card_without_streams),
		RIG_TEST(one_way_each),
		RIG_TEST(queues_run_out_and_come_back),
		RIG_TEST(small_cards_have_some),
		RIG_TEST(each_failing_step_is_undone),
		RIG_TEST(card_memory_within_base_and_limit),
		RIG_TEST(killed_reader_and_writer),
		RIG_TEST(cancelled_requests),
		RIG_TEST(exit_with_requests_in_flight),
		RIG_TEST(removal),
		RIG_TEST(function_level_reset),
		RIG_TEST(error_on_the_link),
		RIG_TEST(permanent_failure),
		RIG_TEST(system_sleep),
		RIG_TEST(open_streams_keep_the_card_awake),
		RIG_TEST(second_queue_of_a_vector_gets_it_an_event_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
