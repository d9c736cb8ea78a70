/** The end of a job is a verdict: what done, job.stdout and what it gives at its end say, and when. */
import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { runSource } from '../fixtures/run-source.js';
import { inWay, rejection, turn, WAYS, type Way } from './ways.js';

/** Everything was written, and then something went wrong. */
const FAILED = [
  [exec.shell('echo whole; exit 3')],
  [exec.shell('echo whole; exit 3'), ['cat']],
  [['echo', 'whole'], exec.shell('cat; kill -9 $$')],
  [
    ['echo', 'whole'],
    async (reader, writer) => {
      await io.copy(reader, writer);
      throw new Error('at the last moment');
    },
  ],
] as const satisfies exec.Stage[][];

inEachWay('job.stdout: gives bytes as they come, not only at the end', async () => {
  const job = exec.pipeline(['cat'], ['cat'], { stdin: 'pipe' });
  const into = new Uint8Array(16);
  for (let i = 0; i < 3; i++) {
    await job.stdin.write(`${i}`);
    equal(await job.stdout.read(into), 1);
    equal(into[0], 48 + i);
  }
  job.stdin.close();
  equal(await job.stdout.read(into), null);
  equal(job.stdout.bytesRead, 3);
});

inEachWay(
  'job.stdout: its end is null for ever when all did well, and by then everything has ended',
  async () => {
    // What comes after the output is waited for.
    const job = exec.pipeline(exec.shell('echo x; exec >&-; sleep 0.1'));
    equal(await io.text(job.stdout), 'x\n');
    const [stage] = job.stats();
    ok(stage?.ok);
    for (let i = 0; i < 3; i++) equal(await job.stdout.read(new Uint8Array(1)), null);
    equal(job.stdout.tryRead(new Uint8Array(1)), null);
    equal(await job.stdout.closed, undefined);
  },
);

inEachWay(
  'job.stdout: its end is the PipelineError when anything failed, for ever, and behind all bytes',
  async () => {
    for (const stages of FAILED) {
      const job = exec.pipeline(...stages);
      const into = new Uint8Array(64);
      equal(await job.stdout.read(into), 6);
      const error = await rejection(job.stdout.read(into));
      equal(error.name, 'PipelineError');
      ok(error instanceof exec.PipelineError);
      ok(error instanceof io.PipeError);
      equal(await rejection(job.stdout.read(into)), error);
      throws(
        () => job.stdout.tryRead(into),
        (thrown) => thrown === error,
      );
      equal(await rejection(job.stdout.closed), error);
      equal(await rejection(job.done), error);
    }
  },
);

inEachWay('job.stdout: iteration, lines, text and copy all end with the error', async () => {
  for (const stages of FAILED) {
    const uses: ((reader: io.PipeReader) => Promise<unknown>)[] = [
      async (reader) => {
        for await (const chunk of reader) equal(chunk.length, 6);
      },
      async (reader) => {
        for await (const line of io.lines(reader)) equal(line, 'whole');
      },
      (reader) => io.text(reader),
      (reader) => io.copy(reader, { write: async (chunk) => chunk.length }),
    ];
    for (const use of uses) {
      const error = await rejection(use(exec.pipeline(...stages).stdout));
      equal(error.code, 'ERR_PIPELINE_FAILED');
    }
  }
});

inEachWay('job.stdout: reads that wait in a row all end with the same verdict', async () => {
  const into = () => new Uint8Array(64);
  const good = exec.pipeline(exec.shell('sleep 0.05'));
  deepEqual(await Promise.all([1, 2, 3].map(() => good.stdout.read(into()))), [null, null, null]);
  const bad = exec.pipeline(exec.shell('sleep 0.05; exit 1'));
  const reads = [1, 2, 3].map(() => rejection(bad.stdout.read(into())));
  const [first, ...rest] = await Promise.all(reads);
  deepEqual(
    rest.map((error) => error === first),
    [true, true],
  );
});

inEachWay('job.stdout: tryRead gives 0 while the verdict is awaited', async () => {
  const job = exec.pipeline(exec.shell('exec >&-; read go'), { stdin: 'pipe' });
  const into = new Uint8Array(8);
  const end = job.stdout.read(into);
  await turn();
  for (let i = 0; i < 3; i++) equal(job.stdout.tryRead(into), 0);
  await job.stdin.write('go\n');
  job.stdin.close();
  equal(await end, null);
  equal(job.stdout.tryRead(into), null);
});

