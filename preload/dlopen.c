/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RTLD_DEEPBIND lets a plug-in find libc's names in libc, before ours: its sockets would be the kernel's, and
 * ours, when it gets one, Unix sockets. PHP loads its extensions this way. So the flag is left out.
 */
#include "shim.h"

#include <dlfcn.h>

/*
 * libc looks by the address that it returns to whose search path holds, and who RTLD_NEXT is after: so this
 * must end in a jump, not in a call.
 */
EXPORT void *dlopen(const char *path, int flags)
{
	if (unlikely(!shim.ready))
		shim_init();
	if (!shim.silent)
		flags &= ~RTLD_DEEPBIND;
	return real.dlopen(path, flags);
}
