/* SPDX-License-Identifier: BSD-2-Clause */
/* A device of the library's user, for the files that serve it. */
#ifndef CW_DEVICE_H
#define CW_DEVICE_H

#include <pthread.h>

#include "backend.h"

struct cw_dev {
	const struct cw_backend *backend;
	void *card;
	void *plugin; /* for dlclose(), NULL for real cards */
	unsigned queues; /* of its own that are open: the __atomic calls */
	pthread_mutex_t lock; /* of why */
	char why[CW_WHY_SIZE];
};

/* Notes why, and returns err. */
__attribute__((format(printf, 3, 4)))
int cw_dev_fail(struct cw_dev *dev, int err, const char *fmt, ...);
/* A backend's result, with the generic text when it is an error. */
ssize_t cw_dev_result(struct cw_dev *dev, const char *what, ssize_t err);

#endif
