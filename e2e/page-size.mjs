// Prints the size in bytes of all of dist/, compressed as a server with brotli
// would send it (quality 11, file by file).

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const dist = process.env.MIRRORLINE_DIST ?? fileURLToPath(new URL('../dist/', import.meta.url));
const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

let total = 0;
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name);
  if (statSync(path).isFile()) {
    total += brotliCompressSync(readFileSync(path), options).length;
  }
}
console.log(total);
