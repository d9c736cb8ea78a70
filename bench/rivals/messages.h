/* What the C programs have in common: the messages that are sent and the check of what was read, as in tally.ts. */
#ifndef MESSAGES_H
#define MESSAGES_H

#include <err.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CHUNKS = 4 };

/* Writes `messages` of `size` bytes, each in one blocking write that the kernel may cut. */
static void send_all(int fd, long messages, size_t size) {
  char *chunks[CHUNKS];
  for (int i = 0; i < CHUNKS; i++) {
    chunks[i] = malloc(size);
    if (chunks[i] == NULL) err(1, "malloc");
    memset(chunks[i], i + 1, size);
  }
  for (long i = 0; i < messages; i++) {
    for (size_t done = 0; done < size;) {
      ssize_t count = write(fd, chunks[i % CHUNKS] + done, size - done);
      if (count == -1) err(1, "write");
      done += (size_t)count;
    }
  }
  for (int i = 0; i < CHUNKS; i++) free(chunks[i]);
}

/* Reads to the end, `size` bytes at a time, and checks that it was `messages`. */
static void receive_all(int fd, long messages, size_t size) {
  unsigned char *into = malloc(size);
  size_t total = 0, next = 0; /* next: where in the coming bytes the next message starts */
  long sum = 0, expected = 0;
  ssize_t count;
  if (into == NULL) err(1, "malloc");
  while ((count = read(fd, into, size)) > 0) {
    for (; next < (size_t)count; next += size) sum += into[next];
    next -= (size_t)count;
    total += (size_t)count;
  }
  if (count == -1) err(1, "read");
  for (long i = 0; i < messages; i++) expected += i % CHUNKS + 1;
  if (total != (size_t)messages * size || sum != expected) errx(1, "these are not the bytes that were sent");
  free(into);
}

static double now(void) { /* nanoseconds */
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

#endif
