/**
 * fromFd on what a program was started with: its standard input, of either kind of pipe, by each way of calling it.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { execFile, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { after, test } from 'node:test';
import * as os from 'pipework/os';
import { packageRoot } from '../fixtures/package-copy.js';
import { runSource } from '../fixtures/run-source.js';
import { fixturePath } from '../io/child.js';
import { fifoPath } from './outside-pairs.js';

const SIZE = 3 * 2 ** 20 + 1; // bytes: many times what a pipe holds
const content = new Uint8Array(SIZE).map((_, index) => (index * 31) >> 3);
const file = join(tmpdir(), `pipework-stdin-${process.pid}`);
writeFileSync(file, content);
after(() => rmSync(file));
const digest = createHash('sha256').update(content).digest('hex');

/** Runs a line of shell in which $1 is node, $2 the fixture, $3 the file and $4 the FIFO. */
function shell(line: string, way: string, fifo = ''): SpawnSyncReturns<string> {
  return spawnSync('sh', ['-c', line, 'sh', process.execPath, fixturePath('os-stdin'), file, fifo], {
    encoding: 'utf8',
    env: { ...process.env, PIPEWORK_OS: way },
    timeout: 30_000, // milliseconds, against hanging only
  });
}

for (const way of ['twin', 'nowait', 'poll', 'thread', 'posix']) {
  for (const [kind, line] of [
    ['an anonymous pipe of a shell', 'cat "$3" | "$1" "$2"'],
    ['a FIFO', 'cat "$3" > "$4" & exec "$1" "$2" < "$4"'],
    ['a slow writer', '{ head -c 5 "$3"; sleep 0.1; tail -c +6 "$3"; } | "$1" "$2"'],
    ['a writer that says nothing', 'head -c 0 "$3" | "$1" "$2"'],
  ] as const) {
    test(`fromFd(0): reads all of ${kind} and leaves descriptor 0 open and as it was (${way})`, () => {
      const fifo = line.includes('$4') ? fifoPath() : undefined;
      const { stdout, stderr, status } = shell(line, way, fifo);
      if (fifo !== undefined) rmSync(fifo);
      equal(status, 0, stderr);
      const isEmpty = line.includes('head -c 0');
      deepEqual(JSON.parse(stdout), {
        digest: isEmpty ? createHash('sha256').digest('hex') : digest,
        bytesRead: isEmpty ? 0 : SIZE,
        isUnchanged: true,
        isOpen: true,
      });
    });
  }

  test(`fromFd(1): writes all to the standard output, which stays open and as it was (${way})`, async () => {
    const { stdout, stderr, status } = spawnSync(
      'sh',
      ['-c', '"$@" | sha256sum', 'sh', process.execPath, fixturePath('os-stdout'), String(SIZE)],
      { encoding: 'utf8', env: { ...process.env, PIPEWORK_OS: way }, timeout: 30_000 },
    );
    equal(status, 0, stderr);
    const zeros = createHash('sha256').update(new Uint8Array(SIZE)).update('and still open').digest('hex');
    equal(stdout.split(' ')[0], zeros);
    equal(stderr, 'unchanged\n');
  });
}

for (const way of ['twin', 'nowait', 'poll', 'thread', 'posix']) {
  test(`fromFd(0): a second end, after a first one was closed while it waited, reads on (${way})`, async () => {
    const { reader, writer } = os.pipe();
    const source = `
      import * as io from 'pipework';
      import * as os from 'pipework/os';
      const first = os.fromFd(0, 'r');
      const waits = first.read(new Uint8Array(1)).catch((error) => error.code);
      first.close();
      const second = os.fromFd(0, 'r');
      const read = second.read(new Uint8Array(1));
      console.log(await waits);
      console.log(await read, await io.text(second));`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      cwd: packageRoot,
      env: { ...process.env, PIPEWORK_OS: way },
      stdio: [reader.fd, 'pipe', 'inherit'],
      timeout: 30_000, // milliseconds, against hanging only
    });
    reader.close();
    let told = '';
    for await (const chunk of child.stdout as Readable) {
      told += chunk;
      if (told !== 'ERR_PIPE_CLOSED\n') continue;
      await writer.write('and on');
      writer.close();
    }
    equal(told, 'ERR_PIPE_CLOSED\n1 nd on\n');
  });
}

test('fromFd(): a descriptor above 2 is replaced, and its number is free', () => {
  const { stdout, stderr } = runSource(`
    import { readdirSync, readlinkSync } from 'node:fs';
    const link = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return 'free'; } };
    import * as os from 'pipework/os';
    const { reader, writer } = os.pipe();
    const fd = writer.release();
    const all = () => readdirSync('/proc/self/fd').length;
    const before = all();
    const again = os.fromFd(fd, 'w');
    const [taken, what] = [all() - before, link(fd)];
    again.close();
    console.log(taken, what, all() - before, await reader.read(new Uint8Array(1)));`);
  equal(stderr, '');
  // The new description is opened before the old one goes.
  equal(stdout, '0 free -1 null\n');
});

test('fromFd(0): somebody else who reads the same pipe still blocks', async () => {
  // The child after us reads what we left, by the same descriptor 0 that we had.
  const line = '{ printf one; sleep 0.3; printf two; } | { "$1" "$2" 3; cat; }';
  const args = ['-c', line, 'sh', process.execPath, fixturePath('os-stdin-part')];
  const output = await new Promise((resolve) =>
    execFile('sh', args, { timeout: 30_000 }, (_, stdout, stderr) => resolve(stdout + stderr)),
  );
  equal(output, 'ONE\ntwo');
});
