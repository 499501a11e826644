// SPDX-License-Identifier: BSD-2-Clause
// tests: cw_axi_guard_rd cw_axi_guard_wr
// verilator: -GDEPTH=4 -GADDR_W=33
/*
 * cw_axi_guard: what passes is not changed; a master that goes away at any moment leaves whole bursts behind, and its
 * answers reach nobody; a memory that is not ready is answered for.
 */
#include <stdio.h>
#include <string.h>

#include "dut.h"
#include "stream.h"

#define DEPTH  4
#define SLVERR 2
#define DECERR 3
#define END    (1ull << 33)
#define QUEUE  512

static const char *const aw_fields[] = { "mem_awid", "mem_awaddr", "mem_awlen", "mem_awsize", "mem_awburst", NULL };
static const char *const ar_fields[] = { "mem_arid", "mem_araddr", "mem_arlen", "mem_arsize", "mem_arburst", NULL };
static const char *const w_fields[] = { "mem_wdata", "mem_wstrb", "mem_wlast", NULL };
static const char *const b_fields[] = { "mem_bid", "mem_bresp", NULL };
static const char *const r_fields[] = { "mem_rid", "mem_rdata", "mem_rresp", "mem_rlast", NULL };

struct burst {
	uint64_t addr;
	unsigned id, len;
};

/* The master, which can be gone from one cycle to the next. Data of a beat: its address and number, in each word. */
struct channel {
	struct burst burst[QUEUE];
	unsigned asked, n; /* taken by the device, queued */
	unsigned beat, data; /* of the burst that gets data (writes) or gives it (reads); bursts done */
	unsigned answered;
	unsigned bad_n; /* the first ones, which are answered with SLVERR */
};

struct env {
	struct dut *d;
	struct dut_rng rng;
	struct channel wr, rd;
	unsigned stall;
	bool eager; /* data is offered before its address is taken */
	bool hears; /* answers are expected */
	unsigned resp;
	/* the controller */
	struct stream *aw, *w, *b, *ar, *r;
	struct burst taken[QUEUE];
	unsigned taken_n, written_n, beat, cut_n;
};

static uint32_t word(uint64_t addr, unsigned beat)
{
	return (uint32_t)addr * 2654435761u + beat;
}

static void offer(struct env *e, const char *prefix, struct channel *c)
{
	char port[16];
	const struct burst *b = &c->burst[c->asked];

	snprintf(port, sizeof(port), "%svalid", prefix);
	if (c->asked == c->n || (!dut_get(e->d, port) && dut_chance(&e->rng, e->stall))) {
		dut_set(e->d, port, 0);
		return;
	}
	dut_set(e->d, port, 1);
	snprintf(port, sizeof(port), "%sid", prefix);
	dut_set(e->d, port, b->id);
	snprintf(port, sizeof(port), "%saddr", prefix);
	dut_set(e->d, port, b->addr);
	snprintf(port, sizeof(port), "%slen", prefix);
	dut_set(e->d, port, b->len);
	snprintf(port, sizeof(port), "%ssize", prefix);
	dut_set(e->d, port, 5);
	snprintf(port, sizeof(port), "%sburst", prefix);
	dut_set(e->d, port, 1);
}

static void put_words(struct env *e, const char *port, uint32_t value)
{
	uint32_t words[8];

	for (unsigned i = 0; i < 8; i++)
		words[i] = value;
	dut_set_words(e->d, port, words, 8);
}

static unsigned answer_to(const struct env *e, const struct channel *c, unsigned n)
{
	return n < c->bad_n ? SLVERR : e->resp;
}

