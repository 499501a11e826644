// SPDX-License-Identifier: BSD-2-Clause
/* Iterators over user buffers, user vectors, and vectors of pages or kernel memory. */
#include "internal.h"

static void iter_set(struct iov_iter *i, enum iter_type type, unsigned int dir, const void *p, unsigned long n,
		     size_t count)
{
	memset(i, 0, sizeof(*i));
	i->iter_type = (u8)type;
	i->data_source = dir == ITER_SOURCE;
	i->ubuf = (void *)p; /* all pointers share the place */
	i->nr_segs = n;
	i->count = count;
}

void iov_iter_ubuf(struct iov_iter *i, unsigned int dir, void *buf, size_t n)
{
	iter_set(i, ITER_UBUF, dir, buf, 1, n);
}

void iov_iter_init(struct iov_iter *i, unsigned int dir, const struct iovec *v, unsigned long n, size_t count)
{
	iter_set(i, ITER_IOVEC, dir, v, n, count);
}

void iov_iter_bvec(struct iov_iter *i, unsigned int dir, const struct bio_vec *v, unsigned long n, size_t count)
{
	iter_set(i, ITER_BVEC, dir, v, n, count);
}

void iov_iter_kvec(struct iov_iter *i, unsigned int dir, const struct kvec *v, unsigned long n, size_t count)
{
	iter_set(i, ITER_KVEC, dir, v, n, count);
}

int import_ubuf(int rw, void *buf, size_t n, struct iov_iter *i)
{
	n = min_t(size_t, n, MAX_RW_COUNT);
	if (!access_ok(buf, n))
		return -EFAULT;
	iov_iter_ubuf(i, (unsigned int)rw, buf, n);
	return 0;
}

static size_t seg_len(const struct iov_iter *i)
{
	switch (i->iter_type) {
	case ITER_UBUF:
		return i->iov_offset + i->count;
	case ITER_BVEC:
		return i->bvec->bv_len;
	default:
		return i->__iov->iov_len; /* kvec has the same layout */
	}
}

static void seg_step(struct iov_iter *i, int by)
{
	i->nr_segs = (unsigned long)((long)i->nr_segs - by);
	if (i->iter_type == ITER_BVEC)
		i->bvec += by;
	else
		i->__iov += by;
}

/* Never rests at the end of a segment while there is another. */
static void seg_normalise(struct iov_iter *i)
{
	while (i->iter_type != ITER_UBUF && i->nr_segs && i->iov_offset >= seg_len(i)) {
		if (i->nr_segs == 1 && !i->count)
			break;
		i->iov_offset -= seg_len(i);
		seg_step(i, 1);
	}
}

void iov_iter_advance(struct iov_iter *i, size_t n)
{
	n = min(n, i->count);
	i->count -= n;
	i->iov_offset += n;
	seg_normalise(i);
}

void iov_iter_revert(struct iov_iter *i, size_t n)
{
	i->count += n;
	while (i->iter_type != ITER_UBUF && n > i->iov_offset) {
		n -= i->iov_offset;
		seg_step(i, -1);
		i->iov_offset = seg_len(i);
	}
	i->iov_offset -= n;
}

size_t iov_iter_single_seg_count(const struct iov_iter *i)
{
	return i->iter_type == ITER_UBUF ? i->count : i->nr_segs ? min(i->count, seg_len(i) - i->iov_offset) : 0;
}

static unsigned long seg_addr(const struct iov_iter *i)
{
	if (i->iter_type == ITER_UBUF)
		return (unsigned long)i->ubuf + i->iov_offset;
	if (i->iter_type == ITER_BVEC)
		return i->bvec->bv_offset + i->iov_offset;
	return (unsigned long)i->__iov->iov_base + i->iov_offset;
}

int iov_iter_npages(const struct iov_iter *it, int maxpages)
{
	struct iov_iter i = *it;
	long n = 0;

	while (i.count && n < maxpages) {
		size_t len = iov_iter_single_seg_count(&i);

		if (len)
			n += (long)DIV_ROUND_UP(offset_in_page(seg_addr(&i)) + len, PAGE_SIZE);
		iov_iter_advance(&i, len);
		if (!len && i.nr_segs <= 1)
			break;
	}
	return (int)min_t(long, n, maxpages);
}

unsigned long iov_iter_alignment(const struct iov_iter *it)
{
	struct iov_iter i = *it;
	unsigned long res = 0;

	while (i.count) {
		size_t len = iov_iter_single_seg_count(&i);

		if (len)
			res |= seg_addr(&i) | len;
		iov_iter_advance(&i, len);
	}
	return res;
}

/* ---- pages ---- */

static struct page **page_array(struct page ***pages, unsigned int n, const struct kshim_site *site)
{
	if (!*pages)
		*pages = kshim_alloc(n * sizeof(**pages), GFP_KERNEL, KSHIM_VMALLOC, site);
	return *pages;
}

