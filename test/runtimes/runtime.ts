/** The runtime that this runs on. */
export const runtime: 'Node' | 'Bun' | 'Deno' =
  'Bun' in globalThis ? 'Bun' : 'Deno' in globalThis ? 'Deno' : 'Node';
