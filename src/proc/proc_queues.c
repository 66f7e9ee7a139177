/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /sys/class/net/DEV/queues: what is set for a queue, and how it fares. A device has the queues of all
 * workers, in the workers' order, and a "cpu" is a worker's number. Where several workers have queues of a
 * device, one serves its own worker alone: others' packets do not get there, and masks that say so are
 * refused.
 */
#include "proc/proc_priv.h"

#include <errno.h>

enum { QUEUES_ALL_MAX = NETDEV_QUEUES_MAX * NET_SHARDS_MAX, NUMBER_DIGITS = 4 };

/* One queue, by its number among all of its device. */
struct queue {
	struct net_device *dev; /* as the shard has it whose queue it is */
	u32 shard;
	u16 index;	  /* in dev */
	bool alone;	  /* no other shard has queues of this device */
	u32 first_rx;	  /* number of dev's first receive queue */
	u32 nr_rx, nr_tx; /* of all shards */
};

struct attribute {
	const char *name;
	int (*show)(const struct queue *q, struct strbuf *sb);
	int (*store)(const struct queue *q, const char *value); /* NULL: read-only */
};

/* -- numbers and masks ------------------------------------------------------------------------- */

/* As the kernel reads one: decimal, a sign and the end of the line may be there. 0, -EINVAL, -ERANGE */
static int parse_number(const char *text, u32 *out)
{
	u64 v = 0;

	text += *text == '+';
	if (*text < '0' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9'; text++)
		v = min(v * 10 + (u32)(*text - '0'), (u64)U32_MAX + 1);
	text += *text == '\n';
	if (*text)
		return -EINVAL;
	*out = (u32)v;
	return v > U32_MAX ? -ERANGE : 0;
}

static u32 nr_shards(const struct queue *q)
{
	return net_shards(q->dev->net->group);
}

static void put_shards(const struct queue *q, struct strbuf *sb, u32 shards)
{
	const u64 map = shards;

	strbuf_bitmap(sb, &map, nr_shards(q));
}

static int parse_shards(const struct queue *q, const char *value, u32 *shards)
{
	u64 map;
	int ret = bitmap_parse(value, &map, nr_shards(q));

	*shards = (u32)map;
	return ret;
}

/* -- receive queues ------------------------------------------------------------------------------ */

static int show_rps_cpus(const struct queue *q, struct strbuf *sb)
{
	put_shards(q, sb, q->dev->rx[q->index].rps_cpus);
	return 0;
}

static int store_rps_cpus(const struct queue *q, const char *value)
{
	u32 shards;
	int ret = parse_shards(q, value, &shards);

	return ret ? ret : netif_set_rps_cpus(q->dev, q->index, shards);
}

/* -- transmit queues ----------------------------------------------------------------------------- */

/* No device here has traffic classes. */
static int show_traffic_class(const struct queue *q, struct strbuf *sb)
{
	if (q->nr_tx == 1)
		return -ENOENT;
	strbuf_puts(sb, "0");
	return 0;
}

static int show_tx_maxrate(const struct queue *q, struct strbuf *sb)
{
	(void)q;
	strbuf_puts(sb, "0");
	return 0;
}

/* No device here limits a queue's rate. */
static int store_tx_maxrate(const struct queue *q, const char *value)
{
	(void)q, (void)value;
	return -EOPNOTSUPP;
}

static const struct netdev_queue *txq_of(const struct queue *q)
{
	return netdev_get_tx_queue(q->dev, q->index);
}

static int show_tx_timeout(const struct queue *q, struct strbuf *sb)
{
	strbuf_printf(sb, "%llu", (unsigned long long)txq_of(q)->timeouts);
	return 0;
}

static int show_xps_cpus(const struct queue *q, struct strbuf *sb)
{
	if (q->nr_tx == 1)
		return -ENOENT;
	put_shards(q, sb, txq_of(q)->xps_cpus);
	return 0;
}

static int store_xps_cpus(const struct queue *q, const char *value)
{
	u32 shards;
	int ret;

	if (q->nr_tx == 1)
		return -ENOENT;
	ret = parse_shards(q, value, &shards);
	if (ret)
		return ret;
	if (!q->alone && shards & ~(1u << q->shard))
		return -EINVAL;
	return netif_set_xps_cpus(q->dev, q->index, shards);
}

static int show_xps_rxqs(const struct queue *q, struct strbuf *sb)
{
	DECLARE_BITMAP(map, QUEUES_ALL_MAX) = { 0 };
	u32 i;

	for (i = 0; i < q->dev->num_rx_queues; i++)
		if (txq_of(q)->xps_rxqs >> i & 1)
			bitmap_set(map, q->first_rx + i);
	strbuf_bitmap(sb, map, q->nr_rx);
	return 0;
}

static int store_xps_rxqs(const struct queue *q, const char *value)
{
	DECLARE_BITMAP(map, QUEUES_ALL_MAX) = { 0 };
	int ret = bitmap_parse(value, map, q->nr_rx);
	u64 rxqs = 0;
	u32 i;

	if (ret)
		return ret;
	bitmap_for_each(i, map, q->nr_rx)
	{
		if (i < q->first_rx || i - q->first_rx >= q->dev->num_rx_queues)
			return -EINVAL;
		rxqs |= 1ull << (i - q->first_rx);
	}
	return netif_set_xps_rxqs(q->dev, q->index, rxqs);
}

/* -- byte queue limits --------------------------------------------------------------------------- */

static struct dql *dql_of(const struct queue *q)
{
	return &netdev_get_tx_queue(q->dev, q->index)->dql;
}

static int put_octets(struct strbuf *sb, u32 octets)
{
	strbuf_printf(sb, "%u", octets);
	return 0;
}

static int parse_octets(const char *value, u32 *out)
{
	int ret;

	if (!strcmp(value, "max") || !strcmp(value, "max\n")) {
		*out = DQL_MAX_LIMIT;
		return 0;
	}
	ret = parse_number(value, out);
	return !ret && *out > DQL_MAX_LIMIT ? -EINVAL : ret;
}

#define BQL_OCTETS(file, field)                                           \
	static int show_##file(const struct queue *q, struct strbuf *sb)  \
	{                                                                 \
		return put_octets(sb, dql_of(q)->field);                  \
	}                                                                 \
	static int store_##file(const struct queue *q, const char *value) \
	{                                                                 \
		u32 octets;                                               \
		int ret = parse_octets(value, &octets);                   \
                                                                          \
		if (!ret)                                                 \
			dql_of(q)->field = octets;                        \
		return ret;                                               \
	}
BQL_OCTETS(limit, limit)
BQL_OCTETS(limit_max, max_limit)
BQL_OCTETS(limit_min, min_limit)

static int show_hold_time(const struct queue *q, struct strbuf *sb)
{
	strbuf_printf(sb, "%u", (u32)(dql_of(q)->hold_ns / NSEC_PER_MSEC));
	return 0;
}

static int store_hold_time(const struct queue *q, const char *value)
{
	u32 ms;
	int ret = parse_number(value, &ms);

	if (!ret)
		dql_of(q)->hold_ns = ms * NSEC_PER_MSEC;
	return ret;
}

static int show_inflight(const struct queue *q, struct strbuf *sb)
{
	return put_octets(sb, dql_inflight(dql_of(q)));
}

/* -- names ---------------------------------------------------------------------------------------- */

static const struct attribute rx_files[] = {
	{ "rps_cpus", show_rps_cpus, store_rps_cpus },
	{ NULL, NULL, NULL },
};

static const struct attribute tx_files[] = {
	{ "traffic_class", show_traffic_class, NULL },
	{ "tx_maxrate", show_tx_maxrate, store_tx_maxrate },
	{ "tx_timeout", show_tx_timeout, NULL },
	{ "xps_cpus", show_xps_cpus, store_xps_cpus },
	{ "xps_rxqs", show_xps_rxqs, store_xps_rxqs },
	{ NULL, NULL, NULL },
};

static const struct attribute bql_files[] = {
	{ "hold_time", show_hold_time, store_hold_time },
	{ "inflight", show_inflight, NULL },
	{ "limit", show_limit, store_limit },
	{ "limit_max", show_limit_max, store_limit_max },
	{ "limit_min", show_limit_min, store_limit_min },
	{ NULL, NULL, NULL },
};

/* Queue nr of those of one direction. */
static bool find_queue(struct net_device *dev, bool rx, u32 nr, struct queue *q)
{
	struct net_device *d;
	u32 shard, shards = 0;

	*q = (struct queue){ .dev = NULL };
	for_each_shard_dev(dev, d, shard)
	{
		u32 first = rx ? q->nr_rx : q->nr_tx, n = rx ? d->num_rx_queues : d->num_tx_queues;

		if (nr >= first && nr - first < n) {
			q->dev = d;
			q->shard = shard;
			q->index = (u16)(nr - first);
			q->first_rx = q->nr_rx;
		}
		q->nr_rx += d->num_rx_queues;
		q->nr_tx += d->num_tx_queues;
		shards++;
	}
	q->alone = shards == 1;
	return q->dev != NULL;
}

/* The queue of "rx-N" or "tx-N", its files, and what follows: "" or what is behind the slash. */
static const struct attribute *parse_queue(struct net_device *dev, const char *path,
					   struct queue *q, const char **rest)
{
	const bool rx = *path == 'r';
	u32 nr = 0, digits;

	if (strncmp(path, "rx-", 3) && strncmp(path, "tx-", 3))
		return NULL;
	path += 3;
	for (digits = 0; digits < NUMBER_DIGITS && path[digits] >= '0' && path[digits] <= '9';
	     digits++)
		nr = nr * 10 + (u32)(path[digits] - '0');
	if (!digits || (digits > 1 && *path == '0') || (path[digits] && path[digits] != '/'))
		return NULL;
	*rest = path + digits + (path[digits] == '/');
	return find_queue(dev, rx, nr, q) ? rx ? rx_files : tx_files : NULL;
}

/* The files of a directory: of a queue, or of its limits if the device has some. */
static const struct attribute *files_in(const struct queue *q, const struct attribute *files,
					const char **rest)
{
	static const char limits[] = "byte_queue_limits";
	size_t n = sizeof(limits) - 1;

	if (files != tx_files || strncmp(*rest, limits, n) || ((*rest)[n] && (*rest)[n] != '/'))
		return files;
	*rest += n + ((*rest)[n] == '/');
	return q->dev->bql ? bql_files : NULL;
}

static const struct attribute *find_file(struct net_device *dev, const char *path, struct queue *q)
{
	const char *rest;
	const struct attribute *a = parse_queue(dev, path, q, &rest);

	a = a ? files_in(q, a, &rest) : NULL;
	for (; a && a->name; a++)
		if (!strcmp(a->name, rest))
			return a;
	return NULL;
}

int proc_read_queue(struct net_device *dev, const char *path, struct strbuf *sb)
{
	struct queue q;
	const struct attribute *a = find_file(dev, path, &q);

	return a ? a->show(&q, sb) : -ENOENT;
}

int proc_write_queue(struct net_device *dev, const char *path, const char *value)
{
	struct queue q;
	const struct attribute *a = find_file(dev, path, &q);

	if (!a)
		return -ENOENT;
	if (!a->store)
		return -EACCES;
	return value ? a->store(&q, value) : 0;
}

/* -- directories ---------------------------------------------------------------------------------- */

static void list_numbered(const char *prefix, u32 nr, proc_list_fn fn, void *arg)
{
	char name[16];
	struct strbuf sb;
	u32 i;

	for (i = 0; i < nr; i++) {
		strbuf_init(&sb, name, sizeof(name));
		strbuf_printf(&sb, "%s%u", prefix, i);
		fn(name, PROC_DIR, arg);
	}
}

int proc_list_queues(struct net_device *dev, const char *path, proc_list_fn fn, void *arg)
{
	const struct attribute *a;
	struct queue q;
	const char *rest;

	if (!*path) {
		find_queue(dev, true, 0, &q);
		list_numbered("rx-", q.nr_rx, fn, arg);
		list_numbered("tx-", q.nr_tx, fn, arg);
		return 0;
	}
	a = parse_queue(dev, path, &q, &rest);
	if (a == tx_files && !*rest && q.dev->bql)
		fn("byte_queue_limits", PROC_DIR, arg);
	a = a ? files_in(&q, a, &rest) : NULL;
	if (!a || *rest)
		return -ENOENT;
	for (; a->name; a++)
		fn(a->name, a->store ? PROC_SETTING : PROC_FILE, arg);
	return 0;
}
