/* SPDX-License-Identifier: BSD-2-Clause */
/* /sys/class/net/DEV/queues: names, masks, limits, and that what is written is what the queues then have. */
#include <errno.h>

#include "proc/proc.h"
#include "tests/unit/fixture.h"

enum { SHARDS = 3 };

/*
 * Three shards. "each" has two queues in the first, one in the second and three in the third; "card" has
 * four, all in the first, with byte queue limits; "lone" is one queue of the first.
 */
static struct net_group group;
static struct fixture f[SHARDS];
static char text[4096];

static struct net_device *add(u32 shard, const char *name, u32 queues, bool remote)
{
	struct net_device *dev =
		alloc_netdev_mqs(f[shard].net, name, sizeof(struct fixture_dev), queues, queues);

	cr_assert_not_null(dev);
	ether_setup(dev);
	dev->ops = &fixture_dev_ops;
	dev->remote = remote;
	fixture_dev(dev)->stop_after = -1;
	skb_queue_head_init(&fixture_dev(dev)->tx);
	skb_queue_head_init(&fixture_dev(dev)->rx);
	cr_assert_eq(register_netdev(dev), 0);
	return dev;
}

static void setup(void)
{
	static const u32 each[SHARDS] = { 2, 1, 3 };
	u32 i;

	memset(&group, 0, sizeof(group));
	group.nr = SHARDS;
	for (i = 0; i < SHARDS; i++) {
		struct net *net = calloc(1, sizeof(*net));

		net->cfg = fixture_cfg(&f[i], 40 + i);
		net->cfg.group = &group;
		net->cfg.shard = i;
		f[i].net = group.nets[i] = net;
		cr_assert_eq(core_net_init(net), 0);
		add(i, "each", each[i], false);
		add(i, "card", i ? 1 : 4, i > 0)->bql = !i;
		add(i, "lone", 1, i > 0);
	}
}

static void teardown(void)
{
	u32 i;

	for (i = 0; i < SHARDS; i++)
		fixture_net_free(&f[i]);
}

TestSuite(queue_files, .init = setup, .fini = teardown);

static const char *path_of(const char *file)
{
	static char path[128];

	snprintf(path, sizeof(path), "class/net/%s", file);
	return path;
}

/* What the file has, or "-ERRNO", whichever shard is asked. */
static const char *show(const char *file)
{
	static char first[sizeof(text)];
	struct strbuf sb;
	u32 i;

	for (i = 0; i < SHARDS; i++) {
		int ret;

		strbuf_init(&sb, text, sizeof(text));
		ret = proc_read(f[i].net, path_of(file), &sb);
		if (ret)
			snprintf(text, sizeof(text), "%d", ret);
		if (!i)
			memcpy(first, text, sizeof(first));
		cr_assert_str_eq(text, first, "%s", file);
	}
	return text;
}

static int put(const char *file, const char *value)
{
	return proc_write(f[0].net, path_of(file), value);
}

static struct net_device *dev_of(u32 shard, const char *name)
{
	return dev_get_by_name(f[shard].net, name);
}

Test(queue_files, rps_cpus)
{
	cr_assert_str_eq(show("each/queues/rx-0/rps_cpus"), "0\n");
	cr_assert_eq(put("each/queues/rx-2/rps_cpus", "5\n"), 0);
	cr_assert_str_eq(show("each/queues/rx-2/rps_cpus"), "5\n");
	cr_assert_eq(dev_of(1, "each")->rx[0].rps_cpus, 5,
		     "the third is the second worker's first");
	cr_assert_eq(put("each/queues/rx-5/rps_cpus", "2"), 0);
	cr_assert_eq(dev_of(2, "each")->rx[2].rps_cpus, 2);
	cr_assert_eq(put("each/queues/rx-2/rps_cpus", "8"), -EOVERFLOW, "three workers");
	cr_assert_eq(put("each/queues/rx-2/rps_cpus", "x"), -EINVAL);
	cr_assert_str_eq(show("each/queues/rx-2/rps_cpus"), "5\n", "as it was");
	cr_assert_str_eq(show("each/queues/rx-6/rps_cpus"), "-2");
	cr_assert_eq(put("each/queues/rx-6/rps_cpus", "1"), -ENOENT);
	cr_assert_str_eq(show("lone/queues/rx-0/rps_cpus"), "0\n");
	cr_assert_str_eq(show("lone/queues/rx-1/rps_cpus"), "-2", "a remote device has none");
}

