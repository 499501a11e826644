# SPDX-License-Identifier: BSD-2-Clause
# awk -f report.awk results.csv: the page docs/BENCHMARKS.md. Every figure comes from the table; so does every limit.
BEGIN {
	FS = ","
	base["link"] = "none"; base["size"] = 64; base["offset"] = 0; base["queues"] = 64; base["batch"] = 32
	base["latency"] = 250; base["split"] = 256; base["outstanding"] = 256; base["width"] = 256; base["mode"] = "mm"
	split("width link mode dir size offset queues batch latency split outstanding", names, " ")
	split("h2c c2h both", dirs, " ")
	split("8 16 32 64 128 256 512 1024 2048 4096 8192 16384 32768 65536", sizes, " ")
	# Least figures where they ask for more than the share: bytes a cycle at width, link, direction, size
	floors = "256 none h2c 1024 31 4096 31.5 65536 31.9;256 none c2h 1024 31 4096 31.5 65536 31.9;" \
		"256 gen3x8 h2c 1024 27.6 4096 28.0 65536 28.3;256 gen3x8 c2h 1024 27.2 4096 27.6 65536 27.9;" \
		"512 none h2c 1024 61.5 4096 63 65536 63.7;512 none c2h 1024 61.5 4096 63 65536 63.7"
	n = split(floors, lines, ";")
	for (i = 1; i <= n; i++) {
		m = split(lines[i], f, " ")
		for (j = 4; j < m; j += 2)
			floor_of[f[1] "," f[2] "," f[3] "," f[j]] = f[j + 1]
	}
}

NR == 1 { next }
{
	k = $1
	for (i = 2; i <= 11; i++)
		k = k "," $i
	figure[k] = $12
	limit[k] = $13
	share[k] = $14
	rows++
	if ($14 > 1.00005)
		above[k] = 1
}

# The key of the base point with "name=value ..." changed.
function key(changes, n, i, w, f, v, k) {
	for (i in base)
		v[i] = base[i]
	n = split(changes, w, " ")
	for (i = 1; i <= n; i++) {
		split(w[i], f, "=")
		v[f[1]] = f[2]
	}
	k = v[names[1]]
	for (i = 2; i <= 11; i++)
		k = k "," v[names[i]]
	return k
}

# 768 tags at 1000 cycles of latency, 512 bits: reads from 128 bytes on are not cut; with 256 tags they are.
function tags_wanted(f, k) {
	if (f[1] != 512 || f[2] != "none" || f[4] != "h2c" || f[10] != 256)
		return 0
	k = key("width=512 size=" f[5])
	return f[5] == 64 ? 46 : f[5] > 64 && f[5] <= 4096 && k in figure ? 0.98 * figure[k] : 0
}

# The most that a point may have, so that the one above it can fail; 0: no such bound.
function at_most(k, f) {
	split(k, f, ",")
	if (f[1] == 512 && f[2] == "none" && f[4] == "h2c" && f[6] == 0 && f[7] == 64 && f[8] == 32 && f[9] == 1000 &&
	    f[10] == 256 && f[11] == 256)
		return f[5] == 64 ? 17 : f[5] == 128 ? 33 : 0
	return 0
}

# What is wanted of a point, bytes a cycle; 0: nothing.
function wanted(k, f, w, s, least) {
	split(k, f, ",")
	if (f[3] == "st")
		return f[1] == 256 && f[5] >= 64 && f[6] == 0 && f[7] == 64 && f[8] == 32 && f[9] == 250 && f[10] == 256 ? \
		       (f[4] == "both" ? 0.95 : 0.97) * limit[k] : 0
	if (f[5] < 64 || f[6] != 0 || f[8] != 32)
		return 0
	if (f[9] == 1000 && f[11] == 768 && f[7] == 64)
		return tags_wanted(f)
	if (f[9] != 250 || f[10] != 256)
		return 0
	if (f[7] == 64) {
		if (f[1] == 256 && (f[2] == "none" || f[2] == "gen3x8"))
			s = f[4] == "both" ? 0.95 : 0.97
		else if (f[1] == 512 && (f[2] == "none" || f[2] == "gen3x16"))
			s = f[4] == "both" ? 0.95 : 0.96
		else
			return 0
		w = s * limit[k]
		least = floor_of[f[1] "," f[2] "," f[4] "," f[5]] + 0
		return least > w ? least : w
	}
	if ((f[7] == 1 || f[7] == 2048) && f[4] != "both") {
		k = key("width=" f[1] " link=" f[2] " dir=" f[4] " size=" f[5])
		return k in figure ? 0.98 * figure[k] : 0
	}
	return 0
}

