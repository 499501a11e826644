# SPDX-License-Identifier: BSD-2-Clause
# The project file that MIG 7 series (UG586) wants: one 16-bit DDR3-800 part at 400 MHz, AXI4 of 128 bits at 100 MHz. Its
# settings are those with which RHSResearchLLC's projects run on the board (LiteFury/.../mig_b.prj), but for the
# temperature, which the controller reads itself (XADC_En), as in their Project-0-x1. Pins are read from the constraint
# file, so that they stand in one place.

# {name pin standard} of each of the memory's pins, by the names that MIG gives: one-bit buses have an index.
proc mig_pins {xdc} {
    set f [open $xdc]
    set text [read $f]
    close $f
    set pins {}
    foreach line [split $text "\n"] {
        if {![regexp {PACKAGE_PIN (\S+) IOSTANDARD (\S+)\} \[get_ports \{?(ddr3_\w+(?:\[\d+\])?)\}?\]} $line - pin standard name]} { continue }
        if {$name in {ddr3_ck_p ddr3_ck_n ddr3_cke ddr3_odt}} { append name {[0]} }
        lappend pins [list $name $pin $standard]
    }
    if {[llength $pins] != [regexp -all {PACKAGE_PIN} $text]} { error "$xdc: a pin in a form that is not understood" }
    return $pins
}

