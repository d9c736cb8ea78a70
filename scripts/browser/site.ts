/**
 * What the page is loaded from: this program's own server, on the loopback alone, of dist/ as it is, and of the compiled tests
 * with paths in the place of the names that they import by: a page could map those, but its workers cannot. A page of it is
 * cross-origin isolated, so it has SharedArrayBuffer, but for the one at PLAIN.
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

/** @param imports What else the tests may import by name, and the path of each. */
export async function openSite(imports: Readonly<Record<string, string>>): Promise<Site> {
  const paths = { ...(await doors()), ...imports };
  const server = createServer((request, response) => void answer(paths, request, response));
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

type Paths = Readonly<Record<string, string>>;

async function answer(paths: Paths, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost'); // without any '..'
  const type = TYPES[extname(pathname)];
  try {
    if (pathname === '/') send(response, 200, 'text/html', PAGE);
    else if (pathname === PLAIN) send(response, 200, 'text/html', PLAIN_PAGE, {});
    else if (type !== undefined && pathname.startsWith(SHIPPED))
      send(response, 200, type, await readFile(join(ROOT, pathname)));
    else if (type !== undefined && pathname.startsWith(TESTS))
      send(response, 200, type, withPaths(await readFile(join(ROOT, pathname), 'utf8'), paths));
    else send(response, 404, 'text/plain', 'not here');
  } catch (error) {
    send(response, 404, 'text/plain', String(error));
  }
}

/** `from 'NAME'` and `import('NAME')`, of the names that have a path. */
function withPaths(source: string, paths: Paths): string {
  return source.replace(/(\bfrom |\bimport\()'([^'.][^']*)'/g, (all, before: string, name: string) =>
    Object.hasOwn(paths, name) ? `${before}'${paths[name]}'` : all,
  );
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  isolation: Readonly<Record<string, string>> = ISOLATED,
): void {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': 'no-store',
    ...isolation,
  });
  response.end(body);
}

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SHIPPED = '/dist/';
const TESTS = '/build/test/';
/** A page that is not isolated. */
const PLAIN = '/plain';
const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>pipework</title>
<link rel="icon" href="data:,">
<body></body>
`;
/** Runs the module that its query names, and tells what that gives to whoever has opened it, from whom isolation parts it. */
const PLAIN_PAGE = `${PAGE}<script type="module">
const { run } = await import(location.search.slice(1));
new BroadcastChannel('plain page').postMessage(run());
close();
</script>
`;
const TYPES: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.map': 'application/json' };
