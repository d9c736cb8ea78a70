/* Starting, signalling and reaping processes. Below this line there is no JavaScript and no policy.
 *
 * A process is known by its pidfd, which no other process can get in its place: its number may be used again as soon as
 * somebody has reaped it, the descriptor goes on to mean the one that it was opened for. Every function returns -errno on
 * failure; descriptors that one hands out are close-on-exec and belong to the caller. Linux 5.4 or newer. */
#ifndef PIPEWORK_SPAWN_H
#define PIPEWORK_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

/* What a child's descriptor is, when it is no copy of one of ours. */
enum { PW_FD_NONE = -1, PW_FD_NULL = -2 }; /* closed; /dev/null */

/* How far a start got. */
enum pw_step { PW_STEP_CLONE, PW_STEP_STDIO, PW_STEP_CHDIR, PW_STEP_EXEC };

struct pw_start {
  const char *cwd;          /* NULL: as ours */
  char *const *files;       /* the program's paths, tried in this order as execvp(3) does; ends with NULL */
  char *const *argv, *const *envp;
  const int *fds;           /* the child's descriptor i is a copy of fds[i]; it has no other */
  int fd_count;
};

/* How a process ended, and what it used. */
struct pw_end {
  int code;                 /* -1: it was killed by `signal` */
  int signal;
  int64_t user, system;     /* microseconds */
  int64_t peak;             /* resident memory, KiB; that of its parent counts, as of before exec */
};

/* Starts a process whose signals are all at their defaults and none blocked. Our memory is not copied: this thread sleeps
 * until the program has been found. 0, `*pidfd` and `*pid`; or -errno, `*step` tells of what, and nothing is left; -ENOSYS
 * where processes cannot be started so. */
int pw_start(const struct pw_start *start, int *pidfd, pid_t *pid, enum pw_step *step);

/* Any process, by its number: a number read from /proc has to be looked at again afterwards. */
int pw_open_process(pid_t pid);

int pw_signal(int pidfd, int signal);

/* 0 and how a child of ours ended, -EAGAIN when it has not (never with `wait`). Afterwards it is gone. */
int pw_reap(int pidfd, int wait, struct pw_end *end);

#endif
