/** The middle of `values` and how far they spread: what a few rounds on a machine with other work can tell. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** @throws {RangeError} `values` is empty. */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('values must have at least one number, got none');
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] as number;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, least: at(0), most: at(sorted.length - 1) };
}
