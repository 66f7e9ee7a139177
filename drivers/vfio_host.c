// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/vfio_host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/vfio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#define BUS_BASE 0x140000000ull /* 5 GiB: no address of the machine's own, and none of 32 bits */

enum { PCI_COMMAND = 4, PCI_COMMAND_MEMORY = 2, PCI_COMMAND_MASTER = 4, PCI_COMMAND_INTX_OFF = 0x400 };

/* -- sysfs ------------------------------------------------------------------------------------ */
static int read_id(const char *address, const char *file, u16 *id)
{
	char path[128];
	unsigned int value;
	FILE *f;
	int n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", address, file);
	f = fopen(path, "re");
	if (!f)
		return -ENODEV;
	n = fscanf(f, "%x", &value);
	fclose(f);
	*id = (u16)value;
	return n == 1 ? 0 : -ENODEV;
}

/* The number of the function's IOMMU group. */
static int find_group(const char *address)
{
	char path[128], to[256];
	char *digits, *end;
	long number;
	ssize_t n;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
	n = readlink(path, to, sizeof(to) - 1);
	if (n < 0)
		return errno == ENOENT ? -EOPNOTSUPP : -errno;
	to[n] = '\0';
	digits = strrchr(to, '/');
	if (!digits)
		return -EOPNOTSUPP;
	number = strtol(digits + 1, &end, 10);
	return end == digits + 1 || *end || number < 0 || number > INT_MAX ? -EOPNOTSUPP : (int)number;
}

/* -- container, group, device ------------------------------------------------------------------- */
static int open_container(struct vfio_host *v)
{
	v->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (v->container < 0)
		return -errno;
	if (ioctl(v->container, VFIO_GET_API_VERSION) != VFIO_API_VERSION ||
	    ioctl(v->container, VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU) != 1)
		return -EOPNOTSUPP;
	return 0;
}

static int open_group(struct vfio_host *v, int number)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%d", number);
	v->group = open(path, O_RDWR | O_CLOEXEC);
	if (v->group < 0)
		return errno == ENOENT ? -ENODEV : -errno; /* no driver of VFIO has any of it */
	if (ioctl(v->group, VFIO_GROUP_GET_STATUS, &status))
		return -errno;
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return -EBUSY;
	if (ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container) ||
	    ioctl(v->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	return 0;
}

static int map_registers(struct vfio_host *v)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = VFIO_PCI_BAR0_REGION_INDEX };
	void *p;

	if (ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return -errno;
	if (!(info.flags & VFIO_REGION_INFO_FLAG_MMAP) || !info.size)
		return -EOPNOTSUPP;
	p = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, v->device, (off_t)info.offset);
	if (p == MAP_FAILED)
		return -errno;
	v->regs = p;
	v->regs_len = info.size;
	return 0;
}

/* The bits of the command register in set on, those in clear off. */
static int set_command(struct vfio_host *v, u16 set, u16 clear)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = VFIO_PCI_CONFIG_REGION_INDEX };
	u16 cmd;

	if (ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return -errno;
	if (pread(v->device, &cmd, sizeof(cmd), (off_t)info.offset + PCI_COMMAND) != sizeof(cmd))
		return -EIO;
	cmd = (u16)((cmd | set) & ~clear);
	if (pwrite(v->device, &cmd, sizeof(cmd), (off_t)info.offset + PCI_COMMAND) != sizeof(cmd))
		return -EIO;
	return 0;
}

/* action: VFIO_IRQ_SET_*, on the INTx line; fd: its eventfd, if that is the data */
static int set_intx(struct vfio_host *v, u32 action, const int *fd)
{
	union {
		struct vfio_irq_set set;
		u8 room[sizeof(struct vfio_irq_set) + sizeof(int)];
	} u = { .set = { .argsz = sizeof(struct vfio_irq_set), .flags = action,
			 .index = VFIO_PCI_INTX_IRQ_INDEX, .count = 1 } };

	if (fd) {
		u.set.argsz += (u32)sizeof(*fd);
		memcpy(u.set.data, fd, sizeof(*fd));
	}
	return ioctl(v->device, VFIO_DEVICE_SET_IRQS, &u) ? -errno : 0;
}

