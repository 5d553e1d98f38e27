// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/vm/apt.h"
#include "runner/cache.h"
#include "runner/vm/mirror.h"
#include "runner/msg.h"
#include "runner/proc.h"

#define UPDATE_LIMIT_MS (180 * 1000)
#define DOWNLOAD_LIMIT_MS (900 * 1000)
#define TRIES 3

static int run(struct ff_apt *a, const char *const argv[], const char *dir,
	       unsigned limit_ms, char **out, char **err)
{
	char env[4096];
	struct ff_proc_opts o = {
		.dir = dir, .env = env, .out = out, .err = err, .timeout_ms = limit_ms,
	};
	int ret;

	snprintf(env, sizeof(env), "APT_CONFIG=%s/apt.conf", a->root);
	ret = ff_proc_run(argv, &o);
	if (ret == -ENOENT)
		ff_msg_error("%s is not on this machine: kernels come from Debian packages; name a bzImage by its path instead",
			     argv[0]);
	return ret;
}

/*
 * The machine's Acquire settings (proxy, certificates, timeouts) are kept. Its
 * hooks are not: they clean up and notify about the *system's* apt.
 */
static int write_conf(struct ff_apt *a)
{
	static const char *const dump[] = { "apt-config", "dump", NULL };
	char path[4096], *text = NULL, *line, *save, *conf = NULL;
	struct ff_proc_opts o = { .out = &text, .timeout_ms = 20000 };
	size_t len;
	FILE *f;
	int ret;

	f = open_memstream(&conf, &len);
	if (!f)
		return -errno;
	ret = ff_proc_run(dump, &o);
	for (line = !ret && text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		if (!strncmp(line, "Acquire::", 9) && strncmp(line, "Acquire::Languages", 18))
			fprintf(f, "%s\n", line);
	free(text);
	fprintf(f,
		"Dir::Etc::main \"/dev/null\";\n"
		"Dir::Etc::parts \"/dev/null\";\n"
		"Dir::Etc::sourcelist \"%1$s/sources.list\";\n"
		"Dir::Etc::sourceparts \"-\";\n"
		"Dir::State \"%1$s/state\";\n"
		"Dir::State::lists \"%1$s/lists\";\n"
		"Dir::State::status \"%1$s/status\";\n"
		"Dir::Cache \"%1$s/cache\";\n"
		"Dir::Cache::srcpkgcache \"\";\n"	/* half the space, no slower here */
		"Dir::Log \"%1$s/log\";\n"
		"APT::Sandbox::User \"root\";\n"	/* do not drop to _apt: it cannot write here */
		"APT::Architecture \"amd64\";\n"
		"APT::Architectures { \"amd64\"; };\n"
		"Acquire::Languages \"none\";\n"
		"Acquire::http::Timeout \"30\";\n", a->root);
	if (fclose(f)) {
		free(conf);
		return -ENOMEM;
	}
	snprintf(path, sizeof(path), "%s/apt.conf", a->root);
	ret = ff_write_file(path, conf, len);
	free(conf);
	if (!ret && chmod(path, 0600))	/* a proxy line may hold a password */
		ret = -errno;
	return ret;
}

static int write_sources(struct ff_apt *a)
{
	char path[4096], text[4096];
	struct ff_mirror m;
	int ret, n;

	ret = ff_mirror_find(&m);
	if (ret)
		return ret;
	n = snprintf(text, sizeof(text), "deb [signed-by=%s arch=amd64] %s %s main\n",
		     m.keyring, m.base, a->suite);
	/* Backports have no security suite; an old stable's newest kernel is only there. */
	if (m.security[0] && !strchr(a->suite, '-'))
		snprintf(text + n, sizeof(text) - n,
			 "deb [signed-by=%s arch=amd64] %s %s-security main\n",
			 m.keyring, m.security, a->suite);
	snprintf(path, sizeof(path), "%s/sources.list", a->root);
	ret = ff_write_file(path, text, strlen(text));
	if (ret)
		ff_msg_error("cannot write %s: %s", path, strerror(-ret));
	return ret;
}

static bool have_lists(struct ff_apt *a)
{
	char path[4096];
	struct dirent *e;
	bool found = false;
	DIR *d;

	snprintf(path, sizeof(path), "%s/lists", a->root);
	d = opendir(path);
	if (!d)
		return false;
	while ((e = readdir(d)))
		found |= strstr(e->d_name, "_Packages") != NULL;
	closedir(d);
	return found;
}

int ff_apt_open(const char *suite, struct ff_apt *a)
{
	static const char *const dirs[] = {
		"lists/partial", "cache/archives/partial", "state", "log",
	};
	char path[4096];
	int ret;

	snprintf(a->suite, sizeof(a->suite), "%s", suite);
	a->fresh = false;
	ret = ff_cache_path(a->root, sizeof(a->root), "apt/%s", suite);
	if (ret)
		return ret;
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", a->root, dirs[i]);
		ret = ff_mkdir_p(path);
		if (ret)
			goto fail;
	}
	snprintf(path, sizeof(path), "%s/status", a->root);
	ret = ff_write_file(path, "", 0);
	if (!ret)
		ret = write_conf(a);
	if (ret)
		goto fail;
	ret = write_sources(a);
	if (ret)
		return ret;
	return have_lists(a) ? 0 : ff_apt_update(a);
fail:
	ff_msg_error("cannot set up the private apt root %s: %s", a->root, strerror(-ret));
	return ret;
}

/* apt's last line often only says that something failed; what failed stands before. */
static const char *apt_reason(char *err)
{
	char *p = err ? strstr(err, "E: Failed to fetch") : NULL;

	if (p) {
		p[strcspn(p, "\n")] = '\0';
		return p;
	}
	return err && err[0] ? ff_last_line(err) : "apt-get failed without a word";
}

