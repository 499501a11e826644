/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel API shim: types, sparse annotations, error pointers, arithmetic.
 * Everything here is faithful to the kernel unless it says otherwise.
 */
#ifndef KSHIM_TYPES_H
#define KSHIM_TYPES_H
#pragma GCC system_header

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/ioctl.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <fcntl.h>

#include <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;
typedef unsigned int gfp_t;
typedef unsigned int fmode_t;
typedef unsigned short umode_t;
typedef u64 dma_addr_t;
typedef u64 phys_addr_t;
typedef u64 resource_size_t;
typedef unsigned int __poll_t;
typedef s64 ktime_t;
typedef unsigned long pgoff_t;
/* The C library has wider or other ones of these names. */
typedef u32 kshim_dev_t;
typedef long long kshim_loff_t;
#define dev_t kshim_dev_t
#define loff_t kshim_loff_t

#define __user
#define __iomem
#define __force
#define __percpu
#define __rcu
#define __bitwise
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x) ((void)0)
#define __release(x) ((void)0)
#define __init
#define __exit
#define __initdata
#define __exitdata
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __must_check __attribute__((warn_unused_result))
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define __cold __attribute__((cold))
#define __read_mostly
#define __ro_after_init
#define ____cacheline_aligned __attribute__((aligned(64)))
#define ____cacheline_aligned_in_smp ____cacheline_aligned
#define noinline __attribute__((noinline))
#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif
#define fallthrough __attribute__((fallthrough))
#define asmlinkage
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)

#ifndef LINUX_VERSION_CODE
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#define LINUX_VERSION_CODE KERNEL_VERSION(6, 12, 0)
#endif
#define UTS_RELEASE "6.12.0-causeway"

/* A configuration as distributions have it. */
#define CONFIG_64BIT 1
#define CONFIG_COMPAT 1
#define CONFIG_SMP 1
#define CONFIG_PCI 1
#define CONFIG_PCI_MSI 1
#define CONFIG_PREEMPT 1
#define IS_ENABLED(option) kshim_enabled_1(option)
#define kshim_enabled_1(value) kshim_enabled_2(kshim_arg_##value)
#define kshim_enabled_2(arg_or_junk) kshim_second(arg_or_junk 1, 0)
#define kshim_second(a, b, ...) b
#define kshim_arg_1 0,
#define IS_BUILTIN(option) IS_ENABLED(option)
#define IS_REACHABLE(option) IS_ENABLED(option)

#ifndef likely
#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#endif

/* Kernel-only error numbers (include/linux/errno.h) */
#ifndef ERESTARTSYS
#define ERESTARTSYS 512
#define ENOIOCTLCMD 515
#define EPROBE_DEFER 517
#define ENOTSUPP 524
#define EIOCBQUEUED 529
#endif

#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) unlikely((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
static inline void *ERR_PTR(long error) { return (void *)error; }
static inline long PTR_ERR(const void *ptr) { return (long)ptr; }
static inline bool IS_ERR(const void *ptr) { return IS_ERR_VALUE(ptr); }
static inline bool IS_ERR_OR_NULL(const void *ptr) { return !ptr || IS_ERR_VALUE(ptr); }
static inline void *ERR_CAST(const void *ptr) { return (void *)ptr; }
static inline int PTR_ERR_OR_ZERO(const void *ptr) { return IS_ERR(ptr) ? (int)PTR_ERR(ptr) : 0; }

#define container_of(ptr, type, member) ({				\
	const void *__mptr = (ptr);					\
	_Static_assert(__builtin_types_compatible_p(__typeof__(*(ptr)),	\
		__typeof__(((type *)0)->member)) ||			\
		__builtin_types_compatible_p(__typeof__(*(ptr)), void),	\
		"pointer type mismatch in container_of()");		\
	(type *)((char *)__mptr - offsetof(type, member)); })
#define container_of_const(ptr, type, member) container_of(ptr, type, member)
#ifndef offsetofend
#define offsetofend(type, member) (offsetof(type, member) + sizeof(((type *)0)->member))
#endif
#define sizeof_field(type, member) sizeof(((type *)0)->member)
#define typeof_member(type, member) __typeof__(((type *)0)->member)
#ifndef typeof
#define typeof __typeof__
#endif
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]) +			\
	0 * sizeof(struct { _Static_assert(				\
		!__builtin_types_compatible_p(__typeof__(a), __typeof__(&(a)[0])), "not an array"); int x; }))

