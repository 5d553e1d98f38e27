// SPDX-License-Identifier: GPL-2.0-only
#include "runner/shards/submit.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/msg.h"
#include "runner/options.h"
#include "runner/proc.h"
#include "runner/shards/submit_text.h"

/* Local to one machine; what is not named here may be shared. Numbers: statfs(2). */
static const struct {
	unsigned long magic;
	const char *name;
} local[] = {
	{ 0xef53, "ext4" }, { 0x58465342, "xfs" }, { 0x9123683e, "btrfs" }, { 0x01021994, "tmpfs" },
	{ 0x858458f6, "ramfs" }, { 0x794c7630, "overlayfs" }, { 0xf2f52010, "f2fs" },
};

static void tell_sharing(const char *out)
{
	struct statfs fs;

	if (statfs(out, &fs))
		return;
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		if ((unsigned long)fs.f_type == local[i].magic)
			ff_msg_warn("%s is on %s, which is this machine's own, unless it is exported: nodes that do not see the "
				    "folder under this path fail at once and say so", out, local[i].name);
}

/* fuzz itself knows which options it takes: it looks at them before it comes to --help. */
static int check_options(const char *binary, const struct ff_submit *s)
{
	const char **argv = calloc((size_t)s->nfuzz + 4, sizeof(*argv));
	char *text = NULL, *err = NULL;
	struct ff_proc_opts o = { .out = &text, .err = &err, .timeout_ms = 30000 };
	int ret;

	if (!argv)
		return -ENOMEM;
	argv[0] = binary;
	argv[1] = "fuzz";
	memcpy(argv + 2, s->fuzz, (size_t)s->nfuzz * sizeof(*argv));
	argv[s->nfuzz + 2] = "--help";
	ret = ff_proc_run(argv, &o);
	if (ret) {
		if (err)
			err[strcspn(err, "\n")] = '\0';
		ff_msg_error("fuzz does not take these options: %s", err && err[0] ? err : "see foliofuzz fuzz --help");
	}
	free(argv);
	free(text);
	free(err);
	return ret;
}

static bool given(const struct ff_submit *s, const char *option)
{
	size_t n = strlen(option);

	for (int i = 0; i < s->nfuzz; i++)
		if (!strncmp(s->fuzz[i], option, n) && (!s->fuzz[i][n] || s->fuzz[i][n] == '='))
			return true;
	return false;
}

/* Options that submit itself gives to each shard. */
static bool ours(const struct ff_submit *s)
{
	static const char *const taken[][2] = {
		{ "--out", "each shard has a folder of its own below that of submit" },
		{ "-o", "each shard has a folder of its own below that of submit" },
		{ "--seed", "give it before the \"--\": each shard has that seed plus its number" },
		{ "--time", "give it before the \"--\"" },
		{ "-t", "give it before the \"--\": --time" },
		{ "--resume", "a shard that is started again goes on by itself" },
		{ "--corpus", "give it before the \"--\": each shard begins with a copy, and keeps its own" },
	};

	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (given(s, taken[i][0])) {
			ff_msg_error("%s among the options of fuzz: %s", taken[i][0], taken[i][1]);
			return true;
		}
	return false;
}

static int write_script(const char *dir, const char *name, const struct ff_submit *s, const struct ff_submit_place *p,
			void (*print)(FILE *, const struct ff_submit *, const struct ff_submit_place *))
{
	char path[PATH_MAX + 32], *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);
	int ret;

	if (!f)
		return -ENOMEM;
	print(f, s, p);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ret = fclose(f) ? -ENOMEM : ff_write_file(path, text, n);
	if (ret)
		ff_msg_error("cannot write %s: %s", path, strerror(-ret));
	free(text);
	return ret;
}