/* Run an apt command until it works, TRIES times; @what goes into the messages. */
static int run_retry(struct ff_apt *a, const char *const argv[], const char *dir,
		     unsigned limit_ms, const char *what)
{
	char *err = NULL;
	int ret = 0, i;

	for (i = 1; i <= TRIES; i++) {
		ret = run(a, argv, dir, limit_ms, NULL, &err);
		if (ret == 0 || ret == -ENOENT)
			break;
		ff_msg_warn("%s, try %d of %d: %s", what, i, TRIES,
			    ret == -ETIMEDOUT ? "no end within its time limit" :
			    apt_reason(err));
		free(err);
		err = NULL;
		if (i < TRIES)
			sleep(3 * i);
	}
	free(err);
	if (ret > 0)
		ret = -EIO;
	return ret;
}

int ff_apt_update(struct ff_apt *a)
{
	static const char *const argv[] = {
		/* Without this apt-get calls a failed fetch a warning and returns 0. */
		"apt-get", "update", "-q", "--error-on=any", NULL
	};
	char what[160];
	int ret;

	if (a->fresh)
		return -EALREADY;
	ff_msg_info("fetching the package lists of %s", a->suite);
	snprintf(what, sizeof(what), "apt-get update for %s", a->suite);
	ret = run_retry(a, argv, NULL, UPDATE_LIMIT_MS, what);
	a->fresh = !ret;
	if (ret && ret != -ENOENT)
		ff_msg_error("the package lists of %s did not come; is the mirror in /etc/apt/sources.list* reachable, and does it carry %s?",
			     a->suite, a->suite);
	return ret;
}

int ff_apt_names(struct ff_apt *a, const char *prefix, char **out)
{
	const char *const argv[] = { "apt-cache", "pkgnames", prefix, NULL };
	char *err = NULL;
	int ret;

	ret = run(a, argv, NULL, 60000, out, &err);
	if (ret && ret != -ENOENT) {
		ff_msg_error("apt-cache pkgnames %s for %s failed: %s", prefix, a->suite,
			     err && err[0] ? ff_last_line(err) : strerror(ret < 0 ? -ret : EIO));
		ret = -EIO;
	}
	if (ret) {
		free(*out);
		*out = NULL;
	}
	free(err);
	return ret;
}

int ff_apt_field(struct ff_apt *a, const char *package, const char *field,
		 char *buf, size_t n)
{
	const char *const argv[] = {
		"apt-cache", "show", "--no-all-versions", package, NULL
	};
	char *out = NULL, *err = NULL, *line, *save;
	size_t len = strlen(field);
	int ret;

	ret = run(a, argv, NULL, 60000, &out, &err);
	if (ret < 0)
		goto cleanup;
	ret = -ENOENT;	/* apt-cache's own failure means: no such package */
	for (line = strtok_r(out, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, field, len) || line[len] != ':')
			continue;
		snprintf(buf, n, "%s", line + len + 1 + strspn(line + len + 1, " "));
		ret = 0;
		break;
	}
cleanup:
	free(out);
	free(err);
	return ret;
}

/* The one .deb in @dir; 0 or -ENOENT. */
static int find_deb(const char *dir, char *path, size_t n)
{
	struct dirent *e;
	int ret = -ENOENT;
	DIR *d = opendir(dir);

	while (d && (e = readdir(d))) {
		char *dot = strrchr(e->d_name, '.');

		if (!dot || strcmp(dot, ".deb"))
			continue;
		snprintf(path, n, "%s/%s", dir, e->d_name);
		ret = 0;
	}
	if (d)
		closedir(d);
	return ret;
}

static int unpack(const char *deb, const char *dir)
{
	const char *const argv[] = { "dpkg-deb", "-x", deb, dir, NULL };
	char *err = NULL;
	struct ff_proc_opts o = { .err = &err, .timeout_ms = DOWNLOAD_LIMIT_MS };
	int ret = ff_proc_run(argv, &o);

	if (ret) {
		ff_msg_error("dpkg-deb -x %s %s failed: %s", deb, dir,
			     err && err[0] ? ff_last_line(err) : strerror(ret < 0 ? -ret : EIO));
		ret = ret < 0 ? ret : -EIO;
	}
	free(err);
	return ret;
}

int ff_apt_unpack(struct ff_apt *a, const char *package, const char *dir)
{
	const char *const argv[] = { "apt-get", "-q", "download", package, NULL };
	char tmp[4096], deb[8192], what[256];
	int ret;

	snprintf(tmp, sizeof(tmp), "%s/download", a->root);
	ff_remove_tree(tmp);
	ret = ff_mkdir_p(tmp);
	if (ret) {
		ff_msg_error("cannot make %s: %s", tmp, strerror(-ret));
		return ret;
	}
	ff_msg_info("fetching %s from %s", package, a->suite);
	snprintf(what, sizeof(what), "apt-get download %s", package);
	ret = run_retry(a, argv, tmp, DOWNLOAD_LIMIT_MS, what);
	if (ret == -EIO && !ff_apt_update(a))	/* old lists name what the mirror dropped */
		ret = run_retry(a, argv, tmp, DOWNLOAD_LIMIT_MS, what);
	if (!ret)
		ret = find_deb(tmp, deb, sizeof(deb));
	if (ret)
		ff_msg_error("%s could not be fetched from the suite %s; try again later, or name a bzImage by its path",
			     package, a->suite);
	else
		ret = unpack(deb, dir);
	ff_remove_tree(tmp);
	return ret;
}
