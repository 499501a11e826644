// SPDX-License-Identifier: BSD-2-Clause
/*
 * The library's calls: which backend a name means, checks that need no card,
 * and the text of the last failure.
 */
#include "causeway-pci.h"
#include "device.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/cw_regs.h"

int cw_dev_fail(struct cw_dev *dev, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	pthread_mutex_lock(&dev->lock);
	vsnprintf(dev->why, sizeof(dev->why), fmt, ap);
	pthread_mutex_unlock(&dev->lock);
	va_end(ap);
	return err;
}

/* The device, and what a call cannot do without. */
static int check_given(struct cw_dev *dev, const void *arg)
{
	if (!dev)
		return -EINVAL;
	return arg ? 0 : cw_dev_fail(dev, -EINVAL, "an argument is NULL");
}

/* A backend's result, with the generic text when it is an error. */
ssize_t cw_dev_result(struct cw_dev *dev, const char *what, ssize_t err)
{
	if (err < 0)
		cw_dev_fail(dev, (int)err, "%s: %s", what, cw_strerror((int)err));
	return err;
}

static int pick_backend(struct cw_dev *dev, const char *name, char *why, size_t size)
{
	size_t digits;

	if (!strncmp(name, "sim", 3) && (name[3] == '\0' || name[3] == ':' || name[3] == ','))
		return cw_sim_load(&dev->backend, &dev->plugin, why, size);
	if (name[0] == '/') {
		dev->backend = &cw_file_backend;
		return 0;
	}
	/* pci, or an address: it begins with digits and a colon */
	digits = strspn(name, "0123456789abcdefABCDEF");
	if ((!strncmp(name, "pci", 3) && (name[3] == '\0' || name[3] == ',')) || (digits && name[digits] == ':')) {
		dev->backend = &cw_pci_backend;
		return 0;
	}
	snprintf(why, size, "no card is named '%s': use sim, sim:NAME, a device file such as /dev/causeway0, or an address on the PCI bus such as 0000:03:00.0", name);
	return -EINVAL;
}

int cw_open(const char *name, struct cw_dev **out, char *why, size_t why_size)
{
	char scratch[CW_WHY_SIZE];
	struct cw_dev *dev;
	int err;

	if (!why || !why_size) {
		why = scratch;
		why_size = sizeof(scratch);
	}
	why[0] = '\0';
	if (!name || !out) {
		snprintf(why, why_size, "no card name given");
		return -EINVAL;
	}
	*out = NULL;
	dev = calloc(1, sizeof(*dev));
	if (!dev) {
		snprintf(why, why_size, "%s: %s", name, cw_strerror(-ENOMEM));
		return -ENOMEM;
	}
	pthread_mutex_init(&dev->lock, NULL);
	err = pick_backend(dev, name, why, why_size);
	if (err)
		goto err_free;
	err = dev->backend->open(name, &dev->card, why, why_size);
	if (err)
		goto err_unload;
	*out = dev;
	return 0;

err_unload:
	if (!why[0])
		snprintf(why, why_size, "%s: %s", name, cw_strerror(err));
	if (dev->plugin)
		dlclose(dev->plugin);
err_free:
	pthread_mutex_destroy(&dev->lock);
	free(dev);
	return err;
}

int cw_close(struct cw_dev *dev)
{
	int err;

	if (!dev)
		return 0;
	if (__atomic_load_n(&dev->queues, __ATOMIC_ACQUIRE))
		return cw_dev_fail(dev, -EBUSY, "close: queues of it are open");
	err = dev->backend->close(dev->card);
	if (dev->plugin)
		dlclose(dev->plugin);
	pthread_mutex_destroy(&dev->lock);
	free(dev);
	return err;
}

int cw_get_info(struct cw_dev *dev, struct cw_info *info)
{
	int err = check_given(dev, info);

	if (err)
		return err;
	memset(info, 0, sizeof(*info));
	info->size = sizeof(*info);
	return (int)cw_dev_result(dev, "info", dev->backend->info(dev->card, info));
}

