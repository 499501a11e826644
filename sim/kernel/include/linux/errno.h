/* SPDX-License-Identifier: BSD-2-Clause */
/* libc's errno.h includes this name: the system's numbers and nothing else. The kernel-only ones are in kshim_types.h. */
#include <asm/errno.h>
