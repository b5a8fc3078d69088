// Serves dist/ below a path of its own, since the page must work from any
// sub-path of any server.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

/** The path below which the page is served. */
export const MOUNT = '/any/sub-path/';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Starts the server. Resolves to `{ origin, url, close() }`. With `compress` it sends what it has as most hosts of static
 * files do: compressed, each file once and for all.
 */
export async function serve(folder, { compress = false } = {}) {
  const compressed = new Map();
  const brotli = (name, bytes) => {
    if (!compressed.has(name)) compressed.set(name, brotliCompressSync(bytes));
    return compressed.get(name);
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, 'http://localhost').pathname;
    const file = path.startsWith(MOUNT) ? normalize(path.slice(MOUNT.length)) : undefined;
    if (file === undefined || file.startsWith('..')) {
      response.writeHead(404).end();
      return;
    }
    const name = join(folder, file === '.' ? 'index.html' : file);
    try {
      const bytes = await readFile(name);
      const type = TYPES[extname(name)] ?? 'application/octet-stream';
      const headers = { 'content-type': type, 'cache-control': 'no-cache' };
      if (compress) response.writeHead(200, { ...headers, 'content-encoding': 'br' }).end(brotli(name, bytes));
      else response.writeHead(200, headers).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    origin,
    url: origin + MOUNT,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
