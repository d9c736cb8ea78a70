/** Every kind of stdout and stderr, for a process and for a function. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import * as os from 'pipework/os';
import { packageRoot } from '../fixtures/package-copy.js';
import { runSource } from '../fixtures/run-source.js';
import { linkOf } from '../os/descriptors.js';
import { anonymousPair, fifoPair } from '../os/outside-pairs.js';
import { inWay, rejection, WAYS, type Way } from './ways.js';

const folder = mkdtempSync(join(tmpdir(), 'pipework-outputs-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'output');

const say: exec.StageFunction = async (_, writer) => {
  await writer.write('said\n');
};
/** Both write the same line. */
const STAGES = [['echo', 'said'], say];

inEachWay('stdout: null goes nowhere', async () => {
  for (const stage of STAGES) {
    const job = exec.pipeline(stage, { stdout: null });
    const result = await job.done;
    equal(result.stdout, undefined);
    throws(() => job.stdout, {
      name: 'TypeError',
      message: /^job\.stdout is there with the option stdout: 'pipe'/,
    });
  }
});

inEachWay('stderr: writers of more than ten stages are no leak that Node warns of', async () => {
  const warnings: string[] = [];
  const hear = (warning: Error): void => void warnings.push(String(warning));
  process.on('warning', hear);
  let said = '';
  const stderr: io.Writer = {
    write: async (chunk) => {
      said += Buffer.from(chunk).toString();
      return chunk.length;
    },
  };
  const stages = Array.from({ length: 12 }, () => ['sh', '-c', 'echo x >&2; cat']);
  await exec.pipeline(...stages, { stderr }).done;
  await new Promise((resolve) => setImmediate(resolve)); // warnings come in a later turn
  process.off('warning', hear);
  equal(said, 'x\n'.repeat(12));
  deepEqual(warnings, []);
});

inEachWay('stdout: a file is truncated, or appended to, and made when missing', async () => {
  for (const stage of STAGES) {
    writeFileSync(file, 'much more than is written now');
    await exec.run(stage, { stdout: { file } });
    equal(readFileSync(file, 'utf8'), 'said\n');
    await exec.run(stage, { stdout: { file, append: true } });
    equal(readFileSync(file, 'utf8'), 'said\nsaid\n');
    rmSync(file);
    await exec.run(stage, { stdout: { file } });
    equal(readFileSync(file, 'utf8'), 'said\n');
  }
});

inEachWay(
  'stdout: a file that cannot be opened is a failure of the last stage, and nothing is left running',
  async () => {
    for (const stages of [STAGES, [['sleep', '60'], ...STAGES]]) {
      const error = await rejection(exec.run(...stages, { stdout: { file: join(folder, 'no', 'such') } }));
      equal(error.code, 'ERR_PIPELINE_FAILED');
      equal(error.stage.index, stages.length - 1);
      match(error.message, /could not be started: ENOENT: /);
    }
  },
);

inEachWay('stdout: a descriptor is written to where it stands, and stays open', async () => {
  for (const stage of STAGES) {
    const fd = openSync(file, 'w');
    await exec.run(stage, { stdout: fd });
    await exec.run(stage, { stdout: fd });
    equal(linkOf(fd), file);
    closeSync(fd);
    equal(readFileSync(file, 'utf8'), 'said\nsaid\n');
  }
});

inEachWay('stdout: a descriptor of a pipe that is full is waited for, and stays open', async () => {
  const much: exec.StageFunction = async (_, writer) => {
    await writer.write(new Uint8Array(2 ** 20));
  };
  for (const stage of [['head', '-c', '1048576', '/dev/zero'], much]) {
    const { readFd, writeFd } = fifoPair();
    const job = exec.run(stage, { stdout: writeFd });
    // Four of these would be all that the thread pool has.
    const others = Array.from({ length: 5 }, () => {
      const pair = anonymousPair();
      return { ...pair, job: exec.run(stage, { stdout: pair.writeFd }) };
    });
    await readFile('/proc/self/stat');
    for (const other of others) {
      closeSync(other.readFd);
      await rejection(other.job);
      closeSync(other.writeFd);
    }
    const reader = os.fromFd(readFd, 'r');
    let count = 0;
    const into = new Uint8Array(65536);
    while (count < 2 ** 20) count += (await reader.read(into)) ?? 0;
    await job;
    ok(linkOf(writeFd)?.endsWith('(deleted)'));
    closeSync(writeFd);
    equal(await reader.read(into), null);
    reader.close();
  }
});

