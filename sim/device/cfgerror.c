// SPDX-License-Identifier: BSD-2-Clause
/* Error logging and signalling of the card's function: section 6.2.5, figure 6-2. */
#include <string.h>

#include "cfgspace.h"
#include "../link/pcibits.h"
#include "../link/tlp.h"

#define AER_UNCOR_STATUS (CW_CFG_AER + PCI_ERR_UNCOR_STATUS)
#define AER_UNCOR_MASK (CW_CFG_AER + PCI_ERR_UNCOR_MASK)
#define AER_UNCOR_SEVERITY (CW_CFG_AER + PCI_ERR_UNCOR_SEVER)
#define AER_COR_STATUS (CW_CFG_AER + PCI_ERR_COR_STATUS)
#define AER_COR_MASK (CW_CFG_AER + PCI_ERR_COR_MASK)
#define AER_CONTROL (CW_CFG_AER + PCI_ERR_CAP)
#define AER_HEADER_LOG (CW_CFG_AER + PCI_ERR_HEADER_LOG)
#define COR_ADVISORY (1u << 13) /* 7.8.4.5 */

/* In the DW of Command */
#define STATUS_SIGNALED_TARGET_ABORT ((uint32_t)PCI_STATUS_SIG_TARGET_ABORT << 16)
#define STATUS_SIGNALED_SYSTEM_ERROR ((uint32_t)PCI_STATUS_SIG_SYSTEM_ERROR << 16)
#define STATUS_PARITY ((uint32_t)PCI_STATUS_DETECTED_PARITY << 16) /* Detected Parity Error: poisoned TLP received, 7.5.1.1.4 */

/* Device Control enables and, 16 bits up, Device Status bits (7.5.3.4, 7.5.3.5) */
#define DEVCTL (CW_CFG_PCIE + PCI_EXP_DEVCTL)

static void detected(struct cw_cfgspace *c, uint32_t bit)
{
	c->dw[DEVCTL / 4] |= bit << 16;
}

/* The first unmasked error owns the pointer and the header log until software clears its status bit. */
static void log_uncorrectable(struct cw_cfgspace *c, enum cw_cfg_error e, const uint32_t *hdr)
{
	uint32_t before = c->dw[AER_UNCOR_STATUS / 4];
	uint32_t first = c->dw[AER_CONTROL / 4] & 0x1f;

	c->dw[AER_UNCOR_STATUS / 4] |= 1u << e;
	if (c->dw[AER_UNCOR_MASK / 4] & 1u << e)
		return;
	if (before & 1u << first)
		return;
	c->dw[AER_CONTROL / 4] = (c->dw[AER_CONTROL / 4] & ~0x1fu) | e;
	for (unsigned i = 0; i < 4; i++)
		c->dw[AER_HEADER_LOG / 4 + i] = hdr ? hdr[i] : 0;
}

static uint8_t advisory_error(struct cw_cfgspace *c, enum cw_cfg_error e, const uint32_t *hdr)
{
	uint32_t enable = c->dw[DEVCTL / 4];

	detected(c, PCI_EXP_DEVCTL_CERE);
	c->dw[AER_COR_STATUS / 4] |= COR_ADVISORY;
	if (c->dw[AER_COR_MASK / 4] & COR_ADVISORY)
		return 0;
	log_uncorrectable(c, e, hdr);
	if (e == CW_ERR_UR && !(enable & PCI_EXP_DEVCTL_URRE))
		return 0;
	return enable & PCI_EXP_DEVCTL_CERE ? CW_MSG_ERR_COR : 0;
}

uint8_t cw_cfgspace_error(struct cw_cfgspace *c, enum cw_cfg_error e, const uint32_t *hdr, bool advisory)
{
	bool fatal = c->dw[AER_UNCOR_SEVERITY / 4] & 1u << e;
	uint32_t enable = c->dw[DEVCTL / 4];
	bool serr = c->dw[PCI_COMMAND / 4] & PCI_COMMAND_SERR;

	if (e == CW_ERR_POISONED)
		c->dw[PCI_COMMAND / 4] |= STATUS_PARITY;
	if (e == CW_ERR_CA)
		c->dw[PCI_COMMAND / 4] |= STATUS_SIGNALED_TARGET_ABORT;
	if (e == CW_ERR_UR)
		detected(c, PCI_EXP_DEVCTL_URRE);
	/* An advisory case with fatal severity is signalled as fatal (6.2.3.2.4). */
	if (advisory && !fatal)
		return advisory_error(c, e, hdr);
	detected(c, fatal ? PCI_EXP_DEVCTL_FERE : PCI_EXP_DEVCTL_NFERE);
	log_uncorrectable(c, e, hdr);
	if (c->dw[AER_UNCOR_MASK / 4] & 1u << e)
		return 0;
	if (e == CW_ERR_UR && !(enable & PCI_EXP_DEVCTL_URRE) && !serr)
		return 0;
	if (!(enable & (fatal ? PCI_EXP_DEVCTL_FERE : PCI_EXP_DEVCTL_NFERE)) && !serr)
		return 0;
	if (serr)
		c->dw[PCI_COMMAND / 4] |= STATUS_SIGNALED_SYSTEM_ERROR;
	return fatal ? CW_MSG_ERR_FATAL : CW_MSG_ERR_NONFATAL;
}