static int take_interrupt(struct vfio_host *v)
{
	v->irq = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (v->irq < 0)
		return -errno;
	return set_intx(v, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER, &v->irq);
}

static int make_bounces(struct vfio_host *v)
{
	int err = vfio_host_alloc(v, (size_t)VFIO_BOUNCES * VFIO_BOUNCE, &v->bounce);

	if (err)
		return err;
	while (v->nr_free < VFIO_BOUNCES) {
		v->free_bounce[v->nr_free] = v->nr_free;
		v->nr_free++;
	}
	return 0;
}

int vfio_host_open(struct vfio_host *v, const char *address)
{
	int group, err;

	*v = (struct vfio_host){ .container = -1, .group = -1, .device = -1, .irq = -1,
				 .next_bus = BUS_BASE };
	err = read_id(address, "vendor", &v->vendor);
	if (!err)
		err = read_id(address, "device", &v->id);
	if (err)
		return err;
	group = find_group(address);
	err = group < 0 ? group : open_container(v);
	if (!err)
		err = open_group(v, group);
	if (!err) {
		v->device = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, address);
		err = v->device < 0 ? -errno : map_registers(v);
	}
	if (!err)
		err = make_bounces(v);
	if (!err)
		err = set_command(v, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, PCI_COMMAND_INTX_OFF);
	if (!err)
		err = take_interrupt(v);
	if (err)
		vfio_host_close(v);
	return err;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* No mastering first: a card that was never reset reaches nothing any more. */
void vfio_host_close(struct vfio_host *v)
{
	if (v->device >= 0)
		set_command(v, 0, PCI_COMMAND_MASTER);
	if (v->bounce.cpu)
		vfio_host_free(v, &v->bounce);
	if (v->regs)
		munmap((void *)(uintptr_t)v->regs, v->regs_len);
	close_fd(v->irq);
	close_fd(v->device);
	close_fd(v->group);
	close_fd(v->container);
}

/* -- memory -------------------------------------------------------------------------------------- */
static size_t pages_of(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (len + page - 1) & ~(page - 1);
}

/* Addresses are never used twice: 39 bits of them outlast the daemon. */
int vfio_host_alloc(struct vfio_host *v, size_t len, struct e1000_dma *dma)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.iova = v->next_bus, .size = pages_of(len),
	};
	void *p = mmap(NULL, map.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return -ENOMEM;
	map.vaddr = (uintptr_t)p;
	if (ioctl(v->container, VFIO_IOMMU_MAP_DMA, &map)) {
		munmap(p, map.size);
		return -ENOMEM;
	}
	v->next_bus += map.size;
	*dma = (struct e1000_dma){ .cpu = p, .bus = map.iova, .len = len };
	return 0;
}

void vfio_host_free(struct vfio_host *v, struct e1000_dma *dma)
{
	struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof(unmap), .iova = dma->bus,
						    .size = pages_of(dma->len) };

	ioctl(v->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
	munmap(dma->cpu, pages_of(dma->len));
	*dma = (struct e1000_dma){ 0 };
}

int vfio_host_bounce(struct vfio_host *v, const void *cpu, u32 len, u64 *bus)
{
	size_t off;

	if (!len || len > VFIO_BOUNCE)
		return -EINVAL;
	if (!v->nr_free)
		return -ENOMEM;
	off = (size_t)v->free_bounce[--v->nr_free] * VFIO_BOUNCE;
	memcpy((u8 *)v->bounce.cpu + off, cpu, len);
	*bus = v->bounce.bus + off;
	return 0;
}

void vfio_host_unbounce(struct vfio_host *v, u64 bus)
{
	v->free_bounce[v->nr_free++] = (u16)((bus - v->bounce.bus) / VFIO_BOUNCE);
}

/* -- interrupt ------------------------------------------------------------------------------------ */
bool vfio_host_interrupted(struct vfio_host *v)
{
	u64 count;

	return read(v->irq, &count, sizeof(count)) == sizeof(count);
}

void vfio_host_unmask(struct vfio_host *v)
{
	set_intx(v, VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK, NULL);
}
