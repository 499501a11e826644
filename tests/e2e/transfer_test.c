// SPDX-License-Identifier: BSD-2-Clause
/* Reading and writing: ends of card memory, bad arguments, many in flight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "driver/cw_regs.h"
#include "target.h"

static uint64_t card_bytes(struct target *t)
{
	struct cw_info info;

	assert_int_equal(cw_get_info(t->dev, &info), 0);
	return info.card_bytes;
}

static void info_describes_the_card(void **state)
{
	struct target *t = *state;
	struct cw_info info;

	assert_int_equal(cw_get_info(t->dev, &info), 0);
	assert_int_equal(info.abi, CW_ABI_VERSION);
	assert_int_equal(info.hw_version >> 16, CW_VERSION_MAJOR);
	assert_in_range(info.queues, 2, CW_QUEUE_N_MAX);
	assert_in_range(info.file_queues, 1, info.queues / 2);
	assert_true(info.card_bytes >= 65536);
}

static void bytes_come_back(void **state)
{
	struct target *t = *state;
	unsigned char out[5000], in[5000];

	test_fill(out, sizeof(out), t->seed);
	memset(in, 0, sizeof(in));
	assert_int_equal(cw_write(t->dev, out, sizeof(out), 12345), sizeof(out));
	assert_int_equal(cw_read(t->dev, in, sizeof(in), 12345), sizeof(in));
	assert_memory_equal(in, out, sizeof(out));
}

static void nothing_moves_nothing(void **state)
{
	struct target *t = *state;
	unsigned char b = 7;

	assert_int_equal(cw_write(t->dev, &b, 0, 100), 0);
	assert_int_equal(cw_read(t->dev, &b, 0, 100), 0);
	assert_int_equal(b, 7);
}

static void short_at_the_end_of_card_memory(void **state)
{
	struct target *t = *state;
	uint64_t end = card_bytes(t);
	unsigned char out[100], in[100];

	test_fill(out, sizeof(out), 3);
	assert_int_equal(cw_write(t->dev, out, sizeof(out), end - 10), 10);
	assert_int_equal(cw_read(t->dev, in, sizeof(in), end - 10), 10);
	assert_memory_equal(in, out, 10);
}

static void beyond_card_memory(void **state)
{
	struct target *t = *state;
	uint64_t end = card_bytes(t);
	unsigned char b[16] = { 0 };

	assert_int_equal(cw_read(t->dev, b, sizeof(b), end), 0);
	assert_int_equal(cw_write(t->dev, b, sizeof(b), end), -ENOSPC);
	assert_string_not_equal(cw_why(t->dev), "");
	assert_int_equal(cw_read(t->dev, b, sizeof(b), end + (1ull << 40)), 0);
	assert_int_equal(cw_write(t->dev, b, sizeof(b), end + (1ull << 40)), -ENOSPC);
	/* a position that no file can have */
	assert_int_equal(cw_read(t->dev, b, sizeof(b), 1ull << 63), -EINVAL);
	assert_int_equal(cw_write(t->dev, b, sizeof(b), UINT64_MAX), -EINVAL);
}

static void bad_buffers_are_efault(void **state)
{
	struct target *t = *state;
	unsigned char *ro = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(ro, MAP_FAILED);
	assert_int_equal(cw_write(t->dev, NULL, 64, 0), -EFAULT);
	assert_int_equal(cw_read(t->dev, NULL, 64, 0), -EFAULT);
	assert_int_equal(cw_read(t->dev, ro, 64, 0), -EFAULT);
	assert_int_equal(cw_write(t->dev, (void *)0x10, 64, 0), -EFAULT);
	assert_int_equal(cw_write(t->dev, (void *)(uintptr_t)0x7ffffffff000, 8192, 0), -EFAULT);
	munmap(ro, 4096);
	assert_int_equal(cw_write(t->dev, ro, 64, 0), -EFAULT);
	bytes_come_back(state);
}

