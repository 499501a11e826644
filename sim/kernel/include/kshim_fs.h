/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernel API shim: files, iterators, asynchronous I/O control blocks, modules, idr, xarray. */
#ifndef KSHIM_FS_H
#define KSHIM_FS_H

#include "kshim_dma.h"
#pragma GCC system_header

struct inode;
struct file;
struct cdev;
struct vm_area_struct;
struct io_comp_batch;
struct poll_table_struct;
typedef struct poll_table_struct poll_table;
typedef struct fown { int unused; } *fl_owner_t;

/* ---- modules ---- */
struct module {
	const char *name;
	int refs;       /* users; unload is refused while there are any */
	bool live;
};
struct kernel_param {
	const char *name, *type, *init_value;
	void *arg;
	int (*set)(const char *val, const struct kernel_param *kp);
	size_t size;
	umode_t perm;
	void **saved; /* the value before the first load: a reload starts from it */
};
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "causeway"
#endif
/* The file with module_init() defines these, one set a program; shim_module_load() refers to them. */
extern struct module __this_module;
extern int (*const kshim_module_init)(void);
extern void (*const kshim_module_exit)(void);
#define THIS_MODULE (&__this_module)
#define module_init(fn) struct module __this_module = { .name = KBUILD_MODNAME };	\
	int (*const kshim_module_init)(void) = (fn);
