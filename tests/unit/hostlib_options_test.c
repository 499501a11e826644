// SPDX-License-Identifier: BSD-2-Clause
/* Options of a simulated card: every one, its limits, what is said about a bad one, where it may stand. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plugin.h"

static struct sim_options o;
static char why[CW_WHY_SIZE];

static int parse(const char *name)
{
	memset(&o, 0xee, sizeof(o)); /* nothing is left as it was */
	why[0] = '\0';
	return sim_options_parse(&o, name, why, sizeof(why));
}

static void good(const char *name)
{
	if (parse(name))
		fail_msg("%s: %s", name, why);
}

static void bad(const char *name, const char *text)
{
	assert_int_equal(parse(name), -EINVAL);
	assert_string_equal(why, text);
}

static void a_bare_name_has_the_defaults(void **state)
{
	(void)state;
	good("sim");
	assert_string_equal(o.name, "");
	assert_int_equal(o.link.seed, 1);
	assert_int_equal(o.shim.seed, 1);
	assert_int_equal(o.shim.host.seed, 1);
	assert_int_equal(o.link.latency_ps, 150000);
	assert_int_equal(o.link.generation, 3);
	assert_int_equal(o.link.lanes, 8);
	assert_true(o.shim.iommu);
	assert_true(o.shim.explore);
	assert_int_equal(o.shim.host.cycle_ps, o.card.period_ps);
	assert_true(o.card.period_ps > 0);
	assert_string_equal(o.module, "");
	assert_string_equal(o.tlp, "");
	assert_string_equal(o.card_tlp, "");
	assert_null(o.card.wave);
	assert_false(o.card.trace);
	assert_false(o.card.no_idle_skip);
	assert_int_equal(o.card.queues, 0);
	assert_int_equal(o.card.width, 0);
	assert_int_equal(o.card.shim, CW_SHIM_GENERIC);
	assert_false(o.card_set);
	good("sim,"); /* an empty list */
}

static void every_host_option_goes_where_it_belongs(void **state)
{
	(void)state;
	good("sim,seed=77,gen=4,lanes=16,latency=250,read-latency=600,read-jitter=70,mps=512,mrrs=4096,vectors=5,"
	     "iommu=0,tag10=1,order=1,module=a=1;b=2,tlp=/x/y");
	assert_int_equal(o.link.seed, 77);
	assert_int_equal(o.shim.seed, 77);
	assert_int_equal(o.shim.host.seed, 77);
	assert_int_equal(o.link.generation, 4);
	assert_int_equal(o.link.lanes, 16);
	assert_int_equal(o.link.latency_ps, 250000);
	assert_int_equal(o.shim.host.read_latency_ps, 600000);
	assert_int_equal(o.shim.host.read_jitter_ps, 70000);
	assert_int_equal(o.shim.host.mps, 2);
	assert_int_equal(o.shim.host.mrrs, 5);
	assert_int_equal(o.shim.msix_limit, 5);
	assert_false(o.shim.iommu);
	assert_true(o.shim.host.tag10);
	assert_true(o.shim.host.order_random);
	assert_true(o.shim.host.split_random);
	assert_string_equal(o.module, "a=1 b=2");
	assert_string_equal(o.tlp, "/x/y");
	assert_false(o.card_set);
}

static void ways_to_host_memory(void **state)
{
	(void)state;
	good("sim");
	assert_int_equal(o.shim.dma, SHIM_DMA_DIRECT);
	assert_int_equal(o.shim.mem_top, 0);
	good("sim,dma=bounce,mem-top=5");
	assert_int_equal(o.shim.dma, SHIM_DMA_BOUNCE);
	assert_int_equal(o.shim.mem_top, 5);
	assert_false(o.shim.iommu);
	good("sim,dma=force");
	assert_int_equal(o.shim.dma, SHIM_DMA_FORCE);
	assert_false(o.shim.iommu);
	good("sim,dma=shadow");
	assert_int_equal(o.shim.dma, SHIM_DMA_SHADOW);
	assert_true(o.shim.iommu);
	good("sim,iommu=0,dma=direct");
	assert_int_equal(o.shim.dma, SHIM_DMA_DIRECT);
	assert_false(o.shim.iommu);
	bad("sim,dma=", "option dma=: direct, bounce, force or shadow");
	bad("sim,dma=swiotlb", "option dma=swiotlb: direct, bounce, force or shadow");
}

