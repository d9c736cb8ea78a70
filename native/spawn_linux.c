/* Processes by clone(2), as vfork(2) does it: the child runs in our memory until it has found its program, so that
 * starting it costs the same whatever we hold, and reports what went wrong by writing to a variable of ours. */
#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Younger than the oldest headers that we compile with; the numbers are the same on all processors. */
#ifndef CLONE_PIDFD
#define CLONE_PIDFD 0x00001000
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
enum { PW_P_PIDFD = 3 };

enum { STACK_SIZE = 64 * 1024, KERNEL_MASK_SIZE = 8, SIGNAL_MAX = 64 };

/* What runs in the child: on a stack and in a process of which a sanitizer knows nothing. */
#define IN_CHILD __attribute__((no_sanitize("address", "thread"))) static

/* What the child works with. Nothing in it may allocate: other threads of ours may hold the allocator's lock. */
struct child {
  const struct pw_start *start;
  int *fds;          /* where the sources are, once they are out of each other's way */
  char **shell_argv; /* room for "/bin/sh", the file and the arguments */
  volatile int step, error;
};

IN_CHILD void set_mask(uint64_t mask, uint64_t *before) {
  /* By its number, since glibc's sigprocmask(3) leaves out the two signals that it keeps for itself. */
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, before, KERNEL_MASK_SIZE);
}

IN_CHILD int fail(struct child *self, enum pw_step step) {
  self->step = step;
  self->error = errno;
  return -1;
}

/* Programs expect the defaults; what is ignored stays so across exec, and Node ignores SIGPIPE. */
IN_CHILD void reset_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  for (int number = 1; number <= SIGNAL_MAX; number++) sigaction(number, &action, NULL);
  set_mask(0, NULL);
}

/* What getdents64(2) writes; the C library has no name for it that all its versions share. */
struct entry {
  uint64_t inode;
  int64_t offset;
  unsigned short size;
  unsigned char type;
  char name[];
};

/* By the list of what is open: the limit says nothing of descriptors that were opened before it was lowered, and may be a
 * thousand million. The list goes on from the last number, so that closing skips none. */
IN_CHILD int close_listed_from(int first) {
  char entries[2048] __attribute__((aligned(8)));
  int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  long size;
  if (folder == -1) return -1;
  while ((size = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0) {
    for (long at = 0; at < size; at += ((struct entry *)(entries + at))->size) {
      const char *name = ((struct entry *)(entries + at))->name;
      int fd = 0;
      if (*name == '.') continue;
      for (; *name != 0; name++) fd = 10 * fd + (*name - '0');
      if (fd >= first && fd != folder) close(fd);
    }
  }
  close(folder);
  return 0;
}

/* Closes everything from `first` up: what Node and others have opened or inherited without close-on-exec. */
IN_CHILD void close_from(int first) {
  struct rlimit limit;
  int highest = 1 << 16;
  if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0) return;
  /* Before Linux 5.9, or forbidden by a sandbox. */
  if (close_listed_from(first) == 0) return;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < (rlim_t)highest) highest = (int)limit.rlim_cur;
  for (int fd = first; fd < highest; fd++) close(fd);
}

IN_CHILD int arrange_descriptors(struct child *self) {
  const struct pw_start *start = self->start;
  int count = start->fd_count;
  int null = -1;
  int flags;
  /* Before anything gets a number: one that is not open would otherwise be what was made here. */
  for (int i = 0; i < count; i++)
    if (start->fds[i] >= 0 && fcntl(start->fds[i], F_GETFD) == -1) return fail(self, PW_STEP_STDIO);
  for (int i = 0; i < count; i++) {
    int fd = start->fds[i];
    if (fd == PW_FD_NULL) {
      if (null == -1) {
        int opened = open("/dev/null", O_RDWR | O_CLOEXEC);
        if (opened == -1) return fail(self, PW_STEP_STDIO);
        /* Out of the way of the others; the first one goes with all that nobody was given. */
        null = fcntl(opened, F_DUPFD_CLOEXEC, count);
        if (null == -1) return fail(self, PW_STEP_STDIO);
      }
      fd = null;
    } else if (fd >= 0 && fd < count && fd != i) {
      /* Its place is somebody else's. */
      fd = fcntl(fd, F_DUPFD_CLOEXEC, count);
      if (fd == -1) return fail(self, PW_STEP_STDIO);
    }
    self->fds[i] = fd;
  }
  for (int i = 0; i < count; i++) {
    int fd = self->fds[i];
    if (fd == PW_FD_NONE) close(i);
    else if (fd == i ? fcntl(i, F_SETFD, 0) == -1 : dup2(fd, i) == -1) return fail(self, PW_STEP_STDIO);
    /* Set by whoever shares the description with us; programs take what they find to be blocking. */
    flags = i <= 2 ? fcntl(i, F_GETFL) : -1;
    if (flags != -1 && (flags & O_NONBLOCK) != 0) fcntl(i, F_SETFL, flags & ~O_NONBLOCK);
  }
  close_from(count);
  return 0;
}

