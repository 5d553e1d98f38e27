// SPDX-License-Identifier: GPL-2.0-only
#include "runner/vm/snapshot.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/proc.h"
#include "runner/vm/qmp.h"

#define STREAM_MS	20000	/* for less than a megabyte */
#define GROWTH		(128ULL << 20)	/* of a snapshot, before it is trimmed */
#define STATE		"snapshot"	/* QEMU's name for the file of the devices */

int ff_snapshot_ram(unsigned memory_mib)
{
	int fd = memfd_create("foliofuzz-ram", MFD_CLOEXEC);

	if (fd >= 0 && !ftruncate(fd, (off_t)(memory_mib ? memory_mib : FF_VM_MEMORY_MIB) << 20))
		return fd;
	if (fd >= 0)
		close(fd);
	return -errno;
}

void ff_snapshot_drop(struct ff_snapshot *s)
{
	if (s->ram > 0)
		close(s->ram);
	if (s->state > 0)
		close(s->state);
	memset(s, 0, sizeof(*s));
}

/* Shared memory, the black box and a RAM file that is shared, is no part of the state. */
static int leave_out_shared(int qmp, char *why, size_t n)
{
	return ff_qmp_do(qmp, "migrate-set-capabilities",
			 json_pack("{s:[{s:s,s:b}]}", "capabilities", "capability", "x-ignore-shared",
				   "state", 1), NULL, why, n);
}

/* Copies of the disks as they were made are what restored guests get. */
static int disks_untouched(int qmp, char *why, size_t n)
{
	json_t *list = NULL, *disk;
	size_t i;
	int ret = ff_qmp_do(qmp, "query-blockstats", NULL, &list, why, n);

	json_array_foreach(list, i, disk) {
		json_t *writes = json_object_get(json_object_get(disk, "stats"), "wr_operations");

		if (!ret && json_integer_value(writes)) {
			snprintf(why, n, "the guest has written to its disks already");
			ret = -EBUSY;
		}
	}
	json_decref(list);
	return ret;
}

/* Until the devices' state is written, or read. */
static int wait_streamed(int qmp, char *why, size_t n)
{
	long long end = ff_now_ms() + STREAM_MS;
	char status[32] = "";
	json_t *j = NULL;
	int ret;

	do {
		usleep(2000);
		ret = ff_qmp_do(qmp, "query-migrate", NULL, &j, why, n);
		if (ret)
			return ret;
		snprintf(status, sizeof(status), "%s", json_string_value(json_object_get(j, "status")) ?: "");
		if (!strcmp(status, "failed")) {
			json_t *desc = json_object_get(j, "error-desc");

			snprintf(why, n, "QEMU's migration failed: %s",
				 json_is_string(desc) ? json_string_value(desc) : "it did not say why");
			ret = -EIO;
		}
		json_decref(j);
	} while (!ret && strcmp(status, "completed") && ff_now_ms() < end);
	if (!ret && strcmp(status, "completed")) {
		snprintf(why, n, "QEMU's migration did not end in %d s (%s)", STREAM_MS / 1000, status);
		ret = -ETIMEDOUT;
	}
	return ret;
}

unsigned ff_snapshot_unplace(unsigned char *state, size_t len, const char *id, uint64_t bytes)
{
	unsigned char *p = state, *end = state + len;
	unsigned char mark[64 + sizeof(uint64_t)];
	size_t n = (size_t)snprintf((char *)mark, 64, "/%s", id);
	uint64_t size = htobe64(bytes);
	unsigned found = 0;

	memcpy(mark + n, &size, sizeof(size));
	n += sizeof(size);
	while ((p = memmem(p, (size_t)(end - p), mark, n)) && (size_t)(end - p) >= n + sizeof(uint64_t)) {
		memset(p + n, 0, sizeof(uint64_t));
		p += n;
		found++;
	}
	return found;
}

