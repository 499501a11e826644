/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of the checker only. */
#ifndef CW_CHECKER_PRIV_H
#define CW_CHECKER_PRIV_H

#include "checker.h"
#include "cfg.h"

/* A request of the host, by tag. */
/* LOST: by link down. FAILED: ended by a wrong completion; what else comes for it says nothing new. */
enum open_state { OPEN_NONE, OPEN_WAITING, OPEN_LOST, OPEN_FAILED };
struct open_req {
	enum open_state state;
	enum cw_tlp_kind kind;
	uint8_t tc, attr, be;
	uint16_t reg, target;
	uint32_t value;          /* of a configuration write */
	uint64_t addr;           /* of the next byte expected */
	uint32_t left;           /* byte count expected next */
	uint64_t posted;         /* by the tap: posted TLPs that must have come before */
};

/* A read of the card, by tag: what is still to be sent. */
struct open_read {
	bool open;
	uint64_t start, end;     /* DW aligned */
	uint32_t hdr, data;      /* worst-case room in the card's completion buffer */
};

struct cw_checker {
	struct cw_checker_param p;
	bool up;
	struct cw_cfg_watch cfg;
	uint64_t posted_n;       /* posted TLPs of the card since link up */
	uint32_t buf_hdr, buf_data;
	struct open_req req[CW_TLP_TAG_N];
	struct open_read read[CW_TLP_TAG_N];
};

void checker_report(struct cw_checker *c, enum cw_rule rule, const struct cw_tlp *tlp, uint64_t now,
		    const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* These give the rule that is broken, CW_RULE_N for none; `text` receives the detail. */
struct check {
	uint64_t now;
	char text[160];
};
enum cw_rule check_request(struct cw_checker *c, const struct cw_tlp *tlp, const struct cw_tlp_info *i,
			   struct check *k);
enum cw_rule check_completion(struct cw_checker *c, const struct cw_tlp_info *i, struct check *k);

/* Bookkeeping of the card's reads. */
void checker_read_open(struct cw_checker *c, const struct cw_tlp_info *i);
void checker_read_completed(struct cw_checker *c, const struct cw_tlp_info *i);
void checker_worst_room(const struct cw_checker *c, uint64_t start, uint64_t end, uint32_t *hdr, uint32_t *data);

/* Bookkeeping of the host's requests. */
void checker_req_open(struct cw_checker *c, const struct cw_tlp *tlp, const struct cw_tlp_info *i);
void checker_req_completed(struct cw_checker *c, uint64_t now, const struct cw_tlp *tlp,
			   const struct cw_tlp_info *i, bool failed);

#endif
