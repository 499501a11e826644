/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A vfio-user server with a client, both in the test, and the C model as the card in a process of its
 * own. The client sends what it likes and lets the server step until the reply is there; it
 * answers the server's DMA messages from its memory, or keeps them for the test.
 */
#ifndef VFIO_RIG_H
#define VFIO_RIG_H
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "driver/cw_regs.h"
#include "sim/link/log.h"
#include "sim/vfio/priv.h"
#include "tests/model/card_model.h"

#define MEM_BYTES (1u << 20)
#define IOVA 0x100000000ull /* of the memory */
#define RING 0x1000u
#define RECORDS 0x2000u
#define BUF 0x10000u
#define RING_LOG2 4
#define VECTORS 8
#define STEPS_MAX 200000    /* then the server counts as hanging */
#define KEPT_N 64

enum { CAP_PM = 0x40, CAP_MSIX = 0x50, CAP_PCIE = 0x60, CAP_MSI = 0xa0 }; /* of the model */
enum { CFG = VFIO_PCI_CONFIG_REGION_INDEX };
static const uint64_t bar_base[6] = { 0xe0000000, 0, 0xe0200000, 0, 0x8000000000, 0 };

struct rig_msg {
	struct vu_hdr hdr;
	uint32_t len;
	uint8_t body[70000];
};

struct rig {
	pid_t card;
	char name[32];
	struct cw_link *link;
	struct cw_log *log;
	int log_fd;
	struct cw_vfio *v;
	unsigned broken;          /* rules that the test expects to be broken */
	char said[32768];         /* what the server reported */
	int status;               /* of the last step */
	/* the client */
	int sock;
	uint16_t id;
	struct rig_msg in;
	size_t in_n;
	int mem_fd;
	uint8_t *mem;
	bool keep_reads, keep_writes; /* DMA messages wait for rig_answer() */
	bool careless;            /* drops those for which there is no room here */
	struct { struct vu_hdr hdr; struct vu_dma_rw rw; uint8_t data[512]; } kept[KEPT_N];
	unsigned kept_n, dma_reads, dma_writes;
	int event[VECTORS];
};

/* ---- the card ---- */

static inline void rig_run_card(struct cw_link *l, const struct cw_model_param *p)
{
	struct cw_model *m;
	int ret;

	if (cw_model_new(&m, l, p))
		_exit(4);
	do {
		ret = cw_model_step(m);
		if (!ret)
			ret = cw_link_wait(l);
	} while (ret >= 0);
	cw_model_free(m);
}

static inline void rig_card(const char *name, const struct cw_model_param *p, int ready)
{
	struct cw_link_listener *listener;
	struct cw_link *l;
	char why[128];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (cw_link_listen(name, &listener, why, sizeof(why)) || write(ready, "r", 1) != 1)
		_exit(3);
	while (!cw_link_accept(listener, -1, &l)) {
		rig_run_card(l, p);
		cw_link_close(l);
	}
	_exit(0);
}

static inline void rig_start_card(struct rig *r, const struct cw_model_param *p)
{
	static unsigned serial;
	int ready[2];
	char c;

	snprintf(r->name, sizeof(r->name), "vfio-%d-%u", (int)getpid(), serial++);
	assert_int_equal(pipe(ready), 0);
	fflush(NULL);
	r->card = fork();
	if (!r->card)
		rig_card(r->name, p, ready[1]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
}

static inline void rig_kill_card(struct rig *r)
{
	if (r->card <= 0)
		return;
	kill(r->card, SIGKILL);
	waitpid(r->card, NULL, 0);
	r->card = 0;
}

/* ---- life ---- */

static inline void rig_said(void *ctx, const char *line)
{
	struct rig *r = ctx;
	size_t n = strlen(r->said);

	snprintf(r->said + n, sizeof(r->said) - n, "%s\n", line);
}

static inline void rig_connect(struct rig *r)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	r->sock = pair[1];
	r->in_n = 0;
	r->kept_n = 0;
	r->status = cw_vfio_attach(r->v, pair[0]);
	assert_int_equal(r->status, 0);
}

static inline void rig_log(struct rig *r)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", r->log_fd);
	assert_int_equal(cw_log_open(&r->log, path, 1, CW_SIDE_HOST), 0);
	cw_link_set_log(r->link, r->log);
}

