/** How far the first stage is in the file that it reads, by the position that the kernel keeps for its descriptor. */
import { statSync } from 'node:fs';
import { contents, descriptorNumbers, isOpenFor, linkOf } from '../../os/internal.js';
import type { InputSample } from './sample.js';

export class InputProgress {
  /** The file, and where it was first seen to be. */
  #from: { readonly path: string; readonly position: number; readonly at: number } | undefined;

  /**
   * @param pids The processes of the first stage.
   * @param now In milliseconds.
   */
  look(pids: readonly number[], now: number): InputSample | undefined {
    // The largest of several: a program reads its configuration, too.
    const files = pids.flatMap(filesReadBy);
    const file = files.reduce<OpenFile | undefined>(
      (a, b) => (a === undefined || b.size > a.size ? b : a),
      undefined,
    );
    if (file === undefined) return undefined;
    const { path, position, size } = file;
    if (this.#from?.path !== path || position < this.#from.position) this.#from = { path, position, at: now };
    const moved = position - this.#from.position; // bytes
    const took = now - this.#from.at; // milliseconds
    if (moved === 0 || took < WATCHED_MIN) return { path, position, size };
    return { path, position, size, left: ((size - position) * took) / moved };
  }
}

interface OpenFile {
  readonly path: string;
  readonly position: number; // bytes
  readonly size: number; // bytes
}

function filesReadBy(pid: number): OpenFile[] {
  const descriptors = descriptorNumbers(pid);
  if (descriptors === 'refused') return [];
  return descriptors.flatMap((fd) => {
    const path = linkOf(pid, fd);
    if (path === undefined || !path.startsWith('/') || path.startsWith('/dev/')) return [];
    if (!isOpenFor(pid, fd, 'read')) return [];
    const size = fileSize(pid, fd);
    const position = Number(/^pos:\s*(\d+)/.exec(contents(pid, `fdinfo/${fd}`) ?? '')?.[1]);
    return size > 0 && position <= size ? [{ path, position, size }] : [];
  });
}

/** 0 for what is no file, or not to be seen. */
function fileSize(pid: number, fd: number): number {
  try {
    const about = statSync(`/proc/${pid}/fd/${fd}`);
    return about.isFile() ? about.size : 0;
  } catch {
    return 0;
  }
}

const WATCHED_MIN = 1000; // milliseconds: before that an estimate would jump
