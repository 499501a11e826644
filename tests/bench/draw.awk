# SPDX-License-Identifier: BSD-2-Clause
# awk -v out=FOLDER -f draw.awk results.csv: FOLDER/bench-throughput.svg, throughput against size with its limits.
BEGIN {
	FS = ","
	split("h2c c2h both", dirs, " ")
	colour["h2c"] = "#1f5fa8"; colour["c2h"] = "#b3541e"; colour["both"] = "#3b7d3b"
	says["h2c"] = "host to card"; says["c2h"] = "card to host"; says["both"] = "both at once, each way"
	latency = 250; panel_w = 420; panel_h = 300; left = 56; top = 54
}

NR > 1 && $6 == 0 && $7 == 64 && $8 == 32 && $9 == 250 && $10 == 256 && $11 == 256 {
	panel = $1 " " $2 ($3 == "st" ? " st" : "")
	figure[panel, $4, $5] = $12
	limit[panel, $4, $5] = $13
	seen[panel] = 1
}

function x_of(size) { return px + left + (log(size) / log(2) - 3) / 13 * (panel_w - left - 20) }
function y_of(v) { return py + top + (1 - v / y_max) * (panel_h - top - 44) }

function curve(panel, d, limits, s, n, v, path) {
	path = ""
	for (s = 8; s <= 65536; s *= 2) {
		if (!((panel, d, s) in figure))
			continue # looked at first: a read would make it
		v = limits ? limit[panel, d, s] : figure[panel, d, s]
		path = path sprintf("%s%.1f,%.1f", path == "" ? "" : " ", x_of(s), y_of(v))
		if (!limits)
			printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.4\" fill=\"%s\"/>\n", x_of(s), y_of(v), colour[d] > file
	}
	printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s/>\n", path, colour[d], \
		limits ? 1 : 1.6, limits ? " stroke-dasharray=\"4 3\"" : "" > file
}

function text(x, y, anchor, s) {
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n", x, y, anchor, s > file
}

function title_of(panel, f) {
	split(panel, f, " ")
	return f[1] " bits, " (f[2] == "none" ? "unpaced" : f[2] == "gen3x8" ? "Gen3 x8" : "Gen3 x16") (f[3] == "st" ? ", packets" : "")
}

function draw_panel(panel, f, v, s, i, step) {
	split(panel, f, " ")
	y_max = f[1] / 8 * 1.125
	step = f[1] / 32
	for (v = 0; v <= y_max; v += step) {
		printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", x_of(8), y_of(v), x_of(65536), y_of(v) > file
		text(x_of(8) - 6, y_of(v) + 4, "end", v)
	}
	for (s = 8; s <= 65536; s *= 2)
		if (s == 8 || s == 64 || s == 512 || s == 4096 || s == 65536) {
			printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n", x_of(s), y_of(0), x_of(s), y_of(y_max) > file
			text(x_of(s), y_of(0) + 16, "middle", s < 1024 ? s : s / 1024 " Ki")
		}
	text(x_of(8) - 40, y_of(y_max) - 8, "start", "<tspan font-weight=\"bold\">" title_of(panel) "</tspan>, bytes a cycle")
	text((x_of(8) + x_of(65536)) / 2, y_of(0) + 32, "middle", "bytes a " (f[3] == "st" ? "packet" : "descriptor"))
	for (i = 1; i <= 3; i++) {
		curve(panel, dirs[i], 1)
		curve(panel, dirs[i], 0)
	}
}

END {
	file = out "/bench-throughput.svg"
	n = 0
	for (w = 128; w <= 512; w *= 2) {
		split("none gen3x8 gen3x16", links, " ")
		for (i = 1; i <= 3; i++)
			if ((w " " links[i]) in seen && (w != 512 || links[i] != "gen3x8") && (w == 512 || links[i] != "gen3x16"))
				panels[n++] = w " " links[i]
		if ((w " none st") in seen)
			panels[n++] = w " none st"
	}
	columns = n > 1 ? 2 : 1
	width = columns * panel_w
	height = int((n + columns - 1) / columns) * panel_h + 40
	printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n", width, height, width, height > file
	printf "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>\n", width, height > file
	for (i = 1; i <= 3; i++) {
		printf "<line x1=\"%d\" y1=\"20\" x2=\"%d\" y2=\"20\" stroke=\"%s\" stroke-width=\"2\"/>\n", left - 40 + (i - 1) * 150, left - 16 + (i - 1) * 150, colour[dirs[i]] > file
		text(left - 10 + (i - 1) * 150, 24, "start", says[dirs[i]])
	}
	printf "<line x1=\"%d\" y1=\"20\" x2=\"%d\" y2=\"20\" stroke=\"#444\" stroke-dasharray=\"4 3\"/>\n", left + 460, left + 484 > file
	text(left + 490, 24, "start", "limit")
	for (p = 0; p < n; p++) {
		px = (p % columns) * panel_w
		py = int(p / columns) * panel_h + 30
		draw_panel(panels[p])
	}
	print "</svg>" > file
}

# ---- one descriptor's steps: FOLDER/bench-steps.svg; the card's own cycles, and what host and memory take in between ----
function bar(x, y, cycles, fill, says, below) {
	printf "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"20\" fill=\"%s\"/>\n", x, y, cycles * scale, fill > file
	printf "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"10\">%s</text>\n", x + cycles * scale / 2, below ? y + 31 : y - 4, says > file
	return x + cycles * scale
}

END {
	file = out "/bench-steps.svg"
	n = 0
	while (steps && (getline line < steps) > 0) {
		split(line, f, ",")
		if (f[1] == 256)
			rows[n++] = line
		if (f[8] > longest)
			longest = f[8]
	}
	if (n) {
		height = 70 + 52 * n
		scale = 500 / (longest + 20)
		printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 840 %d\" width=\"840\" height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"840\" height=\"%d\" fill=\"white\"/>\n", height, height, height > file
		split("#1f5fa8 #3b7d3b #b3541e #7d3b7d #d8d8d8", fills, " ")
		split("10 195 325 410 530", key_x, " ")
		split("doorbell to descriptor read,descriptor to data,to record,record to MSI-X,host and card memory", keys, ",")
		for (i = 1; i <= 5; i++) {
			printf "<rect x=\"%d\" y=\"14\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", key_x[i], fills[i] > file
			text(key_x[i] + 17, 24, "start", keys[i])
		}
		for (i = 0; i < n; i++) {
			split(rows[i], f, ",")
			y = 66 + 52 * i
			text(150, y + 14, "end", (f[2] == "h2c" ? "host to card" : "card to host") ", " f[3] " bytes")
			x = bar(160, y, f[4], fills[1], f[4])
			x = bar(x, y, latency, fills[5], "")
			# What is left between the steps: the second read, or the data on its way out
			rest = f[8] - f[4] - latency - f[5] - f[6]
			x = bar(x, y, f[5], fills[2], f[5])
			x = bar(x, y, rest, fills[5], "")
			x = bar(x, y, f[6], fills[3], f[6])
			x = bar(x, y, f[7], fills[4], f[7], 1)
			text(x + 6, y + 14, "start", f[8] " cycles to the record")
		}
		print "</svg>" > file
	}
}
