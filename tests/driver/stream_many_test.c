// SPDX-License-Identifier: BSD-2-Clause
/* Several streams at once, in schedules of many seeds; and the driver taken away from them. */
#include "own.h"

struct pump {
	struct loop *l;
	bool write;
	unsigned n, done;
	bool over;                   /* the card may go away */
};

static long pump(void *arg)
{
	struct pump *p = arg;
	uint8_t buf[5000], want[5000];
	struct cw_pkt pkt;
	ssize_t ret;

	for (; p->done < p->n; p->done++) {
		size_t len = p->done * 977 % 5000;

		rig_fill(want, len, p->done);
		if (p->write)
			ret = put_packet(p->l->r, p->l->out, want, len, p->done);
		else
			ret = get_packet(p->l->r, p->l->in, buf, sizeof(buf), &pkt);
		if (p->over && (ret < 0 || (!p->write && pkt.flags)))
			return 0; /* a packet that was under way is cut */
		if (ret != (ssize_t)(len + sizeof(pkt)))
			return 1;
		if (!p->write && (pkt.user != p->done || pkt.flags || memcmp(buf, want, len)))
			return 2;
	}
	return 0;
}

/* `stream_many_test SEED [N]` runs N seeds from there instead of the default ones. */
static uint64_t first_seed = 1, seed_n = 12;

static void pumps(struct rig *r, uint64_t seed, bool remove)
{
	struct shim_task *task[6];
	struct pump p[6];
	struct loop l[3];

	rig_default(r);
	r->machine.seed = r->link.seed = seed;
	r->machine.explore = true;
	r->machine.iommu = seed & 1;
	rig_open(r, seed & 2 ? "vectors=1" : "stream_bytes=512");
	for (int i = 0; i < 3; i++)
		loop_open(r, &l[i], CW_QUEUE_HDR, 16);
	for (int i = 0; i < 6; i++) {
		p[i] = (struct pump){ .l = &l[i / 2], .write = i & 1, .n = remove ? 1000000 : 15, .over = remove };
		task[i] = shim_spawn(r->shim, "pump", pump, &p[i]);
	}
	if (remove) {
		assert_int_equal(shim_run(r->shim, 20000 + seed * 9973 % 60000), 0);
		assert_int_equal(shim_unbind(r->shim), 0);
	}
	for (int i = 0; i < 6; i++)
		assert_int_equal(shim_join(r->shim, task[i]), 0);
	for (int i = 0; i < 3; i++)
		loop_close(&l[i]);
	rig_close(r);
}

static void schedules_of_many_seeds(void **state)
{
	for (uint64_t seed = first_seed; seed < first_seed + seed_n; seed++) {
		print_message("seed %llu\n", (unsigned long long)seed);
		pumps(*state, seed, false);
		pumps(*state, seed, true);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(schedules_of_many_seeds),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	if (argc > 2)
		seed_n = strtoull(argv[2], NULL, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
