// SPDX-License-Identifier: BSD-2-Clause
/*
 * libcauseway-sim.so: simulated cards behind libcauseway. For `sim` it holds the
 * whole machine: link, card (RTL under Verilator), host model, kernel API shim
 * and the driver; for `sim:NAME` all but the card.
 */
#include "plugin.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/cw_regs.h"
#include "sim/link/log.h"

#define DEVICE "/dev/causeway0"

/* A transfer in flight: the shim's request around the caller's. */
struct flight {
	struct shim_aio aio;
	struct cw_io *io; /* NULL: the slot is free */
};

struct sim_machine {
	struct sim_options opt;
	struct cw_link *host_end;
	struct cw_link *card_end; /* with card: NULL when it is in another process */
	struct cw_card *card;
	struct cw_log *log, *card_log;
	struct shim *shim;
	int fd;
	pthread_mutex_t lock;     /* of flights */
	struct shim_group group;  /* of them */
	struct flight flights[CW_IO_MAX];
};

struct shim *sim_shim(void *card)
{
	return ((struct sim_machine *)card)->shim;
}

int sim_fd(void *card)
{
	return ((struct sim_machine *)card)->fd;
}

ssize_t sim_translate(ssize_t err)
{
	switch (err) {
	case -ENOLINK:
	case -ENOTCONN:
		return -ENODEV;
	case -ETIME:
		return -ETIMEDOUT;
	case -EDEADLK:
		return -EIO;
	}
	return err;
}

static int open_log(struct cw_log **log, const char *path, const struct sim_options *o, struct cw_link *end,
		    char *why, size_t why_size)
{
	int err;

	if (!path[0])
		return 0;
	err = cw_log_open(log, path, o->link.seed, cw_link_get_side(end));
	if (err) {
		snprintf(why, why_size, "%.200s: %s", path, strerror(-err));
		return err;
	}
	cw_link_set_log(end, *log);
	return 0;
}

/* The link, and for a card in this process the card on its other end. */
static int connect_card(struct sim_machine *m, char *why, size_t why_size)
{
	struct sim_options *o = &m->opt;
	int err;

	if (o->name[0]) {
		char reason[CW_WHY_SIZE] = "";

		err = cw_link_attach(o->name, &o->link, &m->host_end, reason, sizeof(reason));
		if (err)
			snprintf(why, why_size, "sim:%s: %.180s", o->name, reason);
		return err;
	}
	err = cw_card_check(&o->card, why, why_size);
	if (!err)
		err = cw_link_pair(&o->link, &m->host_end, &m->card_end);
	if (err)
		return err;
	err = open_log(&m->card_log, o->card_tlp, o, m->card_end, why, why_size);
	if (!err)
		err = cw_card_new(&m->card, m->card_end, &o->card);
	if (!err)
		cw_link_set_peer(m->host_end, cw_card_step, m->card);
	return err;
}

static int start_driver(struct sim_machine *m, char *why, size_t why_size)
{
	int err = shim_module_load(m->shim, m->opt.module);

	if (err) {
		snprintf(why, why_size, "the driver did not load: %s", strerror(-err));
		return err;
	}
	m->fd = shim_open(m->shim, DEVICE, O_RDWR);
	if (m->fd < 0) {
		snprintf(why, why_size, "the driver found no card it can drive (%s)", strerror(-m->fd));
		return m->fd;
	}
	return 0;
}

/* Undoes everything in reverse; what was not done is NULL or -1. Returns failed checks. */
static unsigned tear_down(struct sim_machine *m)
{
	unsigned failed = 0;
	int log_err = 0;

	if (m->fd >= 0)
		shim_close(m->shim, m->fd);
	if (m->shim)
		failed = shim_free(m->shim);
	if (m->card) {
		if (cw_card_why(m->card)[0]) {
			fprintf(stderr, "causeway: the card: %s\n", cw_card_why(m->card));
			failed++;
		}
		cw_card_free(m->card);
	}
	if (m->host_end)
		cw_link_close(m->host_end);
	if (m->card_end)
		cw_link_close(m->card_end);
	if (m->log)
		log_err = cw_log_close(m->log);
	if (m->card_log)
		log_err = cw_log_close(m->card_log) ?: log_err;
	if (log_err)
		fprintf(stderr, "causeway: writing the TLP log: %s\n", strerror(-log_err));
	pthread_mutex_destroy(&m->lock);
	free(m);
	return failed + (log_err != 0);
}

