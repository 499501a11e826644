/* SPDX-License-Identifier: BSD-2-Clause */
/* The shim's own structures, and what its files offer one another. */
#ifndef KSHIM_INTERNAL_H
#define KSHIM_INTERNAL_H

#include "kshim.h"
#include "../link/rng.h"
#include "shim.h"

#include <pthread.h>

/* Where a test is built with AddressSanitizer: bytes that are nobody's. */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#define PS_PER_NS 1000ull
#define KSHIM_NEVER UINT64_MAX

/* Modelled CPU time in ps: of the order of a server CPU at 3 GHz. */
#define COST_TOUCH 1000ull      /* an access that may be contended */
#define COST_RELAX 10000ull     /* cpu_relax() */
#define COST_LOCK 20000ull      /* one lock operation */
#define COST_MMIO 50000ull      /* a posted, uncached write */
#define COST_CALL 50000ull      /* a call into the kernel: map, allocate, queue */
#define COST_SYSCALL 200000ull  /* entry and exit */
#define COST_PAGE 20000ull      /* pinning one page */
#define COST_IRQ 500000ull      /* from the message to the handler */
#define QUANTUM 400000ull       /* CPU time that may pile up before it is let pass */
/* A fibre that runs this long without sleeping, or passes so many points, is reported. */
#define BUSY_PS (5000000000000ull)
#define BUSY_POINTS 4000000u

struct kshim_event {
	struct list_head node;
	u64 when, order;
	void (*fn)(struct kshim_event *e);
	bool armed;
};

enum fibre_state { FIBRE_FREE, FIBRE_READY, FIBRE_RUN, FIBRE_WAIT };
#define FIBRE_HELD 16
/* Seen: `to` was taken while `from` was held. */
struct lock_edge {
	const void *from, *to;     /* classes */
	const char *from_name, *to_name;
	const struct kshim_site *site;
	bool reaches;              /* while a way is looked for */
};
#define LOCK_EDGES 512
struct kshim_fibre {
	struct list_head all;
	unsigned int id;
	char name[24];
	void *sp, *stack, *fake;
	size_t stack_size;
	enum fibre_state state;
	void (*fn)(void *arg);
	void *arg;
	struct task_struct task;
	struct work_struct *work;  /* the item that it runs */
	bool stop;                 /* kthread_stop() was called */
	bool killed;               /* shim_kill() was */
	/* context: a nested interrupt saves and restores these */
	int preempt, bh_off, hardirq, softirq;
	int kmaps;                 /* pages mapped by kmap_local_page() */
	bool irqs_off;
	struct kshim_lock *held[FIBRE_HELD];
	int held_irq[FIBRE_HELD];  /* taken this deep in interrupts */
	int held_n;
	/* loads from coherent memory: the word that was new, loaded since rmb(), and what was written before that */
	const volatile void *fresh;
	u64 floor;
	/* time */
	u64 debt, busy_since;
	unsigned int busy_points;
	bool delayed;              /* waits only for its own CPU time */
	struct kshim_event wake;
	/* waiting */
	bool woken;
	const void *key;
	const char *why;
	const struct kshim_site *site;
};

struct check_count { const char *check; unsigned int seen, expected; struct check_count *next; };

/* ---- resources: all that a driver must give back ---- */
enum res_kind { RES_MEM, RES_CACHE, RES_WQ, RES_IRQ, RES_VECTORS, RES_REGION, RES_IOMAP, RES_ENABLE,
	RES_CHRDEV, RES_CDEV, RES_CLASS, RES_DEVICE, RES_FILE, RES_POOL, RES_ID, RES_XA, RES_KTHREAD, RES_DENTRY, RES_N };
struct kshim_res {
	struct list_head node;
	enum res_kind kind;
	const void *ptr;
	size_t size;
	bool of_device;            /* must be gone after remove(), not only at unload */
	const struct kshim_site *site;
};

/* ---- memory ---- */
struct kshim_block {
	struct kshim_res res;
	void *raw;
	u8 *va;
	size_t size, span;         /* asked for; raw bytes */
	enum kshim_mem kind;
	struct page *pages;        /* lazily, one each page touched */
	unsigned int page_n;
};
/* Pages of this machine that mean something: blocks of kernel memory and pinned user pages. */
struct vpn_entry { u64 vpn; struct kshim_block *block; struct page *user; struct vpn_entry *next; };
#define VPN_BUCKETS 4096

