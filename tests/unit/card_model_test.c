// SPDX-License-Identifier: BSD-2-Clause
/* The C model of the card, driven by hand through the host model: no driver, no shim. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "driver/cw_regs.h"
#include "sim/host/host.h"
#include "tests/model/card_model.h"

#define MEM_BYTES (1u << 20)
#define RING 0x1000u
#define CPL 0x2000u
#define BUF 0x10000u
#define LOG2 4

struct bench {
	struct cw_link *link, *card_end;
	struct cw_host *host;
	struct cw_host_dev dev;
	struct cw_model *model;
	uint8_t mem[MEM_BYTES];
	unsigned irq[8];
	int pin;
};

static void *lookup(void *ctx, uint64_t iova, uint32_t len, enum cw_dma_dir dir, uint32_t *chunk, const char **why)
{
	struct bench *b = ctx;

	(void)dir;
	*why = "outside";
	*chunk = len;
	return iova < MEM_BYTES && len <= MEM_BYTES - iova ? b->mem + iova : NULL;
}

static void interrupt(void *ctx, int vector, bool level)
{
	struct bench *b = ctx;

	if (vector < 0)
		b->pin = level;
	if (vector >= 0 && vector < 8)
		b->irq[vector]++;
}

static void wr(struct bench *b, int bar, uint32_t offset, uint32_t value)
{
	assert_int_equal(cw_host_write(b->host, b->dev.bar[bar].base + offset, &value, 4), 0);
}

static uint32_t rd(struct bench *b, int bar, uint32_t offset)
{
	struct cw_host_req r = { .space = CW_SPACE_MEM, .addr = b->dev.bar[bar].base + offset, .len = 4 };
	uint32_t v;

	assert_int_equal(cw_host_read(b->host, &r), 0);
	assert_int_equal(cw_host_wait(b->host, &r), 0);
	memcpy(&v, r.data, 4);
	return v;
}

static void msix_on(struct bench *b)
{
	uint64_t addr;
	uint32_t data, v;

	for (int i = 0; i < 8; i++) {
		cw_host_msi_message(b->host, i, &addr, &data);
		wr(b, 0, CW_MSIX_TABLE_OFFSET + 16 * i, (uint32_t)addr);
		wr(b, 0, CW_MSIX_TABLE_OFFSET + 16 * i + 4, addr >> 32);
		wr(b, 0, CW_MSIX_TABLE_OFFSET + 16 * i + 8, data);
		wr(b, 0, CW_MSIX_TABLE_OFFSET + 16 * i + 12, 0);
	}
	assert_int_equal(cw_host_cfg_read32(b->host, b->dev.cap_msix, &v), 0);
	assert_int_equal(cw_host_cfg_write32(b->host, b->dev.cap_msix, v | 0x80000000), 0);
	assert_int_equal(cw_host_cfg_read32(b->host, 4, &v), 0);
	assert_int_equal(cw_host_cfg_write32(b->host, 4, (v & 0xffff) | 4), 0);
}

static int setup(void **state)
{
	struct cw_link_param lp = { .seed = 1, .latency_ps = 250000, .generation = 3, .lanes = 8 };
	struct cw_host_ops ops = { .lookup = lookup, .interrupt = interrupt };
	struct cw_host_param hp;
	struct cw_model_param mp;
	struct bench *b = test_calloc(1, sizeof(*b));

	cw_host_param_default(&hp);
	cw_model_param_default(&mp);
	mp.vectors = 8;
	assert_int_equal(cw_link_pair(&lp, &b->link, &b->card_end), 0);
	assert_int_equal(cw_model_new(&b->model, b->card_end, &mp), 0);
	cw_link_set_peer(b->link, cw_model_step, b->model);
	assert_int_equal(cw_host_new(&b->host, b->link, &hp, &ops, b), 0);
	assert_int_equal(cw_host_enumerate(b->host, &b->dev), 0);
	msix_on(b);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;
	unsigned violations = cw_host_free(b->host);

	cw_model_free(b->model);
	cw_link_close(b->link);
	cw_link_close(b->card_end);
	test_free(b);
	return violations ? -1 : 0;
}

static void queue_on(struct bench *b, uint32_t q, bool c2h)
{
	uint32_t at = CW_QUEUE_OFFSET + q * CW_QUEUE_STRIDE;

	memset(b->mem + CPL, 0, 16u << LOG2);
	wr(b, 0, at + CW_Q_CONFIG, c2h | LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | (q + 1) << CW_Q_CONFIG_VECTOR_SHIFT);
	wr(b, 0, at + CW_Q_RING_LO, RING);
	wr(b, 0, at + CW_Q_CPL_LO, CPL);
	wr(b, 0, at + CW_Q_CARD_LIMIT_HI, 1);
	wr(b, 0, at + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK);
	wr(b, 0, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
	assert_int_equal(rd(b, 0, at + CW_Q_STATUS), CW_QSTATE_RUNNING);
}

static void desc(struct bench *b, uint32_t number, uint32_t host, uint32_t len, uint32_t card)
{
	uint32_t dw[4] = { host, 0, len | CW_DESC_DW2_IRQ_MASK, card };

	memcpy(b->mem + RING + 16 * (number % (1u << LOG2)), dw, 16);
}

static void doorbell(struct bench *b, uint32_t q, uint32_t producer, uint32_t consumer)
{
	uint32_t v[2] = { producer, consumer };

	assert_int_equal(cw_host_write(b->host, b->dev.bar[2].base + (q << 12), v, 8), 0);
}

/* Waits for the record by reading a register: time passes. */
static const uint32_t *record(struct bench *b, uint32_t number)
{
	uint32_t *r = (uint32_t *)(b->mem + CPL + 16 * (number % (1u << LOG2)));
	uint32_t phase = ~(number >> LOG2) & 1;

	for (int i = 0; i < 1000 && r[3] >> 31 != phase; i++)
		rd(b, 0, CW_STATUS);
	assert_int_equal(r[3] >> 31, phase);
	assert_int_equal(r[0], number);
	return r;
}

