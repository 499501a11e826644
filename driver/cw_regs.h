/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Printed from rtl/cw_table.h by cw_table_print: do not edit. */
#ifndef CW_REGS_H
#define CW_REGS_H

#define CW_BAR_REGS 0x0u /* BAR number of the registers (64-bit BAR) */
#define CW_BAR_DOORBELL 0x2u /* BAR number of the doorbell pages (64-bit BAR) */
#define CW_BAR_WINDOW 0x4u /* BAR number of the card memory window (64-bit, prefetchable) */
#define CW_BAR0_BYTES 0x100000u /* size of BAR0 */
#define CW_BAR4_BYTES 0x100000u /* size of BAR4, the card memory window */
#define CW_GLOBAL_OFFSET 0x0u /* BAR0: global registers */
#define CW_MSIX_TABLE_OFFSET 0x10000u /* BAR0: MSI-X table, alone in its 64 KiB */
#define CW_MSIX_PBA_OFFSET 0x20000u /* BAR0: MSI-X pending bits, alone in its 64 KiB */
#define CW_EVENT_OFFSET 0x30000u /* BAR0: event ring registers, one block a vector */
#define CW_EVENT_STRIDE 0x20u /* bytes from one vector's event ring registers to the next */
#define CW_USER_OFFSET 0x40000u /* BAR0: window to the user's AXI4-Lite registers */
#define CW_USER_BYTES 0x40000u /* BAR0: size of the user register window */
#define CW_QUEUE_OFFSET 0x80000u /* BAR0: queue contexts */
#define CW_QUEUE_STRIDE 0x80u /* bytes from one queue's context to the next */
#define CW_QUEUE_N_MAX 0x800u /* most queues a build can have */
#define CW_VECTOR_N_MAX 0x800u /* most MSI-X vectors a build can have */
#define CW_DB_STRIDE_LOG2_MIN 0xcu /* smallest doorbell stride, log2 bytes */
#define CW_DB_STRIDE_LOG2_MAX 0x10u /* largest doorbell stride, log2 bytes; BAR2 is queues << this */
#define CW_PCI_VENDOR_ID 0x1234u /* PCI vendor ID of the simulated card (unassigned, for emulation); a board sets its own */
#define CW_PCI_DEVICE_ID 0xca05u /* PCI device ID of the simulated card */
#define CW_PCI_CLASS 0x88000u /* PCI class code: system peripheral, other */
#define CW_PCI_REVISION 0x1u /* PCI revision ID */
#define CW_ID_MAGIC 0x59415743u /* value of the ID register: the bytes 'CWAY' */
#define CW_VERSION_MAJOR 0x1u /* register interface: a driver refuses another major version */
#define CW_VERSION_MINOR 0x2u /* register interface: grows with compatible additions */

