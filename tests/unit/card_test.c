// SPDX-License-Identifier: BSD-2-Clause
/* The simulated card, seen from the host's end of a link without the host model. */
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
#include "../../sim/link/log.h"
#include "../../sim/link/txq.h"

#define CARD_BDF 0x0100
#define BAR0 0x80000000u

struct bench {
	struct cw_link *host, *link;
	struct cw_card *card;
	struct cw_txq *txq;
	struct cw_rx_credit credit;
	struct cw_msg msg;
	uint64_t now;
	uint16_t tag;
	unsigned cpls; /* completions received */
};

static const struct cw_link_param link_param = {
	.seed = 7, .latency_ps = 250000, .generation = 3, .lanes = 8,
};

static void send_state(struct bench *b, enum cw_link_state s)
{
	b->msg = (struct cw_msg){ .kind = CW_MSG_LINK, .stamp = b->now, .state = s };
	assert_int_equal(cw_link_send(b->host, &b->msg), 0);
	if (s != CW_LINK_UP)
		return;
	cw_txq_reset(b->txq);
	cw_rx_credit_init(&b->credit, &(struct cw_credit){ .hdr = { 64, 64, CW_CREDIT_INFINITE },
							   .data = { 1024, 64, CW_CREDIT_INFINITE } });
	b->msg.kind = CW_MSG_CREDIT;
	b->msg.credit = b->credit.advertised;
	assert_int_equal(cw_link_send(b->host, &b->msg), 0);
}

static void bench_up(struct bench *b, const struct cw_card_param *p)
{
	memset(b, 0, sizeof(*b));
	assert_int_equal(cw_link_pair(&link_param, &b->host, &b->link), 0);
	assert_int_equal(cw_card_new(&b->card, b->link, p), 0);
	assert_int_equal(cw_txq_new(&b->txq, b->host), 0);
	cw_link_set_peer(b->host, cw_card_step, b->card);
	send_state(b, CW_LINK_UP);
}

static void bench_down(struct bench *b)
{
	cw_txq_free(b->txq);
	cw_link_close(b->host);
	cw_card_free(b->card);
	cw_link_close(b->link);
}

/* Runs until a TLP comes that is not `skip`ped, or `until`; false at `until`. */
static bool receive(struct bench *b, uint64_t until, struct cw_tlp *t)
{
	for (;;) {
		uint64_t horizon = cw_link_horizon(b->host), arrival = cw_link_next(b->host);
		uint64_t tx = cw_txq_next(b->txq);
		uint64_t when = arrival < tx ? arrival : tx;

		if (when > until)
			when = until;
		if (when >= horizon) {
			assert_int_equal(cw_link_promise(b->host, when), 0);
			assert_int_equal(cw_link_wait(b->host), 0);
			continue;
		}
		b->now = when;
		if (when == until && arrival > until && tx > until)
			return false;
		if (tx <= arrival) {
			assert_true(cw_txq_run(b->txq, tx, NULL, NULL) >= 0);
			continue;
		}
		assert_int_equal(cw_link_recv(b->host, &b->msg), 0);
		if (b->msg.kind == CW_MSG_CREDIT) {
			cw_txq_credit(b->txq, &b->msg.credit);
			assert_true(cw_txq_run(b->txq, b->now, NULL, NULL) >= 0);
		}
		if (b->msg.kind != CW_MSG_TLP)
			continue;
		*t = b->msg.tlp;
		assert_int_equal(cw_rx_credit_take(&b->credit, t, NULL), 0);
		cw_rx_credit_return(&b->credit, t);
		return true;
	}
}

static struct cw_tlp_info request(struct bench *b, const struct cw_tlp *t, struct cw_tlp *answer)
{
	struct cw_tlp_info i;
	const char *why;

	assert_int_equal(cw_txq_push(b->txq, b->now, t, 0, -1, 0), 0);
	assert_true(receive(b, b->now + 100000000, answer));
	assert_int_equal(cw_tlp_decode(answer, &i, &why), 0);
	return i;
}

static uint32_t cfg_read(struct bench *b, uint16_t reg)
{
	struct cw_tlp t, a;
	struct cw_tlp_info i;
	uint32_t v;

	do { /* "try again" is an answer after a reset, 2.3.1 */
		cw_tlp_cfgrd(&t, 0, b->tag++ & 0x1f, CARD_BDF, reg);
		i = request(b, &t, &a);
	} while (i.status == CW_CPL_CRS);
	assert_int_equal(i.status, CW_CPL_SC);
	memcpy(&v, a.data, 4);
	return v;
}

static void cfg_write(struct bench *b, uint16_t reg, uint32_t value)
{
	struct cw_tlp t, a;

	cw_tlp_cfgwr(&t, 0, b->tag++ & 0x1f, CARD_BDF, reg, value, 0xf);
	assert_int_equal(request(b, &t, &a).status, CW_CPL_SC);
}

