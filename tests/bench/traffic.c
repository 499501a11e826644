// SPDX-License-Identifier: BSD-2-Clause
#include "traffic.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../driver/cw_regs.h"
#include "../../sim/link/log.h"
#include "figure.h"
#include "limit.h"
#include "meter.h"
#include "packets.h"
#include "rig.h"

#define IOVA 0x800000000ull
#define PAGE 4096u
#define RING_MIN 16u       /* entries */
#define CYCLES_MIN 40000.0 /* a run is at least about so long, */
#define CYCLES_MAX 300000.0 /* and not made longer than this to cover whole turns of the queues */

struct queue {
	unsigned id, vector;
	bool c2h;
	uint32_t posted, ended;  /* descriptors described, records seen */
	uint32_t told;           /* consumer index written */
	uint64_t word;           /* user word of the packet before */
	uint64_t ring, records;  /* offsets in the memory */
	uint64_t buf, card;      /* offset of the first buffer; card address */
};

struct seen {
	uint64_t at, time; /* offset in the memory; of the record write */
	uint32_t len;
};

struct traffic {
	const struct bench_point *p;
	struct rig rig;
	struct meter meter;
	uint8_t *mem;
	uint64_t mem_bytes, ring_bytes, rings_end;
	struct queue *queue;
	unsigned queue_n;
	uint32_t entries;
	struct seen *seen;
	size_t seen_n, seen_size;
	uint8_t *raised;         /* by vector */
	bool any_raised;
	struct way way[2];
	uint8_t *expect, *got;
	uint64_t ops, interrupts, batches;
	uint64_t violations;
	enum packets_held held;
	uint32_t weight;
};

/* ---- what the host model asks ---- */

static int note_records(struct traffic *t, uint64_t at, uint32_t len)
{
	if (t->seen_n == t->seen_size) {
		size_t size = t->seen_size ? 2 * t->seen_size : 1024;
		struct seen *s = realloc(t->seen, size * sizeof(*s));

		if (!s)
			return -ENOMEM;
		t->seen = s;
		t->seen_size = size;
	}
	t->seen[t->seen_n++] = (struct seen){ at, cw_host_now(t->rig.host), len };
	return 0;
}

/* The rings are at the start of the memory: a descriptor ring and a completion ring in turn. */
static void *lookup(void *ctx, uint64_t iova, uint32_t len, enum cw_dma_dir dir, uint32_t *chunk, const char **why)
{
	struct traffic *t = ctx;
	uint64_t at = iova - IOVA;

	if (iova < IOVA || at >= t->mem_bytes || len > t->mem_bytes - at) {
		*why = "not mapped";
		return NULL;
	}
	*chunk = len;
	if (dir == CW_DMA_FROM_DEVICE && at < t->rings_end && note_records(t, at, len)) {
		*why = "out of memory";
		return NULL;
	}
	return t->mem + at;
}

static void interrupt(void *ctx, int vector, bool level)
{
	struct traffic *t = ctx;

	(void)level;
	t->interrupts++;
	if (vector < 0 || (unsigned)vector >= rig_vectors(&t->rig))
		return;
	t->raised[vector] = 1;
	t->any_raised = true;
}

/* The first one is the error of the run. */
static void violation(void *ctx, const struct cw_violation *v)
{
	struct traffic *t = ctx;

	t->violations++;
	rig_fail(&t->rig, -EIO, "%s (%s) in cycle %llu: %s", v->rule, v->section, (unsigned long long)v->cycle, v->text);
}

static void tap_pcie(void *ctx, uint64_t cycle, const struct cw_wires_out *out, const struct cw_wires_in *in)
{
	struct traffic *t = ctx;

	meter_pcie(&t->meter, cycle, out, in);
}

static void tap_axi(void *ctx, uint64_t cycle, const struct cw_wires_axi_out *out, const struct cw_wires_axi_in *in)
{
	struct traffic *t = ctx;

	meter_axi(&t->meter, cycle, out, in);
}

/* ---- memory ---- */

