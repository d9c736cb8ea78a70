/* The two lower layers without any JavaScript above them, to be run under a sanitizer: scripts/test-native.ts does. */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

int open_descriptors(void) {
  int count = 0;
  for (int fd = 0; fd < 10000; fd++)
    if (fcntl(fd, F_GETFD) != -1) count++;
  return count;
}

void limit_descriptors(int more) {
  static struct rlimit before;
  struct rlimit now;
  if (before.rlim_cur == 0) CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
  now = before;
  if (more >= 0) {
    int fd = 0;
    for (; more >= 0; fd++)
      if (fcntl(fd, F_GETFD) == -1) more--;
    now.rlim_cur = (rlim_t)fd - 1;
  }
  CHECK(setrlimit(RLIMIT_NOFILE, &now) == 0);
}

int main(int argc, char **argv) {
  int before = open_descriptors();
  int status = play_role(argc, argv);
  if (status != -1) return status;
  signal(SIGPIPE, SIG_IGN); /* as Node does */
  test_pipes();
  test_poll_thread();
  test_spawn();
  test_look();
  test_terminals();
  CHECK(open_descriptors() == before);
  puts("pipes, poll thread, processes and looks at them: all as they should be, no descriptor and no child left");
  return 0;
}
