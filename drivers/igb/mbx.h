/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the functions of an 82576 say to each other by mailbox. The controller gives the words no meaning;
 * these are the messages that drivers of both sides agree on. The first word holds a type, what the type
 * needs at IGB_MSG_INFO, and in answers whether it was done.
 */
#ifndef NETSTACK_DRIVERS_IGB_MBX_H
#define NETSTACK_DRIVERS_IGB_MBX_H

enum igb_msg {
	IGB_MSG_RESET = 1,     /* answer: the address, in the octets of two words */
	IGB_MSG_SET_MAC = 2,   /* two words as above */
	IGB_MSG_SET_MULTICAST = 3, /* info: how many; then 12-bit hashes, two a word */
	IGB_MSG_SET_VLAN = 4,  /* info: 1 in, 0 out; a word: the VLAN's number */
	IGB_MSG_SET_LPE = 5,   /* a word: octets of a frame, its checksum included */
	IGB_MSG_SET_PROMISC = 6, /* info: IGB_MSG_PROMISC_* */
	IGB_MSG_CONTROL = 0x100, /* from the physical function: look at the link, or without CTS: reset */
};

#define IGB_MSG_TYPE  0x0000ffffu
#define IGB_MSG_INFO_SHIFT 16
#define IGB_MSG_INFO  0x00ff0000u
#define IGB_MSG_PROMISC_MULTICAST 0x00020000u
#define IGB_MSG_CTS   0x20000000u /* clear to send: messages other than RESET are served */
#define IGB_MSG_NACK  0x40000000u
#define IGB_MSG_ACK   0x80000000u

#endif
