# SPDX-License-Identifier: BSD-2-Clause
# VCU118: pins, clocks and timing exceptions. Facts and their sources: README.md beside this file.
# tests/static/boards_test.sh reads it against the elaborated design.

# ---- configuration ----
set_property CFGBVS GND [current_design]
set_property CONFIG_VOLTAGE 1.8 [current_design]
set_property BITSTREAM.CONFIG.EXTMASTERCCLK_EN DIV-1 [current_design]
set_property BITSTREAM.CONFIG.SPI_BUSWIDTH 8 [current_design]
set_property BITSTREAM.CONFIG.SPI_FALL_EDGE YES [current_design]
set_property BITSTREAM.CONFIG.SPI_32BIT_ADDR YES [current_design]
set_property BITSTREAM.GENERAL.COMPRESS TRUE [current_design]

# ---- PCIe: lanes 0 to 7, GTY quads 227 and 226 ----
set_property PACKAGE_PIN AA4   [get_ports {pcie_rx_p[0]}]
set_property PACKAGE_PIN AA3   [get_ports {pcie_rx_n[0]}]
set_property PACKAGE_PIN Y7    [get_ports {pcie_tx_p[0]}]
set_property PACKAGE_PIN Y6    [get_ports {pcie_tx_n[0]}]
set_property PACKAGE_PIN AB2   [get_ports {pcie_rx_p[1]}]
set_property PACKAGE_PIN AB1   [get_ports {pcie_rx_n[1]}]
set_property PACKAGE_PIN AB7   [get_ports {pcie_tx_p[1]}]
set_property PACKAGE_PIN AB6   [get_ports {pcie_tx_n[1]}]
set_property PACKAGE_PIN AC4   [get_ports {pcie_rx_p[2]}]
set_property PACKAGE_PIN AC3   [get_ports {pcie_rx_n[2]}]
set_property PACKAGE_PIN AD7   [get_ports {pcie_tx_p[2]}]
set_property PACKAGE_PIN AD6   [get_ports {pcie_tx_n[2]}]
set_property PACKAGE_PIN AD2   [get_ports {pcie_rx_p[3]}]
set_property PACKAGE_PIN AD1   [get_ports {pcie_rx_n[3]}]
set_property PACKAGE_PIN AF7   [get_ports {pcie_tx_p[3]}]
set_property PACKAGE_PIN AF6   [get_ports {pcie_tx_n[3]}]
set_property PACKAGE_PIN AE4   [get_ports {pcie_rx_p[4]}]
set_property PACKAGE_PIN AE3   [get_ports {pcie_rx_n[4]}]
set_property PACKAGE_PIN AH7   [get_ports {pcie_tx_p[4]}]
set_property PACKAGE_PIN AH6   [get_ports {pcie_tx_n[4]}]
set_property PACKAGE_PIN AF2   [get_ports {pcie_rx_p[5]}]
set_property PACKAGE_PIN AF1   [get_ports {pcie_rx_n[5]}]
set_property PACKAGE_PIN AK7   [get_ports {pcie_tx_p[5]}]
set_property PACKAGE_PIN AK6   [get_ports {pcie_tx_n[5]}]
set_property PACKAGE_PIN AG4   [get_ports {pcie_rx_p[6]}]
set_property PACKAGE_PIN AG3   [get_ports {pcie_rx_n[6]}]
set_property PACKAGE_PIN AM7   [get_ports {pcie_tx_p[6]}]
set_property PACKAGE_PIN AM6   [get_ports {pcie_tx_n[6]}]
set_property PACKAGE_PIN AH2   [get_ports {pcie_rx_p[7]}]
set_property PACKAGE_PIN AH1   [get_ports {pcie_rx_n[7]}]
set_property PACKAGE_PIN AN5   [get_ports {pcie_tx_p[7]}]
set_property PACKAGE_PIN AN4   [get_ports {pcie_tx_n[7]}]
set_property PACKAGE_PIN AL9   [get_ports pcie_refclk_p]
set_property PACKAGE_PIN AL8   [get_ports pcie_refclk_n]
set_property -dict {PACKAGE_PIN AM17 IOSTANDARD LVCMOS18 PULLUP true} [get_ports pcie_reset_n]

# 100 MHz from the slot.
create_clock -name pcie_refclk -period 10.000 [get_ports pcie_refclk_p]

# Reason: PERST# has no clock; the integrated block synchronises it (sys_reset is asynchronous, PG213).
set_false_path -from [get_ports pcie_reset_n]

# ---- the board's own 125 MHz ----
set_property -dict {PACKAGE_PIN AY24 IOSTANDARD LVDS} [get_ports sys_clk_p]
set_property -dict {PACKAGE_PIN AY23 IOSTANDARD LVDS} [get_ports sys_clk_n]
create_clock -name sys_clk -period 8.000 [get_ports sys_clk_p]

# Reason: the board's clock and the link's have no relation. Between them are levels (u_alive/u_link, cw_sync) and the
# queues of u_mem_cdc, whose counts in Gray code have to come within a cycle: the period of user_clk, the shorter one.
set_max_delay -datapath_only -from [get_clocks -include_generated_clocks pcie_refclk] -to [get_clocks sys_clk] 4.000

# Reason: the same, back.
set_max_delay -datapath_only -from [get_clocks sys_clk] -to [get_clocks -include_generated_clocks pcie_refclk] 4.000

# ---- lights: LED 0 and 1 ----
set_property -dict {PACKAGE_PIN AT32 IOSTANDARD LVCMOS12 SLEW SLOW DRIVE 8} [get_ports led_alive]
set_property -dict {PACKAGE_PIN AV34 IOSTANDARD LVCMOS12 SLEW SLOW DRIVE 8} [get_ports led_link]

# Reason: lights; nobody samples them.
set_false_path -to [get_ports {led_alive led_link}]
