// SPDX-License-Identifier: GPL-2.0-only
/* Calls of syzkaller's that no row of the table tells: openat, mmap, mremap, and what prepares others. */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "corpus/syz_in.h"

static unsigned int free_slot(const bool *used, size_t step, int want)
{
	unsigned int i;

	if (want >= 0 && want < FF_MAX_SLOTS && !*(const bool *)((const char *)used + (size_t)want * step))
		return (unsigned int)want;
	for (i = 0; i < FF_MAX_SLOTS; i++)
		if (!*(const bool *)((const char *)used + i * step))
			return i;
	return FF_MAX_SLOTS;
}

/* What a row's words have of some flags. */
static uint64_t known(unsigned int op, unsigned int arg, uint64_t flags)
{
	const struct ff_word *w;
	uint64_t have = 0;

	for (w = ff_op(op)->arg[arg].words; w && w->name; w++)
		if ((flags & w->value) == w->value)
			have |= w->value;
	return have;
}

/* The same; what they do not have is told, but does not cost the call. */
static uint64_t keep_known(struct ff_syz_in *s, unsigned int op, unsigned int arg, uint64_t flags)
{
	uint64_t have = known(op, arg, flags);

	if (have != flags)
		s->but = "kept, without the flags that no word here has";
	return have;
}

/* Slot of a file by its name: f0 to f7 are themselves, others come as they are met. */
static int file_of(struct ff_syz_in *s, struct ff_str name)
{
	char text[FF_SYZ_NAME] = "";
	unsigned int i;

	if (name.n > 2 && !memcmp(name.s, "./", 2))
		name.s += 2, name.n -= 2;
	for (i = 0; i < name.n && i < sizeof(text) - 1 && name.s[i] != '\\'; i++)
		text[i] = name.s[i];
	if (!text[0] || strchr(text, '/'))
		return -1;
	if (text[0] == 'f' && text[1] >= '0' && text[1] < '0' + FF_MAX_SLOTS && !text[2]) {
		strcpy(s->file[text[1] - '0'], text);
		return text[1] - '0';
	}
	for (i = 0; i < FF_MAX_SLOTS; i++)
		if (!strcmp(s->file[i], text))
			return (int)i;
	for (i = 0; i < FF_MAX_SLOTS && s->file[i][0]; i++)
		;
	if (i == FF_MAX_SLOTS)
		return -1;
	strcpy(s->file[i], text);
	return (int)i;
}

/* AT_FDCWD, or a variable that is the same folder. */
static bool is_folder(struct ff_syz_in *s, const struct ff_syz_node *n)
{
	uint64_t v;

	if (ff_syz_number(n, &v))
		return v == FF_SYZ_AT_CWD;
	return n->kind == FF_SYZ_VARIABLE && !n->other && n->value < FF_SYZ_VARIABLES &&
	       s->var[n->value] == FF_SYZ_FOLDER;
}

/* "." and "./", with or without the end of a string. */
static bool dot(struct ff_str name)
{
	return name.n && name.s[0] == '.' && (name.n == 1 || name.s[1] == '\\' ||
					      (name.s[1] == '/' && (name.n == 2 || name.s[2] == '\\')));
}

static const char *open_call(struct ff_syz_in *s, struct ff_call *c, bool at_folder)
{
	unsigned int at = s->call.first, slot;
	const struct ff_syz_node *n;
	uint64_t flags;
	int file;

	n = at_folder ? ff_syz_next(&s->call, &at) : NULL;
	if (n && !is_folder(s, n))
		return "only files of the current folder (AT_FDCWD) are files of a target";
	n = ff_syz_next(&s->call, &at);
	if (!n || n->kind != FF_SYZ_POINTER || !n->child || s->call.node[n->child].kind != FF_SYZ_DATA)
		return "a file name was expected";
	if (!ff_syz_number(ff_syz_next(&s->call, &at), &flags))
		return "flags were expected";
	if (s->call.made < 0)
		return "nothing uses what it opens";
	if (s->call.made >= FF_SYZ_VARIABLES)
		return "its variable has too high a number";
	if (dot(s->call.node[n->child].data)) {
		s->var[s->call.made] = FF_SYZ_FOLDER;
		return "the folder itself is no file; what is opened in it is";
	}
	file = file_of(s, s->call.node[n->child].data);
	if (file < 0)
		return "its file is not one of the 8 that a target has";
	slot = free_slot(s->handle, sizeof(bool), s->call.made);
	if (slot == FF_MAX_SLOTS)
		return "a program has at most 8 handles";
	if (flags & (O_DIRECTORY | O_PATH | (O_TMPFILE & ~O_DIRECTORY)))
		return "it opens no file of a name";
	flags &= ~(uint64_t)(O_CLOEXEC | 0x8000);	/* O_LARGEFILE */
	*c = (struct ff_call){ .op = FF_OP_OPEN, .slot = (uint8_t)slot };
	c->arg[0] = (uint64_t)file;
	c->arg[2] = keep_known(s, FF_OP_OPEN, 2, flags & ~(uint64_t)O_ACCMODE);
	c->arg[1] = flags & O_ACCMODE;
	if (c->arg[1] == O_WRONLY) {
		c->arg[1] = O_RDWR;
		s->but = "kept, but opened to read as well";
	}
	return NULL;
}

