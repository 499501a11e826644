// SPDX-License-Identifier: BSD-2-Clause
/* debugfs, and the sequence files that its texts are made with. */
#include "internal.h"

/* ---- the tree ---- */

static bool is_folder(umode_t mode)
{
	return (mode & S_IFMT) == S_IFDIR;
}

void kshim_debugfs_init(struct shim *s)
{
	INIT_LIST_HEAD(&s->debugfs.children);
	s->debugfs.mode = S_IFDIR | 0755;
}

static struct dentry *child_of(struct dentry *d, const char *name, size_t n)
{
	struct dentry *c;

	list_for_each_entry(c, &d->children, node)
		if (strlen(c->name) == n && !memcmp(c->name, name, n))
			return c;
	return NULL;
}

static bool parent_ok(struct dentry *parent, const char *name, const struct kshim_site *site)
{
	if (parent->removed || !is_folder(parent->mode)) {
		kshim_fail("debugfs", site, "%s is made in what is no folder, or not any more", name);
		return false;
	}
	return true;
}

struct dentry *kshim_debugfs_new(const char *name, umode_t mode, struct dentry *parent, void *data,
				 const struct file_operations *fops, const struct kshim_site *site)
{
	struct shim *s = kshim;
	struct dentry *d;

	kshim_might_sleep("debugfs_create_file", site);
	if (!parent)
		parent = &s->debugfs;
	if (IS_ERR(parent))
		return parent;
	if (kshim_should_fail("debugfs_create_file"))
		return ERR_PTR(-ENOMEM);
	if (!parent_ok(parent, name, site))
		return ERR_PTR(-ENOENT);
	if (child_of(parent, name, strlen(name))) {
		kshim_fail("debugfs", site, "'%s' in '%s' is there already", name, parent->name);
		return ERR_PTR(-EEXIST);
	}
	if (!fops && !is_folder(mode))
		kshim_fail("debugfs", site, "'%s' has no operations", name);
	if (!is_folder(mode) && mode & 0007)
		kshim_fail("debugfs", site, "'%s' is open to everybody: mode %o", name, mode);
	d = calloc(1, sizeof(*d));
	if (!d)
		abort();
	INIT_LIST_HEAD(&d->children);
	strscpy(d->name, name, sizeof(d->name));
	d->mode = is_folder(mode) ? mode : S_IFREG | mode;
	d->parent = parent;
	d->data = data;
	d->fops = fops;
	list_add_tail(&d->node, &parent->children);
	kshim_res_add(RES_DENTRY, d, sizeof(*d), s->bound, site);
	return d;
}

static void remove_tree(struct dentry *d)
{
	while (!list_empty(&d->children))
		remove_tree(list_first_entry(&d->children, struct dentry, node));
	list_del(&d->node);
	d->removed = true;
	/* Who came before may still be in it. */
	while (d->users)
		kshim_wait_key(d, "debugfs_remove()", NULL);
	kshim_res_del(RES_DENTRY, d);
	free(d);
}

static bool is_there(struct dentry *in, struct dentry *d)
{
	struct dentry *c;

	list_for_each_entry(c, &in->children, node)
		if (c == d || is_there(c, d))
			return true;
	return false;
}

void debugfs_remove(struct dentry *d)
{
	if (IS_ERR_OR_NULL(d))
		return;
	kshim_might_sleep("debugfs_remove", NULL);
	if (is_there(&kshim->debugfs, d))
		remove_tree(d);
	else
		kshim_fail("debugfs", NULL, "debugfs_remove() of what is not there");
}

static void free_tree(struct dentry *d)
{
	struct dentry *c, *n;

	list_for_each_entry_safe(c, n, &d->children, node) {
		free_tree(c);
		free(c);
	}
}

void kshim_debugfs_exit(struct shim *s)
{
	free_tree(&s->debugfs);
}

/* ---- reading, as a process does ---- */

static struct dentry *find(struct shim *s, const char *path)
{
	struct dentry *d = &s->debugfs;
	size_t n;

	for (; d && *path; path += n + (path[n] == '/')) {
		n = strcspn(path, "/");
		d = child_of(d, path, n);
	}
	return d;
}

