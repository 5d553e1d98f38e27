// SPDX-License-Identifier: GPL-2.0-only
#include "runner/vm/qmp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#define ANSWER_S	20	/* a busy host may keep QEMU waiting */

/* The next thing QEMU says; a new reference. */
static json_t *hear(int fd, int *err)
{
	json_error_t e;
	json_t *j;

	errno = 0;
	j = json_loadfd(fd, JSON_DISABLE_EOF_CHECK, &e);
	if (!j)
		*err = errno == EAGAIN ? -ETIMEDOUT : -EPIPE;
	return j;
}

static int no_answer(int err, const char *command, char *why, size_t n)
{
	if (err == -ETIMEDOUT)
		snprintf(why, n, "QEMU did not answer \"%s\" in %d s", command, ANSWER_S);
	else
		snprintf(why, n, "QEMU was gone at \"%s\"", command);
	return err;
}

/* The answer to @command; events that come before it are passed over. */
static int answer_to(int fd, const char *command, json_t **answer, char *why, size_t n)
{
	json_t *j, *said;
	int ret = 0;

	for (j = hear(fd, &ret); j && json_object_get(j, "event"); j = hear(fd, &ret))
		json_decref(j);
	if (!j)
		return no_answer(ret, command, why, n);
	said = json_object_get(j, "return");
	if (!said) {
		json_t *desc = json_object_get(json_object_get(j, "error"), "desc");

		snprintf(why, n, "QEMU refused \"%s\": %s", command,
			 json_is_string(desc) ? json_string_value(desc) : "it did not say why");
		ret = -EPROTO;
	} else if (answer) {
		*answer = json_incref(said);
	}
	json_decref(j);
	return ret;
}

/* @file: goes along, as the protocol wants it for getfd; -1 for none. */
static int say(int fd, const char *command, json_t *arguments, int file, char *why, size_t n)
{
	union { struct cmsghdr h; char room[CMSG_SPACE(sizeof(int))]; } control = { 0 };
	json_t *j = json_pack("{s:s,s:o*}", "execute", command, "arguments", arguments);
	char *text = j ? json_dumps(j, JSON_COMPACT) : NULL;
	struct iovec part = { text, text ? strlen(text) : 0 };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t sent;

	if (file >= 0) {
		m.msg_control = control.room;
		m.msg_controllen = sizeof(control.room);
		control.h = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.h), &file, sizeof(file));
	}
	/* A command is short: the socket takes it whole or is gone. */
	sent = text ? sendmsg(fd, &m, MSG_NOSIGNAL) : -1;
	free(text);
	json_decref(j);
	return sent > 0 && (size_t)sent == part.iov_len ? 0 : no_answer(-EPIPE, command, why, n);
}

int ff_qmp_do(int fd, const char *command, json_t *arguments, json_t **answer, char *why, size_t n)
{
	int ret = say(fd, command, arguments, -1, why, n);

	return ret ? ret : answer_to(fd, command, answer, why, n);
}

int ff_qmp_give(int fd, const char *name, int file, char *why, size_t n)
{
	int ret = say(fd, "getfd", json_pack("{s:s}", "fdname", name), file, why, n);

	return ret ? ret : answer_to(fd, "getfd", NULL, why, n);
}

int ff_qmp_open(int fd, char *why, size_t n)
{
	struct timeval patience = { .tv_sec = ANSWER_S };
	int ret = 0;
	json_t *j;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	j = hear(fd, &ret);
	if (!j)
		return no_answer(ret, "hello", why, n);
	json_decref(j);
	return ff_qmp_do(fd, "qmp_capabilities", NULL, NULL, why, n);
}
