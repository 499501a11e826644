// SPDX-License-Identifier: BSD-2-Clause
/* The kernel's small library: numbers out of text, text out of values, bits, module parameters. */
#include "kernel_rig.h"

#include <linux/bitmap.h>
#include <linux/crc32.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>

struct number {
	const char *text;
	unsigned int base;
	int ret;
	u64 value;
};

static void text_becomes_a_number_only_as_a_whole(void **state __maybe_unused)
{
	static const struct number n[] = {
		{ "0", 0, 0, 0 }, { "18446744073709551615", 0, 0, U64_MAX }, { "0x1f", 0, 0, 31 }, { "1f", 16, 0, 31 },
		{ "010", 0, 0, 8 }, { "12\n", 0, 0, 12 }, { "+5", 0, 0, 5 }, { "18446744073709551616", 0, -ERANGE, 0 },
		{ "", 0, -EINVAL, 0 }, { "\n", 0, -EINVAL, 0 }, { "-1", 0, -EINVAL, 0 }, { " 1", 0, -EINVAL, 0 },
		{ "1 ", 0, -EINVAL, 0 }, { "1\n\n", 0, -EINVAL, 0 }, { "\t1", 0, -EINVAL, 0 }, { "x", 0, -EINVAL, 0 }, { "9", 8, -EINVAL, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(n); i++) {
		u64 v = 0x5a5a;

		assert_int_equal(kstrtou64(n[i].text, n[i].base, &v), n[i].ret);
		assert_true(v == (n[i].ret ? 0x5a5a : n[i].value)); /* untouched on error */
	}
}

static void narrow_numbers_have_their_own_limits(void **state __maybe_unused)
{
	unsigned int u = 0;
	int i = 0;

	assert_int_equal(kstrtouint("4294967295", 0, &u), 0);
	assert_true(u == UINT_MAX);
	assert_int_equal(kstrtouint("4294967296", 0, &u), -ERANGE);
	assert_int_equal(kstrtoint("2147483647", 0, &i), 0);
	assert_int_equal(i, INT_MAX);
	assert_int_equal(kstrtoint("2147483648", 0, &i), -ERANGE);
	assert_int_equal(kstrtoint("-2147483647", 0, &i), 0);
	assert_int_equal(i, -INT_MAX);
	assert_int_equal(kstrtoint("--1", 0, &i), -EINVAL);
}

static void truth_has_many_spellings(void **state __maybe_unused)
{
	static const char *const yes[] = { "y", "Y", "1", "yes", "t\n" }, *const no[] = { "n", "N", "0", "no", "false" };
	bool b;

	for (size_t i = 0; i < 5; i++) {
		b = false;
		assert_int_equal(kstrtobool(yes[i], &b), 0);
		assert_true(b);
		assert_int_equal(kstrtobool(no[i], &b), 0);
		assert_false(b);
	}
	assert_int_equal(kstrtobool("maybe", &b), -EINVAL);
	assert_int_equal(kstrtobool("", &b), -EINVAL);
}

static void a_copied_string_always_ends(void **state __maybe_unused)
{
	char buf[8] = "zzzzzzz";

	assert_int_equal(strscpy(buf, "abc", sizeof(buf)), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "1234567", sizeof(buf)), 7);
	assert_int_equal(strscpy(buf, "12345678", sizeof(buf)), -E2BIG);
	assert_string_equal(buf, "1234567");
	assert_int_equal(strscpy(buf, "xy", 0), -E2BIG);
	assert_string_equal(buf, "1234567");
}

static void bits_are_found_across_words(void **state __maybe_unused)
{
	DECLARE_BITMAP(map, 200);
	unsigned long at, n = 0, sum = 0;

	bitmap_zero(map, 200);
	assert_int_equal(find_first_bit(map, 200), 200);
	bitmap_set(map, 60, 10);
	assert_int_equal(bitmap_weight(map, 200), 10);
	assert_int_equal(find_first_bit(map, 200), 60);
	assert_int_equal(find_next_zero_bit(map, 200, 60), 70);
	assert_int_equal(find_next_bit(map, 65, 70), 65);
	for_each_set_bit(at, map, 200) {
		n++;
		sum += at;
	}
	assert_int_equal(n, 10);
	assert_int_equal(sum, 645);
	bitmap_clear(map, 60, 9);
	assert_int_equal(find_first_bit(map, 200), 69);
	assert_int_equal(find_next_bit(map, 66, 64), 66); /* it lies behind the size */
	bitmap_set(map, 0, 200);
	assert_int_equal(find_first_zero_bit(map, 200), 200);
}

