import type { ElsewhereState, ProcessNode, StageVerdict } from '../../proc/index.js';
import type { Looked } from '../ps/looked.js';
import { unseen } from '../ps/remarks.js';

/** Who would have to act for a process to go on, whose open end keeps it waiting, and what is not known, in paragraphs. */
export function conclusion(stage: StageVerdict, node: ProcessNode, looked: Looked): string[] {
  const held = looked.verdict.heldEnds.filter(
    ({ pid, readers }) => pid === node.pid || readers.includes(node.pid),
  );
  return [
    whoActs(stage, node, looked),
    ...held.map(({ says }) => `Still open: ${says}`),
    ...doubts(stage, node, looked),
  ];
}

function whoActs(stage: StageVerdict, node: ProcessNode, looked: Looked): string {
  switch (stage.role) {
    case 'stuck':
      return deadlock(stage, looked);
    case 'blocked':
    case 'starved':
    case 'waiting':
      if (stage.because.length === 0) return 'Who would have to act is not to be seen.';
      return stage.because
        .map((pid) => `${label(pid, looked)} would have to act${how(pid, looked)}.`)
        .join(' ');
    case 'unknown':
      return 'Who would have to act, nobody can say.';
    default:
      return onItsOwn(node);
  }
}

/** Of the ring that it is in, or waits for. */
function deadlock({ pid, because }: StageVerdict, looked: Looked): string {
  const found = looked.verdict.deadlocks.find(
    ({ ring }) => ring.includes(pid) || ring.some((other) => because.includes(other)),
  );
  if (found === undefined) return 'It waits for processes that wait for each other.';
  const { ring, isCertain } = found;
  const doubt = isCertain ? '' : ', as far as can be seen';
  if (ring.length === 1)
    return `This is a deadlock${doubt}: ${label(ring[0] ?? pid, looked)} waits for itself.`;
  const names = ring.map((other) => label(other, looked));
  return `This is a deadlock${doubt}: ${names.join(' waits for ')}, which waits for ${names[0]}. None of them ever goes on by itself: one has to be ended.`;
}

function label(pid: number, looked: Looked): string {
  return looked.stage(pid)?.label ?? `process ${pid}`;
}

/** How whoever all wait for could be brought to act. */
function how(pid: number, looked: Looked): string {
  const state = looked.process(pid)?.state;
  if (state === undefined) return '; it has no pipe here';
  switch (state.kind) {
    case 'running':
      return ': it is at work';
    case 'stopped':
      return state.by === 'signal' ? `: kill -CONT ${pid} lets it go on` : ': a debugger has it';
    case 'asleep':
      return ': it is asleep, and nobody can say in what';
    case 'polling':
      return ': it waits in its event loop';
    case 'opening':
      return ': it waits for a FIFO to be opened';
    case 'elsewhere':
      return `: it waits for ${FOR[state.for]}`;
    default:
      return '';
  }
}

const FOR: Readonly<Record<ElsewhereState['for'], string>> = {
  timer: 'a time to pass',
  child: 'a child',
  thread: 'a lock, or another of its threads',
  socket: 'a socket',
  terminal: 'the terminal',
  disk: 'a disk, as a rule',
  file: 'a file',
  signal: 'a signal',
  other: 'something that is no pipe',
};

function onItsOwn({ pid, parent, state }: ProcessNode): string {
  switch (state.kind) {
    case 'running':
      return 'It waits for nobody.';
    case 'stopped':
      return state.by === 'signal'
        ? `Nobody holds it up but the signal: kill -CONT ${pid} lets it go on.`
        : 'Nobody holds it up but its debugger.';
    case 'opening':
      return 'Somebody would have to open the other side of the FIFO. Looking at it is not that: it was not opened.';
    case 'ended':
      return `Process ${parent}, its parent, would have to ask how it ended.`;
    case 'elsewhere':
      return `It waits for ${FOR[state.for]}, and not for a process that a pipe joins to it.`;
    default:
      return 'It waits for no process that a pipe joins to it.';
  }
}

/** What was not to be seen, where that may matter. */
function doubts({ role, isCertain }: StageVerdict, { refused, user }: ProcessNode, looked: Looked): string[] {
  const own: string[] = [];
  if (refused.includes('descriptors')) {
    own.push(`What it has open is not to be seen: it is a process of user ${user}.${ROOT}`);
  } else if (refused.includes('call') && (!isCertain || role === 'unknown')) {
    own.push(`Its system call is not to be seen.${ROOT}`);
  }
  return looked.graph.isComplete ? own : [...own, ...unseen(looked.graph)];
}

/** A hint for whoever is not root; even root is refused some of what another container has. */
const ROOT = process.geteuid?.() === 0 ? '' : ' Root sees more.';