/* A file position, which a card address becomes, is signed. */
static int check_address(struct cw_dev *dev, uint64_t card_addr)
{
	if (!dev)
		return -EINVAL;
	if (card_addr > INT64_MAX)
		return cw_dev_fail(dev, -EINVAL, "card address 0x%llx is out of range", (unsigned long long)card_addr);
	return 0;
}

ssize_t cw_read(struct cw_dev *dev, void *buf, size_t len, uint64_t card_addr)
{
	int err = check_address(dev, card_addr);

	return err ? err : cw_dev_result(dev, "read", dev->backend->transfer(dev->card, CW_OP_READ, buf, len, card_addr));
}

ssize_t cw_write(struct cw_dev *dev, const void *buf, size_t len, uint64_t card_addr)
{
	int err = check_address(dev, card_addr);

	return err ? err : cw_dev_result(dev, "write", dev->backend->transfer(dev->card, CW_OP_WRITE, (void *)buf, len, card_addr));
}

int cw_submit(struct cw_dev *dev, struct cw_io *io)
{
	int err = check_given(dev, io);

	if (err)
		return err;
	if (io->op != CW_OP_READ && io->op != CW_OP_WRITE)
		return cw_dev_fail(dev, -EINVAL, "submit: unknown operation %d", (int)io->op);
	if (check_address(dev, io->card_addr))
		return -EINVAL;
	return (int)cw_dev_result(dev, "submit", dev->backend->submit(dev->card, io));
}

int cw_wait(struct cw_dev *dev, struct cw_io **io, int timeout_ms)
{
	int err = check_given(dev, io);

	return err ? err : (int)cw_dev_result(dev, "wait", dev->backend->wait(dev->card, io, timeout_ms));
}

static int check_reg(struct cw_dev *dev, uint32_t offset, const void *value)
{
	int err = check_given(dev, value);

	if (err)
		return err;
	if (offset % 4)
		return cw_dev_fail(dev, -EINVAL, "register offset 0x%x is not a multiple of 4", offset);
	if (offset >= CW_BAR0_BYTES)
		return cw_dev_fail(dev, -ERANGE, "register offset 0x%x is beyond BAR0 (0x%x bytes)", offset, CW_BAR0_BYTES);
	return 0;
}

int cw_reg_read(struct cw_dev *dev, uint32_t offset, uint32_t *value)
{
	int err = check_reg(dev, offset, value);

	return err ? err : (int)cw_dev_result(dev, "register read", dev->backend->reg_read(dev->card, offset, value));
}

int cw_reg_write(struct cw_dev *dev, uint32_t offset, uint32_t value)
{
	int err = check_reg(dev, offset, &value);

	return err ? err : (int)cw_dev_result(dev, "register write", dev->backend->reg_write(dev->card, offset, value));
}

int cw_counter_read(struct cw_dev *dev, uint32_t index, uint64_t *value)
{
	int err = check_given(dev, value);

	if (err)
		return err;
	if (index >= CW_COUNTER_N)
		return cw_dev_fail(dev, -ERANGE, "counter %u: there are %u", index, CW_COUNTER_N);
	return (int)cw_dev_result(dev, "counter", dev->backend->counter(dev->card, index, value));
}

/* A copy, as another thread's failure may be written while this one's caller reads. */
const char *cw_why(const struct cw_dev *dev)
{
	static _Thread_local char text[CW_WHY_SIZE];
	pthread_mutex_t *lock;

	if (!dev)
		return "no device";
	lock = (pthread_mutex_t *)&dev->lock; /* a caller's const is not about this */
	pthread_mutex_lock(lock);
	memcpy(text, dev->why, sizeof(text));
	pthread_mutex_unlock(lock);
	return text;
}

static int no_sim(struct cw_dev *dev, const char *what)
{
	return cw_dev_fail(dev, -EOPNOTSUPP, "%s: only a simulated card can do that", what);
}

int cw_sim_get_stats(struct cw_dev *dev, struct cw_sim_stats *stats)
{
	int err = check_given(dev, stats);

	if (err)
		return err;
	if (!dev->backend->stats)
		return no_sim(dev, "statistics");
	return (int)cw_dev_result(dev, "statistics", dev->backend->stats(dev->card, stats));
}