static uint64_t buffer_at(const struct traffic *t, const struct queue *q, uint32_t number)
{
	return q->buf + number % t->entries * point_stride(t->p) + point_start(t->p);
}

static uint64_t card_stride(const struct bench_point *p)
{
	return ((uint64_t)p->size + 63) & ~63ull;
}

static uint64_t card_at(const struct traffic *t, const struct queue *q, uint32_t number)
{
	return q->card + number % t->entries * card_stride(t->p);
}

/* Data that no other descriptor has. */
static void pattern(const struct queue *q, uint32_t number, uint8_t *to, uint32_t len)
{
	uint64_t x = ((uint64_t)q->id << 32 | number) * 0x9e3779b97f4a7c15ull + 1;

	for (; len >= 8; to += 8, len -= 8) {
		memcpy(to, &x, 8);
		x += 0xd1342543de82ef95ull;
	}
	memcpy(to, &x, len);
}

/*
 * Descriptors of a ring: beside the batch that the host is being told of, what the time from a doorbell to the next
 * needs, at an operation a cycle or at the width of the data path. With very many queues a batch each is plenty.
 */
static uint32_t ring_entries(const struct bench_point *p, unsigned each)
{
	uint64_t need = 4ull * p->latency + 400, per_op = p->size * 8 / p->width;
	uint32_t n = RING_MIN;

	if (per_op > 1)
		need /= per_op;
	need = (uint64_t)p->batch * each >= 8 * need && each > 64 ? p->batch : p->batch + need / each + 1;
	while (n < need)
		n *= 2;
	return n;
}

static int lay_out(struct traffic *t)
{
	const struct bench_point *p = t->p;
	unsigned each = p->dir == DIR_BOTH ? (p->queues + 1) / 2 : p->queues;
	uint64_t buf_bytes, card_bytes;

	t->queue_n = p->dir == DIR_BOTH ? 2 * each : each;
	t->entries = ring_entries(p, each);
	t->ring_bytes = ((uint64_t)t->entries * CW_DESC_BYTES + PAGE - 1) / PAGE * PAGE;
	t->rings_end = 2 * t->ring_bytes * t->queue_n;
	buf_bytes = (t->entries * point_stride(p) + PAGE - 1) / PAGE * PAGE;
	card_bytes = t->entries * card_stride(p);
	t->mem_bytes = t->rings_end + buf_bytes * t->queue_n;
	t->mem = calloc(1, t->mem_bytes);
	t->queue = calloc(t->queue_n, sizeof(*t->queue));
	t->raised = calloc(1, rig_vectors(&t->rig));
	t->expect = malloc(p->size);
	t->got = malloc(p->size);
	if (!t->mem || !t->queue || !t->raised || !t->expect || !t->got ||
	    (!p->stream && card_bytes * t->queue_n > 1ull << 32))
		return rig_fail(&t->rig, -ENOMEM, "no room for %llu bytes", (unsigned long long)t->mem_bytes);
	for (unsigned i = 0; i < t->queue_n; i++)
		t->queue[i] = (struct queue){
			.id = i, .vector = i % rig_vectors(&t->rig),
			.c2h = p->dir == DIR_C2H || (p->dir == DIR_BOTH && i % 2),
			.ring = 2 * i * t->ring_bytes, .records = (2 * i + 1) * t->ring_bytes,
			.buf = t->rings_end + i * buf_bytes, .card = i * card_bytes,
			.word = UINT64_MAX,
		};
	return 0;
}

static int way_init(struct traffic *t, struct way *w)
{
	/* Until the slower direction is done, the faster one goes on. */
	w->size = 8 * t->ops + 4ull * t->entries * t->queue_n;
	w->time = malloc(w->size * sizeof(*w->time));
	return w->time ? 0 : -ENOMEM;
}

/* ---- descriptors ---- */

static uint64_t word_of(const struct traffic *t, const struct queue *q, uint32_t number)
{
	return packets_word(t->p, t->queue_n, q->id, number);
}

