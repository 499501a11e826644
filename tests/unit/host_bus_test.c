// SPDX-License-Identifier: BSD-2-Clause
/* Interrupts, messages and the CPU's requests. */
#include <errno.h>

#include "host_rig.h"

static struct rig rig;
static uint8_t buf[4096];

/* ---- interrupts and messages ---- */

static void vectors_are_decoded(void **state)
{
	struct rig *r = &rig;
	uint64_t addr;
	uint32_t data, v;

	(void)state;
	rig_default(r);
	rig_start(r);
	for (v = 0; v < 64; v++) {
		cw_host_msi_message(r->h, (int)(v * 31), &addr, &data);
		push_write(r, addr, &data, 4);
	}
	rig_run(r, 8 * US);
	assert_int_equal(r->irq_n, 64);
	for (v = 0; v < 64; v++)
		assert_int_equal(r->irq[v], v * 31);
	assert_int_equal(cw_host_get_stats(r->h)->interrupts, 64);
	assert_int_equal(rig_free(r), 0);
}

/* MSI: one address, the vector in the low bits of the data. */
static void msi_vectors_are_decoded(void **state)
{
	struct rig *r = &rig;
	uint32_t data, v;
	uint64_t addr;

	(void)state;
	rig_default(r);
	rig_start(r);
	cw_host_msi_message(r->h, 0, &addr, &data);
	assert_int_equal(cw_host_cfg_write32(r->h, MSIX, 0), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, MSI + 4, (uint32_t)addr), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, MSI + 8, (uint32_t)(addr >> 32)), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, MSI + 12, data), 0);
	assert_int_equal(cw_host_cfg_write32(r->h, MSI, 1u << 16 | 5u << 20), 0);
	assert_int_equal(data & 31, 0); /* room for the vector */
	for (v = 0; v < 32; v++) {
		uint32_t d = data | v;

		push_write(r, addr, &d, 4);
	}
	rig_run(r, 8 * US);
	assert_int_equal(r->irq_n, 32);
	for (v = 0; v < 32; v++)
		assert_int_equal(r->irq[v], v);
	assert_int_equal(rig_free(r), 0);
}

static void an_interrupt_ends_the_run_after_the_data_before_it(void **state)
{
	struct rig *r = &rig;
	uint64_t end;
	int ret;

	(void)state;
	rig_default(r);
	rig_start(r);
	memset(buf, 0x77, sizeof(buf));
	push_write(r, LOW_IOVA, buf, 64);
	push_write(r, 0xfee00000, "\3\0\0", 4);
	push_write(r, LOW_IOVA + 64, buf, 64);
	end = cw_host_now(r->h) + 20 * US;
	while (!(ret = cw_host_run(r->h, end, end)))
		assert_int_equal(cw_link_wait(r->he), 0);
	assert_int_equal(ret, 1);
	assert_true(cw_host_now(r->h) < end);
	assert_int_equal(r->irq_n, 1);
	assert_int_equal(r->mem[63], 0x77);
	assert_int_not_equal(r->mem[64], 0x77);
	rig_run_until(r, end);
	assert_int_equal(r->mem[64], 0x77);
	assert_int_equal(rig_free(r), 0);
}

static void intx_is_a_level_and_falls_with_the_link(void **state)
{
	struct rig *r = &rig;
	struct cw_tlp t;

	(void)state;
	rig_default(r);
	rig_start(r);
	assert_int_equal(cw_host_cfg_write32(r->h, MSIX, 0), 0);
	cw_tlp_msg(&t, CARD, CW_MSG_ASSERT_INTA, 4);
	rig_send(r, &t);
	assert_int_equal(r->level, 1);
	cw_tlp_msg(&t, CARD, CW_MSG_ASSERT_INTA, 4); /* said twice: no other call */
	rig_send(r, &t);
	assert_int_equal(r->level_n, 1);
	cw_tlp_msg(&t, CARD, CW_MSG_DEASSERT_INTA, 4);
	rig_send(r, &t);
	assert_int_equal(r->level, 0);
	cw_tlp_msg(&t, CARD, CW_MSG_ASSERT_INTA, 4);
	rig_send(r, &t);
	assert_int_equal(r->level, 1);
	assert_int_equal(r->level_n, 3);
	assert_int_equal(cw_host_link_set(r->h, CW_LINK_HOT_RESET), 0);
	assert_int_equal(r->level, 0);
	assert_int_equal(rig_free(r), 0);
}

