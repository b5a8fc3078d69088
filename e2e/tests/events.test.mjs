// The list of events, why one of them happened, and running until something does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pause, position, press, seriousViolations, until } from '../lib/app.mjs';
import { fresh } from '../lib/suite.mjs';

const opened = fresh({ reducedMotion: 'reduce' });

const THEMES = ['dark', 'light', 'projector'];

const rows = (page) => page.getByTestId('events-list').getByRole('option');

/** The number before `events` in what is said about the list, and the number of all. */
async function counted(page) {
  const text = (await page.getByTestId('events-count').innerText()).replaceAll(/\s/g, '');
  const [, some, all] = text.match(/^(\d+)(?:of(\d+))?events$/);
  return { some: Number(some), all: Number(all ?? some) };
}

async function list(options) {
  const page = await opened(options);
  await page.keyboard.press('e');
  await rows(page).first().waitFor();
  return page;
}

/** Goes forward by so many events. */
async function forward(page, events) {
  for (let n = 0; n < events; n += 1) await press(page, 'Alt+ArrowRight');
}

async function runUntil(page, what) {
  await page.getByTestId('run-until').click();
  await page.getByTestId(`until-${what}`).click();
}

test('the list holds every event in order, and only those in sight are in the document', async () => {
  const page = await list();
  const { total } = await position(page);
  assert.deepEqual(await counted(page), { some: total, all: total });
  const shown = await rows(page).count();
  assert.ok(shown >= 5 && shown < 60, `${shown} rows`);
  assert.match(await rows(page).first().innerText(), /Host 1 writes block 42 at A\./);
  assert.equal(await rows(page).first().getAttribute('aria-setsize'), String(total));
  await page.getByTestId('events-list').evaluate((element) => element.scrollTo(0, element.scrollHeight));
  await page.locator(`[aria-posinset="${total}"]`).waitFor();
  assert.ok((await rows(page).count()) < 60);
});

test('the event in view is marked, and stays in sight while one steps', async () => {
  const page = await list();
  await forward(page, 40);
  const now = page.getByTestId('events-list').locator('[aria-selected=true]');
  assert.equal(await now.getAttribute('aria-posinset'), '40');
  const box = await page.getByTestId('events-list').boundingBox();
  const { y, height } = await now.boundingBox();
  assert.ok(y >= box.y - 1 && y + height <= box.y + box.height + 1, 'it is within the list');
});

test('a click on an event goes there', async () => {
  const page = await list();
  await rows(page).nth(3).click();
  assert.deepEqual(await until(page, ({ event }) => event === 4), { ...(await position(page)), event: 4, playing: false });
  assert.match(await rows(page).nth(3).getAttribute('aria-selected'), /true/);
});

test('arrow keys move over the list and Enter goes there', async () => {
  const page = await list();
  const box = page.getByTestId('events-list');
  await box.focus();
  for (let n = 0; n < 30; n += 1) await page.keyboard.press('ArrowDown');
  const active = await box.getAttribute('aria-activedescendant');
  assert.equal(active, 'ev-30');
  assert.equal(await page.locator(`#${active}`).count(), 1);
  assert.equal((await position(page)).event, 0, 'moving over the list is no step');
  await page.keyboard.press('Enter');
  await until(page, ({ event }) => event === 31);
  await page.keyboard.press('ArrowUp');
  assert.equal(await box.getAttribute('aria-activedescendant'), 'ev-29');
});

