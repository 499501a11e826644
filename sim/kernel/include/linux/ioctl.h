/* SPDX-License-Identifier: BSD-2-Clause */
/* libc's sys/ioctl.h includes this name: the system's encoding and nothing else. */
#include <asm/ioctl.h>
