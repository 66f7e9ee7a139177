// SPDX-License-Identifier: BSD-2-Clause
/* Flags and configuration file of netstackd: what is taken, what is refused and with which words. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/conf.h"
#include "drivers/drivers.h"
#include "host/host.h"
#include "netstack/proto.h"
#include "tcp/tcp.h"

static struct conf c;
static char err[1024];

static void fresh(void)
{
	conf_init(&c);
	err[0] = '\0';
}

static void done(void)
{
	conf_free(&c);
}

TestSuite(conf, .init = fresh, .fini = done);

/* flag and value, or NULL and nothing */
static int parse(const char *flag, const char *value)
{
	char *argv[] = { (char *)(uintptr_t)"netstackd", (char *)(uintptr_t)flag,
			 (char *)(uintptr_t)value, NULL };

	return conf_parse_args(&c, flag ? (value ? 3 : 2) : 1, argv, err, sizeof(err));
}

Test(conf, defaults)
{
	cr_assert_eq(parse(NULL, NULL), 0);
	cr_assert_str_eq(c.control, NSP_DEFAULT_PATH);
	cr_assert_eq(c.ready_fd, -1);
	cr_assert_eq(c.nr_devs, 0);
	cr_assert_eq(c.log_level, HOST_LOG_NOTICE);
}

Test(conf, cards_of_several_queues)
{
	cr_assert_eq(parse("--dev", "igb:wire=tap:nst0,queues=16,host=10.77.0.1/24"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "igb:wire=packet:enp1s0"), 0, "%s", err);
	cr_assert_eq(c.devs[0].kind, CONF_DEV_IGB);
	cr_assert_eq(c.devs[0].queues, 16);
	cr_assert_str_eq(c.devs[0].name, "eth0");
	cr_assert_str_eq(c.devs[1].name, "eth1");
	cr_assert_neq(parse("--dev", "igb:wire=tap:nst0,name=eth7"), 0, "one TAP, two devices");
}

Test(conf, emulated_cards)
{
	cr_assert_eq(parse("--dev", "e1000:wire=tap:nst0,mtu=9000,host=10.77.0.1/24"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "e1000:name=wan,wire=pcap:out.pcap"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "e1000:wire=pair:cable"), 0, "%s", err);
	cr_assert_eq(c.nr_devs, 3);
	cr_assert_eq(c.devs[0].kind, CONF_DEV_E1000);
	cr_assert_str_eq(c.devs[0].name, "eth0");
	cr_assert_str_eq(c.devs[0].host_if, "nst0");
	cr_assert_str_eq(c.devs[1].name, "wan");
	cr_assert_str_eq(c.devs[1].file, "out.pcap");
	cr_assert_str_eq(c.devs[2].name, "eth1");
	cr_assert_neq(parse("--dev", "e1000:mtu=1500"), 0);
	cr_assert_neq(parse("--dev", "e1000:wire=string:x"), 0);
	cr_assert_neq(parse("--dev", "e1000:wire=pair:"), 0);
	cr_assert_neq(parse("--dev", "e1000:wire=pair:a,host=10.0.0.1/8"), 0);
	cr_assert_neq(parse("--dev", "e1000:wire=tap:nst0,name=eth7"), 0, "one TAP, two devices");
}

Test(conf, cards_of_the_machine)
{
	cr_assert_eq(parse("--dev", "vfio:0000:00:04.0"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "vfio:10af:3b:1f.7,name=wan,mtu=9000"), 0, "%s", err);
	cr_assert_eq(c.devs[0].kind, CONF_DEV_VFIO);
	cr_assert_str_eq(c.devs[0].name, "eth0");
	cr_assert_str_eq(c.devs[0].file, "0000:00:04.0");
	cr_assert_eq(c.devs[1].mtu, 9000);
	cr_assert_neq(parse("--dev", "vfio:00:04.0"), 0, "lspci's short form may name two");
	cr_assert_neq(parse("--dev", "vfio:0000:00:04.0x"), 0);
	cr_assert_neq(parse("--dev", "vfio:"), 0);
	cr_assert_neq(parse("--dev", "vfio:0000:00:05.0,mac=02:00:00:00:00:01"), 0, "it has one");
	cr_assert_neq(parse("--dev", "vfio:0000:00:05.0,offload=off"), 0);
}

