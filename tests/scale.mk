# SPDX-License-Identifier: GPL-2.0-only
#
# docs/scale.md: what many shards cost and bring, out of a recorded campaign:
# CAMPAIGN=DIR (of fuzz --out). SCALE_ARGS: options of tests/scale_sim.py.

SHARDS		?= 3 30
CAMPAIGN	?= out

.PHONY: scale-sim scale-merge

scale-sim: $(BIN)
	$(Q)tests/scale_sim.py --foliofuzz $(BIN) $(SCALE_ARGS) $(CAMPAIGN)

scale-merge: $(BIN)
	$(Q)FOLIOFUZZ=$(BIN) tests/scale_merge.sh $(CAMPAIGN) $(SHARDS)