static inline struct rig *rig_new(void)
{
	struct cw_link_param lp = { .seed = 1, .latency_ps = 150000, .generation = 3, .lanes = 8 };
	struct rig *r = test_calloc(1, sizeof(*r));
	struct cw_vfio_param p;
	struct cw_model_param mp;
	char why[256] = "";

	cw_model_param_default(&mp);
	mp.vectors = VECTORS;
	signal(SIGPIPE, SIG_IGN);
	alarm(120);
	rig_start_card(r, &mp);
	if (cw_link_attach(r->name, &lp, &r->link, why, sizeof(why)))
		fail_msg("attach: %s", why);
	r->log_fd = memfd_create("tlps", MFD_CLOEXEC);
	rig_log(r);
	cw_vfio_param_default(&p);
	p.report = rig_said;
	p.ctx = r;
	if (cw_vfio_new(&r->v, r->link, &p, why, sizeof(why)))
		fail_msg("no server: %s", why);
	r->mem_fd = memfd_create("guest", MFD_CLOEXEC);
	assert_int_equal(ftruncate(r->mem_fd, MEM_BYTES), 0);
	r->mem = mmap(NULL, MEM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, r->mem_fd, 0);
	for (unsigned i = 0; i < VECTORS; i++)
		r->event[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rig_connect(r);
	return r;
}

static inline void rig_leave(struct rig *r)
{
	if (r->sock >= 0)
		close(r->sock);
	r->sock = -1;
}

static inline void rig_free(struct rig *r)
{
	unsigned broken;

	rig_leave(r);
	broken = cw_vfio_free(r->v);
	cw_link_set_log(r->link, NULL);
	if (r->log)
		cw_log_close(r->log);
	cw_link_close(r->link);
	rig_kill_card(r);
	for (unsigned i = 0; i < VECTORS; i++)
		close(r->event[i]);
	munmap(r->mem, MEM_BYTES);
	close(r->mem_fd);
	close(r->log_fd);
	alarm(0);
	if (broken != r->broken) {
		print_message("# %u rules broken, %u expected: %.*s\n", broken, r->broken, (int)strcspn(r->said, "\n"), r->said);
		fail();
	}
	test_free(r);
}

/* ---- messages ---- */

/* The body may be anything, and the size in the header what `size` says. 0 when the server closed the socket. */
static inline int rig_send_raw(struct rig *r, const struct vu_hdr *h, const void *body, size_t len, const int *fds,
			       unsigned fd_n)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int) * 64)];
	} control = { 0 };
	struct iovec iov[2] = { { (void *)(uintptr_t)h, sizeof(*h) }, { (void *)(uintptr_t)body, len } };
	struct msghdr mh = { .msg_iov = iov, .msg_iovlen = 2 };

	if (fd_n) {
		mh.msg_control = &control;
		mh.msg_controllen = CMSG_SPACE(sizeof(int) * fd_n);
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(sizeof(int) * fd_n);
		memcpy(CMSG_DATA(&control.align), fds, sizeof(int) * fd_n);
	}
	return sendmsg(r->sock, &mh, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)(sizeof(*h) + len);
}

static inline uint16_t rig_send(struct rig *r, uint16_t command, const void *body, size_t len, const int *fds,
				unsigned fd_n)
{
	struct vu_hdr h = { .id = ++r->id, .command = command, .size = (uint32_t)(sizeof(h) + len) };

	assert_true(rig_send_raw(r, &h, body, len, fds, fd_n));
	return h.id;
}

static inline void rig_reply(struct rig *r, const struct vu_hdr *to, const struct vu_dma_rw *rw, const void *data,
			     size_t len, uint32_t error)
{
	uint8_t body[sizeof(*rw) + 512];
	struct vu_hdr h = { .id = to->id, .command = to->command, .flags = VU_REPLY | (error ? VU_ERROR : 0),
			    .error = error };

	memcpy(body, rw, sizeof(*rw));
	if (len)
		memcpy(body + sizeof(*rw), data, len);
	len = error ? 0 : len + sizeof(*rw);
	h.size = (uint32_t)(sizeof(h) + len);
	assert_true(rig_send_raw(r, &h, body, len, NULL, 0));
}

/* A kept DMA message is answered as a client with memory does. */
static inline void rig_answer(struct rig *r, unsigned k)
{
	uint64_t at = r->kept[k].rw.iova - IOVA;
	uint32_t n = (uint32_t)r->kept[k].rw.count;

	assert_true(at < MEM_BYTES && n <= 512);
	if (r->kept[k].hdr.command == VU_DMA_READ) {
		rig_reply(r, &r->kept[k].hdr, &r->kept[k].rw, r->mem + at, n, 0);
	} else {
		memcpy(r->mem + at, r->kept[k].data, n);
		rig_reply(r, &r->kept[k].hdr, &r->kept[k].rw, NULL, 0, 0);
	}
}

