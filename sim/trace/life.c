// SPDX-License-Identifier: BSD-2-Clause
/*
 * The life of one transfer. The log is read twice: once to find the transfer,
 * once to pick its TLPs out, so that a log of any length needs little memory.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "driver/cw_regs.h"
#include "life_priv.h"

#define DUMP_BYTES 64 /* of a payload */
#define LINE_CHARS 100
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define HOST_COLOR "\033[36m"
#define CARD_COLOR "\033[33m"
#define PLAIN "\033[0m"

/* Shown each TLP of the log and its meaning; not 0 ends the walk. */
typedef int visit_fn(void *ctx, const struct cw_trace_record *rec, const struct cw_mean *mean);

static int walk(const char *path, visit_fn *visit, void *ctx, char *why, size_t why_size)
{
	struct cw_meaning *m = cw_meaning_new();
	struct cw_trace_record rec;
	struct cw_mean mean;
	struct cw_trace *t;
	int ret;

	if (!m) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	ret = cw_trace_open(&t, path, why, why_size);
	if (ret)
		goto err_meaning;
	while ((ret = cw_trace_next(t, &rec)) > 0) {
		cw_meaning_next(m, &rec, &mean);
		ret = visit(ctx, &rec, &mean);
		if (ret)
			break;
	}
	if (ret == -EPROTO)
		snprintf(why, why_size, "%s", cw_trace_why(t));
	cw_trace_close(t);
err_meaning:
	cw_meaning_free(m);
	return ret < 0 ? ret : 0;
}

/* ---- first: which transfer ---- */

struct search {
	const struct cw_life_option *o;
	struct life *l;
	bool found;
};

static bool wanted(const struct search *s, const struct cw_mean *mean)
{
	if (mean->queue < 0 || !mean->count || mean->stale || (s->o->queue >= 0 && mean->queue != s->o->queue))
		return false;
	if (s->o->queue < 0 && mean->c2h)
		return false;
	return !s->o->by_number || s->o->number - mean->first < mean->count;
}

static void take(struct search *s, const struct cw_mean *mean, bool complete)
{
	struct life *l = s->l;

	s->found = true;
	l->queue = mean->queue;
	l->generation = mean->generation;
	l->c2h = mean->c2h;
	l->complete = complete;
	l->number = s->o->by_number ? s->o->number : mean->first + mean->count - 1;
	if (complete)
		l->vector = mean->vector;
}

/* The last complete one; one that was asked for may be incomplete, if no other is there. */
static int search_visit(void *ctx, const struct cw_trace_record *rec, const struct cw_mean *mean)
{
	struct search *s = ctx;

	(void)rec;
	if (!wanted(s, mean))
		return 0;
	if (mean->kind == CW_MEAN_RECORD && mean->held)
		take(s, mean, true);
	else if (mean->kind == CW_MEAN_DESC && s->o->by_number && !s->l->complete)
		take(s, mean, false);
	return 0;
}

/* ---- then: its TLPs ---- */

static bool is_ours(const struct life *l, const struct cw_mean *mean)
{
	return mean->queue == l->queue && mean->generation == l->generation && mean->count &&
	       l->number - mean->first < mean->count;
}

/* The phase that this TLP belongs to; PHASE_N: it is no part of this life. */
static enum life_phase phase_of(const struct life *l, const struct cw_mean *mean)
{
	static const enum life_phase phase[] = {
		[CW_MEAN_FETCH] = PHASE_FETCH, [CW_MEAN_DESC] = PHASE_DESC, [CW_MEAN_READ] = PHASE_READ,
		[CW_MEAN_DATA] = PHASE_DATA, [CW_MEAN_WRITE] = PHASE_WRITE, [CW_MEAN_RECORD] = PHASE_RECORD,
	};
	bool reported = l->seen[PHASE_RECORD];

