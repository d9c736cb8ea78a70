/**
 * Every name that a door exports, with its declaration and doc comment, read from the compiled `.d.ts` files: what they
 * say is what users see.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface PublicSymbol {
  readonly name: string;
  /** variable: of `const` and the like. */
  readonly kind: 'function' | 'class' | 'interface' | 'type' | 'variable';
  /** The text of the doc comment, without its stars; '' when there is none. */
  readonly doc: string;
  /** The declaration up to its end, without the doc comment. */
  readonly declaration: string;
  /** Where it is declared. */
  readonly file: string;
  /** Exported by `export type`: a class of which users see instances only. */
  readonly isTypeOnly?: boolean;
}

/** Whether the symbol is there at run time. */
export function isValue({ kind, isTypeOnly = false }: PublicSymbol): boolean {
  if (isTypeOnly) return false;
  return kind === 'function' || kind === 'class' || kind === 'variable';
}

/** What `file`, a `.d.ts`, exports, in the order of its lines. @throws An export in a form that this does not read. */
export function publicSymbols(file: string): PublicSymbol[] {
  const text = readFileSync(file, 'utf8');
  const symbols = declarationsIn(file, text);
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
  for (const [, type, star, braces, from] of code.matchAll(
    /export\s+(type\s+)?(?:(\*)|\{([^}]*)\})\s*(?:from\s*['"]([^'"]+)['"])?\s*;/g,
  )) {
    if (from === undefined) {
      if (braces?.trim() !== '') throw new Error(`${file}: export {${braces}} without from`);
      continue;
    }
    const found = publicSymbols(join(dirname(file), from.replace(/\.js$/, '.d.ts')));
    if (star !== undefined) symbols.push(...found);
    else
      for (const name of namesIn(braces ?? '')) symbols.push(renamed(found, name, file, type !== undefined));
  }
  return symbols;
}

function declarationsIn(file: string, text: string): PublicSymbol[] {
  const starts = [
    ...text.matchAll(
      /^export (?:declare )?(?:abstract )?(function|class|interface|type|const|let|enum|namespace) (\w+)/gm,
    ),
  ];
  const symbols = starts.map((match) => {
    const [, keyword = '', name = ''] = match;
    const kind = KINDS[keyword];
    if (kind === undefined) throw new Error(`${file}: ${name} is a ${keyword}, which nothing here reads`);
    const rest = text.slice(match.index);
    const end = /\n(?=(?:export|declare|\/\*\*|\/\/#))/.exec(rest)?.index ?? rest.length;
    return { name, kind, doc: docBefore(text, match.index), declaration: rest.slice(0, end), file };
  });
  return symbols.filter(({ name }, at) => symbols[at - 1]?.name !== name).map(withOverloads);

  /** Declarations of one name in a row are one symbol; the first has the comment. */
  function withOverloads(symbol: PublicSymbol): PublicSymbol {
    const all = symbols.filter(({ name }) => name === symbol.name);
    return { ...symbol, declaration: all.map(({ declaration }) => declaration).join('\n') };
  }
}

const KINDS: Readonly<Record<string, PublicSymbol['kind']>> = {
  function: 'function',
  class: 'class',
  interface: 'interface',
  type: 'type',
  const: 'variable',
  let: 'variable',
};

/** The doc comment that ends right before `at`, without its stars. */
export function docBefore(text: string, at: number): string {
  const before = text.slice(0, at).trimEnd();
  if (!before.endsWith('*/')) return '';
  const start = before.lastIndexOf('/**');
  const comment = before.slice(start);
  // The last comment before may be a plain one.
  if (start === -1 || comment.indexOf('*/') !== comment.length - 2) return '';
  return comment
    .slice(3, -2)
    .replace(/^\s*\* ?/gm, '')
    .trim();
}

interface ExportedName {
  readonly name: string;
  readonly as: string;
  readonly isType: boolean;
}

function namesIn(braces: string): ExportedName[] {
  return braces
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', as = name] = part.replace(/^type\s+/, '').split(/\s+as\s+/);
      return { name, as, isType: /^type\s/.test(part) };
    });
}

function renamed(
  found: readonly PublicSymbol[],
  { name, as, isType }: ExportedName,
  file: string,
  areTypes: boolean,
): PublicSymbol {
  const symbol = found.find((candidate) => candidate.name === name);
  if (symbol === undefined) throw new Error(`${file}: no declaration of ${name} was found`);
  return { ...symbol, name: as, isTypeOnly: areTypes || isType || symbol.isTypeOnly === true };
}
