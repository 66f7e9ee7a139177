// SPDX-License-Identifier: BSD-2-Clause
/* What ethtool shows and sets: link, rings, moderation, RSS, statistics, registers, EEPROM, self-test. */
#include <errno.h>

#include "drivers/igb/driver_priv.h"

void igb_update_stats(struct igb_adapter *a)
{
	e1000_stats_read(&a->hw, a->dev, a->stats);
}

void igb_fill_info(const struct igb_adapter *a, struct ethtool_info *info)
{
	u32 i;

	*info = (struct ethtool_info){
		.driver = "igb",
		.has_settings = true,
		.full_duplex = a->full_duplex,
		.autoneg = true,
		.rx_pause = a->rx_pause,
		.tx_pause = a->tx_pause,
		.speed = a->speed,
		.rx_ring = a->rx_ring,
		.tx_ring = IGB_TX_RING,
		.channels = a->nr_queues,
		.has_coalesce = true,
		.itr_ns = a->itr_ns,
	};
	for (i = 0; i < a->nr_queues; i++) {
		info->rx_pending += a->queue[i].rx.ring.post - a->queue[i].rx.ring.reclaim;
		info->tx_pending += a->queue[i].tx.ring.post - a->queue[i].tx.ring.reclaim;
	}
}

static void get_info(struct net_device *dev, struct ethtool_info *info)
{
	igb_fill_info(igb_priv(dev), info);
}

const char *igb_own_stat(const struct igb_adapter *a, u32 index, u64 *value)
{
	static const struct {
		const char *name;
		size_t offset;
	} rows[] = {
#define ROW(field) { #field, offsetof(struct igb_count, field) }
		ROW(reg_reads),	  ROW(reg_writes),   ROW(interrupts),
		ROW(tx_timeouts), ROW(rx_no_memory), ROW(tx_linearized),
#undef ROW
	};
	struct igb_count own = a->count;

	if (index >= ARRAY_SIZE(rows))
		return NULL;
	own.reg_reads = a->hw.reg_reads;
	own.reg_writes = a->hw.reg_writes;
	memcpy(value, (const char *)&own + rows[index].offset, sizeof(*value));
	return rows[index].name;
}

/* The hardware's, then the driver's own. */
static const char *get_stat(struct net_device *dev, u32 index, u64 *value)
{
	struct igb_adapter *a = igb_priv(dev);

	if (!index)
		igb_update_stats(a);
	if (index >= E1000_NR_STATS)
		return igb_own_stat(a, index - E1000_NR_STATS, value);
	*value = a->stats[index];
	return e1000_stat_name(index);
}

u32 igb_queue_regs(struct igb_adapter *a, struct ethtool_reg *regs, u32 max)
{
	static const struct {
		const char *name;
		bool rx;
		u32 off;
	} quiet[] = {
		{ "RDBAL", true, IGB_Q_BAL },	{ "RDBAH", true, IGB_Q_BAH },
		{ "RDLEN", true, IGB_Q_LEN },	{ "SRRCTL", true, IGB_Q_SRRCTL },
		{ "RDH", true, IGB_Q_HEAD },	{ "RDT", true, IGB_Q_TAIL },
		{ "RXDCTL", true, IGB_Q_DCTL }, { "TDBAL", false, IGB_Q_BAL },
		{ "TDBAH", false, IGB_Q_BAH },	{ "TDLEN", false, IGB_Q_LEN },
		{ "TDH", false, IGB_Q_HEAD },	{ "TDT", false, IGB_Q_TAIL },
		{ "TXDCTL", false, IGB_Q_DCTL },
	};
	u32 q, i, n = 0;

	for (q = 0; q < a->nr_queues; q++) {
		for (i = 0; i < ARRAY_SIZE(quiet) && n < max; i++, n++) {
			u32 off = quiet[i].rx ? igb_rxq(&a->queue[q], quiet[i].off) :
						igb_txq(&a->queue[q], quiet[i].off);

			regs[n] = (struct ethtool_reg){ quiet[i].name, off, igb_rd(a, off),
							(u16)(q + 1) };
		}
	}
	return n;
}

/* Pools by VLAN, as far as they are in use. */
static u32 vlan_regs(struct igb_adapter *a, struct ethtool_reg *regs, u32 max)
{
	u32 i, n = 0;

	for (i = 0; i < IGB_NR_VLVF && n < max; i++) {
		u32 off = IGB_VLVF + 4 * i;

		if (a->vlvf[i])
			regs[n++] = (struct ethtool_reg){ "VLVF", off, igb_rd(a, off), (u16)(i + 1) };
	}
	return n;
}

