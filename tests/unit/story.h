/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A small TLP log made by hand for the tests of meaning and life: a host finds
 * the card, places its BARs and starts a queue; then transfers. What is written
 * here is all that those who read it can know.
 */
#ifndef CW_STORY_H
#define CW_STORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <linux/pci_regs.h>

#include "driver/cw_regs.h"
#include "sim/link/link.h"
#include "sim/trace/meaning.h"

#define ST_HOST 0x0000
#define ST_CARD 0x0100
#define ST_BAR0 0xc0400000ull
#define ST_BAR2 0xc0000000ull
#define ST_BAR4 0x4000000000ull
#define ST_RING 0x21b5df37c000ull
#define ST_CPL 0xf01bce2a1000ull
#define ST_DATA 0x1ff000ull
#define ST_MSI 0xfee00000ull
#define ST_QUEUE 3u
#define ST_VECTOR 2u
#define ST_ENTRIES_LOG2 3u
#define ST_MAX 1024

struct story {
	struct cw_trace_record *rec;
	unsigned n;
	uint64_t now;
	uint16_t tag;
	uint32_t stride_log2;
};

static inline void story_new(struct story *s)
{
	*s = (struct story){ .rec = calloc(ST_MAX, sizeof(*s->rec)), .stride_log2 = CW_DB_STRIDE_LOG2_MIN };
	assert_non_null(s->rec);
}

static inline void story_free(struct story *s)
{
	free(s->rec);
}

/* The next record, to be filled with a builder. */
static inline struct cw_tlp *story_add(struct story *s, enum cw_link_side from)
{
	struct cw_trace_record *r = &s->rec[s->n++];

	assert_true(s->n <= ST_MAX);
	s->now += 100000;
	*r = (struct cw_trace_record){ .stamp = s->now, .from = from, .queue = -1 };
	return &r->tlp;
}

static inline void st_cfg_read(struct story *s, uint16_t reg, uint32_t value)
{
	uint16_t tag = s->tag++ & 0xff;

	cw_tlp_cfgrd(story_add(s, CW_SIDE_HOST), ST_HOST, tag, ST_CARD, reg);
	cw_tlp_cpld(story_add(s, CW_SIDE_CARD), ST_CARD, ST_HOST, tag, 0, 0, 4, 0, &value, 1);
}

static inline void st_cfg_write(struct story *s, uint16_t reg, uint32_t value, uint8_t be)
{
	uint16_t tag = s->tag++ & 0xff;

	cw_tlp_cfgwr(story_add(s, CW_SIDE_HOST), ST_HOST, tag, ST_CARD, reg, value, be);
	cw_tlp_cpl(story_add(s, CW_SIDE_CARD), ST_CARD, ST_HOST, tag, 0, 0, CW_CPL_SC, 4, 0);
}

static inline void st_reg(struct story *s, uint32_t offset, uint32_t value)
{
	cw_tlp_mwr(story_add(s, CW_SIDE_HOST), ST_HOST, ST_BAR0 + offset, &value, 4, 0);
}

static inline void st_reg_read(struct story *s, uint32_t offset, uint32_t value)
{
	uint16_t tag = s->tag++ & 0xff;

	cw_tlp_mrd(story_add(s, CW_SIDE_HOST), ST_HOST, tag, ST_BAR0 + offset, 4, 0);
	cw_tlp_cpld(story_add(s, CW_SIDE_CARD), ST_CARD, ST_HOST, tag, 0, 0, 4, offset & 0x7c, &value, 1);
}

static inline void st_doorbell(struct story *s, uint32_t queue, uint32_t reg, uint32_t value)
{
	cw_tlp_mwr(story_add(s, CW_SIDE_HOST), ST_HOST, ST_BAR2 + ((uint64_t)queue << s->stride_log2) + reg, &value, 4, 0);
}

