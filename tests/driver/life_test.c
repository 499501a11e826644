// SPDX-License-Identifier: BSD-2-Clause
/* Loading, probing, removing: with what the card and the machine may be like. */
#include "rig.h"

static void probe_and_remove_leave_nothing(void **state)
{
	struct rig *r = *state;

	rig_open(r, "");
	rig_works(r);
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	assert_int_equal(shim_module_unload(r->shim), 0);
	rig_close(r);
}

static void loads_and_unloads_again_and_again(void **state)
{
	struct rig *r = *state;

	rig_power(r);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(shim_module_load(r->shim, ""), 0);
		r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
		assert_true(r->fd >= 0);
		rig_works(r);
		assert_int_equal(shim_close(r->shim, r->fd), 0);
		assert_int_equal(shim_module_unload(r->shim), 0);
	}
	rig_close(r);
}

static void unbinds_and_binds_again(void **state)
{
	struct rig *r = *state;

	rig_open(r, "");
	for (int i = 0; i < 5; i++) {
		assert_int_equal(shim_close(r->shim, r->fd), 0);
		assert_int_equal(shim_unbind(r->shim), 0);
		assert_int_equal(shim_open(r->shim, RIG_DEV, O_RDWR), -ENOENT);
		assert_int_equal(shim_bind(r->shim), 0);
		r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
		assert_true(r->fd >= 0);
		rig_works(r);
	}
	rig_close(r);
}

static void parameters_out_of_range_are_refused(void **state)
{
	static const char *const bad[] = {
		"queues=1025", "entries=1", "entries=100", "entries=131072", "vectors=2049",
		"timeout_ms=0", "timeout_ms=3600001", "irq_records=65536",
		"irq_adaptive=2", "poll_usecs=10001", "weight=0", "weight=64", "relaxed_ordering=2", "no_snoop=2",
	};
	struct rig *r = *state;

	rig_power(r);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(shim_module_load(r->shim, bad[i]), -EINVAL);
	assert_int_equal(shim_module_load(r->shim, "queues=1 entries=2 vectors=1 timeout_ms=1"), 0);
	assert_true(shim_bound(r->shim));
	rig_close(r);
}

static void works_with(struct rig *r, const char *params)
{
	rig_open(r, params);
	rig_works(r);
	rig_close(r);
}

static void one_vector_serves_everything(void **state)
{
	works_with(*state, "vectors=1");
}

static void few_vectors_are_shared(void **state)
{
	struct rig *r = *state;

	r->machine.msix_limit = 3;
	works_with(r, "");
}

static void card_with_one_vector_and_two_queues(void **state)
{
	struct rig *r = *state;

	r->card.vectors = 1;
	r->card.queues = 2;
	works_with(r, "");
}

static void smallest_ring(void **state)
{
	works_with(*state, "entries=2 queues=1");
}

static void rings_are_cut_to_what_the_card_has(void **state)
{
	struct rig *r = *state;

	r->card.entries_log2_max = 3;
	works_with(r, "");
}

static void card_of_40_address_bits(void **state)
{
	struct rig *r = *state;

	r->card.addr_w = 40;
	works_with(r, "");
}

static void without_iommu(void **state)
{
	struct rig *r = *state;

	r->machine.iommu = false;
	works_with(r, "");
}

static void refused(struct rig *r, int error)
{
	rig_power(r);
	assert_int_equal(shim_module_load(r->shim, ""), 0);
	assert_false(shim_bound(r->shim));
	assert_int_equal(shim_bind(r->shim), error);
	assert_int_equal(shim_open(r->shim, RIG_DEV, O_RDWR), -ENOENT);
	rig_close(r);
}

static void wrong_id_is_refused(void **state)
{
	struct rig *r = *state;

	r->card.id = 0x12345678;
	refused(r, -ENODEV);
}

static void other_major_version_is_refused(void **state)
{
	struct rig *r = *state;

	r->card.version = 2 << 16;
	refused(r, -ENODEV);
}

static void impossible_sizes_are_refused(void **state)
{
	struct rig *r = *state;

	r->card.addr_w = 20;
	refused(r, -ENODEV);
}

static void dma_mask_refused_by_the_machine(void **state)
{
	struct rig *r = *state;

	r->machine.dma_bits = 32;
	refused(r, -EIO);
}

