// SPDX-License-Identifier: BSD-2-Clause
/* Thousands of random messages of hundreds of clients to the vfio-user server. The seed is the argument. */
#include "sim/link/rng.h"
#include "tests/unit/vfio_clients.h"

static uint64_t seed = 1;
static struct cw_rng rng;
static int pipes[2], readonly;

static uint64_t below(uint64_t n)
{
	return cw_rng_below(&rng, n);
}

static bool one_in(unsigned n)
{
	return !below(n);
}

static uint64_t number(void)
{
	static const uint64_t some[] = { 0, 1, 2, 4, 7, 8, 16, 0xfff, 0x1000, 0x10000, IOVA, IOVA + 0x1000, MEM_BYTES,
					 CW_BAR0_BYTES, UINT32_MAX, 0x80000000, UINT64_MAX, (uint64_t)-0x1000 };

	return one_in(8) ? below(UINT64_MAX) : some[below(sizeof(some) / sizeof(some[0]))];
}

static unsigned random_fds(struct rig *r, int *fds)
{
	const int kinds[] = { r->event[0], r->event[1], r->mem_fd, r->mem_fd, pipes[0], pipes[1], readonly, r->log_fd };
	unsigned n = one_in(3) ? (unsigned)below(4) : 0;

	for (unsigned i = 0; i < n; i++)
		fds[i] = kinds[below(8)];
	return n;
}

static size_t random_region(struct rig *r, uint8_t *body, bool write)
{
	static const uint32_t regions[] = { 0, 0, 0, CW_BAR_DOORBELL, CW_BAR_WINDOW, CFG, CFG, CFG };
	struct vu_region_rw rw = { .region = regions[below(8)], .count = 1u << below(4) };

	rw.offset = below(rw.region == CFG ? 0x100 : rw.region == CW_BAR_DOORBELL ? 0x10000 : 0x40000) & ~(uint64_t)(rw.count - 1);
	if (!rw.region && one_in(2))
		rw.offset = CW_QUEUE_OFFSET + below(CW_QUEUE_STRIDE * 4) / 4 * 4;
	if (one_in(150))
		rw.region = (uint32_t)below(12);
	if (one_in(150))
		rw.count = (uint32_t)number();
	if (one_in(150))
		rw.offset = number();
	(void)r;
	memcpy(body, &rw, sizeof(rw));
	if (!write)
		return sizeof(rw);
	for (unsigned i = 0; i < 8; i++)
		body[sizeof(rw) + i] = (uint8_t)(one_in(2) ? number() : below(256));
	return sizeof(rw) + (rw.count <= 4096 ? rw.count : 8);
}

static size_t random_body(struct rig *r, uint16_t command, uint8_t *body, int *fds, unsigned *fd_n)
{
	struct vu_dma_map map = { 32, (uint32_t)(one_in(60) ? number() : one_in(8) ? 1 + below(2) : RIG_RW), below(16) * 4096,
				  one_in(4) ? number() : IOVA + below(16) * 0x10000, one_in(4) ? number() : 0x10000 };
	struct vu_dma_unmap unmap = { 24, one_in(30) ? (uint32_t)number() : 0, map.iova, map.size };
	uint32_t info[8] = { 32, 0, (uint32_t)below(11) };
	struct vfio_irq_set set = { sizeof(set), 1u << below(3) | 8u << below(3), (uint32_t)below(6), (uint32_t)below(9),
				    (uint32_t)below(4) };

	if (one_in(10))
		set.count = (uint32_t)number();
	*fd_n = random_fds(r, fds);
	switch (command) {
	case VU_DMA_MAP:
		if (!one_in(20)) {
			fds[0] = r->mem_fd;
			*fd_n = (unsigned)below(2);
		}
		memcpy(body, &map, sizeof(map));
		return sizeof(map);
	case VU_DMA_UNMAP:
		memcpy(body, &unmap, sizeof(unmap));
		break;
	case VU_SET_IRQS:
		if (!one_in(3))
			*fd_n = set.count < 4 ? set.count : 0;
		for (unsigned i = 0; i < *fd_n; i++)
			fds[i] = one_in(20) ? pipes[1] : r->event[i];
		memcpy(body, &set, sizeof(set));
		return sizeof(set) + (one_in(2) ? 0 : below(5));
	case VU_REGION_READ: case VU_REGION_WRITE:
		*fd_n = one_in(500);
		fds[0] = pipes[0];
		return random_region(r, body, command == VU_REGION_WRITE);
	default:
		memcpy(body, info, sizeof(info));
		if (!one_in(50))
			*fd_n = 0;
		return sizeof(info);
	}
	if (!one_in(50))
		*fd_n = 0;
	return sizeof(unmap);
}

