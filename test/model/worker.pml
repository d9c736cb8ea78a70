/*
 * The protocol of src/worker/protocol.ts, for the model checker spin: one writer, one reader, and a third thread that
 * declares one of them dead. Each statement below that touches a shared word is one access of the code there.
 *
 * Each call of either side may block or await, as it comes, so that a waiter that was left behind by a call that was given
 * up stands beside whatever comes next. The writer may close or abort after any byte, the reader may close, and either
 * thread may die between any two statements. Nothing wakes anybody but the protocol: no time slice, no second chance.
 *
 * Checked, for every interleaving: nobody waits for ever (no invalid end state); bytes come out in the order in which they
 * went in, each once, and none before it was published or after it was overwritten; who finds the end has read all that
 * came before it.
 *
 * C: bytes of capacity. N: bytes that the writer sends. ROOM: what a writer that sleeps wants at most. AWAITED, BLOCKING:
 * how the calls may wait. GIVEN_UP: how many waits of each side may be given up. KILL: whose thread may die. BREAK_...: faults
 * on purpose, to see that the checker finds them.
 */
#ifndef C
#define C 2
#endif
#ifndef N
#define N 4
#endif
#ifndef ROOM
#define ROOM 1
#endif
#ifndef GIVEN_UP
#define GIVEN_UP 1
#endif
#ifndef KILL
#define KILL NOBODY
#endif

#define NOBODY 0
#define WRITER 1
#define READER 2

#define OPEN 0
#define CLOSED 1
#define ABORTED 2
#define DEAD 3

#define MODULUS (2 * C)
#define distance(from, to) ((to - from + MODULUS) % MODULUS)
#define least(a, b) (a < b -> a : b)

/* The words. Index and bit of one word are always used in one atomic step, as they are one word there. */
byte tail_index = 0;
bit tail_sleeps = 0;
byte head_index = 0;
bit head_sleeps = 0;
byte wanted = 0;
byte writer_state = OPEN;
byte reader_state = OPEN;
byte ring[C];

/* What the engine keeps: who is in Atomics.wait, whose Atomics.waitAsync is pending, and who was told. */
bool reader_blocks = false;
bool reader_awaits = false;
bool reader_told = false;
bool writer_blocks = false;
bool writer_awaits = false;
bool writer_told = false;

/* For the assertions alone. */
byte sent = 0; /* bytes published */
byte got = 0; /* bytes read */
byte killed = NOBODY;

inline notify_reader() {
#ifndef BREAK_NOTIFY
  atomic {
    reader_blocks = false;
    if
    :: reader_awaits -> reader_awaits = false; reader_told = true
    :: else -> skip
    fi
  }
#else
  skip
#endif
}

inline notify_writer() {
  atomic {
    writer_blocks = false;
    if
    :: writer_awaits -> writer_awaits = false; writer_told = true
    :: else -> skip
    fi
  }
}

inline wake_reader() {
#ifndef BREAK_CLEAR
  tail_sleeps = 0; /* Atomics.and */
#endif
  notify_reader()
}

inline wake_writer() {
  head_sleeps = 0; /* Atomics.and */
  notify_writer()
}

/* SharedMemory.end(). */
inline end_writer(state) {
  atomic {
    if
    :: writer_state == OPEN -> writer_state = state; ended = true
    :: else -> ended = false
    fi
  };
#ifdef BREAK_END
  if
  :: ended -> wake_reader()
  :: else -> skip
  fi
#else
  wake_reader()
#endif
}

inline end_reader(state) {
  atomic {
    if
    :: reader_state == OPEN -> reader_state = state
    :: else -> skip
    fi
  };
  wake_writer()
}

