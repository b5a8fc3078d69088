// Panels that dock: dragged by mouse and by finger, moved by keys and from their menu, closed and brought back, and
// found again where they were left.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, press, until, violations } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh({ reducedMotion: 'reduce', viewport: { width: 1600, height: 900 } });

/** The tabs of both groups, as they stand. */
async function tabs(page) {
  const group = async (which) => {
    const names = await page.locator(`.strip.${which} [role=tab]`).evaluateAll((all) => all.map((tab) => tab.id.replace('tab-', '')));
    return names.join(' ');
  };
  return [await group('up'), await group('low')];
}

const FIRST = ['inspector about charts', 'writes invariants queue events'];

/** Waits until the tabs stand so. */
async function stand(page, wanted) {
  const begun = Date.now();
  for (;;) {
    const now = await tabs(page);
    if (now.join() === wanted.join()) return;
    assert.ok(Date.now() - begun < 5_000, `they stand ${JSON.stringify(now)}, not ${JSON.stringify(wanted)}`);
    await page.waitForTimeout(20);
  }
}

const tab = (page, name) => page.getByTestId(`tab-${name}`);

/** Drags a tab to a place within another one: `share` of its width from the left. */
async function drag(page, name, to, share) {
  const [from, target] = [await tab(page, name).boundingBox(), await tab(page, to).boundingBox()];
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + from.width / 2 + 20, from.y + 5, { steps: 3 });
  await page.mouse.move(target.x + target.width * share, target.y + target.height / 2, { steps: 8 });
  await page.mouse.up();
}

test('a tab is dragged into the other group and within one, and stands there after a reload', async () => {
  const page = await opened();
  await pause(page);
  await stand(page, FIRST);
  await drag(page, 'events', 'about', 0.2);
  await stand(page, ['inspector events about charts', 'writes invariants queue']);
  assert.equal(await tab(page, 'events').getAttribute('aria-selected'), 'true');
  await page.getByTestId('events-list').waitFor();
  await page.getByTestId('ledger').waitFor();
  await drag(page, 'writes', 'queue', 0.9);
  await stand(page, ['inspector events about charts', 'invariants queue writes']);
  await page.reload();
  await stand(page, ['inspector events about charts', 'invariants queue writes']);
  await page.getByTestId('events-list').waitFor();
  await pause(page);
  await page.getByTestId('panels').click();
  await page.getByTestId('panels-reset').click();
  await stand(page, FIRST);
  assert.equal(await page.getByTestId('panels-menu').count(), 0);
});

test('a drag that is given up changes nothing', async () => {
  const page = await opened();
  await pause(page);
  const from = await tab(page, 'charts').boundingBox();
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(from.x, from.y + 500, { steps: 5 });
  assert.equal(await page.locator('.held').count(), 1);
  await page.keyboard.press('Escape');
  await page.mouse.up();
  await stand(page, FIRST);
  assert.equal(await page.locator('.held').count(), 0);
});

test('all of one group can go to the other, and come back to where there is none', async () => {
  const page = await opened();
  await pause(page);
  for (const name of ['inspector', 'about', 'charts']) await drag(page, name, 'events', 0.9);
  await stand(page, ['', 'writes invariants queue events charts about inspector']);
  assert.equal(await page.getByTestId('divider').count(), 0);
  const [from, rail] = [await tab(page, 'inspector').boundingBox(), await page.getByTestId('rail').boundingBox()];
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(rail.x + 100, rail.y + 300, { steps: 5 });
  await page.mouse.move(rail.x + 100, rail.y + 10, { steps: 5 });
  await page.mouse.up();
  await stand(page, ['inspector', 'writes invariants queue events charts about']);
  await page.getByTestId('divider').waitFor();
});

