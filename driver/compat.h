/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * Where kernels differ. Each entry supplies the newer kernel's behaviour under
 * a name of our own. The version says little: stable kernels and distributions
 * carry what came later. So first look for a call that all of them have; else
 * ask for a macro that came or went with the change; and for the version last.
 */
#ifndef CW_COMPAT_H
#define CW_COMPAT_H

#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/uio.h>

/* The pin's flag of pci_alloc_irq_vectors(): the older kernels have only the older name. */
#ifdef PCI_IRQ_INTX
#define CW_IRQ_INTX PCI_IRQ_INTX
#else
#define CW_IRQ_INTX PCI_IRQ_LEGACY
#endif

/*
 * Takes up to max_pages pages of the iterator's next piece into pages[],
 * advances the iterator and returns the bytes, *offset being where they start
 * in the first page. Pages of user memory are pinned (cw_iter_pins()); those of
 * a bvec stay their owner's, who keeps them until the I/O is over.
 * iov_iter_extract_pages() came with this macro, for its flags.
 */
#ifdef ITER_ALLOW_P2PDMA
static inline ssize_t cw_iter_extract(struct iov_iter *iter, struct page **pages, size_t max_len,
				      unsigned int max_pages, size_t *offset)
{
	return iov_iter_extract_pages(iter, &pages, max_len, max_pages, 0, offset);
}
#else
static inline ssize_t cw_iter_extract_bvec(struct iov_iter *iter, struct page **pages, size_t len,
					   unsigned int max_pages, size_t *offset)
{
	size_t skip = iter->bvec->bv_offset + iter->iov_offset;
	struct page *page = iter->bvec->bv_page + (skip >> PAGE_SHIFT);
	unsigned int i, n;

	*offset = offset_in_page(skip);
	len = min_t(size_t, len, iter->bvec->bv_len - iter->iov_offset);
	n = min_t(size_t, DIV_ROUND_UP(*offset + len, PAGE_SIZE), max_pages);
	for (i = 0; i < n; i++)
		pages[i] = page + i;
	len = min_t(size_t, len, n * PAGE_SIZE - *offset);
	iov_iter_advance(iter, len);
	return len;
}

static inline ssize_t cw_iter_extract_user(struct iov_iter *iter, struct page **pages, size_t len,
					   unsigned int max_pages, size_t *offset)
{
	unsigned int flags = iov_iter_rw(iter) == WRITE ? 0 : FOLL_WRITE;
	unsigned long addr;
	int n;

	if (iter_is_ubuf(iter)) {
		addr = (unsigned long)iter->ubuf + iter->iov_offset;
	} else {
		addr = (unsigned long)iter->iov->iov_base + iter->iov_offset;
		len = min_t(size_t, len, iter->iov->iov_len - iter->iov_offset);
	}
	*offset = offset_in_page(addr);
	n = min_t(size_t, DIV_ROUND_UP(*offset + len, PAGE_SIZE), max_pages);
	n = pin_user_pages_fast(addr & PAGE_MASK, n, flags, pages);
	if (n <= 0)
		return n ? n : -EFAULT;
	len = min_t(size_t, len, n * PAGE_SIZE - *offset);
	iov_iter_advance(iter, len);
	return len;
}

static inline ssize_t cw_iter_extract(struct iov_iter *iter, struct page **pages, size_t max_len,
				      unsigned int max_pages, size_t *offset)
{
	size_t len = min_t(size_t, max_len, iov_iter_count(iter));

	/* Empty pieces carry no page; advancing by nothing steps over them. */
	while (len && !iter_is_ubuf(iter) && iov_iter_single_seg_count(iter) == 0)
		iov_iter_advance(iter, 0);
	if (len == 0)
		return 0;
	if (iov_iter_is_bvec(iter))
		return cw_iter_extract_bvec(iter, pages, len, max_pages, offset);
	return cw_iter_extract_user(iter, pages, len, max_pages, offset);
}
#endif

/* May it get a function to cancel it? That is libaio's alone, and before this flag no driver could tell. */
static inline bool cw_iocb_cancellable(struct kiocb *iocb)
{
#ifdef IOCB_AIO_RW
	return iocb->ki_flags & IOCB_AIO_RW;
#else
	return false;
#endif
}

static inline bool cw_iter_pins(const struct iov_iter *iter)
{
	return user_backed_iter(iter);
}

#endif
