// SPDX-License-Identifier: BSD-2-Clause
/* The library's calls on a fake backend: which name means which, what is refused before it, and the texts. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "backend.h"
#include "causeway-pci.h"
#include "driver/cw_regs.h"

/* What the fake card was asked, and what it answers. */
static struct {
	const char *call;
	unsigned calls;
	enum cw_op op;
	uint64_t addr;
	size_t len;
	uint32_t offset, value;
	int bind;
	ssize_t answer;
	const char *open_text;
	unsigned closed, loaded;
} fake;

static ssize_t asked(const char *call)
{
	fake.call = call;
	fake.calls++;
	return fake.answer;
}

static int fake_open(const char *name, void **card, char *why, size_t why_size)
{
	(void)name;
	if (fake.open_text)
		snprintf(why, why_size, "%s", fake.open_text);
	*card = &fake;
	return (int)asked("open");
}

static int fake_close(void *card)
{
	assert_ptr_equal(card, &fake);
	fake.closed++;
	return (int)asked("close");
}

static int fake_info(void *card, struct cw_info *info)
{
	(void)card;
	assert_int_equal(info->size, sizeof(*info));
	assert_int_equal(info->queues, 0);
	return (int)asked("info");
}

static ssize_t fake_transfer(void *card, enum cw_op op, void *buf, size_t len, uint64_t card_addr)
{
	(void)card;
	(void)buf;
	fake.op = op;
	fake.len = len;
	fake.addr = card_addr;
	return asked("transfer");
}

static int fake_submit(void *card, struct cw_io *io)
{
	(void)card;
	fake.addr = io->card_addr;
	return (int)asked("submit");
}

static int fake_wait(void *card, struct cw_io **io, int timeout_ms)
{
	(void)card;
	(void)io;
	fake.bind = timeout_ms;
	return (int)asked("wait");
}

static int fake_reg_read(void *card, uint32_t offset, uint32_t *value)
{
	(void)card;
	fake.offset = offset;
	*value = 0x1234;
	return (int)asked("reg_read");
}

static int fake_reg_write(void *card, uint32_t offset, uint32_t value)
{
	(void)card;
	fake.offset = offset;
	fake.value = value;
	return (int)asked("reg_write");
}

static int fake_counter(void *card, uint32_t index, uint64_t *value)
{
	(void)card;
	fake.offset = index;
	*value = 7;
	return (int)asked("counter");
}

static int fake_stats(void *card, struct cw_sim_stats *stats)
{
	(void)card;
	(void)stats;
	return (int)asked("stats");
}

static int fake_place(void *card, uint64_t bus_addr)
{
	(void)card;
	fake.addr = bus_addr;
	return (int)asked("place");
}

static int fake_peek(void *card, uint64_t card_addr, void *buf, size_t len)
{
	(void)card;
	(void)buf;
	fake.addr = card_addr;
	fake.len = len;
	return (int)asked("peek");
}

static int fake_poke(void *card, uint64_t card_addr, const void *buf, size_t len)
{
	(void)card;
	(void)buf;
	fake.addr = card_addr;
	fake.len = len;
	return (int)asked("poke");
}

static int fake_bind(void *card, int bind)
{
	(void)card;
	fake.bind = bind;
	return (int)asked("bind");
}

static int fake_reset(void *card)
{
	(void)card;
	return (int)asked("reset");
}

static int fake_bar(void *card, unsigned bar, uint64_t offset, void *data, unsigned len, int write)
{
	(void)card;
	(void)data;
	fake.bind = write;
	fake.addr = offset + bar;
	fake.len = len;
	return (int)asked("bar");
}

/* A device file: none of what only simulations can do. */
const struct cw_backend cw_file_backend = {
	.version = CW_LIB_VERSION, .open = fake_open, .close = fake_close, .info = fake_info,
	.transfer = fake_transfer, .submit = fake_submit, .wait = fake_wait, .reg_read = fake_reg_read,
	.reg_write = fake_reg_write, .counter = fake_counter,
};

/* A card on the PCI bus: its BARs, too. */
const struct cw_backend cw_pci_backend = {
	.version = CW_LIB_VERSION, .open = fake_open, .close = fake_close, .info = fake_info,
	.transfer = fake_transfer, .submit = fake_submit, .wait = fake_wait, .reg_read = fake_reg_read,
	.reg_write = fake_reg_write, .counter = fake_counter, .reset = fake_reset, .bar = fake_bar,
};

