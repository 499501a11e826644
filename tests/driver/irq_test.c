// SPDX-License-Identifier: BSD-2-Clause
/*
 * Interrupts: vectors that queues share, with the card's event rings and without,
 * entries that are not to be believed, MSI and the pin.
 */
#include "driver/cw_regs.h"
#include "driver/uapi/causeway.h"
#include "rig.h"

enum { MANY = 64, PIECE = 5001 };

static struct cw_model_stats card(struct rig *r)
{
	struct cw_model_stats s;

	cw_model_get_stats(r->model, &s);
	return s;
}

static struct shim_stats machine(struct rig *r)
{
	struct shim_stats s;

	shim_get_stats(r->shim, &s);
	return s;
}

/* One for each queue of a direction at once, or nearly so. */
static void all_at_once(struct rig *r, enum shim_op op, uint8_t *buf)
{
	struct shim_aio a[MANY], *p[MANY];

	for (unsigned i = 0; i < MANY; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = op, .buf = buf + i * PIECE, .len = PIECE,
					  .pos = 0x1001 + i * PIECE };
		p[i] = &a[i];
	}
	assert_int_equal(shim_submit(r->shim, p, MANY), MANY);
	for (unsigned i = 0; i < MANY; i++) {
		assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
		assert_int_equal(a[i].result, PIECE);
	}
}

/* Bytes there and back over all queues, without help by the watchdog. */
static void all_queues_work(struct rig *r)
{
	uint8_t *out = malloc(MANY * PIECE), *in = calloc(MANY, PIECE);
	uint64_t start = shim_now_ns(r->shim);

	rig_fill(out, MANY * PIECE, (uint32_t)start);
	all_at_once(r, SHIM_PWRITE, out);
	all_at_once(r, SHIM_PREAD, in);
	assert_memory_equal(in, out, MANY * PIECE);
	assert_true(shim_now_ns(r->shim) - start < 3000000);
	free(out);
	free(in);
}

/* 64 queues on the vectors that these parameters leave; exploring. */
static void open_64(struct rig *r, const char *params, uint64_t seed)
{
	char text[128];

	print_message("seed %llu, %s\n", (unsigned long long)seed, params);
	r->card.queues = 64;
	r->machine.seed = r->link.seed = seed;
	r->machine.explore = true;
	snprintf(text, sizeof(text), "queues=32 %s", params);
	rig_open(r, text);
}

/* `irq_test SEED [N]` runs N seeds from there instead of the default ones. */
static uint64_t first_seed = 1, seed_n = 4;

static void shared_vectors_serve_all_queues(void **state)
{
	static const char *const vectors[] = { "vectors=1", "vectors=2", "vectors=3" };
	struct rig *r = *state;

	for (uint64_t seed = first_seed; seed < first_seed + seed_n; seed++)
		for (unsigned i = 0; i < 3; i++) {
			rig_default(r);
			open_64(r, vectors[i], seed);
			for (unsigned round = 0; round < 3; round++)
				all_queues_work(r);
			assert_int_equal(card(r).queues_used, 0xffffffff);
			assert_true(card(r).events > 0);
			assert_int_equal(card(r).bad_consumers, 0);
			rig_close(r);
		}
}

static void vector_of_one_queue_has_no_ring(void **state)
{
	struct rig *r = *state;

	rig_open(r, "");
	rig_works(r);
	assert_int_equal(card(r).events, 0);
	rig_close(r);
}

static void card_without_event_rings_is_walked(void **state)
{
	struct rig *r = *state;

	r->card.features = 0;
	open_64(r, "vectors=1", 1);
	all_queues_work(r);
	assert_int_equal(card(r).events, 0);
	rig_close(r);
}