/* Not served by fewer than were asked for: both numbers are in the log. */
static void more_queues_than_the_card_has_are_refused(void **state)
{
	struct rig *r = *state;
	struct said said = { .what = "queues=3: the card has 2 each way" };

	r->card.queues = 5;
	r->machine.message = count_message;
	r->machine.ctx = &said;
	rig_power(r);
	assert_int_equal(shim_module_load(r->shim, "queues=3"), 0);
	assert_false(shim_bound(r->shim));
	assert_int_equal(shim_bind(r->shim), -EINVAL);
	assert_int_equal(said.n, 2);
	assert_int_equal(shim_module_unload(r->shim), 0);
	assert_int_equal(shim_module_load(r->shim, "queues=2"), 0);
	r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
	rig_works(r);
	rig_close(r);
}

static void card_that_stays_in_reset_is_refused(void **state)
{
	struct rig *r = *state;

	rig_power(r);
	cw_model_stick(r->model, true);
	assert_int_equal(shim_module_load(r->shim, ""), 0);
	assert_int_equal(shim_bind(r->shim), -ETIMEDOUT);
	cw_model_stick(r->model, false);
	assert_int_equal(shim_bind(r->shim), 0);
	rig_close(r);
}

static void pulled_card_is_refused(void **state)
{
	struct rig *r = *state;

	rig_power(r);
	cw_model_pull(r->model);
	assert_int_equal(shim_module_load(r->shim, ""), 0);
	assert_true(shim_bind(r->shim) < 0);
	rig_close(r);
}

/* One probe in which the n-th thing that can fail does; false when n is past the last. */
static bool probe_failing(struct rig *r, unsigned n)
{
	struct shim_stats before, after;
	bool failed;
	int ret;

	rig_default(r);
	rig_power(r);
	shim_get_stats(r->shim, &before);
	shim_fail_nth(r->shim, n);
	ret = shim_module_load(r->shim, "queues=2");
	shim_fail_nth(r->shim, 0);
	if (ret == 0 && !shim_bound(r->shim)) {
		/* The same probe without the failure. */
		assert_int_equal(shim_bind(r->shim), 0);
		ret = -1;
	}
	shim_get_stats(r->shim, &after);
	failed = after.fail_calls - before.fail_calls >= n;
	if (ret < 0 && !shim_bound(r->shim))
		assert_int_equal(shim_module_load(r->shim, "queues=2"), 0);
	r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
	assert_true(r->fd >= 0);
	rig_works(r);
	rig_close(r);
	return failed;
}

static void each_failing_step_of_probe_is_undone(void **state)
{
	unsigned n = 1;

	while (probe_failing(*state, n))
		n++;
	assert_in_range(n, 20, 300);
}

/* A program can tell what ran short. */
static void bars_that_cannot_be_mapped_are_enomem(void **state)
{
	struct rig *r = *state;
	unsigned found = 0;

	rig_open(r, "");
	assert_int_equal(shim_close(r->shim, r->fd), 0);
	assert_int_equal(shim_unbind(r->shim), 0);
	for (unsigned n = 1; n < 10; n++) {
		int ret;

		shim_fail_nth(r->shim, n);
		ret = shim_bind(r->shim);
		shim_fail_nth(r->shim, 0);
		if (!ret)
			assert_int_equal(shim_unbind(r->shim), 0);
		else if (ret == -ENOMEM)
			found += strstr(shim_last(r->shim), "pci_iomap") != NULL;
	}
	assert_int_equal(found, 2);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(probe_and_remove_leave_nothing),
		RIG_TEST(loads_and_unloads_again_and_again),
		RIG_TEST(unbinds_and_binds_again),
		RIG_TEST(parameters_out_of_range_are_refused),
		RIG_TEST(one_vector_serves_everything),
		RIG_TEST(few_vectors_are_shared),
		RIG_TEST(card_with_one_vector_and_two_queues),
		RIG_TEST(smallest_ring),
		RIG_TEST(rings_are_cut_to_what_the_card_has),
		RIG_TEST(card_of_40_address_bits),
		RIG_TEST(without_iommu),
		RIG_TEST(wrong_id_is_refused),
		RIG_TEST(other_major_version_is_refused),
		RIG_TEST(impossible_sizes_are_refused),
		RIG_TEST(dma_mask_refused_by_the_machine),
		RIG_TEST(more_queues_than_the_card_has_are_refused),
		RIG_TEST(card_that_stays_in_reset_is_refused),
		RIG_TEST(pulled_card_is_refused),
		RIG_TEST(each_failing_step_of_probe_is_undone),
		RIG_TEST(bars_that_cannot_be_mapped_are_enomem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
