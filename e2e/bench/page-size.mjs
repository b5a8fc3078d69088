// The size of all of dist/, compressed as a server with brotli would send it (quality 11, file by file).

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { DIST } from '../lib/harness.mjs';
import { figure } from '../lib/figure.mjs';

const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

let total = 0;
for (const name of readdirSync(DIST, { recursive: true })) {
  const path = join(DIST, name);
  if (statSync(path).isFile()) {
    total += brotliCompressSync(readFileSync(path), options).length;
  }
}
figure('page, all files', total / 1000, 'KB brotli');