static void memory_is_compared_and_filled(void **state __maybe_unused)
{
	u32 w[3] = { 0 };
	u8 b[5] = { 7, 7, 7, 8, 7 };

	assert_ptr_equal(memset32(w, 0xa1b2c3d4, 2), w);
	assert_true(w[0] == 0xa1b2c3d4 && w[1] == 0xa1b2c3d4 && w[2] == 0);
	assert_null(memchr_inv(b, 7, 3));
	assert_ptr_equal(memchr_inv(b, 7, 5), &b[3]);
	/* The check value of the CRC catalogue, with the inversions it prescribes. */
	assert_int_equal(~crc32_le(~0u, (const u8 *)"123456789", 9), 0xcbf43926);
}

static void printk_knows_the_kernel_s_pointers(void **state __maybe_unused)
{
	char buf[128];
	dma_addr_t a = 0x123456789abcull;
	const char *volatile none = NULL;
	u8 bytes[4] = { 0xde, 0xad, 0xbe, 0xef };

	assert_int_equal(scnprintf(buf, sizeof(buf), "%d%% of %5u|%-4s|%08llx|%c", -3, 7u, "ab", 0xfeedull, 'x'), 28);
	assert_string_equal(buf, "-3% of     7|ab  |0000feed|x");
	scnprintf(buf, sizeof(buf), "%pe %pe", ERR_PTR(-ENOMEM), ERR_PTR(-12345));
	assert_string_equal(buf, "-ENOMEM -12345");
	scnprintf(buf, sizeof(buf), "%pad.", &a);
	assert_string_equal(buf, "0x0000123456789abc.");
	scnprintf(buf, sizeof(buf), "%4ph %*ph", bytes, 2, bytes);
	assert_string_equal(buf, "de ad be ef de ad");
	/* Addresses of this machine never get into a log that is compared. */
	scnprintf(buf, sizeof(buf), "%p %px %p", buf, buf, (void *)NULL);
	assert_string_equal(buf, "(ptrval) (ptrval) (null)");
	scnprintf(buf, sizeof(buf), "%s|%.2s|%*d|%zu", none, "abc", 4, 5, sizeof(a));
	assert_string_equal(buf, "(null)|ab|   5|8");
}

static void a_short_buffer_is_cut_and_said_so(void **state __maybe_unused)
{
	char buf[8];

	memset(buf, 'z', sizeof(buf));
	assert_int_equal(scnprintf(buf, 4, "%s-%d", "abcdef", 12), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(buf[4], 'z');
	assert_int_equal(snprintf(buf, 4, "%s-%d", "abcdef", 12), 9);
	assert_int_equal(scnprintf(buf, 0, "abc"), 0);
	assert_int_equal(buf[0], 'a');
}

static void parameters_refuse_what_does_not_fit(void **state __maybe_unused)
{
	unsigned short s = 1;
	int i = 1;
	bool b = false;
	const char *c = NULL;
	struct kernel_param ps = { .name = "s", .type = "ushort", .arg = &s, .size = 2 };
	struct kernel_param pi = { .name = "i", .type = "int", .arg = &i, .size = 4 };
	struct kernel_param pb = { .name = "b", .type = "bool", .arg = &b, .size = 1 };
	struct kernel_param pc = { .name = "c", .type = "charp", .arg = &c, .size = 8 };

	assert_int_equal(kshim_param_set("65535", &ps), 0);
	assert_int_equal(s, 65535);
	assert_int_equal(kshim_param_set("65536", &ps), -ERANGE);
	assert_int_equal(kshim_param_set("-1", &ps), -EINVAL);
	assert_int_equal(s, 65535);
	assert_int_equal(kshim_param_set("-7", &pi), 0);
	assert_int_equal(i, -7);
	assert_int_equal(kshim_param_set("7x", &pi), -EINVAL);
	assert_int_equal(i, -7);
	assert_int_equal(kshim_param_set("y", &pb), 0);
	assert_true(b);
	assert_int_equal(kshim_param_set("text", &pc), 0);
	assert_string_equal(c, "text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_becomes_a_number_only_as_a_whole),
		cmocka_unit_test(narrow_numbers_have_their_own_limits),
		cmocka_unit_test(truth_has_many_spellings),
		cmocka_unit_test(a_copied_string_always_ends),
		cmocka_unit_test(bits_are_found_across_words),
		cmocka_unit_test(memory_is_compared_and_filled),
		cmocka_unit_test(printk_knows_the_kernel_s_pointers),
		cmocka_unit_test(a_short_buffer_is_cut_and_said_so),
		cmocka_unit_test(parameters_refuse_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
