/** States in plain words, for people: what a process waits for, and who would have to act. No control characters. */
import type { PipeNode, ProcessEnd } from './graph.js';
import { printable } from './printable.js';
import type { ElsewhereState, PollingState, ProcessState } from './state.js';
import { INNER, type Index, isInward, otherSide } from './waits.js';

/** A process by the beginning of its command line, and its number. */
export function labelOf(pid: number, { processes }: Index): string {
  const node = processes.get(pid);
  if (node === undefined) return `process ${pid}`;
  const command = printable(node.command);
  if (command.length <= LABEL_MAX) return `${command} (${pid})`;
  const cut = command.slice(0, LABEL_MAX - 1).replace(HALF_CHARACTER, '');
  return `${cut}… (${pid})`;
}

const LABEL_MAX = 32; // of UTF-16's units
/** At the end of what was cut: the first of the two units of a character. */
const HALF_CHARACTER = /[\ud800-\udbff]$/;

/** `a`, `a and b`, `a, b and c`; of very many the first few and how many more. */
export function listed(items: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  const shown =
    items.length > LISTED_MAX
      ? [...items.slice(0, LISTED_MAX - 1), `${items.length - LISTED_MAX + 1} more`]
      : items;
  if (shown.length < 2) return shown[0] ?? '';
  return `${shown.slice(0, -1).join(', ')} ${conjunction} ${shown.at(-1)}`;
}

const LISTED_MAX = 4;

/** What a process does, to stand behind its label. */
export function doing(pid: number, state: ProcessState, index: Index): string {
  switch (state.kind) {
    case 'running':
      return 'runs';
    case 'writing':
      return `waits to write to ${places(pid, state.on, index)}`;
    case 'reading':
      return `waits to read from ${places(pid, state.on, index)}`;
    case 'opening':
      return 'waits in open(2) until somebody opens the other side of a FIFO';
    case 'polling':
      return polling(pid, state, index);
    case 'elsewhere':
      return elsewhere(state, index);
    case 'asleep':
      return `is asleep, and nobody can say in what${state.maybe.map((end) => `; ${hint(end)}`).join('')}`;
    case 'stopped':
      return state.by === 'signal' ? 'is stopped, until it gets SIGCONT' : 'is stopped by a debugger';
    case 'ended':
      return 'has ended, and its parent has not asked how';
  }
}

function places(pid: number, ends: readonly ProcessEnd[], index: Index): string {
  const [only, ...more] = ends;
  if (only === undefined) return 'a pipe that is not known';
  if (more.length === 0) return `descriptor ${only.descriptor}, ${pipeOf(pid, only, index)}`;
  return `a pipe, by one of its descriptors ${listed(
    ends.map(({ descriptor }) => String(descriptor)),
    'or',
  )}`;
}

/** The pipe at an end, by who has its other side and what is in it. */
function pipeOf(pid: number, end: ProcessEnd, index: Index): string {
  const node = index.pipes.get(end.pipe);
  const kind = node?.path === undefined ? 'pipe' : `FIFO ${printable(node.path)}`;
  const others = [...new Set(otherSide(end, index).map((other) => other.pid))];
  const reads = end.access === 'write' ? 'reads' : 'writes';
  if (others.length === 0) {
    return index.graph.isComplete
      ? `a ${kind} that nobody ${reads}`
      : `a ${kind} of which nobody is seen who ${reads} it${amount(node)}`;
  }
  if (others.every((other) => other === pid)) return `a ${kind} that only it itself ${reads}${amount(node)}`;
  const names = listed(others.map((other) => (other === pid ? 'itself' : labelOf(other, index))));
  return `the ${kind} ${end.access === 'write' ? 'to' : 'from'} ${names}${amount(node)}`;
}

/** What is in it, if that is known. */
function amount(node: PipeNode | undefined): string {
  if (node?.queued === undefined || node.capacity === undefined) return '';
  return node.queued === 0
    ? ', which is empty'
    : `, which has ${node.queued} of ${node.capacity} bytes in it`;
}

function polling(pid: number, { on, isKnown, others }: PollingState, index: Index): string {
  if (!isKnown) return 'waits until one of its descriptors is ready, and nobody can say which';
  const pipes = on.filter(({ pipe }) => !isInward(index.pipes.get(pipe)));
  const ready = { read: 'to be read', write: 'to be written', both: 'to be read or written' } as const;
  const items = pipes.map(
    (end) => `descriptor ${end.descriptor} ${ready[end.access]}, ${pipeOf(pid, end, index)}`,
  );
  const more = [...new Set(others.filter((other) => !INNER.test(other)).map(kindOfTarget))];
  if (items.length + more.length === 0) return 'waits in its event loop, for no pipe';
  return `waits in its event loop for ${listed([...items, ...more], 'or')}`;
}

function kindOfTarget(target: string): string {
  if (target.startsWith('socket:')) return 'a socket';
  return printable(target);
}

function elsewhere(state: ElsewhereState, index: Index): string {
  const { call, descriptor, target, children = [] } = state;
  const by =
    descriptor === undefined
      ? ''
      : ` (descriptor ${descriptor}${target === undefined ? '' : `, ${printable(target)}`})`;
  switch (state.for) {
    case 'timer':
      return 'sleeps for a time';
    case 'child':
      return children.length === 0
        ? 'waits for a child to end'
        : `waits for ${listed(
            children.map((child) => labelOf(child, index)),
            'or',
          )} to end`;
    case 'thread':
      return 'waits for a lock, or for another of its threads';
    case 'socket':
      return `waits for a socket${by}`;
    case 'terminal':
      return `waits for the terminal${by}`;
    case 'disk':
      return `is in a call that no signal ends, of a disk as a rule${by}`;
    case 'signal':
      return 'waits for a signal';
    case 'file':
      return `waits for a file${by}`;
    case 'other':
      return `waits in ${call ?? 'the kernel'}${by}, for no pipe`;
  }
}

function hint({ descriptor, access }: ProcessEnd): string {
  return access === 'read'
    ? `its input at descriptor ${descriptor} is empty`
    : `its output at descriptor ${descriptor} is full`;
}
