/* Looking through /proc. */
#define _GNU_SOURCE
#include "look.h"
#include "pipe.h"
#include "thread_symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  PATH_ROOM = sizeof "/proc//fd/" + 2 * 3 * sizeof(int),
  ENTRIES_ROOM = 32 * 1024,
  FILE_ROOM = 4096,            /* the longest of the short files */
  COMMAND_MAX = 64 * 1024      /* bytes of a command line; who has more is known by these */
};

/* ---- Bytes */

static char *grow(struct pw_text *text, size_t more) {
  size_t room = text->room == 0 ? 1024 : text->room;
  while (room - text->length < more) room *= 2;
  if (room != text->room) {
    char *bytes = realloc(text->bytes, room);
    if (bytes == NULL) return NULL;
    text->bytes = bytes;
    text->room = room;
  }
  return text->bytes + text->length;
}

static int append(struct pw_text *text, const char *bytes, size_t length) {
  char *at = grow(text, length);
  if (at == NULL) return -ENOMEM;
  memcpy(at, bytes, length);
  text->length += length;
  return 0;
}

/* ---- Descriptors */

/* As getdents64(2) gives it. */
struct entry {
  uint64_t inode;
  int64_t offset;
  unsigned short length;
  unsigned char type;
  char name[];
};

/* What it is open for, by the permissions of the link itself; 0 for nothing (O_PATH), or when it is closed by now. */
static char access_of(int folder, const char *name) {
  struct statx link;
  if (statx(folder, name, AT_SYMLINK_NOFOLLOW, STATX_MODE, &link) == -1) return 0;
  switch (link.stx_mode & (S_IRUSR | S_IWUSR)) {
  case S_IRUSR: return 'r';
  case S_IWUSR: return 'w';
  case S_IRUSR | S_IWUSR: return 'b';
  default: return 0;
  }
}

static int is(const char *target, ssize_t length, const char *prefix) {
  return (size_t)length >= strlen(prefix) && memcmp(target, prefix, strlen(prefix)) == 0;
}

/* Appends the descriptor `name` if it matters. */
static int append_descriptor(struct pw_text *out, int folder, const char *name) {
  char target[PATH_MAX];
  char start[96]; /* a number, a letter and `fifo:[...]` */
  struct statx file;
  int used;
  char access;
  ssize_t length = readlinkat(folder, name, target, sizeof target);
  if (length == -1) return 0;
  if (!is(target, length, "pipe:[") && !is(target, length, "anon_inode:[eventpoll]")) {
    if (target[0] != '/' ||
        statx(folder, name, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE | STATX_INO, &file) == -1 ||
        !S_ISFIFO(file.stx_mode))
      return 0;
  }
  access = access_of(folder, name);
  if (access == 0) return 0;
  if (target[0] == '/')
    used = snprintf(start, sizeof start, "%.20s%cfifo:[%u:%u:%llu]", name, access, file.stx_dev_major, file.stx_dev_minor,
                    (unsigned long long)file.stx_ino);
  else used = snprintf(start, sizeof start, "%.20s%c", name, access);
  if (append(out, start, (size_t)used) != 0 || append(out, target, (size_t)length) != 0) return -ENOMEM;
  return append(out, "", 1);
}

int pw_list_descriptors(pid_t pid, struct pw_text *out) {
  char path[PATH_ROOM];
  char entries[ENTRIES_ROOM] __attribute__((aligned(8)));
  long count = 0;
  int error = 0;
  int folder;
  snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
  folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder == -1) return -errno;
  while (error == 0 && (count = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
    for (long at = 0; error == 0 && at < count;) {
      const struct entry *entry = (const struct entry *)(entries + at);
      if (entry->name[0] != '.') error = append_descriptor(out, folder, entry->name);
      at += entry->length;
    }
  }
  if (count == -1 && error == 0) error = -errno;
  close(folder);
  return error;
}

/* ---- Files of a process */

/* Reads a file to its end, or to `most` bytes, behind what is in `out`, and ends it by NUL. */
static int append_file(struct pw_text *out, int folder, const char *name, size_t most) {
  size_t before = out->length;
  ssize_t count = -1;
  int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
  int error = fd == -1 ? errno : 0;
  while (fd != -1 && out->length - before < most) {
    char *at = grow(out, FILE_ROOM);
    size_t left = most - (out->length - before);
    if (at == NULL) {
      close(fd);
      return -ENOMEM;
    }
    count = read(fd, at, left < FILE_ROOM ? left : FILE_ROOM);
    if (count == -1) error = errno;
    if (count <= 0) break;
    out->length += (size_t)count;
  }
  if (fd != -1) close(fd);
  if (error == EACCES || error == EPERM) {
    out->length = before;
    return append(out, "!", sizeof "!");
  }
  return append(out, "", 1);
}

