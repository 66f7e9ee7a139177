/* SPDX-License-Identifier: BSD-2-Clause */
/* Facts about /sys/class/net/DEV/queues: an interface with one queue in each direction. */
#include "facts.h"

#include <dirent.h>
#include <net/if.h>
#include <sys/stat.h>

static const char *path_of(const char *file)
{
	static char path[128];
	char name[IF_NAMESIZE];

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues/%s",
		 if_indextoname(own_interface(), name), file);
	return path;
}

/* The text without its newline. */
static void say_line(char *text)
{
	char *end = strchr(text, '\n');

	if (end)
		*end = '\0';
	say_text("read", *text ? text : "nothing");
}

/* What is read, or what read() or open() says. */
static void see(const char *file)
{
	char text[64] = "";
	int fd = open(path_of(file), O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (n < 0)
		say("read", -1);
	else
		say_line(text);
	close(fd);
}

/* What open() and write() say. */
static void put(const char *file, const char *value)
{
	int fd = open(path_of(file), O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, value, strlen(value));

	say("write", n);
	close(fd);
}

/* As far as one worker and several processors agree. The families are asked at once: of one interface. */
static void masks(void)
{
	static const char *const values[] = {
		"1",
		"0x1",
		"0",
		"1\n",
		"g",
		" 1",
		"0",
		"1 ",
		"1g",
		",",
		"1,",
		"0",
		",1",
		"-1",
		"00000001",
		"000000001",
		"ffffffff,ffffffff",
		"1,1",
		"\n",
		"1\n2",
		"0",
		"\t1",
		"1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
		"x",
		"",
	};
	size_t i;

	for (i = 0; family == AF_INET6 && i < sizeof(values) / sizeof(*values); i++) {
		put("rx-0/rps_cpus", values[i]);
		see("rx-0/rps_cpus");
		put("tx-0/xps_rxqs", values[i]);
		see("tx-0/xps_rxqs");
	}
	if (family == AF_INET)
		return;
	put("rx-0/rps_cpus", "0");
	put("tx-0/xps_rxqs", "0");
}

static void of_one_queue(void)
{
	static const char *const files[] = {
		"tx-0/xps_cpus",
		"tx-0/traffic_class",
		"tx-0/tx_timeout",
		"tx-0/tx_maxrate",
		"rx-1/rps_cpus",
		"tx-1/xps_rxqs",
		"rx-0/none",
		"tx-00/xps_rxqs",
		"rx-0/xps_rxqs",
		"none-0/rps_cpus",
		"tx-0/byte_queue_limits/limit",
	};
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		see(files[i]);
		put(files[i], "1");
		say("mode", stat(path_of(files[i]), &st) ? -1 : (long)st.st_mode);
		say("may", access(path_of(files[i]), W_OK));
	}
	put("rx-0/", "1");
	put("rx-0", "1");
}

static void positions(void)
{
	int fd = open(path_of("rx-0/rps_cpus"), O_RDWR);
	char text[8] = "";

	say("open", fd >= 0);
	if (family == AF_INET) {
		close(fd);
		return;
	}
	say("read", read(fd, text, sizeof(text)));
	say("behind", write(fd, "1", 1));
	say("place", lseek(fd, 0, SEEK_CUR));
	see("rx-0/rps_cpus");
	say("pwrite", pwrite(fd, "0", 1, 5));
	say("pread", pread(fd, text, sizeof(text), 0));
	say_line(text);
	close(fd);
}

/* What a user may do with a file: bits. */
static int rights(const char *file)
{
	struct stat st;
	int fd = open(path_of(file), O_WRONLY), bits = fd < 0 ? errno == EACCES : 2;

	bits |= open(path_of(file), O_RDONLY) < 0 ? 0 : 4;
	bits |= access(path_of(file), W_OK) ? 0 : 8;
	bits |= access(path_of(file), R_OK) ? 0 : 16;
	return bits | (stat(path_of(file), &st) ? 0 : st.st_mode & 0200 ? 32 : 64);
}

static void as_user(void)
{
	static const char *const files[] = { "rx-0/rps_cpus", "tx-0/tx_timeout" };
	int status;
	size_t i;

	for (i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(setgid(65534) || setuid(65534) ? 255 : rights(files[i]));
		waitpid(pid, &status, 0);
		say("rights", WEXITSTATUS(status));
	}
}

static void list(const char *dir)
{
	static const char *const names[] = {
		"rps_cpus",	 "xps_cpus",	      "xps_rxqs", "tx_maxrate", "tx_timeout",
		"traffic_class", "byte_queue_limits", "rx-0",	  "rx-1",	"tx-0",
		"tx-1",
	};
	struct dirent *e;
	DIR *d;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		bool found = false;

		d = opendir(path_of(dir));
		while (d && (e = readdir(d)))
			found |= !strcmp(e->d_name, names[i]);
		if (d)
			closedir(d);
		say(names[i], found);
	}
}

static void directories(void)
{
	list("");
	list("rx-0");
	list("tx-0");
}

const struct fact facts_queues[] = {
	{ "queues_masks", masks },	   { "queues_of_one", of_one_queue },
	{ "queues_positions", positions }, { "queues_as_user", as_user },
	{ "queues_listed", directories },  { NULL, NULL },
};
