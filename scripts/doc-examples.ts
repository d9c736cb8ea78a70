/**
 * Compiles every example of the documentation, strictly, and runs each as a program of its own: many of them show a
 * deadlock, and a deadlock is of a whole program.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DocBlock, docBlocks, oneSpaced } from './doc-blocks.js';

export interface Example extends DocBlock {
  /** Of the compiled module. */
  readonly program: string;
}

/** Takes all examples of the project at `root` to build/doc-examples. @throws What the compiler says, by source line. */
export function compileExamples(root: string): Example[] {
  const folder = join(root, 'build', 'doc-examples');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const examples = docBlocks(root).map((block) => ({
    ...block,
    program: join(folder, 'js', `${nameOf(block)}.js`),
  }));
  for (const example of examples) writeFileSync(join(folder, `${nameOf(example)}.ts`), moduleOf(example));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG, undefined, 2));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    encoding: 'utf8',
    cwd: folder,
  });
  if (status !== 0) throw new Error(`examples do not compile\n${inTermsOfSources(stdout, examples)}`);
  return examples;
}

/** Runs one; resolves to what is wrong with it, or `undefined`. */
export async function runExample({ program, prints }: Example): Promise<string | undefined> {
  const { error, stdout, stderr } = await run(program);
  if (error !== null) return `it failed: ${error.message}\n${stderr}`;
  if (stderr !== '') return `it wrote to stderr:\n${stderr}`;
  const printed = oneSpaced(stdout);
  return printed === prints ? undefined : `it prints\n  ${printed}\nand says that it prints\n  ${prints}`;
}

/** Against hanging: none of them takes half a second. */
const TIMEOUT = 30_000; // milliseconds

const TSCONFIG = {
  extends: '../../tsconfig.base.json',
  compilerOptions: {
    rootDir: '.',
    outDir: 'js',
    types: ['node'],
    composite: false,
    declaration: false,
    declarationMap: false,
    // An example may make what it only shows.
    noUnusedLocals: false,
  },
};

function run(program: string): Promise<{ error: Error | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program], { timeout: TIMEOUT }, (error, stdout, stderr) =>
      resolve({ error, stdout, stderr }),
    );
  });
}

/** `src-io-pipe.ts-44`: where it stands. */
function nameOf({ file, line }: DocBlock): string {
  return `${file.replaceAll('/', '-')}-${line}`;
}

/** One that imports nothing is a module all the same. */
function moduleOf({ code }: DocBlock): string {
  return /^(import|export)\b/m.test(code) ? code : `${code}export {};\n`;
}

/** The compiler's messages, with the lines of the documentation in place of those of the extracted files. */
function inTermsOfSources(messages: string, examples: readonly DocBlock[]): string {
  const byName = new Map(examples.map((example) => [nameOf(example), example]));
  return messages.replace(/^(\S+)\.ts\((\d+),/gm, (all, name: string, line: string) => {
    const block = byName.get(name);
    return block === undefined ? all : `${block.file}(${block.line + Number(line) - 1},`;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const example of compileExamples(fileURLToPath(new URL('../../', import.meta.url)))) {
    const wrong = await runExample(example);
    if (wrong === undefined) continue;
    console.error(`${example.file}:${example.line}: ${wrong}`);
    process.exitCode = 1;
  }
}
