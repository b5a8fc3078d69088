// Script on the main thread per animation frame while it plays: with every slot in full detail, and with a heat map
// of 10,000 lines a controller. Measured by the browser's own tracing, in thread time, so that other programs on
// this computer do not count.

import { choose, pause, position, until } from '../lib/app.mjs';
import { figure, quantile, unmeasured } from '../lib/figure.mjs';
import { launch, open, started } from '../lib/harness.mjs';

const SECONDS = 6;
const FEWEST_FRAMES = 60;

/** What the browser calls the pieces of script. Nested pieces are counted once. */
const SCRIPT = new Set([
  'FireAnimationFrame', 'FunctionCall', 'RunMicrotasks', 'TimerFire', 'EventDispatch', 'EvaluateScript', 'V8.GCScavenger',
  'MinorGC', 'MajorGC',
]);

/** Milliseconds of script for each frame, from a trace of the browser's. */
function scriptPerFrame(events) {
  const frames = events.filter(({ name }) => name === 'FireAnimationFrame');
  const thread = frames[0]?.tid;
  const pieces = events
    .filter(({ name, ph, tid }) => SCRIPT.has(name) && ph === 'X' && tid === thread)
    .sort((a, b) => a.ts - b.ts);
  const starts = frames.filter(({ tid }) => tid === thread).map(({ ts }) => ts).sort((a, b) => a - b);
  const spent = starts.map(() => 0);
  let end = 0;
  let frame = 0;
  for (const { ts, dur = 0, tdur } of pieces) {
    if (ts < end) continue;
    end = ts + dur;
    while (frame + 1 < starts.length && starts[frame + 1] <= ts) frame += 1;
    if (ts >= starts[0]) spent[frame] += (tdur ?? dur) / 1000;
  }
  // The last one may have been cut off.
  return spent.slice(0, -1);
}

/** Plays on from a third of the way, at this speed, for some seconds or to the end. */
async function play(page, steps) {
  await pause(page);
  const { width, height } = await page.getByRole('slider', { name: 'Time' }).boundingBox();
  await page.getByRole('slider', { name: 'Time' }).click({ position: { x: width / 3, y: height / 2 } });
  for (let step = 0; step < Math.abs(steps); step += 1) await page.keyboard.press(steps > 0 ? ']' : '[');
  await page.keyboard.press('Space');
  await until(page, ({ playing }) => playing);
}

async function measureOne(browser, page, name) {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8'] });
  const from = await position(page);
  const begun = Date.now();
  let to = from;
  while (to.playing && Date.now() - begun < SECONDS * 1000) {
    await page.waitForTimeout(100);
    to = await position(page);
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const spent = scriptPerFrame(traceEvents);
  if (spent.length < FEWEST_FRAMES) {
    unmeasured(name, `only ${spent.length} frames`);
    return;
  }
  console.error(`${name}: ${spent.length} frames, ${to.event - from.event} events`);
  const mean = spent.reduce((sum, ms) => sum + ms, 0) / spent.length;
  figure(`${name}, mean`, mean, 'ms');
  figure(`${name}, 95th of 100`, quantile(spent, 0.95), 'ms');
  figure(`${name}, 99th of 100`, quantile(spent, 0.99), 'ms');
}

/** At the speed of the beginning, and as fast as it goes. */
async function measure(browser, page, what) {
  await play(page, 0);
  await measureOne(browser, page, `script per frame while playing, ${what}`);
  await play(page, 20);
  await measureOne(browser, page, `script per frame while playing, ${what}, at top speed`);
}

async function inDetail(browser) {
  const seen = await open({ browser });
  try {
    await started(seen.page);
    await seen.page.getByTestId('scenario-picker').click();
    await seen.page.getByRole('menuitemradio', { name: 'A busy hour' }).click();
    const slots = await seen.page.locator('[data-slot]').count();
    await measure(browser, seen.page, `${slots} slots in full detail`);
  } finally {
    await seen.close();
  }
}

async function asHeatMap(browser) {
  const seen = await open({ browser });
  try {
    await started(seen.page);
    await choose(seen.page, process.env.MIRRORLINE_TRACE);
    await seen.page.getByTestId('trace-sizes').getByText('10,000 lines').click();
    await seen.page.getByTestId('trace-play').click();
    await until(seen.page, ({ total }) => total > 1_000, 60_000);
    await measure(browser, seen.page, 'heat map of 10,000 lines a controller');
  } finally {
    await seen.close();
  }
}

const browser = await launch();
try {
  await inDetail(browser);
  await asHeatMap(browser);
} finally {
  await browser.close();
}
