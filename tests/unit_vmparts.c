// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parts of the VM half that need no VM: the cpio writer, where the Debian mirror is
 * read from, version order, .modinfo, the cache, children.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/cache.h"
#include "runner/vm/cpio.h"
#include "runner/vm/disks.h"
#include "runner/vm/mirror.h"
#include "runner/vm/modules.h"
#include "runner/proc.h"
#include "tests/tap.h"

static void test_cpio(void)
{
	struct ff_cpio c = { 0 };
	char *a = NULL;
	size_t len = 0;

	c.f = open_memstream(&a, &len);
	ff_cpio_dir(&c, "dev", 0755);
	ff_cpio_chardev(&c, "dev/console", 0600, 5, 1);
	ff_cpio_file(&c, "init", 0755, "hello", 5);
	tap_ok(ff_cpio_end(&c) == 0, "an archive is written");
	fclose(c.f);
	tap_ok(len % 4 == 0, "its length is a multiple of four");
	tap_ok(!memcmp(a, "07070100000001000041ED", 22), "a folder: magic, inode 1, mode 040755");
	/* 110 + "dev\0" is 114, padded to 116; + 110 + "dev/console\0" is 238, to 240 */
	tap_ok(!memcmp(a + 116 + 14, "00002180", 8), "a character device: mode 020600");
	tap_ok(!memcmp(a + 116 + 78, "0000000500000001", 16), "its major and minor");
	tap_ok(!memcmp(a + 240, "070701", 6), "the third entry begins aligned");
	tap_ok(!memcmp(a + 240 + 54, "00000005", 8), "the file's size");
	/* 110 + "init\0" is 115, padded to 116 */
	tap_ok(!memcmp(a + 356, "hello\0\0\0" "070701", 14), "its data, padded");
	tap_ok(memmem(a, len, "TRAILER!!!", 11) != NULL, "the trailer");
	free(a);
}

static void test_mirror_list(void)
{
	struct ff_mirror m = { 0 };

	ff_mirror_parse_list("# deb http://no.example/debian bookworm main\n"
			     "deb http://other.example/linux/debian bookworm stable\n"
			     "deb-src http://src.example/debian bookworm main\n"
			     "deb [arch=amd64] http://vendor.example/apt bookworm main\n"
			     "deb [ arch=amd64 signed-by=/k/debian-archive-keyring.gpg ] "
			     "http://m.example/debian/ bookworm main contrib # here\n"
			     "deb http://s.example/debian-security bookworm-security main\n", &m);
	tap_is_str(m.base, "http://m.example/debian", "list: Debian's own source wins");
	tap_is_str(m.security, "http://s.example/debian-security", "list: the security archive");
	memset(&m, 0, sizeof(m));
	ff_mirror_parse_list("deb http://snap.example/x/20250101T000000Z bookworm main\n", &m);
	tap_is_str(m.base, "http://snap.example/x/20250101T000000Z",
		   "list: a known suite is enough if nothing is better");
	memset(&m, 0, sizeof(m));
	ff_mirror_parse_list("deb http://u.example/ubuntu noble main\ndeb http://half\ndeb [\n", &m);
	tap_is_str(m.base, "", "list: no Debian in there");
}

static void test_mirror_deb822(void)
{
	struct ff_mirror m = { 0 };

	ff_mirror_parse_deb822("Types: deb deb-src\n"
			       "# a comment inside\n"
			       "URIs: http://m.example/debian\n"
			       "Suites: bookworm\n"
			       "# another\n"
			       " bookworm-updates\n"
			       "Components: main\n"
			       "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
			       "\n"
			       "types: deb\n"
			       "uris: http://s.example/debian-security/\n"
			       "suites: bookworm-security\n"
			       "components: main\n", &m);
	tap_is_str(m.base, "http://m.example/debian", "deb822: the main archive");
	tap_is_str(m.security, "http://s.example/debian-security", "deb822: the security archive");
	memset(&m, 0, sizeof(m));
	ff_mirror_parse_deb822("Enabled: no\nTypes: deb\nURIs: http://off.example/debian\n"
			       "Suites: bookworm\nComponents: main\n\n \n"
			       "Types: deb-src\nURIs: http://src.example/debian\n"
			       "Suites: bookworm\nComponents: main\n", &m);
	tap_is_str(m.base, "", "deb822: disabled and source-only ones do not count");
}

static void test_version(void)
{
	static const struct { const char *a, *b; int want; } t[] = {
		{ "6.1.0-56", "6.1.0-9", 1 }, { "7.2.12+deb13", "7.2.9+deb13", 1 },
		{ "6.12.95-1~bpo12+1", "6.12.95-1", -1 }, { "1.0", "1.0", 0 },
		{ "1.0", "1.0.0", -1 }, { "1.0a", "1.0+", -1 }, { "1.007", "1.7", 0 },
		{ "6.12.90+deb12.1", "6.12.90+deb12", 1 }, { "", "~", 1 },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		int d = ff_version_compare(t[i].a, t[i].b), r = ff_version_compare(t[i].b, t[i].a);

		tap_ok((d > 0) - (d < 0) == t[i].want && (r > 0) - (r < 0) == -t[i].want,
		       "version \"%s\" against \"%s\"", t[i].a, t[i].b);
	}
}

