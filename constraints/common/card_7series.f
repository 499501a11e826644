# What a board's top joins: shim and endpoint, the example design, two lights.
constraints/common/cw_card_7series.v
constraints/common/cw_alive.v
constraints/example/cw_example.v
constraints/example/cw_example_regs.v
