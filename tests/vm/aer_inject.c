// SPDX-License-Identifier: BSD-2-Clause
/*
 * aer_inject BUS:DEV.FN cor|nonfatal|fatal   lets the root port report an error of this device
 *
 * Through the kernel's module of that name: one write of a struct aer_error_inj (its
 * drivers/pci/pcie/aer_inject.c) to /dev/aer_inject. Which bit is which: PCIe Base Specification 6.0,
 * 7.8.4.2 and 7.8.4.5; whether it is fatal is the device's Uncorrectable Error Severity, here its default.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct aer_error_inj {
	uint8_t bus, dev, fn;
	uint32_t uncor_status, cor_status, header_log[4], domain;
};
_Static_assert(sizeof(struct aer_error_inj) == 32, "as the kernel has it");

static const struct {
	const char *name;
	uint32_t uncor, cor;
} kinds[] = {
	{ "cor", 0, 1u << 0 },          /* Receiver Error */
	{ "nonfatal", 1u << 14, 0 },    /* Completion Timeout */
	{ "fatal", 1u << 18, 0 },       /* Malformed TLP */
};

int main(int argc, char **argv)
{
	struct aer_error_inj e = { .header_log = { 1, 2, 3, 4 } };
	unsigned domain = 0, bus, dev, fn, i;
	int fd;

	if (argc != 3 || (sscanf(argv[1], "%x:%x:%x.%u", &domain, &bus, &dev, &fn) != 4 &&
			  sscanf(argv[1], "%x:%x.%u", &bus, &dev, &fn) != 3)) {
		fprintf(stderr, "usage: aer_inject [DOMAIN:]BUS:DEV.FN cor|nonfatal|fatal\n");
		return 2;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kinds[i].name, argv[2]); i++)
		;
	if (i == sizeof(kinds) / sizeof(kinds[0])) {
		fprintf(stderr, "aer_inject: no kind '%s' of error\n", argv[2]);
		return 2;
	}
	e.bus = bus;
	e.dev = dev;
	e.fn = fn;
	e.domain = domain;
	e.uncor_status = kinds[i].uncor;
	e.cor_status = kinds[i].cor;
	fd = open("/dev/aer_inject", O_WRONLY);
	if (fd < 0 || write(fd, &e, sizeof(e)) != sizeof(e)) {
		fprintf(stderr, "aer_inject: /dev/aer_inject: %s\n", strerror(errno));
		return 1;
	}
	return close(fd) != 0;
}
