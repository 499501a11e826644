/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Valid/ready streams of a block test: sources that offer a queue of beats,
 * sinks that collect beats, both with random stalls.
 *
 * A stream has one name s; its handshake is <s>_valid and <s>_ready (an AXI
 * channel, "axi_aw", <s>valid and <s>ready). Its payload
 * is a list of ports, given to stream_new() in full:
 *
 *	const char *fields[] = { "rx_cpl_data", "rx_cpl_keep", "rx_cpl_sop", NULL };
 *	struct stream *in = stream_source(d, "rx_cpl", fields);
 *	struct stream *out = stream_sink(d, "desc", out_fields);
 *	struct stream_beat b = { 0 };
 *
 *	stream_put(in, &b, 0, bytes, 32);        // field 0 from bytes
 *	stream_put_u64(in, &b, 1, 0xff);
 *	stream_push(in, &b);
 *	stream_stall(in, 30);                // 30 % of cycles do not offer
 *	while (!stream_pop(out, &b)) dut_cycle(d);
 *
 * A source keeps valid and payload until ready. A sink fails the test when the
 * device lowers valid or changes payload while valid && !ready. That valid does
 * not wait for ready is tested with stream_hold(). Streams are hooks of the dut;
 * stream_free() after the last cycle.
 */
#ifndef CW_STREAM_H
#define CW_STREAM_H

#include "dut.h"

#define STREAM_FIELD_N 16
#define STREAM_BEAT_BYTES 256

struct stream_beat {
	uint8_t bytes[STREAM_BEAT_BYTES]; /* the fields one after the other, each padded to its words */
	uint64_t cycle;                   /* sink: when it was taken */
};

struct stream;

struct stream *stream_source(struct dut *d, const char *name, const char *const *fields);
struct stream *stream_sink(struct dut *d, const char *name, const char *const *fields);
void stream_free(struct stream *s);

/* Chance in percent of a cycle without valid (source) or ready (sink); 0 at first. */
void stream_stall(struct stream *s, unsigned percent);
/* A sink that does not take, a source that does not begin an offer. */
void stream_hold(struct stream *s, bool hold);
/* A source whose next payload is seen before it is offered; else that is rubbish. */
void stream_show(struct stream *s, bool show);

/* Fields of a beat, by index in `fields`; values wider than the port are an error. */
void stream_put(const struct stream *s, struct stream_beat *b, unsigned field, const void *bytes, unsigned n);
void stream_put_u64(const struct stream *s, struct stream_beat *b, unsigned field, uint64_t v);
void stream_take(const struct stream *s, const struct stream_beat *b, unsigned field, void *bytes, unsigned n);
uint64_t stream_take_u64(const struct stream *s, const struct stream_beat *b, unsigned field);

void stream_push(struct stream *s, const struct stream_beat *b);  /* source: queue one beat */
bool stream_pop(struct stream *s, struct stream_beat *b);         /* sink: oldest beat, false when none */
unsigned stream_depth(const struct stream *s);                    /* beats queued (source) or collected (sink) */
uint64_t stream_count(const struct stream *s);                    /* beats transferred so far */

#endif
