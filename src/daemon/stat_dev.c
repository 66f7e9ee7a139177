// SPDX-License-Identifier: BSD-2-Clause
/* Devices as ethtool(8) shows them: driver, link, features, rings, queues, moderation, registers,
 * EEPROM, statistics. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "daemon/channel.h"

enum { REGS_MAX = 256, EEPROM_MAX = 256 };

static void number(cJSON *to, const char *name, u64 v)
{
	cJSON_AddNumberToObject(to, name, (double)v);
}

/* ethtool's names; "on", "off", and whether it can be changed at all. */
static void add_features(cJSON *to, const struct net_device *dev)
{
	static const struct {
		const char *name;
		netdev_features_t bit;
	} rows[] = {
		{ "rx-checksumming", NETIF_F_RXCSUM },
		{ "tx-checksum-ipv4", NETIF_F_IP_CSUM },
		{ "tx-checksum-ip-generic", NETIF_F_HW_CSUM },
		{ "tx-checksum-ipv6", NETIF_F_IPV6_CSUM },
		{ "scatter-gather", NETIF_F_SG },
		{ "tx-tcp-segmentation", NETIF_F_TSO },
		{ "tx-tcp-ecn-segmentation", NETIF_F_TSO_ECN },
		{ "tx-tcp6-segmentation", NETIF_F_TSO6 },
		{ "tx-udp-segmentation", NETIF_F_GSO_UDP_L4 },
		{ "generic-segmentation-offload", NETIF_F_GSO },
		{ "generic-receive-offload", NETIF_F_GRO },
		{ "large-receive-offload", NETIF_F_LRO },
		{ "rx-vlan-offload", NETIF_F_VLAN_RX },
		{ "tx-vlan-offload", NETIF_F_VLAN_TX },
		{ "rx-vlan-filter", NETIF_F_VLAN_FILTER },
		{ "highdma", NETIF_F_HIGHDMA },
		{ "loopback", NETIF_F_LOOPBACK },
	};
	cJSON *j = cJSON_AddObjectToObject(to, "features");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[16];

		snprintf(text, sizeof(text), "%s%s", dev->features & rows[i].bit ? "on" : "off",
			 dev->hw_features & rows[i].bit ? "" : " [fixed]");
		cJSON_AddStringToObject(j, rows[i].name, text);
	}
}

static void add_link(cJSON *to, const struct net_device *dev, const struct ethtool_info *info)
{
	cJSON *j = cJSON_AddObjectToObject(to, "link");

	cJSON_AddBoolToObject(j, "detected", dev->carrier);
	if (!info->has_settings)
		return;
	if (info->speed)
		number(j, "speed_mbit", info->speed);
	cJSON_AddStringToObject(j, "duplex", info->full_duplex ? "full" : "half");
	cJSON_AddBoolToObject(j, "autonegotiation", info->autoneg);
	cJSON_AddBoolToObject(j, "rx_pause", info->rx_pause);
	cJSON_AddBoolToObject(j, "tx_pause", info->tx_pause);
}

/* What is more in the other workers' part of it. */
static void add_shards(const struct net_device *dev, const struct ethtool_ops *ops, struct ethtool_info *info)
{
	struct net_device *d;
	u32 i;

	for (i = 1; i < net_shards(dev->net->group); i++) {
		struct ethtool_info part = { 0 };

		d = dev_in_shard(dev, i);
		if (!d || !ops->get_info)
			continue;
		ops->get_info(d, &part);
		info->rx_pending += part.rx_pending;
		info->tx_pending += part.tx_pending;
		info->channels += part.channels;
	}
}

static void add_rings(cJSON *to, const struct ethtool_info *info)
{
	cJSON *j;

	if (info->rx_ring || info->tx_ring) {
		j = cJSON_AddObjectToObject(to, "rings");
		number(j, "rx", info->rx_ring);
		number(j, "tx", info->tx_ring);
		number(j, "rx_pending", info->rx_pending);
		number(j, "tx_pending", info->tx_pending);
	}
	if (info->channels)
		number(cJSON_AddObjectToObject(to, "channels"), "combined", info->channels);
	if (!info->has_coalesce)
		return;
	j = cJSON_AddObjectToObject(to, "coalesce");
	number(j, "interrupt_interval_ns", info->itr_ns);
	number(j, "rx_delay_ns", info->rx_delay_ns);
	number(j, "tx_delay_ns", info->tx_delay_ns);
}

