/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU's network cards as hardware of the e1000 driver: registers by the qtest protocol, memory that
 * both sides map, the interrupt line as told by qtest, and a datagram socket as the wire. No guest
 * runs: the processor is parked. struct e1000_hw over it; no path, no name, nothing to clean up.
 */
#ifndef TESTS_UNIT_DRIVERS_QTEST_H
#define TESTS_UNIT_DRIVERS_QTEST_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "drivers/e1000/hw.h"
#include "tests/unit/fixture.h"

#define QTEST_PROGRAM "/usr/bin/qemu-system-x86_64"
#define QTEST_BAR     0xfebc0000u

enum {
	QTEST_RAM = 64 << 20,
	QTEST_ARENA = 4 << 20,	/* what lies below is the machine's */
	QTEST_IRQ = 11,		/* slot 4 INTA is PIRQD, which we route there */
	QTEST_SIZES = 64,
	QTEST_WAIT_MS = 20000,
};

struct qtest {
	pid_t pid;
	int ctl, wire, monitor;
	u8 *ram;
	u32 brk;			/* of the arena */
	struct {
		size_t size;
		void *first;
	} free[QTEST_SIZES];		/* by exact size */
	bool irq;			/* level of the line */
	char buf[4096];
	u32 len;
	u64 accesses, foreign;		/* register accesses; memory lent that is not in the arena */
};

/* -- memory ----------------------------------------------------------------------------------- */
static inline void *qtest_alloc(void *ctx, size_t size)
{
	struct qtest *q = ctx;
	size_t full = (size + 127) & ~(size_t)127;
	void *p;
	u32 i;

	for (i = 0; i < QTEST_SIZES; i++) {
		if (q->free[i].size != full || !q->free[i].first)
			continue;
		p = q->free[i].first;
		memcpy(&q->free[i].first, p, sizeof(p));
		return p;
	}
	if (full > QTEST_RAM - q->brk)
		return NULL;
	p = q->ram + q->brk;
	q->brk += (u32)full;
	return p;
}

static inline void qtest_free(void *ctx, void *p, size_t size)
{
	struct qtest *q = ctx;
	size_t full = (size + 127) & ~(size_t)127;
	u32 i;

	for (i = 0; i < QTEST_SIZES && q->free[i].size && q->free[i].size != full; i++)
		;
	if (i == QTEST_SIZES)
		return;	/* a size too many: it is not used again */
	q->free[i].size = full;
	memcpy(p, &q->free[i].first, sizeof(p));
	q->free[i].first = p;
}

/* -- the protocol ------------------------------------------------------------------------------ */
static inline void qtest_note_irq(struct qtest *q, const char *line)
{
	int nr;
	char what[8];

	if (sscanf(line, "IRQ %7s %d", what, &nr) == 2 && nr == QTEST_IRQ)
		q->irq = !strcmp(what, "raise");
}

/* The next line, without its end; false: none within ms. IRQ lines are taken in on the way. */
static inline bool qtest_line(struct qtest *q, char *line, size_t size, int ms)
{
	for (;;) {
		char *end = memchr(q->buf, '\n', q->len);
		struct pollfd p = { .fd = q->ctl, .events = POLLIN };
		ssize_t n;

		if (end) {
			u32 used = (u32)(end - q->buf) + 1;

			*end = '\0';
			snprintf(line, size, "%.*s", (int)size - 1, q->buf);
			q->len -= used;
			memmove(q->buf, q->buf + used, q->len);
			if (strncmp(line, "IRQ ", 4))
				return true;
			qtest_note_irq(q, line);
			continue;
		}
		if (poll(&p, 1, ms) <= 0)
			return false;
		n = read(q->ctl, q->buf + q->len, sizeof(q->buf) - q->len);
		cr_assert_gt(n, 0, "QEMU went away");
		q->len += (u32)n;
	}
}

__attribute__((format(printf, 2, 3)))
static inline u64 qtest_call(struct qtest *q, const char *fmt, ...)
{
	char text[128], answer[128];
	u64 value = 0;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cr_assert_eq(write(q->ctl, text, (size_t)n), n);
	cr_assert(qtest_line(q, answer, sizeof(answer), QTEST_WAIT_MS), "no answer to %s", text);
	cr_assert_eq(strncmp(answer, "OK", 2), 0, "%s answered %s", text, answer);
	sscanf(answer, "OK %llx", (unsigned long long *)&value);
	return value;
}

static inline void qtest_pci(struct qtest *q, u32 address, u32 value)
{
	qtest_call(q, "outl 0xcf8 0x%x\n", address);
	qtest_call(q, "outl 0xcfc 0x%x\n", value);
}

/* A command for QEMU's monitor. It is carried out soon; what it prints is of no use. */
static inline void qtest_monitor(struct qtest *q, const char *command)
{
	cr_assert_eq(write(q->monitor, command, strlen(command)), (ssize_t)strlen(command));
}

/* -- struct e1000_hw ------------------------------------------------------------------------------ */
static inline u32 qtest_rd32(void *ctx, u32 off)
{
	((struct qtest *)ctx)->accesses++;
	return (u32)qtest_call(ctx, "readl 0x%x\n", QTEST_BAR + off);
}

static inline void qtest_wr32(void *ctx, u32 off, u32 value)
{
	((struct qtest *)ctx)->accesses++;
	qtest_call(ctx, "writel 0x%x 0x%x\n", QTEST_BAR + off, value);
}

