// SPDX-License-Identifier: BSD-2-Clause
/* Which card on the PCI bus a name means, and what the bus knows of it. */
#include "pci_rig.h"

static void a_name_is_an_address_or_pci_with_options(void **state)
{
	static const char *const good[] = { "pci", NAME, "FA4E:3:0.0", (NAME ",force=0"), "pci,id=1234:ca05", "pci,force=1,force=0" };
	static const char *const bad[] = { "fa4e:03", "fa4e:03:00", "fa4e:03:00.", "fa4e:03:00.8", "fa4e:03:20.0", "fa4e:100:00.0",
					   "fa4e:03:00.0x", "fa4e:+3:00.0", "1fa4e:03:00.0", "pcie" };
	static const char *const options[] = { "pci,", "pci,force", "pci,force=2", "pci,id=1234", "pci,id=1234:ca05x", "pci,force=1,x" };

	(void)state;
	fresh();
	for (unsigned i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		closed(opened(good[i]));
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], -EINVAL, "is no address on the PCI bus");
	for (unsigned i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		refused(options[i], -EINVAL, "has no option '");
}

static void what_is_not_there_or_not_ours_is_named(void **state)
{
	(void)state;
	fresh();
	refused("0000:77:1f.7", -ENOENT, "there is no PCI device 0000:77:1f.7");
	f.dev[0].device_id = 0x5678;
	refused("pci", -ENOENT, "no device on the PCI bus has a card's IDs (1234:ca05)");
	refused(NAME, -EINVAL, NAME " is no Causeway card: its IDs are 1234:5678, not 1234:ca05 (a board of its own IDs: ,id=1234:5678)");
	closed(opened(NAME ",id=1234:5678"));
	closed(opened("pci,id=1234:5678"));
	f.init_error = ENOENT;
	refused("pci", -ENOENT, "the PCI bus cannot be read: No such file or directory");
	fresh();
	f.probe_error = EIO;
	refused(NAME, -EIO, NAME ": configuration space cannot be read: Input/output error");
	fresh();
	f.config_bytes = 32;
	refused(NAME, -EIO, "configuration space cannot be read");
}

static void the_list_says_what_the_bus_knows(void **state)
{
	struct cw_pci_card c[2];

	(void)state;
	fresh();
	f.driver = "causeway";
	f.config[PCI_COMMAND] |= PCI_COMMAND_MASTER;
	set32(f.config + PCI_BASE_ADDRESS_5, 0xc);
	memset(c, 0xee, sizeof(c));
	assert_int_equal(cw_pci_list(c, 2, why, sizeof(why)), 1);
	all_given_back();
	assert_string_equal(c[0].name, NAME);
	assert_string_equal(c[0].driver, "causeway");
	assert_string_equal(c[0].node, "");
	assert_int_equal(c[0].command, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	assert_int_equal(c[0].link_gen, 3);
	assert_int_equal(c[0].link_lanes, 8);
	assert_int_equal(c[0].link_gen_max, 4);
	assert_int_equal(c[0].link_lanes_max, 16);
	assert_int_equal(c[0].link_known, 1);
	assert_int_equal(c[0].link, 1 | 2 << CW_LINK_MRRS_SHIFT | CW_LINK_RCB_MASK | CW_LINK_EXT_TAG_MASK | CW_LINK_NS_MASK |
					    CW_LINK_BME_MASK);
	assert_true(c[0].bar[4].address == 0xfea00000 && c[0].bar[4].size == CW_BAR4_BYTES);
	assert_true(c[0].bar[4].is_64 && c[0].bar[4].is_prefetchable && !c[0].bar[4].is_io);
	assert_true(!c[0].bar[5].is_64 && !c[0].bar[5].is_prefetchable); /* the upper half of an address, no BAR */
	assert_true(c[0].bar[0].is_64 && !c[0].bar[0].is_prefetchable);
	assert_true(!c[0].bar[1].size && !c[0].bar[1].is_64);
	f.dev[1] = f.dev[0];
	f.devs = 2;
	assert_int_equal(cw_pci_list(c, 1, NULL, 0), 2); /* more than fit */
	assert_int_equal(cw_pci_list(NULL, 0, NULL, 0), 2);
	f.devs = 0;
	assert_int_equal(cw_pci_list(c, 2, why, sizeof(why)), 0);
	f.init_error = EACCES;
	assert_int_equal(cw_pci_list(c, 2, why, sizeof(why)), -EACCES);
	assert_string_equal(why, "the PCI bus cannot be read: Permission denied");
}

static void capabilities_are_not_trusted(void **state)
{
	struct cw_pci_card c;

	(void)state;
	fresh();
	f.config[0x61] = 0x40; /* a ring */
	assert_int_equal(cw_pci_get(NAME, &c, why, sizeof(why)), 0);
	assert_int_equal(c.link_gen, 3);
	capability(0x40, PCI_CAP_ID_PM, 0xfc); /* one that runs out of configuration space */
	capability(0xfc, PCI_CAP_ID_EXP, 0);
	assert_int_equal(cw_pci_get(NAME, &c, why, sizeof(why)), 0);
	assert_int_equal(c.link_known, 0);
	fresh();
	f.config_bytes = 64; /* who is not root */
	f.config[0x40 + PCI_PM_CTRL] = 3;
	assert_int_equal(cw_pci_get("pci", &c, why, sizeof(why)), 0);
	assert_int_equal(c.link_known, 0);
	assert_int_equal(c.power_state, 0);
	assert_string_equal(c.name, NAME);
	all_given_back();
}

static void a_card_is_got_by_name(void **state)
{
	struct cw_pci_card c;

	(void)state;
	fresh();
	assert_int_equal(cw_pci_get("sim", &c, why, sizeof(why)), -EINVAL);
	assert_int_equal(cw_pci_get(NULL, &c, why, sizeof(why)), -EINVAL);
	assert_int_equal(cw_pci_get("pci", NULL, NULL, 0), -EINVAL);
	assert_int_equal(cw_pci_get("/dev/causeway7", &c, why, sizeof(why)), -ENOENT);
	assert_string_equal(why, "/dev/causeway7 is no card's on the PCI bus");
	assert_int_equal(cw_pci_get("0000:00:00.1", &c, why, sizeof(why)), -ENOENT);
	all_given_back();
}

static void two_cards_share_one_state_of_libpciaccess(void **state)
{
	void *one, *two;

	(void)state;
	fresh();
	one = opened(NAME);
	two = opened(NAME); /* the faked lock lets it */
	assert_int_equal(f.init, 1);
	assert_int_equal(cw_pci_backend.close(one), 0);
	assert_int_equal(f.cleanup, 0);
	closed(two);
	assert_int_equal(f.cleanup, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_an_address_or_pci_with_options),
		cmocka_unit_test(what_is_not_there_or_not_ours_is_named),
		cmocka_unit_test(the_list_says_what_the_bus_knows),
		cmocka_unit_test(capabilities_are_not_trusted),
		cmocka_unit_test(a_card_is_got_by_name),
		cmocka_unit_test(two_cards_share_one_state_of_libpciaccess),
	};

	return cmocka_run_group_tests_name("cards on the PCI bus, found", tests, NULL, all_freed);
}
