/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel API shim seen from user space: a machine with one CPU complex, one
 * card behind a root port, and at most one driver module. Host code calls this
 * header; the driver sees only the mirror headers below include/.
 *
 * Every call below runs as a fibre of the simulated machine while the caller
 * pumps simulated time. Any thread may call; with one calling thread a run is a
 * function of the seed. Inside a fibre (shim_call) the same functions act
 * directly, so a test can have several processes in one thread.
 *
 * One shim at a time in a process (-EBUSY). Results are negative errno values
 * as the system call would give them, and additionally -EDEADLK when the machine
 * can never go on, -ENOLINK when the peer process is gone.
 */
#ifndef CW_SHIM_H
#define CW_SHIM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "../host/host.h"

struct shim;

/* How what is mapped gets to the card. */
enum shim_dma {
	SHIM_DMA_DIRECT,     /* where it lies; above the card's mask it cannot be mapped, unless there is an IOMMU */
	SHIM_DMA_BOUNCE,     /* what lies above the mask is copied through the kernel's pool, below 4 GiB; not with an IOMMU */
	SHIM_DMA_FORCE,      /* all of it is, as with swiotlb=force */
	SHIM_DMA_SHADOW,     /* through copies made at mapping, sync and unmapping, as on machines whose caches
			      * the card does not see; user memory too (kernel memory always is) */
};

struct shim_param {
	uint64_t seed;
	struct cw_host_param host;
	bool iommu;          /* random bus addresses, merged segments; else shuffled physical pages */
	bool explore;        /* random choices of the scheduler; else first come, first served */
	unsigned msix_limit; /* vectors the machine grants, MSI-X or MSI; 0: no limit */
	bool no_msix, no_msi;
	bool neighbour;      /* another device shares the card's INTx line; its driver was there first (the default) */
	bool no_capabilities;/* processes are those of an ordinary user */
	unsigned dma_bits;   /* dma_set_mask() above this fails; 0: 64 */
	enum shim_dma dma;
	unsigned mem_top;    /* GiB: where memory ends, from 2 on; 0: 65 */
	unsigned bounce_bytes; /* of the kernel's pool; 0: the most, 64 MiB */
	uint64_t pin_ns;     /* that pinning takes, as when memory has to be read from disk first; 0: none */
	unsigned fail_nth;   /* the n-th allocator-like call fails, once; 0: none */
	uint64_t max_time_ns;/* stop with -ETIME when virtual time passes this; 0: none */
	/* Called for each kernel message (level 0 to 7); NULL: kept, not shown. */
	void (*message)(void *ctx, int level, const char *text);
	/* Called for each failed check, expected ones included: "C2", and the line as shim_last() gives it. */
	void (*check)(void *ctx, const char *check, const char *text);
	/* Called for each trace event: its name, and its line as in the kernel's trace file. */
	void (*trace)(void *ctx, const char *name, const char *text);
	void *ctx;
	bool quiet;          /* failed checks are not printed to stderr */
	/* Without a card there is a dummy: BAR 0 is 64 KiB of memory; a write there calls this (fibre context). */
	void (*dummy_write)(void *ctx, uint64_t offset, uint64_t value);
};
void shim_param_default(struct shim_param *p);

/* Brings the link up and enumerates; host_end stays the caller's. NULL host_end: a machine
 * without a card, for tests of what needs none. */
int shim_new(struct shim **shim, struct cw_link *host_end, const struct shim_param *p);
/* Ends the process (closes its files), unloads the module, looks for leaks, frees.
 * Returns the number of failed checks that were not expected, the host model's violations included. */
unsigned shim_free(struct shim *shim);

/* ---- the module and the device ---- */
/* insmod; params as "name=value name=value". Loads the module linked into this program. */
int shim_module_load(struct shim *shim, const char *params);
int shim_module_unload(struct shim *shim); /* -EBUSY while in use */
int shim_unbind(struct shim *shim); /* as sysfs does; -ENODEV when not bound */
int shim_bind(struct shim *shim);   /* probe again; its error */
bool shim_bound(struct shim *shim);
int shim_shutdown(struct shim *shim); /* as before another kernel is started: the driver's shutdown() */
int shim_reset(struct shim *shim);  /* sysfs reset: reset_prepare, FLR, reset_done */
/* From now on the card is gone without notice: reads give all ones, writes vanish, it reaches no memory. */
void shim_surprise(struct shim *shim, bool gone);
/* An access of the CPU to a BAR: 1, 2, 4 or 8 bytes, aligned, as a process that has mapped the BAR's file in sysfs
 * makes them. No driver needs to be bound; one that is knows nothing of it. -EINVAL. */