/* ---- DMA ---- */
enum map_kind { MAP_SINGLE, MAP_PAGE, MAP_SG, MAP_COHERENT, MAP_POOL_PAGE };
struct map_piece {
	u8 *va;
	u64 off, len;
	u8 *was, *card, *owner;    /* when the card got it (kernel memory); what the card sees; whose each byte is */
};
struct kshim_map;
struct map_range {
	u64 iova, len;
	struct kshim_map *map;
	unsigned int piece_n;
	struct map_piece *piece;
	bool copied;               /* the card works on a copy, of user pages too */
	u32 slot, slots;           /* of the bounce pool */
};
/* The kernel's memory to bounce through: reach.c. */
struct kshim_pool {
	u32 slot_n, next;
	u8 *taken;                 /* by slot */
};
struct kshim_map {
	struct list_head node;
	enum map_kind kind;
	enum dma_data_direction dir;
	struct device *dev;
	u64 len;
	int nents;                 /* entries given to dma_map_sg() */
	unsigned int range_n;
	struct map_range *range;
	bool err_checked, told_c3, told_c10;
	bool copied;               /* some piece has a copy: dmaowner.c */
	bool freed;                /* its memory is gone (C12) */
	void *va;                  /* coherent memory */
	u8 *seen;                  /* of it: what the card reads, as of the last barrier */
	u64 wrote, wrote_end;      /* the bytes of it that the card wrote since */
	bool card_wrote, card_read; /* ever */
	u64 *word;                 /* of each word: the number of the last write of the card */
	struct list_head coherent;
	u64 order;
	const struct kshim_site *site;
};
struct dead_range { u64 iova, len; const struct kshim_site *site; u64 when; };
#define DEAD_N 1024
#define IOVA_REGIONS 16
struct iova_region { u64 base, end, next; };
struct kshim_dma {
	struct map_range **sorted; /* by iova */
	unsigned int n, cap;
	struct map_range *hit;     /* last looked up */
	u64 longest;
	struct list_head maps;
	struct list_head coherent; /* those of coherent memory whose stores wait */
	u64 buffered;              /* their bytes, in whole pages */
	u64 writes;                /* of the card to coherent memory */
	struct dead_range dead[DEAD_N];
	unsigned int dead_n;
	struct iova_region region[IOVA_REGIONS];
	u64 region_mask;
	struct iova_region zone_dma, zone_dma32; /* physical, for coherent memory */
	struct kshim_pool pool;
	bool place;
	u64 place_at;
	u64 epoch;
	char why[256];
};

/* ---- interrupts ---- */
struct irq_line;
struct irq_action {
	struct irq_line *line;
	struct irq_action *next;
	irq_handler_t fn, thread;
	unsigned long flags;
	char name[32];
	void *dev;
	struct device *managed;
	const struct kshim_site *site;
	struct kshim_fibre *thread_fibre;
	bool thread_run, thread_busy, thread_stop;
	bool masks;                /* IRQF_ONESHOT: the line waits for its thread */
};
struct irq_line {
	struct shim *s;
	int vector;                /* MSI or MSI-X index, -1 INTx */
	struct irq_action *action; /* its handlers */
	char name[32];             /* of the handler freed last */
	unsigned int depth;        /* disable_irq() */
	unsigned int oneshot;      /* threads that it waits for */
	bool pending, running, spawned;
	bool level;                /* INTx: the line is up */
	bool broken;               /* given up after a storm */
	unsigned int calls, none;  /* in this window; those that gave IRQ_NONE */
	unsigned int up_calls, up_none; /* since the level rose; in a row */
	struct kshim_fibre *runner;
	u64 due;
	struct kshim_event event;
};
#define IRQ_INTX 16
#define IRQ_BASE 24
#define IRQ_LINES_MAX 2049

