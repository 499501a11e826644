/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libcauseway: move data to and from a Causeway card.
 *
 * The same calls work on a card in this process (RTL under Verilator, the
 * driver on the kernel API shim), a simulated card in another process, and the
 * kernel driver's device file. The card is chosen by name:
 *
 *   sim               RTL in this process; needs libcauseway-sim.so
 *   sim:NAME          the simulated card started by `cwctl card NAME`
 *   /dev/causeway0    the kernel driver
 *   0000:03:00.0      an address on the PCI bus: a card that no driver has (causeway-pci.h)
 *   pci               the first such card
 *
 * The two sim names may be followed by options, separated by commas, as in
 * "sim,seed=7,wave=x.fst"; `cwctl --help` lists them. The same options may stand
 * in the environment variable CAUSEWAY_SIM; those in the name win.
 *
 * Addresses are card addresses in bytes, 0 to cw_info.card_bytes - 1. Lengths
 * are bytes, any alignment at both ends. Every call returns 0 or a count, or a
 * negative errno; cw_why() has one line of text for the last failure of the
 * device. A device or an argument that is NULL is -EINVAL. Any thread may call,
 * except that cw_close() must be the last call for a device: nobody may be in
 * another one. A simulated run is deterministic when one thread calls. After
 * fork() only the parent may go on using its devices.
 */
#ifndef LIBCAUSEWAY_H
#define LIBCAUSEWAY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "causeway.h" /* the user ABI: struct cw_info */