test('kind, controller, line and text narrow the list', async () => {
  const page = await list();
  const all = await counted(page);
  await page.getByTestId('events-kind').selectOption('hosts');
  const hosts = await counted(page);
  assert.ok(hosts.some > 0 && hosts.some < all.some);
  assert.match(await rows(page).first().innerText(), /^Host \d/);
  await page.getByTestId('events-kind').selectOption('all');

  await page.getByTestId('events-A').click();
  const atA = await counted(page);
  assert.ok(atA.some > 0 && atA.some < all.some);
  await page.getByTestId('events-A').click();

  assert.equal(await page.getByTestId('events-line').count(), 0, 'nothing is selected');
  await forward(page, 5);
  await page.locator('[data-pick^="slot"]').first().click();
  await page.keyboard.press('e');
  if (!(await page.getByTestId('events').isVisible())) await page.keyboard.press('e');
  await page.getByTestId('events-line').click();
  const ofLine = await counted(page);
  assert.ok(ofLine.some > 0 && ofLine.some < all.some);
  await page.getByTestId('events-line').click();

  await page.getByTestId('events-text').fill('meta_ACK');
  const found = await counted(page);
  assert.ok(found.some > 0 && found.some < all.some);
  for (const text of await rows(page).allInnerTexts()) assert.match(text, /META_ACK/);
});

test('an empty list says what to change', async () => {
  const page = await list();
  await page.getByTestId('events-text').fill('no such thing');
  const empty = page.getByTestId('events-empty');
  await empty.waitFor();
  assert.match(await empty.innerText(), /clear “no such thing”/);
  await empty.getByRole('button').click();
  await rows(page).first().waitFor();
  assert.equal(await page.getByTestId('events-text').inputValue(), '');
});

test('what is typed into the search presses no keys of the page', async () => {
  const page = await list();
  await page.getByTestId('events-text').click();
  await page.keyboard.type('a b x.[]');
  assert.equal(await page.getByTestId('events-text').inputValue(), 'a b x.[]');
  assert.equal(await page.getByTestId('undo').isDisabled(), true, 'nothing was broken');
});

test('why: the chain leads from “done” to the host that asked, link by link', async () => {
  const page = await opened();
  assert.equal(await page.getByTestId('why').isDisabled(), true);
  await runUntil(page, 'done');
  const { event } = await until(page, (now) => now.event > 0);
  await page.getByTestId('why').click();
  const chain = page.getByTestId('causes');
  await chain.waitFor();
  const links = await chain.getByRole('listitem').allInnerTexts();
  assert.ok(links.length >= 4);
  assert.match(links[0], /hears “done”/);
  assert.match(links[0], /after its cause/);
  assert.match(links.at(-1), /Host 1 writes/);
  assert.equal(await page.getByTestId('causes-end').innerText(), 'It begins with a host.');
  await chain.getByRole('listitem').last().getByRole('button').click();
  await until(page, (now) => now.event < event);
  assert.deepEqual(
    (await chain.getByRole('listitem').allInnerTexts()).length,
    links.length,
    'the chain stays while one goes along it',
  );
  await chain.getByRole('button', { name: 'Close the causes' }).click();
  await chain.waitFor({ state: 'detached' });
  await page.keyboard.press('q');
  assert.equal(await chain.getByRole('listitem').count(), 1);
});

test('why a line is as it is', async () => {
  const page = await opened();
  await forward(page, 12);
  if (!(await page.getByTestId('why-line').isVisible())) await page.keyboard.press('i');
  await page.getByTestId('why-line').click();
  await page.getByTestId('causes').waitFor();
  assert.match(await page.getByTestId('causes').innerText(), /Why line \d+:\d+ is as it is/);
});

test('run until goes to the next flush, and says when there is none', async () => {
  const page = await opened();
  await runUntil(page, 'flush');
  const { event, total } = await until(page, (now) => now.event > 0);
  assert.ok(event < total);
  assert.match(await page.getByTestId('story').innerText(), /Announce/);
  await runUntil(page, 'quiet');
  await until(page, (now) => now.event === now.total);
  await page.keyboard.press('ArrowLeft');
  await until(page, (now) => now.event < now.total);
  await runUntil(page, 'flush');
  await page.getByTestId('ran').getByText('No flush begins after this.').waitFor();
  await page.keyboard.press('ArrowLeft');
  assert.equal(await page.getByTestId('ran').innerText(), '');
});