static void error_messages_are_passed_on(void **state)
{
	struct rig *r = &rig;
	struct cw_tlp t;

	(void)state;
	rig_default(r);
	rig_start(r);
	cw_tlp_msg(&t, CARD, CW_MSG_ERR_NONFATAL, 0);
	rig_send(r, &t);
	assert_int_equal(r->err_code, CW_MSG_ERR_NONFATAL);
	assert_int_equal(r->err_source, CARD);
	assert_int_equal(rig_free(r), 0);
}

/* ---- requests of the CPU ---- */

static void answer(struct rig *r, const struct got *g, const uint8_t *bar)
{
	struct cw_tlp t;
	uint64_t first;
	uint32_t span = cw_tlp_span(&g->i, &first);

	cw_tlp_cpld(&t, CARD, 0, g->i.tag, 0, 0, (uint16_t)span, (uint8_t)(first & 0x7f), bar + (g->i.addr & 0xfff),
		    g->i.len_dw);
	rig_card_push(r, &t);
}

static void cpu_reads_of_every_size(void **state)
{
	struct rig *r = &rig;
	struct cw_host_req req;
	uint8_t bar[4096];
	unsigned off, len;

	(void)state;
	rig_default(r);
	rig_start(r);
	for (off = 0; off < sizeof(bar); off++)
		bar[off] = (uint8_t)(off * 13);
	for (off = 0; off < 64; off++) {
		for (len = 1; len <= 64 - off; len += len < 8 ? 1 : 7) {
			req = (struct cw_host_req){ .space = CW_SPACE_MEM, .addr = r->dev.bar[4].base + 128 + off, .len = len };
			r->got_n = 0;
			assert_int_equal(cw_host_read(r->h, &req), 0);
			rig_run(r, US / 2);
			assert_int_equal(r->got_n, 1);
			answer(r, &r->got[0], bar);
			rig_run(r, US * 3 / 2);
			assert_true(req.done);
			assert_int_equal(req.status, CW_CPL_SC);
			assert_memory_equal(req.data, bar + 128 + off, len);
		}
	}
	req.len = 0;
	assert_int_equal(cw_host_read(r->h, &req), -EINVAL);
	req.addr = r->dev.bar[0].base + 63;
	req.len = 2;
	assert_int_equal(cw_host_read(r->h, &req), -EINVAL);
	assert_int_equal(rig_free(r), 0);
}

static void cpu_writes_arrive_in_order_before_a_read(void **state)
{
	struct rig *r = &rig;
	struct cw_host_req req = { .space = CW_SPACE_MEM, .len = 4 };
	unsigned i;

	(void)state;
	rig_default(r);
	r->credit.hdr[CW_FC_P] = 2; /* the read has to wait with them */
	r->credit.data[CW_FC_P] = 4;
	rig_start(r);
	req.addr = r->dev.bar[0].base;
	for (i = 0; i < 16; i++) {
		memset(buf, (int)i, 8);
		assert_int_equal(cw_host_write(r->h, r->dev.bar[0].base + 8 * (i % 8) + i % 3, buf, 1 + i % 5), 0);
	}
	assert_int_equal(cw_host_read(r->h, &req), 0);
	rig_run(r, 10 * US);
	assert_int_equal(r->got_n, 17);
	for (i = 0; i < 16; i++) {
		uint64_t first;

		assert_int_equal(r->got[i].i.kind, CW_TLP_MWR);
		assert_int_equal(cw_tlp_span(&r->got[i].i, &first), 1 + i % 5);
		assert_true(first == r->dev.bar[0].base + 8 * (i % 8) + i % 3);
		assert_int_equal(r->got[i].tlp.data[first & 3], i);
	}
	assert_int_equal(r->got[16].i.kind, CW_TLP_MRD);
	answer(r, &r->got[16], buf);
	rig_run(r, 2 * US);
	assert_true(req.done);
	assert_int_equal(cw_host_write(r->h, r->dev.bar[0].base + 60, buf, 8), -EINVAL);
	assert_int_equal(rig_free(r), 0);
}

