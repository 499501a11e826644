// SPDX-License-Identifier: BSD-2-Clause
/* The device file's backend against a faked kernel: what it asks for, and what it makes of the answers. */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend.h"

int __wrap_ioctl(int fd, unsigned long cmd, void *arg);
int __real_ioctl(int fd, unsigned long cmd, void *arg);
ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t pos);
ssize_t __wrap_pwrite(int fd, const void *buf, size_t len, off_t pos);
long __wrap_syscall(long nr, ...);

static struct {
	bool on;              /* off: the real ioctl */
	int fail;             /* the next call fails with this errno, once */
	int fail_setup;
	unsigned events;      /* as io_getevents finds them, oldest first */
	uint64_t data[CW_IO_MAX];
	int64_t res;
	int eintr;            /* io_getevents is interrupted so often first */
	long eintr_ms;        /* each time after so long */
	void *nested;         /* a second thread waits for this card meanwhile */
	int nested_result;
	struct iocb last;
	long submitted;       /* what io_submit says, 1 as a rule */
	struct timespec ts;
	bool endless;
	unsigned setups, destroys;
	off_t pos;
	size_t len;
	bool wrote;
	struct cw_reg reg;
} k;

static bool failing(void)
{
	if (!k.fail)
		return false;
	errno = k.fail;
	k.fail = 0;
	return true;
}

int __wrap_ioctl(int fd, unsigned long cmd, void *arg)
{
	if (!k.on)
		return __real_ioctl(fd, cmd, arg);
	if (failing())
		return -1;
	if (cmd == CW_IOC_INFO) {
		((struct cw_info *)arg)->queues = 64;
		return ((struct cw_info *)arg)->size == sizeof(struct cw_info) ? 0 : -1;
	}
	if (cmd == CW_IOC_COUNTER) {
		struct cw_counter *c = arg;

		c->value = 1000 + c->index;
		return c->size == sizeof(*c) ? 0 : -1;
	}
	memcpy(&k.reg, arg, sizeof(k.reg));
	if (cmd == CW_IOC_REG_READ)
		((struct cw_reg *)arg)->value = 0xabcd;
	else
		assert_true(cmd == CW_IOC_REG_WRITE);
	return k.reg.size == sizeof(k.reg) ? 0 : -1;
}

static ssize_t moved(size_t len, off_t pos, bool wrote)
{
	k.pos = pos;
	k.len = len;
	k.wrote = wrote;
	return failing() ? -1 : (ssize_t)len / 2;
}

ssize_t __wrap_pread(int fd, void *buf, size_t len, off_t pos)
{
	(void)fd;
	(void)buf;
	return moved(len, pos, false);
}

ssize_t __wrap_pwrite(int fd, const void *buf, size_t len, off_t pos)
{
	(void)fd;
	(void)buf;
	return moved(len, pos, true);
}

static long submit(struct iocb **list)
{
	if (failing())
		return -1;
	k.last = **list;
	if (k.submitted == 1)
		k.data[k.events++] = k.last.aio_data;
	return k.submitted;
}

static long getevents(struct io_event *ev, const struct timespec *ts)
{
	k.endless = !ts;
	if (ts)
		k.ts = *ts;
	if (k.nested) {
		void *card = k.nested;
		struct cw_io *out;

		k.nested = NULL;
		k.nested_result = cw_file_backend.wait(card, &out, -1);
	}
	if (k.eintr) {
		k.eintr--;
		usleep((useconds_t)k.eintr_ms * 1000);
		errno = EINTR;
		return -1;
	}
	if (failing())
		return -1;
	if (!k.events)
		return 0;
	*ev = (struct io_event){ .data = k.data[0], .res = k.res };
	memmove(k.data, k.data + 1, --k.events * sizeof(k.data[0]));
	return 1;
}

long __wrap_syscall(long nr, ...)
{
	unsigned long a[5];
	va_list ap;

	va_start(ap, nr);
	for (int i = 0; i < (nr == SYS_io_getevents ? 5 : nr == SYS_io_submit ? 3 : nr == SYS_io_setup ? 2 : 1); i++)
		a[i] = va_arg(ap, unsigned long);
	va_end(ap);
	switch (nr) {
	case SYS_io_setup:
		if (k.fail_setup) {
			errno = k.fail_setup;
			return -1;
		}
		assert_int_equal((unsigned)a[0], CW_IO_MAX);
		*(aio_context_t *)a[1] = 42;
		k.setups++;
		return 0;
	case SYS_io_destroy:
		assert_int_equal(a[0], 42);
		k.destroys++;
		return 0;
	case SYS_io_submit:
		return submit((struct iocb **)a[2]);
	case SYS_io_getevents:
		return getevents((struct io_event *)a[3], (struct timespec *)a[4]);
	}
	fail_msg("system call %ld", nr);
	return -1;
}

static char path[64];
static char why[CW_WHY_SIZE];

static void *opened(void)
{
	void *card = NULL;

	memset(&k, 0, sizeof(k));
	k.on = true;
	k.submitted = 1;
	assert_int_equal(cw_file_backend.open(path, &card, why, sizeof(why)), 0);
	return card;
}