static void every_card_option_goes_where_it_belongs(void **state)
{
	(void)state;
	good("sim,card-tlp=c.tlp,wave=w.fst,wave-from=10,wave-to=20,idle-skip=0,reorder=1,queues=128,width=512,shim=ptile,user=filter");
	assert_int_equal(o.card.user, CW_CARD_USER_FILTER);
	assert_int_equal(o.card.shim, CW_SHIM_PTILE);
	assert_int_equal(o.card.queues, 128);
	assert_int_equal(o.card.width, 512);
	assert_string_equal(o.card_tlp, "c.tlp");
	assert_ptr_equal(o.card.wave, o.wave);
	assert_string_equal(o.wave, "w.fst");
	assert_true(o.card.trace);
	assert_int_equal(o.card.wave_from, 10);
	assert_int_equal(o.card.wave_to, 20);
	assert_true(o.card.no_idle_skip);
	assert_true(o.card.hip.reorder_cycles > 0);
	assert_true(o.card.hip.throttle_tx > 0 && o.card.hip.throttle_rx > 0 && o.card.axi.stall > 0);
	assert_true(o.card_set);
	bad("sim,user=sieve", "option user=sieve: plain or filter");
	good("sim,idle-skip=1,reorder=0");
	assert_false(o.card.no_idle_skip);
	assert_int_equal(o.card.hip.reorder_cycles, 0);
	assert_int_equal(o.card.axi.stall, 0);
}

struct number {
	const char *key;
	unsigned long long min, max;
	bool two;
};

static const struct number numbers[] = {
	{ "gen", 1, 5, false }, { "lanes", 0, 16, true }, { "latency", 1, 100000, false },
	{ "read-latency", 0, 1000000, false }, { "read-jitter", 0, 1000000, false }, { "mps", 128, 4096, true },
	{ "mrrs", 128, 4096, true }, { "vectors", 1, 2048, false }, { "iommu", 0, 1, false },
	{ "mem-top", 2, 128, false },
	{ "tag10", 0, 1, false }, { "attributes", 0, 1, false }, { "order", 0, 1, false }, { "idle-skip", 0, 1, false }, { "reorder", 0, 1, false },
	{ "queues", 2, 2048, true }, { "width", 128, 512, true },
};

static void refused(const struct number *n, const char *value)
{
	char name[64], text[128];

	snprintf(name, sizeof(name), "sim,%s=%s", n->key, value);
	snprintf(text, sizeof(text), "option %s=%s: a number from %llu to %llu%s", n->key, value, n->min, n->max,
		 n->two && strcmp(value, "0") ? ", a power of two" : "");
	bad(name, text);
}

static void numbers_are_taken_up_to_their_limits_and_no_further(void **state)
{
	static const char *const words[] = { "", "x", "1x", "-1", " 1", " -1", "+1", "99999999999999999999" };
	char name[64], value[32];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		const struct number *n = &numbers[i];

		snprintf(name, sizeof(name), "sim,%s=%llu", n->key, n->min);
		good(name);
		snprintf(name, sizeof(name), "sim,%s=0x%llx", n->key, n->max);
		good(name);
		snprintf(value, sizeof(value), "%llu", n->max + 1);
		refused(n, value);
		if (n->min) {
			snprintf(value, sizeof(value), "%llu", n->min - 1);
			refused(n, value);
		}
		for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
			refused(n, words[k]);
	}
	good("sim,seed=18446744073709551615");
	assert_true(o.link.seed == UINT64_MAX);
	bad("sim,seed=18446744073709551616", "option seed=18446744073709551616: a number from 0 to 18446744073709551615");
	bad("sim,seed= -5", "option seed= -5: a number from 0 to 18446744073709551615");
	bad("sim,wave-to=", "option wave-to=: a number from 0 to 18446744073709551615");
}

