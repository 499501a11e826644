// SPDX-License-Identifier: BSD-2-Clause
/* Three sources of dones become one stream: nothing lost, mixed or starved. */
#include "dut.h"
#include "stream.h"

static const char *const fields[3][4] = {
	{ "issue_done_op", "issue_done_status", "issue_done_kind", NULL },
	{ "h2c_done_op", "h2c_done_status", "h2c_done_bytes", NULL },
	{ "c2h_done_op", "c2h_done_status", "c2h_done_bytes", NULL },
};
static const char *const names[3] = { "issue_done", "h2c_done", "c2h_done" };
static const char *const out_fields[] = { "done_op", "done_status", "done_bytes", "done_kind", NULL };

static void all_come_in_turn(void **state)
{
	(void)state;
	for (unsigned stall = 0; stall < 80; stall += 20) {
		struct dut *d = dut_new(dut_seed() + stall);
		struct stream *in[3], *out = stream_sink(d, "done", out_fields);
		unsigned next[3] = { 0 }, n = 300, last = 3, repeats = 0;
		struct stream_beat s;

		for (unsigned i = 0; i < 3; i++)
			in[i] = stream_source(d, names[i], fields[i]);
		dut_reset(d, 4);
		stream_stall(out, stall);
		for (unsigned i = 0; i < 3; i++)
			stream_stall(in[i], stall * (i + 1) / 3);
		for (unsigned k = 0; k < n; k++)
			for (unsigned i = 0; i < 3; i++) {
				s = (struct stream_beat){ 0 };
				stream_put_u64(in[i], &s, 0, k % 256);
				stream_put_u64(in[i], &s, 1, i);
				stream_put_u64(in[i], &s, 2, i ? 1000 * i + k : k % 4);
				stream_push(in[i], &s);
			}
		for (unsigned c = 0; c < 30 * n && stream_depth(out) < 3 * n; c++)
			dut_cycle(d);
		assert_int_equal(stream_depth(out), 3 * n);
		while (stream_pop(out, &s)) {
			unsigned i = (unsigned)stream_take_u64(out, &s, 1), k = next[i]++;

			assert_int_equal(stream_take_u64(out, &s, 0), k % 256);
			assert_int_equal(stream_take_u64(out, &s, 2), i ? 1000 * i + k : 0);
			assert_int_equal(stream_take_u64(out, &s, 3), i ? 0 : k % 4);
			repeats += i == last;
			last = i;
		}
		if (!stall) /* all three had work to the end */
			assert_int_equal(repeats, 0);
		for (unsigned i = 0; i < 3; i++)
			stream_free(in[i]);
		stream_free(out);
		dut_free(d);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_come_in_turn) };

	return dut_main(argc, argv, tests, sizeof(tests) / sizeof(tests[0]));
}