static void random_message(struct rig *r)
{
	static const uint16_t likely[] = { VU_DMA_MAP, VU_DMA_MAP, VU_DMA_UNMAP, VU_SET_IRQS, VU_SET_IRQS, VU_REGION_READ,
					   VU_REGION_READ, VU_REGION_WRITE, VU_REGION_WRITE, VU_REGION_WRITE,
					   VU_REGION_WRITE, VU_GET_REGION_INFO, VU_GET_IRQ_INFO, VU_GET_INFO };
	static uint8_t body[8192];
	struct vu_hdr h = { .id = (uint16_t)below(65536), .command = likely[below(14)] };
	unsigned fd_n;
	int fds[4];
	size_t len;

	if (one_in(100))
		h.command = (uint16_t)below(20);
	if (one_in(60))
		h.command = VU_RESET;
	len = random_body(r, h.command, body, fds, &fd_n);
	if (one_in(150))
		len = below(len + 40);
	h.size = (uint32_t)(sizeof(h) + len);
	h.flags = h.command == VU_REGION_WRITE && one_in(2) ? VU_NO_REPLY : 0;
	if (one_in(300))
		h.flags = (uint32_t)number();
	if (one_in(300))
		h.size = (uint32_t)number();
	rig_send_raw(r, &h, body, len, fds, fd_n);
}

/* Reads what comes; DMA messages are answered well, badly or not at all. */
static void random_replies(struct rig *r)
{
	r->keep_reads = r->keep_writes = r->careless = true;
	while (rig_recv(r))
		;
	while (r->kept_n && !one_in(5)) {
		uint64_t at = r->kept[0].rw.iova - IOVA;

		if (r->sock >= 0 && !r->status) {
			if (one_in(20) || at >= MEM_BYTES - 512) {
				struct vu_hdr h = { r->kept[0].hdr.id, r->kept[0].hdr.command, 16, VU_REPLY | VU_ERROR, EIO };

				h.id = (uint16_t)(h.id + one_in(5));
				rig_send_raw(r, &h, NULL, 0, NULL, 0);
			} else if (recv(r->sock, &at, 1, MSG_PEEK | MSG_DONTWAIT)) {
				rig_answer(r, 0);
			}
		}
		r->kept_n--;
		memmove(r->kept, r->kept + 1, r->kept_n * sizeof(r->kept[0]));
	}
}

static unsigned open_fds(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 1024; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void random_client(struct rig *r, unsigned *messages)
{
	unsigned n = 1 + (unsigned)below(120);

	rig_leave(r);
	if (!r->status)
		until_end(r);
	rig_connect(r);
	if (one_in(4))
		rig_up(r, one_in(2));
	else if (!one_in(30))
		assert_int_equal(rig_hello(r), 0);
	if (one_in(4)) {
		rig_queue(r, (uint32_t)below(4), one_in(2));
		rig_start(r, (uint32_t)below(4), IOVA + below(32) * 0x8000, (uint32_t)(1 + below(70000)), 0);
	}
	for (unsigned i = 0; i < n && !r->status; i++) {
		random_message(r);
		++*messages;
		for (uint64_t steps = below(6); steps && !r->status; steps--)
			rig_step(r);
		random_replies(r);
	}
	r->keep_reads = r->keep_writes = r->careless = false;
	r->kept_n = 0;
}

static void random_clients(void **state)
{
	unsigned messages = 0, clients = 0, thrown_out = 0, fds, rounds = getenv("TEST_ALL") && *getenv("TEST_ALL") ? 40000 : 6000;
	struct rig *r = *state;

	print_message("seed %llu\n", (unsigned long long)seed);
	cw_rng_seed(&rng, seed, CW_RNG_TEST);
	assert_int_equal(pipe(pipes), 0);
	readonly = open("/dev/null", O_RDONLY);
	fds = open_fds() - 2; /* the two ends of a connection */
	while (messages < rounds) {
		random_client(r, &messages);
		clients++;
		thrown_out += r->status == -EPROTO;
		assert_true(!r->status || r->status == -EPROTO || r->status == -ENOTCONN);
		if (one_in(4))
			next_client(r);
	}
	next_client(r);
	rig_leave(r);
	until_end(r);
	assert_int_equal(open_fds(), fds);
	rig_connect(r);
	print_message("%u messages of %u clients, %u of them thrown out\n", messages, clients, thrown_out);
	assert_true(thrown_out > clients / 10 && thrown_out < clients);
	close(pipes[0]);
	close(pipes[1]);
	close(readonly);
	/* A guest may have its card do what it likes. */
	r->broken = cw_host_get_stats(r->v->host)->violations;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { T(random_clients) };

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	return cmocka_run_group_tests_name("vfio_random", tests, NULL, NULL);
}
