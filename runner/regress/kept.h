/* SPDX-License-Identifier: GPL-2.0-only */
/* The kept programs that a regression run takes, read from folders and files. */
#ifndef FF_RUNNER_REGRESS_KEPT_H
#define FF_RUNNER_REGRESS_KEPT_H

#include "corpus/regress.h"
#include "runner/regress/result.h"

/**
 * struct ff_kept - one program
 * @info: name, about, source, path
 * @id: the beginning of its hash: what the baseline knows it by
 */
struct ff_kept {
	struct ff_regress_program info;
	struct ff_regress_head head;
	struct ff_program program;
	char id[17];
};

struct ff_kept_list {
	struct ff_kept *p;
	unsigned int n;
};

/**
 * ff_kept_add() - add a .ff file, or all of a folder
 * Return: 0, or -errno with a message: a file that is no kept program is -EINVAL, with file and line.
 */
int ff_kept_add(struct ff_kept_list *l, const char *path);

/**
 * ff_kept_finish() - sort by name
 * Return: 0; -EINVAL with a message: two of one name, or none at all.
 */
int ff_kept_finish(struct ff_kept_list *l);

/** ff_kept_shard() - keep those of shard @i of @n, from 1 */
void ff_kept_shard(struct ff_kept_list *l, unsigned int i, unsigned int n);

void ff_kept_free(struct ff_kept_list *l);

/** ff_kept_home() - the folder of kept programs when none was named: here, or as installed; NULL: none */
const char *ff_kept_home(void);

#endif
