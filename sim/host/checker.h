/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The checker: sees every TLP on the host's side of the link, in the order in
 * which it leaves or arrives, and reports each broken rule. What the card is
 * configured to is learnt from the host's own configuration requests and their
 * completions; there is no other input but the stated limits.
 */
#ifndef CW_CHECKER_H
#define CW_CHECKER_H

#include "../link/tlp.h"
#include "rules.h"

#define CW_HOST_BDF 0x0000u  /* the root complex as requester and completer */
#define CW_CARD_BDF 0x0100u  /* bus 1, device 0, function 0 */
#define CW_MSI_BASE 0xfee00000ull
#define CW_MSI_BYTES 0x100000ull

struct cw_checker_param {
	bool rcb128;             /* the root complex's read completion boundary */
	uint64_t settle_ps;
	uint32_t card_cpl_hdr, card_cpl_data;
	uint64_t msi_base;       /* 0: CW_MSI_BASE */
	bool (*is_record)(void *ctx, uint64_t iova); /* may be NULL */
	/* tlp may be NULL; detail may be NULL */
	void (*report)(void *ctx, enum cw_rule rule, const struct cw_tlp *tlp, uint64_t now, const char *detail);
	void *ctx;
};

/* What the host does with a TLP of the card. */
enum cw_verdict {
	CW_TAKE,
	CW_REFUSE, /* a request: UR or dropped; a completion: its request ends as failed */
	CW_DROP,   /* as if it had never come */
};

struct cw_checker;
int cw_checker_new(struct cw_checker **c, const struct cw_checker_param *p);
void cw_checker_free(struct cw_checker *c);

/* A TLP of the card arrived, `err` and `why` as cw_tlp_decode() said. */
enum cw_verdict cw_checker_up(struct cw_checker *c, uint64_t now, const struct cw_tlp *tlp,
			      const struct cw_tlp_info *info, int err, const char *why);
/* A TLP of the host leaves. */
void cw_checker_down(struct cw_checker *c, uint64_t now, const struct cw_tlp *tlp, const struct cw_tlp_info *info);
/* The link came up or went down: configuration and open requests are gone. */
void cw_checker_link(struct cw_checker *c, bool up);
/* The host gave up waiting for the completion of one of its requests. */
void cw_checker_timeout(struct cw_checker *c, uint64_t now, uint16_t tag);
/* Max_Payload_Size in force in the card, encoded: 128 << n bytes. */
uint8_t cw_checker_mps(const struct cw_checker *c);
void cw_checker_tap_completion(struct cw_checker *c, uint16_t tag, uint64_t posted);
/* End of the run: every request of the host has had its completions. */
void cw_checker_end(struct cw_checker *c, uint64_t now);

#endif
