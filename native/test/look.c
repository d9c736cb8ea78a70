/* look_linux.c: this process looks at itself, and at children that sleep. */
#define _GNU_SOURCE
#include "check.h"

#include "../look.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 100, CAPACITY = 8192 };

/* Whether an item of the list, or a file, is exactly that. */
static int has(const struct pw_text *text, const char *item) {
  for (size_t at = 0; at < text->length; at += strlen(text->bytes + at) + 1)
    if (strcmp(text->bytes + at, item) == 0) return 1;
  return 0;
}

/* The item of a descriptor as the list has it. */
static const char *item_of(int fd, char access, char item[512]) {
  char path[64], target[256];
  ssize_t length;
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  length = readlink(path, target, sizeof target - 1);
  CHECK(length > 0);
  target[length] = '\0';
  snprintf(item, 512, "%d%c%s", fd, access, target);
  return item;
}

static void test_list(void) {
  struct pw_text list = {0};
  char item[512], expected[600];
  char path[] = "/tmp/pipework-look-XXXXXX";
  struct stat stat;
  int ends[2];
  int both, null;
  CHECK(pipe(ends) == 0 && mkdtemp(path) != NULL);
  snprintf(item, sizeof item, "%s/fifo", path);
  CHECK(mkfifo(item, 0600) == 0);
  both = open(item, O_RDWR);
  null = open("/dev/null", O_RDWR);
  CHECK(both != -1 && null != -1 && fstat(both, &stat) == 0);
  CHECK(pw_list_descriptors(getpid(), &list) == 0);
  CHECK(has(&list, item_of(ends[0], 'r', item)) && has(&list, item_of(ends[1], 'w', item)));
  CHECK(!has(&list, item_of(null, 'b', item)));
  item_of(both, 'b', item);
  snprintf(expected, sizeof expected, "%dbfifo:[%u:%u:%llu]%s/fifo", both, (unsigned)(stat.st_dev >> 8 & 0xfff),
           (unsigned)(stat.st_dev & 0xff), (unsigned long long)stat.st_ino, path);
  CHECK(has(&list, expected));
  free(list.bytes);
  snprintf(item, sizeof item, "%s/fifo", path);
  unlink(item);
  rmdir(path);
  close(both);
  close(null);
  close(ends[0]);
  close(ends[1]);
}

static void test_read(void) {
  struct pw_text files = {0};
  char user[32];
  CHECK(pw_read_process(getpid(), PW_READ_IO | PW_READ_SCHED, &files) == 0);
  snprintf(user, sizeof user, "%u", (unsigned)geteuid());
  CHECK(strcmp(files.bytes, user) == 0);
  CHECK(files.length > 0 && files.bytes[files.length - 1] == '\0');
  size_t count = 0;
  for (size_t i = 0; i < files.length; i++) count += files.bytes[i] == '\0';
  CHECK(count == 6);
  free(files.bytes);
}

static void test_fill(void) {
  int ends[2];
  struct stat stat;
  struct pw_fill fill = {0, 0};
  pid_t self = getpid();
  CHECK(pipe(ends) == 0 && fcntl(ends[1], F_SETPIPE_SZ, CAPACITY) == CAPACITY && fstat(ends[0], &stat) == 0);
  CHECK(write(ends[1], "12345", 5) == 5);
  struct pw_place reader = {self, ends[0]};
  struct pw_place writer = {self, ends[1]};
  double inode = (double)stat.st_ino;
  CHECK(pw_look(reader, writer, inode, NULL, &fill) == 0 && fill.capacity == CAPACITY && fill.queued == 5);
  CHECK(pw_look(reader, writer, inode + 1, NULL, &fill) == -ENOENT);
  CHECK(pw_look(reader, writer, inode, "/nowhere", &fill) == -ENOENT);
  /* What has become something else is not opened, even a file that could be. */
  int null = open("/dev/null", O_RDONLY);
  CHECK(null != -1 && dup2(null, ends[0]) == ends[0]);
  close(null);
  CHECK(pw_look(reader, writer, inode, NULL, &fill) == -ENOENT);
  close(ends[0]);
  CHECK(pw_look(reader, writer, inode, NULL, &fill) == -ENOENT);
  close(ends[1]);
}

/* The writer of a pipe that is looked at all the time learns at once that its reader has gone. */
static void test_reader_leaves(void) {
  int ends[2];
  struct stat stat;
  struct pw_fill fill;
  pid_t reader;
  CHECK(pipe(ends) == 0 && fstat(ends[0], &stat) == 0);
  reader = fork();
  if (reader == 0) {
    close(ends[1]);
    for (;;) pause();
  }
  close(ends[0]);
  struct pw_place from = {reader, ends[0]};
  struct pw_place to = {getpid(), ends[1]};
  for (int i = 0; i < 1000; i++) CHECK(pw_look(from, to, (double)stat.st_ino, NULL, &fill) == 0);
  kill(reader, SIGKILL);
  CHECK(waitpid(reader, NULL, 0) == reader);
  CHECK(write(ends[1], "x", 1) == -1 && errno == EPIPE);
  CHECK(pw_look(from, to, (double)stat.st_ino, NULL, &fill) == -ENOENT);
  close(ends[1]);
}

struct count {
  atomic_int calls;
  atomic_int each[CHILDREN];
};

static void count_one(void *context, size_t index) {
  struct count *count = context;
  atomic_fetch_add(&count->calls, 1);
  atomic_fetch_add(&count->each[index], 1);
}

struct lists {
  pid_t pids[CHILDREN];
  struct pw_text texts[CHILDREN];
  int errors[CHILDREN];
};

static void list_one(void *context, size_t index) {
  struct lists *lists = context;
  lists->errors[index] = pw_read_process(lists->pids[index], 0, &lists->texts[index]);
}

static void test_parallel(void) {
  struct count count = {0};
  struct lists lists = {0};
  pw_in_parallel(CHILDREN, count_one, &count);
  CHECK(count.calls == CHILDREN);
  for (int i = 0; i < CHILDREN; i++) CHECK(count.each[i] == 1);
  pw_in_parallel(0, count_one, &count);
  CHECK(count.calls == CHILDREN);
  for (int i = 0; i < CHILDREN; i++) {
    lists.pids[i] = fork();
    if (lists.pids[i] == 0)
      for (;;) pause();
    CHECK(lists.pids[i] > 0);
  }
  pw_in_parallel(CHILDREN, list_one, &lists);
  for (int i = 0; i < CHILDREN; i++) {
    char start[32];
    CHECK(lists.errors[i] == 0);
    kill(lists.pids[i], SIGKILL);
    CHECK(waitpid(lists.pids[i], NULL, 0) == lists.pids[i]);
    /* `stat`, the third of them, begins with the number: each has its own. */
    const char *stat = lists.texts[i].bytes + strlen(lists.texts[i].bytes) + 1;
    stat += strlen(stat) + 1;
    snprintf(start, sizeof start, "%d (", (int)lists.pids[i]);
    CHECK(strncmp(stat, start, strlen(start)) == 0);
    free(lists.texts[i].bytes);
    lists.texts[i] = (struct pw_text){0};
    CHECK(pw_read_process(lists.pids[i], 0, &lists.texts[i]) == -ENOENT && lists.texts[i].bytes == NULL);
    CHECK(pw_list_descriptors(lists.pids[i], &lists.texts[i]) == -ENOENT && lists.texts[i].bytes == NULL);
  }
}

void test_look(void) {
  test_list();
  test_read();
  test_fill();
  test_reader_leaves();
  test_parallel();
}
