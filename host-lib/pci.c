// SPDX-License-Identifier: BSD-2-Clause
/*
 * A card on the PCI bus that no driver has: its BARs, mapped into this process
 * through libpciaccess. Every access is one of the CPU, aligned, of the width
 * asked for; 32-bit registers are never read or written in part. Card memory
 * is moved through the window (BAR4) by 8-byte accesses, one after the other:
 * slow, and all that a new board needs.
 */
#include "backend.h"
#include "pci.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "driver/cw_regs.h"

#define BAR_N 6
/* What one system call would move at most: one rule for all cards. */
#define TRANSFER_MAX ((2ull << 30) - 4096)

struct pci_card {
	struct pci_device *dev;
	struct cw_pci_card is;
	bool look_only; /* a driver has it */
	int lock_fd;    /* holds the lock that keeps a second process out; -1 none */
	void *bar[BAR_N];
	pthread_mutex_t lock; /* of the window, the transfers below and resets */
	uint64_t bytes; /* of card memory */
	struct cw_io *ended[CW_IO_MAX]; /* transfers that the caller did not get back yet: a ring */
	unsigned first, ended_n, begun_n;
};

/* ---- accesses ---- */

/* Volatile and aligned: one access each, in this order. On a CPU of 32 bits 8 bytes are two, low half first. */
static uint64_t load(volatile const void *at, unsigned len)
{
	switch (len) {
	case 1: return *(volatile const uint8_t *)at;
	case 2: return le16toh(*(volatile const uint16_t *)at);
	case 4: return le32toh(*(volatile const uint32_t *)at);
	default: return le64toh(*(volatile const uint64_t *)at);
	}
}

static void store(volatile void *at, unsigned len, uint64_t v)
{
	switch (len) {
	case 1: *(volatile uint8_t *)at = (uint8_t)v; break;
	case 2: *(volatile uint16_t *)at = htole16((uint16_t)v); break;
	case 4: *(volatile uint32_t *)at = htole32((uint32_t)v); break;
	default: *(volatile uint64_t *)at = htole64(v); break;
	}
}

static char *at_bar(const struct pci_card *p, unsigned bar, uint64_t offset)
{
	return (char *)p->bar[bar] + offset;
}

static uint32_t reg(const struct pci_card *p, uint32_t offset)
{
	return (uint32_t)load(at_bar(p, CW_BAR_REGS, offset), 4);
}

static uint64_t reg_pair(const struct pci_card *p, uint32_t offset)
{
	uint64_t low = reg(p, offset);

	return low | (uint64_t)reg(p, offset + 4) << 32;
}

/* A card that is gone, asleep or reset behind our back reads as ones or zeros. */
static int there(const struct pci_card *p)
{
	return reg(p, CW_ID) == CW_ID_MAGIC ? 0 : -ENODEV;
}

/* ---- opening ---- */

/* One process at a time: the window and what is read through it belong together. Needs no right but to read. */
static int keep_others_out(struct pci_card *p, char *why, size_t size)
{
	char path[96];
	int err;

	snprintf(path, sizeof(path), CW_PCI_SYSFS "/%s/config", p->is.name);
	p->lock_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (p->lock_fd >= 0 && !flock(p->lock_fd, LOCK_EX | LOCK_NB))
		return 0;
	err = -errno;
	if (p->lock_fd >= 0 && err == -EWOULDBLOCK) {
		snprintf(why, size, "%s: another program has it open", p->is.name);
		return -EBUSY;
	}
	snprintf(why, size, "%s: %s: %s", p->is.name, path, strerror(-err));
	return err;
}

