/** Which stage has failed, what the error says, and what is forgiven. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import { inWay, rejection, WAYS, type Way } from './ways.js';

/** Ends as a program does that SIGPIPE kills. */
const killedBySigpipe = exec.shell('kill -PIPE $$');
/** Ends as a shell does one of whose commands SIGPIPE killed. */
const exitsLikeSigpipe = exec.shell('exit 141');

inEachWay('PipelineError: its stage is the leftmost failure, and failures has all', async () => {
  const fail = (code: number) => exec.shell(`cat; exit ${code}`);
  const error = await rejection(exec.run(['true'], fail(3), ['cat'], fail(4), fail(5), ['cat']));
  equal(error.stage, error.failures[0]);
  deepEqual(
    error.failures.map(({ index, code }) => [index, code]),
    [
      [1, 3],
      [3, 4],
      [4, 5],
    ],
  );
  deepEqual(
    error.stages.map(({ ok }) => ok),
    [true, false, true, false, false, true],
  );
});

inEachWay('PipelineError: leftmost is by place, not by time', async () => {
  const error = await rejection(exec.run(exec.shell('sleep 0.1; exit 1'), exec.shell('exit 2')));
  equal(error.stage.code, 1);
});

inEachWay(
  'PipelineError: the message names the command line, quoted, how it ended and the end of its stderr',
  async () => {
    const lines = exec.command('sh', ['-c', 'for i in $(seq 12); do echo line $i >&2; done; exit 3', "it's"]);
    const alone = await rejection(exec.run(lines));
    equal(
      alone.message,
      `sh -c 'for i in $(seq 12); do echo line $i >&2; done; exit 3' 'it'\\''s' exited with code 3\n${[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((i) => `  line ${i}`).join('\n')}`,
    );
    const killed = await rejection(exec.run(['cat'], exec.shell('kill -9 $$'), ['cat']));
    equal(killed.message, "stage 2 of 3, /bin/sh -c 'kill -9 $$', was killed by SIGKILL");
    deepEqual([killed.stage.code, killed.stage.signal], [null, 'SIGKILL']);
    const both = await rejection(exec.run(['false'], ['false']));
    equal(
      both.message,
      "stage 1 of 2, false, exited with code 1; 1 more failed: see the property 'failures'",
    );
    async function parse() {
      throw new SyntaxError('no such thing');
    }
    const thrown = await rejection(exec.run(parse, ['cat']));
    equal(thrown.message, 'stage 1 of 2, parse, failed: no such thing');
    equal((thrown.cause as Error).name, 'SyntaxError');
    const anonymous = await rejection(exec.run(async () => Promise.reject('a string')));
    equal(anonymous.message, 'function failed: a string');
    equal(anonymous.cause, 'a string');
    const long = await rejection(exec.run(['sh', '-c', 'exit 1', 'x'.repeat(1000)]));
    equal(long.message.length < 300, true);
  },
);

inEachWay('PipelineError: printed, it does not show every stage', async () => {
  const error = await rejection(exec.run(['false'], ['cat']));
  equal(error.name, 'PipelineError');
  match(inspect(error), /^PipelineError: stage 1 of 2, false, exited with code 1\n/);
  ok(!inspect(error).includes('stages'));
});

inEachWay('forgiven: what ended by SIGPIPE, and is not the last', async () => {
  for (const stage of [killedBySigpipe, exitsLikeSigpipe]) {
    const { stages } = await exec.run(stage, ['cat']);
    deepEqual([stages[0]?.ok, stages[0]?.forgiven], [false, true]);
    const middle = await exec.run(['true'], stage, ['true']);
    equal(middle.stages[1]?.forgiven, true);
  }
  const yes = await exec.run(['yes'], ['cat'], ['cat'], ['head', '-n', '1']);
  deepEqual(
    yes.stages.map(({ ok, forgiven }) => [ok, forgiven]),
    [
      [false, true],
      [false, true],
      [false, true],
      [true, false],
    ],
  );
});

inEachWay('forgiven: not the last stage, while somebody wants its output', async () => {
  for (const stage of [killedBySigpipe, exitsLikeSigpipe]) {
    for (const options of [{}, { stdout: null }] as const) {
      const error = await rejection(exec.run(['true'], stage, options));
      equal(error.stage.index, 1);
      equal(error.stage.forgiven, false);
    }
    const read = exec.pipeline(stage);
    equal((await rejection(io.text(read.stdout))).stage.forgiven, false);
    const closed = exec.pipeline(stage);
    closed.stdout.close();
    equal((await closed.done).stages[0]?.forgiven, true);
  }
});

