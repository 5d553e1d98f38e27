/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of QEMU's machine protocol (QMP) as snapshots need: one command, one answer. */
#ifndef FF_RUNNER_VM_QMP_H
#define FF_RUNNER_VM_QMP_H

#include <jansson.h>
#include <stddef.h>

/**
 * ff_qmp_open() - greet a QEMU that was just started
 * @fd: our end of the socket
 * Return: 0 or -errno with @why, in words for people.
 */
int ff_qmp_open(int fd, char *why, size_t n);

/**
 * ff_qmp_do() - have a command carried out
 * @fd: opened
 * @arguments: an object, or NULL for none; taken over, also on failure
 * @answer: what it returned, a new reference; may be NULL
 * Return: 0 or -errno with @why: -EPROTO QEMU refused, -EPIPE it is gone, -ETIMEDOUT.
 */
int ff_qmp_do(int fd, const char *command, json_t *arguments, json_t **answer, char *why, size_t n);

/** ff_qmp_give() - make the open file @file known to QEMU under @name, for "fd:NAME" */
int ff_qmp_give(int fd, const char *name, int file, char *why, size_t n);

#endif
