// SPDX-License-Identifier: BSD-2-Clause
/* The simulated card: clocking, idle skip, waves. See card.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "builds.h"
#include "card.h"

#define IDLE_CYCLES 8     /* quiet edges before time is skipped */
#define EDGES_A_STEP 4096 /* the other end of a pair gets its turn at least so often */
#define NOW_MASK ((1ull << 48) - 1)
#define NEVER UINT64_MAX

struct cw_card {
	const struct cw_dpi *dpi; /* first: see glue.h */
	struct cw_link *link;
	struct cw_card_param p;
	struct cw_build build;
	const struct cw_glue *glue; /* of the build */
	void *model;
	uint8_t *clk;
	uint64_t *now;
	struct cw_hip *hip;
	const struct cw_shim_ops *shim; /* NULL: generic */
	void *shim_state;
	struct cw_axi_mem *mem;
	unsigned dw;

	uint64_t next;       /* first cycle not evaluated or skipped */
	uint64_t time;       /* of the edge being evaluated */
	unsigned quiet_n;    /* quiet edges in a row */
	bool wake;           /* something left: the next edge has to be looked at */
	uint64_t pass;       /* free running: own events up to this cycle may happen */
	uint64_t deadline;   /* cycle; NEVER */
	bool rtl_idle;
	int error;           /* from a DPI call */
	struct cw_wires_in in;
	struct cw_wires_axi_in axi_in;
	struct cw_card_tap tap;

	bool wave_open, wave_done;
	char wave[256];
	struct cw_card_stats stats;
	char why[256];
};

void cw_card_param_default(struct cw_card_param *p)
{
	memset(p, 0, sizeof(*p));
	cw_hip_param_default(&p->hip);
	cw_axi_param_default(&p->axi);
	p->period_ps = 4000;
}

static int fail(struct cw_card *c, int err, const char *text)
{
	if (!c->why[0])
		snprintf(c->why, sizeof(c->why), "cycle %llu: %s", (unsigned long long)c->stats.cycles, text);
	c->error = err;
	return err;
}

/* ---- the model's side, once a clock each ---- */

static void dpi_pcie(void *card, const uint32_t *from_rtl, uint32_t *to_rtl)
{
	struct cw_card *c = card;
	const struct cw_wires_out *out = (const struct cw_wires_out *)(const void *)from_rtl;
	uint64_t deadline = (uint64_t)out->deadline[1] << 32 | out->deadline[0];
	int ret;

	if (c->tap.pcie)
		c->tap.pcie(c->tap.ctx, c->next, out, &c->in);
	c->rtl_idle = out->flags & CW_O_IDLE;
	c->deadline = deadline == NOW_MASK ? NEVER : deadline;
	if (c->shim)
		ret = c->shim->cycle(c->shim_state, c->hip, c->next, c->time, from_rtl, &c->in, to_rtl);
	else
		ret = cw_hip_cycle(c->hip, c->next, c->time, out, &c->in);
	if (ret && !c->error)
		c->error = ret;
	if (!c->shim)
		memcpy(to_rtl, &c->in, 4 * (CW_WIRES_IN_FIXED + 2 * c->dw));
}

static void dpi_axi(void *card, const uint32_t *from_rtl, uint32_t *to_rtl)
{
	struct cw_card *c = card;
	const struct cw_wires_axi_out *out = (const struct cw_wires_axi_out *)(const void *)from_rtl;
	int ret;

	if (c->tap.axi)
		c->tap.axi(c->tap.ctx, c->next, out, &c->axi_in);
	ret = cw_axi_cycle(c->mem, c->next, c->in.flags & CW_I_RST, out, &c->axi_in);
	if (ret && !c->error)
		c->error = ret;
	memcpy(to_rtl, &c->axi_in, 4 * (1 + c->dw));
}

/* ---- life ---- */

static void *port(struct cw_card *c, const char *name)
{
	for (uint32_t i = 0; i < c->glue->port_n; i++)
		if (strcmp(c->glue->ports[i].name, name) == 0)
			return c->glue->port(c->model, i);
	return NULL;
}