/* Maps a part of @m again, as it was mapped. */
static bool again(const struct ff_syz_memory *m, const struct ff_syz_memory *as)
{
	return m->there && as->base >= m->base && as->base + as->len <= m->base + m->len && as->prot == m->prot &&
	       as->flags == m->flags && as->handle == m->handle &&
	       (m->handle < 0 || as->off == m->off + as->base - m->base);
}

static bool overlap(const struct ff_syz_memory *m, const struct ff_syz_memory *as)
{
	return m->there && m->base < as->base + as->len && as->base < m->base + m->len;
}

static const char *read_mmap(struct ff_syz_in *s, struct ff_syz_memory *as)
{
	unsigned int at = s->call.first;
	const struct ff_syz_node *n = ff_syz_next(&s->call, &at);
	uint64_t slot = 0;
	bool anonymous;

	if (!ff_syz_address(n, &as->base))
		return "an address in the arena was expected";
	if (!ff_syz_number(ff_syz_next(&s->call, &at), &as->len) || !as->len || as->len > FF_SYZ_ARENA - as->base)
		return "a length inside the arena was expected";
	if (!ff_syz_number(ff_syz_next(&s->call, &at), &as->prot) || !ff_syz_number(ff_syz_next(&s->call, &at), &as->flags))
		return "protection and flags were expected";
	if (!(as->flags & MAP_FIXED))
		return "without MAP_FIXED nobody knows where it is";
	as->flags &= ~(uint64_t)MAP_FIXED;
	anonymous = as->flags & MAP_ANONYMOUS;
	n = ff_syz_next(&s->call, &at);
	if (!anonymous && !ff_syz_handle(s, n, &slot))
		return "a variable that an openat of this program made was expected";
	as->handle = anonymous ? -1 : (int)slot;
	if (!anonymous && !ff_syz_number(ff_syz_next(&s->call, &at), &as->off))
		return "an offset was expected";
	return NULL;
}

/* "rw" or "ro": the processor does not know write-only either. */
static uint64_t protection(struct ff_syz_in *s, uint64_t prot)
{
	uint64_t mine = prot & PROT_WRITE ? PROT_READ | PROT_WRITE : prot & PROT_READ;

	if (mine && mine != prot)
		s->but = "kept, with protection rw or ro";
	return mine;
}

static const char *new_memory(struct ff_syz_in *s, const struct ff_syz_memory *as, struct ff_call *c)
{
	bool buffer = as->handle < 0;
	unsigned int first = buffer ? FF_MEM_BUFFER : 0, slot, i;
	uint64_t sharing = as->flags & (MAP_SHARED | MAP_PRIVATE);

	for (i = 0; i < FF_MEMS; i++)
		if (overlap(&s->mem[i], as) && (as->base > s->mem[i].base ||
						as->base + as->len < s->mem[i].base + s->mem[i].len))
			return "it maps something else over a part of what is mapped";
	if (buffer && sharing != MAP_PRIVATE)
		return "anonymous memory is private here";
	if (as->flags & (MAP_HUGETLB | MAP_GROWSDOWN))
		return "there is no memory of hugetlbfs, and no stack, here";
	slot = free_slot(&s->mem[first].used, sizeof(s->mem[0]), s->want_buffer == buffer ? s->want : -1);
	if (slot == FF_MAX_SLOTS)
		return "a program has at most 8 maps and 8 buffers";
	*c = (struct ff_call){ .op = buffer ? FF_OP_BUFFER : FF_OP_MMAP, .slot = (uint8_t)slot };
	if (buffer) {
		c->arg[0] = as->len;
		c->arg[1] = protection(s, as->prot);
		c->arg[2] = keep_known(s, FF_OP_BUFFER, 2, as->flags & ~(uint64_t)(MAP_PRIVATE | MAP_ANONYMOUS));
		c->arg[2] |= s->huge ? ff_syz_word(FF_OP_BUFFER, 2, "huge") : 0;
		s->swallow = s->huge;
		s->huge = false;
		return NULL;
	}
	c->arg[0] = (uint64_t)as->handle;
	c->arg[1] = as->off;
	c->arg[2] = as->len;
	c->arg[3] = protection(s, as->prot);
	c->arg[4] = sharing;
	c->arg[5] = keep_known(s, FF_OP_MMAP, 5, as->flags & ~sharing);
	return NULL;
}