inEachWay(
  'job.stdout: a read while the verdict is awaited is given up by its signal, and the next one is as before',
  async () => {
    const job = exec.pipeline(exec.shell('exec >&-; read go'), { stdin: 'pipe' });
    const into = new Uint8Array(8);
    // The end of the pipe is known once this has been given up.
    const reason = new Error('enough');
    for (let i = 0; i < 3; i++) {
      const controller = new AbortController();
      const read = rejection(job.stdout.read(into, { signal: controller.signal }));
      await new Promise((resolve) => setTimeout(resolve, 20)); // milliseconds; the end may come before or after
      controller.abort(reason);
      equal(await read, reason);
    }
    equal(await rejection(job.stdout.read(into, { signal: AbortSignal.abort(reason) })), reason);
    await job.stdin.write('go\n');
    job.stdin.close();
    equal(await job.stdout.read(into), null);
  },
);

inEachWay('job.stdout: checks come in the order of the contract', async () => {
  const job = exec.pipeline(['echo', 'x']);
  await rejection<TypeError>(job.stdout.read('no' as never)).then(({ name }) => equal(name, 'TypeError'));
  equal(await job.stdout.read(new Uint8Array(0)), 0);
  equal(await io.text(job.stdout), 'x\n');
  await rejection<TypeError>(job.stdout.read('no' as never)).then(({ name }) => equal(name, 'TypeError'));
  throws(() => job.stdout.tryRead('no' as never), TypeError);
  const reason = new Error('no');
  equal(
    await rejection(job.stdout.read('no' as never, { signal: AbortSignal.abort(reason) })).then(
      ({ name }) => name,
    ),
    'TypeError',
  );
});

inEachWay('job.stdout: a second close does nothing, and reads after it are ERR_PIPE_CLOSED', async () => {
  const job = exec.pipeline(['yes']);
  const { stdout } = job;
  const waits = rejection<{ code: string }>(
    exec
      .pipeline(['true'])
      .stdout.read(new Uint8Array(1))
      .then(() => {
        throw { code: 'null' };
      }),
  );
  stdout.close();
  stdout.close();
  stdout.abort(new Error('too late'));
  equal((await rejection<{ code: string }>(stdout.read(new Uint8Array(1)))).code, 'ERR_PIPE_CLOSED');
  throws(() => stdout.tryRead(new Uint8Array(1)), { code: 'ERR_PIPE_CLOSED' });
  equal(await stdout.closed, undefined);
  await job.done;
  equal((await waits).code, 'null');
  stdout.close();
});

inEachWay('job.stdout: closed while the verdict is awaited, what waits for it is over', async () => {
  const job = exec.pipeline(exec.shell('exec >&-; echo closed >&2; read go'), { stdin: 'pipe' });
  const { stdout } = job;
  const { closed } = stdout;
  const read = rejection<{ code: string }>(stdout.read(new Uint8Array(1)));
  while (job.stats()[0]?.stderr !== 'closed\n') await turn();
  await turn();
  stdout.close();
  equal((await read).code, 'ERR_PIPE_CLOSED');
  equal(await closed, undefined);
  job.stdin.close();
  equal((await rejection(job.done)).stage.code, 1); // `read` found nothing
});

inEachWay('job.stdout: closed after its end it changes no verdict', async () => {
  const job = exec.pipeline(exec.shell('exit 4'));
  await rejection(job.stdout.read(new Uint8Array(1)));
  job.stdout.close();
  const error = await rejection(job.done);
  equal(error.stage.code, 4);
});

inEachWay('leaving early: leaving the loop closes job.stdout, and the stages are forgiven', async () => {
  const endless: exec.StageFunction = async (_, writer) => {
    for (;;) await writer.write('y\n');
  };
  const pass: exec.StageFunction = async (reader, writer) => {
    await io.copy(reader, writer);
  };
  for (const stages of [
    [['yes']],
    [['yes'], ['cat']],
    [endless],
    [endless, ['cat']],
    [['yes'], pass],
    [['yes'], pass, ['cat']],
  ]) {
    const job = exec.pipeline(...stages);
    for await (const line of io.lines(job.stdout)) {
      equal(line, 'y');
      break;
    }
    const result = await job.done;
    ok(result.stages.every(({ ok, forgiven }) => ok || forgiven));
    equal(result.stages.at(-1)?.forgiven, true);
    equal(result.stdout, undefined);
  }
});