Test(conf, packet_devices)
{
	cr_assert_eq(parse("--dev", "packet:enp1s0"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "packet:enp1s0,name=eth1,rx=v3,tx=ring,fanout=9,mtu=1400"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "e1000:wire=packet:enp1s0,name=eth2"), 0, "%s", err);
	cr_assert_eq(c.devs[0].kind, CONF_DEV_PACKET);
	cr_assert_str_eq(c.devs[0].name, "enp1s0");
	cr_assert_eq(c.devs[0].rx, PACKET_RX_V2);
	cr_assert(c.devs[0].offload);
	cr_assert_str_eq(c.devs[1].host_if, "enp1s0");
	cr_assert_eq(c.devs[1].rx, PACKET_RX_V3);
	cr_assert(c.devs[1].tx_ring && !c.devs[0].tx_ring);
	cr_assert_eq(c.devs[1].fanout, 9);
	cr_assert_eq(c.devs[2].wire, E1000_WIRE_PACKET);
	cr_assert_neq(parse("--dev", "packet:"), 0);
	cr_assert_neq(parse("--dev", "packet:a,host=10.0.0.1/8"), 0);
	cr_assert_neq(parse("--dev", "packet:a,rx=v4"), 0);
	cr_assert_neq(parse("--dev", "packet:a,tx=v2"), 0);
	cr_assert_neq(parse("--dev", "tap:a,tx=ring"), 0);
	cr_assert_neq(parse("--dev", "packet:a,fanout=0"), 0);
	cr_assert_neq(parse("--dev", "tap:a,rx=v3"), 0, "an option of another kind");
}

Test(conf, virtual_functions)
{
	cr_assert_eq(parse("--dev", "igb:wire=tap:t0,name=pf,vfs=2"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "igbvf:pf,vf=1,mtu=1400,mac=02:00:00:00:00:07"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "igbvf:pf,name=other"), 0, "%s", err);
	cr_assert_eq(c.devs[0].vfs, 2);
	cr_assert_eq(c.devs[1].kind, CONF_DEV_IGBVF);
	cr_assert_str_eq(c.devs[1].lower, "pf");
	cr_assert_str_eq(c.devs[1].name, "pfv1");
	cr_assert_eq(c.devs[1].vf, 1);
	cr_assert_str_eq(c.devs[2].name, "other");
	cr_assert_neq(parse("--dev", "igbvf:pf,vf=1"), 0, "given before");
	cr_assert_neq(parse("--dev", "igbvf:pf,vf=7"), 0);
	cr_assert_neq(parse("--dev", "igbvf:"), 0);
	cr_assert_neq(parse("--dev", "igbvf:pf,vf=2,queues=2"), 0);
	cr_assert_neq(parse("--dev", "igb:wire=tap:t1,vfs=2,queues=2"), 0);
	cr_assert_neq(parse("--dev", "igb:wire=tap:t2,vfs=8"), 0);
	cr_assert_neq(parse("--dev", "e1000:wire=tap:t3,vfs=1"), 0);
}

Test(conf, vlans_and_cables)
{
	cr_assert_eq(parse("--dev", "vlan:eth0.5,ingress=3:6/5:7,egress=6:3,reorder=off"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "vlan:eth0.5.4094,name=inner,proto=802.1ad"), 0, "%s", err);
	cr_assert_eq(parse("--dev", "veth:v0,peer=v1,mtu=9000"), 0, "%s", err);
	cr_assert_str_eq(c.devs[0].name, "eth0.5");
	cr_assert_str_eq(c.devs[0].lower, "eth0");
	cr_assert_eq(c.devs[0].vid, 5);
	cr_assert(c.devs[0].nr_ingress == 2 && c.devs[0].ingress[1].from == 5);
	cr_assert_eq(c.devs[0].ingress[1].to, 7);
	cr_assert(c.devs[0].nr_egress == 1 && c.devs[0].no_reorder);
	cr_assert_str_eq(c.devs[1].lower, "eth0.5");
	cr_assert_eq(c.devs[1].vlan_proto, 0x88a8);
	cr_assert_str_eq(c.devs[2].peer, "v1");
	cr_assert_neq(parse("--dev", "vlan:eth0"), 0);
	cr_assert_neq(parse("--dev", "vlan:eth0.4095"), 0);
	cr_assert_neq(parse("--dev", "vlan:.5"), 0);
	cr_assert_neq(parse("--dev", "vlan:eth0.7,ingress=8:1"), 0);
	cr_assert_neq(parse("--dev", "vlan:eth0.7,egress=1:8"), 0);
	cr_assert_neq(parse("--dev", "vlan:eth0.7,wire=tap:x"), 0);
	cr_assert_neq(parse("--dev", "veth:v2"), 0);
	cr_assert_eq(parse("--dev", "tap:up0,join=v1"), 0, "%s", err);
	cr_assert_str_eq(c.devs[c.nr_devs - 1].join, "v1");
	cr_assert_neq(parse("--dev", "tap:up1,join="), 0);
	cr_assert_neq(parse("--dev", "tap:x,name=v1"), 0, "the other end of a cable has that name");
}

