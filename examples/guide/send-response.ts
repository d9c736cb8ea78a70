/** Sends a Web response through a server of node:http, which knows none. */
import type { ServerResponse } from 'node:http';
import * as io from 'pipework';
import * as node from 'pipework/node';

export async function sendResponse(response: Response, to: ServerResponse): Promise<void> {
  to.writeHead(response.status, Object.fromEntries(response.headers));
  await io.copy(response.body ?? [], node.fromNode(to), { close: true });
}
