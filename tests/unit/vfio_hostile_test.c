// SPDX-License-Identifier: BSD-2-Clause
/*
 * Clients that mean harm, or know no better: each check of the vfio-user server by a message of its own, then
 * thousands of random ones (the seed is the argument). The connection ends with a reason or
 * the client is told an error; the server neither dies nor hangs; the next client finds a good card.
 */
#include "sim/link/rng.h"
#include "tests/unit/vfio_rig.h"

static uint64_t seed = 1;

static int setup(void **state)
{
	*state = rig_new();
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static void until_end(struct rig *r)
{
	for (unsigned i = 0; i < STEPS_MAX && !r->status; i++)
		rig_step(r);
	assert_true(r->status);
}

/* A new client is served. */
static void next_client(struct rig *r)
{
	rig_leave(r);
	if (!r->status)
		until_end(r);
	assert_true(r->status == -ENOTCONN || r->status == -EPROTO);
	rig_connect(r);
	assert_int_equal(rig_hello(r), 0);
	rig_enable(r);
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), CW_ID_MAGIC);
	assert_int_equal(rig_rd(r, 0, CW_SCRATCH, 4), 0);
	rig_post(r, 0, CW_SCRATCH, 1, 4);
}

static void begin(struct rig *r)
{
	rig_leave(r);
	if (!r->status)
		until_end(r);
	rig_connect(r);
}

/* The connection ended, and why. */
static void ended(struct rig *r, const char *why, const char *what)
{
	until_end(r);
	if (r->status != -EPROTO || !strstr(cw_vfio_why(r->v), why))
		fail_msg("%s: %d, '%s', not '%s'", what, r->status, cw_vfio_why(r->v), why);
	next_client(r);
}

/* ---- frames and flags ---- */

static void headers_that_cannot_be(void **state)
{
	static const struct { struct vu_hdr h; const char *why; } bad[] = {
		{ { 1, VU_GET_INFO, 0, 0, 0 }, "0 bytes; 16 to" },
		{ { 1, VU_GET_INFO, 15, 0, 0 }, "15 bytes; 16 to" },
		{ { 1, VU_GET_INFO, 0x7fffffff, 0, 0 }, "are possible" },
		{ { 1, VU_GET_INFO, 16, 2, 0 }, "neither command nor reply" },
		{ { 1, VU_GET_INFO, 16, 15, 0 }, "neither command nor reply" },
		{ { 1, VU_GET_INFO, 16, 0x40, 0 }, "mean nothing" },
		{ { 1, VU_GET_INFO, 16, 0x80000000, 0 }, "mean nothing" },
		{ { 1, VU_GET_INFO, 16, VU_ERROR, EIO }, "says that it failed" },
		{ { 1, VU_VERSION, 16, 0, 0 }, "a second VERSION" },
		{ { 1, VU_REGION_READ, 16, VU_REPLY, 0 }, "a reply to command 9, which was not sent" },
		{ { 1, VU_DMA_WRITE, 16, VU_REPLY, 0 }, "a reply to command 12, which was not sent" },
		{ { 1, VU_DMA_WRITE, 16, VU_REPLY | VU_ERROR, EIO }, "which was not sent" },
		{ { 1, VU_DMA_READ, 16, VU_REPLY, 0 }, "a reply to DMA_READ 1, which is not open" },
	};
	struct rig *r = *state;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(r);
		assert_int_equal(rig_hello(r), 0);
		assert_true(rig_send_raw(r, &bad[i].h, NULL, 0, NULL, 0));
		ended(r, bad[i].why, bad[i].why);
	}
}

static void commands_before_version(void **state)
{
	struct rig *r = *state;

	for (uint16_t c = 0; c < 20; c++) {
		if (c == VU_VERSION)
			continue;
		begin(r);
		rig_send(r, c, NULL, 0, NULL, 0);
		ended(r, "before VERSION", "command");
	}
	begin(r);
	assert_true(rig_send_raw(r, &(struct vu_hdr){ 1, VU_DMA_READ, 16, VU_REPLY, 0 }, NULL, 0, NULL, 0));
	ended(r, "which is not open", "reply");
}

