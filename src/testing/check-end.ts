import { describe } from '../io/internal.js';

/** @throws {TypeError} `end` has no such method. */
export function checkEnd(argument: string, end: unknown, method: 'read' | 'write'): void {
  if (typeof (end as Record<string, unknown> | null | undefined)?.[method] === 'function') return;
  const kind =
    method === 'read' ? 'a Reader, an object with read(into)' : 'a Writer, an object with write(chunk)';
  throw new TypeError(`${argument} must be ${kind}, got ${describe(end)}`);
}