	switch (mean->kind) {
	case CW_MEAN_DOORBELL:
		if (mean->queue != l->queue || mean->generation != l->generation)
			return PHASE_N;
		if (cw_meaning_covers(&mean->producer, l->number))
			return PHASE_DOORBELL;
		return cw_meaning_covers(&mean->consumer, l->number) ? PHASE_TAKEN : PHASE_N;
	case CW_MEAN_FETCH:
	case CW_MEAN_DESC:
	case CW_MEAN_READ:
	case CW_MEAN_DATA:
	case CW_MEAN_WRITE:
	case CW_MEAN_RECORD:
		return is_ours(l, mean) ? phase[mean->kind] : PHASE_N;
	case CW_MEAN_EVENT:
		return reported && mean->queue == l->queue && !l->seen[PHASE_EVENT] ? PHASE_EVENT : PHASE_N;
	case CW_MEAN_INTERRUPT:
		return reported && (mean->vector == l->vector || mean->vector < 0) && !l->seen[PHASE_INTERRUPT] ?
		       PHASE_INTERRUPT : PHASE_N;
	default:
		return PHASE_N;
	}
}

static int pick_visit(void *ctx, const struct cw_trace_record *rec, const struct cw_mean *mean)
{
	struct life *l = ctx;
	enum life_phase phase = phase_of(l, mean);
	struct life_step *s;

	if (phase == PHASE_N)
		return 0;
	if (phase == PHASE_DESC && !mean->failed && !l->have_desc &&
	    (l->number - mean->first + 1) * CW_DESC_BYTES <= rec->tlp.data_len) {
		cw_meaning_desc(rec->tlp.data + (l->number - mean->first) * CW_DESC_BYTES, &l->desc);
		l->have_desc = true;
	}
	l->seen[phase] = true;
	/* Room is kept for what comes after the data. */
	if (l->step_n == LIFE_TLPS || (phase <= PHASE_WRITE && l->step_n >= LIFE_TLPS - (PHASE_N - PHASE_RECORD))) {
		l->untold++;
	} else {
		s = &l->step[l->step_n++];
		*s = (struct life_step){ .mean = *mean, .phase = phase };
		s->rec = *rec;
	}
	return phase == PHASE_TAKEN;
}

/* By time; the log of one end has the other's TLPs when they arrived. Few and nearly in order. */
static void order(struct life *l)
{
	struct life_step tmp;
	unsigned step[PHASE_N] = { 0 }, steps = 0;

	for (unsigned i = 1; i < l->step_n; i++) {
		unsigned j = i;

		tmp = l->step[i];
		for (; j && l->step[j - 1].rec.stamp > tmp.rec.stamp; j--)
			l->step[j] = l->step[j - 1];
		l->step[j] = tmp;
	}
	for (unsigned i = 0; i < l->step_n; i++) {
		struct life_step *s = &l->step[i];

		if (!step[s->phase])
			step[s->phase] = ++steps;
		s->number = step[s->phase];
		s->nth = ++l->of[s->phase];
	}
}

/* ---- text ---- */

struct page {
	FILE *out;
	bool color;
};

static const char *ink(const struct page *p, const char *color)
{
	return p->color ? color : "";
}

static void print_bytes(const struct page *p, const uint8_t *data, uint32_t n)
{
	for (uint32_t i = 0; i < n && i < DUMP_BYTES; i++) {
		if (i % 16 == 0)
			fprintf(p->out, "%s      %-8s", i ? "\n" : "", i ? "" : "payload");
		fprintf(p->out, "%s%02x", i % 4 ? "" : " ", data[i]);
	}
	if (n > DUMP_BYTES)
		fprintf(p->out, " ... %u bytes", n);
	if (n)
		fputc('\n', p->out);
}

