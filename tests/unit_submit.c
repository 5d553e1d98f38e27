// SPDX-License-Identifier: GPL-2.0-only
/* The scripts of foliofuzz submit: whatever an option holds, a shell hands it to fuzz unchanged. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/shards/submit_text.h"
#include "tests/tap.h"

static char dir[100];

static char *script(const struct ff_submit *s, const struct ff_submit_place *p,
		    void (*print)(FILE *, const struct ff_submit *, const struct ff_submit_place *), const char *name)
{
	char *text = NULL, path[200];
	size_t n;
	FILE *f = open_memstream(&text, &n);

	print(f, s, p);
	fclose(f);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ff_write_file(path, text, n);
	return text;
}

/* Stands where foliofuzz would: writes its arguments down, one a line, and ends as it is told. */
static void put_fake(const char *path)
{
	static const char text[] = "#!/bin/sh\nd=${0%/*}\nfor a; do printf '<%s>\\n' \"$a\"; done >>\"$d/told\"\n"
				   "echo x >>\"$d/runs\"\n[ -s \"$d/signal\" ] && { rm \"$d/signal\"; kill -KILL $$; }\n"
				   "[ \"$1\" = report ] && exit 2\nexit $(cat \"$d/status\" 2>/dev/null || echo 1)\n";

	ff_write_file(path, text, sizeof(text) - 1);
	chmod(path, 0755);
}

static void put(const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ff_write_file(path, text, strlen(text));
}

static char *get(const char *name)
{
	char path[200];
	char *text;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	text = ff_read_file(path, NULL);
	unlink(path);
	return text ? text : strdup("");
}

static int run(const char *name)
{
	char cmd[400];

	snprintf(cmd, sizeof(cmd), "SLURM_ARRAY_TASK_ID=7 sh '%s/%s' >'%s/out' 2>&1", dir, name, dir);
	return WEXITSTATUS(system(cmd));
}

static void quoting(void)
{
	static const char *const words[] = { "", "plain", "two words", "it's", "$HOME `id` \"x\"", "a\nb", "*", "'; exit 9; '", "\\" };
	char cmd[300], *quoted, *back;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		quoted = ff_submit_quote(words[i]);
		snprintf(cmd, sizeof(cmd), "printf '%%s' %s >'%s/word'", quoted, dir);
		if (system(cmd))
			tap_diag("%s failed", cmd);
		back = get("word");
		tap_is_str(back, words[i], "a shell gives back %s", quoted);
		free(quoted);
		free(back);
	}
}

static void shards(const struct ff_submit *s, const struct ff_submit_place *p)
{
	char *text = script(s, p, ff_submit_campaign, "campaign.sbatch"), *told;
	char want[600];

	tap_ok(strstr(text, "\n#SBATCH --array=1-40%8\n"), "an array of shards, eight at once");
	tap_ok(strstr(text, "\n#SBATCH --requeue\n") && strstr(text, "\n#SBATCH --signal=B:TERM@60\n"), "told before its limit, requeued");
	tap_ok(strstr(text, "\n#SBATCH --partition=fast\n") && strstr(text, "\n#SBATCH --mem=2G\n"), "options of sbatch");
	tap_is_int(ff_submit_minutes(3600), 72, "an hour gets 12 minutes more");
	free(text);

	tap_is_int(run("campaign.sbatch"), 0, "a shard with findings: it went well");
	snprintf(want, sizeof(want), "<fuzz>\n<--here>\n<--target>\n<tmpfs huge=always>\n<it's>\n"
		 "<--out>\n<%s/shard-7>\n<--seed>\n<1007>\n<--time>\n<3600>\n", p->out);
	told = get("told");
	tap_is_str(told, want, "its options as they were given, its own folder and seed");
	free(told);

	put("shard-7/state.json", "{}");
	put("status", "3");
	tap_is_int(run("campaign.sbatch"), 3, "one that could not run: its job fails");
	snprintf(want, sizeof(want), "<fuzz>\n<--out>\n<%s/shard-7>\n<--resume>\n", p->out);
	told = get("told");
	tap_is_str(told, want, "with a state it goes on with it");
	free(told);

	put("status", "0");
	put("signal", "now");
	free(get("runs"));
	tap_is_int(run("campaign.sbatch"), 0, "one that is killed by a signal");
	told = get("runs");
	tap_is_str(told, "x\nx\n", "is started again");
	free(told);
	free(get("told"));
}

static void merging(const struct ff_submit *s, const struct ff_submit_place *p)
{
	char *text = script(s, p, ff_submit_merge, "merge.sbatch"), *told, *at;
	int n = 0;

	free(text);
	put("status", "1");
	tap_is_int(run("merge.sbatch"), 0, "a merge with findings went well");
	told = get("told");
	for (at = told; (at = strstr(at, "/shard-")); at++)
		n++;
	tap_is_int(n, 40, "it is given all shards, also those that may be missing");
	tap_ok(strstr(told, "/merged>\n"), "and one folder");
	free(told);
}

int main(void)
{
	char *fuzz[] = { "--here", "--target", "tmpfs huge=always", "it's" };
	struct ff_submit s = { .partition = "fast", .sbatch = { "--mem=2G" }, .nsbatch = 1, .shards = 40, .running = 8,
			       .seed = 1000, .seconds = 3600, .fuzz = fuzz, .nfuzz = 4 };
	char binary[200];
	struct ff_submit_place p = { binary, dir, "/no/such/place" };

	snprintf(dir, sizeof(dir), "/tmp/unit_submit XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	s.out = dir;
	unsetenv("FOLIOFUZZ");	/* it goes before the path in the scripts */
	snprintf(binary, sizeof(binary), "%s/foliofuzz", dir);
	put_fake(binary);
	quoting();
	shards(&s, &p);
	merging(&s, &p);
	ff_remove_tree(dir);
	return tap_done();
}
