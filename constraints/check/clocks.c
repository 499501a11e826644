/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks and what goes from one to another. See check.h.
 *
 * Rules: every flip-flop, memory and box has a clock that create_clock or the list of crossings names; no clock
 * goes through logic; every path from one clock (or from an input pin) to another is in the list, and ends in what
 * the list names: a register of cw_sync with the attribute async_reg, or the one of cw_cdc_out behind the memory that
 * cw_cdc_in writes. Such a queue's counts want set_max_delay -datapath_only between its clocks, each way, of no more
 * than a period, and nothing that takes precedence over it. Nothing in the list is stale.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define LIST_MAX 64

struct line { /* of the list of crossings */
	unsigned number;
	char kind[16], a[NAME_MAX_LEN], b[64], c[NAME_MAX_LEN];
	bool used, queue; /* queue: through a memory */
};

struct clocks {
	const struct script *s;
	const struct netlist *n;
	const char *list;
	struct line line[LIST_MAX];
	unsigned line_n;
	const char **of_cell; /* a sequential cell's or a box's clock */
	unsigned *visited;    /* of each cell: the search that came by last */
	unsigned search;
};

bool clock_is_made(const struct script *s, const char *name)
{
	for (unsigned i = 0; i < s->command_n; i++)
		for (unsigned w = 1; w + 1 < s->command[i].word_n && strcmp(s->command[i].word[0], "create_clock") == 0; w++)
			if (strcmp(s->command[i].word[w], "-name") == 0 && strcmp(s->command[i].word[w + 1], name) == 0)
				return true;
	return false;
}

const char *clock_on_port(const struct script *s, const char *port)
{
	char objects[100];

	snprintf(objects, sizeof(objects), "[get_ports %s]", port);
	for (unsigned i = 0; i < s->command_n; i++) {
		const struct command *c = &s->command[i];
		const char *name = NULL;
		bool here = false;

		for (unsigned w = 1; w < c->word_n && strcmp(c->word[0], "create_clock") == 0; w++) {
			if (strcmp(c->word[w], "-name") == 0 && w + 1 < c->word_n)
				name = c->word[w + 1];
			here = here || strcmp(c->word[w], objects) == 0;
		}
		if (here)
			return name;
	}
	return NULL;
}

static void read_list(struct clocks *k)
{
	FILE *f = fopen(k->list, "r");
	char text[400];

	for (unsigned number = 1; f && fgets(text, sizeof(text), f); number++) {
		struct line *l = &k->line[k->line_n];

		if (text[0] == '#' || text[0] == '\n')
			continue;
		*l = (struct line){ .number = number };
		if (k->line_n + 1 == LIST_MAX || sscanf(text, "%15s %199s %63s %199s", l->kind, l->a, l->b, l->c) < 3)
			complain(k->list, number, "not a line of this list");
		else
			k->line_n++;
	}
	if (!f)
		complain(k->list, 0, "cannot be read");
	else
		fclose(f);
}

/* A clock of a box's own constraint file counts as if this one made it. */
void boxes_make_clocks(struct script *s, const char *crossings)
{
	FILE *f = fopen(crossings, "r");
	char text[400], name[NAME_MAX_LEN], period[64];

	while (f && fgets(text, sizeof(text), f))
		if (sscanf(text, "made %199s %63s", name, period) == 2) {
			struct command c = { .word_n = 5 };
			const char *const word[] = { "create_clock", "-name", name, "-period", period };

			for (unsigned w = 0; w < c.word_n; w++)
				c.word[w] = strdup(word[w]);
			s->command = realloc(s->command, (s->command_n + 1) * sizeof(c));
			s->command[s->command_n++] = c;
		}
	if (f)
		fclose(f);
}

static const char *listed(struct clocks *k, const char *kind, const char *name)
{
	for (unsigned i = 0; i < k->line_n; i++) {
		struct line *l = &k->line[i];
		bool clock = strcmp(kind, "clock") == 0;

		if (strcmp(l->kind, kind) == 0 && strcmp(clock ? l->b : l->a, name) == 0) {
			l->used = true;
			return clock ? l->a : l->b;
		}
	}
	return NULL;
}

