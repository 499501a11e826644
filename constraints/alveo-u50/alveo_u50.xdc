# SPDX-License-Identifier: BSD-2-Clause
# Alveo U50: pins, clocks and timing exceptions. Facts and their sources: README.md beside this file.
# tests/static/boards_test.sh reads it against the elaborated design.

# ---- configuration ----
set_property CFGBVS GND [current_design]
set_property CONFIG_VOLTAGE 1.8 [current_design]
set_property CONFIG_MODE SPIx4 [current_design]
set_property BITSTREAM.CONFIG.SPI_BUSWIDTH 4 [current_design]
set_property BITSTREAM.CONFIG.CONFIGRATE 85.0 [current_design]
set_property BITSTREAM.CONFIG.SPI_FALL_EDGE YES [current_design]
set_property BITSTREAM.CONFIG.SPI_32BIT_ADDR YES [current_design]
set_property BITSTREAM.CONFIG.UNUSEDPIN PULLUP [current_design]
set_property BITSTREAM.GENERAL.COMPRESS TRUE [current_design]
set_operating_conditions -design_power_budget 63

# ---- PCIe: lane 0 is channel 3 of GTY quad 227, lane 15 channel 0 of quad 224 ----
set_property PACKAGE_PIN AL2   [get_ports {pcie_rx_p[0]}]
set_property PACKAGE_PIN AL1   [get_ports {pcie_rx_n[0]}]
set_property PACKAGE_PIN Y5    [get_ports {pcie_tx_p[0]}]
set_property PACKAGE_PIN Y4    [get_ports {pcie_tx_n[0]}]
set_property PACKAGE_PIN AM4   [get_ports {pcie_rx_p[1]}]
set_property PACKAGE_PIN AM3   [get_ports {pcie_rx_n[1]}]
set_property PACKAGE_PIN AA7   [get_ports {pcie_tx_p[1]}]
set_property PACKAGE_PIN AA6   [get_ports {pcie_tx_n[1]}]
set_property PACKAGE_PIN AK4   [get_ports {pcie_rx_p[2]}]
set_property PACKAGE_PIN AK3   [get_ports {pcie_rx_n[2]}]
set_property PACKAGE_PIN AB5   [get_ports {pcie_tx_p[2]}]
set_property PACKAGE_PIN AB4   [get_ports {pcie_tx_n[2]}]
set_property PACKAGE_PIN AN2   [get_ports {pcie_rx_p[3]}]
set_property PACKAGE_PIN AN1   [get_ports {pcie_rx_n[3]}]
set_property PACKAGE_PIN AC7   [get_ports {pcie_tx_p[3]}]
set_property PACKAGE_PIN AC6   [get_ports {pcie_tx_n[3]}]
set_property PACKAGE_PIN AP4   [get_ports {pcie_rx_p[4]}]
set_property PACKAGE_PIN AP3   [get_ports {pcie_rx_n[4]}]
set_property PACKAGE_PIN AD5   [get_ports {pcie_tx_p[4]}]
set_property PACKAGE_PIN AD4   [get_ports {pcie_tx_n[4]}]
set_property PACKAGE_PIN AR2   [get_ports {pcie_rx_p[5]}]
set_property PACKAGE_PIN AR1   [get_ports {pcie_rx_n[5]}]
set_property PACKAGE_PIN AF5   [get_ports {pcie_tx_p[5]}]
set_property PACKAGE_PIN AF4   [get_ports {pcie_tx_n[5]}]
set_property PACKAGE_PIN AT4   [get_ports {pcie_rx_p[6]}]
set_property PACKAGE_PIN AT3   [get_ports {pcie_rx_n[6]}]
set_property PACKAGE_PIN AE7   [get_ports {pcie_tx_p[6]}]
set_property PACKAGE_PIN AE6   [get_ports {pcie_tx_n[6]}]
set_property PACKAGE_PIN AU2   [get_ports {pcie_rx_p[7]}]
set_property PACKAGE_PIN AU1   [get_ports {pcie_rx_n[7]}]
set_property PACKAGE_PIN AH5   [get_ports {pcie_tx_p[7]}]
set_property PACKAGE_PIN AH4   [get_ports {pcie_tx_n[7]}]
set_property PACKAGE_PIN AV4   [get_ports {pcie_rx_p[8]}]
set_property PACKAGE_PIN AV3   [get_ports {pcie_rx_n[8]}]
set_property PACKAGE_PIN AG7   [get_ports {pcie_tx_p[8]}]
set_property PACKAGE_PIN AG6   [get_ports {pcie_tx_n[8]}]
set_property PACKAGE_PIN AW2   [get_ports {pcie_rx_p[9]}]
set_property PACKAGE_PIN AW1   [get_ports {pcie_rx_n[9]}]
set_property PACKAGE_PIN AJ7   [get_ports {pcie_tx_p[9]}]
set_property PACKAGE_PIN AJ6   [get_ports {pcie_tx_n[9]}]
set_property PACKAGE_PIN BA2   [get_ports {pcie_rx_p[10]}]
set_property PACKAGE_PIN BA1   [get_ports {pcie_rx_n[10]}]
set_property PACKAGE_PIN AL7   [get_ports {pcie_tx_p[10]}]
set_property PACKAGE_PIN AL6   [get_ports {pcie_tx_n[10]}]
set_property PACKAGE_PIN BC2   [get_ports {pcie_rx_p[11]}]
set_property PACKAGE_PIN BC1   [get_ports {pcie_rx_n[11]}]
set_property PACKAGE_PIN AM9   [get_ports {pcie_tx_p[11]}]
set_property PACKAGE_PIN AM8   [get_ports {pcie_tx_n[11]}]
set_property PACKAGE_PIN AY4   [get_ports {pcie_rx_p[12]}]
set_property PACKAGE_PIN AY3   [get_ports {pcie_rx_n[12]}]
set_property PACKAGE_PIN AN7   [get_ports {pcie_tx_p[12]}]
set_property PACKAGE_PIN AN6   [get_ports {pcie_tx_n[12]}]
set_property PACKAGE_PIN BB4   [get_ports {pcie_rx_p[13]}]
set_property PACKAGE_PIN BB3   [get_ports {pcie_rx_n[13]}]
set_property PACKAGE_PIN AP9   [get_ports {pcie_tx_p[13]}]
set_property PACKAGE_PIN AP8   [get_ports {pcie_tx_n[13]}]
set_property PACKAGE_PIN BD4   [get_ports {pcie_rx_p[14]}]
set_property PACKAGE_PIN BD3   [get_ports {pcie_rx_n[14]}]
set_property PACKAGE_PIN AR7   [get_ports {pcie_tx_p[14]}]
set_property PACKAGE_PIN AR6   [get_ports {pcie_tx_n[14]}]
set_property PACKAGE_PIN BE6   [get_ports {pcie_rx_p[15]}]
set_property PACKAGE_PIN BE5   [get_ports {pcie_rx_n[15]}]
set_property PACKAGE_PIN AT9   [get_ports {pcie_tx_p[15]}]
set_property PACKAGE_PIN AT8   [get_ports {pcie_tx_n[15]}]
set_property PACKAGE_PIN AF9   [get_ports pcie_refclk_p]
set_property PACKAGE_PIN AF8   [get_ports pcie_refclk_n]
set_property -dict {PACKAGE_PIN AW27 IOSTANDARD LVCMOS18 PULLUP true} [get_ports pcie_reset_n]

