/* SPDX-License-Identifier: BSD-2-Clause */
/* What the two processes say to each other on the socket, and how. */
#ifndef CW_RENDEZVOUS_H
#define CW_RENDEZVOUS_H

#include <sys/un.h>

#include "link_priv.h"

#define CW_HELLO_MAGIC 0x57454341u /* "CAEW" */

/* Host to card, once. Fields are at the same place in all versions up to `version`. */
struct cw_hello {
	uint32_t magic, version;
	uint64_t seed, latency_ps;
	uint32_t ring_bytes;
	uint8_t generation, lanes, free_running, pad;
};
_Static_assert(sizeof(struct cw_hello) == 32, "wire format");

/* Card to host: with error 0 the segment's descriptor comes along. */
struct cw_welcome {
	uint32_t magic, version;
	int32_t error;     /* 0 or -errno */
	uint32_t pad;
	uint64_t seg_bytes;
	char reason[104];
};
_Static_assert(sizeof(struct cw_welcome) == 128, "wire format");

/* The abstract address of a card. -EINVAL: empty, too long, or not printable. */
int cw_rdv_address(const char *name, struct sockaddr_un *addr, socklen_t *len);
/* The peer's process runs as this user. */
bool cw_rdv_same_user(int sock);
/* A descriptor that polls readable when the peer's process ends, or -1. */
int cw_rdv_pidfd(int sock);
/* Limits how long one read or write of the socket may take. */
void cw_rdv_limit(int sock, int ms);
int cw_rdv_send_welcome(int sock, const struct cw_welcome *w, int fd);
/* 0, -ETIMEDOUT, -ECONNRESET, -EPROTO. *fd is -1 or a descriptor of the caller's. */
int cw_rdv_recv_welcome(int sock, struct cw_welcome *w, int *fd);
/* A sealed segment, mapped; *fd is the caller's. */
int cw_rdv_new_segment(uint64_t bytes, int *fd, void **seg);
/* Maps the peer's segment after checking size and seals. -EPROTO with *why, as when it could shrink under us. */
int cw_rdv_map_segment(int fd, uint64_t bytes, void **seg, const char **why);

#endif
