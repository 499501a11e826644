// SPDX-License-Identifier: BSD-2-Clause
// verilator: -GQUEUE_N=16 -GOP_N=64
/*
 * The write path as a whole: operations of several queues and both directions,
 * done in any order, against card memory and the request stream. What is checked
 * at the request stream is what the host relies on: each record after its data,
 * in its slot, in order, once; each interrupt after its record; status reads that
 * never run ahead.
 */
#include "write_bench.h"

/* ---- work ---- */

static uint64_t place(uint64_t *at, unsigned offset, unsigned len)
{
	uint64_t host = (*at + 63) / 64 * 64 + 16 + offset;

	*at = host + len + 16;
	assert_true(*at < HOST_HIGH + HOST_BYTES);
	return host;
}

static void fill_queue(struct bench *b, unsigned q, unsigned n, enum how how, unsigned max, uint64_t *at)
{
	struct queue *u = &b->q[q];

	u->op = calloc(n, sizeof(*u->op));
	u->n = u->halt_at = n;
	for (unsigned i = 0; i < n; i++) {
		struct op *o = &u->op[i];

		o->how = how;
		o->irq = dut_chance(&b->rng, 10);
		o->delay = (unsigned)dut_below(&b->rng, 60);
		o->move.len = o->bytes = 1 + (unsigned)dut_below(&b->rng, max);
		if (how == HOW_H2C)
			continue;
		o->move.card = 0x900000000ull + dut_below(&b->rng, 1 << 24);
		o->move.host = place(at, (unsigned)dut_below(&b->rng, 300), o->move.len);
		o->move.attr = (unsigned)dut_below(&b->rng, 4);
		o->bytes = move_good(b->h, &b->m, &o->move);
		o->status = o->bytes < o->move.len ? CW_STATUS_AXI : 0;
	}
}

static void check_all(struct bench *b)
{
	unsigned records = 0;
	uint64_t bytes = 0;

	for (unsigned q = 0; q < Q_N; q++) {
		struct queue *u = &b->q[q];
		unsigned n = 0;

		for (unsigned i = 0; i < u->n; i++) {
			bool want = i <= u->halt_at && !(u->op[i].kind & KIND_NO_RECORD);

			assert_int_equal(u->op[i].recorded, want);
			n += want;
			bytes += u->op[i].how == HOW_C2H ? u->op[i].bytes : 0;
		}
		if (!u->n)
			continue;
		status(b, q, u->n, n, u->halt_at < u->n ? (int)u->op[u->halt_at].status : -1);
		assert_int_equal(u->halted, u->halt_at < u->n);
		assert_int_equal(u->strobes, n);
		/* nothing is withheld at the end, and no more often than moderation allows */
		if (n)
			assert_true(u->irqs > u->irqs_at_last);
		if (u->moderation > 1) /* up to 16 records are written, and weighed, together */
			assert_true(u->irqs >= n / (u->moderation + 15));
		records += n;
	}
	assert_int_equal(b->record_pulses, records);
	assert_int_equal(b->c2h_bytes, bytes);
	assert_int_equal(b->mwr_pulses, b->h->writes);
}

static void queues_mixed(unsigned salt, unsigned mps, unsigned stall)
{
	struct bench *b = bench_open(salt, mps);
	uint64_t at = HOST_HIGH + 64;

	stream_stall(b->h->tx, stall);
	b->irq_stall = stall;
	b->alloc_stall = stall;
	b->sent_stall = stall;
	b->m.r_stall = stall / 2;
	b->m.bad_lo = 0x900000000ull + 5000000;
	b->m.bad_hi = b->m.bad_lo + 500000;
	for (unsigned q = 0; q < Q_N; q++) {
		b->q[q].log2 = 1 + q % 5;
		b->q[q].moderation = q % 4 * 3;
		fill_queue(b, q, 60, q & 1 ? HOW_C2H : HOW_H2C, 900, &at);
		enable(b, q);
	}
	until_empty(b);
	check_all(b);
	bench_close(b);
}

static void records_follow_data_in_order(void **state)
{
	(void)state;
	queues_mixed(1, 1, 0);
	queues_mixed(2, 0, 40);
	queues_mixed(3, 5, 70);
	queues_mixed(4, 2, 20);
}

static void one_queue_wraps_its_ring(void **state)
{
	struct bench *b = bench_open(10, 1);
	uint64_t at = HOST_HIGH + 64;

	(void)state;
	b->q[2].log2 = 1;
	b->q[3].log2 = 2;
	fill_queue(b, 2, 300, HOW_H2C, 100, &at);
	fill_queue(b, 3, 300, HOW_C2H, 100, &at);
	enable(b, 2);
	enable(b, 3);
	until_empty(b);
	check_all(b);
	bench_close(b);
}

static void bad_descriptor_halts_after_its_record(void **state)
{
	(void)state;
	for (unsigned where = 0; where < 20; where += 9) {
		struct bench *b = bench_open(20 + where, 1);
		uint64_t at = HOST_HIGH + 64;

		for (unsigned q = 4; q < 7; q++) {
			b->q[q].moderation = 100;
			fill_queue(b, q, 20, q & 1 ? HOW_C2H : HOW_H2C, 400, &at);
		}
		/* queue 4: a record, then halt; queue 5: halt without record */
		for (unsigned q = 4; q < 6; q++) {
			struct op *o = &b->q[q].op[where];

			b->q[q].halt_at = where;
			o->how = HOW_ISSUE;
			o->bytes = 0;
			o->status = q == 4 ? CW_STATUS_BAD_LEN : CW_STATUS_FETCH;
			o->kind = q == 4 ? KIND_HALT : KIND_HALT | KIND_NO_RECORD;
		}
		for (unsigned q = 4; q < 7; q++)
			enable(b, q);
		until_empty(b);
		check_all(b);
		/* enabled again it starts from 0 */
		qcfg(b, 2, 4, 0, 0);
		free(b->q[4].op);
		memset(&b->q[4], 0, sizeof(b->q[4]));
		b->q[4].log2 = 8;
		enable(b, 4);
		status(b, 4, 0, 0, -1);
		bench_close(b);
	}
}

