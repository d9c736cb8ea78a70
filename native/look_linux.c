/* Looking at a pipe through /proc. */
#define _GNU_SOURCE
#include "look.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = sizeof "/proc//fd/" + 2 * 3 * sizeof(int) };

/* Whether that descriptor is that pipe; its path is in `path` then. */
static int is_there(struct pw_place place, const char *link, char path[PATH_ROOM]) {
  char target[PATH_MAX];
  ssize_t length;
  snprintf(path, PATH_ROOM, "/proc/%d/fd/%d", (int)place.pid, place.fd);
  length = readlink(path, target, sizeof target);
  if (length == -1) return -errno;
  return (size_t)length == strlen(link) && memcmp(target, link, (size_t)length) == 0 ? 0 : -ENOENT;
}

static int ask(int fd, double inode, struct pw_fill *fill) {
  struct stat stat;
  if (fstat(fd, &stat) == -1) return -errno;
  if (!S_ISFIFO(stat.st_mode) || (double)stat.st_ino != inode) return -ENOENT;
  fill->capacity = fcntl(fd, F_GETPIPE_SZ);
  return fill->capacity == -1 || ioctl(fd, FIONREAD, &fill->queued) == -1 ? -errno : 0;
}

int pw_look(struct pw_place reader, struct pw_place writer, struct pw_pipe_name name, struct pw_fill *fill) {
  char path[PATH_ROOM];
  int fd;
  int error = is_there(writer, name.link, path);
  if (error == 0) error = is_there(reader, name.link, path);
  if (error != 0) return error;
  do fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  while (fd == -1 && errno == EINTR);
  if (fd == -1) return -errno;
  error = ask(fd, name.inode, fill);
  close(fd);
  return error;
}
