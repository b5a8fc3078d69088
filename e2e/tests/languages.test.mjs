// The page in another language than English.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { pause, position, press, until, violations } from '../lib/app.mjs';
import { open, started } from '../lib/harness.mjs';
import { fresh } from '../lib/suite.mjs';

const GERMAN = JSON.parse(readFileSync(new URL('../../static/texts/de.json', import.meta.url), 'utf8'));

const opened = fresh();

const language = (page) => page.evaluate(() => document.documentElement.lang);
const said = (page) => page.getByTestId('said');

/** Opens the dialog with the keys, and chooses a language there. */
async function choose(page, tag) {
  await page.keyboard.press('?');
  await page.getByTestId(`language-${tag}`).click();
}

/** Everything that can be read or heard, piece by piece. */
function texts(page) {
  return page.evaluate(() => {
    const all = new Set();
    const walker = document.createTreeWalker(document.getElementById('app'), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) all.add(walker.currentNode.data.trim());
    for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext']) {
      for (const element of document.querySelectorAll(`#app [${name}]`)) all.add(element.getAttribute(name).trim());
    }
    return [...all];
  });
}

/** Whether a text is the same in both languages: names, and what the catalogue itself leaves as it is. */
function common(text) {
  const same = Object.entries(GERMAN).filter(([english, german]) => english === german);
  const patterns = same.map(([english]) => english.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '.*').trim());
  const words = text.replace(/\b(Mirrorline|English|Deutsch|RAID|left-symmetric|ns|µs|ms|cid|seq|[A-Z_+0-9-]+)\b/g, '');
  return !/[a-z]{2}/.test(words) || patterns.some((pattern) => new RegExp(`^(${pattern})$`).test(text));
}

test('in German nothing is left in English, and nothing stands in the way', async () => {
  const page = await opened({ context: { reducedMotion: 'reduce' } });
  for (let n = 0; n < 6; n += 1) await press(page, 'ArrowRight');
  const before = new Set(await texts(page));
  await page.goto(`${page.url()}?lang=de`);
  await started(page);
  for (let n = 0; n < 6; n += 1) await press(page, 'ArrowRight');
  assert.equal(await language(page), 'de');
  assert.equal(await page.getByTestId('share').innerText(), GERMAN.Share);
  assert.equal(await page.getByTestId('scenario-title').innerText(), GERMAN['When is a write safe?']);
  const left = (await texts(page)).filter((text) => before.has(text) && !common(text));
  assert.deepEqual(left, []);
  assert.deepEqual(await violations(page), []);
});

test('a language chosen by a click is spoken at once, where the run is, and the next time too', async () => {
  const page = await opened();
  await pause(page);
  await press(page, 'ArrowRight');
  const { event } = await position(page);
  await choose(page, 'de');
  await page.getByRole('heading', { name: GERMAN.Keys, exact: true }).waitFor();
  assert.equal(await language(page), 'de');
  assert.equal(await page.getByTestId('language-de').getAttribute('aria-pressed'), 'true');
  assert.equal((await position(page)).event, event);
  await page.keyboard.press('Escape');
  assert.equal(await page.getByTestId('share').innerText(), GERMAN.Share);
  // What is made from the log is made anew too.
  await page.keyboard.press('e');
  assert.match(await page.getByRole('listbox', { name: GERMAN.Events }).getByRole('option').first().innerText(), /schreibt/);

  await page.reload();
  await started(page);
  assert.equal(await page.getByTestId('share').innerText(), GERMAN.Share);
  await choose(page, 'en');
  await page.getByRole('heading', { name: 'Keys', exact: true }).waitFor();
  assert.equal(await language(page), 'en');
});

test('a phone finds the languages in its menu', async () => {
  const page = await opened({ context: { viewport: { width: 390, height: 844 }, hasTouch: true } });
  await page.getByRole('button', { name: 'Menu' }).tap();
  await page.getByTestId('language-de').tap();
  await page.getByRole('button', { name: GERMAN.Menu }).waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the page is ${width} pixels wide`);
});

test('a browser that prefers German gets German', async () => {
  const page = await opened({ context: { locale: 'de-AT' } });
  assert.equal(await page.getByTestId('share').innerText(), GERMAN.Share);
  await page.getByText('3 µs je Weg').waitFor();
  await until(page, ({ event }) => event > 5);
  assert.match(await page.getByTestId('scrubber').innerText(), /\d,\d+ µs/);
});

test('a damaged file of texts leaves English, and is spoken of', async () => {
  const page = await opened();
  await page.route('**/texts/de.json', (route) => route.fulfill({ contentType: 'application/json', body: '{"Share":' }));
  await choose(page, 'de');
  await said(page).filter({ hasText: 'Deutsch could not be loaded' }).waitFor();
  assert.equal(await language(page), 'en');
  await page.goto(`${page.url()}?lang=de`);
  await started(page);
  assert.match(await said(page).innerText(), /Deutsch could not be loaded/);
  assert.equal(await page.getByTestId('share').innerText(), 'Share');
  assert.equal(await language(page), 'en');
  await until(page, ({ playing }) => playing);
});

test('a missing file of texts leaves English too', async () => {
  const seen = await open();
  try {
    await started(seen.page);
    await seen.page.route('**/texts/de.json', (route) => route.fulfill({ status: 404 }));
    await choose(seen.page, 'de');
    await said(seen.page).filter({ hasText: 'Deutsch could not be loaded' }).waitFor();
    assert.equal(await language(seen.page), 'en');
    assert.ok(seen.problems.every((problem) => problem.includes('404')), String(seen.problems));
  } finally {
    await seen.close();
  }
});
