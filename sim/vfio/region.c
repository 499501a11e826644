// SPDX-License-Identifier: BSD-2-Clause
/* REGION_READ and REGION_WRITE: accesses of the guest's CPUs, each a TLP. One that waits for the card at a time. */
#include <errno.h>
#include <linux/vfio.h>
#include <string.h>

#include "priv.h"

#define CFG_BYTES 4096u
#define CRS_TRIES 2000u   /* round trips, together some ms of the link: more than a device here needs after a reset */

uint64_t region_size(const struct cw_vfio *v, uint32_t index)
{
	if (index < BAR_N)
		return v->pci.dev.bar[index].size;
	return index == VFIO_PCI_CONFIG_REGION_INDEX ? CFG_BYTES : 0;
}

/* The fixed part of either message, checked. */
static int access_of(struct cw_vfio *v, const struct message *m, struct vu_region_rw *rw)
{
	bool write = m->hdr.command == VU_REGION_WRITE;
	const char *what = write ? "REGION_WRITE" : "REGION_READ";
	uint64_t size;

	if (m->len < sizeof(*rw))
		return channel_fail(&v->ch, "%s of %u bytes", what, m->len);
	memcpy(rw, m->body, sizeof(*rw));
	if (rw->region >= VFIO_PCI_NUM_REGIONS)
		return channel_fail(&v->ch, "%s of region %u; there are %u", what, rw->region, VFIO_PCI_NUM_REGIONS);
	size = region_size(v, rw->region);
	if (rw->count > CHANNEL_DATA_MAX || rw->offset > size || rw->count > size - rw->offset)
		return channel_fail(&v->ch, "%s of %u bytes at 0x%llx of region %u, which has 0x%llx", what, rw->count,
				    (unsigned long long)rw->offset, rw->region, (unsigned long long)size);
	if (m->len != sizeof(*rw) + (write ? rw->count : 0))
		return channel_fail(&v->ch, "%s of %u bytes in a message with %u", what, rw->count,
				    m->len - (uint32_t)sizeof(*rw));
	return 0;
}

static bool is_config(const struct vu_region_rw *rw)
{
	return rw->region == VFIO_PCI_CONFIG_REGION_INDEX;
}

/* A memory TLP here carries 1, 2, 4 or 8 bytes, aligned; configuration space is cut into DWs (section 2.2.7). */
static bool possible(const struct vu_region_rw *rw)
{
	if (is_config(rw))
		return rw->count;
	return rw->count && rw->count <= 8 && !(rw->count & (rw->count - 1)) && rw->offset % rw->count == 0;
}

static int finish(struct cw_vfio *v)
{
	const struct access *a = &v->access;

	v->open = false;
	return dispatch_reply(v, &a->hdr, &a->rw, sizeof(a->rw), a->data, a->hdr.command == VU_REGION_READ ? a->rw.count : 0);
}

/* The next piece of the access, with the card: 0; or its end. */
static int issue(struct cw_vfio *v)
{
	struct access *a = &v->access;
	uint64_t at = a->rw.offset + a->done;
	bool write = a->hdr.command == VU_REGION_WRITE;
	uint32_t value = 0, bar;
	uint16_t bar_reg;

	a->piece = a->rw.count;
	a->restores = false;
	v->req = (struct cw_host_req){ .space = CW_SPACE_MEM, .addr = a->addr, .len = a->rw.count };
	if (is_config(&a->rw)) {
		a->piece = 4 - (at & 3) < a->rw.count - a->done ? 4 - (uint32_t)(at & 3) : a->rw.count - a->done;
		if (write && a->piece == 3)
			a->piece = 2 - (uint32_t)(at & 1); /* requests of 1, 2 and 4 bytes */
		v->req.space = CW_SPACE_CFG;
		v->req.addr = write ? at : at & ~3ull;
		v->req.len = write ? a->piece : 4;
		v->stats.config++;
	}
	if (!write)
		return cw_host_read(v->host, &v->req);
	memcpy(&value, a->data + a->done, a->piece);
	a->restores = pciside_lost(v, (uint16_t)at, a->piece, value, &bar_reg, &bar);
	if (a->restores) {
		v->req.addr = bar_reg;
		v->req.len = 4;
		memcpy(v->req.data, &bar, sizeof(bar));
		return cw_host_cfg_write(v->host, &v->req);
	}
	pciside_write(v, (uint16_t)at, a->piece, &value);
	memcpy(v->req.data, &value, sizeof(value));
	a->value = value;
	return cw_host_cfg_write(v->host, &v->req);
}

static int start(struct cw_vfio *v, const struct message *m, const struct vu_region_rw *rw)
{
	v->access.hdr = m->hdr;
	v->access.rw = *rw;
	v->access.done = 0;
	v->access.crs_n = 0;
	v->open = true;
	return issue(v);
}

int region_read(struct cw_vfio *v, const struct message *m)
{
	struct vu_region_rw rw;
	int ret = access_of(v, m, &rw);

	if (ret)
		return ret;
	if (!possible(&rw))
		return dispatch_error(v, &m->hdr, EINVAL);
	memset(v->access.data, 0xff, rw.count <= CFG_BYTES ? rw.count : CFG_BYTES);
	if (!is_config(&rw) && !pciside_address(v, rw.region, rw.offset, rw.count, &v->access.addr)) {
		v->stats.refused++;
		return dispatch_reply(v, &m->hdr, &rw, sizeof(rw), v->access.data, rw.count);
	}
	v->stats.reads += !is_config(&rw);
	return start(v, m, &rw);
}

int region_write(struct cw_vfio *v, const struct message *m)
{
	struct vu_region_rw rw;
	uint64_t addr;
	int ret = access_of(v, m, &rw);

	if (ret)
		return ret;
	if (!possible(&rw))
		return dispatch_error(v, &m->hdr, EINVAL);
	if (is_config(&rw)) {
		memcpy(v->access.data, m->body + sizeof(rw), rw.count);
		return start(v, m, &rw);
	}
	if (pciside_address(v, rw.region, rw.offset, rw.count, &addr)) {
		v->stats.writes++;
		ret = cw_host_write(v->host, addr, m->body + sizeof(rw), rw.count);
	} else {
		v->stats.refused++;
	}
	return ret ? ret : dispatch_reply(v, &m->hdr, &rw, sizeof(rw), NULL, 0);
}

/* The card is not ready yet after a reset: the root complex asks again (section 2.3.2). */
static bool again(struct cw_vfio *v)
{
	return v->req.status == CW_CPL_CRS && v->access.crs_n++ < CRS_TRIES;
}

int region_done(struct cw_vfio *v)
{
	struct access *a = &v->access;
	uint16_t at = (uint16_t)(a->rw.offset + a->done);

	if (again(v))
		return issue(v);
	if (a->restores) {
		pciside_put_back(v);
		return issue(v);
	}
	if (a->hdr.command == VU_REGION_WRITE) {
		if (v->req.status == CW_CPL_SC)
			pciside_written(v, at, a->piece, a->value);
	} else if (is_config(&a->rw)) {
		memcpy(a->data + a->done, v->req.data + (at & 3), a->piece);
		if (v->req.status == CW_CPL_SC)
			pciside_read(v, at, a->piece, a->data + a->done);
	} else {
		memcpy(a->data, v->req.data, a->piece);
	}
	a->done += a->piece;
	return a->done < a->rw.count ? issue(v) : finish(v);
}
