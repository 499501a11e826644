/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Tracepoints: the life of a descriptor, by card, queue and running number.
 *
 *   submit      it is on the ring, with what it asks for
 *   doorbell    the card was told: of all numbers below `number`, and that records below
 *               `taken` were taken
 *   interrupt   a vector's handler looks at the queue, whose next record due is `number`'s
 *   complete    its record was taken
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM causeway

#if !defined(CW_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define CW_TRACE_H

#include <linux/tracepoint.h>

TRACE_EVENT(causeway_submit,
	TP_PROTO(int card, u16 queue, u32 number, bool c2h, u64 host, u32 len, u64 address),
	TP_ARGS(card, queue, number, c2h, host, len, address),
	TP_STRUCT__entry(
		__field(int, card)
		__field(u16, queue)
		__field(bool, c2h)
		__field(u32, number)
		__field(u32, len)
		__field(u64, host)
		__field(u64, address)
	),
	TP_fast_assign(
		__entry->card = card;
		__entry->queue = queue;
		__entry->c2h = c2h;
		__entry->number = number;
		__entry->len = len;
		__entry->host = host;
		__entry->address = address;
	),
	TP_printk("card=%d queue=%u number=%u %s len=%u host=%#llx address=%#llx",
		  __entry->card, __entry->queue, __entry->number, __entry->c2h ? "c2h" : "h2c",
		  __entry->len, __entry->host, __entry->address)
);

TRACE_EVENT(causeway_doorbell,
	TP_PROTO(int card, u16 queue, u32 number, u32 taken),
	TP_ARGS(card, queue, number, taken),
	TP_STRUCT__entry(
		__field(int, card)
		__field(u16, queue)
		__field(u32, number)
		__field(u32, taken)
	),
	TP_fast_assign(
		__entry->card = card;
		__entry->queue = queue;
		__entry->number = number;
		__entry->taken = taken;
	),
	TP_printk("card=%d queue=%u number=%u taken=%u",
		  __entry->card, __entry->queue, __entry->number, __entry->taken)
);

TRACE_EVENT(causeway_interrupt,
	TP_PROTO(int card, u16 vector, u16 queue, u32 number),
	TP_ARGS(card, vector, queue, number),
	TP_STRUCT__entry(
		__field(int, card)
		__field(u16, vector)
		__field(u16, queue)
		__field(u32, number)
	),
	TP_fast_assign(
		__entry->card = card;
		__entry->vector = vector;
		__entry->queue = queue;
		__entry->number = number;
	),
	TP_printk("card=%d queue=%u number=%u vector=%u",
		  __entry->card, __entry->queue, __entry->number, __entry->vector)
);

TRACE_EVENT(causeway_complete,
	TP_PROTO(int card, u16 queue, u32 number, u32 status, u32 bytes),
	TP_ARGS(card, queue, number, status, bytes),
	TP_STRUCT__entry(
		__field(int, card)
		__field(u16, queue)
		__field(u32, number)
		__field(u32, status)
		__field(u32, bytes)
	),
	TP_fast_assign(
		__entry->card = card;
		__entry->queue = queue;
		__entry->number = number;
		__entry->status = status;
		__entry->bytes = bytes;
	),
	TP_printk("card=%d queue=%u number=%u status=%u bytes=%u",
		  __entry->card, __entry->queue, __entry->number, __entry->status, __entry->bytes)
);

#endif

/* Outside of the guard: it reads this file again, several times. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE cw_trace
#include <trace/define_trace.h>