/* What one transfer costs the machine, in steps of the scheduler. */
static uint64_t steps_of_one(struct rig *r, const char *params, uint32_t features)
{
	uint8_t byte = 1;
	uint64_t before;

	rig_default(r);
	r->card.queues = 64;
	r->card.features = features;
	rig_open(r, params);
	before = machine(r).points;
	assert_int_equal(shim_pwrite(r->shim, r->fd, &byte, 1, 0), 1);
	assert_int_equal(shim_run(r->shim, 100000), 0);
	before = machine(r).points - before;
	rig_close(r);
	return before;
}

static void work_follows_events_not_queues(void **state)
{
	struct rig *r = *state;
	uint64_t few = steps_of_one(r, "queues=1 vectors=1", CW_CAP_FEATURES_EVENT_RING_MASK);
	uint64_t many = steps_of_one(r, "queues=32 vectors=1", CW_CAP_FEATURES_EVENT_RING_MASK);
	uint64_t walked = steps_of_one(r, "queues=32 vectors=1", 0);

	print_message("steps: 2 queues %llu, 64 queues %llu, walked %llu\n", (unsigned long long)few,
		      (unsigned long long)many, (unsigned long long)walked);
	assert_true(many <= few + 4);
	assert_true(walked >= many + 60);
}

/* The card has to wait until the driver hands back what it took: here, each time. */
static void full_event_ring_loses_nothing(void **state)
{
	struct rig *r = *state;

	for (uint32_t room = 1; room < 4; room++) {
		rig_default(r);
		r->card.event_room = room;
		open_64(r, "vectors=1", room);
		for (unsigned i = 0; i < 5; i++)
			all_queues_work(r);
		assert_true(card(r).events_full > 100);
		assert_int_equal(card(r).bad_consumers, 0);
		rig_close(r);
	}
}

/* The phase of the ring flips several times. */
static void event_ring_wraps(void **state)
{
	struct rig *r = *state;

	rig_open(r, "queues=1 vectors=1");
	for (unsigned i = 0; i < 40; i++)
		rig_works(r);
	assert_true(card(r).events > 5 * 4);
	rig_close(r);
}

/* ---- entries that are not to be believed ---- */

static void event_names(struct rig *r, const char *params, uint32_t queue)
{
	struct said said = { .what = "bad event" };
	struct cw_model_fault f = { .kind = CW_MODEL_EVENT_QUEUE, .queue = 0, .number = CW_MODEL_ANY, .arg = queue };
	uint64_t start;
	uint8_t byte = 0;

	rig_default(r);
	r->machine.message = count_message;
	r->machine.ctx = &said;
	rig_open(r, params);
	for (unsigned i = 1; i <= 3; i++) {
		assert_int_equal(cw_model_inject(r->model, &f), 0);
		start = shim_now_ns(r->shim);
		for (unsigned n = 0; n < 4 && rig_faults_left(r); n++)
			assert_int_equal(shim_pwrite(r->shim, r->fd, &byte, 1, 0), 1);
		assert_true(shim_now_ns(r->shim) - start < 100000);
		assert_int_equal(rig_faults_left(r), 0);
		assert_int_equal(said.n, i);
		rig_works(r);
	}
	rig_close(r);
}

static void event_of_no_queue_is_not_believed(void **state)
{
	event_names(*state, "queues=2 vectors=1", 0xffff);
	event_names(*state, "queues=2 vectors=1", 4);
}

static void event_of_another_vector_is_not_believed(void **state)
{
	event_names(*state, "queues=2 vectors=3", 1);
}

/* The queue is silent until its index is written, though there is nothing to take: good events and bad. */
static void event_without_work(struct rig *r, bool bad)
{
	struct cw_model_fault again = { .kind = CW_MODEL_EVENT_AGAIN, .queue = CW_MODEL_ANY, .number = CW_MODEL_ANY };
	struct cw_model_fault wrong = { .kind = CW_MODEL_EVENT_QUEUE, .queue = CW_MODEL_ANY, .number = 1, .arg = 99 };

	rig_default(r);
	rig_open(r, "queues=1 vectors=1");
	assert_int_equal(cw_model_inject(r->model, &again), 0);
	if (bad)
		assert_int_equal(cw_model_inject(r->model, &wrong), 0);
	for (unsigned i = 0; i < 4; i++)
		rig_works(r);
	assert_int_equal(rig_faults_left(r), 0);
	rig_close(r);
}

