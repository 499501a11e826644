/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The driver's own structures, and what its files offer one another.
 *
 *   cw_main.c     module, probe and remove
 *   cw_caps.c     what the card is: BARs, sizes, parameters
 *   cw_engine.c   its engine: reset, started, stopped
 *   cw_chrdev.c   the character device: files, positions
 *   cw_ioctl.c    information, registers, counters
 *   cw_request.c  one read or write: cut into chunks, waited for or called back (cw_request.h)
 *   cw_map.c      a piece of an iterator: pinned, mapped, walked by the card's address (cw_map.h)
 *   cw_bounce.c   blocks to copy through where the card does not reach
 *   cw_queue.c    one ring pair: descriptors in, records out
 *   cw_own.c      queues of one's own: made, found, given back (cw_own.h)
 *   cw_own_file.c their files
 *   cw_packet.c   a packet to the card
 *   cw_rx.c       packets from the card
 *   cw_rx_read.c  and who reads them
 *   cw_recover.c  time-outs, halts, stopping, a dead card
 *   cw_pause.c    the card out of reach for a while, and back
 *   cw_err.c      errors on the link, resets of the function
 *   cw_pm.c       sleep
 *   cw_irq.c      vectors and their handlers
 *   cw_moderate.c how many interrupts
 *   cw_event.c    event rings: which queue an interrupt is about
 *   cw_poll.c     looking for the end instead of being told
 *   cw_sysfs.c    what the card is
 *   cw_debugfs.c  what it is doing
 *   cw_trace.c    tracepoints
 *
 * Everything that takes a lock runs in process context (the interrupt handlers are
 * threads), so the spinlocks are plain ones. Order of locks: cw_dev.power, cw_dev.gate, cw_dev.own_lock,
 * cw_dev.table, cw_queue.lock, cw_request.lock; cw_vector.ring_lock and cw_bounce.lock stand alone.
 * Waking the card up takes the first two, so that is done before.
 */
#ifndef CAUSEWAY_H
#define CAUSEWAY_H

#include <linux/atomic.h>
#include <linux/cdev.h>
#include <linux/dcache.h>
#include <linux/device.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "cw_request.h"
#include "cw_ring.h"
#include "uapi/causeway.h"

#define CW_NAME "causeway"
#define CW_DRIVER_VERSION "0.4.0" /* also of the package: driver/install.mk reads it here */
#define CW_CHUNK_PAGES 256u   /* a chunk pins at most this many pages */
#define CW_REQUEST_CHUNKS 32  /* chunks that one request has out at once */
#define CW_STOP_MS 2000       /* the card's longest time to stop a queue or to reset:
			       * its own completion time-out comes many times sooner
			       */

#define CW_DMA_BITS_MIN 24    /* what the kernel can serve: ZONE_DMA */
#define CW_PACKET_PAGES 2048u /* a packet pins at most this many pages */

struct cw_rx;

enum cw_queue_state {
	CW_Q_RUN,                    /* chunks go to the card as there is room */
	CW_Q_STOP,                   /* being recovered: chunks wait */
	CW_Q_HOLD,                   /* the card is out of reach, but will be back: chunks wait */
	CW_Q_DEAD,                   /* no more register access; chunks are refused */
};

/* Is the card to be had? */
enum cw_access {
	CW_ACCESS_YES,
	CW_ACCESS_LATER,             /* it is reset, or sleeps: who needs it waits */
	CW_ACCESS_NO,                /* an error cut it off, maybe for good: calls fail */
};

/* How fast a queue goes, for adaptive moderation. */
struct cw_pace {
	unsigned int level;
	u32 out;                     /* chunks on the ring */
	u32 quiet;                   /* chunks since the last whose end interrupts at once */
	u32 ended;                   /* chunks since since_ns */
	u64 since_ns;
};

struct cw_queue {
	struct cw_dev *cw;
	void __iomem *context, *doorbell;
	u16 index;                   /* on the card */
	u16 vector;
	bool c2h;
	unsigned int entries_log2;
	u32 entries;
	u32 config;                  /* Q_CONFIG, without direction, size and vector */
	u32 moderation;
	u64 card_base, card_limit;
	struct cw_rx *rx;            /* of a stream from the card: its packets */

