/** Every kind of stdin, for a process and for a function. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import * as os from 'pipework/os';
import { runSource } from '../fixtures/run-source.js';
import { linkOf } from '../os/descriptors.js';
import { anonymousPair, fifoPair } from '../os/outside-pairs.js';
import { inWay, rejection, WAYS, type Way } from './ways.js';

const folder = mkdtempSync(join(tmpdir(), 'pipework-stdin-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'input');
writeFileSync(file, 'of a file');

const pass: exec.StageFunction = async (reader, writer) => {
  await io.copy(reader, writer);
};

/** What a process, and what a function, makes of each `stdin`. */
async function passed(stdin: () => Parameters<typeof exec.run>[1]): Promise<string[]> {
  const byProcess = await exec.run(['cat'], stdin() as exec.PipelineOptions);
  const byFunction = await exec.run(pass, stdin() as exec.PipelineOptions);
  return [byProcess.text(), byFunction.text()];
}

inEachWay('stdin: null, and the default, is nothing', async () => {
  deepEqual(await passed(() => ({ stdin: null })), ['', '']);
  deepEqual(await passed(() => ({})), ['', '']);
});

inEachWay('stdin: a string, { text } and bytes are read as they are', async () => {
  const bytes = Uint8Array.of(0, 255, 10, 0, 128);
  deepEqual(await passed(() => ({ stdin: 'naïve\n' })), ['naïve\n', 'naïve\n']);
  deepEqual(await passed(() => ({ stdin: '' })), ['', '']);
  deepEqual(await passed(() => ({ stdin: { text: 'inherit' } })), ['inherit', 'inherit']);
  deepEqual(await passed(() => ({ stdin: { text: 'pipe' } })), ['pipe', 'pipe']);
  for (const stage of [['cat'], pass]) {
    const out = await exec.run(stage, { stdin: bytes });
    deepEqual(out.stdout, bytes);
  }
});

inEachWay(
  'stdin: a file is read from its start, and a missing one is a failure of the first stage',
  async () => {
    deepEqual(await passed(() => ({ stdin: { file } })), ['of a file', 'of a file']);
    for (const stage of [['cat'], pass]) {
      const error = await rejection(exec.run(stage, { stdin: { file: join(folder, 'missing') } }));
      equal(error.code, 'ERR_PIPELINE_FAILED');
      equal(error.stage.index, 0);
      equal((error.cause as { code?: string }).code, 'ENOENT');
      match(error.message, /could not be started: ENOENT: .*missing/);
    }
  },
);

inEachWay('stdin: a descriptor is read from where it stands, and stays open', async () => {
  for (const stage of [['cat'], pass]) {
    const fd = openSync(file, 'r');
    const out = await exec.run(stage, { stdin: fd });
    equal(out.text(), 'of a file');
    equal(linkOf(fd), file);
    closeSync(fd);
  }
});

inEachWay(
  'stdin: a descriptor of a pipe is read to its end, by a function without blocking a thread',
  async () => {
    for (const stage of [['cat'], pass]) {
      const { readFd, writeFd } = fifoPair();
      const writer = os.fromFd(writeFd, 'w');
      const job = exec.pipeline(stage, { stdin: readFd });
      const into = new Uint8Array(8);
      // Four of these would be all that the thread pool has.
      const others = Array.from({ length: 5 }, () => {
        const pair = anonymousPair();
        return { ...pair, job: exec.pipeline(stage, { stdin: pair.readFd }) };
      });
      await readFile(file);
      await writer.write('first');
      equal(await job.stdout.read(into), 5);
      writer.close();
      equal(await job.stdout.read(into), null);
      closeSync(readFd);
      for (const other of others) {
        closeSync(other.writeFd);
        await other.job.done;
        closeSync(other.readFd);
      }
    }
  },
);

inEachWay('stdin: a number that is no open descriptor is a failure that says so', async () => {
  const fd = 999; // so high that no new one gets it
  equal(linkOf(fd), undefined);
  for (const stage of [['cat'], pass]) {
    const error = await rejection<Error>(exec.run(stage, { stdin: fd }));
    match(String(error), /EBADF/);
  }
});

inEachWay('stdin: a reader of memory is read to its end and closed', async () => {
  for (const stage of [['cat'], pass]) {
    const { reader, writer } = io.pipe();
    const job = exec.pipeline(stage, { stdin: reader });
    const done = job.done;
    await writer.write('by and by ');
    await writer.write('in parts');
    writer.close();
    deepEqual(new TextDecoder().decode((await done).stdout), 'by and by in parts');
    await rejection(reader.read(new Uint8Array(1)));
  }
});

inEachWay('stdin: a reader of anybody’s is read to its end, and closed if it can be', async () => {
  for (const stage of [['cat'], pass]) {
    const parts = ['one ', 'two'];
    let isClosed = false;
    const reader = {
      async read(into: Uint8Array) {
        const part = parts.shift();
        return part === undefined ? null : new TextEncoder().encodeInto(part, into).written;
      },
      close() {
        isClosed = true;
      },
    };
    const out = await exec.run(stage, { stdin: reader });
    equal(out.text(), 'one two');
    equal(isClosed, true);
  }
});

