import type { PipeNode, ProcessNode } from './graph.js';
import type { ProcessState } from './state.js';

/** With the ends at which a process may wait that is known only to be asleep: its output is full, its input is empty. */
export function withMaybe(node: ProcessNode, pipes: readonly PipeNode[]): ProcessNode {
  if (node.state.kind !== 'asleep' && !node.threads.some(({ state }) => state.kind === 'asleep')) return node;
  const byId = new Map(pipes.map((pipe) => [pipe.id, pipe]));
  const maybe = node.ends.filter(({ pipe, access }) => {
    const { queued, capacity } = byId.get(pipe) ?? {};
    if (queued === undefined || capacity === undefined) return false;
    return access === 'read' ? queued === 0 : queued >= capacity;
  });
  const known = (state: ProcessState): ProcessState =>
    state.kind === 'asleep' ? { ...state, maybe } : state;
  return {
    ...node,
    state: known(node.state),
    threads: node.threads.map((one) => ({ ...one, state: known(one.state) })),
  };
}
