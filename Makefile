# SPDX-License-Identifier: GPL-2.0-only
#
# foliofuzz: a syscall fuzzing harness for the Linux page cache.
# `make help` says what can be made.

# The usual settings, each may be given on the command line.
ifeq ($(origin CC),default)
CC		:= gcc
endif
INSTALL		?= install
PREFIX		?= /usr/local
DESTDIR		?=
CFLAGS		?= -O2 -g
WERROR		?= 1
V		?= 0
SAN		?= 0
BUILD		?= $(if $(filter 1,$(SAN)),build-san,build)

# What `make fuzz` does: these kernels, this many seconds each.
KERNELS		:= bookworm bullseye bookworm-backports
TIME		:= 300
OUT		:= out
FUZZ_ARGS	:=


ifeq ($(V),1)
Q		:=
say		= @:
else
Q		:= @
say		= @printf '  %-7s %s\n' '$(1)' '$(2)'
MAKEFLAGS	+= --no-print-directory
endif
MAKEFLAGS	+= -r

.DEFAULT_GOAL	:= all
.DELETE_ON_ERROR:
.SUFFIXES:

# ---------------------------------------------------------------------------
# First the packages, then everything else in a second make: what is found
# while the Makefile is read (wildcards, $(shell ...)) must find what the
# packages brought.
# ---------------------------------------------------------------------------
needs_build	:= all unit install tests
needs_all	:= check fuzz bench regress
goals		:= $(or $(MAKECMDGOALS),all)

ifneq ($(FOLIOFUZZ_DEPS),done)
ifneq ($(filter $(needs_build) $(needs_all),$(goals)),)
first_pass	:= 1
endif
endif

ifeq ($(first_pass),1)

deps_group	:= $(if $(filter $(needs_all),$(goals)),all,build)
# All processors, unless -j was given or a jobserver is there already.
jobs		= $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

.PHONY: $(goals) second_pass
$(goals): second_pass
	@:

second_pass:
	$(Q)CC='$(CC)' .ci/deps --quiet $(deps_group)
	$(Q)+$(MAKE) $(jobs) FOLIOFUZZ_DEPS=done $(goals)

else

