/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine of sysctls: rows to text and back. */
#include "core/sysctl.h"

#include <errno.h>

#include "core/internal.h"

enum { VALUE_MAX = 256 };

static void *row_field(struct net *net, const struct sysctl_row *row)
{
	return (u8 *)net + row->offset;
}

static u32 row_size(const struct sysctl_row *row)
{
	switch (row->kind) {
	case SYSCTL_U8:
		return 1;
	case SYSCTL_U32:
	case SYSCTL_S32:
	case SYSCTL_U16_RANGE:
		return 4;
	case SYSCTL_U32_VEC3:
		return 12;
	case SYSCTL_STRING:
		return row->size;
	default:
		return 8;
	}
}

static u64 row_unit_ns(const struct sysctl_row *row)
{
	if (row->kind == SYSCTL_MS_NS)
		return NSEC_PER_MSEC;
	return row->kind == SYSCTL_SEC_NS ? NSEC_PER_SEC : 1;
}

/* v in the unit of the text, known to be in range. */
static void store_scalar(struct net *net, const struct sysctl_row *row, s64 v)
{
	void *p = row_field(net, row);
	u64 u64v = (u64)v * row_unit_ns(row);
	u32 u32v = (u32)v;
	u8 u8v = (u8)v;

	if (row_size(row) == 1)
		memcpy(p, &u8v, 1);
	else if (row_size(row) == 4)
		memcpy(p, &u32v, 4);
	else
		memcpy(p, &u64v, 8);
}

static s64 load_scalar(struct net *net, const struct sysctl_row *row)
{
	const void *p = row_field(net, row);
	u64 u64v;
	u32 u32v;

	if (row->kind == SYSCTL_U8)
		return *(const u8 *)p;
	if (row_size(row) == 4) {
		memcpy(&u32v, p, 4);
		return row->kind == SYSCTL_S32 ? (s64)(s32)u32v : (s64)u32v;
	}
	memcpy(&u64v, p, 8);
	return (s64)(u64v / row_unit_ns(row));
}

static void store_vec(struct net *net, const struct sysctl_row *row, const s64 *v, u32 n)
{
	u8 *p = row_field(net, row);
	u32 i;

	for (i = 0; i < n; i++) {
		u32 u32v = (u32)v[i];
		u16 u16v = (u16)v[i];

		if (row->kind == SYSCTL_U16_RANGE)
			memcpy(p + i * 2, &u16v, 2);
		else
			memcpy(p + i * 4, &u32v, 4);
	}
}

static u32 row_nr_values(const struct sysctl_row *row)
{
	if (row->kind == SYSCTL_U32_VEC3)
		return 3;
	return row->kind == SYSCTL_U16_RANGE ? 2 : 1;
}

static void set_default(struct net *net, const struct sysctl_row *row)
{
	char *s = row_field(net, row);

	if (row->kind == SYSCTL_STRING) {
		memset(s, 0, row->size);
		if (row->def_str)
			memcpy(s, row->def_str,
			       min_t(size_t, strlen(row->def_str), row->size - 1u));
	} else if (row_nr_values(row) > 1) {
		store_vec(net, row, row->def_vec, row_nr_values(row));
	} else {
		store_scalar(net, row, row->def);
	}
}

/* apply() is not called for defaults: the room sets up what follows from them. */
void sysctl_register(struct net *net, struct sysctl_table *table)
{
	u32 i;

	list_add_tail(&table->list, &net->sysctl_tables);
	for (i = 0; i < table->nr_rows; i++)
		set_default(net, &table->rows[i]);
}

/* Names are written with dots or slashes, but only in one way at a time: eth0.1 with slashes. */
static bool name_equal(const char *row, const char *name, char sep)
{
	for (; *row && *name; row++, name++) {
		if (*row != (*name == sep ? '.' : *name))
			return false;
	}
	return !*row && !*name;
}

