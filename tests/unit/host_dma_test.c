// SPDX-License-Identifier: BSD-2-Clause
/* The root complex serves reads and writes of the card. */
#include "host_rig.h"

static uint64_t seed;
static struct rig rig;
static uint8_t buf[4096];

/* ---- reads of the card ---- */

struct want {
	uint64_t addr;
	uint32_t left;
	uint8_t data[512];
	uint32_t have, pieces;
};
static struct want want[256];

/* Takes one completion as a requester does, and checks every field of it. */
static void take(const struct got *g, uint32_t rcb, uint32_t mps)
{
	struct want *w = &want[g->i.tag % 256];
	uint32_t n = 4u * g->i.len_dw - (g->i.lower_addr & 3);

	assert_int_equal(g->i.kind, CW_TLP_CPLD);
	assert_int_equal(g->i.requester, CARD);
	assert_true(w->left);
	assert_int_equal(g->i.byte_count, w->left);
	assert_int_equal(g->i.lower_addr, w->addr & 0x7f);
	assert_true(4u * g->i.len_dw <= mps);
	if (n < w->left)
		assert_int_equal((w->addr + n) % rcb, 0);
	else
		n = w->left;
	assert_true((g->i.lower_addr & 3) + n <= g->tlp.data_len);
	memcpy(w->data + w->have, g->tlp.data + (g->i.lower_addr & 3), n);
	w->addr += n;
	w->left -= n;
	w->have += n;
	w->pieces++;
}

static unsigned random_reads(struct rig *r, struct cw_rng *rng, unsigned n)
{
	uint32_t rcb = r->p.rcb128 ? 128 : 64, off[256];
	unsigned i, pieces = 0;

	memset(want, 0, sizeof(want));
	r->got_n = 0;
	for (i = 0; i < n; i++) {
		uint32_t len = (uint32_t)cw_rng_range(rng, 1, 509);

		off[i] = (uint32_t)cw_rng_below(rng, MAPPED_BYTES - 512);
		if (off[i] % 4096 + len > 4096)
			off[i] &= ~4095u;
		want[i].addr = (i & 1 ? HIGH_IOVA : LOW_IOVA) + off[i];
		want[i].left = len;
		push_read(r, (uint16_t)(i | 0x100), want[i].addr, len);
	}
	rig_run(r, 20 * US);
	for (i = 0; i < r->got_n; i++)
		take(&r->got[i], rcb, 128u << r->p.mps);
	for (i = 0; i < n; i++) {
		assert_int_equal(want[i].left, 0);
		assert_memory_equal(want[i].data, r->mem + off[i], want[i].have);
		pieces += want[i].pieces;
	}
	return pieces;
}

static void reads_come_in_random_legal_pieces(void **state)
{
	struct rig *r = &rig;
	struct cw_rng rng;
	unsigned round, pieces = 0, fewest = 0;

	(void)state;
	cw_rng_seed(&rng, seed, CW_RNG_TEST);
	for (round = 0; round < 12; round++) {
		rig_default(r);
		r->p.seed = cw_rng_next(&rng);
		r->p.split_random = r->p.order_random = true;
		r->p.read_jitter_ps = 2 * US;
		r->p.rcb128 = round & 1;
		r->p.mps = round % 3;
		rig_start(r);
		pieces += random_reads(r, &rng, 30);
		fewest += 30;
		assert_int_equal(rig_free(r), 0);
	}
	assert_true(pieces > fewest * 3 / 2); /* they are split */
}

static void plain_reads_are_split_and_ordered_as_told(void **state)
{
	struct rig *r = &rig;
	unsigned i;

	(void)state;
	rig_default(r);
	r->p.mps = 2;
	rig_start(r);
	push_read(r, 0x100, LOW_IOVA + 0x40, 512);
	push_read(r, 0x101, LOW_IOVA + 0x800, 4);
	push_read(r, 0x102, LOW_IOVA + 0xe00, 512);
	rig_run(r, 20 * US);
	assert_int_equal(r->got_n, 6);
	for (i = 0; i < 6; i++)
		assert_int_equal(r->got[i].i.tag, i < 3 ? 0x100 : i == 3 ? 0x101 : 0x102);
	assert_int_equal(r->got[0].tlp.data_len, 192); /* to the next multiple of 256 */
	assert_int_equal(r->got[1].tlp.data_len, 256);
	assert_int_equal(r->got[2].tlp.data_len, 64);
	assert_int_equal(r->got[4].tlp.data_len, 256);
	assert_int_equal(rig_free(r), 0);
}

static void reads_of_many_tags_are_reordered(void **state)
{
	struct rig *r = &rig;
	unsigned i, swaps = 0;

	(void)state;
	rig_default(r);
	r->p.order_random = true; /* and no jitter: those that wait are picked at random */
	rig_start(r);
	for (i = 0; i < 20; i++)
		push_read(r, (uint16_t)(0x100 + i), LOW_IOVA + 64 * i, 64);
	rig_run(r, 20 * US);
	assert_int_equal(r->got_n, 20);
	for (i = 1; i < 20; i++)
		swaps += r->got[i].i.tag < r->got[i - 1].i.tag;
	assert_true(swaps > 3);
	assert_int_equal(rig_free(r), 0);
}

