import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** One C file of this folder, compiled on the spot when `cc` is there. */
export class CProgram {
  readonly path: string;
  readonly #source: string;

  constructor(name: string) {
    this.path = fileURLToPath(new URL(`../../${name}`, import.meta.url));
    this.#source = fileURLToPath(new URL(`../../../bench/rivals/${name}.c`, import.meta.url));
  }

  /** @returns Why it cannot be run; nothing when it can. */
  compile(): string | undefined {
    const options = ['-std=gnu11', '-O2', '-pthread', '-o', this.path, this.#source];
    const { error, status, stderr } = spawnSync('cc', options, { encoding: 'utf8' });
    if (error !== undefined) return 'there is no cc on the PATH';
    return status === 0 ? undefined : `cc does not build it: ${stderr.trim()}`;
  }

  /** What it prints, a number. */
  run(...options: readonly (string | number)[]): number {
    return Number(execFileSync(this.path, options.map(String), { encoding: 'utf8' }));
  }
}