#ifndef static_assert
#define static_assert(e, ...) _Static_assert(e, "" #e)
#endif
#define BUILD_BUG_ON(e) _Static_assert(!(e), "BUILD_BUG_ON: " #e)
#define BUILD_BUG_ON_ZERO(e) ((int)(sizeof(struct { int : (-!!(e)); })))
#define BUILD_BUG_ON_MSG(e, msg) _Static_assert(!(e), msg)

#define __kshim_cmp(op, x, y) ({ __typeof__(x) __kx = (x); __typeof__(y) __ky = (y);	\
	(void)(&__kx == (__typeof__(&__kx))&__ky); __kx op __ky ? __kx : __ky; })
#define min(x, y) __kshim_cmp(<, x, y)
#define max(x, y) __kshim_cmp(>, x, y)
#define min3(x, y, z) min(min(x, y), z)
#define max3(x, y, z) max(max(x, y), z)
#define min_t(type, x, y) ({ type __ka = (x); type __kb = (y); __ka < __kb ? __ka : __kb; })
#define max_t(type, x, y) ({ type __ka = (x); type __kb = (y); __ka > __kb ? __ka : __kb; })
#define min_not_zero(x, y) ({ __typeof__(x) __kc = (x); __typeof__(y) __kd = (y);	\
	__kc == 0 ? __kd : (__kd == 0 ? __kc : min(__kc, __kd)); })
#define clamp(v, lo, hi) min(max(v, lo), hi)
#define clamp_t(type, v, lo, hi) min_t(type, max_t(type, v, lo), hi)
/* No guess is made here: what is out of bounds gives 0, as in the kernel. */
#define array_index_nospec(index, size) ({ __typeof__(index) __ki = (index); __ki < (size) ? __ki : (__typeof__(index))0; })
#define clamp_val(v, lo, hi) clamp_t(__typeof__(v), v, lo, hi)
#define swap(a, b) do { __typeof__(a) __kt = (a); (a) = (b); (b) = __kt; } while (0)
#define abs(x) ({ __typeof__(x) __kabs = (x); __kabs < 0 ? -__kabs : __kabs; })

#define __ALIGN_KERNEL(x, a) (((x) + ((__typeof__(x))(a) - 1)) & ~((__typeof__(x))(a) - 1))
#define ALIGN(x, a) __ALIGN_KERNEL(x, a)
#define ALIGN_DOWN(x, a) ((x) & ~((__typeof__(x))(a) - 1))
#define IS_ALIGNED(x, a) (((x) & ((__typeof__(x))(a) - 1)) == 0)
#define PTR_ALIGN(p, a) ((__typeof__(p))ALIGN((unsigned long)(p), (a)))
#define DIV_ROUND_UP(n, d) (((n) + (d) - 1) / (d))
#define DIV_ROUND_UP_ULL(n, d) DIV_ROUND_UP((u64)(n), (u64)(d))
#define DIV_ROUND_CLOSEST(x, d) (((x) + ((d) / 2)) / (d))
#define round_up(x, y) ((((x) - 1) | ((__typeof__(x))((y) - 1))) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))((y) - 1)))
#define roundup(x, y) ({ __typeof__(y) __kry = (y); (((x) + (__kry - 1)) / __kry) * __kry; })
#define rounddown(x, y) ({ __typeof__(x) __krx = (x); __krx - (__krx % (y)); })
#define upper_32_bits(n) ((u32)(((n) >> 16) >> 16))
#define lower_32_bits(n) ((u32)((n) & 0xffffffff))
#define do_div(n, base) ({ u32 __kb = (base); u32 __kr = (u32)((n) % __kb); (n) = (n) / __kb; __kr; })
static inline u64 div_u64(u64 n, u32 d) { return n / d; }
static inline u64 div_u64_rem(u64 n, u32 d, u32 *rem) { *rem = (u32)(n % d); return n / d; }
static inline u64 div64_u64(u64 n, u64 d) { return n / d; }
static inline u64 mul_u64_u32_div(u64 a, u32 m, u32 d)
{
	return (u64)((unsigned __int128)a * m / d);
}

#define U8_MAX ((u8)~0U)
#define U16_MAX ((u16)~0U)
#define U32_MAX ((u32)~0U)
#define U64_MAX ((u64)~0ULL)
#define S8_MAX ((s8)0x7f)
#define S16_MAX ((s16)0x7fff)
#define S32_MAX ((s32)0x7fffffff)
#define S64_MAX ((s64)0x7fffffffffffffffLL)
#define SZ_1 0x00000001
#define SZ_16 0x00000010
#define SZ_64 0x00000040
#define SZ_128 0x00000080
#define SZ_256 0x00000100
#define SZ_512 0x00000200
#define SZ_1K 0x00000400
#define SZ_2K 0x00000800
#define SZ_4K 0x00001000
#define SZ_8K 0x00002000
#define SZ_16K 0x00004000
#define SZ_32K 0x00008000
#define SZ_64K 0x00010000
#define SZ_128K 0x00020000
#define SZ_256K 0x00040000
#define SZ_512K 0x00080000
#define SZ_1M 0x00100000
#define SZ_2M 0x00200000
#define SZ_4M 0x00400000
#define SZ_8M 0x00800000
#define SZ_16M 0x01000000
#define SZ_64M 0x04000000
#define SZ_1G 0x40000000
#define SZ_2G 0x80000000
#define SZ_4G 0x100000000ULL

