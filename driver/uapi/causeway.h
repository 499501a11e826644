/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * What a program may ask of /dev/causewayN.
 *
 * The file is the card's memory: the position is a card address, SEEK_END its
 * size, a read at or past the end gives 0 and a write there -ENOSPC; both are
 * short when they reach the end. Any alignment and any length are served, also
 * through readv, libaio and io_uring. A transfer that the card could not do
 * gives an errno and no count; a buffer that is only valid in part gives the
 * count up to there. -ETIMEDOUT: the card did not answer in time; -EIO: it
 * reported an error, or was stopped while others failed; -ENODEV: it is gone.
 *
 * Every structure starts with its size, set by the caller to the size that it
 * was compiled with. A smaller one than the first version is -EINVAL; fields
 * that the caller does not know are left out of the answer; fields that the
 * driver does not know must be zero (-E2BIG). Layouts are the same for 32-bit
 * callers. Reserved fields and unknown flags must be zero (-EINVAL).
 */
#ifndef CAUSEWAY_UAPI_H
#define CAUSEWAY_UAPI_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Grows with each addition; read it from cw_info.abi before using one. */
#define CW_ABI_VERSION 4

#define CW_IOC_TYPE 0xC9
#define CW_IOC_INFO _IO(CW_IOC_TYPE, 0x00)      /* struct cw_info, filled */
#define CW_IOC_REG_READ _IO(CW_IOC_TYPE, 0x01)  /* struct cw_reg; CAP_SYS_ADMIN */
#define CW_IOC_REG_WRITE _IO(CW_IOC_TYPE, 0x02) /* struct cw_reg; CAP_SYS_ADMIN */
#define CW_IOC_COUNTER _IO(CW_IOC_TYPE, 0x03)   /* struct cw_counter */
#define CW_IOC_QUEUE _IO(CW_IOC_TYPE, 0x10)     /* struct cw_queue_setup; gives a file descriptor; from ABI version 3 */
/* 0x11 to 0x1f are for queues of one's own, 0x20 to 0x2f for buffers,
 * 0x40 to 0x7f for io_uring commands.
 */

enum cw_irq_type {
	CW_IRQ_TYPE_INTX = 1,
	CW_IRQ_TYPE_MSI,
	CW_IRQ_TYPE_MSIX,
};

struct cw_info {
	__u32 size;
	__u32 abi;         /* CW_ABI_VERSION of the driver */
	__u32 hw_version;  /* VERSION register: major 31:16, minor 15:0 */
	__u32 features;    /* CAP_FEATURES register */
	__u32 queues;      /* queues of the card */
	__u32 vectors;     /* interrupt vectors of the card */
	__u32 file_queues; /* queues each way that serve this file */
	__u32 irqs;        /* interrupt vectors in use */
	__u32 entries;     /* ring entries of each of the file's queues */
	__u32 data_bytes;  /* width of the card's data path */
	__u32 addr_bits;   /* host address bits the card can drive */
	__u32 clock_hz;    /* of the card's clock */
	__u64 card_bytes;  /* size of card memory: what SEEK_END says */
	__u32 pci_domain;
	__u8 pci_bus;
	__u8 pci_devfn;    /* device 7:3, function 2:0 */
	__u8 irq_type;     /* in use: enum cw_irq_type; 0 before ABI version 2 */
	__u8 reserved;     /* 0 */
};

#define CW_INFO_SIZE_V1 64

struct cw_reg {
	__u32 size;
	__u32 flags;       /* 0 */
	__u32 offset;      /* in BAR 0, a multiple of 4 (-EINVAL); beyond it -ERANGE */
	__u32 value;
};

#define CW_REG_SIZE_V1 16

struct cw_counter {
	__u32 size;
	__u32 index;       /* as numbered in the register reference; beyond it -ERANGE */
	__u64 value;
};

#define CW_COUNTER_SIZE_V1 16

/* ---- a queue of one's own ---- */

/* One way each. */
enum cw_queue_dir {
	CW_QUEUE_H2C = 0,  /* host to card: the descriptor is written to; the device file must be open for writing */
	CW_QUEUE_C2H = 1,  /* card to host: it is read from; the device file must be open for reading */
};

enum cw_queue_mode {
	CW_QUEUE_MM = 0,   /* card memory: the position counts from card_base */
	CW_QUEUE_ST = 1,   /* packets of a stream: a write is one packet, a read at most one */
};

/* What becomes of a packet from the card that finds no room. */
enum cw_queue_full {
	CW_QUEUE_DROP = 0, /* it is dropped, or cut when it had begun; the card counts both */
	CW_QUEUE_STALL = 1,/* the card waits, and with it whatever feeds all of its streams */
};

#define CW_QUEUE_HDR 0x1u      /* of a stream: struct cw_pkt in front of every write, and of what every read gives */
#define CW_QUEUE_NONBLOCK 0x2u /* as O_NONBLOCK */
#define CW_QUEUE_CLOEXEC 0x4u  /* as O_CLOEXEC */

#define CW_QUEUE_ANY_VECTOR 0xffffffffu

/*
 * CW_IOC_QUEUE gives a file descriptor, which owns a queue of the card until it is closed for the last time.
 * -EBUSY: the card has no more queues; -EOPNOTSUPP: it has no streams, or no weights; -EACCES: dir is not as the
 * device file was opened; -ENOMEM.
 */
struct cw_queue_setup {
	__u32 size;
	__u32 flags;       /* CW_QUEUE_HDR, _NONBLOCK, _CLOEXEC */
	__u32 dir;         /* enum cw_queue_dir */
	__u32 mode;        /* enum cw_queue_mode */
	__u32 entries;     /* of its ring, a power of two from 2 to what the card has; 0: the device file's. Filled */
	__u32 vector;      /* interrupt vector, below cw_info.irqs, or CW_QUEUE_ANY_VECTOR. Filled */
	__u32 full;        /* enum cw_queue_full, of a stream from the card; else 0 */
	__u32 buffer;      /* bytes of each of its `entries` receive buffers, a stream's from the card: 64 to
			    * 1 MiB, a power of two; 0: the module's stream_bytes. Filled; else 0
			    */
	__u64 card_base;   /* of a queue to card memory; else 0 */
	__u64 card_limit;  /* bytes from there; 0: all to the end of card memory. Filled; of a stream 0 */
	__u64 packet_max;  /* filled: bytes of the longest packet; of a queue to card memory 0 */
	__u32 queue;       /* filled: its number on the card */
	__u32 weight;      /* its turns while other queues are busy as well, 1 to CW_QUEUE_WEIGHT_MAX; 0: 1. Filled.
			    * Before ABI version 4: 0, else -EINVAL
			    */
};

#define CW_QUEUE_SETUP_SIZE_V1 64
#define CW_QUEUE_WEIGHT_MAX 63

/*
 * Before a packet's bytes, on a queue made with CW_QUEUE_HDR. Written: `len` is the number of bytes that follow,
 * flags are 0, the user word has CW_PKT_USER_BITS (-EINVAL else). Read: `len` is the packet's full length, also
 * when fewer bytes follow, which CW_PKT_TRUNC says. Of a packet that the card itself cut nobody knows
 * more than what arrived: then `len` is that, and CW_PKT_TRUNC is set.
 */
struct cw_pkt {
	__u32 len;
	__u32 flags;
	__u64 user;
};

#define CW_PKT_TRUNC 0x1u
#define CW_PKT_USER_BITS 36

#endif