static void identifies_itself(void **state)
{
	struct bench *b = *state;

	assert_int_equal(b->dev.vendor, CW_PCI_VENDOR_ID);
	assert_int_equal(b->dev.device, CW_PCI_DEVICE_ID);
	assert_int_equal(b->dev.msix_n, 8);
	assert_int_equal(rd(b, 0, CW_ID), CW_ID_MAGIC);
	wr(b, 0, CW_SCRATCH, 0x1234567);
	assert_int_equal(rd(b, 0, CW_SCRATCH), 0x1234567);
	wr(b, 4, 0x40, 77);
	assert_int_equal(rd(b, 4, 0x40), 77);
}

static void h2c_then_c2h_gives_the_bytes_back(void **state)
{
	struct bench *b = *state;
	uint32_t len = 10007;

	for (uint32_t i = 0; i < len; i++)
		b->mem[BUF + 3 + i] = (uint8_t)(i * 7 + i / 251);
	queue_on(b, 0, false);
	desc(b, 0, BUF + 3, len, 0x12345);
	doorbell(b, 0, 1, 0);
	assert_int_equal(record(b, 0)[1] & CW_RECORD_DW1_BYTES_MASK, len);
	doorbell(b, 0, 1, 1);
	wr(b, 0, CW_QUEUE_OFFSET, 0);
	assert_int_equal(rd(b, 0, CW_QUEUE_OFFSET + CW_Q_STATUS), CW_QSTATE_DISABLED);

	queue_on(b, 1, true);
	desc(b, 0, BUF + 0x8001, len, 0x12345);
	doorbell(b, 1, 1, 0);
	assert_int_equal(record(b, 0)[1] & CW_RECORD_DW1_BYTES_MASK, len);
	assert_memory_equal(b->mem + BUF + 0x8001, b->mem + BUF + 3, len);
	assert_int_equal(b->mem[BUF + 0x8000], 0);
	assert_int_equal(b->mem[BUF + 0x8001 + len], 0);
	assert_int_equal(b->irq[1], 1);
	assert_int_equal(b->irq[2], 1);
}