static unsigned completed;

static void count(struct cw_host_req *req)
{
	(void)req;
	completed++;
}

static void more_requests_than_tags_wait(void **state)
{
	static struct cw_host_req req[300];
	struct rig *r = &rig;
	unsigned i;

	(void)state;
	rig_default(r);
	r->credit.hdr[CW_FC_NP] = 512;
	r->credit.data[CW_FC_NP] = 512;
	rig_start(r);
	completed = 0;
	for (i = 0; i < 300; i++) {
		req[i] = (struct cw_host_req){ .space = CW_SPACE_MEM, .addr = r->dev.bar[0].base + 4 * (i % 16), .len = 4,
					       .complete = count };
		assert_int_equal(cw_host_read(r->h, &req[i]), 0);
	}
	rig_run(r, 10 * US);
	assert_int_equal(r->got_n, 256);
	for (i = 0; i < 256; i++)
		answer(r, &r->got[i], buf);
	rig_run(r, 20 * US);
	assert_int_equal(r->got_n, 300);
	assert_int_equal(completed, 256);
	for (i = 256; i < 300; i++)
		answer(r, &r->got[i], buf);
	rig_run(r, 20 * US);
	assert_int_equal(completed, 300);
	assert_int_equal(rig_free(r), 0);
}

static void configuration_bytes(void **state)
{
	struct rig *r = &rig;
	struct cw_host_req req = { .space = CW_SPACE_CFG, .addr = 0x3d, .len = 2, .data = { 0xab, 0xcd } };

	(void)state;
	rig_default(r);
	rig_set(r, 0x3c, 0, 0xffffffff);
	rig_start(r);
	assert_int_equal(cw_host_cfg_write(r->h, &req), 0);
	assert_int_equal(cw_host_wait(r->h, &req), 0);
	assert_int_equal(rig_get32(r->cfg, 0x3c), 0x00cdab00);
	req = (struct cw_host_req){ .space = CW_SPACE_CFG, .addr = 0x3e, .len = 1 };
	assert_int_equal(cw_host_read(r->h, &req), 0);
	assert_int_equal(cw_host_wait(r->h, &req), 0);
	assert_int_equal(req.data[0], 0xcd);
	req.addr = 0x3f;
	req.len = 2;
	assert_int_equal(cw_host_read(r->h, &req), -EINVAL);
	req.addr = 0x1000;
	assert_int_equal(cw_host_read(r->h, &req), -EINVAL);
	assert_int_equal(rig_free(r), 0);
}

static void a_timed_out_tag_is_not_used_again(void **state)
{
	struct cw_host_req req = { .space = CW_SPACE_MEM, .len = 4 };
	struct rig *r = &rig;
	uint16_t lost;
	unsigned i;

	(void)state;
	rig_default(r);
	r->p.cpl_timeout_ps = 5 * US;
	rig_start(r);
	cw_host_expect(r->h, "cpl-timeout", 1);
	req.addr = r->dev.bar[0].base;
	assert_int_equal(cw_host_read(r->h, &req), 0);
	rig_run(r, 8 * US);
	assert_true(req.done);
	assert_int_equal(req.status, CW_CPL_UR);
	lost = r->got[0].i.tag;
	for (i = 0; i < 300; i++) {
		r->got_n = 0;
		assert_int_equal(cw_host_read(r->h, &req), 0);
		rig_run(r, US / 2);
		assert_int_not_equal(r->got[0].i.tag, lost);
		answer(r, &r->got[0], buf);
		rig_run(r, US * 3 / 2);
		assert_true(req.done);
	}
	assert_int_equal(rig_free(r), 0);
}

