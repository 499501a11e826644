# SPDX-License-Identifier: BSD-2-Clause
# A bitstream in one command, from the root of the tree:
#   vivado -mode batch -source constraints/litefury/build.tcl
# With -tclargs memory=ddr3, 512 MiB of DDR3 is card memory, and it is build/litefury-ddr3/.
# Everything it makes is in build/litefury/: litefury.bit, reports of use, timing and clock crossings.
set board litefury
set top litefury
set part xc7a100tfgg484-2
set memories {ram ddr3}
source constraints/common/memory.tcl

# Gen2 x4, 128 bits at 125 MHz, as the head of rtl/cw_if_7series.v asks; BARs and MSI-X as docs/registers.md has them.
lappend ips [list pcie_7x pcie_7x_0 {
    CONFIG.mode_selection {Advanced}
    CONFIG.Maximum_Link_Width {X4}
    CONFIG.Link_Speed {5.0_GT/s}
    CONFIG.Interface_Width {128_bit}
    CONFIG.User_Clk_Freq {125}
    CONFIG.Ref_Clk_Freq {100_MHz}
    CONFIG.PCIe_Blk_Locn {X0Y0}
    CONFIG.Max_Payload_Size {512_bytes}
    CONFIG.Extended_Tag_Field {true}
    CONFIG.Vendor_ID {1234}
    CONFIG.Device_ID {CA05}
    CONFIG.Revision_ID {01}
    CONFIG.Use_Class_Code_Lookup_Assistant {false}
    CONFIG.Class_Code_Base {08}
    CONFIG.Class_Code_Sub {80}
    CONFIG.Bar0_64bit {true}
    CONFIG.Bar0_Scale {Megabytes}
    CONFIG.Bar0_Size {1}
    CONFIG.Bar2_Enabled {true}
    CONFIG.Bar2_Type {Memory}
    CONFIG.Bar2_64bit {true}
    CONFIG.Bar2_Scale {Kilobytes}
    CONFIG.Bar2_Size {64}
    CONFIG.Bar4_Enabled {true}
    CONFIG.Bar4_Type {Memory}
    CONFIG.Bar4_64bit {true}
    CONFIG.Bar4_Prefetchable {true}
    CONFIG.Bar4_Scale {Megabytes}
    CONFIG.Bar4_Size {1}
    CONFIG.MSI_Enabled {true}
    CONFIG.MSIx_Enabled {true}
    CONFIG.MSIx_Table_Size {10}
    CONFIG.MSIx_Table_BIR {BAR_1:0}
    CONFIG.MSIx_Table_Offset {2000}
    CONFIG.MSIx_PBA_BIR {BAR_1:0}
    CONFIG.MSIx_PBA_Offset {4000}
}]

set files [list rtl/causeway.f rtl/causeway_7series.f constraints/common/card_7series.f]
lappend xdc constraints/litefury/litefury.xdc

if {$memory eq "ddr3"} {
    source constraints/litefury/mig.tcl
    lappend xdc constraints/litefury/litefury-ddr3.xdc
    # The names of the settings: UG586, and cva6's fpga/xilinx/xlnx_mig_7_ddr3.
    lappend ips [list mig_7series mig_7series_0 {
        CONFIG.XML_INPUT_FILE {mig.prj}
        CONFIG.RESET_BOARD_INTERFACE {Custom}
        CONFIG.MIG_DONT_TOUCH_PARAM {Custom}
        CONFIG.BOARD_MIG_PARAM {Custom}
    } mig.prj [mig_project mig_7series_0 $part constraints/litefury/litefury-ddr3.xdc]]
    lappend sources constraints/common/cw_mem_bridge.v constraints/litefury/litefury_ddr3.v
    lappend defines MEMORY_DDR3
}
source constraints/common/vivado.tcl
