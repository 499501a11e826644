# The shim for AMD's UltraScale+ integrated block.
rtl/cw_if_usplus.v
rtl/cw_usplus_cfg.v
rtl/cw_usplus_hold.v
rtl/cw_usplus_in.v
rtl/cw_usplus_out.v
rtl/cw_usplus_rx.v
rtl/cw_usplus_rx_aa.v
rtl/cw_usplus_tx.v
rtl/cw_usplus_tx_aa.v