inEachWay('stdout: a writer of anybody’s gets all of it, and is not closed', async () => {
  for (const stage of STAGES) {
    const parts: string[] = [];
    let isClosed = false;
    const writer = {
      async write(chunk: Uint8Array) {
        parts.push(new TextDecoder().decode(chunk.subarray(0, 2))); // at most two bytes
        return Math.min(2, chunk.length);
      },
      close() {
        isClosed = true;
      },
    };
    await exec.run(stage, { stdout: writer });
    deepEqual([parts.join(''), isClosed], ['said\n', false]);
  }
});

inEachWay('stdout: done waits until a slow writer has taken everything', async () => {
  for (const stage of STAGES) {
    let taken = 0;
    const writer = {
      write: (chunk: Uint8Array) =>
        new Promise<number>((resolve) =>
          setTimeout(() => {
            taken++;
            resolve(1);
          }, chunk.length),
        ),
    };
    await exec.run(stage, { stdout: writer });
    equal(taken, 5);
  }
});

inEachWay(
  'stdout: a writer of a kernel pipe is given to the process itself, and stays the caller’s',
  async () => {
    const { reader, writer } = os.pipe();
    await exec.run(exec.shell('readlink /proc/$$/fd/1'), { stdout: writer });
    await exec.run(say, { stdout: writer });
    await writer.write('and more');
    writer.close();
    const [link, ...rest] = (await io.text(reader)).split('\n');
    reader.close();
    match(String(link), /^pipe:/);
    deepEqual(rest, ['said', 'and more']);
  },
);

inEachWay('stdout: what a writer fails with fails the job, and nothing is left running', async () => {
  const reason = new Error('the disk is full');
  const writer = {
    write: async () => {
      throw reason;
    },
  };
  const endless: exec.StageFunction = async (_, to) => {
    for (;;) await to.write('y\n');
  };
  for (const stages of [[['yes']], [endless], [['yes'], endless], [['sleep', '60'], ...STAGES]]) {
    const job = exec.pipeline(...stages, { stdout: writer });
    equal(await rejection(job.done), reason);
  }
});

inEachWay('stderr: the tail is the last 64 KiB, whole characters only, and all of it is taken', async () => {
  const short = await exec.run(exec.shell('echo oops >&2; printf done'));
  deepEqual([short.text(), short.stages[0]?.stderr], ['done', 'oops\n']);
  // It is cut in front of a character, or in the middle of one.
  for (const end of ['12345', '1234']) {
    const long = exec.shell(`yes 'é' | tr -d '\\n' | head -c 200001 >&2; printf '${end}' >&2`);
    const { stages } = await exec.run(long);
    equal(stages[0]?.stderr, `${'é'.repeat((65536 - 6) / 2)}\ufffd${end}`);
  }
});

inEachWay('stderr: each stage has its own', async () => {
  const { stages } = await exec.run(
    exec.shell('echo a >&2'),
    exec.shell('echo b >&2'),
    exec.shell('echo c >&2'),
  );
  deepEqual(
    stages.map(({ stderr }) => stderr),
    ['a\n', 'b\n', 'c\n'],
  );
});

inEachWay('stderr: null goes nowhere, and there is no tail', async () => {
  const { stages } = await exec.run(exec.shell('readlink /proc/$$/fd/2; echo x >&2'), { stderr: null });
  equal(stages[0]?.stderr, '');
});

inEachWay('stderr: ’stdout’ is the same descriptor, so that the order is kept', async () => {
  const line =
    'for i in 1 2 3 4 5; do echo out $i; echo err $i >&2; done; readlink /proc/$$/fd/1 /proc/$$/fd/2';
  const out = await exec.run(exec.shell(line, { stderr: 'stdout' }), ['cat']);
  const lines = out.lines();
  deepEqual(
    lines.slice(0, 10),
    [1, 2, 3, 4, 5].flatMap((i) => [`out ${i}`, `err ${i}`]),
  );
  equal(lines[10], lines[11]);
  writeFileSync(file, '');
  await exec.run(exec.shell('echo a; echo b >&2; echo c', { stderr: 'stdout' }), { stdout: { file } });
  equal(readFileSync(file, 'utf8'), 'a\nb\nc\n');
  await exec.run(exec.shell('echo a >&2', { stderr: 'stdout' }), { stdout: null });
});