static void many_in_flight_at_once(void **state)
{
	enum { N = 64, LEN = 8192 };
	struct target *t = *state;
	struct cw_io ios[N], *io;
	/* Where memory is not coherent, transfers into one cache line at a time would spoil each other. */
	unsigned char *buf = malloc((size_t)N * LEN), *back = aligned_alloc(4096, (size_t)N * LEN);
	uint32_t depth;
	int seen[N] = { 0 };

	test_fill(buf, (size_t)N * LEN, t->seed);
	memset(back, 0, (size_t)N * LEN);
	assert_int_equal(cw_reg_write(t->dev, CW_DEPTH, 0), 0);
	for (int way = 0; way < 2; way++) {
		for (int i = 0; i < N; i++) {
			ios[i] = (struct cw_io){ .op = way ? CW_OP_READ : CW_OP_WRITE,
						 .buf = (way ? back : buf) + i * LEN, .len = LEN,
						 .card_addr = (uint64_t)i * LEN + 3, .user = &seen[i] };
			assert_int_equal(cw_submit(t->dev, &ios[i]), 0);
		}
		for (int i = 0; i < N; i++) {
			assert_int_equal(cw_wait(t->dev, &io, -1), 0);
			assert_int_equal(io->result, LEN);
			++*(int *)io->user;
		}
		assert_int_equal(cw_wait(t->dev, &io, 0), -ENOENT);
	}
	for (int i = 0; i < N; i++)
		assert_int_equal(seen[i], 2); /* each exactly once a way */
	assert_memory_equal(buf, back, (size_t)N * LEN);
	/* the card itself says how many descriptors it had at once */
	assert_int_equal(cw_reg_read(t->dev, CW_DEPTH, &depth), 0);
	print_message("# depth: %u descriptors, %u reads\n", depth & CW_DEPTH_DESC_MASK, depth >> CW_DEPTH_READS_SHIFT);
	assert_true((depth & CW_DEPTH_DESC_MASK) >= 8);
	assert_true(depth >> CW_DEPTH_READS_SHIFT >= 8);
	free(buf);
	free(back);
}

static void too_many_in_flight_is_eagain(void **state)
{
	struct target *t = *state;
	struct cw_io *ios = calloc(CW_IO_MAX + 1, sizeof(*ios)), *io;
	unsigned char b[64] = { 0 };
	int started = 0, err = 0;

	for (int i = 0; i <= CW_IO_MAX && !err; i++) {
		ios[i] = (struct cw_io){ .op = CW_OP_WRITE, .buf = b, .len = sizeof(b), .card_addr = (uint64_t)i * 64 };
		err = cw_submit(t->dev, &ios[i]);
		started += !err;
	}
	assert_int_equal(err, -EAGAIN);
	assert_int_equal(started, CW_IO_MAX);
	while (started--)
		assert_int_equal(cw_wait(t->dev, &io, -1), 0);
	free(ios);
}

static void bad_operations_and_registers(void **state)
{
	struct target *t = *state;
	struct cw_io io = { .op = (enum cw_op)9 };
	uint32_t v;
	uint64_t c;

	assert_int_equal(cw_submit(t->dev, &io), -EINVAL);
	assert_int_equal(cw_reg_read(t->dev, 2, &v), -EINVAL);
	assert_int_equal(cw_reg_read(t->dev, CW_BAR0_BYTES, &v), -ERANGE);
	assert_int_equal(cw_counter_read(t->dev, CW_COUNTER_N, &c), -ERANGE);
	assert_int_equal(cw_reg_read(t->dev, CW_ID, &v), 0);
	assert_int_equal(v, CW_ID_MAGIC);
	assert_int_equal(cw_reg_write(t->dev, CW_SCRATCH, 0x600df00d), 0);
	assert_int_equal(cw_reg_read(t->dev, CW_SCRATCH, &v), 0);
	assert_int_equal(v, 0x600df00d);
}

static void counters_count_bytes(void **state)
{
	struct target *t = *state;
	unsigned char b[10000];
	uint64_t h0, h1, c0, c1;

	memset(b, 1, sizeof(b));
	assert_int_equal(cw_counter_read(t->dev, CW_COUNTER_H2C_BYTES, &h0), 0);
	assert_int_equal(cw_counter_read(t->dev, CW_COUNTER_C2H_BYTES, &c0), 0);
	assert_int_equal(cw_write(t->dev, b, sizeof(b), 77), sizeof(b));
	assert_int_equal(cw_read(t->dev, b, 4321, 99), 4321);
	assert_int_equal(cw_counter_read(t->dev, CW_COUNTER_H2C_BYTES, &h1), 0);
	assert_int_equal(cw_counter_read(t->dev, CW_COUNTER_C2H_BYTES, &c1), 0);
	assert_int_equal(h1 - h0, sizeof(b));
	assert_int_equal(c1 - c0, 4321);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(info_describes_the_card),
		cmocka_unit_test(bytes_come_back),
		cmocka_unit_test(nothing_moves_nothing),
		cmocka_unit_test(short_at_the_end_of_card_memory),
		cmocka_unit_test(beyond_card_memory),
		cmocka_unit_test(bad_buffers_are_efault),
		cmocka_unit_test(many_in_flight_at_once),
		cmocka_unit_test(too_many_in_flight_is_eagain),
		cmocka_unit_test(bad_operations_and_registers),
		cmocka_unit_test(counters_count_bytes),
	};

	return cmocka_run_group_tests_name("transfer", tests, target_setup, target_teardown);
}
