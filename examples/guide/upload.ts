/** Sends what `produce` writes as the body of a POST, while it is being written. */
import * as io from 'pipework';

export async function upload(
  url: string,
  produce: (writer: io.PipeWriter) => Promise<void>,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const { reader, writer } = io.pipe();
  const answer = fetch(url, { method: 'POST', body: io.toWeb(reader), duplex: 'half', signal });
  // fetch() does not always tell its body that it has failed, or that the server has answered.
  answer.then(
    () => writer.abort(),
    (error) => writer.abort(error),
  );
  try {
    await produce(writer);
    writer.close(); // only this says that the body is whole
  } catch (error) {
    const isOwn = await isWanted(writer);
    writer.abort(error); // the server sees no end
    if (isOwn) throw error; // otherwise the producer was told by its writes, and `answer` says why
  }
  return answer;
}

/** For example the rows of a table, as CSV. */
export function uploadRows(url: string, rows: AsyncIterable<readonly string[]>): Promise<Response> {
  return upload(url, async (writer) => {
    for await (const row of rows) await writer.write(`${row.join(',')}\n`);
  });
}

/** A write of nothing settles at once, and says whether anybody would take more. */
function isWanted(writer: io.PipeWriter): Promise<boolean> {
  return writer.write('').then(
    () => true,
    () => false,
  );
}
