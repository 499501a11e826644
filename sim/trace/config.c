// SPDX-License-Identifier: BSD-2-Clause
/* Configuration space as its requests show it. */
#include "config.h"

#include <linux/pci_regs.h>
#include <stddef.h>

#define HEADER_ONLY 0xffff /* capability id of the rows that are the common header */
#define EXTENDED 0x10000

/* A DW of the header or of a capability: one register, or two of 16 bits. */
static const struct reg_name {
	uint32_t cap;
	uint16_t offset;
	const char *low, *high; /* high NULL: one register */
} reg_names[] = {
	{ HEADER_ONLY, PCI_VENDOR_ID, "Vendor ID", "Device ID" },
	{ HEADER_ONLY, PCI_COMMAND, "Command", "Status" },
	{ HEADER_ONLY, PCI_CLASS_REVISION, "Class Code and Revision ID", NULL },
	{ HEADER_ONLY, PCI_CACHE_LINE_SIZE, "Cache Line Size", "Header Type" },
	{ HEADER_ONLY, PCI_BASE_ADDRESS_0, "BAR0", NULL },
	{ HEADER_ONLY, PCI_BASE_ADDRESS_1, "BAR0 high word", NULL },
	{ HEADER_ONLY, PCI_BASE_ADDRESS_2, "BAR2", NULL },
	{ HEADER_ONLY, PCI_BASE_ADDRESS_3, "BAR2 high word", NULL },
	{ HEADER_ONLY, PCI_BASE_ADDRESS_4, "BAR4", NULL },
	{ HEADER_ONLY, PCI_BASE_ADDRESS_5, "BAR4 high word", NULL },
	{ HEADER_ONLY, PCI_SUBSYSTEM_VENDOR_ID, "Subsystem Vendor ID", "Subsystem ID" },
	{ HEADER_ONLY, PCI_ROM_ADDRESS, "Expansion ROM Base Address", NULL },
	{ HEADER_ONLY, PCI_CAPABILITY_LIST, "Capabilities Pointer", NULL },
	{ HEADER_ONLY, PCI_INTERRUPT_LINE, "Interrupt Line and Pin", NULL },
	{ PCI_CAP_ID_PM, 0, "PM Capability header", "Power Management Capabilities" },
	{ PCI_CAP_ID_PM, PCI_PM_CTRL, "Power Management Control/Status", NULL },
	{ PCI_CAP_ID_MSI, 0, "MSI Capability header", "MSI Message Control" },
	{ PCI_CAP_ID_MSI, PCI_MSI_ADDRESS_LO, "MSI Message Address", NULL },
	{ PCI_CAP_ID_MSI, PCI_MSI_ADDRESS_HI, "MSI Message Upper Address", NULL },
	{ PCI_CAP_ID_MSI, PCI_MSI_DATA_64, "MSI Message Data", NULL },
	{ PCI_CAP_ID_MSIX, 0, "MSI-X Capability header", "MSI-X Message Control" },
	{ PCI_CAP_ID_MSIX, PCI_MSIX_TABLE, "MSI-X Table Offset and BIR", NULL },
	{ PCI_CAP_ID_MSIX, PCI_MSIX_PBA, "MSI-X PBA Offset and BIR", NULL },
	{ PCI_CAP_ID_EXP, 0, "PCI Express Capability header", "PCI Express Capabilities" },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCAP, "Device Capabilities", NULL },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, "Device Control", "Device Status" },
	{ PCI_CAP_ID_EXP, PCI_EXP_LNKCAP, "Link Capabilities", NULL },
	{ PCI_CAP_ID_EXP, PCI_EXP_LNKCTL, "Link Control", "Link Status" },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCAP2, "Device Capabilities 2", NULL },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL2, "Device Control 2", "Device Status 2" },
	{ PCI_CAP_ID_EXP, PCI_EXP_LNKCAP2, "Link Capabilities 2", NULL },
	{ PCI_CAP_ID_EXP, PCI_EXP_LNKCTL2, "Link Control 2", "Link Status 2" },
	{ EXTENDED | PCI_EXT_CAP_ID_ERR, 0, "AER Extended Capability header", NULL },
	{ EXTENDED | PCI_EXT_CAP_ID_ERR, PCI_ERR_UNCOR_STATUS, "AER Uncorrectable Error Status", NULL },
	{ EXTENDED | PCI_EXT_CAP_ID_ERR, PCI_ERR_UNCOR_MASK, "AER Uncorrectable Error Mask", NULL },
	{ EXTENDED | PCI_EXT_CAP_ID_ERR, PCI_ERR_UNCOR_SEVER, "AER Uncorrectable Error Severity", NULL },
	{ EXTENDED | PCI_EXT_CAP_ID_ERR, PCI_ERR_COR_STATUS, "AER Correctable Error Status", NULL },
	{ EXTENDED | PCI_EXT_CAP_ID_ERR, PCI_ERR_COR_MASK, "AER Correctable Error Mask", NULL },
	{ EXTENDED | PCI_EXT_CAP_ID_ERR, PCI_ERR_CAP, "AER Capabilities and Control", NULL },
	{ EXTENDED | PCI_EXT_CAP_ID_DSN, 0, "Device Serial Number header", NULL },
	{ EXTENDED | PCI_EXT_CAP_ID_DSN, 4, "Serial Number low word", NULL },
	{ EXTENDED | PCI_EXT_CAP_ID_DSN, 8, "Serial Number high word", NULL },
};

