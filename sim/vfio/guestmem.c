// SPDX-License-Identifier: BSD-2-Clause
#include "guestmem.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096u
#define FILES_MAX 64u

/* One file of the client, mapped whole. */
struct file {
	dev_t dev;
	ino_t ino;
	uint8_t *at;
	size_t size;
	bool writable;
	unsigned users;
};

struct range {
	uint64_t iova, size;
	uint8_t *at;        /* NULL: by messages */
	struct file *file;
	bool readable, writable;
};

struct guestmem {
	struct range *range; /* by iova */
	unsigned n, size;
	struct file file[FILES_MAX];
	uint64_t epoch;
	volatile sig_atomic_t torn;
	struct guestmem *next;
};

/*
 * The handler of SIGBUS has no other way to know which pages are a client's: a
 * signal belongs to the process, and so does this list. It changes only with
 * the signal blocked.
 */
static struct guestmem *all;
static struct sigaction before;

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	uintptr_t at = (uintptr_t)info->si_addr;

	for (struct guestmem *g = all; g; g = g->next) {
		for (unsigned i = 0; i < FILES_MAX; i++) {
			const struct file *f = &g->file[i];

			if (!f->users || at < (uintptr_t)f->at || at >= (uintptr_t)f->at + f->size)
				continue;
			/* All of it: the pages of the file may be larger than ours. */
			if (mmap(f->at, f->size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == MAP_FAILED)
				_exit(134);
			g->torn = 1;
			return;
		}
	}
	(void)context;
	sigaction(sig, &before, NULL); /* not ours: happens again, as before */
}

static void block(sigset_t *old)
{
	sigset_t bus;

	sigemptyset(&bus);
	sigaddset(&bus, SIGBUS);
	pthread_sigmask(SIG_BLOCK, &bus, old);
}

int guestmem_new(struct guestmem **g)
{
	struct sigaction sa = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };
	sigset_t old;

	*g = calloc(1, sizeof(**g));
	if (!*g)
		return -ENOMEM;
	block(&old);
	if (!all)
		sigaction(SIGBUS, &sa, &before);
	(*g)->next = all;
	all = *g;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return 0;
}

