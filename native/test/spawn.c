/* spawn_linux.c. What a child was given it tells itself: this program in another role, named by its first argument. */
#define _GNU_SOURCE
#include "check.h"

#include "../spawn.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, STARTS = 40, STORM_STARTS = 200, OUTPUT_MAX = 4096 };

static char itself[4096];
static char *const environment[] = {"PATH=/bin:/usr/bin", NULL};

/* ---- Starting */

static enum pw_step step;

/* Starts `argv` with the descriptors `fds`; 0 and *pidfd, or -errno. */
static int start(char *const *argv, const char *cwd, const int *fds, int count, int *pidfd) {
  char *const files[] = {argv[0], NULL};
  struct pw_start what = {.cwd = cwd, .files = files, .argv = argv, .envp = environment, .fds = fds, .fd_count = count};
  pid_t pid = 0;
  int error = pw_start(&what, pidfd, &pid, &step);
  CHECK(error != 0 || pid > 0);
  return error;
}

static struct pw_end end_of(int pidfd) {
  struct pw_end end;
  CHECK(pw_reap(pidfd, 1, &end) == 0);
  close(pidfd);
  return end;
}

/* The exit code of a program that ends by itself, with `fds`. */
static int run_with(char *const *argv, const int *fds, int count) {
  int pidfd = -1;
  CHECK(start(argv, NULL, fds, count, &pidfd) == 0);
  return end_of(pidfd).code;
}

static int run(char *const *argv) { return run_with(argv, (int[]){0, 1, 2}, 3); }

/* What this program prints in `role`, given `fds` of which the `out`th is replaced by where it prints to. */
static char *told_by(char *role, int *fds, int count, int out, char *text) {
  char number[16];
  char *const argv[] = {itself, role, number, NULL};
  int ends[2], pidfd = -1;
  size_t length = 0;
  ssize_t got;
  snprintf(number, sizeof number, "%d", out);
  CHECK(pipe2(ends, O_CLOEXEC) == 0);
  fds[out] = ends[1];
  CHECK(start(argv, NULL, fds, count, &pidfd) == 0);
  close(ends[1]);
  while ((got = read(ends[0], text + length, OUTPUT_MAX - 1 - length)) > 0) length += (size_t)got;
  text[length] = 0;
  close(ends[0]);
  CHECK(end_of(pidfd).code == 0);
  return text;
}

/* Nothing of a child is left. */
static void check_no_child(void) {
  siginfo_t info;
  CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD);
}

/* ---- How it ends */

static void test_ends(void) {
  char *const seven[] = {"/bin/sh", "-c", "exit 7", NULL};
  char *const busy[] = {"/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done", NULL};
  char *const sleeper[] = {"/bin/sleep", "1000", NULL};
  struct pw_end end;
  int pidfd;
  CHECK(start(seven, NULL, (int[]){0, 1, 2}, 3, &pidfd) == 0 && step == PW_STEP_CLONE);
  CHECK(fcntl(pidfd, F_GETFD) & FD_CLOEXEC);
  end = end_of(pidfd);
  CHECK(end.code == 7 && end.signal == 0 && end.peak > 0);
  CHECK(start(busy, NULL, (int[]){0, 1, 2}, 3, &pidfd) == 0);
  end = end_of(pidfd);
  CHECK(end.code == 0 && end.user + end.system > 0);
  CHECK(start(sleeper, NULL, (int[]){0, 1, 2}, 3, &pidfd) == 0);
  CHECK(pw_reap(pidfd, 0, &end) == -EAGAIN);
  CHECK(pw_signal(pidfd, 0) == 0 && pw_signal(pidfd, 9999) == -EINVAL && pw_signal(pidfd, SIGTERM) == 0);
  CHECK(pw_reap(pidfd, 1, &end) == 0 && end.code == -1 && end.signal == SIGTERM);
  CHECK(pw_signal(pidfd, SIGTERM) == -ESRCH && pw_reap(pidfd, 0, &end) == -ECHILD);
  close(pidfd);
}

