/* SPDX-License-Identifier: BSD-2-Clause */
/* The inside of a link end, shared by the files of this folder only. */
#ifndef CW_LINK_PRIV_H
#define CW_LINK_PRIV_H

#include "fifo.h"
#include "horizon.h"
#include "link.h"
#include "ring.h"

/* ---- records in the ring: multiples of 8 bytes, never split by anything else ---- */
struct cw_rec_head {
	uint32_t len;   /* of the whole record */
	uint32_t kind;  /* enum cw_msg_kind */
	uint64_t stamp; /* promise: T */
};
struct cw_rec_promise {
	struct cw_rec_head head;
	uint64_t taken;
};
struct cw_rec_state {
	struct cw_rec_head head;
	uint32_t state;
	uint32_t pad;
};
struct cw_rec_credit {
	struct cw_rec_head head;
	struct cw_credit credit;
};
struct cw_rec_tlp {
	struct cw_rec_head head;
	uint32_t dw[4];
	uint32_t data_len;
	uint32_t pad;
	/* data_len bytes follow, padded to 8 */
};
_Static_assert(sizeof(struct cw_rec_head) == 16, "shared by two processes");
_Static_assert(sizeof(struct cw_rec_promise) == 24, "shared by two processes");
_Static_assert(sizeof(struct cw_rec_state) == 24, "shared by two processes");
_Static_assert(sizeof(struct cw_rec_credit) == 40, "shared by two processes");
_Static_assert(sizeof(struct cw_rec_tlp) == 40, "shared by two processes");

#define CW_REC_MIN 24u
#define CW_REC_MAX (sizeof(struct cw_rec_tlp) + ((CW_TLP_PAYLOAD_MAX + CW_TLP_DIGEST_LEN + 7) & ~7u))
_Static_assert(3 * CW_REC_MAX < CW_RING_MIN, "the largest record fits with room to spare");

/* ---- the segment: two control blocks in the first page, then the data ---- */
#define CW_SEG_CTL_BYTES 4096u
static inline uint64_t cw_seg_bytes(uint32_t ring_bytes)
{
	return CW_SEG_CTL_BYTES + 2ull * ring_bytes;
}

/* A record that has been read over but not been delivered. */
struct cw_entry {
	uint64_t pos;   /* in the ring */
	uint64_t stamp;
	uint32_t len, kind;
};

/* Link states, credits, TLPs: enum cw_msg_kind less 1, in the order of delivery at one stamp. */
#define CW_ENTRY_KINDS 3

/* What the two ends of one process share. */
struct cw_pair {
	void *seg;
	uint64_t seg_bytes;
	bool closed[2];
};

struct cw_link {
	enum cw_link_side side;
	struct cw_link_param param;
	struct cw_ring out, in;

	/* sending */
	uint64_t last_out;      /* stamp of the last record */
	uint64_t own_promise;   /* nothing of ours is stamped below this, and below last_out */
	uint64_t told_t, told_taken; /* the last promise record */
	uint64_t grid;          /* arrivals are acted on at multiples of this, 0: at once */

	/* receiving */
	struct cw_horizon horizon;
	struct cw_fifo entries[CW_ENTRY_KINDS]; /* struct cw_entry, each in order of the ring */
	uint64_t entry_n;       /* of all three */
	uint64_t last_in;
	uint64_t taken;         /* records delivered */
	bool asked;             /* the caller goes by the horizon, */
	uint64_t told_at;       /* and in.at was here when it last heard of it, or of news */

	/* the other end: pair in one process, sock in two */
	struct cw_pair *pair;
	void *seg;
	int sock, pidfd;        /* -1 none */
	bool gone;
	void (*closing)(void *owner); /* told when this end closes; may be NULL */
	void *owner;
	int (*step)(void *ctx);
	void *step_ctx;

	struct cw_log *log;
	int log_queue;
	uint32_t log_number;

	int error;              /* -EPROTO, -ENOMEM: for good */
	char why[200];
};

/* Fills in the defaults and says what is out of range. */
int cw_link_param_check(struct cw_link_param *p, const char **why);
int cw_link_new(struct cw_link **l, enum cw_link_side side, const struct cw_link_param *param, void *seg);
/* Notes the text and returns err. */
__attribute__((format(printf, 3, 4))) int cw_link_fail(struct cw_link *l, int err, const char *format, ...);
/* Reads over all that is in the ring. 0 or l->error. */
int cw_link_scan(struct cw_link *l);
/* Waits until the ring has room for len bytes. */
int cw_link_room(struct cw_link *l, uint32_t len);

#endif
