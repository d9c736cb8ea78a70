import type { JobReader } from './job-reader.js';

/** For siblings: the output of the pipeline. */
export let substituted: (substitution: Substitution) => JobReader;

/**
 * A pipeline that stands in another command's arguments; made by `substitute()`.
 *
 * @example What a message calls it, and what the command is given
 * ```ts
 * import * as exec from 'pipework/exec';
 *
 * const words = exec.substitute(exec.pipeline(['sort'], { stdin: 'b\na\n' }));
 * const wc = exec.command('wc', ['-l', words]);
 * console.log(String(wc), (await exec.run(wc)).text()); // prints wc -l '<(sort)' 2 /dev/fd/3
 * ```
 */
export class Substitution {
  static {
    substituted = (substitution) => substitution.#reader;
  }

  readonly #reader: JobReader;
  readonly #text: string;

  constructor(reader: JobReader, text: string) {
    this.#reader = reader;
    this.#text = text;
  }

  /** For messages: what bash would have written. */
  toString(): string {
    return `<(${this.#text})`;
  }
}
