// SPDX-License-Identifier: BSD-2-Clause
/*
 * Facts about sockets: small cases that print what a call does. Run natively and under the shim
 * on the same topology, the output must be equal (tests/facts/run.sh).
 *
 *	usage: facts PEER4 PEER6		addresses of the host that runs `peer`
 */
#include "facts.h"

#include <net/if.h>

int family;
volatile int sigpipes;
static const char *peer4, *peer6;

static const char *event_names(short ev)
{
	static const struct {
		short bit;
		const char *name;
	} bits[] = {
		{ POLLIN, "IN" },   { POLLPRI, "PRI" }, { POLLOUT, "OUT" },
		{ POLLERR, "ERR" }, { POLLHUP, "HUP" }, { POLLRDHUP, "RDHUP" },
	};
	static char text[64];
	size_t i, n = 0;

	text[0] = 0;
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (ev & bits[i].bit)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? "|" : "",
					      bits[i].name);
	return text[0] ? text : "-";
}

void say(const char *word, long value)
{
	if (value == -1)
		printf(" %s=%s", word, strerrorname_np(errno));
	else
		printf(" %s=%ld", word, value);
}

void say_text(const char *word, const char *text)
{
	printf(" %s=%s", word, text);
}

static short poll_now(int fd, short want, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP };
	int i;

	for (i = 0; i <= ms; i += 10) {
		poll(&p, 1, 0);
		if ((p.revents & want) == want)
			break;
		usleep(10000);
	}
	return p.revents;
}

void say_poll(const char *word, int fd)
{
	settle();
	say_text(word, event_names(poll_now(fd, 0, 0)));
}

void say_poll_for(const char *word, int fd, short want)
{
	say_text(word, event_names(poll_now(fd, want, 5000)));
}

socklen_t addr_len(void)
{
	return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

struct sockaddr_storage addr_of(bool peer, int port)
{
	struct sockaddr_storage ss = { .ss_family = (sa_family_t)family };

	if (family == AF_INET) {
		struct sockaddr_in *s = (struct sockaddr_in *)&ss;

		s->sin_port = htons((uint16_t)port);
		if (peer)
			inet_pton(AF_INET, peer4, &s->sin_addr);
	} else {
		struct sockaddr_in6 *s = (struct sockaddr_in6 *)&ss;

		s->sin6_port = htons((uint16_t)port);
		if (peer)
			inet_pton(AF_INET6, peer6, &s->sin6_addr);
	}
	return ss;
}

unsigned int own_interface(void)
{
	struct if_nameindex *list = if_nameindex(), *i;
	unsigned int found = 0;

	for (i = list; i && i->if_index; i++)
		if (strcmp(i->if_name, "lo"))
			found = i->if_index;
	if_freenameindex(list);
	return found;
}

void own_address(struct sockaddr_storage *ss)
{
	struct sockaddr_storage peer = addr_of(true, PEER_PORT);
	socklen_t len = sizeof(*ss);
	int fd = open_udp();

	if (connect(fd, (struct sockaddr *)&peer, addr_len()) ||
	    getsockname(fd, (struct sockaddr *)ss, &len))
		say("own_address", -1);
	close(fd);
}

void self_pair(int *to, int *from)
{
	struct sockaddr_storage own;

	own_address(&own);
	*to = open_udp();
	*from = open_udp();
	if (bind(*to, (struct sockaddr *)&own, addr_len()))
		say("bind", -1);
	if (connect(*from, (struct sockaddr *)&own, addr_len()))
		say("connect", -1);
}

ssize_t send_with(int fd, int level, int type, const void *data, size_t len)
{
	char ctl[256] = { 0 };
	struct iovec iov = { "abcdefgh", 8 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = ctl,
			    .msg_controllen = CMSG_SPACE(len) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), data, len);
	return sendmsg(fd, &m, 0);
}

void settle(void)
{
	const char *ms = getenv("FACTS_SETTLE_MS");

	usleep(ms ? (useconds_t)atoi(ms) * 1000 : 120000);
}

int open_tcp(void)
{
	return socket(family, SOCK_STREAM, 0);
}

int open_udp(void)
{
	return socket(family, SOCK_DGRAM, 0);
}

int open_peer(char what)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int fd = open_tcp();

	if (connect(fd, (struct sockaddr *)&ss, addr_len()) || write(fd, &what, 1) != 1)
		say("open_peer", -1);
	return fd;
}

int listen_any(int *port)
{
	struct sockaddr_storage ss = addr_of(false, 0);
	socklen_t len = sizeof(ss);
	int fd = open_tcp();

	if (bind(fd, (struct sockaddr *)&ss, addr_len()) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)&ss, &len))
		say("listen_any", -1);
	*port = ntohs(((struct sockaddr_in *)&ss)->sin_port);
	return fd;
}