Test(conf, device_with_every_option)
{
	const u8 mac[6] = { 2, 0, 0, 0, 0, 0xab };

	cr_assert_eq(parse("--dev", "tap:nst0,name=eth0,mac=02:00:00:00:00:ab,mtu=9000,offload=off,"
				    "host=10.77.0.1/24,host=fd77::1/64"), 0, "%s", err);
	cr_assert_eq(c.nr_devs, 1);
	cr_assert_str_eq(c.devs[0].host_if, "nst0");
	cr_assert_str_eq(c.devs[0].name, "eth0");
	cr_assert_arr_eq(c.devs[0].mac, mac, 6);
	cr_assert_eq(c.devs[0].mtu, 9000);
	cr_assert_not(c.devs[0].offload);
	cr_assert_eq(c.devs[0].nr_host, 2);
	cr_assert_str_eq(c.devs[0].host[1], "fd77::1/64");
}

Test(conf, device_defaults)
{
	cr_assert_eq(parse("--dev=tap:t0", NULL), 0, "%s", err);
	cr_assert_str_eq(c.devs[0].name, "t0");
	cr_assert(c.devs[0].offload);
	cr_assert_eq(c.devs[0].mtu, 0);
}

Test(conf, addresses_of_both_families)
{
	cr_assert_eq(parse("--addr", "10.77.0.2/24%eth0"), 0, "%s", err);
	cr_assert_eq(parse("--addr", "fd77::2/64%eth0"), 0, "%s", err);
	cr_assert_eq(c.nr_addrs, 2);
	cr_assert_eq(c.addrs[0].prefix.family, INET_FAMILY_4);
	cr_assert_eq(c.addrs[0].prefix.len, 24);
	cr_assert_eq(c.addrs[1].prefix.family, INET_FAMILY_6);
	cr_assert_str_eq(c.addrs[1].dev, "eth0");
}

Test(conf, routes)
{
	cr_assert_eq(parse("--route", "default,via=10.77.0.1"), 0, "%s", err);
	cr_assert_eq(c.routes[0].dst.family, INET_FAMILY_4);
	cr_assert_eq(c.routes[0].dst.len, 0);
	cr_assert(inet_addr_any(&c.routes[0].dst.addr));
	cr_assert_eq(parse("--route", "default,via=fd77::1,dev=eth0"), 0, "%s", err);
	cr_assert_eq(c.routes[1].dst.family, INET_FAMILY_6);
	cr_assert_eq(parse("--route", "10.9.0.0/16,dev=eth0"), 0, "%s", err);
	cr_assert_not(c.routes[2].has_via);
	cr_assert_eq(c.routes[2].dst.len, 16);
	cr_assert_eq(c.routes[2].type, 0);
	cr_assert_eq(parse("--route", "10.9.0.0/16,type=prohibit,metric=9"), 0, "%s", err);
	cr_assert_eq(c.routes[3].type, RTN_PROHIBIT);
	cr_assert_eq(parse("--route", "::/0,type=blackhole"), 0, "%s", err);
	cr_assert_eq(c.routes[4].type, RTN_BLACKHOLE);
	cr_assert_str_eq(conf_route_type(RTN_UNREACHABLE), "unreachable");
	cr_assert_null(conf_route_type(RTN_UNICAST));
}