/* The clock on a net: through buffers to a port or a box. NULL: none, or logic. */
static const char *clock_of_net(struct clocks *k, int net)
{
	char name[NAME_MAX_LEN + 70];

	for (unsigned step = 0; net >= 0 && step < 10; step++) {
		int d = k->n->driver[net];
		const struct cell *c;

		if (d == NO_DRIVER)
			return NULL;
		if (d < 0)
			return clock_on_port(k->s, k->n->port[-1 - d].name);
		c = &k->n->cell[d];
		if (is_buffer(c)) {
			net = cell_pin(c, "I") ? cell_pin(c, "I")->bit[0] : -1;
			continue;
		}
		for (unsigned p = 0; p < c->pin_n && is_box(c); p++)
			for (unsigned b = 0; c->pin[p].output && b < c->pin[p].bit_n; b++)
				if (c->pin[p].bit[b] == net) {
					snprintf(name, sizeof(name), "%s.%s", c->name, c->pin[p].name);
					return listed(k, "clock", name);
				}
		return NULL;
	}
	return NULL;
}

static bool is_clock_pin(const char *name)
{
	return strcmp(name, "CLK") == 0 || strcmp(name, "RD_CLK") == 0 || strcmp(name, "WR_CLK") == 0 || strcmp(name, "clk") == 0;
}

static bool is_sequential(const struct cell *c)
{
	return c->type[0] == '$' && (cell_pin(c, "CLK") || cell_pin(c, "WR_CLK") || cell_pin(c, "RD_CLK"));
}

/* Every clock pin has one clock; boxes without such a pin are in the list. */
static void find_clocks(struct clocks *k)
{
	for (unsigned i = 0; i < k->n->cell_n; i++) {
		const struct cell *c = &k->n->cell[i];

		if (!is_sequential(c) && !is_box(c))
			continue;
		if (is_box(c))
			k->of_cell[i] = listed(k, "box", c->name);
		for (unsigned p = 0; p < c->pin_n; p++) {
			const char *clock;

			if (!is_clock_pin(c->pin[p].name) || c->pin[p].output || c->pin[p].bit_n == 0 || c->pin[p].bit[0] < 0)
				continue;
			clock = clock_of_net(k, c->pin[p].bit[0]);
			if (!clock)
				complain(c->source, 0, "%s: its clock is none of the named ones, or goes through logic", c->name);
			else if (k->of_cell[i] && strcmp(k->of_cell[i], clock) != 0)
				complain(c->source, 0, "%s has two clocks, %s and %s", c->name, k->of_cell[i], clock);
			k->of_cell[i] = clock;
		}
		if (is_box(c) && !k->of_cell[i])
			complain(k->list, 0, "%s (%s): its clock is not in the list", c->name, c->type);
	}
}

/* Is the register that a path from another clock ends in one that is made for it? */
static bool receives(struct clocks *k, const struct cell *c, bool memory)
{
	const struct pin_of *q = cell_pin(c, "Q");

	if (memory && strstr(c->source, "/cw_cdc_out.v:"))
		return true;
	if (memory || !q || !strstr(c->source, "/cw_sync.v:"))
		return false;
	for (unsigned b = 0; b < q->bit_n; b++)
		if (q->bit[b] < 0 || !k->n->async[q->bit[b]])
			return false;
	return true;
}

