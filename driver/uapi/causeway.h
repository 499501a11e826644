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
#define CW_ABI_VERSION 2

#define CW_IOC_TYPE 0xC9
#define CW_IOC_INFO _IO(CW_IOC_TYPE, 0x00)      /* struct cw_info, filled */
#define CW_IOC_REG_READ _IO(CW_IOC_TYPE, 0x01)  /* struct cw_reg; CAP_SYS_ADMIN */
#define CW_IOC_REG_WRITE _IO(CW_IOC_TYPE, 0x02) /* struct cw_reg; CAP_SYS_ADMIN */
#define CW_IOC_COUNTER _IO(CW_IOC_TYPE, 0x03)   /* struct cw_counter */
/* 0x10 to 0x1f are for queues of one's own, 0x20 to 0x2f for buffers,
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

#endif