test('the menu opens with its key, and the arrows move in it', async () => {
  const page = await opened();
  await page.keyboard.press('u');
  const items = page.getByRole('menu', { name: 'Run until' }).getByRole('menuitem');
  await items.first().waitFor();
  assert.equal(await items.count(), 6);
  assert.equal(await items.first().evaluate((item) => item === document.activeElement), true);
  await page.keyboard.press('ArrowDown');
  assert.equal(await items.nth(1).evaluate((item) => item === document.activeElement), true);
  await page.keyboard.press('Escape');
  await items.first().waitFor({ state: 'detached' });
});

test('another future forgets the chain, and the list follows it', async () => {
  const page = await list();
  await forward(page, 20);
  await page.keyboard.press('q');
  await page.getByTestId('causes').waitFor();
  await page.keyboard.press('x');
  await page.getByTestId('causes').waitFor({ state: 'detached' });
  await page.getByTestId('events-kind').selectOption('faults');
  assert.match(await rows(page).first().innerText(), /link/i);
});

for (const theme of THEMES) {
  test(`nothing serious stands in the way of assistive technology, ${theme}`, async () => {
    const page = await list({ path: `?theme=${theme}` });
    await forward(page, 5);
    await page.keyboard.press('q');
    await page.getByTestId('causes').waitFor();
    assert.deepEqual(await seriousViolations(page), [], 'events and causes');
    await page.getByTestId('events-text').fill('no such thing');
    await page.getByTestId('events-empty').waitFor();
    assert.deepEqual(await seriousViolations(page), [], 'an empty list');
    await page.keyboard.press('Escape');
    await page.getByTestId('run-until').click();
    await page.getByTestId('until-done').waitFor();
    assert.deepEqual(await seriousViolations(page), [], 'the menu');
  });
}

test('on a phone all of it is there, with targets for fingers', async () => {
  const page = await opened({ context: { viewport: { width: 390, height: 844 }, hasTouch: true } });
  await page.getByRole('button', { name: 'Menu' }).tap();
  await page.getByTestId('more-until').tap();
  const item = page.getByTestId('until-done');
  assert.ok((await item.boundingBox()).height >= 44);
  await item.tap();
  await until(page, ({ event }) => event > 0);
  await page.getByTestId('why').tap();
  const link = page.getByTestId('causes').getByRole('button').nth(1);
  await link.waitFor();
  assert.ok((await link.boundingBox()).height >= 44);
  assert.ok((await rows(page).first().boundingBox()).height >= 44);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
});

test('charts of the whole run go with the scrubber, and a click on one seeks', async () => {
  const page = await opened();
  await pause(page);
  await page.getByTestId('tab-charts').click();
  const charts = page.getByTestId('charts').locator('svg');
  assert.equal(await charts.count(), 7);
  const { width } = await charts.first().boundingBox();
  await charts.first().click({ position: { x: width / 2, y: 10 } });
  const { total } = await position(page);
  await until(page, ({ event }) => Math.abs(event - total / 2) <= total / 50);
  assert.match(await charts.first().getAttribute('aria-label'), /^Dirty lines: \d+ now/);
});

test('a block is found by its number, and one that is not there is named', async () => {
  const page = await opened();
  await pause(page);
  await page.keyboard.press('f');
  const field = page.getByTestId('find-input');
  await field.fill('9:1');
  await field.press('Enter');
  assert.match(await page.getByTestId('find-wrong').innerText(), /no LUN 9/);
  assert.equal(await page.getByTestId('said').innerText(), '', 'it is said once');
  assert.deepEqual(await seriousViolations(page), []);
  await field.fill('1:7');
  await field.press('Enter');
  assert.equal(await page.getByTestId('find-dialog').count(), 0);
  assert.match(await page.getByTestId('inspector').innerText(), /Line 1:4/);
});

test('the run is stepped through by virtual time, there and back', async () => {
  const page = await opened();
  await pause(page);
  await page.keyboard.press('Alt+Shift+ArrowRight');
  const { event } = await until(page, (now) => now.event > 0);
  await page.keyboard.press('Alt+Shift+ArrowRight');
  await until(page, (now) => now.event > event);
  await page.keyboard.press('Alt+Shift+ArrowLeft');
  await page.keyboard.press('Alt+Shift+ArrowLeft');
  await until(page, (now) => now.event === 0);
});
