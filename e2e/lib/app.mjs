// The page in the words of its tests: where the run is, what the stage shows, and how to wait for either.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A small real trace. */
export const SAMPLE = here('../../static/samples/oltp.iolog');
/** More requests than can be read ahead at once. */
export const LONG = { name: 'long.iolog', mimeType: 'text/plain', buffer: Buffer.from(`fio version 2 iolog\n/dev/x add\n/dev/x open\n${Array.from({ length: 60_000 }, (_, n) => `/dev/x write ${(n * 8192) % 67108864} 8192\n`).join('')}/dev/x close\n`) };

const AXE = here('../node_modules/axe-core/axe.min.js');

/** Event, total, and whether it plays. */
export function position(page) {
  return page.evaluate(() => {
    const { event, total, playing } = document.querySelector('[data-event][data-total]').dataset;
    return { event: Number(event), total: Number(total), playing: playing === 'true' };
  });
}

/** Waits until the position is as `wanted` says, and returns it. */
export async function until(page, wanted, limit = 5_000) {
  const begun = Date.now();
  for (;;) {
    // The page's policy forbids what Playwright's own waiting does with a function's text.
    const now = await position(page);
    if (wanted(now)) return now;
    assert.ok(Date.now() - begun < limit, `still at ${JSON.stringify(now)}, waiting for ${wanted}`);
    await page.waitForTimeout(20);
  }
}

/** Waits until the stage shows something else than `shown`. */
export async function changed(page, shown, limit) {
  const begun = Date.now();
  while ((await stage(page)) === shown) {
    assert.ok(Date.now() - begun < limit, `nothing has moved for ${limit} ms`);
    await page.waitForTimeout(20);
  }
}

/** Stops it, wherever it is. */
export async function pause(page) {
  if ((await position(page)).playing) {
    await page.keyboard.press('Space');
  }
  return until(page, ({ playing }) => !playing);
}

/** Presses a key, and gives the position once it is another one. */
export async function press(page, key) {
  const before = await position(page);
  await page.keyboard.press(key);
  return until(page, ({ event }) => event !== before.event);
}

/** All that the stage shows. */
export async function stage(page) {
  const html = await page.getByRole('main').evaluate((element) => element.outerHTML);
  // What has moved once keeps an attribute that says nothing.
  return html.replaceAll(' style=""', '');
}

/** Chooses a file in the dialog for traces. */
export async function choose(page, file) {
  if (!(await page.getByTestId('trace-dialog').isVisible())) {
    await page.getByTestId('open-trace').click();
  }
  await page.getByTestId('trace-file').setInputFiles(file);
}

/** Plays a file from the dialog for traces, with caches of a size if one is named; some of it is recorded by then. */
export async function playTrace(page, file, size) {
  await choose(page, file);
  await page.getByTestId('trace-preview').waitFor({ timeout: 60_000 });
  if (size) await page.getByTestId('trace-sizes').getByText(size, { exact: true }).click();
  await page.getByTestId('trace-play').click();
  await until(page, ({ total }) => total > 1_000, 60_000);
}

/** Waits until the whole trace has been read ahead. */
export const readAhead = (page) => page.getByText('reading ahead').waitFor({ state: 'detached', timeout: 120_000 });

/** In a grid of slots the spoken name is words where the cell shows letters; nobody calls a cell by its letters. */
const SPELT_OUT = ({ id }, { target }) => id === 'label-content-name-mismatch' && String(target).includes('slot-');

/** What axe finds serious or critical, one line each. */
export const seriousViolations = (page) => found(page, (impact) => ['serious', 'critical'].includes(impact));

/** Everything that axe finds. */
export const violations = (page) => found(page, () => true);

async function found(page, counts) {
  await page.evaluate(await readFile(AXE, 'utf8'));
  const all = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return all.violations
    .filter(({ impact }) => counts(impact))
    .flatMap((rule) => rule.nodes.filter((node) => !SPELT_OUT(rule, node)).map(({ html }) => `${rule.id}: ${html.slice(0, 200)}`));
}

/** Fails if something went wrong that no test looks at. */
export function quiet(seen) {
  assert.deepEqual(seen.problems, []);
  assert.deepEqual(seen.foreign, []);
}
