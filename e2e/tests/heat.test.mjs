// The map of a big cache: zoomed and dragged by wheel, keys, fingers and its minimap, and told in words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE, pause, playTrace, seriousViolations } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh();

/** The sample trace in a cache of a size, paused near its end; gives the map of A's own lines. */
async function map(page, size = '10,000 lines') {
  await playTrace(page, SAMPLE, size);
  await pause(page);
  await page.keyboard.press('End');
  const heat = page.getByTestId('controller-A').getByTestId('heat').first();
  await heat.waitFor();
  return { heat, view: heat.getByTestId('heat-view'), said: heat.getByTestId('heat-said'), mini: heat.getByTestId('heat-mini') };
}

/** Where the frame on the minimap lies. */
async function frame(mini) {
  const [of, at] = [await mini.boundingBox(), await mini.locator('.frame').boundingBox()];
  return { x: at.x - of.x, y: at.y - of.y, width: at.width / of.width, height: at.height / of.height };
}

/** How many slots are in view, as is said after a key. */
async function seen(said) {
  const [, columns, rows] = /(\d+) × (\d+) of/.exec(await said.textContent());
  return columns * rows;
}

/** So near to the first slot that it fills the view. */
async function toTheFirst(page, view) {
  await view.focus();
  await page.keyboard.press('Home');
  for (let turn = 0; turn < 20; turn += 1) await page.keyboard.press('+');
  await page.keyboard.press('Home');
}

async function wheel(page, view, turns, share = 0.5) {
  const { x, y, width, height } = await view.boundingBox();
  await page.mouse.move(x + width * share, y + height * share);
  for (let turn = 0; turn < Math.abs(turns); turn += 1) await page.mouse.wheel(0, turns > 0 ? -120 : 120);
}

test('the wheel goes from a million slots to one, about the pointer, and back', async () => {
  const page = await opened();
  const { heat, view, said, mini } = await map(page, '1,000,000 lines');
  assert.equal(await mini.isVisible(), false);
  await wheel(page, view, 1, 0.3);
  const under = await said.textContent();
  assert.match(under, /^A\d+, /);
  await wheel(page, view, 40, 0.3);
  assert.equal(await said.textContent(), under, 'what is under the pointer stays there');
  assert.ok((await frame(mini)).width < 0.1);
  assert.equal(await heat.getByRole('button', { name: /^Zoom in/ }).isDisabled(), true, 'one slot fills the view');
  await wheel(page, view, -60, 0.3);
  await mini.waitFor({ state: 'hidden' });
});

test('keys steer, zoom and inspect, and what is around is told in a table', async () => {
  const page = await opened();
  const { heat, view, said } = await map(page);
  await view.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  const twin = heat.getByTestId('heat-twin');
  const name = (await said.textContent()).split(',')[0];
  assert.match(await twin.locator('caption').textContent(), new RegExp(`around ${name}$`));
  assert.equal(await twin.locator('td').count(), 12, 'three rows, and at the left edge four columns');
  assert.equal((await twin.locator('[aria-current]').textContent()).split(',')[0], name);
  await page.keyboard.press('+');
  const some = await seen(said);
  await page.keyboard.press('+');
  assert.ok((await seen(said)) < some);
  await page.keyboard.press('-');
  assert.equal(await seen(said), some);
  await page.keyboard.press('0');
  assert.equal(await heat.getByTestId('heat-mini').isVisible(), false);
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  assert.match(await page.getByTestId('inspector').textContent(), /0:|A00/);
});

test('a slot tells in words which line it holds, and a click inspects that line', async () => {
  const page = await opened();
  const { view, said } = await map(page);
  await toTheFirst(page, view);
  await view.click();
  const [, line] = /^A00, line (\d+:\d+), /.exec(await said.textContent());
  await page.getByTestId('inspector').getByText(`Line ${line}`).first().waitFor({ state: 'attached' });
});

test('a block that is looked for is gone to and ringed', async () => {
  const page = await opened();
  const { heat, view, said, mini } = await map(page, '1,000,000 lines');
  await toTheFirst(page, view);
  const [, line] = /^A00, line (\d+:\d+), /.exec(await said.textContent());
  await page.keyboard.press('0');
  await mini.waitFor({ state: 'hidden' });
  await page.keyboard.press('f');
  await page.getByTestId('find-input').fill(line);
  await page.getByTestId('find-go').click();
  await mini.waitFor({ state: 'visible' });
  const ring = await heat.locator('.ring:not(.at):not([hidden])').first().boundingBox();
  assert.ok(ring.width > 20 && ring.height > 20, 'so near that it can be read');
});

test('dragging moves the map, and the minimap leads anywhere', async () => {
  const page = await opened();
  const { view, mini } = await map(page);
  await wheel(page, view, 6);
  const before = await frame(mini);
  const { x, y, width, height } = await view.boundingBox();
  await page.mouse.move(x + width * 0.4, y + height * 0.4);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.7, y + height * 0.6, { steps: 4 });
  await page.mouse.up();
  const dragged = await frame(mini);
  assert.ok(dragged.x < before.x && dragged.y < before.y, `${JSON.stringify(before)} → ${JSON.stringify(dragged)}`);
  assert.equal(await page.getByTestId('inspector').getByText('Slot A').count(), 0, 'a drag is no click');
  await mini.click({ position: { x: 2, y: 2 } });
  const corner = await frame(mini);
  assert.ok(corner.x < 2 && corner.y < 2, JSON.stringify(corner));
});

test('two fingers zoom the map and not the page', async () => {
  const page = await opened({ context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Open a trace…' }).click();
  const { view, mini } = await map(page);
  await view.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await view.boundingBox();
  const client = await page.context().newCDPSession(page);
  const fingers = (apart) => [-1, 1].map((side, id) => ({ id, x: x + width / 2 + side * apart, y: y + height / 2 }));
  await client.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(10) });
  for (let apart = 14; apart < 60; apart += 6) {
    await client.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) });
  }
  await client.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await mini.waitFor({ state: 'visible' });
  assert.ok((await frame(mini)).width < 0.5);
  assert.equal(await page.evaluate(() => visualViewport.scale), 1);
});

for (const theme of ['dark', 'light', 'projector']) {
  test(`nothing serious stands in the way of assistive technology, zoomed, ${theme}`, async () => {
    const page = await opened({ path: `?theme=${theme}` });
    const { view } = await map(page);
    await view.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('+');
    // Of the link's messages others tell.
    const found = (await seriousViolations(page)).filter((violation) => !violation.includes('class="tok'));
    assert.deepEqual(found, []);
  });
}

test('a window that changes while the diagram is shown is known to the map when it is back', async () => {
  const page = await opened();
  const { heat } = await map(page);
  const misfit = () => heat.locator('canvas').first().evaluate((it) => Math.abs(it.width - it.clientWidth * devicePixelRatio));
  const before = await heat.boundingBox();
  assert.ok((await misfit()) < 1);
  await page.keyboard.press('s');
  await heat.waitFor({ state: 'hidden' });
  await page.setViewportSize({ width: 1600, height: 900 });
  await page.keyboard.press('s');
  await heat.waitFor();
  assert.ok((await heat.boundingBox()).width > before.width, 'the test changes nothing');
  assert.ok((await misfit()) < 1, `${await misfit()}`);
});