	struct cw_desc *ring;        /* written by us before the doorbell, under lock */
	struct cw_record *records;   /* written by the card */
	dma_addr_t ring_dma, records_dma;

	spinlock_t lock;             /* everything below, and the rings' contents */
	enum cw_queue_state state;
	u32 *desc_len;               /* lengths by slot: the ring itself is not believed */
	u32 producer;                /* count of descriptors written */
	u32 consumer;                /* count of records taken */
	u32 load;                    /* descriptors of all its chunks; read without the lock as a hint */
	struct list_head active;     /* chunks on the ring, oldest first */
	struct list_head pending;    /* chunks waiting for room, oldest first */
	unsigned long progress;      /* jiffies of the last record, or of the first descriptor since idle */
	int cause;                   /* errno of the oldest chunk when recovery starts */
	u64 irq_lost, recovered;     /* counts */
	int lost;                    /* errno for the next call: what nobody waited for */
	bool suspect;                /* of a stream: the record due was there when the watchdog looked, */
	u32 suspect_at;              /* and was this one */
	struct cw_pace pace;
	struct delayed_work watchdog;
	struct work_struct recover;
};

struct cw_vector {
	struct cw_dev *cw;
	unsigned int index;
	char name[24];
	unsigned int queue_n;        /* queues in use that raise it */
	bool polled;                 /* an interrupt may come for records that somebody has taken already */

	/* Its event ring, when several do; NULL: none. */
	struct cw_event *ring;       /* written by the card */
	dma_addr_t ring_dma;
	unsigned int ring_log2;
	u32 taken;                   /* count of events: the handler's */
	spinlock_t ring_lock;        /* the ring's registers */
	bool ring_on;                /* the card uses it: ring_lock; read without it by the handler */
};

struct cw_dev {
	struct device dev;           /* /dev/causewayN; its last reference frees this struct */
	struct cdev cdev;
	int id;                      /* N */

	/* Reading side: use of the card by files. remove() sets gone on the writing side, so that
	 * nothing below is used by a file afterwards.
	 */
	struct rw_semaphore gate;
	bool gone;
	enum cw_access access;       /* written with gate and power; read without by interrupt handlers */
	wait_queue_head_t back;      /* for access, and gone */
	struct mutex power;          /* one at a time takes the card away, or brings it back */
	atomic_t dead;               /* the card does not answer or does not stop: counts the reasons */

	struct pci_dev *pdev;        /* a reference: the device may be gone while the file is open */
	struct pci_saved_state *saved; /* its configuration, as of probe */
	void __iomem *regs, *doorbells;
	u64 regs_len;
	struct workqueue_struct *wq;
	struct mutex latch;          /* low and high word of one counter belong together */

	/* Written in probe only. */
	u32 hw_version, features, clock_hz, data_bytes, addr_bits;
	u32 card_queues, card_vectors, entries_log2_max, db_stride_log2;
	u32 dma_bits;                /* of them, those that are used */
	u64 card_bytes;
	unsigned long timeout;       /* jiffies without progress */
	u32 entries;
	u32 chunk_pages;             /* a chunk of so many pages always fits a ring */
	unsigned int pair_n;         /* queues each way: queue[0..pair_n) H2C, then as many C2H */
	struct cw_queue *queue;
	unsigned int own_n;          /* and so many after them that files may own */
	u32 packet_pages;            /* that one mapping may have */
	struct cw_vector *vector;
	unsigned int vector_n, vector_used;
	struct cw_bounce bounce;
	enum cw_irq_type irq_type;
	u32 weight;                  /* of the file's queues */
	u32 moderation;              /* Q_MODERATION of each queue */
	bool chunk_irq;              /* each chunk's end interrupts at once, */
	bool adaptive;               /* or some do, as fast as the queue is */
	atomic_t next;               /* where the search for a queue starts */

	/* Own queues by number: taken away with cw->power as well, and handlers are waited for. Whoever else
	 * looks holds `table`, or cw->power.
	 */
	struct rw_semaphore table;
	struct cw_queue **own;
	struct mutex own_lock;       /* of the next, and of cw_vector.queue_n */
	unsigned long *own_taken;    /* numbers in use */
	unsigned int queue_end;      /* no queue in use has this number or a higher one: only grows */
	struct dentry *debugfs;
};

