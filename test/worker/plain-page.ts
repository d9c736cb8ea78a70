/** What a page that is not isolated gets from this door. */
import * as worker from 'pipework/worker';

export function run(): string[] {
  const calls = [
    () => worker.pipe(),
    () => worker.openReader({} as worker.ReaderHandle),
    () => worker.openWriter({} as worker.WriterHandle),
  ];
  return calls.map((call) => {
    try {
      call();
      return 'no error';
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      return `${code} ${message}`;
    }
  });
}
