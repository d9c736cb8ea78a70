/* Translation between JavaScript and terminal.h. The two sides of a terminal stand in the table as the ends of a pipe do. */
#include "addon.h"

#include <errno.h>
#include <unistd.h>

#include "terminal.h"

#ifdef __linux__

/* openTerminal(like, slots: Int32Array): 0, and the slots of our side and of a child's. */
static napi_value fn_open_terminal(napi_env env, napi_callback_info info) {
  struct call call;
  size_t have = 0;
  int32_t *slots, like;
  int ends[2], error;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  like = integer(env, call.argv[0]);
  slots = elements(env, call.argv[1], napi_int32_array, &have);
  if (like < 0) return result(env, -EBADF);
  if (slots == NULL || have < 2) return result(env, -EINVAL);
  error = pw_terminal_open(like, ends);
  if (error != 0) return result(env, error);
  return result(env, take_pair(call.self, ends, PW_NONBLOCK, PW_POLL, slots));
}

/* resizeTerminal(slot, like): 0. */
static napi_value fn_resize_terminal(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  int32_t like;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  like = integer(env, call.argv[1]);
  if (slot == NULL || slot->process || like < 0) return result(env, -EBADF);
  return result(env, pw_terminal_resize(slot->fd, like));
}

/* isPlainTerminal(fd): 1 or 0. */
static napi_value fn_is_plain_terminal(napi_env env, napi_callback_info info) {
  struct call call;
  int32_t fd;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  fd = integer(env, call.argv[0]);
  return result(env, fd < 0 ? -EBADF : pw_terminal_is_plain(fd));
}

const struct addon_function addon_terminal[] = {
    {"openTerminal", fn_open_terminal},
    {"resizeTerminal", fn_resize_terminal},
    {"isPlainTerminal", fn_is_plain_terminal},
    {NULL, NULL},
};

#else

const struct addon_function addon_terminal[] = {{NULL, NULL}};

#endif
