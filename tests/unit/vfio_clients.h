/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients of the vfio-user server that come one after the other, and what each must find. */
#ifndef VFIO_CLIENTS_H
#define VFIO_CLIENTS_H

#include "tests/unit/vfio_rig.h"

static inline int setup(void **state)
{
	*state = rig_new();
	return 0;
}

static inline int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

static inline void until_end(struct rig *r)
{
	for (unsigned i = 0; i < STEPS_MAX && !r->status; i++)
		rig_step(r);
	assert_true(r->status);
}

/* A new client is served. */
static inline void next_client(struct rig *r)
{
	rig_leave(r);
	if (!r->status)
		until_end(r);
	assert_true(r->status == -ENOTCONN || r->status == -EPROTO);
	rig_connect(r);
	assert_int_equal(rig_hello(r), 0);
	rig_enable(r);
	assert_int_equal(rig_rd(r, 0, CW_ID, 4), CW_ID_MAGIC);
	assert_int_equal(rig_rd(r, 0, CW_SCRATCH, 4), 0);
	rig_post(r, 0, CW_SCRATCH, 1, 4);
}

static inline void begin(struct rig *r)
{
	rig_leave(r);
	if (!r->status)
		until_end(r);
	rig_connect(r);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
