/** Stages that are functions: what they are given, whatever they do with it, and how they are stuck. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { runSource } from '../fixtures/run-source.js';
import { inWay, rejection, WAYS, type Way } from './ways.js';

inEachWay('a function: what it does not close is closed when it returns', async () => {
  let ends: { reader: io.PipeReader; writer: io.PipeWriter } | undefined;
  const keep: exec.StageFunction = async (reader, writer) => {
    ends = { reader, writer };
    await writer.write('kept');
  };
  const out = await exec.run(['yes'], keep, ['cat']);
  equal(out.text(), 'kept');
  equal(out.stages[0]?.forgiven, true);
  equal(
    (await rejection<{ code: string }>(ends?.writer.write('x') as Promise<number>)).code,
    'ERR_PIPE_CLOSED',
  );
  equal(
    (await rejection<{ code: string }>(ends?.reader.read(new Uint8Array(1)) as Promise<unknown>)).code,
    'ERR_PIPE_CLOSED',
  );
});

inEachWay('a function: writes that it did not await are delivered before the end', async () => {
  const careless: exec.StageFunction = async (_, writer) => {
    for (let i = 0; i < 100; i++) writer.write(new Uint8Array(10_000).fill(i)).catch(() => {});
  };
  for (const stages of [[careless], [careless, ['cat']]]) {
    const { stdout } = await exec.run(...stages);
    equal(stdout.length, 1_000_000);
    equal(stdout.at(-1), 99);
  }
});

inEachWay('a function: may close its ends itself, and go on', async () => {
  let isDone = false;
  const early: exec.StageFunction = async (reader, writer) => {
    reader.close();
    await writer.write('early');
    writer.close();
    await new Promise((resolve) => setTimeout(resolve, 50)); // milliseconds
    isDone = true;
  };
  const out = await exec.run(['yes'], early, ['cat']);
  deepEqual([out.text(), isDone], ['early', true]);
});

inEachWay('a function: one that returns at once, with or without a promise, has done well', async () => {
  const nothing = (() => undefined) as unknown as exec.StageFunction;
  for (const stages of [[nothing], [['yes'], nothing], [nothing, ['cat']], [nothing, nothing]]) {
    const out = await exec.run(...stages);
    equal(out.text(), '');
  }
});

inEachWay(
  'a function: one that throws has failed, and what reads from it fails too or is judged by itself',
  async () => {
    const reason = new Error('thrown');
    const ways: exec.StageFunction[] = [
      () => {
        throw reason;
      },
      async () => {
        throw reason;
      },
      async (reader, writer) => {
        await writer.write('half');
        reader.close();
        throw reason;
      },
      async (_, writer) => {
        await writer.write('half');
        writer.close();
        throw reason;
      },
    ];
    for (const fail of ways) {
      for (const stages of [
        [fail],
        [['yes'], fail],
        [fail, ['cat']],
        [['yes'], fail, ['cat']],
      ] as exec.Stage[][]) {
        const error = await rejection(exec.run(...stages));
        equal(error.cause, reason);
        equal(error.failures.length, 1);
      }
    }
  },
);

inEachWay('a function: what it wrote before it failed is not whole for the next function', async () => {
  const reason = new Error('cut off');
  const half: exec.StageFunction = async (_, writer) => {
    await writer.write('half');
    throw reason;
  };
  let seen: unknown;
  const collect: exec.StageFunction = async (reader) => {
    seen = await rejection(io.text(reader));
  };
  const error = await rejection(exec.run(half, collect));
  equal(error.stage.index, 0);
  equal(seen, reason);
});

inEachWay('a function: one that aborts its writer has failed, also when it resolves', async () => {
  const reason = new Error('cut off');
  for (const abort of [
    async (writer) => writer.abort(reason),
    async (writer) => {
      await writer.write('half');
      writer.abort(reason);
      writer.close();
    },
    async (writer) => {
      using _ = writer; // left without close()
      await writer.write('half');
    },
  ] satisfies ((writer: io.PipeWriter) => Promise<void>)[]) {
    const half: exec.StageFunction = (_, writer) => abort(writer);
    for (const stages of [[half], [half, ['cat']], [half, pass]] as exec.Stage[][]) {
      const job = exec.pipeline(...stages);
      const read = rejection<Error>(io.text(job.stdout));
      const { stage, cause } = await rejection(job.done);
      equal(stage.index, 0);
      ok(cause === reason || cause instanceof io.AbandonedPipeError);
      ok([cause, await rejection(job.done)].includes(await read));
    }
  }
});

inEachWay(
  'a function: one that aborts its writer since nobody reads is forgiven, as one that rejects',
  async () => {
    const careful: exec.StageFunction = async (_, writer) => {
      try {
        for (;;) await writer.write(new Uint8Array(65536));
      } catch (error) {
        writer.abort(error);
      }
    };
    const { stages } = await exec.run(careful, ['head', '-c', '1']);
    deepEqual([stages[0]?.ok, stages[0]?.forgiven], [false, true]);
  },
);

inEachWay('a function: the message says what it threw, whatever that is', async () => {
  const thrown: readonly (readonly [unknown, string])[] = [
    [undefined, 'undefined'],
    [null, 'null'],
    ['a text', 'a text'],
    [Symbol('mark'), 'Symbol(mark)'],
    [Object.create(null), 'object'],
    [{ message: 'a message' }, 'a message'],
    [new TypeError('of its own'), 'of its own'],
  ];
  for (const [value, told] of thrown) {
    const error = await rejection(
      exec.run(function fail() {
        throw value;
      }),
    );
    equal(error.message, `fail failed: ${told}`);
    equal(error.stage.error, value);
  }
});

inEachWay('a function: one that never reads lets what is before it end', async () => {
  const deaf: exec.StageFunction = async (_, writer) => {
    await writer.write('deaf');
  };
  const out = await exec.run(['seq', '1', '400000'], deaf);
  equal(out.text(), 'deaf');
});

inEachWay('a function: its signal has not fired while nobody ends the pipeline', async () => {
  let signal: AbortSignal | undefined;
  await exec.run(async (_reader, _writer, context) => {
    signal = context.signal;
  });
  equal(signal?.aborted, false);
});

inEachWay('a function: binary data goes through as it is', async () => {
  const all = new Uint8Array(3 * 2 ** 20).map((_, i) => (i * 31) >> 3);
  for (const stages of [[pass], [pass, ['cat'], pass], [['cat'], pass, pass, ['cat']]]) {
    const { stdout } = await exec.run(...stages, { stdin: all });
    ok(Buffer.from(stdout).equals(all));
  }
});

const pass: exec.StageFunction = async (reader, writer) => {
  await io.copy(reader, writer);
};

for (const way of WAYS) {
  for (const [what, text, expected] of [
    [
      'a function that reads what nobody writes',
      "exec.pipeline(async function ask(reader) { await reader.read(new Uint8Array(1)); }, { stdin: 'pipe' })",
      /\n {2}stdin .*read waits/,
    ],
    [
      'a function that reads on and one that waits for it',
      `exec.pipeline(
        async (_, writer) => { await writer.write('x'); await never.reader.read(new Uint8Array(1)); },
        async (reader) => { for await (const _ of reader); })`,
      /the link from stage 1 to 2 .*read waits/,
    ],
    [
      'a function that writes more than anybody reads',
      'exec.pipeline(async (_, writer) => { await writer.write(new Uint8Array(2 ** 20)); }, async () => { await never.reader.read(new Uint8Array(1)); })',
      /the link from stage 1 to 2 .*write/,
    ],
  ] as const) {
    test(`DeadlockError: ${what}, with no process left (${way})`, () => {
      const { stdout, stderr, status } = runSource(
        `
        import * as io from 'pipework';
        import * as exec from 'pipework/exec';
        const never = io.pipe({ name: 'never' });
        const job = ${text};
        try {
          await job.done;
        } catch (error) {
          console.log(error.code, error.message);
        }`,
        { PIPEWORK_EXEC: way },
      );
      equal(stderr, '');
      equal(status, 0);
      match(stdout, /^ERR_PIPE_DEADLOCK /);
      match(stdout, expected);
    });
  }

  test(`DeadlockError: an output that nobody reads, of a function (${way})`, () => {
    const { stdout, status } = runSource(
      `
      import * as exec from 'pipework/exec';
      const job = exec.pipeline(async (_, writer) => { await writer.write(new Uint8Array(2 ** 20)); });
      job.stdout.name;
      await job.done.catch((error) => console.log(error.cause.code, error.cause.message));`,
      { PIPEWORK_EXEC: way },
    );
    equal(status, 0);
    match(stdout, /^ERR_PIPE_DEADLOCK .*\n.*stdout .*write/);
  });

  test(`DeadlockError: none while a process may still end the wait, but when the last has gone (${way})`, () => {
    const { stdout, stderr, status } = runSource(
      `
      import * as io from 'pipework';
      import * as exec from 'pipework/exec';
      const pass = async (reader, writer) => { await io.copy(reader, writer); };
      const slow = exec.shell('sleep 0.3; echo a; sleep 0.3; echo b');
      console.log((await exec.run(slow, pass, exec.shell('sleep 0.4; cat'), pass)).lines().join());
      const job = exec.pipeline(pass, exec.shell('exec <&-; sleep 0.3; echo has ended >&2'), { stdin: 'pipe' });
      const { stages, cause } = await job.done.catch((error) => error);
      console.log(cause.code, stages[1].stderr);`,
      { PIPEWORK_EXEC: way },
    );
    equal(stderr, '');
    equal(stdout, 'a,b\nERR_PIPE_DEADLOCK has ended\n\n');
    equal(status, 0);
  });
}

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