static void see_answers(struct env *e)
{
	if (dut_get(e->d, "axi_bvalid") && dut_get(e->d, "axi_bready")) {
		assert_true(e->hears && e->wr.answered < e->wr.data);
		assert_int_equal(dut_get(e->d, "axi_bid"), e->wr.burst[e->wr.answered].id);
		assert_int_equal(dut_get(e->d, "axi_bresp"), answer_to(e, &e->wr, e->wr.answered));
		e->wr.answered++;
	}
	if (dut_get(e->d, "axi_rvalid") && dut_get(e->d, "axi_rready")) {
		const struct burst *b = &e->rd.burst[e->rd.data];
		uint32_t words[8];

		assert_true(e->hears && e->rd.data < e->rd.asked);
		assert_int_equal(dut_get(e->d, "axi_rid"), b->id);
		assert_int_equal(dut_get(e->d, "axi_rresp"), answer_to(e, &e->rd, e->rd.data));
		assert_int_equal(dut_get(e->d, "axi_rlast"), e->rd.beat == b->len);
		dut_get_words(e->d, "axi_rdata", words, 8);
		for (unsigned i = 0; i < 8; i++)
			assert_int_equal(words[i], answer_to(e, &e->rd, e->rd.data) ? 0 : word(b->addr, e->rd.beat));
		if (e->rd.beat++ == b->len) {
			e->rd.beat = 0;
			e->rd.data++;
			e->rd.answered++;
		}
	}
}

static void sample(void *ctx)
{
	struct env *e = ctx;

	if (dut_get(e->d, "axi_awvalid") && dut_get(e->d, "axi_awready"))
		e->wr.asked++;
	if (dut_get(e->d, "axi_arvalid") && dut_get(e->d, "axi_arready"))
		e->rd.asked++;
	if (dut_get(e->d, "axi_wvalid") && dut_get(e->d, "axi_wready")) {
		assert_true(e->wr.data < e->wr.asked); /* after its address only */
		if (e->wr.beat++ == e->wr.burst[e->wr.data].len) {
			e->wr.beat = 0;
			e->wr.data++;
		}
	}
	see_answers(e);
}

static void drive(void *ctx)
{
	struct env *e = ctx;
	bool data = e->wr.data < (e->eager ? e->wr.n : e->wr.asked);

	if (dut_get(e->d, "lost")) {
		dut_set(e->d, "axi_awvalid", 0);
		dut_set(e->d, "axi_arvalid", 0);
		dut_set(e->d, "axi_wvalid", 0);
		dut_set(e->d, "axi_bready", 0);
		dut_set(e->d, "axi_rready", 0);
		return;
	}
	offer(e, "axi_aw", &e->wr);
	offer(e, "axi_ar", &e->rd);
	if (data && !dut_get(e->d, "axi_wvalid"))
		data = !dut_chance(&e->rng, e->stall);
	dut_set(e->d, "axi_wvalid", data);
	if (data) {
		put_words(e, "axi_wdata", word(e->wr.burst[e->wr.data].addr, e->wr.beat));
		dut_set(e->d, "axi_wstrb", 0xffffffff);
		dut_set(e->d, "axi_wlast", e->wr.beat == e->wr.burst[e->wr.data].len);
	}
	dut_set(e->d, "axi_bready", !dut_chance(&e->rng, e->stall));
	dut_set(e->d, "axi_rready", !dut_chance(&e->rng, e->stall));
}

static void start(struct env *e)
{
	memset(e, 0, sizeof(*e));
	e->d = dut_new(dut_seed());
	dut_rng_init(&e->rng, dut_seed());
	dut_reset(e->d, 3);
	e->hears = true;
	dut_hook(e->d, sample, drive, e);
	e->aw = stream_sink(e->d, "mem_aw", aw_fields);
	e->w = stream_sink(e->d, "mem_w", w_fields);
	e->ar = stream_sink(e->d, "mem_ar", ar_fields);
	e->b = stream_source(e->d, "mem_b", b_fields);
	e->r = stream_source(e->d, "mem_r", r_fields);
}

static void end(struct env *e)
{
	dut_free(e->d);
	stream_free(e->aw);
	stream_free(e->w);
	stream_free(e->ar);
	stream_free(e->b);
	stream_free(e->r);
}

static void stalls(struct env *e, unsigned percent)
{
	e->stall = percent;
	stream_stall(e->aw, percent);
	stream_stall(e->w, percent);
	stream_stall(e->ar, percent);
	stream_stall(e->b, percent);
	stream_stall(e->r, percent);
}

static void ask(struct env *e, struct channel *c, unsigned n, unsigned len_max)
{
	for (; n--; c->n++) {
		assert_true(c->n < QUEUE);
		c->burst[c->n] = (struct burst){ dut_below(&e->rng, END / 4096) * 4096, (unsigned)dut_below(&e->rng, 16),
						 (unsigned)dut_below(&e->rng, len_max) };
	}
}