static void add_rx_queues(cJSON *a, const struct net_device *dev)
{
	const struct napi_struct *napi;

	list_for_each_entry(napi, &dev->napi_list, dev_list) {
		cJSON *j;

		/* frames that the process hands over: of loopback, or of other workers */
		if (napi == &dev->backlog &&
		    (!napi->polls || (dev->net->group && dev != dev->net->loopback_dev)))
			continue;
		j = cJSON_CreateObject();
		number(j, "napi_id", napi->napi_id);
		number(j, "packets", napi->packets);
		number(j, "polls", napi->polls);
		cJSON_AddItemToArray(a, j);
	}
}

static void add_tx_queues(cJSON *a, const struct net_device *dev)
{
	u32 i;

	for (i = 0; i < dev->num_tx_queues; i++) {
		const struct netdev_queue *txq = &dev->tx[i];
		cJSON *j = cJSON_CreateObject();

		number(j, "packets", txq->packets);
		number(j, "bytes", txq->bytes);
		cJSON_AddStringToObject(j, "qdisc", txq->qdisc->ops->id);
		number(j, "qlen", txq->qdisc->qlen);
		number(j, "drops", txq->qdisc->drops);
		number(j, "stops", txq->stops);
		if (txq->dql.queued) {
			number(j, "bql_limit", txq->dql.limit);
			number(j, "bql_inflight", dql_inflight(&txq->dql));
			number(j, "bql_stops", txq->bql_stops);
		}
		cJSON_AddItemToArray(a, j);
	}
}

static void add_queues(cJSON *to, const struct net_device *dev)
{
	cJSON *j = cJSON_AddObjectToObject(to, "queues");
	cJSON *rx = cJSON_AddArrayToObject(j, "rx"), *tx = cJSON_AddArrayToObject(j, "tx");
	const struct net_device *d;
	u32 i;

	for_each_shard_dev(dev, d, i) {
		add_rx_queues(rx, d);
		add_tx_queues(tx, d);
	}
}

/* VLANs that the card lets in; "off" in promiscuous mode. */
static void add_vlan_filter(cJSON *to, struct net_device *dev, const struct ethtool_ops *ops)
{
	const u32 *table = ops->get_vlan_filter(dev);
	cJSON *a;
	u32 vid;

	if (!table) {
		cJSON_AddStringToObject(to, "vlan_filter", "off");
		return;
	}
	a = cJSON_AddArrayToObject(to, "vlan_filter");
	for (vid = 0; vid <= VLAN_VID_MASK; vid++)
		if (table[vid >> 5] >> (vid & 31) & 1)
			cJSON_AddItemToArray(a, cJSON_CreateNumber(vid));
}

/* As ethtool -x shows it. */
static void add_rss(cJSON *to, struct net_device *dev, const struct ethtool_ops *ops)
{
	cJSON *j = cJSON_AddObjectToObject(to, "rss"), *a;
	struct ethtool_rxfh rxfh;
	char text[3 * 64 + 1] = "";
	u32 i;

	ops->get_rxfh(dev, &rxfh);
	cJSON_AddStringToObject(j, "hash_function", rxfh.function);
	for (i = 0; i < rxfh.key_len && i < 64; i++)
		snprintf(text + 3 * i, 4, "%02x:", rxfh.key[i]);
	if (i)
		text[3 * i - 1] = '\0';
	cJSON_AddStringToObject(j, "key", text);
	a = cJSON_AddArrayToObject(j, "indirection");
	for (i = 0; i < rxfh.table_len; i++)
		cJSON_AddItemToArray(a, cJSON_CreateNumber(rxfh.table[i]));
}

