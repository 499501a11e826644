// SPDX-License-Identifier: BSD-2-Clause
/*
 * A card's end of the link that writes anything anywhere in the memory it shares with the host, at a moment drawn
 * from the seed: before the host enumerates, while the driver probes, under transfers. Whatever it writes: the host
 * does not crash and does not hang, and once the link is down every call says that the card is gone.
 */
#include <signal.h>
#include <unistd.h>

#include "rig.h"
#include "tests/unit/hostile.h"

#define N 8
#define LEN 20000u
#define MAX_ACTS 300

static uint64_t seed = 1;
static char doing[128]; /* for the watchdog */

struct hostile {
	struct rig r;
	struct cw_rng rng;
	unsigned quiet_steps; /* before the first act */
	unsigned acts, idle;
	bool silent;          /* the model has fallen over what was written, or there is nothing more to say */
};

static void barked(int sig)
{
	(void)sig;
	if (write(1, "# it does not end: ", 19) < 0 || write(1, doing, strlen(doing)) < 0 || write(1, "\n", 1) < 0)
		_exit(3);
	_exit(2);
}

/* The model's step, and now and then an act. A card that has nothing more to say ends: its process would be killed. */
static int step(void *ctx)
{
	struct hostile *h = ctx;
	int ret = h->silent ? 0 : cw_model_step(h->r.model);

	if (ret < 0)
		h->silent = true;
	if (h->quiet_steps) {
		h->quiet_steps--;
	} else if (h->acts < MAX_ACTS && cw_rng_one_in(&h->rng, 3)) {
		snprintf(doing, sizeof(doing), "seed %llu, after: %s", (unsigned long long)seed,
			 scribble(h->r.host_end, &h->rng));
		h->acts++;
	}
	h->idle = ret > 0 ? 0 : h->idle + 1;
	if (h->idle > 20)
		h->r.host_end->pair->closed[CW_SIDE_CARD] = true;
	return 1;
}

static int start(struct hostile *h)
{
	struct rig *r = &h->r;
	int ret;

	assert_int_equal(cw_link_pair(&r->link, &r->host_end, &r->card_end), 0);
	assert_int_equal(cw_model_new(&r->model, r->card_end, &r->card), 0);
	cw_link_set_peer(r->host_end, step, h);
	ret = shim_new(&r->shim, r->host_end, &r->machine);
	if (!ret)
		ret = shim_module_load(r->shim, "queues=2 timeout_ms=50");
	if (!ret)
		ret = r->fd = shim_open(r->shim, RIG_DEV, O_RDWR);
	return ret < 0 ? ret : 0;
}

static void use(struct hostile *h)
{
	static uint8_t buf[N][LEN];
	struct shim_aio aio[N], *list[N], *done;
	int n;

	for (int i = 0; i < N; i++) {
		aio[i] = (struct shim_aio){ .fd = h->r.fd, .op = i & 1 ? SHIM_PREAD : SHIM_PWRITE, .buf = buf[i],
					    .len = LEN, .pos = i * (off_t)LEN };
		list[i] = &aio[i];
	}
	n = shim_submit(h->r.shim, list, N);
	for (int i = 0; i < n; i++) {
		if (shim_wait(h->r.shim, NULL, -1, &done))
			break;
		assert_true(done->result <= (long)LEN);
	}
	assert_true(shim_pwrite(h->r.shim, h->r.fd, buf[0], 3000, 5) <= 3000);
	assert_true(shim_pread(h->r.shim, h->r.fd, buf[0], 3000, 5) <= 3000);
}

/* The link is down: 1; and then the calls say so. */
static bool is_down(struct hostile *h)
{
	char buf[64];
	ssize_t got;

	if (!cw_link_promise(h->r.host_end, 0))
		return false;
	assert_true(cw_link_why(h->r.host_end)[0]);
	got = shim_pwrite(h->r.shim, h->r.fd, buf, sizeof(buf), 0);
	if (got != -ENODEV)
		fail_msg("a write after the end of the link (%s) gave %zd: %s", cw_link_why(h->r.host_end), got,
			 shim_last(h->r.shim));
	return true;
}