inEachWay('stdin: a reader of a kernel pipe is given to the process itself', async () => {
  const { reader, writer } = os.pipe();
  const job = exec.pipeline(exec.shell('readlink /proc/$$/fd/0; cat'), { stdin: reader });
  const link = linkOf(writer.fd);
  await writer.write('direct');
  writer.close();
  equal(await io.text(job.stdout), `${link}\ndirect`);
  equal((await rejection<{ code: string }>(reader.read(new Uint8Array(1)))).code, 'ERR_PIPE_CLOSED');
  const second = os.pipe();
  const other = exec.run(pass, { stdin: second.reader });
  await second.writer.write('to a function');
  second.writer.close();
  equal((await other).text(), 'to a function');
});

inEachWay(
  'stdin: what a reader fails with fails the job, and what was read is not taken for the whole',
  async () => {
    const reason = new Error('the disk is gone');
    for (const stages of [[['cat']], [pass], [['cat'], pass], [pass, ['cat']]]) {
      const { reader, writer } = io.pipe({ capacity: 64 });
      const job = exec.pipeline(...stages, { stdin: reader, killGrace: 1000 });
      await writer.write('half');
      writer.abort(reason);
      equal(await rejection(job.done), reason);
    }
  },
);

inEachWay('stdin: a reader that is never done is given up when nobody reads any more', async () => {
  for (const stage of [['true'], async () => {}]) {
    // One that knows no signal, and one that does.
    const deaf = { read: () => new Promise<number>(() => {}) };
    await exec.run(stage, { stdin: deaf });
    const { reader, writer } = io.pipe();
    await exec.run(stage, { stdin: reader });
    equal((await rejection<{ code: string }>(writer.write('x'))).code, 'EPIPE');
  }
});

inEachWay(
  'stdin: a reader whose close() never settles is for the timeout, and hides no error of its own',
  async () => {
    const close = () => new Promise(() => {});
    const ending = { read: async () => null, close };
    const error = await rejection(exec.run(['cat'], { stdin: ending, timeout: 50, killGrace: 50 }));
    match(error.message, /^timed out after 50 ms/);
    const reason = new Error('broken');
    const failing = { read: () => Promise.reject(reason), close };
    equal(await rejection<Error>(exec.run(['cat'], { stdin: failing })), reason);
  },
);

inEachWay('stdin: what a stage does not read is no failure, however much it is', async () => {
  const much = new Uint8Array(2 ** 20);
  for (const stage of [['true'], async () => {}]) {
    const { stages } = await exec.run(stage, { stdin: much });
    equal(stages[0]?.ok, true);
    const endless = { read: async (into: Uint8Array) => into.length };
    await exec.run(stage, { stdin: endless });
  }
  const some = await exec.run(['head', '-c', '3'], { stdin: much });
  deepEqual(some.stdout, new Uint8Array(3));
});

inEachWay('stdin: ’pipe’ gives job.stdin, which keeps the contract', async () => {
  for (const stages of [[['cat']], [pass], [['cat'], pass]]) {
    const job = exec.pipeline(...stages, { stdin: 'pipe' });
    const into = new Uint8Array(64);
    for (const word of ['ping', 'again']) {
      await job.stdin.write(word);
      const count = await job.stdout.read(into);
      equal(new TextDecoder().decode(into.subarray(0, count ?? 0)), word);
    }
    job.stdin.close();
    await job.stdin.closed;
    equal(await job.stdout.read(into), null);
    await job.done;
  }
});

inEachWay(
  'stdin: a write to job.stdin that nobody will read is EPIPE, and no failure of the job',
  async () => {
    for (const stage of [['true'], async () => {}]) {
      const job = exec.pipeline(stage, { stdin: 'pipe' });
      const closed = rejection<{ code: string }>(job.stdin.closed);
      await job.done;
      equal((await closed).code, 'EPIPE');
      equal((await rejection<{ code: string }>(job.stdin.write('x'))).code, 'EPIPE');
      job.stdin.close();
    }
  },
);

inEachWay('stdin: job.stdin that is aborted fails the job, since what was written is not whole', async () => {
  const reason = new Error('cut off');
  const pass: exec.StageFunction = async (reader, writer) => void (await io.copy(reader, writer));
  for (const stages of [[['cat']], [pass], [['cat'], pass]]) {
    const aborted = exec.pipeline(...stages, { stdin: 'pipe' });
    await aborted.stdin.write('half');
    aborted.stdin.abort(reason);
    equal(await rejection<Error>(aborted.done), reason);
    const left = exec.pipeline(...stages, { stdin: 'pipe' });
    {
      using stdin = left.stdin;
      await stdin.write('half');
    }
    equal((await rejection<{ code: string }>(left.done)).code, 'ERR_PIPE_ABANDONED');
  }
  // Nobody reads any more: it does not matter how it is left then.
  const unread = exec.pipeline(['true'], { stdin: 'pipe' });
  const gone = await rejection(unread.stdin.closed);
  unread.stdin.abort(gone);
  await unread.done;
});

