// SPDX-License-Identifier: BSD-2-Clause
/*
 * Death and rebirth: kill -9 of the card, of the host program, of both, at
 * random moments. Each time the survivor must see it within a second, nothing
 * may hang (the call that does is named) or be left behind, and a new peer must
 * attach and work. Needs TARGET=shm; SEED picks the moments; the argument is the
 * number of rounds (12; with TEST_ALL 40 a seed, so that its five seeds make 200).
 *
 * The moment is counted in what the host has sent, read out of the link's memory
 * from outside: simulated time goes too fast to aim at.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "death.h"
#include "target.h"

#define LIMIT_MS 1000  /* in which the survivor must have seen it */
#define HANG_MS 15000  /* a call that takes longer hangs */
#define ROUNDS 12
#define ROUNDS_ALL 40

enum kind { KILL_CARD, KILL_HOST, KILL_BOTH, KIND_N };
static const char *const kind_name[] = { "card", "host", "both" };
static const char *const phase_name[] = { "handshake", "enumeration", "probe", "transfer", "removal", "idle" };

struct process {
	pid_t pid;
	int log;      /* a memfd with what it said; nothing of it is in a file system */
	int fds;      /* the card's: descriptors before it met anybody */
};

struct bench {
	struct death_shared *sh;
	int sh_fd;
	char name[32], home[48], self[PATH_MAX], cwctl[PATH_MAX];
	struct process card, host;
	unsigned random;
	uint64_t enum_end, open_end; /* bytes the host has sent when these are over */
	uint64_t attach_us;          /* about how long attaching takes */
	unsigned hit[KIND_N][PH_N];
	uint64_t down_max, again_max, moved;
	char problem[600];
};

__attribute__((format(printf, 2, 3))) static int problem(struct bench *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (!b->problem[0])
		vsnprintf(b->problem, sizeof(b->problem), format, ap);
	va_end(ap);
	return -1;
}

/* ---- processes ---- */

static int count_said(const struct process *p, const char *text)
{
	char buf[8192], *at = buf;
	ssize_t n = pread(p->log, buf, sizeof(buf) - 1, 0);
	int count = 0;

	buf[n > 0 ? n : 0] = '\0';
	while ((at = strstr(at, text))) {
		count++;
		at++;
	}
	return count;
}

