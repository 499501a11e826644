// SPDX-License-Identifier: BSD-2-Clause
/* One message of the client. Everything in it is hostile until checked. */
#include <errno.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "priv.h"

int dispatch_reply(struct cw_vfio *v, const struct vu_hdr *to, const void *a, size_t a_len, const void *b,
		   size_t b_len)
{
	const struct vu_hdr hdr = { .id = to->id, .command = to->command, .flags = VU_REPLY };

	if (to->flags & VU_NO_REPLY)
		return 0;
	return channel_send(&v->ch, &hdr, a, a_len, b, b_len);
}

int dispatch_error(struct cw_vfio *v, const struct vu_hdr *to, int err)
{
	const struct vu_hdr hdr = { .id = to->id, .command = to->command, .flags = VU_REPLY | VU_ERROR,
				    .error = (uint32_t)err };

	if (to->flags & VU_NO_REPLY)
		return 0;
	return channel_send(&v->ch, &hdr, NULL, 0, NULL, 0);
}

/* The fixed part of a body. What comes behind it belongs to later versions, or is the command's own. */
static int body(struct cw_vfio *v, const struct message *m, const char *name, void *to, size_t size)
{
	if (m->len < size)
		return channel_fail(&v->ch, "%s with %u bytes; %zu are needed", name, m->len, size);
	memcpy(to, m->body, size);
	return 0;
}

/* ---- VERSION ---- */

/* The client's limits bind what we send: no message of ours has descriptors or more than 512 bytes of data. */
static int check_size(struct cw_vfio *v, struct json_object *size)
{
	if (!json_object_is_type(size, json_type_int))
		return channel_fail(&v->ch, "VERSION allows transfers of a size that is no number");
	if (json_object_get_int64(size) < FETCH_BYTES)
		return channel_fail(&v->ch, "VERSION allows transfers of %lld bytes; %u are needed",
				    (long long)json_object_get_int64(size), FETCH_BYTES);
	return 0;
}

static int check_json(struct cw_vfio *v, const char *text, size_t len)
{
	struct json_object *top, *cap, *size;
	int ret = 0;

	if (!len)
		return 0;
	if (strnlen(text, len) != len - 1)
		return channel_fail(&v->ch, "VERSION has a text whose end is not its only NUL");
	top = json_tokener_parse(text);
	if (!json_object_is_type(top, json_type_object)) {
		ret = channel_fail(&v->ch, "VERSION has capabilities that are no JSON object");
	} else if (json_object_object_get_ex(top, "capabilities", &cap)) {
		if (!json_object_is_type(cap, json_type_object))
			ret = channel_fail(&v->ch, "VERSION has capabilities that are no JSON object");
		else if (json_object_object_get_ex(cap, "max_data_xfer_size", &size))
			ret = check_size(v, size);
	}
	json_object_put(top);
	return ret;
}

static int version(struct cw_vfio *v, const struct message *m)
{
	struct vu_version ver;
	char text[256];
	int ret = body(v, m, "VERSION", &ver, sizeof(ver)), n;

	if (!ret)
		ret = check_json(v, (const char *)m->body + sizeof(ver), m->len - sizeof(ver));
	if (ret)
		return ret;
	if (ver.major != VU_MAJOR) {
		dispatch_error(v, &m->hdr, EINVAL);
		return channel_fail(&v->ch, "the client speaks version %u.%u; this is %u.%u", ver.major, ver.minor,
				    VU_MAJOR, VU_MINOR);
	}
	if (ver.minor > VU_MINOR)
		ver.minor = VU_MINOR;
	n = snprintf(text, sizeof(text),
		     "{\"capabilities\":{\"max_msg_fds\":%d,\"max_data_xfer_size\":%u,\"max_dma_maps\":%u,\"pgsizes\":4096}}",
		     CHANNEL_FDS_TOLD, CHANNEL_DATA_MAX, GUESTMEM_RANGES_MAX);
	v->greeted = true;
	return dispatch_reply(v, &m->hdr, &ver, sizeof(ver), text, (size_t)n + 1);
}