static int check_bar(const struct pci_card *p, unsigned i, uint64_t least, char *why, size_t size)
{
	const struct cw_pci_bar *bar = &p->is.bar[i];

	if (!bar->address || !bar->size)
		snprintf(why, size, "%s: BAR%u is not assigned: the card has none, or there was no room for it on the bus (see the kernel's messages)",
			 p->is.name, i);
	else if (bar->is_io || !bar->is_64)
		snprintf(why, size, "%s: BAR%u is no 64-bit memory BAR", p->is.name, i);
	else if (bar->size < least)
		snprintf(why, size, "%s: BAR%u has 0x%llx bytes, not 0x%llx", p->is.name, i, (unsigned long long)bar->size,
			 (unsigned long long)least);
	else
		return 0;
	return -EINVAL;
}

static int map_bar(struct pci_card *p, unsigned i, char *why, size_t size)
{
	const struct cw_pci_bar *bar = &p->is.bar[i];
	int err = pci_device_map_range(p->dev, bar->address, bar->size, p->look_only ? 0 : PCI_DEV_MAP_FLAG_WRITABLE, &p->bar[i]);

	if (!err)
		return 0;
	if (err == EACCES || err == EPERM)
		snprintf(why, size, "%s: BAR%u cannot be mapped: %s (root may, or who may write %s/%s/resource%u; nobody under kernel lockdown)",
			 p->is.name, i, strerror(err), CW_PCI_SYSFS, p->is.name, i);
	else if (p->look_only && err == EINVAL)
		snprintf(why, size, "%s: the kernel keeps BAR%u for the driver %s (boot with iomem=relaxed to look at it all the same)",
			 p->is.name, i, p->is.driver);
	else
		snprintf(why, size, "%s: BAR%u cannot be mapped: %s", p->is.name, i, strerror(err));
	p->bar[i] = NULL;
	return -err;
}

static void unmap_bars(struct pci_card *p)
{
	for (unsigned i = 0; i < BAR_N; i++)
		if (p->bar[i])
			pci_device_unmap_range(p->dev, p->bar[i], p->is.bar[i].size);
}

static int map_bars(struct pci_card *p, char *why, size_t size)
{
	static const struct {
		unsigned bar;
		uint64_t least;
	} bars[] = {
		{ CW_BAR_REGS, CW_BAR0_BYTES },
		{ CW_BAR_DOORBELL, 1u << CW_DB_STRIDE_LOG2_MIN },
		{ CW_BAR_WINDOW, CW_BAR4_BYTES },
	};
	int err = 0;

	for (unsigned i = 0; !err && i < sizeof(bars) / sizeof(bars[0]); i++)
		err = check_bar(p, bars[i].bar, bars[i].least, why, size);
	for (unsigned i = 0; !err && i < sizeof(bars) / sizeof(bars[0]); i++)
		err = map_bar(p, bars[i].bar, why, size);
	return err;
}

/* Firmware leaves memory space off, or a driver did. It stays on: nothing else would notice. */
static int memory_space_on(struct pci_card *p, char *why, size_t size)
{
	uint16_t command = 0;
	int err;

	if (p->is.power_state) {
		snprintf(why, size, "%s is asleep, in D%u: echo on >%s/%s/power/control", p->is.name, p->is.power_state,
			 CW_PCI_SYSFS, p->is.name);
		return -EIO;
	}
	if (p->is.command & PCI_COMMAND_MEMORY)
		return 0;
	if (p->look_only) {
		snprintf(why, size, "%s: memory space is off (Command register), and %s has the card", p->is.name, p->is.driver);
		return -EIO;
	}
	err = pci_device_cfg_write_u16(p->dev, p->is.command | PCI_COMMAND_MEMORY, PCI_COMMAND);
	if (!err)
		err = pci_device_cfg_read_u16(p->dev, &command, PCI_COMMAND);
	if (!err && !(command & PCI_COMMAND_MEMORY))
		err = EIO;
	if (err) {
		snprintf(why, size, "%s: memory space is off and cannot be turned on: %s", p->is.name, strerror(err));
		return -err;
	}
	p->is.command = command;
	snprintf(why, size, "%s: memory space was off (Command register); turned it on", p->is.name);
	return 0;
}