void guestmem_free(struct guestmem *g)
{
	struct guestmem **p;
	sigset_t old;

	guestmem_unmap_all(g);
	block(&old);
	for (p = &all; *p != g; p = &(*p)->next)
		;
	*p = g->next;
	if (!all)
		sigaction(SIGBUS, &before, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	free(g->range);
	free(g);
}

/* ---- files ---- */

static void put_file(struct file *f)
{
	if (!f || --f->users)
		return;
	munmap(f->at, f->size);
	memset(f, 0, sizeof(*f));
}

static int open_file(struct file *f, int fd, const struct stat *st, bool writable)
{
	size_t size = (size_t)st->st_size;
	void *at = mmap(NULL, size, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	*f = (struct file){ st->st_dev, st->st_ino, at, size, writable, 1 };
	return 0;
}

static int get_file(struct guestmem *g, int fd, bool writable, uint64_t end, struct file **file)
{
	struct file *unused = NULL;
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_size <= 0 || end > (uint64_t)st.st_size)
		return -EINVAL;
	for (unsigned i = 0; i < FILES_MAX; i++) {
		struct file *f = &g->file[i];

		if (!f->users) {
			unused = unused ? unused : f;
		} else if (f->dev == st.st_dev && f->ino == st.st_ino && f->size >= end && (f->writable || !writable)) {
			f->users++;
			*file = f;
			return 0;
		}
	}
	*file = unused;
	return unused ? open_file(unused, fd, &st, writable) : -ENOSPC;
}

/* ---- ranges ---- */

/* The first range that ends after iova. */
static unsigned find(const struct guestmem *g, uint64_t iova)
{
	unsigned low = 0, high = g->n;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (g->range[mid].iova + (g->range[mid].size - 1) < iova)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int grow(struct guestmem *g)
{
	unsigned size = g->size ? 2 * g->size : 64;
	struct range *r;

	if (g->n < g->size)
		return 0;
	r = realloc(g->range, size * sizeof(*r));
	if (!r)
		return -ENOMEM;
	g->range = r;
	g->size = size;
	return 0;
}

int guestmem_map(struct guestmem *g, uint64_t iova, uint64_t size, uint64_t offset, bool readable, bool writable,
		 int fd)
{
	struct range r = { .iova = iova, .size = size, .readable = readable, .writable = writable };
	unsigned at;
	int ret;

	if (!size || iova % PAGE || size % PAGE || offset % PAGE || iova + (size - 1) < iova ||
	    offset + size < offset || !(readable || writable))
		return -EINVAL;
	if (g->n >= GUESTMEM_RANGES_MAX)
		return -ENOSPC;
	at = find(g, iova);
	if (at < g->n && g->range[at].iova <= iova + (size - 1))
		return -EEXIST;
	ret = grow(g);
	if (!ret && fd >= 0)
		ret = get_file(g, fd, writable, offset + size, &r.file);
	if (ret)
		return ret;
	if (r.file)
		r.at = r.file->at + offset;
	memmove(g->range + at + 1, g->range + at, (g->n - at) * sizeof(r));
	g->range[at] = r;
	g->n++;
	return 0;
}

int guestmem_unmap(struct guestmem *g, uint64_t iova, uint64_t size)
{
	unsigned first = find(g, iova), end;
	uint64_t last = iova + (size - 1);

	if (!size || last < iova)
		return -EINVAL;
	/* All or nothing: a range that only begins or ends inside is not cut. */
	for (end = first; end < g->n && g->range[end].iova <= last; end++)
		if (g->range[end].iova < iova || g->range[end].iova + (g->range[end].size - 1) > last)
			return -EINVAL;
	for (unsigned i = first; i < end; i++)
		put_file(g->range[i].file);
	if (end > first)
		memmove(g->range + first, g->range + end, (g->n - end) * sizeof(*g->range));
	g->n -= end - first;
	g->epoch++;
	return 0;
}

void guestmem_unmap_all(struct guestmem *g)
{
	for (unsigned i = 0; i < g->n; i++)
		put_file(g->range[i].file);
	g->n = 0;
	g->epoch++;
	g->torn = 0;
}

static const char *refusal(const struct guestmem *g, unsigned at, uint64_t iova, bool write)
{
	if (at == g->n || g->range[at].iova > iova)
		return "the guest has no DMA mapping there";
	if (write && !g->range[at].writable)
		return "the guest's DMA mapping permits no writing";
	if (!write && !g->range[at].readable)
		return "the guest's DMA mapping permits no reading";
	return NULL;
}

void *guestmem_lookup(struct guestmem *g, uint64_t iova, uint32_t len, bool write, uint32_t *chunk, bool *remote,
		      const char **why)
{
	static uint8_t elsewhere;
	unsigned first = find(g, iova), at;
	const struct range *r;
	uint64_t next = iova;
	uint32_t left = len;

	*why = "no bytes";
	if (!len)
		return NULL;
	/* Ranges that touch may be crossed, as pages of an IOMMU may. */
	for (at = first; left; at++) {
		uint64_t there;

		*why = refusal(g, at, next, write);
		if (*why)
			return NULL;
		r = &g->range[at];
		there = r->size - (next - r->iova);
		next += there;
		left -= there < left ? (uint32_t)there : left;
	}
	r = &g->range[first];
	*chunk = r->size - (iova - r->iova) < len ? (uint32_t)(r->size - (iova - r->iova)) : len;
	*remote = !r->at;
	return r->at ? r->at + (iova - r->iova) : &elsewhere;
}

unsigned guestmem_ranges(const struct guestmem *g)
{
	return g->n;
}

uint64_t guestmem_epoch(const struct guestmem *g)
{
	return g->epoch;
}

bool guestmem_torn(const struct guestmem *g)
{
	return g->torn;
}
