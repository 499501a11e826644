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
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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

/* DOMAIN:BUS:DEV.FN, or without a domain, which is 0 then */
static bool address(const char *text, unsigned place[4])
{
	unsigned n = 4;
	const char *at;
	char *end;

	place[0] = 0;
	/* From its end: the domain is the one that may be missing. */
	for (at = text + strlen(text); n; at--) {
		if (at != text && at[-1] != ':' && at[-1] != '.')
			continue;
		place[--n] = (unsigned)strtoul(at, &end, 16);
		if (end == at || (*end && *end != ':' && *end != '.'))
			return false;
		if (at == text)
			return n <= 1;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct aer_error_inj e = { .header_log = { 1, 2, 3, 4 } };
	unsigned place[4], i;
	int fd;

	if (argc != 3 || !address(argv[1], place)) {
		fprintf(stderr, "usage: aer_inject [DOMAIN:]BUS:DEV.FN cor|nonfatal|fatal\n");
		return 2;
	}
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kinds[i].name, argv[2]); i++)
		;
	if (i == sizeof(kinds) / sizeof(kinds[0])) {
		fprintf(stderr, "aer_inject: no kind '%s' of error\n", argv[2]);
		return 2;
	}
	e.bus = place[1];
	e.dev = place[2];
	e.fn = place[3];
	e.domain = place[0];
	e.uncor_status = kinds[i].uncor;
	e.cor_status = kinds[i].cor;
	fd = open("/dev/aer_inject", O_WRONLY);
	if (fd < 0 || write(fd, &e, sizeof(e)) != sizeof(e)) {
		fprintf(stderr, "aer_inject: /dev/aer_inject: %s\n", strerror(errno));
		return 1;
	}
	return close(fd) != 0;
}
