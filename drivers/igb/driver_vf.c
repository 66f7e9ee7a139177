// SPDX-License-Identifier: BSD-2-Clause
/*
 * The driver of a virtual function of the 82576: one pair of queues of its own, on which packets go as on
 * the physical function's, and a mailbox for what concerns others: address, groups, longest frame.
 */
#include <errno.h>

#include "drivers/igb/driver_priv.h"

enum { RESET_TRIES = 10, RESET_US = 1000 };

static const struct net_device_ops igbvf_ops;

/* -- reset, and the way in ---------------------------------------------------------------------- */
static void reset(struct igb_adapter *a)
{
	igb_wr(a, IGB_EIMC, 7);
	igb_wr(a, IGB_VTCTRL, E1000_CTRL_RST);
	igb_rd(a, IGB_VTSTATUS); /* flush */
	a->hw.delay_us(a->hw.ctx, RESET_US);
	a->mbx.ready = false;
	a->mbx.v2p = 0;
}

/* false: the physical function is down, or has no driver. The address is what it has for us. */
static bool ask_in(struct igb_adapter *a, u8 *mac)
{
	u32 msg[3] = { IGB_MSG_RESET }, i;

	for (i = 0; !igbvf_ready(a); i++) {
		if (i == RESET_TRIES)
			return false;
		a->hw.delay_us(a->hw.ctx, RESET_US);
	}
	if (!igbvf_ask(a, msg, 1, msg, 3))
		return false;
	memcpy(mac, &msg[1], ETH_ALEN);
	a->mbx.ready = true;
	return true;
}

/* true: done. msg holds the answer's first word then. */
static bool tell(struct igb_adapter *a, u32 *msg, u32 nr)
{
	return a->mbx.ready && igbvf_ask(a, msg, nr, msg, 1);
}

/* -- settings -------------------------------------------------------------------------------------- */
static void write_mac(struct igb_adapter *a)
{
	u32 msg[3] = { IGB_MSG_SET_MAC };

	memcpy(&msg[1], a->dev->dev_addr, ETH_ALEN);
	if (!tell(a, msg, 3))
		net_log(a->dev->net, 4, "%s: the physical function refuses the address", a->dev->name);
}

static bool write_length(struct igb_adapter *a, u32 mtu)
{
	u32 msg[2] = { IGB_MSG_SET_LPE, mtu + ETH_HLEN + VLAN_TAG_LEN + E1000_FCS_LEN };

	return tell(a, msg, 2);
}

static void set_rx_mode(struct net_device *dev)
{
	struct igb_adapter *a = igb_priv(dev);
	u32 msg[IGB_MBX_WORDS] = { 0 }, nr = 0;
	u16 hash[IGB_VF_HASHES_MAX];
	struct dev_mc_addr *mc;
	bool all = dev->flags & (DEV_ALLMULTI | DEV_PROMISC);

	if (!a->running || !a->mbx.ready)
		return;
	list_for_each_entry(mc, &dev->mc_list, list) {
		if (nr < IGB_VF_HASHES_MAX)
			hash[nr++] = (u16)card_mta_hash(mc->addr);
		else
			all = true; /* more than the mailbox takes */
	}
	msg[0] = IGB_MSG_SET_MULTICAST | nr << IGB_MSG_INFO_SHIFT;
	memcpy(&msg[1], hash, nr * sizeof(hash[0]));
	tell(a, msg, 1 + (nr + 1) / 2);
	msg[0] = IGB_MSG_SET_PROMISC | (all ? IGB_MSG_PROMISC_MULTICAST : 0);
	tell(a, msg, 1);
}

/* While the physical function is not there it is remembered: configure() tells it all. */
static bool write_vlan(struct igb_adapter *a, u16 vid, bool in)
{
	u32 msg[2] = { IGB_MSG_SET_VLAN | (u32)in << IGB_MSG_INFO_SHIFT, vid };

	return !a->running || !a->mbx.ready || tell(a, msg, 2);
}

static int add_vid(struct net_device *dev, u16 vid)
{
	struct igb_adapter *a = igb_priv(dev);

	if (!write_vlan(a, vid, true))
		return -EINVAL;
	card_vlan_set(a->vlans, vid, true);
	return 0;
}

static void kill_vid(struct net_device *dev, u16 vid)
{
	struct igb_adapter *a = igb_priv(dev);

	card_vlan_set(a->vlans, vid, false);
	write_vlan(a, vid, false);
}

