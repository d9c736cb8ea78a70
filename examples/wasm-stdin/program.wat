;; A WASI program that asks for a line, says it in capitals, and asks for the next, until its standard input ends. It reads a
;; byte at a time, and each read blocks: nothing in it knows of promises, or of what is at the other end.
(module
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))

  (memory (export "memory") 1)
  (data (i32.const 16) "> ")

  ;; 0: where the bytes are, 4: how many, as both calls want it; 8: how many moved. 1024: the line.

  (func $write (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $length))
    (if (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable)))

  ;; Reads one byte; 0 at the end.
  (func $read (param $at i32) (result i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (i32.const 1))
    (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))
    (i32.load (i32.const 8)))

  ;; Reads a line to 1024; its length, 0 at the end.
  (func $line (result i32)
    (local $length i32)
    (local $at i32)
    (local $byte i32)
    (loop $bytes
      (local.set $at (i32.add (i32.const 1024) (local.get $length)))
      (if (i32.eqz (call $read (local.get $at))) (then (return (local.get $length))))
      (local.set $byte (i32.load8_u (local.get $at)))
      (if (i32.and (i32.ge_u (local.get $byte) (i32.const 97)) (i32.le_u (local.get $byte) (i32.const 122)))
        (then (i32.store8 (local.get $at) (i32.sub (local.get $byte) (i32.const 32)))))
      (local.set $length (i32.add (local.get $length) (i32.const 1)))
      ;; up to a newline, or 1000 bytes
      (br_if $bytes (i32.and (i32.ne (local.get $byte) (i32.const 10)) (i32.lt_u (local.get $length) (i32.const 1000)))))
    (local.get $length))

  (func (export "_start")
    (local $length i32)
    (loop $lines
      (call $write (i32.const 16) (i32.const 2))
      (local.set $length (call $line))
      (if (local.get $length)
        (then
          (call $write (i32.const 1024) (local.get $length))
          (br $lines))))))
