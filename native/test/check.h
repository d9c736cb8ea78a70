/* A check that says where it failed, and ends the program: what comes after it is worth nothing. */
#ifndef PIPEWORK_CHECK_H
#define PIPEWORK_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);  \
      exit(1);                                                                 \
    }                                                                          \
  } while (0)

void test_pipes(void);
void test_poll_thread(void);
void test_spawn(void);
void test_look(void);
void test_terminals(void);

/* This program as a child of test_spawn(): its exit status; -1 when it is not. */
int play_role(int argc, char **argv);

/* How many descriptors are open. */
int open_descriptors(void);

/* Allows no descriptor but the first `more` free ones; -1: as many as before. */
void limit_descriptors(int more);

#endif
