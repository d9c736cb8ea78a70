import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CommandError } from './command-error.js';

/** As `parseArgs` of node:util; what it does not understand is a `CommandError`. */
export function parse<const Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    // "Unknown option '--x'. To specify a positional argument ...": the first sentence is enough.
    const [message = ''] = cause.message.split(/\.\s/);
    throw new CommandError(message.charAt(0).toLowerCase() + message.slice(1), { cause });
  }
}

/**
 * Splits arguments where the options end: before the first that is none, or behind `--`. For commands whose operands may
 * look like options.
 */
export function splitAtOperand(
  args: readonly string[],
  options: NonNullable<ParseArgsConfig['options']>,
): { readonly own: string[]; readonly operands: string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const end = tokens.find(({ kind }) => kind !== 'option');
  const at = end?.index ?? args.length;
  return { own: args.slice(0, at), operands: args.slice(end?.kind === 'option-terminator' ? at + 1 : at) };
}

/** A number of seconds above 0, as milliseconds. `option` is what the message calls it. */
export function seconds(option: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= SECONDS_MAX)) {
    throw new CommandError(
      `${option} must be a number of seconds above 0, at most ${SECONDS_MAX}, got '${text}'`,
    );
  }
  return value * 1000;
}

/** A number as a process has one. */
export function processNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > PID_MAX) {
    throw new CommandError(`a PID must be a number from 1 to ${PID_MAX}, got '${text}'`);
  }
  return value;
}

const PID_MAX = 2 ** 31 - 1;
const SECONDS_MAX = 86_400; // a day; a timer holds little more than 24 of them

/** A number of bytes of at least 1, with K, M or G for their multiples. `option` is what the message calls it. */
export function bytes(option: string, text: string, max: number): number {
  const fields = /^(\d+(?:\.\d+)?)([KMG]?)(?:i?B)?$/i.exec(text);
  const unit = fields?.[2]?.toUpperCase() ?? '';
  const value = Number(fields?.[1]) * 1024 ** ['', 'K', 'M', 'G'].indexOf(unit);
  if (!(Number.isInteger(value) && value >= 1)) {
    throw new CommandError(`${option} must be a number of bytes such as 65536, 64K or 1M, got '${text}'`);
  }
  if (value > max) throw new CommandError(`${option} must be at most ${max} bytes, got '${text}'`);
  return value;
}
