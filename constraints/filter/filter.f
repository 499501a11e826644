# The example filter, user logic of an endpoint with streams: beside rtl/causeway.f, include directories rtl and constraints/filter.
constraints/filter/cw_filter.v
constraints/filter/cw_filter_path.v
constraints/filter/cw_filter_regs.v
constraints/filter/cw_filter_routes.v