/* Fields, broken between two of them where the line is full. */
static void print_wrapped(const struct page *p, const char *label, const char *s)
{
	while (*s) {
		size_t n = strlen(s);

		if (n > LINE_CHARS)
			for (n = LINE_CHARS; n && !(s[n - 1] == ' ' && n > 1 && s[n - 2] == ','); n--)
				;
		n = n ? n : strlen(s);
		fprintf(p->out, "      %s%-8s %s%.*s%s\n", ink(p, DIM), label, *label ? "" : "          ", (int)(n - (s[n - 1] == ' ')), s,
			ink(p, PLAIN));
		label = "";
		s += n;
	}
}

static void print_header(const struct page *p, const struct life_step *s)
{
	char buf[320], label[8];
	struct cw_text t;

	for (unsigned dw = 0; dw < (s->mean.info.is_4dw ? 4 : 3); dw++) {
		cw_text_init(&t, buf, sizeof(buf));
		life_header_dw(&t, &s->rec.tlp, &s->mean.info, dw);
		snprintf(label, sizeof(label), "DW%u", dw);
		print_wrapped(p, label, buf);
	}
}

/* Requests and their completions go together by requester ID and tag: section 2.2.6.2. */
static void print_match(const struct page *p, const struct life *l, const struct life_step *s)
{
	const struct cw_tlp_info *i = &s->mean.info;
	const struct life_step *r = s;
	char id[48];

	snprintf(id, sizeof(id), "requester %02x:%02x.%x, tag 0x%03x", i->requester >> 8, i->requester >> 3 & 0x1f,
		 i->requester & 7, i->tag);
	if (i->fc == CW_FC_NP)
		fprintf(p->out, "      request  %s\n", id);
	if (i->fc != CW_FC_CPL)
		return;
	do {
		if (r == l->step) {
			fprintf(p->out, "      answers  a request that is not shown: %s\n", id);
			return;
		}
		r--;
	} while (r->mean.info.fc != CW_FC_NP || r->mean.info.requester != i->requester || r->mean.info.tag != i->tag);
	fprintf(p->out, "      answers  step %u", r->number);
	if (l->of[r->phase] > 1)
		fprintf(p->out, ", TLP %u", r->nth);
	fprintf(p->out, ": %s\n", id);
}

static void print_desc(const struct page *p, const struct life *l)
{
	if (l->c2h)
		fprintf(p->out, "%u bytes at card address 0x%llx to bus address 0x%016llx, flags %s\n", l->desc.len,
			(unsigned long long)l->desc.card, (unsigned long long)l->desc.addr, l->desc.flags);
	else
		fprintf(p->out, "%u bytes at bus address 0x%016llx to card address 0x%llx, flags %s\n", l->desc.len,
			(unsigned long long)l->desc.addr, (unsigned long long)l->desc.card, l->desc.flags);
}

static void print_step(const struct page *p, const struct life *l, const struct life_step *s, uint64_t before)
{
	bool host = s->rec.from == CW_SIDE_HOST;
	uint64_t ps = s->rec.stamp;
	char part[32] = "";

	if (l->of[s->phase] > 1)
		snprintf(part, sizeof(part), " (TLP %u of %u)", s->nth, l->of[s->phase]);
	fprintf(p->out, "\n%sstep %u%s: %s%s\n", ink(p, BOLD), s->number, part, s->mean.text, ink(p, PLAIN));
	if (s->phase == PHASE_DESC && s->mean.count > 1 && l->have_desc) {
		fprintf(p->out, "      of these, descriptor %u: ", l->number);
		print_desc(p, l);
	}
	fprintf(p->out, "      at       %llu.%03llu ns", (unsigned long long)(ps / 1000),
		(unsigned long long)(ps % 1000));
	if (s != l->step)
		fprintf(p->out, " (+%llu.%03llu)", (unsigned long long)((ps - before) / 1000),
			(unsigned long long)((ps - before) % 1000));
	fprintf(p->out, "   %s%s%s   %s\n", ink(p, host ? HOST_COLOR : CARD_COLOR),
		host ? "host --> card" : "host <-- card", ink(p, PLAIN), life_kind(&s->mean.info));
	print_match(p, l, s);
	print_header(p, s);
	print_bytes(p, s->rec.tlp.data, s->rec.tlp.data_len);
}

