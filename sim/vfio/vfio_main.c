// SPDX-License-Identifier: BSD-2-Clause
/* cwvfio: a simulated card for QEMU's device vfio-user-pci. */
#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "../link/log.h"
#include "vfio.h"

#define IDLE_MS 100

struct options {
	const char *card, *socket, *tlp;
	uint64_t seed;
	unsigned generation, lanes;
	bool once, quiet;
};

static const struct argp_option options[] = {
	{ "card", 'c', "NAME", 0, "the card, started by `cwctl card NAME' (default: causeway)", 0 },
	{ "socket", 's', "PATH", 0, "where QEMU connects; must not exist", 0 },
	{ "tlp", 't', "FILE", 0, "TLP log of this end; see cwtrace", 0 },
	{ "seed", 'S', "N", 0, "the run's random choices (default 1)", 0 },
	{ "gen", 'g', "1..5", 0, "generation of the link (default 3)", 0 },
	{ "lanes", 'l', "N", 0, "lanes of the link (default 8; 0: no bandwidth limit)", 0 },
	{ "once", '1', NULL, 0, "end when the first client has left", 0 },
	{ "quiet", 'q', NULL, 0, "only errors and broken rules", 0 },
	{ 0 },
};

static const char doc[] =
	"Puts a simulated card behind QEMU: -device '{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\","
	"\"path\":\"PATH\"}}'. QEMU's memory must be shared (memory-backend-memfd,share=on), or DMA goes by "
	"messages.\vExit status: 0; 1 when a rule of PCIe was broken or memory was used that no "
	"mapping covers; 2 for wrong use; 3 when the card or a client failed.";

static uint64_t number(struct argp_state *state, const char *text, uint64_t max)
{
	char *end;
	uint64_t n;

	errno = 0;
	n = strtoull(text, &end, 0);
	if (errno || end == text || *end || strchr(text, '-') || n > max)
		argp_error(state, "'%s' is not a number up to %" PRIu64, text, max);
	return n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'c':
		o->card = arg;
		return 0;
	case 's':
		o->socket = arg;
		return 0;
	case 't':
		o->tlp = arg;
		return 0;
	case 'S':
		o->seed = number(state, arg, UINT64_MAX);
		return 0;
	case 'g':
		o->generation = (unsigned)number(state, arg, 5);
		if (!o->generation)
			argp_error(state, "generations begin with 1");
		return 0;
	case 'l':
		o->lanes = (unsigned)number(state, arg, 16);
		if (o->lanes & (o->lanes - 1))
			argp_error(state, "a link has 1, 2, 4, 8 or 16 lanes");
		return 0;
	case '1':
		o->once = true;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case ARGP_KEY_END:
		if (!o->socket)
			argp_error(state, "--socket is missing");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static volatile sig_atomic_t stop;

static void on_signal(int sig)
{
	(void)sig;
	stop = 1;
}

static int listen_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(a.sun_path)) {
		fprintf(stderr, "cwvfio: %s: a socket's path has at most %zu characters\n", path, sizeof(a.sun_path) - 1);
		return -1;
	}
	strcpy(a.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	umask(077);
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 4)) {
		fprintf(stderr, "cwvfio: %s: %s\n", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

/* One client at a time: others are told so by a closed socket. Whoever comes after the one that is served has hung up
 * waits. */
static void refuse_others(int listener, int sock)
{
	struct pollfd p = { .fd = sock, .events = POLLRDHUP };
	int fd;

	if (poll(&p, 1, 0))
		return;
	fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return;
	fprintf(stderr, "cwvfio: a second client was refused: the card serves one\n");
	close(fd);
}

static void summary(const struct cw_vfio *v)
{
	struct cw_vfio_stats s;

	cw_vfio_get_stats(v, &s);
	printf("cwvfio: %" PRIu64 " reads, %" PRIu64 " writes and %" PRIu64 " configuration accesses of the guest; %" PRIu64
	       " interrupts; %" PRIu64 " mappings made, %" PRIu64 " ended; %" PRIu64 " reads and %" PRIu64
	       " writes of memory by message; %" PRIu64 " IOMMU faults\n",
	       s.reads, s.writes, s.config, s.interrupts, s.maps, s.unmaps, s.dma_reads, s.dma_writes, s.faults);
	fflush(stdout);
}

/* 0: go on; -ENODEV: the card is gone. */
static int serve(struct cw_vfio *v, int sock, int listener, const struct options *o)
{
	int ret = cw_vfio_attach(v, sock);

	if (ret) {
		close(sock);
		fprintf(stderr, "cwvfio: %s\n", cw_vfio_why(v));
		return ret;
	}
	if (!o->quiet) {
		printf("cwvfio: a client attached\n");
		fflush(stdout);
	}
	while (!ret && !stop) {
		ret = cw_vfio_step(v, IDLE_MS);
		if (!ret)
			refuse_others(listener, sock);
	}
	if (ret && ret != -ENOTCONN)
		fprintf(stderr, "cwvfio: the connection was ended: %s\n", cw_vfio_why(v));
	if (!o->quiet)
		summary(v);
	return ret;
}

static int serve_all(struct cw_vfio *v, int listener, const struct options *o)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };
	int status = 0;

	while (!stop) {
		int sock, ret;

		if (poll(&p, 1, IDLE_MS) <= 0)
			continue;
		sock = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (sock < 0)
			continue;
		ret = serve(v, sock, listener, o);
		if (ret == -ENODEV)
			return 3;
		if (ret && ret != -ENOTCONN)
			status = 3;
		if (o->once)
			break;
	}
	return status;
}

