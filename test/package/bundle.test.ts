/** What a bundler makes of `pipework`: it pulls nothing from outside its folder, and stays small. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, buildSync } from 'esbuild';
import { packageRoot } from '../fixtures/package-copy.js';
import { runNode } from '../fixtures/run-node.js';

const PIPE = "export { pipe } from 'pipework';";
const EVERYTHING = "export * from 'pipework';";

for (const format of ['esm', 'cjs', 'iife'] as const) {
  for (const platform of ['browser', 'node', 'neutral'] as const) {
    test(`pipework pulls in its own folder and no module of Node's: ${format}, ${platform}`, () => {
      const { inputs, imports } = bundle(EVERYTHING, { format, platform });
      ok(inputs.length > 1);
      deepEqual(
        inputs.filter((path) => path !== '<stdin>' && !path.startsWith('dist/io/')),
        [],
      );
      deepEqual(imports, []);
    });
  }
}

for (const [what, source, most] of [
  ['{ pipe }', PIPE, 5 * 1024],
  ['everything', EVERYTHING, 12 * 1024],
] as const) {
  test(`pipework, ${what} for browsers: at most ${most} bytes, minified and gzipped`, () => {
    const { code } = bundle(source, { minify: true });
    const size = gzipSync(code).length;
    console.log(`bundle of ${what}: ${size} bytes minified and gzipped, of at most ${most}`);
    ok(size <= most, `${size} bytes`);
  });
}

test('pipework alone has no side effects: what imports nothing of it gets nothing', () => {
  equal(bundle("import {} from 'pipework';", { minify: true }).code, '');
});

test('pipework, bundled for browsers, needs no global that they lack', async () => {
  const { code } = bundle(
    `import * as io from 'pipework';
    import { failWhenStuck } from 'pipework/testing';
    export async function main() {
      const { reader, writer } = io.pipe({ capacity: 4 });
      const sent = writer.write('through').then(() => writer.close());
      const text = await io.text(reader);
      await sent;
      const idle = io.pipe({ name: 'idle' });
      io.trace(true);
      const error = await failWhenStuck(() => idle.reader.read(new Uint8Array(1)), { after: 10 }).catch((e) => e);
      return [text, error.code, error.waits[0].pipe, typeof error.waits[0].calledAt];
    }`,
    { format: 'iife', globalName: 'bundled', minify: true },
  );
  // Of these no browser has fewer: no process, Buffer, setImmediate, global or require.
  const globals = { TextEncoder, TextDecoder, DOMException, ReadableStream, WritableStream, AbortController };
  const page = { ...globals, setTimeout, clearTimeout };
  const printed = await runInNewContext(`${code}\nbundled.main();`, page);
  deepEqual([...printed], ['through', 'ERR_PIPE_DEADLOCK', 'idle', 'string']);
});

test('pipework, bundled for Node, still finds a program that stands still', (t) => {
  const source = `import { pipe } from 'pipework';
    pipe({ name: 'nobody reads' }).writer.write('hello').catch((error) => console.log(error.message));`;
  for (const [format, extension] of [
    ['esm', 'mjs'],
    ['cjs', 'cjs'],
  ] as const) {
    const folder = mkdtempSync(join(tmpdir(), 'pipework-bundle-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const program = join(folder, `bundle.${extension}`);
    writeFileSync(program, bundle(source, { format, platform: 'node', minify: true }).code);
    const { stdout, stderr } = runNode(program, [], { env: { PIPEWORK_TRACE: '1' } });
    equal(stderr, '');
    match(stdout, /^the program stands still: .*\n {2}nobody reads \(unbuffered\): .*, called at /);
  }
});

interface Bundle {
  readonly code: string;
  /** What it is made of, from the root of the package. */
  readonly inputs: readonly string[];
  /** What is left to import when it runs. */
  readonly imports: readonly string[];
}

/** Bundles `contents` as a user does whose package has installed pipework. @throws A module is missing. */
function bundle(contents: string, options: BuildOptions): Bundle {
  const { outputFiles, metafile, warnings } = buildSync({
    stdin: { contents, resolveDir: packageRoot },
    absWorkingDir: packageRoot,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
    ...options,
    metafile: true,
    write: false,
  });
  deepEqual(warnings, []);
  const [{ imports } = { imports: [] }] = Object.values(metafile?.outputs ?? {});
  return {
    code: outputFiles?.[0]?.text ?? '',
    inputs: Object.keys(metafile?.inputs ?? {}),
    imports: imports.map(({ path }) => path),
  };
}
