/* SPDX-License-Identifier: BSD-2-Clause */
/* The constraint file as commands and words. See check.h. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct reader {
	const char *path;
	const char *at;
	unsigned line;
};

static char *whole_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = NULL;
	size_t n = 0;

	if (!f || getdelim(&text, &n, '\0', f) < 0) {
		fprintf(stderr, "%s: %s\n", path, errno ? strerror(errno) : "empty");
		free(text);
		text = NULL;
	}
	if (f)
		fclose(f);
	return text;
}

static char *copy(const char *from, const char *to)
{
	return strndup(from, (size_t)(to - from));
}

/* To the end of a {word} or [word], which may contain others. */
static const char *matching(struct reader *r, char open, char close)
{
	const char *p = r->at;
	unsigned depth = 0;

	for (; *p; p++) {
		if (open == '[' && *p == '{') {
			r->at = p;
			p = matching(r, '{', '}');
			if (!*p)
				return p;
			continue;
		}
		if (*p == '\n')
			r->line++;
		if (*p == open)
			depth++;
		else if (*p == close && --depth == 0)
			return p;
	}
	complain(r->path, r->line, "a '%c' without its '%c'", open, close);
	return p;
}

/* The next word of a command, or NULL at its end. */
static char *next_word(struct reader *r)
{
	const char *from, *to;

	while (*r->at == ' ' || *r->at == '\t' || (r->at[0] == '\\' && r->at[1] == '\n')) {
		if (*r->at == '\\') {
			r->line++;
			r->at++;
		}
		r->at++;
	}
	from = r->at;
	switch (*from) {
	case '\0':
	case '\n':
	case ';':
		return NULL;
	case '{':
		to = matching(r, '{', '}');
		r->at = *to ? to + 1 : to;
		return copy(from + 1, to);
	case '[':
		to = matching(r, '[', ']');
		r->at = *to ? to + 1 : to;
		return copy(from, r->at);
	case '"':
		to = strchr(from + 1, '"');
		to = to ? to : from + strlen(from);
		r->at = *to ? to + 1 : to;
		return copy(from + 1, to);
	default:
		for (to = from; *to && !isspace((unsigned char)*to) && *to != ';';)
			to++;
		r->at = to;
		return copy(from, to);
	}
}

static void command(struct reader *r, struct script *s, bool reason)
{
	struct command c = { .line = r->line, .reason = reason };
	char *w;

	while ((w = next_word(r))) {
		if (c.word_n == WORDS_MAX) {
			complain(r->path, c.line, "more than %d words", WORDS_MAX);
			free(w);
			continue;
		}
		if (strchr(w, '$'))
			complain(r->path, c.line, "'%s': variables are not for constraint files", w);
		c.word[c.word_n++] = w;
	}
	s->command = realloc(s->command, (s->command_n + 1) * sizeof(c));
	s->command[s->command_n++] = c;
}

int script_read(struct script *s, const char *path)
{
	char *text = whole_file(path);
	struct reader r = { path, text, 1 };
	bool reason = false;

	*s = (struct script){ .path = path };
	if (!text)
		return -1;
	while (*r.at) {
		if (*r.at == '\n') {
			r.line++;
			if (r.at[1] == '\n')
				reason = false;
			r.at++;
		} else if (isspace((unsigned char)*r.at) || *r.at == ';') {
			r.at++;
		} else if (*r.at == '#') {
			if (strncmp(r.at, "# Reason: ", 10) == 0)
				reason = true;
			while (*r.at && *r.at != '\n')
				r.at++;
		} else {
			command(&r, s, reason);
			reason = false;
		}
	}
	free(text);
	return 0;
}

void script_free(struct script *s)
{
	for (unsigned i = 0; i < s->command_n; i++)
		for (unsigned w = 0; w < s->command[i].word_n; w++)
			free(s->command[i].word[w]);
	free(s->command);
}
