/* SPDX-License-Identifier: BSD-2-Clause */
/* Valid/ready sources and sinks for block tests: see stream.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream.h"

struct stream {
	struct dut *d;
	bool source, hold, show;
	char name[48], valid[56], ready[56];
	const char *field[STREAM_FIELD_N];
	unsigned offset[STREAM_FIELD_N + 1]; /* bytes; the last is the beat's size */
	unsigned field_n, stall;
	struct dut_rng rng;
	/* queue: beats [head, tail) of an array that grows */
	struct stream_beat *q;
	size_t head, tail, cap;
	uint64_t count;
	/* between cycles */
	bool offering, taken; /* source */
	bool waiting;         /* sink: valid && !ready in the last cycle */
	struct stream_beat seen;
};

static unsigned words(struct dut *d, const char *port)
{
	return (dut_width(d, port) + 31) / 32;
}

static void append(struct stream *s, const struct stream_beat *b)
{
	if (s->tail == s->cap && s->head > s->cap / 2) {
		memmove(s->q, s->q + s->head, (s->tail - s->head) * sizeof(*s->q));
		s->tail -= s->head;
		s->head = 0;
	}
	if (s->tail == s->cap) {
		s->cap = s->cap ? 2 * s->cap : 64;
		s->q = realloc(s->q, s->cap * sizeof(*s->q));
		assert_non_null(s->q);
	}
	s->q[s->tail++] = *b;
}

static void set_payload(struct stream *s, const struct stream_beat *b)
{
	for (unsigned f = 0; f < s->field_n; f++) {
		uint32_t w[STREAM_BEAT_BYTES / 4];
		unsigned n = s->offset[f + 1] - s->offset[f];

		memcpy(w, b->bytes + s->offset[f], n);
		dut_set_words(s->d, s->field[f], w, n / 4);
	}
}

static void get_payload(struct stream *s, struct stream_beat *b)
{
	memset(b, 0, sizeof(*b));
	for (unsigned f = 0; f < s->field_n; f++) {
		uint32_t w[STREAM_BEAT_BYTES / 4];
		unsigned n = s->offset[f + 1] - s->offset[f];

		dut_get_words(s->d, s->field[f], w, n / 4);
		memcpy(b->bytes + s->offset[f], w, n);
	}
}

static void source_sample(void *ctx)
{
	struct stream *s = ctx;

	s->taken = s->offering && dut_get(s->d, s->ready);
}

/* While nothing is offered the payload is rubbish, so that a device that looks at it is found out. */
static void scramble(struct stream *s)
{
	for (unsigned f = 0; f < s->field_n; f++) {
		unsigned width = dut_width(s->d, s->field[f]);

		for (unsigned lsb = 0; lsb < width; lsb += 32) {
			unsigned n = width - lsb < 32 ? width - lsb : 32;

			dut_set_bits(s->d, s->field[f], lsb, n, (dut_rand(&s->rng) >> 8) & ((1ull << n) - 1));
		}
	}
}

static void source_drive(void *ctx)
{
	struct stream *s = ctx;

	if (s->taken) {
		s->offering = s->taken = false;
		s->head++;
		s->count++;
	}
	if (s->offering)
		return;
	s->offering = s->head < s->tail && !s->hold && !dut_chance(&s->rng, s->stall);
	dut_set(s->d, s->valid, s->offering);
	if (s->offering || (s->show && s->head < s->tail))
		set_payload(s, &s->q[s->head]);
	else
		scramble(s);
}

static void check_stable(struct stream *s, bool valid, const struct stream_beat *b)
{
	if (!s->waiting)
		return;
	if (!valid)
		fail_msg("%s: valid was lowered before ready, cycle %llu", s->name,
			 (unsigned long long)dut_now(s->d));
	for (unsigned f = 0; f < s->field_n; f++)
		if (memcmp(b->bytes + s->offset[f], s->seen.bytes + s->offset[f], s->offset[f + 1] - s->offset[f]))
			fail_msg("%s: %s changed while valid && !ready, cycle %llu", s->name, s->field[f],
				 (unsigned long long)dut_now(s->d));
}

static void sink_sample(void *ctx)
{
	struct stream *s = ctx;
	bool valid = dut_get(s->d, s->valid), ready = dut_get(s->d, s->ready);
	struct stream_beat b = { 0 };

	if (valid)
		get_payload(s, &b);
	check_stable(s, valid, &b);
	s->waiting = valid && !ready;
	if (s->waiting)
		s->seen = b;
	if (valid && ready) {
		b.cycle = dut_now(s->d);
		append(s, &b);
		s->count++;
	}
}

