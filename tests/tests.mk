# SPDX-License-Identifier: GPL-2.0-only
#
# Tests. A unit test is one file tests/unit_NAME.c with a main(), linked with
# everything but runner/main.c. A guest test is one script tests/guest_NAME.sh.
# Both speak TAP; tests/run.sh runs and counts them. Nothing to add here for a
# new test. A file tests/guest_NAME.c is a program for a guest, often its PID 1:
# built static like a unit test, run by a script that finds it in $FOLIOFUZZ_TESTS.

UNIT_SRCS	:= $(sort $(wildcard tests/unit_*.c))
UNIT_BINS	:= $(UNIT_SRCS:%.c=$(BUILD)/%)
GUEST_SRCS	:= $(sort $(wildcard tests/guest_*.c))
GUEST_PROGS	:= $(GUEST_SRCS:%.c=$(BUILD)/%)
TEST_BINS	:= $(UNIT_BINS) $(GUEST_PROGS)
GUEST_TESTS	:= $(sort $(wildcard tests/guest_*.sh))

# TESTS="unit_tap guest_boot": names, with or without folder and suffix.
test_names	:= $(basename $(notdir $(TESTS)))
chosen_unit	:= $(if $(TESTS),$(filter unit_%,$(test_names)),$(notdir $(UNIT_BINS)))
chosen_guest	:= $(if $(TESTS),$(filter-out unit_%,$(test_names)),$(basename $(notdir $(GUEST_TESTS))))
run_unit	:= $(chosen_unit:%=$(BUILD)/tests/%)
run_guest	:= $(chosen_guest:%=tests/%.sh)

# A guest boots the static binary, also when the host's has sanitizers.
# SAN_ENV: the first report ends the program, with a stack.
ifeq ($(SAN),1)
GUEST_BIN	:= build/foliofuzz
SAN_ENV		:= UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
guest_side:
	$(Q)+$(MAKE) SAN=0 BUILD=build guest_side
else
GUEST_BIN	:= $(BIN)
guest_side: $(BIN) $(GUEST_PROGS)
endif

# exec: a signal to make must reach the runner, not a shell between them.
RUN_TESTS	= exec env BUILD='$(BUILD)' CC='$(CC)' FOLIOFUZZ='$(BIN)' \
		  FOLIOFUZZ_AGENT='$(GUEST_BIN)' \
		  FOLIOFUZZ_TESTS='$(dir $(GUEST_BIN))tests' $(SAN_ENV) \
		  tests/run.sh -o $(BUILD)/test-logs

.PHONY: tests unit check guest_side

tests: $(UNIT_BINS) guest_side

$(TEST_BINS:%=%.o): $(BUILD)/%.o: %.c $(BUILD)/.flags | $(SKEL)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(compile) -c -o $@ $<

$(TEST_BINS): %: %.o $(LIB)
	$(call say,LD,$@)
	$(Q)$(link) -o $@ $< $(LIB) $(libs)

-include $(TEST_BINS:%=%.d)

unit: $(run_unit)
	$(Q)$(RUN_TESTS) $(run_unit)

check: $(run_unit) $(BIN) guest_side
	$(Q)$(RUN_TESTS) $(run_unit) $(run_guest)

# Proofs that take long, under targets of their own.
include tests/corpus.mk
include tests/regress.mk
include tests/scale.mk
include tests/mutants/mutants.mk
include tests/campaign.mk