/* A 64-bit ELF file with nothing but .modinfo and section names. */
static size_t make_elf(char *buf)
{
	static const char info[] = "license=GPL\0depends=virtio_ring,virtio\0name=virtio_pci";
	static const char names[] = "\0.modinfo\0.shstrtab";
	Elf64_Ehdr *eh = (void *)buf;
	Elf64_Shdr *sh = (void *)(buf + 64);

	memset(buf, 0, 1024);
	memcpy(eh->e_ident, ELFMAG, SELFMAG);
	eh->e_ident[EI_CLASS] = ELFCLASS64;
	eh->e_shoff = 64;
	eh->e_shentsize = sizeof(*sh);
	eh->e_shnum = 3;
	eh->e_shstrndx = 2;
	sh[1] = (Elf64_Shdr){ .sh_name = 1, .sh_offset = 512, .sh_size = sizeof(info) };
	sh[2] = (Elf64_Shdr){ .sh_name = 10, .sh_offset = 768, .sh_size = sizeof(names) };
	memcpy(buf + 512, info, sizeof(info));
	memcpy(buf + 768, names, sizeof(names));
	return 768 + sizeof(names);
}

static void test_modinfo(void)
{
	char elf[1024] __attribute__((aligned(16))), v[64] = "";
	size_t len = make_elf(elf);
	unsigned crashes = 0;

	tap_ok(!ff_modinfo_get(elf, len, "depends", v, sizeof(v)), "modinfo: depends is found");
	tap_is_str(v, "virtio_ring,virtio", "modinfo: its value");
	tap_ok(ff_modinfo_get(elf, len, "depend", v, sizeof(v)) == -ENOENT,
	       "modinfo: half a key is not the key");
	tap_ok(ff_modinfo_get("no elf at all", 13, "depends", v, sizeof(v)) == -ENOEXEC,
	       "modinfo: not an ELF file");
	for (size_t cut = 0; cut < len; cut++) {
		char *copy = malloc(cut ? cut : 1);	/* so that a sanitizer sees overruns */

		memcpy(copy, elf, cut);
		crashes += ff_modinfo_get(copy, cut, "depends", v, sizeof(v)) > 0;
		free(copy);
	}
	tap_ok(!crashes, "modinfo: a file cut anywhere is refused or read, never overrun");
}

static void test_cache(const char *dir)
{
	char path[4096], want[4096], sub[4096], *text;
	size_t len = 0;
	int lock;

	setenv("XDG_CACHE_HOME", dir, 1);
	tap_ok(!ff_cache_path(path, sizeof(path), "a/%s/c", "b"), "cache: a path is made");
	snprintf(want, sizeof(want), "%s/foliofuzz/a/b/c", dir);
	tap_is_str(path, want, "cache: under XDG_CACHE_HOME");
	tap_ok(!ff_write_file(path, "one", 3) && !ff_write_file(path, "two!", 4),
	       "cache: a file is written and replaced");
	text = ff_read_file(path, &len);
	tap_ok(text && len == 4 && !strcmp(text, "two!"), "cache: and read back");
	free(text);
	lock = ff_cache_lock("t");
	tap_ok(lock >= 0, "cache: a lock is taken");
	ff_cache_unlock(lock);
	setenv("XDG_CACHE_HOME", "relative", 1);
	setenv("HOME", dir, 1);
	ff_cache_path(path, sizeof(path), "x");
	snprintf(want, sizeof(want), "%s/.cache/foliofuzz/x", dir);
	tap_is_str(path, want, "cache: a relative XDG_CACHE_HOME is ignored");
	snprintf(sub, sizeof(sub), "%s/foliofuzz", dir);
	tap_ok(!ff_remove_tree(sub) && access(sub, F_OK), "cache: a tree is removed");
}

static void test_proc(void)
{
	static const char *const echo[] = { "sh", "-c", "echo out; echo err >&2; exit 7", NULL };
	static const char *const slow[] = { "sleep", "60", NULL };
	static const char *const none[] = { "/nonexistent/program", NULL };
	char *out = NULL, *err = NULL;
	struct ff_proc_opts o = { .out = &out, .err = &err };
	struct ff_proc_opts limit = { .timeout_ms = 100 };

	tap_is_int(ff_proc_run(echo, &o), 7, "proc: the exit status");
	tap_is_str(out, "out\n", "proc: stdout");
	tap_is_str(err, "err\n", "proc: stderr");
	free(out);
	free(err);
	tap_is_int(ff_proc_run(slow, &limit), -ETIMEDOUT, "proc: a time limit is kept");
	tap_is_int(ff_proc_run(none, NULL), -ENOENT, "proc: no such program");
}

static void test_disk(const char *dir)
{
	struct ff_disk d = { .kind = FF_DISK_RAW, .size_mib = 3, .serial = "raw0" };
	struct ff_disk bad = { .kind = FF_DISK_RAW, .size_mib = 1, .serial = "a,b" };
	struct stat st;

	tap_ok(!ff_disk_make(&d, dir) && !stat(d.path, &st) && st.st_size == 3 << 20,
	       "disk: a raw image of 3 MiB");
	tap_is_int(ff_disk_make(&bad, dir), -EINVAL, "disk: a serial with a comma is refused");
}

int main(void)
{
	char dir[] = "/tmp/unit_vmparts.XXXXXX";

	if (!mkdtemp(dir)) {
		tap_ok(0, "mkdtemp(%s): %s", dir, strerror(errno));
		return tap_done();
	}
	test_cpio();
	test_mirror_list();
	test_mirror_deb822();
	test_version();
	test_modinfo();
	test_cache(dir);
	test_proc();
	test_disk(dir);
	ff_remove_tree(dir);
	return tap_done();
}