/* ---- files ---- */
struct shim_aio_priv {
	struct kiocb iocb;
	struct iov_iter iter;
	struct shim_aio *aio;
	struct bio_vec *vec;
	struct page **pages;
	struct iovec *iov;
	struct list_head live;
	kiocb_cancel_fn *cancel;   /* the driver's */
	unsigned int page_n, magic;
};
#define KSHIM_AIO_MAGIC 0x4b41494fu
#define AIO_OVER_N 64
#define FD_BASE 3
#define FD_MAX 4096

/* ---- a CPU's access to the card ---- */
struct host_op {
	struct list_head node;
	bool write;                /* posted */
	bool cfg_write;
	bool link;                 /* its state is to be this */
	enum cw_link_state state;
	u64 addr;
	u8 data[64];
	u32 len;
	struct cw_host_req *req;
};
/* debugfs: a folder, or a file with its operations. */
struct dentry {
	struct list_head node, children;
	struct dentry *parent;
	char name[48];
	umode_t mode;
	void *data;
	const struct file_operations *fops;
	unsigned int users;        /* who is in it now */
	bool removed;
};
struct trace_count { struct list_head node; const char *name; unsigned int n; };

struct iomap { bool live, managed; int bar; u64 off, len; const struct kshim_site *site; };
#define IOMAP_MAX 64
#define IOMAP_BASE 0x00c0000000000000ull /* not canonical: dereferencing faults */

struct devres {
	struct list_head node;
	void (*fn)(void *data);
	void *data;
	void *mem;
	bool is_mem;
};

struct shim {
	struct shim_param p;
	struct cw_link *link;
	struct cw_host *host;
	struct cw_host_dev hdev;
	u64 clock_ps;              /* without a host model */
	struct cw_rng sched, alloc;

	/* callers: one at a time, in order of arrival */
	pthread_mutex_t lock;
	pthread_cond_t turn;
	u64 ticket, serving;
	pthread_t owner;        /* whose turn it is; 0: nobody's. Only its owner may rely on cur */
	bool pumping;
	unsigned int rw_n;         /* reads and writes that are inside the driver */

	/* fibres */
	struct list_head fibres;
	struct kshim_fibre *cur, *host_fibre;
	struct kshim_fibre **ready;
	unsigned int ready_n, ready_cap, fibre_n, key_waiters, touches;
	void *main_sp, *main_fake;
	const void *main_bottom;
	size_t main_size;
	struct list_head events;
	u64 event_order;
	int dead;                  /* errno: the machine cannot go on */
	bool host_mid;             /* the host model is in the middle of an instant */
	u64 host_target;
	int host_ret;
	struct list_head host_ops;
	bool gone;                 /* surprise removal */
	bool link_lost;            /* the other process ended */
	struct mm_struct mm;
	int next_pid;

	/* checks */
	struct check_count *checks;
	char last[512];
	struct list_head log;
	unsigned int log_n;
	struct shim_stats stats;
	unsigned int fail_nth;
	struct lock_edge edge[LOCK_EDGES];
	unsigned int edge_n;

	/* resources */
	struct list_head res[RES_N];
	struct vpn_entry *vpn[VPN_BUCKETS];
	u64 pfn_run, pfn_left, pfn_next, pfn_big;
	struct kshim_dma dma;
	struct list_head timers;   /* pending, by time */
	struct kshim_event timer_event;
	struct list_head works;    /* pending or running */
	struct list_head wqs;
	struct workqueue_struct *events_wq;

	/* PCI */
	struct pci_bus bus;
	struct pci_dev pdev;
	struct pci_driver *drv;
	struct module *drv_owner;
	bool bound, regions[PCI_STD_NUM_BARS];
	u16 saved_exp[3];
	struct kshim_fibre *device_owner; /* holds the device lock */
	bool cut;                  /* the driver was told that the channel is frozen */
	bool forbidden;            /* power/control says "on" */
	bool frozen;               /* processes stop at their next system call */
	bool asleep;               /* the system is */
	bool dozing;               /* the device is, for whatever reason */
	unsigned int calls_n;      /* system calls on files under way */
	int pm_found;              /* usage count before probe() */
	struct kshim_event idle;
	int enable_n;
	bool managed_enable;
	struct iomap iomap[IOMAP_MAX];
	unsigned int iomap_n;
	void *iomap_table[PCI_STD_NUM_BARS];
	struct irq_line *line;     /* MSI-X or MSI */
	unsigned int line_n;       /* vectors allocated */
	enum { IRQ_MODE_NONE, IRQ_MODE_INTX, IRQ_MODE_MSI, IRQ_MODE_MSIX } irq_mode;
	u32 msi_masked;
	struct irq_line intx;      /* there whether or not it is used */
	bool intx_card, intx_neighbour; /* who holds it up */
	struct irq_action neighbour;
	struct irq_line *nested[16];
	unsigned int nested_n;
	u8 *dummy_bar, *dummy_cfg;

