/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The environment of a new program. One that inherits a socket of ours can use it only with this
 * library, so what loads it is put back when a program starts another with an environment of its
 * own making (nginx that replaces itself, inetd-like servers). One that inherits no socket gets
 * what it is given: `env -i` leaves the stack, as it leaves everything else behind.
 *
 * No allocation, no lock: this may run in a vfork child.
 */
#include "shim.h"

#include <dlfcn.h>
#include <sys/syscall.h>

static const char *library;	/* where the loader found us */

void env_init(void)
{
	Dl_info info;

	if (dladdr(&library, &info))
		library = info.dli_fname;
}

/* Ours, asked of the kernel: the table may be another process's (see fdtab.c). */
static bool is_ours(int fd)
{
	struct nsp_accname name;

	return tag_get(fd) || accname_of(fd, &name);
}

/* @spawn: which descriptors the child gets is not known, any may be among them */
static bool inherits(bool spawn)
{
	unsigned int fd, top = fd_limit();
	int flags;

	for (fd = 0; fd < top || fd < 3; fd++) {
		if (fd > 2 && !IS_SOCK(fd_kinds[fd]))
			continue;
		flags = (int)raw_call(SYS_fcntl, fd, F_GETFD, 0);
		if (flags >= 0 && (spawn || !(flags & FD_CLOEXEC)) && is_ours((int)fd))
			return true;
	}
	return false;
}

static bool is_named(const char *entry, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(entry, name, n) && entry[n] == '=';
}

/* Does a list of LD_PRELOAD, separated by colons or spaces, hold the library? */
static bool lists_us(const char *list)
{
	size_t n = strlen(library);
	const char *at = list;

	while ((at = strstr(at, library)) != NULL) {
		if ((at == list || strchr(": ", at[-1])) && (!at[n] || strchr(": ", at[n])))
			return true;
		at += n;
	}
	return false;
}

/* Entries that matter to us, by their place in envp. */
struct found {
	size_t count;
	char *const *preload, *const *control, *const *loopback, *const *rules, *const *reconnect;
};

static struct found look(char *const *envp)
{
	struct found f = { 0 };

	for (; envp && envp[f.count]; f.count++) {
		if (is_named(envp[f.count], "LD_PRELOAD"))
			f.preload = &envp[f.count];
		else if (is_named(envp[f.count], "NETSTACK_CONTROL"))
			f.control = &envp[f.count];
		else if (is_named(envp[f.count], "NETSTACK_LOOPBACK"))
			f.loopback = &envp[f.count];
		else if (is_named(envp[f.count], "NETSTACK_RULES"))
			f.rules = &envp[f.count];
		else if (is_named(envp[f.count], "NETSTACK_RECONNECT"))
			f.reconnect = &envp[f.count];
	}
	return f;
}

size_t env_room(char *const *envp, bool spawn)
{
	struct found f;
	int saved = errno;
	bool needed;

	if (!shim.ready || shim.silent || !library || library[0] != '/')
		return 0;
	f = look(envp);
	if (f.preload && lists_us(*f.preload + strlen("LD_PRELOAD=")))
		return 0;
	needed = inherits(spawn);
	errno = saved;
	if (!needed)
		return 0;
	return (f.count + 6) * sizeof(char *) + strlen(library) + sizeof(shim.path) +
	       strlen(policy_path()) + strlen(reconnect_setting()) + 128 +
	       (f.preload ? strlen(*f.preload) : 0);
}

static char *put(char *at, const char *text)
{
	size_t n = strlen(text);

	memcpy(at, text, n + 1);
	return at + n;
}

char **env_build(void *room, char *const *envp)
{
	struct found f = look(envp);
	char **out = room, *text = (char *)(out + f.count + 6);
	const char *old = f.preload ? *f.preload : "LD_PRELOAD=";
	size_t i;

	for (i = 0; i < f.count; i++)
		out[i] = envp[i];
	out[f.preload ? (size_t)(f.preload - envp) : i++] = text;
	text = put(text, old);
	if (old[strlen("LD_PRELOAD=")])
		text = put(text, ":");
	text = put(text, library) + 1;
	if (!f.control) {
		out[i++] = text;
		text = put(put(text, "NETSTACK_CONTROL="), shim.path) + 1;
	}
	if (!f.loopback && !shim.kernel_loopback) {
		out[i++] = text;
		text = put(text, "NETSTACK_LOOPBACK=stack") + 1;
	}
	if (!f.rules && *policy_path()) {
		out[i++] = text;
		text = put(put(text, "NETSTACK_RULES="), policy_path()) + 1;
	}
	if (!f.reconnect && *reconnect_setting()) {
		out[i++] = text;
		put(put(text, "NETSTACK_RECONNECT="), reconnect_setting());
	}
	out[i] = NULL;
	return out;
}
