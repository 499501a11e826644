/* SPDX-License-Identifier: BSD-2-Clause */
/* The types of the user ABI, as the system's own linux/types.h has them: libc
 * headers may include this one, so it stands alone. */
#ifndef KSHIM_LINUX_TYPES_H
#define KSHIM_LINUX_TYPES_H
typedef unsigned char __u8;
typedef unsigned short __u16;
typedef unsigned int __u32;
typedef unsigned long long __u64;
typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
typedef __u16 __le16, __be16;
typedef __u32 __le32, __be32;
typedef __u64 __le64, __be64;
typedef __u64 __aligned_u64 __attribute__((aligned(8)));
#ifndef KSHIM_NO_KSHIM
#include "kshim.h"
#endif
#endif