static void event_without_work_is_answered(void **state)
{
	event_without_work(*state, false);
	event_without_work(*state, true);
}

/* An event that is never seen hides those behind it: the ring is given up, once. */
static void without_its_event(struct rig *r, enum cw_model_fault_kind kind)
{
	struct said said = { .what = "its event ring is not used any more" };
	static uint8_t page[4096];
	uint64_t start;

	r->machine.message = count_message;
	r->machine.ctx = &said;
	rig_open(r, "queues=2 vectors=1 timeout_ms=50");
	rig_works(r);
	rig_inject(r, kind, 0, 1);
	start = shim_now_ns(r->shim);
	assert_int_equal(shim_pwrite(r->shim, r->fd, page, sizeof(page), 0), sizeof(page));
	assert_in_range(shim_now_ns(r->shim) - start, 40000000, 200000000);
	assert_int_equal(rig_faults_left(r), 0);
	assert_int_equal(shim_run(r->shim, 100000), 0);
	assert_int_equal(said.n, 1);
	all_queues_work(r);
	assert_int_equal(said.n, 1);
	rig_close(r);
}

static void event_of_an_old_phase_is_not_seen(void **state)
{
	without_its_event(*state, CW_MODEL_EVENT_PHASE);
}

static void event_that_never_comes_is_found(void **state)
{
	without_its_event(*state, CW_MODEL_NO_IRQ);
}

/* ---- around the rings ---- */

static void recovers(struct rig *r, enum cw_model_fault_kind kind, uint32_t arg, int error)
{
	static uint8_t buf[30000];

	rig_default(r);
	rig_open(r, "queues=2 vectors=1 timeout_ms=50");
	for (unsigned i = 0; i < 6; i++) {
		rig_inject(r, kind, arg, 1);
		assert_int_equal(i & 1 ? shim_pread(r->shim, r->fd, buf, sizeof(buf), 0) :
					 shim_pwrite(r->shim, r->fd, buf, sizeof(buf), 0), error);
		rig_works(r);
	}
	assert_true(card(r).events > 0);
	all_queues_work(r);
	rig_close(r);
}

static void queues_recover_with_their_rings_on(void **state)
{
	recovers(*state, CW_MODEL_SWALLOW, 0, -ETIMEDOUT);
	recovers(*state, CW_MODEL_HALT, CW_STATUS_FETCH, -EIO);
	recovers(*state, CW_MODEL_STATUS, CW_STATUS_BAD_RANGE, -EIO);
	recovers(*state, CW_MODEL_BAD_NUMBER, 5, -EIO);
}

/* Each time after a reset of the card, with memory that lies elsewhere. */
static void rings_are_set_up_after_each_reset(void **state)
{
	struct rig *r = *state;
	uint64_t before;

	rig_open(r, "queues=2 vectors=1");
	for (unsigned i = 0; i < 4; i++) {
		before = card(r).events;
		all_queues_work(r);
		assert_true(card(r).events > before);
		assert_int_equal(shim_close(r->shim, r->fd), 0);
		if (i & 1)
			assert_int_equal(shim_reset(r->shim), 0);
		assert_int_equal(shim_unbind(r->shim), 0);
		assert_int_equal(shim_bind(r->shim), 0);
		r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
		assert_true(r->fd >= 0);
	}
	rig_close(r);
}

static void rings_are_off_when_the_driver_is_gone(void **state)
{
	struct rig *r = *state;

	rig_open(r, "queues=2 vectors=3");
	assert_int_equal(card(r).event_rings, 2);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	assert_int_equal(shim_unbind(r->shim), 0);
	assert_int_equal(card(r).event_rings, 0);
	assert_int_equal(shim_bind(r->shim), 0);
	assert_int_equal(shim_shutdown(r->shim), 0);
	assert_int_equal(card(r).event_rings, 0);
	rig_close(r);
}

