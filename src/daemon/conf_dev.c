// SPDX-License-Identifier: BSD-2-Clause
/* --dev KIND:...: a row per kind of device, a row per option. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/conf_priv.h"
#include "drivers/drivers.h"
#include "wire/wire.h"

/* A bit per kind: which devices an option is for. */
#define FOR(kind) (1u << CONF_DEV_##kind)
enum {
	FOR_CARD = FOR(E1000) | FOR(IGB),
	FOR_HOSTED = FOR(TAP) | FOR(PACKET) | FOR_CARD,
	FOR_PLAIN = FOR_HOSTED | FOR(XDP) | FOR(VLAN) | FOR(VETH) | FOR(IGBVF),
	FOR_ALL = FOR_PLAIN | FOR(VFIO),
};

static const char *set_name(struct conf_dev *d, char *value)
{
	return conf_copy_name(d->name, value) ? NULL : "name= is no interface name";
}

static const char *set_mac(struct conf_dev *d, char *value)
{
	if (!conf_parse_mac(value, d->mac))
		return "mac= is no address";
	return d->mac[0] & 1 ? "mac= is a multicast address" : NULL;
}

static const char *set_mtu(struct conf_dev *d, char *value)
{
	return conf_parse_u32(value, 65535, &d->mtu) && d->mtu >= 68 ? NULL : "mtu= must be 68..65535";
}

static const char *set_offload(struct conf_dev *d, char *value)
{
	d->offload = !strcmp(value, "on");
	return d->offload || !strcmp(value, "off") ? NULL : "offload= is on or off";
}

static const char *set_host(struct conf_dev *d, char *value)
{
	struct inet_prefix p;

	if (!inet_prefix_parse(value, &p))
		return "host= is no prefix";
	if (d->nr_host == CONF_HOST_MAX)
		return "too many host=";
	d->host[d->nr_host] = strdup(value);
	return d->host[d->nr_host++] ? NULL : conf_no_memory;
}

static const char *set_rx(struct conf_dev *d, char *value)
{
	static const char *const names[] = {
		[PACKET_RX_V2] = "v2", [PACKET_RX_V3] = "v3", [PACKET_RX_RECV] = "recv",
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!strcmp(value, names[i])) {
			d->rx = i;
			return NULL;
		}
	}
	return "rx= is v2, v3 or recv";
}

static const char *set_tx(struct conf_dev *d, char *value)
{
	d->tx_ring = !strcmp(value, "ring");
	return d->tx_ring || !strcmp(value, "send") ? NULL : "tx= is send or ring";
}

static const char *set_fanout(struct conf_dev *d, char *value)
{
	return conf_parse_u32(value, 65535, &d->fanout) && d->fanout ? NULL :
		"fanout= must be 1..65535";
}

static const char *set_queues(struct conf_dev *d, char *value)
{
	return conf_parse_u32(value, NETDEV_QUEUES_MAX, &d->queues) && d->queues ? NULL :
		"queues= must be 1..64";
}

static const char *set_vfs(struct conf_dev *d, char *value)
{
	return conf_parse_u32(value, 7, &d->vfs) && d->vfs ? NULL : "vfs= must be 1..7";
}

static const char *set_vf(struct conf_dev *d, char *value)
{
	return conf_parse_u32(value, 6, &d->vf) ? NULL : "vf= must be 0..6";
}

/* wire=KIND:NAME of an emulated NIC */
static const char *set_wire(struct conf_dev *d, char *value)
{
	static const struct {
		const char *prefix;
		enum e1000_wire_kind kind;
		bool host; /* the name is an interface's */
	} kinds[] = {
		{ "tap:", E1000_WIRE_TAP, true },
		{ "packet:", E1000_WIRE_PACKET, true },
		{ "pcap:", E1000_WIRE_PCAP, false },
		{ "pair:", E1000_WIRE_PAIR, false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(value, kinds[i].prefix, len))
			continue;
		d->wire = kinds[i].kind;
		if (kinds[i].host)
			return conf_copy_name(d->host_if, value + len) ? NULL :
				"no interface name after the wire's kind";
		return value[len] ? conf_set_string(&d->file, value + len) :
				    "no name after the wire's kind";
	}
	return "unknown kind of wire";
}

static const char *set_proto(struct conf_dev *d, char *value)
{
	if (!strcasecmp(value, "802.1q"))
		d->vlan_proto = ETH_TYPE_VLAN;
	else if (!strcasecmp(value, "802.1ad"))
		d->vlan_proto = ETH_TYPE_QINQ;
	else
		return "proto= is 802.1q or 802.1ad";
	return NULL;
}

static const char *set_reorder(struct conf_dev *d, char *value)
{
	d->no_reorder = !strcmp(value, "off");
	return d->no_reorder || !strcmp(value, "on") ? NULL : "reorder= is on or off";
}

