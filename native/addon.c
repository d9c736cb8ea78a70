/* Translation between JavaScript and pipe.h (addon_spawn.c: and spawn.h; addon_terminal.c: terminal.h; addon_look.c: look.h),
 * and nothing else: what to do when is decided in src/.
 *
 * JavaScript never names a descriptor that the addon owns. It names slots of a table in the instance data, each of them
 * checked here, so that a wrong number, a double close or a number that the system has given to somebody else in the
 * meantime ends in -EBADF. Numbers travel as they are: a count, a slot or a descriptor, or -errno.
 *
 * There is one instance for each environment (main thread, each worker) and no C static. When an environment ends, with
 * whatever is open, the clean-up hook closes its descriptors and its event-loop handle: without it Node aborts the
 * whole process over the handle, and leaves the descriptors open. */
#include <node_api.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/epoll.h>
#endif

#include "addon.h"
#include "poll_thread.h"

/* The part of libuv's stable ABI that is used here, so that no header of a certain runtime is needed. */
typedef struct uv_loop_s uv_loop_t;
enum { UV_POLL_TYPE = 8, UV_READABLE_EVENT = 1 };
extern size_t uv_handle_size(int type);
extern int uv_poll_init(uv_loop_t *loop, uv_handle_t *handle, int fd);
extern int uv_poll_start(uv_handle_t *handle, int events, void (*callback)(uv_handle_t *, int, int));
extern void uv_close(uv_handle_t *handle, void (*callback)(uv_handle_t *));
extern void uv_ref(uv_handle_t *handle);
extern void uv_unref(uv_handle_t *handle);
extern void uv_handle_set_data(uv_handle_t *handle, void *data);
extern void *uv_handle_get_data(const uv_handle_t *handle);

enum { MAX_MOVE = 0x7ffff000, MAX_READY = 256 };

/* ---- Arguments and results */

int begin(napi_env env, napi_callback_info info, size_t expected, struct call *call) {
  size_t count = MAX_ARGUMENTS;
  void *data = NULL;
  if (napi_get_cb_info(env, info, &count, call->argv, NULL, &data) != napi_ok || count < expected) return 0;
  call->self = data;
  return 1;
}

napi_value result(napi_env env, int64_t value) {
  napi_value number = NULL;
  napi_create_int32(env, (int32_t)value, &number);
  return number;
}

int32_t integer(napi_env env, napi_value value) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok) return NO_INTEGER;
  if (!(number > INT32_MIN && number <= INT32_MAX) || number != (int32_t)number) return NO_INTEGER;
  return (int32_t)number;
}

void *elements(napi_env env, napi_value array, napi_typedarray_type type, size_t *length) {
  napi_typedarray_type actual;
  void *data = NULL;
  if (napi_get_typedarray_info(env, array, &actual, length, &data, NULL, NULL) != napi_ok) return NULL;
  return actual == type ? data : NULL;
}

/* A number of bytes, which may be more than 32 bits hold: some arrays are that long. -1 for what is none. */
static int64_t byte_count(napi_env env, napi_value value) {
  double number;
  if (napi_get_value_double(env, value, &number) != napi_ok) return -1;
  if (!(number >= 0 && number <= 9007199254740991.0) || number != (double)(int64_t)number) return -1;
  return (int64_t)number;
}

/* The bytes [start, start + length) of a Uint8Array that is long enough now, whatever it was when somebody checked. */
static int span(napi_env env, napi_value array, int64_t start, int64_t length, uint8_t **bytes) {
  napi_typedarray_type type;
  size_t have = 0;
  void *data = NULL;
  if (napi_get_typedarray_info(env, array, &type, &have, &data, NULL, NULL) != napi_ok) return -EINVAL;
  if (type != napi_uint8_array && type != napi_uint8_clamped_array) return -EINVAL;
  if (start < 0 || length < 0 || (uint64_t)start + (uint64_t)length > have) return -EFAULT;
  *bytes = (uint8_t *)data + start;
  return 0;
}

struct slot *slot_of(struct instance *self, int32_t index) {
  if (index < 0 || index >= self->length || self->slots[index].fd == -1) return NULL;
  return &self->slots[index];
}

