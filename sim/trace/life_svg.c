// SPDX-License-Identifier: BSD-2-Clause
/*
 * The life of a transfer as a sequence diagram: host on the left, card on the
 * right, time downwards. Time is to scale where there is room: TLPs that follow
 * each other closely are pulled apart for their labels, long waits are cut; the
 * ruler is dotted there, and says the true time of each.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "life_priv.h"

#define WIDTH 1080
#define HOST_X 230
#define CARD_X 1000
#define TOP 120
#define GAP_MIN 84   /* between two arrows: room for three lines of text */
#define GAP_MAX 180
#define PS_PER_PX 5000
#define SLOPE 10     /* an arrow arrives lower than it starts: the link takes time */
#define LINE_CHARS 110
#define HOST_INK "#1f6fb2"
#define CARD_INK "#b3541e"

static void escaped(FILE *f, const char *s, size_t n)
{
	for (; n && *s; s++, n--) {
		if (*s == '<')
			fputs("&lt;", f);
		else if (*s == '>')
			fputs("&gt;", f);
		else if (*s == '&')
			fputs("&amp;", f);
		else
			fputc(*s, f);
	}
}

static void text(FILE *f, int x, int y, const char *class, const char *s, size_t n)
{
	fprintf(f, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, class);
	escaped(f, s, n);
	fprintf(f, "</text>\n");
}

/* How much of s goes on a line: up to a blank, unless there is none. */
static size_t line_len(const char *s)
{
	size_t n = strlen(s), at = LINE_CHARS;

	if (n <= LINE_CHARS)
		return n;
	while (at && s[at] != ' ')
		at--;
	return at ? at : LINE_CHARS;
}

/* The words above the arrow, in two lines at most. */
static void words(FILE *f, const struct life_step *s, int y)
{
	const char *rest = s->mean.text;
	size_t n = line_len(rest);
	char step[16];

	snprintf(step, sizeof(step), "%u", s->number);
	fprintf(f, "<circle cx=\"%d\" cy=\"%d\" r=\"11\" class=\"step\"/>", HOST_X + 26, y - 25);
	text(f, HOST_X + 26, y - 21, "no", step, sizeof(step));
	if (strlen(rest) > n) {
		text(f, HOST_X + 46, y - 27, "what", rest, n);
		rest += n + (rest[n] == ' ');
		text(f, HOST_X + 46, y - 13, "what", rest, line_len(rest));
	} else {
		text(f, HOST_X + 46, y - 17, "what", rest, n);
	}
}

/* The words below: kind, tag, address, length. */
static void fields(FILE *f, const struct life_step *s, int y)
{
	char buf[256];

	cw_tlp_print(&s->rec.tlp, buf, sizeof(buf));
	text(f, HOST_X + 46, y + 26, "tlp", buf, sizeof(buf));
}

static void arrow(FILE *f, const struct life_step *s, int y)
{
	bool host = s->rec.from == CW_SIDE_HOST;
	int from = host ? HOST_X : CARD_X, to = host ? CARD_X - 3 : HOST_X + 3;

	words(f, s, y);
	fprintf(f, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\" marker-end=\"url(#%s)\"/>\n", from, y, to,
		y + SLOPE, host ? "host" : "card", host ? "hosthead" : "cardhead");
	fields(f, s, y + (host ? 3 : SLOPE - 4));
}

/* The ruler: the time at each arrow, and how long from the one before. */
static void ruler(FILE *f, const struct life *l, unsigned i, int y, int before)
{
	uint64_t ps = l->step[i].rec.stamp, d = i ? ps - l->step[i - 1].rec.stamp : 0;
	char buf[64];

	snprintf(buf, sizeof(buf), "%llu.%03llu ns", (unsigned long long)(ps / 1000), (unsigned long long)(ps % 1000));
	text(f, HOST_X - 58, y + 4, "time", buf, sizeof(buf));
	fprintf(f, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"tick\"/>\n", HOST_X - 52, y, HOST_X - 40, y);
	if (!i)
		return;
	snprintf(buf, sizeof(buf), "+%llu.%03llu", (unsigned long long)(d / 1000), (unsigned long long)(d % 1000));
	text(f, HOST_X - 58, (y + before) / 2 + 4, "delta", buf, sizeof(buf));
	fprintf(f, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\"/>\n", HOST_X - 46, before, HOST_X - 46, y,
		d / PS_PER_PX > GAP_MAX || d / PS_PER_PX < GAP_MIN ? "cut" : "tick");
}

