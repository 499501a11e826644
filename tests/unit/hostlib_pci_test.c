// SPDX-License-Identifier: BSD-2-Clause
/* A card on the PCI bus by its BARs: what is opened and what refused, registers, card memory. */
#include "pci_rig.h"

static void bars_must_be_assigned_and_as_large_as_needed(void **state)
{
	(void)state;
	fresh();
	region(2, 0, 0, PCI_BASE_ADDRESS_MEM_TYPE_64);
	refused(NAME, -EINVAL, "BAR2 is not assigned");
	fresh();
	region(4, 0xfea00000, CW_BAR4_BYTES / 2, PCI_BASE_ADDRESS_MEM_TYPE_64);
	refused(NAME, -EINVAL, "BAR4 has 0x80000 bytes, not 0x100000");
	fresh();
	region(0, 0xc000, CW_BAR0_BYTES, PCI_BASE_ADDRESS_SPACE_IO);
	refused(NAME, -EINVAL, "BAR0 is no 64-bit memory BAR");
	fresh();
	region(0, 0xfe400000, CW_BAR0_BYTES, 0);
	refused(NAME, -EINVAL, "BAR0 is no 64-bit memory BAR");
	fresh();
	region(2, 0xfe000000, 63u << 12, PCI_BASE_ADDRESS_MEM_TYPE_64);
	refused(NAME, -EINVAL, "BAR2 has 0x3f000 bytes, too few for the doorbells of 64 queues");
}

static void a_mapping_that_fails_says_who_may(void **state)
{
	static const int errors[] = { EACCES, EPERM };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		fresh();
		f.map_error = errors[i];
		f.map_error_bar = 4;
		refused(NAME, -errors[i], "BAR4 cannot be mapped: ");
		assert_non_null(strstr(why, "root may, or who may write " DIR "/resource4"));
		assert_int_equal(f.mapped, 2);
	}
	f.map_error = EINVAL;
	refused(NAME, -EINVAL, "BAR4 cannot be mapped: Invalid argument");
}

static void memory_space_is_turned_on_and_that_is_said(void **state)
{
	void *card;

	(void)state;
	fresh();
	closed(opened(NAME));
	assert_string_equal(why, "");
	f.config[PCI_COMMAND] = PCI_COMMAND_IO;
	card = opened(NAME);
	assert_string_equal(why, NAME ": memory space was off (Command register); turned it on");
	assert_int_equal(f.config[PCI_COMMAND], PCI_COMMAND_IO | PCI_COMMAND_MEMORY);
	closed(card);
	f.config[PCI_COMMAND] = 0;
	f.command_sticks = false;
	refused(NAME, -EIO, "memory space is off and cannot be turned on");
	fresh();
	f.config[0x40 + PCI_PM_CTRL] = 3;
	refused(NAME, -EIO, NAME " is asleep, in D3");
}

static void registers_must_be_a_card_s(void **state)
{
	(void)state;
	fresh();
	set32(f.bar[0] + CW_ID, UINT32_MAX);
	refused(NAME, -EIO, "BAR0 begins with 0xffffffff, not with a card's ID (0x59415743): nothing answers there");
	set32(f.bar[0] + CW_ID, 0xdeadbeef);
	refused(NAME, -EINVAL, "BAR0 begins with 0xdeadbeef, not with a card's ID (0x59415743)");
	fresh();
	set32(f.bar[0] + CW_VERSION, (CW_VERSION_MAJOR + 1) << CW_VERSION_MAJOR_SHIFT | 7);
	refused(NAME, -EPROTO, "register interface 2.7; this library knows 1");
}

static void one_program_at_a_time(void **state)
{
	void *card;

	(void)state;
	fresh();
	card = opened(NAME);
	assert_int_equal(f.lock_how, LOCK_EX | LOCK_NB);
	closed(card);
	f.lock_error = EWOULDBLOCK;
	refused(NAME, -EBUSY, NAME ": another program has it open");
}

static void a_driver_is_named_and_the_card_refused(void **state)
{
	(void)state;
	fresh();
	f.driver = "causeway";
	refused(NAME, -EBUSY, NAME ": the driver causeway has it");
	refused("pci,force=0", -EBUSY, "add ,force=1 to the name to look only");
	assert_int_equal(f.mapped, 0);
	assert_int_equal(f.locked, 0);
}