/* Global registers, at BAR0 + GLOBAL_OFFSET */
#define CW_ID 0x0u /* RO: identifies a Causeway endpoint */
#define CW_VERSION 0x4u /* RO: register interface version */
#define  CW_VERSION_MAJOR_SHIFT 16 /* incompatible changes */
#define  CW_VERSION_MAJOR_MASK 0xffff0000u
#define  CW_VERSION_MINOR_SHIFT 0 /* compatible additions */
#define  CW_VERSION_MINOR_MASK 0x0000ffffu
#define CW_CAP_COUNTS 0x8u /* RO: sizes of this build */
#define  CW_CAP_COUNTS_QUEUES_SHIFT 0 /* number of queues */
#define  CW_CAP_COUNTS_QUEUES_MASK 0x0000ffffu
#define  CW_CAP_COUNTS_VECTORS_SHIFT 16 /* number of MSI-X vectors */
#define  CW_CAP_COUNTS_VECTORS_MASK 0xffff0000u
#define CW_CAP_DMA 0xcu /* RO: DMA properties of this build */
#define  CW_CAP_DMA_ADDR_W_SHIFT 0 /* host address bits the card can drive (DMA mask width) */
#define  CW_CAP_DMA_ADDR_W_MASK 0x000000ffu
#define  CW_CAP_DMA_DATA_BYTES_SHIFT 8 /* data path width in bytes */
#define  CW_CAP_DMA_DATA_BYTES_MASK 0x0000ff00u
#define  CW_CAP_DMA_ENTRIES_LOG2_MAX_SHIFT 16 /* largest ring, log2 of its entries */
#define  CW_CAP_DMA_ENTRIES_LOG2_MAX_MASK 0x001f0000u
#define  CW_CAP_DMA_FETCH_MAX_SHIFT 24 /* most descriptors one fetch reads */
#define  CW_CAP_DMA_FETCH_MAX_MASK 0xff000000u
#define CW_CAP_FEATURES 0x10u /* RO: optional parts present in this build */
#define  CW_CAP_FEATURES_STREAM_SHIFT 0 /* streaming queues */
#define  CW_CAP_FEATURES_STREAM_MASK 0x00000001u
#define  CW_CAP_FEATURES_EVENT_RING_SHIFT 1 /* event rings for shared vectors */
#define  CW_CAP_FEATURES_EVENT_RING_MASK 0x00000002u
#define  CW_CAP_FEATURES_MOD_TIME_SHIFT 2 /* interrupt moderation by time */
#define  CW_CAP_FEATURES_MOD_TIME_MASK 0x00000004u
#define  CW_CAP_FEATURES_WEIGHT_SHIFT 3 /* queues have weights: Q_CONFIG.WEIGHT */
#define  CW_CAP_FEATURES_WEIGHT_MASK 0x00000008u
#define  CW_CAP_FEATURES_TAGS_SHIFT 16 /* read tags of the tag pool */
#define  CW_CAP_FEATURES_TAGS_MASK 0xffff0000u
#define CW_CLOCK_HZ 0x14u /* RO: frequency of the card's clock, hertz */
#define CW_CARD_MEM_LO 0x18u /* RO: bytes of card memory */
#define CW_CARD_MEM_HI 0x1cu
#define CW_SCRATCH 0x20u /* RW: no effect; for self-tests */
#define CW_CONTROL 0x24u /* RW: engine control */
#define  CW_CONTROL_ENABLE_SHIFT 0 /* 1: descriptors are fetched; 0: no new fetch starts */
#define  CW_CONTROL_ENABLE_MASK 0x00000001u
#define  CW_CONTROL_RESET_SHIFT 1 /* write 1: reset the engine (all queues disabled); reads 1 until done */
#define  CW_CONTROL_RESET_MASK 0x00000002u
#define CW_STATUS 0x28u /* RO: engine status */
#define  CW_STATUS_READY_SHIFT 0 /* out of reset */
#define  CW_STATUS_READY_MASK 0x00000001u
#define  CW_STATUS_IDLE_SHIFT 1 /* nothing in flight */
#define  CW_STATUS_IDLE_MASK 0x00000002u
#define CW_ERROR 0x2cu /* W1C: errors seen since last cleared; each raises vector 0 */
#define  CW_ERROR_DOORBELL_SHIFT 0 /* a doorbell value was out of range or for a queue that is not enabled */
#define  CW_ERROR_DOORBELL_MASK 0x00000001u
#define  CW_ERROR_HALT_SHIFT 1 /* a queue halted: see ERROR_QUEUE */
#define  CW_ERROR_HALT_MASK 0x00000002u
#define  CW_ERROR_CPL_UNEXPECTED_SHIFT 2 /* a completion matched no outstanding read */
#define  CW_ERROR_CPL_UNEXPECTED_MASK 0x00000004u
#define  CW_ERROR_REQ_POISONED_SHIFT 3 /* a poisoned write to the card was dropped */
#define  CW_ERROR_REQ_POISONED_MASK 0x00000008u
#define  CW_ERROR_REQ_UNSUPPORTED_SHIFT 4 /* a request to the card was not supported */
#define  CW_ERROR_REQ_UNSUPPORTED_MASK 0x00000010u
#define  CW_ERROR_CPL_TIMEOUT_SHIFT 5 /* a read was never answered; its tag is quarantined */
#define  CW_ERROR_CPL_TIMEOUT_MASK 0x00000020u
#define CW_ERROR_QUEUE 0x30u /* RW: first queue with an error; any write clears it */
#define  CW_ERROR_QUEUE_QUEUE_SHIFT 0 /* the queue */
#define  CW_ERROR_QUEUE_QUEUE_MASK 0x0000ffffu
#define  CW_ERROR_QUEUE_OVERFLOW_SHIFT 30 /* another queue had an error since: scan all */
#define  CW_ERROR_QUEUE_OVERFLOW_MASK 0x40000000u
#define  CW_ERROR_QUEUE_VALID_SHIFT 31 /* the register holds a queue */
#define  CW_ERROR_QUEUE_VALID_MASK 0x80000000u
#define CW_DB_STRIDE 0x34u /* RW: log2 of the doorbell page stride in bytes, 12 to 16; set while all queues are disabled */
#define  CW_DB_STRIDE_LOG2_SHIFT 0 /* values outside 12 to 16 are ignored */
#define  CW_DB_STRIDE_LOG2_MASK 0x0000001fu
#define CW_WINDOW_BASE_LO 0x38u /* RW: card address shown at the start of BAR4; a multiple of BAR4_BYTES (lower bits read as zero) */
#define CW_WINDOW_BASE_HI 0x3cu
#define CW_CPL_TIMEOUT 0x40u /* RW: completion time-out */
#define  CW_CPL_TIMEOUT_LOG2_SHIFT 0 /* log2 of an epoch in cycles (8 to 40); a read times out after 4 to 5 epochs; 0: never; other values are ignored. Above 22, and with 0, a reset does not wait for reads */
#define  CW_CPL_TIMEOUT_LOG2_MASK 0x0000003fu
#define CW_LINK 0x44u /* RO: what the PCIe link and function are set to */
#define  CW_LINK_MPS_SHIFT 0 /* maximum payload size, 128 << MPS bytes */
#define  CW_LINK_MPS_MASK 0x00000007u
#define  CW_LINK_MRRS_SHIFT 3 /* maximum read request size, 128 << MRRS bytes */
#define  CW_LINK_MRRS_MASK 0x00000038u
#define  CW_LINK_RCB_SHIFT 6 /* read completion boundary: 0 64 bytes, 1 128 bytes */
#define  CW_LINK_RCB_MASK 0x00000040u
#define  CW_LINK_EXT_TAG_SHIFT 7 /* 8-bit tags enabled */
#define  CW_LINK_EXT_TAG_MASK 0x00000080u
#define  CW_LINK_TAG10_SHIFT 8 /* 10-bit requester tags enabled */
#define  CW_LINK_TAG10_MASK 0x00000100u
#define  CW_LINK_RO_SHIFT 9 /* relaxed ordering enabled */
#define  CW_LINK_RO_MASK 0x00000200u
#define  CW_LINK_NS_SHIFT 10 /* no-snoop enabled */
#define  CW_LINK_NS_MASK 0x00000400u
#define  CW_LINK_BME_SHIFT 11 /* bus master enabled */
#define  CW_LINK_BME_MASK 0x00000800u
#define CW_TAGS 0x48u /* RO: read tags now */
#define  CW_TAGS_IN_USE_SHIFT 0 /* outstanding reads */
#define  CW_TAGS_IN_USE_MASK 0x0000ffffu
#define  CW_TAGS_QUARANTINED_SHIFT 16 /* tags lost to completion time-outs and to resets that did not wait for them; back after a function-level or link reset */
#define  CW_TAGS_QUARANTINED_MASK 0xffff0000u
#define CW_DEPTH 0x4cu /* RW: high-water marks; any write clears them */
#define  CW_DEPTH_DESC_SHIFT 0 /* most descriptors ever in flight at once */
#define  CW_DEPTH_DESC_MASK 0x0000ffffu
#define  CW_DEPTH_READS_SHIFT 16 /* most reads ever outstanding at once */
#define  CW_DEPTH_READS_MASK 0xffff0000u
#define CW_NOW_LO 0x50u /* RO: the card's cycle counter; reading the low word latches the high word */
#define CW_NOW_HI 0x54u
#define CW_INTX 0x58u /* W1C: the interrupt pin, used while neither MSI-X nor MSI is enabled */
#define  CW_INTX_PENDING_SHIFT 0 /* an interrupt of any vector was raised: INTx is asserted while this is 1. Clear it before looking at what raised it, and read it back before returning from the handler */
#define  CW_INTX_PENDING_MASK 0x00000001u
#define CW_COUNTER_OFFSET 0x800u /* BAR0: first counter; reading a low word latches its high word */
#define CW_COUNTER_TX_MRD 0 /* memory reads sent */
#define CW_COUNTER_TX_MWR 1 /* memory writes sent */
#define CW_COUNTER_RX_CPL 2 /* completions received */
#define CW_COUNTER_RX_MRD 3 /* read requests received */
#define CW_COUNTER_RX_MWR 4 /* write requests received */
#define CW_COUNTER_H2C_BYTES 5 /* payload bytes moved from host to card */
#define CW_COUNTER_C2H_BYTES 6 /* payload bytes moved from card to host */
#define CW_COUNTER_DESC 7 /* descriptors fetched */
#define CW_COUNTER_RECORD 8 /* completion records made; they are written as soon as the host takes them */
#define CW_COUNTER_IRQ 9 /* interrupt messages sent */
#define CW_COUNTER_DOORBELL 10 /* doorbell writes accepted */
#define CW_COUNTER_STALL_TAG 11 /* cycles a read waited for a tag */
#define CW_COUNTER_STALL_CPL_BUF 12 /* cycles a read waited for completion buffer space */
#define CW_COUNTER_STALL_CREDIT 13 /* cycles a request waited for link credits */
#define CW_COUNTER_STALL_TX 14 /* cycles a request waited for the PCIe IP (back-pressure) */
#define CW_COUNTER_STALL_DESC 15 /* cycles both movers wanted a descriptor while a fetch was outstanding */
#define CW_COUNTER_STALL_RECORD 16 /* cycles a completion record waited to be sent */
#define CW_COUNTER_STALL_AXI 17 /* cycles card memory pushed back */
#define CW_COUNTER_ERR_UR 18 /* reads completed with Unsupported Request */
#define CW_COUNTER_ERR_CA 19 /* reads completed with Completer Abort (or another bad status) */
#define CW_COUNTER_ERR_POISON 20 /* poisoned completions */
#define CW_COUNTER_ERR_TIMEOUT 21 /* reads that timed out */
#define CW_COUNTER_ERR_UNEXPECTED 22 /* unexpected completions dropped */
#define CW_COUNTER_ERR_AXI 23 /* AXI error responses */
#define CW_COUNTER_ERR_DESC 24 /* bad descriptors */
#define CW_COUNTER_ERR_DOORBELL 25 /* doorbell writes ignored */
#define CW_COUNTER_S2H_DROP 26 /* C2H stream packets dropped for want of room */
#define CW_COUNTER_S2H_TRUNC 27 /* C2H stream packets truncated */
#define CW_COUNTER_H2S_PKT 28 /* H2C stream packets delivered */
#define CW_COUNTER_S2H_PKT 29 /* C2H stream packets taken */
#define CW_COUNTER_N 0x1eu /* number of counters */

