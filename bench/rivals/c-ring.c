/* Sends MESSAGES of SIZE bytes through a ring of 1 MiB in memory from one thread to another, after WARMUP of them, and prints
 * the nanoseconds that each one took: `c-ring MESSAGES WARMUP SIZE`. One writer, one reader, two indices, no lock; whoever has
 * to wait spins, and gives the processor away from time to time. */
#include "messages.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

enum { CAPACITY = 1 << 20, INTO = 65536, LOOKS = 4096 };

static struct {
  _Alignas(128) atomic_size_t tail; /* bytes written */
  _Alignas(128) atomic_size_t head; /* bytes read */
  _Alignas(128) char bytes[CAPACITY];
} ring;

struct sending {
  long messages;
  size_t size;
};

static void rest(long looks) {
  if (looks % LOOKS == 0) sched_yield();
}

static void copy_in(const char *from, size_t at, size_t count) {
  size_t slot = at % CAPACITY, first = count < CAPACITY - slot ? count : CAPACITY - slot;
  memcpy(ring.bytes + slot, from, first);
  memcpy(ring.bytes, from + first, count - first);
}

static void copy_out(char *into, size_t at, size_t count) {
  size_t slot = at % CAPACITY, first = count < CAPACITY - slot ? count : CAPACITY - slot;
  memcpy(into, ring.bytes + slot, first);
  memcpy(into + first, ring.bytes, count - first);
}

static void *run(void *data) {
  const struct sending *sending = data;
  size_t tail = 0, head = 0;
  char *chunks[CHUNKS];
  for (int i = 0; i < CHUNKS; i++) {
    chunks[i] = malloc(sending->size);
    if (chunks[i] == NULL) err(1, "malloc");
    memset(chunks[i], i + 1, sending->size);
  }
  for (long i = 0; i < sending->messages; i++) {
    for (size_t done = 0; done < sending->size;) {
      size_t left = sending->size - done;
      for (long looks = 1; CAPACITY - (tail - head) == 0 || (looks == 1 && CAPACITY - (tail - head) < left); looks++) {
        head = atomic_load_explicit(&ring.head, memory_order_acquire);
        rest(looks);
      }
      size_t room = CAPACITY - (tail - head), count = left < room ? left : room;
      copy_in(chunks[i % CHUNKS] + done, tail, count);
      tail += count;
      done += count;
      atomic_store_explicit(&ring.tail, tail, memory_order_release);
    }
  }
  for (int i = 0; i < CHUNKS; i++) free(chunks[i]);
  return NULL;
}

static void transfer(long messages, size_t size) {
  pthread_t thread;
  struct sending sending = {messages, size};
  static char into[INTO];
  size_t head = 0, tail = 0, next = 0, all = (size_t)messages * size;
  long sum = 0, expected = 0;
  atomic_store(&ring.tail, 0);
  atomic_store(&ring.head, 0);
  if (pthread_create(&thread, NULL, run, &sending) != 0) errx(1, "pthread_create");
  while (head < all) {
    for (long looks = 1; tail == head || (looks == 1 && tail - head < INTO); looks++) {
      tail = atomic_load_explicit(&ring.tail, memory_order_acquire);
      rest(looks);
    }
    size_t count = tail - head < INTO ? tail - head : INTO;
    copy_out(into, head, count);
    head += count;
    atomic_store_explicit(&ring.head, head, memory_order_release);
    for (; next < count; next += size) sum += into[next];
    next -= count;
  }
  pthread_join(thread, NULL);
  for (long i = 0; i < messages; i++) expected += i % CHUNKS + 1;
  if (sum != expected) errx(1, "these are not the bytes that were sent");
}

int main(int argc, char **argv) {
  if (argc != 4) errx(2, "usage: c-ring MESSAGES WARMUP SIZE");
  long messages = atol(argv[1]);
  size_t size = (size_t)atol(argv[3]);
  transfer(atol(argv[2]), size);
  double start = now();
  transfer(messages, size);
  printf("%f\n", (now() - start) / (double)messages);
}
