// SPDX-License-Identifier: BSD-2-Clause
/*
 * The CPU's requests to the card: tags of the root complex, completions put
 * together, time-outs. A request that fails reads as all ones, as it does on a
 * real host.
 */
#include <errno.h>
#include <string.h>

#include "priv.h"

enum { REQ_WRITE = 0x8000 }; /* in req->tag while it waits for a tag */

void bus_init(struct cw_host *h)
{
	struct bus *b = &h->bus;

	memset(b, 0, sizeof(*b));
	b->oldest = b->newest = BUS_NONE;
	b->wait_tail = &b->wait_head;
}

static void unlink_slot(struct bus *b, struct bus_slot *s)
{
	if (s->older != BUS_NONE)
		b->slot[s->older].newer = s->newer;
	else
		b->oldest = s->newer;
	if (s->newer != BUS_NONE)
		b->slot[s->newer].older = s->older;
	else
		b->newest = s->older;
}

static void link_slot(struct bus *b, struct bus_slot *s)
{
	uint16_t tag = (uint16_t)(s - b->slot);

	s->newer = BUS_NONE;
	s->older = b->newest;
	if (b->newest != BUS_NONE)
		b->slot[b->newest].newer = tag;
	else
		b->oldest = tag;
	b->newest = tag;
}

/* Tags go round, so that a completion that comes too late meets no new request. */
static struct bus_slot *free_slot(struct bus *b)
{
	unsigned i, tag;

	for (i = 0; i < BUS_TAG_N; i++) {
		tag = (b->next_tag + i) % BUS_TAG_N;
		if (!b->slot[tag].req && !b->slot[tag].retired) {
			b->next_tag = (uint16_t)((tag + 1) % BUS_TAG_N);
			return &b->slot[tag];
		}
	}
	return NULL;
}

static void end_request(struct cw_host *h, struct cw_host_req *req, uint8_t status)
{
	req->status = status;
	if (status != CW_CPL_SC)
		memset(req->data, 0xff, sizeof(req->data));
	req->done = true;
	h->woke = true;
	if (req->complete)
		req->complete(req);
}

static uint32_t load32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void build(struct cw_host *h, const struct cw_host_req *req, bool write, uint16_t tag)
{
	uint16_t reg = req->addr & 0xffc;
	unsigned at = req->addr & 3;

	if (req->space == CW_SPACE_MEM) {
		cw_tlp_mrd(&h->req_tlp, CW_HOST_BDF, tag, req->addr, req->len, 0);
	} else if (!write) {
		cw_tlp_cfgrd(&h->req_tlp, CW_HOST_BDF, tag, CW_CARD_BDF, reg);
	} else {
		uint32_t value = load32(req->data) << 8 * at;
		uint8_t be = (uint8_t)(((1u << req->len) - 1) << at);

		cw_tlp_cfgwr(&h->req_tlp, CW_HOST_BDF, tag, CW_CARD_BDF, reg, value, be);
	}
}

static int issue(struct cw_host *h, struct bus_slot *s, struct cw_host_req *req, bool write)
{
	uint16_t tag = (uint16_t)(s - h->bus.slot);
	int r;

	build(h, req, write, tag);
	r = host_push(h, &h->req_tlp);
	if (r)
		return r;
	req->tag = tag;
	s->req = req;
	s->write = write;
	s->got = 0;
	s->deadline = h->now + h->p.cpl_timeout_ps;
	link_slot(&h->bus, s);
	return 0;
}

static int submit(struct cw_host *h, struct cw_host_req *req, bool write)
{
	struct bus_slot *s;

	req->done = false;
	req->next = NULL;
	if (h->state != CW_LINK_UP) {
		end_request(h, req, CW_CPL_UR);
		return 0;
	}
	s = h->bus.wait_head ? NULL : free_slot(&h->bus);
	if (s)
		return issue(h, s, req, write);
	req->tag = write ? REQ_WRITE : 0;
	*h->bus.wait_tail = req;
	h->bus.wait_tail = &req->next;
	return 0;
}

