// SPDX-License-Identifier: BSD-2-Clause
/* Another kernel is started, without a remove(): the card must be still by then. */
#include "rig.h"

#define LEN 100000

static uint32_t command(struct rig *r)
{
	uint32_t v = 0;

	/* Command is the low half of this dword (PCIe Base 6.0, 7.5.1.1.3). */
	assert_int_equal(cw_host_cfg_read32(shim_host(r->shim), 4, &v), 0);
	return v;
}

static void shutdown_ends_transfers_and_bus_mastering(void **state)
{
	enum { N = 6 };
	struct rig *r = *state;
	struct shim_aio a[N], *p;
	uint8_t *buf = calloc(N, LEN);
	struct shim_stats stats;

	rig_open(r, "");
	assert_true(command(r) & 4);
	for (unsigned i = 0; i < N; i++) {
		a[i] = (struct shim_aio){ .fd = r->fd, .op = i & 1 ? SHIM_PREAD : SHIM_PWRITE, .buf = buf + i * LEN,
					  .len = LEN };
		p = &a[i];
		assert_int_equal(shim_submit(r->shim, &p, 1), 1);
	}
	assert_int_equal(shim_shutdown(r->shim), 0);
	for (unsigned i = 0; i < N; i++) {
		assert_int_equal(shim_wait(r->shim, &a[i], 0, NULL), 0);
		assert_true(a[i].result == LEN || a[i].result == -ENODEV);
	}
	assert_false(command(r) & 4);
	shim_get_stats(r->shim, &stats);
	assert_int_equal(stats.pinned_pages, 0);
	assert_int_equal(shim_pread(r->shim, r->fd, buf, LEN, 0), -ENODEV);
	free(buf);
	rig_close(r);
}

/* What a crashed kernel left: bus mastering is off before the card is reset, and stays so when that fails. */
static void bus_mastering_left_on_is_turned_off(void **state)
{
	struct rig *r = *state;

	rig_power(r);
	assert_int_equal(cw_host_cfg_write32(shim_host(r->shim), 4, command(r) | 4), 0);
	cw_model_stick(r->model, true);
	assert_int_equal(shim_module_load(r->shim, ""), 0);
	assert_false(shim_bound(r->shim));
	assert_false(command(r) & 4);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(shutdown_ends_transfers_and_bus_mastering),
		RIG_TEST(bus_mastering_left_on_is_turned_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
