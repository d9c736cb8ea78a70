/** What users install: the packed tarball holds what it should, compiles against bare and rich types, and runs. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { isValue, publicSymbols } from '../../scripts/public-symbols.js';
import { hasCrossCompiler, prebuild } from '../fixtures/prebuild.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Packed; grows with every door, and a jump is worth a look. */
const SIZE_MAX = 900_000; // bytes: sources and their maps, documentation, and a binary for each of two machines
const BOUND = { timeout: 120_000 }; // milliseconds, against hanging only

interface Tarball {
  readonly filename: string;
  readonly size: number; // bytes
  readonly files: readonly { readonly path: string }[];
}

describe('the packed package', BOUND, () => {
  let folder = '';
  let installed = '';
  let tarball: Tarball;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pipework-consumer-'));
    prebuild();
    // Scripts stay off: prepack would build what the tests run from.
    const packed = npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
    tarball = Object.values(JSON.parse(packed.slice(packed.search(/^[[{]/m))))[0] as Tarball;
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    npm(
      folder,
      'install',
      '--ignore-scripts',
      '--offline',
      '--no-audit',
      '--no-fund',
      `./${tarball.filename}`,
    );
    installed = join(folder, 'node_modules', 'pipework');
  });
  after(() => rmSync(folder, { recursive: true }));

  test('is small', () => ok(tarball.size < SIZE_MAX, `${tarball.size} bytes`));

  test('holds no test, no configuration and nothing of the build', () => {
    const stray = /(^|\/)(test|tests|bench|build|node_modules)\/|\.test\.|tsconfig|\.tsbuildinfo|biome|^\./;
    deepEqual(
      tarball.files.map(({ path }) => path).filter((path) => stray.test(path)),
      ['build/scripts/build-native.js'], // for musl and macOS
    );
  });

  for (const arch of ['x64', 'arm64']) {
    const skip = arch !== process.arch && !hasCrossCompiler ? `no cross compiler for ${arch}` : false;
    test(`holds the binary for linux-${arch}`, { skip }, () => {
      equal(existsSync(join(installed, 'prebuilds', `linux-${arch}`, 'pipework.node')), true);
    });
  }

  test('has kernel pipes and runs its tour where there is no compiler', () => {
    const bin = join(folder, 'few-programs');
    mkdirSync(bin);
    for (const name of ['node', 'npx', 'sh', 'sha256sum']) {
      const path = name === 'node' ? process.execPath : which(name);
      if (path !== undefined) symlinkSync(path, join(bin, name));
    }
    const env = { ...process.env, PATH: bin };
    equal(spawnSync('sh', ['-c', 'command -v cc gcc clang c++ make'], { env }).status, 127);
    const tour = spawnSync('npx', ['pipework', 'tour', join(folder, 'package.json')], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    equal(tour.status, 0, tour.stdout + tour.stderr);
    writeFileSync(
      join(folder, 'kernel.js'),
      "import * as io from 'pipework';\nimport * as os from 'pipework/os';\n" +
        "const { reader, writer } = os.pipe();\nawait writer.write('kernel');\nwriter.close();\nconsole.log(await io.text(reader));\n",
    );
    const { stdout, stderr } = spawnSync('node', ['kernel.js'], { cwd: folder, env, encoding: 'utf8' });
    equal(stdout, 'kernel\n', stderr);
  });

  test('can be compiled where it is installed', () => {
    const headers = join(root, 'node_modules', 'node-api-headers');
    symlinkSync(headers, join(folder, 'node_modules', 'node-api-headers'));
    npm(installed, 'run', 'build:native');
    equal(existsSync(join(installed, 'native', 'build', 'pipework.node')), true);
    run(folder, process.execPath, 'kernel.js');
    rmSync(join(folder, 'node_modules', 'node-api-headers'));
    rmSync(join(installed, 'native', 'build'), { recursive: true });
  });

  test('publint finds nothing, but that "browser" could be "imports"', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false });
    // A browser that loads these files without a bundler knows nothing of `imports`, and could not load them.
    deepEqual(
      messages.map(({ code }) => code),
      ['USE_EXPORTS_OR_IMPORTS_BROWSER'],
    );
  });

  test('are the types wrong? No, for every way to import from ESM', () => {
    const attw = join(root, 'node_modules', '@arethetypeswrong', 'cli', 'dist', 'index.js');
    const args = [tarball.filename, '--profile', 'esm-only', '--format', 'ascii'];
    run(folder, process.execPath, attw, ...args);
  });

  test('holds every file that package.json names', () => {
    const named = [...Object.values(manifest.exports), ...Object.values(manifest.bin)].flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry as object),
    );
    ok(named.length > 0);
    deepEqual(
      named.filter((path) => !existsSync(join(installed, path))),
      [],
    );
  });

  test('holds no absolute path', () => {
    const paths = [root.slice(0, -1), process.env['HOME'], tmpdir()].filter(
      (path) => path !== undefined && path.length > 1,
    );
    const found = tarball.files.filter(({ path }) => {
      const text = readFileSync(join(installed, path), 'utf8');
      return (
        paths.some((absolute) => text.includes(`${absolute}/`)) ||
        (!path.endsWith('.md') && text.includes('file:///'))
      );
    });
    deepEqual(
      found.map(({ path }) => path),
      [],
    );
  });

  test('holds all the sources that its maps point to', () => {
    const maps = tarball.files
      .map(({ path }) => join(installed, path))
      .filter((path) => path.endsWith('.map'));
    ok(maps.length > 0);
    const missing = maps.flatMap((map) => {
      const { sources, sourceRoot = '' } = JSON.parse(readFileSync(map, 'utf8'));
      return sources
        .map((source: string) => resolve(dirname(map), sourceRoot, source))
        .filter((source: string) => !existsSync(source) || !source.startsWith(installed));
    });
    deepEqual(missing, []);
  });

  test('has no dependencies to install', () => {
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
    deepEqual(Object.keys(lock.packages), ['', 'node_modules/pipework']);
  });

  for (const moduleResolution of ['nodenext', 'bundler']) {
    test(`compiles and runs with no types but ES2022's, resolved as ${moduleResolution}`, () => {
      const printed = compileAndRun(`bare-${moduleResolution}`, 'bare.ts.txt', {
        ...resolution(moduleResolution),
        lib: ['es2022'],
        types: [],
      });
      deepEqual(printed, ['5 5', 'enough', 'whole', 'cut 0 1', 'ERR_PIPE_LIMIT', 'bare bc', 'd 1']);
    });

    for (const types of [[], ['node']]) {
      const name = `kernel-${moduleResolution}-${types.length}`;
      test(`compiles and runs kernel pipes with types [${types}], resolved as ${moduleResolution}`, () => {
        const printed = compileAndRun(name, 'kernel.ts.txt', {
          ...resolution(moduleResolution),
          lib: ['es2022'],
          types,
        });
        deepEqual(printed, ['true 3 3 kernel', '3', 'EBADF fcntl']);
      });
    }

    test(`compiles and runs with the types of the DOM and of Node, resolved as ${moduleResolution}`, () => {
      const printed = compileAndRun(`rich-${moduleResolution}`, 'rich.ts.txt', {
        ...resolution(moduleResolution),
        lib: ['es2022', 'dom', 'dom.iterable', 'esnext.disposable'],
        types: ['node'],
      });
      deepEqual(printed, ['buffer false 6', 'ERR_PIPE_ABANDONED', 'body 4']);
    });
  }

  for (const door of ['io', 'os', 'worker', 'testing']) {
    test(`exports every public symbol of ${door} to such a consumer`, () => {
      const types = join(installed, 'dist', door, 'index.d.ts');
      const symbols = publicSymbols(types);
      const values = symbols.filter(isValue).map(({ name }) => name);
      const names = symbols.filter((symbol) => !isValue(symbol)).map(({ name }) => name);
      const from = `from '${door === 'io' ? 'pipework' : `pipework/${door}`}';\n`;
      const source =
        `import { ${values.join(', ')} } ${from}export type { ${names.join(', ')} } ${from}` +
        'declare const console: { log(...values: unknown[]): void };\n' +
        `for (const value of [${values.join(', ')}]) console.log(typeof value);\n`;
      const printed = compileAndRun(`all-${door}`, source, {
        ...resolution('nodenext'),
        lib: ['es2022'],
        types: [],
      });
      equal(printed.length, values.length);
      ok(!printed.includes('undefined'));
    });
  }

  test('brings a command that runs', () => {
    const command = join(folder, 'node_modules', '.bin', 'pipework');
    equal(run(folder, command, '--version').trim(), manifest.version);
    // The tour sends a file of the project by default; here is one for it.
    run(folder, command, 'tour', join(folder, 'package.json'));
  });

  /** Compiles the source, a fixture's name or the text itself, in a folder of its own; returns the lines it prints. */
  function compileAndRun(name: string, source: string, compilerOptions: object): string[] {
    const program = join(folder, name);
    const fixture = join(root, 'test', 'fixtures', 'consumer', source);
    mkdirSync(join(program, 'node_modules', '@types'), { recursive: true });
    symlinkSync(
      join(root, 'node_modules', '@types', 'node'),
      join(program, 'node_modules', '@types', 'node'),
    );
    writeFileSync(join(program, 'main.ts'), source.endsWith('.txt') ? readFileSync(fixture, 'utf8') : source);
    const options = {
      target: 'es2022',
      strict: true,
      skipLibCheck: false,
      outDir: 'out',
      ...compilerOptions,
    };
    writeFileSync(
      join(program, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: options, files: ['main.ts'] }),
    );
    run(program, process.execPath, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.');
    return run(program, process.execPath, join('out', 'main.js')).trim().split('\n');
  }
});

function resolution(moduleResolution: string): object {
  return { moduleResolution, module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext' };
}

function npm(cwd: string, ...args: string[]): string {
  // As npm itself would be started by npm test, or by hand.
  const own = process.env['npm_execpath'];
  return own === undefined ? run(cwd, 'npm', ...args) : run(cwd, process.execPath, own, ...args);
}

/** Where the PATH has a program. */
function which(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Runs a program to its end; its stdout. @throws It failed; the message has all that it said. */
function run(cwd: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  ok(status === 0, `${program} ${args.join(' ')} ended with ${status ?? error}\n${stdout}${stderr}`);
  return stdout;
}
