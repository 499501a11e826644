// SPDX-License-Identifier: BSD-2-Clause
/* Time and polling, and a card that keeps to nothing. */
#include <errno.h>

#include "host_rig.h"

static uint64_t seed;
static struct rig rig;
static uint8_t buf[4096];

/* ---- a card that keeps to nothing ---- */

/* Half of them near a legal TLP, so that they get past the first check. */
static void random_tlp(struct cw_rng *rng, struct cw_tlp *t)
{
	static const uint8_t status[] = { CW_CPL_SC, CW_CPL_UR, CW_CPL_CRS, CW_CPL_CA, 3 };
	uint32_t len = (uint32_t)cw_rng_below(rng, 600), i;
	uint64_t addr = LOW_IOVA - 64 + cw_rng_below(rng, MEM_BYTES + 128);

	switch (cw_rng_below(rng, 6)) {
	case 0:
		cw_tlp_mrd(t, CARD, (uint16_t)cw_rng_below(rng, 1024), addr, len, (uint8_t)cw_rng_below(rng, 8));
		break;
	case 1:
		cw_tlp_mwr(t, CARD, addr, buf, len, (uint8_t)cw_rng_below(rng, 8));
		break;
	case 2:
		cw_tlp_cpld(t, CARD, 0, (uint16_t)cw_rng_below(rng, 8), 0, 0, (uint16_t)cw_rng_below(rng, 80),
			    (uint8_t)cw_rng_below(rng, 128), buf, (uint16_t)cw_rng_below(rng, 20));
		break;
	case 3:
		cw_tlp_cpl(t, CARD, 0, (uint16_t)cw_rng_below(rng, 8), 0, 0, status[cw_rng_below(rng, 5)], 4, 0);
		break;
	case 4:
		cw_tlp_msg(t, CARD, (uint8_t)cw_rng_next(rng), (uint8_t)cw_rng_below(rng, 8));
		break;
	default:
		for (i = 0; i < 4; i++)
			t->dw[i] = (uint32_t)cw_rng_next(rng);
		t->data_len = 4 * (uint32_t)cw_rng_below(rng, 1025);
	}
	if (cw_rng_one_in(rng, 2))
		t->dw[cw_rng_below(rng, 4)] ^= 1u << cw_rng_below(rng, 32);
}

static void hostile_tlps_do_no_harm(void **state)
{
	static struct cw_host_req req[4];
	struct rig *r = &rig;
	struct cw_rng rng;
	struct cw_tlp t;
	unsigned i, k, open;

	(void)state;
	cw_rng_seed(&rng, seed, CW_RNG_TEST);
	rig_default(r);
	r->p.split_random = r->p.order_random = true;
	r->p.cpl_timeout_ps = 20 * US;
	rig_new(r, true);
	rig_up(r);
	r->raw = true;
	for (i = 0; i < 3000; i++) {
		for (k = 0; k < 4; k++) {
			if (!req[k].len || req[k].done) {
				req[k] = (struct cw_host_req){ .space = CW_SPACE_MEM, .addr = r->dev.bar[0].base, .len = 64 };
				assert_int_equal(cw_host_read(r->h, &req[k]), 0);
			}
		}
		random_tlp(&rng, &t);
		rig_card_push(r, &t);
		rig_run(r, US / 4);
		r->got_n = 0;
	}
	rig_run(r, 100 * US);
	for (k = open = 0; k < 4; k++)
		open += !req[k].done;
	assert_int_equal(open, 0);
	assert_true(r->rule_n > 1000);
	assert_int_equal(rig_free(r), r->rule_n);
}

/* ---- time ---- */

static uint64_t digest(uint64_t h, uint64_t v)
{
	return (h ^ v) * 0x100000001b3ull;
}

/* One run, polled in steps of `step` ps; everything the card saw, with its times. */
static uint64_t polled(uint64_t step)
{
	struct rig *r = &rig;
	uint64_t h = 14695981039346656037ull, end;
	unsigned i;

	rig_default(r);
	r->p.split_random = r->p.order_random = true;
	r->p.read_jitter_ps = US;
	rig_new(r, true);
	rig_up(r);
	for (i = 0; i < 40; i++)
		push_read(r, (uint16_t)(0x100 + i), LOW_IOVA + 512 * i + i, 400);
	end = cw_host_now(r->h) + 30 * US;
	while (cw_host_now(r->h) < end) {
		uint64_t to = cw_host_now(r->h) + step < end ? cw_host_now(r->h) + step : end;

		/* The caller could act at the end of each step: that is what it promises. */
		if (!cw_host_run(r->h, to, to))
			assert_int_equal(cw_link_wait(r->he), 0);
		cw_host_next(r->h);
	}
	for (i = 0; i < r->got_n; i++)
		h = digest(digest(digest(h, r->got[i].at), r->got[i].tlp.dw[1]), r->got[i].tlp.dw[2]);
	assert_true(r->got_n > 80);
	assert_int_equal(rig_free(r), 0);
	return h;
}

static void a_run_does_not_depend_on_polling(void **state)
{
	uint64_t one = polled(30 * US);

	(void)state;
	assert_true(polled(30 * US) == one);
	assert_true(polled(1 * US) == one);
	assert_true(polled(77777) == one);
	assert_true(polled(3001) == one);
}

static void time_stops_at_the_horizon(void **state)
{
	struct rig *r = &rig;
	uint64_t horizon, end;

	(void)state;
	rig_default(r);
	rig_start(r);
	end = cw_host_now(r->h) + 50 * US;
	horizon = cw_link_horizon(r->he);
	assert_true(horizon < end);
	assert_int_equal(cw_host_run(r->h, end, end), 0);
	assert_true(cw_host_now(r->h) < horizon);
	assert_int_equal(rig_free(r), 0);
}

static void parameters_are_checked(void **state)
{
	struct rig *r = &rig;
	struct cw_host_ops ops = { .lookup = rig_lookup };

	(void)state;
	rig_default(r);
	assert_int_equal(cw_link_pair(&r->lp, &r->he, &r->ce), 0);
	r->p.split_bytes = 48;
	assert_int_equal(cw_host_new(&r->h, r->he, &r->p, &ops, r), -EINVAL);
	cw_host_param_default(&r->p);
	r->p.mps = 6;
	assert_int_equal(cw_host_new(&r->h, r->he, &r->p, &ops, r), -EINVAL);
	cw_link_close(r->he);
	cw_link_close(r->ce);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_tlps_do_no_harm),
		cmocka_unit_test(a_run_does_not_depend_on_polling),
		cmocka_unit_test(time_stops_at_the_horizon),
		cmocka_unit_test(parameters_are_checked),
	};

	seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
