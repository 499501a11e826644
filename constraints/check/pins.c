/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names, pins and timing exceptions. See check.h.
 *
 * Rules: each command is one of those below; each port, cell and clock that is named exists; each bit of each
 * top-level port has one PACKAGE_PIN and, unless it is a transceiver's, one IOSTANDARD; no package pin is given
 * twice; each clock input has its create_clock; each timing exception has a comment "# Reason: ..." above it.
 */
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct place { /* a bit of a top-level port */
	const struct top_port *port;
	unsigned bit, pin_n, standard_n;
	char pin[16];
};

struct places {
	const struct script *s;
	const struct netlist *n;
	struct place *place;
	unsigned n_places;
};

static unsigned complained;

void complain(const char *file, unsigned line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%s:%u: ", file, line);
	vprintf(format, args);
	printf("\n");
	va_end(args);
	complained++;
}

unsigned complaints(void)
{
	return complained;
}

static void label(const struct place *p, char *to, size_t n)
{
	if (p->port->bit_n > 1)
		snprintf(to, n, "%s[%u]", p->port->name, p->bit);
	else
		snprintf(to, n, "%s", p->port->name);
}

/* Does a name of the file, such as pcie_rx_p[3], pcie_rx_p[*] or pcie_rx_p, mean this bit? */
static bool means(const char *pattern, const struct place *p)
{
	char name[100], escaped[200];
	size_t at = 0;

	if (strcmp(pattern, p->port->name) == 0)
		return true;
	for (const char *c = pattern; *c && at + 2 < sizeof(escaped); c++) {
		if (*c == '[' || *c == ']')
			escaped[at++] = '\\';
		escaped[at++] = *c;
	}
	escaped[at] = '\0';
	label(p, name, sizeof(name));
	return fnmatch(escaped, name, 0) == 0;
}

/* Calls back for each bit that a name means; complains when there is none. */
static void each_bit(struct places *all, const struct command *c, const char *name,
		     void (*call)(struct places *, const struct command *, struct place *, const char *, const char *),
		     const char *property, const char *value)
{
	unsigned found = 0;

	for (unsigned i = 0; i < all->n_places; i++)
		if (means(name, &all->place[i])) {
			found++;
			if (call)
				call(all, c, &all->place[i], property, value);
		}
	if (!found)
		complain(all->s->path, c->line, "no port %s in the design", name);
}

static void set_bit(struct places *all, const struct command *c, struct place *p, const char *property, const char *value)
{
	char name[100], other[100];

	label(p, name, sizeof(name));
	if (strcmp(property, "IOSTANDARD") == 0) {
		if (p->standard_n++)
			complain(all->s->path, c->line, "%s has two IOSTANDARDs", name);
		return;
	}
	if (strcmp(property, "PACKAGE_PIN") != 0 && strcmp(property, "LOC") != 0)
		return;
	if (p->pin_n++)
		complain(all->s->path, c->line, "%s has two package pins: %s and %s", name, p->pin, value);
	for (unsigned i = 0; i < all->n_places; i++)
		if (strcmp(all->place[i].pin, value) == 0) {
			label(&all->place[i], other, sizeof(other));
			complain(all->s->path, c->line, "package pin %s is given twice: to %s and to %s", value, other, name);
		}
	snprintf(p->pin, sizeof(p->pin), "%s", value);
}

static bool cell_exists(const struct netlist *n, const char *name)
{
	char dots[NAME_MAX_LEN];
	size_t len;

	snprintf(dots, sizeof(dots), "%s", name);
	for (char *d = dots; *d; d++)
		if (*d == '/')
			*d = '.';
	for (unsigned i = 0; i < n->cell_n; i++) {
		len = strlen(n->cell[i].name);
		if (fnmatch(dots, n->cell[i].name, 0) == 0)
			return true;
		/* An instance of ours that was flattened away, or something inside a box. */
		if (strncmp(n->cell[i].name, dots, strlen(dots)) == 0 && n->cell[i].name[strlen(dots)] == '.')
			return true;
		if (is_box(&n->cell[i]) && strncmp(dots, n->cell[i].name, len) == 0 && dots[len] == '.')
			return true;
	}
	return false;
}