/* ---- The table of descriptors */

int take_slot(struct instance *self, int fd, enum pw_direction direction, enum pw_how how) {
  int index = self->first_free;
  if (index != -1) {
    self->first_free = self->slots[index].next_free;
  } else {
    if (self->length == self->room) {
      int room = self->room == 0 ? 16 : 2 * self->room;
      struct slot *more = realloc(self->slots, (size_t)room * sizeof *more);
      if (more == NULL) return -ENOMEM;
      self->slots = more;
      self->room = room;
    }
    index = self->length++;
  }
  self->slots[index] =
      (struct slot){.fd = fd, .twin = -1, .next_free = -1, .how = how, .direction = direction};
  return index;
}

static void unwatch_slot(struct instance *self, int index) {
  struct slot *slot = &self->slots[index];
  if (!slot->watched) return;
  slot->watched = 0;
#ifdef __linux__
  /* Before close(2): the descriptor may live on elsewhere, and would be reported by a number that is somebody else's. */
  if (self->epoll != -1) {
    epoll_ctl(self->epoll, EPOLL_CTL_DEL, slot->fd, NULL);
    return;
  }
#endif
  if (self->thread != NULL) pw_poll_thread_remove(self->thread, index);
}

/* Standard input, output and error that came from outside are kept too: the rest of the program counts on them, and the
 * next open(2) would get their number. */
void free_slot(struct instance *self, int index, int kept) {
  struct slot *slot = &self->slots[index];
  int fd = slot->fd;
  int twin = slot->twin;
  int is_standard = slot->adopted && fd <= 2;
  unwatch_slot(self, index);
  slot->fd = -1;
  slot->twin = -1;
  slot->next_free = self->first_free;
  self->first_free = index;
  if (fd != kept && !is_standard) close(fd); /* Linux has closed it whatever this returns, EINTR too */
  if (twin != -1 && twin != kept) close(twin);
}

int take_pair(struct instance *self, const int ends[2], enum pw_how reading, enum pw_how writing, int32_t slots[2]) {
  int reader = take_slot(self, ends[0], PW_READ, reading);
  int writer = reader < 0 ? reader : take_slot(self, ends[1], PW_WRITE, writing);
  if (writer < 0) {
    if (reader >= 0) free_slot(self, reader, -1);
    else close(ends[0]);
    close(ends[1]);
    return writer;
  }
  slots[0] = reader;
  slots[1] = writer;
  return 0;
}

/* ---- Readiness */

