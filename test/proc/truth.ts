/**
 * What is true of a scene, and what a look may say of it: all of it where nothing is refused, and less where something is,
 * but nothing else.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import * as proc from 'pipework/proc';

/** A process of a scene. */
export interface Player {
  readonly pid: number;
  /** `writing 1`, `reading 0`, `running`, `timer`, ... */
  readonly does: string | RegExp;
  readonly role: proc.Role;
  /** Whom it waits for in the end, by number. */
  readonly because?: readonly number[];
}

export interface Truth {
  readonly players: Readonly<Record<string, Player>>;
  /** By number. */
  readonly deadlocks?: readonly (readonly number[])[];
  readonly held?: readonly Pick<proc.HeldEnd, 'pid' | 'why'>[];
}

/** What is to be seen here: PIPEWORK_PROC holds back some of it. */
export const view = process.env['PIPEWORK_PROC'] ?? 'all';

/** Looks at these processes, and compares. */
export function checkTruth(truth: Truth): void {
  const players = Object.values(truth.players);
  const graph = proc.scan({ pid: players.map(({ pid }) => pid), follow: 'nobody' });
  const verdict = proc.verdict(graph);
  const stages = new Map(verdict.chains.flatMap((chain) => chain.stages.map((stage) => [stage.pid, stage])));
  for (const [name, player] of Object.entries(truth.players)) {
    const node = graph.processes.find(({ pid }) => pid === player.pid);
    const stage = stages.get(player.pid);
    ok(node !== undefined && stage !== undefined, `${name} is not there`);
    checkState(name, node.state, player);
    if (view === 'all') equal(stage.role, player.role, `${name}: ${stage.says}`);
    else ok(LESS[player.role].includes(stage.role), `${name} is ${stage.role}: ${stage.says}`);
    if (view === 'all')
      deepEqual([...stage.because].sort(), [...(player.because ?? [])].sort(), `${name}: because`);
    ok(node.state.evidence.length > 0, `${name}: no evidence`);
  }
  const bottlenecks = verdict.chains.flatMap((chain) => chain.bottlenecks);
  const guilty = players.filter(({ role }) => role === 'bottleneck').map(({ pid }) => pid);
  subset('bottlenecks', bottlenecks, guilty);
  subset(
    'deadlocks',
    verdict.deadlocks.map(({ ring }) => ring.join()),
    (truth.deadlocks ?? []).map((ring) => [...ring].sort((a, b) => a - b).join()),
  );
  subset(
    'held ends',
    // Deno leaves a child the descriptor that was copied for it as well.
    [...new Set(verdict.heldEnds.map(({ pid, why }) => `${pid} ${why}`))],
    (truth.held ?? []).map(({ pid, why }) => `${pid} ${why}`),
  );
}

/** What may be said of each role where something is held back: no more than is so. */
const LESS: Readonly<Record<proc.Role, readonly proc.Role[]>> = {
  bottleneck: ['bottleneck', 'free', 'unknown'],
  blocked: ['blocked', 'unknown'],
  starved: ['starved', 'unknown'],
  waiting: ['waiting', 'unknown'],
  stuck: ['stuck', 'blocked', 'starved', 'waiting', 'unknown'],
  free: ['free', 'unknown'],
  unknown: ['unknown'],
};

/** All of it, or where something is held back nothing else. */
function subset<Item>(what: string, said: readonly Item[], truth: readonly Item[]): void {
  if (view === 'all') deepEqual([...said].sort(), [...truth].sort(), what);
  else for (const one of said) ok(truth.includes(one), `${what}: ${one} is none of ${truth}`);
}

function checkState(name: string, state: proc.ProcessState, { does }: Player): void {
  const word = wordOf(state);
  if (typeof does === 'string' ? word === does : does.test(word)) return;
  ok(view !== 'all', `${name}: ${word} and not ${does}, by ${JSON.stringify(state.evidence)}`);
  const [kind = '', descriptor] = String(does).replace(/^\/\^/, '').split(' ');
  const isAmong = (ends: readonly proc.ProcessEnd[]): boolean =>
    typeof does !== 'string' || ends.some((end) => String(end.descriptor) === descriptor);
  if (state.kind === 'asleep') {
    ok(view === 'no-wchan' || kind === 'polling', `${name}: the function in which it sleeps is known`);
    // What the pipes look like is told all the same.
    if (kind === 'writing') ok(isAmong(state.maybe), name);
  } else {
    equal(state.kind, kind, `${name}: ${JSON.stringify(state)}`);
    ok('on' in state && isAmong(state.on), name);
  }
}

/** `writing 1`; of several descriptors `writing 1,3`. */
function wordOf(state: proc.ProcessState): string {
  if ('on' in state) return `${state.kind} ${state.on.map(({ descriptor }) => descriptor)}`;
  return state.kind === 'elsewhere' ? state.for : state.kind;
}