/* Bits worth a word when they are written. */
static const struct {
	uint32_t cap;
	uint16_t offset;
	uint32_t bit; /* of the DW */
	const char *text;
} bit_names[] = {
	{ HEADER_ONLY, PCI_COMMAND, PCI_COMMAND_MEMORY, "memory on" },
	{ HEADER_ONLY, PCI_COMMAND, PCI_COMMAND_MASTER, "bus master on" },
	{ HEADER_ONLY, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE, "INTx off" },
	{ PCI_CAP_ID_MSI, 0, PCI_MSI_FLAGS_ENABLE << 16, "MSI on" },
	{ PCI_CAP_ID_MSIX, 0, (uint32_t)PCI_MSIX_FLAGS_ENABLE << 16, "MSI-X on" },
	{ PCI_CAP_ID_MSIX, 0, PCI_MSIX_FLAGS_MASKALL << 16, "all vectors masked" },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_RELAX_EN, "relaxed ordering allowed" },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_NOSNOOP_EN, "no snoop allowed" },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_EXT_TAG, "8-bit tags" },
	{ PCI_CAP_ID_EXP, PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR, "function level reset" },
	{ PCI_CAP_ID_EXP, PCI_EXP_LNKCTL, PCI_EXP_LNKCTL_RCB, "RCB 128 bytes" },
};

#define REG_NAME_N (sizeof(reg_names) / sizeof(reg_names[0]))
#define BIT_NAME_N (sizeof(bit_names) / sizeof(bit_names[0]))
#define CAP_MAX 48       /* of 4 bytes behind the header: a list that is longer has a loop */
#define EXT_CAP_MAX 960

static uint32_t be_mask(uint8_t be)
{
	uint32_t mask = 0;

	for (unsigned i = 0; i < 4; i++)
		mask |= be >> i & 1 ? 0xffu << 8 * i : 0;
	return mask;
}

static int bar_of(uint16_t reg)
{
	return reg >= PCI_BASE_ADDRESS_0 && reg <= PCI_BASE_ADDRESS_5 ? (reg - PCI_BASE_ADDRESS_0) / 4 : -1;
}

bool cw_config_bar(const struct cw_config *c, unsigned n, uint64_t *base, uint64_t *size)
{
	uint64_t low, high;

	if (n + 1 >= CW_CONFIG_BARS || !c->bar[n].known || !c->bar[n + 1].known)
		return false;
	*base = (uint64_t)c->bar[n + 1].value << 32 | (c->bar[n].value & (uint32_t)PCI_BASE_ADDRESS_MEM_MASK);
	low = c->bar[n].mask & (uint32_t)PCI_BASE_ADDRESS_MEM_MASK;
	high = c->bar[n + 1].mask;
	*size = c->bar[n].mask ? (high << 32 | low) & -(high << 32 | low) : 0;
	return *base != 0;
}

/* The capability, of the lists seen so far, that begins last before reg. */
static uint32_t capability_of(const struct cw_config *c, uint16_t reg, uint16_t *start)
{
	uint32_t cap = HEADER_ONLY;
	uint16_t at = c->known[PCI_CAPABILITY_LIST / 4] ? c->dw[PCI_CAPABILITY_LIST / 4] & 0xfc : 0;

	*start = 0;
	for (unsigned i = 0; reg < PCI_CFG_SPACE_SIZE && at >= PCI_STD_HEADER_SIZEOF && i < CAP_MAX; i++) {
		if (at <= reg && at >= *start) {
			*start = at;
			cap = c->known[at / 4] ? c->dw[at / 4] & 0xff : 0; /* 0 is no capability's */
		}
		at = c->known[at / 4] ? c->dw[at / 4] >> 8 & 0xfc : 0;
	}
	at = reg < PCI_CFG_SPACE_SIZE ? 0 : PCI_CFG_SPACE_SIZE;
	for (unsigned i = 0; at >= PCI_CFG_SPACE_SIZE && i < EXT_CAP_MAX && c->known[at / 4]; i++) {
		if (at <= reg && at >= *start) {
			*start = at;
			cap = EXTENDED | PCI_EXT_CAP_ID(c->dw[at / 4]);
		}
		at = PCI_EXT_CAP_NEXT(c->dw[at / 4]);
	}
	return cap;
}

