import type { Graph, ProcessNode, Rates } from './graph.js';

/** What a process did since that look, which began `over` milliseconds before; `undefined` when it was another then. */
export function ratesSince(since: Graph, over: number): (node: ProcessNode) => Rates | undefined {
  const before = new Map(since.processes.map((node) => [node.pid, node]));
  return (node) => {
    const then = before.get(node.pid);
    if (then === undefined || then.started !== node.started || !(over > 0)) return undefined;
    const bytesIn = perSecond(then.bytesIn, node.bytesIn, over);
    const bytesOut = perSecond(then.bytesOut, node.bytesOut, over);
    return {
      over,
      cpu: (node.cpuTime - then.cpuTime) / over,
      ...(bytesIn !== undefined && { bytesIn }),
      ...(bytesOut !== undefined && { bytesOut }),
    };
  };
}

function perSecond(before: number | undefined, after: number | undefined, over: number): number | undefined {
  return before === undefined || after === undefined ? undefined : ((after - before) / over) * 1000;
}
