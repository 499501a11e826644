// SPDX-License-Identifier: BSD-2-Clause
/* cwctl list, and what the bus knows of a card for cwctl info. */
#include "cwctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "causeway-pci.h"

static const char *owner(const struct cw_pci_card *p)
{
	return p->driver[0] ? p->driver : "none";
}

static void print_link(const struct cw_pci_card *p)
{
	if (!p->link_known)
		printf("link          (only root may see it)\n");
	else if (!p->link_gen)
		printf("link          none (integrated)\n");
	else
		printf("link          generation %u, %u lanes; the card can do %u, %u\n", p->link_gen, p->link_lanes, p->link_gen_max,
		       p->link_lanes_max);
}

void ctl_print_bus(const char *card)
{
	struct cw_pci_card p;

	if (!strncmp(card, "sim", 3) || cw_pci_get(card, &p, NULL, 0))
		return;
	printf("driver        %s%s%s\n", owner(&p), p.node[0] ? ", " : "", p.node);
	printf("PCI IDs       %04x:%04x, subsystem %04x:%04x, revision %u\n", p.vendor, p.device, p.subsystem_vendor, p.subsystem,
	       p.revision);
	printf("Command       %s memory space, %s bus master, D%u\n", p.command & 2 ? "+" : "-", p.command & 4 ? "+" : "-",
	       p.power_state);
	print_link(&p);
	for (unsigned i = 0; i < 6; i++)
		if (p.bar[i].size)
			printf("BAR%u          0x%llx, %llu KiB, %s%s%s\n", i, (unsigned long long)p.bar[i].address,
			       (unsigned long long)p.bar[i].size >> 10, p.bar[i].is_io ? "I/O" : "memory", p.bar[i].is_64 ? ", 64-bit" : "",
			       p.bar[i].is_prefetchable ? ", prefetchable" : "");
}

int ctl_list(const struct ctl *c)
{
	struct cw_pci_card *cards;
	char why[256];
	int room, n;

	(void)c;
	room = cw_pci_list(NULL, 0, why, sizeof(why));
	cards = calloc(room > 0 ? (size_t)room : 1, sizeof(*cards));
	n = room < 0 || !cards ? room : cw_pci_list(cards, (unsigned)room, why, sizeof(why));
	if (n < 0 || !cards) {
		fprintf(stderr, "cwctl: %s\n", n < 0 ? why : "no memory");
		free(cards);
		return CTL_FAIL;
	}
	if (!n)
		printf("no card is on the PCI bus\n");
	for (int i = 0; i < n && i < room; i++)
		printf("%s  %04x:%04x  driver %s%s%s\n", cards[i].name, cards[i].vendor, cards[i].device, owner(&cards[i]),
		       cards[i].node[0] ? "  " : "", cards[i].node);
	free(cards);
	return 0;
}
