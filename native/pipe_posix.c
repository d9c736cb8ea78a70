/* Pipes by what any POSIX system has. macOS runs on this alone; on Linux it can be forced, so that it is tested. */
#define _GNU_SOURCE /* statx */
#include "pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A write of at most so many bytes to a pipe that poll(2) calls writable does not block (POSIX, write(2)). */
#ifndef PIPE_BUF
#define PIPE_BUF 512
#endif

int pw_set_nonblock(int fd, int on) {
  int flags = fcntl(fd, F_GETFL);
  if (flags == -1) return -errno;
  flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
  return fcntl(fd, F_SETFL, flags) == -1 ? -errno : 0;
}

int pw_set_cloexec(int fd) { return fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ? -errno : 0; }

int pw_directions(int fd) {
  int flags = fcntl(fd, F_GETFL);
  int is_pipe;
  if (flags == -1) return -errno;
#ifdef __linux__
  /* FIONREAD and F_GETPIPE_SZ are no proof on other files; lseek(2) fails with ESPIPE on sockets too. Only a pipe has
   * a size to tell. (fstat(2) would do, but its symbol is newer than the oldest glibc that we run on.) */
  is_pipe = fcntl(fd, 1032 /* F_GETPIPE_SZ */) > 0;
#else
  struct stat about;
  if (fstat(fd, &about) == -1) return -errno;
  is_pipe = S_ISFIFO(about.st_mode);
#endif
  if (!is_pipe) return -ENOTSUP;
  switch (flags & O_ACCMODE) {
    case O_RDONLY: return PW_READ;
    case O_WRONLY: return PW_WRITE;
    case O_RDWR: return PW_READ | PW_WRITE;
    default: return -EBADF; /* O_PATH and the like */
  }
}

int pw_available(int fd) {
  int bytes = 0;
  return ioctl(fd, FIONREAD, &bytes) == -1 ? -errno : bytes;
}

int64_t pw_inode(int fd) {
#ifdef __linux__
  struct statx about;
  return statx(fd, "", AT_EMPTY_PATH, STATX_INO, &about) == -1 ? -errno : (int64_t)about.stx_ino;
#else
  struct stat about;
  return fstat(fd, &about) == -1 ? -errno : (int64_t)about.st_ino;
#endif
}

static int64_t milliseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int pw_wait(int fd, enum pw_direction direction, int timeout) {
  struct pollfd one = {.fd = fd, .events = direction == PW_READ ? POLLIN : POLLOUT};
  int64_t end = timeout > 0 ? milliseconds_now() + timeout : 0;
  int ready;
  /* A profiler interrupts every millisecond: to start over each time would be to wait for ever. */
  while ((ready = poll(&one, 1, timeout)) == -1 && errno == EINTR) {
    if (timeout <= 0) continue;
    int64_t left = end - milliseconds_now();
    timeout = left > 0 ? (int)left : 0;
  }
  if (ready == -1) return -errno;
  return ready == 0 ? 0 : one.revents;
}

ssize_t pw_read_polled(int fd, enum pw_how how, void *into, size_t length) {
  ssize_t count;
  if (how != PW_NONBLOCK) {
    int ready = pw_wait(fd, PW_READ, 0);
    if (ready <= 0) return ready == 0 ? -EAGAIN : ready;
  }
  do count = read(fd, into, length);
  while (count == -1 && errno == EINTR);
  return count == -1 ? -errno : count;
}

ssize_t pw_write_polled(int fd, enum pw_how how, const void *chunk, size_t length) {
  ssize_t count;
  if (how != PW_NONBLOCK) {
    int ready = pw_wait(fd, PW_WRITE, 0);
    if (ready <= 0) return ready == 0 ? -EAGAIN : ready;
    if (length > PIPE_BUF) length = PIPE_BUF;
  }
  do count = write(fd, chunk, length);
  while (count == -1 && errno == EINTR);
  return count == -1 ? -errno : count;
}

/* Two pages: so many of each pipe Linux keeps at hand (tmp_page in fs/pipe.c), and to get and give back any other takes
 * longer than to fill it. */
enum { PASS_SLICE = 8192 };

void pw_pass(int writer, const void *chunk, int reader, void *into, size_t length, size_t moved[2]) {
  moved[0] = moved[1] = 0;
  while (moved[1] < length) {
    size_t slice = length - moved[1];
    ssize_t written, taken;
    if (slice > PASS_SLICE) slice = PASS_SLICE;
    written = pw_write_polled(writer, PW_NONBLOCK, (const char *)chunk + moved[1], slice);
    if (written <= 0) return;
    moved[0] += (size_t)written;
    taken = pw_read_polled(reader, PW_NONBLOCK, (char *)into + moved[1], (size_t)written);
    if (taken > 0) moved[1] += (size_t)taken;
    if (taken != written) return;
  }
}

static int posix_open(int ends[2]) {
  int fds[2];
  int error;
  if (pipe(fds) == -1) return -errno;
  /* Between pipe(2) and here a fork elsewhere in the process inherits both ends: without pipe2(2) nothing helps. */
  error = pw_set_cloexec(fds[0]);
  if (error == 0) error = pw_set_cloexec(fds[1]);
  if (error == 0) error = pw_set_nonblock(fds[0], 1);
  if (error == 0) error = pw_set_nonblock(fds[1], 1);
  if (error != 0) {
    close(fds[0]);
    close(fds[1]);
    return error;
  }
  ends[0] = fds[0];
  ends[1] = fds[1];
  return 0;
}

static int posix_reopen(int fd, int blocking) {
  (void)fd;
  (void)blocking;
  return -ENOSYS;
}

static int posix_capacity(int fd) {
  (void)fd;
  return -ENOSYS;
}

static int posix_set_capacity(int fd, int bytes) {
  (void)fd;
  (void)bytes;
  return -ENOSYS;
}

const struct pw_system pw_posix = {
    .open = posix_open,
    .reopen = posix_reopen,
    .capacity = posix_capacity,
    .set_capacity = posix_set_capacity,
    .read = pw_read_polled,
    .write = pw_write_polled,
};
