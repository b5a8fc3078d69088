// Seeking in the page: clicks all over the scrubber of a long trace, each from the press until the page shows the
// new event.

import { pause, playTrace, position, readAhead } from '../lib/app.mjs';
import { figure, quantile, unmeasured } from '../lib/figure.mjs';
import { open, started } from '../lib/harness.mjs';

const SEEKS = 100;
const EVENTS_WANTED = 100_000;

/** Runs in the page: milliseconds for each of `count` seeks to places that are spread evenly and in no order. */
async function seekAll(count) {
  const app = document.querySelector('[data-event][data-total]');
  const slider = document.querySelector('[role=slider]');
  const { left, width, top } = slider.getBoundingClientRect();
  const times = [];
  for (let index = 1; index <= count; index += 1) {
    const clientX = left + width * ((index * 0.618034) % 1);
    const shown = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect();
        resolve(performance.now());
      });
      observer.observe(app, { attributes: true, attributeFilter: ['data-event'] });
    });
    const begun = performance.now();
    const where = { bubbles: true, button: 0, pointerId: 1, clientX, clientY: top + 5 };
    slider.dispatchEvent(new PointerEvent('pointerdown', where));
    times.push((await shown) - begun);
    slider.dispatchEvent(new PointerEvent('pointerup', where));
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return times;
}

const seen = await open();
try {
  const { page } = seen;
  await started(page);
  await playTrace(page, process.env.MIRRORLINE_TRACE);
  await pause(page);
  await readAhead(page);
  const { total } = await position(page);
  const name = `seek in the page, slowest of ${SEEKS}`;
  if (total < EVENTS_WANTED) {
    unmeasured(name, `the trace has only ${total} events; name a longer one in MIRRORLINE_TRACE`);
  } else {
    const times = await page.evaluate(seekAll, SEEKS);
    console.error(`seek: ${total} events, median ${quantile(times, 0.5).toFixed(1)} ms`);
    figure(name, Math.max(...times), 'ms');
  }
} finally {
  await seen.close();
}
