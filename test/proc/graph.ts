/** Graphs made by hand, for cases that no machine gets into by itself. */
import type * as proc from 'pipework/proc';

/** A process by its number: what it does, and the ends that it has, as `1>a` or `0<a`; its parent, if that matters. */
export type Sketch = Readonly<
  Record<
    number,
    { readonly does: proc.ProcessState; readonly has: readonly string[] } & Partial<proc.ProcessNode>
  >
>;

export function graphOf(
  sketch: Sketch,
  more: Partial<proc.Graph> = {},
  fills: Readonly<Record<string, number>> = {},
): proc.Graph {
  const processes = Object.entries(sketch).map(
    ([pid, { does, has, ...node }]): proc.ProcessNode => ({
      pid: Number(pid),
      parent: 0,
      isOrphan: false,
      group: 2,
      user: 0,
      started: 1,
      name: `p${pid}`,
      command: `p${pid}`,
      state: does,
      threads: [],
      ends: has.map(end),
      cpuTime: 0,
      refused: [],
      ...node,
    }),
  );
  const side = (pipe: string, access: 'read' | 'write'): proc.PipeEnd[] =>
    processes.flatMap(({ pid, ends }) =>
      ends
        .filter((end) => end.pipe === pipe && end.access === access)
        .map(({ descriptor }) => ({ pid, descriptor })),
    );
  const names = [...new Set(processes.flatMap(({ ends }) => ends.map(({ pipe }) => pipe)))];
  const pipes = names.map(
    (id, inode): proc.PipeNode => ({
      id,
      kind: 'pipe',
      inode,
      ...(fills[id] === undefined ? { noFill: 'not asked' } : { queued: fills[id], capacity: 65536 }),
      readers: side(id, 'read'),
      writers: side(id, 'write'),
    }),
  );
  return { at: 0, took: 0, processes, pipes, isComplete: true, hidden: [], gone: [], limits: [], ...more };
}

/** `1>a`: descriptor 1 is the write end of a. */
export function end(text: string): proc.ProcessEnd {
  const [, descriptor, sign, pipe] = /^(\d+)([<>])(\w+)$/.exec(text) ?? [];
  if (pipe === undefined) throw new Error(`no end: ${text}`);
  return { descriptor: Number(descriptor), pipe, access: sign === '>' ? 'write' : 'read' };
}

const evidence = [{ file: '/proc/1/syscall', says: 'so it is' }];

export function writing(...on: readonly string[]): proc.ProcessState {
  return { kind: 'writing', on: on.map(end), evidence };
}

export function reading(...on: readonly string[]): proc.ProcessState {
  return { kind: 'reading', on: on.map(end), evidence };
}

export function polling(
  on: readonly string[],
  others: readonly string[] = [],
  hasTimeout = false,
): proc.ProcessState {
  return { kind: 'polling', on: on.map(end), isKnown: true, others, hasTimeout, evidence };
}

export const running: proc.ProcessState = { kind: 'running', evidence };
export const asleep: proc.ProcessState = { kind: 'asleep', maybe: [], evidence };

export function elsewhere(what: proc.Elsewhere, children?: readonly number[]): proc.ProcessState {
  return { kind: 'elsewhere', for: what, ...(children !== undefined && { children }), evidence };
}
