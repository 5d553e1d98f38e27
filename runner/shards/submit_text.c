// SPDX-License-Identifier: GPL-2.0-only
/* The scripts that are submitted. They need sh, and Slurm only for what its variables say. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/shards/submit_text.h"

char *ff_submit_quote(const char *word)
{
	char *out = NULL;
	size_t n;
	FILE *f = open_memstream(&out, &n);

	if (!f)
		return NULL;
	fputc('\'', f);
	for (; *word; word++)
		if (*word == '\'')
			fputs("'\\''", f);
		else
			fputc(*word, f);
	fputc('\'', f);
	if (fclose(f)) {
		free(out);
		return NULL;
	}
	return out;
}

static void put_quoted(FILE *f, const char *before, const char *word, const char *after)
{
	char *quoted = ff_submit_quote(word);

	fprintf(f, "%s%s%s", before, quoted ? quoted : "''", after);
	free(quoted);
}

/* Booting, a corpus to read, 20 s for findings at the end, a slow file system; and the signal's lead. */
uint64_t ff_submit_minutes(uint64_t seconds)
{
	return (seconds + seconds / 10 + 300 + FF_SUBMIT_SIGNAL_S + 59) / 60;
}

/* No path may stand in a line of #SBATCH: who reads those knows no quotes that hold everything. */
static void head(FILE *f, const struct ff_submit *s, const char *what, const char *log)
{
	const char *name = strrchr(s->out, '/') ? strrchr(s->out, '/') + 1 : s->out;

	fprintf(f, "#!/bin/sh\n#SBATCH --job-name=foliofuzz-");
	for (const char *p = name; *p && p - name < 40; p++)
		fputc(strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", *p) ? *p : '_', f);
	fprintf(f, "%s\n#SBATCH --output=%s\n#SBATCH --open-mode=append\n#SBATCH --nodes=1\n#SBATCH --ntasks=1\n"
		"#SBATCH --requeue\n", what, log);
	if (s->partition)
		fprintf(f, "#SBATCH --partition=%s\n", s->partition);
}

static void common(FILE *f, const struct ff_submit_place *p)
{
	put_quoted(f, "\nfoliofuzz=${FOLIOFUZZ:-", p->binary, "}\n");
	put_quoted(f, "dir=", p->out, "\n");
	fputs("if [ ! -d \"$dir\" ]; then\n"
	      "\techo \"$(hostname) does not see $dir: it has to be on a file system that all nodes share\" >&2\n"
	      "\texit 3\nfi\n", f);
	/* options may name files as they are seen from there */
	put_quoted(f, "cd ", p->cwd, " 2>/dev/null || cd \"$dir\" || exit 3\n");
}

static const char shard_text[] =
	"\n"
	"# A signal to this script is for the campaign: it then ends cleanly.\n"
	"stopped=\n"
	"child=\n"
	"trap 'stopped=1; [ -n \"$child\" ] && kill -TERM \"$child\"' TERM INT\n"
	"\n"
	"run()\n"
	"{\n"
	"\t\"$foliofuzz\" fuzz \"$@\" &\n"
	"\tchild=$!\n"
	"\twait \"$child\"\n"
	"\tstatus=$?\n"
	"\t# A signal ends wait, not the campaign.\n"
	"\twhile kill -0 \"$child\" 2>/dev/null; do\n"
	"\t\twait \"$child\"\n"
	"\t\tstatus=$?\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# After a requeue, or when it was killed, it goes on where it was.\n"
	"for try in 1 2 3 4; do\n"
	"\tif [ -s \"$shard/state.json\" ]; then\n"
	"\t\trun --out \"$shard\" --resume\n"
	"\telse\n"
	"\t\tbegin\n"
	"\tfi\n"
	"\t[ \"$status\" -gt 128 ] && [ -z \"$stopped\" ] || break\n"
	"\techo \"shard $n: fuzz ended with status $status (try $try)\" >&2\n"
	"\t# What it started ends a moment later, and lets go of the corpus.\n"
	"\tsleep 2\n"
	"done\n"
	"\n"
	"# Findings (1) are what it is for.\n"
	"[ \"$status\" -le 1 ] && exit 0\n"
	"exit \"$status\"\n";

void ff_submit_campaign(FILE *f, const struct ff_submit *s, const struct ff_submit_place *p)
{
	head(f, s, "", "slurm-%a.log");
	fprintf(f, "#SBATCH --array=1-%llu", (unsigned long long)s->shards);
	if (s->running)
		fprintf(f, "%%%llu", (unsigned long long)s->running);
	fprintf(f, "\n#SBATCH --time=%llu\n#SBATCH --signal=B:TERM@%d\n", (unsigned long long)ff_submit_minutes(s->seconds),
		FF_SUBMIT_SIGNAL_S);
	for (int i = 0; i < s->nsbatch; i++)
		fprintf(f, "#SBATCH %s\n", s->sbatch[i]);
	fputs("#\n# A campaign's shards, one a task; written by foliofuzz submit. From this folder:\n"
	      "#\tsbatch campaign.sbatch\n# or, without Slurm, on any machine:\n"
	      "#\tSLURM_ARRAY_TASK_ID=1 sh campaign.sbatch\n", f);
	common(f, p);
	fprintf(f, "n=${SLURM_ARRAY_TASK_ID:?which shard?}\nshard=$dir/shard-$n\nmkdir -p \"$shard\" || exit 3\n");
	if (s->corpus) {
		put_quoted(f, "if [ ! -e \"$shard/corpus.ff\" ]; then\n\tcp ", s->corpus, " \"$shard/corpus.ff.new\" &&\n"
			   "\t\tmv \"$shard/corpus.ff.new\" \"$shard/corpus.ff\" || exit 3\nfi\n");
	}
	fputs("\nbegin()\n{\n\trun", f);
	for (int i = 0; i < s->nfuzz; i++)
		put_quoted(f, " ", s->fuzz[i], "");
	fprintf(f, " --out \"$shard\" \\\n\t\t--seed $((%llu + n)) --time %llu\n}\n",
		(unsigned long long)s->seed, (unsigned long long)s->seconds);
	fputs(shard_text, f);
}

void ff_submit_merge(FILE *f, const struct ff_submit *s, const struct ff_submit_place *p)
{
	head(f, s, "-merge", "slurm-merge.log");
	fputs("#\n# After the shards of campaign.sbatch; written by foliofuzz submit. Again at any time, from this folder:\n"
	      "#\tsh merge.sbatch\n", f);
	common(f, p);
	fprintf(f, "\nset --\nn=1\nwhile [ $n -le %llu ]; do\n\tset -- \"$@\" \"$dir/shard-$n\"\n\tn=$((n + 1))\ndone\n",
		(unsigned long long)s->shards);
	fputs("\"$foliofuzz\" merge --out \"$dir/merged\" \"$@\"\nstatus=$?\n"
	      "if \"$foliofuzz\" report --help >/dev/null 2>&1; then\n"
	      "\t\"$foliofuzz\" report \"$dir/merged\"\nfi\n"
	      "[ \"$status\" -le 1 ] && exit 0\nexit \"$status\"\n", f);
}
