// SPDX-License-Identifier: GPL-2.0-only
/* SIGSEGV and SIGBUS of guarded accesses are results; any other one is a crash. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "fuzzer/exec_state.h"

#define ALTSTACK 32768	/* a signal frame with AMX state takes 11 KiB */

static __thread struct ff_thread *self;
static __thread char altstack[ALTSTACK] __attribute__((aligned(64)));
static __thread stack_t old_stack;
static __thread bool entered;
static struct sigaction old_segv, old_bus;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	struct ff_thread *t = self;

	(void)context;
	if (!t || !t->guarded || info->si_code <= 0) {
		/* Returning runs into the fault again, this time with no handler. */
		signal(sig, SIG_DFL);
		if (info->si_code <= 0)
			raise(sig);
		return;
	}
	t->guarded = 0;
	t->signal = sig;
	t->fault = (uintptr_t)info->si_addr;
	siglongjmp(t->jmp, 1);
}

int ff_guard_open(void)
{
	struct sigaction act = { .sa_sigaction = on_fault,
				 .sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK };

	sigemptyset(&act.sa_mask);
	if (sigaction(SIGSEGV, &act, &old_segv))
		return -errno;
	if (sigaction(SIGBUS, &act, &old_bus)) {
		sigaction(SIGSEGV, &old_segv, NULL);
		return -errno;
	}
	return 0;
}

void ff_guard_close(void)
{
	sigaction(SIGSEGV, &old_segv, NULL);
	sigaction(SIGBUS, &old_bus, NULL);
}

int ff_guard_thread(struct ff_thread *t)
{
	stack_t stack = { .ss_sp = altstack, .ss_size = sizeof(altstack) };

	self = t;
	if (entered)
		return 0;
	if (sigaltstack(&stack, &old_stack))
		return -errno;
	entered = true;
	return 0;
}

/* A sanitizer frees at the thread's end what it finds as its signal stack. */
void ff_guard_leave(void)
{
	if (entered)
		sigaltstack(&old_stack, NULL);
	entered = false;
	self = NULL;
}
