// SPDX-License-Identifier: BSD-2-Clause
/* What ethtool shows and sets: link, rings, moderation, statistics, registers, EEPROM, self-test. */
#include <errno.h>

#include "drivers/e1000/driver_priv.h"

void e1000_update_stats(struct e1000_adapter *a)
{
	e1000_stats_read(&a->hw, a->dev, a->stats);
}

void e1000_get_info(struct net_device *dev, struct e1000_info *info)
{
	struct e1000_adapter *a = e1000_priv(dev);

	*info = a->count;
	info->reg_reads = a->hw.reg_reads;
	info->reg_writes = a->hw.reg_writes;
	info->driver = "e1000";
	info->link = dev->carrier;
	info->autoneg = true;
	info->rx_ring = a->rx_ring;
	info->tx_ring = E1000_TX_RING;
	info->rx_pending = a->rx.ring.post - a->rx.ring.reclaim;
	info->tx_pending = a->tx.ring.post - a->tx.ring.reclaim;
	info->itr_ns = a->itr_ns;
	info->rx_delay_ns = a->rx_delay_ns;
	info->tx_delay_ns = a->tx_delay_ns;
}

const char *e1000_get_stat(struct net_device *dev, u32 index, u64 *value)
{
	struct e1000_adapter *a = e1000_priv(dev);

	if (index >= E1000_NR_STATS)
		return NULL;
	if (!index)
		e1000_update_stats(a);
	*value = a->stats[index];
	return e1000_stat_name(index);
}

u32 e1000_get_regs(struct net_device *dev, struct ethtool_reg *regs, u32 max)
{
	static const struct ethtool_reg quiet[] = {
#define R(name) { #name, E1000_##name, 0, 0 }
		R(CTRL), R(STATUS), R(CTRL_EXT), R(VET), R(ITR), R(IMS), R(RCTL), R(TCTL),
		R(RDBAL), R(RDBAH), R(RDLEN), R(RDH), R(RDT), R(RDTR), R(RADV), R(RXDCTL),
		R(TDBAL), R(TDBAH), R(TDLEN), R(TDH), R(TDT), R(TIDV), R(TADV), R(TXDCTL),
		R(RXCSUM), R(RAL0), R(RAH0), R(FCRTL), R(FCRTH), R(FCTTV), R(PBA),
#undef R
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(quiet) && i < max; i++) {
		regs[i] = quiet[i];
		regs[i].value = er32(e1000_priv(dev), quiet[i].off);
	}
	return i;
}

int e1000_get_eeprom(struct net_device *dev, u16 *words, u32 nr)
{
	int err;

	nr = min_t(u32, nr, E1000_EEPROM_WORDS);
	err = card_read_eeprom(&e1000_priv(dev)->hw, e1000_eerd, words, nr);
	return err ? err : (int)nr;
}

int e1000_set_coalesce(struct net_device *dev, u32 itr_ns, u32 rx_delay_ns, u32 tx_delay_ns)
{
	struct e1000_adapter *a = e1000_priv(dev);

	if (itr_ns / 256 > 0xffff || rx_delay_ns / 1024 > 0x3fff || tx_delay_ns / 1024 > 0x3fff)
		return -EINVAL;
	a->itr_ns = itr_ns;
	a->rx_delay_ns = rx_delay_ns;
	a->tx_delay_ns = tx_delay_ns;
	if (a->running)
		e1000_write_delays(a);
	return 0;
}