function cell(k, w, mark) {
	if (!(k in figure))
		return ""
	w = wanted(k)
	mark = ""
	if ((w && figure[k] < w - 0.00005) || (at_most(k) && figure[k] > at_most(k))) {
		mark = " **missed**"
		if (!(k in counted))
			missed[++missed_n] = k
	}
	targets += (w > 0 || at_most(k)) && !(k in counted)
	counted[k] = 1
	return sprintf("%.2f of %.2f (%.1f %%)%s", figure[k], limit[k], 100 * share[k], mark)
}

# A row a size, a column for each of `columns` ("title|changes;..."), for the directions that are there. Of several columns one is the base:
# a row with nothing else is not printed.
function table(heading, text, columns, main, n, col, i, d, s, f, line, any, out, c, used) {
	n = split(columns, col, ";")
	out = ""
	for (d = 1; d <= 3; d++)
		for (s = 1; s in sizes; s++) {
			line = any = ""
			for (i = 1; i <= n; i++) {
				split(col[i], f, "|")
				c = cell(key("dir=" dirs[d] " size=" sizes[s] " " f[2]))
				if (i != main)
					any = any c
				line = line " " c " |"
				if (c != "")
					used[i] = 1
			}
			if (any != "")
				out = out "| " dirs[d] " | " sizes[s] " |" line "\n"
		}
	if (out == "")
		return
	print "\n## " heading "\n\n" text "\n"
	line = "| | bytes |"
	for (i = 1; i <= n; i++) {
		split(col[i], f, "|")
		line = line " " f[1] " |"
	}
	print line
	gsub(/[^|]+/, "---", line)
	print line
	printf "%s", out
}

function step_cell(v, most) { return v " of " most (v > most ? " **missed**" : "") }

# The cycles of a step, block by block ("block n ..."), when they make what was measured.
function step_account(what, blocks, measured, n, w, i, sum, text) {
	n = split(blocks, w, " ")
	for (i = 1; i < n; i += 2) {
		sum += w[i + 1]
		text = text (i > 1 ? ", " : "") "`" w[i] "` " w[i + 1]
	}
	return "- " what ": " (sum == measured ? text : sum " of " measured " cycles are accounted for: " text)
}

# One descriptor in flight: the cycles of its steps.
function step_table(line, f, out, base) {
	out = ""
	while ((getline line < steps) > 0) {
		split(line, f, ",")
		if (f[1] == 256 && f[2] == "h2c" && f[3] == 64)
			base = line
		out = out sprintf("| %d | %s | %d | %s | %s | %s | %s | %d |\n", f[1], f[2], f[3], step_cell(f[4], 5), \
			f[2] == "h2c" ? step_cell(f[5], 5) : f[5], step_cell(f[6], 8), step_cell(f[7], 2), f[8])
	}
	if (out == "")
		return
	print "\n## Steps of one descriptor\n"
	print "![Cycles of each step](bench-steps.svg)\n"
	print "One descriptor in flight, 250 cycles of read latency, 16 to the first word of card memory and 8 to a write"
	print "response; clock edges from the one that takes the last beat before a step to the one that takes the first beat"
	print "after it, seen at the card's pins; the longest of several, of the most that is wanted. Data: the first read"
	print "(h2c) or the first write (c2h), which waits for card memory. Record: from the last write response of card memory"
	print "(h2c) or the last beat of data (c2h). All: doorbell to record.\n"
	print "| bits | | bytes | doorbell to descriptor read | descriptor to data | to record | record to MSI-X | all |"
	print "|---|---|---|---|---|---|---|---|"
	printf "%s", out
	if (split(base, f, ",") < 8)
		return
	print "\nThe cycles of the first line, block by block, of the steps between its beats:\n"
	print step_account("doorbell to descriptor read", "cw_rx_req 1 cw_doorbell 2 cw_rd_req 1 cw_tx_req 1", f[4])
	print step_account("descriptor to data", "cw_rx_cpl 2 cw_desc_issue 1 cw_rd_req 1 cw_tx_req 1", f[5])
	print step_account("record to MSI-X", "cw_moderate 1 cw_tx_req 1", f[7])
}

