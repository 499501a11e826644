// SPDX-License-Identifier: BSD-2-Clause
/* ida and xarray. What is left in them at unload is a leak. */
#include "internal.h"

/* ---- ida ---- */

static int ida_grow(struct ida *i, unsigned int bit)
{
	unsigned int bits = max(ALIGN(bit + 1, 1024u), i->bits);
	unsigned long *map;

	if (bits == i->bits)
		return 0;
	map = realloc(i->map, bits / 8);
	if (!map)
		return -ENOMEM;
	memset((char *)map + i->bits / 8, 0, (bits - i->bits) / 8);
	i->map = map;
	i->bits = bits;
	return 0;
}

static const void *ida_key(const struct ida *i, unsigned int id)
{
	return (const char *)i + id;
}

int kshim_ida_alloc(struct ida *i, unsigned int min, unsigned int max, gfp_t gfp, const struct kshim_site *site)
{
	unsigned long id;

	if (gfp & (GFP_KERNEL & ~GFP_ATOMIC))
		kshim_might_sleep("ida_alloc", site);
	kshim_point(COST_CALL);
	if (kshim_should_fail("ida_alloc"))
		return -ENOMEM;
	id = i->bits > min ? kshim_find_bit(i->map, i->bits, min, false) : min;
	if (id > max)
		return -ENOSPC;
	if (ida_grow(i, (unsigned int)id))
		return -ENOMEM;
	__set_bit(id, i->map);
	kshim_res_add(RES_ID, ida_key(i, (unsigned int)id), 0, false, site);
	return (int)id;
}

void ida_free(struct ida *i, unsigned int id)
{
	if (id >= i->bits || !test_bit(id, i->map)) {
		kshim_fail("ida", NULL, "ida_free() of %u, which is not allocated", id);
		return;
	}
	__clear_bit(id, i->map);
	kshim_res_del(RES_ID, ida_key(i, id));
	if (bitmap_empty(i->map, i->bits))
		ida_destroy(i);
}

void ida_destroy(struct ida *i)
{
	unsigned int id;

	for (id = 0; id < i->bits; id++)
		if (test_bit(id, i->map))
			kshim_res_del(RES_ID, ida_key(i, id));
	free(i->map);
	i->map = NULL;
	i->bits = 0;
}

bool ida_is_empty(const struct ida *i)
{
	return !i->bits || bitmap_empty(i->map, i->bits);
}

/* ---- xarray: a sorted array ---- */

struct kshim_xa { unsigned long index; void *p; };

void xa_init_flags(struct xarray *x, gfp_t flags)
{
	memset(x, 0, sizeof(*x));
	kshim_lock_init(&x->xa_lock.l, KSHIM_SPIN, "xa_lock", x);
	x->flags = flags;
}

/* The first slot whose index is not below. */
static unsigned long xa_pos(const struct xarray *x, unsigned long index)
{
	unsigned long lo = 0, hi = x->n;

	while (lo < hi) {
		unsigned long mid = (lo + hi) / 2;

		if (x->slot[mid].index < index)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void *xa_load(struct xarray *x, unsigned long index)
{
	unsigned long i = xa_pos(x, index);

	kshim_point(COST_LOCK);
	return i < x->n && x->slot[i].index == index ? x->slot[i].p : NULL;
}

void *xa_erase(struct xarray *x, unsigned long index)
{
	unsigned long i = xa_pos(x, index);
	void *old;

	kshim_point(COST_LOCK);
	if (i >= x->n || x->slot[i].index != index)
		return NULL;
	old = x->slot[i].p;
	memmove(&x->slot[i], &x->slot[i + 1], (x->n - i - 1) * sizeof(*x->slot));
	if (--x->n == 0) {
		free(x->slot);
		x->slot = NULL;
		x->cap = 0;
		kshim_res_del(RES_XA, x);
	}
	return old;
}

void *kshim_xa_store(struct xarray *x, unsigned long index, void *p, gfp_t gfp, const struct kshim_site *site)
{
	unsigned long i;
	void *old;

	if (gfp & (GFP_KERNEL & ~GFP_ATOMIC))
		kshim_might_sleep("xa_store", site);
	kshim_point(COST_LOCK);
	if (!p)
		return xa_erase(x, index);
	i = xa_pos(x, index);
	if (i < x->n && x->slot[i].index == index) {
		old = x->slot[i].p;
		x->slot[i].p = p;
		return old;
	}
	if (kshim_should_fail("xa_store"))
		return ERR_PTR(-ENOMEM);
	if (x->n == x->cap) {
		void *n = realloc(x->slot, (x->cap + 64) * sizeof(*x->slot));

		if (!n)
			return ERR_PTR(-ENOMEM);
		x->slot = n;
		x->cap += 64;
	}
	if (!x->n)
		kshim_res_add(RES_XA, x, sizeof(*x), false, site);
	memmove(&x->slot[i + 1], &x->slot[i], (x->n - i) * sizeof(*x->slot));
	x->slot[i] = (struct kshim_xa){ index, p };
	x->n++;
	return NULL;
}

int kshim_xa_insert(struct xarray *x, unsigned long index, void *p, gfp_t gfp, const struct kshim_site *site)
{
	if (xa_load(x, index))
		return -EBUSY;
	return xa_err(kshim_xa_store(x, index, p, gfp, site));
}

int kshim_xa_alloc(struct xarray *x, u32 *id, void *p, struct xa_limit lim, gfp_t gfp, const struct kshim_site *site)
{
	unsigned long i = xa_pos(x, lim.min);
	u64 want = max_t(u32, lim.min, (x->flags & XA_FLAGS_ALLOC1) == XA_FLAGS_ALLOC1 ? 1 : 0);

	for (; i < x->n && x->slot[i].index <= want; i++)
		if (x->slot[i].index == want)
			want++;
	if (want > lim.max)
		return -EBUSY;
	*id = (u32)want;
	return xa_err(kshim_xa_store(x, (unsigned long)want, p, gfp, site));
}

void xa_destroy(struct xarray *x)
{
	while (x->n)
		xa_erase(x, x->slot[0].index);
}

bool xa_empty(const struct xarray *x)
{
	return !x->n;
}

void *xa_find(struct xarray *x, unsigned long *index, unsigned long max, unsigned int filter)
{
	unsigned long i = xa_pos(x, *index);

	(void)filter;
	if (i >= x->n || x->slot[i].index > max)
		return NULL;
	*index = x->slot[i].index;
	return x->slot[i].p;
}

void *xa_find_after(struct xarray *x, unsigned long *index, unsigned long max, unsigned int filter)
{
	if (*index == ULONG_MAX)
		return NULL;
	++*index;
	return xa_find(x, index, max, filter);
}
