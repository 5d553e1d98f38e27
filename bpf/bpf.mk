# SPDX-License-Identifier: GPL-2.0-only
# The BPF objects: one per subject, linked into one, and its skeleton header.
# Included by the top Makefile; needs $(BUILD), $(Q), $(say).

CLANG		?= clang
BPFTOOL		?= $(shell command -v bpftool || echo /usr/sbin/bpftool)
BPF_MULTIARCH	?= $(shell $(CC) -print-multiarch 2>/dev/null)
BPF_CFLAGS	?= -target bpf -D__TARGET_ARCH_x86 -mcpu=v3 -g -O2 -Wall -Werror \
		   -Ibpf -I/usr/include/$(BPF_MULTIARCH)

# ring first: the others refer to what it defines.
BPF_SRCS	:= bpf/ring.bpf.c bpf/fault.bpf.c bpf/dma.bpf.c bpf/collapse.bpf.c \
		   bpf/shmswap.bpf.c bpf/waits.bpf.c bpf/pagewait.bpf.c bpf/mapped.bpf.c \
		   bpf/hold.bpf.c bpf/move.bpf.c
BPF_OBJS	:= $(patsubst bpf/%.bpf.c,$(BUILD)/bpf/%.bpf.o,$(BPF_SRCS))
BPF_HDRS	:= bpf/event.h bpf/hold.h bpf/waits.h bpf/ff_core.h bpf/ff_emit.h
BPF_SKEL	:= $(BUILD)/bpf/witness.skel.h

$(BUILD)/bpf/%.bpf.o: bpf/%.bpf.c $(BPF_HDRS)
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(BUILD)/bpf/witness.bpf.o: $(BPF_OBJS)
	$(call say,BPFLD,$@)
	$(Q)$(BPFTOOL) gen object $@ $^

$(BPF_SKEL): $(BUILD)/bpf/witness.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name witness_bpf > $@.tmp && mv $@.tmp $@
