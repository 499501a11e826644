// SPDX-License-Identifier: BSD-2-Clause
#include "point.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096u
#define LINE 64u

#include "../../sim/device/shims.h"
#include "iface.h"

static const char *const dirs[] = { [DIR_H2C] = "h2c", [DIR_C2H] = "c2h", [DIR_BOTH] = "both" };

void point_base(struct bench_point *p)
{
	*p = (struct bench_point){ .width = 256, .dir = DIR_H2C, .size = 64, .queues = 64, .batch = 32,
				   .latency = 250, .split = 256, .tags = 256 };
}

const char *point_link(const struct bench_point *p)
{
	return p->lanes == 0 ? "none" : p->lanes == 8 ? "gen3x8" : "gen3x16";
}

const char *point_dir(const struct bench_point *p)
{
	return dirs[p->dir];
}

static int set_link(struct bench_point *p, const char *value)
{
	if (!strcmp(value, "none"))
		p->lanes = 0;
	else if (!strcmp(value, "gen3x8"))
		p->lanes = 8;
	else if (!strcmp(value, "gen3x16"))
		p->lanes = 16;
	else
		return -EINVAL;
	return 0;
}

/* Its name says how wide the endpoint is. */
static int set_shim(struct bench_point *p, const char *value)
{
	int id = cw_shim_find(value);

	if (id < 0 || !iface_of((unsigned)id))
		return -EINVAL;
	p->shim = (unsigned)id;
	p->width = iface_of(p->shim)->width;
	return 0;
}

static int set_mode(struct bench_point *p, const char *value)
{
	p->stream = !strcmp(value, "st");
	return p->stream || !strcmp(value, "mm") ? 0 : -EINVAL;
}

static int set_dir(struct bench_point *p, const char *value)
{
	for (unsigned i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (strcmp(value, dirs[i]))
			continue;
		p->dir = (enum point_dir)i;
		return 0;
	}
	return -EINVAL;
}

static int set_page(struct bench_point *p)
{
	p->offset = POINT_PAGE;
	return 0;
}

static int set_number(struct bench_point *p, const char *name, size_t len, const char *value)
{
	const struct { const char *name; unsigned *at; } numbers[] = {
		{ "width", &p->width }, { "size", &p->size }, { "queues", &p->queues }, { "batch", &p->batch },
		{ "latency", &p->latency }, { "split", &p->split }, { "outstanding", &p->tags },
	};
	char *end;
	unsigned long v = strtoul(value, &end, 0);

	if (!*value || *end || v > 1u << 24)
		return -EINVAL;
	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (strlen(numbers[i].name) != len || strncmp(name, numbers[i].name, len))
			continue;
		*numbers[i].at = (unsigned)v;
		return 0;
	}
	if (len != strlen("offset") || strncmp(name, "offset", len))
		return -EINVAL;
	p->offset = (int)v;
	return 0;
}

int point_set(struct bench_point *p, const char *word, char *why, size_t why_size)
{
	const char *eq = strchr(word, '=');
	int ret = -EINVAL;

	if (eq && !strncmp(word, "link=", 5))
		ret = set_link(p, eq + 1);
	else if (eq && !strncmp(word, "shim=", 5))
		ret = set_shim(p, eq + 1);
	else if (eq && !strncmp(word, "dir=", 4))
		ret = set_dir(p, eq + 1);
	else if (eq && !strncmp(word, "mode=", 5))
		ret = set_mode(p, eq + 1);
	else if (eq && !strcmp(word, "offset=page"))
		ret = set_page(p);
	else if (eq)
		ret = set_number(p, word, (size_t)(eq - word), eq + 1);
	if (ret)
		snprintf(why, why_size, "%s: no such option of a point, or no such value", word);
	return ret;
}

static bool power_of_two(unsigned v)
{
	return v && !(v & (v - 1));
}

int point_check(const struct bench_point *p, char *why, size_t why_size)
{
	const char *what = NULL;

	if (p->width != 128 && p->width != 256 && p->width != 512)
		what = "width is 128, 256 or 512";
	else if (p->shim && p->width != iface_of(p->shim)->width)
		what = "a shim comes with the width of its endpoint";
	else if (p->shim && p->tags > 256)
		what = "outstanding is 32 or 256 behind a shim: none uses tags of 10 bits";
	else if (!p->size || p->size > 1u << 20)
		what = "size is 1 to 1048576";
	else if (p->offset == POINT_PAGE && (p->size < 2 || p->size > PAGE))
		what = "offset=page is for sizes of 2 to 4096";
	else if (p->offset != POINT_PAGE && (p->offset < 0 || p->offset >= (int)LINE))
		what = "offset is 0 to 63, or page";
	else if (!p->queues || p->queues > 2048)
		what = "queues is 1 to 2048";
	else if (!power_of_two(p->batch) || p->batch > 1024)
		what = "batch is a power of two, 1 to 1024";
	else if (p->latency < 210 || p->latency > 10000)
		what = "latency is 210 to 10000 cycles";
	else if (!power_of_two(p->split) || p->split < 64 || p->split > POINT_MPS)
		what = "split is 64, 128 or 256";
	else if (p->tags != 32 && p->tags != 256 && p->tags != 768)
		what = "outstanding is 32, 256 or 768: the tags of 5, 8 and 10 bits";
	if (what)
		snprintf(why, why_size, "%s", what);
	return what ? -EINVAL : 0;
}

void point_print(const struct bench_point *p, char *text, size_t size)
{
	char offset[16];

	snprintf(offset, sizeof(offset), p->offset == POINT_PAGE ? "page" : "%d", p->offset);
	snprintf(text, size, "%s%s%u,%s,%s,%s,%u,%s,%u,%u,%u,%u,%u", p->shim ? cw_shim_name(p->shim) : "", p->shim ? "," : "",
		 p->width, point_link(p), p->stream ? "st" : "mm", point_dir(p), p->size, offset,
		 p->queues, p->batch, p->latency, p->split, p->tags);
}

/* Aligned buffers lie side by side; others have pages of their own. */
uint64_t point_stride(const struct bench_point *p)
{
	if (p->offset)
		return (point_start(p) + p->size + PAGE - 1) / PAGE * PAGE;
	return (p->size + LINE - 1) / LINE * LINE;
}

uint64_t point_start(const struct bench_point *p)
{
	return p->offset == POINT_PAGE ? PAGE - p->size / 2 : (uint64_t)p->offset;
}
