/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A debug aid: files of the guest, shown when it ends. `--append
 * ff.show=PATH[,PATH]`; each line comes as "shown: PATH: LINE" with the
 * messages of the host, for each guest of a campaign anew.
 */
#ifndef FF_RUNNER_SHOW_H
#define FF_RUNNER_SHOW_H

#include "runner/blackbox.h"

/** ff_show_files() - guest: put what the files of ff.show= say now into the box */
void ff_show_files(struct ff_box *b);

/** ff_show_tell() - host: say what the guest's files said last, and forget it */
void ff_show_tell(struct ff_box *b);

#endif
