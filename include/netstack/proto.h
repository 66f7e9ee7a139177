/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wire between netstackd and its clients: proto.def expanded. doc/protocol.md tells the
 * rules. Used by daemon, shim and command-line tool alike; includes nothing of the stack.
 */
#ifndef NETSTACK_PROTO_H
#define NETSTACK_PROTO_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t nsp_u8;
typedef uint16_t nsp_u16;
typedef uint32_t nsp_u32;
typedef uint64_t nsp_u64 __attribute__((aligned(8)));
typedef int32_t nsp_s32;
typedef int64_t nsp_s64 __attribute__((aligned(8)));
typedef char nsp_char;
typedef struct nsp_addr nsp_addr;
typedef struct nsp_dgrx nsp_dgrx;

#define NSP_DEFAULT_PATH "/run/netstackd.sock"	/* SOCK_SEQPACKET: control and datagram sockets */
#define NSP_STREAM_SUFFIX ".d"			/* PATH.d, SOCK_STREAM: connections */
#define NSP_TREE_SUFFIX ".f"			/* PATH.f, a directory: /sys/class/net and the like */
#define NSP_PATH_MAX 100			/* of PATH, without the suffix */

#define NSP_MSG_MAX 65536	/* one message of the control channel, head included */
#define NSP_DGRAM_CTL_MAX 2048	/* control messages of one datagram */
#define NSP_FRAME_MAX (65536 + 64)	/* payload of a packet socket: link headers, too */
#define NSP_DGRAM_MAX (120 + NSP_FRAME_MAX + NSP_DGRAM_CTL_MAX)
#define NSP_CONN_OPT_MAX 8192	/* bytes of options in a connect request or OPTS */
#define NSP_CONN_TOTAL_MAX (16u << 20)	/* largest `total` of a connect request */

#define NSP_MSG_MAGIC 0x4e53634du	/* control message */
#define NSP_CONN_MAGIC 0x4e536331u	/* connect request */
#define NSP_DHELLO_MAGIC 0x4e536468u	/* datagram socket's hello */
#define NSP_DGRAM_MAGIC 0xae5d617fu	/* datagram head: bytes no text protocol starts with */
#define NSP_ACCNAME_MAGIC "netstk1"	/* seven bytes behind the zero */

/* struct nsp_msg.flags */
#define NSP_F_REPLY 0x0001	/* from the daemon */
#define NSP_F_ONEWAY 0x0002	/* no reply wanted (MAY1WAY calls) */
#define NSP_F_MORE 0x0004	/* STREAM: another reply follows */

/* nsp_hello_req.role */
#define NSP_ROLE_SHIM 1
#define NSP_ROLE_ADMIN 2

/* capabilities: each end says what it can, the common set holds for the channel */
#define NSP_CAP_PULSE 0x2ull	/* HELLO's answer brings the descriptors of the pulse */

/* descriptors of the pulse, in the order in which they come */
#define NSP_PULSE_POLL 0	/* readable: frames wait in a device */
#define NSP_PULSE_PAGE 1	/* struct nsp_pulse */
#define NSP_PULSE_FDS 2

/* memory of PAYLOAD */
#define NSP_PAYLOAD_HEAD 4096
#define NSP_PAYLOAD_BLOCKS 64
#define NSP_PAYLOAD_BLOCK 65536

/* nsp_write_req.flags */
#define NSP_WRITE_MORE 1	/* a part: the next one follows */

/* nsp_barrier_req.flags */
#define NSP_BARRIER_FRAMES 1	/* only for the frames, and not until there is nothing more to do */

/* struct nsp_conn.flags */
#define NSP_CONN_FDPASS 0x01	/* the first bytes carry the socket itself by SCM_RIGHTS */

#define NSP_CONN_STARTED 0x02	/* a FASTOPEN call began it: only the descriptor comes */

/* nsp_fastopen_req.flags */
#define NSP_FASTOPEN_CONNECT 0x01
#define NSP_FASTOPEN_FIRST 0x02	/* the first write after such a connect(); filler follows on the stream */
#define NSP_FASTOPEN_WAITS 0x04	/* the caller waits to send what the SYN does not take */
#define NSP_STAT_DEV 1		/* STAT flags: as ethtool shows it; data: a device's name, or none */
#define NSP_CAPTURE_NO_DROPS 1	/* CAPTURE flags: packets that are dropped are not told again */
#define NSP_BPF_INSN 8		/* octets of a struct bpf_insn */
#define NSP_FASTOPEN_DATA_MAX 16384	/* more than any SYN takes */

/* struct nsp_dhello.flags */
#define NSP_DHELLO_REPLY 0x0001	/* answer with a datagram head, type NSP_DGRAM_HELLO */
#define NSP_DHELLO_FDPASS 0x0002	/* the packet carries the socket itself by SCM_RIGHTS */

/* argument of IOCTL FIONREAD: data held back for SO_RCVLOWAT come now; from now on; no more */
#define NSP_LET_GO_NOW 0
#define NSP_LET_GO_ON 1
#define NSP_LET_GO_OFF 2

