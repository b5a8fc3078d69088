// From the request of the page until something on its stage moves: the best of three visits, each with an empty
// cache.

import { figure } from '../lib/figure.mjs';
import { DIST, launch } from '../lib/harness.mjs';
import { serve } from '../lib/server.mjs';

const VISITS = 3;
const LIMIT_MS = 20_000;

/** Runs in the page, before anything of it: waits until what the stage shows is not what it showed first. */
function watch() {
  let first;
  const look = () => {
    const main = document.querySelector('main');
    if (main && first === undefined) {
      first = main.outerHTML;
    } else if (main && main.outerHTML !== first) {
      // performance.now() counts from the start of the navigation.
      globalThis.firstMovement = performance.now();
      return;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

async function visit(browser, url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(url);
  const begun = Date.now();
  for (;;) {
    const moved = await page.evaluate(() => globalThis.firstMovement);
    if (moved !== undefined) {
      await context.close();
      return moved;
    }
    if (Date.now() - begun > LIMIT_MS) throw new Error(`nothing moved within ${LIMIT_MS} ms`);
    await page.waitForTimeout(50);
  }
}

const server = await serve(DIST);
const browser = await launch();
try {
  const times = [];
  for (let count = 0; count < VISITS; count += 1) times.push(await visit(browser, server.url));
  figure('first movement', Math.min(...times), 'ms');
} finally {
  await browser.close();
  await server.close();
}