/* FROM:TO[/FROM:TO]..., as ip link's ingress-qos-map and egress-qos-map */
static const char *set_map(struct conf_qos *map, u32 *nr, char *value, u32 from_max, u32 to_max)
{
	char *pair, *save = NULL;

	for (pair = strtok_r(value, "/", &save); pair; pair = strtok_r(NULL, "/", &save)) {
		char *colon = strchr(pair, ':');

		if (!colon || *nr == CONF_QOS_MAX)
			return "a priority map is FROM:TO/FROM:TO..., of at most 16";
		*colon = '\0';
		if (!conf_parse_u32(pair, from_max, &map[*nr].from) ||
		    !conf_parse_u32(colon + 1, to_max, &map[*nr].to))
			return "a priority of a map is out of range";
		++*nr;
	}
	return NULL;
}

static const char *set_ingress(struct conf_dev *d, char *value)
{
	return set_map(d->ingress, &d->nr_ingress, value, 7, U32_MAX);
}

static const char *set_egress(struct conf_dev *d, char *value)
{
	return set_map(d->egress, &d->nr_egress, value, U32_MAX, 7);
}

static const char *set_peer(struct conf_dev *d, char *value)
{
	return conf_copy_name(d->peer, value) ? NULL : "peer= is no interface name";
}

static const char *set_join(struct conf_dev *d, char *value)
{
	return conf_copy_name(d->join, value) ? NULL : "join= is no interface name";
}

static const struct {
	const char *key;
	u32 kinds;
	const char *(*set)(struct conf_dev *d, char *value);
} options[] = {
	{ "name", FOR_ALL, set_name },
	{ "mac", FOR_PLAIN, set_mac },
	{ "mtu", FOR_ALL, set_mtu },
	{ "offload", FOR_HOSTED | FOR(VLAN), set_offload },
	{ "host", FOR(TAP) | FOR_CARD, set_host },
	{ "rx", FOR(PACKET), set_rx },
	{ "tx", FOR(PACKET), set_tx },
	{ "fanout", FOR(PACKET), set_fanout },
	{ "queues", FOR(TAP) | FOR(PACKET) | FOR(XDP) | FOR(IGB), set_queues },
	{ "wire", FOR_CARD, set_wire },
	{ "vfs", FOR(IGB), set_vfs },
	{ "vf", FOR(IGBVF), set_vf },
	{ "proto", FOR(VLAN), set_proto },
	{ "reorder", FOR(VLAN), set_reorder },
	{ "ingress", FOR(VLAN), set_ingress },
	{ "egress", FOR(VLAN), set_egress },
	{ "peer", FOR(VETH), set_peer },
	{ "join", FOR_ALL, set_join },
};

static const char *set_option(struct conf_dev *d, const char *key, char *value)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(options[i].key, key))
			return options[i].kinds & 1u << d->kind ? options[i].set(d, value) :
				"an option of another kind of device";
	return "unknown option of a device";
}

static const char *set_options(struct conf_dev *d, char *opt, char **save)
{
	for (; opt; opt = strtok_r(NULL, ",", save)) {
		char *eq = strchr(opt, '=');
		const char *why;

		if (!eq)
			return "an option of a device has no value";
		*eq = '\0';
		why = set_option(d, opt, eq + 1);
		if (why)
			return why;
	}
	return NULL;
}

/* -- what stands behind the kind ---------------------------------------------------------- */
static const char *head_host_if(struct conf_dev *d, char *word)
{
	if (!conf_copy_name(d->host_if, word))
		return "no interface name after the device's kind";
	memcpy(d->name, d->host_if, sizeof(d->name));
	return NULL;
}

static const char *head_name(struct conf_dev *d, char *word)
{
	return conf_copy_name(d->name, word) ? NULL : "no interface name after the device's kind";
}

/* PARENT.ID; the parent's name may have dots in it */
static const char *head_vlan(struct conf_dev *d, char *word)
{
	char *dot = strrchr(word, '.');

	if (!dot || !conf_parse_u32(dot + 1, 4094, &d->vid))
		return "no VLAN number (0..4094) behind the last dot";
	conf_copy_name(d->name, word);	/* too long: name= has to say another */
	*dot = '\0';
	return conf_copy_name(d->lower, word) ? NULL : "no device before the VLAN number";
}

static const char *head_lower(struct conf_dev *d, char *word)
{
	return conf_copy_name(d->lower, word) ? NULL : "no interface name after the device's kind";
}

