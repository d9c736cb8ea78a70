/** The command cannot be carried out as it was given: its message is all that the user sees, and the exit status is 2. */
export class CommandError extends Error {
  /** Whether the help would have told. */
  readonly isUsage: boolean;

  constructor(message: string, options: { isUsage?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.isUsage = options.isUsage ?? true;
  }
}
