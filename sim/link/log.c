// SPDX-License-Identifier: BSD-2-Clause
/* The writer of the TLP log. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define BUFFER (1u << 20)

struct cw_log {
	int fd, error;
	uint32_t used;
	uint8_t buf[BUFFER];
};

static void flush(struct cw_log *log)
{
	uint32_t done = 0;

	while (!log->error && done < log->used) {
		ssize_t n = write(log->fd, log->buf + done, log->used - done);

		if (n > 0)
			done += (uint32_t)n;
		else if (n == 0 || errno != EINTR)
			log->error = n ? -errno : -EIO;
	}
	log->used = 0;
}

/* Room for len bytes, at most the buffer. */
static uint8_t *reserve(struct cw_log *log, uint32_t len)
{
	uint8_t *p;

	if (BUFFER - log->used < len)
		flush(log);
	p = log->buf + log->used;
	log->used += len;
	return p;
}

int cw_log_open(struct cw_log **plog, const char *path, uint64_t seed, uint32_t side)
{
	struct cw_log_file head = { CW_LOG_MAGIC, CW_LOG_VERSION, seed, side, 0 };
	struct cw_log *log = malloc(sizeof(*log));
	int ret;

	if (!log)
		return -ENOMEM;
	log->error = 0;
	log->used = 0;
	log->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (log->fd < 0) {
		ret = -errno;
		free(log);
		return ret;
	}
	memcpy(reserve(log, sizeof(head)), &head, sizeof(head));
	*plog = log;
	return 0;
}

void cw_log_write(struct cw_log *log, uint64_t stamp, uint32_t from, const struct cw_tlp *tlp,
		  int queue, uint32_t number)
{
	uint32_t len = tlp->data_len < sizeof(tlp->data) ? tlp->data_len : sizeof(tlp->data);
	uint32_t padded = (len + 7) & ~7u;
	struct cw_log_record rec = {
		.stamp = stamp, .dw = { tlp->dw[0], tlp->dw[1], tlp->dw[2], tlp->dw[3] }, .data_len = (uint16_t)len,
		.from = (uint8_t)from, .queue = queue < 0 ? -1 : queue, .number = queue < 0 ? 0 : number,
	};
	uint8_t *p = reserve(log, sizeof(rec) + padded);

	memcpy(p, &rec, sizeof(rec));
	memcpy(p + sizeof(rec), tlp->data, len);
	memset(p + sizeof(rec) + len, 0, padded - len);
}

int cw_log_close(struct cw_log *log)
{
	int ret;

	if (!log)
		return 0;
	flush(log);
	ret = log->error;
	if (close(log->fd) && !ret)
		ret = -errno;
	free(log);
	return ret;
}
