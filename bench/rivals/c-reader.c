/* Starts CHILD MESSAGES SIZE and reads what it writes, after WARMUP messages of another, and prints the nanoseconds that
 * each one took: `c-reader CHILD MESSAGES WARMUP SIZE`. */
#include "messages.h"

#include <stdio.h>
#include <sys/wait.h>

static void transfer(const char *child, const char *messages, const char *size) {
  int ends[2], status;
  if (pipe(ends) == -1) err(1, "pipe");
  pid_t pid = vfork();
  if (pid == -1) err(1, "vfork");
  if (pid == 0) {
    dup2(ends[1], 1);
    close(ends[0]);
    close(ends[1]);
    execl(child, child, messages, size, (char *)NULL);
    _exit(127);
  }
  close(ends[1]);
  receive_all(ends[0], atol(messages), (size_t)atol(size));
  close(ends[0]);
  if (waitpid(pid, &status, 0) == -1 || status != 0) errx(1, "the child failed");
}

int main(int argc, char **argv) {
  if (argc != 5) errx(2, "usage: c-reader CHILD MESSAGES WARMUP SIZE");
  transfer(argv[1], argv[3], argv[4]);
  double start = now();
  transfer(argv[1], argv[2], argv[4]);
  printf("%f\n", (now() - start) / atof(argv[2]));
}
