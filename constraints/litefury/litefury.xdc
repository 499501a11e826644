# SPDX-License-Identifier: BSD-2-Clause
# LiteFury: pins, clocks and timing exceptions. Facts and their sources: README.md beside this file.
# tests/static/boards_test.sh reads it against the elaborated design.

# ---- configuration ----
set_property CFGBVS VCCO [current_design]
set_property CONFIG_VOLTAGE 3.3 [current_design]
set_property CONFIG_MODE SPIx4 [current_design]
set_property BITSTREAM.CONFIG.SPI_BUSWIDTH 4 [current_design]
set_property BITSTREAM.CONFIG.EXTMASTERCCLK_EN Div-1 [current_design]
set_property BITSTREAM.CONFIG.SPI_FALL_EDGE YES [current_design]
set_property BITSTREAM.CONFIG.OVERTEMPPOWERDOWN ENABLE [current_design]
set_property BITSTREAM.GENERAL.COMPRESS TRUE [current_design]

# ---- PCIe: four lanes ----
# The board's lanes are not wired as the IP would place them: each transceiver is named, and the pins follow.
set_property LOC GTPE2_CHANNEL_X0Y6 [get_cells {u_pcie/inst/inst/gt_top_i/pipe_wrapper_i/pipe_lane[0].gt_wrapper_i/gtp_channel.gtpe2_channel_i}]
set_property LOC GTPE2_CHANNEL_X0Y4 [get_cells {u_pcie/inst/inst/gt_top_i/pipe_wrapper_i/pipe_lane[1].gt_wrapper_i/gtp_channel.gtpe2_channel_i}]
set_property LOC GTPE2_CHANNEL_X0Y5 [get_cells {u_pcie/inst/inst/gt_top_i/pipe_wrapper_i/pipe_lane[2].gt_wrapper_i/gtp_channel.gtpe2_channel_i}]
set_property LOC GTPE2_CHANNEL_X0Y7 [get_cells {u_pcie/inst/inst/gt_top_i/pipe_wrapper_i/pipe_lane[3].gt_wrapper_i/gtp_channel.gtpe2_channel_i}]
set_property PACKAGE_PIN B10   [get_ports {pcie_rx_p[0]}]
set_property PACKAGE_PIN A10   [get_ports {pcie_rx_n[0]}]
set_property PACKAGE_PIN B6    [get_ports {pcie_tx_p[0]}]
set_property PACKAGE_PIN A6    [get_ports {pcie_tx_n[0]}]
set_property PACKAGE_PIN B8    [get_ports {pcie_rx_p[1]}]
set_property PACKAGE_PIN A8    [get_ports {pcie_rx_n[1]}]
set_property PACKAGE_PIN B4    [get_ports {pcie_tx_p[1]}]
set_property PACKAGE_PIN A4    [get_ports {pcie_tx_n[1]}]
set_property PACKAGE_PIN D11   [get_ports {pcie_rx_p[2]}]
set_property PACKAGE_PIN C11   [get_ports {pcie_rx_n[2]}]
set_property PACKAGE_PIN D5    [get_ports {pcie_tx_p[2]}]
set_property PACKAGE_PIN C5    [get_ports {pcie_tx_n[2]}]
set_property PACKAGE_PIN D9    [get_ports {pcie_rx_p[3]}]
set_property PACKAGE_PIN C9    [get_ports {pcie_rx_n[3]}]
set_property PACKAGE_PIN D7    [get_ports {pcie_tx_p[3]}]
set_property PACKAGE_PIN C7    [get_ports {pcie_tx_n[3]}]
set_property PACKAGE_PIN F6    [get_ports pcie_refclk_p]
set_property PACKAGE_PIN E6    [get_ports pcie_refclk_n]
set_property -dict {PACKAGE_PIN J1 IOSTANDARD LVCMOS33} [get_ports pcie_reset_n]
set_property -dict {PACKAGE_PIN G1 IOSTANDARD LVCMOS33} [get_ports pcie_clkreq_n]

# 100 MHz from the slot.
create_clock -name pcie_refclk -period 10.000 [get_ports pcie_refclk_p]

# Reason: PERST# has no clock; the integrated block synchronises it (sys_rst_n is asynchronous, PG054).
set_false_path -from [get_ports pcie_reset_n]

# ---- the board's own 200 MHz ----
set_property -dict {PACKAGE_PIN J19 IOSTANDARD LVDS_25} [get_ports sys_clk_p]
set_property -dict {PACKAGE_PIN H19 IOSTANDARD LVDS_25} [get_ports sys_clk_n]
create_clock -name sys_clk -period 5.000 [get_ports sys_clk_p]

# Reason: the board's clock and the link's (txoutclk_x0y0, which the integrated block's own constraint file makes) have no
# relation. Between them is a level (u_alive/u_link, cw_sync), and with memory=ddr3 queues, whose counts in Gray code have to
# come within a cycle: see crossings.txt and crossings-ddr3.txt.
set_max_delay -datapath_only -from [get_clocks -include_generated_clocks txoutclk_x0y0] -to [get_clocks -include_generated_clocks sys_clk] 5.000

# Reason: the same, back.
set_max_delay -datapath_only -from [get_clocks -include_generated_clocks sys_clk] -to [get_clocks -include_generated_clocks txoutclk_x0y0] 5.000

# ---- lights: LED A1 and A2, low is on ----
set_property -dict {PACKAGE_PIN G3 IOSTANDARD LVCMOS33 DRIVE 8} [get_ports led_alive_n]
set_property -dict {PACKAGE_PIN H3 IOSTANDARD LVCMOS33 DRIVE 8} [get_ports led_link_n]

# Reason: lights, and a constant; nobody samples them.
set_false_path -to [get_ports {led_alive_n led_link_n pcie_clkreq_n}]