#define NSP_OOB_AHEAD (1u << 30)	/* octets that one urgent write may have, at most */

/* struct nsp_stamp_req.op */
#define NSP_STAMP_MARK 0
#define NSP_STAMP_LESS 1
#define NSP_STAMP_COPIED 2
#define NSP_STAMP_TXTIME 3

/* struct nsp_proc_req.op; WRITE is for the daemon's owner and root; of nothing it asks only */
#define NSP_PROC_READ 0
#define NSP_PROC_WRITE 1
#define NSP_PROC_LIST 2		/* a directory: bring it up to date below PATH NSP_TREE_SUFFIX */

/* struct nsp_dgram.type */
#define NSP_DGRAM_DATA 1	/* a datagram */
#define NSP_DGRAM_ERR 2		/* err is the socket's pending error; no payload */
#define NSP_DGRAM_HELLO 3	/* answer to the hello: err, 0 or positive errno */
#define NSP_DGRAM_TOKEN 4	/* there are frames in a packet socket's ring; nothing for the program */

/* struct nsp_geterr_req.peek; 0: the error is taken */
#define NSP_GETERR_PEEK 1	/* it stays */
#define NSP_GETERR_SENT 2	/* only what became of a datagram sent with NSP_DGRAM_TELL */
#define NSP_GETERR_READ 3	/* taken as a read does: what came after the peer's FIN stays, untold */
#define NSP_GETERR_SOFT 4	/* only one that does not end the connection */
#define NSP_GETERR_FIRST 5	/* none: those that lie in a datagram socket's descriptor come first */

/* struct nsp_dgram.flags */
#define NSP_DGRAM_TELL 0x02	/* to the daemon: keep the errno of this send for GETERR */
#define NSP_DGRAM_LONG 0x04	/* to the daemon: err is the length of one that no packet holds; no payload */
#define NSP_DGRAM_TRUNC 0x01	/* from the daemon: payload was cut (limit of the channel) */

/*
 * The tag that marks a descriptor as ours in the kernel: a 64-bit SO_MAX_PACING_RATE, inert on
 * AF_UNIX, kept over fork, exec, dup and SCM_RIGHTS.
 *	63..48 magic | 47..24 state bits | 23..12 protocol | 11..8 type | 7..0 family
 */
#define NSP_TAG_MAGIC 0x6e73ull
#define NSP_TAG(family, type, protocol, bits)                                                      \
	(NSP_TAG_MAGIC << 48 | (uint64_t)((bits) & 0xffffffu) << 24 |                              \
	 (uint64_t)((protocol) & 0xfffu) << 12 | (uint64_t)((type) & 0xfu) << 8 |                  \
	 (uint64_t)((family) & 0xffu))
#define NSP_TAG_OK(tag) ((tag) >> 48 == NSP_TAG_MAGIC)
#define NSP_TAG_FAMILY(tag) ((int)((tag) & 0xff))
#define NSP_TAG_TYPE(tag) ((int)((tag) >> 8 & 0xf))
#define NSP_TAG_PROTOCOL(tag) ((int)((tag) >> 12 & 0xfff))
#define NSP_TAG_BITS(tag) ((uint32_t)((tag) >> 24 & 0xffffff))
/* the upper half of the state bits: SO_SNDBUF to be had once it is connected, in KiB, with NSP_TAGB_SNDBUF */
#define NSP_TAG_KIB(tag) ((uint32_t)((tag) >> 36 & 0xfff))
#define NSP_TAG_WITH_KIB(tag, octets)                                                              \
	(((tag) & ~(0xfffull << 36)) |                                                             \
	 (((octets) < 0xfff << 10 ? ((uint64_t)(octets) + 1023) >> 10 : 0xfff) << 36))

/* tag state bits */
#define NSP_TAGB_CONNECT 0x01u	/* connect() was started */
#define NSP_TAGB_REPORTED 0x02u /* its success was told to the program */
#define NSP_TAGB_KNOWN 0x04u	/* the daemon knows the socket (bound, or an option was set) */
#define NSP_TAGB_LISTEN 0x08u	/* listening */
#define NSP_TAGB_RING NSP_TAGB_LISTEN /* of a packet socket: it had a ring */
#define NSP_TAGB_SHUT 0x10u	/* a listener or datagram socket that was shut down */
#define NSP_TAGB_ABORTED NSP_TAGB_SHUT /* of a stream: why connecting failed was told, not by connect() */
#define NSP_TAGB_UCONN 0x20u	/* connected datagram socket */
#define NSP_TAGB_SNDBUF 0x40u	/* the program chose SO_SNDBUF */
#define NSP_TAGB_BOUND 0x80u	/* bind() succeeded */
#define NSP_TAGB_TSTAMP 0x100u	/* sends are time-stamped */
#define NSP_TAGB_ARRIVAL 0x200u	/* a stream whose receives are */
#define NSP_TAGB_ZEROCOPY 0x400u /* SO_ZEROCOPY */
#define NSP_TAGB_ERRPRI 0x800u	/* SO_SELECT_ERR_QUEUE */

