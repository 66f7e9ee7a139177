// SPDX-License-Identifier: BSD-2-Clause
/* The EEPROM: 64 words, read through EERD or, bit by bit, as a Microwire device through EECD. */
#include "drivers/e1000/model_priv.h"

enum { MW_ADDR_BITS = 6, MW_CMD_BITS = 3 + MW_ADDR_BITS }; /* start bit, opcode, address */
enum { MW_READ = 6, MW_WRITE = 5, MW_ERASE = 7, MW_OTHER = 4 };
enum { MW_EWDS = 0, MW_EWEN = 3 }; /* the address's top bits, with MW_OTHER */

void em_eeprom_init(struct e1000_model *m)
{
	u16 *w = m->eeprom.word, sum = 0;
	u32 i;

	for (i = 0; i < 3; i++)
		w[i] = (u16)(m->cfg.mac[2 * i] | m->cfg.mac[2 * i + 1] << 8);
	w[0x0a] = 0x640a; /* initialization control 1 */
	w[0x0b] = 0x001e; /* subsystem, subsystem vendor, device, vendor */
	w[0x0c] = 0x8086;
	w[0x0d] = m->chip->device;
	w[0x0e] = 0x8086;
	w[0x0f] = 0xb000; /* initialization control 2 */
	for (i = 0; i < E1000_EEPROM_CHECK; i++)
		sum = (u16)(sum + w[i]);
	w[E1000_EEPROM_CHECK] = (u16)(E1000_EEPROM_SUM - sum);
}

void em_eerd_write(struct e1000_model *m, u32 off, u32 v)
{
	u32 shift = m->chip->eerd_shift, mask = 0xffffu >> shift << shift,
	    addr = (v & mask) >> shift;
	u16 word = addr < E1000_EEPROM_WORDS ? m->eeprom.word[addr] : 0xffff;

	*em_reg(m, off) = v & mask;
	if (v & E1000_EERD_START)
		*em_reg(m, off) |= m->chip->eerd_done | (u32)word << E1000_EERD_DATA_SHIFT;
}

/* A whole command has been clocked in; data words of a write come later. */
static void microwire_command(struct em_eeprom *e)
{
	u32 op = (e->shift_in >> MW_ADDR_BITS) & 7, addr = e->shift_in & 63;

	if (op == MW_READ) {
		e->shift_out = e->word[addr]; /* behind a dummy zero */
		e->bits_out = 17;
	} else if (op == MW_OTHER && addr >> 4 == MW_EWEN) {
		e->write_enabled = true;
	} else if (op == MW_OTHER && addr >> 4 == MW_EWDS) {
		e->write_enabled = false;
	} else if (op == MW_ERASE && e->write_enabled) {
		e->word[addr] = 0xffff;
	}
}

static void microwire_clock(struct em_eeprom *e, bool di)
{
	if (e->bits_out) {
		e->bits_out--;
		return;
	}
	if (!e->bits_in && !di)
		return; /* no start bit yet */
	e->shift_in = e->shift_in << 1 | di;
	e->bits_in++;
	if (e->bits_in == MW_CMD_BITS) {
		microwire_command(e);
	} else if (e->bits_in == MW_CMD_BITS + 16) {
		u32 cmd = e->shift_in >> 16;

		if (((cmd >> MW_ADDR_BITS) & 7) == MW_WRITE && e->write_enabled)
			e->word[cmd & 63] = (u16)e->shift_in;
		e->bits_in = 0;
		e->shift_in = 0;
	}
}

u32 em_eecd_read(struct e1000_model *m, u32 off)
{
	const struct em_eeprom *e = &m->eeprom;
	u32 v = em_get(m, off) & ~E1000_EECD_DO;
	/* Ready is high while no data is on its way out; data comes most significant bit first. */
	bool out = e->bits_out ? e->bits_out < 17 && (e->shift_out >> (e->bits_out - 1)) & 1 :
				 e->cs;

	return v | (out ? E1000_EECD_DO : 0);
}

void em_eecd_write(struct e1000_model *m, u32 off, u32 v)
{
	struct em_eeprom *e = &m->eeprom;
	u32 keep = v & (E1000_EECD_SK | E1000_EECD_CS | E1000_EECD_DI | E1000_EECD_REQ);
	bool cs, sk = v & E1000_EECD_SK;

	*em_reg(m, off) = keep | E1000_EECD_PRES | (v & E1000_EECD_REQ ? E1000_EECD_GNT : 0);
	if (!(v & E1000_EECD_REQ))
		return;
	cs = v & E1000_EECD_CS;
	if (cs && !e->cs)
		e->bits_in = e->bits_out = e->shift_in = 0;
	if (cs && sk && !e->sk)
		microwire_clock(e, v & E1000_EECD_DI);
	e->cs = cs;
	e->sk = sk;
}
