# SPDX-License-Identifier: GPL-2.0-only
#
# The mutant kernel (tests/mutants/README.md). mutant-kernel builds it, or finds
# it in the cache, and prints where it is; mutant-probe shows every mutant's
# symptom by a program of its own, and nothing without the mutant.

.PHONY: mutant-kernel mutant-probe mutant-programs mutants repro-proof

mutant-kernel:
	$(Q)tests/mutants/build.sh

mutant-probe:
	$(Q)tests/mutants/probe.sh

# Kept programs: each mutant with its verdict, and silence without it. IDS="f2 g"
mutant-programs: $(BIN) mutant-kernel
	$(Q)FOLIOFUZZ=$(BIN) tests/mutants/programs.sh $(IDS)

# The generic campaign on each mutant: hours. MUTANTS="a b" SEEDS="1 2" TIME=120 CONTROL=600
mutants: $(BIN) mutant-kernel
	$(Q)FOLIOFUZZ=$(BIN) tests/mutants/matrix.sh

# The C file of each seed bug, on its mutant and on the control (docs/repro.md). IDS="f2 g"
repro-proof: $(BIN) guest_side mutant-kernel
	$(Q)FOLIOFUZZ=$(BIN) FOLIOFUZZ_TESTS='$(dir $(GUEST_BIN))tests' tests/mutants/repro.sh $(IDS)
