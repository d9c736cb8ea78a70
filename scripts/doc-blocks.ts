/**
 * The examples of the documentation: every fenced `ts` block behind an `@example` in src/, and every one in the README
 * and in docs/, except those marked `ts no-run` (shapes, pieces of programs, what another runtime would do).
 *
 * What an example prints stands in its comments: `// prints ...`, at the end of a line or on one of its own; a comment
 * on a line of its own goes on in the comment lines below it. The example's whole output has to be those texts in their
 * order; where one statement prints several lines, they are written on one. So white space is compared as one space.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface DocBlock {
  /** From the root of the project. */
  readonly file: string;
  readonly line: number; // of the first line of code, from 1
  readonly code: string;
  /** What it prints, white space as one space. */
  readonly prints: string;
}

/** All examples under `root`, in the order of files and lines. */
export function docBlocks(root: string): DocBlock[] {
  const sources = filesIn(root, 'src', /\.ts$/).flatMap((file) => blocksOfSource(file, read(root, file)));
  const guides = ['README.md', ...filesIn(root, 'docs', /\.md$/)]
    .filter((file) => existsSync(join(root, file)))
    .flatMap((file) => blocksOfMarkdown(file, read(root, file)));
  return [...sources, ...guides];
}

/** Of doc comments only what stands behind an `@example`. */
export function blocksOfSource(file: string, source: string): DocBlock[] {
  let isComment = false;
  let isExample = false;
  const lines = source.split('\n').map((line) => {
    if (/^\s*\/\*\*/.test(line)) {
      isComment = true;
      isExample = false;
    }
    const text = line.replace(/^\s*\/?\*+ ?/, '');
    if (/^@/.test(text)) isExample = text.startsWith('@example');
    const kept = isComment && isExample ? text : '';
    if (line.includes('*/')) isComment = false;
    return kept;
  });
  return blocksOfMarkdown(file, lines.join('\n'));
}

export function blocksOfMarkdown(file: string, markdown: string): DocBlock[] {
  return fencesOf(markdown)
    .filter(({ info }) => info === 'ts')
    .map(({ line, code }) => ({ file, line, code, prints: printsOf(code.split('\n')) }));
}

/** A fenced block of any kind. */
export interface Fence {
  /** What stands behind the opening fence: `ts no-run`, say. */
  readonly info: string;
  readonly line: number; // of the first line of code, from 1
  readonly code: string;
}

export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let open: { readonly info: string; readonly line: number } | undefined;
  let code: string[] = [];
  markdown.split('\n').forEach((text, index) => {
    const info = /^\s*```\s*(.*?)\s*$/.exec(text)?.[1];
    if (open === undefined && info !== undefined) {
      open = { info, line: index + 2 };
      code = [];
    } else if (open !== undefined && info !== undefined) {
      fences.push({ ...open, code: `${code.join('\n')}\n` });
      open = undefined;
    } else {
      code.push(text);
    }
  });
  return fences;
}

/** What the comments of an example say it prints. */
function printsOf(code: readonly string[]): string {
  const texts: string[] = [];
  let goesOn = false;
  for (const line of code) {
    const [, before = '', text] = /^(.*?)\/\/ prints (.*)$/.exec(line) ?? [];
    const comment = /^\s*\/\/(.*)$/.exec(line)?.[1];
    if (text !== undefined) {
      texts.push(text);
      goesOn = before.trim() === '';
    } else if (goesOn && comment !== undefined) {
      texts.push(comment);
    } else {
      goesOn = false;
    }
  }
  return oneSpaced(texts.join(' '));
}

export function oneSpaced(text: string): string {
  return text.trim().replace(/\s+/g, ' ');
}

function filesIn(root: string, folder: string, name: RegExp): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function read(root: string, file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
