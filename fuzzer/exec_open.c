// SPDX-License-Identifier: GPL-2.0-only
/* Making an executor: its threads and all memory it will ever use. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "fuzzer/family.h"

#define STACK		(256u << 10)
#define PIPE_SIZE	(1u << 20)

static int fail(struct ff_error *e, int err, const char *what)
{
	e->line = 0;
	snprintf(e->text, sizeof(e->text), "the executor cannot %s: %s", what, strerror(err));
	return -err;
}

static uint32_t read_pmd_size(void)
{
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "re");
	unsigned int size = 0;

	if (f) {
		if (fscanf(f, "%u", &size) != 1)
			size = 0;
		fclose(f);
	}
	return size ? size : 2u << 20;
}

static void *anonymous(size_t len, int share)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, share | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static int thread_pipe(struct ff_thread *t)
{
	int size;

	if (pipe2(t->pipe, O_CLOEXEC))
		return -errno;
	size = fcntl(t->pipe[1], F_SETPIPE_SZ, PIPE_SIZE);
	if (size < 0)
		size = fcntl(t->pipe[1], F_GETPIPE_SZ);	/* not root, or over its share */
	t->pipe_size = size > 0 ? (size_t)size : 65536;
	return 0;
}

static int thread_open(struct ff_exec *x, unsigned int i, struct ff_error *e)
{
	struct ff_thread *t = &x->thread[i];
	size_t len = FF_STAGING + x->page_size;

	t->x = x;
	t->index = i < FF_MAX_THREADS ? i : FF_SETUP;
	t->object = (uint8_t)FF_OBJ_STAGING(i < FF_MAX_THREADS ? i : 9);
	t->staging = anonymous(len, MAP_PRIVATE);
	t->child = anonymous(sizeof(*t->child), MAP_SHARED);
	if (!t->staging || !t->child)
		return fail(e, ENOMEM, "get memory for I/O");
	/*
	 * A fork during a direct read would split its memory from ours
	 * (open(2)); and what no child needs makes fork slow.
	 */
	madvise(t->staging, len, MADV_DONTFORK);
	/* Alike on every target, whatever its policy of huge pages. */
	madvise(t->staging, len, MADV_NOHUGEPAGE);
	if (thread_pipe(t))
		return fail(e, errno, "make a pipe");
	return 0;
}

static int start_workers(struct ff_exec *x, struct ff_error *e)
{
	pthread_attr_t attr;
	int err = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	/* Worker 0 is the caller. */
	for (x->nworkers = 1; x->nworkers < FF_MAX_THREADS && !err; x->nworkers++)
		err = pthread_create(&x->worker[x->nworkers], &attr, ff_exec_work,
				     &x->thread[x->nworkers]);
	pthread_attr_destroy(&attr);
	if (!err)
		return 0;
	x->nworkers--;
	return fail(e, err, "start threads");
}

int ff_exec_open(struct ff_exec **out, const struct ff_exec_config *cfg, struct ff_error *e)
{
	struct ff_exec *x = calloc(1, sizeof(*x));
	unsigned int i;
	int ret;

	if (!x)
		return fail(e, ENOMEM, "get memory");
	for (i = 0; i < FF_WORKERS; i++)
		x->thread[i].pipe[0] = x->thread[i].pipe[1] = -1;
	x->page_size = (uint32_t)sysconf(_SC_PAGESIZE);
	x->pmd_size = read_pmd_size();
	x->ncpu = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
	x->nworkers = 1;
	x->reclaim = x->dropcaches = x->compact = x->vmstat = x->pidfd = -1;
	ret = ff_guard_open();
	if (!ret)
		ret = ff_swapoff_open();
	if (ret) {
		free(x);
		return fail(e, -ret, "handle signals");
	}
	for (i = 0; i < FF_WORKERS && !ret; i++)
		ret = thread_open(x, i, e);
	x->dummy = anonymous(x->page_size, MAP_PRIVATE);
	if (!ret && !x->dummy)
		ret = fail(e, ENOMEM, "get memory");
	if (!ret && cfg->kcov && ff_kcov_open(x))
		ret = fail(e, errno, "record which code of the kernel runs (CONFIG_KCOV, debugfs)");
	if (!ret) {
		*(volatile char *)x->dummy = 1;
		ff_kcov_thread(&x->thread[0]);
		ret = start_workers(x, e);
	}
	if (ret) {
		ff_exec_close(x);
		return ret;
	}
	ff_exec_target(x, cfg);
	*out = x;
	return 0;
}

void ff_exec_target(struct ff_exec *x, const struct ff_exec_config *cfg)
{
	ff_exec_knobs_close(x);
	ff_exec_paths(x, cfg);
	ff_exec_knobs_open(x);
	ff_usage_base(x);
	x->device_known = false;
}

static void thread_close(struct ff_thread *t, size_t page)
{
	unsigned int i;

	if (t->staging)
		munmap(t->staging, FF_STAGING + page);
	if (t->child)
		munmap(t->child, sizeof(*t->child));
	for (i = 0; i < 2; i++)
		if (t->pipe[i] >= 0)
			close(t->pipe[i]);
}

void ff_exec_close(struct ff_exec *x)
{
	unsigned int i;

	if (!x)
		return;
	atomic_store(&x->stop, true);
	for (i = 1; i < x->nworkers; i++) {
		atomic_fetch_add(&x->go[i], 1);
		syscall(SYS_futex, &x->go[i], FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
		pthread_join(x->worker[i], NULL);
	}
	ff_kcov_close(x);
	for (i = 0; i < FF_WORKERS; i++)
		thread_close(&x->thread[i], x->page_size);
	if (x->dummy)
		munmap(x->dummy, x->page_size);
	ff_exec_knobs_close(x);
	ff_guard_leave();
	ff_guard_close();
	free(x);
}