	/* files */
	struct module *module;
	long (*unload)(void *arg);
	char *params;
	struct shim_task *lost_tasks;
	struct list_head devices, cdevs, classes, files, traces;
	struct dentry debugfs;     /* its root */
	struct file *fd[FD_MAX];
	bool fd_used[FD_MAX];
	unsigned int next_major;
	struct shim_aio *aio_done, **aio_tail;
	unsigned int aio_flight;
	struct list_head aio_live; /* in flight */
	unsigned int fput_n;       /* files whose last reference was given back in the driver: their end is to come */
	struct shim_aio_priv *aio_over[AIO_OVER_N];
	unsigned int aio_over_n;
};

/* The machine that driver code runs on. */
extern struct shim *kshim;

/* ---- fibre.c ---- */
int fibre_new(struct shim *s, struct kshim_fibre **out, size_t stack);
void fibre_free(struct kshim_fibre *f);
void fibre_enter(struct shim *s, struct kshim_fibre *f); /* from the scheduler */
void fibre_leave(struct shim *s);                        /* back to it */

/* ---- sched.c ---- */
u64 kshim_now(const struct shim *s); /* ps */
void kshim_kill(struct kshim_fibre *f);
struct kshim_fibre *kshim_spawn(struct shim *s, const char *name, void (*fn)(void *), void *arg);
void kshim_ready(struct shim *s, struct kshim_fibre *f);
bool kshim_block(u64 deadline_ps, const char *why, const struct kshim_site *site);
void kshim_unblock(struct kshim_fibre *f);
/* Waits until somebody calls kshim_wake_key(key); the caller tests its condition again. */
void kshim_wait_key(const void *key, const char *why, const struct kshim_site *site);
bool kshim_wait_key_until(const void *key, u64 deadline_ps, const char *why, const struct kshim_site *site);
void kshim_wake_key(const void *key);
void kshim_event_at(struct shim *s, struct kshim_event *e, u64 when, void (*fn)(struct kshim_event *));
void kshim_event_cancel(struct kshim_event *e);
u64 kshim_event_next(const struct shim *s);
void kshim_point(u64 cost_ps);
void kshim_settle(void);
void kshim_preempt(struct shim *s); /* lets others run at this instant */
bool kshim_early(struct shim *s);   /* makes a fibre that only spends CPU time ready at once */
int kshim_pump(struct shim *s, bool (*until)(void *arg), void *arg, u64 deadline_ps);
void kshim_check_exit(struct shim *s, struct kshim_fibre *f, const char *where);

/* ---- lockorder.c: before a lock is waited for ---- */
void kshim_lock_order(struct kshim_fibre *f, struct kshim_lock *l, const struct kshim_site *site);

