// SPDX-License-Identifier: BSD-2-Clause
/* The reader of TLP logs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

#define BUFFER (1u << 20)

struct cw_trace {
	FILE *f;
	struct cw_log_file file;
	uint64_t n; /* records read */
	char why[128];
};

static int say(int err, char *why, size_t size, const char *text)
{
	if (why && size)
		snprintf(why, size, "%s", text);
	return err;
}

static int read_head(struct cw_trace *t, char *why, size_t size)
{
	if (fread(&t->file, sizeof(t->file), 1, t->f) != 1 || t->file.magic != CW_LOG_MAGIC)
		return say(-EPROTO, why, size, "not a TLP log");
	if (t->file.version != CW_LOG_VERSION)
		return say(-EPROTO, why, size, "a TLP log of another version");
	if (t->file.side > 1)
		return say(-EPROTO, why, size, "a TLP log of neither host nor card");
	return 0;
}

int cw_trace_open(struct cw_trace **trace, const char *path, char *why, size_t why_size)
{
	struct cw_trace *t = calloc(1, sizeof(*t));
	int ret;

	if (!t)
		return say(-ENOMEM, why, why_size, "out of memory");
	t->f = fopen(path, "rbe");
	if (!t->f) {
		ret = -errno;
		say(ret, why, why_size, strerror(errno));
		goto err_free;
	}
	setvbuf(t->f, NULL, _IOFBF, BUFFER);
	ret = read_head(t, why, why_size);
	if (ret)
		goto err_close;
	*trace = t;
	return 0;

err_close:
	fclose(t->f);
err_free:
	free(t);
	return ret;
}

void cw_trace_close(struct cw_trace *t)
{
	if (!t)
		return;
	fclose(t->f);
	free(t);
}

const struct cw_log_file *cw_trace_file(const struct cw_trace *t)
{
	return &t->file;
}

const char *cw_trace_why(const struct cw_trace *t)
{
	return t->why;
}

static int damaged(struct cw_trace *t, const char *what)
{
	snprintf(t->why, sizeof(t->why), "record %llu: %s", (unsigned long long)t->n, what);
	return -EPROTO;
}

int cw_trace_next(struct cw_trace *t, struct cw_trace_record *rec)
{
	struct cw_log_record r;
	uint8_t pad[8];
	size_t got = fread(&r, 1, sizeof(r), t->f);
	uint32_t rest;

	if (!got && feof(t->f))
		return 0;
	if (got != sizeof(r))
		return damaged(t, "cut short");
	if (r.data_len > sizeof(rec->tlp.data) || r.data_len % 4)
		return damaged(t, "impossible payload length");
	if (r.from > 1)
		return damaged(t, "from neither host nor card");
	rest = -(uint32_t)r.data_len & 7;
	if (fread(rec->tlp.data, 1, r.data_len, t->f) != r.data_len || fread(pad, 1, rest, t->f) != rest)
		return damaged(t, "payload cut short");
	rec->stamp = r.stamp;
	rec->from = r.from;
	rec->queue = r.queue < 0 ? -1 : r.queue;
	rec->number = r.number;
	memcpy(rec->tlp.dw, r.dw, sizeof(r.dw));
	rec->tlp.data_len = r.data_len;
	t->n++;
	return 1;
}
