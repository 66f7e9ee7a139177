/* SPDX-License-Identifier: BSD-2-Clause */
/* The engine of sysctls: rows to text and back. */
#include "core/sysctl.h"

#include <errno.h>
#include <stdio.h>

#include "core/internal.h"

enum { VALUE_MAX = 256, NAME_MAX_NS = 128 };

/* What a name means. */
struct sysctl_ref {
	const struct sysctl_row *row;
	void *base;			/* of row->offset */
	const struct sysctl_dev_table *table;	/* NULL: one for all */
	enum sysctl_scope scope;
	struct net_device *dev;		/* of SYSCTL_DEV */
};

static void *row_field(void *base, const struct sysctl_row *row)
{
	return (u8 *)base + row->offset;
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
	if (row->kind == SYSCTL_HZ_NS)
		return 10 * NSEC_PER_MSEC;
	return row->kind == SYSCTL_SEC_NS ? NSEC_PER_SEC : 1;
}

/* v in the unit of the text, known to be in range. */
static void store_scalar(void *base, const struct sysctl_row *row, s64 v)
{
	void *p = row_field(base, row);
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

static s64 load_scalar(void *base, const struct sysctl_row *row)
{
	const void *p = row_field(base, row);
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

static void store_vec(void *base, const struct sysctl_row *row, const s64 *v, u32 n)
{
	u8 *p = row_field(base, row);
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

static void set_default(void *base, const struct sysctl_row *row)
{
	char *s = row_field(base, row);

	if (row->kind == SYSCTL_STRING) {
		memset(s, 0, row->size);
		if (row->def_str)
			memcpy(s, row->def_str,
			       min_t(size_t, strlen(row->def_str), row->size - 1u));
	} else if (row_nr_values(row) > 1) {
		store_vec(base, row, row->def_vec, row_nr_values(row));
	} else {
		store_scalar(base, row, row->def);
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

void sysctl_register_dev(struct net *net, struct sysctl_dev_table *table)
{
	void *all = table->values(net, SYSCTL_ALL, NULL), *def = table->values(net, SYSCTL_DEFAULT, NULL);
	u32 i;

	ASSERT(table->nr_rows <= 64);
	list_add_tail(&table->list, &net->sysctl_dev_tables);
	for (i = 0; i < table->nr_rows; i++) {
		set_default(def, &table->rows[i]);
		if (all)
			store_scalar(all, &table->rows[i], table->rows[i].def_all);
	}
}

/* -- names ------------------------------------------------------------------------ */
/* Octets of s before the first a or b, or all. */
static size_t length_before(const char *s, char a, char b)
{
	size_t n = 0;

	while (s[n] && s[n] != a && s[n] != b)
		n++;
	return n;
}

/* The name with slashes: the first of the two separates, and the other one stands for a dot. */
static bool make_path(const char *name, char path[NAME_MAX_NS])
{
	size_t len = strlen(name), first = length_before(name, '.', '/'), i;

	if (len >= NAME_MAX_NS)
		return false;
	for (i = 0; i <= len; i++) {
		path[i] = name[i];
		if (name[first] == '.' && (name[i] == '.' || name[i] == '/'))
			path[i] = name[i] == '.' ? '/' : '.';
	}
	return true;
}

/* What follows in path what is written with dots in prefix; NULL: it begins otherwise. */
static const char *path_after(const char *path, const char *prefix)
{
	for (; *prefix; prefix++, path++)
		if (*path != (*prefix == '.' ? '/' : *prefix))
			return NULL;
	return path;
}

static bool find_plain(struct net *net, const char *path, struct sysctl_ref *ref)
{
	struct sysctl_table *table;
	u32 i;

	list_for_each_entry(table, &net->sysctl_tables, list) {
		for (i = 0; i < table->nr_rows; i++) {
			const char *end = path_after(path, table->rows[i].name);

			if (!end || *end)
				continue;
			*ref = (struct sysctl_ref){ .row = &table->rows[i], .base = net };
			return true;
		}
	}
	return false;
}

/* The table of rows for devices, and the row; *scope, len octets of path: which device. */
static bool find_row(struct net *net, const char *path, struct sysctl_ref *ref, const char **scope,
		     size_t *len)
{
	const struct sysctl_dev_table *table;
	u32 i;

	list_for_each_entry(table, &net->sysctl_dev_tables, list) {
		*scope = path_after(path, table->prefix);
		*len = *scope ? length_before(*scope, '/', '/') : 0;
		for (i = 0; *len && i < table->nr_rows && (*scope)[*len]; i++) {
			if (strcmp(*scope + *len + 1, table->rows[i].name))
				continue;
			ref->table = table;
			ref->row = &table->rows[i];
			return true;
		}
	}
	return false;
}

static bool find_of_device(struct net *net, const char *path, struct sysctl_ref *ref)
{
	char name[IFNAMSIZ_NS] = "";
	const char *scope;
	size_t len;

	*ref = (struct sysctl_ref){ 0 };
	if (!find_row(net, path, ref, &scope, &len) || len >= sizeof(name))
		return false;
	memcpy(name, scope, len);
	ref->scope = SYSCTL_DEV;
	if (!strcmp(name, "all"))
		ref->scope = SYSCTL_ALL;
	else if (!strcmp(name, "default"))
		ref->scope = SYSCTL_DEFAULT;
	else
		ref->dev = dev_get_by_name(net, name);
	if (ref->scope == SYSCTL_DEV && !ref->dev)
		return false;
	ref->base = ref->table->values(net, ref->scope, ref->dev);
	return ref->base;
}

static bool find(struct net *net, const char *name, struct sysctl_ref *ref)
{
	char path[NAME_MAX_NS];

	return make_path(name, path) && (find_plain(net, path, ref) || find_of_device(net, path, ref));
}

bool sysctl_is_of_device(struct net *net, const char *name)
{
	char path[NAME_MAX_NS];
	struct sysctl_ref ref;
	const char *scope;
	size_t len;

	return make_path(name, path) && find_row(net, path, &ref, &scope, &len);
}

/* -- text ------------------------------------------------------------------------- */
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

/* A number as strtol() of base 0 takes it, that ends at a blank or the end. */
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
	} else if (*p == '0') {
		base = 8;
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

/* more: what comes behind max numbers is nobody's business, and not wrong. */
static int parse_numbers(const char *text, s64 *v, u32 max, u32 *n, bool more)
{
	for (*n = 0;; ++*n) {
		int ret;

		while (is_blank(*text))
			text++;
		if (!*text)
			return *n ? 0 : -EINVAL;
		if (*n == max)
			return more ? 0 : -EINVAL;
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

/* The upper end of a range of two, which stays when only the lower is written */
static u16 range_end(void *base, const struct sysctl_row *row)
{
	u16 end;

	memcpy(&end, (u8 *)row_field(base, row) + sizeof(end), sizeof(end));
	return end;
}

static int write_numbers(void *base, const struct sysctl_row *row, const char *value, bool more)
{
	u32 want = row_nr_values(row), n, i;
	s64 v[3];
	int ret = parse_numbers(value, v, want, &n, more);

	if (ret)
		return ret;
	for (i = 0; i < n; i++) {
		if (!in_range(row, v[i]))
			return -EINVAL;
	}
	if (row->kind == SYSCTL_U16_RANGE && v[0] > (n == 2 ? v[1] : range_end(base, row)))
		return -EINVAL;
	if (want > 1)
		store_vec(base, row, v, n);	/* fewer: the first ones, as on Linux */
	else
		store_scalar(base, row, v[0]);
	return 0;
}

static int write_string(void *base, const struct sysctl_row *row, const char *value)
{
	size_t len;

	while (is_blank(*value))
		value++;
	len = strlen(value);
	while (len && is_blank(value[len - 1]))
		len--;
	if (len >= row->size)
		return -EINVAL;
	memset(row_field(base, row), 0, row->size);
	memcpy(row_field(base, row), value, len);
	return 0;
}

/* -- settings of devices ---------------------------------------------------------- */
/* Two rows may be two units of one value. */
static u64 row_bit(const struct sysctl_ref *ref)
{
	u32 i = 0;

	while (ref->table->rows[i].offset != ref->row->offset)
		i++;
	return 1ull << i;
}

/* As Linux: "default" is also every device's for which nobody has said otherwise. */
static void pass_on(struct net *net, const struct sysctl_ref *ref)
{
	struct net_device *dev;

	for_each_netdev(net, dev) {
		u64 *values = ref->table->values(net, SYSCTL_DEV, dev);

		if (values && !(*values & row_bit(ref)))
			memcpy(row_field(values, ref->row), row_field(ref->base, ref->row),
			       row_size(ref->row));
	}
}

static void was_set(struct net *net, const struct sysctl_ref *ref)
{
	if (!ref->table || !ref->table->inherits || ref->row->unshared)
		return;
	if (ref->scope == SYSCTL_DEV)
		*(u64 *)ref->base |= row_bit(ref);
	else if (ref->scope == SYSCTL_DEFAULT)
		pass_on(net, ref);
}

static int apply(struct net *net, const struct sysctl_ref *ref)
{
	const struct sysctl_row *row = ref->row;

	if (ref->table)
		return row->apply_dev ? row->apply_dev(net, row, ref->scope, ref->dev) : 0;
	return row->apply ? row->apply(net, row) : 0;
}

/* A refusal by apply() leaves the old value. */
static int set_value(struct net *net, const char *name, const char *value, bool more)
{
	const struct sysctl_row *row;
	struct sysctl_ref ref;
	u8 old[VALUE_MAX];
	int ret;

	if (!find(net, name, &ref))
		return -ENOENT;
	row = ref.row;
	if (row->readonly)
		return -EPERM;
	memcpy(old, row_field(ref.base, row), row_size(row));
	ret = row->kind == SYSCTL_STRING ? write_string(ref.base, row, value) :
					   write_numbers(ref.base, row, value, more);
	if (!ret)
		ret = apply(net, &ref);
	if (ret)
		memcpy(row_field(ref.base, row), old, row_size(row));
	else
		was_set(net, &ref);
	return ret;
}

int sysctl_set(struct net *net, const char *name, const char *value)
{
	return set_value(net, name, value, false);
}

int sysctl_write(struct net *net, const char *name, const char *value)
{
	return set_value(net, name, value, true);
}

static void put_vec(struct strbuf *sb, void *base, const struct sysctl_row *row)
{
	const u8 *p = row_field(base, row);
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
	const struct sysctl_row *row;
	struct sysctl_ref ref;
	struct strbuf sb;

	if (!find(net, name, &ref))
		return -ENOENT;
	row = ref.row;
	strbuf_init(&sb, buf, size);
	if (row->kind == SYSCTL_STRING)
		strbuf_puts(&sb, row_field(ref.base, row));
	else if (row_nr_values(row) > 1)
		put_vec(&sb, ref.base, row);
	else
		strbuf_printf(&sb, "%lld", (long long)load_scalar(ref.base, row));
	return sb.truncated ? -EINVAL : 0;
}

/* -- all of them ------------------------------------------------------------------ */
typedef void (*sysctl_fn)(struct net *net, const char *name, void *arg);

static void each_row(struct net *net, const struct sysctl_dev_table *table, enum sysctl_scope scope,
		     const struct net_device *dev, sysctl_fn fn, void *arg)
{
	char name[NAME_MAX_NS], of[IFNAMSIZ_NS] = "all", *dot;
	u32 i;

	if (!table->values(net, scope, dev))
		return;
	if (scope != SYSCTL_ALL)
		snprintf(of, sizeof(of), "%s", dev ? dev->name : "default");
	while ((dot = strchr(of, '.')))
		*dot = '/';
	for (i = 0; i < table->nr_rows; i++) {
		snprintf(name, sizeof(name), "%s%s.%s", table->prefix, of, table->rows[i].name);
		fn(net, name, arg);
	}
}

void sysctl_for_each(struct net *net, sysctl_fn fn, void *arg)
{
	struct sysctl_dev_table *devs;
	struct sysctl_table *table;
	struct net_device *dev;
	u32 i;

	list_for_each_entry(table, &net->sysctl_tables, list) {
		for (i = 0; i < table->nr_rows; i++)
			fn(net, table->rows[i].name, arg);
	}
	list_for_each_entry(devs, &net->sysctl_dev_tables, list) {
		each_row(net, devs, SYSCTL_ALL, NULL, fn, arg);
		each_row(net, devs, SYSCTL_DEFAULT, NULL, fn, arg);
		for_each_netdev(net, dev)
			each_row(net, devs, SYSCTL_DEV, dev, fn, arg);
	}
}
