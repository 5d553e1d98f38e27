// SPDX-License-Identifier: GPL-2.0-only
#include "corpus/repro_plan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

#include "oracles/legal.h"
#include "oracles/model.h"

#define SETUP_STEP	10
#define THREADS_FROM	100000	/* made-up times: the threads start ... */
#define THREADS_UNTIL	200000	/* ... and have ended */
#define DEPTH		4	/* copies of copies */
#define VISIBLE		64

struct ff_plan {
	const struct ff_program *p;
	struct ff_history h;
	struct ff_case c;
	struct ff_model m;
	unsigned int thread;	/* whose view @m is, FF_MAX_THREADS: none yet */
};

/* The versions a byte may show; all but holes made for places @delta away. */
struct origin {
	bool any, placed;
	uint64_t delta;		/* place - offset in the object looked at, modulo 2^64 */
	unsigned int n;
	uint16_t write[FF_PLAN_WRITES];
};

struct ff_plan *ff_plan_open(const struct ff_program *p)
{
	struct ff_plan *pl = calloc(1, sizeof(*pl));

	if (!pl)
		return NULL;
	pl->p = p;
	pl->thread = FF_MAX_THREADS;
	pl->c = (struct ff_case){ .program = p, .history = &pl->h, .witness = "", .log = "", .ended = 1, .lost = "" };
	pl->h.epoch = 1;
	pl->h.page_size = 4096;
	pl->h.pmd_size = 2 << 20;
	pl->h.device_size = FF_MAX_SIZE;
	pl->h.ncalls = p->ncalls;
	return pl;
}

void ff_plan_close(struct ff_plan *pl)
{
	free(pl);
}

/* As if it did all that it was asked for. */
static int64_t full_result(const struct ff_call *c)
{
	const struct ff_op *op = ff_op(c->op);
	int64_t sum = 0;
	unsigned int i;

	for (i = 0; i < c->nvec; i++)
		sum += c->vec[i].len;
	if (c->nvec || c->op == FF_OP_SEEK || c->op == FF_OP_MINCORE)
		return sum;
	/* what returns a count has its length last, but for the words of a fork */
	for (i = ff_op_nargs(op); i-- > 0 && !sum;)
		if (op->arg[i].type == FF_ARG_LENGTH && (op->traits & (FF_READS | FF_WRITES | FF_TOUCHES)))
			sum = (int64_t)c->arg[i];
	return sum;
}

static void make_record(struct ff_plan *pl, unsigned int id, uint64_t from, uint64_t until)
{
	pl->h.record[id] = (struct ff_record){
		.state = FF_CALL_DONE, .result = full_result(&pl->p->call[id]),
		.invoked = from, .returned = until, .scanned = until,
	};
}

/* The model as the thread of call @id sees things. */
static struct ff_model *model(struct ff_plan *pl, unsigned int id)
{
	unsigned int thread = pl->p->call[id].thread, i;
	uint64_t setup = SETUP_STEP, own = THREADS_FROM;

	if (thread == FF_SETUP)
		thread = 0;
	if (pl->thread == thread)
		return &pl->m;
	pl->thread = thread;
	for (i = 0; i < pl->p->ncalls; i++) {
		if (pl->p->call[i].thread == FF_SETUP) {
			make_record(pl, i, setup, setup + SETUP_STEP / 2);
			setup += SETUP_STEP;
		} else if (pl->p->call[i].thread == thread) {
			own += SETUP_STEP;
			make_record(pl, i, own, own + SETUP_STEP / 2);
		} else {
			make_record(pl, i, THREADS_FROM, THREADS_UNTIL);
		}
	}
	ff_model_make(&pl->m, &pl->c);
	return &pl->m;
}

static void add(struct origin *o, uint16_t version, uint64_t delta)
{
	unsigned int i, at;

	if (version && o->placed && o->delta != delta)
		o->any = true;
	if (version) {
		o->placed = true;
		o->delta = delta;
	}
	for (at = 0; at < o->n && o->write[at] < version; at++)
		;
	if (at < o->n && o->write[at] == version)
		return;
	if (o->n == FF_PLAN_WRITES) {
		o->any = true;
		return;
	}
	for (i = o->n++; i > at; i--)
		o->write[i] = o->write[i - 1];
	o->write[at] = version;
}

