//: SPDX-License-Identifier: GPL-2.0-only
/* Targets of reproducers: file systems, disks, swap (corpus/repro_blocks.c tells how this file is read). */

//: no_target
/* Nothing can be shown here: say why. */
__attribute__((noreturn, format(printf, 1, 2)))
static void no_target(const char *fmt, ...)
{
	va_list ap;

	printf("SKIP: ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(": %s\n", strerror(errno));
	exit(4);
}

//: place needs no_target
static char dir[] = "/tmp/repro.XXXXXX";
static int mounted;

/* A folder that only we see mounts on. */
static void private_folder(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		no_target("a mount namespace of its own (are you root?)");
	if (!mkdtemp(dir))
		no_target("a folder %s", dir);
}

static void leave_folder(void)
{
	if (chdir("/") == 0 && mounted)
		umount2(dir, MNT_DETACH);
	rmdir(dir);
}

//: tmpfs needs place
static void mount_tmpfs(const char *options)
{
	private_folder();
	if (mount("repro", dir, "tmpfs", 0, options) || chdir(dir))
		no_target("mount -t tmpfs -o %s", options);
	mounted = 1;
}

//: device
static const char *device;	/* -d */

//: loop needs device no_target
static int loop_fd = -1;
static char loop_path[32], *loop_file;

/* Without -d: a file of @mib MiB in the current folder, as a loop device. */
static void make_loop(unsigned int mib)
{
	int control = open("/dev/loop-control", O_RDWR), fd, n;

	loop_file = strdup("repro-disk.XXXXXX");
	fd = mkstemp(loop_file);
	if (fd < 0 || ftruncate(fd, (off_t)mib * M))
		no_target("a disk image in this folder; give a device with -d");
	n = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	snprintf(loop_path, sizeof(loop_path), "/dev/loop%d", n);
	loop_fd = n < 0 ? -1 : open(loop_path, O_RDWR);
	if (loop_fd < 0 || ioctl(loop_fd, LOOP_SET_FD, fd))
		no_target("a loop device; give a device with -d");
	close(fd);
	close(control);
	device = loop_path;
}

static void drop_loop(void)
{
	if (loop_fd >= 0)
		ioctl(loop_fd, LOOP_CLR_FD, 0);
	if (loop_file)
		unlink(loop_file);
}

//: disk_fs needs place loop
/* What is on the device goes. Without mkfs here, it has to have its file system already. */
static void mount_disk(const char *fs, const char *mkfs)
{
	char line[300];

	if (!device)
		make_loop(320);
	snprintf(line, sizeof(line), "command -v mkfs.%s >/dev/null && %s %s >/dev/null", fs, mkfs, device);
	if (system(line) && verbose)
		printf("not formatted: %s\n", line);
	private_folder();
	if (mount(device, dir, fs, 0, NULL) || chdir(dir))
		no_target("mount -t %s %s", fs, device);
	mounted = 1;
}

//: raw_disk needs loop stamp fill
/* The first @len bytes get words of their own: what a read brings can be told from what was there. */
static void fill_device(size_t len)
{
	char *at;
	size_t i;
	int fd;

	if (!device)
		make_loop(64);
	fd = open(device, O_RDWR | O_DIRECT);
	at = mmap(NULL, 1 * M, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fd < 0 || at == MAP_FAILED)
		no_target("open %s with O_DIRECT", device);
	for (i = 0; i < len; i += 1 * M) {
		fill(at, i, 1 * M, BASE);
		if (pwrite(fd, at, 1 * M, (off_t)i) != 1 * M)
			no_target("write to %s", device);
	}
	munmap(at, 1 * M);
	close(fd);
}

//: thp needs write_text no_target
#define THP	"/sys/kernel/mm/transparent_hugepage/enabled"
static char thp_before[16];

/* Huge pages of anonymous memory; put back at the end. */
static void set_thp(const char *policy)
{
	char text[64] = "", *on;
	int fd = open(THP, O_RDONLY);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && (on = strchr(text, '[')))
		snprintf(thp_before, sizeof(thp_before), "%.*s", (int)strcspn(on + 1, "]"), on + 1);
	close(fd);
	if (write_text(THP, policy))
		no_target(THP " = %s", policy);
}

static void reset_thp(void)
{
	if (thp_before[0])
		write_text(THP, thp_before);
}

//: cgroup needs write_text
static char cgroup[64], reclaim_path[80];

