// The explorer in the page’s worker: the steady world, from the press on the button until it is exhausted.

import { figure } from '../lib/figure.mjs';
import { open, started } from '../lib/harness.mjs';

const RUNS = 3;
const LIMIT = { timeout: 120_000 };
/** Golden, as in engine/tests/explore.rs. */
const STATES = 186_204;

/** Runs in the page: milliseconds until the result is there. */
async function explore() {
  const find = (id) => document.querySelector(`[data-testid=${id}]`);
  const begun = performance.now();
  find('check-start').click();
  for (;;) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const result = find('check-result');
    if (result) return { ms: performance.now() - begun, words: result.innerText };
  }
}

const seen = await open();
try {
  const { page } = seen;
  await started(page);
  // Nothing else moves.
  await page.keyboard.press('Space');
  await page.getByTestId('check').click();
  const option = page.getByTestId('check-world').locator('option', { hasText: /^steady:/ });
  await page.getByTestId('check-world').selectOption(await option.innerText());
  page.setDefaultTimeout(LIMIT.timeout);
  const times = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { ms, words } = await page.evaluate(explore);
    if (!words.replace(/\s/g, '').includes(`${STATES}states`)) throw new Error(`not the steady world: ${words}`);
    times.push(ms);
  }
  const best = Math.min(...times);
  figure('explorer in the page’s worker, steady world', (STATES / best) * 1_000, 'unique states/s');
  figure('explorer in the page’s worker, until the steady world is exhausted', best / 1_000, 's');
} finally {
  await seen.close();
}