Test(queue_files, xps_rxqs)
{
	cr_assert_str_eq(show("each/queues/tx-4/xps_rxqs"), "00\n", "six queues: two digits");
	cr_assert_eq(put("each/queues/tx-4/xps_rxqs", "28"), 0);
	cr_assert_eq(dev_of(2, "each")->tx[1].xps_rxqs, 5, "the third worker's first and third");
	cr_assert(dev_of(2, "each")->xps);
	cr_assert_str_eq(show("each/queues/tx-4/xps_rxqs"), "28\n");
	cr_assert_eq(put("each/queues/tx-4/xps_rxqs", "4"), -EINVAL, "another worker's");
	cr_assert_eq(put("each/queues/tx-4/xps_rxqs", "40"), -EOVERFLOW);
	cr_assert_str_eq(show("each/queues/tx-4/xps_rxqs"), "28\n");
	cr_assert_eq(put("each/queues/tx-4/xps_rxqs", "0"), 0);
	cr_assert_not(dev_of(2, "each")->xps);
	cr_assert_eq(put("card/queues/tx-1/xps_rxqs", "f"), 0);
	cr_assert_eq(dev_of(0, "card")->tx[1].xps_rxqs, 15);
	cr_assert_eq(put("lone/queues/tx-0/xps_rxqs", "1"), 0);
}

Test(queue_files, xps_cpus)
{
	cr_assert_str_eq(show("card/queues/tx-3/xps_cpus"), "0\n");
	cr_assert_eq(put("card/queues/tx-3/xps_cpus", "6"), 0);
	cr_assert_str_eq(show("card/queues/tx-3/xps_cpus"), "6\n");
	cr_assert_eq(dev_of(0, "card")->tx[3].xps_cpus, 6);
	cr_assert(dev_of(0, "card")->xps_by_cpu);
	cr_assert_eq(put("card/queues/tx-3/xps_cpus", "8"), -EOVERFLOW);
	cr_assert_eq(put("card/queues/tx-3/xps_cpus", "0"), 0);
	cr_assert_not(dev_of(0, "card")->xps_by_cpu);
	/* a queue of the second worker's is for nobody else */
	cr_assert_eq(put("each/queues/tx-2/xps_cpus", "2"), 0);
	cr_assert_eq(put("each/queues/tx-2/xps_cpus", "3"), -EINVAL);
	cr_assert_eq(put("each/queues/tx-2/xps_cpus", "1"), -EINVAL);
	cr_assert_str_eq(show("each/queues/tx-2/xps_cpus"), "2\n");
	/* there is nothing to choose */
	cr_assert_str_eq(show("lone/queues/tx-0/xps_cpus"), "-2");
	cr_assert_eq(put("lone/queues/tx-0/xps_cpus", "1"), -ENOENT);
	cr_assert_eq(proc_may_write(f[0].net, path_of("lone/queues/tx-0/xps_cpus")), 0,
		     "but the file is there");
}

Test(queue_files, what_no_device_has)
{
	cr_assert_str_eq(show("card/queues/tx-0/traffic_class"), "0\n");
	cr_assert_str_eq(show("lone/queues/tx-0/traffic_class"), "-2");
	cr_assert_eq(put("card/queues/tx-0/traffic_class", "0"), -EACCES);
	cr_assert_str_eq(show("card/queues/tx-0/tx_maxrate"), "0\n");
	cr_assert_eq(put("card/queues/tx-0/tx_maxrate", "0"), -EOPNOTSUPP);
	dev_of(0, "card")->tx[2].timeouts = 3;
	cr_assert_str_eq(show("card/queues/tx-2/tx_timeout"), "3\n");
	cr_assert_eq(put("card/queues/tx-2/tx_timeout", "0"), -EACCES);
	cr_assert_str_eq(show("card/queues/rx-0/rps_flow_cnt"), "-2");
}

Test(queue_files, byte_queue_limits)
{
	static const char *const numbers[] = { "1000", "5\n", "+5", "010", "max" };
	static const u32 values[] = { 1000, 5, 5, 10, 1879048192 };
	struct dql *q = &dev_of(0, "card")->tx[1].dql;
	u32 i;

	q->limit = 3028;
	dql_queued(q, 1514);
	cr_assert_str_eq(show("card/queues/tx-1/byte_queue_limits/limit"), "3028\n");
	cr_assert_str_eq(show("card/queues/tx-1/byte_queue_limits/inflight"), "1514\n");
	cr_assert_str_eq(show("card/queues/tx-1/byte_queue_limits/limit_min"), "0\n");
	cr_assert_str_eq(show("card/queues/tx-1/byte_queue_limits/limit_max"), "1879048192\n");
	cr_assert_str_eq(show("card/queues/tx-1/byte_queue_limits/hold_time"), "1000\n");
	cr_assert_eq(put("card/queues/tx-1/byte_queue_limits/inflight", "1"), -EACCES);
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		cr_assert_eq(put("card/queues/tx-1/byte_queue_limits/limit", numbers[i]), 0);
		cr_assert_eq(q->limit, values[i], "\"%s\"", numbers[i]);
	}
	cr_assert_eq(put("card/queues/tx-1/byte_queue_limits/limit_min", "100"), 0);
	cr_assert_eq(q->min_limit, 100);
	cr_assert_eq(put("card/queues/tx-1/byte_queue_limits/limit_max", "200"), 0);
	cr_assert_eq(q->max_limit, 200);
	cr_assert_eq(put("card/queues/tx-1/byte_queue_limits/limit_max", "max\n"), 0);
	cr_assert_eq(q->max_limit, DQL_MAX_LIMIT);
	cr_assert_eq(put("card/queues/tx-1/byte_queue_limits/hold_time", "4294967295"), 0);
	cr_assert_eq(q->hold_ns, 4294967295 * NSEC_PER_MSEC);
	cr_assert_str_eq(show("card/queues/tx-1/byte_queue_limits/hold_time"), "4294967295\n");
	cr_assert_eq(dev_of(0, "card")->tx[0].dql.min_limit, 0, "the other queues have their own");
	cr_assert_str_eq(show("each/queues/tx-1/byte_queue_limits/limit"), "-2",
			 "its driver does not tell");
}

