/* SPDX-License-Identifier: GPL-2.0-only */
/* The subcommands; each parses its own options and returns the exit status. */
#ifndef FF_RUNNER_CMDS_H
#define FF_RUNNER_CMDS_H

#define FF_VERSION "0.1"

int cmd_fuzz(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_minimize(int argc, char **argv);
int cmd_judge(int argc, char **argv);
int cmd_corpus(int argc, char **argv);
int cmd_repro(int argc, char **argv);
int cmd_regress(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_submit(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_kernel(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif
