/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vfio-user messages as they are on the socket (QEMU, docs/interop/vfio-user.rst, protocol 0.1).
 * All fields are in the byte order of the host; both ends are on one machine. What VFIO itself
 * defines (regions, interrupts, flags) is in <linux/vfio.h>.
 */
#ifndef CW_VFIO_WIRE_H
#define CW_VFIO_WIRE_H

#include <assert.h>
#include <stdint.h>

enum {
	VU_VERSION = 1, VU_DMA_MAP = 2, VU_DMA_UNMAP = 3, VU_GET_INFO = 4, VU_GET_REGION_INFO = 5,
	VU_GET_REGION_IO_FDS = 6, VU_GET_IRQ_INFO = 7, VU_SET_IRQS = 8, VU_REGION_READ = 9,
	VU_REGION_WRITE = 10, VU_DMA_READ = 11, VU_DMA_WRITE = 12, VU_RESET = 13,
};

enum { VU_TYPE = 0xf, VU_COMMAND = 0, VU_REPLY = 1, VU_NO_REPLY = 0x10, VU_ERROR = 0x20, VU_FLAGS = 0x3f };

#define VU_MAJOR 0
#define VU_MINOR 1

struct vu_hdr {
	uint16_t id, command;
	uint32_t size;  /* with this header */
	uint32_t flags;
	uint32_t error; /* errno, with VU_ERROR */
};
static_assert(sizeof(struct vu_hdr) == 16, "vfio-user header");

struct vu_version {
	uint16_t major, minor; /* JSON text with a final NUL follows, or nothing */
};

struct vu_dma_map {
	uint32_t argsz, flags; /* VFIO_DMA_MAP_FLAG_READ, _WRITE */
	uint64_t offset, iova, size;
};
static_assert(sizeof(struct vu_dma_map) == 32, "DMA_MAP");

struct vu_dma_unmap {
	uint32_t argsz, flags; /* VFIO_DMA_UNMAP_FLAG_ALL */
	uint64_t iova, size;
};
static_assert(sizeof(struct vu_dma_unmap) == 24, "DMA_UNMAP");

struct vu_region_rw {
	uint64_t offset;
	uint32_t region, count; /* data follows in a write and in the reply to a read */
};
static_assert(sizeof(struct vu_region_rw) == 16, "REGION_READ, REGION_WRITE");

struct vu_dma_rw {
	uint64_t iova, count; /* likewise */
};
static_assert(sizeof(struct vu_dma_rw) == 16, "DMA_READ, DMA_WRITE");

#endif
