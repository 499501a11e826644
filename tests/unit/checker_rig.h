/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Planted violations: each rule of the checker is broken once, which must be
 * reported once, by its name, with no other; and has a clean twin, which passes.
 */
#ifndef CHECKER_RIG_H
#define CHECKER_RIG_H

#include "host_rig.h"
#include "result.h"

struct plant {
	enum cw_rule rule;
	const char *what;
	void (*tweak)(struct rig *r, bool bad);
	void (*act)(struct rig *r, bool bad);
	const char *name; /* of act */
	bool ends; /* seen when the host is freed */
};

#define PLANT(rule, what, tweak, act, ends) { CW_RULE_##rule, what, tweak, act, #act, ends }

/* The line that a program prints (host.c). */
static inline void checker_result(const char *name, const char *what, const struct cw_violation *v)
{
	char text[400];

	snprintf(text, sizeof(text), "%s (%s) at %llu ps, cycle %llu: %s", v->rule, v->section,
		 (unsigned long long)v->time_ps, (unsigned long long)v->cycle, v->text);
	result(v->rule, name, what, text);
}

static uint8_t data[4096];

static struct rig rig;

static inline void msi(struct rig *r, uint32_t vector)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, 0xfee00000, &vector, 4, 0);
	rig_send(r, &t);
}

static inline void msg(struct rig *r, uint8_t code, uint8_t routing)
{
	struct cw_tlp t;

	cw_tlp_msg(&t, CARD, code, routing);
	rig_send(r, &t);
}

static inline void command(struct rig *r, uint32_t value)
{
	assert_int_equal(cw_host_cfg_write32(r->h, 4, value), 0);
	rig_run(r, 4 * US);
}

static inline unsigned play(const struct plant *p, bool bad)
{
	struct rig *r = &rig;
	unsigned left;

	rig_default(r);
	memset(data, 0x5a, sizeof(data));
	if (p->tweak)
		p->tweak(r, bad);
	rig_start(r);
	assert_int_equal(r->rule_n, 0);
	p->act(r, bad);
	if (!p->ends && r->rule_n != bad)
		print_message("%s (%s): %u reports, the first %s: %s\n", cw_rules[p->rule].name, p->what, r->rule_n,
			      r->rule[0], r->text);
	if (!p->ends)
		assert_int_equal(r->rule_n, bad);
	left = rig_free(r);
	if (left != bad)
		print_message("%s (%s): %u at the end, the last: %s\n", cw_rules[p->rule].name, p->what, left, r->text);
	assert_int_equal(left, bad);
	return r->rule_n;
}

/* Each alone, and by its name. */
static inline void find_planted(const struct plant *plants, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		assert_int_equal(play(&plants[i], true), 1);
		assert_string_equal(rig.rule[0], cw_rules[plants[i].rule].name);
		checker_result(plants[i].name, plants[i].what, &rig.first);
	}
}

static inline void pass_clean(const struct plant *plants, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		assert_int_equal(play(&plants[i], false), 0);
}

static inline void planted_all(const struct plant *plants, unsigned n, unsigned from, unsigned to)
{
	bool seen[CW_RULE_N] = { [CW_RULE_CPL_MPS] = true }; /* shown on the checker alone */
	unsigned i;

	for (i = 0; i < n; i++)
		seen[plants[i].rule] = true;
	for (i = from; i < to; i++) {
		if (!seen[i])
			print_message("%s has no planted violation\n", cw_rules[i].name);
		assert_true(seen[i]);
		assert_int_equal(cw_rule_find(cw_rules[i].name), i); /* names are distinct */
	}
}

static inline void mwr(struct rig *r, uint64_t addr, uint32_t len, uint8_t attr)
{
	struct cw_tlp t;

	cw_tlp_mwr(&t, CARD, addr, data, len, attr);
	rig_send(r, &t);
}

#endif
