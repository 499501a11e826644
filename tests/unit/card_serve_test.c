// SPDX-License-Identifier: BSD-2-Clause
/* A card served to other processes under a name: sessions, identical traces, signals. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "../../driver/cw_regs.h"
#include "../../sim/device/card.h"
#include "../../sim/host/host.h"

static const struct cw_link_param link_param = {
	.seed = 11, .latency_ps = 150000, .generation = 3, .lanes = 8,
};

static pid_t serve(const char *name, const char *log, unsigned sessions)
{
	struct cw_card_serve_param p = { .log = log, .sessions = sessions };
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	cw_card_param_default(&p.card);
	_exit(cw_card_serve(name, &p) ? 1 : 0);
}

static int attach(const char *name, struct cw_link **link)
{
	char why[128];
	int ret;

	for (int i = 0; i < 200; i++) {
		ret = cw_link_attach(name, &link_param, link, why, sizeof(why));
		if (ret != -ENOENT && ret != -EBUSY)
			return ret;
		usleep(20000);
	}
	return ret;
}

/* One host: enumerates, reads the ID, leaves. */
static void visit(struct cw_link *link)
{
	struct cw_host_ops ops = { 0 };
	struct cw_host_param hp;
	struct cw_host_dev dev;
	struct cw_host *h;
	uint32_t v;

	cw_host_param_default(&hp);
	assert_int_equal(cw_host_new(&h, link, &hp, &ops, NULL), 0);
	assert_int_equal(cw_host_enumerate(h, &dev), 0);
	assert_int_equal(dev.vendor, CW_PCI_VENDOR_ID);
	assert_int_equal(dev.device, CW_PCI_DEVICE_ID);
	for (int i = 0; i < 20; i++) {
		struct cw_host_req r = { .space = CW_SPACE_MEM, .addr = dev.bar[0].base + CW_ID, .len = 4 };

		assert_int_equal(cw_host_read(h, &r), 0);
		assert_int_equal(cw_host_wait(h, &r), 0);
		memcpy(&v, r.data, 4);
		assert_int_equal(v, CW_ID_MAGIC);
	}
	assert_int_equal(cw_host_free(h), 0);
}

static int exit_code(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void same_file(const char *a, const char *b)
{
	FILE *x = fopen(a, "r"), *y = fopen(b, "r");
	int c;

	assert_true(x && y);
	do {
		c = getc(x);
		assert_int_equal(c, getc(y));
	} while (c != EOF);
	assert_true(ftell(x) > 1000);
	fclose(x);
	fclose(y);
}

static void hosts_come_and_go_and_each_finds_a_fresh_card(void **state)
{
	char name[64], log[64], a[80], b[80];
	struct cw_link *link;
	pid_t pid;

	(void)state;
	snprintf(name, sizeof(name), "serve-test-%d", (int)getpid());
	snprintf(log, sizeof(log), "/tmp/cw-serve-%d", (int)getpid());
	pid = serve(name, log, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(attach(name, &link), 0);
		visit(link);
		cw_link_close(link);
	}
	assert_int_equal(exit_code(pid), 0);
	snprintf(a, sizeof(a), "%s.0", log);
	snprintf(b, sizeof(b), "%s.1", log);
	same_file(a, b);
	unlink(a);
	unlink(b);
}

static void sigterm_ends_it_cleanly(void **state)
{
	struct cw_link *link;
	char name[64];
	pid_t pid;

	(void)state;
	snprintf(name, sizeof(name), "serve-term-%d", (int)getpid());
	for (int attached = 0; attached < 2; attached++) {
		pid = serve(name, NULL, 0);
		assert_int_equal(attach(name, &link), 0);
		if (!attached)
			cw_link_close(link);
		usleep(50000);
		assert_int_equal(kill(pid, SIGTERM), 0);
		assert_int_equal(exit_code(pid), 0);
		if (attached)
			cw_link_close(link);
	}
}

static void a_name_in_use_is_refused(void **state)
{
	struct cw_card_serve_param p = { 0 };
	struct cw_link *link;
	char name[64];
	pid_t pid;

	(void)state;
	snprintf(name, sizeof(name), "serve-use-%d", (int)getpid());
	pid = serve(name, NULL, 0);
	assert_int_equal(attach(name, &link), 0);
	cw_card_param_default(&p.card);
	assert_int_equal(cw_card_serve(name, &p), -EADDRINUSE);
	cw_link_close(link);
	kill(pid, SIGTERM);
	assert_int_equal(exit_code(pid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_come_and_go_and_each_finds_a_fresh_card),
		cmocka_unit_test(sigterm_ends_it_cleanly),
		cmocka_unit_test(a_name_in_use_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
