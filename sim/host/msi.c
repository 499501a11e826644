// SPDX-License-Identifier: BSD-2-Clause
/* Interrupts and messages: the window of MSI and MSI-X writes (section 6.1.4), INTx (2.2.8.1), errors (2.2.8.3). */
#include "priv.h"

void cw_host_msi_message(const struct cw_host *h, int vector, uint64_t *addr, uint32_t *data)
{
	*addr = h ? h->p.msi_base : CW_MSI_BASE;
	*data = (uint32_t)vector & 0xffff;
}

static void interrupt(struct cw_host *h, int vector, bool level)
{
	h->stats.interrupts++;
	if (!h->ops.interrupt)
		return;
	h->ops.interrupt(h->ctx, vector, level);
	h->woke = true;
}

/* True when the write is in the window, whether or not it is a good one. */
bool msi_write(struct cw_host *h, const struct cw_tlp *tlp, const struct cw_tlp_info *i)
{
	if (i->addr - h->p.msi_base >= CW_MSI_BYTES)
		return false;
	if (i->addr == h->p.msi_base && tlp->data_len == 4)
		interrupt(h, tlp->data[0] | tlp->data[1] << 8, true);
	return true;
}

/* The root port holds one level; the four pins of one function are INTA here (section 2.2.8.1). */
void msi_message(struct cw_host *h, const struct cw_tlp_info *i)
{
	if (i->msg_code == CW_MSG_ASSERT_INTA || i->msg_code == CW_MSG_DEASSERT_INTA) {
		bool level = i->msg_code == CW_MSG_ASSERT_INTA;

		if (level != h->intx) {
			h->intx = level;
			interrupt(h, -1, level);
		}
	} else if (i->msg_code >= CW_MSG_ERR_COR && i->msg_code <= CW_MSG_ERR_FATAL && h->ops.error_message) {
		h->ops.error_message(h->ctx, i->msg_code, i->requester);
		h->woke = true;
	}
}

/* A root port deasserts what it holds when its link goes down (section 2.2.8.1). */
void msi_fall(struct cw_host *h)
{
	if (h->intx) {
		h->intx = false;
		interrupt(h, -1, false);
	}
}
