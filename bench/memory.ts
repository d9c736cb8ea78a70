/** Collects all garbage, twice: what the first collection finalizes, the second frees. Needs Node's `--expose-gc`. */
export function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error('run this trial with node --expose-gc');
  gc();
  gc();
}