static void force_only_looks(void **state)
{
	const struct cw_backend *b = &cw_pci_backend;
	uint32_t v = 0;
	char buf[8] = "";
	void *card;

	(void)state;
	fresh();
	f.driver = "vfio-pci";
	card = opened(NAME ",force=1");
	assert_string_equal(why, NAME ": the driver vfio-pci has it: looking only");
	assert_int_equal(f.map_flags, 0);
	assert_int_equal(b->reg_read(card, CW_ID, &v), 0);
	assert_int_equal(v, CW_ID_MAGIC);
	assert_int_equal(b->reg_write(card, CW_SCRATCH, 1), -EROFS);
	assert_int_equal(b->bar(card, 0, CW_SCRATCH, &v, 4, 1), -EROFS);
	assert_int_equal(b->transfer(card, CW_OP_WRITE, buf, 8, 0), -EROFS);
	memcpy(f.bar[4] + 16, "content", 8);
	set32(f.bar[0] + CW_WINDOW_BASE_LO, 0x300000);
	assert_int_equal(b->transfer(card, CW_OP_READ, buf, 8, 0x300010), 8);
	assert_string_equal(buf, "content");
	assert_int_equal(b->transfer(card, CW_OP_READ, buf, 8, 0x10), -EROFS);
	memcpy(&v, f.bar[0] + CW_WINDOW_BASE_LO, 4);
	assert_int_equal(v, 0x300000);
	memcpy(&v, f.bar[0] + CW_SCRATCH, 4);
	assert_int_equal(v, 0);
	assert_int_equal(b->reset(card), -EBUSY);
	closed(card);
	f.config[PCI_COMMAND] = 0;
	refused(NAME ",force=1", -EIO, "memory space is off (Command register), and vfio-pci has the card");
	assert_int_equal(f.config[PCI_COMMAND], 0);
	f.map_error = EINVAL;
	refused(NAME ",force=1", -EINVAL, "the kernel keeps BAR0 for the driver vfio-pci (boot with iomem=relaxed");
}

static void force_on_a_card_that_is_free_changes_nothing(void **state)
{
	void *card;

	(void)state;
	fresh();
	card = opened(NAME ",force=1");
	assert_string_equal(why, "");
	assert_int_equal(f.map_flags, PCI_DEV_MAP_FLAG_WRITABLE);
	assert_int_equal(cw_pci_backend.reg_write(card, CW_SCRATCH, 1), 0);
	closed(card);
}

static void registers_counters_and_facts(void **state)
{
	const struct cw_backend *b = &cw_pci_backend;
	struct cw_info info = { .size = sizeof(info) };
	uint64_t count = 0;
	uint32_t v = 0;
	void *card;

	(void)state;
	fresh();
	card = opened(NAME);
	assert_int_equal(b->reg_write(card, CW_SCRATCH, 0x89abcdef), 0);
	assert_int_equal(b->reg_read(card, CW_SCRATCH, &v), 0);
	assert_int_equal(v, 0x89abcdef);
	set32(f.bar[0] + CW_COUNTER_OFFSET + 8 * 5, 7);
	set32(f.bar[0] + CW_COUNTER_OFFSET + 8 * 5 + 4, 9);
	assert_int_equal(b->counter(card, 5, &count), 0);
	assert_true(count == (9ull << 32 | 7));
	assert_int_equal(b->info(card, &info), 0);
	assert_int_equal(info.abi, 0);
	assert_int_equal(info.queues, 64);
	assert_int_equal(info.vectors, 32);
	assert_int_equal(info.data_bytes, 32);
	assert_int_equal(info.addr_bits, 64);
	assert_int_equal(info.clock_hz, 250000000);
	assert_true(info.card_bytes == 1ull << 32);
	assert_int_equal(info.pci_domain, 0xfa4e);
	assert_int_equal(info.pci_bus, 3);
	/* all ones in a register are all ones; in the ID as well the card is gone */
	set32(f.bar[0] + CW_SCRATCH, UINT32_MAX);
	assert_int_equal(b->reg_read(card, CW_SCRATCH, &v), 0);
	memset(f.bar[0], 0xff, CW_BAR0_BYTES);
	assert_int_equal(b->reg_read(card, CW_SCRATCH, &v), -ENODEV);
	assert_int_equal(b->reg_write(card, CW_SCRATCH, 1), -ENODEV);
	assert_int_equal(b->counter(card, 5, &count), -ENODEV);
	assert_int_equal(b->info(card, &info), -ENODEV);
	assert_int_equal(b->transfer(card, CW_OP_READ, &v, 4, 0), -ENODEV);
	closed(card);
}

