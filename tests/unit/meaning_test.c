// SPDX-License-Identifier: BSD-2-Clause
/* What TLPs are for, learnt from the log alone. */
#include "story.h"

struct test {
	struct story s;
	struct cw_meaning *m;
	struct cw_mean mean;
	unsigned shown;
};

static uint64_t seed = 1;

static int setup(void **state)
{
	struct test *t = calloc(1, sizeof(*t));

	if (!t)
		return -1;
	story_new(&t->s);
	t->m = cw_meaning_new();
	*state = t;
	return t->m ? 0 : -1;
}

static int teardown(void **state)
{
	struct test *t = *state;

	cw_meaning_free(t->m);
	story_free(&t->s);
	free(t);
	return 0;
}

/* Shows what was added; t->mean is then the last one's. */
static struct cw_mean *show(struct test *t)
{
	story_show(&t->s, t->m, t->shown, &t->mean);
	t->shown = t->s.n;
	return &t->mean;
}

/* Shows all but the last `n`, then the first of these. */
static struct cw_mean *show_but(struct test *t, unsigned n)
{
	for (; t->shown + n < t->s.n + 1; t->shown++)
		cw_meaning_next(t->m, &t->s.rec[t->shown], &t->mean);
	return &t->mean;
}

static void has_text(const struct cw_mean *mean, const char *part)
{
	if (!strstr(mean->text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, mean->text);
}

static void configuration_registers_have_their_names(void **state)
{
	struct test *t = *state;

	st_enumerate(&t->s);
	show(t);
	st_cfg_read(&t->s, 0x60 + PCI_EXP_DEVCTL, 0x2810);
	has_text(show_but(t, 2), "configuration read of Device Control and Device Status");
	has_text(show(t), "Device Control and Device Status is 0x00002810");
	st_cfg_write(&t->s, 0x60 + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_RELAX_EN, 3);
	has_text(show_but(t, 2), "configuration write of Device Control = 0x0010 (relaxed ordering allowed)");
	st_cfg_write(&t->s, 0x40, (uint32_t)PCI_MSIX_FLAGS_ENABLE << 16, 0xc);
	has_text(show_but(t, 2), "MSI-X Message Control = 0x8000 (MSI-X on)");
	st_cfg_write(&t->s, PCI_COMMAND, PCI_COMMAND_MASTER, 3);
	has_text(show_but(t, 2), "Command = 0x0004 (bus master on)");
	st_cfg_write(&t->s, PCI_CFG_SPACE_SIZE + PCI_ERR_COR_STATUS, 1, 0xf);
	has_text(show_but(t, 2), "AER Correctable Error Status");
	st_cfg_read(&t->s, 0x90, 0);
	assert_int_equal(show_but(t, 2)->kind, CW_MEAN_CONFIG);
}

static void capabilities_that_loop_end(void **state)
{
	struct test *t = *state;

	st_cfg_read(&t->s, PCI_CAPABILITY_LIST, 0x40);
	st_cfg_read(&t->s, 0x40, PCI_CAP_ID_MSIX | 0x60 << 8);
	st_cfg_read(&t->s, 0x60, PCI_CAP_ID_EXP | 0x40 << 8);
	st_cfg_read(&t->s, PCI_CFG_SPACE_SIZE, PCI_EXT_CAP_ID_ERR | PCI_CFG_SPACE_SIZE << 20);
	st_cfg_read(&t->s, 0x44, 0);
	has_text(show_but(t, 2), "MSI-X Table Offset");
	st_cfg_read(&t->s, PCI_CFG_SPACE_SIZE + PCI_ERR_CAP, 0);
	has_text(show_but(t, 2), "AER Capabilities and Control");
}

static void registers_are_found_where_the_bars_were_placed(void **state)
{
	struct test *t = *state;

	st_reg(&t->s, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
	assert_int_equal(show(t)->kind, CW_MEAN_OTHER);
	st_enumerate(&t->s);
	st_reg(&t->s, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
	assert_int_equal(show(t)->kind, CW_MEAN_REGISTER);
	has_text(&t->mean, "write CONTROL = 1 (ENABLE 1)");
	st_reg_read(&t->s, CW_ID, CW_ID_MAGIC);
	has_text(show_but(t, 2), "read ID");
	has_text(show(t), "answer: ID = 0x59415743");
	st_reg_read(&t->s, st_q(9, CW_Q_STATUS), CW_QSTATE_HALTED | CW_STATUS_BAD_LEN << CW_Q_STATUS_CAUSE_SHIFT);
	has_text(show(t), "Q_STATUS of queue 9 = 0x00000063 (STATE HALTED, CAUSE BAD_LEN)");
	st_reg(&t->s, CW_MSIX_TABLE_OFFSET + 3 * PCI_MSIX_ENTRY_SIZE + CW_MSIX_DATA, 5);
	has_text(show(t), "write MSIX_DATA of vector 3 = 5");
	st_reg(&t->s, CW_EVENT_OFFSET + 2 * CW_EVENT_STRIDE + CW_EVENT_CONSUMER, 1);
	has_text(show(t), "write EVENT_CONSUMER of vector 2 = 1");
	st_reg_read(&t->s, CW_COUNTER_OFFSET + 8 * CW_COUNTER_DESC + 4, 0);
	has_text(show(t), "counter DESC high word = 0");
	st_reg(&t->s, CW_WINDOW_BASE_LO, CW_BAR4_BYTES);
	cw_tlp_mwr(story_add(&t->s, CW_SIDE_HOST), ST_HOST, ST_BAR4 + 0x11, "x", 1, 0);
	has_text(show(t), "1 byte at card address 0x100011");
	/* Behind BAR2, as its sizing showed, and behind BAR0 above it. */
	cw_tlp_mwr(story_add(&t->s, CW_SIDE_HOST), ST_HOST, ST_BAR2 + 0x600000, "x", 1, 0);
	has_text(show(t), "no BAR is known");
}

static void doorbells_say_what_is_new(void **state)
{
	struct test *t = *state;
	uint32_t both[2] = { 7, 2 };

	st_start(&t->s);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 1);
	has_text(show(t), "queue 3's doorbell: producer index 1, so descriptor 0 is ready");
	assert_true(cw_meaning_covers(&t->mean.producer, 0));
	assert_false(cw_meaning_covers(&t->mean.producer, 1));
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 5);
	has_text(show(t), "descriptors 1 to 4 are ready");
	for (uint32_t i = 0; i < 2; i++)
		st_record(&t->s, ST_CPL, ST_QUEUE, i, 0);
	cw_tlp_mwr(story_add(&t->s, CW_SIDE_HOST), ST_HOST, ST_BAR2 + (ST_QUEUE << CW_DB_STRIDE_LOG2_MIN), both, 8, 0);
	has_text(show(t), "descriptors 5 to 6 are ready; the driver tells queue 3 that it has taken records 0 to 1");
	assert_true(cw_meaning_covers(&t->mean.consumer, 1));
}

static void doorbells_out_of_range_change_nothing(void **state)
{
	struct test *t = *state;

	st_start(&t->s);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, (1u << ST_ENTRIES_LOG2) + 1);
	has_text(show(t), "out of range");
	assert_false(t->mean.producer.set);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_CONSUMER, 1);
	has_text(show(t), "out of range");
	st_doorbell(&t->s, ST_QUEUE + 1, CW_DB_PRODUCER, 1);
	has_text(show(t), "not known to be enabled");
	st_doorbell(&t->s, ST_QUEUE, 8, 1);
	has_text(show(t), "where no doorbell is");
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 1);
	has_text(show(t), "descriptor 0 is ready");
}

