// Lighthouse's scores of the release build, on its slow phone and on a desktop. The server compresses, as most hosts of
// static files do.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { figure } from '../lib/figure.mjs';
import { DIST, launch } from '../lib/harness.mjs';
import { serve } from '../lib/server.mjs';

const PORT = 38_190;

const folder = process.env.MIRRORLINE_LIGHTHOUSE;
const load = (path) => import(pathToFileURL(join(folder, path)));
const { default: lighthouse } = await load('core/index.js');
const { default: desktop } = await load('core/config/desktop-config.js');

const server = await serve(DIST, { compress: true });
const browser = await launch([`--remote-debugging-port=${PORT}`]);
try {
  for (const [name, config] of [['slow phone', undefined], ['desktop', desktop]]) {
    const { lhr } = await lighthouse(server.url, { port: PORT, logLevel: 'error' }, config);
    for (const [category, { title, score }] of Object.entries(lhr.categories)) {
      figure(`Lighthouse, ${category}, ${name}`, Math.round(score * 100), 'of 100');
      const failed = lhr.categories[category].auditRefs
        .map(({ id, weight }) => ({ weight, ...lhr.audits[id] }))
        .filter((audit) => audit.weight > 0 && audit.score !== null && audit.score < 0.9);
      for (const audit of failed) console.error(`${name}, ${title}: ${audit.title} ${audit.displayValue ?? ''}`);
    }
  }
} finally {
  await browser.close();
  await server.close();
}
