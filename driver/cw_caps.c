// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/*
 * What the card is: its BARs, its identity, its sizes, and what the module's parameters make of them.
 */
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/module.h>

#include "causeway.h"
#include "cw_hw.h"

static unsigned int queues;
module_param(queues, uint, 0444);
MODULE_PARM_DESC(queues, "queues each way that serve /dev/causewayN, up to 1024, refused when the card has fewer; programs may own the rest; 0: 4, or on a small card half of its queues, one at least (default 0)");

static unsigned int entries = 256;
module_param(entries, uint, 0444);
MODULE_PARM_DESC(entries, "entries of each ring, a power of two, 2 to 65536, cut to what the card has (default 256)");

static unsigned int timeout_ms = 10000;
module_param(timeout_ms, uint, 0444);
MODULE_PARM_DESC(timeout_ms, "milliseconds without progress after which a queue is reset and its transfers fail, 1 to 3600000 (default 10000)");

static unsigned int dma_bits;
module_param(dma_bits, uint, 0444);
MODULE_PARM_DESC(dma_bits, "bits of the addresses that the card is given, 24 to 64, refused when it drives fewer; 0: all that it drives (default 0)");

int cw_caps_params_check(void)
{
	if (cw_param_check("queues", queues, 0, CW_QUEUE_N_MAX / 2) ||
	    cw_param_check("entries", entries, 2, 65536) ||
	    cw_param_check("timeout_ms", timeout_ms, 1, 3600000) ||
	    (dma_bits && cw_param_check("dma_bits", dma_bits, CW_DMA_BITS_MIN, 64)))
		return -EINVAL;
	if (!is_power_of_2(entries)) {
		pr_err(CW_NAME ": entries=%u: must be a power of two\n", entries);
		return -EINVAL;
	}
	return 0;
}

static int cw_map_bar(struct pci_dev *pdev, int bar, u64 least, void __iomem **va)
{
	if (!(pci_resource_flags(pdev, bar) & IORESOURCE_MEM) || pci_resource_len(pdev, bar) < least) {
		dev_err(&pdev->dev, "BAR %d has %llu bytes, at least %llu are needed\n", bar,
			(u64)pci_resource_len(pdev, bar), least);
		return -ENODEV;
	}
	*va = pci_iomap(pdev, bar, 0);
	if (*va)
		return 0;
	dev_err(&pdev->dev, "BAR %d cannot be mapped\n", bar);
	return -ENOMEM;
}

int cw_bars_map(struct cw_dev *cw)
{
	struct pci_dev *pdev = cw->pdev;
	int ret;

	ret = cw_map_bar(pdev, CW_BAR_REGS, CW_BAR0_BYTES, &cw->regs);
	if (ret)
		return ret;
	cw->regs_len = pci_resource_len(pdev, CW_BAR_REGS);
	ret = cw_map_bar(pdev, CW_BAR_DOORBELL, 2 << CW_DB_STRIDE_LOG2_MIN, &cw->doorbells);
	if (ret)
		pci_iounmap(pdev, cw->regs);
	return ret;
}

void cw_bars_unmap(struct cw_dev *cw)
{
	pci_iounmap(cw->pdev, cw->doorbells);
	pci_iounmap(cw->pdev, cw->regs);
}

static int cw_identify(struct cw_dev *cw)
{
	struct device *dev = &cw->pdev->dev;
	u32 id = cw_read(cw, CW_ID);

	if (id != CW_ID_MAGIC) {
		dev_err(dev, "not a Causeway card: ID register %#x\n", id);
		return -ENODEV;
	}
	cw->hw_version = cw_read(cw, CW_VERSION);
	if (FIELD_GET(CW_VERSION_MAJOR_MASK, cw->hw_version) != CW_VERSION_MAJOR) {
		dev_err(dev, "register interface version %u, this driver knows %u\n",
			(u32)FIELD_GET(CW_VERSION_MAJOR_MASK, cw->hw_version), CW_VERSION_MAJOR);
		return -ENODEV;
	}
	return 0;
}

