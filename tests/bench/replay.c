// SPDX-License-Identifier: BSD-2-Clause
#include "replay.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../sim/device/card.h"
#include "../../sim/trace/trace.h"

#define RING_BYTES (16u << 20)
#define ROOM 65536u /* credits of the card */
#define BUNCH 64 /* TLPs sent before the card gets its turn */

/* A TLP of the log, as long as it is. */
struct logged {
	uint64_t stamp;
	uint32_t dw[4];
	uint32_t data_len;
	uint8_t data[];
};

struct list {
	struct logged **t;
	size_t n, size;
};

struct replay {
	struct list list[2]; /* by side */
	uint64_t seed;
	struct cw_link *host_end, *card_end;
	struct cw_card *card;
	size_t sent, matched;
	struct cw_msg in, out;
	char *why;
	size_t why_size;
};

static int fail(struct replay *r, int err, const char *text)
{
	if (!r->why[0])
		snprintf(r->why, r->why_size, "%s", text);
	return err;
}

static int keep(struct list *l, const struct cw_trace_record *rec)
{
	struct logged *g = malloc(sizeof(*g) + rec->tlp.data_len);

	if (g && l->n == l->size) {
		size_t size = l->size ? 2 * l->size : 4096;
		struct logged **t = realloc(l->t, size * sizeof(struct logged *));

		if (t) {
			l->t = t;
			l->size = size;
		}
	}
	if (!g || l->n == l->size) {
		free(g);
		return -ENOMEM;
	}
	g->stamp = rec->stamp;
	memcpy(g->dw, rec->tlp.dw, sizeof(g->dw));
	g->data_len = rec->tlp.data_len;
	memcpy(g->data, rec->tlp.data, rec->tlp.data_len);
	l->t[l->n++] = g;
	return 0;
}

static int load(struct replay *r, const char *path)
{
	struct cw_trace_record *rec = malloc(sizeof(*rec));
	struct cw_trace *t;
	int ret = rec ? cw_trace_open(&t, path, r->why, r->why_size) : -ENOMEM;

	if (ret) {
		free(rec);
		return ret;
	}
	r->seed = cw_trace_file(t)->seed;
	while ((ret = cw_trace_next(t, rec)) > 0) {
		ret = rec->from > 1 ? -EPROTO : keep(&r->list[rec->from], rec);
		if (ret)
			break;
	}
	if (ret)
		fail(r, ret, ret == -EPROTO ? cw_trace_why(t) : "no memory for the log");
	cw_trace_close(t);
	free(rec);
	return ret;
}

static int differs(struct replay *r, const char *what)
{
	char is[128] = "";

	cw_tlp_print(&r->in.tlp, is, sizeof(is));
	if (!r->why[0])
		snprintf(r->why, r->why_size, "TLP %zu of the card at %llu ps, %s: %s", r->matched + 1,
			 (unsigned long long)r->in.stamp, what, is);
	return -EPROTO;
}

static int compare(struct replay *r)
{
	const struct logged *g;

	if (r->matched == r->list[CW_SIDE_CARD].n)
		return differs(r, "is more than the log has");
	g = r->list[CW_SIDE_CARD].t[r->matched];
	if (memcmp(g->dw, r->in.tlp.dw, sizeof(g->dw)) || g->data_len != r->in.tlp.data_len ||
	    memcmp(g->data, r->in.tlp.data, g->data_len))
		return differs(r, "is not that of the log");
	if (g->stamp != r->in.stamp)
		return differs(r, "comes at another time");
	r->matched++;
	return 0;
}

/* What the card sent so far. Returns > 0 when there was something. */
static int drain(void *ctx)
{
	struct replay *r = ctx;
	int ret = 0, n = 0;

	while (!ret && cw_link_next(r->host_end) != CW_TIME_NEVER) {
		ret = cw_link_recv(r->host_end, &r->in);
		if (!ret && r->in.kind == CW_MSG_TLP)
			ret = compare(r);
		n++;
	}
	return ret ? ret : n;
}

/* Up, with no limit to what the card may send: the log has no credits. */
static int link_up(struct replay *r)
{
	int ret;

	r->out = (struct cw_msg){ .kind = CW_MSG_LINK, .state = CW_LINK_UP };
	ret = cw_link_send(r->host_end, &r->out);
	if (ret)
		return ret;
	r->out.kind = CW_MSG_CREDIT;
	for (unsigned c = 0; c < CW_FC_N; c++)
		r->out.credit.hdr[c] = r->out.credit.data[c] = CW_CREDIT_INFINITE;
	return cw_link_send(r->host_end, &r->out);
}