static void accesses_to_bars_are_checked(void **state)
{
	const struct cw_backend *b = &cw_pci_backend;
	void *card;
	uint64_t v;

	(void)state;
	fresh();
	card = opened(NAME);
	for (unsigned len = 1; len <= 8; len *= 2) {
		v = 0x8877665544332211ull;
		assert_int_equal(b->bar(card, 2, 4096 - len, &v, len, 1), 0);
		assert_memory_equal(f.bar[2] + 4096 - len, &v, len);
		v = 0;
		assert_int_equal(b->bar(card, 2, 4096 - len, &v, len, 0), 0);
		assert_memory_equal(f.bar[2] + 4096 - len, &v, len);
		assert_int_equal(b->bar(card, 2, 64u << 12, &v, len, 0), -EINVAL);
		if (len > 1)
			assert_int_equal(b->bar(card, 2, len / 2, &v, len, 0), -EINVAL);
	}
	assert_int_equal(b->bar(card, 1, 0, &v, 4, 0), -EINVAL);
	assert_int_equal(b->bar(card, 6, 0, &v, 4, 0), -EINVAL);
	assert_int_equal(b->bar(card, 0, 0, &v, 0, 0), -EINVAL);
	assert_int_equal(b->bar(card, 0, 0, &v, 3, 0), -EINVAL);
	assert_int_equal(b->bar(card, 0, 0, &v, 16, 0), -EINVAL);
	closed(card);
}

/* Every alignment at both ends; nothing beside it is touched. */
static void transfers_of_any_alignment(void **state)
{
	const struct cw_backend *b = &cw_pci_backend;
	uint8_t in[40], out[40], want[64];
	void *card;

	(void)state;
	fresh();
	card = opened(NAME);
	for (unsigned i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 37 + 1);
	for (unsigned at = 0; at < 9; at++)
		for (unsigned len = 1; len <= 24; len++) {
			memset(f.bar[4], 0xee, 64);
			memset(want, 0xee, 64);
			memcpy(want + 8 + at, in + at % 3, len);
			assert_int_equal(b->transfer(card, CW_OP_WRITE, in + at % 3, len, 0x500008 + at), len);
			assert_memory_equal(f.bar[4], want, 64);
			memset(out, 0xcc, sizeof(out));
			assert_int_equal(b->transfer(card, CW_OP_READ, out + at % 5 + 1, len, 0x500008 + at), len);
			assert_memory_equal(out + at % 5 + 1, in + at % 3, len);
			assert_int_equal(out[at % 5], 0xcc);
			assert_int_equal(out[at % 5 + 1 + len], 0xcc);
		}
	closed(card);
}

static uint64_t base(void)
{
	uint64_t v;

	memcpy(&v, f.bar[0] + CW_WINDOW_BASE_LO, 8);
	return v;
}

static void the_window_moves_and_memory_ends(void **state)
{
	const struct cw_backend *b = &cw_pci_backend;
	const uint64_t end = 1ull << 32;
	char buf[16] = "abcdefghijklmno";
	void *card;

	(void)state;
	fresh();
	card = opened(NAME);
	assert_int_equal(b->transfer(card, CW_OP_WRITE, buf, 16, 0x2ffff6), 16);
	assert_true(base() == 0x300000);
	assert_memory_equal(f.bar[4] + 0xffff6, "abcdefghij", 10);
	assert_memory_equal(f.bar[4], "klmno", 6);
	assert_int_equal(b->transfer(card, CW_OP_READ, buf, 16, end - 5), 5);
	assert_true(base() == end - CW_BAR4_BYTES);
	assert_int_equal(b->transfer(card, CW_OP_READ, buf, 16, end), 0);
	assert_int_equal(b->transfer(card, CW_OP_WRITE, buf, 16, end), -ENOSPC);
	assert_int_equal(b->transfer(card, CW_OP_READ, buf, 0, 0), 0);
	assert_int_equal(b->transfer(card, CW_OP_READ, NULL, 1, 0), -EFAULT);
	closed(card);
	set32(f.bar[0] + CW_CARD_MEM_LO, 0x100003);
	set32(f.bar[0] + CW_CARD_MEM_HI, 1);
	card = opened(NAME);
	assert_int_equal(b->transfer(card, CW_OP_WRITE, buf, 16, end + 0x100000), 3);
	assert_true(base() == end + CW_BAR4_BYTES); /* both words */
	closed(card);
}

