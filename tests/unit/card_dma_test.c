// SPDX-License-Identifier: BSD-2-Clause
// tests: cw_top
/* The RTL card moves data with the host model and its checker on the other end; registers are driven by
 * hand, without the driver. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../driver/cw_regs.h"
#include "../../sim/device/card.h"
#include "../../sim/host/host.h"
#include "../../sim/link/log.h"
#include "../../sim/link/rng.h"

#define IOVA 0x100000000ull
#define MEM (8u << 20)
#define RING 0x0u
#define RECORDS 0x10000u
#define BUF 0x100000u
#define ENTRIES_LOG2 8
#define ENTRIES (1u << ENTRIES_LOG2)
#define IRQ_VECTOR 1

struct bench {
	struct cw_link *host_end, *card_end;
	struct cw_card *card;
	struct cw_host *host;
	struct cw_host_dev dev;
	uint8_t *mem;
	unsigned irqs;
	uint32_t producer, consumer;
};

static void *lookup(void *ctx, uint64_t iova, uint32_t len, enum cw_dma_dir dir, uint32_t *chunk, const char **why)
{
	struct bench *b = ctx;

	(void)dir;
	if (iova < IOVA || iova - IOVA > MEM || len > MEM - (iova - IOVA)) {
		*why = "not mapped";
		return NULL;
	}
	*chunk = len;
	return b->mem + (iova - IOVA);
}

static void interrupt(void *ctx, int vector, bool level)
{
	struct bench *b = ctx;

	(void)level;
	b->irqs += vector == IRQ_VECTOR;
}

static void pass_time(struct bench *b, uint64_t ps)
{
	uint64_t until = cw_host_now(b->host) + ps;

	/* It also returns when something woke the CPU. */
	while (cw_host_now(b->host) < until) {
		int ret = cw_host_run(b->host, until, until);

		if (ret == 0)
			ret = cw_link_wait(b->host_end);
		if (ret < 0)
			fail_msg("link: %s; card: %s", cw_link_why(b->host_end), cw_card_why(b->card));
	}
}

static void put32(struct bench *b, uint64_t reg, uint32_t v)
{
	assert_int_equal(cw_host_write(b->host, b->dev.bar[0].base + reg, &v, 4), 0);
}

static void put64(struct bench *b, uint64_t reg, uint64_t v)
{
	put32(b, reg, (uint32_t)v);
	put32(b, reg + 4, (uint32_t)(v >> 32));
}

static uint32_t get32(struct bench *b, uint64_t reg)
{
	struct cw_host_req r = { .space = CW_SPACE_MEM, .addr = b->dev.bar[0].base + reg, .len = 4 };
	uint32_t v;

	assert_int_equal(cw_host_read(b->host, &r), 0);
	assert_int_equal(cw_host_wait(b->host, &r), 0);
	assert_int_equal(r.status, CW_CPL_SC);
	memcpy(&v, r.data, 4);
	return v;
}