static void ring_wraps_and_phase_flips(void **state)
{
	struct bench *b = *state;

	queue_on(b, 0, false);
	for (uint32_t i = 0; i < 40; i++) {
		desc(b, i, BUF + 64 * i, 64, 64 * i);
		doorbell(b, 0, i + 1, i);
		record(b, i);
	}
	assert_int_equal(rd(b, 0, CW_QUEUE_OFFSET + CW_Q_RECORDS), 40);
}

static void bad_descriptor_halts_and_raises_vector_0(void **state)
{
	struct bench *b = *state;

	queue_on(b, 0, false);
	desc(b, 0, BUF, 0, 0);
	doorbell(b, 0, 1, 0);
	assert_int_equal(record(b, 0)[3] >> 24 & 0x7f, CW_STATUS_BAD_LEN);
	assert_int_equal(rd(b, 0, CW_QUEUE_OFFSET + CW_Q_STATUS) & 0xf, CW_QSTATE_HALTED);
	assert_int_equal(rd(b, 0, CW_ERROR), CW_ERROR_HALT_MASK);
	assert_int_equal(b->irq[0], 1);
}

static void doorbell_out_of_range_is_ignored(void **state)
{
	struct bench *b = *state;

	queue_on(b, 0, false);
	doorbell(b, 0, (1u << LOG2) + 1, 0);
	doorbell(b, 0, 0, 1);
	doorbell(b, 9, 1, 0);
	assert_int_equal(rd(b, 0, CW_QUEUE_OFFSET + CW_Q_PRODUCER), 0);
	assert_int_equal(rd(b, 0, CW_QUEUE_OFFSET + CW_Q_CONSUMER), 0);
	assert_int_equal(rd(b, 0, CW_ERROR), CW_ERROR_DOORBELL_MASK);
	assert_int_equal(rd(b, 0, CW_COUNTER_OFFSET + 8 * CW_COUNTER_ERR_DOORBELL), 3);
}

static void masked_vector_is_pending_then_sent_once(void **state)
{
	struct bench *b = *state;

	wr(b, 0, CW_MSIX_TABLE_OFFSET + 16 + CW_MSIX_CTRL, CW_MSIX_CTRL_MASK_MASK);
	queue_on(b, 0, false);
	desc(b, 0, BUF, 8, 0);
	doorbell(b, 0, 1, 0);
	record(b, 0);
	assert_int_equal(rd(b, 0, CW_MSIX_PBA_OFFSET), 2);
	assert_int_equal(b->irq[1], 0);
	wr(b, 0, CW_MSIX_TABLE_OFFSET + 16 + CW_MSIX_CTRL, 0);
	assert_int_equal(rd(b, 0, CW_MSIX_PBA_OFFSET), 0);
	assert_int_equal(b->irq[1], 1);
}

/* ---- event rings: queues 0 and 1 on vector 3, two entries ---- */
#define EVENTS 0x3000u
#define EVENT3(reg) (CW_EVENT_OFFSET + 3 * CW_EVENT_STRIDE + (reg))

static void shared(struct bench *b, uint32_t q, uint32_t moderation)
{
	uint32_t at = CW_QUEUE_OFFSET + q * CW_QUEUE_STRIDE;

	queue_on(b, q, false);
	wr(b, 0, at, 0);
	wr(b, 0, at + CW_Q_CONFIG, LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | 3 << CW_Q_CONFIG_VECTOR_SHIFT);
	wr(b, 0, at + CW_Q_MODERATION, moderation);
	wr(b, 0, at + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK);
	wr(b, 0, EVENT3(CW_EVENT_BASE_LO), EVENTS);
	wr(b, 0, EVENT3(CW_EVENT_SIZE), 1);
	for (uint32_t i = 0; i < 1u << LOG2; i++)
		desc(b, i, BUF, 8, 0);
}

static uint32_t event(struct bench *b, uint32_t number)
{
	uint32_t dw[2];

	rd(b, 0, CW_STATUS);
	memcpy(dw, b->mem + EVENTS + 8 * (number & 1), 8);
	return dw[1] >> 31 == (~(number >> 1) & 1) ? dw[0] : 0;
}

static void pass(struct bench *b)
{
	for (int i = 0; i < 20; i++)
		rd(b, 0, CW_STATUS);
}

