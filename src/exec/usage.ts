import { contents, processStat, TICK, trafficOf } from '../os/internal.js';

/** What a process has used; what the system does not say is not there. */
export interface Usage {
  /** Time on a processor in the program and in the kernel, in milliseconds. */
  readonly userTime?: number;
  readonly systemTime?: number;
  /** The most resident memory, in bytes. */
  readonly peakMemory?: number;
  /** Bytes read and written by the process, whatever from and to. */
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  /** The bytes, or the memory, are those of the last look while it ran: it may have moved more since. */
  readonly isSampled?: boolean;
}

/** A look at a process that runs. */
export function sampleUsage(pid: number): Usage {
  const stat = processStat(pid);
  if (stat === undefined) return {};
  const peak = /^VmHWM:\s*(\d+) kB/m.exec(contents(pid, 'status') ?? '');
  return {
    userTime: stat.userTicks * TICK,
    systemTime: stat.systemTicks * TICK,
    ...(peak !== null && { peakMemory: Number(peak[1]) * 1024 }),
    ...trafficOf(pid),
    isSampled: true,
  };
}

/** What the last look adds to what is known at the end. */
export function mergeUsage(last: Usage | undefined, final: Usage | undefined): Usage {
  if (final === undefined) return last ?? {};
  if (last === undefined) return final;
  const isMissing = final.bytesIn === undefined || final.peakMemory === undefined;
  const { isSampled: _, ...known } = last;
  return { ...known, ...final, ...(isMissing && { isSampled: true }) };
}