# Behind the vendors' shims: rows are size and direction, columns shims.
function shim_table(line, f, name, n, i, d, s, row, any, k) {
	split("", row)
	n = 0
	while ((getline line < shims) > 0) {
		if (split(line, f, ",") < 15 || f[1] == "shim")
			continue
		if (!(f[1] in any)) {
			any[f[1]] = 1
			name[++n] = f[1]
		}
		row[f[5] "," f[6] "," f[1]] = sprintf("%.2f of %.2f (%.1f %%)", f[13], f[14], 100 * f[15])
		if (f[15] > 1.00005)
			above[line] = 1
	}
	if (!n)
		return
	print "\n## Behind the vendors' shims\n"
	print "The base point behind each shim (`sim,shim=NAME`), the model of the vendor's interface without pauses of its own. The"
	print "ceiling is that of the generic interface or, where lower, of the vendor's (`tests/bench/iface.c`): descriptors or"
	print "headers in the stream, the places in a beat where a packet may begin, completions and requests in one stream, and"
	print "room for completions, which each read takes for its latency at least. The last is what 7-series has little of: 36"
	print "headers are four reads of 512 bytes. `usplus512` and `ptile512` have an endpoint of 512 bits, the others of 256;"
	print "`7series64` is 64 bits wide at the IP, `7series` 128. `make bench` measures them, rows are in"
	print "`tests/bench/shims.csv`.\n"
	line = "| | bytes |"
	for (i = 1; i <= n; i++)
		line = line " `" name[i] "` |"
	print line
	gsub(/[^|]+/, "---", line)
	print line
	for (d = 1; d <= 3; d++)
		for (s = 1; s in sizes; s++) {
			line = k = ""
			for (i = 1; i <= n; i++) {
				k = k row[dirs[d] "," sizes[s] "," name[i]]
				line = line " " row[dirs[d] "," sizes[s] "," name[i]] " |"
			}
			if (k != "")
				print "| " dirs[d] " | " sizes[s] " |" line
		}
}

# Never -0.00.
function rounded(v) { return v < 0.005 && v > -0.005 ? 0 : v }

# Where the cycles of a window went, percent.
function account_table(line, f, i, out) {
	out = ""
	while ((getline line < account) > 0) {
		split(line, f, ",")
		out = out sprintf("| %d | %s | %s |", f[1], f[2], f[5] (f[3] == "st" ? ", packets" : ""))
		for (i = 13; i <= 21; i++)
			out = out sprintf(" %.2f |", rounded(100 * f[i] / f[12]))
		out = out "\n"
	}
	if (out == "")
		return
	print "\n## Where the cycles go, both ways at once\n"
	print "The stream of requests out (or, where that is tighter, the link up) carries the reads of one direction and the"
	print "data of the other. Each cycle of the window, in percent, adds up twice. As in the limit: what the slower direction"
	print "moved, and as much the other way, takes at least (this is the share). More one way: what the faster direction moved"
	print "beyond that, at its limit. More TLPs: records cut shorter than MPS, descriptor reads of fewer than 32, more messages."
	print "Empty: nothing was sent (less than nothing is the window's edges). The same cycles by what was sent: data reads, data"
	print "writes, descriptor reads, records, messages.\n"
	print "Packets lose what they lose to records, messages and descriptor reads: no beat is empty. A queue to the card has"
	print "one packet in a turn unless it has a weight, and the user's logic sends them back in that order: the record of a"
	print "packet has those of other queues before and behind it, and is a write of its own. At 1024 bytes unpaced a queue has"
	print "no second packet in flight either, so that each record is the last for now, which raises whatever is moderated. With"
	print "two packets in a turn (Q_CONFIG.WEIGHT; `build/bin/cwbench mode=st dir=both size=512 weight=2`) the shares of 512"
	print "and 1024 bytes unpaced are 97.2 %, with four 97.3 % and 98.6 %.\n"
	print "| bits | link | bytes | as in the limit | more one way | more TLPs | empty | reads | writes | descriptors | records | messages |"
	print "|---|---|---|---|---|---|---|---|---|---|---|---|"
	printf "%s", out
}

