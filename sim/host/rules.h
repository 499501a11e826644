/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every rule of the checker: identifier, name in reports, section of the PCIe
 * Base Specification 6.0, and what it demands. The table is the whole list;
 * tests/unit/checker_*_test.c break each of them once; `make rules-doc` prints the list.
 */
#ifndef CW_RULES_H
#define CW_RULES_H

#define CW_RULES(X) \
	/* any TLP */ \
	X(MALFORMED, "malformed", "2.3", "header and size that a receiver accepts") \
	X(RESERVED, "reserved-bits", "2.2.1", "reserved bits, address type and hints are zero") \
	X(DIGEST, "digest-not-enabled", "2.7.1", "no digest while ECRC is not enabled") \
	X(LINK_DOWN, "tlp-link-down", "2.9.1", "no TLP while the link is down") \
	X(CREDIT_OVER, "credit-overrun", "2.6.1.2", "never more than the credits advertised") \
	X(CREDIT_END, "credits-not-returned", "2.6.1.2", "all credits are back at the end of the run") \
	/* requests of the card */ \
	X(KIND, "request-kind", "1.3.2.2", "an endpoint requests memory and sends messages only") \
	X(TC, "traffic-class", "2.2.6.6", "traffic class 0: no other is mapped") \
	X(CROSS_4K, "crosses-4k", "2.2.7", "a memory request stays within 4 KiB") \
	X(ADDR_4DW, "4dw-below-4g", "2.2.4.1", "3DW header below 4 GiB, 4DW only above") \
	X(BE_ONE, "last-be-one-dw", "2.2.5", "last byte enables are zero when the length is one DW") \
	X(BE_ZERO, "be-zero", "2.2.5", "first and last byte enables are not zero when the length exceeds one DW") \
	X(BE_HOLE, "be-hole", "2.2.5", "enabled bytes are contiguous, but in one DW or two aligned to 8 bytes") \
	X(MWR_MPS, "mwr-over-mps", "2.2.2", "payload of at most Max_Payload_Size") \
	X(MRD_MRRS, "mrd-over-mrrs", "7.5.3.4", "read of at most Max_Read_Request_Size") \
	X(REQUESTER, "requester-id", "2.2.6.2", "requester ID is the captured bus and device") \
	X(TAG_WIDTH, "tag-width", "2.2.6.2", "tag within the enabled width: 5, 8 or 10 bits") \
	X(TAG_REUSE, "tag-reuse", "2.2.6.2", "tag of no outstanding request") \
	X(RO_OFF, "ro-not-enabled", "7.5.3.4", "relaxed ordering only when enabled") \
	X(NS_OFF, "ns-not-enabled", "7.5.3.4", "no-snoop only when enabled") \
	X(IDO_OFF, "ido-not-enabled", "7.5.3.16", "ID-based ordering only when enabled") \
	X(ATTR_RECORD, "attr-on-record", "2.4.1", "completion records and event entries carry no attribute") \
	X(ATTR_MSI, "attr-on-msi", "2.2.6.4", "MSI and MSI-X writes carry no attribute") \
	X(ATTR_MSG, "attr-on-message", "2.2.6.4", "messages carry no attribute") \
	X(MSI_SHAPE, "msi-shape", "6.1.4", "MSI and MSI-X are writes of one whole DW") \
	X(MSI_OFF, "msi-not-enabled", "6.1.4", "MSI and MSI-X only when enabled") \
	X(MSI_VECTOR, "msi-vector", "7.7.1.2", "MSI has the address and one of the data that were granted") \
	X(INTX_OFF, "intx-not-allowed", "6.1.4", "no INTx while MSI or MSI-X is enabled or INTx is disabled") \
	X(MSG_CODE, "msg-code", "2.2.8", "message codes an endpoint may send") \
	X(MSG_ROUTING, "msg-routing", "2.2.8", "routing and size as the code demands") \
	X(BUS_MASTER, "bus-master-off", "7.5.1.1.3", "no memory request, MSI included, while bus master is off") \
	X(AFTER_FLR, "request-after-flr", "6.6.2", "no request after a function level reset until enabled again") \
	X(IN_D3, "request-in-d3", "5.3.1.4.1", "no request but PME messages in D3hot") \
	X(UNMAPPED, "dma-unmapped", "2.3.1", "memory requests hit live mappings that permit them") \
	X(MWR_POISON, "mwr-poisoned", "2.7.2", "no poisoned write") \
	X(CPL_BUFFER, "cpl-buffer-overrun", "2.6.1", \
	  "outstanding reads fit the receive completion buffer in the worst split") \
	/* completions of the card */ \
	X(CPL_UNEXPECTED, "cpl-unexpected", "2.3.2", "each completion has an outstanding request") \
	X(CPL_DOWN, "cpl-after-link-down", "2.9.1", "no completion for a request made before link down") \
	X(CPL_STATUS, "cpl-status", "2.2.9", "a defined status; CRS only for configuration") \
	X(CPL_BCM, "cpl-bcm", "2.2.9", "BCM is zero") \
	X(CPL_DATA_STATUS, "cpl-data-status", "2.2.9", "only successful completions carry data") \
	X(CPL_DATA, "cpl-data", "2.3.1", "data for reads, none for writes") \
	X(CPL_BYTES, "cpl-byte-count", "2.2.9", "byte count is what remains, and covers the data") \
	X(CPL_LOWER, "cpl-lower-address", "2.2.9", "lower address is that of the first enabled byte") \
	X(CPL_BOUNDARY, "cpl-boundary", "2.3.1.1", "all but the last end on 128 bytes") \
	X(CPL_MPS, "cpl-over-mps", "2.2.2", "completion of at most Max_Payload_Size") \
	X(CPL_FIELDS, "cpl-fields", "2.2.9", "traffic class and attributes copied from the request") \
	X(COMPLETER, "completer-id", "2.2.9", "completer ID is the captured bus and device") \
	X(CPL_POISON, "cpl-poisoned", "2.7.2", "no poisoned completion") \
	X(CPL_PASSED, "cpl-passes-posted", "2.4.1", \
	  "a read completion follows all writes the card accepted before it (seen only with the tap)") \
	X(CPL_TIMEOUT, "cpl-timeout", "2.8", "completion within the time-out") \
	X(CPL_MISSING, "cpl-missing", "2.3.1", "every request has its completions at the end of the run")

#define CW_RULE_ID(id, name, section, text) CW_RULE_##id,
enum cw_rule { CW_RULES(CW_RULE_ID) CW_RULE_N };
#undef CW_RULE_ID

struct cw_rule_row {
	const char *name, *section, *text;
};
extern const struct cw_rule_row cw_rules[CW_RULE_N];

/* CW_RULE_N when there is none of this name. */
enum cw_rule cw_rule_find(const char *name);

#endif