/* Section 7.7.1: the message of MSI is in its capability. */
static void msi_word(struct cw_config *c, uint16_t reg, uint32_t value, uint32_t mask, bool write)
{
	uint16_t start;
	uint32_t *word;

	if (capability_of(c, reg, &start) != PCI_CAP_ID_MSI || reg - start >= (int)sizeof(c->msi))
		return;
	word = &c->msi[(reg - start) / 4];
	if (write && reg == start)
		mask &= (uint32_t)(PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE) << 16; /* the rest is read-only */
	*word = (*word & ~mask) | (value & mask);
}

int cw_config_msi(const struct cw_config *c, uint64_t addr, uint32_t data)
{
	uint32_t control = c->msi[0] >> 16, log2 = (control & PCI_MSI_FLAGS_QSIZE) >> 4;
	bool wide = control & PCI_MSI_FLAGS_64BIT;
	uint64_t want = c->msi[PCI_MSI_ADDRESS_LO / 4] | (wide ? (uint64_t)c->msi[PCI_MSI_ADDRESS_HI / 4] << 32 : 0);
	uint32_t vector = data ^ (c->msi[(wide ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32) / 4] & 0xffff);

	if (!(control & PCI_MSI_FLAGS_ENABLE) || addr != want || vector >> (log2 < 5 ? log2 : 5))
		return -1;
	return (int)vector;
}

void cw_config_write(struct cw_config *c, uint16_t reg, uint32_t value, uint8_t be)
{
	int n = bar_of(reg);
	uint32_t mask = be_mask(be);

	msi_word(c, reg, value, mask, true);
	if (n < 0)
		return;
	c->bar[n].value = (c->bar[n].value & ~mask) | (value & mask);
	c->bar[n].sizing = c->bar[n].value == UINT32_MAX;
	c->bar[n].known = !c->bar[n].sizing;
}

void cw_config_read(struct cw_config *c, uint16_t reg, uint32_t value)
{
	int n = bar_of(reg);

	c->dw[reg / 4 % CW_CONFIG_DW] = value;
	c->known[reg / 4 % CW_CONFIG_DW] = true;
	msi_word(c, reg, value, UINT32_MAX, false);
	if (n < 0)
		return;
	if (c->bar[n].sizing) {
		c->bar[n].mask = value;
	} else {
		c->bar[n].value = value;
		c->bar[n].known = true;
	}
}

bool cw_config_is_flr(const struct cw_config *c, uint16_t reg, uint32_t value, uint8_t be)
{
	uint16_t start;

	return capability_of(c, reg, &start) == PCI_CAP_ID_EXP && reg - start == PCI_EXP_DEVCTL &&
	       value & be_mask(be) & PCI_EXP_DEVCTL_BCR_FLR;
}

void cw_config_name(struct cw_text *t, const struct cw_config *c, uint16_t reg, uint8_t be)
{
	uint16_t start;
	uint32_t cap = capability_of(c, reg, &start);

	for (const struct reg_name *n = reg_names; n < reg_names + REG_NAME_N; n++) {
		if (n->cap != cap || n->offset != reg - start)
			continue;
		if (!n->high || !(be & 0xc))
			cw_text_add(t, "%s", n->low);
		else if (!(be & 3))
			cw_text_add(t, "%s", n->high);
		else
			cw_text_add(t, "%s and %s", n->low, n->high);
		return;
	}
	cw_text_add(t, "offset 0x%03x", reg);
}

static void say_bits(struct cw_text *t, uint32_t cap, uint16_t offset, uint32_t value)
{
	const char *sep = " (";

	for (size_t i = 0; i < BIT_NAME_N; i++) {
		if (bit_names[i].cap != cap || bit_names[i].offset != offset || !(value & bit_names[i].bit))
			continue;
		cw_text_add(t, "%s%s", sep, bit_names[i].text);
		sep = ", ";
	}
	if (sep[0] == ',')
		cw_text_add(t, ")");
}

void cw_config_say_write(struct cw_text *t, const struct cw_config *c, uint16_t reg, uint32_t value, uint8_t be)
{
	uint32_t shown = value & be_mask(be);
	uint16_t start;
	uint32_t cap = capability_of(c, reg, &start);

	if (bar_of(reg) >= 0 && shown == UINT32_MAX) {
		cw_text_add(t, " = all ones, to learn its size");
		return;
	}
	if (!(be & 0xc))
		cw_text_add(t, " = 0x%04x", shown);
	else if (!(be & 3))
		cw_text_add(t, " = 0x%04x", shown >> 16);
	else
		cw_text_add(t, " = 0x%08x", shown);
	say_bits(t, cap, reg - start, shown);
}