static void versions_that_cannot_be(void **state)
{
	static const struct { const char *text; size_t len; const char *why; } bad[] = {
		{ "\0\0", 2, "VERSION with 2 bytes" },
		{ "\0\0\1\0{}", 6, "whose end is not its only NUL" },
		{ "\0\0\1\0{}\0{}", 10, "whose end is not its only NUL" },
		{ "\0\0\1\0", 5, "no JSON object" },
		{ "\0\0\1\0{", 6, "no JSON object" },
		{ "\0\0\1\0[]", 7, "no JSON object" },
		{ "\0\0\1\0null", 9, "no JSON object" },
		{ "\0\0\1\0\"capabilities\"", 19, "no JSON object" },
		{ "\0\0\1\0\xff\xfe{", 8, "no JSON object" },
		{ "\0\0\1\0{\"capabilities\":3}", 23, "no JSON object" },
		{ "\0\0\1\0{\"capabilities\":{\"max_data_xfer_size\":511}}", 48, "transfers of 511 bytes" },
		{ "\0\0\1\0{\"capabilities\":{\"max_data_xfer_size\":-1}}", 47, "transfers of -1 bytes" },
		{ "\0\0\1\0{\"capabilities\":{\"max_data_xfer_size\":{}}}", 47, "that is no number" },
		{ "\1\0\0\0", 4, "speaks version 1.0" },
	};
	struct rig *r = *state;

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(r);
		rig_send(r, VU_VERSION, bad[i].text, bad[i].len, NULL, 0);
		ended(r, bad[i].why, bad[i].why);
	}
	begin(r); /* a major version that is not ours is told so */
	assert_int_equal(rig_call(r, VU_VERSION, "\1\0\0\0", 4, NULL, 0), EINVAL);
	ended(r, "speaks version", "major");
	begin(r);
	rig_send(r, VU_VERSION, "\0\0\1\0", 4, r->event, 1);
	ended(r, "command 1 with 1 file descriptors", "VERSION with a descriptor");
}

static void json_that_is_very_deep(void **state)
{
	static char text[60000] = "\0\0\1\0";
	struct rig *r = *state;

	for (unsigned i = 0; i < 2; i++) {
		begin(r);
		memset(text + 4, i ? '{' : '[', sizeof(text) - 5);
		rig_send(r, VU_VERSION, text, sizeof(text), NULL, 0);
		ended(r, "no JSON object", "deep");
	}
}

static void json_that_is_merely_unknown(void **state)
{
	static const char text[] = "\0\0\1\0{\"capabilities\":{\"colour\":\"red\",\"migration\":{\"pgsize\":1}},\"more\":[]}";
	struct rig *r = *state;

	assert_int_equal(rig_call(r, VU_VERSION, text, sizeof(text), NULL, 0), 0);
	begin(r);
	assert_int_equal(rig_call(r, VU_VERSION, "\0\0\1\0{}", 7, NULL, 0), 0);
}

/* ---- bodies ---- */

static void bodies_that_are_too_short(void **state)
{
	static const struct { uint16_t command; size_t need; } fixed[] = {
		{ VU_DMA_MAP, 32 }, { VU_DMA_UNMAP, 24 }, { VU_GET_INFO, 16 },
		{ VU_GET_REGION_INFO, sizeof(struct vfio_region_info) }, { VU_GET_IRQ_INFO, sizeof(struct vfio_irq_info) },
		{ VU_SET_IRQS, sizeof(struct vfio_irq_set) }, { VU_REGION_READ, 16 }, { VU_REGION_WRITE, 16 },
	};
	static const uint8_t ones[64] = { 1 };
	struct rig *r = *state;

	for (unsigned i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		for (unsigned less = 1; less <= 3; less++) {
			begin(r);
			assert_int_equal(rig_hello(r), 0);
			rig_send(r, fixed[i].command, ones, less == 3 ? 0 : fixed[i].need - less, NULL, 0);
			ended(r, " bytes", "short body");
		}
	}
}

static void argsz_that_is_too_small(void **state)
{
	static const uint16_t commands[] = { VU_DMA_MAP, VU_DMA_UNMAP, VU_GET_INFO, VU_GET_REGION_INFO, VU_GET_IRQ_INFO,
					     VU_SET_IRQS };
	struct rig *r = *state;
	uint32_t body[8] = { 7 };

	assert_int_equal(rig_hello(r), 0);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(rig_call(r, commands[i], body, sizeof(body), NULL, 0), EINVAL);
}