static const struct sysctl_row *row_find(struct net *net, const char *name)
{
	char sep = strchr(name, '/') ? '/' : '.';
	struct sysctl_table *table;
	u32 i;

	list_for_each_entry(table, &net->sysctl_tables, list) {
		for (i = 0; i < table->nr_rows; i++) {
			if (name_equal(table->rows[i].name, name, sep))
				return &table->rows[i];
		}
	}
	return NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* A number, decimal or 0x, that ends at a blank or the end. */
static int parse_number(const char **text, s64 *out)
{
	const char *p = *text;
	bool neg = *p == '-';
	int base = 10, d;
	u64 v = 0;

	p += neg;
	if (p[0] == '0' && (p[1] | 0x20) == 'x') {
		base = 16;
		p += 2;
	}
	if (digit_value(*p) >= base)
		return -EINVAL;
	for (; (d = digit_value(*p)) < base; p++) {
		if (v > (u64)(S64_MAX - d) / (u64)base)
			return -EINVAL;
		v = v * (u64)base + (u64)d;
	}
	if (*p && !is_blank(*p))
		return -EINVAL;
	*out = neg ? -(s64)v : (s64)v;
	*text = p;
	return 0;
}

static int parse_numbers(const char *text, s64 *v, u32 max, u32 *n)
{
	for (*n = 0;; ++*n) {
		int ret;

		while (is_blank(*text))
			text++;
		if (!*text)
			return *n ? 0 : -EINVAL;
		if (*n == max)
			return -EINVAL;
		ret = parse_number(&text, &v[*n]);
		if (ret)
			return ret;
	}
}

/* min == max == 0: the whole range of the kind */
static bool in_range(const struct sysctl_row *row, s64 v)
{
	s64 lo = row->min, hi = row->max;

	if (row->fixed)
		return v == row->def;
	if (!lo && !hi) {
		lo = row->kind == SYSCTL_S32 ? -(s64)S32_MAX - 1 : 0;
		if (row->kind == SYSCTL_U8)
			hi = U8_MAX;
		else if (row->kind == SYSCTL_U16_RANGE)
			hi = U16_MAX;
		else if (row->kind == SYSCTL_S32 || row->kind == SYSCTL_U32_VEC3)
			hi = S32_MAX;
		else if (row->kind == SYSCTL_U32)
			hi = U32_MAX;
		else
			hi = S64_MAX / (s64)row_unit_ns(row);
	}
	return v >= lo && v <= hi;
}

static int write_numbers(struct net *net, const struct sysctl_row *row, const char *value)
{
	u32 want = row_nr_values(row), n, i;
	s64 v[3];
	int ret = parse_numbers(value, v, want, &n);

	if (ret)
		return ret;
	for (i = 0; i < n; i++) {
		if (!in_range(row, v[i]))
			return -EINVAL;
	}
	if (row->kind == SYSCTL_U16_RANGE && (n != 2 || v[0] > v[1]))
		return -EINVAL;
	if (want > 1)
		store_vec(net, row, v, n);	/* fewer: the first ones, as on Linux */
	else
		store_scalar(net, row, v[0]);
	return 0;
}

static int write_string(struct net *net, const struct sysctl_row *row, const char *value)
{
	size_t len;

	while (is_blank(*value))
		value++;
	len = strlen(value);
	while (len && is_blank(value[len - 1]))
		len--;
	if (len >= row->size)
		return -EINVAL;
	memset(row_field(net, row), 0, row->size);
	memcpy(row_field(net, row), value, len);
	return 0;
}

/* A refusal by apply() leaves the old value. */
int sysctl_set(struct net *net, const char *name, const char *value)
{
	const struct sysctl_row *row = row_find(net, name);
	u8 old[VALUE_MAX];
	int ret;

	if (!row)
		return -ENOENT;
	if (row->readonly)
		return -EPERM;
	memcpy(old, row_field(net, row), row_size(row));
	ret = row->kind == SYSCTL_STRING ? write_string(net, row, value) :
					   write_numbers(net, row, value);
	if (!ret && row->apply)
		ret = row->apply(net, row);
	if (ret)
		memcpy(row_field(net, row), old, row_size(row));
	return ret;
}

static void put_vec(struct strbuf *sb, struct net *net, const struct sysctl_row *row)
{
	const u8 *p = row_field(net, row);
	u32 i, n = row_nr_values(row);

	for (i = 0; i < n; i++) {
		u32 v = 0;
		u16 v16;

		if (row->kind == SYSCTL_U16_RANGE) {
			memcpy(&v16, p + i * 2, 2);
			v = v16;
		} else {
			memcpy(&v, p + i * 4, 4);
		}
		strbuf_printf(sb, i ? "\t%u" : "%u", v);
	}
}

/* The text without a newline. 0, -ENOENT, -EINVAL when size is too small. */
int sysctl_get(struct net *net, const char *name, char *buf, u32 size)
{
	const struct sysctl_row *row = row_find(net, name);
	struct strbuf sb;

	if (!row)
		return -ENOENT;
	strbuf_init(&sb, buf, size);
	if (row->kind == SYSCTL_STRING)
		strbuf_puts(&sb, row_field(net, row));
	else if (row_nr_values(row) > 1)
		put_vec(&sb, net, row);
	else
		strbuf_printf(&sb, "%lld", (long long)load_scalar(net, row));
	return sb.truncated ? -EINVAL : 0;
}

void sysctl_for_each(struct net *net,
		     void (*fn)(struct net *net, const struct sysctl_row *row, void *arg),
		     void *arg)
{
	struct sysctl_table *table;
	u32 i;

	list_for_each_entry(table, &net->sysctl_tables, list) {
		for (i = 0; i < table->nr_rows; i++)
			fn(net, &table->rows[i], arg);
	}
}
