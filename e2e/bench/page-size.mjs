// The size of all of dist/, compressed as a server with brotli would send it (quality 11, file by file).

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { DIST } from '../lib/harness.mjs';
import { figure } from '../lib/figure.mjs';

const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

let total = 0;
// Of that: what only those fetch who want another language than English.
let texts = 0;
for (const name of readdirSync(DIST, { recursive: true })) {
  const path = join(DIST, name);
  if (statSync(path).isFile()) {
    const size = brotliCompressSync(readFileSync(path), options).length;
    total += size;
    if (name.startsWith('texts')) texts += size;
  }
}
figure('page, all files', total / 1000, 'KB brotli');
figure('of these, texts of other languages', texts / 1000, 'KB brotli');
