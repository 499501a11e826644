// SPDX-License-Identifier: BSD-2-Clause
/* The card's DMA behind the vfio-user server: through a descriptor, by messages, into nothing; and clients and cards that go. */
#include "tests/unit/vfio_rig.h"

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

static void fill(struct rig *r, uint32_t at, uint32_t len, unsigned seed)
{
	for (uint32_t i = 0; i < len; i++)
		r->mem[at + i] = (uint8_t)(i * 7 + i / 251 + seed);
}

static uint64_t faults(struct rig *r)
{
	struct cw_vfio_stats s;

	cw_vfio_get_stats(r->v, &s);
	return s.faults;
}

/* What the server said, and nothing else was broken; the faults are expected from here on. */
static void faulted(struct rig *r, const char *text)
{
	assert_true(faults(r) > r->broken);
	r->broken = (unsigned)faults(r);
	if (!strstr(r->said, text))
		fail_msg("'%s' is not in: %s", text, r->said);
	assert_non_null(strstr(r->said, "checker: dma-unmapped"));
}

static void there_and_back(struct rig *r, uint32_t len)
{
	fill(r, BUF + 3, len, 1);
	memset(r->mem + BUF + 0x40000, 0, len + 10);
	rig_move(r, 0, false, IOVA + BUF + 3, len, 0x12345);
	rig_move(r, 1, true, IOVA + BUF + 0x40001, len, 0x12345);
	assert_memory_equal(r->mem + BUF + 0x40001, r->mem + BUF + 3, len);
	assert_int_equal(r->mem[BUF + 0x40000], 0);
	assert_int_equal(r->mem[BUF + 0x40001 + len], 0);
	assert_int_equal(rig_event(r, 1), 1);
	assert_int_equal(rig_event(r, 2), 1);
}

static void through_a_descriptor(void **state)
{
	struct rig *r = *state;

	rig_up(r, true);
	there_and_back(r, 100007);
	assert_int_equal(r->dma_reads + r->dma_writes, 0);
}

static void by_messages(void **state)
{
	struct rig *r = *state;
	struct cw_vfio_stats s;

	rig_up(r, false);
	there_and_back(r, 10007);
	cw_vfio_get_stats(r->v, &s);
	assert_int_equal(r->dma_reads, s.dma_reads);
	assert_int_equal(r->dma_writes, s.dma_writes);
	assert_true(s.dma_reads >= 10007 / 256 && s.dma_writes >= 10007 / 256);
}

static void ranges_of_both_kinds_side_by_side(void **state)
{
	struct rig *r = *state;
	uint32_t half = BUF + 0x8000;

	assert_int_equal(rig_hello(r), 0);
	assert_int_equal(rig_map(r, IOVA, half, 0, RIG_RW, -1), 0);
	assert_int_equal(rig_map(r, IOVA + half, MEM_BYTES - half, half, RIG_RW, r->mem_fd), 0);
	rig_enable(r);
	assert_int_equal(rig_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX, 0, VECTORS, 0), 0);
	rig_wr(r, CFG, CAP_MSIX + 2, 0x8000, 2);
	there_and_back(r, 0x10000);
	assert_true(r->dma_reads < 0x8000 / 64);
}

static void an_interrupt_waits_for_the_writes_before_it(void **state)
{
	struct rig *r = *state;

	rig_up(r, false);
	rig_queue(r, 0, true);
	r->keep_writes = true;
	rig_start(r, 0, IOVA + BUF, 600, 0);
	rig_settle(r);
	assert_true(r->kept_n >= 4); /* the data and the record */
	assert_int_equal(rig_event(r, 1), 0);
	for (unsigned i = 0; i < r->kept_n; i++) {
		assert_int_equal(rig_event(r, 1), 0);
		rig_answer(r, i);
		rig_settle(r);
	}
	assert_int_equal(rig_event(r, 1), 1);
	r->kept_n = 0;
}