/* A write beat at the controller: in the order of the addresses, its data or (cut) none; an answer after the last. */
static void write_beat(struct env *e)
{
	struct stream_beat beat, answer = { 0 };
	const struct burst *b = &e->taken[e->written_n];

	while (stream_pop(e->w, &beat)) {
		uint32_t data[8], strobes = (uint32_t)stream_take_u64(e->w, &beat, 1);

		assert_true(e->written_n < e->taken_n);
		stream_take(e->w, &beat, 0, data, sizeof(data));
		assert_true(strobes == 0 || strobes == 0xffffffff);
		e->cut_n += strobes == 0;
		if (strobes)
			assert_int_equal(data[7], word(b->addr, e->beat));
		assert_int_equal(stream_take_u64(e->w, &beat, 2), e->beat == b->len);
		if (e->beat++ != b->len)
			continue;
		stream_put_u64(e->b, &answer, 0, b->id);
		stream_push(e->b, &answer);
		e->beat = 0;
		b = &e->taken[++e->written_n];
	}
}

static void controller(struct env *e)
{
	struct stream_beat a;

	for (; stream_pop(e->aw, &a); e->taken_n++) {
		assert_int_equal(stream_take_u64(e->aw, &a, 3), 5);
		assert_int_equal(stream_take_u64(e->aw, &a, 4), 1);
		e->taken[e->taken_n] = (struct burst){ stream_take_u64(e->aw, &a, 1),
						       (unsigned)stream_take_u64(e->aw, &a, 0),
						       (unsigned)stream_take_u64(e->aw, &a, 2) };
	}
	write_beat(e);
	while (stream_pop(e->ar, &a))
		for (unsigned i = 0, len = (unsigned)stream_take_u64(e->ar, &a, 2); i <= len; i++) {
			struct stream_beat r = { 0 };
			uint32_t words[8];

			for (unsigned k = 0; k < 8; k++)
				words[k] = word(stream_take_u64(e->ar, &a, 1), i);
			stream_put_u64(e->r, &r, 0, stream_take_u64(e->ar, &a, 0));
			stream_put(e->r, &r, 1, words, sizeof(words));
			stream_put_u64(e->r, &r, 3, i == len);
			stream_push(e->r, &r);
		}
}

static void cycles(struct env *e, unsigned n)
{
	while (n--) {
		controller(e);
		dut_cycle(e->d);
	}
}

static void wait_for_all(struct env *e)
{
	for (unsigned limit = 0; e->wr.answered < e->wr.n || e->rd.answered < e->rd.n; limit++) {
		assert_true(limit < 40000);
		cycles(e, 1);
	}
}

static void open(struct env *e)
{
	dut_set(e->d, "ready", 1);
	cycles(e, 2);
}

static void bursts_pass_unchanged(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	open(&e);
	for (unsigned s = 0; s < 4; s++) {
		stalls(&e, 25 * s);
		ask(&e, &e.wr, 40, 12);
		ask(&e, &e.rd, 40, 12);
		wait_for_all(&e);
	}
	assert_int_equal(e.taken_n, 160);
	assert_int_equal(e.cut_n, 0);
	for (unsigned i = 0; i < 160; i++)
		assert_memory_equal(&e.taken[i], &e.wr.burst[i], sizeof(e.taken[i]));
	end(&e);
}

static void a_beat_a_cycle(void **state)
{
	struct env e;
	uint64_t from;

	(void)state;
	start(&e);
	open(&e);
	for (unsigned i = 0; i < 20; i++) {
		e.wr.burst[e.wr.n++] = (struct burst){ 0x1000 * i, i % 16, 15 };
		e.rd.burst[e.rd.n++] = (struct burst){ 0x1000 * i, i % 16, 15 };
	}
	from = dut_now(e.d);
	wait_for_all(&e);
	assert_in_range(dut_now(e.d) - from, 320, 332);
	end(&e);
}

