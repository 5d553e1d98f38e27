/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which modules the guest loads, in which order.
 *
 * Debian's packages carry no modules.dep (depmod makes it when they are installed), so
 * dependencies are read from each module's own .modinfo section.
 */
#ifndef FF_RUNNER_VM_MODULES_H
#define FF_RUNNER_VM_MODULES_H

#include <stdbool.h>
#include <stddef.h>

#define FF_MODULES_MAX 64

/**
 * struct ff_module - one module to load.
 * @name: with underscores, without .ko.
 * @data: the ELF file, decompressed; malloc()ed.
 * @len: its size in bytes.
 * @lazy: not loaded at boot but by ff_guest_need(): the large ones, since loading xfs
 *	takes a second of a four-second boot under emulation.
 */
struct ff_module {
	char name[64];
	void *data;
	size_t len;
	bool lazy;
};

/**
 * struct ff_modules - modules in the order they must be loaded.
 * Free with ff_modules_free(); all zero is empty.
 */
struct ff_modules {
	struct ff_module m[FF_MODULES_MAX];
	unsigned n;
};

/**
 * ff_modules_resolve() - the wanted modules and what they need, read into memory.
 * @dir: a lib/modules/RELEASE; "" gives an empty list.
 * @list: filled. A wanted module that is built in or not there is left out; whether a
 *	target works is seen in the guest.
 *
 * Return: 0, or -errno with a message.
 */
int ff_modules_resolve(const char *dir, struct ff_modules *list);

/** ff_modules_free() - release what ff_modules_resolve() took. */
void ff_modules_free(struct ff_modules *list);

/** ff_modules_complete() - has this tree, built in or as a module, all that targets need? */
bool ff_modules_complete(const char *dir);

/**
 * ff_modinfo_get() - the first value of @key in a module's .modinfo section.
 *
 * Return: 0; -ENOENT the key is not there; -ENOEXEC not a 64-bit ELF file, or a broken one.
 */
int ff_modinfo_get(const void *elf, size_t len, const char *key, char *buf, size_t n);

#endif