static void transfers_end_as_they_are_submitted(void **state)
{
	const struct cw_backend *b = &cw_pci_backend;
	static struct cw_io io[CW_IO_MAX + 1];
	struct cw_io *out = NULL;
	uint32_t word = 5;
	void *card;

	(void)state;
	fresh();
	card = opened(NAME);
	assert_int_equal(b->wait(card, &out, -1), -ENOENT);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (unsigned i = 0; i <= CW_IO_MAX; i++) {
			io[i] = (struct cw_io){ .op = i % 2 ? CW_OP_READ : CW_OP_WRITE, .buf = &word, .len = 4, .card_addr = i / 2 * 8 };
			assert_int_equal(b->submit(card, &io[i]), i < CW_IO_MAX ? 0 : -EAGAIN);
		}
		for (unsigned i = 0; i < CW_IO_MAX - turn; i++) {
			assert_int_equal(b->wait(card, &out, 0), 0);
			assert_ptr_equal(out, &io[i]);
			assert_int_equal(out->result, 4);
		}
		for (unsigned i = 0; i < turn; i++) /* so that the ring begins elsewhere next time */
			assert_int_equal(b->wait(card, &out, 0), 0);
		assert_int_equal(b->wait(card, &out, 0), -ENOENT);
		io[0] = (struct cw_io){ .op = CW_OP_WRITE, .buf = &word, .len = 4, .card_addr = 1ull << 32 };
		assert_int_equal(b->submit(card, &io[0]), 0);
		assert_int_equal(b->wait(card, &out, 0), 0);
		assert_int_equal(out->result, -ENOSPC);
	}
	closed(card);
}

static void a_reset_is_sysfs_s(void **state)
{
	const struct cw_backend *b = &cw_pci_backend;
	char path[] = "/tmp/hostlib_pci_test.XXXXXX", text[8] = "";
	int fd = mkstemp(path);
	void *card;

	(void)state;
	assert_true(fd >= 0);
	fresh();
	f.reset_file = path;
	card = opened(NAME);
	assert_int_equal(b->reset(card), 0);
	assert_int_equal(read(fd, text, sizeof(text)), 1);
	assert_string_equal(text, "1");
	f.id_after_reset = UINT32_MAX;
	assert_int_equal(b->reset(card), -ENODEV);
	f.reset_error = ENOENT;
	assert_int_equal(b->reset(card), -EOPNOTSUPP);
	f.reset_error = EACCES;
	assert_int_equal(b->reset(card), -EACCES);
	f.driver = "causeway"; /* it came meanwhile */
	assert_int_equal(b->reset(card), -EBUSY);
	closed(card);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bars_must_be_assigned_and_as_large_as_needed),
		cmocka_unit_test(a_mapping_that_fails_says_who_may),
		cmocka_unit_test(memory_space_is_turned_on_and_that_is_said),
		cmocka_unit_test(registers_must_be_a_card_s),
		cmocka_unit_test(one_program_at_a_time),
		cmocka_unit_test(a_driver_is_named_and_the_card_refused),
		cmocka_unit_test(force_only_looks),
		cmocka_unit_test(force_on_a_card_that_is_free_changes_nothing),
		cmocka_unit_test(registers_counters_and_facts),
		cmocka_unit_test(accesses_to_bars_are_checked),
		cmocka_unit_test(transfers_of_any_alignment),
		cmocka_unit_test(the_window_moves_and_memory_ends),
		cmocka_unit_test(transfers_end_as_they_are_submitted),
		cmocka_unit_test(a_reset_is_sysfs_s),
	};

	return cmocka_run_group_tests_name("cards on the PCI bus", tests, NULL, all_freed);
}