/* ---- memory ---- */

static int dma_map(struct cw_vfio *v, const struct message *m)
{
	struct vu_dma_map map;
	int ret = body(v, m, "DMA_MAP", &map, sizeof(map));

	if (ret)
		return ret;
	if (map.argsz < sizeof(map))
		return dispatch_error(v, &m->hdr, EINVAL);
	if (m->fd_n > 1)
		return channel_fail(&v->ch, "DMA_MAP with %u file descriptors", m->fd_n);
	if (map.flags & ~(uint32_t)(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE))
		return channel_fail(&v->ch, "DMA_MAP with flags 0x%x", map.flags);
	ret = guestmem_map(v->mem, map.iova, map.size, map.offset, map.flags & VFIO_DMA_MAP_FLAG_READ,
			   map.flags & VFIO_DMA_MAP_FLAG_WRITE, m->fd_n ? m->fds[0] : -1);
	if (ret) {
		vfio_report(v, "DMA_MAP of 0x%llx bytes at 0x%llx, offset 0x%llx: %s", (unsigned long long)map.size,
			    (unsigned long long)map.iova, (unsigned long long)map.offset, strerror(-ret));
		return dispatch_error(v, &m->hdr, -ret);
	}
	v->stats.maps++;
	return dispatch_reply(v, &m->hdr, NULL, 0, NULL, 0);
}

static int dma_unmap(struct cw_vfio *v, const struct message *m)
{
	struct vu_dma_unmap unmap;
	int ret = body(v, m, "DMA_UNMAP", &unmap, sizeof(unmap));

	if (ret)
		return ret;
	if (unmap.argsz < sizeof(unmap))
		return dispatch_error(v, &m->hdr, EINVAL);
	if (unmap.flags & ~(uint32_t)VFIO_DMA_UNMAP_FLAG_ALL)
		return channel_fail(&v->ch, "DMA_UNMAP with flags 0x%x", unmap.flags);
	if (unmap.flags & VFIO_DMA_UNMAP_FLAG_ALL) {
		guestmem_unmap_all(v->mem);
		memory_forget(v, 0, UINT64_MAX);
	} else {
		ret = guestmem_unmap(v->mem, unmap.iova, unmap.size);
		if (ret)
			return dispatch_error(v, &m->hdr, -ret);
		memory_forget(v, unmap.iova, unmap.size);
	}
	v->stats.unmaps++;
	return dispatch_reply(v, &m->hdr, &unmap, sizeof(unmap), NULL, 0);
}

/* ---- what the device is ---- */

static int get_info(struct cw_vfio *v, const struct message *m)
{
	struct { uint32_t argsz, flags, regions, irqs; } info;
	int ret = body(v, m, "DEVICE_GET_INFO", &info, sizeof(info));

	if (ret)
		return ret;
	if (info.argsz < sizeof(info))
		return dispatch_error(v, &m->hdr, EINVAL);
	info.argsz = sizeof(info);
	info.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI;
	info.regions = VFIO_PCI_NUM_REGIONS;
	info.irqs = VFIO_PCI_NUM_IRQS;
	return dispatch_reply(v, &m->hdr, &info, sizeof(info), NULL, 0);
}

static int get_region_info(struct cw_vfio *v, const struct message *m)
{
	struct vfio_region_info info;
	int ret = body(v, m, "DEVICE_GET_REGION_INFO", &info, sizeof(info));

	if (ret)
		return ret;
	if (info.argsz < sizeof(info) || info.index >= VFIO_PCI_NUM_REGIONS)
		return dispatch_error(v, &m->hdr, EINVAL);
	info = (struct vfio_region_info){ .argsz = sizeof(info), .index = info.index,
					  .size = region_size(v, info.index) };
	if (info.size) /* never mapped: every access is a TLP */
		info.flags = VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE;
	return dispatch_reply(v, &m->hdr, &info, sizeof(info), NULL, 0);
}