/* call flags */
#define NSP_CALL_FD 0x0001
#define NSP_CALL_ONEWAY 0x0002
#define NSP_CALL_MAY1WAY 0x0004
#define NSP_CALL_REQDATA 0x0008
#define NSP_CALL_REPDATA 0x0010
#define NSP_CALL_STREAM 0x0020
#define NSP_CALL_FIRST 0x0040
#define NSP_CALL_ADMIN 0x0080

#define NSP_ALIGN8(n) (((n) + 7u) & ~7u)

/* structures */
#define FIELDS(...) __VA_ARGS__
#define F(type, name) nsp_##type name;
#define A(type, name, n) nsp_##type name[n];
#define STRUCT(name, size, fields) struct nsp_##name { fields };
#define CALL(nr, NAME, name, flags, reqsize, req, repsize, rep)                                    \
	struct nsp_##name##_req { req };                                                           \
	struct nsp_##name##_rep { rep };
#include "netstack/proto.def"
#undef F
#undef A
#undef STRUCT
#undef CALL

/* golden sizes, and no hidden padding */
#define F(type, name) +sizeof(nsp_##type)
#define A(type, name, n) +(n) * sizeof(nsp_##type)
#define STRUCT(name, size, fields)                                                                 \
	static_assert(sizeof(struct nsp_##name) == (size), "size of nsp_" #name);                  \
	static_assert((0 fields) == (size), "padding in nsp_" #name);
#define CALL(nr, NAME, name, flags, reqsize, req, repsize, rep)                                    \
	static_assert(sizeof(struct nsp_##name##_req) == (reqsize), "size of " #name "_req");      \
	static_assert(sizeof(struct nsp_##name##_rep) == (repsize), "size of " #name "_rep");      \
	static_assert((0 req) == (reqsize), "padding in " #name "_req");                           \
	static_assert((0 rep) == (repsize), "padding in " #name "_rep");
#include "netstack/proto.def"
#undef F
#undef A
#undef STRUCT
#undef CALL
#undef FIELDS

/* numbers: NSP_NR_BIND ... */
enum nsp_nr {
	NSP_NR_NONE,
#define STRUCT(name, size, fields)
#define CALL(nr, NAME, name, flags, reqsize, req, repsize, rep) NSP_NR_##NAME = (nr),
#include "netstack/proto.def"
#undef CALL
	NSP_NR_MAX = 63
};

/* What a dispatcher checks before it looks at a message. */
struct nsp_call {
	const char *name;	/* NULL: no such call */
	uint16_t flags;		/* NSP_CALL_* */
	uint16_t reqsize;	/* of the request structure */
	uint16_t repsize;	/* of the reply structure */
};

#define FIRST NSP_CALL_FIRST
#define FD NSP_CALL_FD
#define ONEWAY NSP_CALL_ONEWAY
#define MAY1WAY NSP_CALL_MAY1WAY
#define REQDATA NSP_CALL_REQDATA
#define REPDATA NSP_CALL_REPDATA
#define STREAM NSP_CALL_STREAM
#define ADMIN NSP_CALL_ADMIN
static const struct nsp_call nsp_calls[NSP_NR_MAX + 1] __attribute__((unused)) = {
#define CALL(nr, NAME, n, fl, reqsz, req, repsz, rep)                                              \
	[nr] = { .name = #n, .flags = (uint16_t)(fl), .reqsize = (reqsz), .repsize = (repsz) },
#include "netstack/proto.def"
#undef CALL
};
#undef FIRST
#undef FD
#undef ONEWAY
#undef MAY1WAY
#undef REQDATA
#undef REPDATA
#undef STREAM
#undef ADMIN
#undef STRUCT

/* The text of the declaration: what the version hash is made of. */
#define STRUCT(name, size, fields) #name #size #fields ";"
#define CALL(nr, NAME, name, flags, reqsize, req, repsize, rep)                                    \
	#nr #NAME #flags #reqsize #req #repsize #rep ";"
static const char nsp_proto_text[] __attribute__((unused)) =
#include "netstack/proto.def"
	"";
#undef STRUCT
#undef CALL

/**
 * nsp_proto_hash() - version of the protocol: FNV-1a over the declaration
 *
 * Exchanged in the first message of every channel; ends that differ refuse each other.
 */
static inline uint64_t nsp_proto_hash(void)
{
	static uint64_t known;	/* each connection tells it */
	uint64_t h = __atomic_load_n(&known, __ATOMIC_RELAXED);
	const char *p;

	if (h)
		return h;
	h = 0xcbf29ce484222325ull;
	for (p = nsp_proto_text; *p; p++)
		h = (h ^ (uint8_t)*p) * 0x100000001b3ull;
	__atomic_store_n(&known, h, __ATOMIC_RELAXED);
	return h;
}

#endif /* NETSTACK_PROTO_H */