/* A path from clock `from`, perhaps through a memory, ends in `c`. */
static void crossing(struct clocks *k, const char *from, bool memory, const struct cell *c, const struct pin_of *pin,
		     const char *to)
{
	char pin_name[NAME_MAX_LEN + 70];

	snprintf(pin_name, sizeof(pin_name), "%s.%s", c->name, pin->name);
	if (listed(k, "async", pin_name))
		return;
	for (unsigned i = 0; i < k->line_n; i++) {
		struct line *l = &k->line[i];
		size_t n = strlen(l->c);

		if (strcmp(l->kind, "cross") == 0 && strcmp(l->a, from) == 0 && strcmp(l->b, to) == 0 &&
		    strncmp(c->name, l->c, n) == 0 && c->name[n] == '.') {
			l->used = true;
			/* the counts of cw_cdc_in and cw_cdc_out */
			l->queue = l->queue || memory || strstr(c->name, ".g_put[") || strstr(c->name, ".g_taken[");
			if (!receives(k, c, memory))
				complain(c->source, 0, "%s to %s ends in %s, which is no synchroniser that is tested", from, to, c->name);
			return;
		}
	}
	complain(c->source, 0, "a path from %s to %s, into %s.%s, is not in %s", from, to, c->name, pin->name, k->list);
}

struct path { /* the end of the one that is traced */
	const struct cell *end;
	const struct pin_of *pin;
	const char *to;
};

/* A memory that is read without a clock: what is read was written by another port of it. */
static void through_memory(struct clocks *k, const char *memory, const struct path *p)
{
	for (unsigned i = 0; i < k->n->cell_n; i++)
		if (strcmp(k->n->cell[i].memory, memory) == 0 && k->of_cell[i] && strcmp(k->of_cell[i], p->to) != 0)
			crossing(k, k->of_cell[i], true, p->end, p->pin, p->to);
}

/* Backwards from a net, through logic, to what has a clock. */
static void trace(struct clocks *k, int net, const struct path *p)
{
	const char *from = NULL;
	int d = net < 0 ? NO_DRIVER : k->n->driver[net];
	const struct cell *c;

	if (d == NO_DRIVER)
		return;
	if (d < 0) {
		from = clock_on_port(k->s, k->n->port[-1 - d].name);
		from = from ? from : k->n->port[-1 - d].name;
	} else {
		c = &k->n->cell[d];
		if (k->of_cell[d]) {
			from = k->of_cell[d];
		} else if (!is_box(c)) {
			if (k->visited[d] == k->search)
				return;
			k->visited[d] = k->search;
			if (c->memory[0])
				through_memory(k, c->memory, p);
			for (unsigned pin = 0; pin < c->pin_n; pin++)
				for (unsigned b = 0; !c->pin[pin].output && b < c->pin[pin].bit_n; b++)
					trace(k, c->pin[pin].bit[b], p);
			return;
		}
	}
	if (from && strcmp(from, p->to) != 0)
		crossing(k, from, false, p->end, p->pin, p->to);
}

/* Does "[get_clocks {a b}]" have this name in it? */
static bool names_clock(const char *word, const char *name)
{
	char copy[500], *save;

	snprintf(copy, sizeof(copy), "%s", word);
	for (char *w = strtok_r(copy, " []{}", &save); w; w = strtok_r(NULL, " []{}", &save))
		if (strcmp(w, name) == 0)
			return true;
	return false;
}

/* The word after an option of a command, or "". */
static const char *option(const struct command *c, const char *name)
{
	for (unsigned w = 1; w + 1 < c->word_n; w++)
		if (strcmp(c->word[w], name) == 0)
			return c->word[w + 1];
	return "";
}

/* What the constraint file calls a clock: that of the create_clock which it is made from. */
static const char *made_from(struct clocks *k, const char *clock)
{
	for (unsigned i = 0; i < k->line_n; i++)
		if (strcmp(k->line[i].kind, "clock") == 0 && strcmp(k->line[i].a, clock) == 0 && k->line[i].c[0])
			return k->line[i].c;
	return clock;
}

/* The clock of a line "made" is one of a box, and the constraint file needs it. */
static void clock_of_a_box(struct clocks *k, struct line *l)
{
	bool box = false;

	for (unsigned i = 0; i < k->n->cell_n; i++)
		box = box || (is_box(&k->n->cell[i]) && strcmp(k->n->cell[i].name, l->c) == 0);
	if (!box)
		complain(k->list, l->number, "%s makes no clock: it is no box", l->c);
	for (unsigned i = 0; i < k->s->command_n; i++)
		for (unsigned w = 1; w < k->s->command[i].word_n; w++)
			l->used = l->used || (k->s->command[i].word[w][0] == '[' && names_clock(k->s->command[i].word[w], l->a));
}

