// SPDX-License-Identifier: BSD-2-Clause
/*
 * The card's way to the guest's memory. Where DMA_MAP came without a file
 * descriptor, reads and writes are messages; an interrupt waits for the replies
 * to the writes before it. Nothing else waits for a reply: the client may
 * hold a lock while it waits for us.
 */
#include <errno.h>
#include <string.h>

#include "priv.h"

/* Reads and writes have ids of their own: a reply to one is never taken for the other. */
enum { ID_READ = 0x8000, ID_MASK = 0x7fff };

void *memory_lookup(void *ctx, uint64_t iova, uint32_t len, enum cw_dma_dir dir, uint32_t *chunk, const char **why)
{
	struct cw_vfio *v = ctx;
	bool remote;
	void *at = guestmem_lookup(v->mem, iova, len, dir == CW_DMA_FROM_DEVICE, chunk, &remote, why);

	return at && remote ? CW_HOST_REMOTE : at;
}

static struct fetch *find(struct remote *r, uint64_t iova)
{
	for (unsigned i = 0; i < FETCH_N; i++) {
		struct fetch *f = &r->fetch[i];

		if (f->state != FETCH_FREE && f->state != FETCH_DEAD && f->iova == iova)
			return f;
	}
	return NULL;
}

/* Messages of ours to the client. That it cannot be told anything is no fault of the card: the connection ends. */
static int tell(struct cw_vfio *v, const struct vu_hdr *hdr, const struct vu_dma_rw *rw, const void *data, uint32_t len)
{
	if (!v->remote.broken)
		v->remote.broken = channel_send(&v->ch, hdr, rw, sizeof(*rw), data, len);
	return v->remote.broken;
}

static void ask(struct cw_vfio *v, uint64_t iova, uint32_t len)
{
	const struct vu_dma_rw rw = { iova, len };
	struct vu_hdr hdr = { .id = (uint16_t)(ID_READ | (v->remote.next_id & ID_MASK)), .command = VU_DMA_READ };
	struct fetch *f = NULL;

	for (unsigned i = 0; i < FETCH_N && !f; i++)
		if (v->remote.fetch[i].state == FETCH_FREE)
			f = &v->remote.fetch[i];
	if (!f)
		return; /* a reply will free one */
	if (tell(v, &hdr, &rw, NULL, 0))
		return;
	v->remote.next_id++;
	v->remote.asked++;
	v->stats.dma_reads++;
	f->id = hdr.id;
	f->iova = iova;
	f->len = len;
	f->state = FETCH_ASKED;
}

int memory_fetch(void *ctx, uint64_t iova, uint32_t len, uint8_t *to, const char **why)
{
	struct cw_vfio *v = ctx;
	struct fetch *f = find(&v->remote, iova);

	if (f && f->state == FETCH_HERE && f->len < len) {
		f->state = FETCH_FREE; /* completions are cut otherwise now */
		f = NULL;
	}
	if (!f)
		ask(v, iova, len);
	if (!f || f->state == FETCH_ASKED)
		return 0;
	*why = "the client refused to read its memory";
	if (f->state == FETCH_HERE)
		memcpy(to, f->data, len);
	len = f->state == FETCH_HERE;
	f->state = FETCH_FREE;
	return len ? 1 : -EFAULT;
}

int memory_store(void *ctx, uint64_t iova, uint32_t len, const uint8_t *from, const char **why)
{
	struct cw_vfio *v = ctx;

	(void)why;
	while (len) {
		const struct vu_dma_rw rw = { iova, len < FETCH_BYTES ? len : FETCH_BYTES };
		const struct vu_hdr hdr = { .id = (uint16_t)(v->remote.stored & ID_MASK), .command = VU_DMA_WRITE };

		if (tell(v, &hdr, &rw, from, (uint32_t)rw.count))
			return 0;
		v->remote.stored++;
		v->stats.dma_writes++;
		iova += rw.count;
		from += rw.count;
		len -= (uint32_t)rw.count;
	}
	return 0;
}

/* ---- interrupts ---- */

static void deliver(struct cw_vfio *v, int vector, bool level)
{
	if (vector < 0)
		irqs_intx(&v->irqs, level);
	else if (v->pci.msix_on)
		irqs_msix(&v->irqs, (unsigned)vector);
	else if (v->pci.msi_on)
		irqs_msi(&v->irqs, (unsigned)vector);
}

