/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel API shim: debugfs, sequence files, tracepoints. A debugfs file that is left
 * behind is a leak; removing waits for its readers.
 */
#ifndef KSHIM_DEBUG_H
#define KSHIM_DEBUG_H

#include "kshim_device.h"
#pragma GCC system_header

/* ---- debugfs ---- */
struct dentry;
struct dentry *kshim_debugfs_new(const char *name, umode_t mode, struct dentry *parent, void *data,
				 const struct file_operations *fops, const struct kshim_site *site);
#define debugfs_create_dir(n, p) kshim_debugfs_new(n, 040755, p, NULL, NULL, KSHIM_SITE)
#define debugfs_create_file(n, m, p, d, f) kshim_debugfs_new(n, (umode_t)(m), p, d, f, KSHIM_SITE)
void debugfs_remove(struct dentry *d);
#define debugfs_remove_recursive(d) debugfs_remove(d)

/* ---- files whose text is made at once ---- */
struct seq_file {
	char *buf;
	size_t size, count;
	bool made;
	struct file *file;
	int (*show)(struct seq_file *m, void *v);
	void *private;
};
int single_open(struct file *f, int (*show)(struct seq_file *m, void *v), void *data);
int single_release(struct inode *i, struct file *f);
ssize_t seq_read(struct file *f, char *buf, size_t n, loff_t *pos);
loff_t seq_lseek(struct file *f, loff_t off, int whence);
void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
#define DEFINE_SHOW_ATTRIBUTE(n)						\
static int n##_open(struct inode *inode, struct file *file)			\
{										\
	return single_open(file, n##_show, inode->i_private);			\
}										\
static const struct file_operations n##_fops = {				\
	.owner = THIS_MODULE, .open = n##_open, .read = seq_read,		\
	.llseek = seq_lseek, .release = single_release,				\
}

/* ---- tracepoints: always on; counted, and told to who asks (shim_param.trace) ---- */
void kshim_trace(const char *name, const char *fmt, ...) __printf(2, 3);
#define TP_PROTO(args...) args
#define TP_ARGS(args...) args
#define TP_STRUCT__entry(args...) args
#define TP_fast_assign(args...) args
#define TP_printk(fmt, args...) fmt "\n", args
#define __field(type, item) type item;
#define TRACE_EVENT(name, proto, args, entry, assign, print)			\
static inline void trace_##name(proto)						\
{										\
	struct { entry } kshim_entry, *__entry = &kshim_entry;			\
	assign									\
	kshim_trace(#name, print);						\
}										\
static inline bool trace_##name##_enabled(void) { return true; }		\
struct kshim_trace_##name

#endif