int cw_host_read(struct cw_host *h, struct cw_host_req *req)
{
	uint32_t within = req->space == CW_SPACE_CFG ? 4 : sizeof(req->data);

	if (!req->len || (req->addr & (within - 1)) + req->len > within)
		return -EINVAL;
	if (req->space == CW_SPACE_CFG && req->addr >= 4096)
		return -EINVAL;
	return submit(h, req, false);
}

int cw_host_cfg_write(struct cw_host *h, struct cw_host_req *req)
{
	if (req->space != CW_SPACE_CFG || !req->len || (req->addr & 3) + req->len > 4 || req->addr >= 4096)
		return -EINVAL;
	return submit(h, req, true);
}

int cw_host_write(struct cw_host *h, uint64_t addr, const void *data, uint32_t len)
{
	if (!len || (addr & 63) + len > 64)
		return -EINVAL;
	if (h->state != CW_LINK_UP)
		return 0;
	cw_tlp_mwr(&h->req_tlp, CW_HOST_BDF, addr, data, len, 0);
	return host_push(h, &h->req_tlp);
}

/* After a tag came free. */
static void start_waiting(struct cw_host *h)
{
	struct bus *b = &h->bus;
	struct cw_host_req *req = b->wait_head;
	struct bus_slot *s;

	if (!req || h->state != CW_LINK_UP)
		return;
	s = free_slot(b);
	if (!s)
		return;
	b->wait_head = req->next;
	if (!b->wait_head)
		b->wait_tail = &b->wait_head;
	if (issue(h, s, req, req->tag & REQ_WRITE))
		end_request(h, req, CW_CPL_CA);
}

static void finish(struct cw_host *h, struct bus_slot *s, uint8_t status)
{
	struct cw_host_req *req = s->req;

	unlink_slot(&h->bus, s);
	s->req = NULL;
	end_request(h, req, status);
	start_waiting(h);
}

/* A completion's bytes go behind those that came before: the checker has seen that they belong there. */
static void take_data(struct bus_slot *s, const struct cw_tlp *tlp, const struct cw_tlp_info *i)
{
	struct cw_host_req *req = s->req;
	uint32_t skip = req->space == CW_SPACE_MEM ? i->lower_addr & 3 : req->addr & 3;
	uint32_t n = tlp->data_len > skip ? tlp->data_len - skip : 0;

	if (n > req->len - s->got)
		n = req->len - s->got;
	memcpy(req->data + s->got, tlp->data + skip, n);
	s->got += n;
}

void bus_completion(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i, enum cw_verdict v)
{
	struct bus_slot *s = &h->bus.slot[i->tag % BUS_TAG_N];

	if (v == CW_DROP || i->tag >= BUS_TAG_N || !s->req)
		return;
	if (v == CW_REFUSE) {
		finish(h, s, CW_CPL_CA);
	} else if (i->status != CW_CPL_SC || s->write) {
		finish(h, s, i->status);
	} else {
		take_data(s, tlp, i);
		if (s->got == s->req->len)
			finish(h, s, CW_CPL_SC);
	}
}

uint64_t bus_deadline(const struct cw_host *h)
{
	return h->bus.oldest == BUS_NONE ? CW_TIME_NEVER : h->bus.slot[h->bus.oldest].deadline;
}

void bus_expire(struct cw_host *h)
{
	struct bus_slot *s;

	while (bus_deadline(h) <= h->now) {
		s = &h->bus.slot[h->bus.oldest];
		s->retired = true;
		cw_checker_timeout(h->checker, h->now, h->bus.oldest);
		finish(h, s, CW_CPL_UR);
	}
}

void bus_fall(struct cw_host *h)
{
	struct bus *b = &h->bus;
	struct cw_host_req *req = b->wait_head, *next;
	unsigned i;

	b->wait_head = NULL;
	b->wait_tail = &b->wait_head;
	while (b->oldest != BUS_NONE)
		finish(h, &b->slot[b->oldest], CW_CPL_UR);
	for (; req; req = next) {
		next = req->next;
		end_request(h, req, CW_CPL_UR);
	}
	for (i = 0; i < BUS_TAG_N; i++)
		b->slot[i].retired = false;
}
