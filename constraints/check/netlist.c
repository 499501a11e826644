/* SPDX-License-Identifier: BSD-2-Clause */
/* The design as Yosys wrote it in JSON. See check.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "check.h"

static struct json_object *member(struct json_object *o, const char *name)
{
	struct json_object *m = NULL;

	if (o)
		json_object_object_get_ex(o, name, &m);
	return m;
}

static const char *text(struct json_object *o)
{
	return o ? json_object_get_string(o) : "";
}

/* Bits are numbers, or "0", "1", "x", "z". */
static int *bits_of(struct json_object *array, unsigned *n, int *most)
{
	int *bit;

	*n = (unsigned)json_object_array_length(array);
	bit = calloc(*n + 1, sizeof(*bit));
	for (unsigned i = 0; bit && i < *n; i++) {
		struct json_object *b = json_object_array_get_idx(array, i);

		bit[i] = json_object_is_type(b, json_type_int) ? json_object_get_int(b) : -1;
		if (bit[i] >= *most)
			*most = bit[i] + 1;
	}
	return bit;
}

/* "$flatten\u_alive.\u_link.$procdff$12" as "u_alive.u_link.$procdff$12" */
static void plain_name(char *to, size_t n, const char *from)
{
	size_t at = 0;

	if (strncmp(from, "$flatten", 8) == 0)
		from += 8;
	for (; *from && at + 1 < n; from++)
		if (*from != '\\')
			to[at++] = *from;
	to[at] = '\0';
}

static void read_cell(struct cell *c, const char *name, struct json_object *o, int *most)
{
	struct json_object *directions = member(o, "port_directions"), *attributes = member(o, "attributes");
	struct json_object *connections = member(o, "connections");

	plain_name(c->name, sizeof(c->name), name);
	snprintf(c->type, sizeof(c->type), "%s", text(member(o, "type")));
	snprintf(c->source, sizeof(c->source), "%s", text(member(attributes, "src")));
	snprintf(c->memory, sizeof(c->memory), "%s", text(member(member(o, "parameters"), "MEMID")));
	c->pin = calloc((size_t)json_object_object_length(connections) + 1, sizeof(*c->pin));
	for (struct json_object_iterator i = json_object_iter_begin(connections), end = json_object_iter_end(connections);
	     !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		struct pin_of *p = &c->pin[c->pin_n++];

		snprintf(p->name, sizeof(p->name), "%s", json_object_iter_peek_name(&i));
		p->output = strcmp(text(member(directions, p->name)), "output") == 0;
		p->bit = bits_of(json_object_iter_peek_value(&i), &p->bit_n, most);
	}
}

static void read_port(struct top_port *p, const char *name, struct json_object *o, int *most)
{
	const char *direction = text(member(o, "direction"));

	snprintf(p->name, sizeof(p->name), "%s", name);
	p->dir = strcmp(direction, "input") == 0 ? DIR_IN : strcmp(direction, "output") == 0 ? DIR_OUT : DIR_INOUT;
	p->bit = bits_of(member(o, "bits"), &p->bit_n, most);
}

static struct json_object *top_module(struct json_object *modules)
{
	for (struct json_object_iterator i = json_object_iter_begin(modules), end = json_object_iter_end(modules);
	     !json_object_iter_equal(&i, &end); json_object_iter_next(&i))
		if (member(member(json_object_iter_peek_value(&i), "attributes"), "top"))
			return json_object_iter_peek_value(&i);
	return NULL;
}

static void find_drivers(struct netlist *n)
{
	n->driver = calloc((size_t)n->net_n + 1, sizeof(*n->driver));
	for (int i = 0; i < n->net_n; i++)
		n->driver[i] = NO_DRIVER;
	for (unsigned p = 0; p < n->port_n; p++)
		for (unsigned b = 0; n->port[p].dir != DIR_OUT && b < n->port[p].bit_n; b++)
			n->driver[n->port[p].bit[b]] = -1 - (int)p;
	for (unsigned c = 0; c < n->cell_n; c++)
		for (unsigned p = 0; p < n->cell[c].pin_n; p++)
			for (unsigned b = 0; n->cell[c].pin[p].output && b < n->cell[c].pin[p].bit_n; b++)
				if (n->cell[c].pin[p].bit[b] >= 0)
					n->driver[n->cell[c].pin[p].bit[b]] = (int)c;
}

/* Registers keep their attributes on their nets. */
static void find_attributes(struct netlist *n, struct json_object *names)
{
	n->async = calloc((size_t)n->net_n + 1, sizeof(*n->async));
	for (struct json_object_iterator i = json_object_iter_begin(names), end = json_object_iter_end(names);
	     !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		struct json_object *o = json_object_iter_peek_value(&i);
		int *bit, most = 0;
		unsigned bit_n;

		if (!member(member(o, "attributes"), "async_reg"))
			continue;
		bit = bits_of(member(o, "bits"), &bit_n, &most);
		for (unsigned b = 0; b < bit_n; b++)
			if (bit[b] >= 0 && bit[b] < n->net_n)
				n->async[bit[b]] = true;
		free(bit);
	}
}

int netlist_read(struct netlist *n, const char *path)
{
	struct json_object *file = json_object_from_file(path), *top = file ? top_module(member(file, "modules")) : NULL;
	struct json_object *cells, *ports;

	*n = (struct netlist){ 0 };
	if (!top) {
		fprintf(stderr, "%s: %s\n", path, file ? "no top module" : json_util_get_last_err());
		json_object_put(file);
		return -1;
	}
	cells = member(top, "cells");
	ports = member(top, "ports");
	n->cell = calloc((size_t)json_object_object_length(cells) + 1, sizeof(*n->cell));
	n->port = calloc((size_t)json_object_object_length(ports) + 1, sizeof(*n->port));
	for (struct json_object_iterator i = json_object_iter_begin(cells), end = json_object_iter_end(cells);
	     !json_object_iter_equal(&i, &end); json_object_iter_next(&i))
		read_cell(&n->cell[n->cell_n++], json_object_iter_peek_name(&i), json_object_iter_peek_value(&i), &n->net_n);
	for (struct json_object_iterator i = json_object_iter_begin(ports), end = json_object_iter_end(ports);
	     !json_object_iter_equal(&i, &end); json_object_iter_next(&i))
		read_port(&n->port[n->port_n++], json_object_iter_peek_name(&i), json_object_iter_peek_value(&i), &n->net_n);
	find_drivers(n);
	find_attributes(n, member(top, "netnames"));
	json_object_put(file);
	return 0;
}

void netlist_free(struct netlist *n)
{
	for (unsigned c = 0; c < n->cell_n; c++) {
		for (unsigned p = 0; p < n->cell[c].pin_n; p++)
			free(n->cell[c].pin[p].bit);
		free(n->cell[c].pin);
	}
	for (unsigned p = 0; p < n->port_n; p++)
		free(n->port[p].bit);
	free(n->cell);
	free(n->port);
	free(n->driver);
	free(n->async);
}

const struct pin_of *cell_pin(const struct cell *c, const char *name)
{
	for (unsigned p = 0; p < c->pin_n; p++)
		if (strcmp(c->pin[p].name, name) == 0)
			return &c->pin[p];
	return NULL;
}

bool is_buffer(const struct cell *c)
{
	return strncmp(c->type, "IBUF", 4) == 0 || strcmp(c->type, "OBUF") == 0 || strncmp(c->type, "BUFG", 4) == 0;
}

bool is_box(const struct cell *c)
{
	return c->type[0] != '$' && !is_buffer(c);
}
