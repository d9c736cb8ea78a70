/**
 * Tells FIFOs from other files that processes have open. That takes a stat(2), which on a network's file system may wait for
 * a server that does not answer: only files on file systems of this machine are asked. Their mount stands in `fdinfo`.
 */
import { statSync } from 'node:fs';
import { contents } from '../os/proc-files.js';

/** What a FIFO is known by. */
export interface Fifo {
  /** The `id` of the pipe. */
  readonly pipe: string;
  readonly inode: number;
}

/** Remembers for one look which paths are none, and what is mounted. */
export class FifoFinder {
  /** By path: two files of one path in different roots are the same to it, at the price of missing a FIFO. */
  readonly #others = new Set<string>();
  /** By the number of the mount, which no other has in any namespace: whether stat(2) does not wait there. */
  readonly #mounts = new Map<number, boolean>();

  /** `undefined`: it is none, or nobody can tell without waiting. */
  identify(pid: number, descriptor: number, path: string): Fifo | undefined {
    if (this.#others.has(path) || NO_FIFO.test(path)) return undefined;
    const fifo = this.#isLocal(pid, descriptor) ? stat(pid, descriptor) : undefined;
    if (fifo === undefined) this.#others.add(path);
    return fifo;
  }

  #isLocal(pid: number, descriptor: number): boolean {
    const number = /^mnt_id:\s*(\d+)/m.exec(contents(pid, `fdinfo/${descriptor}`) ?? '')?.[1];
    if (number === undefined) return false;
    const mount = Number(number);
    if (!this.#mounts.has(mount)) this.#readMounts(pid);
    return this.#mounts.get(mount) ?? false; // unmounted since, while somebody has a file of it open
  }

  /** Those that the process sees. */
  #readMounts(pid: number): void {
    // 36 35 98:0 /root /mount options [tags] - type source options
    for (const [, number, type] of (contents(pid, 'mountinfo') ?? '').matchAll(/^(\d+) .* - (\S+) /gm)) {
      this.#mounts.set(Number(number), LOCAL.has(type as string));
    }
  }
}

function stat(pid: number, descriptor: number): Fifo | undefined {
  try {
    const found = statSync(`/proc/${pid}/fd/${descriptor}`, { bigint: true });
    if (!found.isFIFO()) return undefined;
    return { pipe: `fifo:[${found.dev}:${found.ino}]`, inode: Number(found.ino) };
  } catch {
    return undefined; // closed since
  }
}

/** What most processes have open and is none. */
const NO_FIFO = /^\/dev\/(null|zero|u?random|full|tty|ptmx|console|pts\/)/;

/** File systems on which a FIFO can lie and a stat(2) needs nobody else. */
const LOCAL: ReadonlySet<string> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'f2fs',
  'zfs',
  'jfs',
  'bcachefs',
  'reiserfs',
  'tmpfs',
  'ramfs',
  'rootfs',
  'devtmpfs',
  'overlay',
  'squashfs',
  'erofs',
]);
