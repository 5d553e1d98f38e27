# SPDX-License-Identifier: GPL-2.0-only
#
# A campaign that is killed with SIGKILL every few minutes, and looked at each time.

.PHONY: campaign-torture
campaign-torture: $(BIN)
	$(Q)FOLIOFUZZ='$(BIN)' TIME='$(if $(filter command line environment,$(origin TIME)),$(TIME),7200)' \
		EVERY='$(or $(EVERY),180)' OUT='$(OUT)/torture' TORTURE_ARGS='$(or $(TORTURE_ARGS),--kernel bookworm)' \
		tests/campaign_torture.sh