static void indices_that_are_not_there(void **state)
{
	static const uint32_t index[] = { VFIO_PCI_NUM_REGIONS, 77, UINT32_MAX };
	struct rig *r = *state;

	assert_int_equal(rig_hello(r), 0);
	for (unsigned i = 0; i < 3; i++) {
		struct vfio_region_info region = { .argsz = sizeof(region), .index = index[i] };
		struct vfio_irq_info irq = { .argsz = sizeof(irq), .index = index[i] };

		assert_int_equal(rig_call(r, VU_GET_REGION_INFO, &region, sizeof(region), NULL, 0), EINVAL);
		assert_int_equal(rig_call(r, VU_GET_IRQ_INFO, &irq, sizeof(irq), NULL, 0), EINVAL);
	}
}

static void commands_that_are_not_served(void **state)
{
	static const uint16_t commands[] = { 0, 6, VU_DMA_READ, VU_DMA_WRITE, 14, 15, 16, 99, 0xffff };
	struct rig *r = *state;

	assert_int_equal(rig_hello(r), 0);
	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		assert_int_equal(rig_call(r, commands[i], "0123456789abcdef", 16, NULL, 0), ENOTSUP);
	/* with no reply wanted there is none */
	assert_true(rig_send_raw(r, &(struct vu_hdr){ 1, 99, 16, VU_NO_REPLY, 0 }, NULL, 0, NULL, 0));
	assert_int_equal(rig_rd(r, CFG, 0, 2), CW_PCI_VENDOR_ID);
}

static void descriptors_where_there_are_none(void **state)
{
	static const uint16_t commands[] = { VU_DMA_UNMAP, VU_GET_INFO, VU_GET_REGION_INFO, VU_GET_IRQ_INFO, VU_REGION_READ,
					     VU_REGION_WRITE, VU_RESET, 99 };
	struct rig *r = *state;
	int fds[2] = { r->mem_fd, r->event[0] };
	struct vu_dma_map map = { sizeof(map), RIG_RW, 0, 0, 4096 };

	for (unsigned i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		begin(r);
		assert_int_equal(rig_hello(r), 0);
		rig_send(r, commands[i], "0123456789abcdef0123456789abcdef", 32, fds, 1);
		ended(r, "1 file descriptors; it has none", "descriptor");
	}
	begin(r);
	assert_int_equal(rig_hello(r), 0);
	rig_send(r, VU_DMA_MAP, &map, sizeof(map), fds, 2);
	ended(r, "DMA_MAP with 2 file descriptors", "two descriptors");
}

static void maps_with_strange_flags(void **state)
{
	struct vu_dma_map map = { sizeof(map), 4, 0, 0, 4096 };
	struct vu_dma_unmap unmap = { sizeof(unmap), 1, 0, 4096 };
	struct rig *r = *state;

	assert_int_equal(rig_hello(r), 0);
	rig_send(r, VU_DMA_MAP, &map, sizeof(map), NULL, 0);
	ended(r, "DMA_MAP with flags 0x4", "DMA_MAP");
	rig_send(r, VU_DMA_UNMAP, &unmap, sizeof(unmap), NULL, 0);
	ended(r, "DMA_UNMAP with flags 0x1", "DMA_UNMAP");
}

