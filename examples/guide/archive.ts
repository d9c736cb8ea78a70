/** What a pipeline of commands prints, as the body of a response, while it runs. */
import * as io from 'pipework';
import * as exec from 'pipework/exec';

export function archive(folder: string, signal?: AbortSignal): Response {
  const job = exec.pipeline(['tar', '-C', folder, '-cf', '-', '.'], ['gzip', '-c'], { signal });
  return new Response(io.toWeb(job.stdout), { headers: { 'content-type': 'application/gzip' } });
}
