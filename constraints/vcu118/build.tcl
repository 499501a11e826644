# SPDX-License-Identifier: BSD-2-Clause
# A bitstream in one command, from the root of the tree:
#   vivado -mode batch -source constraints/vcu118/build.tcl
# With -tclargs memory=ddr4, 2 GiB of DDR4 is card memory, and it is build/vcu118-ddr4/.
# Everything it makes is in build/vcu118/: vcu118.bit, reports of use, timing and clock crossings.
set board vcu118
set top vcu118
set part xcvu9p-flga2104-2L-e
set memories {ram ddr4}
source constraints/common/memory.tcl

# Gen3 x8, 256 bits at 250 MHz, as the head of rtl/cw_if_usplus.v asks; BARs and MSI-X as docs/registers.md has them.
lappend ips [list pcie4_uscale_plus pcie4_uscale_plus_0 {
    CONFIG.PL_LINK_CAP_MAX_LINK_SPEED {8.0_GT/s}
    CONFIG.PL_LINK_CAP_MAX_LINK_WIDTH {X8}
    CONFIG.axisten_if_width {256_bit}
    CONFIG.axisten_freq {250}
    CONFIG.AXISTEN_IF_RC_STRADDLE {true}
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
lappend xdc constraints/vcu118/vcu118.xdc

if {$memory eq "ddr4"} {
    lappend xdc constraints/vcu118/vcu118-ddr4.xdc
    # Part and map: corundum's fpga/mqnic/VCU118/fpga_100g/ip/ddr4_0.tcl; 64 bits with masks, so that bytes can be written.
    # 1000 ps from the 250 MHz of the board (C0.DDR4_InputClockPeriod) give 250 MHz at AXI; latencies follow from the period.
    lappend ips [list ddr4 ddr4_0 {
        CONFIG.C0.DDR4_AxiSelection {true}
        CONFIG.C0.DDR4_AxiDataWidth {256}
        CONFIG.C0.DDR4_AxiIDWidth {4}
        CONFIG.C0.DDR4_AxiArbitrationScheme {RD_PRI_REG}
        CONFIG.C0.DDR4_TimePeriod {1000}
        CONFIG.C0.DDR4_InputClockPeriod {4000}
        CONFIG.C0.DDR4_MemoryType {Components}
        CONFIG.C0.DDR4_MemoryPart {MT40A256M16GE-075E}
        CONFIG.C0.DDR4_DataWidth {64}
        CONFIG.C0.DDR4_DataMask {DM_NO_DBI}
        CONFIG.C0.DDR4_AUTO_AP_COL_A3 {true}
        CONFIG.C0.DDR4_Mem_Add_Map {ROW_COLUMN_BANK_INTLV}
    }]
    lappend sources constraints/common/cw_mem_bridge.v constraints/vcu118/vcu118_ddr4.v
    lappend defines MEMORY_DDR4
}
source constraints/common/vivado.tcl