static void accesses_outside_a_region(void **state)
{
	static const struct { struct vu_region_rw rw; bool write; uint32_t data; const char *why; } bad[] = {
		{ { 0, 9, 4 }, false, 0, "region 9; there are 9" },
		{ { 0, UINT32_MAX, 4 }, true, 4, "there are 9" },
		{ { CW_BAR0_BYTES, 0, 4 }, false, 0, "of region 0" },
		{ { CW_BAR0_BYTES - 2, 0, 4 }, true, 4, "of region 0" },
		{ { UINT64_MAX - 1, 0, 4 }, false, 0, "of region 0" },
		{ { 0, 0, 0x20000 }, false, 0, "131072 bytes at 0x0 of region 0" },
		{ { 0, 0, UINT32_MAX }, false, 0, "of region 0" },
		{ { 0, 1, 4 }, false, 0, "of region 1, which has 0x0" },
		{ { 0, 6, 4 }, true, 4, "of region 6, which has 0x0" },
		{ { 0, 8, 1 }, true, 1, "of region 8, which has 0x0" },
		{ { 4095, CFG, 2 }, false, 0, "of region 7" },
		{ { 0, CFG, 4097 }, false, 0, "of region 7" },
		{ { 4096, CFG, 1 }, true, 1, "of region 7" },
		{ { 0, 0, 4 }, false, 4, "REGION_READ of 4 bytes in a message with 4" },
		{ { 0, 0, 4 }, true, 0, "REGION_WRITE of 4 bytes in a message with 0" },
		{ { 0, 0, 4 }, true, 8, "REGION_WRITE of 4 bytes in a message with 8" },
		{ { 0, 0, 0x10000 }, true, 8, "REGION_WRITE of 65536 bytes in a message with 8" },
	};
	struct rig *r = *state;
	uint8_t body[64] = { 0 };

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(r);
		assert_int_equal(rig_hello(r), 0);
		memcpy(body, &bad[i].rw, sizeof(bad[i].rw));
		rig_send(r, bad[i].write ? VU_REGION_WRITE : VU_REGION_READ, body, sizeof(bad[i].rw) + bad[i].data, NULL, 0);
		ended(r, bad[i].why, bad[i].why);
	}
	assert_int_equal(rig_region(r, VU_REGION_READ, CFG, 0, NULL, 0, 0), EINVAL);
	assert_int_equal(rig_region(r, VU_REGION_READ, 8, 0, NULL, 0, 0), EINVAL);
}

static void interrupts_that_are_nonsense(void **state)
{
	struct { struct vfio_irq_set s; uint8_t more[16]; } set = {
		.s = { sizeof(set), VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, VFIO_PCI_MSIX_IRQ_INDEX, 0, 2 },
	};
	struct rig *r = *state;
	int pipes[2], fds[2];

	assert_int_equal(pipe(pipes), 0);
	fds[0] = r->event[0];
	fds[1] = pipes[1];
	assert_int_equal(rig_hello(r), 0);
	assert_int_equal(rig_call(r, VU_SET_IRQS, &set, sizeof(set), fds, 1), EINVAL);
	assert_int_equal(rig_call(r, VU_SET_IRQS, &set, sizeof(set), fds, 2), EINVAL);
	assert_non_null(strstr(r->said, "no eventfd"));
	set.s.start = VECTORS - 1;
	assert_int_equal(rig_call(r, VU_SET_IRQS, &set, sizeof(set), NULL, 0), EINVAL);
	set.s.start = UINT32_MAX;
	assert_int_equal(rig_call(r, VU_SET_IRQS, &set, sizeof(set), NULL, 0), EINVAL);
	set.s.index = 5;
	assert_int_equal(rig_call(r, VU_SET_IRQS, &set, sizeof(set), NULL, 0), EINVAL);
	set.s = (struct vfio_irq_set){ sizeof(set.s), VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER,
				       VFIO_PCI_MSIX_IRQ_INDEX, 0, VECTORS };
	assert_int_equal(rig_call(r, VU_SET_IRQS, &set, sizeof(set.s), NULL, 0), EINVAL);
	set.s.flags = UINT32_MAX;
	assert_int_equal(rig_call(r, VU_SET_IRQS, &set, sizeof(set), NULL, 0), EINVAL);
	close(pipes[0]);
	close(pipes[1]);
	/* the log of a person is not filled without end */
	for (unsigned i = 0; i < 300; i++)
		assert_int_equal(rig_call(r, VU_SET_IRQS, &set, sizeof(set), NULL, 0), EINVAL);
	assert_non_null(strstr(r->said, "more like that is not shown"));
	next_client(r);
}

/* ---- replies to the server's own messages ---- */

static void dma_open(struct rig *r, bool c2h)
{
	begin(r);
	r->keep_reads = !c2h;
	r->keep_writes = true;
	rig_up(r, false);
	rig_queue(r, 0, c2h);
	rig_start(r, 0, IOVA + BUF, 600, 0);
	rig_settle(r);
	assert_true(r->kept_n >= 1 && r->kept[r->kept_n - 1].hdr.command == (c2h ? VU_DMA_WRITE : VU_DMA_READ));
}