static const struct cw_backend sim_backend = {
	.version = CW_LIB_VERSION, .open = fake_open, .close = fake_close, .info = fake_info,
	.transfer = fake_transfer, .submit = fake_submit, .wait = fake_wait, .reg_read = fake_reg_read,
	.reg_write = fake_reg_write, .counter = fake_counter, .stats = fake_stats, .place = fake_place,
	.peek = fake_peek, .poke = fake_poke, .bind = fake_bind, .reset = fake_reset,
	.bar = fake_bar,
};

int cw_sim_load(const struct cw_backend **backend, void **handle, char *why, size_t why_size)
{
	fake.loaded++;
	*handle = NULL;
	*backend = &sim_backend;
	if (fake.answer == -ENOENT)
		snprintf(why, why_size, "no plug-in");
	return fake.answer == -ENOENT ? -ENOENT : 0;
}

static struct cw_dev *opened(const char *name)
{
	struct cw_dev *dev = NULL;
	char why[CW_WHY_SIZE];

	memset(&fake, 0, sizeof(fake));
	assert_int_equal(cw_open(name, &dev, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	assert_string_equal(cw_why(dev), "");
	return dev;
}

static void closed(struct cw_dev *dev)
{
	fake.answer = 0;
	assert_int_equal(cw_close(dev), 0);
	assert_int_equal(fake.closed, 1);
}

static void the_name_says_which_kind_of_card(void **state)
{
	static const char *const sims[] = { "sim", "sim:abc", "sim,seed=1" };
	static const char *const buses[] = { "pci", "pci,force=1", "0000:03:00.0", "03:00.0", "abcd:0:0.0" };
	static const char *const strangers[] = { "", "simulator", "causeway0", "0000", "SIM", "si", "pcie", "pci:1", "face" };
	char why[CW_WHY_SIZE], text[CW_WHY_SIZE];
	struct cw_dev *dev;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		dev = opened(sims[i]);
		assert_int_equal(fake.loaded, 1);
		closed(dev);
	}
	dev = opened("/dev/causeway0");
	assert_int_equal(fake.loaded, 0);
	assert_int_equal(cw_reset(dev), -EOPNOTSUPP);
	closed(dev);
	for (size_t i = 0; i < sizeof(buses) / sizeof(buses[0]); i++) {
		dev = opened(buses[i]);
		assert_int_equal(fake.loaded, 0);
		assert_int_equal(cw_reset(dev), 0);
		closed(dev);
	}
	memset(&fake, 0, sizeof(fake));
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		snprintf(text, sizeof(text), "no card is named '%s': use sim, sim:NAME, a device file such as /dev/causeway0, "
			 "or an address on the PCI bus such as 0000:03:00.0", strangers[i]);
		assert_int_equal(cw_open(strangers[i], &dev, why, sizeof(why)), -EINVAL);
		assert_string_equal(why, text);
	}
	assert_int_equal(fake.calls, 0);
}

