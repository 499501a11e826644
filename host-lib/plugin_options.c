// SPDX-License-Identifier: BSD-2-Clause
#include "plugin.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/cw_regs.h"

enum side { HOST, CARD };

/* What can be asked; the order is that of enum key. */
enum key {
	SEED, GEN, LANES, LATENCY, READ_LATENCY, READ_JITTER, MPS, MRRS, VECTORS, IRQ, IOMMU, DMA, MEM_TOP, TAG10, ATTRIBUTES, ORDER, MODULE,
	TLP, CARD_TLP, WAVE, WAVE_FROM, WAVE_TO, IDLE_SKIP, REORDER, QUEUES, WIDTH, SHIM, USER, KEY_N
};

static const char *const keys[KEY_N + 1] = {
	[SEED] = "seed", [GEN] = "gen", [LANES] = "lanes", [LATENCY] = "latency", [READ_LATENCY] = "read-latency",
	[READ_JITTER] = "read-jitter", [MPS] = "mps", [MRRS] = "mrrs", [VECTORS] = "vectors", [IRQ] = "irq",
	[IOMMU] = "iommu", [DMA] = "dma", [MEM_TOP] = "mem-top", [TAG10] = "tag10", [ATTRIBUTES] = "attributes", [ORDER] = "order", [MODULE] = "module", [TLP] = "tlp", [CARD_TLP] = "card-tlp",
	[WAVE] = "wave", [WAVE_FROM] = "wave-from", [WAVE_TO] = "wave-to", [IDLE_SKIP] = "idle-skip",
	[REORDER] = "reorder", [QUEUES] = "queues", [WIDTH] = "width", [SHIM] = "shim", [USER] = "user", [KEY_N] = NULL,
};

/* Numbers: what is allowed. Text options have max 0. */
static const struct {
	enum side side;
	uint64_t min, max;
} limits[KEY_N] = {
	[SEED] = { HOST, 0, UINT64_MAX },
	[GEN] = { HOST, 1, 5 },
	[LANES] = { HOST, 0, 16 },
	[LATENCY] = { HOST, 1, 100000 },
	[READ_LATENCY] = { HOST, 0, 1000000 },
	[READ_JITTER] = { HOST, 0, 1000000 },
	[MPS] = { HOST, 128, 4096 },
	[MRRS] = { HOST, 128, 4096 },
	[VECTORS] = { HOST, 1, 2048 },
	[IRQ] = { HOST, 0, 0 },
	[IOMMU] = { HOST, 0, 1 },
	[DMA] = { HOST, 0, 0 },
	[MEM_TOP] = { HOST, 2, 128 },
	[TAG10] = { HOST, 0, 1 },
	[ATTRIBUTES] = { HOST, 0, 1 },
	[ORDER] = { HOST, 0, 1 },
	[MODULE] = { HOST, 0, 0 },
	[TLP] = { HOST, 0, 0 },
	[CARD_TLP] = { CARD, 0, 0 },
	[WAVE] = { CARD, 0, 0 },
	[WAVE_FROM] = { CARD, 0, UINT64_MAX },
	[WAVE_TO] = { CARD, 0, UINT64_MAX },
	[IDLE_SKIP] = { CARD, 0, 1 },
	[REORDER] = { CARD, 0, 1 },
	[QUEUES] = { CARD, 2, CW_QUEUE_N_MAX },
	[WIDTH] = { CARD, 128, 512 },
	[SHIM] = { CARD, 0, 0 },
	[USER] = { CARD, 0, 0 },
};

static bool power_of_two(uint64_t v)
{
	return v && !(v & (v - 1));
}

/* 128 to 4096 as Device Control has it: 128 << n. */
static uint8_t size_code(uint64_t v)
{
	return (uint8_t)(__builtin_ctzll(v) - 7);
}

