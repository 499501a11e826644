/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the card is configured to, learnt by watching configuration requests.
 *
 * A write is in force for the card from when it receives it, but a posted
 * write of the card can be on its way when the completion is: so while a write
 * is in flight the union of old and new is legal (`loose`). When it has
 * completed, the new state holds for posted writes at once, since a completion
 * does not pass them (section 2.4.1), and for what concerns reads after
 * settle_ps.
 */
#ifndef CW_CFG_H
#define CW_CFG_H

#include <stdbool.h>
#include <stdint.h>

/* Each member is a permission: more is looser. */
struct cw_cfg_state {
	bool bus_master, awake, ext_tag, tag10, ro, ns, ido, msi, intx;
	uint8_t mps, mrrs; /* 128 << n bytes */
};

struct cw_cfg_watch {
	struct cw_cfg_state now, loose;
	unsigned in_flight;
	uint64_t loose_until, settle_ps;
	bool flr;            /* reset by FLR and not enabled since */
	uint16_t captured;   /* requester ID of the card (section 2.2.6.2) */
	uint32_t space[1024];
	uint32_t known[32];  /* bit n: space[n] has been seen */
	uint16_t pm, msi, msix, pcie; /* capabilities found so far, 0: not yet */
	bool msi_64;         /* its address has 64 bits */
};

void cw_cfg_init(struct cw_cfg_watch *w, uint64_t settle_ps);
/* Conventional reset: everything is lost, also what the space was seen to hold. */
void cw_cfg_reset(struct cw_cfg_watch *w);
void cw_cfg_write_sent(struct cw_cfg_watch *w, uint64_t now, uint16_t target, uint16_t reg, uint32_t value,
		       uint8_t be);
/* ok: with successful status. A write that gets no completion ends here too, with ok false. */
void cw_cfg_write_done(struct cw_cfg_watch *w, uint64_t now, uint16_t reg, uint32_t value, uint8_t be, bool ok);
void cw_cfg_read_done(struct cw_cfg_watch *w, uint64_t now, uint16_t reg, uint32_t value);

/* Is this an MSI or MSI-X of ours? Of MSI, whose message is in configuration space, address and data are known. */
bool cw_cfg_msi_is(const struct cw_cfg_watch *w, uint64_t addr, uint32_t data);

/* What a posted TLP of the card may use now. */
static inline const struct cw_cfg_state *cw_cfg_strict(const struct cw_cfg_watch *w)
{
	return w->in_flight ? &w->loose : &w->now;
}

/* What a TLP of the card may use that can have been made a while ago. */
static inline const struct cw_cfg_state *cw_cfg_settled(const struct cw_cfg_watch *w, uint64_t now)
{
	return w->in_flight || now < w->loose_until ? &w->loose : &w->now;
}

#endif
