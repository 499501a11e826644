/* SPDX-License-Identifier: BSD-2-Clause */
/* A faked PCI bus with one card: libpciaccess and what is asked of sysfs (-Wl,--wrap). Its BARs are plain memory. */
#ifndef PCI_RIG_H
#define PCI_RIG_H

#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend.h"
#include "driver/cw_regs.h"
#include "pci.h"

#define NAME "fa4e:03:00.0" /* no machine has it */
#define DIR "/sys/bus/pci/devices/" NAME

int __wrap_pci_system_init(void);
void __wrap_pci_system_cleanup(void);
struct pci_device *__wrap_pci_device_find_by_slot(uint32_t domain, uint32_t bus, uint32_t dev, uint32_t func);
struct pci_device_iterator *__wrap_pci_id_match_iterator_create(const struct pci_id_match *match);
struct pci_device *__wrap_pci_device_next(struct pci_device_iterator *it);
void __wrap_pci_iterator_destroy(struct pci_device_iterator *it);
int __wrap_pci_device_probe(struct pci_device *dev);
int __wrap_pci_device_cfg_read(struct pci_device *dev, void *data, pciaddr_t at, pciaddr_t size, pciaddr_t *got);
int __wrap_pci_device_cfg_read_u16(struct pci_device *dev, uint16_t *data, pciaddr_t at);
int __wrap_pci_device_cfg_write_u16(struct pci_device *dev, uint16_t data, pciaddr_t at);
int __wrap_pci_device_map_range(struct pci_device *dev, pciaddr_t base, pciaddr_t size, unsigned flags, void **memory);
int __wrap_pci_device_unmap_range(struct pci_device *dev, void *memory, pciaddr_t size);
ssize_t __wrap_readlink(const char *path, char *buf, size_t size);
ssize_t __real_readlink(const char *path, char *buf, size_t size);
int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_flock(int fd, int how);

static struct {
	struct pci_device dev[2];
	unsigned devs;
	uint8_t config[256];
	unsigned config_bytes;   /* that this user may read */
	bool command_sticks;
	const char *driver;      /* "" none */
	uint8_t *bar[6];
	unsigned mapped, unmapped, map_flags;
	int map_error, init_error, lock_error, probe_error;
	unsigned map_error_bar;
	int init, cleanup, iterators;
	unsigned next;
	struct pci_id_match match;
	int locked, lock_how;
	const char *reset_file;  /* what stands for the file `reset' */
	int reset_error;
	uint32_t id_after_reset;
} f;

int __wrap_pci_system_init(void)
{
	f.init++;
	return f.init_error;
}

void __wrap_pci_system_cleanup(void)
{
	f.cleanup++;
}

struct pci_device *__wrap_pci_device_find_by_slot(uint32_t domain, uint32_t bus, uint32_t dev, uint32_t func)
{
	assert_true(f.init > f.cleanup);
	for (unsigned i = 0; i < f.devs; i++)
		if (f.dev[i].domain == domain && f.dev[i].bus == bus && f.dev[i].dev == dev && f.dev[i].func == func)
			return &f.dev[i];
	return NULL;
}

struct pci_device_iterator *__wrap_pci_id_match_iterator_create(const struct pci_id_match *match)
{
	f.match = *match;
	f.next = 0;
	f.iterators++;
	return (struct pci_device_iterator *)&f;
}

struct pci_device *__wrap_pci_device_next(struct pci_device_iterator *it)
{
	assert_ptr_equal(it, &f);
	while (f.next < f.devs) {
		struct pci_device *d = &f.dev[f.next++];

		if (d->vendor_id == f.match.vendor_id && d->device_id == f.match.device_id)
			return d;
	}
	return NULL;
}

void __wrap_pci_iterator_destroy(struct pci_device_iterator *it)
{
	assert_ptr_equal(it, &f);
	f.iterators--;
}

int __wrap_pci_device_probe(struct pci_device *dev)
{
	(void)dev;
	return f.probe_error;
}

int __wrap_pci_device_cfg_read(struct pci_device *dev, void *data, pciaddr_t at, pciaddr_t size, pciaddr_t *got)
{
	(void)dev;
	*got = at + size <= f.config_bytes ? size : f.config_bytes - at;
	memcpy(data, f.config + at, *got);
	return 0;
}

int __wrap_pci_device_cfg_read_u16(struct pci_device *dev, uint16_t *data, pciaddr_t at)
{
	(void)dev;
	memcpy(data, f.config + at, 2);
	return 0;
}

int __wrap_pci_device_cfg_write_u16(struct pci_device *dev, uint16_t data, pciaddr_t at)
{
	(void)dev;
	if (f.command_sticks)
		memcpy(f.config + at, &data, 2);
	return 0;
}

int __wrap_pci_device_map_range(struct pci_device *dev, pciaddr_t base, pciaddr_t size, unsigned flags, void **memory)
{
	unsigned i = 0;

	while (i < 6 && dev->regions[i].base_addr != base)
		i++;
	assert_true(i < 6);
	assert_true(size == dev->regions[i].size);
	if (f.map_error && f.map_error_bar == i)
		return f.map_error;
	f.map_flags = flags;
	f.mapped++;
	*memory = f.bar[i];
	return 0;
}

int __wrap_pci_device_unmap_range(struct pci_device *dev, void *memory, pciaddr_t size)
{
	unsigned i = 0;

	while (i < 6 && f.bar[i] != memory)
		i++;
	assert_true(i < 6);
	assert_true(size == dev->regions[i].size);
	f.unmapped++;
	return 0;
}