/* A packet, or a buffer for one. */
static void describe_packet(struct traffic *t, struct queue *q, uint32_t dw[4])
{
	uint64_t word = word_of(t, q, q->posted);

	/* A buffer has no byte in common with what is to come. */
	packets_bytes(q->c2h ? word ^ 0x80 : word, t->mem + buffer_at(t, q, q->posted), t->p->size);
	if (q->c2h)
		return;
	dw[2] |= CW_DESC_DW2_SOP_MASK | CW_DESC_DW2_EOP_MASK | (uint32_t)(word >> 32) << CW_DESC_DW2_CARD_HI_SHIFT;
	dw[3] = (uint32_t)word;
}

static int describe_memory(struct traffic *t, struct queue *q, uint32_t dw[4])
{
	uint64_t card = card_at(t, q, q->posted);

	dw[2] |= (uint32_t)(card >> 32) << CW_DESC_DW2_CARD_HI_SHIFT;
	dw[3] = (uint32_t)card;
	if (!q->c2h) {
		pattern(q, q->posted, t->mem + buffer_at(t, q, q->posted), t->p->size);
		return 0;
	}
	pattern(q, q->posted, t->expect, t->p->size);
	return cw_axi_poke(cw_card_memory(t->rig.card), card, t->expect, t->p->size);
}

static int describe(struct traffic *t, struct queue *q, bool last)
{
	uint64_t iova = IOVA + buffer_at(t, q, q->posted);
	uint32_t dw[4] = { (uint32_t)iova, (uint32_t)(iova >> 32), t->p->size | (last ? CW_DESC_DW2_IRQ_MASK : 0), 0 };
	int ret = 0;

	if (t->p->stream)
		describe_packet(t, q, dw);
	else
		ret = describe_memory(t, q, dw);
	memcpy(t->mem + q->ring + q->posted % t->entries * CW_DESC_BYTES, dw, sizeof(dw));
	q->posted++;
	return ret;
}

static int describe_batch(struct traffic *t, struct queue *q)
{
	int ret = 0;

	for (unsigned i = 0; !ret && i < t->p->batch; i++)
		ret = describe(t, q, i == t->p->batch - 1);
	t->batches++;
	return ret ? ret : rig_doorbell(&t->rig, q->id, CW_DB_PRODUCER, q->posted);
}

static int queue_up(struct traffic *t, struct queue *q)
{
	uint64_t at = CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * (uint64_t)q->id;
	uint32_t config = (q->c2h ? CW_Q_CONFIG_C2H_MASK : 0) |
			  (uint32_t)__builtin_ctz(t->entries) << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT |
			  q->vector << CW_Q_CONFIG_VECTOR_SHIFT;
	struct rig *r = &t->rig;

	if (t->p->stream)
		config |= CW_Q_CONFIG_STREAM_MASK | t->weight << CW_Q_CONFIG_WEIGHT_SHIFT |
			  (q->c2h && !(t->held == HELD_DROP && !q->id) ? CW_Q_CONFIG_STALL_MASK : 0);

	/* Nothing but the last descriptor of a batch raises. */
	return rig_put32(r, at + CW_Q_CONFIG, config) ?: rig_put32(r, at + CW_Q_MODERATION, CW_Q_MODERATION_COUNT_MASK) ?:
	       rig_put64(r, at + CW_Q_RING_LO, IOVA + q->ring) ?: rig_put64(r, at + CW_Q_CPL_LO, IOVA + q->records) ?:
	       rig_put64(r, at + CW_Q_CARD_BASE_LO, 0) ?: rig_put64(r, at + CW_Q_CARD_LIMIT_LO, 1ull << 32) ?:
	       rig_put32(r, at + CW_Q_CTRL, CW_Q_CTRL_ENABLE_MASK);
}