# ---------------------------------------------------------------------------
# Sources: every C file in these folders; nothing to add here for a new one.
# ---------------------------------------------------------------------------
DIRS		:= fuzzer oracles corpus runner runner/agent runner/campaign runner/fuse runner/regress runner/report runner/shards runner/vm bpf
SRCS		:= $(filter-out %.bpf.c,$(wildcard $(DIRS:%=%/*.c)))
OBJS		:= $(SRCS:%.c=$(BUILD)/%.o)
MAIN_OBJ	:= $(filter %/runner/main.o,$(OBJS))
LIB_OBJS	:= $(filter-out $(MAIN_OBJ),$(OBJS))
BIN		:= $(BUILD)/foliofuzz
LIB		:= $(BUILD)/libfoliofuzz.a

ff_cppflags	:= -D_GNU_SOURCE -I. -I$(BUILD) -MMD -MP
ff_cflags	:= -std=gnu11 -Wall -Wextra -pthread
ff_cflags	+= $(if $(filter 1,$(WERROR)),-Werror)
ff_ldflags	:= -pthread
# libbpf needs libelf, libelf needs zlib and, since 0.189, zstd.
ff_libs		:= -lbpf -lelf -ljansson -lmd -lz -lzstd -lm

ifeq ($(SAN),1)
# Sanitizers cannot be linked statically, so this is for the host's side and
# for unit tests; the guest's binary is always the one in build/.
san_flags	:= -fsanitize=address,undefined -fno-sanitize-recover=undefined
san_flags	+= -fno-omit-frame-pointer
ff_cflags	+= $(san_flags)
ff_ldflags	+= $(san_flags) -Wl,--as-needed
else
ff_ldflags	+= -static
endif

compile		= $(CC) $(ff_cppflags) $(CPPFLAGS) $(ff_cflags) $(CFLAGS)
link		= $(CC) $(ff_cflags) $(CFLAGS) $(ff_ldflags) $(LDFLAGS)
libs		= $(ff_libs) $(LDLIBS)

.PHONY: all clean install deps help fuzz bench FORCE

all: $(BIN)

# bpf/bpf.mk: $(BUILD)/bpf/witness.skel.h out of bpf/*.bpf.c.
-include bpf/bpf.mk
ifneq ($(wildcard bpf/bpf.mk),)
SKEL		:= $(BUILD)/bpf/witness.skel.h
$(filter $(BUILD)/bpf/%,$(OBJS)): | $(SKEL)
endif

# Other flags than last time, or a source file that is gone: make anew.
flags_now	:= $(subst ','\'',$(compile) | $(link) | $(libs))
objs_now	:= $(OBJS)
$(BUILD)/.flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(flags_now)' | cmp -s - $@ || \
		printf '%s\n' '$(flags_now)' >$@
$(BUILD)/.objs: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(objs_now)' | cmp -s - $@ || \
		printf '%s\n' '$(objs_now)' >$@

$(OBJS): $(BUILD)/%.o: %.c $(BUILD)/.flags
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(compile) -c -o $@ $<

# Texts that are part of these (.incbin, which no -MMD sees).
$(BUILD)/corpus/repro_blocks.o: $(wildcard corpus/repro/*.c)
$(BUILD)/runner/report/page.o: runner/report/style.css

# Made anew each time and with q: two folders may have files of one name.
$(LIB): $(LIB_OBJS) $(BUILD)/.objs
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) qcs $@ $(LIB_OBJS)

$(BIN): $(OBJS) $(BUILD)/.objs $(BUILD)/.flags
	$(call say,LD,$@)
	$(Q)$(link) -o $@ $(OBJS) $(libs)

include tests/tests.mk

-include $(OBJS:.o=.d)

# Findings (status 1) are what a campaign is for: no error of make's.
fuzz: $(BIN)
	$(Q)for k in $(KERNELS); do \
		$(BIN) fuzz --kernel $$k --time $(TIME) --out $(OUT)/$$k \
			$(FUZZ_ARGS); \
		rc=$$?; [ $$rc -le 1 ] || exit $$rc; \
	done

bench: $(BIN)
	$(Q)if [ -x tests/bench.sh ]; then \
		FOLIOFUZZ=$(BIN) tests/bench.sh $(BENCH_ARGS); \
	else \
		echo 'make bench: tests/bench.sh is not there' >&2; exit 3; \
	fi

doc_dir		:= $(DESTDIR)$(PREFIX)/share/doc/foliofuzz
man_dir		:= $(DESTDIR)$(PREFIX)/share/man/man1
regress_dir	:= $(DESTDIR)$(PREFIX)/share/foliofuzz/regress
docs		:= $(wildcard README.md LICENSE docs/*.md docs/*.png)
bash_dir	:= $(DESTDIR)$(PREFIX)/share/bash-completion/completions
regress		:= $(wildcard corpus/regress/*.ff corpus/regress/baseline.json)
unit_dir	:= $(DESTDIR)$(PREFIX)/lib/systemd/system
units		:= $(wildcard runner/systemd/*.in)

install: $(BIN)
	$(call say,INSTALL,$(DESTDIR)$(PREFIX)/bin/foliofuzz)
	$(Q)$(INSTALL) -D -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/foliofuzz
	$(Q)$(INSTALL) -d $(doc_dir)
	$(if $(docs),$(Q)$(INSTALL) -m 644 $(docs) $(doc_dir))
	$(Q)docs/man.sh $(BIN) >$(BUILD)/foliofuzz.1
	$(Q)$(INSTALL) -D -m 644 -t $(man_dir) $(BUILD)/foliofuzz.1
	$(Q)$(INSTALL) -D -m 644 docs/completion/foliofuzz.bash $(bash_dir)/foliofuzz
	$(if $(regress),$(Q)$(INSTALL) -D -m 644 -t $(regress_dir) $(regress))
	$(Q)$(INSTALL) -d $(unit_dir)
	$(Q)for u in $(units); do \
		sed 's|@PREFIX@|$(PREFIX)|g' $$u >$(unit_dir)/$$(basename $$u .in) || exit; done

deps:
	$(Q)CC='$(CC)' .ci/deps all

clean:
	$(call say,CLEAN,build build-san)
	$(Q)rm -rf build build-san

help:
	@echo 'make            build $(BUILD)/foliofuzz (static)'
	@echo 'make unit       build and run the unit tests'
	@echo 'make check      unit tests and guest tests; TESTS="NAME ..." only those'
	@echo 'make fuzz       fuzz: KERNELS="$(KERNELS)" TIME=$(TIME) (s each)'
	@echo '                OUT=$(OUT) FUZZ_ARGS="..."'
	@echo 'make regress    the kept programs on four kernels (KERNELS="..."), into $(OUT)/regress'
	@echo 'make bench      measure calls per second'
	@echo 'make mutant-kernel  build the kernel with the seed bugs (10 to 20 minutes, cached)'
	@echo 'make mutant-programs  kept programs on the mutant kernel: each bug with its verdict'
	@echo 'make repro-proof  the C file of each seed bug sees it with its mutant on, and not off'
	@echo 'make corpus-torture  the corpus store: KILLS=2000 writers killed, DAMAGES=100000'
	@echo 'make campaign-torture  a campaign killed again and again: TIME=7200 (s) EVERY=180 (s)'
	@echo 'make corpus-fuzz  libFuzzer on the readers of stores and texts: TIME=300 (s)'
	@echo 'make scale-sim  what many shards would bring; scale-merge: what merging costs; CAMPAIGN=DIR'
	@echo 'make deps       install the Debian packages that are missing'
	@echo 'make install    PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)'
	@echo 'make clean      remove build/ and build-san/; findings in out/ stay'
	@echo
	@echo 'V=1             show the commands'
	@echo 'SAN=1           with ASan and UBSan, dynamic, in build-san/'
	@echo 'WERROR=0        warnings are warnings'
	@echo 'BUILD=DIR       build there'

endif
