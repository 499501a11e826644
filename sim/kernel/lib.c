// SPDX-License-Identifier: BSD-2-Clause
/* Bits, strings, numbers: plain library functions of the kernel. */
#include "internal.h"

#include <ctype.h>

unsigned long kshim_find_bit(const unsigned long *p, unsigned long size, unsigned long from, bool value)
{
	unsigned long i;

	for (i = from; i < size; i++) {
		unsigned long w = value ? p[BIT_WORD(i)] : ~p[BIT_WORD(i)];

		w >>= i % BITS_PER_LONG;
		if (w)
			return min(i + __ffs(w), size);
		i |= BITS_PER_LONG - 1;
	}
	return size;
}

unsigned int bitmap_weight(const unsigned long *p, unsigned int n)
{
	unsigned int i, w = 0;

	for_each_set_bit(i, p, n)
		w++;
	return w;
}

void bitmap_set(unsigned long *p, unsigned int start, unsigned int n)
{
	while (n--)
		__set_bit(start++, p);
}

void bitmap_clear(unsigned long *p, unsigned int start, unsigned int n)
{
	while (n--)
		__clear_bit(start++, p);
}

ssize_t strscpy(char *dst, const char *src, size_t size)
{
	size_t n = strnlen(src, size);

	if (!size)
		return -E2BIG;
	if (n == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = 0;
		return -E2BIG;
	}
	memcpy(dst, src, n + 1);
	return (ssize_t)n;
}

static int parse(const char *str, unsigned int base, u64 max, u64 *res)
{
	unsigned long long v;
	char *end;

	if (!*str || *str == '-' || isspace((unsigned char)*str))
		return -EINVAL;
	errno = 0;
	v = strtoull(str, &end, (int)base);
	if (*end == '\n' ? end[1] : *end)
		return -EINVAL;
	if (errno == ERANGE || v > max)
		return -ERANGE;
	*res = v;
	return 0;
}

int kstrtou64(const char *str, unsigned int base, u64 *res)
{
	return parse(str, base, U64_MAX, res);
}

int kstrtoul(const char *str, unsigned int base, unsigned long *res)
{
	u64 v;
	int ret = parse(str, base, ULONG_MAX, &v);

	if (!ret)
		*res = (unsigned long)v;
	return ret;
}

int kstrtouint(const char *str, unsigned int base, unsigned int *res)
{
	u64 v;
	int ret = parse(str, base, UINT_MAX, &v);

	if (!ret)
		*res = (unsigned int)v;
	return ret;
}

int kstrtoint(const char *str, unsigned int base, int *res)
{
	bool minus = *str == '-';
	u64 v;
	int ret = parse(str + minus, base, INT_MAX, &v);

	if (!ret)
		*res = minus ? -(int)v : (int)v;
	return ret;
}

int kstrtobool(const char *str, bool *res)
{
	switch (*str) {
	case 'y': case 'Y': case 't': case 'T': case '1':
		*res = true;
		return 0;
	case 'n': case 'N': case 'f': case 'F': case '0':
		*res = false;
		return 0;
	}
	return -EINVAL;
}

void *memchr_inv(const void *p, int c, size_t n)
{
	const u8 *b = p;

	for (; n--; b++)
		if (*b != (u8)c)
			return (void *)b;
	return NULL;
}

void *memset32(u32 *p, u32 v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = v;
	return p;
}

u64 get_random_u64(void)
{
	return cw_rng_next(&kshim->alloc);
}

u32 get_random_u32(void)
{
	return (u32)get_random_u64();
}

void get_random_bytes(void *buf, size_t n)
{
	u8 *b = buf;

	while (n--)
		*b++ = (u8)get_random_u64();
}

u32 crc32_le(u32 crc, const unsigned char *p, size_t n)
{
	int i;

	while (n--) {
		crc ^= *p++;
		for (i = 0; i < 8; i++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return crc;
}

bool capable(int cap)
{
	(void)cap;
	return !kshim->p.no_capabilities;
}