/* As execvp(3): a script that names no interpreter is the shell's, and one path's failure is not the end of the search. */
IN_CHILD void execute(struct child *self) {
  const struct pw_start *start = self->start;
  int denied = 0;
  errno = ENOENT;
  for (char *const *file = start->files; *file != NULL; file++) {
    execve(*file, start->argv, start->envp);
    if (errno == ENOEXEC) {
      char **next = self->shell_argv;
      *next++ = "/bin/sh";
      *next++ = *file;
      for (int i = 1; start->argv[0] != NULL && start->argv[i] != NULL; i++) *next++ = start->argv[i];
      *next = NULL;
      execve("/bin/sh", self->shell_argv, start->envp);
    }
    if (errno == EACCES) denied = 1;
    else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV && errno != ETIMEDOUT) break;
  }
  if (denied && (errno == ENOENT || errno == ENOTDIR)) errno = EACCES;
  fail(self, PW_STEP_EXEC);
}

IN_CHILD int run_child(void *data) {
  struct child *self = data;
  const char *cwd = self->start->cwd;
  reset_signals();
  if (arrange_descriptors(self) != 0) _exit(127);
  if (cwd != NULL && chdir(cwd) == -1) fail(self, PW_STEP_CHDIR);
  else execute(self);
  _exit(127);
}

/* CLONE_PIDFD is silently ignored by a kernel that does not know it: its child could not be waited for. -ENOSYS there, and
 * in a sandbox that forbids what it does not know. */
static int check_support(void) {
  struct pw_end end;
  int error;
  int fd = pw_open_process(getpid());
  if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM) return fd;
  if (fd < 0) return -ENOSYS;
  error = pw_reap(fd, 0, &end);
  close(fd);
  return error == -ECHILD ? 0 : -ENOSYS; /* we are no child of ours */
}

static int clone_child(struct child *self, int *pidfd, pid_t *pid) {
  uint64_t before;
  int error = 0;
  char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) return -errno;
  /* Until it has its own dispositions the child would run our handlers, in our memory. */
  set_mask(~(uint64_t)0, &before);
  *pid = clone(run_child, stack + STACK_SIZE, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, self, pidfd);
  if (*pid == -1) error = -errno;
  set_mask(before, NULL);
  munmap(stack, STACK_SIZE);
  return error;
}

int pw_start(const struct pw_start *start, int *pidfd, pid_t *pid, enum pw_step *step) {
  struct child child = {.start = start, .step = PW_STEP_CLONE, .error = 0};
  struct pw_end end;
  int arguments = 0;
  int error;
  *step = PW_STEP_CLONE;
  error = check_support();
  if (error != 0) return error;
  while (start->argv[arguments] != NULL) arguments++;
  child.fds = malloc(((size_t)start->fd_count + 1) * sizeof *child.fds);
  child.shell_argv = malloc(((size_t)arguments + 3) * sizeof *child.shell_argv);
  if (child.fds == NULL || child.shell_argv == NULL) error = -ENOMEM;
  else error = clone_child(&child, pidfd, pid);
  free(child.fds);
  free(child.shell_argv);
  if (error != 0 || child.error == 0) return error;
  *step = child.step;
  pw_reap(*pidfd, 1, &end);
  close(*pidfd);
  return -child.error;
}

int pw_open_process(pid_t pid) {
  long fd = syscall(SYS_pidfd_open, pid, 0);
  return fd == -1 ? -errno : (int)fd;
}

int pw_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) == -1 ? -errno : 0;
}

int pw_reap(int pidfd, int wait, struct pw_end *end) {
  siginfo_t info;
  struct rusage usage;
  long result;
  info.si_pid = 0;
  /* By its number: only the system call itself gives the usage. */
  do result = syscall(SYS_waitid, PW_P_PIDFD, pidfd, &info, WEXITED | __WALL | (wait ? 0 : WNOHANG), &usage);
  while (result == -1 && errno == EINTR);
  if (result == -1) return -errno;
  if (info.si_pid == 0) return -EAGAIN;
  end->code = info.si_code == CLD_EXITED ? info.si_status : -1;
  end->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
  end->user = usage.ru_utime.tv_sec * 1000000LL + usage.ru_utime.tv_usec;
  end->system = usage.ru_stime.tv_sec * 1000000LL + usage.ru_stime.tv_usec;
  end->peak = usage.ru_maxrss;
  return 0;
}
