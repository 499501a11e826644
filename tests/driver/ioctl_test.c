// SPDX-License-Identifier: BSD-2-Clause
/* The ioctls: sizes, ranges, answers. */
#include "rig.h"

#include "driver/cw_regs.h"
#include "driver/uapi/causeway.h"

static void info_tells_what_the_card_is(void **state)
{
	struct rig *r = *state;
	struct cw_info i = { .size = sizeof(i) };

	r->card.card_bytes = 1 << 20;
	rig_open(r, "queues=3 entries=64 vectors=2");
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &i), 0);
	assert_int_equal(i.size, sizeof(i));
	assert_int_equal(i.abi, CW_ABI_VERSION);
	assert_int_equal(i.hw_version, CW_VERSION_MAJOR << 16 | CW_VERSION_MINOR);
	assert_int_equal(i.queues, r->card.queues);
	assert_int_equal(i.vectors, r->card.vectors);
	assert_int_equal(i.file_queues, 3);
	assert_int_equal(i.irqs, 2);
	assert_int_equal(i.entries, 64);
	assert_int_equal(i.clock_hz, r->card.clock_hz);
	assert_int_equal(i.card_bytes, 1 << 20);
	assert_int_equal(i.addr_bits, 64);
	assert_true(i.pci_bus || i.pci_devfn || i.pci_domain);
	rig_close(r);
}

static void sizes_of_other_versions(void **state)
{
	struct rig *r = *state;
	struct {
		struct cw_info i;
		uint32_t more[4];
	} a;

	rig_open(r, "");
	memset(&a, 0, sizeof(a));
	a.i.size = sizeof(a);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &a), 0);
	assert_int_equal(a.i.abi, CW_ABI_VERSION);
	memset(&a, 0, sizeof(a));
	a.i.size = sizeof(a);
	a.more[2] = 1;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &a), -E2BIG);
	a.i.size = CW_INFO_SIZE_V1 - 1;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &a), -EINVAL);
	a.i.size = 0;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &a), -EINVAL);
	memset(&a, 0, sizeof(a));
	a.i.size = 0xffffffff;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &a), -E2BIG);
	rig_close(r);
}

static void reserved_field_must_be_zero(void **state)
{
	struct rig *r = *state;
	struct cw_info i = { .size = sizeof(i), .reserved = 1 };

	rig_open(r, "");
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &i), -EINVAL);
	rig_close(r);
}

static void bad_pointers_and_numbers(void **state)
{
	struct rig *r = *state;

	rig_open(r, "");
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, NULL), -EFAULT);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_COUNTER, (void *)0x1000), -EFAULT);
	assert_int_equal(shim_ioctl(r->shim, r->fd, _IO(CW_IOC_TYPE, 0x7f), NULL), -ENOTTY);
	assert_int_equal(shim_ioctl(r->shim, r->fd, _IO('x', 0), NULL), -ENOTTY);
	rig_close(r);
}

static void registers_by_offset(void **state)
{
	struct rig *r = *state;
	struct cw_reg g = { .size = sizeof(g), .offset = CW_ID };

	rig_open(r, "");
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &g), 0);
	assert_int_equal(g.value, CW_ID_MAGIC);
	g.offset = CW_SCRATCH;
	g.value = 0xabcdef01;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_WRITE, &g), 0);
	g.value = 0;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &g), 0);
	assert_int_equal(g.value, 0xabcdef01);
	rig_close(r);
}

static void registers_are_not_for_everybody(void **state)
{
	struct rig *r = *state;
	struct cw_reg g = { .size = sizeof(g), .offset = CW_ID };
	struct cw_info i = { .size = sizeof(i) };

	r->machine.no_capabilities = true;
	rig_open(r, "");
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &g), -EPERM);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_WRITE, &g), -EPERM);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &i), 0);
	rig_close(r);
}

static void registers_out_of_range(void **state)
{
	struct rig *r = *state;
	struct cw_reg g = { .size = sizeof(g) };

	rig_open(r, "");
	g.offset = 2;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &g), -EINVAL);
	g.offset = CW_BAR0_BYTES;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &g), -ERANGE);
	g.offset = 0xfffffffc;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_WRITE, &g), -ERANGE);
	g.offset = 0;
	g.flags = 1;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &g), -EINVAL);
	rig_close(r);
}

static uint64_t counter(struct rig *r, uint32_t index)
{
	struct cw_counter c = { .size = sizeof(c), .index = index };

	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_COUNTER, &c), 0);
	return c.value;
}

static void counters_count(void **state)
{
	struct rig *r = *state;
	struct cw_counter c = { .size = sizeof(c), .index = CW_COUNTER_N };
	uint64_t before;

	rig_open(r, "");
	before = counter(r, CW_COUNTER_H2C_BYTES);
	rig_works(r);
	assert_int_equal(counter(r, CW_COUNTER_H2C_BYTES) - before, 9001);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_COUNTER, &c), -ERANGE);
	rig_close(r);
}

static void pulled_card_has_nothing_to_say(void **state)
{
	struct rig *r = *state;
	struct cw_counter c = { .size = sizeof(c), .index = CW_COUNTER_H2C_BYTES };
	struct cw_reg reg = { .size = sizeof(reg), .offset = CW_SCRATCH };
	struct cw_info info = { .size = sizeof(info) };

	rig_open(r, "");
	/* All ones are a value like any other. */
	reg.value = ~0u;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_WRITE, &reg), 0);
	reg.value = 0;
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &reg), 0);
	assert_int_equal(reg.value, ~0u);
	cw_model_pull(r->model);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_INFO, &info), -ENODEV);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &reg), -ENODEV);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_WRITE, &reg), -ENODEV);
	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_COUNTER, &c), -ENODEV);
	rig_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(info_tells_what_the_card_is),
		RIG_TEST(sizes_of_other_versions),
		RIG_TEST(reserved_field_must_be_zero),
		RIG_TEST(bad_pointers_and_numbers),
		RIG_TEST(registers_by_offset),
		RIG_TEST(registers_are_not_for_everybody),
		RIG_TEST(registers_out_of_range),
		RIG_TEST(counters_count),
		RIG_TEST(pulled_card_has_nothing_to_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
