// Themes, small screens, and people who use assistive technology.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, seriousViolations } from '../lib/app.mjs';
import { started } from '../lib/harness.mjs';
import { fresh } from '../lib/suite.mjs';

const THEMES = ['dark', 'light', 'projector'];

const opened = fresh();

test('each theme looks different, and is remembered', async () => {
  const page = await opened();
  const colours = new Set();
  for (const theme of THEMES) {
    await page.getByTestId(`theme-${theme}`).first().click();
    const look = () => page.evaluate(() => getComputedStyle(document.body).cssText
      || getComputedStyle(document.body).backgroundColor + getComputedStyle(document.body).fontSize);
    const shown = await look();
    colours.add(shown);
    await page.reload();
    await started(page);
    assert.equal(await look(), shown, `${theme} after a reload`);
    assert.equal(await page.getByTestId(`theme-${theme}`).first().getAttribute('aria-pressed'), 'true');
  }
  assert.equal(colours.size, THEMES.length);
});

for (const theme of THEMES) {
  test(`nothing serious stands in the way of assistive technology, ${theme}`, async () => {
    const page = await opened({ path: `?theme=${theme}` });
    await pause(page);
    assert.deepEqual(await seriousViolations(page), []);
  });
}

test('a phone scrolls in one direction only, and everything is there', async () => {
  const page = await opened({ context: { viewport: { width: 390, height: 844 }, hasTouch: true } });
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the page is ${width} pixels wide`);
  await pause(page);
  const before = await position(page);
  await page.getByTestId('step-forward').tap();
  assert.ok((await position(page)).event > before.event);
});

test('who asks for less motion gets a page that waits', async () => {
  const page = await opened({ context: { reducedMotion: 'reduce' } });
  assert.equal((await position(page)).playing, false);
  await page.keyboard.press('ArrowRight');
  assert.ok((await position(page)).event > 0);
});

test('a first visit is shown around, may skip that, and may have it again', async () => {
  const page = await opened({ firstVisit: true });
  const tour = page.getByTestId('tour');
  assert.match(await tour.innerText(), /Two controllers/);
  assert.deepEqual(await seriousViolations(page), []);
  for (let n = 0; n < 4; n += 1) await page.getByTestId('tour-next').click();
  assert.match(await tour.innerText(), /break something/);
  await page.getByTestId('tour-next').click();
  assert.equal(await tour.count(), 0);
  await page.reload();
  await started(page);
  assert.equal(await tour.count(), 0);
  await page.keyboard.press('?');
  await page.getByTestId('tour-again').click();
  await page.getByTestId('tour-skip').click();
  assert.equal(await tour.count(), 0);
});
