/* Sends MESSAGES of SIZE bytes through a kernel pipe from one thread to another, both blocking, after WARMUP of them, and
 * prints the nanoseconds that each one took: `c-threads MESSAGES WARMUP SIZE`. */
#include "messages.h"

#include <pthread.h>
#include <stdio.h>

struct sending {
  int fd;
  long messages;
  size_t size;
};

static void *run(void *data) {
  const struct sending *sending = data;
  send_all(sending->fd, sending->messages, sending->size);
  close(sending->fd);
  return NULL;
}

static void transfer(long messages, size_t size) {
  int ends[2];
  pthread_t thread;
  if (pipe(ends) == -1) err(1, "pipe");
  struct sending sending = {ends[1], messages, size};
  if (pthread_create(&thread, NULL, run, &sending) != 0) errx(1, "pthread_create");
  receive_all(ends[0], messages, size);
  pthread_join(thread, NULL);
  close(ends[0]);
}

int main(int argc, char **argv) {
  if (argc != 4) errx(2, "usage: c-threads MESSAGES WARMUP SIZE");
  long messages = atol(argv[1]);
  size_t size = (size_t)atol(argv[3]);
  transfer(atol(argv[2]), size);
  double start = now();
  transfer(messages, size);
  printf("%f\n", (now() - start) / (double)messages);
}
