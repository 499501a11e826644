# SPDX-License-Identifier: BSD-2-Clause
# A board's build script (SCRIPT, with memory=MEMORY) without the vendor's tool: its commands only note what is read,
# in FILES: "verilog PATH", "xdc PATH", "define NAME", "ip MODULE". Run by boards_test.sh with yosys -c.
proc note {kind value} { puts $::notes "$kind $value" }
proc there {kind path} {
    if {![file readable $path]} { error "$path is not there" }
    note $kind $path
}
proc read_verilog {path} { there verilog $path }
proc read_xdc {path} { there xdc $path }
proc option {name args} { lindex $args [expr {[lsearch -exact $args $name] + 1}] }
proc create_ip {args} { note ip [option -module_name {*}$args] }
proc synth_design {args} { foreach name [option -verilog_define {*}$args] { note define $name } }
proc set_property {name args} {
    # settings come in pairs
    if {$name eq "-dict" && [llength [lindex $args 0]] % 2} { error "settings without values: $args" }
}
proc get_property {args} { return 0 }
proc get_ips {module} { return $module }
foreach name {create_project current_project generate_target synth_ip opt_design place_design phys_opt_design route_design
        write_checkpoint report_utilization report_timing_summary report_cdc report_drc get_timing_paths write_bitstream write_cfgmem} {
    proc $name {args} {}
}

set notes [open $::env(FILES) w]
set argv [expr {$::env(MEMORY) eq "" ? {} : [list memory=$::env(MEMORY)]}]
if {[catch {source $::env(SCRIPT)} message]} {
    puts $message
    exit 1
}
close $notes
exit 0
