# SPDX-License-Identifier: GPL-2.0-only
#
# The nightly run (docs/regress.md): the kept programs on KERNELS, in all formats,
# into out/regress/. Exit status 1 when something failed, as make has it: 2.

REGRESS_KERNELS	= $(if $(filter command,$(firstword $(origin KERNELS))),$(KERNELS),bullseye bookworm bookworm-backports trixie-backports)
REGRESS_ARGS	:=

.PHONY: regress

regress: $(BIN)
	$(Q)mkdir -p $(OUT)/regress
	$(Q)$(BIN) regress corpus/regress $(REGRESS_KERNELS:%=--kernel %) --out $(OUT)/regress \
		--ktap $(OUT)/regress/regress.ktap --junit $(OUT)/regress/regress.xml \
		--kcidb $(OUT)/regress/kcidb.json --lava $(OUT)/regress/regress.lava $(REGRESS_ARGS)
