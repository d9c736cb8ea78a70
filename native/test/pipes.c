/* pipe_posix.c and pipe_linux.c. */
#include "check.h"

#include "../pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static char bytes[1 << 20];

static int is_nonblocking(int fd) { return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0; }
static int is_cloexec(int fd) { return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0; }

static void test_both_ends(const struct pw_system *system) {
  int ends[2];
  ssize_t held, written;
  CHECK(system->open(ends) == 0);
  for (int i = 0; i < 2; i++) CHECK(is_nonblocking(ends[i]) && is_cloexec(ends[i]));
  CHECK(pw_directions(ends[0]) == PW_READ && pw_directions(ends[1]) == PW_WRITE);
  CHECK(system->read(ends[0], PW_NONBLOCK, bytes, 1) == -EAGAIN);
  CHECK(pw_wait(ends[0], PW_READ, 0) == 0 && (pw_wait(ends[1], PW_WRITE, -1) & POLLOUT));
  held = 0;
  while ((written = system->write(ends[1], PW_NONBLOCK, bytes, sizeof bytes)) > 0) held += written;
  CHECK(written == -EAGAIN && held > 0 && pw_available(ends[0]) == held);
  CHECK(pw_inode(ends[0]) > 0 && pw_inode(ends[0]) == pw_inode(ends[1]) && pw_inode(-1) == -EBADF);
  CHECK(system->read(ends[0], PW_NONBLOCK, bytes, sizeof bytes) == held);
  close(ends[1]);
  CHECK(system->read(ends[0], PW_NONBLOCK, bytes, 1) == 0);
  close(ends[0]);
  CHECK(system->open(ends) == 0);
  close(ends[0]);
  CHECK(system->write(ends[1], PW_NONBLOCK, bytes, 1) == -EPIPE);
  CHECK(pw_wait(ends[1], PW_WRITE, -1) & POLLERR);
  close(ends[1]);
  CHECK(system->read(ends[0], PW_NONBLOCK, bytes, 1) == -EBADF);
}

/* Through pipes of one page and of many; then what stops it: no reader, and no memory to read into. */
static void test_pass(const struct pw_system *system) {
  static char into[sizeof bytes];
  int ends[2];
  size_t moved[2];
  CHECK(system->open(ends) == 0);
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(i % 251);
  for (int pages = 0; pages < 2; pages++) {
    for (size_t length = 0; length <= sizeof bytes; length = 3 * length + 1) {
      memset(into, 0, sizeof into);
      pw_pass(ends[1], bytes, ends[0], into, length, moved);
      CHECK(moved[0] == length && moved[1] == length && memcmp(into, bytes, length) == 0);
      CHECK((length == sizeof into || into[length] == 0) && pw_available(ends[0]) == 0);
    }
    if (system->set_capacity(ends[1], 1) < 0) break;
  }
  pw_pass(ends[1], bytes, ends[0], NULL, 100, moved);
  CHECK(moved[0] == 100 && moved[1] == 0 && pw_available(ends[0]) == 100);
  close(ends[0]);
  pw_pass(ends[1], bytes, ends[1], into, 100, moved);
  CHECK(moved[0] == 0 && moved[1] == 0);
  close(ends[1]);
}

/* Somebody else's blocking description, which must not be changed, and on which no call may block. */
static void test_foreign(const struct pw_system *system, enum pw_how how, int read_end, int write_end) {
  enum pw_how reading = how, writing = how;
  ssize_t written;
  if (how == PW_NOWAIT && system->read(read_end, how, bytes, 1) == -EOPNOTSUPP) reading = PW_POLL;
  CHECK(system->read(read_end, reading, bytes, 1) == -EAGAIN);
  if (how == PW_NOWAIT && system->write(write_end, how, "x", 1) == -EOPNOTSUPP) writing = PW_POLL;
  while ((written = system->write(write_end, writing, bytes, sizeof bytes)) > 0) continue;
  CHECK(written == -EAGAIN);
  while (system->read(read_end, reading, bytes, sizeof bytes) > 0) continue;
  CHECK(system->read(read_end, reading, bytes, 1) == -EAGAIN);
  CHECK(!is_nonblocking(read_end) && !is_nonblocking(write_end));
  close(write_end);
  CHECK(system->read(read_end, reading, bytes, 1) == 0);
  close(read_end);
}

static void test_foreign_ends(const struct pw_system *system, enum pw_how how) {
  char folder[] = "/tmp/pipework-XXXXXX", fifo[64];
  int ends[2], reader;
  CHECK(pipe(ends) == 0);
  test_foreign(system, how, ends[0], ends[1]);
  CHECK(mkdtemp(folder) != NULL);
  snprintf(fifo, sizeof fifo, "%s/fifo", folder);
  CHECK(mkfifo(fifo, 0600) == 0);
  reader = open(fifo, O_RDONLY | O_NONBLOCK);
  CHECK(pw_set_nonblock(reader, 0) == 0);
  test_foreign(system, how, reader, open(fifo, O_WRONLY));
  unlink(fifo);
  rmdir(folder);
}