static inline void rig_answer_all(struct rig *r)
{
	for (unsigned i = 0; i < r->kept_n; i++)
		rig_answer(r, i);
	r->kept_n = 0;
}

static inline void rig_take_dma(struct rig *r)
{
	unsigned k = r->kept_n;

	if (k == KEPT_N && r->careless)
		return;
	assert_true(k < KEPT_N);
	assert_true(r->in.len >= sizeof(struct vu_dma_rw));
	r->kept[k].hdr = r->in.hdr;
	memcpy(&r->kept[k].rw, r->in.body, sizeof(struct vu_dma_rw));
	r->dma_reads += r->in.hdr.command == VU_DMA_READ;
	r->dma_writes += r->in.hdr.command == VU_DMA_WRITE;
	if (r->in.hdr.command == VU_DMA_WRITE)
		memcpy(r->kept[k].data, r->in.body + sizeof(struct vu_dma_rw), r->in.len - sizeof(struct vu_dma_rw));
	r->kept_n++;
	if (r->in.hdr.command == VU_DMA_READ ? !r->keep_reads : !r->keep_writes)
		rig_answer(r, --r->kept_n);
}

/* The next message of the server that is a reply; DMA messages on the way are taken. False: none yet. */
static inline bool rig_recv(struct rig *r)
{
	uint8_t *raw = (uint8_t *)&r->in;

	for (;;) {
		size_t head = sizeof(struct vu_hdr), want = r->in_n < head ? head : r->in.hdr.size, at = r->in_n;
		ssize_t n;

		if (r->in_n == want) {
			r->in.len = r->in.hdr.size - (uint32_t)head;
			r->in_n = 0;
			if ((r->in.hdr.flags & VU_TYPE) == VU_REPLY)
				return true;
			rig_take_dma(r);
			continue;
		}
		n = recv(r->sock, at < head ? raw + at : r->in.body + (at - head), want - at, MSG_DONTWAIT);
		if (n <= 0)
			return false;
		r->in_n += (size_t)n;
		assert_true(r->in_n < head || (r->in.hdr.size >= head && r->in.hdr.size <= head + sizeof(r->in.body)));
	}
}

static inline void rig_step(struct rig *r)
{
	struct pollfd p = { .fd = r->sock, .events = POLLIN };
	char c;

	if (!r->v) { /* it is a program of its own */
		if (poll(&p, 1, 10) > 0 && recv(r->sock, &c, 1, MSG_PEEK | MSG_DONTWAIT) <= 0)
			r->status = -ENOTCONN;
		return;
	}
	if (!r->status)
		r->status = cw_vfio_step(r->v, 0);
}

/* Steps until a reply is there: true; false when the connection ended instead. */
static inline bool rig_wait(struct rig *r)
{
	for (unsigned i = 0; i < STEPS_MAX; i++) {
		if (rig_recv(r))
			return true;
		if (r->status)
			return false;
		rig_step(r);
	}
	fail_msg("no reply after %u steps", STEPS_MAX);
	return false;
}

/* Sends, waits: 0 or the error of the reply; a status of the connection when that ended. */
static inline int rig_call(struct rig *r, uint16_t command, const void *body, size_t len, const int *fds, unsigned fd_n)
{
	uint16_t id = rig_send(r, command, body, len, fds, fd_n);

	if (!rig_wait(r))
		return r->status;
	assert_int_equal(r->in.hdr.id, id);
	assert_int_equal(r->in.hdr.command, command);
	return r->in.hdr.flags & VU_ERROR ? (int)r->in.hdr.error : 0;
}

/* Nothing moves any more but by the client. */
static inline bool rig_still(struct rig *r)
{
	return !r->v->until && !r->v->open &&
	       (r->v->remote.asked ||
		(cw_host_next(r->v->host) == CW_TIME_NEVER && cw_link_horizon(r->v->link) == CW_TIME_NEVER));
}

static inline void rig_settle(struct rig *r)
{
	for (unsigned i = 0; !r->status; i++) {
		assert_true(i < STEPS_MAX);
		rig_step(r);
		assert_false(rig_recv(r));
		if (!r->status && rig_still(r)) {
			rig_step(r); /* hears what is in the socket */
			if (rig_still(r))
				return;
		}
	}
}

