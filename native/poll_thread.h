/* A thread that waits in poll(2), for runtimes without uv_poll (Bun) and systems without epoll (macOS).
 *
 * Descriptors are added for one report each. When any of them is ready the thread calls `notify` once, and then leaves
 * alone what is ready until somebody has collected it. `notify` runs on that thread. */
#ifndef PIPEWORK_POLL_THREAD_H
#define PIPEWORK_POLL_THREAD_H

#include "pipe.h"

struct pw_poll_thread;

/* 0 and a running thread, or -errno. */
int pw_poll_thread_start(struct pw_poll_thread **thread, void (*notify)(void *), void *context);

/* One report of `tag` when `fd` is ready; 0 or -ENOMEM. */
int pw_poll_thread_add(struct pw_poll_thread *thread, int fd, enum pw_direction direction, int tag);

/* No report of `tag` any more. When this returns, the thread does not look at its descriptor: it may be closed. */
void pw_poll_thread_remove(struct pw_poll_thread *thread, int tag);

/* Puts at most `max` tags that are ready into `tags`, forgets them, and returns their number. */
int pw_poll_thread_collect(struct pw_poll_thread *thread, int *tags, int max);

/* Ends the thread; when this returns, `notify` is not running and never will. */
void pw_poll_thread_stop(struct pw_poll_thread *thread);

#endif