static u32 get_regs(struct net_device *dev, struct ethtool_reg *regs, u32 max)
{
	static const struct ethtool_reg quiet[] = {
#define R(name) { #name, E1000_##name, 0, 0 }
#define I(name)                         \
	{                               \
#name, IGB_##name, 0, 0 \
	}
		R(CTRL),   R(STATUS), R(CTRL_EXT), R(VET),   R(RCTL),	   R(TCTL),
		R(RXCSUM), R(RAL0),   R(RAH0),	   R(FCRTL), R(FCRTH),	   R(FCTTV),
		I(GPIE),   I(EIMS),   I(EIAC),	   I(EIAM),  I(IVAR_MISC), I(RLPML),
		I(MRQC),   I(VT_CTL), I(DTXSWC),   I(VFRE),  I(VFTE),
#undef R
#undef I
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(quiet) && i < max; i++) {
		regs[i] = quiet[i];
		regs[i].value = igb_rd(igb_priv(dev), quiet[i].off);
	}
	i += vlan_regs(igb_priv(dev), regs + i, max - i);
	return i + igb_queue_regs(igb_priv(dev), regs + i, max - i);
}

static int get_eeprom(struct net_device *dev, u16 *words, u32 nr)
{
	int err;

	nr = min_t(u32, nr, E1000_EEPROM_WORDS);
	err = card_read_eeprom(&igb_priv(dev)->hw, igb_eerd, words, nr);
	return err ? err : (int)nr;
}

static void get_rxfh(struct net_device *dev, struct ethtool_rxfh *rxfh)
{
	const struct igb_adapter *a = igb_priv(dev);

	*rxfh = (struct ethtool_rxfh){
		.function = "toeplitz",
		.key = a->rss_key,
		.key_len = IGB_RSS_KEY,
		.table = a->rss_table,
		.table_len = IGB_RETA,
	};
}

/* -- self-test ---------------------------------------------------------------------------- */
bool igb_registers_hold(struct igb_adapter *a, const struct igb_reg_mask *rows, u32 nr)
{
	static const u32 patterns[] = { 0x5a5a5a5a, 0xa5a5a5a5, 0x00000000, 0xffffffff };
	u32 i, k;
	bool ok = true;

	for (i = 0; i < nr; i++) {
		u32 before = igb_rd(a, rows[i].reg);

		for (k = 0; k < ARRAY_SIZE(patterns); k++) {
			igb_wr(a, rows[i].reg, patterns[k]);
			ok &= ((igb_rd(a, rows[i].reg) ^ patterns[k]) & rows[i].mask) == 0;
		}
		igb_wr(a, rows[i].reg, before);
	}
	return ok;
}

/* A cause that is set by hand must be read back, and reading must clear it. */
static bool causes_work(struct igb_adapter *a)
{
	bool ok;

	igb_rd(a, IGB_ICR);
	igb_wr(a, IGB_ICS, E1000_ICR_RXO);
	ok = igb_rd(a, IGB_ICR) & E1000_ICR_RXO;
	return ok && !(igb_rd(a, IGB_ICR) & E1000_ICR_RXO);
}

static const char *const test_names[] = { "registers", "eeprom", "interrupt", NULL };

static int self_test(struct net_device *dev)
{
	static const struct igb_reg_mask rows[] = {
		{ IGB_RXQ + IGB_Q_BAL, 0xffffff80 }, { IGB_RXQ + IGB_Q_BAH, 0xffffffff },
		{ IGB_TXQ + IGB_Q_BAL, 0xffffff80 }, { IGB_TXQ + IGB_Q_LEN, 0x000fff80 },
		{ IGB_RETA_REG, 0x0f0f0f0f },	     { IGB_RSSRK, 0xffffffff },
		{ E1000_MTA, 0xffffffff },	     { E1000_VFTA, 0xffffffff },
		{ IGB_VMBMEM, 0xffffffff },
	};
	struct igb_adapter *a = igb_priv(dev);
	int failed;

	if (a->running)
		return -EBUSY;
	failed = (igb_registers_hold(a, rows, ARRAY_SIZE(rows)) ? 0 : 1) |
		 (card_eeprom_adds_up(&a->hw, igb_eerd) ? 0 : 2) | (causes_work(a) ? 0 : 4);
	a->func->reset(a);
	return failed;
}

/* At most one interrupt of a queue per itr_ns. */
int igb_set_coalesce(struct net_device *dev, u32 itr_ns)
{
	if (itr_ns / 1024 > IGB_EITR_INTERVAL >> 2)
		return -EINVAL;
	igb_priv(dev)->itr_ns = itr_ns;
	if (igb_priv(dev)->running)
		igb_write_itr(igb_priv(dev));
	return 0;
}

const struct ethtool_ops igb_ethtool_ops = {
	.get_info = get_info,
	.get_stat = get_stat,
	.get_regs = get_regs,
	.get_eeprom = get_eeprom,
	.get_rxfh = get_rxfh,
	.get_vlan_filter = igb_get_vlan_filter,
	.self_test = self_test,
	.test_names = test_names,
};
