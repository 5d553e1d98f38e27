/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A TAP producer in one header, for tests/unit_*.c:
 *
 *	int main(void)
 *	{
 *		tap_ok(parse("x") == 0, "one letter parses");
 *		tap_is_int(count(), 3, "count after parsing");
 *		return tap_done();
 *	}
 *
 * Every line is flushed at once: a crash loses nothing, and a forked child
 * inherits no half-written line. Assert from one thread only.
 */
#ifndef FOLIOFUZZ_TESTS_TAP_H
#define FOLIOFUZZ_TESTS_TAP_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int tap_count;
static int tap_failed;

/* The rest of a line of TAP: '#' would begin a directive, '\n' end the line. */
__attribute__((format(printf, 1, 0), unused))
static void tap_text(const char *fmt, va_list ap)
{
	char text[1024];
	const char *p;

	vsnprintf(text, sizeof(text), fmt, ap);
	for (p = text; *p; p++) {
		if (*p == '#' || *p == '\\')
			putchar('\\');
		putchar(*p == '\n' ? ' ' : *p);
	}
}

__attribute__((format(printf, 4, 5), unused))
static int tap_ok_at(const char *file, int line, int cond, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", cond ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	tap_text(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!cond) {
		tap_failed++;
		printf("#   at %s:%d\n", file, line);
	}
	fflush(stdout);
	return cond;
}

/**
 * tap_diag - print lines of explanation, each after "# "
 *
 * For the reader of a failure; not counted.
 */
__attribute__((format(printf, 1, 2), unused))
static void tap_diag(const char *fmt, ...)
{
	char text[4096];
	char *line, *end;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (line = text; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		if (*line || end)
			printf("# %s\n", line);
	}
	fflush(stdout);
}

/**
 * tap_skip - count one test that cannot be made here, and say why
 */
__attribute__((format(printf, 1, 2), unused))
static void tap_skip(const char *fmt, ...)
{
	va_list ap;

	printf("ok %d # SKIP ", ++tap_count);
	va_start(ap, fmt);
	tap_text(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

/**
 * tap_done - print the plan
 *
 * Without it the runner counts the program as failed: it ended too early.
 *
 * Return: main()'s return value, 0 if nothing failed, else 1.
 */
__attribute__((unused))
static int tap_done(void)
{
	printf("1..%d\n", tap_count);
	fflush(stdout);
	return tap_failed != 0;
}

/**
 * tap_ok - one test; the rest of the arguments is its name, as for printf
 *
 * Return: @cond, so that what depends on it can be left out.
 */
#define tap_ok(cond, ...) \
	tap_ok_at(__FILE__, __LINE__, (cond) ? 1 : 0, __VA_ARGS__)

/** tap_is_int - integers of any type (up to 64 bits, signed) are equal */
#define tap_is_int(got, want, ...) ({					\
	long long tap_got_ = (long long)(got);				\
	long long tap_want_ = (long long)(want);			\
	int tap_same_ = tap_ok(tap_got_ == tap_want_, __VA_ARGS__);	\
	if (!tap_same_)							\
		tap_diag("  got %lld (0x%llx), want %lld (0x%llx)",	\
			 tap_got_, (unsigned long long)tap_got_,	\
			 tap_want_, (unsigned long long)tap_want_);	\
	tap_same_;							\
})

/** tap_is_str - strings are equal; NULL is equal to NULL only */
#define tap_is_str(got, want, ...) ({					\
	const char *tap_got_ = (got);					\
	const char *tap_want_ = (want);					\
	int tap_same_ = tap_ok(tap_got_ && tap_want_ ?			\
			       !strcmp(tap_got_, tap_want_) :		\
			       tap_got_ == tap_want_, __VA_ARGS__);	\
	if (!tap_same_) {						\
		tap_diag("  got  %s", tap_got_ ? tap_got_ : "(null)");	\
		tap_diag("  want %s", tap_want_ ? tap_want_ : "(null)");\
	}								\
	tap_same_;							\
})

#endif
