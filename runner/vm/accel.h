/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM where it works, software emulation where not. A /dev/kvm that opens may still hang
 * the guest (nested, or a hypervisor that refuses some MSRs), so a trial boot decides.
 */
#ifndef FF_RUNNER_VM_ACCEL_H
#define FF_RUNNER_VM_ACCEL_H

#include <stdbool.h>
#include <stddef.h>

#include "runner/vm/kernel.h"

/**
 * ff_accel_choose() - which accelerator to give to ff_vm_start().
 * @k: kernel for the trial boot.
 * @allow_kvm: false answers "tcg" at once.
 * @why: the reason in a few words, @n bytes, for a message or a report.
 *
 * The answer of a trial boot (10 s at most) is remembered in the cache for this CPU, host
 * kernel and boot. FF_KVM_DEVICE names another device file than /dev/kvm (for tests).
 *
 * Return: "kvm" or "tcg", static strings; never fails.
 */
const char *ff_accel_choose(const struct ff_kernel *k, bool allow_kvm, char *why, size_t n);

#endif
