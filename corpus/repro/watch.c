//: SPDX-License-Identifier: GPL-2.0-only
/* What a reproducer sees from outside of a run: hangs, the kernel's complaints (corpus/repro_blocks.c tells how this file is read). */

//: kmsg
static int kmsg = -1;

/* Only what the kernel says from now on. */
static void open_kmsg(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		printf("cannot read /dev/kmsg (%s): the kernel's own complaints are not seen\n", strerror(errno));
}

/* Did the kernel complain? */
static int kernel_complains(void)
{
	static const char *const words[] = {
		"BUG:", "WARNING:", "Bad page", "kernel BUG at", "Oops", "KASAN", "general protection",
		"INFO: task", "possible circular locking", "soft lockup", "rcu_sched self-detected",
	};
	char line[4096], *text;
	unsigned int i;
	ssize_t n;

	while ((n = read(kmsg, line, sizeof(line) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		line[n > 0 ? n : 0] = '\0';
		text = strchr(line, ';');
		for (i = 0; text && i < sizeof(words) / sizeof(words[0]); i++)
			if (strstr(text, words[i])) {
				text[strcspn(text, "\n")] = '\0';
				printf("BUG: the kernel says: %s\n", text + 1);
				return 1;
			}
	}
	return 0;
}

//: wait_run
/* Wait for a run; -1 when it does not end in 100 s. */
static int watch(int pid)
{
	int status, ms;

	for (ms = 0; ms < 100000; ms++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return status;
		usleep(1000);
	}
	printf("the run (process %d) does not end, and is killed\n", pid);
	kill(pid, SIGKILL);
	for (ms = 0; ms < 3000 && waitpid(pid, &status, WNOHANG) != pid; ms++)
		usleep(1000);
	return -1;
}

//: watch
/* One file of a thread of the run, in a line of its own. */
static void show(int pid, const char *tid, const char *name)
{
	char path[300], text[4096];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/%s", pid, tid, name);
	fd = open(path, O_RDONLY);
	if (fd >= 0)
		n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	if (n > 0 && !strncmp(text, "0\n", 2))
		n = 0;
	if (n > 0)
		printf("%s:\n%s%s", path, text, text[n - 1] == '\n' ? "" : "\n");
}

/* How often its threads were switched to and from, and what CPU time they had; @print: what they do. */
static unsigned long long progress(int pid, int print)
{
	unsigned long long sum = 0, n, user, sys;
	char path[300], line[1024], *at;
	struct dirent *e;
	DIR *d;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		if (print) {
			show(pid, e->d_name, "syscall");
			show(pid, e->d_name, "wchan");
			show(pid, e->d_name, "stack");
		}
		snprintf(path, sizeof(path), "/proc/%d/task/%s/status", pid, e->d_name);
		f = fopen(path, "r");
		while (f && fgets(line, sizeof(line), f))
			if ((at = strstr(line, "ctxt_switches:")) && sscanf(at, "%*s %llu", &n) == 1)
				sum += n;
		if (f)
			fclose(f);
		snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", pid, e->d_name);
		f = fopen(path, "r");
		if (f && fgets(line, sizeof(line), f) && (at = strrchr(line, ')')) &&
		    sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &user, &sys) == 2)
			sum += user + sys;
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	return sum;
}

/*
 * Wait for a run; -1 when it hangs: for 10 s it had no CPU and no thread of it woke
 * up, or it runs for 100 s.
 */
static int watch(int pid)
{
	unsigned long long was = 0, is;
	int status, still = 0, ticks;

	for (ticks = 0; ticks < 1000 && still < 100; ticks++) {
		int naps;

		for (naps = 0; naps < 100; naps++) {
			if (waitpid(pid, &status, WNOHANG) == pid)
				return status;
			usleep(1000);
		}
		is = progress(pid, 0);
		still = is == was ? still + 1 : 0;
		was = is;
	}
	printf("HANG: the run does not end (%s for %d s)\n", still < 100 ? "it runs" : "no thread of it moves",
	       still < 100 ? ticks / 10 : still / 10);
	progress(pid, 1);
	fflush(stdout);
	kill(pid, SIGKILL);
	for (ticks = 0; ticks < 30 && waitpid(pid, &status, WNOHANG) != pid; ticks++)
		usleep(100000);
	return -1;
}