/* What the build is, as its top says. */
static int read_build(struct cw_card *c)
{
	const uint16_t *data_w, *queues, *vectors, *shim, *user;
	const uint64_t *bytes;
	uint64_t *handle;

	c->clk = port(c, "clk");
	c->now = port(c, "now");
	handle = port(c, "card");
	data_w = port(c, "build_data_w");
	queues = port(c, "build_queue_n");
	vectors = port(c, "build_vector_n");
	bytes = port(c, "build_mem_bytes");
	shim = port(c, "build_shim");
	user = port(c, "build_user");
	if (!c->clk || !c->now || !handle || !data_w || !queues || !vectors || !bytes || !shim || !user)
		return -EINVAL;
	*c->clk = 0;
	*c->now = 0;
	*handle = (uintptr_t)c;
	c->glue->eval(c->model);
	c->dw = *data_w / 32;
	if (c->dw < 1 || c->dw > CW_WIRES_DATA_MAX || c->glue->finished(c->model)) /* a parameter that its RTL refuses */
		return -EINVAL;
	c->p.hip.cfg.queues = *queues;
	c->p.hip.cfg.vectors = *vectors;
	c->p.hip.data_dw = c->p.axi.data_dw = (uint16_t)c->dw;
	c->p.axi.bytes = *bytes;
	if (*shim != c->p.shim || *user != c->p.user)
		return -EINVAL;
	c->shim = cw_shim_ops(*shim);
	return *shim && !c->shim ? -EINVAL : 0;
}

/* The model of the build that c->p asks for. */
static int open_model(struct cw_card *c, uint64_t seed, char *why, size_t why_size)
{
	static const struct cw_dpi dpi = { dpi_pcie, dpi_axi };
	char others[128];
	struct cw_build_kind kind = { c->p.queues, c->p.width, c->p.shim, c->p.user, c->p.trace };
	int ret = cw_build_open(&c->build, &kind, why, why_size);

	if (ret)
		return ret;
	c->dpi = &dpi;
	c->glue = c->build.glue;
	c->model = c->glue->create((uint32_t)(seed ^ seed >> 32));
	ret = c->model ? read_build(c) : -ENOMEM;
	if (!ret && c->p.queues && c->p.queues != c->p.hip.cfg.queues) {
		cw_build_list(&kind, others, sizeof(others));
		snprintf(why, why_size, "queues=%u: the builds%s are of %u%s queues; `make cards%s CARD_QUEUES=%u' adds it",
			 c->p.queues, c->p.trace ? " with waves" : "", c->p.hip.cfg.queues, others,
			 c->p.trace ? "-trace" : "", c->p.queues);
		ret = -ENOENT;
	}
	if (!ret && c->p.width && c->p.width != 32 * c->dw) {
		snprintf(why, why_size, "no build of %u queues with a data path of %u bits", c->p.queues, c->p.width);
		ret = -ENOENT;
	}
	return ret;
}

static void close_model(struct cw_card *c)
{
	if (c->model)
		c->glue->destroy(c->model);
	cw_build_close(&c->build);
}

/* The model of the vendor's interface draws its own numbers. */
static int open_shim(struct cw_card *c, uint64_t seed)
{
	struct cw_shim_param p = { (uint16_t)c->dw, seed, c->p.hip.throttle_rx, c->p.hip.reorder_cycles,
				   c->p.shim_steady };

	if (!c->shim)
		return 0;
	c->shim->limit(&c->p.hip);
	return c->shim->create(&c->shim_state, &p);
}

static void close_shim(struct cw_card *c)
{
	if (c->shim)
		c->shim->destroy(c->shim_state);
}

int cw_card_check(const struct cw_card_param *p, char *why, size_t why_size)
{
	struct cw_card *c = calloc(1, sizeof(*c));
	int ret;

	if (!c)
		return -ENOMEM;
	c->p = *p;
	ret = open_model(c, 0, why, why_size);
	close_model(c);
	free(c);
	return ret;
}