inEachWay('forgiven: no other signal and no other code', async () => {
  for (const line of ['kill -TERM $$', 'exit 140', 'exit 142', 'exit 13', 'exit 1']) {
    const error = await rejection(exec.run(exec.shell(line), ['cat']));
    equal(error.stage.index, 0);
  }
});

inEachWay('forgiven: by how a stage ended and never by when', async () => {
  // The reader has gone long before, or is there to the end: it is the same.
  for (const reader of [exec.shell('exec <&-; sleep 0.1'), ['cat'], exec.shell('sleep 0.1; cat')]) {
    for (const stage of [killedBySigpipe, exitsLikeSigpipe]) {
      equal((await exec.run(stage, reader)).stages[0]?.forgiven, true);
    }
  }
});

inEachWay('forgiven: 141 that is an okCode is success', async () => {
  const stage = exec.shell('exit 141', { okCodes: [141] });
  const { stages } = await exec.run(stage);
  deepEqual([stages[0]?.ok, stages[0]?.forgiven], [true, false]);
});

inEachWay(
  'forgiven: a function that rejects with its own writer’s BrokenPipeError, when it is not the last',
  async () => {
    const endless: exec.StageFunction = async (_, writer) => {
      for (;;) await writer.write('y\n');
    };
    const pass: exec.StageFunction = async (reader, writer) => {
      await io.copy(reader, writer);
    };
    const take: exec.StageFunction = async (reader) => {
      await reader.read(new Uint8Array(2));
    };
    for (const stages of [
      [endless, ['head', '-n', '1']],
      [endless, take],
      [endless, pass, ['head', '-n', '1']],
      [['yes'], pass, ['head', '-n', '1']],
      [['yes'], pass, pass, take],
    ]) {
      const { stages: results } = await exec.run(...stages);
      deepEqual(
        results.slice(0, -1).map(({ ok, forgiven }) => [ok, forgiven]),
        results.slice(0, -1).map(() => [false, true]),
      );
      equal(results.at(-1)?.ok, true);
    }
  },
);

inEachWay('forgiven: no BrokenPipeError of another pipe, and no other error of its own', async () => {
  const other: exec.StageFunction = async (reader, writer) => {
    await io.copy(reader, writer);
    const { reader: gone, writer: broken } = io.pipe();
    gone.close();
    await broken.write('x');
  };
  const error = await rejection(exec.run(other, ['cat'], { stdin: 'x' }));
  equal((error.cause as { code: string }).code, 'EPIPE');
  equal(error.stage.index, 0);
  const wrapped: exec.StageFunction = async (_, writer) => {
    try {
      for (;;) await writer.write('y\n');
    } catch {
      throw new Error('of my own');
    }
  };
  equal((await rejection(exec.run(wrapped, ['true']))).stage.index, 0);
});

inEachWay('forgiveSigpipe: false makes all of it failures', async () => {
  const endless: exec.StageFunction = async (_, writer) => {
    for (;;) await writer.write('y\n');
  };
  for (const stage of [['yes'], killedBySigpipe, exitsLikeSigpipe, endless]) {
    const error = await rejection(exec.run(stage, ['true'], { forgiveSigpipe: false }));
    equal(error.stage.index, 0);
    const last = exec.pipeline(stage, { forgiveSigpipe: false });
    last.stdout.close();
    equal((await rejection(last.done)).stage.index, 0);
  }
});

inEachWay(
  'a stage killed by -9 in the middle of a stream: what it had written comes, and then the error',
  async () => {
    const job = exec.pipeline(['cat'], exec.shell('head -c 100000; kill -9 $$'), ['cat'], {
      stdin: new Uint8Array(2 ** 20),
    });
    let count = 0;
    const error = await rejection(
      (async () => {
        for await (const chunk of job.stdout) count += chunk.length;
      })(),
    );
    equal(count, 100000);
    deepEqual(
      error.failures.map(({ index, signal }) => [index, signal]),
      [[1, 'SIGKILL']],
    );
    equal(error.stages[0]?.forgiven, true);
  },
);

function inEachWay(name: string, run: (way: Way) => Promise<void>): void {
  for (const way of WAYS) test(`${name} (${way})`, inWay(way, run));
}
