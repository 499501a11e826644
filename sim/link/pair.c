// SPDX-License-Identifier: BSD-2-Clause
/* Both ends in one process, over the same rings; and the end of an end. */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "link_priv.h"

int cw_link_pair(const struct cw_link_param *param, struct cw_link **host, struct cw_link **card)
{
	struct cw_link_param p = *param;
	struct cw_pair *pair;
	const char *why;
	int ret = cw_link_param_check(&p, &why);

	if (ret)
		return ret;
	pair = calloc(1, sizeof(*pair));
	if (!pair)
		return -ENOMEM;
	pair->seg_bytes = cw_seg_bytes(p.ring_bytes);
	pair->seg = mmap(NULL, pair->seg_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pair->seg == MAP_FAILED) {
		ret = -errno;
		goto err_pair;
	}
	ret = cw_link_new(host, CW_SIDE_HOST, &p, pair->seg);
	if (ret)
		goto err_map;
	ret = cw_link_new(card, CW_SIDE_CARD, &p, pair->seg);
	if (ret)
		goto err_host;
	(*host)->pair = (*card)->pair = pair;
	return 0;

err_host:
	free(*host);
err_map:
	munmap(pair->seg, pair->seg_bytes);
err_pair:
	free(pair);
	return ret;
}

static void close_pair(struct cw_link *l)
{
	struct cw_pair *pair = l->pair;

	pair->closed[l->side] = true;
	if (!pair->closed[!l->side])
		return;
	munmap(pair->seg, pair->seg_bytes);
	free(pair);
}

void cw_link_close(struct cw_link *l)
{
	if (!l)
		return;
	/* The owner first: once the socket is closed its number may be another file's. */
	if (l->closing)
		l->closing(l->owner);
	if (l->pair)
		close_pair(l);
	else
		munmap(l->seg, cw_seg_bytes(l->param.ring_bytes));
	if (l->sock >= 0)
		close(l->sock);
	if (l->pidfd >= 0)
		close(l->pidfd);
	cw_horizon_free(&l->horizon);
	for (int k = 0; k < CW_ENTRY_KINDS; k++)
		cw_fifo_free(&l->entries[k]);
	free(l);
}
