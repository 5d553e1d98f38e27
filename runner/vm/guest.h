/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's side: what PID 1 does before the agent can work. */
#ifndef FF_RUNNER_VM_GUEST_H
#define FF_RUNNER_VM_GUEST_H

#include <stddef.h>

/**
 * struct ff_guest - what the guest found.
 * @blackbox: the shared region, NULL if the VM has none. Plain memory: atomics work.
 * @blackbox_size: its size in bytes.
 */
struct ff_guest {
	void *blackbox;
	size_t blackbox_size;
};

/**
 * ff_guest_init() - make a bare kernel usable: mounts, modules, limits, the black box.
 *
 * Mounted: /proc /sys /dev /dev/shm /tmp /run, /sys/fs/cgroup (v2, memory controller on),
 * /sys/kernel/debug, /sys/kernel/tracing, /sys/fs/bpf. A mount or module that this kernel
 * does not have gets a line on the console and is no failure.
 *
 * Return: 0, or -errno with a message: without /proc, /sys and /dev nothing works.
 */
int ff_guest_init(struct ff_guest *g);

/** ff_guest_put() - write @text to a file of the kernel's (/proc, /sys); 0 or -errno, no message */
int ff_guest_put(const char *path, const char *text);

/**
 * ff_guest_need() - load a module that is large and so not loaded at boot: call it before
 * mounting "xfs" or "ext4". Cheap when it is loaded, built in or not there (then mount(2)
 * tells).
 *
 * Return: 0, or -errno with a message.
 */
int ff_guest_need(const char *module);

/**
 * ff_guest_disk() - the device of a virtio disk, e.g. "/dev/vda".
 * Return: 0, or -ENOENT (no message).
 */
int ff_guest_disk(const struct ff_guest *g, const char *serial, char *path, size_t n);

/**
 * ff_guest_option() - a kernel command line option, e.g. "ff.simfail".
 * @buf: its value; "" if it stands there without one.
 * Return: 0, or -ENOENT.
 */
int ff_guest_option(const char *name, char *buf, size_t n);

/** ff_guest_poweroff() - end the VM now. Disks are not synced: they are thrown away. */
void ff_guest_poweroff(void) __attribute__((noreturn));

#endif
