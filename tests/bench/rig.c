// SPDX-License-Identifier: BSD-2-Clause
#include "rig.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../driver/cw_regs.h"
#include "iface.h"

#define LINK_CYCLES 100u     /* one way; the rest of a read's latency is the host's */
#define PIN_CYCLES 1u        /* from arrival at the card to the edge at which the RTL sees the first beat */
#define BAR2_BASE 0x4000000000ull
#define MSI_BASE 0x5000000000ull
#define COMMAND 4            /* configuration register, section 7.5.1.1.3 */
#define COMMAND_MEM 2
#define COMMAND_MASTER 4
#define BAR2 0x18
#define MSIX_ENABLE 0x80000000u
#define READY_TRIES 100000
#define QUIET_PS 40000000ull

int rig_fail(struct rig *r, int err, const char *format, ...)
{
	const char *link = r->host_end ? cw_link_why(r->host_end) : "", *card = r->card ? cw_card_why(r->card) : "";
	va_list ap;
	size_t n;

	if (r->why[0])
		return err;
	va_start(ap, format);
	vsnprintf(r->why, sizeof(r->why), format, ap);
	va_end(ap);
	n = strlen(r->why);
	snprintf(r->why + n, sizeof(r->why) - n, "%s%s%s%s", *link ? "; link: " : "", link, *card ? "; card: " : "", card);
	return err;
}

/* What a wide and distant card can have in flight, and no less than 32 KiB. */
unsigned rig_buffer(const struct bench_point *p)
{
	unsigned bytes = 32u << 10;

	while (bytes < p->width / 8 * (p->latency + 64) * 3 / 2)
		bytes *= 2;
	return bytes;
}

uint64_t rig_msi(void)
{
	return MSI_BASE;
}

uint64_t rig_sent(uint64_t time)
{
	return time / POINT_PERIOD_PS - LINK_CYCLES - PIN_CYCLES;
}

unsigned rig_vectors(const struct rig *r)
{
	return r->dev.msix_n;
}

static int set_up_card(struct rig *r, const struct rig_param *p)
{
	struct cw_card_param cp;

	cw_card_param_default(&cp);
	cp.period_ps = POINT_PERIOD_PS;
	cp.queues = p->point->queues > 64 ? 2048 : 64;
	cp.shim = (uint8_t)p->point->shim;
	cp.shim_steady = true;
	cp.width = p->point->shim ? 0 : (uint16_t)p->point->width; /* a shim's name says it */
	cp.no_idle_skip = p->no_idle_skip;
	cp.trace = p->wave;
	cp.wave = p->wave;
	cp.hip.cpl_buf_hdr = 4095;
	cp.hip.cpl_buf_data = (uint16_t)(rig_buffer(p->point) / 16);
	/* No back-pressure by the model of the IP. */
	cp.hip.rx_limit = (struct cw_credit){ .hdr = { 4096, 32, CW_CREDIT_INFINITE },
					      .data = { 4096, 32, CW_CREDIT_INFINITE } };
	cp.hip.tx_depth = 16;
	if (cw_card_check(&cp, r->why, sizeof(r->why)))
		return -ENOENT;
	return cw_card_new(&r->card, r->card_end, &cp);
}

static int set_up_host(struct rig *r, const struct rig_param *p)
{
	const struct iface *f = iface_of(p->point->shim);
	struct cw_host_param hp;

	cw_host_param_default(&hp);
	hp.read_latency_ps = (uint64_t)(p->point->latency - 2 * LINK_CYCLES - PIN_CYCLES) * POINT_PERIOD_PS;
	hp.split_bytes = (uint16_t)p->point->split;
	hp.mps = 1;
	hp.mrrs = 2;
	hp.ext_tag = p->point->tags > 32;
	hp.tag10 = p->point->tags > 256;
	hp.cycle_ps = POINT_PERIOD_PS;
	hp.msi_base = MSI_BASE;
	hp.card_cpl_hdr = f ? f->cpl_hdr : 4095;
	hp.card_cpl_data = f ? f->cpl_data : rig_buffer(p->point) / 16;
	hp.credit = (struct cw_credit){
		.hdr = { CW_CREDIT_INFINITE, CW_CREDIT_INFINITE, CW_CREDIT_INFINITE },
		.data = { CW_CREDIT_INFINITE, CW_CREDIT_INFINITE, CW_CREDIT_INFINITE },
	};
	return cw_host_new(&r->host, r->host_end, &hp, &p->ops, p->ctx);
}

/* The doorbell pages above 4 GiB, too, though a bridge would not have them there: headers of 4 DW throughout. */
static int move_doorbells(struct rig *r)
{
	int ret = cw_host_cfg_write32(r->host, BAR2, (uint32_t)BAR2_BASE);

	if (!ret)
		ret = cw_host_cfg_write32(r->host, BAR2 + 4, (uint32_t)(BAR2_BASE >> 32));
	r->dev.bar[2].base = BAR2_BASE;
	return ret;
}