static inline void st_bar(struct story *s, unsigned n, uint64_t base, uint32_t size, uint32_t type)
{
	uint16_t reg = (uint16_t)(PCI_BASE_ADDRESS_0 + 4 * n);

	st_cfg_write(s, reg, UINT32_MAX, 0xf);
	st_cfg_read(s, reg, -size | type);
	st_cfg_write(s, reg + 4, UINT32_MAX, 0xf);
	st_cfg_read(s, reg + 4, UINT32_MAX);
	st_cfg_write(s, reg, (uint32_t)base, 0xf);
	st_cfg_write(s, reg + 4, (uint32_t)(base >> 32), 0xf);
}

/* Enumeration: two capabilities, one extended, three BARs. */
static inline void st_enumerate(struct story *s)
{
	st_cfg_read(s, PCI_CAPABILITY_LIST, 0x40);
	st_cfg_read(s, 0x40, PCI_CAP_ID_MSIX | 0x60 << 8);
	st_cfg_read(s, 0x60, PCI_CAP_ID_EXP);
	st_cfg_read(s, PCI_CFG_SPACE_SIZE, PCI_EXT_CAP_ID_ERR | 1 << 16);
	st_bar(s, 0, ST_BAR0, CW_BAR0_BYTES, PCI_BASE_ADDRESS_MEM_TYPE_64);
	st_bar(s, 2, ST_BAR2, 0x400000, PCI_BASE_ADDRESS_MEM_TYPE_64);
	st_bar(s, 4, ST_BAR4, CW_BAR4_BYTES, PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH);
}

static inline uint32_t st_q(uint32_t queue, uint32_t reg)
{
	return CW_QUEUE_OFFSET + queue * CW_QUEUE_STRIDE + reg;
}

static inline void st_queue(struct story *s, uint32_t queue, bool c2h, uint64_t ring, uint64_t cpl)
{
	st_reg(s, st_q(queue, CW_Q_CONFIG), (c2h ? CW_Q_CONFIG_C2H_MASK : 0) |
	       ST_ENTRIES_LOG2 << CW_Q_CONFIG_ENTRIES_LOG2_SHIFT | ST_VECTOR << CW_Q_CONFIG_VECTOR_SHIFT);
	st_reg(s, st_q(queue, CW_Q_RING_LO), (uint32_t)ring);
	st_reg(s, st_q(queue, CW_Q_RING_HI), (uint32_t)(ring >> 32));
	st_reg(s, st_q(queue, CW_Q_CPL_LO), (uint32_t)cpl);
	st_reg(s, st_q(queue, CW_Q_CPL_HI), (uint32_t)(cpl >> 32));
	st_reg(s, st_q(queue, CW_Q_CTRL), CW_Q_CTRL_ENABLE_MASK);
}

static inline void st_start(struct story *s)
{
	uint32_t entry = CW_MSIX_TABLE_OFFSET + ST_VECTOR * PCI_MSIX_ENTRY_SIZE;

	st_enumerate(s);
	st_reg(s, entry + CW_MSIX_ADDR_LO, (uint32_t)ST_MSI);
	st_reg(s, entry + CW_MSIX_ADDR_HI, 0);
	st_reg(s, entry + CW_MSIX_DATA, 0x4711);
	st_queue(s, ST_QUEUE, false, ST_RING, ST_CPL);
}

static inline void st_desc(uint32_t *dw, uint64_t addr, uint32_t len, uint64_t card, uint32_t flags)
{
	dw[0] = (uint32_t)addr;
	dw[1] = (uint32_t)(addr >> 32);
	dw[2] = len | flags | (uint32_t)(card >> 32) << CW_DESC_DW2_CARD_HI_SHIFT;
	dw[3] = (uint32_t)card;
}