static void a_register_is_read_while_memory_is_awaited(void **state)
{
	struct rig *r = *state;
	uint32_t status, bytes;

	rig_up(r, false);
	rig_queue(r, 0, false);
	r->keep_reads = true;
	rig_start(r, 0, IOVA + BUF, 600, 0);
	rig_settle(r);
	assert_int_equal(r->kept_n, 1);
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), CW_ID_MAGIC);
	assert_int_equal(rig_rd(r, CFG, 0, 2), CW_PCI_VENDOR_ID);
	rig_wr(r, CW_BAR_WINDOW, 0, 77, 4);
	assert_int_equal(rig_rd(r, CW_BAR_WINDOW, 0, 4), 77);
	assert_int_equal(rig_map(r, 0, 4096, 0, RIG_RW, -1), 0);
	r->keep_reads = false;
	rig_answer_all(r);
	assert_true(rig_record(r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_OK);
}

static void time_stands_while_the_card_waits_for_memory(void **state)
{
	struct rig *r = *state;
	uint32_t status, bytes;
	uint64_t now;

	rig_up(r, false);
	rig_queue(r, 0, false);
	r->keep_reads = true;
	rig_start(r, 0, IOVA + BUF, 600, 0);
	rig_settle(r);
	now = cw_host_now(r->v->host);
	for (unsigned i = 0; i < 200; i++)
		rig_step(r);
	assert_true(cw_host_now(r->v->host) == now);
	rig_post(r, 0, CW_SCRATCH, 55, 4); /* nor for what need not be waited for */
	for (unsigned i = 0; i < 200; i++)
		rig_step(r);
	assert_true(cw_host_now(r->v->host) == now);
	r->keep_reads = false;
	rig_answer_all(r);
	assert_true(rig_record(r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_OK);
	assert_int_equal(rig_rd(r, 0, CW_SCRATCH, 4), 55);
}

/* What the card asked for before a reset is no answer to what it asks after it. */
static void old_memory_does_not_survive_a_reset(void **state)
{
	struct rig *r = *state;

	rig_up(r, false);
	fill(r, BUF, 64, 9);
	rig_queue(r, 0, false);
	r->keep_reads = true;
	rig_start(r, 0, IOVA + BUF, 64, 0x100);
	rig_settle(r);
	assert_int_equal(r->kept_n, 1);
	assert_int_equal(r->kept[0].rw.iova, IOVA + RING);
	assert_int_equal(rig_call(r, VU_RESET, NULL, 0, NULL, 0), 0);
	r->keep_reads = false;
	rig_answer_all(r);
	rig_enable(r);
	rig_wr(r, CFG, CAP_MSIX + 2, 0x8000, 2);
	rig_move(r, 0, false, IOVA + BUF, 64, 0x200);
	assert_int_equal(rig_rd(r, CW_BAR_WINDOW, 0x100, 4), 0);
	assert_int_equal(rig_rd(r, CW_BAR_WINDOW, 0x200, 1), r->mem[BUF]);
	/* nor does an interrupt that waited */
	r->keep_writes = true;
	rig_event(r, 1);
	rig_queue(r, 0, true);
	rig_start(r, 0, IOVA + BUF, 64, 0x200);
	rig_settle(r);
	assert_int_equal(rig_call(r, VU_RESET, NULL, 0, NULL, 0), 0);
	rig_answer_all(r);
	rig_settle(r);
	assert_int_equal(rig_event(r, 1), 0);
}

static void a_client_that_refuses_its_memory(void **state)
{
	struct rig *r = *state;
	uint32_t status, bytes;

	rig_up(r, false);
	rig_queue(r, 0, true);
	r->keep_writes = true;
	rig_start(r, 0, IOVA + BUF, 64, 0);
	rig_settle(r);
	rig_reply(r, &r->kept[0].hdr, &r->kept[0].rw, NULL, 0, EFAULT);
	r->kept_n--;
	memmove(r->kept, r->kept + 1, r->kept_n * sizeof(r->kept[0]));
	rig_answer_all(r);
	rig_settle(r);
	assert_non_null(strstr(r->said, "refused a write"));
	assert_int_equal(faults(r), 0);
	r->keep_writes = false;
	rig_queue(r, 1, false);
	r->keep_reads = true;
	rig_start(r, 1, IOVA + BUF, 64, 0);
	rig_settle(r);
	r->keep_reads = false;
	rig_answer_all(r); /* the descriptor */
	r->keep_reads = true;
	rig_settle(r);
	assert_int_equal(r->kept_n, 1);
	rig_reply(r, &r->kept[0].hdr, &r->kept[0].rw, NULL, 0, EFAULT);
	r->kept_n = 0;
	assert_true(rig_record(r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_UR);
	faulted(r, "the client refused to read its memory");
}

/* ---- the IOMMU ---- */

static void dma_outside_every_mapping_is_a_fault(void **state)
{
	struct rig *r = *state;
	uint32_t status, bytes;

	rig_up(r, true);
	rig_queue(r, 0, false);
	rig_start(r, 0, IOVA + MEM_BYTES, 64, 0);
	assert_true(rig_record(r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_UR);
	faulted(r, "the guest has no DMA mapping there");
	rig_queue(r, 1, true);
	rig_start(r, 1, 0x1000, 64, 0);
	assert_true(rig_record(r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_OK); /* a write is posted: the card does not know */
	faulted(r, "the guest has no DMA mapping there");
}

static void a_mapping_that_cannot_be_written(void **state)
{
	struct rig *r = *state;
	uint32_t status, bytes;

	rig_up(r, true);
	assert_int_equal(rig_map(r, 0x10000, 4096, BUF, VFIO_DMA_MAP_FLAG_READ, r->mem_fd), 0);
	memset(r->mem + BUF, 0x5a, 64);
	rig_move(r, 0, false, 0x10000, 64, 0x100);
	memset(r->mem + BUF, 0xa5, 64);
	rig_queue(r, 1, true);
	rig_start(r, 1, 0x10000, 64, 0x100);
	assert_true(rig_record(r, &status, &bytes));
	faulted(r, "permits no writing");
	assert_int_equal(r->mem[BUF], 0xa5);
	assert_int_equal(rig_unmap(r, 0x10000, 4096, 0), 0);
	assert_int_equal(rig_map(r, 0x10000, 4096, BUF, VFIO_DMA_MAP_FLAG_WRITE, r->mem_fd), 0);
	rig_move(r, 2, true, 0x10000, 64, 0x100);
	assert_int_equal(r->mem[BUF], 0x5a);
	rig_queue(r, 3, false);
	rig_start(r, 3, 0x10000, 64, 0x100);
	assert_true(rig_record(r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_UR);
	faulted(r, "permits no reading");
}

static void dma_after_unmap(struct rig *r, int fd)
{
	uint32_t status, bytes;

	assert_int_equal(rig_map(r, 0x10000, 4096, BUF, RIG_RW, fd), 0);
	rig_move(r, 0, true, fd >= 0 ? 0x10000 : IOVA + BUF, 64, 0x100);
	assert_int_equal(faults(r), r->broken);
	assert_int_equal(rig_unmap(r, 0x10000, 4096, 0), 0);
	memset(r->mem + BUF, 0xa5, 64);
	rig_queue(r, 0, true);
	rig_start(r, 0, 0x10000, 64, 0x100);
	assert_true(rig_record(r, &status, &bytes));
	faulted(r, "no DMA mapping");
	assert_int_equal(r->mem[BUF], 0xa5);
}

static void use_after_unmap_is_a_fault(void **state)
{
	struct rig *r = *state;

	rig_up(r, true);
	dma_after_unmap(r, r->mem_fd);
}

static void use_after_unmap_by_messages_is_a_fault(void **state)
{
	struct rig *r = *state;
	unsigned writes;

	rig_up(r, false);
	writes = r->dma_writes;
	dma_after_unmap(r, -1);
	assert_int_equal(r->dma_writes - writes, 3); /* data and two records */
}

/* The read is out when the mapping ends: what the client answers then is not used. */
static void unmapped_while_it_is_read(void **state)
{
	struct rig *r = *state;
	uint32_t status, bytes;

	rig_up(r, true);
	assert_int_equal(rig_map(r, IOVA + MEM_BYTES, 4096, 0, RIG_RW, -1), 0);
	r->keep_reads = true;
	rig_queue(r, 0, false);
	rig_start(r, 0, IOVA + MEM_BYTES, 64, 0x100);
	rig_settle(r);
	assert_int_equal(r->kept_n, 1);
	assert_int_equal(rig_unmap(r, IOVA + MEM_BYTES, 4096, 0), 0);
	rig_reply(r, &r->kept[0].hdr, &r->kept[0].rw, r->mem, 64, 0);
	assert_true(rig_record(r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_UR);
	r->kept_n = 0;
	faulted(r, "no DMA mapping");
	/* mapped anew it is asked for anew */
	assert_int_equal(rig_map(r, IOVA + MEM_BYTES, 4096, 0, RIG_RW, -1), 0);
	fill(r, 0, 64, 99);
	rig_queue(r, 1, false);
	rig_start(r, 1, IOVA + MEM_BYTES, 64, 0x100);
	rig_settle(r);
	assert_int_equal(r->kept_n, 1);
	rig_reply(r, &r->kept[0].hdr, &r->kept[0].rw, r->mem, 64, 0);
	r->kept_n = 0;
	assert_true(rig_record(r, &status, &bytes));
	assert_int_equal(status, CW_STATUS_OK);
	assert_int_equal(rig_rd(r, CW_BAR_WINDOW, 0x100, 1), r->mem[0]);
}

static void all_mappings_end_at_once(void **state)
{
	struct rig *r = *state;

	rig_up(r, true);
	assert_int_equal(rig_unmap(r, 0, 0, VFIO_DMA_UNMAP_FLAG_ALL), 0);
	rig_queue(r, 0, false);
	rig_start(r, 0, IOVA + BUF, 64, 0);
	rig_settle(r);
	faulted(r, "no DMA mapping");
	assert_int_equal(rig_rd(r, 0, CW_QUEUE_OFFSET + CW_Q_STATUS, 4) & 0xf, CW_QSTATE_HALTED);
}

static void maps_that_cannot_be_are_refused(void **state)
{
	struct rig *r = *state;

	rig_up(r, true);
	assert_int_equal(rig_map(r, IOVA + 4096, 4096, 0, RIG_RW, r->mem_fd), EEXIST);
	assert_int_equal(rig_map(r, 0, 0, 0, RIG_RW, r->mem_fd), EINVAL);
	assert_int_equal(rig_map(r, 1, 4096, 0, RIG_RW, r->mem_fd), EINVAL);
	assert_int_equal(rig_map(r, UINT64_MAX - 4095, 8192, 0, RIG_RW, r->mem_fd), EINVAL);
	assert_int_equal(rig_map(r, 0, 4096, MEM_BYTES, RIG_RW, r->mem_fd), EINVAL);
	assert_int_equal(rig_map(r, 0, 4096, 0, 0, r->mem_fd), EINVAL);
	assert_int_equal(rig_map(r, 0, 4096, 0, RIG_RW, r->event[0]), EINVAL);
	assert_int_equal(rig_unmap(r, IOVA + 4096, 4096, 0), EINVAL);
	assert_int_equal(rig_unmap(r, IOVA, 0, 0), EINVAL);
	assert_int_equal(rig_unmap(r, 0, 4096, 0), 0); /* what never was: a vIOMMU does so */
	there_and_back(r, 5000);
}

/* ---- those who go ---- */

/* Nothing of the client before is left. */
static void is_fresh(struct rig *r)
{
	assert_int_equal(rig_hello(r), 0);
	assert_int_equal(rig_rd(r, CFG, 4, 2), 0);
	rig_enable(r);
	assert_int_equal(rig_rd(r, 0, CW_SCRATCH, 4), 0);
	assert_int_equal(rig_rd(r, 0, CW_QUEUE_OFFSET + CW_Q_STATUS, 4) & 0xf, CW_QSTATE_DISABLED);
	assert_int_equal(rig_rd(r, 0, CW_MSIX_TABLE_OFFSET + 12, 4), 1);
	for (unsigned i = 0; i < VECTORS; i++)
		rig_event(r, i);
	assert_int_equal(rig_map(r, IOVA, MEM_BYTES, 0, RIG_RW, r->mem_fd), 0);
	assert_int_equal(rig_irqs(r, VFIO_PCI_MSIX_IRQ_INDEX, 0, VECTORS, 0), 0);
	rig_wr(r, CFG, CAP_MSIX + 2, 0x8000, 2);
	there_and_back(r, 5000);
}

static void a_client_leaves_in_mid_transfer(void **state)
{
	struct rig *r = *state;

	for (unsigned steps = 0; steps < 40; steps += 3) {
		rig_up(r, true);
		rig_post(r, 0, CW_SCRATCH, 5, 4);
		rig_queue(r, 0, steps & 1);
		rig_start(r, 0, IOVA + BUF, 0x80000, 0);
		for (unsigned i = 0; i < steps; i++)
			rig_step(r);
		rig_leave(r);
		for (unsigned i = 0; i < STEPS_MAX && !r->status; i++)
			rig_step(r);
		assert_int_equal(r->status, -ENOTCONN);
		assert_string_equal(cw_vfio_why(r->v), "the client left");
		assert_int_equal(cw_vfio_step(r->v, 0), -ENOTCONN);
		rig_connect(r);
		is_fresh(r);
		rig_leave(r);
		for (unsigned i = 0; i < STEPS_MAX && !r->status; i++)
			rig_step(r);
		rig_connect(r);
	}
	r->broken = (unsigned)faults(r);
	assert_int_equal(r->broken, 0);
}

/* No fault of the card: it was the client's memory, and the client has gone. */
static void a_client_leaves_with_messages_open(void **state)
{
	struct rig *r = *state;

	for (unsigned i = 0; i < 4; i++) {
		rig_up(r, false);
		r->keep_reads = i < 2;
		r->keep_writes = true;
		rig_queue(r, 0, i & 1);
		rig_start(r, 0, IOVA + BUF, 0x1000, 0); /* 32 writes of 128 and a record may come in one step: fewer than KEPT_N */
		for (unsigned n = 0; n < 20 && r->kept_n < 20; n++) {
			rig_step(r);
			assert_false(rig_recv(r));
		}
		rig_leave(r);
		for (unsigned n = 0; n < STEPS_MAX && !r->status; n++)
			rig_step(r);
		assert_int_equal(r->status, -ENOTCONN);
		r->keep_reads = r->keep_writes = false;
		rig_connect(r);
		is_fresh(r);
		rig_leave(r);
		for (unsigned n = 0; n < STEPS_MAX && !r->status; n++)
			rig_step(r);
		rig_connect(r);
	}
	r->broken = (unsigned)faults(r); /* teardown has nothing to add */
	assert_int_equal(r->broken, 0);
}

static void a_client_leaves_while_it_reads_a_register(void **state)
{
	struct vu_region_rw rw = { 0, 0, 4 };
	struct rig *r = *state;

	rig_up(r, true);
	rig_send(r, VU_REGION_READ, &rw, sizeof(rw), NULL, 0);
	rig_step(r);
	rig_leave(r);
	for (unsigned i = 0; i < STEPS_MAX && !r->status; i++)
		rig_step(r);
	assert_int_equal(r->status, -ENOTCONN);
	rig_connect(r);
	is_fresh(r);
}

static void the_server_ends_in_mid_transfer(void **state)
{
	struct rig *r = *state;

	rig_up(r, true);
	rig_queue(r, 0, true);
	rig_start(r, 0, IOVA + BUF, 0x80000, 0);
	for (unsigned i = 0; i < 5; i++)
		rig_step(r);
	/* teardown frees it as it is: no rule is broken by that */
}

static void a_second_client_is_refused(void **state)
{
	struct rig *r = *state;
	int pair[2];

	rig_up(r, true);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(cw_vfio_attach(r->v, pair[0]), -EBUSY);
	close(pair[0]);
	close(pair[1]);
	there_and_back(r, 5000);
}

static void a_card_that_dies_is_gone_for_good(void **state)
{
	struct rig *r = *state;
	int pair[2];

	rig_up(r, true);
	rig_settle(r);
	rig_kill_card(r);
	for (unsigned i = 0; i < 1000 && !r->status; i++)
		rig_step(r);
	assert_int_equal(r->status, -ENODEV);
	assert_string_equal(cw_vfio_why(r->v), "the card is gone");
	assert_int_equal(recv(r->sock, pair, 1, MSG_DONTWAIT), 0); /* closed */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(cw_vfio_attach(r->v, pair[0]), -ENODEV);
	close(pair[0]);
	close(pair[1]);
}

static void a_card_dies_under_an_access(void **state)
{
	struct vu_region_rw rw = { 0, 0, 4 };
	struct rig *r = *state;

	rig_up(r, true);
	rig_settle(r);
	kill(r->card, SIGSTOP);
	rig_send(r, VU_REGION_READ, &rw, sizeof(rw), NULL, 0);
	for (unsigned i = 0; i < 20; i++)
		rig_step(r);
	assert_int_equal(r->status, 0);
	rig_kill_card(r);
	assert_false(rig_wait(r));
	assert_int_equal(r->status, -ENODEV);
}

static void a_card_dies_in_mid_transfer(void **state)
{
	struct rig *r = *state;

	rig_up(r, true);
	rig_queue(r, 0, true);
	rig_start(r, 0, IOVA + BUF, 0x80000, 0);
	for (unsigned i = 0; i < 5; i++)
		rig_step(r);
	rig_kill_card(r);
	for (unsigned i = 0; i < STEPS_MAX && !r->status; i++)
		rig_step(r);
	assert_int_equal(r->status, -ENODEV);
}

/* The server must be made after cmocka has put its own handler of SIGBUS in place: no setup. */
static void a_client_takes_its_memory_away(void **state)
{
	struct rig *r = rig_new();
	uint32_t i;

	(void)state;
	rig_up(r, true);
	rig_queue(r, 0, true);
	rig_start(r, 0, IOVA + BUF, 0x80000, 0);
	for (i = 0; i < 5; i++)
		rig_step(r);
	assert_int_equal(ftruncate(r->mem_fd, 0), 0);
	for (i = 0; i < STEPS_MAX && !r->status; i++)
		rig_step(r);
	assert_int_equal(r->status, -EPROTO);
	assert_non_null(strstr(cw_vfio_why(r->v), "took memory away"));
	assert_int_equal(ftruncate(r->mem_fd, MEM_BYTES), 0);
	rig_connect(r);
	is_fresh(r);
	rig_free(r);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(through_a_descriptor), T(by_messages), T(ranges_of_both_kinds_side_by_side),
		T(an_interrupt_waits_for_the_writes_before_it), T(a_register_is_read_while_memory_is_awaited),
		T(time_stands_while_the_card_waits_for_memory), T(old_memory_does_not_survive_a_reset),
		T(a_client_that_refuses_its_memory), T(dma_outside_every_mapping_is_a_fault),
		T(a_mapping_that_cannot_be_written), T(use_after_unmap_is_a_fault),
		T(use_after_unmap_by_messages_is_a_fault), T(unmapped_while_it_is_read), T(all_mappings_end_at_once),
		T(maps_that_cannot_be_are_refused), T(a_client_leaves_in_mid_transfer),
		T(a_client_leaves_with_messages_open), T(a_client_leaves_while_it_reads_a_register),
		T(the_server_ends_in_mid_transfer), T(a_second_client_is_refused), T(a_card_that_dies_is_gone_for_good),
		T(a_card_dies_under_an_access), T(a_card_dies_in_mid_transfer),
		cmocka_unit_test(a_client_takes_its_memory_away),
	};

	return cmocka_run_group_tests_name("vfio_dma", tests, NULL, NULL);
}