static void end(struct hostile *h)
{
	struct rig *r = &h->r;

	if (r->shim)
		shim_free(r->shim);
	r->host_end->pair->closed[CW_SIDE_CARD] = false; /* now it is closed in order */
	cw_model_free(r->model);
	cw_link_close(r->host_end);
	cw_link_close(r->card_end);
}

static void a_card_that_scribbles_on_the_link_is_gone(void **state)
{
	unsigned rounds = getenv("TEST_ALL") && *getenv("TEST_ALL") ? 3000 : 250, opened = 0, broken = 0, gone = 0;

	(void)state;
	for (unsigned i = 0; i < rounds; i++) {
		struct hostile *h = calloc(1, sizeof(*h));
		static const unsigned quiet[] = { 4, 60, 400, 1500 };

		rig_default(&h->r);
		h->r.machine.quiet = true;
		cw_rng_seed(&h->rng, seed + i, CW_RNG_USER);
		h->quiet_steps = (unsigned)cw_rng_below(&h->rng, quiet[i % 4]);
		if (!start(h)) {
			opened++;
			for (int k = 0; k < 20 && !cw_link_promise(h->r.host_end, 0); k++)
				use(h);
			is_down(h);
		}
		if (cw_link_promise(h->r.host_end, 0) == -EPROTO)
			broken++;
		else if (cw_link_promise(h->r.host_end, 0) == -ENOTCONN)
			gone++;
		end(h);
		free(h);
	}
	print_message("# %u rounds: %u opened; %u links broken, %u closed\n", rounds, opened, broken, gone);
	assert_true(opened > rounds / 10 && broken > rounds / 2);
}

/* One word of nonsense under load, at the same place each time: the check names it, all transfers end. */
static void what_broke_the_link_is_said(void **state)
{
	struct hostile h = { .quiet_steps = UINT32_MAX };
	struct cw_rec_head head = { .len = 24, .kind = 90 };
	static char buf[70000];
	struct shim_aio aio[4], *list[4], *done;

	(void)state;
	rig_default(&h.r);
	assert_int_equal(start(&h), 0);
	shim_expect(h.r.shim, "link-broken", 1);
	for (int i = 0; i < 4; i++) {
		aio[i] = (struct shim_aio){ .fd = h.r.fd, .op = SHIM_PWRITE, .buf = buf, .len = sizeof(buf) };
		list[i] = &aio[i];
	}
	assert_int_equal(shim_submit(h.r.shim, list, 4), 4);
	poke(h.r.host_end, &h.r.host_end->in, h.r.card_end->out.at, &head, sizeof(head));
	h.r.card_end->out.at += 24;
	atomic_store(&h.r.host_end->in.ctl->head, h.r.card_end->out.at);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(shim_wait(h.r.shim, NULL, -1, &done), 0);
		assert_int_equal(done->result, -ENODEV);
	}
	assert_int_equal(shim_pread(h.r.shim, h.r.fd, buf, 10, 0), -ENODEV);
	assert_non_null(strstr(shim_last(h.r.shim), "unknown kind 90"));
	assert_int_equal(shim_free(h.r.shim), 0);
	h.r.shim = NULL;
	end(&h);
}

static int start_watchdog(void **state)
{
	(void)state;
	signal(SIGALRM, barked);
	alarm(getenv("TEST_ALL") && *getenv("TEST_ALL") ? 1500 : 90);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_broke_the_link_is_said),
		cmocka_unit_test(a_card_that_scribbles_on_the_link_is_gone),
	};

	if (argc > 1)
		seed = strtoull(argv[1], NULL, 0);
	print_message("seed %llu\n", (unsigned long long)seed);
	return cmocka_run_group_tests(tests, start_watchdog, NULL);
}
