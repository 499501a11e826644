/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the vfio-user server only. */
#ifndef CW_VFIO_PRIV_H
#define CW_VFIO_PRIV_H

#include "channel.h"
#include "guestmem.h"
#include "irqs.h"
#include "vfio.h"

#define BAR_N 6

#define FETCH_N 64      /* reads of memory by message under way */
#define FETCH_BYTES 512 /* of one message of ours: no completion is longer, writes are cut */
#define FETCH_MPS 2     /* the same, as in Device Control */
#define HELD_N 4096     /* interrupts that wait for writes by message */

/* The guest's view of the card's configuration space. */
struct pciside {
	struct cw_host_dev dev;      /* sizes and capabilities */
	uint32_t bar[BAR_N];         /* the registers as last written */
	uint16_t command;
	uint32_t bars_lost;          /* a bit each: ours is set, the card's is not */
	bool msi_on, msix_on;
	uint32_t msi_guest[3];       /* address low, high, data: the guest's own; the card has ours */
	bool msi_wide;
	bool flr, soft_reset;        /* what the card can: function level reset; one on its way back to D0 */
	uint8_t power;               /* state as last written */
	bool programmed[IRQS_VECTORS_MAX]; /* entries of the card's MSI-X table that are ours and unmasked */
};

struct fetch {
	uint16_t id;
	uint64_t iova;
	uint32_t len;
	enum { FETCH_FREE, FETCH_ASKED, FETCH_HERE, FETCH_FAILED, FETCH_DEAD } state;
	uint8_t data[FETCH_BYTES];
};

/* Memory without a file descriptor, and interrupts that may not overtake writes to it. */
struct remote {
	struct fetch fetch[FETCH_N];
	uint16_t next_id;
	unsigned asked;              /* fetches without a reply */
	uint64_t stored, store_done; /* DMA_WRITE messages and their replies */
	int broken;                  /* the client cannot be told: the connection ends with this */
	struct { uint64_t after; int vector; bool level; } held[HELD_N];
	unsigned held_head, held_n;
};

/* An access of the guest's CPU, in the pieces that TLPs can carry. */
struct access {
	struct vu_hdr hdr;
	struct vu_region_rw rw;
	uint64_t addr;           /* of a memory access */
	uint32_t done, piece;    /* bytes */
	uint32_t value;          /* of a configuration write, as it went to the card */
	unsigned crs_n;
	bool restores;           /* what is under way is a BAR that goes before the write itself */
	uint8_t data[4096];
};

struct cw_vfio {
	struct cw_host *host;
	struct cw_link *link;
	struct cw_vfio_param p;
	struct channel ch;
	bool attached, greeted, dead;
	struct guestmem *mem;
	struct irqs irqs;
	struct pciside pci;
	struct remote remote;

	/* the one access that waits for the card */
	struct access access;
	struct cw_host_req req;
	bool open;

	uint64_t until; /* a slice of time that was begun goes so far; 0: none */

	unsigned reports;
	struct cw_vfio_stats stats;
	char why[256];
};

/* vfio.c */
int vfio_fail(struct cw_vfio *v, int err, const char *format, ...) __attribute__((format(printf, 3, 4)));
void vfio_report(struct cw_vfio *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
int vfio_reset_card(struct cw_vfio *v);

/* dispatch.c: one message. -EPROTO and -ENOTCONN end the connection. */
int dispatch(struct cw_vfio *v, const struct message *m);
int dispatch_reply(struct cw_vfio *v, const struct vu_hdr *to, const void *a, size_t a_len, const void *b,
		   size_t b_len);
int dispatch_error(struct cw_vfio *v, const struct vu_hdr *to, int err);

/* region.c: accesses to BARs and configuration space */
uint64_t region_size(const struct cw_vfio *v, uint32_t index);
int region_read(struct cw_vfio *v, const struct message *m);
int region_write(struct cw_vfio *v, const struct message *m);
/* The access that waited is done: sends the reply. */
int region_done(struct cw_vfio *v);

/* pciside.c */
void pciside_reset(struct cw_vfio *v);
/* A configuration write of the guest: what really goes to the card, in *value. False: nothing does. */
bool pciside_write(struct cw_vfio *v, uint16_t reg, uint32_t len, uint32_t *value);
/* The write turns memory space on while the card has lost this BAR to a reset, which comes first. */
bool pciside_lost(struct cw_vfio *v, uint16_t reg, uint32_t len, uint32_t value, uint16_t *bar_reg, uint32_t *bar);
void pciside_put_back(struct cw_vfio *v);
/* After the write has completed. */
void pciside_written(struct cw_vfio *v, uint16_t reg, uint32_t len, uint32_t value);
/* What the guest shall see of what the card answered, `len` bytes at reg. */
void pciside_read(const struct cw_vfio *v, uint16_t reg, uint32_t len, uint8_t *data);
/* Bus address of `len` bytes at offset in a BAR; false: they are not in it, memory space is off, or it is not set. */
bool pciside_address(const struct cw_vfio *v, uint32_t bar, uint64_t offset, uint32_t len, uint64_t *addr);
/* Makes the card's MSI-X table follow the eventfds, when it can be reached. */
void pciside_sync_msix(struct cw_vfio *v);

/* memory.c: the host model's way to the guest's memory, and interrupts in order with it */
void *memory_lookup(void *ctx, uint64_t iova, uint32_t len, enum cw_dma_dir dir, uint32_t *chunk, const char **why);
int memory_fetch(void *ctx, uint64_t iova, uint32_t len, uint8_t *to, const char **why);
int memory_store(void *ctx, uint64_t iova, uint32_t len, const uint8_t *from, const char **why);
void memory_interrupt(void *ctx, int vector, bool level);
int memory_reply(struct cw_vfio *v, const struct message *m);
/* A range is gone: fetches from it end. */
void memory_forget(struct cw_vfio *v, uint64_t iova, uint64_t size);
/* The card was reset: nothing that it asked for or said is of interest any more. */
void memory_reset(struct cw_vfio *v);

#endif
