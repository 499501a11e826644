/* SPDX-License-Identifier: BSD-2-Clause */
/* The test's side of Icarus Verilog: struct cw_glue on a vvp process a model. See icarus.h. */
#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../sim/device/glue.h"
#include "icarus.h"

struct model {
	struct icarus_memory *memory;
	uint32_t *put; /* the memory as vvp last saw it */
	size_t bytes;
	int socket;
	pid_t pid;
	int dead;
};

/* The ports of the model that this program is linked with. */
extern const struct cw_glue *const dut_glue;

static size_t memory_words(void)
{
	size_t words = (sizeof(struct icarus_memory) + dut_glue->port_n * sizeof(struct icarus_port)) / 4 + 1;

	words += words % 2;
	for (uint32_t i = 0; i < dut_glue->port_n; i++)
		words += ((size_t)dut_glue->ports[i].bytes + 7) / 8 * 2;
	return words;
}

static void describe(struct icarus_memory *m, size_t words, uint32_t seed)
{
	size_t at = words;

	m->port_n = dut_glue->port_n;
	m->words = (uint32_t)words;
	m->seed = seed;
	for (uint32_t i = 0; i < m->port_n; i++) {
		struct icarus_port *p = &m->ports[i];

		at -= ((size_t)dut_glue->ports[i].bytes + 7) / 8 * 2;
		snprintf(p->name, sizeof(p->name), "%s", dut_glue->ports[i].name);
		p->width = dut_glue->ports[i].width;
		p->input = dut_glue->ports[i].input;
		p->offset = (uint32_t)at;
	}
}

static void __attribute__((noreturn)) run_vvp(int memory, int end)
{
	char *design = getenv("CW_ICARUS"), *copy = strdup(design);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (dup2(memory, ICARUS_FD_MEMORY) >= 0 && dup2(end, ICARUS_FD_SOCKET) >= 0)
		execlp("vvp", "vvp", "-n", "-M", dirname(copy), "-m", "cw_icarus", design, (char *)NULL);
	fprintf(stderr, "vvp %s: %s\n", design, strerror(errno));
	_exit(127);
}

/* One byte there, one back: the design has settled. */
static void hand_over(struct model *m)
{
	char c = ICARUS_EVAL;

	if (m->dead)
		return;
	if (write(m->socket, &c, 1) == 1 && read(m->socket, &c, 1) == 1)
		return;
	fprintf(stderr, "vvp of %s ended\n", getenv("CW_ICARUS"));
	m->dead = 1;
	m->memory->errors++;
}

static void *create(uint32_t seed)
{
	size_t words = memory_words();
	struct model *m = calloc(1, sizeof(*m));
	int memory = -1, ends[2];

	if (!m)
		return NULL;
	m->bytes = 4 * words;
	m->put = calloc(words, 4);
	memory = memfd_create("icarus", MFD_CLOEXEC);
	if (!m->put || memory < 0 || ftruncate(memory, (off_t)m->bytes))
		goto err_memory;
	m->memory = mmap(NULL, m->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	if (m->memory == MAP_FAILED)
		goto err_memory;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		goto err_map;
	describe(m->memory, words, seed);
	m->put[0] = ~0u; /* the first eval is always done */
	m->pid = fork();
	if (m->pid == 0)
		run_vvp(memory, ends[1]);
	close(memory);
	close(ends[1]);
	m->socket = ends[0];
	m->dead = m->pid < 0;
	return m;

err_map:
	munmap(m->memory, m->bytes);
err_memory:
	if (memory >= 0)
		close(memory);
	free(m->put);
	free(m);
	return NULL;
}

static void *port(void *model, uint32_t i)
{
	struct model *m = model;

	return (uint32_t *)m->memory + m->memory->ports[i].offset;
}

/* Without a change of an input nothing in a settled design changes. */
static void eval(void *model)
{
	struct model *m = model;

	if (memcmp(m->put, m->memory, m->bytes) == 0)
		return;
	hand_over(m);
	memcpy(m->put, m->memory, m->bytes);
}

static int errors(void *model)
{
	return (int)((struct model *)model)->memory->errors;
}

static int finished(void *model)
{
	return (int)((struct model *)model)->memory->finished;
}

static void destroy(void *model)
{
	struct model *m = model;

	close(m->socket);
	if (m->pid > 0)
		waitpid(m->pid, NULL, 0);
	munmap(m->memory, m->bytes);
	free(m->put);
	free(m);
}

const struct cw_glue *icarus_glue(const struct cw_glue *verilated)
{
	static struct cw_glue glue;

	glue = (struct cw_glue){
		.name = verilated->name,
		.ports = verilated->ports,
		.port_n = verilated->port_n,
		.create = create,
		.port = port,
		.eval = eval,
		.errors = errors,
		.finished = finished,
		.destroy = destroy,
	};
	return &glue;
}