int cw_sim_io_times(struct cw_dev *dev, const struct cw_io *io, uint64_t *submitted_ns, uint64_t *ended_ns)
{
	if (!dev)
		return -EINVAL;
	if (!io || !submitted_ns || !ended_ns)
		return cw_dev_fail(dev, -EINVAL, "an argument is NULL");
	if (!dev->backend->stats)
		return no_sim(dev, "times of a transfer");
	*submitted_ns = io->priv[SIM_IO_SUBMITTED];
	*ended_ns = io->priv[SIM_IO_ENDED];
	return 0;
}

int cw_sim_place(struct cw_dev *dev, uint64_t bus_addr)
{
	if (!dev)
		return -EINVAL;
	if (!dev->backend->place)
		return no_sim(dev, "placement");
	return (int)cw_dev_result(dev, "placement", dev->backend->place(dev->card, bus_addr));
}

int cw_sim_peek(struct cw_dev *dev, uint64_t card_addr, void *buf, size_t len)
{
	int err = check_given(dev, buf);

	if (err)
		return err;
	if (!dev->backend->peek)
		return no_sim(dev, "peek");
	return (int)cw_dev_result(dev, "peek", dev->backend->peek(dev->card, card_addr, buf, len));
}

int cw_sim_poke(struct cw_dev *dev, uint64_t card_addr, const void *buf, size_t len)
{
	int err = check_given(dev, buf);

	if (err)
		return err;
	if (!dev->backend->poke)
		return no_sim(dev, "poke");
	return (int)cw_dev_result(dev, "poke", dev->backend->poke(dev->card, card_addr, buf, len));
}

int cw_sim_bind(struct cw_dev *dev, int bind)
{
	if (!dev)
		return -EINVAL;
	if (!dev->backend->bind)
		return no_sim(dev, "bind");
	return (int)cw_dev_result(dev, "bind", dev->backend->bind(dev->card, bind));
}

static int no_bars(struct cw_dev *dev, const char *what)
{
	return cw_dev_fail(dev, -EOPNOTSUPP, "%s: not through a driver's device file; the card's address on the PCI bus is a name, too", what);
}

int cw_reset(struct cw_dev *dev)
{
	if (!dev)
		return -EINVAL;
	if (!dev->backend->reset)
		return no_bars(dev, "reset");
	return (int)cw_dev_result(dev, "reset", dev->backend->reset(dev->card));
}

int cw_bar(struct cw_dev *dev, unsigned bar, uint64_t offset, void *data, unsigned len, int write)
{
	int err = check_given(dev, data);

	if (err)
		return err;
	if (!dev->backend->bar)
		return no_bars(dev, "BAR access");
	return (int)cw_dev_result(dev, "BAR access", dev->backend->bar(dev->card, bar, offset, data, len, write));
}

const char *cw_strerror(int err)
{
	static const struct {
		int err;
		const char *text;
	} meanings[] = {
		{ -EFAULT, "the buffer is not valid memory" },
		{ -EINVAL, "an argument is out of range" },
		{ -ENOSPC, "the address is beyond card memory" },
		{ -EIO, "the card reported an error, or a check failed" },
		{ -ETIMEDOUT, "nothing ended in time" },
		{ -ENODEV, "the card is gone" },
		{ -EAGAIN, "too many transfers are in flight" },
		{ -ENOENT, "there is nothing of that name, or nothing in flight" },
		{ -EBUSY, "somebody else has it" },
		{ -EMSGSIZE, "the packet is longer than the buffer, or than the queue can take" },
		{ -ECANCELED, "it was taken back before it was done" },
		{ -EPROTO, "the other side has another version, or broke the protocol" },
		{ -EACCES, "not permitted for this user" },
		{ -EOPNOTSUPP, "this kind of card cannot do that" },
		{ -EROFS, "a driver has the card: it can only be looked at, memory where the window stands" },
		{ -ERANGE, "there is no such register or counter" },
	};

	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (meanings[i].err == err)
			return meanings[i].text;
	return err < 0 ? strerror(-err) : "no error";
}
