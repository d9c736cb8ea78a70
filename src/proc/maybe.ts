import type { PipeNode, ProcessNode } from './graph.js';
import type { ProcessState } from './state.js';

/**
 * Adds to processes that are known only to be asleep the ends at which they may wait: an output that is full, an input that
 * is empty.
 */
export function withMaybe(pipes: readonly PipeNode[]): (node: ProcessNode) => ProcessNode {
  let byId: ReadonlyMap<string, PipeNode> | undefined; // most looks have no such process
  return (node) => {
    const { state, threads, ends } = node;
    if (state.kind !== 'asleep' && !threads.some(({ state }) => state.kind === 'asleep')) return node;
    byId ??= new Map(pipes.map((pipe) => [pipe.id, pipe]));
    const maybe = ends.filter(({ pipe, access }) => {
      const { queued, capacity } = byId?.get(pipe) ?? {};
      if (queued === undefined || capacity === undefined) return false;
      return access === 'read' ? queued === 0 : queued >= capacity;
    });
    const known = (state: ProcessState): ProcessState =>
      state.kind === 'asleep' ? { ...state, maybe } : state;
    return {
      ...node,
      state: known(state),
      threads: threads.map((one) => ({ ...one, state: known(one.state) })),
    };
  };
}
