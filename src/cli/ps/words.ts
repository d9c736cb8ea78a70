/** States, roles and fills in as few characters as still tell. */
import type {
  ElsewhereState,
  PipeNode,
  ProcessEnd,
  ProcessNode,
  ProcessState,
  Role,
} from '../../proc/index.js';

/** What a process does: `writing 1` waits to write to its descriptor 1. */
export function stateWord(state: ProcessState): string {
  switch (state.kind) {
    case 'writing':
    case 'reading':
      return `${state.kind} ${state.on.length === 1 ? state.on[0]?.descriptor : '?'}`;
    case 'elsewhere':
      return ELSEWHERE[state.for];
    case 'stopped':
      return state.by === 'signal' ? 'stopped' : 'debugged';
    default:
      return state.kind;
  }
}

const ELSEWHERE: Readonly<Record<ElsewhereState['for'], string>> = {
  timer: 'sleeping',
  child: 'child',
  thread: 'lock',
  socket: 'socket',
  terminal: 'terminal',
  disk: 'disk',
  file: 'file',
  signal: 'signal',
  other: 'waiting',
};

export function roleWord(role: Role | undefined): string {
  if (role === undefined || role === 'free') return '-';
  return role === 'stuck' ? 'deadlock' : role === 'unknown' ? '?' : role;
}

/** What is in a pipe of what it holds: `12K/64K`; `?` when nobody can say. */
export function fillWord(pipe: PipeNode | undefined): string {
  if (pipe === undefined) return '-';
  if (pipe.queued === undefined || pipe.capacity === undefined) return '?';
  return `${short(pipe.queued)}/${short(pipe.capacity)}`;
}

/** The end that tells most of one side: where it waits, else its standard stream. */
export function mainEnd({ ends, state }: ProcessNode, access: 'read' | 'write'): ProcessEnd | undefined {
  const waits = state.kind === 'writing' || state.kind === 'reading' ? state.on : [];
  const standard = access === 'read' ? 0 : 1;
  return (
    waits.find((end) => end.access === access) ??
    ends.find((end) => end.descriptor === standard && end.access !== (access === 'read' ? 'write' : 'read'))
  );
}

/** Bytes, as `512`, `4K`, `1.5M`: no more is told than is so, and full is no word for less. */
function short(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  if (bytes < MIB) return `${Math.floor(bytes / 1024)}K`;
  const tenths = Math.floor((bytes * 10) / MIB) / 10;
  return `${tenths}M`;
}

const MIB = 1024 * 1024; // bytes