static void deliver_held(struct cw_vfio *v)
{
	struct remote *r = &v->remote;

	while (r->held_n && r->held[r->held_head].after <= r->store_done) {
		unsigned at = r->held_head;

		r->held_head = (at + 1) % HELD_N;
		r->held_n--;
		deliver(v, r->held[at].vector, r->held[at].level);
	}
}

void memory_interrupt(void *ctx, int vector, bool level)
{
	struct cw_vfio *v = ctx;
	struct remote *r = &v->remote;
	unsigned at = (r->held_head + r->held_n) % HELD_N;

	if (r->stored == r->store_done) {
		deliver(v, vector, level);
		return;
	}
	if (r->held_n == HELD_N) {
		r->broken = channel_fail(&v->ch, "%u interrupts wait for replies to DMA_WRITE", HELD_N);
		return;
	}
	r->held[at].after = r->stored;
	r->held[at].vector = vector;
	r->held[at].level = level;
	r->held_n++;
}

/* ---- replies ---- */

static int fetched(struct cw_vfio *v, const struct message *m)
{
	struct fetch *f = NULL;
	struct vu_dma_rw rw;

	for (unsigned i = 0; i < FETCH_N && !f; i++)
		if ((v->remote.fetch[i].state == FETCH_ASKED || v->remote.fetch[i].state == FETCH_DEAD) &&
		    v->remote.fetch[i].id == m->hdr.id)
			f = &v->remote.fetch[i];
	if (!f)
		return channel_fail(&v->ch, "a reply to DMA_READ %u, which is not open", m->hdr.id);
	v->remote.asked--;
	cw_host_poke(v->host);
	if (f->state == FETCH_DEAD) {
		f->state = FETCH_FREE;
		return 0;
	}
	f->state = FETCH_FAILED;
	if (m->hdr.flags & VU_ERROR)
		return 0;
	if (m->len != sizeof(rw) + f->len)
		return channel_fail(&v->ch, "%u bytes in the reply to DMA_READ of %u", m->len, f->len);
	memcpy(&rw, m->body, sizeof(rw));
	if (rw.iova != f->iova || (uint32_t)rw.count != f->len)
		return channel_fail(&v->ch, "the reply to DMA_READ of 0x%llx speaks of 0x%llx",
				    (unsigned long long)f->iova, (unsigned long long)rw.iova);
	memcpy(f->data, m->body + sizeof(rw), f->len);
	f->state = FETCH_HERE;
	return 0;
}

int memory_reply(struct cw_vfio *v, const struct message *m)
{
	struct remote *r = &v->remote;

	if (m->hdr.command == VU_DMA_READ)
		return fetched(v, m);
	if (m->hdr.command != VU_DMA_WRITE || r->store_done == r->stored)
		return channel_fail(&v->ch, "a reply to command %u, which was not sent", m->hdr.command);
	/* An interrupt must not pass a write before it: replies have the order of the writes. */
	if (m->hdr.id != (r->store_done & ID_MASK))
		return channel_fail(&v->ch, "a reply to DMA_WRITE %u; the oldest that is open is %u", m->hdr.id,
				    (unsigned)(r->store_done & ID_MASK));
	r->store_done++;
	if (m->hdr.flags & VU_ERROR)
		vfio_report(v, "the client refused a write of the card to its memory: error %u", m->hdr.error);
	deliver_held(v);
	return 0;
}

void memory_forget(struct cw_vfio *v, uint64_t iova, uint64_t size)
{
	for (unsigned i = 0; i < FETCH_N; i++) {
		struct fetch *f = &v->remote.fetch[i];

		if (f->state == FETCH_FREE || f->iova - iova >= size)
			continue;
		f->state = f->state == FETCH_ASKED || f->state == FETCH_DEAD ? FETCH_DEAD : FETCH_FREE;
	}
	cw_host_poke(v->host);
}

void memory_reset(struct cw_vfio *v)
{
	memory_forget(v, 0, UINT64_MAX);
	v->remote.held_n = 0;
	irqs_intx(&v->irqs, false); /* its message may have been among those */
}
