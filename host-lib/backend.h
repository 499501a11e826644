/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One kind of card behind libcauseway: a table of calls. The library has those
 * for the device file and the PCI bus; the plug-in exports one for simulated
 * cards. All arguments were checked by the library as far as they can be
 * without the card.
 */
#ifndef CW_BACKEND_H
#define CW_BACKEND_H

#include <sys/uio.h>

#include "causeway-sim.h"

#define CW_WHY_SIZE 256

/* Where in cw_io.priv a simulated card leaves times, in nanoseconds of simulated time. */
enum { SIM_IO_SUBMITTED, SIM_IO_ENDED };

struct cw_backend {
	unsigned version; /* CW_LIB_VERSION */
	/* why is empty; what stands there afterwards is a remark when it succeeded */
	int (*open)(const char *name, void **card, char *why, size_t why_size);
	int (*close)(void *card);
	int (*info)(void *card, struct cw_info *info);
	ssize_t (*transfer)(void *card, enum cw_op op, void *buf, size_t len, uint64_t card_addr);
	int (*submit)(void *card, struct cw_io *io);
	int (*wait)(void *card, struct cw_io **io, int timeout_ms);
	int (*reg_read)(void *card, uint32_t offset, uint32_t *value);
	int (*reg_write)(void *card, uint32_t offset, uint32_t value);
	int (*counter)(void *card, uint32_t index, uint64_t *value);
	/* NULL without a driver. Queues of one's own: *queue is the backend's; the rest is told that instead of the card. */
	int (*queue_open)(void *card, struct cw_queue_setup *setup, void **queue);
	int (*queue_close)(void *queue);
	ssize_t (*queue_transfer)(void *queue, enum cw_op op, const struct iovec *v, int n, uint64_t card_addr);
	int (*queue_submit)(void *queue, struct cw_io *io);
	int (*queue_wait)(void *queue, struct cw_io **io, int timeout_ms);
	int (*queue_poll)(void *queue, enum cw_op op, int timeout_ms); /* 1 ready, 0 not */
	/* NULL where a driver stands between */
	int (*reset)(void *card);
	int (*bar)(void *card, unsigned bar, uint64_t offset, void *data, unsigned len, int write);
	/* NULL on real cards */
	int (*stats)(void *card, struct cw_sim_stats *stats);
	int (*place)(void *card, uint64_t bus_addr);
	int (*peek)(void *card, uint64_t card_addr, void *buf, size_t len);
	int (*poke)(void *card, uint64_t card_addr, const void *buf, size_t len);
	int (*bind)(void *card, int bind);
};

extern const struct cw_backend cw_file_backend;
extern const struct cw_backend cw_pci_backend;

/* Finds and loads libcauseway-sim.so; *handle is for dlclose(). */
int cw_sim_load(const struct cw_backend **backend, void **handle, char *why, size_t why_size);

/* The plug-in's one entry: its backend, whatever the caller's version. */
#define CW_SIM_ENTRY "cw_sim_backend"
const struct cw_backend *cw_sim_backend(void);
/* The plug-in's other entry, for `cwctl card`: serves simulated cards under
 * NAME until SIGINT or SIGTERM. Returns 0 or -errno. */
#define CW_SIM_SERVE "cw_sim_serve"
int cw_sim_serve(const char *name, const char *options, char *why, size_t why_size);

#endif
