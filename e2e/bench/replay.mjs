// The replay that the native figures measure, in the JavaScript module under Node.

import { readFileSync } from 'node:fs';
import { figure } from '../lib/figure.mjs';
import { load } from '../lib/module.mjs';

const RUNS = 8;

const { replay } = await load();
const bytes = readFileSync(process.env.MIRRORLINE_TRACE);
let best = 0;
for (let run = 0; run < RUNS; run += 1) {
  const begun = performance.now();
  const { hostIos } = replay(bytes, { depth: 32, repeat: 10 });
  best = Math.max(best, Number(hostIos) / ((performance.now() - begun) / 1000));
}
figure('replay of the trace, 4096 lines, wasm under Node', best, 'host I/Os/s');
