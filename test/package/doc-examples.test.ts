/** The documentation is true: every example does what it says, and every public symbol has a doc comment. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blocksOfMarkdown, blocksOfSource } from '../../scripts/doc-blocks.js';
import { compileExamples, runExample } from '../../scripts/doc-examples.js';
import { docBefore, isValue, type PublicSymbol, publicSymbols } from '../../scripts/public-symbols.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('every example of the documentation', { concurrency: 2 }, () => {
  for (const example of compileExamples(root)) {
    test(`${example.file}:${example.line} does what it says`, async () => {
      const wrong = await runExample(example);
      ok(wrong === undefined, wrong);
    });
  }
});

for (const door of ['io', 'os', 'exec', 'worker', 'proc', 'testing']) {
  const file = `${root}dist/${door}/index.d.ts`;
  for (const symbol of publicSymbols(file)) {
    test(`doc comment of ${door} ${symbol.name}`, () => deepEqual(missingIn(symbol), []));
  }
}

/** What the doc comment of a public symbol lacks. */
function missingIn({ name, kind, doc, declaration }: PublicSymbol): string[] {
  const missing: string[] = [];
  const [sentence = ''] = doc.split(/^@|\n\n/m);
  if (sentence.trim() === '') missing.push('a sentence that says what it is');
  if ((kind === 'function' || kind === 'class') && !/^@example\b/m.test(doc)) missing.push('@example');
  if (kind === 'function') missing.push(...missingOfFunction(doc, declaration));
  if (kind === 'interface' && name.endsWith('Options')) {
    // A function's @param need not repeat what its options say of themselves.
    for (const match of declaration.matchAll(/^ {4}(?:readonly )?(\w+)\??:/gm)) {
      if (docBefore(declaration, match.index) === '') missing.push(`a doc comment of ${match[1]}`);
    }
  }
  return missing;
}

function missingOfFunction(doc: string, declaration: string): string[] {
  const missing: string[] = [];
  for (const { name, type } of parametersOf(declaration)) {
    const isOptions = name === 'options' && /^\w+Options(\s*&\s*\w+Options)*$/.test(type);
    if (!isOptions && !new RegExp(`^@param ${name}\\b`, 'm').test(doc)) missing.push(`@param ${name}`);
  }
  if (!/\): void;\s*$/.test(declaration) && !/^@returns\b/m.test(doc)) missing.push('@returns');
  if (!/^@throws\b/m.test(doc)) missing.push('@throws');
  return missing;
}

/** The parameters of a function's declaration: `name?: type`, separated by commas outside of all brackets. */
function parametersOf(declaration: string): { name: string; type: string }[] {
  const list = /^[^(]*\(([\s\S]*)\)\s*:/.exec(declaration)?.[1] ?? '';
  const parameters: string[] = [''];
  let depth = 0;
  for (const char of list.replaceAll('=>', '')) {
    if ('([{<'.includes(char)) depth++;
    if (')]}>'.includes(char)) depth--;
    if (depth < 0) break;
    if (char === ',' && depth === 0) parameters.push('');
    else parameters.push(parameters.pop() + char);
  }
  return parameters.flatMap((text) => {
    const match = /^\s*(?:\.\.\.)?(\w+)\??:\s*([\s\S]*?)\s*$/.exec(text);
    return match === null ? [] : [{ name: match[1] as string, type: match[2] as string }];
  });
}

test('publicSymbols: finds what the module exports at run time, each name once', async () => {
  const symbols = publicSymbols(`${root}dist/io/index.d.ts`);
  const values = symbols.filter(isValue).map(({ name }) => name);
  deepEqual(values.sort(), Object.keys(await import('pipework')).sort());
  equal(new Set(symbols.map(({ name }) => name)).size, symbols.length);
  ok(symbols.some(({ name, kind }) => name === 'PipeReader' && kind === 'interface'));
});

test('docBlocks: takes what an example prints from its comments, in their order', () => {
  const markdown = [
    '```ts',
    'console.log(1); // prints 1',
    'console.log(text);',
    '// prints two',
    '//   lines',
    'f(); // not this',
    '```',
    '```ts no-run',
    'shape',
    '```',
    '```',
    'plain',
    '```',
  ].join('\n');
  const [block, ...more] = blocksOfMarkdown('a.md', markdown);
  deepEqual(more, []);
  equal(block?.line, 2);
  equal(block?.prints, '1 two lines');
});

test('docBlocks: takes from a source only what stands behind @example in a doc comment', () => {
  const source = [
    '/**',
    ' * ```ts',
    ' * shown();',
    ' * ```',
    ' * @example It runs',
    ' * ```ts',
    ' * f(); // prints 1',
    ' * ```',
    ' * @param a ```ts',
    ' */',
    '// ```ts',
    'export const text = `',
    '```ts',
    '`;',
    '/** ```ts */',
  ].join('\n');
  deepEqual(blocksOfSource('a.ts', source), [
    { file: 'a.ts', line: 7, code: 'f(); // prints 1\n', prints: '1' },
  ]);
});
