/* What Linux adds: pipes that are non-blocking and close-on-exec from birth, a second description of the same end
 * through /proc, reads and writes that do not wait on anybody's description, and capacity. */
#define _GNU_SOURCE
#include "pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* preadv2(2) and pwritev2(2) by their numbers: musl has them since 1.2.5 only. The position -1 means none, as for any
 * pipe; its upper half is not looked at where a long has 64 bits. */
#ifndef RWF_NOWAIT
#define RWF_NOWAIT 8
#endif

static int linux_open(int ends[2]) { return pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1 ? -errno : 0; }

static int linux_reopen(int fd, int blocking) {
  char path[sizeof "/proc/self/fd/" + 3 * sizeof fd];
  int flags = fcntl(fd, F_GETFL);
  int error;
  int twin;
  if (flags == -1) return -errno;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  /* Non-blocking even when it shall not stay so: to open a FIFO may wait for its other side. */
  do twin = open(path, (flags & O_ACCMODE) | O_CLOEXEC | O_NONBLOCK);
  while (twin == -1 && errno == EINTR);
  if (twin == -1) return -errno;
  if (!blocking) return twin;
  error = pw_set_nonblock(twin, 0);
  if (error == 0) return twin;
  close(twin);
  return error;
}

static int linux_capacity(int fd) {
  int bytes = fcntl(fd, F_GETPIPE_SZ);
  return bytes == -1 ? -errno : bytes;
}

static int linux_set_capacity(int fd, int bytes) {
  int granted = fcntl(fd, F_SETPIPE_SZ, bytes);
  return granted == -1 ? -errno : granted;
}

static ssize_t linux_read(int fd, enum pw_how how, void *into, size_t length) {
  struct iovec one = {.iov_base = into, .iov_len = length};
  ssize_t count;
  if (how != PW_NOWAIT) return pw_read_polled(fd, how, into, length);
  do count = syscall(SYS_preadv2, fd, &one, 1L, -1L, -1L, (long)RWF_NOWAIT);
  while (count == -1 && errno == EINTR);
  return count == -1 ? -errno : count;
}

static ssize_t linux_write(int fd, enum pw_how how, const void *chunk, size_t length) {
  struct iovec one = {.iov_base = (void *)chunk, .iov_len = length};
  ssize_t count;
  if (how != PW_NOWAIT) return pw_write_polled(fd, how, chunk, length);
  do count = syscall(SYS_pwritev2, fd, &one, 1L, -1L, -1L, (long)RWF_NOWAIT);
  while (count == -1 && errno == EINTR);
  return count == -1 ? -errno : count;
}

const struct pw_system pw_linux = {
    .open = linux_open,
    .reopen = linux_reopen,
    .capacity = linux_capacity,
    .set_capacity = linux_set_capacity,
    .read = linux_read,
    .write = linux_write,
};