static double period(struct clocks *k, const char *clock)
{
	for (unsigned i = 0; i < k->s->command_n; i++)
		if (strcmp(k->s->command[i].word[0], "create_clock") == 0 &&
		    strcmp(option(&k->s->command[i], "-name"), clock) == 0)
			return strtod(option(&k->s->command[i], "-period"), NULL);
	return 0;
}

/* The bits of a count come within a cycle of one another, or it is another count. */
static void queue_is_timed(struct clocks *k, const struct line *l)
{
	const char *from = made_from(k, l->a), *to = made_from(k, l->b);
	bool timed = false;

	for (unsigned i = 0; i < k->s->command_n; i++) {
		const struct command *c = &k->s->command[i];
		bool only = false, a = false, b = false;

		for (unsigned w = 1; w < c->word_n; w++) {
			only = only || strcmp(c->word[w], "-datapath_only") == 0;
			a = a || names_clock(c->word[w], from);
			b = b || names_clock(c->word[w], to);
		}
		if ((strcmp(c->word[0], "set_clock_groups") == 0 || strcmp(c->word[0], "set_false_path") == 0) && a && b)
			complain(k->s->path, c->line, "%s takes the set_max_delay of the queues of %s away", c->word[0], l->c);
		if (strcmp(c->word[0], "set_max_delay") == 0 && only && names_clock(option(c, "-from"), from) &&
		    names_clock(option(c, "-to"), to)) {
			timed = true;
			if (strtod(c->word[c->word_n - 1], NULL) > period(k, from) || strtod(c->word[c->word_n - 1], NULL) > period(k, to))
				complain(k->s->path, c->line, "more than a period of %s or %s", from, to);
		}
	}
	if (!timed)
		complain(k->list, l->number, "%s has queues: no set_max_delay -datapath_only from %s to %s", l->c, from, to);
}

void check_clocks(const struct script *s, const struct netlist *n, const char *crossings)
{
	struct clocks k = { .s = s, .n = n, .list = crossings };
	unsigned sequential = 0;

	k.of_cell = calloc((size_t)n->cell_n + 1, sizeof(*k.of_cell));
	k.visited = calloc((size_t)n->cell_n + 1, sizeof(*k.visited));
	read_list(&k);
	find_clocks(&k);
	for (unsigned i = 0; i < n->cell_n; i++) {
		const struct cell *c = &n->cell[i];

		if (!k.of_cell[i])
			continue;
		sequential++;
		if (c->memory[0] && strncmp(c->type, "$memrd", 6) == 0)
			through_memory(&k, c->memory, &(struct path){ c, &c->pin[0], k.of_cell[i] });
		for (unsigned p = 0; p < c->pin_n; p++) {
			if (c->pin[p].output || is_clock_pin(c->pin[p].name) || strncmp(c->pin[p].name, "pci_exp_", 8) == 0 ||
			    strncmp(c->pin[p].name, "sys_clk", 7) == 0)
				continue;
			k.search++;
			for (unsigned b = 0; b < c->pin[p].bit_n; b++)
				trace(&k, c->pin[p].bit[b], &(struct path){ c, &c->pin[p], k.of_cell[i] });
		}
	}
	for (unsigned i = 0; i < k.line_n; i++) {
		if (strcmp(k.line[i].kind, "made") == 0)
			clock_of_a_box(&k, &k.line[i]);
		if (k.line[i].queue)
			queue_is_timed(&k, &k.line[i]);
		if (!k.line[i].used)
			complain(k.list, k.line[i].number, "covers nothing: %s %s %s", k.line[i].kind, k.line[i].a, k.line[i].b);
	}
	printf("%u cells with a clock\n", sequential);
	free(k.of_cell);
	free(k.visited);
}
