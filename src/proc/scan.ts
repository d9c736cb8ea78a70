import { UnsupportedError } from '../io/unsupported-error.js';
import { contents, ownerOf, processOf, ticksSinceBoot } from '../os/proc-files.js';
import type { Graph, HiddenProcess, ProcessNode } from './graph.js';
import { withMaybe } from './maybe.js';
import { checkScanOptions, type ScanOptions, type Wanted } from './options.js';
import { pipeNodes } from './pipe-nodes.js';
import { lookAtAll } from './process-node.js';
import { ratesSince } from './rates.js';
import { select } from './selection.js';

/**
 * Looks at processes and the pipes between them, once, and touches nothing: no byte is read or written, nothing is opened
 * for writing or by the path of a FIFO, and no call of it waits for a pipe. What may not be seen is left out, and said to
 * be missing.
 *
 * @param options.pid Only these processes, and whom `follow` adds.
 * @param options.user Only processes of this user, by number, and whom `follow` adds.
 * @param options.follow Who else is looked at: by default whoever has the other ends of pipes.
 * @param options.fill `false`: no pipe is opened to ask what it holds.
 * @param options.traffic `false`: processes are not asked how many bytes they have read and written.
 * @param options.asleep Also asks how long processes have not run.
 * @param options.since An earlier look: then processes have `rates`.
 * @returns Plain data, the caller's own. Text in it may hold control characters.
 * @throws {TypeError | RangeError} A wrong option.
 * @throws {UnsupportedError} `ERR_PIPE_UNSUPPORTED`: there is no /proc of Linux here, or no native part for this platform.
 * @example What a child waits for
 * ```ts
 * import { spawn } from 'node:child_process';
 * import * as os from 'pipework/os';
 * import * as proc from 'pipework/proc';
 *
 * const { reader, writer } = os.pipe();
 * const child = spawn('cat', { stdio: [reader.fd, 'ignore', 'inherit'] });
 * let node: proc.ProcessNode | undefined;
 * do [node] = proc.scan({ pid: child.pid, follow: 'nobody' }).processes;
 * while (node?.state.kind !== 'reading'); // it has to start first
 * console.log(node.state.on[0]?.descriptor); // prints 0
 * writer.close();
 * ```
 */
export function scan(options: ScanOptions = {}): Graph {
  const wanted = checkScanOptions(options);
  const at = Date.now();
  const began = performance.now();
  if (contents('self', 'stat') === undefined) {
    throw new UnsupportedError(
      `pipes of processes are seen in Linux's /proc, and there is none on this ${process.platform}`,
    );
  }
  const look = { since: ticksSinceBoot() ?? 0, traffic: wanted.traffic, asleep: wanted.asleep };
  const selection = select(wanted);
  const looked = lookAtAll(selection.members, look);
  const pipes = pipeNodes(
    looked.map(({ holder }) => holder),
    wanted.fill,
  );
  const rates = wanted.since && ratesSince(wanted.since, at - wanted.since.at);
  const complete = withMaybe(pipes);
  const processes = looked.map(({ node }): ProcessNode => {
    const known = complete(node);
    const rate = rates?.(node);
    return rate === undefined ? known : { ...known, rates: rate };
  });
  const there = new Set(processes.map(({ pid }) => pid));
  const missing = (wanted.pids ?? []).filter((pid) => !there.has(pid) && !isAnothers(pid, wanted));
  const hidden = [...selection.hidden, ...missing.filter(isHidden).map((pid): HiddenProcess => ({ pid }))];
  return {
    at,
    took: performance.now() - began,
    processes,
    pipes,
    isComplete: selection.isComplete && hidden.length === 0,
    hidden,
    gone: missing.filter((pid) => !isHidden(pid)),
    limits: selection.limits,
  };
}

/** Whether it was left out, not being the user's. */
function isAnothers(pid: number, { user }: Wanted): boolean {
  const owner = user === undefined ? undefined : ownerOf(pid);
  return owner !== undefined && owner !== user;
}

/** Whether there is such a process, though /proc does not have it for us (hidepid). Signal 0 is no signal. */
function isHidden(pid: number): boolean {
  if ((processOf(pid) ?? pid) !== pid) return false; // a thread takes signals, too
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
