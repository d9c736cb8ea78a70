/**
 * Serves the page: `node dist/examples/wasm-stdin/serve.js`, then open what it prints. Two things have to be seen to, here
 * or in any other server: the headers that isolate the page, without which it has no shared memory; and the names of
 * packages, which a browser does not know, and which a bundler would resolve.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname } from 'node:path';

const dist = new URL('../../', import.meta.url);
const sources = new URL('../../../examples/wasm-stdin/', import.meta.url);

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

const PACKAGES: Readonly<Record<string, string>> = {
  pipework: '/pipework/io/index.js',
  'pipework/worker': '/pipework/worker/index.js',
};

/** Where what has this path is. */
function fileOf(path: string): URL {
  if (path.startsWith('/pipework/')) return new URL(path.slice('/pipework/'.length), dist);
  if (path === '/wasi.js') return new URL('wasi.js', import.meta.url);
  if (path === '/program.wasm') return new URL('program.wasm', sources);
  return new URL(`page/${path === '/' ? 'index.html' : path.slice(1)}`, sources);
}

const server = createServer((request, response) => {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost'); // may be none
    const file = fileOf(pathname);
    const type = TYPES[extname(file.pathname)] ?? 'text/plain';
    const isInside = [dist, sources].some((folder) => file.href.startsWith(folder.href));
    if (!isInside) throw new Error('outside');
    const bytes = readFileSync(file);
    const body = type === 'text/javascript' ? withPaths(bytes.toString()) : bytes;
    response.writeHead(200, { ...ISOLATED, 'Content-Type': type }).end(body);
  } catch {
    response.writeHead(404, ISOLATED).end();
  }
});

function withPaths(source: string): string {
  return source.replace(/(\bfrom\s*)'([^'.][^']*)'/g, (all, from: string, name: string) =>
    name in PACKAGES ? `${from}'${PACKAGES[name]}'` : all,
  );
}

server.listen(Number(process.argv[2] ?? 8080), 'localhost', () => {
  const address = server.address();
  if (typeof address === 'object') console.log(`http://localhost:${address?.port}/`);
});