static int turn_of_card(struct replay *r)
{
	int ret;

	do {
		ret = cw_card_step(r->card);
		if (ret >= 0 && drain(r) < 0)
			ret = -EPROTO;
	} while (ret > 0);
	return ret;
}

static int send_bunch(struct replay *r)
{
	struct list *l = &r->list[CW_SIDE_HOST];
	int ret = 0;

	for (unsigned n = 0; !ret && n < BUNCH && r->sent < l->n; n++) {
		const struct logged *g = l->t[r->sent++];

		memcpy(r->out.tlp.dw, g->dw, sizeof(g->dw));
		r->out.tlp.data_len = g->data_len;
		memcpy(r->out.tlp.data, g->data, g->data_len);
		ret = cw_link_send_tlp(r->host_end, g->stamp, &r->out.tlp);
	}
	return ret;
}

static uint64_t last_stamp(const struct list *l)
{
	return l->n ? l->t[l->n - 1]->stamp : 0;
}

static int play(struct replay *r)
{
	uint64_t end = last_stamp(&r->list[CW_SIDE_CARD]), own = last_stamp(&r->list[CW_SIDE_HOST]);
	int ret = link_up(r);

	while (!ret && r->sent < r->list[CW_SIDE_HOST].n)
		ret = send_bunch(r) ?: turn_of_card(r);
	if (!ret)
		ret = cw_link_promise(r->host_end, (end > own ? end : own) + 1);
	if (!ret)
		ret = turn_of_card(r);
	if (!ret && r->matched != r->list[CW_SIDE_CARD].n) {
		snprintf(r->why, r->why_size, "the card sent %zu of the %zu TLPs that the log has", r->matched,
			 r->list[CW_SIDE_CARD].n);
		ret = -EPROTO;
	}
	return ret;
}

static int set_up(struct replay *r, const struct replay_param *p)
{
	struct cw_link_param lp = { .seed = r->seed, .latency_ps = p->latency_ps, .generation = p->generation,
				    .lanes = p->lanes, .ring_bytes = RING_BYTES };
	struct cw_card_param cp;
	int ret = cw_link_pair(&lp, &r->host_end, &r->card_end);

	if (ret)
		return ret;
	cw_card_param_default(&cp);
	/* The log keeps the stamps at which its host had credits: whatever it had sent, there was room for. */
	cp.hip.rx_limit = (struct cw_credit){ .hdr = { ROOM, ROOM, CW_CREDIT_INFINITE },
					      .data = { ROOM, ROOM, CW_CREDIT_INFINITE } };
	ret = cw_card_new(&r->card, r->card_end, &cp);
	cw_link_set_peer(r->card_end, drain, r);
	return ret;
}

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int replay_log(const char *path, const struct replay_param *p, struct replay_result *res, char *why, size_t why_size)
{
	struct replay *r = calloc(1, sizeof(*r));
	uint64_t start;
	int ret;

	memset(res, 0, sizeof(*res));
	why[0] = '\0';
	if (!r)
		return -ENOMEM;
	r->why = why;
	r->why_size = why_size;
	ret = load(r, path);
	if (!ret)
		ret = set_up(r, p);
	if (!ret) {
		start = cpu_ns();
		ret = play(r);
		res->cpu_ns = cpu_ns() - start;
		res->cycles = cw_card_get_stats(r->card).cycles;
		res->evaluated = cw_card_get_stats(r->card).evaluated;
		res->tlps[CW_SIDE_HOST] = r->sent;
		res->tlps[CW_SIDE_CARD] = r->matched;
	}
	if (ret && !why[0])
		snprintf(why, why_size, "%s%s%s", strerror(-ret), r->card ? ": " : "", r->card ? cw_card_why(r->card) : "");
	cw_link_close(r->host_end);
	cw_card_free(r->card);
	cw_link_close(r->card_end);
	for (unsigned s = 0; s < 2; s++) {
		for (size_t i = 0; i < r->list[s].n; i++)
			free(r->list[s].t[i]);
		free(r->list[s].t);
	}
	free(r);
	return ret;
}