static int queues_up(struct traffic *t)
{
	uint32_t status;
	int ret = 0;

	for (unsigned i = 0; !ret && i < t->queue_n; i++) {
		ret = queue_up(t, &t->queue[i]);
		/* A read is answered behind the writes: what the model of the IP can hold of those is limited. */
		if (!ret && (i % 64 == 63 || i == t->queue_n - 1))
			ret = rig_get32(&t->rig, CW_QUEUE_OFFSET + CW_QUEUE_STRIDE * (uint64_t)i + CW_Q_STATUS, &status);
		if (!ret && i == t->queue_n - 1 && (status & CW_Q_STATUS_STATE_MASK) != CW_QSTATE_RUNNING)
			ret = -EIO;
	}
	return ret ? rig_fail(&t->rig, ret, "queues cannot be set up: %s", strerror(-ret)) : 0;
}

/* ---- records ---- */

static int compare(struct traffic *t, const struct queue *q, uint32_t number)
{
	const uint8_t *got = t->mem + buffer_at(t, q, number);
	uint32_t at = 0;

	if (t->p->stream && !q->c2h)
		return 0; /* the card's checker does it */
	if (t->p->stream)
		packets_bytes(q->word, t->expect, t->p->size);
	else
		pattern(q, number, t->expect, t->p->size);
	if (!q->c2h) {
		if (cw_axi_peek(cw_card_memory(t->rig.card), card_at(t, q, number), t->got, t->p->size))
			return -EIO;
		got = t->got;
	}
	if (!memcmp(got, t->expect, t->p->size))
		return 0;
	while (got[at] == t->expect[at])
		at++;
	return rig_fail(&t->rig, -EIO, "queue %u, descriptor %u: byte %u is 0x%02x, not 0x%02x", q->id, number, at,
			got[at], t->expect[at]);
}

static int one_record(struct traffic *t, uint64_t at, uint64_t time)
{
	struct queue *q = &t->queue[at / (2 * t->ring_bytes)];
	struct way *w = &t->way[q->c2h];
	uint32_t dw[4], slot = (uint32_t)((at - q->records) / CW_RECORD_BYTES);
	uint32_t phase = ~(q->ended / t->entries) & 1;

	memcpy(dw, t->mem + at, sizeof(dw));
	if (at < q->records || slot != q->ended % t->entries || q->ended == q->posted || dw[0] != q->ended ||
	    (dw[1] & CW_RECORD_DW1_BYTES_MASK) != t->p->size ||
	    (dw[3] & ~CW_RECORD_DW3_NOW40_MASK) != (phase << 31 | q->id << CW_RECORD_DW3_QUEUE_SHIFT))
		return rig_fail(&t->rig, -EIO, "queue %u: record %u is %08x %08x %08x %08x in slot %u", q->id, q->ended,
				dw[0], dw[1], dw[2], dw[3], slot);
	if (t->p->stream && q->c2h) {
		uint64_t info = packets_info(dw), word = info & ((1ull << CW_RECORD_S2H_SOP) - 1);

		if (!packets_record_ok(info, word_of(t, q, q->ended), q->word, t->held))
			return rig_fail(&t->rig, -EIO, "queue %u, packet %u: its record says 0x%llx", q->id, q->ended,
					(unsigned long long)info);
		q->word = word;
	}
	if (w->n < w->size)
		w->time[w->n++] = time;
	return compare(t, q, q->ended++);
}

static int take_records(struct traffic *t)
{
	int ret = 0;

	for (size_t i = 0; !ret && i < t->seen_n; i++) {
		struct seen *s = &t->seen[i];

		if (s->len % CW_RECORD_BYTES)
			ret = rig_fail(&t->rig, -EIO, "a write of %u bytes to a ring", s->len);
		for (uint32_t o = 0; !ret && o < s->len; o += CW_RECORD_BYTES)
			ret = one_record(t, s->at + o, s->time);
	}
	t->seen_n = 0;
	return ret;
}

static int refill(struct traffic *t, struct queue *q)
{
	int ret = 0;

	while (!ret && q->ended - q->told >= t->p->batch) {
		q->told += t->p->batch;
		ret = rig_doorbell(&t->rig, q->id, CW_DB_CONSUMER, q->told) ?: describe_batch(t, q);
	}
	return ret;
}