static int sim_open(const char *name, void **card, char *why, size_t why_size)
{
	struct sim_machine *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return -ENOMEM;
	m->fd = -1;
	pthread_mutex_init(&m->lock, NULL);
	err = sim_options_parse(&m->opt, name, why, why_size);
	if (!err)
		err = connect_card(m, why, why_size);
	if (!err)
		err = open_log(&m->log, m->opt.tlp, &m->opt, m->host_end, why, why_size);
	if (!err) {
		err = shim_new(&m->shim, m->host_end, &m->opt.shim);
		if (err)
			snprintf(why, why_size, "the simulated machine did not start: %s", strerror(-err));
	}
	if (!err)
		err = start_driver(m, why, why_size);
	if (err) {
		int link_err = m->host_end ? cw_link_promise(m->host_end, 0) : 0;

		/* Whatever step failed: this is why. */
		if (link_err == -ENOTCONN) {
			err = -ENODEV;
			snprintf(why, why_size, "%.100s: the card ended while the driver started", name);
		} else if (link_err == -EPROTO) {
			err = -EPROTO;
			snprintf(why, why_size, "%.60s: %.180s", name, cw_link_why(m->host_end));
		}
		tear_down(m);
		return (int)sim_translate(err);
	}
	*card = m;
	return 0;
}

static int sim_close(void *card)
{
	struct sim_machine *m = card;
	struct cw_io *io;

	while (!cw_sim_backend()->wait(m, &io, -1))
		;
	return tear_down(m) ? -EIO : 0;
}

static int sim_ioctl(struct sim_machine *m, unsigned long cmd, void *arg)
{
	return (int)sim_translate(shim_ioctl(m->shim, m->fd, cmd, arg));
}

static int sim_info(void *card, struct cw_info *info)
{
	return sim_ioctl(card, CW_IOC_INFO, info);
}

static ssize_t sim_transfer(void *card, enum cw_op op, void *buf, size_t len, uint64_t card_addr)
{
	struct sim_machine *m = card;

	return sim_translate(op == CW_OP_READ ? shim_pread(m->shim, m->fd, buf, len, (off_t)card_addr) :
					    shim_pwrite(m->shim, m->fd, buf, len, (off_t)card_addr));
}

static struct flight *take_flight(struct sim_machine *m, struct cw_io *io)
{
	struct flight *f = NULL;

	pthread_mutex_lock(&m->lock);
	for (int i = 0; !f && i < CW_IO_MAX; i++)
		if (!m->flights[i].io)
			f = &m->flights[i];
	if (f)
		f->io = io;
	pthread_mutex_unlock(&m->lock);
	return f;
}

static void land(struct sim_machine *m, struct flight *f)
{
	pthread_mutex_lock(&m->lock);
	f->io = NULL;
	pthread_mutex_unlock(&m->lock);
}

static int sim_submit(void *card, struct cw_io *io)
{
	struct sim_machine *m = card;
	struct flight *f = take_flight(m, io);
	struct shim_aio *list[1];
	int n;

	if (!f)
		return -EAGAIN;
	f->aio = (struct shim_aio){
		.fd = m->fd,
		.op = io->op == CW_OP_READ ? SHIM_PREAD : SHIM_PWRITE,
		.buf = io->buf,
		.len = io->len,
		.pos = (off_t)io->card_addr,
		.user = f,
		.group = &m->group,
	};
	list[0] = &f->aio;
	n = shim_submit(m->shim, list, 1);
	if (n == 1)
		return 0;
	land(m, f);
	return n < 0 ? (int)sim_translate(n) : -EAGAIN;
}

static int sim_wait(void *card, struct cw_io **io, int timeout_ms)
{
	struct sim_machine *m = card;
	struct shim_aio *aio;
	struct flight *f;
	int err = shim_wait_group(m->shim, &m->group, timeout_ms < 0 ? -1 : timeout_ms * 1000000LL, &aio);

	if (err)
		return err == -EINVAL ? -ENOENT : (int)sim_translate(err);
	f = aio->user;
	*io = f->io;
	(*io)->result = sim_translate(aio->result);
	(*io)->priv[SIM_IO_SUBMITTED] = aio->submit_ns;
	(*io)->priv[SIM_IO_ENDED] = aio->done_ns;
	land(m, f);
	return 0;
}

static int sim_reg_read(void *card, uint32_t offset, uint32_t *value)
{
	struct cw_reg reg = { .size = sizeof(reg), .offset = offset };
	int err = sim_ioctl(card, CW_IOC_REG_READ, &reg);

	*value = reg.value;
	return err;
}

static int sim_reg_write(void *card, uint32_t offset, uint32_t value)
{
	struct cw_reg reg = { .size = sizeof(reg), .offset = offset, .value = value };

	return sim_ioctl(card, CW_IOC_REG_WRITE, &reg);
}

static int sim_counter(void *card, uint32_t index, uint64_t *value)
{
	struct cw_counter c = { .size = sizeof(c), .index = index };
	int err = sim_ioctl(card, CW_IOC_COUNTER, &c);

	*value = c.value;
	return err;
}

static void count_tlps(uint64_t to[CW_SIM_TLP_N], const uint64_t from[])
{
	static const enum cw_tlp_kind kinds[CW_SIM_TLP_N] = {
		CW_TLP_MRD, CW_TLP_MWR, CW_TLP_CFGRD, CW_TLP_CFGWR, CW_TLP_CPL, CW_TLP_CPLD, CW_TLP_MSG,
	};

	for (int i = 0; i < CW_SIM_TLP_N; i++)
		to[i] = from[kinds[i]];
}