static void a_failed_open_always_says_why(void **state)
{
	char why[CW_WHY_SIZE] = "old";
	struct cw_dev *dev = NULL;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	assert_int_equal(cw_open(NULL, &dev, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "no card name given");
	assert_int_equal(cw_open("sim", NULL, why, sizeof(why)), -EINVAL);
	fake.answer = -ENOENT;
	assert_int_equal(cw_open("sim", &dev, why, sizeof(why)), -ENOENT);
	assert_string_equal(why, "no plug-in");
	assert_int_equal(fake.calls, 0);
	fake.answer = -EBUSY;
	assert_int_equal(cw_open("sim:abc", &dev, why, sizeof(why)), -EBUSY);
	assert_string_equal(why, "sim:abc: somebody else has it");
	fake.open_text = "its own words";
	assert_int_equal(cw_open("sim:abc", &dev, why, sizeof(why)), -EBUSY);
	assert_string_equal(why, "its own words");
	assert_int_equal(cw_open("sim:abc", &dev, NULL, 0), -EBUSY); /* nobody asks why */
	assert_null(dev);
	assert_int_equal(fake.closed, 0);
}

static void an_open_that_succeeds_may_have_a_remark(void **state)
{
	char why[CW_WHY_SIZE] = "old";
	struct cw_dev *dev;

	(void)state;
	memset(&fake, 0, sizeof(fake));
	fake.open_text = "it was asleep";
	assert_int_equal(cw_open("pci", &dev, why, sizeof(why)), 0);
	assert_string_equal(why, "it was asleep");
	assert_string_equal(cw_why(dev), ""); /* nothing has failed */
	closed(dev);
}

static void close_gives_the_card_s_result_and_takes_null(void **state)
{
	struct cw_dev *dev = opened("sim");

	(void)state;
	fake.answer = -EIO;
	assert_int_equal(cw_close(dev), -EIO);
	assert_int_equal(cw_close(NULL), 0);
}

static void transfers_reach_the_card_as_asked(void **state)
{
	struct cw_dev *dev = opened("/dev/causeway0");
	char buf[8];

	(void)state;
	fake.answer = 5;
	assert_int_equal(cw_read(dev, buf, 8, 0x123456789abcull), 5);
	assert_int_equal(fake.op, CW_OP_READ);
	assert_int_equal(fake.len, 8);
	assert_true(fake.addr == 0x123456789abcull);
	assert_int_equal(cw_write(dev, buf, 7, INT64_MAX), 5);
	assert_int_equal(fake.op, CW_OP_WRITE);
	assert_int_equal(fake.len, 7);
	assert_string_equal(cw_why(dev), "");
	fake.answer = -ENOSPC;
	assert_int_equal(cw_write(dev, buf, 7, 0), -ENOSPC);
	assert_string_equal(cw_why(dev), "write: the address is beyond card memory");
	closed(dev);
}

static void a_card_address_is_a_file_position(void **state)
{
	struct cw_dev *dev = opened("sim");
	struct cw_io io = { .op = CW_OP_READ, .card_addr = 1ull << 63 };
	unsigned calls = fake.calls;
	char buf[8];

	(void)state;
	assert_int_equal(cw_read(dev, buf, 8, 1ull << 63), -EINVAL);
	assert_string_equal(cw_why(dev), "card address 0x8000000000000000 is out of range");
	assert_int_equal(cw_write(dev, buf, 8, UINT64_MAX), -EINVAL);
	assert_string_equal(cw_why(dev), "card address 0xffffffffffffffff is out of range");
	assert_int_equal(cw_submit(dev, &io), -EINVAL);
	assert_int_equal(fake.calls, calls);
	closed(dev);
}

static void submit_knows_two_operations(void **state)
{
	struct cw_dev *dev = opened("sim");
	struct cw_io io = { .op = (enum cw_op)2, .card_addr = 3 }, *out;
	unsigned calls = fake.calls;

	(void)state;
	assert_int_equal(cw_submit(dev, &io), -EINVAL);
	assert_string_equal(cw_why(dev), "submit: unknown operation 2");
	assert_int_equal(fake.calls, calls);
	io.op = CW_OP_WRITE;
	assert_int_equal(cw_submit(dev, &io), 0);
	assert_true(fake.addr == 3);
	fake.answer = -EAGAIN;
	assert_int_equal(cw_submit(dev, &io), -EAGAIN);
	assert_string_equal(cw_why(dev), "submit: too many transfers are in flight");
	fake.answer = -ETIMEDOUT;
	assert_int_equal(cw_wait(dev, &out, 17), -ETIMEDOUT);
	assert_int_equal(fake.bind, 17);
	assert_string_equal(cw_why(dev), "wait: nothing ended in time");
	closed(dev);
}

static void registers_are_aligned_and_inside_the_bar(void **state)
{
	struct cw_dev *dev = opened("sim");
	char text[128];
	uint32_t v = 0;

	(void)state;
	assert_int_equal(cw_reg_read(dev, CW_BAR0_BYTES - 4, &v), 0);
	assert_int_equal(v, 0x1234);
	assert_int_equal(fake.offset, CW_BAR0_BYTES - 4);
	assert_int_equal(cw_reg_write(dev, 8, 99), 0);
	assert_int_equal(fake.offset, 8);
	assert_int_equal(fake.value, 99);
	fake.call = NULL;
	for (uint32_t off = 1; off < 4; off++) {
		assert_int_equal(cw_reg_read(dev, off, &v), -EINVAL);
		assert_int_equal(cw_reg_write(dev, off, 0), -EINVAL);
	}
	assert_string_equal(cw_why(dev), "register offset 0x3 is not a multiple of 4");
	assert_int_equal(cw_reg_read(dev, CW_BAR0_BYTES, &v), -ERANGE);
	assert_int_equal(cw_reg_write(dev, 0xfffffffc, 0), -ERANGE);
	snprintf(text, sizeof(text), "register offset 0xfffffffc is beyond BAR0 (0x%x bytes)", CW_BAR0_BYTES);
	assert_string_equal(cw_why(dev), text);
	assert_null(fake.call);
	closed(dev);
}

static void counters_are_those_of_the_table(void **state)
{
	struct cw_dev *dev = opened("sim");
	uint64_t v = 0;
	char text[64];

	(void)state;
	assert_int_equal(cw_counter_read(dev, CW_COUNTER_N - 1, &v), 0);
	assert_int_equal(v, 7);
	fake.call = NULL;
	assert_int_equal(cw_counter_read(dev, CW_COUNTER_N, &v), -ERANGE);
	snprintf(text, sizeof(text), "counter %u: there are %u", CW_COUNTER_N, CW_COUNTER_N);
	assert_string_equal(cw_why(dev), text);
	assert_null(fake.call);
	closed(dev);
}

static void info_starts_empty_with_its_size(void **state)
{
	struct cw_dev *dev = opened("sim");
	struct cw_info info;

	(void)state;
	memset(&info, 0xff, sizeof(info));
	assert_int_equal(cw_get_info(dev, &info), 0);
	fake.answer = -ENODEV;
	assert_int_equal(cw_get_info(dev, &info), -ENODEV);
	assert_string_equal(cw_why(dev), "info: the card is gone");
	closed(dev);
}

static void a_simulation_s_calls_reach_the_simulation(void **state)
{
	struct cw_dev *dev = opened("sim");
	struct cw_sim_stats s;
	char buf[4];

	(void)state;
	assert_int_equal(cw_sim_get_stats(dev, &s), 0);
	assert_string_equal(fake.call, "stats");
	assert_int_equal(cw_sim_place(dev, 0x5000), 0);
	assert_true(fake.addr == 0x5000);
	assert_int_equal(cw_sim_peek(dev, 0x60, buf, 4), 0);
	assert_string_equal(fake.call, "peek");
	assert_int_equal(cw_sim_poke(dev, 0x61, buf, 3), 0);
	assert_string_equal(fake.call, "poke");
	assert_true(fake.addr == 0x61 && fake.len == 3);
	assert_int_equal(cw_sim_bind(dev, 1), 0);
	assert_int_equal(fake.bind, 1);
	assert_int_equal(cw_reset(dev), 0);
	assert_string_equal(fake.call, "reset");
	assert_int_equal(cw_bar(dev, 2, 0x1000, buf, 4, 1), 0);
	assert_string_equal(fake.call, "bar");
	assert_true(fake.addr == 0x1002 && fake.len == 4 && fake.bind == 1);
	fake.answer = -EBUSY;
	assert_int_equal(cw_sim_place(dev, 0x5000), -EBUSY);
	assert_string_equal(cw_why(dev), "placement: somebody else has it");
	closed(dev);
}

static void a_device_file_refuses_a_simulation_s_calls(void **state)
{
	struct cw_dev *dev = opened("/dev/causeway0");
	unsigned calls = fake.calls;
	struct cw_sim_stats s;
	char buf[4];

	(void)state;
	assert_int_equal(cw_sim_get_stats(dev, &s), -EOPNOTSUPP);
	assert_string_equal(cw_why(dev), "statistics: only a simulated card can do that");
	assert_int_equal(cw_sim_place(dev, 0), -EOPNOTSUPP);
	assert_int_equal(cw_sim_peek(dev, 0, buf, 4), -EOPNOTSUPP);
	assert_int_equal(cw_sim_poke(dev, 0, buf, 4), -EOPNOTSUPP);
	assert_int_equal(cw_sim_bind(dev, 0), -EOPNOTSUPP);
	assert_string_equal(cw_why(dev), "bind: only a simulated card can do that");
	assert_int_equal(cw_reset(dev), -EOPNOTSUPP);
	assert_string_equal(cw_why(dev), "reset: not through a driver's device file; the card's address on the PCI bus is a name, too");
	assert_int_equal(cw_bar(dev, 0, 0, buf, 4, 0), -EOPNOTSUPP);
	assert_int_equal(fake.calls, calls);
	closed(dev);
}

static void null_is_an_error_and_no_crash(void **state)
{
	struct cw_dev *dev = opened("sim");
	uint8_t b[4];
	uint32_t v;
	uint64_t c;
	struct cw_io io = { .op = CW_OP_READ }, *out;
	struct cw_info info;
	struct cw_sim_stats stats;
	unsigned calls = fake.calls;

	(void)state;
	assert_int_equal(cw_read(NULL, b, 4, 0), -EINVAL);
	assert_int_equal(cw_write(NULL, b, 4, 0), -EINVAL);
	assert_int_equal(cw_submit(NULL, &io), -EINVAL);
	assert_int_equal(cw_wait(NULL, &out, 0), -EINVAL);
	assert_int_equal(cw_get_info(NULL, &info), -EINVAL);
	assert_int_equal(cw_reg_read(NULL, 0, &v), -EINVAL);
	assert_int_equal(cw_reg_write(NULL, 0, 0), -EINVAL);
	assert_int_equal(cw_counter_read(NULL, 0, &c), -EINVAL);
	assert_int_equal(cw_sim_get_stats(NULL, &stats), -EINVAL);
	assert_int_equal(cw_sim_place(NULL, 0), -EINVAL);
	assert_int_equal(cw_sim_peek(NULL, 0, b, 4), -EINVAL);
	assert_int_equal(cw_sim_poke(NULL, 0, b, 4), -EINVAL);
	assert_int_equal(cw_sim_bind(NULL, 0), -EINVAL);
	assert_int_equal(cw_reset(NULL), -EINVAL);
	assert_int_equal(cw_bar(NULL, 0, 0, b, 4, 0), -EINVAL);
	assert_int_equal(cw_bar(dev, 0, 0, NULL, 4, 0), -EINVAL);
	assert_string_equal(cw_why(NULL), "no device");
	assert_int_equal(cw_submit(dev, NULL), -EINVAL);
	assert_int_equal(cw_wait(dev, NULL, 0), -EINVAL);
	assert_int_equal(cw_get_info(dev, NULL), -EINVAL);
	assert_int_equal(cw_reg_read(dev, 0, NULL), -EINVAL);
	assert_int_equal(cw_counter_read(dev, 0, NULL), -EINVAL);
	assert_int_equal(cw_sim_get_stats(dev, NULL), -EINVAL);
	assert_int_equal(cw_sim_peek(dev, 0, NULL, 4), -EINVAL);
	assert_int_equal(cw_sim_poke(dev, 0, NULL, 4), -EINVAL);
	assert_string_equal(cw_why(dev), "an argument is NULL");
	assert_int_equal(fake.calls, calls);
	closed(dev);
}

static void *fails_too(void *dev)
{
	cw_reg_read(dev, 2, &(uint32_t){ 0 });
	return NULL;
}

/* The text that a thread was given does not change when another thread's call fails. */
static void a_reason_stays_its_reader_s(void **state)
{
	struct cw_dev *dev = opened("sim");
	const char *mine;
	pthread_t other;

	(void)state;
	assert_int_equal(cw_reg_read(dev, 1, &(uint32_t){ 0 }), -EINVAL);
	mine = cw_why(dev);
	assert_int_equal(pthread_create(&other, NULL, fails_too, dev), 0);
	pthread_join(other, NULL);
	assert_string_equal(mine, "register offset 0x1 is not a multiple of 4");
	assert_string_equal(cw_why(dev), "register offset 0x2 is not a multiple of 4");
	closed(dev);
}

static void every_error_has_a_text(void **state)
{
	(void)state;
	assert_string_equal(cw_strerror(0), "no error");
	assert_string_equal(cw_strerror(7), "no error");
	assert_string_equal(cw_strerror(-EFAULT), "the buffer is not valid memory");
	assert_string_equal(cw_strerror(-ERANGE), "there is no such register or counter");
	assert_string_equal(cw_strerror(-EPERM), strerror(EPERM));
	for (int err = -200; err < 0; err++)
		assert_true(strlen(cw_strerror(err)) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_says_which_kind_of_card),
		cmocka_unit_test(a_failed_open_always_says_why),
		cmocka_unit_test(an_open_that_succeeds_may_have_a_remark),
		cmocka_unit_test(close_gives_the_card_s_result_and_takes_null),
		cmocka_unit_test(transfers_reach_the_card_as_asked),
		cmocka_unit_test(a_card_address_is_a_file_position),
		cmocka_unit_test(submit_knows_two_operations),
		cmocka_unit_test(registers_are_aligned_and_inside_the_bar),
		cmocka_unit_test(counters_are_those_of_the_table),
		cmocka_unit_test(info_starts_empty_with_its_size),
		cmocka_unit_test(a_simulation_s_calls_reach_the_simulation),
		cmocka_unit_test(a_device_file_refuses_a_simulation_s_calls),
		cmocka_unit_test(null_is_an_error_and_no_crash),
		cmocka_unit_test(a_reason_stays_its_reader_s),
		cmocka_unit_test(every_error_has_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
