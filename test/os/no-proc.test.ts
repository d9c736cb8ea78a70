/**
 * Where a pipe cannot be opened once more: /proc is hidden, or the pipe is not ours to open. Our own descriptor is given to
 * others then, and our own calls do not block all the same.
 */
import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { packageRoot } from '../fixtures/package-copy.js';

const HANG_AFTER = 60_000; // milliseconds
const folder = mkdtempSync(join(tmpdir(), 'pipework-no-proc-'));
after(() => rmSync(folder, { recursive: true }));

const HEAD = `
  import { execFileSync, spawn } from 'node:child_process';
  import fs from 'node:fs';
  import * as io from 'pipework';
  import * as os from 'pipework/os';
  const shell = (script, stdio) => spawn('sh', ['-c', script], { stdio });
  const much = new Uint8Array(2 ** 20);
  const isOpen = (fd) => { try { fs.fstatSync(fd); return true; } catch { return false; } };
  const count = () => {
    let count = 0;
    for (let fd = 0; fd < 200; fd++) try { fs.fstatSync(fd); count++; } catch {}
    return count;
  };
`;

const env = { ...process.env };
delete env['PIPEWORK_OS'];
const HIDE = 'mount -t tmpfs none /proc';
const canHide = spawnSync('unshare', ['-Urm', 'sh', '-c', HIDE]).status === 0;

/** Runs a module without a /proc. */
function withoutProc(source: string): string[] {
  const node = [process.execPath, '--input-type=module', '--eval', HEAD + source];
  return lines(
    spawnSync('unshare', ['-Urm', 'sh', '-c', `${HIDE} && exec "$@"`, 'sh', ...node], {
      cwd: packageRoot,
      encoding: 'utf8',
      env,
      timeout: HANG_AFTER,
    }),
  );
}

function lines({ stdout, stderr, status }: { stdout: string; stderr: string; status: number | null }) {
  equal(stderr, '');
  equal(status, 0);
  return stdout.trimEnd().split('\n');
}

test('without /proc: fd is the end’s own descriptor, for a child in either direction, and goes with the end', {
  skip: canHide ? false : 'no /proc can be hidden here',
}, () => {
  const told = withoutProc(`
    console.log(fs.readdirSync('/proc').length);
    os.pipe().reader.fd;
    const before = count();
    const input = os.pipe({ capacity: 4096 });
    const output = os.pipe({ capacity: 4096 });
    console.log(count() - before);
    shell('sleep 0.2; exec cat', [input.reader.fd, output.writer.fd, 'inherit']);
    console.log(count() - before, input.reader.fd === input.reader.fd);
    input.reader.close();
    output.writer.close();
    const sent = input.writer.write(much).then(() => input.writer.close());
    console.log((await io.readAll(output.reader)).length);
    await sent;
    output.reader.close();
    console.log(count() - before);`);
  // The first wait opens what the event loop watches.
  deepEqual(told, ['0', '4', '4 true', '1048576', '1']);
});

test('without /proc: our own calls do not block on an end whose fd was taken, and release() gives it away', {
  skip: canHide ? false : 'no /proc can be hidden here',
}, () => {
  const told = withoutProc(`
    const { reader, writer } = os.pipe({ capacity: 8192 });
    reader.fd;
    writer.fd;
    console.log(reader.tryRead(much), writer.tryWrite(much), writer.tryWrite(much), reader.tryRead(much));
    const read = reader.read(new Uint8Array(4));
    console.log(await writer.write('abc'), await read);
    console.log(await writer.write('bye'));
    const fd = writer.release();
    fs.writeSync(fd, '!');
    fs.closeSync(fd);
    console.log(await io.text(reader));`);
  deepEqual(told, ['0 8192 0 8192', '3 3', '3', 'bye!']);
});

test('without /proc: fromFd() uses the given description itself, and takes its number', {
  skip: canHide ? false : 'no /proc can be hidden here',
}, () => {
  const told = withoutProc(`
    const { reader, writer } = os.pipe();
    const child = shell('printf "from a child"', ['ignore', writer.fd, 'inherit']);
    const fd = writer.release();
    await new Promise((resolve) => child.on('exit', resolve));
    const before = count();
    const end = os.fromFd(fd, 'w');
    console.log(count() - before, await end.write(' and us'), isOpen(fd));
    end.close();
    console.log(await io.text(reader));`);
  deepEqual(told, ['0 7 false', 'from a child and us']);
});

test('a FIFO that may not be opened again: fromFd() uses the given description itself, and so does fd', () => {
  const own = join(folder, 'own');
  mkdirSync(own);
  for (const path of [folder, own]) chmodSync(path, 0o777);
  const isRoot = process.getuid?.() === 0;
  const source = `
    const path = process.argv[1];
    execFileSync('mkfifo', [path]);
    const { O_RDONLY, O_WRONLY, O_NONBLOCK } = fs.constants;
    const given = fs.openSync(path, O_RDONLY | O_NONBLOCK);
    const writer = os.fromFd(fs.openSync(path, O_WRONLY), 'w');
    fs.chmodSync(path, 0);
    const blocks = (fd) => (parseInt(/^flags:\\s*(\\d+)/m.exec(fs.readFileSync('/proc/self/fdinfo/' + fd, 'utf8'))[1], 8) & O_NONBLOCK) === 0;
    const before = count();
    const reader = os.fromFd(given, 'r');
    console.log(count() - before, isOpen(given));
    const read = reader.read(new Uint8Array(8));
    console.log(await writer.write('abc'), await read);
    console.log(reader.fd === reader.fd, blocks(reader.fd), writer.fd === writer.fd, count() - before);
    console.log(reader.tryRead(much), reader.tryRead(new Uint8Array(1)));
    const child = shell('sleep 0.2; echo x', ['ignore', writer.fd, 'inherit']);
    writer.close();
    console.log(JSON.stringify(await io.text(reader)));
    reader.close();
    console.log(count() - before);`;
  const told = lines(
    spawnSync(process.execPath, ['--input-type=module', '--eval', HEAD + source, join(own, 'fifo')], {
      cwd: packageRoot,
      encoding: 'utf8',
      env,
      timeout: HANG_AFTER,
      ...(isRoot ? { uid: 65534, gid: 65534 } : {}), // root may open everything
    }),
  );
  // The two are closed, and what the event loop watches is open.
  deepEqual(told, ['0 false', '3 3', 'true true true 1', '0 0', '"x\\n"', '-1']);
});