static void powers_of_two_only_where_the_field_holds_no_other(void **state)
{
	(void)state;
	bad("sim,mps=384", "option mps=384: a number from 128 to 4096, a power of two");
	bad("sim,mrrs=4095", "option mrrs=4095: a number from 128 to 4096, a power of two");
	bad("sim,lanes=3", "option lanes=3: a number from 0 to 16, a power of two");
	for (unsigned code = 0; code <= 5; code++) {
		char name[48];

		snprintf(name, sizeof(name), "sim,mps=%u,mrrs=%u", 128u << code, 128u << code);
		good(name);
		assert_int_equal(o.shim.host.mps, code);
		assert_int_equal(o.shim.host.mrrs, code);
	}
	good("sim,vectors=3");
}

static void kinds_of_interrupt_are_those_there_are(void **state)
{
	(void)state;
	good("sim");
	assert_false(o.shim.no_msix || o.shim.no_msi);
	good("sim,irq=msi,vectors=2");
	assert_true(o.shim.no_msix && !o.shim.no_msi);
	assert_int_equal(o.shim.msix_limit, 2);
	good("sim,irq=intx");
	assert_true(o.shim.no_msix && o.shim.no_msi);
	good("sim,irq=intx,irq=msix"); /* the last one counts */
	assert_false(o.shim.no_msix || o.shim.no_msi);
	bad("sim,irq=", "option irq=: msix, msi or intx");
	bad("sim,irq=MSI", "option irq=MSI: msix, msi or intx");
	bad("sim,irq=msixx", "option irq=msixx: msix, msi or intx");
	bad("sim,irq=1", "option irq=1: msix, msi or intx");
	bad("sim,irq", "option irq needs a value");
}

static void shims_are_those_there_are(void **state)
{
	(void)state;
	good("sim,shim=usplus");
	assert_int_equal(o.card.shim, CW_SHIM_USPLUS);
	good("sim,shim=7series");
	assert_int_equal(o.card.shim, CW_SHIM_7SERIES);
	good("sim,shim=usplus,shim=generic"); /* the last one counts */
	assert_int_equal(o.card.shim, CW_SHIM_GENERIC);
	bad("sim,shim=", "option shim=: generic, usplus, 7series or ptile");
	bad("sim,shim=usplusx", "option shim=usplusx: generic, usplus, 7series or ptile");
	bad("sim,shim", "option shim needs a value");
}

static void texts_are_neither_empty_nor_too_long(void **state)
{
	static char name[PATH_MAX + 64], text[PATH_MAX + 64];
	static const char *const keys[] = { "module", "tlp", "card-tlp", "wave" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t room = i ? PATH_MAX : sizeof(o.module);
		int at = snprintf(name, sizeof(name), "sim,%s=", keys[i]);

		snprintf(text, sizeof(text), "option %s=: empty", keys[i]);
		bad(name, text);
		memset(name + at, 'p', room - 1);
		name[at + (int)room - 1] = '\0';
		good(name);
		name[at + (int)room - 1] = 'p';
		name[at + (int)room] = '\0';
		snprintf(text, sizeof(text), "option %s=%.40s: too long", keys[i], name + at);
		bad(name, text);
	}
}

static void a_word_that_is_no_option_is_named(void **state)
{
	(void)state;
	bad("sim,sede=7", "there is no option 'sede=7'");
	bad("sim,seed=1,nonsense", "there is no option 'nonsense'");
	bad("sim,seed=1,,gen=3", "there is no option ''");
	bad("sim,seed", "option seed needs a value");
	bad("sim,seed=1,wave,gen=3", "option wave needs a value");
	/* The first bad one is named, and what came after it changed nothing. */
	bad("sim,gen=9,lanes=3", "option gen=9: a number from 1 to 5");
}

static void a_later_option_wins(void **state)
{
	(void)state;
	good("sim,seed=3,seed=4");
	assert_int_equal(o.link.seed, 4);
}

static void a_card_in_another_process_has_a_name(void **state)
{
	char name[128] = "sim:", want[64];

	(void)state;
	good("sim:abc,seed=9");
	assert_string_equal(o.name, "abc");
	assert_int_equal(o.link.seed, 9);
	bad("sim:", "sim:NAME: a name of 1 to 63 characters");
	bad("sim:,seed=1", "sim:NAME: a name of 1 to 63 characters");
	memset(want, 'n', 63);
	want[63] = '\0';
	strcat(name, want);
	good(name);
	assert_string_equal(o.name, want);
	strcat(name, "n");
	bad(name, "sim:NAME: a name of 1 to 63 characters");
}