static void bench_up(struct bench *b, const struct cw_card_param *p, const struct cw_host_param *hp, uint64_t seed)
{
	static const struct cw_host_ops ops = { .lookup = lookup, .interrupt = interrupt };
	struct cw_link_param lp = { .seed = seed, .latency_ps = 100000, .generation = 3, .lanes = 8 };
	uint64_t addr;
	uint32_t data, bits = 6;

	memset(b, 0, sizeof(*b));
	b->mem = calloc(1, MEM);
	assert_non_null(b->mem);
	assert_int_equal(cw_link_pair(&lp, &b->host_end, &b->card_end), 0);
	assert_int_equal(cw_card_new(&b->card, b->card_end, p), 0);
	cw_link_set_peer(b->host_end, cw_card_step, b->card);
	assert_int_equal(cw_host_new(&b->host, b->host_end, hp, &ops, b), 0);
	assert_int_equal(cw_host_enumerate(b->host, &b->dev), 0);
	assert_int_equal(cw_host_cfg_write32(b->host, 4, bits), 0);
	assert_int_equal(cw_host_cfg_write32(b->host, b->dev.cap_msix, 0x80000000u), 0);
	for (unsigned i = 0; !(get32(b, CW_STATUS) & CW_STATUS_READY_MASK); i++)
		assert_true(i < 100);
	cw_host_msi_message(b->host, IRQ_VECTOR, &addr, &data);
	put64(b, CW_MSIX_TABLE_OFFSET + 16 * IRQ_VECTOR, addr);
	put32(b, CW_MSIX_TABLE_OFFSET + 16 * IRQ_VECTOR + CW_MSIX_DATA, data);
	put32(b, CW_MSIX_TABLE_OFFSET + 16 * IRQ_VECTOR + CW_MSIX_CTRL, 0);
	put32(b, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
}

static void bench_down(struct bench *b)
{
	unsigned violations = cw_host_free(b->host);

	assert_int_equal(violations, 0);
	cw_link_close(b->host_end);
	cw_card_free(b->card);
	cw_link_close(b->card_end);
	free(b->mem);
}

static void queue_up(struct bench *b, unsigned queue, bool c2h)
{
	uint64_t q = CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * (uint64_t)queue;

	memset(b->mem + RECORDS, 0, ENTRIES * CW_RECORD_BYTES);
	put32(b, q + CW_Q_CONFIG, (c2h ? CW_Q_CONFIG_C2H_MASK : 0) | ENTRIES_LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT |
				  IRQ_VECTOR << CW_Q_CONFIG_VECTOR_SHIFT);
	put64(b, q + CW_Q_RING_LO, IOVA + RING);
	put64(b, q + CW_Q_CPL_LO, IOVA + RECORDS);
	put64(b, q + CW_Q_CARD_BASE_LO, 0);
	put64(b, q + CW_Q_CARD_LIMIT_LO, 1ull << 32);
	put32(b, q + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK);
	assert_int_equal(get32(b, q + CW_Q_STATUS) & CW_Q_STATUS_STATE_MASK, CW_QSTATE_RUNNING);
	b->producer = b->consumer = 0;
}

static void describe(struct bench *b, uint64_t iova, uint64_t card, uint32_t len, bool irq)
{
	uint32_t dw[4] = { (uint32_t)iova, (uint32_t)(iova >> 32),
			   len | (irq ? CW_DESC_DW2_IRQ_MASK : 0) | (uint32_t)(card >> 32) << 28, (uint32_t)card };

	memcpy(b->mem + RING + 16 * (b->producer % ENTRIES), dw, 16);
	b->producer++;
}

static void ring_doorbell(struct bench *b, unsigned queue)
{
	uint64_t db = b->dev.bar[2].base + ((uint64_t)queue << 12);

	assert_int_equal(cw_host_write(b->host, db, &b->producer, 4), 0);
}

/* Waits for all records; each must be in order and OK. Returns the cycles since `start`. */
static uint64_t collect(struct bench *b, unsigned queue, uint64_t limit_us)
{
	uint64_t start = cw_host_now(b->host), end = start + limit_us * 1000000;

	while (b->consumer != b->producer && cw_host_now(b->host) < end) {
		uint32_t dw[4], phase = ~(b->consumer >> ENTRIES_LOG2) & 1;

		memcpy(dw, b->mem + RECORDS + 16 * (b->consumer % ENTRIES), 16);
		if (dw[3] >> 31 != phase) {
			pass_time(b, 40000);
			continue;
		}
		assert_int_equal(dw[0], b->consumer);
		assert_int_equal(dw[3] >> 24 & 0x7f, CW_STATUS_OK);
		assert_int_equal(dw[3] >> 8 & 0xffff, queue);
		b->consumer++;
	}
	assert_int_equal(b->consumer, b->producer);
	assert_int_equal(cw_host_write(b->host, b->dev.bar[2].base + ((uint64_t)queue << 12) + 4, &b->consumer, 4), 0);
	return (cw_host_now(b->host) - start) / 4000;
}

/* n transfers of random shape one way, compared with guard bytes on both sides. */
static void random_transfers(struct bench *b, bool c2h, unsigned n, struct cw_rng *rng)
{
	uint32_t len[ENTRIES], off[ENTRIES], at[ENTRIES];
	static uint8_t image[64 << 10];
	uint32_t host = BUF, card = 0x1000;

	queue_up(b, 3, c2h);
	for (unsigned i = 0; i < n; i++) {
		len[i] = (uint32_t)cw_rng_range(rng, 1, cw_rng_one_in(rng, 8) ? 9000 : 300);
		off[i] = host + (uint32_t)cw_rng_below(rng, 70) + 64;
		at[i] = card + (uint32_t)cw_rng_below(rng, 70) + 64;
		host = off[i] + len[i] + 64;
		card = at[i] + len[i] + 64;
		for (unsigned k = 0; k < len[i]; k++)
			image[k] = (uint8_t)cw_rng_next(rng);
		if (c2h)
			assert_int_equal(cw_axi_poke(cw_card_memory(b->card), at[i], image, len[i]), 0);
		else
			memcpy(b->mem + off[i], image, len[i]);
		describe(b, IOVA + off[i], at[i], len[i], i == n - 1);
	}
	ring_doorbell(b, 3);
	collect(b, 3, 2000);
	for (unsigned i = 0; i < n; i++) {
		static const uint8_t zero[64];

		assert_int_equal(cw_axi_peek(cw_card_memory(b->card), at[i] - 64, image, len[i] + 128), 0);
		assert_memory_equal(image + 64, b->mem + off[i], len[i]);
		assert_memory_equal(c2h ? b->mem + off[i] - 64 : image, zero, 64);
		assert_memory_equal(c2h ? b->mem + off[i] + len[i] : image + 64 + len[i], zero, 64);
	}
	put32(b, CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * 3 + CW_Q_CTRL, 0);
	pass_time(b, 1000000);
	assert_int_equal(get32(b, CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * 3 + CW_Q_STATUS) & CW_Q_STATUS_STATE_MASK,
			 CW_QSTATE_DISABLED);
}

static void one_descriptor(bool c2h)
{
	struct cw_card_param p;
	struct cw_host_param hp;
	struct bench b;
	uint8_t out[512];

	cw_card_param_default(&p);
	cw_host_param_default(&hp);
	bench_up(&b, &p, &hp, 1);
	queue_up(&b, 0, c2h);
	for (unsigned i = 0; i < 512; i++)
		out[i] = (uint8_t)(i * 7);
	if (c2h)
		assert_int_equal(cw_axi_poke(cw_card_memory(b.card), 0x2000, out, 512), 0);
	else
		memcpy(b.mem + BUF, out, 512);
	describe(&b, IOVA + BUF, 0x2000, 512, true);
	ring_doorbell(&b, 0);
	collect(&b, 0, 50);
	if (!c2h)
		assert_int_equal(cw_axi_peek(cw_card_memory(b.card), 0x2000, out, 512), 0);
	assert_memory_equal(out, b.mem + BUF, 512);
	pass_time(&b, 2000000);
	assert_int_equal(b.irqs, 1);
	bench_down(&b);
}

static void one_descriptor_to_the_card_and_its_interrupt(void **state)
{
	(void)state;
	one_descriptor(false);
}

static void one_descriptor_from_the_card_and_its_interrupt(void **state)
{
	(void)state;
	one_descriptor(true);
}

static void random_shapes(bool harsh, uint64_t seed, bool no_skip, const char *log_path)
{
	struct cw_log *log = NULL;
	struct cw_card_param p;
	struct cw_host_param hp;
	struct cw_rng rng;
	struct bench b;

	cw_card_param_default(&p);
	cw_host_param_default(&hp);
	cw_rng_seed(&rng, seed, CW_RNG_USER);
	if (harsh) {
		p.hip.reorder_cycles = 60;
		p.hip.throttle_rx = p.hip.throttle_tx = 30;
		p.axi.stall = 30;
		p.axi.jitter = 40;
		p.axi.shuffle = true;
		hp.seed = seed;
		hp.split_random = hp.order_random = true;
		hp.read_jitter_ps = 500000;
	}
	p.no_idle_skip = no_skip;
	bench_up(&b, &p, &hp, seed);
	if (log_path)
		assert_int_equal(cw_log_open(&log, log_path, seed, CW_SIDE_CARD), 0);
	cw_link_set_log(b.card_end, log);
	random_transfers(&b, false, 100, &rng);
	memset(b.mem + BUF, 0, MEM - BUF);
	random_transfers(&b, true, 100, &rng);
	cw_link_set_log(b.card_end, NULL);
	if (log)
		assert_int_equal(cw_log_close(log), 0);
	bench_down(&b);
}

static void random_shapes_both_ways(void **state)
{
	(void)state;
	random_shapes(false, 1, false, NULL);
}

static void random_shapes_with_an_ip_that_reorders_and_stalls(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++)
		random_shapes(true, seed, false, NULL);
}

