// SPDX-License-Identifier: BSD-2-Clause
/* Scatter lists. Long ones are chained, so that code that indexes a list as an array is found. */
#include "internal.h"

#define SG_CHUNK 64u

struct scatterlist *sg_next(struct scatterlist *s)
{
	if (!s || sg_is_last(s))
		return NULL;
	s++;
	return sg_is_chain(s) ? sg_chain_ptr(s) : s;
}

int sg_nents(struct scatterlist *s)
{
	int n;

	for (n = 0; s; s = sg_next(s))
		n++;
	return n;
}

void sg_init_table(struct scatterlist *s, unsigned int n)
{
	memset(s, 0, n * sizeof(*s));
	sg_mark_end(&s[n - 1]);
}

void sg_set_buf(struct scatterlist *s, const void *buf, unsigned int len)
{
	struct page *p = virt_to_page(buf);

	if (p)
		sg_set_page(s, p, len, (unsigned int)offset_in_page(buf));
}

void sg_init_one(struct scatterlist *s, const void *buf, unsigned int len)
{
	sg_init_table(s, 1);
	sg_set_buf(s, buf, len);
}

void sg_free_table(struct sg_table *t)
{
	struct scatterlist *s = t->sgl;
	unsigned int left = t->orig_nents;

	while (s) {
		struct scatterlist *next = NULL;

		if (left > SG_CHUNK) {
			next = sg_chain_ptr(&s[SG_CHUNK]);
			left -= SG_CHUNK;
		}
		kfree(s);
		s = next;
	}
	memset(t, 0, sizeof(*t));
}

int kshim_sg_alloc(struct sg_table *t, unsigned int n, gfp_t gfp, const struct kshim_site *site)
{
	struct scatterlist *prev = NULL;
	unsigned int left = n;

	memset(t, 0, sizeof(*t));
	if (!n)
		return -EINVAL;
	while (left) {
		unsigned int here = min(left, SG_CHUNK);
		struct scatterlist *s = kshim_alloc((here + (left > here)) * sizeof(*s), gfp | __GFP_ZERO,
						    KSHIM_KMALLOC, site);

		if (!s) {
			sg_free_table(t);
			return -ENOMEM;
		}
		if (prev)
			prev[SG_CHUNK].page_link = (unsigned long)s | SG_CHAIN;
		else
			t->sgl = s;
		prev = s;
		t->orig_nents += here;
		left -= here;
		if (!left)
			sg_mark_end(&s[here - 1]);
	}
	t->nents = n;
	return 0;
}

/* The number of pages from i on that go into one entry: physical neighbours, up to max bytes. */
static unsigned int run_of(struct page **pages, unsigned int i, unsigned int n, unsigned int max)
{
	unsigned int j;

	for (j = i + 1; j < n && (j - i + 1) * PAGE_SIZE <= max; j++) {
		if (page_to_pfn(pages[j]) != page_to_pfn(pages[j - 1]) + 1 || pages[j]->user != pages[j - 1]->user)
			break;
		if (!pages[j]->user && pages[j] != pages[j - 1] + 1)
			break;
		if (pages[j]->user)
			pages[j - 1]->follow = pages[j];
	}
	return j - i;
}

int kshim_sg_from_pages(struct sg_table *t, struct page **pages, unsigned int n, unsigned int offset,
			unsigned long size, unsigned int max_segment, gfp_t gfp, const struct kshim_site *site)
{
	unsigned int max = (unsigned int)ALIGN_DOWN(max_segment, PAGE_SIZE), runs = 0, i;
	struct scatterlist *s;
	int ret;

	if (!max || offset >= PAGE_SIZE || !n) {
		kshim_fail("sg", site, "sg_alloc_table_from_pages() with an offset, count or segment size that cannot be");
		return -EINVAL;
	}
	for (i = 0; i < n; i += run_of(pages, i, n, max))
		runs++;
	ret = kshim_sg_alloc(t, runs, gfp, site);
	if (ret)
		return ret;
	for (i = 0, s = t->sgl; i < n && s; s = sg_next(s)) {
		unsigned int run = run_of(pages, i, n, max);
		unsigned long len = min(size, run * PAGE_SIZE - offset);

		sg_set_page(s, pages[i], (unsigned int)len, offset);
		size -= len;
		offset = 0;
		i += run;
	}
	return 0;
}

static size_t sg_copy(struct scatterlist *s, unsigned int n, void *buf, size_t len, bool to_buf)
{
	size_t done = 0;

	for (; s && n-- && done < len; s = sg_next(s)) {
		size_t part = min_t(size_t, len - done, s->length);

		if (to_buf)
			memcpy((char *)buf + done, sg_virt(s), part);
		else
			memcpy(sg_virt(s), (char *)buf + done, part);
		done += part;
	}
	return done;
}

size_t sg_copy_from_buffer(struct scatterlist *s, unsigned int n, const void *buf, size_t len)
{
	return sg_copy(s, n, (void *)buf, len, false);
}

size_t sg_copy_to_buffer(struct scatterlist *s, unsigned int n, void *buf, size_t len)
{
	return sg_copy(s, n, buf, len, true);
}
