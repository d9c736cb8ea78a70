/**
 * `npm run api`: writes the public types of every door into api/pipework.d.ts, one file to review, without comments. A
 * test compares it with what the compiler made.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publicSymbols } from './public-symbols.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where it stands. */
export const API_FILE = 'api/pipework.d.ts';

/** What the file has to say. */
export function publicTypes(): string {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    exports: Record<string, { types: string } | string>;
  };
  const doors = Object.entries(exports).flatMap(([door, entry]) =>
    typeof entry === 'string' || !existsSync(join(root, entry.types)) // a door that is not built yet
      ? []
      : [module(door.replace(/^\./, 'pipework'), join(root, entry.types))],
  );
  return `// The public types, by door. Written by 'npm run api': a change here is a change for users.\n\n${doors.join('\n')}`;
}

function module(door: string, types: string): string {
  const declarations = publicSymbols(types)
    .map(({ name, declaration, isTypeOnly }) => {
      const text = declaration
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/^\s*\/\/.*$/gm, '')
        .replace(/\n\s*\n/g, '\n')
        .trim();
      const isInstance = isTypeOnly === true && text.startsWith('export declare class');
      return { name, text: isInstance ? `${text.slice('export '.length)}\nexport type { ${name} };` : text };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return `// ${door}\n\n${declarations.map(({ text }) => `${text}\n`).join('')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(join(root, dirname(API_FILE)), { recursive: true });
  writeFileSync(join(root, API_FILE), publicTypes());
}