/* cw_main.c */
/* Says so when it is out of range. */
int cw_param_check(const char *name, unsigned int value, unsigned int least, unsigned int most);

/* cw_caps.c */
int cw_caps_params_check(void);
int cw_bars_map(struct cw_dev *cw);
void cw_bars_unmap(struct cw_dev *cw);
/* Reads what the card is and sets its DMA mask; nothing of it runs yet. */
int cw_caps_init(struct cw_dev *cw);

/* cw_engine.c */
/* Whatever ran before has ended afterwards, also what a crashed kernel left running. */
int cw_engine_reset(struct cw_dev *cw);
/* The device file's queues: made, all of them; freed, so many as there are. */
int cw_queues_init(struct cw_dev *cw);
void cw_queues_free(struct cw_dev *cw, unsigned int n);
/* After a reset: the queues are there, empty, but not let go yet. */
int cw_engine_start(struct cw_dev *cw);
/* The card touches no memory afterwards, and every transfer has ended. */
void cw_engine_stop(struct cw_dev *cw);

/* cw_chrdev.c */
int cw_chrdev_init(void);
void cw_chrdev_exit(void);
/* Prepares cw->dev; from then on put_device() frees the struct. */
int cw_chrdev_prepare(struct cw_dev *cw, struct device *parent);
int cw_chrdev_add(struct cw_dev *cw);
void cw_chrdev_del(struct cw_dev *cw);

/* cw_ioctl.c */
long cw_ioctl(struct file *file, unsigned int cmd, unsigned long arg);

/* cw_pause.c */
/* The gate, with the card awake and there: waits for that. -ENODEV, -EIO, -EINTR. */
int cw_card_get(struct cw_dev *cw);
void cw_card_put(struct cw_dev *cw);
/* These three with cw->power. */
void cw_drain(struct cw_dev *cw);
void cw_pause(struct cw_dev *cw, enum cw_access access);
int cw_restart(struct cw_dev *cw);

/* cw_err.c */
extern const struct pci_error_handlers cw_error_handlers;

/* cw_pm.c */
extern const struct dev_pm_ops cw_pm_ops;
void cw_pm_start(struct cw_dev *cw);
void cw_pm_stop(struct cw_dev *cw);
/* Wakes the card up and keeps it awake: 0, -ENODEV or -EIO. Sleeps. */
int cw_wake(struct cw_dev *cw);
void cw_unwake(struct cw_dev *cw);
bool cw_awake(struct cw_dev *cw);

/* cw_sysfs.c */
extern const struct attribute_group *cw_groups[];

/* cw_debugfs.c */
void cw_debugfs_init(void);
void cw_debugfs_exit(void);
void cw_debugfs_add(struct cw_dev *cw);
void cw_debugfs_del(struct cw_dev *cw);

/* cw_queue.c */
int cw_queue_init(struct cw_dev *cw, struct cw_queue *q, unsigned int index, bool c2h);
void cw_queue_free(struct cw_queue *q);
int cw_queue_enable(struct cw_queue *q);
/* 0 and the chunk is the queue's, which finishes it; or -ENODEV. */
int cw_queue_submit(struct cw_queue *q, struct cw_chunk *chunk);
/* Takes the records that are there; returns how many. The card is told if there were any; `arm`: or in any case. */
unsigned int cw_queue_poll(struct cw_queue *q, bool arm);
/* The same for an interrupt, which it traces. */
unsigned int cw_queue_interrupt(struct cw_queue *q, bool arm);
/* The same without finishing: chunks go to `done`. Caller holds q->lock. */
unsigned int cw_queue_harvest(struct cw_queue *q, struct list_head *done);
void cw_queue_dispatch(struct cw_queue *q);
/* The next record, if the card has written it: DW0, 1 and 3. */
bool cw_queue_record(struct cw_queue *q, u32 *dw);
void cw_queue_watch(struct cw_queue *q);
/* Why a queue that is dead takes nothing. */
int cw_queue_refusal(struct cw_queue *q);

static inline bool cw_queue_streams(const struct cw_queue *q)
{
	return q->config & CW_Q_CONFIG_STREAM_MASK;
}

/* Takes the request's chunks that are not on the ring yet, and ends them with -EINTR. True: it has others. */
bool cw_queue_cancel(struct cw_queue *q, struct cw_request *req);