inEachWay('leaving early: nobody is killed, and a stage that ends otherwise is judged as ever', async () => {
  const good = exec.pipeline(exec.shell('trap "" PIPE; while echo x; do :; done 2> /dev/null; exit 0'));
  good.stdout.close();
  deepEqual((await good.done).stages[0]?.code, 0);
  const bad = exec.pipeline(exec.shell('trap "" PIPE; while echo x; do :; done 2> /dev/null; exit 7'));
  bad.stdout.close();
  equal((await rejection(bad.done)).stage.code, 7);
  const slow = exec.pipeline(exec.shell('sleep 0.2; echo still there >&2'));
  slow.stdout.close();
  equal((await slow.done).stages[0]?.stderr, 'still there\n');
});

inEachWay('done: collects the output when nobody touched job.stdout', async () => {
  const job = exec.pipeline(['printf', 'a\\0b'], ['cat']);
  const { stdout, stages, heldBy } = await job.done;
  deepEqual(stdout, Uint8Array.of(97, 0, 98));
  equal(stages.length, 2);
  deepEqual(heldBy, []);
  throws(() => job.stdout, { code: 'ERR_PIPE_CLOSED', message: /was collected for job\.done/ });
  equal(job.done, job.done);
});

inEachWay('done: collects nothing when job.stdout is touched in the same turn, before or after', async () => {
  const after = exec.pipeline(['echo', 'x']);
  const { done } = after;
  equal(await io.text(after.stdout), 'x\n');
  equal((await done).stdout, undefined);
  const before = exec.pipeline(['echo', 'x']);
  const text = io.text(before.stdout);
  equal((await before.done).stdout, undefined);
  equal(await text, 'x\n');
});

inEachWay('done: a job is no promise, so an async function can return it', async () => {
  const start = async () => exec.pipeline(['cat'], { stdin: 'pipe' });
  const job = await start();
  equal('then' in job, false);
  job.stdin.close();
  await job.done;
});

inEachWay('maxBytes: up to it all is collected, above it the job is ended with a LimitError', async () => {
  const exact = await exec.run(['head', '-c', '1000', '/dev/zero'], { maxBytes: 1000 });
  equal(exact.stdout.length, 1000);
  const none = await exec.run(['true'], { maxBytes: 0 });
  equal(none.stdout.length, 0);
  for (const stages of [[['head', '-c', '1001', '/dev/zero']], [['yes']], [['yes'], ['cat']]]) {
    const error = await rejection<io.LimitError>(exec.run(...stages, { maxBytes: 1000 }));
    equal(error.code, 'ERR_PIPE_LIMIT');
    match(error.message, /1000/);
  }
});

inEachWay('run(): text, lines and json look at the same output', async () => {
  const out = await exec.run(['printf', '[1,\\r\\n2]\\n']);
  equal(out.text(), '[1,\r\n2]\n');
  deepEqual(out.lines(), ['[1,', '2]']);
  deepEqual(out.json(), [1, 2]);
  const wrong = await exec.run(['printf', '\\377']);
  throws(() => wrong.text(), TypeError);
  const empty = await exec.run(['true']);
  deepEqual([empty.text(), empty.lines()], ['', []]);
  throws(() => empty.json(), SyntaxError);
  const mark = await exec.run(['printf', '\\357\\273\\277a']);
  equal(mark.text(), '\ufeffa');
});

inEachWay(
  'await using: an end that was never read, and a stdin that was never closed, are closed',
  async () => {
    {
      await using job = exec.pipeline(['echo', 'unread'], { stdin: 'pipe' });
      ok(job.pids.length === 1);
    }
    {
      await using job = exec.pipeline(['cat'], { stdin: 'pipe' });
      await job.stdin.write('unread');
    }
  },
);

inEachWay('signal: has one listener however many jobs share it, and none when they have ended', async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const jobs = Array.from({ length: 20 }, () => exec.pipeline(['cat'], { stdin: 'pipe', signal }));
  equal(getEventListeners(signal, 'abort').length, 1);
  for (const { stdin } of jobs.slice(10)) stdin.close();
  for (const { done } of jobs.slice(10)) await done;
  const reason = new Error('enough');
  const failed = jobs.slice(0, 10).map(({ done }) => rejection<Error>(done));
  controller.abort(reason);
  for (const error of await Promise.all(failed)) equal(error, reason);
  equal(getEventListeners(signal, 'abort').length, 0);
  for (const { stdin } of jobs) stdin.close();
});