int shim_bar_access(struct shim *shim, unsigned bar, uint64_t offset, void *data, unsigned len, bool write);
/* As AER recovery does: `state` 1 normal (the link works), 2 frozen (it is reset, which costs the card its configuration),
 * 3 permanent failure; result of the last callback (enum pci_ers_result), -ENOSYS without handlers. */
int shim_pci_error(struct shim *shim, int state);
/* The machine sleeps, and wakes up: processes are frozen first (-EBUSY: one does not come out of its system call in
 * 20 s), then the device is suspended and in D3hot. */
int shim_sleep(struct shim *shim);
int shim_wake(struct shim *shim);
/* power/control of the device: "auto" or "on", as it is in the beginning. */
int shim_runtime_pm(struct shim *shim, bool allow);
bool shim_suspended(struct shim *shim); /* by runtime PM, now */
/* A file of debugfs: its text (without a NUL), or an error. */
ssize_t shim_debugfs_read(struct shim *shim, const char *path, char *buf, size_t size);
/* How often this trace event happened. */
unsigned shim_trace_count(struct shim *shim, const char *name);
/* A device attribute, as a read or write of its file in sysfs. */
ssize_t shim_attr_read(struct shim *shim, const char *name, char *buf, size_t size);
ssize_t shim_attr_write(struct shim *shim, const char *name, const char *text);

/* ---- system calls ---- */
int shim_open(struct shim *shim, const char *path, int flags);
int shim_close(struct shim *shim, int fd);
ssize_t shim_read(struct shim *shim, int fd, void *buf, size_t len);
ssize_t shim_write(struct shim *shim, int fd, const void *buf, size_t len);
ssize_t shim_readv(struct shim *shim, int fd, const struct iovec *v, int n);
ssize_t shim_writev(struct shim *shim, int fd, const struct iovec *v, int n);
ssize_t shim_pread(struct shim *shim, int fd, void *buf, size_t len, off_t pos);
ssize_t shim_pwrite(struct shim *shim, int fd, const void *buf, size_t len, off_t pos);
ssize_t shim_preadv(struct shim *shim, int fd, const struct iovec *v, int n, off_t pos);
ssize_t shim_pwritev(struct shim *shim, int fd, const struct iovec *v, int n, off_t pos);
/* preadv2() and pwritev2(); flags: RWF_HIPRI or 0. */
ssize_t shim_preadv2(struct shim *shim, int fd, const struct iovec *v, int n, off_t pos, int flags);
ssize_t shim_pwritev2(struct shim *shim, int fd, const struct iovec *v, int n, off_t pos, int flags);
off_t shim_lseek(struct shim *shim, int fd, off_t pos, int whence);
long shim_ioctl(struct shim *shim, int fd, unsigned long cmd, void *arg);
int shim_poll(struct shim *shim, int fd, unsigned events, int64_t timeout_ns); /* ready events, 0: time is up */

/* ---- asynchronous, as io_submit and io_getevents ---- */
enum shim_op { SHIM_PREAD, SHIM_PWRITE, SHIM_PREADV, SHIM_PWRITEV,
	SHIM_PREAD_FIXED, SHIM_PWRITE_FIXED /* a registered buffer: the driver gets a bvec iterator */ };
/* Requests that are waited for together: zeroed, and kept until the last of them is done. */
struct shim_group {
	unsigned flight;
};

struct shim_aio {
	int fd;
	enum shim_op op;
	void *buf;           /* PREADV, PWRITEV: struct iovec [len] */
	size_t len;
	off_t pos;
	bool nowait;         /* IOCB_NOWAIT: -EAGAIN instead of sleeping in submit */
	bool iopoll;         /* as io_uring with IORING_SETUP_IOPOLL: ends may be looked for by shim_iopoll() */
	void *user;          /* the caller's */
	struct shim_group *group; /* or NULL */
	/* filled in */
	ssize_t result;
	bool done;
	uint64_t submit_ns, done_ns;
	/* the shim's; must not be freed before done */
	struct shim_aio *next;
	struct shim_aio_priv *priv;
};
/* Submits n requests in one call; returns how many were taken (each of those will be done, maybe with
 * an error in result), or an error if none: -EBADF, -EINVAL. */
int shim_submit(struct shim *shim, struct shim_aio **aio, unsigned n);
/* Waits for one (aio) or for any (NULL; each is returned once, in order of completion). *out may be NULL.
 * 0, -ETIME after timeout_ns of simulated time (-1: for ever; 0: a poll), -EINVAL: none is in flight. */