/* MSI-X table entry, at BAR0 + MSIX_TABLE_OFFSET + 16 * vector */
#define CW_MSIX_ADDR_LO 0x0u /* RW: message address, low word */
#define CW_MSIX_ADDR_HI 0x4u /* RW: message address, high word */
#define CW_MSIX_DATA 0x8u /* RW: message data */
#define CW_MSIX_CTRL 0xcu /* RW: vector control */
#define  CW_MSIX_CTRL_MASK_SHIFT 0 /* vector masked */
#define  CW_MSIX_CTRL_MASK_MASK 0x00000001u

/* Event ring registers, at BAR0 + EVENT_OFFSET + EVENT_STRIDE * vector. Writing any but EVENT_CONSUMER sets the counts of the ring to 0; CONTROL.RESET and a function-level reset turn it off. A queue on a vector with a ring raises an entry and is then disarmed; each write of its completion consumer index arms it, and raises again when records beyond that index are due */
#define CW_EVENT_BASE_LO 0x0u /* RW: host address of the ring, low word (64-byte aligned); base 0: the ring is off */
#define CW_EVENT_BASE_HI 0x4u /* RW: host address of the ring, high word */
#define CW_EVENT_SIZE 0x8u /* RW: ring size */
#define  CW_EVENT_SIZE_LOG2_SHIFT 0 /* log2 of the entries, 1 to 16; other values: the ring is off */
#define  CW_EVENT_SIZE_LOG2_MASK 0x0000001fu
#define CW_EVENT_CONSUMER 0xcu /* RW: running count of entries the driver has consumed; values beyond what was written, or going backwards, are ignored and set ERROR.DOORBELL */

