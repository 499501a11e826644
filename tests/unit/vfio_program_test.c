// SPDX-License-Identifier: BSD-2-Clause
/* cwvfio as a program: what it says and how it ends. Built with the tests' sanitizers, beside them. */
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "tests/unit/vfio_rig.h"

static char program[512];

struct bench {
	struct rig r;     /* its client's half and its card; the server is not in it */
	pid_t pid;
	int out;          /* what it printed, both ways */
	char dir[64], path[96];
};

static int setup(void **state)
{
	struct cw_model_param mp;
	struct bench *b = test_calloc(1, sizeof(*b));

	cw_model_param_default(&mp);
	mp.vectors = VECTORS;
	signal(SIGPIPE, SIG_IGN);
	alarm(120);
	rig_start_card(&b->r, &mp);
	strcpy(b->dir, "/tmp/cwvfio.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->path, sizeof(b->path), "%s/socket", b->dir);
	b->r.mem_fd = memfd_create("guest", MFD_CLOEXEC);
	assert_int_equal(ftruncate(b->r.mem_fd, MEM_BYTES), 0);
	b->r.mem = mmap(NULL, MEM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, b->r.mem_fd, 0);
	for (unsigned i = 0; i < VECTORS; i++)
		b->r.event[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	b->r.sock = -1;
	b->out = memfd_create("printed", 0);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	if (b->pid > 0) {
		kill(b->pid, SIGKILL);
		waitpid(b->pid, NULL, 0);
	}
	rig_leave(&b->r);
	rig_kill_card(&b->r);
	for (unsigned i = 0; i < VECTORS; i++)
		close(b->r.event[i]);
	munmap(b->r.mem, MEM_BYTES);
	close(b->r.mem_fd);
	close(b->out);
	unlink(b->path);
	rmdir(b->dir);
	alarm(0);
	test_free(b);
	return 0;
}

static void start(struct bench *b, const char *const *args)
{
	char *argv[16] = { program };

	for (unsigned i = 0; args[i]; i++)
		argv[i + 1] = (char *)(uintptr_t)args[i];
	fflush(NULL);
	b->pid = fork();
	if (!b->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(b->out, 1);
		dup2(b->out, 2);
		execv(program, argv);
		_exit(126);
	}
}

static const char *printed(struct bench *b)
{
	static char text[16384];
	ssize_t n = pread(b->out, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void wait_for_text(struct bench *b, const char *text)
{
	for (unsigned i = 0; i < 6000; i++) {
		if (strstr(printed(b), text))
			return;
		usleep(5000);
	}
	fail_msg("not printed: '%s', but: %s", text, printed(b));
}

static int exit_status(struct bench *b)
{
	int status;

	assert_int_equal(waitpid(b->pid, &status, 0), b->pid);
	b->pid = 0;
	if (!WIFEXITED(status))
		fail_msg("signal %d: %s", WTERMSIG(status), printed(b));
	return WEXITSTATUS(status);
}

/* With the card, at the socket. */
static void serve(struct bench *b, const char *more)
{
	const char *args[] = { "-c", b->r.name, "-s", b->path, more, NULL };

	start(b, args);
	wait_for_text(b, "is at");
}

static int connect_to(struct bench *b)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path, b->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void client(struct bench *b)
{
	rig_leave(&b->r);
	b->r.sock = connect_to(b);
	b->r.in_n = 0;
	b->r.status = 0;
	rig_up(&b->r, true);
}

static void a_second_client_is_refused_while_one_is_served(void **state)
{
	struct bench *b = *state;
	char c;
	int fd;

	serve(b, NULL);
	client(b);
	fd = connect_to(b);
	assert_int_equal(read(fd, &c, 1), 0);
	close(fd);
	wait_for_text(b, "a second client was refused");
	assert_int_equal(rig_rd(&b->r, 0, CW_ID, 4), CW_ID_MAGIC);
	/* and the next one after it is served */
	client(b);
	assert_int_equal(rig_rd(&b->r, 0, CW_ID, 4), CW_ID_MAGIC);
	kill(b->pid, SIGTERM);
	assert_int_equal(exit_status(b), 0);
	assert_int_equal(access(b->path, F_OK), -1);
}

static void it_ends_with_its_one_client(void **state)
{
	struct bench *b = *state;
	struct stat st;

	serve(b, "--once");
	assert_int_equal(stat(b->path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0); /* nobody else's */
	client(b);
	rig_leave(&b->r);
	assert_int_equal(exit_status(b), 0);
	assert_non_null(strstr(printed(b), "0 IOMMU faults"));
}

static void an_iommu_fault_is_said_and_is_the_exit_status(void **state)
{
	struct bench *b = *state;
	uint32_t status, bytes;

	serve(b, "-1");
	client(b);
	rig_queue(&b->r, 0, false);
	rig_start(&b->r, 0, 0x5000, 64, 0);
	assert_true(rig_record(&b->r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_UR);
	rig_leave(&b->r);
	assert_int_equal(exit_status(b), 1);
	assert_non_null(strstr(printed(b), "checker: dma-unmapped"));
	assert_non_null(strstr(printed(b), "the guest has no DMA mapping there: MRd"));
	assert_non_null(strstr(printed(b), "1 IOMMU faults"));
}

static void a_client_that_is_thrown_out_is_named(void **state)
{
	struct bench *b = *state;

	serve(b, NULL);
	b->r.sock = connect_to(b);
	rig_send(&b->r, VU_GET_INFO, NULL, 0, NULL, 0);
	wait_for_text(b, "the connection was ended: command 4 before VERSION");
	client(b);
	assert_int_equal(rig_rd(&b->r, 0, CW_ID, 4), CW_ID_MAGIC);
	kill(b->pid, SIGINT);
	assert_int_equal(exit_status(b), 3);
}

static void it_ends_with_the_card(void **state)
{
	struct bench *b = *state;

	serve(b, NULL);
	client(b);
	rig_kill_card(&b->r);
	assert_int_equal(exit_status(b), 3);
	assert_non_null(strstr(printed(b), "the connection was ended: the card is gone"));
	assert_int_equal(access(b->path, F_OK), -1);
}

static void it_is_stopped_in_mid_transfer(void **state)
{
	struct bench *b = *state;

	serve(b, NULL);
	client(b);
	rig_queue(&b->r, 0, true);
	rig_start(&b->r, 0, IOVA + BUF, 0x80000, 0);
	kill(b->pid, SIGTERM);
	assert_int_equal(exit_status(b), 0);
}

static void wrong_use_is_said(void **state)
{
	static const struct { const char *args[6]; const char *text; } bad[] = {
		{ { "-c", "x", NULL }, "--socket is missing" },
		{ { "-s", "x", "-g", "6", NULL }, "'6' is not a number up to 5" },
		{ { "-s", "x", "-g", "0", NULL }, "generations begin with 1" },
		{ { "-s", "x", "-l", "3", NULL }, "a link has 1, 2, 4, 8 or 16 lanes" },
		{ { "-s", "x", "-S", "-1", NULL }, "is not a number" },
		{ { "--nonsense", NULL }, "unrecognized option" },
	};
	struct bench *b = *state;
	char path[160];
	const char *args[] = { "-c", b->r.name, "-s", path, NULL };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		start(b, bad[i].args);
		assert_int_equal(exit_status(b), 2);
		if (!strstr(printed(b), bad[i].text))
			fail_msg("'%s' is not in %s", bad[i].text, printed(b));
		assert_int_equal(ftruncate(b->out, 0), 0);
		lseek(b->out, 0, SEEK_SET);
	}
	snprintf(path, sizeof(path), "%s", b->dir); /* something is there */
	start(b, args);
	assert_int_equal(exit_status(b), 2);
	assert_non_null(strstr(printed(b), "Address already in use"));
	memset(path, 'p', 150);
	path[150] = '\0';
	start(b, args);
	assert_int_equal(exit_status(b), 2);
	assert_non_null(strstr(printed(b), "at most 107 characters"));
	args[1] = "no-such-card-anywhere";
	start(b, args);
	assert_int_equal(exit_status(b), 3);
	assert_non_null(strstr(printed(b), "no-such-card-anywhere"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(a_second_client_is_refused_while_one_is_served), T(it_ends_with_its_one_client),
		T(an_iommu_fault_is_said_and_is_the_exit_status), T(a_client_that_is_thrown_out_is_named),
		T(it_ends_with_the_card), T(it_is_stopped_in_mid_transfer), T(wrong_use_is_said),
	};
	char *slash;

	(void)argc;
	snprintf(program, sizeof(program), "%s", argv[0]);
	slash = strrchr(program, '/');
	strcpy(slash ? slash + 1 : program, "../cwvfio");
	return cmocka_run_group_tests_name("vfio_program", tests, NULL, NULL);
}