int cw_card_new(struct cw_card **card, struct cw_link *link, const struct cw_card_param *p)
{
	const struct cw_link_param *lp = cw_link_get_param(link);
	struct cw_card *c;
	int ret;

	if (!p->period_ps || (p->wave && !p->trace))
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->link = link;
	cw_link_set_grid(link, p->period_ps);
	c->p = *p;
	c->p.axi.seed = lp->seed;
	c->p.hip.cfg.generation = lp->generation;
	c->p.hip.cfg.lanes = lp->lanes;
	c->deadline = NEVER;
	c->in.flags = CW_I_RST;
	ret = open_model(c, lp->seed, c->why, sizeof(c->why));
	if (!ret)
		ret = open_shim(c, lp->seed);
	if (!ret)
		ret = cw_hip_new(&c->hip, link, &c->p.hip);
	if (!ret)
		ret = cw_axi_mem_new(&c->mem, &c->p.axi);
	if (!ret && p->wave)
		ret = cw_card_wave(c, p->wave);
	if (ret)
		goto err_model;
	*card = c;
	return 0;

err_model:
	if (c->mem && p->axi.store)
		cw_axi_take_store(c->mem); /* stays the caller's */
	cw_axi_mem_free(c->mem);
	cw_hip_free(c->hip);
	close_shim(c);
	close_model(c);
	free(c);
	return ret;
}

void cw_card_free(struct cw_card *c)
{
	if (!c)
		return;
	if (c->wave_open)
		c->glue->trace_close(c->model);
	close_model(c);
	cw_axi_mem_free(c->mem);
	cw_hip_free(c->hip);
	close_shim(c);
	free(c);
}

void cw_card_set_tap(struct cw_card *c, const struct cw_card_tap *tap)
{
	c->tap = *tap;
}

/* ---- waves ---- */

int cw_card_wave(struct cw_card *c, const char *path)
{
	if (!c->glue->has_trace || (path && strlen(path) >= sizeof(c->wave)))
		return -EINVAL;
	if (c->wave_open)
		c->glue->trace_close(c->model);
	c->wave_open = c->wave_done = false;
	snprintf(c->wave, sizeof(c->wave), "%s", path ? path : "");
	return 0;
}

/* Whether this cycle is inside the window; opens and closes the file at its ends. */
static bool wave_on(struct cw_card *c)
{
	bool inside = c->wave[0] && !c->wave_done && c->next >= c->p.wave_from &&
		      (!c->p.wave_to || c->next <= c->p.wave_to);

	if (inside && !c->wave_open) {
		c->glue->trace_open(c->model, c->wave);
		c->wave_open = true;
	}
	if (!inside && c->wave_open) {
		c->glue->trace_close(c->model);
		c->wave_open = false;
		c->wave_done = true;
	}
	return inside;
}

/* ---- time ---- */

static uint64_t ceil_cycle(const struct cw_card *c, uint64_t time)
{
	return time / c->p.period_ps + (time % c->p.period_ps != 0);
}

static bool skips(const struct cw_card *c)
{
	return (!c->p.no_idle_skip || cw_link_get_param(c->link)->free_running) && c->quiet_n >= IDLE_CYCLES;
}

/* The cycle of the RTL's or the models' own next event. */
static uint64_t own_event(const struct cw_card *c)
{
	uint64_t hip = cw_hip_next_cycle(c->hip);

	return c->deadline < hip ? c->deadline : hip;
}

/* The next cycle to evaluate; NEVER: only the host can change that. */
static uint64_t next_cycle(struct cw_card *c)
{
	uint64_t n, arrival, own;

	if (!skips(c) || c->wake)
		return c->next;
	arrival = cw_link_next(c->link);
	n = arrival == NEVER ? NEVER : ceil_cycle(c, arrival);
	own = own_event(c);
	/* With a real kernel in front, silence lasts real time: see cw_card_wait_ms(). */
	if (own < n && (!cw_link_get_param(c->link)->free_running || own <= c->pass))
		n = own;
	return n < c->next ? c->next : n;
}

