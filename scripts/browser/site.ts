/**
 * What the page is loaded from: this program's own server of dist/ and of the compiled tests, as they are, on the loopback
 * alone. A page of it is cross-origin isolated, so it has SharedArrayBuffer.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Site {
  /** Without a slash at its end. */
  readonly origin: string;
  /** Resolves when nobody is connected any more. */
  close(): Promise<void>;
}

/** @param imports What else a module of a page may import by name, and the path of each. */
export async function openSite(imports: Readonly<Record<string, string>>): Promise<Site> {
  const page = htmlOf({ ...(await doors()), ...imports });
  const server = createServer((request, response) => void answer(page, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** `package.json` says what a name leads to, here as for everybody. */
async function doors(): Promise<Record<string, string>> {
  const { name, exports } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    name: string;
    exports: Record<string, { default: string } | string>;
  };
  const modules = Object.entries(exports).flatMap(([door, entry]) =>
    typeof entry === 'string' ? [] : [[door.replace('.', name), entry.default.replace('.', '')]],
  );
  return Object.fromEntries(modules);
}

function htmlOf(imports: Readonly<Record<string, string>>): string {
  return `<!doctype html>
<meta charset="utf-8">
<title>pipework</title>
<link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<body></body>
`;
}

async function answer(page: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost'); // without any '..'
  const type = TYPES[extname(pathname)];
  try {
    if (pathname === '/') send(response, 200, 'text/html', page);
    else if (type !== undefined && FOLDERS.some((folder) => pathname.startsWith(folder)))
      send(response, 200, type, await readFile(join(ROOT, pathname)));
    else send(response, 404, 'text/plain', 'not here');
  } catch (error) {
    send(response, 404, 'text/plain', String(error));
  }
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': 'no-store',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  });
  response.end(body);
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = ['/dist/', '/build/test/'];
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.map': 'application/json' };