static uint8_t mem_read(struct bench *b, uint64_t addr, uint32_t *value)
{
	struct cw_tlp t, a;
	struct cw_tlp_info i;

	cw_tlp_mrd(&t, 0, b->tag++ & 0x1f, addr, 4, 0);
	i = request(b, &t, &a);
	*value = 0;
	if (i.status == CW_CPL_SC)
		memcpy(value, a.data, 4);
	return i.status;
}

static void mem_write(struct bench *b, uint64_t addr, uint32_t value)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, 0, addr, &value, 4, 0);
	assert_int_equal(cw_txq_push(b->txq, b->now, &t, 0, -1, 0), 0);
}

static void enable_memory(struct bench *b)
{
	cfg_write(b, 0x10, BAR0);
	cfg_write(b, 0x14, 0);
	cfg_write(b, 0x04, 2);
}

static void registers_answer_after_link_up(void **state)
{
	struct cw_card_param p;
	struct bench b;
	uint32_t v;

	(void)state;
	cw_card_param_default(&p);
	bench_up(&b, &p);
	assert_int_equal(cfg_read(&b, 0), CW_PCI_DEVICE_ID << 16 | CW_PCI_VENDOR_ID);
	assert_int_equal(mem_read(&b, BAR0 + CW_ID, &v), CW_CPL_UR);
	enable_memory(&b);
	assert_int_equal(mem_read(&b, BAR0 + CW_ID, &v), CW_CPL_SC);
	assert_int_equal(v, CW_ID_MAGIC);
	mem_write(&b, BAR0 + CW_SCRATCH, 0x12345678);
	assert_int_equal(mem_read(&b, BAR0 + CW_SCRATCH, &v), CW_CPL_SC);
	assert_int_equal(v, 0x12345678);
	bench_down(&b);
}

static void user_registers_hold_what_is_written(void **state)
{
	struct cw_card_param p;
	struct bench b;
	uint32_t v;

	(void)state;
	cw_card_param_default(&p);
	bench_up(&b, &p);
	enable_memory(&b);
	for (uint32_t i = 0; i < 16; i++)
		mem_write(&b, BAR0 + CW_USER_OFFSET + 4 * i, 0x1000 + i);
	for (uint32_t i = 0; i < 16; i++) {
		assert_int_equal(mem_read(&b, BAR0 + CW_USER_OFFSET + 4 * i, &v), CW_CPL_SC);
		assert_int_equal(v, 0x1000 + i);
	}
	bench_down(&b);
}

/* Writes the log of one fixed session to `path`. */
static struct cw_card_stats session(const char *path, bool trace, bool no_skip, uint16_t reorder, uint8_t throttle)
{
	struct cw_card_stats s;
	struct cw_card_param p;
	struct cw_log *log;
	struct cw_tlp t;
	struct bench b;
	uint32_t v;

	cw_card_param_default(&p);
	p.trace = trace;
	p.no_idle_skip = no_skip;
	p.hip.reorder_cycles = reorder;
	p.hip.throttle_rx = p.hip.throttle_tx = throttle;
	bench_up(&b, &p);
	assert_int_equal(cw_log_open(&log, path, link_param.seed, CW_SIDE_CARD), 0);
	cw_link_set_log(b.link, log);
	enable_memory(&b);
	for (uint32_t i = 0; i < 20; i++) {
		mem_write(&b, BAR0 + CW_SCRATCH, i);
		assert_int_equal(mem_read(&b, BAR0 + CW_SCRATCH, &v), CW_CPL_SC);
		assert_int_equal(v, i);
		assert_false(receive(&b, b.now + 1234567, &t));
	}
	s = cw_card_get_stats(b.card);
	cw_link_set_log(b.link, NULL);
	assert_int_equal(cw_log_close(log), 0);
	bench_down(&b);
	return s;
}

static void same_file(const char *a, const char *b)
{
	FILE *x = fopen(a, "r"), *y = fopen(b, "r");
	int c;

	assert_non_null(x);
	assert_non_null(y);
	do {
		c = getc(x);
		assert_int_equal(c, getc(y));
	} while (c != EOF);
	fclose(x);
	fclose(y);
}

static void idle_skip_changes_no_tlp_and_no_stamp(void **state)
{
	const uint16_t reorder[] = { 0, 40 };
	struct cw_card_stats skip, all;
	char a[] = "/tmp/cw-card-a-XXXXXX", b[] = "/tmp/cw-card-b-XXXXXX";

	(void)state;
	close(mkstemp(a));
	close(mkstemp(b));
	for (unsigned i = 0; i < 2; i++) {
		skip = session(a, false, false, reorder[i], i ? 30 : 0);
		all = session(b, false, true, reorder[i], i ? 30 : 0);
		same_file(a, b);
		assert_int_equal(all.skipped, 0);
		assert_true(skip.skipped > skip.cycles / 2);
		assert_true(skip.evaluated < all.evaluated / 2);
	}
	if (!getenv("KEEP")) unlink(a);
	if (!getenv("KEEP")) unlink(b);
}

