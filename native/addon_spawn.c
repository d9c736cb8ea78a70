/* Translation between JavaScript and spawn.h. A process stands in the same table as the ends of pipes: its pidfd can be
 * watched as they are, and is ready when the process has ended. */
#include "addon.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spawn.h"

#ifdef __linux__

enum { SIGNAL_KILL = 9, FD_MAX = 4096 };

/* What the two arrays of start() hold, at these places. */
enum { IN_HAS_CWD, IN_FILES, IN_ARGUMENTS, IN_VARIABLES, IN_FDS, IN_FIRST_FD };
enum { OUT_STEP, OUT_PID };
enum { FD_IS_NONE, FD_IS_NULL, FD_IS_SLOT, FD_IS_NUMBER }; /* each followed by a slot or a number */

/* The strings that stand in `packed` one behind the other, each with its NUL, as three lists that end with NULL. */
static int unpack(char *packed, size_t length, const int32_t *counts, const char **cwd, char **lists[3]) {
  size_t at = 0;
  *cwd = NULL;
  for (int list = -1; list < 3; list++) {
    int32_t count = counts[list + 1];
    for (int32_t i = 0; i < count; i++) {
      char *end = at < length ? memchr(packed + at, 0, length - at) : NULL;
      if (end == NULL) return -EINVAL;
      if (list == -1) *cwd = packed + at;
      else lists[list][i] = packed + at;
      at = (size_t)(end - packed) + 1;
    }
    if (list != -1) lists[list][count] = NULL;
  }
  return at == length ? 0 : -EINVAL;
}

static int descriptors(struct instance *self, const int32_t *pairs, int32_t count, int *fds) {
  for (int32_t i = 0; i < count; i++) {
    int32_t kind = pairs[2 * i];
    int32_t value = pairs[2 * i + 1];
    struct slot *slot;
    if (kind == FD_IS_NONE) fds[i] = PW_FD_NONE;
    else if (kind == FD_IS_NULL) fds[i] = PW_FD_NULL;
    else if (kind == FD_IS_NUMBER) {
      if (value < 0) return -EBADF;
      fds[i] = value;
    } else {
      /* A non-blocking description of ours never leaves, nor does a pidfd. */
      slot = kind == FD_IS_SLOT ? slot_of(self, value) : NULL;
      if (slot == NULL || slot->process || (slot->twin == -1 && slot->how == PW_NONBLOCK)) return -EBADF;
      fds[i] = slot->twin == -1 ? slot->fd : slot->twin;
    }
  }
  return 0;
}

/* start(packed: Uint8Array, layout: Int32Array): the slot of the child; layout then has the step and the pid. */
static napi_value fn_start(napi_env env, napi_callback_info info) {
  struct call call;
  struct pw_start start;
  size_t packed_length = 0, layout_length = 0, room = 3;
  int32_t *layout;
  char *packed;
  char **strings = NULL;
  char **lists[3];
  int *fds = NULL;
  int pidfd = -1;
  int index;
  pid_t pid = 0;
  enum pw_step step = PW_STEP_CLONE;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  packed = elements(env, call.argv[0], napi_uint8_array, &packed_length);
  layout = elements(env, call.argv[1], napi_int32_array, &layout_length);
  if (packed == NULL || layout == NULL || layout_length < IN_FIRST_FD) return result(env, -EINVAL);
  if ((layout[IN_HAS_CWD] & ~1) != 0 || layout[IN_FDS] < 0 || layout[IN_FDS] > FD_MAX ||
      (layout_length - IN_FIRST_FD) / 2 < (size_t)layout[IN_FDS])
    return result(env, -EINVAL);
  for (int i = IN_FILES; i <= IN_VARIABLES; i++) {
    /* Each string takes a byte at least, which bounds what is allocated. */
    if (layout[i] < 0 || (size_t)layout[i] > packed_length) return result(env, -EINVAL);
    room += (size_t)layout[i];
  }
  strings = malloc(room * sizeof *strings);
  fds = malloc(((size_t)layout[IN_FDS] + 1) * sizeof *fds);
  if (strings == NULL || fds == NULL) index = -ENOMEM;
  else {
    lists[0] = strings;
    lists[1] = lists[0] + layout[IN_FILES] + 1;
    lists[2] = lists[1] + layout[IN_ARGUMENTS] + 1;
    index = unpack(packed, packed_length, layout, &start.cwd, lists);
  }
  if (index == 0) index = descriptors(call.self, layout + IN_FIRST_FD, layout[IN_FDS], fds);
  if (index == 0) {
    start.files = lists[0];
    start.argv = lists[1];
    start.envp = lists[2];
    start.fds = fds;
    start.fd_count = layout[IN_FDS];
    index = pw_start(&start, &pidfd, &pid, &step);
  }
  free(strings);
  free(fds);
  if (index == 0) {
    index = take_slot(call.self, pidfd, PW_READ, PW_POLL);
    if (index < 0) {
      struct pw_end end;
      pw_signal(pidfd, SIGNAL_KILL);
      pw_reap(pidfd, 1, &end);
      close(pidfd);
    } else call.self->slots[index].process = PW_CHILD;
  }
  layout[OUT_STEP] = step;
  layout[OUT_PID] = pid;
  return result(env, index);
}

