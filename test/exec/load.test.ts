/** Much, slowly, and much at once: nothing is lost, nothing piles up in this process, nothing is left. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { runSource } from '../fixtures/run-source.js';
import { inWay, WAYS, type Way } from './ways.js';

const pass: exec.StageFunction = async (reader, writer) => {
  await io.copy(reader, writer);
};

inEachWay(
  'what loses data elsewhere: thirty runs of a fast writer into a counter, every count right',
  async () => {
    for (let i = 0; i < 30; i++)
      equal((await exec.run(['seq', '1', '400000'], ['wc', '-l'])).text().trim(), '400000');
  },
);

inEachWay('functions between processes lose nothing, ten times in a row', async () => {
  for (let i = 0; i < 10; i++) {
    const out = await exec.run(['seq', '1', '400000'], pass, ['cat'], pass, ['wc', '-l']);
    equal(out.text().trim(), '400000');
  }
});

inEachWay(
  'output of the size of a pipe, and one byte more or less, comes whole, also when it is read late',
  async () => {
    for (const size of [0, 1, 4096, 65535, 65536, 65537, 262143, 262144, 262145]) {
      const bytes = new Uint8Array(size).map((_, i) => (i * 7) >> 2);
      for (const stages of [[['cat']], [pass], [['cat'], pass], [pass, ['cat']]]) {
        const job = exec.pipeline(...stages, { stdin: bytes });
        const { stdout } = job;
        await new Promise((resolve) => setImmediate(resolve));
        ok(Buffer.from(await io.readAll(stdout)).equals(bytes), `${size} bytes`);
      }
    }
  },
);

inEachWay('ten megabytes of stderr from each of five stages at once, while their output waits', async () => {
  const noisy = exec.shell('head -c 10000000 /dev/zero | tr "\\0" e >&2; cat');
  const job = exec.pipeline(noisy, noisy, noisy, noisy, noisy, { stdin: 'through' });
  const into = new Uint8Array(16);
  equal(await job.stdout.read(into), 7);
  equal(await job.stdout.read(into), null);
  for (const { stderr } of job.stats()) equal(stderr, 'e'.repeat(65536));
});

inEachWay('ten megabytes of stderr behind a closed stdout, and at the very end, are all taken', async () => {
  let count = 0; // bytes
  const writer = {
    async write(chunk: Uint8Array) {
      count += chunk.length;
      return chunk.length;
    },
  };
  await exec.run(exec.shell('exec >&-; head -c 10000000 /dev/zero >&2'), { stderr: writer });
  equal(count, 10_000_000);
});

inEachWay('fifty pipelines of three at once', async () => {
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, i) => exec.run(['echo', `${i}`], pass, ['cat'])),
  );
  deepEqual(
    all.map((out) => out.text()),
    all.map((_, i) => `${i}\n`),
  );
});

inEachWay(
  'twenty children of the runtime’s own at the same time: nobody’s exit code is another’s',
  async () => {
    const own = Array.from(
      { length: 20 },
      (_, i) =>
        new Promise((resolve) => {
          spawn('sh', ['-c', `sleep 0.0${i % 10}; exit ${i + 1}`]).on('exit', resolve);
        }),
    );
    const ours = Array.from({ length: 20 }, (_, i) =>
      exec.run(exec.shell(`sleep 0.0${(i * 3) % 10}; exit ${100 + i}`, { okCodes: [100 + i] })),
    );
    deepEqual(
      await Promise.all(own),
      own.map((_, i) => i + 1),
    );
    deepEqual(
      (await Promise.all(ours)).map(({ stages }) => stages[0]?.code),
      ours.map((_, i) => 100 + i),
    );
  },
);

inEachWay(
  'a reader of job.stdout that stops holds the first stage back, in the pipes and nowhere else',
  async () => {
    const job = exec.pipeline(['yes'], ['cat']);
    await job.stdout.read(new Uint8Array(2));
    const wrote = (): number => job.stats()[0]?.bytesOut ?? 0;
    let before = -1; // bytes
    for (let now = wrote(); now !== before; now = wrote()) {
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    ok(before < 2 ** 21, `${before} bytes`);
    job.stdout.close();
    await job.done;
  },
);

for (const way of WAYS) {
  for (const [what, stages] of [
    ['processes', "['cat', '/dev/zero'], ['cat']"],
    ['functions', 'async (_, writer) => { for (;;) await writer.write(piece); }, pass'],
    ['both', "['cat', '/dev/zero'], pass, ['cat'], pass"],
  ]) {
    test(`a reader that stops for a while, and then reads 200 MB: memory is flat, ${what} (${way})`, () => {
      const { stdout, stderr } = runSource(
        `
        import * as io from 'pipework';
        import * as exec from 'pipework/exec';
        const piece = new Uint8Array(65536);
        const pass = async (reader, writer) => { await io.copy(reader, writer); };
        const job = exec.pipeline(${stages});
        const into = new Uint8Array(65536);
        await job.stdout.read(into);
        await new Promise((resolve) => setTimeout(resolve, 300));
        globalThis.gc();
        const before = process.memoryUsage().rss;
        let most = 0;
        for (let count = 0; count < 200e6; ) {
          count += await job.stdout.read(into);
          most = Math.max(most, process.memoryUsage.rss() - before);
        }
        job.stdout.close();
        const { stages } = await job.done;
        console.log(most, stages.every(({ forgiven }) => forgiven));`,
        { PIPEWORK_EXEC: way },
      );
      equal(stderr, '');
      const [most, forgiven] = stdout.trim().split(' ');
      equal(forgiven, 'true');
      ok(Number(most) < 40e6, `${most} bytes`);
    });
  }
}

inEachWay('a writer that is slow holds the first stage back, and gets everything', async () => {
  let count = 0; // bytes
  const slow = {
    async write(chunk: Uint8Array) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      count += chunk.length;
      return chunk.length;
    },
  };
  await exec.run(['head', '-c', '5000000', '/dev/zero'], pass, { stdout: slow });
  equal(count, 5_000_000);
});

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