static void idle_skip_gives_the_same_trace_under_load(void **state)
{
	char a[] = "/tmp/cw-dma-a-XXXXXX", b[] = "/tmp/cw-dma-b-XXXXXX";
	FILE *x, *y;
	int c;

	(void)state;
	close(mkstemp(a));
	close(mkstemp(b));
	for (unsigned harsh = 0; harsh < 2; harsh++) {
		random_shapes(harsh, 5, false, a);
		random_shapes(harsh, 5, true, b);
		x = fopen(a, "r");
		y = fopen(b, "r");
		assert_true(x && y);
		do {
			c = getc(x);
			assert_int_equal(c, getc(y));
		} while (c != EOF);
		assert_true(ftell(x) > 50000);
		fclose(x);
		fclose(y);
	}
	unlink(a);
	unlink(b);
}

static void memory_error_ends_its_descriptor_only(void **state)
{
	struct cw_card_param p;
	struct cw_host_param hp;
	struct bench b;
	uint32_t dw[4];

	(void)state;
	cw_card_param_default(&p);
	cw_host_param_default(&hp);
	for (unsigned c2h = 0; c2h < 2; c2h++) {
		bench_up(&b, &p, &hp, 1);
		queue_up(&b, 0, c2h);
		assert_int_equal(cw_axi_inject(cw_card_memory(b.card), 0x3000, 512, !c2h, 2, 1), 0);
		for (unsigned i = 0; i < 3; i++)
			describe(&b, IOVA + BUF, 0x2000 + 0x1000 * i, 512, false);
		ring_doorbell(&b, 0);
		pass_time(&b, 20000000);
		for (unsigned i = 0; i < 3; i++) {
			memcpy(dw, b.mem + RECORDS + 16 * i, 16);
			assert_int_equal(dw[0], i);
			assert_int_equal(dw[3] >> 24 & 0x7f, i == 1 ? CW_STATUS_AXI : CW_STATUS_OK);
		}
		bench_down(&b);
	}
}