static void show_log(const char *who, const struct process *p)
{
	char buf[4096], *line, *save;
	ssize_t n = p->log >= 0 ? pread(p->log, buf, sizeof(buf) - 1, 0) : 0;

	buf[n > 0 ? n : 0] = '\0';
	for (line = strtok_r(buf, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		printf("# %s said: %s\n", who, line);
}

static void start(struct process *p, const struct bench *b, const char *const argv[])
{
	p->log = memfd_create("log", MFD_CLOEXEC);
	fflush(stdout);
	p->pid = fork();
	if (p->pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(p->log, STDERR_FILENO);
	if (chdir(b->home))
		_exit(126);
	execv(argv[0], (char *const *)(uintptr_t)argv);
	perror(argv[0]);
	_exit(127);
}

/* Waits for its end; the exit status, or 128 + signal. */
static int reap(struct process *p)
{
	int status = 0;

	if (p->pid <= 0)
		return -1;
	waitpid(p->pid, &status, 0);
	p->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void put_down(struct process *p)
{
	if (p->pid > 0)
		kill(p->pid, SIGKILL);
	reap(p);
	if (p->log >= 0)
		close(p->log);
	p->log = -1;
}

static int start_card(struct bench *b)
{
	unsigned r = test_random(&b->random);
	const char *argv[] = { b->cwctl, "card", b->name, r % 4 ? r % 4 == 1 ? "reorder=1" : NULL : "idle-skip=0", NULL };
	uint64_t since = death_now_ms();

	start(&b->card, b, argv);
	/* The thread that listens comes last: then it has all that it needs by itself. */
	while (!look_listens(b->name) || look_threads(b->card.pid) < 2) {
		if (death_now_ms() - since > HANG_MS)
			return problem(b, "the card does not listen");
		usleep(1000);
	}
	b->card.fds = look_fds(b->card.pid);
	return 0;
}

/* phase PH_N: only the part after the death. */
static void start_host(struct bench *b, int phase)
{
	char fd[16], ph[16], seed[16];
	const char *argv[] = { b->self, "--host", b->name, fd, ph, seed, NULL };

	memset(b->sh, 0, sizeof(*b->sh));
	b->sh->order = phase == PH_N ? OR_REOPEN : OR_RUN;
	snprintf(fd, sizeof(fd), "%d", b->sh_fd);
	snprintf(ph, sizeof(ph), "%d", phase);
	snprintf(seed, sizeof(seed), "%u", test_random(&b->random) % 100000);
	start(&b->host, b, argv);
	while (b->sh->state == ST_START && phase != PH_N && waitpid(b->host.pid, NULL, WNOHANG) == 0)
		usleep(50);
}

/* Until the host is in this state; fails with the host's reason, or with the calls that hang. */
static int wait_state(struct bench *b, int state)
{
	uint64_t since = death_now_ms();
	char who[300] = "none of its calls";
	size_t n = 0;

	while (b->sh->state < state) {
		if (death_now_ms() - since > HANG_MS)
			break;
		usleep(200);
	}
	if (b->sh->state == ST_FAILED)
		return problem(b, "%s", b->sh->error);
	if (b->sh->state >= state)
		return 0;
	for (int i = 0; i < TH_N && n < sizeof(who); i++) {
		uint64_t at = b->sh->call[i].since;

		if (at)
			n += (size_t)snprintf(who + n, sizeof(who) - n, "%s%s of thread %d for %llu ms", n ? ", " : "",
					      b->sh->call[i].what, i, (unsigned long long)(death_now_ms() - at));
	}
	return problem(b, "the host hangs in state %d; not returned: %s", b->sh->state, who);
}

/* ---- moments ---- */

/* As usleep(), but for short times to the point. */
static void pass(unsigned us)
{
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while ((now.tv_sec - start.tv_sec) * 1000000 + (now.tv_nsec - start.tv_nsec) / 1000 < (long)us);
}

/* Waits for the moment that was drawn. */
static void aim(struct bench *b, enum death_phase phase)
{
	uint64_t target = 1 + test_random(&b->random) % (b->enum_end - 1), since = death_now_ms();
	unsigned r = test_random(&b->random);

	if (phase == PH_PROBE)
		target = b->enum_end + test_random(&b->random) % (b->open_end - b->enum_end);
	switch (phase) {
	case PH_HANDSHAKE:
		/* Half of them while it connects, half before. */
		while (r % 2 && !look_socket(b->host.pid) && b->sh->state == ST_OPENING)
			;
		pass(r % 2 ? r / 2 % 60 : r / 2 % (unsigned)(b->attach_us / 2));
		break;
	case PH_ENUMERATE:
	case PH_PROBE:
		while (look_sent(b->host.pid) < target && b->sh->state == ST_OPENING && death_now_ms() - since < HANG_MS)
			;
		break;
	case PH_TRANSFER:
	case PH_REMOVE:
		wait_state(b, ST_BUSY);
		usleep(r % 40000);
		break;
	default:
		wait_state(b, ST_OPEN);
		usleep(r % 5000);
	}
}

/* What is being hit; looked at just before. */
static enum death_phase moment(struct bench *b, enum death_phase meant)
{
	uint64_t sent;

	if (b->sh->state == ST_BUSY)
		return meant;
	if (b->sh->opened)
		return PH_IDLE;
	sent = look_sent(b->host.pid);
	return !sent ? PH_HANDSHAKE : sent < b->enum_end ? PH_ENUMERATE : PH_PROBE;
}

/* ---- after it ---- */

/* The card has let go of a host that was killed: it said so, and holds no memory and no socket of it. */
static int card_lets_go(struct bench *b)
{
	uint64_t since = death_now_ms();

	while (count_said(&b->card, " left ") != count_said(&b->card, " attached") || look_segment(b->card.pid) ||
	       look_fds(b->card.pid) != b->card.fds) {
		if (death_now_ms() - since > HANG_MS)
			return problem(b, "the card does not let go of a host that was killed: %d attached, %d left, %d descriptors instead of %d",
				       count_said(&b->card, " attached"), count_said(&b->card, " left "),
				       look_fds(b->card.pid), b->card.fds);
		usleep(500);
	}
	return 0;
}

/* Nothing is left of anybody: called when both have ended. */
static int nothing_left(struct bench *b)
{
	static const char *const places[] = { "/dev/shm", "/tmp" };
	struct dirent *e;
	DIR *d;

	if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD)
		return problem(b, "a process is left");
	if (look_listens(b->name))
		return problem(b, "the socket of %s is left", b->name);
	for (d = opendir(b->home); d && (e = readdir(d));)
		if (e->d_name[0] != '.')
			problem(b, "the file %s is left", e->d_name);
	if (d)
		closedir(d);
	for (size_t i = 0; i < 2; i++) {
		d = opendir(places[i]);
		while (d && (e = readdir(d)))
			/* Others run here, too: in /tmp, only what has our name. */
			if ((i == 0 && strstr(e->d_name, "causeway")) ||
			    (strstr(e->d_name, b->name) && !strstr(b->home, e->d_name)))
				problem(b, "the file %s/%s is left", places[i], e->d_name);
		if (d)
			closedir(d);
	}
	return b->problem[0] ? -1 : 0;
}

/* The host that stands has moved checked data with the card that stands; then both end in order. */
static int works_again(struct bench *b)
{
	uint64_t since = death_now_ms();
	int code;

	if (wait_state(b, ST_DONE))
		return -1;
	if (death_now_ms() - since > b->again_max)
		b->again_max = death_now_ms() - since;
	b->moved += b->sh->moved;
	b->sh->order = OR_QUIT;
	code = reap(&b->host);
	if (code)
		return problem(b, "the host ended with %d", code);
	if (card_lets_go(b))
		return -1;
	kill(b->card.pid, SIGTERM);
	code = reap(&b->card);
	return code ? problem(b, "the card ended with %d", code) : 0;
}

static int card_dies(struct bench *b, uint64_t *down)
{
	uint64_t since = death_now_ms();

	kill(b->card.pid, SIGKILL);
	reap(&b->card);
	b->sh->order = OR_CHECK;
	if (wait_state(b, ST_DOWN))
		return -1;
	*down = death_now_ms() - since;
	if (wait_state(b, ST_CLOSED))
		return -1;
	if (look_segment(b->host.pid) || look_fds(b->host.pid) != b->sh->fds)
		return problem(b, "the host holds on to a dead card: %d descriptors instead of %d",
			       look_fds(b->host.pid), b->sh->fds);
	close(b->card.log);
	if (start_card(b))
		return -1;
	b->sh->order = OR_REOPEN;
	return works_again(b);
}

static int host_dies(struct bench *b, uint64_t *down)
{
	uint64_t since = death_now_ms();

	kill(b->host.pid, SIGKILL);
	reap(&b->host);
	if (card_lets_go(b))
		return -1;
	*down = death_now_ms() - since;
	close(b->host.log);
	start_host(b, PH_N);
	return works_again(b);
}

static int both_die(struct bench *b, uint64_t *down)
{
	struct process *first = test_random(&b->random) % 2 ? &b->card : &b->host;

	*down = 0;
	kill(first->pid, SIGKILL);
	kill(first == &b->card ? b->host.pid : b->card.pid, SIGKILL);
	reap(&b->card);
	reap(&b->host);
	if (nothing_left(b))
		return -1;
	close(b->card.log);
	close(b->host.log);
	if (start_card(b))
		return -1;
	start_host(b, PH_N);
	return works_again(b);
}

static bool one_round(struct bench *b, int n, enum kind kind, enum death_phase meant)
{
	static int (*const dies[])(struct bench *b, uint64_t *down) = { card_dies, host_dies, both_die };
	uint64_t down = 0;
	enum death_phase hit = PH_IDLE;

	b->problem[0] = '\0';
	if (!start_card(b)) {
		start_host(b, meant);
		aim(b, meant);
		hit = moment(b, meant);
		b->hit[kind][hit]++;
		if (!b->problem[0] && !dies[kind](b, &down) && !nothing_left(b) && down > LIMIT_MS)
			problem(b, "it was seen after %llu ms", (unsigned long long)down);
	}
	if (down > b->down_max)
		b->down_max = down;
	printf("%s %d - %s killed during %s: seen after %llu ms\n", b->problem[0] ? "not ok" : "ok", n,
	       kind_name[kind], phase_name[hit], (unsigned long long)down);
	if (b->problem[0]) {
		printf("# %s\n", b->problem);
		show_log("card", &b->card);
		show_log("host", &b->host);
	}
	put_down(&b->card);
	put_down(&b->host);
	fflush(stdout);
	return !b->problem[0];
}

/* One opening in peace, to know how far it is to each moment. */
static int calibrate(struct bench *b)
{
	uint64_t since;

	if (start_card(b))
		return -1;
	start_host(b, PH_IDLE);
	since = death_now_ms();
	while (!look_sent(b->host.pid) && b->sh->state == ST_OPENING)
		usleep(100);
	b->attach_us = (death_now_ms() - since + 1) * 1000;
	if (wait_state(b, ST_OPEN))
		return -1;
	b->open_end = look_sent(b->host.pid);
	b->enum_end = look_enum_end(b->host.pid, b->open_end);
	put_down(&b->host);
	put_down(&b->card);
	printf("# opening: %llu bytes of enumeration, %llu until the card is open, %llu us to attach\n",
	       (unsigned long long)b->enum_end, (unsigned long long)b->open_end, (unsigned long long)b->attach_us);
	if (b->enum_end < 100 || b->open_end <= b->enum_end)
		return problem(b, "the link's memory cannot be read from outside");
	return 0;
}

static int setup(struct bench *b, unsigned seed)
{
	ssize_t n = readlink("/proc/self/exe", b->self, sizeof(b->self) - 1);

	if (n < 0)
		return problem(b, "no /proc/self/exe");
	snprintf(b->cwctl, sizeof(b->cwctl), "%.*s", (int)n, b->self);
	for (int i = 0; i < 3; i++)
		*strrchr(b->cwctl, '/') = '\0';
	strncat(b->cwctl, "/bin/cwctl", sizeof(b->cwctl) - strlen(b->cwctl) - 1);
	snprintf(b->name, sizeof(b->name), "death-%d", (int)getpid());
	snprintf(b->home, sizeof(b->home), "/tmp/%s", b->name);
	if (mkdir(b->home, 0700))
		return problem(b, "%s: %s", b->home, strerror(errno));
	setenv("TMPDIR", b->home, 1);
	b->random = seed * 2654435761u + 99;
	b->sh_fd = memfd_create("death", 0);
	if (ftruncate(b->sh_fd, sizeof(*b->sh)))
		return problem(b, "no memory");
	b->sh = mmap(NULL, sizeof(*b->sh), PROT_READ | PROT_WRITE, MAP_SHARED, b->sh_fd, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	return b->sh == MAP_FAILED ? problem(b, "no memory") : 0;
}

static unsigned hits(const struct bench *b, int phase)
{
	return b->hit[KILL_CARD][phase] + b->hit[KILL_HOST][phase] + b->hit[KILL_BOTH][phase];
}

/* Returns the number of failed tests. */
static int run(struct bench *b, unsigned seed, int rounds)
{
	int n = 0, missed = 0, failed = 0;

	for (int i = 0; i < rounds; i++) {
		/* All 18 pairs in turn, going on from seed to seed. */
		unsigned k = seed * (unsigned)rounds + (unsigned)i;

		failed += !one_round(b, ++n, (enum kind)(k % KIND_N), (enum death_phase)((k + k / PH_N) % PH_N));
	}
	for (int p = 0; p < PH_N; p++) {
		/* On a busy machine a short phase may be missed. */
		for (int i = 0; rounds >= ROUNDS && !hits(b, p) && i < 8; i++)
			failed += !one_round(b, ++n, (enum kind)(i % KIND_N), (enum death_phase)p);
		printf("# %-11s card %u, host %u, both %u\n", phase_name[p], b->hit[0][p], b->hit[1][p], b->hit[2][p]);
		missed += !hits(b, p);
	}
	printf("# seen after at most %llu ms, works again after at most %llu ms, %llu bytes checked\n",
	       (unsigned long long)b->down_max, (unsigned long long)b->again_max, (unsigned long long)b->moved);
	missed = missed && rounds >= ROUNDS;
	printf("%s %d - every phase was hit\n1..%d\n", missed ? "not ok" : "ok", n + 1, n + 1);
	return failed + missed;
}

int main(int argc, char **argv)
{
	const char *seed_text = getenv("SEED"), *target = getenv("TARGET");
	unsigned seed = seed_text ? (unsigned)strtoul(seed_text, NULL, 0) : 1;
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : target_full() ? ROUNDS_ALL : ROUNDS;
	static struct bench b = { .card.log = -1, .host.log = -1 };
	int failed = 1;

	if (argc == 6 && !strcmp(argv[1], "--host")) {
		struct death_shared *sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE, MAP_SHARED, (int)strtol(argv[3], NULL, 10), 0);

		return sh == MAP_FAILED ? 125 : death_host(sh, argv[2], (enum death_phase)strtol(argv[4], NULL, 10),
							    (unsigned)strtol(argv[5], NULL, 10));
	}
	if (!target || strcmp(target, "shm")) {
		printf("ok 1 - death # SKIP there is nobody to kill: TARGET=shm\n1..1\n");
		return 0;
	}
	printf("# seed %u, %d rounds\n", seed, rounds);
	if (setup(&b, seed) || calibrate(&b)) {
		printf("not ok 1 - setup\n# %s\n1..1\n", b.problem);
		put_down(&b.card);
		put_down(&b.host);
	} else {
		failed = run(&b, seed, rounds);
	}
	rmdir(b.home);
	return failed != 0;
}