static void test_others(void) {
  struct pw_end end;
  int pidfd = pw_open_process(getppid());
  CHECK(pidfd >= 0 && pw_signal(pidfd, 0) == 0 && pw_reap(pidfd, 0, &end) == -ECHILD);
  close(pidfd);
  CHECK(pw_open_process(0) == -EINVAL && pw_open_process(-1) == -EINVAL);
  CHECK(pw_signal(9999, SIGTERM) == -EBADF && pw_reap(9999, 0, &end) == -EBADF);
}

/* ---- What it is given */

/* Role: each open descriptor with its inode, direction and mode, on the one that the argument names. */
static int tell_descriptors(int out) {
  for (int fd = 0; fd < 10000; fd++) {
    struct stat info;
    int flags = fcntl(fd, F_GETFL);
    if (flags == -1 || fd == out) continue;
    CHECK(fstat(fd, &info) == 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0);
    dprintf(out, "%d=%lu%s%s ", fd, (unsigned long)info.st_ino, (flags & O_ACCMODE) == O_RDONLY ? "r" : "w",
            (flags & O_NONBLOCK) ? "n" : "");
  }
  return 0;
}

static unsigned long inode_of(int fd) {
  struct stat info;
  CHECK(fstat(fd, &info) == 0);
  return (unsigned long)info.st_ino;
}

static void test_descriptors(void) {
  char text[OUTPUT_MAX], expected[OUTPUT_MAX];
  int one[2], other[2], null;
  unsigned long a, b, n;
  CHECK(pipe2(one, O_CLOEXEC | O_NONBLOCK) == 0 && pipe2(other, O_CLOEXEC) == 0);
  null = open("/dev/null", O_RDWR | O_CLOEXEC);
  a = inode_of(one[0]);
  b = inode_of(other[0]);
  n = inode_of(null);

  /* Blocking on the three, as it was beyond; nothing and /dev/null. */
  CHECK(told_by("descriptors", (int[]){one[0], PW_FD_NULL, -7, PW_FD_NONE, other[1], one[1], PW_FD_NULL}, 7, 2, text));
  snprintf(expected, sizeof expected, "0=%lur 1=%luw 4=%luw 5=%luwn 6=%luw ", a, n, b, a, n);
  CHECK(strcmp(text, expected) == 0);
  CHECK((fcntl(one[0], F_GETFL) & O_NONBLOCK) == 0 && (fcntl(one[1], F_GETFL) & O_NONBLOCK) != 0);

  /* One descriptor several times. */
  told_by("descriptors", (int[]){other[0], other[0], -7, other[0]}, 4, 2, text);
  snprintf(expected, sizeof expected, "0=%lur 1=%lur 3=%lur ", b, b, b);
  CHECK(strcmp(text, expected) == 0);
  close(null);

  /* Each in its own place, and all of them in another's. */
  {
    const int ends[] = {one[0], one[1], other[0], other[1]};
    const char *const modes[] = {"r", "wn", "r", "w"};
    int at[4], fds[64];
    for (int i = 0; i < 4; i++) CHECK((at[i] = fcntl(ends[i], F_DUPFD_CLOEXEC, 20)) < 60);
    for (int turn = 0; turn < 4; turn++) {
      char *next = expected;
      for (int i = 0; i < at[3]; i++) fds[i] = PW_FD_NONE;
      for (int i = 0; i < 4; i++) {
        int source = (i + turn) % 4;
        fds[at[i]] = at[source];
        next += sprintf(next, "%d=%lu%s ", at[i], source < 2 ? a : b, modes[source]);
      }
      told_by("descriptors", fds, at[3] + 2, at[3] + 1, text);
      CHECK(strcmp(text, expected) == 0);
    }
    for (int i = 0; i < 4; i++) close(at[i]);
  }
  for (int i = 0; i < 2; i++) {
    close(one[i]);
    close(other[i]);
  }
}

/* What was opened without close-on-exec, at whatever number, stays with us: above the limit, too. */
static void test_nothing_else(void) {
  char text[OUTPUT_MAX], expected[64];
  int high[] = {3, 16, 251, 999, 3000};
  int null = open("/dev/null", O_RDWR);
  for (size_t i = 0; i < sizeof high / sizeof *high; i++) CHECK((high[i] = fcntl(null, F_DUPFD, high[i])) > 2);
  limit_descriptors(20);
  told_by("descriptors", (int[]){null, -7}, 2, 1, text);
  snprintf(expected, sizeof expected, "0=%luw ", inode_of(null));
  limit_descriptors(-1);
  CHECK(strcmp(text, expected) == 0);
  for (size_t i = 0; i < sizeof high / sizeof *high; i++) close(high[i]);
  close(null);
}

