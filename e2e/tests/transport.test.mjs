// Playing, pausing, stepping and seeking: with the keyboard, and there and back again.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { changed, pause, position, press, quiet, stage, until } from '../lib/app.mjs';
import { open, started } from '../lib/harness.mjs';

let seen;
let page;

before(async () => {
  seen = await open();
  page = seen.page;
  await started(page);
});

afterEach(() => quiet(seen));
after(() => seen?.close());

test('it moves by itself within a second', async () => {
  const { event, playing } = await position(page);
  assert.equal(playing, true);
  const shown = await stage(page);
  await changed(page, shown, 1_000);
  assert.ok(event < 20, 'it has begun at the beginning');
});

test('Space pauses, and plays on from there', async () => {
  await page.keyboard.press('Space');
  const paused = await until(page, ({ playing }) => !playing);
  const shown = await stage(page);
  await page.waitForTimeout(400);
  assert.equal(await stage(page), shown, 'while it pauses, nothing moves');
  assert.deepEqual(await position(page), paused);

  await page.keyboard.press('Space');
  await until(page, ({ playing, event }) => playing && event > paused.event);
});

test('the arrows step there and back, and the stage returns exactly', async () => {
  await pause(page);
  const trail = [];
  for (let step = 0; step < 12; step += 1) {
    const { event } = await press(page, 'ArrowRight');
    trail.push({ event, shown: await stage(page) });
  }
  for (const { event, shown } of trail.slice(0, -1).reverse()) {
    assert.equal((await press(page, 'ArrowLeft')).event, event);
    assert.equal(await stage(page), shown, `the stage at event ${event}`);
  }
  assert.equal(new Set(trail.map(({ event }) => event)).size, trail.length);
});

test('Home and End go to the ends, and nothing is beyond them', async () => {
  await pause(page);
  await page.keyboard.press('End');
  const end = await until(page, ({ event, total }) => event === total);
  assert.ok(end.total > 20);
  await page.keyboard.press('ArrowRight');
  assert.equal((await position(page)).event, end.total);

  await page.keyboard.press('Home');
  await until(page, ({ event }) => event === 0);
  await page.keyboard.press('ArrowLeft');
  assert.equal((await position(page)).event, 0);
});

test('the scrubber is a slider, and goes where its keys say', async () => {
  await pause(page);
  const slider = page.getByRole('slider', { name: 'Time' });
  await page.keyboard.press('Home');
  await until(page, ({ event }) => event === 0);
  await slider.focus();
  const far = await press(page, 'PageDown');
  assert.ok(far.event > 1, 'a page is more than one event');
  assert.equal((await press(page, 'ArrowUp')).event, far.event + 1);
  const shown = await stage(page);
  await press(page, 'PageUp');
  await press(page, 'PageDown');
  assert.equal(await stage(page), shown);
  const { event, total } = await position(page);
  assert.equal(await slider.getAttribute('aria-valuenow'), String(event));
  assert.equal(await slider.getAttribute('aria-valuemax'), String(total));
  assert.match(await slider.getAttribute('aria-valuetext'), new RegExp(`event ${event} of ${total}`));
});

test('the scrubber goes where the mouse says', async () => {
  const { x, y, width, height } = await page.getByRole('slider', { name: 'Time' }).boundingBox();
  await page.mouse.click(x + width / 2, y + height / 2);
  const half = await until(page, ({ event, total }) => Math.abs(event - total / 2) <= 0.02 * total);
  await page.mouse.down();
  await page.mouse.move(x + width, y + height / 2, { steps: 5 });
  await page.mouse.up();
  const end = await until(page, ({ event, total }) => event === total);
  assert.ok(end.event > half.event);
});

test('a mouse can choose to step by time, and the arrows then do', async () => {
  await pause(page);
  await page.keyboard.press('Home');
  await until(page, ({ event }) => event === 0);
  const { event: byKey } = await press(page, 'Alt+Shift+ArrowRight');
  await press(page, 'Home');
  const units = page.getByTestId('step-by');
  assert.deepEqual(await units.locator('option').allTextContents(), ['Event', 'Message', 'I/O', 'Time']);
  await units.selectOption('Time');
  assert.equal((await press(page, 'ArrowRight')).event, byKey);
  assert.equal(await units.inputValue(), 'Time', 'the arrows step, and choose nothing');
  await units.selectOption('Message');
});