static inline int qtest_dma_alloc(void *ctx, size_t len, size_t align, struct e1000_dma *dma)
{
	struct qtest *q = ctx;

	(void)align; /* 128, as everything of the arena */
	dma->cpu = qtest_alloc(ctx, len);
	if (!dma->cpu)
		return -ENOMEM;
	memset(dma->cpu, 0, len);
	dma->len = len;
	dma->bus = (u64)((u8 *)dma->cpu - q->ram);
	return 0;
}

static inline void qtest_dma_free(void *ctx, struct e1000_dma *dma)
{
	qtest_free(ctx, dma->cpu, dma->len);
}

static inline int qtest_dma_map(void *ctx, const void *cpu, u32 len, u64 *bus)
{
	struct qtest *q = ctx;
	const u8 *p = cpu;

	if (p < q->ram || p + len > q->ram + QTEST_RAM) {
		q->foreign++;
		return -EINVAL;
	}
	*bus = (u64)(p - q->ram);
	return 0;
}

static inline void qtest_dma_unmap(void *ctx, u64 bus)
{
	(void)ctx, (void)bus;
}

static inline void qtest_irq_done(void *ctx)
{
	(void)ctx; /* a level: the next reader of the line sees it */
}

static inline void qtest_delay_us(void *ctx, u32 us)
{
	const struct timespec t = { .tv_nsec = (long)us * 1000 };

	(void)ctx;
	nanosleep(&t, NULL);
}

static inline struct e1000_hw qtest_hw(struct qtest *q)
{
	return (struct e1000_hw){
		.ctx = q, .rd32 = qtest_rd32, .wr32 = qtest_wr32, .dma_alloc = qtest_dma_alloc,
		.dma_free = qtest_dma_free, .dma_map = qtest_dma_map,
		.dma_unmap = qtest_dma_unmap, .irq_done = qtest_irq_done, .delay_us = qtest_delay_us,
	};
}

/* -- the machine -------------------------------------------------------------------------------- */
/* A memfd of size octets, mapped. */
static inline int qtest_memfd(const char *name, size_t size, u8 **map)
{
	int fd = memfd_create(name, 0);

	cr_assert(fd >= 0 && !ftruncate(fd, (off_t)size));
	*map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	cr_assert_neq(*map, MAP_FAILED);
	return fd;
}

static inline void qtest_exec(const char *device, int ram, int bios, int ctl, int wire, int monitor)
{
	char memory[128], rom[64], chardev[64], mon[64], netdev[96], card[128];

	snprintf(memory, sizeof(memory),
		 "memory-backend-file,id=ram,size=64M,mem-path=/proc/self/fd/%d,share=on", ram);
	snprintf(rom, sizeof(rom), "/proc/self/fd/%d", bios);
	snprintf(chardev, sizeof(chardev), "socket,id=qt,fd=%d", ctl);
	snprintf(mon, sizeof(mon), "socket,id=mon,fd=%d", monitor);
	snprintf(netdev, sizeof(netdev), "dgram,id=n0,local.type=fd,local.str=%d", wire);
	snprintf(card, sizeof(card), "%s,netdev=n0,mac=52:54:00:12:34:56,addr=4,romfile=", device);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl(QTEST_PROGRAM, QTEST_PROGRAM, "-nodefaults", "-no-user-config", "-display", "none",
	      "-accel", "tcg", "-bios", rom, "-M", "pc,memory-backend=ram,usb=off,pit=off,hpet=off",
	      "-m", "64", "-object", memory, "-icount", "shift=0,sleep=off", "-chardev", chardev,
	      "-object", "qtest,id=qtest0,chardev=qt,log=none", "-chardev", mon,
	      "-mon", "chardev=mon,mode=readline", "-netdev", netdev, "-device", card,
	      (char *)NULL);
	_exit(127);
}

/* false: QEMU is not installed. The card is found at QTEST_BAR, its interrupt routed. */
static inline bool qtest_start(struct qtest *q, const char *device)
{
	static const u8 halt[4] = { 0xfa, 0xf4, 0xeb, 0xfd }; /* cli; hlt; jmp back */
	int ctl[2], wire[2], monitor[2], ram, bios;
	u8 *rom;

	if (access(QTEST_PROGRAM, X_OK))
		return false;
	memset(q, 0, sizeof(*q));
	q->brk = QTEST_ARENA;
	ram = qtest_memfd("ram", QTEST_RAM, &q->ram);
	bios = qtest_memfd("bios", 65536, &rom);
	memcpy(rom + 0xfff0, halt, sizeof(halt));
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ctl), 0);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, monitor), 0);
	cr_assert_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, wire), 0);
	q->pid = fork();
	cr_assert_geq(q->pid, 0);
	if (!q->pid)
		qtest_exec(device, ram, bios, ctl[1], wire[1], monitor[1]);
	close(ctl[1]);
	close(wire[1]);
	close(monitor[1]);
	close(ram);
	close(bios);
	q->ctl = ctl[0];
	q->wire = wire[0];
	q->monitor = monitor[0];
	qtest_pci(q, 0x80002010, QTEST_BAR);
	qtest_pci(q, 0x80002004, 0x6);		/* memory space, bus master */
	qtest_pci(q, 0x80000860, 0x0b0a0905);	/* PIRQA..D to 5, 9, 10, 11 */
	qtest_call(q, "irq_intercept_in ioapic\n");
	return true;
}

static inline void qtest_stop(struct qtest *q)
{
	kill(q->pid, SIGKILL);
	waitpid(q->pid, NULL, 0);
	close(q->ctl);
	close(q->wire);
	close(q->monitor);
	munmap(q->ram, QTEST_RAM);
}

#endif
