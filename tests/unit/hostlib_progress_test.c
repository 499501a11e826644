// SPDX-License-Identifier: BSD-2-Clause
/* The progress bar on a terminal, and its silence everywhere else. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "progress.h"

/* Standard error goes to `to` while this is on. */
static int redirect(int to)
{
	int saved = dup(STDERR_FILENO);

	fflush(stderr);
	assert_true(dup2(to, STDERR_FILENO) == STDERR_FILENO);
	return saved;
}

static void restore(int saved)
{
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
}

/* A terminal's two ends, output as it was written. */
static void terminal(int *master, int *slave)
{
	struct termios t;

	*master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
	assert_true(*master >= 0);
	assert_int_equal(grantpt(*master), 0);
	assert_int_equal(unlockpt(*master), 0);
	*slave = open(ptsname(*master), O_RDWR | O_NOCTTY);
	assert_true(*slave >= 0);
	assert_int_equal(tcgetattr(*slave, &t), 0);
	cfmakeraw(&t);
	assert_int_equal(tcsetattr(*slave, TCSANOW, &t), 0);
}

static const char *said(int fd)
{
	static char text[4096];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

#define FULL "########################################"
#define NONE "........................................"

static void a_terminal_sees_the_bar_grow(void **state)
{
	int master, slave, saved;
	struct cw_progress p;
	const char *text;

	(void)state;
	terminal(&master, &slave);
	saved = redirect(slave);
	cw_progress_start(&p, "writing", 8000, false);
	text = strdup(said(master));
	cw_progress_at(&p, 4000);
	restore(saved);
	assert_string_equal(text, "\rwriting        [" NONE "]   0.0 %");
	free((char *)text);
	assert_string_equal(said(master), "\rwriting        [####################....................]  50.0 %");
	saved = redirect(slave);
	cw_progress_at(&p, 8000);
	restore(saved);
	assert_string_equal(said(master), "\rwriting        [" FULL "] 100.0 %");
	saved = redirect(slave);
	cw_progress_end(&p);
	restore(saved);
	assert_string_equal(said(master), "\r\033[K");
	close(slave);
	close(master);
}

static void the_same_per_mille_is_not_drawn_twice(void **state)
{
	int master, slave, saved;
	struct cw_progress p;

	(void)state;
	terminal(&master, &slave);
	saved = redirect(slave);
	cw_progress_start(&p, "x", 100000, false);
	restore(saved);
	said(master);
	saved = redirect(slave);
	for (unsigned i = 0; i < 100; i++)
		cw_progress_at(&p, i);
	restore(saved);
	assert_string_equal(said(master), "");
	saved = redirect(slave);
	cw_progress_at(&p, 100);
	restore(saved);
	assert_non_null(strstr(said(master), "  0.1 %"));
	close(slave);
	close(master);
}

static void nothing_to_move_is_no_division_by_zero(void **state)
{
	int master, slave, saved;
	struct cw_progress p;

	(void)state;
	terminal(&master, &slave);
	saved = redirect(slave);
	cw_progress_start(&p, "x", 0, false);
	restore(saved);
	assert_non_null(strstr(said(master), "  0.0 %"));
	close(slave);
	close(master);
}

static void a_quiet_program_says_nothing_to_a_terminal(void **state)
{
	int master, slave, saved;
	struct cw_progress p;

	(void)state;
	terminal(&master, &slave);
	saved = redirect(slave);
	cw_progress_start(&p, "x", 10, true);
	cw_progress_at(&p, 5);
	cw_progress_end(&p);
	restore(saved);
	assert_string_equal(said(master), "");
	close(slave);
	close(master);
}

static void a_file_or_a_pipe_gets_nothing(void **state)
{
	struct cw_progress p;
	int fd[2], saved;

	(void)state;
	assert_int_equal(pipe2(fd, O_NONBLOCK), 0);
	saved = redirect(fd[1]);
	cw_progress_start(&p, "x", 10, false);
	cw_progress_at(&p, 5);
	cw_progress_end(&p);
	restore(saved);
	assert_string_equal(said(fd[0]), "");
	assert_false(p.shown);
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal_sees_the_bar_grow),
		cmocka_unit_test(the_same_per_mille_is_not_drawn_twice),
		cmocka_unit_test(nothing_to_move_is_no_division_by_zero),
		cmocka_unit_test(a_quiet_program_says_nothing_to_a_terminal),
		cmocka_unit_test(a_file_or_a_pipe_gets_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