END {
	print "# Benchmarks\n"
	print "What the RTL card moves, in payload bytes a clock cycle, with the rings in host memory, doorbells, completion"
	print "records and MSI-X messages of every batch included, beside what its four TLP streams or the link could carry at"
	print "most. Printed by `make bench` from its table, `tests/bench/results.csv`, which has every point; `make bench-docs`"
	print "puts both here. Cycles are simulated and exact: the same RTL gives the same table on any machine, and `make test`"
	print "measures some points again and wants the same digits.\n"
	print "![Throughput against size](bench-throughput.svg)\n"
	print "**How it is measured.** `build/bin/cwbench` programs the card's queues from the register table; no driver is in"
	print "the loop, and the host acts in the instant of an interrupt, so that it is never the limit. A memory read is"
	print "answered after `latency` cycles, in the order of the requests, by completions that end at multiples of `split`;"
	print "there is no back-pressure. MPS 256, MRRS 512, 64-bit addresses everywhere, PCIe rules checked on every TLP,"
	print "every byte compared. The figure is that of the operations that ended between the marks of 25 % and 87.5 % of a"
	print "run, by the arrival of their records; *both* is the slower direction while both are busy. With 64 queues, *both*"
	print "has 32 each way. The receive completion buffer is 32 KiB, and 64 KiB or 128 KiB where latency and width need it"
	print "(1.5 times width x (latency + 64 cycles), rounded up to a power of two). The card of 512 bits has 1024 tags and as"
	print "many operations, the others 256.\n"
	print "**The limit** is payload over the busiest of the four streams, in beats of the data path's width, and of the two"
	print "directions of the link, in bytes with framing at 98 % of its rate (2 % are acknowledgements and credits): data"
	print "requests and completions, a descriptor read for each 512 bytes of descriptors, records merged up to MPS, and for"
	print "each batch a producer index, a consumer index and an MSI-X message (`tests/bench/limit.h`). A figure above"
	print "its limit is an error and is not printed, but for the window's edges: descriptors may have been read before the"
	print "window in which they end, records may be written after it. What is above the limit by less than the descriptors,"
	print "records and messages of one batch take (18 cycles at 256 bits, of 25,000 and more: below 0.1 %) is printed as the"
	print "limit; for packets (mode *st*) those of one batch of each queue, which reads its own ahead. Link *none* does not"
	print "model bandwidth: the streams are the limit. This is the generic endpoint interface; a vendor's IP in front of it"
	print "has limits of its own."
	for (w = 128; w <= 512; w *= 2)
		table(w " bits", w == 256 ? "The base: 64 queues, batches of 32, aligned buffers, 250 cycles of latency." : \
		      "As above, with a data path of " w " bits.", \
		      "none|width=" w ";Gen3 x8|width=" w " link=gen3x8;Gen3 x16|width=" w " link=gen3x16")
	for (w = 256; w <= 512; w *= 2) {
		table("Queues, " w " bits", "Descriptors are spread over so many queues.", \
		      "1 queue|width=" w " queues=1;8 queues|width=" w " queues=8;64 queues|width=" w ";2048 queues|width=" w " queues=2048", 3)
		table("Batches, " w " bits", "Descriptors a doorbell and an interrupt.", \
		      "1|width=" w " batch=1;8|width=" w " batch=8;32|width=" w, 3)
		table("Latency, " w " bits", "Cycles from a read to the first beat of its completion; 256 tags, or 768 with 10-bit tags.", \
		      "250|width=" w ";500|width=" w " latency=500;1000|width=" w " latency=1000;500, 768 tags|width=" w \
		      " latency=500 outstanding=768;1000, 768 tags|width=" w " latency=1000 outstanding=768", 1)
		table("Completions of 64 bytes, " w " bits", "A root complex that splits at its read completion boundary.", \
		      "256|width=" w ";64|width=" w " split=64", 1)
	}
	table("Packets", "Streams, a packet a descriptor: from the host to the checker of the simulated card's logic, to the host from its\n" \
	      "generator, which is never idle and goes to all queues in turn, a batch each, and both through its loopback. (Packets to\n" \
	      "the host that change the queue each time have a record and a message each: four beats at 64 bytes and 256 bits, 15.75\n" \
	      "bytes a cycle.) The limit counts the beats of the AXI4-Stream ports, too. Descriptors wait on the card for their\n" \
	      "packets, up to 32 a queue with 64 queues and 8 with 2048; a queue alone is limited by that. A packet in every other\n" \
	      "cycle is the most each way, which the limit passes at 512 bits and 64 bytes.", \
	      "256 bits|mode=st;Gen3 x8|mode=st link=gen3x8;512 bits|width=512 mode=st;512 bits, Gen3 x16|width=512 mode=st link=gen3x16;128 bits|width=128 mode=st")
	table("Packets, one factor at a time", "256 bits, unpaced.", \
	      "64 queues|mode=st;2 queues|mode=st queues=2;8 queues|mode=st queues=8;2048 queues|mode=st queues=2048;batches of 1|mode=st batch=1;" \
	      "of 8|mode=st batch=8;offset 3|mode=st offset=3;page crossed|mode=st offset=page;latency 500|mode=st latency=500;" \
	      "1000|mode=st latency=1000;split 64|mode=st split=64", 1)
	table("Misaligned buffers", "Host address so many bytes beyond a multiple of 4096; *page*: a page ends in the middle of each buffer.", \
	      "+0|;+1|offset=1;+3|offset=3;+60|offset=60;page|offset=page", 1)
	shim_table()
	account_table()
	step_table()
	print "\n## Targets\n"
	print "At least 97 % of the limit each way at 256 bits, unpaced and Gen3 x8, from 64 bytes on, and 95 % both ways at"
	print "once; 96 % at 512 bits, unpaced and Gen3 x16; figures of the design where they are higher; 1 and 2048 queues within"
	print "2 % of 64. At 512 bits and a latency of 1000 cycles, 768 tags: 46 bytes a cycle at 64 bytes, and 98 % of the figure"
	print "at 250 cycles from 128 bytes on; with 256 tags at most 17 at 64 bytes and 33 at 128, so that the test can fail."
	print "Packets: 97 % of their limit each way at 256 bits from 64 bytes on, 95 % both ways."
	printf "%d points have a target, %d miss it%s\n", targets, missed_n, missed_n ? ":\n" : "."
	if (missed_n) {
		print "| point | wanted | measured | limit |\n|---|---|---|---|"
		for (i = 1; i <= missed_n; i++) {
			gsub(/,/, " ", missed[i])
			k = missed[i]
			gsub(/ /, ",", k)
			printf "| %s | %.2f | %.2f | %.2f |\n", missed[i], at_most(k) ? at_most(k) : wanted(k), figure[k], limit[k]
		}
	}
	printf "\nThe columns of `tests/bench/results.csv`: %s, %d rows. One point by hand:\n\n", "width, link, mode, dir, size, offset, queues, batch, latency, split, outstanding (tags), bytes_per_cycle, limit, share", rows
	print "    build/bin/cwbench -v link=gen3x8 dir=c2h size=256\n    ALL=1 SIZES=\"64 256\" QUEUES=\"1 64\" LINKS=\"none gen3x8\" make bench"
	for (k in above) {
		print "report.awk: a figure above its limit: " k > "/dev/stderr"
		bad = 1
	}
	exit bad
}