# 100 MHz from the slot.
create_clock -name pcie_refclk -period 10.000 [get_ports pcie_refclk_p]

# Reason: PERST# has no clock; the integrated block synchronises it (sys_reset is asynchronous, PG213).
set_false_path -from [get_ports pcie_reset_n]

# ---- the board's own 100 MHz ----
set_property -dict {PACKAGE_PIN G17 IOSTANDARD LVDS} [get_ports sys_clk_p]
set_property -dict {PACKAGE_PIN G16 IOSTANDARD LVDS} [get_ports sys_clk_n]
create_clock -name sys_clk -period 10.000 [get_ports sys_clk_p]

# Reason: the board's clock and the link's have no relation. Between them is a level (u_alive/u_link, cw_sync), and with
# memory=hbm queues, whose counts in Gray code have to come within a cycle of 250 MHz: see crossings.txt, crossings-hbm.txt.
set_max_delay -datapath_only -from [get_clocks -include_generated_clocks pcie_refclk] -to [get_clocks -include_generated_clocks sys_clk] 4.000

# Reason: the same, back.
set_max_delay -datapath_only -from [get_clocks -include_generated_clocks sys_clk] -to [get_clocks -include_generated_clocks pcie_refclk] 4.000

# ---- lights of the QSFP cage; HBM ----
set_property -dict {PACKAGE_PIN E18 IOSTANDARD LVCMOS18 SLEW SLOW DRIVE 8} [get_ports led_alive]
set_property -dict {PACKAGE_PIN E16 IOSTANDARD LVCMOS18 SLEW SLOW DRIVE 8} [get_ports led_link]
set_property -dict {PACKAGE_PIN J18 IOSTANDARD LVCMOS18} [get_ports hbm_cattrip]

# Reason: lights, and a level for the board's controller; nobody samples them.
set_false_path -to [get_ports {led_alive led_link hbm_cattrip}]
