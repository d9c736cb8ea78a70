#include "poll_thread.h"
#include "thread_symbols.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
  int fd;
  int tag;
  short events;
  int ready; /* reported by poll, not yet collected */
};

struct pw_poll_thread {
  pthread_t thread;
  pthread_mutex_t lock;    /* guards all below */
  pthread_cond_t changed;  /* signalled when polling ends */
  struct entry *entries;   /* in the order in which they were added */
  int length, room;
  int polling;             /* the thread is in poll(2) with a copy of the entries */
  int waiters;             /* threads that want it out of there before it goes on */
  int notified;            /* somebody was told and has not collected everything */
  int stopping;
  int wake[2];             /* a byte here ends a poll(2) */
  void (*notify)(void *);
  void *context;
};

static void wake(struct pw_poll_thread *self) {
  ssize_t ignored = write(self->wake[1], "", 1); /* full: it wakes anyway */
  (void)ignored;
}

/* Waits until the thread has left poll(2), so that it knows of a change to the entries. Lock held. */
static void settle(struct pw_poll_thread *self) {
  self->waiters++;
  while (self->polling) {
    wake(self);
    pthread_cond_wait(&self->changed, &self->lock);
  }
  self->waiters--;
  pthread_cond_broadcast(&self->changed); /* the thread may go on when nobody else waits for it */
}

static int any_ready(const struct pw_poll_thread *self) {
  for (int i = 0; i < self->length; i++)
    if (self->entries[i].ready) return 1;
  return 0;
}

/* What poll(2) found. While it waited entries were added behind those that it was given, and ones that it was not given
 * were collected; none of its own went and all keep their order: one walk finds each. */
static void mark(struct pw_poll_thread *self, const struct pollfd *polled, int count) {
  int at = 0;
  for (int i = 1; i < count; i++) {
    struct entry *entry;
    do entry = &self->entries[at++];
    while (entry->ready || entry->fd != polled[i].fd || entry->events != polled[i].events);
    if (polled[i].revents != 0) entry->ready = 1;
  }
}

static void *run(void *argument) {
  struct pw_poll_thread *self = argument;
  struct pollfd *polled = NULL;
  int room = 0;
  pthread_mutex_lock(&self->lock);
  while (!self->stopping) {
    int count = 1;
    while (self->waiters > 0 && !self->stopping) pthread_cond_wait(&self->changed, &self->lock);
    if (self->stopping) break;
    if (room < self->length + 1) {
      struct pollfd *more = realloc(polled, (size_t)(self->room + 1) * sizeof *polled);
      if (more != NULL) {
        polled = more;
        room = self->room + 1;
      }
    }
    if (room == 0) break; /* no memory at the very start: nothing can be watched */
    polled[0] = (struct pollfd){.fd = self->wake[0], .events = POLLIN};
    for (int i = 0; i < self->length && count < room; i++) {
      if (self->entries[i].ready) continue;
      polled[count++] = (struct pollfd){.fd = self->entries[i].fd, .events = self->entries[i].events};
    }
    self->polling = 1;
    pthread_mutex_unlock(&self->lock);
    poll(polled, (nfds_t)count, -1);
    pthread_mutex_lock(&self->lock);
    self->polling = 0;
    pthread_cond_broadcast(&self->changed);
    if (polled[0].revents != 0) {
      char bytes[64];
      while (read(self->wake[0], bytes, sizeof bytes) == sizeof bytes) continue;
    }
    mark(self, polled, count);
    if (!self->notified && !self->stopping && any_ready(self)) {
      self->notified = 1;
      pthread_mutex_unlock(&self->lock);
      self->notify(self->context);
      pthread_mutex_lock(&self->lock);
    }
  }
  pthread_mutex_unlock(&self->lock);
  free(polled);
  return NULL;
}

static void discard(struct pw_poll_thread *self) {
  close(self->wake[0]);
  close(self->wake[1]);
  pthread_cond_destroy(&self->changed);
  pthread_mutex_destroy(&self->lock);
  free(self->entries);
  free(self);
}

int pw_poll_thread_start(struct pw_poll_thread **thread, void (*notify)(void *), void *context) {
  struct pw_poll_thread *self = calloc(1, sizeof *self);
  sigset_t all, before;
  int error;
  if (self == NULL) return -ENOMEM;
  error = pw_posix.open(self->wake);
  if (error != 0) {
    free(self);
    return error;
  }
  self->notify = notify;
  self->context = context;
  pthread_mutex_init(&self->lock, NULL);
  pthread_cond_init(&self->changed, NULL);
  /* No signal handler of the program runs on a thread that it does not know. */
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  error = pthread_create(&self->thread, NULL, run, self);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (error != 0) {
    discard(self);
    return -error;
  }
  *thread = self;
  return 0;
}

int pw_poll_thread_add(struct pw_poll_thread *self, int fd, enum pw_direction direction, int tag) {
  int error = 0;
  pthread_mutex_lock(&self->lock);
  if (self->length == self->room) {
    int room = self->room == 0 ? 16 : 2 * self->room;
    struct entry *more = realloc(self->entries, (size_t)room * sizeof *more);
    if (more == NULL) error = -ENOMEM;
    else {
      self->entries = more;
      self->room = room;
    }
  }
  if (error == 0) {
    self->entries[self->length++] =
        (struct entry){.fd = fd, .tag = tag, .events = direction == PW_READ ? POLLIN : POLLOUT};
    wake(self); /* it shall poll this one too; no need to wait for it */
  }
  pthread_mutex_unlock(&self->lock);
  return error;
}

void pw_poll_thread_remove(struct pw_poll_thread *self, int tag) {
  int left = 0;
  pthread_mutex_lock(&self->lock);
  settle(self);
  for (int i = 0; i < self->length; i++)
    if (self->entries[i].tag != tag) self->entries[left++] = self->entries[i];
  self->length = left;
  pthread_mutex_unlock(&self->lock);
}

int pw_poll_thread_collect(struct pw_poll_thread *self, int *tags, int max) {
  int count = 0;
  int left = 0;
  pthread_mutex_lock(&self->lock);
  for (int i = 0; i < self->length; i++) {
    if (self->entries[i].ready && count < max) tags[count++] = self->entries[i].tag;
    else self->entries[left++] = self->entries[i];
  }
  self->length = left;
  /* With everything collected the next one that gets ready is news again. */
  self->notified = any_ready(self);
  pthread_mutex_unlock(&self->lock);
  return count;
}

void pw_poll_thread_stop(struct pw_poll_thread *self) {
  pthread_mutex_lock(&self->lock);
  self->stopping = 1;
  wake(self);
  pthread_cond_broadcast(&self->changed);
  pthread_mutex_unlock(&self->lock);
  pthread_join(self->thread, NULL);
  discard(self);
}