static int parse_number(enum key key, const char *text, uint64_t *value, char *why, size_t why_size)
{
	bool two = key == MPS || key == MRRS || key == QUEUES || key == WIDTH || (key == LANES && strcmp(text, "0"));
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	if (errno || !isdigit((unsigned char)text[0]) || *end || *value < limits[key].min || *value > limits[key].max ||
	    (two && !power_of_two(*value))) {
		snprintf(why, why_size, "option %s=%s: a number from %llu to %llu%s", keys[key], text,
			 (unsigned long long)limits[key].min, (unsigned long long)limits[key].max,
			 two ? ", a power of two" : "");
		return -EINVAL;
	}
	return 0;
}

static int set_irq(struct sim_options *o, const char *text, char *why, size_t why_size)
{
	if (strcmp(text, "msix") && strcmp(text, "msi") && strcmp(text, "intx")) {
		snprintf(why, why_size, "option irq=%.40s: msix, msi or intx", text);
		return -EINVAL;
	}
	o->shim.no_msix = strcmp(text, "msix") != 0;
	o->shim.no_msi = strcmp(text, "intx") == 0;
	return 0;
}

/* Bouncing is what a machine without an IOMMU does. */
static int set_dma(struct sim_options *o, const char *text, char *why, size_t why_size)
{
	static const char *const name[] = {
		[SHIM_DMA_DIRECT] = "direct", [SHIM_DMA_BOUNCE] = "bounce", [SHIM_DMA_FORCE] = "force",
		[SHIM_DMA_SHADOW] = "shadow",
	};

	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		if (strcmp(text, name[i]))
			continue;
		o->shim.dma = i;
		if (i == SHIM_DMA_BOUNCE || i == SHIM_DMA_FORCE)
			o->shim.iommu = false;
		return 0;
	}
	snprintf(why, why_size, "option dma=%.40s: direct, bounce, force or shadow", text);
	return -EINVAL;
}

static int set_shim(struct sim_options *o, const char *text, char *why, size_t why_size)
{
	int id = cw_shim_find(text);

	if (id < 0) {
		snprintf(why, why_size, "option shim=%.40s: generic, usplus, 7series or ptile", text);
		return -EINVAL;
	}
	o->card.shim = (uint8_t)id;
	return 0;
}

static int set_user(struct sim_options *o, const char *text, char *why, size_t why_size)
{
	int id = cw_card_user_find(text);

	if (id < 0) {
		snprintf(why, why_size, "option user=%.40s: plain or filter", text);
		return -EINVAL;
	}
	o->card.user = (uint8_t)id;
	return 0;
}

static int set_text(enum key key, struct sim_options *o, const char *text, char *why, size_t why_size)
{
	char *to = key == MODULE ? o->module : key == TLP ? o->tlp : key == WAVE ? o->wave : o->card_tlp;
	size_t size = key == MODULE ? sizeof(o->module) : sizeof(o->tlp);

	if (key == IRQ)
		return set_irq(o, text, why, why_size);
	if (key == DMA)
		return set_dma(o, text, why, why_size);
	if (key == SHIM)
		return set_shim(o, text, why, why_size);
	if (key == USER)
		return set_user(o, text, why, why_size);
	if (!*text || strlen(text) >= size) {
		snprintf(why, why_size, "option %s=%.40s: %s", keys[key], text, *text ? "too long" : "empty");
		return -EINVAL;
	}
	strcpy(to, text);
	for (char *p = to; key == MODULE && (p = strchr(p, ';')); p++)
		*p = ' ';
	return 0;
}

/* As restless as hard IPs are: streams shifted against each other, beats held back now and then. */
static void set_reorder(struct cw_card_param *card, bool on)
{
	card->hip.reorder_cycles = on ? 16 : 0;
	card->hip.throttle_tx = card->hip.throttle_rx = card->axi.stall = on ? 10 : 0;
}