static void replies_that_do_not_fit(void **state)
{
	struct rig *r = *state;
	struct vu_dma_rw rw;
	struct vu_hdr h;

	dma_open(r, false);
	rig_reply(r, &r->kept[0].hdr, &r->kept[0].rw, r->mem, 15, 0);
	ended(r, "31 bytes in the reply to DMA_READ of 16", "short");
	dma_open(r, false);
	rig_reply(r, &r->kept[0].hdr, &r->kept[0].rw, r->mem, 17, 0);
	ended(r, "33 bytes in the reply to DMA_READ of 16", "long");
	dma_open(r, false);
	rw = r->kept[0].rw;
	rw.iova++;
	rig_reply(r, &r->kept[0].hdr, &rw, r->mem, 16, 0);
	ended(r, "speaks of", "another place");
	dma_open(r, false);
	rw = r->kept[0].rw;
	rw.count = 8;
	rig_reply(r, &r->kept[0].hdr, &rw, r->mem, 16, 0);
	ended(r, "speaks of", "another count");
	dma_open(r, false);
	h = r->kept[0].hdr;
	h.id++;
	rig_reply(r, &h, &r->kept[0].rw, r->mem, 16, 0);
	ended(r, "which is not open", "another id");
	dma_open(r, false);
	rig_answer(r, 0);
	rig_answer(r, 0);
	ended(r, "which is not open", "twice");
	dma_open(r, true);
	assert_true(r->kept_n >= 2);
	rig_answer(r, 1);
	ended(r, "the oldest that is open", "out of order");
	dma_open(r, true);
	h = r->kept[0].hdr;
	for (unsigned i = 0; i < r->kept_n; i++)
		rig_answer(r, i);
	rig_reply(r, &h, &r->kept[0].rw, NULL, 0, 0);
	ended(r, "which was not sent", "one more");
	r->keep_reads = r->keep_writes = false;
}

static void a_client_that_answers_nothing(void **state)
{
	struct rig *r = *state;

	dma_open(r, false);
	for (unsigned i = 0; i < 1000; i++)
		rig_step(r);
	assert_int_equal(r->status, 0);
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), CW_ID_MAGIC);
	r->keep_reads = r->keep_writes = false;
	r->kept_n = 0;
	next_client(r);
}

/* Its own fault: what it does not read, it does not get. */
static void a_client_that_does_not_read(void **state)
{
	struct { struct vu_hdr h; struct vu_region_rw rw; } m = { { 1, VU_REGION_READ, 32, 0, 0 }, { 0, CFG, 256 } };
	struct rig *r = *state;

	assert_int_equal(rig_hello(r), 0);
	r->v->ch.send_ms = 50;
	for (unsigned i = 0; i < STEPS_MAX && !r->status; i++) {
		(void)!send(r->sock, &m, sizeof(m), MSG_DONTWAIT | MSG_NOSIGNAL);
		rig_step(r);
	}
	ended(r, "does not read its socket", "deaf");
}

static void a_client_that_leaves_within_a_message(void **state)
{
	struct rig *r = *state;

	assert_int_equal(rig_hello(r), 0);
	assert_int_equal(send(r->sock, "\1\0\11\0", 4, 0), 4);
	rig_step(r);
	rig_leave(r);
	ended(r, "in the middle of a message", "half");
}

/* ---- at random ---- */

static struct cw_rng rng;
static int pipes[2], readonly;

static uint64_t below(uint64_t n)
{
	return cw_rng_below(&rng, n);
}

static bool one_in(unsigned n)
{
	return !below(n);
}

static uint64_t number(void)
{
	static const uint64_t some[] = { 0, 1, 2, 4, 7, 8, 16, 0xfff, 0x1000, 0x10000, IOVA, IOVA + 0x1000, MEM_BYTES,
					 CW_BAR0_BYTES, UINT32_MAX, 0x80000000, UINT64_MAX, (uint64_t)-0x1000 };

	return one_in(8) ? below(UINT64_MAX) : some[below(sizeof(some) / sizeof(some[0]))];
}

static unsigned random_fds(struct rig *r, int *fds)
{
	const int kinds[] = { r->event[0], r->event[1], r->mem_fd, r->mem_fd, pipes[0], pipes[1], readonly, r->log_fd };
	unsigned n = one_in(3) ? (unsigned)below(4) : 0;

	for (unsigned i = 0; i < n; i++)
		fds[i] = kinds[below(8)];
	return n;
}

