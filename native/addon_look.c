/* Translation between JavaScript and look.h. What is asked of many processes or pipes is asked in one call. */
#include "addon.h"
#include "look.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#ifdef __linux__

/* ---- Processes */

/* What is known of one of them, or why nothing is. */
struct answer {
  struct pw_text text;
  int error;
};

struct question {
  const int32_t *pids;
  int more; /* -1: its descriptors */
  struct answer *answers;
};

static void answer_one(void *context, size_t index) {
  struct question *question = context;
  struct answer *answer = &question->answers[index];
  pid_t pid = question->pids[index];
  answer->error = question->more == -1 ? pw_list_descriptors(pid, &answer->text)
                                       : pw_read_process(pid, question->more, &answer->text);
}

/* An array with a string for each process, or a number: -errno. */
static napi_value answer_all(napi_env env, napi_value array, int more) {
  struct question question = {.more = more};
  size_t count = 0;
  napi_value list = NULL;
  question.pids = elements(env, array, napi_int32_array, &count);
  if (question.pids == NULL) return result(env, -EINVAL);
  question.answers = calloc(count == 0 ? 1 : count, sizeof *question.answers);
  if (question.answers == NULL) return result(env, -ENOMEM);
  pw_in_parallel(count, answer_one, &question);
  napi_create_array_with_length(env, count, &list);
  for (size_t i = 0; i < count; i++) {
    struct answer *answer = &question.answers[i];
    napi_value value = NULL;
    if (answer->error != 0) value = result(env, answer->error);
    else napi_create_string_utf8(env, answer->text.length == 0 ? "" : answer->text.bytes, answer->text.length, &value);
    if (value != NULL) napi_set_element(env, list, (uint32_t)i, value);
    free(answer->text.bytes);
  }
  free(question.answers);
  return list;
}

/* listDescriptors(pids: Int32Array): for each its descriptors as pw_list_descriptors() writes them, or -errno. */
static napi_value fn_list_descriptors(napi_env env, napi_callback_info info) {
  struct call call;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  return answer_all(env, call.argv[0], -1);
}

/* readProcesses(pids: Int32Array, more): for each its files as pw_read_process() writes them, or -errno. */
static napi_value fn_read_processes(napi_env env, napi_callback_info info) {
  struct call call;
  int32_t more;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  more = integer(env, call.argv[1]);
  if (more < 0) return result(env, -EINVAL);
  return answer_all(env, call.argv[0], more);
}

/* ---- Pipes */

enum { PLACES = 4 /* pid and descriptor of a reader, and of a writer */, FACTS = 3 /* 0 or -errno, capacity, queued */ };

struct pipes {
  const int32_t *places;
  const double *inodes;
  char **paths; /* NULL for a pipe without one */
  int32_t *facts;
};

static void look_at_one(void *context, size_t index) {
  struct pipes *pipes = context;
  const int32_t *place = pipes->places + PLACES * index;
  int32_t *facts = pipes->facts + FACTS * index;
  struct pw_place reader = {place[0], place[1]};
  struct pw_place writer = {place[2], place[3]};
  struct pw_fill fill = {0, 0};
  facts[0] = pw_look(reader, writer, pipes->inodes[index], pipes->paths[index], &fill);
  facts[1] = fill.capacity;
  facts[2] = fill.queued;
}

/* `text` holds `count` strings, each ended by NUL; an empty one is NULL in `paths`. */
static int split(char *text, size_t length, size_t count, char **paths) {
  char *end = text + length;
  for (size_t i = 0; i < count; i++) {
    size_t used;
    if (text >= end) return -EINVAL;
    used = strnlen(text, (size_t)(end - text));
    paths[i] = used == 0 ? NULL : text;
    text += used + 1;
  }
  return 0;
}

/* lookAtPipes(places: Int32Array(4n), inodes: Float64Array(n), paths: n strings in one, each ended by NUL and empty for what
 * is no FIFO, facts: Int32Array(3n)): 0. */
static napi_value fn_look_at_pipes(napi_env env, napi_callback_info info) {
  struct call call;
  struct pipes pipes = {0};
  size_t places = 0, count = 0, facts = 0, length = 0;
  char *text = NULL;
  int error = 0;
  if (!begin(env, info, 4, &call)) return result(env, -EINVAL);
  pipes.places = elements(env, call.argv[0], napi_int32_array, &places);
  pipes.inodes = elements(env, call.argv[1], napi_float64_array, &count);
  pipes.facts = elements(env, call.argv[3], napi_int32_array, &facts);
  if (pipes.places == NULL || pipes.inodes == NULL || pipes.facts == NULL || places / PLACES < count ||
      facts / FACTS < count || napi_get_value_string_utf8(env, call.argv[2], NULL, 0, &length) != napi_ok)
    return result(env, -EINVAL);
  text = malloc(length + 1);
  pipes.paths = malloc((count + 1) * sizeof *pipes.paths);
  if (text == NULL || pipes.paths == NULL) error = -ENOMEM;
  else if (napi_get_value_string_utf8(env, call.argv[2], text, length + 1, &length) != napi_ok) error = -EINVAL;
  else error = split(text, length, count, pipes.paths);
  if (error == 0) pw_in_parallel(count, look_at_one, &pipes);
  free(pipes.paths);
  free(text);
  return result(env, error);
}

const struct addon_function addon_look[] = {{"listDescriptors", fn_list_descriptors},
                                            {"readProcesses", fn_read_processes},
                                            {"lookAtPipes", fn_look_at_pipes},
                                            {NULL, NULL}};

#else

const struct addon_function addon_look[] = {{NULL, NULL}};

#endif
