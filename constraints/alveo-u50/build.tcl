# SPDX-License-Identifier: BSD-2-Clause
# A bitstream in one command, from the root of the tree:
#   vivado -mode batch -source constraints/alveo-u50/build.tcl
# With -tclargs memory=hbm, 8 GiB of HBM2 is card memory, and it is build/alveo-u50-hbm/.
# Everything it makes is in build/alveo-u50/: alveo_u50.bit, reports of use, timing and clock crossings.
set board alveo-u50
set top alveo_u50
set part xcu50-fsvh2104-2-e
set memories {ram hbm}
source constraints/common/memory.tcl

# Gen3 x16, 512 bits at 250 MHz, straddled on all four interfaces, as the head of rtl/cw_if_usplus.v asks: CQ_STRADDLE is CQ's
# and CC's, RQ_STRADDLE RQ's and RC's (PG213 with PG346's names of the settings; README.md). BARs and MSI-X as docs/registers.md
# has them.
lappend ips [list pcie4c_uscale_plus pcie4c_uscale_plus_0 {
    CONFIG.PL_LINK_CAP_MAX_LINK_SPEED {8.0_GT/s}
    CONFIG.PL_LINK_CAP_MAX_LINK_WIDTH {X16}
    CONFIG.axisten_if_width {512_bit}
    CONFIG.axisten_freq {250}
    CONFIG.AXISTEN_IF_EXT_512_CQ_STRADDLE {true}
    CONFIG.AXISTEN_IF_EXT_512_RQ_STRADDLE {true}
    CONFIG.AXISTEN_IF_EXT_512_RC_4TLP_STRADDLE {true}
    CONFIG.axisten_if_enable_client_tag {true}
    CONFIG.extended_tag_field {true}
    CONFIG.mode_selection {Advanced}
    CONFIG.en_gt_selection {true}
    CONFIG.select_quad {GTY_Quad_227}
    CONFIG.vendor_id {1234}
    CONFIG.PF0_DEVICE_ID {CA05}
    CONFIG.PF0_REVISION_ID {01}
    CONFIG.PF0_CLASS_CODE {088000}
    CONFIG.pf0_bar0_64bit {true}
    CONFIG.pf0_bar0_scale {Megabytes}
    CONFIG.pf0_bar0_size {1}
    CONFIG.pf0_bar2_enabled {true}
    CONFIG.pf0_bar2_type {Memory}
    CONFIG.pf0_bar2_64bit {true}
    CONFIG.pf0_bar2_scale {Kilobytes}
    CONFIG.pf0_bar2_size {256}
    CONFIG.pf0_bar4_enabled {true}
    CONFIG.pf0_bar4_type {Memory}
    CONFIG.pf0_bar4_64bit {true}
    CONFIG.pf0_bar4_prefetchable {true}
    CONFIG.pf0_bar4_scale {Megabytes}
    CONFIG.pf0_bar4_size {1}
    CONFIG.MSI_X_OPTIONS {MSI-X_External}
    CONFIG.PF0_MSIX_CAP_TABLE_SIZE {03F}
    CONFIG.PF0_MSIX_CAP_TABLE_BIR {BAR_1:0}
    CONFIG.PF0_MSIX_CAP_TABLE_OFFSET {00010000}
    CONFIG.PF0_MSIX_CAP_PBA_BIR {BAR_1:0}
    CONFIG.PF0_MSIX_CAP_PBA_OFFSET {00020000}
}]

set files [list rtl/causeway.f rtl/causeway_usplus.f constraints/common/card_usplus.f]
lappend xdc constraints/alveo-u50/alveo_u50.xdc

if {$memory eq "hbm"} {
    # Both stacks, reached through port 0 (USER_SWITCH_ENABLE_*: its switch), as designs for the U50 and U280 have it: corundum's
    # fpga/mqnic/AU50/fpga_100g/ip/hbm_0.tcl for density and stacks; ports by USER_SAXI_xx, their clock by USER_AXI_CLK_FREQ (PG276).
    set settings {
        CONFIG.USER_HBM_DENSITY {8GB}
        CONFIG.USER_HBM_STACK {2}
        CONFIG.USER_APB_EN {true}
        CONFIG.USER_AXI_CLK_FREQ {250}
        CONFIG.USER_SWITCH_ENABLE_00 {TRUE}
        CONFIG.USER_SWITCH_ENABLE_01 {TRUE}
    }
    for {set port 1} {$port < 32} {incr port} { lappend settings [format CONFIG.USER_SAXI_%02d $port] false }
    lappend ips [list hbm hbm_0 $settings]
    lappend sources constraints/common/cw_mem_bridge.v constraints/alveo-u50/alveo_u50_hbm.v
    lappend defines MEMORY_HBM
}
source constraints/common/vivado.tcl
