// SPDX-License-Identifier: BSD-2-Clause
/* cwctl info, read, write and card. */
#include "cwctl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "causeway-sim.h"
#include "driver/cw_regs.h"
#include "progress.h"

#define PIECE (4u << 20) /* bytes a call: bounds memory and moves the progress bar */

static const char *irq_type(const struct cw_info *i)
{
	return i->irq_type == CW_IRQ_TYPE_INTX ? "INTx" : i->irq_type == CW_IRQ_TYPE_MSI ? "MSI" : "MSI-X";
}

int ctl_info(const struct ctl *c)
{
	struct cw_dev *dev = ctl_open(c);
	struct cw_info i;

	if (!dev)
		return CTL_FAIL;
	if (cw_get_info(dev, &i)) {
		fprintf(stderr, "cwctl: %s\n", cw_why(dev));
		return ctl_close(dev, CTL_FAIL);
	}
	printf("card          %s\n", c->card);
	printf("PCI address   %04x:%02x:%02x.%x\n", i.pci_domain, i.pci_bus, i.pci_devfn >> 3, i.pci_devfn & 7);
	if (i.abi)
		printf("interface     %u.%u (driver ABI %u)\n", i.hw_version >> 16, i.hw_version & 0xffff, i.abi);
	else
		printf("interface     %u.%u\n", i.hw_version >> 16, i.hw_version & 0xffff);
	printf("card memory   %llu bytes\n", (unsigned long long)i.card_bytes);
	if (i.abi) {
		printf("queues        %u, of which the file uses %u each way, %u entries a ring\n", i.queues,
		       i.file_queues, i.entries);
		printf("interrupts    %s, %u of %u vectors\n", irq_type(&i), i.irqs, i.vectors);
	} else {
		printf("queues        %u\n", i.queues);
		printf("interrupts    %u vectors\n", i.vectors);
	}
	printf("data path     %u bytes at %.1f MHz, %u-bit host addresses\n", i.data_bytes, i.clock_hz / 1e6,
	       i.addr_bits);
	printf("features      %s%s%s%s%u read tags\n",
	       i.features & CW_CAP_FEATURES_STREAM_MASK ? "streams, " : "",
	       i.features & CW_CAP_FEATURES_EVENT_RING_MASK ? "event rings, " : "",
	       i.features & CW_CAP_FEATURES_MOD_TIME_MASK ? "moderation by time, " : "",
	       i.features & CW_CAP_FEATURES_WEIGHT_MASK ? "weights, " : "",
	       (i.features & CW_CAP_FEATURES_TAGS_MASK) >> CW_CAP_FEATURES_TAGS_SHIFT);
	ctl_print_bus(c->card);
	return ctl_close(dev, 0);
}

static void hex_dump(uint64_t addr, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i += 16) {
		size_t n = len - i < 16 ? len - i : 16;

		printf("%09llx ", (unsigned long long)(addr + i));
		for (size_t j = 0; j < 16; j++)
			j < n ? printf(" %02x", p[i + j]) : printf("   ");
		printf("  ");
		for (size_t j = 0; j < n; j++)
			putchar(p[i + j] >= 32 && p[i + j] < 127 ? p[i + j] : '.');
		putchar('\n');
	}
}

/* Card memory to a stream, or to a dump when there is none. */
static int read_out(struct cw_dev *dev, uint64_t addr, uint64_t len, FILE *out, bool quiet)
{
	uint8_t *buf = malloc(PIECE);
	struct cw_progress bar;
	uint64_t done = 0;
	int status = buf ? 0 : CTL_FAIL;

	cw_progress_start(&bar, "reading", len, quiet || !out);
	while (!status && done < len) {
		size_t want = len - done < PIECE ? len - done : PIECE;
		ssize_t got = cw_read(dev, buf, want, addr + done);

		if (got <= 0) {
			fprintf(stderr, "cwctl: reading at 0x%llx: %s\n", (unsigned long long)(addr + done),
				got ? cw_why(dev) : "beyond card memory");
			status = CTL_FAIL;
		} else if (out && fwrite(buf, 1, (size_t)got, out) != (size_t)got) {
			fprintf(stderr, "cwctl: writing the file: %s\n", strerror(errno));
			status = CTL_FAIL;
		} else {
			if (!out)
				hex_dump(addr + done, buf, (size_t)got);
			done += (uint64_t)got;
			cw_progress_at(&bar, done);
		}
	}
	cw_progress_end(&bar);
	free(buf);
	return status;
}

int ctl_read(const struct ctl *c)
{
	struct cw_dev *dev;
	uint64_t addr, len;
	FILE *out = NULL;
	int status;

	if (ctl_number("address", c->argv[0], &addr) || ctl_number("length", c->argv[1], &len))
		return CTL_USAGE;
	dev = ctl_open(c);
	if (!dev)
		return CTL_FAIL;
	if (c->argc > 2) {
		out = fopen(c->argv[2], "wb");
		if (!out) {
			fprintf(stderr, "cwctl: %s: %s\n", c->argv[2], strerror(errno));
			return ctl_close(dev, CTL_FAIL);
		}
	}
	status = read_out(dev, addr, len, out, c->quiet);
	if (out && fclose(out)) {
		fprintf(stderr, "cwctl: %s: %s\n", c->argv[2], strerror(errno));
		status = CTL_FAIL;
	}
	return ctl_close(dev, status);
}

static int write_in(struct cw_dev *dev, uint64_t addr, FILE *in, uint64_t len, bool quiet)
{
	uint8_t *buf = malloc(PIECE);
	struct cw_progress bar;
	uint64_t done = 0;
	int status = buf ? 0 : CTL_FAIL;
	size_t got;

	cw_progress_start(&bar, "writing", len, quiet);
	while (!status && (got = fread(buf, 1, PIECE, in)) > 0) {
		ssize_t put = cw_write(dev, buf, got, addr + done);

		if (put != (ssize_t)got) {
			fprintf(stderr, "cwctl: writing at 0x%llx: %s\n", (unsigned long long)(addr + done),
				put < 0 ? cw_why(dev) : "beyond card memory");
			status = CTL_FAIL;
		}
		done += got;
		cw_progress_at(&bar, done < len ? done : len);
	}
	cw_progress_end(&bar);
	if (!status && ferror(in)) {
		fprintf(stderr, "cwctl: reading the file: %s\n", strerror(errno));
		status = CTL_FAIL;
	}
	free(buf);
	return status;
}

int ctl_write(const struct ctl *c)
{
	struct cw_dev *dev;
	struct stat st;
	uint64_t addr;
	FILE *in;
	int status;

	if (ctl_number("address", c->argv[0], &addr))
		return CTL_USAGE;
	in = fopen(c->argv[1], "rb");
	if (!in || fstat(fileno(in), &st)) {
		fprintf(stderr, "cwctl: %s: %s\n", c->argv[1], strerror(errno));
		if (in)
			fclose(in);
		return CTL_FAIL;
	}
	dev = ctl_open(c);
	if (!dev) {
		fclose(in);
		return CTL_FAIL;
	}
	status = write_in(dev, addr, in, (uint64_t)st.st_size, c->quiet);
	fclose(in);
	return ctl_close(dev, status);
}

int ctl_card(const struct ctl *c)
{
	char why[256];

	if (!cw_sim_serve_card(c->argv[0], c->argc > 1 ? c->argv[1] : "", why, sizeof(why)))
		return 0;
	fprintf(stderr, "cwctl: %s\n", why);
	return CTL_FAIL;
}
