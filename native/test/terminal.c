/* terminal_linux.c. */
#define _GNU_SOURCE
#include "check.h"

#include "../terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

static int columns_of(int fd) {
  struct winsize size;
  CHECK(ioctl(fd, TIOCGWINSZ, &size) == 0);
  return size.ws_col;
}

static void resize(int fd, unsigned short columns) {
  struct winsize size = {.ws_row = 24, .ws_col = columns};
  CHECK(ioctl(fd, TIOCSWINSZ, &size) == 0);
}

static void test_one(int like) {
  struct termios settings;
  char bytes[16];
  int ends[2];
  resize(like, 77);
  CHECK(pw_terminal_open(like, ends) == 0);
  for (int i = 0; i < 2; i++) CHECK(fcntl(ends[i], F_GETFD) & FD_CLOEXEC);
  CHECK((fcntl(ends[0], F_GETFL) & O_NONBLOCK) && !(fcntl(ends[1], F_GETFL) & O_NONBLOCK));
  CHECK(isatty(ends[1]) && columns_of(ends[1]) == 77);
  resize(like, 33);
  CHECK(pw_terminal_resize(ends[0], like) == 0 && columns_of(ends[1]) == 33);
  /* What is written comes as it is. */
  CHECK(read(ends[0], bytes, sizeof bytes) == -1 && errno == EAGAIN);
  CHECK(write(ends[1], "a\nb\r\t", 5) == 5);
  for (ssize_t got = 0; got < 5;) {
    ssize_t count = read(ends[0], bytes + got, sizeof bytes - (size_t)got);
    CHECK(count > 0 || errno == EAGAIN);
    if (count > 0) got += count;
  }
  CHECK(memcmp(bytes, "a\nb\r\t", 5) == 0);
  /* Nobody has it any more. */
  close(ends[1]);
  while (read(ends[0], bytes, sizeof bytes) == -1 && errno == EAGAIN) {}
  CHECK(errno == EIO);
  close(ends[0]);
  CHECK(tcgetattr(like, &settings) == 0);
  settings.c_lflag |= ICANON | ECHO;
  CHECK(tcsetattr(like, TCSANOW, &settings) == 0 && pw_terminal_is_plain(like) == 1);
  settings.c_lflag &= ~(tcflag_t)ECHO;
  CHECK(tcsetattr(like, TCSANOW, &settings) == 0 && pw_terminal_is_plain(like) == 0);
  settings.c_lflag |= ECHO;
  settings.c_lflag &= ~(tcflag_t)ICANON;
  CHECK(tcsetattr(like, TCSANOW, &settings) == 0 && pw_terminal_is_plain(like) == 0);
}

void test_terminals(void) {
  int ends[2], pipe_ends[2];
  int unlocked = 0;
  int ours = open("/dev/ptmx", O_RDWR | O_NOCTTY);
  int like;
  CHECK(ours != -1 && ioctl(ours, TIOCSPTLCK, &unlocked) == 0);
  like = open(ptsname(ours), O_RDWR | O_NOCTTY);
  CHECK(like != -1);
  test_one(like);
  CHECK(pipe(pipe_ends) == 0);
  CHECK(pw_terminal_open(pipe_ends[0], ends) == -ENOTTY && pw_terminal_open(-1, ends) == -EBADF);
  CHECK(pw_terminal_resize(like, pipe_ends[0]) == -ENOTTY && pw_terminal_resize(-1, like) == -EBADF);
  CHECK(pw_terminal_is_plain(pipe_ends[0]) == -ENOTTY && pw_terminal_is_plain(-1) == -EBADF);
  for (int more = 0; more < 2; more++) {
    limit_descriptors(more);
    CHECK(pw_terminal_open(like, ends) == -EMFILE);
    limit_descriptors(-1);
  }
  for (int i = 0; i < 2; i++) close(pipe_ends[i]);
  close(like);
  close(ours);
}