static void report(struct instance *self, int count) {
  napi_env env = self->env;
  napi_value on_ready, global, number, thrown;
  napi_status status;
  if (count == 0 || napi_get_reference_value(env, self->on_ready, &on_ready) != napi_ok) return;
  if (napi_get_global(env, &global) != napi_ok || napi_create_int32(env, count, &number) != napi_ok) return;
  /* On the thread's way here the runtime has opened a callback scope already; Deno crashes over a second one. */
  if (self->use_thread) status = napi_call_function(env, global, on_ready, 1, &number, NULL);
  else status = napi_make_callback(env, NULL, global, on_ready, 1, &number, NULL);
  /* Left pending, it would be thrown by the next call of anything here, and no event would be reported until then. */
  if (status == napi_pending_exception && napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
    napi_fatal_exception(env, thrown);
}

/* Asks what is ready and tells JavaScript. */
static void dispatch(struct instance *self) {
#ifdef __linux__
  if (self->epoll != -1) {
    struct epoll_event events[MAX_READY];
    int count = epoll_wait(self->epoll, events, MAX_READY, 0);
    int told = 0;
    for (int i = 0; i < count; i++) {
      int index = (int)events[i].data.u32;
      if (slot_of(self, index) != NULL) self->ready[told++] = index;
    }
    report(self, told);
    return;
  }
#endif
  int count = MAX_READY;
  while (self->thread != NULL && count == MAX_READY) {
    count = pw_poll_thread_collect(self->thread, self->ready, MAX_READY);
    for (int i = 0; i < count; i++)
      if (slot_of(self, self->ready[i]) != NULL) self->slots[self->ready[i]].watched = 0;
    report(self, count);
  }
}

#ifdef __linux__
static void on_poll(uv_handle_t *handle, int status, int events) {
  struct instance *self = uv_handle_get_data(handle);
  napi_handle_scope scope;
  (void)status;
  (void)events;
  if (napi_open_handle_scope(self->env, &scope) != napi_ok) return;
  dispatch(self);
  napi_close_handle_scope(self->env, scope);
}
#endif

static void on_thread_call(napi_env env, napi_value unused, void *context, void *data) {
  struct instance *self = context;
  (void)unused;
  (void)data;
  if (env == NULL) return; /* the environment is ending */
#ifdef __linux__
  if (self->epoll != -1) {
    int tag;
    pw_poll_thread_collect(self->thread, &tag, 1);
    dispatch(self);
    if (self->thread != NULL) pw_poll_thread_add(self->thread, self->epoll, PW_READ, 0);
    return;
  }
#endif
  dispatch(self);
}

/* On the poll thread. */
static void notify(void *context) {
  struct instance *self = context;
  napi_call_threadsafe_function(self->call, NULL, napi_tsfn_nonblocking);
}

static void stop_thread(struct instance *self) {
  pw_poll_thread_stop(self->thread);
  self->thread = NULL;
  napi_release_threadsafe_function(self->call, napi_tsfn_abort);
  self->call = NULL;
}

static int start_thread(struct instance *self) {
  napi_value name;
  int error;
  if (napi_create_string_utf8(self->env, "pipework", NAPI_AUTO_LENGTH, &name) != napi_ok) return -ENOMEM;
  if (napi_create_threadsafe_function(self->env, NULL, NULL, name, 0, 1, NULL, NULL, self, on_thread_call,
                                      &self->call) != napi_ok)
    return -ENOMEM;
  error = pw_poll_thread_start(&self->thread, notify, self);
  if (error != 0) {
    napi_release_threadsafe_function(self->call, napi_tsfn_abort);
    self->call = NULL;
    return error;
  }
  if (!self->refed) napi_unref_threadsafe_function(self->env, self->call);
  return 0;
}

#ifdef __linux__
static int start_uv(struct instance *self) {
  uv_loop_t *loop;
  uv_handle_t *handle;
  int error;
  if (napi_get_uv_event_loop(self->env, (struct uv_loop_s **)&loop) != napi_ok) return -ENOTSUP;
  handle = calloc(1, uv_handle_size(UV_POLL_TYPE));
  if (handle == NULL) return -ENOMEM;
  error = uv_poll_init(loop, handle, self->epoll);
  if (error != 0) {
    free(handle);
    return error;
  }
  uv_handle_set_data(handle, self);
  self->poll = handle;
  uv_poll_start(handle, UV_READABLE_EVENT, on_poll);
  if (!self->refed) uv_unref(handle);
  return 0;
}
#endif

/* At the first wait that somebody outside may end. */
static int start_watching(struct instance *self) {
  if (self->poll != NULL || self->thread != NULL) return 0;
#ifdef __linux__
  if (self->system == &pw_linux) {
    int error;
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (self->epoll == -1) return -errno;
    error = self->use_thread ? start_thread(self) : start_uv(self);
    if (error == 0 && self->use_thread) {
      error = pw_poll_thread_add(self->thread, self->epoll, PW_READ, 0);
      if (error != 0) stop_thread(self);
    }
    if (error != 0) {
      close(self->epoll);
      self->epoll = -1;
    }
    return error;
  }
#endif
  return start_thread(self);
}

/* ---- The end of the environment */

static void discard(struct instance *self) {
  if (self->epoll != -1) close(self->epoll);
  if (self->hook != NULL) napi_remove_async_cleanup_hook(self->hook);
  free(self->slots);
  free(self->poll);
  free(self);
}

#ifdef __linux__
static void on_poll_closed(uv_handle_t *handle) { discard(uv_handle_get_data(handle)); }
#endif

static void on_cleanup(void *data) {
  struct instance *self = data;
  if (self->thread != NULL) stop_thread(self);
  end_children(self);
  for (int i = 0; i < self->length; i++)
    if (self->slots[i].fd != -1) free_slot(self, i, -1);
#ifdef __linux__
  if (self->poll != NULL) {
    uv_close(self->poll, on_poll_closed);
    return;
  }
#endif
  discard(self);
}

static void on_async_cleanup(napi_async_cleanup_hook_handle hook, void *data) {
  (void)hook;
  on_cleanup(data);
}

/* With the thread there is no handle of the loop, and the simple hook does: Deno 2.9 frees the asynchronous one twice. */
static int add_cleanup_hook(struct instance *self) {
  if (self->use_thread) return napi_add_env_cleanup_hook(self->env, on_cleanup, self) == napi_ok;
  return napi_add_async_cleanup_hook(self->env, on_async_cleanup, self, &self->hook) == napi_ok;
}

/* ---- What JavaScript calls; each returns a number, negative for -errno */

/* open(slots: Int32Array, given): 0, and the slots of both ends. Those in `given`, PW_READ or PW_WRITE, are for somebody
 * else to inherit, and so blocking from birth: the two ends of a pipe are two descriptions. */
static napi_value fn_open(napi_env env, napi_callback_info info) {
  struct call call;
  size_t have = 0;
  int32_t *slots, given;
  int ends[2], error;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  slots = elements(env, call.argv[0], napi_int32_array, &have);
  given = integer(env, call.argv[1]);
  if (slots == NULL || have < 2 || given < 0 || given > (PW_READ | PW_WRITE)) return result(env, -EINVAL);
  error = call.self->system->open(ends);
  if (error != 0) return result(env, error);
  if (given & PW_READ) error = pw_set_nonblock(ends[0], 0);
  if (error == 0 && given & PW_WRITE) error = pw_set_nonblock(ends[1], 0);
  if (error != 0) {
    close(ends[0]);
    close(ends[1]);
    return result(env, error);
  }
  return result(env, take_pair(call.self, ends, given & PW_READ ? PW_POLL : PW_NONBLOCK,
                               given & PW_WRITE ? PW_POLL : PW_NONBLOCK, slots));
}

/* reopen(fd, direction): the slot of a non-blocking description of our own; `fd` stays the caller's. */
static napi_value fn_reopen(napi_env env, napi_callback_info info) {
  struct call call;
  int32_t fd, direction;
  int twin, index;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  fd = integer(env, call.argv[0]);
  direction = integer(env, call.argv[1]);
  if (fd < 0) return result(env, -EBADF);
  if (direction != PW_READ && direction != PW_WRITE) return result(env, -EINVAL);
  twin = call.self->system->reopen(fd, 0);
  if (twin < 0) return result(env, twin);
  index = take_slot(call.self, twin, direction, PW_NONBLOCK);
  if (index < 0) close(twin);
  return result(env, index);
}

/* adopt(fd, direction, how): the slot of the description that `fd` has, by a number of its own, and `fd` is the caller's to
 * close. Where there is no further number, and for 0, 1 and 2, the slot has `fd` itself, as number(slot) tells. */
static napi_value fn_adopt(napi_env env, napi_callback_info info) {
  struct call call;
  int32_t fd, direction, how;
  int own, index;
  if (!begin(env, info, 3, &call)) return result(env, -EINVAL);
  fd = integer(env, call.argv[0]);
  direction = integer(env, call.argv[1]);
  how = integer(env, call.argv[2]);
  if (fd < 0) return result(env, -EBADF);
  if ((direction != PW_READ && direction != PW_WRITE) || (how != PW_NOWAIT && how != PW_POLL))
    return result(env, -EINVAL);
  own = fd <= 2 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (own == -1) own = fd;
  index = take_slot(call.self, own, direction, how);
  if (index >= 0) call.self->slots[index].adopted = 1;
  else if (own != fd) close(own);
  return result(env, index);
}

/* twin(slot): the number of a blocking descriptor of the same end; made once, closed together with the slot. */
static napi_value fn_twin(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  if (slot == NULL || slot->process) return result(env, -EBADF);
  if (slot->twin == -1) {
    int twin = call.self->system->reopen(slot->fd, 1);
    if (twin < 0) return result(env, twin);
    slot->twin = twin;
  }
  return result(env, slot->twin);
}

/* twinNumber(slot), number(slot): descriptors, for reports and for /proc; -EBADF when there is none. */
static napi_value fn_twin_number(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  return result(env, slot == NULL || slot->twin == -1 ? -EBADF : slot->twin);
}

static napi_value fn_number(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  return result(env, slot == NULL ? -EBADF : slot->fd);
}

/* expose(slot): our own descriptor, made blocking for whoever gets it, where there are no twins. Our own calls do not wait
 * all the same: by RWF_NOWAIT, or else poll(2). */
static napi_value fn_expose(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  int error;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  if (slot == NULL || slot->process) return result(env, -EBADF);
  error = pw_set_nonblock(slot->fd, 0);
  if (error != 0) return result(env, error);
  slot->how = PW_NOWAIT;
  return result(env, slot->fd);
}

/* release(slot): the descriptor that somebody else was given by twin() or expose(), which is the caller's now;
 * everything else of the slot is closed. A non-blocking description of ours never leaves. */
static napi_value fn_release(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  int32_t index;
  int given;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  index = integer(env, call.argv[0]);
  slot = slot_of(call.self, index);
  if (slot == NULL || slot->process || (slot->twin == -1 && slot->how == PW_NONBLOCK)) return result(env, -EBADF);
  given = slot->twin == -1 ? slot->fd : slot->twin;
  free_slot(call.self, index, given);
  return result(env, given);
}

/* close(slot). A child is let go by reap() alone: nobody else would ever wait for it. */
static napi_value fn_close(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  int32_t index;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  index = integer(env, call.argv[0]);
  slot = slot_of(call.self, index);
  if (slot == NULL || slot->process == PW_CHILD) return result(env, -EBADF);
  free_slot(call.self, index, -1);
  return result(env, 0);
}

/* read(slot, into, start, length): bytes read, 0 at the end. */
static napi_value fn_read(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  uint8_t *bytes;
  int64_t length;
  ssize_t moved;
  int error;
  if (!begin(env, info, 4, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  if (slot == NULL) return result(env, -EBADF);
  length = byte_count(env, call.argv[3]);
  error = span(env, call.argv[1], byte_count(env, call.argv[2]), length, &bytes);
  if (error != 0) return result(env, error);
  if (length > MAX_MOVE) length = MAX_MOVE;
  moved = call.self->system->read(slot->fd, slot->how, bytes, (size_t)length);
  if (moved == -EOPNOTSUPP && slot->how == PW_NOWAIT) {
    slot->how = PW_POLL; /* a FIFO, a reopened pipe, or a kernel before 6.4 */
    moved = call.self->system->read(slot->fd, slot->how, bytes, (size_t)length);
  }
  return result(env, moved);
}

/* write(slot, chunk, start, length): bytes written. */
static napi_value fn_write(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  uint8_t *bytes;
  int64_t length;
  ssize_t moved;
  int error;
  if (!begin(env, info, 4, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  if (slot == NULL) return result(env, -EBADF);
  length = byte_count(env, call.argv[3]);
  error = span(env, call.argv[1], byte_count(env, call.argv[2]), length, &bytes);
  if (error != 0) return result(env, error);
  if (length > MAX_MOVE) length = MAX_MOVE;
  moved = call.self->system->write(slot->fd, slot->how, bytes, (size_t)length);
  if (moved == -EOPNOTSUPP && slot->how == PW_NOWAIT) {
    slot->how = PW_POLL;
    moved = call.self->system->write(slot->fd, slot->how, bytes, (size_t)length);
  }
  return result(env, moved);
}

/* pass(writer, chunk, reader, into, length, moved: Int32Array): 0, and bytes written and bytes read in `moved`. */
static napi_value fn_pass(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *writer, *reader;
  size_t have = 0;
  uint8_t *chunk, *into;
  int64_t length;
  int32_t *told;
  size_t moved[2];
  int error;
  if (!begin(env, info, 6, &call)) return result(env, -EINVAL);
  writer = slot_of(call.self, integer(env, call.argv[0]));
  reader = slot_of(call.self, integer(env, call.argv[2]));
  if (writer == NULL || reader == NULL) return result(env, -EBADF);
  if (writer->how != PW_NONBLOCK || reader->how != PW_NONBLOCK) return result(env, -EINVAL);
  length = byte_count(env, call.argv[4]);
  error = span(env, call.argv[1], 0, length, &chunk);
  if (error == 0) error = span(env, call.argv[3], 0, length, &into);
  if (error != 0) return result(env, error);
  told = elements(env, call.argv[5], napi_int32_array, &have);
  if (told == NULL || have < 2) return result(env, -EINVAL);
  if (length > MAX_MOVE) length = MAX_MOVE;
  pw_pass(writer->fd, chunk, reader->fd, into, (size_t)length, moved);
  told[0] = (int32_t)moved[0];
  told[1] = (int32_t)moved[1];
  return result(env, 0);
}

/* wait(slot, timeout): the events of poll(2) that hold, after waiting for at most `timeout` milliseconds. */
static napi_value fn_wait(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  int32_t timeout;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  timeout = integer(env, call.argv[1]);
  if (slot == NULL) return result(env, -EBADF);
  if (timeout < -1) return result(env, -EINVAL); /* poll(2) would wait for ever */
  return result(env, pw_wait(slot->fd, slot->direction, timeout));
}

/* available(slot): bytes in the pipe. */
static napi_value fn_available(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  return result(env, slot == NULL ? -EBADF : pw_available(slot->fd));
}

/* inode(slot): what /proc calls the pipe by. */
static napi_value fn_inode(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  return result(env, slot == NULL ? -EBADF : pw_inode(slot->fd));
}

/* capacity(slot): bytes. */
static napi_value fn_capacity(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  return result(env, slot == NULL ? -EBADF : call.self->system->capacity(slot->fd));
}

/* setCapacity(slot, bytes): what was granted. */
static napi_value fn_set_capacity(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  int32_t bytes;
  if (!begin(env, info, 2, &call)) return result(env, -EINVAL);
  slot = slot_of(call.self, integer(env, call.argv[0]));
  if (slot == NULL) return result(env, -EBADF);
  bytes = integer(env, call.argv[1]);
  if (bytes < 0) return result(env, -EINVAL);
  return result(env, call.self->system->set_capacity(slot->fd, bytes));
}

/* watch(slot): onReady tells when the slot can be tried again; it may tell more often than asked. */
static napi_value fn_watch(napi_env env, napi_callback_info info) {
  struct call call;
  struct slot *slot;
  int32_t index;
  int error;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  index = integer(env, call.argv[0]);
  slot = slot_of(call.self, index);
  if (slot == NULL) return result(env, -EBADF);
  if (slot->watched) return result(env, 0);
  error = start_watching(call.self);
  if (error != 0) return result(env, error);
#ifdef __linux__
  if (call.self->epoll != -1) {
    struct epoll_event event = {.events = EPOLLET | (slot->direction == PW_READ ? EPOLLIN | EPOLLRDHUP : EPOLLOUT),
                                .data = {.u32 = (uint32_t)index}};
    if (epoll_ctl(call.self->epoll, EPOLL_CTL_ADD, slot->fd, &event) == -1) return result(env, -errno);
    slot->watched = 1;
    return result(env, 0);
  }
#endif
  error = pw_poll_thread_add(call.self->thread, slot->fd, slot->direction, index);
  if (error == 0) slot->watched = 1;
  return result(env, error);
}

/* hold(on): whether waiting keeps the event loop alive. */
static napi_value fn_hold(napi_env env, napi_callback_info info) {
  struct call call;
  int on;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  on = integer(env, call.argv[0]) == 1;
  if (on == call.self->refed) return result(env, 0);
  call.self->refed = on;
  if (call.self->poll != NULL) {
    if (on) uv_ref(call.self->poll);
    else uv_unref(call.self->poll);
  } else if (call.self->thread != NULL) {
    if (on) napi_ref_threadsafe_function(env, call.self->call);
    else napi_unref_threadsafe_function(env, call.self->call);
  }
  return result(env, 0);
}

/* directions(fd): 1 for reading, 2 for writing, 3 for both, of any descriptor that is a pipe. */
static napi_value fn_directions(napi_env env, napi_callback_info info) {
  struct call call;
  int32_t fd;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  fd = integer(env, call.argv[0]);
  return result(env, fd < 0 ? -EBADF : pw_directions(fd));
}

/* owner(fd): the slot whose descriptor, or whose twin, has that number; -EBADF when none has. */
static napi_value fn_owner(napi_env env, napi_callback_info info) {
  struct call call;
  int32_t fd;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  fd = integer(env, call.argv[0]);
  for (int i = 0; fd >= 0 && i < call.self->length; i++)
    if (call.self->slots[i].fd == fd || call.self->slots[i].twin == fd) return result(env, i);
  return result(env, -EBADF);
}

/* closeNumber(fd): a descriptor that came from outside and was replaced. Never one of the standard three. */
static napi_value fn_close_number(napi_env env, napi_callback_info info) {
  struct call call;
  int32_t fd;
  if (!begin(env, info, 1, &call)) return result(env, -EINVAL);
  fd = integer(env, call.argv[0]);
  if (fd < 3) return result(env, -EBADF);
  return result(env, close(fd) == -1 ? -errno : 0);
}

/* ---- The door */

static int define(napi_env env, napi_value target, const char *name, napi_callback callback, void *data) {
  napi_value function;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, data, &function) == napi_ok &&
         napi_set_named_property(env, target, name, function) == napi_ok;
}

/* init(posix: 0 or 1, thread: 0 or 1, ready: Int32Array(256), onReady): the functions above. */
static napi_value fn_init(napi_env env, napi_callback_info info) {
  struct instance *self;
  size_t count = 4;
  size_t have = 0;
  void *data = NULL;
  napi_value argv[4], api;
  napi_typedarray_type type;
  const struct addon_function functions[] = {
      {"open", fn_open},           {"reopen", fn_reopen},           {"adopt", fn_adopt},
      {"twin", fn_twin},               {"release", fn_release},
      {"close", fn_close},         {"read", fn_read},               {"write", fn_write},
      {"wait", fn_wait},           {"available", fn_available},     {"capacity", fn_capacity},
      {"watch", fn_watch},         {"setCapacity", fn_set_capacity}, {"hold", fn_hold},
      {"directions", fn_directions}, {"owner", fn_owner},           {"closeNumber", fn_close_number},
      {"number", fn_number},       {"twinNumber", fn_twin_number},  {"expose", fn_expose},
      {"pass", fn_pass},           {"inode", fn_inode},
  };
  if (napi_get_cb_info(env, info, &count, argv, NULL, NULL) != napi_ok || count < 4) return NULL;
  if (napi_get_typedarray_info(env, argv[2], &type, &have, &data, NULL, NULL) != napi_ok ||
      type != napi_int32_array || have < MAX_READY)
    return NULL;
  self = calloc(1, sizeof *self);
  if (self == NULL) return NULL;
  self->env = env;
  self->first_free = -1;
  self->epoll = -1;
  self->ready = data;
#ifdef __linux__
  self->system = integer(env, argv[0]) == 1 ? &pw_posix : &pw_linux;
#else
  self->system = &pw_posix;
#endif
  self->use_thread = self->system == &pw_posix || integer(env, argv[1]) == 1;
  if (napi_create_reference(env, argv[2], 1, &self->ready_array) != napi_ok ||
      napi_create_reference(env, argv[3], 1, &self->on_ready) != napi_ok ||
      !add_cleanup_hook(self)) {
    free(self);
    return NULL;
  }
  napi_create_object(env, &api);
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
    if (!define(env, api, functions[i].name, functions[i].callback, self)) return NULL;
  for (const struct addon_function *each = addon_spawn; each->name != NULL; each++)
    if (!define(env, api, each->name, each->callback, self)) return NULL;
  for (const struct addon_function *each = addon_terminal; each->name != NULL; each++)
    if (!define(env, api, each->name, each->callback, self)) return NULL;
  for (const struct addon_function *each = addon_look; each->name != NULL; each++)
    if (!define(env, api, each->name, each->callback, self)) return NULL;
  return api;
}

NAPI_MODULE_INIT() {
  define(env, exports, "init", fn_init, NULL);
  return exports;
}
