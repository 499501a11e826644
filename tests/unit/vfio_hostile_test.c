// SPDX-License-Identifier: BSD-2-Clause
/*
 * Clients that mean harm, or know no better: each check of the vfio-user server by a message of its own. The
 * connection ends with a reason or the client is told an error; the server neither dies nor hangs; the next
 * client finds a good card. Random ones are in vfio_random_test.c.
 */
#include "tests/unit/vfio_clients.h"

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
	union { struct vfio_irq_set s; uint8_t more[sizeof(struct vfio_irq_set) + 16]; } set = {
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(headers_that_cannot_be), T(commands_before_version), T(versions_that_cannot_be), T(json_that_is_very_deep),
		T(json_that_is_merely_unknown), T(bodies_that_are_too_short), T(argsz_that_is_too_small),
		T(indices_that_are_not_there), T(commands_that_are_not_served), T(descriptors_where_there_are_none),
		T(maps_with_strange_flags), T(accesses_outside_a_region), T(interrupts_that_are_nonsense),
		T(replies_that_do_not_fit), T(a_client_that_answers_nothing), T(a_client_that_does_not_read),
		T(a_client_that_leaves_within_a_message),
	};

	return cmocka_run_group_tests_name("vfio_hostile", tests, NULL, NULL);
}