static int set_up_function(struct rig *r)
{
	uint32_t status = 0, data;
	uint64_t addr;
	int ret;

	ret = cw_host_enumerate(r->host, &r->dev);
	if (!ret)
		ret = move_doorbells(r);
	if (!ret)
		ret = cw_host_cfg_write32(r->host, COMMAND, COMMAND_MEM | COMMAND_MASTER);
	if (!ret)
		ret = cw_host_cfg_write32(r->host, r->dev.cap_msix, MSIX_ENABLE);
	for (unsigned i = 0; !ret && !(status & CW_STATUS_READY_MASK); i++)
		ret = i < READY_TRIES ? rig_get32(r, CW_STATUS, &status) : -ETIMEDOUT;
	for (unsigned v = 0; !ret && v < r->dev.msix_n; v++) {
		uint64_t entry = CW_MSIX_TABLE_OFFSET + 16ull * v;

		cw_host_msi_message(r->host, (int)v, &addr, &data);
		ret = rig_put64(r, entry, addr) ?: rig_put32(r, entry + CW_MSIX_DATA, data) ?:
		      rig_put32(r, entry + CW_MSIX_CTRL, 0);
	}
	return ret ? ret : rig_put32(r, CW_CONTROL, CW_CONTROL_ENABLE_MASK);
}

int rig_up(struct rig *r, const struct rig_param *p)
{
	struct cw_link_param lp = { .seed = 1, .latency_ps = LINK_CYCLES * POINT_PERIOD_PS, .generation = 3,
				    .lanes = (uint8_t)p->point->lanes, .ring_bytes = 4u << 20 };
	int ret;

	memset(r, 0, sizeof(*r));
	ret = cw_link_pair(&lp, &r->host_end, &r->card_end);
	if (!ret)
		ret = set_up_card(r, p);
	if (ret)
		return rig_fail(r, ret, "the card cannot be made: %s", strerror(-ret));
	cw_link_set_log(r->card_end, p->log);
	cw_link_set_peer(r->host_end, cw_card_step, r->card);
	ret = set_up_host(r, p);
	if (!ret)
		ret = set_up_function(r);
	if (ret)
		return rig_fail(r, ret, "the card does not come up: %s", strerror(-ret));
	if (!p->point->shim)
		cw_card_set_tap(r->card, &p->tap);
	return 0;
}

int rig_quiet(struct rig *r)
{
	uint64_t until = cw_host_now(r->host) + QUIET_PS;
	int ret = cw_host_cfg_write32(r->host, COMMAND, COMMAND_MEM);

	while (!ret && cw_host_now(r->host) < until)
		ret = rig_run(r, until);
	return ret;
}

int rig_down(struct rig *r)
{
	static const struct cw_card_tap none;
	unsigned violations = 0;
	int ret = 0;

	if (r->card)
		cw_card_set_tap(r->card, &none);
	if (r->host)
		violations = cw_host_free(r->host);
	if (violations && !r->why[0])
		ret = rig_fail(r, -EIO, "%u rules of PCIe were broken", violations);
	cw_link_close(r->host_end);
	cw_card_free(r->card);
	cw_link_close(r->card_end);
	return ret;
}

int rig_run(struct rig *r, uint64_t until)
{
	int ret;

	while ((ret = cw_host_run(r->host, until, until)) == 0) {
		ret = cw_link_wait(r->host_end);
		if (ret < 0)
			break;
	}
	if (ret < 0)
		return rig_fail(r, ret, "the run stopped: %s", strerror(-ret));
	return 0;
}

int rig_put32(struct rig *r, uint64_t reg, uint32_t value)
{
	return cw_host_write(r->host, r->dev.bar[0].base + reg, &value, 4);
}

int rig_put64(struct rig *r, uint64_t reg, uint64_t value)
{
	return rig_put32(r, reg, (uint32_t)value) ?: rig_put32(r, reg + 4, (uint32_t)(value >> 32));
}

int rig_get32(struct rig *r, uint64_t reg, uint32_t *value)
{
	struct cw_host_req q = { .space = CW_SPACE_MEM, .addr = r->dev.bar[0].base + reg, .len = 4 };
	int ret = cw_host_read(r->host, &q);

	if (!ret)
		ret = cw_host_wait(r->host, &q);
	if (!ret && q.status != CW_CPL_SC)
		ret = -EIO;
	memcpy(value, q.data, 4);
	return ret;
}

int rig_doorbell(struct rig *r, unsigned queue, uint64_t reg, uint32_t value)
{
	uint64_t page = r->dev.bar[2].base + ((uint64_t)queue << CW_DB_STRIDE_LOG2_MIN);

	return cw_host_write(r->host, page + reg, &value, 4);
}
