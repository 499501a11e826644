// SPDX-License-Identifier: BSD-2-Clause
/*
 * Finds cards on the PCI bus and says what the bus knows of them. What
 * libpciaccess does not tell comes from configuration space (PCIe Base 6.0,
 * 7.5) and sysfs.
 */
#include "pci.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "driver/cw_regs.h"
#include "sim/link/pcibits.h"

#define CONFIG_BYTES 256
#define CLASS "causeway" /* of the driver's device files, in sysfs */

/* ---- names ---- */

/* Hexadecimal digits, 1 to most of them. */
static bool hex(const char **p, unsigned most, uint32_t *value)
{
	unsigned n = 0;

	for (*value = 0; n < most; n++) {
		char c = (*p)[n];
		int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
			    c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;

		if (digit < 0)
			break;
		*value = *value << 4 | (uint32_t)digit;
	}
	*p += n;
	return n > 0;
}

static bool skip(const char **p, char c)
{
	if (**p != c)
		return false;
	++*p;
	return true;
}

/* DDDD:BB:DD.F, or without the domain as some tools print it. */
static bool parse_address(const char **p, struct cw_pci_name *n)
{
	uint32_t part[2];

	if (!hex(p, 4, &part[0]) || !skip(p, ':') || !hex(p, 4, &part[1]))
		return false;
	if (skip(p, ':')) {
		n->domain = part[0];
		n->bus = part[1];
		if (!hex(p, 2, &n->dev))
			return false;
	} else {
		n->domain = 0;
		n->bus = part[0];
		n->dev = part[1];
	}
	return skip(p, '.') && hex(p, 1, &n->func) && n->bus < 256 && n->dev < 32 && n->func < 8;
}

static int parse_option(const char **p, struct cw_pci_name *n, char *why, size_t size)
{
	const char *option = *p;
	int len = (int)strcspn(option, ",");
	uint32_t vendor, device;

	*p += len;
	if (len == 7 && !strncmp(option, "force=", 6) && (option[6] == '0' || option[6] == '1')) {
		n->force = option[6] == '1';
		return 0;
	}
	if (len > 3 && !strncmp(option, "id=", 3)) {
		const char *at = option + 3;

		if (hex(&at, 4, &vendor) && skip(&at, ':') && hex(&at, 4, &device) && at == *p) {
			n->vendor = (uint16_t)vendor;
			n->device = (uint16_t)device;
			return 0;
		}
	}
	snprintf(why, size, "a card on the PCI bus has no option '%.*s': there are force=0|1 and id=VVVV:DDDD", len, option);
	return -EINVAL;
}

int cw_pci_parse(const char *text, struct cw_pci_name *n, char *why, size_t size)
{
	const char *p = text;
	int err = 0;

	*n = (struct cw_pci_name){ .vendor = CW_PCI_VENDOR_ID, .device = CW_PCI_DEVICE_ID };
	if (!strncmp(text, "pci", 3)) {
		n->first = true;
		p += 3;
	} else if (!parse_address(&p, n)) {
		p = "?";
	}
	if (*p && *p != ',') {
		snprintf(why, size, "'%.*s' is no address on the PCI bus: it is written as 0000:03:00.0, or pci for the first card",
			 (int)strcspn(text, ","), text);
		return -EINVAL;
	}
	while (!err && skip(&p, ','))
		err = parse_option(&p, n, why, size);
	return err;
}

/* ---- libpciaccess has one state for a process ---- */

static pthread_mutex_t pci_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned pci_users;

int cw_pci_begin(char *why, size_t size)
{
	int err = 0;

	pthread_mutex_lock(&pci_lock);
	if (!pci_users)
		err = pci_system_init();
	if (!err)
		pci_users++;
	else
		pci_system_cleanup();
	pthread_mutex_unlock(&pci_lock);
	if (err)
		snprintf(why, size, "the PCI bus cannot be read: %s", strerror(err));
	return -err;
}

void cw_pci_end(void)
{
	pthread_mutex_lock(&pci_lock);
	if (!--pci_users)
		pci_system_cleanup();
	pthread_mutex_unlock(&pci_lock);
}

/* ---- what the bus knows of a card ---- */

void cw_pci_driver(const char *address, char *driver, size_t size)
{
	char path[96], target[256];
	const char *slash;
	ssize_t n;

	snprintf(path, sizeof(path), CW_PCI_SYSFS "/%s/driver", address);
	n = readlink(path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	slash = strrchr(target, '/');
	snprintf(driver, size, "%s", slash ? slash + 1 : target);
}

/* The file that our driver made for it. */
static void find_node(struct cw_pci_card *card)
{
	char path[96];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), CW_PCI_SYSFS "/%s/" CLASS, card->name);
	d = opendir(path);
	if (!d)
		return;
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' && strlen(e->d_name) < sizeof(card->node) - 5)
			snprintf(card->node, sizeof(card->node), "/dev/%.26s", e->d_name);
	closedir(d);
}

