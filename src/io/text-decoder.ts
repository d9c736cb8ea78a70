import { describe } from './arguments.js';
import { host } from './host.js';

/** How bytes become text, in `text()` and `lines()`. */
export interface TextOptions {
  /** A label that `TextDecoder` knows; `utf-8` by default. A byte order mark is left out. */
  readonly encoding?: string | undefined;
  /** Whether bytes that are not valid in that encoding are an error; by default each becomes U+FFFD. */
  readonly fatal?: boolean | undefined;
}

/** @throws {TypeError | RangeError} An option of the wrong type, or an encoding that the runtime does not know. */
export function textDecoder({ encoding = 'utf-8', fatal = false }: TextOptions, ignoreBOM = false) {
  if (typeof encoding !== 'string') {
    throw new TypeError(`options.encoding must be a string, got ${describe(encoding)}`);
  }
  if (typeof fatal !== 'boolean')
    throw new TypeError(`options.fatal must be a boolean, got ${describe(fatal)}`);
  try {
    return new host.TextDecoder(encoding, { fatal, ignoreBOM });
  } catch (cause) {
    throw new RangeError(
      `options.encoding must be a label that TextDecoder knows, got ${describe(encoding)}`,
      { cause },
    );
  }
}
