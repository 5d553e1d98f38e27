// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coverage of the kernel's code (KCOV): each thread has a buffer that the kernel
 * writes places into while the thread is in a system call or a fault. No call of
 * a program is one more for it: the buffers are emptied and read between programs.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzzer/exec_state.h"

/* <linux/kcov.h> is not in every libc's headers. */
#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_TRACE_PC	0
#define KCOV_FILE	"/sys/kernel/debug/kcov"

#define PLACES		65536UL		/* of a buffer; what a thread does beyond is not recorded */
#define BYTES		(PLACES * sizeof(uint64_t))

static int open_one(struct ff_kcov *k)
{
	void *at;

	k->fd = open(KCOV_FILE, O_RDWR | O_CLOEXEC);
	if (k->fd < 0)
		return -errno;
	at = ioctl(k->fd, KCOV_INIT_TRACE, PLACES) ? MAP_FAILED :
	     mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, k->fd, 0);
	if (at == MAP_FAILED) {
		int err = errno;

		close(k->fd);
		return -err;
	}
	k->area = at;
	return 0;
}

int ff_kcov_open(struct ff_exec *x)
{
	for (unsigned int i = 0; i < FF_MAX_THREADS; i++) {
		int ret = open_one(&x->kcov[i]);

		if (ret) {
			ff_kcov_close(x);
			errno = -ret;
			return ret;
		}
		madvise(x->kcov[i].area, BYTES, MADV_DONTFORK);
	}
	return 0;
}

void ff_kcov_close(struct ff_exec *x)
{
	for (unsigned int i = 0; i < FF_MAX_THREADS; i++) {
		if (!x->kcov[i].area)
			continue;
		munmap(x->kcov[i].area, BYTES);
		close(x->kcov[i].fd);
		x->kcov[i].area = NULL;
	}
}

void ff_kcov_thread(struct ff_thread *t)
{
	struct ff_kcov *k = &t->x->kcov[t->index % FF_MAX_THREADS];

	if (k->area)
		ioctl(k->fd, KCOV_ENABLE, KCOV_TRACE_PC);
}

void ff_kcov_begin(struct ff_exec *x)
{
	for (unsigned int i = 0; i < FF_MAX_THREADS; i++)
		if (x->kcov[i].area)
			__atomic_store_n(&x->kcov[i].area[0], 0, __ATOMIC_RELAXED);
}

static void read_one(const struct ff_kcov *k, uint8_t *bits)
{
	uint64_t n = __atomic_load_n(&k->area[0], __ATOMIC_RELAXED);

	if (n > PLACES - 1)
		n = PLACES - 1;
	for (uint64_t i = 1; i <= n; i++) {
		uint32_t bit = (uint32_t)(k->area[i] * 0x9e3779b97f4a7c15ULL >> 32) % (8 * FF_COVER_BYTES);

		bits[bit / 8] |= (uint8_t)(1 << bit % 8);
	}
}

void ff_kcov_end(struct ff_exec *x)
{
	static uint8_t bits[FF_COVER_BYTES];	/* the black box is slower memory */

	if (!x->cover || !x->kcov[0].area)
		return;
	memset(bits, 0, sizeof(bits));
	for (unsigned int i = 0; i < FF_MAX_THREADS && i < (x->p->nthreads ? x->p->nthreads : 1); i++)
		read_one(&x->kcov[i], bits);
	memcpy(x->cover, bits, sizeof(bits));
}

void ff_exec_cover(struct ff_exec *x, uint8_t *bits)
{
	x->cover = bits;
}
