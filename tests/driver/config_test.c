// SPDX-License-Identifier: BSD-2-Clause
/* Weights of queues, relaxed ordering, no-snoop: what parameters and programs ask for is what the card is told. */
#include "own.h"

#define ATTRIBUTES (CW_Q_CONFIG_RO_MASK | CW_Q_CONFIG_NS_MASK)
#define WEIGHT(n) ((uint32_t)(n) << CW_Q_CONFIG_WEIGHT_SHIFT)

static uint32_t config_of(struct rig *r, uint32_t queue)
{
	return reg_get(r, CW_QUEUE_OFFSET + queue * CW_QUEUE_STRIDE + CW_Q_CONFIG) &
	       (ATTRIBUTES | CW_Q_CONFIG_WEIGHT_MASK);
}

/* Of the file's queues, each way. */
static uint32_t config(struct rig *r, const char *params)
{
	uint32_t to, from;

	rig_default(r);
	rig_open(r, params);
	to = config_of(r, 0);
	from = config_of(r, 1);
	rig_works(r);
	rig_close(r);
	assert_int_equal(to, from);
	return to;
}

static void file_queues_are_as_the_parameters_say(void **state)
{
	assert_int_equal(config(*state, "queues=1"), CW_Q_CONFIG_RO_MASK | WEIGHT(1));
	assert_int_equal(config(*state, "queues=1 weight=63"), CW_Q_CONFIG_RO_MASK | WEIGHT(63));
	assert_int_equal(config(*state, "queues=1 relaxed_ordering=0"), WEIGHT(1));
	assert_int_equal(config(*state, "queues=1 no_snoop=1 weight=2"), ATTRIBUTES | WEIGHT(2));
	assert_int_equal(config(*state, "queues=1 no_snoop=1 relaxed_ordering=0"), CW_Q_CONFIG_NS_MASK | WEIGHT(1));
}

static void own_queues_are_as_their_setup_says(void **state)
{
	static const struct { uint32_t asked, got; } weights[] = { { 0, 1 }, { 1, 1 }, { 5, 5 }, { 63, 63 } };
	struct rig *r = *state;

	rig_open(r, "queues=1 weight=20 relaxed_ordering=0");
	for (unsigned i = 0; i < 4; i++)
		for (unsigned kind = 0; kind < 4; kind++) {
			struct cw_queue_setup s = own_setup(kind & 1 ? CW_QUEUE_ST : CW_QUEUE_MM,
							    kind & 2 ? CW_QUEUE_C2H : CW_QUEUE_H2C, 0);
			int fd;

			s.weight = weights[i].asked;
			fd = own_make(r, &s);
			assert_true(fd >= 0);
			assert_int_equal(s.weight, weights[i].got);
			assert_int_equal(config_of(r, s.queue), WEIGHT(weights[i].got));
			own_close(r, fd);
		}
	assert_int_equal(config_of(r, 0), WEIGHT(20));
	rig_close(r);
}

/* Where data goes to coherent memory of the driver's own, as records do: packets from the card, and what is copied. */
static void coherent_memory_is_written_without_attributes(void **state)
{
	struct rig *r = *state;
	struct cw_queue_setup s = own_setup(CW_QUEUE_ST, CW_QUEUE_C2H, 0);
	int fd;

	rig_open(r, "queues=1 no_snoop=1");
	fd = own_make(r, &s);
	assert_true(fd >= 0);
	assert_int_equal(config_of(r, s.queue), WEIGHT(1));
	own_close(r, fd);
	s = own_setup(CW_QUEUE_ST, CW_QUEUE_H2C, 0);
	fd = own_make(r, &s);
	assert_true(fd >= 0);
	assert_int_equal(config_of(r, s.queue), ATTRIBUTES | WEIGHT(1));
	own_close(r, fd);
	rig_close(r);

	rig_default(r);
	r->machine.iommu = false;
	r->machine.dma = SHIM_DMA_DIRECT;
	rig_open(r, "queues=1 no_snoop=1 dma_bits=32");
	assert_int_equal(config_of(r, 0), WEIGHT(1));
	rig_close(r);
}

/* After a reset of the function the card is told again. */
static void weights_outlive_a_reset(void **state)
{
	struct rig *r = *state;
	struct cw_queue_setup s = own_setup(CW_QUEUE_MM, CW_QUEUE_H2C, 0);
	int fd;

	s.weight = 11;
	rig_open(r, "queues=1 weight=3 no_snoop=1");
	fd = own_make(r, &s);
	assert_true(fd >= 0);
	assert_int_equal(shim_reset(r->shim), 0);
	assert_int_equal(config_of(r, 0), ATTRIBUTES | WEIGHT(3));
	assert_int_equal(config_of(r, s.queue), ATTRIBUTES | WEIGHT(11));
	own_close(r, fd);
	rig_close(r);
}

/* A card of before: nothing is written where it has no field. */
static void card_without_weights(void **state)
{
	struct rig *r = *state;
	struct cw_queue_setup s = own_setup(CW_QUEUE_MM, CW_QUEUE_H2C, 0);
	struct said said = { .what = "weight=2: the card's queues have no weights" };
	int fd;

	r->card.features &= ~CW_CAP_FEATURES_WEIGHT_MASK;
	rig_open(r, "queues=1");
	assert_int_equal(config_of(r, 0), CW_Q_CONFIG_RO_MASK);
	s.weight = 2;
	assert_int_equal(own_make(r, &s), -EOPNOTSUPP);
	s.weight = 1;
	fd = own_make(r, &s);
	assert_true(fd >= 0);
	assert_int_equal(config_of(r, s.queue), CW_Q_CONFIG_RO_MASK);
	own_close(r, fd);
	rig_close(r);

	rig_default(r);
	r->card.features &= ~CW_CAP_FEATURES_WEIGHT_MASK;
	r->machine.message = count_message;
	r->machine.ctx = &said;
	rig_power(r);
	assert_int_equal(shim_module_load(r->shim, "weight=2"), 0);
	assert_false(shim_bound(r->shim));
	assert_int_equal(said.n, 1);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(file_queues_are_as_the_parameters_say),
		RIG_TEST(own_queues_are_as_their_setup_says),
		RIG_TEST(coherent_memory_is_written_without_attributes),
		RIG_TEST(weights_outlive_a_reset),
		RIG_TEST(card_without_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
