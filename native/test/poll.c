/* poll_thread.c: every race that its users can bring about, some thousand times. */
#include "check.h"

#include "../poll_thread.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

enum { PIPES = 300, ROUNDS = 20, STOPS = 300 };

/* What stands for the event loop: told once, it looks. */
struct bell {
  pthread_mutex_t lock;
  pthread_cond_t rung;
  int count;
};

static struct bell bell = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void ring(void *context) {
  struct bell *self = context;
  pthread_mutex_lock(&self->lock);
  self->count++;
  pthread_cond_signal(&self->rung);
  pthread_mutex_unlock(&self->lock);
}

static void await_ring(void) {
  pthread_mutex_lock(&bell.lock);
  while (bell.count == 0) pthread_cond_wait(&bell.rung, &bell.lock);
  bell.count = 0;
  pthread_mutex_unlock(&bell.lock);
}

static int ends[PIPES][2];

static void open_all(void) {
  for (int i = 0; i < PIPES; i++) CHECK(pw_posix.open(ends[i]) == 0);
}

static void close_all(void) {
  for (int i = 0; i < PIPES; i++)
    for (int side = 0; side < 2; side++) close(ends[i][side]);
}

static void *write_to_all(void *unused) {
  (void)unused;
  for (int i = 0; i < PIPES; i++) CHECK(pw_posix.write(ends[i][1], PW_NONBLOCK, "x", 1) == 1);
  return NULL;
}

/* One byte to each while they are being added; every one is reported once, in portions. */
static void test_every_event_is_told_once(void) {
  struct pw_poll_thread *thread;
  CHECK(pw_poll_thread_start(&thread, ring, &bell) == 0);
  open_all();
  for (int round = 0; round < ROUNDS; round++) {
    int told[PIPES] = {0};
    int tags[16];
    char byte;
    pthread_t writer;
    CHECK(pthread_create(&writer, NULL, write_to_all, NULL) == 0);
    for (int i = 0; i < PIPES; i++) CHECK(pw_poll_thread_add(thread, ends[i][0], PW_READ, i) == 0);
    for (int left = PIPES; left > 0;) {
      int count;
      await_ring();
      do {
        count = pw_poll_thread_collect(thread, tags, 16);
        left -= count;
        for (int i = 0; i < count; i++) told[tags[i]]++;
      } while (count == 16);
    }
    pthread_join(writer, NULL);
    for (int i = 0; i < PIPES; i++) CHECK(told[i] == 1 && read(ends[i][0], &byte, 1) == 1);
    CHECK(pw_poll_thread_collect(thread, tags, 16) == 0);
  }
  pw_poll_thread_stop(thread);
  close_all();
}

/* Removed while the thread polls and while events come in: its descriptor may be closed at once, and its tag is told no
 * more, also when the next pipe has the same number. */
static void test_removal(void) {
  struct pw_poll_thread *thread;
  int tags[PIPES], count;
  pthread_t writer;
  CHECK(pw_poll_thread_start(&thread, ring, &bell) == 0);
  for (int round = 0; round < ROUNDS; round++) {
    open_all();
    for (int i = 0; i < PIPES; i++) CHECK(pw_poll_thread_add(thread, ends[i][0], PW_READ, i) == 0);
    CHECK(pthread_create(&writer, NULL, write_to_all, NULL) == 0);
    for (int i = 0; i < PIPES; i += 2) pw_poll_thread_remove(thread, i);
    count = pw_poll_thread_collect(thread, tags, PIPES);
    for (int i = 0; i < count; i++) CHECK(tags[i] % 2 == 1);
    for (int i = 1; i < PIPES; i += 2) pw_poll_thread_remove(thread, i);
    CHECK(pw_poll_thread_collect(thread, tags, PIPES) == 0);
    pthread_join(writer, NULL);
    close_all();
  }
  pw_poll_thread_stop(thread);
}

/* A vanished reader and a vanished writer are events, and so is a descriptor that somebody else has closed. */
static void test_ends_of_pipes(void) {
  struct pw_poll_thread *thread;
  int tag;
  bell.count = 0;
  CHECK(pw_poll_thread_start(&thread, ring, &bell) == 0);
  open_all();
  while (pw_posix.write(ends[1][1], PW_NONBLOCK, &ends, sizeof ends) > 0) continue;
  for (int i = 0; i < 3; i++) {
    CHECK(pw_poll_thread_add(thread, ends[i][i == 1], i == 1 ? PW_WRITE : PW_READ, i) == 0);
    close(ends[i][i == 1 ? 0 : 1]);
    if (i == 2) close(ends[i][0]);
    await_ring();
    CHECK(pw_poll_thread_collect(thread, &tag, 1) == 1 && tag == i);
  }
  pw_poll_thread_stop(thread);
  close_all();
}

/* Ended at every moment: before it polls, while it polls, while it tells. */
static void test_stop(void) {
  for (int i = 0; i < STOPS; i++) {
    struct pw_poll_thread *thread;
    int pair[2];
    CHECK(pw_posix.open(pair) == 0);
    CHECK(pw_poll_thread_start(&thread, ring, &bell) == 0);
    CHECK(pw_poll_thread_add(thread, pair[0], PW_READ, 1) == 0);
    if (i % 3 != 0) CHECK(write(pair[1], "x", 1) == 1);
    if (i % 3 == 2) await_ring();
    pw_poll_thread_stop(thread);
    bell.count = 0;
    close(pair[0]);
    close(pair[1]);
  }
}

static pthread_barrier_t barrier;

static void tell_slowly(void *unused) {
  (void)unused;
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
}

static void *stop(void *thread) {
  pw_poll_thread_stop(thread);
  return NULL;
}

/* While `notify` runs, everything else works, and stop() waits for it. */
static void test_slow_notify(void) {
  struct pw_poll_thread *thread;
  pthread_t stopper;
  int tag;
  pthread_barrier_init(&barrier, NULL, 2);
  open_all();
  CHECK(pw_poll_thread_start(&thread, tell_slowly, NULL) == 0);
  CHECK(pw_poll_thread_add(thread, ends[0][0], PW_READ, 0) == 0);
  CHECK(write(ends[0][1], "x", 1) == 1);
  pthread_barrier_wait(&barrier);
  CHECK(pw_poll_thread_add(thread, ends[1][0], PW_READ, 1) == 0);
  pw_poll_thread_remove(thread, 1);
  CHECK(pw_poll_thread_collect(thread, &tag, 1) == 1 && tag == 0);
  CHECK(pthread_create(&stopper, NULL, stop, thread) == 0);
  pthread_barrier_wait(&barrier);
  pthread_join(stopper, NULL);
  close_all();
  pthread_barrier_destroy(&barrier);
}

static void test_no_descriptors(void) {
  struct pw_poll_thread *thread = NULL;
  int before = open_descriptors();
  for (int more = 0; more < 2; more++) {
    limit_descriptors(more);
    CHECK(pw_poll_thread_start(&thread, ring, &bell) == -EMFILE && thread == NULL);
    limit_descriptors(-1);
    CHECK(open_descriptors() == before);
  }
}

void test_poll_thread(void) {
  test_every_event_is_told_once();
  test_removal();
  test_ends_of_pipes();
  test_stop();
  test_slow_notify();
  test_no_descriptors();
}