proc mig_project {module part xdc} {
    set pins ""
    foreach p [mig_pins $xdc] {
        lassign $p name pin standard
        append pins "      <Pin VCCAUX_IO=\"\" IOSTANDARD=\"$standard\" PADName=\"$pin\" SLEW=\"\" name=\"$name\" IN_TERM=\"\"/>\n"
    }
    # a part as MIG writes it: xc7a100t-fgg484/-2
    regexp {^(xc7a\d+t)(\w+)(-\d)$} $part - device package grade
    return "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\" ?>
<Project NoOfControllers=\"1\">
  <ModuleName>$module</ModuleName>
  <dci_inouts_inputs>1</dci_inouts_inputs>
  <dci_inputs>1</dci_inputs>
  <Debug_En>OFF</Debug_En>
  <DataDepth_En>1024</DataDepth_En>
  <LowPower_En>ON</LowPower_En>
  <XADC_En>Enabled</XADC_En>
  <TargetFPGA>$device-$package/$grade</TargetFPGA>
  <Version>4.2</Version>
  <SystemClock>Differential</SystemClock>
  <ReferenceClock>Use System Clock</ReferenceClock>
  <SysResetPolarity>ACTIVE LOW</SysResetPolarity>
  <BankSelectionFlag>FALSE</BankSelectionFlag>
  <InternalVref>0</InternalVref>
  <dci_hr_inouts_inputs>50 Ohms</dci_hr_inouts_inputs>
  <dci_cascade>0</dci_cascade>
  <Controller number=\"0\">
    <MemoryDevice>DDR3_SDRAM/Components/MT41J256m16XX-125</MemoryDevice>
    <TimePeriod>2500</TimePeriod>
    <VccAuxIO>1.8V</VccAuxIO>
    <PHYRatio>4:1</PHYRatio>
    <InputClkFreq>200</InputClkFreq>
    <UIExtraClocks>0</UIExtraClocks>
    <MMCM_VCO>800</MMCM_VCO>
    <MMCMClkOut0> 1.000</MMCMClkOut0>
    <MMCMClkOut1>1</MMCMClkOut1>
    <MMCMClkOut2>1</MMCMClkOut2>
    <MMCMClkOut3>1</MMCMClkOut3>
    <MMCMClkOut4>1</MMCMClkOut4>
    <DataWidth>16</DataWidth>
    <DeepMemory>1</DeepMemory>
    <DataMask>1</DataMask>
    <ECC>Disabled</ECC>
    <Ordering>Strict</Ordering>
    <BankMachineCnt>4</BankMachineCnt>
    <CustomPart>FALSE</CustomPart>
    <NewPartName></NewPartName>
    <RowAddress>15</RowAddress>
    <ColAddress>10</ColAddress>
    <BankAddress>3</BankAddress>
    <MemoryVoltage>1.5V</MemoryVoltage>
    <C0_MEM_SIZE>536870912</C0_MEM_SIZE>
    <UserMemoryAddressMap>BANK_ROW_COLUMN</UserMemoryAddressMap>
    <PinSelection>
$pins    </PinSelection>
    <System_Clock>
      <Pin PADName=\"J19/H19(CC_P/N)\" Bank=\"15\" name=\"sys_clk_p/n\"/>
    </System_Clock>
    <System_Control>
      <Pin PADName=\"No connect\" Bank=\"Select Bank\" name=\"sys_rst\"/>
      <Pin PADName=\"No connect\" Bank=\"Select Bank\" name=\"init_calib_complete\"/>
      <Pin PADName=\"No connect\" Bank=\"Select Bank\" name=\"tg_compare_error\"/>
    </System_Control>
    <TimingParameters>
      <Parameters tcke=\"5\" tfaw=\"40\" tras=\"35\" trcd=\"13.75\" trefi=\"7.8\" trfc=\"260\" trp=\"13.75\" trrd=\"7.5\" trtp=\"7.5\" twtr=\"7.5\"/>
    </TimingParameters>
    <mrBurstLength name=\"Burst Length\">8 - Fixed</mrBurstLength>
    <mrBurstType name=\"Read Burst Type and Length\">Sequential</mrBurstType>
    <mrCasLatency name=\"CAS Latency\">6</mrCasLatency>
    <mrMode name=\"Mode\">Normal</mrMode>
    <mrDllReset name=\"DLL Reset\">No</mrDllReset>
    <mrPdMode name=\"DLL control for precharge PD\">Slow Exit</mrPdMode>
    <emrDllEnable name=\"DLL Enable\">Enable</emrDllEnable>
    <emrOutputDriveStrength name=\"Output Driver Impedance Control\">RZQ/7</emrOutputDriveStrength>
    <emrMirrorSelection name=\"Address Mirroring\">Disable</emrMirrorSelection>
    <emrCSSelection name=\"Controller Chip Select Pin\">Disable</emrCSSelection>
    <emrRTT name=\"RTT (nominal) - On Die Termination (ODT)\">RZQ/4</emrRTT>
    <emrPosted name=\"Additive Latency (AL)\">0</emrPosted>
    <emrOCD name=\"Write Leveling Enable\">Disabled</emrOCD>
    <emrDQS name=\"TDQS enable\">Enabled</emrDQS>
    <emrRDQS name=\"Qoff\">Output Buffer Enabled</emrRDQS>
    <mr2PartialArraySelfRefresh name=\"Partial-Array Self Refresh\">Full Array</mr2PartialArraySelfRefresh>
    <mr2CasWriteLatency name=\"CAS write latency\">5</mr2CasWriteLatency>
    <mr2AutoSelfRefresh name=\"Auto Self Refresh\">Enabled</mr2AutoSelfRefresh>
    <mr2SelfRefreshTempRange name=\"High Temparature Self Refresh Rate\">Normal</mr2SelfRefreshTempRange>
    <mr2RTTWR name=\"RTT_WR - Dynamic On Die Termination (ODT)\">Dynamic ODT off</mr2RTTWR>
    <PortInterface>AXI</PortInterface>
    <AXIParameters>
      <C0_C_RD_WR_ARB_ALGORITHM>RD_PRI_REG</C0_C_RD_WR_ARB_ALGORITHM>
      <C0_S_AXI_ADDR_WIDTH>29</C0_S_AXI_ADDR_WIDTH>
      <C0_S_AXI_DATA_WIDTH>128</C0_S_AXI_DATA_WIDTH>
      <C0_S_AXI_ID_WIDTH>4</C0_S_AXI_ID_WIDTH>
      <C0_S_AXI_SUPPORTS_NARROW_BURST>0</C0_S_AXI_SUPPORTS_NARROW_BURST>
    </AXIParameters>
  </Controller>
</Project>"
}
