// The space-time diagram: lines are there, they lead somewhere, the window can be moved, and it can be taken along as text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, press, seriousViolations, until } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh({ viewport: { width: 1600, height: 900 } });

/** The diagram, some events into the run, and the run at rest. */
async function diagram(options) {
  const page = await opened(options);
  await pause(page);
  await page.keyboard.press('Home');
  await until(page, ({ event }) => event === 0);
  await page.keyboard.press('s');
  for (let event = 1; event <= 8; event += 1) await press(page, 'Alt+ArrowRight');
  await page.getByTestId('stroke').first().waitFor();
  return page;
}

const ticks = (page) => page.locator('.tick text').allTextContents();

/** Reads until it is something else. */
async function other(read, before, limit = 3_000) {
  const begun = Date.now();
  for (;;) {
    const now = await read();
    if (JSON.stringify(now) !== JSON.stringify(before)) return now;
    assert.ok(Date.now() - begun < limit, `still ${JSON.stringify(before)}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

test('S shows who said what to whom, and the stage again', async () => {
  const page = await diagram();
  assert.ok((await page.getByTestId('stroke').count()) > 4);
  const labels = await page.getByTestId('space-label').allTextContents();
  for (const name of ['DATA', 'META', 'META_ACK']) assert.ok(labels.includes(name), `${name} in ${labels}`);
  const names = await page.locator('.space-names text').allTextContents();
  assert.deepEqual([names.includes('A'), names.includes('B'), names.at(-1)], [true, true, 'Array']);
  assert.match(await page.getByTestId('space-svg').getAttribute('aria-label'), /^Space-time diagram, .* messages?, .* Now is /);
  assert.equal(await page.getByTestId('view-spacetime').getAttribute('aria-pressed'), 'true');
  await page.getByTestId('view-stage').click();
  await page.locator('.stage .ctl.a').waitFor();
  assert.equal(await page.getByTestId('spacetime').count(), 0);
});

test('the stage waits behind the diagram, unchanged, and shows the present when it is back', async () => {
  const page = await opened();
  await pause(page);
  const steps = async () => { for (let event = 1; event <= 12; event += 1) await press(page, 'Alt+ArrowRight'); };
  const looks = () => page.locator('[data-slot]').evaluateAll((cells) => cells.map((it) => [it.className, it.title, it.style.cssText, it.textContent]));
  const moved = () => page.locator('.stage [style*="--p"]').evaluateAll((parts) => parts.map(({ style }) => style.cssText));
  await page.keyboard.press('Home');
  await until(page, ({ event }) => event === 0);
  const [first, kept] = [await looks(), page.locator('[data-slot]').first()];
  await steps();
  const then = [await looks(), await moved()];
  assert.notDeepEqual(then[0], first);
  await page.keyboard.press('Home');
  await until(page, ({ event }) => event === 0);
  await kept.evaluate((cell) => { cell.kept = true; });
  await page.keyboard.press('s');
  await page.locator('.stage .ctl.a').waitFor({ state: 'hidden' });
  await steps();
  assert.deepEqual(await looks(), first, 'it does no work while nobody sees it');
  await page.keyboard.press('s');
  await page.locator('.stage .ctl.a').waitFor();
  assert.deepEqual([await looks(), await moved()], then);
  assert.equal(await kept.evaluate((cell) => cell.kept), true, 'a cell was made anew');
});

test('labels lie beside each other', async () => {
  const page = await diagram();
  for (let zoom = 0; zoom < 4; zoom += 1) {
    const boxes = await page.locator('.space-over .tag rect').evaluateAll((rects) =>
      rects.map((rect) => {
        const { left, right, top, bottom } = rect.getBoundingClientRect();
        return { left, right, top, bottom };
      }),
    );
    boxes.forEach((one, index) => {
      for (const two of boxes.slice(index + 1)) {
        const apart = one.right <= two.left || two.right <= one.left || one.bottom <= two.top || two.bottom <= one.top;
        assert.ok(apart, `${JSON.stringify(one)} and ${JSON.stringify(two)}`);
      }
    });
    const before = await ticks(page);
    await page.keyboard.press('-');
    await other(() => ticks(page), before);
  }
});

test('words keep within their boxes', async () => {
  const page = await diagram();
  const wider = await page.locator('.space-over .tag:not(.bare)').evaluateAll((tags) =>
    tags
      .filter((tag) => tag.querySelector('text').getBBox().width > tag.querySelector('rect').getBBox().width - 4)
      .map((tag) => tag.textContent),
  );
  assert.deepEqual(wider, []);
});

test('a click on a line goes to the event at which it arrives', async () => {
  const page = await diagram();
  const future = page.locator('[data-testid="space-label"].future, [data-testid="space-label"].leaving').first();
  const event = Number(await future.getAttribute('data-seek'));
  await future.click();
  await until(page, (now) => now.event === event + 1);
});

test('the window zooms by keys, buttons and the wheel, is dragged, and follows again', async () => {
  const page = await diagram();
  let before = await ticks(page);
  await page.keyboard.press('-');
  await page.keyboard.press('-');
  before = await other(() => ticks(page), before);
  await page.getByTestId('zoom-in').click();
  await page.getByTestId('zoom-in').click();
  await page.getByTestId('zoom-in').click();
  before = await other(() => ticks(page), before);
  const plot = await page.getByTestId('space-plot').boundingBox();
  await page.mouse.move(plot.x + plot.width / 2, plot.y + 40);
  await page.mouse.wheel(0, 600);
  await other(() => ticks(page), before);
  const here = await position(page);
  const pan = () => page.getByTestId('space-plot').evaluate((element) => element.style.getPropertyValue('--nx'));
  const nx = await pan();
  await page.mouse.down();
  await page.mouse.move(plot.x + plot.width / 2 - 90, plot.y + 44, { steps: 4 });
  await page.mouse.up();
  await other(pan, nx);
  assert.equal(await page.getByTestId('follow').getAttribute('aria-pressed'), 'false');
  assert.equal((await position(page)).event, here.event, 'a drag is no click');
  await page.getByTestId('follow').click();
  assert.equal(await other(pan, await pan(), 500).catch(pan), nx);
  assert.equal(await page.getByTestId('follow').getAttribute('aria-pressed'), 'true');
});

test('what is on its way is drawn as far as it has come', async () => {
  const page = await diagram();
  await page.keyboard.press('Home');
  await until(page, ({ event }) => event === 0);
  const way = page.locator('.space-past .stroke.data line');
  for (let event = 0; event < 5 && (await way.count()) === 0; event += 1) await press(page, 'Alt+ArrowRight');
  for (let slower = 0; slower < 6; slower += 1) await page.keyboard.press('[');
  await page.keyboard.press('Space');
  const come = () =>
    way.first().evaluate((line) => {
      const { left, right } = line.getBoundingClientRect();
      const cut = line.closest('.space-past').getBoundingClientRect().right;
      return right > left && line.closest('svg').getBoundingClientRect().width > 0 ? Math.round(cut - left) : 0;
    });
  const first = await come();
  assert.ok((await other(come, first)) > first);
});

test('the scrubber shows the window', async () => {
  const page = await diagram();
  const bracket = page.locator('.scrub > .window');
  const narrow = (await bracket.boundingBox()).width;
  for (let zoom = 0; zoom < 5; zoom += 1) await page.keyboard.press('-');
  const wide = await other(async () => Math.round((await bracket.boundingBox()).width), Math.round(narrow));
  assert.ok(wide > narrow, `${wide} and ${narrow}`);
  await page.keyboard.press('s');
  await bracket.waitFor({ state: 'hidden' });
});

test('now moves while it plays, also after another scenario has come', async () => {
  const page = await diagram();
  const now = () => page.getByTestId('space-now').textContent();
  assert.match(await now(), /^now, \d/);
  let before = await now();
  await page.keyboard.press('Space');
  await other(now, before);
  await page.getByTestId('scenario-picker').click();
  await page.getByTestId('scenario-2').click();
  before = await now();
  await other(now, before);
});

test('what breaks flies a flag', async () => {
  const page = await diagram();
  await page.keyboard.press('x');
  await page.getByTestId('space-flag').first().waitFor();
  assert.match(await page.getByTestId('space-flag').first().textContent(), /cut link/);
});

test('a busy run is shown in counts', async () => {
  const page = await diagram();
  await page.getByTestId('scenario-picker').click();
  await page.getByTestId('scenario-6').click();
  await pause(page);
  for (let zoom = 0; zoom < 24 && (await page.getByTestId('fold').count()) === 0; zoom += 1) {
    const before = await ticks(page);
    await page.keyboard.press('-');
    await other(() => ticks(page), before).catch(() => undefined);
  }
  assert.ok((await page.getByTestId('fold').count()) > 0);
  assert.equal(await page.getByTestId('stroke').count(), 0);
});

test('the window is copied as a Mermaid text', async () => {
  const page = await diagram({ context: { permissions: ['clipboard-read', 'clipboard-write'] } });
  await page.getByTestId('copy-text').click();
  await page.getByRole('status').getByText('Copied').waitFor();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(text, /^sequenceDiagram\n/);
  assert.match(text, /A->>B: DATA/);
  assert.ok(text.split('\n').length <= 201);
});

test('where the clipboard is refused, the text can be copied by hand', async () => {
  const page = await diagram();
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
  });
  await page.getByTestId('copy-text').click();
  const dialog = page.getByTestId('space-text');
  assert.match(await dialog.locator('textarea').inputValue(), /^sequenceDiagram\n/);
  await dialog.locator('textarea').focus();
  await page.keyboard.press('s');
  assert.equal(await dialog.count(), 1, 'the page’s keys rest behind the dialog');
  assert.deepEqual(await seriousViolations(page), []);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('it can be heard: what is said about now is a list', async () => {
  const page = await diagram();
  const items = await page.getByRole('list', { name: 'What is said about now' }).getByRole('listitem').allTextContents();
  assert.ok(items.length > 4 && items.length <= 20, `${items.length}`);
  assert.match(items.join('\n'), /DATA, line \d+:\d+, A to B, .* to /);
  assert.match(items.join('\n'), /\(to come\)/);
});

for (const theme of ['dark', 'light', 'projector']) {
  test(`axe finds nothing serious in the ${theme} theme`, async () => {
    const page = await diagram({ path: `?theme=${theme}` });
    assert.deepEqual(await seriousViolations(page), []);
  });
}

test('a phone has it in its menu', async () => {
  const page = await opened({ context: { viewport: { width: 390, height: 844 }, hasTouch: true } });
  await pause(page);
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.locator('.more-menu').getByTestId('view-spacetime').click();
  await page.getByTestId('stroke').first().waitFor();
  const plot = await page.getByTestId('space-plot').boundingBox();
  assert.ok(plot.height > 240 && plot.x + plot.width <= 390, JSON.stringify(plot));
  const before = await ticks(page);
  const touch = await page.context().newCDPSession(page);
  const fingers = (type, apart) =>
    touch.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: apart.map((x, id) => ({ x: plot.x + plot.width / 2 + x, y: plot.y + 60, id })),
    });
  await fingers('touchStart', [-20]);
  await fingers('touchStart', [-20, 20]);
  for (let apart = 30; apart <= 110; apart += 10) await fingers('touchMove', [-apart, apart]);
  await fingers('touchEnd', []);
  await other(() => ticks(page), before);
  assert.deepEqual(await seriousViolations(page), []);
});
