/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLP log: the one writer of it. sim/trace reads it.
 *
 * A file starts with struct cw_log_file; then records, each a struct
 * cw_log_record and data_len payload bytes padded to 8. Little endian.
 */
#ifndef CW_LOG_H
#define CW_LOG_H

#include "tlp.h"

#define CW_LOG_MAGIC 0x474f4c54u /* "TLOG" */
#define CW_LOG_VERSION 1u

struct cw_log_file {
	uint32_t magic, version;
	uint64_t seed;
	uint32_t side; /* enum cw_link_side of the writer */
	uint32_t pad;
};

struct cw_log_record {
	uint64_t stamp;    /* transmit time, ps */
	uint32_t dw[4];
	uint16_t data_len; /* bytes, 0 to 4096, and 4 of the digest when TD is set */
	uint8_t from;      /* enum cw_link_side of the sender */
	uint8_t pad;
	int32_t queue;     /* -1 unknown */
	uint32_t number;   /* descriptor number, when queue >= 0 */
	uint32_t pad2;
};
_Static_assert(sizeof(struct cw_log_file) == 24, "log file header is a file format");
_Static_assert(sizeof(struct cw_log_record) == 40, "log record is a file format");

struct cw_log;
int cw_log_open(struct cw_log **log, const char *path, uint64_t seed, uint32_t side);
/* One record; errors (disk full) are kept and returned by close. */
void cw_log_write(struct cw_log *log, uint64_t stamp, uint32_t from, const struct cw_tlp *tlp,
		  int queue, uint32_t number);
int cw_log_close(struct cw_log *log);

#endif