static void write_vlans(struct igb_adapter *a)
{
	u16 vid;

	for (vid = 1; vid < VLAN_VID_MASK; vid++)
		if ((a->vlans[vid >> 5] >> (vid & 31) & 1) && !write_vlan(a, vid, true))
			net_log(a->dev->net, 4, "%s: the physical function refuses VLAN %u",
				a->dev->name, vid);
}

static int change_mtu(struct net_device *dev, u32 mtu)
{
	struct igb_adapter *a = igb_priv(dev);

	return !a->running || !a->mbx.ready || write_length(a, mtu) ? 0 : -EINVAL;
}

/* -- running --------------------------------------------------------------------------------------- */
static void write_vectors(struct igb_adapter *a)
{
	igb_wr(a, IGB_VTIVAR, ((IGB_VECTOR_OTHER + 1) | IGB_IVAR_VALID) * 0x0101u);
	igb_wr(a, IGB_VTIVAR_MISC, IGB_VECTOR_OTHER | IGB_IVAR_VALID);
	igb_wr(a, IGB_EIAC, 3);
	igb_wr(a, IGB_EIAM, 3);
	igb_write_itr(a);
}

/* Without the physical function it stays without link until the watchdog finds that one there. */
static void configure(struct igb_adapter *a)
{
	u8 mac[ETH_ALEN];
	u32 i;

	if (!ask_in(a, mac))
		return;
	if (!eth_addr_equal(mac, a->dev->dev_addr))
		write_mac(a);
	write_length(a, a->dev->mtu);
	set_rx_mode(a->dev);
	write_vlans(a);
	write_vectors(a);
	for (i = 0; i < a->nr_queues; i++) {
		igb_tx_configure(&a->queue[i]);
		igb_rx_configure(&a->queue[i]);
		igb_refill_rx(&a->queue[i]);
	}
	memset(a->mbx.last, 0, sizeof(a->mbx.last)); /* its counters began anew */
}

static void check_link(struct igb_adapter *a)
{
	u32 status = igb_rd(a, IGB_VTSTATUS);
	bool up = a->mbx.ready && igbvf_ready(a) && (status & E1000_STATUS_LU);

	a->speed = up ? card_speed(status) : 0;
	a->full_duplex = status & E1000_STATUS_FD;
	if (up != a->dev->carrier)
		igb_carrier(a, up);
}

static void other(struct igb_adapter *a)
{
	igbvf_was_called(a);
	check_link(a);
}

/* The physical function was reset, or was not there when we began. */
static bool lost(struct igb_adapter *a)
{
	igbvf_was_called(a);
	if (!igbvf_ready(a)) {
		a->mbx.ready = false;
		return false; /* not yet */
	}
	return !a->mbx.ready;
}

/* -- ethtool ---------------------------------------------------------------------------------------- */
static const struct {
	const char *name;
	u32 reg;
} stat_rows[IGB_VF_STATS_NR] = {
	{ "rx_packets", IGB_VFGPRC },	    { "tx_packets", IGB_VFGPTC },
	{ "rx_bytes", IGB_VFGORC },	    { "tx_bytes", IGB_VFGOTC },
	{ "multicast", IGB_VFMPRC },	    { "lbrx_packets", IGB_VFGPRLBC },
	{ "lbtx_packets", IGB_VFGPTLBC },   { "lbrx_bytes", IGB_VFGORLBC },
	{ "lbtx_bytes", IGB_VFGOTLBC },
};

/* 32 bits that wrap and that reading leaves. */
static void update_stats(struct igb_adapter *a)
{
	u32 i;

	if (lost(a) || !a->mbx.ready)
		return; /* they have begun anew */
	for (i = 0; i < IGB_VF_STATS_NR; i++) {
		u32 now = igb_rd(a, stat_rows[i].reg);

		a->stats[i] += now - a->mbx.last[i];
		a->mbx.last[i] = now;
	}
	a->dev->stats.multicast = a->stats[4];
}

static void get_info(struct net_device *dev, struct ethtool_info *info)
{
	igb_fill_info(igb_priv(dev), info);
	info->driver = "igbvf";
	info->autoneg = false;
}

static const char *get_stat(struct net_device *dev, u32 index, u64 *value)
{
	struct igb_adapter *a = igb_priv(dev);

	if (!index)
		update_stats(a);
	if (index >= IGB_VF_STATS_NR)
		return igb_own_stat(a, index - IGB_VF_STATS_NR, value);
	*value = a->stats[index];
	return stat_rows[index].name;
}

