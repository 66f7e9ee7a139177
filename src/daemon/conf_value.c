// SPDX-License-Identifier: BSD-2-Clause
/* Values that occur in several flags. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/conf_priv.h"

const char conf_no_memory[] = "out of memory";

void *conf_grow(void *array_ptr, u32 *nr, size_t size)
{
	void **array = array_ptr;
	char *p = realloc(*array, (*nr + 1) * size);

	if (!p)
		return NULL;
	*array = p;
	memset(p + *nr * size, 0, size);
	return p + (*nr)++ * size;
}

bool conf_copy_name(char to[IFNAMSIZ_NS], const char *from)
{
	size_t len = strlen(from);

	if (!len || len >= IFNAMSIZ_NS || strpbrk(from, "/ \t:"))
		return false;
	memcpy(to, from, len + 1);
	return true;
}

bool conf_parse_u32(const char *text, u32 max, u32 *out)
{
	unsigned long long v;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || *end || v > max)
		return false;
	*out = (u32)v;
	return true;
}

bool conf_parse_mac(const char *text, u8 mac[6])
{
	unsigned int b[6];
	int n = 0, i;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5],
		   &n) != 6 || text[n])
		return false;
	for (i = 0; i < 6; i++)
		mac[i] = (u8)b[i];
	return true;
}

const char *conf_set_string(char **to, const char *value)
{
	free(*to);
	*to = strdup(value);
	return *to ? NULL : conf_no_memory;
}