/* A read of the card, and its data in pieces of `piece` bytes. */
static inline void st_card_read(struct story *s, uint16_t tag, uint64_t addr, const void *data, uint32_t len,
				uint32_t piece)
{
	cw_tlp_mrd(story_add(s, CW_SIDE_CARD), ST_CARD, tag, addr, len, 0);
	for (uint32_t at = 0; at < len; at += piece)
		cw_tlp_cpld(story_add(s, CW_SIDE_HOST), ST_HOST, ST_CARD, tag, 0, 0, (uint16_t)(len - at),
			    (uint8_t)((addr + at) & 0x7f), (const uint8_t *)data + at,
			    (uint16_t)((len - at < piece ? len - at : piece) / 4));
}

static inline void st_record(struct story *s, uint64_t cpl, uint32_t queue, uint32_t number, uint32_t bytes)
{
	uint32_t entries = 1u << ST_ENTRIES_LOG2;
	uint32_t dw[4] = { number, bytes | 0x39u << CW_RECORD_DW1_NOW0_SHIFT, 0x30,
			   queue << CW_RECORD_DW3_QUEUE_SHIFT | (number / entries + 1) % 2 << CW_RECORD_DW3_PHASE_SHIFT };

	cw_tlp_mwr(story_add(s, CW_SIDE_CARD), ST_CARD, cpl + number % entries * CW_RECORD_BYTES, dw, sizeof(dw), 0);
}

static inline void st_interrupt(struct story *s, uint32_t data)
{
	cw_tlp_mwr(story_add(s, CW_SIDE_CARD), ST_CARD, ST_MSI, &data, 4, 0);
}

/* Descriptor `number` of ST_QUEUE, from its doorbell to its record: 32 bytes 01 02 03 ... to 0x8000. */
static inline void st_transfer_to_record(struct story *s, uint32_t number)
{
	uint32_t slot = number % (1u << ST_ENTRIES_LOG2);
	uint32_t desc[4];
	uint8_t data[32];

	for (unsigned i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i + 1);
	st_doorbell(s, ST_QUEUE, CW_DB_PRODUCER, number + 1);
	st_desc(desc, ST_DATA, sizeof(data), 0x8000, CW_DESC_DW2_IRQ_MASK);
	st_card_read(s, 0x101, ST_RING + slot * CW_DESC_BYTES, desc, sizeof(desc), sizeof(desc));
	st_card_read(s, 0x102, ST_DATA, data, sizeof(data), 16);
	st_record(s, ST_CPL, ST_QUEUE, number, sizeof(data));
}

/* And on to the driver's answer. */
static inline void st_transfer(struct story *s, uint32_t number)
{
	st_transfer_to_record(s, number);
	st_interrupt(s, 0x4711);
	st_doorbell(s, ST_QUEUE, CW_DB_CONSUMER, number + 1);
}

/* Eight vectors of MSI instead of MSI-X: data 0x4700 and on. */
static inline void st_msi(struct story *s)
{
	st_cfg_read(s, PCI_CAPABILITY_LIST, 0x50);
	st_cfg_read(s, 0x50, PCI_CAP_ID_MSI | PCI_MSI_FLAGS_64BIT << 16);
	st_cfg_write(s, 0x50 + PCI_MSI_ADDRESS_LO, (uint32_t)ST_MSI, 0xf);
	st_cfg_write(s, 0x50 + PCI_MSI_ADDRESS_HI, 0, 0xf);
	st_cfg_write(s, 0x50 + PCI_MSI_DATA_64, 0x4700, 3);
	st_cfg_write(s, 0x50, (uint32_t)(PCI_MSI_FLAGS_ENABLE | 3 << 4) << 16, 0xc);
}

static inline void st_intx(struct story *s, bool up)
{
	cw_tlp_msg(story_add(s, CW_SIDE_CARD), ST_CARD, up ? CW_MSG_ASSERT_INTA : CW_MSG_DEASSERT_INTA, 4);
}

/* Shows the machine everything from record `from` on; the last one's meaning. */
static inline void story_show(const struct story *s, struct cw_meaning *m, unsigned from, struct cw_mean *mean)
{
	for (unsigned i = from; i < s->n; i++)
		cw_meaning_next(m, &s->rec[i], mean);
}

#endif