ssize_t __wrap_readlink(const char *path, char *buf, size_t size)
{
	if (strncmp(path, CW_PCI_SYSFS, strlen(CW_PCI_SYSFS)))
		return __real_readlink(path, buf, size);
	assert_string_equal(path, DIR "/driver");
	if (!f.driver[0]) {
		errno = ENOENT;
		return -1;
	}
	return snprintf(buf, size, "../../../bus/pci/drivers/%s", f.driver);
}

int __wrap_open(const char *path, int flags, ...)
{
	if (!strcmp(path, DIR "/config")) {
		assert_int_equal(flags, O_RDONLY | O_CLOEXEC);
		return __real_open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	if (!strcmp(path, DIR "/reset")) {
		assert_int_equal(flags, O_WRONLY | O_CLOEXEC);
		if (f.reset_error) {
			errno = f.reset_error;
			return -1;
		}
		memcpy(f.bar[0] + CW_ID, &f.id_after_reset, 4);
		return __real_open(f.reset_file, O_WRONLY | O_CLOEXEC);
	}
	return __real_open(path, flags, 0600);
}

int __wrap_flock(int fd, int how)
{
	assert_true(fd >= 0);
	f.lock_how = how;
	f.locked++;
	errno = f.lock_error;
	return f.lock_error ? -1 : 0;
}

/* ---- the fake card ---- */

static inline void set32(void *at, uint32_t v)
{
	memcpy(at, &v, 4);
}

static inline void region(unsigned i, uint64_t base, uint64_t size, uint32_t kind)
{
	f.dev[0].regions[i].base_addr = base;
	f.dev[0].regions[i].size = size;
	set32(f.config + PCI_BASE_ADDRESS_0 + 4 * i, (uint32_t)base | kind);
	free(f.bar[i]);
	f.bar[i] = size ? calloc(1, size) : NULL;
}

static inline void capability(unsigned at, uint8_t id, uint8_t next)
{
	f.config[at] = id;
	f.config[at + 1] = next;
}

/* Just one card, as it should be: memory space on, no driver, four GiB. */
static inline void fresh(void)
{
	for (unsigned i = 0; i < 6; i++)
		free(f.bar[i]);
	memset(&f, 0, sizeof(f));
	f.devs = 1;
	f.dev[0].domain = 0xfa4e;
	f.dev[0].bus = 3;
	f.dev[0].vendor_id = CW_PCI_VENDOR_ID;
	f.dev[0].device_id = CW_PCI_DEVICE_ID;
	f.driver = "";
	f.command_sticks = true;
	f.config_bytes = 256;
	f.reset_file = "/dev/null";
	f.id_after_reset = CW_ID_MAGIC;
	f.config[PCI_COMMAND] = PCI_COMMAND_MEMORY;
	f.config[PCI_STATUS] = PCI_STATUS_CAP_LIST;
	f.config[PCI_CAPABILITY_LIST] = 0x40;
	capability(0x40, PCI_CAP_ID_PM, 0x60);
	capability(0x60, PCI_CAP_ID_EXP, 0);
	set32(f.config + 0x60 + PCI_EXP_LNKCAP, 4 | 16 << 4);
	set32(f.config + 0x60 + PCI_EXP_LNKCTL, PCI_EXP_LNKCTL_RCB | (3 | 8 << 4) << 16);
	set32(f.config + 0x60 + PCI_EXP_DEVCTL, 1 << 5 | PCI_EXP_DEVCTL_EXT_TAG | 2 << 12 | PCI_EXP_DEVCTL_NOSNOOP_EN);
	region(0, 0xfe400000, CW_BAR0_BYTES, PCI_BASE_ADDRESS_MEM_TYPE_64);
	region(2, 0xfe000000, 64u << 12, PCI_BASE_ADDRESS_MEM_TYPE_64);
	region(4, 0xfea00000, CW_BAR4_BYTES, PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH);
	set32(f.bar[0] + CW_ID, CW_ID_MAGIC);
	set32(f.bar[0] + CW_VERSION, CW_VERSION_MAJOR << CW_VERSION_MAJOR_SHIFT);
	set32(f.bar[0] + CW_CAP_COUNTS, 32u << CW_CAP_COUNTS_VECTORS_SHIFT | 64);
	set32(f.bar[0] + CW_CAP_DMA, 32u << CW_CAP_DMA_DATA_BYTES_SHIFT | 64);
	set32(f.bar[0] + CW_CLOCK_HZ, 250000000);
	set32(f.bar[0] + CW_CARD_MEM_HI, 1);
}

static char why[CW_WHY_SIZE];

static inline int try(const char *name, void **card)
{
	why[0] = '\0';
	return cw_pci_backend.open(name, card, why, sizeof(why));
}

static inline void *opened(const char *name)
{
	void *card = NULL;

	assert_int_equal(try(name, &card), 0);
	return card;
}

/* Nothing is left mapped or begun. */
static inline void all_given_back(void)
{
	assert_int_equal(f.mapped, f.unmapped);
	assert_int_equal(f.init, f.cleanup);
	assert_int_equal(f.iterators, 0);
}

static inline void closed(void *card)
{
	assert_int_equal(cw_pci_backend.close(card), 0);
	all_given_back();
}

static inline void refused(const char *name, int err, const char *text)
{
	void *card;

	assert_int_equal(try(name, &card), err);
	if (!strstr(why, text))
		fail_msg("'%s' does not say '%s'", why, text);
	all_given_back();
}

static inline int all_freed(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 6; i++)
		free(f.bar[i]);
	return 0;
}

#endif