static void disabled_queue_writes_no_record(void **state)
{
	struct bench *b = bench_open(30, 1);
	uint64_t at = HOST_HIGH + 64;
	unsigned seen;

	(void)state;
	b->alloc_stall = 80;
	for (unsigned q = 8; q < 10; q++) {
		fill_queue(b, q, 200, q & 1 ? HOW_C2H : HOW_H2C, 300, &at);
		enable(b, q);
	}
	while (b->q[8].records < 10 || b->q[9].records < 10)
		pump(b, 1);
	qcfg(b, 2, 8, 0, 0);
	pump(b, 20);
	seen = b->q[8].records;
	until_empty(b);
	assert_int_equal(b->q[8].records, seen);
	assert_true(seen < 200);
	assert_int_equal(b->q[9].records, 200);
	status(b, 8, 200, seen, -1);
	status(b, 9, 200, 200, -1);
	bench_close(b);
}

/* No header credit, bus mastering off, D3, FLR: nothing new starts; then all goes on. */
static void gates_hold_and_release(void **state)
{
	static const char *const ports[] = { "fn_bme", "fn_power", "fn_flr", "fc_valid" };

	(void)state;
	for (unsigned g = 0; g < 4; g++) {
		struct bench *b = bench_open(40 + g, 1);
		uint64_t at = HOST_HIGH + 64, tlps;

		fill_queue(b, 1, 50, HOW_C2H, 900, &at);
		fill_queue(b, 2, 50, HOW_H2C, 900, &at);
		enable(b, 1);
		enable(b, 2);
		pump(b, 200);
		dut_set(b->d, ports[g], g == 0 ? 0 : g == 1 ? 3 : 1);
		pump(b, 40); /* what was begun ends */
		assert_false(b->h->mid);
		tlps = b->h->tlps;
		assert_int_equal(dut_get(b->d, "stat") >> CW_COUNTER_STALL_CREDIT & 1, g == 3);
		pump(b, 300);
		assert_int_equal(b->h->tlps, tlps);
		if (g == 3)
			dut_set(b->d, "fc_ph", 12);
		else
			dut_set(b->d, ports[g], g == 0);
		until_empty(b);
		check_all(b);
		bench_close(b);
	}
}

static void waiting_for_the_host_is_idle(void **state)
{
	struct bench *b = bench_open(50, 1);
	uint64_t at = HOST_HIGH + 64;

	(void)state;
	fill_queue(b, 6, 8, HOW_H2C, 900, &at);
	for (unsigned i = 0; i < 8; i++)
		b->q[6].op[i].delay = 500;
	enable(b, 6);
	pump(b, 100);
	assert_int_equal(dut_get(b->d, "ops_in_flight"), 8);
	assert_int_equal(dut_get(b->d, "idle"), 1);
	assert_int_equal(dut_get(b->d, "empty"), 0);
	until_empty(b);
	check_all(b);
	bench_close(b);
}

static void every_table_place_is_used_again(void **state)
{
	struct bench *b = bench_open(60, 1);
	uint64_t at = HOST_HIGH + 64;

	(void)state;
	fill_queue(b, 0, 400, HOW_H2C, 900, &at);
	for (unsigned i = 0; i < 400; i++)
		b->q[0].op[i].delay = i % OP_N == 0 ? 900 : 0; /* the head of 64 comes last */
	enable(b, 0);
	pump(b, 400);
	assert_int_equal(dut_get(b->d, "ops_in_flight"), OP_N);
	until_empty(b);
	check_all(b);
	bench_close(b);
}

static void an_operation_a_cycle_and_a_half(void **state)
{
	struct bench *b = bench_open(70, 1);
	uint64_t at = HOST_HIGH + 64, start;

	(void)state;
	for (unsigned q = 0; q < 8; q++) {
		b->q[q].moderation = 16;
		fill_queue(b, q, 100, HOW_H2C, 900, &at);
		for (unsigned i = 0; i < 100; i++) {
			b->q[q].op[i].irq = false;
			b->q[q].op[i].delay = 10;
		}
		enable(b, q);
		b->q[q].live = false; /* not before all are enabled */
	}
	for (unsigned q = 0; q < 8; q++)
		b->q[q].live = true;
	start = dut_now(b->d);
	while (b->record_pulses < 800)
		pump(b, 1);
	print_message("%u cycles for 100 operations\n", (unsigned)(dut_now(b->d) - start) / 8);
	assert_true(dut_now(b->d) - start < 800 * 3 / 2);
	assert_true(b->joined > 0);
	until_empty(b);
	check_all(b);
	bench_close(b);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_follow_data_in_order),
		cmocka_unit_test(one_queue_wraps_its_ring),
		cmocka_unit_test(bad_descriptor_halts_after_its_record),
		cmocka_unit_test(disabled_queue_writes_no_record),
		cmocka_unit_test(gates_hold_and_release),
		cmocka_unit_test(waiting_for_the_host_is_idle),
		cmocka_unit_test(every_table_place_is_used_again),
		cmocka_unit_test(an_operation_a_cycle_and_a_half),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
