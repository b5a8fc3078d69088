// Themes, small screens, and people who use assistive technology.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, press, seriousViolations, until, violations } from '../lib/app.mjs';
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

for (const [theme, width, height] of [['dark', 1600, 900], ['light', 1280, 720], ['projector', 1600, 900], ['dark', 390, 844], ['dark', 844, 390]]) {
  test(`the stage keeps its place whatever is chosen, and while nothing fails, ${theme} ${width}×${height}`, async () => {
    const page = await opened({ path: `?theme=${theme}`, context: { viewport: { width, height } } });
    await pause(page);
    await page.keyboard.press('Home');
    await until(page, ({ event }) => event === 0);
    const parts = ['.say', '.ctl.a', '.ctl.a .mem', '.ctl.b', '.ctl.b .mem', 'section.link', '.array', '.dock'];
    const boxes = () => page.evaluate((all) => all.map((part) => {
      const { x, y, width, height } = document.querySelector(part).getBoundingClientRect();
      return `${part} ${[x, y, width, height].map(Math.round)}`;
    }), parts);
    const before = await boxes();
    const stays = async (when) => assert.deepEqual(await boxes(), before, when);
    for (let event = 1; event <= 60; event += 1) {
      await press(page, 'Alt+ArrowRight');
      await stays(`after event ${event}`);
    }
    for (const chosen of ['[data-slot]', '.disks td:not(.p)', '.disks td.p', '[data-testid="controller-B"] [data-slot]']) {
      await page.locator(chosen).filter({ visible: true }).first().evaluate((element) => element.click());
      await page.evaluate(() => new Promise(requestAnimationFrame));
      await stays(`${chosen} is chosen`);
    }
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

test('a phone’s menu has what to step by, and its button of futures says what it counts', async () => {
  const page = await opened({ context: { viewport: { width: 390, height: 844 }, hasTouch: true } });
  await pause(page);
  await page.getByRole('button', { name: 'Menu', exact: true }).tap();
  await page.locator('.more-menu').getByTestId('step-by').selectOption('Event');
  await page.keyboard.press('Escape');
  const before = await position(page);
  await page.getByTestId('step-forward').tap();
  assert.equal((await position(page)).event, before.event + 1);
  await page.keyboard.press('a');
  const futures = page.getByTestId('branches');
  await futures.waitFor();
  assert.equal((await futures.getByText('futures').boundingBox()).height > 8, true);
  assert.match(await futures.evaluate((button) => button.textContent), /^Kill A 2 futures$/);
  const { x, width, height } = await futures.boundingBox();
  assert.ok(width >= 44 && height >= 44 && x + width <= 390);
});

for (const height of [800, 860, 900, 960, 1080]) {
  test(`no line of the ledger’s key is covered by its verdict, ${height} pixels high`, async () => {
    const page = await opened({ context: { viewport: { width: 1600, height } } });
    await pause(page);
    await page.keyboard.press('End');
    await until(page, ({ event, total }) => event === total);
    for (let step = 0; step < 40; step += 8) {
      const [key, verdict] = [await page.locator('.led-key').boundingBox(), await page.getByTestId('verdict').boundingBox()];
      assert.ok(key.y + key.height <= verdict.y + 0.5, `${key.y + key.height} is below ${verdict.y}`);
      assert.ok(verdict.y + verdict.height <= height);
      for (let n = 0; n < 8; n += 1) await page.keyboard.press('ArrowLeft');
    }
  });
}

/** Sizes that somebody has, and how much they may have enlarged everything. */
const ROOMS = [
  { width: 844, height: 390 }, { width: 667, height: 375 }, { width: 1024, height: 600 }, { width: 768, height: 1024 },
  { width: 1600, height: 900, scale: 2 }, { width: 1280, height: 720, scale: 1.5 }, { width: 390, height: 844, scale: 2 },
];

for (const { width, height, scale = 1 } of ROOMS) {
  test(`everything has its place, ${width} × ${height}, enlarged ${scale} times`, async () => {
    const path = `?theme=light&scale=${scale}`;
    const page = await opened({ path, context: { viewport: { width, height }, reducedMotion: 'reduce' } });
    for (let n = 0; n < 60; n += 1) await page.keyboard.press('ArrowRight');
    const wrong = await page.evaluate(() => {
      const found = [];
      const box = (selector) => document.querySelector(selector).getBoundingClientRect();
      const parts = ['.top', '.say', '.stage', '.dock'].map((part) => [part, box(part)]);
      for (const [index, [part, { top, left, right, bottom }]] of parts.entries()) {
        if (index > 0 && top < parts[index - 1][1].bottom - 1) found.push(`${part} lies over what is above it`);
        if (left < -1 || right > innerWidth + 1 || bottom > innerHeight + 1) found.push(`${part} is wider or higher than the window`);
      }
      if (box('.stage').height < 0.3 * innerHeight) found.push(`the stage is ${box('.stage').height} pixels high`);
      for (const side of ['a', 'b']) {
        if (box(`.ctl.${side}`).bottom > box('.array').top + 1) found.push(`controller ${side} lies over the array`);
      }
      for (const cell of document.querySelectorAll('.ctl .s')) {
        const { left, right } = cell.closest('.ctl').getBoundingClientRect();
        const { left: from, right: to, bottom } = cell.getBoundingClientRect();
        if (from < left || to > right) found.push(`${cell.textContent} is not in its controller`);
        for (const text of cell.querySelectorAll('b, span')) {
          if (text.getBoundingClientRect().bottom > bottom + 1) found.push(`${text.textContent} does not fit its slot`);
        }
      }
      for (const button of document.querySelectorAll('.top button, .say button, .bar button')) {
        const { left, right, width: wide } = button.getBoundingClientRect();
        if (wide > 0 && (left < 0 || right > innerWidth)) found.push(`${button.textContent} sticks out`);
      }
      return found;
    });
    assert.deepEqual(wrong, []);
  });
}

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

for (const colorScheme of ['dark', 'light']) {
  test(`where the system forces its ${colorScheme} colours, the page takes them, and what is framed stays framed`, async () => {
    const page = await opened({
      path: '?theme=projector', context: { viewport: { width: 1600, height: 900 }, forcedColors: 'active', colorScheme },
    });
    await pause(page);
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await theme(), colorScheme);
    await page.keyboard.press('t');
    assert.equal(await theme(), colorScheme, 'the key for themes does nothing then');
    for (let n = 0; n < 20; n += 1) await page.keyboard.press('Alt+ArrowRight');
    await page.locator('.s.sel').first().waitFor();
    const frames = await page.evaluate(() => {
      const width = (selector, pseudo, side) => {
        const style = getComputedStyle(document.querySelector(selector), pseudo);
        return style[`${side}Style`] === 'none' ? '0px' : style[`${side}Width`];
      };
      return [width('.disks .p', null, 'outline'), width('.s.sel', '::after', 'borderTop')];
    });
    assert.deepEqual(frames.filter((frame) => frame === '0px'), []);
    assert.deepEqual(await violations(page), []);
  });
}