inEachWay(
  'stdin: a write given up behind close() fails the job, since what was written is not whole',
  async () => {
    const reason = new Error('given up');
    const swallow: exec.StageFunction = async (reader) => {
      await io.readAll(reader).catch(() => {});
    };
    for (const stage of [['sleep', '5'], swallow]) {
      const job = exec.pipeline(stage, { stdin: 'pipe' });
      const stop = new AbortController();
      const written = rejection(job.stdin.write(new Uint8Array(3_000_000), { signal: stop.signal }));
      job.stdin.close();
      stop.abort(reason);
      equal(await written, reason);
      equal(await rejection<Error>(job.done), reason);
    }
  },
);

inEachWay('stdin: job.stdin is there with ’pipe’ only, and also when nothing could be started', async () => {
  const job = exec.pipeline(['true'], { stdin: 'x' });
  throws(() => job.stdin, {
    name: 'TypeError',
    message: /^job\.stdin is there with the option stdin: 'pipe'/,
  });
  await job.done;
  const broken = exec.pipeline(['/nowhere/tool'], { stdin: 'pipe' });
  await rejection(broken.done);
  equal((await rejection<{ code: string }>(broken.stdin.write('x'))).code, 'EPIPE');
  broken.stdin.close();
  const aborted = exec.pipeline(['cat'], { stdin: 'pipe', signal: AbortSignal.abort(new Error('no')) });
  await rejection(aborted.done);
  equal((await rejection<{ code: string }>(aborted.stdin.write('x'))).code, 'EPIPE');
  aborted.stdin.close();
});

inEachWay('stdin: a writer that is slower than everything is waited for', async () => {
  let asked = 0;
  const slow = {
    read: (into: Uint8Array) =>
      new Promise<number | null>((resolve) =>
        setTimeout(() => resolve(asked++ < 20 ? new TextEncoder().encodeInto('x\n', into).written : null), 5),
      ),
  };
  const out = await exec.run(['cat'], pass, ['wc', '-l'], { stdin: slow });
  equal(out.text().trim(), '20');
});

for (const way of WAYS) {
  for (const [kind, line] of [
    ['a pipe', 'printf inherited | "$@"'],
    ['a pipe that has not come to its end', '{ printf in; sleep 0.1; printf herited; } | "$@"'],
    ['a file', 'printf inherited > "$0"; "$@" < "$0"'],
    ['nothing', '"$@" < /dev/null'],
  ] as const) {
    test(`stdin: 'inherit' is this process's own, ${kind}, which stays open (${way})`, () => {
      for (const stage of ["['cat']", '(reader, writer) => io.copy(reader, writer)']) {
        const source = `
          import { readlinkSync } from 'node:fs';
          import * as io from 'pipework';
          import * as exec from 'pipework/exec';
          const before = readlinkSync('/proc/self/fd/0');
          const out = await exec.run(${stage}, { stdin: 'inherit' });
          console.log(out.text(), readlinkSync('/proc/self/fd/0') === before);`;
        const { stdout, stderr } = runSource(
          `
          import { spawnSync } from 'node:child_process';
          const node = [process.execPath, '--input-type=module', '--eval', ${JSON.stringify(source)}];
          spawnSync('sh', ['-c', ${JSON.stringify(line)}, ${JSON.stringify(join(folder, 'own'))}, ...node], { stdio: 'inherit' });`,
          { PIPEWORK_EXEC: way },
        );
        equal(stderr, '');
        equal(stdout, kind === 'nothing' ? ' true\n' : 'inherited true\n');
      }
    });
  }

  test(`stdin: nothing but 'inherit' touches this process's own (${way})`, () => {
    const source = `
      import * as exec from 'pipework/exec';
      const texts = [];
      for (const stdin of [undefined, null, 'text'])
        texts.push((await exec.run(['cat'], ['cat'], { stdin })).text());
      await exec.run(async (reader) => { for await (const _ of reader); });
      console.log(JSON.stringify(texts));`;
    const { stdout } = runSource(
      `
      import { spawnSync } from 'node:child_process';
      const node = [process.execPath, '--input-type=module', '--eval', ${JSON.stringify(source)}];
      spawnSync('sh', ['-c', 'echo left over | { "$@"; cat; }', 'sh', ...node], { stdio: 'inherit' });`,
      { PIPEWORK_EXEC: way },
    );
    equal(stdout, '["","","text"]\nleft over\n');
  });
}

test('stdin: a FIFO by its path is refused, since to open it might block this thread', async () => {
  ok(
    (await rejection<Error>(exec.run(['cat'], { stdin: { file: '/dev/zero' }, maxBytes: 10 }))).name ===
      'LimitError',
  );
  const { spawnSync } = await import('node:child_process');
  const fifo = join(folder, 'fifo');
  spawnSync('mkfifo', [fifo]);
  const error = await rejection(exec.run(['cat'], { stdin: { file: fifo } }));
  match(error.message, /file must be no FIFO, got .*fifo: open it yourself/);
});

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
