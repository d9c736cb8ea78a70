/* What pipework asks of a system's terminals. Every function returns -errno on failure, and leaves what it was given alone
 * then. */
#ifndef PIPEWORK_TERMINAL_H
#define PIPEWORK_TERMINAL_H

/* Opens a terminal as large as `like`: ends[0] is ours, where what was written is read, non-blocking; ends[1] is for a
 * child to write to, and changes no byte of it. Both are close-on-exec and belong to the caller. */
int pw_terminal_open(int like, int ends[2]);

/* Makes a terminal of ours as large as `like`. */
int pw_terminal_resize(int fd, int like);

/* 1 when `fd` is a terminal that takes whole lines and shows what is typed, as it does under a shell's command; 0 when some
 * program has it for itself. */
int pw_terminal_is_plain(int fd);

#endif
