# SPDX-License-Identifier: BSD-2-Clause
# awk -f waive.awk WAIVERS FINDINGS   what clang-tidy found and no waiver covers.
#
# A waiver is a line "check file text": it covers findings of that check in that file whose message or source
# line contains the text. One that covers nothing is named too.

function first_line(finding, source,    i) {
    for (i = 1; i <= waivers; i++)
        if (index(finding, file[i] ":") == 1 && index(finding, "[" check[i] ",") && index(finding " " source, text[i])) {
            used[i] = 1
            return
        }
    if (!said[finding]++)
        print finding
}

FILENAME == ARGV[1] {
    if ($0 !~ /^#/ && NF >= 3) {
        waivers++
        check[waivers] = $1
        file[waivers] = $2
        text[waivers] = $0
        sub(/^[^ ]+ +[^ ]+ +/, "", text[waivers])
        line[waivers] = FILENAME ":" FNR
    }
    next
}
pending != "" {
    first_line(pending, $0)
    pending = ""
}
/^[^ ]+:[0-9]+:[0-9]+: (error|warning): .*\[[^]]*\]$/ {
    pending = $0
}
END {
    if (pending != "")
        first_line(pending, "")
    for (i = 1; i <= waivers; i++)
        if (!used[i])
            print line[i] ": covers nothing: " check[i] " " file[i] " " text[i]
}