static void options_of_the_far_end_are_refused_here(void **state)
{
	(void)state;
	bad("sim:abc,wave=x", "sim:abc,wave=x: options of the card's end belong to its `cwctl card'");
	bad("sim:abc,queues=64", "sim:abc,queues=64: options of the card's end belong to its `cwctl card'");
	bad("sim:abc,reorder=1", "sim:abc,reorder=1: options of the card's end belong to its `cwctl card'");
	bad("sim:abc,shim=usplus", "sim:abc,shim=usplus: options of the card's end belong to its `cwctl card'");
	good("sim:abc,tlp=x");
}

static void the_environment_comes_first_and_the_name_wins(void **state)
{
	(void)state;
	setenv("CAUSEWAY_SIM", "seed=5,gen=5,idle-skip=0", 1);
	good("sim,seed=6");
	assert_int_equal(o.link.seed, 6);
	assert_int_equal(o.link.generation, 5);
	assert_true(o.card.no_idle_skip);
	good("sim:abc"); /* serves both kinds of card */
	assert_int_equal(o.link.seed, 5);
	setenv("CAUSEWAY_SIM", "sede=5", 1);
	bad("sim,seed=6", "there is no option 'sede=5'");
	setenv("CAUSEWAY_SIM", "", 1);
	good("sim");
	unsetenv("CAUSEWAY_SIM");
}

static void a_served_card_takes_the_options_of_its_end_only(void **state)
{
	(void)state;
	why[0] = '\0';
	assert_int_equal(sim_options_parse_card(&o, "", why, sizeof(why)), 0);
	assert_int_equal(sim_options_parse_card(&o, "wave=w,idle-skip=0,card-tlp=t", why, sizeof(why)), 0);
	assert_string_equal(o.card.wave, "w");
	assert_string_equal(o.card_tlp, "t");
	for (size_t i = 0; i + 3 < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char list[32], text[64];

		snprintf(list, sizeof(list), "%s=%llu", numbers[i].key, numbers[i].min);
		snprintf(text, sizeof(text), "option %s is the host's, not the card's", numbers[i].key);
		if (!strncmp(list, "idle-skip", 9) || !strncmp(list, "reorder", 7))
			continue;
		assert_int_equal(sim_options_parse_card(&o, list, why, sizeof(why)), -EINVAL);
		assert_string_equal(why, text);
	}
	assert_int_equal(sim_options_parse_card(&o, "idle-skip=2", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "option idle-skip=2: a number from 0 to 1");
}

static void a_short_buffer_for_the_reason_is_not_overrun(void **state)
{
	char tiny[8] = "xxxxxxx";

	(void)state;
	assert_int_equal(sim_options_parse(&o, "sim,nonsense=1", tiny, 4), -EINVAL);
	assert_string_equal(tiny, "the");
	assert_int_equal(tiny[4], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bare_name_has_the_defaults),
		cmocka_unit_test(every_host_option_goes_where_it_belongs),
		cmocka_unit_test(ways_to_host_memory),
		cmocka_unit_test(every_card_option_goes_where_it_belongs),
		cmocka_unit_test(numbers_are_taken_up_to_their_limits_and_no_further),
		cmocka_unit_test(powers_of_two_only_where_the_field_holds_no_other),
		cmocka_unit_test(kinds_of_interrupt_are_those_there_are),
		cmocka_unit_test(shims_are_those_there_are),
		cmocka_unit_test(texts_are_neither_empty_nor_too_long),
		cmocka_unit_test(a_word_that_is_no_option_is_named),
		cmocka_unit_test(a_later_option_wins),
		cmocka_unit_test(a_card_in_another_process_has_a_name),
		cmocka_unit_test(options_of_the_far_end_are_refused_here),
		cmocka_unit_test(the_environment_comes_first_and_the_name_wins),
		cmocka_unit_test(a_served_card_takes_the_options_of_its_end_only),
		cmocka_unit_test(a_short_buffer_for_the_reason_is_not_overrun),
	};

	unsetenv("CAUSEWAY_SIM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
