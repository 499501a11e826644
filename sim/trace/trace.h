/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading, printing and comparing TLP logs (sim/link/log.h writes them). A log
 * is a file from anywhere: nothing in it is believed unchecked.
 *
 * One reader per thread. Errors are negative errno values.
 */
#ifndef CW_TRACE_H
#define CW_TRACE_H

#include <stdio.h>

#include "../link/log.h"

struct cw_trace;

struct cw_trace_record {
	uint64_t stamp;   /* transmit time, ps */
	uint32_t from;    /* enum cw_link_side */
	int32_t queue;    /* -1 unknown */
	uint32_t number;  /* descriptor number, when queue >= 0 */
	struct cw_tlp tlp;
};

/* why (may be NULL) receives one line. -EPROTO: not a log, or of another version. */
int cw_trace_open(struct cw_trace **t, const char *path, char *why, size_t why_size);
void cw_trace_close(struct cw_trace *t);
const struct cw_log_file *cw_trace_file(const struct cw_trace *t);
/* 1: *rec is the next record; 0: end; -EPROTO: damaged or cut short (cw_trace_why). */
int cw_trace_next(struct cw_trace *t, struct cw_trace_record *rec);
const char *cw_trace_why(const struct cw_trace *t);

/* ---- text ---- */
enum cw_trace_form {
	CW_TRACE_LINE,    /* one line: time, direction, header, first payload bytes */
	CW_TRACE_VERBOSE, /* and every header field by name, and the whole payload */
};
void cw_trace_print(FILE *out, const struct cw_trace_record *rec, enum cw_trace_form form);

/* ---- comparison ---- */
/* Two logs of one run, or of two runs with one seed: ordered by stamp, host before card, without queue and
 * number. 0: the same; 1: not, text says the first difference; -errno: text says why it could not be read. */
int cw_trace_compare(const char *a, const char *b, char *text, size_t size);

/* ---- sums ---- */
struct cw_trace_stat {
	uint64_t n, first, last;               /* TLPs; lowest and highest stamp */
	uint64_t tlps[2][CW_TLP_OTHER + 1];    /* [enum cw_link_side of the sender] */
	uint64_t payload[2][CW_TLP_OTHER + 1]; /* bytes */
	uint64_t wire[2];                      /* bytes with header and framing */
	uint64_t malformed[2], poisoned[2];
};
void cw_trace_stat_add(struct cw_trace_stat *s, const struct cw_trace_record *rec);
void cw_trace_stat_print(FILE *out, const struct cw_trace_stat *s);

#endif
