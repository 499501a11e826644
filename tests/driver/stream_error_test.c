// SPDX-License-Identifier: BSD-2-Clause
/* Streams of a card that errs. */
#include "own.h"

#define HDR ((ssize_t)sizeof(struct cw_pkt))

static void lost_interrupt_of_a_packet_is_noticed(void **state)
{
	struct said said = { .what = "an interrupt was lost" };
	struct rig *r = *state;
	struct cw_model_fault f = { .kind = CW_MODEL_NO_IRQ, .number = CW_MODEL_ANY, .times = 1 };
	uint8_t in[100];
	uint32_t queue;
	int fd;

	r->machine.message = count_message;
	r->machine.ctx = &said;
	rig_open(r, "timeout_ms=200");
	fd = own_stream(r, CW_QUEUE_C2H, 0, 8, &queue);
	f.queue = queue;
	assert_int_equal(cw_model_inject(r->model, &f), 0);
	generate(r, queue, 50, 1, 0);
	assert_int_equal(shim_read(r->shim, fd, in, 100), 50);
	assert_int_equal(said.n, 1);
	generate(r, queue, 60, 1, 0);
	assert_int_equal(shim_read(r->shim, fd, in, 100), 60);
	assert_int_equal(said.n, 1);
	own_close(r, fd);
	rig_close(r);
}

static void failed_packet(struct rig *r, struct cw_model_fault f, int error)
{
	uint8_t buf[100] = { 0 };
	struct loop l;

	rig_default(r);
	rig_open(r, "timeout_ms=50");
	loop_open(r, &l, CW_QUEUE_HDR, 8);
	f.queue = l.out_queue;
	f.number = CW_MODEL_ANY;
	f.times = 1;
	assert_int_equal(cw_model_inject(r->model, &f), 0);
	assert_int_equal(put_packet(r, l.out, buf, 100, 5), error);
	assert_int_equal(rig_faults_left(r), 0);
	own_close(r, l.in);
	l.in = own_stream(r, CW_QUEUE_C2H, CW_QUEUE_HDR, 8, &l.in_queue);
	loop_works(&l, 100, 6);
	loop_close(&l);
	rig_close(r);
}

static void errors_of_packets_to_the_card(void **state)
{
	failed_packet(*state, (struct cw_model_fault){ .kind = CW_MODEL_STATUS, .arg = CW_STATUS_UR, .bytes = 7 }, -EIO);
	failed_packet(*state, (struct cw_model_fault){ .kind = CW_MODEL_STATUS, .arg = CW_STATUS_TIMEOUT }, -ETIMEDOUT);
	failed_packet(*state, (struct cw_model_fault){ .kind = CW_MODEL_STATUS, .arg = CW_STATUS_BAD_FLAGS }, -EIO);
	failed_packet(*state, (struct cw_model_fault){ .kind = CW_MODEL_HALT, .arg = CW_STATUS_FETCH }, -EIO);
	failed_packet(*state, (struct cw_model_fault){ .kind = CW_MODEL_BAD_NUMBER, .arg = 1 }, -EIO);
	failed_packet(*state, (struct cw_model_fault){ .kind = CW_MODEL_BAD_QUEUE, .arg = 1 }, -EIO);
}

/* Whoever waits is told, or else the next one; then packets come again. */
static void bad_record(struct rig *r, struct cw_model_fault f, bool waiting)
{
	struct own_user u = { .r = r, .len = 100 };
	uint8_t in[100];
	uint32_t queue;
	struct shim_task *t;

	rig_default(r);
	rig_open(r, "");
	u.fd = own_stream(r, CW_QUEUE_C2H, 0, 8, &queue);
	u.buf = in;
	f.queue = queue;
	f.number = 0;
	f.times = 1;
	assert_int_equal(cw_model_inject(r->model, &f), 0);
	if (waiting) {
		t = own_spawn(&u);
		generate(r, queue, 50, 1, 0);
		assert_int_equal(shim_join(r->shim, t), -EIO);
	} else {
		generate(r, queue, 50, 1, 0);
		assert_int_equal(shim_run(r->shim, 10000000), 0);
		assert_int_equal(shim_poll(r->shim, u.fd, OWN_IN, 0), OWN_ERR);
		assert_int_equal(shim_read(r->shim, u.fd, in, 100), -EIO);
	}
	assert_int_equal(rig_faults_left(r), 0);
	generate(r, queue, 60, 1, 0);
	assert_int_equal(shim_read(r->shim, u.fd, in, 100), 60);
	own_close(r, u.fd);
	rig_close(r);
}

static void records_that_cannot_be_stop_the_stream(void **state)
{
	static const struct cw_model_fault bad[] = {
		{ .kind = CW_MODEL_WORD, .arg = 1 },         /* no packet has begun */
		{ .kind = CW_MODEL_WORD, .arg = 2 },         /* it goes on, though the buffer is not full */
		{ .kind = CW_MODEL_BAD_NUMBER, .arg = 1 },
		{ .kind = CW_MODEL_BAD_QUEUE, .arg = 1 },
		{ .kind = CW_MODEL_BAD_BYTES, .arg = 4097 }, /* more than the buffer has */
		{ .kind = CW_MODEL_HALT, .arg = CW_STATUS_FETCH },
		{ .kind = CW_MODEL_STATUS, .arg = CW_STATUS_BAD_LEN },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		bad_record(*state, bad[i], false);
		bad_record(*state, bad[i], true);
	}
}

static void card_that_says_cut_is_believed(void **state)
{
	struct rig *r = *state;
	struct cw_model_fault f = { .kind = CW_MODEL_WORD, .arg = 4, .number = CW_MODEL_ANY, .times = 2 };
	uint8_t in[100];
	struct cw_pkt pkt;
	uint32_t queue;
	int fd;

	rig_open(r, "");
	fd = own_stream(r, CW_QUEUE_C2H, CW_QUEUE_HDR, 8, &queue);
	f.queue = queue;
	assert_int_equal(cw_model_inject(r->model, &f), 0);
	generate(r, queue, 50, 1, 0);
	assert_int_equal(get_packet(r, fd, in, 100, &pkt), HDR + 50);
	assert_int_equal(pkt.flags, CW_PKT_TRUNC);
	assert_int_equal(pkt.len, 50);
	own_close(r, fd);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(lost_interrupt_of_a_packet_is_noticed),
		RIG_TEST(errors_of_packets_to_the_card),
		RIG_TEST(records_that_cannot_be_stop_the_stream),
		RIG_TEST(card_that_says_cut_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
