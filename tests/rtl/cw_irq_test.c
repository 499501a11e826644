/* SPDX-License-Identifier: BSD-2-Clause */
/* Which kind of interrupt a raise becomes, and that MSI and INTx come after the writes before them. */
#include <string.h>

#include "dut.h"
#include "stream.h"

static const char *const irq_fields[] = { "irq_vector", NULL };
static const char *const msix_fields[] = { "msix_irq_vector", NULL };
static const char *const msi_fields[] = { "msi_vector", NULL };

struct bench {
	struct dut *d;
	struct stream *irq, *msix, *msi;
	struct dut_rng rng;
	unsigned intx, raised[32], given[32];
	uint64_t last_raise[32], last_give[32];
	uint16_t at[32][256]; /* posted_n at each raise that surely is not given yet */
	unsigned at_n[32], spare[32]; /* of those that one give may cover, some may be given again */
	bool follow;     /* posted writes go on and are sent at random */
	uint16_t posted, sent;
};

static void raised(struct bench *b, unsigned v)
{
	assert_true(b->at_n[v] < 256);
	b->at[v][b->at_n[v]++] = b->posted;
	b->last_raise[v] = dut_now(b->d);
	b->raised[v]++;
}

static void sample(void *ctx)
{
	struct bench *b = ctx;
	struct dut *d = b->d;

	b->intx += dut_get(d, "intx_set") != 0;
	if (dut_get(d, "irq_valid") && dut_get(d, "irq_ready"))
		raised(b, dut_get(d, "irq_vector") % 32);
	if (dut_get(d, "err_irq_valid") && dut_get(d, "err_irq_ready"))
		raised(b, 0);
	if (dut_get(d, "msi_valid") && dut_get(d, "msi_ready")) {
		unsigned v = (unsigned)dut_get(d, "msi_vector"), n = 0;

		while (n < b->at_n[v] && (int16_t)(b->sent - b->at[v][n]) >= 0)
			n++;
		assert_true(n || b->spare[v]);
		b->spare[v] += n - 1;
		b->at_n[v] -= n;
		memmove(b->at[v], b->at[v] + n, sizeof(b->at[v][0]) * b->at_n[v]);
		b->last_give[v] = dut_now(d);
		b->given[v]++;
		assert_true(b->given[v] <= b->raised[v]);
	}
}

static void drive(void *ctx)
{
	struct bench *b = ctx;

	if (b->follow && dut_chance(&b->rng, 40))
		b->posted++;
	if (b->follow && b->sent != b->posted && dut_chance(&b->rng, 45))
		b->sent++;
	dut_set(b->d, "posted_n", b->posted);
	dut_set(b->d, "sent_n", b->sent);
}

static void bench_open(struct bench *b)
{
	*b = (struct bench){ .d = dut_new(dut_seed()), .posted = 0xfffe, .sent = 0xfffe };
	dut_rng_init(&b->rng, dut_seed());
	b->irq = stream_source(b->d, "irq", irq_fields);
	b->msix = stream_sink(b->d, "msix_irq", msix_fields);
	b->msi = stream_sink(b->d, "msi", msi_fields);
	dut_set(b->d, "fn_bme", 1);
	dut_set(b->d, "sent_n", b->sent);
	dut_set(b->d, "posted_n", b->posted);
	dut_reset(b->d, 2);
	dut_hook(b->d, sample, drive, b);
}

static void bench_close(struct bench *b)
{
	stream_free(b->irq);
	stream_free(b->msix);
	stream_free(b->msi);
	dut_free(b->d);
}

static void raise(struct bench *b, unsigned v)
{
	struct stream_beat s = { 0 };

	stream_put_u64(b->irq, &s, 0, v);
	stream_push(b->irq, &s);
}

static void error(struct bench *b)
{
	dut_set(b->d, "err_irq_valid", 1);
	dut_wait(b->d, "err_irq_ready", 10);
	dut_cycle(b->d);
	dut_set(b->d, "err_irq_valid", 0);
}

static void msix_gets_all_as_they_come(void **state)
{
	struct bench b;
	struct stream_beat s;

	(void)state;
	bench_open(&b);
	dut_set(b.d, "fn_msix_en", 1);
	dut_set(b.d, "fn_msi_en", 1);
	raise(&b, 2047);
	raise(&b, 3);
	raise(&b, 3);
	dut_cycles(b.d, 10);
	assert_int_equal(stream_count(b.msix), 3);
	stream_pop(b.msix, &s);
	assert_int_equal(stream_take_u64(b.msix, &s, 0), 2047);
	dut_set(b.d, "err_irq_valid", 1);
	dut_cycles(b.d, 3);
	assert_int_equal(dut_get(b.d, "msix_err_valid"), 1);
	assert_int_equal(dut_get(b.d, "err_irq_ready"), 0);
	dut_set(b.d, "msix_err_ready", 1);
	dut_settle(b.d);
	assert_int_equal(dut_get(b.d, "err_irq_ready"), 1);
	dut_cycle(b.d);
	dut_set(b.d, "err_irq_valid", 0);
	dut_cycles(b.d, 20);
	assert_int_equal(b.intx, 0);
	assert_int_equal(stream_count(b.msi), 0);
	bench_close(&b);
}

