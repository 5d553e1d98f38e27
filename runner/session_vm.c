// SPDX-License-Identifier: GPL-2.0-only
#include "runner/session_vm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzzer/content.h"
#include "fuzzer/rotation.h"
#include "runner/msg.h"
#include "runner/agent/place.h"
#include "runner/proc.h"
#include "runner/vm/accel.h"
#include "runner/vm/initramfs.h"

static void base_content(void *buf, size_t len, uint64_t off)
{
	ff_content_fill(buf, FF_EPOCH_BASE, FF_OBJ_FILE(0), off, len, FF_VERSION_BASE);
}

static const struct ff_disk disk_table[FF_HOST_DISKS] = {
	{ .kind = FF_DISK_EXT4, .size_mib = 256, .serial = FF_SERIAL_EXT4 },
	{ .kind = FF_DISK_XFS, .size_mib = 320, .serial = FF_SERIAL_XFS },
	{ .kind = FF_DISK_RAW, .size_mib = FF_RAW_BYTES >> 20, .serial = FF_SERIAL_RAW, .fill = base_content },
	{ .kind = FF_DISK_SWAP, .size_mib = 256, .serial = FF_SERIAL_SWAP },
	{ .kind = FF_DISK_EXT4, .size_mib = 256, .serial = FF_SERIAL_SLOW FF_SERIAL_EXT4, .iops = FF_SLOW_IOPS },
	{ .kind = FF_DISK_XFS, .size_mib = 320, .serial = FF_SERIAL_SLOW FF_SERIAL_XFS, .iops = FF_SLOW_IOPS },
	{ .kind = FF_DISK_RAW, .size_mib = FF_RAW_BYTES >> 20, .serial = FF_SERIAL_SLOW FF_SERIAL_RAW,
		.iops = FF_SLOW_IOPS, .fill = base_content },
	{ .kind = FF_DISK_SWAP, .size_mib = 256, .serial = FF_SERIAL_SLOW FF_SERIAL_SWAP, .iops = FF_SLOW_SWAP_IOPS },
};

int ff_host_vm_find(struct ff_host *h)
{
	const char *agent = getenv("FOLIOFUZZ_AGENT");
	int ret = ff_kernel_find(h->cfg->kernel, true, &h->kernel);

	if (ret)
		return ret;
	if (!ff_proc_have("qemu-system-x86_64")) {
		ff_msg_error("there is no qemu-system-x86_64 to run %s in: install it (make deps, or apt-get install qemu-system-x86), or run on this machine with --here",
			     h->kernel.release);
		return -ENOENT;
	}
	ret = ff_initramfs_get(&h->kernel, agent && *agent ? agent : "/proc/self/exe",
			       h->initramfs, sizeof(h->initramfs));
	if (ret)
		return ret;
	h->accel = ff_accel_choose(&h->kernel, !h->cfg->no_kvm, h->info->accel_why,
				   sizeof(h->info->accel_why));
	snprintf(h->info->kernel, sizeof(h->info->kernel), "%s", h->kernel.name);
	snprintf(h->info->release, sizeof(h->info->release), "%s", h->kernel.release);
	snprintf(h->info->accel, sizeof(h->info->accel), "%s", h->accel);
	return 0;
}

int ff_host_vm_disks(struct ff_host *h)
{
	int ret = 0;

	memcpy(h->disk, disk_table, sizeof(h->disk));
	for (unsigned int i = 0; i < FF_HOST_DISKS && !ret; i++) {
		h->disk[i].fails = h->cfg->bad_swap && h->disk[i].kind == FF_DISK_SWAP;
		ret = ff_disk_original(&h->disk[i], h->dir);
	}
	return ret;
}

/* @ram: file for the memory of a VM that boots; @from: what another one begins from. */
static int start(struct ff_host *h, int ram, const struct ff_snapshot *from)
{
	char box[64], console[300];
	struct ff_vm_config c = {
		.kernel = &h->kernel, .accel = h->accel, .initramfs = h->initramfs,
		.memory_mib = h->cfg->memory_mib, .blackbox = box, .blackbox_size = FF_BOX_BYTES,
		.append = h->cfg->append, .console = console, .disks = h->disk, .ndisks = FF_HOST_DISKS,
		.ram = ram, .from = from,
	};
	int ret;

	snprintf(box, sizeof(box), "/proc/%d/fd/%d", (int)getpid(), h->box_fd);
	snprintf(console, sizeof(console), "%s/console", h->dir);
	for (unsigned int i = 0; i < FF_HOST_DISKS; i++) {
		ret = ff_disk_copy(&h->disk[i], h->dir);
		if (ret)
			return ret;
	}
	return ff_vm_start(&c, &h->vm);
}

static void no_snapshot(const char *why)
{
	ff_msg_warn("no snapshot of the guest can be taken (%s): when a guest is lost, another one is booted, which takes longer",
		    why);
}

int ff_host_vm_boot(struct ff_host *h)
{
	if (!h->keep_tried) {
		h->ram = ff_snapshot_ram(h->cfg->memory_mib);
		if (h->ram < 0) {
			no_snapshot(strerror(-h->ram));
			h->keep_tried = true;
			h->ram = 0;
		}
	}
	return start(h, h->ram, NULL);
}

int ff_host_vm_keep(struct ff_host *h)
{
	long long began = ff_now_ms();
	char why[256] = "";
	int ret;

	if (h->keep_tried)
		return 0;
	h->keep_tried = true;
	ret = ff_snapshot_take(&h->vm, h->ram, &h->snapshot, why, sizeof(why));
	h->info->snapshot_ms = (unsigned int)(ff_now_ms() - began);
	h->info->snapshot_bytes = h->snapshot.bytes;
	memcpy(&h->boot, &h->box->boot, sizeof(h->boot));
	if (!ret)
		return 0;
	no_snapshot(why);
	return ret == -EPIPE ? -EAGAIN : 0;
}

int ff_host_vm_restore(struct ff_host *h, char *why, size_t n)
{
	int ret;

	ff_box_resume(h->box, &h->boot);
	ff_snapshot_trim(&h->snapshot);
	ret = start(h, 0, &h->snapshot);
	if (ret)
		snprintf(why, n, "QEMU was not started");
	else
		ret = ff_snapshot_load(&h->vm, &h->snapshot, why, n);
	return ret;
}

void ff_host_vm_started(struct ff_host *h)
{
	/* The guest has its disks and its memory open: without names they are gone with QEMU however we end. */
	for (unsigned int i = 0; i < FF_HOST_DISKS; i++)
		unlink(h->disk[i].path);
	if (h->ram)
		close(h->ram);
	h->ram = 0;
}

void ff_host_vm_close(struct ff_host *h)
{
	ff_snapshot_drop(&h->snapshot);
	for (unsigned int i = 0; i < FF_HOST_DISKS; i++)
		if (h->disk[i].original > 0)
			close(h->disk[i].original);
}
