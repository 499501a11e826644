// SPDX-License-Identifier: BSD-2-Clause
/* A card that serves one host after the other under a name: see card.h. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "card.h"
#include "../link/log.h"

#define SLICE_MS 100 /* how late a signal may be noticed */
#define TAIL_MS 300  /* how long a card works on what a host that is gone left in the link */

struct server {
	const char *name;
	const struct cw_card_serve_param *p;
	unsigned session;
	int error; /* of the first session that failed */
	struct cw_store *store; /* card memory between two hosts; NULL before the first */
	char line[256];
};

/* The signals are blocked while serving and looked for, so that no handler is needed. */
static bool asked_to_stop(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && (sigismember(&pending, SIGTERM) || sigismember(&pending, SIGINT));
}

static void report(struct server *s)
{
	if (s->p->report)
		s->p->report(s->p->ctx, s->line);
}

static const char *path_of(const struct server *s, const char *path, char *buf, size_t size)
{
	if (!path || s->p->sessions == 1)
		return path;
	snprintf(buf, size, "%s.%u", path, s->session);
	return buf;
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* When a card that is never idle looks whether its host is still there: it does not wait for it, and waiting is
 * how the others notice. A host that leaves in order leaves only a little to do, and the card does it. */
struct look {
	uint64_t next, gone_since; /* ms; 0: not yet, not gone */
};

static bool deserted(struct look *look, const struct cw_link *link)
{
	uint64_t now = now_ms();

	if (now < look->next)
		return false;
	look->next = now + SLICE_MS;
	if (!cw_link_peer_gone(link))
		return false;
	if (!look->gone_since)
		look->gone_since = now;
	return now - look->gone_since >= TAIL_MS;
}

/* Steps the card and waits for the host, until it leaves. */
static int run(struct cw_card *card, struct cw_link *link)
{
	bool free_running = cw_link_get_param(link)->free_running;
	struct look look = { 0 };

	while (!asked_to_stop()) {
		int ret = cw_card_step(card), ms = SLICE_MS, own;

		if (ret < 0)
			return ret;
		if (deserted(&look, link))
			return -ENOTCONN;
		if (ret > 0)
			continue;
		own = free_running ? cw_card_wait_ms(card) : -1;
		if (own >= 0 && own < ms)
			ms = own;
		ret = ms ? cw_link_wait_for(link, ms) : -ETIMEDOUT;
		if (ret && ret != -ETIMEDOUT)
			return ret;
		if (ret == -ETIMEDOUT && own >= 0 && own <= ms)
			cw_card_let_pass(card);
	}
	return -EINTR;
}

static int serve_one(struct server *s, struct cw_link *link)
{
	char wave[256], log_path[256];
	struct cw_card_param p = s->p->card;
	struct cw_card_stats stats;
	struct cw_log *log = NULL;
	struct cw_card *card;
	const char *path = path_of(s, s->p->log, log_path, sizeof(log_path));
	int ret, log_ret = 0;

	p.wave = path_of(s, p.wave, wave, sizeof(wave));
	ret = path ? cw_log_open(&log, path, cw_link_get_param(link)->seed, CW_SIDE_CARD) : 0;
	if (ret)
		goto out;
	cw_link_set_log(link, log);
	p.axi.store = s->store;
	ret = cw_card_new(&card, link, &p);
	if (ret)
		goto out;
	snprintf(s->line, sizeof(s->line), "%s: host %u attached, seed %llu", s->name, s->session,
		 (unsigned long long)cw_link_get_param(link)->seed);
	report(s);
	ret = run(card, link);
	stats = cw_card_get_stats(card);
	snprintf(s->line, sizeof(s->line), "%s: host %u left after %llu cycles, %llu of them evaluated%s%s", s->name,
		 s->session, (unsigned long long)stats.cycles, (unsigned long long)stats.evaluated,
		 cw_card_why(card)[0] ? ": " : "", cw_card_why(card));
	report(s);
	s->store = cw_axi_take_store(cw_card_memory(card));
	cw_card_free(card);
out:
	cw_link_set_log(link, NULL);
	if (log)
		log_ret = cw_log_close(log);
	if (ret == -ENOTCONN)
		ret = 0;
	return ret ? ret : log_ret;
}

static int serve_all(struct server *s, struct cw_link_listener *listener)
{
	while (!asked_to_stop() && (!s->p->sessions || s->session < s->p->sessions)) {
		struct cw_link *link;
		int ret = cw_link_accept(listener, SLICE_MS, &link);

		if (ret == -ETIMEDOUT)
			continue;
		if (ret)
			return ret;
		ret = serve_one(s, link);
		cw_link_close(link);
		if (ret == -EINTR)
			break;
		if (ret) {
			snprintf(s->line, sizeof(s->line), "%s: host %u: %s", s->name, s->session, strerror(-ret));
			report(s);
			s->error = s->error ? s->error : ret;
		}
		s->session++;
	}
	return s->error;
}

int cw_card_serve(const char *name, const struct cw_card_serve_param *p)
{
	struct server s = { .name = name, .p = p };
	struct cw_link_listener *listener;
	sigset_t block, old;
	int ret;

	sigemptyset(&block);
	sigaddset(&block, SIGTERM);
	sigaddset(&block, SIGINT);
	/* Before listen(): its thread inherits the mask. */
	sigprocmask(SIG_BLOCK, &block, &old);
	ret = cw_link_listen(name, &listener, s.line, sizeof(s.line));
	if (ret) {
		report(&s);
	} else {
		ret = serve_all(&s, listener);
		cw_link_listener_close(listener);
	}
	/* A signal that ended the service is taken, or it would end the program on unblocking. */
	while (sigtimedwait(&block, NULL, &(struct timespec){ 0 }) > 0)
		;
	sigprocmask(SIG_SETMASK, &old, NULL);
	cw_store_free(s.store);
	return ret;
}
