/* What pipework asks of a system's pipes. Below this line there is no JavaScript and no policy.
 *
 * Every function returns -errno on failure, and leaves what it was given alone then. Descriptors that a function hands
 * out are close-on-exec from birth and belong to the caller. */
#ifndef PIPEWORK_PIPE_H
#define PIPEWORK_PIPE_H

#include <stddef.h>
#include <sys/types.h>

/* How a descriptor has to be called so that the call never blocks. */
enum pw_how {
  PW_NONBLOCK, /* an open file description of our own, with O_NONBLOCK */
  PW_NOWAIT,   /* a description that others have too, RWF_NOWAIT on each call (Linux 6.4) */
  PW_POLL      /* the same, poll(2) before each call; only we may read it */
};

enum pw_direction { PW_READ = 1, PW_WRITE = 2 };

/* One system's way of doing it: pw_linux, or pw_posix, which is all that macOS has and runs on Linux too. */
struct pw_system {
  /* pipe(2): ends[0] reads, ends[1] writes, both non-blocking. */
  int (*open)(int ends[2]);

  /* Opens the same end of the same pipe once more, for reading, writing or both as `fd` is: another description, blocking
   * or not. -ENOSYS where there is no way. */
  int (*reopen)(int fd, int blocking);

  /* Bytes that the pipe holds when full pages are written; asking for more or less gives what the kernel granted. */
  int (*capacity)(int fd);
  int (*set_capacity)(int fd, int bytes);

  /* Move at most `length` bytes, without waiting: -EAGAIN instead. A read of 0 is the end. */
  ssize_t (*read)(int fd, enum pw_how how, void *into, size_t length);
  ssize_t (*write)(int fd, enum pw_how how, const void *chunk, size_t length);
};

extern const struct pw_system pw_posix;
#ifdef __linux__
extern const struct pw_system pw_linux;
#endif

/* The same everywhere. */

/* PW_READ, PW_WRITE or both, by what `fd` was opened for; -ENOTSUP when it is no pipe and no FIFO. */
int pw_directions(int fd);

/* Bytes in the pipe. */
int pw_available(int fd);

/* What the system knows the pipe by, as long as it is open anywhere. */
int64_t pw_inode(int fd);

/* Waits until `fd` can be read (or has ended) or written (or is broken), at most `timeout` milliseconds, -1 for ever.
 * The events of poll(2) that hold, 0 when time is up. Goes on after a signal handler has run. */
int pw_wait(int fd, enum pw_direction direction, int timeout);

/* A read or write of PW_POLL and PW_NONBLOCK descriptors, as both systems do it. */
ssize_t pw_read_polled(int fd, enum pw_how how, void *into, size_t length);
ssize_t pw_write_polled(int fd, enum pw_how how, const void *chunk, size_t length);

/* Writes `length` bytes of `chunk` and reads as many into `into`, by turns, on two non-blocking ends of one pipe. Counts
 * of what was written and what was read are in `moved`; it stops where a call of either kind fails or gets less, and the
 * next one will tell why. */
void pw_pass(int writer, const void *chunk, int reader, void *into, size_t length, size_t moved[2]);

/* Sets or clears one flag by F_SETFL (O_NONBLOCK) or F_SETFD (FD_CLOEXEC). */
int pw_set_nonblock(int fd, int on);
int pw_set_cloexec(int fd);

#endif