/* DOMAIN:BUS:SLOT.FUNCTION, as lspci -D shows it */
static const char *head_pci(struct conf_dev *d, char *word)
{
	unsigned int domain, bus, slot, function;
	int end = 0;

	if (sscanf(word, "%4x:%2x:%2x.%1x%n", &domain, &bus, &slot, &function, &end) != 4 || word[end])
		return "no PCI address (like 0000:00:04.0) after the device's kind";
	return conf_set_string(&d->file, word);
}

static const struct {
	const char *prefix;
	/* takes the first word; NULL: options only */
	const char *(*head)(struct conf_dev *d, char *word);
} kinds[] = {
	[CONF_DEV_TAP] = { "tap:", head_host_if },
	[CONF_DEV_PACKET] = { "packet:", head_host_if },
	[CONF_DEV_XDP] = { "xdp:", head_host_if },
	[CONF_DEV_E1000] = { "e1000:", NULL },
	[CONF_DEV_IGB] = { "igb:", NULL },
	[CONF_DEV_VLAN] = { "vlan:", head_vlan },
	[CONF_DEV_VETH] = { "veth:", head_name },
	[CONF_DEV_VFIO] = { "vfio:", head_pci },
	[CONF_DEV_IGBVF] = { "igbvf:", head_lower },
};

/* eth0, eth1, ... as Linux names the cards it finds */
static void name_card(const struct conf *c, struct conf_dev *d)
{
	u32 n, i;

	for (n = 0; n < c->nr_devs; n++) {
		snprintf(d->name, sizeof(d->name), "eth%u", n);
		for (i = 0; i + 1 < c->nr_devs && strcmp(c->devs[i].name, d->name); i++)
			;
		if (i + 1 == c->nr_devs)
			return;
	}
}

/* Two devices may share an interface of the host, but not a TAP's one end. */
static bool same_tap(const struct conf_dev *a, const struct conf_dev *b)
{
	return *a->host_if && !strcmp(a->host_if, b->host_if) && conf_dev_has_tap(a) &&
	       conf_dev_has_tap(b);
}

static const char *check_dev(const struct conf *c, const struct conf_dev *d)
{
	u32 i;

	if (conf_dev_is_card(d) && !*d->host_if && !d->file)
		return "no wire=";
	if (d->kind == CONF_DEV_IGB && d->queues > 16)
		return "an igb has at most 16 queues";
	if (d->vfs && d->queues > 1)
		return "an igb with virtual functions has one queue";
	if (d->kind == CONF_DEV_VETH && !*d->peer)
		return "no peer=";
	if (d->kind == CONF_DEV_VLAN && !*d->name)
		return "the name is too long: give another with name=";
	if (d->nr_host && !conf_dev_has_tap(d))
		return "host= is for TAPs";
	if (!strcmp(d->name, "lo"))
		return "lo is the loopback device: choose another name=";
	for (i = 0; i + 1 < c->nr_devs; i++)
		if (!strcmp(c->devs[i].name, d->name) || !strcmp(c->devs[i].peer, d->name) ||
		    same_tap(&c->devs[i], d))
			return "that device was given before";
	return NULL;
}

bool conf_dev_is_card(const struct conf_dev *d)
{
	return d->kind == CONF_DEV_E1000 || d->kind == CONF_DEV_IGB;
}

bool conf_dev_has_tap(const struct conf_dev *d)
{
	return d->kind == CONF_DEV_TAP || (conf_dev_is_card(d) && d->wire == E1000_WIRE_TAP);
}

const char *conf_dev_prefix(const struct conf_dev *d)
{
	return kinds[d->kind].prefix;
}

const char *conf_dev_subject(const struct conf_dev *d)
{
	if (d->file)
		return d->file;
	return *d->host_if ? d->host_if : d->name;
}

const char *conf_parse_dev(struct conf *c, struct conf_dev *d, char *value)
{
	char *opt, *save = NULL;
	const char *why = NULL;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!strncmp(value, kinds[i].prefix, strlen(kinds[i].prefix)))
			break;
	if (i == ARRAY_SIZE(kinds))
		return "unknown kind of device";
	d->kind = (enum conf_dev_kind)i;
	d->offload = true;
	opt = strtok_r(value + strlen(kinds[i].prefix), ",", &save);
	if (kinds[i].head) {
		why = kinds[i].head(d, opt ? opt : value + strlen(value));
		opt = strtok_r(NULL, ",", &save);
	}
	if (!why)
		why = set_options(d, opt, &save);
	if (why)
		return why;
	if (!*d->name && (conf_dev_is_card(d) || d->kind == CONF_DEV_VFIO))
		name_card(c, d);
	if (!*d->name && d->kind == CONF_DEV_IGBVF) {
		char name[2 * IFNAMSIZ_NS];

		snprintf(name, sizeof(name), "%sv%u", d->lower, d->vf);
		if (!conf_copy_name(d->name, name))
			return "the name is too long: give another with name=";
	}
	return check_dev(c, d);
}