/* Even if vector 0, which is told too, is not heard. */
static void halt_is_known_by_its_event(void **state)
{
	static uint8_t buf[30000];
	struct rig *r = *state;

	rig_open(r, "queues=2 vectors=3 timeout_ms=50");
	for (unsigned i = 0; i < 4; i++) {
		rig_inject(r, CW_MODEL_HALT, CW_STATUS_FETCH, 1);
		rig_inject(r, CW_MODEL_NO_ERROR, 0, 1);
		assert_int_equal(shim_pwrite(r->shim, r->fd, buf, sizeof(buf), 0), -EIO);
		assert_int_equal(rig_faults_left(r), 0);
		rig_works(r);
	}
	rig_close(r);
}

static void no_memory_for_a_ring_means_walking(void **state)
{
	struct rig *r = *state;
	struct said said = { .what = "no memory for an event ring" };

	r->machine.message = count_message;
	r->machine.ctx = &said;
	rig_open(r, "queues=2 vectors=1");
	for (unsigned n = 1; n < 20 && !said.n; n++) {
		assert_int_equal(shim_close(r->shim, r->fd), 0);
		if (shim_bound(r->shim))
			assert_int_equal(shim_unbind(r->shim), 0);
		shim_fail_nth(r->shim, n);
		if (shim_bind(r->shim))
			assert_int_equal(shim_bind(r->shim), 0);
		shim_fail_nth(r->shim, 0);
		r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
		assert_true(r->fd >= 0);
	}
	assert_int_equal(said.n, 1);
	all_queues_work(r);
	assert_int_equal(card(r).events, 0);
	rig_close(r);
}

/* ---- MSI and the pin ---- */

static uint8_t irq_type(struct rig *r)
{
	struct cw_info i = { .size = sizeof(i) };

	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &i), 0);
	return i.irq_type;
}

static void type_works(struct rig *r, const char *says, uint8_t type)
{
	struct said said = { .what = says };

	r->machine.message = count_message;
	r->machine.ctx = &said;
	open_64(r, "", 1);
	assert_int_equal(said.n, 1);
	assert_int_equal(irq_type(r), type);
	all_queues_work(r);
	assert_int_equal(card(r).bad_vectors, 0);
	rig_close(r);
}

static void msix_is_taken_first(void **state)
{
	type_works(*state, "interrupts by MSI-X, vectors: 16", CW_IRQ_TYPE_MSIX);
}

static void msi_when_there_is_no_msix(void **state)
{
	struct rig *r = *state;

	r->machine.no_msix = true;
	type_works(r, "interrupts by MSI, vectors: 16", CW_IRQ_TYPE_MSI);
}

static void msi_of_one_vector(void **state)
{
	struct rig *r = *state;

	r->machine.no_msix = true;
	r->card.msi_log2 = 0;
	type_works(r, "interrupts by MSI, vectors: 1", CW_IRQ_TYPE_MSI);
}

static void pin_when_there_is_neither(void **state)
{
	struct rig *r = *state;

	r->machine.no_msix = r->machine.no_msi = true;
	type_works(r, "interrupts by INTx, vectors: 1", CW_IRQ_TYPE_INTX);
}

static void open_pin(struct rig *r, const char *params)
{
	r->machine.no_msix = r->machine.no_msi = true;
	rig_open(r, params);
}

static void interrupt_of_another_device_is_not_ours(void **state)
{
	struct rig *r = *state;
	uint64_t none, reads;

	open_pin(r, "");
	rig_works(r);
	for (unsigned i = 0; i < 5; i++) {
		none = machine(r).irq_passed;
		reads = machine(r).mmio_reads;
		shim_neighbour_irq(r->shim);
		assert_int_equal(shim_run(r->shim, 100000), 0);
		assert_true(machine(r).irq_passed > none);
		/* One look is enough to know. */
		assert_int_equal(machine(r).mmio_reads, reads + 1);
		rig_works(r);
	}
	rig_close(r);
}

