// SPDX-License-Identifier: BSD-2-Clause
#include "packets.h"

#include <errno.h>

#include "../../driver/cw_regs.h"
#include "../../sim/device/stream_user.h"

#define WORD_MASK ((1ull << CW_RECORD_S2H_SOP) - 1)
#define WRITES 64u /* behind which a read waits: what the model of the IP can hold of writes is limited */

/* Packets in a row to a queue of the host: half of the buffers that it has on the card (SLOT_N of rtl/cw_top.v), or all,
 * where it has 32. */
static unsigned in_a_row(const struct bench_point *p)
{
	unsigned most = p->queues > 64 ? 4 : 32;

	return p->batch < most ? p->batch : most;
}

uint64_t packets_word(const struct bench_point *p, unsigned queue_n, unsigned queue, uint32_t number)
{
	unsigned row = in_a_row(p);

	if (p->dir == DIR_BOTH)
		return queue / 2 + (uint64_t)number * (queue_n / 2);
	return ((uint64_t)(number / row) * queue_n + queue) * row + number % row;
}

void packets_bytes(uint64_t word, uint8_t *to, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		to[i] = (uint8_t)(word + i);
}

static int put(struct rig *r, uint32_t reg, uint32_t value)
{
	return rig_put32(r, CW_USER_OFFSET + reg, value);
}

static int get(struct rig *r, uint32_t reg, uint32_t *value)
{
	return rig_get32(r, CW_USER_OFFSET + reg, value);
}

static int loop_back(struct rig *r, unsigned queue_n)
{
	uint32_t back;
	int ret = 0;

	for (unsigned i = 0; !ret && i < queue_n; i += 2) {
		ret = put(r, CW_SU_LOOP + 4 * i, CW_SU_LOOP_VALID | (i + 1));
		if (!ret && i % WRITES == 0)
			ret = get(r, CW_SU_ID, &back);
	}
	return ret;
}

static int generate(struct rig *r, const struct bench_point *p, unsigned queue_n, bool polite)
{
	return put(r, CW_SU_GEN_QUEUE, 0) ?: put(r, CW_SU_GEN_QUEUES, (in_a_row(p) - 1) << 16 | (queue_n - 1)) ?: put(r, CW_SU_GEN_LEN, p->size) ?:
	       put(r, CW_SU_GEN_STEP, 0) ?: put(r, CW_SU_GEN_COUNT, UINT32_MAX) ?:
	       put(r, CW_SU_GEN_CTRL, CW_SU_GEN_START | (polite ? CW_SU_GEN_POLITE : 0));
}

int packets_start(struct rig *r, const struct bench_point *p, unsigned queue_n, enum packets_held held)
{
	switch (p->dir) {
	case DIR_H2C: return held >= HELD_DROP ? put(r, CW_SU_HOLD, 1) : 0;
	case DIR_C2H: return generate(r, p, queue_n, held == HELD_STALL || held == HELD_POLITE);
	default: return loop_back(r, queue_n);
	}
}

uint64_t packets_info(const uint32_t dw[4])
{
	return dw[1] >> 24 | (uint64_t)dw[2] << 8 | (uint64_t)(dw[3] & CW_RECORD_DW3_NOW40_MASK) << 40;
}

bool packets_record_ok(uint64_t info, uint64_t word, uint64_t last, enum packets_held held)
{
	uint64_t whole = 1ull << CW_RECORD_S2H_SOP | 1ull << CW_RECORD_S2H_EOP;

	if (held == HELD_NONE || held == HELD_DROP)
		return info == (word | whole);
	return (info & ~WORD_MASK) == whole && (last == UINT64_MAX || (info & WORD_MASK) > last);
}

int packets_judge(struct rig *r, const struct bench_point *p, uint64_t packets)
{
	uint32_t n, bytes, bad, first, marked, frame, least;
	int ret = get(r, CW_SU_CHK_PACKETS, &n) ?: get(r, CW_SU_CHK_BYTES, &bytes) ?: get(r, CW_SU_CHK_BAD, &bad) ?:
		  get(r, CW_SU_CHK_FIRST, &first) ?: get(r, CW_SU_CHK_MARKED, &marked) ?: get(r, CW_SU_CHK_FRAME, &frame);

	if (ret)
		return ret;
	least = p->dir == DIR_H2C ? (uint32_t)packets : 0;
	/* Bytes of one more may have come. */
	if (n - least > UINT32_MAX / 2 || bytes - n * p->size >= p->size || bad || first || marked || frame)
		return rig_fail(r, -EIO, "%u packets of %u came to the card's logic, %u bytes; %u off the pattern, %u of another"
				" number, %u with an error, %u beats wrong", n, least, bytes, bad, first, marked, frame);
	return 0;
}
