/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Children that run in their parent's memory, whose descriptors are not the parent's (fdtab.c). While there
 * is none, nobody has to ask the kernel who it is. vfork() counts them: the parent goes on when its child has
 * memory of its own. Other ways to make one are known by their flags, but not when it ends.
 *
 * Where vfork() is not written here, there may always be one.
 */
#include "shim.h"

#include <sched.h>
#include <stdarg.h>
#include <sys/syscall.h>

#if defined(__x86_64__) && !defined(__ILP32__)
#define NONE 0
#else
#define NONE 1
#endif

int fd_borrowers = NONE;

void borrowers_forget(void)
{
	__atomic_store_n(&fd_borrowers, NONE, __ATOMIC_RELAXED);
}

void borrowers_note(unsigned long flags)
{
	if ((flags & (CLONE_VM | CLONE_THREAD)) == CLONE_VM)
		__atomic_fetch_add(&fd_borrowers, 1, __ATOMIC_RELAXED);
}

#if !NONE
int vfork_failed(int err);
__attribute__((used)) int vfork_failed(int err)
{
	return fail(-err);
}

/* The child returns first, and what it calls overwrites the stack: the way back is kept in a register. */
__asm__(".text\n"
	".globl vfork\n"
	".type vfork, @function\n"
	"vfork:\n"
	"	.cfi_startproc\n"
	"	endbr64\n"
	"	lock incl fd_borrowers(%rip)\n"
	"	popq %rdi\n"
	"	.cfi_adjust_cfa_offset -8\n"
	"	.cfi_register %rip, %rdi\n"
	"	movl $58, %eax\n"		/* SYS_vfork */
	"	syscall\n"
	"	pushq %rdi\n"
	"	.cfi_adjust_cfa_offset 8\n"
	"	.cfi_rel_offset %rip, 0\n"
	"	testl %eax, %eax\n"
	"	jz 1f\n"
	"	lock decl fd_borrowers(%rip)\n"
	"	testl %eax, %eax\n"
	"	js 2f\n"
	"1:	ret\n"
	"2:	movl %eax, %edi\n"
	"	jmp vfork_failed\n"
	"	.cfi_endproc\n"
	".size vfork, .-vfork\n"
	".globl __vfork\n"
	".set __vfork, vfork\n");

_Static_assert(SYS_vfork == 58, "as above");
#endif

EXPORT int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
{
	void *more[3];
	va_list ap;
	int i;

	va_start(ap, arg);
	for (i = 0; i < 3; i++)
		more[i] = va_arg(ap, void *);
	va_end(ap);
	if (unlikely(!shim.ready))
		shim_init();
	borrowers_note((unsigned long)flags);
	return real.clone(fn, stack, flags, arg, more[0], more[1], more[2]);
}