static void intx_waits_for_the_writes_before_it(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	b.posted += 4; /* the count wraps */
	dut_cycle(b.d);
	raise(&b, 9);
	dut_cycles(b.d, 30);
	assert_int_equal(b.intx, 0);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	b.posted += 2; /* later writes are not waited for */
	b.sent += 3;
	dut_cycles(b.d, 30);
	assert_int_equal(b.intx, 0);
	b.sent += 1;
	dut_cycles(b.d, 10);
	assert_int_equal(b.intx, 1);
	error(&b);
	dut_cycles(b.d, 10);
	assert_int_equal(b.intx, 1);
	b.sent += 2;
	dut_cycles(b.d, 10);
	assert_int_equal(b.intx, 2);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	/* an engine reset clears both counts */
	b.posted += 5;
	dut_cycle(b.d);
	raise(&b, 1);
	dut_cycles(b.d, 10);
	assert_int_equal(b.intx, 2);
	dut_set(b.d, "engine_rst", 1);
	dut_cycles(b.d, 4);
	assert_int_equal(b.intx, 3);
	bench_close(&b);
}

static void msi_vectors_are_given_one_by_one(void **state)
{
	struct bench b;
	struct stream_beat s;

	(void)state;
	bench_open(&b);
	dut_set(b.d, "fn_msi_en", 1);
	b.posted++;
	dut_cycle(b.d);
	raise(&b, 31);
	raise(&b, 32 + 5);
	raise(&b, 5);
	dut_cycles(b.d, 20);
	assert_int_equal(stream_count(b.msi), 0);
	b.sent++;
	dut_cycles(b.d, 60); /* one cycle a vector to look for it */
	assert_int_equal(stream_count(b.msi), 2);
	stream_hold(b.msi, true);
	error(&b);
	dut_cycles(b.d, 20);
	assert_int_equal(dut_get(b.d, "msi_valid"), 1);
	assert_int_equal(dut_get(b.d, "idle"), 1);
	raise(&b, 7); /* raises are taken meanwhile */
	dut_cycles(b.d, 20);
	assert_int_equal(stream_depth(b.irq), 0);
	stream_hold(b.msi, false);
	dut_cycles(b.d, 20);
	assert_int_equal(stream_count(b.msi), 4);
	for (unsigned i = 0; i < 4; i++) {
		stream_pop(b.msi, &s);
		b.given[i] = (unsigned)stream_take_u64(b.msi, &s, 0);
	}
	assert_int_equal(b.given[0] + b.given[1], 36);
	assert_int_equal(b.given[2], 0);
	assert_int_equal(b.given[3], 7);
	assert_int_equal(b.intx, 0);
	bench_close(&b);
}

static void a_closed_function_holds_msi_not_intx(void **state)
{
	static const char *const ports[] = { "fn_bme", "fn_power", "fn_flr" };
	struct bench b;

	(void)state;
	bench_open(&b);
	for (unsigned i = 0; i < 3; i++) {
		dut_set(b.d, "fn_msi_en", 1);
		dut_set(b.d, ports[i], i == 0 ? 0 : 1);
		raise(&b, i);
		dut_cycles(b.d, 30);
		assert_int_equal(stream_count(b.msi), 2 * i);
		assert_int_equal(dut_get(b.d, "idle"), 1);
		dut_set(b.d, ports[i], i == 0);
		dut_cycles(b.d, 10);
		assert_int_equal(stream_count(b.msi), 2 * i + 1);
		raise(&b, 20);
		dut_cycles(b.d, 30);
		dut_set(b.d, ports[i], i == 0 ? 0 : 1);
		raise(&b, 21); /* MSI is disabled while it waits: it is not lost */
		dut_cycles(b.d, 30);
		assert_int_equal(b.intx, 2 * i);
		dut_set(b.d, "fn_msi_en", 0);
		dut_cycles(b.d, 10);
		assert_int_equal(b.intx, 2 * i + 1);
		raise(&b, 22);
		dut_cycles(b.d, 10);
		assert_int_equal(b.intx, 2 * i + 2);
		dut_set(b.d, ports[i], i == 0);
		dut_cycles(b.d, 10);
		assert_int_equal(stream_count(b.msi), 2 * i + 2);
	}
	bench_close(&b);
}

static void no_vector_is_lost_or_early(void **state)
{
	struct bench b;

	(void)state;
	bench_open(&b);
	b.follow = true;
	dut_set(b.d, "fn_msi_en", 1);
	stream_stall(b.msi, 60);
	for (unsigned i = 0; i < 20000; i++) {
		if (dut_chance(&b.rng, 8))
			raise(&b, (unsigned)dut_below(&b.rng, 40));
		dut_cycle(b.d);
	}
	b.sent = b.posted;
	b.follow = false;
	dut_cycles(b.d, 1000);
	for (unsigned v = 0; v < 32; v++)
		assert_true(b.last_give[v] >= b.last_raise[v] && b.given[v] > 10);
	assert_int_equal(b.intx, 0);
	bench_close(&b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(msix_gets_all_as_they_come),
		cmocka_unit_test(intx_waits_for_the_writes_before_it),
		cmocka_unit_test(msi_vectors_are_given_one_by_one),
		cmocka_unit_test(a_closed_function_holds_msi_not_intx),
		cmocka_unit_test(no_vector_is_lost_or_early),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