/* Not more than DEPTH bursts wait for their answers. */
static void bursts_under_way_are_counted(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	open(&e);
	stream_hold(e.b, true);
	stream_hold(e.r, true);
	ask(&e, &e.wr, 20, 4);
	ask(&e, &e.rd, 20, 4);
	cycles(&e, 200);
	assert_int_equal(e.wr.asked, DEPTH);
	assert_int_equal(e.rd.asked, DEPTH);
	stream_hold(e.b, false);
	stream_hold(e.r, false);
	wait_for_all(&e);
	end(&e);
}

static void a_memory_that_is_not_ready_is_answered_for(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	e.resp = SLVERR;
	for (unsigned s = 0; s < 3; s++) {
		stalls(&e, 30 * s);
		ask(&e, &e.wr, 20, 12);
		ask(&e, &e.rd, 20, 12);
		wait_for_all(&e);
	}
	assert_int_equal(stream_count(e.aw) + stream_count(e.w) + stream_count(e.ar), 0);
	end(&e);
}

/* Ready in the middle of a burst that is answered here: it ends as it began, the next one goes through. */
static void memory_becomes_ready_between_bursts(void **state)
{
	for (unsigned at = 0; at < 24; at++) {
		struct env e;

		(void)state;
		start(&e);
		e.wr.bad_n = e.rd.bad_n = 1;
		e.wr.burst[e.wr.n++] = (struct burst){ 0x100, 3, 11 };
		e.rd.burst[e.rd.n++] = (struct burst){ 0x200, 4, 11 };
		cycles(&e, 3);
		dut_cycles(e.d, at);
		ask(&e, &e.wr, 3, 4);
		ask(&e, &e.rd, 3, 4);
		dut_set(e.d, "ready", 1);
		wait_for_all(&e);
		assert_int_equal(e.taken_n, 3);
		end(&e);
	}
}

/* The memory says that it is not ready: what it has goes to its end, what comes then is answered here. */
static void memory_stops_being_ready_between_bursts(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	open(&e);
	stream_hold(e.b, true);
	stream_hold(e.r, true);
	ask(&e, &e.wr, 1, 4);
	ask(&e, &e.rd, 1, 4);
	cycles(&e, 20);
	dut_set(e.d, "ready", 0);
	ask(&e, &e.wr, 2, 4);
	ask(&e, &e.rd, 2, 4);
	cycles(&e, 20);
	assert_int_equal(e.wr.asked + e.rd.asked, 2);
	stream_hold(e.b, false);
	stream_hold(e.r, false);
	while (e.wr.answered < 1 || e.rd.answered < 1)
		cycles(&e, 1);
	e.resp = SLVERR;
	wait_for_all(&e);
	assert_int_equal(e.taken_n, 1);
	end(&e);
}

/* Ready or not, with neighbours that are in it or alone. */
static void beyond_the_end_is_answered_with_decerr(void **state)
{
	static const uint64_t addr[] = { END, END + 0x1000, 1ull << 40, 1ull << 63 };
	struct env e;

	(void)state;
	start(&e);
	for (unsigned i = 0; i < 16; i++) {
		stalls(&e, 20 * (i % 4));
		dut_set(e.d, "ready", i % 3 > 0);
		e.resp = 0;
		if (i % 3 == 2) {
			ask(&e, &e.wr, 3, 4);
			ask(&e, &e.rd, 3, 4);
			wait_for_all(&e);
		}
		e.resp = DECERR;
		e.wr.burst[e.wr.n++] = (struct burst){ addr[i % 4], i, i };
		e.rd.burst[e.rd.n++] = (struct burst){ addr[i % 4], i, i };
		wait_for_all(&e);
	}
	assert_int_equal(e.taken_n, 15);
	end(&e);
}

static void the_last_page_is_memory(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	open(&e);
	e.wr.burst[e.wr.n++] = (struct burst){ END - 4096, 1, 127 };
	e.rd.burst[e.rd.n++] = (struct burst){ END - 4096, 1, 127 };
	wait_for_all(&e);
	assert_int_equal(e.taken_n, 1);
	end(&e);
}

static void forget(struct channel *c)
{
	memset(c, 0, sizeof(*c));
}