static void cw_read_sizes(struct cw_dev *cw)
{
	u32 counts = cw_read(cw, CW_CAP_COUNTS), dma = cw_read(cw, CW_CAP_DMA);

	cw->card_queues = FIELD_GET(CW_CAP_COUNTS_QUEUES_MASK, counts);
	cw->card_vectors = FIELD_GET(CW_CAP_COUNTS_VECTORS_MASK, counts);
	cw->addr_bits = FIELD_GET(CW_CAP_DMA_ADDR_W_MASK, dma);
	cw->data_bytes = FIELD_GET(CW_CAP_DMA_DATA_BYTES_MASK, dma);
	cw->entries_log2_max = FIELD_GET(CW_CAP_DMA_ENTRIES_LOG2_MAX_MASK, dma);
	cw->features = cw_read(cw, CW_CAP_FEATURES);
	cw->clock_hz = cw_read(cw, CW_CLOCK_HZ);
	cw->db_stride_log2 = FIELD_GET(CW_DB_STRIDE_LOG2_MASK, cw_read(cw, CW_DB_STRIDE));
	/* A descriptor's card address ends where its bits do. */
	cw->card_bytes = min_t(u64, cw_read_pair(cw, CW_CARD_MEM_LO), BIT_ULL(CW_DESC_ADDR_W));
}

static bool cw_sizes_sane(const struct cw_dev *cw)
{
	return cw->card_queues >= 2 && cw->card_queues <= CW_QUEUE_N_MAX &&
	       cw->card_vectors >= 1 && cw->card_vectors <= CW_VECTOR_N_MAX &&
	       cw->addr_bits >= CW_DMA_BITS_MIN && cw->addr_bits <= 64 &&
	       cw->entries_log2_max >= 1 && cw->entries_log2_max <= 16 &&
	       cw->db_stride_log2 >= CW_DB_STRIDE_LOG2_MIN && cw->db_stride_log2 <= CW_DB_STRIDE_LOG2_MAX &&
	       cw->card_bytes > 0;
}

/* How many queues each way: asked for, or by default. */
static int cw_pairs(struct cw_dev *cw)
{
	if (queues > cw->card_queues / 2) {
		dev_err(&cw->pdev->dev, "queues=%u: the card has %u each way\n", queues, cw->card_queues / 2);
		return -EINVAL;
	}
	cw->pair_n = queues ? queues : clamp(cw->card_queues / 4, 1u, 4u);
	return 0;
}

static int cw_capabilities(struct cw_dev *cw)
{
	struct device *dev = &cw->pdev->dev;
	int ret;

	cw_read_sizes(cw);
	if (!cw_sizes_sane(cw)) {
		dev_err(dev, "sizes that cannot be: %u queues, %u vectors, %u address bits, rings of 2^%u, doorbells of 2^%u, %llu bytes\n",
			cw->card_queues, cw->card_vectors, cw->addr_bits, cw->entries_log2_max,
			cw->db_stride_log2, cw->card_bytes);
		return -ENODEV;
	}
	ret = cw_pairs(cw);
	if (ret)
		return ret;
	cw->entries = min(entries, 1u << cw->entries_log2_max);
	/* So that two of the worst case are on a ring at once. */
	cw->chunk_pages = clamp(cw->entries / 2, 1u, CW_CHUNK_PAGES);
	cw->packet_pages = CW_PACKET_PAGES;
	cw->timeout = max(msecs_to_jiffies(timeout_ms), 1ul);
	if (pci_resource_len(cw->pdev, CW_BAR_DOORBELL) < (u64)2 * cw->pair_n << cw->db_stride_log2) {
		dev_err(dev, "BAR %u has no room for the doorbells of %u queues\n", CW_BAR_DOORBELL,
			2 * cw->pair_n);
		return -ENODEV;
	}
	ret = cw_config_init(cw);
	if (ret)
		return ret;
	return cw_moderation_init(cw);
}

static int cw_dma_init(struct cw_dev *cw)
{
	struct device *dev = &cw->pdev->dev;
	int ret;

	if (dma_bits > cw->addr_bits) {
		dev_err(dev, "dma_bits=%u: the card drives %u address bits\n", dma_bits, cw->addr_bits);
		return -EINVAL;
	}
	cw->dma_bits = dma_bits ? dma_bits : cw->addr_bits;
	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(cw->dma_bits));
	if (ret) {
		dev_err(dev, "no DMA with %u address bits: error %d\n", cw->dma_bits, ret);
		return ret;
	}
	/* Entries may be merged up to here; longer than a descriptor makes no sense. */
	dma_set_max_seg_size(dev, CW_DESC_PIECE);
	return 0;
}

int cw_caps_init(struct cw_dev *cw)
{
	int ret;

	ret = cw_identify(cw);
	if (ret)
		return ret;
	ret = cw_capabilities(cw);
	if (ret)
		return ret;
	return cw_dma_init(cw);
}
