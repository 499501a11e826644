# The shim for Intel's P-Tile.
rtl/cw_if_ptile.v
rtl/cw_if_ptile_rx.v
rtl/cw_if_ptile_tx.v
