/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages and file descriptors over the socket of one client. Reading never
 * blocks; what is not a whole message yet waits here. A message whose frame is
 * wrong ends the connection: -EPROTO, and channel_why() has the text.
 */
#ifndef CW_VFIO_CHANNEL_H
#define CW_VFIO_CHANNEL_H

#include <errno.h>
#include <stddef.h>

#include "wire.h"

#define CHANNEL_FDS_MAX 253      /* of one message: SCM_MAX_FD of the kernel */
#define CHANNEL_FDS_TOLD 16     /* what clients accept to be told: the most that QEMU takes */
#define CHANNEL_DATA_MAX 65536u  /* of one transfer, as told to the client */
#define CHANNEL_MSG_MAX (CHANNEL_DATA_MAX + 4096u)
#define CHANNEL_SEND_MS 5000

struct channel {
	int fd;
	uint8_t in[CHANNEL_MSG_MAX];
	size_t in_n;              /* bytes of the message being read */
	int fds[CHANNEL_FDS_MAX]; /* that came with it */
	unsigned fd_n;
	int send_ms;              /* how long a client may not read what is sent to it */
	char why[160];
};

/* A whole message: valid until the next channel_recv(). */
struct message {
	struct vu_hdr hdr;
	const uint8_t *body;
	uint32_t len;
	int *fds;       /* set one to -1 to keep it; the others are closed at the next channel_recv() */
	unsigned fd_n;
};

/* Takes the socket over. */
void channel_init(struct channel *c, int fd);
/* The client reads the end of the stream after what was sent to it, whatever it has sent that was not read. */
void channel_close(struct channel *c);
/* 1: *m is a message; 0: none yet; -ENOTCONN: the client is gone; -EPROTO. */
int channel_recv(struct channel *c, struct message *m);
/* Sends a message in two parts; either may be empty. Waits for room, for send_ms at most: -EPROTO.
 * -ENOTCONN: the client is gone. */
int channel_send(struct channel *c, const struct vu_hdr *hdr, const void *a, size_t a_len, const void *b,
		 size_t b_len);
/* Notes why the connection ends, for the first who says so; as an expression always -EPROTO. */
void channel_note(struct channel *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
#define channel_fail(c, ...) (channel_note(c, __VA_ARGS__), -EPROTO)

#endif
