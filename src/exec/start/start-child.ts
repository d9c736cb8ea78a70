import type { SystemError } from '../../os/internal.js';
import type { Child, StartSpec } from './child.js';
import { startNative } from './native-child.js';
import { startByNode } from './node-child.js';

/**
 * Starts a process: by the addon on Linux, else by `node:child_process`; PIPEWORK_EXEC=child_process forces that, so that
 * it is tested. A process that could not be started is a child without a pid.
 */
export function startChild(spec: StartSpec): Child {
  const isForced = process.env['PIPEWORK_EXEC'] === 'child_process';
  const started = (isForced ? undefined : startNative(spec)) ?? startByNode(spec);
  return started instanceof Error ? notStarted(started) : started;
}

function notStarted(error: SystemError): Child {
  return {
    pid: undefined,
    exited: Promise.resolve({ code: null, signal: null, error }),
    hasExited: true,
    signal() {},
  };
}