static void doorbell_stride_is_learnt(void **state)
{
	struct test *t = *state;

	st_start(&t->s);
	st_reg(&t->s, CW_DB_STRIDE, 14);
	st_reg(&t->s, CW_DB_STRIDE, 20); /* the card ignores it */
	t->s.stride_log2 = 14;
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 1);
	assert_int_equal(show(t)->queue, ST_QUEUE);
	assert_true(t->mean.producer.set);
}

static void transfer_is_followed_by_address_and_tag(void **state)
{
	static const enum cw_mean_kind kind[] = {
		CW_MEAN_DOORBELL, CW_MEAN_FETCH, CW_MEAN_DESC, CW_MEAN_READ, CW_MEAN_DATA, CW_MEAN_DATA,
		CW_MEAN_RECORD, CW_MEAN_INTERRUPT, CW_MEAN_DOORBELL,
	};
	static const char *const text[] = {
		"descriptor 0 is ready", "the card fetches descriptor 0 of queue 3",
		"32 bytes at bus address 0x00000000001ff000 to card address 0x8000, flags IRQ",
		"the card reads the data of descriptor 0 of queue 3: 32 bytes at bus address 0x00000000001ff000",
		"01 02 03 04 05 06 07 08 ... (bytes 0 to 15 of 32)", "11 12 13 14 15 16 17 18 ... (bytes 16 to 31 of 32)",
		"completion record number 0 of queue 3, 32 bytes, status OK, phase 1, card cycle 12345",
		"MSI-X vector 2 (address 0x00000000fee00000, data 0x00004711)", "has taken record 0: consumer index 1",
	};
	struct test *t = *state;

	st_start(&t->s);
	show(t);
	st_transfer(&t->s, 0);
	for (unsigned i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		cw_meaning_next(t->m, &t->s.rec[t->shown++], &t->mean);
		assert_int_equal(t->mean.kind, kind[i]);
		has_text(&t->mean, text[i]);
	}
	assert_int_equal(t->shown, t->s.n);
}

