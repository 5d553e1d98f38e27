# SPDX-License-Identifier: GPL-2.0-only
#
# The corpus store for longer than in make unit: KILLS writers killed, DAMAGES
# random damages. With SAN=1 under ASan and UBSan.

KILLS		?= 2000
DAMAGES		?= 100000

.PHONY: corpus-torture

corpus-torture: $(BUILD)/tests/unit_corpus_kill $(BUILD)/tests/unit_corpus_damage
	$(Q)FF_CORPUS_DIR=/tmp FF_CORPUS_DAMAGES=$(DAMAGES) $(BUILD)/tests/unit_corpus_damage
	$(Q)FF_CORPUS_DIR=/tmp FF_CORPUS_KILLS=$(KILLS) $(BUILD)/tests/unit_corpus_kill

# libFuzzer on the readers of stores, programs, fsx logs and syzkaller's text: TIME=1800 (s).
.PHONY: corpus-fuzz

corpus-fuzz: $(BIN)
	$(Q)FOLIOFUZZ=$(BIN) BUILD=$(BUILD) tests/corpus_fuzz.sh $(TIME)

# A long log of fsx, imported and run on a clean kernel: OPS, SEED, LOG, KERNEL, TARGET.
.PHONY: fsx-proof

fsx-proof: $(BIN)
	$(Q)FOLIOFUZZ=$(BIN) tests/fsx_proof.sh
