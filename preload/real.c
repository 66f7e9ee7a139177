/* SPDX-License-Identifier: BSD-2-Clause */
#include "shim.h"

#include <dlfcn.h>

/* glibc's other names of the calls that an allocator makes while dlsym() has not answered. */
ssize_t __read(int fd, void *buf, size_t n);
ssize_t __write(int fd, const void *buf, size_t n);
int __close(int fd);
int __open(const char *path, int flags, ...);

struct real real = {
	.read = __read,
	.write = __write,
	.close = __close,
	.open = __open,
};

static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

/** real_init() - resolve everything; a name that is missing stays NULL and is never called */
void real_init(void)
{
#define X(name)                                                                                    \
	do {                                                                                       \
		void *p = next(#name);                                                             \
		if (p)                                                                             \
			memcpy(&real.name, &p, sizeof(p));                                         \
	} while (0);
	REAL_LIST(X)
#undef X
}