static inline int rig_hello(struct rig *r)
{
	static const char text[] = "\0\0\1\0{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576}}";
	uint8_t body[sizeof(text)];

	memcpy(body, text, sizeof(text));
	return rig_call(r, VU_VERSION, body, sizeof(text), NULL, 0);
}

/* ---- what a client does ---- */

static inline int rig_region(struct rig *r, uint16_t command, uint32_t region, uint64_t offset, const void *data,
			     uint32_t count, uint32_t len)
{
	uint8_t body[sizeof(struct vu_region_rw) + 4096];
	struct vu_region_rw rw = { offset, region, count };

	memcpy(body, &rw, sizeof(rw));
	if (len)
		memcpy(body + sizeof(rw), data, len);
	return rig_call(r, command, body, sizeof(rw) + len, NULL, 0);
}

static inline uint64_t rig_rd(struct rig *r, uint32_t region, uint64_t offset, uint32_t count)
{
	uint64_t v = 0;

	assert_int_equal(rig_region(r, VU_REGION_READ, region, offset, NULL, count, 0), 0);
	assert_int_equal(r->in.len, sizeof(struct vu_region_rw) + count);
	memcpy(&v, r->in.body + sizeof(struct vu_region_rw), count);
	return v;
}

static inline void rig_wr(struct rig *r, uint32_t region, uint64_t offset, uint64_t value, uint32_t count)
{
	assert_int_equal(rig_region(r, VU_REGION_WRITE, region, offset, &value, count, count), 0);
}

/* As QEMU writes to BARs: no reply is wanted. */
static inline void rig_post(struct rig *r, uint32_t region, uint64_t offset, uint64_t value, uint32_t count)
{
	struct { struct vu_region_rw rw; uint64_t value; } body = { { offset, region, count }, value };
	struct vu_hdr h = { .id = ++r->id, .command = VU_REGION_WRITE, .flags = VU_NO_REPLY,
			    .size = (uint32_t)(sizeof(h) + sizeof(body.rw) + count) };

	assert_true(rig_send_raw(r, &h, &body, sizeof(body.rw) + count, NULL, 0));
}

static inline int rig_map(struct rig *r, uint64_t iova, uint64_t size, uint64_t offset, uint32_t flags, int fd)
{
	struct vu_dma_map m = { sizeof(m), flags, offset, iova, size };

	return rig_call(r, VU_DMA_MAP, &m, sizeof(m), &fd, fd >= 0);
}

static inline int rig_unmap(struct rig *r, uint64_t iova, uint64_t size, uint32_t flags)
{
	struct vu_dma_unmap m = { sizeof(m), flags, iova, size };

	return rig_call(r, VU_DMA_UNMAP, &m, sizeof(m), NULL, 0);
}

/* The eventfds [first, first + n) for the vectors from `start`; n of them given up with first < 0. */
static inline int rig_irqs(struct rig *r, uint32_t index, uint32_t start, uint32_t n, int first)
{
	struct vfio_irq_set s = { sizeof(s), VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, index, start, n };

	return rig_call(r, VU_SET_IRQS, &s, sizeof(s), first < 0 ? NULL : r->event + first, first < 0 ? 0 : n);
}

static inline unsigned rig_event(struct rig *r, unsigned i)
{
	uint64_t n;

	return read(r->event[i], &n, sizeof(n)) == sizeof(n) ? (unsigned)n : 0;
}

/* BARs, memory space, bus master: as firmware and a kernel set them. */
static inline void rig_enable(struct rig *r)
{
	for (unsigned i = 0; i < 6; i += 2) {
		rig_wr(r, CFG, 0x10 + 4 * i, (uint32_t)bar_base[i], 4);
		rig_wr(r, CFG, 0x14 + 4 * i, bar_base[i] >> 32, 4);
	}
	rig_wr(r, CFG, 4, 6, 2);
}

#define RIG_RW (VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)

/* All of that, memory behind a descriptor or without, and interrupts by MSI-X. */
static inline void rig_up(struct rig *r, bool fd)
{
	assert_int_equal(rig_hello(r), 0);
	assert_int_equal(rig_map(r, IOVA, MEM_BYTES, 0, RIG_RW, fd ? r->mem_fd : -1), 0);
	rig_enable(r);
	assert_int_equal(rig_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX, 0, VECTORS, 0), 0);
	rig_wr(r, CFG, CAP_MSIX + 2, 0x8000, 2);
}

