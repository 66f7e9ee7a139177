/* SPDX-License-Identifier: BSD-2-Clause */
/* sysctls: every kind of row, text in and out, ranges, refusals. */
#include <errno.h>

#include "core/internal.h"
#include "tests/unit/fixture.h"

static struct fixture f;

/* Rows need a place in struct net: the drop counters serve as scratch. */
#define AT(i) (offsetof(struct net, drops) + (i) * sizeof(u64))

static int refuse_odd(struct net *net, const struct sysctl_row *row)
{
	u32 v;

	memcpy(&v, (const u8 *)net + row->offset, sizeof(v));
	return v & 1 ? -EINVAL : 0;
}

static const struct sysctl_row rows[] = {
	{ .name = "t.u8", .kind = SYSCTL_U8, .offset = AT(0), .def = 3 },
	{ .name = "t.u32", .kind = SYSCTL_U32, .offset = AT(1), .def = 10, .min = 5, .max = 20 },
	{ .name = "t.s32", .kind = SYSCTL_S32, .offset = AT(2), .def = -1 },
	{ .name = "t.ms", .kind = SYSCTL_MS_NS, .offset = AT(3), .def = 200 },
	{ .name = "t.sec", .kind = SYSCTL_SEC_NS, .offset = AT(4), .def = 7200 },
	{ .name = "t.vec", .kind = SYSCTL_U32_VEC3, .offset = AT(5), .def_vec = { 1, 2, 3 } },
	{ .name = "t.range", .kind = SYSCTL_U16_RANGE, .offset = AT(7), .def_vec = { 100, 200 } },
	{ .name = "t.str", .kind = SYSCTL_STRING, .size = 8, .offset = AT(8), .def_str = "cubic" },
	{ .name = "t.ro", .kind = SYSCTL_U32, .offset = AT(9), .def = 1, .readonly = true },
	{ .name = "t.even", .kind = SYSCTL_U32, .offset = AT(10), .def = 2, .apply = refuse_odd },
	{ .name = "t.u64", .kind = SYSCTL_U64, .offset = AT(11), .def = 1ll << 40 },
};

static struct sysctl_table table = { .rows = rows, .nr_rows = ARRAY_SIZE(rows) };

static void setup(void)
{
	fixture_net_new(&f, 1);
	sysctl_register(f.net, &table);
}

static void teardown(void)
{
	fixture_net_free(&f);
}

TestSuite(sysctl, .init = setup, .fini = teardown);

static const char *get(const char *name)
{
	static char buf[64];

	cr_assert_eq(sysctl_get(f.net, name, buf, sizeof(buf)), 0, "%s", name);
	return buf;
}

Test(sysctl, defaults)
{
	cr_assert_str_eq(get("net.core.somaxconn"), "4096");
	cr_assert_str_eq(get("net/core/rmem_default"), "212992");
	cr_assert_str_eq(get("net.core.default_qdisc"), "pfifo");
	cr_assert_eq(f.net->core.netdev_max_backlog, 1000);
	cr_assert_str_eq(get("t.s32"), "-1");
	cr_assert_str_eq(get("t.ms"), "200");
	cr_assert_eq(f.net->drops[3], 200 * NSEC_PER_MSEC);
	cr_assert_eq(f.net->drops[4], 7200 * NSEC_PER_SEC);
	cr_assert_str_eq(get("t.vec"), "1\t2\t3");
	cr_assert_str_eq(get("t.range"), "100\t200");
	cr_assert_str_eq(get("t.str"), "cubic");
	cr_assert_str_eq(get("t.u64"), "1099511627776");
}

Test(sysctl, values)
{
	static const struct {
		const char *name, *value;
		int ret;
		const char *after;
	} cases[] = {
		{ "t.u8", "255", 0, "255" },
		{ "t.u8", "256", -EINVAL, "255" },
		{ "t.u8", "-1", -EINVAL, "255" },
		{ "t.u32", " 12\n", 0, "12" },
		{ "t.u32", "0x10", 0, "16" },
		{ "t.u32", "4", -EINVAL, "16" },
		{ "t.u32", "21", -EINVAL, "16" },
		{ "t.u32", "", -EINVAL, "16" },
		{ "t.u32", "x", -EINVAL, "16" },
		{ "t.u32", "12x", -EINVAL, "16" },
		{ "t.u32", "12 13", -EINVAL, "16" },
		{ "t.u32", "99999999999999999999999", -EINVAL, "16" },
		{ "t.s32", "-2147483648", 0, "-2147483648" },
		{ "t.s32", "2147483648", -EINVAL, "-2147483648" },
		{ "t.ms", "-1", -EINVAL, "200" },
		{ "t.vec", "4096 16384\t4194304", 0, "4096\t16384\t4194304" },
		{ "t.vec", "5", 0, "5\t16384\t4194304" },
		{ "t.vec", "1 2 3 4", -EINVAL, "5\t16384\t4194304" },
		{ "t.range", "32768 60999", 0, "32768\t60999" },
		{ "t.range", "200 100", -EINVAL, "32768\t60999" },
		{ "t.range", "1 65536", -EINVAL, "32768\t60999" },
		{ "t.range", "1", -EINVAL, "32768\t60999" },
		{ "t.str", " reno\n", 0, "reno" },
		{ "t.str", "muchtoolong", -EINVAL, "reno" },
		{ "t.ro", "2", -EPERM, "1" },
		{ "t.even", "4", 0, "4" },
		{ "t.even", "5", -EINVAL, "4" },
		{ "net.core.default_qdisc", "fq", -ENOENT, "pfifo" },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_assert_eq(sysctl_set(f.net, cases[i].name, cases[i].value), cases[i].ret,
			     "%s = '%s'", cases[i].name, cases[i].value);
		cr_assert_str_eq(get(cases[i].name), cases[i].after);
	}
	cr_assert_eq(sysctl_set(f.net, "t.none", "1"), -ENOENT);
	cr_assert_eq(sysctl_set(f.net, "t/even", "6"), 0);
}

static void count(struct net *net, const struct sysctl_row *row, void *arg)
{
	char buf[64];

	cr_assert_eq(sysctl_get(net, row->name, buf, sizeof(buf)), 0);
	++*(u32 *)arg;
}

Test(sysctl, all_rows_are_walked)
{
	u32 n = 0;
	char tiny[2];

	sysctl_for_each(f.net, count, &n);
	cr_assert_eq(n, ARRAY_SIZE(rows) + 12);
	cr_assert_eq(sysctl_get(f.net, "t.vec", tiny, sizeof(tiny)), -EINVAL);
}
