# SPDX-License-Identifier: BSD-2-Clause
# Which memory the card gets: memory=NAME after -tclargs. Takes: memories, what the board has, the default first.
set memory [lindex $memories 0]
foreach argument [expr {[info exists argv] ? $argv : {}}] {
    if {![regexp {^memory=(.+)$} $argument - memory] || $memory ni $memories} {
        puts "ERROR: $argument: one of memory=[join $memories { memory=}]"
        exit 1
    }
}
# Added to by what the memory needs: IPs, sources, constraint files, macros.
set ips {}
set sources {}
set xdc {}
set defines {}