Test(conf, route_attributes)
{
	const u32 *m;

	cr_assert_eq(parse("--route", "10.9.0.0/16,dev=eth0,metric=7,mtu=lock:1400,advmss=1300,initcwnd=3,"
				      "initrwnd=4,rtt=100,rttvar=20,rto_min=50,quickack=1,features=ecn,"
				      "congctl=lock:bbr,hoplimit=9,window=5000,ssthresh=8,cwnd=6,"
				      "reordering=5"),
		     0, "%s", err);
	m = c.routes[0].metrics;
	cr_assert_eq(c.routes[0].priority, 7);
	cr_assert_eq(m[RTAX_N_LOCK], 1u << RTAX_N_MTU | 1u << RTAX_N_CC);
	cr_assert_eq(m[RTAX_N_MTU], 1400);
	cr_assert_eq(m[RTAX_N_ADVMSS], 1300);
	cr_assert_eq(m[RTAX_N_INITCWND], 3);
	cr_assert_eq(m[RTAX_N_INITRWND], 4);
	cr_assert_eq(m[RTAX_N_RTT], 800);
	cr_assert_eq(m[RTAX_N_RTTVAR], 80);
	cr_assert_eq(m[RTAX_N_RTO_MIN], 50);
	cr_assert_eq(m[RTAX_N_QUICKACK], 1);
	cr_assert_eq(m[RTAX_N_FEATURES], RTAX_FEATURE_ECN_NS);
	cr_assert_eq(m[RTAX_N_CC], tcp_ca_key("bbr", 3));
	cr_assert_eq(m[RTAX_N_HOPLIMIT], 9);
	cr_assert_eq(m[RTAX_N_WINDOW], 5000);
	cr_assert_eq(m[RTAX_N_SSTHRESH], 8);
	cr_assert_eq(m[RTAX_N_CWND], 6);
	cr_assert_eq(m[RTAX_N_REORDERING], 5);
}

Test(conf, neighbour_and_sysctl)
{
	cr_assert_eq(parse("--neigh", "fd77::9=02:00:00:00:00:09%eth0"), 0, "%s", err);
	cr_assert_eq(c.neighs[0].family, INET_FAMILY_6);
	cr_assert_eq(c.neighs[0].mac[5], 9);
	cr_assert_eq(parse("--sysctl", "net.ipv4.tcp_rmem=4096 131072 6291456"), 0, "%s", err);
	cr_assert_str_eq(c.sysctls[0].key, "net.ipv4.tcp_rmem");
	cr_assert_str_eq(c.sysctls[0].value, "4096 131072 6291456");
}