static const char *mmap_call(struct ff_syz_in *s, struct ff_call *c)
{
	struct ff_syz_memory as = { 0 };
	const char *bad = read_mmap(s, &as);
	unsigned int i;

	if (bad)
		return bad;
	for (i = 0; i < FF_MEMS; i++) {
		if (!again(&s->mem[i], &as))
			continue;
		*c = (struct ff_call){ .op = FF_OP_REMAP };
		c->arg[0] = i;
		c->arg[1] = as.base - s->mem[i].base;
		c->arg[2] = as.len;
		return NULL;
	}
	return new_memory(s, &as, c);
}

static const char *mremap_call(struct ff_syz_in *s, struct ff_call *c)
{
	unsigned int at = s->call.first;
	uint64_t from, len, to_len, flags, mem, off;

	if (!ff_syz_address(ff_syz_next(&s->call, &at), &from) || !ff_syz_number(ff_syz_next(&s->call, &at), &len) ||
	    !ff_syz_number(ff_syz_next(&s->call, &at), &to_len) || !ff_syz_number(ff_syz_next(&s->call, &at), &flags))
		return "an address, two lengths and flags were expected";
	if (!ff_syz_memory_at(s, from, &mem, &off) || off || len != s->mem[mem].len)
		return "only a whole map or buffer is moved, or changes its length";
	if (flags && flags != (MREMAP_MAYMOVE | MREMAP_FIXED))
		return "it moves to a given address, or does not move";
	*c = (struct ff_call){ .op = FF_OP_MREMAP };
	c->arg[0] = mem;
	c->arg[1] = ff_syz_word(FF_OP_MREMAP, 1, flags ? "move" : to_len < len ? "shrink" : "grow");
	c->arg[2] = to_len;
	return NULL;
}

/* getpid and pidfd_open only prepare process_madvise. */
static bool helper(struct ff_syz_in *s, const char **why)
{
	unsigned int at = s->call.first;
	const struct ff_syz_node *n = ff_syz_next(&s->call, &at);
	bool pid = ff_str_is(s->call.name, "getpid");

	if (!pid && !ff_str_is(s->call.name, "pidfd_open"))
		return false;
	if (s->call.made < 0 || s->call.made >= FF_SYZ_VARIABLES ||
	    (!pid && (!n || n->kind != FF_SYZ_VARIABLE || n->value >= FF_SYZ_VARIABLES ||
		      s->var[n->value] != FF_SYZ_PID)))
		*why = "it is only known as r1 = getpid(), r2 = pidfd_open(r1, 0x0)";
	else
		s->var[s->call.made] = pid ? FF_SYZ_PID : FF_SYZ_PIDFD;
	return true;
}

bool ff_syz_call(struct ff_syz_in *s, struct ff_call *c, const char **why)
{
	const struct ff_syz_row *row;
	struct ff_str name = s->call.name;

	bool swallow = s->swallow;

	*why = s->but = NULL;
	s->swallow = false;
	if (swallow && ff_str_is(name, "madvise"))
		return false;
	if (helper(s, why))
		return false;
	*why = "there is no such call here";
	if (ff_str_is(name, "openat") || ff_str_is(name, "open"))
		*why = open_call(s, c, ff_str_is(name, "openat"));
	else if (ff_str_is(name, "mmap"))
		*why = mmap_call(s, c);
	else if (ff_str_is(name, "mremap"))
		*why = mremap_call(s, c);
	for (row = ff_syz_rows; row->name; row++)
		if (ff_str_is(name, row->name))
			*why = ff_syz_by_row(s, row, c);
	return !*why;
}

void ff_syz_made(struct ff_syz_in *s, const struct ff_call *c)
{
	struct ff_syz_memory as = { 0 }, *m;
	unsigned int i;
	uint64_t to;

	if (c->op == FF_OP_OPEN) {
		s->handle[c->slot] = true;
		s->var[s->call.made] = FF_SYZ_HANDLE;
		s->slot[s->call.made] = c->slot;
	} else if (c->op == FF_OP_MMAP || c->op == FF_OP_BUFFER) {
		read_mmap(s, &as);
		for (i = 0; i < FF_MEMS; i++)
			s->mem[i].there &= !overlap(&s->mem[i], &as);
		as.used = as.there = true;
		s->mem[c->slot + (c->op == FF_OP_BUFFER ? FF_MEM_BUFFER : 0)] = as;
		s->want = -1;
	} else if (c->op == FF_OP_MREMAP) {
		unsigned int at = s->call.first;

		for (i = 0; i < 4; i++)
			ff_syz_next(&s->call, &at);
		m = &s->mem[c->arg[0]];
		if (ff_syz_address(ff_syz_next(&s->call, &at), &to))
			m->base = to;
		m->len = c->arg[2];
	}
}
