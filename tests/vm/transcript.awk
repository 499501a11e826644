# SPDX-License-Identifier: BSD-2-Clause
# Commands of a page, and the lines that have to come, for tests/vm/bring_up.sh. Code is indented by four blanks; a
# line "# COMMAND" in it is a command, the lines after it, up to the next one or the end of the block, are expected.
#
#   awk -v n=0 -f transcript.awk PAGE             the number of commands
#   awk -v n=3 -f transcript.awk PAGE             the third command
#   awk -v n=3 -f transcript.awk PAGE OUTPUT      is OUTPUT what it expects? Says what is not, exit status 1
#
# Blanks count as one. "..." in a line is any text, alone in a line any lines, none included.
function pattern(text,    r) {
	r = text
	gsub(/[][\\.*+?(){}|^$]/, "\\\\&", r)
	gsub(/\\\.\\\.\\\./, ".*", r)
	return "^" r "$"
}
function plain(text) {
	gsub(/[ \t\r]+/, " ", text)
	sub(/^ /, "", text)
	sub(/ $/, "", text)
	return text
}
FNR == NR {
	if (!/^    /) {
		inside = 0
	} else if (/^    # /) {
		commands++
		inside = 1
		if (commands == n)
			command = substr($0, 7)
	} else if (inside && commands == n) {
		want[++wants] = plain($0)
	}
	next
}
{ got[++gots] = plain($0) }
END {
	if (n == 0) {
		print commands + 0
		exit 0
	}
	if (ARGC < 3) {
		print command
		exit command == ""
	}
	at = 1
	for (i = 1; i <= wants; i++) {
		if (want[i] == "...") {
			skip = 1
			continue
		}
		while (skip && at <= gots && got[at] !~ pattern(want[i]))
			at++
		if (at > gots || got[at] !~ pattern(want[i])) {
			print "not there: " want[i]
			print "but: " (at > gots ? "nothing" : got[at])
			exit 1
		}
		skip = 0
		at++
	}
	if (!skip && at <= gots) {
		print "not expected: " got[at]
		exit 1
	}
}
