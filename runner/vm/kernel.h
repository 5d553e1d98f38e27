/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernels to test: Debian's, fetched into the cache, or any bzImage.
 *
 * In the cache: kernels/store/RELEASE_VERSION/ holds what the packages hold, with
 * a text file "meta"; kernels/NAME is a link to it. Fetching a newer one moves the
 * link in one step and leaves the old folder, so a running campaign keeps its kernel.
 */
#ifndef FF_RUNNER_VM_KERNEL_H
#define FF_RUNNER_VM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * struct ff_kernel - a kernel that can be booted.
 * @name: what it was asked for as, e.g. "bookworm"; of a path, its last part.
 * @release: uname -r, e.g. "6.1.0-56-cloud-amd64".
 * @version: the package's version, e.g. "6.1.192-2"; "" if unknown.
 * @image: path of the bzImage.
 * @modules: path of its lib/modules/RELEASE, "" if there is none.
 * @append: command line it wants, e.g. "mutant=d", "" for none.
 */
struct ff_kernel {
	char name[64];
	char release[96];
	char version[64];
	char image[4096];
	char modules[4096];
	char append[256];
};

/**
 * ff_kernel_find() - look a kernel up, fetching it if allowed and needed.
 * @spec: bullseye, bookworm, trixie, sid, each also with -backports, each also with
 *	"=VERSION" (a beginning, as "trixie-backports=7.2"); or the path of a bzImage, whose
 *	modules are looked for in lib/modules/RELEASE beside it, one folder up, and two;
 *	or "mutant" or "mutant:ID[,ID...]" (ff_kernel_mutant()).
 * @fetch: may the network be used?
 * @k: filled on success.
 *
 * Return: 0, or -errno with a message: -EINVAL not a kernel's name, -ENOENT not there.
 */
int ff_kernel_find(const char *spec, bool fetch, struct ff_kernel *k);

/**
 * ff_kernel_fetch() - as ff_kernel_find() with @fetch; with @update, look for a newer one
 * even if it is in the cache.
 */
int ff_kernel_fetch(const char *spec, bool update, struct ff_kernel *k);

/** ff_mutant_ids - all that can be asked for, ended by NULL */
extern const char *const ff_mutant_ids[];

/** ff_mutant_append() - "ID[,ID...]" for the kernel's command line; -EINVAL, said why, if one is not known */
int ff_mutant_append(const char *ids, char *append, size_t n);

/** ff_kernel_is_mutant() - is @spec "mutant" or "mutant:ID[,ID...]" */
bool ff_kernel_is_mutant(const char *spec);

/**
 * ff_kernel_mutant() - the kernel that make mutant-kernel built, with these bugs on
 * Return: 0, or -errno with a message: -EINVAL no list of IDs, -ENOENT not built.
 */
int ff_kernel_mutant(const char *spec, struct ff_kernel *k);

/**
 * ff_kernel_list() - print what is in the cache, one line each: name, release, version, path.
 * Return: how many, or -errno with a message.
 */
int ff_kernel_list(FILE *out);

/**
 * ff_kernel_image_info() - read release and version from a bzImage's header
 * (Documentation/arch/x86/boot.rst, kernel_version).
 *
 * Return: 0, or -errno: -ENOEXEC it is no bzImage. No message.
 */
int ff_kernel_image_info(const char *image, char *release, size_t nr, char *version, size_t nv);

#endif
