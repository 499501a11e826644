// SPDX-License-Identifier: BSD-2-Clause
/* User memory: copied by system calls, which answer a bad address with an error instead of a signal. */
#include "internal.h"

#include <unistd.h>

/* The old way: a pipe, whose write and read fault in the kernel. */
static size_t copy_by_pipe(void *to, const void *from, size_t len)
{
	size_t done = 0;
	int fd[2];

	if (pipe(fd))
		return 0;
	while (done < len) {
		size_t part = min_t(size_t, len - done, 4096 - ((unsigned long)from + done) % 4096);
		ssize_t n = write(fd[1], (const char *)from + done, part);

		if (n <= 0)
			break;
		if (read(fd[0], (char *)to + done, (size_t)n) != n)
			break;
		done += (size_t)n;
	}
	close(fd[0]);
	close(fd[1]);
	return done;
}

/* Returns the bytes copied. */
size_t kshim_user_copy(void *kernel, unsigned long user, size_t len, bool to_user)
{
	struct iovec k = { kernel, len }, u = { (void *)user, len };
	ssize_t n;

	if (!len)
		return 0;
	if (!access_ok(user, len) || kshim_block_of((void *)user))
		return 0;
	n = to_user ? process_vm_writev(getpid(), &k, 1, &u, 1, 0) : process_vm_readv(getpid(), &k, 1, &u, 1, 0);
	if (n >= 0)
		return (size_t)n;
	if (errno == EFAULT)
		return 0;
	return to_user ? copy_by_pipe((void *)user, kernel, len) : copy_by_pipe(kernel, (void *)user, len);
}

static size_t user_copy(void *kernel, unsigned long user, size_t len, bool to_user)
{
	kshim_might_sleep(to_user ? "copy_to_user" : "copy_from_user", NULL);
	kshim_point(COST_CALL + len * 100);
	return kshim_user_copy(kernel, user, len, to_user);
}

unsigned long copy_from_user(void *to, const void *from, unsigned long n)
{
	size_t done = user_copy(to, (unsigned long)from, n, false);

	memset((char *)to + done, 0, n - done); /* as the kernel does */
	return n - done;
}

unsigned long copy_to_user(void *to, const void *from, unsigned long n)
{
	return n - user_copy((void *)from, (unsigned long)to, n, true);
}

unsigned long clear_user(void *to, unsigned long n)
{
	static const char zero[256];
	unsigned long done = 0;

	while (done < n) {
		unsigned long part = min_t(unsigned long, n - done, sizeof(zero));

		part -= copy_to_user((char *)to + done, zero, part);
		if (!part)
			break;
		done += part;
	}
	return n - done;
}

/* 1: all zero, 0: not, -EFAULT. */
int check_zeroed_user(const void *from, size_t n)
{
	u8 buf[64];
	size_t done, i;

	for (done = 0; done < n; done += sizeof(buf)) {
		size_t part = min_t(size_t, n - done, sizeof(buf));

		if (copy_from_user(buf, (const char *)from + done, part))
			return -EFAULT;
		for (i = 0; i < part; i++)
			if (buf[i])
				return 0;
	}
	return 1;
}

int copy_struct_from_user(void *dst, size_t ksize_, const void *src, size_t usize)
{
	size_t size = min(ksize_, usize);
	int ret;

	if (usize < ksize_)
		memset((char *)dst + size, 0, ksize_ - size);
	if (usize > ksize_) {
		ret = check_zeroed_user((const char *)src + size, usize - size);
		if (ret <= 0)
			return ret ? ret : -E2BIG;
	}
	return copy_from_user(dst, src, size) ? -EFAULT : 0;
}

long strncpy_from_user(char *dst, const char *src, long n)
{
	long i;

	for (i = 0; i < n; i++) {
		if (copy_from_user(dst + i, src + i, 1))
			return -EFAULT;
		if (!dst[i])
			return i;
	}
	return n;
}
