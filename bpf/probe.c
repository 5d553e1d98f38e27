// SPDX-License-Identifier: GPL-2.0-only
/* Capability probing: BTF first, then try to load, then try to attach. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bpf/probe.h"

#define for_each_alt(h, a)						\
	for (int h = 0; h < FF_HOOK_NR; h++)				\
		for (int a = 0; a < FF_ALT_MAX && ff_hooks[h].alt[a].target; a++)

__attribute__((format(printf, 3, 4)))
static void say_why(struct ff_probe *p, int hook, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p->why[hook], sizeof(p->why[hook]), fmt, ap);
	va_end(ap);
}

static bool params_fit(const struct btf *btf, const struct btf_type *func,
		       const struct ff_alt *alt)
{
	const struct btf_type *proto = btf__type_by_id(btf, func->type);
	const char *name;
	int n;

	if (!proto || !btf_is_func_proto(proto))
		return false;
	n = btf_vlen(proto);
	if (alt->nparams && n != alt->nparams)
		return false;
	if (!alt->param_name)
		return true;
	if (alt->param >= n)
		return false;
	name = btf__name_by_offset(btf, btf_params(proto)[alt->param].name_off);
	return name && !strcmp(name, alt->param_name);
}

static void match_type(struct ff_probe *p, const struct btf *btf, const struct btf_type *t)
{
	static const char tp_prefix[] = "btf_trace_";
	bool func = btf_is_func(t);
	const char *name = btf__name_by_offset(btf, t->name_off);

	if (!name)
		return;
	if (!func) {
		if (strncmp(name, tp_prefix, sizeof(tp_prefix) - 1))
			return;
		name += sizeof(tp_prefix) - 1;
	}
	for_each_alt(h, a) {
		const struct ff_alt *alt = &ff_hooks[h].alt[a];

		if (func == (alt->how == FF_HOW_TP) || strcmp(name, alt->target))
			continue;
		if (func && !params_fit(btf, t, alt))
			say_why(p, h, "%s has other parameters", alt->target);
		else
			p->fits[h][a] = true;
	}
}

/* One pass over all types: a look-up each would cost seconds under emulation. */
void ff_probe_btf(struct ff_probe *p, const struct btf *btf)
{
	int n = btf__type_cnt(btf);

	for (int h = 0; h < FF_HOOK_NR; h++)
		say_why(p, h, "%s not in BTF", ff_hooks[h].alt[0].target);
	for (int i = 1; i < n; i++) {
		const struct btf_type *t = btf__type_by_id(btf, i);

		if (btf_is_func(t) || btf_is_typedef(t))
			match_type(p, btf, t);
	}
}

static int select_alt(const struct ff_alt *alt, struct bpf_object *obj)
{
	int n = 0;

	for (int i = 0; i < 2 && alt->prog[i]; i++) {
		struct bpf_program *prog = bpf_object__find_program_by_name(obj, alt->prog[i]);
		const char *sec;
		int err;

		if (!prog)
			return -ENOENT;
		/* SEC() names the newest target; older ones share the program. */
		sec = strchr(bpf_program__section_name(prog), '/');
		if (alt->how == FF_HOW_FUNC && sec && strcmp(sec + 1, alt->target)) {
			err = bpf_program__set_attach_target(prog, 0, alt->target);
			if (err)
				return err;
		}
		err = bpf_program__set_autoload(prog, true);
		if (err)
			return err;
		n++;
	}
	return n;
}

int ff_probe_select(struct ff_probe *p, struct bpf_object *obj)
{
	int n, sum = 0;

	for_each_alt(h, a) {
		if (!p->fits[h][a] || p->refused[h][a])
			continue;
		n = select_alt(&ff_hooks[h].alt[a], obj);
		if (n < 0)
			return n;
		sum += n;
	}
	return sum;
}

bool ff_probe_refuse(struct ff_probe *p, const char *name)
{
	bool any = false;

	for_each_alt(h, a) {
		for (int i = 0; i < 2; i++) {
			const char *prog = ff_hooks[h].alt[a].prog[i];

			if (!prog || strcmp(prog, name) || p->refused[h][a])
				continue;
			p->refused[h][a] = true;
			say_why(p, h, "%s does not load", name);
			any |= p->fits[h][a];
		}
	}
	return any;
}

static struct bpf_link *attach_prog(const struct ff_alt *alt, int i, struct bpf_object *obj)
{
	struct bpf_program *prog = bpf_object__find_program_by_name(obj, alt->prog[i]);

	if (!prog)
		return NULL;
	if (alt->how == FF_HOW_KPROBE)
		return bpf_program__attach_kprobe(prog, i == 1, alt->target);
	return bpf_program__attach(prog);
}

static bool attach_alt(struct ff_probe *p, struct bpf_object *obj, int h, int a)
{
	const struct ff_alt *alt = &ff_hooks[h].alt[a];
	struct bpf_link **link = p->link[h][a];

	for (int i = 0; i < 2 && alt->prog[i]; i++) {
		link[i] = attach_prog(alt, i, obj);
		if (link[i])
			continue;
		say_why(p, h, "%s: %s", alt->target, strerrorname_np(errno) ?: "not attachable");
		if (i) {
			bpf_link__destroy(link[0]);
			link[0] = NULL;
		}
		return false;
	}
	return true;
}

int ff_probe_attach(struct ff_probe *p, struct bpf_object *obj)
{
	int sum = 0;

	for (int h = 0; h < FF_HOOK_NR; h++) {
		for (int a = 0; a < FF_ALT_MAX && ff_hooks[h].alt[a].target; a++) {
			if (!p->fits[h][a] || p->refused[h][a] || !attach_alt(p, obj, h, a))
				continue;
			p->has[h] = true;
			if (!ff_hooks[h].alt[a].and_next)
				break;
		}
		sum += p->has[h];
	}
	return sum;
}

void ff_probe_detach(struct ff_probe *p)
{
	for_each_alt(h, a) {
		for (int i = 0; i < 2; i++) {
			bpf_link__destroy(p->link[h][a][i]);
			p->link[h][a][i] = NULL;
		}
	}
}

void ff_probe_line(const struct ff_probe *p, char *line, size_t n)
{
	const char *sep = "; missing: ";
	int has = 0;
	size_t at;

	for (int h = 0; h < FF_HOOK_NR; h++)
		has += p->has[h];
	at = snprintf(line, n, "witness: %d of %d hooks", has, FF_HOOK_NR);
	for (int h = 0; h < FF_HOOK_NR && at < n; h++) {
		if (p->has[h])
			continue;
		at += snprintf(line + at, n - at, "%s%s (%s)", sep, ff_hooks[h].name, p->why[h]);
		sep = ", ";
	}
}