/* Queue context, at BAR0 + QUEUE_OFFSET + QUEUE_STRIDE * queue */
#define CW_Q_CTRL 0x0u /* RW: queue control */
#define  CW_Q_CTRL_ENABLE_SHIFT 0 /* 0 to 1, from DISABLED with a legal configuration (else ignored): counts become 0 and the queue runs. To 0: no new fetch; what has not begun moves no data; no further record is written; DISABLED when nothing is left in flight */
#define  CW_Q_CTRL_ENABLE_MASK 0x00000001u
#define  CW_Q_CTRL_QUIESCE_SHIFT 1 /* 1 while running: no new fetch; what was fetched is finished with its records; state QUIESCED when done; 0: runs on */
#define  CW_Q_CTRL_QUIESCE_MASK 0x00000002u
#define CW_Q_STATUS 0x4u /* RO: queue status */
#define  CW_Q_STATUS_STATE_SHIFT 0 /* a value of QSTATE */
#define  CW_Q_STATUS_STATE_MASK 0x0000000fu
#define  CW_Q_STATUS_CAUSE_SHIFT 4 /* why it halted: a value of STATUS */
#define  CW_Q_STATUS_CAUSE_MASK 0x000001f0u
#define  CW_Q_STATUS_DB_ERROR_SHIFT 16 /* a doorbell write was ignored since enable */
#define  CW_Q_STATUS_DB_ERROR_MASK 0x00010000u
#define CW_Q_CONFIG 0x8u /* RWQ: queue configuration */
#define  CW_Q_CONFIG_C2H_SHIFT 0 /* direction: 0 host to card, 1 card to host */
#define  CW_Q_CONFIG_C2H_MASK 0x00000001u
#define  CW_Q_CONFIG_STREAM_SHIFT 1 /* 1 streaming, 0 memory-mapped */
#define  CW_Q_CONFIG_STREAM_MASK 0x00000002u
#define  CW_Q_CONFIG_ENTRIES_LOG2_SHIFT 2 /* log2 of the ring entries, 1 to CAP_DMA.ENTRIES_LOG2_MAX */
#define  CW_Q_CONFIG_ENTRIES_LOG2_MASK 0x0000007cu
#define  CW_Q_CONFIG_RO_SHIFT 7 /* relaxed ordering on data requests */
#define  CW_Q_CONFIG_RO_MASK 0x00000080u
#define  CW_Q_CONFIG_NS_SHIFT 8 /* no-snoop on data requests */
#define  CW_Q_CONFIG_NS_MASK 0x00000100u
#define  CW_Q_CONFIG_STALL_SHIFT 9 /* C2H stream without room: 0 drop, 1 stall */
#define  CW_Q_CONFIG_STALL_MASK 0x00000200u
#define  CW_Q_CONFIG_WEIGHT_SHIFT 10 /* how many fetches (of up to CAP_DMA.FETCH_MAX descriptors), and of an H2C stream packets, the queue has in one turn while others wait for theirs; 0: 1 (needs CAP_FEATURES.WEIGHT) */
#define  CW_Q_CONFIG_WEIGHT_MASK 0x0000fc00u
#define  CW_Q_CONFIG_VECTOR_SHIFT 16 /* interrupt vector */
#define  CW_Q_CONFIG_VECTOR_MASK 0x07ff0000u
#define CW_Q_MODERATION 0xcu /* RWQ: interrupt moderation */
#define  CW_Q_MODERATION_COUNT_SHIFT 0 /* records that raise an interrupt; 0 or 1: each one; with the ring idle the interrupt is never withheld */
#define  CW_Q_MODERATION_COUNT_MASK 0x0000ffffu
#define  CW_Q_MODERATION_TIME_SHIFT 16 /* longest time a record is withheld, units of 64 cycles, exact to QUEUES cycles; 0: no limit (needs CAP_FEATURES.MOD_TIME) */
#define  CW_Q_MODERATION_TIME_MASK 0xffff0000u
#define CW_Q_RING_LO 0x10u /* RWQ: host address of the descriptor ring (64-byte aligned) */
#define CW_Q_RING_HI 0x14u
#define CW_Q_CPL_LO 0x18u /* RWQ: host address of the completion ring (64-byte aligned) */
#define CW_Q_CPL_HI 0x1cu
#define CW_Q_CARD_BASE_LO 0x20u /* RWQ: added to a descriptor's card address */
#define CW_Q_CARD_BASE_HI 0x24u
#define CW_Q_CARD_LIMIT_LO 0x28u /* RWQ: bytes from the base that the queue may reach */
#define CW_Q_CARD_LIMIT_HI 0x2cu
#define CW_Q_PRODUCER 0x30u /* RO: last producer index accepted */
#define CW_Q_CONSUMER 0x34u /* RO: last completion consumer index accepted */
#define CW_Q_FETCHED 0x38u /* RO: descriptors whose fetch was requested */
#define CW_Q_RETIRED 0x3cu /* RO: descriptors ended, with or without record */
#define CW_Q_RECORDS 0x40u /* RO: completion records written */
#define CW_QSTATE_DISABLED 0 /* nothing in flight; configuration may be written */
#define CW_QSTATE_RUNNING 1 /* fetching and moving */
#define CW_QSTATE_QUIESCED 2 /* quiesced and drained */
#define CW_QSTATE_HALTED 3 /* stopped by an error: disable it to leave this state */
#define CW_QSTATE_DRAINING 4 /* disabled or quiescing, work still in flight */