static ssize_t read_all(const struct file_operations *fops, struct file *f, char *buf, size_t size)
{
	loff_t pos = 0;
	ssize_t n = 1;

	while (n > 0 && (size_t)pos < size) {
		n = fops->read(f, buf + pos, size - (size_t)pos, &pos);
		kshim_point(COST_SYSCALL);
	}
	return n < 0 ? n : pos;
}

static ssize_t open_and_read(struct dentry *d, char *buf, size_t size)
{
	struct file *f = calloc(1, sizeof(*f));
	ssize_t ret;

	if (!f)
		abort();
	f->f_op = d->fops;
	f->f_inode = &f->own_inode;
	f->own_inode.i_private = d->data;
	f->f_mode = FMODE_READ;
	ret = d->fops->open ? d->fops->open(f->f_inode, f) : 0;
	if (!ret) {
		ret = d->fops->read ? read_all(d->fops, f, buf, size) : -EINVAL;
		if (d->fops->release)
			d->fops->release(f->f_inode, f);
	}
	free(f);
	return ret;
}

ssize_t kshim_debugfs_read(struct shim *s, const char *path, char *buf, size_t size)
{
	struct dentry *d = find(s, path);
	ssize_t ret;

	if (!d)
		return -ENOENT;
	if (is_folder(d->mode))
		return -EISDIR;
	if (!(d->mode & 0444))
		return -EACCES;
	d->users++;
	ret = open_and_read(d, buf, size);
	if (--d->users == 0)
		kshim_wake_key(d);
	return ret;
}

/* ---- sequence files ---- */

int single_open(struct file *f, int (*show)(struct seq_file *m, void *v), void *data)
{
	struct seq_file *m;

	if (kshim_should_fail("single_open"))
		return -ENOMEM;
	m = calloc(1, sizeof(*m));
	if (!m)
		abort();
	m->file = f;
	m->show = show;
	m->private = data;
	f->private_data = m;
	return 0;
}

int single_release(struct inode *i, struct file *f)
{
	struct seq_file *m = f->private_data;

	(void)i;
	free(m->buf);
	free(m);
	return 0;
}

/* As the kernel: what does not fit is made again in twice the room. */
static int make(struct seq_file *m)
{
	int ret;

	m->size = PAGE_SIZE;
	for (;;) {
		free(m->buf);
		m->buf = malloc(m->size);
		if (!m->buf)
			abort();
		m->count = 0;
		ret = m->show(m, NULL);
		if (ret < 0)
			return ret;
		if (m->count < m->size)
			break;
		m->size *= 2;
	}
	if (m->count && m->buf[m->count - 1] != '\n')
		kshim_fail("debugfs", NULL, "a text that does not end with a newline");
	m->made = true;
	return 0;
}

ssize_t seq_read(struct file *f, char *buf, size_t n, loff_t *pos)
{
	struct seq_file *m = f->private_data;
	int ret = m->made ? 0 : make(m);

	if (ret)
		return ret;
	if ((size_t)*pos >= m->count)
		return 0;
	n = min(n, m->count - (size_t)*pos);
	if (copy_to_user(buf, m->buf + *pos, n))
		return -EFAULT;
	*pos += (loff_t)n;
	return (ssize_t)n;
}

loff_t seq_lseek(struct file *f, loff_t off, int whence)
{
	(void)f;
	return whence == SEEK_SET && off >= 0 ? off : -EINVAL;
}

static void append(struct seq_file *m, const char *text, size_t n)
{
	/* Full: what follows counts for nothing, it is made again. */
	if (m->count + n >= m->size) {
		m->count = m->size;
		return;
	}
	memcpy(m->buf + m->count, text, n);
	m->count += n;
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	kshim_vformat(text, sizeof(text), fmt, ap);
	va_end(ap);
	append(m, text, strlen(text));
}

void seq_puts(struct seq_file *m, const char *s)
{
	append(m, s, strlen(s));
}

void seq_putc(struct seq_file *m, char c)
{
	append(m, &c, 1);
}
