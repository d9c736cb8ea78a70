/* Terminals, as Linux has them: the other side of one is opened without a path, which may not be there in a container. */
#define _GNU_SOURCE
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* Linux 4.13; older headers lack it. */
#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

static int set_up(int ours, int theirs, int like) {
  struct termios settings;
  int error = pw_terminal_resize(ours, like);
  if (error != 0) return error;
  if (tcgetattr(theirs, &settings) == -1) return -errno;
  settings.c_oflag &= ~(tcflag_t)OPOST; /* the terminal that it is shown on will do that */
  settings.c_lflag &= ~(tcflag_t)ECHO;
  return tcsetattr(theirs, TCSANOW, &settings) == -1 ? -errno : 0;
}

int pw_terminal_open(int like, int ends[2]) {
  int unlocked = 0;
  int ours, theirs, error;
  ours = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (ours == -1) return -errno;
  theirs = ioctl(ours, TIOCSPTLCK, &unlocked) == -1 ? -1 : ioctl(ours, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (theirs == -1) {
    error = -errno;
    close(ours);
    return error;
  }
  error = set_up(ours, theirs, like);
  if (error != 0) {
    close(ours);
    close(theirs);
    return error;
  }
  ends[0] = ours;
  ends[1] = theirs;
  return 0;
}

int pw_terminal_resize(int fd, int like) {
  struct winsize size;
  if (ioctl(like, TIOCGWINSZ, &size) == -1) return -errno;
  return ioctl(fd, TIOCSWINSZ, &size) == -1 ? -errno : 0;
}

int pw_terminal_is_plain(int fd) {
  struct termios settings;
  if (tcgetattr(fd, &settings) == -1) return -errno;
  return (settings.c_lflag & (ICANON | ECHO)) == (ICANON | ECHO);
}
