/* Writes MESSAGES of SIZE bytes to its standard output: `c-child MESSAGES SIZE`. */
#include "messages.h"

int main(int argc, char **argv) {
  if (argc != 3) errx(2, "usage: c-child MESSAGES SIZE");
  send_all(1, atol(argv[1]), (size_t)atol(argv[2]));
}