static int serve(struct traffic *t)
{
	unsigned vectors = rig_vectors(&t->rig);
	int ret = take_records(t);

	if (ret || !t->any_raised)
		return ret;
	t->any_raised = false;
	for (unsigned v = 0; v < vectors; v++) {
		if (!t->raised[v])
			continue;
		t->raised[v] = 0;
		for (unsigned i = v; !ret && i < t->queue_n; i += vectors)
			ret = refill(t, &t->queue[i]);
	}
	return ret;
}

/* ---- the run ---- */

/* Whole turns of all queues lie between the marks where that is not too long, else whole batches. */
static uint64_t choose_ops(const struct traffic *t)
{
	const struct bench_point *p = t->p;
	double cycles = p->size / limit_of(p);
	unsigned each = p->dir == DIR_BOTH ? t->queue_n / 2 : t->queue_n;
	uint64_t unit = 8ull * p->batch * each, n;

	if ((double)unit * cycles > CYCLES_MAX)
		unit = 8ull * p->batch;
	for (n = unit; (double)n * cycles < CYCLES_MIN; n += unit)
		;
	return n;
}

static bool done(const struct traffic *t)
{
	return (t->p->dir == DIR_C2H || t->way[0].n >= t->ops) && (t->p->dir == DIR_H2C || t->way[1].n >= t->ops);
}

static int go(struct traffic *t)
{
	uint64_t idle = 100ull * (t->p->latency + t->p->size + 1000) * POINT_PERIOD_PS * (t->p->queues > 64 ? 100 : 1);
	uint64_t give_up = idle, ended = 0;
	int ret = 0;

	for (uint32_t n = 0; !ret && n < t->entries; n += t->p->batch)
		for (unsigned i = t->held >= HELD_DROP && t->p->dir == DIR_C2H; !ret && i < t->queue_n; i++)
			ret = describe_batch(t, &t->queue[i]);
	while (!ret && !done(t)) {
		ret = rig_run(&t->rig, give_up);
		if (!ret)
			ret = serve(t);
		if (!ret && t->violations)
			ret = -EIO;
		if (t->way[0].n + t->way[1].n != ended) {
			ended = t->way[0].n + t->way[1].n;
			give_up = cw_host_now(t->rig.host) + idle;
		} else if (!ret && cw_host_now(t->rig.host) >= give_up) {
			ret = rig_fail(&t->rig, -ETIMEDOUT, "nothing ended for %llu cycles, %llu descriptors have",
				       (unsigned long long)(idle / POINT_PERIOD_PS), (unsigned long long)ended);
		}
	}
	return ret;
}

/* One descriptor at a time, and so many cycles of nothing between one record and the next doorbell. */
static int go_idle(struct traffic *t, uint64_t gap)
{
	struct queue *q = &t->queue[0];
	uint64_t until;
	int ret = 0;

	for (uint64_t n = 0; !ret && n < t->ops; n++) {
		until = cw_host_now(t->rig.host) + gap * POINT_PERIOD_PS;
		while (!ret && cw_host_now(t->rig.host) < until)
			ret = rig_run(&t->rig, until);
		if (!ret)
			ret = describe_batch(t, q);
		until = cw_host_now(t->rig.host) + (100000ull + t->p->size) * POINT_PERIOD_PS;
		while (!ret && q->ended != q->posted) {
			ret = rig_run(&t->rig, until) ?: take_records(t);
			if (!ret && cw_host_now(t->rig.host) >= until)
				ret = rig_fail(&t->rig, -ETIMEDOUT, "descriptor %llu does not end", (unsigned long long)n);
		}
		if (!ret)
			ret = rig_doorbell(&t->rig, q->id, CW_DB_CONSUMER, q->told = q->ended);
	}
	return ret;
}


