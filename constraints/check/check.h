/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * constraints-check: a board's constraint file against its elaborated design.
 *
 *   tcl.c     reads the constraint file: commands and words, as Tcl splits them. No variables, no control flow.
 *   netlist.c reads what Yosys wrote (write_json, flattened, vendor blocks as black boxes).
 *   pins.c    names, pins and timing exceptions (the rules there).
 *   clocks.c  which clock each cell has, and every path from one clock to another.
 */
#ifndef CW_CHECK_H
#define CW_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#define WORDS_MAX 24
#define NAME_MAX_LEN 200

/* One command of the file. A word in [brackets] is kept with them. */
struct command {
	char *word[WORDS_MAX];
	unsigned word_n, line;
	bool reason; /* the comment above says why */
};

struct script {
	const char *path;
	struct command *command;
	unsigned command_n;
};

enum { DIR_IN, DIR_OUT, DIR_INOUT };

struct pin_of { /* a port of a cell, a bit each */
	char name[64];
	bool output;
	int *bit; /* net numbers; negative: a constant */
	unsigned bit_n;
};

struct cell {
	char name[NAME_MAX_LEN];  /* hierarchy by dots, without Yosys's marks */
	char type[64];
	char source[NAME_MAX_LEN]; /* of the line that made it: file.v:line */
	char memory[NAME_MAX_LEN]; /* a port of a memory: which */
	struct pin_of *pin;
	unsigned pin_n;
};

struct top_port {
	char name[64];
	int dir;
	int *bit;
	unsigned bit_n;
};

struct netlist {
	struct cell *cell;
	unsigned cell_n;
	struct top_port *port;
	unsigned port_n;
	int net_n;	/* net numbers are below */
	int *driver;	/* of a net: a cell, or -1 - port, or NO_DRIVER */
	bool *async;	/* of a net: its register has the attribute async_reg */
};

#define NO_DRIVER 0x7fffffff

/* 0, or -1 after a line that says why. */
int script_read(struct script *s, const char *path);
int netlist_read(struct netlist *n, const char *path);
void script_free(struct script *s);
void netlist_free(struct netlist *n);

/* A violation: one line, counted. */
void complain(const char *file, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4)));
unsigned complaints(void);

const struct pin_of *cell_pin(const struct cell *c, const char *name);
/* Is it a box of the vendor's: a cell that is neither Yosys's own nor one of ours? */
bool is_box(const struct cell *c);
bool is_buffer(const struct cell *c); /* IBUF, OBUF, IBUFDS*, BUFG: what goes in comes out */

void check_pins(const struct script *s, const struct netlist *n);
void check_clocks(const struct script *s, const struct netlist *n, const char *crossings);
/* Adds the clocks that boxes make to those of the file: lines "made NAME PERIOD CELL" of the list of crossings. */
void boxes_make_clocks(struct script *s, const char *crossings);
/* Names that create_clock gives. */
bool clock_is_made(const struct script *s, const char *name);
/* The clock that create_clock puts on this top-level port, or NULL. */
const char *clock_on_port(const struct script *s, const char *port);

#endif
