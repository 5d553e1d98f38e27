/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which Debian mirror this machine uses, read from its own apt sources: no host
 * name is built in. FF_DEBIAN_MIRROR and FF_DEBIAN_SECURITY override it.
 */
#ifndef FF_RUNNER_VM_MIRROR_H
#define FF_RUNNER_VM_MIRROR_H

/**
 * struct ff_mirror - where Debian is.
 * @base: URI of the main archive, "" if unknown.
 * @security: URI of the security archive, "" if unknown.
 * @keyring: file of Debian's archive keys.
 * @score: how sure @base is; of several candidates the surest stays.
 */
struct ff_mirror {
	char base[512];
	char security[512];
	char keyring[256];
	int score;
};

/** ff_mirror_parse_list() - take what a one-line style sources.list says. */
void ff_mirror_parse_list(const char *text, struct ff_mirror *m);

/** ff_mirror_parse_deb822() - take what a deb822 .sources file says. */
void ff_mirror_parse_deb822(const char *text, struct ff_mirror *m);

/**
 * ff_mirror_find() - read this machine's apt sources.
 *
 * Return: 0, or -ENOENT with a message (no Debian mirror, or no keyring).
 */
int ff_mirror_find(struct ff_mirror *m);

/**
 * ff_version_compare() - Debian version order, as deb-version(7): "~" before the end,
 * digits as numbers. Return: < 0, 0, > 0.
 */
int ff_version_compare(const char *a, const char *b);

#endif