static int gap(uint64_t ps)
{
	uint64_t px = ps / PS_PER_PX;

	return px < GAP_MIN ? GAP_MIN : px > GAP_MAX ? GAP_MAX : (int)px;
}

static void head(FILE *f, const struct life *l, int height)
{
	char buf[160];

	fprintf(f, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n", WIDTH,
		height, WIDTH, height);
	fprintf(f, "<style>text{font-family:Helvetica,Arial,sans-serif;fill:#222}"
		   ".title{font-size:18px;font-weight:bold}.sub{font-size:12px;fill:#555}"
		   ".end{font-size:15px;font-weight:bold;text-anchor:middle}"
		   ".what{font-size:12.5px}.tlp{font-size:10.5px;fill:#777;font-family:monospace}"
		   ".time{font-size:11px;text-anchor:end}.delta{font-size:11px;fill:#888;text-anchor:end}"
		   ".no{font-size:11px;text-anchor:middle;fill:#fff;font-weight:bold}.step{fill:#444}"
		   ".life{stroke:#999;stroke-width:2}.tick{stroke:#aaa}.cut{stroke:#aaa;stroke-dasharray:2 5}"
		   ".host{stroke:" HOST_INK ";stroke-width:2}.card{stroke:" CARD_INK ";stroke-width:2}</style>\n");
	fprintf(f, "<defs>");
	for (int card = 0; card < 2; card++)
		fprintf(f, "<marker id=\"%s\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" "
			   "markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L10 5L0 10z\" fill=\"%s\"/></marker>",
			card ? "cardhead" : "hosthead", card ? CARD_INK : HOST_INK);
	fprintf(f, "</defs>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n");
	snprintf(buf, sizeof(buf), "The life of one DMA %s: queue %d, descriptor %u", l->c2h ? "write" : "read", l->queue,
		 l->number);
	text(f, 24, 32, "title", buf, sizeof(buf));
	snprintf(buf, sizeof(buf), "%u bytes, bus address 0x%016llx %s card address 0x%llx",
		 l->desc.len, (unsigned long long)l->desc.addr, l->c2h ? "from" : "to", (unsigned long long)l->desc.card);
	text(f, 24, 52, "sub", l->have_desc ? buf : "", sizeof(buf));
	text(f, 24, 80, "sub", "simulated time of sending;", 64);
	text(f, 24, 95, "sub", "where dotted, not to scale", 64);
	text(f, HOST_X, 80, "end", "host", 4);
	text(f, CARD_X, 80, "end", "card", 4);
}

static void draw(FILE *f, const struct life *l)
{
	int height = TOP + 80, y = TOP + 20, before = y;

	for (unsigned i = 1; i < l->step_n; i++)
		height += gap(l->step[i].rec.stamp - l->step[i - 1].rec.stamp);
	head(f, l, height);
	for (int side = 0; side < 2; side++)
		fprintf(f, "<line x1=\"%d\" y1=\"88\" x2=\"%d\" y2=\"%d\" class=\"life\"/>\n", side ? CARD_X : HOST_X,
			side ? CARD_X : HOST_X, height - 16);
	for (unsigned i = 0; i < l->step_n; i++, before = y) {
		y += i ? gap(l->step[i].rec.stamp - l->step[i - 1].rec.stamp) : 0;
		ruler(f, l, i, y, before);
		arrow(f, &l->step[i], y);
	}
	fprintf(f, "</svg>\n");
}

int life_svg(const char *path, const struct life *l)
{
	FILE *f = fopen(path, "we");
	int ret;

	if (!f)
		return -errno;
	draw(f, l);
	ret = ferror(f) ? -EIO : 0;
	if (fclose(f) && !ret)
		ret = -errno;
	return ret;
}
