/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Seam 2 as the C models see it: the pins of cw_top packed in 32-bit words, once
 * a clock, across DPI. cw_sim_top.sv packs and unpacks in the same order and
 * checks the sizes. Data words have the width of the build (`words` DWs).
 *
 * Every pin the models drive is registered: what a model writes at an edge is
 * seen by the RTL at the next one, as from a synchronous block.
 */
#ifndef CW_WIRES_H
#define CW_WIRES_H

#include <stdint.h>

#define CW_WIRES_DATA_MAX 16 /* DWs: 512 bits */

/* ---- RTL to the hard IP ---- */
enum cw_wires_out_flag { /* word 0 */
	CW_O_TX_REQ_VALID = 1u << 0, CW_O_TX_REQ_SOP = 1u << 1, CW_O_TX_REQ_EOP = 1u << 2,
	CW_O_TX_REQ_ID_VALID = 1u << 3,
	CW_O_TX_CPL_VALID = 1u << 4, CW_O_TX_CPL_SOP = 1u << 5, CW_O_TX_CPL_EOP = 1u << 6,
	CW_O_RX_CPL_READY = 1u << 7, CW_O_RX_REQ_READY = 1u << 8,
	CW_O_FLR_DONE = 1u << 9, CW_O_POWER_ACK = 1u << 10, CW_O_TRANS_PENDING = 1u << 11,
	CW_O_ERR_UR = 1u << 12, CW_O_ERR_CA = 1u << 13, CW_O_ERR_POISONED = 1u << 14,
	CW_O_ERR_CPL_UNEXPECTED = 1u << 15, CW_O_ERR_CPL_TIMEOUT = 1u << 16,
	CW_O_INTX = 1u << 17, CW_O_MSI_VALID = 1u << 18, /* 23:19 MSI vector */
	CW_O_IDLE = 1u << 24,
};
#define CW_O_ERRORS (CW_O_ERR_UR | CW_O_ERR_CA | CW_O_ERR_POISONED | CW_O_ERR_CPL_UNEXPECTED | CW_O_ERR_CPL_TIMEOUT)
#define CW_O_MSI_VECTOR(flags) ((flags) >> 19 & 0x1f)

struct cw_wires_out {
	uint32_t flags;
	uint32_t deadline[2];
	uint32_t keep;       /* 15:0 tx_req, 31:16 tx_cpl */
	uint32_t queue, num; /* of the tx_req beat */
	uint32_t req_hdr[4], cpl_hdr[4];
	uint32_t data[2 * CW_WIRES_DATA_MAX]; /* tx_req_data, then tx_cpl_data at word `words` */
};

/* ---- the hard IP to RTL ---- */
enum cw_wires_in_flag { /* word 0 */
	CW_I_RST = 1u << 0, CW_I_TX_REQ_READY = 1u << 1, CW_I_TX_CPL_READY = 1u << 2,
	CW_I_RX_CPL_VALID = 1u << 3, CW_I_RX_CPL_SOP = 1u << 4, CW_I_RX_CPL_EOP = 1u << 5,
	CW_I_RX_REQ_VALID = 1u << 6, CW_I_RX_REQ_SOP = 1u << 7, CW_I_RX_REQ_EOP = 1u << 8,
	/* 11:9 rx_req_bar */
	CW_I_FC_VALID = 1u << 12,
	/* 16:13 tx_sent_n */
	CW_I_CPL_LOST = 1u << 17, /* 27:18 cpl_lost_tag */
	CW_I_MSI_READY = 1u << 28,
};
#define CW_I_BAR(bar) ((uint32_t)(bar) << 9)
#define CW_I_SENT(n) ((uint32_t)(n) << 13)
#define CW_I_SENT_MAX 15
#define CW_I_LOST_TAG(tag) ((uint32_t)(tag) << 18)

enum cw_wires_fn { /* word 1; 15:0 bus, device, function; 18:16 MPS; 21:19 MRRS */
	CW_F_RCB = 1u << 22, CW_F_EXT_TAG = 1u << 23, CW_F_TAG10 = 1u << 24, CW_F_RO = 1u << 25,
	CW_F_NS = 1u << 26, CW_F_BME = 1u << 27, CW_F_MEM = 1u << 28, CW_F_MSI = 1u << 29,
	CW_F_MSIX = 1u << 30, CW_F_MSIX_MASK = 1u << 31,
};

struct cw_wires_in {
	uint32_t flags;
	uint32_t fn;
	uint32_t power_fc;   /* 1:0 power, 2 FLR, 14:3 fc_ph, 26:15 fc_nph */
	uint32_t fc_buf;     /* 15:0 fc_pd, 31:16 rx_cpl_buf_data */
	uint32_t buf_hdr;    /* 11:0 rx_cpl_buf_hdr */
	uint32_t keep;       /* 15:0 rx_cpl, 31:16 rx_req */
	uint32_t cpl_hdr[4], req_hdr[4];
	uint32_t data[2 * CW_WIRES_DATA_MAX]; /* rx_cpl_data, then rx_req_data at word `words` */
};
#define CW_WIRES_OUT_FIXED 14 /* words before data */
#define CW_WIRES_IN_FIXED 14
_Static_assert(sizeof(struct cw_wires_out) == 4 * (CW_WIRES_OUT_FIXED + 2 * CW_WIRES_DATA_MAX), "packed");
_Static_assert(sizeof(struct cw_wires_in) == 4 * (CW_WIRES_IN_FIXED + 2 * CW_WIRES_DATA_MAX), "packed");

/* ---- card memory, AXI4 ---- */
enum cw_wires_axi_out_flag { /* word 0; 9:6 awid, 13:10 arid, 21:14 awlen, 29:22 arlen */
	CW_AO_AWVALID = 1u << 0, CW_AO_WVALID = 1u << 1, CW_AO_WLAST = 1u << 2, CW_AO_BREADY = 1u << 3,
	CW_AO_ARVALID = 1u << 4, CW_AO_RREADY = 1u << 5,
};
struct cw_wires_axi_out {
	uint32_t flags;
	uint32_t awaddr[2], araddr[2];
	uint32_t shape;   /* 2:0 awsize, 4:3 awburst, 7:5 arsize, 9:8 arburst */
	uint32_t wstrb[2];
	uint32_t wdata[CW_WIRES_DATA_MAX];
};

enum cw_wires_axi_in_flag { /* word 0; 7:4 bid, 9:8 bresp, 14:11 rid, 16:15 rresp */
	CW_AI_AWREADY = 1u << 0, CW_AI_WREADY = 1u << 1, CW_AI_ARREADY = 1u << 2, CW_AI_BVALID = 1u << 3,
	CW_AI_RVALID = 1u << 10, CW_AI_RLAST = 1u << 17,
};
struct cw_wires_axi_in {
	uint32_t flags;
	uint32_t rdata[CW_WIRES_DATA_MAX];
};

#endif
