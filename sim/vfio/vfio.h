/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A vfio-user server: puts the card at the other end of a link behind an unmodified
 * QEMU (device vfio-user-pci). It is a host like the kernel shim: it owns
 * the root complex (sim/host) and reaches the card by TLPs only.
 *
 *   config accesses     CfgRd, CfgWr           BAR accesses   MRd, MWr at the address in the card's own BAR
 *   DEVICE_RESET        hot reset              DMA_MAP        what the card may reach; else an IOMMU fault
 *   SET_IRQS (MSI-X)    MWr to the card's table; its message becomes a write to the eventfd
 *
 * Simulated time passes while something is under way and stands still while the
 * card and the guest are silent: a slow simulation looks to the guest like a
 * slow card, not like one that times out.
 *
 * One thread. Errors are negative errno values; cw_vfio_why() has the text.
 */
#ifndef CW_VFIO_H
#define CW_VFIO_H

#include "../host/host.h"

struct cw_vfio;

struct cw_vfio_param {
	struct cw_host_param host;
	/* One line for a person: connections, IOMMU faults, broken rules. NULL: none. */
	void (*report)(void *ctx, const char *line);
	void *ctx;
};
void cw_vfio_param_default(struct cw_vfio_param *p);

/* Brings the link up and looks at the card: -ENODEV, -ENOTCONN and so on, with one line in `why`. The link end
 * stays the caller's. */
int cw_vfio_new(struct cw_vfio **v, struct cw_link *link, const struct cw_vfio_param *p, char *why,
		size_t why_size);
/* Returns the number of broken rules, IOMMU faults among them, of the whole life. */
unsigned cw_vfio_free(struct cw_vfio *v);

/* Serves one client on a connected socket, which is taken over. The card is reset first. -EBUSY: there is a client;
 * -ENODEV: the card is gone. Then the socket stays the caller's. */
int cw_vfio_attach(struct cw_vfio *v, int sock);
/* Does what can be done now, then waits up to timeout_ms for more. 0: go on. -ENOTCONN: the client left;
 * -EPROTO: it broke the protocol and was cut off. After both the card is idle and without memory, fit for
 * the next client. -ENODEV: the card is gone, for good. */
int cw_vfio_step(struct cw_vfio *v, int timeout_ms);
const char *cw_vfio_why(const struct cw_vfio *v);

struct cw_vfio_stats {
	uint64_t reads, writes, config; /* accesses of the guest that became TLPs */
	uint64_t refused;               /* with memory space off: all ones, or dropped */
	uint64_t interrupts;            /* eventfds signalled */
	uint64_t maps, unmaps, faults;
	uint64_t dma_reads, dma_writes; /* messages, where memory has no file descriptor */
};
void cw_vfio_get_stats(const struct cw_vfio *v, struct cw_vfio_stats *s);

#endif