/* Doorbell page, at BAR2 + (queue << DB_STRIDE); running counts from queue enable, never slots */
#define CW_DB_PRODUCER 0x0u /* WO: descriptor producer index */
#define CW_DB_CONSUMER 0x4u /* WO: completion consumer index; both may be written in one 8-byte write (consumer applied first) */
#define CW_DESC_BYTES 0x10u /* bytes of a descriptor */
#define CW_DESC_LEN_MAX 0xffffffu /* longest descriptor in bytes */
#define CW_DESC_ADDR_W 0x24u /* bits of a descriptor's card address (or user word) */

/* Descriptor in host memory: four little-endian words */
#define CW_DESC_DW0 0x0u /* RW: host address, low word */
#define CW_DESC_DW1 0x4u /* RW: host address, high word */
#define CW_DESC_DW2 0x8u /* RW: length, flags, card address high bits */
#define  CW_DESC_DW2_LEN_SHIFT 0 /* bytes */
#define  CW_DESC_DW2_LEN_MASK 0x00ffffffu
#define  CW_DESC_DW2_SOP_SHIFT 24 /* first descriptor of an H2C stream packet */
#define  CW_DESC_DW2_SOP_MASK 0x01000000u
#define  CW_DESC_DW2_EOP_SHIFT 25 /* last descriptor of an H2C stream packet */
#define  CW_DESC_DW2_EOP_MASK 0x02000000u
#define  CW_DESC_DW2_IRQ_SHIFT 26 /* interrupt after this record without moderation */
#define  CW_DESC_DW2_IRQ_MASK 0x04000000u
#define  CW_DESC_DW2_RSVD_SHIFT 27 /* zero */
#define  CW_DESC_DW2_RSVD_MASK 0x08000000u
#define  CW_DESC_DW2_CARD_HI_SHIFT 28 /* card address [35:32] */
#define  CW_DESC_DW2_CARD_HI_MASK 0xf0000000u
#define CW_DESC_DW3 0xcu /* RW: card address [31:0] */
#define CW_RECORD_BYTES 0x10u /* bytes of a completion record */