static void numbers_go_on_when_the_ring_wraps(void **state)
{
	struct test *t = *state;

	st_start(&t->s);
	for (uint32_t n = 0; n < 3u << ST_ENTRIES_LOG2; n++) {
		st_transfer(&t->s, n);
		show_but(t, 7);
		assert_int_equal(t->mean.kind, CW_MEAN_DESC);
		assert_int_equal(t->mean.first, n);
		show_but(t, 3);
		assert_int_equal(t->mean.kind, CW_MEAN_RECORD);
		assert_true(t->mean.held);
		show(t);
	}
}

/* Completions of two reads, mixed, in pieces: the tag says whose they are. */
static void batches_and_mixed_completions_are_told_apart(void **state)
{
	struct test *t = *state;
	uint32_t desc[8];
	uint8_t data[64] = { 0 };

	st_start(&t->s);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 2);
	st_desc(desc, ST_DATA + 0x1002, 60, 0x1000, 0);
	st_desc(desc + 4, ST_DATA, 64, 0x2000, CW_DESC_DW2_IRQ_MASK);
	st_card_read(&t->s, 9, ST_RING, desc, sizeof(desc), 32);
	has_text(show(t), "descriptors 0 to 1 of queue 3");
	cw_tlp_mrd(story_add(&t->s, CW_SIDE_CARD), ST_CARD, 9, ST_DATA + 0x1002, 60, 0);
	assert_int_equal(show(t)->first, 0);
	cw_tlp_mrd(story_add(&t->s, CW_SIDE_CARD), ST_CARD, 10, ST_DATA, 64, 0);
	assert_int_equal(show(t)->first, 1);
	cw_tlp_cpld(story_add(&t->s, CW_SIDE_HOST), ST_HOST, ST_CARD, 10, 0, 0, 64, 0, data, 16);
	assert_int_equal(show(t)->first, 1);
	data[2] = 0xaa;
	cw_tlp_cpld(story_add(&t->s, CW_SIDE_HOST), ST_HOST, ST_CARD, 9, 0, 0, 60, 2, data, 16);
	assert_int_equal(show(t)->first, 0);
	assert_int_equal(t->mean.skip, 2);
	has_text(&t->mean, ": aa 00");
	cw_tlp_cpld(story_add(&t->s, CW_SIDE_HOST), ST_HOST, ST_CARD, 9, 0, 0, 60, 2, data, 16);
	has_text(show(t), "a request that the log does not show");
}