static void both_flavours_give_the_same_trace(void **state)
{
	char a[] = "/tmp/cw-card-a-XXXXXX", b[] = "/tmp/cw-card-b-XXXXXX";

	(void)state;
	close(mkstemp(a));
	close(mkstemp(b));
	session(a, false, false, 0, 0);
	session(b, true, false, 0, 0);
	same_file(a, b);
	if (!getenv("KEEP")) unlink(a);
	if (!getenv("KEEP")) unlink(b);
}

static void card_comes_back_after_reset(void **state)
{
	const enum cw_link_state how[] = { CW_LINK_PERST, CW_LINK_HOT_RESET, CW_LINK_DOWN };
	struct cw_card_param p;
	struct cw_tlp t;
	struct bench b;
	uint32_t v;

	(void)state;
	cw_card_param_default(&p);
	bench_up(&b, &p);
	for (unsigned i = 0; i < 3; i++) {
		enable_memory(&b);
		mem_write(&b, BAR0 + CW_SCRATCH, 0x55);
		assert_int_equal(mem_read(&b, BAR0 + CW_SCRATCH, &v), CW_CPL_SC);
		assert_int_equal(v, 0x55);
		send_state(&b, how[i]);
		assert_false(receive(&b, b.now + 1000000, &t));
		send_state(&b, CW_LINK_UP);
		assert_int_equal(cfg_read(&b, 0x10) & ~0xfu, 0);
		enable_memory(&b);
		assert_int_equal(mem_read(&b, BAR0 + CW_SCRATCH, &v), CW_CPL_SC);
		assert_int_equal(v, 0);
	}
	bench_down(&b);
}

static void function_level_reset_clears_registers_and_is_completed(void **state)
{
	struct cw_card_param p;
	struct bench b;
	uint32_t v;

	(void)state;
	cw_card_param_default(&p);
	bench_up(&b, &p);
	enable_memory(&b);
	mem_write(&b, BAR0 + CW_SCRATCH, 0x77);
	cfg_write(&b, CW_CFG_PCIE + 8, 0x8000 | 0x2810);
	assert_int_equal(cfg_read(&b, 0x10) & ~0xfu, 0);
	assert_int_equal(cfg_read(&b, 4) & 0xffff, 0);
	enable_memory(&b);
	assert_int_equal(mem_read(&b, BAR0 + CW_SCRATCH, &v), CW_CPL_SC);
	assert_int_equal(v, 0);
	bench_down(&b);
}

static void wave_is_written_for_its_window(void **state)
{
	char path[] = "/tmp/cw-card-w-XXXXXX";
	struct cw_card_param p;
	struct bench b;
	FILE *f;

	(void)state;
	close(mkstemp(path));
	cw_card_param_default(&p);
	p.wave = path;
	p.wave_from = 10;
	p.wave_to = 200;
	{
		struct cw_link *h, *c;
		struct cw_card *card;

		assert_int_equal(cw_link_pair(&link_param, &h, &c), 0);
		assert_int_equal(cw_card_new(&card, c, &p), -EINVAL); /* the fast flavour has no waves */
		cw_link_close(h);
		cw_link_close(c);
	}
	p.trace = true;
	bench_up(&b, &p);
	enable_memory(&b);
	cfg_read(&b, 0);
	bench_down(&b);
	f = fopen(path, "r");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	assert_true(ftell(f) > 1000);
	fclose(f);
	unlink(path);
}

static void two_cards_live_and_die_in_any_order(void **state)
{
	struct cw_card_param p;
	struct bench a, b;

	(void)state;
	cw_card_param_default(&p);
	bench_up(&a, &p);
	p.trace = true;
	bench_up(&b, &p);
	enable_memory(&a);
	enable_memory(&b);
	bench_down(&a);
	cfg_read(&b, 0);
	bench_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_answer_after_link_up),
		cmocka_unit_test(user_registers_hold_what_is_written),
		cmocka_unit_test(idle_skip_changes_no_tlp_and_no_stamp),
		cmocka_unit_test(both_flavours_give_the_same_trace),
		cmocka_unit_test(card_comes_back_after_reset),
		cmocka_unit_test(function_level_reset_clears_registers_and_is_completed),
		cmocka_unit_test(wave_is_written_for_its_window),
		cmocka_unit_test(two_cards_live_and_die_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