int accept_from_peer(char what, int *listener)
{
	char order[4] = { 'C' };
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	int port, l = listen_any(&port), c = open_tcp(), fd;
	uint16_t be = htons((uint16_t)port);

	memcpy(order + 1, &be, 2);
	order[3] = what;
	if (connect(c, (struct sockaddr *)&ss, addr_len()) || write(c, order, 4) != 4)
		say("accept_from_peer", -1);
	fd = accept(l, NULL, NULL);
	if (fd < 0)
		say("accept", -1);
	close(c);
	if (listener)
		*listener = l;
	else
		close(l);
	return fd;
}

static void on_sigpipe(int sig)
{
	(void)sig;
	sigpipes++;
}

static void run_table(const struct fact *f, const char *only)
{
	for (; f->name; f++) {
		pid_t pid;
		int status;

		if (only && strcmp(only, f->name))
			continue;
		printf("%s%s:", f->name, family == AF_INET ? "4" : "6");
		fflush(stdout);
		pid = fork();
		if (!pid) {
			alarm(60);
			sigpipes = 0;
			f->run();
			fflush(stdout);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		if (status)
			printf(" died=%x", status);
		printf("\n");
		fflush(stdout);
	}
}

/* The link is young: the first datagrams may wait for neighbours, and the facts do not. */
static void warm_up(void)
{
	struct sockaddr_storage ss = addr_of(true, PEER_PORT);
	struct timeval tv = { .tv_usec = 200000 };
	int fd = open_udp(), i;
	char c;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	for (i = 0; i < 25; i++) {
		sendto(fd, "x", 1, 0, (struct sockaddr *)&ss, addr_len());
		if (recv(fd, &c, 1, 0) == 1)
			break;
	}
	close(fd);
}

static void run_family(const char *only)
{
	warm_up();
	run_table(facts_tcp, only);
	run_table(facts_udp, only);
	run_table(facts_opt, only);
	run_table(facts_fd, only);
	run_table(facts_event, only);
	run_table(facts_call, only);
	run_table(facts_cmsg, only);
	run_table(facts_stamp, only);
	run_table(facts_group, only);
	run_table(facts_signal, only);
	run_table(facts_ifreq, only);
	run_table(facts_ext6, only);
	run_table(facts_epoll, only);
	run_table(facts_queue, only);
	run_table(facts_names, only);
	run_table(facts_bulk, only);
	run_table(facts_conf, only);
	run_table(facts_txtime, only);
	run_table(facts_order, only);
	run_table(facts_thread, only);
	run_table(facts_label, only);
	run_table(facts_pktinfo, only);
	run_table(facts_queues, only);
	run_table(facts_fanout, only);
	run_table(facts_txring, only);
	run_table(facts_packet, only);
	run_table(facts_life, only);
	run_table(facts_ring, only);
	run_table(facts_sweep, only);
}

/* Both families at once: facts mostly wait. Each writes a file, printed in order. */
static FILE *start_family(int which, const char *only, pid_t *pid)
{
	FILE *out = tmpfile();

	if (!out)
		exit(1);
	family = which;
	*pid = fork();
	if (!*pid) {
		dup2(fileno(out), 1);
		run_family(only);
		fflush(stdout);
		_exit(0);
	}
	return out;
}

static void print_family(FILE *out, pid_t pid)
{
	int c;

	waitpid(pid, NULL, 0);
	rewind(out);
	while ((c = getc(out)) != EOF)
		putchar(c);
	fclose(out);
}

long lines_with(const char *path, const char *text)
{
	FILE *f = fopen(path, "re");
	char line[512];
	long n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, text) != NULL;
	if (f)
		fclose(f);
	return n;
}

int run_self(const char *what, int fd, char **envp)
{
	char fam[8], number[16];
	char *argv[] = { "facts", (char *)(uintptr_t)peer4, (char *)(uintptr_t)peer6,
			 (char *)(uintptr_t)what, fam, number, NULL };
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		snprintf(fam, sizeof(fam), "%d", family);
		snprintf(number, sizeof(number), "%d", fd);
		execve("/proc/self/exe", argv, envp);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : status;
}

int main(int argc, char **argv)
{
	const char *only = argc > 3 ? argv[3] : NULL;
	FILE *out4, *out6;
	pid_t pid4, pid6;

	if (argc < 3)
		return 2;
	peer4 = argv[1];
	peer6 = argv[2];
	if (argc > 5) {
		family = atoi(argv[4]);
		if (!strcmp(only, "full"))
			return as_full();
		if (!strcmp(only, "activated"))
			return as_activated(atoi(argv[5]));
		return strcmp(only, "nobody") ? as_heir(atoi(argv[5])) : as_nobody();
	}
	setvbuf(stdout, NULL, _IOFBF, 4096);
	signal(SIGPIPE, on_sigpipe);
	out4 = start_family(AF_INET, only, &pid4);
	out6 = start_family(AF_INET6, only, &pid6);
	print_family(out4, pid4);
	print_family(out6, pid6);
	return 0;
}
