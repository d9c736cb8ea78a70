/* Translation between JavaScript and look.h. */
#include "addon.h"
#include "look.h"

#include <errno.h>
#include <limits.h>

#ifdef __linux__

/* look(readerPid, readerFd, writerPid, writerFd, link, inode, fill: Int32Array(2)): 0, and fill has capacity and bytes
 * queued. */
static napi_value fn_look(napi_env env, napi_callback_info info) {
  struct call call;
  struct pw_place reader, writer;
  struct pw_pipe_name name;
  struct pw_fill fill;
  char link[PATH_MAX];
  size_t length = 0, have = 0;
  int32_t *out;
  int error;
  if (!begin(env, info, 7, &call)) return result(env, -EINVAL);
  reader = (struct pw_place){integer(env, call.argv[0]), integer(env, call.argv[1])};
  writer = (struct pw_place){integer(env, call.argv[2]), integer(env, call.argv[3])};
  out = elements(env, call.argv[6], napi_int32_array, &have);
  if (reader.pid <= 0 || reader.fd < 0 || writer.pid <= 0 || writer.fd < 0 || out == NULL || have < 2 ||
      napi_get_value_string_utf8(env, call.argv[4], link, sizeof link, &length) != napi_ok ||
      napi_get_value_double(env, call.argv[5], &name.inode) != napi_ok)
    return result(env, -EINVAL);
  name.link = link;
  error = pw_look(reader, writer, name, &fill);
  if (error != 0) return result(env, error);
  out[0] = fill.capacity;
  out[1] = fill.queued;
  return result(env, 0);
}

const struct addon_function addon_look[] = {{"look", fn_look}, {NULL, NULL}};

#else

const struct addon_function addon_look[] = {{NULL, NULL}};

#endif
