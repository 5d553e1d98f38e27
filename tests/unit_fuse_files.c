// SPDX-License-Identifier: GPL-2.0-only
/* The files of the FUSE server, against a plain array: what is read is what was written. */
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/fuse/fuse_files.h"
#include "tests/tap.h"

#define MOST	(300 * 1024)

static unsigned char want[MOST], got[MOST], data[MOST];

static uint64_t draw(uint64_t below)
{
	static uint64_t x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x % below;
}

static int set_size(uint64_t id, uint64_t size)
{
	struct fuse_setattr_in in = { .valid = FATTR_SIZE, .size = size };
	struct fuse_attr attr;

	return ff_files_set(id, &in, &attr) || attr.size != size;
}

/* One step on both; true when the file agrees. */
static bool step(uint64_t id, uint64_t *size)
{
	uint64_t off = draw(MOST), len = draw(MOST - off) + 1;
	bool ok = true;

	switch (draw(5)) {
	case 0:
		memset(data, (int)draw(255) + 1, len);
		memcpy(want + off, data, len);
		ok = ff_files_write(id, off, data, len) == (int64_t)len;
		*size = off + len > *size ? off + len : *size;
		break;
	case 1:
		memset(want + off, 0, len);
		ok = !ff_files_allocate(id, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off, len);
		break;
	case 2:
		memset(want + off, 0, MOST - off);
		ok = !set_size(id, off);
		*size = off;
		break;
	case 3:
		ok = !ff_files_allocate(id, 0, off, len);
		*size = off + len > *size ? off + len : *size;
		break;
	default:
		if (off + len > *size)
			return true;
		memmove(want, want + off, len);
		ok = ff_files_copy(id, off, id, 0, len) == (int64_t)len;
	}
	return ok && ff_files_read(id, 0, got, MOST) == (int64_t)*size && !memcmp(got, want, *size);
}

static void test_random(uint64_t id)
{
	struct fuse_attr attr;
	uint64_t size = 0;
	unsigned int good = 0;

	for (unsigned int i = 0; i < 3000; i++)
		good += step(id, &size);
	tap_ok(good == 3000, "3000 changes: what is read is what was written (%u)", good);
	tap_ok(!ff_files_attr(id, &attr) && attr.size == size, "and the size is right");
}

static void test_holes(uint64_t id)
{
	set_size(id, 0);
	set_size(id, 40960);
	tap_ok(ff_files_seek(id, 0, SEEK_DATA) == -ENXIO && ff_files_seek(id, 100, SEEK_HOLE) == 100,
	       "a file that only grew is a hole");
	ff_files_write(id, 8192, data, 10);
	tap_ok(ff_files_seek(id, 0, SEEK_DATA) == 8192 && ff_files_seek(id, 9000, SEEK_DATA) == 9000 &&
	       ff_files_seek(id, 8192, SEEK_HOLE) == 12288, "what was written is data, by blocks");
	ff_files_allocate(id, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 8192, 4096);
	tap_ok(ff_files_seek(id, 0, SEEK_DATA) == -ENXIO, "a punched block is a hole again");
	ff_files_write(id, 36864, data, 4096);
	tap_ok(ff_files_seek(id, 36864, SEEK_HOLE) == 40960 && ff_files_seek(id, 40960, SEEK_HOLE) == -ENXIO,
	       "the end of the file is a hole, beyond it is nothing");
}

static void test_life(void)
{
	struct fuse_attr a, b;
	unsigned int made = 0;

	tap_ok(ff_files_lookup("f1", &a) == -ENOENT, "a name nobody made is not there");
	ff_files_create("f1", 0600, &a);
	ff_files_write(a.ino, 0, "x", 1);
	tap_ok(!ff_files_unlink("f1") && ff_files_read(a.ino, 0, got, 10) == 1, "unlinked, it is still open");
	ff_files_create("f1", 0600, &b);
	tap_ok(b.ino != a.ino && !b.size, "its name may be another file's");
	ff_files_forget(a.ino, 1);
	tap_ok(ff_files_read(a.ino, 0, got, 10) == -ESTALE, "forgotten, it is gone");
	ff_files_unlink("f1");
	ff_files_forget(b.ino, 1);
	for (; made < 10000 && !ff_files_create("f2", 0600, &a); made++) {
		ff_files_unlink("f2");
		ff_files_forget(a.ino, 1);
	}
	tap_ok(made == 10000, "nothing is left of files that are gone (%u)", made);
	tap_ok(ff_files_write(a.ino + 1, 0, "x", 1) == -ESTALE && ff_files_attr(77, &a) == -ESTALE,
	       "an id that never was");
	tap_ok(ff_files_write(FUSE_ROOT_ID, UINT64_MAX - 5, data, 100) == -ENOSPC, "an offset beyond all");
}

int main(void)
{
	struct fuse_attr attr;

	tap_ok(!ff_files_create("f0", 0600, &attr), "a file is made");
	test_random(attr.ino);
	test_holes(attr.ino);
	test_life();
	return tap_done();
}
