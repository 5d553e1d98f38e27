// SPDX-License-Identifier: GPL-2.0-only
/* Reading a kernel log. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "oracles/trace.h"

#define MAX_REPORT 90	/* lines that one report may have */

/* "<4>[   12.345678][  T123] text", "4,123,4567,-;text", "[...] text" */
static const char *skip_prefix(const char *s)
{
	const char *end;

	if (*s == '<' && (end = strchr(s, '>')) && end - s <= 4)
		s = end + 1;
	if (isdigit((unsigned char)*s) && (end = strchr(s, ';')) && end - s < 40 &&
	    memchr(s, ',', end - s))
		return end + 1;
	while (*s == '[' && (end = strchr(s, ']')) && end - s < 24 &&
	       strspn(s + 1, " 0123456789.TC") == (size_t)(end - s - 1)) {
		s = end + 1;
		s += *s == ' ';
	}
	return s;
}

const char *ff_log_line(const char *at, char *line, size_t n)
{
	const char *end, *text;
	char raw[1024];
	size_t len;

	if (!at || !*at)
		return NULL;
	end = strchrnul(at, '\n');
	len = (size_t)(end - at) < sizeof(raw) - 1 ? (size_t)(end - at) : sizeof(raw) - 1;
	memcpy(raw, at, len);
	raw[len] = '\0';
	if (len && raw[len - 1] == '\r')
		raw[len - 1] = '\0';
	text = skip_prefix(raw);
	snprintf(line, n, "%s", text);
	return *end ? end + 1 : end;
}

static int in_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.';
}

int ff_log_function(const char *line, char *name, size_t n)
{
	const char *plus = line, *start, *dot;
	size_t len;

	while ((plus = strstr(plus, "+0x"))) {
		for (start = plus; start > line && in_name(start[-1]); start--)
			;
		len = plus - start;
		if (len && !isdigit((unsigned char)*start)) {
			dot = memchr(start, '.', len);
			if (dot && dot > start)
				len = dot - start;
			if (len >= n)
				len = n - 1;
			memcpy(name, start, len);
			name[len] = '\0';
			return 1;
		}
		plus += 3;
	}
	return 0;
}

/* In every stack of a sleeper or of a report: they tell nothing apart. */
static int says_nothing(const char *name)
{
	static const char *const common[] = {
		"__schedule", "schedule", "io_schedule", "schedule_timeout", "context_switch",
		"schedule_preempt_disabled", "bit_wait_io", "__wait_on_bit", "out_of_line_wait_on_bit",
		"wait_for_completion", "__wait_for_common", "folio_wait_bit_common",
		"wait_on_page_bit_common", "wait_on_page_bit", "folio_wait_bit", "preempt_schedule",
		"dump_stack", "dump_stack_lvl", "print_report", "print_address_description",
		"kasan_report", "report_bug", "handle_bug", "exc_invalid_op", "asm_exc_invalid_op",
		"asm_exc_page_fault", "exc_page_fault", "do_user_addr_fault", "bad_page", "show_stack",
		"print_bad_pte", "check_noncircular", "lock_acquire", "__lock_acquire", "__warn",
		"print_circular_bug", "die", "oops_end", "panic", "page_fault_oops", "die_addr",
		"exc_general_protection", "asm_exc_general_protection", "__die_body", "no_context",
		"sched_show_task", "show_regs", "rcu_sched_clock_irq", "watchdog_timer_fn",
		"__hrtimer_run_queues", "hrtimer_interrupt", "update_process_times", "asm_sysvec_apic_timer_interrupt",
		"sysvec_apic_timer_interrupt", "print_bad_page_map", "__dump_stack", "warn_slowpath_fmt",
		"rwsem_down_read_slowpath", "rwsem_down_write_slowpath", "down_read", "down_write",
		"down_read_killable", "down_write_killable", "__mutex_lock", "__mutex_lock_slowpath",
		"mutex_lock", "percpu_rwsem_wait", "__percpu_down_read", "__folio_lock",
		"__folio_lock_killable", "__lock_page", "__lock_page_killable", "folio_lock",
	};
	size_t i;

	for (i = 0; i < sizeof(common) / sizeof(*common); i++) {
		if (!strcmp(name, common[i]))
			return 1;
	}
	return 0;
}

static int ends_report(const char *line)
{
	return strstr(line, "---[ end") || !strncmp(line, "INFO: task ", 11) ||
	       !strncmp(line, "</TASK>", 7);
}

unsigned int ff_log_frames(const char *at, unsigned int max, char *out, size_t n)
{
	char line[512], name[64], last[64] = "";
	unsigned int found = 0, lines = 0;
	const char *text;
	size_t used = 0;

	out[0] = '\0';
	while (found < max && lines < MAX_REPORT && (at = ff_log_line(at, line, sizeof(line)))) {
		for (text = line; *text == ' '; text++)
			;
		if (lines++ && ends_report(text))
			break;
		if (*text == '?' || !ff_log_function(text, name, sizeof(name)) ||
		    says_nothing(name) || !strcmp(name, last))
			continue;
		strcpy(last, name);
		used += snprintf(out + used, used < n ? n - used : 0, "%s%s", found ? "+" : "", name);
		if (used >= n)
			break;
		found++;
	}
	return found;
}

unsigned int ff_stack_frames(const char *stack, unsigned int max, char *out, size_t n)
{
	unsigned int found = 0;
	size_t used = 0, len;
	char name[64];

	out[0] = '\0';
	for (; *stack && found < max; stack += len + (stack[len] == '+')) {
		len = strcspn(stack, "+");
		if (len >= sizeof(name))
			continue;
		memcpy(name, stack, len);
		name[len] = '\0';
		if (says_nothing(name))
			continue;
		used += snprintf(out + used, used < n ? n - used : 0, "%s%s", found ? "+" : "", name);
		if (used >= n)
			break;
		found++;
	}
	return found;
}
