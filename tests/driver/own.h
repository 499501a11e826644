/* SPDX-License-Identifier: BSD-2-Clause */
/* Queues of one's own for the driver's tests: made by the ioctl, and the user logic behind streams. */
#ifndef CW_DRIVER_OWN_H
#define CW_DRIVER_OWN_H

#include "rig.h"
#include "driver/uapi/causeway.h"
#include "driver/cw_regs.h"
#include "sim/device/stream_user.h"

#define OWN_IN 0x001u
#define OWN_OUT 0x004u
#define OWN_ERR 0x008u
#define OWN_HUP 0x010u

static inline struct cw_queue_setup own_setup(enum cw_queue_mode mode, enum cw_queue_dir dir, uint32_t flags)
{
	return (struct cw_queue_setup){ .size = sizeof(struct cw_queue_setup), .mode = mode, .dir = dir,
					.flags = flags, .vector = CW_QUEUE_ANY_VECTOR };
}

static inline int own_make(struct rig *r, struct cw_queue_setup *s)
{
	return (int)shim_ioctl(r->shim, r->fd, CW_IOC_QUEUE, s);
}

/* A file descriptor of this stream; *queue: its number on the card. */
static inline int own_stream(struct rig *r, enum cw_queue_dir dir, uint32_t flags, uint32_t entries, uint32_t *queue)
{
	struct cw_queue_setup s = own_setup(CW_QUEUE_ST, dir, flags);
	int fd;

	s.entries = entries;
	fd = own_make(r, &s);
	assert_true(fd >= 0);
	if (queue)
		*queue = s.queue;
	return fd;
}

static inline void own_close(struct rig *r, int fd)
{
	assert_int_equal(shim_close(r->shim, fd), 0);
}

static inline uint32_t reg_get(struct rig *r, uint32_t offset)
{
	struct cw_reg reg = { .size = sizeof(reg), .offset = offset };

	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_READ, &reg), 0);
	return reg.value;
}

static inline void reg_set(struct rig *r, uint32_t offset, uint32_t value)
{
	struct cw_reg reg = { .size = sizeof(reg), .offset = offset, .value = value };

	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_REG_WRITE, &reg), 0);
}

static inline uint32_t user_get(struct rig *r, uint32_t offset) { return reg_get(r, CW_USER_OFFSET + offset); }
static inline void user_set(struct rig *r, uint32_t offset, uint32_t value) { reg_set(r, CW_USER_OFFSET + offset, value); }

static inline uint64_t counter_get(struct rig *r, uint32_t index)
{
	struct cw_counter c = { .size = sizeof(c), .index = index };

	assert_int_equal(shim_ioctl(r->shim, r->fd, CW_IOC_COUNTER, &c), 0);
	return c.value;
}

/* What is written to one comes back from the other. */
struct loop {
	struct rig *r;
	int out, in;                 /* file descriptors, -1: closed */
	uint32_t out_queue, in_queue;
};

static inline void loop_open(struct rig *r, struct loop *l, uint32_t flags, uint32_t entries)
{
	l->r = r;
	l->out = own_stream(r, CW_QUEUE_H2C, flags, entries, &l->out_queue);
	l->in = own_stream(r, CW_QUEUE_C2H, flags, entries, &l->in_queue);
	user_set(r, CW_SU_LOOP + 4 * l->out_queue, CW_SU_LOOP_VALID | CW_SU_LOOP_WAIT | l->in_queue);
}

static inline void loop_close(struct loop *l)
{
	own_close(l->r, l->out);
	own_close(l->r, l->in);
}

static inline void loop_hold(struct loop *l, bool hold)
{
	user_set(l->r, CW_SU_HOLD + 4 * l->out_queue, hold);
}

static inline ssize_t put_packet(struct rig *r, int fd, const void *data, size_t len, uint64_t user)
{
	struct cw_pkt pkt = { .len = (uint32_t)len, .user = user };
	struct iovec v[2] = { { &pkt, sizeof(pkt) }, { (void *)data, len } };

	return shim_writev(r->shim, fd, v, 2);
}

static inline ssize_t get_packet(struct rig *r, int fd, void *data, size_t len, struct cw_pkt *pkt)
{
	struct iovec v[2] = { { pkt, sizeof(*pkt) }, { data, len } };

	return shim_readv(r->shim, fd, v, 2);
}

/* One packet goes round and is the same. */
static inline void loop_works(struct loop *l, size_t len, uint64_t user)
{
	uint8_t *out = malloc(len + 1), *in = malloc(len + 64);
	struct cw_pkt pkt;

	rig_fill(out, len, (uint32_t)(len + user));
	memset(in, 0xee, len + 64);
	assert_int_equal(put_packet(l->r, l->out, out, len, user), sizeof(pkt) + len);
	assert_int_equal(get_packet(l->r, l->in, in, len + 64, &pkt), sizeof(pkt) + len);
	assert_int_equal(pkt.len, len);
	assert_int_equal(pkt.flags, 0);
	assert_true(pkt.user == user);
	assert_memory_equal(in, out, len);
	for (size_t i = len; i < len + 64; i++)
		assert_int_equal(in[i], 0xee);
	free(out);
	free(in);
}

/* Packets of the generator, counting bytes from 0 on. */
static inline void generate(struct rig *r, uint32_t queue, uint32_t len, uint32_t count, uint32_t how)
{
	user_set(r, CW_SU_GEN_QUEUE, queue);
	user_set(r, CW_SU_GEN_LEN, len);
	user_set(r, CW_SU_GEN_STEP, 0);
	user_set(r, CW_SU_GEN_COUNT, count);
	user_set(r, CW_SU_GEN_USER_LO, 100);
	user_set(r, CW_SU_GEN_USER_HI, 0);
	user_set(r, CW_SU_GEN_SEED, 0);
	user_set(r, CW_SU_GEN_CTRL, CW_SU_GEN_START | how);
}

/* A task that reads or writes once. */
struct own_user {
	struct rig *r;
	int fd;
	bool write;
	uint8_t *buf;
	size_t len;
};

static inline long own_user(void *arg)
{
	struct own_user *u = arg;

	return u->write ? shim_write(u->r->shim, u->fd, u->buf, u->len) : shim_read(u->r->shim, u->fd, u->buf, u->len);
}

static inline struct shim_task *own_spawn(struct own_user *u)
{
	struct shim_task *t = shim_spawn(u->r->shim, u->write ? "writer" : "reader", own_user, u);

	assert_non_null(t);
	assert_int_equal(shim_run(u->r->shim, 100000), 0);
	return t;
}

#endif
