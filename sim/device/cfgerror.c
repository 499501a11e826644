// SPDX-License-Identifier: BSD-2-Clause
/* Error logging and signalling of the card's function: section 6.2.5, figure 6-2. */
#include <string.h>

#include "cfgspace.h"
#include "../link/tlp.h"

#define AER_UNCOR_STATUS (CW_CFG_AER + 0x04)
#define AER_UNCOR_MASK (CW_CFG_AER + 0x08)
#define AER_UNCOR_SEVERITY (CW_CFG_AER + 0x0c)
#define AER_COR_STATUS (CW_CFG_AER + 0x10)
#define AER_COR_MASK (CW_CFG_AER + 0x14)
#define AER_CONTROL (CW_CFG_AER + 0x18)
#define AER_HEADER_LOG (CW_CFG_AER + 0x1c)
#define COR_ADVISORY (1u << 13) /* 7.8.4.5 */

#define COMMAND 0x04
#define COMMAND_SERR 0x100u
#define STATUS_SIGNALED_TARGET_ABORT (1u << 27)
#define STATUS_SIGNALED_SYSTEM_ERROR (1u << 30)
#define STATUS_PARITY (1u << 31) /* Detected Parity Error: poisoned TLP received, 7.5.1.1.4 */

/* Device Control enables and, 16 bits up, Device Status bits (7.5.3.4, 7.5.3.5) */
#define DEVCTL (CW_CFG_PCIE + 8)
#define DEV_COR 0x1u
#define DEV_NONFATAL 0x2u
#define DEV_FATAL 0x4u
#define DEV_UR 0x8u

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

	detected(c, DEV_COR);
	c->dw[AER_COR_STATUS / 4] |= COR_ADVISORY;
	if (c->dw[AER_COR_MASK / 4] & COR_ADVISORY)
		return 0;
	log_uncorrectable(c, e, hdr);
	if (e == CW_ERR_UR && !(enable & DEV_UR))
		return 0;
	return enable & DEV_COR ? CW_MSG_ERR_COR : 0;
}

uint8_t cw_cfgspace_error(struct cw_cfgspace *c, enum cw_cfg_error e, const uint32_t *hdr, bool advisory)
{
	bool fatal = c->dw[AER_UNCOR_SEVERITY / 4] & 1u << e;
	uint32_t enable = c->dw[DEVCTL / 4];
	bool serr = c->dw[COMMAND / 4] & COMMAND_SERR;

	if (e == CW_ERR_POISONED)
		c->dw[COMMAND / 4] |= STATUS_PARITY;
	if (e == CW_ERR_CA)
		c->dw[COMMAND / 4] |= STATUS_SIGNALED_TARGET_ABORT;
	if (e == CW_ERR_UR)
		detected(c, DEV_UR);
	/* An advisory case with fatal severity is signalled as fatal (6.2.3.2.4). */
	if (advisory && !fatal)
		return advisory_error(c, e, hdr);
	detected(c, fatal ? DEV_FATAL : DEV_NONFATAL);
	log_uncorrectable(c, e, hdr);
	if (c->dw[AER_UNCOR_MASK / 4] & 1u << e)
		return 0;
	if (e == CW_ERR_UR && !(enable & DEV_UR) && !serr)
		return 0;
	if (!(enable & (fatal ? DEV_FATAL : DEV_NONFATAL)) && !serr)
		return 0;
	if (serr)
		c->dw[COMMAND / 4] |= STATUS_SIGNALED_SYSTEM_ERROR;
	return fatal ? CW_MSG_ERR_FATAL : CW_MSG_ERR_NONFATAL;
}