static struct slot *process_of(struct call *call, napi_env env) {
  struct slot *slot = slot_of(call->self, integer(env, call->argv[0]));
  return slot != NULL && slot->process ? slot : NULL;
}

/* openProcess(pid): the slot of any process. */
static napi_value fn_open_process(napi_env env, napi_callback_info info) {
  struct call call;
  int32_t pid;
  int fd, index;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  pid = integer(env, call.argv[0]);
  if (pid <= 0) return result(env, -EINVAL);
  fd = pw_open_process(pid);
  if (fd < 0) return result(env, fd);
  index = take_slot(call.self, fd, PW_READ, PW_POLL);
  if (index < 0) close(fd);
  else call.self->slots[index].process = PW_OTHER;
  return result(env, index);
}

/* signal(slot, number) */
static napi_value fn_signal(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  slot = process_of(&call, env);
  return result(env, slot == NULL ? -EBADF : pw_signal(slot->fd, integer(env, call.argv[1])));
}

/* reap(slot, facts: Float64Array): 0, the slot is free, and facts are code or -1, signal, user and system time in
 * microseconds, peak memory in KiB; -EAGAIN while the child runs. */
static napi_value fn_reap(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  struct pw_end end;
  size_t have = 0;
  double *facts;
  int error;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  slot = process_of(&call, env);
  facts = elements(env, call.argv[1], napi_float64_array, &have);
  if (slot == NULL || slot->process != PW_CHILD) return result(env, -EBADF);
  if (facts == NULL || have < 5) return result(env, -EINVAL);
  error = pw_reap(slot->fd, 0, &end);
  if (error == -EAGAIN) return result(env, error);
  free_slot(call.self, integer(env, call.argv[0]), -1);
  if (error != 0) return result(env, error);
  facts[0] = end.code;
  facts[1] = end.signal;
  facts[2] = (double)end.user;
  facts[3] = (double)end.system;
  facts[4] = (double)end.peak;
  return result(env, 0);
}

void end_children(struct instance *self) {
  /* All of them first: they end at the same time. */
  for (int i = 0; i < self->length; i++)
    if (self->slots[i].fd != -1 && self->slots[i].process == PW_CHILD) pw_signal(self->slots[i].fd, SIGNAL_KILL);
  for (int i = 0; i < self->length; i++) {
    struct pw_end end;
    if (self->slots[i].fd != -1 && self->slots[i].process == PW_CHILD) pw_reap(self->slots[i].fd, 1, &end);
  }
}

const struct addon_function addon_spawn[] = {
    {"start", fn_start}, {"openProcess", fn_open_process}, {"signal", fn_signal}, {"reap", fn_reap}, {NULL, NULL},
};

#else

void end_children(struct instance *self) { (void)self; }

const struct addon_function addon_spawn[] = {{NULL, NULL}};

#endif
