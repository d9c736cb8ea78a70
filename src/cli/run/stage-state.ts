/** What a stage does, by what its processes do: a shell that waits for its command is no news. */
import type { ElsewhereState, PipeNode, PollingState, ProcessNode } from '../../proc/index.js';
import type { StageState } from './sample.js';

/** The pipes that join a stage to its neighbours, as far as there are any. */
export interface Neighbours {
  readonly before: PipeNode | undefined;
  readonly behind: PipeNode | undefined;
}

/**
 * @param members The processes of the stage; one at least.
 * @param inner The `id`s of pipes between two of them.
 */
export function stageState(
  members: readonly ProcessNode[],
  neighbours: Neighbours,
  inner: ReadonlySet<string>,
): StageState {
  const states = members.map((member) => memberState(member, neighbours, inner));
  return ORDER.find((state) => states.includes(state)) ?? 'waiting';
}

/** What tells most comes first. */
const ORDER: readonly StageState[] = [
  'running',
  'stopped',
  'blocked',
  'starved',
  'terminal',
  'disk',
  'network',
  'sleeping',
  'asleep',
  'waiting',
  'ended',
];

function memberState(
  { state }: ProcessNode,
  { before, behind }: Neighbours,
  inner: ReadonlySet<string>,
): StageState {
  switch (state.kind) {
    case 'writing':
      return state.on.every(({ pipe }) => inner.has(pipe)) ? 'waiting' : 'blocked';
    case 'reading':
      return state.on.every(({ pipe }) => inner.has(pipe)) ? 'waiting' : 'starved';
    case 'polling':
      return pollingState(state, before, behind);
    case 'elsewhere':
      return elsewhereState(state);
    case 'opening':
      return 'waiting';
    default:
      return state.kind;
  }
}

/**
 * An event loop watches many things at a time: it waits for a neighbour when that has nothing for it, as far as the kernel
 * says what it watches. That it watches what is typed, as ssh does, says nothing.
 */
function pollingState(
  { on, others, isKnown }: PollingState,
  before: PipeNode | undefined,
  behind: PipeNode | undefined,
): StageState {
  const watches = (pipe: PipeNode | undefined, access: 'read' | 'write'): boolean =>
    pipe !== undefined && on.some((end) => end.pipe === pipe.id && end.access === access);
  if (!isKnown && on.length + others.length > 1) return 'waiting';
  if (watches(behind, 'write') && (behind?.queued ?? 0) > 0) return 'blocked';
  return watches(before, 'read') && before?.queued === 0 ? 'starved' : 'waiting';
}

function elsewhereState({ for: what, call }: ElsewhereState): StageState {
  switch (what) {
    case 'terminal':
      return call?.startsWith('write') ? 'blocked' : 'terminal'; // Ctrl-S holds it up
    case 'disk':
      return 'disk';
    case 'socket':
      return 'network';
    case 'timer':
      return 'sleeping';
    default:
      return 'waiting';
  }
}
