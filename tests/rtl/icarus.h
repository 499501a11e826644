/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Block tests on Icarus Verilog: what the test (icarus.c) and vvp's module
 * (icarus_vpi.c) share. They are two processes, so that each dut_new() has a design
 * of its own in its initial state, as with Verilator.
 *
 * A memory, mapped by both, holds every port's value; a byte on a socket hands it
 * over. The test writes inputs and sends ICARUS_EVAL; vvp puts what changed, lets the
 * design settle, writes the outputs and sends the byte back. End of file is the other
 * one's death.
 *
 * Values are two-state here. A bit that is X or Z reads as one of a pattern that the
 * seed decides, and on a port named ..._valid or ..._ready, once reset has been given
 * and taken away, it is an error: nothing may wait on an unknown handshake.
 */
#ifndef CW_ICARUS_H
#define CW_ICARUS_H

#include <stdint.h>

struct cw_glue;

#define ICARUS_FD_MEMORY 100 /* descriptors as vvp inherits them */
#define ICARUS_FD_SOCKET 101
#define ICARUS_EVAL 'e'
#define ICARUS_NAME 64

struct icarus_port {
	char name[ICARUS_NAME];
	uint32_t width;	 /* bits */
	uint32_t input;	 /* 1: the test drives it */
	uint32_t offset; /* of its value, in 32-bit words from the start of the memory */
};

struct icarus_memory {
	uint32_t port_n;
	uint32_t words; /* of the whole memory */
	uint32_t seed;
	uint32_t errors;
	uint32_t finished;
	struct icarus_port ports[];
};

/* The same ports in Icarus: CW_ICARUS names the compiled design (FILE.vvp), cw_icarus.vpi lies beside it. */
const struct cw_glue *icarus_glue(const struct cw_glue *verilated);

#endif
