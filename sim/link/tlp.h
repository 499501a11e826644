/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Transaction layer packets: raw form, decoded form, builders.
 *
 * A TLP is carried everywhere as its header words, as the PCIe Base
 * Specification draws them, and its payload bytes. dw[0] bit 31 is fmt[2]; a
 * payload's first byte is the lowest address. Section numbers are those of the
 * PCIe Base Specification 6.0.
 *
 * Nothing here keeps state: any thread may call.
 */
#ifndef CW_TLP_H
#define CW_TLP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CW_TLP_PAYLOAD_MAX 4096 /* bytes: 1024 DW, section 2.2.2 */
#define CW_TLP_TAG_N 1024       /* 10-bit tags, section 2.2.6.2 */
#define CW_TLP_DIGEST_LEN 4     /* bytes behind the payload when TD is set, section 2.2.3 */

struct cw_tlp {
	uint32_t dw[4];     /* header; dw[3] is 0 for 3DW headers */
	uint32_t data_len;  /* payload bytes, a multiple of 4, 0 without data; with TD 4 more, the digest */
	uint8_t data[CW_TLP_PAYLOAD_MAX + CW_TLP_DIGEST_LEN];
};

enum cw_tlp_kind {
	CW_TLP_MRD, CW_TLP_MWR, CW_TLP_CFGRD, CW_TLP_CFGWR,
	CW_TLP_CPL, CW_TLP_CPLD, CW_TLP_MSG, CW_TLP_MSGD, CW_TLP_IORD, CW_TLP_IOWR,
	CW_TLP_OTHER, /* locked, atomic, deferrable write; with -EINVAL also prefix and reserved: see dw[0] */
};

/* Flow control class, section 2.6.1 */
enum cw_fc_class { CW_FC_P, CW_FC_NP, CW_FC_CPL, CW_FC_N };

enum cw_cpl_status { CW_CPL_SC = 0, CW_CPL_UR = 1, CW_CPL_CRS = 2, CW_CPL_CA = 4 };

/* Attributes, section 2.2.6.3 */
#define CW_ATTR_NS 1u  /* no snoop */
#define CW_ATTR_RO 2u  /* relaxed ordering */
#define CW_ATTR_IDO 4u /* ID based ordering */

/* Message codes, section 2.2.8 */
#define CW_MSG_ASSERT_INTA 0x20
#define CW_MSG_DEASSERT_INTA 0x24
#define CW_MSG_ERR_COR 0x30
#define CW_MSG_ERR_NONFATAL 0x31
#define CW_MSG_ERR_FATAL 0x33

struct cw_tlp_info {
	enum cw_tlp_kind kind;
	enum cw_fc_class fc;
	uint8_t fmt, type, tc, attr;
	uint8_t at, ph;         /* address type, processing hint: 0 in anything this card sends */
	bool td, ep, th, has_data, is_4dw;
	uint16_t len_dw;        /* 1 to 1024; 0 for Cpl and Msg, where the field is reserved */
	uint16_t requester, tag;
	uint8_t first_be, last_be;
	uint64_t addr;          /* memory and I/O: DW aligned */
	uint16_t completer;     /* completions; configuration: the target ID */
	uint16_t reg;           /* configuration: byte offset, DW aligned */
	uint8_t status;         /* completions: enum cw_cpl_status */
	bool bcm;
	uint16_t byte_count;    /* completions: 1 to 4096 */
	uint8_t lower_addr;     /* completions: 7 bits */
	uint8_t msg_code, msg_routing;
};

/* Fills *info. 0, or -EINVAL with *why naming the broken rule (length against
 * payload, reserved fmt/type, header size); *info then holds what could be read,
 * kind CW_TLP_OTHER when the type is not known. why may be NULL. */
int cw_tlp_decode(const struct cw_tlp *tlp, struct cw_tlp_info *info, const char **why);

/* What decode leaves to the receiver: the field rules that need no knowledge of
 * the device (byte enables, 4 KiB, 3DW below 4 GiB, configuration and I/O
 * fields, completion status and byte count). NULL, or the name of the first broken rule,
 * e.g. "crosses-4k", with its section. section may be NULL. */
const char *cw_tlp_check(const struct cw_tlp_info *info, const char **section);

/* Only the flow control class; posted for what is not known. */
enum cw_fc_class cw_tlp_class(const struct cw_tlp *tlp);

/* First and last byte touched by a memory request, from its byte enables.
 * Returns the number of bytes spanned (0 for a zero-length read). */
uint32_t cw_tlp_span(const struct cw_tlp_info *info, uint64_t *first);

/* Builders. Addresses and lengths are in bytes, any alignment: byte enables,
 * length and the 3DW or 4DW header follow. A memory request must not cross
 * 4 KiB; the span in DWs must be at most 1024. */
void cw_tlp_mrd(struct cw_tlp *t, uint16_t requester, uint16_t tag, uint64_t addr, uint32_t len, uint8_t attr);
void cw_tlp_mwr(struct cw_tlp *t, uint16_t requester, uint64_t addr, const void *data, uint32_t len, uint8_t attr);
void cw_tlp_cfgrd(struct cw_tlp *t, uint16_t requester, uint16_t tag, uint16_t target, uint16_t reg);
void cw_tlp_cfgwr(struct cw_tlp *t, uint16_t requester, uint16_t tag, uint16_t target, uint16_t reg,
		  uint32_t value, uint8_t be);
void cw_tlp_cpl(struct cw_tlp *t, uint16_t completer, uint16_t requester, uint16_t tag, uint8_t tc,
		uint8_t attr, uint8_t status, uint16_t byte_count, uint8_t lower_addr);
/* A completion with data: len_dw DWs at data. */
void cw_tlp_cpld(struct cw_tlp *t, uint16_t completer, uint16_t requester, uint16_t tag, uint8_t tc,
		 uint8_t attr, uint16_t byte_count, uint8_t lower_addr, const void *data, uint16_t len_dw);
void cw_tlp_msg(struct cw_tlp *t, uint16_t requester, uint8_t code, uint8_t routing);

/* Copies header and payload, and no more of the array than is used. */
void cw_tlp_copy(struct cw_tlp *to, const struct cw_tlp *from);

/* Sets or clears the poisoned bit. */
void cw_tlp_set_ep(struct cw_tlp *t, bool ep);

/* Credits a TLP takes: one header, and data in units of 16 bytes (section 2.6.1). */
uint32_t cw_tlp_data_credits(const struct cw_tlp *t);

/* Bytes on the link at 8 GT/s and above: 4 STP, header, payload, 4 LCRC. */
uint32_t cw_tlp_wire_bytes(const struct cw_tlp *t);

/* One line of text: "MRd64 addr=0x... len=512 tag=0x012 req=01:00.0 be=f/f",
 * len in bytes (4 times the DW length). Always terminated; returns the length
 * snprintf would. */
int cw_tlp_print(const struct cw_tlp *t, char *buf, size_t size);

#endif