int shim_wait(struct shim *shim, struct shim_aio *aio, int64_t timeout_ns, struct shim_aio **out);
/* The same for any of this group. */
int shim_wait_group(struct shim *shim, struct shim_group *group, int64_t timeout_ns, struct shim_aio **out);
/* As io_cancel() and a process that ends: asks the driver to end it, which it does soon. -EINVAL: it is over,
 * or the driver did not say how. */
int shim_cancel(struct shim *shim, struct shim_aio *aio);

/* One look for the end of a request that was submitted with `iopoll`, in the driver: 1 it has ended (shim_wait() returns
 * it), 0 not yet, or the driver's error. */
int shim_iopoll(struct shim *shim, struct shim_aio *aio);

/* ---- processes ---- */
/* Runs fn as a process of its own; the two-step form runs several at once. */
struct shim_task;
long shim_call(struct shim *shim, long (*fn)(void *arg), void *arg);
struct shim_task *shim_spawn(struct shim *shim, const char *name, long (*fn)(void *arg), void *arg);
long shim_join(struct shim *shim, struct shim_task *task); /* its result, or -EDEADLK ...; frees task */
/* SIGKILL to a task that was not joined yet: its interruptible and killable waits on wait queues end, now and
 * from now on; a system call that gives up because of that gives -EINTR. */
void shim_kill(struct shim *shim, struct shim_task *task);
/* Lets simulated time pass. */
int shim_run(struct shim *shim, uint64_t ns);

/* ---- what only a test bench can do ---- */
/* Between these two no other thread runs the machine: for looking at it, or at the card behind it, from a
 * program of several threads. Not in a fibre, and without calls of the shim that wait in between. */
void shim_hold(struct shim *shim);
void shim_release(struct shim *shim);
/* The next mapping made gets this bus address (its in-page offset must agree with the
 * memory's for what is not coherent). -EINVAL without IOMMU. */
int shim_place_next(struct shim *shim, uint64_t iova);
/* The n-th allocator-like call from now fails, once (0: none); counted in stats.fail_calls. */
void shim_fail_nth(struct shim *shim, unsigned n);
/* The next `count` failures of this check ("C2", "atomic-sleep") are expected; those that do not
 * happen before shim_free() are failures themselves. */
void shim_expect(struct shim *shim, const char *check, unsigned count);
bool shim_failed(struct shim *shim);
unsigned shim_check_count(struct shim *shim, const char *check); /* failures so far, expected ones included */
/* All failed checks and counters as text. */
void shim_report(struct shim *shim, FILE *f);
/* The last failed check's line, "" if none. Valid until the next call. */
const char *shim_last(struct shim *shim);

/* The device that shares the INTx line interrupts: its own handler, called with all the others, lowers the level. */
void shim_neighbour_irq(struct shim *shim);

/* The dummy card acts: an interrupt (with INTx, the level goes up, whatever the vector); the level as such; an access
 * to memory (0 or -EFAULT, as its IOMMU answers). */
void shim_dummy_irq(struct shim *shim, int vector);
void shim_dummy_intx(struct shim *shim, bool level);
int shim_dummy_dma(struct shim *shim, uint64_t iova, void *buf, uint32_t len, bool write);
/* A write of n words, one after the other; between two of them the caller's CPU runs `between'. */
int shim_dummy_write(struct shim *shim, uint64_t iova, const uint32_t *words, unsigned n, void (*between)(void));

struct shim_stats {
	uint64_t now_ns;
	uint64_t mappings, unmappings, coherent;  /* made in all */
	uint64_t live_mappings;                   /* now, coherent ones included */
	uint64_t bounced, bounced_bytes;          /* segments that went through the kernel's pool */
	uint64_t pinned_pages, allocations;       /* now */
	uint64_t faults;                          /* device accesses refused */
	uint64_t checks_failed, checks_expected;
	uint64_t switches, points, mmio_reads, mmio_writes, interrupts, irq_none, irq_passed, neighbour_irqs, timers, works, syscalls;
	uint64_t fail_calls;
	uint64_t hash;                            /* of the schedule: equal for equal runs */
};
void shim_get_stats(struct shim *shim, struct shim_stats *s);
uint64_t shim_now_ns(struct shim *shim);
/* The host model, for its statistics, expectations and fault injection. */
struct cw_host *shim_host(struct shim *shim);
const struct cw_host_dev *shim_host_dev(struct shim *shim);

#endif
