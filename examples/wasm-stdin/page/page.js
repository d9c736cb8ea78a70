/** The window: sends each line to the program, and shows what the program says. It awaits; it could not block. */
import * as io from 'pipework';
import * as worker from 'pipework/worker';

const output = document.querySelector('#output');
const line = document.querySelector('#line');

try {
  const stdin = worker.pipe({ name: 'stdin' });
  const stdout = worker.pipe({ name: 'stdout' });
  const thread = new Worker(new URL('./program-thread.js', import.meta.url), { type: 'module' });
  thread.postMessage({ stdin: stdin.reader.handle, stdout: stdout.writer.handle });

  document.querySelector('#form').addEventListener('submit', (event) => {
    event.preventDefault();
    output.append(`${line.value}\n`);
    stdin.writer.write(`${line.value}\n`);
    line.value = '';
  });

  const decoder = new TextDecoder();
  await io.copy(stdout.reader, {
    async write(chunk) {
      output.append(decoder.decode(chunk, { stream: true }));
      return chunk.length;
    },
  });
} catch (error) {
  output.append(String(error));
}