static void jitter_alone_keeps_the_order(void **state)
{
	struct rig *r = &rig;
	unsigned i;

	(void)state;
	rig_default(r);
	r->p.read_jitter_ps = 3 * US;
	rig_start(r);
	for (i = 0; i < 20; i++)
		push_read(r, (uint16_t)(0x100 + i), LOW_IOVA + 64 * i, 64);
	rig_run(r, 20 * US);
	assert_int_equal(r->got_n, 20);
	for (i = 0; i < 20; i++)
		assert_int_equal(r->got[i].i.tag, 0x100 + i);
	assert_int_equal(rig_free(r), 0);
}

static void read_latency_is_kept(void **state)
{
	struct rig *r = &rig;
	uint64_t sent;

	(void)state;
	rig_default(r);
	r->p.read_latency_ps = 7 * US + 123;
	rig_start(r);
	push_read(r, 0x100, LOW_IOVA, 64);
	sent = r->card_now;
	rig_run(r, 20 * US);
	assert_int_equal(r->got_n, 1);
	assert_true(r->got[0].at == sent + 2 * RIG_LATENCY + 7 * US + 123);
	assert_int_equal(rig_free(r), 0);
}

static void zero_length_read_gives_one_dw(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	rig_start(r);
	push_read(r, 0x100, LOW_IOVA + 4, 0);
	rig_run(r, 4 * US);
	assert_int_equal(r->got_n, 1);
	assert_int_equal(r->got[0].i.byte_count, 1);
	assert_int_equal(r->got[0].i.lower_addr, 4);
	assert_int_equal(r->got[0].tlp.data_len, 4);
	assert_int_equal(rig_free(r), 0);
}

static void bytes_not_asked_for_are_not_shown(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	rig_start(r);
	push_read(r, 0x100, LOW_IOVA + 3, 6);
	rig_run(r, 4 * US);
	assert_int_equal(r->got[0].tlp.data_len, 12);
	assert_memory_equal(r->got[0].tlp.data + 3, r->mem + 3, 6);
	assert_int_equal(r->got[0].tlp.data[0], 0xa5);
	assert_int_equal(r->got[0].tlp.data[2], 0xa5);
	assert_int_equal(r->got[0].tlp.data[9], 0xa5);
	assert_int_equal(rig_free(r), 0);
}

static void memory_is_sampled_late(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	r->p.read_latency_ps = 10 * US;
	rig_start(r);
	push_read(r, 0x100, LOW_IOVA, 4);
	rig_run(r, 5 * US);
	r->mem[0] = 0xee; /* after the request came, before the completion leaves */
	rig_run(r, 10 * US);
	assert_int_equal(r->got[0].tlp.data[0], 0xee);

	push_read(r, 0x100, LOW_IOVA, 4);
	rig_run(r, 5 * US);
	r->mapped = false; /* the mapping ends while the read is in the host */
	cw_host_expect(r->h, "dma-unmapped", 1);
	rig_run(r, 10 * US);
	assert_int_equal(r->got[1].i.status, CW_CPL_UR);
	assert_int_equal(rig_free(r), 0);
}

/* ---- writes of the card ---- */

static uint8_t torn[64];
static unsigned torn_n;

static void watch(struct rig *r)
{
	/* DWs before the point are new, those behind it are old. */
	torn[torn_n++] = (uint8_t)(r->mem[4 * (r->points - 1)] == 0x77 && r->mem[4 * r->points] != 0x77);
}

static void writes_are_applied_dw_by_dw(void **state)
{
	struct rig *r = &rig;
	unsigned i;

	(void)state;
	rig_default(r);
	rig_new(r, true);
	rig_up(r);
	memset(buf, 0x77, sizeof(buf));
	r->points = torn_n = 0;
	r->on_point = watch;
	push_write(r, LOW_IOVA, buf, 32);
	rig_run(r, 4 * US);
	assert_int_equal(r->points, 7);
	for (i = 0; i < 7; i++)
		assert_true(torn[i]);
	assert_memory_equal(r->mem, buf, 32);
	assert_int_equal(rig_free(r), 0);
}

static void byte_enables_are_honoured(void **state)
{
	struct rig *r = &rig;
	uint8_t before[64];
	struct cw_tlp t;
	unsigned first, i;

	(void)state;
	rig_default(r);
	rig_start(r);
	for (first = 0; first < 4; first++) {
		for (i = 1; i < 40; i++) {
			memcpy(before, r->mem, sizeof(before));
			memset(buf, (int)(0x80 + i), sizeof(buf));
			push_write(r, LOW_IOVA + 8 + first, buf, i);
			rig_run(r, 2 * US);
			assert_memory_equal(r->mem, before, 8 + first);
			assert_memory_equal(r->mem + 8 + first, buf, i);
			assert_memory_equal(r->mem + 8 + first + i, before + 8 + first + i, 64 - 8 - first - i);
		}
	}
	/* holes in one DW */
	memset(r->mem, 0, 8);
	cw_tlp_mwr(&t, CARD, LOW_IOVA, buf, 4, 0);
	t.dw[1] = (t.dw[1] & ~0xffu) | 0x5;
	rig_send(r, &t);
	assert_int_equal(rig_get32(r->mem, 0), 0x00a700a7);
	assert_int_equal(rig_free(r), 0);
}

