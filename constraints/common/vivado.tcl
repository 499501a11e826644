# SPDX-License-Identifier: BSD-2-Clause
# What every board's build.tcl does in the end: a non-project run in memory.
# Takes: board, top, part, memory and memories (memory.tcl); ips, each {name module settings ?file its-text?}; files (lists
# of sources), sources, defines; xdc, constraint files in the order in which they are read.
set out build/$board[expr {$memory eq [lindex $memories 0] ? "" : "-$memory"}]
file mkdir $out
create_project -in_memory -part $part
set_property default_lib work [current_project]

# The vendor's blocks.
foreach ip $ips {
    lassign $ip ip_name ip_module ip_config ip_file ip_text
    create_ip -name $ip_name -vendor xilinx.com -library ip -module_name $ip_module -dir $out -force
    if {$ip_file ne ""} {
        file mkdir $out/$ip_module
        set f [open $out/$ip_module/$ip_file w]
        puts $f $ip_text
        close $f
    }
    set_property -dict $ip_config [get_ips $ip_module]
    generate_target all [get_ips $ip_module]
    synth_ip [get_ips $ip_module]
}

# Our sources: a path a line, # begins a comment.
foreach list $files {
    set f [open $list]
    foreach line [split [read $f] "\n"] {
        set line [string trim $line]
        if {$line ne "" && [string index $line 0] ne "#"} { read_verilog $line }
    }
    close $f
}
foreach source $sources { read_verilog $source }
read_verilog constraints/$board/$top.v
foreach file $xdc { read_xdc $file }

synth_design -top $top -part $part -include_dirs rtl -verilog_define $defines -flatten_hierarchy rebuilt
opt_design
place_design
phys_opt_design
route_design
write_checkpoint -force $out/$top.dcp
report_utilization -hierarchical -file $out/utilization.rpt
report_timing_summary -file $out/timing.rpt
report_cdc -file $out/cdc.rpt
report_drc -file $out/drc.rpt
if {[get_property SLACK [get_timing_paths]] < 0} { puts "ERROR: timing is not met, see $out/timing.rpt"; exit 1 }
write_bitstream -force $out/$top.bit
write_cfgmem -force -format bin -interface spix4 -size 128 -loadbit "up 0x0 $out/$top.bit" -file $out/$top.bin
puts "$out/$top.bit"
