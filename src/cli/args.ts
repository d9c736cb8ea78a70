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
    const [message = ''] = cause.message.split('. ');
    throw new CommandError(message.charAt(0).toLowerCase() + message.slice(1), { cause });
  }
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
