/* SPDX-License-Identifier: BSD-2-Clause */
/* constraints-check NETLIST.json BOARD.xdc crossings.txt: every violation a line; exit status 1 when there is one. */
#include <stdio.h>

#include "check.h"

int main(int argc, char **argv)
{
	struct script script;
	struct netlist netlist;

	if (argc != 4) {
		fprintf(stderr, "usage: %s NETLIST.json BOARD.xdc crossings.txt\n", argv[0]);
		return 2;
	}
	if (netlist_read(&netlist, argv[1]) || script_read(&script, argv[2]))
		return 2;
	boxes_make_clocks(&script, argv[3]);
	check_pins(&script, &netlist);
	check_clocks(&script, &netlist, argv[3]);
	script_free(&script);
	netlist_free(&netlist);
	return complaints() ? 1 : 0;
}