static void add_dumps(cJSON *to, struct net_device *dev, const struct ethtool_ops *ops)
{
	struct ethtool_reg regs[REGS_MAX];
	u16 words[EEPROM_MAX];
	char text[EEPROM_MAX * 5 + 1] = "";
	int n, i;

	if (ops->get_regs) {
		cJSON *j = cJSON_AddObjectToObject(to, "registers");

		n = (int)ops->get_regs(dev, regs, REGS_MAX);
		for (i = 0; i < n; i++) {
			char name[32];

			snprintf(name, sizeof(name), regs[i].queue ? "%s%u" : "%s", regs[i].name,
				 regs[i].queue - 1u);
			snprintf(text, sizeof(text), "0x%05x: 0x%08x", regs[i].off, regs[i].value);
			cJSON_AddStringToObject(j, name, text);
		}
	}
	n = ops->get_eeprom ? ops->get_eeprom(dev, words, EEPROM_MAX) : 0;
	for (i = 0; i < n; i++)
		snprintf(text + 5 * i, 6, "%04x ", words[i]);
	if (n > 0) {
		text[5 * n - 1] = '\0';
		cJSON_AddStringToObject(to, "eeprom", text);
	}
}

/* Only of an interface that is down: it disturbs. */
static void add_test(cJSON *to, struct net_device *dev, const struct ethtool_ops *ops)
{
	int failed = ops->self_test(dev), i;
	cJSON *j;

	if (failed < 0) {
		cJSON_AddStringToObject(to, "self_test", failed == -EBUSY ?
					"not while the interface is up" : strerror(-failed));
		return;
	}
	j = cJSON_AddObjectToObject(to, "self_test");
	for (i = 0; ops->test_names[i]; i++)
		cJSON_AddStringToObject(j, ops->test_names[i], failed & 1 << i ? "failed" : "passed");
}

static u64 stat_of_others(const struct net_device *dev, const struct ethtool_ops *ops, u32 index)
{
	struct net_device *d;
	u64 sum = 0, value;
	u32 i;

	for (i = 1; i < net_shards(dev->net->group); i++) {
		d = dev_in_shard(dev, i);
		if (d && ops->get_stat(d, index, &value))
			sum += value;
	}
	return sum;
}

static void add_statistics(cJSON *to, struct net_device *dev, const struct ethtool_ops *ops)
{
	cJSON *j = cJSON_AddObjectToObject(to, "statistics");
	const char *name;
	u64 value;
	u32 i;

	for (i = 0; (name = ops->get_stat(dev, i, &value)); i++)
		number(j, name, value + stat_of_others(dev, ops, i));
}

static cJSON *dev_json(struct net_device *dev)
{
	static const struct ethtool_ops none;
	const struct ethtool_ops *ops = dev->ethtool_ops ? dev->ethtool_ops : &none;
	struct ethtool_info info = { .driver = dev == dev->net->loopback_dev ? "loopback" : "none" };
	cJSON *j = cJSON_CreateObject(), *drv;

	if (ops->get_info)
		ops->get_info(dev, &info);
	add_shards(dev, ops, &info);
	cJSON_AddStringToObject(j, "name", dev->name);
	drv = cJSON_AddObjectToObject(j, "driver");
	cJSON_AddStringToObject(drv, "name", info.driver);
	cJSON_AddStringToObject(drv, "version", NETSTACK_VERSION);
	if (info.bus)
		cJSON_AddStringToObject(drv, "bus", info.bus);
	add_link(j, dev, &info);
	add_features(j, dev);
	add_rings(j, &info);
	add_queues(j, dev);
	if (ops->get_rxfh)
		add_rss(j, dev, ops);
	if (ops->get_vlan_filter)
		add_vlan_filter(j, dev, ops);
	add_dumps(j, dev, ops);
	if (ops->self_test)
		add_test(j, dev, ops);
	if (ops->get_stat)
		add_statistics(j, dev, ops);
	return j;
}

char *stat_dev_json(struct daemon *dm, const char *name, int *err)
{
	cJSON *j = cJSON_CreateObject(), *a = cJSON_AddArrayToObject(j, "devices");
	struct net_device *dev;
	char *text;
	u32 n = 0;

	workers_hold_all(dm);
	for_each_netdev(dm->net, dev) {
		if (*name && strcmp(name, dev->name))
			continue;
		cJSON_AddItemToArray(a, dev_json(dev));
		n++;
	}
	text = n ? cJSON_PrintUnformatted(j) : NULL;
	cJSON_Delete(j);
	*err = n ? -ENOMEM : -ENODEV;
	return text;
}