proctype Writer() {
  byte head = 0; /* as it was at the last look */
  byte left; /* of the write */
  byte total = 0; /* bytes asked to write so far */
  byte count, room, at, seen;
  bit sleeps;
  bool isArmed = false; /* its waitAsync is pending, as far as it knows */
  bool isAwaited, ended;
  byte given_up = 0;

  {
    skip;
next:
    if
    :: total < N ->
      if
      :: left = 1
      :: N - total >= 2 -> left = 2
      :: N - total >= 3 -> left = 3
      fi;
      total = total + left
    :: true -> end_writer(CLOSED); goto over
    :: true -> end_writer(ABORTED); goto over
    fi;
    if
#ifdef AWAITED
    :: isAwaited = true
#endif
#ifdef BLOCKING
    :: isAwaited = false
#endif
    fi;

push:
    skip;
    if
    :: reader_state != OPEN -> goto over /* a BrokenPipeError */
    :: else -> skip
    fi;
    room = C - distance(head, tail_index);
    if
    :: room < left ->
      head = head_index;
      room = C - distance(head, tail_index);
      assert(distance(head, tail_index) <= C)
    :: else -> skip
    fi;
    count = least(left, room);
    room = 0;
    if
    :: count > 0 ->
      do
      :: at < count -> atomic { ring[(tail_index + at) % C] = sent + at; at++ }
      :: else -> at = 0; break
      od;
      atomic { /* Atomics.add */
        sleeps = tail_sleeps;
        tail_index = (tail_index + count) % MODULUS;
        sent = sent + count
      };
      left = left - count;
      count = 0;
      if
      :: sleeps -> sleeps = 0; wake_reader()
      :: else -> skip
      fi
    :: else -> skip
    fi;
    if
    :: left == 0 -> goto next
    :: else -> skip
    fi;

    /* RingWriter.fallAsleep() */
    wanted = least(left, ROOM);
    atomic { seen = head_index; head_sleeps = 1 }; /* Atomics.or */
#ifndef BREAK_LOOK
    if
    :: seen != head -> goto push
    :: else -> skip
    fi;
#endif
    if
    :: reader_state != OPEN -> goto push
    :: else -> skip
    fi;

    if
    :: !isAwaited ->
      atomic { /* Atomics.wait */
        if
        :: head_index == seen && head_sleeps -> writer_blocks = true
        :: else -> goto push
        fi
      };
      !writer_blocks;
      goto push
    :: isAwaited && isArmed
    :: isAwaited && !isArmed ->
      atomic { /* Atomics.waitAsync */
        if
        :: head_index == seen && head_sleeps -> writer_awaits = true; isArmed = true
        :: else -> goto push
        fi
      }
    fi;
    if
    :: writer_told -> writer_told = false; isArmed = false; goto push
    :: given_up < GIVEN_UP -> given_up++; goto next
    fi;
over:
    skip
  } unless {
    killed == WRITER
  }
}

proctype Reader() {
  byte tail = 0; /* as it was at the last look */
  byte length; /* of the buffer */
  byte count, fill, at, seen, state;
  bit sleeps;
  bool isArmed = false;
  bool isAwaited;
  byte given_up = 0;

  {
    skip;
next:
    if
    :: length = 1
    :: length = C
    :: true -> end_reader(CLOSED); goto over
    fi;
    if
#ifdef AWAITED
    :: isAwaited = true
#endif
#ifdef BLOCKING
    :: isAwaited = false
#endif
    fi;

pull:
    fill = distance(head_index, tail);
    if
    :: fill < length ->
      tail = tail_index;
      fill = distance(head_index, tail);
      assert(fill <= C)
    :: else -> skip
    fi;
    state = OPEN;
    if
    :: fill == 0 ->
      state = writer_state;
#ifndef BREAK_LAST_LOOK
      if
      :: state != OPEN -> tail = tail_index; fill = distance(head_index, tail)
      :: else -> skip
      fi
#endif
    :: else -> skip
    fi;
    if
    :: fill > 0 ->
      count = least(fill, length);
      fill = 0;
      length = 0;
      do
      :: at < count -> atomic { assert(ring[(head_index + at) % C] == got + at); at++ }
      :: else -> at = 0; break
      od;
      atomic { /* Atomics.add */
        sleeps = head_sleeps;
        head_index = (head_index + count) % MODULUS;
        got = got + count;
        count = 0
      };
      if
      :: sleeps ->
        sleeps = 0;
        fill = distance(head_index, tail_index);
        if
        :: fill > 0 && C - fill < wanted
        :: else -> wake_writer()
        fi;
        fill = 0
      :: else -> skip
      fi;
      goto next
    :: fill == 0 && state != OPEN ->
      assert(got == sent);
      goto over
    :: else -> skip
    fi;

    /* RingReader.fallAsleep() */
    atomic { seen = tail_index; tail_sleeps = 1 }; /* Atomics.or */
    if
    :: seen != tail -> goto pull
    :: else -> skip
    fi;
#ifndef BREAK_STATE
    if
    :: writer_state != OPEN -> goto pull
    :: else -> skip
    fi;
#endif

    if
    :: !isAwaited ->
      atomic { /* Atomics.wait */
        if
        :: tail_index == seen && tail_sleeps -> reader_blocks = true
        :: else -> goto pull
        fi
      };
      !reader_blocks;
      goto pull
    :: isAwaited && isArmed
    :: isAwaited && !isArmed ->
      atomic { /* Atomics.waitAsync */
        if
        :: tail_index == seen && tail_sleeps -> reader_awaits = true; isArmed = true
        :: else -> goto pull
        fi
      }
    fi;
    if
    :: reader_told -> reader_told = false; isArmed = false; goto pull
    :: given_up < GIVEN_UP -> given_up++; goto next
    fi;
over:
    skip
  } unless {
    killed == READER
  }
}

/* The thread with KILL dies, or does not; and somebody hears of it. */
proctype Fate() {
  bool ended;
  if
  :: KILL != NOBODY -> killed = KILL
  :: skip
  fi;
  if
  :: killed == WRITER -> end_writer(DEAD)
  :: killed == READER -> end_reader(DEAD)
  :: else -> skip
  fi
}

init {
  atomic {
    run Writer();
    run Reader();
    run Fate()
  }
}
