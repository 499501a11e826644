/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel reads the events again here, to make their code: the mirror has made it by then. */
