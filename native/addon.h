/* What addon.c, addon_spawn.c and addon_terminal.c share: the table of descriptors, and how arguments and results travel. */
#ifndef PIPEWORK_ADDON_H
#define PIPEWORK_ADDON_H

#include <node_api.h>

#include <stddef.h>
#include <stdint.h>

#include "pipe.h"

typedef struct uv_handle_s uv_handle_t;
struct pw_poll_thread;

/* A descriptor that the addon owns: an end of a pipe, or a process. */
struct slot {
  int fd;   /* -1: free */
  int twin; /* the same end for whoever else gets it; -1: none */
  int next_free;
  enum pw_how how;
  enum pw_direction direction;
  int watched;
  int adopted; /* `fd` came from outside, and stays open when it is one of the standard three */
  int process; /* `fd` is a pidfd: PW_CHILD until it is reaped, or PW_OTHER */
};

enum { PW_CHILD = 1, PW_OTHER = 2 };

struct instance {
  napi_env env;
  const struct pw_system *system;
  struct slot *slots;
  int length, room, first_free; /* first_free: -1 when none */

  int use_thread;        /* no uv_poll here */
  int epoll;             /* -1: none yet, or this system has none */
  uv_handle_t *poll;     /* polls `epoll` on the event loop */
  struct pw_poll_thread *thread;
  napi_threadsafe_function call; /* of the thread, to get to this one */
  int refed;

  napi_ref on_ready;     /* function(count): slots that are ready stand in `ready` */
  napi_ref ready_array;
  int32_t *ready;        /* MAX_READY of them, in an Int32Array that JavaScript reads */
  napi_async_cleanup_hook_handle hook; /* none where nothing asynchronous is to be closed */
};

/* ---- Arguments and results */

enum { MAX_ARGUMENTS = 6 };

struct call {
  struct instance *self;
  napi_value argv[MAX_ARGUMENTS];
};

int begin(napi_env env, napi_callback_info info, size_t expected, struct call *call);
napi_value result(napi_env env, int64_t value);

/* NO_INTEGER stands for what is no whole number of 32 bits: no slot, no descriptor, no length, no time. (Node-API's own way
 * makes 0 of NaN, and 5 of 2 ** 32 + 5: somebody else's slot.) */
static const int32_t NO_INTEGER = INT32_MIN;

int32_t integer(napi_env env, napi_value value);

/* The elements of a typed array of that type, and how many; NULL when it is none. */
void *elements(napi_env env, napi_value array, napi_typedarray_type type, size_t *length);

/* ---- The table of descriptors */

/* NULL when `index` stands for nothing. */
struct slot *slot_of(struct instance *self, int32_t index);

/* The new slot's number, or -ENOMEM. */
int take_slot(struct instance *self, int fd, enum pw_direction direction, enum pw_how how);

/* Frees the slot and closes its descriptors, except `kept`. */
void free_slot(struct instance *self, int index, int kept);

/* Puts both ends of a pipe, or of what stands for one, into the table. When it returns -errno, both were closed. */
int take_pair(struct instance *self, const int ends[2], enum pw_how reading, enum pw_how writing, int32_t slots[2]);

/* ---- What JavaScript calls besides addon.c's own */

struct addon_function {
  const char *name;
  napi_callback callback;
};

/* Those of addon_spawn.c, addon_terminal.c and addon_look.c; the last of each has no name. */
extern const struct addon_function addon_spawn[], addon_terminal[], addon_look[];

/* The end of the environment: no child outlives it. */
void end_children(struct instance *self);

#endif