static uint32_t le(const uint8_t *p, unsigned bytes)
{
	uint32_t v = 0;

	while (bytes--)
		v = v << 8 | p[bytes];
	return v;
}

static void describe_express(struct cw_pci_card *card, const uint8_t *express)
{
	uint32_t max = le(express + PCI_EXP_LNKCAP, 4), now = le(express + PCI_EXP_LNKSTA, 2);
	uint32_t control = le(express + PCI_EXP_DEVCTL, 2), control2 = le(express + PCI_EXP_DEVCTL2, 2);

	card->link_gen = now & PCI_EXP_LNKSTA_CLS;
	card->link_lanes = (now & PCI_EXP_LNKSTA_NLW) >> 4;
	card->link_gen_max = max & PCI_EXP_LNKCAP_SLS;
	card->link_lanes_max = (max & PCI_EXP_LNKCAP_MLW) >> 4;
	card->link_known = 1;
	card->link = (control & PCI_EXP_DEVCTL_PAYLOAD) >> 5 << CW_LINK_MPS_SHIFT |
		     (control & PCI_EXP_DEVCTL_READRQ) >> 12 << CW_LINK_MRRS_SHIFT |
		     (le(express + PCI_EXP_LNKCTL, 2) & PCI_EXP_LNKCTL_RCB ? CW_LINK_RCB_MASK : 0) |
		     (control & PCI_EXP_DEVCTL_EXT_TAG ? CW_LINK_EXT_TAG_MASK : 0) |
		     (control2 & PCI_EXP_DEVCTL2_10BIT_TAG_REQ_EN ? CW_LINK_TAG10_MASK : 0) |
		     (control & PCI_EXP_DEVCTL_RELAX_EN ? CW_LINK_RO_MASK : 0) |
		     (control & PCI_EXP_DEVCTL_NOSNOOP_EN ? CW_LINK_NS_MASK : 0) |
		     (card->command & PCI_COMMAND_MASTER ? CW_LINK_BME_MASK : 0);
}

static void describe_capabilities(struct cw_pci_card *card, const uint8_t *config)
{
	unsigned at = config[PCI_CAPABILITY_LIST] & ~3u;

	/* No more than there is room for: a list that bites its tail ends too. */
	for (unsigned n = 0; n < CONFIG_BYTES / 4 && at >= PCI_STD_HEADER_SIZEOF; n++) {
		unsigned id = config[at];

		if (id == PCI_CAP_ID_PM && at + PCI_PM_CTRL < CONFIG_BYTES)
			card->power_state = config[at + PCI_PM_CTRL] & PCI_PM_CTRL_STATE_MASK;
		if (id == PCI_CAP_ID_EXP && at + PCI_EXP_DEVCTL2 + 2 <= CONFIG_BYTES)
			describe_express(card, config + at);
		at = config[at + PCI_CAP_LIST_NEXT] & ~3u;
	}
}

/* libpciaccess 0.17 loses the kinds of a BAR on the way: they are read here. */
static void describe_bars(struct cw_pci_card *card, const struct pci_device *dev, const uint8_t *config)
{
	for (unsigned i = 0; i < 6; i++) {
		uint32_t v = le(config + PCI_BASE_ADDRESS_0 + 4 * i, 4);
		struct cw_pci_bar *bar = &card->bar[i];

		bar->address = dev->regions[i].base_addr;
		bar->size = dev->regions[i].size;
		bar->is_io = (v & PCI_BASE_ADDRESS_SPACE) == PCI_BASE_ADDRESS_SPACE_IO;
		bar->is_64 = !bar->is_io && (v & PCI_BASE_ADDRESS_MEM_TYPE_MASK) == PCI_BASE_ADDRESS_MEM_TYPE_64;
		bar->is_prefetchable = !bar->is_io && (v & PCI_BASE_ADDRESS_MEM_PREFETCH);
		if (bar->is_64)
			i++; /* the next is its upper half */
	}
}

