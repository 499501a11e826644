/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host: a root complex with one root port, its memory behind an IOMMU
 * look-up, MSI/MSI-X/INTx decoding and a checker of every TLP.
 *
 * It is driven, never a thread: whoever owns the host's time (the kernel shim's
 * scheduler, the vfio-user server) calls cw_host_run(). It reaches the device
 * only through the link.
 */
#ifndef CW_HOST_H
#define CW_HOST_H

#include "../link/link.h"

struct cw_host;

enum cw_dma_dir { CW_DMA_TO_DEVICE, CW_DMA_FROM_DEVICE }; /* device reads / writes */
enum cw_space { CW_SPACE_CFG, CW_SPACE_MEM };

struct cw_host_param {
	uint64_t seed;
	uint64_t read_latency_ps;  /* request arrival to first completion, at least */
	uint64_t read_jitter_ps;   /* random addition, 0 to this */
	bool split_random;         /* completions split at random legal boundaries; else at split_bytes */
	bool order_random;         /* completions of different tags in random order */
	uint16_t split_bytes;      /* 64 to 512: multiples of RCB */
	uint8_t mps, mrrs;         /* encoded as in Device Control: 128 << n; cut to what the card can */
	bool rcb128;
	bool ext_tag, tag10, relaxed_ordering, no_snoop; /* what Device Control enables */
	struct cw_credit credit;   /* what the host advertises; all 0: a generous default */
	uint32_t cycle_ps;         /* the card's clock period, for the cycle of a violation */
	uint64_t cpl_timeout_ps;   /* of the host's own non-posted requests */
	uint64_t settle_ps;        /* reads made under an old configuration may still come this long after the
				    * write's completion: completions pass reads (section 2.4.1) */
	uint32_t card_cpl_hdr;     /* the card's receive completion buffer: headers, and units of */
	uint32_t card_cpl_data;    /* 16 bytes; 0: not checked */
	uint64_t msi_base;         /* of the window of MSI and MSI-X writes, 1 MiB; 0: where x86 has it, below 4 GiB */
};
void cw_host_param_default(struct cw_host_param *p);

/* A broken rule. The default action prints it and makes cw_host_failed() true. */
struct cw_violation {
	const char *rule;       /* name, e.g. "mrd-crosses-4k" */
	const char *section;    /* of the PCIe Base Specification 6.0 */
	char text[256];
	uint64_t time_ps, cycle;
	struct cw_tlp tlp;
};

/* Called inside cw_host_run(). They may queue requests and posted writes, but not call cw_host_run(). All but
 * lookup may be NULL. */
struct cw_host_ops {
	/* The one look-up: the host address of iova, or NULL with *why. *chunk is set to the bytes valid
	 * from there in the mapping's memory, at most len. Must be live for the whole [iova, iova+len).
	 * CW_HOST_REMOTE: the memory is in another process, fetch and store reach it. */
	void *(*lookup)(void *ctx, uint64_t iova, uint32_t len, enum cw_dma_dir dir, uint32_t *chunk,
			const char **why);
	/* Remote memory; may be NULL when lookup never says so. fetch: 1 with the bytes in `to`; 0: not here yet, the
	 * read is held until cw_host_poke(); -EFAULT with *why. store: 0 or -EFAULT; bytes of one write in address order. */
	int (*fetch)(void *ctx, uint64_t iova, uint32_t len, uint8_t *to, const char **why);
	int (*store)(void *ctx, uint64_t iova, uint32_t len, const uint8_t *from, const char **why);
	/* A decoded interrupt: the MSI/MSI-X vector index (its data as allocated below), or -1 INTx level change. */
	void (*interrupt)(void *ctx, int vector, bool level);
	/* A scheduling point: between two DWs of a write being applied. May run other fibres. NULL: none. */
	void (*point)(void *ctx);
	void (*link_state)(void *ctx, enum cw_link_state s);
	void (*error_message)(void *ctx, uint8_t msg_code, uint16_t source); /* ERR_COR, ... */
	void (*violation)(void *ctx, const struct cw_violation *v); /* NULL: one line on stderr */
	/* A number that changes whenever a mapping ends. With it, memory is looked up again after a point only
	 * when it moved; without it, after every point. */
	uint64_t (*epoch)(void *ctx);
	/* Completion records and event entries live at this address: writes there carry neither relaxed
	 * ordering nor no-snoop. NULL: not checked. */
	bool (*is_record)(void *ctx, uint64_t iova);
};

#define CW_HOST_REMOTE ((void *)-1)

int cw_host_new(struct cw_host **h, struct cw_link *link, const struct cw_host_param *p,
		const struct cw_host_ops *ops, void *ctx);
/* Ends the run's checks: lets the link settle (no op but violation is called any more; the card must be quiet), then
 * wants all credits returned and no request left open. Free the host before the card, or these are skipped. Frees;
 * the link stays the caller's. Returns the number of violations of the whole run. */
unsigned cw_host_free(struct cw_host *h);

/* ---- time ---- */
uint64_t cw_host_now(const struct cw_host *h);            /* ps */
/* The next arrival or local event, CW_TIME_NEVER if none is known. */
uint64_t cw_host_next(struct cw_host *h);
/* Handles events at or before `until`, as far as the link's horizon allows. `next_local` is the earliest time
 * at which the caller itself may next queue something (for the promise to the card); normally `until`.
 *   1  look again: now reached `until`, or an op or a completed request was called at cw_host_now(), which may
 *      be below `until` (all of that instant is done)
 *   0  the card has to run first: cw_link_wait(), then the same call again. Nothing may be queued in between
 *      that depends on cw_host_now(): how far it got is no property of the run.
 *   -errno  -ENOTCONN the card is gone, -EPROTO it broke the link (cw_link_why()): the link is down, requests
 *      have ended with UR, and from now on time passes without a card (further calls return 1).
 *      -EBUSY: called from an op. */