/* The registers are a card's, and of a version that this library knows. */
static int check_registers(struct pci_card *p, char *why, size_t size)
{
	uint32_t id = reg(p, CW_ID), version = reg(p, CW_VERSION);
	uint32_t queues = reg(p, CW_CAP_COUNTS) & CW_CAP_COUNTS_QUEUES_MASK;

	if (id != CW_ID_MAGIC) {
		snprintf(why, size, "%s: BAR%u begins with 0x%08x, not with a card's ID (0x%08x)%s", p->is.name, CW_BAR_REGS, id,
			 CW_ID_MAGIC, id == UINT32_MAX ? ": nothing answers there" : "");
		return id == UINT32_MAX ? -EIO : -EINVAL;
	}
	if (version >> CW_VERSION_MAJOR_SHIFT != CW_VERSION_MAJOR) {
		snprintf(why, size, "%s: register interface %u.%u; this library knows %u", p->is.name,
			 version >> CW_VERSION_MAJOR_SHIFT, version & CW_VERSION_MINOR_MASK, CW_VERSION_MAJOR);
		return -EPROTO;
	}
	if (p->is.bar[CW_BAR_DOORBELL].size < (uint64_t)queues << CW_DB_STRIDE_LOG2_MIN) {
		snprintf(why, size, "%s: BAR%u has 0x%llx bytes, too few for the doorbells of %u queues", p->is.name, CW_BAR_DOORBELL,
			 (unsigned long long)p->is.bar[CW_BAR_DOORBELL].size, queues);
		return -EINVAL;
	}
	p->bytes = reg_pair(p, CW_CARD_MEM_LO);
	return 0;
}

static int check_owner(struct pci_card *p, bool force, char *why, size_t size)
{
	p->look_only = p->is.driver[0];
	if (!p->look_only || force)
		return 0;
	snprintf(why, size, "%s: the driver %s has it%s%s; unbind it (echo %s >%s/%s/driver/unbind), or add ,force=1 to the name to look only",
		 p->is.name, p->is.driver, p->is.node[0] ? ": use " : "", p->is.node, p->is.name, CW_PCI_SYSFS, p->is.name);
	return -EBUSY;
}

static int pci_open(const char *text, void **card, char *why, size_t size)
{
	struct pci_card *p = calloc(1, sizeof(*p));
	struct cw_pci_name name;
	int err;

	if (!p)
		return -ENOMEM;
	p->lock_fd = -1;
	err = cw_pci_parse(text, &name, why, size);
	if (err)
		goto err_free;
	err = cw_pci_begin(why, size);
	if (err)
		goto err_free;
	err = cw_pci_find(&name, &p->dev, &p->is, why, size);
	if (!err)
		err = check_owner(p, name.force, why, size);
	if (!err && !p->look_only)
		err = keep_others_out(p, why, size);
	if (err)
		goto err_unlock;
	err = map_bars(p, why, size);
	if (!err)
		err = memory_space_on(p, why, size);
	if (!err)
		err = check_registers(p, why, size);
	if (err)
		goto err_unmap;
	pthread_mutex_init(&p->lock, NULL);
	if (p->look_only)
		snprintf(why, size, "%s: the driver %s has it: looking only", p->is.name, p->is.driver);
	*card = p;
	return 0;

err_unmap:
	unmap_bars(p);
err_unlock:
	if (p->lock_fd >= 0)
		close(p->lock_fd);
	cw_pci_end();
err_free:
	free(p);
	return err;
}

static int pci_close(void *card)
{
	struct pci_card *p = card;

	unmap_bars(p);
	if (p->lock_fd >= 0)
		close(p->lock_fd);
	cw_pci_end();
	pthread_mutex_destroy(&p->lock);
	free(p);
	return 0;
}

/* ---- registers ---- */