Test(queue_files, rubbish_for_limits)
{
	static const char *const wrong[] = { "x",    " 5", "5 ",   "5\n\n", "-1",
					     "0x10", "\n", "max ", "5x",    "1879048193" };
	struct dql *q = &dev_of(0, "card")->tx[0].dql;
	u32 i;

	q->limit = 77;
	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		cr_assert_eq(put("card/queues/tx-0/byte_queue_limits/limit", wrong[i]), -EINVAL,
			     "\"%s\"", wrong[i]);
	cr_assert_eq(put("card/queues/tx-0/byte_queue_limits/limit", "4294967296"), -ERANGE);
	cr_assert_eq(put("card/queues/tx-0/byte_queue_limits/limit", "99999999999999999999999"),
		     -ERANGE);
	cr_assert_eq(q->limit, 77);
	cr_assert_eq(put("card/queues/tx-0/byte_queue_limits/hold_time", "max"), -EINVAL);
	cr_assert_eq(put("card/queues/tx-0/byte_queue_limits/hold_time", "4294967296"), -ERANGE);
	cr_assert_eq(q->hold_ns, DQL_HOLD_NS);
}

Test(queue_files, names)
{
	static const char *const none[] = {
		"tx-4/xps_cpus",
		"tx-/xps_cpus",
		"tx-00/xps_cpus",
		"tx-0xps_cpus",
		"tx-0/",
		"tx-0",
		"tx-0/rps_cpus",
		"rx-0/xps_cpus",
		"rx-0/byte_queue_limits/limit",
		"tx-0/byte_queue_limits",
		"tx-0/byte_queue_limits/",
		"tx-0/byte_queue_limits/none",
		"tx-0/byte_queue_limitsx/limit",
		"tx-0/limit",
		"tx-99999/xps_cpus",
		"",
		"tx-0/xps_cpus/",
		"bx-0/xps_cpus",
	};
	char file[96];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		snprintf(file, sizeof(file), "card/queues/%s", none[i]);
		cr_assert_str_eq(show(file), "-2", "%s", file);
		cr_assert_eq(put(file, "0"), -ENOENT, "%s", file);
	}
	cr_assert_eq(proc_may_write(f[0].net, path_of("card/queues/tx-0/tx_timeout")), -EACCES);
	cr_assert_eq(proc_may_write(f[0].net, path_of("card/queues/tx-4/xps_rxqs")), -ENOENT);
	cr_assert_eq(proc_may_write(f[0].net, "sys/net/core/somaxconn"), 0);
	cr_assert_eq(put("card/mtu", "0"), -EACCES);
	cr_assert_eq(put("card/none", "0"), -ENOENT);
	cr_assert_eq(put("none/mtu", "0"), -ENOENT);
}

/* -- directories ------------------------------------------------------------ */

static void note(const char *name, enum proc_kind kind, void *arg)
{
	strbuf_printf(arg, "%s%c ", name, "-w/@"[kind]);
}

static const char *list(const char *dir)
{
	struct strbuf sb;
	int ret;

	strbuf_init(&sb, text, sizeof(text));
	ret = proc_list(f[2].net, path_of(dir), note, &sb);
	if (ret)
		snprintf(text, sizeof(text), "%d", ret);
	return text;
}

Test(queue_files, directories)
{
	cr_assert_str_eq(
		list("each/queues"),
		"rx-0/ rx-1/ rx-2/ rx-3/ rx-4/ rx-5/ tx-0/ tx-1/ tx-2/ tx-3/ tx-4/ tx-5/ ");
	cr_assert_str_eq(list("lone/queues"), "rx-0/ tx-0/ ");
	cr_assert_str_eq(list("lone/queues/rx-0"), "rps_cpusw ");
	cr_assert_str_eq(list("lone/queues/tx-0"),
			 "traffic_class- tx_maxratew tx_timeout- xps_cpusw xps_rxqsw ");
	cr_assert_str_eq(
		list("card/queues/tx-3"),
		"byte_queue_limits/ traffic_class- tx_maxratew tx_timeout- xps_cpusw xps_rxqsw ");
	cr_assert_str_eq(list("card/queues/tx-3/byte_queue_limits"),
			 "hold_timew inflight- limitw limit_maxw limit_minw ");
	cr_assert_str_eq(list("each/queues/tx-3/byte_queue_limits"), "-2");
	cr_assert_str_eq(list("card/queues/tx-4"), "-2");
	cr_assert_str_eq(list("card/queues/tx-0/none"), "-2");
	cr_assert_str_eq(list("card/queues/none"), "-2");
	cr_assert_str_eq(list("card/queuesx"), "-2");
}
