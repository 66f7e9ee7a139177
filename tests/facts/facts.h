/* SPDX-License-Identifier: BSD-2-Clause */
/* What the facts share: names of errors and events, the two addresses, a few openings. */
#ifndef TESTS_FACTS_H
#define TESTS_FACTS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PEER_PORT = 7100, CLOSED_PORT = 9 };

struct fact {
	const char *name;
	void (*run)(void);
};

extern int family;		/* of the facts being printed */
extern volatile int sigpipes;	/* SIGPIPEs seen */

/* "word=value": value is the number, or the name of errno when it is -1 */
void say(const char *word, long value);
void say_text(const char *word, const char *text);
/* poll bits, after waiting up to 300 ms for any */
void say_poll(const char *word, int fd);
/* poll bits after waiting for the given ones */
void say_poll_for(const char *word, int fd, short want);

struct sockaddr_storage addr_of(bool peer, int port);
socklen_t addr_len(void);
/* the interface to the peer: the one that is not the loopback */
unsigned int own_interface(void);
/* our own address towards the peer, and a port that was free */
void own_address(struct sockaddr_storage *ss);
/* a datagram socket on our own address, and one connected to it */
void self_pair(int *to, int *from);
/* eight octets with one control message */
ssize_t send_with(int fd, int level, int type, const void *data, size_t len);
int open_tcp(void);
int open_udp(void);
/* connected to the peer, which has been told what to do */
int open_peer(char what);
int listen_any(int *port);
/* a connection accepted from the peer, which does `what` */
int accept_from_peer(char what, int *listener);
/* what a program sees that gives up root before its first socket; bits of what failed */
int as_nobody(void);
/* what a program can do with a connection that it inherits; bits of what failed */
int as_heir(int fd);
/* what a program can do with a listener that another made and a client waits at; bits of what failed */
int as_activated(int fd);
/* a program that has used up the numbers of its descriptors, and says how it gets on */
int as_full(void);
/* one of those in a new program, its exit status */
int run_self(const char *what, int fd, char **envp);
/* lines of a file that have text in them; 0 if there is no such file */
long lines_with(const char *path, const char *text);
void settle(void);	/* let packets in flight arrive */

extern const struct fact facts_tcp[], facts_udp[], facts_opt[], facts_fd[], facts_event[];
extern const struct fact facts_call[], facts_cmsg[], facts_stamp[], facts_group[], facts_signal[];
extern const struct fact facts_ifreq[], facts_ext6[], facts_epoll[], facts_queue[], facts_names[];
extern const struct fact facts_conf[], facts_bulk[], facts_txtime[], facts_sweep[], facts_order[];
extern const struct fact facts_thread[], facts_label[], facts_pktinfo[], facts_fanout[], facts_txring[];
extern const struct fact facts_packet[], facts_ring[], facts_queues[], facts_life[];

#endif