static void print_life(const struct page *p, const struct life *l)
{
	uint64_t first = l->step_n ? l->step[0].rec.stamp : 0, last = first;

	fprintf(p->out, "Descriptor %u of queue %d, %s: ", l->number, l->queue, l->c2h ? "card to host" : "host to card");
	if (l->have_desc)
		print_desc(p, l);
	else
		fprintf(p->out, "the log does not show what it says\n");
	fprintf(p->out, "Times are simulated, of sending, since the card was attached; + is the time since the TLP before.\n");
	for (unsigned i = 0; i < l->step_n; i++) {
		print_step(p, l, &l->step[i], i ? l->step[i - 1].rec.stamp : first);
		last = l->step[i].phase == PHASE_TAKEN ? last : l->step[i].rec.stamp;
	}
	fputc('\n', p->out);
	if (l->untold)
		fprintf(p->out, "%llu more TLPs of data are not shown.\n", (unsigned long long)l->untold);
	if (!l->complete)
		fprintf(p->out, "The log ends without this descriptor's record.\n");
	else
		fprintf(p->out, "From the doorbell to the card's last word: %llu.%03llu ns.\n",
			(unsigned long long)((last - first) / 1000), (unsigned long long)((last - first) % 1000));
}

/* ---- every TLP ---- */

static int list_visit(void *ctx, const struct cw_trace_record *rec, const struct cw_mean *mean)
{
	const struct page *p = ctx;
	bool host = rec->from == CW_SIDE_HOST;
	static const char *const name[] = {
		[CW_TLP_MRD] = "MRd", [CW_TLP_MWR] = "MWr", [CW_TLP_CFGRD] = "CfgRd", [CW_TLP_CFGWR] = "CfgWr",
		[CW_TLP_CPL] = "Cpl", [CW_TLP_CPLD] = "CplD", [CW_TLP_MSG] = "Msg", [CW_TLP_MSGD] = "MsgD",
		[CW_TLP_IORD] = "IORd", [CW_TLP_IOWR] = "IOWr", [CW_TLP_OTHER] = "other",
	};

	fprintf(p->out, "%12llu.%03llu ns  %s%s%s  %-5s  %s\n", (unsigned long long)(rec->stamp / 1000),
		(unsigned long long)(rec->stamp % 1000), ink(p, host ? HOST_COLOR : CARD_COLOR),
		host ? "host --> card" : "host <-- card", ink(p, PLAIN), name[mean->info.kind], mean->text);
	return 0;
}

/* ---- the whole ---- */

static int find(struct life *l, const char *path, const struct cw_life_option *o, char *why, size_t why_size)
{
	struct search s = { .o = o, .l = l };
	int ret = walk(path, search_visit, &s, why, why_size);

	if (ret || s.found)
		return ret;
	snprintf(why, why_size, o->by_number || o->queue >= 0 ? "no such transfer in this log" :
		 "no complete transfer from host to card in this log (it has to begin where the card was found)");
	return -ENOENT;
}

int cw_life(FILE *out, const char *path, const struct cw_life_option *o, char *why, size_t why_size)
{
	struct page p = { .out = out, .color = o->color };
	struct life l = { .queue = -1, .vector = -1 };
	int ret;

	if (o->all)
		return walk(path, list_visit, &p, why, why_size);
	ret = find(&l, path, o, why, why_size);
	if (ret)
		return ret;
	l.step = calloc(LIFE_TLPS, sizeof(*l.step));
	if (!l.step) {
		snprintf(why, why_size, "out of memory");
		return -ENOMEM;
	}
	ret = walk(path, pick_visit, &l, why, why_size);
	if (!ret) {
		order(&l);
		print_life(&p, &l);
		if (o->svg && (ret = life_svg(o->svg, &l)))
			snprintf(why, why_size, "%s: %s", o->svg, strerror(-ret));
	}
	free(l.step);
	return ret;
}