static int describe(struct pci_device *dev, struct cw_pci_card *card, char *why, size_t size)
{
	uint8_t config[CONFIG_BYTES] = { 0 };
	pciaddr_t got = 0;
	int err;

	memset(card, 0, sizeof(*card));
	snprintf(card->name, sizeof(card->name), "%04x:%02x:%02x.%x", dev->domain & 0xffffu, dev->bus & 0xffu, dev->dev & 31u,
		 dev->func & 7u);
	card->vendor = dev->vendor_id;
	card->device = dev->device_id;
	card->subsystem_vendor = dev->subvendor_id;
	card->subsystem = dev->subdevice_id;
	card->revision = (uint8_t)dev->revision;
	cw_pci_driver(card->name, card->driver, sizeof(card->driver));
	find_node(card);
	err = pci_device_probe(dev);
	if (!err)
		err = pci_device_cfg_read(dev, config, 0, sizeof(config), &got);
	if (!err && got < PCI_STD_HEADER_SIZEOF)
		err = EIO;
	if (err) {
		snprintf(why, size, "%s: configuration space cannot be read: %s", card->name, strerror(err));
		return -err;
	}
	card->command = (uint16_t)le(config + PCI_COMMAND, 2);
	describe_bars(card, dev, config);
	if (got == sizeof(config) && config[PCI_STATUS] & PCI_STATUS_CAP_LIST)
		describe_capabilities(card, config);
	return 0;
}

/* ---- finding them ---- */

static struct pci_device_iterator *of_ids(uint16_t vendor, uint16_t device)
{
	struct pci_id_match match = { vendor, device, PCI_MATCH_ANY, PCI_MATCH_ANY, 0, 0, 0 };

	return pci_id_match_iterator_create(&match);
}

static struct pci_device *find_first(const struct cw_pci_name *n)
{
	struct pci_device_iterator *all = of_ids(n->vendor, n->device);
	struct pci_device *dev = all ? pci_device_next(all) : NULL;

	pci_iterator_destroy(all);
	return dev;
}

int cw_pci_find(const struct cw_pci_name *n, struct pci_device **out, struct cw_pci_card *card, char *why, size_t size)
{
	struct pci_device *dev = n->first ? find_first(n) : pci_device_find_by_slot(n->domain, n->bus, n->dev, n->func);

	if (!dev && n->first) {
		snprintf(why, size, "no device on the PCI bus has a card's IDs (%04x:%04x)", n->vendor, n->device);
		return -ENOENT;
	}
	if (!dev) {
		snprintf(why, size, "there is no PCI device %04x:%02x:%02x.%x", n->domain, n->bus, n->dev, n->func);
		return -ENOENT;
	}
	if (dev->vendor_id != n->vendor || dev->device_id != n->device) {
		snprintf(why, size, "%04x:%02x:%02x.%x is no Causeway card: its IDs are %04x:%04x, not %04x:%04x (a board of its own IDs: ,id=%04x:%04x)",
			 n->domain, n->bus, n->dev, n->func, dev->vendor_id, dev->device_id, n->vendor, n->device,
			 dev->vendor_id, dev->device_id);
		return -EINVAL;
	}
	*out = dev;
	return describe(dev, card, why, size);
}

int cw_pci_list(struct cw_pci_card *cards, unsigned max, char *why, size_t size)
{
	struct pci_device_iterator *all;
	struct pci_device *dev;
	char scratch[256];
	int n = 0, err;

	if (!why || !size) {
		why = scratch;
		size = sizeof(scratch);
	}
	why[0] = '\0';
	err = cw_pci_begin(why, size);
	if (err)
		return err;
	all = of_ids(CW_PCI_VENDOR_ID, CW_PCI_DEVICE_ID);
	while (!err && all && (dev = pci_device_next(all))) {
		if ((unsigned)n < max)
			err = describe(dev, &cards[n], why, size);
		n++;
	}
	pci_iterator_destroy(all);
	cw_pci_end();
	return err ? err : n;
}

/* The card behind a driver's device file. */
static int get_by_node(const char *node, struct cw_pci_card *card, char *why, size_t size)
{
	struct cw_pci_card *cards;
	int room = cw_pci_list(NULL, 0, why, size), n;

	if (room < 0)
		return room;
	cards = calloc((size_t)room + 1, sizeof(*cards));
	n = cards ? cw_pci_list(cards, (unsigned)room, why, size) : -ENOMEM;
	for (int i = 0; i < n && i < room; i++)
		if (!strcmp(cards[i].node, node)) {
			*card = cards[i];
			free(cards);
			return 0;
		}
	free(cards);
	if (n >= 0)
		snprintf(why, size, "%s is no card's on the PCI bus", node);
	return n < 0 ? n : -ENOENT;
}

int cw_pci_get(const char *text, struct cw_pci_card *card, char *why, size_t size)
{
	struct cw_pci_name name;
	struct pci_device *dev;
	char scratch[256];
	int err;

	if (!why || !size) {
		why = scratch;
		size = sizeof(scratch);
	}
	why[0] = '\0';
	if (!text || !card) {
		snprintf(why, size, "an argument is NULL");
		return -EINVAL;
	}
	if (text[0] == '/')
		return get_by_node(text, card, why, size);
	err = cw_pci_parse(text, &name, why, size);
	if (!err)
		err = cw_pci_begin(why, size);
	if (err)
		return err;
	err = cw_pci_find(&name, &dev, card, why, size);
	cw_pci_end();
	return err;
}
