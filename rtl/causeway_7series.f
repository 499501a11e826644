# The shim for Xilinx's 7-series integrated block.
rtl/cw_if_7series.v
rtl/cw_if_7series_rx.v
rtl/cw_if_7series_tx.v
