/** Ends that are there although nothing is behind them. */
import { type PipeReader, type PipeWriter, pipe } from '../io/index.js';

/** A reader that is at its end. */
export function endedReader(name: string): PipeReader {
  const { reader, writer } = pipe({ name, capacity: 1 });
  writer.close();
  return reader;
}

/** A writer that nobody reads from. */
export function brokenWriter(name: string): PipeWriter {
  const { reader, writer } = pipe({ name, capacity: 1 });
  reader.close();
  return writer;
}
