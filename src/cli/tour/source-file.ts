/** The real file that the tour sends: which one, and how it is read. */
import { existsSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { getSystemErrorMap } from 'node:util';
import type { Reader } from '../../io/index.js';
import { CommandError } from '../command-error.js';

/** An open file that can be read from its start any number of times. */
export class SourceFile {
  readonly path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** @throws {CommandError} It cannot be opened, or is no regular file: a device or a FIFO may never end. */
  static async open(path: string): Promise<SourceFile> {
    try {
      const stats = await stat(path); // before it is opened, since opening a FIFO waits for its writer
      if (!stats.isFile())
        throw new CommandError(`cannot send '${path}': it is not a regular file`, { isUsage: false });
      return new SourceFile(path, await open(path));
    } catch (error) {
      throw explained(path, error);
    }
  }

  /** A reader that starts at the first byte. */
  reader(): Reader {
    let position = 0; // bytes
    return {
      read: async (into) => {
        try {
          const { bytesRead } = await this.#handle.read(into, 0, into.length, position);
          position += bytesRead;
          return bytesRead === 0 ? null : bytesRead;
        } catch (error) {
          throw explained(this.path, error);
        }
      },
    };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The package-lock.json of the project that `folder` is in, if it has one. */
export function lockFile(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const lock = join(at, 'package-lock.json');
    if (existsSync(lock)) return lock;
    if (existsSync(join(at, 'package.json')) || dirname(at) === at) return undefined;
  }
}

/** A system error as one that names the file and the system's code. */
function explained(path: string, error: unknown): unknown {
  const { code, errno } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || errno === undefined) return error;
  const [, words = error.message] = getSystemErrorMap().get(errno) ?? [];
  return new CommandError(`cannot read '${path}': ${code}, ${words}`, { isUsage: false, cause: error });
}