static void interrupt_of_another_device_when_the_card_is_gone(void **state)
{
	struct rig *r = *state;
	uint64_t none;

	open_pin(r, "");
	rig_works(r);
	shim_surprise(r->shim, true);
	none = machine(r).irq_passed;
	shim_neighbour_irq(r->shim);
	assert_int_equal(shim_run(r->shim, 100000), 0);
	assert_true(machine(r).irq_passed > none);
	rig_close(r);
}

/* The line is quiet whenever the driver is not there to answer, whatever the card was at. */
static void pin_is_left_quiet(void **state)
{
	static uint8_t buf[MANY * PIECE];
	struct rig *r = *state;

	for (unsigned n = 0; n < 30; n++) {
		struct shim_aio a[MANY], *p[MANY];
		uint64_t none;

		rig_default(r);
		r->machine.seed = r->link.seed = first_seed + n;
		open_pin(r, "queues=2 timeout_ms=50");
		for (unsigned i = 0; i < MANY; i++) {
			a[i] = (struct shim_aio){ .fd = r->fd, .op = SHIM_PWRITE, .buf = buf + i * PIECE, .len = PIECE };
			p[i] = &a[i];
		}
		assert_int_equal(shim_submit(r->shim, p, MANY), MANY);
		assert_int_equal(shim_run(r->shim, 100 * n), 0);
		none = machine(r).irq_none;
		assert_int_equal(shim_unbind(r->shim), 0);
		/* One may be on its way when the line falls. */
		assert_in_range(machine(r).irq_none - none, 0, 1);
		for (unsigned i = 0; i < MANY; i++)
			assert_int_equal(shim_wait(r->shim, &a[i], -1, NULL), 0);
		assert_int_equal(shim_close(r->shim, r->fd), 0);
		shim_neighbour_irq(r->shim);
		assert_int_equal(shim_run(r->shim, 1000000), 0);
		assert_int_equal(shim_bind(r->shim), 0);
		r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
		rig_works(r);
		rig_close(r);
	}
}

static void errors_come_by_the_pin(void **state)
{
	static uint8_t buf[30000];
	struct rig *r = *state;

	open_pin(r, "");
	for (unsigned i = 0; i < 3; i++) {
		rig_inject(r, CW_MODEL_HALT, CW_STATUS_FETCH, 1);
		assert_int_equal(shim_pwrite(r->shim, r->fd, buf, sizeof(buf), 0), -EIO);
		rig_works(r);
	}
	rig_close(r);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(shared_vectors_serve_all_queues),
		RIG_TEST(vector_of_one_queue_has_no_ring),
		RIG_TEST(card_without_event_rings_is_walked),
		RIG_TEST(work_follows_events_not_queues),
		RIG_TEST(full_event_ring_loses_nothing),
		RIG_TEST(event_ring_wraps),
		RIG_TEST(event_of_no_queue_is_not_believed),
		RIG_TEST(event_of_another_vector_is_not_believed),
		RIG_TEST(event_without_work_is_answered),
		RIG_TEST(event_of_an_old_phase_is_not_seen),
		RIG_TEST(event_that_never_comes_is_found),
		RIG_TEST(queues_recover_with_their_rings_on),
		RIG_TEST(rings_are_set_up_after_each_reset),
		RIG_TEST(rings_are_off_when_the_driver_is_gone),
		RIG_TEST(halt_is_known_by_its_event),
		RIG_TEST(no_memory_for_a_ring_means_walking),
		RIG_TEST(msix_is_taken_first),
		RIG_TEST(msi_when_there_is_no_msix),
		RIG_TEST(msi_of_one_vector),
		RIG_TEST(pin_when_there_is_neither),
		RIG_TEST(interrupt_of_another_device_is_not_ours),
		RIG_TEST(interrupt_of_another_device_when_the_card_is_gone),
		RIG_TEST(pin_is_left_quiet),
		RIG_TEST(errors_come_by_the_pin),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed_n = strtoull(argv[2], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