static void report(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "cwvfio: %s\n", line);
}

/* As many as the system lets us have: an eventfd a vector. */
static void raise_fd_limit(void)
{
	struct rlimit l;

	if (!getrlimit(RLIMIT_NOFILE, &l)) {
		l.rlim_cur = l.rlim_max;
		setrlimit(RLIMIT_NOFILE, &l);
	}
}

static int with_link(struct cw_link *link, const struct options *o)
{
	struct cw_vfio_param p;
	struct cw_vfio *v;
	char why[256];
	int listener, status;

	cw_vfio_param_default(&p);
	p.host.seed = o->seed;
	p.report = report;
	if (cw_vfio_new(&v, link, &p, why, sizeof(why))) {
		fprintf(stderr, "cwvfio: card %s: %s\n", o->card, why);
		return 3;
	}
	listener = listen_at(o->socket);
	if (listener < 0) {
		cw_vfio_free(v);
		return 2;
	}
	if (!o->quiet) {
		printf("cwvfio: card %s is at %s\n", o->card, o->socket);
		fflush(stdout);
	}
	status = serve_all(v, listener, o);
	close(listener);
	unlink(o->socket);
	return cw_vfio_free(v) && !status ? 1 : status;
}

int main(int argc, char **argv)
{
	static const struct argp argp = { options, parse, NULL, doc, NULL, NULL, NULL };
	struct options o = { .card = "causeway", .seed = 1, .generation = 3, .lanes = 8 };
	struct sigaction sa = { .sa_handler = on_signal };
	struct cw_link_param lp;
	struct cw_link *link;
	struct cw_log *log = NULL;
	char why[256];
	int status, ret;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &o);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	raise_fd_limit();
	lp = (struct cw_link_param){ .seed = o.seed, .latency_ps = 150000, .generation = (uint8_t)o.generation,
				     .lanes = (uint8_t)o.lanes };
	ret = cw_link_attach(o.card, &lp, &link, why, sizeof(why));
	if (ret) {
		fprintf(stderr, "cwvfio: card %s: %s\n", o.card, why);
		return 3;
	}
	ret = o.tlp ? cw_log_open(&log, o.tlp, o.seed, CW_SIDE_HOST) : 0;
	if (ret) {
		fprintf(stderr, "cwvfio: %s: %s\n", o.tlp, strerror(-ret));
		cw_link_close(link);
		return 2;
	}
	cw_link_set_log(link, log);
	status = with_link(link, &o);
	cw_link_set_log(link, NULL);
	if (log && cw_log_close(log)) {
		fprintf(stderr, "cwvfio: %s could not be written\n", o.tlp);
		status = status ? status : 3;
	}
	cw_link_close(link);
	return status;
}
