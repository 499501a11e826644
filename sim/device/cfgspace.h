/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration space of the simulated card: one PCIe endpoint function.
 *
 * Pure data and rules: reads, writes with byte enables, the three resets, BAR
 * decode and error logging. What a write causes is returned as a set of events;
 * acting on them (telling the RTL, delaying a completion) is the caller's.
 * Section numbers are those of the PCIe Base Specification 6.0.
 */
#ifndef CW_CFGSPACE_H
#define CW_CFGSPACE_H

#include <stdbool.h>
#include <stdint.h>

#define CW_CFG_BYTES 4096

/* Where the capabilities are; the host finds them by the lists. */
enum cw_cfg_offset {
	CW_CFG_PM = 0x40,     /* power management, 7.5.2 */
	CW_CFG_MSI = 0x50,    /* 64-bit, per-vector masks, 7.7.1 */
	CW_CFG_MSIX = 0x70,   /* 7.7.2 */
	CW_CFG_PCIE = 0x80,   /* PCI Express, version 2, 7.5.3 */
	CW_CFG_AER = 0x100,   /* advanced error reporting, 7.8.4 */
	CW_CFG_DSN = 0x150,   /* device serial number, 7.9.3 */
};

struct cw_cfgspace_param {
	uint16_t queues, vectors; /* of the build: BAR2 size, MSI-X table size */
	uint8_t mps_max;          /* Max_Payload_Size Supported: 128 << n */
	uint8_t generation, lanes;/* of the link, told in Link Status */
	bool tag10;               /* 10-bit tag requester supported */
	bool soft_reset;          /* D3hot to D0 resets (No_Soft_Reset is 0) */
	bool no_flr;              /* function-level reset is not supported: not announced, ignored */
	uint64_t serial;
};

struct cw_cfgspace {
	struct cw_cfgspace_param param;
	uint32_t dw[CW_CFG_BYTES / 4];
	/* Per DW: bits software writes, bits that a one clears, bits that every reset
	 * but PERST keeps, bits that a function-level reset keeps as well. */
	uint32_t rw[CW_CFG_BYTES / 4], w1c[CW_CFG_BYTES / 4];
	uint32_t sticky[CW_CFG_BYTES / 4], flr_keep[CW_CFG_BYTES / 4];
	uint32_t init[CW_CFG_BYTES / 4];
	uint64_t bar_size[6];     /* at the low half of a 64-bit BAR; 0: none */
	uint16_t bdf;             /* captured from type 0 configuration writes, 2.2.6.2 */
};

enum cw_cfg_reset {
	CW_CFG_RESET_PERST, /* everything */
	CW_CFG_RESET_HOT,   /* sticky bits stay (6.6.1, 7.4) */
	CW_CFG_RESET_FLR,   /* sticky bits and the link's own fields stay (6.6.2) */
	CW_CFG_RESET_SOFT,  /* D3hot to D0 with No_Soft_Reset 0: as FLR (5.3.1.4) */
};

enum cw_cfg_event {
	CW_CFG_EV_STATE = 1,   /* something of struct cw_fn changed */
	CW_CFG_EV_FLR = 2,     /* Initiate Function Level Reset was written */
	CW_CFG_EV_POWER = 4,   /* the power state changed */
	CW_CFG_EV_BME_OFF = 8, /* bus master enable was cleared */
	CW_CFG_EV_MSI_MASK = 16, /* MSI mask bits, bus master or D0: something pending may go */
};

/* What the RTL is told about its function. */
struct cw_fn {
	uint8_t mps, mrrs, power;
	bool rcb128, ext_tag, tag10, ro, ns, bme, mem, intx_disable;
	bool msi_en, msix_en, msix_mask;
	uint8_t msi_log2;         /* vectors given by the host */
	uint8_t cto;              /* completion time-out value, Device Control 2 */
	bool cto_disable;
};

void cw_cfgspace_init(struct cw_cfgspace *c, const struct cw_cfgspace_param *p);
void cw_cfgspace_reset(struct cw_cfgspace *c, enum cw_cfg_reset how);
/* reg: byte offset, DW aligned. Registers that are not there read as 0 and ignore writes. */
uint32_t cw_cfgspace_read(const struct cw_cfgspace *c, uint16_t reg);
/* Returns a set of enum cw_cfg_event. */
unsigned cw_cfgspace_write(struct cw_cfgspace *c, uint16_t reg, uint32_t value, uint8_t be);
void cw_cfgspace_get_fn(const struct cw_cfgspace *c, struct cw_fn *fn);
void cw_cfgspace_set_pending(struct cw_cfgspace *c, bool transactions_pending);
void cw_cfgspace_set_intx(struct cw_cfgspace *c, bool asserted);
/* The BAR that [addr, addr + len) is inside of, and the offset in it; -1: none, or memory space is off. */
int cw_cfgspace_bar(const struct cw_cfgspace *c, uint64_t addr, uint32_t len, uint64_t *offset);

/* ---- MSI ---- */
/* Address and data of MSI vector `vector` (folded into what the host gave). False: it is
 * masked or may not be sent now, and the pending bit is set instead, or MSI is off. */
bool cw_cfgspace_msi(struct cw_cfgspace *c, unsigned vector, uint64_t *addr, uint16_t *data);
/* The lowest vector that is pending and no longer masked, its pending bit cleared; -1: none. */
int cw_cfgspace_msi_pending(struct cw_cfgspace *c);

/* ---- errors: status bits of AER, 7.8.4.2 and 7.8.4.5 ---- */
enum cw_cfg_error {
	CW_ERR_DLP = 4, CW_ERR_POISONED = 12, CW_ERR_FC_PROTOCOL = 13, CW_ERR_CPL_TIMEOUT = 14,
	CW_ERR_CA = 15, CW_ERR_CPL_UNEXPECTED = 16, CW_ERR_RX_OVERFLOW = 17, CW_ERR_MALFORMED = 18,
	CW_ERR_ECRC = 19, CW_ERR_UR = 20, CW_ERR_INTERNAL = 22,
};
/* Logs an error (6.2.5, figure 6-2) with the header of the TLP (NULL: none). advisory: one of the cases
 * of 6.2.3.2.4. Returns the code of the ERR_ message to send, 0 for none. */
uint8_t cw_cfgspace_error(struct cw_cfgspace *c, enum cw_cfg_error e, const uint32_t *hdr, bool advisory);

#endif