static void test_no_pipes(void) {
  int sockets[2], file;
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) == 0);
  file = open("/dev/null", O_RDWR);
  CHECK(pw_directions(sockets[0]) == -ENOTSUP && pw_directions(file) == -ENOTSUP && pw_directions(9999) == -EBADF);
  close(sockets[0]);
  close(sockets[1]);
  close(file);
}

static void on_alarm(int signal_number) { (void)signal_number; }

static void test_wait_among_signals(void) {
  struct itimerval every = {.it_interval = {.tv_usec = 1000}, .it_value = {.tv_usec = 1000}};
  struct itimerval never = {0};
  struct sigaction action = {.sa_handler = on_alarm};
  int ends[2];
  CHECK(pw_posix.open(ends) == 0 && sigaction(SIGALRM, &action, NULL) == 0);
  CHECK(setitimer(ITIMER_REAL, &every, NULL) == 0);
  CHECK(pw_wait(ends[0], PW_READ, 50) == 0);
  CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
  close(ends[0]);
  close(ends[1]);
}

static void test_no_descriptors(const struct pw_system *system) {
  int ends[2] = {-7, -7};
  int before = open_descriptors();
  for (int more = 0; more < 2; more++) {
    limit_descriptors(more);
    CHECK(system->open(ends) == -EMFILE);
    limit_descriptors(-1);
    CHECK(ends[0] == -7 && ends[1] == -7 && open_descriptors() == before);
  }
}

#ifdef __linux__
static void test_reopen(void) {
  int ends[2], reader, writer;
  int before = open_descriptors();
  CHECK(pw_linux.open(ends) == 0);
  writer = pw_linux.reopen(ends[1], 1);
  reader = pw_linux.reopen(ends[0], 0);
  CHECK(!is_nonblocking(writer) && is_nonblocking(ends[1]) && is_nonblocking(reader));
  CHECK(is_cloexec(writer) && is_cloexec(reader));
  close(ends[1]);
  CHECK(pw_linux.read(ends[0], PW_NONBLOCK, bytes, 1) == -EAGAIN); /* the twin counts */
  CHECK(write(writer, "x", 1) == 1 && pw_linux.read(reader, PW_NONBLOCK, bytes, 9) == 1);
  limit_descriptors(0);
  CHECK(pw_linux.reopen(ends[0], 1) == -EMFILE);
  limit_descriptors(-1);
  CHECK(pw_linux.reopen(9999, 0) == -EBADF);
  close(writer);
  CHECK(pw_linux.read(ends[0], PW_NONBLOCK, bytes, 1) == 0);
  close(reader);
  close(ends[0]);
  CHECK(open_descriptors() == before);
}

static void test_pages(void) {
  int page = (int)sysconf(_SC_PAGESIZE);
  int ends[2];
  CHECK(pw_linux.open(ends) == 0);
  CHECK(pw_linux.set_capacity(ends[1], 1) == page && pw_linux.capacity(ends[0]) == page);
  CHECK(pw_linux.write(ends[1], PW_NONBLOCK, bytes, 2 * (size_t)page) == page);
  CHECK(pw_linux.read(ends[0], PW_NONBLOCK, bytes, (size_t)page - 1) == page - 1);
  CHECK(pw_wait(ends[1], PW_WRITE, 0) == 0 && pw_linux.write(ends[1], PW_NONBLOCK, "x", 1) == -EAGAIN);
  CHECK(pw_linux.read(ends[0], PW_NONBLOCK, bytes, 1) == 1);
  CHECK(pw_linux.write(ends[1], PW_NONBLOCK, "x", 1) == 1);
  CHECK(pw_linux.set_capacity(ends[1], 4 * page) == 4 * page);
  CHECK(pw_linux.write(ends[1], PW_NONBLOCK, bytes, 2 * (size_t)page) == 2 * page);
  CHECK(pw_linux.set_capacity(ends[1], page) == -EBUSY && pw_linux.capacity(ends[1]) == 4 * page);
  close(ends[0]);
  close(ends[1]);
}
#endif

void test_pipes(void) {
  test_no_pipes();
  test_wait_among_signals();
  test_both_ends(&pw_posix);
  test_pass(&pw_posix);
  test_foreign_ends(&pw_posix, PW_POLL);
  test_no_descriptors(&pw_posix);
#ifdef __linux__
  test_both_ends(&pw_linux);
  test_pass(&pw_linux);
  test_foreign_ends(&pw_linux, PW_POLL);
  test_foreign_ends(&pw_linux, PW_NOWAIT);
  test_no_descriptors(&pw_linux);
  test_reopen();
  test_pages();
#endif
}