static ssize_t extract_user(struct iov_iter *i, struct page ***pages, size_t len, unsigned int maxpages,
			    size_t *offset, const struct kshim_site *site)
{
	unsigned long addr = seg_addr(i);
	unsigned int n;
	int got;

	*offset = offset_in_page(addr);
	n = (unsigned int)min_t(size_t, DIV_ROUND_UP(*offset + len, PAGE_SIZE), maxpages);
	if (!page_array(pages, n, site))
		return -ENOMEM;
	got = kshim_pin(addr, (int)n, i->data_source ? 0 : FOLL_WRITE, *pages, site);
	if (got <= 0)
		return got;
	return (ssize_t)min_t(size_t, len, (size_t)got * PAGE_SIZE - *offset);
}

/* One run of pages that is contiguous as the iterator sees it; not pinned: they are their owner's. */
static ssize_t extract_bvec(struct iov_iter *i, struct page ***pages, size_t len, unsigned int maxpages,
			    size_t *offset, const struct kshim_site *site)
{
	unsigned long skip = seg_addr(i);
	struct page *p = i->bvec->bv_page;
	unsigned int n, k;

	*offset = offset_in_page(skip);
	n = (unsigned int)min_t(size_t, DIV_ROUND_UP(*offset + len, PAGE_SIZE), maxpages);
	if (!page_array(pages, n, site))
		return -ENOMEM;
	for (k = 0; k < n; k++)
		(*pages)[k] = p + (skip >> PAGE_SHIFT) + k;
	return (ssize_t)min_t(size_t, len, n * PAGE_SIZE - *offset);
}

ssize_t kshim_extract(struct iov_iter *i, struct page ***pages, size_t maxsize, unsigned int maxpages,
		      iov_iter_extraction_t flags, size_t *offset, const struct kshim_site *site)
{
	size_t len;
	ssize_t n;

	(void)flags;
	seg_normalise(i);
	len = min(maxsize, iov_iter_single_seg_count(i));
	if (!len || !maxpages)
		return 0;
	if (user_backed_iter(i))
		n = extract_user(i, pages, len, maxpages, offset, site);
	else if (iov_iter_is_bvec(i))
		n = extract_bvec(i, pages, len, maxpages, offset, site);
	else
		return -EFAULT;
	if (n > 0)
		iov_iter_advance(i, (size_t)n);
	return n;
}

/* ---- copying ---- */

static size_t seg_copy(struct iov_iter *i, void *buf, size_t n, bool to_iter)
{
	void *p;

	if (user_backed_iter(i)) {
		unsigned long left = to_iter ? copy_to_user((void *)seg_addr(i), buf, n)
					     : copy_from_user(buf, (void *)seg_addr(i), n);

		return n - left;
	}
	if (iov_iter_is_bvec(i)) {
		unsigned long skip = seg_addr(i);

		n = min_t(size_t, n, PAGE_SIZE - offset_in_page(skip));
		p = (char *)i->bvec->bv_page[skip >> PAGE_SHIFT].va + offset_in_page(skip);
		if (to_iter) /* to be marked dirty, if it is a user's */
			i->bvec->bv_page[skip >> PAGE_SHIFT].card_wrote |= i->bvec->bv_page[skip >> PAGE_SHIFT].user;
	} else {
		p = (void *)seg_addr(i);
	}
	if (to_iter)
		memcpy(p, buf, n);
	else
		memcpy(buf, p, n);
	return n;
}

static size_t iter_copy(struct iov_iter *i, void *buf, size_t n, bool to_iter)
{
	size_t done = 0;

	n = min(n, i->count);
	seg_normalise(i);
	while (done < n) {
		size_t want = min(n - done, iov_iter_single_seg_count(i));
		size_t got = want ? seg_copy(i, (char *)buf + done, want, to_iter) : 0;

		iov_iter_advance(i, got);
		done += got;
		if (!got)
			break;
	}
	return done;
}

size_t copy_to_iter(const void *from, size_t n, struct iov_iter *i)
{
	return iter_copy(i, (void *)from, n, true);
}

size_t copy_from_iter(void *to, size_t n, struct iov_iter *i)
{
	return iter_copy(i, to, n, false);
}

bool copy_from_iter_full(void *to, size_t n, struct iov_iter *i)
{
	size_t got = copy_from_iter(to, n, i);

	if (got == n)
		return true;
	iov_iter_revert(i, got);
	return false;
}

size_t iov_iter_zero(size_t n, struct iov_iter *i)
{
	static const char zero[512];
	size_t done = 0, got;

	while (done < n) {
		got = copy_to_iter(zero, min(n - done, sizeof(zero)), i);
		if (!got)
			break;
		done += got;
	}
	return done;
}

static size_t fault_in(const struct iov_iter *i, size_t n, bool write)
{
	unsigned long a = seg_addr(i);

	return user_backed_iter(i) && kshim_user_access(a & PAGE_MASK, PAGE_ALIGN(offset_in_page(a) + n), write) ? n : 0;
}

size_t fault_in_iov_iter_readable(const struct iov_iter *i, size_t n)
{
	return fault_in(i, min(n, iov_iter_single_seg_count(i)), false);
}

size_t fault_in_iov_iter_writeable(const struct iov_iter *i, size_t n)
{
	return fault_in(i, min(n, iov_iter_single_seg_count(i)), true);
}