static int unplace_box(int state, uint64_t bytes, char *why, size_t n)
{
	off_t len = lseek(state, 0, SEEK_END);
	unsigned char *p = MAP_FAILED;
	unsigned found = 0;

	if (len > 0)
		p = mmap(NULL, (size_t)len, PROT_READ | PROT_WRITE, MAP_SHARED, state, 0);
	if (p != MAP_FAILED) {
		found = ff_snapshot_unplace(p, (size_t)len, FF_VM_BOX_ID, bytes);
		munmap(p, (size_t)len);
	}
	if (found == 1)
		return 0;
	snprintf(why, n, "this QEMU saves its state in a form that is not understood (%u black boxes in %lld bytes)",
		 found, (long long)len);
	return -EPROTO;
}

static int save(struct ff_vm *vm, int ram, struct ff_snapshot *s, char *why, size_t n)
{
	int ret = disks_untouched(vm->qmp, why, n);

	if (!ret)
		ret = leave_out_shared(vm->qmp, why, n);
	if (!ret)
		ret = ff_qmp_give(vm->qmp, STATE, s->state, why, n);
	if (!ret)
		ret = ff_qmp_do(vm->qmp, "migrate", json_pack("{s:s}", "uri", "fd:" STATE), NULL, why, n);
	if (!ret)
		ret = wait_streamed(vm->qmp, why, n);
	if (!ret)
		ret = unplace_box(s->state, vm->blackbox_size, why, n);
	if (ret)
		return ret;
	ret = ff_copy_sparse(ram, s->ram);
	if (ret)
		snprintf(why, n, "the guest's memory cannot be copied: %s", strerror(-ret));
	return ret;
}

static uint64_t allocated(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (uint64_t)st.st_blocks * 512;
}

void ff_snapshot_trim(struct ff_snapshot *s)
{
	int ram;

	if (allocated(s->ram) + allocated(s->state) < s->bytes + GROWTH)
		return;
	ram = memfd_create("foliofuzz-ram", MFD_CLOEXEC);
	if (ram >= 0 && !ff_copy_sparse(s->ram, ram)) {
		close(s->ram);
		s->ram = ram;
	} else if (ram >= 0) {
		close(ram);
	}
}

int ff_snapshot_take(struct ff_vm *vm, int ram, struct ff_snapshot *s, char *why, size_t n)
{
	char gone[128];
	int ret;

	s->ram = memfd_create("foliofuzz-ram", MFD_CLOEXEC);
	s->state = memfd_create("foliofuzz-state", MFD_CLOEXEC);
	if (s->ram < 0 || s->state < 0) {
		ret = -errno;
		snprintf(why, n, "no file in memory: %s", strerror(-ret));
		ff_snapshot_drop(s);
		return ret;
	}
	ret = ff_qmp_open(vm->qmp, why, n);
	if (!ret)
		ret = ff_qmp_do(vm->qmp, "stop", NULL, NULL, why, n);
	if (!ret)
		ret = save(vm, ram, s, why, n);
	s->bytes = allocated(s->ram) + allocated(s->state);
	if (ret)
		ff_snapshot_drop(s);
	if (ff_qmp_do(vm->qmp, "cont", NULL, NULL, gone, sizeof(gone))) {
		snprintf(why, n, "after it the guest did not go on: %s", gone);
		return -EPIPE;
	}
	return ret == -EPIPE ? -EIO : ret;
}

int ff_snapshot_load(struct ff_vm *vm, const struct ff_snapshot *s, char *why, size_t n)
{
	char path[64];
	int file, ret;

	/* Opened anew: where the last reader stopped is not where this one begins. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", s->state);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0) {
		snprintf(why, n, "the snapshot cannot be opened: %s", strerror(errno));
		return -EIO;
	}
	ret = ff_qmp_open(vm->qmp, why, n);
	if (!ret)
		ret = leave_out_shared(vm->qmp, why, n);
	if (!ret)
		ret = ff_qmp_give(vm->qmp, STATE, file, why, n);
	if (!ret)
		ret = ff_qmp_do(vm->qmp, "migrate-incoming", json_pack("{s:s}", "uri", "fd:" STATE), NULL,
				why, n);
	close(file);
	if (!ret)
		ret = wait_streamed(vm->qmp, why, n);
	/* It was saved standing still. */
	return ret ? ret : ff_qmp_do(vm->qmp, "cont", NULL, NULL, why, n);
}
