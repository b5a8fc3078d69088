// What the scrubber shows of other instants, and that nothing on it covers anything else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, press, stage, until } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh();

const card = (page) => page.getByTestId('glimpse');

/** The event that the card is about, once it is the one that lies at a share of the track. */
async function pointAt(page, share) {
  const { x, y, width, height } = await page.getByTestId('scrubber').boundingBox();
  await page.mouse.move(x + width * share, y + height / 2);
  const { total } = await position(page);
  await page.locator(`[data-testid=glimpse][data-event="${Math.round(share * total)}"]`).waitFor();
  return card(page).innerText();
}

test('who points at the scrubber sees that instant, small, and the stage stays', async () => {
  const page = await opened();
  await pause(page);
  const [shown, at] = [await stage(page), await position(page)];
  const late = await pointAt(page, 0.5);
  const early = await pointAt(page, 0.1);
  assert.notEqual(early, late);
  assert.match(early, /A DUAL[^]*B DUAL[^]*event \d+, /);
  assert.equal(await stage(page), shown);
  assert.deepEqual(await position(page), at);
  await page.mouse.move(300, 300);
  await card(page).waitFor({ state: 'detached' });
});

test('a thumbnail tells of the future that is shown, and of what failed', async () => {
  const page = await opened();
  await pause(page);
  const before = await pointAt(page, 0.6);
  await page.keyboard.press('a');
  await page.locator('[data-testid=glimpse] .mode:has-text("A DOWN")').waitFor();
  assert.notEqual(await card(page).innerText(), before);
  await page.keyboard.press('Control+z');
  await page.locator('[data-testid=glimpse] .mode:has-text("A DUAL")').waitFor();
});

test('play goes on while somebody points', async () => {
  const page = await opened();
  await page.keyboard.press('Home');
  if (!(await position(page)).playing) await page.keyboard.press('Space');
  const { event } = await until(page, ({ playing }) => playing);
  for (const share of [0.9, 0.3, 0.6]) await pointAt(page, share);
  await until(page, ({ event: now, playing }) => playing && now > event + 2);
});

test('dragging and the scrubber’s keys show the thumbnail too, and Escape takes it away', async () => {
  const page = await opened();
  await pause(page);
  const { x, y, width, height } = await page.getByTestId('scrubber').boundingBox();
  await page.mouse.move(x + width * 0.2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.4, y + height / 2, { steps: 4 });
  const { event } = await until(page, ({ event: now, total }) => now === Math.round(0.4 * total));
  await page.locator(`[data-testid=glimpse][data-event="${event}"]`).waitFor();
  await page.mouse.up();
  await page.mouse.move(300, 300);
  await card(page).waitFor({ state: 'detached' });

  await page.getByTestId('scrubber').focus();
  const gone = await press(page, 'PageDown');
  await page.locator(`[data-testid=glimpse][data-event="${gone.event}"]`).waitFor();
  const left = await press(page, 'ArrowLeft');
  await page.locator(`[data-testid=glimpse][data-event="${left.event}"]`).waitFor();
  await page.keyboard.press('Escape');
  await card(page).waitFor({ state: 'detached' });
});

for (const [width, height] of [[1600, 900], [390, 844]]) {
  test(`the thumbnail stays within the window, ${width} × ${height}`, async () => {
    const page = await opened({ context: { viewport: { width, height } } });
    await pause(page);
    for (const share of [0.01, 0.5, 0.99]) {
      await pointAt(page, share);
      const box = await card(page).boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= width && box.y >= 0, JSON.stringify(box));
    }
  });
}

for (const [theme, width, height] of [['dark', 1280, 720], ['light', 1600, 900], ['projector', 1280, 720], ['projector', 1600, 900]]) {
  test(`neither the playhead nor its tag nor another name lies over a mark’s name, ${theme}, ${width} × ${height}`, async () => {
    const page = await opened({ path: `?theme=${theme}`, context: { viewport: { width, height } } });
    await pause(page);
    await page.keyboard.press('Home');
    let { event, total } = await until(page, ({ event: now }) => now === 0);
    let named = 0;
    for (;;) {
      const covered = await page.evaluate(() => {
        const names = [...document.querySelectorAll('.flag')].flatMap((flag) => {
          const text = [...flag.childNodes].find((node) => node.nodeType === 3 && node.data.trim());
          if (!text) return [];
          const range = document.createRange();
          range.selectNodeContents(text);
          return [{ text: text.data, box: range.getBoundingClientRect() }];
        });
        const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
        const head = document.querySelector('.head');
        const line = head.getBoundingClientRect();
        const tag = head.querySelector('b').getBoundingClientRect();
        const wrong = names.flatMap(({ text, box }, index) => [
          ...(over(line, box) ? [`the playhead over ${text}`] : []),
          ...(over(tag, box) ? [`the tag over ${text}`] : []),
          ...names.slice(index + 1).filter((other) => over(other.box, box)).map((other) => `${other.text} over ${text}`),
        ]);
        return { wrong, names: names.length };
      });
      assert.deepEqual(covered.wrong, [], `at event ${event}`);
      named = Math.max(named, covered.names);
      if (event === total) break;
      ({ event, total } = await press(page, 'Alt+ArrowRight'));
    }
    assert.ok(named >= 2, 'and there are names');
  });
}
