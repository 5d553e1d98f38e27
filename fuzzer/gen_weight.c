// SPDX-License-Identifier: GPL-2.0-only
/* Which call next: the weights of the rows, by role, target and what others are busy with. */
#include "fuzzer/gen.h"

static unsigned int times_if(bool yes, unsigned int weight, unsigned int percent)
{
	return yes ? weight * percent / 100 : weight;
}

/* Reads or writes through a descriptor, not through memory. */
static bool is_io(const struct ff_op *row)
{
	return (row->traits & (FF_READS | FF_WRITES)) && ff_op_arg(row, FF_ARG_HANDLE) >= 0;
}

/* What a row does may be in its words only: the advice, the mode. */
void gen_note_traits(struct gen *g)
{
	for (unsigned int op = 0; op < FF_OPS; op++) {
		const struct ff_op *row = ff_op(op);

		g->may[op] = row->traits;
		for (unsigned int i = 0; row->arg[i].type != FF_ARG_NONE; i++)
			for (const struct ff_word *w = row->arg[i].words; w && w->name; w++)
				g->may[op] |= w->traits & (FF_MOVES | FF_DROPS);
	}
}

/*
 * One request of a slow disk lasts as long as a hundred other calls: few of
 * them, by one thread, into memory that the others can reach meanwhile.
 */
static unsigned int slow_weight(const struct gen *g, uint8_t t, unsigned int op, unsigned int w)
{
	const struct ff_op *row = ff_op(op);
	bool io = is_io(row);

	if (row->result != FF_RESULT_NONE)
		return w / 4;
	if (op == FF_OP_PREADV)
		w *= 3;
	else if (op == FF_OP_PREAD || op == FF_OP_MINCORE)
		w /= 6;
	if (!io && !(row->traits & FF_COSTLY))
		return w;
	if (!g->io_left)
		return 0;
	w = times_if(g->thread[t].role != ROLE_IO, w, 10);
	return times_if(!(row->traits & FF_READS), w, 15);
}

/* The weight of a row for this thread, in hundredths, so that small factors do not vanish. */
static unsigned int weight_of(const struct gen *g, uint8_t t, unsigned int op, bool meeting)
{
	static const struct { unsigned int moves, touches, io, watches; } by_role[ROLES] = {
		[ROLE_MIXED]   = { 100, 100, 100, 100 },
		[ROLE_IO]      = {  20,  20, 600,  50 },
		[ROLE_MOVER]   = { 300, 150,  40,  60 },
		[ROLE_WATCHER] = {  60, 250,  80, 300 },
	};
	const struct ff_op *row = ff_op(op);
	enum role role = g->thread[t].role;
	uint32_t traits = g->may[op];
	bool io = is_io(row);
	bool watches = (traits & FF_OBSERVES) && !io && !(traits & FF_TOUCHES);
	unsigned int w = row->weight * 100;

	if (g->limits->without[op] || !(row->targets & (1u << g->target.kind)) ||
	    (row->needs && !(g->limits->features >> (row->needs - 1) & 1)) ||
	    ((traits & FF_GLOBAL) && !g->limits->allow_global) ||
	    (op == FF_OP_SEEK && g->target.kind == FF_TARGET_BLOCK))	/* legal, but says nothing */
		return 0;
	w = times_if(traits & FF_MOVES, w, by_role[role].moves);
	w = times_if(traits & FF_TOUCHES, w, by_role[role].touches);
	w = times_if(io, w, by_role[role].io);
	w = times_if(watches, w, by_role[role].watches);
	if (meeting) {
		w = times_if(traits & FF_MOVES, w, 300);
		w = times_if((traits & FF_DROPS) && !g->target.slow && !g->met_keeps, w, 200);
		w = times_if(traits & FF_TOUCHES, w, 200);
		/* what moves pages and drops none must not be seen to do so */
		w = times_if(watches, w, g->met_keeps ? 1200 : 300);
	}
	return g->target.slow ? slow_weight(g, t, op, w) : w;
}

int gen_pick_op(struct gen *g, uint8_t t, bool meeting)
{
	unsigned int weight[FF_OPS], total = 0, roll;

	for (unsigned int op = 0; op < FF_OPS; op++)
		total += weight[op] = weight_of(g, t, op, meeting);
	if (!total)
		return -1;
	roll = gen_random(g, total);
	for (unsigned int op = 0; op < FF_OPS; op++) {
		if (roll < weight[op])
			return op;
		roll -= weight[op];
	}
	return -1;
}
