// SPDX-License-Identifier: BSD-2-Clause
/*
 * Moves a file into card memory and back, with many transfers in flight, and
 * compares the SHA-256 of both ends. What `make run` shows.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "causeway-sim.h"
#include "../progress.h"

#define DEPTH_MAX CW_IO_MAX
#define SHA_BYTES 32

struct options {
	const char *card;
	const char *file;
	size_t chunk;
	unsigned depth;
	int64_t flip; /* card address of a byte to change between the ways, -1: none */
	bool quiet;
};

/* What one way took. */
struct way {
	const char *name;
	double wall_s;
	struct cw_sim_stats before, after;
	bool simulated;
};

static int parse_size(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return errno || end == text || *end || text[0] == '-' ? -EINVAL : 0;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	uint64_t v = 0;

	switch (key) {
	case 'c':
		o->card = arg;
		return 0;
	case 'b':
		if (parse_size(arg, &v) || !v || v > 1u << 30)
			argp_error(state, "--chunk %s: bytes a transfer, 1 to 1 GiB", arg);
		o->chunk = v;
		return 0;
	case 'd':
		if (parse_size(arg, &v) || !v || v > DEPTH_MAX)
			argp_error(state, "--depth %s: transfers in flight, 1 to %d", arg, DEPTH_MAX);
		o->depth = (unsigned)v;
		return 0;
	case 'f':
		if (parse_size(arg, &v) || v > INT64_MAX)
			argp_error(state, "--flip %s: a card address", arg);
		o->flip = (int64_t)v;
		return 0;
	case 'q':
		o->quiet = true;
		return 0;
	case ARGP_KEY_ARG:
		if (o->file)
			argp_error(state, "one file at a time: %s?", arg);
		o->file = arg;
		return 0;
	case ARGP_KEY_END:
		if (!o->file)
			argp_error(state, "which file?");
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

static const struct argp_option argp_options[] = {
	{ "card", 'c', "NAME", 0, "the card: sim (default), sim:NAME, /dev/causeway0", 0 },
	{ "chunk", 'b', "BYTES", 0, "bytes a transfer (default 256 KiB)", 0 },
	{ "depth", 'd', "N", 0, "transfers in flight (default 16)", 0 },
	{ "flip", 'f', "ADDR", 0, "change one byte of card memory in between (simulated cards), to see the comparison fail", 0 },
	{ "quiet", 'q', NULL, 0, "no progress bar", 0 },
	{ 0 }
};

static double wall_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* The whole file in memory, page aligned; the caller unmaps. */
static int load_file(const char *path, uint8_t **data, size_t *len)
{
	struct stat st;
	int err = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else if (!st.st_size)
		err = -ENODATA;
	if (!err) {
		*len = (size_t)st.st_size;
		/* Private and writable: transfers pin the pages, and the file stays untouched. */
		*data = mmap(NULL, *len, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
		if (*data == MAP_FAILED)
			err = -errno;
	}
	close(fd);
	return err;
}

static int sha256_text(const void *data, size_t len, char text[2 * SHA_BYTES + 1])
{
	unsigned char md[EVP_MAX_MD_SIZE];

	if (!EVP_Digest(data, len, md, NULL, EVP_sha256(), NULL)) {
		fprintf(stderr, "roundtrip: libcrypto has no SHA-256 here\n");
		return -EOPNOTSUPP;
	}
	for (int i = 0; i < SHA_BYTES; i++)
		snprintf(text + 2 * i, 3, "%02x", md[i]);
	return 0;
}

/* No byte of what comes back is right by chance, not even of a file of zeros. */
static void spoil(uint8_t *back, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		back[i] = (uint8_t)~data[i];
}

/* Takes one transfer that ended; all of them must have moved everything. */
static int reap(struct cw_dev *dev, struct cw_io **io, struct cw_progress *bar, uint64_t *done)
{
	int err = cw_wait(dev, io, -1);

	if (err)
		return err;
	if ((*io)->result < 0)
		return (int)(*io)->result;
	if ((size_t)(*io)->result != (*io)->len)
		return -EIO;
	*done += (uint64_t)(*io)->result;
	cw_progress_at(bar, *done);
	return 0;
}

static int move(struct cw_dev *dev, const struct options *o, enum cw_op op, uint8_t *data, size_t len)
{
	struct cw_io *ios = calloc(o->depth, sizeof(*ios));
	struct cw_io *io = NULL;
	struct cw_progress bar;
	uint64_t done = 0;
	size_t pos = 0;
	unsigned started = 0, in_flight = 0;
	int err = ios ? 0 : -ENOMEM;

	cw_progress_start(&bar, op == CW_OP_WRITE ? "host to card" : "card to host", len, o->quiet);
	while (!err && (pos < len || in_flight)) {
		if (pos == len || in_flight == o->depth) {
			err = reap(dev, &io, &bar, &done);
			in_flight--;
			if (pos == len)
				continue;
		} else {
			io = &ios[started++];
		}
		if (err)
			break;
		io->op = op;
		io->buf = data + pos;
		io->card_addr = pos;
		io->len = len - pos < o->chunk ? len - pos : o->chunk;
		err = cw_submit(dev, io);
		if (!err) {
			pos += io->len;
			in_flight++;
		}
	}
	cw_progress_end(&bar);
	if (err) /* the buffers must outlive what is still in flight */
		while (!cw_wait(dev, &io, -1))
			;
	free(ios);
	return err;
}

static int move_timed(struct cw_dev *dev, const struct options *o, struct way *w, enum cw_op op, uint8_t *data,
		      size_t len)
{
	double start = wall_now();
	int err;

	w->name = op == CW_OP_WRITE ? "host to card" : "card to host";
	w->simulated = !cw_sim_get_stats(dev, &w->before);
	err = move(dev, o, op, data, len);
	w->wall_s = wall_now() - start;
	if (w->simulated)
		w->simulated = !cw_sim_get_stats(dev, &w->after);
	return err;
}

/*
 * The most payload the link could carry: full-size TLPs, 98 % of the raw rate
 * (the rest is data link packets), 24 bytes around a write and 20 around a
 * completion (framing 8, header 16 or 12; PCIe Base 6.0 sections 2.2 and 4.2.2).
 * cwctl bench has a lower one (../ceiling.h), with what rings, doorbells and
 * interrupts cost. This one is of the link alone, and can be followed here.
 */
static double ceiling(const struct cw_sim_stats *s, enum cw_op op)
{
	double overhead = op == CW_OP_WRITE ? 20 : 24;

	return 0.98 * s->link_bytes_per_s * s->mps / (s->mps + overhead);
}

static void print_way(const struct way *w, enum cw_op op, size_t len)
{
	double sim_s, rate, top;

	if (!w->simulated) {
		printf("  %s: %zu bytes in %.3f s of wall time\n", w->name, len, w->wall_s);
		return;
	}
	sim_s = (double)(w->after.time_ps - w->before.time_ps) / 1e12;
	rate = (double)len / sim_s;
	top = ceiling(&w->after, op);
	printf("  %s: %zu bytes in %.1f us simulated, %.3f GB/s", w->name, len, sim_s * 1e6, rate / 1e9);
	if (top > 0)
		printf(", %.1f %% of the link's ceiling (%.3f GB/s)", 100 * rate / top, top / 1e9);
	printf("\n");
}

static void print_summary(const struct way ways[2], size_t len)
{
	static const char *const kinds[CW_SIM_TLP_N] = { "MRd", "MWr", "CfgRd", "CfgWr", "Cpl", "CplD", "Msg" };
	const struct cw_sim_stats *s = &ways[1].after;
	double wall = ways[0].wall_s + ways[1].wall_s;

	print_way(&ways[0], CW_OP_WRITE, len);
	print_way(&ways[1], CW_OP_READ, len);
	if (!ways[0].simulated || !ways[1].simulated)
		return;
	if (s->lanes)
		printf("  link: Gen%u x%u, MPS %u, MRRS %u\n", s->generation, s->lanes, s->mps, s->mrrs);
	printf("  TLPs from the card:");
	for (int i = 0; i < CW_SIM_TLP_N; i++)
		if (s->up[i])
			printf(" %s %" PRIu64, kinds[i], s->up[i]);
	printf("\n  TLPs from the host:");
	for (int i = 0; i < CW_SIM_TLP_N; i++)
		if (s->down[i])
			printf(" %s %" PRIu64, kinds[i], s->down[i]);
	printf("\n  interrupts %" PRIu64 ", IOMMU faults %" PRIu64 ", broken rules %" PRIu64 "\n", s->interrupts,
	       s->iommu_faults, s->violations);
	printf("  simulated %" PRIu64 " cycles", s->cycles - ways[0].before.cycles);
	if (s->cycles_skipped)
		printf(" (%" PRIu64 " of them idle and skipped)", s->cycles_skipped - ways[0].before.cycles_skipped);
	printf(" in %.2f s of wall time: %.0f kHz\n", wall,
	       (double)(s->cycles - ways[0].before.cycles) / wall / 1e3);
}

static int check_room(struct cw_dev *dev, const struct options *o, size_t len)
{
	struct cw_info info;
	int err = cw_get_info(dev, &info);

	if (err)
		return err;
	if (len > info.card_bytes) {
		fprintf(stderr, "roundtrip: %s has %zu bytes, card memory only %llu\n", o->file, len,
			(unsigned long long)info.card_bytes);
		return -ENOSPC;
	}
	printf("%s: %zu bytes, through %u queues each way, %u transfers of %zu bytes in flight\n", o->file, len,
	       info.file_queues, o->depth, o->chunk);
	return 0;
}

static int flip_byte(struct cw_dev *dev, uint64_t addr)
{
	uint8_t byte;
	int err = cw_sim_peek(dev, addr, &byte, 1);

	if (err)
		return err;
	byte ^= 0xff;
	return cw_sim_poke(dev, addr, &byte, 1);
}

/* Both ways on an open card. 0: equal; 1: different (said); -errno. */
static int round_trip(struct cw_dev *dev, const struct options *o, uint8_t *data, uint8_t *back, size_t len)
{
	char sent[2 * SHA_BYTES + 1], got[2 * SHA_BYTES + 1];
	struct way ways[2] = { { 0 } };
	int err = check_room(dev, o, len);

	if (!err)
		err = move_timed(dev, o, &ways[0], CW_OP_WRITE, data, len);
	if (!err && o->flip >= 0)
		err = flip_byte(dev, (uint64_t)o->flip);
	spoil(back, data, len);
	if (!err)
		err = move_timed(dev, o, &ways[1], CW_OP_READ, back, len);
	if (!err)
		err = sha256_text(data, len, sent);
	if (!err)
		err = sha256_text(back, len, got);
	if (err)
		return err;
	print_summary(ways, len);
	printf("  SHA-256 sent     %s\n  SHA-256 received %s\n", sent, got);
	printf(strcmp(sent, got) ? "DIFFERENT: the card gave back other bytes\n" : "equal\n");
	return strcmp(sent, got) != 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		argp_options, parse_option, "FILE",
		"Moves FILE into card memory and back and compares the SHA-256 of both ends.", NULL, NULL, NULL
	};
	struct options o = { .card = "sim", .chunk = 256 << 10, .depth = 16, .flip = -1 };
	struct cw_dev *dev = NULL;
	uint8_t *data = NULL, *back;
	char why[256];
	size_t len = 0;
	int err, closed;

	argp_parse(&argp, argc, argv, 0, NULL, &o);
	err = load_file(o.file, &data, &len);
	if (err) {
		fprintf(stderr, "roundtrip: %s: %s\n", o.file,
			err == -ENODATA ? "is empty: nothing to move" :
			err == -EINVAL	? "not a regular file" : strerror(-err));
		return 1;
	}
	back = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	err = back == MAP_FAILED ? -ENOMEM : cw_open(o.card, &dev, why, sizeof(why));
	if (err) {
		fprintf(stderr, "roundtrip: %s\n", back == MAP_FAILED ? "not enough memory" : why);
		return 1;
	}
	err = round_trip(dev, &o, data, back, len);
	if (err < 0)
		fprintf(stderr, "roundtrip: %s\n", *cw_why(dev) ? cw_why(dev) : cw_strerror(err));
	closed = cw_close(dev);
	if (closed)
		fprintf(stderr, "roundtrip: the simulation's own checks failed (see above)\n");
	munmap(back, len);
	munmap(data, len);
	return err || closed;
}