/* Role: the signals that are blocked, ignored and caught. */
static int tell_signals(int out) {
  FILE *status = fopen("/proc/self/status", "r");
  char line[256];
  CHECK(status != NULL);
  while (fgets(line, sizeof line, status) != NULL)
    if (strncmp(line, "SigBlk", 6) == 0 || strncmp(line, "SigIgn", 6) == 0) dprintf(out, "%s", line);
  return 0;
}

static void on_signal(int number) { (void)number; }

static void test_signals(void) {
  char text[OUTPUT_MAX];
  struct sigaction before[65], ignored = {.sa_handler = SIG_IGN}, handled = {.sa_handler = on_signal};
  sigset_t all, mask, after;
  sigemptyset(&mask);
  sigprocmask(SIG_SETMASK, &mask, NULL);
  CHECK(run((char *[]){"/bin/true", NULL}) == 0);
  sigprocmask(SIG_SETMASK, NULL, &after);
  CHECK(sigismember(&after, SIGTERM) == 0);
  for (int number = 1; number <= 64; number++) {
    sigaction(number, NULL, &before[number]);
    if (number != SIGCHLD) sigaction(number, number % 2 == 0 ? &ignored : &handled, NULL);
  }
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &mask);
  told_by("signals", (int[]){PW_FD_NULL, -7, 2}, 3, 1, text);
  sigprocmask(SIG_SETMASK, &mask, &after);
  CHECK(sigismember(&after, SIGTERM) == 1);
  for (int number = 1; number <= 64; number++) sigaction(number, &before[number], NULL);
  CHECK(strcmp(text, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n") == 0);
}

static atomic_int storming, strayed;

static void on_storm(int number) {
  (void)number;
  if (syscall(SYS_getpid) != syscall(SYS_getpgid, 0)) strayed = 1;
}

static void *storm(void *unused) {
  (void)unused;
  while (storming) kill(0, SIGURG);
  return NULL;
}

/* A signal to the whole group, in the moment between clone and exec: our handler never runs in a child, in our memory. */
static void test_handlers_stay(void) {
  char *const nothing[] = {"/bin/true", NULL};
  struct sigaction action = {.sa_handler = on_storm, .sa_flags = SA_RESTART}, before;
  pthread_t thread;
  CHECK(setpgid(0, 0) == 0 && sigaction(SIGURG, &action, &before) == 0); /* ignored by default */
  storming = 1;
  CHECK(pthread_create(&thread, NULL, storm, NULL) == 0);
  for (int i = 0; i < STORM_STARTS; i++) CHECK(run(nothing) == 0);
  storming = 0;
  pthread_join(thread, NULL);
  sigaction(SIGURG, &before, NULL);
  CHECK(!strayed);
}

/* ---- What is run */

static char folder[] = "/tmp/pipework-XXXXXX";

static char *make_file(const char *name, const char *content, int mode) {
  static char paths[8][128];
  static int at;
  char *path = paths[at++ % 8];
  int fd;
  snprintf(path, sizeof *paths, "%s/%s", folder, name);
  fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
  CHECK(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
  close(fd);
  CHECK(chmod(path, (mode_t)mode) == 0);
  return path;
}

static void test_scripts(void) {
  char *script = make_file("script", "[ \"$1\" = 'a b' ] && [ $# = 2 ] && exit 3\n", 0700);
  char *empty = make_file("empty", "", 0700);
  CHECK(run((char *[]){script, "a b", "", NULL}) == 3);
  CHECK(run((char *[]){empty, NULL}) == 0);
}

/* As execvp(3): the first that can be run; what may not be run is told when nothing else can be. */
static void test_search(void) {
  char *denied = make_file("denied", "exit 1\n", 0600);
  char *good = make_file("good", "exit 4\n", 0700);
  char *const files[] = {"/nowhere/good", denied, "/bin/sh/good", good, "/bin/false", NULL};
  char *const none[] = {"/nowhere/good", denied, "/bin/sh/good", NULL};
  char *const argv[] = {"good", NULL};
  struct pw_start what = {.files = files, .argv = argv, .envp = environment, .fds = (int[]){0, 1, 2}, .fd_count = 3};
  int pidfd;
  pid_t pid;
  CHECK(pw_start(&what, &pidfd, &pid, &step) == 0 && end_of(pidfd).code == 4);
  what.files = none;
  CHECK(pw_start(&what, &pidfd, &pid, &step) == -EACCES && step == PW_STEP_EXEC);
}

static void check_failure(char *const *argv, const char *cwd, const int *fds, int count, int error, enum pw_step at) {
  int before = open_descriptors();
  int pidfd;
  CHECK(start(argv, cwd, fds, count, &pidfd) == -error);
  CHECK(step == at && open_descriptors() == before);
  check_no_child();
}

static void test_failures(void) {
  static char argument[200 * 1024];
  char *const nothing[] = {"/bin/true", NULL};
  const int standard[] = {0, 1, 2};
  char looping[160], strange[128];
  memset(argument, 'x', sizeof argument - 1); /* one argument may have 128 KiB */
  snprintf(looping, sizeof looping, "%s/loop", folder);
  CHECK(symlink(looping, looping) == 0);
  check_failure((char *[]){"/nowhere/x", NULL}, NULL, standard, 3, ENOENT, PW_STEP_EXEC);
  check_failure((char *[]){"", NULL}, NULL, standard, 3, ENOENT, PW_STEP_EXEC);
  check_failure((char *[]){make_file("plain", "x", 0600), NULL}, NULL, standard, 3, EACCES, PW_STEP_EXEC);
  check_failure((char *[]){"/bin", NULL}, NULL, standard, 3, EACCES, PW_STEP_EXEC);
  check_failure((char *[]){"/bin/sh/x", NULL}, NULL, standard, 3, ENOTDIR, PW_STEP_EXEC);
  check_failure((char *[]){looping, NULL}, NULL, standard, 3, ELOOP, PW_STEP_EXEC);
  check_failure((char *[]){"/bin/true", argument, NULL}, NULL, standard, 3, E2BIG, PW_STEP_EXEC);
  check_failure((char *[]){make_file("odd", "#!/nowhere/x\n", 0700), NULL}, NULL, standard, 3, ENOENT, PW_STEP_EXEC);
  memset(strange, 'n', sizeof strange);
  memcpy(strange, "\177ELF", 4);
  strange[4] = 9; /* no class of ELF: neither a program nor one of another machine */
  strange[sizeof strange - 1] = 0;
  CHECK(run_with((char *[]){make_file("strange", strange, 0700), NULL}, (int[]){PW_FD_NULL, PW_FD_NULL, PW_FD_NULL}, 3) != 0); /* the shell's to refuse */
  check_failure(nothing, "/nowhere", standard, 3, ENOENT, PW_STEP_CHDIR);
  check_failure(nothing, "/bin/sh", standard, 3, ENOTDIR, PW_STEP_CHDIR);
  check_failure(nothing, looping, standard, 3, ELOOP, PW_STEP_CHDIR);
  check_failure(nothing, NULL, (int[]){0, 1, 2, 9999}, 4, EBADF, PW_STEP_STDIO);
  /* Not open, and the number that a copy would get. */
  check_failure(nothing, NULL, (int[]){PW_FD_NULL, 1, 2, 4}, 4, EBADF, PW_STEP_STDIO);
  CHECK(unlink(looping) == 0);
}

static void test_no_descriptors(void) {
  char *const nothing[] = {"/bin/true", NULL};
  int before = open_descriptors();
  int pidfd;
  limit_descriptors(0);
  CHECK(start(nothing, NULL, (int[]){0, 1, 2}, 3, &pidfd) == -EMFILE && step == PW_STEP_CLONE);
  limit_descriptors(1);
  CHECK(start(nothing, NULL, (int[]){PW_FD_NULL, 1, 2}, 3, &pidfd) == -EMFILE && step == PW_STEP_STDIO);
  limit_descriptors(-1);
  CHECK(open_descriptors() == before);
  check_no_child();
}

/* Found from the child's folder. */
static void test_cwd(void) {
  char *const argv[] = {"./here", NULL};
  int pidfd;
  make_file("here", "exit 5\n", 0700);
  CHECK(start(argv, folder, (int[]){0, 1, 2}, 3, &pidfd) == 0 && end_of(pidfd).code == 5);
}

/* ---- At the same time */

static void *start_many(void *argument) {
  int number = *(int *)argument;
  for (int i = 0; i < STARTS; i++) {
    char script[32];
    char *const files[] = {"/bin/sh", NULL};
    char *const argv[] = {"sh", "-c", script, NULL};
    struct pw_start what = {.files = files, .argv = argv, .envp = environment, .fds = (int[]){0, 1, 2}, .fd_count = 3};
    int code = (number * STARTS + i) % 256;
    int pidfd;
    enum pw_step at;
    pid_t pid;
    snprintf(script, sizeof script, "exit %d", code);
    CHECK(pw_start(&what, &pidfd, &pid, &at) == 0 && end_of(pidfd).code == code);
  }
  return NULL;
}

static void test_threads(void) {
  pthread_t threads[THREADS];
  int numbers[THREADS];
  for (int i = 0; i < THREADS; i++) {
    numbers[i] = i;
    CHECK(pthread_create(&threads[i], NULL, start_many, &numbers[i]) == 0);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  check_no_child();
}

/* ---- Where the system refuses; each in a process of its own */

static void forbid(int number, int error) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {.len = sizeof code / sizeof *code, .filter = code};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

/* Role: no close_range(2), as before Linux 5.9 and in some sandboxes. */
static int without_close_range(void) {
  forbid(436, EPERM);
  test_descriptors();
  test_nothing_else();
  return 0;
}

/* Role: no pidfd_open(2). */
static int without_pidfd(void) {
  int pidfd;
  forbid(434, EPERM);
  CHECK(start((char *[]){"/bin/true", NULL}, NULL, (int[]){0, 1, 2}, 3, &pidfd) == -ENOSYS && step == PW_STEP_CLONE);
  check_no_child();
  return 0;
}

/* Role: no more processes for this user. */
static void without_processes(void) {
  struct rlimit none = {0, 0};
  int before = open_descriptors();
  int pidfd;
  CHECK(setrlimit(RLIMIT_NPROC, &none) == 0 && (geteuid() != 0 || setuid(65534) == 0));
  CHECK(start((char *[]){"/bin/true", NULL}, NULL, (int[]){0, 1, 2}, 3, &pidfd) == -EAGAIN && step == PW_STEP_CLONE);
  CHECK(open_descriptors() == before);
  _exit(0); /* a sanitizer starts a process to look for leaks */
}

int play_role(int argc, char **argv) {
  if (argc < 2) return -1;
  CHECK(readlink("/proc/self/exe", itself, sizeof itself - 1) > 0);
  if (strcmp(argv[1], "descriptors") == 0) return tell_descriptors(atoi(argv[2]));
  if (strcmp(argv[1], "signals") == 0) return tell_signals(atoi(argv[2]));
  if (strcmp(argv[1], "without close_range") == 0) return without_close_range();
  if (strcmp(argv[1], "without pidfd") == 0) return without_pidfd();
  if (strcmp(argv[1], "without processes") == 0) without_processes();
  return 2;
}

void test_spawn(void) {
  int before = open_descriptors();
  CHECK(readlink("/proc/self/exe", itself, sizeof itself - 1) > 0 && mkdtemp(folder) != NULL);
  test_ends();
  test_others();
  test_descriptors();
  test_nothing_else();
  test_signals();
  test_handlers_stay();
  test_scripts();
  test_search();
  test_failures();
  test_no_descriptors();
  test_cwd();
  test_threads();
  CHECK(run((char *[]){itself, "without close_range", NULL}) == 0);
  CHECK(run((char *[]){itself, "without pidfd", NULL}) == 0);
  CHECK(run((char *[]){itself, "without processes", NULL}) == 0);
  CHECK(run((char *[]){"/bin/rm", "-r", folder, NULL}) == 0);
  CHECK(open_descriptors() == before);
  check_no_child();
}

#else

int play_role(int argc, char **argv) {
  (void)argc;
  (void)argv;
  return -1;
}

void test_spawn(void) {}

#endif
