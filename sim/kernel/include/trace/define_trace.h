/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel reads the events again here, to make their code: the mirror has made it by then. */
#ifdef CREATE_TRACE_POINTS
#undef CREATE_TRACE_POINTS
#endif