static void unmap_at_point(struct rig *r)
{
	if (r->points == 3) {
		r->mapped = false;
		r->epoch++;
	}
}

static void a_mapping_may_end_inside_a_write(void **state)
{
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	rig_new(r, true);
	rig_up(r);
	memset(r->mem, 0, 32);
	memset(buf, 0x77, sizeof(buf));
	r->points = 0;
	r->on_point = unmap_at_point;
	cw_host_expect(r->h, "dma-unmapped", 1);
	push_write(r, LOW_IOVA, buf, 32);
	rig_run(r, 4 * US);
	assert_int_equal(r->mem[8], 0x77);
	assert_int_equal(r->mem[12], 0);
	assert_int_equal(rig_free(r), 0);
}

static void fall_at_point(struct rig *r)
{
	r->on_point = NULL;
	assert_int_equal(cw_host_link_set(r->h, CW_LINK_HOT_RESET), 0);
}

static void the_link_may_fall_inside_a_write_or_a_read(void **state)
{
	struct rig *r = &rig;
	struct cw_rng rng;
	unsigned read;

	(void)state;
	cw_rng_seed(&rng, seed, CW_RNG_TEST);
	memset(buf, 0x77, sizeof(buf));
	for (read = 0; read < 2; read++) {
		rig_default(r);
		r->p.split_random = true;
		rig_new(r, true);
		rig_up(r);
		r->on_point = fall_at_point;
		if (read)
			push_read(r, 0x100, LOW_IOVA + 32, 480);
		else
			push_write(r, LOW_IOVA, buf, 32);
		rig_run(r, 4 * US);
		assert_null(r->on_point);
		assert_int_equal(r->state, CW_LINK_HOT_RESET);
		assert_int_equal(r->got_n, 0);
		assert_int_not_equal(r->mem[4], 0x77);
		assert_int_equal(cw_host_link_set(r->h, CW_LINK_UP), 0);
		rig_run(r, 4 * US);
		assert_int_equal(r->state, CW_LINK_UP);
		rig_up(r);
		random_reads(r, &rng, 100); /* no job was lost or freed twice */
		assert_int_equal(rig_free(r), 0);
	}
}

static void few_credits_slow_but_do_not_stop(void **state)
{
	struct rig *r = &rig;
	unsigned i;

	(void)state;
	rig_default(r);
	r->p.credit = (struct cw_credit){ { 1, 1, CW_CREDIT_INFINITE }, { 16, 1, CW_CREDIT_INFINITE } };
	rig_start(r);
	memset(buf, 0x77, sizeof(buf));
	for (i = 0; i < 100; i++)
		push_write(r, LOW_IOVA + 256 * i, buf, 256);
	for (i = 0; i < 20; i++)
		push_read(r, (uint16_t)(0x100 + i), LOW_IOVA + 256 * i, 64);
	rig_run(r, 40 * US);
	assert_int_equal(r->got_n, 20);
	for (i = 0; i < 25600; i++)
		assert_int_equal(r->mem[i], 0x77);
	assert_int_equal(rig_free(r), 0);
}

static void completions_come_at_the_links_rate(void **state)
{
	struct rig *r = &rig;
	uint64_t took;
	unsigned i;

	(void)state;
	rig_default(r);
	rig_start(r);
	for (i = 0; i < 100; i++)
		push_read(r, (uint16_t)(0x100 + i), LOW_IOVA + 512 * (i % 100), 512);
	rig_run(r, 40 * US);
	assert_int_equal(r->got_n, 200);
	/* 256 bytes, header, framing: 276 bytes at 7.877 GB/s x 0.98 */
	took = (r->got[199].at - r->got[100].at) / 99;
	assert_in_range(took, 35700, 35800);
	assert_int_equal(rig_free(r), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_come_in_random_legal_pieces),
		cmocka_unit_test(plain_reads_are_split_and_ordered_as_told),
		cmocka_unit_test(reads_of_many_tags_are_reordered),
		cmocka_unit_test(jitter_alone_keeps_the_order),
		cmocka_unit_test(read_latency_is_kept),
		cmocka_unit_test(zero_length_read_gives_one_dw),
		cmocka_unit_test(bytes_not_asked_for_are_not_shown),
		cmocka_unit_test(memory_is_sampled_late),
		cmocka_unit_test(writes_are_applied_dw_by_dw),
		cmocka_unit_test(byte_enables_are_honoured),
		cmocka_unit_test(a_mapping_may_end_inside_a_write),
		cmocka_unit_test(the_link_may_fall_inside_a_write_or_a_read),
		cmocka_unit_test(few_credits_slow_but_do_not_stop),
		cmocka_unit_test(completions_come_at_the_links_rate),
	};

	seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