/* A memory cgroup of our own, to reclaim from. */
static void join_cgroup(void)
{
	char path[80];

	write_text("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	snprintf(cgroup, sizeof(cgroup), "/sys/fs/cgroup/repro.%d", (int)getpid());
	snprintf(reclaim_path, sizeof(reclaim_path), "%s/memory.reclaim", cgroup);
	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	if (mkdir(cgroup, 0755) || write_text(path, "0") || access(reclaim_path, W_OK))
		printf("no %s (needs Linux 5.19 and cgroup v2): what reclaims is left out\n", reclaim_path);
}

static void leave_cgroup(void)
{
	write_text("/sys/fs/cgroup/cgroup.procs", "0");
	rmdir(cgroup);
}

static int reclaim(const char *bytes)
{
	return write_text(reclaim_path, bytes);
}

//: mkswap
/* The header of a swap area, as mkswap(8) writes it. */
static int mkswap(const char *path)
{
	static char page[4096];
	int fd = open(path, O_RDWR);
	off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	unsigned int info[3] = { 1, (unsigned int)(size / 4096) - 1, 0 };
	int bad;

	memcpy(page + 1024, info, sizeof(info));
	memcpy(page + 4096 - 10, "SWAPSPACE2", 10);
	bad = size < 1 * M || pwrite(fd, page, 4096, 0) != 4096 || fsync(fd);
	close(fd);
	return bad ? -1 : 0;
}

//: swap needs no_target mkswap
static const char *swap_dev;	/* -s */
static int swapping;

static void swap_on(void)
{
	if (mkswap(swap_dev) || swapon(swap_dev, 0))
		no_target("swapon %s", swap_dev);
	swapping = 1;
}

/* At the end, by a process that does not try for ever. */
static void leave_swap(void)
{
	pid_t pid = swapping ? fork() : -1;

	if (!pid) {
		alarm(30);
		swapoff(swap_dev);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

//: swap_file needs swap
static char *swap_made;

/* -s, or a file in the current folder. */
static void make_swap(void)
{
	static char zeros[1 << 20];
	int fd, i, bad = 0;

	if (!swap_dev) {
		swap_made = realpath("repro-swap", NULL);
		if (!swap_made)
			swap_made = strdup("repro-swap");
		fd = open(swap_made, O_RDWR | O_CREAT | O_TRUNC, 0600);
		for (i = 0; i < 256 && !bad; i++)
			bad = write(fd, zeros, sizeof(zeros)) != sizeof(zeros);
		if (fd < 0 || bad)
			no_target("a swap file of 256 MiB in this folder; give a device with -s");
		close(fd);
		swap_dev = realpath("repro-swap", NULL);
	}
	swap_on();
}

static void drop_swap(void)
{
	leave_swap();
	if (swap_made)
		unlink(swap_dev);
}

//: swap_zram needs swap write_text
static char zram[32], zram_id[8];

static void make_swap(void)
{
	char path[64];
	int fd, n;

	if (!swap_dev) {
		if (access("/sys/class/zram-control", F_OK) && system("modprobe zram 2>/dev/null") && verbose)
			printf("modprobe zram failed\n");
		fd = open("/sys/class/zram-control/hot_add", O_RDONLY);
		n = fd < 0 ? -1 : (int)read(fd, zram_id, sizeof(zram_id) - 1);
		if (n <= 0)
			no_target("a zram device");
		close(fd);
		zram_id[strcspn(zram_id, "\n")] = '\0';
		snprintf(path, sizeof(path), "/sys/block/zram%s/disksize", zram_id);
		if (write_text(path, "256M"))
			no_target("%s = 256M", path);
		snprintf(zram, sizeof(zram), "/dev/zram%s", zram_id);
		swap_dev = zram;
	}
	swap_on();
}

static void drop_swap(void)
{
	char path[64];

	leave_swap();
	snprintf(path, sizeof(path), "/sys/block/zram%s/reset", zram_id);
	if (zram_id[0] && !write_text(path, "1"))
		write_text("/sys/class/zram-control/hot_remove", zram_id);
}

//: swap_off needs swap
/* KiB of our swap device in use. */
static unsigned long swap_used(void)
{
	unsigned long used, found = 0;
	char line[512], name[300];
	FILE *f = fopen("/proc/swaps", "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%299s %*s %*u %lu", name, &used) == 2 && !strcmp(name, swap_dev))
			found = used;
	if (f)
		fclose(f);
	return found;
}

/* swapoff; given up when nothing came back for 5 s: then 1. */
static int swap_off(void)
{
	unsigned long used, least = -1ul;
	int status = 0, idle = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(swapoff(swap_dev) ? 2 : 0);
	while (pid > 0 && !waitpid(pid, &status, WNOHANG)) {
		usleep(100000);
		used = swap_used();
		idle = used < least ? 0 : idle + 1;
		least = used < least ? used : least;
		if (idle < 50)
			continue;
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return 1;
	}
	return status ? -1 : 0;
}

//: swap_leak needs swap_off
/* Nothing runs and all files are gone: swapoff has little to do, and ends. */
static int swap_leaks(void)
{
	int tries;

	for (tries = 0; tries < 10 && swap_used(); tries++)
		usleep(20000);
	if (!swap_used())
		return 0;
	if (verbose)
		printf("%lu KiB of swap are in use after run %u\n", swap_used(), loop);
	switch (swap_off()) {
	case 0:
		return swapon(swap_dev, 0) ? -1 : 0;
	case 1:
		printf("BUG: swapoff does not end: %lu KiB of swap belong to nobody, none came back in 5 s\n", swap_used());
		swapping = 0;	/* it would not end at the end, either */
		return 1;
	}
	return 0;
}

//: file_leak
/* Nothing runs and all files are gone: the tmpfs is as empty as it was. */
static int files_leak(void)
{
	static long blocks, inodes;
	struct statfs s;
	int tries;

	for (tries = 0; tries < 20 && !statfs(".", &s); tries++) {
		if (!blocks) {
			blocks = (long)s.f_bfree;
			inodes = (long)s.f_ffree;
		}
		if ((long)s.f_bfree >= blocks && (long)s.f_ffree >= inodes)
			return 0;
		usleep(50000);
	}
	printf("BUG: all files are gone, and %ld blocks and %ld inodes of the tmpfs are still taken\n",
	       blocks - (long)s.f_bfree, inodes - (long)s.f_ffree);
	return 1;
}

