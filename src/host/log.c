// SPDX-License-Identifier: BSD-2-Clause
/* The log: one line an event, to stderr, with the level's name. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/host.h"

static int log_level = HOST_LOG_NOTICE;

static const char *const level_names[] = {
	"emerg", "alert", "crit", "error", "warning", "notice", "info", "debug",
};
_Static_assert(sizeof(level_names) / sizeof(level_names[0]) == HOST_LOG_DEBUG + 1,
	       "a name for each level");

void host_log_set_level(int level)
{
	log_level = level;
}

int host_log_level(void)
{
	return log_level;
}

int host_log_level_parse(const char *text)
{
	int i;

	for (i = 0; i <= HOST_LOG_DEBUG; i++)
		if (!strcmp(text, level_names[i]))
			return i;
	if (text[0] >= '0' && text[0] <= '7' && !text[1])
		return text[0] - '0';
	return -EINVAL;
}

void host_vlog(int level, const char *fmt, va_list ap)
{
	char line[1024];
	int len;

	if (level > log_level)
		return;
	len = snprintf(line, sizeof(line), "netstackd: %s: ", level_names[level & 7]);
	vsnprintf(line + len, sizeof(line) - (size_t)len - 1, fmt, ap);
	len = (int)strlen(line);
	line[len++] = '\n';
	/* One write, so that lines of several processes do not mix. */
	if (write(STDERR_FILENO, line, (size_t)len) < 0)
		return; /* nowhere to complain */
}

void host_log(int level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	host_vlog(level, fmt, ap);
	va_end(ap);
}