/* Where the master was gone: the controller has each address that it took with all of its data, and answers fall. */
static void a_master_that_goes_leaves_whole_bursts(void **state)
{
	struct env e;
	unsigned cut = 0;

	(void)state;
	start(&e);
	open(&e);
	for (unsigned round = 0; round < 300; round++) {
		stalls(&e, (unsigned)dut_below(&e.rng, 4) * 25);
		e.eager = dut_chance(&e.rng, 50);
		ask(&e, &e.wr, 12, 12);
		ask(&e, &e.rd, 12, 12);
		cycles(&e, (unsigned)dut_below(&e.rng, 60));
		e.hears = false;
		dut_set(e.d, "lost", 1);
		drive(&e);
		cycles(&e, 1 + (unsigned)dut_below(&e.rng, dut_chance(&e.rng, 50) ? 4 : 60));
		assert_int_equal(dut_get(e.d, "axi_bvalid") + dut_get(e.d, "axi_rvalid"), 0);
		cut += e.wr.data < e.wr.asked;
		forget(&e.wr);
		forget(&e.rd);
		dut_set(e.d, "lost", 0);
		e.hears = true;
		ask(&e, &e.wr, 2, 6);
		ask(&e, &e.rd, 2, 6);
		wait_for_all(&e);
		assert_int_equal(e.written_n, e.taken_n);
		assert_int_equal(e.beat, 0);
		assert_int_equal(stream_depth(e.b) + stream_depth(e.r), 0);
		e.taken_n = e.written_n = 0;
		forget(&e.wr);
		forget(&e.rd);
	}
	assert_true(cut > 30 && e.cut_n > 100);
	end(&e);
}

/* Nothing new before the last answer to what was given up. */
static void what_is_given_up_ends_first(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	open(&e);
	stream_hold(e.b, true);
	stream_hold(e.r, true);
	ask(&e, &e.wr, 2, 4);
	ask(&e, &e.rd, 2, 4);
	cycles(&e, 30);
	e.hears = false;
	dut_set(e.d, "lost", 1);
	drive(&e);
	cycles(&e, 3);
	forget(&e.wr);
	forget(&e.rd);
	dut_set(e.d, "lost", 0);
	ask(&e, &e.wr, 1, 4);
	ask(&e, &e.rd, 1, 4);
	cycles(&e, 50);
	assert_int_equal(e.wr.asked + e.rd.asked, 0);
	stream_hold(e.b, false);
	stream_hold(e.r, false);
	while (e.wr.asked + e.rd.asked == 0)
		cycles(&e, 1);
	e.hears = true;
	wait_for_all(&e);
	end(&e);
}

/* A burst that is answered here goes with its master. */
static void an_error_answer_goes_with_its_master(void **state)
{
	struct env e;

	(void)state;
	start(&e);
	e.resp = SLVERR;
	for (unsigned at = 0; at < 30; at++) {
		e.wr.burst[e.wr.n++] = (struct burst){ 0x100, 3, 7 };
		e.rd.burst[e.rd.n++] = (struct burst){ 0x200, 4, 7 };
		cycles(&e, at);
		e.hears = false;
		dut_set(e.d, "lost", 1);
		drive(&e);
		cycles(&e, 2);
		assert_int_equal(dut_get(e.d, "axi_bvalid") + dut_get(e.d, "axi_rvalid"), 0);
		forget(&e.wr);
		forget(&e.rd);
		dut_set(e.d, "lost", 0);
		e.hears = true;
		ask(&e, &e.wr, 1, 4);
		ask(&e, &e.rd, 1, 4);
		wait_for_all(&e);
		forget(&e.wr);
		forget(&e.rd);
	}
	end(&e);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts_pass_unchanged),
		cmocka_unit_test(a_beat_a_cycle),
		cmocka_unit_test(bursts_under_way_are_counted),
		cmocka_unit_test(a_memory_that_is_not_ready_is_answered_for),
		cmocka_unit_test(memory_becomes_ready_between_bursts),
		cmocka_unit_test(memory_stops_being_ready_between_bursts),
		cmocka_unit_test(beyond_the_end_is_answered_with_decerr),
		cmocka_unit_test(the_last_page_is_memory),
		cmocka_unit_test(a_master_that_goes_leaves_whole_bursts),
		cmocka_unit_test(what_is_given_up_ends_first),
		cmocka_unit_test(an_error_answer_goes_with_its_master),
	};

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
