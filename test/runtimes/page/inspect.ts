/** A value in a line, for messages of a page: strings in quotes, objects as deep as one looks. */
export function inspect(value: unknown, depth = 3): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `function ${value.name}`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (depth === 0) return '...';
  const parts = Object.entries(value)
    .slice(0, PARTS_MAX)
    .map(([key, part]) =>
      Array.isArray(value) || ArrayBuffer.isView(value)
        ? inspect(part, depth - 1)
        : `${key}: ${inspect(part, depth - 1)}`,
    );
  if (Object.keys(value).length > PARTS_MAX) parts.push('...');
  const name = Object.getPrototypeOf(value)?.constructor?.name ?? 'null';
  return Array.isArray(value) ? `[${parts.join(', ')}]` : `${name} {${parts.join(', ')}}`;
}

const PARTS_MAX = 20;