/* Completion record in host memory: four little-endian words */
#define CW_RECORD_DW0 0x0u /* RO: descriptor number: running count since queue enable */
#define CW_RECORD_DW1 0x4u /* RO: bytes and cycle counter */
#define  CW_RECORD_DW1_BYTES_SHIFT 0 /* good bytes, from the start of the descriptor */
#define  CW_RECORD_DW1_BYTES_MASK 0x00ffffffu
#define  CW_RECORD_DW1_NOW0_SHIFT 24 /* cycle counter [7:0] */
#define  CW_RECORD_DW1_NOW0_MASK 0xff000000u
#define CW_RECORD_DW2 0x8u /* RO: cycle counter [39:8] */
#define CW_RECORD_DW3 0xcu /* RO: cycle counter, queue, status, phase */
#define  CW_RECORD_DW3_NOW40_SHIFT 0 /* cycle counter [47:40] */
#define  CW_RECORD_DW3_NOW40_MASK 0x000000ffu
#define  CW_RECORD_DW3_QUEUE_SHIFT 8 /* queue */
#define  CW_RECORD_DW3_QUEUE_MASK 0x00ffff00u
#define  CW_RECORD_DW3_STATUS_SHIFT 24 /* a value of STATUS */
#define  CW_RECORD_DW3_STATUS_MASK 0x7f000000u
#define  CW_RECORD_DW3_PHASE_SHIFT 31 /* 1 on the first pass through the ring, then flips each pass */
#define  CW_RECORD_DW3_PHASE_MASK 0x80000000u
#define CW_RECORD_S2H_SOP 0x24u /* C2H stream records hold, instead of the cycle counter, the user word in its bits [35:0]; this bit: first of its packet */
#define CW_RECORD_S2H_EOP 0x25u /* bit of the cycle counter in C2H stream records: last of its packet */
#define CW_RECORD_S2H_TRUNC 0x26u /* bit of the cycle counter in C2H stream records: the packet was cut here, the rest discarded */
#define CW_STATUS_OK 0 /* done */
#define CW_STATUS_UR 1 /* a read was completed with Unsupported Request */
#define CW_STATUS_CA 2 /* a read was completed with Completer Abort or another bad status */
#define CW_STATUS_POISON 3 /* a completion was poisoned */
#define CW_STATUS_TIMEOUT 4 /* a read was never answered */
#define CW_STATUS_AXI 5 /* card memory answered with an error */
#define CW_STATUS_BAD_LEN 6 /* bad descriptor: length zero (allowed at the end of an H2C stream packet) */
#define CW_STATUS_BAD_FLAGS 7 /* bad descriptor: reserved bit or, for its queue, wrong SOP, EOP or user word */
#define CW_STATUS_BAD_RANGE 8 /* bad descriptor: beyond the queue's card limit */
#define CW_STATUS_FETCH 9 /* the descriptor fetch failed (halt cause only) */
#define CW_STATUS_MALFORMED 10 /* a completion had a wrong byte count, address or length */
#define CW_EVENT_BYTES 0x8u /* bytes of an event ring entry */