/* Two descriptors with one buffer: the card reads for one after the other. */
static void buffer_used_twice_is_read_twice(void **state)
{
	struct test *t = *state;
	uint32_t desc[8];

	st_start(&t->s);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 2);
	st_desc(desc, ST_DATA, 64, 0x1000, 0);
	st_desc(desc + 4, ST_DATA, 64, 0x2000, 0);
	st_card_read(&t->s, 9, ST_RING, desc, sizeof(desc), 32);
	for (uint32_t i = 0; i < 4; i++) {
		cw_tlp_mrd(story_add(&t->s, CW_SIDE_CARD), ST_CARD, (uint16_t)i, ST_DATA + i % 2 * 32, 32, 0);
		assert_int_equal(show(t)->kind, CW_MEAN_READ);
		assert_int_equal(t->mean.first, i / 2);
	}
}

static void refused_reads_are_said_to_be_so(void **state)
{
	struct test *t = *state;

	st_start(&t->s);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 1);
	cw_tlp_mrd(story_add(&t->s, CW_SIDE_CARD), ST_CARD, 1, ST_RING, 16, 0);
	cw_tlp_cpl(story_add(&t->s, CW_SIDE_HOST), ST_HOST, ST_CARD, 1, 0, 0, CW_CPL_UR, 16, 0);
	has_text(show(t), "Unsupported Request");
	assert_int_equal(t->mean.kind, CW_MEAN_DESC);
	assert_true(t->mean.failed);
	cw_tlp_cpl(story_add(&t->s, CW_SIDE_HOST), ST_HOST, ST_CARD, 1, 0, 0, CW_CPL_UR, 16, 0);
	assert_int_equal(show(t)->kind, CW_MEAN_OTHER);
}

static void queue_of_the_other_direction(void **state)
{
	struct test *t = *state;
	uint32_t desc[4];
	uint8_t data[64] = { 0 };

	st_start(&t->s);
	st_queue(&t->s, 5, true, 0x100000, 0x200000);
	st_doorbell(&t->s, 5, CW_DB_PRODUCER, 1);
	st_desc(desc, 0x300000, 64, 0x1234, 0);
	st_card_read(&t->s, 1, 0x100000, desc, sizeof(desc), sizeof(desc));
	has_text(show(t), "64 bytes at card address 0x1234 to bus address 0x0000000000300000, flags none");
	assert_true(t->mean.c2h);
	cw_tlp_mwr(story_add(&t->s, CW_SIDE_CARD), ST_CARD, 0x300000, data, 64, 0);
	assert_int_equal(show(t)->kind, CW_MEAN_WRITE);
	assert_int_equal(t->mean.queue, 5);
	cw_tlp_mrd(story_add(&t->s, CW_SIDE_CARD), ST_CARD, 2, 0x300000, 64, 0);
	assert_int_equal(show(t)->kind, CW_MEAN_OTHER); /* it has no business to read there */
	st_record(&t->s, 0x200000, 5, 0, 64);
	has_text(show(t), "its data sent before");
	cw_tlp_mwr(story_add(&t->s, CW_SIDE_CARD), ST_CARD, 0x300000, data, 64, 0);
	assert_int_equal(show(t)->kind, CW_MEAN_OTHER); /* nor to write after its record */
}

static void event_ring_names_its_queue(void **state)
{
	struct test *t = *state;
	uint32_t base = CW_EVENT_OFFSET + 2 * CW_EVENT_STRIDE;
	uint32_t entry[2] = { ST_QUEUE | CW_EVENT_DW0_COMPLETIONS_MASK, CW_EVENT_DW1_PHASE_MASK };

	st_start(&t->s);
	st_reg(&t->s, base + CW_EVENT_BASE_LO, 0x500000);
	st_reg(&t->s, base + CW_EVENT_SIZE, 4);
	cw_tlp_mwr(story_add(&t->s, CW_SIDE_CARD), ST_CARD, 0x500008, entry, 8, 0);
	has_text(show(t), "names queue 3 in the event ring of vector 2: COMPLETIONS");
	assert_int_equal(t->mean.kind, CW_MEAN_EVENT);
}