/* ---- checks.c ---- */
void kshim_fail(const char *check, const struct kshim_site *site, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
bool kshim_should_fail(const char *what);
struct check_count *kshim_check(struct shim *s, const char *check);
unsigned int kshim_owed(struct shim *s);
void kshim_log_text(struct shim *s, int level, const char *text);
void kshim_log_free(struct shim *s);
int kshim_vformat(char *buf, size_t size, const char *fmt, va_list ap);

/* ---- res.c ---- */
struct kshim_res *kshim_res_add(enum res_kind kind, const void *ptr, size_t size, bool of_device,
				const struct kshim_site *site);
bool kshim_res_del(enum res_kind kind, const void *ptr);
void kshim_res_link(struct shim *s, struct kshim_res *r, enum res_kind kind, const void *ptr, size_t size,
		    const struct kshim_site *site);
void kshim_leaks(struct shim *s, bool unload);
void kshim_res_free_all(struct shim *s);

/* ---- alloc.c, page.c ---- */
struct vpn_entry *kshim_vpn(struct shim *s, u64 vpn, bool make);
void kshim_vpn_put(struct shim *s, u64 vpn);
struct kshim_block *kshim_block_of(const void *va);
void kshim_free_check(struct kshim_block *b); /* what must not be in memory that goes away */
void kshim_block_free(struct kshim_block *b);
u64 kshim_pfn_alloc(struct shim *s, unsigned int n, bool contiguous);
u64 kshim_block_pfn(struct kshim_block *b, const void *va);
void kshim_pages_leak(struct shim *s);
int kshim_user_access(unsigned long start, size_t len, bool write); /* 0 or -EFAULT */
size_t kshim_user_copy(void *kernel, unsigned long user, size_t len, bool to_user);
bool kshim_timers_in(const void *p, size_t n, const struct kshim_site **site);
bool kshim_work_in(const void *p, size_t n, const struct kshim_site **site);

/* ---- dma ---- */
void kshim_dma_init(struct shim *s);
void kshim_dma_exit(struct shim *s);
void *kshim_dma_lookup(struct shim *s, u64 iova, u32 len, bool device_writes, u32 *chunk, const char **why);
bool kshim_dma_is_record(struct shim *s, u64 iova);
/* Coherent memory: the card writes, or reads, `len` bytes at `off`; where they are. */
void *coherent_write(struct kshim_map *m, u64 off, u32 len);
void *coherent_read(struct kshim_map *m, u64 off, u32 len);
void kshim_dma_leaks(struct shim *s);
u64 iova_alloc(struct shim *s, u64 len, u64 offset, u64 mask, u64 boundary, bool *ok);
int dma_insert(struct shim *s, struct kshim_map *m);
void dma_remove(struct shim *s, struct kshim_map *m, const struct kshim_site *site);
struct map_range *dma_find(struct shim *s, u64 iova);
/* Some mapping that holds bytes of [va, va + len), or NULL. */
struct kshim_map *dma_over(struct shim *s, const void *va, size_t len);
struct kshim_map *dma_new(enum map_kind kind, enum dma_data_direction dir, struct device *dev, u64 len,
			  unsigned int ranges, const struct kshim_site *site);
void dma_drop(struct kshim_map *m);
struct map_range *dma_range_add(struct kshim_map *m, u64 len);
void dma_range_place(struct shim *s, struct kshim_map *m, struct map_range *r);
int dma_piece_add(struct map_range *r, void *va, u64 len);
/* iova.c: `bytes` of the region, with guard pages; 0: there is no room */
u64 region_take(struct shim *s, struct iova_region *r, u64 bytes, u64 align);
/* reach.c */
void reach_init(struct shim *s);
void reach_exit(struct shim *s);
u32 reach_runs(struct shim *s);
bool reach_map(struct shim *s, struct device *dev, struct page *p, u64 off, struct map_range *r, unsigned long attrs,
	       const struct kshim_site *site);
void reach_release(struct shim *s, struct map_range *r);
u64 reach_coherent(struct shim *s, struct device *dev, size_t len, bool *ok);
/* dmaowner.c */
void dma_own(struct shim *s, struct kshim_map *m);
void dma_hand_over(struct kshim_map *m, struct map_range *r, u64 off, u64 len, bool to_cpu, const struct kshim_site *site);
void dma_hand_over_all(struct kshim_map *m, bool to_cpu, const struct kshim_site *site);
u8 *dma_card_side(struct kshim_map *m, struct map_piece *p, u64 off, u32 len, bool writes);
bool dma_usable(struct device *dev, enum dma_data_direction dir, const char *call, const struct kshim_site *site);

/* ---- host.c: the card behind the host model ---- */
int kshim_host_start(struct shim *s);
void kshim_host_stop(struct shim *s, unsigned int *violations);
int kshim_host_advance(struct shim *s, u64 target);
void kshim_host_drain(struct shim *s);
u64 kshim_mem_read(u64 addr, u32 len, const struct kshim_site *site);
void kshim_mem_write(u64 addr, const void *data, u32 len);
int kshim_cfg_read(u16 reg, u32 *value);
int kshim_cfg_write(u16 reg, u32 len, u32 value);
void kshim_link_set(struct shim *s, enum cw_link_state state);

/* ---- irq.c, irq_request.c, msi.c ---- */
void kshim_irq_init(struct shim *s);
void kshim_irq_arrive(struct shim *s, int vector, bool level);
void kshim_irq_nested(struct shim *s);
void kshim_irq_leaks(struct shim *s);
void kshim_irq_exit(struct shim *s);
struct irq_line *kshim_line(struct shim *s, unsigned int irq);
unsigned int kshim_line_irq(const struct irq_line *l);
void kshim_line_go_on(struct irq_line *l);
void kshim_line_stop(struct irq_line *l);
void kshim_action_done(struct irq_action *a, irqreturn_t ret);
void kshim_vectors_exit(struct shim *s);
void kshim_msi_mask(struct shim *s, int vector, bool mask);
void kshim_msi_restore(struct shim *s);

/* ---- pm.c ---- */
void kshim_pm_init(struct shim *s);
void kshim_pm_probe(struct shim *s);          /* before probe(), and after it failed */
void kshim_pm_probe_failed(struct shim *s);
void kshim_pm_remove(struct shim *s);         /* before remove(), and after it */
void kshim_pm_removed(struct shim *s);
void kshim_pm_leaks(struct shim *s);
void kshim_pm_exit(struct shim *s);
void kshim_call_begin(struct shim *s);        /* of a process: where it is frozen */
void kshim_call_end(struct shim *s);
int kshim_pm_allow(struct shim *s, bool allow);
int kshim_system_sleep(struct shim *s);
int kshim_system_wake(struct shim *s);

/* ---- error.c ---- */
bool kshim_device_lock(struct shim *s);
void kshim_device_unlock(struct shim *s);
long kshim_pci_error(struct shim *s, pci_channel_state_t state);

/* ---- debugfs.c, trace.c ---- */
void kshim_debugfs_init(struct shim *s);
void kshim_debugfs_exit(struct shim *s);
ssize_t kshim_debugfs_read(struct shim *s, const char *path, char *buf, size_t size);
void kshim_trace_exit(struct shim *s);

/* ---- pci.c ---- */
void kshim_pci_init(struct shim *s);
int kshim_pci_probe(struct shim *s);
int kshim_pci_remove(struct shim *s);

/* ---- device.c, devres.c, file.c ---- */
void kshim_devres_add(struct device *d, void (*fn)(void *), void *data);
void kshim_devres_release(struct device *d);
void kshim_device_setup(struct device *d, const struct kshim_site *site);
struct device_attribute *kshim_attr_find(struct shim *s, const char *name, struct device **dev);
struct cdev *kshim_cdev_find(struct shim *s, const char *path, dev_t *devt);
struct file *kshim_file(struct shim *s, int fd);
int kshim_file_open(struct shim *s, const char *path, int flags);
int kshim_file_close(struct shim *s, int fd);
/* Of a file whose last user may be deep in the driver: release() comes later, as a task of its own. */
void kshim_fput_later(struct file *f);
/* The process ends: its requests are cancelled, those that can be are waited for. */
void kshim_aio_exit(struct shim *s);
ssize_t kshim_file_rw(struct shim *s, int fd, const struct iovec *v, int n, off_t *pos, bool write,
		      int rwf);

/* ---- syscall.c, params.c ---- */
bool kshim_others_wait(struct shim *s);
void kshim_turn_take(struct shim *s);
void kshim_turn_give(struct shim *s);
bool kshim_in_fibre(struct shim *s);
int kshim_pump_turn(struct shim *s, bool (*until)(void *), void *arg, u64 deadline);
void kshim_tasks_free(struct shim *s);
void kshim_params_reset(struct shim *s);
void kshim_params_forget(struct shim *s);
int kshim_params_parse(struct shim *s, const char *text);

/* ---- time ---- */
void kshim_timer_leaks(struct shim *s);
void kshim_work_leaks(struct shim *s);
void kshim_work_exit(struct shim *s);

#endif
