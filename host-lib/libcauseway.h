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
