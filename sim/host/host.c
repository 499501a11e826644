// SPDX-License-Identifier: BSD-2-Clause
/* Life, time and results of the host model. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "priv.h"

void cw_host_param_default(struct cw_host_param *p)
{
	*p = (struct cw_host_param){
		.seed = 1,
		.read_latency_ps = 400000,
		.split_bytes = 256,
		.mps = 1,  /* 256 bytes */
		.mrrs = 2, /* 512 bytes */
		.ext_tag = true, .tag10 = true, .relaxed_ordering = true, .no_snoop = true,
		.cycle_ps = 4000,
		.cpl_timeout_ps = 10000000000ull, /* 10 ms, inside the default range: section 2.8 */
		.settle_ps = 1000000,
	};
}

/* Scaled flow control (section 3.4.2) is what makes these legal; completions go to the root complex
 * itself, which therefore advertises no limit for them (section 2.6.1). */
static const struct cw_credit generous = {
	.hdr = { [CW_FC_P] = 1024, [CW_FC_NP] = 1024, [CW_FC_CPL] = CW_CREDIT_INFINITE },
	.data = { [CW_FC_P] = 16384, [CW_FC_NP] = 1024, [CW_FC_CPL] = CW_CREDIT_INFINITE },
};

#define SETTLE_PS 20000000ull /* 20 us, for the last completions and credits of a run */

static bool all_zero(const struct cw_credit *c)
{
	static const struct cw_credit zero;

	return !memcmp(c, &zero, sizeof(zero));
}

static void report(void *ctx, enum cw_rule rule, const struct cw_tlp *tlp, uint64_t now, const char *detail)
{
	struct cw_host *h = ctx;

	(void)now;
	host_violation(h, rule, tlp, detail);
}

static bool is_record(void *ctx, uint64_t iova)
{
	struct cw_host *h = ctx;

	return h->ops.is_record && h->ops.is_record(h->ctx, iova);
}

static int check_param(const struct cw_host_param *p)
{
	uint32_t rcb = p->rcb128 ? 128 : 64;

	if (p->mps > 5 || p->mrrs > 5 || !p->cycle_ps || !p->cpl_timeout_ps)
		return -EINVAL;
	if (!p->split_random && (p->split_bytes < rcb || p->split_bytes > 4096 || p->split_bytes & (p->split_bytes - 1)))
		return -EINVAL;
	return 0;
}

