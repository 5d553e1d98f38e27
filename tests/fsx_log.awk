# SPDX-License-Identifier: GPL-2.0-only
#
# An operation log in the form of fsx --record-ops, drawn as fsx draws: any
# operation, any place, trimmed by the size that the file has then.
#
#	awk -v ops=10000 -v seed=1 -v most=262144 -f tests/fsx_log.awk
#
function below(n) { return int(rand() * n) }
function min(a, b) { return a < b ? a : b }

# say(NAME, OFFSET, LENGTH, OTHER, WORDS): OTHER is -1 where the operation has none
function say(name, off, len, other, words)
{
	lines++
	printf "%s 0x%x 0x%x%s 0x%x%s\n", name, off, len, other < 0 ? "" : sprintf(" 0x%x", other), size, words
}

function grow(end) { if (end > size) size = end }

# Reading ends at the end of the file, writing at that of the largest file.
function place(limit)
{
	off = limit ? below(limit) : 0
	len = min(1 + below(65536), limit - off)
}

function blocks(limit)
{
	off = int(below(limit) / 4096) * 4096
	len = (1 + below(16)) * 4096
}

function one_write(name)
{
	place(most)
	say(name, off, len, -1, "")
	grow(off + len)
}

function one_read(name)
{
	place(size)
	if (len > 0)
		say(name, off, len, -1, "")
}

function one_allocation(name, keep)
{
	place(keep == 2 ? size : most)
	if (len <= 0)
		return
	say(name, off, len, -1, keep ? " keep_size" : "")
	if (!keep)
		grow(off + len)
}

function one_shift(name)
{
	blocks(size)
	if (name == "collapse_range" && off + len < size) {
		say(name, off, len, -1, "")
		size -= len
	} else if (name == "insert_range" && off < size && size + len <= most) {
		say(name, off, len, -1, "")
		size += len
	}
}

function one_copy(    to)
{
	place(size)
	to = below(most)
	len = min(len, most - to)
	if (len <= 0 || (to < off + len && off < to + len))
		return
	say("copy_range", off, len, to, "")
	grow(to + len)
}

BEGIN {
	srand(seed)
	print "# fsx log, seed " seed
	while (lines < ops) {
		k = below(14)
		if (k == 0) one_write("write")
		else if (k == 1) one_read("read")
		else if (k == 2) one_write("mapwrite")
		else if (k == 3) one_read("mapread")
		else if (k == 4) { old = size; size = below(most); new = size; size = old; say("truncate", 0, new, -1, ""); size = new }
		else if (k == 5) one_allocation("fallocate", below(2))
		else if (k == 6) one_allocation("punch_hole", 2)
		else if (k == 7) one_allocation("zero_range", below(2))
		else if (k == 8) one_shift("collapse_range")
		else if (k == 9) one_shift("insert_range")
		else if (k == 10) one_copy()
		else if (k == 11) say("fsync", 0, 0, -1, "")
		else if (k == 12) one_write("write")
		else one_read("read")
	}
}