static size_t random_region(struct rig *r, uint8_t *body, bool write)
{
	static const uint32_t regions[] = { 0, 0, 0, CW_BAR_DOORBELL, CW_BAR_WINDOW, CFG, CFG, CFG };
	struct vu_region_rw rw = { .region = regions[below(8)], .count = 1u << below(4) };

	rw.offset = below(rw.region == CFG ? 0x100 : rw.region == CW_BAR_DOORBELL ? 0x10000 : 0x40000) & ~(uint64_t)(rw.count - 1);
	if (!rw.region && one_in(2))
		rw.offset = CW_QUEUE_OFFSET + below(CW_QUEUE_STRIDE * 4) / 4 * 4;
	if (one_in(150))
		rw.region = (uint32_t)below(12);
	if (one_in(150))
		rw.count = (uint32_t)number();
	if (one_in(150))
		rw.offset = number();
	(void)r;
	memcpy(body, &rw, sizeof(rw));
	if (!write)
		return sizeof(rw);
	for (unsigned i = 0; i < 8; i++)
		body[sizeof(rw) + i] = (uint8_t)(one_in(2) ? number() : below(256));
	return sizeof(rw) + (rw.count <= 4096 ? rw.count : 8);
}

static size_t random_body(struct rig *r, uint16_t command, uint8_t *body, int *fds, unsigned *fd_n)
{
	struct vu_dma_map map = { 32, (uint32_t)(one_in(60) ? number() : one_in(8) ? 1 + below(2) : RIG_RW), below(16) * 4096,
				  one_in(4) ? number() : IOVA + below(16) * 0x10000, one_in(4) ? number() : 0x10000 };
	struct vu_dma_unmap unmap = { 24, one_in(30) ? (uint32_t)number() : 0, map.iova, map.size };
	uint32_t info[8] = { 32, 0, (uint32_t)below(11) };
	struct vfio_irq_set set = { sizeof(set), 1u << below(3) | 8u << below(3), (uint32_t)below(6), (uint32_t)below(9),
				    (uint32_t)below(4) };

	if (one_in(10))
		set.count = (uint32_t)number();
	*fd_n = random_fds(r, fds);
	switch (command) {
	case VU_DMA_MAP:
		if (!one_in(20)) {
			fds[0] = r->mem_fd;
			*fd_n = (unsigned)below(2);
		}
		memcpy(body, &map, sizeof(map));
		return sizeof(map);
	case VU_DMA_UNMAP:
		memcpy(body, &unmap, sizeof(unmap));
		break;
	case VU_SET_IRQS:
		if (!one_in(3))
			*fd_n = set.count < 4 ? set.count : 0;
		for (unsigned i = 0; i < *fd_n; i++)
			fds[i] = one_in(20) ? pipes[1] : r->event[i];
		memcpy(body, &set, sizeof(set));
		return sizeof(set) + (one_in(2) ? 0 : below(5));
	case VU_REGION_READ: case VU_REGION_WRITE:
		*fd_n = one_in(500);
		fds[0] = pipes[0];
		return random_region(r, body, command == VU_REGION_WRITE);
	default:
		memcpy(body, info, sizeof(info));
		if (!one_in(50))
			*fd_n = 0;
		return sizeof(info);
	}
	if (!one_in(50))
		*fd_n = 0;
	return sizeof(unmap);
}

static void random_message(struct rig *r)
{
	static const uint16_t likely[] = { VU_DMA_MAP, VU_DMA_MAP, VU_DMA_UNMAP, VU_SET_IRQS, VU_SET_IRQS, VU_REGION_READ,
					   VU_REGION_READ, VU_REGION_WRITE, VU_REGION_WRITE, VU_REGION_WRITE,
					   VU_REGION_WRITE, VU_GET_REGION_INFO, VU_GET_IRQ_INFO, VU_GET_INFO };
	static uint8_t body[8192];
	struct vu_hdr h = { .id = (uint16_t)below(65536), .command = likely[below(14)] };
	unsigned fd_n;
	int fds[4];
	size_t len;

	if (one_in(100))
		h.command = (uint16_t)below(20);
	if (one_in(60))
		h.command = VU_RESET;
	len = random_body(r, h.command, body, fds, &fd_n);
	if (one_in(150))
		len = below(len + 40);
	h.size = (uint32_t)(sizeof(h) + len);
	h.flags = h.command == VU_REGION_WRITE && one_in(2) ? VU_NO_REPLY : 0;
	if (one_in(300))
		h.flags = (uint32_t)number();
	if (one_in(300))
		h.size = (uint32_t)number();
	rig_send_raw(r, &h, body, len, fds, fd_n);
}

