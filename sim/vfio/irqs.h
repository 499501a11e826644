/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The client's interrupts: which eventfd stands for which vector, and when one
 * is signalled. INTx is a level: signalled once, then masked until the client
 * unmasks it, and again if the level still holds.
 */
#ifndef CW_VFIO_IRQS_H
#define CW_VFIO_IRQS_H

#include <stdbool.h>
#include <stdint.h>

struct vfio_irq_info;
struct vfio_irq_set;

#define IRQS_VECTORS_MAX 2048u

struct irqs {
	unsigned msi_n, msix_n;      /* what the card has */
	int intx_fd;
	bool intx_level, intx_masked;
	int msi_fd[32];
	int msix_fd[IRQS_VECTORS_MAX];
	uint64_t signalled;
};

void irqs_init(struct irqs *q, unsigned msi_n, unsigned msix_n);
/* Closes all; the level of INTx stays. */
void irqs_release(struct irqs *q);

/* Fills flags and count of info->index; -EINVAL: no such index. */
int irqs_info(const struct irqs *q, struct vfio_irq_info *info);
/* SET_IRQS, `len` bytes with its data. Descriptors that are kept are set to -1 in fds. -EINVAL with *why:
 * then nothing has changed. */
int irqs_set(struct irqs *q, const struct vfio_irq_set *set, uint32_t len, int *fds, unsigned fd_n,
	     const char **why);

/* A message of the card, or its pin. */
void irqs_msi(struct irqs *q, unsigned vector);
void irqs_msix(struct irqs *q, unsigned vector);
void irqs_intx(struct irqs *q, bool level);

#endif