static u32 get_regs(struct net_device *dev, struct ethtool_reg *regs, u32 max)
{
	static const struct ethtool_reg quiet[] = {
		{ "VTCTRL", IGB_VTCTRL, 0, 0 },	    { "VTSTATUS", IGB_VTSTATUS, 0, 0 },
		{ "EIMS", IGB_EIMS, 0, 0 },	    { "EIAC", IGB_EIAC, 0, 0 },
		{ "EIAM", IGB_EIAM, 0, 0 },	    { "VTIVAR", IGB_VTIVAR, 0, 0 },
		{ "VTIVAR_MISC", IGB_VTIVAR_MISC, 0, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(quiet) && i < max; i++) {
		regs[i] = quiet[i];
		regs[i].value = igb_rd(igb_priv(dev), quiet[i].off);
	}
	return i + igb_queue_regs(igb_priv(dev), regs + i, max - i);
}

static const char *const test_names[] = { "registers", "mailbox", NULL };

static int self_test(struct net_device *dev)
{
	static const struct igb_reg_mask rows[] = {
		{ IGB_RXQ_ALIAS + IGB_Q_BAL, 0xffffff80 }, { IGB_RXQ_ALIAS + IGB_Q_BAH, 0xffffffff },
		{ IGB_TXQ_ALIAS + IGB_Q_BAL, 0xffffff80 }, { IGB_TXQ_ALIAS + IGB_Q_LEN, 0x000fff80 },
		{ IGB_VF_VMBMEM, 0xffffffff },
	};
	struct igb_adapter *a = igb_priv(dev);
	u8 mac[ETH_ALEN];
	int failed;

	if (a->running)
		return -EBUSY;
	failed = (igb_registers_hold(a, rows, ARRAY_SIZE(rows)) ? 0 : 1) | (ask_in(a, mac) ? 0 : 2);
	reset(a);
	return failed;
}

static const struct ethtool_ops igbvf_ethtool_ops = {
	.get_info = get_info,
	.get_stat = get_stat,
	.get_regs = get_regs,
	.get_vlan_filter = igb_get_vlan_filter,
	.self_test = self_test,
	.test_names = test_names,
};

/* -- probe -------------------------------------------------------------------------------------------- */
static const struct igb_function igb_virtual = {
	.reset = reset,
	.configure = configure,
	.check_link = check_link,
	.other = other,
	.lost = lost,
	.update_stats = update_stats,
	.write_mac = write_mac,
	.rx_base = IGB_RXQ_ALIAS,
	.rx_stride = IGB_ALIAS_STRIDE,
	.tx_base = IGB_TXQ_ALIAS,
	.tx_stride = IGB_ALIAS_STRIDE,
};

static const struct net_device_ops igbvf_ops = {
	.ndo_open = igb_open,
	.ndo_stop = igb_stop,
	.ndo_start_xmit = igb_start_xmit,
	.ndo_tx_flush = igb_tx_flush,
	.ndo_change_mtu = change_mtu,
	.ndo_set_mac_address = igb_set_mac,
	.ndo_set_rx_mode = set_rx_mode,
	.ndo_vlan_rx_add_vid = add_vid,
	.ndo_vlan_rx_kill_vid = kill_vid,
	.ndo_destroy = igb_destroy,
};

bool dev_is_igbvf(const struct net_device *dev)
{
	return dev->ops == &igbvf_ops;
}

/* The address: what is wanted, else what the physical function gives, else one of our own for good. */
int igbvf_probe(struct net *net, const struct igb_probe *p, struct net_device **out)
{
	u8 given[ETH_ALEN] = { 0 }, mac[ETH_ALEN];
	struct igb_adapter *a;
	int err;

	if (p->queues != 1)
		return -EINVAL;
	a = igb_alloc(p, &igb_virtual);
	if (!a)
		return -ENOMEM;
	reset(a);
	ask_in(a, given);
	mac_pick(net, mac, p->mac && !eth_addr_is_zero(p->mac) ? p->mac : given);
	err = igb_register(net, p, a, mac, &igbvf_ops, &igbvf_ethtool_ops,
			   NETIF_F_RXCSUM | NETIF_F_VLAN_RX);
	if (!err)
		*out = a->dev;
	return err;
}
