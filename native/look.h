/* Looking at a pipe of other processes without touching it. Below this line there is no JavaScript and no policy. */
#ifndef PIPEWORK_LOOK_H
#define PIPEWORK_LOOK_H

#include <sys/types.h>

/* A descriptor of a process. */
struct pw_place {
  pid_t pid;
  int fd;
};

/* What the pipe is known by: the target of its link in /proc, and the number of its inode, which a double may have
 * rounded. */
struct pw_pipe_name {
  const char *link;
  double inode;
};

struct pw_fill {
  int capacity, queued; /* bytes */
};

/* Asks a pipe for its capacity and for the bytes in it. For that it is opened once more, for reading and without waiting,
 * by the read end `reader`, if that and the write end `writer` are there this very moment: a FIFO that has one side only
 * would let go whoever waits for the other, and a pipe whose reader has left would have one again. Nothing is read.
 * -ENOENT when one of them is not there, or is something else by now; -EACCES when it is somebody else's. */
int pw_look(struct pw_place reader, struct pw_place writer, struct pw_pipe_name name, struct pw_fill *fill);

#endif
