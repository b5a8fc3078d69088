// Frames while it plays: how far they are apart, and what script on the main thread takes of each. With every slot in
// full detail, and with heat maps. Script is measured by the browser's own tracing, in thread time, so that other
// programs on this computer do not count; they do count between frames.

import { pause, playTrace, position, until } from '../lib/app.mjs';
import { figure, quantile, unmeasured } from '../lib/figure.mjs';
import { launch, open, started } from '../lib/harness.mjs';

const SECONDS = 6;
const FEWEST_FRAMES = 60;

/** What the browser calls the pieces of script. Nested pieces are counted once. */
const SCRIPT = new Set([
  'FireAnimationFrame', 'FunctionCall', 'RunMicrotasks', 'TimerFire', 'EventDispatch', 'EvaluateScript', 'V8.GCScavenger',
  'MinorGC', 'MajorGC',
]);

/** From a trace of the browser's: milliseconds of script for each frame, and milliseconds between frames. */
function framesOf(events) {
  const frames = events.filter(({ name }) => name === 'FireAnimationFrame');
  const thread = frames[0]?.tid;
  const pieces = events
    .filter(({ name, ph, tid }) => SCRIPT.has(name) && ph === 'X' && tid === thread)
    .sort((a, b) => a.ts - b.ts);
  const starts = frames.filter(({ tid }) => tid === thread).map(({ ts }) => ts).sort((a, b) => a - b);
  const script = starts.map(() => 0);
  let end = 0;
  let frame = 0;
  for (const { ts, dur = 0, tdur } of pieces) {
    if (ts < end) continue;
    end = ts + dur;
    while (frame + 1 < starts.length && starts[frame + 1] <= ts) frame += 1;
    if (ts >= starts[0]) script[frame] += (tdur ?? dur) / 1000;
  }
  const apart = starts.slice(1).map((ts, index) => (ts - starts[index]) / 1000);
  // The last one may have been cut off.
  return { script: script.slice(0, -1), apart };
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

async function measureOne(browser, page, what) {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8'] });
  const from = await position(page);
  const begun = Date.now();
  let to = from;
  while (to.playing && Date.now() - begun < SECONDS * 1000) {
    await page.waitForTimeout(100);
    to = await position(page);
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const { script, apart } = framesOf(traceEvents);
  if (script.length < FEWEST_FRAMES) {
    unmeasured(`script per frame while playing, ${what}`, `only ${script.length} frames`);
    return;
  }
  console.error(`${what}: ${script.length} frames, ${to.event - from.event} events`);
  const mean = script.reduce((sum, ms) => sum + ms, 0) / script.length;
  figure(`script per frame while playing, ${what}, mean`, mean, 'ms');
  figure(`script per frame while playing, ${what}, 95th of 100`, quantile(script, 0.95), 'ms');
  figure(`script per frame while playing, ${what}, 99th of 100`, quantile(script, 0.99), 'ms');
  figure(`frame after frame, median, ${what}`, quantile(apart, 0.5), 'ms');
  figure(`frame after frame, 99th of 100, ${what}`, quantile(apart, 0.99), 'ms');
}

/** At the speed of the beginning, and as fast as it goes. */
async function measure(browser, page, what) {
  await play(page, 0);
  await measureOne(browser, page, what);
  await play(page, 20);
  await measureOne(browser, page, `${what}, at top speed`);
}

/** Opens the page, brings something on the stage, and measures; `name` says what, given how many slots are cells. */
async function on(browser, bring, name) {
  const seen = await open({ browser, context: { viewport: { width: 1600, height: 900 } } });
  try {
    await started(seen.page);
    await bring(seen.page);
    await measure(browser, seen.page, name(await seen.page.locator('[data-slot]').count()));
  } finally {
    await seen.close();
  }
}

/** The trace, with caches of a size. */
const trace = (size) => (page) => playTrace(page, process.env.MIRRORLINE_TRACE, size);

const browser = await launch();
try {
  const inDetail = (slots) => `${slots} slots in full detail`;
  const asMap = (lines) => () => `heat map of ${lines} lines a controller`;
  await on(browser, trace('12 lines'), inDetail);
  await on(browser, trace('300 lines'), inDetail);
  await on(browser, trace('10,000 lines'), asMap('10,000'));
  await on(browser, trace('1,000,000 lines'), asMap('1,000,000'));
} finally {
  await browser.close();
}
