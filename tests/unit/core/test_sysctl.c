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
		{ "t.u32", "017", 0, "15" },
		{ "t.u32", "019", -EINVAL, "15" },
		{ "t.u32", "16", 0, "16" },
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
		{ "t.range", "61000", -EINVAL, "32768\t60999" },
		{ "t.range", "1025", 0, "1025\t60999" },
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

/* As a file: the numbers that there are none for are not looked at. */
Test(sysctl, writes_take_the_first)
{
	char buf[64];

	cr_assert_eq(sysctl_write(f.net, "t.u32", "17 18"), 0);
	sysctl_get(f.net, "t.u32", buf, sizeof(buf));
	cr_assert_str_eq(buf, "17");
	cr_assert_eq(sysctl_write(f.net, "t.u32", "18 x"), 0);
	cr_assert_eq(sysctl_write(f.net, "t.u32", "18x"), -EINVAL);
	cr_assert_eq(sysctl_write(f.net, "t.u32", "x 18"), -EINVAL);
	cr_assert_eq(sysctl_write(f.net, "t.vec", "1 2 3 4"), 0);
	sysctl_get(f.net, "t.vec", buf, sizeof(buf));
	cr_assert_str_eq(buf, "1\t2\t3");
}

static void count(struct net *net, const char *name, void *arg)
{
	char buf[64];

	cr_assert_eq(sysctl_get(net, name, buf, sizeof(buf)), 0, "%s", name);
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

/* -- of devices ---------------------------------------------------------------------------- */
struct values {
	u64 set;
	u32 plain, watched;
	u64 time;
};

static struct values all, defaults, of_dev[2];
static struct net_device *devs[2];
static const char *applied;

static int apply_watched(struct net *net, const struct sysctl_row *row, enum sysctl_scope scope,
			 struct net_device *dev)
{
	(void)net;
	cr_assert_str_eq(row->name, "watched");
	applied = scope == SYSCTL_ALL ? "all" : scope == SYSCTL_DEFAULT ? "default" : dev->name;
	return dev && of_dev[dev == devs[1]].watched == 13 ? -EINVAL : 0;
}

static const struct sysctl_row dev_rows[] = {
	{ .name = "plain", .kind = SYSCTL_U32, .offset = offsetof(struct values, plain), .def = 2,
	  .def_all = 1, .max = 50 },
	{ .name = "watched", .kind = SYSCTL_U32, .offset = offsetof(struct values, watched),
	  .apply_dev = apply_watched },
	{ .name = "time_ms", .kind = SYSCTL_MS_NS, .offset = offsetof(struct values, time), .def = 3000 },
	{ .name = "time", .kind = SYSCTL_SEC_NS, .offset = offsetof(struct values, time), .def = 3 },
	{ .name = "ticks", .kind = SYSCTL_HZ_NS, .offset = offsetof(struct values, time), .def = 300 },
};

static void *values(struct net *net, enum sysctl_scope scope, const struct net_device *dev)
{
	(void)net;
	if (scope != SYSCTL_DEV)
		return scope == SYSCTL_ALL ? &all : &defaults;
	return dev == devs[0] ? &of_dev[0] : dev == devs[1] ? &of_dev[1] : NULL;
}

static struct sysctl_dev_table dev_table = { .prefix = "t.conf.", .rows = dev_rows,
					     .nr_rows = ARRAY_SIZE(dev_rows), .values = values,
					     .inherits = true };

static int set(const char *name, const char *value)
{
	return sysctl_set(f.net, name, value);
}

Test(sysctl, of_devices)
{
	u32 n = 0;

	sysctl_register_dev(f.net, &dev_table);
	devs[0] = fixture_dev_new(f.net, "eth0", 0);
	devs[1] = fixture_dev_new(f.net, "eth0.5", 0);
	fixture_dev_new(f.net, "none", 0);
	of_dev[0] = of_dev[1] = defaults;
	cr_assert_str_eq(get("t.conf.all.plain"), "1");
	cr_assert_str_eq(get("t.conf.default.plain"), "2");
	cr_assert_str_eq(get("t.conf.eth0.plain"), "2");
	cr_assert_eq(set("t.conf.eth0.plain", "7"), 0);
	cr_assert_eq(set("t.conf.eth0/5.plain", "8"), 0, "the other separator is a dot");
	cr_assert_str_eq(get("t/conf/eth0/plain"), "7");
	cr_assert_str_eq(get("t/conf/eth0.5/plain"), "8");
	cr_assert_eq(set("t.conf.eth0.plain", "51"), -EINVAL);
	cr_assert_eq(set("t.conf.eth0.nothing", "1"), -ENOENT);
	cr_assert_eq(set("t.conf.eth1.plain", "1"), -ENOENT);
	cr_assert_eq(set("t.conf.none.plain", "1"), -ENOENT, "a device without values");
	cr_assert_eq(set("t.conf.eth0", "1"), -ENOENT);
	cr_assert_eq(set("t.conf..plain", "1"), -ENOENT);
	cr_assert_eq(set("t.conf.eth0.plain.more", "1"), -ENOENT);
	cr_assert_eq(set("t.conf.anamethatislongerthanany.plain", "1"), -ENOENT);
	cr_assert(sysctl_is_of_device(f.net, "t.conf.eth7.plain") &&
		  !sysctl_is_of_device(f.net, "t.conf.eth7.nothing") &&
		  !sysctl_is_of_device(f.net, "t.even"));
	sysctl_for_each(f.net, count, &n);
	cr_assert_eq(n, ARRAY_SIZE(rows) + 12 + 4 * ARRAY_SIZE(dev_rows));
	list_del_init(&dev_table.list);
}

/* "default" reaches whom nobody told otherwise; "all" nobody: what it means is the reader's business. */
Test(sysctl, devices_follow_default)
{
	sysctl_register_dev(f.net, &dev_table);
	devs[0] = fixture_dev_new(f.net, "eth0", 0);
	devs[1] = fixture_dev_new(f.net, "eth1", 0);
	of_dev[0] = of_dev[1] = defaults;
	cr_assert_eq(set("t.conf.eth0.plain", "2"), 0, "the value that it has");
	cr_assert_eq(set("t.conf.default.plain", "9"), 0);
	cr_assert(of_dev[0].plain == 2 && of_dev[1].plain == 9);
	cr_assert_eq(set("t.conf.all.plain", "10"), 0);
	cr_assert(of_dev[0].plain == 2 && of_dev[1].plain == 9 && defaults.plain == 9);
	cr_assert_eq(set("t.conf.eth0.time", "5"), 0);
	cr_assert_str_eq(get("t.conf.eth0.time_ms"), "5000");
	cr_assert_str_eq(get("t.conf.eth0.ticks"), "500");
	cr_assert_eq(set("t.conf.default.time_ms", "1500"), 0);
	cr_assert_str_eq(get("t.conf.eth0.time_ms"), "5000", "one value in several units");
	cr_assert_str_eq(get("t.conf.eth1.time"), "1");
	list_del_init(&dev_table.list);
}

Test(sysctl, writes_to_devices_are_told)
{
	sysctl_register_dev(f.net, &dev_table);
	devs[0] = fixture_dev_new(f.net, "eth0", 0);
	devs[1] = fixture_dev_new(f.net, "eth1", 0);
	of_dev[0] = of_dev[1] = defaults;
	cr_assert_eq(set("t.conf.eth1.watched", "4"), 0);
	cr_assert_str_eq(applied, "eth1");
	cr_assert_eq(set("t.conf.all.watched", "4"), 0);
	cr_assert_str_eq(applied, "all");
	cr_assert_eq(set("t.conf.default.watched", "4"), 0);
	cr_assert_str_eq(applied, "default");
	cr_assert_eq(set("t.conf.eth0.watched", "13"), -EINVAL);
	cr_assert(of_dev[0].watched == 4 && !of_dev[0].set, "a refusal leaves all as it was");
	list_del_init(&dev_table.list);
}