#ifdef __cplusplus
extern "C" {
#endif

#define CW_API __attribute__((visibility("default")))

/* Grows with each addition to this header; the plug-in must match exactly. */
#define CW_LIB_VERSION 4

struct cw_dev;

/*
 * Opens a card. On failure `why` (may be NULL) receives one line: what was wrong and, where there is
 * something to do about it, what. On success it is empty or has a remark. -EINVAL bad name or option,
 * -ENOENT no such card or plug-in, -EBUSY another host, program or driver has it, -EPROTO another version,
 * -EACCES another user's or not for this one, or the driver's error.
 */
CW_API int cw_open(const char *name, struct cw_dev **dev, char *why, size_t why_size);
/* Ends what is in flight, then frees. NULL is allowed. Returns 0, or -EIO when a simulation's own checks
 * failed (each was printed when it did). */
CW_API int cw_close(struct cw_dev *dev);

/* Fills *info (its size field too). */
CW_API int cw_get_info(struct cw_dev *dev, struct cw_info *info);

/* Moves up to len bytes and waits. Short at the end of card memory, where a read gives 0 and a write -ENOSPC,
 * and at 2 GiB less a page, the most that one system call moves. -EFAULT bad buffer, -EIO the card reported an
 * error, -ETIMEDOUT, -ENODEV the card is gone. */
CW_API ssize_t cw_read(struct cw_dev *dev, void *buf, size_t len, uint64_t card_addr);
CW_API ssize_t cw_write(struct cw_dev *dev, const void *buf, size_t len, uint64_t card_addr);

enum cw_op { CW_OP_READ, CW_OP_WRITE }; /* card to buffer, buffer to card */

/* A transfer in flight. The caller fills the first part; the struct and the
 * buffer stay the library's until cw_wait() has returned it. */
struct cw_io {
	enum cw_op op;
	void *buf;
	size_t len;
	uint64_t card_addr;
	void *user;       /* not touched */
	ssize_t result;   /* when returned: bytes, or a negative errno as cw_read() */
	uint64_t priv[4]; /* the library's */
};

/* Most transfers that can be in flight; one more is -EAGAIN. */
#define CW_IO_MAX 256

/* Starts a transfer. An error here means that it was not started. */
CW_API int cw_submit(struct cw_dev *dev, struct cw_io *io);
/* Waits for any transfer to end and returns it. timeout_ms: 0 does not wait, -1 for ever; simulated cards
 * count simulated time. -ETIMEDOUT: none ended; -ENOENT: none is in flight, or only such as other threads wait for. */
CW_API int cw_wait(struct cw_dev *dev, struct cw_io **io, int timeout_ms);

/*
 * A queue of one's own, to or from card memory or a stream of packets: docs/streams.md. Where a driver serves the card; on
 * the PCI bus -EOPNOTSUPP. The setup says what it is to be (causeway.h: struct cw_queue_setup; its size field is
 * filled in), with CW_QUEUE_ANY_VECTOR where that does not matter, and afterwards what it is. -EINVAL, -EBUSY the card
 * has no more queues, -EOPNOTSUPP it has no streams, or no weights, -ENOMEM.
 * Any thread may call, also several for one queue: packets of each call stay whole. cw_queue_close() must be the
 * last call for a queue, and every queue is closed before its device (cw_close() is -EBUSY, else).
 */
struct cw_queue;
CW_API int cw_queue_open(struct cw_dev *dev, struct cw_queue_setup *setup, struct cw_queue **queue);
/* What is in flight ends, cancelled; what was written by calls that do not wait is sent first, for up to 2 s. How what was
 * in flight ended is told where the card is simulated; a driver's file tells it only to cw_queue_wait(), before. */
CW_API int cw_queue_close(struct cw_queue *queue);

/* One way each: -EBADF for the other. To or from card memory as cw_read() and cw_write(), the address from the setup's
 * card_base on, card_limit its end. Of a stream the address is 0; one call is one packet, 0 bytes one as well:
 * a write ends when the card's side has taken it, a read when one is there. With CW_QUEUE_HDR the
 * buffer begins with struct cw_pkt. -EMSGSIZE: the packet was longer than a buffer without header, which is full, and
 * the rest is gone; or longer than the queue's packet_max. -EAGAIN with CW_QUEUE_NONBLOCK: not now. -EIO: the card
 * was reset, or reported an error; packets may be missing. */
CW_API ssize_t cw_queue_read(struct cw_queue *queue, void *buf, size_t len, uint64_t card_addr);
CW_API ssize_t cw_queue_write(struct cw_queue *queue, const void *buf, size_t len, uint64_t card_addr);

/* A packet with its user word (36 bits), on a queue made with CW_QUEUE_HDR, else -EINVAL. Both return bytes of
 * the packet. Received: *pkt has the full length and CW_PKT_TRUNC when not all of it is in buf. */
CW_API ssize_t cw_packet_send(struct cw_queue *queue, const void *buf, size_t len, uint64_t user);
CW_API ssize_t cw_packet_receive(struct cw_queue *queue, void *buf, size_t len, struct cw_pkt *pkt);

/* As cw_submit() and cw_wait(), for one queue: the buffers are those of cw_queue_read() and cw_queue_write(). */
#define CW_QUEUE_IO_MAX 64
CW_API int cw_queue_submit(struct cw_queue *queue, struct cw_io *io);
CW_API int cw_queue_wait(struct cw_queue *queue, struct cw_io **io, int timeout_ms);
/* Waits until a packet can be read or written without waiting: 1, 0 when time is up, or an error of the queue's,
 * which the next call is told in detail. timeout_ms as in cw_wait(). */
CW_API int cw_queue_poll(struct cw_queue *queue, int timeout_ms);

/* The card's registers (BAR0 offsets, see the register reference). -EINVAL unaligned, -ERANGE beyond,
 * -EPERM without CAP_SYS_ADMIN (the kernel driver). */
CW_API int cw_reg_read(struct cw_dev *dev, uint32_t offset, uint32_t *value);
CW_API int cw_reg_write(struct cw_dev *dev, uint32_t offset, uint32_t value);
/* A 64-bit counter by its index (CW_COUNTER_* of the register reference). */
CW_API int cw_counter_read(struct cw_dev *dev, uint32_t index, uint64_t *value);

/* The last failure of this device, one line; "" when there was none. Valid until this thread's next cw_why(). */
CW_API const char *cw_why(const struct cw_dev *dev);
/* What a negative errno of this library means, in its terms. Never NULL. */
CW_API const char *cw_strerror(int err);

#ifdef __cplusplus
}
#endif
#endif
