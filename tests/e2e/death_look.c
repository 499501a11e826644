// SPDX-License-Identifier: BSD-2-Clause
/* What can be seen of a process from outside: its descriptors, its threads, and how far its link is. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "death.h"
#include "sim/link/link_priv.h"

/* "fd" or "task": how many it has. */
static int count(pid_t pid, const char *what)
{
	char path[64];
	struct dirent *e;
	int n = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, what);
	d = opendir(path);
	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.';
	if (d)
		closedir(d);
	return n;
}

int look_fds(pid_t pid)
{
	return count(pid, "fd");
}

int look_threads(pid_t pid)
{
	return count(pid, "task");
}

bool look_socket(pid_t pid)
{
	char path[96], to[64];
	bool found = false;

	for (int fd = 3; fd < 12 && !found; fd++) {
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, fd);
		n = readlink(path, to, sizeof(to) - 1);
		found = n > 7 && !memcmp(to, "socket:", 7);
	}
	return found;
}

uint64_t look_segment(pid_t pid)
{
	char path[64], line[512];
	unsigned long start = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (!start && fgets(line, sizeof(line), f))
		if (strstr(line, "memfd:causeway-link"))
			start = strtoul(line, NULL, 16);
	fclose(f);
	return start;
}

static int peek(pid_t pid, uint64_t at, void *to, size_t len)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = pread(fd, to, len, (off_t)at);
	close(fd);
	return n == (ssize_t)len ? 0 : -1;
}

uint64_t look_sent(pid_t pid)
{
	uint64_t seg = look_segment(pid), head = 0;

	if (seg)
		peek(pid, seg + offsetof(struct cw_ring_ctl, head), &head, sizeof(head));
	return head;
}

uint64_t look_enum_end(pid_t pid, uint64_t end)
{
	uint64_t seg = look_segment(pid), at = 0;
	struct cw_rec_tlp rec;

	while (at + CW_REC_MIN <= end && !peek(pid, seg + CW_SEG_CTL_BYTES + at, &rec, sizeof(rec))) {
		if (rec.head.kind == CW_MSG_TLP && !(rec.dw[0] >> 24 & 0x1f)) /* MRd, MWr */
			return at;
		at += rec.head.len;
		if (!rec.head.len)
			break;
	}
	return 0;
}

bool look_listens(const char *name)
{
	char line[512], want[80];
	bool found = false;
	FILE *f = fopen("/proc/net/unix", "re");

	snprintf(want, sizeof(want), "@causeway/%s", name);
	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, want);
	if (f)
		fclose(f);
	return found;
}