/* ---- transfers ---- */

static inline void rig_queue(struct rig *r, uint32_t q, bool c2h)
{
	uint32_t at = CW_QUEUE_OFFSET + q * CW_QUEUE_STRIDE;

	memset(r->mem + RECORDS, 0, 16u << RING_LOG2);
	rig_post(r, 0, at + CW_Q_CONFIG,
		 c2h | RING_LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | (q + 1) << CW_Q_CONFIG_VECTOR_SHIFT, 4);
	rig_post(r, 0, at + CW_Q_RING_LO, (uint32_t)(IOVA + RING), 4);
	rig_post(r, 0, at + CW_Q_RING_HI, (IOVA + RING) >> 32, 4);
	rig_post(r, 0, at + CW_Q_CPL_LO, (uint32_t)(IOVA + RECORDS), 4);
	rig_post(r, 0, at + CW_Q_CPL_HI, (IOVA + RECORDS) >> 32, 4);
	rig_post(r, 0, at + CW_Q_CARD_LIMIT_HI, 1, 4);
	rig_post(r, 0, at + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK, 4);
	rig_post(r, 0, CW_CONTROL, CW_CONTROL_ENABLE_MASK, 4);
}

/* One descriptor, its number 0, and the doorbell. */
static inline void rig_start(struct rig *r, uint32_t q, uint64_t iova, uint32_t len, uint32_t card)
{
	uint32_t dw[4] = { (uint32_t)iova, (uint32_t)(iova >> 32), len | CW_DESC_DW2_IRQ_MASK, card };

	memcpy(r->mem + RING, dw, 16);
	rig_post(r, CW_BAR_DOORBELL, q << 12, 1, 8); /* producer 1, consumer 0: armed */
}

/* Its record: true when it came, within reason. */
static inline bool rig_record(struct rig *r, uint32_t *status, uint32_t *bytes)
{
	uint32_t dw[4];

	for (unsigned i = 0; i < 20000 && !r->status; i++) {
		memcpy(dw, r->mem + RECORDS, 16);
		if (dw[3] >> 31) {
			*status = dw[3] >> 24 & 0x7f;
			*bytes = dw[1] & CW_RECORD_DW1_BYTES_MASK;
			return true;
		}
		assert_false(rig_recv(r));
		rig_step(r);
	}
	return false;
}

static inline void rig_move(struct rig *r, uint32_t q, bool c2h, uint64_t iova, uint32_t len, uint32_t card)
{
	uint32_t status, bytes;

	rig_queue(r, q, c2h);
	rig_start(r, q, iova, len, card);
	assert_true(rig_record(r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_OK);
	assert_int_equal(bytes, len);
	rig_settle(r);
	rig_wr(r, 0, CW_QUEUE_OFFSET + q * CW_QUEUE_STRIDE + CW_Q_CTRL, 0, 4);
}

/* ---- TLPs that the root complex sent since the last call; without `t` they are dropped ---- */

struct rig_tlp {
	struct cw_tlp_info i;
	uint8_t data[64];
	uint16_t data_len;
};

static inline unsigned rig_tlps(struct rig *r, struct rig_tlp *t, unsigned max)
{
	struct cw_log_record rec;
	static struct cw_tlp tlp;
	off_t at = sizeof(struct cw_log_file);
	unsigned n = 0;
	int err;

	cw_link_set_log(r->link, NULL);
	err = cw_log_close(r->log);
	r->log = NULL;
	assert_int_equal(err, 0);
	while (t && pread(r->log_fd, &rec, sizeof(rec), at) == sizeof(rec)) {
		memcpy(tlp.dw, rec.dw, sizeof(rec.dw));
		tlp.data_len = rec.data_len;
		assert_int_equal(pread(r->log_fd, tlp.data, rec.data_len, at + (off_t)sizeof(rec)), rec.data_len);
		at += (off_t)sizeof(rec) + (rec.data_len + 7) / 8 * 8;
		if (rec.from != CW_SIDE_HOST)
			continue;
		assert_true(n < max);
		cw_tlp_decode(&tlp, &t[n].i, NULL);
		t[n].data_len = tlp.data_len;
		memcpy(t[n].data, tlp.data, tlp.data_len < 64 ? tlp.data_len : 64);
		n++;
	}
	rig_log(r);
	return n;
}

#endif