static void sink_drive(void *ctx)
{
	struct stream *s = ctx;

	dut_set(s->d, s->ready, !s->hold && !dut_chance(&s->rng, s->stall));
}

static struct stream *stream_new(struct dut *d, const char *name, const char *const *fields, bool source)
{
	struct stream *s = calloc(1, sizeof(*s));
	uint64_t h = dut_seed();

	assert_non_null(s);
	s->d = d;
	s->source = source;
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->valid, sizeof(s->valid), "%svalid", name);
	snprintf(s->ready, sizeof(s->ready), "%sready", name);
	if (!dut_has(d, s->valid)) { /* AXI channels have no underscore */
		snprintf(s->valid, sizeof(s->valid), "%s_valid", name);
		snprintf(s->ready, sizeof(s->ready), "%s_ready", name);
	}
	for (; fields[s->field_n]; s->field_n++) {
		assert_true(s->field_n < STREAM_FIELD_N);
		s->field[s->field_n] = fields[s->field_n];
		s->offset[s->field_n + 1] = s->offset[s->field_n] + 4 * words(d, fields[s->field_n]);
	}
	assert_true(s->offset[s->field_n] <= STREAM_BEAT_BYTES);
	for (const char *c = name; *c; c++)
		h = h * 131 + (unsigned char)*c;
	dut_rng_init(&s->rng, h);
	dut_width(d, s->valid);
	dut_width(d, s->ready);
	dut_hook(d, source ? source_sample : sink_sample, source ? source_drive : sink_drive, s);
	if (!source)
		dut_set(d, s->ready, 1);
	return s;
}

struct stream *stream_source(struct dut *d, const char *name, const char *const *fields)
{
	return stream_new(d, name, fields, true);
}

struct stream *stream_sink(struct dut *d, const char *name, const char *const *fields)
{
	return stream_new(d, name, fields, false);
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	free(s->q);
	free(s);
}

void stream_stall(struct stream *s, unsigned percent)
{
	s->stall = percent;
}

void stream_hold(struct stream *s, bool hold)
{
	s->hold = hold;
	if (!s->source)
		dut_set(s->d, s->ready, !hold);
}

void stream_show(struct stream *s, bool show)
{
	s->show = show;
}

void stream_put(const struct stream *s, struct stream_beat *b, unsigned field, const void *bytes, unsigned n)
{
	assert_true(field < s->field_n);
	assert_true(n <= s->offset[field + 1] - s->offset[field]);
	memcpy(b->bytes + s->offset[field], bytes, n);
}

void stream_put_u64(const struct stream *s, struct stream_beat *b, unsigned field, uint64_t v)
{
	unsigned room;

	assert_true(field < s->field_n);
	room = s->offset[field + 1] - s->offset[field];
	if (room < 8 && v >> 32)
		fail_msg("%s: 0x%llx does not fit", s->field[field], (unsigned long long)v);
	memcpy(b->bytes + s->offset[field], &v, room < 8 ? room : 8);
}

void stream_take(const struct stream *s, const struct stream_beat *b, unsigned field, void *bytes, unsigned n)
{
	assert_true(field < s->field_n);
	assert_true(n <= s->offset[field + 1] - s->offset[field]);
	memcpy(bytes, b->bytes + s->offset[field], n);
}

uint64_t stream_take_u64(const struct stream *s, const struct stream_beat *b, unsigned field)
{
	uint64_t v = 0;
	unsigned n;

	assert_true(field < s->field_n);
	n = s->offset[field + 1] - s->offset[field];
	memcpy(&v, b->bytes + s->offset[field], n < 8 ? n : 8);
	return v;
}

void stream_push(struct stream *s, const struct stream_beat *b)
{
	assert_true(s->source);
	append(s, b);
}

bool stream_pop(struct stream *s, struct stream_beat *b)
{
	assert_false(s->source);
	if (s->head == s->tail)
		return false;
	*b = s->q[s->head++];
	return true;
}

unsigned stream_depth(const struct stream *s)
{
	return (unsigned)(s->tail - s->head);
}

uint64_t stream_count(const struct stream *s)
{
	return s->count;
}