/* Event ring entry in host memory: two little-endian words */
#define CW_EVENT_DW0 0x0u /* RO: queue and reasons */
#define  CW_EVENT_DW0_QUEUE_SHIFT 0 /* the queue */
#define  CW_EVENT_DW0_QUEUE_MASK 0x0000ffffu
#define  CW_EVENT_DW0_COMPLETIONS_SHIFT 16 /* completion records are waiting */
#define  CW_EVENT_DW0_COMPLETIONS_MASK 0x00010000u
#define  CW_EVENT_DW0_ERROR_SHIFT 17 /* error or halt */
#define  CW_EVENT_DW0_ERROR_MASK 0x00020000u
#define CW_EVENT_DW1 0x4u /* RO: phase */
#define  CW_EVENT_DW1_PHASE_SHIFT 31 /* as in completion records */
#define  CW_EVENT_DW1_PHASE_MASK 0x80000000u

#define CW_COUNTER_NAMES \
	[0] = "TX_MRD", \
	[1] = "TX_MWR", \
	[2] = "RX_CPL", \
	[3] = "RX_MRD", \
	[4] = "RX_MWR", \
	[5] = "H2C_BYTES", \
	[6] = "C2H_BYTES", \
	[7] = "DESC", \
	[8] = "RECORD", \
	[9] = "IRQ", \
	[10] = "DOORBELL", \
	[11] = "STALL_TAG", \
	[12] = "STALL_CPL_BUF", \
	[13] = "STALL_CREDIT", \
	[14] = "STALL_TX", \
	[15] = "STALL_DESC", \
	[16] = "STALL_RECORD", \
	[17] = "STALL_AXI", \
	[18] = "ERR_UR", \
	[19] = "ERR_CA", \
	[20] = "ERR_POISON", \
	[21] = "ERR_TIMEOUT", \
	[22] = "ERR_UNEXPECTED", \
	[23] = "ERR_AXI", \
	[24] = "ERR_DESC", \
	[25] = "ERR_DOORBELL", \
	[26] = "S2H_DROP", \
	[27] = "S2H_TRUNC", \
	[28] = "H2S_PKT", \
	[29] = "S2H_PKT",

#endif /* CW_REGS_H */