/* Each is refused, and the message names the flag and has a word of the remedy. */
Test(conf, refused_with_flag_and_remedy)
{
	static const struct {
		const char *flag, *value, *word;
	} bad[] = {
		{ "--dev", "eth:x", "tap:nst0" },
		{ "--dev", "tap:", "tap:nst0" },
		{ "--dev", "tap:a-name-that-is-too-long", "tap:nst0" },
		{ "--dev", "tap:x,mtu=67", "68..65535" },
		{ "--dev", "tap:x,mtu=65536", "68..65535" },
		{ "--dev", "tap:x,mac=03:00:00:00:00:00", "multicast" },
		{ "--dev", "tap:x,mac=02:00:00:00:00", "mac=" },
		{ "--dev", "tap:x,offload=yes", "on or off" },
		{ "--dev", "tap:x,colour=red", "unknown option" },
		{ "--dev", "tap:x,name=lo", "lo" },
		{ "--addr", "10.77.0.2/24", "%eth0" },
		{ "--addr", "10.77.0.2/33%eth0", "10.77.0.2/24%eth0" },
		{ "--addr", "fd77::2/129%eth0", "fd77::2/64%eth0" },
		{ "--route", "default", "via=" },
		{ "--route", "default,dev=eth0", "via=" },
		{ "--route", "10.0.0.0/8,type=throw", "type=" },
		{ "--route", "10.0.0.0/8,type=prohibit,dev=eth0", "dev=" },
		{ "--route", "10.0.0.0/8,type=prohibit,via=10.0.0.1", "via=" },
		{ "--route", "default,type=prohibit", "default" },
		{ "--route", "10.0.0.0/8,via=fd77::1", "families" },
		{ "--route", "10.0.0.0/8,via=10.0.0.x", "via=" },
		{ "--route", "10.0.0.0/8,via=10.0.0.1,metric=x", "metric=" },
		{ "--route", "10.0.0.0/8,via=10.0.0.1,mtu=65536", "0 to 65535" },
		{ "--route", "10.0.0.0/8,via=10.0.0.1,quickack=2", "0 to 1" },
		{ "--route", "10.0.0.0/8,via=10.0.0.1,congctl=vegas", "dctcp" },
		{ "--route", "10.0.0.0/8,via=10.0.0.1,features=tcp_usec_ts", "ecn" },
		{ "--route", "10.0.0.0/8,via=10.0.0.1,colour=red", "unknown option" },
		{ "--neigh", "10.0.0.1%eth0", "=" },
		{ "--neigh", "10.0.0.1=zz%eth0", "link-layer" },
		{ "--sysctl", "net.ipv4.tcp_sack", "=" },
		{ "--ready-fd", "-1", "number" },
		{ "--ready-fd", "1000000", "open" },
		{ "--log-level", "loud", "warning" },
		{ "--busy-poll", "1000001", "1000000" },
		{ "--busy-poll", "fast", "1000000" },
		{ "--busy-poll", "auto:", "1000000" },
		{ "--busy-poll", "automatic", "1000000" },
		{ "--dev", "tap:a,queues=0", "1..64" },
		{ "--dev", "e1000:wire=tap:a,queues=2", "another kind" },
		{ "--dev", "igb:queues=2", "no wire=" },
		{ "--dev", "igb:wire=tap:a,queues=17", "at most 16 queues" },
		{ "--allow-uid", "www-data", "id -u" },
		{ "--max-sockets", "0", "16777216" },
		{ "--workers", "0", "from 1 to 16" },
		{ "--workers", "17", "from 1 to 16" },
		{ "--workers", "many", "from 1 to 16" },
		{ "--nonsense", "x", "--help" },
		{ "--dev", NULL, "needs a value" },
		{ "nonsense", NULL, "--help" },
		{ "--config", "/nonexistent/netstackd.conf", "readable" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		conf_free(&c);
		fresh();
		cr_assert_neq(parse(bad[i].flag, bad[i].value), 0, "%s %s was taken", bad[i].flag,
			      bad[i].value ? bad[i].value : "");
		cr_assert(strstr(err, bad[i].flag + (strncmp(bad[i].flag, "--", 2) ? 0 : 2)),
			  "%s %s: no flag in: %s", bad[i].flag, bad[i].value, err);
		cr_assert(strstr(err, bad[i].word), "%s %s: no \"%s\" in: %s", bad[i].flag,
			  bad[i].value, bad[i].word, err);
	}
}

Test(conf, same_device_twice)
{
	cr_assert_eq(parse("--dev", "tap:a,name=x"), 0);
	cr_assert_neq(parse("--dev", "tap:b,name=x"), 0);
	cr_assert(strstr(err, "before"), "%s", err);
}

static void write_file(char *path, const char *text)
{
	int fd = mkstemp(path);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

Test(conf, file_has_the_same_keys)
{
	char path[] = "/tmp/netstack-conf-XXXXXX";

	write_file(path, "# a comment\n\n  dev = tap:nst0,name=eth0   # another\n"
			 "addr = 10.77.0.2/24%eth0\nroute=default,via=10.77.0.1\nbusy-poll = 50\n");
	cr_assert_eq(parse("--config", path), 0, "%s", err);
	cr_assert_eq(c.nr_devs, 1);
	cr_assert_eq(c.nr_addrs, 1);
	cr_assert_eq(c.nr_routes, 1);
	cr_assert_eq(c.busy_poll_us, 50);
	unlink(path);
}

Test(conf, file_names_the_line)
{
	char path[] = "/tmp/netstack-conf-XXXXXX";

	write_file(path, "busy-poll = 1\n\nlog-level = loud\n");
	cr_assert_neq(parse("--config", path), 0);
	cr_assert(strstr(err, ":3: log-level"), "%s", err);
	cr_assert(strstr(err, path), "%s", err);
	unlink(path);
}

Test(conf, file_cannot_include)
{
	char path[] = "/tmp/netstack-conf-XXXXXX";

	write_file(path, "config = /etc/passwd\n");
	cr_assert_neq(parse("--config", path), 0);
	cr_assert(strstr(err, ":1: "), "%s", err);
	unlink(path);
}

Test(conf, help_and_version_win)
{
	cr_assert_eq(parse("--help", NULL), 0);
	cr_assert(c.help);
	cr_assert_eq(parse("--version", NULL), 0);
	cr_assert(c.version);
}