inEachWay('signal: one that a function among the stages fires at once ends the others too', async () => {
  const controller = new AbortController();
  const reason = new Error('fired at once');
  const fire: exec.StageFunction = async () => controller.abort(reason);
  const job = exec.pipeline(fire, ['sleep', '1000'], { signal: controller.signal });
  equal(await rejection<Error>(job.done), reason);
});

for (const way of WAYS) {
  test(`timeout, signal: nothing of them is left when a job has ended (${way})`, () => {
    const { stdout } = runSource(
      `
      import { getEventListeners } from 'node:events';
      import * as exec from 'pipework/exec';
      const { signal } = new AbortController();
      const listeners = process.listenerCount('exit');
      await exec.run(['true'], { signal, timeout: 3_000_000 });
      await exec.run(['false'], { signal, timeout: 3_000_000 }).catch(() => {});
      await exec.run(async () => {}, { signal, timeout: 3_000_000, stdin: 'x', stdout: { write: async () => 1 } });
      console.log(getEventListeners(signal, 'abort').length, process.listenerCount('exit') - listeners);
      console.log(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length);`,
      { PIPEWORK_EXEC: way },
    );
    equal(stdout, '0 0\n0\n');
  });

  /** For each text, the name of what became an unhandled rejection by it, or '-'. */
  const unhandled = (...texts: string[]): string[] => {
    const cases = texts.map(
      (text) => `
      seen = '-';
      await (async () => { ${text} })();
      await new Promise((resolve) => setTimeout(resolve, 100)); // milliseconds
      console.log(seen);`,
    );
    const { stdout, stderr } = runSource(
      `
      import * as io from 'pipework';
      import * as exec from 'pipework/exec';
      const fail = () => { throw new Error('failed in a function'); };
      let seen;
      process.on('unhandledRejection', (error) => { seen = error.name; });
      ${cases.join('\n')}`,
      { PIPEWORK_EXEC: way },
    );
    equal(stderr, '');
    return stdout.trim().split('\n');
  };

  test(`unhandled rejections: a failed job that nobody looks at is none while its stdout is 'pipe' (${way})`, () => {
    deepEqual(
      unhandled(
        "exec.pipeline(['false']);",
        'exec.pipeline(fail);',
        "exec.pipeline(['/nowhere/x']);",
        "exec.pipeline(['false']).stats();",
        "exec.pipeline(['false']).stdout.close();",
        "exec.pipeline(['false']).stdout.closed;",
      ),
      ['-', '-', '-', '-', '-', '-'],
    );
  });

  test(`unhandled rejections: a failed job that nobody looks at is one when its stdout goes elsewhere (${way})`, () => {
    deepEqual(
      unhandled(
        "exec.pipeline(['false'], { stdout: null });",
        "exec.pipeline(fail, { stdout: 'inherit' });",
        "exec.pipeline(['/nowhere/x'], { stdout: null });",
        "exec.pipeline(['false'], { stdout: null }).stats();",
      ),
      ['PipelineError', 'PipelineError', 'PipelineError', 'PipelineError'],
    );
  });

  test(`unhandled rejections: a done that nobody awaits is one unless job.stdout tells of it (${way})`, () => {
    const touched = 'await io.text(job.stdout).catch(() => {});';
    deepEqual(
      unhandled(
        "exec.pipeline(['false']).done;",
        "exec.run(['false']);",
        `const job = exec.pipeline(['false']); job.done; ${touched}`,
        "const job = exec.pipeline(['false']); const end = io.text(job.stdout); job.done; await end.catch(() => {});",
        `const job = exec.pipeline(['false']); ${touched} job.done;`,
      ),
      ['PipelineError', 'PipelineError', '-', '-', '-'],
    );
  });

  test(`unhandled rejections: a job that was caught, killed or left is none (${way})`, () => {
    const texts = ['null', "'pipe'"].flatMap((stdout) => [
      `await exec.pipeline(['false'], { stdout: ${stdout} }).done.catch(() => {});`,
      `exec.pipeline(['sleep', '60'], { stdout: ${stdout} }).kill();`,
      `await exec.pipeline(['sleep', '60'], { stdout: ${stdout} })[Symbol.asyncDispose]();`,
    ]);
    deepEqual(
      unhandled(...texts),
      texts.map(() => '-'),
    );
  });
}

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