test('keys go from tab to tab, take one along, and close it; its own key brings it back', async () => {
  const page = await opened();
  await pause(page);
  const before = await position(page);
  await tab(page, 'writes').focus();
  await page.keyboard.press('ArrowRight');
  const focused = () => page.evaluate(() => document.activeElement.id);
  assert.equal(await focused(), 'tab-invariants');
  assert.equal(await tab(page, 'invariants').getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Alt+ArrowRight');
  await stand(page, [FIRST[0], 'writes queue invariants events']);
  assert.equal(await focused(), 'tab-invariants');
  await page.keyboard.press('Alt+ArrowUp');
  await stand(page, ['inspector about charts invariants', 'writes queue events']);
  assert.equal(await focused(), 'tab-invariants');
  assert.match(await page.getByTestId('dock-said').innerText(), /Invariants: 4 of 4 in the upper group/);
  await page.keyboard.press('Delete');
  await stand(page, [FIRST[0], 'writes queue events']);
  assert.equal(await focused(), 'tab-charts');
  await page.keyboard.press('Home');
  assert.equal(await focused(), 'tab-inspector');
  // None of these keys has stepped.
  assert.deepEqual(await position(page), before);
  await page.keyboard.press('v');
  await stand(page, ['inspector about charts invariants', 'writes queue events']);
  await page.getByTestId('rules').waitFor();
});

test('a tab that was clicked leaves the arrow keys to the run', async () => {
  const page = await opened();
  await pause(page);
  await tab(page, 'charts').click();
  await page.getByTestId('charts').waitFor();
  await press(page, 'ArrowRight');
  await page.getByTestId('charts').waitFor();
});

test('a closed panel comes back by its key, by a link, and from the menu', async () => {
  const page = await opened();
  await pause(page);
  await page.getByTestId('close-inspector').click();
  await page.getByTestId('close-writes').click();
  await stand(page, ['about charts', 'invariants queue events']);
  await page.keyboard.press('k');
  await stand(page, ['about charts', 'writes invariants queue events']);
  await page.getByTestId('panels').click();
  await page.getByTestId('panel-inspector').click();
  await stand(page, FIRST);
  await page.getByTestId('panels').click();
  await page.getByTestId('shut-queue').click();
  await stand(page, [FIRST[0], 'writes invariants events']);
  await page.goto(`${page.url().split('?')[0]}?panel=queue`);
  await stand(page, FIRST);
  await page.getByTestId('queues').waitFor();
});

test('without any panel the stage has the room, and a key or the button brings one back', async () => {
  const page = await opened();
  await pause(page);
  const wide = async () => (await page.getByRole('main').boundingBox()).width;
  const before = await wide();
  await page.getByTestId('panels').click();
  for (const name of ['inspector', 'about', 'charts', 'writes', 'invariants', 'queue', 'events']) {
    if (await page.getByTestId('panels-menu').count()) await page.getByTestId(`shut-${name}`).click();
  }
  await stand(page, ['', '']);
  assert.ok((await wide()) > before + 300);
  await page.getByTestId('open-inspector').click();
  await stand(page, ['inspector', '']);
  assert.ok(Math.abs((await wide()) - before) < 2);
});

test('the menu moves panels without dragging anything', async () => {
  const page = await opened();
  await pause(page);
  await page.getByTestId('panels').click();
  await page.getByTestId('left-charts').click();
  await stand(page, ['inspector charts about', FIRST[1]]);
  await page.getByTestId('cross-events').click();
  await stand(page, ['inspector charts about events', 'writes invariants queue']);
  await page.keyboard.press('Escape');
  assert.equal(await page.getByTestId('panels-menu').count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'panels');
});

test('the line between the groups is dragged, moved by keys and by clicks, and remembered', async () => {
  const page = await opened();
  await pause(page);
  const line = page.getByTestId('divider');
  const share = async () => Number(await line.getAttribute('aria-valuenow'));
  const first = await share();
  const box = await line.boundingBox();
  await page.mouse.move(box.x + 40, box.y + 4);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y - 146, { steps: 6 });
  await page.mouse.up();
  const dragged = await share();
  assert.ok(dragged < first - 10 && dragged > 20, `${dragged}`);
  assert.ok(Math.abs((await line.boundingBox()).y - (box.y - 150)) < 12);
  await line.focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await share(), dragged + 4);
  await page.keyboard.press('Home');
  assert.equal(await share(), 20);
  await line.click();
  assert.equal(await share(), 35);
  await page.reload();
  await line.waitFor();
  assert.equal(await share(), 35);
});

test('whatever is clicked is inspected: a host, the record, a disk block, a message, a line of the queue', async () => {
  const page = await opened();
  await pause(page);
  for (let n = 0; n < 24; n += 1) await page.keyboard.press('Alt+ArrowRight');
  await until(page, ({ event }) => event === 24);
  const title = page.getByTestId('inspector-title');
  const inspected = async (what, name, fields) => {
    await what.click();
    await title.getByText(name).waitFor();
    const shown = await page.getByTestId('inspector').innerText();
    for (const field of fields) assert.ok(shown.includes(field), `${field} in ${shown}`);
    await page.keyboard.press('Escape');
  };
  await inspected(page.getByTestId('host-0'), 'Host 1', ['Request', 'Sent', 'Paths']);
  await inspected(page.getByTestId('record'), 'Arbitration record', ['epoch', 'pinned', 'Memory of']);
  await inspected(page.locator('td[data-pick^="disk"]').first(), 'Data on disk 0', ['parity', '⊕', 'equation holds']);
  await inspected(page.locator('[data-token="META"] button').first(), 'META', ['cid', 'wmap', 'session', 'Arrives']);
  await page.keyboard.press('r');
  await inspected(page.getByTestId('queues').getByRole('button').first(), /Line/, ['State', 'Write-back']);
  // A host and the record are reached and pressed by keys as well.
  await page.getByTestId('host-1').focus();
  await page.keyboard.press('Enter');
  await title.getByText('Host 2').waitFor();
});