/* The names in "[get_ports {a b}]": calls each_bit or looks them up. */
static void objects(struct places *all, const struct command *c, const char *word, const char *property, const char *value)
{
	char copy[1000], *save, *name, *kind;

	snprintf(copy, sizeof(copy), "%s", word + 1);
	copy[strcspn(copy, "\n")] = '\0';
	if (copy[0])
		copy[strlen(copy) - 1] = '\0';
	kind = strtok_r(copy, " {}", &save);
	if (!kind || strcmp(kind, "current_design") == 0)
		return;
	while ((name = strtok_r(NULL, " {}", &save))) {
		if (name[0] == '-')
			continue;
		if (strcmp(kind, "get_ports") == 0)
			each_bit(all, c, name, property ? set_bit : NULL, property, value);
		else if (strcmp(kind, "get_cells") == 0 && !cell_exists(all->n, name))
			complain(all->s->path, c->line, "no cell %s in the design", name);
		else if (strcmp(kind, "get_clocks") == 0 && !clock_is_made(all->s, name))
			complain(all->s->path, c->line, "no clock %s", name);
	}
	if (strcmp(kind, "get_ports") != 0 && strcmp(kind, "get_cells") != 0 && strcmp(kind, "get_clocks") != 0)
		complain(all->s->path, c->line, "%s: this reader knows get_ports, get_cells and get_clocks", kind);
}

static void set_property(struct places *all, const struct command *c)
{
	char copy[500], *save, *name, *value;

	if (c->word_n != 4) {
		complain(all->s->path, c->line, "set_property wants a name, a value and the objects");
		return;
	}
	if (strcmp(c->word[1], "-dict") != 0) {
		objects(all, c, c->word[3], c->word[1], c->word[2]);
		return;
	}
	snprintf(copy, sizeof(copy), "%s", c->word[2]);
	for (name = strtok_r(copy, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
		value = strtok_r(NULL, " ", &save);
		if (!value)
			complain(all->s->path, c->line, "%s has no value", name);
		else
			objects(all, c, c->word[3], name, value);
	}
}

static void one_command(struct places *all, const struct command *c)
{
	static const char *const exceptions[] = { "set_false_path", "set_clock_groups", "set_max_delay", "set_min_delay",
						  "set_multicycle_path", NULL };
	static const char *const others[] = { "create_clock", "set_operating_conditions", "set_input_delay",
					      "set_output_delay", NULL };
	bool known = false;

	if (strcmp(c->word[0], "set_property") == 0) {
		set_property(all, c);
		return;
	}
	for (unsigned i = 0; exceptions[i]; i++)
		if (strcmp(c->word[0], exceptions[i]) == 0) {
			known = true;
			if (!c->reason)
				complain(all->s->path, c->line, "%s without a line '# Reason: ...' above it", c->word[0]);
		}
	for (unsigned i = 0; others[i]; i++)
		known = known || strcmp(c->word[0], others[i]) == 0;
	if (!known)
		complain(all->s->path, c->line, "%s: not a command that this reader knows", c->word[0]);
	for (unsigned w = 1; w < c->word_n; w++)
		if (c->word[w][0] == '[')
			objects(all, c, c->word[w], NULL, NULL);
}

/* What a bit of a port goes to, or comes from. */
static bool touches(const struct netlist *n, int net, const char *type, const char *pin)
{
	for (unsigned c = 0; c < n->cell_n; c++)
		for (unsigned p = 0; p < n->cell[c].pin_n; p++)
			for (unsigned b = 0; b < n->cell[c].pin[p].bit_n; b++)
				if (n->cell[c].pin[p].bit[b] == net && fnmatch(type, n->cell[c].type, 0) == 0 &&
				    fnmatch(pin, n->cell[c].pin[p].name, 0) == 0)
					return true;
	return false;
}

static void each_pin_is_placed(struct places *all)
{
	for (unsigned i = 0; i < all->n_places; i++) {
		struct place *p = &all->place[i];
		int net = p->port->bit[p->bit];
		bool transceiver = touches(all->n, net, "*", "pci_exp_*") || touches(all->n, net, "IBUFDS_GT*", "*");
		char name[100];

		label(p, name, sizeof(name));
		if (!p->pin_n)
			complain(all->s->path, 0, "%s has no package pin", name);
		if (!p->standard_n && !transceiver)
			complain(all->s->path, 0, "%s has no IOSTANDARD", name);
		if (p->standard_n && transceiver)
			complain(all->s->path, 0, "%s is a transceiver's pin and has an IOSTANDARD", name);
		if (touches(all->n, net, "IBUFDS*", "I") && !clock_on_port(all->s, p->port->name))
			complain(all->s->path, 0, "%s is a clock without create_clock", name);
	}
}

void check_pins(const struct script *s, const struct netlist *n)
{
	struct places all = { .s = s, .n = n };

	for (unsigned p = 0; p < n->port_n; p++)
		all.n_places += n->port[p].bit_n;
	all.place = calloc((size_t)all.n_places + 1, sizeof(*all.place));
	all.n_places = 0;
	for (unsigned p = 0; p < n->port_n; p++)
		for (unsigned b = 0; b < n->port[p].bit_n; b++)
			all.place[all.n_places++] = (struct place){ .port = &n->port[p], .bit = b };
	for (unsigned i = 0; i < s->command_n; i++)
		one_command(&all, &s->command[i]);
	each_pin_is_placed(&all);
	printf("%u commands, %u pins\n", s->command_n, all.n_places);
	free(all.place);
}