static void set_number(enum key key, struct sim_options *o, uint64_t v)
{
	switch (key) {
	case SEED: o->link.seed = o->shim.seed = o->shim.host.seed = v; break;
	case GEN: o->link.generation = (uint8_t)v; break;
	case LANES: o->link.lanes = (uint8_t)v; break;
	case LATENCY: o->link.latency_ps = v * 1000; break;
	case READ_LATENCY: o->shim.host.read_latency_ps = v * 1000; break;
	case READ_JITTER: o->shim.host.read_jitter_ps = v * 1000; break;
	case MPS: o->shim.host.mps = size_code(v); break;
	case MRRS: o->shim.host.mrrs = size_code(v); break;
	case VECTORS: o->shim.msix_limit = (unsigned)v; break;
	case IOMMU: o->shim.iommu = v; break;
	case MEM_TOP: o->shim.mem_top = (unsigned)v; break;
	case TAG10: o->shim.host.tag10 = v; break;
	case ATTRIBUTES: o->shim.host.relaxed_ordering = o->shim.host.no_snoop = v; break;
	case ORDER: o->shim.host.order_random = o->shim.host.split_random = v; break;
	case WAVE_FROM: o->card.wave_from = v; break;
	case WAVE_TO: o->card.wave_to = v; break;
	case IDLE_SKIP: o->card.no_idle_skip = !v; break;
	case REORDER: set_reorder(&o->card, v); break;
	case QUEUES: o->card.queues = (uint16_t)v; break;
	case WIDTH: o->card.width = (uint16_t)v; break;
	default: break;
	}
}

static int parse_list(struct sim_options *o, const char *list, bool host_too, char *why, size_t why_size)
{
	char *copy = strdup(list), *p = copy, *value;
	int err = copy ? 0 : -ENOMEM;

	while (!err && *p) {
		char *start = p;
		int key = getsubopt(&p, (char *const *)keys, &value);
		uint64_t v = 0;

		if (key < 0 || !value) {
			snprintf(why, why_size, key < 0 ? "there is no option '%.60s'" : "option %.60s needs a value",
				 start);
			err = -EINVAL;
		} else if (!host_too && limits[key].side == HOST) {
			snprintf(why, why_size, "option %s is the host's, not the card's", keys[key]);
			err = -EINVAL;
		} else if (!limits[key].max) {
			err = set_text((enum key)key, o, value, why, why_size);
		} else {
			err = parse_number((enum key)key, value, &v, why, why_size);
			if (!err)
				set_number((enum key)key, o, v);
		}
		if (!err && limits[key].side == CARD)
			o->card_set = true;
	}
	free(copy);
	return err;
}

static void defaults(struct sim_options *o)
{
	memset(o, 0, sizeof(*o));
	o->link.seed = 1;
	o->link.latency_ps = 150000;
	o->link.generation = 3;
	o->link.lanes = 8;
	shim_param_default(&o->shim);
	cw_card_param_default(&o->card);
	o->shim.iommu = true;
	o->shim.explore = true;
	o->shim.seed = o->shim.host.seed = 1;
}

/* Points the card's parameters at the texts once they stay where they are. */
static void finish(struct sim_options *o)
{
	o->card.wave = o->wave[0] ? o->wave : NULL;
	o->card.trace = o->card.wave;
	o->shim.host.cycle_ps = o->card.period_ps;
}

int sim_options_parse(struct sim_options *o, const char *name, char *why, size_t why_size)
{
	const char *env = getenv("CAUSEWAY_SIM");
	const char *comma = strchr(name, ',');
	size_t len = comma ? (size_t)(comma - name) : strlen(name);
	int err = 0;

	defaults(o);
	if (len > 3) { /* "sim:NAME" */
		if (len - 4 == 0 || len - 4 >= sizeof(o->name)) {
			snprintf(why, why_size, "sim:NAME: a name of 1 to %zu characters", sizeof(o->name) - 1);
			return -EINVAL;
		}
		memcpy(o->name, name + 4, len - 4);
	}
	if (env)
		err = parse_list(o, env, true, why, why_size);
	o->card_set = false; /* the environment may serve both kinds of card */
	if (!err && comma)
		err = parse_list(o, comma + 1, true, why, why_size);
	if (!err && o->name[0] && o->card_set) {
		snprintf(why, why_size, "%s: options of the card's end belong to its `cwctl card'", name);
		err = -EINVAL;
	}
	finish(o);
	return err;
}

int sim_options_parse_card(struct sim_options *o, const char *options, char *why, size_t why_size)
{
	int err;

	defaults(o);
	err = parse_list(o, options, false, why, why_size);
	finish(o);
	return err;
}
