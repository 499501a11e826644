// SPDX-License-Identifier: BSD-2-Clause
/* The card's end of the link, seen by the machine: one that writes what cannot be is gone, and the run has failed. */
#include "kernel_rig.h"
#include "sim/link/link_priv.h"
#include "tests/model/card_model.h"

#include <linux/pci.h>

struct bad_card {
	struct cw_model *model;
	struct cw_link *end;
	bool rotten;
};

/* Works until it is told to go bad; then it writes a record of a kind that there is not. */
static int card_step(void *ctx)
{
	const struct cw_rec_head head = { .len = CW_REC_MIN, .kind = 90 };
	struct bad_card *c = ctx;

	if (!c->rotten)
		return cw_model_step(c->model);
	cw_ring_put(&c->end->out, 0, &head, sizeof(head));
	cw_ring_publish(&c->end->out, CW_REC_MIN);
	return 1;
}

static void nonsense_of_the_card_fails_the_run(void **state __maybe_unused)
{
	struct cw_link_param lp = { .seed = 1, .latency_ps = 250000, .generation = 3, .lanes = 8 };
	struct cw_model_param mp;
	struct shim_param p;
	struct bad_card card = { 0 };
	struct cw_link *host_end;
	struct shim *s;
	uint32_t id;

	cw_model_param_default(&mp);
	assert_int_equal(cw_link_pair(&lp, &host_end, &card.end), 0);
	assert_int_equal(cw_model_new(&card.model, card.end, &mp), 0);
	cw_link_set_peer(host_end, card_step, &card);
	shim_param_default(&p);
	p.quiet = true;
	p.check = on_check;
	assert_int_equal(shim_new(&s, host_end, &p), 0);
	assert_int_equal(shim_bar_access(s, 0, 0, &id, 4, false), 0);

	planted = "record_of_no_kind";
	card.rotten = true;
	shim_expect(s, "link-broken", 1);
	assert_int_equal(shim_bar_access(s, 0, 0, &id, 4, false), 0);
	assert_int_equal(id, UINT32_MAX); /* as of a card that is gone */
	assert_int_equal(shim_check_count(s, "link-broken"), 1);
	assert_non_null(strstr(shim_last(s), "the peer wrote a record of unknown kind 90"));
	assert_int_equal(shim_free(s), 0);
	planted = NULL;
	cw_model_free(card.model);
	cw_link_close(host_end);
	cw_link_close(card.end);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(nonsense_of_the_card_fails_the_run) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