static void many_descriptors(struct bench *b, bool c2h)
{
	queue_up(b, 0, c2h);
	for (unsigned i = 0; i < 64; i++)
		describe(b, IOVA + BUF + 0x4000 * i, 0x4000 * i, 0x4000, false);
	ring_doorbell(b, 0);
}

static void flr_in_the_middle_of_traffic_leaves_a_card_that_works(void **state)
{
	struct cw_card_param p;
	struct cw_host_param hp;
	struct bench b;
	uint32_t reg[16], devctl;

	(void)state;
	cw_card_param_default(&p);
	cw_host_param_default(&hp);
	for (unsigned n = 0; n < 6; n++) {
		bench_up(&b, &p, &hp, 1 + n);
		many_descriptors(&b, n & 1);
		pass_time(&b, 2000000 + 700000 * n);
		for (unsigned i = 1; i < 16; i++)
			assert_int_equal(cw_host_cfg_read32(b.host, (uint16_t)(4 * i), &reg[i]), 0);
		assert_int_equal(cw_host_cfg_read32(b.host, b.dev.cap_pcie + 8, &devctl), 0);
		assert_int_equal(cw_host_cfg_write32(b.host, b.dev.cap_pcie + 8, (devctl & 0xffff) | 0x8000), 0);
		/* Software must wait 100 ms (6.6.2); what was not sent holds nothing up, so microseconds do. */
		pass_time(&b, 20000000);
		assert_int_equal(cw_host_cfg_read32(b.host, 0, &reg[0]), 0);
		assert_int_equal(reg[0], CW_PCI_DEVICE_ID << 16 | CW_PCI_VENDOR_ID);
		for (unsigned i = 4; i < 10; i++)
			assert_int_equal(cw_host_cfg_write32(b.host, (uint16_t)(4 * i), reg[i]), 0);
		assert_int_equal(cw_host_cfg_write32(b.host, b.dev.cap_pcie + 8, devctl & 0xffff), 0);
		assert_int_equal(cw_host_cfg_write32(b.host, 4, reg[1] & 0xffff), 0);
		for (unsigned i = 0; !(get32(&b, CW_STATUS) & CW_STATUS_READY_MASK); i++)
			assert_true(i < 1000);
		put32(&b, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
		queue_up(&b, 0, n & 1);
		describe(&b, IOVA + BUF, 0x2000, 5000, false);
		ring_doorbell(&b, 0);
		collect(&b, 0, 50);
		bench_down(&b);
	}
}

static void bus_master_off_in_the_middle_of_traffic_is_silent(void **state)
{
	struct cw_card_param p;
	struct cw_host_param hp;
	struct bench b;
	uint64_t evaluated;
	uint32_t devctl;

	(void)state;
	cw_card_param_default(&p);
	cw_host_param_default(&hp);
	for (unsigned n = 0; n < 4; n++) {
		bench_up(&b, &p, &hp, 1);
		many_descriptors(&b, n & 1);
		pass_time(&b, 1500000 + 500000 * n);
		assert_int_equal(cw_host_cfg_write32(b.host, 4, 2), 0);
		pass_time(&b, 20000000);
		/* What waits does not age (the time-out is 21 ms), is not pending, and the card is idle. */
		evaluated = cw_card_get_stats(b.card).evaluated;
		pass_time(&b, 50000000000ull);
		assert_true(cw_card_get_stats(b.card).evaluated - evaluated < 2000);
		assert_int_equal(cw_host_cfg_read32(b.host, b.dev.cap_pcie + 8, &devctl), 0);
		assert_int_equal(devctl >> 21 & 1, 0); /* Transactions Pending, 7.5.3.5 */
		assert_int_equal(cw_host_cfg_write32(b.host, 4, 6), 0);
		collect(&b, 0, 500);
		bench_down(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_descriptor_to_the_card_and_its_interrupt),
		cmocka_unit_test(one_descriptor_from_the_card_and_its_interrupt),
		cmocka_unit_test(random_shapes_both_ways),
		cmocka_unit_test(random_shapes_with_an_ip_that_reorders_and_stalls),
		cmocka_unit_test(idle_skip_gives_the_same_trace_under_load),
		cmocka_unit_test(memory_error_ends_its_descriptor_only),
		cmocka_unit_test(flr_in_the_middle_of_traffic_leaves_a_card_that_works),
		cmocka_unit_test(bus_master_off_in_the_middle_of_traffic_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