static void closed(void *card)
{
	assert_int_equal(cw_file_backend.close(card), 0);
	assert_int_equal(k.setups, 1);
	assert_int_equal(k.destroys, 1);
}

static void a_file_that_is_not_there_is_named(void **state)
{
	void *card = NULL;

	(void)state;
	memset(&k, 0, sizeof(k));
	assert_int_equal(cw_file_backend.open("/no/such/causeway0", &card, why, sizeof(why)), -ENOENT);
	assert_string_equal(why, "/no/such/causeway0: No such file or directory");
	assert_null(card);
}

/* With the real ioctl: another driver's device, and a plain file. */
static void what_is_not_our_device_is_refused(void **state)
{
	char want[128];
	void *card = NULL;

	(void)state;
	memset(&k, 0, sizeof(k));
	assert_int_equal(cw_file_backend.open("/dev/null", &card, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "/dev/null is not a Causeway device: Invalid argument");
	assert_int_equal(cw_file_backend.open(path, &card, why, sizeof(why)), -EINVAL);
	snprintf(want, sizeof(want), "%s is not a Causeway device: Invalid argument", path);
	assert_string_equal(why, want);
	assert_int_equal(k.setups, 0);
}

static unsigned open_files(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void a_failed_open_leaves_no_file_open(void **state)
{
	unsigned before = open_files();
	void *card = NULL;

	(void)state;
	memset(&k, 0, sizeof(k));
	k.on = true;
	k.fail_setup = EAGAIN;
	assert_int_equal(cw_file_backend.open(path, &card, why, sizeof(why)), -EAGAIN);
	assert_non_null(strstr(why, ": io_setup: "));
	k.fail = ENODEV;
	assert_int_equal(cw_file_backend.open(path, &card, why, sizeof(why)), -ENODEV);
	assert_int_equal(open_files(), before);
	closed(opened());
	assert_int_equal(open_files(), before);
}

static void transfers_are_positioned_reads_and_writes(void **state)
{
	void *card = opened();
	char buf[100];

	(void)state;
	assert_int_equal(cw_file_backend.transfer(card, CW_OP_READ, buf, 100, 0x123456789), 50);
	assert_true(k.pos == 0x123456789 && k.len == 100 && !k.wrote);
	assert_int_equal(cw_file_backend.transfer(card, CW_OP_WRITE, buf, 60, 3), 30);
	assert_true(k.pos == 3 && k.len == 60 && k.wrote);
	k.fail = ENOSPC;
	assert_int_equal(cw_file_backend.transfer(card, CW_OP_WRITE, buf, 60, 3), -ENOSPC);
	closed(card);
}

static void submitted_transfers_come_back_with_their_result(void **state)
{
	void *card = opened();
	struct cw_io a = { .op = CW_OP_WRITE, .buf = why, .len = 77, .card_addr = 0x40 }, b = { .op = CW_OP_READ };
	struct cw_io *out = NULL;

	(void)state;
	assert_int_equal(cw_file_backend.wait(card, &out, 0), -ENOENT);
	assert_int_equal(cw_file_backend.submit(card, &a), 0);
	assert_int_equal(k.last.aio_lio_opcode, IOCB_CMD_PWRITE);
	assert_true(k.last.aio_buf == (uintptr_t)why && k.last.aio_nbytes == 77 && k.last.aio_offset == 0x40);
	assert_int_equal(cw_file_backend.submit(card, &b), 0);
	assert_int_equal(k.last.aio_lio_opcode, IOCB_CMD_PREAD);
	k.res = 77;
	k.eintr = 3; /* a signal is no end */
	assert_int_equal(cw_file_backend.wait(card, &out, -1), 0);
	assert_true(k.endless);
	assert_ptr_equal(out, &a);
	assert_int_equal(a.result, 77);
	k.res = -ETIMEDOUT;
	assert_int_equal(cw_file_backend.wait(card, &out, 2500), 0);
	assert_true(!k.endless && k.ts.tv_sec == 2 && k.ts.tv_nsec == 500000000);
	assert_ptr_equal(out, &b);
	assert_int_equal(b.result, -ETIMEDOUT);
	assert_int_equal(cw_file_backend.wait(card, &out, 0), -ENOENT);
	closed(card);
}

static void a_wait_without_an_end_keeps_the_transfer(void **state)
{
	void *card = opened();
	struct cw_io a = { .op = CW_OP_READ }, *out = NULL;

	(void)state;
	assert_int_equal(cw_file_backend.submit(card, &a), 0);
	k.events = 0; /* not ended yet */
	assert_int_equal(cw_file_backend.wait(card, &out, 10), -ETIMEDOUT);
	k.fail = EINVAL;
	assert_int_equal(cw_file_backend.wait(card, &out, 10), -EINVAL);
	k.events = 1;
	assert_int_equal(cw_file_backend.wait(card, &out, 10), 0);
	assert_ptr_equal(out, &a);
	closed(card);
}

/* One transfer cannot end two waits: the second would never end. */
static void a_second_waiter_has_nothing_to_wait_for(void **state)
{
	void *card = opened();
	struct cw_io a = { .op = CW_OP_READ }, *out = NULL;

	(void)state;
	assert_int_equal(cw_file_backend.submit(card, &a), 0);
	k.nested = card;
	assert_int_equal(cw_file_backend.wait(card, &out, -1), 0);
	assert_ptr_equal(out, &a);
	assert_int_equal(k.nested_result, -ENOENT);
	closed(card);
}

static void signals_do_not_prolong_a_wait(void **state)
{
	void *card = opened();
	struct cw_io a = { .op = CW_OP_READ }, *out = NULL;

	(void)state;
	assert_int_equal(cw_file_backend.submit(card, &a), 0);
	k.events = 0;
	k.eintr = 3;
	k.eintr_ms = 20;
	assert_int_equal(cw_file_backend.wait(card, &out, 1000), -ETIMEDOUT);
	assert_int_equal(k.ts.tv_sec, 0);
	assert_in_range(k.ts.tv_nsec, 0, 940000000);
	closed(card);
}

static void one_more_than_fits_is_refused_and_one_that_failed_does_not_count(void **state)
{
	static struct cw_io io[CW_IO_MAX + 1];
	void *card = opened();
	struct cw_io *out;

	(void)state;
	for (int i = 0; i < 3; i++) {
		k.fail = ENODEV;
		assert_int_equal(cw_file_backend.submit(card, &io[0]), -ENODEV);
		k.submitted = 0; /* taken by nobody, no error either */
		assert_int_equal(cw_file_backend.submit(card, &io[0]), -EAGAIN);
		k.submitted = 1;
	}
	for (unsigned i = 0; i < CW_IO_MAX; i++)
		assert_int_equal(cw_file_backend.submit(card, &io[i]), 0);
	assert_int_equal(cw_file_backend.submit(card, &io[CW_IO_MAX]), -EAGAIN);
	assert_int_equal(k.events, CW_IO_MAX);
	assert_int_equal(cw_file_backend.wait(card, &out, 0), 0);
	assert_int_equal(cw_file_backend.submit(card, &io[CW_IO_MAX]), 0);
	closed(card);
}

static void registers_counters_and_info_are_ioctls(void **state)
{
	void *card = opened();
	struct cw_info info = { .size = sizeof(info) };
	uint32_t v = 7;
	uint64_t c = 0;

	(void)state;
	assert_int_equal(cw_file_backend.reg_read(card, 0x10, &v), 0);
	assert_int_equal(v, 0xabcd);
	assert_int_equal(k.reg.offset, 0x10);
	assert_int_equal(k.reg.value, 0); /* what was in the caller's variable stays here */
	assert_int_equal(cw_file_backend.reg_write(card, 0x14, 99), 0);
	assert_int_equal(k.reg.offset, 0x14);
	assert_int_equal(k.reg.value, 99);
	assert_int_equal(cw_file_backend.counter(card, 5, &c), 0);
	assert_int_equal(c, 1005);
	assert_int_equal(cw_file_backend.info(card, &info), 0);
	assert_int_equal(info.queues, 64);
	k.fail = EPERM;
	assert_int_equal(cw_file_backend.reg_read(card, 0, &v), -EPERM);
	k.fail = EPERM;
	assert_int_equal(cw_file_backend.reg_write(card, 0, 1), -EPERM);
	k.fail = ERANGE;
	assert_int_equal(cw_file_backend.counter(card, 999, &c), -ERANGE);
	k.fail = ENODEV;
	assert_int_equal(cw_file_backend.info(card, &info), -ENODEV);
	closed(card);
}

static void a_device_file_is_no_simulation(void **state)
{
	(void)state;
	assert_int_equal(cw_file_backend.version, CW_LIB_VERSION);
	assert_null(cw_file_backend.stats);
	assert_null(cw_file_backend.place);
	assert_null(cw_file_backend.peek);
	assert_null(cw_file_backend.poke);
	assert_null(cw_file_backend.bind);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_is_not_there_is_named),
		cmocka_unit_test(what_is_not_our_device_is_refused),
		cmocka_unit_test(a_failed_open_leaves_no_file_open),
		cmocka_unit_test(transfers_are_positioned_reads_and_writes),
		cmocka_unit_test(submitted_transfers_come_back_with_their_result),
		cmocka_unit_test(a_wait_without_an_end_keeps_the_transfer),
		cmocka_unit_test(a_second_waiter_has_nothing_to_wait_for),
		cmocka_unit_test(signals_do_not_prolong_a_wait),
		cmocka_unit_test(one_more_than_fits_is_refused_and_one_that_failed_does_not_count),
		cmocka_unit_test(registers_counters_and_info_are_ioctls),
		cmocka_unit_test(a_device_file_is_no_simulation),
	};
	int fd, ret;

	strcpy(path, "/tmp/hostlib-file-test-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0)
		return 1;
	close(fd);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return ret;
}