static void numbers_start_again_when_a_queue_does(void **state)
{
	struct test *t = *state;
	uint32_t before;

	st_start(&t->s);
	for (uint32_t n = 0; n < 5; n++)
		st_transfer(&t->s, n);
	before = show(t)->generation;
	st_reg(&t->s, st_q(ST_QUEUE, CW_Q_CTRL), 0);
	st_reg_read(&t->s, st_q(ST_QUEUE, CW_Q_STATUS), CW_QSTATE_DISABLED);
	cw_tlp_mrd(story_add(&t->s, CW_SIDE_CARD), ST_CARD, 1, ST_RING, 16, 0);
	assert_int_equal(show(t)->kind, CW_MEAN_OTHER);
	st_reg(&t->s, st_q(ST_QUEUE, CW_Q_CTRL), CW_Q_CTRL_ENABLE_MASK);
	st_transfer(&t->s, 0);
	show_but(t, 3);
	assert_int_equal(t->mean.kind, CW_MEAN_RECORD);
	assert_int_equal(t->mean.first, 0);
	assert_int_equal(t->mean.generation, before + 1);
	assert_true(t->mean.held);
}

static void engine_and_function_reset_end_every_queue(void **state)
{
	struct test *t = *state;

	for (int flr = 0; flr < 2; flr++) {
		st_start(&t->s);
		if (flr)
			st_cfg_write(&t->s, 0x60 + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR, 3);
		else
			st_reg(&t->s, CW_CONTROL, CW_CONTROL_RESET_MASK);
		st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 1);
		has_text(show(t), "not known to be enabled");
	}
}

static void malformed_is_said_to_be_so(void **state)
{
	struct test *t = *state;

	st_start(&t->s);
	st_doorbell(&t->s, ST_QUEUE, CW_DB_PRODUCER, 1);
	t->s.rec[t->s.n - 1].tlp.data_len = 0;
	has_text(show(t), "malformed");
}

static uint64_t draw(uint64_t *x, uint64_t n)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return (*x * 0x2545f4914f6cdd1dull >> 33) % n;
}

/* Bits flipped anywhere, TLPs lost, doubled, moved, from the wrong side: under the sanitizers, nothing happens. */
static void nonsense_is_survived(void **state)
{
	struct test *t = *state;
	uint64_t x = seed * 2 + 1;
	unsigned known = 0;

	st_start(&t->s);
	for (uint32_t n = 0; n < 6; n++)
		st_transfer(&t->s, n);
	for (unsigned i = 0; i < 200000; i++) {
		struct cw_trace_record r = t->s.rec[draw(&x, 4) ? i % t->s.n : draw(&x, t->s.n)];

		if (!draw(&x, 3))
			r.tlp.dw[draw(&x, 4)] ^= 1u << draw(&x, 32);
		if (!draw(&x, 3) && r.tlp.data_len)
			r.tlp.data[draw(&x, r.tlp.data_len)] = (uint8_t)draw(&x, 256);
		if (!draw(&x, 20))
			r.from ^= 1;
		cw_meaning_next(t->m, &r, &t->mean);
		assert_true(strlen(t->mean.text) < sizeof(t->mean.text));
		known += t->mean.kind >= CW_MEAN_FETCH;
	}
	assert_true(known > 100); /* the nonsense is not all refused at the door */
}

int main(int argc, char **argv)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(configuration_registers_have_their_names), TEST(capabilities_that_loop_end),
		TEST(registers_are_found_where_the_bars_were_placed), TEST(doorbells_say_what_is_new),
		TEST(doorbells_out_of_range_change_nothing), TEST(doorbell_stride_is_learnt),
		TEST(transfer_is_followed_by_address_and_tag), TEST(numbers_go_on_when_the_ring_wraps),
		TEST(batches_and_mixed_completions_are_told_apart), TEST(buffer_used_twice_is_read_twice),
		TEST(refused_reads_are_said_to_be_so),
		TEST(queue_of_the_other_direction), TEST(event_ring_names_its_queue),
		TEST(numbers_start_again_when_a_queue_does), TEST(engine_and_function_reset_end_every_queue),
		TEST(malformed_is_said_to_be_so), TEST(nonsense_is_survived),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	printf("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