/* When the process was last on a processor, by the scheduler's clock, in milliseconds. */
static int append_last_run(struct pw_text *out, int folder) {
  size_t before = out->length;
  const char *line, *colon;
  size_t digits;
  int error = append_file(out, folder, "sched", FILE_ROOM);
  if (error != 0) return error;
  line = strstr(out->bytes + before, "se.exec_start");
  colon = line == NULL ? NULL : strchr(line, ':');
  digits = colon == NULL ? 0 : strspn(colon + 1, " 0123456789.");
  if (digits > 0) memmove(out->bytes + before, colon + 1, digits);
  out->length = before + digits;
  return append(out, "", 1);
}

static int append_command(struct pw_text *out, int folder) {
  size_t before = out->length;
  int error = append_file(out, folder, "cmdline", COMMAND_MAX);
  char *bytes = out->bytes;
  size_t end = out->length;
  if (error != 0) return error;
  while (end > before && bytes[end - 1] == '\0') end--;
  for (size_t i = before; i < end; i++)
    if (bytes[i] == '\0') bytes[i] = ' ';
  out->length = end;
  return append(out, "", 1);
}

int pw_read_process(pid_t pid, int more, struct pw_text *out) {
  char text[PATH_ROOM];
  struct statx owner;
  int error;
  /* O_PATH: this is the process, and stays it. */
  int folder;
  snprintf(text, sizeof text, "/proc/%d", (int)pid);
  folder = open(text, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder == -1) return -errno;
  error = statx(folder, "", AT_EMPTY_PATH, STATX_UID, &owner) == -1 ? -errno : 0;
  if (error == 0) {
    int used = snprintf(text, sizeof text, "%u", owner.stx_uid);
    error = append(out, text, (size_t)used + 1);
  }
  if (error == 0) error = append_file(out, folder, "syscall", FILE_ROOM);
  if (error == 0) error = append_file(out, folder, "stat", FILE_ROOM);
  if (error == 0) error = more & PW_READ_IO ? append_file(out, folder, "io", FILE_ROOM) : append(out, "", 1);
  if (error == 0) error = more & PW_READ_SCHED ? append_last_run(out, folder) : append(out, "", 1);
  if (error == 0) error = append_command(out, folder);
  close(folder);
  return error;
}

/* ---- A pipe */

/* Whether that descriptor is the one with that link; `at` is its path then. */
static int is_there(struct pw_place place, const char *link, char at[PATH_ROOM]) {
  char target[PATH_MAX];
  ssize_t length;
  snprintf(at, PATH_ROOM, "/proc/%d/fd/%d", (int)place.pid, place.fd);
  length = readlink(at, target, sizeof target);
  if (length == -1) return -errno;
  return (size_t)length == strlen(link) && memcmp(target, link, (size_t)length) == 0 ? 0 : -ENOENT;
}

static int ask(int fd, double inode, struct pw_fill *fill) {
  int64_t found = pw_inode(fd);
  if (found < 0) return (int)found;
  fill->capacity = fcntl(fd, F_GETPIPE_SZ);
  if (fill->capacity == -1 || (double)found != inode) return -ENOENT; /* only a pipe has a size to tell */
  return ioctl(fd, FIONREAD, &fill->queued) == -1 ? -errno : 0;
}

int pw_look(struct pw_place reader, struct pw_place writer, double inode, const char *path, struct pw_fill *fill) {
  char at[PATH_ROOM], pipe[64];
  int fd;
  int error = path == NULL ? 0 : is_there(writer, path, at);
  snprintf(pipe, sizeof pipe, "pipe:[%.0f]", inode);
  /* Even a look has to be sure of what it opens: the number may be a device's by now. */
  if (error == 0) error = is_there(reader, path == NULL ? pipe : path, at);
  if (error != 0) return error;
  do fd = open(at, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  while (fd == -1 && errno == EINTR);
  if (fd == -1) return -errno;
  error = ask(fd, inode, fill);
  close(fd);
  return error;
}

/* ---- Several processors */

enum { THREADS_MAX = 4, EACH_MIN = 32 /* what is worth a thread */ };

struct work {
  void (*each)(void *context, size_t index);
  void *context;
  size_t count;
  atomic_size_t next;
};

static void *run(void *data) {
  struct work *work = data;
  for (size_t i = atomic_fetch_add(&work->next, 1); i < work->count; i = atomic_fetch_add(&work->next, 1))
    work->each(work->context, i);
  return NULL;
}

void pw_in_parallel(size_t count, void (*each)(void *context, size_t index), void *context) {
  struct work work = {.each = each, .context = context, .count = count};
  pthread_t threads[THREADS_MAX];
  sigset_t all, before;
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  int started = 0;
  atomic_init(&work.next, 0);
  /* This thread is one of them. No signal of the program's is handled on the others. */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (started < THREADS_MAX - 1 && started + 1 < processors && count / EACH_MIN > (size_t)started + 1 &&
         pthread_create(&threads[started], NULL, run, &work) == 0)
    started++;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  run(&work);
  while (started > 0) pthread_join(threads[--started], NULL);
}