static void told_once_until_it_is_armed(void **state)
{
	struct bench *b = *state;

	shared(b, 1, 0);
	doorbell(b, 1, 1, 0);
	record(b, 0);
	pass(b);
	assert_int_equal(event(b, 0), 1 | CW_EVENT_DW0_COMPLETIONS_MASK);
	assert_int_equal(b->irq[3], 1);
	wr(b, 2, (1 << 12) + CW_DB_PRODUCER, 2); /* disarmed: remembered */
	record(b, 1);
	pass(b);
	assert_int_equal(b->irq[3], 1);
	doorbell(b, 1, 2, 1); /* one record lies beyond */
	pass(b);
	assert_int_equal(event(b, 1), 1 | CW_EVENT_DW0_COMPLETIONS_MASK);
	assert_int_equal(b->irq[3], 2);
	doorbell(b, 1, 2, 2); /* none does */
	pass(b);
	assert_int_equal(b->irq[3], 2);
	wr(b, 0, EVENT3(CW_EVENT_CONSUMER), 2);
	wr(b, 2, (1 << 12) + CW_DB_PRODUCER, 3); /* and it is armed; the phase flips */
	record(b, 2);
	pass(b);
	assert_int_equal(event(b, 2), 1 | CW_EVENT_DW0_COMPLETIONS_MASK);
	assert_int_equal(b->irq[3], 3);
}

static void full_ring_waits_for_its_consumer(void **state)
{
	struct bench *b = *state;

	shared(b, 0, 0);
	for (uint32_t i = 0; i < 3; i++) {
		doorbell(b, 0, i + 1, i);
		record(b, i);
		pass(b);
	}
	assert_int_equal(b->irq[3], 2);
	wr(b, 0, EVENT3(CW_EVENT_CONSUMER), 3); /* beyond what was written */
	assert_int_equal(rd(b, 0, CW_ERROR), CW_ERROR_DOORBELL_MASK);
	assert_int_equal(rd(b, 0, CW_ERROR_QUEUE), 0);
	assert_int_equal(rd(b, 0, EVENT3(CW_EVENT_CONSUMER)), 0);
	assert_int_equal(b->irq[3], 2);
	wr(b, 0, EVENT3(CW_EVENT_CONSUMER), 1);
	pass(b);
	assert_int_equal(b->irq[3], 3);
	wr(b, 0, EVENT3(CW_EVENT_CONSUMER), 0); /* backwards */
	assert_int_equal(rd(b, 0, EVENT3(CW_EVENT_CONSUMER)), 1);
	wr(b, 0, CW_CONTROL, CW_CONTROL_RESET_MASK);
	assert_int_equal(rd(b, 0, EVENT3(CW_EVENT_BASE_LO)), 0);
	assert_int_equal(rd(b, 0, EVENT3(CW_EVENT_SIZE)), 0);
	assert_int_equal(rd(b, 0, EVENT3(CW_EVENT_CONSUMER)), 0);
}

static void halt_is_told_when_armed(void **state)
{
	struct bench *b = *state;
	struct cw_model_fault f = { .kind = CW_MODEL_HALT, .queue = 0, .number = 1, .arg = CW_STATUS_FETCH };

	assert_int_equal(cw_model_inject(b->model, &f), 0);
	shared(b, 0, 0);
	doorbell(b, 0, 2, 0);
	record(b, 0);
	pass(b);
	assert_int_equal(event(b, 0), CW_EVENT_DW0_COMPLETIONS_MASK);
	assert_int_equal(rd(b, 0, CW_ERROR), CW_ERROR_HALT_MASK);
	doorbell(b, 0, 2, 1);
	pass(b);
	assert_int_equal(event(b, 1), CW_EVENT_DW0_ERROR_MASK);
}