static int pci_reg_read(void *card, uint32_t offset, uint32_t *value)
{
	*value = reg(card, offset);
	return *value == UINT32_MAX ? there(card) : 0;
}

static int pci_reg_write(void *card, uint32_t offset, uint32_t value)
{
	struct pci_card *p = card;

	if (p->look_only)
		return -EROFS;
	store(at_bar(p, CW_BAR_REGS, offset), 4, value);
	return there(p); /* and it has arrived: a read does not overtake it */
}

/* By its two words: reading the low one keeps the high one still. */
static int pci_counter(void *card, uint32_t index, uint64_t *value)
{
	struct pci_card *p = card;

	pthread_mutex_lock(&p->lock);
	*value = reg_pair(p, CW_COUNTER_OFFSET + 8 * index);
	pthread_mutex_unlock(&p->lock);
	return *value == UINT64_MAX ? there(p) : 0;
}

static int pci_info(void *card, struct cw_info *info)
{
	struct pci_card *p = card;
	uint32_t counts = reg(p, CW_CAP_COUNTS), dma = reg(p, CW_CAP_DMA);

	info->hw_version = reg(p, CW_VERSION);
	info->features = reg(p, CW_CAP_FEATURES);
	info->queues = counts & CW_CAP_COUNTS_QUEUES_MASK;
	info->vectors = (counts & CW_CAP_COUNTS_VECTORS_MASK) >> CW_CAP_COUNTS_VECTORS_SHIFT;
	info->data_bytes = (dma & CW_CAP_DMA_DATA_BYTES_MASK) >> CW_CAP_DMA_DATA_BYTES_SHIFT;
	info->addr_bits = (dma & CW_CAP_DMA_ADDR_W_MASK) >> CW_CAP_DMA_ADDR_W_SHIFT;
	info->clock_hz = reg(p, CW_CLOCK_HZ);
	info->card_bytes = p->bytes;
	info->pci_domain = p->dev->domain;
	info->pci_bus = (uint8_t)p->dev->bus;
	info->pci_devfn = (uint8_t)(p->dev->dev << 3 | p->dev->func);
	return there(p);
}

static int pci_bar(void *card, unsigned bar, uint64_t offset, void *data, unsigned len, int write)
{
	struct pci_card *p = card;
	uint64_t v = 0;

	if (bar >= BAR_N || !p->bar[bar] || (len != 1 && len != 2 && len != 4 && len != 8) || offset % len ||
	    offset >= p->is.bar[bar].size)
		return -EINVAL;
	if (write && p->look_only)
		return -EROFS;
	if (write) {
		memcpy(&v, data, len);
		store(at_bar(p, bar, offset), len, le64toh(v));
	} else {
		v = htole64(load(at_bar(p, bar, offset), len));
		memcpy(data, &v, len);
	}
	return 0;
}

/* ---- a reset ---- */

