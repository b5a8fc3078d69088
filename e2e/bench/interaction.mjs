// From a press of a key or of the mouse until the browser has painted what came of it, while the trace plays. Measured by
// the browser itself (Event Timing), which rounds to 8 ms and tells of nothing that takes less than 16.

import { playTrace, position, until } from '../lib/app.mjs';
import { figure, quantile, unmeasured } from '../lib/figure.mjs';
import { open, started } from '../lib/harness.mjs';

const ROUNDS = 10;
const LEAST_MS = 16;
const APART_MS = 120;

/** What people do while it plays: panels, the diagram and back, speeds, another block, another controller's slot. */
const KEYS = ['i', 'k', 'v', 'e', 's', 's', ']', '[', 'Escape'];
const CLICKS = ['[data-slot]', '.disks td', '[data-testid="tab-writes"]', '[data-testid="tab-charts"]'];

/** Runs in the page: begins to gather. */
function gather(durationThreshold) {
  globalThis.interactions = new Map();
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries()) {
      if (!interactionId) continue;
      const slowest = Math.max(duration, globalThis.interactions.get(interactionId) ?? 0);
      globalThis.interactions.set(interactionId, slowest);
    }
  }).observe({ type: 'event', durationThreshold });
  return performance.interactionCount ?? 0;
}

const name = 'interaction to next paint while playing';
const seen = await open({ context: { viewport: { width: 1600, height: 900 } } });
try {
  const { page } = seen;
  await started(page);
  await playTrace(page, process.env.MIRRORLINE_TRACE, '300 lines');
  if (!(await position(page)).playing) await page.keyboard.press('Space');
  await until(page, ({ playing }) => playing);
  const before = await page.evaluate(gather, LEAST_MS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const key of KEYS) {
      await page.keyboard.press(key);
      await page.waitForTimeout(APART_MS);
    }
    for (const selector of CLICKS) {
      const all = page.locator(selector);
      const one = all.nth((round * 7) % Math.max(1, await all.count()));
      const box = await one.boundingBox();
      if (box) await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      await page.waitForTimeout(APART_MS);
    }
  }
  const { playing } = await position(page);
  const { slow, count } = await page.evaluate(() => ({
    slow: [...globalThis.interactions.values()], count: performance.interactionCount,
  }));
  const made = count - before;
  if (!playing || !(made >= ROUNDS * KEYS.length)) {
    unmeasured(name, playing ? `the browser counted ${made} interactions` : 'it did not play to the end');
  } else {
    // Those that were too short to be told of took less than the least.
    const all = [...slow, ...Array(Math.max(0, made - slow.length)).fill(LEAST_MS)];
    console.error(`${made} interactions, ${slow.length} of them of ${LEAST_MS} ms and more`);
    figure(`${name}, 98th of 100`, quantile(all, 0.98), 'ms');
    figure(`${name}, slowest`, Math.max(...all), 'ms');
  }
} finally {
  await seen.close();
}