static int edge(struct cw_card *c, uint64_t cycle)
{
	bool skipped = cycle != c->next, wave;
	int ret;

	c->stats.skipped += cycle - c->next;
	/* Whatever woke a skipping card gets IDLE_CYCLES edges to make something of it. */
	if (skipped || c->wake)
		c->quiet_n = 0;
	c->wake = false;
	c->next = cycle;
	c->stats.cycles = cycle;
	c->time = cycle * c->p.period_ps;
	ret = cw_hip_arrivals(c->hip, cycle, c->time);
	if (ret)
		return ret;
	wave = wave_on(c);
	*c->now = cycle & NOW_MASK;
	*c->clk = 1;
	c->glue->eval(c->model);
	if (wave)
		c->glue->trace_dump(c->model, c->time);
	*c->clk = 0;
	c->glue->eval(c->model);
	if (wave)
		c->glue->trace_dump(c->model, c->time + c->p.period_ps / 2);
	c->stats.evaluated++;
	c->next = cycle + 1;
	if (c->rtl_idle && cw_hip_quiet(c->hip) && cw_axi_quiet(c->mem) && (!c->shim || c->shim->quiet(c->shim_state)))
		c->quiet_n++;
	else
		c->quiet_n = 0;
	if (c->glue->errors(c->model))
		return fail(c, -EIO, "an assertion in the RTL or its top failed");
	if (cw_axi_violations(c->mem))
		return fail(c, -EIO, cw_axi_why(c->mem));
	if (cw_hip_why(c->hip))
		return fail(c, -EIO, cw_hip_why(c->hip));
	if (c->shim && c->shim->why(c->shim_state))
		return fail(c, -EIO, c->shim->why(c->shim_state));
	return c->error;
}

/* One event at or before the horizon: 1, or 0 when there is none, or -errno. *when: the next event. */
static int advance(struct cw_card *c, uint64_t *when)
{
	/* First the horizon: whatever arrives while we look at the rest arrives at or after it. */
	uint64_t horizon = cw_link_horizon(c->link);
	uint64_t cycle = next_cycle(c), tx = cw_hip_tx_next(c->hip);
	uint64_t t = cycle >= NEVER / c->p.period_ps ? NEVER : cycle * c->p.period_ps;
	int ret;

	*when = t < tx ? t : tx;
	if (*when == NEVER || *when >= horizon)
		return 0;
	if (tx > t) {
		ret = edge(c, cycle);
		return ret < 0 ? ret : 1;
	}
	ret = cw_hip_tx_run(c->hip, tx);
	if (ret < 0)
		return ret;
	/* Credits and the count of sent writes have changed: the first edge not before this one sees it. */
	if (skips(c)) {
		uint64_t at = ceil_cycle(c, tx);

		if (at > c->next) {
			c->stats.skipped += at - c->next;
			c->next = at;
		}
		c->wake = true;
	}
	return 1;
}

static uint64_t wall_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

int cw_card_step(void *card)
{
	struct cw_card *c = card;
	uint64_t start = wall_ns(), when = NEVER;
	int ret = 1, n = 0;

	if (c->error)
		return c->error;
	while (n < EDGES_A_STEP && (ret = advance(c, &when)) > 0)
		n++;
	if (ret >= 0 && n < EDGES_A_STEP)
		ret = cw_link_promise(c->link, when);
	c->stats.wall_ns += wall_ns() - start;
	if (ret < 0 && !c->error && ret != -ENOTCONN)
		fail(c, ret, cw_link_why(c->link));
	return ret < 0 ? ret : n;
}

const char *cw_card_why(const struct cw_card *c)
{
	return c->why;
}

int cw_card_wait_ms(const struct cw_card *c)
{
	uint64_t own = own_event(c), ms;

	if (own == NEVER)
		return -1;
	if (own <= c->next)
		return 0;
	ms = (own - c->next) * c->p.period_ps / 1000000000u;
	return ms > 1000000 ? 1000000 : (int)ms + 1;
}

void cw_card_let_pass(struct cw_card *c)
{
	c->pass = own_event(c);
}

struct cw_card_stats cw_card_get_stats(const struct cw_card *c)
{
	return c->stats;
}

const struct cw_hip_stats *cw_card_hip_stats(const struct cw_card *c)
{
	return cw_hip_get_stats(c->hip);
}

struct cw_axi_mem *cw_card_memory(struct cw_card *c)
{
	return c->mem;
}

struct cw_cfgspace *cw_card_cfg(struct cw_card *c)
{
	return cw_hip_cfg(c->hip);
}