/* -- self-test ---------------------------------------------------------------------------- */
static bool registers_hold(struct e1000_adapter *a)
{
	static const struct {
		u16 reg;
		u32 mask;
	} rows[] = {
		{ E1000_RDBAL, 0xfffffff0 }, { E1000_RDBAH, 0xffffffff }, { E1000_RDLEN, 0x000fff80 },
		{ E1000_TDBAL, 0xfffffff0 }, { E1000_TDBAH, 0xffffffff }, { E1000_TDLEN, 0x000fff80 },
		{ E1000_MTA, 0xffffffff },   { E1000_VFTA, 0xffffffff },  { E1000_RAL0, 0xffffffff },
	};
	static const u32 patterns[] = { 0x5a5a5a5a, 0xa5a5a5a5, 0x00000000, 0xffffffff };
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		u32 before = er32(a, rows[i].reg);
		bool ok = true;

		for (k = 0; k < ARRAY_SIZE(patterns); k++) {
			ew32(a, rows[i].reg, patterns[k]);
			ok &= ((er32(a, rows[i].reg) ^ patterns[k]) & rows[i].mask) == 0;
		}
		ew32(a, rows[i].reg, before);
		if (!ok)
			return false;
	}
	return true;
}

/* A cause that is set by hand must be read back, and reading must clear it. */
static bool causes_work(struct e1000_adapter *a)
{
	bool ok;

	er32(a, E1000_ICR);
	ew32(a, E1000_ICS, E1000_ICR_RXT0);
	ok = er32(a, E1000_ICR) & E1000_ICR_RXT0;
	return ok && !(er32(a, E1000_ICR) & E1000_ICR_RXT0);
}

int e1000_self_test(struct net_device *dev)
{
	struct e1000_adapter *a = e1000_priv(dev);
	int failed;

	if (a->running)
		return -EBUSY;
	failed = (registers_hold(a) ? 0 : E1000_TEST_REGISTERS) |
		 (card_eeprom_adds_up(&a->hw, e1000_eerd) ? 0 : E1000_TEST_EEPROM) |
		 (causes_work(a) ? 0 : E1000_TEST_INTERRUPT);
	e1000_reset_hw(a);
	return failed;
}

/* -- struct ethtool_ops ----------------------------------------------------------------------- */
static void get_info(struct net_device *dev, struct ethtool_info *info)
{
	struct e1000_info own;

	e1000_get_info(dev, &own);
	*info = (struct ethtool_info){
		.driver = own.driver, .has_settings = true, .full_duplex = own.full_duplex,
		.autoneg = own.autoneg, .rx_pause = own.rx_pause, .tx_pause = own.tx_pause,
		.speed = own.speed, .rx_ring = own.rx_ring, .tx_ring = own.tx_ring,
		.rx_pending = own.rx_pending, .tx_pending = own.tx_pending, .channels = 1,
		.has_coalesce = true, .itr_ns = own.itr_ns, .rx_delay_ns = own.rx_delay_ns,
		.tx_delay_ns = own.tx_delay_ns,
	};
}

/* The hardware's, then the driver's own. */
static const char *get_stat(struct net_device *dev, u32 index, u64 *value)
{
	static const struct {
		const char *name;
		size_t offset;
	} rows[] = {
#define ROW(field) { #field, offsetof(struct e1000_info, field) }
		ROW(reg_reads), ROW(reg_writes), ROW(interrupts), ROW(tx_timeouts),
		ROW(rx_no_memory), ROW(tx_linearized),
#undef ROW
	};
	struct e1000_info own;

	if (index < E1000_NR_STATS)
		return e1000_get_stat(dev, index, value);
	index -= E1000_NR_STATS;
	if (index >= ARRAY_SIZE(rows))
		return NULL;
	e1000_get_info(dev, &own);
	memcpy(value, (const char *)&own + rows[index].offset, sizeof(*value));
	return rows[index].name;
}

static const u32 *get_vlan_filter(struct net_device *dev)
{
	return dev->flags & DEV_PROMISC ? NULL : e1000_priv(dev)->vlans;
}

static const char *const test_names[] = { "registers", "eeprom", "interrupt", NULL };

const struct ethtool_ops e1000_ethtool_ops = {
	.get_info = get_info,
	.get_stat = get_stat,
	.get_regs = e1000_get_regs,
	.get_eeprom = e1000_get_eeprom,
	.get_vlan_filter = get_vlan_filter,
	.self_test = e1000_self_test,
	.test_names = test_names,
};