int cw_host_new(struct cw_host **host, struct cw_link *link, const struct cw_host_param *p,
		const struct cw_host_ops *ops, void *ctx)
{
	struct cw_checker_param cp = { .rcb128 = p->rcb128, .settle_ps = p->settle_ps,
				       .card_cpl_hdr = p->card_cpl_hdr, .card_cpl_data = p->card_cpl_data,
				       .msi_base = p->msi_base,
				       .is_record = ops->is_record ? is_record : NULL, .report = report };
	struct cw_host *h;
	int r = check_param(p);

	if (r)
		return r;
	h = calloc(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	h->link = link;
	h->p = *p;
	if (!h->p.msi_base)
		h->p.msi_base = CW_MSI_BASE;
	if (all_zero(&h->p.credit))
		h->p.credit = generous;
	h->ops = *ops;
	h->ctx = ctx;
	h->latency = cw_link_get_param(link)->latency_ps;
	h->free_running = cw_link_get_param(link)->free_running;
	h->state = CW_LINK_PERST;
	cw_rng_seed(&h->rng, p->seed, CW_RNG_HOST);
	bus_init(h);
	cp.ctx = h;
	r = cw_checker_new(&h->checker, &cp);
	if (!r)
		r = cw_txq_new(&h->txq, link);
	if (r) {
		cw_checker_free(h->checker);
		free(h);
		return r;
	}
	*host = h;
	return 0;
}

static bool settled(void *arg)
{
	struct cw_host *h = arg;

	return h->lost || h->state != CW_LINK_UP ||
	       (cw_txq_settled(h->txq) && h->bus.oldest == BUS_NONE);
}

static void end_checks(struct cw_host *h)
{
	h->ops = (struct cw_host_ops){ .violation = h->ops.violation };
	host_until(h, settled, h, SETTLE_PS);
	if (h->lost || h->state != CW_LINK_UP)
		return;
	if (h->fc_ready && !cw_txq_settled(h->txq))
		host_violation(h, CW_RULE_CREDIT_END, NULL, "the card kept credits");
	cw_checker_end(h->checker, h->now);
}

unsigned cw_host_free(struct cw_host *h)
{
	struct expectation *e, *next;
	unsigned n;

	end_checks(h);
	n = h->stats.violations;
	for (e = h->expected; e; e = next) {
		next = e->next;
		n += e->left;
		free(e);
	}
	cw_events_free(&h->events);
	free(h->telling.t);
	dma_free(h);
	cw_txq_free(h->txq);
	cw_checker_free(h->checker);
	free(h);
	return n;
}

/* ---- time ---- */

uint64_t cw_host_now(const struct cw_host *h)
{
	return h->now;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void cw_host_poke(struct cw_host *h)
{
	if (h->dma.held)
		cw_events_add(&h->events, h->now, &h->dma);
}

static uint64_t next_own(struct cw_host *h)
{
	uint64_t t = least(cw_events_next(&h->events), bus_deadline(h));

	return h->lost ? t : least(t, cw_txq_next(h->txq));
}

uint64_t cw_host_next(struct cw_host *h)
{
	uint64_t t = next_own(h);

	return h->lost ? t : least(t, cw_link_next(h->link));
}

int host_push(struct cw_host *h, const struct cw_tlp *tlp)
{
	return cw_txq_push(h->txq, h->now, tlp, 0, -1, 0);
}

static void sent(void *ctx, const struct cw_tlp *tlp, uint64_t cookie, uint64_t stamp)
{
	struct cw_host *h = ctx;
	struct cw_tlp_info info;

	(void)cookie;
	cw_tlp_decode(tlp, &info, NULL);
	h->stats.tlps_down[info.kind]++;
	h->stats.bytes_down += tlp->data_len;
	h->stats.wire_down += cw_tlp_wire_bytes(tlp);
	cw_checker_down(h->checker, stamp, tlp, &info);
}

static int request_of_card(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i,
			   enum cw_verdict v)
{
	if (i->fc == CW_FC_NP && i->kind != CW_TLP_OTHER)
		return dma_read(h, tlp, i, i->kind == CW_TLP_MRD ? v : CW_REFUSE);
	if (v != CW_TAKE)
		return 0;
	if (i->kind == CW_TLP_MWR) {
		if (!msi_write(h, tlp, i))
			mem_write(h, tlp, i);
	} else if (i->kind == CW_TLP_MSG) {
		msi_message(h, i);
	}
	return 0;
}

static int arrived_tlp(struct cw_host *h)
{
	const struct cw_tlp *tlp = &h->in.tlp;
	uint32_t generation = h->generation;
	struct cw_tlp_info info;
	enum cw_verdict v;
	enum cw_fc_class fc;
	const char *why = NULL;
	int r = cw_tlp_decode(tlp, &info, &why);

	h->stats.tlps_up[info.kind]++;
	h->stats.bytes_up += tlp->data_len;
	h->stats.wire_up += cw_tlp_wire_bytes(tlp);
	if (h->state == CW_LINK_UP && !flow_take(h, tlp, &fc)) {
		host_violation(h, CW_RULE_CREDIT_OVER, tlp, fc == CW_FC_P ? "posted" : "non-posted or completion");
		return 0;
	}
	v = cw_checker_up(h->checker, h->now, tlp, &info, r, why);
	r = 0;
	if (v != CW_DROP && info.fc == CW_FC_CPL)
		bus_completion(h, tlp, &info, v);
	else if (v != CW_DROP)
		r = request_of_card(h, tlp, &info, v);
	if (h->state == CW_LINK_UP && h->generation == generation)
		flow_returned(h, tlp);
	return r;
}

static int arrivals(struct cw_host *h)
{
	int r;

	while (!h->lost && cw_link_next(h->link) <= h->now) {
		r = cw_link_recv(h->link, &h->in);
		if (r == -EAGAIN)
			return 0;
		if (r)
			return r;
		if (h->in.stamp < h->deaf_until)
			continue;
		r = h->in.kind == CW_MSG_TLP ? arrived_tlp(h) : flow_message(h);
		if (r)
			return r;
	}
	return 0;
}

static int local_events(struct cw_host *h)
{
	int r = 0;

	while (!r && cw_events_next(&h->events) <= h->now) {
		struct cw_event e = cw_events_pop(&h->events);

		if (e.what == &h->dma)
			h->dma.held = false;
		else
			r = e.what ? dma_ready(h, e.what) : flow_credit_timer(h);
	}
	if (bus_deadline(h) <= h->now)
		bus_expire(h);
	return r;
}

/* Everything that leaves now. */
static int transmit(struct cw_host *h)
{
	int r;

	while (!h->lost) {
		r = dma_pump(h);
		if (r < 0)
			return r;
		if (cw_txq_next(h->txq) > h->now)
			return 0;
		r = cw_txq_run(h->txq, h->now, sent, h);
		if (r < 0)
			return r;
	}
	return 0;
}

/* One instant: arrivals come before local events. */
static int instant(struct cw_host *h)
{
	int r = arrivals(h);

	if (!r)
		r = local_events(h);
	if (!r)
		r = transmit(h);
	return r;
}

static int advance(struct cw_host *h, uint64_t until, uint64_t next_local)
{
	for (;;) {
		/* The horizon first: what it promises to be complete is then in the ring. */
		uint64_t horizon = h->lost ? CW_TIME_NEVER : cw_link_horizon(h->link), t = cw_host_next(h);
		int r;

		if (t <= until && (t < horizon || h->lost) && t != CW_TIME_NEVER) {
			if (t > h->now)
				h->now = t;
			r = instant(h);
			if (r || h->woke)
				return r ? r : 1;
		} else if (until != CW_TIME_NEVER && (until < horizon || h->lost) && t > until) {
			if (until > h->now)
				h->now = until;
			return 1;
		} else if (h->lost) {
			return -ENOTCONN; /* for ever, and nothing will come */
		} else {
			uint64_t own = least(next_own(h), next_local);

			r = cw_link_promise(h->link, own > h->now ? own : h->now);
			return r;
		}
	}
}

/* What the link cannot go on after: the card is gone, or it wrote nonsense, or what this end has to answer to
 * that cannot be sent (times beyond all range, a ring that nobody empties). */
static bool broken(int r)
{
	return r == -ENOTCONN || r == -EPROTO || r == -EINVAL || r == -ENOBUFS;
}

/* Returns what the caller is told. */
static int lose(struct cw_host *h, int r)
{
	cw_host_lost(h);
	return r == -ENOTCONN ? r : -EPROTO;
}

int cw_host_run(struct cw_host *h, uint64_t until, uint64_t next_local)
{
	bool was_lost = h->lost;
	int r;

	if (h->running)
		return -EBUSY;
	h->running = true;
	h->woke = false;
	r = advance(h, until, next_local);
	if (broken(r))
		r = lose(h, r);
	else if (h->lost && !was_lost)
		r = -ENOTCONN;
	h->running = false;
	return r;
}

int host_until(struct cw_host *h, bool (*done)(void *arg), void *arg, uint64_t limit)
{
	uint64_t end = limit == CW_TIME_NEVER ? limit : h->now + limit;
	int r;

	while (!done(arg)) {
		if (h->now >= end)
			return -ETIMEDOUT;
		r = cw_host_run(h, end, end);
		if (!r && !done(arg))
			r = cw_link_wait(h->link);
		if (broken(r))
			r = lose(h, r);
		if (r < 0)
			return done(arg) ? 0 : r;
	}
	return 0;
}

static bool req_done(void *arg)
{
	return ((struct cw_host_req *)arg)->done;
}

int cw_host_wait(struct cw_host *h, struct cw_host_req *req)
{
	return host_until(h, req_done, req, CW_TIME_NEVER);
}

/* ---- results ---- */

const struct cw_host_stats *cw_host_get_stats(const struct cw_host *h)
{
	return &h->stats;
}

bool cw_host_failed(const struct cw_host *h)
{
	return h->stats.violations;
}

void cw_host_expect(struct cw_host *h, const char *rule, unsigned count)
{
	struct expectation *e = malloc(sizeof(*e));

	if (!e)
		abort();
	*e = (struct expectation){ cw_rule_find(rule), count, h->expected };
	h->expected = e;
}

void cw_host_tap_completion(struct cw_host *h, uint16_t tag, uint64_t posted)
{
	cw_checker_tap_completion(h->checker, tag, posted);
}

static bool was_expected(struct cw_host *h, enum cw_rule rule)
{
	struct expectation *e;

	for (e = h->expected; e; e = e->next) {
		if (e->rule == rule && e->left) {
			e->left--;
			return true;
		}
	}
	return false;
}

void host_violation(struct cw_host *h, enum cw_rule rule, const struct cw_tlp *tlp, const char *detail)
{
	struct cw_violation v = { .rule = cw_rules[rule].name, .section = cw_rules[rule].section,
				  .time_ps = h->now, .cycle = h->now / h->p.cycle_ps };
	char what[128] = "";

	if (was_expected(h, rule))
		return;
	h->stats.violations++;
	if (tlp) {
		cw_tlp_copy(&v.tlp, tlp);
		cw_tlp_print(tlp, what, sizeof(what));
	}
	snprintf(v.text, sizeof(v.text), "%s%s%s%s%s", cw_rules[rule].text, detail && *detail ? ": " : "",
		 detail ? detail : "", *what ? ": " : "", what);
	if (h->ops.violation)
		h->ops.violation(h->ctx, &v);
	else
		fprintf(stderr, "checker: %s (%s) at %llu ps, cycle %llu: %s\n", v.rule, v.section,
			(unsigned long long)v.time_ps, (unsigned long long)v.cycle, v.text);
}
