// What a screen reader is told: every change of whatever speaks by itself is gathered, as it would hear them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LONG, pause, playTrace, press } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh();
const SPEAKS = '[aria-live]:not([aria-live="off"]), [role="status"], [role="alert"], [role="log"]';

/** Begins to gather. */
const listen = (page) => page.evaluate((speaks) => {
  globalThis.heard = [];
  const begun = performance.now();
  const shown = new Map();
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const region = (target.nodeType === 1 ? target : target.parentElement)?.closest(speaks);
      const text = region?.textContent.trim();
      if (!text || shown.get(region) === text) continue;
      shown.set(region, text);
      globalThis.heard.push({ at: performance.now() - begun, text });
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}, SPEAKS);

const heard = (page) => page.evaluate(() => globalThis.heard);

/** Waits until something has been said. */
async function said(page, words, limit = 20_000) {
  const begun = Date.now();
  while (!(await heard(page)).some(({ text }) => words.test(text))) {
    assert.ok(Date.now() - begun < limit, `never said ${words}: ${JSON.stringify(await heard(page))}`);
    await page.waitForTimeout(50);
  }
}

test('in play only what matters is said, each sentence with the time that it takes', async () => {
  const page = await opened({ path: '?lang=en' });
  await listen(page);
  await said(page, /hears “done”/);
  await page.waitForTimeout(6_000);
  await page.keyboard.press('a');
  await said(page, /Controller A dies.* would be lost/);
  const all = await heard(page);
  assert.deepEqual(all.filter(({ text }) => /landed in slot|META tells/.test(text)), []);
  const gaps = all.slice(1).map(({ at }, index) => at - all[index].at);
  assert.ok(gaps.every((gap) => gap > 3_000), JSON.stringify(all));
});

test('at rest each step is said at once, with its reason', async () => {
  const page = await opened({ path: '?lang=en' });
  await pause(page);
  await listen(page);
  await press(page, 'Alt+ArrowRight');
  await press(page, 'Alt+ArrowRight');
  const shown = (await page.locator('.say-1').innerText()).trim();
  const why = (await page.locator('.say-2').innerText()).trim().split('.')[0];
  const last = (await heard(page)).at(-1).text;
  assert.ok(last.startsWith(shown) && last.includes(why), `${last} for ${shown} ${why}`);
});

test('the tour is heard in whole captions, and nothing else meanwhile; Esc ends it', async () => {
  const page = await opened({ path: '?lang=en', firstVisit: true });
  await page.getByTestId('tour').waitFor();
  await listen(page);
  await page.getByTestId('tour-next').click();
  await page.waitForTimeout(5_000);
  assert.equal((await heard(page)).length, 1);
  assert.deepEqual((await heard(page)).filter(({ text }) => !/^Every write is copied first\. The data flies/.test(text)), []);
  await page.keyboard.press('Escape');
  await page.getByTestId('tour').waitFor({ state: 'detached' });
  await said(page, /hears “done”|has confirmed/);
});

test('what is broken during the tour is heard all the same', async () => {
  const page = await opened({ path: '?lang=en', firstVisit: true });
  await page.getByTestId('tour').waitFor();
  await listen(page);
  await page.keyboard.press('a');
  await said(page, /Controller A dies/);
});

test('how far reading has come is not counted out', async () => {
  const page = await opened({ path: '?lang=en' });
  await listen(page);
  await playTrace(page, LONG);
  await page.getByText(/reading ahead, [1-9]/).waitFor();
  await page.getByTestId('cancel-load').click();
  assert.deepEqual((await heard(page)).filter(({ text }) => /%/.test(text)), []);
});

test('where the copies of a write are is told in words', async () => {
  const page = await opened({ path: '?lang=en' });
  await pause(page);
  await page.keyboard.press('End');
  const row = page.getByTestId('ledger').getByRole('row').nth(2);
  const cells = await row.getByRole('cell').allTextContents();
  assert.match(cells[0], /in (A’s|B’s) memory/);
  assert.deepEqual(cells.slice(1).map((cell) => /^(yes|no)$/.test(cell.trim())), Array(5).fill(true));
});