test('on a phone it is one strip, on which a finger moves a tab', async () => {
  const page = await opened({ context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } });
  await pause(page);
  await page.getByTestId('open-inspector').tap();
  await stand(page, FIRST);
  assert.equal(await page.getByRole('tabpanel').count(), 1);
  const finger = await page.context().newCDPSession(page);
  const touch = (type, x, y) =>
    finger.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
  const [from, to] = [await tab(page, 'queue').boundingBox(), await tab(page, 'about').boundingBox()];
  await touch('touchStart', from.x + 20, from.y + 20);
  for (let n = 1; n <= 8; n += 1) {
    await touch('touchMove', from.x + 20 + ((to.x + 5 - from.x - 20) * n) / 8, from.y + 20 + ((to.y - from.y) * n) / 8);
  }
  await touch('touchEnd');
  await stand(page, ['inspector queue about charts', 'writes invariants events']);
  await page.getByTestId('queues').waitFor();
  assert.ok((await tab(page, 'writes').boundingBox()).height >= 40);
  // A tap that follows a swipe at once is none to the browser.
  await page.waitForTimeout(500);
  await tab(page, 'writes').tap();
  await page.getByTestId('ledger').waitFor();
  await page.getByTestId('panels').tap();
  await page.getByTestId('shut-about').tap();
  await stand(page, ['inspector queue charts', 'writes invariants events']);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  assert.deepEqual(await violations(page), []);
});

test('closing the drawer gives the focus back at once: no key goes to what is hidden', async () => {
  const page = await opened({ context: { viewport: { width: 390, height: 844 } } });
  await pause(page);
  // The focus, as soon as the drawer is closed and before the browser has drawn anything.
  const left = () =>
    page.evaluate(
      () =>
        new Promise((resolve) => {
          const rail = document.querySelector('[data-testid=rail]');
          new MutationObserver((_, observer) => {
            if (rail.classList.contains('open')) return;
            observer.disconnect();
            const { activeElement } = document;
            resolve(activeElement.dataset.testid ?? activeElement.localName);
          }).observe(rail, { attributeFilter: ['class'] });
          document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
        }),
    );
  await page.keyboard.press('e');
  await page.getByTestId('events-kind').focus();
  assert.equal(await left(), 'body');
  await page.getByTestId('scrubber').focus();
  await page.keyboard.press('e');
  await page.getByTestId('events-kind').focus();
  assert.equal(await left(), 'scrubber');
});

for (const theme of ['dark', 'light', 'projector']) {
  test(`axe has nothing to say of moved, closed and empty groups, ${theme}`, async () => {
    const page = await opened({ path: `?theme=${theme}` });
    await pause(page);
    for (let n = 0; n < 24; n += 1) await page.keyboard.press('Alt+ArrowRight');
    const found = {};
    const look = async (name) => {
      await page.waitForTimeout(100);
      found[name] = await violations(page);
    };
    for (const [key, name] of [['g', 'charts'], ['r', 'queues'], ['l', 'about']]) {
      await page.keyboard.press(key);
      await look(name);
    }
    await page.getByTestId('panels').click();
    await look('the menu');
    await page.getByTestId('shut-writes').click();
    await page.getByTestId('cross-events').click();
    await look('the menu with a closed panel');
    await page.keyboard.press('Escape');
    if (theme === 'projector') await page.keyboard.press('Escape');
    for (const [what, name] of [['[data-pick^="host:"]', 'a host'], ['[data-pick="record"]', 'the record'], ['td.p', 'parity'], ['[data-token] button', 'a message']]) {
      await page.locator(what).first().click();
      await look(name);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
    }
    await page.keyboard.press('k');
    await page.getByTestId('panels').click();
    for (const name of ['writes', 'invariants', 'queue']) await page.getByTestId(`shut-${name}`).click();
    await look('one group');
    const nothing = Object.fromEntries(Object.keys(found).map((name) => [name, []]));
    assert.deepEqual(found, nothing);
  });
}
