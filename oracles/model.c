// SPDX-License-Identifier: GPL-2.0-only
/* Making the content model out of a history. */
#include <string.h>

#include "oracles/model.h"

const struct ff_record *ff_model_record(const struct ff_model *m, unsigned int id)
{
	return &m->c->history->record[id];
}

int ff_model_file(const struct ff_model *m, unsigned int obj)
{
	unsigned int map = obj - FF_OBJ_PRIVATE(0);

	if (obj < FF_MAX_SLOTS)
		return obj;
	if (map < FF_MAX_SLOTS && m->view.mem[map].used && m->view.mem[map].file < FF_MAX_SLOTS)
		return m->view.mem[map].file;
	return -1;
}

bool ff_call_has_word(const struct ff_call *call, const char *name)
{
	const struct ff_op *op = ff_op(call->op);
	unsigned int i, n = ff_op_nargs(op);
	const struct ff_word *w;

	for (i = 0; i < n; i++) {
		if (op->arg[i].type != FF_ARG_CHOICE)
			continue;
		w = ff_word_of(op->arg[i].words, call->arg[i]);
		if (w && !strcmp(w->name, name))
			return true;
	}
	return false;
}

const struct ff_run *ff_model_runs(const struct ff_model *m, const struct ff_effect *e,
				   unsigned int *n)
{
	const struct ff_history *h = m->c->history;
	const struct ff_record *r = ff_model_record(m, e->call);
	uint32_t have = r->nruns, first = r->first_run;

	*n = 0;
	if (first >= FF_MAX_RUNS || have > FF_MAX_RUNS - first || e->run >= have)
		return NULL;
	*n = e->nrun < have - e->run ? e->nrun : have - e->run;
	return &h->run[first + e->run];
}

static void clamp(struct ff_effect *e)
{
	if ((e->flags & FF_EFFECT_ANYWHERE) && e->kind != FF_EFFECT_GROW) {
		e->off = 0;
		e->len = FF_MODEL_END;
	}
	if (e->off > FF_MODEL_END)
		e->off = FF_MODEL_END;
	if (e->kind == FF_EFFECT_SIZE || e->len > FF_MODEL_END - e->off)
		e->len = FF_MODEL_END - e->off;	/* a new size ends all beyond it */
	if (e->src_off > FF_MODEL_END)
		e->src_off = FF_MODEL_END;
	if (e->until < e->from)
		e->until = e->from;
}

static bool is_change(unsigned int kind)
{
	switch (kind) {
	case FF_EFFECT_WRITE:
	case FF_EFFECT_ZERO:
	case FF_EFFECT_COPY:
	case FF_EFFECT_REVERT:
	case FF_EFFECT_SIZE:
	case FF_EFFECT_GROW:
		return true;
	}
	return false;
}

static void take(struct ff_model *m, struct ff_effect e, const struct ff_record *r)
{
	const struct ff_op *op = ff_op(m->c->program->call[e.call].op);
	bool raced = r->flags & FF_REC_RACED;

	clamp(&e);
	/* a vectored read looks at its memory: a file there is seen through a mapping */
	if (e.kind == FF_EFFECT_SEE && e.obj < FF_MAX_SLOTS && ff_op_arg(op, FF_ARG_VECTOR) >= 0)
		e.flags |= FF_EFFECT_MAPPED;
	if (is_change(e.kind)) {
		if (e.obj >= FF_OBJECTS)
			return;
		/*
		 * A call that has not returned may do it at any time, one whose
		 * mapping changed under it may have done it elsewhere.
		 */
		if (r->state != FF_CALL_DONE || raced)
			e.flags |= FF_EFFECT_MAYBE;
		if (e.flags & FF_EFFECT_MAYBE)
			e.until = FF_NEVER;
		m->change[m->nchange++] = e;
	} else if (e.kind == FF_EFFECT_SEE || e.kind == FF_EFFECT_SEEK ||
		   e.kind == FF_EFFECT_RESIDENT) {
		/* what a raced call saw may be of another place */
		if (e.obj < FF_OBJECTS && r->state == FF_CALL_DONE && !raced)
			m->observe[m->nobserve++] = e;
	} else {
		m->around[m->naround++] = e;
	}
}

static bool before(const struct ff_effect *a, const struct ff_effect *b)
{
	return a->obj != b->obj ? a->obj < b->obj : a->from < b->from;
}

/*
 * Effects come thread by thread, each in order of time: few sorted pieces.
 * Shell's sort is quick on them and needs no memory.
 */
static void sort(struct ff_effect *e, unsigned int n)
{
	unsigned int gap = 1, i, j;
	struct ff_effect x;

	while (gap < n / 9)
		gap = gap * 3 + 1;
	for (; gap; gap /= 3) {
		for (i = gap; i < n; i++) {
			if (!before(&e[i], &e[i - gap]))
				continue;
			x = e[i];
			for (j = i; j >= gap && before(&x, &e[j - gap]); j -= gap)
				e[j] = e[j - gap];
			e[j] = x;
		}
	}
}

static void index_objects(struct ff_model *m)
{
	unsigned int i;

	memset(m->object, 0, sizeof(m->object));
	for (i = 0; i < m->nchange; i++) {
		if (!m->object[m->change[i].obj].n++)
			m->object[m->change[i].obj].first = i;
	}
}

void ff_model_make(struct ff_model *m, const struct ff_case *c)
{
	unsigned int id, i, calls = c->program->ncalls;
	const struct ff_record *r;

	m->c = c;
	m->nchange = m->nobserve = m->naround = 0;
	ff_view_make(&m->view, c->program, c->history);
	for (id = 0; id < calls && id < FF_MAX_CALLS; id++) {
		r = ff_model_record(m, id);
		if (r->state != FF_CALL_STARTED && r->state != FF_CALL_DONE)
			continue;
		m->one.n = 0;
		ff_effects_of(&m->view, id, &m->one);
		for (i = 0; i < m->one.n && i < FF_MAX_EFFECTS; i++) {
			m->one.e[i].call = id;
			take(m, m->one.e[i], r);
		}
	}
	sort(m->change, m->nchange);
	index_objects(m);
	ff_model_lenient(m);	/* asks for sizes, and may add effects */
	sort(m->change, m->nchange);
	index_objects(m);
}