static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int measure(struct traffic *t, const struct traffic_param *tp, struct result *res)
{
	const struct bench_point *p = t->p;
	uint64_t start, cycles, evaluated;
	int ret = lay_out(t);

	if (ret)
		return ret;
	meter_init(&t->meter, &(struct meter_map){ t->rig.dev.bar[2].base, t->rig.dev.bar[2].base + t->rig.dev.bar[2].size,
						   IOVA, IOVA + t->rings_end, rig_msi() }, p->dir == DIR_C2H);
	t->meter.counts = !tp->idle;
	t->held = tp->held;
	t->weight = tp->weight & CW_Q_CONFIG_WEIGHT_MASK >> CW_Q_CONFIG_WEIGHT_SHIFT;
	t->ops = tp->ops ? (tp->ops + 7) / 8 * 8 : choose_ops(t);
	ret = way_init(t, &t->way[0]) ?: way_init(t, &t->way[1]) ?: queues_up(t);
	if (ret)
		return ret;
	start = cpu_ns();
	cycles = cw_card_get_stats(t->rig.card).cycles;
	evaluated = cw_card_get_stats(t->rig.card).evaluated;
	if (p->stream)
		ret = packets_start(&t->rig, p, t->queue_n, t->held);
	if (!ret)
		ret = tp->idle ? go_idle(t, tp->idle) : go(t);
	res->cpu_ns = cpu_ns() - start;
	res->evaluated = cw_card_get_stats(t->rig.card).evaluated - evaluated;
	res->cycles = cw_card_get_stats(t->rig.card).cycles - cycles;
	if (ret)
		return ret;
	memcpy(res->step, t->meter.most, sizeof(res->step));
	memcpy(res->step_least, t->meter.least, sizeof(res->step_least));
	if (tp->idle)
		return 0;
	figure_of(p, t->way, t->ops, res);
	if (t->meter.account.failed)
		return -ENOMEM;
	account_balance(&t->meter.account, p, rig_sent(res->window_from_ps), rig_sent(res->window_from_ps + res->window_ps),
			res->ops, &res->balance);
	res->buffer = rig_buffer(t->p);
	res->read_cycles = (unsigned)t->meter.read_cycles;
	res->interrupts = t->interrupts;
	res->batches = t->batches;
	if (tp->pretend > 0)
		res->bytes_per_cycle *= tp->pretend;
	if (figure_judge(p, res))
		return rig_fail(&t->rig, -ERANGE, "%.4f bytes a cycle are above the limit of %.4f", res->bytes_per_cycle,
				res->limit);
	if (!p->shim && res->read_cycles < p->latency)
		return rig_fail(&t->rig, -ERANGE, "a read was answered after %u cycles", res->read_cycles);
	return 0;
}

int traffic_run(const struct bench_point *p, const struct traffic_param *tp, struct result *res, char *why,
		size_t why_size)
{
	struct traffic *t = calloc(1, sizeof(*t));
	struct rig_param rp = { .point = p, .ops = { .lookup = lookup, .interrupt = interrupt, .violation = violation },
				.tap = { .pcie = tap_pcie, .axi = tap_axi, .ctx = t }, .ctx = t, .wave = tp->wave,
				.no_idle_skip = tp->no_idle_skip };
	int ret = -ENOMEM, down;

	memset(res, 0, sizeof(*res));
	if (!t)
		return ret;
	t->p = p;
	ret = tp->tlp ? cw_log_open(&rp.log, tp->tlp, 1, CW_SIDE_CARD) : 0;
	if (!ret)
		ret = rig_up(&t->rig, &rp);
	if (!ret)
		ret = measure(t, tp, res);
	if (!ret)
		ret = rig_quiet(&t->rig);
	if (!ret && p->stream)
		ret = packets_judge(&t->rig, p, t->way[0].n);
	down = rig_down(&t->rig);
	if (rp.log)
		cw_log_close(rp.log);
	if (!ret)
		ret = down;
	if (ret)
		snprintf(why, why_size, "%s", t->rig.why[0] ? t->rig.why : strerror(-ret));
	meter_free(&t->meter);
	free(t->mem);
	free(t->queue);
	free(t->raised);
	free(t->seen);
	free(t->way[0].time);
	free(t->way[1].time);
	free(t->expect);
	free(t->got);
	free(t);
	return ret;
}