#define module_exit(fn) void (*const kshim_module_exit)(void) = (fn);
#define module_driver(drv, reg, unreg)						\
static int drv##_init(void) { return reg(&(drv)); }				\
module_init(drv##_init)								\
static void drv##_exit(void) { unreg(&(drv)); }					\
module_exit(drv##_exit)
bool try_module_get(struct module *m);
void __module_get(struct module *m);
void module_put(struct module *m);
#define KSHIM_MODINFO(tag, v) _Static_assert(sizeof(v) > 0, "module information")
#define MODULE_LICENSE(s) KSHIM_MODINFO(license, s)
#define MODULE_AUTHOR(s) KSHIM_MODINFO(author, s)
#define MODULE_DESCRIPTION(s) KSHIM_MODINFO(description, s)
#define MODULE_VERSION(s) KSHIM_MODINFO(version, s)
#define MODULE_ALIAS(s) KSHIM_MODINFO(alias, s)
#define MODULE_SOFTDEP(s) KSHIM_MODINFO(softdep, s)
#define MODULE_PARM_DESC(name, s) KSHIM_MODINFO(parm, s)
#define MODULE_DEVICE_TABLE(type, name) \
	static const void *const kshim_mdt_##name __maybe_unused = &(name)

int kshim_param_set(const char *val, const struct kernel_param *kp);
#define KSHIM_PARAM(pname, var, ptype, pset, pperm)				\
	_Static_assert(((pperm) & ~0777) == 0, "parameter permissions");	\
	static void *kshim_saved_##pname;					\
	static const struct kernel_param kshim_param_##pname = {		\
		.name = #pname, .type = ptype, .arg = &(var), .set = pset,	\
		.size = sizeof(var), .perm = pperm, .saved = &kshim_saved_##pname };	\
	static const struct kernel_param *const kshim_parp_##pname		\
	__attribute__((section("kshim_params"), used)) = &kshim_param_##pname
#define module_param_named(name, var, type, perm) KSHIM_PARAM(name, var, #type, kshim_param_set, perm)
#define module_param(name, type, perm) module_param_named(name, name, type, perm)

/* ---- iterators ---- */
enum iter_type { ITER_UBUF, ITER_IOVEC, ITER_BVEC, ITER_KVEC, ITER_FOLIOQ, ITER_XARRAY, ITER_DISCARD };
#define ITER_SOURCE 1 /* == WRITE */
#define ITER_DEST 0   /* == READ */
#define READ 0
#define WRITE 1
#undef UIO_MAXIOV
#define UIO_MAXIOV 1024
#define MAX_RW_COUNT (INT_MAX & PAGE_MASK)
struct kvec { void *iov_base; size_t iov_len; };
struct bio_vec { struct page *bv_page; unsigned int bv_len, bv_offset; };
struct iov_iter {
	u8 iter_type;
	bool nofault, data_source;
	size_t iov_offset;
	union {
		const struct iovec *__iov;
		const struct kvec *kvec;
		const struct bio_vec *bvec;
		void *ubuf;
	};
	size_t count;
	unsigned long nr_segs;
};
typedef unsigned int iov_iter_extraction_t;
#define ITER_ALLOW_P2PDMA 1u
static inline enum iter_type iov_iter_type(const struct iov_iter *i) { return (enum iter_type)i->iter_type; }
static inline bool iter_is_ubuf(const struct iov_iter *i) { return i->iter_type == ITER_UBUF; }
static inline bool iter_is_iovec(const struct iov_iter *i) { return i->iter_type == ITER_IOVEC; }
static inline bool iov_iter_is_bvec(const struct iov_iter *i) { return i->iter_type == ITER_BVEC; }
static inline bool iov_iter_is_kvec(const struct iov_iter *i) { return i->iter_type == ITER_KVEC; }
static inline bool user_backed_iter(const struct iov_iter *i) { return iter_is_ubuf(i) || iter_is_iovec(i); }
static inline unsigned char iov_iter_rw(const struct iov_iter *i) { return i->data_source ? WRITE : READ; }
static inline size_t iov_iter_count(const struct iov_iter *i) { return i->count; }
static inline bool iov_iter_extract_will_pin(const struct iov_iter *i) { return user_backed_iter(i); }
static inline void iov_iter_truncate(struct iov_iter *i, u64 n) { if (i->count > n) i->count = n; }
static inline void iov_iter_reexpand(struct iov_iter *i, size_t n) { i->count = n; }
void iov_iter_ubuf(struct iov_iter *i, unsigned int dir, void *buf, size_t n);
void iov_iter_init(struct iov_iter *i, unsigned int dir, const struct iovec *v, unsigned long n, size_t count);
void iov_iter_bvec(struct iov_iter *i, unsigned int dir, const struct bio_vec *v, unsigned long n, size_t count);
void iov_iter_kvec(struct iov_iter *i, unsigned int dir, const struct kvec *v, unsigned long n, size_t count);
int import_ubuf(int rw, void *buf, size_t n, struct iov_iter *i);
void iov_iter_advance(struct iov_iter *i, size_t n);
void iov_iter_revert(struct iov_iter *i, size_t n);
size_t iov_iter_single_seg_count(const struct iov_iter *i);
int iov_iter_npages(const struct iov_iter *i, int maxpages);
unsigned long iov_iter_alignment(const struct iov_iter *i);
ssize_t kshim_extract(struct iov_iter *i, struct page ***pages, size_t maxsize, unsigned int maxpages,
		      iov_iter_extraction_t flags, size_t *offset0, const struct kshim_site *site);
#define iov_iter_extract_pages(i, p, ms, mp, f, o) kshim_extract(i, p, ms, mp, f, o, KSHIM_SITE)
size_t copy_to_iter(const void *from, size_t n, struct iov_iter *i);
size_t copy_from_iter(void *to, size_t n, struct iov_iter *i);
bool copy_from_iter_full(void *to, size_t n, struct iov_iter *i);
size_t iov_iter_zero(size_t n, struct iov_iter *i);
size_t fault_in_iov_iter_readable(const struct iov_iter *i, size_t n);
size_t fault_in_iov_iter_writeable(const struct iov_iter *i, size_t n);

/* ---- files ---- */
struct kiocb {
	struct file *ki_filp;
	loff_t ki_pos;
	void (*ki_complete)(struct kiocb *iocb, long ret);
	void *private;
	int ki_flags;
	u16 ki_ioprio;
};
#define IOCB_HIPRI (1 << 0)
#define IOCB_DSYNC (1 << 1)
#define IOCB_NOWAIT (1 << 3)
#define IOCB_APPEND (1 << 4)
#define IOCB_EVENTFD (1 << 16)
#define IOCB_AIO_RW (1 << 23)
#define IOCB_DIRECT (1 << 17)
#define IOCB_WRITE (1 << 18)
static inline bool is_sync_kiocb(struct kiocb *k) { return k->ki_complete == NULL; }
typedef int (kiocb_cancel_fn)(struct kiocb *);
void kiocb_set_cancel_fn(struct kiocb *iocb, kiocb_cancel_fn *cancel); /* libaio's: IOCB_AIO_RW */

struct file_operations {
	struct module *owner;
	unsigned int fop_flags;
	loff_t (*llseek)(struct file *, loff_t, int);
	ssize_t (*read)(struct file *, char *, size_t, loff_t *);
	ssize_t (*write)(struct file *, const char *, size_t, loff_t *);
	ssize_t (*read_iter)(struct kiocb *, struct iov_iter *);
	ssize_t (*write_iter)(struct kiocb *, struct iov_iter *);
	int (*iopoll)(struct kiocb *, struct io_comp_batch *, unsigned int);
	__poll_t (*poll)(struct file *, struct poll_table_struct *);
	long (*unlocked_ioctl)(struct file *, unsigned int, unsigned long);
	long (*compat_ioctl)(struct file *, unsigned int, unsigned long);
	int (*mmap)(struct file *, struct vm_area_struct *);
	int (*open)(struct inode *, struct file *);
	int (*flush)(struct file *, fl_owner_t id);
	int (*release)(struct inode *, struct file *);
	int (*fsync)(struct file *, loff_t, loff_t, int);
	int (*fasync)(int, struct file *, int);
	void (*show_fdinfo)(void *m, struct file *f);
};
struct inode {
	struct cdev *i_cdev;
	dev_t i_rdev;
	umode_t i_mode;
	loff_t i_size;
	void *i_private;
};
struct path { void *unused; };
struct file {
	const struct file_operations *f_op;
	struct inode *f_inode;
	void *private_data;
	loff_t f_pos;
	unsigned int f_flags;
	fmode_t f_mode;
	int refs;
	struct module *owner;
	struct list_head node;
	char name[32];
	const struct kshim_site *site;
	struct inode own_inode;
	struct device *dev;    /* what its cdev keeps alive */
};
#define FMODE_READ 1u
#define FMODE_WRITE 2u
#define FMODE_LSEEK 4u
#define FMODE_PREAD 8u
#define FMODE_PWRITE 16u
#define FMODE_STREAM 0x200000u
#define FMODE_NOWAIT 0x8000000u
#define FMODE_CAN_ODIRECT 0x400000u
static inline struct inode *file_inode(const struct file *f) { return f->f_inode; }
static inline unsigned int iminor(const struct inode *i) { return MINOR(i->i_rdev); }
static inline unsigned int imajor(const struct inode *i) { return MAJOR(i->i_rdev); }
static inline loff_t i_size_read(const struct inode *i) { return i->i_size; }
static inline void i_size_write(struct inode *i, loff_t n) { i->i_size = n; }
loff_t fixed_size_llseek(struct file *f, loff_t off, int whence, loff_t size);
loff_t generic_file_llseek_size(struct file *f, loff_t off, int whence, loff_t maxsize, loff_t eof);
loff_t noop_llseek(struct file *f, loff_t off, int whence);
loff_t default_llseek(struct file *f, loff_t off, int whence);
int stream_open(struct inode *i, struct file *f);
int nonseekable_open(struct inode *i, struct file *f);
long compat_ptr_ioctl(struct file *f, unsigned int cmd, unsigned long arg);
struct file *get_file(struct file *f);
void fput(struct file *f);
struct file *fget(unsigned int fd);
int get_unused_fd_flags(unsigned int flags);
void put_unused_fd(unsigned int fd);
void fd_install(unsigned int fd, struct file *f);
struct file *kshim_anon_file(const char *name, const struct file_operations *fops, void *priv, int flags,
			     const struct kshim_site *site);
int kshim_anon_fd(const char *name, const struct file_operations *fops, void *priv, int flags,
		  const struct kshim_site *site);
#define anon_inode_getfile(n, o, p, f) kshim_anon_file(n, o, p, f, KSHIM_SITE)
#define anon_inode_getfd(n, o, p, f) kshim_anon_fd(n, o, p, f, KSHIM_SITE)

#define EPOLLIN 1u
#define EPOLLPRI 2u
#define EPOLLOUT 4u
#define EPOLLERR 8u
#define EPOLLHUP 16u
#define EPOLLRDNORM 0x40u
#define EPOLLWRNORM 0x100u
#define EPOLLRDHUP 0x2000u
void poll_wait(struct file *f, struct wait_queue_head *q, poll_table *p);

/* ---- numbers ---- */
struct ida { unsigned long *map; unsigned int bits; bool inited; };
#define IDA_INIT(n) { NULL, 0, true }
#define DEFINE_IDA(n) struct ida n = IDA_INIT(n)
static inline void ida_init(struct ida *i) { i->map = NULL; i->bits = 0; i->inited = true; }
int kshim_ida_alloc(struct ida *i, unsigned int min, unsigned int max, gfp_t gfp, const struct kshim_site *s);
#define ida_alloc_range(i, mn, mx, g) kshim_ida_alloc(i, mn, mx, g, KSHIM_SITE)
#define ida_alloc(i, g) kshim_ida_alloc(i, 0, INT_MAX, g, KSHIM_SITE)
#define ida_alloc_min(i, mn, g) kshim_ida_alloc(i, mn, INT_MAX, g, KSHIM_SITE)
#define ida_alloc_max(i, mx, g) kshim_ida_alloc(i, 0, mx, g, KSHIM_SITE)
void ida_free(struct ida *i, unsigned int id);
void ida_destroy(struct ida *i);
bool ida_is_empty(const struct ida *i);

#define XA_FLAGS_ALLOC 4u
#define XA_FLAGS_ALLOC1 12u
#define XA_FLAGS_LOCK_IRQ 1u
struct xarray { spinlock_t xa_lock; unsigned int flags; unsigned long n, cap; struct kshim_xa *slot; };
struct xa_limit { u32 max, min; };
#define XA_LIMIT(mn, mx) (struct xa_limit){ .min = mn, .max = mx }
#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define xa_limit_16b XA_LIMIT(0, USHRT_MAX)
#define DEFINE_XARRAY_FLAGS(n, f) struct xarray n = { .xa_lock = KSHIM_LOCK_INIT(KSHIM_SPIN, #n), .flags = f }
#define DEFINE_XARRAY(n) DEFINE_XARRAY_FLAGS(n, 0)
#define DEFINE_XARRAY_ALLOC(n) DEFINE_XARRAY_FLAGS(n, XA_FLAGS_ALLOC)
void xa_init_flags(struct xarray *x, gfp_t flags);
static inline void xa_init(struct xarray *x) { xa_init_flags(x, 0); }
void *xa_load(struct xarray *x, unsigned long index);
void *kshim_xa_store(struct xarray *x, unsigned long i, void *p, gfp_t gfp, const struct kshim_site *s);
#define xa_store(x, i, p, g) kshim_xa_store(x, i, p, g, KSHIM_SITE)
int kshim_xa_alloc(struct xarray *x, u32 *id, void *p, struct xa_limit lim, gfp_t gfp, const struct kshim_site *s);
#define xa_alloc(x, id, p, l, g) kshim_xa_alloc(x, id, p, l, g, KSHIM_SITE)
int kshim_xa_insert(struct xarray *x, unsigned long i, void *p, gfp_t gfp, const struct kshim_site *s);
#define xa_insert(x, i, p, g) kshim_xa_insert(x, i, p, g, KSHIM_SITE)
void *xa_erase(struct xarray *x, unsigned long index);
void xa_destroy(struct xarray *x);
bool xa_empty(const struct xarray *x);
void *xa_find(struct xarray *x, unsigned long *index, unsigned long max, unsigned int filter);
void *xa_find_after(struct xarray *x, unsigned long *index, unsigned long max, unsigned int filter);
#define XA_PRESENT 8u
static inline int xa_err(void *p) { return IS_ERR(p) ? (int)PTR_ERR(p) : 0; }
static inline bool xa_is_err(const void *p) { return IS_ERR(p); }
#define xa_for_each(x, i, p) for (i = 0, p = xa_find(x, &i, ULONG_MAX, XA_PRESENT); p; \
	p = xa_find_after(x, &i, ULONG_MAX, XA_PRESENT))
#define xa_lock(x) spin_lock(&(x)->xa_lock)
#define xa_unlock(x) spin_unlock(&(x)->xa_lock)

#define CAP_SYS_ADMIN 21
#define CAP_SYS_RAWIO 17
#define CAP_NET_ADMIN 12
#define CAP_IPC_LOCK 14
bool capable(int cap);

#endif
