/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A private apt root in the cache: packages of any Debian suite, without touching
 * this machine's package state and without root.
 */
#ifndef FF_RUNNER_VM_APT_H
#define FF_RUNNER_VM_APT_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct ff_apt - one suite's root.
 * @suite: Debian suite, e.g. "bookworm-backports".
 * @root: its folder in the cache; holds apt.conf, the sources, lists and packages.
 * @fresh: the package lists were fetched since ff_apt_open(): no use in doing it again.
 */
struct ff_apt {
	char suite[64];
	bool fresh;
	char root[3072];
};

/**
 * ff_apt_open() - make or reuse the root of a suite; the package lists are
 * fetched only if there are none yet.
 *
 * Return: 0, or -errno with a message. Hold a cache lock around all of this.
 */
int ff_apt_open(const char *suite, struct ff_apt *a);

/**
 * ff_apt_update() - fetch the package lists, unless they are fresh.
 * Return: 0, -EALREADY (they are fresh; no message), or -errno with a message.
 */
int ff_apt_update(struct ff_apt *a);

/**
 * ff_apt_names() - all package names that begin with @prefix.
 * @out: malloc()ed, one name a line. Caller frees.
 */
int ff_apt_names(struct ff_apt *a, const char *prefix, char **out);

/**
 * ff_apt_field() - one field of the newest version of a package.
 *
 * Return: 0, -ENOENT (no such package or field; no message), or -errno with a message.
 */
int ff_apt_field(struct ff_apt *a, const char *package, const char *field,
		 char *buf, size_t n);

/**
 * ff_apt_unpack() - download a package (checked by apt against the signed lists)
 * and unpack it into @dir.
 *
 * Network failures are retried three times; a package that the mirror no longer
 * has makes the lists be fetched again. Return: 0 or -errno with a message.
 */
int ff_apt_unpack(struct ff_apt *a, const char *package, const char *dir);

#endif