static int get_irq_info(struct cw_vfio *v, const struct message *m)
{
	struct vfio_irq_info info;
	int ret = body(v, m, "DEVICE_GET_IRQ_INFO", &info, sizeof(info));

	if (ret)
		return ret;
	if (info.argsz < sizeof(info) || irqs_info(&v->irqs, &info))
		return dispatch_error(v, &m->hdr, EINVAL);
	info.argsz = sizeof(info);
	return dispatch_reply(v, &m->hdr, &info, sizeof(info), NULL, 0);
}

static int set_irqs(struct cw_vfio *v, const struct message *m)
{
	struct vfio_irq_set *set;
	const char *why;
	int ret;

	if (m->len < sizeof(*set))
		return channel_fail(&v->ch, "DEVICE_SET_IRQS with %u bytes", m->len);
	set = malloc(m->len);
	if (!set)
		return dispatch_error(v, &m->hdr, ENOMEM);
	memcpy(set, m->body, m->len);
	why = "argsz is less than the fixed part";
	ret = set->argsz < sizeof(*set) ? -EINVAL : irqs_set(&v->irqs, set, m->len, m->fds, m->fd_n, &why);
	if (ret)
		vfio_report(v, "DEVICE_SET_IRQS, index %u, %u vectors from %u, flags 0x%x: %s", set->index, set->count,
			    set->start, set->flags, why);
	else if (set->index == VFIO_PCI_MSIX_IRQ_INDEX)
		pciside_sync_msix(v);
	free(set);
	return ret ? dispatch_error(v, &m->hdr, -ret) : dispatch_reply(v, &m->hdr, NULL, 0, NULL, 0);
}

static int reset(struct cw_vfio *v, const struct message *m)
{
	int ret = vfio_reset_card(v);

	return ret ? ret : dispatch_reply(v, &m->hdr, NULL, 0, NULL, 0);
}

/* ---- all of them ---- */

static int command(struct cw_vfio *v, const struct message *m)
{
	switch (m->hdr.command) {
	case VU_VERSION:
		return channel_fail(&v->ch, "a second VERSION");
	case VU_DMA_MAP:
		return dma_map(v, m);
	case VU_DMA_UNMAP:
		return dma_unmap(v, m);
	case VU_GET_INFO:
		return get_info(v, m);
	case VU_GET_REGION_INFO:
		return get_region_info(v, m);
	case VU_GET_IRQ_INFO:
		return get_irq_info(v, m);
	case VU_SET_IRQS:
		return set_irqs(v, m);
	case VU_REGION_READ:
		return region_read(v, m);
	case VU_REGION_WRITE:
		return region_write(v, m);
	case VU_RESET:
		return reset(v, m);
	default: /* optional ones, and those to come */
		return dispatch_error(v, &m->hdr, ENOTSUP);
	}
}

int dispatch(struct cw_vfio *v, const struct message *m)
{
	if (m->hdr.flags & ~(uint32_t)VU_FLAGS)
		return channel_fail(&v->ch, "message %u has flags 0x%x, which mean nothing", m->hdr.id, m->hdr.flags);
	if ((m->hdr.flags & VU_TYPE) == VU_REPLY)
		return memory_reply(v, m);
	if ((m->hdr.flags & VU_TYPE) != VU_COMMAND)
		return channel_fail(&v->ch, "message %u is neither command nor reply: flags 0x%x", m->hdr.id, m->hdr.flags);
	if (m->hdr.flags & VU_ERROR)
		return channel_fail(&v->ch, "command %u says that it failed", m->hdr.command);
	if (m->fd_n && m->hdr.command != VU_DMA_MAP && m->hdr.command != VU_SET_IRQS)
		return channel_fail(&v->ch, "command %u with %u file descriptors; it has none", m->hdr.command, m->fd_n);
	if (!v->greeted && m->hdr.command == VU_VERSION)
		return version(v, m);
	if (!v->greeted)
		return channel_fail(&v->ch, "command %u before VERSION", m->hdr.command);
	return command(v, m);
}