/* cw_recover.c */
void cw_watchdog(struct work_struct *work);
void cw_recover(struct work_struct *work);
/* Starts recovery; the oldest chunk will end with `cause`. Caller holds q->lock. */
void cw_queue_fail(struct cw_queue *q, int cause);
/* No more work for the queue: what it has ends with `error`. */
void cw_queue_stop(struct cw_queue *q, int error);
/* Its part of cw_pause() and cw_restart(). hold: nothing of it runs any more, chunks wait. clear: what the card had
 * ends with `error`; the rest as well, unless it is kept. revive: from any state. go: chunks go to the card.
 */
void cw_queue_hold(struct cw_queue *q);
void cw_queue_clear(struct cw_queue *q, int error, bool keep);
void cw_queue_revive(struct cw_queue *q);
void cw_queue_go(struct cw_queue *q);
int cw_queue_disable(struct cw_queue *q);
/* Stops it when the card has halted it. */
void cw_queue_check_halt(struct cw_queue *q);
/* Waits until Q_STATUS says so: 0, -ENODEV or -ETIMEDOUT. */
int cw_queue_await(struct cw_queue *q, u32 state);
/* The card did not answer (-ENODEV) or not do as told (-ETIMEDOUT): it is not used any more. */
void cw_dev_dead(struct cw_dev *cw, int error);

/* cw_irq.c */
int cw_irq_init(struct cw_dev *cw, unsigned int limit);
int cw_irq_request(struct cw_dev *cw);
void cw_irq_release(struct cw_dev *cw);
void cw_irq_free(struct cw_dev *cw);
/* The pin is silent, or not any more; messages are not sent by a card that is stopped. */
void cw_irq_mute(struct cw_dev *cw, bool mute);
/* Waits for the handlers that run. */
void cw_irq_sync(struct cw_dev *cw);
void cw_irq_sync_vector(struct cw_dev *cw, unsigned int vector);
unsigned int cw_irq_vector(const struct cw_dev *cw, unsigned int queue);
bool cw_irq_walk(struct cw_vector *v, bool arm);
const char *cw_irq_type_name(const struct cw_dev *cw);

/* cw_moderate.c */
int cw_moderation_params_check(void);
/* Sets cw->moderation and who interrupts, as the parameters ask for. */
int cw_moderation_init(struct cw_dev *cw);
/* Each so many-th chunk interrupts at once. */
u32 cw_moderation_stride(const struct cw_queue *q);
/* These three under q->lock. The queue is empty; the chunk goes to the ring: does its end interrupt at once?; one
 * has ended.
 */
void cw_moderation_start(struct cw_queue *q);
bool cw_moderation_chunk(struct cw_queue *q, const struct cw_chunk *chunk);
void cw_moderation_ended(struct cw_queue *q);

/* cw_config.c */
int cw_config_params_check(void);
/* Sets cw->weight, as the parameter asks for. */
int cw_config_init(struct cw_dev *cw);
/* May a queue have this weight (0: 1)? -EINVAL, -EOPNOTSUPP. */
int cw_config_weight_check(const struct cw_dev *cw, u32 asked);
/* Q_CONFIG of a queue of this weight, as far as it does not depend on what the queue is for. */
u32 cw_config(const struct cw_dev *cw, u32 asked);
u32 cw_config_weight(const struct cw_queue *q);

/* cw_poll.c */
int cw_poll_params_check(void);
/* Is the request's end looked for, and how long? Of one for a packet, which may have no iocb, it is not. */
void cw_poll_init(struct cw_request *req, const struct kiocb *iocb);
/* Looks for the request's end, but not for ever. */
void cw_poll_wait(struct cw_request *req);
int cw_iopoll(struct kiocb *iocb, struct io_comp_batch *batch, unsigned int flags);

/* cw_event.c */
void cw_event_init(struct cw_dev *cw);
void cw_event_free(struct cw_dev *cw);
void cw_event_start(struct cw_dev *cw);
void cw_event_stop(struct cw_dev *cw);
bool cw_event_take(struct cw_vector *v);
void cw_event_lost(struct cw_vector *v);
/* A second queue came to a vector whose queues run. */
void cw_event_add(struct cw_vector *v);

#endif
