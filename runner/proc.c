// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner/proc.h"

/* mkfs and mkswap live in sbin, which is not in an ordinary user's PATH. */
#define SBIN "/usr/local/sbin:/usr/sbin:/sbin"

struct stream {
	int fd;		/* our end, -1 once closed */
	char *buf;
	size_t len, cap;
};

long long ff_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

const char *ff_last_line(char *text)
{
	size_t len = strlen(text);
	char *nl;

	while (len && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		text[--len] = '\0';
	nl = strrchr(text, '\n');
	return nl ? nl + 1 : text;
}

bool ff_proc_have(const char *program)
{
	char dirs[4096], path[4352], *save, *dir;
	const char *env = getenv("PATH");

	if (strchr(program, '/'))
		return access(program, X_OK) == 0;
	snprintf(dirs, sizeof(dirs), "%s:%s", env ? env : "/usr/bin:/bin", SBIN);
	for (dir = strtok_r(dirs, ":", &save); dir; dir = strtok_r(NULL, ":", &save)) {
		snprintf(path, sizeof(path), "%s/%s", dir, program);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

static void child_path(void)
{
	const char *env = getenv("PATH");
	char path[8192];

	snprintf(path, sizeof(path), "%s:%s", env ? env : "/usr/bin:/bin", SBIN);
	setenv("PATH", path, 1);
}

static void child_exec(const char *const argv[], const int fds[3],
		       const struct ff_proc_opts *o, pid_t parent, int report)
{
	sigset_t none;
	int i, err;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)	/* it died before the prctl */
		_exit(127);
	for (i = 0; i < 3; i++)
		if (dup2(fds[i], i) < 0)
			goto fail;
	if (o && o->dir && chdir(o->dir))
		goto fail;
	if (o && o->keep_fd && fcntl(o->keep_fd, F_SETFD, 0))
		goto fail;
	if (o && o->env)
		putenv((char *)o->env);
	setenv("LC_ALL", "C", 1);	/* we read what they print */
	child_path();
	execvp(argv[0], (char *const *)argv);
fail:
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

/* Keep @fd above 2, so that the dup2()s of the child do not overwrite one another. */
static int above_stdio(int fd)
{
	int dup = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	return dup < 0 ? -errno : dup;
}

pid_t ff_proc_spawn(const char *const argv[], int out_fd, int err_fd,
		    const struct ff_proc_opts *o)
{
	int null_fd, fds[3] = { -1, -1, -1 }, report[2] = { -1, -1 }, err = 0, i;
	pid_t parent = getpid(), pid = -1;
	ssize_t n;

	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null_fd < 0)
		return -errno;
	fds[0] = above_stdio(null_fd);
	fds[1] = above_stdio(out_fd < 0 ? null_fd : out_fd);
	fds[2] = above_stdio(err_fd < 0 ? null_fd : err_fd);
	if (fds[0] < 0 || fds[1] < 0 || fds[2] < 0 || pipe2(report, O_CLOEXEC)) {
		err = errno;
		goto cleanup;
	}
	pid = fork();
	if (pid < 0) {
		err = errno;
		goto cleanup;
	}
	if (!pid)
		child_exec(argv, fds, o, parent, report[1]);
	close(report[1]);
	report[1] = -1;
	do {
		n = read(report[0], &err, sizeof(err));
	} while (n < 0 && errno == EINTR);
	if (n == sizeof(err))
		waitpid(pid, NULL, 0);	/* the exec failed */
	else
		err = 0;
cleanup:
	close(null_fd);
	for (i = 0; i < 3; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	for (i = 0; i < 2; i++)
		if (report[i] >= 0)
			close(report[i]);
	return err ? -err : pid;
}

/* Read what is there. Return 0, or -ENOMEM. Closes the stream at its end. */
static int drain(struct stream *s)
{
	char *bigger;
	ssize_t n;

	if (s->len + 65536 > s->cap) {
		bigger = realloc(s->buf, s->cap + 262144);
		if (!bigger)
			return -ENOMEM;
		s->buf = bigger;
		s->cap += 262144;
	}
	n = read(s->fd, s->buf + s->len, s->cap - s->len - 1);
	if (n > 0) {
		s->len += n;
	} else if (n == 0 || errno != EINTR) {
		close(s->fd);
		s->fd = -1;
	}
	s->buf[s->len] = '\0';
	return 0;
}

/*
 * Wait for the end of @pid while reading its output. A grandchild may keep the
 * pipes open after it: then we stop at the child's end, with what is there.
 */
static int collect(pid_t pid, struct stream s[2], unsigned timeout_ms)
{
	long long limit = timeout_ms ? ff_now_ms() + timeout_ms : 0;
	int status = 0, ret = 0, i;
	bool ended = false;

	for (;;) {
		struct pollfd p[2] = {
			{ .fd = s[0].fd, .events = POLLIN },
			{ .fd = s[1].fd, .events = POLLIN },
		};
		int ready = poll(p, 2, ended ? 0 : s[0].fd < 0 && s[1].fd < 0 ? 5 : 50);

		for (i = 0; ready > 0 && i < 2 && !ret; i++)
			if (p[i].revents)
				ret = drain(&s[i]);
		if (ended && ready <= 0)
			break;
		if (!ended && waitpid(pid, &status, WNOHANG) == pid)
			ended = true;
		if (ended && s[0].fd < 0 && s[1].fd < 0)
			break;
		if (!ended && ((limit && ff_now_ms() > limit) || ret)) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return ret ? ret : -ETIMEDOUT;
		}
	}
	if (ret)
		return ret;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int open_stream(struct stream *s, bool wanted, int *child_fd)
{
	int p[2];

	*s = (struct stream){ .fd = -1 };
	if (!wanted)
		return 0;
	if (pipe2(p, O_CLOEXEC))
		return -errno;
	s->fd = p[0];
	*child_fd = p[1];
	s->buf = calloc(1, 1);	/* so that "no output" is "", not NULL */
	s->cap = s->buf ? 1 : 0;
	return s->buf ? 0 : -ENOMEM;
}

int ff_proc_run(const char *const argv[], const struct ff_proc_opts *o)
{
	static const struct ff_proc_opts none;
	int out_fd = -1, err_fd = -1, file_fd = -1, ret;
	struct stream s[2] = { { .fd = -1 }, { .fd = -1 } };
	pid_t pid = -1;

	if (!o)
		o = &none;
	ret = open_stream(&s[0], o->out != NULL, &out_fd);
	if (!ret)
		ret = open_stream(&s[1], o->err != NULL, &err_fd);
	if (!ret && o->out_path) {
		file_fd = open(o->out_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		if (file_fd < 0)
			ret = -errno;
	}
	if (!ret) {
		pid = ff_proc_spawn(argv, out_fd >= 0 ? out_fd : file_fd,
				    err_fd >= 0 ? err_fd : file_fd, o);
		ret = pid < 0 ? pid : 0;
	}
	if (out_fd >= 0)
		close(out_fd);
	if (err_fd >= 0)
		close(err_fd);
	if (file_fd >= 0)
		close(file_fd);
	if (!ret)
		ret = collect(pid, s, o->timeout_ms);
	for (int i = 0; i < 2; i++)
		if (s[i].fd >= 0)
			close(s[i].fd);
	if (o->out)
		*o->out = s[0].buf;
	if (o->out_len)
		*o->out_len = s[0].len;
	if (o->err)
		*o->err = s[1].buf;
	return ret;
}