/* Raw rate each way (PCIe Base 6.0 section 1.2: 2.5 GT/s and doublings; 8b/10b below 8 GT/s, 128b/130b from there). */
static double link_rate(const struct cw_link_param *p)
{
	static const double gts[] = { 2.5e9, 5e9, 8e9, 16e9, 32e9 };
	double code = p->generation < 3 ? 8.0 / 10 : 128.0 / 130;

	return p->lanes * gts[p->generation - 1] * code / 8;
}

static int sim_stats(void *card, struct cw_sim_stats *s)
{
	struct sim_machine *m = card;
	const struct cw_host_stats *h = cw_host_get_stats(shim_host(m->shim));
	struct shim_stats k;
	uint32_t link;

	memset(s, 0, sizeof(*s));
	shim_hold(m->shim);
	shim_get_stats(m->shim, &k);
	s->time_ps = cw_host_now(shim_host(m->shim));
	s->cycles = s->time_ps / m->opt.card.period_ps;
	if (m->card)
		s->cycles_skipped = cw_card_get_stats(m->card).skipped;
	count_tlps(s->up, h->tlps_up);
	count_tlps(s->down, h->tlps_down);
	s->payload_up = h->bytes_up;
	s->payload_down = h->bytes_down;
	s->wire_up = h->wire_up;
	s->wire_down = h->wire_down;
	s->interrupts = h->interrupts;
	s->iommu_faults = h->iommu_faults;
	s->violations = h->violations + k.checks_failed;
	shim_release(m->shim);
	s->generation = m->opt.link.generation;
	s->lanes = m->opt.link.lanes;
	s->link_bytes_per_s = link_rate(&m->opt.link);
	if (sim_reg_read(m, CW_LINK, &link))
		return -ENODEV;
	s->mps = 128u << (link & CW_LINK_MPS_MASK);
	s->mrrs = 128u << ((link & CW_LINK_MRRS_MASK) >> CW_LINK_MRRS_SHIFT);
	return 0;
}

static int sim_place(void *card, uint64_t bus_addr)
{
	struct sim_machine *m = card;
	int err;

	shim_hold(m->shim);
	err = shim_place_next(m->shim, bus_addr);
	shim_release(m->shim);
	return err;
}

static int sim_peek(void *card, uint64_t card_addr, void *buf, size_t len)
{
	struct sim_machine *m = card;
	int err;

	if (!m->card)
		return -EOPNOTSUPP;
	shim_hold(m->shim);
	err = cw_axi_peek(cw_card_memory(m->card), card_addr, buf, len);
	shim_release(m->shim);
	return err;
}

static int sim_poke(void *card, uint64_t card_addr, const void *buf, size_t len)
{
	struct sim_machine *m = card;
	int err;

	if (!m->card)
		return -EOPNOTSUPP;
	shim_hold(m->shim);
	err = cw_axi_poke(cw_card_memory(m->card), card_addr, buf, len);
	shim_release(m->shim);
	return err;
}

static int sim_bind(void *card, int bind)
{
	struct sim_machine *m = card;

	if (!bind)
		return (int)sim_translate(shim_unbind(m->shim));
	return (int)sim_translate(shim_bind(m->shim));
}

static int sim_reset(void *card)
{
	struct sim_machine *m = card;

	return (int)sim_translate(shim_reset(m->shim));
}

static int sim_bar(void *card, unsigned bar, uint64_t offset, void *data, unsigned len, int write)
{
	struct sim_machine *m = card;

	return (int)sim_translate(shim_bar_access(m->shim, bar, offset, data, len, write));
}

CW_API const struct cw_backend *cw_sim_backend(void)
{
	static const struct cw_backend backend = {
		.version = CW_LIB_VERSION,
		.open = sim_open,
		.close = sim_close,
		.info = sim_info,
		.transfer = sim_transfer,
		.submit = sim_submit,
		.wait = sim_wait,
		.reg_read = sim_reg_read,
		.reg_write = sim_reg_write,
		.counter = sim_counter,
		.queue_open = sim_queue_open,
		.queue_close = sim_queue_close,
		.queue_transfer = sim_queue_transfer,
		.queue_submit = sim_queue_submit,
		.queue_wait = sim_queue_wait,
		.queue_poll = sim_queue_poll,
		.stats = sim_stats,
		.place = sim_place,
		.peek = sim_peek,
		.poke = sim_poke,
		.bind = sim_bind,
		.reset = sim_reset,
		.bar = sim_bar,
	};

	return &backend;
}

static void say(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "%s\n", line);
}

CW_API int cw_sim_serve(const char *name, const char *options, char *why, size_t why_size)
{
	struct sim_options *o = calloc(1, sizeof(*o));
	struct cw_card_serve_param p = { .report = say };
	int err = o ? sim_options_parse_card(o, options, why, why_size) : -ENOMEM;

	if (!err)
		err = cw_card_check(&o->card, why, why_size);
	if (!err) {
		p.card = o->card;
		p.log = o->card_tlp[0] ? o->card_tlp : NULL;
		err = cw_card_serve(name, &p);
	}
	free(o);
	return err;
}
