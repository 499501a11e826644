// SPDX-License-Identifier: BSD-2-Clause
/* Finding and judging the plug-in of simulated cards. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend.h"

static char plugin[PATH_MAX];

static int try_open(const char *name, char *why)
{
	struct cw_dev *dev = NULL;
	int err = cw_open(name, &dev, why, CW_WHY_SIZE);

	if (!err)
		assert_int_equal(cw_close(dev), 0);
	return err;
}

static void a_plugin_of_this_version_is_used(void **state)
{
	char why[CW_WHY_SIZE], version[16];

	(void)state;
	setenv("CAUSEWAY_SIM_PLUGIN", plugin, 1);
	snprintf(version, sizeof(version), "%d", CW_LIB_VERSION);
	setenv("FAKE_PLUGIN_VERSION", version, 1);
	assert_int_equal(try_open("sim:there", why), 0);
	assert_int_equal(try_open("sim:gone", why), -ENOENT);
	assert_string_equal(why, "the fake was asked for sim:gone");
}

static void a_plugin_of_another_version_is_refused(void **state)
{
	char why[CW_WHY_SIZE], want[32];

	(void)state;
	setenv("FAKE_PLUGIN_VERSION", "4711", 1);
	assert_int_equal(try_open("sim:there", why), -EPROTO);
	snprintf(want, sizeof(want), "this library of version %d", CW_LIB_VERSION);
	assert_non_null(strstr(why, "is of version 4711"));
	assert_non_null(strstr(why, want));
	unsetenv("FAKE_PLUGIN_VERSION");
	assert_int_equal(try_open("sim:there", why), -EPROTO);
	assert_non_null(strstr(why, "is of version 0"));
}

static void a_library_that_is_no_plugin_is_refused(void **state)
{
	char why[CW_WHY_SIZE];

	(void)state;
	setenv("CAUSEWAY_SIM_PLUGIN", "libz.so.1", 1);
	assert_int_equal(try_open("sim", why), -EPROTO);
	assert_non_null(strstr(why, "libz.so.1 is of version 0"));
}

static void a_missing_plugin_is_named(void **state)
{
	char why[CW_WHY_SIZE];

	(void)state;
	setenv("CAUSEWAY_SIM_PLUGIN", "/no/such/plugin.so", 1);
	assert_int_equal(try_open("sim", why), -ENOENT);
	assert_non_null(strstr(why, "simulated cards need the plug-in: "));
	assert_non_null(strstr(why, "/no/such/plugin.so"));
}

static void it_is_looked_for_beside_the_library(void **state)
{
	char why[CW_WHY_SIZE], self[PATH_MAX - 32] = "", path[PATH_MAX], version[16];

	(void)state;
	setenv("CAUSEWAY_SIM_PLUGIN", "", 1); /* as good as unset */
	snprintf(version, sizeof(version), "%d", CW_LIB_VERSION);
	setenv("FAKE_PLUGIN_VERSION", version, 1);
	/* The library is this program here; beside it there is none yet. */
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	*strrchr(self, '/') = '\0';
	snprintf(path, sizeof(path), "%s/libcauseway-sim.so", self);
	unlink(path);
	assert_int_equal(try_open("sim:there", why), -ENOENT);
	assert_int_equal(symlink("fake_plugin.so", path), 0);
	assert_int_equal(try_open("sim:there", why), 0);
	unlink(path);
}

static void serving_gives_the_plugin_s_reason_or_one_of_ours(void **state)
{
	char why[CW_WHY_SIZE], version[16];

	(void)state;
	setenv("CAUSEWAY_SIM_PLUGIN", plugin, 1);
	snprintf(version, sizeof(version), "%d", CW_LIB_VERSION);
	setenv("FAKE_PLUGIN_VERSION", version, 1);
	assert_int_equal(cw_sim_serve_card("good", "wave=x", why, sizeof(why)), 0);
	assert_string_equal(why, "served good with wave=x");
	assert_int_equal(cw_sim_serve_card("bad", "", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "served bad with ");
	assert_int_equal(cw_sim_serve_card("silent", "", why, sizeof(why)), -EBUSY);
	assert_string_equal(why, "card silent: somebody else has it");
	assert_int_equal(cw_sim_serve_card("silent", "", NULL, 0), -EBUSY);
	setenv("FAKE_PLUGIN_VERSION", "4711", 1);
	assert_int_equal(cw_sim_serve_card("good", "", why, sizeof(why)), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plugin_of_this_version_is_used),
		cmocka_unit_test(a_plugin_of_another_version_is_refused),
		cmocka_unit_test(a_library_that_is_no_plugin_is_refused),
		cmocka_unit_test(a_missing_plugin_is_named),
		cmocka_unit_test(it_is_looked_for_beside_the_library),
		cmocka_unit_test(serving_gives_the_plugin_s_reason_or_one_of_ours),
	};
	ssize_t n = readlink("/proc/self/exe", plugin, sizeof(plugin) - 32);

	if (n <= 0)
		return 1;
	plugin[n] = '\0';
	strcpy(strrchr(plugin, '/'), "/fake_plugin.so");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
