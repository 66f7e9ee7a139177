// SPDX-License-Identifier: BSD-2-Clause
/*
 * capture: the daemon writes pcapng into a pipe, we pass it on. The filter is compiled here, since
 * its names may have to be looked up, and run there. When we are told to stop, the daemon ends the
 * capture properly and we pass on what is left.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "cli/cli.h"

enum { PIPE_SIZE = 1 << 20, SNAPLEN = 262144 };

static volatile sig_atomic_t control_fd;

/* The daemon sees its channel end, writes the end of the capture and closes its side of the pipe. */
static void on_signal(int signo)
{
	(void)signo;
	shutdown(control_fd, SHUT_RDWR);
}

static void catch_signals(int fd)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	control_fd = fd;
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* The words of the filter, joined. 0, or -1 after a message; nothing: no program. */
static int compile(int argc, char **argv, struct bpf_program *prog)
{
	char text[4096] = "";
	size_t len = 0;
	pcap_t *dead;
	int i, ret = 0;

	for (i = 1; i < argc; i++) {
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i > 1 ? " " : "",
					argv[i]);
		if (len >= sizeof(text)) {
			fprintf(stderr, "netstack: capture: the filter is too long\n");
			return -1;
		}
	}
	if (!len)
		return 0;
	dead = pcap_open_dead(DLT_EN10MB, SNAPLEN);
	if (!dead || pcap_compile(dead, prog, text, 1, PCAP_NETMASK_UNKNOWN)) {
		fprintf(stderr, "netstack: capture: %s; man pcap-filter has the language\n",
			dead ? pcap_geterr(dead) : "out of memory");
		ret = -1;
	}
	if (dead)
		pcap_close(dead);
	return ret;
}

static int open_output(const char *path)
{
	int fd;

	if (!path || !strcmp(path, "-")) {
		if (!isatty(STDOUT_FILENO))
			return STDOUT_FILENO;
		fprintf(stderr, "netstack: capture: packets are not for a terminal: -w FILE, or "
			"| tcpdump -r -, or | wireshark -k -i -\n");
		return -1;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		fprintf(stderr, "netstack: capture: %s: %s\n", path, strerror(errno));
	return fd;
}

/* 0, or -errno; the reader that went away is no error. */
static int write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf += n;
		len -= (size_t)n;
	}
	return 0;
}

static int pass_on(int in, int out)
{
	static char buf[1 << 16];

	for (;;) {
		ssize_t n = read(in, buf, sizeof(buf));
		int ret;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		ret = write_all(out, buf, (size_t)n);
		if (ret)
			return ret == -EPIPE ? 0 : ret;
	}
}

static int ask(struct client *c, const struct options *o, const struct bpf_program *prog, int fd)
{
	struct nsp_capture_req req = { .count = o->count,
				       .flags = o->no_drops ? NSP_CAPTURE_NO_DROPS : 0 };
	int ret;

	if (o->dev && strlen(o->dev) >= sizeof(req.dev))
		ret = -ENODEV;
	else {
		if (o->dev)
			memcpy(req.dev, o->dev, strlen(o->dev));
		ret = client_call_fd(c, NSP_NR_CAPTURE, &req, sizeof(req), prog->bf_insns,
				     prog->bf_len * sizeof(*prog->bf_insns), fd);
	}
	if (ret == -ENODEV)
		fprintf(stderr, "netstack: capture: no device \"%s\"; netstack stat lists them\n",
			o->dev);
	else if (ret < 0)
		fprintf(stderr, "netstack: capture: %s\n", strerror(-ret));
	return ret;
}

static int capture_to(const struct options *o, const struct bpf_program *prog, int out)
{
	struct client c;
	int pipefd[2], ret;

	if (pipe2(pipefd, O_CLOEXEC)) {
		fprintf(stderr, "netstack: capture: %s\n", strerror(errno));
		return -1;
	}
	fcntl(pipefd[1], F_SETPIPE_SZ, PIPE_SIZE);
	ret = client_open(&c, client_path(o->control));
	if (!ret) {
		catch_signals(c.fd);
		ret = ask(&c, o, prog, pipefd[1]);
		close(pipefd[1]);
		if (ret >= 0)
			ret = pass_on(pipefd[0], out);
		client_close(&c);
	} else {
		close(pipefd[1]);
	}
	close(pipefd[0]);
	return ret;
}

int cmd_capture(const struct options *o, int argc, char **argv)
{
	struct bpf_program prog = { 0 };
	int out, ret = 1;

	if (compile(argc, argv, &prog))
		return EXIT_OURS;
	out = open_output(o->file);
	if (out >= 0)
		ret = capture_to(o, &prog, out) < 0;
	if (out > STDERR_FILENO)
		close(out);
	pcap_freecode(&prog);
	return ret;
}
