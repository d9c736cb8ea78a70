/** The runtime that this runs on. */
export const runtime: 'Node' | 'Bun' | 'Deno' | 'a page' =
  'Bun' in globalThis ? 'Bun' : 'Deno' in globalThis ? 'Deno' : 'process' in globalThis ? 'Node' : 'a page';