int cw_host_run(struct cw_host *h, uint64_t until, uint64_t next_local);
/* cw_link_wait() of the caller said -ENOTCONN: as above. */
void cw_host_lost(struct cw_host *h);
/* What fetch said is not here may be here now: the next cw_host_run() asks again. */
void cw_host_poke(struct cw_host *h);

/* ---- requests of the CPU ---- */
struct cw_host_req {
	enum cw_space space;
	uint64_t addr;        /* memory address, or configuration register */
	uint32_t len;         /* 1, 2, 4 or 8 bytes within an aligned 8 (cfg: 4); reads of memory up to 64 */
	uint8_t data[64];
	uint8_t status;       /* enum cw_cpl_status when done; data is all ones unless SC */
	bool done;
	void (*complete)(struct cw_host_req *req); /* may be NULL */
	void *ctx;
	/* host's own */
	struct cw_host_req *next;
	uint16_t tag;
};
/* Non-posted: memory read, configuration read or write. The request stays the caller's and must live until done.
 * With the link down it is done at once, with UR. */
int cw_host_read(struct cw_host *h, struct cw_host_req *req);
int cw_host_cfg_write(struct cw_host *h, struct cw_host_req *req);
/* Posted memory write, 1 to 64 bytes, not crossing 64. */
int cw_host_write(struct cw_host *h, uint64_t addr, const void *data, uint32_t len);
/* Runs time until req is done. Not from a fibre of the shim. */
int cw_host_wait(struct cw_host *h, struct cw_host_req *req);
/* The same, packaged: -EIO on UR or CA (value all ones), -ENOTCONN. */
int cw_host_cfg_read32(struct cw_host *h, uint16_t reg, uint32_t *value);
int cw_host_cfg_write32(struct cw_host *h, uint16_t reg, uint32_t value);

/* ---- enumeration ---- */
struct cw_host_bar {
	uint64_t base, size; /* size 0: not there */
	bool is_64, prefetch;
};
struct cw_host_dev {
	uint16_t vendor, device, subvendor, subdevice, bdf;
	uint32_t class_rev;
	struct cw_host_bar bar[6];
	uint16_t cap_pm, cap_msi, cap_msix, cap_pcie, ext_aer, ext_dsn; /* offsets, 0: not there */
	uint16_t msix_n;  /* table size */
	uint8_t msix_table_bar, msix_pba_bar;
	uint32_t msix_table_offset, msix_pba_offset;
	uint64_t serial;
};
/* Link up: the host sends CW_LINK_UP and its initial credits; the card answers with its own initial credits
 * (and may say CW_LINK_UP first). PERST and hot reset go host to card, CW_LINK_UP ends them; CW_LINK_DOWN from
 * the card is a surprise. What the card sent before it could see a reset is dropped. */
bool cw_host_link_is_up(const struct cw_host *h);
/* The two halves of a reset, for a caller that waits in its own way: drives PERST, hot reset or down (open requests
 * end with UR), or up (ops->link_state says when the card's credits have come). */
int cw_host_link_set(struct cw_host *h, enum cw_link_state s);
/* Brings the link up, sizes and assigns BARs (outside fibres), sets MPS, MRRS, RCB, tags. Memory space on, bus
 * master off. */
int cw_host_enumerate(struct cw_host *h, struct cw_host_dev *dev);
/* Only the first half: the link comes up, identity and capabilities are read; nothing is written. The checker learns
 * from this where the capabilities are, so it is due after every reset. */
int cw_host_probe(struct cw_host *h, struct cw_host_dev *dev);
/* PERST or hot reset, then link up again; configuration is lost. */
int cw_host_reset(struct cw_host *h, enum cw_link_state how);

/* ---- interrupts ---- */
/* Address and data that make the card's write a call of ops->interrupt(vector). Without a host: of a host with
 * default parameters. */
void cw_host_msi_message(const struct cw_host *h, int vector, uint64_t *addr, uint32_t *data);

/* ---- results ---- */
struct cw_host_stats {
	uint64_t tlps_up[CW_TLP_OTHER + 1], tlps_down[CW_TLP_OTHER + 1];
	uint64_t bytes_up, bytes_down;           /* payload */
	uint64_t wire_up, wire_down;             /* with headers and framing */
	uint64_t interrupts, iommu_faults;
	unsigned violations;
};
const struct cw_host_stats *cw_host_get_stats(const struct cw_host *h);
bool cw_host_failed(const struct cw_host *h);
/* Tests: the next `count` violations of this rule are expected: not counted. What is still
 * owed at cw_host_free() counts as a violation. */
void cw_host_expect(struct cw_host *h, const char *rule, unsigned count);

/* The tap of rule cpl-passes-posted, for a card in the same process, since the link cannot show it: the
 * completion for the host's request `tag` was accepted from the design when `posted` posted TLPs had been,
 * counted from link up. They must all have arrived before it. */
void cw_host_tap_completion(struct cw_host *h, uint16_t tag, uint64_t posted);

#endif