/* Cut @len so that each change of the object covers all of it or nothing. */
static void cut(const struct ff_model *m, unsigned int obj, uint64_t off, uint64_t *len)
{
	const struct ff_effect *e = &m->change[m->object[obj].first];
	const struct ff_effect *end = e + m->object[obj].n;

	for (; e < end; e++) {
		uint64_t to = e->off > off ? e->off - off : off - e->off < e->len ? e->len - (off - e->off) : *len;

		if (to < *len)
			*len = to;
	}
}

static void collect(struct ff_plan *pl, struct ff_walk *w, struct origin *o, unsigned int obj, uint64_t off,
		    uint64_t shift, uint64_t from, uint64_t until, uint64_t *len, unsigned int depth);

static void collect_effect(struct ff_plan *pl, struct ff_walk *w, struct origin *o, const struct ff_effect *e,
			   uint64_t off, uint64_t shift, uint64_t *len, unsigned int depth)
{
	if (e->flags & FF_EFFECT_ANYWHERE)
		o->any = true;
	else if (e->kind == FF_EFFECT_WRITE)
		add(o, e->version, shift);
	else if (e->kind == FF_EFFECT_ZERO || e->kind == FF_EFFECT_SIZE)
		add(o, 0, 0);
	else if (e->kind == FF_EFFECT_COPY && depth && pl->p->call[e->call].op != FF_OP_FALLOCATE && e->src < FF_OBJECTS)
		collect(pl, w, o, e->src, e->src_off + (off - e->off), shift + (e->src_off - e->off), e->from, e->until,
			len, depth - 1);
	else
		o->any = true;	/* a private map's, shifted, unknown */
}

/* What the byte at @off of @obj may show; @shift: from offsets of what was asked first to those of @obj. */
static void collect(struct ff_plan *pl, struct ff_walk *w, struct origin *o, unsigned int obj, uint64_t off,
		    uint64_t shift, uint64_t from, uint64_t until, uint64_t *len, unsigned int depth)
{
	const struct ff_effect *seen[VISIBLE];
	unsigned int n, i;
	bool first;

	cut(&pl->m, obj, off, len);
	n = ff_visible(w, obj, off, from, until, seen, VISIBLE, &first);
	if (n == VISIBLE)
		o->any = true;
	for (i = 0; i < n && !o->any; i++)
		collect_effect(pl, w, o, seen[i], off, shift, len, depth);
	if (!first || o->any)
		return;
	if (obj == 0 && pl->p->target.kind == FF_TARGET_BLOCK)
		add(o, FF_PLAN_BASE, shift);
	else if (obj < FF_OBJ_PRIVATE(0))
		add(o, 0, 0);
	else
		o->any = true;
}

static bool same_origin(const struct ff_plan_part *a, const struct ff_plan_part *b)
{
	return a->mem == b->mem && a->off + a->len == b->off && a->n == b->n &&
	       a->place + a->len == b->place && !memcmp(a->write, b->write, a->n * sizeof(a->write[0]));
}

/* Only whole words of the content: an edge may belong to two writes. */
static bool whole_words(struct ff_plan_part *p)
{
	uint64_t head = (8 - p->place % 8) % 8;

	if (p->len < head + 8)
		return false;
	p->off += head;
	p->place += head;
	p->len = (p->len - head) / 8 * 8;
	return true;
}

/* Could a look at any other time show no more than this? */
static bool says_nothing(struct ff_plan *pl, struct ff_walk *w, const struct ff_effect *see, uint64_t off,
			 const struct origin *o)
{
	struct origin ever = { 0 };
	uint64_t len = 1;

	collect(pl, w, &ever, see->obj, off, 0, 0, THREADS_UNTIL, &len, DEPTH);
	return !ever.any && ever.n == o->n;
}

/* The stretches of one look: @base: offset in its object of what lies at 0 of the memory. */
static unsigned int look(struct ff_plan *pl, const struct ff_effect *see, int mem, uint64_t base,
			 bool vacuous, struct ff_plan_part *part, unsigned int max)
{
	struct ff_walk w = { .m = &pl->m, .call = see->call };
	uint64_t off = see->off, end = see->off + see->len, len;
	unsigned int n = 0;

	for (; off < end && n < max; off += len) {
		struct ff_plan_part *p = &part[n];
		struct origin o = { 0 };

		len = end - off;
		w.work = w.depth = 0;
		collect(pl, &w, &o, see->obj, off, 0, see->from, see->until, &len, DEPTH);
		if (o.any || !o.n || (!vacuous && says_nothing(pl, &w, see, off, &o)))
			continue;
		*p = (struct ff_plan_part){ .mem = mem, .off = off - base, .len = len,
					    .place = off + (o.placed ? o.delta : 0), .n = o.n };
		memcpy(p->write, o.write, sizeof(p->write));
		if (n && same_origin(&part[n - 1], p))
			part[n - 1].len += len;
		else
			n++;
	}
	return n;
}