/* sbatch --parsable prints "JOB" or "JOB;CLUSTER". Return: the job, or -1 with a message. */
static long long run_sbatch(const char *dir, const char *script, const char *dependency)
{
	const char *argv[] = { "sbatch", "--parsable", dependency ? dependency : script, dependency ? script : NULL, NULL };
	char *text = NULL, *err = NULL, *end = NULL;
	struct ff_proc_opts o = { .dir = dir, .out = &text, .err = &err, .timeout_ms = 120000 };
	int ret = ff_proc_run(argv, &o);
	long long job = text ? strtoll(text, &end, 10) : 0;

	if (ret == -ENOENT)
		ff_msg_error("there is no sbatch on this machine (Debian: slurm-client). The scripts are in %s: on a machine that "
			     "has it, \"cd %s && sbatch campaign.sbatch\", then \"sbatch --dependency=afterany:JOB merge.sbatch\"; "
			     "their first lines tell how to do without Slurm", dir, dir);
	else if (ret || job <= 0)
		ff_msg_error("sbatch %s failed: %s. The scripts stay in %s", script,
			     err && err[0] ? ff_last_line(err) : ret < 0 ? strerror(-ret) : "it printed no job id", dir);
	free(text);
	free(err);
	return ret || job <= 0 ? -1 : job;
}

static int submit(const char *out, const struct ff_submit *s)
{
	char dependency[64];
	long long array, merge;

	array = run_sbatch(out, "campaign.sbatch", NULL);
	if (array < 0)
		return FF_EXIT_HARNESS;
	snprintf(dependency, sizeof(dependency), "--dependency=afterany:%lld", array);
	merge = run_sbatch(out, "merge.sbatch", dependency);
	printf("job %lld: %llu shards, seeds %llu to %llu, in %s/shard-N\n", array, (unsigned long long)s->shards,
	       (unsigned long long)(s->seed + 1), (unsigned long long)(s->seed + s->shards), out);
	if (merge < 0) {
		printf("the merge was not submitted; when the shards have ended: sh %s/merge.sbatch\n", out);
		return FF_EXIT_HARNESS;
	}
	printf("job %lld: afterwards, what they found together, in %s/merged\n"
	       "watch:  squeue -j %lld,%lld\n"
	       "        tail -f %s/shard-*/campaign.log\n"
	       "        foliofuzz merge --out %s/merged %s/shard-*    (at any time; shards are not counted twice)\n"
	       "stop:   scancel %lld    (the merge follows)\n", merge, out, array, merge, out, out, out, array);
	return FF_EXIT_CLEAN;
}

static int prepare(const struct ff_submit *s, char out[PATH_MAX])
{
	char path[PATH_MAX + 32];
	int ret = ff_mkdir_p(s->out);

	if (ret || !realpath(s->out, out)) {
		ff_msg_error("cannot make the folder %s: %s", s->out, strerror(ret ? -ret : errno));
		return FF_EXIT_HARNESS;
	}
	snprintf(path, sizeof(path), "%s/campaign.sbatch", out);
	if (!access(path, F_OK)) {
		ff_msg_error("%s is there already: a campaign of this folder was submitted. Give another --out; to go on with it: "
			     "cd %s && sbatch campaign.sbatch", path, out);
		return FF_EXIT_USAGE;
	}
	return 0;
}

int ff_submit(const struct ff_submit *s)
{
	static char out[PATH_MAX], binary[PATH_MAX], cwd[PATH_MAX], corpus[PATH_MAX];
	struct ff_submit_place p = { binary, out, cwd };
	struct ff_submit full = *s;
	int ret;

	if (!getcwd(cwd, sizeof(cwd)) || readlink("/proc/self/exe", binary, sizeof(binary) - 1) < 0) {
		ff_msg_error("cannot find out where this is, and what runs here: %s", strerror(errno));
		return FF_EXIT_HARNESS;
	}
	if (s->corpus && !realpath(s->corpus, corpus)) {
		ff_msg_error("--corpus %s: %s", s->corpus, strerror(errno));
		return FF_EXIT_USAGE;
	}
	full.corpus = s->corpus ? corpus : NULL;
	if (!given(s, "--kernel") && !given(s, "-k") && !given(s, "--here")) {
		ff_msg_error("what is fuzzed? Give --kernel NAME or --here after the \"--\"");
		return FF_EXIT_USAGE;
	}
	if (ours(s) || check_options(binary, s))
		return FF_EXIT_USAGE;
	ret = prepare(s, out);
	full.out = out;
	if (ret)
		return ret;
	if (write_script(out, "merge.sbatch", &full, &p, ff_submit_merge) ||
	    write_script(out, "campaign.sbatch", &full, &p, ff_submit_campaign))
		return FF_EXIT_HARNESS;
	tell_sharing(out);
	if (!s->dry)
		return submit(out, &full);
	printf("%s/campaign.sbatch\n%s/merge.sbatch\n", out, out);
	return FF_EXIT_CLEAN;
}
