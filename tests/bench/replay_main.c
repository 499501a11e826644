// SPDX-License-Identifier: BSD-2-Clause
/*
 * cwreplay [latency=NS] [gen=N] [lanes=N] LOG: the host's TLPs of a log sent to the RTL card again; says whether it
 * answers as in the log, and how fast it ran. The link must be the log's: 150 ns, Gen3 x8 unless said.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

static bool option(struct replay_param *p, const char *word)
{
	if (!strncmp(word, "latency=", 8))
		p->latency_ps = strtoull(word + 8, NULL, 0) * 1000;
	else if (!strncmp(word, "gen=", 4))
		p->generation = (uint8_t)strtoul(word + 4, NULL, 0);
	else if (!strncmp(word, "lanes=", 6))
		p->lanes = (uint8_t)strtoul(word + 6, NULL, 0);
	else
		return false;
	return true;
}

int main(int argc, char **argv)
{
	struct replay_param p = { .latency_ps = 150000, .generation = 3, .lanes = 8 };
	struct replay_result r;
	const char *path = NULL;
	char why[300];

	for (int i = 1; i < argc; i++)
		if (!option(&p, argv[i]))
			path = argv[i];
	if (!path) {
		fprintf(stderr, "cwreplay [latency=NS] [gen=N] [lanes=N] LOG\n");
		return 2;
	}
	if (replay_log(path, &p, &r, why, sizeof(why))) {
		fprintf(stderr, "cwreplay: %s: %s\n", path, why);
		return 1;
	}
	printf("%llu TLPs to the card, %llu from it, as in the log; %llu cycles, %llu evaluated, %.3f s of CPU time: %.0f kHz\n",
	       (unsigned long long)r.tlps[0], (unsigned long long)r.tlps[1], (unsigned long long)r.cycles,
	       (unsigned long long)r.evaluated, (double)r.cpu_ns * 1e-9, (double)r.cycles * 1e6 / (double)r.cpu_ns);
	return 0;
}
