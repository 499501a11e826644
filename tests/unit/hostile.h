/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a peer can do to an end of a link that trusts it: write anything anywhere
 * in the memory they share, at any time. One act at a time, drawn from a seed.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include "sim/link/link_priv.h"
#include "sim/link/rng.h"

/* Around what the victim counts, around the ends of the ring and of the type, or anything. */
static inline uint64_t nasty(struct cw_rng *rng, uint64_t near, uint32_t size)
{
	static const int64_t step[] = { -8, -1, 0, 1, 8, 16, 24, 40 };
	uint64_t base[] = { near, near + size, near - size, 0, UINT64_MAX, 1ull << 32, 1ull << 63 };

	if (cw_rng_one_in(rng, 4))
		return cw_rng_next(rng) >> cw_rng_below(rng, 64);
	return base[cw_rng_below(rng, 7)] + (uint64_t)step[cw_rng_below(rng, 8)];
}

static inline void poke(struct cw_link *v, struct cw_ring *r, uint64_t pos, const void *from, uint32_t len)
{
	(void)v;
	for (uint32_t i = 0; i < len; i++)
		r->data[(pos + i) & (r->size - 1)] = ((const uint8_t *)from)[i];
}

/* A field of the record that the victim reads next, or of a new one. */
static inline void scribble_record(struct cw_link *v, struct cw_rng *rng)
{
	struct cw_rec_tlp rec = { .head = { .len = sizeof(rec), .kind = 1 + (uint32_t)cw_rng_below(rng, 4) } };
	uint64_t at = v->in.at, head = atomic_load(&v->in.ctl->head), value = nasty(rng, v->last_in, v->in.size);
	uint32_t field = (uint32_t)cw_rng_below(rng, 5);

	if (head - at >= CW_REC_MIN && head - at <= v->in.size) {
		/* len, kind, stamp, and the two halves of what follows */
		poke(v, &v->in, at + (uint32_t[]){ 0, 4, 8, 16, 32 }[field], &value, field == 2 ? 8 : 4);
		return;
	}
	if (cw_rng_one_in(rng, 2))
		rec.head.stamp = v->last_in + cw_rng_below(rng, 1000000);
	else
		rec.head.stamp = value;
	if (cw_rng_one_in(rng, 3))
		rec.head.len = (uint32_t)nasty(rng, 24, CW_REC_MAX);
	for (int i = 0; i < 4; i++)
		rec.dw[i] = (uint32_t)cw_rng_next(rng);
	rec.data_len = cw_rng_one_in(rng, 2) ? 0 : (uint32_t)value;
	poke(v, &v->in, at, &rec, sizeof(rec));
	atomic_store(&v->in.ctl->head, at + (rec.head.kind == CW_MSG_TLP || rec.head.kind == CW_MSG_CREDIT ? 40 : 24));
}

/* One act. Its name, for the log of a failing run. */
static inline const char *scribble(struct cw_link *v, struct cw_rng *rng)
{
	static const char *const name[] = { "head", "tail", "reader_sleeps", "writer_needs", "the victim's sleep flags",
					    "the victim's indices", "a record", "bytes unread", "any byte" };
	unsigned act = (unsigned)cw_rng_below(rng, 9);
	uint64_t value, head = atomic_load(&v->in.ctl->head);

	switch (act) {
	case 0:
		atomic_store(&v->in.ctl->head, nasty(rng, v->in.at, v->in.size));
		break;
	case 1:
		atomic_store(&v->out.ctl->tail, nasty(rng, v->out.freed, v->out.size));
		break;
	case 2:
		atomic_store(&v->out.ctl->reader_sleeps, (uint32_t)cw_rng_next(rng));
		break;
	case 3:
		atomic_store(&v->in.ctl->writer_needs, (uint32_t)cw_rng_next(rng));
		break;
	case 4:
		atomic_store(&v->in.ctl->reader_sleeps, (uint32_t)cw_rng_next(rng));
		atomic_store(&v->out.ctl->writer_needs, (uint32_t)cw_rng_next(rng));
		break;
	case 5:
		atomic_store(&v->in.ctl->tail, nasty(rng, v->in.freed, v->in.size));
		atomic_store(&v->out.ctl->head, nasty(rng, v->out.at, v->out.size));
		break;
	case 6:
		scribble_record(v, rng);
		break;
	case 7:
		for (int i = 0; i < 4 && head - v->in.at && head - v->in.at <= v->in.size; i++) {
			value = cw_rng_next(rng);
			poke(v, &v->in, v->in.at + cw_rng_below(rng, head - v->in.at), &value, 1);
		}
		break;
	default:
		for (int i = 0; i < 16; i++)
			((uint8_t *)v->seg)[cw_rng_below(rng, cw_seg_bytes(v->param.ring_bytes))] = (uint8_t)cw_rng_next(rng);
	}
	return name[act];
}

#endif