/* Wrap-around multiplication saturates, as in linux/overflow.h. */
static inline size_t size_mul(size_t a, size_t b)
{
	size_t r;

	return __builtin_mul_overflow(a, b, &r) ? SIZE_MAX : r;
}
static inline size_t size_add(size_t a, size_t b)
{
	size_t r;

	return __builtin_add_overflow(a, b, &r) ? SIZE_MAX : r;
}
#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, count) size_mul(count, sizeof(*(p)->member))
#define struct_size(p, member, count) size_add(sizeof(*(p)), flex_array_size(p, member, count))
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)
#define check_add_overflow(a, b, d) __builtin_add_overflow(a, b, d)
#define check_sub_overflow(a, b, d) __builtin_sub_overflow(a, b, d)
#define check_mul_overflow(a, b, d) __builtin_mul_overflow(a, b, d)
#define check_shl_overflow(a, s, d) ({ u64 __ksv = (a); unsigned int __kss = (s);	\
	*(d) = __kss < 64 ? (__typeof__(*(d)))(__ksv << __kss) : 0;			\
	__kss >= 64 || (u64)*(d) >> __kss != __ksv; })

/* Byte order: the simulated CPU is little endian, as this one must be. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "big endian machines are not supported");
#define cpu_to_le16(x) ((__le16)(u16)(x))
#define cpu_to_le32(x) ((__le32)(u32)(x))
#define cpu_to_le64(x) ((__le64)(u64)(x))
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
#define cpu_to_be16(x) ((__be16)__builtin_bswap16(x))
#define cpu_to_be32(x) ((__be32)__builtin_bswap32(x))
#define cpu_to_be64(x) ((__be64)__builtin_bswap64(x))
#define be16_to_cpu(x) __builtin_bswap16(x)
#define be32_to_cpu(x) __builtin_bswap32(x)
#define be64_to_cpu(x) __builtin_bswap64(x)
#define le32_to_cpup(p) le32_to_cpu(*(p))
#define le64_to_cpup(p) le64_to_cpu(*(p))
#define swab16(x) __builtin_bswap16(x)
#define swab32(x) __builtin_bswap32(x)
#define swab64(x) __builtin_bswap64(x)
#define get_unaligned(p) ({ __typeof__(*(p)) __ku; memcpy(&__ku, (p), sizeof(__ku)); __ku; })
#define put_unaligned(v, p) ({ __typeof__(*(p)) __ku = (v); memcpy((p), &__ku, sizeof(__ku)); })
static inline u16 get_unaligned_le16(const void *p) { u16 v; memcpy(&v, p, 2); return v; }
static inline u32 get_unaligned_le32(const void *p) { u32 v; memcpy(&v, p, 4); return v; }
static inline u64 get_unaligned_le64(const void *p) { u64 v; memcpy(&v, p, 8); return v; }
static inline void put_unaligned_le16(u16 v, void *p) { memcpy(p, &v, 2); }
static inline void put_unaligned_le32(u32 v, void *p) { memcpy(p, &v, 4); }
static inline void put_unaligned_le64(u64 v, void *p) { memcpy(p, &v, 8); }

/* Where a call was made: what reports name. */
struct kshim_site {
	const char *func, *file;
	int line;
};
#define KSHIM_SITE ({ static const struct kshim_site __site = { __func__, __FILE__, __LINE__ }; &__site; })

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(x) ALIGN((x), PAGE_SIZE)
#define PAGE_ALIGNED(x) IS_ALIGNED((unsigned long)(x), PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define L1_CACHE_BYTES 64
#define SMP_CACHE_BYTES 64

#define MINORBITS 20
#define MINORMASK ((1U << MINORBITS) - 1)
#undef MAJOR
#undef MINOR
#undef MKDEV
#define MAJOR(dev) ((unsigned int)((dev) >> MINORBITS))
#define MINOR(dev) ((unsigned int)((dev) & MINORMASK))
#define MKDEV(ma, mi) ((dev_t)(((dev_t)(ma) << MINORBITS) | (mi)))

#endif