static void msi_names_the_vector_in_its_low_bits(void **state)
{
	struct bench *b = *state;
	uint32_t v;

	assert_int_equal(cw_host_cfg_write32(b->host, b->dev.cap_msix, 0), 0);
	assert_int_equal(cw_host_cfg_read32(b->host, b->dev.cap_msi, &v), 0);
	assert_int_equal(v >> 17 & 7, 5);
	assert_int_equal(cw_host_cfg_write32(b->host, b->dev.cap_msi + 4, 0xfee00000), 0);
	assert_int_equal(cw_host_cfg_write32(b->host, b->dev.cap_msi, 2 << 20 | 1 << 16), 0);
	for (uint32_t q = 0; q < 4; q++) { /* on vectors 1 to 4, of which 4 is not granted */
		queue_on(b, q, false);
		desc(b, 0, BUF, 8, 0);
		doorbell(b, q, 1, 0);
		record(b, 0);
	}
	pass(b);
	for (int i = 0; i < 5; i++)
		assert_int_equal(b->irq[i], i >= 1 && i < 4);
}

static void pin_rises_and_falls(void **state)
{
	struct bench *b = *state;
	uint32_t command;

	assert_int_equal(cw_host_cfg_write32(b->host, b->dev.cap_msix, 0), 0);
	queue_on(b, 0, false);
	desc(b, 0, BUF, 8, 0);
	doorbell(b, 0, 1, 0);
	record(b, 0);
	assert_int_equal(rd(b, 0, CW_INTX), CW_INTX_PENDING_MASK);
	assert_int_equal(b->pin, 1);
	assert_int_equal(cw_host_cfg_read32(b->host, 4, &command), 0);
	assert_true(command & 1 << 19);
	assert_int_equal(cw_host_cfg_write32(b->host, 4, (command & 0xffff) | 1 << 10), 0);
	assert_int_equal(b->pin, 0); /* Interrupt Disable; still pending */
	assert_int_equal(cw_host_cfg_write32(b->host, 4, command & 0xffff), 0);
	assert_int_equal(rd(b, 0, CW_INTX), CW_INTX_PENDING_MASK);
	assert_int_equal(b->pin, 1);
	wr(b, 0, CW_INTX, CW_INTX_PENDING_MASK);
	assert_int_equal(rd(b, 0, CW_INTX), 0);
	assert_int_equal(b->pin, 0);
}

static void record_is_withheld_no_longer_than_the_time(void **state)
{
	struct bench *b = *state;
	struct cw_model_fault f = { .kind = CW_MODEL_SWALLOW, .queue = 0, .number = 1 };
	uint64_t start;
	uint32_t dw[4] = { BUF, 0, 8, 0 };

	assert_int_equal(cw_model_inject(b->model, &f), 0);
	shared(b, 0, 100 << CW_Q_MODERATION_TIME_SHIFT | 50);
	memcpy(b->mem + RING, dw, 16); /* without flag IRQ */
	doorbell(b, 0, 2, 0);
	record(b, 0);
	start = cw_host_now(b->host);
	while (!b->irq[3] && cw_host_now(b->host) < start + 100000000)
		rd(b, 0, CW_STATUS);
	/* 6400 cycles of 4 ns, and the way of the record, the event and one read. */
	assert_in_range(cw_host_now(b->host) - start, 24500000, 26500000);
}

static void pulled_card_answers_with_ones(void **state)
{
	struct bench *b = *state;

	cw_model_pull(b->model);
	assert_int_equal(rd(b, 0, CW_ID), 0xffffffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(identifies_itself, setup, teardown),
		cmocka_unit_test_setup_teardown(h2c_then_c2h_gives_the_bytes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(ring_wraps_and_phase_flips, setup, teardown),
		cmocka_unit_test_setup_teardown(bad_descriptor_halts_and_raises_vector_0, setup, teardown),
		cmocka_unit_test_setup_teardown(doorbell_out_of_range_is_ignored, setup, teardown),
		cmocka_unit_test_setup_teardown(masked_vector_is_pending_then_sent_once, setup, teardown),
		cmocka_unit_test_setup_teardown(told_once_until_it_is_armed, setup, teardown),
		cmocka_unit_test_setup_teardown(full_ring_waits_for_its_consumer, setup, teardown),
		cmocka_unit_test_setup_teardown(halt_is_told_when_armed, setup, teardown),
		cmocka_unit_test_setup_teardown(msi_names_the_vector_in_its_low_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(pin_rises_and_falls, setup, teardown),
		cmocka_unit_test_setup_teardown(record_is_withheld_no_longer_than_the_time, setup, teardown),
		cmocka_unit_test_setup_teardown(pulled_card_answers_with_ones, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