/* Reads what comes; DMA messages are answered well, badly or not at all. */
static void random_replies(struct rig *r)
{
	r->keep_reads = r->keep_writes = r->careless = true;
	while (rig_recv(r))
		;
	while (r->kept_n && !one_in(5)) {
		uint64_t at = r->kept[0].rw.iova - IOVA;

		if (r->sock >= 0 && !r->status) {
			if (one_in(20) || at >= MEM_BYTES - 512) {
				struct vu_hdr h = { r->kept[0].hdr.id, r->kept[0].hdr.command, 16, VU_REPLY | VU_ERROR, EIO };

				h.id = (uint16_t)(h.id + one_in(5));
				rig_send_raw(r, &h, NULL, 0, NULL, 0);
			} else if (recv(r->sock, &at, 1, MSG_PEEK | MSG_DONTWAIT)) {
				rig_answer(r, 0);
			}
		}
		r->kept_n--;
		memmove(r->kept, r->kept + 1, r->kept_n * sizeof(r->kept[0]));
	}
}

static unsigned open_fds(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void random_client(struct rig *r, unsigned *messages)
{
	unsigned n = 1 + (unsigned)below(120);

	rig_leave(r);
	if (!r->status)
		until_end(r);
	rig_connect(r);
	if (one_in(4))
		rig_up(r, one_in(2));
	else if (!one_in(30))
		assert_int_equal(rig_hello(r), 0);
	if (one_in(4)) {
		rig_queue(r, (uint32_t)below(4), one_in(2));
		rig_start(r, (uint32_t)below(4), IOVA + below(32) * 0x8000, (uint32_t)(1 + below(70000)), 0);
	}
	for (unsigned i = 0; i < n && !r->status; i++) {
		random_message(r);
		++*messages;
		for (uint64_t steps = below(6); steps && !r->status; steps--)
			rig_step(r);
		random_replies(r);
	}
	r->keep_reads = r->keep_writes = r->careless = false;
	r->kept_n = 0;
}

static void random_clients(void **state)
{
	unsigned messages = 0, clients = 0, thrown_out = 0, fds, rounds = getenv("TEST_ALL") && *getenv("TEST_ALL") ? 40000 : 6000;
	struct rig *r = *state;

	print_message("seed %llu\n", (unsigned long long)seed);
	cw_rng_seed(&rng, seed, CW_RNG_TEST);
	assert_int_equal(pipe(pipes), 0);
	readonly = open("/dev/null", O_RDONLY);
	fds = open_fds() - 2; /* the two ends of a connection */
	while (messages < rounds) {
		random_client(r, &messages);
		clients++;
		thrown_out += r->status == -EPROTO;
		assert_true(!r->status || r->status == -EPROTO || r->status == -ENOTCONN);
		if (one_in(4))
			next_client(r);
	}
	next_client(r);
	rig_leave(r);
	until_end(r);
	assert_int_equal(open_fds(), fds);
	rig_connect(r);
	print_message("%u messages of %u clients, %u of them thrown out\n", messages, clients, thrown_out);
	assert_true(thrown_out > clients / 10 && thrown_out < clients);
	close(pipes[0]);
	close(pipes[1]);
	close(readonly);
	/* A guest may have its card do what it likes. */
	r->broken = cw_host_get_stats(r->v->host)->violations;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		T(headers_that_cannot_be), T(commands_before_version), T(versions_that_cannot_be), T(json_that_is_very_deep),
		T(json_that_is_merely_unknown), T(bodies_that_are_too_short), T(argsz_that_is_too_small),
		T(indices_that_are_not_there), T(commands_that_are_not_served), T(descriptors_where_there_are_none),
		T(maps_with_strange_flags), T(accesses_outside_a_region), T(interrupts_that_are_nonsense),
		T(replies_that_do_not_fit), T(a_client_that_answers_nothing), T(a_client_that_does_not_read),
		T(a_client_that_leaves_within_a_message), T(random_clients),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	return cmocka_run_group_tests_name("vfio_hostile", tests, NULL, NULL);
}