unsigned int ff_plan_content(struct ff_plan *pl, unsigned int id, bool vacuous, struct ff_plan_part *part,
			     unsigned int max)
{
	const struct ff_model *m = model(pl, id);
	const struct ff_call *c = &pl->p->call[id];
	unsigned int i, j, n = 0, kept = 0, vec = 0;

	for (i = 0; i < m->nobserve; i++) {
		const struct ff_effect *e = &m->observe[i];
		uint64_t base;
		int mem = -1;

		if (e->call != id || e->kind != FF_EFFECT_SEE)
			continue;
		if (c->op == FF_OP_PREADV && vec < c->nvec)
			mem = (int)c->vec[vec++].mem;
		else if (c->op != FF_OP_PREAD)
			mem = (int)c->arg[0];
		base = mem < 0 ? c->arg[1] : m->view.mem[mem].off;
		n += look(pl, e, mem, base, vacuous, part + n, max - n);
	}
	for (j = 0; j < n; j++)
		if (whole_words(&part[j]))
			part[kept++] = part[j];
	return kept;
}

bool ff_plan_changes(struct ff_plan *pl, unsigned int id)
{
	const struct ff_model *m = model(pl, id);
	unsigned int i;

	for (i = 0; i < m->nchange; i++)
		if (m->change[i].call == id)
			return true;
	return false;
}

void ff_plan_size(struct ff_plan *pl, unsigned int id, unsigned int file, uint64_t *min, uint64_t *max)
{
	const struct ff_model *m = model(pl, id);
	const struct ff_record *r = &pl->h.record[id];

	*min = ff_size_min(m, file, r->invoked, r->returned);
	*max = ff_size_max(m, file, r->invoked, r->returned);
}

uint64_t ff_plan_data(struct ff_plan *pl, unsigned int id, unsigned int obj, uint64_t off, uint64_t end,
		      uint64_t *data)
{
	const struct ff_model *m = model(pl, id);
	const struct ff_record *r = &pl->h.record[id];
	uint64_t at, len;

	at = *data = ff_data_first(m, obj, off, end, r->invoked, r->returned, NULL);
	if (at == FF_NEVER)
		return 0;
	while (at < end && ff_data_first(m, obj, at, at + 1, r->invoked, r->returned, NULL) == at) {
		len = end - at;
		cut(m, obj, at, &len);
		at += len;
	}
	return at - *data;
}

bool ff_plan_stays(struct ff_plan *pl, unsigned int id)
{
	const struct ff_model *m = model(pl, id);
	unsigned int i;

	if (pl->p->target.kind != FF_TARGET_TMPFS || pl->p->target.swap != FF_SWAP_NONE)
		return false;
	for (i = 0; i < m->naround; i++) {
		unsigned int op = pl->p->call[m->around[i].call].op;

		if (m->around[i].kind == FF_EFFECT_EVICT ||
		    (m->around[i].kind == FF_EFFECT_LOCAL && op != FF_OP_MMAP && op != FF_OP_BUFFER))
			return false;
	}
	return true;
}

/* What slots are does not depend on the thread. */
static const struct ff_model *any_model(struct ff_plan *pl)
{
	return pl->thread == FF_MAX_THREADS ? model(pl, 0) : &pl->m;
}

unsigned int ff_plan_object(struct ff_plan *pl, unsigned int mem)
{
	return any_model(pl)->view.mem[mem].obj;
}

uint64_t ff_plan_offset(struct ff_plan *pl, unsigned int mem)
{
	return any_model(pl)->view.mem[mem].off;
}

int ff_plan_file(struct ff_plan *pl, unsigned int mem)
{
	return ff_model_file(any_model(pl), ff_plan_object(pl, mem));
}

int ff_plan_handle_file(struct ff_plan *pl, unsigned int handle)
{
	return any_model(pl)->view.handle[handle].file;
}

bool ff_plan_shared(struct ff_plan *pl, unsigned int mem)
{
	const struct ff_model *m = any_model(pl);

	return mem < FF_MEM_BUFFER && m->view.mem[mem].used && !m->view.mem[mem].private_;
}