static int write_sysfs(const struct pci_card *p, const char *file, const char *text)
{
	char path[96];
	int fd, err = 0;

	snprintf(path, sizeof(path), CW_PCI_SYSFS "/%s/%s", p->is.name, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* The kernel saves and restores configuration space around it. */
static int pci_reset(void *card)
{
	struct pci_card *p = card;
	char driver[sizeof(p->is.driver)];
	int err;

	cw_pci_driver(p->is.name, driver, sizeof(driver));
	if (driver[0])
		return -EBUSY;
	pthread_mutex_lock(&p->lock);
	err = write_sysfs(p, "reset", "1");
	pthread_mutex_unlock(&p->lock);
	if (err == -ENOENT || err == -ENOTTY)
		return -EOPNOTSUPP;
	return err ? err : there(p);
}

/* ---- card memory, through the window ---- */

/* Shows the card address `base` in the window. Reading it back proves that it has arrived. */
static int move_window(struct pci_card *p, uint64_t base)
{
	if (p->look_only)
		return reg_pair(p, CW_WINDOW_BASE_LO) == base ? 0 : -EROFS;
	store(at_bar(p, CW_BAR_REGS, CW_WINDOW_BASE_LO), 4, (uint32_t)base);
	store(at_bar(p, CW_BAR_REGS, CW_WINDOW_BASE_HI), 4, base >> 32);
	if (reg_pair(p, CW_WINDOW_BASE_LO) == base)
		return 0;
	return there(p) ? -ENODEV : -EIO;
}

static void copy(struct pci_card *p, enum cw_op op, uint8_t *buf, size_t len, uint32_t at)
{
	uint64_t v;

	while (len) {
		unsigned n = 8;

		while (at % n || n > len)
			n /= 2;
		if (op == CW_OP_READ) {
			v = htole64(load(at_bar(p, CW_BAR_WINDOW, at), n));
			memcpy(buf, &v, n);
		} else {
			v = 0;
			memcpy(&v, buf, n);
			store(at_bar(p, CW_BAR_WINDOW, at), n, le64toh(v));
		}
		at += n;
		buf += n;
		len -= n;
	}
}

static ssize_t pci_transfer(void *card, enum cw_op op, void *buf, size_t len, uint64_t addr)
{
	struct pci_card *p = card;
	size_t done = 0;
	int err = 0;

	if (!len)
		return 0;
	if (!buf)
		return -EFAULT;
	if (op == CW_OP_WRITE && p->look_only)
		return -EROFS;
	if (addr >= p->bytes)
		return op == CW_OP_WRITE ? -ENOSPC : 0;
	len = len < TRANSFER_MAX ? len : TRANSFER_MAX;
	len = len < p->bytes - addr ? len : p->bytes - addr;
	pthread_mutex_lock(&p->lock);
	while (!err && done < len) {
		uint32_t at = (addr + done) % CW_BAR4_BYTES;
		size_t n = CW_BAR4_BYTES - at < len - done ? CW_BAR4_BYTES - at : len - done;

		err = move_window(p, addr + done - at);
		if (err)
			break;
		copy(p, op, (uint8_t *)buf + done, n, at);
		done += n;
		err = there(p); /* what was written has arrived, what was read came from a card */
	}
	pthread_mutex_unlock(&p->lock);
	return err ? err : (ssize_t)done;
}

/* ---- nothing is in flight here: a transfer has ended when it was submitted ---- */

static int pci_submit(void *card, struct cw_io *io)
{
	struct pci_card *p = card;
	int err = 0;

	pthread_mutex_lock(&p->lock);
	if (p->begun_n == CW_IO_MAX)
		err = -EAGAIN;
	else
		p->begun_n++;
	pthread_mutex_unlock(&p->lock);
	if (err)
		return err;
	io->result = pci_transfer(p, io->op, io->buf, io->len, io->card_addr);
	pthread_mutex_lock(&p->lock);
	p->ended[(p->first + p->ended_n++) % CW_IO_MAX] = io;
	pthread_mutex_unlock(&p->lock);
	return 0;
}

static int pci_wait(void *card, struct cw_io **io, int timeout_ms)
{
	struct pci_card *p = card;
	int err = -ENOENT;

	(void)timeout_ms;
	pthread_mutex_lock(&p->lock);
	if (p->ended_n) {
		*io = p->ended[p->first];
		p->first = (p->first + 1) % CW_IO_MAX;
		p->ended_n--;
		p->begun_n--;
		err = 0;
	}
	pthread_mutex_unlock(&p->lock);
	return err;
}

const struct cw_backend cw_pci_backend = {
	.version = CW_LIB_VERSION,
	.open = pci_open,
	.close = pci_close,
	.info = pci_info,
	.transfer = pci_transfer,
	.submit = pci_submit,
	.wait = pci_wait,
	.reg_read = pci_reg_read,
	.reg_write = pci_reg_write,
	.counter = pci_counter,
	.reset = pci_reset,
	.bar = pci_bar,
};
