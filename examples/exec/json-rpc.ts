/**
 * A child process that is spoken to for as long as it lives, in both directions: JSON-RPC, one message on each line. Its
 * answers come in any order and are matched by their ids; at most 100 calls are under way.
 *
 * Neither side can block the other for ever: the client reads answers whatever it waits to write, so the server can always
 * write on, and so reads on; and when one side goes, the other reads the end.
 *
 *     node dist/examples/exec/json-rpc.js [CALLS] [BYTES OF EACH]
 */
import { fileURLToPath } from 'node:url';
import * as io from 'pipework';
import * as exec from 'pipework/exec';
import * as os from 'pipework/os';

interface Request {
  readonly id: number;
  readonly params: readonly [seed: number, padding: string];
}

interface Answer {
  readonly id: number;
  readonly result: readonly [double: number, padding: string];
}

const IN_FLIGHT = 100; // calls

class Client {
  /** Answers that came while an earlier call still waited. */
  overtaking = 0;
  mostInFlight = 0; // calls

  readonly #job = exec.pipeline([process.execPath, fileURLToPath(import.meta.url), 'serve'], {
    stdin: 'pipe',
  });
  readonly #waiting = new Map<number, (answer: Promise<Answer>) => void>();
  readonly #listening = this.#listen();
  #calls = 0;

  async call(seed: number, padding: string): Promise<Answer['result']> {
    const id = ++this.#calls;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.mostInFlight = Math.max(this.mostInFlight, this.#waiting.size);
    const request: Request = { id, params: [seed, padding] };
    const sent = this.#job.stdin.write(
      `${JSON.stringify({ jsonrpc: '2.0', method: 'double', ...request })}\n`,
    );
    const [{ result }] = await Promise.all([answer, sent]);
    return result;
  }

  /** No more calls: the server reads the end, and ends. Rejects unless it did well. */
  async end(): Promise<void> {
    this.#job.stdin.close();
    await this.#listening;
    await this.#job.done;
  }

  async #listen(): Promise<void> {
    let failure: unknown = new Error('the server has ended');
    try {
      for await (const line of io.lines(this.#job.stdout)) this.#settle(JSON.parse(line) as Answer);
    } catch (error) {
      failure = error;
    }
    for (const settle of this.#waiting.values()) settle(Promise.reject(failure));
  }

  #settle(answer: Answer): void {
    const [oldest] = this.#waiting.keys();
    if (answer.id !== oldest) this.overtaking++;
    this.#waiting.get(answer.id)?.(Promise.resolve(answer));
    this.#waiting.delete(answer.id);
  }
}

async function main(calls: number, size: number): Promise<void> {
  const client = new Client();
  const padding = 'x'.repeat(size);
  const began = performance.now();
  let next = 0;
  async function callOnAndOn(): Promise<void> {
    while (next < calls) {
      const seed = next++;
      const [double, back] = await client.call(seed, padding);
      if (double !== 2 * seed || back !== padding) throw new Error(`the answer to ${seed} is ${double}`);
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, callOnAndOn));
  await client.end();
  const seconds = (performance.now() - began) / 1000;
  console.log(`${calls} calls, each answered right; ${client.mostInFlight} in flight at most;`);
  console.log(`${client.overtaking} answers overtook others; ${seconds.toFixed(1)} s`);
}

/** The child: it takes a little longer for every tenth call. */
async function serve(): Promise<void> {
  const output = os.fromFd(1, 'w');
  const answers: Promise<void>[] = [];
  for await (const line of io.lines(os.fromFd(0, 'r'))) {
    const answered = answer(JSON.parse(line) as Request, output);
    if (answers.push(answered) === IN_FLIGHT) await Promise.all(answers.splice(0));
  }
  await Promise.all(answers);
}

async function answer({ id, params: [seed, padding] }: Request, output: io.PipeWriter): Promise<void> {
  if (id % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
  await output.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: [2 * seed, padding] })}\n`);
}

const [first, second] = process.argv.slice(2);
if (first === 'serve') await serve();
else await main(Number(first ?? 100_000), Number(second ?? 0));