inEachWay('stderr: a file, a descriptor and a writer get all of it', async () => {
  const line = exec.shell('echo oops >&2');
  rmSync(file, { force: true });
  await exec.run(line, { stderr: { file } });
  await exec.run(line, line, { stderr: { file, append: true } });
  equal(readFileSync(file, 'utf8'), 'oops\n'.repeat(3));
  const fd = openSync(file, 'w');
  await exec.run(line, line, { stderr: fd });
  closeSync(fd);
  equal(readFileSync(file, 'utf8'), 'oops\n'.repeat(2));
  const parts: string[] = [];
  const writer = {
    async write(chunk: Uint8Array) {
      parts.push(new TextDecoder().decode(chunk));
      return chunk.length;
    },
  };
  const { stages } = await exec.run(line, line, { stderr: writer });
  equal(parts.join(''), 'oops\n'.repeat(2));
  equal(stages[0]?.stderr, '');
  const kernel = os.pipe();
  await exec.run(line, { stderr: kernel.writer });
  kernel.writer.close();
  equal(await io.text(kernel.reader), 'oops\n');
  kernel.reader.close();
});

inEachWay('stderr: what its writer fails with fails the job', async () => {
  const reason = new Error('no log');
  const writer = {
    write: async () => {
      throw reason;
    },
  };
  const job = exec.pipeline(exec.shell('echo x >&2; exec sleep 60', { stderr: writer }));
  equal(await rejection(job.done), reason);
});

inEachWay('stderr: a command’s own comes before that of its pipeline, null too', async () => {
  writeFileSync(file, '');
  const { stages } = await exec.run(
    exec.shell('echo a >&2'),
    exec.shell('echo b >&2', { stderr: 'tail' }),
    exec.shell('echo c >&2', { stderr: null }),
    { stderr: { file } },
  );
  equal(readFileSync(file, 'utf8'), 'a\n');
  deepEqual(
    stages.map(({ stderr }) => stderr),
    ['', 'b\n', ''],
  );
});

test('stdin, stdout: a socket that does not block is waited for, by a function', () => {
  const parent = `
import socket, subprocess, sys, threading
data = bytes(range(256)) * 8192
ours, theirs = socket.socketpair()
theirs.setblocking(False)
child = subprocess.Popen(sys.argv[1:], stdin=theirs, stdout=theirs)
theirs.close()
def send():
    ours.sendall(data)
    ours.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
got = b''
while piece := ours.recv(1 << 16):
    got += piece
print(got == data, child.wait())`;
  const source = `
    import * as io from 'pipework';
    import * as exec from 'pipework/exec';
    await exec.run((reader, writer) => io.copy(reader, writer), { stdin: 'inherit', stdout: 'inherit' });`;
  const program = [process.execPath, '--input-type=module', '--eval', source];
  const { stdout, stderr } = spawnSync('python3', ['-c', parent, ...program], {
    cwd: packageRoot,
    encoding: 'utf8',
    timeout: 60_000, // milliseconds, against hanging only
  });
  equal(stdout, 'True 0\n', stderr);
});

for (const way of WAYS) {
  for (const [kind, line, expected] of [
    ['pipes', '"$@" 2> "$0" | cat; cat "$0"', 'said\ntold\n'],
    ['files', ': > "$0"; "$@" >> "$0" 2>> "$0"; cat "$0"', 'said\ntold\n'],
    ['a pipe that is slow', '"$@" 2> /dev/null | { sleep 0.1; cat; }', 'said\n'],
    ['nothing', '"$@" > /dev/null 2> /dev/null', ''],
  ] as const) {
    test(`stdout, stderr: 'inherit' is this process's own, ${kind}, which stays open (${way})`, () => {
      for (const stages of [
        "exec.shell('echo said; sleep 0.05; echo told >&2')",
        "exec.shell('cat; echo told >&2'), (reader, writer) => io.copy(reader, writer)",
      ]) {
        const source = `
          import { readlinkSync } from 'node:fs';
          import * as io from 'pipework';
          import * as exec from 'pipework/exec';
          const look = () => [1, 2].map((fd) => readlinkSync('/proc/self/fd/' + fd)).join();
          const before = look();
          await exec.run(${stages}, { stdin: 'said\\n', stdout: 'inherit', stderr: 'inherit' });
          process.exitCode = look() === before ? 0 : 1;`;
        const { stdout, stderr, status } = runSource(
          `
          import { spawnSync } from 'node:child_process';
          const node = [process.execPath, '--input-type=module', '--eval', ${JSON.stringify(source)}];
          const { status } = spawnSync('bash', ['--norc', '-o', 'pipefail', '-c', ${JSON.stringify(line)}, ${JSON.stringify(file)}, ...node], { stdio: 'inherit' });
          process.exitCode = status;`,
          { PIPEWORK_EXEC: way },
        );
        equal(stderr, '');
        equal(
          [...stdout.split('\n')].sort().join('\n').trim(),
          [...expected.split('\n')].sort().join('\n').trim(),
        );
        equal(status, 0);
      }
    });
  }
}

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
