/* Looking at processes and their pipes without touching them. Below this line there is no JavaScript and no policy.
 *
 * Nothing here reads or writes a pipe, opens one for writing, or waits for anybody. Every function returns -errno on
 * failure; a process that ends meanwhile is -ENOENT or -ESRCH, one that is somebody else's -EACCES or -EPERM. */
#ifndef PIPEWORK_LOOK_H
#define PIPEWORK_LOOK_H

#include <stddef.h>
#include <sys/types.h>

/* Bytes that grow; `bytes` is the caller's to free, and NULL before the first. */
struct pw_text {
  char *bytes;
  size_t length, room;
};

/* What a process has open that matters to pipes, one item behind the other, each ended by NUL: the number, `r`, `w` or `b`
 * for what it is open for, and what it is, without a blank between them: `3rpipe:[123]`, `4wfifo:[8:1:77]/path` with
 * device and inode, `5banon_inode:[eventpoll]`. A file system of a network is not asked whether a file on it is a FIFO: it
 * tells what it knows. */
int pw_list_descriptors(pid_t pid, struct pw_text *out);

/* Which files pw_read_process() reads besides. */
enum { PW_READ_IO = 1, PW_READ_SCHED = 2 };

/* Files of one process, and of no other even if its number is used again meanwhile, each ended by NUL: the number of its
 * user; `syscall`, which is read first; `stat`; `io`; of `sched` when it last ran; and the command line, with blanks for its
 * NULs. A file that may not be read is `!`; one that is not there, or not asked for, is empty. */
int pw_read_process(pid_t pid, int more, struct pw_text *out);

/* A descriptor of a process. */
struct pw_place {
  pid_t pid;
  int fd;
};

struct pw_fill {
  int capacity, queued; /* bytes */
};

/* Asks a pipe for its capacity and for the bytes in it. For that it is opened once more, for reading and without waiting,
 * by the read end `reader`, if that is there this very moment: a pipe whose reader has left would have one again. Of a FIFO,
 * of which `path` is the one by which both processes have it open, the write end `writer` has to be there too: with one
 * side only, an open would let go whoever waits for the other. Of other pipes `path` is NULL. Nothing is read.
 * -ENOENT when an end is not there, or is something else by now. `inode` may have been rounded to a double. */
int pw_look(struct pw_place reader, struct pw_place writer, double inode, const char *path, struct pw_fill *fill);

/* Calls `each` for every index below `count`, on several processors when there are many, and returns when all are done. */
void pw_in_parallel(size_t count, void (*each)(void *context, size_t index), void *context);

#endif
