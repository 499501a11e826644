/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of the life story share. */
#ifndef CW_LIFE_PRIV_H
#define CW_LIFE_PRIV_H

#include "../link/link.h"
#include "life.h"
#include "text.h"

#define LIFE_TLPS 96 /* shown of one transfer; of a longer one some data is only counted */

/* In the order in which they first happen. */
enum life_phase {
	PHASE_DOORBELL, PHASE_FETCH, PHASE_DESC, PHASE_READ, PHASE_DATA, PHASE_WRITE, PHASE_RECORD, PHASE_EVENT,
	PHASE_INTERRUPT, PHASE_TAKEN, PHASE_N
};

struct life_step {
	struct cw_trace_record rec;
	struct cw_mean mean;
	enum life_phase phase;
	unsigned number, nth; /* step; which TLP of it, from 1 */
};

struct life {
	/* The transfer. */
	int queue, vector;
	uint32_t generation, number;
	bool c2h, complete, have_desc;
	struct cw_mean_desc desc;
	/* Its TLPs, by time. */
	struct life_step *step;
	unsigned step_n, of[PHASE_N]; /* TLPs of each phase that are shown */
	uint64_t untold;              /* TLPs of data beyond LIFE_TLPS */
	bool seen[PHASE_N];
};

/* "Memory read request (MRd)" */
const char *life_kind(const struct cw_tlp_info *i);
/* One header DW with its fields by name: "Fmt 1 (4 DW, no data), Type 0x00, ..."; dw below 3, or 4. */
void life_header_dw(struct cw_text *t, const struct cw_tlp *tlp, const struct cw_tlp_info *i, unsigned dw);
/* Writes the sequence diagram. 0 or -errno. */
int life_svg(const char *path, const struct life *l);

#endif