static void a_dead_card_ends_everything(void **state)
{
	struct cw_host_req req = { .space = CW_SPACE_MEM, .len = 4 };
	struct rig *r = &rig;
	uint64_t end;
	uint32_t v;
	int ret = 0;

	(void)state;
	rig_default(r);
	rig_start(r);
	req.addr = r->dev.bar[0].base;
	assert_int_equal(cw_host_read(r->h, &req), 0);
	rig_run(r, 2 * US);
	cw_link_set_peer(r->he, NULL, NULL);
	cw_link_close(r->ce);
	end = cw_host_now(r->h) + 10 * US;
	while (ret >= 0 && cw_host_now(r->h) < end) {
		ret = cw_host_run(r->h, end, end);
		if (!ret)
			ret = cw_link_wait(r->he);
	}
	assert_int_equal(ret, -ENOTCONN);
	cw_host_lost(r->h);
	assert_true(req.done);
	assert_int_equal(req.status, CW_CPL_UR);
	assert_int_equal(r->state, CW_LINK_DOWN);
	/* time goes on, requests fail at once */
	assert_int_equal(cw_host_run(r->h, end, end), 1);
	assert_true(cw_host_now(r->h) == end);
	assert_int_equal(cw_host_read(r->h, &req), 0);
	assert_true(req.done);
	assert_int_equal(cw_host_write(r->h, req.addr, buf, 4), 0);
	/* which is told from an error of the card */
	assert_int_equal(cw_host_cfg_read32(r->h, 0, &v), -ENOTCONN);
	assert_int_equal(v, UINT32_MAX);
	assert_int_equal(cw_host_cfg_write32(r->h, 4, 0), -ENOTCONN);
	assert_int_equal(cw_host_free(r->h), 0);
	cw_txq_free(r->tx);
	cw_link_close(r->he);
}

static void surprise_down_ends_requests(void **state)
{
	static struct cw_msg m;
	struct cw_host_req req = { .space = CW_SPACE_MEM, .len = 4 };
	struct rig *r = &rig;

	(void)state;
	rig_default(r);
	rig_start(r);
	req.addr = r->dev.bar[0].base;
	assert_int_equal(cw_host_read(r->h, &req), 0);
	rig_run(r, 2 * US);
	m = (struct cw_msg){ .kind = CW_MSG_LINK, .stamp = r->card_now, .state = CW_LINK_DOWN };
	assert_int_equal(cw_link_send(r->ce, &m), 0);
	rig_run(r, 2 * US);
	assert_true(req.done);
	assert_int_equal(r->state, CW_LINK_DOWN);
	assert_false(cw_host_link_is_up(r->h));
	assert_int_equal(rig_free(r), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_are_decoded),
		cmocka_unit_test(msi_vectors_are_decoded),
		cmocka_unit_test(an_interrupt_ends_the_run_after_the_data_before_it),
		cmocka_unit_test(intx_is_a_level_and_falls_with_the_link),
		cmocka_unit_test(error_messages_are_passed_on),
		cmocka_unit_test(cpu_reads_of_every_size),
		cmocka_unit_test(cpu_writes_arrive_in_order_before_a_read),
		cmocka_unit_test(more_requests_than_tags_wait),
		cmocka_unit_test(configuration_bytes),
		cmocka_unit_test(a_timed_out_tag_is_not_used_again),
		cmocka_unit_test(a_dead_card_ends_everything),
		cmocka_unit_test(surprise_down_ends_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
