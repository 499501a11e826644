// SPDX-License-Identifier: BSD-2-Clause
/* Sums over a TLP log. */
#include "../link/link.h"
#include "trace.h"

void cw_trace_stat_add(struct cw_trace_stat *s, const struct cw_trace_record *rec)
{
	struct cw_tlp_info i;
	unsigned from = rec->from & 1;

	if (!s->n++ || rec->stamp < s->first)
		s->first = rec->stamp;
	if (rec->stamp > s->last)
		s->last = rec->stamp;
	if (cw_tlp_decode(&rec->tlp, &i, NULL))
		s->malformed[from]++;
	s->tlps[from][i.kind]++;
	s->payload[from][i.kind] += rec->tlp.data_len;
	s->wire[from] += cw_tlp_wire_bytes(&rec->tlp);
	s->poisoned[from] += i.ep;
}

void cw_trace_stat_print(FILE *out, const struct cw_trace_stat *s)
{
	static const char *const name[] = { "MRd", "MWr", "CfgRd", "CfgWr", "Cpl", "CplD", "Msg", "MsgD", "IORd",
					    "IOWr", "other" };
	static const char *const side[] = { [CW_SIDE_HOST] = "host --> card", [CW_SIDE_CARD] = "host <-- card" };

	for (int from = 0; from < 2; from++) {
		uint64_t n = 0, bytes = 0;

		for (int k = 0; k <= CW_TLP_OTHER; k++) {
			n += s->tlps[from][k];
			bytes += s->payload[from][k];
			if (s->tlps[from][k])
				fprintf(out, "%s  %-6s %12llu TLPs %14llu bytes of payload\n", side[from], name[k],
					(unsigned long long)s->tlps[from][k],
					(unsigned long long)s->payload[from][k]);
		}
		fprintf(out, "%s  all    %12llu TLPs %14llu bytes of payload, %llu on the wire, %llu malformed, "
			"%llu poisoned\n", side[from], (unsigned long long)n, (unsigned long long)bytes,
			(unsigned long long)s->wire[from], (unsigned long long)s->malformed[from],
			(unsigned long long)s->poisoned[from]);
	}
	fprintf(out, "from %llu ps to %llu ps\n", (unsigned long long)s->first, (unsigned long long)s->last);
}
