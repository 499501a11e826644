/* SPDX-License-Identifier: BSD-2-Clause */
/* A module of vvp, the other side of icarus.c: puts inputs, lets the design settle, gets outputs. See icarus.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iverilog/vpi_user.h>

#include "icarus.h"

struct pin {
	const struct icarus_port *port;
	vpiHandle net;
	uint32_t *value, *put; /* put: as the design has it */
	uint32_t words;
	int handshake;
};

struct side {
	struct icarus_memory *memory;
	struct pin *pins;
	s_vpi_vecval *vector;
	uint32_t rst_was; /* 1: reset is given, 2: and was taken away */
};

static PLI_INT32 settled(p_cb_data cb);

static int ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && strcmp(s + n - m, end) == 0;
}

static void stop(const char *why, const char *what)
{
	fprintf(stderr, "icarus: %s%s\n", why, what);
	exit(1);
}

static void call_after(PLI_INT32 reason, PLI_INT32 (*call)(p_cb_data), struct side *s)
{
	s_vpi_time delay = { .type = vpiSimTime, .low = 1 };
	s_cb_data cb = { .reason = reason, .cb_rtn = call, .time = &delay, .user_data = (PLI_BYTE8 *)s };

	vpi_register_cb(&cb);
}

static void find_pins(struct side *s)
{
	vpiHandle modules = vpi_iterate(vpiModule, NULL), top = vpi_scan(modules);
	char name[2 * ICARUS_NAME + 2];
	uint32_t most = 1;

	s->pins = calloc(s->memory->port_n, sizeof(*s->pins));
	for (uint32_t i = 0; i < s->memory->port_n; i++) {
		struct pin *p = &s->pins[i];

		p->port = &s->memory->ports[i];
		p->words = (p->port->width + 31) / 32;
		p->value = (uint32_t *)s->memory + p->port->offset;
		p->put = calloc(p->words, 4);
		p->handshake = ends_with(p->port->name, "valid") || ends_with(p->port->name, "ready");
		snprintf(name, sizeof(name), "%s.%s", vpi_get_str(vpiName, top), p->port->name);
		p->net = vpi_handle_by_name(name, NULL);
		if (!p->net)
			stop("no port ", name);
		if ((uint32_t)vpi_get(vpiSize, p->net) != p->port->width)
			stop("another width in this build: ", name);
		memset(p->put, 0xff, 4ul * p->words); /* the first value is put, whatever it is */
		most = p->words > most ? p->words : most;
	}
	s->vector = calloc(most, sizeof(*s->vector));
	if (!s->vector)
		stop("no memory", "");
}

static void put(struct side *s, struct pin *p)
{
	s_vpi_value v = { .format = vpiVectorVal, .value.vector = s->vector };

	for (uint32_t w = 0; w < p->words; w++)
		s->vector[w] = (s_vpi_vecval){ .aval = (PLI_INT32)p->value[w] };
	vpi_put_value(p->net, &v, NULL, vpiNoDelay);
	memcpy(p->put, p->value, 4ul * p->words);
}

static void get(struct side *s, struct pin *p)
{
	uint32_t pattern = s->memory->seed * 2654435761u ^ p->port->offset * 40503u;
	s_vpi_value v = { .format = vpiVectorVal };

	vpi_get_value(p->net, &v);
	for (uint32_t w = 0; w < p->words; w++) {
		uint32_t left = p->port->width - 32 * w, mask = left < 32 ? (1u << left) - 1 : ~0u;
		uint32_t unknown = (uint32_t)v.value.vector[w].bval & mask;

		p->value[w] = ((uint32_t)v.value.vector[w].aval & ~unknown & mask) | (pattern & unknown);
		if (unknown && p->handshake && s->rst_was == 2 && !s->memory->errors++)
			fprintf(stderr, "icarus: %s is X after reset\n", p->port->name);
	}
}

/* In vvp, between two instants: waits for the test, and goes on when it has set its inputs. */
static void serve(struct side *s)
{
	char c;

	if (read(ICARUS_FD_SOCKET, &c, 1) != 1 || c != ICARUS_EVAL) {
		vpi_control(vpiFinish, 0);
		return;
	}
	for (uint32_t i = 0; i < s->memory->port_n; i++) {
		struct pin *p = &s->pins[i];

		if (p->port->input && memcmp(p->value, p->put, 4ul * p->words) != 0)
			put(s, p);
		if (p->port->input && strcmp(p->port->name, "rst") == 0)
			s->rst_was = p->value[0] ? 1 : s->rst_was ? 2 : 0;
	}
	call_after(cbAfterDelay, settled, s);
}

static PLI_INT32 settled(p_cb_data cb)
{
	struct side *s = (struct side *)cb->user_data;
	char c = ICARUS_EVAL;

	for (uint32_t i = 0; i < s->memory->port_n; i++)
		if (!s->pins[i].port->input)
			get(s, &s->pins[i]);
	if (write(ICARUS_FD_SOCKET, &c, 1) == 1)
		serve(s);
	return 0;
}

static PLI_INT32 begun(p_cb_data cb)
{
	serve((struct side *)cb->user_data);
	return 0;
}

static PLI_INT32 started(p_cb_data cb)
{
	struct side *s = (struct side *)cb->user_data;

	find_pins(s);
	call_after(cbAfterDelay, begun, s);
	return 0;
}

/* $finish of the design: parameters that it does not allow */
static PLI_INT32 ended(p_cb_data cb)
{
	((struct side *)cb->user_data)->memory->finished = 1;
	return 0;
}

static void attach(void)
{
	static struct side side;
	struct stat st;

	if (fstat(ICARUS_FD_MEMORY, &st))
		stop("not started by a block test", "");
	side.memory = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, ICARUS_FD_MEMORY, 0);
	if (side.memory == MAP_FAILED)
		stop("no memory", "");
	call_after(cbStartOfSimulation, started, &side);
	call_after(cbEndOfSimulation, ended, &side);
}

void (*vlog_startup_routines[])(void) = { attach, NULL };
